//! Tables as Markdown, to be pasted elsewhere.

use crate::locale::Locale;
use crate::spelling::visible;
use crate::table::{Column, Publication, Table, TableRow};

/// A heading, the tables, and what is said about them.
pub fn page(found: &Publication, locale: &Locale) -> String {
    let mut parts = Vec::new();
    let heading = found.heading();
    if !heading.is_empty() {
        parts.push(titled("#", heading));
    }
    let own_title = !found.title.is_empty();
    for table in &found.tables {
        if own_title && !table.title.is_empty() {
            parts.push(titled("##", &table.title));
        }
        if !table.rows.is_empty() {
            parts.push(rows(table));
        }
        parts.extend(table.notes.iter().map(|note| escaped(note)));
        if table.has_laggards(&table.seen()) {
            parts.push(escaped(&locale.text("page-mark")));
        }
    }
    parts.extend(found.notes.iter().map(|note| escaped(note)));
    parts.join("\n\n") + "\n"
}

/// A heading; what stands below it in its text becomes a paragraph.
fn titled(mark: &str, text: &str) -> String {
    let (title, below) = text.split_once('\n').unwrap_or((text, ""));
    let title = format!("{mark} {}", escaped(title));
    match below {
        "" => title,
        below => format!("{title}\n\n{}", escaped(below)),
    }
}

/// A table of figures, with its heading above.
pub(super) fn titled_table(table: &Table) -> String {
    format!("**{}**\n\n{}", escaped(&table.title), rows(table))
}

fn rows(table: &Table) -> String {
    let shown = table.seen();
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    let column = |n: &usize| &table.columns[*n];
    let heading = line(shown.iter().map(|n| escaped(&column(n).label)).collect());
    let align = |column: &Column| match column.unit {
        "" => "---".to_owned(),
        _ => "---:".to_owned(),
    };
    let ruler = line(shown.iter().map(|n| align(column(n))).collect());
    let cell = |row: &TableRow, n: usize| {
        let words = escaped(&table.words(row, n));
        let is_strong = row.total || table.lags(row, n);
        match is_strong && !words.is_empty() {
            true => format!("**{words}**"),
            false => words,
        }
    };
    let row = |row: &TableRow| line(shown.iter().map(|&n| cell(row, n)).collect());
    let rows = table.rows.iter().map(row);
    [heading, ruler]
        .into_iter()
        .chain(rows)
        .collect::<Vec<_>>()
        .join("\n")
}

/// A text that means itself: no marks of Markdown, no HTML, one line of a table.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        match c {
            '\n' => out.push_str("<br>"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' | '\\' | '*' | '_' | '`' | '[' | ']' | '~' | '#' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
