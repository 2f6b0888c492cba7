//! The few ways a ledger changes: a record is added, a record's fields change, an organisation is
//! written.
//!
//! Each reads under the lock what it is about to change, proves the new text, and writes once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use memchr::memmem;
use rayon::prelude::*;

use crate::day::Day;
use crate::locale::Arg;
use crate::name::{OrgPath, RecordId, Writer};
use crate::path::shown;
use crate::problem::{Place, Problem, Problems, Rule, refuse_blocking};
use crate::record::organisation::Organisation;
use crate::record::{Origin, Record, Value, points};
use crate::rules::Rules;
use crate::rules::kind::{FieldType, Kind};
use crate::source::Source;
use crate::toml::{Document, parse};
use crate::tree::canon::{all_values, record as record_text};
use crate::tree::files::{Files, ListedFile};
use crate::tree::splice::{Change, Edit, Proof, append, prove, set_organisation, set_records};
use crate::tree::write::{Lock, Precondition, Replacement, random_bits};
use crate::tree::{Root, Tree, candidates, check, find_org, ledger, place_of, scan};
use crate::written::page::cuts;
use crate::written::parsed;

/// A record that may be written: its numbers and days go together, and what it points to is there.
#[derive(Clone, Debug)]
pub struct NewRecord<'r>(Record<'r>);

impl<'r> NewRecord<'r> {
    /// A record of these values that is entered on a day. A part of an id or the name of an
    /// organisation, as it may have been typed, becomes the whole id.
    ///
    /// # Errors
    /// Bounds between fields do not hold, or a value points to what is not there or to a record of
    /// a wrong kind.
    pub fn of(
        root: &Root,
        rules: &Rules,
        kind: &'r Kind,
        mut values: Vec<Option<Value>>,
        entered: Day,
    ) -> Result<NewRecord<'r>, Problems> {
        let before = vec![None; values.len()];
        settle(root, rules, kind, &before, &mut values)?;
        let origin = Origin::nowhere();
        let id = RecordId::new(&kind.prefix, entered, random_bits());
        Ok(NewRecord(Record::new(id, kind, values, None, origin)))
    }

    /// The record.
    pub fn record(&self) -> &Record<'r> {
        &self.0
    }
}

/// Makes the values of a table such that they may take the place of `before`.
///
/// # Errors
/// As [`NewRecord::of`]; but what was wrong before and stays as it is keeps nobody from changing
/// something else.
fn settle(
    root: &Root,
    rules: &Rules,
    kind: &Kind,
    before: &[Option<Value>],
    values: &mut [Option<Value>],
) -> Result<(), Problems> {
    refuse_broken_bounds(kind, before, values)?;
    refuse_points(root, rules, kind, before, values)?;
    for (n, field) in kind.fields.iter().enumerate() {
        if values[n] == before[n] {
            continue;
        }
        match (&field.ty, &mut values[n]) {
            (FieldType::Organisation, Some(Value::Text(name))) => {
                let orgs = Tree::organisations(root, rules)?.orgs;
                *name = orgs[find_org(&orgs, name, rules)?].path.as_str().into();
            }
            (FieldType::Record(kinds), Some(Value::List(items))) => {
                for item in items {
                    *item = target(root, rules, kinds, item)?;
                }
            }
            (FieldType::Record(kinds), Some(item)) => *item = target(root, rules, kinds, item)?,
            _ => {}
        }
    }
    Ok(())
}

/// The whole id of the record that a value points to, which must be of one of some kinds.
fn target(root: &Root, rules: &Rules, kinds: &[String], value: &Value) -> Result<Value, Problems> {
    let target = find_of(root, rules, kinds, value.as_text().unwrap_or_default())?.record;
    if kinds.contains(&target.kind.name) {
        return Ok(Value::Text(target.id.as_str().into()));
    }
    let wanted = kinds.iter().filter_map(|kind| rules.kind(kind));
    let wanted = wanted.map(|kind| kind.label.clone()).collect();
    Err(Problem::new(Rule::WRONG_REFERENCE)
        .with("id", target.id.as_str())
        .with("found", &target.kind.label)
        .with("wanted", Arg::Labels(wanted))
        .into())
}

