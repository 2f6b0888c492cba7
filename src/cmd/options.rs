//! The options that commands share: how they are declared, and what was given.

use clap::builder::{ArgExt, PossibleValue, PossibleValuesParser, TypedValueParser, ValueHint};
use clap::{Arg, ArgAction, ArgMatches, Command as Clap};

use crate::locale::{Choices, Lang, Locale};
use crate::problem::{Problem, Rule};
use crate::rules::Rules;
use crate::rules::kind::Choice;
use crate::rules::report_spec::ReportSpec;
use crate::tree::Tree;

/// A command with its one-line description from the catalogue.
pub(in crate::cmd) fn command(locale: &Locale, name: &'static str) -> Clap {
    Clap::new(name).about(locale.text(&format!("cmd-{name}")))
}

/// What the value of an argument is: what a shell is told when somebody presses Tab there.
#[derive(Clone, Debug)]
pub(in crate::cmd) enum Meaning {
    /// An organisation.
    Organisation,
    /// A record of one of these kinds; none: of any.
    Record(Vec<String>),
    /// A month, a quarter, a year.
    Period,
    /// A year.
    Year,
    /// A day.
    Day,
    /// A kind of record.
    Kind,
    /// One of these.
    Choice(Vec<Choice>),
    /// A status.
    Status,
    /// A field.
    Field,
    /// A field and what it is compared with.
    Test,
    /// Metrics, with commas between them.
    Metrics,
    /// A rule.
    Rule,
    /// A report.
    Report,
    /// A template.
    Template,
    /// A scorecard.
    Scorecard,
    /// A file, or a folder on the way to one.
    File,
    /// A folder.
    Folder,
    /// One of these words.
    Words(&'static [&'static str]),
}

impl ArgExt for Meaning {}

impl Meaning {
    /// What the catalogue's word for a value means.
    fn of(value: &str) -> Option<Meaning> {
        Some(match value {
            "value-org" => Meaning::Organisation,
            "value-file" | "value-path" => Meaning::File,
            "value-folder" => Meaning::Folder,
            "value-id" => Meaning::Record(Vec::new()),
            "value-period" => Meaning::Period,
            "value-year" => Meaning::Year,
            "value-day" => Meaning::Day,
            "value-kind" => Meaning::Kind,
            "value-status" => Meaning::Status,
            "value-field" | "value-fields" => Meaning::Field,
            "value-test" | "value-setting" => Meaning::Test,
            "value-metric" | "value-metrics" => Meaning::Metrics,
            "value-rule" => Meaning::Rule,
            "value-report" => Meaning::Report,
            "value-template" => Meaning::Template,
            "value-scorecard" => Meaning::Scorecard,
            "value-lang" => Meaning::Words(&["zh-CN", "en"]),
            "value-state" => Meaning::Words(&["open", "done", "overdue"]),
            _ => return None,
        })
    }
}

/// An argument whose value the catalogue has a word for.
pub(in crate::cmd) fn valued(arg: Arg, locale: &Locale, value: &str) -> Arg {
    let arg = arg.value_name(locale.text(value));
    match Meaning::of(value) {
        Some(meaning) => arg.add(meaning),
        None => arg.value_hint(ValueHint::Other),
    }
}

/// An option that takes a text.
pub(in crate::cmd) fn option(locale: &Locale, name: &'static str, value: &str) -> Arg {
    let help = locale.text(&format!("flag-{name}"));
    valued(Arg::new(name).long(name).help(help), locale, value)
}

/// An option without a value.
pub(in crate::cmd) fn switch(locale: &Locale, name: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(locale.text(&format!("flag-{name}")))
}

/// A positional argument.
pub(in crate::cmd) fn positional(locale: &Locale, name: &'static str, value: &str) -> Arg {
    let help = locale.text(&format!("arg-{name}"));
    valued(Arg::new(name).required(true).help(help), locale, value)
}

/// `--org`.
pub(in crate::cmd) fn org_option(locale: &Locale) -> Arg {
    let option = option(locale, "org", "value-org");
    match locale.lang() {
        Lang::Zh => option.visible_alias(locale.text("value-org")),
        Lang::En => option,
    }
}

/// `--quarter`, also called `--period`.
pub(in crate::cmd) fn quarter_option(locale: &Locale) -> Arg {
    option(locale, "quarter", "value-period").alias("period")
}

