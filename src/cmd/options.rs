//! The options that commands share: how they are declared, and what was given.

use clap::builder::Str;
use clap::{Arg, ArgAction, ArgMatches, Command as Clap};

use crate::locale::Locale;
use crate::problem::{Problem, Rule};
use crate::rules::Rules;
use crate::rules::report_spec::ReportSpec;
use crate::tree::Tree;

/// A command with its one-line description from the catalogue.
pub(in crate::cmd) fn command(locale: &Locale, name: &'static str) -> Clap {
    Clap::new(name).about(locale.text(&format!("cmd-{name}")))
}

/// An option that takes a text.
pub(in crate::cmd) fn option(locale: &Locale, name: &'static str, value: &str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(locale.text(value))
        .help(locale.text(&format!("flag-{name}")))
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
    Arg::new(name)
        .required(true)
        .value_name(locale.text(value))
        .help(locale.text(&format!("arg-{name}")))
}

/// `--org`.
pub(in crate::cmd) fn org_option(locale: &Locale) -> Arg {
    option(locale, "org", "value-org")
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

/// `--format` with the formats a command has; the first is the default.
pub(in crate::cmd) fn format_option(locale: &Locale, formats: &'static [&'static str]) -> Arg {
    option(locale, "format", "value-format")
        .help(locale.say("flag-format", &[("formats", formats.join(", ").into())]))
        .value_parser(formats.iter().map(|f| Str::from(*f)).collect::<Vec<_>>())
        .hide_possible_values(true)
}

pub(in crate::cmd) fn format_of<'m>(matches: &'m ArgMatches, default: &'m str) -> &'m str {
    matches
        .get_one::<String>("format")
        .map_or(default, String::as_str)
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
        let all: Vec<&str> = rules.layouts().iter().map(|l| l.name.as_str()).collect();
        Problem::new(Rule::UNKNOWN_NAME)
            .with("name", name)
            .with("allowed", all.join(", "))
    })
}
