//! One pass over a ledger's records, organisation by organisation, in parallel: each organisation's
//! records are read, given to whoever asked, and dropped, so that memory does not grow with the
//! ledger.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::name::RecordId;
use crate::problem::{Problem, Rule};
use crate::record::{Record, Value};
use crate::rules::kind::FieldType;
use crate::tree::files::Files;
use crate::tree::ledger::Batch;
use crate::tree::{OwnedRecord, Tree, place_of};
use crate::written::selection::Selection;

/// Reads the records of every organisation and gives those of each to `each`; what that makes of
/// them comes back in the order of the organisations. What is wrong with the records is noted in
/// the tree.
pub fn each_organisation<'r, T: Send>(
    tree: &mut Tree<'r>,
    files: &dyn Files,
    selection: &Selection,
    each: impl Fn(&Tree<'r>, usize, Vec<OwnedRecord<'r>>) -> T + Sync,
) -> Vec<T> {
    let shared = &*tree;
    let of = |org: usize| {
        let batch = Batch::of(shared, files, org, selection);
        (batch.ids, batch.problems, each(shared, org, batch.entries))
    };
    let read: Vec<(Vec<u64>, Vec<Problem>, T)> =
        (0..shared.orgs.len()).into_par_iter().map(of).collect();
    let mut ids: Vec<u64> = Vec::with_capacity(read.iter().map(|(ids, _, _)| ids.len()).sum());
    let mut problems = Vec::new();
    let mut made = Vec::with_capacity(read.len());
    for (of_org, found, one) in read {
        ids.extend(of_org);
        problems.extend(found);
        made.push(one);
    }
    let doubled = Doubled::find(shared, files, ids);
    if !doubled.ids.is_empty() {
        let names = |problem: &Problem| {
            problem.rule == Rule::DUPLICATE_ID
                && doubled.ids.iter().any(|id| problem.has("id", id.as_str()))
        };
        problems.retain(|problem| !names(problem));
        problems.extend(doubled.problems);
        // Of several different records of one id none is known to be right.
        for org in doubled.orgs {
            let mut batch = Batch::of(shared, files, org, selection);
            batch
                .entries
                .retain(|entry| !doubled.ids.contains(&entry.record.id));
            made[org] = each(shared, org, batch.entries);
        }
    }
    tree.problems.extend(problems);
    tree.problems = crate::problem::sorted(std::mem::take(&mut tree.problems));
    made
}

/// Reads the records of every organisation and keeps them.
pub(super) fn keep<'r>(
    tree: &mut Tree<'r>,
    files: &dyn Files,
    selection: &Selection,
) -> Vec<OwnedRecord<'r>> {
    let kept = each_organisation(tree, files, selection, |_, _, entries| entries);
    let mut all = Vec::with_capacity(kept.iter().map(Vec::len).sum());
    kept.into_iter().for_each(|entries| all.extend(entries));
    all
}

/// How many organisations are at hand at once.
const AT_ONCE: usize = 256;

/// Reads the records of every organisation, gives those of each to `each`, and what that makes of
/// them to `sink` in the order of the organisations: nothing of it stays. What is wrong with
/// records was noted by another pass; those under an id of `but` are left out.
///
/// # Errors
/// What `sink` says.
pub fn in_turn<'r, T: Send, E>(
    tree: &Tree<'r>,
    files: &dyn Files,
    but: &BTreeSet<String>,
    each: impl Fn(usize, Vec<OwnedRecord<'r>>) -> T + Sync,
    mut sink: impl FnMut(usize, T) -> Result<(), E>,
) -> Result<(), E> {
    let of = |org: usize| {
        let mut entries = entries_of(tree, files, org);
        entries.retain(|entry| !but.contains(entry.record.id.as_str()));
        each(org, entries)
    };
    let all: Vec<usize> = (0..tree.orgs.len()).collect();
    for some in all.chunks(AT_ONCE) {
        let made: Vec<T> = some.par_iter().map(|&org| of(org)).collect();
        for (&org, one) in some.iter().zip(made) {
            sink(org, one)?;
        }
    }
    Ok(())
}

/// All records of one organisation, as a pass gives them.
pub(super) fn entries_of<'r>(
    tree: &Tree<'r>,
    files: &dyn Files,
    org: usize,
) -> Vec<OwnedRecord<'r>> {
    Batch::of(tree, files, org, &Selection::everything()).entries
}

