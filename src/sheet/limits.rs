//! What a zipped workbook unpacks to, found out before anything is made of it.

use std::io::{BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::{Area, At, MOST_CELLS, too_large};
use crate::problem::{Place, Problem, Rule};

/// The most bytes that the parts of a workbook may unpack to.
const MOST_BYTES: u64 = 256 << 20;

/// The most columns and rows that a spreadsheet has.
const MOST_COLUMNS: u32 = 16_384;
const MOST_ROWS: u32 = 1_048_576;

/// An archive whose parts unpack to no more than a form may be.
///
/// # Errors
/// It is damaged, or a bomb.
pub(super) fn archive<'b>(
    name: &str,
    bytes: &'b [u8],
) -> Result<ZipArchive<Cursor<&'b [u8]>>, Problem> {
    let damaged = || Problem::new(Rule::SHEET_DAMAGED).at(Place::file(name));
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let mut left = MOST_BYTES;
    for n in 0..archive.len() {
        let is_too_much = {
            let part = archive.by_index(n).map_err(|_| damaged())?;
            let name = part.name();
            let is_xml = name.is_ok_and(|name| name.to_ascii_lowercase().ends_with(".xml"));
            is_xml && says_too_many(part)
        };
        if is_too_much {
            return Err(too_large(name));
        }
        let part = archive.by_index(n).map_err(|_| damaged())?;
        // What the archive says of its sizes is not to be relied on.
        let unpacked =
            std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|_| damaged())?;
        left = left.checked_sub(unpacked).ok_or_else(|| too_large(name))?;
    }
    Ok(archive)
}

/// Whether a part says that it has more texts than any form: as many would be made room for,
/// however few follow.
fn says_too_many(part: impl Read) -> bool {
    let mut reader = Reader::from_reader(BufReader::new(part.take(MOST_BYTES)));
    let mut read = Vec::new();
    loop {
        read.clear();
        let first = match reader.read_event_into(&mut read) {
            Ok(Event::Start(tag) | Event::Empty(tag)) => tag,
            Ok(Event::Eof) | Err(_) => return false,
            Ok(_) => continue,
        };
        return ["count", "uniqueCount"].iter().any(|wanted| {
            let count = first.try_get_attribute(wanted).ok().flatten();
            let count = count.and_then(|count| count.value.parse::<u64>().ok());
            count.is_some_and(|count| count > MOST_CELLS as u64)
        });
    }
}

/// The merged areas of the sheets of an OpenDocument file, in their order.
///
/// # Errors
/// It is damaged, or its cells, each as often as it is repeated, are more than any form has.
pub(super) fn merged_in_document(
    name: &str,
    archive: &mut ZipArchive<Cursor<&[u8]>>,
) -> Result<Vec<Vec<Area>>, Problem> {
    let damaged = || Problem::new(Rule::SHEET_DAMAGED).at(Place::file(name));
    let mut xml = String::new();
    let mut part = archive.by_name("content.xml").map_err(|_| damaged())?;
    part.read_to_string(&mut xml).map_err(|_| damaged())?;
    let mut reader = Reader::from_str(&xml);
    let mut sheets = Vec::new();
    let mut walk = Walk::default();
    loop {
        match reader.read_event().map_err(|_| damaged())? {
            Event::Start(tag) => walk.open(&tag),
            Event::Empty(tag) => {
                walk.open(&tag);
                walk.close(tag.name().as_ref());
            }
            Event::End(tag) if walk.close(tag.name().as_ref()) => {
                if walk.area() > 2 * MOST_CELLS as u64 || walk.is_too_much {
                    return Err(too_large(name));
                }
                sheets.push(std::mem::take(&mut walk).merged);
            }
            Event::Text(text) => walk.holds |= !text.trim().is_empty(),
            Event::Eof => return Ok(sheets),
            _ => {}
        }
    }
}

/// How far a walk through a sheet has come.
#[derive(Default)]
struct Walk {
    at: At,
    /// How often the row, and the cell, are repeated.
    rows: u32,
    columns: u32,
    /// Whether the cell, and any cell of the row, holds anything.
    holds: bool,
    row_holds: bool,
    /// One after the last row and column that hold anything.
    end: At,
    merged: Vec<Area>,
    /// How many blanks are said by their number so far.
    blanks: u32,
    /// Whether there are more of them than any form has, or a filled row is repeated more often.
    is_too_much: bool,
}

/// As often a row that holds anything may be repeated.
const MOST_REPEATED: u32 = 10_000;

/// As many blanks may be said by their number.
const MOST_BLANKS: u32 = 1 << 20;

