//! Changing what is on disk: one writer at a time, the old file or the new one, never neither.
//!
//! Lock, read again under the lock, change, prove, write a temporary file beside, sync, rename,
//! sync the folder. Whoever holds the lock may remove what a killed writer left behind.

use std::cell::{Cell, RefCell};
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::name::Writer;
use crate::path::{resolved, shown};
use crate::problem::{IN_USE, Place, Problem, Rule};
pub use crate::tree::journal::Replacement;
use crate::tree::journal::{self, Journal};
use crate::tree::scan;

/// The ending of temporary files.
const TEMPORARY: &str = ".ledger-tmp";

/// How long a command waits for other processes.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For another process of ours that holds the lock.
    pub with_others: Duration,
    /// For git while it holds its lock: in all that the command writes, however many files that
    /// are.
    pub with_git: Duration,
    /// How much of it passes without a word.
    pub silence: Duration,
}

impl Default for Patience {
    /// A hundred times what any write takes, and longer than git is at work in a work tree.
    fn default() -> Patience {
        Patience {
            with_others: Duration::from_secs(30),
            with_git: Duration::from_secs(10),
            silence: Duration::from_secs(1),
        }
    }
}

/// What a write was computed from: other programs (`git checkout`) know no lock, so it is compared
/// once more just before the new file takes its place.
#[derive(Clone, Debug, Default)]
pub struct Precondition<'b>(Vec<(&'b Path, Option<&'b [u8]>)>);

