//! What a command is about to do to several files, written down before it does any of it, so that a
//! kill leaves all of it or nothing; and what the last command did, so that it can be taken back.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::path::shown;
use crate::problem::{Problem, Rule};
use crate::tree::scan;

/// A file of the ledger that becomes another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// Where it is.
    pub path: PathBuf,
    /// What stands there before; nothing where there is no file.
    pub before: Option<String>,
    /// What stands there afterwards.
    pub after: Option<String>,
}

/// What a command does, or did, to files.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Journal {
    /// The command as it was typed.
    pub command: String,
    /// The files, by their paths from the root.
    files: Vec<Line>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Line {
    path: String,
    before: Option<String>,
    after: Option<String>,
}

impl Journal {
    /// What a command does to some files.
    pub fn of(root: &Path, command: &str, files: &[Replacement]) -> Journal {
        let line = |file: &Replacement| Line {
            path: shown(root, &file.path),
            before: file.before.clone(),
            after: file.after.clone(),
        };
        Journal {
            command: command.to_owned(),
            files: files.iter().map(line).collect(),
        }
    }

    /// The files.
    pub fn replacements(&self, root: &Path) -> Vec<Replacement> {
        let replacement = |line: &Line| Replacement {
            path: root.join(&line.path),
            before: line.before.clone(),
            after: line.after.clone(),
        };
        self.files.iter().map(replacement).collect()
    }

    /// As it is kept.
    pub(super) fn bytes(&self) -> Vec<u8> {
        // A structure of texts can be written as JSON.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The journal that stands in a file; none where there is no such file, or one that nobody can
    /// read: it was never finished, and nothing was done.
    ///
    /// # Errors
    /// The system does not let it be read.
    pub(super) fn read(root: &Path, path: &Path) -> Result<Option<Journal>, Problem> {
        let bytes = scan::read_if_there(root, path)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    }
}

/// Where a command writes down what it is about to do.
pub fn pending(root: &Path) -> PathBuf {
    root.join(".ledger").join("journal")
}

/// Where it is kept what the last command did.
fn last(root: &Path) -> PathBuf {
    root.join(".ledger").join("last")
}

/// What the last command of this clone did that wrote anything.
///
/// # Errors
/// There is nothing to take back, or it cannot be read.
pub fn last_of(root: &Path) -> Result<Journal, Problem> {
    Journal::read(root, &last(root))?.ok_or_else(|| Problem::new(Rule::NOTHING_TO_UNDO))
}

/// Keeps what a command did, in the place of what the one before did; nothing where it cannot be
/// taken back.
pub(super) fn keep(root: &Path, journal: Option<&Journal>) {
    let path = last(root);
    // Whether it can be taken back is a comfort: the command itself is done.
    let _ = match journal {
        Some(journal) => std::fs::write(&path, journal.bytes()),
        None => std::fs::remove_file(&path),
    };
}
