//! `ledger add KIND`: enter one record.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;
use clap::{Arg as Flag, ArgAction, ArgMatches, Command as Clap};

use crate::cmd::{self, Command, Session, Status, prompt};
use crate::locale::{Arg, Lang, Locale};
use crate::name::{OrgPath, RecordId};
use crate::problem::{Problem, Problems, Rule};
use crate::record::{Origin, Record, Value, input};
use crate::rules::Rules;
use crate::rules::kind::{Field, FieldType, Kind};
use crate::tree::check::broken_bounds;
use crate::tree::write::{random_bits, writer, writer_as};
use crate::tree::{Root, Tree, change};

pub(super) const COMMAND: Command = Command { build, run };

fn build(locale: &Locale, rules: &Rules) -> Clap {
    cmd::command(locale, "add").subcommand_required(true).subcommands(rules.kinds.iter().map(|kind| {
        let command = Clap::new(kind.name.clone())
            .about(locale.say("cmd-add-kind", &[("kind", (&kind.label).into())]))
            .alias(kind.label.zh.clone())
            .arg(cmd::org_option(locale))
            .arg(cmd::option(locale, "as", "value-writer"));
        field_args(command, kind, locale)
    }))
}

/// A flag for each field that is typed in, also under its label in either language.
pub(super) fn field_args(mut command: Clap, kind: &Kind, locale: &Locale) -> Clap {
    let mut taken: BTreeSet<String> = command.get_arguments().filter_map(|a| a.get_long().map(str::to_owned)).collect();
    taken.extend(["root", "lang", "color", "today", "help"].map(str::to_owned));
    taken.extend(kind.fields.iter().map(|f| f.name.clone()));
    for (n, field) in kind.fields.iter().enumerate() {
        if kind.life.as_ref().is_some_and(|life| life.updates == n) {
            continue; // `ledger update` writes these
        }
        let long = field.name.replace('_', "-");
        let mut arg =
            Flag::new(field.name.clone()).long(long.clone()).value_name(placeholder(field, locale)).help(field_help(field, locale));
        for alias in [field.name.clone(), field.label.zh.clone(), field.label.en.replace(' ', "-")] {
            if alias != long && (alias == field.name || taken.insert(alias.clone())) {
                arg = arg.alias(alias);
            }
        }
        if field.list {
            arg = arg.action(ArgAction::Append);
        }
        command = command.arg(arg.allow_hyphen_values(matches!(field.ty, FieldType::Integer { .. })));
    }
    command
}

fn placeholder(field: &Field, locale: &Locale) -> String {
    locale.text(match &field.ty {
        FieldType::Text | FieldType::Path => "value-text",
        FieldType::Integer { .. } => "value-number",
        FieldType::Boolean => "value-boolean",
        FieldType::Date => "value-day",
        FieldType::Month | FieldType::Quarter | FieldType::Year => "value-period",
        FieldType::Choice(_) => "value-choice",
        FieldType::Record(_) => "value-id",
        FieldType::Table(_) => "value-table",
    })
}

fn field_help(field: &Field, locale: &Locale) -> String {
    let mut help = field.label.get(locale.lang()).to_owned();
    if field.required {
        help.push_str(&locale.text("help-required"));
    }
    match &field.ty {
        FieldType::Choice(choices) => {
            let names: Vec<String> = choices
                .iter()
                .map(|c| match locale.lang() {
                    Lang::Zh => format!("{}({})", c.label.zh, c.name),
                    Lang::En => c.name.clone(),
                })
                .collect();
            help.push_str(&locale.say("help-choices", &[("choices", locale.join(&names).into())]));
        }
        FieldType::Table(columns) => {
            let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
            help.push_str(&locale.say("help-table", &[("form", names.join(":").into())]));
        }
        FieldType::Text
        | FieldType::Path
        | FieldType::Integer { .. }
        | FieldType::Boolean
        | FieldType::Date
        | FieldType::Month
        | FieldType::Quarter
        | FieldType::Year
        | FieldType::Record(_) => {}
    }
    if field.list {
        help.push_str(&locale.text("help-repeat"));
    }
    help
}

/// The values that the flags give, by field index; all that is wrong with them at once.
pub(super) fn field_values(session: &Session<'_>, kind: &Kind, matches: &ArgMatches) -> Result<Vec<Option<Value>>, Vec<Problem>> {
    let mut problems = Vec::new();
    let values = kind
        .fields
        .iter()
        .map(|field| {
            let given: Vec<&String> = matches.try_get_many::<String>(&field.name).ok().flatten()?.collect();
            let mut items = Vec::new();
            for text in given {
                match input::value(field, text, session.today) {
                    Ok(value) => items.push(value),
                    Err(problem) => problems.push(problem),
                }
            }
            if field.list { Some(Value::List(items)) } else { items.into_iter().next() }
        })
        .collect();
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}

/// The fields whose flag is empty: an edit takes them away.
pub(super) fn cleared_fields(kind: &Kind, matches: &ArgMatches) -> Result<Vec<usize>, Problem> {
    let cleared = |n: &usize| {
        let given = matches.try_get_many::<String>(&kind.fields[*n].name).ok().flatten();
        given.is_some_and(|mut texts| texts.len() == 1 && texts.all(|text| text.is_empty()))
    };
    let clear: Vec<usize> = (0..kind.fields.len()).filter(cleared).collect();
    match clear.iter().find(|&&n| kind.fields[n].required) {
        None => Ok(clear),
        Some(&n) => Err(Problem::new(Rule::MISSING_FIELD).with("field", kind.fields[n].name.as_str()).with("kind", &kind.label)),
    }
}

