//! `ledger rules list|show|check|eject`: what is configured, what it does, and how to change it.

use anyhow::Result;
use clap::{Arg, ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::figure::Evaluation;
use crate::locale::{Choices, Label, Locale};
use crate::present::rules::{effects, label};
use crate::problem::{Problem, Rule};
use crate::render::json;
use crate::rules::metric::{Measure, Metric};
use crate::rules::{Class, NamedRule, Rules};
use crate::source::Source;
use crate::table::{Cell, Column, Table, TableRow};
use crate::tree::write::Precondition;
use crate::written::selection::Selection;

pub(super) const COMMAND: Command = Command {
    name: "rules",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    let sub = |name: &'static str| Clap::new(name).about(locale.text(&format!("cmd-rules-{name}")));
    options::command(locale, "rules")
        .subcommand_required(true)
        .subcommands([
            sub("list")
                .arg(
                    Arg::new("class")
                        .value_name(locale.text("value-class"))
                        .help(locale.text("arg-class")),
                )
                .args(output::table_options(locale, options::TABLES)),
            sub("show").arg(options::positional(locale, "rule", "value-rule")),
            sub("check")
                .arg(options::positional(locale, "rules-file", "value-file").required(false))
                .arg(options::quarter_option(locale))
                .arg(options::as_of_option(locale))
                .args(output::table_options(locale, options::TABLES)),
            sub("eject").arg(options::positional(locale, "rule", "value-rule")),
        ])
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    match matches.subcommand() {
        Some(("list", matches)) => list(session, matches),
        Some(("show", matches)) => {
            let items = find(session.readable_rules(), matches)?;
            for item in items {
                match item.class {
                    // A template is shown as it is: a comment would be part of the document.
                    Class::Template => session.print(&item.text)?,
                    _ => session.print(&format!("# {}\n{}", item.file, item.text))?,
                }
            }
            Ok(Status::Clean)
        }
        Some(("check", matches)) => check(session, matches),
        Some(("eject", matches)) => eject(session, matches),
        _ => Err(Problem::new(Rule::USAGE).into()),
    }
}

/// What the ledger's own rules do, or those of a file that is not among them yet.
fn check(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let form = output::form(matches, options::TABLES, Format::Table)?;
    let (period, as_of, today) = session.window(matches)?;
    let file = matches.get_one::<String>("rules-file");
    let more = match file {
        Some(file) => {
            let bytes = std::fs::read(file).map_err(|error| Problem::io(file, &error))?;
            vec![Source::decode(file, bytes)?]
        }
        None => Vec::new(),
    };
    let ledger = Ledger::with_rules(session, more)?;
    let is_asked = |item: &&NamedRule| match file {
        Some(file) => *item.file == **file,
        None => !item.built_in,
    };
    let items = ledger.rules.items().iter().filter(is_asked);
    let items: Vec<NamedRule> = items.cloned().collect();
    let tree = &ledger.load(&Selection::everything());
    session.left_out(tree, false)?;
    let evaluation = Evaluation::new(tree, period, as_of).until(today);
    let mut table = effects(&session.locale, &evaluation, &items)?;
    let lang = session.locale.lang();
    let words = [
        ("period", period.label(lang).into()),
        ("as_of", as_of.to_string().into()),
    ];
    let note = match items.is_empty() {
        true => session.locale.text("rules-none"),
        false => session.locale.say("rules-checked", &words),
    };
    table.notes.push(note);
    let json = |found: &_| Ok(json::list(found, "rules"));
    output::show(session, matches, form, &table.into(), json)?;
    Ok(Status::Clean)
}

/// `task`, or `kind:task` where a kind and a metric share the name.
fn find(rules: &Rules, matches: &ArgMatches) -> Result<Vec<NamedRule>, Problem> {
    let asked = matches.get_one::<String>("rule").map_or("", String::as_str);
    let (class, name) = match asked.split_once(':') {
        Some((class, name)) => (
            Class::all().find(|(n, _)| *n == class).map(|(_, c)| c),
            name,
        ),
        None => (None, asked),
    };
    let named = |item: &&NamedRule| {
        item.name == name || label(rules, item).is_some_and(|label| label.is(name))
    };
    let found: Vec<NamedRule> = rules
        .items()
        .iter()
        .filter(|i| class.is_none_or(|c| c == i.class))
        .filter(named)
        .cloned()
        .collect();
    if found.is_empty() {
        let items = rules.items().iter();
        let labelled = |item: &NamedRule| label(rules, item).unwrap_or_default();
        let labels: Vec<Label> = items.clone().map(labelled).collect();
        let all = items.map(|item| item.name.as_str()).zip(&labels);
        return Err(Problem::new(Rule::UNKNOWN_NAME)
            .with("name", asked)
            .with("allowed", Choices::labelled(name, all)));
    }
    Ok(found)
}

fn eject(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    let rules = session.rules()?;
    let items = find(&rules, matches)?;
    let lock = session.lock(&root)?;
    let name_of = |item: &NamedRule| match item.class {
        Class::Template => format!(
            "rules/templates/{}",
            item.file.rsplit('/').next().unwrap_or_default()
        ),
        _ => format!("rules/{}-{}.toml", item.class.name(), item.name),
    };
    if let Some(item) = items
        .iter()
        .find(|item| !item.built_in || root.path.join(name_of(item)).exists())
    {
        let place = if item.built_in {
            name_of(item)
        } else {
            item.file.to_string()
        };
        return Err(Problem::new(Rule::LEDGER_EXISTS).with("path", place).into());
    }
    for item in items {
        let name = name_of(&item);
        let path = root.path.join(&name);
        lock.write(&path, &Precondition::of(&path, None), item.text.as_bytes())?;
        session.tell("ejected", &[("path", name.into())])?;
    }
    Ok(Status::Clean)
}

fn list(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let form = output::form(matches, options::TABLES, Format::Table)?;
    // What is wrong with the local rules must not hide how the built-in ones are written.
    let problems = session.rule_problems();
    session.say_problems(&problems)?;
    let rules = session.readable_rules();
    let asked = matches
        .get_one::<String>("class")
        .map(|c| c.trim_end_matches('s').to_owned());
    let class = match &asked {
        None => None,
        Some(name) => match Class::all()
            .find(|(n, _)| n == name || session.locale.text(&format!("class-{n}")) == *name)
        {
            Some((_, class)) => Some(class),
            None => {
                let all: Vec<String> = Class::all().map(|(n, _)| format!("{n}s")).collect();
                let names = all.iter().map(String::as_str);
                return Err(Problem::new(Rule::UNKNOWN_NAME)
                    .with("name", name.as_str())
                    .with("allowed", Choices::of(name, names))
                    .into());
            }
        },
    };
    let table = match class {
        Some(Class::Metric) => metrics(&session.locale, rules),
        class => items(&session.locale, rules, class),
    };
    let json = |found: &_| Ok(json::list(found, "rules"));
    output::show(session, matches, form, &table.into(), json)?;
    Ok(if problems.iter().any(Problem::hides) {
        Status::NotAll
    } else {
        Status::Clean
    })
}

fn items(locale: &Locale, rules: &Rules, class: Option<Class>) -> Table {
    let rows = rules
        .items()
        .iter()
        .filter(|item| class.is_none_or(|class| class == item.class))
        .map(|item| {
            let cells = vec![
                Cell::Text(locale.text(&format!("class-{}", item.class.name()))),
                Cell::Text(item.name.clone()),
                Cell::Text(
                    label(rules, item)
                        .map(|l| l.get(locale.lang()).to_owned())
                        .unwrap_or_default(),
                ),
                Cell::Text(item.file.to_string()),
            ];
            TableRow::of(cells)
        })
        .collect();
    let columns = vec![
        Column::text("class", locale.text("label-class")),
        Column::text("name", locale.text("label-name")),
        Column::text("label", locale.text("label-label")),
        Column::text("file", locale.text("label-place")),
    ];
    Table {
        columns,
        rows,
        ..Table::default()
    }
}

fn metrics(locale: &Locale, rules: &Rules) -> Table {
    let lang = locale.lang();
    let window = |metric: &Metric| match &metric.measure {
        Measure::Records { window, .. }
        | Measure::View { window, .. }
        | Measure::Disagreement { window, .. } => window.name(),
        Measure::Obligation { .. } => "period".to_owned(),
        Measure::Members | Measure::Organisations { .. } => "as-of".to_owned(),
        Measure::Plus { .. }
        | Measure::Ratio { .. }
        | Measure::Score { .. }
        | Measure::Scorecard { .. }
        | Measure::Rank { .. } => String::new(),
    };
    let rows = rules
        .metrics()
        .iter()
        .map(|metric| {
            let cells = vec![
                Cell::Text(metric.name.clone()),
                Cell::Text(metric.label.get(lang).to_owned()),
                Cell::Text(locale.text(&format!("unit-{}", metric.unit.name()))),
                Cell::Text(window(metric)),
                Cell::Text(
                    metric
                        .meaning
                        .as_ref()
                        .map(|m| m.get(lang).to_owned())
                        .unwrap_or_default(),
                ),
            ];
            TableRow::of(cells)
        })
        .collect();
    let columns = vec![
        Column::text("name", locale.text("label-name")),
        Column::text("label", locale.text("label-label")),
        Column {
            compact: false,
            ..Column::text("unit", locale.text("label-unit"))
        },
        Column {
            compact: false,
            ..Column::text("window", locale.text("label-window"))
        },
        Column::text("meaning", locale.text("label-meaning")),
    ];
    Table {
        columns,
        rows,
        ..Table::default()
    }
}
