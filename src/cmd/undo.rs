//! `ledger undo`: takes back what the last command of this clone wrote.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::change::say_found;
use crate::cmd::{Command, Session, Status, options, prompt};
use crate::history::snapshot::{Occurrence, RecordRef};
use crate::history::trail::{ChangeKind, Event};
use crate::locale::{Arg, Locale};
use crate::path::shown;
use crate::present::trail;
use crate::problem::{Problem, Rule};
use crate::reconcile::undo::{self, Undo};
use crate::record::text::said;
use crate::rules::Rules;
use crate::tree::change::remove_empty_above;
use crate::tree::{Root, journal};

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
    let rules = session.rules_of_records()?;
    let journal = journal::last_of(&root.path)?;
    let undo = undo::plan(&root, &rules, &journal)?;
    let command = [("command", journal.command.as_str().into())];
    session.tell("undo-command", &command)?;
    let lines = lines(&session.locale, &root, &rules, &undo);
    session.print(&lines)?;
    if !matches.get_flag("yes") {
        if !session.interactive {
            return Err(Problem::new(Rule::UNDO_UNCONFIRMED).into());
        }
        if !prompt::confirm(session, &session.locale.text("prompt-undo"))? {
            return Err(Problem::new(Rule::CANCELLED).into());
        }
    }
    let made: Vec<PathBuf> = undo
        .files
        .iter()
        .filter(|file| file.after.is_none())
        .map(|file| file.path.clone())
        .collect();
    let count = undo.files.len();
    let is_gone =
        |(_, _, event): &&(RecordRef, Occurrence, Event)| event.deed == ChangeKind::Removed;
    let gone = undo.records.iter().filter(is_gone);
    let gone: BTreeSet<String> = gone.map(|(of, ..)| of.to_string()).collect();
    lock.write_all(undo.files)?;
    for path in made {
        remove_empty_above(&root, &path);
    }
    // What was taken back is not taken back again: that would be to do it once more.
    lock.cannot_be_undone();
    session.tell("undone", &[("count", count.into())])?;
    drop(lock);
    // Others may point to what is gone.
    if !gone.is_empty() {
        say_found(session, |problem| {
            problem.rule == Rule::DANGLING_REFERENCE && gone.iter().any(|id| problem.has("id", id))
        })?;
    }
    Ok(Status::Clean)
}

/// What is taken back, in words: each record with what it was and is to be, and each file in which
/// no record changes. Of very many, the first.
fn lines(locale: &Locale, root: &Root, rules: &Rules, undo: &Undo) -> String {
    const SHOWN: usize = 20;
    let shown_files: BTreeSet<&str> = undo.records.iter().map(|(_, at, _)| &*at.file).collect();
    let mut lines: Vec<String> = Vec::new();
    for (of, at, event) in undo.records.iter().take(SHOWN) {
        lines.push(record_line(locale, rules, (of, at), event));
        let fields = rules.fields_of(of.record().unwrap_or_default());
        for change in &event.changes {
            if event.deed == ChangeKind::Changed {
                let field = trail::field_of(&fields, change);
                let changed = trail::lines(locale, field, change);
                lines.extend(changed.into_iter().map(|line| format!("    {line}")));
            }
        }
    }
    if undo.records.len() > SHOWN {
        let more = [("count", (undo.records.len() - SHOWN).into())];
        lines.push(format!("  {}", locale.say("undo-more", &more)));
    }
    for file in &undo.files {
        let path = shown(&root.path, &file.path);
        if !shown_files.contains(path.as_str()) {
            let id = match file.after {
                None => "undo-removes-file",
                Some(_) => "undo-restores-file",
            };
            lines.push(format!("  {}", locale.say(id, &[("path", path.into())])));
        }
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

/// A record that is taken out, put back or changed back.
fn record_line(
    locale: &Locale,
    rules: &Rules,
    (of, at): (&RecordRef, &Occurrence),
    event: &Event,
) -> String {
    let id = match event.deed {
        ChangeKind::Removed => "undo-removes",
        ChangeKind::Entered => "undo-restores",
        _ => "undo-changes",
    };
    let block = of.read(&at.text);
    let (label, kind) = match of {
        RecordRef::Record(id) => match rules.kind_of(id) {
            Some(kind) => (Arg::from(&kind.label), Some(kind)),
            None => (Arg::from(""), None),
        },
        RecordRef::Organisation(_) => (Arg::Message("label-org"), Some(&rules.org)),
        RecordRef::Stamp(_) => (Arg::Message("label-stamp"), None),
    };
    let field = kind.map(|kind| &kind.fields[kind.title]);
    let title = field.and_then(|field| block.as_ref()?.says(&field.name));
    let title = title.map(|title| said(field, title)).unwrap_or_default();
    let args = [
        ("kind", label),
        ("id", of.record().unwrap_or(&at.org).into()),
        ("title", Arg::Labels(title)),
    ];
    format!("  {}", locale.say(id, &args).trim_end())
}
