//! Narrative reports: shapes of real ones as data, the shipped templates on the sample, messages
//! for templates that are wrong, and Word files to the byte.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use common::{Ledger, Ran, expect_file};
use ledger::locale::{Lang, Locale};
use ledger::render::document::{Pictures, word};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// The sections of a case: a heading `== NAME`, then its text; lines before the first are what the
/// case is about.
fn sections(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match line.strip_prefix("== ") {
            Some(name) => found.push((name.trim().to_owned(), String::new())),
            None => {
                if let Some((_, body)) = found.last_mut() {
                    body.push_str(line);
                }
            }
        }
    }
    found
}

/// Writes a template on a ledger and returns what came out.
fn write(ledger: &Ledger, template: &str, more: &[&str]) -> Ran {
    ledger.write("template.md", template.as_bytes());
    let path = ledger.path().join("template.md");
    let args = [&["write", path.to_str().expect("text")], more].concat();
    ledger.run(&args)
}

#[test]
fn reports_of_other_districts_can_be_written() {
    let mut cases: Vec<_> = fs::read_dir(folder("narratives"))
        .expect("cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    cases.sort();
    assert!(cases.len() >= 3);
    for case in cases {
        let name = case.display();
        let text = fs::read_to_string(&case).expect("text");
        let sections = sections(&text);
        let part = |name: &str| {
            sections
                .iter()
                .find(|(n, _)| n == name)
                .map_or("", |(_, body)| body.as_str())
        };
        let files: Vec<(&str, &str)> = sections
            .iter()
            .filter(|(n, _)| n.ends_with(".toml"))
            .map(|(n, body)| (n.as_str(), body.as_str()))
            .collect();
        let ledger = Ledger::new(&files);
        let arguments: Vec<&str> = part("arguments")
            .split_whitespace()
            .chain(["--lang", "zh-CN"])
            .collect();
        let ran = write(&ledger, part("template.md"), &arguments);
        assert_eq!(ran.out, part("expect"), "{name}: {}", ran.err);
        assert_eq!(ran.err, part("stderr"), "{name}");
        assert_eq!(
            ran.code.to_string(),
            if part("code").is_empty() {
                "0"
            } else {
                part("code").trim()
            },
            "{name}"
        );
        let check = ledger.run(&["check"]);
        assert_eq!(check.code, 0, "{name}: {}{}", check.out, check.err);
    }
}

#[test]
fn what_is_wrong_with_a_template_is_said_with_its_place() {
    let ledger = Ledger::new(&[]);
    let mut said = String::new();
    for (name, template) in
        sections(&fs::read_to_string(folder("templates/errors.txt")).expect("cases"))
    {
        said.push_str(&format!("== {name}\n{template}"));
        for lang in ["en", "zh-CN"] {
            let ran = write(&ledger, &template, &["--quarter", "2026Q3", "--lang", lang]);
            assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{name}: {}", ran.err);
            let shown = ran.err.replace(&ledger.path().display().to_string(), "");
            let shown = shown.replace("\\template.md", "/template.md");
            assert!(shown.starts_with("/template.md:"), "{name}: {shown}");
            said.push_str(&format!("-- {lang}\n{shown}"));
        }
    }
    expect_file("expect/templates.txt", &said);
}

const REPORT: &[&str] = &[
    "--quarter",
    "2026Q3",
    "--as-of",
    "2026-10-15",
    "--lang",
    "zh-CN",
];

fn sample_report(args: &[&str]) -> Ran {
    let sample = common::sample_folder();
    common::run(&[&["--root", sample.to_str().expect("text"), "write"], args].concat())
}

#[test]
fn the_shipped_templates_on_the_sample() {
    for (args, file) in [
        (&["work-report"][..], "expect/work-report.md"),
        (
            &["work-report", "--format", "text"],
            "expect/work-report.txt",
        ),
        (
            &["meeting-brief", "--org", "武汉路街道党工委"],
            "expect/meeting-brief.md",
        ),
        (
            &[
                "meeting-brief",
                "--org",
                "jianxi/wuhanlu/jiguan",
                "--format",
                "text",
            ],
            "expect/meeting-brief.branch.txt",
        ),
    ] {
        let ran = sample_report(&[args, REPORT].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
        assert_eq!(
            ran,
            sample_report(&[args, REPORT].concat()),
            "the same input gives the same bytes"
        );
        expect_file(file, &ran.out);
    }
}

#[test]
fn the_examples_show_the_finished_report() {
    let dir = tempfile::tempdir().expect("a folder");
    let examples = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join("report");
    for (template, name) in [
        ("work-report", "工作报告.md"),
        ("work-report", "工作报告.docx"),
        ("meeting-brief", "例会通报.docx"),
    ] {
        let out = dir.path().join(name);
        let ran =
            sample_report(&[&[template, "--out", out.to_str().expect("text")], REPORT].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let written = fs::read(&out).expect("a document");
        let shown = examples.join(name);
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::create_dir_all(&examples).expect("a folder");
            fs::write(&shown, &written).expect("an example");
        }
        assert!(
            fs::read(&shown).ok() == Some(written),
            "{} is not what `ledger write {template}` makes",
            shown.display()
        );
    }
}

/// The 22 figures of the founding text, as the shipped report asks for them, and the dates and
/// names around them.
const FIGURES: &[&str] = &[
    "survey_teams",
    "survey_began",
    "secretary_ledgers_committees",
    "secretary_ledgers_communities",
    "secretary_ledgers_offices",
    "funds_earmarked",
    "demo_sites_invested",
    "sites_cultivated",
    "sites_highlighted",
    "members",
    "starred_commended",
    "grand_working_committees",
    "grand_party_committees",
    "partners_party_orgs",
    "seats_held",
    "co_building_solved",
    "projects_promised",
    "resources_shared",
    "services_accepted",
    "services_completed",
    "services_satisfaction",
    "publicity_items",
    "bases_first_opened",
    "base_batches",
    "base_people",
];

#[test]
fn the_work_report_prints_and_traces_every_figure_of_the_founding_text() {
    let dir = tempfile::tempdir().expect("a folder");
    let trace = dir.path().join("trace.json");
    let flag = format!("--trace={}", trace.display());
    let ran = sample_report(&[&["work-report", &flag], REPORT].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let trace: serde_json::Value =
        serde_json::from_slice(&fs::read(&trace).expect("a trace")).expect("json");
    let figures = trace["figures"].as_array().expect("figures");
    for name in FIGURES {
        // A list of names is no number; its figure is the one that says how many.
        if *name == "sites_highlighted" {
            assert!(ran.out.contains("亮旗先锋示范点"));
            continue;
        }
        let printed: Vec<_> = figures.iter().filter(|f| f["metric"] == *name).collect();
        assert!(!printed.is_empty(), "{name} is not in the report");
        for figure in printed {
            let text = figure["text"].as_str().expect("words");
            assert!(
                !text.contains('—') && text != "0",
                "{name} is not alive: {text}"
            );
            assert!(
                ran.out.contains(text)
                    && figure["sentence"]
                        .as_str()
                        .is_some_and(|s| s.contains(text)),
                "{name}"
            );
            // A ratio has its records in its parts.
            let parts = figure["parts"].as_array().cloned().unwrap_or_default();
            let records: Vec<serde_json::Value> = parts
                .iter()
                .chain([figure])
                .filter_map(|f| f["records"].as_array())
                .flatten()
                .cloned()
                .collect();
            assert!(!records.is_empty(), "{name} has no records");
            for record in &records {
                let file = record["file"].as_str().expect("a file");
                let path = common::sample_folder().join(file);
                let text = fs::read_to_string(&path).expect("it is there");
                let line =
                    usize::try_from(record["line"].as_u64().expect("a line")).expect("small");
                let id = record["id"].as_str();
                let header = text.lines().nth(line - 1).expect("the line");
                assert!(
                    id.is_none() || header.starts_with("[["),
                    "{name}: {file}:{line} is {header}"
                );
                assert!(
                    id.is_none_or(|id| text.lines().nth(line).is_some_and(|l| l.contains(id))),
                    "{name}: {id:?}"
                );
            }
            if let Some(value) = figure["value"].as_i64() {
                let sum: i64 = records
                    .iter()
                    .map(|r| r["contributes"].as_i64().expect("a number"))
                    .sum();
                assert_eq!(sum, value, "{name} adds up");
            }
        }
    }
    for name in ["涧西区", "强基领航", "地企党建联系会", "先锋网", "4月中旬"] {
        assert!(ran.out.contains(name), "{name}");
    }
}

/// Each mechanism of the domain, the commands that record it, its figures, where it stands in the
/// report: the table in the documentation holds on the sample.
#[test]
fn the_table_of_mechanisms_holds() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mechanisms.md"))
        .expect("the table");
    let sample = common::sample_folder();
    let root = sample.to_str().expect("text");
    let report = sample_report(&[&["work-report"], REPORT].concat()).out
        + &sample_report(&[&["meeting-brief"], REPORT].concat()).out;
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|l| l.starts_with("| "))
        .map(|l| l.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let rows: Vec<_> = rows
        .into_iter()
        .filter(|row| row[0].parse::<u32>().is_ok())
        .collect();
    assert_eq!(rows.len(), 20, "every mechanism has a row");
    let quoted = |cell: &str| {
        cell.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for row in rows {
        let [number, _, commands, metrics, stands] = row[..] else {
            panic!("five columns: {row:?}")
        };
        for command in quoted(commands) {
            let words: Vec<&str> = command.split_whitespace().collect();
            match words[..] {
                ["add", kind] => {
                    let listed = common::run(&[
                        "--root",
                        root,
                        "list",
                        kind,
                        "--format",
                        "json",
                        "--as-of",
                        "2026-10-15",
                    ]);
                    let json: serde_json::Value = serde_json::from_str(&listed.out)
                        .unwrap_or_else(|_| panic!("{number}: {}", listed.err));
                    assert!(
                        json["records"].as_array().is_some_and(|r| !r.is_empty()),
                        "{number}: no {kind} in the sample"
                    );
                }
                _ => {
                    let ran = common::run(&[&["--root", root], &words[..]].concat());
                    assert_eq!(ran.code, 0, "{number}: {command}: {}", ran.err);
                }
            }
        }
        let names = quoted(metrics);
        assert!(!names.is_empty(), "{number} has figures");
        let alive = |name: &str, (period, as_of): (&str, &str)| {
            let ran = common::run(&[
                "--root",
                root,
                "report",
                "--metrics",
                name,
                "--quarter",
                period,
                "--as-of",
                as_of,
                "--format",
                "json",
            ]);
            let json: serde_json::Value = serde_json::from_str(&ran.out)
                .unwrap_or_else(|_| panic!("{number}: {name}: {}", ran.err));
            let rows = json["rows"].as_array().expect("rows").clone();
            rows.iter().any(|row| {
                row["values"][name].as_f64().is_some_and(|v| v > 0.0)
                    || row["values"][name].is_string()
            })
        };
        for name in names {
            let year = [
                ("2026Q3", "2026-10-15"),
                ("2026-01-01..2026-10-15", "2026-10-15"),
                ("2025", "2026-10-15"),
                ("2026", "2026-12-31"),
            ];
            let year = year.into_iter().any(|when| alive(&name, when));
            assert!(year, "{number}: {name} is nothing but zeros in the sample");
        }
        let words: Vec<&str> = stands
            .split('「')
            .skip(1)
            .filter_map(|s| s.split('」').next())
            .collect();
        assert!(!words.is_empty(), "{number} stands somewhere");
        for words in words {
            assert!(
                report.contains(words),
                "{number}: the reports do not say {words}"
            );
        }
    }
}

/// A Word file of parts.
fn word_file(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .expect("a part");
        writer.write_all(text.as_bytes()).expect("its text");
    }
    writer.finish().expect("a file").into_inner()
}

fn parts_of(bytes: Vec<u8>) -> BTreeMap<String, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("a file");
    (0..archive.len())
        .map(|n| {
            let mut file = archive.by_index(n).expect("a part");
            let mut text = String::new();
            file.read_to_string(&mut text).expect("text");
            (file.name().expect("a name").into_owned(), text)
        })
        .collect()
}

/// A small ledger for Word templates: a committee with three tasks, two organisations under it.
fn small() -> Ledger {
    let task = |n: u32, title: &str, done: &str| {
        format!(
            "[[task]]\nid = \"t-20260701-0000000{n}\"\nlist = \"task\"\ntitle = \"{title}\"\nowner = \"甲\"\nset = 2026-07-01\ndue = 2026-08-20\n{done}\n"
        )
    };
    let done = "updates = [\n    { on = 2026-08-01, status = \"done\" },\n]\n";
    Ledger::new(&[
        (
            "orgs/a/b/org.toml",
            "name = \"牡丹党支部\"\nkind = \"branch\"\n",
        ),
        (
            "orgs/a/c/org.toml",
            "name = \"周山 & <河>党支部\"\nkind = \"branch\"\n",
        ),
        ("orgs/a/b/2026/x-00.toml", &task(1, "修缮\\n门窗", done)),
        (
            "orgs/a/c/2026/x-00.toml",
            &(task(2, "乙", done) + &task(3, "丙", "")),
        ),
    ])
}

fn filled(document: &str, more: &[(&str, &str)]) -> (Ran, BTreeMap<String, String>) {
    let ledger = small();
    let parts = [
        &[
            ("[Content_Types].xml", "<Types/>"),
            ("word/document.xml", document),
            ("word/media/x.bin", "{{ tasks_due }}"),
        ],
        more,
    ]
    .concat();
    ledger.write("t.docx", &word_file(&parts));
    let (template, out) = (ledger.path().join("t.docx"), ledger.path().join("o.docx"));
    let ran = ledger.run(&[
        "write",
        template.to_str().expect("text"),
        "--quarter",
        "2026Q3",
        "--lang",
        "zh-CN",
        "--out",
        out.to_str().expect("text"),
    ]);
    let parts = if out.exists() {
        parts_of(fs::read(out).expect("a file"))
    } else {
        BTreeMap::new()
    };
    (ran, parts)
}

fn document(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<w:document xmlns:w=\"w\"><w:body>{body}<w:sectPr/></w:body></w:document>"
    )
}

