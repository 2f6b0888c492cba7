//! Edits are splices: what is not meant stays as it was, byte for byte; `fmt` says the same in one
//! form.

mod common;

use common::{Ledger, expect_file, id_of};
use ledger::record::Value;
use ledger::rules::Rules;
use ledger::source::Source;
use ledger::toml::parse;
use ledger::tree::canon::all_values;
use ledger::tree::format;
use ledger::tree::ledger::read_records;
use ledger::tree::splice::{Edit, Proof, comments, prove, set_records};
use ledger::written::page::cuts;
use ledger::written::parsed::rows;
use proptest::prelude::*;

const FILE: &str = "orgs/a/2026/test-00.toml";

/// A file as people leave it: comments everywhere, odd order, odd spacing.
const LIVED_IN: &str = r#"# 武汉路街道 2026 年台账
#   由党建办维护

[[task]]   # 第一项
title   = '牡丹广场示范区标识缺失'      # 单引号也行
id = "t-20260703-0c9d1m5q"
list = "problem"
  owner = "武汉路街道党工委"
set = 2026-07-03
# 期限商定过
due = 2026-09-20
updates = [
    # 立项之前
    { on = 2026-08-10, status = "in-progress", percent = 60, note = "已立项" }, # 等批复
    {on=2026-09-18,status="done"} # 完工
    # 后面还会有
]
# 本条完


# 独立的一段说明

# 紧贴下一条的说明
[[meeting]]
id = "m-20260703-7k3f9x2v"
type = "regular"
date = 2026-07-03
title = """
七月例会"""
agenda = ["一", "二",
  "三"]"#;

fn lived_in(newline: &str) -> Ledger {
    Ledger::new(&[(FILE, &LIVED_IN.replace('\n', newline))])
}

/// The lines that are only in one of two texts.
fn changed<'t>(before: &'t str, after: &'t str) -> (Vec<&'t str>, Vec<&'t str>) {
    let only = |a: &'t str, b: &str| {
        a.split('\n')
            .filter(|line| !b.split('\n').any(|other| other == *line))
            .collect()
    };
    (only(before, after), only(after, before))
}

#[test]
fn adding_then_removing_the_added_text_leaves_the_bytes_as_they_were() {
    for newline in ["\n", "\r\n"] {
        let ledger = lived_in(newline);
        let before = ledger.read(FILE);
        ledger.ok(&[
            "add",
            "meeting",
            "--org",
            "a",
            "--date",
            "2026-08-03",
            "--type",
            "regular",
            "--title",
            "八月例会",
        ]);
        let after = ledger.read(FILE);
        assert!(after.starts_with(&before));
        let added = &after[before.len()..];
        assert!(
            added.starts_with(&format!("{newline}{newline}[[meeting]]{newline}id = ")),
            "{added:?}"
        );
        assert_eq!(
            added.matches('\n').count(),
            added.matches(newline).count(),
            "line ends are the file's own"
        );
    }
}

#[test]
fn an_update_adds_its_line_and_touches_no_other() {
    let ledger = lived_in("\n");
    let before = ledger.read(FILE);
    ledger.ok(&[
        "update",
        "0c9d",
        "--status",
        "退回",
        "--on",
        "2026-09-10",
        "--note",
        "缺照片",
    ]);
    let after = ledger.read(FILE);
    let (gone, new) = changed(&before, &after);
    // The list was hand-made; the record that changes is brought into form, its comments stay by
    // their items.
    assert_eq!(gone, ["    {on=2026-09-18,status=\"done\"} # 完工"]);
    assert_eq!(
        new,
        [
            "    { on = 2026-09-10, status = \"returned\", note = \"缺照片\" },",
            "    { on = 2026-09-18, status = \"done\" }, # 完工"
        ]
    );
    ledger.ok(&["update", "0c9d", "--status", "closed", "--on", "2026-09-20"]);
    let last = ledger.read(FILE);
    let (gone, new) = changed(&after, &last);
    assert_eq!((gone, new.len()), (vec![], 1));
}