impl<'r> Batch<'r> {
    /// The records of one organisation, copies left out; the number of each id once.
    fn of(tree: &Tree<'r>, files: &dyn Files, org: usize, selection: &Selection) -> Batch<'r> {
        let mut batch = Batch::as_written(tree, files, org, selection);
        let all = batch.ids.len();
        batch.ids.sort_unstable();
        batch.ids.dedup();
        // All of them are kept until the end.
        batch.ids.shrink_to_fit();
        if batch.ids.len() < all {
            // Whether copies are equal is known only from all they say.
            let whole = Batch::as_written(tree, files, org, &Selection::everything());
            batch = Batch {
                ids: batch.ids,
                ..whole
            };
            batch.drop_copies();
        }
        if !tree.moves.is_empty() {
            batch
                .entries
                .iter_mut()
                .for_each(|entry| follow_moves(tree, &mut entry.record));
        }
        batch
    }

    fn as_written(
        tree: &Tree<'r>,
        files: &dyn Files,
        org: usize,
        selection: &Selection,
    ) -> Batch<'r> {
        let mut batch = Batch::new(org);
        for file in &tree.ledgers[org] {
            match files.read(file) {
                Ok(source) => batch.read(&source, tree.rules, selection),
                Err(problem) => batch.problems.push(problem),
            }
        }
        batch
    }

    /// Of equal records under one id one is kept; different ones are a problem, and none is kept.
    fn drop_copies(&mut self) {
        let mut by_id: BTreeMap<&RecordId, Vec<usize>> = BTreeMap::new();
        for (n, entry) in self.entries.iter().enumerate() {
            by_id.entry(&entry.record.id).or_default().push(n);
        }
        let mut dropped = BTreeSet::new();
        for copies in by_id.into_values().filter(|copies| copies.len() > 1) {
            let records: Vec<&Record<'_>> =
                copies.iter().map(|&n| &self.entries[n].record).collect();
            dropped.extend(&copies[1..]);
            if records[1..]
                .iter()
                .any(|other| !other.says_the_same(records[0]))
            {
                dropped.insert(copies[0]);
                self.problems.extend(note_copies(&records));
            }
        }
        let mut n = 0;
        self.entries.retain(|_| {
            n += 1;
            !dropped.contains(&(n - 1))
        });
    }
}

/// Each of several records of one id is left out and so each is named, with another beside it.
fn note_copies(records: &[&Record<'_>]) -> Vec<Problem> {
    let note = |(record, other): (&&Record<'_>, &&Record<'_>)| {
        let other = place_of(other);
        let problem = Problem::new(Rule::DUPLICATE_ID)
            .at(place_of(record))
            .with("id", record.id.as_str());
        problem.with("first", other.to_string()).and_at(other)
    };
    records
        .iter()
        .zip(records.iter().cycle().skip(1))
        .map(note)
        .collect()
}

/// Ids that records of several organisations have.
#[derive(Default)]
struct Doubled {
    ids: BTreeSet<RecordId>,
    orgs: BTreeSet<usize>,
    problems: Vec<Problem>,
}

impl Doubled {
    fn find(tree: &Tree<'_>, files: &dyn Files, mut ids: Vec<u64>) -> Doubled {
        ids.par_sort_unstable();
        let numbers: BTreeSet<u64> = ids
            .windows(2)
            .filter(|pair| pair[0] == pair[1])
            .map(|pair| pair[0])
            .collect();
        if numbers.is_empty() {
            return Doubled::default();
        }
        // Which organisations have them is looked up only now: hardly any ledger has one.
        let read = |org: usize| {
            let mut entries = Batch::as_written(tree, files, org, &Selection::everything()).entries;
            entries.retain(|entry| numbers.contains(&entry.record.id.number()));
            entries
        };
        let entries: Vec<OwnedRecord<'_>> = (0..tree.orgs.len())
            .into_par_iter()
            .flat_map_iter(read)
            .collect();
        let mut by_id: BTreeMap<&RecordId, Vec<&OwnedRecord<'_>>> = BTreeMap::new();
        entries
            .iter()
            .for_each(|entry| by_id.entry(&entry.record.id).or_default().push(entry));
        let mut doubled = Doubled::default();
        for (id, copies) in by_id {
            if copies.iter().any(|copy| copy.org != copies[0].org) {
                doubled.ids.insert(id.clone());
                doubled.orgs.extend(copies.iter().map(|copy| copy.org));
                doubled.problems.extend(note_copies(
                    &copies.iter().map(|copy| &copy.record).collect::<Vec<_>>(),
                ));
            }
        }
        doubled
    }
}

/// Where a record names an organisation by a former id, its present one is put.
fn follow_moves(tree: &Tree<'_>, record: &mut Record<'_>) {
    for (field, value) in record.kind.fields.iter().zip(&mut record.fields) {
        if let (FieldType::Organisation, Some(Value::Text(id))) = (&field.ty, value)
            && let Some(owner) = id.parse().ok().and_then(|path| tree.owner(&path))
        {
            *id = tree.orgs[owner].path.as_str().into();
        }
    }
}
