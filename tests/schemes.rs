//! Scorecards: the schemes of `examples/schemes` come to what their comments work out by hand, and
//! random ones to what an obvious evaluator says.

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use ledger::day::{Day, Period};
use ledger::figure::Evaluation;
use ledger::figure::scorecard::{Score, Scoring};
use ledger::number::Decimal;
use ledger::rules::Rules;
use ledger::source::Source;
use ledger::tree::Tree;
use proptest::prelude::*;
use serde_json::Value as Json;

use common::run;

/// The answer of a scheme's ledger, as JSON.
fn asked(scheme: &str, args: &[&str]) -> Json {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/schemes")
        .join(scheme);
    let root = root.to_str().expect("text");
    for clean in [&["check"][..], &["fmt", "--check"]] {
        let ran = run(&[&["--root", root], clean].concat());
        assert_eq!(ran.code, 0, "{scheme}: {}{}", ran.out, ran.err);
    }
    let ran = run(&[&["--root", root], args, &["--format", "json"]].concat());
    assert_eq!(ran.code, 0, "{scheme}: {}", ran.err);
    serde_json::from_str(&ran.out).expect("JSON")
}

/// What is proposed: organisation, points, grade.
fn proposed(scheme: &str, year: &str) -> Vec<(String, String, String)> {
    let last = format!("{year}-12-31");
    let found = asked(scheme, &["rate", "stars", "--year", year, "--as-of", &last]);
    let text = |value: &Json| value.as_str().unwrap_or("-").to_owned();
    let one = |of: &Json| {
        let org = text(&of["org"]);
        let org = org.rsplit('/').next().unwrap_or_default().to_owned();
        (org, of["score"].to_string(), text(&of["grade"]))
    };
    found.as_array().expect("a list").iter().map(one).collect()
}

fn rows(of: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    of.iter()
        .map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned()))
        .collect()
}

#[test]
fn stars_come_to_what_was_worked_out_by_hand() {
    let fields = rows(&[
        ("jia", "108", "five"),
        ("bing", "98", "four"),
        ("yi", "73", "three"),
        ("ding", "0", "-"),
    ]);
    assert_eq!(proposed("stars-by-fields", "2026"), fields);
    let ladder = rows(&[
        ("bing", "97", "five"),
        ("yi", "96", "three"),
        ("ding", "90", "-"),
        ("jia", "88", "three"),
        ("wu", "72", "one"),
    ]);
    assert_eq!(proposed("stars-ladder", "2016"), ladder);
    let standard = rows(&[
        ("jia", "106", "five"),
        ("yi", "103", "four"),
        ("bing", "100", "four"),
        ("ding", "98", "four"),
        ("wu", "96", "three"),
        ("ji", "92", "three"),
        ("geng", "91", "three"),
        ("xin", "90", "three"),
        ("ren", "80", "two"),
        ("gui", "0", "-"),
    ]);
    assert_eq!(proposed("stars-from-100", "2026"), standard);
}

/// The points and grades of members, by code.
fn points(scheme: &str, period: &str) -> Vec<(String, String, String)> {
    let last = Period::parse(period, Day::today())
        .expect("a period")
        .last();
    let as_of = last.to_string();
    let args = ["points", "--each", "--quarter", period, "--as-of", &as_of];
    let text = |value: &Json| value.as_str().unwrap_or("-").to_owned();
    let one = |of: &Json| {
        (
            text(&of["member"]),
            of["points"].to_string(),
            text(&of["grade"]),
        )
    };
    asked(scheme, &args)
        .as_array()
        .expect("a list")
        .iter()
        .map(one)
        .collect()
}

#[test]
fn points_come_to_what_was_worked_out_by_hand() {
    let quarterly = rows(&[
        ("D-001", "110", "pioneer"),
        ("D-002", "55", "helped"),
        ("D-003", "100", "qualified"),
        ("D-004", "null", "-"),
    ]);
    assert_eq!(points("points-quarterly", "2026Q3"), quarterly);
    let stars = rows(&[
        ("H-01", "92", "four"),
        ("H-02", "75", "two"),
        ("H-03", "50", "unqualified"),
        ("H-04", "100", "five"),
    ]);
    assert_eq!(points("points-stars", "2026"), stars);
    let by_class = rows(&[
        ("W-1", "75", "good"),
        ("W-2", "90", "excellent"),
        ("W-3", "0", "poor"),
        ("W-4", "0", "-"),
    ]);
    assert_eq!(points("points-by-class", "2027Q2"), by_class);
    // A later version begins with its day and changes nothing before.
    let next = points("points-by-class", "2027Q3");
    assert_eq!(next[0], rows(&[("W-1", "80", "excellent")])[0]);
}

