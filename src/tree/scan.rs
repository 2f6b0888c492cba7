//! Walking a ledger's folders: which files there are, which must not be opened, and why.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::name::{OrgPath, is_segment, is_year_folder};
use crate::problem::{Place, Problem, Rule};
use crate::source::{MAX_BYTES, Source, shown};

/// How many levels of organisations there may be.
pub const MAX_DEPTH: usize = 24;

/// An organisation's folder.
#[derive(Debug)]
pub struct Folder {
    /// Its id.
    pub org: OrgPath,
    /// Its `org.toml`, if there is one.
    pub file: Option<PathBuf>,
    /// Its ledger files, by year and name.
    pub ledgers: Vec<PathBuf>,
}

/// Every organisation's folder below `orgs/`, in the order of ids.
pub fn organisations(root: &Path, problems: &mut Vec<Problem>) -> Vec<Folder> {
    let mut found = Vec::new();
    let orgs = root.join("orgs");
    if orgs.exists() {
        walk(root, &orgs, None, &mut found, problems);
    }
    found
}

fn walk(root: &Path, dir: &Path, org: Option<&OrgPath>, found: &mut Vec<Folder>, problems: &mut Vec<Problem>) {
    let mut under = Vec::new();
    let mut folder = org.map(|org| Folder { org: org.clone(), file: None, ledgers: Vec::new() });
    for entry in list(root, dir, problems) {
        let place = || Place::file(shown(root, &entry.path));
        if !entry.is_dir {
            match &mut folder {
                Some(folder) if entry.name == "org.toml" => folder.file = Some(entry.path),
                _ if is_toml(&entry.name) => problems.push(Problem::new(Rule::MISPLACED_FILE).at(place())),
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
            problems.push(Problem::new(Rule::BAD_FOLDER).at(place()).with("name", entry.name));
        } else if org.is_some_and(|org| org.depth() + 1 >= MAX_DEPTH) {
            problems.push(Problem::new(Rule::TOO_DEEP_FOLDERS).at(place()).with("most", MAX_DEPTH));
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
            Err(_) => problems.push(Problem::new(Rule::BAD_FOLDER).at(Place::file(shown(root, &entry.path))).with("name", entry.name)),
        }
    }
}

fn year_folder(root: &Path, dir: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut ledgers = Vec::new();
    for entry in list(root, dir, problems) {
        if entry.is_dir {
            problems.push(Problem::new(Rule::MISPLACED_FILE).at(Place::file(shown(root, &entry.path))));
        } else if entry.name.ends_with(".toml") {
            ledgers.push(entry.path);
        } else if is_toml(&entry.name) {
            problems.push(Problem::new(Rule::MISPLACED_FILE).at(Place::file(shown(root, &entry.path))));
        }
    }
    ledgers
}

/// The ledger files of one organisation, by year and name.
pub fn ledgers(root: &Path, folder: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let years = list(root, folder, problems).into_iter().filter(|entry| entry.is_dir && !entry.is_link && is_year_folder(&entry.name));
    years.flat_map(|year| year_folder(root, &year.path, problems)).collect()
}

/// The TOML files below `rules/`, in order.
pub fn rule_files(root: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    toml_files(root, "rules", problems)
}

/// The stamps of closed periods, in order.
pub fn closed_files(root: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    toml_files(root, "closed", problems)
}

fn toml_files(root: &Path, folder: &str, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![(root.join(folder), 0)];
    while let Some((dir, depth)) = folders.pop() {
        if !dir.exists() {
            continue;
        }
        for entry in list(root, &dir, problems) {
            if entry.is_dir && entry.is_link {
                problems.push(Problem::new(Rule::LINK_LOOP).at(Place::file(shown(root, &entry.path))));
            } else if entry.is_dir && depth < MAX_DEPTH {
                folders.push((entry.path, depth + 1));
            } else if !entry.is_dir && entry.name.ends_with(".toml") {
                found.push(entry.path);
            }
        }
    }
    found.sort();
    found
}

/// Whether people would take the file for one of ours: `.TOML` is written by some systems, and not read.
fn is_toml(name: &str) -> bool {
    name.to_lowercase().ends_with(".toml")
}

struct Listed {
    name: String,
    path: PathBuf,
    is_dir: bool,
    is_link: bool,
}

/// What lies in a folder, sorted by name; hidden names are not ours, and a link that leads nowhere is noted.
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
        let is_link = entry.file_type().is_ok_and(|t| t.is_symlink());
        let is_dir = if is_link {
            match fs::metadata(&path) {
                Ok(meta) => meta.is_dir(),
                Err(_) => {
                    problems.push(Problem::new(Rule::LINK_LOOP).at(Place::file(shown(root, &path))));
                    continue;
                }
            }
        } else {
            entry.file_type().is_ok_and(|t| t.is_dir())
        };
        found.push(Listed { name, path, is_dir, is_link });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let mut lower: Vec<(String, &Listed)> = found.iter().map(|l| (l.name.to_lowercase(), l)).collect();
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
/// A link that leaves the root, something that is not a plain file, a file too large or not text.
pub fn read_file(root: &Path, path: &Path) -> Result<Source, Problem> {
    Source::decode(&shown(root, path), read_bytes(root, path)?)
}

/// The bytes of a file inside the ledger.
///
/// # Errors
/// A link that leaves the root, something that is not a plain file, a file too large.
pub fn read_bytes(root: &Path, path: &Path) -> Result<Vec<u8>, Problem> {
    let name = shown(root, path);
    let io = |error: &std::io::Error| Problem::io(&name, error);
    let real = path.canonicalize().map_err(|error| io(&error))?;
    if !real.starts_with(root) {
        return Err(Problem::new(Rule::LINK_OUTSIDE).at(Place::file(&name)).with("target", real.display().to_string()));
    }
    let meta = fs::metadata(&real).map_err(|error| io(&error))?;
    if !meta.is_file() {
        return Err(Problem::new(Rule::NOT_A_FILE).at(Place::file(&name)));
    }
    let too_large = || Problem::new(Rule::TOO_LARGE).at(Place::file(&name)).with("most", (MAX_BYTES >> 20) as i64);
    if meta.len() > MAX_BYTES {
        return Err(too_large());
    }
    let file = fs::File::open(&real).map_err(|error| io(&error))?;
    let mut bytes = Vec::with_capacity(meta.len() as usize + 1);
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| io(&error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large());
    }
    Ok(bytes)
}
