//! The canonical form: one key a line in the order of the kind, one blank line between records.
//!
//! Comments are people's and stay with what they stand beside: above a record, above a field,
//! behind a value, between the items of a list. `fmt`, `add` and every edit write through the
//! functions here.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};
use unicode_width::UnicodeWidthStr;

use crate::record::text::toml;
use crate::record::{Record, Value};
use crate::rules::Rules;
use crate::rules::kind::{Field, FieldType, Kind};
use crate::source::Source;
use crate::wire::{Document, Node, Trivia};

/// A list longer than this many columns is broken into lines.
pub use crate::written::canonical::LONGEST_LINE;

/// A record's values in the order of [`Rules::all_fields`].
pub fn all_values(record: &Record) -> Vec<Option<Value>> {
    let mut all = vec![Some(Value::Text(record.id.as_str().into()))];
    all.extend(record.fields.iter().cloned());
    all.push(record.retracted.clone());
    all
}

/// A new record's text, header included.
pub fn record(record: &Record, rules: &Rules) -> String {
    let mut text = format!("[[{}]]\n", record.kind.name);
    for (field, value) in rules.all_fields(record.kind).iter().zip(all_values(record)) {
        if let Some(value) = value {
            text.push_str(&line(field, &value));
        }
    }
    text
}

