//! A list of records as a table.

use crate::day::Day;
use crate::figure::list::{FoundIn, ListQuery};
use crate::locale::Locale;
use crate::record::{Record, Value, text};
use crate::rules::kind::{FieldType, Kind};
use crate::table::{Cell, Column, Table, TableRow};
use crate::tree::{OwnedRecord, Tree};

/// The records as a table of some fields; `raw` with ids and without labels.
pub fn table(
    locale: &Locale,
    tree: &Tree,
    (kind, fields): (&Kind, &[usize]),
    entries: &[&OwnedRecord],
    as_of: Day,
    raw: bool,
) -> Table {
    let label = |n: usize| kind.fields[n].label.get(locale.lang()).to_owned();
    let mut columns = vec![
        Column::text("id", locale.text("label-id")),
        Column::text("org", locale.text("label-org")),
    ];
    columns.extend(fields.iter().map(|&n| {
        let column = match kind.fields[n].ty {
            FieldType::Integer { .. } | FieldType::Decimal { .. } => {
                Column::number(&kind.fields[n].name, label(n), "items")
            }
            _ => Column::text(&kind.fields[n].name, label(n)),
        };
        // What names a record and says when it belongs is kept on a narrow terminal.
        Column {
            compact: n == kind.title || n == kind.period,
            ..column
        }
    }));
    if kind.life.is_some() {
        columns.push(Column::text("state", locale.text("label-state")));
    }
    let rows = entries
        .iter()
        .map(|entry| {
            let org = &tree.orgs[entry.org];
            let mut cells = vec![
                Cell::Text(entry.record.id.to_string()),
                Cell::Text(if raw {
                    org.path.to_string()
                } else {
                    org.short().to_owned()
                }),
            ];
            let cell = |n: &usize| field_cell(locale, &entry.record, *n, raw);
            cells.extend(fields.iter().map(cell));
            if let Some(status) = entry.record.status_on(as_of) {
                cells.push(Cell::Text(
                    if raw {
                        status.choice.name.as_str()
                    } else {
                        status.choice.label.get(locale.lang())
                    }
                    .to_owned(),
                ));
            }
            TableRow::of(cells)
        })
        .collect();
    let count = locale.say(
        "list-count",
        &[
            ("count", entries.len().into()),
            ("kind", (&kind.label).into()),
            ("as_of", as_of.to_string().into()),
        ],
    );
    Table {
        notes: vec![count],
        columns,
        rows,
        ..Table::default()
    }
}

/// A field of a record as a cell; `raw` without labels.
pub(super) fn field_cell(locale: &Locale, record: &Record<'_>, field: usize, raw: bool) -> Cell {
    match record.get(field) {
        None => Cell::Empty,
        Some(Value::Integer(number)) => Cell::from(*number),
        Some(Value::Decimal(number)) => Cell::Number(*number),
        Some(Value::Day(day)) => Cell::Day(*day),
        Some(value) if raw => Cell::Text(text::plain(value)),
        Some(value) => Cell::Text(text::words(&record.kind.fields[field], value, locale)),
    }
}

/// Records of every kind as a table: what all have in common, and where a text was found.
pub fn of_all_kinds(
    locale: &Locale,
    tree: &Tree,
    entries: &[&OwnedRecord],
    query: &ListQuery<'_>,
    raw: bool,
) -> Table {
    let column = |name: &str, compact: bool| Column {
        compact,
        ..Column::text(name, locale.text(&format!("label-{name}")))
    };
    let mut columns = vec![
        column("id", false),
        column("kind", true),
        column("org", false),
        column("starts", true),
        column("title", true),
        column("state", true),
    ];
    if query.text.is_some() {
        columns.push(column("found", true));
    }
    let row = |entry: &&OwnedRecord| {
        let (record, org) = (&entry.record, &tree.orgs[entry.org]);
        let word = |raw_word: &str, label: &str| match raw {
            true => Cell::Text(raw_word.to_owned()),
            false => Cell::Text(label.to_owned()),
        };
        let day = record.starts().map_or(Cell::Empty, Cell::Day);
        let status = record.status_on(query.as_of).map(|status| &status.choice);
        let mut cells = vec![
            Cell::Text(record.id.to_string()),
            word(&record.kind.name, record.kind.label.get(locale.lang())),
            word(org.path.as_str(), org.short()),
            day,
            Cell::Text(text::title(record, locale)),
            status.map_or(Cell::Empty, |status| {
                word(&status.name, status.label.get(locale.lang()))
            }),
        ];
        if let Some(test) = &query.text {
            cells.push(match test.found_in(record) {
                Some(FoundIn::Field(n)) => {
                    let field = &record.kind.fields[n];
                    word(&field.name, field.label.get(locale.lang()))
                }
                Some(FoundIn::Id) => word("id", &locale.text("label-id")),
                None => Cell::Empty,
            });
        }
        TableRow::of(cells)
    };
    let count = [
        ("count", entries.len().into()),
        ("as_of", query.as_of.to_string().into()),
    ];
    Table {
        notes: vec![locale.say("list-count-all", &count)],
        columns,
        rows: entries.iter().map(row).collect(),
        ..Table::default()
    }
}
