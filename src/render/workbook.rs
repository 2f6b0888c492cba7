//! Tables as a workbook: sheets that can be read, printed and checked, charts, and where each
//! figure comes from.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::ops::Range;

use rust_xlsxwriter::{
    Chart as Drawing, ChartFont, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType,
    ChartType, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Url,
    Workbook, Worksheet, XlsxError,
};
use unicode_width::UnicodeWidthStr;
use zip::ZipArchive;

use crate::day::Day;
use crate::locale::Locale;
use crate::number::Decimal;
use crate::problem::{Problem, Rule};
use crate::render::part_name;
use crate::spelling::visible;
use crate::table::{
    Cell, Chart, ChartForm, Column, Letterhead, Publication, Source, Table, TablePart, TableRow,
};

/// The longest text of a cell, in characters that the format counts.
const LONGEST_TEXT: usize = 32_000;

/// The most rows of a sheet that sources take.
const MOST_ROWS: u32 = 1_000_000;

/// The most links of a sheet: a spreadsheet program drops them all where there are more.
const MOST_LINKS: usize = 60_000;

/// How wide a column may be, in digits.
const WIDEST: usize = 48;

/// How high a chart is, in pixels.
const PICTURE: u32 = 320;

/// A4 in the numbers of the format.
const A4: u8 = 9;

/// A3.
const A3: u8 = 8;

/// Tables as a workbook.
///
/// # Errors
/// The library refuses what it was given.
pub fn tables(found: &Publication, locale: &Locale, today: Day) -> Result<Vec<u8>, Problem> {
    written(found, locale, today)
        .map_err(|error| Problem::new(Rule::FORM_UNWRITABLE).with("reason", error.to_string()))
}

fn written(found: &Publication, locale: &Locale, today: Day) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new_workbook(today)?;
    let sources = Placed::of(&found.sources);
    let sources_name = sheet_name(&locale.text("page-sources"));
    let mut written = Written {
        locale,
        styles: Styles::default(),
        names: BTreeSet::from([sources_name.clone()]),
        sources: &sources,
        sources_name: &sources_name,
    };
    for (n, table) in found.tables.iter().enumerate() {
        for part in table.parts() {
            let mut name = part_name(&part, locale);
            if name.is_empty() && !found.title.is_empty() {
                name.clone_from(&table.title);
            }
            if name.is_empty() {
                // A lone table without a heading of its own.
                name = locale.text("page-table");
            }
            let sheet = workbook.add_worksheet();
            sheet.set_name(written.free_name(&name))?;
            written.sheet(sheet, found, (table, n == 0), &part)?;
        }
    }
    if !found.charts.is_empty() {
        let sheet = workbook.add_worksheet();
        sheet.set_name(written.free_name(&locale.text("page-charts")))?;
        written.charts(sheet, &found.charts)?;
    }
    if !found.sources.is_empty() {
        let sheet = workbook.add_worksheet();
        sheet.set_name(&sources_name)?;
        written.sources(sheet, &found.sources)?;
    }
    workbook.save_to_buffer()
}

/// A chart as a drawing that other documents can hold, and the workbook of its figures.
///
/// # Errors
/// The library refuses what it was given.
pub(super) fn picture(
    chart: &Chart,
    locale: &Locale,
    today: Day,
) -> Result<(String, Vec<u8>), Problem> {
    let found = Publication {
        charts: vec![chart.clone()],
        ..Publication::default()
    };
    let workbook = tables(&found, locale, today)?;
    let mut drawing = String::new();
    let read = ZipArchive::new(Cursor::new(&workbook)).and_then(|mut parts| {
        let mut part = parts.by_name("xl/charts/chart1.xml")?;
        Ok(part.read_to_string(&mut drawing)?)
    });
    match read {
        Ok(_) => Ok((drawing, workbook)),
        Err(error) => Err(Problem::new(Rule::FORM_UNWRITABLE).with("reason", error.to_string())),
    }
}

