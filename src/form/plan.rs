//! What taking in a form would change: each row held against the records that are there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::given::{latest_update, says_still};
use super::heading::update_columns;
use super::{
    CellProblem, Entry, Form, FormRow, LeftOut, OfOther, Request, RowKind, Stated, StatedUpdate,
    Sum,
};
use crate::name::RecordId;
use crate::problem::{Problem, Rule};
use crate::record::{Distinct, Origin, Record, Value};
use crate::rules::form::FormSpec;
use crate::rules::kind::{FieldDef, FieldType, Kind, LifeCycle};
use crate::sheet::At;
use crate::spelling::folded;
use crate::tree::OwnedRecord;
use crate::tree::check::{broken_bounds, doubts, held_twice};
use crate::tree::intake::Draft;

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A record is added.
    Add,
    /// A record that is there changes.
    Change,
    /// A record that is there says the same.
    Same,
    /// It cannot be taken in.
    Refused,
    /// It is no record.
    NotARecord,
}

impl Action {
    /// All, in the order in which they are counted.
    pub const ALL: [Action; 5] = [
        Action::Add,
        Action::Change,
        Action::Same,
        Action::Refused,
        Action::NotARecord,
    ];

    /// Its name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Action::Add => "add",
            Action::Change => "change",
            Action::Same => "same",
            Action::Refused => "refused",
            Action::NotARecord => "not-a-record",
        }
    }
}

/// A row and what becomes of it.
#[derive(Clone, Debug)]
pub struct PlannedRow {
    /// The sheet's name.
    pub sheet: String,
    /// The row, from 0.
    pub row: u32,
    /// What becomes of it.
    pub action: Action,
    /// The organisation, by its index.
    pub org: Option<usize>,
    /// The record that is there already, by its index among the ledger's.
    pub existing: Option<usize>,
    /// The values of the record afterwards, by the indices of the kind's fields.
    pub values: Vec<Option<Value>>,
    /// The fields that change.
    pub changed: Vec<usize>,
    /// Why it is refused.
    pub problems: Vec<CellProblem>,
    /// What may be a slip of the pen though it is taken in.
    pub doubts: Vec<Problem>,
    /// What it is for its table.
    pub row_kind: RowKind,
    /// The organisations that it leaves blank, by the cells in which they would stand.
    pub carried: Vec<(At, String)>,
}

/// What taking in a form would change.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Every row.
    pub rows: Vec<PlannedRow>,
    /// Every total of the form.
    pub sums: Vec<Sum>,
    /// Columns that are no field.
    pub left_out: Vec<LeftOut>,
    /// Sheets that look like tables of other kinds.
    pub of_others: Vec<OfOther>,
    /// What was understood of the columns.
    pub spec: Option<FormSpec>,
    /// Records that the form was given out with and that it no longer names, by their indices.
    pub missing: Vec<usize>,
}

impl Plan {
    /// How many rows an action befalls.
    pub fn count(&self, action: Action) -> usize {
        self.rows.iter().filter(|row| row.action == action).count()
    }

    /// Whether some row is refused by a rule.
    pub fn breaks(&self, rule: Rule) -> bool {
        let mut problems = self.rows.iter().flat_map(|row| &row.problems);
        problems.any(|found| found.problem.rule == rule)
    }

    /// What is to be written.
    pub fn drafts<'t>(&self, request: &Request<'t>) -> Vec<Draft<'t>> {
        let tree = request.tree;
        let draft = |row: &PlannedRow| match (row.action, row.org, row.existing) {
            (Action::Add, Some(org), _) => Some(Draft::Add {
                org: tree.orgs[org].folder.clone(),
                kind: request.kind,
                values: row.values.clone(),
            }),
            (Action::Change, _, Some(n)) => Some(Draft::Change {
                record: &tree.entries[n].record,
                values: row.values.clone(),
            }),
            _ => None,
        };
        self.rows.iter().filter_map(draft).collect()
    }
}

/// What makes two rows one record: for kinds that say it, their `same` or `once` fields; an
/// organisation with it, unless they are held once everywhere.
type Identity = (Option<usize>, Vec<Option<Distinct>>);

