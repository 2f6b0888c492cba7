//! `ledger form KIND --out FILE.xlsx`: gives out a form to be filled in.

use std::path::Path;

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::{Command, Session, Status, options, output};
use crate::form::given;
use crate::form::plan::kinds_needed;
use crate::locale::Locale;
use crate::problem::{Place, Problem, Rule};
use crate::render::forms;
use crate::rules::Rules;
use crate::tree::OwnedRecord;
use crate::written::selection::Selection;

pub(super) const COMMAND: Command = Command {
    name: "form",
    build,
    run,
};

fn build(locale: &Locale, _: &Rules) -> Clap {
    let [out, force] = output::options(locale);
    options::command(locale, "form")
        .long_about(locale.text("cmd-form-long"))
        .arg(options::positional(locale, "kind", "value-kind"))
        .arg(out.required(true))
        .arg(options::org_option(locale))
        .arg(options::quarter_option(locale))
        .arg(force)
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let path = matches.get_one::<String>("out").map_or("", String::as_str);
    let ending = Path::new(path)
        .extension()
        .map(|ending| ending.to_ascii_lowercase());
    if ending.as_deref() != Some("xlsx".as_ref()) {
        return Err(Problem::new(Rule::OUT_ENDING)
            .with(
                "ending",
                ending.unwrap_or_default().to_string_lossy().into_owned(),
            )
            .with("allowed", ".xlsx")
            .into());
    }
    output::refuse(session, matches, Path::new(path))?;
    let ledger = Ledger::of(session)?;
    let kind = ledger
        .rules
        .asked_kind(matches.get_one::<String>("kind").map_or("", String::as_str))?;
    let tree = ledger.load(&Selection::of_kinds(&ledger.rules, kinds_needed(kind)));
    session.left_out(&tree, false)?;
    let orgs = options::orgs_asked(&tree, matches)?;
    let period = matches
        .get_one::<String>("quarter")
        .map(|text| session.period(text))
        .transpose()?;
    let records: Vec<&OwnedRecord<'_>> = match period {
        None => Vec::new(),
        Some(period) => tree
            .entries
            .iter()
            .filter(|entry| orgs.contains(&entry.org) && entry.record.kind.number == kind.number)
            .filter(|entry| entry.record.retracted.is_none())
            .filter(|entry| {
                let belongs = entry.record.belongs();
                belongs.is_some_and(|own| own.first() < period.end() && period.first() < own.end())
            })
            .collect(),
    };
    let lang = session.locale.lang();
    let mut names = vec![kind.label.get(lang).to_owned()];
    if let Some(org) = matches.get_one::<String>("org") {
        names.insert(0, tree.orgs[tree.org(org)?].name().to_owned());
    }
    names.extend(period.map(|period| period.label(lang)));
    let title = session
        .locale
        .say("form-title", &[("names", names.join(" ").into())]);
    let count = records.len();
    let given = given::form(&tree, kind, title, orgs, &records, lang);
    let notes = session.locale.text("form-notes");
    let bytes = forms::form(&given, &notes, session.today).map_err(|error| {
        Problem::new(Rule::FORM_UNWRITABLE)
            .at(Place::file(path))
            .with("reason", error.to_string())
    })?;
    output::save(session, matches, Path::new(path), &bytes)?;
    session.remark("form-given", &[("count", count.into())])?;
    Ok(Status::Clean)
}
