//! Who entered records and changed them, when, field by field.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memmem;

use crate::git::Repo;
use crate::git::graph::{Commit, Graph, edge, has_commits};
use crate::git::objects::{Changed, Differences, Objects};
use crate::history::finding::Aspect;
use crate::history::snapshot::{BlobCache, LedgerFile, Occurrence, RecordRef, Snapshot};
use crate::merge::FileForm;
use crate::problem::Problem;
use crate::written::block::Block;
use crate::written::value::TomlValue;

/// What a commit did to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// It was not there before.
    Entered,
    /// It was there at the edge of a shallow clone; who entered it is not known here.
    Found,
    /// Some of its fields, or its place, changed.
    Changed,
    /// A merge decided between what was done on its sides.
    Decided,
    /// It was taken out of the files.
    Removed,
}

impl ChangeKind {
    /// The name in machine formats, and the end of the message's.
    pub fn name(self) -> &'static str {
        match self {
            ChangeKind::Entered => "entered",
            ChangeKind::Found => "found",
            ChangeKind::Changed => "changed",
            ChangeKind::Decided => "decided",
            ChangeKind::Removed => "removed",
        }
    }
}

/// What a field said before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// What changed: a field, or the organisation in whose folder the record lies.
    pub aspect: Aspect,
    /// Before; none where it was not there.
    pub old: Option<TomlValue>,
    /// After.
    pub new: Option<TomlValue>,
}

/// One step of a record's story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The commit; none: it is in the work tree only.
    pub commit: Option<Commit>,
    /// What happened.
    pub deed: ChangeKind,
    /// What changed; of a new record, all it says.
    pub changes: Vec<FieldChange>,
}

/// The stories of some records, oldest step first.
pub type Trail = BTreeMap<String, Vec<Event>>;

/// Follows records through all that HEAD leads back to; `each` is told how many commits there are
/// and how many were looked at.
///
/// # Errors
/// git is not there, or fails; there is no commit yet.
pub fn follow(
    repo: &Repo,
    ids: &BTreeSet<String>,
    each: &mut dyn FnMut(usize, usize),
) -> Result<Trail, Problem> {
    let graph = if has_commits(repo)? {
        Graph::of(Commit::list(repo, &["HEAD"])?)
    } else {
        Graph::default()
    };
    let edge: BTreeSet<String> = edge(repo)?.into_iter().collect();
    let nothing = repo.text(["hash-object", "-t", "tree", "--stdin"])?;
    let mut walk = Walk {
        repo,
        ids,
        differences: Differences::open(repo)?,
        library: BlobCache::new(Objects::open(repo)?),
    };
    let mut trail = Trail::new();
    for (n, commit) in graph.commits().iter().rev().enumerate() {
        each(n, graph.commits().len());
        let known = |name: &String| graph.find(name).map(|n| graph.commits()[n].tree.as_str());
        let mut trees: Vec<&str> = commit.parents.iter().filter_map(known).collect();
        if trees.is_empty() {
            trees.push(&nothing);
        }
        let step = walk.step(&trees, commit)?;
        for (id, mut event) in step.events {
            if event.deed == ChangeKind::Entered && edge.contains(&commit.name) {
                event.deed = ChangeKind::Found;
            }
            let story = trail.entry(id).or_default();
            // What comes in from another line of history is there already.
            let known = story
                .last()
                .is_some_and(|last| last.deed != ChangeKind::Removed);
            if !(known && matches!(event.deed, ChangeKind::Entered | ChangeKind::Found)) {
                story.push(event);
            }
        }
        for (id, stand) in step.merged {
            let before = |event: &Event| match &event.commit {
                Some(earlier) => graph
                    .find(&commit.name)
                    .zip(graph.find(&earlier.name))
                    .is_some_and(|(here, there)| graph.leads_to(here, there)),
                None => false,
            };
            let story = trail.entry(id).or_default();
            story.extend(decided(story, stand.as_ref(), commit, &before));
        }
    }
    Ok(trail)
}

