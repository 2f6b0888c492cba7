//! `ledger edit`, `update`, `done`, `retract`: change one record, never another byte.

use anyhow::Result;
use std::collections::BTreeSet;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg as Flag, ArgAction, ArgMatches, Command as Clap};

use crate::cmd::fields::{
    cleared_fields, clerk_name, field_args, field_values, flag_names, is_typable,
};
use crate::cmd::ledger::Ledger;
use crate::cmd::prompt::{Asked, Proposed};
use crate::cmd::{self, Command, Session, Status, options, prompt};
use crate::locale::{Arg, Choices, Locale};
use crate::problem::{Problem, Problems, Rule};
use crate::record::{Record, Value, input};
use crate::rules::Rules;
use crate::rules::kind::{FieldDef, FieldType, Kind, Phase, StatusDef};
use crate::tree::change;
use crate::tree::check::Checked;
use crate::written::selection::Selection;

pub(super) const EDIT: Command = Command {
    name: "edit",
    build: build_edit,
    run: run_edit,
};
pub(super) const UPDATE: Command = Command {
    name: "update",
    build: build_update,
    run: run_update,
};
pub(super) const DONE: Command = Command {
    name: "done",
    build: build_done,
    run: run_done,
};
pub(super) const RETRACT: Command = Command {
    name: "retract",
    build: build_retract,
    run: run_retract,
};

/// What `edit` takes besides fields.
const NO_FIELDS: [&str; 6] = ["id", "root", "lang", "color", "today", "help"];

fn build_edit(locale: &Locale, rules: &Rules) -> Clap {
    // Which kind the id names is known only once it is found. Until then every field of every kind
    // is taken, under every name it has, and the words are read again by the kind's own fields.
    let mut flags: Vec<Flag> = Vec::new();
    let mut taken: BTreeSet<String> = NO_FIELDS.map(str::to_owned).into();
    for name in rules
        .kinds
        .iter()
        .flat_map(|kind| &kind.fields)
        .flat_map(flag_names)
        .filter(|name| is_typable(name))
    {
        if taken.insert(name.clone()) {
            flags.push(
                Flag::new(name.clone())
                    .long(name)
                    .action(ArgAction::Append)
                    .allow_hyphen_values(true)
                    .hide(true),
            );
        }
    }
    edit_command(locale).args(flags)
}

/// `edit` with the fields of a kind alone.
pub(super) fn edit_of(kind: &Kind, locale: &Locale) -> Clap {
    field_args(edit_command(locale), kind, locale)
}

fn edit_command(locale: &Locale) -> Clap {
    options::command(locale, "edit")
        .long_about(locale.text("cmd-edit-long"))
        .arg(options::positional(locale, "id", "value-id").required(false))
}

fn build_update(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "update")
        .arg(options::positional(locale, "id", "value-id").required(false))
        .arg(options::option(locale, "status", "value-status"))
        .arg(options::option(locale, "on", "value-day"))
        .arg(options::option(locale, "percent", "value-number"))
        .arg(options::option(locale, "note", "value-text"))
        .arg(options::option(locale, "by", "value-text"))
}

fn build_done(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "done")
        .arg(options::positional(locale, "id", "value-id").required(false))
        .arg(options::option(locale, "on", "value-day"))
        .arg(options::option(locale, "note", "value-text"))
        .arg(options::option(locale, "by", "value-text"))
}

fn build_retract(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "retract")
        .arg(options::positional(locale, "id", "value-id").required(false))
        .arg(options::option(locale, "why", "value-text"))
        .arg(options::option(locale, "by", "value-text"))
}

