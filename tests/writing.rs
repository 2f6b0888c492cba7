//! Writing under fire: many processes, a kill at every system call, a disk that is full.
//!
//! These run the built program, since a process is what is killed. What a machine lacks is skipped,
//! with a word.

#![allow(clippy::print_stderr)] // what is skipped is said

mod common;

use std::collections::BTreeSet;
use std::process::{Command, Output, Stdio};

use common::{Ledger, has};
use ledger::path::resolved;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ledger");
const FILE: &str = "orgs/a/2026/test-00.toml";
const ADD: &[&str] = &[
    "add",
    "meeting",
    "--org",
    "a",
    "--date",
    "2026-08-03",
    "--type",
    "regular",
    "--title",
    "八月例会",
];

fn add(ledger: &Ledger, title: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("--root").arg(ledger.path()).args(ADD).args([
        "--note",
        title,
        "--today",
        "2026-08-03",
        "--lang",
        "en",
    ]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn records(ledger: &Ledger) -> usize {
    let out = ledger.ok(&["list", "meeting", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).expect("json");
    let ids: BTreeSet<&str> = json["records"]
        .as_array()
        .expect("records")
        .iter()
        .map(|r| r["id"].as_str().expect("an id"))
        .collect();
    ids.len()
}

#[test]
fn ten_processes_adding_fifty_records_each_lose_nothing() {
    let ledger = Ledger::new(&[]);
    std::thread::scope(|scope| {
        for process in 0..10 {
            let ledger = &ledger;
            scope.spawn(move || {
                for n in 0..50 {
                    let output = add(ledger, &format!("{process}-{n}"))
                        .output()
                        .expect("it runs");
                    assert!(
                        output.status.success(),
                        "{}",
                        String::from_utf8_lossy(&output.stderr)
                    );
                }
            });
        }
    });
    assert_eq!(records(&ledger), 500);
    assert_eq!(ledger.run(&["check"]).code, 0);
    assert_eq!(ledger.run(&["fmt", "--check"]).code, 0);
}

fn strace(ledger: &Ledger, inject: &str) -> Option<Output> {
    let mut command = Command::new("strace");
    command
        .args(["-f", "-o", "/dev/null", "-e", inject, PROGRAM, "--root"])
        .arg(ledger.path())
        .args(ADD)
        .args(["--today", "2026-08-03", "--lang", "en"]);
    command.stdin(Stdio::null()).output().ok()
}

/// What the file may hold after an `add` that was cut short: what it held, or one record more.
fn old_or_new(ledger: &Ledger, before: &str, what: &str) {
    let now = ledger.read(FILE);
    let whole = now == before
        || now.starts_with(before) && ledger.run(&["check"]).code == 0 && records(ledger) == 2;
    assert!(
        whole,
        "{what}: neither the old file nor the new one:\n{now}"
    );
}

fn leftovers(ledger: &Ledger) -> usize {
    ledger
        .bytes()
        .iter()
        .filter(|(path, _)| path.to_string_lossy().contains("ledger-tmp"))
        .count()
}

#[test]
fn a_kill_at_any_system_call_leaves_the_old_file_or_the_new_one() {
    let probe = Ledger::new(&[]);
    if !strace(&probe, "trace=none").is_some_and(|output| output.status.success()) {
        eprintln!("skipped: strace is not here or may not trace");
        return;
    }
    let meeting = "[[meeting]]\nid = \"m-20260703-00000001\"\ndate = 2026-07-03\ntype = \"regular\"\ntitle = \"七月例会\"\n";
    // Every call that opens, writes, syncs, renames or locks, and the plain reads between them.
    for call in [
        "openat", "write", "fsync", "rename", "flock", "fchmod", "mkdir", "unlink", "close",
        "read", "statx",
    ] {
        for when in 1..200 {
            let ledger = Ledger::new(&[(FILE, meeting)]);
            let Some(output) = strace(&ledger, &format!("inject={call}:signal=KILL:when={when}"))
            else {
                break;
            };
            old_or_new(&ledger, meeting, &format!("{call} #{when}"));
            if output.status.success() {
                break; // there was no such call any more
            }
            // The next writer sweeps up and is not in the way.
            ledger.ok(&[
                "add",
                "meeting",
                "--org",
                "a",
                "--date",
                "2026-09-03",
                "--type",
                "regular",
                "--title",
                "九月例会",
            ]);
            assert_eq!(leftovers(&ledger), 0, "{call} #{when}");
        }
    }
}

#[test]
fn a_refusal_of_the_system_is_reported_and_nothing_is_half_written() {
    let meeting = "[[meeting]]\nid = \"m-20260703-00000001\"\ndate = 2026-07-03\ntype = \"regular\"\ntitle = \"七月例会\"\n";
    let probe = Ledger::new(&[]);
    if !strace(&probe, "trace=none").is_some_and(|output| output.status.success()) {
        eprintln!("skipped: strace is not here or may not trace");
        return;
    }
    for (inject, said) in [
        ("inject=fsync:error=ENOSPC:when=1", "the disk is full"),
        ("inject=fsync:error=EIO:when=1", "the system refused"),
        (
            "inject=fsync:error=ENOSPC:when=2",
            "did not confirm that it is on the disk",
        ),
        (
            "inject=rename,renameat,renameat2:error=EROFS:when=1",
            "read-only",
        ),
    ] {
        let ledger = Ledger::new(&[(FILE, meeting)]);
        let output = strace(&ledger, inject).expect("it ran before");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{inject}: {err}");
        assert!(err.contains(said) && err.contains(FILE), "{inject}: {err}");
        old_or_new(&ledger, meeting, inject);
        assert_eq!(leftovers(&ledger), 0, "{inject}");
    }
}

/// A command whose outcome is always the same, so that every file is as before it or as after it.
struct Trial {
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
    args: &'static [&'static str],
    /// Steps after which a repeated command goes on: a kill may leave one of them.
    between: &'static [&'static [&'static str]],
}

const TASK: &str = "[[task]]\nid = \"t-20260703-00000001\"\nlist = \"problem\"\ntitle = \"甲\"\nowner = \"乙\"\nset = 2026-07-03\ndue = 2026-09-20\n";
const OTHER: &str = "[[task]]\nid = \"t-20260703-00000001\"\nlist = \"problem\"\ntitle = \"丙\"\nowner = \"乙\"\nset = 2026-07-03\ndue = 2026-09-20\n";
const THIRD: &str = "[[task]]\nid = \"t-20260703-00000001\"\nlist = \"problem\"\ntitle = \"甲\"\nowner = \"丁\"\nset = 2026-07-03\ndue = 2026-09-20\n";
const MARKED: &str = "[[task]]\nid = \"t-20260703-00000001\"\nlist = \"problem\"\ntitle = \"甲\"\n<<<<<<< a\nowner = \"乙\"\n||||||| c\nowner = \"乙\"\n=======\nowner = \"乙\"\nnote = \"丁\"\n>>>>>>> b\nset = 2026-07-03\ndue = 2026-09-20\n";

const TRIALS: &[Trial] = &[
    Trial {
        name: "merge-driver",
        files: &[
            ("base.toml", TASK),
            ("ours.toml", OTHER),
            ("theirs.toml", THIRD),
        ],
        args: &[
            "merge-driver",
            "base.toml",
            "ours.toml",
            "theirs.toml",
            "orgs/a/2026/x-00.toml",
        ],
        between: &[],
    },
    Trial {
        name: "resolve",
        files: &[("orgs/a/2026/x-00.toml", MARKED)],
        args: &["resolve"],
        between: &[],
    },
    Trial {
        name: "close",
        files: &[("orgs/a/2026/x-00.toml", TASK)],
        args: &["close", "2026Q3", "--by", "x"],
        between: &[],
    },
    Trial {
        name: "org move",
        files: &[
            ("orgs/a/b/org.toml", "name = \"支部\"\nkind = \"branch\"\n"),
            ("orgs/a/b/2026/x-00.toml", TASK),
        ],
        args: &["org", "move", "a/b", "--segment", "c"],
        // It says where it was formerly before it goes: until then that means nothing.
        between: &[&["org", "edit", "a/b", "--formerly", "a/b"]],
    },
    Trial {
        name: "org add",
        files: &[],
        args: &["org", "add", "丙", "--under", "a", "--kind", "branch"],
        between: &[],
    },
];

impl Trial {
    fn ledger(&self) -> Ledger {
        Ledger::new(self.files)
    }

    fn command(&self, ledger: &Ledger, before: &[&str]) -> Command {
        let mut words = before.iter().copied();
        let mut command = Command::new(words.next().unwrap_or(PROGRAM));
        command.args(words);
        if !before.is_empty() {
            command.arg(PROGRAM);
        }
        command.current_dir(ledger.path()).args(self.args).args([
            "--today",
            "2026-11-22",
            "--lang",
            "en",
        ]);
        command.stdin(Stdio::null());
        command
    }

    /// All that the files may be: as before, as after, or after a step that means nothing yet.
    fn states(&self) -> Vec<Vec<(std::path::PathBuf, Vec<u8>)>> {
        let relative = |ledger: &Ledger| -> Vec<(std::path::PathBuf, Vec<u8>)> { files_of(ledger) };
        let before = self.ledger();
        let mut states = vec![relative(&before)];
        for step in self.between {
            before.ok(step);
            states.push(relative(&before));
        }
        let after = self.ledger();
        assert!(
            self.command(&after, &[])
                .stdout(Stdio::null())
                .status()
                .expect("it runs")
                .success(),
            "{}",
            self.name
        );
        states.push(relative(&after));
        states
    }
}

/// Every file below the root with its bytes, what a writer leaves for the next one left out.
fn files_of(ledger: &Ledger) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let below = |(path, bytes): (std::path::PathBuf, Vec<u8>)| {
        (
            path.strip_prefix(ledger.path()).expect("below").to_owned(),
            bytes,
        )
    };
    ledger
        .bytes()
        .into_iter()
        .map(below)
        .filter(|(path, _)| !path.to_string_lossy().contains("ledger-tmp"))
        .collect()
}

#[test]
fn at_every_call_a_kill_or_a_refusal_leaves_the_old_state_or_the_new_one() {
    if !strace(&Ledger::new(&[]), "trace=none").is_some_and(|output| output.status.success()) {
        eprintln!("skipped: strace is not here or may not trace");
        return;
    }
    std::thread::scope(|scope| {
        TRIALS
            .iter()
            .for_each(|trial| drop(scope.spawn(move || every_call(trial))));
    });
}

fn every_call(trial: &Trial) {
    let states = trial.states();
    let new = states.last().expect("a state");
    for what in ["signal=KILL", "error=ENOSPC", "error=EIO", "error=EINTR"] {
        for call in [
            "write", "fsync", "rename", "mkdir", "unlink", "unlinkat", "rmdir", "fchmod",
        ] {
            for when in 1..60 {
                let ledger = trial.ledger();
                let inject = format!("inject={call}:{what}:when={when}");
                let output = trial
                    .command(&ledger, &["strace", "-f", "-o", "/dev/null", "-e", &inject])
                    .output()
                    .expect("it runs");
                let (err, found) = (
                    String::from_utf8_lossy(&output.stderr).into_owned(),
                    files_of(&ledger),
                );
                let at = format!("{} {inject}: {err}", trial.name);
                assert!(
                    states.contains(&found),
                    "{at}: neither the old state nor the new one\n{found:?}"
                );
                let code = output.status.code();
                assert!(
                    code.is_none() || code == Some(0) || code == Some(2) || what == "signal=KILL",
                    "{at}: {code:?}"
                );
                if code == Some(0) && what != "signal=KILL" {
                    assert!(found == *new, "{at}: it says it is done");
                }
                if code == Some(2) && found == *new {
                    // What is done must not be said to be undone, unless it is only the result that
                    // could not be printed.
                    assert!(
                        err.contains("confirm") || err.contains("written out") || err.is_empty(),
                        "{at}"
                    );
                }
                // The next run finishes, and nothing lies about.
                let again = trial.command(&ledger, &[]).output().expect("it runs");
                let done = again.status.code() == Some(0) || found == *new;
                assert!(
                    done,
                    "{at}: then {}",
                    String::from_utf8_lossy(&again.stderr)
                );
                assert!(files_of(&ledger) == *new, "{at}: the next run");
                assert_eq!(
                    leftovers(&ledger),
                    0,
                    "{at}: {:?}",
                    ledger
                        .bytes()
                        .iter()
                        .map(|(path, _)| path.clone())
                        .collect::<Vec<_>>()
                );
                if output.status.success() && found == *new && !injected(trial, &inject) {
                    break;
                }
            }
        }
    }
}

/// Whether a call that a fault is for is made at all: strace says which it made fail.
fn injected(trial: &Trial, inject: &str) -> bool {
    let ledger = trial.ledger();
    let output = trial
        .command(&ledger, &["strace", "-f", "-e", inject])
        .output()
        .expect("it runs");
    String::from_utf8_lossy(&output.stderr).contains("(INJECTED)")
}

#[test]
fn a_small_disk_and_a_limit_on_files_are_reported() {
    let meeting = "[[meeting]]\nid = \"m-20260703-00000001\"\ndate = 2026-07-03\ntype = \"regular\"\ntitle = \"七月例会\"\n";
    let many: String = (0..400)
        .map(|n| meeting.replace("00000001", &format!("{n:08}")))
        .collect::<Vec<_>>()
        .join("\n");
    // A limit of 8 KiB on any file; this one has some forty.
    let ledger = Ledger::new(&[(FILE, &many)]);
    let script = format!(
        "ulimit -f 8; exec '{PROGRAM}' --root '{}' {} --lang en --today 2026-08-03",
        ledger.path().display(),
        ADD.join(" ")
    );
    let Ok(output) = Command::new("bash")
        .args(["-c", &script])
        .stdin(Stdio::null())
        .output()
    else {
        eprintln!("skipped: bash is not here");
        return;
    };
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains("larger than") && err.contains(FILE), "{err}");
    assert_eq!(ledger.read(FILE), many);
    assert_eq!(leftovers(&ledger), 0);

    let disk = tempfile::tempdir().expect("a folder");
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(disk.path())
        .output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: a small disk cannot be mounted here");
        return;
    }
    let path = disk.path().join("ledger");
    let outcome = std::panic::catch_unwind(|| {
        for (name, text) in common::BASE.iter().chain(&[(FILE, many.as_str())]) {
            let file = path.join(name);
            std::fs::create_dir_all(file.parent().expect("a parent")).expect("folders");
            std::fs::write(file, text).expect("a file");
        }
        let root = path.to_str().expect("text");
        let ran = common::run(&[&["--root", root], ADD].concat());
        assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
        assert!(
            ran.err.contains("the disk is full") && ran.err.contains(FILE),
            "{}",
            ran.err
        );
        assert_eq!(
            std::fs::read_to_string(path.join(FILE)).expect("the old file"),
            many
        );
        assert_eq!(common::run(&["--root", root, "check"]).code, 0);
    });
    let _ = Command::new("umount").arg(disk.path()).status();
    outcome.expect("as it should be");
}

