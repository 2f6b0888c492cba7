//! Walking a ledger's folders: which files there are, which must not be opened, and why.
//!
//! Whatever is read from disk is read through [`read_if_there`] or, where it lies outside the
//! ledger, [`read_outside`].

use std::fs::{self, OpenOptions};
use std::io::{Error, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::name::{OrgPath, is_segment, is_year_folder};
use crate::path::{resolved, shown};
use crate::problem::{Place, Problem, Problems, Rule};
use crate::source::{MAX_BYTES, Source};
use crate::tree::Root;
use crate::tree::files::{Files, Folder, Handle, ListedFile};

/// How many levels of organisations there may be.
pub const MAX_DEPTH: usize = 24;

/// Every organisation's folder below `orgs/`, in the order of ids.
pub fn organisations(root: &Path, problems: &mut Vec<Problem>) -> Vec<Folder> {
    let mut found = Vec::new();
    if let Some(orgs) = top(root, "orgs", problems) {
        walk(root, &orgs, None, &mut found, problems);
    }
    found
}

/// As [`organisations`], for commands that decide by where organisations and their files are.
///
/// # Errors
/// Something kept the walk from seeing all there is.
pub fn all_organisations(root: &Path) -> Result<Vec<Folder>, Problems> {
    let mut problems = Vec::new();
    let found = organisations(root, &mut problems);
    Problem::refuse_hidden(&problems).map(|()| found)
}

/// A folder at the root, if it is there.
fn top(root: &Path, folder: &str, problems: &mut Vec<Problem>) -> Option<PathBuf> {
    let path = root.join(folder);
    match real(root, &path) {
        Ok(real) => real.map(|_| path),
        Err(problem) => {
            problems.push(problem);
            None
        }
    }
}

fn walk(
    root: &Path,
    dir: &Path,
    org: Option<&OrgPath>,
    found: &mut Vec<Folder>,
    problems: &mut Vec<Problem>,
) {
    let mut under = Vec::new();
    let mut folder = org.map(|org| Folder {
        org: org.clone(),
        file: None,
        ledgers: Vec::new(),
    });
    for entry in list(root, dir, problems) {
        let place = || Place::file(shown(root, &entry.path));
        if !entry.is_dir {
            match &mut folder {
                Some(folder) if entry.name == "org.toml" => folder.file = Some(entry.file()),
                _ if is_toml(&entry.name) => {
                    problems.push(Problem::new(Rule::MISPLACED_FILE).at(place()))
                }
                // A link to a folder comes out of git as such a file where the system knows no
                // links.
                _ if is_segment(&entry.name) || is_year_folder(&entry.name) => {
                    problems.push(Problem::new(Rule::NOT_A_FOLDER).at(place()))
                }
                _ => {}
            }
        } else if entry.is_link {
            problems.push(Problem::new(Rule::LINK_LOOP).at(place()));
        } else if is_year_folder(&entry.name) && folder.is_some() {
            let ledgers = year_folder(root, &entry.path, problems);
            if let Some(folder) = &mut folder {
                folder.ledgers.extend(ledgers);
            }
        } else if !is_segment(&entry.name) {
            problems.push(
                Problem::new(Rule::BAD_FOLDER)
                    .at(place())
                    .with("name", entry.name),
            );
        } else if org.is_some_and(|org| org.depth() + 1 >= MAX_DEPTH) {
            problems.push(
                Problem::new(Rule::TOO_DEEP_FOLDERS)
                    .at(place())
                    .with("most", MAX_DEPTH),
            );
        } else {
            under.push(entry);
        }
    }
    found.extend(folder);
    for entry in under {
        let path = match org {
            Some(org) => org.child(&entry.name),
            None => entry.name.parse(),
        };
        match path {
            Ok(path) => walk(root, &entry.path, Some(&path), found, problems),
            Err(_) => problems.push(
                Problem::new(Rule::BAD_FOLDER)
                    .at(Place::file(shown(root, &entry.path)))
                    .with("name", entry.name),
            ),
        }
    }
}

fn year_folder(root: &Path, dir: &Path, problems: &mut Vec<Problem>) -> Vec<ListedFile> {
    let mut ledgers = Vec::new();
    for entry in list(root, dir, problems) {
        if entry.is_dir {
            problems
                .push(Problem::new(Rule::MISPLACED_FILE).at(Place::file(shown(root, &entry.path))));
        } else if entry.name.ends_with(".toml") {
            ledgers.push(entry.file());
        } else if is_toml(&entry.name) {
            problems
                .push(Problem::new(Rule::MISPLACED_FILE).at(Place::file(shown(root, &entry.path))));
        }
    }
    ledgers
}

/// The ledger files of one organisation, by year and name.
pub fn ledgers(root: &Path, folder: &Path, problems: &mut Vec<Problem>) -> Vec<ListedFile> {
    let years = list(root, folder, problems)
        .into_iter()
        .filter(|entry| entry.is_dir && !entry.is_link && is_year_folder(&entry.name));
    years
        .flat_map(|year| year_folder(root, &year.path, problems))
        .collect()
}

/// The TOML files below a folder of the root, in order.
pub(super) fn toml_files(root: &Path, folder: &str, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders: Vec<(PathBuf, usize)> = top(root, folder, problems)
        .map(|folder| (folder, 0))
        .into_iter()
        .collect();
    while let Some((dir, depth)) = folders.pop() {
        for entry in list(root, &dir, problems) {
            let place = || Place::file(shown(root, &entry.path));
            if entry.is_dir && entry.is_link {
                problems.push(Problem::new(Rule::LINK_LOOP).at(place()));
            } else if entry.is_dir && depth >= MAX_DEPTH {
                problems.push(
                    Problem::new(Rule::TOO_DEEP_FOLDERS)
                        .at(place())
                        .with("most", MAX_DEPTH),
                );
            } else if entry.is_dir {
                folders.push((entry.path, depth + 1));
            } else if !entry.is_dir && entry.name.ends_with(".toml") {
                found.push(entry.path);
            }
        }
    }
    found.sort();
    found
}

/// Whether people would take the file for one of ours: `.TOML` is written by some systems, and not
/// read.
fn is_toml(name: &str) -> bool {
    name.to_lowercase().ends_with(".toml")
}

struct Listed {
    name: String,
    path: PathBuf,
    is_dir: bool,
    is_link: bool,
    /// Whether it is a file itself, not a link, a pipe or a device.
    is_plain: bool,
}

impl Listed {
    fn file(self) -> ListedFile {
        ListedFile {
            path: self.path,
            handle: if self.is_plain {
                Handle::Plain
            } else {
                Handle::Unknown
            },
        }
    }
}

/// What lies in a folder, sorted by name; hidden names are not ours, and a link that leads nowhere
/// is noted.
fn list(root: &Path, dir: &Path, problems: &mut Vec<Problem>) -> Vec<Listed> {
    let mut found: Vec<Listed> = Vec::new();
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => {
            problems.push(Problem::io(shown(root, dir), &error));
            return found;
        }
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                problems.push(Problem::io(shown(root, dir), &error));
                continue;
            }
        };
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        // Of a link what counts is whether it leads to a folder.
        let kind = entry.file_type().and_then(|kind| match kind.is_symlink() {
            true => fs::metadata(&path).map(|meta| (meta.file_type(), true)),
            false => Ok((kind, false)),
        });
        match kind {
            // A file that the program would read is refused when it does.
            Ok((kind, _)) if !kind.is_dir() && !kind.is_file() && !is_toml(&name) => {
                problems.push(Problem::new(Rule::NOT_A_FILE).at(Place::file(shown(root, &path))));
            }
            Ok((kind, is_link)) => {
                found.push(Listed {
                    name,
                    path,
                    is_dir: kind.is_dir(),
                    is_link,
                    is_plain: kind.is_file() && !is_link,
                });
            }
            // It was taken away while we looked.
            Err(_)
                if path
                    .symlink_metadata()
                    .is_err_and(|error| is_absence(&error)) => {}
            Err(error) if leads_nowhere(&error) => {
                problems.push(Problem::new(Rule::LINK_LOOP).at(Place::file(shown(root, &path))))
            }
            Err(error) => problems.push(Problem::io(shown(root, &path), &error)),
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let mut lower: Vec<(String, &Listed)> =
        found.iter().map(|l| (l.name.to_lowercase(), l)).collect();
    lower.sort_by(|a, b| a.0.cmp(&b.0));
    for pair in lower.windows(2) {
        if pair[0].0 == pair[1].0 {
            problems.push(
                Problem::new(Rule::CASE_COLLISION)
                    .at(Place::file(shown(root, &pair[1].1.path)))
                    .with("name", pair[1].1.name.as_str())
                    .with("other", pair[0].1.name.as_str()),
            );
        }
    }
    found
}

