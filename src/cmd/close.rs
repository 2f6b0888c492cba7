//! `ledger close Q`: stamp a period as reported; later changes are allowed, and shown.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::fields::clerk_name;
use crate::cmd::ledger::Ledger;
use crate::cmd::options::{depth, report_spec};
use crate::cmd::{Command, Session, Status, options};
use crate::day::Period;
use crate::figure::closing::{self, closed, stamp_file};
use crate::figure::report::Question;
use crate::figure::stamp::Stamp;
use crate::figure::tally;
use crate::git::Repo;
use crate::locale::Locale;
use crate::path::shown;
use crate::problem::{Problem, Problems, Rule};
use crate::rules::Rules;
use crate::rules::metric::{Measure, Metric};
use crate::tree::scan;
use crate::tree::write::Precondition;

pub(super) const COMMAND: Command = Command {
    name: "close",
    build,
    run,
};

/// The report that is stamped unless another is named.
const DEFAULT_REPORT: &str = "closing";

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "close")
        .arg(options::positional(locale, "quarter", "value-period"))
        .arg(options::org_option(locale))
        .arg(options::option(locale, "depth", "value-number"))
        .arg(options::option(locale, "report", "value-report"))
        .arg(options::as_of_option(locale))
        .arg(options::option(locale, "by", "value-text"))
        .arg(options::option(locale, "why", "value-text").help(locale.text("flag-close-why")))
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
        && let Ok(before) = closed(&root, tree, period, org)
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
    let mut stamp = closing::stamp(tree, &question, session.today, &by)?;
    stamp.commit = commit;
    let path = stamp_file(&root, tree, period, org)?;
    let name = shown(&root.path, &path);
    let old = scan::file_if_there(&root.path, &path)?;
    let before = old
        .as_ref()
        .map(Stamp::read)
        .transpose()
        .map_err(Problems)?;
    if before
        .as_ref()
        .is_some_and(|before| before.says_the_same(&stamp))
    {
        let args = [("period", period.to_string().into()), ("path", name.into())];
        session.tell("close-same", &args)?;
        return Ok(Status::Clean);
    }
    let why = matches.get_one::<String>("why");
    let stamp = successor(before, stamp, period, why.map_or("", String::as_str))?;
    lock.write(
        &path,
        &Precondition::of(&path, old.as_ref().map(|old| old.text.as_bytes())),
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
    session.tell("close-done", &args)?;
    if let Some(commit) = &stamp.commit {
        session.tell("close-commit", &[("id", commit.as_str().into())])?;
    }
    Ok(Status::Clean)
}

/// The stamp that takes the place of the one there is: a period that is closed already is closed
/// anew for a reason only.
fn successor(
    before: Option<Stamp>,
    stamp: Stamp,
    period: Period,
    why: &str,
) -> Result<Stamp, Problem> {
    match before {
        None => Ok(stamp),
        Some(before) if !why.trim().is_empty() => Ok(before.succeeded_by(stamp, why)),
        Some(before) => Err(Problem::new(Rule::ALREADY_CLOSED)
            .with("period", period.to_string())
            .with("on", before.on.to_string())
            .with("by", before.by.as_str())),
    }
}

/// The figures of a report, and those that its ratios are made of.
fn metrics<'r>(rules: &'r Rules, matches: &ArgMatches) -> Result<Vec<&'r Metric>, Problem> {
    let mut found: Vec<&Metric> = Vec::new();
    for metric in report_spec(rules, matches, DEFAULT_REPORT)?
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