#[test]
fn a_tag_split_over_runs_is_filled_and_all_else_kept_to_the_byte() {
    let before = "<!-- c --><w:p w:rsid='{{ x }}'><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>共{{ tas</w:t></w:r>\
        <w:proofErr w:type=\"spellStart\"/><w:r><w:t >ks_du</w:t></w:r><w:r><w:t>e }} 项，</w:t></w:r><w:r><w:t>&lt;{{&#160;tasks_done｜第 }}&gt;</w:t></w:r></w:p>";
    let after = "<!-- c --><w:p w:rsid='{{ x }}'><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">共3</w:t></w:r>\
        <w:proofErr w:type=\"spellStart\"/><w:r><w:t xml:space=\"preserve\" ></w:t></w:r><w:r><w:t xml:space=\"preserve\"> 项，</w:t></w:r><w:r><w:t xml:space=\"preserve\">&lt;第2&gt;</w:t></w:r></w:p>";
    let header = "<w:hdr xmlns:w=\"w\"><w:p><w:r><w:t>{{ org.name }}</w:t></w:r></w:p></w:hdr>";
    let plain = "<w:ftr xmlns:w=\"w\"><w:p><w:r><w:t>第 页</w:t></w:r></w:p></w:ftr>";
    let (ran, parts) = filled(
        &document(before),
        &[("word/header1.xml", header), ("word/footer2.xml", plain)],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(parts["word/document.xml"], document(after));
    assert_eq!(
        parts["word/header1.xml"],
        header.replace(
            "<w:t>{{ org.name }}",
            "<w:t xml:space=\"preserve\">示例党委"
        )
    );
    assert_eq!(parts["word/footer2.xml"], plain);
    assert_eq!(parts["word/media/x.bin"], "{{ tasks_due }}");
}

/// A paragraph of one run.
fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>")
}

