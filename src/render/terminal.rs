//! A table for a terminal: aligned under Chinese, as wide as there is room for, nothing left out
//! unnamed.

use comfy_table::{
    Attribute, Cell as Drawn, CellAlignment, Color, ColumnConstraint, ContentArrangement,
    Row as DrawnRow, Table as Drawing, presets,
};
use unicode_width::UnicodeWidthStr;

use crate::locale::{Arg, Locale};
use crate::spelling::visible;
use crate::table::{Cell, Column, Publication, Table, TableRow};

/// How a table may be drawn.
#[derive(Clone, Copy, Debug, Default)]
pub struct TableStyle {
    /// Columns of the terminal; none: as wide as it takes.
    pub width: Option<usize>,
    /// Keep every column however wide the table becomes.
    pub wide: bool,
    /// Colours may be used.
    pub colour: bool,
}

/// Stands behind a figure that lags, where there may be no colour.
const MARK: &str = "!";

/// Draws tables under one heading, each with its own.
pub fn publication(found: &Publication, style: TableStyle, locale: &Locale) -> String {
    let mut out = String::new();
    if found.title.is_empty() {
        out.extend(found.tables.iter().map(|table| draw(table, style, locale)));
        return out;
    }
    let said = std::iter::once(&found.title).chain(&found.notes);
    out.extend(said.map(|line| format!("{}\n", visible(line))));
    for table in &found.tables {
        if !table.title.is_empty() {
            out.push_str(&format!("\n{}\n", visible(&table.title)));
        }
        let untitled = Table {
            title: String::new(),
            ..table.clone()
        };
        out.push_str(&draw(&untitled, style, locale));
    }
    out
}

