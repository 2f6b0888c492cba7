//! Grades of persons that their points contradict: gradings are counted, and nobody is named.

use std::collections::BTreeMap;

use crate::figure::scorecard::{Scored, Scoring};
use crate::figure::{Adds, Basis, Contribution, Evaluation};
use crate::number::Decimal;
use crate::record::{Distinct, Record, Value};
use crate::rules::kind::Kind;
use crate::rules::metric::{Against, Disagreement, Measure, Window};
use crate::tree::Records;

/// The points of the persons of an organisation, and of all of them together.
type Points = (BTreeMap<Distinct, Decimal>, Decimal);

impl<'t> Evaluation<'t> {
    /// The scores that a metric holds grades against, where it does.
    pub(super) fn scoring_of(&self, measure: &Measure) -> Option<Scoring<'t>> {
        let Measure::Disagreement { between, .. } = measure else {
            return None;
        };
        match &between.against {
            Against::Scorecard { card, .. } => self.scoring(card),
            Against::Points { .. } => None,
        }
    }

    /// Gradings within an organisation that the points of the same days contradict, or the scores
    /// given.
    pub(super) fn disagreeing(
        &self,
        between: &Disagreement,
        window: Window,
        records: &Records<'_>,
        scoring: Option<&Scoring<'_>>,
        sink: &mut dyn FnMut(Contribution),
    ) {
        let points = self.points(between, window, records);
        for (n, record) in self.inside(&between.kind, window, records) {
            let grade = record.get(between.grade).and_then(Value::as_text);
            let Some((grade, person)) = grade.zip(record.get(between.person)) else {
                continue;
            };
            let is_among = |grades: &[String]| grades.iter().any(|known| known == grade);
            let (high, low) = (is_among(&between.high), is_among(&between.low));
            let is_wrong = match &between.against {
                Against::Points { .. } => points.as_ref().is_some_and(|(by_person, all)| {
                    let own = by_person.get(&Distinct::of(person));
                    own.is_some_and(|own| {
                        // Compared with the average without dividing.
                        let own = own.times(by_person.len() as i128).unwrap_or_default();
                        high && own < *all || low && own > *all
                    })
                }),
                Against::Scorecard { good, poor, .. } => {
                    let scored = scoring.zip(person.as_text());
                    let scored = scored.and_then(|(scoring, code)| grade_of(scoring, code));
                    let is_one =
                        |grades: &[String]| grades.iter().any(|name| Some(name.as_str()) == scored);
                    high && is_one(poor) || low && is_one(good)
                }
            };
            if is_wrong {
                sink(Contribution {
                    org: records.org,
                    from: Basis::Record(n),
                    adds: Adds::ONE,
                    unknown: None,
                });
            }
        }
    }

    /// The points of whoever is graded or has points in an organisation. Whoever is graded and has
    /// no entry has no points.
    fn points(
        &self,
        between: &Disagreement,
        window: Window,
        records: &Records<'_>,
    ) -> Option<Points> {
        let Against::Points { kind, sum, by } = &between.against else {
            return None;
        };
        let graded = self.inside(&between.kind, window, records);
        let mut points: BTreeMap<Distinct, Decimal> = graded
            .filter_map(|(_, record)| record.get(between.person))
            .map(|person| (Distinct::of(person), Decimal::ZERO))
            .collect();
        for (_, record) in self.inside(kind, window, records) {
            let n = record.get(*sum).and_then(Value::as_number);
            if let Some((person, n)) = record.get(*by).zip(n) {
                let sum = points.entry(Distinct::of(person)).or_default();
                // What fields can hold fits, however many there are.
                *sum = sum.plus(n).unwrap_or(*sum);
            }
        }
        let all = points
            .values()
            .try_fold(Decimal::ZERO, |sum, n| sum.plus(*n))
            .unwrap_or_default();
        Some((points, all))
    }

    /// The records of a kind that are of the days of a window, each with its index in the tree.
    fn inside<'r>(
        &'r self,
        kind: &Kind,
        window: Window,
        records: &'r Records<'_>,
    ) -> impl Iterator<Item = (usize, &'r Record<'r>)> {
        let period = kind.period;
        let is_inside = move |record: &Record<'_>| {
            let days = record.get(period).and_then(Value::as_period);
            record.exists_on(self.as_of) && days.is_some_and(|days| self.in_window(days, window))
        };
        records
            .of_kind(&kind.name)
            .map(|(n, entry)| (n, &entry.record))
            .filter(move |(_, record)| is_inside(record))
    }
}

/// The name of the grade that a member has by a scorecard; none where it grades the member not at
/// all, or the points cannot be added up.
fn grade_of<'s>(scoring: &'s Scoring<'_>, code: &str) -> Option<&'s str> {
    let member = scoring.member(code).filter(|member| !member.is_exempt)?;
    let scored = Scored::Member(member.code.clone());
    let score = scoring.score(&scored).ok()?;
    let grade = scoring.grade(&score, &scored).ok()??;
    Some(&scoring.card.grades[grade].name)
}
