//! Asking a person at a terminal for what a record still lacks.

use anyhow::Result;
use inquire::autocompletion::Replacement;
use inquire::validator::Validation;
use inquire::{Autocomplete, CustomUserError, InquireError, Select, Text};

use crate::cmd::Session;
use crate::day::{Day, Period, PeriodName, When};
use crate::locale::{Arg, Locale};
use crate::problem::{Problem, Rule};
use crate::record::organisation::Organisation;
use crate::record::{Record, Value, input, text};
use crate::rules::Rules;
use crate::rules::kind::{FieldDef, FieldType};
use crate::spelling::visible;
use crate::tree::{OwnedRecord, Tree, find_org};

/// Asks for a field; an empty answer leaves an optional one out, but where a likely one is
/// offered: then it takes that.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn field(
    session: &Session<'_>,
    field: &FieldDef,
    default: Option<&Value>,
) -> Result<Option<Value>> {
    let locale = &session.locale;
    let skip = locale.text("prompt-skip");
    let label = label(field, locale);
    if let (FieldType::Choice(choices), false) = (&field.ty, field.list) {
        let mut options: Vec<String> = choices
            .iter()
            .map(|c| c.label.get(locale.lang()).to_owned())
            .collect();
        if !field.required {
            options.insert(0, skip.clone());
        }
        let help = locale.text("prompt-choose");
        let likely = default.map(|value| text::words(field, value, locale));
        let cursor = options
            .iter()
            .position(|option| Some(option) == likely.as_ref());
        let select = Select::new(&label, options).with_help_message(&help);
        let answer = answered(select.with_starting_cursor(cursor.unwrap_or(0)).prompt())?;
        let choice = choices
            .iter()
            .find(|c| c.label.get(locale.lang()) == answer);
        return Ok(choice.map(|c| Value::Text(c.name.as_str().into())));
    }
    let (owned, today, lang) = (field.clone(), session.today, locale.lang());
    let optional = !field.required;
    let offered = optional && default.is_some();
    let left_out = move |text: &str| match text.trim() {
        "" => optional,
        "-" | "－" | "—" => offered,
        _ => false,
    };
    let check = move |text: &str| {
        if left_out(text) {
            return Ok(Validation::Valid);
        }
        let checked = read(&owned, text, today);
        Ok(match checked {
            Ok(_) => Validation::Valid,
            Err(problem) => Validation::Invalid(problem.sentences(&Locale::new(lang)).0.into()),
        })
    };
    let default = default.map(|value| text::words(field, value, locale));
    let help = match (field.list, field.required) {
        (true, _) => locale.text("prompt-list"),
        (false, true) => locale.text(field.ty.message()),
        (false, false) if offered => locale.text("prompt-offered"),
        (false, false) => format!("{} {skip}", locale.text(field.ty.message())),
    };
    let mut text = Text::new(&label)
        .with_validator(check)
        .with_help_message(&help);
    if let Some(default) = &default {
        text = text.with_default(default);
    }
    let answer = answered(text.prompt())?;
    if left_out(&answer) {
        return Ok(None);
    }
    Ok(Some(read(field, &answer, today)?))
}

fn label(field: &FieldDef, locale: &Locale) -> String {
    format!(
        "{}{}",
        visible(field.label.get(locale.lang())),
        locale.text("prompt-colon")
    )
}

/// A typed answer as a value; items of a list are separated by `；` or `;`.
fn read(field: &FieldDef, text: &str, today: Day) -> Result<Value, Problem> {
    parse(field, text, today).map_err(|mut problem| {
        // Who is asked by a label is answered by it.
        for (name, arg) in &mut problem.args {
            if *name == "field" && *arg == Arg::Text(field.name.clone()) {
                *arg = Arg::Label(field.label.clone());
            }
        }
        problem
    })
}

fn parse(field: &FieldDef, text: &str, today: Day) -> Result<Value, Problem> {
    if text.trim().is_empty() {
        return Err(Problem::new(Rule::MISSING_FIELD)
            .with("field", field.name.as_str())
            .with("kind", Arg::Message("this-table")));
    }
    if !field.list {
        return input::value(field, text, today);
    }
    let items = text
        .split([';', '；'])
        .filter(|item| !item.trim().is_empty());
    Ok(Value::List(
        items
            .map(|item| input::value(field, item, today))
            .collect::<Result<_, _>>()?,
    ))
}

/// Asks which organisation, by any name it answers to.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn org(
    session: &Session<'_>,
    orgs: &[Organisation],
    rules: &Rules,
    default: Option<&str>,
) -> Result<usize> {
    let label = format!(
        "{}{}",
        session.locale.text("value-org"),
        session.locale.text("prompt-colon")
    );
    let (all, rules_of, lang) = (orgs.to_vec(), rules.clone(), session.locale.lang());
    let check = move |text: &str| {
        Ok(match find_org(&all, text.trim(), &rules_of) {
            Ok(_) => Validation::Valid,
            Err(problem) => Validation::Invalid(problem.sentences(&Locale::new(lang)).0.into()),
        })
    };
    let names = orgs.iter().map(|org| {
        let initials = rules.naming.initials(org.name());
        (visible(org.name()), initials)
    });
    let names = OrgNames(names.collect());
    let help = session.locale.text("prompt-org");
    let mut text = Text::new(&label)
        .with_validator(check)
        .with_autocomplete(names)
        .with_help_message(&help);
    if let Some(default) = default {
        text = text.with_default(default);
    }
    let answer = answered(text.prompt())?;
    Ok(find_org(orgs, answer.trim(), rules)?)
}

