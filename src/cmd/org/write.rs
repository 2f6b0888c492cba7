//! `ledger org add` and `edit`: what an organisation's file says.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::ArgMatches;

use crate::cmd::change::labels_of;
use crate::cmd::fields::{cleared_fields, field_values};
use crate::cmd::org::{former_segments, free_segment, join, refuse_former};
use crate::cmd::{Session, Status};
use crate::locale::Choices;
use crate::problem::{Problem, Rule};
use crate::record::{Value, input, text};
use crate::rules::Rules;
use crate::tree::scan::MAX_DEPTH;
use crate::tree::{Tree, change, find_org};

pub(super) fn add(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    let rules = session.rules_of_records()?;
    let mut values = field_values(session, &rules.org, matches, &[])?;
    let name_field = rules.org.index("name").unwrap_or(0);
    let name = input::value(
        &rules.org.fields[name_field],
        matches.get_one::<String>("name").map_or("", String::as_str),
        session.today,
    )?;
    let name_text = text::plain(&name);
    values[name_field] = Some(name);
    let missing = rules
        .org
        .fields
        .iter()
        .zip(&values)
        .find(|(f, v)| f.required && v.is_none());
    if let Some((field, _)) = missing {
        return Err(Problem::new(Rule::MISSING_ARGUMENTS)
            .with("flags", format!("--{}", field.name))
            .into());
    }
    check_exemptions(&rules, &mut values)?;
    let lock = session.lock(&root)?;
    let orgs = Tree::organisations(&root, &rules)?.orgs;
    let parent = match matches.get_one::<String>("under") {
        Some(text) => Some(orgs[find_org(&orgs, text, &rules)?].path.clone()),
        None => None,
    };
    if let Some(twin) = orgs
        .iter()
        .find(|org| org.path.parent() == parent && org.name() == name_text)
    {
        return Err(Problem::new(Rule::ORG_TWICE)
            .with("name", name_text.as_str())
            .with("org", twin.path.as_str())
            .into());
    }
    let segment = match matches.get_one::<String>("segment") {
        Some(segment) => segment.clone(),
        None => {
            let mut taken: BTreeSet<String> = orgs
                .iter()
                .filter(|o| o.path.parent() == parent)
                .map(|o| o.path.segment().to_owned())
                .collect();
            taken.extend(former_segments(&orgs, parent.as_ref()));
            free_segment(&rules, &name_text, "", &taken)
        }
    };
    let path = join(parent.as_ref(), &segment)?;
    if path.depth() >= MAX_DEPTH {
        return Err(Problem::new(Rule::TOO_DEEP_FOLDERS)
            .with("most", MAX_DEPTH)
            .into());
    }
    refuse_former(&orgs, &path)?;
    change::organisations(&root, &lock, &rules, &[(path.clone(), values)])?;
    session.tell(
        "org-added",
        &[("name", name_text.into()), ("org", path.as_str().into())],
    )?;
    Ok(Status::Clean)
}

/// Puts an obligation's name where its label was typed; refuses one that does not exist, or days in
/// reverse.
fn check_exemptions(rules: &Rules, values: &mut [Option<Value>]) -> Result<(), Problem> {
    let Some(Value::List(rows)) = rules.org.index("exempt").and_then(|n| values[n].as_mut()) else {
        return Ok(());
    };
    for row in rows {
        let Value::Table(cells) = row else { continue };
        if let Some(Value::Text(name)) = &mut cells[0] {
            let found = rules
                .obligations
                .iter()
                .find(|o| o.name == *name || o.label.is(name));
            let all = || {
                rules
                    .obligations
                    .iter()
                    .map(|o| (o.name.as_str(), &o.label))
            };
            let found = found.ok_or_else(|| {
                Problem::new(Rule::UNKNOWN_VALUE)
                    .with("field", "obligation")
                    .with("value", name.as_str())
                    .with("allowed", Choices::labelled(name, all()))
            })?;
            *name = found.name.as_str().into();
        }
        if let (Some(from), Some(until)) = (
            cells[1].as_ref().and_then(Value::as_day),
            cells[2].as_ref().and_then(Value::as_day),
        ) && until < from
        {
            return Err(Problem::new(Rule::WRONG_EXEMPTION)
                .with("from", from.to_string())
                .with("until", until.to_string()));
        }
    }
    Ok(())
}

pub(super) fn edit(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    let rules = session.rules_of_records()?;
    let clear = cleared_fields(&rules.org, matches)?;
    let mut given = field_values(session, &rules.org, matches, &clear)?;
    check_exemptions(&rules, &mut given)?;
    if given.iter().all(Option::is_none) && clear.is_empty() {
        return Err(Problem::new(Rule::NOTHING_TO_CHANGE)
            .with("allowed", labels_of(&rules.org))
            .into());
    }
    let lock = session.lock(&root)?;
    let orgs = Tree::organisations(&root, &rules)?.orgs;
    let org = &orgs[find_org(
        &orgs,
        matches.get_one::<String>("org").map_or("", String::as_str),
        &rules,
    )?];
    let mut values = org.fields.clone();
    for (n, value) in given.into_iter().enumerate() {
        match (&mut values[n], value) {
            (slot, _) if clear.contains(&n) => *slot = None,
            (_, None) => {}
            // A headcount or an exemption is added to those there are, history is kept; one of the
            // same key (the day, or the obligation with its first day) takes the old one's place.
            (Some(Value::List(old)), Some(Value::List(new))) if rules.org.fields[n].key > 0 => {
                for row in new {
                    let same = |other: &Value| {
                        (0..rules.org.fields[n].key).all(|c| other.field(c) == row.field(c))
                    };
                    match old.iter().position(same) {
                        Some(at) => old[at] = row,
                        None => old.push(row),
                    }
                }
                if rules.org.fields[n].name == "headcount" {
                    old.sort();
                }
            }
            (slot, new) => *slot = new,
        }
    }
    check_exemptions(&rules, &mut values)?;
    change::organisation(&root, &lock, &rules, &org.folder, &values)?;
    session.tell(
        "org-changed",
        &[
            ("name", org.name().into()),
            ("org", org.path.as_str().into()),
        ],
    )?;
    Ok(Status::Clean)
}