/// The text of a file inside the ledger.
///
/// # Errors
/// There is none, a link that leaves the root, something that is not a plain file, a file too large
/// or not text.
pub fn read_file(root: &Path, path: &Path) -> Result<Source, Problem> {
    Source::decode(&shown(root, path), read_bytes(root, path)?)
}

/// The text of a file that a walk has found inside the ledger.
///
/// Its folders were seen to be real ones then, so that what was a plain file is opened by its path
/// as it is; where another has put a link or a pipe there meanwhile the link is not followed and
/// the pipe not waited for.
///
/// # Errors
/// As [`read_file`].
pub(super) fn read_listed(root: &Path, file: &ListedFile) -> Result<Source, Problem> {
    let name = shown(root, &file.path);
    let opened = match file.handle {
        Handle::Plain => careful().read(true).open(&file.path).ok(),
        Handle::Unknown | Handle::Number(_) => None,
    };
    match opened {
        Some(opened) => Source::decode(&name, read_opened(opened, &name)?),
        None => read_file(root, &file.path),
    }
}

/// The text of a file inside the ledger; none where there is none.
///
/// # Errors
/// As [`read_file`].
pub fn file_if_there(root: &Path, path: &Path) -> Result<Option<Source>, Problem> {
    read_if_there(root, path)?
        .map(|bytes| Source::decode(&shown(root, path), bytes))
        .transpose()
}

