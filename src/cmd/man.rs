//! `ledger man [DIR]`: the manual, in both languages.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Arg, ArgMatches, Command as Clap};

use crate::cmd::{Command, Session, Status, every_command, options};
use crate::locale::{Lang, Locale};
use crate::problem::Problem;
use crate::render::man;
use crate::rules::Rules;
use crate::tree::write::{export, make_folders};

pub(super) const COMMAND: Command = Command {
    name: "man",
    build,
    run,
};

/// Where manuals of each language lie below a folder of manuals.
const FOLDERS: [(Lang, &str); 2] = [(Lang::Zh, "zh_CN/man1"), (Lang::En, "man1")];

fn build(locale: &Locale, _: &Rules) -> Clap {
    let folder = Arg::new("dir").help(locale.text("arg-man-dir"));
    options::command(locale, "man").arg(options::valued(folder, locale, "value-folder"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let rules = session.readable_rules();
    let Some(dir) = matches.get_one::<String>("dir").map(PathBuf::from) else {
        let whole = every_command(&session.locale, rules);
        let page = man::page(&whole, whole.get_name(), &session.locale);
        session.print(&page)?;
        return Ok(Status::Clean);
    };
    let mut count = 0usize;
    for (lang, folder) in FOLDERS {
        let folder = dir.join(folder);
        make_folders(&folder).map_err(|error| Problem::io(&folder, &error))?;
        let locale = Locale::new(lang);
        for (name, page) in man::pages(&every_command(&locale, rules), &locale) {
            export(&folder.join(name), page.as_bytes())?;
            count += 1;
        }
    }
    let place = dir.display().to_string();
    session.remark(
        "man-written",
        &[("count", count.into()), ("path", place.into())],
    )?;
    Ok(Status::Clean)
}
