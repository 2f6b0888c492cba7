//! The same figures over several periods that follow one another.

use crate::day::{Day, Period};
use crate::figure::report::Known;
use crate::figure::tally::Moment;
use crate::figure::{Figure, Lens, Scope};
use crate::problem::Problem;
use crate::rules::metric::Metric;
use crate::tree::Tree;

/// Figures of some organisations, by period and then by metric.
#[derive(Clone, Debug)]
pub struct Trend {
    /// The periods, oldest first.
    pub periods: Vec<Period>,
    /// The figures of each.
    pub values: Vec<Vec<Figure>>,
}

/// A period and those before it, `count` in all, oldest first.
///
/// An earlier period is looked at as it ended; if the as-of day lies after the period, so many days
/// after its end.
pub fn moments(period: Period, as_of: Day, today: Option<Day>, count: usize) -> Vec<Moment> {
    let after = as_of.since(period.last()).max(0);
    let mut moments = vec![(period, as_of, today)];
    while moments.len() < count {
        let before = moments[moments.len() - 1].0.previous();
        moments.push((before, before.last().plus(after), today));
    }
    moments.reverse();
    moments
}

/// Computes figures over several moments; `known` is what was read for just these.
///
/// # Errors
/// A sum that does not fit, at the place of its metric.
pub fn trend(
    tree: &Tree<'_>,
    known: &Known,
    moments: &[Moment],
    metrics: &[&Metric],
    scope: &Scope,
) -> Result<Trend, Problem> {
    let figures = |(n, moment): (usize, &Moment)| {
        let evaluation = known.evaluation(tree, n, moment);
        let figure = |metric: &&Metric| {
            // What was not recorded yet is no data.
            evaluation.earlier_figure(metric, scope, &Lens::default())
        };
        metrics.iter().map(figure).collect()
    };
    Ok(Trend {
        periods: moments.iter().map(|(period, ..)| *period).collect(),
        values: moments
            .iter()
            .enumerate()
            .map(figures)
            .collect::<Result<_, _>>()?,
    })
}
