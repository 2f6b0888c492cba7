//! Commits and their parents, and where two lines of them meet.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use crate::git::Repo;
use crate::problem::Problem;

/// Every commit that some tips lead back to.
#[derive(Debug, Default)]
pub struct Graph {
    /// The names of the commits, each behind its children.
    names: Vec<String>,
    /// The trees of files they hold.
    trees: Vec<String>,
    /// The parents of each, as far as this clone has them.
    parents: Vec<Vec<usize>>,
    /// How long the longest way from each back to a commit without parents is.
    age: Vec<usize>,
    by_name: BTreeMap<String, usize>,
}

impl Graph {
    /// Reads all that `tips` lead back to.
    ///
    /// # Errors
    /// git is not there, or knows no such commits.
    pub fn read(repo: &Repo, tips: &[&str]) -> Result<Graph, Problem> {
        let said = repo.text([&["rev-list", "--topo-order", "--format=%H %T %P"], tips, &["--"]].concat())?;
        Ok(Graph::of(said.lines().filter(|line| !line.starts_with("commit "))))
    }

    /// The graph of lines that each name a commit, its tree and its parents, children first.
    pub fn of<'l>(lines: impl Iterator<Item = &'l str>) -> Graph {
        let mut graph = Graph::default();
        let mut named: Vec<Vec<String>> = Vec::new();
        for line in lines {
            let mut words = line.split(' ').map(str::to_owned);
            let (Some(name), Some(tree)) = (words.next(), words.next()) else { continue };
            graph.trees.push(tree);
            graph.by_name.insert(name.clone(), graph.names.len());
            graph.names.push(name);
            named.push(words.collect());
        }
        // A parent beyond the edge of a shallow clone has no line of its own.
        graph.parents = named.iter().map(|parents| parents.iter().filter_map(|p| graph.by_name.get(p).copied()).collect()).collect();
        graph.age = vec![0; graph.names.len()];
        for n in (0..graph.names.len()).rev() {
            graph.age[n] = graph.parents[n].iter().map(|&parent| graph.age[parent] + 1).max().unwrap_or(0);
        }
        graph
    }

    /// A commit by its name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// A commit's name.
    pub fn name(&self, commit: usize) -> &str {
        &self.names[commit]
    }

    /// The tree of files that a commit holds.
    pub fn tree(&self, commit: usize) -> &str {
        &self.trees[commit]
    }

    /// A commit's parents, as far as this clone has them.
    pub fn parents(&self, commit: usize) -> &[usize] {
        &self.parents[commit]
    }

    /// The newest commits that both some of `ours` and `theirs` lead back to, none of which leads back to another.
    pub fn bases(&self, ours: &[usize], theirs: usize) -> Vec<usize> {
        const OURS: u8 = 1;
        const THEIRS: u8 = 2;
        const OLD: u8 = 4;
        let mut seen: BTreeMap<usize, u8> = BTreeMap::new();
        let mut queue: BinaryHeap<(usize, usize)> = BinaryHeap::new();
        let mark = |queue: &mut BinaryHeap<(usize, usize)>, seen: &mut BTreeMap<usize, u8>, commit: usize, flags: u8| {
            let old = seen.entry(commit).or_insert(0);
            if *old | flags != *old {
                *old |= flags;
                queue.push((self.age[commit], commit));
            }
        };
        ours.iter().for_each(|&commit| mark(&mut queue, &mut seen, commit, OURS));
        mark(&mut queue, &mut seen, theirs, THEIRS);
        let mut found = BTreeSet::new();
        // What leads to a commit is older in age, so a commit's marks are final when it is taken.
        while queue.iter().any(|(_, commit)| seen.get(commit).is_some_and(|flags| flags & OLD == 0)) {
            let Some((_, commit)) = queue.pop() else { break };
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
        let lines = lines.lines().map(|line| line.split_once(' ').map_or(format!("{line} T"), |(name, parents)| format!("{name} T {parents}")));
        let lines: Vec<String> = lines.collect();
        let graph = Graph::of(lines.iter().map(String::as_str));
        let at = |name: &str| graph.find(name).expect("a commit");
        let ours: Vec<usize> = ours.split(' ').map(at).collect();
        let mut names: Vec<&str> = graph.bases(&ours, at(theirs)).into_iter().map(|n| graph.name(n)).collect();
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
