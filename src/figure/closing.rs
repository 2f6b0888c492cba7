//! Closing a period: what its stamp is to say, where stamps lie, and what is no longer as it was
//! stamped.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::day::{Day, Period};
use crate::figure::report::{Question, ReportRow, Role, report};
use crate::figure::stamp::{Stamp, StampRow, hash};
use crate::figure::{Basis, Evaluation, Figure, Scope, record_of, tally};
use crate::locale::{Label, Lang};
use crate::problem::{Place, Problem, Problems, Rule};
use crate::rules::Rules;
use crate::rules::metric::Metric;
use crate::tree::files::Files;
use crate::tree::{Root, Tree, candidates, scan};

/// A period as the ledger has it now.
///
/// # Errors
/// A sum that does not fit.
pub fn stamp(tree: &Tree, question: &Question<'_>, on: Day, by: &str) -> Result<Stamp, Problem> {
    let evaluation = Evaluation::new(tree, question.period, question.as_of).until(question.today);
    let answer = report(tree, question)?;
    let row = |row: &ReportRow| {
        let scope = match row.role {
            Role::Own => Scope::These(vec![row.org]),
            Role::Org | Role::Total => Scope::Under(tree.subtree(row.org)),
        };
        let figures = question
            .metrics
            .iter()
            .zip(&row.values)
            .filter(|(_, value)| **value != Figure::NoData);
        StampRow {
            role: row.role.name().to_owned(),
            org: tree.orgs[row.org].path.to_string(),
            figures: figures
                .map(|(metric, value)| (metric.name.clone(), *value))
                .collect(),
            evidence: evidence(&evaluation, &question.metrics, &scope),
        }
    };
    Ok(Stamp {
        period: question.period,
        org: tree.orgs[question.org].path.clone(),
        as_of: question.as_of,
        judged: answer.judged_until,
        depth: question.depth,
        on,
        by: by.to_owned(),
        commit: None,
        earlier: Vec::new(),
        rows: answer.rows.iter().map(row).collect(),
        lines: Vec::new(),
    })
}