/// A row that is to be added, and its values.
type AddedRow = (u32, Vec<Option<Value>>);

/// Holds forms of a kind against the records that are there, and against one another.
pub struct Planner<'a, 't> {
    request: &'a Request<'t>,
    by_id: HashMap<&'t str, usize>,
    by_identity: BTreeMap<Identity, Vec<usize>>,
    /// Records that a row of the form was found to be.
    named: HashMap<usize, (u32, Vec<Option<Value>>)>,
    /// The records whose ids rows have that are refused.
    refused: HashSet<usize>,
    /// Rows that are to be added, by what makes others the same.
    added: BTreeMap<Identity, Vec<AddedRow>>,
}

impl<'a, 't> Planner<'a, 't> {
    /// A planner that has seen no form yet.
    pub fn of(request: &'a Request<'t>) -> Planner<'a, 't> {
        let tree = request.tree;
        let mut planner = Planner {
            request,
            by_id: HashMap::new(),
            by_identity: BTreeMap::new(),
            named: HashMap::new(),
            refused: HashSet::new(),
            added: BTreeMap::new(),
        };
        for (n, entry) in tree.entries.iter().enumerate() {
            let OwnedRecord { org, record } = entry;
            if record.kind.number != request.kind.number {
                continue;
            }
            planner.by_id.insert(record.id.as_str(), n);
            if record.retracted.is_none() {
                let identity = planner.identity(*org, &record.fields);
                planner.by_identity.entry(identity).or_default().push(n);
            }
        }
        planner
    }

    /// What taking in a form would change, after those before it.
    pub fn plan(&mut self, form: Form) -> Plan {
        let rows: Vec<PlannedRow> = form.rows.into_iter().map(|row| self.row(row)).collect();
        let given = form.given.iter();
        let given = given.filter_map(|id| self.by_id.get(id.as_str()).copied());
        let is_left = |n: &usize| {
            let record = &self.request.tree.entries[*n].record;
            let is_in_form = self.named.contains_key(n) || self.refused.contains(n);
            record.retracted.is_none() && !is_in_form
        };
        let missing = given.filter(is_left).collect();
        Plan {
            rows,
            sums: form.sums,
            left_out: form.left_out,
            of_others: form.of_others,
            spec: form.spec,
            missing,
        }
    }

    fn identity(&self, org: usize, values: &[Option<Value>]) -> Identity {
        let kind = self.request.kind;
        let fields: &[usize] = match (&kind.same[..], kind.once.first()) {
            ([], None) => &[kind.start],
            ([], Some(once)) => &once.fields,
            (same, _) => same,
        };
        let everywhere = kind.same.is_empty() && kind.once.first().is_some_and(|o| o.everywhere);
        let of = |n: &usize| values[*n].as_ref().map(Distinct::of);
        (
            (!everywhere).then_some(org),
            fields.iter().map(of).collect(),
        )
    }

    fn row(&mut self, row: FormRow) -> PlannedRow {
        let blank = PlannedRow {
            sheet: row.sheet,
            row: row.row,
            action: Action::NotARecord,
            org: None,
            existing: None,
            values: Vec::new(),
            changed: Vec::new(),
            problems: Vec::new(),
            doubts: Vec::new(),
            row_kind: row.row_kind,
            carried: Vec::new(),
        };
        let Some(mut entry) = row.record else {
            return blank;
        };
        let mut planned = PlannedRow {
            org: entry.org,
            values: vec![None; self.request.kind.fields.len()],
            carried: std::mem::take(&mut entry.carried),
            ..blank
        };
        let problems = self.decide(&entry, &mut planned);
        planned.problems = self.standing(*entry, planned.existing);
        planned.problems.extend(problems);
        if !planned.problems.is_empty() {
            planned.action = Action::Refused;
        } else if matches!(planned.action, Action::Add | Action::Change) {
            planned.doubts = self.doubts(&planned);
        }
        if planned.action == Action::Add
            && let Some(org) = planned.org
        {
            let identity = self.identity(org, &planned.values);
            let others = self.added.entry(identity).or_default();
            others.push((planned.row, planned.values.clone()));
        }
        planned
    }

