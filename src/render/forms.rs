//! Forms as workbooks: one to be filled in, and the rows of one that must go back.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, ExcelDateTime, Format,
    FormatAlign, FormatBorder, Formula, ProtectionOptions, Worksheet, XlsxError,
};

use crate::day::Day;
use crate::form::RowKind;
use crate::form::given::{GivenCell, GivenColumn, GivenForm, Takes};
use crate::form::plan::{Action, Plan, PlannedRow};
use crate::locale::Locale;
use crate::record::input::{masked, personal_number};
use crate::render::workbook::{date, float, new_workbook, sheet_name};
use crate::sheet::{self, At, Cell, FORM_LISTS, Sheet};
use crate::spelling::visible;

/// How many rows of a form are made ready to be filled in beyond those that it has.
const SPARE_ROWS: u32 = 1000;

/// The rows above the first record: title, notes, headings.
const HEAD_ROWS: u32 = 3;

/// A form as a workbook; `notes` stands under its title.
///
/// # Errors
/// A text is longer than a cell may be.
pub fn form(form: &GivenForm, notes: &str, today: Day) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook(today)?;
    let last_column = u16::try_from(form.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    let spare = u32::try_from(form.rows.len()).unwrap_or(u32::MAX) + SPARE_ROWS;
    let last_row = HEAD_ROWS + spare;
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name(&form.name))?;
    let title = Format::new()
        .set_bold()
        .set_font_size(14)
        .set_align(FormatAlign::Center);
    // The hidden column is no part of what is seen.
    sheet.merge_range(0, 1, 0, last_column, &form.title, &title)?;
    let note = Format::new()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_font_color("595959");
    sheet.merge_range(1, 1, 1, last_column, notes, &note)?;
    sheet.set_row_height(1, 48)?;
    let heading = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color("DDEBF7")
        .set_border(FormatBorder::Thin);
    sheet.set_row_height(HEAD_ROWS - 1, 32)?;
    let mut lists: Vec<&[String]> = Vec::new();
    for (n, column) in (0u16..).zip(&form.columns) {
        sheet.write_string_with_format(HEAD_ROWS - 1, n, &column.heading, &heading)?;
        sheet.set_column_width(n, width(column))?;
        sheet.set_column_format(n, &cell_format(column, false))?;
        if column.is_hidden {
            sheet.set_column_hidden(n)?;
        }
        if let Some(check) = validation(column, &mut lists)? {
            sheet.add_data_validation(HEAD_ROWS, n, last_row, n, &check)?;
        }
    }
    for (row, cells) in (HEAD_ROWS..).zip(&form.rows) {
        for (n, cell) in (0u16..).zip(cells) {
            let column = &form.columns[usize::from(n)];
            put(sheet, row, n, cell.as_ref(), &cell_format(column, true))?;
        }
    }
    sheet.set_freeze_panes(HEAD_ROWS, 2)?;
    sheet.set_repeat_rows(HEAD_ROWS - 1, HEAD_ROWS - 1)?;
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0);
    // Ids must stay what they are; all else may be done with the sheet that clerks do with sheets.
    sheet.protect_with_options(&ProtectionOptions {
        insert_rows: true,
        delete_rows: true,
        format_cells: true,
        format_columns: true,
        format_rows: true,
        sort: true,
        use_autofilter: true,
        ..ProtectionOptions::default()
    });
    let words = workbook.add_worksheet();
    words.set_name(FORM_LISTS)?.set_hidden(true);
    for (n, list) in (0u16..).zip(&lists) {
        for (row, word) in (0u32..).zip(*list) {
            words.write_string(row, n, word)?;
        }
    }
    // Which records it is given out with, so that one that does not come back is missed.
    let column = u16::try_from(lists.len()).unwrap_or(u16::MAX);
    for (row, cells) in (0u32..).zip(&form.rows) {
        if let Some(Some(GivenCell::Words(id))) = cells.first() {
            words.write_string(row, column, id)?;
        }
    }
    workbook.save_to_buffer()
}

