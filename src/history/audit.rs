//! What merges did to records: each merge commit against the record-level merge of its parents.

use std::collections::{BTreeMap, BTreeSet};

use crate::git::Repo;
use crate::git::graph::{Commit, Graph, edge, has_commits};
use crate::git::objects::{Changed, Differences, Objects};
use crate::history::snapshot::{LedgerFile, Library, ORG, Snapshot, Stand, moves_between};
use crate::merge::row::{self, Cell, Row, Why};
use crate::problem::Problem;
use crate::record::organisation::Moves;
use crate::rules::Rules;
use crate::wire::Plain;

/// What a merge did to a record that it should not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// What a side entered or changed is not there.
    Lost,
    /// It is there more often than any side had it.
    Doubled,
    /// It says what no side says.
    Changed,
    /// The file it would stand in cannot be read.
    Unreadable,
}

impl What {
    /// The name in machine formats, and the end of the message's.
    pub fn name(self) -> &'static str {
        match self {
            What::Lost => "lost",
            What::Doubled => "doubled",
            What::Changed => "changed",
            What::Unreadable => "unreadable",
        }
    }
}

/// One thing that a merge lost, doubled or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What happened.
    pub what: What,
    /// The record's id; of an organisation `org:` and its id; empty for a whole file.
    pub id: String,
    /// The name of its table; empty where it is none.
    pub kind: String,
    /// Where it stands in the merge, or stood on a side.
    pub file: String,
    /// The line there, from 1.
    pub line: usize,
    /// The field; empty for the whole record.
    pub field: String,
    /// What it should say.
    pub expected: Option<Plain>,
    /// What it says.
    pub found: Option<Plain>,
    /// The parents whose change is meant.
    pub sides: Vec<String>,
    /// Of a record that is gone, all it should say.
    wanted: Option<Row>,
}

impl Finding {
    /// Whether a later state has what this says is wrong as it should be.
    fn is_right_in(&self, later: &Snapshot) -> bool {
        let stands = later.records.get(&self.id).map_or(&[][..], Vec::as_slice);
        match (self.what, stands) {
            // What was in the file is not known, and so not whether all of it came back.
            (What::Unreadable, _) => false,
            (What::Lost, [stand]) if self.field.is_empty() => {
                let row = Judgement::read(&self.id, &stand.text);
                let holds = |row: &Row, cell: &Cell| is_grown_from(row.says(&cell.name), &cell.data);
                self.wanted.as_ref().zip(row.as_ref()).is_some_and(|(wanted, row)| wanted.cells.iter().all(|cell| holds(row, cell)))
            }
            (What::Doubled, _) if self.field.is_empty() => stands.len() < 2,
            (What::Changed, _) if self.field.is_empty() => stands.is_empty(),
            (_, [stand]) if self.field == OF_ORG => self.expected.as_ref().and_then(Plain::as_text) == Some(&stand.org),
            (_, [stand]) => Judgement::read(&self.id, &stand.text).is_some_and(|row| self.is_right_of(&row)),
            _ => false,
        }
    }

    fn is_right_of(&self, row: &Row) -> bool {
        let wanted = self.expected.as_ref().map_or(&[][..], Plain::items);
        if self.field == COMMENTS {
            let comments = row.comments();
            return wanted.iter().filter_map(Plain::as_text).all(|comment| comments.contains(&comment));
        }
        let now = row.says(&self.field);
        let grown = || self.expected.as_ref().is_some_and(|wanted| is_grown_from(now, wanted));
        now == self.expected.as_ref() || self.what == What::Lost && grown()
    }
}

/// Whether a field says what it should; a list may have grown since.
fn is_grown_from(now: Option<&Plain>, wanted: &Plain) -> bool {
    let items = wanted.items();
    now == Some(wanted) || now.is_some_and(|now| !items.is_empty() && items.iter().all(|item| now.items().contains(item)))
}

/// What could be said of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was looked at: what is wrong with it.
    Seen(Vec<Finding>),
    /// This clone does not hold what it was made from.
    NotSeen,
}