#[test]
fn an_edit_keeps_comments_and_a_retraction_adds_one_line() {
    let ledger = lived_in("\r\n");
    let before = ledger.read(FILE);
    ledger.ok(&["edit", "0c9d", "--title", "标识已补"]);
    let after = ledger.read(FILE);
    let (gone, new) = changed(&before, &after);
    assert_eq!(
        gone,
        ["title   = '牡丹广场示范区标识缺失'      # 单引号也行\r"]
    );
    assert_eq!(new, ["title   = \"标识已补\"      # 单引号也行\r"]);

    ledger.ok(&["edit", "0c9d", "--lead", "张某"]);
    let last = ledger.read(FILE);
    let (gone, new) = changed(&after, &last);
    assert_eq!((gone, new), (vec![], vec!["lead = \"张某\"\r"]));

    let before = ledger.read(FILE);
    ledger.ok(&["retract", "7k3f", "--why", "重复录入", "--by", "王某"]);
    let after = ledger.read(FILE);
    assert!(after.starts_with(&before));
    assert_eq!(
        &after[before.len()..],
        "\r\nretracted = { on = 2026-11-22, by = \"王某\", why = \"重复录入\" }\r\n"
    );
    assert_eq!(ledger.run(&["retract", "7k3f", "--why", "再次"]).code, 2);

    // A field that is taken away leaves its comment.
    let commented = ledger
        .read(FILE)
        .replace("lead = \"张某\"", "lead = \"张某\" # 分管");
    ledger.write(FILE, commented.as_bytes());
    ledger.ok(&["edit", "0c9d", "--lead", ""]);
    assert!(
        !ledger.read(FILE).contains("lead") && ledger.read(FILE).contains("\r\n# 分管\r\n"),
        "{}",
        ledger.read(FILE)
    );
}

#[test]
fn a_record_in_another_shape_is_rewritten_whole_and_its_neighbours_are_not() {
    let text = "[[meeting]]\nid = \"m-20260101-00000001\"\ndate=2026-01-01\ntype=\"regular\"\ntitle=\"x\"\n\n[[task]]\nid = \"t-20260703-0c9d1m5q\"\nlist = \"problem\"\ntitle = \"x\" # 题\nowner = \"y\"\nset = 2026-07-03\ndue = 2026-09-20\n[[task.updates]] # 一\non = 2026-08-01\nstatus = \"in-progress\"\n\n[[task.updates]]\non = 2026-08-10\nstatus = \"done\"\n\n# 独立的说明\n\n\n# 下一条\n[[meeting]]\nid = \"m-20260201-00000002\"\ndate=2026-02-01\ntype=\"regular\"\ntitle=\"x\"\n";
    let ledger = Ledger::new(&[(FILE, text)]);
    ledger.ok(&["update", "0c9d", "--status", "closed", "--on", "2026-08-12"]);
    let after = ledger.read(FILE);
    let (head, tail) = (
        text.find("[[task]]").expect("there"),
        text.find("\n# 独立的说明").expect("there"),
    );
    assert!(
        after.starts_with(&text[..head]) && after.ends_with(&text[tail..]),
        "{after}"
    );
    assert!(
        after.contains("title = \"x\" # 题")
            && after.contains("# 一")
            && after.contains("status = \"closed\""),
        "{after}"
    );
    assert_eq!(ledger.run(&["check"]).code, 0);
}