#[test]
fn an_appraisal_is_held_against_the_grades_of_points() {
    let found = |quarter: &str, as_of: &str| {
        let metric = ["explain", "appraised_against_points", "--org", "zhen"];
        let when = ["--quarter", quarter, "--as-of", as_of];
        asked("points-quarterly", &[metric, when].concat())
    };
    let third = found("2026Q3", "2026-09-30");
    assert_eq!(third["value"], 1);
    assert_eq!(third["records"][0]["id"], "ap-20261127-r4ytydw6");
    // In the quarter before, the member to be helped had all the points.
    assert_eq!(found("2026Q2", "2026-12-01")["value"], 0);
}

#[test]
fn a_branch_is_shown_as_counts_and_no_sheet_is_in_order_of_points() {
    let args = ["points", "--quarter", "2026Q3", "--as-of", "2026-09-30"];
    let counts = asked("points-quarterly", &args).to_string();
    for code in ["D-001", "D-002", "D-003", "D-004"] {
        assert!(!counts.contains(code), "{counts}");
    }
}

/// One item of a random scorecard, all numbers in hundredths.
#[derive(Clone, Debug)]
struct RandomItem {
    range: Option<(i64, i64)>,
    start: i64,
    floor: Option<i64>,
    cap: Option<i64>,
    vetoes: bool,
    given: Vec<i64>,
}

#[derive(Clone, Debug)]
struct RandomBlock {
    start: i64,
    floor: Option<i64>,
    cap: Option<i64>,
    share: i64,
    items: Vec<RandomItem>,
}

#[derive(Clone, Debug)]
struct RandomCard {
    start: i64,
    floor: Option<i64>,
    cap: Option<i64>,
    blocks: Vec<RandomBlock>,
}

