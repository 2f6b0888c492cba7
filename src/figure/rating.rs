//! A round of ratings: what a scorecard proposes, what is written already, and what each step of
//! the round writes. A person's own decision is kept, with its reason.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::day::{Day, Period};
use crate::figure::scorecard::{Proposal, Scoring};
use crate::number::Fraction;
use crate::problem::{Problem, Rule};
use crate::record::{Record, Value};
use crate::rules::kind::{AWARD, Kind, RATING};
use crate::tree::intake::Draft;
use crate::tree::place_of;

/// A step of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Drafts of ratings.
    Propose,
    /// The drafts are shown in public from a day on.
    Notice(Day),
    /// What was shown long enough is decided on a day, and rewarded.
    Decide(Day),
}

/// What a scorecard proposes for some organisations, each with its rating where one is written.
pub struct Round<'t> {
    /// The scorecard in its cycle.
    pub scoring: Scoring<'t>,
    /// The proposals, the highest score first.
    pub rated: Vec<(Proposal, Option<&'t Record<'t>>)>,
}

impl<'t> Round<'t> {
    /// The round of a cycle.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn of(scoring: Scoring<'t>, orgs: Range<usize>) -> Result<Round<'t>, Problem> {
        let year = scoring.evaluation.period.first().year();
        let stars = |record: &Record<'_>| record.named("stars").and_then(Value::as_integer);
        let last: BTreeMap<usize, i64> = ratings(&scoring, year - 1)
            .into_iter()
            .filter_map(|(org, record)| Some((org, stars(record)?)))
            .collect();
        let written = ratings(&scoring, year);
        let proposals = scoring.proposals(orgs, &last)?;
        let rated = proposals.into_iter().map(|proposal| {
            let written = written.get(&proposal.org).copied();
            (proposal, written)
        });
        Ok(Round {
            rated: rated.collect(),
            scoring,
        })
    }

    fn kind(&self, name: &str) -> Option<&'t Arc<Kind>> {
        self.scoring.evaluation.tree.rules.kind(name)
    }

    /// What a step writes; what is so already is not written again.
    ///
    /// # Errors
    /// What stands in the way of the step, all at once.
    pub fn drafts(&self, step: Step) -> Result<Vec<Draft<'t>>, Vec<Problem>> {
        let mut drafts = Vec::new();
        let mut problems = Vec::new();
        for (proposal, written) in &self.rated {
            match (step, *written) {
                (Step::Propose, written) => drafts.extend(self.proposed(proposal, written)),
                (Step::Notice(day), Some(record)) if is_draft(record) => {
                    match unexplained(record) {
                        Some(problem) => problems.push(problem),
                        None => drafts.push(changed(record, "noticed", Value::Day(day))),
                    }
                }
                (Step::Decide(day), Some(record)) if record.named("decided").is_none() => {
                    match self.undecidable(record, day) {
                        Some(problem) => problems.push(problem),
                        None => {
                            drafts.push(changed(record, "decided", Value::Day(day)));
                            drafts.extend(self.award(proposal.org, record, day));
                        }
                    }
                }
                (Step::Notice(_) | Step::Decide(_), _) => {}
            }
        }
        match problems.is_empty() {
            true => Ok(drafts),
            false => Err(problems),
        }
    }

    /// The draft of a rating: new, or brought up to date as long as nobody was shown it.
    fn proposed(&self, proposal: &Proposal, written: Option<&'t Record<'t>>) -> Option<Draft<'t>> {
        // What people were shown or decided is not changed any more.
        if written.is_some_and(|record| !is_draft(record)) {
            return None;
        }
        let kind = self.kind(RATING)?;
        let card = self.scoring.card;
        let stars = proposal.grade.and_then(|grade| card.grades[grade].stars);
        let score = Fraction::from(proposal.score.points).round(1)?;
        let mut values = match written {
            Some(record) => record.fields.clone(),
            None => vec![None; kind.fields.len()],
        };
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(field) = kind.index(name) {
                values[field] = value;
            }
        };
        let year = self.scoring.evaluation.period.first();
        let own = |name: &str| written.and_then(|record| record.named(name)?.as_integer());
        // Where a person has changed the stars, that stays.
        let is_changed =
            written.is_some() && own("stars").unwrap_or(0) != own("proposed").unwrap_or(0);
        if written.is_none() {
            set("year", Some(Value::Period(Period::year(year))));
            set("scheme", Some(Value::Text(card.label.zh.as_str().into())));
        }
        set("score", Some(Value::Decimal(score)));
        set("proposed", Some(Value::Integer(stars.unwrap_or(0))));
        let vetoed = proposal.score.vetoed_by.is_some();
        set("veto", vetoed.then_some(Value::Boolean(true)));
        if !is_changed {
            set("stars", stars.map(Value::Integer));
        }
        match written {
            None => Some(Draft::Add {
                org: self.scoring.evaluation.tree.orgs[proposal.org].path.clone(),
                kind,
                values,
            }),
            Some(record) if record.fields == values => None,
            Some(record) => Some(Draft::Change { record, values }),
        }
    }

    /// Why a rating cannot be decided on a day.
    fn undecidable(&self, record: &Record<'_>, day: Day) -> Option<Problem> {
        let value = |name: &str| record.named(name);
        let at = |rule: Rule| {
            Problem::new(rule)
                .at(place_of(record))
                .with("id", record.id.as_str())
        };
        let Some(noticed) = value("noticed").and_then(Value::as_day) else {
            return Some(at(Rule::RATING_NOT_NOTICED));
        };
        let days = self.scoring.card.notice_days;
        if day.since(noticed) < days {
            let until = noticed.plus(days).to_string();
            return Some(
                at(Rule::RATING_TOO_EARLY)
                    .with("days", days)
                    .with("until", until),
            );
        }
        unexplained(record)
    }

    /// The honour that follows from a rating, unless it is there.
    fn award(&self, org: usize, rating: &Record<'_>, day: Day) -> Option<Draft<'t>> {
        let kind = self.kind(AWARD)?;
        let tree = self.scoring.evaluation.tree;
        let stars = rating.named("stars")?.as_integer()?;
        let grades = &self.scoring.card.grades;
        let given = grades
            .iter()
            .find(|grade| grade.stars == Some(stars))?
            .award
            .as_ref()?;
        let year = rating.named("year")?;
        let is_there = |record: &Record<'_>| {
            let title = record.named("title").and_then(Value::as_text);
            record.retracted.is_none()
                && record.named("year") == Some(year)
                && title == Some(given.title.as_str())
        };
        let mut awards = tree
            .records_of(org)
            .of_kind(AWARD)
            .map(|(_, entry)| &entry.record);
        if awards.any(is_there) {
            return None;
        }
        let mut values = vec![None; kind.fields.len()];
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(field) = kind.index(name) {
                values[field] = value;
            }
        };
        set("date", Some(Value::Day(day)));
        set("year", Some(year.clone()));
        set("title", Some(Value::Text(given.title.as_str().into())));
        set("recipient", Some(Value::Text(tree.orgs[org].name().into())));
        set("stars", Some(Value::Integer(stars)));
        set("reward", given.reward.map(Value::Decimal));
        Some(Draft::Add {
            org: tree.orgs[org].path.clone(),
            kind,
            values,
        })
    }
}

