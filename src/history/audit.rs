//! What merges did to records: each merge commit against the record-level merge of its parents.

use std::collections::{BTreeMap, BTreeSet};

use crate::git::Repo;
use crate::git::graph::{Commit, Graph, edge, has_commits};
use crate::git::objects::{Changed, Differences, Object, Objects};
use crate::history::finding::{AuditFinding, not_read};
use crate::history::judgement::{Judgement, Plan};
use crate::history::snapshot::{
    BlobCache, LedgerFile, Occurrence, RecordRef, Snapshot, moves_between,
};
use crate::problem::{Problem, Rule};
use crate::rules::Rules;

/// What could be said of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was looked at: what is wrong with it.
    Seen(Vec<AuditFinding>),
    /// This clone does not hold what it was made from.
    NotSeen,
}

/// What an audit looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The commit.
    pub commit: Commit,
    /// How it came to be.
    pub made: Made,
}

/// How a commit came to be that brings several versions together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// It is a merge of its parents.
    Merge,
    /// It makes another commit again at another place, as rebase and cherry-pick do.
    Again(Commit),
    /// It is where a rebase ended that did not make this commit again: what that one did should be
    /// there all the same.
    Without(Commit),
}

impl Case {
    /// The versions that come together, the one that stood there first.
    fn versions(&self) -> Vec<String> {
        match &self.made {
            Made::Merge => self.commit.parents.clone(),
            Made::Again(again) => self
                .commit
                .parents
                .iter()
                .chain([&again.name])
                .cloned()
                .collect(),
            Made::Without(left) => vec![self.commit.name.clone(), left.name.clone()],
        }
    }
}

/// An audit of a repository's merges, and of what was made again at another place as far as this
/// clone knows.
pub struct Audit<'r> {
    repo: &'r Repo,
    rules: &'r Rules,
    graph: Graph,
    shallow: bool,
    differences: Differences,
    library: BlobCache,
    /// What to look at, oldest first.
    pub cases: Vec<Case>,
    /// Merges at the edge of a shallow clone, whose parents it does not have.
    pub beyond: Vec<String>,
    /// Commits that were made again from others which this clone does not have, or does not know.
    pub untraced: Vec<String>,
    /// HEAD, and every record there, once that is asked for.
    head: Option<(String, Snapshot)>,
}

