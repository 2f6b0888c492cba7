//! `ledger list [KIND]` and `ledger find TEXT`: records, filtered and sorted.

use std::collections::BTreeSet;

use anyhow::Result;
use clap::{ArgAction, ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::day::{Day, Period, When};
use crate::figure::list::{ListQuery, RecordTest, SortKey, TextTest};
use crate::locale::{Arg, Choices, Label, Locale};
use crate::present::record::owned;
use crate::present::{self, left_out_notes, places};
use crate::problem::{Problem, Rule};
use crate::record::{Value, input};
use crate::render::json;
use crate::rules::Rules;
use crate::rules::filter::Comparison;
use crate::rules::kind::{Choice, FieldType, Kind, Phase};
use crate::spelling::half_width;
use crate::tree::Tree;
use crate::written::selection::Selection;

pub(super) const COMMAND: Command = Command {
    name: "list",
    build,
    run,
};

pub(super) const FIND: Command = Command {
    name: "find",
    build: build_find,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    let command = options::command(locale, "list")
        .arg(options::positional(locale, "kind", "value-kind").required(false));
    with_options(command, locale)
}

fn build_find(locale: &Locale, _: &Rules) -> Clap {
    let command = options::command(locale, "find")
        .arg(options::positional(locale, "text", "value-text"))
        .arg(options::option(locale, "kind", "value-kind"));
    with_options(command, locale)
}

fn with_options(command: Clap, locale: &Locale) -> Clap {
    command
        .arg(options::org_option(locale))
        .arg(option(locale, "quarter", "value-period").alias("period"))
        .arg(options::as_of_option(locale))
        .arg(options::option(locale, "from", "value-day"))
        .arg(options::option(locale, "until", "value-day"))
        .arg(option(locale, "status", "value-status"))
        .arg(option(locale, "state", "value-state"))
        .arg(option(locale, "type", "value-choice"))
        .arg(options::option(locale, "where", "value-test").action(ArgAction::Append))
        .arg(options::option(locale, "sort", "value-field").allow_hyphen_values(true))
        .arg(options::switch(locale, "retracted"))
        .arg(options::at_option(locale))
        .arg(options::switch(locale, "skip-bad"))
        .arg(options::option(locale, "fields", "value-fields"))
        .args(output::table_options(locale, options::TABLES))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let form = output::form(matches, options::TABLES, Format::Table)?;
    let wanted = matches.try_get_one::<String>("text").ok().flatten();
    if wanted.is_some_and(|text| text.trim().is_empty()) {
        return Err(Problem::new(Rule::EMPTY_INPUT)
            .with("field", Arg::Message("value-text"))
            .into());
    }
    let ledger = Ledger::asked(session, matches)?;
    let kind = matches
        .get_one::<String>("kind")
        .map(|name| ledger.rules.asked_kind(name))
        .transpose()?;
    if let (None, Some(names)) = (kind, matches.get_one::<String>("fields")) {
        // Records of several kinds have no fields in common.
        return Err(Problem::new(Rule::WHERE_KIND)
            .with("value", names.as_str())
            .into());
    }
    let selection = match kind {
        Some(kind) => Selection::of_kinds(&ledger.rules, [kind.name.as_str()]),
        None => Selection::everything(),
    };
    let tree = &ledger.load(&selection);
    let left_out = session.left_out(tree, matches.get_flag("skip-bad"))?;
    let query = query(session, tree, kind.map(|kind| &**kind), matches)?;
    let (entries, as_of) = (query.select(tree), query.as_of);
    let raw = form == Format::Csv && matches.get_flag("raw");
    let locale = &session.locale;
    let mut table = match kind {
        Some(kind) => {
            let fields = fields(kind, matches)?;
            present::list::table(locale, tree, (kind, &fields), &entries, as_of, raw)
        }
        None => present::list::of_all_kinds(locale, tree, &entries, &query, raw),
    };
    table.notes.extend(left_out_notes(locale, &left_out));
    let json = |_: &_| {
        let records = entries.iter().map(|entry| owned(tree, entry, as_of));
        Ok(json::pretty(&serde_json::json!({
            "kind": kind.map(|kind| kind.name.as_str()),
            "as_of": as_of.to_string(),
            "records": records.collect::<Vec<serde_json::Value>>(),
            "left_out": places(&left_out),
        })))
    };
    output::show(session, matches, form, &table.into(), json)?;
    Ok(Status::Clean)
}

/// The fields that `--fields` asks for, by id or label, or those that lists of the kind show.
fn fields(kind: &Kind, matches: &ArgMatches) -> Result<Vec<usize>, Problem> {
    match matches.get_one::<String>("fields").map(String::as_str) {
        None => Ok(kind.columns.clone()),
        Some("all" | "全部") => Ok((0..kind.fields.len()).collect()),
        Some(names) => options::listed(names)
            .map(|name| kind.named(name).ok_or_else(|| unknown_field(kind, name)))
            .collect(),
    }
}

/// An option whose help is the list's own.
fn option(locale: &Locale, name: &'static str, value: &str) -> clap::Arg {
    let help = locale.text(&format!("flag-list-{name}"));
    options::valued(clap::Arg::new(name).long(name).help(help), locale, value)
}

fn as_of(session: &Session<'_>, matches: &ArgMatches) -> Result<Day, Problem> {
    match (
        matches.get_one::<String>("as-of"),
        matches.get_one::<String>("quarter"),
    ) {
        (Some(text), _) => session.day(text),
        (None, Some(text)) => Ok(crate::figure::default_as_of(
            session.period(text)?,
            session.today,
        )),
        (None, None) => Ok(session.today),
    }
}

fn query<'k>(
    session: &Session<'_>,
    tree: &Tree<'_>,
    kind: Option<&'k Kind>,
    matches: &ArgMatches,
) -> Result<ListQuery<'k>, Problem> {
    let period = matches.get_one::<String>("quarter");
    let text = |name: &str| matches.try_get_one::<String>(name).ok().flatten();
    let day = |name: &str| text(name).map(|text| session.day(text)).transpose();
    let asked = matches.get_one::<String>("sort").map(String::as_str);
    let (descending, name) = match asked.map(|name| (name.strip_prefix('-'), name)) {
        Some((Some(rest), _)) => (true, Some(rest)),
        Some((None, name)) => (false, Some(name)),
        None => (false, None),
    };
    Ok(ListQuery {
        kind,
        orgs: options::orgs_asked(tree, matches)?,
        days: day("from")?.unwrap_or(Day::FIRST)..day("until")?.map_or(Day::LAST, Day::next),
        text: text("text").map(|text| TextTest::of(text, &tree.rules.naming)),
        period: period.map(|text| session.period(text)).transpose()?,
        as_of: as_of(session, matches)?,
        retracted: matches.get_flag("retracted"),
        tests: tests(session, tree.rules, kind, matches)?,
        by: sort_key(&session.locale, kind, name)?,
        descending,
    })
}

