//! What stands behind each figure of a report: the records, or the figures it is made of.

use std::collections::BTreeMap;

use crate::figure::report::{ReportRow, Role};
use crate::figure::scorecard::{Score, Scored};
use crate::figure::{Basis, Contribution, Evaluation, record_of};
use crate::locale::Locale;
use crate::number::Decimal;
use crate::present::cell;
use crate::present::contribution::{self, basis, is_headcount};
use crate::present::score::ScoreSheet;
use crate::problem::Problem;
use crate::rules::metric::{Measure, Metric};
use crate::table::{Cell, Source, SourcePart, SourceRecord};

/// The sources of a report's figures, each once.
pub struct Sources<'e> {
    /// What computes the figures.
    pub evaluation: &'e Evaluation<'e>,
    /// The rows of the report.
    pub rows: &'e [ReportRow],
    /// What each row is called.
    pub names: Vec<String>,
    /// Whether each row speaks of its organisation alone.
    pub own: bool,
    /// The language.
    pub locale: &'e Locale,
    /// Those found so far.
    pub found: Vec<Source>,
    known: BTreeMap<(usize, String), Option<usize>>,
}

impl<'e> Sources<'e> {
    /// Of a report whose sources are still to be found.
    pub fn of(
        evaluation: &'e Evaluation<'e>,
        rows: &'e [ReportRow],
        names: Vec<String>,
        own: bool,
        locale: &'e Locale,
    ) -> Sources<'e> {
        Sources {
            evaluation,
            rows,
            names,
            own,
            locale,
            found: Vec::new(),
            known: BTreeMap::new(),
        }
    }

    /// The source of a row's figure, by its index among those found; none where nothing stands
    /// behind it.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn behind(&mut self, row: usize, metric: &Metric) -> Result<Option<usize>, Problem> {
        let key = (row, metric.name.clone());
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let parts = self.parts(row, metric)?;
        let records = match parts.is_empty() {
            true => self.records(row, metric),
            false => Vec::new(),
        };
        let found = match parts.is_empty() && records.is_empty() {
            true => None,
            false => {
                let figure = self.evaluation.figure(metric, &self.rows[row].scope)?;
                let label = metric.label.get(self.locale.lang());
                self.found.push(Source {
                    title: format!("{} · {label}", self.names[row]),
                    value: cell(metric, figure),
                    parts,
                    records,
                });
                Some(self.found.len() - 1)
            }
        };
        self.known.insert(key, found);
        Ok(found)
    }

    /// The figures that a figure is made of: those it is defined by, or in the total those of the
    /// rows.
    fn parts(&mut self, row: usize, metric: &Metric) -> Result<Vec<SourcePart>, Problem> {
        if let Measure::Scorecard { card, .. } = &metric.measure {
            return self.items(row, card);
        }
        let mut parts = Vec::new();
        let of_rows = self.rows[row].role == Role::Total && metric.sums();
        if of_rows {
            for other in 0..self.rows.len() {
                let is_part = self.rows[other].role != Role::Total && self.rows[other].depth == 0;
                if is_part && let Some(source) = self.behind(other, metric)? {
                    let label = self.names[other].clone();
                    parts.push(SourcePart { label, source });
                }
            }
            return Ok(parts);
        }
        let rules = self.evaluation.tree.rules;
        let mut of: Vec<(String, &Metric)> = Vec::new();
        for (role, metrics, weight) in contribution::parts(rules, metric) {
            let lead = contribution::lead(self.locale, role, weight);
            of.extend(metrics.into_iter().map(|metric| (lead.clone(), metric)));
        }
        // A sum of figures, and a place by a figure, are explained by what is counted or by all
        // places; here each leads to what it is made of.
        let others = match &metric.measure {
            Measure::Plus { of, less } => of.iter().chain(less).collect(),
            Measure::Rank(ranking) => vec![&ranking.by],
            _ => Vec::new(),
        };
        let others = others.into_iter().filter_map(|name| rules.metric(name));
        of.extend(others.map(|metric| (String::new(), metric)));
        for (lead, metric) in of {
            if let Some(source) = self.behind(row, metric)? {
                let label = format!("{lead}{}", metric.label.get(self.locale.lang()));
                parts.push(SourcePart { label, source });
            }
        }
        Ok(parts)
    }

    fn records(&self, row: usize, metric: &Metric) -> Vec<SourceRecord> {
        let counted = self.evaluation.counted(metric, &self.rows[row].scope);
        records_of(self.evaluation, self.locale, is_headcount(metric), &counted)
    }

    /// The items of a score, each with its records.
    fn items(&mut self, row: usize, card: &str) -> Result<Vec<SourcePart>, Problem> {
        let ReportRow { org, scope, .. } = &self.rows[row];
        let scoring = self.evaluation.scoring(card);
        let is_one = self.rows[row].role != Role::Total;
        let Some(scoring) = scoring.filter(|scoring| is_one && scoring.scores(*org)) else {
            return Ok(Vec::new());
        };
        let score = scoring.score(&Scored::Organisation(scope.clone()))?;
        let sheet = ScoreSheet {
            scoring: &scoring,
            locale: self.locale,
        };
        Ok(items_of(&sheet, &score, &self.names[row], &mut self.found))
    }
}

/// The items of a score, each with its records.
pub(super) fn items_of(
    sheet: &ScoreSheet<'_>,
    score: &Score,
    name: &str,
    found: &mut Vec<Source>,
) -> Vec<SourcePart> {
    let mut parts = Vec::new();
    for (label, is_headcount, item) in sheet.items(score) {
        let evaluation = &sheet.scoring.evaluation;
        found.push(Source {
            title: format!("{name} · {label}"),
            value: Cell::Number(item.points),
            parts: Vec::new(),
            records: records_of(evaluation, sheet.locale, is_headcount, &item.counted),
        });
        let source = found.len() - 1;
        parts.push(SourcePart { label, source });
    }
    parts
}

/// What makes up a figure, as records.
pub(super) fn records_of(
    evaluation: &Evaluation<'_>,
    locale: &Locale,
    is_headcount: bool,
    counted: &[(Contribution, Decimal)],
) -> Vec<SourceRecord> {
    let tree = evaluation.tree;
    let record = |(contribution, adds): &(Contribution, Decimal)| {
        let (what, place, id) = basis(evaluation, locale, is_headcount, contribution);
        let day = match &contribution.from {
            Basis::Record(n) => record_of(tree, *n).starts(),
            Basis::Window(window) => Some(window.window.first()),
            Basis::Organisation => None,
        };
        SourceRecord {
            org: tree.orgs[contribution.org].short().to_owned(),
            what,
            day,
            adds: *adds,
            place,
            id,
        }
    };
    counted.iter().map(record).collect()
}

/// Whether a figure is one behind which something can stand.
pub fn is_figure(cell: &Cell) -> bool {
    !matches!(cell, Cell::Empty | Cell::Text(_) | Cell::NoData)
}
