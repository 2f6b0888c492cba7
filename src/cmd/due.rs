//! `ledger due`: what is overdue, what falls due soon, what is owed.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::{self, Command, Session, Status};
use crate::figure::due::{self, What, reminders};
use crate::locale::Locale;
use crate::problem::{Problem, Rule};
use crate::record::text;
use crate::rules::Rules;
use crate::table::{Cell, Column, Row, Table};

pub(super) const COMMAND: Command = Command {
    name: "due",
    build,
    run,
};

/// How far ahead the list looks unless asked.
const DEFAULT_DAYS: i64 = 14;

fn build(locale: &Locale, _: &Rules) -> Clap {
    cmd::command(locale, "due")
        .arg(cmd::org_option(locale))
        .arg(cmd::option(locale, "within", "value-days"))
        .arg(cmd::switch(locale, "wide"))
        .arg(cmd::at_option(locale))
        .arg(cmd::switch(locale, "skip-bad"))
        .arg(cmd::format_option(locale, &["table", "csv", "json"]))
        .arg(cmd::switch(locale, "raw"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let ledger = Ledger::asked(session, matches)?;
    let tree = &ledger.load(&due::selection(&ledger.rules));
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    // Programs get names that do not change with the language.
    let raw = matches.get_flag("raw") || cmd::format_of(matches, "table") == "json";
    let days = matches
        .get_one::<String>("within")
        .map_or(Ok(DEFAULT_DAYS), |text| within(text))?;
    let orgs = cmd::orgs_asked(tree, matches)?;
    let locale = &session.locale;
    let today = session.today;
    let rows: Vec<Row> = reminders(tree, orgs, today, days)
        .into_iter()
        .map(|reminder| {
            let left = reminder.day.since(today);
            let state = if left < 0 { "due-overdue" } else { "due-soon" };
            let (kind, what, id) = match &reminder.what {
                What::Record(n) => {
                    let record = crate::figure::record_of(tree, *n);
                    (
                        if raw {
                            record.kind.name.clone()
                        } else {
                            record.kind.label.get(locale.lang()).to_owned()
                        },
                        record.title().map(text::plain).unwrap_or_default(),
                        record.id.to_string(),
                    )
                }
                What::Obligation {
                    name,
                    window,
                    times,
                } => {
                    let label = tree
                        .rules
                        .obligation(name)
                        .map(|o| o.label.get(locale.lang()).to_owned())
                        .unwrap_or_default();
                    let window_label = window.label(locale.lang());
                    match (raw, times) {
                        (true, _) => (name.clone(), window.to_string(), String::new()),
                        (false, 1) => (label, window_label, String::new()),
                        (false, _) => {
                            let lacks = locale.say(
                                "due-times",
                                &[("window", window_label.into()), ("count", (*times).into())],
                            );
                            (label, lacks, String::new())
                        }
                    }
                }
            };
            let cells = vec![
                Cell::Text(if raw {
                    state.trim_start_matches("due-").to_owned()
                } else {
                    locale.text(state)
                }),
                Cell::Text(reminder.day.to_string()),
                Cell::from(left),
                Cell::Text(if raw {
                    tree.orgs[reminder.org].path.to_string()
                } else {
                    tree.orgs[reminder.org].short().to_owned()
                }),
                Cell::Text(kind),
                Cell::Text(what),
                Cell::Text(id),
            ];
            Row {
                cells,
                total: false,
            }
        })
        .collect();
    let columns = vec![
        Column {
            compact: false,
            ..Column::text("state", locale.text("label-state"))
        },
        Column::text("day", locale.text("label-day")),
        Column {
            compact: false,
            ..Column::number("days_left", locale.text("label-days-left"), "items")
        },
        Column::text("org", locale.text("label-org")),
        Column::text("kind", locale.text("label-kind")),
        Column::text("what", locale.text("label-what")),
        Column::text("id", locale.text("label-id")),
    ];
    let note = locale.say(
        "due-count",
        &[
            ("count", rows.len().into()),
            ("today", today.to_string().into()),
            ("days", days.into()),
        ],
    );
    let mut notes = vec![note];
    notes.extend(cmd::left_out_notes(locale, &left_out));
    let table = Table {
        columns,
        rows,
        notes,
        facts: vec![("today", today.to_string())],
        ..Table::default()
    };
    cmd::print_table(session, matches, &table, "reminders")?;
    Ok(Status::Clean)
}

/// `14d`, `14`, `2w`, `14天`.
fn within(text: &str) -> Result<i64, Problem> {
    let text = text.trim();
    let (digits, times) = match text.strip_suffix('w').or_else(|| text.strip_suffix('周')) {
        Some(weeks) => (weeks, 7),
        None => (text.trim_end_matches(['d', '天', '日']), 1),
    };
    let days = digits
        .parse::<i64>()
        .ok()
        .filter(|n| (0..=3660).contains(n))
        .map(|n| n * times);
    days.ok_or_else(|| {
        Problem::new(Rule::OUT_OF_RANGE)
            .with("field", "--within")
            .with("min", "0")
            .with("max", "3660d")
    })
}
