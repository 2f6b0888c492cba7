//! `ledger report`: the quarterly table.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::options::{Format, depth, report_spec};
use crate::cmd::{Command, Session, Status, options, output};
use crate::figure::Evaluation;
use crate::figure::closing::closed;
use crate::figure::report::{Compare, Known, Question, Report};
use crate::figure::stamp::Stamp;
use crate::figure::trend::{moments, trend};
use crate::locale::Locale;
use crate::present::report::{MetricColumn, Shown};
use crate::problem::{Problem, Rule};
use crate::render::json;
use crate::rules::Rules;
use crate::rules::metric::Metric;
use crate::rules::report_spec::{ChartSpec, LONGEST_TREND};
use crate::table::Publication;

pub(super) const COMMAND: Command = Command {
    name: "report",
    build,
    run,
};

/// The report printed unless another is named.
const DEFAULT_REPORT: &str = "standard";

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "report")
        .arg(options::quarter_option(locale))
        .arg(options::org_option(locale))
        .arg(options::option(locale, "depth", "value-number"))
        .arg(options::option(locale, "report", "value-name"))
        .arg(options::option(locale, "metrics", "value-metrics").conflicts_with("report"))
        .args(output::table_options(locale, options::TABLES))
        .arg(options::switch(locale, "own"))
        .arg(options::as_of_option(locale))
        .arg(
            options::option(locale, "compare", "value-compare")
                .value_parser(["previous", "year", "closed"])
                .hide_possible_values(true),
        )
        .arg(
            options::option(locale, "trend", "value-number")
                .conflicts_with_all(["compare", "own", "depth"]),
        )
        .arg(options::at_option(locale))
        .arg(options::switch(locale, "skip-bad"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let format = output::form(matches, options::TABLES, Format::Table)?;
    let (period, mut as_of, mut today) = session.window(matches)?;
    let ledger = Ledger::asked(session, matches)?;
    let columns = columns(&ledger.rules, matches)?;
    let tree = &mut ledger.outline();
    let org = match session.org(tree, matches) {
        Ok(org) => org,
        // It may be among what cannot be seen.
        Err(problem) => {
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
        compare: compared(compare, stamp.as_ref()),
    };
    let spec = report_spec(&ledger.rules, matches, DEFAULT_REPORT)?;
    let is_own_choice = matches.contains_id("metrics");
    let charts: &[ChartSpec] = if is_own_choice { &[] } else { &spec.charts };
    let trend_of = trend_length(matches)?.map(|length| moments(period, as_of, today, length));
    let known = match (&trend_of, format) {
        (Some(moments), _) => Known::read(tree, ledger.files(), &question.metrics, moments),
        (None, Format::Html | Format::Workbook) => Known::read_to_list(
            tree,
            ledger.files(),
            &pictured(&question, charts, &ledger.rules),
        ),
        (None, _) => question.read(tree, ledger.files()),
    };
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let answer = match &trend_of {
        // The rows are periods.
        Some(_) => Report::default(),
        None => known.report(tree, &question)?,
    };
    let shown = Shown {
        locale: &session.locale,
        tree,
        question: &question,
        report: &answer,
        columns: &columns,
        heading: &spec.label,
        left_out: &left_out,
    };
    // On the terminal a comparison with what was reported shows what is no longer so.
    let in_part = stamp
        .as_ref()
        .filter(|_| format == Format::Table && !is_own_choice && !matches.get_flag("wide"));
    let mut found: Publication = match (&trend_of, in_part, format) {
        (Some(moments), ..) => {
            let scope = question.whole(tree);
            let figures = trend(tree, &known, moments, &question.metrics, &scope)?;
            shown.trend(&figures).into()
        }
        (None, Some(stamp), _) => shown.changed_since(stamp).into(),
        (None, None, Format::Html | Format::Workbook) => {
            let evaluation = Evaluation::new(tree, period, as_of).until(today);
            shown.publication(&evaluation, charts)?
        }
        (None, None, _) => shown.table().into(),
    };
    if let (Some(at), [table]) = (&ledger.at, &mut found.tables[..]) {
        table.title = format!("{}\n{}", table.title, at.said(&session.locale));
        table.facts.push(("at", at.id.clone()));
    }
    let json = |found: &_| Ok(json::report(found));
    output::show(session, matches, format, &found, json)?;
    Ok(Status::Clean)
}

/// The figures of a question and of the pictures beside it.
fn pictured<'r>(
    question: &Question<'r>,
    charts: &[ChartSpec],
    rules: &'r Rules,
) -> Vec<&'r Metric> {
    let names = charts.iter().flat_map(|chart| &chart.metrics);
    let pictured = names.filter_map(|name| rules.metric(name));
    question.metrics.iter().copied().chain(pictured).collect()
}

/// What a report is compared with, by `--compare`.
fn compared<'s>(asked: Option<&str>, stamp: Option<&'s Stamp>) -> Option<Compare<'s>> {
    match (asked, stamp) {
        (_, Some(stamp)) => Some(Compare::Closed(stamp)),
        (Some("previous"), _) => Some(Compare::Previous),
        (Some(_), _) => Some(Compare::Year),
        (None, _) => None,
    }
}

/// How many periods `--trend` asks for.
fn trend_length(matches: &ArgMatches) -> Result<Option<usize>, Problem> {
    let Some(text) = matches.get_one::<String>("trend") else {
        return Ok(None);
    };
    let length = text.parse::<usize>().ok();
    let length = length.filter(|length| (2..=LONGEST_TREND).contains(length));
    length.map(Some).ok_or_else(|| {
        Problem::new(Rule::OUT_OF_RANGE)
            .with("field", "--trend")
            .with("min", "2")
            .with("max", LONGEST_TREND)
    })
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
