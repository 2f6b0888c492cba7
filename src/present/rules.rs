//! What rules do on a ledger as it stands.

use crate::figure::obligation::WindowState;
use crate::figure::scorecard::Scoring;
use crate::figure::{Evaluation, Scope};
use crate::locale::{Label, Locale};
use crate::present::cell;
use crate::problem::Problem;
use crate::rules::grouping::Rows;
use crate::rules::{Class, NamedRule, Rules};
use crate::table::{Cell, Column, Table, TableRow};

/// What people call a rule.
pub fn label(rules: &Rules, item: &NamedRule) -> Option<Label> {
    match item.class {
        Class::Kind => rules.kind(&item.name).map(|k| k.label.clone()),
        Class::Obligation => rules.obligation(&item.name).map(|o| o.label.clone()),
        Class::View => rules.view(&item.name).map(|v| v.label.clone()),
        Class::Metric => rules.metric(&item.name).map(|m| m.label.clone()),
        Class::Scorecard => {
            let mut all = rules.scorecards().iter();
            all.find(|card| card.version() == item.name)
                .map(|card| card.label.clone())
        }
        Class::Report => rules.layout(&item.name).map(|l| l.label.clone()),
        Class::Template => item.label(),
    }
}

/// Some rules, each with what it comes to in the period: records of a kind, windows owed, a figure
/// and what it counts, who is scored, the columns of a report.
///
/// # Errors
/// A sum that does not fit.
pub fn effects(
    locale: &Locale,
    evaluation: &Evaluation<'_>,
    items: &[NamedRule],
) -> Result<Table, Problem> {
    let tree = evaluation.tree;
    let mut rows = Vec::new();
    for item in items {
        let called = label(tree.rules, item);
        let called = called.map_or_else(String::new, |l| l.get(locale.lang()).to_owned());
        rows.push(TableRow::of(vec![
            Cell::Text(locale.text(&format!("class-{}", item.class.name()))),
            Cell::Text(item.name.clone()),
            Cell::Text(called),
            Cell::Text(effect(locale, evaluation, item)?),
            Cell::Text(item.file.to_string()),
        ]));
    }
    Ok(Table {
        columns: vec![
            Column::text("class", locale.text("label-class")),
            Column::text("name", locale.text("label-name")),
            Column::text("label", locale.text("label-label")),
            Column::text("effect", locale.text("label-effect")),
            Column {
                compact: false,
                ..Column::text("file", locale.text("label-place"))
            },
        ],
        rows,
        ..Table::default()
    })
}

fn effect(
    locale: &Locale,
    evaluation: &Evaluation<'_>,
    item: &NamedRule,
) -> Result<String, Problem> {
    let tree = evaluation.tree;
    let rules = tree.rules;
    let whole = Scope::Under(0..tree.orgs.len());
    let say = |id: &str, count: usize| locale.say(id, &[("count", count.into())]);
    Ok(match item.class {
        Class::Kind => {
            let of_kind = |record: &crate::record::Record<'_>| record.kind.name == item.name;
            let records = tree.entries.iter().map(|entry| &entry.record);
            say(
                "effect-kind",
                records.filter(|record| of_kind(record)).count(),
            )
        }
        Class::Obligation => {
            let windows = evaluation.windows(&item.name);
            let is_owed = |state: WindowState| state != WindowState::Exempt;
            let owed = windows.iter().filter(|window| is_owed(window.state));
            say("effect-obligation", owed.count())
        }
        Class::Metric => match rules.metric(&item.name) {
            Some(metric) => {
                let counted = evaluation.counted(metric, &whole).len();
                let value = cell(metric, evaluation.figure(metric, &whole)?).words();
                let words = [("value", value.into()), ("count", counted.into())];
                locale.say("effect-metric", &words)
            }
            None => String::new(),
        },
        Class::Scorecard => {
            let mut cards = rules.scorecards().iter();
            let Some(card) = cards.find(|card| card.version() == item.name) else {
                return Ok(String::new());
            };
            let scoring = Scoring::new(evaluation, card);
            match card.is_of_members() {
                true => say("effect-members", scoring.members(0..tree.orgs.len()).len()),
                false => {
                    let scored = (0..tree.orgs.len()).filter(|&org| scoring.scores(org));
                    say("effect-orgs", scored.count())
                }
            }
        }
        Class::Report => match rules.layout(&item.name).map(|layout| &layout.rows) {
            Some(Rows::Records(rows)) => say("effect-columns", rows.columns.len()),
            Some(Rows::Organisations | Rows::Groups(_)) => {
                let columns = rules.layout(&item.name).map_or(0, |l| l.columns().count());
                say("effect-columns", columns)
            }
            None => String::new(),
        },
        Class::View | Class::Template => String::new(),
    })
}
