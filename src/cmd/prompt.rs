//! Asking a person at a terminal for what a record still lacks.

use std::cell::RefCell;

use crate::cmd::Session;
use crate::day::{Day, Period, PeriodName, When};
use crate::form::given::words;
use crate::locale::{Arg, Lang, Locale};
use crate::problem::{Problem, Rule};
use crate::record::organisation::Organisation;
use crate::record::{Record, Value, input, text};
use crate::render::prompt::{Choice, LineQuestion};
use crate::rules::Rules;
use crate::rules::kind::{FieldDef, FieldType};
use crate::spelling::{half_width, visible};
use crate::tree::{OwnedRecord, Tree, find_org};
use anyhow::Result;

/// What a person is shown of an answer before it is given.
#[derive(Clone, Copy)]
pub(super) enum Proposed<'v> {
    /// What an empty answer takes.
    Likely(Option<&'v Value>),
    /// What was answered before, to be changed.
    Current(Option<&'v Value>),
}

impl<'v> Proposed<'v> {
    fn value(self) -> Option<&'v Value> {
        match self {
            Proposed::Likely(value) | Proposed::Current(value) => value,
        }
    }
}

/// Asks for a field; an empty answer leaves an optional one out, but where a likely one is
/// offered: then it takes that.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn field(
    session: &Session<'_>,
    field: &FieldDef,
    proposed: Proposed<'_>,
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
            options.insert(0, skip);
        }
        let likely = proposed
            .value()
            .map(|value| text::words(field, value, locale));
        let first = options
            .iter()
            .position(|option| Some(option) == likely.as_ref());
        let chosen = one_of(session, &label, &options, first.unwrap_or(0))?;
        let chosen = if field.required {
            Some(chosen)
        } else {
            chosen.checked_sub(1)
        };
        return Ok(chosen.map(|n| Value::Text(choices[n].name.as_str().into())));
    }
    let optional = !field.required;
    let words = |value: &Value| words(field, value, locale.lang()).replace('\n', "；");
    let (default, initial) = match proposed {
        Proposed::Likely(value) => (value.map(words), None),
        Proposed::Current(value) => (None, value.map(words)),
    };
    let offered = optional && default.is_some();
    let help = match (field.list, field.required) {
        (true, _) => locale.text("prompt-list"),
        (false, true) => locale.text(field.ty.message()),
        (false, false) if offered => locale.text("prompt-offered"),
        (false, false) => format!("{} {skip}", locale.text(field.ty.message())),
    };
    let question = LineQuestion {
        text: &label,
        help: &help,
        default: default.as_deref(),
        initial: initial.as_deref().unwrap_or_default(),
        suggest: &|_| Vec::new(),
    };
    typed(session, &question, |text| match text.trim() {
        "" if optional => Ok(None),
        "-" | "－" | "—" if offered => Ok(None),
        _ => read(field, text, session.today)
            .map(Some)
            .map_err(said(session)),
    })
}

/// A field and what it says, as a line to choose.
pub(super) fn answer(session: &Session<'_>, field: &FieldDef, value: Option<&Value>) -> String {
    let locale = &session.locale;
    let value = value.map(|value| text::words(field, value, locale));
    let value = value.unwrap_or_else(|| locale.text("intake-nothing"));
    let space = if locale.lang() == Lang::En { " " } else { "" };
    format!("{}{space}{value}", label(field, locale))
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
    if text.trim().is_empty() {
        return Err(Problem::new(Rule::MISSING_FIELD)
            .with("field", &field.label)
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
    let name = |org: &Organisation| (visible(org.name()), rules.naming.initials(org.name()));
    let names: Vec<(String, [String; 2])> = orgs.iter().map(name).collect();
    let suggest = |typed: &str| {
        let typed = typed.trim();
        let small = half_width(typed).to_lowercase();
        let is_meant = |(name, initials): &&(String, [String; 2])| {
            let letters = initials.iter().any(|initials| initials.starts_with(&small));
            !typed.is_empty() && (name.contains(typed) || letters)
        };
        let meant = names.iter().filter(is_meant).take(7);
        meant.map(|(name, _)| name.clone()).collect()
    };
    let question = LineQuestion {
        text: &label,
        help: &session.locale.text("prompt-org"),
        default,
        initial: "",
        suggest: &suggest,
    };
    typed(session, &question, |text| {
        find_org(orgs, text.trim(), rules).map_err(said(session))
    })
}

/// Asks for a year.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn year(session: &Session<'_>, question: &str) -> Result<i32> {
    let default = session.today.year().to_string();
    let question = LineQuestion {
        default: Some(&default),
        ..LineQuestion::new(question, "")
    };
    typed(session, &question, |text| {
        year_of(text).ok_or_else(|| session.locale.text(FieldType::Year.message()))
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
    session: &Session<'_>,
    question: &str,
    help: &str,
    check: impl Fn(&str) -> Result<(), String>,
) -> Result<String> {
    typed(session, &LineQuestion::new(question, help), |text| {
        let text = text.trim();
        check(text).map(|()| text.to_owned())
    })
}

/// Asks for a day.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn day(session: &Session<'_>, question: &str) -> Result<Day> {
    let likely = session.today.to_string();
    let question = LineQuestion {
        default: Some(&likely),
        ..LineQuestion::new(question, "")
    };
    typed(session, &question, |text| {
        Day::read(text, session.today.into())
            .map_err(|_| said(session)(Problem::new(Rule::BAD_DAY).with("value", text)))
    })
}

/// Asks until what is typed can be read; what is wrong with it is said.
fn typed<T>(
    session: &Session<'_>,
    question: &LineQuestion<'_>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<T> {
    let value = RefCell::new(None);
    let check = |text: &str| read(text).map(|read| *value.borrow_mut() = Some(read));
    let answer = question.ask(&check, session.style.colour)?;
    answered(answer.and_then(|_| value.into_inner()))
}

/// What is wrong, as it is said below a question.
fn said(session: &Session<'_>) -> impl Fn(Problem) -> String {
    |problem| problem.sentences(&session.locale).0
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
    let options: Vec<String> = entries.iter().map(line).collect();
    let chosen = choose(session, &session.locale.text("prompt-record"), &options)?;
    Ok(entries[chosen].record.id.as_str().to_owned())
}

/// Asks for one of a few answers; gives its place among them.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn choose(session: &Session<'_>, question: &str, options: &[String]) -> Result<usize> {
    one_of(session, question, options, 0)
}

fn one_of(
    session: &Session<'_>,
    question: &str,
    options: &[String],
    first: usize,
) -> Result<usize> {
    let choice = Choice {
        text: question,
        help: &session.locale.text("prompt-choose"),
        nothing: &session.locale.text("prompt-nothing"),
        options,
        first,
    };
    answered(choice.ask(session.style.colour)?)
}

/// Asks whether to go on; no unless the person says yes.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn confirm(session: &Session<'_>, question: &str) -> Result<bool> {
    let [no, yes] = ["no", "yes"].map(|id| session.locale.text(id));
    Ok(choose(session, question, &[no, yes])? == 1)
}

/// Whether an error says no more than that the person gave up.
pub(super) fn is_cancelled(error: &anyhow::Error) -> bool {
    let problem = error.downcast_ref::<Problem>();
    problem.is_some_and(|problem| problem.rule == Rule::CANCELLED)
}

/// What was answered, unless the person gave up.
fn answered<T>(answer: Option<T>) -> Result<T> {
    answer.ok_or_else(|| Problem::new(Rule::CANCELLED).into())
}
