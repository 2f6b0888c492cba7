//! What stands behind a figure: its contributions, each with its place, and the figures that it is
//! made of.

use crate::figure::{Basis, Contribution, Evaluation, record_of};
use crate::locale::Locale;
use crate::number::Decimal;
use crate::record::{Record, text};
use crate::rules::Rules;
use crate::rules::metric::{Measure, Metric};
use crate::table::{Audience, Cell, Column, Table, TableRow};

/// Whether what organisations contribute to a figure are their members.
pub(super) fn is_headcount(metric: &Metric) -> bool {
    matches!(metric.measure, Measure::Members)
}

/// What makes up a figure, as a table.
pub(super) fn table_of(
    evaluation: &Evaluation<'_>,
    locale: &Locale,
    is_headcount: bool,
    counted: &[(Contribution, Decimal)],
) -> Table {
    let label = |id: &str| locale.text(id);
    let rows = counted.iter().map(|(contribution, amount)| {
        let org = &evaluation.tree.orgs[contribution.org];
        let (what, place, id) = basis(evaluation, locale, is_headcount, contribution);
        TableRow::of(vec![
            Cell::Text(org.path.to_string()),
            Cell::Text(org.short().to_owned()),
            Cell::Text(what),
            Cell::Number(*amount),
            Cell::Text(place),
            Cell::Text(id),
        ])
    });
    Table {
        columns: vec![
            Column::text("org", label("label-id")).only(Audience::Machines),
            Column::text("org", label("label-org")).only(Audience::People),
            Column {
                compact: false,
                ..Column::text("what", label("label-what"))
            },
            Column::number("contributes", label("label-contributes"), "items"),
            Column::text("place", label("label-place")),
            Column {
                compact: false,
                ..Column::text("id", label("label-id"))
            },
        ],
        notes: if counted.is_empty() {
            vec![locale.text("explain-nothing")]
        } else {
            Vec::new()
        },
        rows: rows.collect(),
        ..Table::default()
    }
}

/// Figures that another is made of: their role in it, and the weight that they have, if any.
type Part<'m> = (&'static str, Vec<&'m Metric>, Option<i64>);

/// The figures that a ratio or score is made of.
pub(super) fn parts<'m>(rules: &'m Rules, metric: &Metric) -> Vec<Part<'m>> {
    let find = |names: &[String]| {
        let metrics = names.iter().filter_map(|name| rules.metric(name));
        metrics.collect::<Vec<_>>()
    };
    match &metric.measure {
        Measure::Ratio { of, to } => vec![
            ("numerator", find(of), None),
            ("denominator", find(to), None),
        ],
        Measure::Score { parts } => parts
            .iter()
            .map(|(name, weight)| ("part", find(std::slice::from_ref(name)), Some(*weight)))
            .collect(),
        Measure::Records { .. }
        | Measure::Obligation { .. }
        | Measure::Members
        | Measure::Organisations { .. }
        | Measure::View { .. }
        | Measure::Disagreement { .. }
        | Measure::Plus { .. }
        | Measure::Scorecard { .. }
        | Measure::Rank(_) => Vec::new(),
    }
}

/// What a part is to the figure, before its name.
pub(super) fn lead(locale: &Locale, role: &str, weight: Option<i64>) -> String {
    match weight {
        Some(weight) => locale.say("explain-weight", &[("weight", weight.into())]),
        None => locale.text(&format!("explain-{role}")),
    }
}

/// What contributes, where it stands and which ids it has, in words.
pub(super) fn basis(
    evaluation: &Evaluation<'_>,
    locale: &Locale,
    is_headcount: bool,
    contribution: &Contribution,
) -> (String, String, String) {
    let tree = evaluation.tree;
    let stands = |record: &Record<'_>| {
        let origin = &record.origin;
        (
            record.id.to_string(),
            format!("{}:{}", origin.file, origin.line),
        )
    };
    match &contribution.from {
        Basis::Record(n) => {
            let record = record_of(tree, *n);
            let (id, place) = stands(record);
            (text::title(record, locale), place, id)
        }
        Basis::Window(window) => {
            let rule = tree.rules.obligation(&window.obligation);
            let name = rule.map_or("", |o| o.label.get(locale.lang()));
            let state = locale.text(&format!("window-{}", window.state.name()));
            let records = window.records.iter().map(|&n| stands(record_of(tree, n)));
            let (ids, places): (Vec<String>, Vec<String>) = records.unzip();
            (
                format!("{name} {} {state}", window.window.label(locale.lang())),
                places.join("\n"),
                ids.join("\n"),
            )
        }
        Basis::Organisation => {
            let what = match is_headcount {
                true => "label-members",
                false => "label-org",
            };
            let file = tree.orgs[contribution.org].file();
            (locale.text(what), file, String::new())
        }
    }
}
