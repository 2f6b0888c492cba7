//! What is handed on: pages, Markdown, workbooks, calendars. Each says what the CSV says, leads to
//! the records behind a figure, and takes no text for more than a text.

#![allow(clippy::print_stderr)] // what is skipped is said

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read, Write};
use std::process::Command;

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use proptest::prelude::*;
use quick_xml::events::Event;
use zip::ZipArchive;

use common::{Ledger, expect_file, run, sample_folder};

/// The sample's answer to a question, as text.
fn sample(args: &[&str]) -> String {
    let root = sample_folder();
    let ran = run(&[&["--root", root.to_str().expect("text")], args].concat());
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
    ran.out
}

/// The sample's answer as a file.
fn sample_file(args: &[&str], name: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    sample(&[args, &["--out", path.to_str().expect("text")]].concat());
    fs::read(path).expect("written")
}

const QUARTER: &[&str] = &["report", "--quarter", "2026Q3", "--as-of", "2026-10-15"];

/// A part of the district that is small enough to be read.
const STREET: &[&str] = &["--org", "jianxi/wuhanlu", "--metrics"];

#[test]
fn pages_and_markdown_as_they_were() {
    let metrics = &["meetings_held,tasks_due,tasks_completion_rate,score,rank"];
    for (lang, asked) in [("zh-CN", &[][..]), ("en", &[STREET, metrics].concat())] {
        let markdown = [QUARTER, asked, &["--format", "md", "--lang", lang]].concat();
        expect_file(&format!("expect/quarter.{lang}.md"), &sample(&markdown));
    }
    let page = [
        QUARTER,
        STREET,
        metrics,
        &["--format", "html", "--lang", "zh-CN"],
    ]
    .concat();
    expect_file("expect/quarter.zh-CN.html", &sample(&page));
    let due = [
        "due",
        "--org",
        "jianxi/wuhanlu",
        "--format",
        "md",
        "--lang",
        "zh-CN",
    ];
    expect_file("expect/due.zh-CN.md", &sample(&due));
}

fn workbook(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    open_workbook_from_rs(Cursor::new(bytes)).expect("a workbook")
}

/// The lines of raw CSV, each cut at its commas; no text of the sample has one.
fn raw(csv: &str) -> Vec<Vec<&str>> {
    csv.lines().map(|line| line.split(',').collect()).collect()
}

/// The figures of the sheets of a report by row, from left to right, the overview left out; and how
/// many of them are formulas.
fn figures_of(bytes: Vec<u8>) -> (Vec<Vec<Data>>, usize) {
    let mut book = workbook(bytes);
    let names = book.sheet_names();
    let mut rows: Vec<Vec<Data>> = Vec::new();
    let mut formulas = 0;
    for name in names
        .iter()
        .filter(|name| !["总表", "图表", "数字来源"].contains(&name.as_str()))
    {
        let sheet = book.worksheet_range(name).expect("a sheet");
        let heads = sheet
            .rows()
            .position(|row| row[0] == Data::String("序号".to_owned()));
        let body = sheet.rows().skip(heads.expect("headings") + 2);
        let body = body.take_while(|row| row[1] != Data::Empty);
        for (n, row) in body.enumerate() {
            if n == rows.len() {
                rows.push(Vec::new());
            }
            rows[n].extend(row[2..].iter().cloned());
        }
        let of_sheet = book.worksheet_formula(name).expect("formulas");
        formulas += of_sheet.used_cells().count();
    }
    (rows, formulas)
}

/// Whether a cell of a workbook is what raw CSV says.
fn agrees(cell: &Data, raw: &str) -> bool {
    match cell {
        Data::Float(n) => raw.parse::<f64>().is_ok_and(|raw| (n - raw).abs() < 5e-7),
        Data::Int(n) => raw == n.to_string(),
        Data::String(text) => raw.is_empty() && text == "—",
        _ => false,
    }
}

#[test]
fn a_workbook_says_what_the_csv_says_and_its_sums_can_be_checked() {
    for depth in ["1", "2"] {
        let asked = [QUARTER, &["--depth", depth, "--lang", "zh-CN"]].concat();
        let (rows, formulas) = figures_of(sample_file(&asked, "report.xlsx"));
        let csv = sample(&[&asked[..], &["--format", "csv", "--raw"]].concat());
        let csv = raw(&csv);
        assert_eq!(rows.len(), csv.len() - 1);
        for (row, line) in rows.iter().zip(&csv[1..]) {
            let figures = &line[3..];
            assert_eq!(
                row.len() - row.iter().rev().take_while(|c| **c == Data::Empty).count(),
                figures.len()
            );
            for (n, (cell, raw)) in row.iter().zip(figures).enumerate() {
                assert!(
                    agrees(cell, raw),
                    "{} of {}: {cell} is not {raw}",
                    csv[0][n + 3],
                    line[2]
                );
            }
        }
        // Every count of the standard table that adds up, and no rate, has its sum.
        assert!(formulas > 25, "{formulas}");
    }
}

