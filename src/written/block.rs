//! A record's lines in pieces that are its text again when put together: comments and spacing stay
//! with the field they stand beside, whatever is done to the record.
//!
//! `fmt` puts the pieces in order, an edit exchanges some of them, a merge puts a record together
//! from the pieces of three.

use std::collections::BTreeSet;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use crate::rules::kind::FieldDef;
use crate::source::{Source, newline, whole_lines};
use crate::toml::parse;
use crate::written::canonical::LONGEST_LINE;
use crate::written::value::{TomlValue, key};
use crate::written::{Data, Field, Row, parsed};

/// A record, or an organisation's file, in pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The name of its table; none for a file that is one table.
    pub kind: Option<String>,
    /// Its fields in the order they are written.
    pub entries: Vec<Entry>,
    /// Whether the pieces are the text as it was: then every field is written `key = value`.
    /// Fields with dotted keys, or tables of their own, are written anew.
    pub is_verbatim: bool,
    /// The lines above the header.
    above: String,
    /// The header's line.
    header: String,
    /// The lines below the last field.
    below: String,
    /// The line end of what is written anew.
    newline: &'static str,
}

/// A field in pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The field's name.
    pub name: String,
    /// What it says.
    pub data: TomlValue,
    /// The items, where it is a list.
    pub items: Vec<ListItem>,
    /// Comment lines below the last item.
    pub inside: Vec<String>,
    /// The lines above its own.
    above: String,
    /// From the beginning of its line to its value.
    open: String,
    /// The value.
    value: String,
    /// From its value to the end of the line.
    close: String,
}

/// An item of a list with the comments beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListItem {
    /// What it says.
    pub data: TomlValue,
    /// How that is written.
    pub text: String,
    /// Comment lines above it.
    pub above: Vec<String>,
    /// Comments behind it.
    pub behind: Vec<String>,
}

/// Comments inside a list.
#[derive(Clone, Debug, Default)]
pub struct ListComments {
    /// Above each item.
    pub above: Vec<Vec<String>>,
    /// Behind each item.
    pub behind: Vec<Vec<String>>,
    /// Below the last item.
    pub below: Vec<String>,
}

impl Block {
    /// A record of which nothing is said yet.
    pub fn empty(kind: &str) -> Block {
        Block {
            kind: Some(kind.to_owned()),
            ..Block::default()
        }
    }

    /// Takes the lines of one record apart; none where they are anything else.
    pub fn read(text: &str) -> Option<Block> {
        let source = Source::new("", whole_lines(text));
        let document = parse(&source).ok()?;
        let [row] = &parsed::rows(&source, &document.root)[..] else {
            return None;
        };
        let is_record =
            document.root.iter().count() == 1 && source.text[row.header.start..].starts_with("[[");
        is_record.then(|| {
            let whole = 0..source.text.len();
            Block::of(&source, &document.trivia.comments, row, whole)
        })
    }

    /// Takes a file apart that is one table, as an organisation's is.
    pub fn read_file(text: &str) -> Option<Block> {
        let source = Source::new("", whole_lines(text.trim_start_matches('\u{feff}')));
        let document = parse(&source).ok()?;
        let fields = parsed::fields(&document.root, &[]);
        let whole = 0..source.text.len();
        let comments = &document.trivia.comments;
        Some(Block::of_table(&source, comments, &fields, whole))
    }

    /// The pieces of a row whose text is `region`; `comments` are those of the whole source.
    pub fn of(
        source: &Source,
        comments: &[Range<usize>],
        row: &Row<'_>,
        region: Range<usize>,
    ) -> Block {
        let comments = within(comments, &region);
        let text = &source.text;
        let has_header = text[row.header.start..].starts_with("[[");
        let header = row.header.start..line_end(text, row.header.start);
        if !(has_header && are_pairs(source, &row.fields)) {
            return Block::rewritten(source, comments, &row.fields, Some((&row.name, header)));
        }
        let body = header.end.min(region.end)..region.end;
        let mut block = Block::verbatim(source, comments, &row.fields, body);
        block.kind = Some(row.name.to_string());
        // An indented header loses its indentation.
        block.above = text[region.start..line_start(text, region.start, header.start)].to_owned();
        block.header = text[header].to_owned();
        block
    }

