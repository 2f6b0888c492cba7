//! `ledger report`: the quarterly table.

use std::path::Path;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::close::stamp;
use crate::cmd::ledger::Ledger;
use crate::cmd::{self, Command, Session, Status, output};
use crate::day::Day;
use crate::figure::Figure;
use crate::figure::report::{Compare, Question, Report, ReportRow, Role};
use crate::figure::stamp::Stamp;
use crate::locale::{Arg, Label, Locale};
use crate::problem::{Problem, Rule};
use crate::render::{csv, json, terminal};
use crate::rules::Rules;
use crate::rules::layout::{Layout, LayoutColumn};
use crate::rules::metric::{Metric, Unit};
use crate::table::{Audience, Cell, Column, Row, Table};
use crate::tree::Tree;

pub(super) const COMMAND: Command = Command {
    name: "report",
    build,
    run,
};

/// The forms of a report.
const FORMS: &[output::Form] = &[("txt", "table"), ("csv", "csv"), ("json", "json")];

/// The report printed unless another is named.
const DEFAULT_LAYOUT: &str = "standard";

fn build(locale: &Locale, _: &Rules) -> Clap {
    cmd::command(locale, "report")
        .arg(cmd::quarter_option(locale))
        .arg(cmd::org_option(locale))
        .arg(cmd::option(locale, "depth", "value-number"))
        .arg(cmd::option(locale, "report", "value-name"))
        .arg(cmd::option(locale, "metrics", "value-metrics").conflicts_with("report"))
        .arg(cmd::format_option(locale, &["table", "csv", "json"]))
        .args(output::options(locale))
        .arg(cmd::switch(locale, "raw"))
        .arg(cmd::switch(locale, "own"))
        .arg(cmd::as_of_option(locale))
        .arg(
            cmd::option(locale, "compare", "value-compare")
                .value_parser(["previous", "year", "closed"])
                .hide_possible_values(true),
        )
        .arg(cmd::switch(locale, "wide"))
        .arg(cmd::at_option(locale))
        .arg(cmd::switch(locale, "skip-bad"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let (period, mut as_of, mut today) = session.window(matches)?;
    let ledger = Ledger::asked(session, matches)?;
    let columns = columns(&ledger.rules, matches)?;
    let tree = &mut ledger.outline();
    let org = match session.org(tree, matches) {
        Ok(org) => org,
        Err(problem) => {
            // It may be among what cannot be seen.
            session.left_out(tree, matches.get_flag("skip-bad"))?;
            return Err(problem.into());
        }
    };
    let compare = matches.get_one::<String>("compare").map(String::as_str);
    let closed = match compare {
        Some("closed") => Some(stamp(&session.root()?, tree, period, org)?),
        _ => None,
    };
    if let Some(stamp) = closed.as_ref().filter(|_| !matches.contains_id("as-of")) {
        // What was reported is compared with what is known now of the same day.
        (as_of, today) = (stamp.as_of, stamp.judged);
    }
    let question = Question {
        org,
        depth: depth(matches)?,
        own: matches.get_flag("own"),
        period,
        as_of,
        today,
        metrics: columns.iter().map(|c| c.metric).collect(),
        compare: match (compare, &closed) {
            (_, Some(stamp)) => Some(Compare::Closed(stamp)),
            (Some("previous"), _) => Some(Compare::Previous),
            (Some(_), _) => Some(Compare::Year),
            (None, _) => None,
        },
    };
    let answer = question.read(tree, ledger.files());
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let answer = answer.report(tree, &question)?;
    let heading = layout(&ledger.rules, matches, DEFAULT_LAYOUT)?
        .label
        .clone();
    let table = tabulate(
        &session.locale,
        tree,
        &question,
        &answer,
        &columns,
        &left_out,
        &heading,
    );
    let form = output::form(matches, FORMS, "table")?;
    let table = match &ledger.at {
        Some(at) => {
            let facts = table
                .facts
                .into_iter()
                .chain([("at", at.id.clone())])
                .collect();
            Table {
                title: format!("{}\n{}", table.title, at.said(&session.locale)),
                facts,
                ..table
            }
        }
        None => table,
    };
    let text = match form {
        "json" => json::report(&table),
        "csv" if matches.get_flag("raw") => csv::raw(&table),
        "csv" => csv::for_people(&table),
        _ => {
            // On the terminal a comparison with what was reported shows what is no longer so.
            let table = match &closed {
                Some(stamp)
                    if matches.get_one::<String>("metrics").is_none()
                        && !matches.get_flag("wide") =>
                {
                    only_changed(
                        &session.locale,
                        table,
                        &changed(tree, stamp, &question, &answer),
                    )
                }
                _ => table,
            };
            let to_file = matches.get_one::<String>("out").is_some();
            let style = terminal::Style {
                wide: matches.get_flag("wide"),
                width: session.style.width.filter(|_| !to_file),
                colour: session.style.colour && !to_file,
            };
            terminal::draw(&table, style, &session.locale)
        }
    };
    match matches.get_one::<String>("out") {
        Some(path) => output::save(session, matches, Path::new(path), text.as_bytes())?,
        None if form == "table" => write!(session.out, "{text}")?,
        None => session.print(&text)?,
    }
    Ok(Status::Clean)
}

pub(super) fn depth(matches: &ArgMatches) -> Result<usize, Problem> {
    let Some(text) = matches.get_one::<String>("depth") else {
        return Ok(1);
    };
    let depth = text.parse::<usize>().ok().filter(|n| *n <= 99);
    depth.ok_or_else(|| {
        Problem::new(Rule::OUT_OF_RANGE)
            .with("field", "--depth")
            .with("min", "0")
            .with("max", "99")
    })
}

/// A metric and how its column looks.
struct Asked<'t> {
    metric: &'t Metric,
    block: Option<&'t Label>,
    layout: Option<&'t LayoutColumn>,
}

fn columns<'r>(rules: &'r Rules, matches: &ArgMatches) -> Result<Vec<Asked<'r>>, Problem> {
    let metric = |name: &str| {
        rules.metric(name).ok_or_else(|| {
            let all: Vec<&str> = rules.metrics().iter().map(|m| m.name.as_str()).collect();
            Problem::new(Rule::UNKNOWN_METRIC)
                .with("name", name)
                .with("allowed", all.join(", "))
        })
    };
    if let Some(names) = matches.get_one::<String>("metrics") {
        let names: Vec<&str> = names
            .split([',', '，', '、'])
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .collect();
        if names.is_empty() {
            metric("")?;
        }
        return names
            .into_iter()
            .map(|name| {
                Ok(Asked {
                    metric: metric(name)?,
                    block: None,
                    layout: None,
                })
            })
            .collect();
    }
    layout(rules, matches, DEFAULT_LAYOUT)?
        .columns()
        .map(|(block, column)| {
            Ok(Asked {
                metric: metric(&column.metric)?,
                block: Some(&block.label),
                layout: Some(column),
            })
        })
        .collect()
}