fn row(cells: &[&str]) -> String {
    format!(
        "<w:tr>{}</w:tr>",
        cells
            .iter()
            .map(|cell| format!("<w:tc>{}</w:tc>", p(cell)))
            .collect::<String>()
    )
}

#[test]
fn rows_and_paragraphs_are_repeated() {
    let (name, other) = ("牡丹党支部", "周山 &amp; &lt;河&gt;党支部");
    for (what, before, after) in [
        (
            "a row whose cells hold the ends of a loop",
            format!(
                "<w:tbl>{}{}</w:tbl>",
                row(&["单位", "数"]),
                row(&["{% for o in orgs %}{{ o.short }}", "{{ o.tasks_due }}{% endfor %}"])
            ),
            format!("<w:tbl>{}{}{}</w:tbl>", row(&["单位", "数"]), row(&[name, "1"]), row(&[other, "2"])),
        ),
        (
            "rows between rows of their own",
            format!(
                "<w:tbl>{}{}{}</w:tbl>",
                row(&["{% for o in orgs %}", ""]),
                row(&["{{ o.short }}", "{{ o.tasks_due }}"]),
                row(&["", "{% endfor %}"])
            ),
            format!("<w:tbl>{}{}</w:tbl>", row(&[name, "1"]), row(&[other, "2"])),
        ),
        (
            "paragraphs between paragraphs of their own",
            format!("{}{}{}{}", p("{% set x = tasks_due %}"), p("{% if x %}"), p("有{{ x }}项"), p("{% else %}"))
                + &p("没有")
                + &p("{% endif %}")
                + &p("完"),
            p("有3项") + &p("完"),
        ),
        (
            "a loop in one paragraph",
            p("{% for o in orgs %}{{ o.short }}{% if not loop.last %}、{% endif %}{% endfor %}。"),
            p(&format!("{name}、{other}。")),
        ),
        (
            "a cell keeps its last paragraph",
            format!("<w:tbl><w:tr><w:tc>{}{}{}</w:tc></w:tr></w:tbl>", p("{% if tasks_overdue.value > 9 %}"), p("多"), p("{% endif %}")),
            format!("<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>", p("")),
        ),
        (
            "paragraphs of a document whose spaces nobody marked",
            "<w:p><w:r><w:t>{% if true %}</w:t></w:r></w:p><w:p><w:r><w:t>z</w:t></w:r></w:p><w:p><w:r><w:t>{% endif %}{# c #}</w:t></w:r></w:p>".to_owned(),
            "<w:p><w:r><w:t>z</w:t></w:r></w:p>".to_owned(),
        ),
        ("a comment alone", p("a{# {{ nothing }} #}b"), p("ab")),
        (
            "a table without rows",
            p("前") + &format!("<w:tbl>{}</w:tbl>", row(&["{% for o in [] %}{{ o }}", "{% endfor %}"])) + &p("后"),
            p("前") + &p("后"),
        ),
        (
            "organisations and days are themselves",
            p("{% if orgs[0] == orgs[1] or period &lt; period.previous or as_of &lt; period.first %}错{% else %}对{% endif %}"),
            p("对"),
        ),
        (
            "line ends of a value",
            p("{{ organisation('牡丹党支部').tasks_done.first.title }}"),
            p("修缮</w:t><w:br/><w:t xml:space=\"preserve\">门窗"),
        ),
    ] {
        let (ran, parts) = filled(&document(&before), &[]);
        assert_eq!(ran.code, 0, "{what}: {}", ran.err);
        assert_eq!(parts["word/document.xml"], document(&after), "{what}");
    }
}