/// What an audit looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The commit.
    pub commit: Commit,
    /// The commit that it makes again at another place, as rebase and cherry-pick do; none: it is a merge.
    pub again: Option<Commit>,
}

/// An audit of a repository's merges, and of what was made again at another place as far as this clone knows.
pub struct Audit<'r> {
    repo: &'r Repo,
    rules: &'r Rules,
    graph: Graph,
    shallow: bool,
    differences: Differences,
    library: Library,
    /// What to look at, oldest first.
    pub cases: Vec<Case>,
    /// Merges at the edge of a shallow clone, whose parents it does not have.
    pub beyond: Vec<String>,
    /// HEAD, and every record there, once that is asked for.
    head: Option<(String, Snapshot)>,
}

impl<'r> Audit<'r> {
    /// Finds the merges of a range of commits.
    ///
    /// # Errors
    /// git is not there, or does not know the range.
    pub fn new(repo: &'r Repo, rules: &'r Rules, range: &str) -> Result<Audit<'r>, Problem> {
        let wanted = if has_commits(repo) { Commit::list(repo, &["--end-of-options", range])? } else { Vec::new() };
        // All that lies behind the range, whatever it leaves out, and what was there before it was made again.
        let below: BTreeSet<&String> = wanted.iter().flat_map(|commit| &commit.parents).collect();
        let tips = wanted.iter().map(|commit| &commit.name).filter(|name| !below.contains(name)).map(String::as_str);
        let all: Vec<&str> = ["--all", "--reflog", "--end-of-options"].into_iter().chain(tips).collect();
        let graph = if wanted.is_empty() { Graph::default() } else { Graph::of(Commit::list(repo, &all)?) };
        let cases = cases(&graph, wanted, &replayed(repo));
        Audit::over(repo, rules, graph, cases)
    }

    /// The audit of what is about to be committed: a merge, or a commit that is made again at another place. None where
    /// nothing of the kind goes on, or files are still in conflict.
    ///
    /// The index becomes a tree among git's objects, as a commit would have made it.
    ///
    /// # Errors
    /// git is not there, or fails.
    pub fn pending(repo: &'r Repo, rules: &'r Rules) -> Result<Option<Audit<'r>>, Problem> {
        let named = |name: &str| repo.text(["rev-parse", "--verify", "--quiet", name]).ok();
        let place = |name: &str| repo.text(["rev-parse", "--git-path", name]).map(|path| repo.top.join(path));
        let others = std::fs::read_to_string(place("MERGE_HEAD")?).unwrap_or_default();
        // Where a rebase stops for a commit to be amended, that is to be another.
        let rebasing = crate::git::is_rebasing(&repo.top) && !place("rebase-merge/amend")?.exists();
        let again = named("CHERRY_PICK_HEAD").or_else(|| named("REBASE_HEAD").filter(|_| rebasing)).filter(|_| others.is_empty());
        let (Some(head), Ok(tree)) = (named("HEAD"), repo.text(["write-tree"])) else { return Ok(None) };
        if others.is_empty() && again.is_none() {
            return Ok(None);
        }
        let parents: Vec<String> = [head].into_iter().chain(others.lines().map(str::to_owned)).collect();
        let tips: Vec<&str> = ["--end-of-options"].into_iter().chain(parents.iter().chain(&again).map(String::as_str)).collect();
        let known = Commit::list(repo, &tips)?;
        let again = again.and_then(|name| known.iter().find(|commit| commit.name == name).cloned());
        // It has no name before it is made.
        let commit = Commit { name: tree.clone(), tree, parents, ..Commit::default() };
        let case = Case { commit: commit.clone(), again };
        Audit::over(repo, rules, Graph::of([commit].into_iter().chain(known).collect()), vec![case]).map(Some)
    }

    fn over(repo: &'r Repo, rules: &'r Rules, graph: Graph, cases: Vec<Case>) -> Result<Audit<'r>, Problem> {
        let mut library = Library::new(Objects::open(repo)?);
        let edge = edge(repo);
        let mut beyond = Vec::new();
        for commit in &edge {
            let text = library.objects().read(commit)?.unwrap_or_default();
            let head = String::from_utf8_lossy(&text).into_owned();
            if head.lines().take_while(|line| !line.is_empty()).filter(|line| line.starts_with("parent ")).count() > 1 {
                beyond.push(commit.clone());
            }
        }
        Ok(Audit {
            repo,
            rules,
            graph,
            shallow: !edge.is_empty(),
            differences: Differences::open(repo)?,
            library,
            cases,
            beyond,
            head: None,
        })
    }

    /// Looks at one commit.
    ///
    /// # Errors
    /// git went away.
    pub fn verdict(&mut self, case: &Case) -> Result<Verdict, Problem> {
        let Some(commit) = self.graph.find(&case.commit.name) else { return Ok(Verdict::NotSeen) };
        // What is made again is put together from what stood there and what was made before.
        let names: Vec<String> = match &case.again {
            None => case.commit.parents.clone(),
            Some(again) => case.commit.parents.iter().cloned().chain([again.name.clone()]).collect(),
        };
        let parents: Option<Vec<usize>> = names.iter().map(|name| self.graph.find(name)).collect();
        let Some(parents) = parents else { return Ok(Verdict::NotSeen) };
        let mut plan = Plan::default();
        let root = match &case.again {
            None => plan.fold(&self.graph, &parents, self.shallow),
            Some(again) => again.parents.first().and_then(|base| self.graph.find(base)).map(|base| plan.again(base, &parents)),
        };
        let Some(root) = root else { return Ok(Verdict::NotSeen) };
        let trees: BTreeSet<usize> = plan.commits.iter().copied().chain([commit]).collect();
        let snapshots = self.snapshots(commit, &trees)?;
        let merged = &snapshots[&commit];
        let sides: Vec<&Snapshot> = parents.iter().map(|parent| &snapshots[parent]).collect();
        let bases: Vec<&Snapshot> = plan.commits.iter().filter(|c| !parents.contains(c)).map(|c| &snapshots[c]).collect();
        let versions: Vec<&Snapshot> = sides.iter().copied().chain([merged]).collect();
        let empty = Snapshot::default();
        let moves = moves_between(bases.first().unwrap_or(&&empty), &versions);
        let judgement = Judgement { plan: &plan, snapshots: &snapshots, rules: self.rules, moves: &moves };
        let mut findings = unreadable(merged, &sides, &names);
        let ids: BTreeSet<String> = snapshots.values().flat_map(|snapshot| snapshot.records.keys()).map(|id| judgement.now(id)).collect();
        let blind: BTreeSet<&String> = snapshots.values().flat_map(|snapshot| &snapshot.unreadable).collect();
        for id in ids {
            // A record of a file that one of the versions cannot show is not judged: the file is.
            let stands: Vec<&Stand> = snapshots.values().flat_map(|snapshot| judgement.stands(snapshot, &id)).collect();
            if stands.iter().any(|stand| blind.contains(&stand.file)) {
                continue;
            }
            if judgement.is_settled(&id, root, merged) {
                continue;
            }
            if let Some(broken) = stands.iter().find(|stand| Judgement::read(&id, &stand.text).is_none()) {
                let there = judgement.stands(merged, &id);
                let same = there.iter().any(|stand| stand.text == broken.text);
                findings.extend((!same).then(|| not_read(&broken.file, broken.line, &id, &[])));
                continue;
            }
            let expected = judgement.expected(&id, root);
            findings.extend(judgement.compare(&id, &expected, merged, &sides, &names));
        }
        Ok(Verdict::Seen(findings))
    }

    /// Whether what a commit did has been put right since: at HEAD, which came after it, the record is as it should be.
    ///
    /// # Errors
    /// git went away.
    pub fn is_mended(&mut self, case: &Case, finding: &Finding) -> Result<bool, Problem> {
        let (name, head) = match self.head.take() {
            Some(head) => head,
            None => self.at_head()?,
        };
        let after = match (self.graph.find(&name), self.graph.find(&case.commit.name)) {
            (Some(head), Some(commit)) => head != commit && self.graph.leads_to(head, commit),
            _ => false,
        };
        let mended = after && finding.is_right_in(&head);
        self.head = Some((name, head));
        Ok(mended)
    }

    fn at_head(&mut self) -> Result<(String, Snapshot), Problem> {
        let nothing = self.repo.text(["hash-object", "-t", "tree", "--stdin"])?;
        let [name, tree] = ["HEAD", "HEAD^{tree}"].map(|name| self.repo.text(["rev-parse", name]));
        let mut snapshot = Snapshot::default();
        for file in self.differences.between(&nothing, &tree?)? {
            if let (Some(oid), Some(place)) = (&file.new, LedgerFile::of(&file.path, &self.repo.prefix)) {
                let content = self.library.content(oid, place.is_org)?;
                snapshot.add(&file.path, &place, &content);
            }
        }
        Ok((name?, snapshot))
    }

    /// The records of some commits, in the files that are not the same in all of them.
    fn snapshots(&mut self, like: usize, commits: &BTreeSet<usize>) -> Result<BTreeMap<usize, Snapshot>, Problem> {
        let mut changed: BTreeMap<usize, BTreeMap<String, Changed>> = BTreeMap::new();
        let mut of_like: BTreeMap<String, Option<String>> = BTreeMap::new();
        for &commit in commits {
            let tree = |commit: usize| &self.graph.commits()[commit].tree;
            let found = self.differences.between(tree(like), tree(commit))?;
            of_like.extend(found.iter().map(|file| (file.path.clone(), file.old.clone())));
            changed.insert(commit, found.into_iter().map(|file| (file.path.clone(), file)).collect());
        }
        let mut snapshots = BTreeMap::new();
        for &commit in commits {
            let mut snapshot = Snapshot::default();
            for (path, old) in &of_like {
                let oid = changed[&commit].get(path).map_or(old, |file| &file.new);
                if let (Some(oid), Some(file)) = (oid, LedgerFile::of(path, &self.repo.prefix)) {
                    let content = self.library.content(oid, file.is_org)?;
                    snapshot.add(path, &file, &content);
                }
            }
            snapshots.insert(commit, snapshot);
        }
        Ok(snapshots)
    }
}

