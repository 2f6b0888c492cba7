//! What git could not merge, by record: what is left is found, each file or organisation becomes a
//! plan of what settles it, and the plan is carried out. Nobody is asked here, and nothing is said.

pub mod file;
pub mod moved;
pub mod placed;
pub mod style;
pub mod undo;
pub mod unmerged;

use std::path::{Path, PathBuf};

use crate::path::shown;
use crate::problem::Problem;
use crate::tree::Root;
use crate::tree::write::{Lock, Precondition};

/// What settles a file: what is written and taken away, and what git is told of then.
#[derive(Debug, Default)]
pub struct Settlement {
    writes: Vec<Write>,
    removals: Vec<Read>,
    /// The files that are merged then, by their paths below the ledger's root.
    merged: Vec<String>,
}

/// A file as it was read; none where it was not there.
type Read = (PathBuf, Option<Vec<u8>>);

/// A text that takes the place of what a file says.
#[derive(Debug)]
struct Write {
    path: PathBuf,
    text: Vec<u8>,
    /// What that was computed from.
    read: Vec<Read>,
}

fn precondition(read: &[Read]) -> Precondition<'_> {
    let all = read.iter();
    all.fold(Precondition::nothing(), |so_far, (path, bytes)| {
        so_far.and(path, bytes.as_deref())
    })
}

impl Settlement {
    /// Has a file say something else; `read` is what that was computed from.
    fn write(&mut self, path: &Path, text: &[u8], read: &[(&Path, Option<&[u8]>)]) {
        let owned = |(path, bytes): &(&Path, Option<&[u8]>)| -> Read {
            (path.to_path_buf(), bytes.map(<[u8]>::to_vec))
        };
        self.writes.push(Write {
            path: path.to_owned(),
            text: text.to_owned(),
            read: read.iter().map(owned).collect(),
        });
    }

    /// Takes a file away that says this.
    fn remove(&mut self, path: &Path, bytes: &[u8]) {
        self.removals
            .push((path.to_owned(), Some(bytes.to_owned())));
    }

    /// Moves a file to where nothing stands.
    fn move_to(&mut self, from: &Path, to: &Path, bytes: &[u8]) {
        self.write(to, bytes, &[(to, None), (from, Some(bytes))]);
        self.remove(from, bytes);
    }

    /// Tells git of a file that is merged then.
    fn tell_git_of(&mut self, root: &Root, path: &Path) {
        self.merged.push(shown(&root.path, path));
    }

    /// Writes and takes away: all that others wait for. Git is told by [`Settlement::tell_git`],
    /// once nobody has to wait.
    ///
    /// # Errors
    /// A file has changed meanwhile, or cannot be written.
    pub fn apply(&self, lock: &Lock) -> Result<(), Problem> {
        // git is told too: to put files back would not take that back.
        lock.cannot_be_undone();
        for Write { path, text, read } in &self.writes {
            lock.write(path, &precondition(read), text)?;
        }
        for gone in &self.removals {
            lock.remove(&gone.0, &precondition(std::slice::from_ref(gone)))?;
        }
        Ok(())
    }

    /// Whether there is anything to write or to take away.
    pub fn changes_files(&self) -> bool {
        !self.writes.is_empty() || !self.removals.is_empty()
    }

    /// Tells git what is merged.
    ///
    /// # Errors
    /// git is not there, or cannot.
    pub fn tell_git(&self, root: &Root) -> Result<(), Problem> {
        if self.merged.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = self.merged.iter().map(String::as_str).collect();
        unmerged::mark_merged(root, &names)
    }
}
