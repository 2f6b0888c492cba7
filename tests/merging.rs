//! Three versions of a file as one: a gallery of cases, and what must hold of any.
//!
//! A case is a text file: `== base`, `== ours`, `== theirs`, the names of other files if need be,
//! and what comes of it. A new case is data, not code.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::{Ledger, has};
use ledger::merge::marks::Names;
use ledger::merge::merged::Merged;
use ledger::merge::record::Side;
use ledger::merge::{FileForm, Refused, Versions, merge};
use ledger::rules::Rules;
use ledger::source::Source;
use ledger::written::block::Block;
use ledger::written::page::Page;
use proptest::prelude::*;

fn sections(text: &str) -> Vec<(String, String)> {
    let escaped = |body: &str| body.replace("\\r\n", "\r\n").replace("\\ufeff", "\u{feff}");
    let parts = text
        .split("\n== ")
        .map(|part| part.trim_start_matches("== "));
    parts
        .map(|part| {
            let (head, body) = part.split_once('\n').unwrap_or((part, ""));
            (
                head.to_owned(),
                if body.is_empty() || body.ends_with('\n') {
                    escaped(body)
                } else {
                    escaped(&format!("{body}\n"))
                },
            )
        })
        .collect()
}

#[test]
fn the_gallery_of_merges() {
    // It merges what is no record.
    if !has("git") {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/merges");
    let mut names: Vec<_> = fs::read_dir(&folder)
        .expect("the gallery")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    names.sort();
    assert!(names.len() > 20, "the gallery is there");
    for path in names {
        let text = fs::read_to_string(&path).expect("a case");
        let sections = sections(&text);
        let find = |name: &str| {
            sections
                .iter()
                .find(|(head, _)| head == name)
                .map_or("", |(_, body)| body.as_str())
        };
        // The file's name below the root is the first word of the case's name that is a path; else
        // a year's ledger.
        let file = if find("path").is_empty() {
            "orgs/a/2026/x-00.toml"
        } else {
            find("path").trim()
        };
        let ledger = Ledger::new(&[
            ("base", find("base")),
            ("ours", find("ours")),
            ("theirs", find("theirs")),
        ]);
        let at = |name: &str| ledger.path().join(name).to_str().expect("text").to_owned();
        let said: Vec<(u8, String)> = ["en", "zh-CN"]
            .into_iter()
            .map(|lang| {
                ledger.write("merged", find("ours").as_bytes());
                let ran = ledger.run(&[
                    "merge-driver",
                    &at("base"),
                    &at("merged"),
                    &at("theirs"),
                    file,
                    "--lang",
                    lang,
                ]);
                (
                    ran.code,
                    format!("exit {}\n{}{}", ran.code, ran.out, ran.err),
                )
            })
            .collect();
        // The last run was in Chinese; its markers say whose version is whose.
        let merged = ledger.read("merged");
        let got = [
            ("merged", merged.as_str()),
            ("said en", &said[0].1),
            ("said zh-CN", &said[1].1),
        ];
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            let escape = |text: &str| text.replace("\r\n", "\\r\n").replace('\u{feff}', "\\ufeff");
            let given = sections
                .iter()
                .filter(|(head, _)| !got.iter().any(|(name, _)| name == head));
            let all = given
                .map(|(head, body)| (head.as_str(), body.as_str()))
                .chain(got);
            let text: String = all
                .map(|(head, body)| format!("== {head}\n{}", escape(body)))
                .collect();
            fs::write(&path, text).expect("written");
            continue;
        }
        for (name, text) in got {
            let text = if text.is_empty() || text.ends_with('\n') {
                text.to_owned()
            } else {
                format!("{text}\n")
            };
            assert_eq!(text, find(name), "{}: {name}", path.display());
        }
    }
}

