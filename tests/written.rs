//! The two readers of rows: what the one takes the other reads alike, and what `fmt` leaves alone
//! the one takes.

use ledger::rules::Rules;
use ledger::sample::{Size, district};
use ledger::source::Source;
use ledger::toml::{Reading, parse};
use ledger::tree::{canon, format, ledger as records};
use ledger::written::canonical::Rows;
use ledger::written::selection::Selection;
use ledger::written::{Row, parsed};
use proptest::prelude::*;

/// The rows of a text by the reader of canonical text; none where it does not take it.
fn canonical<'s>(source: &'s Source, rules: &Rules) -> Option<Vec<Row<'s>>> {
    let everything = Selection::everything();
    let mut rows = Rows::new(&source.text, rules, &everything);
    let mut all = Vec::new();
    loop {
        let mut row = Row::default();
        match rows.next(&mut row) {
            Ok(true) => all.push(row),
            Ok(false) => return Some(all),
            Err(_) => return None,
        }
    }
}

/// The rows of a text by the full parser, with their fields in the order of the text.
fn parsed<'s>(source: &'s Source, rules: &Rules) -> Option<Vec<Row<'s>>> {
    let document = parse(source).ok()?;
    let mut all: Vec<Row<'s>> = Vec::new();
    for (name, node) in &document.root {
        for item in node.get_ref().as_array()? {
            all.push(parsed::row(
                source,
                rules,
                name.get_ref(),
                item.get_ref().as_table()?,
                item.span(),
            ));
        }
    }
    all.sort_by_key(|row| row.header.start);
    Some(all)
}

/// What the reader of canonical text takes the full parser reads alike, and `fmt` leaves as it is.
fn agree(text: &str) -> Result<bool, TestCaseError> {
    let rules = Rules::built_in();
    let source = Source::new("x.toml", text);
    let taken = canonical(&source, rules);
    if let Some(rows) = &taken {
        let others = parsed(&source, rules);
        prop_assert!(Some(rows) == others.as_ref(), "read differently: {}", text);
        let document =
            parse(&source).map_err(|problems| TestCaseError::fail(format!("{problems:?}")))?;
        let reading = Reading::new(&source);
        let all = records::records(&reading, &document.root, rules);
        // Values that fit no field are refused by either.
        if reading.count() == 0 {
            prop_assert_eq!(&canon::ledger(&source, &document, &all, rules), text);
            prop_assert_eq!(format::changed(&source, None, rules), Ok(None));
        }
    }
    Ok(taken.is_some())
}

/// Whatever is selected, the same is wrong with a text, it has the same ids, and what is kept is
/// what reading everything keeps.
fn select_alike(text: &str) -> Result<(), TestCaseError> {
    let rules = Rules::built_in();
    let source = Source::new("x.toml", text);
    let read = |selection: &Selection| {
        let mut batch = records::Batch::new(0);
        batch.read(&source, rules, selection);
        batch
    };
    let mut starts = Selection::nothing();
    for kind in &rules.kinds {
        starts.of_mut(kind.number).add(kind.start);
    }
    let all = read(&Selection::everything());
    for selection in [Selection::nothing(), starts] {
        let some = read(&selection);
        prop_assert_eq!(&some.problems, &all.problems, "{}", text);
        prop_assert_eq!(&some.ids, &all.ids, "{}", text);
        for (one, whole) in some.entries.iter().zip(&all.entries) {
            let (one, whole) = (&one.record, &whole.record);
            prop_assert_eq!(&one.id, &whole.id);
            prop_assert_eq!(one.starts(), whole.starts());
            prop_assert_eq!(one.updates(), whole.updates());
            prop_assert_eq!(&one.retracted, &whole.retracted);
        }
    }
    Ok(())
}

#[test]
fn the_sample_is_taken_whole_and_read_alike() {
    let files = district(&Size::default());
    let ledgers = files
        .iter()
        .filter(|(path, _)| path.starts_with("orgs/") && !path.ends_with("org.toml"));
    let mut count = 0;
    for (path, text) in ledgers {
        assert!(agree(text).expect("read alike"), "{path}");
        select_alike(text).expect("selected alike");
        count += 1;
    }
    assert!(count > 100, "{count}");
}

