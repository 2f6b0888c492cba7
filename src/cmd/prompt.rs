//! Asking a person at a terminal for what a record still lacks.

use std::cell::RefCell;

use crate::cmd::Session;
use crate::cmd::ledger::Ledger;
use crate::day::{Day, Period, PeriodName, When};
use crate::form::given::words;
use crate::locale::{Lang, Locale};
use crate::problem::{Problem, Rule};
use crate::record::organisation::Organisation;
use crate::record::{Record, Value, input, points, text};
use crate::render::prompt::{Choice, LineQuestion, Reply};
use crate::rules::Rules;
use crate::rules::kind::{FieldDef, FieldType, Kind};
use crate::spelling::{half_width, initials, visible};
use crate::tree::{OwnedRecord, Tree, find_org};
use crate::written::selection::Selection;
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

/// An answer to one of several questions.
pub(super) enum Turn<T> {
    /// What was answered.
    Said(T),
    /// The question before is to be asked again.
    Back,
}

/// Which field is asked for: of a kind, by its index, with what the record says so far.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) kind: &'a Kind,
    pub(super) n: usize,
    pub(super) values: &'a [Option<Value>],
}

/// Asks for a field; an empty answer leaves an optional one out, but where a likely one is
/// offered: then it takes that.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn field(
    session: &Session<'_>,
    asked: Asked<'_>,
    proposed: Proposed<'_>,
) -> Result<Option<Value>> {
    forward(field_in_turn(session, asked, proposed, false)?)
}

/// The same for one of several questions, of which the one before may be asked again.
///
/// # Errors
/// As [`field`].
pub(super) fn field_in_turn(
    session: &Session<'_>,
    asked: Asked<'_>,
    proposed: Proposed<'_>,
    may_go_back: bool,
) -> Result<Turn<Option<Value>>> {
    let locale = &session.locale;
    let field = &asked.kind.fields[asked.n];
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
        let first = first.unwrap_or(0);
        let chosen = one_of(session, &label, &options, (first, may_go_back))?;
        let skipped = usize::from(!field.required);
        let value = |n: usize| Value::Text(choices[n].name.as_str().into());
        return Ok(match chosen {
            Turn::Said(n) => Turn::Said(n.checked_sub(skipped).map(value)),
            Turn::Back => Turn::Back,
        });
    }
    let optional = !field.required;
    let candidates = candidates(session, asked)?;
    let words = |value: &Value| words(field, value, locale.lang()).replace('\n', "；");
    let line = |value: &Value| {
        let mut all = candidates.iter();
        let of_it = all.find(|candidate| value.as_text() == Some(&candidate.value))?;
        Some(of_it.line.clone())
    };
    let (default, initial) = match proposed {
        Proposed::Likely(value) => (value.map(words), None),
        // What is chosen from a list is not changed letter by letter.
        Proposed::Current(value) => match value.and_then(line) {
            Some(line) => (Some(line), None),
            None => (None, value.map(words)),
        },
    };
    let offered = optional && default.is_some();
    let form = match &field.ty {
        FieldType::Date => locale.text("prompt-date"),
        _ if !candidates.is_empty() => locale.text("prompt-candidates"),
        ty => locale.text(ty.message()),
    };
    let help = match (field.list, field.required) {
        (true, _) => locale.text("prompt-list"),
        (false, true) => form,
        (false, false) if offered => locale.text("prompt-offered"),
        (false, false) if initial.is_some() => locale.text("prompt-clear"),
        (false, false) => format!("{form} {skip}"),
    };
    let help = match may_go_back {
        true => format!("{help}{}", locale.text("prompt-back")),
        false => help,
    };
    let question = LineQuestion {
        text: &label,
        help: &help,
        default: default.as_deref(),
        initial: initial.as_deref().unwrap_or_default(),
        suggest: &|typed| suggested(&candidates, typed),
        may_go_back,
    };
    typed_in_turn(session, &question, |text| match text.trim() {
        "" if optional => Ok(None),
        "-" | "－" | "—" if offered => Ok(None),
        text => {
            let chosen = candidates.iter().find(|candidate| candidate.line == text);
            let text = chosen.map_or(text, |candidate| &candidate.value);
            read(field, text, session.today)
                .map(Some)
                .map_err(said(session))
        }
    })
}

