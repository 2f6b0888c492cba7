//! The command line: one file a command, and what they share.
//!
//! [`COMMANDS`] is the whole list; adding a command is a file and a line. Each builds its own
//! arguments and runs as a sentence: load, select, compute, write.

mod add;
mod audit_merges;
mod blame;
mod change;
mod check;
mod close;
mod completions;
mod doctor;
mod due;
mod explain;
mod export;
mod fields;
mod fmt;
mod form;
mod git;
mod import;
mod init;
mod ledger;
mod list;
mod log;
mod man;
mod merge_driver;
mod options;
mod org;
mod output;
mod points;
mod prompt;
mod rate;
mod report;
mod resolve;
mod rules;
mod schema;
mod secretary;
mod session;
mod show;
mod sql;
mod status;
mod undo;
mod write;

pub use session::Session;

use std::cell::OnceCell;
use std::ffi::OsString;
use std::io::{ErrorKind as IoKind, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Command as Clap};

use crate::day::Day;
use crate::locale::{self, Choices, Label, Lang, Locale};
use crate::problem::{Problem, Problems, Rule};
use crate::render::help;
use crate::render::screen::Screen;
use crate::render::terminal::TableStyle;
use crate::rules::Rules;
use crate::rules::kind::Kind;
use crate::tree::Root;
use crate::tree::journal::pending;

/// A command: how its arguments look, and what it does.
pub struct Command {
    /// Its name on the command line.
    pub name: &'static str,
    /// Builds its arguments in a language, for the kinds there are.
    pub build: fn(&Locale, &Rules) -> Clap,
    /// Does it.
    pub run: fn(&mut Session<'_>, &ArgMatches) -> Result<Status>,
}

/// Every command, in the order of the help page.
pub const COMMANDS: &[Command] = &[
    init::COMMAND,
    status::COMMAND,
    org::COMMAND,
    add::COMMAND,
    change::EDIT,
    change::UPDATE,
    change::DONE,
    change::RETRACT,
    import::COMMAND,
    form::COMMAND,
    undo::COMMAND,
    show::COMMAND,
    list::COMMAND,
    list::FIND,
    due::COMMAND,
    check::COMMAND,
    fmt::COMMAND,
    report::COMMAND,
    explain::COMMAND,
    export::COMMAND,
    sql::COMMAND,
    write::COMMAND,
    close::COMMAND,
    secretary::COMMAND,
    points::COMMAND,
    rate::COMMAND,
    git::COMMAND,
    resolve::COMMAND,
    audit_merges::COMMAND,
    log::COMMAND,
    blame::COMMAND,
    merge_driver::COMMAND,
    rules::COMMAND,
    schema::COMMAND,
    man::COMMAND,
    completions::COMMAND,
    doctor::COMMAND,
];

/// How a command ended, if it could be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Done and clean.
    Clean,
    /// Done, and there is something to look at.
    Findings,
    /// Not done with everything: what was in the way has been said.
    NotAll,
}

impl Status {
    /// How a command ends that looked at everything and found these problems.
    pub fn of(problems: &[Problem]) -> Status {
        match problems {
            _ if problems.iter().all(Problem::is_warning) => Status::Clean,
            _ if problems.iter().any(Problem::hides) => Status::NotAll,
            _ => Status::Findings,
        }
    }
}

/// What must be known before the command line can be read: it is written in a language, from rules.
#[derive(Default)]
struct Globals {
    root: Option<PathBuf>,
    lang: Option<Lang>,
    colour: Option<String>,
    today: Option<Day>,
}

impl Globals {
    fn read(args: &[OsString]) -> Globals {
        let mut globals = Globals::default();
        let mut args = args
            .iter()
            .skip(1)
            .map(|arg| arg.to_string_lossy())
            .take_while(|arg| arg != "--")
            .peekable();
        while let Some(arg) = args.next() {
            let (name, value) = match arg.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (arg.to_string(), args.peek().map(ToString::to_string)),
            };
            match (name.as_str(), value) {
                ("--root", Some(path)) => globals.root = Some(path.into()),
                ("--lang", Some(lang)) => globals.lang = lang.parse().ok(),
                ("--color", Some(when)) => globals.colour = Some(when),
                ("--today", Some(day)) => globals.today = day.parse().ok(),
                _ => {}
            }
        }
        globals
    }
}

