//! `ledger check`: everything wrong, all at once.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::{self, Command, Session, Status};
use crate::locale::Locale;
use crate::render::{diagnostic, json};
use crate::rules::Rules;
use crate::tree::{Tree, check};

pub(super) const COMMAND: Command = Command { name: "check", build, run };

fn build(locale: &Locale, _: &Rules) -> Clap {
    cmd::command(locale, "check").arg(cmd::format_option(locale, &["text", "json"]))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    // Even with broken rules the records are looked at, by the rules that hold.
    let tree = Tree::load(&root, session.rules.clone(), session.rule_problems.clone());
    let problems = check::check(Some(&root), &tree);
    let locale = &session.locale;
    match cmd::format_of(matches, "text") {
        "json" => write!(session.out, "{}", json::problems(&problems, |p| diagnostic::sentences(p, locale)))?,
        _ => {
            for problem in &problems {
                writeln!(session.out, "{}", diagnostic::text(problem, locale, session.style.colour))?;
            }
            let counts = [("count", problems.len().into()), ("records", tree.entries.len().into()), ("orgs", tree.orgs.len().into())];
            let said = locale.say(if problems.is_empty() { "check-clean" } else { "check-found" }, &counts);
            writeln!(session.out, "{said}")?;
        }
    }
    Ok(if problems.is_empty() { Status::Clean } else { Status::Findings })
}
