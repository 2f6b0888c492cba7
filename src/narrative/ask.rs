//! What a template asks of a figure: another window, period or organisation, more tests.

use std::fmt::Write as _;
use std::sync::Arc;

use minijinja::Error;
use minijinja::value::{Kwargs, Value, ValueKind};

use crate::day::{Day, Period};
use crate::figure::default_as_of;
use crate::locale::Choices;
use crate::narrative::quantity::{Asked, Context};
use crate::narrative::refusal::refuse;
use crate::narrative::things::{DayThing, OrgThing, PeriodThing};
use crate::problem::{Problem, Rule};
use crate::rules::filter::Filter;
use crate::rules::kind::{Choice, FieldType, Kind};
use crate::rules::metric::{DateOf, Measure, Metric, Take, Unit, Window, read_date};
use crate::source::Source;
use crate::toml::{Reader, Reading, parse};
use crate::written::canonical::quoted;

/// The words a template may use for what it asks, in both languages.
const WORDS: &[(&str, &str)] = &[
    ("window", "窗口"),
    ("since", "自"),
    ("period", "期间"),
    ("quarter", "季度"),
    ("year", "年度"),
    ("as_of", "截至"),
    ("org", "组织"),
    ("own", "本级"),
    ("where", "条件"),
    ("except", "除外"),
    ("has", "有"),
    ("lacks", "无"),
];

/// What the windows are called in Chinese.
const WINDOWS: &[(&str, &str)] = &[
    ("period", "本期"),
    ("ytd", "今年以来"),
    ("to-date", "至今"),
    ("year", "全年"),
    ("as-of", "当日"),
];

fn given(kwargs: &Kwargs, name: &str) -> Result<Option<Value>, Error> {
    let zh = WORDS
        .iter()
        .find(|(en, _)| *en == name)
        .map_or("", |(_, zh)| zh);
    let value: Option<Value> = kwargs.get(name)?;
    let value = match value {
        None => kwargs.get(zh)?,
        some => some,
    };
    Ok(value.filter(|value| !value.is_none()))
}

fn text(name: &'static str, value: &Value) -> Result<String, Error> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| wrong(name, value))
}

fn wrong(name: &'static str, value: &Value) -> Error {
    refuse(
        Problem::new(Rule::TEMPLATE_BAD_VALUE)
            .with("field", name)
            .with("value", value.to_string()),
    )
}

fn day(value: &Value) -> Result<Day, Error> {
    if let Some(thing) = value.downcast_object_ref::<DayThing>() {
        return Ok(thing.day);
    }
    if let Some(crate::narrative::quantity::Amount::Day(day)) = value
        .downcast_object_ref::<crate::narrative::quantity::Quantity>()
        .map(|q| q.amount())
    {
        return Ok(day);
    }
    let text = value.to_string();
    text.parse()
        .map_err(|_| refuse(Problem::new(Rule::BAD_DAY).with("value", text)))
}

fn period(name: &'static str, value: &Value, context: &Context) -> Result<Period, Error> {
    if let Some(thing) = value.downcast_object_ref::<PeriodThing>() {
        return Ok(thing.period);
    }
    if value.kind() != ValueKind::String && !value.is_integer() {
        return Err(wrong(name, value));
    }
    match value.to_string().as_str() {
        "previous" | "上期" => Ok(context.period.previous()),
        "year-before" | "去年同期" => Ok(context.period.year_earlier()),
        text => Period::parse(text, context.period.last())
            .map_err(|_| refuse(Problem::new(Rule::BAD_PERIOD).with("value", text))),
    }
}

fn unknown_window(name: &str) -> Error {
    refuse(
        Problem::new(Rule::UNKNOWN_VALUE)
            .with("field", "window")
            .with("value", name)
            .with("allowed", Choices::of(name, Window::NAMES)),
    )
}

