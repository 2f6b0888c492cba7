//! What records say together: every check, one function and one line in the table.
//!
//! What a single file cannot even be read for is found while reading; these look at what was read.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::day::{Day, Period};
use crate::locale::Arg;
use crate::name::RecordId;
use crate::problem::{Place, Problem, Rule};
use crate::record::input::{is_safe_path, personal_number};
use crate::record::text::plain;
use crate::record::{Distinct, Record, Value, points};
use crate::rules::kind::{Bound, FieldDef, FieldType, Kind, Once};
use crate::rules::metric::{Measure, Peers, Ranking, Under};
use crate::source::Source;
use crate::spelling::{folded, tidy};
use crate::toml::parse;
use crate::tree::files::Files;
use crate::tree::{OwnedRecord, Root, Tree, pass, place_of};
use crate::written::selection::Selection;
use crate::written::{Data, named, parsed};

/// What a check is given: one organisation and its records.
#[derive(Clone, Copy)]
pub struct CheckInput<'t> {
    /// The ledger; of its records only those in `entries` are looked at.
    tree: &'t Tree<'t>,
    /// The organisation, by its index in the tree.
    org: usize,
    /// Its records.
    entries: &'t [OwnedRecord<'t>],
    /// The ledger's folder; none where it is made of texts alone, or of a commit.
    root: Option<&'t Root>,
    /// Today.
    today: Day,
}

/// A check: what it finds in an organisation and its records.
type Check = for<'t> fn(CheckInput<'t>) -> Vec<Finding<'t>>;

/// All checks of one organisation, in the order they run. What records of several organisations say
/// together is checked by [`Facts`].
const CHECKS: &[Check] = &[
    bounds,
    updates,
    |s| {
        once(
            s.entries
                .iter()
                .filter(|entry| !is_unique_everywhere(entry)),
        )
    },
    entered_twice,
    far_ahead,
    organisations,
    spellings,
    personal_numbers,
    paths,
    exemptions,
    life_of_organisation,
    prefixes,
    given_points,
];

/// A problem of a record, before its place in the file is looked up.
pub struct Finding<'t> {
    /// The record; none for an organisation's file.
    record: Option<&'t Record<'t>>,
    /// The organisation's file, where it is not a record.
    org_file: Option<String>,
    /// The key whose value is wrong.
    field: String,
    /// Which item of the value, where it is a list.
    item: Option<usize>,
    problem: Problem,
}

/// A ledger that is checked.
#[derive(Clone, Copy)]
pub struct Checked<'t> {
    /// Where its files are, so that what is wrong can be given its place.
    pub files: Option<&'t dyn Files>,
    /// Its folder, where it has one: attachments are looked for in it.
    pub root: Option<&'t Root>,
    /// Today.
    pub today: Day,
}

