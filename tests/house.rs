//! The shape of the house: what the compiler does not see.

use std::fs;
use std::path::{Path, PathBuf};

/// The text of every file below a folder that ends so, without what is there for tests alone.
fn sources(folder: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            let text = fs::read_to_string(&path).expect("text");
            let own = text
                .split("#[cfg(test)]\nmod tests")
                .next()
                .unwrap_or_default()
                .to_owned();
            found.push((path, own));
        }
    }
    found
}

/// The rooms in the order in which `lib.rs` lists them.
fn rooms() -> Vec<String> {
    let lib = fs::read_to_string("src/lib.rs").expect("the library");
    lib.lines()
        .filter_map(|line| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned()))
        .collect()
}

#[test]
fn imports_point_up() {
    let rooms = rooms();
    assert!(rooms.len() > 15, "{rooms:?}");
    let rank = |name: &str| rooms.iter().position(|room| room == name);
    let mut wrong = Vec::new();
    for (path, text) in sources(Path::new("src"), ".rs") {
        let below = path
            .strip_prefix("src")
            .expect("a source")
            .to_string_lossy()
            .replace('\\', "/");
        let Some(own) = rank(below.split(['/', '.']).next().unwrap_or_default()) else {
            continue;
        };
        for used in text.split("crate::").skip(1) {
            let name: String = used
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                .collect();
            if rank(&name).is_some_and(|other| other > own) {
                wrong.push(format!("{below} uses {name}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_room_has_its_line_in_the_architecture() {
    let page = fs::read_to_string("docs/architecture.md").expect("the page");
    let missing: Vec<String> = rooms()
        .into_iter()
        .filter(|room| !page.contains(&format!("`{room}")))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

/// What may hold Chinese words beside the catalogues, and why: most are words that the program
/// reads, not words that it says.
const HOLDS_WORDS: [(&str, &str); 13] = [
    (
        "day.rs",
        "the spellings of days and periods, read and written",
    ),
    ("number.rs", "Chinese numerals, read"),
    (
        "form/",
        "units, numerals and answers as forms have them, read and given out",
    ),
    (
        "sheet/book.rs",
        "units of money that formats of numbers show",
    ),
    ("narrative/phrase.rs", "how Chinese writes numbers"),
    (
        "narrative/ask.rs",
        "names in templates, and the words of their windows",
    ),
    (
        "narrative/template.rs",
        "names of functions and filters in templates",
    ),
    ("record/input.rs", "how clerks type yes, no and amounts"),
    (
        "locale/mod.rs",
        "the name of a language on the command line",
    ),
    ("cmd/org/import.rs", "headings of a table of organisations"),
    ("cmd/list.rs", "values of `--where`"),
    ("cmd/due.rs", "spans of days"),
    ("sample/", "made-up ledgers"),
];

#[test]
fn words_that_people_read_stand_in_the_catalogues() {
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let mut wrong = Vec::new();
    for (path, text) in sources(Path::new("src"), ".rs") {
        let below = path.strip_prefix("src").expect("a source");
        let below = below.to_string_lossy().replace('\\', "/");
        if HOLDS_WORDS
            .iter()
            .any(|(holds, _)| below.starts_with(holds))
        {
            continue;
        }
        for (n, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if code.contains(is_han) {
                wrong.push(format!("{below}:{}: {}", n + 1, code.trim()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn lines_have_a_hundred_columns() {
    let long = |text: &str| text.lines().position(|line| line.chars().count() > 100);
    let wrong: Vec<String> = sources(Path::new("src"), ".rs")
        .into_iter()
        .filter_map(|(path, text)| Some(format!("{}:{}", path.display(), long(&text)? + 1)))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}
