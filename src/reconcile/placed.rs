//! A file that one side alone has, and that git put elsewhere because most of the folder it came
//! from went there: a guess by likeness, which git leaves to be confirmed. Where the organisation
//! is now says whether it is right.

use std::path::Path;

use crate::git::Repo;
use crate::history::snapshot::LedgerFile;
use crate::merge::FileForm;
use crate::problem::{Problem, Problems};
use crate::reconcile::Settlement;
use crate::reconcile::unmerged::{Unmerged, sides};
use crate::rules::Rules;
use crate::tree::{Root, Tree, scan};

/// A file at a place that git chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedFile {
    /// Where git put it, below the ledger's root.
    pub name: String,
    /// Where the side that has it has it.
    pub from: String,
    /// Where its organisation is now.
    pub belongs: String,
}

/// The files that wait because git put them elsewhere.
///
/// # Errors
/// git fails, or the organisations cannot be seen.
pub fn placed(
    root: &Root,
    rules: &Rules,
    waiting: &[Unmerged],
) -> Result<Vec<PlacedFile>, Problems> {
    let Some(repo) = Repo::near(&root.path)? else {
        return Ok(Vec::new());
    };
    let moves = Tree::organisations(root, rules)?.moves;
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
    /// Has it lie where its organisation is now; none where something else lies there.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn settlement(&self, root: &Root) -> Result<Option<Settlement>, Problem> {
        let mut settlement = Settlement::default();
        let [here, there] = [&self.name, &self.belongs].map(|name| root.path.join(Path::new(name)));
        if here != there {
            if scan::real(&root.path, &there)?.is_some() {
                return Ok(None);
            }
            let source = scan::read_file(&root.path, &here)?;
            settlement.move_to(&here, &there, source.text.as_bytes());
        }
        settlement.tell_git_of(root, &here);
        settlement.tell_git_of(root, &there);
        Ok(Some(settlement))
    }
}
