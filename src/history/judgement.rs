//! What a record should be after a merge, from the versions that it was made from, and how what is
//! there differs.

use std::collections::{BTreeMap, BTreeSet};

use crate::git::graph::Graph;
use crate::history::finding::{Aspect, AuditFinding, Damage};
use crate::history::snapshot::{Occurrence, RecordRef, Snapshot};
use crate::merge::items::{self, Order};
use crate::merge::record::{self, About, ClashReason, Side};
use crate::record::organisation::Moves;
use crate::rules::Rules;
use crate::rules::kind::FieldDef;
use crate::written::block::{Block, Entry, ListItem};
use crate::written::value::TomlValue;

/// How the versions of a merge come together: commits, and merges of them.
#[derive(Debug, Default)]
pub(super) struct Plan {
    steps: Vec<MergeStep>,
    /// The commits, by their place in the graph.
    pub(super) commits: BTreeSet<usize>,
}

/// A version of the ledger on the way to the result, by its place in the plan.
#[derive(Clone, Copy, Debug)]
enum MergeStep {
    /// Nothing at all: where two histories have nothing in common.
    Empty,
    /// A commit.
    Commit(usize),
    /// Two versions merged from a third.
    Merge {
        base: usize,
        ours: usize,
        theirs: usize,
    },
}

/// How deep bases of bases are followed; criss-cross merges rarely cross more than twice.
const DEEPEST: usize = 16;

impl Plan {
    /// Merges commits one after the other, as git does with more than two parents, and with several
    /// bases.
    ///
    /// None where a shallow clone does not show where they come from.
    pub(super) fn fold(
        &mut self,
        graph: &Graph,
        commits: &[usize],
        shallow: bool,
    ) -> Option<usize> {
        self.fold_at(graph, commits, shallow, 0)
    }

    /// A commit made again: what it changed since `base`, at the place of the first of `sides`.
    pub(super) fn again(&mut self, base: usize, sides: &[usize]) -> usize {
        self.commits.extend(sides);
        self.commits.insert(base);
        let base = self.push(MergeStep::Commit(base));
        let [ours, theirs] = [0, sides.len() - 1].map(|n| self.push(MergeStep::Commit(sides[n])));
        self.push(MergeStep::Merge { base, ours, theirs })
    }

    fn fold_at(
        &mut self,
        graph: &Graph,
        commits: &[usize],
        shallow: bool,
        depth: usize,
    ) -> Option<usize> {
        let (first, rest) = commits.split_first()?;
        self.commits.extend(commits);
        let mut ours = self.push(MergeStep::Commit(*first));
        for (n, &commit) in rest.iter().enumerate() {
            let bases = graph.bases(&commits[..=n], commit);
            let base = match bases[..] {
                [] if shallow => return None,
                [] => self.push(MergeStep::Empty),
                _ if depth >= DEEPEST => self.fold_at(graph, &bases[..1], shallow, depth + 1)?,
                _ => self.fold_at(graph, &bases, shallow, depth + 1)?,
            };
            let theirs = self.push(MergeStep::Commit(commit));
            ours = self.push(MergeStep::Merge { base, ours, theirs });
        }
        Some(ours)
    }

    fn push(&mut self, step: MergeStep) -> usize {
        self.steps.push(step);
        self.steps.len() - 1
    }
}

/// A record as it should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    /// What it says; none: it is not there.
    row: Option<Block>,
    /// Its organisation.
    org: String,
    /// What of it a person had to decide.
    asked: Contested,
    /// One side took the record out and the other changed it: it may be there or not.
    may_be_gone: bool,
}

/// What of a record a person had to decide, and may have decided in any way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Contested {
    /// Fields that both sides changed; of a list, about the rows that both changed.
    fields: BTreeMap<Aspect, Option<Contest>>,
    /// Lists to which both sides put items of one day: the order of these is not known.
    order: BTreeSet<String>,
    /// The record as a whole.
    whole: bool,
}