/// What a merge decided about a record: where it says something else than what was done last on its
/// sides.
fn decided(
    story: &[Event],
    stand: Option<&Occurrence>,
    commit: &Commit,
    before: &dyn Fn(&Event) -> bool,
) -> Option<Event> {
    let row = stand.and_then(|stand| Block::read(&stand.text));
    let same = |a: Option<&TomlValue>, b: Option<&TomlValue>| match (a, b) {
        (Some(TomlValue::List(a)), Some(TomlValue::List(b))) => {
            a.len() == b.len()
                && a.iter().all(|item| {
                    a.iter().filter(|o| *o == item).count()
                        == b.iter().filter(|o| *o == item).count()
                })
        }
        (a, b) => a == b,
    };
    let fields: BTreeSet<&str> = story
        .iter()
        .flat_map(|event| &event.changes)
        .filter_map(|change| change.aspect.field())
        .collect();
    let mut changes = Vec::new();
    for field in fields {
        let says = row.as_ref().and_then(|row| row.says(field));
        let on_field = |event: &'_ Event| {
            event
                .changes
                .iter()
                .find(|change| change.aspect.field() == Some(field))
                .cloned()
        };
        // Mostly the last deed of all tells what it says; only else it matters which deeds lie
        // behind this merge.
        if same(
            story
                .iter()
                .rev()
                .find_map(on_field)
                .and_then(|change| change.new)
                .as_ref(),
            says,
        ) {
            continue;
        }
        let deeds: Vec<FieldChange> = story
            .iter()
            .filter(|event| before(event))
            .filter_map(on_field)
            .collect();
        let told = deeds.into_iter().fold(None, told);
        if !same(told.as_ref(), says) {
            changes.push(FieldChange {
                aspect: Aspect::Field(field.to_owned()),
                old: told,
                new: says.cloned(),
            });
        }
    }
    let deed = if stand.is_some() {
        ChangeKind::Decided
    } else {
        ChangeKind::Removed
    };
    (!changes.is_empty()).then(|| Event {
        commit: Some(commit.clone()),
        deed,
        changes,
    })
}

/// What a field says after one more deed: of a list what was added and taken away, whatever others
/// did to it.
fn told(said: Option<TomlValue>, change: FieldChange) -> Option<TomlValue> {
    let items = |list: &Option<TomlValue>| list.as_ref().map_or(&[][..], TomlValue::items).to_vec();
    match (&said, &change.new) {
        (Some(TomlValue::List(list)), Some(TomlValue::List(new))) => {
            let old = items(&change.old);
            let kept = list
                .iter()
                .filter(|item| new.contains(item) || !old.contains(item))
                .cloned();
            let added = new
                .iter()
                .filter(|item| !old.contains(item) && !list.contains(item))
                .cloned();
            Some(TomlValue::List(kept.chain(added).collect()))
        }
        _ => change.new,
    }
}

/// The step from how a record was to how it is, outside of any commit; none where nothing of it
/// changed.
pub fn between(of: &RecordRef, was: Option<&Occurrence>, is: Option<&Occurrence>) -> Option<Event> {
    let deed = match (was, is) {
        (None, _) => ChangeKind::Entered,
        (_, None) => ChangeKind::Removed,
        (Some(_), Some(_)) => ChangeKind::Changed,
    };
    let changes = changes(of, was, is);
    (!changes.is_empty()).then_some(Event {
        commit: None,
        deed,
        changes,
    })
}

