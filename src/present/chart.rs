//! Pictures of a report's figures.

use crate::day::Day;
use crate::figure::report::{Known, ReportRow, Role};
use crate::figure::trend::{moments, trend};
use crate::figure::{Basis, Evaluation, Figure, record_of};
use crate::locale::Locale;
use crate::present::cell;
use crate::problem::Problem;
use crate::rules::metric::{Metric, Unit};
use crate::rules::report_spec::{ChartShows, ChartSpec};
use crate::table::{Cell, Chart, ChartForm, Series};

/// What the pictures of a report are drawn from.
#[derive(Clone, Copy)]
pub struct Pictured<'e> {
    /// What computes the figures, over a ledger that holds its records.
    pub evaluation: &'e Evaluation<'e>,
    /// The rows of the report.
    pub rows: &'e [ReportRow],
    /// The language.
    pub locale: &'e Locale,
}

/// The most days that a task of each bar is overdue, but for the last bar.
const AGES: [i64; 3] = [30, 90, 180];

impl Pictured<'_> {
    /// The pictures that a definition asks for: of organisations and ages one for each metric.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn charts(&self, spec: &ChartSpec) -> Result<Vec<Chart>, Problem> {
        let rules = self.evaluation.tree.rules;
        let metrics: Vec<&Metric> = spec
            .metrics
            .iter()
            .filter_map(|name| rules.metric(name))
            .collect();
        let Some(total) = self.rows.iter().find(|row| row.role == Role::Total) else {
            return Ok(Vec::new());
        };
        let lang = self.locale.lang();
        let title = |metric: &Metric| match metrics.len() {
            1 => spec.label.get(lang).to_owned(),
            _ => format!("{} · {}", spec.label.get(lang), metric.label.get(lang)),
        };
        match spec.shows {
            ChartShows::Organisations => metrics
                .iter()
                .map(|metric| self.organisations(metric, title(metric), total))
                .collect(),
            ChartShows::Ages => Ok(metrics
                .iter()
                .map(|metric| self.ages(metric, title(metric), total))
                .collect()),
            ChartShows::Trend(periods) => {
                // Counts and rates have no axis in common.
                let mut units: Vec<Unit> = metrics.iter().map(|metric| metric.unit).collect();
                units.sort_unstable();
                units.dedup();
                let of_unit = |unit: Unit| {
                    let same: Vec<&Metric> = metrics
                        .iter()
                        .copied()
                        .filter(|metric| metric.unit == unit)
                        .collect();
                    let chart = self.over_time(&same, periods, total)?;
                    let title = spec.label.get(lang).to_owned();
                    Ok(Chart { title, ..chart })
                };
                units.into_iter().map(of_unit).collect()
            }
        }
    }

    fn organisations(
        &self,
        metric: &Metric,
        title: String,
        total: &ReportRow,
    ) -> Result<Chart, Problem> {
        let tree = self.evaluation.tree;
        let listed = self
            .rows
            .iter()
            .filter(|row| row.role == Role::Org && row.depth == 0);
        let figure = |row: &ReportRow| self.evaluation.figure(metric, &row.scope);
        let mut bars = Vec::new();
        for row in listed {
            let name = tree.orgs[row.org].short().to_owned();
            bars.push((name, cell(metric, figure(row)?)));
        }
        // The greatest first, of the alike in the order of the report, no data last.
        bars.sort_by(|(_, a), (_, b)| b.size().total_cmp(&a.size()));
        let (categories, cells) = bars.into_iter().unzip();
        let whole = cell(metric, figure(total)?);
        let label = metric.label.get(self.locale.lang()).to_owned();
        Ok(Chart {
            title,
            form: ChartForm::Bars,
            categories,
            series: vec![Series { label, cells }],
            // A sum is no measure for its parts.
            mark: (!metric.sums()).then(|| (self.locale.text("row-total"), whole)),
        })
    }

    fn over_time(
        &self,
        metrics: &[&Metric],
        periods: usize,
        total: &ReportRow,
    ) -> Result<Chart, Problem> {
        let evaluation = self.evaluation;
        let (period, as_of) = (evaluation.period, evaluation.as_of);
        let moments = moments(period, as_of, evaluation.today, periods);
        let found = trend(
            evaluation.tree,
            &Known::default(),
            &moments,
            metrics,
            &total.scope,
        )?;
        // Before the first record there is nothing to see.
        let is_empty = |values: &&Vec<Figure>| values.iter().all(|v| *v == Figure::NoData);
        let first = found.values.iter().take_while(is_empty).count();
        let values = &found.values[first..];
        let series = metrics.iter().enumerate().map(|(n, metric)| Series {
            label: metric.label.get(self.locale.lang()).to_owned(),
            cells: values.iter().map(|of| cell(metric, of[n])).collect(),
        });
        Ok(Chart {
            title: String::new(),
            form: ChartForm::Lines,
            categories: found.periods[first..]
                .iter()
                .map(ToString::to_string)
                .collect(),
            series: series.collect(),
            mark: None,
        })
    }

    /// The records behind a figure by how many days they are overdue; those that are not due are in
    /// no bar.
    fn ages(&self, metric: &Metric, title: String, total: &ReportRow) -> Chart {
        let evaluation = self.evaluation;
        let overdue = |due: Day| evaluation.as_of.since(due);
        let mut counts = [0_i64; AGES.len() + 1];
        for (contribution, _) in evaluation.counted(metric, &total.scope) {
            let Basis::Record(n) = contribution.from else {
                continue;
            };
            let days = record_of(evaluation.tree, n).effective_due().map(overdue);
            if let Some(days) = days.filter(|days| *days > 0) {
                let bar = AGES.iter().position(|most| days <= *most);
                counts[bar.unwrap_or(AGES.len())] += 1;
            }
        }
        let first = std::iter::once(1).chain(AGES.iter().map(|most| most + 1));
        let name = |(from, most): (i64, Option<&i64>)| match most {
            Some(most) => {
                let days = [("from", from.into()), ("until", (*most).into())];
                self.locale.say("chart-days", &days)
            }
            None => self.locale.say("chart-days-over", &[("from", from.into())]),
        };
        let most = AGES.iter().map(Some).chain([None]);
        Chart {
            title,
            form: ChartForm::Bars,
            categories: first.zip(most).map(name).collect(),
            series: vec![Series {
                label: metric.label.get(self.locale.lang()).to_owned(),
                cells: counts.map(Cell::from).into(),
            }],
            mark: None,
        }
    }
}