/// The same question, put as the template puts it.
///
/// # Errors
/// A word that is none, a value that does not fit, a window where a figure has its own.
pub fn refine(context: &Arc<Context>, asked: &Asked, kwargs: &Kwargs) -> Result<Asked, Error> {
    let mut asked = asked.clone();
    if let Some(value) = given(kwargs, "org")? {
        asked.org = match value.downcast_object_ref::<OrgThing>() {
            Some(thing) => thing.org,
            None => context.named(&text("org", &value)?).map_err(refuse)?,
        };
    }
    if let Some(value) = given(kwargs, "own")? {
        asked.own = value.is_true();
    }
    let periods = [given(kwargs, "period")?, given(kwargs, "quarter")?];
    if let Some(value) = periods.into_iter().flatten().next() {
        // The figure as it stood then.
        asked.period = period("period", &value, context)?;
        asked.as_of = default_as_of(asked.period, context.as_of);
    }
    if let Some(value) = given(kwargs, "year")? {
        // Another year, with what is known now.
        asked.period = period("year", &value, context)?;
    }
    if let Some(value) = given(kwargs, "as_of")? {
        asked.as_of = day(&value)?;
        asked.today = None;
    }
    let window = match (given(kwargs, "window")?, given(kwargs, "since")?) {
        (_, Some(value)) => Some(Window::Since(day(&value)?)),
        (Some(value), None) => {
            let name = text("window", &value)?;
            let known = Window::parse(
                WINDOWS
                    .iter()
                    .find(|(_, zh)| *zh == name)
                    .map_or(name.as_str(), |(en, _)| en),
            );
            Some(known.ok_or_else(|| unknown_window(&name))?)
        }
        (None, None) => None,
    };
    let mut tests: Vec<(&str, Value)> = Vec::new();
    for name in ["where", "except", "has", "lacks"] {
        tests.extend(given(kwargs, name)?.map(|value| (name, value)));
    }
    kwargs.assert_all_used().map_err(|error| {
        let unknown = kwargs
            .args()
            .find(|arg| !WORDS.iter().any(|(en, zh)| en == arg || zh == arg))
            .unwrap_or_default()
            .to_owned();
        if unknown.is_empty() {
            return error;
        }
        refuse(
            Problem::new(Rule::UNKNOWN_FIELD)
                .with("field", unknown.as_str())
                .with("kind", &asked.metric.label)
                .with(
                    "allowed",
                    Choices::of(&unknown, WORDS.iter().map(|(en, _)| *en)),
                ),
        )
    })?;
    let kinds = leaves(context, &asked.metric);
    if (window.is_some() || !tests.is_empty()) && kinds.is_empty() {
        return Err(refuse(Problem::new(Rule::TEMPLATE_NOT_RECORDS)));
    }
    if let Some(window) = window {
        asked.lens.window = Some(window);
        let _ = write!(asked.lens.key, " window={}", window.name());
    }
    for kind in kinds.iter().filter(|_| !tests.is_empty()) {
        let rule = rule(&tests, kind, &context.tree().rules.org)?;
        let filter = filter(context, &rule, kind)?;
        let _ = write!(asked.lens.key, " {}", rule.trim_end().replace('\n', " "));
        asked.lens.narrow(&kind.name, filter.tests);
    }
    Ok(asked)
}

/// The kinds of record that a figure is computed from; none where one of its parts is not computed
/// from records.
fn leaves(context: &Context, metric: &Metric) -> Vec<Arc<Kind>> {
    match &metric.measure {
        Measure::Records { kind, .. } => vec![Arc::clone(kind)],
        Measure::Ratio { .. } | Measure::Plus { .. } => {
            let parts: Vec<Vec<Arc<Kind>>> = metric
                .parts()
                .into_iter()
                .filter_map(|name| context.tree().rules.metric(name))
                .map(|part| leaves(context, part))
                .collect();
            if parts.iter().any(Vec::is_empty) {
                return Vec::new();
            }
            let mut kinds: Vec<Arc<Kind>> = parts.into_iter().flatten().collect();
            kinds.sort_by(|a, b| a.name.cmp(&b.name));
            kinds.dedup_by(|a, b| a.name == b.name);
            kinds
        }
        Measure::Obligation { .. }
        | Measure::Members
        | Measure::Organisations { .. }
        | Measure::View { .. }
        | Measure::Disagreement { .. }
        | Measure::Score { .. }
        | Measure::Scorecard { .. }
        | Measure::Rank(_) => Vec::new(),
    }
}

/// Tests written as the rules write them, read through the same door.
fn filter(context: &Context, rule: &str, kind: &Kind) -> Result<Filter, Error> {
    let source = Source::new("where", rule);
    let document = parse(&source).map_err(|problems| refuse(first(problems)))?;
    let reading = Reading::new(&source);
    let filter = Filter::read(
        &Reader::new(&reading, &document.root, 0..0),
        kind,
        &context.tree().rules.kinds,
        &context.tree().rules.org,
    );
    match reading.into_problems() {
        problems if problems.is_empty() => Ok(filter),
        problems => Err(refuse(first(problems))),
    }
}

fn first(problems: Vec<Problem>) -> Problem {
    let problem = problems
        .into_iter()
        .next()
        .unwrap_or_else(|| Problem::new(Rule::SYNTAX));
    // Its place is in a text that nobody wrote.
    Problem {
        place: None,
        other: None,
        ..problem
    }
}

