//! git, run as a command and never linked; without any network access.

pub mod commit;
pub mod graph;
pub mod objects;
pub mod setup;

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::path::resolved;
use crate::problem::{Place, Problem, Rule};
use crate::tree::scan;

/// The repository that a ledger lies in.
#[derive(Clone, Debug)]
pub struct Repo {
    /// The top of its work tree.
    pub top: PathBuf,
    /// The ledger's folder below it: empty, or with `/` at its end.
    pub prefix: String,
}

impl Repo {
    /// The repository of a ledger's root, if it lies in one.
    ///
    /// # Errors
    /// git is not there, or does not know the folder as part of a work tree.
    pub fn of(root: &Path) -> Result<Repo, Problem> {
        refuse_pipes(root)?;
        let said =
            text(root, ["rev-parse", "--show-toplevel"]).map_err(|problem| match problem.rule {
                // Where there is one, git says what is the matter with it.
                Rule::GIT_FAILED if !Repo::seems_near(root) => {
                    Problem::new(Rule::NOT_A_REPOSITORY).with("path", root.display().to_string())
                }
                _ => problem,
            })?;
        let top = resolved(said).map_err(|error| Problem::io(root, &error))?;
        let below = root
            .strip_prefix(&top)
            .map(crate::path::path_text)
            .unwrap_or_default();
        let prefix = if below.is_empty() {
            below
        } else {
            format!("{below}/")
        };
        Ok(Repo { top, prefix })
    }

    /// The repository of a ledger's root; none where it lies in none.
    ///
    /// # Errors
    /// It lies in one, and git is not there or cannot work with it.
    pub fn near(root: &Path) -> Result<Option<Repo>, Problem> {
        match Repo::of(root) {
            Err(_) if !Repo::seems_near(root) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Whether a folder lies in a repository, as far as can be seen without asking git.
    pub fn seems_near(root: &Path) -> bool {
        root.ancestors()
            .any(|folder| folder.join(".git").symlink_metadata().is_ok())
    }

    /// Whether this clone was made without all objects.
    pub fn is_partial(&self) -> bool {
        self.text(["config", "--get-regexp", r"^remote\..*\.promisor$"])
            .is_ok()
    }

    /// What git prints, without the line end behind it.
    ///
    /// # Errors
    /// git is not there, or failed: with what it said.
    pub fn text<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
    ) -> Result<String, Problem> {
        text(&self.top, args)
    }

    /// A setting of this clone, its user or its machine.
    pub fn config(&self, key: &str) -> Option<String> {
        self.text(["config", "--get", key])
            .ok()
            .filter(|value| !value.is_empty())
    }

    /// What git prints, byte for byte.
    ///
    /// # Errors
    /// As [`Repo::text`].
    pub fn bytes<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
    ) -> Result<Vec<u8>, Problem> {
        output(&self.top, args)
    }

    /// What a file among git's own says; nothing where it is not there.
    ///
    /// # Errors
    /// git fails, or the file cannot be read.
    pub fn own_file(&self, name: &str) -> Result<String, Problem> {
        let path = self.top.join(self.text(["rev-parse", "--git-path", name])?);
        Ok(String::from_utf8_lossy(&scan::read_outside(&path)?.unwrap_or_default()).into_owned())
    }

    /// What is about to be committed, in a folder of its own, where that is not what stands in the
    /// work tree.
    ///
    /// # Errors
    /// git fails, or the folder cannot be made.
    pub fn staged(&self) -> Result<Option<TempDir>, Problem> {
        let said = self.text([
            "status",
            "--porcelain",
            "-z",
            "--no-renames",
            "--",
            if self.prefix.is_empty() {
                "."
            } else {
                &self.prefix
            },
        ])?;
        // The second letter says how a file in the work tree differs from the staged one; what git
        // does not know yet is of interest only where it would be part of the ledger.
        let same = |entry: &str| match entry.as_bytes().get(1) {
            Some(b'?') => !entry.ends_with(".toml"),
            letter => letter.is_none_or(|letter| *letter == b' '),
        };
        if said.split('\0').all(same) {
            return Ok(None);
        }
        let folder = TempDir::with_prefix("ledger-")
            .map_err(|error| Problem::io(std::env::temp_dir(), &error))?;
        let prefix = format!("--prefix={}/", folder.path().display());
        self.text(["checkout-index", "--all", &prefix])?;
        Ok(Some(folder))
    }

    /// The commit that holds the ledger just as it stands in the work tree, if one does.
    ///
    /// # Errors
    /// git fails.
    pub fn committed(&self) -> Result<Option<String>, Problem> {
        if !self.changed()?.is_empty() {
            return Ok(None);
        }
        Ok(self
            .text(["rev-parse", "--verify", "--quiet", "HEAD"])
            .ok()
            .filter(|id| !id.is_empty()))
    }

