//! Comma-, tab- or semicolon-separated values as a sheet.

use csv::ReaderBuilder;

use super::{At, Cell, MOST_CELLS, Sheet, decode, too_large};
use crate::problem::{Place, Problem, Rule};

/// The most columns that a spreadsheet has.
const MOST_COLUMNS: usize = 16_384;

/// Reads a text of separated values.
///
/// # Errors
/// It is no text, a quotation mark is left open, or it holds more than any form.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Sheet, Problem> {
    // The reader of separated values counts a line end of two characters with the line after it.
    let text = decode(name, bytes)?
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    // Web pages are called .xls by some platforms.
    if text.trim_start().starts_with('<') && text.contains("</") {
        return Err(Problem::new(Rule::SHEET_NOT_TEXT).at(Place::file(name)));
    }
    let delimiter = delimiter(&text);
    let columns = |line: &str| line.bytes().filter(|b| *b == delimiter).count();
    if text.lines().any(|line| columns(line) > MOST_COLUMNS) {
        return Err(too_large(name));
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut sheet = Sheet::new("");
    let (mut count, mut last_line, mut inside) = (0, 1, 0);
    for record in reader.records() {
        let damaged = || Problem::new(Rule::SHEET_DAMAGED).at(Place::file(name));
        let record = record.map_err(|_| damaged())?;
        // Blank lines before a record count to where it begins.
        let (line, start) = record
            .position()
            .map_or((1, 0), |at| (at.line(), at.byte()));
        let rest = usize::try_from(start)
            .ok()
            .and_then(|start| text.as_bytes().get(start..));
        let blank = rest
            .unwrap_or_default()
            .iter()
            .take_while(|b| **b == b'\n')
            .count();
        last_line = line + blank as u64;
        // Rows count as a spreadsheet shows them: a blank line is a row, the second line of a cell
        // is none.
        let row = u32::try_from(last_line - 1 - inside).map_err(|_| too_large(name))?;
        for (column, cell) in (0..).zip(record.iter()) {
            count += 1;
            if count > MOST_CELLS {
                return Err(too_large(name));
            }
            inside += cell.bytes().filter(|b| *b == b'\n').count() as u64;
            sheet.put(At { row, column }, Cell::Text(cell.to_owned()));
        }
    }
    if text.bytes().filter(|b| *b == b'"').count() % 2 == 1 {
        return Err(Problem::new(Rule::SHEET_OPEN_QUOTE).at(Place {
            line: usize::try_from(last_line).unwrap_or(1),
            column: 1,
            ..Place::file(name)
        }));
    }
    Ok(sheet)
}

/// What separates the values: of tabs, semicolons and commas the one that stands most often in the
/// first lines.
fn delimiter(text: &str) -> u8 {
    let head: Vec<&str> = text.lines().take(20).collect();
    let count = |c: char| {
        head.iter()
            .map(|line| line.matches(c).count())
            .sum::<usize>()
    };
    [',', ';', '\t']
        .into_iter()
        .max_by_key(|c| count(*c))
        .map_or(b',', |c| c as u8)
}
