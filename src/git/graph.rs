//! Commits and their parents, and where two lines of them meet.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::git::Repo;
use crate::problem::Problem;

/// A commit, and what people know it by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// Its name.
    pub name: String,
    /// The tree of files that it holds.
    pub tree: String,
    /// The names of its parents.
    pub parents: Vec<String>,
    /// The day its author gave it, as git writes it.
    pub day: String,
    /// The second, since 1970.
    pub second: String,
    /// Its author's name.
    pub author: String,
    /// The first line of its message.
    pub subject: String,
}

impl Commit {
    /// The commits that some arguments of `git rev-list` name, children before parents.
    ///
    /// # Errors
    /// git is not there, or knows no such commits.
    pub fn list(repo: &Repo, args: &[&str]) -> Result<Vec<Commit>, Problem> {
        let format = "--format=%H%x1f%T%x1f%P%x1f%as%x1f%at%x1f%aN%x1f%s";
        let said = repo.text(
            [
                &["rev-list", "--topo-order", "--encoding=UTF-8", format],
                args,
                &["--"],
            ]
            .concat(),
        )?;
        let commit = |line: &str| {
            let parts: Vec<&str> = line.splitn(7, '\u{1f}').collect();
            let [name, tree, parents, day, second, author, subject] = parts[..] else {
                return None;
            };
            let parents = parents
                .split(' ')
                .filter(|parent| !parent.is_empty())
                .map(str::to_owned)
                .collect();
            let [name, tree, day, second, author, subject] =
                [name, tree, day, second, author, subject].map(str::to_owned);
            Some(Commit {
                name,
                tree,
                parents,
                day,
                second,
                author,
                subject,
            })
        };
        Ok(said.lines().filter_map(commit).collect())
    }
}

/// Whether anything is committed yet on the branch.
///
/// # Errors
/// git cannot read where its branches are.
pub fn has_commits(repo: &Repo) -> Result<bool, Problem> {
    if repo
        .text(["rev-parse", "--verify", "--quiet", "HEAD"])
        .is_ok()
    {
        return Ok(true);
    }
    // A branch that is damaged is no more found than one that is not begun; where all are listed
    // git says which it is.
    repo.text(["rev-list", "--max-count=1", "--all", "--"])
        .map(|_| false)
}

/// The commits at the edge of a shallow clone: it does not have their parents.
///
/// # Errors
/// git fails, or the list of them cannot be read.
pub fn edge(repo: &Repo) -> Result<Vec<String>, Problem> {
    Ok(repo
        .own_file("shallow")?
        .lines()
        .map(str::to_owned)
        .collect())
}

/// Every commit that some tips lead back to.
#[derive(Debug, Default)]
pub struct Graph {
    /// The commits, each behind its children.
    commits: Vec<Commit>,
    /// The parents of each, as far as this clone has them.
    parents: Vec<Vec<usize>>,
    /// How long the longest way from each back to a commit without parents is.
    age: Vec<usize>,
    by_name: BTreeMap<String, usize>,
}

impl Graph {
    /// The graph of these commits, children before parents.
    pub fn of(commits: Vec<Commit>) -> Graph {
        let by_name: BTreeMap<String, usize> = commits
            .iter()
            .enumerate()
            .map(|(n, commit)| (commit.name.clone(), n))
            .collect();
        // A parent beyond the edge of a shallow clone is not among them.
        let known = |commit: &Commit| {
            commit
                .parents
                .iter()
                .filter_map(|parent| by_name.get(parent).copied())
                .collect()
        };
        let parents: Vec<Vec<usize>> = commits.iter().map(known).collect();
        let mut age = vec![0; commits.len()];
        for n in (0..commits.len()).rev() {
            age[n] = parents[n]
                .iter()
                .map(|&parent: &usize| age[parent] + 1)
                .max()
                .unwrap_or(0);
        }
        Graph {
            commits,
            parents,
            age,
            by_name,
        }
    }