/// Runs a command line; returns the exit code: 0 clean, 1 findings, 2 not done.
pub fn run(args: impl Iterator<Item = OsString>, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    crate::tree::write::survive_limits();
    let mut args: Vec<OsString> = args.collect();
    let asking = std::env::var_os(completions::ASKED_BY);
    let asking = asking.zip(completions::asked_about(&args));
    let asking_shell = asking.map(|(shell, words)| {
        args = words;
        shell
    });
    help_asked(&mut args);
    let globals = Globals::read(&args);
    let explicit = globals.root.clone().or_else(|| {
        std::env::var_os("LEDGER_ROOT")
            .filter(|v| !v.is_empty())
            .map(PathBuf::from)
    });
    let here = std::env::current_dir().unwrap_or_default();
    let root = Root::open(explicit.as_deref(), &here);
    let asked = || {
        std::env::var("LEDGER_LANG")
            .ok()
            .and_then(|lang| lang.parse().ok())
    };
    let of_ledger = || root.as_ref().ok().and_then(|root| root.language);
    let lang = globals
        .lang
        .or_else(asked)
        .or_else(of_ledger)
        .or_else(locale::system)
        .unwrap_or(Lang::Zh);
    let to_terminal = std::io::stdout().is_terminal();
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|c| c.parse().ok())
        .filter(|c| *c > 0);
    let width = columns.or_else(|| {
        terminal_size::terminal_size()
            .filter(|_| to_terminal)
            .map(|(w, _)| usize::from(w.0))
    });
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let colour = match globals.colour.as_deref() {
        Some("always") => true,
        Some("never") => false,
        _ => to_terminal && !no_colour && shows_colours(),
    };
    let mut out = Screen::new(out, to_terminal, colour);
    let mut err = Screen::new(err, std::io::stderr().is_terminal(), colour);
    let mut session = Session {
        locale: Locale::new(lang),
        today: globals.today.unwrap_or_else(Day::today),
        style: TableStyle {
            width,
            wide: false,
            colour,
        },
        // Questions go to the error output, and what they are about to the output.
        interactive: std::io::stdin().is_terminal()
            && to_terminal
            && std::io::stderr().is_terminal(),
        out: &mut out,
        err: &mut err,
        to_terminal,
        args,
        is_told_where: explicit.is_some(),
        root,
        rules: OnceCell::new(),
    };
    let result = match asking_shell {
        Some(shell) => completions::answer(&mut session, &shell),
        None => dispatch(&mut session),
    };
    let result = result.and_then(|status| {
        session.out.flush()?;
        Ok(status)
    });
    match result {
        Ok(Status::Clean) => 0,
        Ok(Status::Findings) => 1,
        Ok(Status::NotAll) => 2,
        Err(error) => explain_failure(&mut session, &error),
    }
}

/// Whether the terminal knows colours; a console of Windows is told that they come.
#[cfg(windows)]
fn shows_colours() -> bool {
    anstyle_query::windows::enable_ansi_colors() == Some(true)
}

/// Whether the terminal knows colours.
#[cfg(not(windows))]
fn shows_colours() -> bool {
    true
}

/// `ledger help [COMMAND]` is `ledger [COMMAND] --help`.
fn help_asked(args: &mut Vec<OsString>) {
    if first_word(args).as_deref() == Some("help")
        && let Some(at) = args.iter().position(|arg| arg == "help")
    {
        args.remove(at);
        args.push("--help".into());
    }
}

