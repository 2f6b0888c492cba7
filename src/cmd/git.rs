//! `ledger git setup|status`: what this clone needs so that nothing is lost between clerks.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::{Command, Session, Status, options};
use crate::git::Repo;
use crate::git::setup::{PARTS, SetupPart, State};
use crate::locale::Locale;
use crate::problem::Problems;
use crate::rules::Rules;
use crate::tree::Root;

pub(super) const COMMAND: Command = Command {
    name: "git",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    let sub = |name: &'static str| Clap::new(name).about(locale.text(&format!("cmd-git-{name}")));
    options::command(locale, "git")
        .subcommand_required(true)
        .subcommands([sub("setup"), sub("status")])
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    let repo = Repo::of(&root.path)?;
    if matches.subcommand_name() == Some("setup") {
        let lock = session.lock(&root)?;
        // The settings of the clone are set too.
        lock.cannot_be_undone();
        for part in missing(&root, &repo)? {
            part.set(&root, &repo, &lock)?;
        }
    }
    status(session, &root, &repo)
}

fn missing(root: &Root, repo: &Repo) -> Result<Vec<SetupPart>, Problems> {
    let mut missing = Vec::new();
    for part in PARTS {
        if part.state(root, repo)? == State::Missing {
            missing.push(*part);
        }
    }
    Ok(missing)
}

/// Says how each part stands, and what is left to do.
fn status(session: &mut Session<'_>, root: &Root, repo: &Repo) -> Result<Status> {
    let (mut by_setup, mut by_hand) = (false, false);
    for part in PARTS {
        let what = session.locale.text(part.message());
        let line = match part.state(root, repo)? {
            State::Ready => session.locale.say("git-ready", &[("what", what.into())]),
            State::Missing => {
                by_setup = true;
                session.locale.say("git-missing", &[("what", what.into())])
            }
            State::ByHand { file, line } => {
                by_hand = true;
                session.locale.say(
                    "git-by-hand",
                    &[
                        ("what", what.into()),
                        ("file", file.into()),
                        ("line", line.into()),
                    ],
                )
            }
        };
        writeln!(session.out, "{line}")?;
    }
    if by_setup {
        session.tell("git-next", &[])?;
    }
    Ok(if by_setup || by_hand {
        Status::Findings
    } else {
        Status::Clean
    })
}