    /// What of the ledger differs from the last commit, or is not in it, as git lists it.
    ///
    /// # Errors
    /// git fails.
    pub fn changed(&self) -> Result<Vec<String>, Problem> {
        let below = ["ledger.toml", "orgs", "rules"].map(|name| format!("{}{name}", self.prefix));
        let status = [
            "--literal-pathspecs",
            "status",
            "--porcelain",
            "--untracked-files=all",
            "--",
        ]
        .into_iter();
        let said = self.text(status.chain(below.iter().map(String::as_str)))?;
        Ok(said.lines().map(str::to_owned).collect())
    }

    /// git, about to run at the top of the work tree.
    pub fn command(&self) -> Command {
        command(&self.top)
    }
}

/// git, about to run in a folder: in English, without prompts, optional locks or downloads of what
/// is missing.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .env("LC_ALL", "C")
        .env("GIT_TERMINAL_PROMPT", "0");
    command
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1");
    command
}

/// What git prints when it is run in a folder, without the line end behind it.
///
/// # Errors
/// git is not there, or failed: with what it said.
pub fn text<S: AsRef<OsStr>>(
    folder: &Path,
    args: impl IntoIterator<Item = S>,
) -> Result<String, Problem> {
    let mut said = String::from_utf8_lossy(&output(folder, args)?).into_owned();
    said.truncate(said.trim_end_matches('\n').len());
    Ok(said)
}

fn output<S: AsRef<OsStr>>(
    folder: &Path,
    args: impl IntoIterator<Item = S>,
) -> Result<Vec<u8>, Problem> {
    let output = finished(command(folder).args(args))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(failed(&output.stderr))
    }
}

/// What a command said, once it has ended.
///
/// # Errors
/// It cannot be started, or what it says cannot be read.
pub fn finished(command: &mut Command) -> Result<Output, Problem> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| no_git(&error))?;
    let (answer, complaints) = (child.stdout.take(), child.stderr.take());
    // Both are read at once: it may fill the one while the other is waited for.
    let (stdout, stderr) = std::thread::scope(|scope| {
        let complaints = scope.spawn(|| all_of(complaints));
        let stdout = all_of(answer);
        (
            stdout,
            complaints
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        )
    });
    let unread =
        |error: std::io::Error| Problem::new(Rule::GIT_FAILED).with("said", error.to_string());
    let status = child.wait().map_err(unread)?;
    Ok(Output {
        status,
        stdout: stdout.map_err(unread)?,
        stderr: stderr.map_err(unread)?,
    })
}

fn all_of(pipe: Option<impl Read>) -> std::io::Result<Vec<u8>> {
    let mut said = Vec::new();
    pipe.map_or(Ok(0), |mut pipe| pipe.read_to_end(&mut said))
        .map(|_| said)
}

/// Refuses pipes and devices in the places that git opens whenever it is run here: it would wait
/// for them for ever.
fn refuse_pipes(root: &Path) -> Result<(), Problem> {
    const OWN: [&str; 6] = [
        "HEAD",
        "config",
        "index",
        "packed-refs",
        "info/attributes",
        "info/exclude",
    ];
    let refuse = |path: PathBuf| match path.metadata() {
        Ok(meta) if !meta.is_file() && !meta.is_dir() => {
            Err(Problem::new(Rule::NOT_A_FILE).at(Place::file(crate::path::path_text(&path))))
        }
        _ => Ok(()),
    };
    for folder in root.ancestors() {
        [".git", ".gitattributes", ".gitignore"]
            .into_iter()
            .try_for_each(|name| refuse(folder.join(name)))?;
        if folder.join(".git").symlink_metadata().is_ok() {
            return OWN
                .into_iter()
                .try_for_each(|name| refuse(folder.join(".git").join(name)));
        }
    }
    Ok(())
}

/// Whether git is putting commits on top of others here: then it calls those others "ours" and the
/// commit it is at "theirs".
pub fn is_rebasing(folder: &Path) -> bool {
    let said = text(
        folder,
        [
            "rev-parse",
            "--git-path",
            "rebase-merge",
            "--git-path",
            "rebase-apply",
        ],
    )
    .unwrap_or_default();
    // Patches out of letters are applied in the same place, but are truly theirs.
    said.lines()
        .map(|path| folder.join(path))
        .any(|place| place.is_dir() && !place.join("applying").exists())
}

/// That git could not be started.
pub fn no_git(error: &std::io::Error) -> Problem {
    Problem::new(Rule::NO_GIT).with("reason", error.to_string())
}

/// That git failed, with the first thing it said about it.
pub fn failed(stderr: &[u8]) -> Problem {
    Problem::new(Rule::GIT_FAILED).with("said", complaint(stderr))
}

/// The first error among what git said; it may have warned of other things before.
fn complaint(stderr: &[u8]) -> String {
    let said = String::from_utf8_lossy(stderr);
    let error = said
        .lines()
        .find(|line| line.starts_with("error: ") || line.starts_with("fatal: "));
    crate::spelling::visible(error.or(said.lines().next()).unwrap_or_default())
}