/// The commits that this clone remembers to have made by rebase or cherry-pick, as they were.
///
/// What was joined with another or amended was meant to be another, and is not among them.
fn replayed(repo: &Repo) -> BTreeSet<String> {
    let said = repo.text(["log", "--walk-reflogs", "--all", "--format=%H %gs"]).unwrap_or_default();
    let by = ["rebase (pick)", "rebase (continue)", "rebase: ", "pull --rebase", "pull (pick)", "cherry-pick: ", "commit (cherry-pick)"];
    let made = |line: &str| {
        let (name, how) = line.split_once(' ')?;
        by.iter().any(|by| how.starts_with(by) || how.contains("(pick)")).then(|| name.to_owned())
    };
    said.lines().filter_map(made).collect()
}

/// Merges, and commits that make others again: of one author, second and subject, at another place.
fn cases(graph: &Graph, wanted: Vec<Commit>, replayed: &BTreeSet<String>) -> Vec<Case> {
    let key = |commit: &Commit| (commit.second.clone(), commit.author.clone(), commit.subject.clone());
    let mut alike: BTreeMap<_, Vec<&Commit>> = BTreeMap::new();
    for commit in graph.commits().iter().filter(|commit| commit.parents.len() == 1) {
        alike.entry(key(commit)).or_default().push(commit);
    }
    let made_again = |commit: &Commit| -> Option<Commit> {
        let twins = alike.get(&key(commit)).filter(|_| replayed.contains(&commit.name))?;
        let here = graph.find(&commit.name)?;
        // An amended commit has its parent still: it was meant to be another. Of several the oldest is the first.
        let other = twins.iter().rev().find(|twin| {
            let there = graph.find(&twin.name);
            twin.parents != commit.parents
                && there.is_some_and(|there| there != here && !graph.leads_to(here, there) && !graph.leads_to(there, here))
        });
        other.map(|twin| (*twin).clone())
    };
    let case = |commit: Commit| match commit.parents.len() {
        0 => None,
        1 => made_again(&commit).map(|again| Case { commit, again: Some(again) }),
        _ => Some(Case { commit, again: None }),
    };
    wanted.into_iter().rev().filter_map(case).collect()
}