/// A record as it stands at HEAD, in whatever file; of several copies that in the file `at`.
///
/// # Errors
/// git is not there, or fails.
pub fn committed(repo: &Repo, id: &str, at: Option<&str>) -> Result<Option<Occurrence>, Problem> {
    let mut stands = standing(
        repo,
        &mut BlobCache::new(Objects::open(repo)?),
        "HEAD",
        &[id],
    )?
    .records
    .remove(&RecordRef::Record(id.to_owned()))
    .unwrap_or_default();
    let same = stands
        .iter()
        .position(|stand| Some(stand.file.as_str()) == at)
        .unwrap_or(0);
    Ok((same < stands.len()).then(|| stands.swap_remove(same)))
}

/// How many ids git is asked for in one go: a command line is not endless.
const ASKED: usize = 1000;

/// The files of a whole tree that name one of some records.
fn standing(
    repo: &Repo,
    library: &mut BlobCache,
    tree: &str,
    ids: &[&str],
) -> Result<Snapshot, Problem> {
    let below = format!("{}orgs", repo.prefix);
    let mut paths = BTreeSet::new();
    for ids in ids.chunks(ASKED) {
        let asked = ids.iter().flat_map(|id| ["-e", id]);
        let args = ["--literal-pathspecs", "grep", "-l", "-z", "-F"]
            .into_iter()
            .chain(asked)
            .chain([tree, "--", &below]);
        // git has no other word for "nowhere" than failure.
        let said = repo.text(args).unwrap_or_default();
        paths.extend(
            said.split('\0')
                .filter_map(|name| Some(name.strip_prefix(tree)?.strip_prefix(':')?.to_owned())),
        );
    }
    let mut snapshot = Snapshot::default();
    for path in paths {
        if let Some(file) =
            LedgerFile::of(&path, &repo.prefix).filter(|file| file.form == FileForm::Records)
        {
            let content = library.content(&format!("{tree}:{path}"), file.form)?;
            snapshot.add(&path, &file, &content);
        }
    }
    Ok(snapshot)
}

/// How many ids are looked for in a file before it is taken apart.
const FEW: usize = 16;

/// What a commit did.
struct CommitStep {
    events: BTreeMap<String, Event>,
    /// Of a merge, the records that are not the same on all sides, as they stand after it.
    merged: BTreeMap<String, Option<Occurrence>>,
}

struct Walk<'w> {
    repo: &'w Repo,
    ids: &'w BTreeSet<String>,
    differences: Differences,
    library: BlobCache,
}

impl Walk<'_> {
    /// What a commit did to the records, against all of its parents: what a merge took from one of
    /// them is no deed of its own.
    fn step(&mut self, parents: &[&str], commit: &Commit) -> Result<CommitStep, Problem> {
        let mut all: Option<BTreeMap<String, Event>> = None;
        let mut merged: BTreeMap<String, Option<Occurrence>> = BTreeMap::new();
        for parent in parents {
            let changed = self.differences.between(parent, &commit.tree)?;
            let old = self.snapshot(&changed, |file| file.old.as_ref())?;
            let new = self.snapshot(&changed, |file| file.new.as_ref())?;
            // Of several copies one may be left, in a file that did not change.
            let gone: Vec<&str> = old
                .records
                .keys()
                .filter(|of| !new.records.contains_key(*of))
                .filter_map(RecordRef::record)
                .collect();
            let elsewhere = standing(self.repo, &mut self.library, &commit.tree, &gone)?;
            let mut events = BTreeMap::new();
            for id in self.ids {
                let of = RecordRef::Record(id.clone());
                if !old.records.contains_key(&of) && !new.records.contains_key(&of) {
                    continue;
                }
                let first = |snapshot: &Snapshot| {
                    snapshot
                        .records
                        .get(&of)
                        .and_then(|stands| stands.first())
                        .cloned()
                };
                let (old, new) = (first(&old), first(&new).or_else(|| first(&elsewhere)));
                let there = merged.entry(id.clone()).or_default();
                *there = there.take().or_else(|| new.clone());
                if let Some(event) = between(&of, old.as_ref(), new.as_ref()) {
                    let commit = Some(commit.clone());
                    events.insert(id.clone(), Event { commit, ..event });
                }
            }
            all = Some(match all {
                None => events,
                Some(first) => first
                    .into_iter()
                    .filter_map(|(id, event)| Some((id.clone(), own(event, events.get(&id)?)?)))
                    .collect(),
            });
        }
        // What one side alone has of a commit with one parent is told already.
        if parents.len() < 2 {
            merged.clear();
        }
        Ok(CommitStep {
            events: all.unwrap_or_default(),
            merged,
        })
    }

    /// The records on one side of some changed files, as far as they are looked for.
    fn snapshot(
        &mut self,
        changed: &[Changed],
        side: impl Fn(&Changed) -> Option<&String>,
    ) -> Result<Snapshot, Problem> {
        let mut snapshot = Snapshot::default();
        // Of a few records, files that do not name them need not be taken apart; of many nearly
        // every file names one.
        let finders: Vec<memmem::Finder<'_>> = self.ids.iter().map(memmem::Finder::new).collect();
        let names_one =
            |bytes: &[u8]| finders.len() > FEW || finders.iter().any(|id| id.find(bytes).is_some());
        for change in changed {
            let file = LedgerFile::of(&change.path, &self.repo.prefix)
                .filter(|file| file.form == FileForm::Records);
            if let (Some(oid), Some(file)) = (side(change), file)
                && let Some(content) = self.library.content_if(oid, file.form, names_one)?
            {
                snapshot.add(&change.path, &file, &content);
            }
        }
        let is_followed = |of: &RecordRef| of.record().is_some_and(|id| self.ids.contains(id));
        snapshot.records.retain(|of, _| is_followed(of));
        Ok(snapshot)
    }
}