    /// What of a record as it will be may be a slip of the pen.
    fn doubts(&self, planned: &PlannedRow) -> Vec<Problem> {
        let (kind, today) = (self.request.kind, self.request.today);
        let origin = Origin {
            file: Arc::from(planned.sheet.as_str()),
            line: planned.row as usize,
            at: 0,
        };
        let id = RecordId::new(&kind.prefix, today, 0);
        let record = Record::new(id, kind, planned.values.clone(), None, origin);
        doubts(&record, today)
    }

    /// What is wrong with a row, without the cells that say what they said when the form was given
    /// out.
    fn standing(&self, entry: Entry, existing: Option<usize>) -> Vec<CellProblem> {
        let record = existing.map(|n| &self.request.tree.entries[n].record);
        let kind = self.request.kind;
        let fields = entry.fields.iter().zip(&kind.fields).enumerate();
        let mut untouched: HashSet<At> = fields
            .filter(|(n, (stated, field))| {
                still_says(
                    &entry,
                    stated,
                    field,
                    record.and_then(|record| record.get(*n)),
                )
            })
            .filter_map(|(_, (stated, _))| stated.at())
            .collect();
        let latest = record.and_then(latest_update).unwrap_or_default();
        let steps = update_columns(kind).unwrap_or_default();
        let steps = entry.update.fields.iter().zip(steps).zip(latest);
        untouched.extend(
            steps
                .filter(|((stated, step), old)| still_says(&entry, stated, step, old.as_ref()))
                .filter_map(|((stated, _), _)| stated.at()),
        );
        let mut problems = entry.problems;
        problems.retain(|found| !untouched.contains(&found.at));
        problems
    }

    /// Says what becomes of a row, as far as that can be said; gives what stands in the way.
    fn decide(&mut self, entry: &Entry, planned: &mut PlannedRow) -> Vec<CellProblem> {
        let tree = self.request.tree;
        let existing = match (&entry.id, entry.org) {
            (Some(id), org) => match self.with_id(id, org) {
                Ok(n) => Some(n),
                Err(problem) => {
                    // It is in the form, though not as it should be.
                    self.refused.extend(self.by_id.get(id.as_str()));
                    let at = entry.first;
                    return vec![CellProblem { at, problem }];
                }
            },
            (None, Some(org)) => self.same_as(entry, org),
            (None, None) => None,
        };
        planned.existing = existing;
        let before: Option<&Record<'_>> = existing.map(|n| &tree.entries[n].record);
        if let Some(n) = existing {
            planned.org = Some(tree.entries[n].org);
        }
        let mut problems = self.values(entry, before, &mut planned.values);
        if let Some(n) = existing
            && let Some(problem) = self.named_before(n, planned)
        {
            let at = entry.first;
            problems.push(CellProblem { at, problem });
        }
        planned.changed = match before {
            Some(record) => (0..planned.values.len())
                .filter(|&n| !is_same(record.fields[n].as_ref(), planned.values[n].as_ref()))
                .collect(),
            None => Vec::new(),
        };
        planned.action = match (before, &planned.changed[..]) {
            (None, _) => Action::Add,
            (Some(_), []) => Action::Same,
            (Some(_), _) => Action::Change,
        };
        if planned.action == Action::Same {
            return problems;
        }
        problems.extend(self.contradictions(entry, before, &planned.values));
        if let (Action::Add, Some(org), true) = (planned.action, planned.org, problems.is_empty()) {
            match self.twice(org, &planned.values) {
                Some(Twice::Alike) => planned.action = Action::Same,
                Some(Twice::Unlike(row)) => {
                    let problem = Problem::new(Rule::FORM_TWICE).with("row", i64::from(row) + 1);
                    problems.push(CellProblem {
                        at: entry.first,
                        problem,
                    });
                }
                None => problems.extend(self.held_elsewhere(entry, org, &planned.values)),
            }
        }
        problems
    }

