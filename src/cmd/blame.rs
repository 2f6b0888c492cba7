//! `ledger blame ORG --quarter Q`: who entered each record of a quarter, and who changed it last.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::{Command, Session, Status, options, output};
use crate::git::Repo;
use crate::history::trail::{Event, follow};
use crate::locale::Locale;
use crate::present::left_out_notes;
use crate::record::text;
use crate::rules::Rules;
use crate::table::{Audience, Cell, Column, Table, TableRow};
use crate::tree::OwnedRecord;
use crate::written::selection::Selection;

pub(super) const COMMAND: Command = Command {
    name: "blame",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "blame")
        .arg(options::positional(locale, "org", "value-org"))
        .arg(options::quarter_option(locale))
        .arg(options::switch(locale, "own"))
        .arg(options::format_option(locale, &["table", "csv", "json"]))
        .arg(options::switch(locale, "raw"))
        .arg(options::switch(locale, "wide"))
        .arg(options::switch(locale, "skip-bad"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    let ledger = Ledger::of(session)?;
    let tree = &ledger.load(&Selection::everything());
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let repo = Repo::of(&root.path)?;
    let period = session.period(
        matches
            .get_one::<String>("quarter")
            .map_or("this", String::as_str),
    )?;
    let org = tree.org(matches.get_one::<String>("org").map_or("", String::as_str))?;
    let orgs = if matches.get_flag("own") {
        org..org + 1
    } else {
        tree.subtree(org)
    };
    let belongs = |entry: &&OwnedRecord| {
        entry
            .record
            .belongs()
            .is_some_and(|span| span.first() < period.end() && period.first() < span.end())
    };
    let entries: Vec<&OwnedRecord> = orgs
        .flat_map(|org| tree.entries_of(org))
        .filter(belongs)
        .collect();
    let ids: BTreeSet<String> = entries
        .iter()
        .map(|entry| entry.record.id.to_string())
        .collect();
    let progress = output::progress(&session.locale, 0);
    let trail = follow(&repo, &ids, &mut |done, all| {
        progress.set_length(all as u64);
        progress.set_position(done as u64);
    })?;
    progress.finish_and_clear();
    let locale = &session.locale;
    // Who did it is what is asked for, and stays where there is little room.
    let named = |name: &str| {
        let label = if matches!(name, "id" | "org") {
            format!("label-{name}")
        } else {
            format!("blame-{name}")
        };
        Column {
            compact: matches!(name, "id" | "title" | "by" | "changed-by"),
            ..Column::text(name, locale.text(&label))
        }
    };
    let mut columns = ["id", "title", "by", "entered", "changed-by", "changed"]
        .map(named)
        .to_vec();
    columns.push(Column {
        compact: false,
        ..Column::number("times", locale.text("blame-times"), "items")
    });
    columns.extend([
        named("kind"),
        named("org").only(Audience::People),
        named("org").only(Audience::Machines),
    ]);
    let none = Vec::new();
    let rows = entries.iter().map(|entry| {
        let record = &entry.record;
        let events = trail.get(record.id.as_str()).unwrap_or(&none);
        let mut title = text::title(record, locale);
        if record.retracted.is_some() {
            title.push_str(&locale.text("blame-retracted"));
        }
        let mut cells = vec![Cell::Text(record.id.to_string()), Cell::Text(title)];
        cells.extend(deeds(events));
        let org = &tree.orgs[entry.org];
        let last = [
            record.kind.label.get(locale.lang()).to_owned(),
            org.name().to_owned(),
            org.path.to_string(),
        ];
        cells.extend(last.map(Cell::Text));
        TableRow {
            cells,
            total: false,
        }
    });
    let mut table = Table {
        columns,
        rows: rows.collect(),
        notes: left_out_notes(locale, &left_out),
        ..Table::default()
    };
    if table.rows.is_empty() {
        table
            .notes
            .push(locale.say("blame-none", &[("period", period.to_string().into())]));
    }
    output::print_table(session, matches, &table, "records")?;
    Ok(Status::Clean)
}

/// When and by whom it was entered, and changed last, and how often it was changed.
fn deeds(events: &[Event]) -> Vec<Cell> {
    let who = |event: Option<&Event>| match event.and_then(|event| event.commit.as_ref()) {
        Some(commit) => [
            Cell::Text(commit.day.clone()),
            Cell::Text(commit.author.clone()),
        ],
        None => [Cell::Empty, Cell::Empty],
    };
    let (first, later) = events
        .split_first()
        .map_or((None, &[][..]), |(first, later)| (Some(first), later));
    let [entered, by] = who(first);
    let [changed, changed_by] = who(later.last());
    vec![
        by,
        entered,
        changed_by,
        changed,
        Cell::from(later.len() as i64),
    ]
}
