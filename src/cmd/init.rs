//! `ledger init`: start a ledger: empty, with the organisations of a table, or with the sample
//! district.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Arg, ArgMatches, Command as Clap};

use crate::cmd::org::import;
use crate::cmd::schema::set_up_editors;
use crate::cmd::{Command, Session, Status, options, prompt};
use crate::day::Day;
use crate::git::setup::{OWN_FILES, write_own_files};
use crate::locale::{Lang, Locale};
use crate::path::resolved;
use crate::problem::{Problem, Rule, refuse_blocking};
use crate::rules::Rules;
use crate::tree::write::{Precondition, make_folders};
use crate::tree::{FORMAT, NAMES, Root, scan};
use crate::written::canonical::quoted;

pub(super) const COMMAND: Command = Command {
    name: "init",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    let folder = Arg::new("dir").help(locale.text("arg-dir"));
    options::command(locale, "init")
        .arg(options::valued(folder, locale, "value-folder"))
        .arg(options::switch(locale, "sample"))
        .arg(options::option(locale, "district", "value-text").conflicts_with("sample"))
        .arg(options::option(locale, "begins", "value-day").conflicts_with("sample"))
        .arg(options::option(locale, "orgs", "value-file").conflicts_with("sample"))
        .arg(options::switch(locale, "editor"))
}

/// What a new ledger is to be.
struct Wanted {
    is_sample: bool,
    district: String,
    language: Lang,
    begins: Day,
    /// A table of organisations.
    orgs: Option<String>,
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let asked = matches
        .get_one::<String>("dir")
        .or_else(|| matches.get_one::<String>("root"));
    let dir = PathBuf::from(asked.map_or(".", String::as_str));
    refuse_where_one_stands(&dir)?;
    if !matches.get_flag("sample")
        && let Ok(folder) = resolved(&dir)
    {
        refuse_organisations(&folder)?;
    }
    let is_told = ["district", "begins", "orgs"]
        .iter()
        .any(|name| matches.contains_id(name));
    let wanted = match session.interactive && !is_told && !matches.get_flag("sample") {
        true => ask(session)?,
        false => told(session, matches)?,
    };
    if let Some(table) = &wanted.orgs {
        // What is wrong with it is said before there is a ledger.
        import::planned(session.readable_rules(), &[], table, None)?;
    }
    let io = |path: &Path, error: std::io::Error| Problem::io(path, &error);
    make_folders(&dir).map_err(|e| io(&dir, e))?;
    let folder = resolved(&dir).map_err(|e| io(&dir, e))?;
    let count = write(session, &folder, &wanted)?;
    let root = Root::open(Some(&folder), &folder)?;
    session.tell(
        "init-done",
        &[
            ("path", folder.display().to_string().into()),
            ("files", count.into()),
        ],
    )?;
    let (rules, problems) = root.rules();
    refuse_blocking(&problems)?;
    if let Some(table) = &wanted.orgs {
        import::organisations(session, &root, &rules, table, None)?;
    }
    if matches.get_flag("editor") {
        let lock = session.lock_folder(&folder)?;
        set_up_editors(&root, &lock, &rules, wanted.language)?;
        session.tell("init-editor", &[])?;
    }
    let next = match (wanted.is_sample, &wanted.orgs) {
        (true, _) => "init-next-sample",
        (false, None) => "init-next",
        (false, Some(_)) => "init-next-orgs",
    };
    session.tell(next, &[])?;
    Ok(Status::Clean)
}

/// Refuses to start a ledger where one stands, or inside one.
fn refuse_where_one_stands(dir: &Path) -> Result<(), Problem> {
    let whole = std::path::absolute(dir).map_err(|error| Problem::io(dir, &error))?;
    for folder in whole.ancestors() {
        let marker = folder.join("ledger.toml");
        if scan::stands(&marker)? {
            return Err(taken(&marker));
        }
    }
    Ok(())
}

/// Refuses organisations that are there without a ledger: a killed `init` leaves an empty folder.
fn refuse_organisations(root: &Path) -> Result<(), Problem> {
    match scan::is_empty(root, &root.join("orgs"))? {
        true => Ok(()),
        false => Err(taken(&root.join("orgs"))),
    }
}