/// A workbook whose bytes depend on nothing but what is written.
pub(super) fn new_workbook(today: Day) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let properties = DocProperties::new().set_creation_datetime(&date(today)?);
    workbook.set_properties(&properties);
    Ok(workbook)
}

/// A name that a sheet may have.
pub(super) fn sheet_name(text: &str) -> String {
    let name: String = visible(text)
        .chars()
        .filter(|c| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'' | '\n'))
        .take(28)
        .collect();
    match name.is_empty() {
        true => "1".to_owned(),
        false => name,
    }
}

/// A day as the format has it.
pub(super) fn date(day: Day) -> Result<ExcelDateTime, XlsxError> {
    let year = u16::try_from(day.year()).unwrap_or(u16::MAX);
    ExcelDateTime::from_ymd(year, day.month() as u8, day.day() as u8)
}

/// A number as the format has it.
pub(super) fn float(number: Decimal) -> f64 {
    Cell::Number(number).float().unwrap_or_default()
}

/// A text that a cell may have.
fn fitting(text: &str) -> String {
    let text = visible(text);
    match text.char_indices().nth(LONGEST_TEXT / 2) {
        Some((at, _)) if text.encode_utf16().count() > LONGEST_TEXT => format!("{}…", &text[..at]),
        _ => text,
    }
}

/// Where each source stands on its sheet.
struct Placed(Vec<Option<u32>>);

impl Placed {
    fn of(sources: &[Source]) -> Placed {
        let mut next: u32 = 1;
        let place = |source: &Source| {
            let at = next;
            let lines = source.parts.len() + source.records.len();
            next = u32::try_from(lines)
                .ok()
                .and_then(|lines| at.checked_add(lines)?.checked_add(2))?;
            (next < MOST_ROWS).then_some(at)
        };
        Placed(sources.iter().map(place).collect())
    }

    fn at(&self, source: usize) -> Option<u32> {
        self.0.get(source).copied().flatten()
    }
}

/// How a cell looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Look {
    Text,
    Whole,
    Places(u32),
    Percent,
    /// A number with its sign, with so many decimals.
    Change(u32),
    Day,
    Nothing,
}

/// The formats of cells, each made once.
#[derive(Default)]
struct Styles(BTreeMap<(Look, bool, bool), Format>);

impl Styles {
    fn of(&mut self, look: Look, is_total: bool, lags: bool) -> &Format {
        self.0.entry((look, is_total, lags)).or_insert_with(|| {
            let format = Format::new()
                .set_border(FormatBorder::Thin)
                .set_align(FormatAlign::VerticalCenter);
            let format = match look {
                Look::Text => format.set_text_wrap(),
                Look::Whole => format.set_num_format("#,##0"),
                Look::Places(places) => {
                    format.set_num_format(format!("#,##0.{}", "0".repeat(places as usize)))
                }
                Look::Percent => format.set_num_format("0.0%"),
                Look::Change(0) => format.set_num_format("+#,##0;-#,##0;0"),
                Look::Change(places) => {
                    let number = format!("#,##0.{}", "0".repeat(places as usize));
                    format.set_num_format(format!("+{number};-{number};{number}"))
                }
                Look::Day => format.set_num_format("yyyy-mm-dd"),
                Look::Nothing => format.set_align(FormatAlign::Right),
            };
            let format = match is_total {
                true => format.set_bold().set_background_color("F2F2F2"),
                false => format,
            };
            match lags {
                // Bold as well: a print may have no colours.
                true => format.set_bold().set_background_color("F8CBAD"),
                false => format,
            }
        })
    }
}

struct Written<'w> {
    locale: &'w Locale,
    styles: Styles,
    names: BTreeSet<String>,
    sources: &'w Placed,
    sources_name: &'w str,
}

/// A heading of a column.
fn heading_format() -> Format {
    Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color("DDEBF7")
        .set_border(FormatBorder::Thin)
}

