//! `ledger add KIND`: enter one record.

use std::sync::Arc;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::fields::{clerk_name, field_args, field_values, is_typable, spelled};
use crate::cmd::{Command, Session, Status, options, prompt};
use crate::locale::Locale;
use crate::name::OrgPath;
use crate::problem::{Problem, Rule};
use crate::record::Value;
use crate::rules::Rules;
use crate::rules::kind::Kind;
use crate::tree::change::{self, NewRecord};
use crate::tree::check::{broken_bounds, too_far_ahead};
use crate::tree::write::{writer, writer_as};
use crate::tree::{Root, Tree};

pub(super) const COMMAND: Command = Command {
    name: "add",
    build,
    run,
};

fn build(locale: &Locale, rules: &Rules) -> Clap {
    let named = |name: &str| rules.kinds.iter().any(|kind| kind.name == name);
    options::command(locale, "add")
        .subcommand_required(true)
        .subcommands(rules.kinds.iter().map(|kind| {
            let command = Clap::new(kind.name.clone())
                .about(locale.say("cmd-add-kind", &[("kind", (&kind.label).into())]))
                .aliases(
                    [kind.label.zh.clone(), kind.name.replace('_', "-")]
                        .into_iter()
                        .filter(|alias| is_typable(alias) && !named(alias)),
                )
                .arg(options::org_option(locale))
                .arg(options::option(locale, "as", "value-writer"));
            field_args(command, kind, locale)
        }))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let Some((name, matches)) = matches.subcommand() else {
        return Err(Problem::new(Rule::USAGE).into());
    };
    let root = session.root()?;
    let rules = session.rules()?;
    let kind = Arc::clone(rules.asked_kind(name)?);
    let mut values = field_values(session, &kind, matches, &[])?;
    let org = which_org(session, &root, &rules, matches)?;
    complete(session, &kind, &mut values)?;
    let new = NewRecord::of(&root, &rules, &kind, values, session.today)?;
    confirm_doubtful(session, &root, &rules, &org, &new)?;
    let lock = session.lock(&root)?;
    let asked = matches.get_one::<String>("as").cloned();
    let writer = match asked {
        Some(name) => {
            let (writer, before) = writer_as(&lock, &spelled(&name, &rules))?;
            if let Some(before) = before {
                let names = [
                    ("writer", writer.as_str().into()),
                    ("before", before.as_str().into()),
                ];
                session.remark("writer-changed", &names)?;
            }
            writer
        }
        None => writer(&lock, &|| spelled(&clerk_name(), &rules))?,
    };
    let place = change::add(&root, &lock, &rules, &org, &writer, &new)?;
    session.tell(
        "added",
        &[
            ("kind", (&kind.label).into()),
            ("id", new.record().id.as_str().into()),
            ("place", format!("{}:{}", place.file, place.line).into()),
        ],
    )?;
    Ok(Status::Clean)
}

/// Points out what may be a slip of the pen, while it can still be put right: the same thing
/// entered before, a start date more than a year ahead. Who is asked may give up; off a terminal it
/// is said, and entered all the same.
fn confirm_doubtful(
    session: &mut Session<'_>,
    root: &Root,
    rules: &Rules,
    org: &OrgPath,
    new: &NewRecord<'_>,
) -> Result<()> {
    let far = too_far_ahead(new.record(), session.today);
    let doubts: Vec<Problem> = far
        .into_iter()
        .chain(change::doubles(root, rules, org, new))
        .collect();
    session.say_problems(&doubts)?;
    if session.interactive
        && !doubts.is_empty()
        && !prompt::confirm(session, &session.locale.text("prompt-enter-anyway"))?
    {
        return Err(Problem::new(Rule::CANCELLED).into());
    }
    Ok(())
}

/// The organisation by `--org`; a full id needs no other organisation to be read.
fn which_org(
    session: &Session<'_>,
    root: &Root,
    rules: &Rules,
    matches: &ArgMatches,
) -> Result<OrgPath> {
    let asked = matches.get_one::<String>("org");
    if let Some(path) = asked.and_then(|text| text.parse::<OrgPath>().ok())
        && root
            .org_folder(&path)
            .canonicalize()
            .is_ok_and(|real| real == root.org_folder(&path) && real.join("org.toml").is_file())
    {
        return Ok(path);
    }
    if asked.is_none() && !session.interactive {
        return Err(Problem::new(Rule::MISSING_FLAGS)
            .with("flags", "--org")
            .into());
    }
    let orgs = Tree::organisations(root, rules)?.orgs;
    let n = match (asked, orgs.len()) {
        (_, 0) => return Err(Problem::new(Rule::NO_ORGS).into()),
        (Some(text), _) => crate::tree::find_org(&orgs, text, rules)?,
        (None, 1) => 0,
        (None, _) => prompt::org(session, &orgs, rules)?,
    };
    Ok(orgs[n].folder.clone())
}

/// Asks for what is missing, or says what is where nobody can be asked.
fn complete(session: &mut Session<'_>, kind: &Kind, values: &mut [Option<Value>]) -> Result<()> {
    let given = |values: &[Option<Value>], name: &str| {
        kind.index(name).is_some_and(|n| values[n].is_some())
    };
    let must = |values: &[Option<Value>], n: usize| {
        values[n].is_none() && kind.fields[n].must_be_given(|name| given(values, name))
    };
    let missing: Vec<usize> = (0..kind.fields.len())
        .filter(|&n| must(values, n))
        .collect();
    if !session.interactive {
        if missing.is_empty() {
            return Ok(());
        }
        let flags: Vec<String> = missing
            .iter()
            .map(|&n| format!("--{}", kind.fields[n].name.replace('_', "-")))
            .collect();
        return Err(Problem::new(Rule::MISSING_FLAGS)
            .with("flags", flags.join(" "))
            .into());
    }
    if missing.is_empty() {
        return Ok(()); // all that must be said was said; the rest has flags
    }
    // Why numbers are not known is asked before the numbers: then they are not asked.
    let reasons: Vec<usize> = kind
        .fields
        .iter()
        .filter_map(|f| kind.index(f.unless.as_deref()?))
        .collect();
    let (before, after): (Vec<usize>, Vec<usize>) =
        (0..kind.fields.len()).partition(|&n| n == kind.start || reasons.contains(&n));
    for n in before.into_iter().chain(after) {
        let field = &kind.fields[n];
        let excused = field
            .unless
            .as_deref()
            .is_some_and(|why| given(values, why));
        let asked = missing.contains(&n) || kind.columns.contains(&n);
        if asked && !excused && values[n].is_none() {
            let default = (n == kind.start).then_some(session.today);
            loop {
                values[n] = prompt::field(session, field, default)?;
                // What contradicts an earlier answer is asked again: the others are not lost.
                let Some((_, problem)) = broken_bounds(kind, values)
                    .into_iter()
                    .find(|(field, _)| *field == n)
                else {
                    break;
                };
                session.say_problems(&[problem])?;
            }
        }
    }
    Ok(())
}
