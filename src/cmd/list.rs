//! `ledger list KIND`: the records of a kind, filtered and sorted.

use anyhow::Result;
use clap::{ArgAction, ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::day::Day;
use crate::figure::list::{ListQuery, RecordTest, SortKey};
use crate::locale::Locale;
use crate::present::record::owned;
use crate::present::{self, left_out_notes, places};
use crate::problem::{Problem, Rule};
use crate::record::{Value, input};
use crate::render::json;
use crate::rules::Rules;
use crate::rules::kind::{FieldType, Kind};
use crate::tree::Tree;
use crate::written::selection::Selection;

pub(super) const COMMAND: Command = Command {
    name: "list",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "list")
        .arg(options::positional(locale, "kind", "value-kind"))
        .arg(options::org_option(locale))
        .arg(options::quarter_option(locale))
        .arg(options::as_of_option(locale))
        .arg(options::option(locale, "where", "value-test").action(ArgAction::Append))
        .arg(options::option(locale, "sort", "value-field").allow_hyphen_values(true))
        .arg(options::switch(locale, "retracted"))
        .arg(options::switch(locale, "wide"))
        .arg(options::at_option(locale))
        .arg(options::switch(locale, "skip-bad"))
        .arg(options::format_option(
            locale,
            &[Format::Table, Format::Csv, Format::Json],
        ))
        .arg(options::switch(locale, "raw"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let ledger = Ledger::asked(session, matches)?;
    let name = matches.get_one::<String>("kind").map_or("", String::as_str);
    let kind = ledger.rules.asked_kind(name)?;
    let tree = &ledger.load(&Selection::of_kinds(&ledger.rules, [kind.name.as_str()]));
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let query = query(session, tree, kind, matches)?;
    let (entries, as_of) = (query.select(tree), query.as_of);
    match options::format_of(matches, Format::Table) {
        Format::Json => {
            let records: Vec<serde_json::Value> = entries
                .iter()
                .map(|entry| owned(tree, entry, as_of))
                .collect();
            session.print(&json::pretty(&serde_json::json!({
                "kind": kind.name,
                "as_of": as_of.to_string(),
                "records": records,
                "left_out": places(&left_out),
            })))?;
        }
        format => {
            let raw = format == Format::Csv && matches.get_flag("raw");
            let mut table = present::list::table(&session.locale, tree, kind, &entries, as_of, raw);
            table
                .notes
                .extend(left_out_notes(&session.locale, &left_out));
            output::print_table(session, matches, &table, "records")?;
        }
    }
    Ok(Status::Clean)
}

fn as_of(session: &Session<'_>, matches: &ArgMatches) -> Result<Day, Problem> {
    match (
        matches.get_one::<String>("as-of"),
        matches.get_one::<String>("quarter"),
    ) {
        (Some(text), _) => session.day(text),
        (None, Some(text)) => Ok(crate::figure::default_as_of(
            session.period(text)?,
            session.today,
        )),
        (None, None) => Ok(session.today),
    }
}

fn query<'k>(
    session: &Session<'_>,
    tree: &Tree<'_>,
    kind: &'k Kind,
    matches: &ArgMatches,
) -> Result<ListQuery<'k>, Problem> {
    let period = matches.get_one::<String>("quarter");
    let tests = matches.get_many::<String>("where").into_iter().flatten();
    let asked = matches.get_one::<String>("sort").map(String::as_str);
    let (descending, name) = match asked.map(|name| (name.strip_prefix('-'), name)) {
        Some((Some(rest), _)) => (true, Some(rest)),
        Some((None, name)) => (false, Some(name)),
        None => (false, None),
    };
    Ok(ListQuery {
        kind,
        orgs: options::orgs_asked(tree, matches)?,
        period: period.map(|text| session.period(text)).transpose()?,
        as_of: as_of(session, matches)?,
        retracted: matches.get_flag("retracted"),
        tests: tests
            .map(|text| where_test(text, kind, session.today))
            .collect::<Result<_, _>>()?,
        by: sort_key(&session.locale, kind, name)?,
        descending,
    })
}

fn sort_key(locale: &Locale, kind: &Kind, name: Option<&str>) -> Result<SortKey, Problem> {
    let Some(name) = name else {
        return Ok(SortKey::Belongs);
    };
    let is = |key: &str, label: &str| name == key || name == locale.text(label);
    Ok(match name {
        _ if is("id", "label-id") => SortKey::Id,
        _ if is("org", "label-org") => SortKey::Org,
        _ if kind.life.is_some() && is("state", "label-state") => SortKey::State,
        _ => SortKey::Field(kind.named(name).ok_or_else(|| unknown_field(kind, name))?),
    })
}

fn unknown_field(kind: &Kind, name: &str) -> Problem {
    Problem::new(Rule::UNKNOWN_FIELD)
        .with("field", name)
        .with("kind", &kind.label)
        .with("allowed", kind.field_names())
}

/// One `--where F=V`.
fn where_test(text: &str, kind: &Kind, today: Day) -> Result<RecordTest, Problem> {
    let Some((name, value)) = text.split_once('=') else {
        return Err(Problem::new(Rule::USAGE)
            .with("what", crate::locale::Arg::Message("usage-where"))
            .with("subject", text));
    };
    if let ("state" | "状态", Some(life)) = (name, &kind.life) {
        let status = life
            .statuses
            .iter()
            .find(|s| s.choice.name == value || s.choice.label.is(value));
        return status
            .map(|s| RecordTest::State(s.choice.name.clone()))
            .ok_or_else(|| {
                let all: Vec<&str> = life
                    .statuses
                    .iter()
                    .map(|s| s.choice.name.as_str())
                    .collect();
                Problem::new(Rule::UNKNOWN_VALUE)
                    .with("field", name)
                    .with("value", value)
                    .with("allowed", all.join(", "))
            });
    }
    if let ("overdue" | "逾期", true) = (name, kind.life.is_some()) {
        return Ok(RecordTest::Overdue(!["false", "no", "否"].contains(&value)));
    }
    let field = kind.named(name).ok_or_else(|| unknown_field(kind, name))?;
    let value = match &kind.fields[field].ty {
        FieldType::Text
        | FieldType::Path
        | FieldType::Record(_)
        | FieldType::Organisation
        | FieldType::Table(_) => Value::Text(value.into()),
        _ => input::value(&kind.fields[field], value, today)?,
    };
    Ok(RecordTest::Field(field, value))
}