impl<'r> Audit<'r> {
    /// Finds the merges of a range of commits.
    ///
    /// # Errors
    /// git is not there, or does not know the range.
    pub fn new(repo: &'r Repo, rules: &'r Rules, range: &str) -> Result<Audit<'r>, Problem> {
        let wanted = if has_commits(repo)? {
            Commit::list(repo, &["--end-of-options", range])?
        } else {
            Vec::new()
        };
        // All that lies behind the range, whatever it leaves out, and what was there before it was
        // made again.
        let below: BTreeSet<&String> = wanted.iter().flat_map(|commit| &commit.parents).collect();
        let tips = wanted
            .iter()
            .map(|commit| &commit.name)
            .filter(|name| !below.contains(name))
            .map(String::as_str);
        let all: Vec<&str> = ["--all", "--reflog", "--end-of-options"]
            .into_iter()
            .chain(tips)
            .collect();
        let graph = if wanted.is_empty() {
            Graph::default()
        } else {
            Graph::of(Commit::list(repo, &all)?)
        };
        let reflog = Reflog::read(repo)?;
        let twins = Twins::of(&graph);
        let names: BTreeSet<&str> = wanted.iter().map(|commit| commit.name.as_str()).collect();
        let ends = reflog.rebased().filter(|(new, _)| names.contains(new));
        let mut left_out = Vec::new();
        for (new, old) in ends {
            left_out.extend(without(repo, &graph, &twins, new, old)?);
        }
        let (mut cases, untraced) = cases(&graph, &twins, wanted, &reflog.replayed());
        cases.extend(left_out);
        Ok(Audit {
            untraced,
            ..Audit::over(repo, rules, graph, cases)?
        })
    }

    /// The audit of what is about to be committed: a merge, or a commit that is made again at
    /// another place. None where nothing of the kind goes on, or files are still in conflict.
    ///
    /// The index becomes a tree among git's objects, as a commit would have made it.
    ///
    /// # Errors
    /// git is not there, or fails.
    pub fn pending(repo: &'r Repo, rules: &'r Rules) -> Result<Option<Audit<'r>>, Problem> {
        let named = |name: &str| repo.text(["rev-parse", "--verify", "--quiet", name]).ok();
        let place = |name: &str| {
            repo.text(["rev-parse", "--git-path", name])
                .map(|path| repo.top.join(path))
        };
        let others = repo.own_file("MERGE_HEAD")?;
        // Where a rebase stops for a commit to be amended, that is to be another.
        let rebasing = crate::git::is_rebasing(&repo.top) && !place("rebase-merge/amend")?.exists();
        let again = named("CHERRY_PICK_HEAD")
            .or_else(|| named("REBASE_HEAD").filter(|_| rebasing))
            .filter(|_| others.is_empty());
        if others.is_empty() && again.is_none()
            || !repo.text(["ls-files", "--unmerged"])?.is_empty()
        {
            return Ok(None);
        }
        let (head, tree) = (
            repo.text(["rev-parse", "--verify", "HEAD"])?,
            repo.text(["write-tree"])?,
        );
        let parents: Vec<String> = [head]
            .into_iter()
            .chain(others.lines().map(str::to_owned))
            .collect();
        let tips: Vec<&str> = ["--end-of-options"]
            .into_iter()
            .chain(parents.iter().chain(&again).map(String::as_str))
            .collect();
        let known = Commit::list(repo, &tips)?;
        let again = again.and_then(|name| known.iter().find(|commit| commit.name == name).cloned());
        // It has no name before it is made.
        let commit = Commit {
            name: tree.clone(),
            tree,
            parents,
            ..Commit::default()
        };
        let case = Case {
            commit: commit.clone(),
            made: again.map_or(Made::Merge, Made::Again),
        };
        Audit::over(
            repo,
            rules,
            Graph::of([commit].into_iter().chain(known).collect()),
            vec![case],
        )
        .map(Some)
    }

    fn over(
        repo: &'r Repo,
        rules: &'r Rules,
        graph: Graph,
        cases: Vec<Case>,
    ) -> Result<Audit<'r>, Problem> {
        let mut library = BlobCache::new(Objects::open(repo)?);
        let edge = edge(repo)?;
        let mut beyond = Vec::new();
        for commit in &edge {
            let Object::Content(text) = library.objects().read(commit)? else {
                continue;
            };
            let head = String::from_utf8_lossy(&text).into_owned();
            if head
                .lines()
                .take_while(|line| !line.is_empty())
                .filter(|line| line.starts_with("parent "))
                .count()
                > 1
            {
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
            untraced: Vec::new(),
            head: None,
        })
    }

    /// Looks at one commit.
    ///
    /// # Errors
    /// git went away.
    pub fn verdict(&mut self, case: &Case) -> Result<Verdict, Problem> {
        let Some(commit) = self.graph.find(&case.commit.name) else {
            return Ok(Verdict::NotSeen);
        };
        let names = case.versions();
        let parents: Option<Vec<usize>> = names.iter().map(|name| self.graph.find(name)).collect();
        let Some(parents) = parents else {
            return Ok(Verdict::NotSeen);
        };
        let mut plan = Plan::default();
        let root = match &case.made {
            Made::Merge => plan.fold(&self.graph, &parents, self.shallow),
            Made::Again(other) | Made::Without(other) => other
                .parents
                .first()
                .and_then(|base| self.graph.find(base))
                .map(|base| plan.again(base, &parents)),
        };
        let Some(root) = root else {
            return Ok(Verdict::NotSeen);
        };
        let trees: BTreeSet<usize> = plan.commits.iter().copied().chain([commit]).collect();
        let snapshots = match self.snapshots(commit, &trees) {
            Err(problem) if problem.rule == Rule::MISSING_OBJECTS => return Ok(Verdict::NotSeen),
            snapshots => snapshots?,
        };
        let merged = &snapshots[&commit];
        let sides: Vec<&Snapshot> = parents.iter().map(|parent| &snapshots[parent]).collect();
        let bases: Vec<&Snapshot> = plan
            .commits
            .iter()
            .filter(|c| !parents.contains(c))
            .map(|c| &snapshots[c])
            .collect();
        let versions: Vec<&Snapshot> = sides.iter().copied().chain([merged]).collect();
        let empty = Snapshot::default();
        let moves = moves_between(bases.first().unwrap_or(&&empty), &versions);
        let judgement = Judgement {
            plan: &plan,
            snapshots: &snapshots,
            rules: self.rules,
            moves: &moves,
        };
        let mut findings = unreadable(merged, &sides, &names);
        let ids: BTreeSet<RecordRef> = snapshots
            .values()
            .flat_map(|snapshot| snapshot.records.keys())
            .map(|id| judgement.now(id))
            .collect();
        let blind: BTreeSet<&String> = snapshots
            .values()
            .flat_map(|snapshot| &snapshot.unreadable)
            .collect();
        for id in ids {
            // A record of a file that one of the versions cannot show is not judged: the file is.
            let stands: Vec<&Occurrence> = snapshots
                .values()
                .flat_map(|snapshot| judgement.stands(snapshot, &id))
                .collect();
            if stands.iter().any(|stand| blind.contains(&stand.file)) {
                continue;
            }
            if judgement.is_settled(&id, root, merged) {
                continue;
            }
            if let Some(broken) = stands.iter().find(|stand| id.read(&stand.text).is_none()) {
                let there = judgement.stands(merged, &id);
                let same = there.iter().any(|stand| stand.text == broken.text);
                findings
                    .extend((!same).then(|| not_read(&broken.file, broken.line, Some(&id), &[])));
                continue;
            }
            let expected = judgement.expected(&id, root);
            findings.extend(judgement.compare(&id, &expected, merged, &sides, &names));
        }
        Ok(Verdict::Seen(findings))
    }

    /// Whether what a commit did has been put right since: at HEAD, which came after it, the record
    /// is as it should be.
    ///
    /// # Errors
    /// git went away.
    pub fn is_mended(&mut self, case: &Case, finding: &AuditFinding) -> Result<bool, Problem> {
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
            if let (Some(oid), Some(place)) =
                (&file.new, LedgerFile::of(&file.path, &self.repo.prefix))
            {
                let content = self.library.content(oid, place.form)?;
                snapshot.add(&file.path, &place, &content);
            }
        }
        Ok((name?, snapshot))
    }

    /// The records of some commits, in the files that are not the same in all of them.
    fn snapshots(
        &mut self,
        like: usize,
        commits: &BTreeSet<usize>,
    ) -> Result<BTreeMap<usize, Snapshot>, Problem> {
        let mut changed: BTreeMap<usize, BTreeMap<String, Changed>> = BTreeMap::new();
        let mut of_like: BTreeMap<String, Option<String>> = BTreeMap::new();
        for &commit in commits {
            let tree = |commit: usize| &self.graph.commits()[commit].tree;
            let found = self.differences.between(tree(like), tree(commit))?;
            of_like.extend(
                found
                    .iter()
                    .map(|file| (file.path.clone(), file.old.clone())),
            );
            changed.insert(
                commit,
                found
                    .into_iter()
                    .map(|file| (file.path.clone(), file))
                    .collect(),
            );
        }
        let mut snapshots = BTreeMap::new();
        for &commit in commits {
            let mut snapshot = Snapshot::default();
            for (path, old) in &of_like {
                let oid = changed[&commit].get(path).map_or(old, |file| &file.new);
                if let (Some(oid), Some(file)) = (oid, LedgerFile::of(path, &self.repo.prefix)) {
                    let content = self.library.content(oid, file.form)?;
                    snapshot.add(path, &file, &content);
                }
            }
            snapshots.insert(commit, snapshot);
        }
        Ok(snapshots)
    }
}

