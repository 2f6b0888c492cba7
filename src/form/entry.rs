//! A row as a record: its organisation, and what each of its cells says.

use super::heading::{Target, is_percentage, update_columns};
use super::layout::{Column, Group, Layout, Tick};
use super::rows::SheetReader;
use super::value::{Circumstances, Percent, Said, no_year};
use super::{CellProblem, Entry, Stated, StatedUpdate};
use crate::day::{Day, Period, PeriodName, When};
use crate::name::RecordId;
use crate::number::Decimal;
use crate::problem::{Problem, Rule};
use crate::record::{Value, input};
use crate::rules::form::{Wording, squeezed};
use crate::rules::kind::{FieldDef, FieldType};
use crate::sheet::{At, Cell};

/// A cell under a column.
#[derive(Clone, Copy)]
struct Spot<'s> {
    cell: Option<&'s Cell>,
    at: At,
    column: &'s Column,
}

impl SheetReader<'_, '_> {
    pub(super) fn entry(&mut self, layout: &Layout, row: u32, group: Option<&Group>) -> Entry {
        let kind = self.request.kind;
        let first = self
            .sheet
            .row(row)
            .next()
            .map_or(At { row, column: 0 }, |(column, _)| At { row, column });
        let mut entry = Entry {
            org: None,
            id: None,
            fields: vec![Stated::Unasked; kind.fields.len()],
            update: StatedUpdate {
                fields: vec![Stated::Unasked; update_columns(kind).unwrap_or_default().len()],
                day_says_done: false,
            },
            problems: Vec::new(),
            first,
            carried: Vec::new(),
        };
        self.organisation(layout, row, group, &mut entry);
        if let Some(at) = layout.doubled {
            let problem = Problem::new(Rule::FORM_TWO_TABLES);
            entry.problems.push(CellProblem { at, problem });
        }
        for column in &layout.columns {
            let (Some(target), true) = (
                column.target,
                column.group.is_none() || column.group.as_ref() == group,
            ) else {
                continue;
            };
            let at = At {
                row,
                column: column.index,
            };
            let cell = self.sheet.at(at).map(|(cell, _)| cell);
            let spot = Spot { cell, at, column };
            if let Some(tick) = &column.tick {
                self.tick(tick, target, spot, &mut entry);
                continue;
            }
            match target {
                Target::Id => {
                    let id = cell.map(|cell| cell.typed().trim().to_owned());
                    entry.id = id.filter(|id| id.parse::<RecordId>().is_ok());
                }
                Target::Field(n) if self.is_updates(n) => {
                    self.progress(&mut entry, spot);
                }
                Target::Field(n) => {
                    let stated = self.stated(&kind.fields[n], spot, &mut entry);
                    if let Some(stated) = stated {
                        entry.fields[n] = stated;
                    }
                }
                // 已兑现（6月20日）
                Target::Update(n) if self.is_state(n) => self.progress(&mut entry, spot),
                Target::Update(n) if self.tells_state(layout, n) => {
                    self.progress(&mut entry, spot);
                    if entry.update.fields[n].typed().is_none() {
                        let columns = update_columns(kind).unwrap_or_default();
                        let stated = self.stated_update(&columns[n], spot, &mut entry);
                        entry.update.fields[n] = stated.unwrap_or_default();
                    }
                }
                Target::Update(n) => {
                    let columns = update_columns(kind).unwrap_or_default();
                    let says_done = self.headings.is_of_completion(&column.heading);
                    entry.update.day_says_done |= columns[n].name == "on" && says_done;
                    let stated = self.stated_update(&columns[n], spot, &mut entry);
                    // A blank takes nothing from what was said beside the state.
                    let is_said = entry.update.fields[n].value().is_some();
                    if let Some(stated) = stated.filter(|s| !is_said || s.value().is_some()) {
                        entry.update.fields[n] = stated;
                    }
                }
                Target::Serial | Target::Org | Target::Above => {}
            }
        }
        self.add_what_is_known(layout, group, &mut entry);
        entry
    }

