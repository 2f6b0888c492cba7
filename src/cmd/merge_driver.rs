//! `ledger merge-driver BASE OURS THEIRS PATH`: what git runs to merge a file; the result takes our
//! version's place.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::resolve::say_merged;
use crate::cmd::{Command, Session, Status, options};
use crate::git;
use crate::locale::Locale;
use crate::merge::marks::Names;
use crate::merge::{FileForm, Refused, Versions, merge};
use crate::problem::{Place, Problem, Problems, Rule};
use crate::reconcile::style;
use crate::rules::Rules;
use crate::source::Source;
use crate::tree::{Root, scan, write};

pub(super) const COMMAND: Command = Command {
    name: "merge-driver",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    let file = |name| options::positional(locale, name, "value-file").allow_hyphen_values(true);
    options::command(locale, "merge-driver").args([
        file("base"),
        file("ours"),
        file("theirs"),
        file("path"),
    ])
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let [base, ours, theirs, path] = ["base", "ours", "theirs", "path"]
        .map(|name| matches.get_one::<String>(name).map_or("", String::as_str));
    let rules = rules_at(session, path);
    let sources = [base, ours, theirs].map(|file| version(file, path));
    let merged = match &sources {
        [Ok(base), Ok(ours), Ok(theirs)] => {
            let versions = Versions { base, ours, theirs };
            merge(versions, FileForm::of(path), &rules, &mut |_, _| None)
        }
        _ => Err(Refused::Unreadable(
            sources
                .iter()
                .filter_map(|source| source.as_ref().err())
                .cloned()
                .collect(),
        )),
    };
    match merged {
        Ok(merged) => {
            let (written, mine) = style::written(&session.locale, Path::new("."), &merged);
            write::replace_version(Path::new(ours), written.text.as_bytes())?;
            say_merged(session, path, (&merged, &written), mine)?;
            Ok(match merged.is_clean() {
                true => Status::Clean,
                false => Status::Findings,
            })
        }
        Err(refused) => by_lines(session, [base, ours, theirs], path, refused),
    }
}

/// The rules of the ledger that the merged file belongs to; in the middle of a merge its own may
/// not be readable.
fn rules_at(session: &Session<'_>, path: &str) -> Arc<Rules> {
    let folder = std::env::current_dir().unwrap_or_default().join(path);
    match Root::open(None, &folder) {
        Ok(root) => root.rules().0,
        Err(_) => Arc::clone(session.readable_rules()),
    }
}

/// A version of the merged file, under the name people know.
fn version(file: &str, path: &str) -> Result<Source, Problem> {
    Source::decode(path, scan::read_named(Path::new(file))?)
}

/// Leaves to git's own merge what is no ledger; of a ledger that could not be merged by record
/// somebody must look at the result.
fn by_lines(
    session: &mut Session<'_>,
    [base, ours, theirs]: [&str; 3],
    path: &str,
    refused: Refused,
) -> Result<Status> {
    let Names {
        ours: own,
        theirs: other,
        ..
    } = style::names(&session.locale, style::mine(Path::new(".")));
    let names = [own, session.locale.text("merge-base"), other].map(|name| ["-L".to_owned(), name]);
    let mut command = git::command(Path::new("."));
    let status = command
        .arg("merge-file")
        .args(names.concat())
        .args(["--", ours, base, theirs])
        .status()
        .map_err(|error| git::no_git(&error))?;
    // git's own merge answers with the number of conflicts; beyond that it could not be done.
    let clean = match status.code() {
        Some(0) => true,
        Some(1..=127) => false,
        _ => return Err(Problem::new(Rule::UNMERGED).at(Place::file(path)).into()),
    };
    let by_lines = Problem::new(Rule::MERGED_BY_LINES).at(Place::file(path));
    match refused {
        Refused::NotALedger => {
            return Ok(if clean {
                Status::Clean
            } else {
                Status::Findings
            });
        }
        Refused::Unreadable(mut problems) => {
            problems.push(by_lines);
            session.say_problems(&crate::problem::sorted(problems))?;
        }
        Refused::Unproven => session.say_problems(&Problems::from(by_lines).0)?,
    }
    Ok(Status::Findings)
}
