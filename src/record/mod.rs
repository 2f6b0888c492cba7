//! Records and organisations: what the rules describe, filled with values.
//!
//! Time stands here too: what a record's state is on a day, when it was finished, whether it is
//! late. Nothing here knows files except as a place to point at.

pub mod input;
pub mod organisation;
pub mod points;
pub mod read;
pub mod text;

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use compact_str::CompactString;

use crate::day::{Day, Period};
use crate::name::RecordId;
use crate::number::Decimal;
use crate::rules::kind::{FieldType, Kind, LifeCycle, Phase, RETURNED, StatusDef};
use crate::spelling::folded;

/// A text of a record: words and ids, which are short, take no memory of their own.
pub type Text = CompactString;

/// A field's value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A text, a choice, a path, an id.
    Text(Text),
    /// A whole number.
    Integer(i64),
    /// A number with decimals.
    Decimal(Decimal),
    /// True or false.
    Boolean(bool),
    /// A day.
    Day(Day),
    /// A month, quarter or year.
    Period(Period),
    /// Several values.
    List(Vec<Value>),
    /// A table, by the indices of its fields.
    Table(Vec<Option<Value>>),
}

impl Value {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Value::Integer(n) => Some(*n),
            _ => None,
        }
    }

    /// The number, whole or with decimals, if it is one.
    pub fn as_number(&self) -> Option<Decimal> {
        match self {
            Value::Integer(n) => Some(Decimal::from(*n)),
            Value::Decimal(number) => Some(*number),
            _ => None,
        }
    }

    /// The day, or a period's first day.
    pub fn as_day(&self) -> Option<Day> {
        match self {
            Value::Day(day) => Some(*day),
            Value::Period(period) => Some(period.first()),
            _ => None,
        }
    }

    /// A day as a period of one day, or the period.
    pub fn as_period(&self) -> Option<Period> {
        match self {
            Value::Day(day) => Period::range(*day, *day),
            Value::Period(period) => Some(*period),
            _ => None,
        }
    }

    /// The items of a list; a single value is a list of one.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            other => std::slice::from_ref(other),
        }
    }

    /// Gives a value to a hasher, so that two spellings of one text are one.
    fn feed(&self, hasher: &mut impl Hasher) {
        match self {
            Value::Text(text) => folded(text).hash(hasher),
            Value::Integer(n) => n.hash(hasher),
            Value::Decimal(number) => number.hash(hasher),
            Value::Boolean(boolean) => boolean.hash(hasher),
            Value::Day(day) => day.hash(hasher),
            Value::Period(period) => period.hash(hasher),
            Value::List(items) => items.iter().for_each(|item| item.feed(hasher)),
            Value::Table(fields) => fields.iter().flatten().for_each(|value| value.feed(hasher)),
        }
    }

    /// A field of a table.
    pub fn field(&self, index: usize) -> Option<&Value> {
        match self {
            Value::Table(fields) => fields.get(index)?.as_ref(),
            _ => None,
        }
    }
}

/// A value that is one with others, however it is spelled.
#[derive(Clone, Debug)]
pub struct Distinct {
    /// The value as it is compared.
    folded: Value,
    /// The value as it is written.
    pub value: Value,
}

impl Distinct {
    /// A value to be compared with others.
    pub fn of(value: &Value) -> Distinct {
        let folded = match value {
            Value::Text(text) => Value::Text(folded(text).into()),
            other => other.clone(),
        };
        Distinct {
            folded,
            value: value.clone(),
        }
    }
}

impl PartialEq for Distinct {
    fn eq(&self, other: &Distinct) -> bool {
        self.folded == other.folded
    }
}

impl Eq for Distinct {}

impl PartialOrd for Distinct {
    fn partial_cmp(&self, other: &Distinct) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Distinct {
    fn cmp(&self, other: &Distinct) -> Ordering {
        self.folded.cmp(&other.folded)
    }
}

/// Where a record stands on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file, relative to the root.
    pub file: Arc<str>,
    /// The line of its header, from 1.
    pub line: usize,
    /// The offset of its header in the file.
    pub at: usize,
}

impl Origin {
    /// Where a record stands that is not written yet.
    pub fn nowhere() -> Origin {
        Origin {
            file: Arc::from(""),
            line: 0,
            at: 0,
        }
    }
}

/// One row of a ledger.
#[derive(Clone, Debug)]
pub struct Record<'r> {
    /// Its identity.
    pub id: RecordId,
    /// What it is.
    pub kind: &'r Kind,
    /// Its values, by the indices of the kind's fields.
    pub fields: Vec<Option<Value>>,
    /// Why it counts nowhere, if it was taken back.
    pub retracted: Option<Value>,
    /// Where it stands.
    pub origin: Origin,
    /// The day it began to exist.
    start: Option<Day>,
    updates: Vec<Update>,
}