/// Records of a random ledger: few ids, few values, so that versions meet.
fn ledger_text() -> impl Strategy<Value = String> {
    let field = prop_oneof![Just("甲"), Just("乙"), Just("丙")];
    let updates = proptest::collection::vec(
        (1..5u8, prop_oneof![Just("in-progress"), Just("done")]),
        0..3,
    );
    let comment = prop_oneof![3 => Just(0u8), 1 => Just(1), 1 => Just(2), 1 => Just(3)];
    let record = (
        0..5u8,
        field.clone(),
        field,
        updates,
        comment,
        proptest::bool::weighted(0.1),
    );
    proptest::collection::vec(record, 0..5).prop_map(|records| {
        let mut seen = BTreeSet::new();
        let mut text = String::new();
        for (id, owner, title, updates, comment, retracted) in records.into_iter().filter(|r| seen.insert(r.0)) {
            if !text.is_empty() {
                text.push('\n');
            }
            if comment == 1 {
                text.push_str("# 上方\n");
            }
            if comment == 3 {
                text.push_str("# 单独一段\n\n");
            }
            text.push_str(&format!("[[task]]\nid = \"t-20260703-0000000{id}\"\nlist = \"problem\"\ntitle = \"{title}\"\n"));
            text.push_str(&format!("owner = \"{owner}\"{}\n", if comment == 2 { " # 后面" } else { "" }));
            text.push_str("set = 2026-07-03\ndue = 2026-09-20\n");
            if !updates.is_empty() {
                text.push_str("updates = [\n");
                let mut updates = updates;
                updates.sort();
                updates.iter().for_each(|(day, status)| {
                    text.push_str(&format!("    {{ on = 2026-08-0{day}, status = \"{status}\" }},\n"));
                });
                text.push_str("]\n");
            }
            if retracted {
                text.push_str("retracted = { on = 2026-09-01, why = \"误录\" }\n");
            }
        }
        text
    })
}

fn merged(base: &str, ours: &str, theirs: &str) -> Result<Merged, Refused> {
    let source = |text: &str| Source::new("x.toml", text);
    let (base, ours, theirs) = (source(base), source(ours), source(theirs));
    merge(
        Versions {
            base: &base,
            ours: &ours,
            theirs: &theirs,
        },
        FileForm::Records,
        Rules::built_in(),
        &mut |_, _| None,
    )
}

#[test]
fn what_a_person_decides_is_the_result() {
    let task = |title: &str, more: &str| {
        format!(
            "[[task]]\nid = \"t-20260703-00000001\"\nlist = \"problem\"\ntitle = \"{title}\"\nowner = \"甲\"\n{more}"
        )
    };
    let other = "\n[[task]]\nid = \"t-20260703-00000002\"\nlist = \"problem\"\n";
    let retracted = "retracted = { on = 2026-09-01, why = \"误录\" }\n";
    let update = |note: &str| {
        format!(
            "updates = [\n    {{ on = 2026-08-01, status = \"done\", note = \"{note}\" }},\n]\n"
        )
    };
    let base = format!("{}{other}", task("甲", &update("旧")));
    let cases = [
        (task("乙", &update("旧")), task("丙", &update("旧"))),
        (task("甲", &update("乙")), task("甲", &update("丙"))),
        (
            task("甲", &format!("{}{retracted}", update("旧"))),
            task("丙", &update("旧")),
        ),
        (String::new(), task("丙", &update("旧"))),
    ];
    for (ours, theirs) in cases {
        let with = |one: &str| {
            if one.is_empty() {
                other[1..].to_owned()
            } else {
                format!("{one}{other}")
            }
        };
        let (ours, theirs) = (with(&ours), with(&theirs));
        let sources = [&base, &ours, &theirs].map(|text| Source::new("x.toml", text.as_str()));
        let [b, o, t] = &sources;
        for (side, chosen) in [(Side::Ours, &ours), (Side::Theirs, &theirs)] {
            let versions = Versions {
                base: b,
                ours: o,
                theirs: t,
            };
            let merged = merge(
                versions,
                FileForm::Records,
                Rules::built_in(),
                &mut |_, _| Some(side),
            );
            let merged = merged.unwrap_or_else(|refused| panic!("{refused:?}\n{chosen}"));
            // Whether it is taken back is what was asked; what else either side did stays.
            let wanted = if ours.contains("retracted") {
                chosen.replace("title = \"甲\"", "title = \"丙\"")
            } else {
                chosen.clone()
            };
            assert_eq!(
                (said(&text(&merged)), merged.conflicts.len()),
                (said(&wanted), 0)
            );
        }
    }
}