impl<'b> Precondition<'b> {
    /// A write that carries nothing over from what was read.
    pub fn nothing() -> Precondition<'b> {
        Precondition::default()
    }

    /// A file as it was read; none where it was not there.
    pub fn of(path: &'b Path, read: Option<&'b [u8]>) -> Precondition<'b> {
        Precondition(vec![(path, read)])
    }

    /// And another.
    #[must_use]
    pub fn and(mut self, path: &'b Path, read: Option<&'b [u8]>) -> Precondition<'b> {
        self.0.push((path, read));
        self
    }

    /// The first file that is no longer as it was read.
    fn changed(&self, root: &Path) -> Result<Option<&Path>, Problem> {
        for (path, read) in &self.0 {
            if scan::read_if_there(root, path)?.as_deref() != *read {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }
}

/// The right to write into a ledger; given back when dropped.
#[derive(Debug)]
pub struct Lock {
    root: PathBuf,
    _file: File,
    /// What is there while git changes its index and the work tree; none outside a repository.
    git: Option<PathBuf>,
    /// How much longer git is waited for.
    patience: Cell<Duration>,
    /// What was done so far, so that it can be taken back; none if some of it cannot.
    done: RefCell<Option<Vec<Replacement>>>,
    /// The command that holds the lock, as it was typed.
    command: RefCell<String>,
    /// Files that a killed command left undone and that somebody changed since.
    left_undone: Option<Vec<String>>,
}

impl Lock {
    /// Waits for the lock of the ledger at `root`, and for git; calls `waiting` once if that takes
    /// longer than a moment.
    ///
    /// # Errors
    /// The lock file cannot be made or is a link that leads out, another process holds it for half
    /// a minute, or git is at work for ten seconds.
    pub fn take(root: &Path, waiting: &mut dyn FnMut()) -> Result<Lock, Problem> {
        Lock::take_within(root, Patience::default(), waiting)
    }

    /// As [`Lock::take`], with another patience.
    ///
    /// # Errors
    /// As [`Lock::take`].
    pub fn take_within(
        root: &Path,
        patience: Patience,
        waiting: &mut dyn FnMut(),
    ) -> Result<Lock, Problem> {
        let path = root.join(".ledger").join("lock");
        let io = |error: std::io::Error| Problem::io(shown(root, &path), &error);
        let real = scan::real(root, &path)?;
        if real.as_ref().is_some_and(|real| !real.is_file()) {
            return Err(Problem::new(Rule::NOT_A_FILE).at(Place::file(shown(root, &path))));
        }
        make_folders(&root.join(".ledger")).map_err(io)?;
        let real = real.unwrap_or_else(|| path.clone());
        let file = scan::careful()
            .create(true)
            .truncate(false)
            .write(true)
            .open(real)
            .map_err(io)?;
        let (mut waited, mut said) = (Duration::ZERO, false);
        let mut each = |pause: Duration| {
            waited += pause;
            if waited >= patience.silence && !std::mem::replace(&mut said, true) {
                waiting();
            }
        };
        let mut with_others = patience.with_others;
        let is_ours = wait(&mut with_others, &mut each, || match file.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::Error(error)) if error.kind() != ErrorKind::Interrupted => {
                Err(io(error))
            }
            Err(_) => Ok(false),
        })?;
        if !is_ours {
            return Err(Problem::new(Rule::BUSY));
        }
        let lock = Lock {
            root: root.to_owned(),
            _file: file,
            git: git_lock(root)?,
            patience: Cell::new(patience.with_git),
            done: RefCell::new(Some(Vec::new())),
            command: RefCell::new(String::new()),
            left_undone: None,
        };
        lock.wait_for_git(&mut each)?;
        lock.finish_what_was_killed()
    }

    /// Names the command that holds the lock, for who may want to take it back.
    pub fn is_held_by(&self, command: &str) {
        *self.command.borrow_mut() = command.to_owned();
    }

    /// Says that what the command does cannot be taken back by putting files back.
    pub fn cannot_be_undone(&self) {
        *self.done.borrow_mut() = None;
    }

    /// Says that all the command did was to make these files, in folders that it moved in place.
    pub fn has_made(&self, files: Vec<Replacement>) {
        *self.done.borrow_mut() = Some(files);
    }

    /// If a killed command was finished now: its files that somebody changed since, which were left
    /// as they are.
    pub fn left_undone(&self) -> Option<&[String]> {
        self.left_undone.as_deref()
    }

    /// Does what a command wrote down that it would do and was killed before it had done it all.
    fn finish_what_was_killed(mut self) -> Result<Lock, Problem> {
        let path = journal::pending(&self.root);
        let Some(journal) = Journal::read(&self.root, &path)? else {
            return Ok(self);
        };
        let mut left = Vec::new();
        self.is_held_by(&journal.command);
        for file in journal.replacements(&self.root) {
            let stands = scan::read_if_there(&self.root, &file.path)?;
            let is =
                |text: &Option<String>| stands.as_deref() == text.as_deref().map(str::as_bytes);
            if is(&file.before) {
                self.replace(&file)?;
            } else if !is(&file.after) {
                left.push(shown(&self.root, &file.path));
            }
        }
        fs::remove_file(&path).map_err(|error| Problem::io(shown(&self.root, &path), &error))?;
        journal::keep(&self.root, left.is_empty().then_some(&journal));
        *self.done.borrow_mut() = Some(Vec::new());
        self.left_undone = Some(left);
        Ok(self)
    }

    /// Replaces several files, all of them or none: what is about to be done is written down first,
    /// and whoever takes the lock after a kill does what is left.
    ///
    /// # Errors
    /// As [`Lock::write`]; all files are then as they were.
    pub fn write_all(&self, files: Vec<Replacement>) -> Result<(), Problem> {
        let files: Vec<Replacement> = files
            .into_iter()
            .filter(|file| file.before != file.after)
            .collect();
        let [_, _, ..] = &files[..] else {
            return files.iter().try_for_each(|file| self.replace(file));
        };
        for file in &files {
            self.unchanged(&file.basis())?;
        }
        let path = journal::pending(&self.root);
        let io = |error: std::io::Error| Problem::io(shown(&self.root, &path), &error);
        let journal = Journal::of(&self.root, &self.command.borrow(), &files);
        let beside = write_beside(&path, ".", &journal.bytes()).map_err(io)?;
        take_place(beside, &path, &shown(&self.root, &path), &|| Ok(()))?;
        sync_folder(folder_of(&path)).map_err(io)?;
        for (n, file) in files.iter().enumerate() {
            if let Err(problem) = self.replace(file) {
                // What was done is taken back; where that fails too the journal stays, and what is
                // left is done by whoever comes next.
                for done in files[..=n].iter().rev() {
                    let stands = scan::read_if_there(&self.root, &done.path)?;
                    if stands.as_deref() == done.after.as_deref().map(str::as_bytes) {
                        self.replace(&done.reversed())?;
                    }
                }
                fs::remove_file(&path).map_err(io)?;
                return Err(problem);
            }
        }
        fs::remove_file(&path).map_err(io)
    }

    /// Puts what a file is to be in its place, or takes the file away.
    fn replace(&self, file: &Replacement) -> Result<(), Problem> {
        match &file.after {
            Some(after) => self.write(&file.path, &file.basis(), after.as_bytes()),
            None => self.remove(&file.path, &file.basis()),
        }
    }

    /// Notes what was done to a file, so that it can be taken back.
    fn note(&self, path: &Path, before: Option<Vec<u8>>, after: Option<&[u8]>) {
        let text = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned).ok();
        let before = before.map(|before| text(&before));
        let after = after.map(text);
        let mut done = self.done.borrow_mut();
        if before == Some(None) || after == Some(None) {
            *done = None;
        } else if let Some(files) = done.as_mut()
            && !path.starts_with(self.root.join(".ledger"))
        {
            let (before, after) = (before.flatten(), after.flatten());
            match files.iter_mut().find(|file| file.path == path) {
                Some(file) => file.after = after,
                None => files.push(Replacement {
                    path: path.to_owned(),
                    before,
                    after,
                }),
            }
        }
    }

    /// How much longer it would wait for git.
    pub fn patience(&self) -> Duration {
        self.patience.get()
    }

    /// Waits while git changes the work tree: it has taken files away and not put others in their
    /// place yet, and would write over ours. It knows no lock but its own.
    fn wait_for_git(&self, each: &mut dyn FnMut(Duration)) -> Result<(), Problem> {
        let Some(lock) = &self.git else { return Ok(()) };
        let mut left = self.patience.get();
        let is_free = wait(&mut left, each, || scan::stands(lock).map(|stands| !stands));
        self.patience.set(left);
        let name = shown(&self.root, lock);
        if is_free? {
            Ok(())
        } else {
            Err(Problem::new(Rule::GIT_LOCKED)
                .at(Place::file(&name))
                .with("path", name))
        }
    }

    fn unchanged(&self, basis: &Precondition<'_>) -> Result<(), Problem> {
        match basis.changed(&self.root)? {
            Some(path) => {
                Err(Problem::new(Rule::CHANGED_MEANWHILE).at(Place::file(shown(&self.root, path))))
            }
            None => Ok(()),
        }
    }

    /// Puts `new` in the place of a file's bytes, if they differ; makes the file and its folders if
    /// need be.
    ///
    /// # Errors
    /// The path leads out of the ledger or to no plain file, what `basis` names was changed
    /// meanwhile, git is at work, or the system refuses; the file is then as it was, unless only
    /// the folder's sync failed, when the new bytes may stand.
    pub fn write(&self, path: &Path, basis: &Precondition<'_>, new: &[u8]) -> Result<(), Problem> {
        let io = |error: std::io::Error| Problem::io(shown(&self.root, path), &error);
        let real = scan::real(&self.root, path)?;
        let before = match &real {
            Some(target) => scan::read_if_there(&self.root, target)?,
            None => None,
        };
        if before.as_deref() == Some(new) {
            return Ok(());
        }
        let target = match real {
            // Renaming over a link would replace the link, so the file it leads to is the one
            // replaced.
            Some(target) => target,
            None => {
                // Its folders may have gone with the branch that had them.
                self.unchanged(basis)?;
                let folder = path.parent().unwrap_or(&self.root);
                make_folders(folder).map_err(io)?;
                let folder = scan::real(&self.root, folder)?
                    .ok_or_else(|| io(ErrorKind::NotFound.into()))?;
                folder.join(path.file_name().unwrap_or_default())
            }
        };
        let folder = target.parent().unwrap_or(&self.root);
        sweep(folder, ".");
        let beside = write_beside(&target, ".", new).map_err(io)?;
        self.wait_for_git(&mut |_| {})?;
        let name = shown(&self.root, path);
        take_place(beside, &target, &name, &|| self.unchanged(basis))?;
        self.note(path, before, Some(new));
        self.confirm(folder, path)
    }

    /// Takes a file away whose content stands elsewhere by now.
    ///
    /// # Errors
    /// As [`Lock::write`]; the file is then still there, unless only the folder's sync failed.
    pub fn remove(&self, path: &Path, basis: &Precondition<'_>) -> Result<(), Problem> {
        scan::real(&self.root, path)?;
        self.wait_for_git(&mut |_| {})?;
        self.unchanged(basis)?;
        let before = scan::read_if_there(&self.root, path)?;
        fs::remove_file(path).map_err(|error| Problem::io(shown(&self.root, path), &error))?;
        self.note(path, before, None);
        self.confirm(path.parent().unwrap_or(&self.root), path)
    }

    /// Puts a folder, with all that is in it, where nothing stands yet; makes the folders above it
    /// if need be.
    ///
    /// # Errors
    /// A path leads out of the ledger, git is at work, or the system refuses; the folder is then
    /// where it was, unless only a sync failed ([`Rule::MAYBE_SAVED`]).
    pub fn move_folder(&self, from: &Path, to: &Path) -> Result<(), Problem> {
        let io = |error: std::io::Error| Problem::io(shown(&self.root, to), &error);
        for path in [from, to] {
            scan::real(&self.root, path)?;
        }
        let above = to.parent().unwrap_or(&self.root);
        make_folders(above).map_err(io)?;
        self.wait_for_git(&mut |_| {})?;
        fs::rename(from, to).map_err(io)?;
        self.cannot_be_undone();
        [from.parent().unwrap_or(&self.root), above]
            .into_iter()
            .try_for_each(|folder| self.confirm(folder, folder))
    }

    /// Waits until a change of a folder's entries is on the disk. It is done; only whether it would
    /// survive a power cut is not known.
    fn confirm(&self, folder: &Path, of: &Path) -> Result<(), Problem> {
        sync_folder(folder).map_err(|error| maybe_saved(shown(&self.root, of), &error))
    }
}