/// The record that is named, or chosen from a list by whoever can be asked.
///
/// # Errors
/// None is named and nobody can be asked.
pub(super) fn asked_record(
    session: &mut Session<'_>,
    matches: &ArgMatches,
    may_be: impl Fn(&Record<'_>) -> bool,
) -> Result<String> {
    if let Some(id) = matches.get_one::<String>("id") {
        return Ok(id.clone());
    }
    if !session.interactive {
        return Err(Problem::new(Rule::MISSING_ARGUMENTS)
            .with("flags", session.locale.text("value-id"))
            .into());
    }
    let ledger = Ledger::of(session)?;
    let tree = ledger.load(&Selection::everything());
    prompt::record(session, &tree, may_be)
}

/// Finds the record, changes it under the lock, says so.
fn change_record(
    session: &mut Session<'_>,
    id: &str,
    said: &str,
    change: impl FnOnce(&Session<'_>, &Record, &mut [Option<Value>]) -> Result<(), Problems>,
) -> Result<Status> {
    let root = session.root()?;
    let rules = session.rules_of_records()?;
    let lock = session.lock(&root)?;
    let mut before = None;
    let record = change::edit(&root, &lock, &rules, id, |record, values| {
        before = Some(record.clone());
        change(session, record, values)
    })?;
    let unchanged = before
        .as_ref()
        .is_some_and(|before| before.says_the_same(&record));
    let mut text = session.locale.say(
        if unchanged { "unchanged" } else { said },
        &[
            ("kind", (&record.kind.label).into()),
            ("id", record.id.as_str().into()),
            (
                "place",
                format!("{}:{}", record.origin.file, record.origin.line).into(),
            ),
        ],
    );
    let status = |record: &Record| {
        record
            .status_on(session.today)
            .map(|status| status.choice.clone())
    };
    if let (Some(old), Some(new)) = (before.as_ref().and_then(status), status(&record))
        && old.name != new.name
    {
        text.push_str(&session.locale.say(
            "status-moved",
            &[("from", (&old.label).into()), ("to", (&new.label).into())],
        ));
    }
    writeln!(session.out, "{text}")?;
    Ok(Status::Clean)
}

fn run_edit(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let id = asked_record(session, matches, |_| true)?;
    let is_typed = matches
        .ids()
        .any(|name| !NO_FIELDS.contains(&name.as_str()));
    let asked = match session.interactive && !is_typed {
        true => Some(asked_field(session, &id)?),
        false => None,
    };
    change_record(session, &id, "changed", |session, record, values| {
        let kind = &record.kind;
        refuse_retracted(record)?;
        // Index 0 is the id.
        if let Some((n, value)) = asked {
            values[n + 1] = value;
            return Ok(());
        }
        let (clear, given) = typed_fields(session, kind)?;
        if clear.is_empty() && given.iter().all(Option::is_none) {
            return Err(Problem::new(Rule::NOTHING_TO_CHANGE)
                .with("allowed", labels_of(kind))
                .into());
        }
        for (n, value) in given.into_iter().enumerate() {
            if value.is_some() || clear.contains(&n) {
                values[n + 1] = value;
            }
        }
        Ok(())
    })
}

/// What the fields of a kind are called.
pub(super) fn labels_of(kind: &Kind) -> Arg {
    Arg::Labels(
        kind.fields
            .iter()
            .map(|field| field.label.clone())
            .collect(),
    )
}

/// The fields that were typed, read by the kind's own: those that are cleared, and values.
fn typed_fields(
    session: &Session<'_>,
    kind: &Kind,
) -> Result<(Vec<usize>, Vec<Option<Value>>), Problems> {
    let command =
        cmd::global_options(&session.locale).subcommand(cmd::bare(edit_of(kind, &session.locale)));
    let again = command
        .try_get_matches_from(&session.args)
        .map_err(|error| {
            let stranger = match error.get(ContextKind::InvalidArg) {
                Some(ContextValue::String(flag)) => flag.clone(),
                _ => error.kind().to_string(),
            };
            let typed = stranger.trim_start_matches('-').to_owned();
            Problem::new(Rule::UNKNOWN_FIELD)
                .with("field", stranger)
                .with("kind", &kind.label)
                .with("allowed", Choices::labelled(&typed, kind.named_fields()))
        })?;
    let Some((_, matches)) = again.subcommand() else {
        return Err(Problem::new(Rule::USAGE).into());
    };
    let clear = cleared_fields(kind, matches)?;
    let given = field_values(session, kind, matches, &clear)?;
    Ok((clear, given))
}

/// Which field of a record is to be changed, and to what.
fn asked_field(session: &Session<'_>, id: &str) -> Result<(usize, Option<Value>)> {
    let (root, rules) = (session.root()?, session.rules_of_records()?);
    let record = change::find(&root, &rules, id)?.record;
    let kind = record.kind;
    refuse_retracted(&record)?;
    let updates = kind.life.as_ref().map(|life| life.updates);
    let fields: Vec<usize> = (0..kind.fields.len())
        .filter(|n| Some(*n) != updates)
        .collect();
    let values: Vec<Option<Value>> = fields.iter().map(|&n| record.get(n).cloned()).collect();
    let options: Vec<String> = fields
        .iter()
        .zip(&values)
        .map(|(&n, value)| prompt::answer(session, &kind.fields[n], value.as_ref()))
        .collect();
    let question = session.locale.text("prompt-edit");
    let chosen = prompt::choose(session, &question, &options)?;
    let n = fields[chosen];
    let proposed = Proposed::Current(values[chosen].as_ref());
    let asked = Asked {
        kind,
        n,
        values: &record.fields,
    };
    let value = prompt::field(session, asked, proposed)?;
    Ok((n, value))
}

fn run_update(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let status = matches.get_one::<String>("status").cloned();
    if status.is_none() && !session.interactive {
        return Err(Problem::new(Rule::MISSING_ARGUMENTS)
            .with("flags", "--status")
            .into());
    }
    let id = asked_open(session, matches)?;
    let status = match status {
        Some(status) => status,
        None => asked_status(session, &id)?,
    };
    add_update(session, matches, &id, Some(status))
}

fn run_done(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let id = asked_open(session, matches)?;
    add_update(session, matches, &id, None)
}

/// The record that is named, or chosen of those that are open.
fn asked_open(session: &mut Session<'_>, matches: &ArgMatches) -> Result<String> {
    let today = session.today;
    asked_record(session, matches, |record| {
        record.phase_on(today).is_some_and(Phase::is_open)
    })
}

/// The state that a record is to have, chosen by whoever can be asked.
fn asked_status(session: &Session<'_>, id: &str) -> Result<String> {
    let (root, rules) = (session.root()?, session.rules_of_records()?);
    let kind = change::find(&root, &rules, id)?.record.kind;
    let Some(life) = &kind.life else {
        return Err(Problem::new(Rule::NO_LIFECYCLE)
            .with("kind", &kind.label)
            .into());
    };
    let label = |status: &StatusDef| status.choice.label.get(session.locale.lang()).to_owned();
    let options: Vec<String> = life.statuses.iter().map(label).collect();
    let question = session.locale.text("prompt-status");
    let chosen = prompt::choose(session, &question, &options)?;
    Ok(life.statuses[chosen].choice.name.clone())
}

/// Adds an update; without a status, the one that means done.
fn add_update(
    session: &mut Session<'_>,
    matches: &ArgMatches,
    id: &str,
    status: Option<String>,
) -> Result<Status> {
    change_record(session, id, "updated", |session, record, values| {
        let kind = &record.kind;
        let Some(life) = &kind.life else {
            return Err(Problem::new(Rule::NO_LIFECYCLE)
                .with("kind", &kind.label)
                .into());
        };
        refuse_retracted(record)?;
        let field = &kind.fields[life.updates];
        let FieldType::Table(columns) = &field.ty else {
            return Err(Problem::new(Rule::NO_LIFECYCLE)
                .with("kind", &kind.label)
                .into());
        };
        let day = |text: Option<&String>| text.map_or(Ok(session.today), |text| session.day(text));
        let finished = status.is_none()
            && record
                .finished_on(day(matches.get_one::<String>("on"))?)
                .is_some();
        if finished {
            return Err(Problem::new(Rule::FINISHED)
                .with("id", record.id.as_str())
                .into());
        }
        let status = status.unwrap_or_else(|| life.statuses[life.done].choice.name.clone());
        let mut row = vec![None; columns.len()];
        for (n, column) in columns.iter().enumerate() {
            let text = match column.name.as_str() {
                "status" => Some(status.clone()),
                "on" => Some(
                    matches
                        .get_one::<String>("on")
                        .cloned()
                        .unwrap_or_else(|| session.today.to_string()),
                ),
                other => matches.try_get_one::<String>(other).ok().flatten().cloned(),
            };
            row[n] = text
                .map(|text| input::value(column, &text, session.today))
                .transpose()?;
        }
        let row = Value::Table(row);
        let day = |row: &Value| row.field(0).and_then(Value::as_day);
        if let (Some(on), Some(start)) = (day(&row), record.starts())
            && on < start
        {
            return Err(Problem::new(Rule::UPDATE_BEFORE_START)
                .with("on", on.to_string())
                .with("start", start.to_string())
                .with("field", &kind.fields[kind.start].label)
                .into());
        }
        let mut rows = record
            .get(life.updates)
            .map_or(&[][..], Value::items)
            .to_vec();
        // By date; of one day, after those already there.
        let at = rows
            .iter()
            .rposition(|old| day(old) <= day(&row))
            .map_or(0, |n| n + 1);
        rows.insert(at, row);
        values[life.updates + 1] = Some(Value::List(rows));
        Ok(())
    })
}

fn refuse_retracted(record: &Record) -> Result<(), Problem> {
    match record.retracted {
        Some(_) => Err(Problem::new(Rule::RETRACTED).with("id", record.id.as_str())),
        None => Ok(()),
    }
}

fn run_retract(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let rules = session.rules_of_records()?;
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let by = text("by").unwrap_or_else(clerk_name);
    let mut retracted = String::new();
    if text("why").is_none() && !session.interactive {
        return Err(Problem::new(Rule::MISSING_ARGUMENTS)
            .with("flags", "--why")
            .into());
    }
    let id = asked_record(session, matches, |_| true)?;
    let why = match text("why") {
        Some(why) => why,
        None => prompt::line(
            session,
            &session.locale.text("prompt-why"),
            "",
            |why| match why.is_empty() {
                true => Err(session.locale.text("prompt-why-empty")),
                false => Ok(()),
            },
        )?,
    };
    let status = change_record(session, &id, "retracted", |session, record, values| {
        refuse_retracted(record)?;
        record.id.as_str().clone_into(&mut retracted);
        let FieldType::Table(columns) = rules.retraction_field().ty else {
            return Ok(());
        };
        let value = |column: &FieldDef| -> Result<Option<Value>, Problem> {
            let text = match column.name.as_str() {
                "on" => session.today.to_string(),
                "by" => by.clone(),
                _ => why.clone(),
            };
            let required_but_empty = column.required && text.trim().is_empty();
            if required_but_empty {
                return Err(Problem::new(Rule::MISSING_ARGUMENTS).with("flags", "--why"));
            }
            (!text.is_empty())
                .then(|| input::value(column, &text, session.today))
                .transpose()
        };
        let row = columns.iter().map(value).collect::<Result<_, _>>()?;
        values[record.kind.fields.len() + 1] = Some(Value::Table(row));
        Ok(())
    })?;
    // Others may still point to it: nobody's next commit would pass.
    say_found(session, |problem| {
        problem.rule == Rule::RETRACTED_REFERENCE && problem.has("id", &retracted)
    })?;
    Ok(status)
}

/// Says what is wrong in the ledger now because of what was just done.
pub(super) fn say_found(
    session: &mut Session<'_>,
    is_of_it: impl Fn(&Problem) -> bool,
) -> Result<()> {
    let ledger = Ledger::of(session)?;
    let checked = Checked {
        files: Some(ledger.files()),
        root: Some(&ledger.root),
        today: session.today,
    };
    let (problems, _) = checked.check_passing(&mut ledger.outline(), ledger.files());
    let found: Vec<Problem> = problems.into_iter().filter(is_of_it).collect();
    session.say_problems(&found)
}
