//! `ledger write TEMPLATE`: a narrative report whose every figure can be traced.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{ArgMatches, Command as Clap};

use crate::cmd::ledger::Ledger;
use crate::cmd::options::Format;
use crate::cmd::{Command, Session, Status, options, output};
use crate::figure::Evaluation;
use crate::figure::report::{Question, report};
use crate::locale::{Choices, Label, Lang, Locale};
use crate::narrative::bounds::MOST_TRACED;
use crate::narrative::marks::{self, MarkedFigure};
use crate::narrative::quantity::Context;
use crate::narrative::quantity::Quantity;
use crate::narrative::refusal::beyond;
use crate::narrative::sums::mismatches;
use crate::narrative::template::{Filled, Template};
use crate::narrative::trace;
use crate::narrative::word::{DOCUMENT, WordPart};
use crate::path::resolved;
use crate::present::chart::Pictured;
use crate::problem::{Problem, Problems, Rule};
use crate::render::document::{self, Pictures};
use crate::render::json::pretty;
use crate::rules::{Class, Rules};
use crate::table::Chart;
use crate::tree::{Root, scan};

pub(super) const COMMAND: Command = Command {
    name: "write",
    build,
    run,
};

/// The endings by which a template is found in a ledger's `rules/templates/`.
const ENDINGS: &[&str] = &["md", "docx", "txt"];

/// The forms of a document.
const FORMS: &[Format] = &[Format::Markdown, Format::Word, Format::Text];

fn build(locale: &Locale, _: &Rules) -> Clap {
    options::command(locale, "write")
        .arg(options::positional(locale, "template", "value-template"))
        .arg(options::quarter_option(locale))
        .arg(options::org_option(locale))
        .arg(options::as_of_option(locale))
        .arg(options::at_option(locale))
        .arg(options::format_option(locale, FORMS))
        .args(output::options(locale))
        .arg(
            options::option(locale, "trace", "value-file")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value(""),
        )
        .arg(options::switch(locale, "check-sums"))
}

fn run(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let window = session.window(matches)?;
    let out = matches.get_one::<String>("out").map(PathBuf::from);
    let trace = trace_path(matches, out.as_deref())?;
    if out.is_some() && out == trace {
        return Err(Problem::new(Rule::TRACE_WHERE).into());
    }
    let root = session.root()?;
    let template = template(session, &root, matches)?;
    let ledger = Ledger::asked(session, matches)?;
    let loaded = ledger.loaded();
    session.left_out(loaded.tree(), false)?;
    let org = session.org(loaded.tree(), matches)?;
    // A document speaks its ledger's language, whoever prints it.
    let context = Context::new(
        loaded,
        ledger.root.names.clone(),
        org,
        window,
        Locale::new(ledger.root.language.unwrap_or(Lang::Zh)),
    );
    let filled = template.fill(&context).map_err(Problems)?;
    let figures = figures(&filled);
    if trace.is_some() {
        traceable(&context, &figures)?;
    }
    let form = form(matches, &template)?;
    let charts = charts(&context)?;
    let pictures = Pictures {
        of_image: &charts,
        locale: &context.locale,
        today: session.today,
    };
    let bytes = document(&template, &filled, form, &pictures)?;
    for path in [&out, &trace].into_iter().flatten() {
        refuse_template(matches, path)?;
        output::refuse(session, matches, path)?;
    }
    match &out {
        Some(path) => output::save(session, matches, path, &bytes)?,
        None if form == Format::Word => return Err(Problem::new(Rule::NO_WORD_HERE).into()),
        None => session.print(&String::from_utf8_lossy(&bytes))?,
    }
    if let Some(path) = trace {
        let text = traced(matches, &path, (&context, &figures), &session.locale);
        output::save(session, matches, &path, text.as_bytes())?;
    }
    if !matches.get_flag("check-sums") {
        return Ok(Status::Clean);
    }
    let found = mismatches(&context, &figures);
    for wrong in &found {
        let words = [
            ("label", wrong.label.as_str().into()),
            ("whole", wrong.whole.as_str().into()),
            ("parts", wrong.parts.join(" + ").into()),
            ("sum", wrong.sum.as_str().into()),
        ];
        let mut said = session.locale.say("sums-differ", &words);
        if let Some(own) = &wrong.own {
            said.push_str(
                &session
                    .locale
                    .say("sums-own", &[("own", own.as_str().into())]),
            );
        }
        writeln!(session.err, "{said}")?;
    }
    Ok(if found.is_empty() {
        Status::Clean
    } else {
        Status::Findings
    })
}