    /// A cell in a column of ticks: a tick, or the word above it once more, says its value.
    fn tick(&self, tick: &Tick, target: Target, spot: Spot<'_>, entry: &mut Entry) {
        let Spot { cell, at, column } = spot;
        let kind = self.request.kind;
        let (field, slot) = match target {
            Target::Field(n) => (&kind.fields[n], &mut entry.fields[n]),
            Target::Update(n) => (
                &update_columns(kind).unwrap_or_default()[n],
                &mut entry.update.fields[n],
            ),
            Target::Id | Target::Serial | Target::Org | Target::Above => return,
        };
        let truth = FieldDef {
            ty: FieldType::Boolean,
            list: false,
            ..field.clone()
        };
        let typed = cell.map(Cell::typed).unwrap_or_default();
        let said = match cell {
            Some(_) if squeezed(&typed) == squeezed(&tick.word) => {
                Ok(Said::Value(Value::Boolean(true)))
            }
            Some(cell) => self.circumstances(column).read(&truth, cell),
            None => Ok(Said::Nothing),
        };
        let problem = match (said, &mut *slot) {
            (Ok(Said::Value(Value::Boolean(true))), slot) => match slot {
                Stated::Value {
                    value: Value::List(items),
                    ..
                } => {
                    items.push(tick.value.clone());
                    return;
                }
                Stated::Value { .. } => {
                    Problem::new(Rule::FORM_TWO_TICKS).with("field", &field.label)
                }
                _ => {
                    let value = tick.value.clone();
                    *slot = Stated::Value {
                        value: match field.list {
                            true => Value::List(vec![value]),
                            false => value,
                        },
                        typed: tick.word.clone(),
                        at: Some(at),
                    };
                    return;
                }
            },
            (Ok(_), slot) => {
                if slot.typed().is_none() {
                    *slot = Stated::Blank { at, typed };
                }
                return;
            }
            (Err(problem), _) => problem,
        };
        entry.problems.push(CellProblem { at, problem });
    }

    /// Whether the words of progress may be a state: no column has the states themselves.
    fn tells_state(&self, layout: &Layout, step: usize) -> bool {
        let columns = update_columns(self.request.kind).unwrap_or_default();
        let status = columns.iter().position(|column| column.name == "status");
        let has_column =
            status.is_some_and(|n| layout.column_of(Target::Update(n), None).is_some());
        columns[step].name == "note" && !has_column
    }

    fn is_updates(&self, field: usize) -> bool {
        let life = self.request.kind.life.as_ref();
        life.is_some_and(|life| life.updates == field)
    }

    /// Which organisation a row is of: by its own columns, by those of the row above, by its group
    /// of columns, by a section, by what was asked for, by what stands above the table, or by the
    /// sheet's name.
    fn organisation(
        &mut self,
        layout: &Layout,
        row: u32,
        group: Option<&Group>,
        entry: &mut Entry,
    ) {
        let wording = &self.request.tree.rules.wording;
        let cell = |target: Target| {
            let column = layout.column_of(target, None)?;
            let at = At {
                row,
                column: column.index,
            };
            let (cell, _) = self.sheet.at(at)?;
            let text: String = cell.typed().split_whitespace().collect();
            (!text.is_empty()).then_some((text, at))
        };
        let own_cell = cell(Target::Org);
        let is_none = |(text, _): &(String, At)| Wording::is(&wording.blank, text);
        // A dash says that there is none; only a blank goes on with the one above.
        let says_none = own_cell.as_ref().is_some_and(is_none);
        let org = own_cell.clone().filter(|cell| !is_none(cell));
        match (cell(Target::Above).filter(|cell| !is_none(cell)), org) {
            (None, None) if says_none => self.org = None,
            (None, None) => {}
            (None, Some(org)) => self.org = Some(org),
            (Some(above), org) => {
                let is_new = self.above.as_ref().is_none_or(|(name, _)| *name != above.0);
                if is_new || org.is_some() || says_none {
                    self.org = org;
                }
                self.above = Some(above);
            }
        }
        let here = |(name, at): &(String, At)| (name.clone(), At { row, ..*at });
        let of_group = group.and_then(|group| group.org.clone());
        let own = match of_group {
            Some(name) => Some((name, entry.first)),
            None => self.org.as_ref().map(here),
        };
        let above = self.above.as_ref().map(here);
        let carried = own
            .iter()
            .chain(&above)
            .filter(|(_, at)| self.sheet.at(*at).is_none());
        entry.carried = carried.map(|(name, at)| (*at, name.clone())).collect();
        match self.resolved(own, above, entry.first) {
            Ok(org) => entry.org = org,
            Err(found) => entry.problems.push(*found),
        }
        if entry.org.is_none() && entry.problems.is_empty() {
            let at = own_cell.map_or(entry.first, |(_, at)| at);
            let problem = Problem::new(Rule::FORM_NO_ORG);
            entry.problems.push(CellProblem { at, problem });
        }
    }

