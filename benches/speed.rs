#![allow(clippy::print_stdout, clippy::print_stderr)] // what it measures is what it prints
//! How long whole processes take: `cargo bench`. Figures are printed, never asserted.
//!
//! Every command is a process of its own, so that start-up is part of it, and is measured in turn
//! with a floor: reading all files of the same ledger. Their ratio means something on a busy
//! machine too. Linux only.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ledger::sample::{Size, district};

const PROGRAM: &str = env!("CARGO_BIN_EXE_ledger");
const RUNS: usize = 41;

/// Ledgers of so many districts and nine quarters: some 13 thousand, 120 thousand and 1.2 million
/// records. `LEDGER_BENCH_DISTRICTS=87` leaves out the others; `=1,9` leaves out the largest, which
/// takes 400 MB of disk.
const DISTRICTS: [usize; 3] = [1, 9, 87];

/// What is measured over each of them.
const COMMANDS: [(&str, &[&str]); 10] = [
    (
        "report, 46 columns",
        &[
            "report",
            "--quarter",
            "2026Q3",
            "--org",
            "jianxi",
            "--raw",
            "--format",
            "csv",
        ],
    ),
    (
        "report --depth 9",
        &[
            "report",
            "--quarter",
            "2026Q3",
            "--org",
            "jianxi",
            "--depth",
            "9",
            "--raw",
            "--format",
            "csv",
        ],
    ),
    ("check", &["check"]),
    ("list task", &["list", "task", "--org", "jianxi"]),
    ("due", &["due", "--org", "jianxi"]),
    (
        "explain",
        &[
            "explain",
            "tasks_overdue",
            "--quarter",
            "2026Q3",
            "--org",
            "jianxi",
        ],
    ),
    (
        "write work-report",
        &[
            "write",
            "work-report",
            "--quarter",
            "2026Q3",
            "--org",
            "jianxi",
        ],
    ),
    ("show ID", &["show", "00000000"]),
    ("fmt --check", &["fmt", "--check"]),
    ("--version", &["--version"]),
];

fn main() {
    let dir = std::env::temp_dir().join(format!("ledger-bench-{}", std::process::id()));
    let asked = std::env::var("LEDGER_BENCH_DISTRICTS").ok();
    let asked = asked.map(|list| {
        list.split(',')
            .filter_map(|n| n.parse().ok())
            .collect::<Vec<usize>>()
    });
    for districts in asked.unwrap_or_else(|| DISTRICTS.to_vec()) {
        let ledger = made(&dir.join(districts.to_string()), districts, 9);
        over(&ledger);
    }
    start_up(&made(&dir.join("small"), 1, 3));
    driver(&dir.join("driver"));
    audit(&dir.join("audit"));
    if let Err(error) = fs::remove_dir_all(&dir) {
        eprintln!("{}: {error}", dir.display());
    }
}

struct Made {
    root: PathBuf,
    files: usize,
    records: usize,
    bytes: usize,
}

fn made(root: &Path, districts: usize, quarters: usize) -> Made {
    let files = district(&Size {
        districts,
        quarters,
        ..Size::default()
    });
    let bytes = files.iter().map(|(_, text)| text.len()).sum();
    let records = files
        .iter()
        .filter(|(path, _)| path.starts_with("orgs/"))
        .map(|(_, text)| text.matches("\nid = ").count())
        .sum();
    let count = files.len();
    for (path, text) in files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root)).expect("a folder for the made-up ledger");
        fs::write(path, text).expect("a file of the made-up ledger");
    }
    Made {
        root: root.to_owned(),
        files: count,
        records,
        bytes,
    }
}

/// The CPU time of every command over a ledger, beside that of reading its files with two threads:
/// the least of five runs each, taken in turn, so that a busy machine is busy for both.
fn over(ledger: &Made) {
    println!(
        "\n{} records, {} files, {} bytes",
        ledger.records, ledger.files, ledger.bytes
    );
    println!(
        "| what | CPU | floor | ratio | peak memory | system calls a file | instructions a record |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (what, args) in COMMANDS {
        // The clock counts hundredths of a second: what is short is done several times.
        let times = (200_000 / ledger.records.max(1)).max(1);
        let (mut floor, mut least, mut peak) = (f64::MAX, f64::MAX, 0);
        for _ in 0..5 {
            let read = || (0..times).for_each(|_| read_all(&ledger.root.join("orgs")));
            floor = floor.min(cpu(read) / times as f64);
            let mut memory = 0;
            let runs = || (0..times).for_each(|_| memory = run(ledger, args));
            least = least.min(cpu_of_children(runs) / times as f64);
            peak = peak.max(memory);
        }
        let per = |count: Option<u64>, of: usize| {
            count.map_or("–".to_owned(), |count| {
                format!("{:.1}", count as f64 / of as f64)
            })
        };
        // Counting slows a program down a hundredfold: once is enough, and not over the largest.
        let small = ledger.records < 200_000;
        let calls = per(
            small
                .then(|| counted("strace", &["-f", "-c"], ledger, args))
                .flatten(),
            ledger.files,
        );
        let few = ledger.records < 20_000;
        let instructions = per(
            few.then(|| {
                counted(
                    "valgrind",
                    &["--tool=callgrind", "--callgrind-out-file=/dev/null"],
                    ledger,
                    args,
                )
            })
            .flatten(),
            ledger.records,
        );
        println!(
            "| {what} | {:.0} ms | {:.0} ms | {:.2} | {:.0} MiB | {calls} | {instructions} |",
            least * 1000.0,
            floor * 1000.0,
            least / floor,
            peak as f64 / 1024.0,
        );
    }
}

