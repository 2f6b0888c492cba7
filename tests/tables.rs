//! A ledger as the tables of a database: each row as its columns say, whole or not at all, loaded by
//! the script that comes with it.

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::Ledger;
use common::engine::Engine;
use ledger::rules::Rules;
use ledger::sql::tables::tables;

/// The rows of a table, each cell by its column; none where nothing stands.
fn rows(folder: &Path, partition: &str, table: &str) -> Vec<BTreeMap<String, Option<String>>> {
    let path = folder.join(format!("partition={partition}/{table}.csv"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path:?}: {e}"));
    // What stands in quotation marks is a text, though it is empty.
    let text = text
        .replace(",\"\",", ",\u{1},")
        .replace(",\"\"\n", ",\u{1}\n");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().expect("a heading").clone();
    let cell = |text: &str| match text {
        "" => None,
        "\u{1}" => Some(String::new()),
        text => Some(text.to_owned()),
    };
    let row = |row: csv::StringRecord| {
        let cells = row.iter().map(cell);
        names.iter().map(str::to_owned).zip(cells).collect()
    };
    let rows = reader.records();
    rows.map(|found| row(found.expect("as many cells as columns")))
        .collect()
}

fn exported(ledger: &Ledger, folder: &Path) {
    let ran = ledger.run(&["export", "--out", folder.to_str().expect("text")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
}

const MIXED: &str = r#"[[meeting]]
id = "m-20260703-00000001"
date = 2026-07-03
type = "regular"
title = "一,\"二\"\n三"
host = "区委书记甲、乙"
due = 12
note = ""
agenda = ["丙", "丁"]

[[task]]
id = "t-20260703-00000002"
list = "task"
title = "标识"
owner = "党建办"
set = 2026-07-03
due = 2026-09-20
updates = [
    { on = 2026-08-10, status = "in-progress", percent = 60 },
    { on = 2026-09-18, status = "done", by = "乙" },
]

[[fund]]
id = "fu-20260704-00000003"
date = 2026-07-04
stage = "spent"
source = "dues"
purpose = "training"
amount = 3500.5
retracted = { on = 2026-07-05, why = "误记" }

[[service]]
id = "sv-20260705-00000004"
month = "2026-07"
accepted = 3
completed = 3
"#;

#[test]
fn a_row_says_what_a_record_says() {
    let ledger = Ledger::new(&[
        (
            "orgs/a/b/org.toml",
            "name = \"乙支部\"\nkind = \"branch\"\nfounded = 2026-01-01\n",
        ),
        ("orgs/a/b/2026/x-00.toml", MIXED),
    ]);
    let fund = ledger.run(&["list", "fund", "--retracted", "--format", "json"]);
    let folder = tempfile::tempdir().expect("a folder");
    exported(&ledger, folder.path());
    let of = |table: &str| rows(folder.path(), "a", table);
    let text = |row: &BTreeMap<String, Option<String>>, name: &str| row[name].clone();
    let meeting = &of("meeting")[0];
    assert_eq!(text(meeting, "title").as_deref(), Some("一,\"二\"\n三"));
    assert_eq!(
        (text(meeting, "note"), text(meeting, "place")),
        (Some(String::new()), None)
    );
    assert_eq!(text(meeting, "agenda_count").as_deref(), Some("2"));
    assert_eq!(text(meeting, "org").as_deref(), Some("a/b"));
    let updates = of("task_update");
    assert_eq!(updates.len(), 2);
    assert_eq!(text(&updates[1], "status").as_deref(), Some("done"));
    assert_eq!(
        (
            text(&updates[1], "n").as_deref(),
            text(&updates[1], "percent")
        ),
        (Some("1"), None)
    );
    let agenda = of("meeting_agenda");
    assert_eq!(text(&agenda[1], "value").as_deref(), Some("丁"));
    // Who is named, alone and after an office.
    let mut named: Vec<_> = of("person_named")
        .iter()
        .filter_map(|row| text(row, "name"))
        .collect();
    named.sort();
    assert_eq!(named, ["乙", "党建办", "区委书记甲", "甲"]);
    let orgs = of("org");
    assert_eq!(
        (text(&orgs[0], "above"), text(&orgs[1], "above").as_deref()),
        (None, Some("a"))
    );
    assert_eq!(text(&orgs[1], "depth").as_deref(), Some("2"));
    assert_eq!(of("org_above").len(), 3);
    assert!(fund.code == 0, "{}", fund.err);
}

#[test]
fn tables_have_the_columns_that_the_rules_say_and_every_record_of_the_sample() {
    let ledger = Ledger::sample();
    let folder = tempfile::tempdir().expect("a folder");
    exported(&ledger, folder.path());
    let mut records = 0;
    for table in tables(Rules::built_in()) {
        let path = folder
            .path()
            .join(format!("partition=jianxi/{}.csv", table.name));
        let text = std::fs::read_to_string(path).expect("text");
        let names: Vec<&str> = table
            .columns
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(
            text.lines().next(),
            Some(&*names.join(",")),
            "{}",
            table.name
        );
        let found = rows(folder.path(), "jianxi", &table.name);
        if Rules::built_in().kind(&table.name).is_some() {
            records += found.len();
        }
    }
    assert_eq!(records, 5765);
}

#[test]
fn an_export_replaces_its_own_rows_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = Ledger::new(&[("orgs/a/2026/x-00.toml", MIXED)]);
    exported(&one, folder.path());
    let other = Ledger::new(&[(
        "orgs/z/org.toml",
        "name = \"另一区\"\nkind = \"district-committee\"\n",
    )]);
    std::fs::remove_dir_all(other.path().join("orgs/a")).expect("it goes");
    exported(&other, folder.path());
    assert_eq!(
        rows(folder.path(), "a", "meeting").len(),
        1,
        "the other ledger's stay"
    );
    assert_eq!(rows(folder.path(), "z", "org").len(), 1);
    // A ledger that cannot be read leaves what was exported before.
    one.write("orgs/a/2026/x-01.toml", b"[[meeting]]\nid = \n");
    let ran = one.run(&["export", "--out", folder.path().to_str().expect("text")]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert_eq!(rows(folder.path(), "a", "meeting").len(), 1);
    let names = std::fs::read_dir(folder.path())
        .expect("a folder")
        .flatten();
    let hidden = names.filter(|entry| entry.file_name().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0, "nothing half written is left");
    // Fewer records the next time.
    one.write("orgs/a/2026/x-00.toml", b"");
    one.write("orgs/a/2026/x-01.toml", b"");
    exported(&one, folder.path());
    assert_eq!(rows(folder.path(), "a", "meeting").len(), 0);
}

/// Asked for by `LEDGER_DUCKDB`: a Python that has DuckDB.
#[test]
fn duckdb_loads_what_was_exported() {
    let Some(mut duckdb) = Engine::duckdb() else {
        return;
    };
    let ledger = Ledger::new(&[("orgs/a/2026/x-00.toml", MIXED)]);
    let folder = tempfile::tempdir().expect("a folder");
    exported(&ledger, folder.path());
    let asked = [
        "SELECT title, note, place, date, due, retracted FROM meeting",
        "SELECT amount, typeof(amount), retracted FROM fund",
        "SELECT month, month_first, month_last FROM service",
        "SELECT record, \"on\", percent FROM task_update ORDER BY n",
        "SELECT COUNT(*) FROM org",
    ];
    duckdb.load(folder.path());
    let said = asked.map(|text| duckdb.answer(text).to_string());
    let expected = [
        r#"[["一,\"二\"\n三","",null,"2026-07-03",12,false]]"#,
        r#"[["3500.50","DECIMAL(18,2)",true]]"#,
        r#"[["2026-07","2026-07-01","2026-07-31"]]"#,
        r#"[["t-20260703-00000002","2026-08-10",60],["t-20260703-00000002","2026-09-18",null]]"#,
        "[[1]]",
    ];
    assert_eq!(said, expected);
}