#[test]
fn fmt_brings_everything_into_form_and_keeps_every_comment() {
    let ledger = lived_in("\r\n");
    ledger.write(
        "orgs/a/org.toml",
        "# 组织\nkind = 'party-committee' # 类型\nname = \"示例党委\"\n".as_bytes(),
    );
    let checked = ledger.run(&["fmt", "--check"]);
    assert_eq!(checked.code, 1);
    assert!(
        checked.out.contains("-kind = 'party-committee' # 类型"),
        "{}",
        checked.out
    );
    assert!(ledger.read(FILE).contains('\r'), "--check writes nothing");
    ledger.ok(&["fmt"]);
    expect_file("expect/fmt.toml", &ledger.read(FILE));
    expect_file("expect/fmt-org.toml", &ledger.read("orgs/a/org.toml"));
    assert_eq!(ledger.run(&["fmt", "--check"]).code, 0);
    assert_eq!(ledger.run(&["check"]).code, 0);
}

#[test]
fn fmt_leaves_a_bad_file_alone_and_says_so() {
    let ledger = Ledger::new(&[
        (FILE, "[[meeting]]\nid=\"x\"\n"),
        (
            "orgs/a/2026/y.toml",
            "[[filing]]\nid='f-20261001-00000001'\nfiled=2026-10-01\nquarter='2026Q3'\n",
        ),
    ]);
    let ran = ledger.run(&["fmt"]);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert_eq!(ledger.read(FILE), "[[meeting]]\nid=\"x\"\n");
    assert!(
        ledger
            .read("orgs/a/2026/y.toml")
            .starts_with("[[filing]]\nid = \"f-20261001-00000001\"\nquarter")
    );
}

