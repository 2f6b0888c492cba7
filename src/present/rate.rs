//! What a scorecard proposes for organisations, beside what they have.

use serde_json::{Value as Json, json};

use crate::figure::scorecard::{Proposal, Reason, Scoring};
use crate::locale::Locale;
use crate::present::score::ScoreSheet;
use crate::present::source::items_of;
use crate::record::{Record, Value};
use crate::rules::scorecard::Grade;
use crate::table::{Audience, Cell, Column, Publication, Source, Table, TableRow};

/// What is proposed, and what is written already.
#[derive(Clone, Copy)]
pub struct RateView<'r> {
    /// The scorecard in its cycle.
    pub scoring: &'r Scoring<'r>,
    /// The proposals, the highest score first; each with the rating that is written.
    pub rated: &'r [(Proposal, Option<&'r Record<'r>>)],
    /// The language.
    pub locale: &'r Locale,
}

impl RateView<'_> {
    /// The proposals as a table, each with the reasons for what it is not, and behind each score
    /// its items with their records.
    pub fn publication(&self, title: String, notes: Vec<String>) -> Publication {
        let mut table = self.table();
        table.title = title;
        table.notes.extend(notes);
        let sheet = ScoreSheet {
            scoring: self.scoring,
            locale: self.locale,
        };
        let mut sources = Vec::new();
        let score = table
            .columns
            .iter()
            .position(|column| column.name == "score");
        for (n, (proposal, _)) in self.rated.iter().enumerate() {
            let name = self.scoring.evaluation.tree.orgs[proposal.org].short();
            let parts = items_of(&sheet, &proposal.score, name, &mut sources);
            sources.push(Source {
                title: name.to_owned(),
                value: Cell::Number(proposal.score.points),
                parts,
                records: Vec::new(),
            });
            if let Some(score) = score {
                table.sources.insert((n, score), sources.len() - 1);
            }
        }
        Publication {
            tables: vec![table],
            sources,
            ..Publication::default()
        }
    }

    /// The proposals as a table, each with the reasons for what it is not.
    fn table(&self) -> Table {
        let label = |id: &str| self.locale.text(id);
        let tree = self.scoring.evaluation.tree;
        let row = |(proposal, written): &(Proposal, Option<&Record<'_>>)| {
            let grade = proposal.grade.map_or_else(
                || label("rate-none"),
                |grade| self.grade(grade).label.get(self.locale.lang()).to_owned(),
            );
            let stars = |stars: Option<i64>| stars.map_or(Cell::Empty, Cell::from);
            let own = written.and_then(|record| record.named("stars")?.as_integer());
            TableRow::of(vec![
                Cell::Text(tree.orgs[proposal.org].path.to_string()),
                Cell::Text(tree.orgs[proposal.org].short().to_owned()),
                Cell::Number(proposal.score.points),
                stars(proposal.last),
                Cell::Text(grade),
                stars(own),
                Cell::Text(self.state(*written)),
                Cell::Text(self.reasons(proposal)),
            ])
        };
        Table {
            columns: vec![
                Column::text("org", label("label-id")).only(Audience::Machines),
                Column::text("org", label("label-org")).only(Audience::People),
                Column::number("score", label("label-points"), "points"),
                Column::number("last", label("rate-last"), "items"),
                Column::text("grade", label("rate-proposed")),
                Column::number("stars", label("rate-written"), "items"),
                Column::text("state", label("label-state")),
                Column::text("why", label("rate-why")),
            ],
            rows: self.rated.iter().map(row).collect(),
            ..Table::default()
        }
    }

    fn grade(&self, n: usize) -> &Grade {
        &self.scoring.card.grades[n]
    }

    /// How far a rating has come.
    fn state(&self, written: Option<&Record<'_>>) -> String {
        let Some(record) = written else {
            return String::new();
        };
        let day = |field: &str| record.named(field).and_then(Value::as_day);
        match (day("noticed"), day("decided")) {
            (_, Some(day)) => self
                .locale
                .say("rate-decided", &[("day", day.to_string().into())]),
            (Some(day), None) => self
                .locale
                .say("rate-noticed", &[("day", day.to_string().into())]),
            (None, None) => self.locale.text("rate-draft"),
        }
    }

    /// Why the grades above the one proposed are not.
    fn reasons(&self, proposal: &Proposal) -> String {
        let lang = self.locale.lang();
        let rules = self.scoring.evaluation.tree.rules;
        let mut said: Vec<String> = Vec::new();
        for (n, reason) in &proposal.passed_over {
            let grade = self.grade(*n).label.get(lang);
            let why = match reason {
                Reason::Need(name) => {
                    let metric = rules.metric(name).map(|metric| metric.label.clone());
                    let words = [("metric", (&metric.unwrap_or_default()).into())];
                    self.locale.say("rate-need", &words)
                }
                Reason::Share => self.locale.text("rate-share"),
                Reason::Ladder => self.locale.text("rate-ladder"),
                Reason::Newcomer => self.locale.text("rate-newcomer"),
                Reason::Veto => self.locale.text("score-vetoes"),
            };
            // A veto and a new organisation are reasons against every grade.
            let line = match reason {
                Reason::Newcomer | Reason::Veto => why,
                _ => self
                    .locale
                    .say("rate-not", &[("grade", grade.into()), ("why", why.into())]),
            };
            if !said.contains(&line) {
                said.push(line);
            }
        }
        said.join(&self.locale.text("score-and"))
    }

    /// The proposals as an object.
    pub fn json(&self) -> Json {
        let tree = self.scoring.evaluation.tree;
        let sheet = ScoreSheet {
            scoring: self.scoring,
            locale: self.locale,
        };
        let of = |(proposal, written): &(Proposal, Option<&Record<'_>>)| {
            let mut object = serde_json::Map::new();
            let grade = proposal.grade.map(|n| self.grade(n).name.as_str());
            let passed_over = proposal.passed_over.iter().map(
                |(n, reason)| json!({ "grade": self.grade(*n).name, "reason": reason.name() }),
            );
            object.insert(
                "org".to_owned(),
                tree.orgs[proposal.org].path.as_str().into(),
            );
            object.insert("grade".to_owned(), json!(grade));
            object.insert("last_stars".to_owned(), json!(proposal.last));
            object.insert("passed_over".to_owned(), passed_over.collect());
            object.insert(
                "rating".to_owned(),
                json!(written.map(|r| r.id.to_string())),
            );
            object.insert("score".to_owned(), json!(proposal.score.points));
            sheet.add_to(&mut object, &proposal.score);
            Json::Object(object)
        };
        self.rated.iter().map(of).collect()
    }
}