/// A column or row of a sheet, by its index among those that are written.
fn narrow(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

fn row_at(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Written<'_> {
    /// A name that no other sheet has.
    fn free_name(&mut self, name: &str) -> String {
        let name = sheet_name(name);
        let mut free = name.clone();
        let mut n = 2;
        while !self.names.insert(free.clone()) {
            free = format!("{}{n}", name.chars().take(24).collect::<String>());
            n += 1;
        }
        free
    }

    /// Some columns of a table on a sheet of their own.
    fn sheet(
        &mut self,
        sheet: &mut Worksheet,
        found: &Publication,
        (table, is_first): (&Table, bool),
        part: &TablePart,
    ) -> Result<(), XlsxError> {
        let last = narrow(part.columns.len().saturating_sub(1));
        let widths = widths(table, part);
        for (at, width) in widths.iter().enumerate() {
            sheet.set_column_width(narrow(at), *width as f64)?;
        }
        let mut row = match &table.letterhead {
            Some(letterhead) => self.letterhead(sheet, letterhead, part, &widths)?,
            None => self.title(sheet, found, (table, is_first), last)?,
        };
        let first_heading = row;
        row = self.headings(sheet, table, (part, &widths), row)?;
        let first = row;
        for (n, of) in table.rows.iter().enumerate() {
            let words: Vec<String> = part.columns.iter().map(|&n| table.words(of, n)).collect();
            let cells = words.iter().map(String::as_str).zip(widths.iter().copied());
            sheet.set_row_height(first + row_at(n), height(cells))?;
            for (at, &column) in part.columns.iter().enumerate() {
                self.cell(sheet, table, (n, of), (column, narrow(at)), first)?;
            }
        }
        row += row_at(table.rows.len());
        if table.letterhead.is_none() && row > first {
            sheet.autofilter(first - 1, 0, row - 1, last)?;
        }
        let mut notes = table.notes.clone();
        if table.has_laggards(&table.seen()) {
            notes.push(self.locale.text("page-mark"));
        }
        let note = Format::new().set_font_color("595959");
        for text in notes {
            sheet.write_string_with_format(row, 0, fitting(&text), &note)?;
            row += 1;
        }
        if let Some(letterhead) = &table.letterhead {
            self.signed(sheet, letterhead, (row + 1, last))?;
        }
        // What names a row stays in sight beside figures.
        let mut columns = part.columns.iter();
        let names = columns.position(|&n| table.columns[n].figure).unwrap_or(0);
        sheet.set_freeze_panes(first, narrow(names))?;
        sheet.set_repeat_rows(first_heading, first - 1)?;
        self.printed(sheet);
        // Small print is read on a larger sheet.
        if part.columns.len() > TablePart::MOST_FIGURES + 3 {
            sheet.set_paper_size(A3);
        }
        Ok(())
    }

    /// How a sheet is printed: across the page, as many pages long as it takes.
    fn printed(&self, sheet: &mut Worksheet) {
        sheet
            .set_landscape()
            .set_paper_size(A4)
            .set_print_fit_to_pages(1, 0)
            .set_print_center_horizontally(true)
            .set_footer(self.locale.text("page-footer"));
    }

    /// The head of an official table; gives the row below it.
    fn letterhead(
        &mut self,
        sheet: &mut Worksheet,
        letterhead: &Letterhead,
        part: &TablePart,
        widths: &[usize],
    ) -> Result<u32, XlsxError> {
        let last = narrow(widths.len().saturating_sub(1));
        let title = match part.blocks.is_empty() {
            true => letterhead.title.clone(),
            false => {
                let blocks = self.locale.join(&part.blocks);
                let words = [
                    ("title", letterhead.title.as_str().into()),
                    ("blocks", blocks.into()),
                ];
                self.locale.say("letterhead-part", &words)
            }
        };
        let format = Format::new()
            .set_bold()
            .set_font_size(16)
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter);
        merge(sheet, 0, (0, last), &title, &format)?;
        // Its letters are half as large again.
        let whole = widths.iter().sum::<usize>();
        let room = whole * 2 / 3;
        sheet.set_row_height(0, height([(title.as_str(), room)].into_iter()) * 3 / 2 + 6)?;
        let aligns = [FormatAlign::Left, FormatAlign::Center, FormatAlign::Right];
        let spans = thirds(widths);
        let room = |span: &Range<usize>| widths[span.clone()].iter().sum::<usize>();
        let above = letterhead.above.iter().zip(&spans);
        // What would take more than two lines beside the others has a row of its own.
        let beside = above
            .clone()
            .all(|(text, span)| text.width() <= 2 * room(span));
        let mut row = 1;
        for ((text, span), align) in above.zip(aligns) {
            let format = Format::new()
                .set_align(if beside { align } else { FormatAlign::Left })
                .set_align(FormatAlign::VerticalCenter)
                .set_text_wrap();
            let span = if beside {
                span.clone()
            } else {
                0..widths.len()
            };
            merge(
                sheet,
                row,
                (narrow(span.start), narrow(span.end - 1)),
                text,
                &format,
            )?;
            if !beside {
                sheet.set_row_height(row, height([(text.as_str(), whole)].into_iter()))?;
                row += 1;
            }
        }
        if beside {
            let lines = letterhead.above.iter().zip(spans.iter().map(room));
            sheet.set_row_height(row, height(lines.map(|(text, room)| (text.as_str(), room))))?;
            row += 1;
        }
        Ok(row)
    }

    /// The headings of a table that nobody signs; gives the row below them.
    fn title(
        &mut self,
        sheet: &mut Worksheet,
        found: &Publication,
        (table, is_first): (&Table, bool),
        last: u16,
    ) -> Result<u32, XlsxError> {
        let bold = Format::new().set_bold().set_font_size(14).set_text_wrap();
        let plain = Format::new().set_font_color("595959").set_text_wrap();
        let titles = [&found.title, &table.title];
        let titles = titles.into_iter().flat_map(|title| title.lines());
        // What is said of all is said once.
        let notes = found.notes.iter().filter(|_| is_first);
        let titles = titles.map(|line| (line, &bold));
        let lines = titles.chain(notes.map(|note| (note.as_str(), &plain)));
        let mut row = 0;
        for (line, format) in lines {
            merge(sheet, row, (0, last), line, format)?;
            row += 1;
        }
        Ok(row)
    }

    /// The headings of columns, under those of their blocks; gives the row below them.
    fn headings(
        &mut self,
        sheet: &mut Worksheet,
        table: &Table,
        (part, widths): (&TablePart, &[usize]),
        row: u32,
    ) -> Result<u32, XlsxError> {
        let format = heading_format();
        let block = |n: usize| table.block(n);
        let has_blocks = part.columns.iter().any(|&n| !block(n).is_empty());
        if !has_blocks {
            for (at, &n) in part.columns.iter().enumerate() {
                let label = fitting(&table.columns[n].label);
                sheet.write_string_with_format(row, narrow(at), label, &format)?;
            }
            let labels = part
                .columns
                .iter()
                .map(|&n| table.columns[n].label.as_str());
            sheet.set_row_height(row, height(labels.zip(widths.iter().copied())))?;
            return Ok(row + 1);
        }
        let mut at = 0;
        let mut over: Vec<(&str, usize)> = Vec::new();
        let mut under: Vec<(&str, usize)> = Vec::new();
        for of_block in table.runs(&part.columns) {
            let (first, last) = (narrow(at), narrow(at + of_block.len() - 1));
            at += of_block.len();
            if block(of_block[0]).is_empty() {
                let label = fitting(&table.columns[of_block[0]].label);
                sheet.merge_range(row, first, row + 1, first, &label, &format)?;
                continue;
            }
            merge(sheet, row, (first, last), block(of_block[0]), &format)?;
            let of_widths = &widths[usize::from(first)..=usize::from(last)];
            over.push((block(of_block[0]), of_widths.iter().sum()));
            for (n, &column) in of_block.iter().enumerate() {
                under.push((&table.columns[column].short.1, of_widths[n]));
                let label = fitting(&table.columns[column].short.1);
                sheet.write_string_with_format(row + 1, first + narrow(n), label, &format)?;
            }
        }
        sheet.set_row_height(row, height(over.into_iter()))?;
        sheet.set_row_height(row + 1, height(under.into_iter()))?;
        Ok(row + 2)
    }

    /// One cell, with the link to what stands behind it.
    fn cell(
        &mut self,
        sheet: &mut Worksheet,
        table: &Table,
        (n, row): (usize, &TableRow),
        (column, at): (usize, u16),
        first: u32,
    ) -> Result<(), XlsxError> {
        let to = first + row_at(n);
        let (of, cell) = (&table.columns[column], &row.cells[column]);
        let lags = table.lags(row, column);
        let format = self.styles.of(look(of, cell), row.total, lags).clone();
        let source = table
            .sources
            .get(&(n, column))
            .and_then(|&source| self.sources.at(source));
        if let Some(target) = source.filter(|_| table.sources.len() <= MOST_LINKS) {
            // The cell is written over; its link stays.
            sheet.write_url_with_format(to, at, self.link(target), &format)?;
        }
        if let Some(formula) = total(table, (n, row), (column, at), first) {
            sheet.write_formula_with_format(to, at, formula, &format)?;
            return Ok(());
        }
        put(sheet, (to, at), of, cell, &format)
    }

    /// A link to a row of the sheet of sources.
    fn link(&self, row: u32) -> Url {
        Url::new(format!("internal:'{}'!A{}", self.sources_name, row + 1))
    }

    /// What is signed below the table.
    fn signed(
        &self,
        sheet: &mut Worksheet,
        letterhead: &Letterhead,
        (row, last): (u32, u16),
    ) -> Result<(), XlsxError> {
        let count = narrow(letterhead.below.len()).max(1);
        let step = ((last + 1) / count).max(1);
        for (n, who) in letterhead.below.iter().enumerate() {
            sheet.write_string(row, narrow(n) * step, who)?;
        }
        Ok(())
    }

    /// Each chart beside the figures that it shows.
    fn charts(&mut self, sheet: &mut Worksheet, charts: &[Chart]) -> Result<(), XlsxError> {
        let mut row = 0;
        for chart in charts {
            row = self.chart(sheet, chart, row)?;
        }
        sheet.set_column_width(0, 24)?;
        self.printed(sheet);
        Ok(())
    }

    fn chart(&mut self, sheet: &mut Worksheet, chart: &Chart, row: u32) -> Result<u32, XlsxError> {
        let bold = Format::new().set_bold();
        sheet.write_string_with_format(row, 0, fitting(&chart.title), &bold)?;
        let heading = heading_format();
        let mut columns: Vec<(String, Vec<Cell>)> = chart
            .series
            .iter()
            .map(|series| (series.label.clone(), series.cells.clone()))
            .collect();
        if let Some((name, cell)) = &chart.mark {
            // A line through all categories.
            columns.push((name.clone(), vec![cell.clone(); chart.categories.len()]));
        }
        sheet.write_blank(row + 1, 0, &heading)?;
        let (first, last) = (row + 2, row + 1 + row_at(chart.categories.len()));
        for (n, category) in chart.categories.iter().enumerate() {
            let format = self.styles.of(Look::Text, false, false);
            let at = first + row_at(n);
            sheet.write_string_with_format(at, 0, fitting(category), format)?;
            sheet.set_row_height(at, height([(category.as_str(), 24)].into_iter()))?;
        }
        let plain = Column::number("", String::new(), "items");
        for (at, (label, cells)) in columns.iter().enumerate() {
            let at = narrow(at + 1);
            sheet.write_string_with_format(row + 1, at, fitting(label), &heading)?;
            sheet.set_column_width(at, 14)?;
            for (n, cell) in cells.iter().enumerate() {
                let format = self.styles.of(look(&plain, cell), false, false).clone();
                // A gap in a line, not a zero.
                if cell.size() >= 0.0 {
                    put(sheet, (first + row_at(n), at), &plain, cell, &format)?;
                }
            }
        }
        sheet.set_row_height(row + 1, 32)?;
        let drawn = self.drawing(chart, sheet.name(), (row + 1, first, last));
        sheet.insert_chart(row, narrow(columns.len() + 2), &drawn)?;
        // A row that says nothing is 20 pixels high.
        Ok((last + 2).max(row + PICTURE / 20 + 2))
    }

    fn drawing(
        &self,
        chart: &Chart,
        sheet: String,
        (heading, first, last): (u32, u32, u32),
    ) -> Drawing {
        let sheet = sheet.as_str();
        let kind = match chart.form {
            ChartForm::Bars => ChartType::Column,
            ChartForm::Lines => ChartType::Line,
        };
        let mut drawn = Drawing::new(kind);
        let dashes = [
            ChartLineDashType::Solid,
            ChartLineDashType::Dash,
            ChartLineDashType::RoundDot,
            ChartLineDashType::DashDot,
        ];
        let colours = ["2F6496", "D55E00", "5A9BD4", "555555"];
        for n in 0..chart.series.len() {
            let at = narrow(n + 1);
            let series = drawn.add_series();
            series
                .set_name((sheet, heading, at))
                .set_categories((sheet, first, 0, last, 0))
                .set_values((sheet, first, at, last, at));
            let mut line = ChartLine::new();
            line.set_color(colours[n % 4])
                .set_dash_type(dashes[n % 4])
                .set_width(2.25);
            let mut format = ChartFormat::new();
            match chart.form {
                ChartForm::Bars => format.set_solid_fill(
                    rust_xlsxwriter::ChartSolidFill::new().set_color(colours[n % 4]),
                ),
                ChartForm::Lines => format.set_line(&line),
            };
            series.set_format(&mut format);
        }
        if chart.mark.is_some() {
            let at = narrow(chart.series.len() + 1);
            let mut whole = Drawing::new(ChartType::Line);
            let mut line = ChartLine::new();
            line.set_color("1A1A1A")
                .set_dash_type(ChartLineDashType::Dash)
                .set_width(2);
            whole
                .add_series()
                .set_name((sheet, heading, at))
                .set_categories((sheet, first, 0, last, 0))
                .set_values((sheet, first, at, last, at))
                .set_format(ChartFormat::new().set_line(&line));
            drawn.combine(&whole);
        }
        drawn.title().set_name(visible(&chart.title).as_str());
        if chart.is_percent() {
            drawn.y_axis().set_num_format("0%").set_min(0).set_max(1);
        } else {
            drawn.y_axis().set_min(0);
        }
        if chart.categories.len() > 6 {
            drawn.x_axis().set_font(ChartFont::new().set_rotation(-45));
        }
        drawn.legend().set_position(ChartLegendPosition::Bottom);
        drawn.set_width(760).set_height(PICTURE);
        drawn
    }

    /// What stands behind each figure.
    fn sources(&mut self, sheet: &mut Worksheet, sources: &[Source]) -> Result<(), XlsxError> {
        let heading = heading_format();
        let labels = ["org", "what", "date", "contributes", "place", "id"];
        for (at, label) in labels.iter().enumerate() {
            let label = self.locale.text(&format!("label-{label}"));
            sheet.write_string_with_format(0, narrow(at), label, &heading)?;
        }
        for (at, width) in [28.0, 44.0, 12.0, 10.0, 46.0, 26.0].into_iter().enumerate() {
            sheet.set_column_width(narrow(at), width)?;
        }
        let bold = Format::new().set_bold().set_background_color("F2F2F2");
        let day = Format::new().set_num_format("yyyy-mm-dd");
        let plain = Column::number("", String::new(), "items");
        for (n, source) in sources.iter().enumerate() {
            let Some(mut row) = self.sources.at(n) else {
                continue;
            };
            sheet.write_string_with_format(row, 0, fitting(&source.title), &bold)?;
            for at in [1, 2, 4, 5] {
                sheet.write_blank(row, at, &bold)?;
            }
            let format = self
                .styles
                .of(look(&plain, &source.value), true, false)
                .clone();
            put(sheet, (row, 3), &plain, &source.value, &format)?;
            for part in &source.parts {
                row += 1;
                sheet.write_string(row, 1, fitting(&part.label))?;
                let value = &sources[part.source].value;
                let format = self.styles.of(look(&plain, value), false, false).clone();
                if let Some(target) = self.sources.at(part.source) {
                    let label = self.locale.text("page-see");
                    sheet.write_url_with_text(row, 4, self.link(target), label)?;
                }
                put(sheet, (row, 3), &plain, value, &format)?;
            }
            for record in &source.records {
                row += 1;
                sheet.write_string(row, 0, fitting(&record.org))?;
                sheet.write_string(row, 1, fitting(&record.what))?;
                if let Some(on) = record.day {
                    sheet.write_datetime_with_format(row, 2, &date(on)?, &day)?;
                }
                sheet.write_number(row, 3, float(record.adds))?;
                sheet.write_string(row, 4, fitting(&record.place.replace('\n', " ")))?;
                sheet.write_string(row, 5, fitting(&record.id.replace('\n', " ")))?;
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_repeat_rows(0, 0)?;
        self.printed(sheet);
        Ok(())
    }
}

/// How wide columns are for what stands in them, in digits; a Chinese character takes two.
fn widths(table: &Table, part: &TablePart) -> Vec<usize> {
    let width = |&n: &usize| {
        let column = &table.columns[n];
        let longest = |text: &str| text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
        // A number has marks between its thousands, and may be bold.
        let shown = |width: usize| {
            if column.unit.is_empty() {
                width
            } else {
                width * 4 / 3 + 1
            }
        };
        let cells = table.rows.iter();
        let cells = cells.map(|row| shown(longest(&table.words(row, n))));
        // A heading may take two lines.
        let heading = match column.short.0.is_empty() {
            true => column.label.width().min(16),
            false => column.short.1.width(),
        };
        let least = if column.figure { 7 } else { 4 };
        cells.max().unwrap_or(0).max(heading).clamp(least, WIDEST) + 2
    };
    part.columns.iter().map(width).collect()
}

/// Columns of these widths in three parts that are about as wide; a part may have none.
fn thirds(widths: &[usize]) -> [Range<usize>; 3] {
    let whole = widths.iter().sum::<usize>();
    let mut so_far = 0;
    let mut ends = [0, 0, widths.len()];
    for (n, width) in widths.iter().enumerate() {
        // A column belongs to the part in which its middle lies.
        let part = (2 * so_far + width) * 3 / (2 * whole).max(1);
        so_far += width;
        for end in ends.iter_mut().skip(part).take(2usize.saturating_sub(part)) {
            *end = n + 1;
        }
    }
    let [first, second, last] = ends;
    [0..first, first..second, second..last]
}

/// How high a row is that has these texts in columns of these widths, in points.
fn height<'t>(cells: impl Iterator<Item = (&'t str, usize)>) -> u32 {
    let lines = |(text, width): (&str, usize)| {
        let room = width.saturating_sub(2).max(1);
        let lines = text.lines().map(|line| line.width().div_ceil(room).max(1));
        lines.sum::<usize>()
    };
    let most = cells.map(lines).max().unwrap_or(1).max(1);
    // A row can be no higher.
    u32::try_from(most)
        .unwrap_or(u32::MAX)
        .saturating_mul(15)
        .min(400)
        + 5
}