fn limits() -> impl Strategy<Value = (Option<i64>, Option<i64>)> {
    let end = || prop::option::of(-2000..5000_i64);
    (end(), end()).prop_map(|(a, b)| match (a, b) {
        (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
        other => other,
    })
}

fn item() -> impl Strategy<Value = RandomItem> {
    let range = prop::option::of((-1000..1000_i64, -1000..1000_i64));
    let range = range.prop_map(|range| range.map(|(a, b)| (a.min(b), a.max(b))));
    let given = prop::collection::vec(-1500..1500_i64, 0..4);
    (
        range,
        -500..500_i64,
        limits(),
        prop::bool::weighted(0.05),
        given,
    )
        .prop_map(|(range, start, (floor, cap), vetoes, given)| RandomItem {
            range,
            start,
            floor,
            cap,
            vetoes,
            given,
        })
}

fn card() -> impl Strategy<Value = RandomCard> {
    let block = (
        -500..500_i64,
        limits(),
        0..=100_i64,
        prop::collection::vec(item(), 0..4),
    )
        .prop_map(|(start, (floor, cap), share, items)| RandomBlock {
            start,
            floor,
            cap,
            share,
            items,
        });
    let blocks = prop::collection::vec(block, 1..4);
    (0..10_000_i64, limits(), blocks).prop_map(|(start, (floor, cap), blocks)| RandomCard {
        start,
        floor,
        cap,
        blocks,
    })
}

fn hundredths(n: i64) -> String {
    let sign = if n < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", n.abs() / 100, n.abs() % 100)
}

fn held(n: i64, floor: Option<i64>, cap: Option<i64>) -> i64 {
    let n = if let Some(cap) = cap
        && n > cap
    {
        cap
    } else {
        n
    };
    if let Some(floor) = floor
        && n < floor
    {
        floor
    } else {
        n
    }
}

impl RandomCard {
    fn rules(&self) -> String {
        let end = |out: &mut String, key: &str, value: Option<i64>| {
            if let Some(value) = value {
                let _ = writeln!(out, "{key} = {}", hundredths(value));
            }
        };
        let mut out = "[[scorecard]]\nname = \"c\"\nzh = \"办法\"\nen = \"card\"\n".to_owned();
        end(&mut out, "start", Some(self.start));
        end(&mut out, "floor", self.floor);
        end(&mut out, "cap", self.cap);
        for (b, block) in self.blocks.iter().enumerate() {
            let _ = writeln!(
                out,
                "[[scorecard.block]]\nzh = \"块{b}\"\nen = \"block {b}\""
            );
            let _ = writeln!(out, "share = {}", block.share);
            end(&mut out, "start", Some(block.start));
            end(&mut out, "floor", block.floor);
            end(&mut out, "cap", block.cap);
            for (i, item) in block.items.iter().enumerate() {
                let _ = writeln!(
                    out,
                    "[[scorecard.block.items]]\nname = \"i{b}-{i}\"\nzh = \"项{b}-{i}\"\n\
                     en = \"item {b}-{i}\"\nveto = {}",
                    item.vetoes
                );
                let _ = match item.range {
                    None => writeln!(out, "given = true"),
                    Some((a, b)) => {
                        writeln!(out, "given = [{}, {}]", hundredths(a), hundredths(b))
                    }
                };
                end(&mut out, "start", Some(item.start));
                end(&mut out, "floor", item.floor);
                end(&mut out, "cap", item.cap);
            }
        }
        out
    }

    fn records(&self) -> String {
        let mut out = String::new();
        let mut n = 0;
        for (b, block) in self.blocks.iter().enumerate() {
            for (i, item) in block.items.iter().enumerate() {
                for points in &item.given {
                    n += 1;
                    let _ = writeln!(
                        out,
                        "[[mark]]\nid = \"mk-20260301-{n:08}\"\ndate = 2026-03-01\ncard = \"c\"\n\
                         item = \"项{b}-{i}\"\npoints = {}\nreason = \"r\"\nsigner = \"s\"\n",
                        hundredths(*points)
                    );
                }
            }
        }
        out
    }

    /// Line by line, as the rules say.
    fn obvious(&self) -> i64 {
        let mut sum = self.start;
        for block in &self.blocks {
            let mut of_block = block.start;
            for item in &block.items {
                if item.vetoes && !item.given.is_empty() {
                    return 0;
                }
                let mut points = item.start;
                for given in &item.given {
                    let (least, most) = item.range.unzip();
                    points += held(*given, least, most);
                }
                of_block += held(points, item.floor, item.cap);
            }
            let shared = held(of_block, block.floor, block.cap) * block.share;
            sum += (shared.abs() + 50) / 100 * shared.signum();
        }
        held(sum, self.floor, self.cap)
    }
}

/// The score of organisation `a`.
fn scored(rules: &str, records: &str) -> Score {
    let (rules, problems) = Rules::load(&[Source::new("rules/c.toml", rules)]);
    assert!(problems.is_empty(), "{problems:?}");
    let org = "name = \"甲\"\nkind = \"branch\"\n";
    let tree = Tree::from_texts(&rules, &[("a", org)], &[("a", records)]);
    assert!(tree.problems.is_empty(), "{:?}", tree.problems);
    let year = Period::parse("2026", Day::today()).expect("a year");
    let evaluation = Evaluation::new(&tree, year, year.last());
    let scoring = evaluation.scoring("c").expect("a scorecard");
    let score = scoring.score(&scoring.organisation(0)).expect("a score");
    shown_adds_up(&scoring, &score);
    score
}

/// What is shown of a score adds up to it.
fn shown_adds_up(scoring: &Scoring<'_>, score: &Score) {
    let add = |a: Decimal, b: Decimal| a.plus(b).expect("a sum");
    let mut sum = score.start;
    for (block, scored) in scoring.card.blocks.iter().zip(&score.blocks) {
        let mut of_block = block.start;
        for (item, scored) in block.items.iter().zip(&scored.items) {
            let given = scored.counted.iter().map(|(_, amount)| *amount);
            let points = given.fold(item.start, add);
            assert_eq!(item.limits.hold(points), scored.points);
            of_block = add(of_block, scored.points);
        }
        assert_eq!(of_block, scored.sum);
        sum = add(sum, scored.points);
    }
    assert_eq!(sum, score.sum);
    if score.vetoed_by.is_none() {
        assert_eq!(scoring.card.limits.hold(sum), score.points);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_score_is_what_an_obvious_evaluator_says(card in card()) {
        let score = scored(&card.rules(), &card.records());
        let expected: Decimal = hundredths(card.obvious()).parse().expect("a number");
        prop_assert_eq!(score.points, expected);
    }

    #[test]
    fn no_more_have_a_grade_than_its_share(
        given in prop::collection::vec(0..100_i64, 1..14),
        shares in prop::collection::vec(prop::option::of(0..=100_i64), 3),
    ) {
        let mut rules = "[[scorecard]]\nname = \"c\"\nzh = \"办法\"\nen = \"card\"\n\
            where = { kind = \"branch\" }\n[[scorecard.block]]\nzh = \"块\"\nen = \"block\"\n\
            items = [{ name = \"i\", zh = \"项\", en = \"item\", given = true }]\n".to_owned();
        for (n, share) in shares.iter().enumerate() {
            let least = 80 - 20 * n;
            let _ = writeln!(rules, "[[scorecard.grade]]\nname = \"g{n}\"\nzh = \"级{n}\"\n\
                en = \"grade {n}\"\nat_least = {least}");
            if let Some(share) = share {
                let _ = writeln!(rules, "share = {share}");
            }
        }
        let (rules, problems) = Rules::load(&[Source::new("rules/c.toml", &rules)]);
        prop_assert!(problems.is_empty(), "{:?}", problems);
        let mut orgs = vec![("a".to_owned(), "name = \"上级\"\nkind = \"unit\"\n".to_owned())];
        let mut ledgers = Vec::new();
        for (n, points) in given.iter().enumerate() {
            let path = format!("a/o{n:02}");
            ledgers.push((path.clone(), format!("[[mark]]\nid = \"mk-20260301-{n:08}\"\n\
                date = 2026-03-01\ncard = \"c\"\nitem = \"i\"\npoints = {points}\n\
                reason = \"r\"\nsigner = \"s\"\n")));
            orgs.push((path, format!("name = \"支部{n}\"\nkind = \"branch\"\n")));
        }
        let texts = |all: &[(String, String)]| -> Vec<(String, String)> { all.to_vec() };
        let (orgs, ledgers) = (texts(&orgs), texts(&ledgers));
        let pairs = |all: &'static [(String, String)]| -> Vec<(&'static str, &'static str)> {
            all.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect()
        };
        let (orgs, ledgers) = (pairs(orgs.leak()), pairs(ledgers.leak()));
        let tree = Tree::from_texts(&rules, &orgs, &ledgers);
        prop_assert!(tree.problems.is_empty());
        let year = Period::parse("2026", Day::today()).expect("a year");
        let evaluation = Evaluation::new(&tree, year, year.last());
        let scoring = evaluation.scoring("c").expect("a scorecard");
        let found = scoring.proposals(0..tree.orgs.len(), &BTreeMap::new()).expect("proposals");
        prop_assert_eq!(found.len(), given.len());
        for (n, share) in shares.iter().enumerate() {
            let have = found.iter().filter(|proposal| proposal.grade == Some(n)).count();
            if let Some(share) = share {
                prop_assert!(have as i64 * 100 <= share * given.len() as i64);
            }
        }
        // Nobody has a better grade than somebody with more points.
        let grades: Vec<usize> = found.iter().map(|p| p.grade.unwrap_or(usize::MAX)).collect();
        prop_assert!(grades.is_sorted(), "{:?}", grades);
        for proposal in &found {
            if let Some(grade) = proposal.grade {
                let least = Decimal::from(80 - 20 * grade as i64);
                prop_assert!(proposal.score.points >= least);
            }
        }
    }
}

#[test]
fn a_share_of_the_best_and_bands_are_exact() {
    let rules = "[[metric]]\nname = \"held\"\nzh = \"会\"\nen = \"held\"\nkind = \"meeting\"\n\
        [[metric]]\nname = \"s\"\nzh = \"分\"\nen = \"s\"\nunit = \"points\"\nscorecard = \"c\"\n\
        [[scorecard]]\nname = \"c\"\nzh = \"办法\"\nen = \"card\"\nwhere = { kind = \"branch\" }\n\
        [[scorecard.block]]\nzh = \"块\"\nen = \"block\"\nitems = [\n\
        { name = \"best\", zh = \"比\", en = \"best\", metric = \"held\", best = 600 },\n\
        { name = \"bands\", zh = \"档\", en = \"bands\", metric = \"held\", bands = [\
        { at_least = 3, points = 10 }, { at_least = 2, points = 5.5 }, { points = 1 }] },\n]\n";
    let (rules, problems) = Rules::load(&[Source::new("rules/c.toml", rules)]);
    assert!(problems.is_empty(), "{problems:?}");
    let meetings = |from: usize, count: usize| -> String {
        (from..from + count)
            .map(|n| {
                format!(
                    "[[meeting]]\nid = \"m-20260301-{n:08}\"\ndate = 2026-03-01\n\
                     type = \"study\"\ntitle = \"t{n}\"\n"
                )
            })
            .collect()
    };
    let branch = "name = \"甲\"\nkind = \"branch\"\n";
    let (three, two) = (meetings(0, 3), meetings(10, 2));
    let orgs = [
        ("a", "name = \"上\"\nkind = \"unit\"\n"),
        ("a/b", branch),
        ("a/c", branch),
    ];
    let tree = Tree::from_texts(&rules, &orgs, &[("a/b", &three), ("a/c", &two)]);
    let year = Period::parse("2026", Day::today()).expect("a year");
    let evaluation = Evaluation::new(&tree, year, year.last());
    let scoring = evaluation.scoring("c").expect("a scorecard");
    let points = |org: usize| {
        let score = scoring.score(&scoring.organisation(org)).expect("a score");
        score.points.to_string()
    };
    // 3 of 3 are 600, and 10; 2 of 3 are 400, and 5.5.
    assert_eq!(
        (points(1), points(2)),
        ("610".to_owned(), "405.5".to_owned())
    );
    // A score in a quarter's report is that of the year it lies in.
    let quarter = Period::parse("2026Q3", Day::today()).expect("a quarter");
    let evaluation = Evaluation::new(&tree, quarter, quarter.last());
    let metric = rules.metric("s").expect("a metric");
    let scope = ledger::figure::Scope::Under(1..2);
    let figure = evaluation.figure(metric, &scope).expect("a figure");
    assert_eq!(figure, ledger::figure::Figure::Number(Decimal::from(610)));
}

/// A copy of a scheme's ledger that may be written to.
fn copy_of(scheme: &str) -> tempfile::TempDir {
    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).expect("a folder");
        for entry in std::fs::read_dir(from).expect("a folder") {
            let entry = entry.expect("an entry");
            let target = to.join(entry.file_name());
            match entry.file_type().expect("a type").is_dir() {
                true => copy(&entry.path(), &target),
                false => drop(std::fs::copy(entry.path(), target).expect("copied")),
            }
        }
    }
    let dir = tempfile::tempdir().expect("a folder");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/schemes");
    copy(&from.join(scheme), dir.path());
    dir
}

