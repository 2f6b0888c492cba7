//! Many records at once: what a form adds and changes, all of it or nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::day::Day;
use crate::name::{OrgPath, RecordId, Writer};
use crate::path::shown;
use crate::problem::{Place, Problem, Problems, Rule};
use crate::record::{Origin, Record, Value};
use crate::rules::Rules;
use crate::rules::kind::{FieldType, Kind};
use crate::source::Source;
use crate::toml::parse;
use crate::tree::canon::{all_values, record as record_text};
use crate::tree::change::{changes_between, refuse_broken_bounds, refuse_inline};
use crate::tree::splice::{Edit, Proof, append, prove, set_records};
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
    let mut files: BTreeMap<PathBuf, FileDraft<'_>> = BTreeMap::new();
    for draft in drafts {
        match draft {
            Draft::Add { org, kind, values } => {
                refuse_broken_bounds(kind, &vec![None; values.len()], &values)?;
                refuse_dangling(tree, kind, &values)?;
                let id = RecordId::new(&kind.prefix, entered, random_bits());
                let origin = Origin {
                    file: Arc::from(""),
                    line: 0,
                    at: 0,
                };
                let record = Record::new(id, kind, values, None, origin);
                let Some(year) = record.starts().map(Day::year) else {
                    return Err(Problem::new(Rule::MISSING_FIELD)
                        .with("field", &kind.fields[kind.start].label)
                        .with("kind", &kind.label)
                        .into());
                };
                let file = format!("{}.toml", writer.as_str());
                let path = root.org_folder(&org).join(format!("{year:04}")).join(file);
                files.entry(path).or_default().new.push(record);
            }
            Draft::Change { record, values } => {
                refuse_broken_bounds(record.kind, &record.fields, &values)?;
                refuse_dangling(tree, record.kind, &values)?;
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

/// Refuses a value that points to no record, or to no organisation.
fn refuse_dangling(tree: &Tree<'_>, kind: &Kind, values: &[Option<Value>]) -> Result<(), Problem> {
    for (field, value) in kind.fields.iter().zip(values) {
        let texts = value
            .iter()
            .flat_map(Value::items)
            .filter_map(Value::as_text);
        for text in texts {
            let rule = match &field.ty {
                FieldType::Record(kinds) => {
                    let is_it = |entry: &crate::tree::OwnedRecord<'_>| {
                        entry.record.id.as_str() == text && kinds.contains(&entry.record.kind.name)
                    };
                    (!tree.entries.iter().any(is_it)).then_some((Rule::UNKNOWN_RECORD, "id"))
                }
                FieldType::Organisation => {
                    let found = tree.orgs.iter().any(|org| org.path.as_str() == text);
                    (!found).then_some((Rule::UNKNOWN_ORG, "name"))
                }
                _ => None,
            };
            if let Some((rule, name)) = rule {
                return Err(Problem::new(rule).with(name, text));
            }
        }
    }
    Ok(())
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
            let mut found = false;
            for copy in copies {
                found = true;
                if all_values(copy) != all_values(record) {
                    return Err(Problem::new(Rule::CHANGED_MEANWHILE)
                        .at(Place::file(&name))
                        .into());
                }
                edits.push(Edit {
                    record: copy,
                    changes: changes_between(&all_values(copy), &all),
                });
                meant.push((copy.id.clone(), all.clone()));
            }
            if !found {
                return Err(Problem::new(Rule::CHANGED_MEANWHILE)
                    .at(Place::file(&name))
                    .into());
            }
        }
        let document = parse(&before).map_err(Problems)?;
        for kind in edits.iter().map(|edit| &edit.record.kind.name) {
            refuse_inline(&before, &document, kind)?;
        }
        let text = set_records(&before, &document, rules, &edits).ok_or_else(failed)?;
        after = Source::new(&name, text);
        let at = |edit: &Edit<'_>| (edit.record.kind.name.clone(), edit.record.origin.at);
        prove(
            &before,
            &after,
            Proof::Except(&edits.iter().map(at).collect::<Vec<_>>()),
        )?;
    }
    let mut by_kind: BTreeMap<&str, Vec<&Record<'_>>> = BTreeMap::new();
    for record in &draft.new {
        by_kind.entry(&record.kind.name).or_default().push(record);
        meant.push((record.id.clone(), all_values(record)));
    }
    for (kind, records) in by_kind {
        refuse_inline(&after, &parse(&after).map_err(Problems)?, kind)?;
        let texts: Vec<String> = records
            .iter()
            .map(|record| record_text(record, rules))
            .collect();
        let next = Source::new(&name, append(&after.text, &texts.join("\n")));
        prove(&after, &next, Proof::More(kind, records.len()))?;
        after = next;
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