#[test]
fn what_is_wrong_in_a_word_template_is_said_by_paragraph() {
    for (what, body, said) in [
        (
            "unknown",
            p("一") + &p("共{{ tasks_don }}项"),
            "t.docx:2:5:",
        ),
        (
            "a block over paragraphs that print",
            p("a{% if tasks_due %}b") + &p("c{% endif %}"),
            "t.docx:1:2:",
        ),
        (
            "else in a row",
            format!(
                "<w:tbl>{}</w:tbl>",
                row(&["{% if tasks_due %}a", "{% else %}", "b{% endif %}"])
            ),
            "t.docx:2:1:",
        ),
        (
            "compared",
            p("{% if tasks_due &gt; 3 %}多{% endif %}"),
            "t.docx:1:1:",
        ),
        ("not XML", "<w:p>".to_owned(), "t.docx:1:1:"),
        (
            "not closed",
            p("一") + &p("共{{ tasks_due 项"),
            "t.docx:2:2:",
        ),
        (
            "text only",
            p("{% macro f(x) %}") + &p("{{ x }}") + &p("{% endmacro %}"),
            "t.docx:1:1:",
        ),
    ] {
        let (ran, parts) = filled(&document(&body), &[]);
        assert_eq!((ran.code, parts.len()), (2, 0), "{what}: {}", ran.err);
        assert!(ran.err.contains(said), "{what}: {}", ran.err);
    }
}

