//! `ledger export`: every record of a ledger, with every field.

use std::path::Path;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::locale::Locale;
use crate::present::{left_out_notes, list};
use crate::render::workbook;
use crate::rules::Rules;
use crate::table::{Publication, Table};
use crate::tree::OwnedRecord;
use crate::written::selection::Selection;

pub(super) const COMMAND: Command = Command {
    name: "export",
    build,
    run,
};

/// The forms of an export.
const FORMS: &[Format] = &[Format::Workbook];

fn build(locale: &Locale, _: &Rules) -> Clap {
    let [out, force] = output::options(locale);
    options::command(locale, "export")
        .arg(options::org_option(locale))
        .arg(options::as_of_option(locale))
        .arg(options::at_option(locale))
        .arg(options::switch(locale, "skip-bad"))
        .arg(options::format_option(locale, FORMS))
        .args([out.required(true), force])
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    output::form(matches, FORMS, Format::Workbook)?;
    let path = matches.get_one::<String>("out").map_or("", String::as_str);
    output::refuse(session, matches, Path::new(path))?;
    let ledger = Ledger::asked(session, matches)?;
    let tree = &ledger.load(&Selection::everything());
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let orgs = options::orgs_asked(tree, matches)?;
    let as_of = match matches.get_one::<String>("as-of") {
        Some(text) => session.day(text)?,
        None => session.today,
    };
    let locale = &session.locale;
    let mut tables = Vec::new();
    // A register of which there is no record yet would be an empty sheet.
    for kind in &tree.rules.kinds {
        let of_kind = |entry: &&OwnedRecord<'_>| {
            let record = &entry.record;
            orgs.contains(&entry.org)
                && record.kind.number == kind.number
                && record.exists_on(as_of)
        };
        let entries: Vec<&OwnedRecord<'_>> = tree.entries.iter().filter(of_kind).collect();
        if entries.is_empty() {
            continue;
        }
        let fields: Vec<usize> = (0..kind.fields.len()).collect();
        tables.push(Table {
            title: kind.label.get(locale.lang()).to_owned(),
            ..list::table(locale, tree, (kind, &fields), &entries, as_of, false)
        });
    }
    let found = Publication {
        title: locale.text("export-title"),
        notes: left_out_notes(locale, &left_out),
        tables,
        ..Publication::default()
    };
    let bytes = workbook::tables(&found, locale, session.today)?;
    output::save(session, matches, Path::new(path), &bytes)?;
    Ok(Status::Clean)
}
