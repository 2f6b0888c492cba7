//! A row as a record: its organisation, and what each of its cells says.

use super::heading::{Target, is_percentage, update_columns};
use super::layout::{Column, Group, Layout};
use super::rows::SheetReader;
use super::value::{Circumstances, Percent, Said, no_year};
use super::{CellProblem, Entry, Stated, StatedUpdate};
use crate::day::{Day, Period, PeriodName, When, mentioned};
use crate::locale::Arg;
use crate::name::RecordId;
use crate::number::Decimal;
use crate::problem::{Problem, Rule};
use crate::record::{Value, input};
use crate::rules::form::Wording;
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
            },
            problems: Vec::new(),
            first,
        };
        self.organisation(layout, row, &mut entry);
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
                Target::Update(n) => {
                    let columns = update_columns(kind).unwrap_or_default();
                    let stated = self.stated_update(&columns[n], spot, &mut entry);
                    if let Some(stated) = stated {
                        entry.update.fields[n] = stated;
                    }
                }
                Target::Serial | Target::Org | Target::Above => {}
            }
        }
        self.add_what_is_known(layout, group, &mut entry);
        entry
    }

    fn is_updates(&self, field: usize) -> bool {
        let life = self.request.kind.life.as_ref();
        life.is_some_and(|life| life.updates == field)
    }

    /// Which organisation a row is of: by its own columns, by those of the row above, by a section,
    /// by what stands above the table, by the sheet's name, or by what was asked for.
    fn organisation(&mut self, layout: &Layout, row: u32, entry: &mut Entry) {
        let text = |target: Target| {
            let column = layout.column_of(target, None)?;
            let at = At {
                row,
                column: column.index,
            };
            let (cell, _) = self.sheet.at(at)?;
            let text: String = cell.typed().split_whitespace().collect();
            let is_blank = Wording::is(&self.request.tree.rules.wording.blank, &text);
            (!text.is_empty() && !is_blank).then_some((text, at))
        };
        let (above, org) = (text(Target::Above), text(Target::Org));
        match (above, org) {
            (None, None) => {}
            (None, Some(org)) => self.org = Some(org),
            (Some(above), org) => {
                let is_new = self.above.as_ref().is_none_or(|(name, _)| *name != above.0);
                if is_new || org.is_some() {
                    self.org = org;
                }
                self.above = Some(above);
            }
        }
        let mut problems = Vec::new();
        let mut fail = |at: At, problem: Problem| {
            problems.push(CellProblem { at, problem });
            None
        };
        let frame = match (&self.context.org, self.request.org) {
            (_, Some(org)) => Some(org),
            (Some((name, _)), None) => self.places.find(name, None).ok(),
            (None, None) => self.places.named(&self.sheet.name),
        };
        let above = match &self.above {
            Some((name, at)) => match self.places.find(name, frame) {
                Ok(above) => Some(above),
                Err(problem) => fail(*at, problem),
            },
            None => None,
        };
        let broken_above = self.above.is_some() && above.is_none();
        entry.org = match (&self.org, above) {
            (Some((name, at)), Some(above)) => match self.places.find_under(name, above) {
                Ok(org) => Some(org),
                Err(problem) => fail(*at, problem),
            },
            (Some((name, at)), None) if !broken_above => match self.places.find(name, frame) {
                Ok(org) => Some(org),
                Err(problem) => fail(*at, problem),
            },
            (_, above) => above,
        };
        if entry.org.is_none() && self.org.is_none() && !broken_above {
            entry.org = frame;
            if frame.is_none() {
                let (at, problem) = match &self.context.org {
                    Some((name, at)) => {
                        let problem = self.places.find(name, None).err();
                        (*at, problem)
                    }
                    None => (entry.first, None),
                };
                let problem = problem.unwrap_or_else(|| Problem::new(Rule::FORM_NO_ORG));
                problems.push(CellProblem { at, problem });
            }
        }
        entry.problems.extend(problems);
    }

    /// What is known of a cell besides what stands in it.
    fn circumstances(&self, column: &Column) -> Circumstances<'_> {
        let year = mentioned(&column.heading).0;
        Circumstances {
            wording: &self.request.tree.rules.wording,
            when: When {
                today: None,
                year: self.request.year.or(year).or_else(|| self.year()),
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
                let problem = named_by_label(problem, field);
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

    /// A cell of progress: a state, before it perhaps the day of it.
    fn progress(&self, entry: &mut Entry, spot: Spot<'_>) {
        let Spot { cell, at, column } = spot;
        let columns = update_columns(self.request.kind).unwrap_or_default();
        let text = cell.map(Cell::typed).unwrap_or_default();
        let index = |name: &str| columns.iter().position(|column| column.name == name);
        let (Some(on), Some(status)) = (index("on"), index("status")) else {
            return;
        };
        let day = text
            .trim()
            .split_once(char::is_whitespace)
            .and_then(|(day, rest)| {
                let when = self.circumstances(column).when;
                let day = input::value(&columns[on], day, when).ok()?;
                Some((day, rest.trim().to_owned()))
            });
        let rest = match day {
            Some((value, rest)) => {
                entry.update.fields[on] = Stated::Value {
                    value,
                    typed: text,
                    at: Some(at),
                };
                Some(Cell::Text(rest))
            }
            None => cell.cloned(),
        };
        let stated = self.stated_update(
            &columns[status],
            Spot {
                cell: rest.as_ref(),
                ..spot
            },
            entry,
        );
        if let Some(stated) = stated
            && entry.update.fields[status].value().is_none()
        {
            entry.update.fields[status] = stated;
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
            Some(Group { said, period: None }) => {
                let column = layout
                    .columns
                    .iter()
                    .find(|column| column.group.as_ref() == group);
                let at = column.map_or(entry.first, |column| column.at);
                let problem = no_year(field, said);
                entry.problems.push(CellProblem { at, problem });
            }
            None if !has_column => {
                let year = self.year().and_then(|year| Day::new(year, 1, 1));
                let period = match wanted {
                    PeriodName::Year => year.map(Period::year),
                    _ => self.context.period.filter(|period| period.span() == wanted),
                };
                if let (Some(period), None) = (period, entry.fields[kind.period].value()) {
                    entry.fields[kind.period] = always(Value::Period(period));
                }
            }
            None => {}
        }
    }
}

/// A problem that names its field by the label, as whoever fills in forms knows it.
fn named_by_label(mut problem: Problem, field: &FieldDef) -> Problem {
    for (name, arg) in &mut problem.args {
        if *name == "field" && *arg == Arg::Text(field.name.clone()) {
            *arg = Arg::Label(field.label.clone());
        }
    }
    problem
}