/// What this clone remembers of where its branches were: for each ref, newest first.
struct Reflog(BTreeMap<String, Vec<Remembered>>);

/// Where a branch came to be.
struct Remembered {
    commit: String,
    /// How it came there, in git's words.
    how: String,
    /// How many seconds after the commit was made.
    later: i64,
}

impl Reflog {
    fn read(repo: &Repo) -> Result<Reflog, Problem> {
        let format = "--format=%gD%x1f%H%x1f%ct%x1f%gs";
        let said = repo.text(["log", "--walk-reflogs", "--all", "--date=unix", format])?;
        let mut reflog = Reflog(BTreeMap::new());
        for line in said.lines() {
            // `refs/heads/main@{1767225600}`, the commit, when it was made, how the branch came to
            // it.
            let parts: Vec<&str> = line.splitn(4, '\u{1f}').collect();
            let [place, commit, made, how] = parts[..] else {
                continue;
            };
            let Some((branch, when)) = place.trim_end_matches('}').rsplit_once("@{") else {
                continue;
            };
            let later = when.parse().unwrap_or(0) - made.parse().unwrap_or(0);
            let remembered = Remembered {
                commit: commit.to_owned(),
                how: how.to_owned(),
                later,
            };
            reflog
                .0
                .entry(branch.to_owned())
                .or_default()
                .push(remembered);
        }
        Ok(reflog)
    }

    /// The commits that were made by rebase or cherry-pick, and whether their message may have been
    /// changed.
    ///
    /// What was joined with another or amended was meant to be another, and is not among them.
    fn replayed(&self) -> BTreeMap<&str, bool> {
        let by = [
            "(pick)",
            "(reword)",
            "(continue)",
            "rebase: ",
            "cherry-pick: ",
            "commit (cherry-pick)",
        ];
        // A commit that was made long before stands where it stood, and was not made again.
        let again = |entry: &&Remembered| {
            by.iter().any(|by| entry.how.contains(by)) && entry.later.abs() < 60
        };
        let entries = self.0.values().flatten().filter(again);
        entries
            .map(|entry| (entry.commit.as_str(), !entry.how.contains("(pick)")))
            .collect()
    }

