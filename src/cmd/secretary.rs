//! `ledger secretary ORG`: the secretary's ledger, seen from records that were entered once
//! elsewhere.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};
use serde_json::json;

use crate::cmd::ledger::Ledger;
use crate::cmd::{self, Command, Session, Status, list};
use crate::day::Period;
use crate::figure::view::{Looker, days, person};
use crate::locale::Locale;
use crate::problem::{Problem, Rule};
use crate::record::selection::Selection;
use crate::render::json::pretty;
use crate::render::{csv, terminal};
use crate::rules::Rules;
use crate::table::{Cell, Column, Row, Table};

pub(super) const COMMAND: Command = Command {
    name: "secretary",
    build,
    run,
};

/// The view that the command prints.
const VIEW: &str = "secretary";

fn build(locale: &Locale, _: &Rules) -> Clap {
    cmd::command(locale, "secretary")
        .arg(cmd::positional(locale, "org", "value-org"))
        .arg(cmd::quarter_option(locale))
        .arg(cmd::as_of_option(locale))
        .arg(cmd::switch(locale, "wide"))
        .arg(cmd::switch(locale, "skip-bad"))
        .arg(cmd::format_option(locale, &["table", "csv", "json"]))
        .arg(cmd::switch(locale, "raw"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let (period, as_of, _) = session.window(matches)?;
    let ledger = Ledger::of(session)?;
    let Some(view) = ledger.rules.view(VIEW) else {
        return Err(Problem::new(Rule::UNKNOWN_NAME)
            .with("name", VIEW)
            .with("allowed", "")
            .into());
    };
    let tree = &ledger.load(&Selection::of_kinds(&ledger.rules, view.kinds()));
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let org = session.org(tree, matches)?;
    let Some(secretary) = person(&tree.orgs[org], view) else {
        let field = &tree.rules.org.fields[view.person];
        return Err(Problem::new(Rule::NOBODY_NAMED)
            .with("org", tree.orgs[org].name())
            .with("field", field.name.as_str())
            .into());
    };
    let inside = |days: Period| period.covers(days);
    let parts = Looker::new(tree).entries(view, org, as_of, &inside);
    let locale = &session.locale;
    let lang = locale.lang();
    let text = match cmd::format_of(matches, "table") {
        "json" => {
            let parts: Vec<serde_json::Value> = parts
                .iter()
                .map(|(part, records)| {
                    let records: Vec<_> = records.iter().map(|&n| list::record_json(tree, &tree.entries[n], as_of)).collect();
                    json!({ "part": part.label.get(lang), "kind": part.kind.name, "records": records })
                })
                .collect();
            pretty(&json!({
                "org": tree.orgs[org].path.as_str(), "secretary": secretary, "period": period.to_string(),
                "as_of": as_of.to_string(), "parts": parts, "left_out": cmd::places(&left_out),
            }))
        }
        format => {
            let columns = vec![
                Column::text("part", locale.text("label-part")),
                Column::text("date", locale.text("label-date")),
                Column::text("what", locale.text("label-what")),
                Column {
                    compact: false,
                    ..Column::text("state", locale.text("label-state"))
                },
                Column {
                    compact: false,
                    ..Column::text("org", locale.text("label-org"))
                },
                Column {
                    compact: false,
                    ..Column::text("place", locale.text("label-place"))
                },
                Column::text("id", locale.text("label-id")),
            ];
            let entries = &tree.entries;
            let rows = parts
                .iter()
                .flat_map(|(part, records)| records.iter().map(move |&n| (part, &entries[n])));
            let rows = rows.map(|(part, entry)| {
                let record = &entry.record;
                let cells = [
                    part.label.get(lang).to_owned(),
                    days(record, part)
                        .map(|days| days.first().to_string())
                        .unwrap_or_default(),
                    crate::record::text::title(record, locale),
                    record
                        .status_on(as_of)
                        .map(|status| status.choice.label.get(lang).to_owned())
                        .unwrap_or_default(),
                    tree.orgs[entry.org].short().to_owned(),
                    format!("{}:{}", record.origin.file, record.origin.line),
                    record.id.to_string(),
                ];
                Row {
                    cells: cells.into_iter().map(Cell::Text).collect(),
                    total: false,
                }
            });
            let counts: Vec<String> = parts
                .iter()
                .map(|(part, records)| format!("{} {}", part.label.get(lang), records.len()))
                .collect();
            let title = locale.say(
                "secretary-title",
                &[
                    ("org", tree.orgs[org].name().into()),
                    ("view", (&view.label).into()),
                    ("person", secretary.into()),
                    ("period", period.label(lang).into()),
                    ("as_of", as_of.to_string().into()),
                ],
            );
            let mut table = Table {
                title,
                notes: vec![locale.join(&counts)],
                columns,
                rows: rows.collect(),
                ..Table::default()
            };
            table.notes.extend(cmd::left_out_notes(locale, &left_out));
            match format {
                "csv" if matches.get_flag("raw") => csv::raw(&table),
                "csv" => csv::for_people(&table),
                _ => terminal::draw(&table, cmd::table_style(session, matches), locale),
            }
        }
    };
    write!(session.out, "{text}")?;
    Ok(Status::Clean)
}