/// Refuses points that the scorecard of their day does not know, or that are out of their range;
/// and new ones of members where the ledger has none.
pub(super) fn refuse_points(
    root: &Root,
    rules: &Rules,
    kind: &Kind,
    before: &[Option<Value>],
    values: &[Option<Value>],
) -> Result<(), Problems> {
    if kind.gives.is_none() {
        return Ok(());
    }
    // By half of the scorecards right points might be refused.
    refuse_blocking(rules.figure_problems())?;
    if kind.person.is_some() && before.iter().all(Option::is_none) {
        root.refuse_points()?;
    }
    match points::refused(rules, kind, values) {
        Some(problem) if points::refused(rules, kind, before) != Some(problem.clone()) => {
            Err(problem.into())
        }
        _ => Ok(()),
    }
}

pub(super) fn refuse_broken_bounds(
    kind: &Kind,
    before: &[Option<Value>],
    values: &[Option<Value>],
) -> Result<(), Problems> {
    let known = check::broken_bounds(kind, before);
    let broken: Vec<Problem> = check::broken_bounds(kind, values)
        .into_iter()
        .filter(|bound| !known.contains(bound))
        .map(|(_, problem)| problem)
        .collect();
    match broken.is_empty() {
        true => Ok(()),
        false => Err(Problems(broken)),
    }
}

/// Appends a record to its writer's file of the year it began in.
///
/// Where the organisation was moved since it was named, the record goes to where it is now.
///
/// # Errors
/// The organisation is no more, the file as it stands is not TOML, the new text does not prove, or
/// the system refuses.
pub fn add(
    root: &Root,
    lock: &Lock,
    rules: &Rules,
    org: &OrgPath,
    writer: &Writer,
    NewRecord(record): &NewRecord<'_>,
) -> Result<Place, Problems> {
    let mut patience = 3;
    loop {
        let (folder, owner) = owner(root, rules, org)?;
        let org_file = folder.join("org.toml");
        let path = ledger_file(&folder, writer, record)?;
        let name = shown(&root.path, &path);
        let old = scan::file_if_there(&root.path, &path)?;
        let basis = Precondition::of(&path, old.as_ref().map(|old| old.text.as_bytes()))
            .and(&org_file, Some(&owner));
        let before = old.clone().unwrap_or_else(|| Source::new(&name, ""));
        let (after, written) = appended(&before, rules, record)?;
        match lock.write(&path, &basis, after.text.as_bytes()) {
            // Another branch was checked out meanwhile: the record goes into what stands there now.
            Err(problem) if problem.rule == Rule::CHANGED_MEANWHILE && patience > 0 => {
                patience -= 1
            }
            result => return Ok(result.map(|()| place_of(&written))?),
        }
    }
}

/// What of a new record stands in an organisation already: the same thing, or an office or month
/// held at the same time. Files that cannot be read are left to `check`.
pub fn doubles(
    root: &Root,
    rules: &Rules,
    org: &OrgPath,
    NewRecord(record): &NewRecord<'_>,
) -> Vec<Problem> {
    if record.kind.same.is_empty() && record.kind.once.is_empty() {
        return Vec::new();
    }
    let records = readable(root, rules, org);
    let others = || {
        records
            .iter()
            .filter(|other| other.kind.name == record.kind.name && other.retracted.is_none())
    };
    let same = record.sameness();
    let twin = others()
        .find(|other| same.is_some() && other.sameness() == same)
        .map(|other| check::twin(record, other));
    twin.into_iter()
        .chain(others().find_map(|other| check::held_twice(record, other)))
        .collect()
}

/// The record of a kind that was entered last in an organisation, for what is likely to be said
/// again.
pub fn latest<'r>(root: &Root, rules: &'r Rules, org: &OrgPath, kind: &Kind) -> Option<Record<'r>> {
    let mut records = readable(root, rules, org);
    records.retain(|record| record.kind.number == kind.number && record.retracted.is_none());
    // The day of entry stands in the id.
    records
        .into_iter()
        .max_by(|a, b| a.id.as_str().cmp(b.id.as_str()))
}

