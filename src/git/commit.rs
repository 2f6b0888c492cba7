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
use crate::tree::files::{Files, Folder, Handle, ListedFile};

/// A ledger in a commit.
pub struct CommitFiles {
    repo: Repo,
    /// The commit's name.
    pub id: Oid,
    /// The day on which it was made, by its committer's calendar.
    pub day: String,
    /// Its TOML files, by their paths below the ledger's root.
    files: Vec<(String, TreeItem)>,
    /// Conversations with git that nobody is using: one for each thread that reads.
    idle: Mutex<Vec<Objects>>,
}

/// What a commit holds at a path.
enum TreeItem {
    /// A file's content.
    Content(Oid),
    /// A link, which is not followed.
    Link,
}

impl CommitFiles {
    /// The commit that `rev` names for git, or the last one of the day that it names.
    ///
    /// # Errors
    /// It names none, or git fails.
    pub fn of(repo: Repo, rev: &str) -> Result<CommitFiles, Problem> {
        let id = resolve(&repo, rev)?;
        let asked = ["log", "-1", "--no-show-signature", "--format=%cs", &id];
        let day = repo.text(asked)?;
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
        Ok(CommitFiles {
            repo,
            id,
            day,
            files,
            idle: Mutex::default(),
        })
    }

    /// Notes the links at a folder of the root and below it.
    fn note_links(&self, folder: &str, problems: &mut Vec<Problem>) {
        let links = self.files.iter().filter(|(path, entry)| {
            matches!(entry, TreeItem::Link) && path.split('/').next() == Some(folder)
        });
        let note = |path: &String| Problem::new(Rule::LINK_LOOP).at(Place::file(path));
        problems.extend(links.map(|(path, _)| note(path)));
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.files.iter().position(|(path, _)| path == name)
    }

    fn file(&self, n: usize) -> ListedFile {
        ListedFile {
            path: self.files[n].0.as_str().into(),
            handle: Handle::Number(n),
        }
    }

    fn content(&self, n: usize) -> Result<Source, Problem> {
        let (name, entry) = &self.files[n];
        let TreeItem::Content(oid) = entry else {
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
    let named = |name: &str| {
        let asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
        // `^HEAD` is understood too, as everything but that commit.
        let is_id = |id: &String| id.len() >= 40 && id.bytes().all(|b| b.is_ascii_hexdigit());
        repo.text(asked).ok().filter(is_id)
    };
    // `20260930` could begin a commit's name too; whoever types it means the day.
    match rev.parse::<Day>() {
        Ok(day) if named(&format!("refs/tags/{rev}")).is_none() => {
            last_of(repo, day)?.ok_or_else(unknown)
        }
        _ => {
            let id = named(rev).ok_or_else(unknown)?;
            named(&format!("{id}^{{commit}}")).ok_or_else(unknown)
        }
    }
}

/// The last commit up to the end of a day, by its committer's calendar, of those that HEAD was in
/// turn: what came with a merge was not here before the merge.
fn last_of(repo: &Repo, day: Day) -> Result<Option<Oid>, Problem> {
    let said = repo.text([
        "log",
        "--first-parent",
        "--no-show-signature",
        "--format=%H %cs",
        "HEAD",
    ])?;
    let up_to = |line: &str| {
        let (id, made) = line.split_once(' ')?;
        (made.parse::<Day>().ok()? <= day).then(|| id.to_owned())
    };
    Ok(said.lines().find_map(up_to))
}

/// A line of `git ls-tree -z`: `MODE TYPE OID<tab>PATH`; nothing of what is nothing to the ledger.
fn listed(line: &[u8], prefix: &str) -> Option<(String, TreeItem)> {
    let line = String::from_utf8_lossy(line);
    let (head, path) = line.split_once('\t')?;
    let mut words = head.split(' ');
    let (mode, _, oid) = (words.next()?, words.next()?, words.next()?);
    let below = path.strip_prefix(prefix)?;
    // Hidden names are not ours, in a folder as here.
    if below.split('/').any(|part| part.starts_with('.')) {
        return None;
    }
    let entry = match mode.get(..2) {
        // A link, or another repository, in the place of a file or of a folder.
        Some("12" | "16") => TreeItem::Link,
        _ if LedgerPath::of(below) == LedgerPath::Other => return None,
        _ => TreeItem::Content(oid.to_owned()),
    };
    Some((below.to_owned(), entry))
}

impl Files for CommitFiles {
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
        self.note_links("orgs", problems);
        for (n, (path, entry)) in self.files.iter().enumerate() {
            if matches!(entry, TreeItem::Link) {
                continue;
            }
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

    fn below(&self, folder: &str, problems: &mut Vec<Problem>) -> Vec<ListedFile> {
        self.note_links(folder, problems);
        let is_below = |(path, entry): &(String, TreeItem)| {
            matches!(entry, TreeItem::Content(_)) && path.split('/').next() == Some(folder)
        };
        let numbers = (0..self.files.len()).filter(|&n| is_below(&self.files[n]));
        let mut found: Vec<ListedFile> = numbers.map(|n| self.file(n)).collect();
        // In the order in which a folder gives them: later rules change earlier ones.
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found
    }

    fn read(&self, file: &ListedFile) -> Result<Source, Problem> {
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
