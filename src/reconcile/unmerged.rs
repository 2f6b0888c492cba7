//! What git has not merged yet, as its index tells: the versions of each file.

use std::collections::BTreeMap;
use std::path::Path;

use crate::git::{self, Repo};
use crate::merge::marks::{self, Names, Sides};
use crate::merge::merged::Merged;
use crate::merge::{FileForm, Versions, merge};
use crate::problem::Problem;
use crate::rules::Rules;
use crate::source::Source;
use crate::tree::Root;

/// A file of the ledger that git has not merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmerged {
    /// Its path below the ledger's root.
    pub name: String,
    /// The object of the base, of ours and of theirs.
    objects: [Option<String>; 3],
    /// What the sides themselves have under this name, where git mixed another file into a version
    /// because it took that one for moved here.
    unmixed: Option<[Option<String>; 3]>,
}

/// Which of git's versions of a file are of which commits, as far as that is known.
pub(super) fn sides(repo: &Repo) -> impl Iterator<Item = (usize, &'static str)> {
    let there = |name: &str| {
        repo.text(["rev-parse", "--verify", "--quiet", name])
            .is_ok()
    };
    // The last commit of a rebase is remembered after its end.
    let rebased = there("REBASE_HEAD") && crate::git::is_rebasing(&repo.top);
    let theirs = ["MERGE_HEAD", "CHERRY_PICK_HEAD"]
        .into_iter()
        .find(|name| there(name))
        .or(rebased.then_some("REBASE_HEAD"));
    [(1, Some("HEAD")), (2, theirs)]
        .into_iter()
        .filter_map(|(version, name)| Some((version, name?)))
}

/// The files of a ledger that git has not merged; none outside a repository.
///
/// # Errors
/// git is not there, or cannot say.
pub fn unmerged(root: &Root) -> Result<Vec<Unmerged>, Problem> {
    let Some(repo) = Repo::near(&root.path)? else {
        return Ok(Vec::new());
    };
    let said = repo.text(["ls-files", "--unmerged", "-z"])?;
    let mut files: BTreeMap<String, [Option<String>; 3]> = BTreeMap::new();
    for entry in said.split('\0') {
        // `mode object stage`, a tab, the path.
        let Some((about, path)) = entry.split_once('\t') else {
            continue;
        };
        let about: Vec<&str> = about.split(' ').collect();
        let (Some(name), &[_, object, stage]) = (path.strip_prefix(&repo.prefix), &about[..])
        else {
            continue;
        };
        if let (true, Some(stage)) = (
            name.ends_with(".toml"),
            ["1", "2", "3"]
                .into_iter()
                .position(|number| number == stage),
        ) {
            files.entry(name.to_owned()).or_default()[stage] = Some(object.to_owned());
        }
    }
    let sides: Vec<(usize, &str)> = if files.is_empty() {
        Vec::new()
    } else {
        sides(&repo).collect()
    };
    let unmixed = |name: &str, objects: &[Option<String>; 3]| {
        let mut own = objects.clone();
        for (version, commit) in &sides {
            let object = repo
                .text([
                    "rev-parse",
                    "--verify",
                    "--quiet",
                    &format!("{commit}:{}{name}", repo.prefix),
                ])
                .ok();
            // What a side does not have under this name it has under another.
            own[*version] = object
                .filter(|_| own[*version].is_some())
                .or(own[*version].take());
        }
        // What such a version came from was the other file.
        (own != *objects).then(|| [None, own[1].take(), own[2].take()])
    };
    let file = |(name, objects): (String, [Option<String>; 3])| Unmerged {
        unmixed: unmixed(&name, &objects),
        name,
        objects,
    };
    Ok(files.into_iter().map(file).collect())
}

impl Unmerged {
    /// Whether both sides have the file.
    pub fn is_of_both(&self) -> bool {
        self.objects[1].is_some() && self.objects[2].is_some()
    }

    /// Whether one side changed it and the other has it no more.
    pub fn is_of_one(&self) -> bool {
        self.objects[0].is_some() && (self.objects[1].is_some() != self.objects[2].is_some())
    }

    /// Whether it is in one version only: 0 the base, 1 ours, 2 theirs.
    pub(super) fn is_only_of(&self, version: usize) -> bool {
        self.objects
            .iter()
            .enumerate()
            .all(|(n, object)| object.is_some() == (n == version))
    }

    /// The object of one version.
    pub(super) fn object(&self, version: usize) -> Option<&String> {
        self.objects[version].as_ref()
    }

