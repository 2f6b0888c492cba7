//! A narrative in Markdown as plain text, or as a Word file laid out as official documents are.
//!
//! The page follows GB/T 9704-2012: A4, margins of 37, 26, 35 and 28 mm, body in 仿宋 of size 三号 (16
//! pt) on lines of 28 pt, indented by two characters; headings in 黑体 and 楷体, the title in 小标宋 of
//! size 二号 (22 pt).

use std::io::{Cursor, Write};

use unicode_width::UnicodeWidthStr;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::day::{Day, When};
use crate::locale::Locale;
use crate::narrative::quantity::{IMAGE, image};
use crate::narrative::word::escaped;
use crate::problem::Problem;
use crate::render::markdown::titled_table;
use crate::render::{terminal, workbook};
use crate::table::{Cell, Chart, ChartForm, Column, Table, TableRow};

/// A stretch of text of one look.
#[derive(Clone, Debug, Default)]
struct StyledText {
    text: String,
    bold: bool,
    italic: bool,
}

/// What a document is made of.
#[derive(Clone, Debug)]
enum Element {
    Heading(usize, Vec<StyledText>),
    Paragraph(Vec<StyledText>),
    /// The text before it (`1.`, `-`), and how deep it lies.
    Item(String, usize, Vec<StyledText>),
    /// A line at the right end, so far from the margin, in hundredths of a character.
    Closing(usize, Vec<StyledText>),
    /// Rows of cells; the first row is the heading.
    Table(Vec<Vec<Vec<StyledText>>>),
    /// A picture of figures, by index.
    Picture(usize),
}

/// What the images of a text that lead to pictures of figures stand for: for each image the
/// pictures that it asks for, in the language of the document.
#[derive(Clone, Copy)]
pub struct Pictures<'c> {
    /// The pictures.
    pub of_image: &'c [Vec<Chart>],
    /// The words around them.
    pub locale: &'c Locale,
    /// The day on which the document is written.
    pub today: Day,
}

impl Pictures<'_> {
    fn charts(&self, image: usize) -> &[Chart] {
        self.of_image.get(image).map_or(&[], Vec::as_slice)
    }
}

/// The pictures as a Word file holds them.
#[derive(Default)]
struct Drawings {
    /// Parts of the file by name.
    parts: Vec<(String, Vec<u8>)>,
    /// The paragraphs of each image.
    paragraphs: Vec<String>,
    /// What the document says of its parts.
    relations: String,
    content_types: String,
}

/// The most columns of a table: as many as word processors can show.
const MOST_COLUMNS: usize = 63;

/// The most cells of a table that is drawn as text; a larger one is written line by line.
const MOST_DRAWN: usize = 100_000;

/// The blocks of a Markdown text.
fn blocks(markdown: &str) -> Vec<Element> {
    let mut reader = Builder::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        reader.take(event);
    }
    reader.flush();
    reader.blocks
}

