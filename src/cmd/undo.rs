//! `ledger undo`: takes back what the last command of this clone wrote.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::{Command, Session, Status, options, prompt};
use crate::git::Repo;
use crate::locale::Locale;
use crate::path::shown;
use crate::problem::{Place, Problem, Problems, Rule};
use crate::rules::Rules;
use crate::tree::Root;
use crate::tree::change::remove_empty_above;
use crate::tree::journal;
use crate::tree::scan;
use crate::tree::write::Replacement;

pub(super) const COMMAND: Command = Command {
    name: "undo",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "undo")
        .long_about(locale.text("cmd-undo-long"))
        .arg(options::switch(locale, "yes"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    let lock = session.lock(&root)?;
    let journal = journal::last_of(&root.path)?;
    let files = journal.replacements(&root.path);
    refuse_changed(&root, &files)?;
    refuse_committed(&root, &files)?;
    let command = [("command", journal.command.as_str().into())];
    session.tell("undo-command", &command)?;
    for file in &files {
        let id = match (&file.before, &file.after) {
            (None, _) => "undo-removes",
            (_, None) => "undo-restores",
            _ => "undo-puts-back",
        };
        let args = [
            ("path", shown(&root.path, &file.path).into()),
            ("records", records(file).into()),
        ];
        session.tell(id, &args)?;
    }
    if !matches.get_flag("yes") {
        if !session.interactive {
            return Err(Problem::new(Rule::UNDO_UNCONFIRMED).into());
        }
        if !prompt::confirm(session, &session.locale.text("prompt-undo"))? {
            return Err(Problem::new(Rule::CANCELLED).into());
        }
    }
    lock.write_all(files.iter().map(Replacement::reversed).collect())?;
    for file in files.iter().filter(|file| file.before.is_none()) {
        remove_empty_above(&root, &file.path);
    }
    // What was taken back is not taken back again: that would be to do it once more.
    lock.cannot_be_undone();
    session.tell("undone", &[("count", files.len().into())])?;
    Ok(Status::Clean)
}

/// How many records more a file had after the command than before it.
fn records(file: &Replacement) -> String {
    let count = |text: &Option<String>| {
        let lines = text.iter().flat_map(|text| text.lines());
        lines.filter(|line| line.starts_with("[[")).count() as i64
    };
    format!("{:+}", count(&file.after) - count(&file.before))
}

/// Refuses to take back what is no longer as the command left it.
fn refuse_changed(root: &Root, files: &[Replacement]) -> Result<(), Problems> {
    let mut problems = Vec::new();
    for file in files {
        let stands = scan::read_if_there(&root.path, &file.path)?;
        if stands.as_deref() != file.after.as_deref().map(str::as_bytes) {
            let place = Place::file(shown(&root.path, &file.path));
            problems.push(Problem::new(Rule::UNDO_CHANGED).at(place));
        }
    }
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Problems(problems)),
    }
}

/// Refuses to take back what is committed: others may have it by now.
fn refuse_committed(root: &Root, files: &[Replacement]) -> Result<(), Problem> {
    let Ok(repo) = Repo::of(&root.path) else {
        return Ok(());
    };
    for file in files {
        let name = shown(&root.path, &file.path);
        let committed = repo.bytes(["cat-file", "blob", &format!("HEAD:{}{name}", repo.prefix)]);
        let after = file.after.as_deref().map(str::as_bytes);
        if committed.is_ok_and(|committed| Some(&committed[..]) == after) {
            return Err(Problem::new(Rule::UNDO_COMMITTED).at(Place::file(name)));
        }
    }
    Ok(())
}