impl Walk {
    fn open(&mut self, tag: &BytesStart<'_>) {
        let number = |wanted: &str| {
            let attribute = tag.try_get_attribute(wanted).ok().flatten()?;
            attribute.value.parse::<u32>().ok()
        };
        match tag.name().as_ref() {
            "text:s" => {
                let blanks = number("text:c").unwrap_or(1);
                self.blanks = self.blanks.saturating_add(blanks);
                self.is_too_much |= self.blanks > MOST_BLANKS;
            }
            "table:table-row" => {
                self.rows = number("table:number-rows-repeated").unwrap_or(1);
                self.row_holds = false;
                self.at.column = 0;
            }
            "table:table-cell" | "table:covered-table-cell" => {
                self.columns = number("table:number-columns-repeated").unwrap_or(1);
                self.holds = tag
                    .attributes()
                    .flatten()
                    .any(|attribute| attribute.key.as_ref().ends_with("value"));
                let columns = number("table:number-columns-spanned").unwrap_or(1);
                let rows = number("table:number-rows-spanned").unwrap_or(1);
                if columns > 1 || rows > 1 {
                    let last = At {
                        row: self.at.row.saturating_add(rows - rows.min(1)),
                        column: self.at.column.saturating_add(columns - columns.min(1)),
                    };
                    self.merged.push(Area {
                        first: self.at,
                        last,
                    });
                }
            }
            _ => {}
        }
    }

    /// Leaves an element; says whether it was a sheet.
    fn close(&mut self, name: &str) -> bool {
        match name {
            "table:table-cell" | "table:covered-table-cell" => {
                let column = self
                    .at
                    .column
                    .saturating_add(self.columns)
                    .min(MOST_COLUMNS);
                self.at.column = column;
                if std::mem::take(&mut self.holds) {
                    self.row_holds = true;
                    self.end.column = self.end.column.max(column);
                }
            }
            "table:table-row" => {
                self.at.row = self.at.row.saturating_add(self.rows).min(MOST_ROWS);
                if self.row_holds {
                    self.end.row = self.at.row;
                    self.is_too_much |= self.rows > MOST_REPEATED;
                }
            }
            _ => {}
        }
        name == "table:table"
    }

    /// How many cells reach to the last that holds anything.
    fn area(&self) -> u64 {
        u64::from(self.end.row) * u64::from(self.end.column)
    }
}

/// Refuses a binary workbook whose cells reach further than those of any form: a cell far away
/// makes room for all before it.
///
/// # Errors
/// It is damaged, or one of its sheets is larger than a form may be.
pub(super) fn refuse_far_cells(name: &str, bytes: &[u8]) -> Result<(), Problem> {
    let damaged = |_| Problem::new(Rule::SHEET_DAMAGED).at(Place::file(name));
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).map_err(damaged)?;
    let stream = ["/Workbook", "/Book"]
        .into_iter()
        .find(|path| file.is_stream(path));
    let mut records = Vec::new();
    if let Some(path) = stream {
        let stream = file.open_stream(path).map_err(damaged)?;
        stream
            .take(MOST_BYTES)
            .read_to_end(&mut records)
            .map_err(damaged)?;
    }
    let (mut rest, mut area, mut rows, mut columns) = (&records[..], 0u64, 0u64, 0u64);
    while let [kind, of_kind, length, of_length, data @ ..] = rest {
        let kind = u16::from_le_bytes([*kind, *of_kind]);
        let length = usize::from(u16::from_le_bytes([*length, *of_length]));
        match (kind, data) {
            (BEGIN_OF_SHEET, _) => (rows, columns) = (0, 0),
            (kind, [r1, r2, c1, c2, ..]) if CELLS.contains(&kind) => {
                let row = u64::from(u16::from_le_bytes([*r1, *r2])) + 1;
                let column = u64::from(u16::from_le_bytes([*c1, *c2])) + 1;
                let before = rows * columns;
                (rows, columns) = (rows.max(row), columns.max(column));
                area += rows * columns - before;
            }
            _ => {}
        }
        if area > 2 * MOST_CELLS as u64 {
            return Err(too_large(name));
        }
        rest = data.get(length..).unwrap_or_default();
    }
    Ok(())
}

/// The record that begins a sheet, and those that hold cells: BLANK, NUMBER, LABEL, BOOLERR, RK,
/// LABELSST, MULRK, RSTRING, FORMULA.
const BEGIN_OF_SHEET: u16 = 0x0809;
const CELLS: [u16; 9] = [
    0x0201, 0x0203, 0x0204, 0x0205, 0x027e, 0x00fd, 0x00bd, 0x00d6, 0x0006,
];
