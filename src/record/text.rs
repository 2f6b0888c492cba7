//! From values to text: canonical TOML, and the words that people read.

use crate::locale::{Label, Lang, Locale};
use crate::record::{Record, Value};
use crate::rules::kind::{FieldDef, FieldType};
use crate::written::canonical::quoted;
use crate::written::value::TomlValue;

/// A value as canonical TOML on one line.
pub fn toml(field: &FieldDef, value: &Value) -> String {
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
                    .filter_map(|(column, value)| {
                        value
                            .as_ref()
                            .map(|v| format!("{} = {}", column.name, toml(column, v)))
                    })
                    .collect(),
                _ => Vec::new(),
            };
            if pairs.is_empty() {
                "{}".to_owned()
            } else {
                format!("{{ {} }}", pairs.join(", "))
            }
        }
        Value::Text(text) => quoted(text),
        Value::Integer(n) => n.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Boolean(b) => b.to_string(),
        Value::Day(day) => day.to_string(),
        Value::Period(period) => match &field.ty {
            FieldType::Year => period.first().year().to_string(),
            _ => quoted(&period.to_string()),
        },
    }
}

/// A value in the words of a language: labels for choices, 是/否 for booleans.
pub fn words(field: &FieldDef, value: &Value, locale: &Locale) -> String {
    match value {
        Value::List(items) => locale.join(
            &items
                .iter()
                .map(|item| words(field, item, locale))
                .collect::<Vec<_>>(),
        ),
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
            FieldType::Choice(choices) => choices
                .iter()
                .find(|c| c.name == *text)
                .map_or(text.as_str(), |c| c.label.get(locale.lang()))
                .to_owned(),
            _ => text.to_string(),
        },
        Value::Integer(n) => n.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Boolean(true) => locale.text("yes"),
        Value::Boolean(false) => locale.text("no"),
        Value::Day(day) => day.to_string(),
        Value::Period(period) => period.to_string(),
    }
}

/// What names a record in a list, in the words of a language; empty where it has no title.
pub fn title(record: &Record, locale: &Locale) -> String {
    record
        .title()
        .map(|value| words(&record.kind.fields[record.kind.title], value, locale))
        .unwrap_or_default()
}

/// What a value says as it stands in a file, right or wrong, in the words of both languages: labels
/// for choices, the columns of a table in their order; of a list one for each item.
pub fn said(field: Option<&FieldDef>, value: &TomlValue) -> Vec<Label> {
    let same = |text: &str| {
        vec![Label {
            zh: text.to_owned(),
            en: text.to_owned(),
        }]
    };
    match (value, field.map(|field| &field.ty)) {
        (TomlValue::Text(text), Some(FieldType::Choice(choices))) => {
            match choices.iter().find(|choice| choice.name == *text) {
                Some(choice) => vec![choice.label.clone()],
                None => same(text),
            }
        }
        (TomlValue::Text(text) | TomlValue::Word(text), _) => same(text),
        (TomlValue::List(items), _) => items.iter().flat_map(|item| said(field, item)).collect(),
        (TomlValue::Table(pairs), Some(FieldType::Table(columns))) => {
            let cells = columns
                .iter()
                .filter_map(|column| Some(said(Some(column), pairs.get(&column.name)?)));
            let cells: Vec<Label> = cells.flatten().collect();
            let join = |lang| {
                cells
                    .iter()
                    .map(|cell| cell.get(lang))
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            vec![Label {
                zh: join(Lang::Zh),
                en: join(Lang::En),
            }]
        }
        (TomlValue::Table(_), _) => same(&value.to_string()),
    }
}

/// A field of a file as messages name it: its label, and the key by which it stands there.
pub fn field_name(fields: &[FieldDef], name: &str) -> Label {
    let label = fields
        .iter()
        .find(|field| field.name == name)
        .map(|field| &field.label);
    let with_key = |text: &str, [open, close]: [&str; 2]| {
        if text == name {
            name.to_owned()
        } else {
            format!("{text}{open}{name}{close}")
        }
    };
    match label {
        Some(label) => Label {
            zh: with_key(&label.zh, ["（", "）"]),
            en: with_key(&label.en, [" (", ")"]),
        },
        None => Label {
            zh: name.to_owned(),
            en: name.to_owned(),
        },
    }
}

/// A value as a machine reads it: no labels.
pub fn plain(value: &Value) -> String {
    match value {
        Value::List(items) => items.iter().map(plain).collect::<Vec<_>>().join("; "),
        Value::Table(values) => values
            .iter()
            .flatten()
            .map(plain)
            .collect::<Vec<_>>()
            .join(" "),
        Value::Text(text) => text.to_string(),
        Value::Integer(n) => n.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Boolean(b) => b.to_string(),
        Value::Day(day) => day.to_string(),
        Value::Period(period) => period.to_string(),
    }
}
