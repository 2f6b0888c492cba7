//! Which records a list has, of a kind or of all, and in what order.

use std::cmp::Ordering;
use std::ops::Range;

use crate::day::{Day, Period};
use crate::record::{Record, Value, text};
use crate::rules::filter::Comparison;
use crate::rules::kind::{FieldDef, FieldType, Kind, Phase};
use crate::rules::naming::Naming;
use crate::spelling::folded;
use crate::tree::{OwnedRecord, Tree};

/// What is asked of a list.
#[derive(Debug)]
pub struct ListQuery<'k> {
    /// The kind of its records; none: every kind.
    pub kind: Option<&'k Kind>,
    /// The organisations whose they are, as a range of indices.
    pub orgs: Range<usize>,
    /// The period that they belong to; none: any.
    pub period: Option<Period>,
    /// The days between which they begin, both included.
    pub days: Range<Day>,
    /// What must stand in one of their texts.
    pub text: Option<TextTest>,
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
    /// What its status on the as-of day means, or another of these.
    Phases(Vec<Phase>),
    /// How a field, by its index, compares with a value.
    Field(usize, Comparison, Value),
    /// Whether a field, by its index, says anything.
    Given(usize, bool),
    /// Whether a field, by its index, has a day of a period.
    Within(usize, Period),
    /// What must not hold.
    Not(Box<RecordTest>),
    /// A test for each of some kinds, by its number; no record of another kind passes.
    OfKinds(Vec<(usize, RecordTest)>),
}

/// What must stand in a text of a record: part of it, or the initials of its title's pinyin.
#[derive(Clone, Debug)]
pub struct TextTest {
    text: String,
    naming: Option<Naming>,
}

/// Where a text was found in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundIn {
    /// In a field, by its index.
    Field(usize),
    /// In its id.
    Id,
}

impl TextTest {
    /// A text that is looked for; letters alone are initials too.
    pub fn of(text: &str, naming: &Naming) -> TextTest {
        let text = folded(text).to_lowercase();
        let letters = text.len() > 1 && text.bytes().all(|b| b.is_ascii_lowercase());
        TextTest {
            text,
            naming: letters.then(|| naming.clone()),
        }
    }

    /// Where a record has it, if it does.
    pub fn found_in(&self, record: &Record<'_>) -> Option<FoundIn> {
        let fields = record.kind.fields.iter().enumerate();
        let has = |(n, field): &(usize, &FieldDef)| {
            let value = record.get(*n);
            value.is_some_and(|value| self.is_in(field, value))
        };
        let found = fields.into_iter().find(has).map(|(n, _)| FoundIn::Field(n));
        let named = || {
            let title = text::plain(record.title()?);
            let [short, whole] = self.naming.as_ref()?.initials(&title);
            // Two letters are in too many titles to be anywhere in them.
            let is_it = |initials: &str| match self.text.len() {
                0..3 => initials.starts_with(&self.text),
                _ => initials.contains(&self.text),
            };
            let is_it = is_it(&short) || is_it(&whole);
            is_it.then_some(FoundIn::Field(record.kind.title))
        };
        let has_id = || self.is_of_id() && record.id.as_str().contains(&self.text);
        let id = || has_id().then_some(FoundIn::Id);
        found.or_else(named).or_else(id)
    }

    fn is_in(&self, field: &FieldDef, value: &Value) -> bool {
        let holds = |text: &str| folded(text).to_lowercase().contains(&self.text);
        match (value, &field.ty) {
            (Value::List(items), _) => items.iter().any(|item| self.is_in(field, item)),
            (Value::Table(values), FieldType::Table(columns)) => {
                let mut cells = columns.iter().zip(values);
                cells.any(|(column, value)| {
                    value
                        .as_ref()
                        .is_some_and(|value| self.is_in(column, value))
                })
            }
            (_, FieldType::Record(_)) => self.is_of_id() && holds(&text::plain(value)),
            _ => is_said(field, value, &holds),
        }
    }

    /// Whether it may be part of an id: a few letters are in many by chance.
    fn is_of_id(&self) -> bool {
        self.text.contains(|c: char| c == '-' || c.is_ascii_digit())
    }
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
        self.kind
            .is_none_or(|kind| record.kind.number == kind.number)
            && self.orgs.contains(&entry.org)
            && (self.retracted || record.retracted.is_none())
            && record
                .starts()
                .is_some_and(|start| start <= self.as_of && self.days.contains(&start))
            && self.period.is_none_or(in_period)
            && self.tests.iter().all(|test| test.holds(record, self.as_of))
            && self
                .text
                .as_ref()
                .is_none_or(|text| text.found_in(record).is_some())
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
            RecordTest::Phases(phases) => record
                .phase_on(as_of)
                .is_some_and(|phase| phases.contains(&phase)),
            RecordTest::Field(field, Comparison::IsNot, wanted) => {
                !holds(record, *field, Comparison::Is, wanted)
            }
            RecordTest::Field(field, comparison, wanted) => {
                holds(record, *field, *comparison, wanted)
            }
            RecordTest::Given(field, wanted) => record.get(*field).is_some() == *wanted,
            RecordTest::Within(field, period) => {
                let items = record.get(*field).into_iter().flat_map(Value::items);
                let mut days = items.filter_map(Value::as_day);
                days.any(|day| period.contains(day))
            }
            RecordTest::Not(test) => !test.holds(record, as_of),
            RecordTest::OfKinds(tests) => {
                let mut of_its_kind = tests.iter().filter(|(n, _)| *n == record.kind.number);
                of_its_kind.any(|(_, test)| test.holds(record, as_of))
            }
        }
    }
}

/// Whether something holds for a value's text, or for what people call a word of a choice.
fn is_said(field: &FieldDef, value: &Value, holds: &dyn Fn(&str) -> bool) -> bool {
    let choice = match (&field.ty, value) {
        (FieldType::Choice(choices), Value::Text(word)) => {
            choices.iter().find(|choice| choice.name == *word)
        }
        _ => None,
    };
    holds(&text::plain(value))
        || choice.is_some_and(|choice| holds(&choice.label.zh) || holds(&choice.label.en))
}

/// Whether a value of a field of a record compares so with another.
fn holds(record: &Record<'_>, field: usize, comparison: Comparison, wanted: &Value) -> bool {
    let definition = &record.kind.fields[field];
    let exact = matches!(definition.ty, FieldType::Choice(_));
    let has = |item: &Value, part: &str| {
        is_said(definition, item, &|text| {
            folded(text).contains(&*folded(part))
        })
    };
    let one = |item: &Value| match (comparison, wanted) {
        (Comparison::Holds, wanted) => has(item, &text::plain(wanted)),
        (Comparison::Is, Value::Text(part)) if !exact => has(item, part),
        (Comparison::Is | Comparison::IsNot, other) => item == other,
        (how, other) => order(item, other).is_some_and(|order| how.admits(order)),
    };
    record
        .get(field)
        .is_some_and(|value| value.items().iter().any(one))
}

/// How two numbers, or two days, stand to one another.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a.as_number(), b.as_number()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => Some(a.as_day()?.cmp(&b.as_day()?)),
    }
}