/// Where each figure comes from, as a program or as a person reads it.
fn traced(
    matches: &ArgMatches,
    path: &Path,
    (context, figures): (&Context, &[MarkedFigure]),
    locale: &Locale,
) -> String {
    if path.extension().is_some_and(|ending| ending == "json") {
        return pretty(&trace::object(context, figures));
    }
    // Beside the document stands what is read; in a file of its own everything.
    let named = matches.get_one::<String>("trace");
    let most = match named.is_some_and(|path| !path.is_empty()) {
        true => usize::MAX,
        false => trace::FIRST_RECORDS,
    };
    trace::text(context, figures, most, locale)
}

/// Refuses a trace that is longer than anybody reads.
fn traceable(context: &Context, figures: &[MarkedFigure]) -> Result<(), Problem> {
    fn lines(context: &Context, quantity: &Quantity) -> usize {
        let own = quantity
            .asked()
            .map_or(0, |asked| context.counted(asked).len());
        1 + own
            + quantity
                .parts()
                .iter()
                .map(|part| lines(context, part))
                .sum::<usize>()
    }
    let mut left = MOST_TRACED;
    for quantity in figures
        .iter()
        .filter_map(|found| context.noted(found.entry))
    {
        left = left
            .checked_sub(lines(context, &quantity))
            .ok_or_else(|| beyond("bounds-traced", MOST_TRACED))?;
    }
    Ok(())
}

/// Refuses to write over the template itself.
fn refuse_template(matches: &ArgMatches, path: &Path) -> Result<(), Problem> {
    let asked = matches
        .get_one::<String>("template")
        .map(Path::new)
        .and_then(|template| resolved(template).ok());
    match asked.is_some() && asked == resolved(path).ok() {
        true => Err(Problem::new(Rule::OUT_IS_TEMPLATE).with("path", path.display().to_string())),
        false => Ok(()),
    }
}

/// Where the trace goes: the file named, or beside the document.
fn trace_path(matches: &ArgMatches, out: Option<&Path>) -> Result<Option<PathBuf>, Problem> {
    match (matches.get_one::<String>("trace").map(String::as_str), out) {
        (None, _) => Ok(None),
        (Some(""), None) => Err(Problem::new(Rule::TRACE_WHERE)),
        (Some(""), Some(out)) => Ok(Some(out.with_extension("trace.txt"))),
        (Some(path), _) => Ok(Some(path.into())),
    }
}

/// A file that is named, a template of the ledger, or one that comes with the program.
fn template(session: &Session<'_>, root: &Root, matches: &ArgMatches) -> Result<Template> {
    let asked = matches
        .get_one::<String>("template")
        .map_or("", String::as_str);
    let path = Path::new(asked);
    if path.extension().is_some() && path.is_file() {
        let meta = std::fs::metadata(path).map_err(|error| Problem::io(path, &error))?;
        if meta.len() > Template::most_bytes(asked) {
            return Err(Template::too_large(asked).into());
        }
        let bytes = std::fs::read(path).map_err(|error| Problem::io(path, &error))?;
        return Ok(Template::read(asked, bytes)?);
    }
    let safe = !asked.is_empty() && !asked.starts_with('.') && !asked.contains(['/', '\\']);
    let folder = root.path.join("rules").join("templates");
    let mut local = ENDINGS
        .iter()
        .map(|ending| folder.join(format!("{asked}.{ending}")))
        .filter(|path| safe && path.is_file());
    if let Some(path) = local.next() {
        let bytes = scan::read_bytes(&root.path, &path)?;
        return Ok(Template::read(
            &crate::path::shown(&root.path, &path),
            bytes,
        )?);
    }
    let rules = session.rules()?;
    let built_in = rules
        .items()
        .iter()
        .find(|item| item.class == Class::Template && item.is_called(asked));
    match built_in {
        Some(item) => Ok(Template::read(&item.file, item.text.clone().into_bytes())?),
        None => {
            let items = rules.items().iter();
            let all: Vec<(&str, Label)> = items
                .filter(|item| item.class == Class::Template)
                .filter_map(|item| Some((item.name.as_str(), item.label()?)))
                .collect();
            let all = all.iter().map(|(name, label)| (*name, label));
            Err(Problem::new(Rule::UNKNOWN_TEMPLATE)
                .with("name", asked)
                .with("allowed", Choices::labelled(asked, all))
                .into())
        }
    }
}

