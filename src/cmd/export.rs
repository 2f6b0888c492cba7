//! `ledger export`: every record of a ledger, with every field: a workbook, or tables for a
//! database.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};
use tempfile::TempDir;

use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::locale::{Arg, Locale};
use crate::present::{dump, left_out_notes, list};
use crate::problem::{Problem, Rule};
use crate::render::workbook;
use crate::rules::Rules;
use crate::sql;
use crate::sql::dialect::DIALECTS;
use crate::sql::load::PARTITION;
use crate::sql::tables::SqlTable;
use crate::table::{Publication, Table};
use crate::tree::write::{export, make_folders};
use crate::tree::{OwnedRecord, pass};
use crate::written::selection::Selection;

pub(super) const COMMAND: Command = Command {
    name: "export",
    build,
    run,
};

/// The forms of an export: a workbook, or a folder of CSV files.
const FORMS: &[Format] = &[Format::Workbook, Format::Csv];

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
    let path = matches.get_one::<String>("out").map_or("", String::as_str);
    let asked = matches.get_one::<Format>("format").copied();
    let is_folder = Path::new(path).is_dir() || Path::new(path).extension().is_none();
    if asked == Some(Format::Csv) || asked.is_none() && is_folder {
        return tables(session, matches, Path::new(path));
    }
    output::form(matches, &[Format::Workbook], Format::Workbook)?;
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

/// Writes the tables of a database into a folder, those of each top organisation into a folder of
/// its own, which takes the place of what it had there.
fn tables(session: &mut Session<'_>, matches: &ArgMatches, dir: &Path) -> Result<Status> {
    for option in ["org", "as-of"] {
        if matches.contains_id(option) {
            // A database is asked for a part of it, and for the state of a day.
            return Err(Problem::new(Rule::USAGE)
                .with("what", Arg::Message("usage-conflict"))
                .with("subject", format!("--{option}"))
                .with("value", "")
                .with("hint", "none")
                .with("suggested", "")
                .into());
        }
    }
    output::refuse(session, matches, dir)?;
    let ledger = Ledger::asked(session, matches)?;
    let mut tree = ledger.outline();
    // What is wrong is known before anything is written.
    pass::each_organisation(
        &mut tree,
        ledger.files(),
        &Selection::everything(),
        |_, _, _| (),
    );
    let left_out = session.left_out(&tree, matches.get_flag("skip-bad"))?;
    let doubled = |problem: &&Problem| problem.rule == Rule::DUPLICATE_ID;
    let ids = left_out
        .iter()
        .filter(doubled)
        .filter_map(|problem| problem.text("id"));
    let but: BTreeSet<String> = ids.map(str::to_owned).collect();
    make_folders(dir).map_err(|error| Problem::io(dir, &error))?;
    let tables = sql::tables::tables(&ledger.rules);
    let mut folders = Folders::new(dir, &tables)?;
    let rows = |org: usize, entries: Vec<OwnedRecord<'_>>| {
        let count = entries.len();
        (count, dump::rows(&tree, &tables, org, &entries))
    };
    let mut records = 0;
    pass::in_turn(&tree, ledger.files(), &but, rows, |org, (count, rows)| {
        records += count;
        folders.add(tree.orgs[org].path.top(), &rows)
    })?;
    folders.take_their_places()?;
    for dialect in DIALECTS {
        export(
            &dir.join(dialect.script()),
            dialect.load(&tables).as_bytes(),
        )?;
    }
    let counts = [
        ("path", dir.display().to_string().into()),
        ("orgs", tree.orgs.len().into()),
        ("records", records.into()),
        ("tables", tables.len().into()),
    ];
    session.remark("export-tables", &counts)?;
    Ok(Status::Clean)
}

/// The folders of an export while they are written, beside the place where they are to be.
struct Folders<'t> {
    dir: &'t Path,
    tables: &'t [SqlTable<'t>],
    /// Where they are written; it goes with what is left in it.
    beside: TempDir,
    /// The names of those that there are.
    names: Vec<String>,
    /// The files of the last, in the order of the tables.
    files: Vec<BufWriter<File>>,
}

impl<'t> Folders<'t> {
    fn new(dir: &'t Path, tables: &'t [SqlTable<'t>]) -> Result<Folders<'t>, Problem> {
        let beside = tempfile::Builder::new().prefix(".export-").tempdir_in(dir);
        Ok(Folders {
            dir,
            tables,
            beside: beside.map_err(|error| Problem::io(dir, &error))?,
            names: Vec::new(),
            files: Vec::new(),
        })
    }

    /// Adds an organisation's rows to the folder of the one at its top.
    fn add(&mut self, top: &str, rows: &[String]) -> Result<(), Problem> {
        let name = format!("{PARTITION}{top}");
        let io = |error: std::io::Error| Problem::io(self.dir, &error);
        if self.names.last() != Some(&name) {
            self.files
                .iter_mut()
                .try_for_each(Write::flush)
                .map_err(io)?;
            let folder = self.beside.path().join(&name);
            std::fs::create_dir(&folder).map_err(io)?;
            let file = |table: &SqlTable<'_>| {
                let path = folder.join(format!("{}.csv", table.name));
                let mut file = BufWriter::new(File::create(path)?);
                file.write_all(dump::heading(table).as_bytes())?;
                Ok(file)
            };
            self.files = self
                .tables
                .iter()
                .map(file)
                .collect::<Result<_, _>>()
                .map_err(io)?;
            self.names.push(name);
        }
        let mut files = self.files.iter_mut().zip(rows);
        files
            .try_for_each(|(file, rows)| file.write_all(rows.as_bytes()))
            .map_err(io)
    }

    /// Puts all folders where they are to be; what was there goes.
    fn take_their_places(mut self) -> Result<(), Problem> {
        let io = |error: std::io::Error| Problem::io(self.dir, &error);
        self.files
            .iter_mut()
            .try_for_each(Write::flush)
            .map_err(io)?;
        self.files.clear();
        for name in &self.names {
            let place = self.dir.join(name);
            if place.exists() {
                let old = self.beside.path().join(format!("old-{name}"));
                std::fs::rename(&place, old).map_err(io)?;
            }
            std::fs::rename(self.beside.path().join(name), &place).map_err(io)?;
        }
        Ok(())
    }
}
