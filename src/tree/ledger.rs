//! What one file says: an organisation, or records.

use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use crate::locale::Arg;
use crate::name::{OrgPath, RecordId};
use crate::problem::{Problem, Rule};
use crate::record::organisation::Organisation;
use crate::record::read::fields;
use crate::record::{Origin, Record, Value};
use crate::rules::Rules;
use crate::rules::kind::{FieldType, Kind};
use crate::source::Source;
use crate::wire::{Node, Reading, parse, type_name};

/// Reads an organisation's file. Nothing is returned where a field could not be understood.
pub fn read_organisation(source: &Source, path: OrgPath, rules: &Rules) -> (Option<Organisation>, Vec<Problem>) {
    let document = match parse(source) {
        Ok(document) => document,
        Err(problems) => return (None, problems),
    };
    let reading = Reading::new(source);
    let kind = Arc::clone(&rules.org);
    let values = fields(&reading, &document.root, 0..0, &kind.fields, &kind.label, &[]);
    let org = Organisation::new(path, kind, values);
    let exempt = document.root.iter().find(|(key, _)| key.get_ref() == "exempt").map(|(_, node)| node);
    for (n, exemption) in org.exemptions.iter().enumerate() {
        if rules.obligation(&exemption.obligation).is_some() {
            continue;
        }
        let item = exempt.and_then(|node| node.get_ref().as_array()?.get(n));
        let name = item.and_then(|item| item.get_ref().as_table()?.iter().find(|(key, _)| key.get_ref() == "obligation"));
        let span = name.map_or(0..0, |(_, node)| node.span());
        let all: Vec<&str> = rules.obligations.iter().map(|o| o.name.as_str()).collect();
        reading.note(
            Problem::new(Rule::UNKNOWN_VALUE)
                .at(source.place(span))
                .with("field", "obligation")
                .with("value", exemption.obligation.as_str())
                .with("allowed", all.join(", ")),
        );
    }
    let mut problems = reading.into_problems();
    let readable = problems.is_empty();
    problems.extend(document.findings);
    (readable.then_some(org), problems)
}

/// Reads every record of a ledger file. A record that cannot be understood is left out, the rest is not.
pub fn read_records(source: &Source, rules: &Rules) -> (Vec<Record>, Vec<Problem>) {
    let document = match parse(source) {
        Ok(document) => document,
        Err(problems) => return (Vec::new(), problems),
    };
    let reading = Reading::new(source);
    let records = records(&reading, &document.root, rules);
    let mut problems = reading.into_problems();
    problems.extend(document.findings);
    (records, problems)
}

/// The records of a parsed file, in the order they stand.
pub fn records(reading: &Reading<'_>, root: &DeTable<'_>, rules: &Rules) -> Vec<Record> {
    let mut found: Vec<Record> = Vec::new();
    for (key, node) in root {
        let name: &str = key.get_ref();
        let Some(kind) = rules.kinds.iter().find(|k| k.name == name) else {
            let known: Vec<&str> = rules.kinds.iter().map(|k| k.name.as_str()).collect();
            reading.note(
                Problem::new(Rule::UNKNOWN_KIND).at(reading.source.place(key.span())).with("name", name).with("allowed", known.join(", ")),
            );
            continue;
        };
        let not_a_list = |node: &Node<'_>| {
            Problem::new(Rule::WRONG_TYPE)
                .at(reading.source.place(node.span()))
                .with("field", name)
                .with("wanted", Arg::Message("type-records"))
                .with("found", Arg::Message(type_name(node.get_ref())))
        };
        match node.get_ref() {
            DeValue::Array(items) => {
                for item in items {
                    match item.get_ref() {
                        DeValue::Table(table) => found.extend(record(reading, kind, table, item.span(), rules)),
                        _ => reading.note(not_a_list(item)),
                    }
                }
            }
            _ => reading.note(not_a_list(node)),
        }
    }
    found.sort_by_key(|record| record.origin.at);
    found
}

fn record(reading: &Reading<'_>, kind: &Arc<Kind>, table: &DeTable<'_>, span: std::ops::Range<usize>, rules: &Rules) -> Option<Record> {
    let before = reading.count();
    let values = fields(reading, table, span.clone(), &kind.fields, &kind.label, &["id", "retracted"]);
    let node = |key: &str| table.iter().find(|(k, _)| k.get_ref() == key).map(|(_, node)| node);
    let id = match node("id") {
        None => {
            reading.note(
                Problem::new(Rule::MISSING_FIELD).at(reading.source.place(span.clone())).with("field", "id").with("kind", &kind.label),
            );
            None
        }
        Some(id) => {
            let parsed = id.get_ref().as_str().and_then(|text| text.parse::<RecordId>().ok());
            if parsed.is_none() {
                reading.note(Problem::new(Rule::BAD_ID).at(reading.source.place(id.span())).with("prefix", kind.prefix.as_str()));
            }
            parsed
        }
    };
    let retracted = node("retracted").and_then(|node| match node.get_ref() {
        DeValue::Table(table) => {
            let field = rules.retraction_field();
            let FieldType::Table(columns) = &field.ty else { return None };
            Some(Value::Table(fields(reading, table, node.span(), columns, &field.label, &[])))
        }
        other => {
            reading.note(
                Problem::new(Rule::WRONG_TYPE)
                    .at(reading.source.place(node.span()))
                    .with("field", "retracted")
                    .with("wanted", Arg::Message("type-table"))
                    .with("found", Arg::Message(type_name(other))),
            );
            None
        }
    });
    let origin = Origin { file: Arc::clone(&reading.source.file), line: reading.source.line(span.start), at: span.start };
    (reading.count() == before).then_some(())?;
    Some(Record::new(id?, Arc::clone(kind), values, retracted, origin))
}