impl Checked<'_> {
    /// Everything wrong with a ledger that holds its records: what reading found and what the
    /// checks find, sorted.
    pub fn check(&self, tree: &Tree<'_>) -> Vec<Problem> {
        let of = |org: usize| tree.entries_of(org).to_vec();
        let facts = (0..tree.orgs.len())
            .map(|org| self.facts(tree, org, of(org)))
            .collect();
        self.problems(tree, facts, &of).0
    }

    /// The same for a ledger whose organisations are known and whose records pass by; and how many
    /// records it has.
    pub fn check_passing(&self, tree: &mut Tree<'_>, files: &dyn Files) -> (Vec<Problem>, usize) {
        let facts = pass::each_organisation(
            tree,
            files,
            &Selection::everything(),
            |tree, org, entries| self.facts(tree, org, entries),
        );
        let tree = &*tree;
        self.problems(tree, facts, &|org| pass::entries_of(tree, files, org))
    }

    /// What one organisation and its records say: what is wrong, and what others must be held
    /// against.
    fn facts<'r>(&self, tree: &Tree<'r>, org: usize, entries: Vec<OwnedRecord<'r>>) -> Facts<'r> {
        let subject = CheckInput {
            tree,
            org,
            entries: &entries,
            root: self.root,
            today: self.today,
        };
        let findings = CHECKS.iter().flat_map(|check| check(subject)).collect();
        let mut facts = Facts {
            problems: self.placed(findings),
            count: entries.len(),
            ..Facts::default()
        };
        facts
            .targets
            .extend(entries.iter().map(|entry| Target::of(&entry.record)));
        facts.targets.sort_unstable();
        for entry in &entries {
            for (_, kinds, id) in references_of(&entry.record) {
                let number = number_of(id);
                if !facts
                    .target(number)
                    .is_some_and(|target| target.fits(tree, kinds, &entry.record))
                {
                    facts
                        .open
                        .push((number, kinds, entry.record.retracted.is_some()));
                }
            }
        }
        facts.unique = entries.into_iter().filter(is_unique_everywhere).collect();
        // The few that are left would keep the memory of all.
        facts.unique.shrink_to_fit();
        facts
    }

    /// What is wrong with all organisations, and with what they say together.
    fn problems<'r>(
        &self,
        tree: &Tree<'r>,
        all: Vec<Facts<'r>>,
        of: &dyn Fn(usize) -> Vec<OwnedRecord<'r>>,
    ) -> (Vec<Problem>, usize) {
        let mut problems = tree.problems.clone();
        let mut targets = Vec::with_capacity(all.iter().map(|facts| facts.targets.len()).sum());
        let (mut unique, mut open, mut count) = (Vec::new(), Vec::new(), 0);
        for (org, facts) in all.into_iter().enumerate() {
            problems.extend(facts.problems);
            targets.extend(facts.targets);
            unique.extend(facts.unique);
            open.extend(facts.open.into_iter().map(|reference| (org, reference)));
            count += facts.count;
        }
        targets.sort_unstable();
        let all = Facts {
            targets,
            ..Facts::default()
        };
        problems.extend(self.placed(once(unique.iter())));
        // The organisations of which a reference leads nowhere are looked at once more, to say
        // which.
        let fits = |&(_, (number, kinds, retracted)): &(usize, Open<'_>)| {
            all.target(number).is_some_and(|target| {
                target.is_one_of(tree, kinds) && (retracted || !target.retracted)
            })
        };
        let wrong: BTreeSet<usize> = open
            .iter()
            .filter(|reference| !fits(reference))
            .map(|(org, _)| *org)
            .collect();
        for org in wrong {
            let mut entries = of(org);
            // A record of which there are different ones is left out everywhere.
            entries.retain(|entry| !is_doubled(tree, &entry.record));
            problems.extend(self.placed(references(tree, &entries, &all)));
        }
        problems.extend(unknown_peers(tree));
        (crate::problem::sorted(problems), count)
    }

    /// Gives findings their places.
    fn placed(&self, findings: Vec<Finding<'_>>) -> Vec<Problem> {
        let mut by_file: BTreeMap<String, Vec<Finding<'_>>> = BTreeMap::new();
        for finding in findings {
            by_file.entry(finding.file()).or_default().push(finding);
        }
        by_file
            .into_iter()
            .flat_map(|(file, findings)| placed(self.files, &file, findings))
            .collect()
    }
}

/// A reference that is not settled within its organisation: the number of the id, the kinds it may
/// point to, and whether the record that holds it was taken back.
type Open<'r> = (u64, &'r [String], bool);

/// What an organisation says that those of others must be held against.
#[derive(Default)]
struct Facts<'r> {
    problems: Vec<Problem>,
    /// Its records, in the order of their numbers.
    targets: Vec<Target>,
    open: Vec<Open<'r>>,
    /// Records of which the whole ledger may have only one alike at a time.
    unique: Vec<OwnedRecord<'r>>,
    count: usize,
}

impl Facts<'_> {
    /// The record whose id has this number.
    fn target(&self, number: u64) -> Option<&Target> {
        let at = self
            .targets
            .binary_search_by_key(&number, |target| target.number)
            .ok()?;
        self.targets.get(at)
    }
}

/// A record that others may point to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    /// The number of its id.
    number: u64,
    /// Its kind, by its index among the rules' kinds.
    kind: u32,
    retracted: bool,
}