impl Replacement {
    /// What the file must be while it is replaced.
    fn basis(&self) -> Precondition<'_> {
        Precondition::of(&self.path, self.before.as_deref().map(str::as_bytes))
    }

    /// The same the other way round.
    pub fn reversed(&self) -> Replacement {
        Replacement {
            path: self.path.clone(),
            before: self.after.clone(),
            after: self.before.clone(),
        }
    }
}

impl Drop for Lock {
    /// Keeps what was done, so that it can be taken back.
    fn drop(&mut self) {
        let done = self.done.take();
        match &done {
            None => journal::keep(&self.root, None),
            Some(files) if files.is_empty() => {}
            Some(files) => {
                let journal = Journal::of(&self.root, &self.command.borrow(), files);
                journal::keep(&self.root, Some(&journal));
            }
        }
    }
}

fn maybe_saved(path: impl AsRef<Path>, error: &std::io::Error) -> Problem {
    Problem {
        rule: Rule::MAYBE_SAVED,
        ..Problem::io(path, error)
    }
}

/// Asks time and again until something is free; false where it is not when the time that is left is
/// over.
fn wait(
    left: &mut Duration,
    each: &mut dyn FnMut(Duration),
    mut is_free: impl FnMut() -> Result<bool, Problem>,
) -> Result<bool, Problem> {
    while !is_free()? {
        if left.is_zero() {
            return Ok(false);
        }
        let pause = Duration::from_millis(5).min(*left);
        sleep(pause);
        *left -= pause;
        each(pause);
    }
    Ok(true)
}