impl Contested {
    /// What was to be decided on the way to two versions and to what they come from.
    fn before(base: &Expected, ours: &Expected, theirs: &Expected) -> Contested {
        let says = |version: &Expected, field: &Aspect| {
            version
                .row
                .as_ref()
                .and_then(|row| row.says(field.name()))
                .cloned()
        };
        // Where the base itself was in conflict it is not known who changed what.
        let of_base = base
            .asked
            .fields
            .keys()
            .filter(|field| says(ours, field) != says(theirs, field));
        let fields = ours
            .asked
            .fields
            .keys()
            .chain(theirs.asked.fields.keys())
            .chain(of_base);
        Contested {
            fields: fields.map(|field| (field.clone(), None)).collect(),
            order: ours
                .asked
                .order
                .union(&theirs.asked.order)
                .cloned()
                .collect(),
            whole: ours.asked.whole || theirs.asked.whole || base.asked.whole,
        }
    }

    /// One of two versions was to be taken as a whole: each field in which they differ was decided.
    fn for_either(&mut self, ours: &Block, theirs: &Block) {
        let names = ours
            .entries
            .iter()
            .chain(&theirs.entries)
            .map(|cell| cell.name.as_str());
        self.fields.extend(
            names
                .filter(|name| ours.says(name) != theirs.says(name))
                .map(|name| (Aspect::Field(name.to_owned()), None)),
        );
        self.whole = true;
    }
}

/// The three versions of a list in which both sides changed a row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Contest {
    base: Vec<ListItem>,
    ours: Vec<ListItem>,
    theirs: Vec<ListItem>,
    order: Order,
}

impl Contest {
    fn of(field: Option<&FieldDef>, versions: [Option<&Entry>; 3]) -> Option<Contest> {
        if !versions
            .iter()
            .flatten()
            .all(|cell| matches!(cell.data, TomlValue::List(_)))
        {
            return None;
        }
        let [base, ours, theirs] =
            versions.map(|cell| cell.map_or_else(Vec::new, |cell| cell.items.clone()));
        let order = Order::of(field, &[ours.as_slice(), &theirs].concat());
        Some(Contest {
            base,
            ours,
            theirs,
            order,
        })
    }

    fn left_out(&self, kept: &[TomlValue]) -> Vec<TomlValue> {
        items::left_out(&self.base, &self.ours, &self.theirs, kept, &self.order)
    }
}

pub(super) struct Judgement<'j> {
    pub(super) plan: &'j Plan,
    pub(super) snapshots: &'j BTreeMap<usize, Snapshot>,
    pub(super) rules: &'j Rules,
    pub(super) moves: &'j Moves,
}

