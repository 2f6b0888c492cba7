//! Which records a metric or obligation speaks of: a structured filter, checked when it is read.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use toml::de::DeValue;

use crate::day::Day;
use crate::number::Decimal;
use crate::rules::kind::{FieldType, Kind, PHASES, bad};
use crate::toml::{Node, Reader, day, decimal};

/// Tests that must all hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The tests, in the order written.
    pub tests: Vec<Test>,
}

/// One test of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// What is looked at.
    pub subject: Subject,
    /// What it is compared with.
    pub is: Is,
    /// Whether the test holds when the comparison does not.
    pub negated: bool,
}

/// What a test looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A field of the record, by index.
    Field(usize),
    /// The kind of the record that a field points to, by index.
    KindOf(usize),
    /// The status on the as-of day.
    State,
    /// What that status means: open, ongoing, no-data, finished, dropped.
    Phase,
    /// Whether it is overdue on the as-of day.
    Overdue,
    /// Whether it was finished on or before its effective due day.
    OnTime,
    /// A field of the organisation that owns the record, by index.
    Org(usize),
    /// A field of the organisation that a field of the record names; of the owner's, where it names
    /// none in the ledger.
    Named {
        /// The record's field, by index.
        by: usize,
        /// The organisation's field, by index.
        field: usize,
    },
    /// The record that a field points to: it must pass the filter of its kind.
    Referred {
        /// The field, by index.
        by: usize,
        /// The kinds that can pass, by number, each with its filter.
        of: Vec<(usize, Filter)>,
    },
    /// The record itself: it must pass one of these.
    Any(Vec<Filter>),
}

/// How a value is compared with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// A text has it in it; anything else is just it.
    Is,
    /// The opposite.
    IsNot,
    /// It is less, or before.
    Under,
    /// It is less or the same.
    AtMost,
    /// It is more, or after.
    Over,
    /// It is more or the same.
    AtLeast,
    /// Its words have it in them, whatever its type.
    Holds,
}

impl Comparison {
    /// The comparisons by their signs on the command line.
    pub const SIGNS: [(&str, Comparison); 12] = [
        ("!=", Comparison::IsNot),
        ("<=", Comparison::AtMost),
        (">=", Comparison::AtLeast),
        ("=", Comparison::Is),
        ("<", Comparison::Under),
        (">", Comparison::Over),
        ("~", Comparison::Holds),
        ("==", Comparison::Is),
        ("<>", Comparison::IsNot),
        ("≠", Comparison::IsNot),
        ("≤", Comparison::AtMost),
        ("≥", Comparison::AtLeast),
    ];

    /// The comparisons by their keys in the rules.
    pub const KEYS: [(&str, Comparison); 5] = [
        ("over", Comparison::Over),
        ("under", Comparison::Under),
        ("at_least", Comparison::AtLeast),
        ("at_most", Comparison::AtMost),
        ("holds", Comparison::Holds),
    ];

    /// Whether two values that stand so to one another compare so.
    pub fn admits(self, order: Ordering) -> bool {
        match self {
            Comparison::Is | Comparison::Holds => order.is_eq(),
            Comparison::IsNot => order.is_ne(),
            Comparison::Under => order.is_lt(),
            Comparison::AtMost => order.is_le(),
            Comparison::Over => order.is_gt(),
            Comparison::AtLeast => order.is_ge(),
        }
    }
}

/// What a value is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A number.
    Number(Decimal),
    /// A day.
    Day(Day),
    /// Words.
    Text(String),
}

impl Bound {
    fn read(node: &Node<'_>) -> Option<Bound> {
        let value = node.get_ref();
        decimal(value)
            .map(Bound::Number)
            .or_else(|| day(value).map(Bound::Day))
            .or_else(|| value.as_str().map(|text| Bound::Text(text.to_owned())))
    }

    /// Whether a value of a field of this type can be compared so with it.
    fn fits(&self, comparison: Comparison, ty: &FieldType) -> bool {
        match (self, comparison) {
            (Bound::Text(text), Comparison::Holds) => {
                !text.is_empty() && matches!(ty, FieldType::Text | FieldType::Path)
            }
            (Bound::Text(_), _) | (_, Comparison::Holds) => false,
            (Bound::Number(_), _) => matches!(
                ty,
                FieldType::Integer { .. } | FieldType::Decimal { .. } | FieldType::Year
            ),
            (Bound::Day(_), _) => ty.is_time() && !matches!(ty, FieldType::Year),
        }
    }
}