/// LibreOffice computes the sums of a workbook whose cached values were taken away.
#[test]
fn a_spreadsheet_program_computes_the_same_sums() {
    if Command::new("soffice").arg("--version").output().is_err() {
        eprintln!("skipped: no LibreOffice here");
        return;
    }
    let asked = [
        QUARTER,
        &[
            "--metrics",
            "meetings_held,tasks_due,tasks_done,funds_spent",
            "--lang",
            "zh-CN",
        ],
    ]
    .concat();
    let bytes = sample_file(&asked, "report.xlsx");
    let cached = total_row(bytes.clone());
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("bare.xlsx"), without_values(&bytes)).expect("written");
    let profile = format!(
        "-env:UserInstallation=file://{}",
        folder.path().join("p").display()
    );
    let ran = Command::new("soffice")
        .args([
            &profile,
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
        ])
        .arg(folder.path().join("out"))
        .arg(folder.path().join("bare.xlsx"))
        .output()
        .expect("LibreOffice ran");
    assert!(ran.status.success());
    let computed = std::fs::read(folder.path().join("out/bare.xlsx")).expect("converted");
    assert_eq!(total_row(computed), cached);
}

/// The numbers of the total row.
fn total_row(bytes: Vec<u8>) -> Vec<String> {
    let mut book = workbook(bytes);
    let name = book.sheet_names()[0].clone();
    let sheet = book.worksheet_range(&name).expect("a sheet");
    let total = sheet
        .rows()
        .find(|row| row[1] == Data::String("合计".to_owned()));
    let cells = total.expect("a total")[2..].iter().map(ToString::to_string);
    let cells: Vec<String> = cells.collect();
    assert!(
        cells
            .iter()
            .any(|cell| cell.parse::<f64>().is_ok_and(|n| n > 0.0)),
        "{cells:?}"
    );
    cells
}

/// A workbook whose formulas have no values.
fn without_values(bytes: &[u8]) -> Vec<u8> {
    let mut from = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let mut to = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut taken = 0;
    for n in 0..from.len() {
        let mut part = from.by_index(n).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut text = Vec::new();
        part.read_to_end(&mut text).expect("read");
        if name.starts_with("xl/worksheets/sheet") {
            let mut xml = String::from_utf8(text).expect("text");
            while let Some(at) = xml.find("</f><v>") {
                let end = xml[at..].find("</v>").expect("closed") + at + 4;
                xml.replace_range(at..end, "</f>");
                taken += 1;
            }
            text = xml.into_bytes();
        }
        let options = zip::write::SimpleFileOptions::default();
        to.start_file(name, options).expect("a part");
        to.write_all(&text).expect("written");
    }
    assert!(taken > 0, "there are sums");
    to.finish().expect("a zip").into_inner()
}

/// A page as its elements: names, ids, links and texts, in order. That it can be read as XML says
/// that no text is taken for markup.
fn elements(page: &str) -> Vec<(String, BTreeMap<String, String>, String)> {
    let body = page.strip_prefix("<!doctype html>\n").unwrap_or(page);
    let mut reader = quick_xml::Reader::from_str(body);
    let mut found: Vec<(String, BTreeMap<String, String>, String)> = Vec::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) | Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                let attributes = tag.attributes().map(|attribute| {
                    let attribute = attribute.expect("an attribute");
                    let key = attribute.key.as_ref().to_owned();
                    (key, attribute.value.into_owned())
                });
                found.push((name, attributes.collect(), String::new()));
            }
            Event::Text(text) => {
                if let Some(last) = found.last_mut() {
                    last.2.push_str(&text);
                }
            }
            Event::GeneralRef(_) | Event::End(_) | Event::Decl(_) | Event::Comment(_) => {}
            Event::Eof => return found,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn every_figure_of_a_page_leads_to_the_records_that_make_it() {
    let page = sample(&[QUARTER, &["--format", "html", "--lang", "zh-CN"]].concat());
    let elements = elements(&page);
    // The value of each source as its heading says it, the records and parts below it.
    let mut values: BTreeMap<String, String> = BTreeMap::new();
    let mut adds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut is_made_of: BTreeSet<String> = BTreeSet::new();
    let mut open = String::new();
    let mut links: Vec<(String, String)> = Vec::new();
    for (name, attributes, text) in &elements {
        match name.as_str() {
            "section" => open = attributes["id"].clone(),
            "h3" => {
                let value = text.rsplit(" = ").next().expect("a value").trim();
                values.insert(open.clone(), value.to_owned());
            }
            "td" if !open.is_empty() && attributes.get("class").is_some_and(|c| c == "n") => {
                adds.entry(open.clone()).or_default().push(text.clone());
            }
            "li" => drop(is_made_of.insert(open.clone())),
            "a" if attributes["href"].starts_with("#s") => {
                links.push((attributes["href"][1..].to_owned(), text.trim().to_owned()));
            }
            _ => {}
        }
    }
    assert!(links.len() > 500, "{}", links.len());
    for (source, shown) in links {
        assert_eq!(values[&source], shown, "{source}");
        assert!(adds.contains_key(&source) || is_made_of.contains(&source));
    }
    // What is counted one by one is as many as there are records.
    for (source, adds) in adds {
        let sum: i64 = adds
            .iter()
            .map(|n| n.parse::<i64>().expect("a number"))
            .sum();
        assert_eq!(sum.to_string(), values[&source], "{source}");
    }
}