/// What of a merge's changes against one parent is a change against another too, and not the
/// other's own; none if nothing is.
fn own(one: Event, other: &Event) -> Option<Event> {
    let both = |change: &FieldChange| {
        let twin = other
            .changes
            .iter()
            .find(|twin| twin.aspect == change.aspect)?;
        let items =
            |value: &Option<TomlValue>| value.as_ref().map_or(&[][..], TomlValue::items).to_vec();
        let (mine, theirs) = (items(&change.old), items(&twin.old));
        // A list that is put together of both is nobody's change.
        let woven = matches!(change.new, Some(TomlValue::List(_)))
            && items(&change.new)
                .iter()
                .all(|i| mine.contains(i) || theirs.contains(i));
        (!woven).then(|| change.clone())
    };
    let changes: Vec<FieldChange> = one.changes.iter().filter_map(both).collect();
    (!changes.is_empty()).then_some(Event { changes, ..one })
}

fn changes(of: &RecordRef, old: Option<&Occurrence>, new: Option<&Occurrence>) -> Vec<FieldChange> {
    let row = |stand: Option<&Occurrence>| stand.and_then(|stand| of.read(&stand.text));
    let (was, is) = (row(old), row(new));
    let names: Vec<&str> = is
        .iter()
        .chain(&was)
        .flat_map(|row| &row.entries)
        .map(|cell| cell.name.as_str())
        .collect();
    let mut seen = BTreeSet::new();
    let mut changes: Vec<FieldChange> = Vec::new();
    for name in names.into_iter().filter(|name| seen.insert(*name)) {
        let says = |row: &Option<Block>| row.as_ref().and_then(|row| row.says(name)).cloned();
        if says(&was) != says(&is) {
            changes.push(FieldChange {
                aspect: Aspect::Field(name.to_owned()),
                old: says(&was),
                new: says(&is),
            });
        }
    }
    let org = |stand: Option<&Occurrence>| stand.map(|stand| TomlValue::Text(stand.org.clone()));
    if let (Some(_), Some(_)) = (old, new)
        && org(old) != org(new)
    {
        changes.push(FieldChange {
            aspect: Aspect::Organisation,
            old: org(old),
            new: org(new),
        });
    }
    changes
}
