//! Files as they come when something went wrong with them: ledgers, rules, templates and Word files
//! of this repository, changed at random, through the library's own doors. Nothing may panic, hang,
//! or take much memory, and what is read and written again must be the same.
//!
//! A case is a number: the same number makes the same input. `LEDGER_FUZZ_SECONDS=600 cargo test
//! --test mutation` goes on for that long, with a watch on time and memory;
//! `LEDGER_FUZZ_CASE=NUMBER` repeats one case and prints its input.

#![allow(clippy::print_stderr)] // a fault is said with its number, and a long run says what it did

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use ledger::day::{Day, Period};
use ledger::figure::report::{Compare, Question, report};
use ledger::locale::{Lang, Locale};
use ledger::narrative::marks;
use ledger::narrative::quantity::Context;
use ledger::narrative::template::{Filled, Template};
use ledger::narrative::word::{WordFile, WordPart};
use ledger::render::document::{self, Pictures};
use ledger::rules::Rules;
use ledger::source::Source;
use ledger::tree::{Loaded, Tree, canon, check, format, ledger as records};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// How many cases the suite runs of each sort.
const IN_SUITE: u64 = 120;

/// No case may take longer in a long run.
const LONGEST: Duration = Duration::from_secs(10);

/// No case may take more memory in a long run, in KiB.
const MOST_MEMORY: u64 = 250 << 10;

