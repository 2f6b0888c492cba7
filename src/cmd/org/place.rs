//! `ledger org move`, `rename`, `dissolve`: an organisation's place, name and end; its records stay
//! its own.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::ArgMatches;

use crate::cmd::change::say_found;
use crate::cmd::ledger::Ledger;
use crate::cmd::org::gather::bring_along;
use crate::cmd::org::{free_segment, join, refuse_former};
use crate::cmd::{Session, Status};
use crate::name::OrgPath;
use crate::problem::{Problem, Rule};
use crate::record::organisation::{FORMER_NAMES, Moves, Organisation};
use crate::record::{Value, input};
use crate::rules::Rules;
use crate::rules::kind::Phase;
use crate::tree::{Tree, change, find_org};
use crate::written::selection::Selection;

fn asked<'m>(matches: &'m ArgMatches, name: &str) -> Option<&'m String> {
    matches.get_one::<String>(name)
}

/// The organisation that is named, and all there are.
fn which(
    session: &Session<'_>,
    rules: &Rules,
    matches: &ArgMatches,
) -> Result<(Organisation, Vec<Organisation>)> {
    let orgs = Tree::organisations(&session.root()?, rules)?.orgs;
    let found = find_org(
        &orgs,
        asked(matches, "org").map_or("", String::as_str),
        rules,
    )?;
    Ok((orgs[found].clone(), orgs))
}

pub(super) fn to(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    let rules = session.rules_of_records()?;
    let lock = session.lock(&root)?;
    let (org, orgs) = which(session, &rules, matches)?;
    let under = match asked(matches, "under") {
        Some(text) => Some(orgs[find_org(&orgs, text, &rules)?].path.clone()),
        // What it lies under may itself be elsewhere by now.
        None => match org.path.parent() {
            Some(above) if !orgs.iter().any(|other| other.path == above) => {
                Moves::of(&orgs).now(above.as_str()).parse().ok()
            }
            above => above,
        },
    };
    let segment = match asked(matches, "segment") {
        Some(segment) => segment.clone(),
        // At another place another may have the name already.
        None if under != org.path.parent() => {
            let siblings = orgs
                .iter()
                .filter(|other| other.path.parent() == under)
                .map(|other| other.path.segment().to_owned());
            let taken: BTreeSet<String> = siblings.collect();
            if taken.contains(org.path.segment()) {
                free_segment(&rules, org.name(), org.text("code"), &taken)
            } else {
                org.path.segment().to_owned()
            }
        }
        None => org.path.segment().to_owned(),
    };
    let to = join(under.as_ref(), &segment)?;
    if to != org.path {
        refuse_former(&others(&orgs, &org), &to)?;
        change::move_organisation(&root, &lock, &rules, &org, &to)?;
        said_moved(session, &org, &to)?;
    }
    let brought = bring_along(&root, &lock, &rules)?;
    if brought > 0 {
        session.tell("org-brought", &[("count", brought.into())])?;
    } else if to == org.path {
        session.tell(
            "org-stays",
            &[("name", org.name().into()), ("org", to.as_str().into())],
        )?;
    }
    Ok(Status::Clean)
}

/// All but the one: it may go back to where it was.
fn others(orgs: &[Organisation], one: &Organisation) -> Vec<Organisation> {
    orgs.iter()
        .filter(|org| org.path != one.path)
        .cloned()
        .collect()
}

fn said_moved(session: &mut Session<'_>, org: &Organisation, to: &OrgPath) -> Result<()> {
    let args = [
        ("name", org.name().into()),
        ("from", org.path.as_str().into()),
        ("to", to.as_str().into()),
    ];
    Ok(session.tell("org-moved", &args)?)
}

