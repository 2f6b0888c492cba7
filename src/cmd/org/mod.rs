//! `ledger org add|list|tree|edit|import|move|rename|dissolve`: who keeps ledgers.

mod gather;
pub(super) mod import;
mod place;
mod write;

use std::collections::BTreeSet;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::fields::field_args;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::locale::Locale;
use crate::name::OrgPath;
use crate::problem::{Problem, Rule};
use crate::record::organisation::{Moves, Organisation};
use crate::record::{Value, text};
use crate::render::json;
use crate::rules::Rules;
use crate::rules::kind::Kind;
use crate::spelling::visible;
use crate::table::{Cell, Column, Table, TableRow};
use crate::tree::Tree;

pub(super) const COMMAND: Command = Command {
    name: "org",
    build,
    run,
};

fn build(locale: &Locale, rules: &Rules) -> Clap {
    let sub = |name: &'static str| Clap::new(name).about(locale.text(&format!("cmd-org-{name}")));
    let org = || options::positional(locale, "org", "value-org");
    let optional = Kind {
        fields: rules
            .org
            .fields
            .iter()
            .filter(|f| f.name != "name")
            .cloned()
            .collect(),
        ..(*rules.org).clone()
    };
    options::command(locale, "org")
        .subcommand_required(true)
        .subcommands([
            field_args(
                sub("add")
                    .arg(options::positional(locale, "name", "value-name"))
                    .arg(options::option(locale, "under", "value-org"))
                    .arg(options::option(locale, "segment", "value-segment")),
                &optional,
                locale,
            ),
            sub("list")
                .arg(options::org_option(locale))
                .args(output::table_options(locale, options::TABLES)),
            sub("tree").arg(options::org_option(locale)),
            field_args(sub("edit").arg(org()), &rules.org, locale),
            sub("import")
                .arg(options::positional(locale, "file", "value-file"))
                .arg(options::option(locale, "under", "value-org")),
            sub("move").args([
                org(),
                options::option(locale, "under", "value-org"),
                options::option(locale, "segment", "value-segment"),
            ]),
            sub("rename").args([
                org(),
                options::positional(locale, "name", "value-name"),
                options::option(locale, "short", "value-text").help(locale.text("flag-org-short")),
                options::option(locale, "segment", "value-segment"),
            ]),
            sub("dissolve").args([
                org(),
                options::option(locale, "on", "value-day").help(locale.text("flag-org-on")),
            ]),
        ])
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    match matches.subcommand() {
        Some(("add", matches)) => write::add(session, matches),
        Some(("list", matches)) => list(session, matches),
        Some(("tree", matches)) => tree(session, matches),
        Some(("edit", matches)) => write::edit(session, matches),
        Some(("import", matches)) => import::import(session, matches),
        Some(("move", matches)) => place::to(session, matches),
        Some(("rename", matches)) => place::rename(session, matches),
        Some(("dissolve", matches)) => place::dissolve(session, matches),
        _ => Err(Problem::new(Rule::USAGE).into()),
    }
}

fn list(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let form = output::form(matches, options::TABLES, Format::Table)?;
    let rules = session.rules_of_records()?;
    let tree = Tree::organisations(&session.root()?, &rules)?;
    let orgs = options::orgs_asked(&tree, matches)?;
    let locale = &session.locale;
    let kind = &tree.rules.org;
    let mut columns = vec![Column::text("org", locale.text("label-id"))];
    columns.extend(kind.columns.iter().map(|&n| Column {
        compact: kind.fields[n].name == "name",
        ..Column::text(
            &kind.fields[n].name,
            kind.fields[n].label.get(locale.lang()).to_owned(),
        )
    }));
    columns.push(Column::number(
        "members",
        locale.text("label-members"),
        "persons",
    ));
    let rows = tree.orgs[orgs]
        .iter()
        .map(|org| {
            let mut cells = vec![Cell::Text(org.path.to_string())];
            cells.extend(kind.columns.iter().map(|&n| match &org.fields[n] {
                Some(value) => Cell::Text(text::words(&kind.fields[n], value, locale)),
                None => Cell::Empty,
            }));
            cells.push(
                org.members_on(session.today)
                    .map_or(Cell::NoData, Cell::from),
            );
            TableRow::of(cells)
        })
        .collect();
    let table = Table {
        columns,
        rows,
        ..Table::default()
    };
    let json = |found: &_| Ok(json::list(found, "organisations"));
    output::show(session, matches, form, &table.into(), json)?;
    Ok(Status::Clean)
}

fn tree(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let rules = session.rules_of_records()?;
    let tree = Tree::organisations(&session.root()?, &rules)?;
    let orgs = options::orgs_asked(&tree, matches)?;
    let top = tree.orgs.get(orgs.start).map_or(0, |org| org.path.depth());
    for org in &tree.orgs[orgs] {
        let indent = "  ".repeat(org.path.depth().saturating_sub(top));
        writeln!(
            session.out,
            "{indent}{}  {}",
            org.path.segment(),
            visible(org.name())
        )?;
    }
    Ok(Status::Clean)
}

fn join(parent: Option<&OrgPath>, segment: &str) -> Result<OrgPath, Problem> {
    match parent {
        Some(parent) => parent.child(segment),
        None if crate::name::is_segment(segment) => segment.parse(),
        None => Err(crate::name::BadName),
    }
    .map_err(|_| Problem::new(Rule::BAD_FOLDER).with("name", segment))
}

/// A folder name for an organisation that no sibling has: by pinyin, else by code, else `org`,
/// numbered if taken.
fn free_segment(rules: &Rules, name: &str, code: &str, taken: &BTreeSet<String>) -> String {
    let spelled = rules.naming.segment(name);
    let code: String = code
        .to_lowercase()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .take(40)
        .collect();
    let base = match (spelled.as_str(), code.as_str()) {
        ("", "") => "org".to_owned(),
        ("", code) => format!("org-{code}"),
        // Four digits alone name a year's folder.
        (spelled, _) if crate::name::is_year_folder(spelled) => format!("org-{spelled}"),
        (spelled, _) => spelled.to_owned(),
    };
    let numbered = (2..).map(|n| format!("{base}-{n}"));
    std::iter::once(base.clone())
        .chain(numbered)
        .find(|segment| !taken.contains(segment))
        .unwrap_or(base)
}

/// Refuses an id that another organisation had: what is entered there by others is meant for that
/// one.
fn refuse_former(orgs: &[Organisation], path: &OrgPath) -> Result<(), Problem> {
    match Moves::of(orgs).now(path.as_str()) {
        now if now == path.as_str() => Ok(()),
        now => Err(Problem::new(Rule::ORG_FORMER)
            .with("org", path.as_str())
            .with("now", now)),
    }
}

/// The segments under a parent that organisations had before they were moved.
fn former_segments(orgs: &[Organisation], parent: Option<&OrgPath>) -> Vec<String> {
    let former = orgs
        .iter()
        .filter_map(|org| org.get("formerly"))
        .flat_map(Value::items)
        .filter_map(|id| id.as_text()?.parse::<OrgPath>().ok());
    former
        .filter(|path| path.parent().as_ref() == parent)
        .map(|path| path.segment().to_owned())
        .collect()
}
