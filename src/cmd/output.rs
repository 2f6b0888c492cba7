//! Where a command's result goes: `--out`, and what its ending says.

use std::path::Path;

use anyhow::Result;
use clap::{Arg, ArgMatches};
use indicatif::{ProgressBar, ProgressStyle};

use crate::cmd::options::Format;
use crate::cmd::{Session, options};
use crate::locale::Locale;
use crate::path::resolved;
use crate::problem::{Problem, Rule};
use crate::render::terminal::TableStyle;
use crate::render::{calendar, csv, html, markdown, terminal, workbook};
use crate::table::Publication;

/// `--out` and `--force`.
pub(super) fn options(locale: &Locale) -> [Arg; 2] {
    [
        options::option(locale, "out", "value-file"),
        options::switch(locale, "force"),
    ]
}

/// The form asked for: by `--format`, by the ending of `--out`, or the default.
///
/// # Errors
/// An ending that no form has, or that says another form than `--format`: a spreadsheet program
/// would not open CSV under the name of a workbook.
pub(super) fn form(
    matches: &ArgMatches,
    forms: &[Format],
    default: Format,
) -> Result<Format, Problem> {
    let asked = matches.get_one::<Format>("format").copied();
    let ending = matches
        .get_one::<String>("out")
        .and_then(|path| Path::new(path).extension());
    let Some(ending) = ending.map(|ending| ending.to_string_lossy().to_lowercase()) else {
        return Ok(asked.unwrap_or(default));
    };
    let by_ending = forms.iter().find(|form| form.ending() == ending);
    let Some(&by_ending) = by_ending else {
        let known: Vec<String> = forms
            .iter()
            .map(|form| format!(".{}", form.ending()))
            .collect();
        return Err(Problem::new(Rule::OUT_ENDING)
            .with("ending", ending)
            .with("allowed", known.join(", ")));
    };
    match asked {
        Some(asked) if asked != by_ending => Err(Problem::new(Rule::OUT_FORMAT)
            .with("ending", ending)
            .with("format", asked.name())),
        _ => Ok(by_ending),
    }
}

/// Writes a result to a file, whole or not at all, and says so.
///
/// # Errors
/// The file is part of the ledger, or is there already without `--force`, or the system refuses.
pub(super) fn save(
    session: &mut Session<'_>,
    matches: &ArgMatches,
    path: &Path,
    bytes: &[u8],
) -> Result<()> {
    refuse(session, matches, path)?;
    crate::tree::write::export(path, bytes)?;
    session.remark("written", &[("path", path.display().to_string().into())])?;
    Ok(())
}

/// Refuses to write over the ledger, which results are made from, and over what is there already.
///
/// # Errors
/// As [`save`].
pub(super) fn refuse(
    session: &Session<'_>,
    matches: &ArgMatches,
    path: &Path,
) -> Result<(), Problem> {
    let root = session
        .root()
        .map_err(|problems| {
            problems
                .0
                .into_iter()
                .next()
                .unwrap_or_else(|| Problem::new(Rule::USAGE))
        })?
        .path;
    let folder = crate::tree::write::folder_of(path);
    let folder = resolved(folder).map_err(|error| Problem::io(folder, &error))?;
    let target =
        resolved(path).unwrap_or_else(|_| folder.join(path.file_name().unwrap_or_default()));
    let inside = target
        .strip_prefix(&root)
        .ok()
        .and_then(|inside| inside.components().next());
    let first = inside
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .unwrap_or_default();
    if ["ledger.toml", "orgs", "rules", "calendar", "closed"].contains(&first.as_str())
        || first.starts_with('.')
    {
        return Err(Problem::new(Rule::OUT_IN_LEDGER).with("path", path.display().to_string()));
    }
    // A pipe or a device is written to, not over; a link that leads nowhere is there too.
    let over = match std::fs::metadata(path) {
        Ok(meta) => meta.is_file(),
        Err(_) => path.symlink_metadata().is_ok(),
    };
    if over && !matches.get_flag("force") {
        return Err(Problem::new(Rule::OUT_EXISTS).with("path", path.display().to_string()));
    }
    Ok(())
}

