//! Word files: the paragraphs and tags of a part, and the part again with the tags filled in.
//!
//! A part's XML is only cut at the characters of its tags; every other byte stays as it is. A tag
//! may be split over runs, as word processors split them; what replaces it stands in the run in
//! which it began.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::escape::partial_escape;
use quick_xml::events::Event;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::narrative::bounds::{self, Beyond};
use crate::narrative::tags::{Sort, Tag, normalised, tags};

/// The largest Word file, in bytes: pictures included.
pub const MOST_PACKED: u64 = 32 << 20;

/// The parts of no document are larger together, in bytes, as they are read or as they are filled
/// in; a small file that unpacks to more is not a document.
pub const MOST_XML: usize = 16 << 20;

/// How many parts a Word file may have, pictures included.
const MOST_PARTS: usize = 4_000;

/// How many ends of archives are looked at: a document may have others packed in it.
const MOST_ENDS: usize = 64;

/// How many elements a part may have.
const MOST_ELEMENTS: usize = 600_000;

/// How many characters of a part may stand in paragraphs with tags, or in one paragraph.
const MOST_LETTERS: usize = 1_500_000;

/// Elements nested deeper than this are not a document.
const MOST_DEPTH: usize = 256;

/// What is wrong with a Word file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It is no zip archive with a document in it.
    NotWord,
    /// It is larger than any document, packed or unpacked, or has more in it.
    TooLarge,
    /// A part is not XML.
    NotXml,
}

/// A Word file, and those of its parts that may hold tags, in the order of the archive.
pub struct WordFile {
    bytes: Vec<u8>,
    /// Names and texts of the parts people write in.
    pub parts: Vec<(String, String)>,
}

impl WordFile {
    /// Opens a Word file.
    ///
    /// # Errors
    /// It is none, or a part is too large or not text.
    pub fn open(bytes: Vec<u8>) -> Result<WordFile, Broken> {
        let count = |sign: &[u8]| bytes.windows(4).filter(|found| *found == sign).count();
        // Before anything is made of them: every part has such a header, and every end leads to a
        // list of them.
        if bytes.len() as u64 > MOST_PACKED
            || count(b"PK\x01\x02") > MOST_PARTS
            || count(b"PK\x05\x06") > MOST_ENDS
        {
            return Err(Broken::TooLarge);
        }
        let mut archive = ZipArchive::new(Cursor::new(&bytes)).map_err(|_| Broken::NotWord)?;
        let (mut parts, mut left, mut packed) = (Vec::new(), MOST_XML, 0u64);
        for n in 0..archive.len() {
            let file = archive.by_index_raw(n).map_err(|_| Broken::NotWord)?;
            // Parts that lie in one another would be copied each by itself.
            packed = packed.saturating_add(file.compressed_size());
            let name = file.name().map_err(|_| Broken::NotWord)?.into_owned();
            drop(file);
            if packed > bytes.len() as u64 {
                return Err(Broken::NotWord);
            }
            if !is_written_in(&name) {
                continue;
            }
            let file = archive.by_index(n).map_err(|_| Broken::NotWord)?;
            let mut text = Vec::new();
            file.take(left as u64 + 1)
                .read_to_end(&mut text)
                .map_err(|_| Broken::NotWord)?;
            left = left.checked_sub(text.len()).ok_or(Broken::TooLarge)?;
            text.shrink_to_fit();
            parts.push((name, String::from_utf8(text).map_err(|_| Broken::NotXml)?));
        }
        match parts.iter().any(|(name, _)| name == DOCUMENT) {
            true => Ok(WordFile { bytes, parts }),
            false => Err(Broken::NotWord),
        }
    }

    /// The file with some of its parts replaced; every other part is copied as it is packed.
    ///
    /// # Errors
    /// The archive cannot be read or written.
    pub fn with(&self, parts: &BTreeMap<String, String>) -> Result<Vec<u8>, Broken> {
        let mut archive = ZipArchive::new(Cursor::new(&self.bytes)).map_err(|_| Broken::NotWord)?;
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for n in 0..archive.len() {
            let file = archive.by_index_raw(n).map_err(|_| Broken::NotWord)?;
            let name = file.name().map_err(|_| Broken::NotWord)?.into_owned();
            match parts.get(&name) {
                Some(text) => {
                    let mut options = SimpleFileOptions::default()
                        .compression_method(CompressionMethod::Deflated);
                    if let Some(time) = file.last_modified() {
                        options = options.last_modified_time(time);
                    }
                    writer
                        .start_file(name, options)
                        .map_err(|_| Broken::NotWord)?;
                    writer
                        .write_all(text.as_bytes())
                        .map_err(|_| Broken::NotWord)?;
                }
                None => writer.raw_copy_file(file).map_err(|_| Broken::NotWord)?,
            }
        }
        Ok(writer.finish().map_err(|_| Broken::NotWord)?.into_inner())
    }
}