    /// What is wrong where another row is the same record already, and says something else of it.
    fn named_before(&mut self, n: usize, planned: &PlannedRow) -> Option<Problem> {
        let here = || (planned.row, planned.values.clone());
        let (row, values) = self.named.entry(n).or_insert_with(here);
        let mut pairs = values.iter().zip(&planned.values);
        let says_the_same = pairs.all(|(one, other)| is_same(one.as_ref(), other.as_ref()));
        (!says_the_same).then(|| Problem::new(Rule::FORM_TWICE).with("row", i64::from(*row) + 1))
    }

    /// The record of an id, which must be where the row says it is.
    fn with_id(&self, id: &str, org: Option<usize>) -> Result<usize, Problem> {
        let tree = self.request.tree;
        let unknown = || Problem::new(Rule::UNKNOWN_RECORD).with("id", id);
        let n = *self.by_id.get(id).ok_or_else(unknown)?;
        let entry = &tree.entries[n];
        if entry.record.retracted.is_some() {
            return Err(Problem::new(Rule::FORM_RETRACTED).with("id", id));
        }
        match org {
            Some(org) if org != entry.org => Err(Problem::new(Rule::FORM_OTHER_ORG)
                .with("id", id)
                .with("org", tree.orgs[entry.org].name())
                .with("other", tree.orgs[org].name())),
            _ => Ok(n),
        }
    }

    /// The record that a row without an id is, by what makes two rows of its kind the same.
    fn same_as(&self, entry: &Entry, org: usize) -> Option<usize> {
        let kind = self.request.kind;
        let values: Vec<Option<Value>> = entry.fields.iter().map(|s| s.value().cloned()).collect();
        let candidates = self.by_identity.get(&self.identity(org, &values))?;
        let record = |n: usize| &self.request.tree.entries[n].record;
        let free = candidates
            .iter()
            .copied()
            .filter(|n| !self.named.contains_key(n));
        let says = |n: usize| {
            let agrees = |(field, stated): (usize, &Stated)| {
                let value = stated.value();
                value.is_none_or(|value| is_same(record(n).get(field), Some(value)))
            };
            entry.fields.iter().enumerate().all(agrees)
        };
        if let Some(same) = free.clone().find(|n| says(*n)) {
            return Some(same);
        }
        if !kind.same.is_empty() {
            return candidates
                .iter()
                .copied()
                .find(|n| says(*n))
                .or(candidates.first().copied());
        }
        // Who holds an office or what is counted for a month at the same time is the same.
        kind.once.first()?;
        let drafted = Record::new(
            record(*candidates.first()?).id.clone(),
            kind,
            values,
            None,
            record(*candidates.first()?).origin.clone(),
        );
        let here = |n: &usize| self.request.tree.entries[*n].org == org;
        let at_once = |n: &usize| held_twice(&drafted, record(*n)).is_some();
        candidates.iter().copied().find(|n| here(n) && at_once(n))
    }

    /// What stands in the way of a new record because somebody else has what only one can have.
    fn held_elsewhere(
        &self,
        entry: &Entry,
        org: usize,
        values: &[Option<Value>],
    ) -> Vec<CellProblem> {
        let kind = self.request.kind;
        let others = self.by_identity.get(&self.identity(org, values));
        let tree = self.request.tree;
        let Some(once) = kind.once.first().filter(|_| kind.same.is_empty()) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for n in others.into_iter().flatten() {
            let other = &tree.entries[*n].record;
            let drafted = Record::new(
                other.id.clone(),
                kind,
                values.to_vec(),
                None,
                other.origin.clone(),
            );
            if let Some(problem) = held_twice(&drafted, other) {
                let at = once
                    .fields
                    .first()
                    .and_then(|field| entry.fields[*field].at());
                found.push(CellProblem {
                    at: at.unwrap_or(entry.first),
                    problem,
                });
            }
        }
        found
    }