/// The rows of forms that cannot be taken in, under their headings, each with why.
///
/// # Errors
/// A text is longer than a cell may be.
pub fn refused<'f>(
    forms: impl Iterator<Item = (&'f sheet::Workbook, &'f Plan)>,
    locale: &Locale,
    today: Day,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook(today)?;
    let mut names: Vec<String> = Vec::new();
    for (file, plan) in forms {
        for of in &file.sheets {
            let rows = plan.rows.iter().filter(|row| row.sheet == of.name);
            let rows: Vec<&PlannedRow> = rows.collect();
            if rows.iter().any(|row| row.action == Action::Refused) {
                let mut name = sheet_name(if of.name.is_empty() { "1" } else { &of.name });
                while names.contains(&name) {
                    name.push('_');
                }
                let sheet = workbook.add_worksheet();
                sheet.set_name(&name)?;
                names.push(name);
                refused_rows(sheet, of, &rows, locale)?;
            }
        }
    }
    workbook.save_to_buffer()
}

fn refused_rows(
    sheet: &mut Worksheet,
    of: &Sheet,
    rows: &[&PlannedRow],
    locale: &Locale,
) -> Result<(), XlsxError> {
    let why = u16::try_from(of.width()).unwrap_or(u16::MAX - 1);
    let bold = Format::new().set_bold();
    let wrap = Format::new().set_text_wrap().set_font_color("C00000");
    sheet.set_column_width(why, 60)?;
    let (mut before, mut next, mut heading) = (None, 0, None);
    // What stands above a row may say whose it is, or of which year.
    let last = rows.iter().rposition(|row| row.action == Action::Refused);
    let until_last = &rows[..last.map_or(0, |last| last + 1)];
    let stays = |row: &&&PlannedRow| match row.row_kind {
        RowKind::Heading | RowKind::Context => true,
        RowKind::Total => false,
        RowKind::Record => row.action == Action::Refused,
    };
    for row in until_last.iter().filter(stays) {
        // Months side by side are one row, with what is wrong in each.
        if before != Some(row.row) {
            copy(sheet, of, row.row, next)?;
            next += 1;
        }
        before = Some(row.row);
        if row.row_kind == RowKind::Heading && heading.is_none_or(|heading| heading + 1 == next) {
            heading = Some(next);
        }
        if row.row_kind != RowKind::Record {
            continue;
        }
        for (at, name) in &row.carried {
            let column = u16::try_from(at.column).unwrap_or(u16::MAX);
            sheet.write_string(next - 1, column, visible(&masked(name)))?;
        }
        let problems = rows.iter().filter(|other| other.row == row.row);
        let problems = problems.flat_map(|row| &row.problems).map(|found| {
            let (sentence, _) = found.problem.sentences(locale);
            format!("{}: {sentence}", found.at)
        });
        let text = problems.collect::<Vec<_>>().join("\n");
        sheet.write_string_with_format(next - 1, why, text, &wrap)?;
    }
    if let Some(heading) = heading.and_then(|heading: u32| heading.checked_sub(1)) {
        sheet.write_string_with_format(heading, why, locale.text("intake-why"), &bold)?;
    }
    Ok(())
}

/// Copies a row; a merged cell stands in each of its rows, so that a row alone says what it said.
fn copy(sheet: &mut Worksheet, of: &Sheet, row: u32, to: u32) -> Result<(), XlsxError> {
    for column in 0..of.width() {
        let n = u16::try_from(column).unwrap_or(u16::MAX);
        let at = At { row, column };
        let Some((cell, origin)) = of.at(at) else {
            continue;
        };
        if origin.column != column {
            continue;
        }
        match cell {
            Cell::Day(day) => {
                sheet.write_datetime_with_format(to, n, &date(*day)?, &day_format())?;
            }
            Cell::Number {
                value,
                percent: false,
            } if !hides(cell) => {
                sheet.write_number(to, n, float(*value))?;
            }
            cell if hides(cell) => {
                sheet.write_string(to, n, "*".repeat(cell.typed().len()))?;
            }
            cell => {
                sheet.write_string(to, n, visible(&masked(&cell.typed())))?;
            }
        }
    }
    Ok(())
}

