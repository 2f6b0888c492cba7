//! Reports as SQL: the text in both dialects, what is refused, and, where an engine is there, every
//! figure against the program's own: of the sample, and of made-up rules and ledgers.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::engine::Engine;
use common::random::{self, Dice};
use common::{Ledger, expect_file, run, sample_folder};
use ledger::number::Decimal;
use ledger::rules::Rules;
use serde_json::Value as Json;
use tempfile::TempDir;

#[test]
fn the_text_reads_as_it_stands_here() {
    let sample = sample_folder();
    let root = sample.to_str().expect("text");
    for dialect in ["duckdb", "spark"] {
        let asked = [
            "sql",
            "tasks_done_on_time",
            "regular_met",
            "filings_on_time_rate",
        ];
        let rest = [
            "--quarter",
            "2026Q1",
            "--as-of",
            "2026-04-20",
            "--dialect",
            dialect,
        ];
        let ran = run(&[&["--root", root], &asked[..], &rest].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        expect_file(&format!("tables/figures.{dialect}.sql"), &ran.out);
    }
}

#[test]
fn a_report_of_many_figures_comes_in_several_statements() {
    let ledger = Ledger::new(&[]);
    let few = ledger.ok(&["sql", "visits_made，tasks_due", "visits_made"]);
    assert!(!few.contains(';'), "one statement");
    let many = ledger.ok(&["sql"]);
    let statements: Vec<&str> = many.split(";\n").collect();
    assert_eq!(statements.len(), 3, "two parts, and the rows");
    assert!(!statements[2].contains("WITH"), "{}", statements[2]);
    let standard = Rules::built_in().layout("standard").expect("a report");
    for (_, column) in standard.columns() {
        assert!(statements[2].contains(&column.metric), "{}", column.metric);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("report.sql");
    let path = out.to_str().expect("text");
    let said = ledger.ok(&["sql", "--report", "standard", "--out", path]);
    assert_eq!(said, "", "the text is in the file");
    assert_eq!(std::fs::read_to_string(&out).expect("a file"), many);
}

#[test]
fn what_cannot_be_computed_there_is_refused_by_name() {
    let rules = "[[metric]]\nname = \"renamed\"\nzh = \"更名\"\nen = \"renamed\"\nunit = \"items\"\n\
                 organisations = true\nwhere = { former_names = \"旧名\" }\n\n[[metric]]\nname = \"place\"\nzh = \
                 \"场所\"\nen = \"places\"\nkind = \"meeting\"\ndistinct = \"place\"\n\n[[report]]\nname = \"by\"\n\
                 zh = \"分领域\"\nen = \"by sector\"\nrows = { by = \"org.sector\" }\n[[report.block]]\nzh = \
                 \"任务\"\nen = \"tasks\"\ncolumns = [{ metric = \"tasks_due\", zh = \"任务\", en = \"tasks\" \
                 }]\n";
    let ledger = Ledger::new(&[("rules/own.toml", rules)]);
    for (asked, words) in [
        (&["sql", "tasks_due", "renamed"][..], "renamed"),
        (&["sql", "place"], "places"),
        (&["sql", "--report", "by"], "by sector"),
        (&["sql", "no_such_figure"], "no_such_figure"),
    ] {
        let ran = ledger.run(asked);
        assert_eq!((ran.code, &*ran.out), (2, ""), "{asked:?}: {}", ran.err);
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    let ran = ledger.run(&["sql", "renamed", "--lang", "zh-CN"]);
    assert!(ran.err.contains("“更名”（renamed）"), "{}", ran.err);
}

/// A question about an exported ledger: what the program says, and what an engine is to be asked.
struct Case {
    /// What it is, for a message.
    name: String,
    /// The columns, and the program's rows.
    rows: Vec<Vec<String>>,
    text: String,
}

/// An exported ledger with questions.
struct World {
    _ledger: Ledger,
    folder: TempDir,
    cases: Vec<Case>,
}

impl World {
    fn new(
        name: &str,
        (ledger, metrics): (Ledger, &[&str]),
        dialect: &str,
        questions: &[Vec<String>],
    ) -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().to_str().expect("text");
        let exported = ledger.run(&["export", "--out", out]);
        assert_eq!(exported.code, 0, "{}", exported.err);
        let case = |question: &Vec<String>| {
            let question: Vec<&str> = question.iter().map(String::as_str).collect();
            let names = metrics.join(",");
            let report = ["report", "--metrics", &names, "--raw", "--format", "csv"];
            let report = ledger.run(&[&report[..], &question].concat());
            assert_eq!(report.code, 0, "{question:?}: {}", report.err);
            let sql = ["sql", &names, "--dialect", dialect];
            let sql = ledger.run(&[&sql[..], &question].concat());
            assert_eq!(sql.code, 0, "{question:?}: {}", sql.err);
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(report.out.as_bytes());
            let rows = reader.records().map(|row| {
                let row = row.expect("a row");
                row.iter().map(str::to_owned).collect()
            });
            Case {
                name: format!("{name} {}", question.join(" ")),
                rows: rows.collect(),
                text: sql.out,
            }
        };
        let cases = questions.iter().map(case).collect();
        World {
            _ledger: ledger,
            folder,
            cases,
        }
    }

    /// A made-up one with rules of its own, and three questions.
    fn made_up(seed: u64, dialect: &str) -> World {
        let dice = &mut Dice::new(seed);
        let files = random::files(dice);
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let ledger = Ledger::new(&files);
        let metrics = named(
            files
                .iter()
                .find(|(path, _)| path.ends_with("metrics.toml")),
        );
        let questions: Vec<Vec<String>> = (0..3).map(|_| question(dice)).collect();
        World::new(
            &format!("seed {seed}"),
            (ledger, &metrics),
            dialect,
            &questions,
        )
    }
}

/// The names of the metrics of a file.
fn named<'t>(file: Option<&(&'t str, &'t str)>) -> Vec<&'t str> {
    let (_, text) = file.expect("a file of metrics");
    let lines = text.lines();
    let names = lines.filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    names.collect()
}

const PERIODS: &[&str] = &[
    "2026Q1",
    "2026Q1",
    "2026Q2",
    "2026",
    "2026",
    "2025",
    "2026H1",
    "2026-03",
    "2025Q4..2026Q1",
];

fn question(dice: &mut Dice) -> Vec<String> {
    let period = dice.one(PERIODS);
    let mut asked = vec!["--quarter".to_owned(), period.to_owned()];
    if !dice.once_in(4) {
        asked.extend(["--as-of".to_owned(), dice.day().to_string()]);
    }
    let today = dice.day().to_string();
    asked.extend(["--today".to_owned(), today]);
    let org = dice.one(&["a", "a", "a", "a/b", "a/g"]);
    asked.extend(["--org".to_owned(), org.to_owned()]);
    let depth = dice.below(4).to_string();
    asked.extend(["--depth".to_owned(), depth]);
    if dice.once_in(4) {
        asked.push("--own".to_owned());
    }
    asked
}

/// How many cells there are, and which are not as the program has them.
fn unequal(case: &Case, answer: &Json) -> (usize, Vec<String>) {
    let Some(rows) = answer.as_array() else {
        return (0, vec![format!("{}: {answer}", case.name)]);
    };
    let (head, expected) = case.rows.split_first().expect("a heading");
    let mut found = Vec::new();
    if rows.len() != expected.len() {
        found.push(format!(
            "{}: {} rows, not {}",
            case.name,
            rows.len(),
            expected.len()
        ));
    }
    for (row, expected) in rows.iter().zip(expected) {
        let cells = row.as_array().expect("a row");
        assert_eq!(cells.len(), expected.len(), "{}", case.name);
        for (n, (cell, expected)) in cells.iter().zip(expected).enumerate() {
            let cell = match cell {
                Json::Null => String::new(),
                Json::String(text) => text.clone(),
                other => other.to_string(),
            };
            if plain(&cell) != plain(expected) {
                let (metric, org) = (&head[n], &expected_row(row));
                found.push(format!(
                    "{}: {metric} of {org}: {cell}, not {expected}",
                    case.name
                ));
            }
        }
    }
    (head.len() * expected.len(), found)
}

fn expected_row(row: &Json) -> String {
    format!("{} {}", row[0], row[1])
}

/// A number without noughts at its end.
fn plain(text: &str) -> String {
    let number: Result<Decimal, _> = text.parse();
    number.map_or_else(|_| text.to_owned(), |number| number.to_string())
}

/// Holds an engine's answers to the program's.
fn hold(engine: &mut Engine, worlds: &[World]) {
    let mut cells = 0;
    for world in worlds {
        engine.load(world.folder.path());
        for case in &world.cases {
            let (of_case, wrong) = unequal(case, &engine.answer(&case.text));
            cells += of_case;
            let first = &wrong[..wrong.len().min(9)];
            assert!(wrong.is_empty(), "{first:#?}\n{}", case.text);
        }
    }
    assert!(cells > 0, "nothing was compared");
}

/// The sample with all built-in metrics: periods, each as of two days.
fn sample(dialect: &str, periods: &[&str]) -> World {
    let metrics: Vec<&str> = Rules::built_in()
        .metrics()
        .iter()
        .map(|m| m.name.as_str())
        .collect();
    let mut questions = Vec::new();
    for period in periods {
        for as_of in ["2026-11-20", "2026-08-20"] {
            questions.push(
                ["--quarter", period, "--as-of", as_of, "--depth", "2"]
                    .map(str::to_owned)
                    .to_vec(),
            );
        }
    }
    World::new("sample", (Ledger::sample(), &metrics), dialect, &questions)
}

#[test]
fn duckdb_says_of_the_sample_what_the_program_says() {
    let Some(mut duckdb) = Engine::duckdb() else {
        return;
    };
    hold(
        &mut duckdb,
        &[sample(
            "duckdb",
            &["2026Q1", "2026Q2", "2026Q3", "2026H1", "2026"],
        )],
    );
}

#[test]
fn duckdb_says_of_made_up_rules_and_ledgers_what_the_program_says() {
    let Some(mut duckdb) = Engine::duckdb() else {
        return;
    };
    let count = std::env::var("LEDGER_SQL_CASES").ok();
    let count = count.and_then(|count| count.parse().ok()).unwrap_or(24);
    let worlds: Vec<World> = (0..count)
        .map(|seed| World::made_up(seed, "duckdb"))
        .collect();
    hold(&mut duckdb, &worlds);
    // A figure that is nothing everywhere would show nothing.
    let mut some: BTreeMap<&str, bool> = BTreeMap::new();
    for case in worlds.iter().flat_map(|world| &world.cases) {
        let (head, rows) = case.rows.split_first().expect("a heading");
        for (n, name) in head.iter().enumerate().skip(3) {
            let is_some = rows
                .iter()
                .any(|row| !["", "0"].contains(&&*plain(&row[n])));
            *some.entry(name).or_default() |= is_some;
        }
    }
    let none: BTreeSet<&str> = some
        .iter()
        .filter(|(_, some)| !**some)
        .map(|(name, _)| *name)
        .collect();
    assert!(none.is_empty(), "always nothing: {none:?}");
}

/// Rules whose numbers go to the limits: their sum, their quotient, a score and places by it.
const LARGE: &str = r#"
[[kind]]
name = "large"
zh = "大数"
en = "large"
prefix = "lg"
period = "date"
start = "date"
title = "date"
field = [
    { name = "date", zh = "日期", en = "date", type = "date", required = true },
    { name = "n", zh = "数", en = "n", type = "integer", max = 99999999999999 },
    { name = "m", zh = "总数", en = "m", type = "integer", max = 99999999999999 },
]
[[metric]]
name = "n"
zh = "数"
en = "n"
kind = "large"
sum = "n"
[[metric]]
name = "m"
zh = "总数"
en = "m"
kind = "large"
sum = "m"
[[metric]]
name = "part"
zh = "比率"
en = "part"
unit = "percent"
ratio = { of = ["n"], to = ["m"] }
[[metric]]
name = "points"
zh = "得分"
en = "points"
unit = "points"
score = [{ metric = "part", weight = 30 }, { metric = "part", weight = 70 }]
[[metric]]
name = "order"
zh = "位次"
en = "order"
unit = "rank"
rank = "part"
"#;

/// Three organisations, of which the quotients of two differ in the fourteenth digit only.
fn near_the_limits(dialect: &str) -> World {
    let numbers = [
        ("a/b", 33_333_333_333_333, 49_999_999_999_998),
        ("a/c", 33_333_333_333_334, 49_999_999_999_999),
        ("a/d", 1, 2),
    ];
    let asked = [["--quarter", "2026Q1"].map(str::to_owned).to_vec()];
    let names = ["n", "m", "part", "points", "order"];
    World::new("large", (large(&numbers, 3), &names), dialect, &asked)
}

/// A ledger with so many records of these numbers in each organisation.
fn large(numbers: &[(&str, i64, i64)], count: usize) -> Ledger {
    let mut files = vec![("rules/large.toml".to_owned(), LARGE.to_owned())];
    for (k, (org, n, m)) in numbers.iter().enumerate() {
        let name = org.rsplit('/').next().unwrap_or_default();
        let text = format!("name = \"示例{name}\"\nkind = \"branch\"\n");
        files.push((format!("orgs/{org}/org.toml"), text));
        let record = |number: usize| {
            let id = format!("lg-20260105-{k:02}{number:06}");
            format!("[[large]]\nid = \"{id}\"\ndate = 2026-01-05\nn = {n}\nm = {m}\n\n")
        };
        let text: String = (0..count).map(record).collect();
        files.push((format!("orgs/{org}/2026/test-0{k}.toml"), text));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    Ledger::new(&files)
}

#[test]
fn numbers_near_the_limits_are_exact_or_an_error() {
    let Some(mut duckdb) = Engine::duckdb() else {
        return;
    };
    hold(&mut duckdb, &[near_the_limits("duckdb")]);
    // Beyond 18 digits the program says so, and the engine has all of them.
    let most = 99_999_999_999_999;
    let numbers = [("a/b", most, 1), ("a/c", most, 1)];
    let ledger = large(&numbers, 6000);
    let ran = ledger.run(&["report", "--metrics", "n", "--quarter", "2026Q1"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    let folder = tempfile::tempdir().expect("a folder");
    ledger.ok(&["export", "--out", folder.path().to_str().expect("text")]);
    duckdb.load(folder.path());
    let text = ledger.ok(&["sql", "n", "--quarter", "2026Q1"]);
    let total = duckdb.answer(&text)[3][3].to_string();
    assert_eq!(total, "1199999999999988000");
}

/// Slips that the comparison must see: each a text and what stands in its place.
const SLIPS: &[(&str, &str)] = &[
    ("WHERE NOT r.retracted AND r.starts <=", "WHERE r.starts <="),
    ("r.starts <= DATE", "r.starts < DATE"),
    ("u.\"on\" DESC, u.n DESC", "u.\"on\" DESC, u.n"),
    ("WHERE u.\"on\" <= DATE", "WHERE u.\"on\" < DATE"),
    ("COALESCE(r.extended_to, r.due)", "r.due"),
    ("o.dissolved > w.last_day", "o.dissolved >= w.first_day"),
    ("o.founded <= w.first_day", "o.founded <= w.last_day"),
    (
        "e.until >= w.first_day AND e.until >= e.\"from\"",
        "e.until >= w.last_day",
    ),
    ("r.starts <= w.over", "r.starts < w.over"),
    ("BETWEEN w.on_time_from AND", "BETWEEN w.first_day AND"),
    ("w.over <= w.judged", "w.over < w.judged"),
    ("r.ends >= w.last_day", "r.ends >= w.first_day"),
    (
        "LEAST(COALESCE(r.ends, w.last_day), w.last_day)",
        "w.last_day",
    ),
    ("r.k <= a.times", "r.k < a.times"),
    ("h.n DESC) AS back", "h.n) AS back"),
    ("RANK() OVER", "DENSE_RANK() OVER"),
    ("COUNT(DISTINCT v.value)", "COUNT(v.value)"),
    ("r.ends >= DATE", "r.ends > DATE"),
    ("NULLS LAST, r.seq DESC", "NULLS LAST, r.seq"),
    ("TRANSLATE(", "COALESCE("),
    ("HAVING COUNT(*) = 1", "HAVING COUNT(*) > 1"),
    ("_up_whole + f.scored_tenths_weight", "_up_whole"),
    ("* 1000000 + f.", "* 1000000 - f."),
    (
        "2 * v.k IN (v.n, v.n + 1, v.n + 2)",
        "2 * v.k IN (v.n, v.n + 1)",
    ),
    ("v.vetoes > 0", "v.vetoes > 9"),
    ("p.points * a.persons < a.points", "p.points < a.points"),
    ("u.distance > 0", "u.distance >= 0"),
    ("r.why IS NULL", "TRUE"),
    ("NOT COALESCE(", "COALESCE("),
];

#[test]
fn a_slip_in_the_text_would_be_seen() {
    let Some(mut duckdb) = Engine::duckdb() else {
        return;
    };
    let mut unseen: Vec<(&str, &str)> = SLIPS.to_vec();
    // Most are seen at once, some only where days happen to fall together.
    for seed in 0..60 {
        if unseen.is_empty() {
            break;
        }
        let world = World::made_up(seed, "duckdb");
        duckdb.load(world.folder.path());
        for case in &world.cases {
            unseen.retain(|(from, to)| {
                let changed = case.text.replace(from, to);
                if changed == case.text {
                    return true;
                }
                let answer = duckdb.answer(&changed);
                assert!(answer.is_array(), "{from} → {to}: {answer}");
                unequal(case, &answer).1.is_empty()
            });
        }
    }
    assert!(unseen.is_empty(), "not seen, or nowhere: {unseen:#?}");
}

#[test]
fn spark_says_what_the_program_says() {
    let Some(mut spark) = Engine::spark() else {
        return;
    };
    let one = |world: World, count: usize| World {
        cases: world.cases.into_iter().take(count).collect(),
        ..world
    };
    let worlds = (0..10).map(|seed| one(World::made_up(seed, "spark"), 1));
    hold(&mut spark, &worlds.collect::<Vec<_>>());
    hold(&mut spark, &[near_the_limits("spark")]);
    // Two periods.
    hold(&mut spark, &[one(sample("spark", &["2026Q3"]), 1)]);
    hold(&mut spark, &[one(sample("spark", &["2026"]), 1)]);
}
