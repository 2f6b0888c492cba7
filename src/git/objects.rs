//! Contents and differences of commits, each asked of one long-running git.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use crate::git::{Repo, complaint, failed, no_git};
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
}

/// A git that answers until nobody asks any more.
struct Conversation {
    repo: Repo,
    child: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
    /// What it complains of.
    complaints: File,
}

impl Conversation {
    fn open(repo: &Repo, args: &[&str]) -> Result<Conversation, Problem> {
        let io = |error: std::io::Error| Problem::io(std::env::temp_dir(), &error);
        let complaints = tempfile::tempfile().map_err(io)?;
        let mut command = repo.command();
        command
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(complaints.try_clone().map_err(io)?);
        let mut child = command.spawn().map_err(|error| no_git(&error))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(ask), Some(answer)) => Ok(Conversation {
                repo: repo.clone(),
                child,
                ask,
                answer: BufReader::new(answer),
                complaints,
            }),
            _ => Err(failed(b"")),
        }
    }

    /// That git does not have what it was asked for: in a clone made without all objects that is to
    /// be expected.
    fn lacks(&self, what: &str) -> Problem {
        match self.repo.is_partial() {
            true => Problem::new(Rule::MISSING_OBJECTS),
            false => Problem::new(Rule::GIT_DAMAGED).with("said", what),
        }
    }

    /// That it broke off, as it does over what is missing or damaged further down.
    fn broke_off(&mut self) -> Problem {
        let _ = self.child.wait();
        let mut said = Vec::new();
        // What it said is of help only if it can be read.
        let _ = self
            .complaints
            .rewind()
            .and_then(|()| (&mut self.complaints).take(10_000).read_to_end(&mut said));
        self.lacks(&complaint(&said))
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        // It ends when nobody can ask any more; a kill makes that sure.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One `git cat-file --batch`: the contents of as many objects as are asked for.
pub struct Objects(Conversation);

impl Objects {
    /// Starts git.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn open(repo: &Repo) -> Result<Objects, Problem> {
        Conversation::open(repo, &["cat-file", "--batch"]).map(Objects)
    }

    /// An object by its name.
    ///
    /// # Errors
    /// This clone does not have it ([`Rule::MISSING_OBJECTS`] where it was made without), or git
    /// went away.
    pub fn read(&mut self, name: &str) -> Result<Object, Problem> {
        match self.exchange(name) {
            Ok(Some(object)) => Ok(object),
            Ok(None) => Err(self.0.lacks(&format!("{name} missing"))),
            Err(_) => Err(self.0.broke_off()),
        }
    }

    /// The same of an object that may not be there: a file of a commit, as in `HEAD:a/b.toml`.
    ///
    /// # Errors
    /// git went away.
    pub fn find(&mut self, name: &str) -> Result<Option<Object>, Problem> {
        self.exchange(name).map_err(|_| self.0.broke_off())
    }

    fn exchange(&mut self, name: &str) -> std::io::Result<Option<Object>> {
        writeln!(self.0.ask, "{name}")?;
        self.0.ask.flush()?;
        let mut head = String::new();
        if self.0.answer.read_line(&mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let mut words = head.trim_end().rsplit(' ');
        let Some(size) = words.next().and_then(|size| size.parse::<u64>().ok()) else {
            return Ok(None);
        };
        // The content is followed by a line end.
        let mut bytes = Vec::new();
        if size > MAX_BYTES {
            std::io::copy(
                &mut (&mut self.0.answer).take(size + 1),
                &mut std::io::sink(),
            )?;
            return Ok(Some(Object::TooLarge));
        }
        (&mut self.0.answer)
            .take(size + 1)
            .read_to_end(&mut bytes)?;
        // A git that ends in the middle of its answer has not answered.
        if bytes.len() as u64 != size + 1 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes.pop();
        Ok(Some(Object::Content(bytes)))
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
pub struct Differences(Conversation);

impl Differences {
    /// Starts git, for files below a folder of the repository.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn open(repo: &Repo) -> Result<Differences, Problem> {
        let below = ["orgs", "closed"].map(|folder| format!("{}{folder}", repo.prefix));
        let how = [
            "--literal-pathspecs",
            "diff-tree",
            "--stdin",
            "-r",
            "-z",
            "--no-renames",
            "--full-index",
            "--raw",
            "--",
        ];
        let args: Vec<&str> = how
            .into_iter()
            .chain(below.iter().map(String::as_str))
            .collect();
        Conversation::open(repo, &args).map(Differences)
    }

    /// The TOML files that differ between two trees.
    ///
    /// # Errors
    /// As [`Objects::read`].
    pub fn between(&mut self, old: &str, new: &str) -> Result<Vec<Changed>, Problem> {
        match self.exchange(old, new) {
            Ok(Some(changed)) => Ok(changed),
            Ok(None) => Err(self.0.lacks(&format!("{old} or {new} missing"))),
            // Of a folder that it lacks deeper down git does not get that far.
            Err(_) => Err(self.0.broke_off()),
        }
    }

    fn exchange(&mut self, old: &str, new: &str) -> std::io::Result<Option<Vec<Changed>>> {
        // git repeats a line that names no object, and sends all it has said: so the end of the
        // answer is known.
        const END: &[u8] = b"end";
        writeln!(self.0.ask, "{old} {new}\nend")?;
        self.0.ask.flush()?;
        let (mut changed, mut understood) = (Vec::new(), false);
        loop {
            let head = self.part(b"\0\n")?;
            if head == END {
                return Ok(understood.then_some(changed));
            }
            // `:100644 100644 OLD NEW M`, then the path; the question itself comes first, where git
            // has both trees.
            let head = String::from_utf8_lossy(&head).into_owned();
            let Some(entry) = head.strip_prefix(':') else {
                understood = true;
                continue;
            };
            let words: Vec<&str> = entry.split(' ').collect();
            let [_, mode, old, new, ..] = words[..] else {
                return Err(std::io::ErrorKind::InvalidData.into());
            };
            let path = String::from_utf8_lossy(&self.part(b"\0")?).into_owned();
            let there = |oid: &str| oid.bytes().any(|b| b != b'0').then(|| oid.to_owned());
            // Links and submodules are no ledgers.
            if path.ends_with(".toml") && !mode.starts_with("12") && !mode.starts_with("16") {
                changed.push(Changed {
                    path,
                    old: there(old),
                    new: there(new),
                });
            }
        }
    }

    /// The bytes up to one of `ends`.
    fn part(&mut self, ends: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut part = Vec::new();
        loop {
            let mut byte = [0];
            self.0.answer.read_exact(&mut byte)?;
            if ends.contains(&byte[0]) {
                return Ok(part);
            }
            part.push(byte[0]);
        }
    }
}
