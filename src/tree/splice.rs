//! Changes to a text that leave every other byte as it was, and the proof that they did.

use toml::de::{DeTable, DeValue};

use crate::problem::{Problem, Rule};
use crate::record::Value;
use crate::rules::kind::Field;
use crate::source::{Source, newline};
use crate::tree::canon::{
    Block, leading, line, list_comments, parts, record_end, tables, value_text,
};
use crate::wire::{Document, Plain, parse};

/// The text with one more paragraph at its end, in the line ends it has.
pub fn append(text: &str, paragraph: &str) -> String {
    let end = newline(text);
    let mut out = text.to_owned();
    let body = text.trim_start_matches('\u{feff}');
    if !body.is_empty() {
        if !body.ends_with('\n') {
            out.push_str(end);
        }
        if !out.ends_with(&end.repeat(2)) {
            out.push_str(end);
        }
    }
    out.push_str(&paragraph.replace('\n', end));
    out
}

/// The table whose fields are changed.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    /// The record whose header stands at this offset.
    Record(usize),
    /// The whole file, as an organisation's is.
    File,
}

/// One field's new value; none takes the field away.
pub type Change = (usize, Option<Value>);

/// The text with some fields of one table changed.
///
/// `fields` and `values` are those of `Rules::all_fields` for a record. Fields written `key =
/// value` change in their place; a table written in another way is rewritten whole.
pub fn set(
    source: &Source,
    document: &Document<'_>,
    target: Target,
    fields: &[Field],
    values: &[Option<Value>],
    changes: &[Change],
) -> Option<String> {
    let all = tables(&document.root);
    let (table, header, at) = match target {
        Target::File => (&document.root, None, None),
        Target::Record(at) => {
            let (name, at, table) = all.iter().find(|(_, start, _)| *start == at)?;
            (*table, Some(format!("[[{name}]]")), Some(*at))
        }
    };
    let end = newline(&source.text);
    let parts = parts(source, table, fields);
    if parts.iter().any(|part| !part.direct) {
        let next = all
            .iter()
            .map(|(_, start, _)| *start)
            .find(|start| at.is_some_and(|at| *start > at));
        let next = next.map_or(source.text.len(), |next| {
            leading(source, &document.trivia, next)
        });
        let start = at.unwrap_or(0);
        let stop = record_end(source, &document.trivia, table, start, next);
        let mut new = values.to_vec();
        for (field, value) in changes {
            new[*field] = value.clone();
        }
        let block = Block {
            source,
            trivia: &document.trivia,
            table,
            region: start..stop,
            header,
        };
        let text = block.text(fields, &new);
        return Some(format!(
            "{}{}{}",
            &source.text[..start],
            text.replace('\n', end),
            &source.text[stop..]
        ));
    }
    let line_end = |at: usize| {
        source.text[at..]
            .find('\n')
            .map_or(source.text.len(), |n| at + n + 1)
    };
    let mut edits: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    let mut changes = changes.to_vec();
    changes.sort_by_key(|(field, _)| *field);
    for (field, value) in changes {
        let part = parts.iter().find(|part| part.field == field);
        match (part, value) {
            (None, None) => {}
            (Some(part), Some(value)) => {
                let old = values[field].as_ref().map_or(&[][..], Value::items);
                let comments =
                    list_comments(source, &document.trivia, part.node).carried(old, value.items());
                edits.push((
                    part.node.span(),
                    value_text(&fields[field], &value, &comments).replace('\n', end),
                ));
            }
            (Some(part), None) => {
                let start = source.text[..part.key].rfind('\n').map_or(0, |n| n + 1);
                let stop = line_end(part.node.span().end);
                let mut kept = String::new();
                for comment in document
                    .trivia
                    .comments
                    .iter()
                    .filter(|c| part.key < c.start && c.start < stop)
                {
                    kept.push_str(&format!("{}{end}", source.text[comment.clone()].trim_end()));
                }
                edits.push((start..stop, kept));
            }
            (None, Some(value)) => {
                let before = parts
                    .iter()
                    .filter(|part| part.field < field)
                    .max_by_key(|part| part.field);
                let after_line_of = before.map(|part| part.node.span().end).or(at);
                let at = after_line_of.map_or_else(
                    || {
                        if source.text.starts_with('\u{feff}') {
                            3
                        } else {
                            0
                        }
                    },
                    line_end,
                );
                let mut text = line(&fields[field], &value).replace('\n', end);
                let opens = at > 0
                    && !source.text[..at].ends_with('\n')
                    && !source.text[..at].ends_with('\u{feff}');
                if opens && !edits.iter().any(|(range, _)| range.start == at) {
                    text.insert_str(0, end);
                }
                edits.push((at..at, text));
            }
        }
    }
    let mut out = source.text.clone();
    // At one place what is inserted stands before what is replaced.
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    for (range, text) in edits.into_iter().rev() {
        out.replace_range(range, &text);
    }
    Some(out)
}