#[test]
fn documents_are_not_written_over_the_ledger_and_traces_have_a_place() {
    let ledger = small();
    let report = ledger.path().join("orgs/a/org.toml");
    let before = ledger.read("orgs/a/org.toml");
    for args in [
        &[
            "write",
            "work-report",
            "--out",
            report.to_str().expect("text"),
        ][..],
        &["write", "work-report", "--trace"],
        &["write", "work-report", "--format", "docx"],
        &["write", "nothing-of-that-name"],
        &["write", "../../etc/passwd"],
    ] {
        let ran = ledger.run(&[args, &["--quarter", "2026Q3"]].concat());
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (2, ""),
            "{args:?}: {}",
            ran.err
        );
    }
    assert_eq!(ledger.read("orgs/a/org.toml"), before);
}

#[test]
fn an_ejected_template_is_used_instead() {
    let ledger = small();
    ledger.ok(&["rules", "eject", "meeting-brief"]);
    ledger.write(
        "rules/templates/meeting-brief.md",
        "只有{{ tasks_due }}项\n".as_bytes(),
    );
    assert_eq!(
        ledger.ok(&["write", "meeting-brief", "--quarter", "2026Q3"]),
        "只有3项\n"
    );
    assert_eq!(ledger.run(&["check"]).code, 0);
}

