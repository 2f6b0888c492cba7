//! Many records at once: what a form adds and changes, all of it or nothing.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use crate::day::Day;
use crate::name::{OrgPath, RecordId, Writer};
use crate::path::shown;
use crate::problem::{Place, Problem, Problems, Rule};
use crate::record::{Origin, Record, Value};
use crate::rules::Rules;
use crate::rules::kind::{FieldType, Kind};
use crate::source::Source;
use crate::tree::canon::all_values;
use crate::tree::change::{
    changes_between, edited, extended, ledger_file, refuse_broken_bounds, refuse_points,
};
use crate::tree::splice::Edit;
use crate::tree::write::{Lock, Replacement, random_bits};
use crate::tree::{Root, Tree, ledger, scan};

/// A record that is to be added, or to become something else.
#[derive(Clone, Debug)]
pub enum Draft<'t> {
    /// A new one.
    Add {
        /// The folder of its organisation.
        org: OrgPath,
        /// Its kind.
        kind: &'t Kind,
        /// Its values, by the indices of the kind's fields.
        values: Vec<Option<Value>>,
    },
    /// One that is there.
    Change {
        /// The record as it was read.
        record: &'t Record<'t>,
        /// Its values afterwards, by the indices of the kind's fields.
        values: Vec<Option<Value>>,
    },
}

/// What is to happen to one file.
#[derive(Default)]
struct FileDraft<'t> {
    edits: Vec<(&'t Record<'t>, Vec<Option<Value>>)>,
    new: Vec<Record<'t>>,
}

/// Writes records as drafted, all of them or none, whatever happens meanwhile.
///
/// # Errors
/// A draft contradicts itself or points to what is not there; a record is no longer as it was read;
/// a new text does not prove; or the system refuses.
pub fn take_in(
    root: &Root,
    lock: &Lock,
    tree: &Tree<'_>,
    drafts: Vec<Draft<'_>>,
    entered: Day,
    writer: &Writer,
) -> Result<(), Problems> {
    let rules = tree.rules;
    let targets = Targets::of(tree);
    let mut files: BTreeMap<PathBuf, FileDraft<'_>> = BTreeMap::new();
    for draft in drafts {
        match draft {
            Draft::Add { org, kind, values } => {
                let before = vec![None; values.len()];
                refuse_broken_bounds(kind, &before, &values)?;
                refuse_points(root, rules, kind, &before, &values)?;
                targets.refuse_dangling(kind, &values)?;
                let id = RecordId::new(&kind.prefix, entered, random_bits());
                let record = Record::new(id, kind, values, None, Origin::nowhere());
                let path = ledger_file(&root.org_folder(&org), writer, &record)?;
                files.entry(path).or_default().new.push(record);
            }
            Draft::Change { record, values } => {
                refuse_broken_bounds(record.kind, &record.fields, &values)?;
                refuse_points(root, rules, record.kind, &record.fields, &values)?;
                targets.refuse_dangling(record.kind, &values)?;
                let path = root.path.join(&*record.origin.file);
                files.entry(path).or_default().edits.push((record, values));
            }
        }
    }
    let mut replacements = Vec::new();
    for (path, draft) in files {
        replacements.push(replacement(root, rules, path, draft)?);
    }
    Ok(lock.write_all(replacements)?)
}

/// What values may point to: the records that were read, each with its kind, and organisations.
struct Targets<'t> {
    records: HashMap<&'t str, &'t str>,
    orgs: HashSet<&'t str>,
}

impl<'t> Targets<'t> {
    fn of(tree: &'t Tree<'_>) -> Targets<'t> {
        let records = tree.entries.iter().map(|entry| &entry.record);
        Targets {
            records: records
                .map(|record| (record.id.as_str(), record.kind.name.as_str()))
                .collect(),
            orgs: tree.orgs.iter().map(|org| org.path.as_str()).collect(),
        }
    }

    /// Refuses a value that points to no record, or to no organisation.
    fn refuse_dangling(&self, kind: &Kind, values: &[Option<Value>]) -> Result<(), Problem> {
        for (field, value) in kind.fields.iter().zip(values) {
            let items = value.iter().flat_map(Value::items);
            for text in items.filter_map(Value::as_text) {
                let is_kind = |kinds: &[String]| {
                    let kind = self.records.get(text);
                    kind.is_some_and(|kind| kinds.iter().any(|known| known == kind))
                };
                let (is_there, rule, name) = match &field.ty {
                    FieldType::Record(kinds) => (is_kind(kinds), Rule::UNKNOWN_RECORD, "id"),
                    FieldType::Organisation => {
                        (self.orgs.contains(text), Rule::UNKNOWN_ORG, "name")
                    }
                    _ => continue,
                };
                if !is_there {
                    return Err(Problem::new(rule).with(name, text));
                }
            }
        }
        Ok(())
    }
}

/// The text of a file with its drafts carried out, proven.
fn replacement(
    root: &Root,
    rules: &Rules,
    path: PathBuf,
    draft: FileDraft<'_>,
) -> Result<Replacement, Problems> {
    let name = shown(&root.path, &path);
    let old = scan::file_if_there(&root.path, &path)?;
    let before = old.clone().unwrap_or_else(|| Source::new(&name, ""));
    let failed = || Problem::new(Rule::UNPROVEN).at(Place::file(&name));
    let overtaken = || Problem::new(Rule::CHANGED_MEANWHILE).at(Place::file(&name));
    let mut after = before.clone();
    let mut meant: Vec<(RecordId, Vec<Option<Value>>)> = Vec::new();
    if !draft.edits.is_empty() {
        let (stand, _) = ledger::read_records(&before, rules);
        let mut edits = Vec::new();
        for (record, values) in &draft.edits {
            // A merge may have left copies of a record in a file: what changes, changes in each.
            let copies = stand.iter().filter(|other| other.id == record.id);
            let mut all = all_values(record);
            all[1..=values.len()].clone_from_slice(values);
            let known = meant.len();
            for copy in copies {
                if all_values(copy) != all_values(record) {
                    return Err(overtaken().into());
                }
                edits.push(Edit {
                    record: copy,
                    changes: changes_between(&all_values(copy), &all),
                });
                meant.push((copy.id.clone(), all.clone()));
            }
            if meant.len() == known {
                return Err(overtaken().into());
            }
        }
        after = edited(&before, rules, &edits)?;
    }
    let mut by_kind: BTreeMap<&str, Vec<&Record<'_>>> = BTreeMap::new();
    for record in &draft.new {
        by_kind.entry(&record.kind.name).or_default().push(record);
        meant.push((record.id.clone(), all_values(record)));
    }
    for records in by_kind.values() {
        after = extended(&after, rules, records[0].kind, records)?;
    }
    let (read, _) = ledger::read_records(&after, rules);
    let read: BTreeMap<&str, Vec<Option<Value>>> = read
        .iter()
        .map(|record| (record.id.as_str(), all_values(record)))
        .collect();
    if meant
        .iter()
        .any(|(id, values)| read.get(id.as_str()) != Some(values))
    {
        return Err(failed().into());
    }
    Ok(Replacement {
        path,
        before: old.map(|old| old.text),
        after: Some(after.text),
    })
}
