//! `ledger close Q`: stamp a period as reported; later changes are allowed, and shown.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::fields::clerk_name;
use crate::cmd::ledger::Ledger;
use crate::cmd::report::{cell, depth, layout};
use crate::cmd::{self, Command, Session, Status};
use crate::day::Period;
use crate::figure::report::Question;
use crate::figure::stamp::Stamp;
use crate::figure::tally;
use crate::git::Repo;
use crate::locale::Locale;
use crate::path::shown;
use crate::problem::{Problem, Problems, Rule};
use crate::rules::Rules;
use crate::rules::metric::{Measure, Metric};
use crate::tree::files::Files;
use crate::tree::write::Basis;
use crate::tree::{Root, Tree, scan};

pub(super) const COMMAND: Command = Command {
    name: "close",
    build,
    run,
};

/// The report that is stamped unless another is named.
const DEFAULT_LAYOUT: &str = "closing";

fn build(locale: &Locale, _: &Rules) -> Clap {
    cmd::command(locale, "close")
        .arg(cmd::positional(locale, "quarter", "value-period"))
        .arg(cmd::org_option(locale))
        .arg(cmd::option(locale, "depth", "value-number"))
        .arg(cmd::option(locale, "report", "value-name"))
        .arg(cmd::as_of_option(locale))
        .arg(cmd::option(locale, "by", "value-text"))
        .arg(cmd::option(locale, "why", "value-text").help(locale.text("flag-close-why")))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let (period, mut as_of, mut today) = session.window(matches)?;
    if as_of < period.last() || session.today < as_of {
        return Err(Problem::new(Rule::NOT_OVER)
            .with("period", period.to_string())
            .with("day", period.last().to_string())
            .into());
    }
    let root = session.root()?;
    let by = matches
        .get_one::<String>("by")
        .cloned()
        .unwrap_or_else(clerk_name);
    let lock = session.lock(&root)?;
    let ledger = Ledger::of(session)?;
    let (depth, metrics) = (depth(matches)?, metrics(&ledger.rules, matches)?);
    let tree = &ledger.load(&tally::selection(&ledger.rules, &metrics).0);
    session.left_out(tree, false)?;
    let org = session.org(tree, matches)?;
    // What is reported anew is reported as of the same day, unless another is asked for.
    if matches.get_one::<String>("as-of").is_none()
        && let Ok(before) = stamp(&root, tree, period, org)
    {
        (as_of, today) = (before.as_of, before.judged);
    }
    let question = Question {
        org,
        depth,
        own: false,
        period,
        as_of,
        today,
        metrics,
        compare: None,
    };
    let commit = Repo::near(&root.path)?.map_or(Ok(None), |repo| repo.committed())?;
    let mut stamp = Stamp::of(tree, &question, session.today, &by)?;
    stamp.commit = commit;
    let path = stamp_file(&root, tree, period, org)?;
    let name = shown(&root.path, &path);
    let old = scan::file_if_there(&root.path, &path)?;
    let before = old
        .as_ref()
        .map(Stamp::read)
        .transpose()
        .map_err(Problems)?;
    let stamp = match (
        &before,
        matches
            .get_one::<String>("why")
            .filter(|why| !why.trim().is_empty()),
    ) {
        (None, _) => stamp,
        (Some(before), _) if before.says_the_same(&stamp) => {
            writeln!(
                session.out,
                "{}",
                session.locale.say(
                    "close-same",
                    &[("period", period.to_string().into()), ("path", name.into())]
                )
            )?;
            return Ok(Status::Clean);
        }
        (Some(before), Some(why)) => before.succeeded_by(stamp, why),
        (Some(before), None) => {
            return Err(Problem::new(Rule::ALREADY_CLOSED)
                .with("period", period.to_string())
                .with("on", before.on.to_string())
                .with("by", before.by.as_str())
                .into());
        }
    };
    lock.write(
        &path,
        &Basis::of(&path, old.as_ref().map(|old| old.text.as_bytes())),
        stamp.text().as_bytes(),
    )?;
    let figures: usize = stamp.rows.iter().map(|row| row.figures.len()).sum();
    let args = [
        ("period", period.to_string().into()),
        ("org", tree.orgs[org].name().into()),
        ("as_of", as_of.to_string().into()),
        ("figures", figures.into()),
        ("path", name.into()),
    ];
    writeln!(session.out, "{}", session.locale.say("close-done", &args))?;
    if let Some(commit) = &stamp.commit {
        writeln!(
            session.out,
            "{}",
            session
                .locale
                .say("close-commit", &[("id", commit.as_str().into())])
        )?;
    }
    Ok(Status::Clean)
}