/// A text over several cells of a row, or in one.
fn merge(
    sheet: &mut Worksheet,
    row: u32,
    (first, last): (u16, u16),
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    match first < last {
        true => sheet.merge_range(row, first, row, last, &fitting(text), format)?,
        false => sheet.write_string_with_format(row, first, fitting(text), format)?,
    };
    Ok(())
}

fn look(column: &Column, cell: &Cell) -> Look {
    match cell {
        Cell::Empty | Cell::NoData => Look::Nothing,
        Cell::Text(_) => Look::Text,
        Cell::Day(_) => Look::Day,
        Cell::Number(number) if column.unit == "change" => Look::Change(number.places()),
        Cell::Ratio(..) | Cell::Points(_) if column.unit == "change" => Look::Change(1),
        Cell::Average { places, .. } if column.unit == "change" => Look::Change(*places),
        Cell::Number(number) => match (number.places(), column.unit) {
            (0, _) => Look::Whole,
            (_, "yuan") => Look::Places(2),
            (places, _) => Look::Places(places),
        },
        Cell::Ratio(..) => Look::Percent,
        Cell::Average { places: 0, .. } => Look::Whole,
        Cell::Average { places, .. } => Look::Places(*places),
        Cell::Points(_) => Look::Places(1),
    }
}