/// The names of organisations, each with the initials of its pinyin: what Tab puts in.
#[derive(Clone)]
struct OrgNames(Vec<(String, [String; 2])>);

impl Autocomplete for OrgNames {
    fn get_suggestions(&mut self, text: &str) -> Result<Vec<String>, CustomUserError> {
        let is_meant = |(name, initials): &&(String, [String; 2])| {
            let letters = initials.iter().any(|initials| initials.starts_with(text));
            !text.is_empty() && (name.contains(text) || letters)
        };
        let meant = self.0.iter().filter(is_meant).take(7);
        Ok(meant.map(|(name, _)| name.clone()).collect())
    }

    /// The one that the person chose with an arrow, or else the first.
    fn get_completion(
        &mut self,
        text: &str,
        chosen: Option<String>,
    ) -> Result<Replacement, CustomUserError> {
        Ok(match chosen {
            Some(name) => Some(name),
            None => self.get_suggestions(text)?.into_iter().next(),
        })
    }
}

/// Asks for a year.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn year(session: &Session<'_>, question: &str) -> Result<i32> {
    let wanted = session.locale.text(FieldType::Year.message());
    let default = session.today.year().to_string();
    typed(Text::new(question).with_default(&default), move |text| {
        year_of(text).ok_or_else(|| wanted.clone())
    })
}

/// The year that a text says: `2026`, `2026年`.
pub(super) fn year_of(text: &str) -> Option<i32> {
    let period = Period::read(text, When::default()).ok()?;
    (period.span() == PeriodName::Year).then(|| period.first().year())
}

/// Asks for a line of text, which may be empty; `check` says what is wrong with it.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn line(
    question: &str,
    help: &str,
    check: impl Fn(&str) -> Result<(), String> + Clone + 'static,
) -> Result<String> {
    let text = Text::new(question).with_help_message(help);
    typed(text, move |text| {
        let text = text.trim();
        check(text).map(|()| text.to_owned())
    })
}

/// Asks for a day.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn day(session: &Session<'_>, question: &str) -> Result<Day> {
    let (today, lang) = (session.today, session.locale.lang());
    let likely = today.to_string();
    typed(Text::new(question).with_default(&likely), move |text| {
        Day::read(text, today.into()).map_err(|_| {
            let problem = Problem::new(Rule::BAD_DAY).with("value", text);
            problem.sentences(&Locale::new(lang)).0
        })
    })
}

/// Asks until what is typed can be read; what is wrong with it is said.
fn typed<T>(
    question: Text<'_, '_>,
    read: impl Fn(&str) -> Result<T, String> + Clone + 'static,
) -> Result<T> {
    let check = read.clone();
    let check = move |text: &str| {
        Ok(match check(text) {
            Ok(_) => Validation::Valid,
            Err(wrong) => Validation::Invalid(wrong.into()),
        })
    };
    let answer = answered(question.with_validator(check).prompt())?;
    read(&answer).map_err(anyhow::Error::msg)
}

/// Asks which record, by any part of its title; gives its id.
///
/// # Errors
/// There is none to choose from, the person gave up, or the terminal cannot be used.
pub(super) fn record(
    session: &Session<'_>,
    tree: &Tree<'_>,
    may_be: impl Fn(&Record<'_>) -> bool,
) -> Result<String> {
    let entries = tree.entries.iter();
    let mut entries: Vec<&OwnedRecord<'_>> = entries
        .filter(|entry| entry.record.retracted.is_none() && may_be(&entry.record))
        .collect();
    if entries.is_empty() {
        return Err(Problem::new(Rule::NOTHING_TO_CHOOSE).into());
    }
    // What was begun last is most often meant.
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.record.starts()));
    let line = |entry: &&OwnedRecord<'_>| {
        let record = &entry.record;
        let day = record
            .starts()
            .map(|day| day.to_string())
            .unwrap_or_default();
        let title = text::title(record, &session.locale);
        let kind = record.kind.label.get(session.locale.lang());
        let org = tree.orgs[entry.org].short();
        format!("{day} {kind} {title}  {org}  {}", record.id)
    };
    let options = entries.iter().map(line).collect();
    let chosen = choose(session, &session.locale.text("prompt-record"), options)?;
    Ok(entries[chosen].record.id.as_str().to_owned())
}

/// Asks for one of a few answers; gives its place among them.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn choose(session: &Session<'_>, question: &str, options: Vec<String>) -> Result<usize> {
    let help = session.locale.text("prompt-choose");
    let options: Vec<String> = options.iter().map(|option| visible(option)).collect();
    Ok(answered(
        Select::new(question, options)
            .with_help_message(&help)
            .raw_prompt(),
    )?
    .index)
}

/// Asks whether to go on; no unless the person says yes.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn confirm(session: &Session<'_>, question: &str) -> Result<bool> {
    let [no, yes] = ["no", "yes"].map(|id| session.locale.text(id));
    Ok(choose(session, question, vec![no, yes])? == 1)
}

fn answered<T>(answer: Result<T, InquireError>) -> Result<T> {
    answer.map_err(|error| match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => {
            Problem::new(Rule::CANCELLED).into()
        }
        InquireError::IO(error) => error.into(),
        other => anyhow::Error::new(other),
    })
}
