//! Changing what is on disk: one writer at a time, the old file or the new one, never neither.
//!
//! Lock, read again under the lock, change, prove, write a temporary file beside, sync, rename, sync the
//! folder. Whoever holds the lock may remove what a killed writer left behind.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::name::Writer;
use crate::problem::{Problem, Rule};
use crate::source::shown;

/// The ending of temporary files.
const TEMPORARY: &str = ".ledger-tmp";

/// How long another process may hold the lock before we give up: a hundred times any write.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a write was computed from: other programs (`git checkout`) know no lock, so it is compared once more
/// just before the new file takes its place.
#[derive(Clone, Debug, Default)]
pub struct Basis<'b>(Vec<(&'b Path, Option<&'b [u8]>)>);

impl<'b> Basis<'b> {
    /// A write that carries nothing over from what was read.
    pub fn nothing() -> Basis<'b> {
        Basis::default()
    }

    /// A file as it was read; none where it was not there.
    pub fn of(path: &'b Path, read: Option<&'b [u8]>) -> Basis<'b> {
        Basis(vec![(path, read)])
    }

    /// And another.
    #[must_use]
    pub fn and(mut self, path: &'b Path, read: Option<&'b [u8]>) -> Basis<'b> {
        self.0.push((path, read));
        self
    }

    /// The first file that is no longer as it was read.
    fn changed(&self) -> Option<&Path> {
        let stands = |path: &Path| match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(error) => Err(error),
        };
        self.0.iter().find(|(path, read)| stands(path).ok() != Some(read.map(<[u8]>::to_vec))).map(|(path, _)| *path)
    }
}

/// The right to write into a ledger; given back when dropped.
#[derive(Debug)]
pub struct Lock {
    root: PathBuf,
    _file: File,
}

impl Lock {
    /// Waits for the lock of the ledger at `root`; calls `waiting` once if that takes longer than a moment.
    ///
    /// # Errors
    /// The lock file cannot be made, or another process holds it for half a minute.
    pub fn take(root: &Path, waiting: &mut dyn FnMut()) -> Result<Lock, Problem> {
        let folder = root.join(".ledger");
        let path = folder.join("lock");
        let io = |error: std::io::Error| Problem::io(shown(root, &path), &error);
        fs::create_dir_all(&folder).map_err(io)?;
        let real = folder.canonicalize().map_err(io)?;
        if !real.starts_with(root) {
            return Err(Problem::new(Rule::LINK_OUTSIDE)
                .at(crate::problem::Place::file(".ledger"))
                .with("target", real.display().to_string()));
        }
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(io)?;
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => {
                    wait_for_git(root);
                    return Ok(Lock { root: root.to_owned(), _file: file });
                }
                Err(TryLockError::Error(error)) if error.kind() != ErrorKind::Interrupted => return Err(io(error)),
                Err(_) if waited >= PATIENCE => return Err(Problem::new(Rule::BUSY)),
                Err(_) => {
                    let pause = Duration::from_millis(5);
                    sleep(pause);
                    waited += pause;
                    if waited == Duration::from_secs(2) {
                        waiting();
                    }
                }
            }
        }
    }

    /// Puts `new` in the place of a file's bytes, if they differ; makes the file and its folders if need be.
    ///
    /// # Errors
    /// The path leads out of the ledger, what `basis` names was changed meanwhile, or the system refuses; the
    /// file is then as it was, unless only the folder's sync failed, when the new bytes may stand.
    pub fn write(&self, path: &Path, basis: &Basis<'_>, new: &[u8]) -> Result<(), Problem> {
        let io = |error: std::io::Error| Problem::io(shown(&self.root, path), &error);
        let folder = path.parent().unwrap_or(&self.root);
        // A folder may be made only where nothing above it leads out.
        let outside = |target: &Path| {
            Problem::new(Rule::LINK_OUTSIDE)
                .at(crate::problem::Place::file(shown(&self.root, path)))
                .with("target", target.display().to_string())
        };
        if let Some(real) = folder.ancestors().find_map(|above| above.canonicalize().ok()).filter(|real| !real.starts_with(&self.root)) {
            return Err(outside(&real));
        }
        // Before folders are made too: they may have gone with the branch that had them.
        let unchanged = || match basis.changed() {
            Some(path) => Err(Problem::new(Rule::CHANGED_MEANWHILE).at(crate::problem::Place::file(shown(&self.root, path)))),
            None => Ok(()),
        };
        unchanged()?;
        fs::create_dir_all(folder).map_err(io)?;
        let folder = folder.canonicalize().map_err(io)?;
        let name = path.file_name().map(PathBuf::from).unwrap_or_default();
        // Renaming over a link would replace the link, so the file it leads to is the one replaced.
        let target = match fs::canonicalize(folder.join(&name)) {
            Ok(target) => target,
            Err(error) if error.kind() == ErrorKind::NotFound => folder.join(&name),
            Err(error) => return Err(io(error)),
        };
        if !target.starts_with(&self.root) {
            return Err(outside(&target));
        }
        let folder = target.parent().unwrap_or(&self.root).to_owned();
        match fs::read(&target) {
            Ok(old) if old == new => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(io(error)),
        }
        sweep(&folder, ".");
        let temporary = folder.join(format!(".{}{TEMPORARY}", std::process::id()));
        let written = write_beside(&temporary, &target, new).map_err(io).and_then(|()| {
            wait_for_git(&self.root);
            unchanged()?;
            fs::rename(&temporary, &target).map_err(io)
        });
        if let Err(problem) = written {
            // The first error is the one to report; a leftover is swept by the next writer.
            let _ = fs::remove_file(&temporary);
            return Err(problem);
        }
        // The new file is in place; only whether it would survive a power cut is not known.
        sync_folder(&folder).map_err(|error| Problem { rule: Rule::MAYBE_SAVED, ..io(error) })
    }
}