    /// The organisation of a row by the names that stand for it; none where nothing names one.
    fn resolved(
        &self,
        own: Option<(String, At)>,
        above: Option<(String, At)>,
        first: At,
    ) -> Result<Option<usize>, Box<CellProblem>> {
        let fail = |at: At| move |problem: Problem| Box::new(CellProblem { at, problem });
        let frame = self.frame(first);
        let frame_org = frame.as_ref().ok().copied().flatten();
        let above = match above {
            Some((name, at)) => Some(self.places.find(&name, frame_org).map_err(fail(at))?),
            None => None,
        };
        match (own, above) {
            (Some((name, at)), Some(above)) => self
                .places
                .find_under(&name, above)
                .map(Some)
                .map_err(fail(at)),
            (Some((name, at)), None) => self
                .places
                .find(&name, frame_org)
                .map(Some)
                .map_err(fail(at)),
            (None, Some(above)) => Ok(Some(above)),
            (None, None) => frame,
        }
    }

    /// The organisation of rows that name none.
    fn frame(&self, first: At) -> Result<Option<usize>, Box<CellProblem>> {
        let said = self.context.org.as_ref();
        let of_sheet = self.places.named(&self.sheet.name);
        let tree = self.request.tree;
        // The sheet of one organisation with the name of another above it, or asked for another:
        // nobody knows whose. Of one and another above it the lower one is meant.
        let both = |org: usize, other: usize| {
            if tree.subtree(other).contains(&org) {
                return Ok(Some(org));
            }
            if tree.subtree(org).contains(&other) {
                return Ok(Some(other));
            }
            let problem = Problem::new(Rule::FORM_TWO_ORGS)
                .with("name", tree.orgs[org].name())
                .with("other", tree.orgs[other].name());
            Err(Box::new(CellProblem { at: first, problem }))
        };
        let Some((name, at)) = said else {
            return match (self.request.org, of_sheet) {
                (Some(org), Some(other)) => both(org, other),
                (org, other) => Ok(org.or(other)),
            };
        };
        let fail = |problem: Problem| Box::new(CellProblem { at: *at, problem });
        let org = self.places.find(name, self.request.org).map_err(fail)?;
        if self.context.of_section {
            return Ok(Some(org));
        }
        match self.request.org.or(of_sheet) {
            Some(other) => both(org, other),
            None => Ok(Some(org)),
        }
    }

