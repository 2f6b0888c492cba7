//! `ledger show ID`: everything one record says, and where it stands.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};
use serde_json::Value as Json;

use crate::cmd::change::asked_record;
use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options};
use crate::locale::Locale;
use crate::present::record;
use crate::record::text;
use crate::render::{json, padded, wrap};
use crate::rules::Rules;
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
    options::command(locale, "show")
        .arg(options::positional(locale, "id", "value-id").required(false))
        .arg(options::at_option(locale))
        .arg(options::format_option(
            locale,
            &[Format::Text, Format::Json],
        ))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let ledger = Ledger::asked(session, matches)?;
    let rules = &ledger.rules;
    let id = asked_record(session, matches, |_| true)?;
    let found = change::find(ledger.files(), rules, &id)?;
    let text = match options::format_of(matches, Format::Text) {
        Format::Json => {
            let mut object = record::record(&found.record, rules);
            object.insert("org".to_owned(), found.org.as_str().into());
            json::pretty(&Json::Object(object))
        }
        _ => for_people(session, &found, rules),
    };
    write!(session.out, "{text}")?;
    Ok(Status::Clean)
}

fn for_people(session: &Session<'_>, found: &change::FoundRecord, rules: &Rules) -> String {
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