fn put(
    sheet: &mut Worksheet,
    (row, at): (u32, u16),
    column: &Column,
    cell: &Cell,
    format: &Format,
) -> Result<(), XlsxError> {
    match (cell, cell.float()) {
        // The change of a percentage is so many points.
        (Cell::Ratio(..), Some(number)) if column.unit == "change" => {
            sheet.write_number_with_format(row, at, 100.0 * number, format)?
        }
        (_, Some(number)) => sheet.write_number_with_format(row, at, number, format)?,
        (Cell::Empty, None) => sheet.write_blank(row, at, format)?,
        (Cell::Day(day), None) => match date(*day) {
            Ok(day) => sheet.write_datetime_with_format(row, at, &day, format)?,
            // Before the days that the format knows.
            Err(_) => sheet.write_string_with_format(row, at, cell.words(), format)?,
        },
        (cell, None) => sheet.write_string_with_format(row, at, fitting(&cell.words()), format)?,
    };
    Ok(())
}

/// The sum that a total is of the rows above it, with its value, so that whoever opens the workbook
/// can check it; nothing where it is more than that.
fn total(
    table: &Table,
    (n, row): (usize, &TableRow),
    (column, at): (usize, u16),
    first: u32,
) -> Option<Formula> {
    let Cell::Number(whole) = row.cells[column] else {
        return None;
    };
    if !row.total || !table.columns[column].adds_up {
        return None;
    }
    let mut sum = Decimal::ZERO;
    let mut parts: Vec<usize> = Vec::new();
    for (other, part) in table.rows[..n].iter().enumerate() {
        if part.total || part.depth > 0 {
            continue;
        }
        if let Cell::Number(number) = part.cells[column] {
            sum = sum.plus(number)?;
        }
        parts.push(other);
    }
    if sum != whole || parts.is_empty() {
        return None;
    }
    let letter = crate::sheet::column_name(u32::from(at));
    // Rows that follow one another are one range.
    let ranges = parts.chunk_by(|a, b| a + 1 == *b).map(|range| {
        let line = |n: usize| first + row_at(n) + 1;
        format!(
            "{letter}{}:{letter}{}",
            line(range[0]),
            line(range[range.len() - 1])
        )
    });
    let ranges: Vec<String> = ranges.collect();
    // A function takes so many arguments, no more.
    if ranges.len() > 250 {
        return None;
    }
    let formula = Formula::new(format!("=SUM({})", ranges.join(",")));
    Some(formula.set_result(whole.to_string()))
}