    /// What is known of a cell besides what stands in it.
    fn circumstances(&self, column: &Column) -> Circumstances<'_> {
        Circumstances {
            wording: &self.request.tree.rules.wording,
            when: When {
                today: None,
                year: self.request.year.or(column.year).or_else(|| self.year()),
            },
            epoch: self.sheet.epoch,
            scale: column.unit,
            percent: self
                .percents
                .get(&column.index)
                .copied()
                .unwrap_or(Percent::Not),
            is_title: column.target == Some(Target::Field(self.request.kind.title)),
        }
    }

    /// How a column under a heading writes percentages.
    pub(super) fn percent(&self, layout: &Layout, column: &Column) -> Percent {
        if !self.is_percentage(column) {
            return Percent::Not;
        }
        let rows = self.sheet.rows().filter(|row| *row > layout.last);
        let (mut small, mut large, mut parts) = (false, false, false);
        for row in rows {
            let at = At {
                row,
                column: column.index,
            };
            let number = match self.sheet.at(at) {
                Some((
                    Cell::Number {
                        value,
                        percent: false,
                    },
                    _,
                )) => *value,
                Some((Cell::Text(text), _)) => match input::number(text) {
                    Some(value) => value,
                    None => continue,
                },
                _ => continue,
            };
            small |= number <= Decimal::ONE && !number.is_zero();
            parts |= number < Decimal::ONE && !number.is_zero();
            large |= number > Decimal::ONE;
        }
        match (small, large) {
            (true, true) if parts => Percent::Mixed,
            (true, false) => Percent::Fractions,
            _ => Percent::Hundredths,
        }
    }

    pub(super) fn is_percentage(&self, column: &Column) -> bool {
        let kind = self.request.kind;
        let field = match column.target {
            Some(Target::Field(n)) => &kind.fields[n],
            Some(Target::Update(n)) => &update_columns(kind).unwrap_or_default()[n],
            _ => return false,
        };
        let said = column.percentage || is_percentage(&field.label.zh);
        said && field.ty.is_number()
    }

    /// What a cell says of a field; nothing where something is wrong with it, which is noted.
    fn stated(&self, field: &FieldDef, spot: Spot<'_>, entry: &mut Entry) -> Option<Stated> {
        let Spot { cell, at, column } = spot;
        let Some(cell) = cell else {
            let typed = String::new();
            return Some(Stated::Blank { at, typed });
        };
        let typed = cell.typed();
        let circumstances = self.circumstances(column);
        let read = match &field.ty {
            FieldType::Record(kinds) => {
                let as_text = FieldDef {
                    ty: FieldType::Text,
                    ..field.clone()
                };
                let said = circumstances.read(&as_text, cell);
                said.and_then(|said| self.reference(kinds, said, entry.org))
            }
            _ => circumstances.read(field, cell),
        };
        match read {
            Ok(Said::Nothing) => Some(Stated::Blank { at, typed }),
            Ok(Said::Value(value)) => Some(Stated::Value {
                value,
                typed,
                at: Some(at),
            }),
            Ok(Said::Unknown(words)) => {
                let why = field
                    .unless
                    .as_deref()
                    .and_then(|why| self.request.kind.index(why));
                if let Some(why) = why {
                    entry.fields[why] = Stated::Value {
                        value: Value::Text(words.as_str().into()),
                        typed: words,
                        at: Some(at),
                    };
                }
                None
            }
            Err(problem) => {
                entry.problems.push(CellProblem { at, problem });
                Some(Stated::Wrong { at, typed })
            }
        }
    }

    /// What a cell says by the title of another record, or by those of several.
    fn reference(&self, kinds: &[String], said: Said, org: Option<usize>) -> Result<Said, Problem> {
        let find = |text: &Value| {
            let name = text.as_text().unwrap_or_default();
            let id = self.titles.find(kinds, name.trim(), org)?;
            Ok(Value::Text(id.into()))
        };
        match said {
            Said::Value(Value::List(items)) => {
                let ids = items.iter().map(find).collect::<Result<_, Problem>>()?;
                Ok(Said::Value(Value::List(ids)))
            }
            Said::Value(name) => find(&name).map(Said::Value),
            said => Ok(said),
        }
    }

    /// What a cell says of a field of the latest update; √ in the column of states is the end.
    fn stated_update(&self, field: &FieldDef, spot: Spot<'_>, entry: &mut Entry) -> Option<Stated> {
        let Spot { cell, at, .. } = spot;
        let life = self.request.kind.life.as_ref()?;
        let text = cell.map(Cell::typed).unwrap_or_default();
        if matches!(field.ty, FieldType::Choice(_)) && cell.is_some() {
            let truth = FieldDef {
                ty: FieldType::Boolean,
                ..field.clone()
            };
            match input::value(&truth, &text, self.request.today) {
                Ok(Value::Boolean(true)) => {
                    let done = &life.statuses[life.done].choice.name;
                    let value = Value::Text(done.as_str().into());
                    return Some(Stated::Value {
                        value,
                        typed: text,
                        at: Some(at),
                    });
                }
                Ok(_) => return Some(Stated::Blank { at, typed: text }),
                Err(_) => {}
            }
        }
        self.stated(field, spot, entry)
    }

    /// A cell of progress: a state, before or behind it perhaps the day of it. What is no state is
    /// left to whoever asked, with nothing noted.
    fn progress(&self, entry: &mut Entry, spot: Spot<'_>) {
        let Spot { cell, at, column } = spot;
        let columns = update_columns(self.request.kind).unwrap_or_default();
        let index = |name: &str| columns.iter().position(|column| column.name == name);
        let (Some(on), Some(status)) = (index("on"), index("status")) else {
            return;
        };
        let text = cell.map(Cell::typed).unwrap_or_default();
        let text = text.trim();
        let when = self.circumstances(column).when;
        let day = |text: &str| input::value(&columns[on], text, when).ok();
        let some_year = When {
            today: None,
            year: Some(2000),
        };
        let is_day = |text: &str| input::value(&columns[on], text, some_year).is_ok();
        let found = dated_state(text).into_iter().find(|(day, _)| is_day(day));
        let (said, state) = match found {
            Some((day, state)) => (Some(day), Cell::Text(state.to_owned())),
            None => (None, cell.cloned().unwrap_or(Cell::Text(String::new()))),
        };
        let before = entry.problems.len();
        let day = said.and_then(day);
        if let (Some(said), None) = (said, &day) {
            let problem = no_year(&columns[on], said);
            entry.problems.push(CellProblem { at, problem });
        }
        let spot = Spot {
            cell: Some(&state).filter(|_| !text.is_empty()),
            ..spot
        };
        let stated = self.stated_update(&columns[status], spot, entry);
        if entry.problems.len() > before && self.is_note(column) {
            entry.problems.truncate(before);
            return;
        }
        if let Some(value) = day {
            entry.update.fields[on] = Stated::Value {
                value,
                typed: text.to_owned(),
                at: Some(at),
            };
        }
        if let Some(stated) = stated
            && entry.update.fields[status].value().is_none()
        {
            entry.update.fields[status] = stated;
        }
        // The words are taken: they are no note too.
        if self.is_note(column)
            && let Some(Target::Update(n)) = column.target
        {
            let typed = text.to_owned();
            entry.update.fields[n] = Stated::Blank { at, typed };
        }
    }

    /// Whether a field of an update is the state.
    fn is_state(&self, step: usize) -> bool {
        let columns = update_columns(self.request.kind).unwrap_or_default();
        columns[step].name == "status"
    }

    fn is_note(&self, column: &Column) -> bool {
        let columns = update_columns(self.request.kind).unwrap_or_default();
        match column.target {
            Some(Target::Update(n)) => columns[n].name == "note",
            _ => false,
        }
    }

    /// Fills in what every row has, and the period of a group or of the title.
    fn add_what_is_known(&self, layout: &Layout, group: Option<&Group>, entry: &mut Entry) {
        let kind = self.request.kind;
        let always = |value: Value| Stated::Value {
            value,
            typed: String::new(),
            at: None,
        };
        for (target, value) in self.set {
            let slot = match target {
                Target::Field(n) => &mut entry.fields[*n],
                Target::Update(n) => &mut entry.update.fields[*n],
                _ => continue,
            };
            if slot.value().is_none() {
                *slot = always(value.clone());
            }
        }
        if let Some((n, value)) = group.and_then(|group| group.choice.as_ref()) {
            entry.fields[*n] = always(Value::Text(value.as_str().into()));
        }
        let field = &kind.fields[kind.period];
        let wanted = match field.ty {
            FieldType::Month => PeriodName::Month,
            FieldType::Quarter => PeriodName::Quarter,
            FieldType::Year => PeriodName::Year,
            _ => return,
        };
        let has_column = layout.column_of(Target::Field(kind.period), None).is_some();
        match group {
            Some(Group {
                period: Some(period),
                ..
            }) => {
                entry.fields[kind.period] = always(Value::Period(*period));
            }
            Some(Group { said, .. }) if !said.is_empty() => {
                let column = layout
                    .columns
                    .iter()
                    .find(|column| column.group.as_ref() == group);
                let at = column.map_or(entry.first, |column| column.at);
                let problem = no_year(field, said);
                entry.problems.push(CellProblem { at, problem });
            }
            _ if !has_column => {
                let is_wanted = |period: &Period| period.span() == wanted;
                let year = self.year().and_then(|year| Day::new(year, 1, 1));
                let period = match wanted {
                    PeriodName::Year => year.map(Period::year),
                    _ => self
                        .context
                        .period
                        .or_else(|| self.period_of_sheet())
                        .filter(is_wanted),
                };
                if let (Some(period), None) = (period, entry.fields[kind.period].value()) {
                    entry.fields[kind.period] = always(Value::Period(period));
                }
            }
            _ => {}
        }
    }

    /// The month or quarter that the sheet is called, of the year that is known: `7月`.
    pub(super) fn period_of_sheet(&self) -> Option<Period> {
        let when = When {
            today: None,
            year: self.year(),
        };
        Period::read(&self.sheet.name, when).ok()
    }
}

/// A text as a day and what is said of it, in the ways in which the day may stand before it or in
/// brackets behind it: `6月20日已兑现`, `2026-06-20 已兑现`, `已兑现（6月20日）`.
fn dated_state(text: &str) -> Vec<(&str, &str)> {
    let at_blank = text.find(char::is_whitespace);
    let at_word = text.find(['日', '号']).map(|at| at + '日'.len_utf8());
    let before = [at_blank, at_word].into_iter().flatten();
    let behind = text.split_once(['（', '(']);
    let behind = behind.map(|(state, day)| (day.trim_end_matches(['）', ')']), state));
    before
        .map(|at| text.split_at(at))
        .chain(behind)
        .map(|(day, state)| (day.trim(), state.trim()))
        .filter(|(_, state)| !state.is_empty())
        .collect()
}