/// The bytes of a file inside the ledger.
///
/// # Errors
/// There is none, a link that leaves the root, something that is not a plain file, a file too
/// large.
pub fn read_bytes(root: &Path, path: &Path) -> Result<Vec<u8>, Problem> {
    read_if_there(root, path)?.ok_or_else(|| absent(&shown(root, path)))
}

/// The bytes of a file inside the ledger; none where there is none.
///
/// # Errors
/// As [`read_bytes`].
pub fn read_if_there(root: &Path, path: &Path) -> Result<Option<Vec<u8>>, Problem> {
    match real(root, path)? {
        Some(real) => read_plain(&real, &shown(root, path)),
        None => Ok(None),
    }
}

/// The bytes of a file that lies outside the ledger, or that a person named; none where there is
/// none.
///
/// # Errors
/// Something that is not a plain file, a file too large, or the system refuses.
pub fn read_outside(path: &Path) -> Result<Option<Vec<u8>>, Problem> {
    let name = crate::path::path_text(path);
    match resolved(path) {
        Ok(real) => read_plain(&real, &name),
        Err(error) if is_absence(&error) => Ok(None),
        Err(error) => Err(Problem::io(&name, &error)),
    }
}

/// The bytes of a file that a person named.
///
/// # Errors
/// As [`read_outside`], and where there is none.
pub fn read_named(path: &Path) -> Result<Vec<u8>, Problem> {
    read_outside(path)?.ok_or_else(|| absent(&crate::path::path_text(path)))
}

/// Where a path inside the ledger leads, links followed; none where nothing stands there.
///
/// # Errors
/// A link that leaves the root or leads nowhere, in the path or above it; or the system refuses to
/// say.
pub fn real(root: &Path, path: &Path) -> Result<Option<PathBuf>, Problem> {
    for above in path.ancestors().take_while(|above| above.starts_with(root)) {
        let name = shown(root, above);
        let error = match resolved(above) {
            Ok(real) if !real.starts_with(root) => {
                let target = real.display().to_string();
                return Err(Problem::new(Rule::LINK_OUTSIDE)
                    .at(Place::file(shown(root, path)))
                    .with("target", target));
            }
            Ok(real) => return Ok((above == path).then_some(real)),
            Err(error) => error,
        };
        match above.symlink_metadata() {
            Ok(meta) if meta.is_symlink() && leads_nowhere(&error) => {
                return Err(Problem::new(Rule::LINK_LOOP).at(Place::file(name)));
            }
            Ok(_) => return Err(Problem::io(name, &error)),
            Err(error) if is_absence(&error) => {}
            Err(error) => return Err(Problem::io(name, &error)),
        }
    }
    Ok(None)
}

