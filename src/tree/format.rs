//! `fmt` for one file: canonical text that provably says the same.

use crate::name::OrgPath;
use crate::problem::{Place, Problem, Rule};
use crate::rules::Rules;
use crate::source::Source;
use crate::toml::{Reading, parse};
use crate::tree::ledger::Batch;
use crate::tree::splice::comments;
use crate::tree::{canon, ledger};
use crate::written::selection::Selection;

/// The canonical text of an organisation's file, or of a ledger where no organisation is given;
/// none where it is canonical.
///
/// # Errors
/// As [`ledger`](fn@ledger).
pub fn changed(
    source: &Source,
    org: Option<&OrgPath>,
    rules: &Rules,
) -> Result<Option<String>, Vec<Problem>> {
    // What the reader of canonical text takes needs no second look.
    let (canonical, text): (bool, &dyn Fn() -> Result<String, Vec<Problem>>) = match org {
        Some(org) => (
            ledger::canonical_organisation(source, org.clone(), rules).is_some(),
            &|| organisation(source, org, rules),
        ),
        None => (
            Batch::new(0)
                .read_canonical(source, rules, &Selection::nothing())
                .is_some(),
            &|| self::ledger(source, rules),
        ),
    };
    if canonical {
        Ok(None)
    } else {
        text().map(|text| Some(text).filter(|text| *text != source.text))
    }
}

/// The canonical text of a ledger file.
///
/// # Errors
/// The file has a problem that keeps it from being understood; or the result does not prove to hold
/// the same records and the same comments.
pub fn ledger(source: &Source, rules: &Rules) -> Result<String, Vec<Problem>> {
    let document = parse(source)?;
    let reading = Reading::new(source);
    let records = ledger::records(&reading, &document.root, rules);
    let problems = reading.into_problems();
    if !problems.is_empty() {
        return Err(problems);
    }
    let text = canon::ledger(source, &document, &records, rules);
    let after = Source::new(&source.file, text);
    let (again, problems) = ledger::read_records(&after, rules);
    let same = problems.is_empty()
        && records.len() == again.len()
        && records.iter().zip(&again).all(|(a, b)| {
            a.kind.name == b.kind.name && canon::all_values(a) == canon::all_values(b)
        });
    proven(source, after, same, &document)
}

/// The canonical text of an organisation's file.
///
/// # Errors
/// As [`ledger`](fn@ledger).
pub fn organisation(
    source: &Source,
    path: &OrgPath,
    rules: &Rules,
) -> Result<String, Vec<Problem>> {
    let (org, problems) = ledger::read_organisation(source, path.clone(), rules);
    let Some(org) = org else { return Err(problems) };
    let document = parse(source)?;
    let after = Source::new(
        &source.file,
        canon::organisation(source, &document, &org.kind, &org.fields),
    );
    let (again, problems) = ledger::read_organisation(&after, path.clone(), rules);
    let same = problems.is_empty() && again.is_some_and(|again| again.fields == org.fields);
    proven(source, after, same, &document)
}

fn proven(
    before: &Source,
    after: Source,
    same: bool,
    document: &crate::toml::Document<'_>,
) -> Result<String, Vec<Problem>> {
    let kept = parse(&after).is_ok_and(|new| comments(&after, &new) == comments(before, document));
    if same && kept {
        Ok(after.text)
    } else {
        Err(vec![
            Problem::new(Rule::UNPROVEN).at(Place::file(&*before.file)),
        ])
    }
}
