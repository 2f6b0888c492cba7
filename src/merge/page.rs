//! A ledger file taken apart into paragraphs: records by their ids, and the comments between them.
//!
//! Nothing is read that need not be: a file of thousands of records is cut at its headers, and only the
//! records that differ between two versions are parsed. What cannot be cut safely is parsed whole.

use std::collections::BTreeMap;

use crate::merge::row::Row;
use crate::source::{Source, newline};
use crate::tree::canon::{leading, record_end, tables};
use crate::wire::parse;

/// A file in paragraphs; put together again they are the file, with `\n` for its line ends.
#[derive(Clone, Debug)]
pub struct Page {
    /// Whether the file starts with a byte order mark.
    pub mark: bool,
    /// The line end it uses.
    pub newline: &'static str,
    /// Its paragraphs, in order.
    pub paragraphs: Vec<Paragraph>,
    /// Blank lines after the last one.
    pub end: String,
}

/// A record with its comments, or comments that stand for themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paragraph {
    /// The blank lines above it.
    pub gap: String,
    /// Its lines, each with its end.
    pub text: String,
    /// Whose it is; none for comments.
    pub key: Option<Key>,
    /// The line its text begins on, from 1.
    pub line: usize,
}

/// What a record is known by, in one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Its id; of a record without one, all it says, so that it is never taken for another.
    pub id: String,
    /// How many records of that id stand above it.
    pub copy: usize,
}

impl Page {
    /// Takes a file apart; none where it is not a ledger file: not TOML, or anything but records.
    pub fn read(source: &Source) -> Option<Page> {
        let mark = source.text.starts_with('\u{feff}');
        let text = source.text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let cuts = match plain_cuts(&text) {
            Some(cuts) => cuts,
            None => parsed_cuts(&Source::new(&source.file, text.clone()))?,
        };
        let mut page = Page { mark, newline: newline(&source.text), paragraphs: Vec::new(), end: String::new() };
        let mut copies: BTreeMap<String, usize> = BTreeMap::new();
        let (mut at, mut line, mut gap) = (0, 1, String::new());
        for cut in cuts {
            page.comments(&text[at..cut.start], &mut line, &mut gap);
            let text = &text[cut.start..cut.end];
            let id = id_line(text).or_else(|| Row::read(text)?.identity())?;
            let copy = copies.entry(id.clone()).or_default();
            let key = Key { id, copy: *copy };
            *copy += 1;
            page.paragraphs.push(Paragraph { gap: std::mem::take(&mut gap), text: ended(text), key: Some(key), line });
            line += text.matches('\n').count();
            at = cut.end;
        }
        page.comments(&text[at..], &mut line, &mut gap);
        page.end = gap;
        Some(page)
    }

    /// Cuts what stands between records into comments; blank lines at its end stay in `gap`.
    fn comments(&mut self, text: &str, line: &mut usize, gap: &mut String) {
        let mut open = false;
        for one in text.split_inclusive('\n') {
            if one.trim_ascii().is_empty() {
                gap.push_str(&ended(one));
                open = false;
            } else if open && let Some(last) = self.paragraphs.last_mut() {
                last.text.push_str(&ended(one));
            } else {
                self.paragraphs.push(Paragraph { gap: std::mem::take(gap), text: ended(one), key: None, line: *line });
                open = true;
            }
            *line += 1;
        }
    }

    /// The records, by what they are known by.
    pub fn records(&self) -> BTreeMap<&Key, &Paragraph> {
        self.paragraphs.iter().filter_map(|paragraph| Some((paragraph.key.as_ref()?, paragraph))).collect()
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut text: String = self.paragraphs.iter().flat_map(|p| [p.gap.as_str(), p.text.as_str()]).collect();
        text.push_str(&self.end);
        if self.newline == "\r\n" {
            text = text.replace('\n', "\r\n");
        }
        if self.mark { format!("\u{feff}{text}") } else { text }
    }
}

/// A record's lines in the text, the comments just above it included.
struct Cut {
    start: usize,
    end: usize,
}

fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// Cuts a text at its `[[kind]]` lines, as far as that is safe without parsing it.
///
/// It is where no string runs over lines and no line begins with `[` but those headers: then such a line can
/// be nothing else.
fn plain_cuts(text: &str) -> Option<Vec<Cut>> {
    if text.contains("\"\"\"") || text.contains("'''") {
        return None;
    }
    let mut cuts: Vec<Cut> = Vec::new();
    let mut at = 0;
    // Where the comment lines just above this line begin, and whether they follow a record without a blank line.
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
            cuts.push(Cut { start: comments.take().unwrap_or(at), end: next });
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
fn close(cuts: &mut [Cut], comments: Option<usize>, end: usize) {
    if let (Some(last), Some(_)) = (cuts.last_mut(), comments) {
        last.end = end;
    }
}

/// Whether a line is `[[kind]]`, perhaps with a comment behind it.
fn is_header(line: &str) -> bool {
    let Some((name, rest)) = line.strip_prefix("[[").and_then(|line| line.split_once("]]")) else { return false };
    // `[[true]]` could be a line of a list of lists.
    let name_only = crate::name::is_key(name) && !["true", "false", "inf", "nan"].contains(&name);
    name_only && (rest.trim().is_empty() || rest.trim_start().starts_with('#'))
}

/// The id of a record whose text has a plain `id = "…"` line.
fn id_line(text: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.strip_prefix("id")?.trim_start().strip_prefix('='))?;
    let (id, rest) = value.trim_start().strip_prefix('"')?.split_once('"')?;
    let whole = rest.trim().is_empty() || rest.trim_start().starts_with('#');
    // An escape would have to be read first.
    (whole && !id.is_empty() && !id.contains('\\')).then(|| id.to_owned())
}

/// Cuts a text at its records by parsing it; none where it holds anything else, or in a form that cannot be cut.
fn parsed_cuts(source: &Source) -> Option<Vec<Cut>> {
    let document = parse(source).ok()?;
    let tables = tables(&document.root);
    let starts: Vec<usize> = tables.iter().map(|(_, at, _)| leading(source, &document.trivia, *at)).collect();
    let mut cuts = Vec::new();
    for (n, (_, at, table)) in tables.iter().enumerate() {
        let next = starts.get(n + 1).copied().unwrap_or(source.text.len());
        // A header may be indented; a record of a list of inline tables has no lines of its own.
        let start = source.text[..starts[n]].trim_end_matches([' ', '\t']).len();
        let own_lines = source.text[*at..].starts_with("[[") && (start == 0 || source.text[..start].ends_with('\n'));
        let end = record_end(source, &document.trivia, table, *at, next);
        let whole = own_lines && Row::read(&source.text[start..end]).is_some();
        whole.then_some(())?;
        cuts.push(Cut { start, end });
    }
    // Every value of the file is in one of the records.
    let only_records = document.root.iter().all(|(_, node)| node.get_ref().as_array().is_some_and(|items| !items.is_empty()));
    only_records.then_some(cuts)
}
