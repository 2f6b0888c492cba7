//! A report: figures of some metrics for an organisation, those under it, and the total.

use std::sync::Arc;

use crate::day::{Day, Period};
use crate::figure::stamp::Stamp;
use crate::figure::tally::{self, Moment, tally};
use crate::figure::{Evaluation, Figure, Lens, Memory, Scope};
use crate::number::Fraction;
use crate::problem::Problem;
use crate::rules::metric::{Measure, Metric, Unit};
use crate::tree::Tree;
use crate::tree::files::Files;

/// What is asked of a report.
#[derive(Clone, Debug)]
pub struct Question<'t> {
    /// The organisation at the top.
    pub org: usize,
    /// How many levels below it have rows.
    pub depth: usize,
    /// Each row speaks of its organisation alone, not of those under it.
    pub own: bool,
    /// The period.
    pub period: Period,
    /// The day whose knowledge is used.
    pub as_of: Day,
    /// Today, where the as-of day was not asked for.
    pub today: Option<Day>,
    /// The figures, in order.
    pub metrics: Vec<&'t Metric>,
    /// What to compare with.
    pub compare: Option<Compare<'t>>,
}

/// What a report is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare<'s> {
    /// The period before.
    Previous,
    /// The same period a year earlier.
    Year,
    /// The same period as it was reported.
    Closed(&'s Stamp),
}

/// Which row it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The top organisation's own records (本级).
    Own,
    /// An organisation under it.
    Org,
    /// All together.
    Total,
}

impl Role {
    /// The name in machine formats, and of the message.
    pub fn name(self) -> &'static str {
        match self {
            Role::Own => "own",
            Role::Org => "org",
            Role::Total => "total",
        }
    }
}

/// A row of figures.
#[derive(Clone, Debug)]
pub struct ReportRow {
    /// Which row it is.
    pub role: Role,
    /// The organisation; the top one in the own and total rows.
    pub org: usize,
    /// The organisations whose figures they are.
    pub scope: Scope,
    /// How many levels it lies below the organisations that the total adds up.
    pub depth: usize,
    /// A value for each metric.
    pub values: Vec<Figure>,
    /// The values that they are compared with; empty without any.
    pub before: Vec<Figure>,
    /// The change of each metric against the compared period; empty without one.
    pub changes: Vec<Figure>,
}

/// The figures asked for.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The rows: own, organisations in the order of their ids, total.
    pub rows: Vec<ReportRow>,
    /// The period and as-of day compared with, and the last day up to which its returns are judged,
    /// where that is later.
    pub compared: Option<(Period, Day, Option<Day>)>,
    /// The last day up to which returns are judged, where that is later than the as-of day.
    pub judged_until: Option<Day>,
}

impl Question<'_> {
    /// All the organisations that it is about.
    pub fn whole(&self, tree: &Tree<'_>) -> Scope {
        Scope::Under(tree.subtree(self.org))
    }

    /// The period and days of the question, and of what it is compared with where that is computed.
    fn moments(&self) -> Vec<Moment> {
        let mut moments = vec![(self.period, self.as_of, self.today)];
        if let Some(compare @ (Compare::Previous | Compare::Year)) = self.compare {
            let (period, as_of) = compared(self.period, self.as_of, compare);
            moments.push((period, as_of, self.today));
        }
        moments
    }

    /// Reads the records of a ledger whose organisations are known, in one pass in which they are
    /// added up; or keeps them, where the figures cannot be added up so.
    pub fn read<'r>(&self, tree: &mut Tree<'r>, files: &dyn Files) -> Known {
        Known::read(tree, files, &self.metrics, &self.moments())
    }
}

/// What is known of the records that a question is about: what they add up to, or nothing where the
/// tree holds them.
#[derive(Default)]
pub struct Known(Vec<Arc<Memory>>);

impl Known {
    /// Reads the records of a ledger whose organisations are known, in one pass in which they are
    /// added up for each moment; or keeps them, where the figures cannot be added up so.
    pub fn read(
        tree: &mut Tree<'_>,
        files: &dyn Files,
        metrics: &[&Metric],
        moments: &[Moment],
    ) -> Known {
        match tally(tree, files, metrics, moments) {
            Some(memories) => Known(memories),
            None => {
                let (selection, _) = tally::selection_for(tree.rules, metrics, moments);
                tree.read_records(files, &selection);
                Known::default()
            }
        }
    }

    /// Reads the records behind some figures, with what lists of them say.
    pub fn read_to_list(tree: &mut Tree<'_>, files: &dyn Files, metrics: &[&Metric]) -> Known {
        let mut selection = tally::selection_to_list(tree.rules, metrics);
        // Whether there was any record before is asked of every kind.
        for kind in &tree.rules.kinds {
            selection.of_mut(kind.number).add(kind.start);
        }
        tree.read_records(files, &selection);
        Known::default()
    }

