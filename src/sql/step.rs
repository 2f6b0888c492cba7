//! A query as it is put together: named steps, each with what it is, and what they read from.

use std::collections::{BTreeMap, BTreeSet};

use crate::day::Day;
use crate::rules::Rules;
use crate::rules::kind::Kind;
use crate::sql::condition::organisations_by_name;
use crate::sql::dialect::Dialect;
use crate::sql::query::Query;
use crate::sql::seen::Seen;

/// Why a figure cannot be said in SQL: the message that says it.
pub(super) type Refused = &'static str;

/// A query that is being put together.
pub(super) struct Draft<'q> {
    pub(super) query: &'q Query<'q>,
    /// Records of a kind as of a day, by the kind's number: what is asked of them grows until all
    /// is put together.
    pub(super) seen: BTreeMap<(usize, Day), Seen<'q>>,
    /// Whether organisations are looked for by their names.
    pub(super) by_name: bool,
    /// The steps after those, in order.
    pub(super) steps: Vec<Step>,
    names: BTreeSet<String>,
}

/// A named step.
pub(super) struct Step {
    /// Its name, quoted where it has to be.
    name: String,
    /// What it is.
    about: String,
    /// The statement.
    body: String,
}

impl Step {
    /// A step; its name may give those of its columns.
    pub(super) fn new(name: impl Into<String>, about: impl Into<String>, body: String) -> Step {
        Step {
            name: name.into(),
            about: about.into(),
            body,
        }
    }
}

impl<'q> Draft<'q> {
    pub(super) fn new(query: &'q Query<'q>) -> Draft<'q> {
        Draft {
            query,
            seen: BTreeMap::new(),
            by_name: false,
            steps: Vec::new(),
            names: BTreeSet::new(),
        }
    }

    pub(super) fn rules(&self) -> &'q Rules {
        self.query.rules
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.query.dialect
    }

    pub(super) fn ident(&self, name: &str) -> String {
        self.dialect().ident(name)
    }

    /// A name of a column beside a metric's that no metric has.
    pub(super) fn free(&self, metric: &str, what: &str) -> String {
        let mut found = format!("{metric}_{what}");
        while self.rules().metric(&found).is_some() {
            found.push('_');
        }
        found
    }

    /// The records of a kind as of a day.
    pub(super) fn seen(&mut self, kind: &'q Kind, day: Day) -> &mut Seen<'q> {
        let is_main = day == self.query.as_of;
        self.seen
            .entry((kind.number, day))
            .or_insert_with(|| Seen::new(kind, day, is_main))
    }

    /// A name that no step has yet.
    pub(super) fn fresh(&mut self, name: &str) -> String {
        let mut found = name.replace('-', "_");
        let mut n = 1;
        while !self.names.insert(found.clone()) {
            n += 1;
            found = format!("{}_{n}", name.replace('-', "_"));
        }
        self.ident(&found)
    }

    /// Adds a step of a name that no other has; the name it has.
    pub(super) fn step(&mut self, name: &str, about: impl Into<String>, body: String) -> String {
        let name = self.fresh(name);
        self.steps.push(Step::new(name.clone(), about, body));
        name
    }

    /// All steps as one statement that ends in `last`.
    pub(super) fn statement(self, last: &str) -> String {
        let mut steps = Vec::new();
        for seen in self.seen.values() {
            seen.steps(self.query.dialect, &mut steps);
        }
        if self.by_name {
            steps.push(organisations_by_name(self.query.dialect));
        }
        steps.extend(self.steps);
        let steps: Vec<String> = steps
            .iter()
            .map(|step| format!("-- {}\n{} AS (\n{}\n)", step.about, step.name, step.body))
            .collect();
        format!("WITH\n{}\n\n{last}", steps.join(",\n\n"))
    }
}

/// What a step reads from: a table or step, and what is joined to it.
#[derive(Clone, Debug)]
pub(super) struct Reads {
    base: String,
    joins: Vec<String>,
}

impl Reads {
    /// Reads from `base`, under the name `alias`.
    pub(super) fn new(base: &str, alias: &str) -> Reads {
        Reads {
            base: format!("FROM {base} {alias}"),
            joins: Vec::new(),
        }
    }

    /// Joins something once.
    pub(super) fn join(&mut self, join: String) {
        if !self.joins.contains(&join) {
            self.joins.push(join);
        }
    }

    /// How much is joined.
    pub(super) fn len(&self) -> usize {
        self.joins.len()
    }

    /// The text.
    pub(super) fn text(&self) -> String {
        std::iter::once(&self.base)
            .chain(&self.joins)
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// Conditions that must all hold, one a line where there are many words.
pub(super) fn all(conditions: &[String]) -> String {
    let length: usize = conditions.iter().map(String::len).sum();
    match conditions {
        [] => "TRUE".to_owned(),
        all if length > LONG => all.join("\n         AND "),
        all => all.join(" AND "),
    }
}

/// From how many characters on conditions are long.
const LONG: usize = 72;

/// Columns, one a line.
pub(super) fn columns(columns: &[String]) -> String {
    columns.join(",\n       ")
}
