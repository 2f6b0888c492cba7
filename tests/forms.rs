//! Forms from below: a gallery of messy ones with what must come of each, forms that are given out
//! and come back, and files that no honest office sends.

mod common;

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use common::{Ledger, run};
use ledger::day::{Day, Period};
use ledger::form::given::{self, GivenCell, GivenForm};
use ledger::form::plan::{Action, Plan, Planner};
use ledger::form::{self, CellProblem, Request};
use ledger::locale::Lang;
use ledger::name::RecordId;
use ledger::number::Decimal;
use ledger::problem::Rule;
use ledger::record::{Origin, Record, Value};
use ledger::render::forms;
use ledger::rules::Rules;
use ledger::rules::kind::{FieldDef, FieldType, Kind};
use ledger::sheet;
use ledger::tree::{OwnedRecord, Tree, canon};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

const TODAY: &str = "2026-11-26";

fn gallery() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forms");
    let entries = fs::read_dir(folder).expect("the gallery");
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    found.sort();
    found
}

/// The form beside what must come of it.
fn form_of(expected: &Path) -> PathBuf {
    ["xlsx", "xls", "ods", "csv", "tsv"]
        .iter()
        .map(|ending| expected.with_extension(ending))
        .find(|path| path.exists())
        .expect("a form")
}

fn texts(json: &Json) -> Vec<&str> {
    let items = json.as_array().into_iter().flatten();
    items.filter_map(Json::as_str).collect()
}

/// How a row that came out differs from what must come out.
fn differences(expected: &Json, found: &Json) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut compare = |key: &str| {
        if expected.get(key).is_some() && expected[key] != found[key] {
            wrong.push(format!(
                "{key}: {} instead of {}",
                found[key], expected[key]
            ));
        }
    };
    ["action", "org", "changed"]
        .iter()
        .for_each(|key| compare(key));
    if let Some(record) = expected["record"].as_object() {
        for (field, value) in record {
            if found["record"][field] != *value {
                wrong.push(format!(
                    "{field}: {} instead of {value}",
                    found["record"][field]
                ));
            }
        }
        // What is added has nothing that the form does not say.
        let more = found["record"].as_object().into_iter().flatten();
        let more = more.filter(|(field, _)| !record.contains_key(*field));
        if expected["action"] == "add" {
            wrong.extend(more.map(|(field, value)| format!("{field}: {value} too")));
        }
    }
    if expected.get("cells").is_some() {
        let problems = found["problems"].as_array().into_iter().flatten();
        let cells: BTreeSet<&str> = problems.filter_map(|p| p["cell"].as_str()).collect();
        if cells != texts(&expected["cells"]).into_iter().collect() {
            wrong.push(format!(
                "problems {} instead of {}",
                found["problems"], expected["cells"]
            ));
        }
    }
    wrong
}