#[derive(Default)]
struct Builder {
    blocks: Vec<Element>,
    spans: Vec<StyledText>,
    bold: usize,
    italic: usize,
    heading: Option<usize>,
    /// For each open list the number of its next item, where it is numbered.
    lists: Vec<Option<u64>>,
    /// What stands before the item that is open.
    mark: Option<String>,
    rows: Vec<Vec<Vec<StyledText>>>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.text(&text)
            }
            // Lines of one paragraph: Chinese knows no space between them.
            Event::SoftBreak => {
                let latin = self.spans.last().is_some_and(|span| {
                    span.text
                        .ends_with(|c: char| c.is_ascii_alphanumeric() || c == ',')
                });
                if latin {
                    self.text(" ");
                }
            }
            Event::HardBreak => self.text("\n"),
            Event::Rule => self.flush(),
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.text(&text)
            }
            Event::TaskListMarker(done) => self.text(if done { "☑" } else { "☐" }),
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.flush();
                self.heading = Some(match level {
                    HeadingLevel::H1 => 1,
                    HeadingLevel::H2 => 2,
                    HeadingLevel::H3 => 3,
                    HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => 4,
                });
            }
            Tag::List(first) => {
                self.flush();
                self.lists.push(*first);
            }
            Tag::Item => {
                self.flush();
                self.mark = Some(match self.lists.last_mut() {
                    Some(Some(n)) => {
                        *n += 1;
                        format!("{}.", *n - 1)
                    }
                    _ => "-".to_owned(),
                });
            }
            Tag::Image { dest_url, .. } => {
                let picture = dest_url.strip_prefix(IMAGE).map(str::parse);
                if let Some(Ok(picture)) = picture {
                    self.flush();
                    self.blocks.push(Element::Picture(picture));
                }
            }
            Tag::Strong => self.bold += 1,
            Tag::Emphasis => self.italic += 1,
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            Tag::Table(_) => self.flush(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::Item
            | TagEnd::CodeBlock
            | TagEnd::HtmlBlock => self.flush(),
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::TableCell => {
                let spans = std::mem::take(&mut self.spans);
                match self.rows.last_mut() {
                    // What no page is wide enough for runs on in the last column.
                    Some(row) if row.len() >= MOST_COLUMNS => {
                        if let Some(last) = row.last_mut() {
                            last.push(StyledText {
                                text: " ".to_owned(),
                                ..StyledText::default()
                            });
                            last.extend(spans);
                        }
                    }
                    Some(row) => row.push(spans),
                    None => {}
                }
            }
            TagEnd::Table => self
                .blocks
                .push(Element::Table(std::mem::take(&mut self.rows))),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        self.spans.push(StyledText {
            text: text.to_owned(),
            bold: self.bold > 0,
            italic: self.italic > 0,
        });
    }

    fn flush(&mut self) {
        let spans = std::mem::take(&mut self.spans);
        if spans.is_empty() {
            return;
        }
        let block = match (self.heading.take(), self.mark.take()) {
            (Some(level), _) => Element::Heading(level, spans),
            (None, Some(mark)) => Element::Item(mark, self.lists.len().saturating_sub(1), spans),
            (None, None) => Element::Paragraph(spans),
        };
        self.blocks.push(block);
    }
}