/// What a test compares with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Is {
    /// One of these words.
    OneOf(Vec<String>),
    /// One of these numbers.
    Number(Vec<Decimal>),
    /// True (an absent field is false).
    True,
    /// What compares so with all of these.
    Compared(Vec<(Comparison, Bound)>),
    /// There at all.
    Present,
}

impl Filter {
    /// Reads `where`, `except`, `has` and `lacks` of a rules table.
    ///
    /// `kind` gives the fields that may stand in it, `org` those of organisations, `kinds` those of
    /// the records that a field may point to.
    pub fn read(reader: &Reader<'_, '_>, kind: &Kind, kinds: &[Arc<Kind>], org: &Kind) -> Filter {
        let names = Names { kinds, org };
        let mut filter = Filter::default();
        for (key, negated) in [("where", false), ("except", true)] {
            if let Some(table) = reader.table(key) {
                names.tests(&table, kind, negated, &mut filter);
            }
        }
        for (key, negated) in [("has", false), ("lacks", true)] {
            for name in reader.texts(key) {
                match kind.index(&name) {
                    Some(n) => filter.tests.push(Test {
                        subject: Subject::Field(n),
                        is: Is::Present,
                        negated,
                    }),
                    None => reader.unknown_value(key, &name, kind.field_names()),
                }
            }
        }
        filter
    }

    /// Reads `where` and `except` of a rules table that speaks of organisations.
    pub fn read_of_organisations(reader: &Reader<'_, '_>, org: &Kind) -> Filter {
        let mut filter = Filter::default();
        for (key, negated) in [("where", false), ("except", true)] {
            if let Some(table) = reader.table(key) {
                filter.read_organisation(&table, org, negated, &Subject::Org);
            }
        }
        filter
    }

    fn read_organisation(
        &mut self,
        table: &Reader<'_, '_>,
        org: &Kind,
        negated: bool,
        subject: &dyn Fn(usize) -> Subject,
    ) {
        for (key, _, node) in table.keys() {
            match org.index(key) {
                Some(n) => {
                    let looked_at = (subject(n), Some(&org.fields[n].ty));
                    self.push(table, key, node, looked_at, negated);
                }
                None => table.unknown_key(key, org.field_names()),
            }
        }
    }

    fn push(
        &mut self,
        table: &Reader<'_, '_>,
        key: &str,
        node: &Node<'_>,
        (subject, ty): (Subject, Option<&FieldType>),
        negated: bool,
    ) {
        if let Some(FieldType::Choice(choices)) = ty {
            check_words(
                table,
                key,
                node.get_ref(),
                &choices.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(),
            );
        }
        let (is, negated) = match node.get_ref() {
            DeValue::Datetime(_) if day(node.get_ref()).is_some() => {
                let on = day(node.get_ref()).map(|day| (Comparison::Is, Bound::Day(day)));
                (Is::Compared(on.into_iter().collect()), negated)
            }
            DeValue::Table(of) => match comparisons(of) {
                Some(all) => (Is::Compared(all), negated),
                None => return table.note(bad(table, key, "bad-rule-comparison")),
            },
            DeValue::Boolean(wanted) => (Is::True, negated == *wanted),
            DeValue::String(text) => (Is::OneOf(vec![text.to_string()]), negated),
            DeValue::Integer(_) | DeValue::Float(_) if decimal(node.get_ref()).is_some() => (
                Is::Number(decimal(node.get_ref()).into_iter().collect()),
                negated,
            ),
            DeValue::Array(items) if items.iter().all(|i| decimal(i.get_ref()).is_some()) => (
                Is::Number(items.iter().filter_map(|i| decimal(i.get_ref())).collect()),
                negated,
            ),
            DeValue::Array(items) if items.iter().all(|i| i.get_ref().as_str().is_some()) => (
                Is::OneOf(
                    items
                        .iter()
                        .filter_map(|i| i.get_ref().as_str().map(str::to_owned))
                        .collect(),
                ),
                negated,
            ),
            _ => return table.note(bad(table, key, "bad-rule-filter")),
        };
        if !fits(&subject, ty, &is) {
            return table.note(bad(table, key, "bad-rule-filter-type"));
        }
        self.tests.push(Test {
            subject,
            is,
            negated,
        });
    }
}

/// What the tests of a filter may name.
struct Names<'k> {
    kinds: &'k [Arc<Kind>],
    org: &'k Kind,
}

/// What a kind with a life cycle can be asked beside its fields.
const OF_LIFE: [(&str, Subject); 4] = [
    ("state", Subject::State),
    ("phase", Subject::Phase),
    ("overdue", Subject::Overdue),
    ("on_time", Subject::OnTime),
];

