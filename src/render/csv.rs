//! A table as CSV by RFC 4180: for people's spreadsheets, or raw for programs.

use crate::spelling::visible;
use crate::table::{Audience, Cell, Table};

/// For people: a byte order mark (spreadsheets need it to see UTF-8), labels, percentages, guarded
/// text.
pub fn for_people(table: &Table) -> String {
    let columns = table.seen();
    let heading = columns
        .iter()
        .map(|&n| guarded(&table.columns[n].label))
        .collect();
    let rows = table.rows.iter().map(|row| {
        columns
            .iter()
            .map(|&n| match &row.cells[n] {
                Cell::Text(text) => guarded(text),
                _ => table.words(row, n),
            })
            .collect()
    });
    format!("\u{feff}{}", write(std::iter::once(heading).chain(rows)))
}

/// For programs: names as headings, plain numbers, ratios with six decimals, no data empty.
pub fn raw(table: &Table) -> String {
    let columns = table.but_for(Audience::People);
    let heading = columns
        .iter()
        .map(|&n| table.columns[n].name.clone())
        .collect();
    let rows = table
        .rows
        .iter()
        .map(|row| columns.iter().map(|&n| row.cells[n].raw()).collect());
    write(std::iter::once(heading).chain(rows))
}

fn write(rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        // Writing into memory cannot fail, and every row has as many cells as the heading.
        let _ = writer.write_record(&row);
    }
    String::from_utf8_lossy(&writer.into_inner().unwrap_or_default()).into_owned()
}

/// Text that a spreadsheet would run as a formula gets an apostrophe before it.
fn guarded(text: &str) -> String {
    let text = &visible(text);
    if text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
