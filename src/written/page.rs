//! A ledger file taken apart into paragraphs: records by their ids, and the comments between them.
//!
//! Nothing is read that need not be: a file of thousands of records is cut at its headers, and only
//! the records that differ between two versions are parsed. What cannot be cut safely is parsed
//! whole.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use crate::source::{Source, newline, whole_lines};
use crate::toml::parse;
use crate::written::block::{Block, comment_text, within};
use crate::written::{Data, Field, Row, parsed};

/// A file in paragraphs; put together again they are the file, with `\n` for its line ends.
#[derive(Clone, Debug)]
pub struct Page<'s> {
    /// Whether the file starts with a byte order mark.
    pub mark: bool,
    /// The line end it uses.
    pub newline: &'static str,
    /// Its paragraphs, in order.
    pub paragraphs: Vec<Paragraph<'s>>,
    /// Blank lines after the last one.
    pub end: Cow<'s, str>,
    /// Where each record is among the paragraphs.
    index: HashMap<RecordKey<'s>, usize>,
}

/// A record with its comments, or comments that stand for themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph<'s> {
    /// The blank lines above it.
    pub gap: Cow<'s, str>,
    /// Its lines, each ended by `\n`.
    pub text: Cow<'s, str>,
    /// Whose it is; none for comments.
    pub key: Option<RecordKey<'s>>,
    /// The line its text begins on, from 1.
    pub line: usize,
}

/// What a record is known by, in one file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RecordKey<'s> {
    /// Its id; of a record without one, all it says, so that it is never taken for another.
    pub id: Cow<'s, str>,
    /// How many records of that id stand above it.
    pub copy: usize,
}

impl<'s> Page<'s> {
    /// Takes a file apart; none where it is not a ledger file: not TOML, or anything but records.
    pub fn read(source: &'s Source) -> Option<Page<'s>> {
        let text = source.text.trim_start_matches('\u{feff}');
        let mark = text.len() < source.text.len();
        let cuts = match plain_cuts(text) {
            Some(cuts) => cuts,
            None => parsed_cuts(&Source::new(&source.file, text))?,
        };
        let page = Page {
            mark,
            newline: newline(text),
            paragraphs: Vec::new(),
            end: "".into(),
            index: HashMap::new(),
        };
        let mut cutting = Cutting {
            page,
            text,
            gap: 0,
            at: 0,
            line: 1,
        };
        let mut copies: HashMap<Cow<'s, str>, usize> = HashMap::new();
        for cut in cuts {
            cutting.comments(cut.start);
            let body = whole_lines(&text[cut.clone()]);
            let id = match id_line(&text[cut.clone()]) {
                Some(id) => Cow::Borrowed(id),
                None => Cow::Owned(Block::read(&body)?.identity()),
            };
            let copy = copies.entry(id.clone()).or_default();
            let key = RecordKey { id, copy: *copy };
            *copy += 1;
            cutting
                .page
                .index
                .insert(key.clone(), cutting.page.paragraphs.len());
            cutting.paragraph(cut.end, body, Some(key));
        }
        cutting.comments(text.len());
        cutting.page.end = whole_lines(&text[cutting.gap..]);
        Some(cutting.page)
    }

    /// The record that is known by a key.
    pub fn record(&self, key: &RecordKey<'_>) -> Option<&Paragraph<'s>> {
        self.index.get(key).map(|at| &self.paragraphs[*at])
    }

    /// What the records are known by, in the order of the file.
    pub fn keys(&self) -> impl Iterator<Item = &RecordKey<'s>> {
        self.paragraphs
            .iter()
            .filter_map(|paragraph| paragraph.key.as_ref())
    }

    /// The comments that stand for themselves.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.paragraphs
            .iter()
            .filter(|paragraph| paragraph.key.is_none())
            .map(|paragraph| &*paragraph.text)
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let paragraphs = self
            .paragraphs
            .iter()
            .map(|paragraph| (&*paragraph.gap, &*paragraph.text));
        text(self.mark, self.newline, paragraphs, &self.end)
    }
}

/// The text of a file of these paragraphs, each with the blank lines above it.
pub fn text<'p>(
    mark: bool,
    newline: &str,
    paragraphs: impl IntoIterator<Item = (&'p str, &'p str)>,
    end: &str,
) -> String {
    let mut text = String::from(if mark { "\u{feff}" } else { "" });
    for (gap, lines) in paragraphs {
        text.push_str(gap);
        text.push_str(lines);
    }
    text.push_str(end);
    if newline == "\n" {
        text
    } else {
        text.replace('\n', newline)
    }
}

