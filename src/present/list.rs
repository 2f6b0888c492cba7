//! A list of records as a table.

use crate::day::Day;
use crate::locale::Locale;
use crate::record::{Value, text};
use crate::rules::kind::{FieldType, Kind};
use crate::table::{Cell, Column, Table, TableRow};
use crate::tree::{OwnedRecord, Tree};

/// The records as a table; `raw` with ids and without labels.
pub fn table(
    locale: &Locale,
    tree: &Tree,
    kind: &Kind,
    entries: &[&OwnedRecord],
    as_of: Day,
    raw: bool,
) -> Table {
    let label = |n: usize| kind.fields[n].label.get(locale.lang()).to_owned();
    let mut columns = vec![
        Column::text("id", locale.text("label-id")),
        Column::text("org", locale.text("label-org")),
    ];
    columns.extend(kind.columns.iter().map(|&n| {
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
            cells.extend(kind.columns.iter().map(|&n| match entry.record.get(n) {
                None => Cell::Empty,
                Some(Value::Integer(number)) => Cell::from(*number),
                Some(Value::Decimal(number)) => Cell::Number(*number),
                Some(value) if raw => Cell::Text(text::plain(value)),
                Some(value) => Cell::Text(text::words(&kind.fields[n], value, locale)),
            }));
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
            TableRow {
                cells,
                total: false,
            }
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
