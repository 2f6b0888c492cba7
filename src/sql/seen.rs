//! Records of a kind as a day sees them: begun, not taken back, with their state on that day.

use std::collections::BTreeSet;

use crate::day::Day;
use crate::rules::kind::{FieldDef, FieldType, Kind, Phase, RETURNED};
use crate::sql::dialect::{Dialect, day};
use crate::sql::step::{Step, columns};

/// Records of a kind as of a day, with those columns beside their own that are asked for.
pub(super) struct Seen<'r> {
    kind: &'r Kind,
    day: Day,
    suffix: String,
    /// Whether records are looked up by their ids, whenever they began.
    is_looked_up: bool,
    has_state: bool,
    has_finished: bool,
    has_returned: bool,
    has_due: bool,
    entered: BTreeSet<String>,
    folded: BTreeSet<usize>,
}

impl<'r> Seen<'r> {
    /// Nothing is asked for yet; `is_main` where the day is the query's own.
    pub(super) fn new(kind: &'r Kind, day: Day, is_main: bool) -> Seen<'r> {
        let suffix = match is_main {
            true => String::new(),
            false => format!("_{}", day.to_string().replace('-', "_")),
        };
        Seen {
            kind,
            day,
            suffix,
            is_looked_up: false,
            has_state: false,
            has_finished: false,
            has_returned: false,
            has_due: false,
            entered: BTreeSet::new(),
            folded: BTreeSet::new(),
        }
    }

    /// The step with all that exist on the day.
    pub(super) fn name(&self, dialect: Dialect) -> String {
        dialect.ident(&format!("{}_seen{}", self.kind.name, self.suffix))
    }

    /// The step with all that were not taken back, for those who look one up by its id.
    pub(super) fn looked_up(&mut self, dialect: Dialect) -> String {
        self.is_looked_up = true;
        self.kept(dialect)
    }

    fn kept(&self, dialect: Dialect) -> String {
        dialect.ident(&format!("{}_kept{}", self.kind.name, self.suffix))
    }

    /// A name of a column that no field of the kind has.
    fn free(&self, name: &str) -> String {
        let mut found = name.replace('-', "_");
        while self.kind.index(&found).is_some() {
            found.push('_');
        }
        found
    }

    /// The column with the state.
    pub(super) fn state(&mut self) -> String {
        self.has_state = true;
        format!("r.{}", self.free("state"))
    }

    /// The column with the first day of the last unbroken run of finished statuses.
    pub(super) fn finished(&mut self) -> String {
        self.has_finished = true;
        format!("r.{}", self.free("finished"))
    }

    /// The column that says whether it was ever sent back, of a kind that has a life.
    pub(super) fn returned(&mut self) -> String {
        self.has_returned = true;
        format!("r.{}", self.free("ever_returned"))
    }

    /// The column with the day it entered its last unbroken run of a status.
    pub(super) fn entered(&mut self, status: &str) -> String {
        self.entered.insert(status.to_owned());
        format!("r.{}", self.free(&format!("entered_{status}")))
    }

    /// The column with the day it is due, extensions included.
    pub(super) fn due(&mut self) -> String {
        self.has_due = true;
        format!("r.{}", self.free("effective_due"))
    }

    /// The column with a text as names are compared.
    pub(super) fn folded(&mut self, dialect: Dialect, field: usize) -> String {
        self.folded.insert(field);
        format!("r.{}", dialect.ident(&self.folded_name(field)))
    }

    fn folded_name(&self, field: usize) -> String {
        self.free(&format!("{}_folded", self.kind.fields[field].name))
    }

    /// The first and the last of the days that say which period a record belongs to.
    pub(super) fn belongs(&mut self, dialect: Dialect) -> (String, String) {
        let kind = self.kind;
        match &kind.life {
            Some(life) if life.due == Some(kind.period) => {
                let due = self.due();
                (due.clone(), due)
            }
            _ => days(dialect, "r", &kind.fields[kind.period]),
        }
    }

    /// The steps that give it.
    pub(super) fn steps(&self, dialect: Dialect, steps: &mut Vec<Step>) {
        let kind = &self.kind.name;
        let life = self.steps_of_life(dialect, steps);
        let mut asked = vec!["r.*".to_owned()];
        let statuses = self.kind.life.iter().flat_map(|life| &life.statuses);
        let first = statuses.map(|status| status.choice.name.as_str()).next();
        if let (true, Some(first)) = (self.has_state, first) {
            let name = self.free("state");
            asked.push(format!(
                "COALESCE(l.state, {}) AS {name}",
                dialect.text(first)
            ));
        }
        if self.has_finished {
            asked.push(format!("l.finished AS {}", self.free("finished")));
        }
        for status in &self.entered {
            let column = step_column("entered", status);
            let name = self.free(&format!("entered_{status}"));
            asked.push(format!("l.{column} AS {name}"));
        }
        if self.has_returned {
            let name = self.free("ever_returned");
            asked.push(format!("COALESCE(l.ever_returned, 0) AS {name}"));
        }
        if self.has_due {
            asked.push(format!(
                "{} AS {}",
                self.effective_due(dialect),
                self.free("effective_due")
            ));
        }
        for &field in &self.folded {
            let column = format!("r.{}", dialect.ident(&self.kind.fields[field].name));
            let name = dialect.ident(&self.folded_name(field));
            asked.push(format!("{} AS {name}", dialect.folded(&column)));
        }
        let table = dialect.ident(kind);
        let join = life.map_or_else(String::new, |life| {
            format!("\nLEFT JOIN {life} l ON l.record = r.id")
        });
        let (asked, day) = (columns(&asked), day(self.day));
        let (name, kept) = (self.name(dialect), self.kept(dialect));
        if self.is_looked_up {
            let about = format!("{kind} that was not taken back, as of the day");
            let body = format!("SELECT {asked}\nFROM {table} r{join}\nWHERE NOT r.retracted");
            steps.push(Step::new(kept.clone(), about, body));
            let about = format!("of these, what had begun on {}", self.day);
            let body = format!("SELECT r.* FROM {kept} r WHERE r.starts <= {day}");
            steps.push(Step::new(name, about, body));
        } else {
            let about = format!("{kind} as of {}", self.day);
            let body = format!(
                "SELECT {asked}\n\
                 FROM {table} r{join}\n\
                 WHERE NOT r.retracted AND r.starts <= {day}"
            );
            steps.push(Step::new(name, about, body));
        }
    }

    /// The steps that follow the updates of each record, if any of that is asked for; the name of
    /// the last.
    fn steps_of_life(&self, dialect: Dialect, steps: &mut Vec<Step>) -> Option<String> {
        self.kind.life.as_ref()?;
        let is_asked = self.has_state || self.has_finished || self.has_returned;
        if !is_asked && self.entered.is_empty() {
            return None;
        }
        let kind = &self.kind.name;
        let (on, latest) = (dialect.ident("on"), "PARTITION BY u.record ORDER BY");
        let latest = format!("{latest} u.{on} DESC, u.n DESC");
        let mut followed = vec![
            "u.record".to_owned(),
            format!("u.{on} AS day"),
            "u.status".to_owned(),
            format!("ROW_NUMBER() OVER ({latest}) AS back"),
        ];
        let mut known = vec![
            "t.record".to_owned(),
            "MAX(CASE WHEN t.back = 1 THEN t.status END) AS state".to_owned(),
        ];
        let mut run = |of: &str, names: &[&str], day: &str| {
            let since = step_column("since", of);
            followed.push(format!(
                "SUM(CASE WHEN {} THEN 0 ELSE 1 END)\n         \
                 OVER ({latest} ROWS UNBOUNDED PRECEDING) AS {since}",
                dialect.one_of("u.status", names.iter().copied())
            ));
            known.push(format!(
                "MIN(CASE WHEN t.{since} = 0 THEN t.day END) AS {day}"
            ));
        };
        if self.has_finished {
            let finished: Vec<&str> = self.statuses(|phase| phase == Phase::Finished);
            run("finished", &finished, "finished");
        }
        for status in &self.entered {
            run(status, &[status.as_str()], &step_column("entered", status));
        }
        if self.has_returned {
            known.push(format!(
                "MAX(CASE WHEN t.status = '{RETURNED}' THEN 1 ELSE 0 END) AS ever_returned"
            ));
        }
        let has_runs = self.has_finished || !self.entered.is_empty();
        let step = dialect.ident(&format!("{kind}_step{}", self.suffix));
        steps.push(Step::new(
            step.clone(),
            match has_runs {
                true => format!(
                    "updates of {kind} that have happened, the last first, since_X: how many that \
                     are not X stand here or came later"
                ),
                false => format!("updates of {kind} that have happened, the last first"),
            },
            format!(
                "SELECT {}\nFROM {} u\nWHERE u.{on} <= {} AND {}",
                columns(&followed),
                dialect.ident(&format!("{kind}_update")),
                day(self.day),
                dialect.one_of("u.status", self.statuses(|_| true)),
            ),
        ));
        let name = dialect.ident(&format!("{kind}_life{}", self.suffix));
        steps.push(Step::new(
            name.clone(),
            format!("what the updates of each {kind} come to"),
            format!(
                "SELECT {}\nFROM {step} t\nGROUP BY t.record",
                columns(&known)
            ),
        ));
        Some(name)
    }

    /// The names of statuses of some phases.
    pub(super) fn statuses(&self, is_one: impl Fn(Phase) -> bool) -> Vec<&'r str> {
        let all = self.kind.life.iter().flat_map(|life| &life.statuses);
        all.filter(|status| is_one(status.phase))
            .map(|status| status.choice.name.as_str())
            .collect()
    }

    fn effective_due(&self, dialect: Dialect) -> String {
        let Some(life) = &self.kind.life else {
            return "CAST(NULL AS DATE)".to_owned();
        };
        let first = |field: usize| days(dialect, "r", &self.kind.fields[field]).0;
        match (life.extended, life.due) {
            (Some(extended), Some(due)) => {
                format!("COALESCE({}, {})", first(extended), first(due))
            }
            (Some(one), None) | (None, Some(one)) => first(one),
            (None, None) => "CAST(NULL AS DATE)".to_owned(),
        }
    }
}

fn step_column(what: &str, status: &str) -> String {
    format!("{what}_{}", status.replace('-', "_"))
}

/// The columns with the first and the last day of a field: a day is both.
pub(super) fn days(dialect: Dialect, alias: &str, field: &FieldDef) -> (String, String) {
    let column = |name: &str| format!("{alias}.{}", dialect.ident(name));
    match field.ty {
        FieldType::Month | FieldType::Quarter | FieldType::Year => (
            column(&format!("{}_first", field.name)),
            column(&format!("{}_last", field.name)),
        ),
        _ => (column(&field.name), column(&field.name)),
    }
}
