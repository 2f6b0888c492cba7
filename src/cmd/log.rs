//! `ledger log ID`: who entered a record and changed it, when, field by field; oldest first.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};
use serde_json::{Value as Json, json};

use crate::cmd::audit_merges::short;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::git::Repo;
use crate::git::graph::Commit;
use crate::history::snapshot::{Occurrence, RecordRef};
use crate::history::trail::{ChangeKind, Event, between, committed, follow};
use crate::locale::Locale;
use crate::name::RecordId;
use crate::present::{record, trail};
use crate::problem::{Problem, Problems, Rule};
use crate::render::json;
use crate::rules::Rules;
use crate::spelling::visible;
use crate::table::{Cell, Column, Table, TableRow};
use crate::tree::{Root, change};

pub(super) const COMMAND: Command = Command {
    name: "log",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "log")
        .arg(options::positional(locale, "id", "value-id"))
        .args(output::table_options(locale, options::TABLES))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let form = output::form(matches, options::TABLES, Format::Table)?;
    let root = session.root()?;
    let rules = session.rules_of_records()?;
    let repo = Repo::of(&root.path)?;
    let asked = matches.get_one::<String>("id").map_or("", String::as_str);
    let (id, now) = which(&root, &rules, asked)?;
    let progress = output::progress(&session.locale, 0);
    let mut trail = follow(&repo, &BTreeSet::from([id.clone()]), &mut |done, all| {
        progress.set_length(all as u64);
        progress.set_position(done as u64);
    })?;
    progress.finish_and_clear();
    let mut events = trail.remove(&id).unwrap_or_default();
    let last = committed(&repo, &id, now.as_ref().map(|now| now.file.as_str()))?;
    let of = RecordRef::Record(id.clone());
    events.extend(between(&of, last.as_ref(), now.as_ref()));
    if events.is_empty() {
        return Err(Problem::new(Rule::UNKNOWN_RECORD).with("id", asked).into());
    }
    if form == Format::Table {
        let text = for_people(&session.locale, &rules, &id, &events);
        output::deliver(session, matches, form, text.as_bytes())?;
    } else {
        let json = |_: &_| {
            let events = events.iter().map(to_json).collect::<Vec<_>>();
            Ok(json::pretty(&json!({ "id": id, "events": events })))
        };
        let found = table(&session.locale, &rules, &id, &events);
        output::show(session, matches, form, &found.into(), json)?;
    }
    Ok(Status::Clean)
}

/// The id of a record in the work tree and how it stands there; a whole id may also be of one that
/// is gone.
fn which(
    root: &Root,
    rules: &Rules,
    asked: &str,
) -> Result<(String, Option<Occurrence>), Problems> {
    match change::find(root, rules, asked) {
        Ok(found) => {
            let repo = Repo::of(&root.path)?;
            let text = found.text(root)?;
            let file = format!("{}{}", repo.prefix, found.record.origin.file);
            let stand = Occurrence {
                org: found.org.to_string(),
                file,
                line: found.record.origin.line,
                text,
            };
            Ok((found.record.id.to_string(), Some(stand)))
        }
        Err(_) if asked.trim().parse::<RecordId>().is_ok() => Ok((asked.trim().to_owned(), None)),
        Err(problems) => Err(problems),
    }
}

/// A row for each value that changed.
fn table(locale: &Locale, rules: &Rules, id: &str, events: &[Event]) -> Table {
    let columns = ["day", "writer", "deed", "commit", "field", "change"];
    let column = |name| Column::text(name, locale.text(&format!("label-{name}")));
    let fields = rules.fields_of(id);
    let mut rows = Vec::new();
    for event in events {
        let commit = event.commit.as_ref();
        let said = |of: fn(&Commit) -> String| Cell::Text(commit.map(of).unwrap_or_default());
        let deed = Cell::Text(locale.text(&format!("deed-{}", event.deed.name())));
        for change in &event.changes {
            let field = trail::field_of(&fields, change);
            for value in trail::values(locale, field, change) {
                rows.push(TableRow::of(vec![
                    said(|commit| commit.day.clone()),
                    said(|commit| commit.author.clone()),
                    deed.clone(),
                    said(|commit| short(&commit.name).to_owned()),
                    Cell::Text(trail::field_label(locale, field, change)),
                    Cell::Text(value),
                ]));
            }
        }
    }
    Table {
        columns: columns.map(column).into(),
        rows,
        ..Table::default()
    }
}

fn for_people(locale: &Locale, rules: &Rules, id: &str, events: &[Event]) -> String {
    let fields = rules.fields_of(id);
    let mut text = String::new();
    for event in events {
        let deed = locale.text(&format!("deed-{}", event.deed.name()));
        match &event.commit {
            Some(commit) => {
                let (author, subject) = (visible(&commit.author), visible(&commit.subject));
                text.push_str(&format!(
                    "{}  {author}  {deed}  {}  {subject}\n",
                    commit.day,
                    short(&commit.name)
                ));
            }
            None => text.push_str(&format!("{}  {deed}\n", locale.text("not-committed"))),
        }
        // What a record said last is what its removal takes away; its id says enough.
        for change in event.changes.iter().filter(|change| {
            event.deed != ChangeKind::Removed || change.aspect.field() == Some("id")
        }) {
            let field = trail::field_of(&fields, change);
            for line in trail::lines(locale, field, change) {
                text.push_str(&format!("    {line}\n"));
            }
        }
    }
    text
}

fn to_json(event: &Event) -> Json {
    let changes: Vec<Json> = event
        .changes
        .iter()
        .map(|change| {
            let written = |value: &Option<_>| value.as_ref().map(record::written);
            json!({
                "field": change.aspect.name(),
                "old": written(&change.old),
                "new": written(&change.new),
            })
        })
        .collect();
    let commit = event.commit.as_ref();
    json!({
        "commit": commit.map(|commit| &commit.name),
        "day": commit.map(|commit| &commit.day),
        "author": commit.map(|commit| &commit.author),
        "what": event.deed.name(),
        "changes": changes,
    })
}