pub(super) fn rename(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    let rules = session.rules_of_records()?;
    let lock = session.lock(&root)?;
    let (mut org, orgs) = which(session, &rules, matches)?;
    let old = org.name().to_owned();
    for field in ["name", "short"] {
        if let (Some(n), Some(text)) = (rules.org.index(field), asked(matches, field)) {
            org.fields[n] = Some(input::value(&rules.org.fields[n], text, session.today)?);
        }
    }
    // Who still uses the old name means the same organisation.
    if let Some(n) = rules.org.index(FORMER_NAMES)
        && org.name() != old
    {
        let kept = org
            .former_names()
            .filter(|name| *name != old && *name != org.name());
        let names = kept.chain([old.as_str()]);
        let names = names.map(|name| Value::Text(name.into())).collect();
        org.fields[n] = Some(Value::List(names));
    }
    let twin = orgs.iter().find(|other| {
        other.path.parent() == org.path.parent()
            && other.path != org.path
            && other.name() == org.name()
    });
    if let Some(twin) = twin {
        return Err(Problem::new(Rule::ORG_TWICE)
            .with("name", org.name())
            .with("org", twin.path.as_str())
            .into());
    }
    change::organisation(&root, &lock, &rules, &org.folder, &org.fields)?;
    let args = [
        ("old", old.into()),
        ("name", org.name().into()),
        ("org", org.path.as_str().into()),
    ];
    session.tell("org-renamed", &args)?;
    if let Some(segment) = asked(matches, "segment") {
        let to = join(org.path.parent().as_ref(), segment)?;
        if to != org.path {
            refuse_former(&others(&orgs, &org), &to)?;
            change::move_organisation(&root, &lock, &rules, &org, &to)?;
            said_moved(session, &org, &to)?;
        }
    }
    Ok(Status::Clean)
}

pub(super) fn dissolve(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    let rules = session.rules_of_records()?;
    let on = asked(matches, "on").map_or(Ok(session.today), |text| session.day(text))?;
    let lock = session.lock(&root)?;
    let (mut org, _) = which(session, &rules, matches)?;
    if let Some(day) = org.get("dissolved").and_then(Value::as_day) {
        return Err(Problem::new(Rule::ALREADY_DISSOLVED)
            .with("name", org.name())
            .with("day", day.to_string())
            .into());
    }
    if let Some(n) = rules.org.index("dissolved") {
        org.fields[n] = Some(Value::Day(on));
    }
    change::organisation(&root, &lock, &rules, &org.folder, &org.fields)?;
    drop(lock);
    session.tell(
        "org-dissolved",
        &[("name", org.name().into()), ("day", on.to_string().into())],
    )?;
    // What is dated later cannot stand, and would keep everybody from committing.
    say_found(session, |problem| {
        problem.rule == Rule::OUTSIDE_LIFE && problem.has("org", org.name())
    })?;
    // What it leaves: somebody must take it over.
    let ledger = Ledger::of(session)?;
    let tree = ledger.load(&Selection::everything());
    let Ok(place) = tree.org(org.path.as_str()) else {
        return Ok(Status::Clean);
    };
    let waiting =
        |phase: Option<Phase>| matches!(phase, Some(Phase::Open | Phase::Ongoing | Phase::NoData));
    let open = tree
        .entries_of(place)
        .iter()
        .filter(|entry| entry.record.retracted.is_none() && waiting(entry.record.phase_on(on)));
    for entry in open {
        let title = entry
            .record
            .title()
            .map(crate::record::text::plain)
            .unwrap_or_default();
        session.tell(
            "org-leaves-record",
            &[
                ("id", entry.record.id.as_str().into()),
                ("title", title.into()),
            ],
        )?;
    }
    for under in tree
        .subtree(place)
        .skip(1)
        .filter(|&n| tree.orgs[n].exists_on(on))
    {
        let under = &tree.orgs[under];
        session.tell(
            "org-leaves-org",
            &[
                ("org", under.path.as_str().into()),
                ("name", under.name().into()),
            ],
        )?;
    }
    Ok(Status::Clean)
}