/// A page as it is being cut from its text.
struct Cutting<'s> {
    page: Page<'s>,
    text: &'s str,
    /// Where the blank lines above the next paragraph begin.
    gap: usize,
    /// How far it is cut, and the number of the line there.
    at: usize,
    line: usize,
}

impl<'s> Cutting<'s> {
    /// Takes the lines up to `end` as one paragraph.
    fn paragraph(&mut self, end: usize, text: Cow<'s, str>, key: Option<RecordKey<'s>>) {
        let gap = whole_lines(&self.text[self.gap..self.at]);
        let line = self.line;
        self.line += text.matches('\n').count();
        self.page.paragraphs.push(Paragraph {
            gap,
            text,
            key,
            line,
        });
        (self.gap, self.at) = (end, end);
    }

    /// Cuts what stands before the next record into comments; blank lines at its end are left for
    /// what follows.
    fn comments(&mut self, end: usize) {
        let (text, mut open) = (self.text, self.at);
        for line in text[self.at..end].split_inclusive('\n') {
            if line.trim_ascii().is_empty() {
                self.note(open);
                self.line += 1;
                self.at += line.len();
                open = self.at;
            } else {
                open += line.len();
            }
        }
        self.note(open);
    }

    /// Takes the comment lines up to `end`, if there are any.
    fn note(&mut self, end: usize) {
        if end > self.at {
            self.paragraph(end, whole_lines(&self.text[self.at..end]), None);
        }
    }
}

/// Cuts a text at its `[[kind]]` lines, as far as that is safe without parsing it.
///
/// It is where no string runs over lines and no line begins with `[` but those headers: then such a
/// line can be nothing else. A cut holds a record's lines and the comments just above it.
fn plain_cuts(text: &str) -> Option<Vec<Range<usize>>> {
    if text.contains("\"\"\"") || text.contains("'''") {
        return None;
    }
    let mut cuts: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    // Where the comment lines just above this line begin, and whether they follow a record without
    // a blank line.
    let (mut comments, mut touching) = (None, false);
    for line in text.split_inclusive('\n') {
        let next = at + line.len();
        let trimmed = line.trim_ascii();
        if trimmed.is_empty() {
            close(&mut cuts, comments.take().filter(|_| touching), at);
            touching = false;
        } else if trimmed.starts_with('#') {
            comments = comments.or(Some(at));
        } else if trimmed.starts_with('[') {
            if !is_header(line) {
                return None;
            }
            cuts.push(comments.take().unwrap_or(at)..next);
            touching = true;
        } else {
            // Data before the first header is no record's.
            cuts.last_mut()?.end = next;
            (comments, touching) = (None, true);
        }
        at = next;
    }
    close(&mut cuts, comments.filter(|_| touching), at);
    Some(cuts)
}

/// Gives the last record the comments that follow it without a blank line.
fn close(cuts: &mut [Range<usize>], comments: Option<usize>, end: usize) {
    if let (Some(last), Some(_)) = (cuts.last_mut(), comments) {
        last.end = end;
    }
}

/// Whether a line is `[[kind]]`, perhaps with a comment behind it.
fn is_header(line: &str) -> bool {
    let Some((name, rest)) = line
        .strip_prefix("[[")
        .and_then(|line| line.split_once("]]"))
    else {
        return false;
    };
    // `[[true]]` could be a line of a list of lists.
    let name_only = crate::name::is_key(name) && !["true", "false", "inf", "nan"].contains(&name);
    name_only && (rest.trim().is_empty() || rest.trim_start().starts_with('#'))
}

/// The id of a record whose text has a plain `id = "…"` line.
fn id_line(text: &str) -> Option<&str> {
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix("id")?.trim_start().strip_prefix('='))?;
    let (id, rest) = value.trim_start().strip_prefix('"')?.split_once('"')?;
    let whole = rest.trim().is_empty() || rest.trim_start().starts_with('#');
    // An escape would have to be read first.
    (whole && !id.is_empty() && !id.contains('\\')).then_some(id)
}