    /// Whether another row of the form adds the same, or says something else of it.
    fn twice(&self, org: usize, values: &[Option<Value>]) -> Option<Twice> {
        let kind = self.request.kind;
        if kind.same.is_empty() && kind.once.is_empty() {
            return None;
        }
        let others = self.added.get(&self.identity(org, values))?;
        let overlaps = |other: &[Option<Value>]| {
            let period = kind.period;
            !kind.same.is_empty()
                || kind.end.is_some()
                || is_same(other[period].as_ref(), values[period].as_ref())
        };
        let (row, other) = others.iter().find(|(_, other)| overlaps(other))?;
        let pairs = other.iter().zip(values);
        match pairs
            .into_iter()
            .all(|(a, b)| is_same(a.as_ref(), b.as_ref()))
        {
            true => Some(Twice::Alike),
            false => Some(Twice::Unlike(*row)),
        }
    }

    /// The values that a record has afterwards.
    fn values(
        &self,
        entry: &Entry,
        before: Option<&Record<'_>>,
        values: &mut [Option<Value>],
    ) -> Vec<CellProblem> {
        let kind = self.request.kind;
        let mut problems = Vec::new();
        for (n, field) in kind.fields.iter().enumerate() {
            let old = before.and_then(|record| record.get(n));
            let still = still_says(entry, &entry.fields[n], field, old);
            values[n] = match &entry.fields[n] {
                _ if still => old.cloned(),
                Stated::Value { value, .. } => match is_same(old, Some(value)) {
                    true => old.cloned(),
                    false => Some(value.clone()),
                },
                // In a form that was given out a cell that is blank now says that there is nothing.
                Stated::Blank { .. } if entry.id.is_some() => None,
                Stated::Blank { .. } | Stated::Wrong { .. } | Stated::Unasked => old.cloned(),
            };
        }
        // A figure that is known now takes the place of why it was not.
        for (n, field) in kind.fields.iter().enumerate() {
            let why = field.unless.as_deref().and_then(|why| kind.index(why));
            let old = before.and_then(|record| record.get(n));
            let is_new = entry.fields[n].value().is_some() && !is_same(old, values[n].as_ref());
            if let Some(why) = why.filter(|why| is_new && entry.fields[*why].value().is_none()) {
                values[why] = None;
            }
        }
        match self.updates(entry, before) {
            Ok(Some(updates)) => {
                if let Some(life) = &kind.life {
                    values[life.updates] = Some(Value::List(updates));
                }
            }
            Ok(None) => {}
            // A day that lacks its year is named already.
            Err(found) => {
                let is_named = |known: &CellProblem| {
                    known.at == found.at && known.problem.rule == Rule::CELL_YEAR
                };
                if !entry.problems.iter().any(is_named) {
                    problems.push(*found);
                }
            }
        }
        problems
    }