/// The ratings of a year by a scorecard, whatever its version; of several of an organisation the
/// last.
fn ratings<'t>(scoring: &Scoring<'t>, year: i32) -> BTreeMap<usize, &'t Record<'t>> {
    let tree = scoring.evaluation.tree;
    let is_it = |record: &Record<'_>| {
        let scheme = record.named("scheme").and_then(Value::as_text);
        let of = record.named("year").and_then(Value::as_period);
        record.retracted.is_none()
            && scheme.is_some_and(|scheme| scoring.card.is_called(scheme))
            && of.is_some_and(|of| of.first().year() == year)
    };
    let of_kind = tree
        .entries
        .iter()
        .filter(|entry| entry.record.kind.name == RATING);
    let found = of_kind.filter(|entry| is_it(&entry.record));
    found.map(|entry| (entry.org, &entry.record)).collect()
}

/// Whether a rating is neither shown nor decided.
fn is_draft(record: &Record<'_>) -> bool {
    record.named("noticed").is_none() && record.named("decided").is_none()
}

/// That a person changed the stars of a rating without saying why, if it is so.
fn unexplained(record: &Record<'_>) -> Option<Problem> {
    let value = |name: &str| record.named(name);
    let stars = |name: &str| value(name).and_then(Value::as_integer).unwrap_or(0);
    let differs = value("proposed").is_some() && stars("stars") != stars("proposed");
    (differs && value("reason").is_none()).then(|| {
        let problem = Problem::new(Rule::RATING_NO_REASON).at(place_of(record));
        problem.with("id", record.id.as_str())
    })
}

fn changed<'t>(record: &'t Record<'t>, field: &str, value: Value) -> Draft<'t> {
    let mut values = record.fields.clone();
    if let Some(field) = record.kind.index(field) {
        values[field] = Some(value);
    }
    Draft::Change { record, values }
}