    /// As [`Block::of`], of a file that is one table.
    pub fn of_table(
        source: &Source,
        comments: &[Range<usize>],
        fields: &[Field<'_>],
        region: Range<usize>,
    ) -> Block {
        let comments = within(comments, &region);
        if are_pairs(source, fields) {
            Block::verbatim(source, comments, fields, region)
        } else {
            Block::rewritten(source, comments, fields, None)
        }
    }

    /// The fields of `body`, each with its text as it is.
    fn verbatim(
        source: &Source,
        comments: &[Range<usize>],
        fields: &[Field<'_>],
        body: Range<usize>,
    ) -> Block {
        let text = &source.text;
        let mut block = Block {
            is_verbatim: true,
            newline: newline(text),
            ..Block::default()
        };
        let mut at = body.start;
        for field in fields {
            let line = line_start(text, at, field.key.start);
            let end = line_end(text, field.span.end).min(body.end);
            block.entries.push(Entry {
                above: text[at..line].to_owned(),
                open: text[line..field.span.start].to_owned(),
                value: text[field.span.clone()].to_owned(),
                close: text[field.span.end..end].to_owned(),
                ..Entry::read(source, comments, field)
            });
            at = end;
        }
        block.below = text[at..body.end].to_owned();
        block
    }

    /// Fields that are not all written `key = value`, written so; a comment stays with the field
    /// that is on its line or comes next, as far as that was so.
    fn rewritten(
        source: &Source,
        comments: &[Range<usize>],
        fields: &[Field<'_>],
        header: Option<(&str, Range<usize>)>,
    ) -> Block {
        let mut block = Block {
            newline: newline(&source.text),
            ..Block::default()
        };
        block.set_kind(header.as_ref().map(|(kind, _)| (*kind).to_owned()));
        let is_pair: Vec<bool> = fields.iter().map(|field| is_pair(source, field)).collect();
        for (field, is_pair) in fields.iter().zip(&is_pair) {
            block.entries.push(match is_pair {
                true => Entry {
                    open: format!("{} = ", key(&field.name)),
                    value: source.text[field.span.clone()].to_owned(),
                    close: block.newline.to_owned(),
                    ..Entry::read(source, comments, field)
                },
                false => Entry::new(&field.name, TomlValue::of(&field.data)),
            });
        }
        let (mut above, mut behind_header, mut below) = (Vec::new(), Vec::new(), Vec::new());
        let mut beside = vec![(Vec::new(), Vec::new()); fields.len()];
        let pairs = || (0..fields.len()).filter(|&n| is_pair[n]);
        for comment in comments {
            let (at, text) = (comment.start, comment_text(source, comment));
            if pairs().any(|n| fields[n].span.contains(&at)) {
                continue; // inside a list, and with it
            }
            let line = line_start(&source.text, 0, at);
            let own_line = source.text[line..at]
                .trim_start_matches('\u{feff}')
                .trim()
                .is_empty();
            let on_line = pairs().rfind(|&n| fields[n].span.end <= at && fields[n].span.end > line);
            let next = pairs().find(|&n| fields[n].key.start > at);
            match (&header, on_line, next) {
                (Some((_, header)), _, _) if at < header.start => above.push(text),
                (Some((_, header)), _, _) if at < header.end => behind_header.push(text),
                (_, Some(n), _) if !own_line => beside[n].1.push(text),
                (_, _, Some(n)) => beside[n].0.push(text),
                (_, _, None) => below.push(text),
            }
        }
        for (entry, (above, behind)) in block.entries.iter_mut().zip(beside) {
            *entry = std::mem::take(entry).with_comments(above, behind);
        }
        block.set_above(above);
        block.set_behind(behind_header);
        block.set_below(below);
        block
    }

    /// The field of that name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// What a field says.
    pub fn says(&self, name: &str) -> Option<&TomlValue> {
        self.entry(name).map(|entry| &entry.data)
    }

    /// What it is known by: its id, or all it says where it has none.
    pub fn identity(&self) -> String {
        match self.says("id").and_then(TomlValue::as_text) {
            Some(id) => id.to_owned(),
            None => {
                let says: Vec<String> = self
                    .said()
                    .into_iter()
                    .map(|(name, data)| format!("{} = {data}", key(name)))
                    .collect();
                let kind = self.kind.as_deref().unwrap_or_default();
                format!("[[{kind}]] {}", says.join(", "))
            }
        }
    }

    /// All it says, by field.
    pub fn said(&self) -> BTreeSet<(&str, &TomlValue)> {
        self.entries
            .iter()
            .map(|entry| (entry.name.as_str(), &entry.data))
            .collect()
    }

    /// Whether two blocks say the same and have the same comments.
    pub fn is_same(&self, other: &Block) -> bool {
        self.kind == other.kind
            && self.said() == other.said()
            && self.comments() == other.comments()
    }

    /// Every comment of it, sorted.
    pub fn comments(&self) -> Vec<String> {
        let mut all = [self.above(), self.behind(), self.below()].concat();
        all.extend(self.entries.iter().flat_map(Entry::comments));
        all.sort_unstable();
        all
    }

    /// Comment lines above the header.
    pub fn above(&self) -> Vec<String> {
        comment_lines(&self.above)
    }

    /// Comments behind the header.
    pub fn behind(&self) -> Vec<String> {
        let header = self.header.split_once("]]").map_or("", |(_, rest)| rest);
        comment_lines(header)
    }

    /// Comment lines below the last field.
    pub fn below(&self) -> Vec<String> {
        comment_lines(&self.below)
    }

    /// Gives it these comments above the header.
    pub fn set_above(&mut self, comments: Vec<String>) {
        if comments != self.above() {
            self.above = lines(&comments, self.newline);
        }
    }

    /// Gives it these comments behind the header.
    pub fn set_behind(&mut self, comments: Vec<String>) {
        if comments != self.behind() {
            let header = self.header.split_inclusive("]]").next().unwrap_or_default();
            self.header = format!("{header}{}", behind(&comments, self.newline));
        }
    }

    /// Gives it these comments below the last field.
    pub fn set_below(&mut self, comments: Vec<String>) {
        if comments != self.below() {
            self.below = lines(&comments, self.newline);
        }
    }

    /// Makes it a record of another kind.
    pub fn set_kind(&mut self, kind: Option<String>) {
        if kind != self.kind {
            let behind = behind(&self.behind(), self.newline);
            let header = |kind: &String| format!("[[{}]]{behind}", key(kind));
            self.header = kind.as_ref().map(header).unwrap_or_default();
            self.kind = kind;
        }
    }

    /// Its lines.
    pub fn text(&self) -> String {
        let mut out = format!("{}{}", self.above, self.header);
        for entry in &self.entries {
            for piece in [&entry.above, &entry.open, &entry.value, &entry.close] {
                out.push_str(piece);
            }
        }
        out.push_str(&self.below);
        out
    }

    /// Its lines with other values for some fields, by index and how the value is written; none
    /// takes the field away, and leaves its comments.
    ///
    /// A field that is new stands behind the last of those that come before it in `definitions`.
    pub fn edited(
        mut self,
        definitions: &[FieldDef],
        changes: &[(usize, Option<String>)],
    ) -> String {
        let index = |entry: &Entry| {
            definitions
                .iter()
                .position(|known| known.name == entry.name)
        };
        let mut changes: Vec<&(usize, Option<String>)> = changes.iter().collect();
        changes.sort_by_key(|(field, _)| *field);
        for (field, value) in changes {
            let name = &definitions[*field].name;
            let at = self.entries.iter().position(|entry| entry.name == *name);
            match (at, value) {
                (None, None) => {}
                (Some(at), Some(value)) => {
                    self.entries[at].value = value.replace('\n', self.newline);
                }
                (Some(at), None) => {
                    let gone = self.entries.remove(at);
                    let left = lines(&gone.comments_at_value(), self.newline);
                    let left = format!("{}{left}", gone.above);
                    let next = self
                        .entries
                        .get_mut(at)
                        .map_or(&mut self.below, |next| &mut next.above);
                    next.insert_str(0, &left);
                }
                (None, Some(value)) => {
                    let before = self
                        .entries
                        .iter()
                        .enumerate()
                        .filter_map(|(n, entry)| {
                            Some((index(entry).filter(|known| known < field)?, n))
                        })
                        .max();
                    let at = before.map_or(0, |(_, n)| n + 1);
                    let before = match at.checked_sub(1) {
                        Some(n) => &mut self.entries[n].close,
                        None => &mut self.header,
                    };
                    // The last line of a file may lack its end.
                    if !before.ends_with('\n') && (at > 0 || self.kind.is_some()) {
                        before.push_str(self.newline);
                    }
                    let mut entry = Entry::new(name, TomlValue::List(Vec::new()));
                    entry.value = value.replace('\n', self.newline);
                    entry.close = self.newline.to_owned();
                    self.entries.insert(at, entry);
                }
            }
        }
        self.text()
    }

    /// Its canonical lines with these values, by field and how each is written, ended by `\n`.
    pub fn canonical(&self, definitions: &[FieldDef], values: &[Option<String>]) -> String {
        let mut out = String::new();
        let mut above_first = None;
        match &self.kind {
            Some(kind) => {
                out.push_str(&lines(&self.above(), "\n"));
                out.push_str(&format!(
                    "[[{}]]{}",
                    key(kind),
                    behind(&self.behind(), "\n")
                ));
            }
            // What a file says at its top is about the file, whichever field comes first in the
            // end.
            None => {
                if let Some(first) = self.entries.first() {
                    let comments = first.above();
                    out.push_str(&lines(&comments, "\n"));
                    if !comments.is_empty() && has_blank_line_at_end(&first.above) {
                        out.push('\n');
                    }
                    above_first = Some(first.name.as_str());
                }
            }
        }
        for (definition, value) in definitions.iter().zip(values) {
            let entry = self.entry(&definition.name);
            if let Some(entry) = entry.filter(|entry| above_first != Some(&entry.name)) {
                out.push_str(&lines(&entry.above(), "\n"));
            }
            let comments = entry.map_or_else(Vec::new, Entry::behind);
            match value {
                Some(value) => {
                    let behind = behind(&comments, "\n");
                    out.push_str(&format!("{} = {value}{behind}", definition.name));
                }
                None => out.push_str(&lines(&comments, "\n")),
            }
        }
        out.push_str(&lines(&self.below(), "\n"));
        out
    }
}

/// A field that says nothing yet.
impl Default for Entry {
    fn default() -> Entry {
        Entry::new("", TomlValue::List(Vec::new()))
    }
}

impl Entry {
    /// A field as it is written anew.
    pub fn new(name: &str, data: TomlValue) -> Entry {
        let item = |data: &TomlValue| ListItem {
            text: data.to_string(),
            data: data.clone(),
            above: Vec::new(),
            behind: Vec::new(),
        };
        let items: Vec<ListItem> = data.items().iter().map(item).collect();
        let value = if items.is_empty() {
            data.to_string()
        } else {
            list_text(name, &items, &[])
        };
        Entry {
            name: name.to_owned(),
            data,
            items,
            inside: Vec::new(),
            above: String::new(),
            open: format!("{} = ", key(name)),
            value,
            close: "\n".to_owned(),
        }
    }

    /// What a field says, and its items, without the text around it.
    fn read(source: &Source, comments: &[Range<usize>], field: &Field<'_>) -> Entry {
        let (items, inside) = read_list(source, comments, field);
        Entry {
            name: field.name.to_string(),
            data: TomlValue::of(&field.data),
            items,
            inside,
            above: String::new(),
            open: String::new(),
            value: String::new(),
            close: String::new(),
        }
    }

    /// How its value is written.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The same field as a list of other items, written anew.
    pub fn with_items(self, items: Vec<ListItem>, inside: Vec<String>) -> Entry {
        Entry {
            data: TomlValue::List(items.iter().map(|item| item.data.clone()).collect()),
            value: list_text(&self.name, &items, &inside),
            items,
            inside,
            ..self
        }
    }

    /// The same field with its key written, and spaced, as another has it.
    pub fn with_key_of(self, other: &Entry) -> Entry {
        Entry {
            open: other.open.clone(),
            ..self
        }
    }

    /// Whether the key is written, and spaced, as another has it.
    pub fn has_key_of(&self, other: &Entry) -> bool {
        self.open == other.open
    }

    /// The same field with these comments above and behind it.
    pub fn with_comments(mut self, above: Vec<String>, behind: Vec<String>) -> Entry {
        let newline = newline(&self.close);
        if above != self.above() {
            self.above = lines(&above, newline);
        }
        if behind != self.behind() {
            self.close = self::behind(&behind, newline);
        }
        self
    }

    /// Comment lines above it.
    pub fn above(&self) -> Vec<String> {
        comment_lines(&self.above)
    }

    /// Comments behind it.
    pub fn behind(&self) -> Vec<String> {
        comment_lines(&self.close)
    }

    /// Every comment of it.
    pub fn comments(&self) -> Vec<String> {
        [self.above(), self.comments_at_value()].concat()
    }

    /// Its comments but those above it, in the order of the text.
    fn comments_at_value(&self) -> Vec<String> {
        let of_items = self
            .items
            .iter()
            .flat_map(|item| item.above.iter().chain(&item.behind));
        of_items
            .chain(&self.inside)
            .cloned()
            .chain(self.behind())
            .collect()
    }

    /// The comments inside it, where it is a list.
    pub fn list_comments(&self) -> ListComments {
        ListComments::of(&self.items, &self.inside)
    }
}

impl ListComments {
    /// The comments beside some items, and those below the last.
    fn of(items: &[ListItem], below: &[String]) -> ListComments {
        ListComments {
            above: items.iter().map(|item| item.above.clone()).collect(),
            behind: items.iter().map(|item| item.behind.clone()).collect(),
            below: below.to_vec(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.below.is_empty() && self.above.iter().chain(&self.behind).all(Vec::is_empty)
    }

    /// The same comments for a list in which items were added, removed or moved: each stays with
    /// its item.
    pub fn carried<T: PartialEq>(&self, old: &[T], new: &[T]) -> ListComments {
        let mut carried = ListComments {
            above: vec![Vec::new(); new.len()],
            behind: vec![Vec::new(); new.len()],
            below: Vec::new(),
        };
        let mut taken = vec![false; new.len()];
        // Looked for behind the one before it first: most lists keep their order, and may be long.
        let mut behind_last = 0;
        for (n, value) in old.iter().enumerate() {
            let (above, behind) = (self.above.get(n), self.behind.get(n));
            match (behind_last..new.len())
                .chain(0..behind_last)
                .find(|&m| !taken[m] && new[m] == *value)
            {
                Some(m) => {
                    taken[m] = true;
                    behind_last = m + 1;
                    carried.above[m] = above.cloned().unwrap_or_default();
                    carried.behind[m] = behind.cloned().unwrap_or_default();
                }
                None => carried
                    .below
                    .extend(above.into_iter().chain(behind).flatten().cloned()),
            }
        }
        carried.below.extend(self.below.iter().cloned());
        carried
    }
}

/// A list in canonical form: tables, long lists and lists with comments take a line for each item.
fn list_text(name: &str, items: &[ListItem], below: &[String]) -> String {
    let tables = items
        .iter()
        .any(|item| matches!(item.data, TomlValue::Table(_)));
    let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
    list_of(name, &texts, tables, &ListComments::of(items, below))
}

/// A list of these items in canonical form, each beside its comments; of tables each item takes a
/// line.
pub fn list_of(name: &str, items: &[&str], tables: bool, comments: &ListComments) -> String {
    let flat = format!("[{}]", items.join(", "));
    let fits = flat.width() + name.len() + " = ".len() <= LONGEST_LINE;
    if items.is_empty() && comments.is_empty() || !tables && comments.is_empty() && fits {
        return flat;
    }
    let indented = |comments: &[String]| -> String {
        comments
            .iter()
            .map(|comment| format!("    {comment}\n"))
            .collect()
    };
    let mut text = "[\n".to_owned();
    for (n, item) in items.iter().enumerate() {
        text.push_str(&indented(comments.above.get(n).map_or(&[], Vec::as_slice)));
        // Only one comment fits behind an item; a second, which hand edits can leave, moves below
        // it.
        let behind = comments.behind.get(n).map_or(&[][..], Vec::as_slice);
        let (first, more) = behind.split_at(behind.len().min(1));
        let first = first
            .first()
            .map_or_else(String::new, |comment| format!(" {comment}"));
        text.push_str(&format!("    {item},{first}\n"));
        text.push_str(&indented(more));
    }
    text.push_str(&indented(&comments.below));
    text.push(']');
    text
}

/// The items of a list with the comments beside them, and the comments below the last.
fn read_list(
    source: &Source,
    comments: &[Range<usize>],
    field: &Field<'_>,
) -> (Vec<ListItem>, Vec<String>) {
    let Data::List(items) = &field.data else {
        return (Vec::new(), Vec::new());
    };
    let mut found: Vec<ListItem> = items
        .iter()
        .map(|item| ListItem {
            data: TomlValue::of(&item.data),
            text: source.text[item.span.clone()].to_owned(),
            above: Vec::new(),
            behind: Vec::new(),
        })
        .collect();
    let mut below = Vec::new();
    for comment in within(comments, &field.span) {
        let text = comment_text(source, comment);
        let at = items.partition_point(|item| item.span.end <= comment.start);
        let same_line = at
            .checked_sub(1)
            .filter(|&before| !source.text[items[before].span.end..comment.start].contains('\n'));
        match same_line {
            Some(before) => found[before].behind.push(text),
            None if at < items.len() => found[at].above.push(text),
            None => below.push(text),
        }
    }
    (found, below)
}

/// Those of some places, which are sorted, that begin in a range.
pub(super) fn within<'c>(places: &'c [Range<usize>], range: &Range<usize>) -> &'c [Range<usize>] {
    let start = places.partition_point(|place| place.start < range.start);
    let end = places.partition_point(|place| place.start < range.end);
    &places[start..end.max(start)]
}

/// A comment without the blanks behind it.
pub(super) fn comment_text(source: &Source, comment: &Range<usize>) -> String {
    source.text[comment.clone()].trim_end().to_owned()
}

/// Whether every field is written `key = value`.
fn are_pairs(source: &Source, fields: &[Field<'_>]) -> bool {
    fields.iter().all(|field| is_pair(source, field))
}

fn is_pair(source: &Source, field: &Field<'_>) -> bool {
    source
        .text
        .get(field.key.end..field.span.start)
        .is_some_and(|between| between.trim() == "=")
}

/// Where the line begins on which an offset is, not before `first`.
fn line_start(text: &str, first: usize, at: usize) -> usize {
    text[first..at].rfind('\n').map_or(first, |n| first + n + 1)
}

/// Behind the end of the line on which an offset is.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |n| at + n + 1)
}

/// The comments of lines that hold nothing else.
fn comment_lines(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

/// Whether the last of some comment lines is followed by a blank one.
fn has_blank_line_at_end(lines: &str) -> bool {
    lines
        .lines()
        .last()
        .is_some_and(|line| line.trim().is_empty())
}

fn lines(comments: &[String], newline: &str) -> String {
    comments
        .iter()
        .map(|comment| format!("{comment}{newline}"))
        .collect()
}

/// The end of a line with comments behind it; more than one do not fit there and follow.
fn behind(comments: &[String], newline: &str) -> String {
    let (first, more) = comments.split_at(comments.len().min(1));
    let first = first
        .first()
        .map_or_else(String::new, |comment| format!(" {comment}"));
    format!("{first}{newline}{}", lines(more, newline))
}