    /// The updates of a record afterwards, where they change.
    fn updates(
        &self,
        entry: &Entry,
        before: Option<&Record<'_>>,
    ) -> Result<Option<Vec<Value>>, Box<CellProblem>> {
        let kind = self.request.kind;
        let (Some(life), Some(columns)) = (&kind.life, update_columns(kind)) else {
            return Ok(None);
        };
        let index = |name: &str| columns.iter().position(|column| column.name == name);
        let (Some(on), Some(status)) = (index("on"), index("status")) else {
            return Ok(None);
        };
        let mut stated: Vec<Option<Value>> = entry
            .update
            .fields
            .iter()
            .map(|stated| stated.value().cloned())
            .collect();
        let old = before.and_then(|record| record.get(life.updates));
        let mut updates: Vec<Value> = old.map_or(&[][..], Value::items).to_vec();
        let latest = before.and_then(latest_update);
        // In a form that was given out a step of the latest update that is blank now was cleared.
        let is_cleared = |n: usize| {
            let old = latest.and_then(|latest| latest[n].as_ref());
            let stated = &entry.update.fields[n];
            let is_blank = matches!(stated, Stated::Blank { .. });
            let still = still_says(entry, stated, &columns[n], old);
            entry.id.is_some() && old.is_some() && is_blank && !still
        };
        let cleared: Vec<usize> = (0..columns.len()).filter(|n| is_cleared(*n)).collect();
        let said = said_at(&entry.update);
        let is_as_before = latest.is_some_and(|latest| agrees(columns, entry, latest));
        if cleared.is_empty() && (said.is_none() || is_as_before) {
            return Ok(None);
        }
        let at = said.unwrap_or(entry.first);
        let fail = |rule: Rule, n: usize| {
            let at = entry.update.fields[n].at().unwrap_or(at);
            let state = stated_word(columns, status, &entry.update);
            let problem = Problem::new(rule).with("value", state);
            Box::new(CellProblem { at, problem })
        };
        if stated[status].is_none() {
            let before = latest.and_then(|latest| latest[status].clone());
            let before = before.filter(|_| !cleared.contains(&status));
            let state = state_meant(life, &entry.update, (status, on), before);
            stated[status] = Some(state.ok_or_else(|| fail(Rule::CELL_STATE, on))?);
        }
        let first = life
            .statuses
            .first()
            .map(|first| first.choice.name.as_str());
        let initial = stated[status].as_ref().and_then(Value::as_text) == first;
        let mut others = stated.iter().enumerate().filter(|(n, _)| *n != status);
        if initial && updates.is_empty() && others.all(|(_, value)| value.is_none()) {
            return Ok(None);
        }
        if stated[on].is_none() {
            let day = self.request.state_day.map(Value::Day);
            stated[on] = Some(day.ok_or_else(|| fail(Rule::CELL_STATE_DAY, status))?);
        }
        let day = stated[on].as_ref().and_then(Value::as_day);
        if let Some(day) = day.filter(|day| *day > self.request.today) {
            let mut future = fail(Rule::CELL_FUTURE, on);
            future.problem = Problem::new(Rule::CELL_FUTURE).with("day", day.to_string());
            return Err(future);
        }
        put_update(&mut updates, on, stated);
        if let (Some(Value::Table(values)), false) = (updates.last_mut(), cleared.is_empty()) {
            cleared.iter().for_each(|n| values[*n] = None);
        }
        Ok((old.map(Value::items) != Some(&updates)).then_some(updates))
    }

    /// What of a record's values does not hold together, or is missing.
    fn contradictions(
        &self,
        entry: &Entry,
        before: Option<&Record<'_>>,
        values: &[Option<Value>],
    ) -> Vec<CellProblem> {
        let kind = self.request.kind;
        let at = |n: usize| entry.fields[n].at().unwrap_or(entry.first);
        let given = |name: &str| kind.index(name).is_some_and(|n| values[n].is_some());
        let wrong: HashSet<At> = entry.problems.iter().map(|found| found.at).collect();
        let missing = kind.fields.iter().enumerate().filter(|(n, field)| {
            values[*n].is_none()
                && field.must_be_given(given)
                && !self.is_refused(entry, *n, &wrong)
        });
        let mut problems: Vec<CellProblem> = missing
            .map(|(n, field)| CellProblem {
                at: at(n),
                problem: Problem::new(Rule::CELL_MISSING).with("field", &field.label),
            })
            .collect();
        let known = before.map_or(Vec::new(), |record| broken_bounds(kind, &record.fields));
        let broken = broken_bounds(kind, values);
        let new = broken.into_iter().filter(|bound| !known.contains(bound));
        // Why a number is not known stands where the number was to be.
        let reason = |n: usize| kind.index(kind.fields[n].unless.as_deref()?);
        let at = |n: usize, rule: Rule| {
            let own = entry.fields[n].at();
            let why = reason(n).and_then(|why| entry.fields[why].at());
            // A number beside the reason of another: the reason is what does not fit.
            let found = match rule {
                Rule::KNOWN_AND_UNKNOWN => why.or(own),
                _ => own.or(why),
            };
            found.unwrap_or(entry.first)
        };
        problems.extend(new.map(|(n, problem)| CellProblem {
            at: at(n, problem.rule),
            problem,
        }));
        problems
    }