/// The records of an organisation that can be read.
fn readable<'r>(root: &Root, rules: &'r Rules, org: &OrgPath) -> Vec<Record<'r>> {
    let files = scan::ledgers(&root.path, &root.org_folder(org), &mut Vec::new()).into_iter();
    let sources = files.filter_map(|file| scan::read_file(&root.path, &file.path).ok());
    sources
        .flat_map(|source| ledger::read_records(&source, rules).0)
        .collect()
}

/// The folder of an organisation and what its file says, as they are under the lock.
fn owner(root: &Root, rules: &Rules, org: &OrgPath) -> Result<(PathBuf, Vec<u8>), Problems> {
    let folder = root.org_folder(org);
    if let Some(bytes) = scan::read_if_there(&root.path, &folder.join("org.toml"))? {
        return Ok((folder, bytes));
    }
    let tree = Tree::organisations(root, rules)?;
    let now = tree
        .owner(org)
        .ok_or_else(|| Problem::new(Rule::UNKNOWN_ORG).with("name", org.as_str()))?;
    let folder = root.org_folder(&tree.orgs[now].folder);
    let bytes = scan::read_bytes(&root.path, &folder.join("org.toml"))?;
    Ok((folder, bytes))
}

/// A file with one more record, proven, and the record as it then stands there.
fn appended<'r>(
    before: &Source,
    rules: &'r Rules,
    record: &Record<'_>,
) -> Result<(Source, Record<'r>), Problems> {
    let after = extended(before, rules, record.kind, &[record])?;
    let (records, _) = ledger::read_records(&after, rules);
    let written = records
        .into_iter()
        .find(|r| r.id == record.id && all_values(r) == all_values(record));
    let Some(written) = written else {
        return Err(Problem::new(Rule::UNPROVEN)
            .at(Place::file(&*before.file))
            .into());
    };
    Ok((after, written))
}

/// Refuses a file whose records of a kind are one list of inline tables: `fmt` writes them in the
/// form that can be changed piece by piece.
fn refuse_inline(source: &Source, document: &Document<'_>, kind: &str) -> Result<(), Problem> {
    let rows = parsed::rows(source, &document.root);
    let starts = rows
        .iter()
        .filter(|row| row.name == kind)
        .map(|row| row.header.start);
    match starts
        .into_iter()
        .find(|&at| !source.text[at..].starts_with("[["))
    {
        None => Ok(()),
        Some(at) => Err(Problem::new(Rule::NOT_TABLES).at(source.place(at..at))),
    }
}

/// A record found on disk, and the organisation whose folder it lies in.
#[derive(Debug)]
pub struct FoundRecord<'r> {
    /// The record.
    pub record: Record<'r>,
    /// The organisation.
    pub org: OrgPath,
    path: PathBuf,
    /// Equal copies of the record, as merges leave them: what changes, changes in each.
    copies: Vec<FoundRecord<'r>>,
}

impl FoundRecord<'_> {
    /// The record's own lines, the comments just above them included.
    ///
    /// # Errors
    /// The file can no longer be read, or no longer holds it.
    pub fn text(&self, root: &Root) -> Result<String, Problems> {
        let source = scan::read_file(&root.path, &self.path)?;
        let document = parse(&source).map_err(Problems)?;
        let rows = parsed::rows(&source, &document.root);
        let found = rows
            .iter()
            .position(|row| row.header.start == self.record.origin.at)
            .ok_or_else(|| Problem::new(Rule::UNPROVEN).at(Place::file(&*source.file)))?;
        let cuts = cuts(&source, &document.trivia.comments, &rows);
        Ok(source.text[cuts[found].clone()].to_owned())
    }
}

/// The record whose id contains `part`, or is it; or, where no id does, whose title it is.
///
/// Only files that mention `part` are read as records.
///
/// # Errors
/// No such record, several, or a file that mentions it and cannot be read.
pub fn find<'r>(
    files: &dyn Files,
    rules: &'r Rules,
    part: &str,
) -> Result<FoundRecord<'r>, Problems> {
    find_of(files, rules, &[], part)
}

