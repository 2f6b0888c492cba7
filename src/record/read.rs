//! From TOML to values: every key of a table against the fields that its kind allows.

use toml::de::{DeTable, DeValue};

use crate::day::{Day, Period, Span};
use crate::locale::{Arg, Label};
use crate::number::Decimal;
use crate::problem::{Problem, Rule};
use crate::record::Value;
use crate::rules::kind::{Field, FieldType, field_names};
use crate::wire::{Node, Reading, day, decimal, integer, type_name};

/// Reads the fields of a table; what is wrong is noted, and the field left out.
///
/// `also` names keys that the caller reads itself (`id`, `retracted`). `kind` is for messages.
pub fn fields(
    reading: &Reading<'_>,
    table: &DeTable<'_>,
    span: std::ops::Range<usize>,
    fields: &[Field],
    kind: &Label,
    also: &[&str],
) -> Vec<Option<Value>> {
    let mut values = vec![None; fields.len()];
    for (key, node) in table {
        let name: &str = key.get_ref();
        match fields.iter().position(|f| f.name == name) {
            Some(n) => values[n] = field(reading, &fields[n], node),
            None if also.contains(&name) => {}
            None => reading.note(
                Problem::new(Rule::UNKNOWN_FIELD)
                    .at(reading.source.place(key.span()))
                    .with("field", name)
                    .with("kind", kind)
                    .with("allowed", field_names(fields)),
            ),
        }
    }
    for (field, value) in fields.iter().zip(&values) {
        let empty = matches!(value, Some(Value::Text(text)) if text.trim().is_empty());
        let given = |name: &str| table.iter().any(|(key, _)| *key.get_ref() == name);
        if field.must_be_given(given) && (empty || value.is_none()) && (empty || !given(&field.name)) {
            reading.note(
                Problem::new(Rule::MISSING_FIELD)
                    .at(reading.source.place(span.clone()))
                    .with("field", field.name.as_str())
                    .with("kind", kind),
            );
        }
    }
    values
}

fn field(reading: &Reading<'_>, field: &Field, node: &Node<'_>) -> Option<Value> {
    if !field.list {
        return value(reading, field, node);
    }
    match node.get_ref() {
        DeValue::Array(items) => {
            let values: Vec<Value> = items.iter().filter_map(|item| value(reading, field, item)).collect();
            Some(Value::List(values))
        }
        _ => {
            wrong_type(reading, field, node, "type-list");
            None
        }
    }
}

fn wrong_type(reading: &Reading<'_>, field: &Field, node: &Node<'_>, wanted: &'static str) {
    reading.note(
        Problem::new(Rule::WRONG_TYPE)
            .at(reading.source.place(node.span()))
            .with("field", field.name.as_str())
            .with("wanted", Arg::Message(wanted))
            .with("found", Arg::Message(type_name(node.get_ref()))),
    );
}

fn value(reading: &Reading<'_>, field: &Field, node: &Node<'_>) -> Option<Value> {
    let text = node.get_ref().as_str();
    let found = match &field.ty {
        FieldType::Text | FieldType::Path | FieldType::Record(_) | FieldType::Organisation => text.map(|t| Value::Text(t.to_owned())),
        FieldType::Boolean => node.get_ref().as_bool().map(Value::Boolean),
        FieldType::Date => match node.get_ref() {
            DeValue::Datetime(found) if found.date.is_some() && found.time.is_none() && found.offset.is_none() => {
                let day = day(node.get_ref());
                if day.is_none() {
                    reading.note(outside(&field.name, Day::FIRST, Day::LAST).at(reading.source.place(node.span())));
                    return None;
                }
                day.map(Value::Day)
            }
            _ => None,
        },
        FieldType::Month => text.and_then(|t| period(t, Span::Month)),
        FieldType::Quarter => text.and_then(|t| period(t, Span::Quarter)),
        FieldType::Year => {
            integer(node.get_ref()).and_then(|y| Day::new(i32::try_from(y).ok()?, 1, 1)).map(|day| Value::Period(Period::year(day)))
        }
        FieldType::Integer { min, max } => {
            let number = integer(node.get_ref());
            if number.is_none() && matches!(node.get_ref(), DeValue::Integer(_)) || number.is_some_and(|n| n < *min || n > *max) {
                reading.note(out_of_range(field.name.as_str(), *min, *max).at(reading.source.place(node.span())));
                return None;
            }
            number.map(Value::Integer)
        }
        FieldType::Decimal { places, min, max } => {
            let number = decimal(node.get_ref());
            if let Some(problem) = number.and_then(|number| unfit(&field.name, number, *places, (*min, *max))) {
                reading.note(problem.at(reading.source.place(node.span())));
                return None;
            }
            // What has more decimals than any number here is no decimal, but the message should say so.
            if let (None, DeValue::Float(text)) = (number, node.get_ref())
                && text.as_str().contains('.')
                && !text.as_str().contains(['e', 'E'])
            {
                reading.note(too_many_decimals(&field.name, *places).at(reading.source.place(node.span())));
                return None;
            }
            number.map(Value::Decimal)
        }
        FieldType::Choice(choices) => match text {
            Some(text) if !choices.iter().any(|c| c.name == text) => {
                let allowed: Vec<&str> = choices.iter().map(|c| c.name.as_str()).collect();
                reading.note(
                    Problem::new(Rule::UNKNOWN_VALUE)
                        .at(reading.source.place(node.span()))
                        .with("field", field.name.as_str())
                        .with("value", text)
                        .with("allowed", allowed.join(", ")),
                );
                return None;
            }
            text => text.map(|t| Value::Text(t.to_owned())),
        },
        FieldType::Table(columns) => match node.get_ref() {
            DeValue::Table(table) => Some(Value::Table(fields(reading, table, node.span(), columns, &field.label, &[]))),
            _ => None,
        },
    };
    if found.is_none() {
        wrong_type(reading, field, node, field.ty.message());
    }
    found
}

/// Why a number does not fit a field of so many decimals and this range.
pub fn unfit(field: &str, number: Decimal, places: u32, (min, max): (i64, i64)) -> Option<Problem> {
    if number.places() > places {
        Some(too_many_decimals(field, places))
    } else if number < Decimal::from(min) || number > Decimal::from(max) {
        Some(out_of_range(field, min, max))
    } else {
        None
    }
}

fn too_many_decimals(field: &str, places: u32) -> Problem {
    Problem::new(Rule::TOO_MANY_DECIMALS).with("field", field).with("places", i64::from(places))
}

/// A number outside a field's range.
pub fn out_of_range(field: &str, min: i64, max: i64) -> Problem {
    outside(field, min, max)
}

fn outside(field: &str, min: impl ToString, max: impl ToString) -> Problem {
    Problem::new(Rule::OUT_OF_RANGE).with("field", field).with("min", min.to_string()).with("max", max.to_string())
}

/// In a file a period has one spelling: `2026-07`, `2026Q3`.
fn period(text: &str, span: Span) -> Option<Value> {
    let period = Period::parse(text, Day::FIRST).ok()?;
    (period.span() == span && period.to_string() == text).then_some(Value::Period(period))
}