/// Something that may be answered: how it is shown, and what it says as a value.
struct Candidate {
    line: String,
    initials: String,
    value: String,
}

impl Candidate {
    fn of(line: String, value: &str) -> Candidate {
        Candidate {
            initials: initials(&line),
            value: value.to_owned(),
            line,
        }
    }
}

/// What may be answered where that is known: records, organisations, scorecards and their items.
fn candidates(session: &Session<'_>, asked: Asked<'_>) -> Result<Vec<Candidate>> {
    let field = &asked.kind.fields[asked.n];
    let lang = session.locale.lang();
    let rules = session.rules_of_records()?;
    Ok(match &field.ty {
        _ if field.list => Vec::new(),
        FieldType::Record(kinds) => {
            let names = kinds.iter().map(String::as_str);
            let ledger = Ledger::readable(session)?;
            let tree = ledger.load(&Selection::of_kinds(&rules, names));
            let is_of = |record: &Record<'_>| kinds.contains(&record.kind.name);
            let of_record = |entry: &OwnedRecord<'_>| {
                let line = record_line(session, &tree, entry);
                Candidate::of(line, entry.record.id.as_str())
            };
            let entries = latest_first(&tree, is_of).into_iter();
            entries.map(of_record).collect()
        }
        FieldType::Organisation => {
            let tree = Tree::organisations(&session.root()?, &rules)?;
            let orgs = tree.orgs.iter();
            orgs.map(|org| Candidate::of(visible(org.name()), org.path.as_str()))
                .collect()
        }
        _ => match asked.kind.gives {
            Some(gives) if gives.card == Some(asked.n) || gives.item == asked.n => {
                let labels = match gives.item == asked.n {
                    true => points::items_given(&rules, asked.kind, asked.values),
                    false => {
                        let cards = points::cards_given(&rules, asked.kind).into_iter();
                        cards.map(|card| &card.label).collect()
                    }
                };
                let words = labels.into_iter().map(|label| label.get(lang));
                words
                    .map(|word| Candidate::of(visible(word), word))
                    .collect()
            }
            _ => Vec::new(),
        },
    })
}

/// Of what may be answered a few that what was typed may become: parts of them or their initials.
fn suggested(candidates: &[Candidate], typed: &str) -> Vec<String> {
    const SHOWN: usize = 7;
    let typed = typed.trim();
    let small = half_width(typed).to_lowercase();
    let is_meant = |candidate: &&Candidate| {
        candidate.line.contains(typed) || candidate.initials.contains(&small)
    };
    let meant = candidates.iter().filter(is_meant).take(SHOWN);
    meant.map(|candidate| candidate.line.clone()).collect()
}

/// What was said where no question can be gone back to.
fn forward<T>(turn: Turn<T>) -> Result<T> {
    match turn {
        Turn::Said(answer) => Ok(answer),
        Turn::Back => Err(cancelled()),
    }
}

/// A field and what it says, as a line to choose.
pub(super) fn answer(session: &Session<'_>, field: &FieldDef, value: Option<&Value>) -> String {
    let locale = &session.locale;
    let value = value.map(|value| text::words(field, value, locale));
    let value = value.unwrap_or_else(|| locale.text("intake-nothing"));
    with_label(locale, &label(field, locale), &value)
}

/// Whose a record is, as a line to choose.
pub(super) fn answer_of_org(session: &Session<'_>, name: &str) -> String {
    let locale = &session.locale;
    let label = format!(
        "{}{}",
        locale.text("label-org"),
        locale.text("prompt-colon")
    );
    with_label(locale, &label, name)
}

fn with_label(locale: &Locale, label: &str, value: &str) -> String {
    let space = if locale.lang() == Lang::En { " " } else { "" };
    format!("{label}{space}{value}")
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
        return Err(Problem::new(Rule::EMPTY_INPUT).with("field", &field.label));
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
        may_go_back: false,
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
    forward(typed_in_turn(session, question, read)?)
}