/// The same; of several that may be meant those of some kinds are.
fn find_of<'r>(
    files: &dyn Files,
    rules: &'r Rules,
    kinds: &[String],
    part: &str,
) -> Result<FoundRecord<'r>, Problems> {
    let part = part.trim();
    let (mut found, mut unreadable): (Vec<FoundRecord<'r>>, Vec<Problem>) =
        (Vec::new(), Vec::new());
    if !part.is_empty() {
        let mut walked = Vec::new();
        let folders = files.organisations(&mut walked);
        Problem::refuse_hidden(&walked)?;
        let all: Vec<(&OrgPath, &ListedFile)> = folders
            .iter()
            .flat_map(|folder| folder.ledgers.iter().map(|file| (&folder.org, file)))
            .collect();
        let finder = memmem::Finder::new(part);
        let look =
            |&(org, file): &(&OrgPath, &ListedFile)| found_in(files, rules, org, file, &finder);
        for (records, problems) in all.par_iter().map(look).collect::<Vec<_>>() {
            found.extend(records);
            unreadable.extend(problems);
        }
    }
    // Where something cannot be seen another may have the id, or be a copy that would stay as it
    // is.
    Problem::refuse_hidden(&unreadable)?;
    if found.iter().any(|f| f.record.id.as_str() == part) {
        found.retain(|f| f.record.id.as_str() == part);
    } else if found.iter().any(|f| f.record.id.as_str().contains(part)) {
        found.retain(|f| f.record.id.as_str().contains(part));
    } else if found.iter().any(|f| f.record.retracted.is_none()) {
        // By title those are meant that hold; one that was taken back only where there is no other.
        found.retain(|f| f.record.retracted.is_none());
    }
    let is_of_these = |found: &FoundRecord<'_>| kinds.contains(&found.record.kind.name);
    if found.iter().any(is_of_these) {
        found.retain(is_of_these);
    }
    if let Some((first, rest)) = found.split_first()
        && rest.iter().all(|f| f.record.id == first.record.id)
        && !rest.is_empty()
    {
        if let Some(other) = rest
            .iter()
            .find(|f| f.org != first.org || !f.record.says_the_same(&first.record))
        {
            let problem = Problem::new(Rule::DUPLICATE_ID)
                .at(place_of(&other.record))
                .with("id", first.record.id.as_str())
                .with("first", place_of(&first.record).to_string())
                .and_at(place_of(&first.record));
            return Err(problem.into());
        }
        let mut one = found.remove(0);
        one.copies = found;
        return Ok(one);
    }
    match found.len() {
        0 if unreadable.is_empty() => {
            Err(Problem::new(Rule::UNKNOWN_RECORD).with("id", part).into())
        }
        0 => Err(Problems(unreadable)),
        1 => Ok(found.swap_remove(0)),
        _ => {
            let list: Vec<String> = found
                .iter()
                .map(|f| {
                    format!(
                        "{}  {}",
                        f.record.id,
                        f.record
                            .title()
                            .map(crate::record::text::plain)
                            .unwrap_or_default()
                    )
                })
                .collect();
            Err(Problem::new(Rule::AMBIGUOUS_RECORD)
                .with("id", part)
                .with("candidates", candidates(list))
                .into())
        }
    }
}

/// The records of a file whose ids contain what is looked for, or whose title it is; a file that
/// does not mention it is not taken apart.
fn found_in<'r>(
    files: &dyn Files,
    rules: &'r Rules,
    org: &OrgPath,
    file: &ListedFile,
    part: &memmem::Finder<'_>,
) -> (Vec<FoundRecord<'r>>, Vec<Problem>) {
    let source = match files.read(file) {
        Ok(source) if part.find(source.text.as_bytes()).is_none() => {
            return (Vec::new(), Vec::new());
        }
        Ok(source) => source,
        Err(problem) => return (Vec::new(), vec![problem]),
    };
    let (records, mut problems) = ledger::read_records(&source, rules);
    problems.retain(Problem::blocks);
    let found = records.into_iter().filter(|record| {
        let titled = || record.title().and_then(Value::as_text).map(str::as_bytes);
        part.find(record.id.as_str().as_bytes()).is_some() || titled() == Some(part.needle())
    });
    let found = found.map(|record| FoundRecord {
        record,
        org: org.clone(),
        path: file.path.clone(),
        copies: Vec::new(),
    });
    (found.collect(), problems)
}