/// The file that is there while git changes its index and the work tree that a folder lies in.
fn git_lock(folder: &Path) -> Result<Option<PathBuf>, Problem> {
    for top in folder.ancestors() {
        let git = top.join(".git");
        match fs::metadata(&git) {
            Ok(meta) if meta.is_dir() => return Ok(Some(git.join("index.lock"))),
            // A work tree of its own says where its part of the repository is.
            Ok(_) => {
                let bytes = scan::read_named(&git)?;
                let place = std::str::from_utf8(&bytes)
                    .ok()
                    .and_then(|text| text.strip_prefix("gitdir:"));
                return Ok(place.map(|place| top.join(place.trim()).join("index.lock")));
            }
            Err(error) if scan::is_absence(&error) => {}
            Err(error) => return Err(Problem::io(&git, &error)),
        }
    }
    Ok(None)
}

/// Makes a folder and those above it that are missing; each is on the disk before anything comes
/// into it.
///
/// # Errors
/// Something else stands there, or the system refuses.
pub fn make_folders(folder: &Path) -> std::io::Result<()> {
    let mut missing = Vec::new();
    for above in folder
        .ancestors()
        .filter(|above| !above.as_os_str().is_empty())
    {
        if above.try_exists()? {
            break;
        }
        missing.push(above);
    }
    for folder in missing.into_iter().rev() {
        match fs::create_dir(folder) {
            // Another process was quicker.
            Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => {}
            made => made?,
        }
        sync_folder(folder_of(folder))?;
    }
    Ok(())
}