/// The kind without the values of some fields: what an edit takes away is not read.
pub(super) fn without(kind: &Kind, clear: &[usize]) -> Kind {
    let mut kind = kind.clone();
    for &n in clear {
        // No flag has this name, so none is found for the field.
        kind.fields[n].name = String::new();
    }
    kind
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let Some((name, matches)) = matches.subcommand() else { return Err(Problem::new(Rule::USAGE).into()) };
    let root = session.root()?;
    let rules = session.rules()?.clone();
    let Some(kind) = rules.kind(name).cloned() else {
        return Err(Problem::new(Rule::UNKNOWN_KIND).with("name", name).with("allowed", "").into());
    };
    let mut values = field_values(session, &kind, matches).map_err(Problems)?;
    let org = which_org(session, &root, &rules, matches)?;
    complete(session, &kind, &mut values)?;
    check_bounds(&kind, &values)?;
    resolve_references(&root, &rules, &kind, &mut values)?;

    let id = RecordId::new(&kind.prefix, session.today, random_bits());
    let origin = Origin { file: Arc::from(""), line: 0, at: 0 };
    let record = Record::new(id, Arc::clone(&kind), values, None, origin);
    let lock = session.lock(&root)?;
    let asked = matches.get_one::<String>("as").cloned();
    let writer = match asked {
        Some(name) => writer_as(&lock, &name)?,
        None => writer(&lock, &clerk_name)?,
    };
    let place = change::add(&root, &lock, &rules, &org, &writer, &record)?;
    let said = session.locale.say(
        "added",
        &[("kind", (&kind.label).into()), ("id", record.id.as_str().into()), ("place", format!("{}:{}", place.file, place.line).into())],
    );
    writeln!(session.out, "{said}")?;
    Ok(Status::Clean)
}

/// The organisation by `--org`; a full id needs no other organisation to be read.
fn which_org(session: &Session<'_>, root: &Root, rules: &Rules, matches: &ArgMatches) -> Result<OrgPath> {
    let asked = matches.get_one::<String>("org");
    if let Some(path) = asked.and_then(|text| text.parse::<OrgPath>().ok())
        && root.org_folder(&path).join("org.toml").is_file()
    {
        return Ok(path);
    }
    if asked.is_none() && !session.interactive {
        return Err(Problem::new(Rule::MISSING_FLAGS).with("flags", "--org").into());
    }
    let orgs = Tree::organisations(root, rules.clone()).orgs;
    let n = match (asked, orgs.len()) {
        (_, 0) => return Err(Problem::new(Rule::NO_ORGS).into()),
        (Some(text), _) => crate::tree::find_org(&orgs, text, rules)?,
        (None, 1) => 0,
        (None, _) => prompt::org(session, &orgs, rules)?,
    };
    Ok(orgs[n].path.clone())
}

/// Asks for what is missing, or says what is where nobody can be asked.
fn complete(session: &Session<'_>, kind: &Kind, values: &mut [Option<Value>]) -> Result<()> {
    let missing: Vec<usize> = (0..kind.fields.len()).filter(|&n| kind.fields[n].required && values[n].is_none()).collect();
    if !session.interactive {
        if missing.is_empty() {
            return Ok(());
        }
        let flags: Vec<String> = missing.iter().map(|&n| format!("--{}", kind.fields[n].name.replace('_', "-"))).collect();
        return Err(Problem::new(Rule::MISSING_FLAGS).with("flags", flags.join(" ")).into());
    }
    if missing.is_empty() {
        return Ok(()); // all that must be said was said; the rest has flags
    }
    for (n, (field, value)) in kind.fields.iter().zip(values).enumerate() {
        let asked = missing.contains(&n) || kind.columns.contains(&n);
        if asked && value.is_none() {
            let default = (n == kind.start).then_some(session.today);
            *value = prompt::field(session, field, default)?;
        }
    }
    Ok(())
}

/// Refuses what `check` would find in the record alone.
pub(super) fn check_bounds(kind: &Kind, values: &[Option<Value>]) -> Result<(), Problems> {
    let problems: Vec<Problem> = broken_bounds(kind, values).into_iter().map(|(_, problem)| problem).collect();
    if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
}

/// Puts the full id where a part of one was typed; refuses an id that no record has, or one of a wrong kind.
pub(super) fn resolve_references(root: &Root, rules: &Rules, kind: &Kind, values: &mut [Option<Value>]) -> Result<(), Problems> {
    for (field, value) in kind.fields.iter().zip(values) {
        let FieldType::Record(kinds) = &field.ty else { continue };
        let resolve = |item: &Value| -> Result<Value, Problems> {
            let target = change::find(root, rules, item.as_text().unwrap_or_default())?.record;
            if kinds.contains(&target.kind.name) {
                return Ok(Value::Text(target.id.to_string()));
            }
            let wanted = kinds.iter().filter_map(|k| rules.kind(k)).map(|k| k.label.clone()).collect();
            let problem = Problem::new(Rule::WRONG_REFERENCE)
                .with("id", target.id.as_str())
                .with("found", &target.kind.label)
                .with("wanted", Arg::Labels(wanted));
            Err(problem.into())
        };
        match value {
            Some(Value::List(items)) => *items = items.iter().map(resolve).collect::<Result<_, _>>()?,
            Some(item) => *item = resolve(item)?,
            None => {}
        }
    }
    Ok(())
}

/// Who sits here, as git knows them; empty where git is not there.
pub(super) fn clerk_name() -> String {
    let output = std::process::Command::new("git").args(["config", "user.name"]).stdin(std::process::Stdio::null()).output();
    let name = output.map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned()).unwrap_or_default();
    if name.is_ascii() { name } else { Rules::built_in().naming.segment(&name) }
}