/// The stamp of a period and organisation.
///
/// # Errors
/// The period is not closed for it, or its stamp cannot be read.
pub fn closed(root: &Root, tree: &Tree, period: Period, org: usize) -> Result<Stamp, Problems> {
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
pub fn stamp_file(
    root: &Root,
    tree: &Tree,
    period: Period,
    org: usize,
) -> Result<PathBuf, Problems> {
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
/// The tree's records are read where there is a stamp, with what its figures look at; `words` says
/// a figure as reports print it.
pub fn restatements(
    files: &dyn Files,
    tree: &mut Tree<'_>,
    words: &dyn Fn(&Metric, Figure) -> String,
) -> Vec<Problem> {
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
    let rows = stamps.iter().flat_map(|(stamp, _)| &stamp.rows);
    let metrics = metrics_of(tree.rules, rows);
    tree.read_records(files, &tally::selection(tree.rules, &metrics).0);
    for (stamp, name) in &stamps {
        problems.extend(restatements_of(stamp, tree, name, words));
    }
    problems
}

/// The metrics that some rows have figures of, as far as they are still known.
fn metrics_of<'r, 's>(
    rules: &'r Rules,
    rows: impl Iterator<Item = &'s StampRow>,
) -> Vec<&'r Metric> {
    let names: BTreeSet<&String> = rows.flat_map(|row| row.figures.keys()).collect();
    let metrics = names.into_iter().filter_map(|name| rules.metric(name));
    metrics.collect()
}

/// What is no longer as it was stamped, as problems of the stamp's file.
fn restatements_of(
    stamp: &Stamp,
    tree: &Tree,
    file: &str,
    words: &dyn Fn(&Metric, Figure) -> String,
) -> Vec<Problem> {
    let Some(org) = tree.owner(&stamp.org) else {
        let place = Place::file(file);
        return vec![
            Problem::new(Rule::DANGLING_ORG)
                .at(place)
                .with("org", stamp.org.as_str())
                .with("field", "org"),
        ];
    };
    let question = Question {
        org,
        depth: stamp.depth,
        own: false,
        period: stamp.period,
        as_of: stamp.as_of,
        today: stamp.judged,
        metrics: metrics_of(tree.rules, stamp.rows.iter()),
        compare: None,
    };
    let now = match self::stamp(tree, &question, stamp.on, &stamp.by) {
        Ok(now) => now,
        Err(problem) => return vec![problem],
    };
    // An organisation may have moved since.
    let place_of = |row: &StampRow| -> (String, Option<usize>) {
        let owner = row.org.parse().ok().and_then(|path| tree.owner(&path));
        (row.role.clone(), owner)
    };
    let rows: BTreeMap<_, &StampRow> = now.rows.iter().map(|row| (place_of(row), row)).collect();
    let restated = |(n, stamped): (usize, &StampRow)| {
        let at = place_of(stamped);
        let row = rows.get(&at).copied();
        let (rule, changes) = restated(stamped, row, &question.metrics, words)?;
        let place = Place {
            line: stamp.lines.get(n).copied().unwrap_or(1),
            column: 1,
            ..Place::file(file)
        };
        let name =
            at.1.filter(|_| row.is_some())
                .map_or(stamped.org.as_str(), |org| tree.orgs[org].name());
        let problem = Problem::new(rule)
            .at(place)
            .with("org", name)
            .with("period", stamp.period.to_string());
        Some(match &changes[..] {
            [] => problem,
            changes => problem
                .with("count", changes.len())
                .with("changes", &in_words(changes)),
        })
    };
    stamp.rows.iter().enumerate().filter_map(restated).collect()
}

/// A figure's name, what it was and what it is.
type Restated = (Label, [String; 2]);

/// What a stamped row and the one that stands for it now differ in, if in anything: figures, or
/// what they count.
fn restated(
    stamped: &StampRow,
    row: Option<&StampRow>,
    metrics: &[&Metric],
    words: &dyn Fn(&Metric, Figure) -> String,
) -> Option<(Rule, Vec<Restated>)> {
    let change = |metric: &&Metric| {
        let was = stamped.figure(&metric.name);
        let is = row.map_or(Figure::NoData, |row| row.figure(&metric.name));
        (was != is).then(|| {
            (
                metric.label.clone(),
                [was, is].map(|figure| words(metric, figure)),
            )
        })
    };
    let changes: Vec<Restated> = metrics.iter().filter_map(change).collect();
    match row {
        _ if !changes.is_empty() => Some((Rule::RESTATED, changes)),
        Some(row) if row.evidence != stamped.evidence => Some((Rule::RECOUNTED, changes)),
        _ => None,
    }
}

fn in_words(changes: &[Restated]) -> Label {
    let of = |lang| {
        let one = |(label, [was, is]): &Restated| format!("{} {was} → {is}", label.get(lang));
        candidates(changes.iter().map(one).collect())
    };
    Label {
        zh: of(Lang::Zh),
        en: of(Lang::En),
    }
}

/// The hash of what some figures count: records and windows, and what each adds.
fn evidence(evaluation: &Evaluation<'_>, metrics: &[&Metric], scope: &Scope) -> String {
    let mut lines = Vec::new();
    for metric in metrics {
        for (contribution, amount) in evaluation.counted(metric, scope) {
            let from = match &contribution.from {
                Basis::Record(n) => record_of(evaluation.tree, *n).id.to_string(),
                Basis::Window(window) => {
                    let ids: Vec<&str> = window
                        .records
                        .iter()
                        .map(|&n| record_of(evaluation.tree, n).id.as_str())
                        .collect();
                    format!(
                        "{} {} {} {}",
                        window.obligation,
                        window.window,
                        window.state.name(),
                        ids.join(",")
                    )
                }
                Basis::Organisation => String::new(),
            };
            // An organisation may get another id; what it did stays what it did.
            lines.push(format!("{} {from} {amount}", metric.name));
        }
    }
    lines.sort();
    hash(lines.into_iter())
}