/// The folder that a file lies in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Lets a limit on the size of files (`ulimit -f`) be an error like a full disk, where it would end
/// the program.
#[cfg(unix)]
pub fn survive_limits() {
    // Where it cannot be set up the limit ends the program, as it would without this; the old file
    // stands.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, std::sync::Arc::default());
}

/// Elsewhere there is no such signal.
#[cfg(not(unix))]
pub fn survive_limits() {}

/// Puts the result of a merge in the place of the version that git gave; what a killed merge left
/// goes.
///
/// git merges one file after the other, so no other driver is at work in the folder.
///
/// # Errors
/// The system refuses; the version is then as it was.
pub fn replace_version(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    sweep(folder_of(path), ".merge-");
    export_as(path, bytes, ".merge-").map(drop)
}

/// Writes a file outside any ledger (a report) as a whole or not at all.
///
/// # Errors
/// The system refuses; an older file is then as it was, unless only the folder's sync failed, when
/// the new one may stand.
pub fn export(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    match export_as(path, bytes, ".")? {
        Some(target) => sync_folder(folder_of(&target)).map_err(|error| maybe_saved(path, &error)),
        None => Ok(()),
    }
}

/// Writes a file beside and renames it; says where it stands then. None where it was written to as
/// it is.
fn export_as(path: &Path, bytes: &[u8], lead: &str) -> Result<Option<PathBuf>, Problem> {
    let io = |error: std::io::Error| Problem::io(path, &error);
    let target = resolved(path).unwrap_or_else(|_| path.to_owned());
    // A pipe or a device is written to as it is; only a plain file can be replaced.
    if fs::metadata(&target).is_ok_and(|meta| !meta.is_file()) {
        can_be_written(&target).map_err(io)?;
        return fs::write(&target, bytes).map(|()| None).map_err(io);
    }
    let beside = write_beside(&target, lead, bytes).map_err(io)?;
    take_place(beside, &target, &path.display().to_string(), &|| Ok(()))?;
    Ok(Some(target))
}

/// Refuses a pipe that nobody reads, which would be waited for without end.
#[cfg(unix)]
fn can_be_written(target: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new()
        .write(true)
        .custom_flags(libc::O_NONBLOCK)
        .open(target)
        .map(drop)
}