    /// What computes the figures of a moment, the `n`th of those that were read.
    pub(super) fn evaluation<'t>(
        &self,
        tree: &'t Tree<'t>,
        n: usize,
        &(period, as_of, today): &Moment,
    ) -> Evaluation<'t> {
        let evaluation = Evaluation::new(tree, period, as_of).until(today);
        match self.0.get(n) {
            None => evaluation,
            Some(memory) => evaluation.recalling(Arc::clone(memory)),
        }
    }

    /// Computes a report.
    ///
    /// # Errors
    /// A sum that does not fit, at the place of its metric.
    pub fn report(&self, tree: &Tree<'_>, question: &Question<'_>) -> Result<Report, Problem> {
        let evaluations: Vec<Evaluation<'_>> = question
            .moments()
            .into_iter()
            .enumerate()
            .map(|(n, moment)| self.evaluation(tree, n, &moment))
            .collect();
        let judged = |evaluation: &Evaluation<'_>| {
            question
                .metrics
                .iter()
                .filter_map(|metric| evaluation.judged_until(metric))
                .max()
        };
        let now = rows(&evaluations[0], question, false)?;
        let judged_until = judged(&evaluations[0]);
        let Some(compare) = question.compare else {
            return Ok(Report {
                rows: now,
                compared: None,
                judged_until,
            });
        };
        let (period, as_of) = compared(question.period, question.as_of, compare);
        let (before, judged) = match (compare, evaluations.get(1)) {
            (Compare::Closed(stamp), _) => (stamped(tree, question, stamp, &now), stamp.judged),
            (Compare::Previous | Compare::Year, Some(earlier)) => {
                (rows(earlier, question, true)?, judged(earlier))
            }
            (Compare::Previous | Compare::Year, None) => (Vec::new(), None),
        };
        let mut report = Report {
            rows: now,
            compared: Some((period, as_of, judged)),
            judged_until,
        };
        for (row, old) in report.rows.iter_mut().zip(&before) {
            row.before.clone_from(&old.values);
            row.changes = row
                .values
                .iter()
                .zip(&old.values)
                .zip(&question.metrics)
                .map(|((a, b), m)| change(*a, *b, m.unit))
                .collect();
        }
        Ok(report)
    }
}

/// Computes a report over a ledger that holds its records.
///
/// # Errors
/// As [`Known::report`].
pub fn report(tree: &Tree<'_>, question: &Question<'_>) -> Result<Report, Problem> {
    Known::default().report(tree, question)
}

/// The rows of a report as they were stamped; what was not stamped has no data.
fn stamped(
    tree: &Tree,
    question: &Question<'_>,
    stamp: &Stamp,
    now: &[ReportRow],
) -> Vec<ReportRow> {
    let row = |row: &ReportRow| {
        let old = stamp.row(tree, row.role.name(), row.org);
        let value = |metric: &&Metric| old.map_or(Figure::NoData, |old| old.figure(&metric.name));
        ReportRow {
            values: question.metrics.iter().map(value).collect(),
            ..row.clone()
        }
    };
    now.iter().map(row).collect()
}

/// The period to compare with, and the day in it that stands where the as-of day stands in this
/// one.
pub fn compared(period: Period, as_of: Day, compare: Compare<'_>) -> (Period, Day) {
    let other = match compare {
        Compare::Closed(stamp) => return (stamp.period, stamp.as_of),
        Compare::Previous => period.previous(),
        Compare::Year => period.year_earlier(),
    };
    let day = if as_of >= period.last() {
        other.last().plus(as_of.since(period.last()))
    } else {
        other
            .first()
            .plus(as_of.since(period.first()))
            .min(other.last())
    };
    (other, day)
}

/// The difference of two values; of ranks, how many places were gained.
pub fn change(now: Figure, before: Figure, unit: Unit) -> Figure {
    match (now, before) {
        (Figure::Number(a), Figure::Number(b)) if unit == Unit::Rank => {
            b.minus(a).map_or(Figure::NoData, Figure::Number)
        }
        (Figure::Number(a), Figure::Number(b)) => a.minus(b).map_or(Figure::NoData, Figure::Number),
        (Figure::Points(a), Figure::Points(b)) => Figure::Points(a - b),
        (Figure::Ratio { num, den }, Figure::Ratio { num: n, den: d }) => {
            let change = Fraction { num, den }.minus(Fraction { num: n, den: d });
            change.map_or(Figure::NoData, |Fraction { num, den }| Figure::Ratio {
                num,
                den,
            })
        }
        _ => Figure::NoData,
    }
}

/// The rows of a report; `earlier` where they are there to be compared with.
fn rows(
    evaluation: &Evaluation<'_>,
    question: &Question<'_>,
    earlier: bool,
) -> Result<Vec<ReportRow>, Problem> {
    let tree = evaluation.tree;
    let top = question.org;
    let base = tree.orgs[top].path.depth();
    let under = tree.subtree(top);
    let listed: Vec<usize> = under
        .clone()
        .skip(1)
        .filter(|&org| tree.orgs[org].path.depth() <= base + question.depth)
        .collect();
    let mut wanted = vec![(Role::Own, top, Scope::These(vec![top]))];
    wanted.extend(listed.iter().map(|&org| {
        let scope = if question.own {
            Scope::These(vec![org])
        } else {
            Scope::Under(tree.subtree(org))
        };
        (Role::Org, org, scope)
    }));
    // With --own the total covers just what the rows show, so that they still add up to it.
    let total = match question.own {
        true => Scope::These(std::iter::once(top).chain(listed).collect()),
        false => Scope::Under(under),
    };
    wanted.push((Role::Total, top, total));
    let mut rows = Vec::new();
    for (role, org, scope) in wanted {
        let value = |metric: &&Metric| match &metric.measure {
            // Only an organisation has a place, not its own records and not a total.
            Measure::Rank(_) if role != Role::Org => Ok(Figure::NoData),
            _ if earlier => evaluation.earlier_figure(metric, &scope, &Lens::default()),
            _ => evaluation.figure(metric, &scope),
        };
        let values = question
            .metrics
            .iter()
            .map(value)
            .collect::<Result<_, _>>()?;
        // With --own each row stands for itself.
        let depth = match role {
            Role::Org if !question.own => tree.orgs[org].path.depth() - base - 1,
            _ => 0,
        };
        rows.push(ReportRow {
            role,
            org,
            scope,
            depth,
            values,
            before: Vec::new(),
            changes: Vec::new(),
        });
    }
    Ok(rows)
}
