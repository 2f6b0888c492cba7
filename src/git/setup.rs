//! What a clone needs so that git merges ledgers by record: each part, whether it is there, how it
//! is put there.

use std::path::{Path, PathBuf};

use crate::git::Repo;
use crate::path::resolved;
use crate::problem::{Problem, Problems};
use crate::tree::write::{Lock, Precondition, export, make_folders};
use crate::tree::{Root, scan};

/// What git should know about a ledger: files at its root, and the lines they must have.
pub const OWN_FILES: &[(&str, &str)] = &[
    (".gitattributes", "*.toml text eol=lf merge=ledger\n"),
    (".gitignore", ".ledger/\n.*.ledger-tmp\n"),
];

/// The settings of a clone: the driver's command, its name, and that git does not guess where new
/// files belong when the other side has moved a folder: it guesses by likeness, and ledgers are
/// much alike. They stay where they were entered, and their organisation is found by its former id.
const DRIVER: &str = "merge.ledger.driver";
const DRIVER_NAME: &str = "merge.ledger.name";
const RENAMES: &str = "merge.directoryRenames";

/// The line by which our part of a hook is known.
const HOOK_MARK: &str = "# ledger: check before each commit";

/// A part of the setup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupPart {
    /// The merge driver, among the clone's settings.
    Driver,
    /// That git does not put new files where it believes a folder was moved to.
    Renames,
    /// `.gitattributes`: which files the driver merges.
    Attributes,
    /// `.gitignore`: what is this clone's own.
    Ignore,
    /// The check before each commit.
    Hook,
}

/// Every part, in the order they are shown.
pub const PARTS: &[SetupPart] = &[
    SetupPart::Driver,
    SetupPart::Renames,
    SetupPart::Attributes,
    SetupPart::Ignore,
    SetupPart::Hook,
];

/// How a part stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is there.
    Ready,
    /// It is not there, or is another version.
    Missing,
    /// It is somebody else's, and must be changed by hand: what to put where.
    ByHand {
        /// The file.
        file: String,
        /// The line.
        line: String,
    },
}

/// Whether the merge driver is registered in this clone; true where it cannot be asked.
pub fn has_driver(repo: &Repo) -> bool {
    repo.config(DRIVER).is_some()
}

/// A file's bytes with the lines of `text` that it lacks.
pub fn with_lines(old: &[u8], text: &str) -> Vec<u8> {
    let mut bytes = old.to_vec();
    let has = |line: &str| {
        old.split(|b| *b == b'\n')
            .any(|old| old.trim_ascii() == line.as_bytes())
    };
    for line in text.lines().filter(|line| !has(line)) {
        if bytes.last().is_some_and(|last| *last != b'\n') {
            bytes.push(b'\n');
        }
        bytes.extend(line.bytes().chain([b'\n']));
    }
    bytes
}

/// Gives a ledger's root the lines that git should know; what stands there stays.
///
/// # Errors
/// A file cannot be read or written.
pub fn write_own_files(root: &Path, lock: &Lock, files: &[(&str, &str)]) -> Result<(), Problem> {
    for (name, text) in files {
        let path = root.join(name);
        let old = scan::read_if_there(root, &path)?;
        lock.write(
            &path,
            &Precondition::of(&path, old.as_deref()),
            &with_lines(old.as_deref().unwrap_or_default(), text),
        )?;
    }
    Ok(())
}

impl SetupPart {
    /// The message that names it.
    pub fn message(self) -> &'static str {
        match self {
            SetupPart::Driver => "git-driver",
            SetupPart::Renames => "git-renames",
            SetupPart::Attributes => "git-attributes",
            SetupPart::Ignore => "git-ignore",
            SetupPart::Hook => "git-hook",
        }
    }

    /// How it stands.
    ///
    /// # Errors
    /// A file cannot be read, or git fails.
    pub fn state(self, root: &Root, repo: &Repo) -> Result<State, Problems> {
        let ready = match self {
            SetupPart::Driver => repo.config(DRIVER) == Some(driver()),
            SetupPart::Renames => repo.config(RENAMES).as_deref() == Some("false"),
            SetupPart::Attributes => return attributes(root, repo),
            SetupPart::Ignore => {
                let old = scan::read_if_there(&root.path, &root.path.join(".gitignore"))?
                    .unwrap_or_default();
                with_lines(&old, OWN_FILES[1].1) == old
            }
            SetupPart::Hook => return Ok(Hook::find(repo)?.state()),
        };
        Ok(if ready { State::Ready } else { State::Missing })
    }

    /// Puts it there.
    ///
    /// # Errors
    /// A file cannot be written, or git fails.
    pub fn set(self, root: &Root, repo: &Repo, lock: &Lock) -> Result<(), Problem> {
        match self {
            SetupPart::Driver => {
                repo.text(["config", DRIVER_NAME, "records of a ledger, by id"])?;
                repo.text(["config", DRIVER, &driver()]).map(drop)
            }
            SetupPart::Renames => repo.text(["config", RENAMES, "false"]).map(drop),
            SetupPart::Attributes => write_own_files(&root.path, lock, &OWN_FILES[..1]),
            SetupPart::Ignore => write_own_files(&root.path, lock, &OWN_FILES[1..]),
            SetupPart::Hook => Hook::find(repo)?.install(),
        }
    }
}

