//! `ledger due`: what is overdue, what falls due soon, what is owed.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::figure::due::{self, reminders};
use crate::locale::Locale;
use crate::present::{self, left_out_notes};
use crate::problem::{Problem, Rule};
use crate::render::json;
use crate::rules::Rules;
use crate::table::Publication;

pub(super) const COMMAND: Command = Command {
    name: "due",
    build,
    run,
};

/// How far ahead the list looks unless asked.
const DEFAULT_DAYS: i64 = 14;

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "due")
        .arg(options::org_option(locale))
        .arg(options::option(locale, "within", "value-days"))
        .arg(options::at_option(locale))
        .arg(options::switch(locale, "skip-bad"))
        .args(output::table_options(locale, options::REMINDERS))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let form = output::form(matches, options::REMINDERS, Format::Table)?;
    let ledger = Ledger::asked(session, matches)?;
    let tree = &ledger.load(&due::selection(&ledger.rules));
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let days = matches
        .get_one::<String>("within")
        .map_or(Ok(DEFAULT_DAYS), |text| within(text))?;
    let orgs = options::orgs_asked(tree, matches)?;
    let reminders = reminders(tree, orgs, session.today, days);
    // Programs get names that do not change with the language.
    let raw = matches.get_flag("raw") || form == Format::Json;
    let mut table = present::due::table(&session.locale, tree, &reminders, session.today, raw);
    let count = session.locale.say(
        "due-count",
        &[
            ("count", reminders.len().into()),
            ("today", session.today.to_string().into()),
            ("days", days.into()),
        ],
    );
    table.notes.push(count);
    table
        .notes
        .extend(left_out_notes(&session.locale, &left_out));
    let found = match form {
        Format::Markdown | Format::Html | Format::Workbook => {
            let with_all = form == Format::Workbook;
            present::due::by_organisation(&session.locale, table, with_all)
        }
        Format::Calendar => Publication {
            events: present::due::events(&session.locale, tree, &reminders),
            ..Publication::default()
        },
        _ => table.into(),
    };
    let json = |found: &_| Ok(json::list(found, "reminders"));
    output::show(session, matches, form, &found, json)?;
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