/// The report that is asked for.
pub(super) fn layout<'r>(
    rules: &'r Rules,
    matches: &ArgMatches,
    default: &str,
) -> Result<&'r Layout, Problem> {
    let name = matches
        .get_one::<String>("report")
        .map_or(default, String::as_str);
    rules.layout(name).ok_or_else(|| {
        let all: Vec<&str> = rules.layouts().iter().map(|l| l.name.as_str()).collect();
        Problem::new(Rule::UNKNOWN_NAME)
            .with("name", name)
            .with("allowed", all.join(", "))
    })
}

fn tabulate(
    locale: &Locale,
    tree: &Tree,
    question: &Question<'_>,
    report: &Report,
    asked: &[Asked<'_>],
    left_out: &[Problem],
    heading: &Label,
) -> Table {
    let lang = locale.lang();
    let mut columns = vec![
        Column::number("seq", locale.text("label-seq"), "items").only(Audience::People),
        Column::text("row", locale.text("label-row")).only(Audience::Machines),
        Column::text("org", locale.text("label-id")).only(Audience::Machines),
        Column::text("name", locale.text("label-org")),
    ];
    for asked in asked {
        let label = asked.metric.label.get(lang).to_owned();
        let short = asked
            .layout
            .map_or_else(|| label.clone(), |c| c.label.get(lang).to_owned());
        let column = Column {
            short: (
                asked
                    .block
                    .map_or_else(String::new, |b| b.get(lang).to_owned()),
                short,
            ),
            label: label.clone(),
            figure: true,
            compact: asked.layout.is_none_or(|c| c.compact),
            below: asked.layout.and_then(|c| c.below),
            above: asked.layout.and_then(|c| c.above),
            ..Column::number(&asked.metric.name, label, asked.metric.unit.name())
        };
        let change = Column {
            name: format!("{}_change", column.name),
            label: locale.say(
                change_label(asked.metric.unit),
                &[("label", column.label.as_str().into())],
            ),
            short: (column.short.0.clone(), locale.text("change-short")),
            unit: "change",
            below: None,
            above: None,
            ..column.clone()
        };
        columns.push(column);
        if report.compared.is_some() {
            columns.push(change);
        }
    }
    let mut rows = Vec::new();
    let mut sequence = 0;
    for row in &report.rows {
        let org = &tree.orgs[row.org];
        let (number, name) = match row.role {
            Role::Own => (
                Cell::Empty,
                locale.say("row-own", &[("org", org.short().into())]),
            ),
            Role::Total => (Cell::Empty, locale.text("row-total")),
            Role::Org => {
                sequence += 1;
                (Cell::from(sequence), org.short().to_owned())
            }
        };
        let mut cells = vec![
            number,
            Cell::Text(row.role.name().to_owned()),
            Cell::Text(org.path.to_string()),
            Cell::Text(name),
        ];
        for (n, value) in row.values.iter().enumerate() {
            cells.push(cell(question.metrics[n], *value));
            if let Some(change) = row.changes.get(n) {
                cells.push(cell(question.metrics[n], *change));
            }
        }
        rows.push(Row {
            cells,
            total: row.role == Role::Total,
        });
    }
    let mut table = Table {
        title: title(locale, tree, question, report, heading),
        notes: Vec::new(),
        facts: vec![
            ("period", question.period.to_string()),
            ("as_of", question.as_of.to_string()),
        ],
        columns,
        rows,
    };
    if let Some(day) = report.judged_until {
        table.facts.push(("filings_as_of", day.to_string()));
    }
    if let Some((period, as_of, _)) = report.compared {
        table.facts.push(("compared_period", period.to_string()));
        table.facts.push(("compared_as_of", as_of.to_string()));
    }
    name_left_out(&mut table, left_out, locale);
    table
}

/// What was left out stands in the output itself, whatever its form: a figure must not look whole.
fn name_left_out(table: &mut Table, left_out: &[Problem], locale: &Locale) {
    for place in crate::cmd::places(left_out) {
        let name = locale.say("row-left-out", &[("place", place.as_str().into())]);
        let mut cells = vec![
            Cell::Empty,
            Cell::Text("left-out".to_owned()),
            Cell::Text(place),
            Cell::Text(name),
        ];
        cells.resize(table.columns.len(), Cell::NoData);
        table.rows.push(Row { cells, total: true });
    }
}

/// Which figures are no longer as they were stamped: rows, and of each the metrics.
fn changed(tree: &Tree, stamp: &Stamp, question: &Question<'_>, report: &Report) -> Vec<Vec<bool>> {
    let known = |metric: &&Metric| {
        stamp
            .rows
            .iter()
            .any(|row| row.figures.contains_key(&metric.name))
    };
    let is_known: Vec<bool> = question.metrics.iter().map(known).collect();
    let of_row = |row: &ReportRow| {
        let stamped = stamp.row(tree, row);
        let was = |metric: &Metric| {
            stamped
                .and_then(|row| row.figures.get(&metric.name))
                .copied()
                .unwrap_or(Figure::NoData)
        };
        question
            .metrics
            .iter()
            .zip(&row.values)
            .zip(&is_known)
            .map(|((metric, is), known)| *known && was(metric) != *is)
            .collect()
    };
    report.rows.iter().map(of_row).collect()
}

/// The rows and figures that changed; what was left out of all stays.
fn only_changed(locale: &Locale, table: Table, changed: &[Vec<bool>]) -> Table {
    let metrics = changed.first().map_or(0, Vec::len);
    let in_any = |metric: usize| changed.iter().any(|row| row[metric]);
    // Each metric has a column and the one with its change behind it.
    let lead = table.columns.len() - 2 * metrics;
    let kept = |n: usize| n < lead || in_any((n - lead) / 2);
    let mut n = 0;
    let mut rows = table.rows;
    rows.retain(|_| {
        n += 1;
        changed.get(n - 1).is_none_or(|row| row.contains(&true))
    });
    for row in &mut rows {
        let cells = std::mem::take(&mut row.cells).into_iter().enumerate();
        row.cells = cells
            .filter(|(n, _)| kept(*n))
            .map(|(_, cell)| cell)
            .collect();
    }
    let columns = table
        .columns
        .into_iter()
        .enumerate()
        .filter(|(n, _)| kept(*n))
        .map(|(_, column)| Column {
            compact: true,
            ..column
        });
    let mut notes = table.notes;
    notes.push(locale.text(if (0..metrics).any(in_any) {
        "report-only-changed"
    } else {
        "report-unchanged"
    }));
    Table {
        columns: columns.collect(),
        rows,
        notes,
        title: table.title,
        facts: table.facts,
    }
}

fn title(
    locale: &Locale,
    tree: &Tree,
    question: &Question<'_>,
    report: &Report,
    heading: &Label,
) -> String {
    let mut title = locale.say(
        "report-title",
        &[
            ("org", tree.orgs[question.org].name().into()),
            ("period", question.period.label(locale.lang()).into()),
            ("report", heading.into()),
            (
                "as_of",
                as_of_words(locale, question.as_of, report.judged_until).into(),
            ),
        ],
    );
    if let Some((period, as_of, judged)) = report.compared {
        let as_of = as_of_words(locale, as_of, judged);
        let words = [
            ("period", Arg::from(period.label(locale.lang()))),
            ("as_of", as_of.into()),
        ];
        let said = match question.compare {
            Some(Compare::Closed(stamp)) => locale.say(
                "report-closed",
                &[
                    ("on", stamp.on.to_string().into()),
                    ("by", stamp.by.as_str().into()),
                ],
            ),
            _ => locale.say("report-compared", &words),
        };
        title.push_str(&format!("\n{said}"));
    }
    title
}

/// The as-of day, and the day up to which returns are judged where that is a later one.
pub(super) fn as_of_words(locale: &Locale, as_of: Day, judged_until: Option<Day>) -> String {
    match judged_until {
        None => as_of.to_string(),
        Some(day) => locale.say(
            "as-of-and-returns",
            &[
                ("as_of", as_of.to_string().into()),
                ("day", day.to_string().into()),
            ],
        ),
    }
}

fn change_label(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "change-points",
        Unit::Items
        | Unit::Times
        | Unit::Persons
        | Unit::PersonTimes
        | Unit::Yuan
        | Unit::Points
        | Unit::Rank
        | Unit::Day => "change-label",
    }
}

/// A figure of a metric as a cell.
pub(super) fn cell(metric: &Metric, figure: Figure) -> Cell {
    match figure {
        Figure::Number(n) => Cell::Number(n),
        Figure::Ratio { num, den } if metric.unit == Unit::Percent => Cell::Ratio(num, den),
        Figure::Ratio { num, den } => Cell::Average {
            num,
            den,
            places: metric.places,
        },
        Figure::Points(tenths) => Cell::Points(tenths),
        Figure::Day(day) => Cell::Text(day.to_string()),
        Figure::NoData => Cell::NoData,
    }
}