/// Drafts follow the scorecard until they are shown; what a person changes stays, with the reason;
/// a decision waits for the notice, brings the awards, and is never written over.
#[test]
fn a_round_of_stars_goes_from_drafts_to_notice_to_decision() {
    let dir = copy_of("stars-by-fields");
    let root = dir.path().to_str().expect("text");
    let on = |day: &str, args: &[&str]| {
        run(&[&["--root", root, "--today", day, "--lang", "en"], args].concat())
    };
    let ratings = || -> Vec<Json> {
        let ran = on(
            "2027-01-20",
            &["list", "rating", "--fields", "all", "--format", "json"],
        );
        let found: Json = serde_json::from_str(&ran.out).expect("JSON");
        found["records"].as_array().expect("records").clone()
    };
    fn rate<'a>(more: &[&'a str]) -> Vec<&'a str> {
        [&["rate", "stars", "--year", "2026"], more].concat()
    }
    // Looking writes nothing, nor does a year that has not begun.
    assert_eq!(on("2027-01-10", &rate(&[])).code, 0);
    assert!(ratings().is_empty());
    let early = on("2025-06-01", &rate(&["--yes"]));
    assert_eq!(early.code, 2, "{}", early.out);
    // Nothing can be shown before there is a draft, or on a day to come.
    let ran = on("2027-01-10", &rate(&["--notice", "--yes"]));
    assert!(ran.err.contains("no drafts yet"), "{}", ran.err);
    assert_eq!(on("2027-01-10", &rate(&["--yes"])).code, 0);
    assert_eq!(ratings().len(), 4);
    let ahead = on("2027-01-10", &rate(&["--notice=2027-01-11", "--yes"]));
    assert_eq!(ahead.code, 2, "{}", ahead.out);
    // A person decides otherwise: without a reason it is not shown.
    let of = |org: &str| {
        let all = ratings();
        let found = all.iter().find(|r| r.to_string().contains(org)).cloned();
        found.expect("a rating")
    };
    let yi = of("/yi\"")["id"].as_str().expect("an id").to_owned();
    assert_eq!(on("2027-01-11", &["edit", &yi, "--stars", "4"]).code, 0);
    let ran = on("2027-01-12", &rate(&["--notice", "--yes"]));
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("rating-no-reason"), "{}", ran.err);
    let reason = ["edit", &yi, "--reason", "复核加分"];
    assert_eq!(on("2027-01-12", &reason).code, 0);
    // The draft follows its score; the stars that were changed stay.
    assert_eq!(on("2027-01-12", &rate(&["--yes"])).code, 0);
    assert_eq!(of("/yi\"")["stars"], 4);
    assert_eq!(on("2027-01-12", &rate(&["--notice", "--yes"])).code, 0);
    let soon = on("2027-01-14", &rate(&["--decide", "--yes"]));
    assert!(soon.err.contains("rating-too-early"), "{}", soon.err);
    assert_eq!(on("2027-01-18", &rate(&["--decide", "--yes"])).code, 0);
    let awards = on("2027-01-20", &["list", "award", "--format", "json"]);
    assert_eq!(
        awards.out.matches("五星级两新党组织").count(),
        1,
        "{}",
        awards.out
    );
    // Whatever the score is now, a decision stays, and so does the award.
    let decided = ratings();
    for more in [
        &["--yes"][..],
        &["--notice", "--yes"],
        &["--decide", "--yes"],
    ] {
        assert_eq!(on("2027-02-01", &rate(more)).code, 0);
        let later = ["--as-of", "2026-06-30"];
        assert_eq!(on("2027-02-01", &rate(&[&later, more].concat())).code, 0);
    }
    assert_eq!(ratings(), decided);
    assert_eq!(on("2027-02-01", &["check"]).code, 0);
}