/// Opt-in: `LEDGER_TEST_OFFICE=1` where LibreOffice is installed.
#[test]
fn libreoffice_shows_the_text_right() {
    if std::env::var_os("LEDGER_TEST_OFFICE").is_none() {
        return;
    }
    let dir = tempfile::tempdir().expect("a folder");
    let template = dir.path().join("t.docx");
    let words = "# {{ district }}通报\n\n共{{ tasks_due }}项，完成{{ tasks_done }}项。\n\n| 单位 | 应完成 |\n|---|---|\n| {% for o in orgs %}{{ o.short }} | {{ o.tasks_due }}{% endfor %} |\n";
    let locale = Locale::new(Lang::Zh);
    let pictures = Pictures {
        of_image: &[],
        locale: &locale,
        today: "2026-09-30".parse().expect("a day"),
    };
    let bytes = word(words, &pictures).expect("no picture is refused");
    fs::write(&template, bytes).expect("a template");
    let out = dir.path().join("o.docx");
    let ran = sample_report(
        &[
            &[
                template.to_str().expect("text"),
                "--out",
                out.to_str().expect("text"),
            ],
            REPORT,
        ]
        .concat(),
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = |name: &str| {
        let status = std::process::Command::new("soffice")
            .args([
                "--headless",
                "--convert-to",
                "txt:Text (encoded):UTF8",
                "--outdir",
            ])
            .arg(dir.path())
            .arg(dir.path().join(name))
            .output()
            .expect("LibreOffice runs");
        assert!(status.status.success());
        fs::read_to_string(dir.path().join(name.replace(".docx", ".txt"))).expect("its text")
    };
    let shown = text("o.docx");
    for words in [
        "涧西区通报",
        "共238项",
        "长安路街道党工委",
        "珠江路街道党工委",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains("{{") && !shown.contains("{%"), "{shown}");
}

/// Templates that nobody means: each with what is said of it, or nothing where it can be written.
#[test]
fn what_is_beyond_the_bounds_of_a_template_is_one_clear_error() {
    let ledger = small();
    let list = |of: &str| vec![of; 300].join(",");
    let grows = |step: &str| {
        format!(
            "{{% set ns = namespace(x=\"x\") %}}{{% for i in range(60) %}}{{% set ns.x = {step} %}}{{% endfor %}}"
        )
    };
    let pair = "{% set a = range(2000) %}{% set b = range(2000) %}{% for i in range(100000) %}";
    for (what, template, said) in [
        ("a text that doubles itself", grows("ns.x ~ ns.x") + "{{ ns.x }}", Some("template]")),
        ("a list that doubles itself", grows("[ns.x, ns.x]") + "{{ ns.x }}", Some("template-bounds]")),
        ("a dictionary that doubles itself", grows("{'a': ns.x, 'b': ns.x}") + "{{ ns.x }}", Some("template-bounds]")),
        ("a list that grows without being printed", grows("[ns.x, ns.x]"), Some("template-bounds]")),
        ("a list in a list, over and over", "{% set x = 1 %}".to_owned() + &"{% set x = [x] %}".repeat(9), Some("template-bounds]")),
        ("what holds itself", "{% set ns = namespace() %}{% set ns.a = [ns] %}{{ ns }}".to_owned(), Some("template-bounds]")),
        ("lists that are added", "{% set x = [1] %}{{ x + x }}".to_owned(), Some("template-list-term]")),
        ("lists that are multiplied", "{{ [[0] * 100000000] == [[0] * 100000000] }}".to_owned(), Some("template-list-term]")),
        ("lists joined to a text", "{{ orgs ~ '' }}".to_owned(), Some("template-list-term]")),
        ("slices of slices", "{% set x = range(9) %}".to_owned() + &"{% set x = x[0:] %}".repeat(9) + "{{ x[8] }}", None),
        ("a long text", "{{ 'x' * 1000000000 }}".to_owned(), Some("template]")),
        ("a text through a filter", "{% set x = 'x' * 100000 %}{{ x | replace('x', x) }}".to_owned(), Some("template]")),
        ("a text between many", "{% set x = 'x' * 60000 %}{{ range(100000) | join(x) }}".to_owned(), Some("template]")),
        ("a wide format", "{{ '%1000000000d' | format(1) }}".to_owned(), Some("template]")),
        ("one thing that is printed", "{{ 'x' * 1100000 }}".to_owned(), Some("template-bounds]")),
        (
            "lists compared in a loop",
            format!("{pair}{{% if [{}] == [{}] %}}{{% endif %}}{{% endfor %}}", list("a"), list("b")),
            Some("template]"),
        ),
        ("lists sorted in a loop", format!("{pair}{{% set x = [{}] | sort %}}{{% endfor %}}", list("a,b")), Some("template]")),
        ("a test in a loop", format!("{pair}{{% if a is in [{}] %}}{{% endif %}}{{% endfor %}}", list("b")), Some("template]")),
        (
            "a total of totals",
            "{% set x = 1 %}".to_owned() + &"{% set x = [x,x,x,x,x,x,x,x,x,x] %}".repeat(5) + "{{ total(x) }}",
            Some("template-bounds]"),
        ),
        ("much that is written", "{% for i in range(100000) %}一二三四五六七八{% endfor %}".to_owned(), Some("template-bounds]")),
        ("a long tag", format!("{{{{ 1{} }}}}", "+1".repeat(1000)), Some("template-bounds]")),
        ("many tags", "{{ 1 }}".repeat(20_001), Some("template-bounds]")),
        ("much in tags", format!("{{{{ '{}' }}}}", "x".repeat(1900)).repeat(110), Some("template-bounds]")),
        ("many conditions", "{% if 1 %}".repeat(100) + &"{% endif %}".repeat(100), Some("template-bounds]")),
        ("many other conditions", "{% if 0 %}".to_owned() + &"{% elif 0 %}".repeat(100) + "{% endif %}", Some("template-bounds]")),
        ("brackets", format!("{{{{ {}1{} }}}}", "(".repeat(900), ")".repeat(900)), Some("template]")),
        ("a chain", format!("{{{{ org{} }}}}", ".x".repeat(900)), Some("template]")),
        ("denials", format!("{{{{ {}1 }}}}", "not ".repeat(480)), None),
        ("tags that do not end", "{{".repeat(500_000), Some("template-unclosed]")),
        ("blocks that do not end", "{%".repeat(500_000), Some("template-unclosed]")),
        ("comments that do not end", "{#".repeat(500_000), Some("template-unclosed]")),
        ("texts that do not end", "{% raw %}".repeat(20_000), Some("template-unclosed]")),
        ("a name that nobody has, often", (0..9_000).map(|n| format!("{{{{ x{n} }}}}")).collect(), Some("template-unknown]")),
        ("a large template", "x".repeat(1_100_000), Some("template-bounds]")),
        ("a macro", "{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}".to_owned(), Some("template]")),
        ("another file", "{% include 'a.md' %}".to_owned(), Some("template]")),
        ("a loop that calls itself", "{% for x in [1] recursive %}{{ loop([x]) }}{% endfor %}".to_owned(), Some("template]")),
        (
            "what a report does",
            "{% set n = namespace(x=0) %}{% for o in orgs %}{% set n.x = n.x + o.tasks_due.value %}{% endfor %}{{ n.x }}".to_owned(),
            None,
        ),
        ("strings with signs", "{{ '{{ [' ~ '}}' }}{% raw %}{{ a + b }}{% endraw %}".to_owned(), None),
    ] {
        let ran = write(&ledger, &template, &["--quarter", "2026Q3"]);
        match said {
            Some(said) => {
                let first = ran.err.lines().next().unwrap_or_default();
                assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{what}: {}", first);
                assert!(first.contains(said), "{what}: {first}");
                assert!(ran.err.matches("to mend it").count() == 1 || what.ends_with("often"), "{what}: one error is enough");
                assert!(ran.err.len() < 50_000, "{what}: {} bytes are said", ran.err.len());
            }
            None => assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{what}"),
        }
    }
}

#[test]
fn a_template_that_looks_at_everything_again_and_again_ends() {
    let ledger = Ledger::sample();
    let asks = r#"{% set x = records("meeting", since="%04d-%02d-01"|format(1000 + i % 1000, 1 + i % 11)).value %}"#;
    let ran = write(
        &ledger,
        &format!("{{% for i in range(9000) %}}{asks}{{% endfor %}}"),
        &["--quarter", "2026Q3"],
    );
    assert!(
        ran.code == 2
            && ran.err.contains("300 million")
            && ran.err.matches("to mend it").count() == 1,
        "{}",
        ran.err
    );
    let name = r#"{% set x = organisation("武汉路街道党工委") %}"#;
    let ran = write(
        &ledger,
        &format!("{{% for i in range(90000) %}}{name}{{% endfor %}}"),
        &["--quarter", "2026Q3"],
    );
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (0, ""),
        "a name is looked for once"
    );
}

