//! `ledger blame ORG --quarter Q`: who entered each record of a quarter, and who changed it last.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::git::Repo;
use crate::history::trail::follow;
use crate::locale::Locale;
use crate::present::{blame, left_out_notes};
use crate::render::json;
use crate::rules::Rules;
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
        .args(output::table_options(locale, options::TABLES))
        .arg(options::switch(locale, "skip-bad"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let form = output::form(matches, options::TABLES, Format::Table)?;
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
    let mut table = blame::table(locale, tree, &entries, &trail);
    table.notes = left_out_notes(locale, &left_out);
    if table.rows.is_empty() {
        let args = [("period", period.to_string().into())];
        table.notes.push(locale.say("blame-none", &args));
    }
    let json = |found: &_| Ok(json::list(found, "records"));
    output::show(session, matches, form, &table.into(), json)?;
    Ok(Status::Clean)
}
