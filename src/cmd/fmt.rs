//! `ledger fmt`: write every file in canonical form, or show what would change.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::{self, Command, Session, Status};
use crate::locale::Locale;
use crate::problem::Problem;
use crate::rules::Rules;
use crate::tree::write::Basis;
use crate::tree::{format, scan};

pub(super) const COMMAND: Command = Command { name: "fmt", build, run };

fn build(locale: &Locale, _: &Rules) -> Clap {
    cmd::command(locale, "fmt").arg(cmd::switch(locale, "check"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    let rules = session.rules()?.clone();
    let check = matches.get_flag("check");
    let lock = if check { None } else { Some(session.lock(&root)?) };
    let mut problems: Vec<Problem> = Vec::new();
    let (mut files, mut changed) = (0usize, 0usize);
    for folder in scan::organisations(&root.path, &mut problems) {
        let org_file = folder.file.iter().map(|path| (path, true));
        for (path, is_org) in org_file.chain(folder.ledgers.iter().map(|path| (path, false))) {
            files += 1;
            let formatted = scan::read_file(&root.path, path).map_err(|p| vec![p]).and_then(|source| {
                let text = if is_org { format::organisation(&source, &folder.org, &rules) } else { format::ledger(&source, &rules) };
                text.map(|text| (source, text))
            });
            match formatted {
                // A bad file is never rewritten.
                Err(found) => problems.extend(found),
                Ok((source, text)) if text == source.text => {}
                Ok((source, text)) => {
                    changed += 1;
                    match &lock {
                        Some(lock) => lock.write(path, &Basis::of(path, Some(source.text.as_bytes())), text.as_bytes())?,
                        None => session.print(&difference(&source.file, &source.text, &text))?,
                    }
                }
            }
        }
    }
    let problems: Vec<Problem> = crate::problem::sorted(problems).into_iter().filter(Problem::blocks).collect();
    session.say_problems(&problems)?;
    let id = if check { "fmt-checked" } else { "fmt-done" };
    let said = session.locale.say(id, &[("files", files.into()), ("changed", changed.into()), ("bad", problems.len().into())]);
    writeln!(session.out, "{said}")?;
    let findings = !problems.is_empty() || check && changed > 0;
    Ok(if findings { Status::Findings } else { Status::Clean })
}

/// A unified difference.
fn difference(file: &str, old: &str, new: &str) -> String {
    similar::TextDiff::from_lines(old, new).unified_diff().context_radius(2).header(file, file).to_string()
}