/// Asks git itself: a line further down, or another file, may say otherwise.
fn attributes(root: &Root, repo: &Repo) -> Result<State, Problems> {
    // Before git reads it, which would wait for a pipe.
    let old =
        scan::read_if_there(&root.path, &root.path.join(".gitattributes"))?.unwrap_or_default();
    let folders = scan::all_organisations(&root.path)?;
    let file = |org: &str| format!("{}orgs/{org}/2026/a.toml", repo.prefix);
    let files: Vec<String> = std::iter::once("a")
        .chain(folders.iter().map(|folder| folder.org.as_str()))
        .map(file)
        .collect();
    let mut ready = true;
    // A command line holds only so much.
    for files in files.chunks(500) {
        let said = repo.text(
            ["check-attr", "merge", "--"]
                .into_iter()
                .chain(files.iter().map(String::as_str)),
        )?;
        ready &= said.lines().all(|line| line.ends_with(": ledger"));
    }
    if ready {
        return Ok(State::Ready);
    }
    let there = with_lines(&old, OWN_FILES[0].1) == old;
    let by_hand = State::ByHand {
        file: ".gitattributes".to_owned(),
        line: OWN_FILES[0].1.trim_end().to_owned(),
    };
    Ok(if there { by_hand } else { State::Missing })
}

/// The command that git runs to merge a file.
///
/// Where the program has gone from its place the file is merged line by line, and counts as in
/// conflict, since nobody has looked at its records: git would keep our side and say nothing.
/// Another program may have the same name, so it is not looked for.
fn driver() -> String {
    let place = place();
    let lines = "git merge-file -L ours -L base -L theirs %A %O %B";
    format!(
        "if command -v {place} >/dev/null 2>&1; then {place} merge-driver %O %A %B %P; \
         else echo 'ledger: not found, merged line by line; run ledger resolve' >&2; \
         {lines}; exit 1; fi"
    )
}