/// What `--status`, `--state`, `--type` and `--where` ask of each record.
fn tests(
    session: &Session<'_>,
    rules: &Rules,
    kind: Option<&Kind>,
    matches: &ArgMatches,
) -> Result<Vec<RecordTest>, Problem> {
    let text = |name: &str| matches.get_one::<String>(name);
    let mut tests = Vec::new();
    if let Some(name) = text("status") {
        tests.push(status_test(name, rules, kind)?);
    }
    if let Some(name) = text("state") {
        tests.push(state_test(&session.locale, name)?);
    }
    let wheres = matches.get_many::<String>("where").into_iter().flatten();
    let typed = text("type").map(|name| format!("type={name}"));
    for text in wheres.chain(&typed) {
        tests.push(match kind {
            Some(kind) => where_test(text, kind, session.today)?,
            None => test_of_all_kinds(text, rules, session.today)?,
        });
    }
    Ok(tests)
}

/// `--status S`: the status of that name or label, of the kind or of any that has one.
fn status_test(name: &str, rules: &Rules, kind: Option<&Kind>) -> Result<RecordTest, Problem> {
    let kinds: Vec<&Kind> = match kind {
        Some(kind) => vec![kind],
        None => rules.kinds.iter().map(|kind| &**kind).collect(),
    };
    let lives = kinds.iter().filter_map(|kind| kind.life.as_ref());
    let choices: Vec<Choice> = lives
        .flat_map(|life| life.statuses.iter().map(|status| status.choice.clone()))
        .collect();
    if let (Some(kind), true) = (kind, choices.is_empty()) {
        return Err(unknown_field(kind, "--status"));
    }
    let found = Choice::said(&choices, name);
    found
        .map(|choice| RecordTest::State(choice.name.clone()))
        .ok_or_else(|| {
            let known = choices
                .iter()
                .map(|choice| (choice.name.as_str(), &choice.label));
            unknown_value("--status", name, known)
        })
}