/// Whether a plain file, or a link, stands at a path.
///
/// # Errors
/// The system refuses to say.
pub fn stands(path: &Path) -> Result<bool, Problem> {
    match path.symlink_metadata() {
        Ok(meta) => Ok(!meta.is_dir()),
        Err(error) if is_absence(&error) => Ok(false),
        Err(error) => Err(Problem::io(path, &error)),
    }
}

/// Whether a folder inside the ledger holds nothing, or is not there.
///
/// # Errors
/// As [`real`], or the folder cannot be read.
pub fn is_empty(root: &Path, folder: &Path) -> Result<bool, Problem> {
    let Some(real) = real(root, folder)? else {
        return Ok(true);
    };
    let first = fs::read_dir(real).and_then(|mut entries| entries.next().transpose());
    first
        .map(|first| first.is_none())
        .map_err(|error| Problem::io(shown(root, folder), &error))
}

/// Reads a file by a path without links. Its kind is looked at before it is opened: opening a pipe
/// waits, opening a device may do anything.
fn read_plain(real: &Path, name: &str) -> Result<Option<Vec<u8>>, Problem> {
    let result = |error: Error| {
        if is_absence(&error) {
            Ok(None)
        } else {
            Err(Problem::io(name, &error))
        }
    };
    let meta = match real.symlink_metadata() {
        Ok(meta) => meta,
        Err(error) => return result(error),
    };
    if !meta.is_file() {
        return Err(Problem::new(Rule::NOT_A_FILE).at(Place::file(name)));
    }
    match careful().read(true).open(real) {
        Ok(file) => read_opened(file, name).map(Some),
        Err(error) => result(error),
    }
}

/// Reads a file that is open.
fn read_opened(file: fs::File, name: &str) -> Result<Vec<u8>, Problem> {
    let meta = file.metadata().map_err(|error| Problem::io(name, &error))?;
    if !meta.is_file() {
        return Err(Problem::new(Rule::NOT_A_FILE).at(Place::file(name)));
    }
    if meta.len() > MAX_BYTES {
        return Err(Problem::new(Rule::TOO_LARGE)
            .at(Place::file(name))
            .with("most", (MAX_BYTES >> 20) as i64));
    }
    // The file as it was when it was opened: what is added meanwhile is not waited for.
    let mut bytes = Vec::with_capacity(meta.len() as usize);
    file.take(meta.len())
        .read_to_end(&mut bytes)
        .map_err(|error| Problem::io(name, &error))?;
    Ok(bytes)
}

/// Opens what a path without links was seen to be. Where another put a link or a pipe there
/// meanwhile the link is not followed and the pipe not waited for.
#[cfg(unix)]
pub(super) fn careful() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    options
}

/// Elsewhere pipes have no place among files.
#[cfg(not(unix))]
pub(super) fn careful() -> OpenOptions {
    OpenOptions::new()
}

/// Whether an error says that nothing stands at a path.
pub fn is_absence(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Whether an error about a link says that it leads to nothing, or to itself.
fn leads_nowhere(error: &Error) -> bool {
    #[cfg(unix)]
    let in_a_loop = error.raw_os_error() == Some(libc::ELOOP);
    #[cfg(not(unix))]
    let in_a_loop = false;
    is_absence(error) || in_a_loop
}

fn absent(name: &str) -> Problem {
    // "No such file" has this number on every system.
    Problem::io(name, &Error::from_raw_os_error(2))
}

impl Files for Root {
    fn organisations(&self, problems: &mut Vec<Problem>) -> Vec<Folder> {
        organisations(&self.path, problems)
    }

    fn below(&self, folder: &str, problems: &mut Vec<Problem>) -> Vec<ListedFile> {
        let file = |path| ListedFile {
            path,
            handle: Handle::Unknown,
        };
        toml_files(&self.path, folder, problems)
            .into_iter()
            .map(file)
            .collect()
    }

    fn read(&self, file: &ListedFile) -> Result<Source, Problem> {
        read_listed(&self.path, file)
    }

    fn read_named(&self, name: &str) -> Result<Source, Problem> {
        read_file(&self.path, &self.path.join(name))
    }
}
