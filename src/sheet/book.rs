//! Workbooks: `.xlsx`, `.xls` and `.ods`, whatever they are called.

use std::collections::HashSet;
use std::io::{Cursor, Read, Seek};

use calamine::{
    Data, DataRef, Dimensions, ExcelDateTime, Ods, OdsError, Reader, SheetType, SheetVisible, Xls,
    XlsError, Xlsx, XlsxError,
};

use super::limits::{archive, merged_in_document, refuse_far_cells};
use super::{Area, At, Cell, MOST_CELLS, MOST_TEXT, Sheet, Workbook, too_large};
use crate::day::Day;
use crate::number::Decimal;
use crate::problem::{Place, Problem, Rule};

/// Why a workbook cannot be read.
fn refused(name: &str, rule: Rule) -> Problem {
    Problem::new(rule).at(Place::file(name))
}

/// Reads `.xlsx` or `.ods`.
pub(super) fn zipped(name: &str, bytes: &[u8]) -> Result<Workbook, Problem> {
    let mut parts = archive(name, bytes)?;
    let is_document = parts.by_name("content.xml").is_ok();
    match is_document {
        true => {
            let merged = merged_in_document(name, &mut parts)?;
            document(name, bytes, merged)
        }
        false if parts.by_name("xl/workbook.bin").is_ok() => {
            Err(refused(name, Rule::SHEET_NOT_TEXT))
        }
        false => {
            drop(parts);
            office(name, bytes)
        }
    }
}

fn document(name: &str, bytes: &[u8], merged: Vec<Vec<Area>>) -> Result<Workbook, Problem> {
    let mut book: Ods<_> = Ods::new(Cursor::new(bytes)).map_err(|error| match error {
        OdsError::Password => refused(name, Rule::SHEET_LOCKED),
        OdsError::CellLimitExceeded { .. } => too_large(name),
        _ => refused(name, Rule::SHEET_DAMAGED),
    })?;
    let mut workbook = Workbook::default();
    let sheets = book.sheets_metadata().to_vec();
    for (n, meta) in sheets.iter().enumerate() {
        let range = book.worksheet_range(&meta.name);
        let range = range.map_err(|_| refused(name, Rule::SHEET_DAMAGED))?;
        let mut sheet = Sheet::new(&meta.name);
        sheet.hidden = meta.visible != SheetVisible::Visible;
        fill(&mut sheet, &range);
        sheet.merge_all(name, merged.get(n).into_iter().flatten().copied())?;
        workbook.sheets.push(sheet);
    }
    Ok(workbook)
}

/// Reads `.xls`.
pub(super) fn binary(name: &str, bytes: &[u8]) -> Result<Workbook, Problem> {
    refuse_far_cells(name, bytes)?;
    let mut book: Xls<_> = Xls::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsError::Password => refused(name, Rule::SHEET_LOCKED),
        _ => refused(name, Rule::SHEET_DAMAGED),
    })?;
    let mut workbook = Workbook::default();
    for meta in book.sheets_metadata().to_vec() {
        if meta.typ != SheetType::WorkSheet {
            continue;
        }
        let damaged = || refused(name, Rule::SHEET_DAMAGED);
        let range = book.worksheet_range(&meta.name).map_err(|_| damaged())?;
        let mut sheet = Sheet::new(&meta.name);
        sheet.hidden = meta.visible != SheetVisible::Visible;
        sheet.epoch = epoch(book.has_1904_epoch());
        fill(&mut sheet, &range);
        let merged = book.merge_cells_by_sheet_name(&meta.name);
        let merged = merged.map_err(|_| damaged())?;
        sheet.merge_all(name, merged.into_iter().map(area_of))?;
        workbook.sheets.push(sheet);
    }
    Ok(workbook)
}

fn office(name: &str, bytes: &[u8]) -> Result<Workbook, Problem> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsxError::Password => refused(name, Rule::SHEET_LOCKED),
        _ => refused(name, Rule::SHEET_DAMAGED),
    })?;
    let mut workbook = Workbook::default();
    let mut left = Room {
        cells: MOST_CELLS,
        text: MOST_TEXT,
    };
    for meta in book.sheets_metadata().to_vec() {
        if meta.typ != SheetType::WorkSheet {
            continue;
        }
        let mut sheet = Sheet::new(&meta.name);
        sheet.hidden = meta.visible != SheetVisible::Visible;
        sheet.epoch = epoch(book.has_1904_epoch());
        let damaged = |_| refused(name, Rule::SHEET_DAMAGED);
        left = office_cells(&mut book, &mut sheet, left)
            .map_err(damaged)?
            .ok_or_else(|| too_large(name))?;
        let merged = book.merge_cells_by_sheet_name(&meta.name);
        let merged = merged.map_err(damaged)?;
        sheet.merge_all(name, merged.into_iter().map(area_of))?;
        workbook.sheets.push(sheet);
    }
    Ok(workbook)
}

/// How many more cells, and bytes of text in them, a workbook may have.
struct Room {
    cells: usize,
    text: usize,
}

