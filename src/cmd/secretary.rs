//! `ledger secretary ORG`: the secretary's ledger, seen from records that were entered once
//! elsewhere.

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::day::Period;
use crate::figure::view::{entries, person};
use crate::locale::{Choices, Locale};
use crate::present::secretary::SecretaryView;
use crate::present::{left_out_notes, places};
use crate::problem::{Problem, Rule};
use crate::render::json::pretty;
use crate::rules::Rules;
use crate::written::selection::Selection;

pub(super) const COMMAND: Command = Command {
    name: "secretary",
    build,
    run,
};

/// The view that the command prints.
const VIEW: &str = "secretary";

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "secretary")
        .arg(options::positional(locale, "org", "value-org"))
        .arg(options::quarter_option(locale))
        .arg(options::as_of_option(locale))
        .arg(options::switch(locale, "skip-bad"))
        .args(output::table_options(locale, options::TABLES))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let form = output::form(matches, options::TABLES, Format::Table)?;
    let (period, as_of, _) = session.window(matches)?;
    let ledger = Ledger::of(session)?;
    let Some(view) = ledger.rules.view(VIEW) else {
        let views = ledger.rules.views().iter().map(|view| view.name.as_str());
        return Err(Problem::new(Rule::UNKNOWN_NAME)
            .with("name", VIEW)
            .with("allowed", Choices::of(VIEW, views))
            .into());
    };
    let tree = &ledger.load(&Selection::of_kinds(&ledger.rules, view.kinds()));
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let org = session.org(tree, matches)?;
    let Some(secretary) = person(&tree.orgs[org], view) else {
        let field = &tree.rules.org.fields[view.person];
        return Err(Problem::new(Rule::NOBODY_NAMED)
            .with("org", tree.orgs[org].name())
            .with("field", field.name.as_str())
            .into());
    };
    let inside = |days: Period| period.covers(days);
    let parts = entries(tree, view, org, as_of, &inside);
    let shown = SecretaryView {
        tree,
        view,
        parts: &parts,
        org,
        secretary,
        period,
        as_of,
    };
    let locale = &session.locale;
    let mut table = shown.table(locale);
    table.notes.extend(left_out_notes(locale, &left_out));
    let json = |_: &_| {
        let mut object = shown.json(locale);
        object.insert("left_out".to_owned(), places(&left_out).into());
        Ok(pretty(&object.into()))
    };
    let bytes = output::drawn(session, matches, form, &table.into(), json)?;
    output::deliver(session, matches, form, &bytes)?;
    Ok(Status::Clean)
}
