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
