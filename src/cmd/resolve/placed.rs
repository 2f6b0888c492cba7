//! A file that one side alone has, and that git put elsewhere because most of the folder it came
//! from went there: a guess by likeness, which git leaves to be confirmed. Where the organisation
//! is now says whether it is right.

use std::path::Path;

use anyhow::Result;

use crate::cmd::Session;
use crate::cmd::resolve::unmerged::{Unmerged, mark_merged, sides};
use crate::git::Repo;
use crate::history::snapshot::LedgerFile;
use crate::merge::FileForm;
use crate::problem::Problems;
use crate::tree::write::Precondition;
use crate::tree::{Root, Tree, scan};

/// A file at a place that git chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlacedFile {
    /// Where git put it, below the ledger's root.
    pub(super) name: String,
    /// Where the side that has it has it.
    from: String,
    /// Where its organisation is now.
    belongs: String,
}

/// The files that wait because git put them elsewhere.
///
/// # Errors
/// git fails, or the organisations cannot be seen.
pub(super) fn placed(
    root: &Root,
    session: &Session<'_>,
    waiting: &[Unmerged],
) -> Result<Vec<PlacedFile>, Problems> {
    let Some(repo) = Repo::near(&root.path)? else {
        return Ok(Vec::new());
    };
    let moves = Tree::organisations(root, session.readable_rules())?.moves;
    let mut placed = Vec::new();
    for (version, commit) in sides(&repo) {
        let alone: Vec<&Unmerged> = waiting
            .iter()
            .filter(|file| file.is_only_of(version))
            .collect();
        if alone.is_empty() {
            continue;
        }
        let listed = repo.text(["ls-tree", "-r", "-z", commit])?;
        // `mode blob object`, a tab, the path.
        let entry = |entry: &'_ str| {
            let (about, path) = entry.split_once('\t')?;
            Some((
                about.rsplit(' ').next()?.to_owned(),
                path.strip_prefix(&repo.prefix)?.to_owned(),
            ))
        };
        let files: Vec<(String, String)> = listed.split('\0').filter_map(entry).collect();
        for file in alone {
            let same: Vec<&str> = files
                .iter()
                .filter(|(object, _)| file.object(version) == Some(object))
                .map(|(_, path)| path.as_str())
                .collect();
            // Where the side itself has it at this place git has not moved it; of two that are
            // equal neither can be told.
            let &[from] = &same[..] else { continue };
            let Some(known) = LedgerFile::of(from, "")
                .filter(|known| known.form != FileForm::Stamp && from != file.name)
            else {
                continue;
            };
            let belongs = from.replacen(
                &format!("orgs/{}/", known.org),
                &format!("orgs/{}/", moves.now(&known.org)),
                1,
            );
            placed.push(PlacedFile {
                name: file.name.clone(),
                from: from.to_owned(),
                belongs,
            });
        }
    }
    Ok(placed)
}

impl PlacedFile {
    /// Has it lie where its organisation is now; false where something else lies there.
    pub(super) fn settle(&self, session: &mut Session<'_>, root: &Root) -> Result<bool> {
        if self.belongs != self.name {
            let [here, there] =
                [&self.name, &self.belongs].map(|name| root.path.join(Path::new(name)));
            if scan::real(&root.path, &there)?.is_some() {
                return Ok(false);
            }
            let source = scan::read_file(&root.path, &here)?;
            let lock = session.lock(root)?;
            // git is told too: to put files back would not take that back.
            lock.cannot_be_undone();
            let basis = Precondition::of(&there, None).and(&here, Some(source.text.as_bytes()));
            lock.write(&there, &basis, source.text.as_bytes())?;
            lock.remove(
                &here,
                &Precondition::of(&here, Some(source.text.as_bytes())),
            )?;
        }
        mark_merged(root, &[&*self.name, &*self.belongs])?;
        let args = [
            ("from", self.from.as_str().into()),
            ("path", self.belongs.as_str().into()),
        ];
        session.tell("resolve-placed", &args)?;
        Ok(true)
    }
}
