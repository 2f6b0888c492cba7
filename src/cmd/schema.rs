//! `ledger schema [DIR]`: JSON Schema of a ledger's files, and the settings by which editors find
//! it.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Arg, ArgMatches, Command as Clap};

use crate::cmd::{Command, Session, Status, options};
use crate::locale::{Lang, Locale};
use crate::present::schema::{SCHEMAS, Schema};
use crate::problem::{Problem, Rule};
use crate::render::json;
use crate::rules::Rules;
use crate::tree::write::{Lock, Precondition, export, make_folders};
use crate::tree::{Root, scan};

pub(super) const COMMAND: Command = Command {
    name: "schema",
    build,
    run,
};

/// Where a clone keeps its schemas: they follow from the rules, so nobody commits them.
const FOLDER: &str = ".ledger/schema";

fn build(locale: &Locale, _: &Rules) -> Clap {
    let folder = Arg::new("dir").help(locale.text("arg-schema-dir"));
    options::command(locale, "schema")
        .arg(options::valued(folder, locale, "value-folder"))
        .arg(options::switch(locale, "editor").conflicts_with("dir"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    if matches.get_flag("editor") {
        let root = session.root()?;
        let rules = session.rules()?;
        let lock = session.lock(&root)?;
        let lang = session.locale.lang();
        for path in set_up_editors(&root, &lock, &rules, lang)? {
            session.remark("written", &[("path", path.into())])?;
        }
        return Ok(Status::Clean);
    }
    // Outside a ledger there are the built-in kinds; a ledger that cannot be read is no such place.
    if let Err(problems) = session.root()
        && problems
            .0
            .iter()
            .any(|problem| problem.rule != Rule::NO_LEDGER)
    {
        return Err(problems.into());
    }
    let rules = session.rules()?;
    let lang = session.locale.lang();
    let Some(dir) = matches.get_one::<String>("dir").map(PathBuf::from) else {
        let schema = json::pretty(&Schema::Records.of(&rules, lang));
        session.print(&schema)?;
        return Ok(Status::Clean);
    };
    make_folders(&dir).map_err(|error| Problem::io(&dir, &error))?;
    for schema in SCHEMAS {
        let path = dir.join(schema.file());
        export(&path, json::pretty(&schema.of(&rules, lang)).as_bytes())?;
        session.remark("written", &[("path", path.display().to_string().into())])?;
    }
    Ok(Status::Clean)
}

/// Whether a clone has schemas.
pub(super) fn is_set_up(root: &Root) -> bool {
    let records = root.path.join(FOLDER).join(Schema::Records.file());
    records.is_file()
}

/// Writes the schemas, and settings for editors where there are none; returns what was written.
///
/// # Errors
/// A file cannot be read or written.
pub(super) fn set_up_editors(
    root: &Root,
    lock: &Lock,
    rules: &Rules,
    lang: Lang,
) -> Result<Vec<String>, Problem> {
    let mut files: Vec<(String, String)> = Vec::new();
    for schema in SCHEMAS {
        let path = format!("{FOLDER}/{}", schema.file());
        files.push((path, json::pretty(&schema.of(rules, lang))));
    }
    for (name, text) in [("tombi.toml", tombi()), (".taplo.toml", taplo())] {
        if !scan::stands(&root.path.join(name))? {
            files.push((name.to_owned(), text));
        }
    }
    for (name, text) in &files {
        let path: &Path = &root.path.join(name);
        let old = scan::read_if_there(&root.path, path)?;
        let basis = Precondition::of(path, old.as_deref());
        lock.write(path, &basis, text.as_bytes())?;
    }
    Ok(files.into_iter().map(|(name, _)| name).collect())
}

/// The settings of Tombi.
fn tombi() -> String {
    let schema = |schema: Schema| {
        let (file, files) = (schema.file(), schema.files());
        format!("\n[[schemas]]\npath = \"{FOLDER}/{file}\"\ninclude = [\"{files}\"]\n")
    };
    // Records stand in the order in which they were entered, and `ledger fmt` lays files out.
    let head = "toml-version = \"v1.0.0\"\n\n[lint.rules]\ntables-out-of-order = \"off\"\n\n\
                [lsp]\nformatting.enabled = false\n";
    format!("{head}{}", SCHEMAS.map(schema).concat())
}

/// The settings of Taplo, which is what most editors have.
fn taplo() -> String {
    let rule = |schema: Schema| {
        let (file, files) = (schema.file(), schema.files());
        format!("\n[[rule]]\ninclude = [\"{files}\"]\n[rule.schema]\npath = \"{FOLDER}/{file}\"\n")
    };
    format!("include = [\"**/*.toml\"]\n{}", SCHEMAS.map(rule).concat())
}