/// How long git may be at work in the work tree before a lock of it counts as left behind.
const PATIENCE_WITH_GIT: Duration = Duration::from_secs(10);

/// Waits while git changes the work tree: it has taken files away and not put others in their place yet, and would write over
/// ours. It knows no lock but its own.
fn wait_for_git(root: &Path) {
    let Some(lock) = git_lock(root) else { return };
    let pause = Duration::from_millis(5);
    let mut waited = Duration::ZERO;
    while waited < PATIENCE_WITH_GIT && lock.exists() {
        sleep(pause);
        waited += pause;
    }
}

/// The file that is there while git changes its index and the work tree that a folder lies in.
fn git_lock(folder: &Path) -> Option<PathBuf> {
    let (top, git) = folder.ancestors().map(|above| (above, above.join(".git"))).find(|(_, git)| git.exists())?;
    if git.is_dir() {
        return Some(git.join("index.lock"));
    }
    // A work tree of its own says where its part of the repository is.
    let text = fs::read_to_string(&git).ok()?;
    Some(top.join(text.strip_prefix("gitdir:")?.trim()).join("index.lock"))
}

/// Lets a limit on the size of files (`ulimit -f`) be an error like a full disk, where it would end the program.
#[cfg(unix)]
pub fn survive_limits() {
    // Where it cannot be set up the limit ends the program, as it would without this; the old file stands.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default());
}

/// Elsewhere there is no such signal.
#[cfg(not(unix))]
pub fn survive_limits() {}

/// Puts the result of a merge in the place of the version that git gave; what a killed merge left goes.
///
/// git merges one file after the other, so no other driver is at work in the folder.
///
/// # Errors
/// The system refuses; the version is then as it was.
pub fn replace_version(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sweep(folder, ".merge-");
    export_as(path, bytes, ".merge-")
}

/// Writes a file outside any ledger (a report) as a whole or not at all.
///
/// # Errors
/// The system refuses; an older file is then as it was.
pub fn export(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    export_as(path, bytes, ".")
}

fn export_as(path: &Path, bytes: &[u8], lead: &str) -> Result<(), Problem> {
    let io = |error: std::io::Error| Problem::io(path, &error);
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    // A pipe or a device is written to as it is; only a plain file can be replaced.
    if fs::metadata(&target).is_ok_and(|meta| !meta.is_file()) {
        return fs::write(&target, bytes).map_err(io);
    }
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = folder.join(format!("{lead}{}{TEMPORARY}", std::process::id()));
    let written = write_beside(&temporary, &target, bytes).and_then(|()| fs::rename(&temporary, &target));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(io)
}

fn write_beside(temporary: &Path, target: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(temporary)?;
    // The mode comes before the content, so that nobody reads what the old file kept from him.
    match fs::metadata(target) {
        Ok(meta) => file.set_permissions(meta.permissions())?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    file.write_all(bytes)?;
    file.sync_all()
}

/// Removes what killed writers left; under the lock none of it can be in use.
fn sweep(folder: &Path, lead: &str) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(lead) && name.ends_with(TEMPORARY) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Waits until a folder's entries are on the disk.
///
/// # Errors
/// The system does not confirm it.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Elsewhere a folder cannot be opened as a file; the rename itself is what the system promises.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// This clone's writer, minted from `name` when it is first needed.
///
/// # Errors
/// The file that remembers it cannot be read or written.
pub fn writer(lock: &Lock, name: &dyn Fn() -> String) -> Result<Writer, Problem> {
    let path = lock.root.join(".ledger").join("writer");
    match fs::read_to_string(&path) {
        Ok(text) => {
            if let Ok(writer) = text.trim().parse() {
                return Ok(writer);
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(Problem::io(shown(&lock.root, &path), &error)),
    }
    remember(lock, &Writer::mint(&name(), random_bits()))
}

/// This clone's writer under another name: the one it has if that was minted from `name`, else a new one.
///
/// # Errors
/// The file that remembers it cannot be read or written.
pub fn writer_as(lock: &Lock, name: &str) -> Result<Writer, Problem> {
    let new = Writer::mint(name, random_bits());
    let current = writer(lock, &|| name.to_owned())?;
    let stem = |writer: &Writer| writer.as_str().rsplit_once('-').map(|(stem, _)| stem.to_owned());
    if stem(&current) == stem(&new) { Ok(current) } else { remember(lock, &new) }
}

fn remember(lock: &Lock, writer: &Writer) -> Result<Writer, Problem> {
    let path = lock.root.join(".ledger").join("writer");
    lock.write(&path, &Basis::nothing(), format!("{}\n", writer.as_str()).as_bytes())?;
    Ok(writer.clone())
}

/// Random bits from the system; from the clock and the process where it has none to give.
pub fn random_bits() -> u64 {
    getrandom::u64().unwrap_or_else(|_| {
        use std::hash::{BuildHasher, Hasher};
        let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
        hasher.write_u32(std::process::id());
        hasher.finish()
    })
}