/// Reads every file below a folder with two threads, and does nothing with it.
fn read_all(folder: &Path) {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            match entry.file_type().expect("a kind").is_dir() {
                true => walk(&entry.path(), found),
                false => found.push(entry.path()),
            }
        }
    }
    let mut files = Vec::new();
    walk(folder, &mut files);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    std::hint::black_box(fs::read(path).expect("a file"));
                }
            });
        }
    });
}

/// Runs a command over a ledger; its peak memory in KiB, as far as it could be seen.
fn run(ledger: &Made, args: &[&str]) -> u64 {
    let mut command = Command::new(PROGRAM);
    command
        .arg("--root")
        .arg(&ledger.root)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().expect("the program runs");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().expect("it can be waited for").is_none() {
        let said = fs::read_to_string(&status).unwrap_or_default();
        let high = said.lines().find_map(|line| {
            line.strip_prefix("VmHWM:")?
                .trim()
                .strip_suffix(" kB")?
                .trim()
                .parse()
                .ok()
        });
        peak = high.unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

/// What a tool counts while a command runs: the number before `total`, or behind `refs:`; nothing
/// where the tool is not here.
fn counted(tool: &str, options: &[&str], ledger: &Made, args: &[&str]) -> Option<u64> {
    let mut command = Command::new(tool);
    command
        .args(options)
        .arg(PROGRAM)
        .arg("--root")
        .arg(&ledger.root)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let said = command.output().ok()?;
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    let number = |text: &str| text.replace(',', "").parse().ok();
    let total = said
        .lines()
        .filter(|line| line.ends_with(" total"))
        .find_map(|line| number(line.split_whitespace().nth(3)?));
    total.or_else(|| {
        said.lines()
            .find_map(|line| number(line.split_once("refs:")?.1.trim()))
    })
}

/// The CPU seconds that this process spends on something.
fn cpu(work: impl FnOnce()) -> f64 {
    spent(13, work)
}

/// The CPU seconds that the processes spend that something starts and waits for.
fn cpu_of_children(work: impl FnOnce()) -> f64 {
    spent(15, work)
}

/// The difference of two neighbouring fields of `/proc/self/stat`, which counts hundredths of a
/// second.
fn spent(field: usize, work: impl FnOnce()) -> f64 {
    let read = || {
        let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        let fields: Vec<&str> = stat.split_whitespace().collect();
        (field..field + 2)
            .filter_map(|n| fields.get(n)?.parse::<f64>().ok())
            .sum::<f64>()
    };
    let before = read();
    work();
    (read() - before) / 100.0
}

/// How long the smallest things take, wall time, the median of many runs.
fn start_up(small: &Made) {
    println!("\n| what | median |\n|---|---|");
    let add = [
        "add",
        "meeting",
        "--org",
        "jianxi/wuhanlu",
        "--date",
        "2026-07-03",
        "--type",
        "regular",
        "--title",
        "七月例会",
    ];
    for (what, args) in [
        ("--version", &["--version"][..]),
        ("org tree", &["org", "tree"]),
        ("add", &add),
    ] {
        let mut times: Vec<Duration> = (0..RUNS)
            .map(|_| {
                let start = Instant::now();
                let mut command = Command::new(PROGRAM);
                command
                    .arg("--root")
                    .arg(&small.root)
                    .args(args)
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null());
                assert!(
                    command.status().expect("the program runs").success(),
                    "{args:?}"
                );
                start.elapsed()
            })
            .collect();
        times.sort();
        println!("| {what} | {:.1} ms |", millis(times[times.len() / 2]));
    }
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

/// The merge driver on a file of 5,000 records of which each side changed a hundred or two and
/// added ten.
fn driver(dir: &Path) {
    fs::create_dir_all(dir).expect("a folder");
    let file = |step: usize, owner: &str, more: &str, extra: usize| -> String {
        let one = |n: usize| {
            if n % step == extra % 10 {
                task(n, owner, more)
            } else {
                task(n, "党工委", "")
            }
        };
        let added = (0..10).map(|n| task(extra + n, owner, ""));
        (0..5000)
            .map(one)
            .chain(added.take(if extra == 0 { 0 } else { 10 }))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let write = |name: &str, text: &str| fs::write(dir.join(name), text).expect("a version");
    let ours = file(50, "党建办", "", 6001);
    write("base.toml", &file(usize::MAX, "党工委", "", 0));
    write(
        "theirs.toml",
        &file(
            25,
            "党工委",
            "    { on = 2026-09-01, status = \"done\" },\n",
            7002,
        ),
    );
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            write("ours.toml", &ours);
            let mut command = Command::new(PROGRAM);
            command.current_dir(dir).args([
                "merge-driver",
                "base.toml",
                "ours.toml",
                "theirs.toml",
                "orgs/a/2026/x.toml",
            ]);
            let start = Instant::now();
            let status = command
                .stdin(Stdio::null())
                .status()
                .expect("the program runs");
            let time = start.elapsed();
            assert!(status.success(), "it merges");
            time
        })
        .collect();
    times.sort();
    println!(
        "merge driver, 5,000 records: {:.0} ms",
        millis(times[times.len() / 2])
    );
}

/// The audit of 2,000 merges, each of two commits that wrote into files of their own.
fn audit(dir: &Path) {
    const MERGES: usize = 2000;
    fs::create_dir_all(dir).expect("a folder");
    let git = |args: &[&str]| {
        Command::new("git")
            .current_dir(dir)
            .args(args)
            .stdin(Stdio::null())
            .status()
            .is_ok_and(|s| s.success())
    };
    if !git(&["init", "-q", "-b", "main"]) {
        eprintln!("skipped: git is not here");
        return;
    }
    let mut stream = String::new();
    let file = |stream: &mut String, path: &str, text: &str| {
        stream.push_str(&format!(
            "M 100644 inline {path}\ndata {}\n{text}\n",
            text.len()
        ))
    };
    let head = |stream: &mut String, mark: usize, branch: &str, from: &str| {
        stream.push_str(&format!(
            "commit refs/heads/{branch}\nmark :{mark}\ncommitter x <x@example.org> {} +0000\ndata 1\nx\n{from}",
            1_780_000_000 + mark
        ));
    };
    head(&mut stream, 1, "main", "");
    file(&mut stream, "ledger.toml", "format = 1\n");
    file(
        &mut stream,
        "orgs/a/org.toml",
        "name = \"示例党委\"\nkind = \"party-committee\"\n",
    );
    let mut last = 1;
    for n in 0..MERGES {
        let (ours, theirs, merge) = (last + 1, last + 2, last + 3);
        let text = |n: usize| {
            (0..20)
                .map(|k| task(20 * n + k, "甲", ""))
                .collect::<Vec<_>>()
                .join("\n")
        };
        head(&mut stream, ours, "main", &format!("from :{last}\n"));
        file(
            &mut stream,
            &format!("orgs/a/2026/a{}.toml", n % 40),
            &text(2 * n),
        );
        head(&mut stream, theirs, "side", &format!("from :{last}\n"));
        file(
            &mut stream,
            &format!("orgs/a/2026/b{}.toml", n % 40),
            &text(2 * n + 1),
        );
        head(
            &mut stream,
            merge,
            "main",
            &format!("from :{ours}\nmerge :{theirs}\n"),
        );
        file(
            &mut stream,
            &format!("orgs/a/2026/b{}.toml", n % 40),
            &text(2 * n + 1),
        );
        last = merge;
    }
    let mut import = Command::new("git")
        .current_dir(dir)
        .args(["fast-import", "--quiet"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("git runs");
    std::io::Write::write_all(
        &mut import.stdin.take().expect("its input"),
        stream.as_bytes(),
    )
    .expect("written");
    assert!(
        import.wait().expect("it ends").success() && git(&["checkout", "-q", "-f", "main"]),
        "a history"
    );
    let start = Instant::now();
    let status = Command::new(PROGRAM)
        .args(["--root"])
        .arg(dir)
        .arg("audit-merges")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status();
    assert!(
        status.expect("the program runs").success(),
        "nothing is wrong with them"
    );
    println!(
        "audit of {MERGES} merges: {:.1} s",
        start.elapsed().as_secs_f64()
    );
}
