//! `ledger report`: the quarterly table.

use std::path::Path;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::options::{depth, report_spec};
use crate::cmd::{Command, Session, Status, options, output};
use crate::figure::closing::closed;
use crate::figure::report::{Compare, Question};
use crate::locale::Locale;
use crate::present::report::{MetricColumn, Shown};
use crate::problem::Problem;
use crate::render::terminal::TableStyle;
use crate::render::{csv, json, terminal};
use crate::rules::Rules;

pub(super) const COMMAND: Command = Command {
    name: "report",
    build,
    run,
};

/// The forms of a report.
const FORMS: &[Format] = &[Format::Table, Format::Csv, Format::Json];

/// The report printed unless another is named.
const DEFAULT_REPORT: &str = "standard";

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "report")
        .arg(options::quarter_option(locale))
        .arg(options::org_option(locale))
        .arg(options::option(locale, "depth", "value-number"))
        .arg(options::option(locale, "report", "value-name"))
        .arg(options::option(locale, "metrics", "value-metrics").conflicts_with("report"))
        .arg(options::format_option(locale, FORMS))
        .args(output::options(locale))
        .arg(options::switch(locale, "raw"))
        .arg(options::switch(locale, "own"))
        .arg(options::as_of_option(locale))
        .arg(
            options::option(locale, "compare", "value-compare")
                .value_parser(["previous", "year", "closed"])
                .hide_possible_values(true),
        )
        .arg(options::switch(locale, "wide"))
        .arg(options::at_option(locale))
        .arg(options::switch(locale, "skip-bad"))
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
    let stamp = match compare {
        Some("closed") => Some(closed(&session.root()?, tree, period, org)?),
        _ => None,
    };
    if let Some(stamp) = stamp.as_ref().filter(|_| !matches.contains_id("as-of")) {
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
        compare: match (compare, &stamp) {
            (_, Some(stamp)) => Some(Compare::Closed(stamp)),
            (Some("previous"), _) => Some(Compare::Previous),
            (Some(_), _) => Some(Compare::Year),
            (None, _) => None,
        },
    };
    let answer = question.read(tree, ledger.files());
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let answer = answer.report(tree, &question)?;
    let shown = Shown {
        locale: &session.locale,
        tree,
        question: &question,
        report: &answer,
        columns: &columns,
        heading: &report_spec(&ledger.rules, matches, DEFAULT_REPORT)?.label,
        left_out: &left_out,
    };
    let format = output::form(matches, FORMS, Format::Table)?;
    // On the terminal a comparison with what was reported shows what is no longer so.
    let in_part = stamp.as_ref().filter(|_| {
        format == Format::Table && !matches.contains_id("metrics") && !matches.get_flag("wide")
    });
    let mut table = match in_part {
        Some(stamp) => shown.changed_since(stamp),
        None => shown.table(),
    };
    if let Some(at) = &ledger.at {
        table.title = format!("{}\n{}", table.title, at.said(&session.locale));
        table.facts.push(("at", at.id.clone()));
    }
    let text = match format {
        Format::Json => json::report(&table),
        Format::Csv if matches.get_flag("raw") => csv::raw(&table),
        Format::Csv => csv::for_people(&table),
        _ => {
            let to_file = matches.contains_id("out");
            let style = TableStyle {
                wide: matches.get_flag("wide"),
                width: session.style.width.filter(|_| !to_file),
                colour: session.style.colour && !to_file,
            };
            terminal::draw(&table, style, &session.locale)
        }
    };
    match matches.get_one::<String>("out") {
        Some(path) => output::save(session, matches, Path::new(path), text.as_bytes())?,
        None if format == Format::Table => write!(session.out, "{text}")?,
        None => session.print(&text)?,
    }
    Ok(Status::Clean)
}

fn columns<'r>(rules: &'r Rules, matches: &ArgMatches) -> Result<Vec<MetricColumn<'r>>, Problem> {
    let metric = |name: &str| rules.asked_metric(name);
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
                Ok(MetricColumn {
                    metric: metric(name)?,
                    block: None,
                    layout: None,
                })
            })
            .collect();
    }
    report_spec(rules, matches, DEFAULT_REPORT)?
        .columns()
        .map(|(block, column)| {
            Ok(MetricColumn {
                metric: metric(&column.metric)?,
                block: Some(&block.label),
                layout: Some(column),
            })
        })
        .collect()
}