impl Judgement<'_> {
    /// What a record is known by after all moves: the names of organisations move with them.
    pub(super) fn now(&self, id: &RecordRef) -> RecordRef {
        match id {
            RecordRef::Organisation(org) => RecordRef::Organisation(self.moves.now(org)),
            RecordRef::Record(_) | RecordRef::Stamp(_) => id.clone(),
        }
    }

    /// Where a record stands, under its name after all moves.
    pub(super) fn stands<'s>(&self, snapshot: &'s Snapshot, id: &RecordRef) -> Vec<&'s Occurrence> {
        if id.organisation().is_none() {
            return snapshot.records.get(id).into_iter().flatten().collect();
        }
        let organisations = snapshot
            .records
            .range(RecordRef::Organisation(String::new())..)
            .take_while(|(of, _)| of.organisation().is_some());
        organisations
            .filter(|(of, _)| self.now(of) == *id)
            .flat_map(|(_, stands)| stands)
            .collect()
    }

    /// Whether equal lines alone show that a record is what it should be; most need no closer look.
    pub(super) fn is_settled(&self, id: &RecordRef, step: usize, merged: &Snapshot) -> bool {
        let there = self.stands(merged, id);
        there.len() <= 1
            && self
                .settled(id, step)
                .is_some_and(|wanted| self.is_alike(wanted, there.first().copied()))
    }

    /// A record as it should be where equal lines decide that; none where its fields must be looked
    /// at.
    fn settled(&self, id: &RecordRef, step: usize) -> Option<Option<&Occurrence>> {
        match self.plan.steps[step] {
            MergeStep::Empty => Some(None),
            MergeStep::Commit(commit) => match self.stands(&self.snapshots[&commit], id)[..] {
                [] => Some(None),
                [stand] => Some(Some(stand)),
                _ => None,
            },
            MergeStep::Merge { base, ours, theirs } => {
                let (base, ours, theirs) = (
                    self.settled(id, base)?,
                    self.settled(id, ours)?,
                    self.settled(id, theirs)?,
                );
                if self.is_alike(ours, theirs) || self.is_alike(theirs, base) {
                    return Some(ours);
                }
                self.is_alike(ours, base).then_some(theirs)
            }
        }
    }

    /// Whether a record has the same lines in the same organisation.
    fn is_alike(&self, one: Option<&Occurrence>, other: Option<&Occurrence>) -> bool {
        match (one, other) {
            (Some(one), Some(other)) => {
                one.text == other.text && self.moves.now(&one.org) == self.moves.now(&other.org)
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    /// What a record comes to in a version of the plan.
    pub(super) fn expected(&self, id: &RecordRef, step: usize) -> Expected {
        match self.plan.steps[step] {
            MergeStep::Empty => Expected::default(),
            MergeStep::Commit(commit) => {
                let stands = self.stands(&self.snapshots[&commit], id);
                let Some((first, copies)) = stands.split_first() else {
                    return Expected::default();
                };
                let row = id.read(&first.text);
                let mut asked = Contested::default();
                // Of several copies any may be the one that was kept.
                for copy in copies.iter().filter_map(|copy| id.read(&copy.text)) {
                    row.iter().for_each(|row| asked.for_either(row, &copy));
                }
                Expected {
                    row,
                    org: self.moves.now(&first.org),
                    asked,
                    ..Expected::default()
                }
            }
            MergeStep::Merge { base, ours, theirs } => {
                let (base, ours, theirs) = (
                    self.expected(id, base),
                    self.expected(id, ours),
                    self.expected(id, theirs),
                );
                self.merged(id, base, ours, theirs)
            }
        }
    }

    fn merged(&self, id: &RecordRef, base: Expected, ours: Expected, theirs: Expected) -> Expected {
        let said = |expected: &Expected| {
            (
                expected
                    .row
                    .as_ref()
                    .map(|row| (row.kind.clone(), says(row), row.comments().join("\n"))),
                expected.org.clone(),
            )
        };
        let (b, o, t) = (said(&base), said(&ours), said(&theirs));
        let mut asked = Contested::before(&base, &ours, &theirs);
        let may_be_gone = ours.may_be_gone || theirs.may_be_gone;
        let known = base.asked.fields.is_empty();
        if o == t || t == b && known {
            return Expected {
                asked,
                may_be_gone,
                ..ours
            };
        }
        if o == b && known {
            return Expected {
                asked,
                may_be_gone,
                ..theirs
            };
        }
        match (ours.row, theirs.row) {
            (Some(o), Some(t)) => {
                let row = self.put_together(id, &base, (&o, &t), &mut asked);
                if ours.org != base.org && theirs.org != base.org && ours.org != theirs.org {
                    asked.fields.insert(Aspect::Organisation, None);
                }
                let org = if ours.org == base.org {
                    theirs.org
                } else {
                    ours.org
                };
                Expected {
                    row: Some(row),
                    org,
                    asked,
                    may_be_gone,
                }
            }
            (Some(row), None) => one_left(base.row.as_ref(), row, ours.org, asked),
            (None, Some(row)) => one_left(base.row.as_ref(), row, theirs.org, asked),
            (None, None) => Expected::default(),
        }
    }

    /// What two versions of a record come to, and what of it a person had to decide.
    fn put_together(
        &self,
        id: &RecordRef,
        base: &Expected,
        (ours, theirs): (&Block, &Block),
        asked: &mut Contested,
    ) -> Block {
        // Two stamps of one period are never put together.
        if matches!(id, RecordRef::Stamp(_)) {
            asked.for_either(ours, theirs);
            return ours.clone();
        }
        let kind = match id.organisation().is_some() {
            true => Some(self.rules.org.as_ref()),
            false => ours
                .kind
                .as_deref()
                .and_then(|kind| self.rules.kind(kind))
                .map(AsRef::as_ref),
        };
        // Whether it stays taken back was for a person to decide; what else was done to it stands
        // either way.
        let merged = record::merge(base.row.as_ref(), ours, theirs, kind, &mut |_, clash| {
            (clash.why == ClashReason::Retracted).then(|| {
                asked
                    .fields
                    .insert(Aspect::Field(clash.field.clone()), None);
                Side::Ours
            })
        });
        let same_day = merged
            .notices
            .into_iter()
            .filter(|(_, about)| *about == About::SameDay);
        asked.order.extend(same_day.map(|(field, _)| field));
        for clash in &merged.clashes {
            match clash.why {
                ClashReason::Changed => {
                    let field = kind.and_then(|kind| Some(&kind.fields[kind.index(&clash.field)?]));
                    let cells = [base.row.as_ref(), Some(ours), Some(theirs)]
                        .map(|row| row.and_then(|row| row.entry(&clash.field)));
                    let of_it = Aspect::Field(clash.field.clone());
                    let known = base.asked.fields.is_empty() && !asked.fields.contains_key(&of_it);
                    asked
                        .fields
                        .insert(of_it, Contest::of(field, cells).filter(|_| known));
                }
                ClashReason::Retracted
                | ClashReason::Deleted
                | ClashReason::Added
                | ClashReason::Misplaced
                | ClashReason::Closed => asked.for_either(ours, theirs),
            }
        }
        merged.block
    }

    /// What the merge did to a record, against what it should be.
    pub(super) fn compare(
        &self,
        id: &RecordRef,
        expected: &Expected,
        merged: &Snapshot,
        sides: &[&Snapshot],
        names: &[String],
    ) -> Vec<AuditFinding> {
        let there = self.stands(merged, id);
        let of_sides: Vec<Vec<&Occurrence>> =
            sides.iter().map(|side| self.stands(side, id)).collect();
        let Some(first) = there
            .first()
            .or_else(|| of_sides.iter().find_map(|stands| stands.first()))
        else {
            return Vec::new();
        };
        let rows: Vec<Option<Block>> = of_sides
            .iter()
            .map(|stands| stands.first().and_then(|stand| id.read(&stand.text)))
            .collect();
        let copies: Vec<(&Occurrence, Block)> = there
            .iter()
            .filter_map(|stand| Some((*stand, id.read(&stand.text)?)))
            .collect();
        let of = expected.row.as_ref().or(copies.first().map(|(_, row)| row));
        let whole = |what, sides: Vec<String>| AuditFinding {
            what,
            of: Some(id.clone()),
            kind: of.and_then(|row| row.kind.clone()).unwrap_or_default(),
            file: first.file.clone(),
            line: first.line,
            aspect: Aspect::Whole,
            expected: None,
            found: None,
            sides,
            wanted: None,
            of_copy: false,
        };
        let mut findings = Vec::new();
        let most = of_sides.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let doubled = there.len() > most;
        if doubled {
            findings.push(whole(Damage::Doubled, Vec::new()));
        }
        match (&expected.row, copies.is_empty()) {
            (None, true) => {}
            (Some(_), true) if expected.may_be_gone => {}
            (Some(wanted), true) => {
                let had = names
                    .iter()
                    .zip(&rows)
                    .filter(|(_, row)| row.is_some())
                    .map(|(name, _)| name.clone())
                    .collect();
                findings.push(AuditFinding {
                    wanted: Some(wanted.clone()),
                    ..whole(Damage::Lost, had)
                });
            }
            // What is there though it should be gone, or though no side had it.
            (None, false) if self.is_given_another_id(id, &copies[0].1, merged, sides) => {}
            (None, false) => findings.push(whole(Damage::Changed, Vec::new())),
            (Some(wanted), false) => {
                let sides: Vec<(&String, Option<&Block>)> =
                    names.iter().zip(rows.iter().map(Option::as_ref)).collect();
                // Of several copies one will stay, perhaps one that lacks what another has.
                for (stand, row) in &copies[..if doubled { copies.len() } else { 1 }] {
                    for difference in self.differences(id, expected, wanted, (stand, row), &sides) {
                        if !findings
                            .iter()
                            .any(|known| known.aspect == difference.aspect)
                        {
                            let of = whole(difference.what, Vec::new());
                            findings.push(difference.of_copy(of, stand, doubled));
                        }
                    }
                }
            }
        }
        findings
    }

    /// Whether it is one of two records that were entered under one id, which a person gave
    /// another.
    fn is_given_another_id(
        &self,
        id: &RecordRef,
        row: &Block,
        merged: &Snapshot,
        sides: &[&Snapshot],
    ) -> bool {
        let says = |row: &Block| -> BTreeMap<String, TomlValue> {
            says(row)
                .into_iter()
                .filter(|(name, _)| name != "id")
                .collect()
        };
        let told = says(row);
        let tells_so =
            |stand: &Occurrence| id.read(&stand.text).is_some_and(|row| says(&row) == told);
        let of_sides = sides
            .iter()
            .flat_map(|side| &side.records)
            .filter(|(other, _)| *other != id && matches!(other, RecordRef::Record(_)));
        let mut same = of_sides
            .filter(|(_, stands)| stands.iter().any(tells_so))
            .map(|(other, _)| other);
        // Where the first has what it said, this is a copy of it.
        same.any(|other| !self.stands(merged, other).into_iter().any(tells_so))
    }

    /// What a record says, field by field, that it should not.
    fn differences(
        &self,
        id: &RecordRef,
        expected: &Expected,
        wanted: &Block,
        (stand, found): (&Occurrence, &Block),
        sides: &[(&String, Option<&Block>)],
    ) -> Vec<Difference> {
        let mut differences = Vec::new();
        let fields: BTreeSet<&str> = wanted
            .entries
            .iter()
            .chain(&found.entries)
            .map(|cell| cell.name.as_str())
            .collect();
        for field in fields {
            let there = found.says(field).map_or(&[][..], TomlValue::items);
            let wanted = match expected.asked.fields.get(&Aspect::Field(field.to_owned())) {
                None => wanted.says(field).cloned(),
                Some(None) => continue,
                Some(Some(contest)) => match contest.left_out(there) {
                    left if left.is_empty() => continue,
                    left => Some(TomlValue::List(there.iter().cloned().chain(left).collect())),
                },
            };
            let (wanted, found) = (wanted.as_ref(), found.says(field));
            // An organisation that two moved to different places keeps both ids.
            let former = |list: Option<&TomlValue>| list.map_or(&[][..], TomlValue::items).to_vec();
            if id.organisation().is_some()
                && field == "formerly"
                && former(wanted).iter().all(|id| former(found).contains(id))
            {
                continue;
            }
            let lists = || {
                sides
                    .iter()
                    .filter_map(|(_, row)| row.and_then(|row| row.says(field)))
            };
            if expected.asked.order.contains(field) && is_woven(wanted, found, lists()) {
                continue;
            }
            if wanted != found {
                // Of a list that is put together of both each side has a part.
                let missing = |row: &Block| {
                    let has = |item: &TomlValue| {
                        row.says(field)
                            .is_some_and(|list| list.items().contains(item))
                    };
                    wanted
                        .map_or(&[][..], TomlValue::items)
                        .iter()
                        .any(|item| has(item) && !there.contains(item))
                };
                let by = sides.iter().filter(|(_, row)| {
                    row.is_some_and(|row| row.says(field) == wanted || missing(row))
                });
                let some_side = sides
                    .iter()
                    .any(|(_, row)| row.is_some_and(|row| row.says(field) == found));
                differences.push(Difference {
                    what: what(wanted, found, some_side),
                    aspect: Aspect::Field(field.to_owned()),
                    sides: by.map(|(name, _)| (*name).clone()).collect(),
                    wanted: wanted.cloned(),
                    found: found.cloned(),
                });
            }
        }
        differences.extend(self.comments(expected, wanted, found, sides));
        let org = self.moves.now(&stand.org);
        let decided = expected.asked.fields.contains_key(&Aspect::Organisation);
        if org != expected.org && !decided && matches!(id, RecordRef::Record(_)) {
            let text = |org: &str| Some(TomlValue::Text(org.to_owned()));
            let (wanted, found) = (text(&expected.org), text(&org));
            differences.push(Difference {
                what: Damage::Changed,
                aspect: Aspect::Organisation,
                wanted,
                found,
                sides: Vec::new(),
            });
        }
        differences
    }

    /// What became of a record's comments; of those beside a field that a person had to decide
    /// anything may.
    fn comments(
        &self,
        expected: &Expected,
        wanted: &Block,
        found: &Block,
        sides: &[(&String, Option<&Block>)],
    ) -> Option<Difference> {
        if expected.asked.whole {
            return None;
        }
        let rows = || {
            sides
                .iter()
                .filter_map(|(_, row)| *row)
                .chain([wanted, found])
        };
        let open = rows().flat_map(|row| &row.entries).filter(|cell| {
            let field = Aspect::Field(cell.name.clone());
            expected.asked.fields.contains_key(&field)
        });
        let loose: BTreeSet<String> = open.flat_map(Entry::comments).collect();
        let mut beside = wanted.comments();
        let mut there = found.comments();
        // Who has decided something may have written down why.
        let said: BTreeSet<String> = rows().take(sides.len()).flat_map(Block::comments).collect();
        beside.retain(|comment| !loose.contains(comment));
        there.retain(|comment| {
            !loose.contains(comment) && (expected.asked.fields.is_empty() || said.contains(comment))
        });
        if beside == there {
            return None;
        }
        let has = |row: &Block| {
            beside
                .iter()
                .any(|comment| !there.contains(comment) && row.comments().contains(comment))
        };
        let by = sides
            .iter()
            .filter(|(_, row)| row.is_some_and(has))
            .map(|(name, _)| (*name).clone())
            .collect();
        let list = |comments: Vec<String>| {
            TomlValue::List(comments.into_iter().map(TomlValue::Text).collect())
        };
        let (wanted, found) = (list(beside.clone()), list(there.clone()));
        let what = what(Some(&wanted), Some(&found), false);
        Some(Difference {
            what,
            aspect: Aspect::Comments,
            wanted: Some(wanted),
            found: Some(found),
            sides: by,
        })
    }
}

/// A field that does not say what it should.
struct Difference {
    what: Damage,
    aspect: Aspect,
    wanted: Option<TomlValue>,
    found: Option<TomlValue>,
    sides: Vec<String>,
}

impl Difference {
    /// The finding about a field of a copy of a record, from one about the record.
    fn of_copy(self, whole: AuditFinding, copy: &Occurrence, of_copy: bool) -> AuditFinding {
        AuditFinding {
            file: copy.file.clone(),
            line: copy.line,
            of_copy,
            aspect: self.aspect,
            expected: self.wanted,
            found: self.found,
            sides: self.sides,
            ..whole
        }
    }
}

/// What one side still has of a record that the other took out.
fn one_left(base: Option<&Block>, row: Block, org: String, asked: Contested) -> Expected {
    let asked = Contested {
        whole: !asked.fields.is_empty(),
        ..asked
    };
    match base {
        None => Expected {
            row: Some(row),
            org,
            asked,
            may_be_gone: false,
        },
        Some(base) if says(base) == says(&row) && base.kind == row.kind => Expected::default(),
        Some(_) => Expected {
            row: Some(row),
            org,
            asked,
            may_be_gone: true,
        },
    }
}

/// Whether a list has the same items as another, and keeps the order of each of some lists.
fn is_woven<'p>(
    wanted: Option<&TomlValue>,
    found: Option<&TomlValue>,
    mut sides: impl Iterator<Item = &'p TomlValue>,
) -> bool {
    let items = |list: Option<&TomlValue>| list.map_or(&[][..], TomlValue::items).to_vec();
    let (mut wanted, found) = (items(wanted), items(found));
    let mut same = found.clone();
    wanted.sort();
    same.sort();
    let keeps = |side: &TomlValue| {
        let mut rest = found.iter();
        side.items()
            .iter()
            .filter(|item| found.contains(item))
            .all(|item| rest.any(|other| other == item))
    };
    wanted == same && sides.all(keeps)
}

/// All that a row says.
fn says(row: &Block) -> BTreeMap<String, TomlValue> {
    row.entries
        .iter()
        .map(|cell| (cell.name.clone(), cell.data.clone()))
        .collect()
}

/// What happened to a field.
fn what(wanted: Option<&TomlValue>, found: Option<&TomlValue>, some_side: bool) -> Damage {
    if let (Some(TomlValue::List(wanted)), Some(TomlValue::List(found))) = (wanted, found) {
        let count = |list: &[TomlValue], item: &TomlValue| {
            list.iter().filter(|other| *other == item).count()
        };
        if wanted
            .iter()
            .any(|item| count(found, item) < count(wanted, item))
        {
            return Damage::Lost;
        }
        if found.iter().all(|item| wanted.contains(item)) && found.len() > wanted.len() {
            return Damage::Doubled;
        }
        return Damage::Changed;
    }
    if some_side || found.is_none() {
        Damage::Lost
    } else {
        Damage::Changed
    }
}
