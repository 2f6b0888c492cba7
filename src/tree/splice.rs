//! Changes to a text that leave every other byte as it was, and the proof that they did.

use std::ops::Range;

use toml::de::DeTable;

use crate::problem::{Problem, Rule};
use crate::record::{Record, Value};
use crate::rules::Rules;
use crate::rules::kind::FieldDef;
use crate::source::{Source, newline};
use crate::toml::{Document, parse};
use crate::tree::canon::{all_values, canonical, value_text, whole_file};
use crate::written::block::{Block, Entry};
use crate::written::page::cuts;
use crate::written::value::TomlValue;
use crate::written::{self, parsed};

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

/// One field's new value; none takes the field away.
pub type Change = (usize, Option<Value>);

/// Some fields of a record changed.
#[derive(Clone, Debug)]
pub struct Edit<'e> {
    /// The record as it stands in the text.
    pub record: &'e Record<'e>,
    /// Its changes; fields are counted as by [`Rules::all_fields`].
    pub changes: Vec<Change>,
}

/// The text with some fields of some records changed; none where a record does not stand where it
/// stood.
pub fn set_records(
    source: &Source,
    document: &Document<'_>,
    rules: &Rules,
    edits: &[Edit<'_>],
) -> Option<String> {
    let comments = &document.trivia.comments;
    let rows = parsed::rows(source, &document.root);
    let cuts = cuts(source, comments, &rows);
    let mut edits: Vec<&Edit<'_>> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.record.origin.at);
    let (mut out, mut done) = (String::with_capacity(source.text.len()), 0);
    for Edit { record, changes } in edits {
        let at = record.origin.at;
        let n = rows.iter().position(|row| row.header.start == at)?;
        let region = rows[n].header.start..cuts[n].end;
        let block = Block::of(source, comments, &rows[n], region.clone());
        let (fields, values) = (rules.all_fields(record.kind), all_values(record));
        let text = set(block, &fields, &values, changes, source.newline());
        out.push_str(source.text.get(done..region.start)?);
        out.push_str(&text);
        done = region.end;
    }
    out.push_str(&source.text[done..]);
    Some(out)
}

/// The text of an organisation's file with some fields changed.
pub fn set_organisation(
    source: &Source,
    document: &Document<'_>,
    fields: &[FieldDef],
    values: &[Option<Value>],
    changes: &[Change],
) -> String {
    let block = whole_file(source, document);
    let text = set(block, fields, values, changes, source.newline());
    spliced(source, source.start()..source.text.len(), &text)
}

fn spliced(source: &Source, region: Range<usize>, text: &str) -> String {
    let (before, after) = (&source.text[..region.start], &source.text[region.end..]);
    format!("{before}{text}{after}")
}

/// The lines of a block with some of its fields changed, in their places; a block that cannot be
/// changed piece by piece is written anew.
fn set(
    block: Block,
    fields: &[FieldDef],
    values: &[Option<Value>],
    changes: &[Change],
    newline: &str,
) -> String {
    if !block.is_verbatim {
        let mut values = values.to_vec();
        for (field, value) in changes {
            values[*field].clone_from(value);
        }
        return canonical(&block, fields, &values).replace('\n', newline);
    }
    let text = |(n, value): &Change| {
        let value = value.as_ref().map(|value| {
            let old = values[*n].as_ref().map_or(&[][..], Value::items);
            let comments = block.entry(&fields[*n].name).map(Entry::list_comments);
            let comments = comments.unwrap_or_default().carried(old, value.items());
            value_text(&fields[*n], value, &comments)
        });
        (*n, value)
    };
    let texts: Vec<(usize, Option<String>)> = changes.iter().map(text).collect();
    block.edited(fields, &texts)
}

/// What a file holds, in a form that can be compared: each top-level item, in order, by key.
fn contents(root: &DeTable<'_>) -> Vec<(String, Vec<Option<TomlValue>>)> {
    let items = |field: &written::Field<'_>| match TomlValue::of(&field.data) {
        TomlValue::List(items) => items.into_iter().map(Some).collect(),
        other => vec![Some(other)],
    };
    let fields = parsed::fields(root, &[]);
    fields
        .iter()
        .map(|field| (field.name.to_string(), items(field)))
        .collect()
}

/// What a changed text must still hold.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// Everything as before, and so many more tables of this name at the end of their kind.
    More(&'a str, usize),
    /// Everything as before except the tables of these names whose headers stood at these offsets.
    Except(&'a [(String, usize)]),
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
        Proof::More(name, count) => {
            let items = is.iter_mut().find(|(key, _)| key == name);
            let items = items.map(|(_, items)| items).ok_or_else(failed)?;
            let left = items.len().checked_sub(count).ok_or_else(failed)?;
            items.truncate(left);
            is.retain(|(_, items)| !items.is_empty());
            was.retain(|(_, items)| !items.is_empty());
        }
        Proof::Except(tables) => {
            let rows = parsed::rows(before, &old.root);
            for (name, at) in tables {
                let above = rows
                    .iter()
                    .filter(|row| row.name == name.as_str() && row.header.start < *at);
                let index = above.count();
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