/// Changes some fields of a record; `change` is given the record as it stands now and its values.
///
/// Indices of values are those of [`Rules::all_fields`]: `id` first, `retracted` last.
///
/// # Errors
/// As [`find`] and [`add`], and whatever `change` refuses.
pub fn edit<'r>(
    root: &Root,
    lock: &Lock,
    rules: &'r Rules,
    id: &str,
    change: impl FnOnce(&Record<'r>, &mut [Option<Value>]) -> Result<(), Problems>,
) -> Result<Record<'r>, Problems> {
    let mut found = find(root, rules, id)?;
    let before = all_values(&found.record);
    let mut values = before.clone();
    change(&found.record, &mut values)?;
    // The identity is never changed.
    values[0].clone_from(&before[0]);
    let own = 1..found.record.kind.fields.len() + 1;
    let kind = found.record.kind;
    settle(root, rules, kind, &before[own.clone()], &mut values[own])?;
    let mut copies = std::mem::take(&mut found.copies);
    copies.push(found);
    let mut by_file: BTreeMap<PathBuf, Vec<Record<'r>>> = BTreeMap::new();
    for copy in copies {
        by_file.entry(copy.path).or_default().push(copy.record);
    }
    let mut written = None;
    for (path, records) in by_file {
        let one = change_all(root, lock, rules, &path, records, &values)?;
        written = written.or(Some(one));
    }
    written.ok_or_else(|| Problem::new(Rule::UNPROVEN).into())
}

/// Gives all copies of a record that a file has these values, in one write.
fn change_all<'r>(
    root: &Root,
    lock: &Lock,
    rules: &'r Rules,
    path: &Path,
    records: Vec<Record<'r>>,
    values: &[Option<Value>],
) -> Result<Record<'r>, Problems> {
    let before = scan::read_file(&root.path, path)?;
    let failed = || Problem::new(Rule::UNPROVEN).at(Place::file(&*before.file));
    let edit = |record| Edit {
        record,
        changes: changes_between(&all_values(record), values),
    };
    let edits: Vec<Edit<'_>> = records.iter().map(edit).collect();
    let after = edited(&before, rules, &edits)?;
    let (read, _) = ledger::read_records(&after, rules);
    let is_it = |record: &Record<'_>| {
        records.iter().any(|old| old.id == record.id) && all_values(record) == values
    };
    let mut written: Vec<Record<'r>> = read.into_iter().filter(is_it).collect();
    if written.len() != records.len() {
        return Err(failed().into());
    }
    lock.write(
        path,
        &Precondition::of(path, Some(before.text.as_bytes())),
        after.text.as_bytes(),
    )?;
    Ok(written.swap_remove(0))
}