/// A row of random numbers: xorshift, and the same on every machine.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Random {
        // Neighbouring seeds must not give neighbouring rows; 0 would stay 0.
        Random((seed.wrapping_add(1)).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() >> 11) as usize % n.max(1)
    }

    /// Small numbers as often as large ones.
    fn size(&mut self, most: u32) -> usize {
        let power = self.below(most as usize);
        1 + self.below(1 << power)
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// What is put in because somebody's program once fell over it.
const TOKENS: &[&str] = &[
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{{ ",
    " }}",
    "{% for o in orgs %}",
    "{% endfor %}",
    "{% if ",
    "{% set x = ",
    "{% raw %}",
    "{% endraw %}",
    "{{- ",
    " -%}",
    "namespace(x=1)",
    "ns.x = [ns.x, ns.x]",
    "range(100000)",
    "range(10**9)",
    " * 1000000000",
    " ~ ",
    "| join(x)",
    "| replace('a', 'aaaa')",
    "| list | batch(2)",
    "|sort(attribute='rank')",
    "total(1, [2, [3]])",
    "share(1, 0)",
    "tasks_due",
    ".by('list')",
    ".compare('year')",
    ".records",
    "loop.index",
    "(window=“ytd”)",
    "[[",
    "]]",
    "[[task]]\n",
    "[[meeting]]\n",
    "\"\"\"",
    "'''",
    "\"",
    "'",
    "\\",
    "\\u0000",
    "\\U0010ffff",
    "#",
    "=",
    " = ",
    ".",
    ",",
    "{",
    "}",
    "[",
    "]",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{85}",
    "\u{2028}",
    "\u{1b}[31m",
    "\u{fdd0}1\u{fdd1}",
    "\u{fdd2}",
    "\u{ffff}",
    "\u{10ffff}",
    "e\u{301}",
    "\u{ff5b}\u{ff5b}",
    "”",
    "｜",
    "，",
    "　",
    "0",
    "-1",
    "9223372036854775807",
    "9223372036854775808",
    "1e308",
    "nan",
    "inf",
    "0x7fffffffffffffff",
    "1_000",
    "true",
    "2026-02-30",
    "9999-12-31",
    "0001-01-01",
    "2026-07-01T00:00:00Z",
    "07:32:00",
    "2026Q3",
    "id = \"t-20260701-00000001\"\n",
    "retracted = { on = 2026-07-01, why = \"x\" }\n",
    "updates = [{ on = 2026-07-02, status = \"done\" }]\n",
    "name = \"甲\"\n",
    "kind = \"branch\"\n",
    "no_data = \"未报\"\n",
    "former = [\"b\"]\n",
    "[metric.x]\n",
    "[kind.y]\n",
    "[view.z]\n",
    "unit = \"percent\"\n",
    "where = { list = \"task\" }\n",
    "<<<<<<< a\n",
    "=======\n",
    ">>>>>>> b\n",
    "<w:p>",
    "</w:p>",
    "<w:r><w:t>",
    "</w:t></w:r>",
    "<w:tbl>",
    "</w:tbl>",
    "<w:tr><w:tc>",
    "</w:tc></w:tr>",
    "<w:br/>",
    "<w:tab/>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?",
    "?>",
    "&",
    "&amp;",
    "&#123;",
    "&#x7b;",
    "&#0;",
    "<!DOCTYPE x [<!ENTITY a \"b\">]>",
    "| a | b |\n|---|---|\n",
    "- - - ",
    "**",
    "`",
    "](",
    "<a ",
    "> ",
];

/// The same bytes, a little changed; `other` is what pieces are taken from.
fn mutated(random: &mut Random, bytes: &[u8], other: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..1 + random.below(6) {
        let at = random.below(out.len() + 1);
        let length = random.size(10).min(out.len() - at);
        match random.below(12) {
            0 if at < out.len() => out[at] ^= 1 << random.below(8),
            1 => drop(out.drain(at..at + length)),
            2 => {
                let piece = out[at..at + length].to_vec();
                let to = random.below(out.len() + 1);
                out.splice(to..to, piece);
            }
            3 => {
                let from = random.below(other.len() + 1);
                let piece = other[from..(from + random.below(400)).min(other.len())].to_vec();
                out.splice(at..at + length, piece);
            }
            // Whole lines, as editors and merges move them.
            4 | 5 => {
                let mut lines: Vec<&[u8]> = out.split_inclusive(|b| *b == b'\n').collect();
                if !lines.is_empty() {
                    let (from, to) = (random.below(lines.len()), random.below(lines.len()));
                    match random.below(3) {
                        0 => drop(lines.remove(from)),
                        1 => lines.insert(to, lines[from]),
                        _ => lines.swap(from, to),
                    }
                }
                out = lines.concat();
            }
            6 => {
                let piece = random.one(TOKENS).repeat(random.size(12));
                out.splice(at..at, piece.bytes().take(20_000));
            }
            7 => {
                let (open, close) = [
                    ("[", "]"),
                    ("{", "}"),
                    ("(", ")"),
                    ("{% if 1 %}", "{% endif %}"),
                    ("<w:p>", "</w:p>"),
                ][random.below(5)];
                let deep = random.size(11);
                out.splice(
                    at..at,
                    (open.repeat(deep) + &close.repeat(deep)).into_bytes(),
                );
            }
            8 => drop(
                out.splice(
                    at..at,
                    (0..random.below(8))
                        .map(|_| random.next() as u8)
                        .collect::<Vec<_>>(),
                ),
            ),
            _ => drop(out.splice(at..at, random.one(TOKENS).bytes())),
        }
        out.truncate(200_000);
    }
    out
}

/// Everything that cases begin with.
struct Corpus {
    ledgers: Vec<Vec<u8>>,
    rules: Vec<Vec<u8>>,
    templates: Vec<Vec<u8>>,
    words: Vec<Vec<u8>>,
}

static CORPUS: LazyLock<Corpus> = LazyLock::new(|| {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = |folder: &str, ending: &str| {
        let mut found = Vec::new();
        let mut folders = vec![here.join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder").flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|e| e == ending) {
                    found.push(path);
                }
            }
        }
        found.sort();
        found
    };
    let read = |paths: Vec<PathBuf>| {
        paths
            .into_iter()
            .map(|path| fs::read(path).expect("a file"))
            .collect::<Vec<_>>()
    };
    // The cases of the gallery and of narratives: files in one text, each under a line `== NAME`.
    let sections = |folder: &str, wanted: &dyn Fn(&str) -> bool| {
        let mut found = Vec::new();
        for text in read(files(folder, "txt")) {
            let text = String::from_utf8(text).expect("text");
            for section in text
                .split("\n== ")
                .filter_map(|section| section.split_once('\n'))
            {
                if wanted(section.0.trim_start_matches("== ")) {
                    found.push(section.1.as_bytes().to_vec());
                }
            }
        }
        found
    };
    let sample = files("data-sample/orgs", "toml")
        .into_iter()
        .step_by(9)
        .collect();
    let mut ledgers = read(sample);
    ledgers.extend(read(files("examples", "toml")));
    ledgers.extend(sections("tests/gallery", &|name| name.ends_with(".toml")));
    let mut rules = read(files("src/rules/builtin", "toml"));
    rules.extend(sections("tests/gallery", &|name| {
        name.starts_with("rules/")
    }));
    let mut templates = read(files("src/rules/builtin/templates", "md"));
    templates.extend(sections("tests/narratives", &|name| name == "template.md"));
    templates.extend(sections("tests/templates", &|_| true));
    let words = templates
        .iter()
        .map(|text| {
            document::word(&String::from_utf8_lossy(text), &no_pictures())
                .expect("no picture is refused")
        })
        .collect();
    // Of each, the longest are mostly more of the same.
    let short = |all: Vec<Vec<u8>>| {
        all.into_iter()
            .filter(|bytes| bytes.len() < 40_000)
            .collect::<Vec<_>>()
    };
    Corpus {
        ledgers: short(ledgers),
        rules: short(rules),
        templates: short(templates),
        words,
    }
});

const ORGS: &[(&str, &str)] = &[
    ("a", "name = \"示例党委\"\nkind = \"party-committee\"\n"),
    ("a/b", "name = \"牡丹党支部\"\nkind = \"branch\"\n"),
    (
        "a/c",
        "name = \"{{ x }} & <河>|*党支部\"\nkind = \"branch\"\n",
    ),
];

const TASKS: &str = "[[task]]\nid = \"t-20260701-00000001\"\nlist = \"task\"\ntitle = \"{% raw %}修缮\\n门窗\"\nowner = \"甲\"\nset = 2026-07-01\ndue = 2026-08-20\n\
    updates = [\n    { on = 2026-08-01, status = \"done\" },\n]\n\
    [[task]]\nid = \"t-20260701-00000002\"\nlist = \"problem\"\ntitle = \"乙\"\nowner = \"甲\"\nset = 2026-07-02\ndue = 2026-09-20\n";

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn quarter() -> (Period, Day) {
    (Period::quarter(day("2026-09-30")), day("2026-10-15"))
}

fn desk() -> Arc<Context> {
    let rules = Arc::clone(Rules::built_in());
    let tree = Loaded::from(rules, |rules| {
        Tree::from_texts(rules, ORGS, &[("a/b", TASKS)])
    });
    let names = BTreeMap::from([("district".to_owned(), "示例区".to_owned())]);
    let (period, as_of) = quarter();
    Context::new(tree, names, 0, (period, as_of, None), Locale::new(Lang::Zh))
}

/// Every figure of a tree, as a report shows them.
fn reported(tree: &Tree) {
    let (period, as_of) = quarter();
    let metrics = tree.rules.metrics().iter().collect();
    if !tree.orgs.is_empty() {
        let question = Question {
            org: 0,
            depth: 1,
            own: false,
            period,
            as_of,
            today: None,
            metrics,
            compare: Some(Compare::Previous),
        };
        // A sum that does not fit is an answer too.
        let _ = report(tree, &question);
    }
}

fn a_ledger(bytes: Vec<u8>) {
    let Ok(source) = Source::decode("orgs/a/2026/x-00.toml", bytes) else {
        return;
    };
    let rules = Rules::built_in();
    let tree = Tree::from_texts(rules, ORGS, &[("a", &source.text), ("a/b", TASKS)]);
    check::Checked {
        files: None,
        root: None,
        today: day("2026-11-22"),
    }
    .check(&tree);
    reported(&tree);
    let (before, problems) = records::read_records(&source, rules);
    let Ok(text) = format::ledger(&source, rules) else {
        return;
    };
    assert!(
        problems.iter().all(|p| !p.blocks()),
        "a file that cannot be understood was written anew"
    );
    let once = Source::new(&source.file, text);
    let (after, _) = records::read_records(&once, rules);
    assert_eq!(before.len(), after.len(), "records were lost");
    for (a, b) in before.iter().zip(&after) {
        assert_eq!(
            (&a.id, canon::all_values(a)),
            (&b.id, canon::all_values(b)),
            "a record was changed"
        );
    }
    let twice = format::ledger(&once, rules)
        .unwrap_or_else(|p| panic!("the canonical text cannot be read: {p:?}"));
    assert_eq!(twice, once.text, "the canonical text is not canonical");
}

fn some_rules(bytes: Vec<u8>) {
    let Ok(source) = Source::decode("rules/x.toml", bytes) else {
        return;
    };
    let (rules, problems) = Rules::load(&[source]);
    if problems.iter().any(|p| p.blocks()) {
        return;
    }
    let tree = Tree::from_texts(&rules, ORGS, &[("a/b", TASKS)]);
    check::Checked {
        files: None,
        root: None,
        today: day("2026-11-22"),
    }
    .check(&tree);
    reported(&tree);
}

fn a_template(name: &str, bytes: Vec<u8>) {
    let Ok(template) = Template::read(name, bytes) else {
        return;
    };
    let Ok(Filled::Text(text)) = template.fill(&desk()) else {
        return;
    };
    marks::found(&text);
    let text = marks::stripped(&text);
    document::text(&text, &no_pictures());
    let word = document::word(&text, &no_pictures()).expect("no picture is refused");
    WordFile::open(word)
        .unwrap_or_else(|broken| panic!("the document is no Word file: {broken:?}"));
}

fn no_pictures() -> Pictures<'static> {
    static LOCALE: LazyLock<Locale> = LazyLock::new(|| Locale::new(Lang::Zh));
    Pictures {
        of_image: &[],
        locale: &LOCALE,
        today: "2026-09-30".parse().expect("a day"),
    }
}