/// The text with one record's fields changed, by the record's own values.
pub fn set_record(
    source: &Source,
    document: &Document<'_>,
    record: &crate::record::Record,
    rules: &crate::rules::Rules,
    changes: &[Change],
) -> Option<String> {
    let fields = rules.all_fields(record.kind);
    let values = crate::tree::canon::all_values(record);
    set(
        source,
        document,
        Target::Record(record.origin.at),
        &fields,
        &values,
        changes,
    )
}

/// What a file holds, in a form that can be compared: each top-level item, in order, by key.
fn contents(root: &DeTable<'_>) -> Vec<(String, Vec<Option<Plain>>)> {
    root.iter()
        .map(|(key, node)| {
            let items = match node.get_ref() {
                DeValue::Array(items) => {
                    items.iter().map(|i| Some(Plain::of(i.get_ref()))).collect()
                }
                other => vec![Some(Plain::of(other))],
            };
            (key.get_ref().to_string(), items)
        })
        .collect()
}

/// What a changed text must still hold.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// Everything as before, and one more table of this name at the end of its kind.
    OneMore(&'a str),
    /// Everything as before except the table of this name whose header stood at this offset.
    Except(&'a str, usize),
}

/// Proves that `after` is TOML and holds what `before` held, with just the intended change.
///
/// # Errors
/// [`Rule::UNPROVEN`]: nothing may be written then.
pub fn prove(before: &Source, after: &Source, proof: Proof<'_>) -> Result<(), Problem> {
    let failed = || Problem::new(Rule::UNPROVEN).at(crate::problem::Place::file(&*before.file));
    let (Ok(old), Ok(new)) = (parse(before), parse(after)) else {
        return Err(failed());
    };
    let (mut was, mut is) = (contents(&old.root), contents(&new.root));
    match proof {
        Proof::OneMore(name) => {
            let added = is
                .iter_mut()
                .find(|(key, _)| key == name)
                .and_then(|(_, items)| items.pop());
            if added.is_none() {
                return Err(failed());
            }
            is.retain(|(_, items)| !items.is_empty());
            was.retain(|(_, items)| !items.is_empty());
        }
        Proof::Except(name, at) => {
            let index = tables(&old.root)
                .iter()
                .filter(|(key, start, _)| *key == name && *start < at)
                .count();
            for side in [&mut was, &mut is] {
                let items = side
                    .iter_mut()
                    .find(|(key, _)| key == name)
                    .map(|(_, items)| items);
                match items {
                    Some(items) if index < items.len() => items[index] = None,
                    _ => return Err(failed()),
                }
            }
        }
    }
    if was == is { Ok(()) } else { Err(failed()) }
}

/// Every comment of a text, sorted: what a formatter must not lose.
pub fn comments(source: &Source, document: &Document<'_>) -> Vec<String> {
    let mut found: Vec<String> = document
        .trivia
        .comments
        .iter()
        .map(|c| source.text[c.clone()].trim_end().to_owned())
        .collect();
    found.sort();
    found
}