/// Elsewhere there are no such pipes.
#[cfg(not(unix))]
fn can_be_written(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Writes a temporary file beside the one whose place it is to take; it goes when it is dropped.
fn write_beside(target: &Path, lead: &str, bytes: &[u8]) -> std::io::Result<NamedTempFile> {
    let mut named = tempfile::Builder::new();
    named.prefix(lead).suffix(TEMPORARY);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any new file: what the person's mask leaves of it.
        named.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = named.tempfile_in(folder_of(target))?;
    // The mode comes before the content, so that nobody reads what the old file kept from him.
    match fs::metadata(target) {
        Ok(meta) => file.as_file().set_permissions(meta.permissions())?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Gives a new file the place of the one that it was written for, by the rename of the standard
/// library: on Windows it takes the place even of a file that another command is reading. What has
/// a file open there for itself only, as spreadsheet programs and virus scanners do, is given a
/// moment.
///
/// `may` is asked before each try: what stood there may have been saved anew meanwhile.
///
/// # Errors
/// What `may` says, or the system refuses; nothing is replaced then.
fn take_place(
    beside: NamedTempFile,
    target: &Path,
    name: &str,
    may: &dyn Fn() -> Result<(), Problem>,
) -> Result<(), Problem> {
    let io = |error: std::io::Error| Problem::io(name, &error);
    let new = beside.into_temp_path();
    // On Windows a temporary file says that it is one, until it is kept.
    let new = new.keep().map_err(|error| io(error.error))?;
    let mut left = Duration::from_secs(1);
    let replaced = loop {
        if let Err(problem) = may() {
            break Err(problem);
        }
        match fs::rename(&new, target) {
            Ok(()) => break Ok(()),
            Err(error) if !is_in_use(&error, target) => break Err(io(error)),
            Err(_) if left.is_zero() => break Err(io(std::io::Error::from_raw_os_error(IN_USE))),
            Err(_) => {
                let pause = Duration::from_millis(50);
                sleep(pause);
                left -= pause;
            }
        }
    };
    if replaced.is_err() {
        let _ = fs::remove_file(&new);
    }
    replaced
}

/// Whether a file could not be replaced because another program has it open: Windows then says that
/// it is shared with nobody, or just refuses, as it does where a file may only be read.
fn is_in_use(error: &std::io::Error, target: &Path) -> bool {
    let may_be_written =
        fs::metadata(target).is_ok_and(|meta| meta.is_file() && !meta.permissions().readonly());
    let refused = error.kind() == ErrorKind::PermissionDenied && may_be_written;
    cfg!(windows) && (refused || error.raw_os_error() == Some(IN_USE))
}

/// Removes what killed writers left; under the lock none of it can be in use.
fn sweep(folder: &Path, lead: &str) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
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
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    match File::open(folder)?.sync_all() {
        // A file system that knows no such thing (some network shares): the rename itself is what
        // it promises.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::InvalidInput | ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        synced => synced,
    }
}

/// Elsewhere a folder cannot be opened as a file; the rename itself is what the system promises.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// This clone's writer, minted from `name` when it is first needed.
///
/// # Errors
/// The file that remembers it cannot be read or written.
pub fn writer(lock: &Lock, name: &dyn Fn() -> String) -> Result<Writer, Problem> {
    match known_writer(&lock.root)? {
        Some(writer) => Ok(writer),
        None => remember(lock, &Writer::mint(&name(), random_bits())),
    }
}

/// The writer that the clone in a folder has, if it has written anything yet.
///
/// # Errors
/// The file that remembers it cannot be read.
pub fn known_writer(root: &Path) -> Result<Option<Writer>, Problem> {
    let bytes = scan::read_if_there(root, &root.join(".ledger").join("writer"))?;
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(text.and_then(|text| text.trim().parse().ok()))
}

/// This clone's writer under another name: the one it has if that was minted from `name`, else a
/// new one; and the one that the new one takes the place of, if this clone had one.
///
/// # Errors
/// The file that remembers it cannot be read or written.
pub fn writer_as(lock: &Lock, name: &str) -> Result<(Writer, Option<Writer>), Problem> {
    let new = Writer::mint(name, random_bits());
    let current = writer(lock, &|| name.to_owned())?;
    let stem = |writer: &Writer| {
        writer
            .as_str()
            .rsplit_once('-')
            .map(|(stem, _)| stem.to_owned())
    };
    match stem(&current) == stem(&new) {
        true => Ok((current, None)),
        false => Ok((remember(lock, &new)?, Some(current))),
    }
}

fn remember(lock: &Lock, writer: &Writer) -> Result<Writer, Problem> {
    let path = lock.root.join(".ledger").join("writer");
    lock.write(
        &path,
        &Precondition::nothing(),
        format!("{}\n", writer.as_str()).as_bytes(),
    )?;
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
