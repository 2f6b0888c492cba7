//! A table as JSON for programs.

use serde_json::{Map, Value, json};

use crate::problem::{Problem, Severity};
use crate::spelling::is_steering;
use crate::table::{Audience, Publication, Table};

/// A report: its facts, its metrics, its rows with values by metric name.
pub fn report(found: &Publication) -> String {
    let table = found.first();
    let mut object = facts(table);
    let metrics = table
        .columns
        .iter()
        .filter(|c| c.figure)
        .map(|c| json!({ "name": c.name, "label": c.label, "unit": c.unit }))
        .collect();
    object.insert("metrics".to_owned(), Value::Array(metrics));
    let rows = table
        .rows
        .iter()
        .map(|row| {
            let (mut keys, mut values) = (Map::new(), Map::new());
            for (column, cell) in table
                .columns
                .iter()
                .zip(&row.cells)
                .filter(|(c, _)| c.audience != Audience::People)
            {
                let map = if column.figure {
                    &mut values
                } else {
                    &mut keys
                };
                map.insert(column.name.clone(), cell.json());
            }
            keys.insert("values".to_owned(), Value::Object(values));
            Value::Object(keys)
        })
        .collect();
    object.insert("rows".to_owned(), Value::Array(rows));
    pretty(&Value::Object(object))
}

/// A list: its facts, and its rows as objects under `name`.
pub fn list(found: &Publication, name: &str) -> String {
    let table = found.first();
    let mut object = facts(table);
    object.insert(name.to_owned(), rows(table));
    pretty(&Value::Object(object))
}

/// The rows of a table as objects by column name.
pub fn rows(table: &Table) -> Value {
    let rows = table.rows.iter().map(|row| {
        let cells = table
            .columns
            .iter()
            .zip(&row.cells)
            .filter(|(c, _)| c.audience != Audience::People);
        Value::Object(
            cells
                .map(|(column, cell)| (column.name.clone(), cell.json()))
                .collect(),
        )
    });
    Value::Array(rows.collect())
}

/// Problems with their places, their rules, and the sentences that `say` makes of them.
pub fn problems(
    problems: &[Problem],
    say: impl Fn(&Problem) -> (String, Option<String>),
) -> String {
    let list: Vec<Value> = problems
        .iter()
        .map(|problem| {
            let (message, help) = say(problem);
            let is_error = problem.blocks() || problem.rule.severity == Severity::Usage;
            json!({
                "rule": problem.rule.name,
                "severity": if is_error { "error" } else { "warning" },
                "file": problem.place.as_ref().map(|p| p.file.to_string()),
                "line": problem.place.as_ref().map(|p| p.line.max(1)),
                "column": problem.place.as_ref().map(|p| p.column.max(1)),
                "message": message,
                "help": help,
            })
        })
        .collect();
    pretty(&json!({ "count": list.len(), "problems": list }))
}

/// An object as indented text with a final line end; characters that steer a terminal are escapes.
pub fn pretty(value: &Value) -> String {
    let text = format!("{value:#}\n");
    let steers = |c: char| is_steering(c) && c != '\n';
    if !text.contains(steers) {
        return text;
    }
    // Outside strings JSON has no such characters, and all of them lie in the basic plane.
    text.chars()
        .map(|c| {
            if steers(c) {
                format!("\\u{:04x}", c as u32)
            } else {
                c.to_string()
            }
        })
        .collect()
}

fn facts(table: &Table) -> Map<String, Value> {
    table
        .facts
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
        .collect()
}