#[test]
fn a_trend_is_the_figures_of_each_period() {
    let metrics = "meetings_held,tasks_due,tasks_completion_rate,filings_late";
    let csv = sample(&[
        "report",
        "--quarter",
        "2026Q3",
        "--trend",
        "3",
        "--metrics",
        metrics,
        "--format",
        "csv",
        "--raw",
    ]);
    let lines = raw(&csv);
    assert_eq!(lines.len(), 4);
    for (line, period) in lines[1..].iter().zip(["2026Q1", "2026Q2", "2026Q3"]) {
        assert_eq!(line[0], period);
        let alone = sample(&[
            "report",
            "--quarter",
            period,
            "--metrics",
            metrics,
            "--format",
            "csv",
            "--raw",
        ]);
        let alone = raw(&alone);
        assert_eq!(line[3..], alone[alone.len() - 1][3..], "{period}");
    }
}

/// A document shows a picture of the very figures of the report; text shows them as a table.
#[test]
fn a_document_has_the_picture_that_its_template_asks_for() {
    let dir = tempfile::tempdir().expect("a folder");
    let template = dir.path().join("t.md");
    let text = "# 图\n\n{{ 图表(\"任务完成率\") }}\n\n{{ chart(\"Over time\") }}\n";
    fs::write(&template, text).expect("a template");
    let path = template.to_str().expect("a path");
    let days = ["--quarter", "2026Q3", "--as-of", "2026-09-30"];
    let ask = [&["write", path], &days[..]].concat();
    let bytes = sample_file(&ask, "o.docx");
    let mut parts = ZipArchive::new(Cursor::new(bytes)).expect("a Word file");
    let mut part = |name: &str| {
        let mut text = String::new();
        let mut part = parts.by_name(name).expect(name);
        part.read_to_string(&mut text).expect("XML");
        text
    };
    let drawn = part("word/charts/chart1.xml");
    let shown: Vec<f64> = elements(&drawn)
        .into_iter()
        .filter(|(name, ..)| name == "c:v")
        .filter_map(|(.., text)| text.parse().ok())
        .collect();
    let of = ["--metrics", "tasks_completion_rate"];
    let raw = [&["report"], &days[..], &of, &["--format", "csv", "--raw"]].concat();
    let csv = sample(&raw);
    let total = csv.lines().last().and_then(|line| line.rsplit(',').next());
    let total: f64 = total.expect("a total").parse().expect("a number");
    let rows = csv.lines().count() - 1;
    assert!(shown.len() > rows && (shown[shown.len() - 1] - total).abs() < 1e-4);
    assert!(part("word/document.xml").contains("r:id=\"chart2\""));
    assert!(part("[Content_Types].xml").contains("/word/charts/chart2.xml"));
    let text = sample(&ask);
    assert!(
        text.contains("| **合计** |") && text.contains("| 2026Q3 |"),
        "{text}"
    );

    fs::write(&template, "{{ chart(\"没有的图\") }}").expect("a template");
    let root = sample_folder();
    let root = ["--root", root.to_str().expect("text"), "--lang", "zh-CN"];
    let said = run(&[&root[..], &ask].concat()).err;
    assert!(said.contains("没有“没有的图”"), "{said}");
    assert!(said.contains("任务完成率"), "{said}");
}

#[test]
fn reminders_of_a_calendar_keep_their_names() {
    let text = sample(&["due", "--format", "ics", "--lang", "zh-CN"]);
    let uids: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("UID:"))
        .collect();
    let entries = text.matches("BEGIN:VEVENT").count();
    assert!(entries > 10);
    // One of each reminder, one of its alarm.
    assert_eq!(uids.iter().collect::<BTreeSet<_>>().len(), 2 * entries);
    assert!(
        text.split("\r\n").all(|line| line.len() <= 75),
        "lines are folded"
    );
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    assert_eq!(text, sample(&["due", "--format", "ics", "--lang", "zh-CN"]));
}