/// Cuts a text at its records by parsing it; none where it holds anything else, or in a form that
/// cannot be cut.
fn parsed_cuts(source: &Source) -> Option<Vec<Range<usize>>> {
    let document = parse(source).ok()?;
    let rows = parsed::rows(source, &document.root);
    let comments = &document.trivia.comments;
    let mut cuts = cuts(source, comments, &rows);
    for (row, cut) in rows.iter().zip(&mut cuts) {
        // A header may be indented; a record of a list of inline tables has no lines of its own.
        cut.start = source.text[..cut.start].trim_end_matches([' ', '\t']).len();
        let own_lines = source.text[row.header.start..].starts_with("[[")
            && (cut.start == 0 || source.text[..cut.start].ends_with('\n'));
        let whole = own_lines && Block::read(&source.text[cut.clone()]).is_some();
        whole.then_some(())?;
    }
    // Every value of the file is in one of the records.
    let only_records = document.root.iter().all(|(_, node)| {
        node.get_ref()
            .as_array()
            .is_some_and(|items| !items.is_empty())
    });
    only_records.then_some(cuts)
}

/// Where the text of each row is: from the comment lines just above its header to its last line of
/// data and the comments that follow without a blank line. Comments further down are paragraphs of
/// their own.
pub fn cuts(source: &Source, comments: &[Range<usize>], rows: &[Row<'_>]) -> Vec<Range<usize>> {
    let starts: Vec<usize> = rows
        .iter()
        .map(|row| leading(source, comments, row.header.start))
        .collect();
    let cut = |(n, row): (usize, &Row<'_>)| {
        let next = starts.get(n + 1).copied().unwrap_or(source.text.len());
        starts[n]..record_end(source, comments, row, next)
    };
    rows.iter().enumerate().map(cut).collect()
}

/// Where the comment lines just above an offset begin.
fn leading(source: &Source, comments: &[Range<usize>], at: usize) -> usize {
    let text = &source.text;
    let first = source.start();
    let mut start = at;
    while let Some(line_end) = text[first..start].rfind('\n').map(|n| first + n) {
        let line = text[first..line_end]
            .rfind('\n')
            .map_or(first, |n| first + n + 1);
        let indent = text[line..line_end].len() - text[line..line_end].trim_start().len();
        let is_comment = comments
            .binary_search_by_key(&(line + indent), |comment| comment.start)
            .is_ok();
        if !is_comment || line == start {
            break;
        }
        start = line;
    }
    start
}

/// Where a record's own text ends, before `next`.
fn record_end(source: &Source, comments: &[Range<usize>], row: &Row<'_>, next: usize) -> usize {
    let text = &source.text;
    let at = row.header.start;
    let mut end = row.fields.iter().map(last_byte).max().unwrap_or(at).max(at);
    if end == at {
        // A row without fields ends with its header line.
        end = text[at..].find('\n').map_or(text.len(), |n| at + n);
    }
    for comment in within(comments, &(end..next)) {
        if text[end..comment.start].matches('\n').count() > 1 {
            break;
        }
        end = comment.end;
    }
    text[end..]
        .find('\n')
        .map_or(text.len(), |n| end + n + 1)
        .min(next.max(at))
}

/// Where the last byte of data is that belongs to a field.
fn last_byte(field: &Field<'_>) -> usize {
    fn of(data: &Data<'_>) -> usize {
        match data {
            Data::Table(fields) => fields.iter().map(last_byte).max().unwrap_or(0),
            Data::List(items) => {
                let ends = items.iter().map(|item| of(&item.data).max(item.span.end));
                ends.max().unwrap_or(0)
            }
            _ => 0,
        }
    }
    of(&field.data).max(field.span.end)
}

/// The comments in a range, a paragraph for each run without a blank line between, each line ended
/// by `\n`.
pub fn comment_paragraphs(
    source: &Source,
    comments: &[Range<usize>],
    range: Range<usize>,
) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut end = None;
    for comment in within(comments, &range) {
        let joined = end
            .is_some_and(|end: usize| source.text[end..comment.start].matches('\n').count() <= 1);
        let text = format!("{}\n", comment_text(source, comment));
        match paragraphs.last_mut() {
            Some(last) if joined => last.push_str(&text),
            _ => paragraphs.push(text),
        }
        end = Some(comment.end);
    }
    paragraphs
}