/// `--state open|done|overdue`, or what the catalogue calls them.
fn state_test(locale: &Locale, name: &str) -> Result<RecordTest, Problem> {
    let open = vec![Phase::Open, Phase::Ongoing, Phase::NoData];
    let states = [
        ("open", RecordTest::Phases(open)),
        ("done", RecordTest::Phases(vec![Phase::Finished])),
        ("overdue", RecordTest::Overdue(true)),
    ];
    let is_it = |key: &str| key == name || locale.text(&format!("state-{key}")) == name;
    let keys = states.each_ref().map(|(key, _)| *key);
    let labels = keys.map(|key| Label {
        zh: locale.text(&format!("state-{key}")),
        en: key.to_owned(),
    });
    let found = states.into_iter().find(|(key, _)| is_it(key));
    found
        .map(|(_, test)| test)
        .ok_or_else(|| unknown_value("--state", name, keys.into_iter().zip(&labels)))
}

fn sort_key(locale: &Locale, kind: Option<&Kind>, name: Option<&str>) -> Result<SortKey, Problem> {
    let Some(name) = name else {
        return Ok(SortKey::Belongs);
    };
    let is = |key: &str, label: &str| name == key || name == locale.text(label);
    Ok(match name {
        _ if is("id", "label-id") => SortKey::Id,
        _ if is("org", "label-org") => SortKey::Org,
        _ if kind.is_none_or(|kind| kind.life.is_some()) && is("state", "label-state") => {
            SortKey::State
        }
        _ => {
            let kind = kind.ok_or_else(|| Problem::new(Rule::WHERE_KIND).with("value", name))?;
            SortKey::Field(kind.named(name).ok_or_else(|| unknown_field(kind, name))?)
        }
    })
}

fn unknown_field(kind: &Kind, name: &str) -> Problem {
    Problem::new(Rule::UNKNOWN_FIELD)
        .with("field", name)
        .with("kind", &kind.label)
        .with("allowed", Choices::labelled(name, kind.named_fields()))
}

/// A test in its parts: what is looked at, how it is compared, with what.
fn compared(text: &str) -> Option<(&str, Comparison, &str)> {
    let is_sign = |c: char| "=<>~!≥≤≠".contains(half_width(c.encode_utf8(&mut [0; 4])).as_str());
    let at = text.find(is_sign)?;
    let (name, rest) = text.split_at(at);
    let value = rest.trim_start_matches(is_sign);
    let typed = half_width(&rest[..rest.len() - value.len()]);
    let (_, comparison) = Comparison::SIGNS.iter().find(|(sign, _)| *sign == typed)?;
    Some((name.trim(), *comparison, value.trim()))
}

