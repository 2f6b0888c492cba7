#![allow(clippy::print_stdout, clippy::print_stderr)] // what it measures is what it prints
//! How long whole processes take: `cargo bench`. Figures are printed, never asserted.
//!
//! Each line is the median of many runs of the built program, so that start-up is part of it. Two
//! ledgers are measured in turn within one run, which makes their ratio mean something on a busy machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ledger::sample::{Size, district};

const PROGRAM: &str = env!("CARGO_BIN_EXE_ledger");
const RUNS: usize = 41;

fn main() {
    let dir = std::env::temp_dir().join(format!("ledger-bench-{}", std::process::id()));
    let small = made(&dir.join("small"), 1);
    let large = made(&dir.join("large"), 83);
    println!("| what | organisations | median |");
    println!("|---|---|---|");
    for (what, args) in [
        ("start-up: --version", &["--version"][..]),
        ("org tree", &["org", "tree"]),
        ("list meeting", &["list", "meeting", "--quarter", "2026Q3"]),
        ("report", &["report", "--quarter", "2026Q3"]),
        ("check", &["check"]),
        ("write work-report", &["write", "work-report", "--quarter", "2026Q3"]),
    ] {
        let times = measure(&[&small], args, RUNS);
        println!("| {what} | {} | {:.1} ms |", small.organisations, millis(times[0]));
    }
    let add = ["add", "meeting", "--org", "jianxi/wuhanlu", "--date", "2026-07-03", "--type", "regular", "--title", "七月例会"];
    let times = measure(&[&small, &large], &add, RUNS);
    for (ledger, time) in [&small, &large].iter().zip(&times) {
        println!("| add | {} | {:.1} ms |", ledger.organisations, millis(*time));
    }
    println!("\nadd into the large ledger takes {:.2} times what it takes in the small one", millis(times[1]) / millis(times[0]));
    let times = measure(&[&large], &["report", "--quarter", "2026Q3", "--org", "jianxi"], 5);
    println!("report over {} organisations and {} bytes: {:.0} ms", large.organisations, large.bytes, millis(times[0]));
    driver(&dir.join("driver"));
    audit(&dir.join("audit"));
    if let Err(error) = fs::remove_dir_all(&dir) {
        eprintln!("{}: {error}", dir.display());
    }
}

struct Made {
    root: PathBuf,
    organisations: usize,
    bytes: usize,
}

fn made(root: &Path, districts: usize) -> Made {
    let files = district(&Size { districts, ..Size::default() });
    let bytes = files.iter().map(|(_, text)| text.len()).sum();
    let organisations = files.iter().filter(|(path, _)| path.ends_with("/org.toml")).count();
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root)).expect("a folder for the made-up ledger");
        fs::write(path, text).expect("a file of the made-up ledger");
    }
    Made { root: root.to_owned(), organisations, bytes }
}