/// Whether a number is that of a person: an identity number loses its last digits in a spreadsheet.
fn hides(cell: &Cell) -> bool {
    const LONG: usize = 15;
    let is_long = |text: &str| text.len() >= LONG && text.bytes().all(|b| b.is_ascii_digit());
    match cell {
        Cell::Number { .. } => {
            let text = cell.typed();
            is_long(&text) || personal_number(&text).is_some()
        }
        _ => false,
    }
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: Option<&GivenCell>,
    format: &Format,
) -> Result<(), XlsxError> {
    match cell {
        None => sheet.write_blank(row, column, format)?,
        Some(GivenCell::Words(text)) => {
            sheet.write_string_with_format(row, column, text, format)?
        }
        Some(GivenCell::Number(number)) => {
            sheet.write_number_with_format(row, column, float(*number), format)?
        }
        Some(GivenCell::Day(day)) => {
            sheet.write_datetime_with_format(row, column, &date(*day)?, format)?
        }
    };
    Ok(())
}

fn day_format() -> Format {
    Format::new().set_num_format("yyyy-mm-dd")
}

fn cell_format(column: &GivenColumn, bordered: bool) -> Format {
    let format = match &column.takes {
        Takes::Text | Takes::OneOf(_) => Format::new().set_num_format("@"),
        Takes::Lines => Format::new().set_num_format("@").set_text_wrap(),
        Takes::Number { places: 0, .. } => Format::new().set_num_format("0"),
        Takes::Number { places, .. } => {
            Format::new().set_num_format(format!("0.{}", "#".repeat(*places as usize)))
        }
        Takes::Day => day_format(),
    };
    let format = match column.is_hidden {
        true => format.set_locked(),
        false => format.set_unlocked(),
    };
    match bordered {
        true => format
            .set_border(FormatBorder::Thin)
            .set_align(FormatAlign::VerticalCenter),
        false => format,
    }
}

/// How wide a column is, in digits: a Chinese character takes two.
fn width(column: &GivenColumn) -> f64 {
    let heading = unicode_width::UnicodeWidthStr::width(column.heading.as_str()) as f64 + 2.0;
    let least: f64 = match &column.takes {
        Takes::Text => 18.0,
        Takes::Lines => 24.0,
        Takes::Number { .. } => 9.0,
        Takes::Day => 12.0,
        Takes::OneOf(words) => {
            let widths = words
                .iter()
                .map(|word| unicode_width::UnicodeWidthStr::width(word.as_str()));
            (widths.max().unwrap_or(0) as f64 + 4.0).min(30.0)
        }
    };
    least.max(heading.min(20.0))
}

/// What a spreadsheet checks while the form is filled in; lists of words stand on a sheet of their
/// own.
fn validation<'f>(
    column: &'f GivenColumn,
    lists: &mut Vec<&'f [String]>,
) -> Result<Option<DataValidation>, XlsxError> {
    let check = DataValidation::new();
    let check = match &column.takes {
        Takes::Text | Takes::Lines => return Ok(None),
        Takes::Number {
            places: 0,
            min,
            max,
        } if i32::try_from(*max).is_ok() => {
            let (min, max) = (*min as i32, *max as i32);
            check.allow_whole_number(DataValidationRule::Between(min, max))
        }
        Takes::Number { min, max, .. } => {
            check.allow_decimal_number(DataValidationRule::Between(*min as f64, *max as f64))
        }
        Takes::Day => {
            let (from, until) = (
                ExcelDateTime::from_ymd(1980, 1, 1)?,
                ExcelDateTime::from_ymd(2100, 12, 31)?,
            );
            check.allow_date(DataValidationRule::Between(from, until))
        }
        Takes::OneOf(words) => {
            lists.push(words);
            let name = sheet::column_name(lists.len() as u32 - 1);
            let list = format!("={FORM_LISTS}!${name}$1:${name}${}", words.len().max(1));
            check.allow_list_formula(Formula::new(list))
        }
    };
    // What a spreadsheet does not take is told by the import too, in better words.
    Ok(Some(
        check.set_error_style(DataValidationErrorStyle::Warning),
    ))
}