fn plain(spans: &[StyledText]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

/// A Markdown text whose pictures are tables of their figures.
pub fn markdown(text: &str, pictures: &Pictures<'_>) -> String {
    let mut text = text.to_owned();
    for (n, charts) in pictures.of_image.iter().enumerate() {
        if let Some((before, after)) = text.split_once(&image(n)) {
            let tables = charts.iter().map(|chart| titled_table(&chart.table()));
            let parts: Vec<String> = [before.trim_end().to_owned()]
                .into_iter()
                .chain(tables)
                .chain([after.trim_start().to_owned()])
                .collect();
            text = parts.join("\n\n");
        }
    }
    text
}

/// A Markdown text as plain text: its marks gone, its tables drawn.
pub fn text(text: &str, pictures: &Pictures<'_>) -> String {
    let locale = pictures.locale;
    let mut out = String::new();
    let mut after_item = false;
    let style = terminal::TableStyle {
        wide: true,
        ..terminal::TableStyle::default()
    };
    for block in blocks(text) {
        let is_item = matches!(block, Element::Item(..));
        if !(out.is_empty() || is_item && after_item) {
            out.push('\n');
        }
        after_item = is_item;
        match block {
            Element::Heading(_, spans) | Element::Paragraph(spans) | Element::Closing(_, spans) => {
                out.push_str(&format!("{}\n", plain(&spans)))
            }
            Element::Item(mark, depth, spans) => {
                out.push_str(&format!("{}{mark} {}\n", "  ".repeat(depth), plain(&spans)))
            }
            Element::Table(rows) if rows.len() * rows.first().map_or(0, Vec::len) > MOST_DRAWN => {
                for row in rows {
                    let cells: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
                    out.push_str(&format!("{}\n", cells.join(" | ")));
                }
            }
            Element::Table(rows) => {
                let mut rows = rows
                    .into_iter()
                    .map(|row| row.iter().map(|cell| plain(cell)).collect::<Vec<_>>());
                let heading = rows.next().unwrap_or_default();
                let width = heading.len();
                let columns = heading
                    .into_iter()
                    .map(|label| Column::text("", label))
                    .collect();
                let cells = |mut row: Vec<String>| {
                    row.resize(width, String::new());
                    TableRow::of(row.into_iter().map(Cell::Text).collect())
                };
                let table = Table {
                    columns,
                    rows: rows.map(cells).collect(),
                    ..Table::default()
                };
                out.push_str(&terminal::draw(&table, style, locale));
            }
            Element::Picture(image) => {
                let tables = pictures.charts(image).iter().map(Chart::table);
                let drawn = tables.map(|table| terminal::draw(&table, style, locale));
                out.push_str(&drawn.collect::<Vec<_>>().join("\n"));
            }
        }
    }
    out
}

/// A Markdown text as a Word file. The same text and pictures give the same bytes.
///
/// # Errors
/// A picture that cannot be drawn.
pub fn word(markdown: &str, pictures: &Pictures<'_>) -> Result<Vec<u8>, Problem> {
    let mut blocks = blocks(markdown);
    // What stands in brackets under the title says when and as of which day: it belongs to the
    // title.
    if let [Element::Heading(1, _), second, ..] = &mut blocks[..]
        && let Element::Paragraph(spans) = second
        && plain(spans).starts_with('（')
        && plain(spans).ends_with('）')
    {
        *second = Element::Heading(SUBTITLE, std::mem::take(spans));
    }
    // Who reports and the day, alone at the end.
    if let [.., who, day] = &mut blocks[..]
        && let (Element::Paragraph(name), Element::Paragraph(on)) = (&who, &day)
        && is_day(&plain(on))
        && !plain(name).contains(['。', '，', '：'])
    {
        let (name, on) = (name.clone(), on.clone());
        let (wide, narrow) = (plain(&name).width(), plain(&on).width());
        // The name stands in the middle above the day, which is four characters from the margin.
        let beside = |more: usize, less: usize| 400 + 25 * more.saturating_sub(less);
        let below = Element::Paragraph(Vec::new());
        *who = Element::Closing(beside(narrow, wide), name);
        *day = Element::Closing(beside(wide, narrow), on);
        // Two lines stay free above them.
        let at = blocks.len() - 2;
        blocks.splice(at..at, [below.clone(), below]);
    }
    Ok(packed(&blocks, Drawings::of(pictures)?))
}

impl Drawings {
    fn of(pictures: &Pictures<'_>) -> Result<Drawings, Problem> {
        let mut drawings = Drawings::default();
        for charts in pictures.of_image {
            let mut paragraphs = String::new();
            for chart in charts {
                paragraphs.push_str(&drawings.add(chart, pictures)?);
            }
            drawings.paragraphs.push(paragraphs);
        }
        Ok(drawings)
    }

    /// Adds a chart with the workbook that its figures can be changed in; its paragraph.
    fn add(&mut self, chart: &Chart, pictures: &Pictures<'_>) -> Result<String, Problem> {
        let n = self.parts.len() / 3 + 1;
        let (drawing, workbook) = workbook::picture(chart, pictures.locale, pictures.today)?;
        let drawing = in_document(drawing, chart.form);
        let number = n.to_string();
        let filled = |text: &str| text.replace("{n}", &number);
        self.parts.extend([
            (filled("word/charts/chart{n}.xml"), drawing.into_bytes()),
            (
                filled("word/charts/_rels/chart{n}.xml.rels"),
                filled(CHART_RELATIONS).into_bytes(),
            ),
            (filled("word/embeddings/chart{n}.xlsx"), workbook),
        ]);
        self.relations.push_str(&filled(CHART_RELATION));
        self.content_types.push_str(&filled(CHART_TYPES));
        Ok(filled(CHART).replace("{title}", &escaped(&chart.title)))
    }
}

/// A chart's drawing as a document holds it: where its workbook lies, which the schema wants before
/// what is said of printing, and what Word takes for granted otherwise than a spreadsheet does.
fn in_document(drawing: String, form: ChartForm) -> String {
    let data = "<c:externalData r:id=\"rId1\"><c:autoUpdate val=\"0\"/></c:externalData>";
    let mut drawing = drawing.replace(
        "<c:plotVisOnly val=\"1\"/>",
        "<c:plotVisOnly val=\"1\"/><c:dispBlanksAs val=\"gap\"/>",
    );
    if form == ChartForm::Lines {
        drawing = drawing.replace("</c:ser>", "<c:smooth val=\"0\"/></c:ser>");
    }
    let end = drawing
        .find("<c:printSettings>")
        .or_else(|| drawing.rfind("</c:chartSpace>"))
        .unwrap_or(drawing.len());
    drawing.insert_str(end, data);
    drawing
}

/// Whether a text is a day as documents write it, and nothing else.
fn is_day(text: &str) -> bool {
    !text.is_ascii() && Day::read(text, When::default()).is_ok()
}

/// Lines of text as a Word file, a paragraph each.
pub fn word_of_lines(text: &str) -> Vec<u8> {
    let line = |text: &str| {
        Element::Paragraph(vec![StyledText {
            text: text.to_owned(),
            ..StyledText::default()
        }])
    };
    packed(
        &text.lines().map(line).collect::<Vec<_>>(),
        Drawings::default(),
    )
}

fn packed(blocks: &[Element], drawings: Drawings) -> Vec<u8> {
    let body: String = blocks
        .iter()
        .map(|block| block_xml(block, &drawings))
        .collect();
    let more = |text: &str, more: &str| text.replace("<!-- charts -->", more);
    let parts = [
        (
            "[Content_Types].xml",
            more(CONTENT_TYPES, &drawings.content_types),
        ),
        ("_rels/.rels", RELATIONS.to_owned()),
        (
            "word/document.xml",
            DOCUMENT.replace("<!-- text -->", &body),
        ),
        ("word/styles.xml", STYLES.to_owned()),
        ("word/footer1.xml", FOOTER.to_owned()),
        (
            "word/_rels/document.xml.rels",
            more(DOCUMENT_RELATIONS, &drawings.relations),
        ),
    ];
    let parts = parts
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.into_bytes()))
        .chain(drawings.parts);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        // The same bytes, whatever the machine.
        .system(System::Unix)
        .last_modified_time(DateTime::DEFAULT);
    for (name, text) in parts {
        // Into memory nothing is refused.
        if writer.start_file(name, options).is_ok() {
            let _ = writer.write_all(&text);
        }
    }
    writer.finish().map(Cursor::into_inner).unwrap_or_default()
}

