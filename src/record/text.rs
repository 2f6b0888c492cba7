//! From values to text: canonical TOML, and the words that people read.

use crate::locale::Locale;
use crate::record::{Record, Value};
use crate::rules::kind::{Field, FieldType};

/// A value as canonical TOML on one line.
pub fn toml(field: &Field, value: &Value) -> String {
    match value {
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| toml(field, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(values) => {
            let pairs: Vec<String> = match &field.ty {
                FieldType::Table(columns) => columns
                    .iter()
                    .zip(values)
                    .filter_map(|(column, value)| value.as_ref().map(|v| format!("{} = {}", column.name, toml(column, v))))
                    .collect(),
                _ => Vec::new(),
            };
            if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
        }
        Value::Text(text) => quoted(text),
        Value::Integer(n) => n.to_string(),
        Value::Boolean(b) => b.to_string(),
        Value::Day(day) => day.to_string(),
        Value::Period(period) => match &field.ty {
            FieldType::Year => period.first().year().to_string(),
            _ => quoted(&period.to_string()),
        },
    }
}

/// A text as a basic string of one line.
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 || c == '\u{7f}' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value in the words of a language: labels for choices, 是/否 for booleans.
pub fn words(field: &Field, value: &Value, locale: &Locale) -> String {
    match value {
        Value::List(items) => locale.join(&items.iter().map(|item| words(field, item, locale)).collect::<Vec<_>>()),
        Value::Table(values) => match &field.ty {
            FieldType::Table(columns) => columns
                .iter()
                .zip(values)
                .filter_map(|(column, value)| value.as_ref().map(|v| words(column, v, locale)))
                .collect::<Vec<_>>()
                .join(" "),
            _ => String::new(),
        },
        Value::Text(text) => match &field.ty {
            FieldType::Choice(choices) => {
                choices.iter().find(|c| c.name == *text).map_or(text.as_str(), |c| c.label.get(locale.lang())).to_owned()
            }
            _ => text.clone(),
        },
        Value::Integer(n) => n.to_string(),
        Value::Boolean(true) => locale.text("yes"),
        Value::Boolean(false) => locale.text("no"),
        Value::Day(day) => day.to_string(),
        Value::Period(period) => period.to_string(),
    }
}

/// What names a record in a list, in the words of a language; empty where it has no title.
pub fn title(record: &Record, locale: &Locale) -> String {
    record.title().map(|value| words(&record.kind.fields[record.kind.title], value, locale)).unwrap_or_default()
}

/// A value as a machine reads it: no labels.
pub fn plain(value: &Value) -> String {
    match value {
        Value::List(items) => items.iter().map(plain).collect::<Vec<_>>().join("; "),
        Value::Table(values) => values.iter().flatten().map(plain).collect::<Vec<_>>().join(" "),
        Value::Text(text) => text.clone(),
        Value::Integer(n) => n.to_string(),
        Value::Boolean(b) => b.to_string(),
        Value::Day(day) => day.to_string(),
        Value::Period(period) => period.to_string(),
    }
}