#[test]
fn points_are_held_to_their_rule_where_they_are_entered() {
    let dir = copy_of("points-stars");
    let root = dir.path().to_str().expect("text");
    let add = |rule: &str, more: &[&str]| {
        let args = ["add", "points", "--org", "xian/ke", "--member", "H-01"];
        let date = ["--date", "2026-09-09", "--rule", rule];
        let head = ["--root", root, "--today", "2026-11-22", "--lang", "en"];
        run(&[&head[..], &args, &date, more].concat())
    };
    // A rule of one value needs none; a range is a range; another rule is none.
    let fixed = add("受表彰", &[]);
    assert_eq!(fixed.code, 0, "{}", fixed.err);
    let beyond = add("志愿服务", &["--points", "9"]);
    assert!(beyond.err.contains("lie between 1 and 4"), "{}", beyond.err);
    let unknown = add("没有的", &["--points", "1"]);
    assert!(unknown.err.contains("has no item"), "{}", unknown.err);
    // What goes beyond the most of a rule is entered, and said: 12 + 4 + 4 are 20, then no more.
    for _ in 0..2 {
        let within = add("志愿服务", &["--points", "4"]);
        assert!(
            !within.err.contains("has reached its most"),
            "{}",
            within.err
        );
    }
    let over = add("志愿服务", &["--points", "4"]);
    assert!((over.out + &over.err).contains("has reached its most"));
    // A ledger may be without points.
    std::fs::write(
        dir.path().join("ledger.toml"),
        "format = 1\npoints = false\n",
    )
    .expect("written");
    let off = add("受表彰", &[]);
    assert!(off.err.contains("has no points of members"), "{}", off.err);
    let off = run(&["--root", root, "points", "--quarter", "2026"]);
    assert_eq!(off.code, 2);
}