/// The figures of a report, and those that its ratios are made of.
fn metrics<'r>(rules: &'r Rules, matches: &ArgMatches) -> Result<Vec<&'r Metric>, Problem> {
    let mut found: Vec<&Metric> = Vec::new();
    for metric in layout(rules, matches, DEFAULT_LAYOUT)?
        .columns()
        .filter_map(|(_, column)| rules.metric(&column.metric))
    {
        let parts = match &metric.measure {
            Measure::Ratio { .. } => metric
                .parts()
                .into_iter()
                .filter_map(|part| rules.metric(part))
                .collect(),
            _ => Vec::new(),
        };
        for metric in std::iter::once(metric).chain(parts) {
            // A rank is a place among rows, which the rows' other figures give.
            if !matches!(metric.measure, Measure::Rank(_))
                && !found.iter().any(|other| other.name == metric.name)
            {
                found.push(metric);
            }
        }
    }
    Ok(found)
}

/// The stamp of a period and organisation.
///
/// # Errors
/// The period is not closed for it, or its stamp cannot be read.
pub(super) fn stamp(
    root: &Root,
    tree: &Tree,
    period: Period,
    org: usize,
) -> Result<Stamp, Problems> {
    let Some(source) = scan::file_if_there(&root.path, &stamp_file(root, tree, period, org)?)?
    else {
        let org = tree.orgs[org].path.as_str();
        return Err(Problem::new(Rule::NOT_CLOSED)
            .with("period", period.to_string())
            .with("org", org)
            .into());
    };
    Stamp::read(&source).map_err(Problems)
}

/// Where the stamp of a period and organisation lies or is to lie: it stays where it is when the
/// organisation moves.
///
/// # Errors
/// What lies under `closed/` cannot be seen.
fn stamp_file(root: &Root, tree: &Tree, period: Period, org: usize) -> Result<PathBuf, Problems> {
    let own = root.path.join(Stamp::file(period, &tree.orgs[org].path));
    let folder = root.path.join("closed").join(period.to_string());
    let of_org = |path: &PathBuf| {
        let id = path
            .strip_prefix(&folder)
            .ok()?
            .with_extension("")
            .to_string_lossy()
            .replace('\\', "/");
        tree.owner(&id.parse().ok()?)
    };
    if scan::real(&root.path, &own)?.is_some() {
        return Ok(own);
    }
    let mut problems = Vec::new();
    let moved = root
        .below("closed", &mut problems)
        .into_iter()
        .map(|file| file.path)
        .find(|path| of_org(path) == Some(org));
    Problem::refuse_hidden(&problems).map(|()| moved.unwrap_or(own))
}

/// What is no longer as it was stamped, in every stamp of a ledger.
///
/// The tree's records are read where there is a stamp, with what its figures look at.
pub(super) fn restatements(files: &dyn Files, tree: &mut Tree<'_>) -> Vec<Problem> {
    let (mut problems, mut stamps) = (Vec::new(), Vec::new());
    for file in files.below("closed", &mut problems) {
        let stamp = files
            .read(&file)
            .map_err(|problem| vec![problem])
            .and_then(|source| {
                let name = source.file.to_string();
                // A stamp that lies where another belongs would be taken for that one.
                Stamp::read(&source).and_then(|stamp| {
                    match Stamp::file(stamp.period, &stamp.org) == name {
                        true => Ok((stamp, name)),
                        false => Err(vec![
                            Problem::new(Rule::STAMP_CHANGED).at(source.place(0..0)),
                        ]),
                    }
                })
            });
        match stamp {
            Ok(stamp) => stamps.push(stamp),
            Err(found) => problems.extend(found),
        }
    }
    // Of records that cannot be read no figure can be compared.
    if stamps.is_empty() || !tree.blocking().is_empty() {
        return problems;
    }
    let names: BTreeSet<&String> = stamps
        .iter()
        .flat_map(|(stamp, _)| &stamp.rows)
        .flat_map(|row| row.figures.keys())
        .collect();
    let metrics: Vec<&Metric> = names
        .into_iter()
        .filter_map(|name| tree.rules.metric(name))
        .collect();
    tree.read_records(files, &tally::selection(tree.rules, &metrics).0);
    for (stamp, name) in &stamps {
        problems
            .extend(stamp.restatements(tree, name, &|metric, figure| cell(metric, figure).words()));
    }
    problems
}