/// `key = value` and a line end.
pub fn line(field: &Field, value: &Value) -> String {
    format!(
        "{} = {}\n",
        field.name,
        value_text(field, value, &ListComments::default())
    )
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

impl ListComments {
    fn is_empty(&self) -> bool {
        self.below.is_empty() && self.above.iter().chain(&self.behind).all(Vec::is_empty)
    }

    /// The same comments for a list in which items were added, removed or moved: each stays with
    /// its item.
    pub fn carried(&self, old: &[Value], new: &[Value]) -> ListComments {
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

/// The comments inside a list as it stands in a text.
pub fn list_comments(source: &Source, trivia: &Trivia, node: &Node<'_>) -> ListComments {
    let DeValue::Array(items) = node.get_ref() else {
        return ListComments::default();
    };
    let mut found = ListComments {
        above: vec![Vec::new(); items.len()],
        behind: vec![Vec::new(); items.len()],
        below: Vec::new(),
    };
    for comment in comments_in(trivia, node.span()) {
        let text = comment_text(source, comment);
        let at = items.partition_point(|item| item.span().end <= comment.start);
        let (before, next) = (at.checked_sub(1), (at < items.len()).then_some(at));
        let same_line =
            before.is_some_and(|n| !source.text[items[n].span().end..comment.start].contains('\n'));
        match (before, next) {
            (Some(n), _) if same_line => found.behind[n].push(text),
            (_, Some(n)) => found.above[n].push(text),
            _ => found.below.push(text),
        }
    }
    found
}

/// A value as canonical TOML; lists of tables, long lists and lists with comments take a line for
/// each item.
pub fn value_text(field: &Field, value: &Value, comments: &ListComments) -> String {
    let flat = toml(field, value);
    let Value::List(items) = value else {
        return flat;
    };
    let tables = matches!(field.ty, FieldType::Table(_)) && !items.is_empty();
    if comments.is_empty() && !tables && flat.width() + field.name.len() + 3 <= LONGEST_LINE {
        return flat;
    }
    let mut text = "[\n".to_owned();
    for (n, item) in items.iter().enumerate() {
        for comment in comments.above.get(n).into_iter().flatten() {
            text.push_str(&format!("    {comment}\n"));
        }
        text.push_str(&format!("    {},", toml(field, item)));
        // Only one comment fits behind an item; a second, which hand edits can leave, moves below
        // it.
        let behind = comments.behind.get(n).map_or(&[][..], Vec::as_slice);
        if let Some(comment) = behind.first() {
            text.push_str(&format!(" {comment}"));
        }
        text.push('\n');
        for comment in behind.iter().skip(1) {
            text.push_str(&format!("    {comment}\n"));
        }
    }
    for comment in &comments.below {
        text.push_str(&format!("    {comment}\n"));
    }
    text.push(']');
    text
}

fn comments_in(trivia: &Trivia, span: Range<usize>) -> impl Iterator<Item = &Range<usize>> {
    let start = trivia.comments.partition_point(|c| c.start < span.start);
    trivia.comments[start..]
        .iter()
        .take_while(move |c| c.start < span.end)
}

fn comment_text(source: &Source, comment: &Range<usize>) -> String {
    source.text[comment.clone()].trim_end().to_owned()
}

/// One key of a table as it stands in a text.
#[derive(Clone, Debug)]
pub struct Part<'d, 's> {
    /// The field, by index into the table's fields.
    pub field: usize,
    /// Offset of the key.
    pub key: usize,
    /// The value.
    pub node: &'d Node<'s>,
    /// Whether it is written `key = value`, not as dotted keys or a table of its own.
    pub direct: bool,
}

/// The keys of a table in the order of the text; keys that are no field are left out.
pub fn parts<'d, 's>(
    source: &Source,
    table: &'d DeTable<'s>,
    fields: &[Field],
) -> Vec<Part<'d, 's>> {
    let mut parts: Vec<Part<'d, 's>> = table
        .iter()
        .filter_map(|(key, node)| {
            let field = fields.iter().position(|f| f.name == *key.get_ref())?;
            let between = source.text.get(key.span().end..node.span().start);
            Some(Part {
                field,
                key: key.span().start,
                node,
                direct: between.is_some_and(|b| b.trim() == "="),
            })
        })
        .collect();
    parts.sort_by_key(|part| part.key);
    parts
}

/// A table's own text: the header line, its fields in order, and every comment that stands in
/// `region`.
pub struct Block<'d, 's> {
    /// The text it stands in.
    pub source: &'d Source,
    /// The text's comments.
    pub trivia: &'d Trivia,
    /// The table.
    pub table: &'d DeTable<'s>,
    /// From its header to where the next paragraph starts.
    pub region: Range<usize>,
    /// `[[kind]]`; none for a file that is one table.
    pub header: Option<String>,
}

impl Block<'_, '_> {
    /// The canonical text with these values.
    pub fn text(&self, fields: &[Field], values: &[Option<Value>]) -> String {
        let parts = parts(self.source, self.table, fields);
        let mut above: Vec<Vec<String>> = vec![Vec::new(); fields.len()];
        let mut behind: Vec<Vec<String>> = vec![Vec::new(); fields.len()];
        let mut inside: Vec<ListComments> = vec![ListComments::default(); fields.len()];
        let (mut prologue, mut header_comment, mut tail) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts.iter().filter(|p| p.direct) {
            inside[part.field] = list_comments(self.source, self.trivia, part.node);
        }
        for comment in comments_in(self.trivia, self.region.clone()) {
            let at = comment.start;
            if parts
                .iter()
                .any(|p| p.direct && p.node.span().contains(&at))
            {
                continue; // inside a list, collected above
            }
            let text = comment_text(self.source, comment);
            let line = self.source.text[..at].rfind('\n').map_or(0, |n| n + 1);
            let own_line = self.source.text[line..at]
                .trim_start_matches('\u{feff}')
                .trim()
                .is_empty();
            let next = parts.iter().find(|p| p.direct && p.key > at);
            let last = parts.iter().rfind(|p| p.direct && p.node.span().end <= at);
            let opens_file = self.header.is_none()
                && own_line
                && last.is_none()
                && parts.first().is_some_and(|p| p.key > at);
            match (own_line, next, last) {
                _ if opens_file => prologue.push((text, comment.end)),
                (false, _, Some(part)) if part.node.span().end > line => {
                    behind[part.field].push(text)
                }
                (false, _, _) if line <= self.region.start && self.header.is_some() => {
                    header_comment.push(text)
                }
                (_, Some(part), _) => above[part.field].push(text),
                (_, None, _) => tail.push(text),
            }
        }
        let mut out: String = prologue
            .iter()
            .map(|(text, _)| format!("{text}\n"))
            .collect();
        // What a file says at its top is about the file, whichever field comes first in the end.
        if let (Some((_, end)), Some(first)) = (prologue.last(), parts.first())
            && self.source.text[*end..first.key].matches('\n').count() > 1
        {
            out.push('\n');
        }
        if let Some(header) = &self.header {
            out.push_str(header);
            push_behind(&mut out, &header_comment);
        }
        for (n, field) in fields.iter().enumerate() {
            for comment in &above[n] {
                out.push_str(&format!("{comment}\n"));
            }
            if let Some(value) = &values[n] {
                out.push_str(&format!(
                    "{} = {}",
                    field.name,
                    value_text(field, value, &inside[n])
                ));
                push_behind(&mut out, &behind[n]);
            } else {
                for comment in &behind[n] {
                    out.push_str(&format!("{comment}\n"));
                }
            }
        }
        for comment in tail {
            out.push_str(&format!("{comment}\n"));
        }
        out
    }
}

fn push_behind(out: &mut String, comments: &[String]) {
    for comment in comments {
        out.push_str(&format!(" {comment}"));
    }
    out.push('\n');
}

/// The top-level tables of a ledger file with their kinds' names, in the order of the text.
pub fn tables<'d, 's>(root: &'d DeTable<'s>) -> Vec<(&'d str, usize, &'d DeTable<'s>)> {
    let mut found: Vec<(&str, usize, &DeTable<'s>)> = root
        .iter()
        .filter_map(|(key, node)| match node.get_ref() {
            DeValue::Array(items) => Some(items.iter().filter_map(|item| match item.get_ref() {
                DeValue::Table(table) => Some((key.get_ref().as_ref(), item.span().start, table)),
                _ => None,
            })),
            _ => None,
        })
        .flatten()
        .collect();
    found.sort_by_key(|(_, at, _)| *at);
    found
}

/// Where the comment lines just above an offset begin.
pub fn leading(source: &Source, trivia: &Trivia, at: usize) -> usize {
    let mut start = at;
    loop {
        let Some(line_end) = source.text[..start].rfind('\n') else {
            return start;
        };
        let line = source.text[..line_end].rfind('\n').map_or(0, |n| n + 1);
        let first = line + source.text[line..line_end].len()
            - source.text[line..line_end].trim_start().len();
        let is_comment = trivia
            .comments
            .binary_search_by_key(&first, |c| c.start)
            .is_ok();
        if !is_comment || line == start {
            return start;
        }
        start = line;
    }
}

/// The canonical text of a ledger file whose every table was read as one of `records`.
pub fn ledger(
    source: &Source,
    document: &Document<'_>,
    records: &[Record],
    rules: &Rules,
) -> String {
    let tables = tables(&document.root);
    let starts: Vec<usize> = tables
        .iter()
        .map(|(_, at, _)| leading(source, &document.trivia, *at))
        .collect();
    let by_start: BTreeMap<usize, &Record> = records
        .iter()
        .map(|record| (record.origin.at, record))
        .collect();
    let mut paragraphs = Vec::new();
    let first = starts.first().copied().unwrap_or(source.text.len());
    paragraphs.extend(comment_paragraphs(source, &document.trivia, 0..first));
    for (n, (name, at, table)) in tables.iter().enumerate() {
        let Some(record) = by_start.get(at) else {
            continue;
        };
        let fields = rules.all_fields(record.kind);
        let next = starts.get(n + 1).copied().unwrap_or(source.text.len());
        let end = record_end(source, &document.trivia, table, *at, next);
        let block = Block {
            source,
            trivia: &document.trivia,
            table,
            region: *at..end,
            header: Some(format!("[[{name}]]")),
        };
        let mut text = String::new();
        for comment in comments_in(&document.trivia, starts[n]..*at) {
            text.push_str(&format!("{}\n", comment_text(source, comment)));
        }
        text.push_str(&block.text(&fields, &all_values(record)));
        paragraphs.push(text);
        paragraphs.extend(comment_paragraphs(source, &document.trivia, end..next));
    }
    paragraphs.join("\n")
}

/// The canonical text of an organisation's file.
pub fn organisation(
    source: &Source,
    document: &Document<'_>,
    kind: &Kind,
    values: &[Option<Value>],
) -> String {
    let block = Block {
        source,
        trivia: &document.trivia,
        table: &document.root,
        region: 0..source.text.len(),
        header: None,
    };
    block.text(&kind.fields, values)
}

/// Where a record's own text ends: after its last line of data and the comments that follow without
/// a blank line; comments further down, before `next`, are a paragraph of their own.
pub fn record_end(
    source: &Source,
    trivia: &Trivia,
    table: &DeTable<'_>,
    at: usize,
    next: usize,
) -> usize {
    let line_end = |at: usize| {
        source.text[at..]
            .find('\n')
            .map_or(source.text.len(), |n| at + n + 1)
            .min(next.max(at))
    };
    let mut end = content_end(source, table, at);
    for comment in comments_in(trivia, end..next) {
        if source.text[end..comment.start].matches('\n').count() > 1 {
            break;
        }
        end = comment.end;
    }
    line_end(end)
}

/// The end of the last byte of data that belongs to a table.
fn content_end(source: &Source, table: &DeTable<'_>, at: usize) -> usize {
    fn deepest(node: &Node<'_>) -> usize {
        let inner = match node.get_ref() {
            DeValue::Table(table) => table.iter().map(|(_, node)| deepest(node)).max(),
            DeValue::Array(items) => items.iter().map(deepest).max(),
            _ => None,
        };
        inner.unwrap_or(0).max(node.span().end)
    }
    let end = table
        .iter()
        .map(|(_, node)| deepest(node))
        .max()
        .unwrap_or(at)
        .max(at);
    // An empty table ends with its header line.
    source.text[end..]
        .find('\n')
        .map_or(source.text.len(), |n| if end == at { end + n } else { end })
}

/// Comments in a range, a paragraph for each run without a blank line between.
fn comment_paragraphs(source: &Source, trivia: &Trivia, range: Range<usize>) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut end = None;
    for comment in comments_in(trivia, range) {
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
