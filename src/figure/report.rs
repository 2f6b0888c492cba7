//! A report: figures of some metrics for an organisation, those under it, and the total.

use crate::day::{Day, Period};
use crate::figure::stamp::Stamp;
use crate::figure::{Evaluation, Figure, Scope};
use crate::rules::metric::{Measure, Metric, Unit};
use crate::tree::Tree;

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
    /// A value for each metric.
    pub values: Vec<Figure>,
    /// The change of each metric against the compared period; empty without one.
    pub changes: Vec<Figure>,
}

/// The figures asked for.
#[derive(Clone, Debug)]
pub struct Report {
    /// The rows: own, organisations in the order of their ids, total.
    pub rows: Vec<ReportRow>,
    /// The period and as-of day compared with.
    pub compared: Option<(Period, Day)>,
}

/// Computes a report.
pub fn report(tree: &Tree, question: &Question<'_>) -> Report {
    let now = rows(tree, question, question.period, question.as_of);
    let Some(compare) = question.compare else { return Report { rows: now, compared: None } };
    let (period, as_of) = compared(question.period, question.as_of, compare);
    let before = match compare {
        Compare::Closed(stamp) => stamped(tree, question, stamp, &now),
        Compare::Previous | Compare::Year => rows(tree, question, period, as_of),
    };
    let mut report = Report { rows: now, compared: Some((period, as_of)) };
    for (row, old) in report.rows.iter_mut().zip(&before) {
        row.changes = row.values.iter().zip(&old.values).zip(&question.metrics).map(|((a, b), m)| change(*a, *b, m.unit)).collect();
    }
    report
}

/// The rows of a report as they were stamped; what was not stamped has no data.
fn stamped(tree: &Tree, question: &Question<'_>, stamp: &Stamp, now: &[ReportRow]) -> Vec<ReportRow> {
    let row = |row: &ReportRow| {
        let old = stamp.row(tree, row);
        let value = |metric: &&Metric| old.and_then(|old| old.figures.get(&metric.name)).copied().unwrap_or(Figure::NoData);
        ReportRow { values: question.metrics.iter().map(value).collect(), ..row.clone() }
    };
    now.iter().map(row).collect()
}

/// The period to compare with, and the day in it that stands where the as-of day stands in this one.
pub fn compared(period: Period, as_of: Day, compare: Compare<'_>) -> (Period, Day) {
    let other = match compare {
        Compare::Closed(stamp) => return (stamp.period, stamp.as_of),
        Compare::Previous => period.previous(),
        Compare::Year => period.year_earlier(),
    };
    let day = if as_of >= period.last() {
        other.last().plus(as_of.since(period.last()))
    } else {
        other.first().plus(as_of.since(period.first())).min(other.last())
    };
    (other, day)
}

/// The difference of two values; of ranks, how many places were gained.
fn change(now: Figure, before: Figure, unit: Unit) -> Figure {
    match (now, before) {
        (Figure::Number(a), Figure::Number(b)) if unit == Unit::Rank => Figure::Number(b.saturating_sub(a)),
        (Figure::Number(a), Figure::Number(b)) => Figure::Number(a.saturating_sub(b)),
        (Figure::Points(a), Figure::Points(b)) => Figure::Points(a.saturating_sub(b)),
        (Figure::Ratio { num, den }, Figure::Ratio { num: n, den: d }) => {
            match (num.checked_mul(d), n.checked_mul(den), den.checked_mul(d)) {
                (Some(a), Some(b), Some(den)) => Figure::Ratio { num: a - b, den },
                _ => Figure::NoData,
            }
        }
        _ => Figure::NoData,
    }
}

fn rows(tree: &Tree, question: &Question<'_>, period: Period, as_of: Day) -> Vec<ReportRow> {
    let evaluation = Evaluation::new(tree, period, as_of);
    let top = question.org;
    let base = tree.orgs[top].path.depth();
    let under = tree.subtree(top);
    let listed: Vec<usize> = under.clone().skip(1).filter(|&org| tree.orgs[org].path.depth() <= base + question.depth).collect();
    let mut wanted = vec![(Role::Own, top, Scope::These(vec![top]))];
    wanted.extend(listed.iter().map(|&org| {
        let scope = if question.own { Scope::These(vec![org]) } else { Scope::Under(tree.subtree(org)) };
        (Role::Org, org, scope)
    }));
    // With --own the total covers just what the rows show, so that they still add up to it.
    let total = match question.own {
        true => Scope::These(std::iter::once(top).chain(listed).collect()),
        false => Scope::Under(under),
    };
    wanted.push((Role::Total, top, total));
    let mut rows: Vec<ReportRow> = wanted
        .iter()
        .map(|(role, org, scope)| ReportRow {
            role: *role,
            org: *org,
            values: question.metrics.iter().map(|metric| evaluation.figure(metric, scope)).collect(),
            changes: Vec::new(),
        })
        .collect();
    for (n, metric) in question.metrics.iter().enumerate() {
        if let Measure::Rank { by } = &metric.measure
            && let Some(by) = tree.rules.metric(by)
        {
            let scores: Vec<Figure> = wanted.iter().map(|(_, _, scope)| evaluation.figure(by, scope)).collect();
            rank(tree, &mut rows, &scores, n);
        }
    }
    rows
}

/// Places among the organisations of one level, highest first; equals share a place.
fn rank(tree: &Tree, rows: &mut [ReportRow], scores: &[Figure], column: usize) {
    let comparable = |figure: Figure| match figure {
        Figure::Number(n) => Some(n as f64),
        Figure::Points(n) => Some(n as f64),
        Figure::Ratio { num, den } => Some(num as f64 / den as f64),
        Figure::Day(_) | Figure::NoData => None,
    };
    let level = |row: &ReportRow| tree.orgs[row.org].path.depth();
    let places: Vec<Figure> = rows
        .iter()
        .zip(scores)
        .map(|(row, score)| match comparable(*score).filter(|_| row.role == Role::Org) {
            None => Figure::NoData,
            Some(score) => {
                let better = rows
                    .iter()
                    .zip(scores)
                    .filter(|(other, _)| other.role == Role::Org && level(other) == level(row))
                    .filter(|(_, other)| comparable(**other).is_some_and(|other| other > score))
                    .count();
                Figure::Number(better as i64 + 1)
            }
        })
        .collect();
    for (row, place) in rows.iter_mut().zip(places) {
        row.values[column] = place;
    }
}