/// Reads the cells of a sheet one by one: one far away must not make room for all before it. Says
/// how much more there may be; none where there is too much.
fn office_cells<R: Read + Seek>(
    book: &mut Xlsx<R>,
    sheet: &mut Sheet,
    mut left: Room,
) -> Result<Option<Room>, XlsxError> {
    let mut formulas = HashSet::new();
    {
        let mut cells = book.worksheet_cells_reader(&sheet.name)?;
        while let Some(cell) = cells.next_formula()? {
            let (row, column) = cell.get_position();
            // A cell without a formula has an empty one here.
            if !cell.get_value().is_empty() {
                formulas.insert(At { row, column });
            }
            if formulas.len() > left.cells {
                return Ok(None);
            }
        }
    }
    let mut cells = book.worksheet_cells_reader(&sheet.name)?;
    let percents: Vec<bool> = cells
        .styles()
        .iter()
        .map(|style| {
            let format = style.number_format.as_ref();
            format.is_some_and(|format| format.format_code.contains('%'))
        })
        .collect();
    let units: Vec<Option<&str>> = cells
        .styles()
        .iter()
        .map(|style| unit_shown(&style.number_format.as_ref()?.format_code))
        .collect();
    while let Some((cell, style)) = cells.next_cell_with_style_id()? {
        let (row, column) = cell.get_position();
        let at = At { row, column };
        let text = match cell.get_value() {
            DataRef::String(text) => text.len(),
            DataRef::SharedString(text) => text.len(),
            _ => 0,
        };
        let Some(fewer) = left.text.checked_sub(text) else {
            return Ok(None);
        };
        left.text = fewer;
        let value = match cell.get_value() {
            DataRef::Int(n) => Some(Cell::Number {
                value: Decimal::from(*n),
                percent: false,
            }),
            DataRef::Float(number) => {
                let number = number_cell(*number, percents.get(style) == Some(&true));
                let unit = units.get(style).copied().flatten();
                Some(with_unit(number, unit))
            }
            DataRef::String(text) => Some(text_cell(text)),
            DataRef::SharedString(text) => Some(text_cell(text)),
            DataRef::Bool(value) => Some(Cell::Boolean(*value)),
            DataRef::DateTime(time) => Some(time_cell(time)),
            DataRef::DateTimeIso(text) => Some(iso_cell(text)),
            DataRef::DurationIso(text) => Some(text_cell(text)),
            DataRef::Error(error) => Some(Cell::Broken(error.to_string())),
            DataRef::Empty => formulas.contains(&at).then_some(Cell::Uncomputed),
        };
        if let Some(value) = value {
            let Some(fewer) = left.cells.checked_sub(1) else {
                return Ok(None);
            };
            left.cells = fewer;
            sheet.put(at, value);
        }
    }
    Ok(Some(left))
}

/// Puts the values of a range into a sheet.
fn fill(sheet: &mut Sheet, range: &calamine::Range<Data>) {
    let Some((first_row, first_column)) = range.start() else {
        return;
    };
    for (row, column, value) in range.used_cells() {
        let cell = match value {
            Data::Int(n) => Cell::Number {
                value: Decimal::from(*n),
                percent: false,
            },
            Data::Float(number) => number_cell(*number, false),
            Data::String(text) | Data::DurationIso(text) => text_cell(text),
            Data::Bool(value) => Cell::Boolean(*value),
            Data::DateTime(time) => time_cell(time),
            Data::DateTimeIso(text) => iso_cell(text),
            Data::Error(error) => Cell::Broken(error.to_string()),
            Data::Empty => continue,
        };
        let at = At {
            row: first_row + row as u32,
            column: first_column + column as u32,
        };
        sheet.put(at, cell);
    }
}

fn area_of(area: Dimensions) -> Area {
    let at = |(row, column)| At { row, column };
    Area {
        first: at(area.start),
        last: at(area.end),
    }
}

fn epoch(is_1904: bool) -> Day {
    let start = match is_1904 {
        true => Day::new(1904, 1, 1),
        false => Day::new(1899, 12, 30),
    };
    start.unwrap_or(Day::FIRST)
}

fn text_cell(text: &str) -> Cell {
    Cell::Text(text.replace("\r\n", "\n"))
}

/// A number with the fifteen digits that spreadsheets calculate with: what is stored for 0.1 + 0.2
/// is 0.3.
fn number_cell(number: f64, percent: bool) -> Cell {
    let shown = format!("{number:.14e}").parse::<f64>().unwrap_or(number);
    let text = shown.to_string();
    match text.parse::<Decimal>() {
        Ok(value) => Cell::Number { value, percent },
        Err(_) => Cell::Text(text),
    }
}

/// The unit of money that a format writes behind a number. One that moves the point itself
/// (`0!.0,"万元"`) shows yuan in that unit: the number is in yuan.
fn unit_shown(format: &str) -> Option<&'static str> {
    let moves_point = format.contains("!.") || format.contains("\\.") || format.contains(",\"");
    let units = ["亿元", "万元", "千元", "百元"].into_iter();
    let mut units = units.filter(|unit| format.contains(unit));
    units.next().filter(|_| !moves_point)
}

/// A number with the unit that is shown behind it.
fn with_unit(cell: Cell, unit: Option<&str>) -> Cell {
    match (cell, unit) {
        (Cell::Number { value, .. }, Some(unit)) => Cell::Text(format!("{value}{unit}")),
        (cell, _) => cell,
    }
}

/// A day; of a time of day, or of a span of time, its text.
fn time_cell(time: &ExcelDateTime) -> Cell {
    let (year, month, day, hour, minute, ..) = time.to_ymd_hms_milli();
    let day = Day::new(year.into(), month.into(), day.into());
    match day.filter(|_| time.is_datetime() && time.as_f64() >= 1.0) {
        Some(day) => Cell::Day(day),
        None => Cell::Text(format!("{hour:02}:{minute:02}")),
    }
}

fn iso_cell(text: &str) -> Cell {
    match text
        .get(..Day::WIDTH)
        .and_then(|day| Day::from_canonical(day.as_bytes()))
    {
        Some(day) => Cell::Day(day),
        None => text_cell(text),
    }
}