/// A row of awkward values: escapes, marks of direction, lists at the edge of a line, numbers,
/// tables.
const AWKWARD: &str = "[[task]]\nid = \"t-20260703-0c9d1m5q\"\nlist = \"problem\"\ntitle = \"甲\\\"乙\\\\丙\\u202e\\t\"\nowner = \"，—“”\"\n\
set = 2026-07-03\ndue = 2026-09-20\nupdates = [\n    { on = 2026-08-10, status = \"in-progress\", percent = 60, note = \"已立项\" },\n]\n\n\
[[fund]]\nid = \"f-20260703-0c9d1m5q\"\ndate = 2026-07-03\namount = 3500.5\n\n[[meeting]]\nid = \"m-20260703-7k3f9x2v\"\ndate = 2026-07-03\n\
type = \"regular\"\ntitle = \"\"\ndue = 12\npresent = 0\nretracted = { on = 2026-07-04, by = \"x\", why = \"y\" }\n";

#[test]
fn awkward_values_are_read_alike() {
    assert!(agree(AWKWARD).expect("read alike"));
    // A list fills the line exactly, or is one column too long for it.
    let kind = Rules::built_in()
        .kind("agreement")
        .expect("agreements have lists");
    let list = kind
        .fields
        .iter()
        .find(|field| field.list && matches!(field.ty, ledger::rules::kind::FieldType::Text))
        .expect("a list");
    for length in 80..100 {
        let long = "甲".repeat((length - list.name.len()) / 2);
        let flat = format!("[[agreement]]\n{} = [\"{long}\", \"乙\"]\n", list.name);
        let broken = format!(
            "[[agreement]]\n{} = [\n    \"{long}\",\n    \"乙\",\n]\n",
            list.name
        );
        let taken = [agree(&flat), agree(&broken)].map(|taken| taken.expect("read alike"));
        assert!(
            taken[0] != taken[1],
            "just one of the two is canonical: {flat}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    /// Texts changed at random: a stretch taken out, doubled, or replaced by what TOML is made of.
    #[test]
    fn changed_texts_are_read_alike(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, 0usize..PIECES.len()), 1..4),
        whole in any::<bool>(),
    ) {
        let mut text = AWKWARD.to_owned();
        for (at, length, piece) in edits {
            let start = text.floor_char_boundary(at.index(text.len() + 1));
            let end = text.floor_char_boundary((start + length).min(text.len())).max(start);
            text.replace_range(start..end, PIECES[piece]);
        }
        if whole {
            text.push_str("\n[[visit]]\nid = \"v-20260703-0c9d1m5q\"\n");
        }
        agree(&text)?;
        select_alike(&text)?;
    }
}

/// How many texts are tried: `LEDGER_FUZZ_SECONDS` asks for a long run by hand.
fn cases() -> u32 {
    let seconds = std::env::var("LEDGER_FUZZ_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse::<u32>().ok());
    seconds.map_or(4000, |seconds| seconds.saturating_mul(14_000))
}

const PIECES: &[&str] = &[
    "",
    "",
    "\n",
    "\n\n",
    " ",
    "\"",
    "\\",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "{}",
    "[]",
    ",",
    ", ",
    " = ",
    "=",
    "#",
    "# 注\n",
    "'",
    "\"\"\"",
    "\r\n",
    "\t",
    "0",
    "-",
    "-0",
    "1.50",
    "1.5",
    "00",
    "true",
    "2026-02-30",
    "2026-07-03",
    "2026-07-03T10:00:00",
    "0999-01-01",
    "\u{202e}",
    "\u{feff}",
    "\\u0041",
    "\\u202e",
    "\\n",
    "\\x41",
    "，",
    "“”",
    "甲",
    "id = ",
    "title = \"x\"\n",
    "[[task]]\n",
    "[task]\n",
    "a.b = 1\n",
    "nan",
    "inf",
    "+1",
    "1_000",
    "0x1f",
    "12345678901234567890",
];
