//! `ledger status`, and `ledger` alone: what is due this week, what is wrong, what is not
//! committed.

use std::ops::Range;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::{Command, Session, Status, options};
use crate::figure::due::{self, Reminder, reminders};
use crate::git::Repo;
use crate::locale::{Arg, Locale};
use crate::present;
use crate::problem::{Problem, Rule};
use crate::render::terminal::{self, TableStyle};
use crate::rules::Rules;
use crate::tree::Tree;
use crate::tree::check::Checked;

pub(super) const COMMAND: Command = Command {
    name: "status",
    build,
    run,
};

/// How far ahead it looks: a week.
const DAYS: i64 = 7;

/// How many things it names; `ledger due` names all.
const NAMED: usize = 8;

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "status").arg(options::org_option(locale))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let ledger = Ledger::readable(session)?;
    let tree = ledger.load(&due::selection(&ledger.rules));
    let orgs = options::orgs_asked(&tree, matches)?;
    heading(session, &ledger)?;
    say_due(session, &tree, orgs)?;
    say_problems(session, &ledger)?;
    say_uncommitted(session, &ledger)?;
    Ok(Status::Clean)
}

/// What `ledger` alone does: where one stands, or how to begin where there is no ledger.
///
/// # Errors
/// The ledger cannot be read.
pub(super) fn at_a_glance(session: &mut Session<'_>) -> Result<Status> {
    let is_absent = |problem: &Problem| problem.rule == Rule::NO_LEDGER;
    let none_here = match session.root() {
        Ok(_) => false,
        Err(problems) => problems.0.iter().all(is_absent) && !session.is_told_where,
    };
    if none_here {
        session.tell("begin", &[])?;
        return Ok(Status::Clean);
    }
    let alone = build(&session.locale, session.readable_rules());
    run(session, &alone.get_matches_from(["status"]))
}

fn heading(session: &mut Session<'_>, ledger: &Ledger) -> Result<()> {
    let district = ledger.root.names.get("district");
    let args = [
        ("district", Arg::Text(district.cloned().unwrap_or_default())),
        ("path", ledger.root.path.display().to_string().into()),
        ("day", session.today.words(session.locale.lang()).into()),
    ];
    let message = match district {
        Some(_) => "status-heading",
        None => "status-heading-unnamed",
    };
    Ok(session.tell(message, &args)?)
}

fn say_due(session: &mut Session<'_>, tree: &Tree<'_>, orgs: Range<usize>) -> Result<()> {
    let found = reminders(tree, orgs, session.today, DAYS);
    let (late, soon): (Vec<Reminder>, Vec<Reminder>) = found
        .into_iter()
        .partition(|reminder| reminder.day < session.today);
    let counts = [
        ("late", late.len().into()),
        ("soon", soon.len().into()),
        ("days", DAYS.into()),
    ];
    let message = match (late.len(), soon.len()) {
        (0, 0) => "status-nothing-due",
        _ => "status-due",
    };
    session.tell(message, &counts)?;
    let first = &soon[..soon.len().min(NAMED)];
    if !first.is_empty() {
        let table = present::due::table(&session.locale, tree, first, session.today, false);
        // All its columns: there is no option to ask for more.
        let style = TableStyle {
            wide: true,
            ..session.style
        };
        let drawn = terminal::draw(&table, style, &session.locale);
        session.print(&drawn)?;
    }
    Ok(())
}

fn say_problems(session: &mut Session<'_>, ledger: &Ledger) -> Result<()> {
    let mut tree = ledger.outline();
    let checked = Checked {
        files: Some(ledger.files()),
        root: ledger.folder(),
        today: session.today,
    };
    let (problems, records) = checked.check_passing(&mut tree, ledger.files());
    let warnings = problems
        .iter()
        .filter(|problem| problem.is_warning())
        .count();
    let counts = [
        ("count", (problems.len() - warnings).into()),
        ("warnings", warnings.into()),
        ("records", records.into()),
        ("orgs", tree.orgs.len().into()),
    ];
    let message = match (problems.len() - warnings, warnings) {
        (0, 0) => "status-clean",
        (0, _) => "status-warnings",
        _ => "status-problems",
    };
    Ok(session.tell(message, &counts)?)
}

fn say_uncommitted(session: &mut Session<'_>, ledger: &Ledger) -> Result<()> {
    let changed = match Repo::near(&ledger.root.path) {
        Ok(None) => return Ok(session.tell("status-no-git", &[])?),
        // Without git the rest holds all the same, and `ledger doctor` says what is the matter.
        Err(_) => return Ok(session.tell("status-git-fails", &[])?),
        Ok(Some(repo)) => repo.changed(),
    };
    match changed {
        Err(_) => session.tell("status-git-fails", &[])?,
        Ok(files) if files.is_empty() => session.tell("status-committed", &[])?,
        Ok(files) => session.tell("status-uncommitted", &[("count", files.len().into())])?,
    }
    Ok(())
}
