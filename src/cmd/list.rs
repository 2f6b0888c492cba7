//! `ledger list KIND`: the records of a kind, filtered and sorted.

use anyhow::Result;
use clap::{ArgAction, ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::day::{Day, Period};
use crate::locale::Locale;
use crate::present::record::owned;
use crate::present::{self, left_out_notes, places};
use crate::problem::{Problem, Rule};
use crate::record::{Record, Value, input, text};
use crate::render::json;
use crate::rules::Rules;
use crate::rules::kind::{FieldType, Kind};
use crate::spelling::folded;
use crate::tree::{OwnedRecord, Tree};
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
    let entries = select(session, tree, kind, matches)?;
    let as_of = as_of(session, matches)?;
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

fn select<'t>(
    session: &Session<'_>,
    tree: &'t Tree<'_>,
    kind: &Kind,
    matches: &ArgMatches,
) -> Result<Vec<&'t OwnedRecord<'t>>> {
    let orgs = options::orgs_asked(tree, matches)?;
    let period: Option<Period> = matches
        .get_one::<String>("quarter")
        .map(|text| session.period(text))
        .transpose()?;
    let as_of = as_of(session, matches)?;
    let tests: Vec<WhereTest> = matches
        .get_many::<String>("where")
        .into_iter()
        .flatten()
        .map(|text| WhereTest::read(text, kind, session.today))
        .collect::<Result<_, _>>()?;
    let mut found: Vec<&OwnedRecord> = tree
        .entries
        .iter()
        .filter(|entry| entry.record.kind.name == kind.name && orgs.contains(&entry.org))
        .filter(|entry| matches.get_flag("retracted") || entry.record.retracted.is_none())
        .filter(|entry| entry.record.starts().is_some_and(|start| start <= as_of))
        .filter(|entry| {
            period.is_none_or(|period| {
                entry
                    .record
                    .belongs()
                    .is_some_and(|days| period.covers(days))
            })
        })
        .filter(|entry| tests.iter().all(|test| test.holds(&entry.record, as_of)))
        .collect();
    let by = |key: SortKey, entry: &OwnedRecord| match key {
        SortKey::Field(field) => entry.record.get(field).cloned(),
        SortKey::Belongs => entry.record.belongs().map(Value::Period),
        SortKey::Id => Some(Value::Text(entry.record.id.as_str().into())),
        SortKey::Org => Some(Value::Integer(i64::try_from(entry.org).unwrap_or(i64::MAX))),
        SortKey::State => entry
            .record
            .status_on(as_of)
            .map(|status| Value::Text(status.choice.name.as_str().into())),
    };
    let asked = matches.get_one::<String>("sort").map(String::as_str);
    let (descending, name) = match asked.map(|name| (name.strip_prefix('-'), name)) {
        Some((Some(rest), _)) => (true, Some(rest)),
        Some((None, name)) => (false, Some(name)),
        None => (false, None),
    };
    let is = |name: &str, key: &str, label: &str| name == key || name == session.locale.text(label);
    let key = match name {
        None => SortKey::Belongs,
        Some(name) if is(name, "id", "label-id") => SortKey::Id,
        Some(name) if is(name, "org", "label-org") => SortKey::Org,
        Some(name) if kind.life.is_some() && is(name, "state", "label-state") => SortKey::State,
        Some(name) => SortKey::Field(kind.named(name).ok_or_else(|| unknown_field(kind, name))?),
    };
    found.sort_by_cached_key(|entry| by(key, entry));
    if descending {
        found.reverse();
    }
    Ok(found)
}

/// What a list is sorted by.
#[derive(Clone, Copy)]
enum SortKey {
    Field(usize),
    Belongs,
    Id,
    Org,
    State,
}

fn unknown_field(kind: &Kind, name: &str) -> Problem {
    Problem::new(Rule::UNKNOWN_FIELD)
        .with("field", name)
        .with("kind", &kind.label)
        .with("allowed", kind.field_names())
}

/// One `--where F=V`.
enum WhereTest {
    /// The status on the as-of day.
    State(String),
    /// Whether it is overdue on the as-of day.
    Overdue(bool),
    /// Part of a text, or just this value.
    Field(usize, Value),
}

impl WhereTest {
    fn read(text: &str, kind: &Kind, today: Day) -> Result<WhereTest, Problem> {
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
                .map(|s| WhereTest::State(s.choice.name.clone()))
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
            return Ok(WhereTest::Overdue(!["false", "no", "否"].contains(&value)));
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
        Ok(WhereTest::Field(field, value))
    }

    fn holds(&self, record: &Record, as_of: Day) -> bool {
        match self {
            WhereTest::State(name) => record
                .status_on(as_of)
                .is_some_and(|status| status.choice.name == *name),
            WhereTest::Overdue(wanted) => record.overdue_on(as_of) == *wanted,
            WhereTest::Field(field, wanted) => {
                let Some(value) = record.get(*field) else {
                    return false;
                };
                let exact = matches!(record.kind.fields[*field].ty, FieldType::Choice(_));
                value.items().iter().any(|item| match wanted {
                    Value::Text(part) if !exact => {
                        folded(&text::plain(item)).contains(&*folded(part))
                    }
                    other => item == other,
                })
            }
        }
    }
}