/// One `--where F=V` where no kind is named: what it asks of each kind that has such a field.
fn test_of_all_kinds(text: &str, rules: &Rules, today: Day) -> Result<RecordTest, Problem> {
    let (mut tests, mut problems) = (Vec::new(), Vec::new());
    for kind in &rules.kinds {
        match where_test(text, kind, today) {
            Ok(test) => tests.push((kind.number, test)),
            Err(problem) => problems.push(problem),
        }
    }
    if !tests.is_empty() {
        return Ok(RecordTest::OfKinds(tests));
    }
    let Some((name, _, value)) = compared(text) else {
        return Err(not_a_test(text));
    };
    let fields = rules
        .kinds
        .iter()
        .filter_map(|kind| Some(&kind.fields[kind.named(name)?]));
    let words = fields.flat_map(|field| match &field.ty {
        FieldType::Choice(choices) => &choices[..],
        _ => &[],
    });
    let known: Vec<_> = words
        .map(|word| (word.name.as_str(), &word.label))
        .collect();
    let of_field = problems
        .into_iter()
        .find(|problem| problem.rule != Rule::UNKNOWN_FIELD);
    Err(match of_field {
        Some(problem) if problem.rule == Rule::UNKNOWN_VALUE && !known.is_empty() => {
            unknown_value(name, value, known)
        }
        Some(problem) => problem,
        None => Problem::new(Rule::UNKNOWN_FIELD)
            .with("field", name)
            .with("kind", Arg::Message("all-kinds"))
            .with("allowed", Choices::labelled(name, all_fields(rules))),
    })
}

/// The fields of all kinds, each name once.
fn all_fields(rules: &Rules) -> Vec<(&str, &Label)> {
    let mut names = BTreeSet::new();
    let fields = rules.kinds.iter().flat_map(|kind| kind.named_fields());
    fields.filter(|(name, _)| names.insert(*name)).collect()
}

fn unknown_value<'n>(
    field: &str,
    value: &str,
    known: impl IntoIterator<Item = (&'n str, &'n Label)>,
) -> Problem {
    Problem::new(Rule::UNKNOWN_VALUE)
        .with("field", field)
        .with("value", value)
        .with("allowed", Choices::labelled(value, known))
}

fn not_a_test(text: &str) -> Problem {
    Problem::new(Rule::USAGE)
        .with("what", Arg::Message("usage-where"))
        .with("subject", text)
}

/// A test, or that it does not hold.
fn negated(test: RecordTest, comparison: Comparison) -> RecordTest {
    match comparison {
        Comparison::IsNot => RecordTest::Not(Box::new(test)),
        _ => test,
    }
}

/// One `--where F=V`.
fn where_test(text: &str, kind: &Kind, today: Day) -> Result<RecordTest, Problem> {
    let Some((name, comparison, value)) = compared(text) else {
        return Err(not_a_test(text));
    };
    if let ("state" | "status" | "状态", Some(life)) = (name, &kind.life) {
        let choices = || life.statuses.iter().map(|status| &status.choice);
        let is_it = |choice: &&Choice| choice.name == value || choice.label.is(value);
        return choices()
            .find(is_it)
            .map(|choice| negated(RecordTest::State(choice.name.clone()), comparison))
            .ok_or_else(|| {
                let known = choices().map(|choice| (choice.name.as_str(), &choice.label));
                unknown_value(name, value, known)
            });
    }
    if let ("overdue" | "逾期", true) = (name, kind.life.is_some()) {
        let wanted = !["false", "no", "否"].contains(&value);
        return Ok(negated(RecordTest::Overdue(wanted), comparison));
    }
    let field = kind.named(name).ok_or_else(|| unknown_field(kind, name))?;
    let ty = &kind.fields[field].ty;
    if value.is_empty() {
        return Ok(negated(RecordTest::Given(field, false), comparison));
    }
    let is_equality = matches!(
        comparison,
        Comparison::Is | Comparison::IsNot | Comparison::Holds
    );
    if !is_equality && !ty.is_number() && !matches!(ty, FieldType::Date) {
        return Err(Problem::new(Rule::USAGE)
            .with("what", Arg::Message("usage-where-order"))
            .with("subject", name));
    }
    if matches!(ty, FieldType::Date)
        && is_equality
        && let Ok(period) = Period::read(value, When::from(today))
    {
        return Ok(negated(RecordTest::Within(field, period), comparison));
    }
    let value = match ty {
        _ if comparison == Comparison::Holds => Value::Text(value.into()),
        FieldType::Text
        | FieldType::Path
        | FieldType::Record(_)
        | FieldType::Organisation
        | FieldType::Table(_) => Value::Text(value.into()),
        _ => input::value(&kind.fields[field], value, today)?,
    };
    Ok(RecordTest::Field(field, comparison, value))
}