fn block_xml(block: &Element, drawings: &Drawings) -> String {
    match block {
        Element::Heading(level, spans) => {
            paragraph(&format!("<w:pStyle w:val=\"H{level}\"/>"), spans)
        }
        Element::Paragraph(spans) => paragraph("", spans),
        Element::Closing(beside, spans) => {
            // A character is 320 twentieths of a point wide.
            let right = beside * 16 / 5;
            let look = format!(
                "<w:ind w:rightChars=\"{beside}\" w:right=\"{right}\" w:firstLineChars=\"0\" \
                 w:firstLine=\"0\"/><w:jc w:val=\"right\"/>"
            );
            paragraph(&look, spans)
        }
        Element::Item(mark, depth, spans) => {
            let mut all = vec![StyledText {
                text: format!("{} ", if mark == "-" { "—" } else { mark }),
                ..StyledText::default()
            }];
            all.extend(spans.iter().cloned());
            paragraph(
                &format!(
                    "<w:ind w:leftChars=\"{}\" w:firstLineChars=\"200\"/>",
                    depth * 200
                ),
                &all,
            )
        }
        Element::Table(rows) => {
            let after = paragraph("<w:spacing w:line=\"240\" w:lineRule=\"exact\"/>", &[]);
            table_xml(rows) + &after
        }
        Element::Picture(image) => drawings.paragraphs.get(*image).cloned().unwrap_or_default(),
    }
}

fn table_xml(rows: &[Vec<Vec<StyledText>>]) -> String {
    let (size, widths) = table_layout(rows);
    let grid = widths
        .iter()
        .map(|width| format!("<w:gridCol w:w=\"{width}\"/>"));
    let rows = rows.iter().enumerate().map(|(n, row)| {
        let head = if n == 0 { "<w:tblHeader/>" } else { "" };
        let cells = row.iter().zip(&widths);
        let cells: String = cells
            .map(|(cell, width)| cell_xml(cell, (*width, size), n == 0))
            .collect();
        format!("<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{cells}</w:tr>")
    });
    let edges = ["top", "left", "bottom", "right", "insideH", "insideV"].map(|edge| {
        format!("<w:{edge} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"auto\"/>")
    });
    let sides = ["left", "right"].map(|side| format!("<w:{side} w:w=\"60\" w:type=\"dxa\"/>"));
    format!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"5000\" w:type=\"pct\"/>\
         <w:tblBorders>{}</w:tblBorders><w:tblLayout w:type=\"fixed\"/>\
         <w:tblCellMar>{}</w:tblCellMar></w:tblPr>\
         <w:tblGrid>{}</w:tblGrid>{}</w:tbl>",
        edges.concat(),
        sides.concat(),
        grid.collect::<String>(),
        rows.collect::<String>(),
    )
}

/// A cell; headings and figures stand in the middle, words at the left.
fn cell_xml(cell: &[StyledText], (width, size): (usize, usize), is_heading: bool) -> String {
    let bold = |span: &StyledText| StyledText {
        bold: span.bold || is_heading,
        ..span.clone()
    };
    let spans: Vec<StyledText> = cell.iter().map(bold).collect();
    let is_of_number = |c: char| c.is_ascii_digit() || ".%-—".contains(c);
    let place = if is_heading || plain(&spans).chars().all(is_of_number) {
        "<w:jc w:val=\"center\"/>"
    } else {
        ""
    };
    let look = format!("<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>");
    let text = sized_paragraph(&format!("<w:pStyle w:val=\"Cell\"/>{place}"), &spans, &look);
    format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>{text}</w:tc>")
}