/// The main part.
pub const DOCUMENT: &str = "word/document.xml";

/// Whether people write text into a part.
fn is_written_in(name: &str) -> bool {
    let Some(rest) = name
        .strip_prefix("word/")
        .and_then(|rest| rest.strip_suffix(".xml"))
    else {
        return false;
    };
    ["document", "footnotes", "endnotes"].contains(&rest)
        || ["header", "footer"].iter().any(|stem| {
            rest.strip_prefix(stem)
                .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()))
        })
}

/// An element of a part. Offsets are of 32 bits, as no part is larger.
#[derive(Debug)]
struct XmlElement<'x> {
    name: &'x str,
    parent: Option<u32>,
    start: u32,
    end: u32,
    /// Whether its start tag says that spaces count.
    preserves: bool,
}

/// A character of a paragraph and the bytes it is written with.
#[derive(Clone, Copy, Debug)]
struct Letter {
    c: char,
    start: u32,
    length: u8,
    /// The element of text it stands in.
    text: u32,
}

/// A paragraph: its element and its text, and where that holds what may be tags, its characters.
#[derive(Debug)]
struct WordParagraph {
    element: usize,
    text: String,
    letters: Vec<Letter>,
}

/// What opens a tag, or was meant to.
const BRACES: [char; 2] = ['{', '｛'];

/// A part of a document, taken apart.
pub struct WordPart<'x> {
    xml: &'x str,
    elements: Vec<XmlElement<'x>>,
    paragraphs: Vec<WordParagraph>,
}

impl WordParagraph {
    /// Adds the tags of the paragraph, which is the `n`-th, to `found`; whether it prints anything.
    fn tags(&self, n: usize, found: &mut Vec<PlacedTag>) -> Result<bool, Misplaced> {
        let chars: Vec<char> = self.letters.iter().map(|l| l.c).collect();
        let read = normalised(&chars);
        let in_paragraph = tags(&chars);
        let refuse = |column: usize, why: TagFault| Misplaced {
            line: n,
            column,
            why,
        };
        let opens = |pair: &[char]| matches!(pair, ['{' | '｛', '{' | '%' | '｛' | '％']);
        let (mut at, mut loud) = (0, false);
        // What stands before each tag, and behind the last.
        let ends = in_paragraph
            .found
            .iter()
            .map(|tag| (tag.start, tag.end))
            .chain([(chars.len(), chars.len())]);
        for (start, end) in ends {
            // A tag that nothing ends may begin with its last character.
            let between = &chars[at..chars.len().min(start + 1)];
            if let Some(found) = between
                .windows(2)
                .position(opens)
                .filter(|found| at + found < start)
            {
                return Err(refuse(at + found, TagFault::Unclosed));
            }
            loud |= chars[at..start].iter().any(|c| !c.is_whitespace());
            at = end;
        }
        if let Some(at) = in_paragraph.open {
            return Err(refuse(at, TagFault::Unclosed));
        }
        loud |= in_paragraph.found.iter().any(|tag| tag.sort == Sort::Print);
        for tag in in_paragraph.found {
            let keyword = tag.keyword(&chars);
            let block_set = keyword == "set" && !chars[tag.start..tag.end].contains(&'=');
            if tag.sort == Sort::Block && (block_set || TEXT_ONLY.contains(&keyword.as_str())) {
                return Err(refuse(tag.start, TagFault::TextOnly));
            }
            let text: String = read[tag.start..tag.end].iter().collect();
            found.push(PlacedTag {
                paragraph: n,
                tag,
                keyword,
                text,
                moved: None,
            });
        }
        Ok(loud)
    }
}

/// A part as far as it is read.
struct PartParse<'x> {
    part: WordPart<'x>,
    /// Elements that have begun and not ended.
    open: Vec<usize>,
    /// Paragraphs stand inside one another in text boxes; text belongs to the innermost.
    paragraphs: Vec<usize>,
    /// How many letters more are kept.
    left: usize,
}

