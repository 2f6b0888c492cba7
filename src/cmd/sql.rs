//! `ledger sql METRIC…`: a report as SQL over the tables of an export.

use std::path::Path;

use anyhow::Result;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::options::{depth, report_spec};
use crate::cmd::{Command, Session, Status, options, output};
use crate::locale::{Arg, Locale};
use crate::problem::{Problem, Rule};
use crate::rules::Rules;
use crate::rules::grouping::Rows;
use crate::rules::metric::Metric;
use crate::sql::dialect::{DIALECTS, Dialect};
use crate::sql::query::Query;

pub(super) const COMMAND: Command = Command {
    name: "sql",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    let by_name = |name: String| DIALECTS.into_iter().find(|known| known.name() == name);
    options::command(locale, "sql")
        .long_about(locale.text("cmd-sql-long"))
        .arg(
            options::positional(locale, "metric", "value-metric")
                .required(false)
                .action(ArgAction::Append),
        )
        .arg(options::quarter_option(locale))
        .arg(options::org_option(locale))
        .arg(options::switch(locale, "all").conflicts_with("org"))
        .arg(options::option(locale, "depth", "value-number"))
        .arg(options::switch(locale, "own"))
        .arg(options::as_of_option(locale))
        .arg(options::at_option(locale))
        .arg(options::option(locale, "report", "value-report").conflicts_with("metric"))
        .arg(
            options::option(locale, "dialect", "value-dialect")
                .value_parser(
                    PossibleValuesParser::new(DIALECTS.map(Dialect::name))
                        .try_map(move |name| by_name(name).ok_or("no such engine")),
                )
                .hide_possible_values(true),
        )
        .args(output::options(locale))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let ledger = Ledger::asked(session, matches)?;
    let metrics = metrics(&ledger.rules, matches)?;
    let (period, as_of, today) = session.window(matches)?;
    let tree = ledger.outline();
    let org = match matches.get_flag("all") {
        true => None,
        false => Some(&tree.orgs[session.org(&tree, matches)?]),
    };
    let short = org.map_or("", |org| org.short());
    let names = [
        session.locale.say("row-own", &[("org", short.into())]),
        session.locale.text("row-total"),
    ];
    let query = Query {
        rules: &ledger.rules,
        begins: tree.begins,
        org: org.map(|org| org.path.as_str()),
        names,
        depth: depth(matches)?,
        own: matches.get_flag("own"),
        period,
        as_of,
        today,
        metrics,
        dialect: matches
            .get_one("dialect")
            .copied()
            .unwrap_or(Dialect::DuckDb),
    };
    let text = query.text()?;
    match matches.get_one::<String>("out") {
        Some(path) => output::save(session, matches, Path::new(path), text.as_bytes())?,
        None => session.out.write_all(text.as_bytes())?,
    }
    Ok(Status::Clean)
}

/// The figures asked for: by name, or those of a report.
fn metrics<'r>(rules: &'r Rules, matches: &ArgMatches) -> Result<Vec<&'r Metric>, Problem> {
    if let Some(names) = matches.get_many::<String>("metric") {
        let names = names.flat_map(|names| options::listed(names));
        let names = names.filter(|name| !name.is_empty());
        return names.map(|name| rules.asked_metric(name)).collect();
    }
    let spec = report_spec(rules, matches, super::report::DEFAULT_REPORT)?;
    if !matches!(spec.rows, Rows::Organisations) {
        return Err(Problem::new(Rule::NOT_IN_SQL)
            .with("metric", &spec.label)
            .with("name", &*spec.name)
            .with("why", Arg::Message("not-in-sql-rows")));
    }
    let columns = spec.columns();
    columns
        .map(|(_, column)| rules.asked_metric(&column.metric))
        .collect()
}
