//! Which records of a kind a list has, and in what order.

use std::ops::Range;

use crate::day::{Day, Period};
use crate::record::{Record, Value, text};
use crate::rules::kind::{FieldType, Kind};
use crate::spelling::folded;
use crate::tree::{OwnedRecord, Tree};

/// What is asked of a list.
#[derive(Debug)]
pub struct ListQuery<'k> {
    /// The kind of its records.
    pub kind: &'k Kind,
    /// The organisations whose they are, as a range of indices.
    pub orgs: Range<usize>,
    /// The period that they belong to; none: any.
    pub period: Option<Period>,
    /// The day as of which they are looked at.
    pub as_of: Day,
    /// Whether those that were taken back are listed too.
    pub retracted: bool,
    /// What must hold for each.
    pub tests: Vec<RecordTest>,
    /// What they are sorted by.
    pub by: SortKey,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What must hold for a record of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordTest {
    /// The status on the as-of day, by its name.
    State(String),
    /// Whether it is overdue on the as-of day.
    Overdue(bool),
    /// A field, by its index, has part of a text, or just this value.
    Field(usize, Value),
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// A field, by its index.
    Field(usize),
    /// The period that a record belongs to.
    Belongs,
    /// The id.
    Id,
    /// The organisation.
    Org,
    /// The status on the as-of day.
    State,
}

impl ListQuery<'_> {
    /// The records that are asked for, in order.
    pub fn select<'t>(&self, tree: &'t Tree<'_>) -> Vec<&'t OwnedRecord<'t>> {
        let entries = tree.entries.iter();
        let mut found: Vec<&OwnedRecord<'_>> = entries.filter(|entry| self.has(entry)).collect();
        found.sort_by_cached_key(|entry| self.key(entry));
        if self.descending {
            found.reverse();
        }
        found
    }

    fn has(&self, entry: &OwnedRecord<'_>) -> bool {
        let record = &entry.record;
        let in_period = |period: Period| record.belongs().is_some_and(|days| period.covers(days));
        record.kind.name == self.kind.name
            && self.orgs.contains(&entry.org)
            && (self.retracted || record.retracted.is_none())
            && record.starts().is_some_and(|start| start <= self.as_of)
            && self.period.is_none_or(in_period)
            && self.tests.iter().all(|test| test.holds(record, self.as_of))
    }

    fn key(&self, entry: &OwnedRecord<'_>) -> Option<Value> {
        let record = &entry.record;
        match self.by {
            SortKey::Field(field) => record.get(field).cloned(),
            SortKey::Belongs => record.belongs().map(Value::Period),
            SortKey::Id => Some(Value::Text(record.id.as_str().into())),
            SortKey::Org => i64::try_from(entry.org).ok().map(Value::Integer),
            SortKey::State => {
                let status = record.status_on(self.as_of)?;
                Some(Value::Text(status.choice.name.as_str().into()))
            }
        }
    }
}

impl RecordTest {
    fn holds(&self, record: &Record<'_>, as_of: Day) -> bool {
        match self {
            RecordTest::State(name) => record
                .status_on(as_of)
                .is_some_and(|status| status.choice.name == *name),
            RecordTest::Overdue(wanted) => record.overdue_on(as_of) == *wanted,
            RecordTest::Field(field, wanted) => {
                let Some(value) = record.get(*field) else {
                    return false;
                };
                let exact = matches!(record.kind.fields[*field].ty, FieldType::Choice(_));
                value.items().iter().any(|item| match wanted {
                    Value::Text(part) if !exact => {
                        folded(&text::plain(item)).contains(&*folded(part))
                    }
                    other => item == other,
                })
            }
        }
    }
}
