//! Where a ledger's files are: in a folder, in a commit, or in memory. Whatever reads them need not
//! know which.

use std::path::PathBuf;

use crate::name::OrgPath;
use crate::problem::{Place, Problem, Rule};
use crate::source::Source;

/// A file of a ledger, as its keeper has listed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What its keeper needs to find it again.
    pub(crate) handle: Handle,
}

/// How a file is found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handle {
    /// By its path: it was seen to be a plain file in a real folder.
    Plain,
    /// By its path, which may be a link or anything else.
    Unknown,
    /// By its number among what the keeper holds.
    Number(usize),
}

/// An organisation's folder.
#[derive(Debug)]
pub struct Folder {
    /// Its id.
    pub org: OrgPath,
    /// Its `org.toml`, if there is one.
    pub file: Option<ListedFile>,
    /// Its ledger files, by year and name.
    pub ledgers: Vec<ListedFile>,
}

/// A keeper of a ledger's files.
pub trait Files: Sync {
    /// Every organisation's folder, in the order of ids.
    fn organisations(&self, problems: &mut Vec<Problem>) -> Vec<Folder>;

    /// The TOML files below one of the root's folders, in order.
    fn below(&self, folder: &str, problems: &mut Vec<Problem>) -> Vec<ListedFile>;

    /// The text of a file that was listed.
    ///
    /// # Errors
    /// It is not there any more, is no plain file, too large, or not text.
    fn read(&self, file: &ListedFile) -> Result<Source, Problem>;

    /// The text of a file by its path below the ledger's root.
    ///
    /// # Errors
    /// As [`Files::read`].
    fn read_named(&self, name: &str) -> Result<Source, Problem>;
}

/// Organisations and ledgers in memory, by id.
pub(super) struct Texts<'t> {
    /// What their files say.
    pub(super) orgs: &'t [(&'t str, &'t str)],
    /// Their records.
    pub(super) ledgers: &'t [(&'t str, &'t str)],
}

impl Files for Texts<'_> {
    fn organisations(&self, _: &mut Vec<Problem>) -> Vec<Folder> {
        let folder = |(n, (id, _)): (usize, &(&str, &str))| {
            let of_it = self
                .ledgers
                .iter()
                .enumerate()
                .filter(|(_, (org, _))| org == id);
            let file = |name: &str, n| ListedFile {
                path: format!("orgs/{id}/{name}").into(),
                handle: Handle::Number(n),
            };
            let ledgers = of_it
                .map(|(n, _)| file("2026/test-00.toml", self.orgs.len() + n))
                .collect();
            Some(Folder {
                org: id.parse().ok()?,
                file: Some(file("org.toml", n)),
                ledgers,
            })
        };
        let mut folders: Vec<Folder> = self.orgs.iter().enumerate().filter_map(folder).collect();
        folders.sort_by(|a, b| a.org.cmp(&b.org));
        folders
    }

    fn below(&self, _: &str, _: &mut Vec<Problem>) -> Vec<ListedFile> {
        Vec::new()
    }

    fn read(&self, file: &ListedFile) -> Result<Source, Problem> {
        let all = self.orgs.iter().chain(self.ledgers);
        let text = match file.handle {
            Handle::Number(n) => all.map(|(_, text)| *text).nth(n),
            Handle::Plain | Handle::Unknown => None,
        };
        Ok(Source::new(
            &crate::path::path_text(&file.path),
            text.unwrap_or_default(),
        ))
    }

    fn read_named(&self, name: &str) -> Result<Source, Problem> {
        // Nobody asks for a text by its name: several may have one.
        Err(Problem::new(Rule::IO).at(Place::file(name)))
    }
}
