//! Records, and what is written in them, as JSON objects.

use serde_json::{Map, Value as Json};

use crate::day::Day;
use crate::number::Decimal;
use crate::record::{Record, Value, text};
use crate::rules::Rules;
use crate::rules::kind::{FieldDef, FieldType};
use crate::tree::canon::all_values;
use crate::tree::{OwnedRecord, Tree};
use crate::written::value::TomlValue;

/// A record as an object, with its organisation, and its status on a day.
pub fn owned(tree: &Tree, entry: &OwnedRecord, as_of: Day) -> Json {
    let mut object = record(&entry.record, tree.rules);
    object.insert("org".to_owned(), tree.orgs[entry.org].path.as_str().into());
    if let Some(status) = entry.record.status_on(as_of) {
        object.insert("state".to_owned(), status.choice.name.as_str().into());
    }
    object.into()
}

/// A record as an object: its keys as in the file, its kind, file and line.
pub fn record(record: &Record, rules: &Rules) -> Map<String, Json> {
    let mut object = Map::new();
    object.insert("kind".to_owned(), record.kind.name.as_str().into());
    object.insert("file".to_owned(), record.origin.file.as_ref().into());
    object.insert("line".to_owned(), record.origin.line.into());
    for (field, value) in rules.all_fields(record.kind).iter().zip(all_values(record)) {
        if let Some(value) = value {
            object.insert(field.name.clone(), value_json(field, &value));
        }
    }
    object
}

/// A value as in the file, for programs.
pub fn value_json(field: &FieldDef, value: &Value) -> Json {
    match value {
        Value::Integer(n) => (*n).into(),
        Value::Decimal(number) => number.json().into(),
        Value::Boolean(b) => (*b).into(),
        Value::List(items) => items.iter().map(|item| value_json(field, item)).collect(),
        Value::Table(values) => match &field.ty {
            FieldType::Table(columns) => Json::Object(
                columns
                    .iter()
                    .zip(values)
                    .filter_map(|(c, v)| Some((c.name.clone(), value_json(c, v.as_ref()?))))
                    .collect(),
            ),
            _ => Json::Null,
        },
        Value::Period(period) if matches!(field.ty, FieldType::Year) => {
            period.first().year().into()
        }
        Value::Text(_) | Value::Day(_) | Value::Period(_) => text::plain(value).into(),
    }
}

/// What a field says, for programs.
pub fn written(value: &TomlValue) -> Json {
    match value {
        TomlValue::Text(text) => text.as_str().into(),
        TomlValue::Word(word) => match (word.parse::<Decimal>(), word.parse::<bool>()) {
            (Ok(number), _) => number.json().into(),
            (_, Ok(truth)) => truth.into(),
            _ => word.as_str().into(),
        },
        TomlValue::List(items) => items.iter().map(written).collect(),
        TomlValue::Table(pairs) => pairs
            .iter()
            .map(|(key, value)| (key.clone(), written(value)))
            .collect::<Map<_, _>>()
            .into(),
    }
}