fn text(merged: &Merged) -> String {
    merged.written(&Names::default()).text
}

/// What a text says: each record with its fields and comments, whatever the order.
fn said(text: &str) -> BTreeSet<String> {
    let source = Source::new("", text);
    let page = Page::read(&source).expect("a ledger");
    page.paragraphs
        .iter()
        .map(|p| match Block::read(&p.text) {
            Some(row) => format!("{:?} {:?} {:?}", row.kind, row.said(), row.comments()),
            None => p.text.to_string(),
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_one_side_alone_changed_is_the_result(base in ledger_text(), other in ledger_text()) {
        for (ours, theirs) in [(&base, &other), (&other, &base), (&other, &other)] {
            match merged(&base, ours, theirs) {
                Ok(merged) => {
                    prop_assert_eq!(said(&text(&merged)), said(&other));
                    prop_assert!(merged.conflicts.is_empty());
                }
                // Without any record nothing says that these are ledgers.
                Err(refused) => prop_assert_eq!(refused, Refused::NotALedger),
            }
        }
    }

    #[test]
    fn sides_can_change_places(base in ledger_text(), ours in ledger_text(), theirs in ledger_text()) {
        if let (Ok(one), Ok(other)) = (merged(&base, &ours, &theirs), merged(&base, &theirs, &ours)) {
            let ids = |merged: &Merged| merged.conflicts.iter().map(|c| c.id.clone()).collect::<BTreeSet<_>>();
            prop_assert_eq!(ids(&one), ids(&other));
            if one.conflicts.is_empty() {
                prop_assert_eq!(said(&text(&one)), said(&text(&other)));
            }
        }
    }

    #[test]
    fn a_page_is_its_file(text in ledger_text(), crlf in any::<bool>(), mark in any::<bool>()) {
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let text = if mark { format!("\u{feff}{text}") } else { text };
        let source = Source::new("", text);
        let page = Page::read(&source).expect("a ledger");
        prop_assert_eq!(page.text(), source.text.as_str());
        for record in page.paragraphs.iter().filter(|paragraph| paragraph.key.is_some()) {
            let block = Block::read(&record.text).expect("a record");
            if block.is_verbatim {
                prop_assert_eq!(block.text(), &*record.text);
            }
        }
    }

    /// A file is cut at the same places whether it is safe to cut it without parsing or not.
    #[test]
    fn cutting_and_parsing_agree(text in ledger_text(), crlf in any::<bool>(), mark in any::<bool>()) {
        // A string over several lines in a comment's place keeps the short way from being taken.
        let last = "\n[[task]]\nid = \"t-20260703-00000009\"\nnote = \"\"\"\n[[task]]\n\"\"\"\n";
        let written = |text: String| {
            let text = if crlf { text.replace('\n', "\r\n") } else { text };
            if mark { format!("\u{feff}{text}") } else { text }
        };
        let sources = [format!("{text}{last}"), text].map(|text| Source::new("", written(text)));
        let [long, short] = sources.each_ref().map(|source| Page::read(source).expect("a ledger"));
        let texts = |page: &Page<'_>| page.paragraphs.iter().map(|p| (p.text.to_string(), p.line)).collect::<Vec<_>>();
        prop_assert_eq!(&texts(&long)[..short.paragraphs.len()], &texts(&short)[..]);
        prop_assert_eq!(long.paragraphs.len(), short.paragraphs.len() + 1);
        prop_assert_eq!(long.text(), sources[0].text.as_str());
    }
}