fn a_word_file(bytes: Vec<u8>) {
    let Ok(template) = Template::read("t.docx", bytes) else {
        return;
    };
    let Ok(Filled::Word(parts)) = template.fill(&desk()) else {
        return;
    };
    let Template::Word(_, word) = &template else {
        panic!("a Word file is one")
    };
    for xml in parts.values() {
        let part = WordPart::read(xml)
            .unwrap_or_else(|broken| panic!("what is filled in is no XML: {broken:?}"));
        part.text();
        part.lines().for_each(|line| drop(marks::found(line)));
    }
    let parts = parts
        .into_iter()
        .map(|(name, xml)| (name, marks::stripped(&xml)))
        .collect();
    if let Ok(bytes) = word.with(&parts) {
        WordFile::open(bytes)
            .unwrap_or_else(|broken| panic!("the document is no Word file: {broken:?}"));
    }
}

/// A Word file whose document, or whose bytes, are changed.
fn a_changed_word_file(random: &mut Random, file: &[u8], other: &[u8]) -> Vec<u8> {
    if random.below(5) == 0 {
        return mutated(random, file, other);
    }
    let mut archive = ZipArchive::new(Cursor::new(file)).expect("a file");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for n in 0..archive.len() {
        let mut part = archive.by_index(n).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("bytes");
        if name == "word/document.xml" || random.below(8) == 0 {
            bytes = mutated(random, &bytes, other);
        }
        writer
            .start_file(name, SimpleFileOptions::default())
            .expect("a part");
        writer.write_all(&bytes).expect("its bytes");
    }
    writer.finish().expect("a file").into_inner()
}