/// The form asked for; unless one is, that of the template.
fn form(matches: &ArgMatches, template: &Template) -> Result<Format, Problem> {
    let own = match template {
        Template::Word(..) | Template::Plain(_) => Format::Text,
        Template::Markdown(_) => Format::Markdown,
    };
    output::form(matches, FORMS, own)
}

/// The document in the form asked for, without marks.
fn document(
    template: &Template,
    filled: &Filled,
    form: Format,
    pictures: &Pictures<'_>,
) -> Result<Vec<u8>> {
    Ok(match (template, filled) {
        (Template::Word(name, word), Filled::Word(parts)) => {
            let parts = parts
                .iter()
                .map(|(name, xml)| (name.clone(), marks::stripped(xml)))
                .collect();
            let broken = |_| {
                Problem::new(Rule::TEMPLATE_WORD)
                    .at(crate::problem::Place::file(name))
                    .with("why", crate::locale::Arg::Message("word-not-word"))
            };
            match form {
                Format::Word => word.with(&parts).map_err(broken)?,
                _ => {
                    let whole = word
                        .parts
                        .iter()
                        .find(|(name, _)| name == DOCUMENT)
                        .map(|(_, xml)| xml.as_str());
                    let xml = parts
                        .get(DOCUMENT)
                        .map(String::as_str)
                        .or(whole)
                        .unwrap_or_default();
                    WordPart::read(xml).map_err(broken)?.text().into_bytes()
                }
            }
        }
        (_, Filled::Text(text)) => {
            let text = marks::stripped(text);
            match (form, template) {
                (Format::Word, Template::Plain(_)) => document::word_of_lines(&text),
                (Format::Word, _) => document::word(&text, pictures)?,
                (Format::Text, Template::Markdown(_)) => {
                    document::text(&text, pictures).into_bytes()
                }
                (Format::Markdown, _) => document::markdown(&text, pictures).into_bytes(),
                _ => text.into_bytes(),
            }
        }
        (_, Filled::Word(_)) => Vec::new(),
    })
}

/// The pictures that a template asks for, of the organisations just below the one that reports.
fn charts(context: &Context) -> Result<Vec<Vec<Chart>>, Problem> {
    let specs = context.pictures();
    if specs.is_empty() {
        return Ok(Vec::new());
    }
    let (tree, period, as_of, today) =
        (context.tree(), context.period, context.as_of, context.today);
    let question = Question {
        org: context.org,
        depth: 1,
        own: false,
        period,
        as_of,
        today,
        metrics: Vec::new(),
        compare: None,
    };
    let pictured = Pictured {
        evaluation: &Evaluation::new(tree, period, as_of).until(today),
        rows: &report(tree, &question)?.rows,
        locale: &context.locale,
    };
    let of_spec = |spec| {
        let charts = pictured.charts(spec)?;
        Ok(charts.into_iter().filter(Chart::has_figures).collect())
    };
    specs.iter().map(of_spec).collect()
}

/// The figures of a document in the order they stand.
fn figures(filled: &Filled) -> Vec<MarkedFigure> {
    match filled {
        Filled::Text(text) => marks::found(text),
        Filled::Word(parts) => parts
            .values()
            .filter_map(|xml| WordPart::read(xml).ok())
            .flat_map(|part| part.lines().flat_map(marks::found).collect::<Vec<_>>())
            .collect(),
    }
}