/// Files that the merge made unreadable, and those that cannot be compared because a side is.
fn unreadable(merged: &Snapshot, sides: &[&Snapshot], names: &[String]) -> Vec<Finding> {
    let new = merged.unreadable.iter().filter(|file| !sides.iter().any(|side| side.unreadable.contains(*file)));
    let mut findings: Vec<Finding> = new.map(|file| not_read(file, 1, "", &[])).collect();
    for (side, name) in sides.iter().zip(names) {
        let lost = side.unreadable.iter().filter(|file| !merged.unreadable.contains(*file));
        findings.extend(lost.map(|file| not_read(file, 1, "", std::slice::from_ref(name))));
    }
    findings
}

/// What could not be compared, or not be read at all.
fn not_read(file: &str, line: usize, id: &str, sides: &[String]) -> Finding {
    Finding {
        what: What::Unreadable,
        id: id.to_owned(),
        kind: String::new(),
        file: file.to_owned(),
        line,
        field: if sides.is_empty() { String::new() } else { "side".to_owned() },
        expected: None,
        found: None,
        sides: sides.to_vec(),
        wanted: None,
    }
}

/// How the versions of a merge come together: commits, and merges of them.
#[derive(Debug, Default)]
struct Plan {
    steps: Vec<Step>,
    commits: BTreeSet<usize>,
}

