//! `ledger check`: everything wrong, all at once.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, audit_merges, options, output};
use crate::figure::closing;
use crate::git::{Repo, setup};
use crate::history::audit::{Audit, Verdict};
use crate::history::finding::Damage;
use crate::locale::Locale;
use crate::present::{self, cell};
use crate::problem::{Place, Problem, Rule};
use crate::render::{diagnostic, json};
use crate::rules::Rules;
use crate::tree::Root;
use crate::tree::check::Checked;

pub(super) const COMMAND: Command = Command {
    name: "check",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "check")
        .args(output::table_options(locale, options::TABLES))
        .arg(options::at_option(locale))
        .arg(options::switch(locale, "commit").conflicts_with("at"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let form = output::form(matches, options::TABLES, Format::Table)?;
    let commit = matches.get_flag("commit");
    // Even with broken rules the records are looked at, by the rules that hold.
    let mut ledger = match matches.contains_id("at") {
        true => Ledger::asked(session, matches)?,
        false => Ledger::readable(session)?,
    };
    let repo = match commit {
        true => Repo::near(&ledger.root.path)?,
        false => None,
    };
    // What is committed is what was staged, whatever stands in the files by now.
    let staged = repo.as_ref().map_or(Ok(None), Repo::staged)?;
    if let (Some(repo), Some(staged)) = (&repo, &staged)
        && let folder = staged.path().join(&repo.prefix)
        && folder.join("ledger.toml").is_file()
    {
        ledger = Ledger::in_folder(Root::open(Some(&folder), &folder)?);
        session.remark("check-staged", &[])?;
    }
    let mut tree = ledger.outline();
    let checked = Checked {
        files: Some(ledger.files()),
        root: ledger.folder(),
        today: session.today,
    };
    let (mut problems, records) = checked.check_passing(&mut tree, ledger.files());
    problems.extend(closing::restatements(
        ledger.files(),
        &mut tree,
        &|metric, figure| cell(metric, figure).words(),
    ));
    // Before a commit only what must not be committed is listed: a closed period may be changed,
    // two meetings may be alike.
    let held_up = |problem: &Problem| {
        !matches!(problem.rule, Rule::RESTATED | Rule::RECOUNTED) && !problem.is_warning()
    };
    let warnings = problems
        .iter()
        .filter(|problem| commit && !held_up(problem))
        .count();
    problems.retain(|problem| !commit || held_up(problem));
    if let Some(repo) = &repo {
        problems.extend(lost(session, repo)?);
    }
    problems = crate::problem::sorted(problems);
    if !commit && let Some(root) = ledger.folder() {
        warn_without_driver(session, root)?;
    }
    if warnings > 0 {
        session.remark("check-warnings", &[("count", warnings.into())])?;
    }
    let counts = [
        ("count", problems.len().into()),
        ("records", records.into()),
        ("orgs", tree.orgs.len().into()),
    ];
    if form == Format::Table {
        let coloured = session.style.colour && !matches.contains_id("out");
        let text = findings(&session.locale, &problems, &counts, coloured, commit);
        output::deliver(session, matches, form, text.as_bytes())?;
    } else {
        let mut found = present::problems::table(&session.locale, &problems);
        found
            .notes
            .push(summary(&session.locale, &problems, &counts));
        let json = |_: &_| Ok(json::problems(&problems, |p| p.sentences(&session.locale)));
        let bytes = output::drawn(session, matches, form, &found.into(), json)?;
        output::deliver(session, matches, form, &bytes)?;
    }
    Ok(Status::of(&problems))
}

/// How many findings there are.
fn summary(
    locale: &Locale,
    problems: &[Problem],
    counts: &[(&'static str, crate::locale::Arg)],
) -> String {
    let said = match problems.iter().all(Problem::is_warning) {
        false => "check-found",
        true if problems.is_empty() => "check-clean",
        true => "check-warned",
    };
    locale.say(said, counts)
}

/// The findings with their places, and how many there are.
fn findings(
    locale: &Locale,
    problems: &[Problem],
    counts: &[(&'static str, crate::locale::Arg)],
    coloured: bool,
    stops_a_commit: bool,
) -> String {
    let mut text = String::new();
    for problem in problems {
        text.push_str(&diagnostic::text(problem, locale, coloured));
        text.push('\n');
    }
    text.push_str(&format!("{}\n", summary(locale, problems, counts)));
    if stops_a_commit && !problems.is_empty() {
        text.push_str(&format!("{}\n", locale.text("check-stopped")));
    }
    text
}

/// What a merge, or a commit made again, is about to lose or double. What it changes besides is the
/// work of the person who ends it, and may be what mends another problem.
fn lost(session: &Session<'_>, repo: &Repo) -> Result<Vec<Problem>> {
    let rules = session.readable_rules();
    let Some(mut audit) = Audit::pending(repo, rules)? else {
        return Ok(Vec::new());
    };
    let mut problems = Vec::new();
    for case in std::mem::take(&mut audit.cases) {
        let Verdict::Seen(findings) = audit.verdict(&case)? else {
            continue;
        };
        for finding in findings
            .iter()
            .filter(|finding| matches!(finding.what, Damage::Lost | Damage::Doubled))
        {
            let file = finding
                .file
                .strip_prefix(&repo.prefix)
                .unwrap_or(&finding.file);
            let place = Place {
                line: finding.line,
                column: 1,
                ..Place::file(file)
            };
            let said = audit_merges::sentence(&session.locale, rules, finding);
            problems.push(
                Problem::new(Rule::MERGE_INCOMPLETE)
                    .at(place)
                    .with("said", said),
            );
        }
    }
    Ok(problems)
}

/// Says so where a clone would merge ledgers line by line: nothing is wrong yet.
fn warn_without_driver(session: &mut Session<'_>, root: &Root) -> Result<()> {
    if Repo::seems_near(&root.path)
        && let Ok(repo) = Repo::of(&root.path)
        && !setup::has_driver(&repo)
    {
        session.remark("check-no-driver", &[])?;
    }
    Ok(())
}