/// A dated step of a record's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Update {
    /// The day.
    pub on: Day,
    /// The status from then on, by its index in the life cycle.
    pub status: usize,
}

impl<'r> Record<'r> {
    /// A record of these values.
    pub fn new(
        id: RecordId,
        kind: &'r Kind,
        fields: Vec<Option<Value>>,
        retracted: Option<Value>,
        origin: Origin,
    ) -> Record<'r> {
        let updates = updates(kind, &fields);
        let start = fields
            .get(kind.start)
            .and_then(Option::as_ref)
            .and_then(Value::as_day);
        Record {
            id,
            kind,
            fields,
            retracted,
            origin,
            start,
            updates,
        }
    }

    /// Whether another record of the same id is a copy: of the same kind, with the same values.
    pub fn says_the_same(&self, other: &Record<'_>) -> bool {
        self.id == other.id
            && self.kind.name == other.kind.name
            && self.fields == other.fields
            && self.retracted == other.retracted
    }

    /// What makes another record of the same organisation the same thing, by the kind's definition;
    /// nothing where it says nothing.
    pub fn sameness(&self) -> Option<Vec<Option<Distinct>>> {
        let same = &self.kind.same;
        (!same.is_empty()).then(|| {
            same.iter()
                .map(|&field| self.get(field).map(Distinct::of))
                .collect()
        })
    }

    /// A number that records have in common whose values of some fields are the same, however they
    /// are spelled.
    pub fn digest_of(&self, fields: &[usize]) -> u64 {
        let mut hasher = DefaultHasher::new();
        fields
            .iter()
            .for_each(|&field| self.get(field).map_or((), |value| value.feed(&mut hasher)));
        hasher.finish()
    }

    /// A field's value by index.
    pub fn get(&self, field: usize) -> Option<&Value> {
        self.fields.get(field)?.as_ref()
    }

    /// A field's value by name.
    pub fn named(&self, field: &str) -> Option<&Value> {
        self.get(self.kind.index(field)?)
    }

    /// The day it began to exist: its own start date, never a period's last day.
    pub fn starts(&self) -> Option<Day> {
        self.start
    }

    /// Whether it counts on a day: begun, and not taken back.
    pub fn exists_on(&self, day: Day) -> bool {
        self.retracted.is_none() && self.starts().is_some_and(|start| start <= day)
    }

    /// Whether it is in force on a day, for kinds that last from a start to an end.
    pub fn in_force_on(&self, day: Day) -> bool {
        let ended = self
            .kind
            .end
            .and_then(|end| self.get(end))
            .and_then(Value::as_day);
        self.exists_on(day) && ended.is_none_or(|end| day <= end)
    }

    /// Whether it says that a field's value is not known.
    pub fn says_unknown(&self, field: usize) -> bool {
        self.kind
            .fields
            .get(field)
            .and_then(|f| f.unless.as_deref())
            .is_some_and(|why| self.named(why).is_some())
    }

    /// The days on which it is in force: to its last day, for good where it has none, or the period
    /// it belongs to.
    pub fn lasts(&self) -> Option<Period> {
        let Some(end) = self.kind.end else {
            return self.belongs();
        };
        let (start, last) = (self.starts()?, self.get(end).and_then(Value::as_day));
        Period::range(start, last.unwrap_or(Day::LAST))
    }

    /// The days that say which period it belongs to: the effective due day, or its period field.
    pub fn belongs(&self) -> Option<Period> {
        match &self.kind.life {
            Some(life) if life.due == Some(self.kind.period) => {
                Value::Day(self.effective_due()?).as_period()
            }
            _ => self.get(self.kind.period)?.as_period(),
        }
    }

    /// What names it in a list, in the words of the record.
    pub fn title(&self) -> Option<&Value> {
        self.get(self.kind.title)
    }

    /// Its updates in the order of their days; those of one day in the order written.
    pub fn updates(&self) -> &[Update] {
        &self.updates
    }

    fn life(&self) -> Option<&'r LifeCycle> {
        self.kind.life.as_ref()
    }

    /// The extended due day, or the due day.
    pub fn effective_due(&self) -> Option<Day> {
        let life = self.life()?;
        let extended = life.extended.and_then(|field| self.get(field));
        extended.or_else(|| self.get(life.due?))?.as_day()
    }

    /// What the last update up to a day says in words.
    pub fn progress_on(&self, day: Day) -> Option<&str> {
        let updates = self.life()?.updates;
        let FieldType::Table(columns) = &self.kind.fields[updates].ty else {
            return None;
        };
        let column = |name: &str| columns.iter().position(|column| column.name == name);
        let (on, note) = (column("on")?, column("note")?);
        let is_by = |item: &&Value| {
            let on = item.field(on).and_then(Value::as_day);
            on.is_some_and(|on| on <= day)
        };
        let last = self.get(updates)?.items().iter().rfind(is_by)?;
        last.field(note)?.as_text()
    }

    /// The status on a day: the last update's on or before it, or the first status.
    pub fn status_on(&self, day: Day) -> Option<&'r StatusDef> {
        let last = self
            .updates_until(day)
            .last()
            .map_or(0, |update| update.status);
        self.life()?.statuses.get(last)
    }

    /// What the status on a day means.
    pub fn phase_on(&self, day: Day) -> Option<Phase> {
        self.status_on(day).map(|status| status.phase)
    }

    /// The first day of the last unbroken run of finished statuses, if it is finished on `day`.
    pub fn finished_on(&self, day: Day) -> Option<Day> {
        let life = self.life()?;
        self.run_start(day, |update| {
            life.statuses[update.status].phase == Phase::Finished
        })
    }

    /// The first day of the last unbroken run of one status, if it has that status on `day`.
    pub fn entered_on(&self, status: &str, day: Day) -> Option<Day> {
        let life = self.life()?;
        self.run_start(day, |update| {
            life.statuses[update.status].choice.name == status
        })
    }

    /// Whether it ever had a status up to `day`.
    pub fn ever(&self, status: &str, day: Day) -> bool {
        self.life().is_some_and(|life| {
            self.updates_until(day)
                .iter()
                .any(|u| life.statuses[u.status].choice.name == status)
        })
    }

    /// Whether its effective due day lies before `day` and it is still to be done on that day.
    pub fn overdue_on(&self, day: Day) -> bool {
        let waiting = match self.phase_on(day) {
            Some(Phase::Open | Phase::NoData) => true,
            Some(Phase::Ongoing | Phase::Finished | Phase::Dropped) | None => false,
        };
        waiting && self.effective_due().is_some_and(|due| due < day)
    }

    /// Whether it was finished, as of `day`, on or before its effective due day.
    pub fn on_time(&self, day: Day) -> bool {
        match (self.finished_on(day), self.effective_due()) {
            (Some(finished), Some(due)) => finished <= due,
            _ => false,
        }
    }

    /// The update that takes up again what was finished, by its place in the order of days, where
    /// it is unfinished since and was not sent back: two clerks may not have known of each other.
    pub fn taken_up_again(&self) -> Option<usize> {
        let life = self.life()?;
        let is_finished = |update: &Update| life.statuses[update.status].phase == Phase::Finished;
        let last = self.updates.iter().rposition(is_finished)?;
        let next = self.updates.get(last + 1)?;
        let status = &life.statuses[next.status];
        (status.phase.is_open() && status.choice.name != RETURNED).then_some(last + 1)
    }

    fn updates_until(&self, day: Day) -> &[Update] {
        &self.updates[..self.updates.partition_point(|update| update.on <= day)]
    }

    fn run_start(&self, day: Day, belongs: impl Fn(&Update) -> bool) -> Option<Day> {
        self.updates_until(day)
            .iter()
            .rev()
            .take_while(|update| belongs(update))
            .last()
            .map(|update| update.on)
    }
}

/// The updates among a record's values, sorted by day, stable within one.
fn updates(kind: &Kind, fields: &[Option<Value>]) -> Vec<Update> {
    let Some(life) = &kind.life else {
        return Vec::new();
    };
    let FieldType::Table(columns) = &kind.fields[life.updates].ty else {
        return Vec::new();
    };
    let column = |name: &str| columns.iter().position(|c| c.name == name);
    let (Some(on), Some(status)) = (column("on"), column("status")) else {
        return Vec::new();
    };
    let rows = fields
        .get(life.updates)
        .and_then(Option::as_ref)
        .map_or(&[][..], Value::items);
    let mut found: Vec<Update> = rows
        .iter()
        .filter_map(|row| {
            let name = row.field(status)?.as_text()?;
            Some(Update {
                on: row.field(on)?.as_day()?,
                status: life.statuses.iter().position(|s| s.choice.name == name)?,
            })
        })
        .collect();
    found.sort_by_key(|update| update.on);
    found
}
