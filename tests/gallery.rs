//! The gallery: one broken ledger a rule, what `check` says of it in both languages beside it.
//!
//! A case is a text file: `== path` starts a file of the ledger, `== expect LANG` the expected
//! output. A new case is data, not code.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::Ledger;
use ledger::problem::{Rule, Severity};

/// Rules about things that cannot be written into a text file; `hostile.rs` has their cases.
const ELSEWHERE: &[&str] = &[
    "io",
    "not-a-file",
    "too-large",
    "link-outside",
    "link-loop",
    "folders-too-deep",
    "nul-byte",
    "not-utf8",
    "nested-too-deep",
    "case-collision",
    "import-header",
    "import-row",
    "import-duplicate",
    "import-orphan",
    "import-cycle",
    "import-depth",
    "too-many",
    "too-many-values",
];

struct Case {
    name: String,
    files: Vec<(String, String)>,
    expected: Vec<(String, String)>,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gallery");
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).expect("the gallery").flatten() {
        let text = fs::read_to_string(entry.path()).expect("a case");
        let name = entry
            .path()
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let mut case = Case {
            name,
            files: Vec::new(),
            expected: Vec::new(),
        };
        for section in text.split("\n== ").map(|s| s.trim_start_matches("== ")) {
            let (head, body) = section.split_once('\n').unwrap_or((section, ""));
            let body = if body.is_empty() || body.ends_with('\n') {
                body.to_owned()
            } else {
                format!("{body}\n")
            };
            // Line ends and marks that an editor would take away are written as escapes.
            match head.strip_prefix("expect ") {
                Some(lang) => case.expected.push((lang.to_owned(), body)),
                None => case.files.push((
                    head.to_owned(),
                    body.replace("\\r\n", "\r\n").replace("\\ufeff", "\u{feff}"),
                )),
            }
        }
        cases.push(case);
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

#[test]
fn check_says_what_is_wrong_in_both_languages_and_touches_nothing() {
    for case in cases() {
        let files: Vec<(&str, &str)> = case
            .files
            .iter()
            .map(|(p, t)| (p.as_str(), t.as_str()))
            .collect();
        let ledger = Ledger::new(&files);
        let before = ledger.bytes();
        let mut said = Vec::new();
        for lang in ["en", "zh-CN"] {
            let ran = ledger.run(&["check", "--lang", lang]);
            // Warnings alone hold nobody up.
            let wrong = Rule::ALL.iter().any(|r| {
                r.severity != Severity::Warning && ran.out.contains(&format!("[{}]\n", r.name))
            });
            assert_eq!(
                ran.code,
                u8::from(wrong),
                "{}: {}{}",
                case.name,
                ran.out,
                ran.err
            );
            said.push((lang.to_owned(), ran.out));
        }
        assert!(before == ledger.bytes(), "{}: check wrote", case.name);
        let rule = case.name.split('.').next().expect("a rule");
        assert!(
            said[0].1.contains(&format!("[{rule}]")),
            "{} does not show its rule:\n{}",
            case.name,
            said[0].1
        );
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            let escape = |text: &str| text.replace("\r\n", "\\r\n").replace('\u{feff}', "\\ufeff");
            let files = case
                .files
                .iter()
                .map(|(path, text)| format!("== {path}\n{}", escape(text)));
            let text: String = files
                .chain(
                    said.iter()
                        .map(|(lang, text)| format!("== expect {lang}\n{text}")),
                )
                .collect();
            fs::write(
                Path::new(env!("CARGO_MANIFEST_DIR"))
                    .join(format!("tests/gallery/{}.txt", case.name)),
                text,
            )
            .expect("written");
        } else {
            assert_eq!(said, case.expected, "{}", case.name);
        }
    }
}

#[test]
fn a_report_refuses_what_cannot_be_read_and_names_what_it_leaves_out() {
    for case in cases() {
        let files: Vec<(&str, &str)> = case
            .files
            .iter()
            .map(|(p, t)| (p.as_str(), t.as_str()))
            .collect();
        let ledger = Ledger::new(&files);
        let rule = Rule::ALL
            .iter()
            .find(|r| case.name.split('.').next() == Some(r.name))
            .expect("named by its rule");
        let blocks = matches!(rule.severity, Severity::File | Severity::Record);
        let in_rules = case
            .files
            .iter()
            .any(|(path, _)| path.starts_with("rules/"));
        let ran = ledger.run(&["report", "--quarter", "2026Q3"]);
        assert_eq!(
            ran.code,
            if blocks { 2 } else { 0 },
            "{}: {}{}",
            case.name,
            ran.out,
            ran.err
        );
        if !blocks || in_rules {
            continue;
        }
        for format in [
            &["--format", "table"][..],
            &["--format", "csv"],
            &["--format", "csv", "--raw"],
            &["--format", "json"],
        ] {
            let ran =
                ledger.run(&[&["report", "--quarter", "2026Q3", "--skip-bad"], format].concat());
            assert_eq!(ran.code, 0, "{}: {}{}", case.name, ran.out, ran.err);
            assert!(
                ran.err.contains(&format!("[{}]", rule.name)),
                "{}: {}",
                case.name,
                ran.err
            );
            assert!(
                ran.out.contains("left out") || ran.out.contains("left-out"),
                "{} {format:?}: {}",
                case.name,
                ran.out
            );
        }
    }
}

#[test]
fn the_same_as_json_has_a_place_a_rule_and_both_sentences() {
    for case in cases() {
        let files: Vec<(&str, &str)> = case
            .files
            .iter()
            .map(|(p, t)| (p.as_str(), t.as_str()))
            .collect();
        let ran = Ledger::new(&files).run(&["check", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&ran.out).expect("json");
        for problem in json["problems"].as_array().expect("a list") {
            assert!(
                problem["rule"].is_string() && problem["message"].is_string(),
                "{}: {problem}",
                case.name
            );
            assert!(
                problem["line"].as_u64() >= Some(1) && problem["column"].as_u64() >= Some(1),
                "{}: {problem}",
                case.name
            );
        }
    }
}

#[test]
fn every_rule_has_a_case() {
    let shown: BTreeSet<String> = cases()
        .iter()
        .filter_map(|c| c.name.split('.').next().map(str::to_owned))
        .collect();
    for rule in Rule::ALL.iter().filter(|r| r.severity != Severity::Usage) {
        assert!(
            shown.contains(rule.name) || ELSEWHERE.contains(&rule.name),
            "no case for {}",
            rule.name
        );
    }
}