/// `--as-of`.
pub(in crate::cmd) fn as_of_option(locale: &Locale) -> Arg {
    option(locale, "as-of", "value-day")
}

/// `--at`: the ledger as it was committed.
pub(in crate::cmd) fn at_option(locale: &Locale) -> Arg {
    option(locale, "at", "value-rev")
}

/// A form in which a command gives its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cmd) enum Format {
    /// A table drawn for the terminal.
    Table,
    /// Lines of text.
    Text,
    /// Comma-separated values.
    Csv,
    /// JSON.
    Json,
    /// Markdown.
    Markdown,
    /// A Word file.
    Word,
    /// A page for a browser.
    Html,
    /// A workbook for a spreadsheet program.
    Workbook,
    /// Days for a calendar.
    Calendar,
}

/// The forms of reminders: those of tables, and calendars.
pub(in crate::cmd) const REMINDERS: &[Format] = &[
    Format::Table,
    Format::Csv,
    Format::Json,
    Format::Markdown,
    Format::Html,
    Format::Workbook,
    Format::Calendar,
];

/// The forms of whatever is shown as tables.
pub(in crate::cmd) const TABLES: &[Format] = REMINDERS.split_at(REMINDERS.len() - 1).0;

impl Format {
    /// The name on the command line.
    pub(in crate::cmd) fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Text => "text",
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Markdown => "md",
            Format::Word => "docx",
            Format::Html => "html",
            Format::Workbook => "xlsx",
            Format::Calendar => "ics",
        }
    }

    /// The ending of files in this form.
    pub(in crate::cmd) fn ending(self) -> &'static str {
        match self {
            Format::Table | Format::Text => "txt",
            _ => self.name(),
        }
    }
}

/// `--format` with the forms a command has.
pub(in crate::cmd) fn format_option(locale: &Locale, formats: &'static [Format]) -> Arg {
    let names: Vec<&str> = formats.iter().map(|format| format.name()).collect();
    // Lines of text are what a command prints unless asked otherwise.
    let by_name = |name: &str| {
        let called = |name: &str| formats.iter().copied().find(|format| format.name() == name);
        called(name).or_else(|| called(Format::Table.name()).filter(|_| name == "text"))
    };
    let values = names.iter().map(|name| match *name {
        "table" => PossibleValue::new(*name).alias("text"),
        name => PossibleValue::new(name),
    });
    let values: Vec<PossibleValue> = values.collect();
    option(locale, "format", "value-format")
        .help(locale.say("flag-format", &[("formats", names.join(", ").into())]))
        .value_parser(
            PossibleValuesParser::new(values)
                .try_map(move |name| by_name(&name).ok_or("no such format")),
        )
        .hide_possible_values(true)
}

/// The form that `--format` asks for.
pub(in crate::cmd) fn format_of(matches: &ArgMatches, default: Format) -> Format {
    matches.get_one("format").copied().unwrap_or(default)
}

/// The organisations that `--org` asks for: one and all under it, or without it all there are.
pub(in crate::cmd) fn orgs_asked(
    tree: &Tree,
    matches: &ArgMatches,
) -> Result<std::ops::Range<usize>, Problem> {
    match matches.get_one::<String>("org") {
        Some(name) => Ok(tree.subtree(tree.org(name)?)),
        None => Ok(0..tree.orgs.len()),
    }
}

pub(in crate::cmd) fn depth(matches: &ArgMatches) -> Result<usize, Problem> {
    let Some(text) = matches.get_one::<String>("depth") else {
        return Ok(1);
    };
    let depth = text.parse::<usize>().ok().filter(|n| *n <= 99);
    depth.ok_or_else(|| {
        Problem::new(Rule::OUT_OF_RANGE)
            .with("field", "--depth")
            .with("min", "0")
            .with("max", "99")
    })
}

/// What a text lists.
pub(in crate::cmd) fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '，', '、']).map(str::trim)
}

/// The report that is asked for.
pub(in crate::cmd) fn report_spec<'r>(
    rules: &'r Rules,
    matches: &ArgMatches,
    default: &str,
) -> Result<&'r ReportSpec, Problem> {
    let name = matches
        .get_one::<String>("report")
        .map_or(default, String::as_str);
    rules.layout(name).ok_or_else(|| {
        let all = rules.layouts().iter().map(|l| (l.name.as_str(), &l.label));
        Problem::new(Rule::UNKNOWN_NAME)
            .with("name", name)
            .with("allowed", Choices::labelled(name, all))
    })
}
