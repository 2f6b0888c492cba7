//! The files of a ledger as they were committed: read from git's objects, through the same door as
//! a folder's.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::day::Day;
use crate::git::Repo;
use crate::git::objects::{Object, Objects, Oid};
use crate::name::OrgPath;
use crate::path::LedgerPath;
use crate::problem::{Place, Problem, Rule};
use crate::source::{MAX_BYTES, Source};
use crate::tree::files::{File, Files, Folder, Handle};

/// A ledger in a commit.
pub struct Commit {
    repo: Repo,
    /// The commit's name.
    pub id: Oid,
    /// The day on which it was made, by its committer's calendar.
    pub day: String,
    /// Its TOML files, by their paths below the ledger's root.
    files: Vec<(String, Entry)>,
    /// Conversations with git that nobody is using: one for each thread that reads.
    idle: Mutex<Vec<Objects>>,
}

/// What a commit holds at a path.
enum Entry {
    /// A file's content.
    Content(Oid),
    /// A link, which is not followed.
    Link,
}

impl Commit {
    /// The commit that `rev` names for git, or the last one of the day that it names.
    ///
    /// # Errors
    /// It names none, or git fails.
    pub fn of(repo: Repo, rev: &str) -> Result<Commit, Problem> {
        let id = resolve(&repo, rev)?;
        let day = repo.text(["log", "-1", "--format=%cs", &id])?;
        let below =
            ["ledger.toml", "orgs", "rules", "closed"].map(|name| format!("{}{name}", repo.prefix));
        let list = [
            "--literal-pathspecs",
            "ls-tree",
            "-r",
            "-z",
            "--full-tree",
            &id,
            "--",
        ]
        .into_iter();
        let said = repo.bytes(list.chain(below.iter().map(String::as_str)))?;
        let files = said
            .split(|byte| *byte == 0)
            .filter_map(|line| listed(line, &repo.prefix))
            .collect();
        Ok(Commit {
            repo,
            id,
            day,
            files,
            idle: Mutex::default(),
        })
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.files.iter().position(|(path, _)| path == name)
    }

    fn file(&self, n: usize) -> File {
        File {
            path: self.files[n].0.as_str().into(),
            handle: Handle::Number(n),
        }
    }

    fn content(&self, n: usize) -> Result<Source, Problem> {
        let (name, entry) = &self.files[n];
        let Entry::Content(oid) = entry else {
            return Err(Problem::new(Rule::LINK_LOOP).at(Place::file(name)));
        };
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let mut objects = taken.map_or_else(|| Objects::open(&self.repo), Ok)?;
        let object = objects.read(oid)?;
        idle().push(objects);
        match object {
            Object::Content(bytes) => Source::decode(&crate::path::path_text(name.as_ref()), bytes),
            Object::TooLarge => Err(Problem::new(Rule::TOO_LARGE)
                .at(Place::file(name))
                .with("most", (MAX_BYTES >> 20) as i64)),
        }
    }
}

/// The commit that a text names: as git understands it, or as a day.
fn resolve(repo: &Repo, rev: &str) -> Result<Oid, Problem> {
    let unknown = || Problem::new(Rule::UNKNOWN_COMMIT).with("value", rev);
    let is_name = |name: &str| {
        repo.text(["rev-parse", "--verify", "--quiet", "--end-of-options", name])
            .ok()
            .filter(|id| !id.is_empty())
    };
    // `20260930` could begin a commit's name too; whoever types it means the day.
    if let (Ok(day), None) = (rev.parse::<Day>(), is_name(&format!("refs/tags/{rev}"))) {
        let until = format!("--until={day}T23:59:59");
        let id = repo.text(["rev-list", "--max-count=1", &until, "HEAD"])?;
        return if id.is_empty() {
            Err(unknown())
        } else {
            Ok(id)
        };
    }
    is_name(&format!("{rev}^{{commit}}")).ok_or_else(unknown)
}

/// A line of `git ls-tree -z`: `MODE TYPE OID<tab>PATH`; nothing of what is no file of the ledger.
fn listed(line: &[u8], prefix: &str) -> Option<(String, Entry)> {
    let line = String::from_utf8_lossy(line);
    let (head, path) = line.split_once('\t')?;
    let mut words = head.split(' ');
    let (mode, kind, oid) = (words.next()?, words.next()?, words.next()?);
    let below = path.strip_prefix(prefix)?;
    let is_ours = kind == "blob" && LedgerPath::of(below) != LedgerPath::Other;
    let entry = if mode.starts_with("12") {
        Entry::Link
    } else {
        Entry::Content(oid.to_owned())
    };
    is_ours.then(|| (below.to_owned(), entry))
}

impl Files for Commit {
    fn organisations(&self, problems: &mut Vec<Problem>) -> Vec<Folder> {
        let mut folders: BTreeMap<OrgPath, Folder> = BTreeMap::new();
        let mut folder = |org: &OrgPath, put: &mut dyn FnMut(&mut Folder)| {
            // Those above are folders too, whether or not they have a file.
            let above = std::iter::successors(Some(org.clone()), OrgPath::parent);
            for org in above {
                folders.entry(org.clone()).or_insert_with(|| Folder {
                    org,
                    file: None,
                    ledgers: Vec::new(),
                });
            }
            folders.get_mut(org).into_iter().for_each(put);
        };
        for (n, (path, _)) in self.files.iter().enumerate() {
            match LedgerPath::of(path) {
                LedgerPath::Organisation(org) => {
                    folder(&org, &mut |folder| folder.file = Some(self.file(n)))
                }
                LedgerPath::Records(org) => {
                    folder(&org, &mut |folder| folder.ledgers.push(self.file(n)))
                }
                LedgerPath::Misplaced => {
                    problems.push(Problem::new(Rule::MISPLACED_FILE).at(Place::file(path)))
                }
                LedgerPath::Settings
                | LedgerPath::Rules
                | LedgerPath::Stamp(_)
                | LedgerPath::Other => {}
            }
        }
        folders.into_values().collect()
    }

    fn below(&self, folder: &str, _: &mut Vec<Problem>) -> Vec<File> {
        let is_below = |path: &str| {
            path.strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        (0..self.files.len())
            .filter(|&n| is_below(&self.files[n].0))
            .map(|n| self.file(n))
            .collect()
    }

    fn read(&self, file: &File) -> Result<Source, Problem> {
        match file.handle {
            Handle::Number(n) if n < self.files.len() => self.content(n),
            Handle::Number(_) | Handle::Plain | Handle::Unknown => {
                self.read_named(&crate::path::path_text(&file.path))
            }
        }
    }

    fn read_named(&self, name: &str) -> Result<Source, Problem> {
        match self.number(name) {
            Some(n) => self.content(n),
            None => Err(Problem::io(name, &std::io::ErrorKind::NotFound.into())),
        }
    }
}