fn taken(path: &Path) -> Problem {
    Problem::new(Rule::LEDGER_EXISTS).with("path", path.display().to_string())
}

/// What the options say.
fn told(session: &Session<'_>, matches: &ArgMatches) -> Result<Wanted> {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    let begins = text("begins").map(|day| session.day(&day)).transpose()?;
    Ok(Wanted {
        is_sample: matches.get_flag("sample"),
        district: text("district").unwrap_or_default(),
        language: session.locale.lang(),
        begins: begins.unwrap_or(session.today),
        orgs: text("orgs"),
    })
}

/// Asks a person at a terminal for it.
fn ask(session: &mut Session<'_>) -> Result<Wanted> {
    let say = |session: &Session<'_>, id: &str| session.locale.text(id);
    // The one that is likely comes first; each is named in itself.
    let mut languages = [Lang::Zh, Lang::En];
    languages.sort_by_key(|lang| *lang != session.locale.lang());
    let options = languages.map(|lang| Locale::new(lang).text("language-name"));
    let chosen = prompt::choose(session, &say(session, "init-ask-language"), &options)?;
    let language = languages[chosen];
    session.locale = Locale::new(language);
    let options = ["init-own", "init-sample"].map(|id| say(session, id));
    let is_sample = prompt::choose(session, &say(session, "init-ask-what"), &options)? == 1;
    let mut wanted = Wanted {
        is_sample,
        district: String::new(),
        language,
        begins: session.today,
        orgs: None,
    };
    if is_sample {
        return Ok(wanted);
    }
    let help = say(session, "init-help-district");
    wanted.district = prompt::line(session, &say(session, "init-ask-district"), &help, |_| {
        Ok(())
    })?;
    wanted.begins = prompt::day(session, &say(session, "init-ask-begins"))?;
    let lang = session.locale.lang();
    let is_file = move |path: &str| match path.is_empty() || Path::new(path).is_file() {
        true => Ok(()),
        false => Err(Locale::new(lang).text("io-not-found")),
    };
    let help = say(session, "init-help-orgs");
    let table = prompt::line(session, &say(session, "init-ask-orgs"), &help, is_file)?;
    wanted.orgs = (!table.is_empty()).then_some(table);
    Ok(wanted)
}

/// Writes the files of a new ledger; returns how many.
fn write(session: &mut Session<'_>, root: &Path, wanted: &Wanted) -> Result<usize> {
    let lock = session.lock_folder(root)?;
    // A ledger is not taken back: whoever wants none deletes the folder.
    lock.cannot_be_undone();
    // Another may have been quicker.
    refuse_where_one_stands(root)?;
    if !wanted.is_sample {
        refuse_organisations(root)?;
    }
    let mut files = match wanted.is_sample {
        true => crate::sample::district(&crate::sample::Size::default()),
        false => vec![("ledger.toml".to_owned(), marker(wanted))],
    };
    make_folders(&root.join("orgs")).map_err(|error| Problem::io(root, &error))?;
    // The marker comes last: a folder without it is no ledger, so a killed init can be run again.
    files.sort_by_key(|(path, _)| path == "ledger.toml");
    // A repository may have its own; ours are added to it, never put in its place.
    write_own_files(root, &lock, OWN_FILES)?;
    for (name, text) in &files {
        lock.write(&root.join(name), &Precondition::nothing(), text.as_bytes())?;
    }
    Ok(files.len())
}

/// The text of `ledger.toml`, with a line for each name that reports print. What was due before
/// the ledger begins is owed by nobody here.
fn marker(wanted: &Wanted) -> String {
    let names: String = NAMES[1..]
        .iter()
        .map(|name| format!("{name} = \"\"\n"))
        .collect();
    format!(
        "format = {FORMAT}\ndistrict = {}\n{names}language = {}\nbegins = {}\n",
        quoted(&wanted.district),
        quoted(wanted.language.tag()),
        wanted.begins
    )
}