#[test]
fn messy_forms_become_the_records_they_mean() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data-sample");
    let sample = sample.to_str().expect("a path");
    let gallery = gallery();
    assert!(gallery.len() >= 12, "{gallery:?}");
    let mut wrong = Vec::new();
    for path in gallery {
        let expected: Json =
            serde_json::from_slice(&fs::read(&path).expect("a file")).expect("JSON");
        let form = form_of(&path);
        let args = texts(&expected["args"]);
        let mut line = vec![
            "--root",
            sample,
            "import",
            args[0],
            form.to_str().expect("a path"),
        ];
        line.extend(&args[1..]);
        line.extend([
            "--dry-run",
            "--format",
            "json",
            "--lang",
            "zh-CN",
            "--today",
            TODAY,
        ]);
        let ran = run(&line);
        let name = form
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let mut note = |text: String| wrong.push(format!("{name}: {text}"));
        for text in texts(&expected["never"]) {
            if ran.out.contains(text) || ran.err.contains(text) {
                note(format!("repeats {text}"));
            }
        }
        let Ok(out) = serde_json::from_str::<Json>(&ran.out) else {
            note(format!("no JSON, but {}", ran.err));
            continue;
        };
        let out = &out["files"][0];
        let mut found: VecDeque<&Json> = out["rows"].as_array().into_iter().flatten().collect();
        for row in expected["rows"].as_array().into_iter().flatten() {
            let is_text = ["csv", "tsv"].iter().any(|ending| name.ends_with(ending));
            match found.pop_front() {
                Some(other)
                    if row["row"] == other["row"]
                        && (is_text || row["sheet"] == other["sheet"]) =>
                {
                    let differences = differences(row, other);
                    differences
                        .iter()
                        .for_each(|text| note(format!("row {}: {text}", row["row"])));
                }
                other => note(format!("{other:?} instead of row {}", row["row"])),
            }
        }
        found.iter().for_each(|row| note(format!("{row} too")));
        let left: BTreeSet<&str> = out["left_out"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|left| left["heading"].as_str())
            .collect();
        if left != texts(&expected["left_out"]).into_iter().collect() {
            note(format!("left out {left:?}"));
        }
        let sums = |json: &Json| -> BTreeSet<String> {
            let sums = json["sums"].as_array().into_iter().flatten();
            let number = |json: &Json| json.as_f64().unwrap_or_default();
            sums.map(|sum| {
                format!(
                    "{} {} {}",
                    sum["cell"],
                    number(&sum["says"]),
                    number(&sum["rows_say"])
                )
            })
            .collect()
        };
        if sums(out) != sums(&expected) {
            note(format!("sums {:?}", sums(out)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn in_ledger(ledger: &Ledger, path: &str) -> String {
    let path = ledger.path().join(path);
    path.to_str().expect("a path").to_owned()
}

/// The names of what lies in a folder.
fn files(ledger: &Ledger, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(ledger.path().join(folder))
        .into_iter()
        .flatten();
    let names = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// A form of meetings in separated values.
const MEETINGS: &str = "组织,召开日期,类型,主题,应到人数,实到人数\n\
    示例党委,2026-07-03,例会,七月例会,12,11\n\
    示例党委,2026-08-03,例会,八月例会,12,13\n";

#[test]
fn nothing_is_written_unless_all_is_right_or_the_rest_is_left_behind() {
    let ledger = Ledger::new(&[("form.csv", MEETINGS)]);
    let form = in_ledger(&ledger, "form.csv");
    let ran = ledger.run(&["import", "meeting", &form, "--yes"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("F3"), "{}", ran.err);
    assert_eq!(files(&ledger, "orgs/a/2026"), Vec::<String>::new());
    // Nobody can be asked.
    let ran = ledger.run(&["import", "meeting", &form, "--skip-bad"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    let back = in_ledger(&ledger, "back.xlsx");
    let ran = ledger.run(&[
        "import",
        "meeting",
        &form,
        "--skip-bad",
        "--yes",
        "--refused",
        &back,
    ]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(files(&ledger, "orgs/a/2026"), ["test-00.toml"]);
    // What goes back says why, and can be taken in once it is put right.
    let book = sheet::read("back.xlsx", &fs::read(&back).expect("a file")).expect("a workbook");
    let last = book.sheets[0].width() - 1;
    let cells: Vec<String> = book.sheets[0]
        .rows()
        .flat_map(|row| book.sheets[0].row(row))
        .filter(|(column, _)| *column == last)
        .map(|(_, cell)| cell.typed())
        .collect();
    assert_eq!(cells.len(), 2, "{cells:?}");
    assert!(cells[1].contains("13"), "{cells:?}");
    let ran = ledger.run(&["import", "meeting", &form, "--skip-bad", "--yes"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let text =
        fs::read_to_string(in_ledger(&ledger, "orgs/a/2026/test-00.toml")).expect("a ledger");
    assert_eq!(text.matches("[[meeting]]").count(), 1, "{text}");
}

#[test]
fn what_is_sent_back_says_whose_it_is_and_hides_numbers_of_persons() {
    let ledger = Ledger::new(&[]);
    for (path, name) in [("a/b", "甲支部"), ("a/c", "乙支部")] {
        let org = format!("name = \"{name}\"\nkind = \"branch\"\n");
        ledger.write(&format!("orgs/{path}/org.toml"), org.as_bytes());
    }
    let rows = "2026年会议,,,,\n组织,日期,类型,主题,备注\n甲支部,11月3日,学习,一,13800138000\n\
                ,11月4日,茶话会,二,110105194912310021\n乙支部,11月5日,学习,三,\n,11月6日,茶话会,四,\n";
    ledger.write("表.csv", rows.as_bytes());
    let at = |name: &str| ledger.path().join(name).to_str().expect("text").to_owned();
    let (form, back) = (at("表.csv"), at("退回.xlsx"));
    let more = ["--yes", "--skip-bad", "--refused", &back];
    let ran = ledger.run(&[&["import", "meeting", &form][..], &more].concat());
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let book = sheet::read("退回.xlsx", &fs::read(&back).expect("a file")).expect("a workbook");
    let of_row = |row: u32| -> Vec<String> {
        let cells = book.sheets[0].row(row);
        cells.map(|(_, cell)| cell.typed()).collect()
    };
    let all: Vec<Vec<String>> = book.sheets[0].rows().map(of_row).collect();
    assert_eq!(all[0], ["2026年会议"]);
    let orgs: Vec<&str> = all[2..].iter().map(|row| row[0].as_str()).collect();
    assert_eq!(orgs, ["甲支部", "甲支部", "乙支部"], "{all:?}");
    let text = all.concat().join(" ");
    assert!(
        !text.contains("13800138000") && !text.contains("1949"),
        "{text}"
    );
}

#[test]
fn an_organisation_is_found_by_the_name_it_had_and_by_one_that_is_learnt() {
    let ledger = Ledger::new(&[(
        "orgs/a/b/org.toml",
        "name = \"甲支部\"\nkind = \"branch\"\n",
    )]);
    ledger.ok(&["org", "rename", "a/b", "乙支部"]);
    assert!(
        ledger
            .read("orgs/a/b/org.toml")
            .contains("former_names = [\"甲支部\"]")
    );
    let form = |name: &str, org: &str| {
        let rows = "组织,日期,类型,主题,应到人数,实到人数\n";
        ledger.write(
            name,
            format!("{rows}{org},2026-07-03,例会,{name},12,11\n").as_bytes(),
        );
        ledger.path().join(name).to_str().expect("text").to_owned()
    };
    let take = |file: &str, more: &[&str]| {
        let args = ["import", "meeting", file, "--yes"];
        ledger.run(&[&args[..], more].concat())
    };
    let ran = take(&form("former.csv", "甲支部"), &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    // What nobody is called is refused, until it is said whom it means.
    let (first, second) = (form("first.csv", "老二支"), form("second.csv", "老二支"));
    assert_eq!(take(&first, &[]).code, 2);
    let ran = take(&first, &["--alias", "老二支=乙支部"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ledger.read("rules/aliases.toml").contains("org = \"a/b\""));
    let ran = take(&second, &[]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_eq!(take(&second, &["--alias", "没有=谁"]).code, 2);
    ledger.ok(&["check"]);
    ledger.ok(&["fmt", "--check"]);
}

#[test]
fn what_was_written_can_be_taken_back_while_it_stands() {
    let ledger = Ledger::new(&[("form.csv", &MEETINGS.replace("13\n", "12\n"))]);
    let form = in_ledger(&ledger, "form.csv");
    assert_eq!(ledger.run(&["import", "meeting", &form, "--yes"]).code, 0);
    assert_eq!(ledger.run(&["undo"]).code, 2, "nobody can be asked");
    assert_eq!(files(&ledger, "orgs/a/2026"), ["test-00.toml"]);
    assert_eq!(ledger.run(&["undo", "--yes"]).code, 0);
    assert_eq!(files(&ledger, "orgs/a"), ["org.toml"]);
    assert_eq!(ledger.run(&["undo", "--yes"]).code, 2, "only once");
    assert_eq!(ledger.run(&["import", "meeting", &form, "--yes"]).code, 0);
    let path = in_ledger(&ledger, "orgs/a/2026/test-00.toml");
    let text = fs::read_to_string(&path).expect("a ledger");
    // What came into the file since stays; what the command wrote must stand as it left it.
    fs::write(&path, text.replacen("title = \"", "title = \"新", 1)).expect("a change");
    let ran = ledger.run(&["undo", "--yes"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("test-00.toml"), "{}", ran.err);
    let more = "\n[[meeting]]\nid = \"m-20260731-7k3f9x2v\"\ndate = 2026-07-31\ntype = \"regular\"\ntitle = \"后加的\"\n";
    fs::write(&path, text + more).expect("a change");
    let ran = ledger.run(&["undo", "--yes"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let left = fs::read_to_string(&path).expect("what was added since");
    assert_eq!(left.trim(), more.trim());
}

#[test]
fn organisations_that_were_taken_in_can_be_taken_back() {
    let table =
        "code,parent_code,name,kind\n1,,新街道党工委,working-committee\n2,1,新一支部,branch\n";
    let ledger = Ledger::new(&[("orgs.csv", table)]);
    let before = ledger.bytes();
    let table = in_ledger(&ledger, "orgs.csv");
    ledger.ok(&["org", "import", &table]);
    assert!(ledger.ok(&["org", "tree"]).contains("新一支部"));
    let out = ledger.ok(&["undo", "--yes"]);
    assert!(out.contains("新一支部"), "{out}");
    assert_eq!(ledger.bytes(), before);
}

#[test]
fn an_import_that_was_killed_is_finished_by_whoever_comes_next() {
    let old = "[[meeting]]\nid = \"m-20260703-7k3f9x2v\"\ndate = 2026-07-03\ntype = \"regular\"\ntitle = \"例会\"\n";
    let new = old.replace("例会", "七月例会");
    let one = ("orgs/a/2026/one-00.toml", new.as_str());
    let journal = json!({ "command": "import meeting form.xlsx", "files": [
        { "path": one.0, "before": old, "after": new },
        { "path": "orgs/a/2026/two-00.toml", "before": null, "after": old.replace("7k3f9x2v", "7k3f9x2w") },
    ] });
    let ledger = Ledger::new(&[one, (".ledger/journal", &journal.to_string())]);
    let ran = ledger.run(&["list", "meeting", "--format", "csv", "--raw"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.out.matches("m-2026").count(), 2, "{}", ran.out);
    assert_eq!(
        files(&ledger, "orgs/a/2026"),
        ["one-00.toml", "two-00.toml"]
    );
    assert!(!Path::new(&in_ledger(&ledger, ".ledger/journal")).exists());
}

#[test]
fn hostile_files_cost_little_and_run_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forms/hostile");
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .expect("files")
        .flatten()
        .map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).expect("bytes"))
        })
        .collect();
    files.push(("bomb.xlsx".to_owned(), bomb()));
    files.sort();
    let mut said = String::new();
    for (name, bytes) in &files {
        let read = match sheet::read(name, bytes) {
            Ok(book) => {
                let cells: usize = book
                    .sheets
                    .iter()
                    .map(|sheet| {
                        sheet
                            .rows()
                            .map(|row| sheet.row(row).count())
                            .sum::<usize>()
                    })
                    .sum();
                format!("{cells} cells")
            }
            Err(problem) => problem.rule.name.to_owned(),
        };
        said.push_str(&format!("{name}: {read}\n"));
    }
    common::expect_file("forms/hostile.txt", &said);
}

/// A workbook of a few hundred kilobytes that unpacks to hundreds of megabytes.
fn bomb() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive
        .start_file("xl/worksheets/sheet1.xml", options)
        .expect("a part");
    let blank = vec![b' '; 1 << 20];
    for _ in 0..300 {
        archive.write_all(&blank).expect("written");
    }
    archive.finish().expect("an archive").into_inner()
}

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// Texts that spreadsheets, lists and numbers could be mistaken in.
const TEXTS: &[&str] = &[
    "七月例会",
    "甲、乙",
    "=1+1",
    "@sum",
    "12",
    "0012",
    "2026-07-03",
    "是",
    "无",
    "—",
    "TRUE",
    "'引号",
    "第一行\n第二行",
    "a, b; c",
    "60%",
    "3.5万",
    "“学习”（二）",
    "x:y",
    "一/二",
    "tab\tinside",
    "<b>&amp;",
];

fn one_value(field: &FieldDef, dice: &mut Dice) -> Option<Value> {
    let day = Day::new(2026, 1 + dice.roll(12) as u32, 1 + dice.roll(28) as u32).expect("a day");
    Some(match &field.ty {
        FieldType::Text => Value::Text(TEXTS[dice.roll(TEXTS.len())].into()),
        FieldType::Path => Value::Text("附件/照片.jpg".into()),
        FieldType::Integer { min, max } => {
            Value::Integer((*min).max((*max).min(dice.roll(5000) as i64)))
        }
        FieldType::Decimal { places, .. } => {
            Value::Decimal(Decimal::new(dice.roll(99_999) as i128, *places).expect("a number"))
        }
        FieldType::Boolean => Value::Boolean(dice.roll(2) == 0),
        FieldType::Date => Value::Day(day),
        FieldType::Month => Value::Period(Period::month(day)),
        FieldType::Quarter => Value::Period(Period::quarter(day)),
        FieldType::Year => Value::Period(Period::year(day)),
        FieldType::Choice(choices) => {
            Value::Text(choices[dice.roll(choices.len())].name.as_str().into())
        }
        FieldType::Table(columns) => Value::Table(
            columns
                .iter()
                .map(|column| match column.required || dice.roll(2) == 0 {
                    true => one_value(column, dice),
                    false => None,
                })
                .collect(),
        ),
        // What is pointed to would have to be there.
        FieldType::Record(_) | FieldType::Organisation => return None,
    })
}

fn value(field: &FieldDef, dice: &mut Dice) -> Option<Value> {
    match field.list {
        true => {
            let items: Option<Vec<Value>> = (0..1 + dice.roll(3))
                .map(|_| one_value(field, dice))
                .collect();
            Some(Value::List(items?))
        }
        false => one_value(field, dice),
    }
}

/// A ledger text with some records of a kind.
fn records(rules: &Rules, kind: &Kind, dice: &mut Dice) -> String {
    let mut out = String::new();
    for n in 0..4u64 {
        let values = kind
            .fields
            .iter()
            .map(|field| match field.required || dice.roll(3) > 0 {
                true => value(field, dice),
                false => None,
            });
        let mut values: Vec<Option<Value>> = values.collect();
        if let Some(life) = &kind.life
            && let Some(Value::List(updates)) = &mut values[life.updates]
        {
            updates.sort();
        }
        let entered = Day::new(2026, 1, 1).expect("a day");
        let id = RecordId::new(&kind.prefix, entered, dice.0 ^ n);
        let origin = Origin {
            file: Arc::from(""),
            line: 0,
            at: 0,
        };
        let record = Record::new(id, kind, values, None, origin);
        out.push_str(&canon::record(&record, rules));
        out.push('\n');
    }
    out
}

const ORG: &str = "name = \"示例街道党工委\"\nkind = \"working-committee\"\n";

/// The form of all records of a kind, as a workbook or with changed cells.
fn given_form(tree: &Tree<'_>, kind: &Kind, lang: Lang) -> GivenForm {
    let entries: Vec<&OwnedRecord<'_>> = tree.entries.iter().collect();
    given::form(
        tree,
        kind,
        "表".to_owned(),
        0..tree.orgs.len(),
        &entries,
        lang,
    )
}

fn back(tree: &Tree<'_>, kind: &Kind, given: &GivenForm) -> Plan {
    let today: Day = TODAY.parse().expect("a day");
    let bytes = forms::form(given, "说明", today).expect("a workbook");
    let book = sheet::read("表.xlsx", &bytes).expect("a workbook");
    let request = Request {
        tree,
        kind,
        today,
        org: None,
        sheet: None,
        year: None,
        state_day: None,
        set: Vec::new(),
        spec: None,
    };
    let form = form::read(&request, &book).expect("a form");
    Planner::of(&request).plan(form)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_form_comes_back_as_it_was_given_out_or_with_the_changes_made_to_it(seed in any::<u64>()) {
        let rules = Rules::built_in();
        for kind in &rules.kinds {
            let dice = &mut Dice(seed ^ kind.number as u64);
            let text = records(rules, kind, dice);
            let tree = Tree::from_texts(rules, &[("a", ORG)], &[("a", &text)]);
            if tree.entries.is_empty() {
                continue; // it must point to another record
            }
            let lang = [Lang::Zh, Lang::En][dice.roll(2)];
            let mut given = given_form(&tree, kind, lang);
            let plan = back(&tree, kind, &given);
            for row in &plan.rows {
                let fine = matches!(row.action, Action::Same | Action::NotARecord);
                prop_assert!(fine, "{} {:?}\n{}", kind.name, row, text);
            }
            prop_assert_eq!(plan.count(Action::Same), tree.entries.len(), "{}\n{}\n{:?}", &kind.name, text, plan.rows);
            // One cell of one record becomes another.
            let n = dice.roll(tree.entries.len());
            let editable = |(_, field): &(usize, &FieldDef)| {
                // Why a number is not known must not stand beside the number.
                let is_reason = kind.fields.iter().any(|other| other.unless.as_ref() == Some(&field.name));
                // A table's cells are held apart by colons and lines.
                let is_table = matches!(field.ty, FieldType::Table(_));
                !is_reason && !is_table && one_value(field, dice).is_some()
            };
            let fields: Vec<(usize, &FieldDef)> = kind.fields.iter().enumerate().filter(editable).collect();
            let Some(&(index, field)) = fields.get(dice.roll(fields.len().max(1))) else { continue };
            let new = match (&field.ty, field.list) {
                (FieldType::Text, false) => Some(Value::Text("改过的内容".into())),
                // Names in one cell are separated by every sign that separates names.
                (FieldType::Text, true) => Some(Value::List(vec![Value::Text("甲".into()), Value::Text("乙".into())])),
                _ => value(field, dice),
            };
            let new = new.filter(|_| field.required || dice.roll(4) > 0);
            let before = tree.entries[n].record.get(index).cloned();
            let updates = kind.life.as_ref().map_or(usize::MAX, |life| life.updates);
            let column = 2 + index - usize::from(updates < index);
            given.rows[n][column] = new.as_ref().map(|value| GivenCell::Words(given::words(field, value, lang)));
            let plan = back(&tree, kind, &given);
            let expected = match before == new {
                true => Action::Same,
                false => Action::Change,
            };
            let row = plan.rows.iter().filter(|row| row.action != Action::NotARecord).nth(n).expect("a row");
            // What is due before it was begun, or held twice, is refused as it is anywhere.
            let rules_of_records = [Rule::ABOVE_LIMIT, Rule::WRONG_ORDER, Rule::HELD_TWICE, Rule::KNOWN_AND_UNKNOWN];
            let is_of_records = |found: &CellProblem| rules_of_records.contains(&found.problem.rule);
            if row.action == Action::Refused && row.problems.iter().all(is_of_records) {
                continue;
            }
            prop_assert_eq!(row.action, expected, "{} {:?}\n{}", &kind.name, row, text);
            if expected == Action::Change {
                // A number that is known now may take away why it was not.
                let why = field.unless.as_deref().and_then(|why| kind.index(why));
                let (reason, changed): (Vec<usize>, Vec<usize>) = row.changed.iter().partition(|n| Some(**n) == why);
                prop_assert_eq!(changed, vec![index], "{}", &kind.name);
                prop_assert!(reason.iter().all(|why| row.values[*why].is_none()), "{}", &kind.name);
                prop_assert_eq!(&row.values[index], &new, "{}", &kind.name);
            }
            prop_assert_eq!(plan.count(Action::Same), tree.entries.len() - usize::from(before != new));
            // A row that was copied, id and all, and says something else is no change of the record.
            let copied = given_form(&tree, kind, lang).rows.swap_remove(n);
            given.rows.push(copied);
            let plan = back(&tree, kind, &given);
            prop_assert_eq!(plan.count(Action::Refused), usize::from(before != new), "{}", &kind.name);
        }
    }
}