/// A file with some of its records changed, proven.
pub(super) fn edited(
    before: &Source,
    rules: &Rules,
    edits: &[Edit<'_>],
) -> Result<Source, Problems> {
    let document = parse(before).map_err(Problems)?;
    let kinds: BTreeSet<&str> = edits
        .iter()
        .map(|edit| edit.record.kind.name.as_str())
        .collect();
    for kind in kinds {
        refuse_inline(before, &document, kind)?;
    }
    let text = set_records(before, &document, rules, edits)
        .ok_or_else(|| Problem::new(Rule::UNPROVEN).at(Place::file(&*before.file)))?;
    let after = Source::new(&before.file, text);
    let table = |edit: &Edit<'_>| (edit.record.kind.name.clone(), edit.record.origin.at);
    let tables: Vec<(String, usize)> = edits.iter().map(table).collect();
    prove(before, &after, Proof::Except(&tables))?;
    Ok(after)
}

/// A file with some more records of a kind at its end, proven.
pub(super) fn extended(
    before: &Source,
    rules: &Rules,
    kind: &Kind,
    records: &[&Record<'_>],
) -> Result<Source, Problems> {
    refuse_inline(before, &parse(before).map_err(Problems)?, &kind.name)?;
    let texts: Vec<String> = records
        .iter()
        .map(|record| record_text(record, rules))
        .collect();
    let after = Source::new(&before.file, append(&before.text, &texts.join("\n")));
    prove(before, &after, Proof::More(&kind.name, records.len()))?;
    Ok(after)
}

/// The file of a writer, in an organisation's folder, for records that begin in a record's year.
///
/// # Errors
/// The record does not say when it begins.
pub(super) fn ledger_file(
    folder: &Path,
    writer: &Writer,
    record: &Record<'_>,
) -> Result<PathBuf, Problem> {
    let Some(year) = record.starts().map(Day::year) else {
        let start = &record.kind.fields[record.kind.start];
        return Err(Problem::new(Rule::MISSING_FIELD)
            .with("field", start.name.as_str())
            .with("kind", &record.kind.label));
    };
    let file = format!("{}.toml", writer.as_str());
    Ok(folder.join(format!("{year:04}")).join(file))
}

/// Those values that are not as they were.
pub(super) fn changes_between(before: &[Option<Value>], values: &[Option<Value>]) -> Vec<Change> {
    let changed = (0..values.len()).filter(|&n| before[n] != values[n]);
    changed.map(|n| (n, values[n].clone())).collect()
}

/// Writes an organisation's file with these values, keeping what stands there otherwise.
///
/// # Errors
/// Bounds between fields do not hold that held before, the file as it stands cannot be read, the
/// new text does not prove, or the system refuses.
pub fn organisation(
    root: &Root,
    lock: &Lock,
    rules: &Rules,
    org: &OrgPath,
    values: &[Option<Value>],
) -> Result<(), Problems> {
    let path = root.org_folder(org).join("org.toml");
    let stands = scan::file_if_there(&root.path, &path)?;
    let text = organisation_text(root, rules, org, stands.as_ref(), values)?;
    let basis = Precondition::of(&path, stands.as_ref().map(|stands| stands.text.as_bytes()));
    Ok(lock.write(&path, &basis, text.as_bytes())?)
}

/// The text of an organisation's file with these values, from what stands there.
fn organisation_text(
    root: &Root,
    rules: &Rules,
    org: &OrgPath,
    stands: Option<&Source>,
    values: &[Option<Value>],
) -> Result<String, Problems> {
    let name = shown(&root.path, &root.org_folder(org).join("org.toml"));
    let nothing = Source::new(&name, "");
    let before = stands.unwrap_or(&nothing);
    let document = parse(before).map_err(Problems)?;
    let old = match before.text.is_empty() {
        true => vec![None; values.len()],
        false => match ledger::read_organisation(before, org.clone(), rules) {
            (Some(org), _) => org.fields,
            (None, problems) => return Err(Problems(problems)),
        },
    };
    refuse_broken_bounds(&rules.org, &old, values)?;
    let changes = changes_between(&old, values);
    let text = set_organisation(before, &document, &rules.org.fields, &old, &changes);
    let after = Source::new(&name, text);
    match ledger::read_organisation(&after, org.clone(), rules) {
        (Some(read), _) if read.fields == values => Ok(after.text),
        _ => Err(Problem::new(Rule::UNPROVEN).at(Place::file(&name)).into()),
    }
}

/// Makes new organisations, all of them or none.
///
/// They are written beside the ledger first; each new folder with everything under it then takes
/// its place in one step. Parents stand before those under them in `plan`.
///
/// # Errors
/// Something stands where a new folder should, or the system refuses; what was moved in place is
/// moved back.
pub fn organisations(
    root: &Root,
    lock: &Lock,
    rules: &Rules,
    plan: &[(OrgPath, Vec<Option<Value>>)],
) -> Result<(), Problems> {
    for (path, _) in plan {
        if scan::real(&root.path, &root.org_folder(path))?.is_some() {
            return Err(Problem::new(Rule::ORG_EXISTS)
                .with("org", path.as_str())
                .into());
        }
    }
    let file = |(org, values): &(OrgPath, Vec<Option<Value>>)| {
        Ok(Replacement {
            path: root.org_folder(org).join("org.toml"),
            before: None,
            after: Some(organisation_text(root, rules, org, None, values)?),
        })
    };
    let made: Vec<Replacement> = plan.iter().map(file).collect::<Result<_, Problems>>()?;
    let stage = Root {
        path: root.path.join(".ledger").join("import"),
        ..root.clone()
    };
    // A killed import leaves its stage behind; under the lock nobody uses it.
    let _ = std::fs::remove_dir_all(&stage.path);
    let result = plan.iter().zip(&made).try_for_each(|((org, _), file)| {
        let path = stage.org_folder(org).join("org.toml");
        let text = file.after.as_deref().unwrap_or_default();
        lock.write(&path, &Precondition::of(&path, None), text.as_bytes())
    });
    let planned: BTreeSet<&OrgPath> = plan.iter().map(|(path, _)| path).collect();
    let tops: Vec<&OrgPath> = plan
        .iter()
        .map(|(path, _)| path)
        .filter(|path| {
            path.parent()
                .is_none_or(|parent| !planned.contains(&parent))
        })
        .collect();
    let mut moved = Vec::new();
    let result = result.and_then(|()| {
        for top in tops {
            let (from, to) = (stage.org_folder(top), root.org_folder(top));
            let done = lock.move_folder(&from, &to);
            if done
                .as_ref()
                .map_or_else(|problem| problem.rule == Rule::MAYBE_SAVED, |()| true)
            {
                moved.push((from, to));
            }
            done?;
        }
        Ok(())
    });
    if result.is_err() {
        for (from, to) in moved {
            let _ = std::fs::rename(to, from);
        }
    }
    let _ = std::fs::remove_dir_all(&stage.path);
    result?;
    lock.has_made(made);
    Ok(())
}

/// Moves an organisation's folder, with everything under it, to another id; the old one is kept as
/// a former id, so that what other clerks enter at the old place still finds its owner.
///
/// # Errors
/// Something stands there already, it would stand under itself or too deep, or the system refuses.
pub fn move_organisation(
    root: &Root,
    lock: &Lock,
    rules: &Rules,
    org: &Organisation,
    to: &OrgPath,
) -> Result<(), Problems> {
    if to.is_within(&org.path) {
        return Err(Problem::new(Rule::ORG_INSIDE)
            .with("org", org.path.as_str())
            .with("to", to.as_str())
            .into());
    }
    let (old, new) = (root.org_folder(&org.folder), root.org_folder(to));
    if scan::real(&root.path, &new)?.is_some() {
        return Err(Problem::new(Rule::ORG_EXISTS)
            .with("org", to.as_str())
            .into());
    }
    let below = scan::all_organisations(&root.path)?
        .into_iter()
        .filter(|folder| folder.org.is_within(&org.folder));
    let height = below
        .map(|folder| folder.org.depth() - org.folder.depth())
        .max()
        .unwrap_or(0);
    if to.depth() + height >= scan::MAX_DEPTH {
        return Err(Problem::new(Rule::TOO_DEEP_FOLDERS)
            .with("most", scan::MAX_DEPTH)
            .into());
    }
    let mut values = org.fields.clone();
    if let Some(n) = rules.org.index("formerly") {
        let mut former = values[n].as_ref().map_or(&[][..], Value::items).to_vec();
        former.push(Value::Text(org.path.as_str().into()));
        // Who comes back to an old place no longer was there formerly.
        former.retain(|id| id.as_text() != Some(to.as_str()));
        former.dedup();
        values[n] = (!former.is_empty()).then_some(Value::List(former));
    }
    // A kill after this leaves an organisation that says it was formerly where it still is, which
    // means nothing.
    organisation(root, lock, rules, &org.folder, &values)?;
    // The folder it goes under may itself still wait to be brought along.
    if let Err(problem) = lock.move_folder(&old, &new) {
        if problem.rule != Rule::MAYBE_SAVED {
            organisation(root, lock, rules, &org.folder, &org.fields)?;
        }
        return Err(problem.into());
    }
    remove_empty_above(root, &old);
    Ok(())
}

/// Removes the folders above what was taken away, as far as they are empty now; git does not know
/// such folders.
pub fn remove_empty_above(root: &Root, gone: &Path) {
    let orgs = root.path.join("orgs");
    let is_inside = |above: &&Path| above.starts_with(&root.path) && **above != root.path;
    for above in gone
        .ancestors()
        .skip(1)
        .take_while(|above| is_inside(above) && **above != orgs)
    {
        if std::fs::remove_dir(above).is_err() {
            break;
        }
    }
}