impl Target {
    fn of(record: &Record<'_>) -> Target {
        let kind = u32::try_from(record.kind.number).unwrap_or(u32::MAX);
        Target {
            number: record.id.number(),
            kind,
            retracted: record.retracted.is_some(),
        }
    }

    fn kind<'t>(&self, tree: &'t Tree<'_>) -> Option<&'t Kind> {
        tree.rules.kinds.get(self.kind as usize).map(|kind| &**kind)
    }

    fn is_one_of(&self, tree: &Tree<'_>, kinds: &[String]) -> bool {
        self.kind(tree)
            .is_some_and(|kind| kinds.contains(&kind.name))
    }

    /// Whether a record may point to it.
    fn fits(&self, tree: &Tree<'_>, kinds: &[String], from: &Record<'_>) -> bool {
        self.is_one_of(tree, kinds) && (from.retracted.is_some() || !self.retracted)
    }
}

/// Whether the whole ledger may have only one such record at a time.
fn is_unique_everywhere(entry: &OwnedRecord<'_>) -> bool {
    entry.record.kind.once.iter().any(|once| once.everywhere)
}

/// The ids that a record points to, each with its field and the kinds of record that it may belong
/// to.
fn references_of<'a, 'r>(
    record: &'a Record<'r>,
) -> impl Iterator<Item = (&'r FieldDef, &'r [String], &'a str)> {
    let fields = record.kind.fields.iter().zip(&record.fields);
    fields
        .filter_map(|(field, value)| match (&field.ty, value) {
            (FieldType::Record(kinds), Some(value)) => Some((field, kinds.as_slice(), value)),
            _ => None,
        })
        .flat_map(|(field, kinds, value)| {
            value
                .items()
                .iter()
                .filter_map(Value::as_text)
                .map(move |id| (field, kinds, id))
        })
}

/// Places that are asked for among the organisations under one that is not there.
fn unknown_peers(tree: &Tree) -> Vec<Problem> {
    let mut found = Vec::new();
    for metric in tree.rules.metrics() {
        if let Measure::Rank(Ranking {
            peers: Peers {
                under: Under::Org(id),
                ..
            },
            ..
        }) = &metric.measure
            && !tree.orgs.iter().any(|org| org.path.as_str() == id)
        {
            found.push(
                Problem::new(Rule::DANGLING_ORG)
                    .at(metric.place.clone())
                    .with("org", id.as_str())
                    .with("field", "under"),
            );
        }
    }
    found
}

fn finding<'t>(record: &'t Record, field: &str, problem: Problem) -> Finding<'t> {
    Finding {
        record: Some(record),
        org_file: None,
        field: field.to_owned(),
        item: None,
        problem,
    }
}

/// Which bounds between two fields do not hold, with the field to mend.
pub fn broken_bounds(kind: &Kind, values: &[Option<Value>]) -> Vec<(usize, Problem)> {
    let broken = |bound: &Bound| -> Option<(usize, Problem)> {
        let (rule, field, other) = match *bound {
            Bound::AtMost(field, other) => (Rule::ABOVE_LIMIT, field, other),
            Bound::NotBefore(field, other) => (Rule::WRONG_ORDER, field, other),
        };
        let (value, limit) = (values[field].as_ref()?, values[other].as_ref()?);
        let wrong = match bound {
            Bound::AtMost(..) => value.as_number()? > limit.as_number()?,
            Bound::NotBefore(..) => value.as_day()? < limit.as_day()?,
        };
        let problem = || {
            Problem::new(rule)
                .with("field", &kind.fields[field].label)
                .with("value", plain(value))
                .with("other", &kind.fields[other].label)
                .with("limit", plain(limit))
        };
        wrong.then(|| (field, problem()))
    };
    // A number beside the reason why it is not known: one of the two is wrong, and the figures take
    // the reason.
    let given = |n: usize| values[n].is_some();
    let doubtful = kind.fields.iter().enumerate().filter_map(|(n, field)| {
        let why = field
            .unless
            .as_deref()
            .and_then(|why| kind.index(why))
            .filter(|&why| given(n) && given(why))?;
        let problem = Problem::new(Rule::KNOWN_AND_UNKNOWN)
            .with("field", &field.label)
            .with("other", &kind.fields[why].label);
        Some((n, problem))
    });
    kind.bounds
        .iter()
        .filter_map(broken)
        .chain(doubtful)
        .collect()
}

