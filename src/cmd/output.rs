//! Where a command's result goes: `--out`, and what its ending says.

use std::path::Path;

use anyhow::Result;
use clap::{Arg, ArgMatches};

use crate::cmd::{self, Session};
use crate::locale::Locale;
use crate::problem::{Problem, Rule};

/// A form of a result: the ending of its files, and its name on the command line.
pub(super) type Form = (&'static str, &'static str);

/// `--out` and `--force`.
pub(super) fn options(locale: &Locale) -> [Arg; 2] {
    [
        cmd::option(locale, "out", "value-file"),
        cmd::switch(locale, "force"),
    ]
}

/// The form asked for: by `--format`, by the ending of `--out`, or the default.
///
/// # Errors
/// An ending that no form has, or that says another form than `--format`: a spreadsheet program
/// would not open CSV under the name of a workbook.
pub(super) fn form<'m>(
    matches: &'m ArgMatches,
    forms: &[Form],
    default: &'m str,
) -> Result<&'m str, Problem> {
    let asked = matches.get_one::<String>("format").map(String::as_str);
    let ending = matches
        .get_one::<String>("out")
        .and_then(|path| Path::new(path).extension());
    let Some(ending) = ending.map(|ending| ending.to_string_lossy().to_lowercase()) else {
        return Ok(asked.unwrap_or(default));
    };
    let Some((_, by_ending)) = forms.iter().find(|(known, _)| *known == ending) else {
        let known: Vec<String> = forms
            .iter()
            .map(|(ending, _)| format!(".{ending}"))
            .collect();
        return Err(Problem::new(Rule::OUT_ENDING)
            .with("ending", ending)
            .with("allowed", known.join(", ")));
    };
    match asked {
        Some(asked) if asked != *by_ending => Err(Problem::new(Rule::OUT_FORMAT)
            .with("ending", ending)
            .with("format", asked)),
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
    let said = session
        .locale
        .say("written", &[("path", path.display().to_string().into())]);
    writeln!(session.err, "{said}")?;
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
    let folder = folder
        .canonicalize()
        .map_err(|error| Problem::io(folder, &error))?;
    let target = path
        .canonicalize()
        .unwrap_or_else(|_| folder.join(path.file_name().unwrap_or_default()));
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
