//! Writing under fire: many processes, a kill at every system call, a disk that is full.
//!
//! These run the built program, since a process is what is killed. What a machine lacks is skipped, with a word.

#![allow(clippy::print_stderr)] // what is skipped is said

mod common;

use std::collections::BTreeSet;
use std::process::{Command, Output, Stdio};

use common::Ledger;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ledger");
const FILE: &str = "orgs/a/2026/test-00.toml";
const ADD: &[&str] = &["add", "meeting", "--org", "a", "--date", "2026-08-03", "--type", "regular", "--title", "八月例会"];

fn add(ledger: &Ledger, title: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("--root").arg(ledger.path()).args(ADD).args(["--note", title, "--today", "2026-08-03", "--lang", "en"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn records(ledger: &Ledger) -> usize {
    let out = ledger.ok(&["list", "meeting", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).expect("json");
    let ids: BTreeSet<&str> = json["records"].as_array().expect("records").iter().map(|r| r["id"].as_str().expect("an id")).collect();
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
                    let output = add(ledger, &format!("{process}-{n}")).output().expect("it runs");
                    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
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
    command.args(["-f", "-o", "/dev/null", "-e", inject, PROGRAM, "--root"]).arg(ledger.path()).args(ADD).args([
        "--today",
        "2026-08-03",
        "--lang",
        "en",
    ]);
    command.stdin(Stdio::null()).output().ok()
}

/// What the file may hold after an `add` that was cut short: what it held, or one record more.
fn old_or_new(ledger: &Ledger, before: &str, what: &str) {
    let now = ledger.read(FILE);
    let whole = now == before || now.starts_with(before) && ledger.run(&["check"]).code == 0 && records(ledger) == 2;
    assert!(whole, "{what}: neither the old file nor the new one:\n{now}");
}

fn leftovers(ledger: &Ledger) -> usize {
    ledger.bytes().iter().filter(|(path, _)| path.to_string_lossy().contains("ledger-tmp")).count()
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
    for call in ["openat", "write", "fsync", "rename", "flock", "fchmod", "mkdir", "unlink", "close", "read", "statx"] {
        for when in 1..200 {
            let ledger = Ledger::new(&[(FILE, meeting)]);
            let Some(output) = strace(&ledger, &format!("inject={call}:signal=KILL:when={when}")) else { break };
            old_or_new(&ledger, meeting, &format!("{call} #{when}"));
            if output.status.success() {
                break; // there was no such call any more
            }
            // The next writer sweeps up and is not in the way.
            ledger.ok(&["add", "meeting", "--org", "a", "--date", "2026-09-03", "--type", "regular", "--title", "九月例会"]);
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
        ("inject=fsync:error=ENOSPC:when=2", "did not confirm that it is on the disk"),
        ("inject=rename,renameat,renameat2:error=EROFS:when=1", "read-only"),
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
