//! A spreadsheet or a table of separated values as cells: what stands where, and which cells are
//! merged.
//!
//! Formulas are never computed and nothing is ever run: a cell has the value that the file holds.

mod book;
mod limits;
mod separated;

use std::collections::BTreeMap;
use std::fmt;

use crate::day::Day;
use crate::number::Decimal;
use crate::problem::{Place, Problem, Rule};

/// The sheets of a file.
#[derive(Clone, Debug, Default)]
pub struct Workbook {
    /// The sheets in their order; a file of separated values is one sheet.
    pub sheets: Vec<Sheet>,
}

/// A sheet.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// Its name; empty for a file of separated values.
    pub name: String,
    /// Whether it is hidden.
    pub hidden: bool,
    /// The day that the file's serial number 0 stands for.
    pub epoch: Day,
    rows: BTreeMap<u32, BTreeMap<u32, Cell>>,
    merged: BTreeMap<u32, Vec<Merged>>,
}

/// A part of a row that belongs to a merged area.
#[derive(Clone, Copy, Debug)]
struct Merged {
    first: u32,
    last: u32,
    origin: At,
}

/// Where a cell stands, both counted from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// The row.
    pub row: u32,
    /// The column.
    pub column: u32,
}

/// An area of merged cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// The cell that has the value.
    pub first: At,
    /// The last cell.
    pub last: At,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Text as it was typed.
    Text(String),
    /// A number.
    Number {
        /// The number, as far as a spreadsheet shows it.
        value: Decimal,
        /// Whether it is shown as a percentage: 0.6 as 60%.
        percent: bool,
    },
    /// A day.
    Day(Day),
    /// True or false.
    Boolean(bool),
    /// An error of a formula: `#REF!`.
    Broken(String),
    /// A formula without the value that it had when the file was saved.
    Uncomputed,
}

impl fmt::Display for At {
    /// As a spreadsheet names it: `C7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", column_name(self.column), self.row + 1)
    }
}

/// What a spreadsheet calls a column, counted from 0: `C`, `AA`.
pub fn column_name(column: u32) -> String {
    let mut name = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        name.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    name.iter()
        .rev()
        .map(|&letter| char::from(letter))
        .collect()
}

/// The column of that name, counted from 0.
pub fn column_named(name: &str) -> Option<u32> {
    let mut number = 0u32;
    for letter in name.bytes() {
        let letter = letter.to_ascii_uppercase();
        let place = letter
            .is_ascii_uppercase()
            .then(|| u32::from(letter - b'A') + 1);
        number = number.checked_mul(26)?.checked_add(place?)?;
    }
    number.checked_sub(1).filter(|column| *column < 16_384)
}

