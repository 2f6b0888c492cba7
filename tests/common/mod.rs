//! What the tests share: a ledger in a folder of its own, and the program's own door.
#![allow(dead_code, unreachable_pub)] // each test file uses a part
#![allow(clippy::print_stderr)] // what is not tried is said

pub mod engine;
pub mod random;

use std::cell::Cell;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// What a command line did.
#[derive(Debug, PartialEq, Eq)]
pub struct Ran {
    pub code: u8,
    pub out: String,
    pub err: String,
}

/// Whether a program can be run here; a test that needs it says so and passes.
pub fn has(program: &str) -> bool {
    let mut asked = Command::new(program);
    let found = asked.arg("--version").stdin(Stdio::null()).output();
    let has = found.is_ok();
    if !has {
        eprintln!("{program} is not here: what needs it is not tried");
    }
    has
}

/// Runs a command line in this process, in English unless it says otherwise, on a fixed day.
pub fn run(args: &[&str]) -> Ran {
    let mut all: Vec<OsString> = vec!["ledger".into()];
    all.extend(args.iter().map(OsString::from));
    if !args.contains(&"--lang") {
        all.extend(["--lang", "en"].map(OsString::from));
    }
    if !args.contains(&"--today") {
        all.extend(["--today", "2026-11-22"].map(OsString::from));
    }
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = ledger::cmd::run(all.into_iter(), &mut out, &mut err);
    Ran {
        code,
        out: String::from_utf8(out).expect("text"),
        err: String::from_utf8(err).expect("text"),
    }
}

/// A ledger in a folder of its own.
pub struct Ledger {
    pub dir: TempDir,
}

/// The smallest ledger: one committee, one writer.
pub const BASE: &[(&str, &str)] = &[
    ("ledger.toml", "format = 1\ndistrict = \"示例区\"\n"),
    (".ledger/writer", "test-00\n"),
    (
        "orgs/a/org.toml",
        "name = \"示例党委\"\nkind = \"party-committee\"\n",
    ),
];

impl Ledger {
    /// The smallest ledger with these files on top.
    pub fn new(files: &[(&str, &str)]) -> Ledger {
        let ledger = Ledger {
            dir: tempfile::tempdir().expect("a folder"),
        };
        for (path, text) in BASE.iter().chain(files) {
            ledger.write(path, text.as_bytes());
        }
        ledger
    }

    /// A copy of the sample district.
    pub fn sample() -> Ledger {
        let ledger = Ledger {
            dir: tempfile::tempdir().expect("a folder"),
        };
        copy(&sample_folder(), ledger.path());
        ledger
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, bytes).expect("a file");
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// Runs a command on this ledger.
    pub fn run(&self, args: &[&str]) -> Ran {
        let root = self.path().to_str().expect("text");
        run(&[&["--root", root], args].concat())
    }

    /// Runs a command that must succeed.
    pub fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}\n{}{}", ran.out, ran.err);
        ran.out
    }

    /// Every file with its bytes, the disposable folder left out.
    pub fn bytes(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(dir) = folders.pop() {
            for entry in fs::read_dir(dir).expect("a folder").flatten() {
                let path = entry.path();
                if path.ends_with(".ledger") {
                } else if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push((path.clone(), fs::read(path).expect("bytes")));
                }
            }
        }
        found.sort();
        found
    }
}

pub fn sample_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data-sample")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// Compares with the text in a file beside the tests; `UPDATE_EXPECT=1` writes it instead.
pub fn expect_file(path: &str, got: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(path);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(&path, got).expect("a file");
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        got,
        expected,
        "{} differs; UPDATE_EXPECT=1 writes it anew",
        path.display()
    );
}

/// The id in the line that `add` prints.
pub fn id_of(said: &str) -> String {
    said.split([' ', '（', '('])
        .find(|word| word.parse::<ledger::name::RecordId>().is_ok())
        .expect("an id")
        .to_owned()
}

/// A repository with a ledger in it.
pub struct Desk {
    pub ledger: Ledger,
    clock: Cell<u32>,
}

impl Desk {
    /// A repository with the smallest ledger and these files on top; nothing is committed yet.
    pub fn new(files: &[(&str, &str)]) -> Desk {
        let git = [
            (".gitattributes", "*.toml text eol=lf merge=ledger\n"),
            (".gitignore", ".ledger/\n.*.ledger-tmp\n"),
        ];
        let clone = Desk {
            ledger: Ledger::new(&[&git[..], files].concat()),
            clock: Cell::new(8 * 3600),
        };
        clone.must(&["init", "-q", "-b", "main"]);
        clone
    }

    pub fn git(&self, args: &[&str]) -> Output {
        let mut command = Command::new("git");
        command
            .current_dir(self.ledger.path())
            .args(args)
            .stdin(Stdio::null());
        // Each call comes a second after the one before, on one day.
        let second = self.clock.get();
        self.clock.set(second + 1);
        let date = format!(
            "2026-08-01T{:02}:{:02}:{:02}Z",
            second / 3600,
            second / 60 % 60,
            second % 60
        );
        for (name, value) in [
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_SYSTEM", "/dev/null"),
            ("GIT_AUTHOR_NAME", "clerk"),
            ("GIT_AUTHOR_EMAIL", "clerk@example.org"),
            ("GIT_COMMITTER_NAME", "clerk"),
            ("GIT_COMMITTER_EMAIL", "clerk@example.org"),
            ("GIT_AUTHOR_DATE", &date),
            ("GIT_COMMITTER_DATE", &date),
            ("GIT_EDITOR", "true"),
            ("LEDGER_LANG", "en"),
            ("LC_ALL", "C"),
        ] {
            command.env(name, value);
        }
        command.output().expect("git runs")
    }

    pub fn must(&self, args: &[&str]) -> String {
        let output = self.git(args);
        assert!(
            output.status.success(),
            "{args:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    pub fn commit(&self, message: &str) -> String {
        self.must(&["add", "-A"]);
        self.must(&["commit", "-q", "--allow-empty", "-m", message]);
        self.must(&["rev-parse", "HEAD"])
    }
}