/// Draws a table.
pub fn draw(table: &Table, style: TableStyle, locale: &Locale) -> String {
    let seen = table.seen();
    let (shown, left_out) = fit(table, &seen, style);
    let mut drawing = Drawing::new();
    // Plain ASCII lines: Chinese consoles draw box characters two columns wide.
    drawing.load_style(presets::ASCII_MARKDOWN);
    if style.colour {
        drawing.enforce_styling();
    } else {
        drawing.force_no_tty();
    }
    // Figures never wrap: columns were chosen to fit. Words may.
    let figures = table.columns.iter().any(|c| c.figure);
    match style.width {
        Some(width) if !figures && !style.wide => {
            drawing.set_content_arrangement(ContentArrangement::Dynamic);
            drawing.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        }
        _ => {
            drawing.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    let unbroken: Vec<usize> = (0..shown.len())
        .filter(|&at| is_unbroken(table, shown[at]))
        .collect();
    drawing.set_header(shown.iter().map(|&n| {
        Drawn::new(heading(table, &shown, n)).set_alignment(alignment(&table.columns[n]))
    }));
    for row in &table.rows {
        let cells = shown.iter().map(|&n| {
            let column = &table.columns[n];
            let lags = table.lags(row, n);
            let mut cell = Drawn::new(words(table, row, n)).set_alignment(alignment(column));
            if style.colour && lags {
                cell = cell.fg(Color::Red);
            }
            if style.colour && row.total {
                cell = cell.add_attribute(Attribute::Bold);
            }
            cell
        });
        drawing.add_row(DrawnRow::from(cells.collect::<Vec<_>>()));
    }
    for at in unbroken {
        if let Some(column) = drawing.column_mut(at) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let mut out = String::new();
    if !table.title.is_empty() {
        out.push_str(&format!(
            "{}\n\n",
            heading_lines(&visible(&table.title), style.width).join("\n")
        ));
    }
    if !table.rows.is_empty() {
        out.push_str(
            &drawing
                .lines()
                .map(|line| format!("{}\n", line.trim_end()))
                .collect::<String>(),
        );
    }
    for note in notes(table, &shown, &left_out, locale) {
        let note = visible(&note);
        let lines = style
            .width
            .map_or_else(|| vec![note.clone()], |width| super::wrap(&note, width));
        out.push_str(
            &lines
                .iter()
                .map(|line| format!("{line}\n"))
                .collect::<String>(),
        );
    }
    out
}

/// A title in lines of at most `width` columns. One that is too long breaks before its brackets
/// first, so that the days it is counted for stay together.
fn heading_lines(title: &str, width: Option<usize>) -> Vec<String> {
    let Some(width) = width.filter(|&width| title.width() > width) else {
        return vec![title.to_owned()];
    };
    let (name, days) = super::name_and_days(title);
    [name, days]
        .iter()
        .filter(|part| !part.is_empty())
        .flat_map(|part| super::wrap(part.trim(), width))
        .collect()
}

/// Whether a column holds ids, days or numbers only: broken over two lines they could not be
/// copied.
fn is_unbroken(table: &Table, n: usize) -> bool {
    const LONGEST: usize = 24;
    let whole = |cell: &Cell| {
        let words = cell.words();
        words == "—" || words.len() <= LONGEST && words.is_ascii() && !words.contains(' ')
    };
    table.rows.iter().all(|row| whole(&row.cells[n]))
}

fn notes(table: &Table, shown: &[usize], left_out: &[usize], locale: &Locale) -> Vec<String> {
    let mut notes = table.notes.clone();
    if table.has_laggards(shown) {
        notes.push(locale.say("report-mark", &[("mark", Arg::from(MARK))]));
    }
    if !left_out.is_empty() {
        let mut names: Vec<String> = Vec::new();
        let named: Vec<usize> = left_out
            .iter()
            .copied()
            .filter(|&n| table.columns[n].unit != "change")
            .collect();
        for &n in &named {
            let (block, own) = &table.columns[n].short;
            match names.last_mut() {
                Some(last) if !block.is_empty() && last.starts_with(&format!("{block} ")) => {
                    last.push_str(&format!("/{own}"))
                }
                _ if block.is_empty() => names.push(own.clone()),
                _ => names.push(format!("{block} {own}")),
            }
        }
        notes.push(locale.say(
            "report-left-out",
            &[
                ("count", Arg::from(named.len())),
                ("names", Arg::from(locale.join(&names))),
            ],
        ));
    }
    notes
}

/// The columns that fit, and those left out: all if there is room; else the compact ones, and as
/// many others as fit beside them: whole blocks of figures, single columns of words.
fn fit(table: &Table, seen: &[usize], style: TableStyle) -> (Vec<usize>, Vec<usize>) {
    let Some(width) = style.width.filter(|_| !style.wide) else {
        return (seen.to_vec(), Vec::new());
    };
    let total = |columns: &[usize]| {
        1 + columns
            .iter()
            .map(|&n| least_width(table, columns, n) + 3)
            .sum::<usize>()
    };
    let mut shown = seen.to_vec();
    if total(&shown) > width {
        shown.retain(|&n| table.columns[n].compact);
        for group in groups(table, seen) {
            let more: Vec<usize> = seen
                .iter()
                .copied()
                .filter(|n| shown.contains(n) || group.contains(n))
                .collect();
            if total(&more) <= width {
                shown = more;
            }
        }
    }
    while total(&shown) > width && shown.iter().filter(|&&n| table.columns[n].figure).count() > 1 {
        // A figure goes with its change.
        if shown
            .pop()
            .is_some_and(|n| table.columns[n].unit == "change")
        {
            shown.pop();
        }
    }
    let left_out = seen
        .iter()
        .copied()
        .filter(|n| !shown.contains(n))
        .collect();
    (shown, left_out)
}

/// Columns that are shown or left out together: a block of figures, or one column of words.
fn groups(table: &Table, seen: &[usize]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for &n in seen {
        let block = &table.columns[n].short.0;
        match groups.last_mut() {
            Some(group) if !block.is_empty() && table.columns[group[0]].short.0 == *block => {
                group.push(n)
            }
            _ => groups.push(vec![n]),
        }
    }
    groups
}

/// How narrow a column may become: words may be broken over lines, but not into a heap of single
/// characters.
fn least_width(table: &Table, shown: &[usize], n: usize) -> usize {
    const WORDS: usize = 14;
    let full = column_width(table, shown, n);
    if table.columns.iter().any(|c| c.figure) || is_unbroken(table, n) {
        full
    } else {
        full.min(WORDS)
    }
}

fn column_width(table: &Table, shown: &[usize], n: usize) -> usize {
    let cells = table.rows.iter();
    let cells = cells.map(|row| words(table, row, n).width());
    let heading = heading(table, shown, n)
        .lines()
        .map(UnicodeWidthStr::width)
        .max()
        .unwrap_or(0);
    cells.max().unwrap_or(0).max(heading)
}

/// A column's heading; a block's name stands over its first column only.
fn heading(table: &Table, shown: &[usize], n: usize) -> String {
    let (block, own) = &table.columns[n].short;
    if shown.iter().all(|&n| table.columns[n].short.0.is_empty()) {
        return visible(own);
    }
    let at = shown.iter().position(|&m| m == n).unwrap_or(0);
    let first = at == 0 || table.columns[shown[at - 1]].short.0 != *block;
    visible(&format!(
        "{}\n{own}",
        if first { block.as_str() } else { "" }
    ))
}

fn words(table: &Table, row: &TableRow, column: usize) -> String {
    let words = visible(&table.words(row, column));
    match table.lags(row, column) {
        true => format!("{words} {MARK}"),
        false => words,
    }
}

fn alignment(column: &Column) -> CellAlignment {
    if column.unit.is_empty() {
        CellAlignment::Left
    } else {
        CellAlignment::Right
    }
}