/// How wide the text of a page is, in twentieths of a point.
const TEXT_WIDTH: usize = 11_906 - 1_474 - 1_587;

/// The sizes that the text of a table may have, in half points, the largest first.
const SIZES: [usize; 5] = [21, 18, 15, 13, 11];

/// The size of a table's text and the widths of its columns, in twentieths of a point: the largest
/// size at which no number and no day is broken over lines. Words take what is left.
fn table_layout(rows: &[Vec<Vec<StyledText>>]) -> (usize, Vec<usize>) {
    let columns = rows.first().map_or(0, Vec::len);
    let cells = |n: usize| {
        rows.iter()
            .filter_map(move |row| row.get(n))
            .map(|cell| plain(cell))
    };
    // Half characters that cannot be broken, and all of them.
    let unbroken = |n: usize| {
        let words = cells(n).map(|cell| match cell.is_ascii() {
            true => cell.width(),
            false => cell.width().min(4),
        });
        words.max().unwrap_or(0).max(2)
    };
    let longest = |n: usize| {
        cells(n)
            .map(|cell| cell.width())
            .max()
            .unwrap_or(0)
            .clamp(4, 36)
    };
    let least: Vec<usize> = (0..columns).map(unbroken).collect();
    let wanted: Vec<usize> = (0..columns).map(|n| longest(n).max(least[n])).collect();
    // Beside the text of a cell is some space.
    let beside = 160;
    let of_half = |size: usize| size * 5;
    let needs = |size: usize| {
        least
            .iter()
            .map(|n| n * of_half(size) + beside)
            .sum::<usize>()
    };
    let fits = SIZES.into_iter().find(|size| needs(*size) <= TEXT_WIDTH);
    let size = fits.unwrap_or(SIZES[SIZES.len() - 1]);
    let left = TEXT_WIDTH.saturating_sub(needs(size));
    let more: Vec<usize> = wanted
        .iter()
        .zip(&least)
        .map(|(all, least)| all - least + 1)
        .collect();
    let sum = more.iter().sum::<usize>().max(1);
    let widths = least.iter().zip(&more);
    let widths = widths.map(|(least, more)| least * of_half(size) + beside + left * more / sum);
    (size, widths.collect())
}

fn paragraph(properties: &str, spans: &[StyledText]) -> String {
    sized_paragraph(properties, spans, "")
}

/// A paragraph whose every stretch has a look beside its own.
fn sized_paragraph(properties: &str, spans: &[StyledText], size: &str) -> String {
    let runs: String = spans
        .iter()
        .map(|span| {
            let (bold, italic) = (
                if span.bold { "<w:b/>" } else { "" },
                if span.italic { "<w:i/>" } else { "" },
            );
            let look = if span.bold || span.italic || !size.is_empty() {
                format!("<w:rPr>{bold}{italic}{size}</w:rPr>")
            } else {
                String::new()
            };
            format!(
                "<w:r>{look}<w:t xml:space=\"preserve\">{}</w:t></w:r>",
                escaped(&span.text)
            )
        })
        .collect();
    let properties = if properties.is_empty() {
        String::new()
    } else {
        format!("<w:pPr>{properties}</w:pPr>")
    };
    format!("<w:p>{properties}{runs}</w:p>")
}

/// The level of the line under the title.
const SUBTITLE: usize = 5;

// The parts of a Word file that do not depend on the text. The footer is the page's number between
// dashes; styles follow the layout of official documents (GB/T 9704).
const DOCUMENT: &str = include_str!("docx/document.xml");
const CONTENT_TYPES: &str = include_str!("docx/content-types.xml");
const RELATIONS: &str = include_str!("docx/relations.xml");
const DOCUMENT_RELATIONS: &str = include_str!("docx/document-relations.xml");
const STYLES: &str = include_str!("docx/styles.xml");
const FOOTER: &str = include_str!("docx/footer.xml");

// The parts of a chart; `{n}` is its number.
const CHART: &str = include_str!("docx/chart.xml");
const CHART_RELATIONS: &str = include_str!("docx/chart-relations.xml");
const CHART_RELATION: &str = include_str!("docx/chart-relation.xml");
const CHART_TYPES: &str = include_str!("docx/chart-types.xml");