/// Runs a case; on request its input is printed.
fn case(number: u64, shown: bool) {
    let mut random = Random::new(number);
    let corpus = &*CORPUS;
    let pick = |random: &mut Random, of: &[Vec<u8>]| of[random.below(of.len())].clone();
    let (sort, bytes) = match number % 4 {
        sort @ 0..=2 => {
            let of = [&corpus.ledgers, &corpus.rules, &corpus.templates][sort as usize];
            let (first, other) = (pick(&mut random, of), pick(&mut random, of));
            (sort, mutated(&mut random, &first, &other))
        }
        sort => {
            let (first, other) = (
                pick(&mut random, &corpus.words),
                pick(&mut random, &corpus.templates),
            );
            (sort, a_changed_word_file(&mut random, &first, &other))
        }
    };
    if shown {
        eprintln!("{}", String::from_utf8_lossy(&bytes));
    }
    match sort {
        0 => a_ledger(bytes),
        1 => some_rules(bytes),
        2 => a_template(["t.md", "t.txt"][random.below(2)], bytes),
        _ => a_word_file(bytes),
    }
}

/// Runs a case; a fault is said with its number.
fn survives(number: u64, shown: bool) -> bool {
    let done = catch_unwind(AssertUnwindSafe(|| case(number, shown))).is_ok();
    if !done {
        eprintln!("case {number}: LEDGER_FUZZ_CASE={number} cargo test --test mutation repeats it");
    }
    done
}