#[test]
fn fifty_writers_of_one_file_lose_nothing() {
    let ledger = Ledger::new(&[]);
    let running: Vec<_> = (0..50)
        .map(|n| add(&ledger, &format!("{n}")).spawn().expect("it runs"))
        .collect();
    for child in running {
        let output = child.wait_with_output().expect("it ends");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    assert_eq!(records(&ledger), 50);
    assert_eq!(ledger.run(&["check"]).code, 0);
    assert_eq!(leftovers(&ledger), 0);
}

#[test]
fn what_was_read_is_compared_once_more_before_it_is_replaced() {
    use ledger::problem::Rule;
    use ledger::tree::write::{Lock, Precondition};
    let ledger = Ledger::new(&[(FILE, "old")]);
    let root = resolved(ledger.path()).expect("a root");
    let lock = Lock::take(&root, &mut || {}).expect("the lock");
    let path = root.join(FILE);
    // Another branch's file stands there; the folder of a branch is gone; a file came up where none
    // was.
    ledger.write(FILE, "of another branch".as_bytes());
    let stale = lock
        .write(
            &path,
            &Precondition::of(&path, Some(b"old")),
            b"old and new",
        )
        .expect_err("stale");
    assert_eq!(stale.rule, Rule::CHANGED_MEANWHILE);
    assert_eq!(ledger.read(FILE), "of another branch");
    let org = root.join("orgs/a/org.toml");
    let new = root.join("orgs/gone/2026/x-00.toml");
    let gone = root.join("orgs/gone/org.toml");
    let stale = lock
        .write(
            &new,
            &Precondition::of(&new, None).and(&gone, Some(b"name")),
            b"new",
        )
        .expect_err("stale");
    assert_eq!(stale.rule, Rule::CHANGED_MEANWHILE);
    assert!(
        !root.join("orgs/gone").exists(),
        "no folder is made for a branch that is gone"
    );
    assert!(
        lock.write(&org, &Precondition::of(&org, None), b"new")
            .is_err()
    );
    assert_eq!(leftovers(&ledger), 0);
}

/// While git has its lock it may have taken a file away and not put the other branch's there yet.
#[test]
fn a_write_waits_until_git_is_done() {
    let ledger = Ledger::new(&[(".git/index.lock", "")]);
    let lock = ledger.path().join(".git/index.lock");
    let mut waiting = add(&ledger, "1").spawn().expect("it runs");
    // It holds our lock by the time it waits for git's; then git puts a file there.
    while !ledger.path().join(".ledger/lock").exists() {
        std::thread::yield_now();
    }
    assert!(waiting.try_wait().expect("a process").is_none() && !ledger.path().join(FILE).exists());
    let other = "[[meeting]]\nid = \"m-20260703-00000001\"\ndate = 2026-07-03\ntype = \"regular\"\ntitle = \"甲支\"\n";
    ledger.write(FILE, other.as_bytes());
    std::fs::remove_file(&lock).expect("git is done");
    assert!(waiting.wait().expect("it ends").success());
    assert!(
        ledger.read(FILE).starts_with(other),
        "{}",
        ledger.read(FILE)
    );
    assert_eq!(records(&ledger), 2);
}

#[test]
fn adding_while_branches_are_switched_never_carries_a_ledger_along() {
    if !has("git") {
        return;
    }
    let git = |ledger: &Ledger, args: &[&str]| {
        let mut command = Command::new("git");
        command
            .current_dir(ledger.path())
            .args(["-c", "user.name=x", "-c", "user.email=x@example.org"])
            .args(args);
        command
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .stdin(Stdio::null())
            .output()
            .expect("git runs")
    };
    let record = |n: u8, title: &str| {
        format!(
            "[[meeting]]\nid = \"m-20260703-0000000{n}\"\ndate = 2026-07-03\ntype = \"regular\"\ntitle = \"{title}\"\n"
        )
    };
    let ledger = Ledger::new(&[
        (FILE, &record(1, "甲支")),
        (".gitignore", ".ledger/\n.*.ledger-tmp\n"),
    ]);
    for args in [
        &["init", "-q", "-b", "one"][..],
        &["add", "-A"],
        &["commit", "-qm", "one"],
        &["checkout", "-qb", "two"],
    ] {
        assert!(git(&ledger, args).status.success(), "{args:?}");
    }
    ledger.write(FILE, record(2, "乙支").as_bytes());
    assert!(git(&ledger, &["commit", "-qam", "two"]).status.success());
    for turn in 0..12 {
        let (from, to) = if turn % 2 == 0 {
            ("two", "one")
        } else {
            ("one", "two")
        };
        assert!(git(&ledger, &["checkout", "-qf", from]).status.success());
        let mut adds: Vec<_> = (0..3)
            .map(|n| {
                add(&ledger, &format!("{turn}-{n}"))
                    .spawn()
                    .expect("it runs")
            })
            .collect();
        // Where an entry came first git refuses to switch, which is right too.
        git(&ledger, &["checkout", "-q", to]);
        adds.iter_mut().for_each(|child| drop(child.wait()));
        let (found, branch) = (
            ledger.read(FILE),
            String::from_utf8(git(&ledger, &["branch", "--show-current"]).stdout).expect("text"),
        );
        let (own, other) = if branch.trim() == "one" {
            ("甲支", "乙支")
        } else {
            ("乙支", "甲支")
        };
        assert!(
            found.contains(own) && !found.contains(other),
            "turn {turn} on {branch}:\n{found}"
        );
    }
}

/// A lock of git that was left behind: one wait for all that a command writes, and then its name.
#[test]
fn a_lock_that_git_left_behind_is_waited_for_once_and_named() {
    use std::time::Duration;

    use ledger::problem::Rule;
    use ledger::tree::write::{Lock, Patience, Precondition};
    let ms = Duration::from_millis;
    let patience = Patience {
        with_git: ms(30),
        silence: ms(10),
        ..Patience::default()
    };
    let ledger = Ledger::new(&[(".git/index.lock", "")]);
    let root = resolved(ledger.path()).expect("a root");
    let mut said = 0;
    let problem =
        Lock::take_within(&root, patience, &mut || said += 1).expect_err("git is at work");
    assert_eq!((problem.rule, said), (Rule::GIT_LOCKED, 1));
    assert!(
        problem.to_string().starts_with(".git/index.lock:1:1:"),
        "{problem}"
    );

    // It comes up after the first file: what is left of the patience is used up once.
    std::fs::remove_file(root.join(".git/index.lock")).expect("gone");
    let lock = Lock::take_within(&root, patience, &mut || said += 1).expect("free");
    let path = |n: u8| root.join(format!("orgs/a/2026/f{n}-00.toml"));
    lock.write(&path(0), &Precondition::nothing(), b"0")
        .expect("written");
    assert_eq!(lock.patience(), ms(30), "nobody was waited for");
    ledger.write(".git/index.lock", b"");
    for n in 1..4 {
        let problem = lock
            .write(&path(n), &Precondition::nothing(), b"x")
            .expect_err("git is at work");
        assert_eq!(
            (problem.rule, lock.patience()),
            (Rule::GIT_LOCKED, Duration::ZERO)
        );
        assert!(!path(n).exists());
    }
    let problem = lock
        .remove(&path(0), &Precondition::nothing())
        .expect_err("git is at work");
    assert_eq!((problem.rule, path(0).exists()), (Rule::GIT_LOCKED, true));
    assert_eq!(leftovers(&ledger), 0);
    // A work tree of its own has its lock where its `.git` says.
    let tree = Ledger::new(&[
        ("elsewhere/index.lock", ""),
        (".git", "gitdir: elsewhere\n"),
    ]);
    let root = tree.path().canonicalize().expect("a root");
    assert_eq!(
        Lock::take_within(&root, patience, &mut || {})
            .expect_err("git is at work")
            .rule,
        Rule::GIT_LOCKED
    );
}

/// The calls of a command that strace shows, one a line, with the paths behind descriptors.
fn calls(ledger: &Ledger, calls: &str, args: &[&str]) -> Option<Vec<String>> {
    let log = ledger.path().join(".strace");
    let mut command = Command::new("strace");
    command
        .args([
            "-f",
            "-y",
            "-s",
            "4096",
            "-e",
            &format!("trace={calls}"),
            "-o",
        ])
        .arg(&log);
    command
        .arg(PROGRAM)
        .args(args)
        .args(["--today", "2026-11-22", "--lang", "en", "--root"])
        .arg(ledger.path());
    let output = command.stdin(Stdio::null()).output().ok()?;
    assert!(
        output.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = std::fs::read_to_string(log).expect("the log");
    Some(
        text.lines()
            .filter(|line| line.contains(" = 0"))
            .map(str::to_owned)
            .collect(),
    )
}

#[test]
fn a_new_folder_is_on_the_disk_before_anything_comes_into_it() {
    let probe = Ledger::new(&[]);
    if !strace(&probe, "trace=none").is_some_and(|output| output.status.success()) {
        eprintln!("skipped: strace is not here or may not trace");
        return;
    }
    let ledger = Ledger::new(&[(
        "in.csv",
        "code,parent_code,name,kind\n1,,甲区,district\n2,1,乙社区居民委员会,community\n",
    )]);
    std::fs::remove_dir_all(ledger.path().join(".ledger")).expect("gone");
    let table = ledger.path().join("in.csv").display().to_string();
    for args in [
        ADD,
        &["org", "import", &table],
        &["org", "move", "a", "--under", "甲区"],
        &["close", "2026Q3", "--by", "x"],
    ] {
        let lines = calls(
            &ledger,
            "mkdir,mkdirat,fsync,fdatasync,rename,renameat,renameat2",
            args,
        )
        .expect("strace");
        let mut made = 0;
        for (n, line) in lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.contains("mkdir"))
        {
            let path = std::path::Path::new(line.split('"').nth(1).expect("a path"));
            let above = format!("<{}>)", path.parent().expect("a parent").display());
            let next = lines[n + 1..]
                .iter()
                .find(|line| line.contains("sync(") || line.contains("rename"))
                .expect("another call");
            assert!(
                next.contains("sync(") && next.contains(&above),
                "{args:?}: after {line}\ncame {next}"
            );
            made += 1;
        }
        assert!(made > 0 || args[1] == "move", "{args:?} made no folder");
        // And what was renamed is, too.
        let last = lines
            .iter()
            .rposition(|line| line.contains("rename"))
            .expect("a rename");
        assert!(
            lines[last + 1..].iter().any(|line| line.contains("sync(")),
            "{args:?}:\n{}",
            lines.join("\n")
        );
    }
    let out = tempfile::tempdir().expect("a folder");
    let file = out.path().join("report.csv").display().to_string();
    let args = [
        "report",
        "--quarter",
        "2026Q3",
        "--format",
        "csv",
        "--out",
        &file,
    ];
    let lines = calls(&ledger, "fsync,rename,renameat,renameat2", &args).expect("strace");
    let folder = format!(
        "<{}>)",
        out.path().canonicalize().expect("a folder").display()
    );
    assert!(
        lines
            .last()
            .is_some_and(|line| line.contains("fsync(") && line.contains(&folder)),
        "{}",
        lines.join("\n")
    );
}

/// Between the reading of its command line and the lock another process may have moved the
/// organisation.
#[test]
fn a_record_goes_where_its_organisation_was_moved_meanwhile() {
    use ledger::tree::change::NewRecord;
    use ledger::tree::write::{Lock, writer};
    use ledger::tree::{Root, Tree, change};
    use ledger::written::selection::Selection;
    let ledger = Ledger::new(&[
        ("orgs/a/b/org.toml", "name = \"支部\"\nkind = \"branch\"\n"),
        ("orgs/a/b/2026/x-00.toml", TASK),
    ]);
    let root = Root::open(Some(ledger.path()), ledger.path()).expect("a root");
    let rules = root.rules().0;
    let all = Selection::everything();
    let tree = Tree::load(&root, root.begins, &rules, &all, Vec::new());
    let record = &tree.entries[0].record;
    let entered = "2026-07-03".parse().expect("a day");
    let values = record.fields.clone();
    let record = NewRecord::of(&root, &rules, record.kind, values, entered).expect("it fits");
    let named = "a/b".parse().expect("an organisation");
    ledger.ok(&["org", "move", "a/b", "--segment", "c"]);
    let lock = Lock::take(&root.path, &mut || {}).expect("the lock");
    let writer = writer(&lock, &String::new).expect("a writer");
    let place = change::add(&root, &lock, &rules, &named, &writer, &record).expect("added");
    assert_eq!(&*place.file, "orgs/a/c/2026/test-00.toml");
    assert!(!ledger.path().join("orgs/a/b").exists());
    let gone = change::add(
        &root,
        &lock,
        &rules,
        &"a/z".parse().expect("an organisation"),
        &writer,
        &record,
    )
    .expect_err("no such");
    assert_eq!(gone.0[0].rule, ledger::problem::Rule::UNKNOWN_ORG);
}

/// Copies of a record that a merge left in one file change together: no moment between them can be
/// seen or be the last.
#[test]
fn copies_in_one_file_change_in_one_write() {
    let ledger = Ledger::new(&[
        ("orgs/a/b/org.toml", "name = \"支部\"\nkind = \"branch\"\n"),
        ("orgs/a/b/2026/x-00.toml", &format!("{TASK}\n{TASK}")),
    ]);
    let id = TASK.split('"').nth(1).expect("an id");
    let args = [
        "update",
        id,
        "--status",
        "in-progress",
        "--on",
        "2026-07-09",
    ];
    if let Some(lines) = calls(&ledger, "rename,renameat,renameat2", &args) {
        let onto = |line: &&String| line.contains("x-00.toml");
        assert_eq!(lines.iter().filter(onto).count(), 1, "{}", lines.join("\n"));
    } else {
        ledger.ok(&args);
    }
    let text = ledger.read("orgs/a/b/2026/x-00.toml");
    assert_eq!(text.matches("2026-07-09").count(), 2, "{text}");
}

#[test]
fn a_file_that_cannot_be_written_does_not_keep_fmt_from_the_others() {
    let loose = TASK.replace(" = ", "=");
    let ledger = Ledger::new(&[
        (FILE, &loose),
        (
            "orgs/a/2026/z-00.toml",
            &loose.replace("00000001", "00000002"),
        ),
    ]);
    let run = |inject: &str| {
        let mut command = Command::new("strace");
        command
            .args([
                "-f",
                "-o",
                "/dev/null",
                "-e",
                inject,
                PROGRAM,
                "fmt",
                "--lang",
                "en",
                "--root",
            ])
            .arg(ledger.path());
        command.stdin(Stdio::null()).output().ok()
    };
    let Some(output) = run("inject=rename,renameat,renameat2:error=EROFS:when=1")
        .filter(|output| output.status.code().is_some())
    else {
        eprintln!("skipped: strace is not here");
        return;
    };
    let err = String::from_utf8_lossy(&output.stderr);
    if err.contains("ptrace") {
        eprintln!("skipped: strace may not trace");
        return;
    }
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(
        err.contains(FILE) && err.contains("read-only") && !err.contains("z-00"),
        "{err}"
    );
    assert_eq!(ledger.read(FILE), loose);
    assert!(ledger.read("orgs/a/2026/z-00.toml").contains("list = "));
}

/// A folder or file that the system cannot show: whatever a command says then, it did not see
/// everything.
#[test]
fn an_error_of_the_disk_is_an_error_of_every_command() {
    let commands: &[&[&str]] = &[
        &["check"],
        &["fmt"],
        &["report", "--quarter", "2026Q3"],
        &["list", "task"],
        &["show", "00000001"],
        &["org", "list"],
        &["org", "move", "a", "--segment", "b"],
        &["resolve"],
        &[
            "add",
            "meeting",
            "--org",
            "示例党委",
            "--date",
            "2026-08-03",
            "--type",
            "regular",
            "--title",
            "x",
        ],
    ];
    let calls = "getdents64,openat,readlink,readlinkat,statx,newfstatat,lstat,stat";
    for (path, commands) in [
        ("orgs", commands),
        ("orgs/a/2026", commands),
        ("rules", commands),
        ("orgs/a/2026/x-00.toml", &commands[..5]),
        ("orgs/a/org.toml", &commands[..4]),
        ("orgs/a/org.toml", &commands[5..]),
        ("ledger.toml", commands),
        (".ledger/writer", &commands[8..]),
        (".ledger/lock", &commands[8..]),
        (".git", &commands[8..]),
        ("closed", &commands[..1]),
    ] {
        for args in commands {
            let ledger = Ledger::new(&[
                ("orgs/a/2026/x-00.toml", TASK),
                ("rules/x.txt", ""),
                ("closed/x.txt", ""),
            ]);
            let before = ledger.bytes();
            let mut command = Command::new("strace");
            command
                .args(["-f", "-o", "/dev/null", "-P"])
                .arg(ledger.path().join(path));
            command
                .args(["-e", &format!("inject={calls}:error=EIO"), PROGRAM])
                .args(*args)
                .args(["--lang", "en", "--root"])
                .arg(ledger.path());
            let Ok(output) = command.stdin(Stdio::null()).output() else {
                eprintln!("skipped: strace is not here");
                return;
            };
            let (out, err) = (
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr),
            );
            if err.contains("ptrace") {
                eprintln!("skipped: strace may not trace");
                return;
            }
            assert_eq!(output.status.code(), Some(2), "{path} {args:?}: {out}{err}");
            assert!(
                format!("{out}{err}").contains("the system refused (system code 5)"),
                "{path} {args:?}: {out}{err}"
            );
            assert!(before == ledger.bytes(), "{path} {args:?} wrote");
        }
    }
}