/// Records with comments in every place a comment can stand.
fn messy() -> impl Strategy<Value = String> {
    let comment = || prop::sample::select(vec!["", "", "", "# 甲", "#乙 ", "# [[meeting]]"]);
    let line = move |text: String| {
        (
            comment(),
            comment(),
            prop::sample::select(vec!["", "\n", "  \n\n"]),
        )
            .prop_map(move |(above, behind, blank)| {
                let above = if above.is_empty() {
                    String::new()
                } else {
                    format!("{above}\n")
                };
                format!("{blank}{above}{text} {behind}\n")
            })
    };
    let record = (
        0u32..1_000_000,
        prop::collection::vec((0u32..28, comment(), comment()), 0..4),
        prop::bool::ANY,
        prop::bool::weighted(0.3),
    )
        .prop_flat_map(move |(n, updates, shuffled, nested)| {
            let rows: String = updates
                .iter()
                .map(|(d, above, behind)| {
                    let above = if above.is_empty() {
                        String::new()
                    } else {
                        format!("\n{above}\n")
                    };
                    let behind = if behind.is_empty() {
                        String::new()
                    } else {
                        format!("{behind}\n")
                    };
                    format!("{above}{{on=2026-08-{:02},status='done'}},{behind}", d + 1)
                })
                .collect();
            let mut lines = vec![
                format!("id = 't-20260703-{n:08}'"),
                "list='task'".to_owned(),
                "title=\"\"\"a\n# 不是注释\nb\"\"\"".to_owned(),
                "owner = \"x\"".to_owned(),
                "set = 2026-07-03".to_owned(),
                "due=2026-09-01".to_owned(),
                format!("updates = [{rows}]"),
                "supporting=['甲', \"乙\"]".to_owned(),
            ];
            if shuffled {
                lines.reverse();
            }
            let tables = [
                "[[task.updates]]",
                "on = 2026-08-10",
                "status = \"done\"",
                "[task.retracted]",
                "on = 2026-08-11",
                "why = 'x'",
            ];
            if nested {
                lines.retain(|line| !line.starts_with("updates"));
                lines.extend(tables.map(str::to_owned));
            }
            (
                line("[[task]]".to_owned()),
                lines.into_iter().map(line).collect::<Vec<_>>(),
            )
                .prop_map(|(head, lines)| head + &lines.concat())
        });
    prop::collection::vec(record, 0..4).prop_map(|records| records.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn fmt_is_idempotent_and_proves_itself(text in messy()) {
        let rules = Rules::built_in();
        let source = Source::new("x.toml", text);
        // Two records may have drawn one id; a file alone does not mind.
        let once = format::ledger(&source, rules);
        prop_assert!(once.is_ok(), "{:?}\n{}", once, source.text);
        let once = Source::new("x.toml", once.expect("checked"));
        let twice = format::ledger(&once, rules).expect("formatted text is formatted");
        prop_assert_eq!(&twice, &once.text, "from\n{}", source.text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_changes_its_record_and_no_byte_outside_it(text in messy(), pick in 0usize..4, clear in prop::bool::ANY, crlf in prop::bool::ANY) {
        let rules = Rules::built_in();
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        let before = Source::new("x.toml", text);
        let document = parse(&before).expect("messy, but TOML");
        let (records, problems) = read_records(&before, rules);
        prop_assert!(problems.iter().all(|p| !p.blocks()), "{problems:?}");
        let Some(record) = records.get(pick) else { return Ok(()) };
        // One field anew, one more, and one taken away, wherever they stand in the text.
        let index = |name: &str| record.kind.index(name).expect("a field of a task") + 1;
        let mut changes = vec![
            (index("title"), Some(Value::Text("新标题".into()))),
            (index("lead"), Some(Value::Text("张某".into()))),
        ];
        if clear {
            changes.push((index("supporting"), None));
            changes.push((index("updates"), None));
        }
        let after = set_records(&before, &document, rules, &[Edit { record, changes: changes.clone() }]).expect("the record is there");
        let at = record.origin.at;
        prop_assert_eq!(&after[..at], &before.text[..at]);
        let cuts = cuts(&before, &document.trivia.comments, &rows(&before, &document.root));
        let next = cuts.get(pick + 1).map_or(before.text.len(), |next| next.start);
        prop_assert!(after.ends_with(&before.text[next..]), "{}\n---\n{}", before.text, after);
        let after = Source::new("x.toml", after);
        prop_assert!(prove(&before, &after, Proof::Except(&[("task".to_owned(), at)])).is_ok(), "{}\n---\n{}", before.text, after.text);
        let (written, problems) = read_records(&after, rules);
        prop_assert!(problems.iter().all(|p| !p.blocks()), "{problems:?}\n{}", after.text);
        let mut expected = all_values(record);
        for (field, value) in changes {
            expected[field] = value;
        }
        prop_assert_eq!(all_values(&written[pick]), expected);
        let kept = |source: &Source| comments(source, &parse(source).expect("TOML"));
        prop_assert_eq!(kept(&after).len(), kept(&before).len(), "{}\n---\n{}", before.text, after.text);
    }
}

#[test]
fn what_add_prints_is_canonical_and_can_be_edited_at_once() {
    let ledger = Ledger::new(&[]);
    let said = ledger.ok(&[
        "add",
        "会议",
        "--org",
        "示例党委",
        "--召开日期",
        "2026年7月3日",
        "--type",
        "例会",
        "--title",
        "七月\"例会\"",
        "--应到人数",
        "１２",
        "--present",
        "11",
        "--absent",
        "张某：因公出差",
        "--agenda",
        "一、通报",
        "--agenda",
        "二、讨论",
    ]);
    let id = id_of(&said);
    assert_eq!(
        ledger.read(FILE),
        format!(
            "[[meeting]]\nid = \"{id}\"\ndate = 2026-07-03\ntype = \"regular\"\ntitle = \"七月\\\"例会\\\"\"\ndue = 12\npresent = 11\nabsent = [\n    {{ who = \"张某\", reason = \"因公出差\" }},\n]\nagenda = [\"一、通报\", \"二、讨论\"]\n"
        )
    );
    assert_eq!(ledger.run(&["fmt", "--check"]).code, 0);
    ledger.ok(&["edit", &id[11..15], "--present", "12"]);
    assert!(ledger.read(FILE).contains("present = 12\n"));
    assert_eq!(
        ledger.run(&["edit", &id, "--present", "13"]).code,
        2,
        "more present than due"
    );
}