#[test]
fn a_trace_that_nobody_reads_is_refused_before_anything_is_written() {
    let ledger = small();
    let (out, trace) = (
        ledger.path().join("o.md"),
        ledger.path().join("o.trace.txt"),
    );
    let args = [
        "--quarter",
        "2026Q3",
        "--out",
        out.to_str().expect("text"),
        "--trace",
    ];
    let many = "{% for i in range(30000) %}{{ tasks_due }}{{ tasks_due }}{{ tasks_due }}{{ tasks_due }}{% endfor %}";
    let ran = write(&ledger, many, &args);
    assert!(
        ran.code == 2 && ran.err.contains("the trace has more than"),
        "{}",
        ran.err
    );
    assert!(!out.exists() && !trace.exists(), "nothing is written");
    assert_eq!(
        write(&ledger, many, &args[..4]).code,
        0,
        "the document alone can be"
    );
}

#[test]
fn what_is_beyond_the_bounds_of_a_word_file_is_one_clear_error() {
    let headers: Vec<(String, String)> = (0..5_000)
        .map(|n| (format!("word/media/{n}.png"), String::new()))
        .collect();
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    for (what, body, more, said) in [
        (
            "what unpacks to much",
            "x".repeat(17 << 20),
            &[][..],
            "template-word]",
        ),
        (
            "many elements",
            "<w:p/>".repeat(700_000),
            &[],
            "template-word]",
        ),
        ("many parts", p("{{ org }}"), &headers, "template-word]"),
        (
            "a long paragraph with a tag",
            p(&("{{ org }}".to_owned() + &"x".repeat(1_600_000))),
            &[],
            "template-word]",
        ),
        (
            "many tags",
            p("{{ org }}").repeat(20_001),
            &[],
            "template-bounds]",
        ),
        (
            "many conditions",
            p("{% if 1 %}").repeat(100) + &p("{% endif %}").repeat(100),
            &[],
            "template-bounds]",
        ),
        (
            "tags that do not end",
            p(&"{{".repeat(300_000)),
            &[],
            "template-unclosed]",
        ),
        (
            "much that is written",
            p("{% for i in range(100000) %}") + &p(&"x".repeat(1000)) + &p("{% endfor %}"),
            &[],
            "template-bounds]",
        ),
        (
            "line ends",
            p("{% for i in range(99) %}") + &p("{{ '\\n' * 900000 }}") + &p("{% endfor %}"),
            &[],
            "template-bounds]",
        ),
    ] {
        let (ran, parts) = filled(&document(&body), more);
        let first = ran.err.lines().next().unwrap_or_default();
        assert_eq!((ran.code, parts.len()), (2, 0), "{what}: {first}");
        assert!(
            first.contains(said) && ran.err.lines().count() < 9,
            "{what}: {first}"
        );
    }
}

#[test]
fn dictionaries_in_dictionaries_and_many_empty_tables_are_filled_in() {
    let asked = p("{{ tasks_due(where={\"list\": \"task\", \"org\": {\"kind\": \"branch\"}}) }}");
    let (ran, parts) = filled(&document(&(asked + &"<w:tbl></w:tbl>".repeat(50_000))), &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(parts["word/document.xml"], document(&p("3")));
}