/// A version of the ledger on the way to the result, by its place in the plan.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Nothing at all: where two histories have nothing in common.
    Empty,
    /// A commit.
    Commit(usize),
    /// Two versions merged from a third.
    Merge { base: usize, ours: usize, theirs: usize },
}

/// How deep bases of bases are followed; criss-cross merges rarely cross more than twice.
const DEEPEST: usize = 16;

impl Plan {
    /// Merges commits one after the other, as git does with more than two parents, and with several bases.
    ///
    /// None where a shallow clone does not show where they come from.
    fn fold(&mut self, graph: &Graph, commits: &[usize], shallow: bool) -> Option<usize> {
        self.fold_at(graph, commits, shallow, 0)
    }

    /// A commit made again: what it changed since `base`, at the place of the first of `sides`.
    fn again(&mut self, base: usize, sides: &[usize]) -> usize {
        self.commits.extend(sides);
        self.commits.insert(base);
        let base = self.push(Step::Commit(base));
        let [ours, theirs] = [0, sides.len() - 1].map(|n| self.push(Step::Commit(sides[n])));
        self.push(Step::Merge { base, ours, theirs })
    }

    fn fold_at(&mut self, graph: &Graph, commits: &[usize], shallow: bool, depth: usize) -> Option<usize> {
        let (first, rest) = commits.split_first()?;
        self.commits.extend(commits);
        let mut ours = self.push(Step::Commit(*first));
        for (n, &commit) in rest.iter().enumerate() {
            let bases = graph.bases(&commits[..=n], commit);
            let base = match bases[..] {
                [] if shallow => return None,
                [] => self.push(Step::Empty),
                _ if depth >= DEEPEST => self.fold_at(graph, &bases[..1], shallow, depth + 1)?,
                _ => self.fold_at(graph, &bases, shallow, depth + 1)?,
            };
            let theirs = self.push(Step::Commit(commit));
            ours = self.push(Step::Merge { base, ours, theirs });
        }
        Some(ours)
    }

    fn push(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.steps.len() - 1
    }
}