/// How a command's table is drawn, `--wide` considered.
pub(super) fn table_style(session: &Session<'_>, matches: &ArgMatches) -> TableStyle {
    TableStyle {
        wide: matches.get_flag("wide"),
        ..session.style
    }
}

/// `--format`, `--out` and how tables are drawn, for commands that show tables in `forms`.
pub(super) fn table_options(locale: &Locale, forms: &'static [Format]) -> [Arg; 5] {
    let [out, force] = options(locale);
    [
        options::format_option(locale, forms),
        out,
        force,
        options::switch(locale, "raw"),
        options::switch(locale, "wide"),
    ]
}

/// Prints what a command found, or writes it to `--out`, in a form of tables; `json` as in
/// [`drawn`].
///
/// # Errors
/// As [`drawn`] and [`save`].
pub(super) fn show(
    session: &mut Session<'_>,
    matches: &ArgMatches,
    form: Format,
    found: &Publication,
    json: impl FnOnce(&Publication) -> Result<String>,
) -> Result<()> {
    let bytes = drawn(session, matches, form, found, json)?;
    deliver(session, matches, form, &bytes)
}

/// What a command found, in a form of tables; `json` gives it as the JSON that programs know the
/// command by.
///
/// # Errors
/// A workbook for the terminal; a text that is longer than a workbook's cell may be; what `json`
/// says.
pub(super) fn drawn(
    session: &Session<'_>,
    matches: &ArgMatches,
    form: Format,
    found: &Publication,
    json: impl FnOnce(&Publication) -> Result<String>,
) -> Result<Vec<u8>> {
    let path = matches.get_one::<String>("out");
    let locale = &session.locale;
    let as_one = || found.as_one(&locale.text("label-part"));
    Ok(match form {
        Format::Json => json(found)?.into_bytes(),
        Format::Csv if matches.get_flag("raw") => csv::raw(&as_one()).into_bytes(),
        Format::Csv => csv::for_people(&as_one()).into_bytes(),
        Format::Markdown => markdown::page(found, locale).into_bytes(),
        Format::Html => html::page(found, locale).into_bytes(),
        Format::Workbook if path.is_none() && session.to_terminal => {
            return Err(Problem::new(Rule::NO_WORD_HERE).into());
        }
        Format::Workbook => workbook::tables(found, locale, session.today)?,
        Format::Calendar => calendar::text(&found.events, locale, session.today).into_bytes(),
        Format::Table | Format::Text | Format::Word => {
            let style = match path {
                Some(_) => TableStyle {
                    width: None,
                    colour: false,
                    ..table_style(session, matches)
                },
                None => table_style(session, matches),
            };
            terminal::publication(found, style, locale).into_bytes()
        }
    })
}

/// Prints a result, or writes it to `--out`.
///
/// # Errors
/// As [`save`].
pub(super) fn deliver(
    session: &mut Session<'_>,
    matches: &ArgMatches,
    form: Format,
    bytes: &[u8],
) -> Result<()> {
    match matches.get_one::<String>("out") {
        Some(path) => save(session, matches, Path::new(path), bytes),
        // A table was made visible as it was drawn, and may have colours.
        None if matches!(form, Format::Table | Format::Workbook) => {
            Ok(session.out.write_all(bytes)?)
        }
        None => session.print(&String::from_utf8_lossy(bytes)),
    }
}

/// A bar on the terminal that shows how much of a long work is done; nothing where nobody looks.
pub(super) fn progress(locale: &Locale, count: usize) -> ProgressBar {
    let bar = ProgressBar::new(count as u64);
    // The template is a constant that the library reads.
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.with_style(style).with_message(locale.text("progress"))
}
