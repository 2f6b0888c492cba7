//! From a kind's fields to flags and back to values, for every command that takes fields.

use std::collections::BTreeSet;
use std::path::Path;

use clap::{Arg as Flag, ArgAction, ArgMatches, Command as Clap};

use crate::cmd::options::Meaning;
use crate::cmd::{Session, options};
use crate::git;
use crate::locale::{Lang, Locale};
use crate::problem::{Problem, Problems, Rule};
use crate::record::{Value, input};
use crate::rules::Rules;
use crate::rules::kind::{FieldDef, FieldType, Kind, without_unit};
use crate::spelling::is_steering;

/// A flag for each field that is typed in, also under its label in either language.
pub(super) fn field_args(mut command: Clap, kind: &Kind, locale: &Locale) -> Clap {
    let mut taken: BTreeSet<String> = command
        .get_arguments()
        .filter_map(|a| a.get_long().map(str::to_owned))
        .collect();
    taken.extend(["root", "lang", "color", "today", "help"].map(str::to_owned));
    taken.extend(kind.fields.iter().map(|f| f.name.clone()));
    for (n, field) in kind.fields.iter().enumerate() {
        if kind.life.as_ref().is_some_and(|life| life.updates == n) {
            continue; // `ledger update` writes these
        }
        let [long, aliases @ ..] = flag_names(field);
        let arg = Flag::new(field.name.clone()).long(long.clone());
        let mut arg = with_value(arg, field, locale).help(field_help(field, locale));
        for alias in aliases {
            if alias != long
                && is_typable(&alias)
                && (alias == field.name || taken.insert(alias.clone()))
            {
                // What people call it in their language is shown beside its name.
                arg = match locale.lang() == Lang::Zh && alias == typed_label(&field.label.zh) {
                    true => arg.visible_alias(alias),
                    false => arg.alias(alias),
                };
            }
        }
        if field.list {
            arg = arg.action(ArgAction::Append);
        }
        command = command.arg(arg.allow_hyphen_values(field.ty.is_number()));
    }
    command
}

/// Whether people can type a name as a flag or a command: what a shell reads in its own way is left
/// out.
pub(super) fn is_typable(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('-') && !name.contains('=') && is_one_word(name)
}

/// Whether every shell reads a word as it stands: it has no blanks, quotes or signs.
pub(super) fn is_one_word(word: &str) -> bool {
    let is_special = |c: char| "()[]{}<>|&;*?$`'\"\\!#~^%".contains(c);
    !word.contains(|c: char| is_special(c) || c.is_whitespace() || is_steering(c))
}

/// A label as people type it: without what stands in brackets, with hyphens for blanks.
pub(super) fn typed_label(label: &str) -> String {
    without_unit(label).trim().replace(' ', "-")
}

/// What a field's flag is called: as shown, as in the file, and by its label in either language.
pub(super) fn flag_names(field: &FieldDef) -> [String; 4] {
    [
        field.name.replace('_', "-"),
        field.name.clone(),
        typed_label(&field.label.zh),
        typed_label(&field.label.en),
    ]
}

/// A flag for values of a field.
fn with_value(arg: Flag, field: &FieldDef, locale: &Locale) -> Flag {
    let value = match &field.ty {
        FieldType::Text => "value-text",
        FieldType::Path => "value-path",
        FieldType::Integer { .. } | FieldType::Decimal { .. } => "value-number",
        FieldType::Boolean => "value-boolean",
        FieldType::Date => "value-day",
        FieldType::Month | FieldType::Quarter | FieldType::Year => "value-period",
        FieldType::Choice(_) => "value-choice",
        FieldType::Record(_) => "value-id",
        FieldType::Organisation => "value-org",
        FieldType::Table(_) => "value-table",
    };
    let arg = options::valued(arg, locale, value);
    match &field.ty {
        FieldType::Choice(choices) => arg.add(Meaning::Choice(choices.clone())),
        FieldType::Record(kinds) => arg.add(Meaning::Record(kinds.clone())),
        FieldType::Year => arg.add(Meaning::Year),
        _ => arg,
    }
}

fn field_help(field: &FieldDef, locale: &Locale) -> String {
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
        | FieldType::Decimal { .. }
        | FieldType::Boolean
        | FieldType::Date
        | FieldType::Month
        | FieldType::Quarter
        | FieldType::Year
        | FieldType::Record(_)
        | FieldType::Organisation => {}
    }
    if field.list {
        help.push_str(&locale.text("help-repeat"));
    }
    help
}

/// The values that the flags give, by field index; all that is wrong with them at once.
///
/// Fields whose indices are in `skip` are passed over: an edit takes them away.
pub(super) fn field_values(
    session: &Session<'_>,
    kind: &Kind,
    matches: &ArgMatches,
    skip: &[usize],
) -> Result<Vec<Option<Value>>, Problems> {
    let mut problems = Vec::new();
    let values = kind
        .fields
        .iter()
        .enumerate()
        .map(|(n, field)| {
            if skip.contains(&n) {
                return None;
            }
            let given: Vec<&String> = matches
                .try_get_many::<String>(&field.name)
                .ok()
                .flatten()?
                .collect();
            let mut items = Vec::new();
            for text in given {
                match input::value(field, text, session.today) {
                    Ok(value) => items.push(value),
                    Err(problem) => problems.push(problem),
                }
            }
            if field.list {
                Some(Value::List(items))
            } else {
                items.into_iter().next()
            }
        })
        .collect();
    if problems.is_empty() {
        Ok(values)
    } else {
        Err(Problems(problems))
    }
}

/// The fields whose flag is empty: an edit takes them away.
pub(super) fn cleared_fields(kind: &Kind, matches: &ArgMatches) -> Result<Vec<usize>, Problem> {
    let cleared = |n: &usize| {
        let given = matches
            .try_get_many::<String>(&kind.fields[*n].name)
            .ok()
            .flatten();
        given.is_some_and(|mut texts| texts.len() == 1 && texts.all(|text| text.is_empty()))
    };
    let clear: Vec<usize> = (0..kind.fields.len()).filter(cleared).collect();
    let flag = |name: &str| {
        matches
            .try_get_one::<String>(name)
            .ok()
            .flatten()
            .is_some_and(|text| !text.is_empty())
    };
    match clear.iter().find(|&&n| kind.fields[n].must_be_given(flag)) {
        None => Ok(clear),
        Some(&n) => Err(Problem::new(Rule::EMPTY_INPUT).with("field", &kind.fields[n].label)),
    }
}

/// Who sits here, as git knows them; empty where git is not there.
pub(super) fn clerk_name() -> String {
    let said = git::text(Path::new("."), ["config", "user.name"]);
    said.map(|name| name.trim().to_owned()).unwrap_or_default()
}

/// A person's name in letters that a file name can have.
pub(super) fn spelled(name: &str, rules: &Rules) -> String {
    if name.is_ascii() {
        name.to_owned()
    } else {
        rules.naming.segment(name)
    }
}
