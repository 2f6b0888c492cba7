//! `ledger show ID`: everything one record says, and where it stands.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};
use serde_json::{Map, Value as Json};

use crate::cmd::ledger::Ledger;
use crate::cmd::{self, Command, Session, Status};
use crate::locale::Locale;
use crate::record::{Record, Value, text};
use crate::render::{json, padded, wrap};
use crate::rules::Rules;
use crate::rules::kind::{Field, FieldType};
use crate::spelling::visible;
use crate::tree::canon::all_values;
use crate::tree::change;
use unicode_width::UnicodeWidthStr;

pub(super) const COMMAND: Command = Command {
    name: "show",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    cmd::command(locale, "show")
        .arg(cmd::positional(locale, "id", "value-id"))
        .arg(cmd::at_option(locale))
        .arg(cmd::format_option(locale, &["text", "json"]))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let ledger = Ledger::asked(session, matches)?;
    let rules = &ledger.rules;
    let id = matches.get_one::<String>("id").map_or("", String::as_str);
    let found = change::find(ledger.files(), rules, id)?;
    let text = match cmd::format_of(matches, "text") {
        "json" => {
            let mut object = to_json(&found.record, rules);
            object.insert("org".to_owned(), found.org.as_str().into());
            json::pretty(&Json::Object(object))
        }
        _ => for_people(session, &found, rules),
    };
    write!(session.out, "{text}")?;
    Ok(Status::Clean)
}

fn for_people(session: &Session<'_>, found: &change::Found, rules: &Rules) -> String {
    let (record, locale) = (&found.record, &session.locale);
    let mut rows = vec![
        (
            locale.text("label-kind"),
            vec![record.kind.label.get(locale.lang()).to_owned()],
        ),
        (locale.text("label-org"), vec![found.org.to_string()]),
        (
            locale.text("label-place"),
            vec![format!("{}:{}", record.origin.file, record.origin.line)],
        ),
    ];
    if let Some(status) = record.status_on(session.today) {
        rows.push((
            locale.text("label-state"),
            vec![status.choice.label.get(locale.lang()).to_owned()],
        ));
    }
    for (field, value) in rules.all_fields(record.kind).iter().zip(all_values(record)) {
        let Some(value) = value else { continue };
        let items: Vec<String> = value
            .items()
            .iter()
            .map(|item| text::words(field, item, locale))
            .collect();
        rows.push((field.label.get(locale.lang()).to_owned(), items));
    }
    let left = rows
        .iter()
        .map(|(label, _)| label.width())
        .max()
        .unwrap_or(0);
    let room = session
        .style
        .width
        .map_or(usize::MAX, |width| width.saturating_sub(left + 2).max(20));
    let mut out = String::new();
    for (label, items) in rows {
        let lines = items.iter().flat_map(|item| wrap(&visible(item), room));
        for (n, line) in lines.enumerate() {
            out.push_str(
                format!("{}  {line}", padded(if n == 0 { &label } else { "" }, left)).trim_end(),
            );
            out.push('\n');
        }
    }
    out
}

/// A record as an object: its keys as in the file, its kind, file and line.
pub(super) fn to_json(record: &Record, rules: &Rules) -> Map<String, Json> {
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

fn value_json(field: &Field, value: &Value) -> Json {
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
