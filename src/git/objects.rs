//! Contents and differences of commits, each asked of one long-running git.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use crate::git::{Repo, failed, no_git};
use crate::problem::{Problem, Rule};
use crate::source::MAX_BYTES;

/// The name of an object: what git hashes its content to.
pub type Oid = String;

/// What an object holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// Its content.
    Content(Vec<u8>),
    /// More than any ledger.
    TooLarge,
    /// This clone does not have it.
    Missing,
}

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

    /// An object by its name.
    ///
    /// # Errors
    /// git went away.
    pub fn read(&mut self, name: &str) -> Result<Object, Problem> {
        self.exchange(name).map_err(|_| went_away())
    }

    fn exchange(&mut self, name: &str) -> std::io::Result<Object> {
        writeln!(self.ask, "{name}")?;
        self.ask.flush()?;
        let mut head = String::new();
        if self.answer.read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let mut words = head.trim_end().rsplit(' ');
        let Some(size) = words.next().and_then(|size| size.parse::<u64>().ok()) else { return Ok(Object::Missing) };
        // The content is followed by a line end.
        let mut bytes = Vec::new();
        if size > MAX_BYTES {
            std::io::copy(&mut (&mut self.answer).take(size + 1), &mut std::io::sink())?;
            return Ok(Object::TooLarge);
        }
        (&mut self.answer).take(size + 1).read_to_end(&mut bytes)?;
        bytes.pop();
        Ok(Object::Content(bytes))
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
    /// Whether this clone was made without all objects.
    partial: bool,
}

impl Differences {
    /// Starts git, for files below a folder of the repository.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn open(repo: &Repo) -> Result<Differences, Problem> {
        let below = ["orgs", "closed"].map(|folder| format!("{}{folder}", repo.prefix));
        let how = ["--literal-pathspecs", "diff-tree", "--stdin", "-r", "-z", "--no-renames", "--full-index", "--raw", "--"];
        let args: Vec<&str> = how.into_iter().chain(below.iter().map(String::as_str)).collect();
        let (child, ask, answer) = conversation(repo, &args)?;
        let partial = repo.text(["config", "--get-regexp", r"^remote\..*\.promisor$"]).is_ok();
        Ok(Differences { child, ask, answer, partial })
    }

    /// The TOML files that differ between two trees.
    ///
    /// # Errors
    /// git went away, or this clone lacks one of them.
    pub fn between(&mut self, old: &str, new: &str) -> Result<Vec<Changed>, Problem> {
        let missing = || Problem::new(Rule::MISSING_OBJECTS);
        // Of a folder that it lacks deeper down git does not get that far.
        let answer = self.exchange(old, new).map_err(|_| if self.partial { missing() } else { went_away() })?;
        answer.ok_or_else(missing)
    }

    fn exchange(&mut self, old: &str, new: &str) -> std::io::Result<Option<Vec<Changed>>> {
        // git repeats a line that names no object, and sends all it has said: so the end of the answer is known.
        const END: &[u8] = b"end";
        writeln!(self.ask, "{old} {new}\nend")?;
        self.ask.flush()?;
        let (mut changed, mut understood) = (Vec::new(), false);
        loop {
            let head = self.part(b"\0\n")?;
            if head == END {
                return Ok(understood.then_some(changed));
            }
            // `:100644 100644 OLD NEW M`, then the path; the question itself comes first, where git has both trees.
            let head = String::from_utf8_lossy(&head).into_owned();
            let Some(entry) = head.strip_prefix(':') else {
                understood = true;
                continue;
            };
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