    /// Where rebases of branches ended, and where the branches were before.
    fn rebased(&self) -> impl Iterator<Item = (&str, &str)> {
        let steps = self
            .0
            .iter()
            .filter(|(branch, _)| branch.starts_with("refs/heads/"))
            .flat_map(|(_, steps)| steps.windows(2));
        steps
            .filter(|pair| pair[0].how.contains("(finish): "))
            .map(|pair| (pair[0].commit.as_str(), pair[1].commit.as_str()))
    }
}

/// Commits by what stays the same when they are made again: their author and second.
struct Twins<'g>(BTreeMap<(String, String), Vec<&'g Commit>>);

impl<'g> Twins<'g> {
    fn of(graph: &'g Graph) -> Twins<'g> {
        let mut twins = Twins(BTreeMap::new());
        for commit in graph
            .commits()
            .iter()
            .filter(|commit| commit.parents.len() == 1)
        {
            twins
                .0
                .entry((commit.second.clone(), commit.author.clone()))
                .or_default()
                .push(commit);
        }
        twins
    }

    /// Those alike, the commit itself among them, newest first.
    fn like(&self, commit: &Commit) -> &[&'g Commit] {
        self.0
            .get(&(commit.second.clone(), commit.author.clone()))
            .map_or(&[], Vec::as_slice)
    }
}

/// Merges, and commits that make others again: of one author and second, and one subject where it
/// was not reworded; and those of which this clone only remembers that they were made again.
fn cases(
    graph: &Graph,
    twins: &Twins<'_>,
    wanted: Vec<Commit>,
    replayed: &BTreeMap<&str, bool>,
) -> (Vec<Case>, Vec<String>) {
    let mut unknown = Vec::new();
    let mut made_again = |commit: &Commit| -> Option<Commit> {
        let reworded = replayed.get(commit.name.as_str())?;
        let twins = twins.like(commit);
        let here = graph.find(&commit.name)?;
        // An amended commit has its parent still: it was meant to be another. Of several the oldest
        // is the first.
        let apart = |twin: &&&Commit| {
            let there = graph.find(&twin.name);
            twin.parents != commit.parents
                && there.is_some_and(|there| {
                    there != here && !graph.leads_to(here, there) && !graph.leads_to(there, here)
                })
        };
        let others: Vec<&Commit> = twins.iter().rev().filter(apart).copied().collect();
        let other = others
            .iter()
            .find(|twin| twin.subject == commit.subject)
            .or(others.first().filter(|_| *reworded && others.len() == 1));
        if other.is_none()
            && twins
                .iter()
                .all(|twin| twin.name == commit.name || twin.parents != commit.parents)
        {
            unknown.push(commit.name.clone());
        }
        other.map(|twin| (*twin).clone())
    };
    let mut cases = Vec::new();
    for commit in wanted.into_iter().rev() {
        match commit.parents.len() {
            0 => {}
            1 => cases.extend(made_again(&commit).map(|again| Case {
                commit,
                made: Made::Again(again),
            })),
            _ => cases.push(Case {
                commit,
                made: Made::Merge,
            }),
        }
    }
    (cases, unknown)
}

/// The commits of a branch that a rebase of it did not make again, and that are nowhere else.
///
/// git drops a commit without a word when nothing is left of it after a conflict.
fn without(
    repo: &Repo,
    graph: &Graph,
    twins: &Twins<'_>,
    new: &str,
    old: &str,
) -> Result<Vec<Case>, Problem> {
    let (Some(here), Some(_)) = (graph.find(new), graph.find(old)) else {
        return Ok(Vec::new());
    };
    let is_here = |twin: &Commit| {
        graph
            .find(&twin.name)
            .is_some_and(|there| graph.leads_to(here, there))
    };
    let again = |commit: &Commit| {
        twins
            .like(commit)
            .iter()
            .any(|twin| twin.subject == commit.subject && is_here(twin))
    };
    let mut gone = Commit::list(repo, &[old, "--not", "HEAD", "--all"])?;
    gone.retain(|commit| commit.parents.len() == 1 && !again(commit));
    let commit = &graph.commits()[here];
    Ok(gone
        .into_iter()
        .rev()
        .map(|left| Case {
            commit: commit.clone(),
            made: Made::Without(left),
        })
        .collect())
}

/// Files that the merge made unreadable, and those that cannot be compared because a side is.
fn unreadable(merged: &Snapshot, sides: &[&Snapshot], names: &[String]) -> Vec<AuditFinding> {
    let new = merged
        .unreadable
        .iter()
        .filter(|file| !sides.iter().any(|side| side.unreadable.contains(*file)));
    let mut findings: Vec<AuditFinding> = new.map(|file| not_read(file, 1, None, &[])).collect();
    for (side, name) in sides.iter().zip(names) {
        let lost = side
            .unreadable
            .iter()
            .filter(|file| !merged.unreadable.contains(*file));
        findings.extend(lost.map(|file| not_read(file, 1, None, std::slice::from_ref(name))));
    }
    findings
}