/// A record as it should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Expected {
    /// What it says; none: it is not there.
    row: Option<Row>,
    /// Its organisation.
    org: String,
    /// Fields that both sides changed: a person had to decide, and may have decided anything.
    open: BTreeSet<String>,
    /// One side took the record out and the other changed it: it may be there or not.
    may_be_gone: bool,
}

struct Judgement<'j> {
    plan: &'j Plan,
    snapshots: &'j BTreeMap<usize, Snapshot>,
    rules: &'j Rules,
    moves: &'j Moves,
}

/// The name under which the organisation of a record is compared like a field.
pub const OF_ORG: &str = "org";
/// The name under which its comments are.
pub const COMMENTS: &str = "#";

impl Judgement<'_> {
    /// What a record is known by after all moves: the names of organisations move with them.
    fn now(&self, id: &str) -> String {
        id.strip_prefix(ORG).map_or_else(|| id.to_owned(), |org| format!("{ORG}{}", self.moves.now(org)))
    }

    /// Where a record stands, under its name after all moves.
    fn stands<'s>(&self, snapshot: &'s Snapshot, id: &str) -> Vec<&'s Stand> {
        if !id.starts_with(ORG) {
            return snapshot.records.get(id).into_iter().flatten().collect();
        }
        let of = snapshot.records.range(ORG.to_owned()..).take_while(|(name, _)| name.starts_with(ORG));
        of.filter(|(name, _)| self.now(name) == id).flat_map(|(_, stands)| stands).collect()
    }

    /// Whether equal lines alone show that a record is what it should be; most need no closer look.
    fn is_settled(&self, id: &str, step: usize, merged: &Snapshot) -> bool {
        let there = self.stands(merged, id);
        there.len() <= 1 && self.settled(id, step).is_some_and(|wanted| self.is_alike(wanted, there.first().copied()))
    }

    /// A record as it should be where equal lines decide that; none where its fields must be looked at.
    fn settled(&self, id: &str, step: usize) -> Option<Option<&Stand>> {
        match self.plan.steps[step] {
            Step::Empty => Some(None),
            Step::Commit(commit) => match self.stands(&self.snapshots[&commit], id)[..] {
                [] => Some(None),
                [stand] => Some(Some(stand)),
                _ => None,
            },
            Step::Merge { base, ours, theirs } => {
                let (base, ours, theirs) = (self.settled(id, base)?, self.settled(id, ours)?, self.settled(id, theirs)?);
                if self.is_alike(ours, theirs) || self.is_alike(theirs, base) {
                    return Some(ours);
                }
                self.is_alike(ours, base).then_some(theirs)
            }
        }
    }

    /// Whether a record has the same lines in the same organisation.
    fn is_alike(&self, one: Option<&Stand>, other: Option<&Stand>) -> bool {
        match (one, other) {
            (Some(one), Some(other)) => one.text == other.text && self.moves.now(&one.org) == self.moves.now(&other.org),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    fn read(id: &str, text: &str) -> Option<Row> {
        if id.starts_with(ORG) { Row::read_file(text) } else { Row::read(text) }
    }

    /// What a record comes to in a version of the plan.
    fn expected(&self, id: &str, step: usize) -> Expected {
        match self.plan.steps[step] {
            Step::Empty => Expected::default(),
            Step::Commit(commit) => match self.stands(&self.snapshots[&commit], id).first() {
                Some(stand) => Expected { row: Self::read(id, &stand.text), org: self.moves.now(&stand.org), ..Expected::default() },
                None => Expected::default(),
            },
            Step::Merge { base, ours, theirs } => {
                let (base, ours, theirs) = (self.expected(id, base), self.expected(id, ours), self.expected(id, theirs));
                self.merged(id, base, ours, theirs)
            }
        }
    }

    fn merged(&self, id: &str, base: Expected, ours: Expected, theirs: Expected) -> Expected {
        let said = |expected: &Expected| {
            (expected.row.as_ref().map(|row| (row.kind.clone(), says(row), row.comments().join("\n"))), expected.org.clone())
        };
        let (b, o, t) = (said(&base), said(&ours), said(&theirs));
        let mut open: BTreeSet<String> = ours.open.union(&theirs.open).cloned().collect();
        let may_be_gone = ours.may_be_gone || theirs.may_be_gone;
        // Where the base itself was in conflict it is not known who changed what.
        let of = |row: &Option<Row>, field: &str| row.as_ref().and_then(|row| row.says(field)).cloned();
        open.extend(base.open.iter().filter(|field| of(&ours.row, field) != of(&theirs.row, field)).cloned());
        if o == t || t == b && base.open.is_empty() {
            return Expected { open, may_be_gone, ..ours };
        }
        if o == b && base.open.is_empty() {
            return Expected { open, may_be_gone, ..theirs };
        }
        match (ours.row, theirs.row) {
            (Some(o), Some(t)) => {
                let kind = match id.starts_with(ORG) {
                    true => Some(self.rules.org.as_ref()),
                    false => o.kind.as_deref().and_then(|kind| self.rules.kind(kind)).map(AsRef::as_ref),
                };
                let differ = |o: &Row, t: &Row| -> BTreeSet<String> {
                    let names = o.cells.iter().chain(&t.cells).map(|cell| cell.name.as_str());
                    names.filter(|name| o.says(name) != t.says(name)).map(str::to_owned).collect()
                };
                let merged = row::merge(base.row.as_ref(), &o, &t, kind, &mut |_, _| None);
                for clash in &merged.clashes {
                    match clash.why {
                        Why::Changed => drop(open.insert(clash.field.clone())),
                        // Whichever version was kept as a whole, each of its fields was decided.
                        Why::Retracted | Why::Deleted | Why::Added | Why::Misplaced | Why::Closed => open.extend(differ(&o, &t)),
                    }
                }
                let org = if ours.org == base.org { theirs.org.clone() } else { ours.org.clone() };
                if ours.org != base.org && theirs.org != base.org && ours.org != theirs.org {
                    open.insert(OF_ORG.to_owned());
                }
                Expected { row: Some(merged.row), org, open, may_be_gone }
            }
            (Some(row), None) => one_left(base.row.as_ref(), row, ours.org, open),
            (None, Some(row)) => one_left(base.row.as_ref(), row, theirs.org, open),
            (None, None) => Expected::default(),
        }
    }

    /// What the merge did to a record, against what it should be.
    fn compare(&self, id: &str, expected: &Expected, merged: &Snapshot, sides: &[&Snapshot], names: &[String]) -> Vec<Finding> {
        let there = self.stands(merged, id);
        let of_sides: Vec<Vec<&Stand>> = sides.iter().map(|side| self.stands(side, id)).collect();
        let stand = there.first().or_else(|| of_sides.iter().find_map(|stands| stands.first()));
        let Some(stand) = stand else { return Vec::new() };
        let row = |stands: &[&Stand]| stands.first().and_then(|stand| Self::read(id, &stand.text));
        let found = row(&there);
        let rows: Vec<Option<Row>> = of_sides.iter().map(|stands| row(stands)).collect();
        let kind = expected.row.as_ref().or(found.as_ref()).and_then(|row| row.kind.clone()).unwrap_or_default();
        let finding = |what, field: &str, wanted: Option<Plain>, found: Option<Plain>, sides: Vec<String>| Finding {
            what,
            id: id.to_owned(),
            kind: kind.clone(),
            file: stand.file.clone(),
            line: stand.line,
            field: field.to_owned(),
            expected: wanted,
            found,
            sides,
            wanted: None,
        };
        let mut findings = Vec::new();
        let most = of_sides.iter().map(Vec::len).max().unwrap_or(0).max(1);
        if there.len() > most {
            findings.push(finding(What::Doubled, "", None, None, Vec::new()));
        }
        let (wanted, found) = match (&expected.row, &found) {
            (None, None) => return findings,
            (Some(_), None) if expected.may_be_gone => return findings,
            (Some(_), None) => {
                let had = names.iter().zip(&rows).filter(|(_, row)| row.is_some()).map(|(name, _)| name.clone()).collect();
                findings.push(Finding { wanted: expected.row.clone(), ..finding(What::Lost, "", None, None, had) });
                return findings;
            }
            // What is there though it should be gone, or though no side had it.
            (None, Some(_)) => {
                findings.push(finding(What::Changed, "", None, None, Vec::new()));
                return findings;
            }
            (Some(wanted), Some(found)) => (wanted, found),
        };
        let by = |field: &str, value: Option<&Plain>| -> Vec<String> {
            // Of a list that is put together of both each side has a part.
            let missing = |row: &Row| {
                let has = |item: &Plain| row.says(field).is_some_and(|list| list.items().contains(item));
                let there = found.says(field).map_or(&[][..], Plain::items);
                value.map_or(&[][..], Plain::items).iter().any(|item| has(item) && !there.contains(item))
            };
            let says = |row: &Option<Row>| row.as_ref().is_some_and(|row| row.says(field) == value || missing(row));
            names.iter().zip(&rows).filter(|(_, row)| says(row)).map(|(name, _)| name.clone()).collect()
        };
        let fields: BTreeSet<&str> = wanted.cells.iter().chain(&found.cells).map(|cell| cell.name.as_str()).collect();
        for field in fields.into_iter().filter(|field| !expected.open.contains(*field)) {
            let (wanted, found) = (wanted.says(field), found.says(field));
            // An organisation that two moved to different places keeps both ids.
            let former = |list: Option<&Plain>| list.map_or(&[][..], Plain::items).to_vec();
            if id.starts_with(ORG) && field == "formerly" && former(wanted).iter().all(|id| former(found).contains(id)) {
                continue;
            }
            if wanted != found {
                let some_side = rows.iter().flatten().any(|row| row.says(field) == found);
                let what = what(wanted, found, some_side);
                findings.push(finding(what, field, wanted.cloned(), found.cloned(), by(field, wanted)));
            }
        }
        let comments = |row: &Row| Plain::List(row.comments().into_iter().map(|comment| Plain::Text(comment.to_owned())).collect());
        let (kept, stand) = (comments(wanted), comments(found));
        if kept != stand && expected.open.is_empty() {
            findings.push(finding(what(Some(&kept), Some(&stand), false), COMMENTS, Some(kept), Some(stand), Vec::new()));
        }
        let org = self.moves.now(&there[0].org);
        if org != expected.org && !expected.open.contains(OF_ORG) && !id.starts_with(ORG) {
            let text = |org: &str| Some(Plain::Text(org.to_owned()));
            findings.push(finding(What::Changed, OF_ORG, text(&expected.org), text(&org), Vec::new()));
        }
        findings
    }
}

/// What one side still has of a record that the other took out.
fn one_left(base: Option<&Row>, row: Row, org: String, open: BTreeSet<String>) -> Expected {
    match base {
        None => Expected { row: Some(row), org, open, may_be_gone: false },
        Some(base) if says(base) == says(&row) && base.kind == row.kind => Expected::default(),
        Some(_) => Expected { row: Some(row), org, open, may_be_gone: true },
    }
}

/// All that a row says.
fn says(row: &Row) -> BTreeMap<String, Plain> {
    row.cells.iter().map(|cell| (cell.name.clone(), cell.data.clone())).collect()
}

/// What happened to a field.
fn what(wanted: Option<&Plain>, found: Option<&Plain>, some_side: bool) -> What {
    if let (Some(Plain::List(wanted)), Some(Plain::List(found))) = (wanted, found) {
        let count = |list: &[Plain], item: &Plain| list.iter().filter(|other| *other == item).count();
        if wanted.iter().any(|item| count(found, item) < count(wanted, item)) {
            return What::Lost;
        }
        if found.iter().all(|item| wanted.contains(item)) && found.len() > wanted.len() {
            return What::Doubled;
        }
        return What::Changed;
    }
    if some_side || found.is_none() { What::Lost } else { What::Changed }
}
