//! Help pages and usage errors of the command line, in the user's language and within the
//! terminal's width.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg as Flag, ArgAction, Command};
use unicode_width::UnicodeWidthStr;

use crate::locale::{Arg, Locale};
use crate::problem::{Problem, Rule};
use crate::render::{padded, wrap};
use crate::spelling::nearest;

/// Gives a command and all below it help pages of our own.
pub fn install(command: Command, path: &str, locale: &Locale, width: usize) -> Command {
    let path = if path.is_empty() {
        command.get_name().to_owned()
    } else {
        format!("{path} {}", command.get_name())
    };
    let page = page(&command, &path, locale, width);
    command
        .override_help(page)
        .mut_subcommands(|sub| install(sub, &path, locale, width))
}

fn page(command: &Command, path: &str, locale: &Locale, width: usize) -> String {
    let mut out = String::new();
    if let Some(about) = command.get_long_about().or(command.get_about()) {
        out.push_str(&lines(&wrap(&about.to_string(), width)));
        out.push('\n');
    }
    out.push_str(&lines(&wrap(
        &format!(
            "{}{}",
            locale.text("help-usage"),
            usage(command, path, locale)
        ),
        width,
    )));
    let positionals: Vec<&Flag> = command
        .get_positionals()
        .filter(|a| !a.is_hide_set())
        .collect();
    section(
        &mut out,
        &locale.text("help-arguments"),
        positionals
            .iter()
            .map(|a| (placeholder(a), text_of(a)))
            .collect(),
        width,
    );
    let subcommands = subcommands(command);
    section(&mut out, &locale.text("help-commands"), subcommands, width);
    // Global options are explained once, on the program's own page.
    let is_top = !path.contains(' ');
    for global in [false, true] {
        let rows = command
            .get_arguments()
            .filter(|a| !a.is_positional() && !a.is_hide_set() && a.is_global_set() == global)
            .map(|a| (flag(a), text_of(a)))
            .collect();
        section(
            &mut out,
            &locale.text(if global {
                "help-global"
            } else {
                "help-options"
            }),
            rows,
            width,
        );
    }
    if !is_top {
        out.push_str(&format!(
            "\n{}\n",
            lines(&wrap(&locale.text("help-see-global"), width)).trim_end()
        ));
    }
    out
}

/// The commands below one, each with what it is about.
pub(super) fn subcommands(command: &Command) -> Vec<(String, String)> {
    let shown = command.get_subcommands().filter(|c| !c.is_hide_set());
    let about = |c: &Command| c.get_about().map(ToString::to_string);
    shown
        .map(|c| (c.get_name().to_owned(), about(c).unwrap_or_default()))
        .collect()
}

pub(super) fn usage(command: &Command, path: &str, locale: &Locale) -> String {
    let mut usage = path.to_owned();
    if command.has_subcommands() {
        usage.push_str(&format!(" <{}>", locale.text("value-command")));
    }
    for arg in command.get_positionals().filter(|a| !a.is_hide_set()) {
        let name = placeholder(arg);
        usage.push_str(&if arg.is_required_set() {
            format!(" <{name}>")
        } else {
            format!(" [{name}]")
        });
    }
    for arg in command.get_opts().filter(|a| a.is_required_set()) {
        usage.push_str(&format!(" {}", flag(arg)));
    }
    usage.push_str(&format!(" [{}]", locale.text("value-options")));
    usage
}

pub(super) fn placeholder(arg: &Flag) -> String {
    arg.get_value_names()
        .and_then(|names| names.first())
        .map_or_else(|| arg.get_id().to_string(), ToString::to_string)
}

pub(super) fn flag(arg: &Flag) -> String {
    let short = arg
        .get_short()
        .map(|c| format!("-{c}, "))
        .unwrap_or_default();
    let names = arg.get_long().into_iter();
    let names = names.chain(arg.get_visible_aliases().into_iter().flatten());
    let names: Vec<String> = names.map(|name| format!("--{name}")).collect();
    let value = if arg.get_action().takes_values() {
        format!(" <{}>", placeholder(arg))
    } else {
        String::new()
    };
    let more = if matches!(arg.get_action(), ArgAction::Append) {
        " …"
    } else {
        ""
    };
    format!("{short}{}{value}{more}", names.join(", "))
}

pub(super) fn text_of(arg: &Flag) -> String {
    arg.get_help().map(ToString::to_string).unwrap_or_default()
}

fn section(out: &mut String, heading: &str, rows: Vec<(String, String)>, width: usize) {
    if rows.is_empty() {
        return;
    }
    out.push_str(&format!("\n{heading}\n"));
    let left = rows
        .iter()
        .map(|(name, _)| name.width())
        .filter(|w| *w <= 30)
        .max()
        .unwrap_or(0);
    for (name, text) in rows {
        let body = wrap(&text, width.saturating_sub(left + 4).max(20));
        let mut body = body.iter();
        if name.width() <= left {
            out.push_str(&format!(
                "  {}  {}\n",
                padded(&name, left),
                body.next().map_or("", String::as_str)
            ));
        } else {
            out.push_str(&format!("  {name}\n"));
        }
        for line in body {
            out.push_str(&format!("  {}  {line}\n", " ".repeat(left)));
        }
    }
    // Padding under an empty description would leave spaces at the end of lines.
    *out = out
        .lines()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect();
}

fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// What is wrong with a command line, as a problem that both languages can say; `known` are the
/// names of commands, kinds or flags that may stand where one was mistyped.
pub fn usage_problem(error: &clap::Error, known: &[String]) -> Problem {
    let get = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::Number(n)) => n.to_string(),
        _ => String::new(),
    };
    // clap shows a flag with its placeholder; the flag alone is what is meant.
    let arg = get(ContextKind::InvalidArg);
    let suggested = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ]
    .into_iter()
    .map(get)
    .find(|text| !text.is_empty())
    .unwrap_or_default();
    let what = match error.kind() {
        ErrorKind::UnknownArgument => "usage-unknown-argument",
        ErrorKind::InvalidSubcommand => "usage-unknown-command",
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "usage-missing-command"
        }
        ErrorKind::MissingRequiredArgument => "usage-missing-argument",
        ErrorKind::InvalidValue if get(ContextKind::InvalidValue).is_empty() => {
            "usage-missing-value"
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "usage-bad-value",
        ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues
        | ErrorKind::NoEquals => "usage-value-count",
        ErrorKind::ArgumentConflict => "usage-conflict",
        _ => "usage-other",
    };
    let near = |typed: &str| nearest(typed, known.iter().map(String::as_str));
    let (subject, suggested) = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let typed = get(ContextKind::InvalidSubcommand);
            let near = near(&typed).join(", ");
            (typed, near)
        }
        ErrorKind::UnknownArgument if suggested.is_empty() => {
            let near = near(arg.trim_start_matches('-')).into_iter();
            let near: Vec<String> = near.map(|name| format!("--{name}")).collect();
            (arg, near.join(", "))
        }
        _ => (arg, suggested),
    };
    Problem::new(Rule::USAGE)
        .with("what", Arg::Message(what))
        .with("subject", subject)
        .with("value", get(ContextKind::InvalidValue))
        .with(
            "hint",
            if suggested.is_empty() {
                "none"
            } else {
                "other"
            },
        )
        .with("suggested", suggested)
}