/// Tests as the rules write them for a kind; fields and choices may go by their labels.
fn rule(tests: &[(&str, Value)], kind: &Kind, org: &Kind) -> Result<String, Error> {
    let mut rule = String::new();
    for (name, value) in tests {
        let _ = write!(rule, "{name} = ");
        match value.kind() {
            ValueKind::Map => toml_table(&mut rule, value, kind, org),
            // `has` and `lacks` list fields.
            _ => toml(&mut rule, value, &|word| {
                kind.named(word).map(|n| kind.fields[n].name.clone())
            }),
        }
        .map_err(|()| wrong("where", value))?;
        rule.push('\n');
    }
    Ok(rule)
}

fn toml_table(out: &mut String, value: &Value, kind: &Kind, org: &Kind) -> Result<(), ()> {
    out.push('{');
    for (n, key) in value.try_iter().map_err(|_| ())?.enumerate() {
        let inner = value.get_item(&key).map_err(|_| ())?;
        let key = key.as_str().ok_or(())?;
        let field = kind.named(key).map(|n| &kind.fields[n]);
        let name = match (field, key) {
            (Some(field), _) => field.name.as_str(),
            (None, "状态") => "state",
            (None, "组织") => "org",
            (None, other) => other,
        };
        let _ = write!(out, "{}{} = ", if n > 0 { ", " } else { "" }, quoted(name));
        let statuses = kind
            .life
            .as_ref()
            .filter(|_| name == "state")
            .map(|life| life.statuses.iter().map(|s| &s.choice));
        match inner.kind() {
            ValueKind::Map => toml_table(out, &inner, org, org)?,
            _ => toml(out, &inner, &|word| {
                let choices: Vec<&Choice> = match (field.map(|f| &f.ty), &statuses) {
                    (Some(FieldType::Choice(choices)), _) => choices.iter().collect(),
                    (_, Some(statuses)) => statuses.clone().collect(),
                    _ => Vec::new(),
                };
                choices
                    .into_iter()
                    .find(|choice| choice.label.is(word))
                    .map(|choice| choice.name.clone())
            })?,
        }
    }
    out.push('}');
    Ok(())
}

/// A template's value as the rules write it; `name` knows the names behind labels.
fn toml(out: &mut String, value: &Value, name: &dyn Fn(&str) -> Option<String>) -> Result<(), ()> {
    match value.kind() {
        ValueKind::String => {
            let word = value.as_str().unwrap_or_default();
            out.push_str(&quoted(&name(word).unwrap_or_else(|| word.to_owned())));
        }
        ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
        // What is no number that TOML writes is refused when it is read.
        ValueKind::Number => {
            let _ = write!(out, "{value}");
        }
        ValueKind::Seq | ValueKind::Iterable => {
            out.push('[');
            for item in value.try_iter().map_err(|_| ())? {
                toml(out, &item, name)?;
                out.push(',');
            }
            out.push(']');
        }
        _ => return Err(()),
    }
    Ok(())
}

/// The records of a kind as a figure that counts them: by their period date in the period, unless
/// asked otherwise.
///
/// # Errors
/// No such kind, no such date, and as [`refine`].
pub fn records(context: &Arc<Context>, name: &str, kwargs: &Kwargs) -> Result<Asked, Error> {
    let Some(kind) = context.tree().rules.kind(name) else {
        let known = context.tree().rules.kinds.iter();
        return Err(refuse(
            Problem::new(Rule::UNKNOWN_KIND).with("name", name).with(
                "allowed",
                Choices::of(name, known.map(|kind| kind.name.as_str())),
            ),
        ));
    };
    let date = match kwargs.get::<Option<String>>("date")? {
        None => DateOf::Field(kind.period),
        Some(text) => {
            let source = Source::new("date", "");
            let document = parse(&source).map_err(|problems| refuse(first(problems)))?;
            let reading = Reading::new(&source);
            let found = read_date(&Reader::new(&reading, &document.root, 0..0), kind, &text);
            found.ok_or_else(|| refuse(first(reading.into_problems())))?
        }
    };
    let metric = Metric {
        name: format!("records:{}:{date:?}", kind.name),
        label: kind.label.clone(),
        meaning: None,
        unit: Unit::Items,
        places: 0,
        measure: Measure::Records {
            kind: Arc::clone(kind),
            take: Take::Count,
            date,
            window: Window::Period,
            filter: Filter::default(),
        },
        place: kind.place.clone(),
    };
    let org = context.org;
    refine(context, &context.ask(metric, org), kwargs)
}