    /// Whether a field has a cell that is refused already, so that it is not missing too.
    fn is_refused(&self, entry: &Entry, field: usize, wrong: &HashSet<At>) -> bool {
        entry.fields[field]
            .at()
            .is_some_and(|at| wrong.contains(&at))
    }
}

enum Twice {
    Alike,
    Unlike(u32),
}

/// The state of a row that names none: what a day of completion says, or the state there is, if
/// progress in it is told. A day alone says nothing of the state.
fn state_meant(
    life: &LifeCycle,
    update: &StatedUpdate,
    (status, on): (usize, usize),
    before: Option<Value>,
) -> Option<Value> {
    let unasked = matches!(update.fields[status], Stated::Unasked);
    if unasked && update.fields[on].value().is_some() && update.day_says_done {
        let done = &life.statuses[life.done].choice.name;
        return Some(Value::Text(done.as_str().into()));
    }
    let mut fields = update.fields.iter().enumerate();
    before.filter(|_| fields.any(|(n, stated)| n != on && stated.value().is_some()))
}

/// Puts an update among others by its day; what it says of a day that has one goes into that.
fn put_update(updates: &mut Vec<Value>, on: usize, update: Vec<Option<Value>>) {
    let day_of = |update: &Value| update.field(on).and_then(Value::as_day);
    let day = update[on].as_ref().and_then(Value::as_day);
    let same_day = updates.iter().rposition(|other| day_of(other) == day);
    match same_day.map(|n| &mut updates[n]) {
        Some(Value::Table(values)) => {
            for (slot, value) in values.iter_mut().zip(update) {
                *slot = value.or(slot.take());
            }
        }
        _ => {
            let after = updates.partition_point(|other| day_of(other) <= day);
            updates.insert(after, Value::Table(update));
        }
    }
}

/// Whether a cell of a form that was given out still says what it said then.
fn still_says(entry: &Entry, stated: &Stated, field: &FieldDef, old: Option<&Value>) -> bool {
    let typed = stated.typed();
    entry.id.is_some() && typed.is_some_and(|typed| says_still(field, old, typed))
}

/// The first cell that says anything of an update.
fn said_at(update: &StatedUpdate) -> Option<At> {
    let said = update
        .fields
        .iter()
        .filter(|stated| stated.value().is_some());
    said.map(|stated| stated.at().unwrap_or_default()).next()
}

/// Whether all that a row says of the latest update is what it was.
fn agrees(columns: &[FieldDef], entry: &Entry, latest: &[Option<Value>]) -> bool {
    let pairs = entry.update.fields.iter().zip(latest).zip(columns);
    let said = pairs.filter(|((stated, _), _)| stated.value().is_some());
    said.into_iter().all(|((stated, old), field)| {
        let typed = stated.typed().unwrap_or_default();
        is_same(old.as_ref(), stated.value()) || says_still(field, old.as_ref(), typed)
    })
}

/// The state that a row speaks of, in its own words.
fn stated_word(columns: &[FieldDef], status: usize, update: &StatedUpdate) -> String {
    match (&update.fields[status], &columns[status].ty) {
        (Stated::Value { typed, .. }, FieldType::Choice(_)) => typed.clone(),
        _ => String::new(),
    }
}

/// Whether two values say the same, however their texts are spelled.
fn is_same(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(Value::Text(a)), Some(Value::Text(b))) => folded(a) == folded(b),
        (Some(Value::List(a)), Some(Value::List(b))) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(Some(a), Some(b)))
        }
        (Some(Value::Table(a)), Some(Value::Table(b))) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|(a, b)| is_same(a.as_ref(), b.as_ref()))
        }
        (a, b) => a == b,
    }
}

/// The kinds whose records a form of a kind must be held against: it, and those it points to.
pub fn kinds_needed(kind: &Kind) -> Vec<&str> {
    let mut needed = vec![kind.name.as_str()];
    for field in &kind.fields {
        if let FieldType::Record(kinds) = &field.ty {
            needed.extend(kinds.iter().map(String::as_str));
        }
    }
    needed
}
