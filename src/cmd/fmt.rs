//! `ledger fmt`: write every file in canonical form, or show what would change.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};
use rayon::prelude::*;

use crate::cmd::{Command, Session, Status, options};
use crate::locale::Locale;
use crate::name::OrgPath;
use crate::problem::{Problem, Rule};
use crate::rules::Rules;
use crate::tree::files::{Files, ListedFile};
use crate::tree::write::Precondition;
use crate::tree::{format, scan};

pub(super) const COMMAND: Command = Command {
    name: "fmt",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "fmt").arg(options::switch(locale, "check"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    let rules = session.rules_of_records()?;
    let check = matches.get_flag("check");
    let lock = if check {
        None
    } else {
        Some(session.lock(&root)?)
    };
    let mut problems: Vec<Problem> = Vec::new();
    let mut not_written: Vec<Problem> = Vec::new();
    let (mut files, mut changed) = (0usize, 0usize);
    let folders = scan::organisations(&root.path, &mut problems);
    let all: Vec<(&ListedFile, Option<&OrgPath>)> = folders
        .iter()
        .flat_map(|folder| {
            let org_file = folder.file.iter().map(|file| (file, Some(&folder.org)));
            org_file.chain(folder.ledgers.iter().map(|file| (file, None)))
        })
        .collect();
    let formatted = |(file, org): &(&ListedFile, Option<&OrgPath>)| {
        let source = root.read(file).map_err(|problem| vec![problem])?;
        Ok(format::changed(&source, *org, &rules)?.map(|text| (source, text)))
    };
    let formatted: Vec<Result<_, Vec<Problem>>> = all.par_iter().map(formatted).collect();
    for ((file, _), formatted) in all.iter().zip(formatted) {
        files += 1;
        match formatted {
            // A bad file is never rewritten.
            Err(found) => problems.extend(found),
            Ok(None) => {}
            Ok(Some((source, text))) => {
                changed += 1;
                let Some(lock) = &lock else {
                    session.print(&difference(&source.file, &source.text, &text))?;
                    continue;
                };
                match lock.write(
                    &file.path,
                    &Precondition::of(&file.path, Some(source.text.as_bytes())),
                    text.as_bytes(),
                ) {
                    Ok(()) => {}
                    // It is in the way of every file.
                    Err(problem) if problem.rule == Rule::GIT_LOCKED => return Err(problem.into()),
                    Err(problem) => not_written.push(problem),
                }
            }
        }
    }
    let problems: Vec<Problem> = crate::problem::sorted(problems)
        .into_iter()
        .filter(Problem::blocks)
        .collect();
    session.say_problems(&problems)?;
    session.say_problems(&not_written)?;
    let changed = changed - not_written.len();
    let bad = problems.len() + not_written.len();
    let id = if check { "fmt-checked" } else { "fmt-done" };
    session.tell(
        id,
        &[
            ("files", files.into()),
            ("changed", changed.into()),
            ("bad", bad.into()),
        ],
    )?;
    Ok(match Status::of(&problems) {
        _ if !not_written.is_empty() => Status::NotAll,
        Status::Clean if check && changed > 0 => Status::Findings,
        status => status,
    })
}

/// A unified difference.
fn difference(file: &str, old: &str, new: &str) -> String {
    similar::TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(2)
        .header(file, file)
        .to_string()
}