/// The median time of a command on each ledger, the ledgers taken in turn.
fn measure(ledgers: &[&Made], args: &[&str], runs: usize) -> Vec<Duration> {
    let mut times = vec![Vec::new(); ledgers.len()];
    for _ in 0..runs {
        for (ledger, times) in ledgers.iter().zip(&mut times) {
            let mut command = Command::new(PROGRAM);
            command.args(["--root"]).arg(&ledger.root).args(args).stdin(Stdio::null()).stdout(Stdio::null());
            let start = Instant::now();
            let status = command.status().expect("the program runs");
            times.push(start.elapsed());
            assert!(status.success(), "{args:?}");
        }
    }
    times
        .into_iter()
        .map(|mut times| {
            times.sort();
            times[times.len() / 2]
        })
        .collect()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn task(n: usize, owner: &str, more: &str) -> String {
    format!(
        "[[task]]\nid = \"t-20260703-{n:08}\"\nlist = \"problem\"\ntitle = \"牡丹广场示范区标识缺失{n}\"\nowner = \"{owner}\"\n\
         set = 2026-07-03\ndue = 2026-09-20\nupdates = [\n    {{ on = 2026-08-10, status = \"in-progress\", note = \"已立项\" }},\n{more}]\n"
    )
}

/// The merge driver on a file of 5,000 records of which each side changed a hundred or two and added ten.
fn driver(dir: &Path) {
    fs::create_dir_all(dir).expect("a folder");
    let file = |step: usize, owner: &str, more: &str, extra: usize| -> String {
        let one = |n: usize| if n % step == extra % 10 { task(n, owner, more) } else { task(n, "党工委", "") };
        let added = (0..10).map(|n| task(extra + n, owner, ""));
        (0..5000).map(one).chain(added.take(if extra == 0 { 0 } else { 10 })).collect::<Vec<_>>().join("\n")
    };
    let write = |name: &str, text: &str| fs::write(dir.join(name), text).expect("a version");
    let ours = file(50, "党建办", "", 6001);
    write("base.toml", &file(usize::MAX, "党工委", "", 0));
    write("theirs.toml", &file(25, "党工委", "    { on = 2026-09-01, status = \"done\" },\n", 7002));
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            write("ours.toml", &ours);
            let mut command = Command::new(PROGRAM);
            command.current_dir(dir).args(["merge-driver", "base.toml", "ours.toml", "theirs.toml", "orgs/a/2026/x.toml"]);
            let start = Instant::now();
            let status = command.stdin(Stdio::null()).status().expect("the program runs");
            let time = start.elapsed();
            assert!(status.success(), "it merges");
            time
        })
        .collect();
    times.sort();
    println!("merge driver, 5,000 records: {:.0} ms", millis(times[times.len() / 2]));
}

/// The audit of 2,000 merges, each of two commits that wrote into files of their own.
fn audit(dir: &Path) {
    const MERGES: usize = 2000;
    fs::create_dir_all(dir).expect("a folder");
    let git = |args: &[&str]| Command::new("git").current_dir(dir).args(args).stdin(Stdio::null()).status().is_ok_and(|s| s.success());
    if !git(&["init", "-q", "-b", "main"]) {
        eprintln!("skipped: git is not here");
        return;
    }
    let mut stream = String::new();
    let file =
        |stream: &mut String, path: &str, text: &str| stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()));
    let head = |stream: &mut String, mark: usize, branch: &str, from: &str| {
        stream.push_str(&format!(
            "commit refs/heads/{branch}\nmark :{mark}\ncommitter x <x@example.org> {} +0000\ndata 1\nx\n{from}",
            1_780_000_000 + mark
        ));
    };
    head(&mut stream, 1, "main", "");
    file(&mut stream, "ledger.toml", "format = 1\n");
    file(&mut stream, "orgs/a/org.toml", "name = \"示例党委\"\nkind = \"party-committee\"\n");
    let mut last = 1;
    for n in 0..MERGES {
        let (ours, theirs, merge) = (last + 1, last + 2, last + 3);
        let text = |n: usize| (0..20).map(|k| task(20 * n + k, "甲", "")).collect::<Vec<_>>().join("\n");
        head(&mut stream, ours, "main", &format!("from :{last}\n"));
        file(&mut stream, &format!("orgs/a/2026/a{}.toml", n % 40), &text(2 * n));
        head(&mut stream, theirs, "side", &format!("from :{last}\n"));
        file(&mut stream, &format!("orgs/a/2026/b{}.toml", n % 40), &text(2 * n + 1));
        head(&mut stream, merge, "main", &format!("from :{ours}\nmerge :{theirs}\n"));
        file(&mut stream, &format!("orgs/a/2026/b{}.toml", n % 40), &text(2 * n + 1));
        last = merge;
    }
    let mut import = Command::new("git").current_dir(dir).args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().expect("git runs");
    std::io::Write::write_all(&mut import.stdin.take().expect("its input"), stream.as_bytes()).expect("written");
    assert!(import.wait().expect("it ends").success() && git(&["checkout", "-q", "-f", "main"]), "a history");
    let start = Instant::now();
    let status = Command::new(PROGRAM).args(["--root"]).arg(dir).arg("audit-merges").stdin(Stdio::null()).stdout(Stdio::null()).status();
    assert!(status.expect("the program runs").success(), "nothing is wrong with them");
    println!("audit of {MERGES} merges: {:.1} s", start.elapsed().as_secs_f64());
}