/// Where this program lies on this machine, as a shell reads it.
fn place() -> String {
    let here = std::env::current_exe()
        .and_then(resolved)
        .unwrap_or_else(|_| PathBuf::from("ledger"));
    quoted(&here.display().to_string().replace('\\', "/"))
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The hook that git runs before a commit.
struct Hook {
    path: PathBuf,
    /// Whether it belongs to this repository, not to all of a machine and not to another place that
    /// a link leads to.
    own: bool,
    old: Option<Vec<u8>>,
    mark: String,
    block: String,
}

impl Hook {
    /// Where git looks for it: `core.hooksPath` counts.
    fn find(repo: &Repo) -> Result<Hook, Problem> {
        let path = repo
            .top
            .join(repo.text(["rev-parse", "--git-path", "hooks/pre-commit"])?);
        let git_dir = repo.top.join(repo.text(["rev-parse", "--git-common-dir"])?);
        let git_dir = resolved(&git_dir).unwrap_or(git_dir);
        let real = path
            .parent()
            .and_then(|folder| folder.ancestors().find_map(|above| resolved(above).ok()));
        let below = |folder: &Path| real.as_ref().is_some_and(|real| real.starts_with(folder));
        let (in_work_tree, in_git_dir) = (below(&repo.top), below(&git_dir));
        // A link out of the repository leads to somebody else's hook, or to anything.
        let inside = |real: PathBuf| real.starts_with(&repo.top) || real.starts_with(&git_dir);
        let leads_out =
            (in_work_tree || in_git_dir) && path.is_symlink() && !resolved(&path).is_ok_and(inside);
        let old = if leads_out {
            None
        } else {
            scan::read_outside(&path)?
        };
        let prefix = if repo.prefix.is_empty() {
            String::new()
        } else {
            format!("/{}", repo.prefix.trim_end_matches('/'))
        };
        // A hook in the work tree is everybody's: where this program lies on one machine is of no
        // use on another.
        let program = if in_git_dir || !in_work_tree {
            place()
        } else {
            "ledger".to_owned()
        };
        let missing = "echo 'ledger: not found, nothing was checked' >&2";
        let check = format!(
            "{program} --root \"$(git rev-parse --show-toplevel)\"{} check --commit >&2 || exit 1",
            quoted_unless_empty(&prefix)
        );
        // Several ledgers may lie in one repository.
        let mark = format!(
            "{HOOK_MARK}{}",
            if prefix.is_empty() {
                String::new()
            } else {
                format!(": {}", &prefix[1..])
            }
        );
        // Another program may have the same name.
        let is_it = format!("case \"$({program} --version 2>/dev/null)\" in \"ledger \"[0-9]*)");
        let block = format!("{mark}\n{is_it} {check};; *) {missing};; esac\n");
        Ok(Hook {
            path,
            own: (in_work_tree || in_git_dir) && !leads_out,
            old,
            mark,
            block,
        })
    }

    fn state(&self) -> State {
        match &self.old {
            Some(_) if self.text().is_some_and(|old| old.contains(&self.block)) && self.runs() => {
                State::Ready
            }
            _ if self.changed().is_some() => State::Missing,
            _ => {
                let line = self.block.lines().last().unwrap_or_default().to_owned();
                State::ByHand {
                    file: crate::path::path_text(&self.path),
                    line,
                }
            }
        }
    }

    fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.old.as_deref()?).ok()
    }

    /// The hook with our part in it; none where it is not ours to change: one of all repositories,
    /// one that is switched off, one in another language or encoding.
    fn changed(&self) -> Option<String> {
        if !self.own {
            return None;
        }
        if self.old.is_none() {
            return Some(format!("#!/bin/sh\n{}", self.block));
        }
        let old = self.text().filter(|_| self.runs())?;
        // An older part of ours is replaced; it is the mark and the line below it.
        let kept: Vec<&str> = match old
            .split_inclusive('\n')
            .position(|line| line.trim_end() == self.mark)
        {
            Some(at) => old
                .split_inclusive('\n')
                .enumerate()
                .filter(|(n, _)| *n != at && *n != at + 1)
                .map(|(_, line)| line)
                .collect(),
            None => old.split_inclusive('\n').collect(),
        };
        let (first, rest) = kept.split_first()?;
        let words: Vec<&str> = first.trim_start_matches("#!").split_whitespace().collect();
        let shell = words
            .iter()
            .filter_map(|word| word.rsplit('/').next())
            .any(|name| ["sh", "bash", "dash", "zsh", "ash"].contains(&name));
        // Our part comes first: what follows may end the hook in its own way.
        (first.starts_with("#!") && shell)
            .then(|| format!("{}\n{}{}", first.trim_end(), self.block, rest.concat()))
    }

    fn install(&self) -> Result<(), Problem> {
        let Some(new) = self.changed() else {
            return Ok(());
        };
        if let Some(folder) = self.path.parent() {
            make_folders(folder).map_err(|error| Problem::io(folder, &error))?;
        }
        export(&self.path, new.as_bytes())?;
        self.let_run()
    }

    #[cfg(unix)]
    fn let_run(&self) -> Result<(), Problem> {
        use std::os::unix::fs::PermissionsExt;
        let io = |error: std::io::Error| Problem::io(&self.path, &error);
        let mode = std::fs::metadata(&self.path)
            .map_err(io)?
            .permissions()
            .mode();
        // Whoever may read it may run it.
        std::fs::set_permissions(
            &self.path,
            std::fs::Permissions::from_mode(mode | (mode & 0o444) >> 2),
        )
        .map_err(io)
    }

    #[cfg(not(unix))]
    fn let_run(&self) -> Result<(), Problem> {
        Ok(())
    }

    #[cfg(unix)]
    fn runs(&self) -> bool {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(&self.path).is_ok_and(|meta| meta.permissions().mode() & 0o100 != 0)
    }

    #[cfg(not(unix))]
    fn runs(&self) -> bool {
        true
    }
}

fn quoted_unless_empty(word: &str) -> String {
    if word.is_empty() {
        String::new()
    } else {
        quoted(word)
    }
}
