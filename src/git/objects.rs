//! Contents and differences of commits, each asked of one long-running git.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use crate::git::{Repo, failed, no_git};
use crate::problem::{Problem, Rule};
use crate::source::MAX_BYTES;

/// The name of an object: what git hashes its content to.
pub type Oid = String;

/// One `git cat-file --batch`: the contents of as many objects as are asked for.
pub struct Objects {
    child: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Objects {
    /// Starts git.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn open(repo: &Repo) -> Result<Objects, Problem> {
        let (child, ask, answer) = conversation(repo, &["cat-file", "--batch"])?;
        Ok(Objects { child, ask, answer })
    }

    /// An object's content; none where this clone does not have it, or it is larger than any ledger.
    ///
    /// # Errors
    /// git went away.
    pub fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, Problem> {
        self.exchange(name).map_err(|_| went_away())
    }

    fn exchange(&mut self, name: &str) -> std::io::Result<Option<Vec<u8>>> {
        writeln!(self.ask, "{name}")?;
        self.ask.flush()?;
        let mut head = String::new();
        if self.answer.read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let mut words = head.trim_end().rsplit(' ');
        let Some(size) = words.next().and_then(|size| size.parse::<u64>().ok()) else { return Ok(None) };
        // The content is followed by a line end.
        let mut bytes = Vec::new();
        if size > MAX_BYTES {
            std::io::copy(&mut (&mut self.answer).take(size + 1), &mut std::io::sink())?;
            return Ok(None);
        }
        (&mut self.answer).take(size + 1).read_to_end(&mut bytes)?;
        bytes.pop();
        Ok(Some(bytes))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // It ends when nobody can ask any more; a kill makes that sure.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A file that differs between two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its path, from the top of the work tree.
    pub path: String,
    /// Its content in the first; none where it was not there.
    pub old: Option<Oid>,
    /// Its content in the second; none where it is not there.
    pub new: Option<Oid>,
}

/// One `git diff-tree --stdin`: the files that differ between any two commits that are asked for.
pub struct Differences {
    child: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Differences {
    /// Starts git, for files below a folder of the repository.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn open(repo: &Repo) -> Result<Differences, Problem> {
        let below = format!("{}orgs", repo.prefix);
        let args = ["--literal-pathspecs", "diff-tree", "--stdin", "-r", "-z", "--no-renames", "--full-index", "--raw", "--", &below];
        let (child, ask, answer) = conversation(repo, &args)?;
        Ok(Differences { child, ask, answer })
    }

    /// The TOML files that differ between two trees.
    ///
    /// # Errors
    /// git went away.
    pub fn between(&mut self, old: &str, new: &str) -> Result<Vec<Changed>, Problem> {
        self.exchange(old, new).map_err(|_| went_away())
    }

    fn exchange(&mut self, old: &str, new: &str) -> std::io::Result<Vec<Changed>> {
        // git repeats a line that names no object, and sends all it has said: so the end of the answer is known.
        const END: &[u8] = b"end";
        writeln!(self.ask, "{old} {new}\nend")?;
        self.ask.flush()?;
        let mut changed = Vec::new();
        loop {
            let head = self.part(b"\0\n")?;
            if head == END {
                return Ok(changed);
            }
            // `:100644 100644 OLD NEW M`, then the path; the question itself comes first.
            let head = String::from_utf8_lossy(&head).into_owned();
            let Some(entry) = head.strip_prefix(':') else { continue };
            let words: Vec<&str> = entry.split(' ').collect();
            let [_, mode, old, new, ..] = words[..] else { return Err(std::io::ErrorKind::InvalidData.into()) };
            let path = String::from_utf8_lossy(&self.part(b"\0")?).into_owned();
            let there = |oid: &str| oid.bytes().any(|b| b != b'0').then(|| oid.to_owned());
            // Links and submodules are no ledgers.
            if path.ends_with(".toml") && !mode.starts_with("12") && !mode.starts_with("16") {
                changed.push(Changed { path, old: there(old), new: there(new) });
            }
        }
    }

    /// The bytes up to one of `ends`.
    fn part(&mut self, ends: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut part = Vec::new();
        loop {
            let mut byte = [0];
            self.answer.read_exact(&mut byte)?;
            if ends.contains(&byte[0]) {
                return Ok(part);
            }
            part.push(byte[0]);
        }
    }
}

impl Drop for Differences {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn conversation(repo: &Repo, args: &[&str]) -> Result<(Child, ChildStdin, BufReader<ChildStdout>), Problem> {
    let mut command = repo.command();
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| no_git(&error))?;
    match (child.stdin.take(), child.stdout.take()) {
        (Some(ask), Some(answer)) => Ok((child, ask, BufReader::new(answer))),
        _ => Err(failed(b"")),
    }
}

fn went_away() -> Problem {
    Problem::new(Rule::GIT_FAILED).with("said", "the conversation with git broke off")
}