/// What the system says of this process's memory under a name, in KiB; nothing where it does not.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| {
        rest.trim_start_matches(':')
            .trim()
            .trim_end_matches("kB")
            .trim()
            .parse()
            .ok()
    })
    .unwrap_or(0)
}

/// How much more memory this process took at its most while something was done, in KiB.
fn taken<T>(what: impl FnOnce() -> T) -> (u64, T) {
    // The peak begins anew. What a case leaves behind (figures that were printed know their desk,
    // and it them) is not its own.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let before = memory("VmRSS");
    let done = what();
    (memory("VmHWM").saturating_sub(before), done)
}

/// Runs cases for so long; the process ends at once where one hangs or takes too much memory.
fn long(seconds: u64) {
    let (running, since) = (Arc::new(AtomicU64::new(u64::MAX)), Instant::now());
    let watched = Arc::clone(&running);
    std::thread::spawn(move || {
        let (mut last, mut began) = (u64::MAX, Instant::now());
        loop {
            std::thread::sleep(Duration::from_millis(200));
            let now = watched.load(Ordering::Relaxed);
            if now != last {
                (last, began) = (now, Instant::now());
            } else if now != u64::MAX && began.elapsed() > LONGEST {
                eprintln!("case {now} has run for {LONGEST:?}");
                std::process::abort();
            }
        }
    });
    let first = std::env::var("LEDGER_FUZZ_FROM")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1_000_000);
    let (mut number, mut faults, mut slowest, mut largest) =
        (first, Vec::new(), (Duration::ZERO, 0), (0, 0));
    while since.elapsed() < Duration::from_secs(seconds) {
        running.store(number, Ordering::Relaxed);
        let began = Instant::now();
        let (memory, done) = taken(|| survives(number, false));
        if !done {
            faults.push(number);
        }
        slowest = slowest.max((began.elapsed(), number));
        largest = largest.max((memory, number));
        assert!(
            memory <= MOST_MEMORY,
            "case {number} has taken {memory} KiB"
        );
        number += 1;
    }
    running.store(u64::MAX, Ordering::Relaxed);
    eprintln!(
        "{} cases in {seconds} s, slowest {slowest:?}, largest {largest:?} KiB, faults {faults:?}",
        number - first
    );
    assert!(faults.is_empty(), "cases that failed: {faults:?}");
}

#[test]
fn changed_files_are_read_or_refused() {
    let wanted = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    if let Some(number) = wanted("LEDGER_FUZZ_CASE") {
        assert!(survives(number, true));
    } else if let Some(seconds) = wanted("LEDGER_FUZZ_SECONDS") {
        long(seconds);
    } else {
        let faults: Vec<u64> = (0..4 * IN_SUITE)
            .filter(|&number| !survives(number, false))
            .collect();
        assert!(faults.is_empty(), "cases that failed: {faults:?}");
    }
}
