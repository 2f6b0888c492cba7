//! `ledger report`: the quarterly table.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::options::{Format, depth, report_spec};
use crate::cmd::{Command, Session, Status, options, output};
use crate::figure::closing::closed;
use crate::figure::group::GroupReport;
use crate::figure::report::{Compare, Known, Question, Report};
use crate::figure::stamp::Stamp;
use crate::figure::trend::{moments, trend};
use crate::figure::{Evaluation, Scope, report, tally};
use crate::locale::{Label, Locale};
use crate::present::left_out_notes;
use crate::present::report::{MetricColumn, Shown};
use crate::present::rows::{GroupsView, RowsView};
use crate::problem::{Problem, Rule};
use crate::render::json;
use crate::rules::Rules;
use crate::rules::grouping::{RecordRows, Rows};
use crate::rules::metric::Metric;
use crate::rules::report_spec::{ChartSpec, LONGEST_TREND, ReportSpec};
use crate::table::Publication;

pub(super) const COMMAND: Command = Command {
    name: "report",
    build,
    run,
};

/// The report printed unless another is named.
pub(super) const DEFAULT_REPORT: &str = "standard";

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "report")
        .arg(options::quarter_option(locale))
        .arg(options::org_option(locale))
        .arg(options::option(locale, "depth", "value-number"))
        .arg(options::option(locale, "report", "value-report"))
        .arg(options::option(locale, "metrics", "value-metrics").conflicts_with("report"))
        .args(output::table_options(locale, options::TABLES))
        .arg(options::switch(locale, "own"))
        .arg(options::as_of_option(locale))
        .arg(
            options::option(locale, "compare", "value-compare")
                .value_parser(["previous", "year", "closed"])
                .hide_possible_values(true),
        )
        .arg(options::switch(locale, "beside").requires("compare"))
        .arg(options::option(locale, "by", "value-field").help(locale.text("flag-report-by")))
        .arg(
            options::option(locale, "trend", "value-number")
                .conflicts_with_all(["compare", "own", "depth"]),
        )
        .arg(options::at_option(locale))
        .arg(options::switch(locale, "skip-bad"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let ledger = Ledger::asked(session, matches)?;
    let columns = columns(&ledger.rules, matches)?;
    let spec = report_spec(&ledger.rules, matches, DEFAULT_REPORT)?;
    let by = matches.get_one::<String>("by").cloned();
    match (by, &spec.rows) {
        (Some(by), _) => of_groups(session, matches, &ledger, (&by, &columns, &spec.label)),
        (None, Rows::Groups(by)) => {
            of_groups(session, matches, &ledger, (by, &columns, &spec.label))
        }
        (None, Rows::Records(rows)) => of_records(session, matches, &ledger, rows, &spec.label),
        (None, Rows::Organisations) => {
            of_organisations(session, matches, &ledger, (&columns, spec))
        }
    }
}

/// A report whose rows are organisations.
fn of_organisations(
    session: &mut Session<'_>,
    matches: &ArgMatches,
    ledger: &Ledger,
    (columns, spec): (&[MetricColumn<'_>], &ReportSpec),
) -> Result<Status> {
    let format = output::form(matches, options::TABLES, Format::Table)?;
    let (period, mut as_of, mut today) = session.window(matches)?;
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
        columns,
        heading: &spec.label,
        left_out: &left_out,
        beside: matches.get_flag("beside"),
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

/// Refuses the options that are about organisations.
fn refuse_options(matches: &ArgMatches, names: &[&str]) -> Result<(), Problem> {
    let is_given =
        |name: &&&str| matches.value_source(name) == Some(clap::parser::ValueSource::CommandLine);
    match names.iter().find(is_given) {
        Some(name) => Err(Problem::new(Rule::ROWS_OF_RECORDS).with("name", format!("--{name}"))),
        None => Ok(()),
    }
}

/// A report whose rows are groups of records.
fn of_groups(
    session: &mut Session<'_>,
    matches: &ArgMatches,
    ledger: &Ledger,
    (by, columns, heading): (&str, &[MetricColumn<'_>], &Label),
) -> Result<Status> {
    refuse_options(matches, &["depth", "own", "trend"])?;
    let format = output::form(matches, options::TABLES, Format::Table)?;
    let (period, as_of, today) = session.window(matches)?;
    let metrics: Vec<&Metric> = columns.iter().map(|c| c.metric).collect();
    let rules = &ledger.rules;
    let by = &rules.grouping(by, &metrics)?;
    let field = rules.field_of(by, &metrics);
    let selection = tally::selection_to_group(rules, &metrics, by);
    let tree = &ledger.load(&selection);
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let scope = Scope::Under(tree.subtree(session.org(tree, matches)?));
    let evaluation = Evaluation::new(tree, period, as_of).until(today);
    let compare = match matches.get_one::<String>("compare").map(String::as_str) {
        Some("closed") => {
            return Err(Problem::new(Rule::ROWS_OF_RECORDS)
                .with("name", "--compare closed")
                .into());
        }
        asked => compared(asked, None),
    };
    let moment = compare.map(|compare| report::compared(period, as_of, compare));
    let earlier = moment.map(|(period, day)| Evaluation::new(tree, period, day).until(today));
    let found = GroupReport::of(&evaluation, earlier.as_ref(), &metrics, &scope, (by, field))?;
    let view = RowsView {
        evaluation: &evaluation,
        scope: &scope,
        heading,
        locale: &session.locale,
    };
    let mut found = view.groups(&GroupsView {
        by,
        field,
        columns,
        report: &found,
        compared: moment.map(|(period, _)| period),
        beside: matches.get_flag("beside"),
    })?;
    found.tables[0]
        .notes
        .extend(left_out_notes(&session.locale, &left_out));
    output::show(session, matches, format, &found, |found| {
        Ok(json::report(found))
    })?;
    Ok(Status::Clean)
}

/// A report whose rows are records.
fn of_records(
    session: &mut Session<'_>,
    matches: &ArgMatches,
    ledger: &Ledger,
    rows: &RecordRows,
    heading: &Label,
) -> Result<Status> {
    refuse_options(matches, &["depth", "own", "trend", "compare", "beside"])?;
    let format = output::form(matches, options::TABLES, Format::Table)?;
    let (period, as_of, today) = session.window(matches)?;
    let metric = ledger.rules.asked_metric(&rows.of)?;
    let kinds = ledger.rules.kinds_behind(&[metric]);
    let names = kinds.iter().map(|kind| kind.name.as_str());
    let tree = &ledger.load(&tally::selection_of_all(&ledger.rules, &[metric], names));
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let scope = Scope::Under(tree.subtree(session.org(tree, matches)?));
    let evaluation = Evaluation::new(tree, period, as_of).until(today);
    let by = rows.group.as_ref();
    let by = by
        .map(|by| ledger.rules.grouping(by, &[metric]))
        .transpose()?;
    let group = by
        .as_ref()
        .map(|by| (by, ledger.rules.field_of(by, &[metric])));
    let view = RowsView {
        evaluation: &evaluation,
        scope: &scope,
        heading,
        locale: &session.locale,
    };
    let mut table = view.records(metric, rows, group);
    table
        .notes
        .extend(left_out_notes(&session.locale, &left_out));
    output::show(session, matches, format, &table.into(), |found| {
        Ok(json::list(found, "records"))
    })?;
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
        let names: Vec<&str> = options::listed(names)
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