fn dispatch(session: &mut Session<'_>) -> Result<Status> {
    let matches = match asked_for(session).try_get_matches_from(&session.args) {
        Ok(matches) => matches,
        Err(error) => match error.kind() {
            ErrorKind::DisplayHelp => {
                let width = session.style.width.unwrap_or(80).clamp(40, 100);
                let whole = command_line(&session.locale, session.readable_rules(), width);
                if let Err(page) = whole.try_get_matches_from(&session.args) {
                    write!(session.out, "{}", page.render())?;
                }
                return Ok(Status::Clean);
            }
            ErrorKind::DisplayVersion => {
                writeln!(session.out, "ledger {}", env!("CARGO_PKG_VERSION"))?;
                return Ok(Status::Clean);
            }
            _ => {
                return Err(usage_problem(session, &error).into());
            }
        },
    };
    if let Some(day) = matches.get_one::<String>("today") {
        session.day(day)?;
    }
    if let Some(lang) = matches
        .get_one::<String>("lang")
        .filter(|lang| lang.parse::<Lang>().is_err())
    {
        let known = [Lang::Zh, Lang::En].map(Lang::tag);
        return Err(Problem::new(Rule::UNKNOWN_VALUE)
            .with("field", "--lang")
            .with("value", lang.as_str())
            .with("allowed", Choices::of(lang, known))
            .into());
    }
    finish_what_was_killed(session)?;
    let Some((name, matches)) = matches.subcommand() else {
        return status::at_a_glance(session);
    };
    let found = COMMANDS.iter().find(|c| c.name == name);
    match found {
        Some(command) => (command.run)(session, matches),
        None => Err(Problem::new(Rule::USAGE).into()),
    }
}

/// What is wrong with what was typed. What a kind is called is no command, but often typed as one.
fn usage_problem(session: &Session<'_>, error: &clap::Error) -> Problem {
    let mut known = match error.kind() {
        ErrorKind::UnknownArgument => flags_there(&asked_for(session), &session.args),
        ErrorKind::InvalidSubcommand => names_there(&asked_for(session), &session.args),
        _ => Vec::new(),
    };
    let kinds = &session.readable_rules().kinds;
    if let Some(word) = first_word(&session.args)
        && COMMANDS.iter().all(|command| word != command.name)
        && error.kind() == ErrorKind::InvalidSubcommand
    {
        if let Some(kind) = kinds.iter().find(|k| k.name == word || k.label.is(&word)) {
            // An English label is more than one word, or begins with a capital.
            let typed = Label {
                zh: kind.label.zh.clone(),
                en: kind.name.clone(),
            };
            return Problem::new(Rule::USAGE)
                .with("what", locale::Arg::Message("usage-kind"))
                .with("subject", &typed);
        }
        let names = |kind: &Arc<Kind>| [kind.name.clone(), kind.label.zh.clone()];
        known.extend(kinds.iter().flat_map(names));
    }
    help::usage_problem(error, &known)
}

/// What may be typed where the words of a command line lead to nothing: the names, in both
/// languages, of the commands or kinds there.
fn names_there(command: &Clap, args: &[OsString]) -> Vec<String> {
    let here = command_there(command, args);
    let names = |command: &Clap| {
        let aliases = command.get_all_aliases().map(str::to_owned);
        let name = command.get_name().to_owned();
        std::iter::once(name).chain(aliases).collect::<Vec<_>>()
    };
    here.get_subcommands().flat_map(names).collect()
}

/// The flags, by all their names without the dashes, of the command that the words of a command
/// line lead to.
fn flags_there(command: &Clap, args: &[OsString]) -> Vec<String> {
    let flags = command_there(command, args).get_arguments();
    let names = |flag: &clap::Arg| {
        let aliases = flag.get_all_aliases().unwrap_or_default().into_iter();
        let names = flag.get_long().into_iter().chain(aliases);
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    flags.flat_map(names).collect()
}

/// The command that the words of a command line lead to.
fn command_there<'c>(command: &'c Clap, args: &[OsString]) -> &'c Clap {
    let words = args.iter().skip(1).filter_map(|arg| arg.to_str());
    // What is no command is an option, or the value of one.
    words.fold(command, |here, word| {
        here.find_subcommand(word).unwrap_or(here)
    })
}