impl Names<'_> {
    /// Reads tests of records of a kind into a filter.
    fn tests(&self, table: &Reader<'_, '_>, kind: &Kind, negated: bool, into: &mut Filter) {
        for (key, _, node) in table.keys() {
            self.test(table, (key, node), kind, negated, into);
        }
    }

    fn test(
        &self,
        table: &Reader<'_, '_>,
        (key, node): (&str, &Node<'_>),
        kind: &Kind,
        negated: bool,
        into: &mut Filter,
    ) {
        let inner = table.inner(node);
        let field = kind.index(key);
        let ty = field.map(|n| &kind.fields[n].ty);
        match (key, inner, field, ty) {
            ("any", _, None, _) => {
                let subject = Subject::Any(self.alternatives(table, node, kind));
                into.tests.push(Test {
                    subject,
                    is: Is::True,
                    negated,
                });
            }
            ("org", Some(inner), None, _) => {
                into.read_organisation(&inner, self.org, negated, &Subject::Org);
            }
            // `source = { kind = "meeting" }`: what it points to.
            (_, Some(inner), Some(by), Some(FieldType::Record(of))) => {
                self.referred(&inner, (by, of), negated, into);
            }
            // `recipient = { sector = "enterprise" }`: what the organisation of that name is.
            (_, Some(inner), Some(by), Some(FieldType::Text | FieldType::Organisation))
                if inner.keys().all(|(key, ..)| comparison(key).is_none()) =>
            {
                let subject = |field| Subject::Named { by, field };
                into.read_organisation(&inner, self.org, negated, &subject);
            }
            (_, _, Some(n), _) => into.push(table, key, node, (Subject::Field(n), ty), negated),
            _ => match OF_LIFE.iter().find(|(name, _)| *name == key) {
                Some((_, subject)) if kind.life.is_some() => {
                    check_life(table, key, node, kind, subject);
                    into.push(table, key, node, (subject.clone(), None), negated);
                }
                _ => table.unknown_key(key, askable(kind)),
            },
        }
    }

    /// The alternatives of `any`.
    fn alternatives(&self, table: &Reader<'_, '_>, node: &Node<'_>, kind: &Kind) -> Vec<Filter> {
        let tables = match node.get_ref() {
            DeValue::Array(items) => items.iter().map(|item| table.inner(item)).collect(),
            _ => None,
        };
        let tables: Vec<Reader<'_, '_>> = tables.unwrap_or_default();
        if tables.is_empty() {
            table.note(bad(table, "any", "bad-rule-any"));
        }
        let read = |table: &Reader<'_, '_>| {
            let mut filter = Filter::default();
            self.tests(table, kind, false, &mut filter);
            filter
        };
        tables.iter().map(read).collect()
    }

    /// What the record must be that a field points to: of a kind, with fields of its own.
    fn referred(
        &self,
        table: &Reader<'_, '_>,
        (by, of): (usize, &[String]),
        negated: bool,
        into: &mut Filter,
    ) {
        let mut kinds: Vec<&Kind> = self.kinds.iter().map(|kind| &**kind).collect();
        kinds.retain(|kind| of.contains(&kind.name));
        let mut tests = Vec::new();
        for (key, _, node) in table.keys() {
            if key != "kind" {
                tests.push((key, node));
                continue;
            }
            let allowed: Vec<&str> = of.iter().map(String::as_str).collect();
            check_words(table, key, node.get_ref(), &allowed);
            let words = texts(node.get_ref());
            kinds.retain(|kind| words.contains(&kind.name.as_str()));
        }
        if tests.is_empty() {
            for (key, _, node) in table.keys() {
                into.push(table, key, node, (Subject::KindOf(by), None), negated);
            }
            return;
        }
        // A record of a kind without such a field cannot pass.
        let able = |kind: &&Kind| tests.iter().all(|(key, _)| askable(kind).contains(key));
        let able: Vec<&Kind> = kinds.iter().copied().filter(able).collect();
        if able.is_empty() {
            let names: BTreeSet<&str> = kinds.iter().flat_map(|kind| askable(kind)).collect();
            let missed = tests.iter().filter(|(key, _)| !names.contains(key));
            let missed: Vec<&str> = missed.map(|(key, _)| *key).collect();
            if missed.is_empty() {
                table.note(bad(table, tests[0].0, "bad-rule-filter-type"));
            }
            for key in missed {
                table.unknown_key(key, names.iter().copied());
            }
        }
        let read = |kind: &Kind| {
            let mut filter = Filter::default();
            for test in &tests {
                self.test(table, *test, kind, false, &mut filter);
            }
            (kind.number, filter)
        };
        let of = able.into_iter().map(read).collect();
        into.tests.push(Test {
            subject: Subject::Referred { by, of },
            is: Is::True,
            negated,
        });
    }
}