impl<'x> PartParse<'x> {
    fn new(xml: &'x str) -> PartParse<'x> {
        let part = WordPart {
            xml,
            elements: Vec::new(),
            paragraphs: Vec::new(),
        };
        PartParse {
            part,
            open: Vec::new(),
            paragraphs: Vec::new(),
            left: MOST_LETTERS,
        }
    }

    /// Notes an element whose tag stands there, with a name of so many bytes.
    fn element(&mut self, place: Range<usize>, length: usize) -> Result<usize, Broken> {
        let tag = self.part.xml.get(place.clone()).unwrap_or_default();
        if self.part.elements.len() >= MOST_ELEMENTS {
            return Err(Broken::TooLarge);
        }
        self.part.elements.push(XmlElement {
            name: tag.get(1..=length).unwrap_or_default(),
            parent: self.open.last().copied().map(short),
            start: short(place.start),
            end: short(place.end),
            preserves: tag.contains("xml:space"),
        });
        Ok(self.part.elements.len() - 1)
    }

    fn start(&mut self, place: Range<usize>, length: usize) -> Result<(), Broken> {
        let n = self.element(place, length)?;
        self.open.push(n);
        if self.part.elements[n].name == "w:p" {
            self.part.paragraphs.push(WordParagraph {
                element: n,
                text: String::new(),
                letters: Vec::new(),
            });
            self.paragraphs.push(self.part.paragraphs.len() - 1);
        }
        if self.open.len() > MOST_DEPTH {
            return Err(Broken::NotXml);
        }
        Ok(())
    }

    fn empty(&mut self, place: Range<usize>, length: usize) -> Result<(), Broken> {
        let start = place.start;
        let n = self.element(place, length)?;
        let elements = &self.part.elements;
        let breaks = match elements[n].name {
            "w:br" | "w:cr" => Some('\n'),
            "w:tab" => Some('\t'),
            _ => None,
        };
        // Tab stops are called like tabs, and stand in the paragraph's properties.
        let in_run = self.open.last().is_some_and(|&n| elements[n].name == "w:r");
        if let (Some(c), Some(&p), true) = (breaks, self.paragraphs.last(), in_run) {
            self.left = self.left.checked_sub(1).ok_or(Broken::TooLarge)?;
            self.part.paragraphs[p].push(Letter {
                c,
                start: short(start),
                length: 0,
                text: short(n),
            });
        }
        Ok(())
    }

    fn end(&mut self, end: usize) -> Result<(), Broken> {
        let n = self.open.pop().ok_or(Broken::NotXml)?;
        self.part.elements[n].end = short(end);
        if self.part.elements[n].name == "w:p"
            && let Some(p) = self.paragraphs.pop()
            && let paragraph = &mut self.part.paragraphs[p]
            && !paragraph.text.contains(BRACES)
        {
            // Its text is enough.
            self.left += std::mem::take(&mut paragraph.letters).len();
        }
        Ok(())
    }

    fn text(&mut self, place: Range<usize>) -> Result<(), Broken> {
        if let (Some(&n), Some(&p)) = (self.open.last(), self.paragraphs.last())
            && self.part.elements[n].name == "w:t"
        {
            for letter in letters(self.part.xml, place.start, place.end, n) {
                self.left = self.left.checked_sub(1).ok_or(Broken::TooLarge)?;
                self.part.paragraphs[p].push(letter);
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<WordPart<'x>, Broken> {
        let root = self.part.elements.first();
        let is_word = root.is_some_and(|root| root.name.starts_with("w:"));
        if self.open.is_empty() && is_word {
            Ok(self.part)
        } else {
            Err(Broken::NotXml)
        }
    }
}

impl<'x> WordPart<'x> {
    /// Takes a part's XML apart.
    ///
    /// # Errors
    /// It is not XML, or more than a document holds.
    pub fn read(xml: &'x str) -> Result<WordPart<'x>, Broken> {
        // The reader passes over a byte order mark without counting it.
        let xml = xml.trim_start_matches('\u{feff}');
        if xml.len() > 2 * MOST_XML {
            return Err(Broken::TooLarge);
        }
        let mut reader = Reader::from_str(xml);
        let mut parse = PartParse::new(xml);
        loop {
            let start = position(&reader);
            let event = reader.read_event().map_err(|_| Broken::NotXml)?;
            let place = start..position(&reader);
            match event {
                Event::Start(tag) => parse.start(place, tag.name().as_ref().len())?,
                Event::Empty(tag) => parse.empty(place, tag.name().as_ref().len())?,
                Event::End(_) => parse.end(place.end)?,
                Event::Text(_) | Event::GeneralRef(_) | Event::CData(_) => parse.text(place)?,
                Event::Eof => return parse.finish(),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    /// The text of each paragraph.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.paragraphs.iter().map(|p| p.text.as_str())
    }

    /// The text as people read it: a line for each paragraph, for each row of a table its cells
    /// between tabs.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut last: Option<(usize, usize)> = None;
        for (n, paragraph) in self.paragraphs.iter().enumerate() {
            let row = self.above(paragraph.element, "w:tr");
            let cell = self.above(paragraph.element, "w:tc");
            if n > 0 {
                out.push(match (last, row.zip(cell)) {
                    (Some((row, cell)), Some((r, c))) if row == r && cell != c => '\t',
                    (Some((row, cell)), Some((r, c))) if row == r && cell == c => ' ',
                    _ => '\n',
                });
            }
            out.push_str(&paragraph.text);
            last = row.zip(cell);
        }
        out.push('\n');
        out
    }

    /// The XML without tables that have no rows left: they would be damage to a word processor.
    pub fn without_empty_tables(&self) -> String {
        // What follows stays: a cell ends in a paragraph, with or without the table.
        let mut has_rows = vec![false; self.elements.len()];
        for element in self
            .elements
            .iter()
            .filter(|e| matches!(e.name, "w:tr" | "w:sdt"))
        {
            if let Some(parent) = element.parent {
                has_rows[parent as usize] = true;
            }
        }
        let (mut out, mut at) = (String::with_capacity(self.xml.len()), 0);
        for (table, _) in self
            .elements
            .iter()
            .zip(&has_rows)
            .filter(|(e, has_rows)| e.name == "w:tbl" && !**has_rows)
        {
            if table.start as usize >= at {
                out.push_str(&self.xml[at..table.start as usize]);
                at = table.end as usize;
            }
        }
        out.push_str(&self.xml[at..]);
        out
    }

    fn above(&self, element: usize, name: &str) -> Option<usize> {
        let mut at = Some(element);
        while let Some(n) = at {
            if self.elements[n].name == name {
                return Some(n);
            }
            at = self.elements[n].parent.map(|n| n as usize);
        }
        None
    }

    fn ancestors(&self, element: usize) -> Vec<usize> {
        let mut all = vec![element];
        while let Some(parent) = self.elements[all[all.len() - 1]].parent {
            all.push(parent as usize);
        }
        all.reverse();
        all
    }

    /// Cuts the part at its tags.
    ///
    /// # Errors
    /// The line and character of a tag whose block neither stays in one paragraph or row nor stands
    /// on lines of its own.
    pub fn pieces(&self) -> Result<Vec<PartPiece>, Misplaced> {
        let mut found: Vec<PlacedTag> = Vec::new();
        let mut noisy = vec![0];
        for (n, paragraph) in self.paragraphs.iter().enumerate() {
            let is_loud = if paragraph.letters.is_empty() {
                !paragraph.text.chars().all(char::is_whitespace)
            } else {
                paragraph.tags(n, &mut found)?
            };
            noisy.push(noisy[n] + usize::from(is_loud));
        }
        bounds::check(
            found
                .iter()
                .map(|placed| (&placed.tag, placed.keyword.as_str())),
        )
        .map_err(|beyond| {
            let placed = &found[beyond.tag];
            Misplaced {
                line: placed.paragraph,
                column: placed.tag.start,
                why: TagFault::Beyond(beyond),
            }
        })?;
        let stays = self.elements.iter().scan(0, |stays, element| {
            *stays += usize::from(MUST_STAY.contains(&element.name));
            Some(*stays)
        });
        let sums = Sums {
            noisy,
            stays: std::iter::once(0).chain(stays).collect(),
        };
        let mut cuts: Vec<Cut> = Vec::new();
        self.hoist(&mut found, &mut cuts, &sums)?;
        self.drop_silent_paragraphs(&mut found, &mut cuts, &sums);
        self.cut_tags(&found, &mut cuts);
        Ok(self.cut(cuts, &found))
    }

    /// Cuts the tags out of the texts that they stand in, and puts each where it belongs.
    fn cut_tags(&self, found: &[PlacedTag], cuts: &mut Vec<Cut>) {
        let mut touched: Vec<usize> = Vec::new();
        for (n, placed) in found.iter().enumerate() {
            let letters =
                &self.paragraphs[placed.paragraph].letters[placed.tag.start..placed.tag.end];
            let silent = placed.tag.sort == Sort::Comment || placed.moved.is_some();
            let mut first = !silent;
            for letter in letters {
                touched.push(letter.text as usize);
                let start = letter.start as usize;
                cuts.push(Cut {
                    start,
                    end: start + usize::from(letter.length),
                    put: first.then_some(Put::Tag(n)),
                    order: LETTER,
                });
                first = false;
            }
            if let (Some((at, order)), true) = (placed.moved, placed.tag.sort != Sort::Comment) {
                cuts.push(Cut {
                    start: at,
                    end: at,
                    put: Some(Put::Tag(n)),
                    order,
                });
            }
        }
        touched.sort_unstable();
        touched.dedup();
        for text in touched
            .into_iter()
            .filter(|&n| self.elements[n].name == "w:t" && !self.elements[n].preserves)
        {
            // Cut at a tag, a text may begin or end with a space that would be lost.
            let at = self.elements[text].start as usize + "<w:t".len();
            cuts.push(Cut {
                start: at,
                end: at,
                put: Some(Put::Text(" xml:space=\"preserve\"")),
                order: OPENS,
            });
        }
    }

    fn cut(&self, mut cuts: Vec<Cut>, found: &[PlacedTag]) -> Vec<PartPiece> {
        cuts.sort_by_key(|cut| (cut.start, cut.order, cut.end));
        let (mut pieces, mut literal, mut at) = (Vec::new(), String::new(), 0);
        for cut in cuts {
            let gone = cut.start < at;
            if !gone {
                literal.push_str(&self.xml[at..cut.start]);
            }
            at = at.max(cut.end);
            match cut.put {
                // An attribute of an element that is left out goes with it.
                Some(Put::Text(text)) if !gone => literal.push_str(text),
                Some(Put::Text(_)) | None => {}
                Some(Put::Tag(n)) => {
                    let placed = &found[n];
                    pieces.push(PartPiece::Literal(std::mem::take(&mut literal)));
                    pieces.push(PartPiece::Tag {
                        text: placed.text.clone(),
                        line: placed.paragraph,
                        column: placed.tag.start,
                    });
                }
            }
        }
        literal.push_str(&self.xml[at..]);
        pieces.push(PartPiece::Literal(literal));
        pieces
    }

    /// Moves the tags of blocks that reach over paragraphs, cells or rows to where the block can be
    /// repeated whole.
    fn hoist(
        &self,
        found: &mut [PlacedTag],
        cuts: &mut Vec<Cut>,
        sums: &Sums,
    ) -> Result<(), Misplaced> {
        for group in blocks(found) {
            let first = found[group[0]].paragraph;
            if group.iter().all(|&n| found[n].paragraph == first) {
                continue;
            }
            let paths: Vec<Vec<usize>> = group
                .iter()
                .map(|&n| self.ancestors(self.paragraphs[found[n].paragraph].element))
                .collect();
            let shared = (0..)
                .take_while(|&d| {
                    paths
                        .iter()
                        .all(|p| p.get(d).is_some() && p.get(d) == paths[0].get(d))
                })
                .count();
            let common = shared.checked_sub(1).map(|d| paths[0][d]);
            if common.is_some_and(|n| self.elements[n].name == "w:tr") {
                // From cell to cell of one row: the row is repeated.
                let row = &self.elements[common.unwrap_or_default()];
                if group.len() > 2 {
                    return Err(found[group[1]].misplaced());
                }
                found[group[0]].moved = Some((row.start as usize, OPENS));
                found[group[1]].moved = Some((row.end as usize, CLOSES));
                continue;
            }
            for (&n, path) in group.iter().zip(&paths) {
                // A line or a row of its own, which goes away with the tag.
                let Some(&child) = path.get(shared) else {
                    return Err(found[n].misplaced());
                };
                let element = &self.elements[child];
                if !self.is_silent(child, sums) {
                    return Err(found[n].misplaced());
                }
                let goes = self.may_go(child, sums);
                let (start, end) = (element.start as usize, element.end as usize);
                // What stays is no part of the block.
                let opens = n == group[0];
                found[n].moved = Some(if goes || !opens {
                    (start, OPENS)
                } else {
                    (end, OPENS)
                });
                if goes {
                    cuts.push(Cut {
                        start,
                        end,
                        put: None,
                        order: ELEMENT,
                    });
                }
            }
        }
        Ok(())
    }

    /// Whether an element holds no text but tags that print nothing.
    fn is_silent(&self, element: usize, sums: &Sums) -> bool {
        // Elements and paragraphs stand in the order of the text.
        let first = self.paragraphs.partition_point(|p| p.element < element);
        let end = self.elements[element].end;
        let last = self
            .paragraphs
            .partition_point(|p| self.elements[p.element].start < end);
        sums.noisy[last.max(first)] == sums.noisy[first]
    }

    /// Whether an element can be left out: not where it ends a section, and not the last paragraph
    /// of a cell.
    fn may_go(&self, element: usize, sums: &Sums) -> bool {
        let e = &self.elements[element];
        let next = self.elements.partition_point(|o| o.start < e.end);
        let stays = sums.stays[next] > sums.stays[element];
        let last = self.elements.get(next).is_none_or(|o| o.parent != e.parent);
        let must_hold = e
            .parent
            .is_some_and(|p| MUST_HOLD.contains(&self.elements[p as usize].name));
        !(stays || must_hold && last)
    }

    /// A paragraph in which nothing is printed would be an empty line: it goes.
    fn drop_silent_paragraphs(&self, found: &mut [PlacedTag], cuts: &mut Vec<Cut>, sums: &Sums) {
        for n in 0..self.paragraphs.len() {
            let element = self.paragraphs[n].element;
            let here: Vec<usize> = of_paragraph(found, n).collect();
            // Moved tags have settled it already; a block in one line may print.
            let plain = |f: &usize| {
                found[*f].moved.is_none()
                    && matches!(found[*f].keyword.as_str(), "set" | "do" | "")
                    && found[*f].tag.sort != Sort::Print
            };
            if here.is_empty()
                || !here.iter().all(plain)
                || !self.is_silent(element, sums)
                || !self.may_go(element, sums)
            {
                continue;
            }
            let (start, end) = (
                self.elements[element].start as usize,
                self.elements[element].end as usize,
            );
            for f in here {
                found[f].moved = Some((start, OPENS));
            }
            cuts.push(Cut {
                start,
                end,
                put: None,
                order: ELEMENT,
            });
        }
    }
}

impl WordParagraph {
    fn push(&mut self, letter: Letter) {
        self.text.push(letter.c);
        self.letters.push(letter);
    }
}

/// What is asked of many elements, added up once.
struct Sums {
    /// How many paragraphs before each hold text, or a tag that prints.
    noisy: Vec<usize>,
    /// How many elements before each must stay.
    stays: Vec<usize>,
}

/// What is lost with a paragraph though it is no text: ends of sections, pictures, breaks,
/// references, fields.
const MUST_STAY: &[&str] = &[
    "w:sectPr",
    "w:drawing",
    "w:pict",
    "w:object",
    "w:br",
    "w:footnoteReference",
    "w:endnoteReference",
    "w:commentReference",
    "w:sym",
    "w:fldChar",
    "w:fldSimple",
    "w:bookmarkStart",
    "w:bookmarkEnd",
    "m:oMath",
    "mc:AlternateContent",
];

/// What must not be left without its last paragraph.
const MUST_HOLD: &[&str] = &[
    "w:tc",
    "w:txbxContent",
    "w:sdtContent",
    "w:hdr",
    "w:ftr",
    "w:footnote",
    "w:endnote",
];

// Among cuts at one place: what ends there comes before what begins there.
const CLOSES: u8 = 0;
const OPENS: u8 = 1;
const LETTER: u8 = 2;
const ELEMENT: u8 = 3;

/// Where a part was cut, and what is put there.
struct Cut {
    start: usize,
    end: usize,
    put: Option<Put>,
    /// Among cuts at one place, which comes first.
    order: u8,
}

enum Put {
    Tag(usize),
    Text(&'static str),
}

/// A tag and the paragraph it stands in.
struct PlacedTag {
    paragraph: usize,
    tag: Tag,
    keyword: String,
    /// As the template engine reads it.
    text: String,
    /// Where it is put instead, and in which order among what is put there.
    moved: Option<(usize, u8)>,
}

impl PlacedTag {
    fn misplaced(&self) -> Misplaced {
        Misplaced {
            line: self.paragraph,
            column: self.tag.start,
            why: TagFault::Ends,
        }
    }
}

/// A stretch of a part.
#[derive(Debug, PartialEq, Eq)]
pub enum PartPiece {
    /// XML that stays as it is.
    Literal(String),
    /// A tag.
    Tag {
        /// As the template engine reads it.
        text: String,
        /// The paragraph it stands in, from 0.
        line: usize,
        /// Its first character in the paragraph, from 0.
        column: usize,
    },
}

/// A tag that cannot be used where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// The paragraph, from 0.
    pub line: usize,
    /// The character, from 0.
    pub column: usize,
    /// What is wrong with it.
    pub why: TagFault,
}

/// What is wrong with a tag of a Word file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagFault {
    /// A block whose ends do not fit together.
    Ends,
    /// A tag that is not closed in its paragraph.
    Unclosed,
    /// A block that works on text, where there is XML between its ends.
    TextOnly,
    /// It is beyond a bound of templates.
    Beyond(Beyond),
}

/// Blocks that take what stands between their ends as text.
const TEXT_ONLY: &[&str] = &["macro", "call", "filter", "raw", "autoescape"];

/// The tags of a paragraph, by index.
fn of_paragraph(found: &[PlacedTag], paragraph: usize) -> std::ops::Range<usize> {
    found.partition_point(|f| f.paragraph < paragraph)
        ..found.partition_point(|f| f.paragraph <= paragraph)
}

/// The tags of each block, in order: `if`, `else`, `endif`. What has no end is left to the template
/// engine.
fn blocks(found: &[PlacedTag]) -> Vec<Vec<usize>> {
    let (mut open, mut done): (Vec<Vec<usize>>, Vec<Vec<usize>>) = (Vec::new(), Vec::new());
    for (n, placed) in found
        .iter()
        .enumerate()
        .filter(|(_, p)| p.tag.sort == Sort::Block)
    {
        match placed.keyword.as_str() {
            "for" | "if" | "with" => open.push(vec![n]),
            "else" | "elif" => {
                if let Some(block) = open.last_mut() {
                    block.push(n);
                }
            }
            end if end.starts_with("end") => {
                if let Some(mut block) = open.pop() {
                    block.push(n);
                    done.push(block);
                }
            }
            _ => {}
        }
    }
    done
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// An offset or index within a part, which is smaller than that.
fn short(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The characters of a stretch of text; an entity is one.
fn letters(xml: &str, start: usize, end: usize, text: usize) -> impl Iterator<Item = Letter> {
    let raw = &xml[start..end];
    let (raw, start, plain) = match raw
        .strip_prefix("<![CDATA[")
        .and_then(|r| r.strip_suffix("]]>"))
    {
        Some(inner) => (inner, start + "<![CDATA[".len(), true),
        None => (raw, start, false),
    };
    let mut at = 0;
    std::iter::from_fn(move || {
        let c = raw[at..].chars().next()?;
        // No entity has a longer name; a bare & is a character.
        let semicolon = if c == '&' && !plain {
            raw.as_bytes()[at..]
                .iter()
                .take(11)
                .position(|b| *b == b';')
        } else {
            None
        };
        let (c, length) = match semicolon {
            Some(semicolon) => (
                entity(&raw[at + 1..at + semicolon]).unwrap_or('\u{fffd}'),
                semicolon + 1,
            ),
            None => (c, c.len_utf8()),
        };
        at += length;
        Some(Letter {
            c,
            start: short(start + at - length),
            length: length as u8,
            text: short(text),
        })
    })
}

fn entity(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// A text as XML; line ends become breaks, and what XML cannot hold is left out.
pub fn escaped(text: &str) -> String {
    let is_character = |c: &char| {
        matches!(c, '\n' | '\t') || u32::from(*c) >= 0x20 && !matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    let characters: String = text.chars().filter(is_character).collect();
    partial_escape(characters)
        .replace('\n', "</w:t><w:br/><w:t xml:space=\"preserve\">")
        .replace('\t', "</w:t><w:tab/><w:t xml:space=\"preserve\">")
}