/// Finishes what another command was killed in the midst of: until then the ledger is neither as it
/// was nor as it was to be.
///
/// # Errors
/// It cannot be finished.
fn finish_what_was_killed(session: &mut Session<'_>) -> Result<()> {
    if let Ok(root) = session.root()
        && pending(&root.path).exists()
    {
        session.lock(&root)?;
    }
    Ok(())
}

/// As much of the command line as is needed to read what was typed: the command that is asked for,
/// where there is one of that name. Help pages are no part of it.
fn asked_for(session: &Session<'_>) -> Clap {
    let locale = &session.locale;
    let build = |command: &Command| bare((command.build)(locale, session.readable_rules()));
    let commands: Vec<Clap> = match first_word(&session.args) {
        None => Vec::new(),
        Some(word) => match COMMANDS.iter().find(|command| word == command.name) {
            Some(command) => vec![build(command)],
            None => COMMANDS.iter().map(build).collect(),
        },
    };
    global_options(locale).subcommands(commands)
}

/// The first word of a command line that is neither an option nor the value of one.
fn first_word(args: &[OsString]) -> Option<String> {
    let mut args = args.iter().skip(1).map(|arg| arg.to_string_lossy());
    while let Some(arg) = args.next() {
        match &*arg {
            "--root" | "--lang" | "--color" | "--today" => drop(args.next()),
            option if option.starts_with('-') => {}
            word => return Some(word.to_owned()),
        }
    }
    None
}

/// The whole command line in a language, for the kinds there are, with help pages of a width.
pub fn command_line(locale: &Locale, rules: &Rules, width: usize) -> Clap {
    help::install(every_command(locale, rules), "", locale, width)
}

/// The whole command line without help pages.
fn every_command(locale: &Locale, rules: &Rules) -> Clap {
    let commands = COMMANDS
        .iter()
        .map(|command| bare((command.build)(locale, rules)));
    global_options(locale).subcommands(commands)
}

/// The program with the options that every command takes.
fn global_options(locale: &Locale) -> Clap {
    Clap::new("ledger")
        .about(locale.text("cmd-ledger"))
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .arg(options::option(locale, "root", "value-folder").global(true))
        .arg(options::option(locale, "lang", "value-lang").global(true))
        .arg(
            options::option(locale, "color", "value-when")
                .global(true)
                .value_parser(["auto", "always", "never"])
                .hide_possible_values(true),
        )
        .arg(
            options::option(locale, "today", "value-day")
                .global(true)
                .hide(true),
        )
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .help(locale.text("flag-help"))
                .action(ArgAction::Help)
                .global(true),
        )
        .arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .help(locale.text("flag-version"))
                .action(ArgAction::Version),
        )
}

/// A subcommand without clap's own help, which speaks English only.
fn bare(command: Clap) -> Clap {
    command
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .disable_version_flag(true)
        .mut_subcommands(bare)
}

/// Says why a command could not be carried out; returns the exit code.
fn explain_failure(session: &mut Session<'_>, error: &anyhow::Error) -> u8 {
    if let Some(io) = error.downcast_ref::<std::io::Error>() {
        // A reader that has seen enough (`ledger list | head`) is no failure.
        if io.kind() == IoKind::BrokenPipe {
            return 0;
        }
        let problem = Problem {
            place: None,
            rule: Rule::OUTPUT,
            ..Problem::io("", io)
        };
        let _ = session.say_problems(&[problem]);
        return 2;
    }
    let problems: Vec<Problem> = match (
        error.downcast_ref::<Problems>(),
        error.downcast_ref::<Problem>(),
    ) {
        (Some(problems), _) => crate::problem::sorted(problems.0.clone()),
        (None, Some(problem)) => vec![problem.clone()],
        (None, None) => {
            let _ = writeln!(session.err, "{error:#}");
            return 2;
        }
    };
    // What no place has stands last: it is the conclusion.
    let (placed, bare): (Vec<Problem>, Vec<Problem>) =
        problems.into_iter().partition(|p| p.place.is_some());
    let _ = session.say_problems(&placed);
    let _ = session.say_problems(&bare);
    2
}
