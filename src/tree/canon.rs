//! The canonical form: one key a line in the order of the kind, one blank line between records.
//!
//! Comments are people's and stay with what they stand beside: above a record, above a field,
//! behind a value, between the items of a list. `fmt`, `add` and every edit write values through
//! the functions here.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::record::text::toml;
use crate::record::{Record, Value};
use crate::rules::Rules;
use crate::rules::kind::{FieldDef, FieldType, Kind};
use crate::source::Source;
use crate::toml::Document;
use crate::written::block::{Block, Entry, ListComments, list_of};
use crate::written::page::{comment_paragraphs, cuts};
use crate::written::parsed;

/// A record's values in the order of [`Rules::all_fields`].
pub fn all_values(record: &Record) -> Vec<Option<Value>> {
    let mut all = vec![Some(Value::Text(record.id.as_str().into()))];
    all.extend(record.fields.iter().cloned());
    all.push(record.retracted.clone());
    all
}

/// A new record's text, header included.
pub fn record(record: &Record, rules: &Rules) -> String {
    let block = Block::empty(&record.kind.name);
    canonical(&block, &rules.all_fields(record.kind), &all_values(record))
}

/// The canonical lines of a record, or of a file that is one table, with these values.
pub fn canonical(block: &Block, fields: &[FieldDef], values: &[Option<Value>]) -> String {
    let text = |(field, value): (&FieldDef, &Option<Value>)| {
        let comments = block.entry(&field.name).map(Entry::list_comments);
        let value = value.as_ref()?;
        Some(value_text(field, value, &comments.unwrap_or_default()))
    };
    let texts: Vec<Option<String>> = fields.iter().zip(values).map(text).collect();
    block.canonical(fields, &texts)
}

/// A value as canonical TOML; lists of tables, long lists and lists with comments take a line for
/// each item.
pub fn value_text(field: &FieldDef, value: &Value, comments: &ListComments) -> String {
    let Value::List(items) = value else {
        return toml(field, value);
    };
    let items: Vec<String> = items.iter().map(|item| toml(field, item)).collect();
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    let tables = matches!(field.ty, FieldType::Table(_));
    list_of(&field.name, &items, tables, comments)
}

/// The canonical text of a ledger file whose every table was read as one of `records`.
pub fn ledger(
    source: &Source,
    document: &Document<'_>,
    records: &[Record],
    rules: &Rules,
) -> String {
    let comments = &document.trivia.comments;
    let rows = parsed::rows(source, &document.root);
    let by_start: BTreeMap<usize, &Record> = records
        .iter()
        .map(|record| (record.origin.at, record))
        .collect();
    let between = |range: Range<usize>| comment_paragraphs(source, comments, range);
    let mut paragraphs = Vec::new();
    let mut at = 0;
    for (row, cut) in rows.iter().zip(cuts(source, comments, &rows)) {
        let Some(record) = by_start.get(&row.header.start) else {
            continue;
        };
        paragraphs.extend(between(at..cut.start));
        at = cut.end;
        let block = Block::of(source, comments, row, cut);
        paragraphs.push(canonical(
            &block,
            &rules.all_fields(record.kind),
            &all_values(record),
        ));
    }
    paragraphs.extend(between(at..source.text.len()));
    paragraphs.join("\n")
}

/// The canonical text of an organisation's file.
pub fn organisation(
    source: &Source,
    document: &Document<'_>,
    kind: &Kind,
    values: &[Option<Value>],
) -> String {
    let block = whole_file(source, document);
    canonical(&block, &kind.fields, values)
}

/// A file that is one table.
pub fn whole_file(source: &Source, document: &Document<'_>) -> Block {
    let fields = parsed::fields(&document.root, &[]);
    let region = source.start()..source.text.len();
    Block::of_table(source, &document.trivia.comments, &fields, region)
}