    /// What the base, ours and theirs say.
    ///
    /// # Errors
    /// git cannot give a version that there is.
    pub(super) fn texts(&self, root: &Root) -> Result<[Option<String>; 3], Problem> {
        texts(root, self.unmixed.as_ref().unwrap_or(&self.objects))
    }

    /// Whether a text is what the versions come to by record, without any question.
    ///
    /// # Errors
    /// As [`Unmerged::texts`].
    pub(super) fn merges_to(
        &self,
        root: &Root,
        text: &str,
        rules: &Rules,
    ) -> Result<bool, Problem> {
        let [base, Some(ours), Some(theirs)] = self.texts(root)? else {
            return Ok(false);
        };
        let [base, ours, theirs] =
            [base.unwrap_or_default(), ours, theirs].map(|text| Source::new(&self.name, text));
        let versions = Versions {
            base: &base,
            ours: &ours,
            theirs: &theirs,
        };
        let merged = merge(
            versions,
            FileForm::of(&format!("/{}", self.name)),
            rules,
            &mut |_, _| None,
        );
        let is_text = |merged: &Merged| merged.written(&Names::default()).text == text;
        Ok(merged.is_ok_and(|merged| merged.is_clean() && is_text(&merged)))
    }

    /// Whether a text is as git left the file: then what git put together without a marker is not
    /// taken on trust, and where no driver ran the text is one side's.
    ///
    /// # Errors
    /// As [`Unmerged::texts`].
    pub(super) fn left_as(&self, root: &Root, text: &str, sides: &Sides) -> Result<bool, Problem> {
        let [_, Some(ours), Some(theirs)] = texts(root, &self.objects)? else {
            return Ok(false);
        };
        if text == ours || text == theirs {
            return Ok(true);
        }
        let repo = Repo::of(&root.path)?;
        // What has no base comes from nothing.
        let nothing = repo.text(["hash-object", "-w", "-t", "blob", "--stdin"])?;
        let objects = [1, 0, 2].map(|n| self.objects[n].clone().unwrap_or_else(|| nothing.clone()));
        // A merge finds its lines by histogram; git from before it could be asked for that has the
        // other way only.
        Ok([&["--diff-algorithm=histogram"][..], &[]]
            .into_iter()
            .any(|way| {
                let output = git::finished(
                    repo.command()
                        .args(["merge-file", "-p", "--object-id"])
                        .args(way)
                        .args(&objects),
                );
                let again = output
                    .ok()
                    .and_then(|output| String::from_utf8(output.stdout).ok());
                again
                    .and_then(|text| marks::sides(&text).ok())
                    .is_some_and(|again| again.ours == sides.ours && again.theirs == sides.theirs)
            }))
    }
}

fn texts(root: &Root, objects: &[Option<String>; 3]) -> Result<[Option<String>; 3], Problem> {
    let repo = Repo::of(&root.path)?;
    let mut texts = [const { None }; 3];
    for (text, object) in texts.iter_mut().zip(objects) {
        if let Some(object) = object {
            *text = String::from_utf8(repo.bytes(["cat-file", "blob", object])?).ok();
        }
    }
    Ok(texts)
}

/// Tells git that files are merged, as they now stand or are gone.
pub(super) fn mark_merged(root: &Root, names: &[&str]) -> Result<(), Problem> {
    let repo = Repo::of(&root.path)?;
    let paths = names.iter().map(|name| format!("{}{name}", repo.prefix));
    repo.text(
        ["add", "--all", "--"]
            .map(str::to_owned)
            .into_iter()
            .chain(paths),
    )
    .map(drop)
}

/// What git may be in the middle of, by the file that says so, and the command that goes on with
/// it.
const STEPS: &[(&str, &str)] = &[
    ("MERGE_HEAD", "git commit"),
    ("rebase-merge", "git rebase --continue"),
    ("rebase-apply", "git rebase --continue"),
    ("CHERRY_PICK_HEAD", "git cherry-pick --continue"),
    ("REVERT_HEAD", "git revert --continue"),
];

/// Whether git is in the middle of something.
pub(super) fn is_in_between(root: &Path) -> bool {
    next_step(root).is_some()
}

/// The command that goes on with what git is in the middle of, once everything is merged.
pub fn next_step(root: &Path) -> Option<&'static str> {
    let asked = STEPS.iter().flat_map(|(file, _)| ["--git-path", file]);
    let paths = crate::git::text(root, ["rev-parse"].into_iter().chain(asked)).ok()?;
    paths
        .lines()
        .zip(STEPS)
        .find(|(path, _)| root.join(path).exists())
        .map(|(_, (_, command))| *command)
}