impl Cell {
    /// What stands there as a person would type it.
    pub fn typed(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Number { value, percent } => match percent {
                true => value
                    .times(100)
                    .map_or_else(|| value.to_string(), |hundred| format!("{hundred}%")),
                false => value.to_string(),
            },
            Cell::Day(day) => day.to_string(),
            Cell::Boolean(true) => "TRUE".to_owned(),
            Cell::Boolean(false) => "FALSE".to_owned(),
            Cell::Broken(error) => error.clone(),
            Cell::Uncomputed => String::new(),
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Sheet {
    /// An empty sheet.
    pub fn new(name: &str) -> Sheet {
        Sheet {
            name: name.to_owned(),
            hidden: false,
            epoch: Day::new(1899, 12, 30).unwrap_or(Day::FIRST),
            rows: BTreeMap::new(),
            merged: BTreeMap::new(),
        }
    }

    /// Puts a value into a cell; blank text is nothing.
    pub fn put(&mut self, at: At, cell: Cell) {
        if cell.text().is_some_and(|text| text.trim().is_empty()) {
            return;
        }
        self.rows.entry(at.row).or_default().insert(at.column, cell);
    }

    /// Notes that areas are merged, each for those of its rows that hold anything.
    ///
    /// # Errors
    /// They are more than any form has.
    fn merge_all(
        &mut self,
        name: &str,
        areas: impl IntoIterator<Item = Area>,
    ) -> Result<(), Problem> {
        let mut left = MOST_CELLS / 10;
        for area in areas {
            left = left
                .checked_sub(self.merge(area))
                .ok_or_else(|| too_large(name))?;
        }
        Ok(())
    }

    /// Notes that an area is merged; says in how many rows.
    fn merge(&mut self, area: Area) -> usize {
        const IN_A_ROW: usize = 2_000;
        let rows = self.rows.range(area.first.row..=area.last.row);
        let rows: Vec<u32> = rows.map(|(row, _)| *row).collect();
        let count = rows.len();
        for row in rows {
            let merged = self.merged.entry(row).or_default();
            if merged.len() < IN_A_ROW {
                merged.push(Merged {
                    first: area.first.column,
                    last: area.last.column,
                    origin: area.first,
                });
            }
        }
        count
    }

    /// The rows that hold anything, counted from 0.
    pub fn rows(&self) -> impl Iterator<Item = u32> {
        self.rows.keys().copied()
    }

    /// The cells of a row that have a value of their own, from left to right.
    pub fn row(&self, row: u32) -> impl Iterator<Item = (u32, &Cell)> {
        let cells = self.rows.get(&row).into_iter().flatten();
        cells.map(|(column, cell)| (*column, cell))
    }

    /// What stands in a cell or in the merged area it belongs to, and where that is written.
    pub fn at(&self, at: At) -> Option<(&Cell, At)> {
        if let Some(cell) = self.rows.get(&at.row).and_then(|row| row.get(&at.column)) {
            return Some((cell, at));
        }
        let origin = self.origin(at);
        if origin == at {
            return None;
        }
        let cell = self.rows.get(&origin.row)?.get(&origin.column)?;
        Some((cell, origin))
    }

    /// The first cell of the merged area that a cell belongs to; the cell itself where it belongs
    /// to none.
    pub fn origin(&self, at: At) -> At {
        let areas = self.merged.get(&at.row).into_iter().flatten();
        let mut areas = areas.filter(|area| (area.first..=area.last).contains(&at.column));
        areas.next().map_or(at, |area| area.origin)
    }

    /// How many columns reach to the last cell that holds anything.
    pub fn width(&self) -> u32 {
        let last = |row: &BTreeMap<u32, Cell>| row.keys().next_back().copied();
        self.rows
            .values()
            .filter_map(last)
            .max()
            .map_or(0, |last| last + 1)
    }

    /// How many cells hold anything.
    fn count(&self) -> usize {
        self.rows.values().map(BTreeMap::len).sum()
    }
}

/// The hidden sheet of a form that is given out, with the words that its columns take.
pub const FORM_LISTS: &str = "_lists";

/// The most cells with a value that a file may have: fifty thousand rows of forty columns.
const MOST_CELLS: usize = 2_000_000;

/// The most bytes that all texts in the cells of a file may have: one text may be written once and
/// stand in every cell.
const MOST_TEXT: usize = 64 << 20;

/// Reads a file by what it is, whatever its name ends in.
///
/// # Errors
/// It is no spreadsheet and no text, needs a password, is damaged, or holds more than any form.
pub fn read(name: &str, bytes: &[u8]) -> Result<Workbook, Problem> {
    let file = || Place::file(name);
    let workbook = match bytes {
        [b'P', b'K', 3, 4, ..] => book::zipped(name, bytes)?,
        [0xd0, 0xcf, 0x11, 0xe0, ..] => book::binary(name, bytes)?,
        _ => Workbook {
            sheets: vec![separated::read(name, bytes)?],
        },
    };
    match workbook.sheets.iter().map(Sheet::count).sum::<usize>() {
        0 => Err(Problem::new(Rule::SHEET_EMPTY).at(file())),
        count if count > MOST_CELLS => Err(too_large(name)),
        _ => Ok(workbook),
    }
}

fn too_large(name: &str) -> Problem {
    Problem::new(Rule::SHEET_TOO_LARGE).at(Place::file(name))
}

/// The text of a file in UTF-8, UTF-16 or GB18030.
///
/// # Errors
/// It is in none of them.
pub fn decode(name: &str, bytes: &[u8]) -> Result<String, Problem> {
    let not_text = || Problem::new(Rule::SHEET_NOT_TEXT).at(Place::file(name));
    let (encoding, bytes) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, &bytes[length..]),
        // UTF-16 without a mark has a zero beside every Latin letter and every comma.
        None if bytes.len().is_multiple_of(2)
            && bytes.iter().skip(1).step_by(2).any(|b| *b == 0) =>
        {
            (encoding_rs::UTF_16LE, bytes)
        }
        None if std::str::from_utf8(bytes).is_ok() => (encoding_rs::UTF_8, bytes),
        None => (encoding_rs::GB18030, bytes),
    };
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(not_text)?;
    // Control characters that no text has say that this was none.
    match text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n')) {
        true => Err(not_text()),
        false => Ok(text.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        for (column, name) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (701, "ZZ"),
            (16_383, "XFD"),
        ] {
            assert_eq!(column_name(column), name);
            assert_eq!(column_named(name), Some(column));
        }
        assert_eq!(column_named(""), None);
        assert_eq!(column_named("A1"), None);
    }

    #[test]
    fn a_merged_cell_has_the_value_of_its_area() {
        let mut sheet = Sheet::new("表");
        let (first, last) = (At { row: 0, column: 0 }, At { row: 1, column: 1 });
        sheet.put(first, Cell::Text("甲".to_owned()));
        sheet.put(At { row: 1, column: 2 }, Cell::Boolean(true));
        sheet.merge(Area { first, last });
        assert_eq!(sheet.at(last), Some((&Cell::Text("甲".to_owned()), first)));
        assert_eq!(
            sheet.at(At { row: 1, column: 2 }).map(|(_, at)| at.column),
            Some(2)
        );
        assert_eq!(sheet.at(At { row: 1, column: 3 }), None);
    }
}
