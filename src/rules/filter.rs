//! Which records a metric or obligation speaks of: a structured filter, checked when it is read.

use toml::de::DeValue;

use crate::number::Decimal;
use crate::rules::kind::{FieldType, Kind, PHASES};
use crate::toml::{Reader, decimal};

/// Tests that must all hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The tests, in the order written.
    pub tests: Vec<Test>,
}

/// One test of a record.
#[derive(Clone, Debug)]
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
}

/// What a test compares with.
#[derive(Clone, Debug)]
pub enum Is {
    /// One of these words.
    OneOf(Vec<String>),
    /// One of these numbers.
    Number(Vec<Decimal>),
    /// True (an absent field is false).
    True,
    /// There at all.
    Present,
}

impl Filter {
    /// Reads `where`, `except`, `has` and `lacks` of a rules table.
    ///
    /// `kind` gives the fields that may stand in it, `org` those of organisations.
    pub fn read(reader: &Reader<'_, '_>, kind: &Kind, org: &Kind) -> Filter {
        let mut filter = Filter::default();
        for (key, negated) in [("where", false), ("except", true)] {
            if let Some(table) = reader.table(key) {
                filter.read_tests(&table, kind, org, negated);
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
                    None => reader.unknown_value(key, &name, &kind.field_names()),
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
                filter.read_org_tests(&table, org, negated);
            }
        }
        filter
    }

    fn read_org_tests(&mut self, table: &Reader<'_, '_>, org: &Kind, negated: bool) {
        self.read_tests_of(table, org, negated, &Subject::Org);
    }

    fn read_tests_of(
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
                None => table.unknown_key(key, &org.field_names()),
            }
        }
    }

    fn read_tests(&mut self, table: &Reader<'_, '_>, kind: &Kind, org: &Kind, negated: bool) {
        for (key, _, node) in table.keys() {
            if key == "org" {
                if let Some(inner) = table.table("org") {
                    self.read_org_tests(&inner, org, negated);
                }
                continue;
            }
            if let Some(n) = kind
                .index(key)
                .filter(|&n| matches!(kind.fields[n].ty, FieldType::Record(_)))
                && let Some(inner) = table.inner(node)
            {
                // `source = { kind = "meeting" }`: what it points to.
                for (key, _, node) in inner.keys() {
                    match (key, &kind.fields[n].ty) {
                        ("kind", FieldType::Record(of)) => {
                            check_words(
                                &inner,
                                key,
                                node.get_ref(),
                                &of.iter().map(String::as_str).collect::<Vec<_>>(),
                            );
                            self.push(&inner, key, node, (Subject::KindOf(n), None), negated);
                        }
                        _ => inner.unknown_key(key, "kind"),
                    }
                }
                continue;
            }
            if let Some(by) = kind
                .index(key)
                .filter(|&n| matches!(kind.fields[n].ty, FieldType::Text | FieldType::Organisation))
                && let Some(inner) = table.inner(node)
            {
                // `recipient = { sector = "enterprise" }`: what the organisation of that name is.
                self.read_tests_of(&inner, org, negated, &|field| Subject::Named { by, field });
                continue;
            }
            let life = kind.life.is_some();
            let (subject, ty) = match key {
                "state" if life => (Subject::State, None),
                "phase" if life => (Subject::Phase, None),
                "overdue" if life => (Subject::Overdue, None),
                "on_time" if life => (Subject::OnTime, None),
                _ => match kind.index(key) {
                    Some(n) => (Subject::Field(n), Some(&kind.fields[n].ty)),
                    None => {
                        let virtuals = if life {
                            ", state, phase, overdue, on_time, org"
                        } else {
                            ", org"
                        };
                        table.unknown_key(key, &(kind.field_names() + virtuals));
                        continue;
                    }
                },
            };
            if subject == Subject::State
                && let Some(life) = &kind.life
            {
                let all: Vec<&str> = life
                    .statuses
                    .iter()
                    .map(|s| s.choice.name.as_str())
                    .collect();
                check_words(table, key, node.get_ref(), &all);
            }
            if subject == Subject::Phase {
                check_words(
                    table,
                    key,
                    node.get_ref(),
                    &PHASES.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
                );
            }
            self.push(table, key, node, (subject, ty), negated);
        }
    }

    fn push(
        &mut self,
        table: &Reader<'_, '_>,
        key: &str,
        node: &crate::toml::Node<'_>,
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
            _ => return table.note(crate::rules::kind::bad(table, key, "bad-rule-filter")),
        };
        if !fits(&subject, ty, &is) {
            return table.note(crate::rules::kind::bad(table, key, "bad-rule-filter-type"));
        }
        self.tests.push(Test {
            subject,
            is,
            negated,
        });
    }
}

/// Whether a comparison can ever hold for what is looked at.
fn fits(subject: &Subject, ty: Option<&FieldType>, is: &Is) -> bool {
    match (subject, ty, is) {
        (_, _, Is::Present) => true,
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

/// Notes every word that is not among those a choice has.
fn check_words(table: &Reader<'_, '_>, key: &str, value: &DeValue<'_>, allowed: &[&str]) {
    let words: Vec<&str> = match value {
        DeValue::String(text) => vec![text],
        DeValue::Array(items) => items.iter().filter_map(|i| i.get_ref().as_str()).collect(),
        _ => Vec::new(),
    };
    for word in words {
        if !allowed.contains(&word) {
            table.unknown_value(key, word, &allowed.join(", "));
        }
    }
}