/// The same where the question before it may be asked again.
fn typed_in_turn<T>(
    session: &Session<'_>,
    question: &LineQuestion<'_>,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Turn<T>> {
    let value = RefCell::new(None);
    let check = |text: &str| read(text).map(|read| *value.borrow_mut() = Some(read));
    let reply = question.ask(&check, session.style.colour)?;
    Ok(match turn(reply)? {
        // What was answered was read.
        Turn::Said(_) => Turn::Said(value.into_inner().ok_or_else(cancelled)?),
        Turn::Back => Turn::Back,
    })
}

/// What came of a question, unless the person gave up.
fn turn<T>(reply: Reply<T>) -> Result<Turn<T>> {
    match reply {
        Reply::Answered(answer) => Ok(Turn::Said(answer)),
        Reply::Back => Ok(Turn::Back),
        Reply::GivenUp => Err(cancelled()),
    }
}

fn cancelled() -> anyhow::Error {
    Problem::new(Rule::CANCELLED).into()
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
    let entries = latest_first(tree, may_be);
    if entries.is_empty() {
        return Err(Problem::new(Rule::NOTHING_TO_CHOOSE).into());
    }
    let line = |entry: &&OwnedRecord<'_>| record_line(session, tree, entry);
    let options: Vec<String> = entries.iter().map(line).collect();
    let chosen = choose(session, &session.locale.text("prompt-record"), &options)?;
    Ok(entries[chosen].record.id.as_str().to_owned())
}

/// Records that hold, those that were begun last first: they are most often meant.
fn latest_first<'t>(
    tree: &'t Tree<'_>,
    may_be: impl Fn(&Record<'_>) -> bool,
) -> Vec<&'t OwnedRecord<'t>> {
    let entries = tree.entries.iter();
    let mut entries: Vec<&OwnedRecord<'_>> = entries
        .filter(|entry| entry.record.retracted.is_none() && may_be(&entry.record))
        .collect();
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.record.starts()));
    entries
}

/// A record as a line to choose.
fn record_line(session: &Session<'_>, tree: &Tree<'_>, entry: &OwnedRecord<'_>) -> String {
    let record = &entry.record;
    let day = record
        .starts()
        .map(|day| day.to_string())
        .unwrap_or_default();
    let title = text::title(record, &session.locale);
    let kind = record.kind.label.get(session.locale.lang());
    let org = tree.orgs[entry.org].short();
    format!("{day} {kind} {title}  {org}  {}", record.id)
}

/// Asks for one of a few answers; gives its place among them.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn choose(session: &Session<'_>, question: &str, options: &[String]) -> Result<usize> {
    forward(one_of(session, question, options, (0, false))?)
}

/// The same with the option that is offered first, and whether the question before it may be asked
/// again.
fn one_of(
    session: &Session<'_>,
    question: &str,
    options: &[String],
    (first, may_go_back): (usize, bool),
) -> Result<Turn<usize>> {
    let back = match may_go_back {
        true => session.locale.text("prompt-back"),
        false => String::new(),
    };
    let choice = Choice {
        text: question,
        help: &format!("{}{back}", session.locale.text("prompt-choose")),
        nothing: &session.locale.text("prompt-nothing"),
        options,
        first,
        may_go_back,
    };
    turn(choice.ask(session.style.colour)?)
}

/// Asks whether to go on; no unless the person says yes.
///
/// # Errors
/// The person gave up, or the terminal cannot be used.
pub(super) fn confirm(session: &Session<'_>, question: &str) -> Result<bool> {
    let [no, yes] = ["prompt-no", "prompt-yes"].map(|id| session.locale.text(id));
    Ok(choose(session, question, &[no, yes])? == 1)
}

/// Whether an error says no more than that the person gave up.
pub(super) fn is_cancelled(error: &anyhow::Error) -> bool {
    let problem = error.downcast_ref::<Problem>();
    problem.is_some_and(|problem| problem.rule == Rule::CANCELLED)
}
