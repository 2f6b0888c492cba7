//! What a check found, as a table.

use crate::locale::Locale;
use crate::problem::Problem;
use crate::table::{Cell, Column, Table, TableRow};

/// A row for each problem: where it is, what is wrong, what would put it right.
pub fn table(locale: &Locale, problems: &[Problem]) -> Table {
    let text = |name: &str| Column::text(name, locale.text(&format!("label-{name}")));
    let number = |name: &str| Column::number(name, locale.text(&format!("label-{name}")), "items");
    let row = |problem: &Problem| {
        let (message, help) = problem.sentences(locale);
        let place = problem.place.as_ref();
        let severity = match problem.is_warning() {
            true => "warning",
            false => "error",
        };
        let line = |n: usize| Cell::from(i64::try_from(n.max(1)).unwrap_or(i64::MAX));
        TableRow::of(vec![
            Cell::Text(locale.text(&format!("severity-{severity}"))),
            place.map_or(Cell::Empty, |place| Cell::Text(place.file.to_string())),
            place.map_or(Cell::Empty, |place| line(place.line)),
            place.map_or(Cell::Empty, |place| line(place.column)),
            Cell::Text(message),
            help.map_or(Cell::Empty, Cell::Text),
            Cell::Text(problem.rule.name.to_owned()),
        ])
    };
    Table {
        columns: vec![
            text("severity"),
            text("file"),
            number("line"),
            number("column"),
            text("message"),
            text("help"),
            text("rule"),
        ],
        rows: problems.iter().map(row).collect(),
        ..Table::default()
    }
}
