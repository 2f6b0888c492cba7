//! `ledger init`: start a ledger, empty or with the sample district.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Arg, ArgMatches, Command as Clap};

use crate::cmd::{Command, Session, Status, options};
use crate::day::Day;
use crate::git::setup::{OWN_FILES, write_own_files};
use crate::locale::Locale;
use crate::path::resolved;
use crate::problem::{Problem, Rule};
use crate::rules::Rules;
use crate::tree::write::{Precondition, make_folders};
use crate::tree::{FORMAT, NAMES, scan};
use crate::written::canonical::quoted;

pub(super) const COMMAND: Command = Command {
    name: "init",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "init")
        .arg(
            Arg::new("dir")
                .value_name(locale.text("value-folder"))
                .help(locale.text("arg-dir")),
        )
        .arg(options::switch(locale, "sample"))
        .arg(options::option(locale, "district", "value-text").conflicts_with("sample"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let asked = matches
        .get_one::<String>("dir")
        .or_else(|| matches.get_one::<String>("root"));
    let dir = PathBuf::from(asked.map_or(".", String::as_str));
    let io = |path: &Path, error: std::io::Error| Problem::io(path, &error);
    make_folders(&dir).map_err(|e| io(&dir, e))?;
    let root = resolved(&dir).map_err(|e| io(&dir, e))?;
    let lock = session.lock_folder(&root)?;
    // A ledger is not taken back: whoever wants none deletes the folder.
    lock.cannot_be_undone();
    let taken =
        |path: &Path| Problem::new(Rule::LEDGER_EXISTS).with("path", path.display().to_string());
    if scan::stands(&root.join("ledger.toml"))? {
        return Err(taken(&root.join("ledger.toml")).into());
    }
    // A killed init leaves empty folders, or files that are about to be written again.
    let sample = matches.get_flag("sample");
    if !sample && !scan::is_empty(&root, &root.join("orgs"))? {
        return Err(taken(&root.join("orgs")).into());
    }
    let district = matches
        .get_one::<String>("district")
        .map_or("", String::as_str);
    let mut files = if sample {
        crate::sample::district(&crate::sample::Size::default())
    } else {
        Vec::new()
    };
    if files.is_empty() {
        files.push((
            "ledger.toml".to_owned(),
            marker(district, session.locale.lang().tag(), session.today),
        ));
        make_folders(&root.join("orgs")).map_err(|e| io(&root, e))?;
    }
    // The marker comes last: a folder without it is no ledger, so a killed init can be run again.
    files.sort_by_key(|(path, _)| path == "ledger.toml");
    // A repository may have its own; ours are added to it, never put in its place.
    write_own_files(&root, &lock, OWN_FILES)?;
    for (name, text) in &files {
        lock.write(&root.join(name), &Precondition::nothing(), text.as_bytes())?;
    }
    session.tell(
        "init-done",
        &[
            ("path", root.display().to_string().into()),
            ("files", files.len().into()),
        ],
    )?;
    let next = if sample {
        "init-next-sample"
    } else {
        "init-next"
    };
    session.tell(next, &[])?;
    Ok(Status::Clean)
}

/// The text of `ledger.toml`, with a line for each name that reports print. The ledger begins
/// today: what was due before is owed by nobody here.
fn marker(district: &str, language: &str, begins: Day) -> String {
    let names: String = NAMES[1..]
        .iter()
        .map(|name| format!("{name} = \"\"\n"))
        .collect();
    format!(
        "format = {FORMAT}\ndistrict = {}\n{names}language = {}\nbegins = {begins}\n",
        quoted(district),
        quoted(language)
    )
}
