//! `ledger explain METRIC`: the records behind a figure, by file and line.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};
use serde_json::Value as Json;

use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::figure::{Evaluation, Scope, tally};
use crate::locale::Locale;
use crate::present::explain::Explained;
use crate::present::{as_of_words, left_out_notes, places};
use crate::render::json::pretty;
use crate::rules::Rules;
use crate::table::Publication;

pub(super) const COMMAND: Command = Command {
    name: "explain",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "explain")
        .arg(options::positional(locale, "metric", "value-metric"))
        .arg(options::quarter_option(locale))
        .arg(options::org_option(locale))
        .arg(options::as_of_option(locale))
        .arg(options::switch(locale, "own"))
        .arg(options::at_option(locale))
        .arg(options::switch(locale, "skip-bad"))
        .args(output::table_options(locale, options::TABLES))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let form = output::form(matches, options::TABLES, Format::Table)?;
    let (period, as_of, today) = session.window(matches)?;
    let ledger = Ledger::asked(session, matches)?;
    let name = matches
        .get_one::<String>("metric")
        .map_or("", String::as_str);
    let metric = ledger.rules.asked_metric(name)?;
    let tree = &ledger.load(&tally::selection_to_list(&ledger.rules, &[metric]));
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let org = session.org(tree, matches)?;
    let own = matches.get_flag("own");
    let scope = if own {
        Scope::These(vec![org])
    } else {
        Scope::Under(tree.subtree(org))
    };
    let evaluation = Evaluation::new(tree, period, as_of).until(today);
    let judged_until = evaluation.judged_until(metric);
    let explained = Explained {
        evaluation: &evaluation,
        scope: &scope,
        org,
        own,
        locale: &session.locale,
    };
    let args = [
        ("metric", (&metric.label).into()),
        ("org", tree.orgs[org].name().into()),
        ("period", period.label(session.locale.lang()).into()),
        (
            "as_of",
            as_of_words(&session.locale, as_of, judged_until).into(),
        ),
        ("value", explained.figure(metric)?.words().into()),
    ];
    let found = Publication {
        title: session.locale.say("explain-title", &args),
        notes: left_out_notes(&session.locale, &left_out),
        tables: explained.tables(metric)?,
        ..Publication::default()
    };
    let json = |_: &_| {
        let mut object = explained.json(metric)?;
        object.insert("org".to_owned(), tree.orgs[org].path.as_str().into());
        object.insert("period".to_owned(), period.to_string().into());
        object.insert("as_of".to_owned(), as_of.to_string().into());
        if let Some(day) = judged_until {
            object.insert("filings_as_of".to_owned(), day.to_string().into());
        }
        if let Some(at) = &ledger.at {
            object.insert("at".to_owned(), at.id.as_str().into());
        }
        if !left_out.is_empty() {
            object.insert("left_out".to_owned(), places(&left_out).into());
        }
        Ok(pretty(&Json::Object(object)))
    };
    let bytes = output::drawn(session, matches, form, &found, json)?;
    output::deliver(session, matches, form, &bytes)?;
    Ok(Status::Clean)
}