fn bounds(s: CheckInput<'_>) -> Vec<Finding<'_>> {
    let mut found = Vec::new();
    for OwnedRecord { record, .. } in s.entries {
        for (field, problem) in broken_bounds(record.kind, &record.fields) {
            found.push(finding(record, &record.kind.fields[field].name, problem));
        }
    }
    {
        let org = &s.tree.orgs[s.org];
        for (field, problem) in broken_bounds(&org.kind, &org.fields) {
            found.push(Finding {
                record: None,
                org_file: Some(org.file()),
                field: org.kind.fields[field].name.clone(),
                item: None,
                problem,
            });
        }
    }
    found
}

/// Points under a name that no scorecard knows, or beyond their range.
fn given_points(s: CheckInput<'_>) -> Vec<Finding<'_>> {
    let mut found = Vec::new();
    for OwnedRecord { record, .. } in s.entries {
        let Some(gives) = record.kind.gives.filter(|_| record.retracted.is_none()) else {
            continue;
        };
        if let Some(problem) = points::refused(s.tree.rules, record.kind, &record.fields) {
            let field = match problem.rule {
                Rule::POINTS_OUT_OF_RANGE => gives.points,
                Rule::NOT_SCORED => gives.card.unwrap_or(gives.item),
                _ => gives.item,
            };
            let name = &record.kind.fields[field].name;
            found.push(finding(record, name, problem));
        }
    }
    found
}

fn updates(s: CheckInput<'_>) -> Vec<Finding<'_>> {
    let mut found = Vec::new();
    for OwnedRecord { record, .. } in s.entries {
        let Some(life) = &record.kind.life else {
            continue;
        };
        let name = &record.kind.fields[life.updates].name;
        let rows = record.get(life.updates).map_or(&[][..], Value::items);
        let days: Vec<_> = rows
            .iter()
            .filter_map(|row| row.field(0)?.as_day())
            .collect();
        let mut at = |item: usize, problem| {
            found.push(Finding {
                item: Some(item),
                ..finding(record, name, problem)
            })
        };
        if let Some((early, problem)) = updated_before_start(record, &days) {
            at(early, problem);
        }
        if let Some(n) = record.taken_up_again() {
            at(
                n,
                Problem::new(Rule::TAKEN_UP_AGAIN).with(
                    "on",
                    days.get(n).map(ToString::to_string).unwrap_or_default(),
                ),
            );
        }
        if let Some(n) = days.windows(2).position(|pair| pair[1] < pair[0]) {
            at(
                n + 1,
                Problem::new(Rule::UPDATES_UNSORTED)
                    .with("first", days[n].to_string())
                    .with("second", days[n + 1].to_string()),
            );
        }
    }
    found
}

/// Records that hold at the same time what only one of them can: two offices at once, one month
/// twice.
fn once<'t>(entries: impl Iterator<Item = &'t OwnedRecord<'t>>) -> Vec<Finding<'t>> {
    // By kind, organisation where it holds within each, and the values that only one may have.
    type Same<'t> = (&'t str, usize, Option<usize>, Vec<Option<Distinct>>);
    let mut held: BTreeMap<Same<'_>, Vec<(Period, &Record<'_>)>> = BTreeMap::new();
    for OwnedRecord { org, record } in entries.filter(|entry| entry.record.retracted.is_none()) {
        let Some(span) = record.lasts() else {
            continue;
        };
        for (n, once) in record.kind.once.iter().enumerate() {
            let same = held_by(record, once);
            let within = (!once.everywhere).then_some(*org);
            held.entry((&record.kind.name, n, within, same))
                .or_default()
                .push((span, record));
        }
    }
    let mut found = Vec::new();
    for ((_, n, ..), records) in &mut held {
        // In the order of their starts each is compared with the one before it that lasts longest.
        records.sort_by_key(|(span, record)| (span.first(), &record.id));
        let mut longest: Option<(Period, &Record)> = None;
        for &(span, record) in records.iter() {
            if let (Some((_, other)), Some(once)) = (
                longest.filter(|(before, _)| span.first() < before.end()),
                record.kind.once.get(*n),
            ) {
                let field = once.fields.first().copied().unwrap_or(record.kind.start);
                found.push(finding(
                    record,
                    &record.kind.fields[field].name,
                    twice(record, once, other),
                ));
            }
            if longest.is_none_or(|(before, _)| span.end() > before.end()) {
                longest = Some((span, record));
            }
        }
    }
    found
}

/// Records that a clerk may have entered twice: of one organisation, alike in what makes two of
/// their kind the same.
fn entered_twice(s: CheckInput<'_>) -> Vec<Finding<'_>> {
    // Few records are alike even in their digest; only those are compared.
    let mut alike: HashMap<(&str, u64), Vec<&Record<'_>>> = HashMap::new();
    let mut found = Vec::new();
    for OwnedRecord { record, .. } in s
        .entries
        .iter()
        .filter(|entry| entry.record.retracted.is_none() && !entry.record.kind.same.is_empty())
    {
        let others = alike
            .entry((&record.kind.name, record.digest_of(&record.kind.same)))
            .or_default();
        match others
            .iter()
            .find(|other| other.sameness() == record.sameness())
        {
            Some(other) => found.push(finding(
                record,
                &record.kind.fields[record.kind.title].name,
                twin(record, other),
            )),
            None => others.push(record),
        }
    }
    found
}

/// That a record says the same thing as another.
pub fn twin(record: &Record, other: &Record) -> Problem {
    Problem::new(Rule::ENTERED_TWICE)
        .with("kind", &record.kind.label)
        .with("title", called(record))
        .with("other", whereabouts(other))
}

/// A record's title, or the first thing that a list says of it.
fn called(record: &Record) -> String {
    let said = record.title().or_else(|| {
        record
            .kind
            .columns
            .iter()
            .find_map(|&field| record.get(field))
    });
    said.map(plain).unwrap_or_default()
}

/// A record's id, file and line.
fn whereabouts(record: &Record) -> String {
    format!(
        "{}, {}:{}",
        record.id, record.origin.file, record.origin.line
    )
}

/// That two records hold at the same time what only one of them can, if they do.
pub fn held_twice(record: &Record, other: &Record) -> Option<Problem> {
    let (one, two) = (record.lasts()?, other.lasts()?);
    let at_once = one.first() < two.end() && two.first() < one.end();
    if !at_once || record.kind.name != other.kind.name {
        return None;
    }
    let mut all = record.kind.once.iter();
    let once = all.find(|once| held_by(record, once) == held_by(other, once))?;
    Some(twice(record, once, other))
}

/// The values that only one record may have at a time.
fn held_by(record: &Record, once: &Once) -> Vec<Option<Distinct>> {
    once.fields
        .iter()
        .map(|&field| record.get(field).map(Distinct::of))
        .collect()
}

fn twice(record: &Record, once: &Once, other: &Record) -> Problem {
    let field = once.fields.first().copied().unwrap_or(record.kind.start);
    Problem::new(Rule::HELD_TWICE)
        .with("kind", &record.kind.label)
        .with(
            "value",
            record
                .get(field)
                .or(record.get(record.kind.period))
                .map(plain)
                .unwrap_or_default(),
        )
        .with("other", whereabouts(other))
}

/// That a record begins more than a year from today, if it does: 2062 for 2026.
fn too_far_ahead(record: &Record, today: Day) -> Option<Problem> {
    let in_a_year =
        Day::new(today.year() + 1, today.month(), today.day()).unwrap_or(today.plus(365));
    record.starts().filter(|start| *start > in_a_year)?;
    let (field, value) = (
        &record.kind.fields[record.kind.start],
        record.get(record.kind.start)?,
    );
    let said = match (&field.ty, value) {
        (FieldType::Year, Value::Period(year)) => year.first().year().to_string(),
        _ => plain(value),
    };
    Some(
        Problem::new(Rule::FAR_AHEAD)
            .with("field", &field.label)
            .with("day", said),
    )
}

/// That a record was updated before it began, with the index of the update; `days` are those of
/// its updates.
fn updated_before_start(record: &Record, days: &[Day]) -> Option<(usize, Problem)> {
    let start = record.starts()?;
    let early = days.iter().position(|day| *day < start)?;
    let problem = Problem::new(Rule::UPDATE_BEFORE_START)
        .with("on", days[early].to_string())
        .with("start", start.to_string())
        .with("field", &record.kind.fields[record.kind.start].label);
    Some((early, problem))
}

/// What of a record that is to be written may be a slip of the pen, by itself: it begins more than
/// a year ahead, or was updated before it began.
pub fn doubts(record: &Record, today: Day) -> Vec<Problem> {
    let days: Vec<Day> = record.updates().iter().map(|update| update.on).collect();
    let early = updated_before_start(record, &days).map(|(_, problem)| problem);
    too_far_ahead(record, today)
        .into_iter()
        .chain(early)
        .collect()
}

fn far_ahead(s: CheckInput<'_>) -> Vec<Finding<'_>> {
    let records = s
        .entries
        .iter()
        .map(|entry| &entry.record)
        .filter(|record| record.retracted.is_none());
    let of = |record| Some((record, too_far_ahead(record, s.today)?));
    records
        .filter_map(of)
        .map(|(record, problem)| {
            finding(record, &record.kind.fields[record.kind.start].name, problem)
        })
        .collect()
}

/// Texts that the program would have written otherwise: an edit by hand, a paste.
fn spellings(s: CheckInput<'_>) -> Vec<Finding<'_>> {
    fn untidy(value: &Value) -> Option<&str> {
        match value {
            Value::Text(text) => Some(text.as_str()).filter(|text| tidy(text) != *text),
            Value::List(items) => items.iter().find_map(untidy),
            Value::Table(fields) => fields.iter().flatten().find_map(untidy),
            Value::Integer(_)
            | Value::Decimal(_)
            | Value::Boolean(_)
            | Value::Day(_)
            | Value::Period(_) => None,
        }
    }
    let orgs = std::iter::once(&s.tree.orgs[s.org])
        .map(|org| (&*org.kind, &org.fields, None, Some(org.file())));
    let records = s
        .entries
        .iter()
        .map(|OwnedRecord { record, .. }| (record.kind, &record.fields, Some(record), None));
    let mut found = Vec::new();
    for (kind, fields, record, org_file) in orgs.chain(records) {
        for (field, value) in kind.fields.iter().zip(fields) {
            let Some(text) = value.as_ref().and_then(untidy) else {
                continue;
            };
            let problem = Problem::new(Rule::SPELLING)
                .with("field", &field.label)
                .with("tidy", tidy(text).into_owned());
            found.push(Finding {
                record,
                org_file: org_file.clone(),
                field: field.name.clone(),
                item: None,
                problem,
            });
        }
    }
    found
}

/// The number of the id that a text names; 0, which none has, where it names none.
fn number_of(text: &str) -> u64 {
    folded(text).parse().map_or(0, |id: RecordId| id.number())
}

/// Whether several different records have the id of one.
fn is_doubled(tree: &Tree<'_>, record: &Record<'_>) -> bool {
    let mut doubled = tree
        .problems
        .iter()
        .filter(|problem| problem.rule == Rule::DUPLICATE_ID);
    doubled.any(|problem| problem.has("id", record.id.as_str()))
}

/// What records point to that is not there, is of another kind, or was taken back.
fn references<'t>(
    tree: &Tree<'_>,
    entries: &'t [OwnedRecord<'_>],
    all: &Facts<'_>,
) -> Vec<Finding<'t>> {
    let mut found = Vec::new();
    for OwnedRecord { record, .. } in entries {
        for (field, kinds, id) in references_of(record) {
            let problem = match all.target(number_of(id)) {
                None => Problem::new(Rule::DANGLING_REFERENCE)
                    .with("id", id)
                    .with("field", &field.label),
                Some(target) if !target.is_one_of(tree, kinds) => {
                    let allowed = kinds
                        .iter()
                        .filter_map(|k| tree.rules.kind(k))
                        .map(|k| k.label.clone())
                        .collect();
                    let problem = Problem::new(Rule::WRONG_REFERENCE).with("id", id);
                    let problem = target
                        .kind(tree)
                        .into_iter()
                        .fold(problem, |problem, kind| problem.with("found", &kind.label));
                    problem.with("wanted", Arg::Labels(allowed))
                }
                Some(target) if target.retracted && record.retracted.is_none() => {
                    Problem::new(Rule::RETRACTED_REFERENCE)
                        .with("id", id)
                        .with("field", &field.label)
                }
                Some(_) => continue,
            };
            found.push(finding(record, &field.name, problem));
        }
    }
    found
}

/// Organisations that records name and that are not there.
fn organisations(s: CheckInput<'_>) -> Vec<Finding<'_>> {
    let mut found = Vec::new();
    for OwnedRecord { record, .. } in s.entries {
        for (field, value) in record.kind.fields.iter().zip(&record.fields) {
            let is_there = |id: &str| {
                folded(id).parse().is_ok_and(|path| {
                    s.tree
                        .owner(&path)
                        .is_some_and(|org| s.tree.orgs[org].path == path)
                })
            };
            if let (FieldType::Organisation, Some(id)) =
                (&field.ty, value.as_ref().and_then(Value::as_text))
                && !is_there(id)
            {
                found.push(finding(
                    record,
                    &field.name,
                    Problem::new(Rule::DANGLING_ORG)
                        .with("org", id)
                        .with("field", &field.label),
                ));
            }
        }
    }
    found
}

fn personal_numbers(s: CheckInput<'_>) -> Vec<Finding<'_>> {
    let mut found = Vec::new();
    let mut look =
        |fields: &[FieldDef], values: &[Option<Value>], record, org_file: Option<String>| {
            for (field, value) in fields.iter().zip(values) {
                let Some(number) = value.as_ref().and_then(number_in) else {
                    continue;
                };
                let problem = Problem::new(Rule::PERSONAL_NUMBER)
                    .with("field", field.name.as_str())
                    .with("what", Arg::Message(number));
                found.push(Finding {
                    record,
                    org_file: org_file.clone(),
                    field: field.name.clone(),
                    item: None,
                    problem,
                });
            }
        };
    {
        let org = &s.tree.orgs[s.org];
        look(&org.kind.fields, &org.fields, None, Some(org.file()));
    }
    for OwnedRecord { record, .. } in s.entries {
        look(&record.kind.fields, &record.fields, Some(record), None);
        if let Some(retracted) = &record.retracted {
            look(
                &[s.tree.rules.retraction_field()],
                &[Some(retracted.clone())],
                Some(record),
                None,
            );
        }
    }
    found
}

fn number_in(value: &Value) -> Option<&'static str> {
    match value {
        Value::Text(text) => personal_number(text),
        Value::List(items) => items.iter().find_map(number_in),
        Value::Table(fields) => fields.iter().flatten().find_map(number_in),
        // A number is an amount: identity numbers do not fit, and nobody sums up telephones.
        Value::Integer(_)
        | Value::Decimal(_)
        | Value::Boolean(_)
        | Value::Day(_)
        | Value::Period(_) => None,
    }
}

/// Paths that lead out of the ledger, and attachments that are not there.
fn paths(s: CheckInput<'_>) -> Vec<Finding<'_>> {
    let mut found = Vec::new();
    for OwnedRecord { record, .. } in s.entries {
        for (field, value) in record.kind.fields.iter().zip(&record.fields) {
            let (FieldType::Path, Some(value)) = (&field.ty, value) else {
                continue;
            };
            for (n, path) in value.items().iter().enumerate() {
                let Some(path) = path.as_text() else { continue };
                let there = |root: &Root| root.path.join(path).symlink_metadata().is_ok();
                let rule = match is_safe_path(path) {
                    false => Rule::UNSAFE_PATH,
                    true if record.retracted.is_none()
                        && s.root.is_some_and(|root| !there(root)) =>
                    {
                        Rule::MISSING_ATTACHMENT
                    }
                    true => continue,
                };
                let problem = Problem::new(rule)
                    .with("field", field.name.as_str())
                    .with("value", path);
                found.push(Finding {
                    item: Some(n),
                    ..finding(record, &field.name, problem)
                });
            }
        }
    }
    found
}

fn exemptions(s: CheckInput<'_>) -> Vec<Finding<'_>> {
    let mut found = Vec::new();
    {
        let org = &s.tree.orgs[s.org];
        for exemption in &org.exemptions {
            if let Some(until) = exemption.until.filter(|until| *until < exemption.from) {
                let problem = Problem::new(Rule::WRONG_EXEMPTION)
                    .with("from", exemption.from.to_string())
                    .with("until", until.to_string());
                found.push(Finding {
                    record: None,
                    org_file: Some(org.file()),
                    field: "exempt".to_owned(),
                    item: None,
                    problem,
                });
            }
        }
    }
    found
}

fn life_of_organisation(s: CheckInput<'_>) -> Vec<Finding<'_>> {
    let mut found = Vec::new();
    for OwnedRecord { org, record } in s.entries {
        let org = &s.tree.orgs[*org];
        if let Some(day) = record.starts()
            && !org.exists_on(day)
            && record.retracted.is_none()
        {
            let field = &record.kind.fields[record.kind.start].name;
            found.push(finding(
                record,
                field,
                Problem::new(Rule::OUTSIDE_LIFE)
                    .with("day", day.to_string())
                    .with("org", org.name()),
            ));
        }
    }
    found
}

fn prefixes(s: CheckInput<'_>) -> Vec<Finding<'_>> {
    let wrong = s
        .entries
        .iter()
        .filter(|e| e.record.id.prefix() != e.record.kind.prefix);
    wrong
        .map(|OwnedRecord { record, .. }| {
            let problem = Problem::new(Rule::WRONG_PREFIX)
                .with("id", record.id.as_str())
                .with("prefix", record.kind.prefix.as_str())
                .with("kind", &record.kind.label);
            finding(record, "id", problem)
        })
        .collect()
}

impl Finding<'_> {
    fn file(&self) -> String {
        match (self.record, &self.org_file) {
            (Some(record), _) => record.origin.file.to_string(),
            (None, Some(file)) => file.clone(),
            (None, None) => String::new(),
        }
    }
}

/// Gives the findings of one file their places, by reading it once more: only what is wrong needs a
/// place.
fn placed(files: Option<&dyn Files>, file: &str, findings: Vec<Finding<'_>>) -> Vec<Problem> {
    let source = files.and_then(|files| files.read_named(file).ok());
    let source = source.unwrap_or_else(|| Source::new(file, ""));
    let document = parse(&source).ok();
    let (rows, fields) = document.as_ref().map_or_else(Default::default, |document| {
        (
            parsed::rows(&source, &document.root),
            parsed::fields(&document.root, &[]),
        )
    });
    let place = |finding: &Finding<'_>| {
        let fields = match finding.record {
            None => &fields,
            Some(record) => {
                let n = rows.binary_search_by_key(&record.origin.at, |row| row.header.start);
                &rows[n.ok()?].fields
            }
        };
        let field = named(fields, &finding.field)?;
        // A list may run over many lines; where no item is meant, its key is what to look at.
        let span = match (&field.data, finding.item) {
            (Data::List(items), Some(item)) => {
                items.get(item).map_or(&field.key, |item| &item.span)
            }
            (Data::List(_), None) => &field.key,
            _ => &field.span,
        };
        Some(source.place(span.clone()))
    };
    findings
        .into_iter()
        .map(|finding| {
            let place = place(&finding)
                .unwrap_or_else(|| finding.record.map_or_else(|| Place::file(file), place_of));
            finding.problem.at(place)
        })
        .collect()
}