    /// The commits, children before parents.
    pub fn commits(&self) -> &[Commit] {
        &self.commits
    }

    /// A commit by its name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// Whether a commit leads back to another, or is it.
    pub fn leads_to(&self, commit: usize, other: usize) -> bool {
        let (mut seen, mut open) = (BTreeSet::new(), vec![commit]);
        while let Some(commit) = open.pop() {
            if commit == other {
                return true;
            }
            // Nothing that is younger in age leads back to it.
            if self.age[commit] > self.age[other] && seen.insert(commit) {
                open.extend(&self.parents[commit]);
            }
        }
        false
    }

    /// The newest commits that both some of `ours` and `theirs` lead back to, none of which leads
    /// back to another.
    pub fn bases(&self, ours: &[usize], theirs: usize) -> Vec<usize> {
        const OURS: u8 = 1;
        const THEIRS: u8 = 2;
        const OLD: u8 = 4;
        let mut seen: BTreeMap<usize, u8> = BTreeMap::new();
        let mut queue: BinaryHeap<(usize, usize)> = BinaryHeap::new();
        let mark = |queue: &mut BinaryHeap<(usize, usize)>,
                    seen: &mut BTreeMap<usize, u8>,
                    commit: usize,
                    flags: u8| {
            let old = seen.entry(commit).or_insert(0);
            if *old | flags != *old {
                *old |= flags;
                queue.push((self.age[commit], commit));
            }
        };
        ours.iter()
            .for_each(|&commit| mark(&mut queue, &mut seen, commit, OURS));
        mark(&mut queue, &mut seen, theirs, THEIRS);
        let mut found = BTreeSet::new();
        // What leads to a commit is older in age, so a commit's marks are final when it is taken.
        while queue
            .iter()
            .any(|(_, commit)| seen.get(commit).is_some_and(|flags| flags & OLD == 0))
        {
            let Some((_, commit)) = queue.pop() else {
                break;
            };
            let flags = seen.get(&commit).copied().unwrap_or(0);
            let meets = flags & (OURS | THEIRS) == OURS | THEIRS;
            if meets && flags & OLD == 0 {
                found.insert(commit);
            }
            let below = if meets { OURS | THEIRS | OLD } else { flags };
            for &parent in &self.parents[commit] {
                mark(&mut queue, &mut seen, parent, below);
            }
        }
        found.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bases(lines: &str, ours: &str, theirs: &str) -> String {
        let commit = |line: &str| {
            let mut words = line.split(' ').map(str::to_owned);
            Commit {
                name: words.next().unwrap_or_default(),
                parents: words.collect(),
                ..Commit::default()
            }
        };
        let graph = Graph::of(lines.lines().map(commit).collect());
        let at = |name: &str| graph.find(name).expect("a commit");
        let ours: Vec<usize> = ours.split(' ').map(at).collect();
        let mut names: Vec<&str> = graph
            .bases(&ours, at(theirs))
            .into_iter()
            .map(|n| graph.commits()[n].name.as_str())
            .collect();
        names.sort_unstable();
        names.join(" ")
    }

    #[test]
    fn two_lines_meet_where_git_says() {
        assert_eq!(bases("c b\nd b\nb a\na", "c", "d"), "b");
        assert_eq!(bases("b a\na", "b", "a"), "a", "one leads to the other");
        assert_eq!(bases("b\na", "b", "a"), "", "strangers");
        // Each was merged into the other once: two bases.
        assert_eq!(bases("e c d\nf d c\nc a\nd a\na", "e", "f"), "c d");
        // A long way and a short way to the same commit.
        assert_eq!(bases("g b\nf e\ne d\nd c\nc b\nb a\na", "f", "g"), "b");
        // Three tips: what any of ours has in common with theirs.
        assert_eq!(bases("d b\ne c\nf c\nb a\nc a\na", "d e", "f"), "c");
    }
}