#[test]
fn every_register_and_every_field_can_be_taken_out() {
    let mut book = workbook(sample_file(&["export", "--lang", "zh-CN"], "all.xlsx"));
    assert!(book.sheet_names().contains(&"任务".to_owned()));
    let sheet = book.worksheet_range("任务").expect("a sheet");
    let heads: Vec<String> = sheet
        .rows()
        .nth(2)
        .expect("headings")
        .iter()
        .map(ToString::to_string)
        .collect();
    for field in [
        "下达日期",
        "完成时限",
        "延期至",
        "配合单位",
        "佐证材料",
        "备注",
        "状态",
    ] {
        assert!(heads.contains(&field.to_owned()), "{field}: {heads:?}");
    }
    let json = sample(&["list", "task", "--format", "json"]);
    let records = json.matches("\"id\":").count();
    assert!(
        sheet.height() - 3 >= records,
        "{} rows, {records} records",
        sheet.height()
    );
    let csv = sample(&[
        "list",
        "task",
        "--fields",
        "任务,due",
        "--format",
        "csv",
        "--raw",
    ]);
    assert!(
        csv.starts_with("id,org,title,due,state\r\n"),
        "{}",
        &csv[..40]
    );
}

/// Pieces of texts that some program would take for more than a text.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = [
        "=1+1",
        "+cmd",
        "@SUM(A1)",
        "-2",
        "</script><script>alert(1)</script>",
        "<b onload=x>",
        "&amp;",
        "\"'`",
        "a|b",
        "**x**",
        "[x](http://e)",
        "\u{1b}[31m",
        "\u{202e}",
        "\u{7}",
        "中文",
        " ",
        "]]>",
        "<!--",
        "{{ x }}",
        "\\",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 1..6)
        .prop_map(|pieces| pieces.concat() + "末")
}

/// Characters that steer a terminal or turn text around.
const STEERING: [char; 3] = ['\u{1b}', '\u{202e}', '\u{7}'];

fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        c if c.is_control() => format!("\\u{:04x}", c as u32),
        c => c.to_string(),
    });
    escaped.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_text_is_a_text_in_every_form(title in hostile(), long in any::<bool>()) {
        let title = if long { title.clone() + &"长".repeat(10_000) } else { title };
        let task = format!(
            "[[task]]\nid = \"t-20260703-00000001\"\nlist = \"task\"\ntitle = \"{0}\"\nowner = \"{0}\"\n\
             set = 2026-07-03\ndue = 2026-07-10\n", quoted(&title)
        );
        let ledger = Ledger::new(&[("orgs/a/2026/x-00.toml", &task)]);
        let report = ["report", "--quarter", "2026Q3", "--metrics", "tasks_due,tasks_overdue"];
        let list = ["list", "task", "--fields", "all"];
        let due = ["due", "--within", "3000"];
        let known = [
            "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "p", "div", "table", "thead",
            "tbody", "tr", "th", "td", "a", "b", "br", "section", "ul", "li", "figure", "figcaption", "svg", "text",
            "rect", "line", "path", "circle",
        ];
        for asked in [&report[..], &list, &due] {
            let page = ledger.ok(&[asked, &["--format", "html"]].concat());
            for (name, attributes, _) in elements(&page) {
                prop_assert!(known.contains(&name.as_str()), "{name}");
                prop_assert!(attributes.keys().all(|key| !key.starts_with("on")));
            }
            prop_assert!(!page.contains(STEERING));
            let markdown = ledger.ok(&[asked, &["--format", "md"]].concat());
            prop_assert!(!markdown.replace("<br>", "").contains('<'), "{markdown}");
            prop_assert!(!markdown.contains(STEERING));
            let folder = tempfile::tempdir().expect("a folder");
            let out = folder.path().join("x.xlsx");
            ledger.ok(&[asked, &["--out", out.to_str().expect("text")]].concat());
            let mut book = workbook(std::fs::read(out).expect("written"));
            for name in book.sheet_names() {
                let formulas = book.worksheet_formula(&name).expect("formulas");
                let all = formulas.used_cells().all(|(_, _, formula)| formula.starts_with("SUM("));
                prop_assert!(all, "{name}");
                let cells = book.worksheet_range(&name).expect("cells");
                let all = cells.used_cells().all(|(_, _, cell)| !cell.to_string().contains(STEERING));
                prop_assert!(all, "{name}");
            }
        }
        let calendar = ledger.ok(&[&due[..], &["--format", "ics"]].concat());
        prop_assert_eq!(calendar.matches("BEGIN:VEVENT").count(), calendar.matches("END:VEVENT").count());
        let all = calendar
            .split("\r\n")
            .all(|line| !line.contains('\n') && !line.contains(STEERING));
        prop_assert!(all);
    }
}