/// All that records of a kind can be asked.
fn askable(kind: &Kind) -> Vec<&str> {
    let fields = kind.fields.iter().map(|field| field.name.as_str());
    let life = OF_LIFE.iter().filter(|_| kind.life.is_some());
    let beside = life.map(|(name, _)| *name).chain(["org", "any"]);
    fields.chain(beside).collect()
}

/// The comparison that a key of a filter means.
fn comparison(key: &str) -> Option<Comparison> {
    let found = Comparison::KEYS.iter().find(|(name, _)| *name == key);
    found.map(|(_, comparison)| *comparison)
}

/// Notes what is no status, or no phase.
fn check_life(table: &Reader<'_, '_>, key: &str, node: &Node<'_>, kind: &Kind, subject: &Subject) {
    let statuses = kind.life.iter().flat_map(|life| &life.statuses);
    let allowed: Vec<&str> = match subject {
        Subject::State => statuses.map(|s| s.choice.name.as_str()).collect(),
        Subject::Phase => PHASES.iter().map(|(name, _)| *name).collect(),
        _ => return,
    };
    check_words(table, key, node.get_ref(), &allowed);
}

/// Whether a comparison can ever hold for what is looked at.
fn fits(subject: &Subject, ty: Option<&FieldType>, is: &Is) -> bool {
    match (subject, ty, is) {
        (_, _, Is::Present) => true,
        (_, Some(ty), Is::Compared(all)) => {
            let mut bounds = all.iter();
            bounds.all(|(comparison, bound)| bound.fits(*comparison, ty))
        }
        (Subject::Any(_) | Subject::Referred { .. }, _, is) => matches!(is, Is::True),
        (_, _, Is::OneOf(words)) if words.is_empty() => false,
        // A number that no value of the field can be.
        (_, Some(FieldType::Integer { .. }), Is::Number(numbers))
            if numbers.iter().any(|n| n.places() > 0) =>
        {
            false
        }
        (_, Some(FieldType::Decimal { places, .. }), Is::Number(numbers))
            if numbers.iter().any(|n| n.places() > *places) =>
        {
            false
        }
        (Subject::Overdue | Subject::OnTime, _, is) => matches!(is, Is::True),
        (Subject::State | Subject::Phase | Subject::KindOf(_), _, is) => matches!(is, Is::OneOf(_)),
        (
            Subject::Field(_) | Subject::Org(_) | Subject::Named { .. },
            Some(FieldType::Boolean),
            is,
        ) => matches!(is, Is::True),
        (
            Subject::Field(_) | Subject::Org(_) | Subject::Named { .. },
            Some(FieldType::Integer { .. } | FieldType::Decimal { .. } | FieldType::Year),
            is,
        ) => matches!(is, Is::Number(_)),
        (
            Subject::Field(_) | Subject::Org(_) | Subject::Named { .. },
            Some(FieldType::Table(_)),
            _,
        ) => false,
        (Subject::Field(_) | Subject::Org(_) | Subject::Named { .. }, _, is) => {
            matches!(is, Is::OneOf(_))
        }
    }
}

/// The bounds that a table of comparisons sets.
fn comparisons(table: &toml::de::DeTable<'_>) -> Option<Vec<(Comparison, Bound)>> {
    let bounds = table
        .iter()
        .map(|(key, node)| Some((comparison(key.get_ref())?, Bound::read(node)?)));
    bounds
        .collect::<Option<Vec<_>>>()
        .filter(|all| !all.is_empty())
}

/// The texts of a value that is a text or a list of them.
fn texts<'v>(value: &'v DeValue<'_>) -> Vec<&'v str> {
    match value {
        DeValue::String(text) => vec![text],
        DeValue::Array(items) => items.iter().filter_map(|i| i.get_ref().as_str()).collect(),
        _ => Vec::new(),
    }
}

/// Notes every word that is not among those a choice has.
fn check_words(table: &Reader<'_, '_>, key: &str, value: &DeValue<'_>, allowed: &[&str]) {
    for word in texts(value) {
        if !allowed.contains(&word) {
            table.unknown_value(key, word, allowed.iter().copied());
        }
    }
}
