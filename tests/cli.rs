//! The program from end to end: what a clerk types and what comes back.

mod common;

use common::{Ledger, id_of, run};

/// The words that enter a task on a list.
fn add_task(list: &str) -> Vec<&str> {
    let mut words = vec!["add", "task", "--org", "a", "--list", list];
    words.extend([
        "--title",
        "x",
        "--owner",
        "y",
        "--set",
        "2026-07-01",
        "--due",
        "2026-07-09",
    ]);
    words
}

#[test]
fn a_kind_of_ones_own_works_from_prompt_to_report_without_rust() {
    let ledger = Ledger::new(&[]);
    ledger.write(
        "rules/hotline.toml",
        include_str!("../examples/own-kind/rules/hotline.toml").as_bytes(),
    );
    assert_eq!(
        ledger.run(&["check"]).code,
        0,
        "{}",
        ledger.run(&["check"]).out
    );
    let help = ledger.ok(&["add", "hotline", "--help"]);
    assert!(help.contains("--channel <choice>"), "{help}");
    let id = id_of(&ledger.ok(&[
        "add",
        "热线",
        "--org",
        "a",
        "--received",
        "2026-07-02",
        "--channel",
        "电话",
        "--matter",
        "路灯不亮",
        "--due",
        "2026-07-09",
    ]));
    assert!(id.starts_with("h-"));
    ledger.ok(&[
        "add",
        "hotline",
        "--org",
        "a",
        "--received",
        "2026-08-02",
        "--channel",
        "visit",
        "--matter",
        "噪声",
        "--due",
        "2026-08-09",
    ]);
    ledger.ok(&["update", &id, "--status", "已办结", "--on", "2026-07-08"]);
    assert_eq!(
        ledger
            .ok(&["list", "hotline", "--where", "state=settled"])
            .matches("路灯不亮")
            .count(),
        1
    );
    let csv = ledger.ok(&[
        "report",
        "--quarter",
        "2026Q3",
        "--metrics",
        "hotline_due,hotline_settled,hotline_rate,hotline_months_missed",
        "--format",
        "csv",
        "--raw",
    ]);
    assert_eq!(
        csv.lines().last(),
        Some("total,a,total,2,1,0.500000,1"),
        "{csv}"
    );
    let explained = ledger.ok(&["explain", "hotline_settled", "--quarter", "2026Q3"]);
    assert!(
        explained.contains(&id) && explained.contains("orgs/a/2026/test-00.toml:1"),
        "{explained}"
    );
    let due = ledger.ok(&["due", "--today", "2026-08-05"]);
    assert!(due.contains("噪声"), "{due}");
    assert!(
        ledger
            .ok(&["report", "--report", "hotline", "--quarter", "2026Q3"])
            .contains("hotline")
    );
}

#[test]
fn a_built_in_kind_is_extended_and_an_ejected_rule_takes_effect() {
    let ledger = Ledger::new(&[]);
    ledger.write("rules/lists.toml", "[[kind]]\nname = \"task\"\nextend = true\n\n[[kind.field]]\nname = \"list\"\nvalues = [{ name = \"petition\", zh = \"信访清单\", en = \"petitions\" }]\n".as_bytes());
    ledger.ok(&add_task("信访清单"));
    ledger.ok(&["rules", "eject", "obligation:regular"]);
    let text = ledger.read("rules/obligation-regular.toml");
    ledger.write(
        "rules/obligation-regular.toml",
        text.replace("[1, 7]", "[1, 10]").as_bytes(),
    );
    ledger.ok(&[
        "add",
        "meeting",
        "--org",
        "a",
        "--date",
        "2026-07-09",
        "--type",
        "regular",
        "--title",
        "x",
    ]);
    let csv = ledger.ok(&[
        "report",
        "--quarter",
        "2026-07",
        "--metrics",
        "regular_met,regular_late",
        "--format",
        "csv",
        "--raw",
    ]);
    assert!(csv.ends_with("total,a,total,1,0\r\n"), "{csv}");
    assert!(
        ledger
            .ok(&["rules", "show", "regular"])
            .contains("within = [1, 10]")
    );
    assert_eq!(
        ledger.run(&["rules", "eject", "regular"]).code,
        2,
        "what is local already is not ejected again"
    );
}

#[test]
fn every_built_in_rule_can_be_ejected_and_read_back() {
    let ledger = Ledger::new(&[]);
    for rule in ledger::rules::Rules::built_in().items() {
        ledger.ok(&[
            "rules",
            "eject",
            &format!("{}:{}", rule.class.name(), rule.name),
        ]);
    }
    let ran = ledger.run(&["check"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
}

#[test]
fn off_a_terminal_a_missing_field_is_named_in_the_users_language() {
    let ledger = Ledger::new(&[]);
    let before = ledger.bytes();
    let ran = ledger.run(&[
        "add", "meeting", "--org", "a", "--title", "x", "--lang", "zh-CN",
    ]);
    assert_eq!(
        (ran.code, ran.err.as_str()),
        (
            2,
            "缺少必填参数：--召开日期 --类型\n  改法：在命令中补上；在终端里直接运行会逐项询问\n"
        )
    );
    let ran = ledger.run(&[
        "add",
        "task",
        "--org",
        "a",
        "--title",
        "x",
        "--list",
        "task",
        "--owner",
        "y",
        "--set",
        "2026-02-30",
        "--due",
        "x",
    ]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("“set”") && ran.err.contains("“due”"),
        "all that is wrong at once: {}",
        ran.err
    );
    assert!(before == ledger.bytes());
}

#[test]
fn organisations_answer_to_every_name_and_an_ambiguous_one_lists_its_paths() {
    let ledger = Ledger::new(&[]);
    ledger.ok(&[
        "org",
        "add",
        "武汉路街道党工委",
        "--kind",
        "党工委",
        "--under",
        "a",
        "--short",
        "武汉路",
    ]);
    ledger.ok(&[
        "org",
        "add",
        "武昌路社区党委",
        "--kind",
        "party-committee",
        "--under",
        "a/wuhanlu",
        "--code",
        "410305008009",
    ]);
    ledger.ok(&[
        "org",
        "add",
        "武汉路社区党委",
        "--kind",
        "party-committee",
        "--under",
        "武汉路",
    ]);
    for name in ["a/wuhanlu", "武汉路街道党工委", "武汉路"] {
        assert!(
            ledger
                .ok(&["org", "list", "--org", name])
                .contains("a/wuhanlu/wuchanglu"),
            "{name}"
        );
    }
    for name in ["410305008009", "wuchanglu", "wcl", "wuhanlu/wuchanglu"] {
        assert_eq!(
            ledger
                .ok(&["org", "list", "--org", name, "--format", "csv", "--raw"])
                .lines()
                .count(),
            2,
            "{name}"
        );
    }
    let ran = ledger.run(&["org", "list", "--org", "whl"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("a/wuhanlu ") && ran.err.contains("a/wuhanlu/wuhanlu "),
        "{}",
        ran.err
    );
    // A sibling of the same sound gets a number, a hostile segment is refused.
    assert!(
        ledger
            .ok(&[
                "org",
                "add",
                "武汉路总支",
                "--kind",
                "general-branch",
                "--under",
                "a"
            ])
            .contains("a/wuhanlu-2")
    );
    for segment in ["../x", "2026", "A", "a/b", "a b", ""] {
        assert_eq!(
            ledger
                .run(&["org", "add", "x", "--kind", "unit", "--segment", segment])
                .code,
            2,
            "{segment}"
        );
    }
    ledger.ok(&[
        "org",
        "edit",
        "wcl",
        "--headcount",
        "2026-01-01:12",
        "--secretary",
        "张某",
    ]);
    ledger.ok(&["org", "edit", "wcl", "--headcount", "2026-07-01:15"]);
    assert!(ledger.read("orgs/a/wuhanlu/wuchanglu/org.toml").contains(
        "    { on = 2026-01-01, members = 12 },\n    { on = 2026-07-01, members = 15 },\n"
    ));
}

#[test]
fn numbers_of_persons_are_refused_everywhere() {
    let ledger = Ledger::new(&[]);
    let before = ledger.bytes();
    for args in [
        &[
            "add",
            "meeting",
            "--org",
            "a",
            "--date",
            "2026-07-03",
            "--type",
            "regular",
            "--title",
            "请联系13812345678",
        ][..],
        &["org", "add", "张某410305199003071234", "--kind", "unit"],
        &["org", "edit", "a", "--secretary", "138 1234 5678"],
    ] {
        assert_eq!(ledger.run(args).code, 2, "{args:?}");
    }
    assert!(before == ledger.bytes());
}

#[test]
fn two_equal_copies_of_a_record_are_one_and_change_together() {
    let record = "[[meeting]]\nid = \"m-20260703-aaaaaaaa\"\ndate = 2026-07-03\ntype = \"study\"\ntitle = \"t\"\n";
    let ledger = Ledger::new(&[
        ("orgs/a/2026/x.toml", record),
        ("orgs/a/2026/y.toml", record),
    ]);
    assert!(ledger.ok(&["show", "aaaa"]).contains("m-20260703-aaaaaaaa"));
    ledger.ok(&["edit", "aaaa", "--title", "u"]);
    assert_eq!(
        ledger.read("orgs/a/2026/x.toml"),
        ledger.read("orgs/a/2026/y.toml")
    );
    assert_eq!(ledger.run(&["check"]).code, 0);
    ledger.write("orgs/a/2026/y.toml", record.as_bytes());
    let ran = ledger.run(&["edit", "aaaa", "--title", "v"]);
    assert!(
        ran.code == 2 && ran.err.contains("[duplicate-id]"),
        "{}",
        ran.err
    );
    let csv = ledger.ok(&[
        "report",
        "--quarter",
        "2026Q3",
        "--metrics",
        "meetings_held",
        "--format",
        "csv",
        "--raw",
        "--skip-bad",
    ]);
    assert!(
        csv.contains("left-out,orgs/a/2026/x.toml:1:1")
            && csv.contains("left-out,orgs/a/2026/y.toml:1:1"),
        "{csv}"
    );
}

#[test]
fn a_report_is_not_written_over_the_ledger() {
    let ledger = Ledger::new(&[]);
    let before = ledger.bytes();
    for inside in [
        "ledger.toml",
        "orgs/a/org.toml",
        "rules.toml/../orgs/x.csv",
        ".ledger/lock",
    ] {
        let path = ledger.path().join(inside);
        let ran = ledger.run(&[
            "report",
            "--quarter",
            "2026Q3",
            "--out",
            path.to_str().expect("text"),
        ]);
        assert_eq!(ran.code, 2, "{inside}");
    }
    assert!(before == ledger.bytes());
    let path = ledger.path().join("三季度.csv");
    ledger.ok(&[
        "report",
        "--quarter",
        "2026Q3",
        "--out",
        path.to_str().expect("text"),
    ]);
    assert!(ledger.read("三季度.csv").starts_with('\u{feff}'));
}

#[test]
fn init_adds_to_what_git_was_told_and_can_be_run_again_after_a_kill() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name);
    std::fs::write(path(".gitignore"), b"target\xff").expect("a file");
    std::fs::create_dir(path("orgs")).expect("what a killed init leaves");
    let root = dir.path().to_str().expect("text").to_owned();
    assert_eq!(run(&["init", &root]).code, 0);
    assert_eq!(
        std::fs::read(path(".gitignore")).expect("bytes"),
        b"target\xff\n.ledger/\n.*.ledger-tmp\n"
    );
    assert_eq!(run(&["init", &root, "--sample", "--district", "x"]).code, 2);
    std::fs::remove_file(path("ledger.toml")).expect("gone");
    std::fs::create_dir(path("orgs/x")).expect("a folder");
    assert_eq!(
        run(&["init", &root]).code,
        2,
        "organisations without a ledger are somebody's"
    );
}

#[test]
fn an_edit_reads_its_words_by_the_records_own_kind() {
    let ledger = Ledger::new(&[]);
    let task = id_of(&ledger.ok(&add_task("task")));
    ledger.ok(&["edit", &task, "--完成时限", "2026-07-19"]);
    assert!(ledger.ok(&["show", &task]).contains("2026-07-19"));
    let ran = ledger.run(&["edit", &task, "--应到人数", "3"]);
    assert!(
        ran.code == 2 && ran.err.contains("there are: list,"),
        "{}",
        ran.err
    );
    assert!(
        ledger
            .ok(&["edit", &task, "--title", "x"])
            .contains("as it was")
    );
    assert!(
        ledger
            .ok(&["update", &task, "--status", "closed"])
            .contains("not started → closed out")
    );
    assert_eq!(ledger.run(&["done", &task]).code, 2, "closed out is done");
    ledger.ok(&["retract", &task, "--why", "x"]);
    assert_eq!(ledger.run(&["edit", &task, "--title", "z"]).code, 2);
}

#[test]
fn fields_that_stand_next_to_each_other_are_cleared_and_set_at_once() {
    let text = "[[meeting]]\nid = \"m-20260703-aaaaaaaa\"\ndate = 2026-07-03\ntype = \"study\"\ntitle = \"t\"\npresent = 3\ndue = 4 # 含列席\n";
    let ledger = Ledger::new(&[("orgs/a/2026/x.toml", text)]);
    ledger.ok(&[
        "edit",
        "aaaa",
        "--due",
        "",
        "--absent",
        "who=张某,reason=出差，已请假",
    ]);
    let after = ledger.read("orgs/a/2026/x.toml");
    assert!(after.contains("present = 3\nabsent = [\n    { who = \"张某\", reason = \"出差，已请假\" },\n]\n# 含列席\n"), "{after}");
}

#[test]
fn an_organisation_is_made_once_and_its_counts_are_corrected_by_day() {
    let ledger = Ledger::new(&[]);
    ledger.ok(&[
        "org",
        "add",
        "甲支部",
        "--kind",
        "branch",
        "--under",
        "a",
        "--headcount",
        "2026-07-01:9",
    ]);
    assert_eq!(
        ledger
            .run(&["org", "add", "甲支部", "--kind", "branch", "--under", "a"])
            .code,
        2
    );
    for count in ["2026-01-01:12", "2026-01-01:13"] {
        ledger.ok(&["org", "edit", "甲支部", "--headcount", count]);
    }
    let text = ledger.read("orgs/a/jia/org.toml");
    assert!(text.ends_with("headcount = [\n    { on = 2026-01-01, members = 13 },\n    { on = 2026-07-01, members = 9 },\n]\n"), "{text}");
}

#[test]
fn rules_that_could_never_hold_are_refused() {
    for rule in [
        "[[metric]]\nname = \"x\"\nzh = \"甲\"\nen = \"x\"\nkind = \"task\"\nwhere = { title = true }\n",
        "[[metric]]\nname = \"x\"\nzh = \"甲\"\nen = \"x\"\nkind = \"meeting\"\nwhere = { type = [] }\n",
        "[[metric]]\nname = \"x\"\nzh = \"甲\"\nen = \"x\"\nkind = \"task\"\nmembers = true\n",
        "[[kind]]\nname = \"meeting\"\nextend = true\n[[kind.field]]\nname = \"org\"\nzh = \"甲\"\nen = \"x\"\ntype = \"text\"\n",
        "[[kind]]\nname = \"meeting\"\nextend = true\n[[kind.field]]\nname = \"type\"\nvalues = [{ name = \"regular\", zh = \"甲\", en = \"x\" }]\n",
        "[organisation]\nextend = true\n[[organisation.field]]\nname = \"under\"\nzh = \"甲\"\nen = \"x\"\ntype = \"text\"\n",
        "[[kind]]\nname = \"x\"\nzh = \"甲\"\nen = \"x\"\nprefix = \"x\"\nperiod = \"on\"\nfield = [{ name = \"on\", zh = \"乙\", en = \"y\", type = \"date\" }]\n",
    ] {
        let ledger = Ledger::new(&[("rules/a.toml", rule)]);
        let ran = ledger.run(&["check"]);
        assert!(
            ran.code == 1 && ran.out.contains("[bad-rule]"),
            "{rule}{}",
            ran.out
        );
        assert_eq!(
            ledger.run(&["report", "--quarter", "2026Q3"]).code,
            2,
            "{rule}"
        );
        assert!(
            ledger
                .run(&["rules", "list", "kinds"])
                .out
                .contains("meeting"),
            "the built-in rules can be looked at"
        );
    }
}

#[test]
fn labels_that_nobody_can_type_are_no_flags() {
    let rule = "[[kind]]\nname = \"x\"\nzh = \"会议 记录\"\nen = \"--\"\nprefix = \"x\"\nperiod = \"on\"\nfield = [{ name = \"on\", zh = \"--\", en = \"a = b\", type = \"date\", required = true }]\n";
    let ledger = Ledger::new(&[("rules/a.toml", rule)]);
    assert!(ledger.ok(&["add", "x", "--help"]).contains("--on <day>"));
    ledger.ok(&["add", "x", "--org", "a", "--on", "2026-07-03"]);
}

#[test]
fn empty_texts_and_exemptions_that_cannot_be_are_refused() {
    let ledger = Ledger::new(&[]);
    let before = ledger.bytes();
    for args in [
        &[
            "add",
            "meeting",
            "--org",
            "a",
            "--date",
            "2026-07-03",
            "--type",
            "regular",
            "--title",
            " ",
        ][..],
        &["org", "add", "", "--kind", "unit"],
        &["org", "edit", "a", "--name", ""],
        &["org", "edit", "a", "--exempt", "nope:2026-01-01"],
        &[
            "org",
            "edit",
            "a",
            "--exempt",
            "regular:2026-05-01:2026-01-01",
        ],
    ] {
        let ran = ledger.run(args);
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(!ran.err.contains("defect"), "{}", ran.err);
    }
    assert!(before == ledger.bytes());
    ledger.ok(&[
        "org",
        "edit",
        "a",
        "--exempt",
        "例会:2026-05-01:2026-06-30:搬迁",
        "--founded",
        "2020-01-01",
    ]);
    assert!(
        ledger
            .read("orgs/a/org.toml")
            .contains("{ obligation = \"regular\", from = 2026-05-01")
    );
    ledger.ok(&["org", "edit", "a", "--founded", ""]);
    assert!(!ledger.read("orgs/a/org.toml").contains("founded"));
}

#[test]
fn references_are_resolved_when_typed_and_must_exist() {
    let ledger = Ledger::new(&[]);
    let meeting = id_of(&ledger.ok(&[
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
    ]));
    let task = [
        "add",
        "task",
        "--org",
        "a",
        "--title",
        "x",
        "--list",
        "task",
        "--owner",
        "y",
        "--set",
        "2026-07-03",
        "--due",
        "2026-07-09",
        "--source",
    ];
    let id = id_of(&ledger.ok(&[&task[..], &[&meeting[11..]]].concat()));
    assert!(
        ledger
            .ok(&["show", &id, "--format", "json"])
            .contains(&format!("\"source\": \"{meeting}\""))
    );
    assert_eq!(
        ledger
            .run(&[&task[..], &["m-20260101-00000000"]].concat())
            .code,
        2
    );
    assert_eq!(
        ledger.run(&[&task[..], &[&id]].concat()).code,
        2,
        "a task comes from a meeting"
    );
}

#[test]
fn exit_codes_and_usage_errors_in_both_languages() {
    let ledger = Ledger::new(&[]);
    for (args, zh, en) in [
        (
            &["foo"][..],
            "没有“foo”这个命令",
            "no command or kind called “foo”",
        ),
        (
            &["report", "--quater", "x"],
            "是不是 --quarter？",
            "did you mean --quarter?",
        ),
        (
            &["report", "--quarter", "x"],
            "无法识别时期“x”",
            "“x” is not a period",
        ),
        (
            &["report", "--format", "pdf"],
            "不能是“pdf”",
            "cannot be “pdf”",
        ),
        (
            &["explain", "tasks"],
            "没有叫“tasks”的指标",
            "no metric called “tasks”",
        ),
        (
            &["show", "nothing"],
            "没有编号或标题含“nothing”的记录",
            "no record has “nothing” in its id or title",
        ),
        (
            &["list", "x"],
            "没有“x”这种记录",
            "no kind of record called “x”",
        ),
        (
            &["due", "--within", "x"],
            "应在 0 与 3660d 之间",
            "between 0 and 3660d",
        ),
        (&["add"], "缺少命令", "a command or kind is missing"),
    ] {
        for (lang, said) in [("zh-CN", zh), ("en", en)] {
            let ran = ledger.run(&[args, &["--lang", lang]].concat());
            assert_eq!(ran.code, 2, "{args:?}");
            assert!(
                ran.err.contains(said) && ran.out.is_empty(),
                "{args:?}: {}",
                ran.err
            );
        }
    }
    let nowhere = tempfile::tempdir().expect("a folder");
    let ran = run(&["--root", nowhere.path().to_str().expect("text"), "report"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no ledger.toml"), "{}", ran.err);
    assert_eq!(
        run(&["--version"]).out,
        format!("ledger {}\n", env!("CARGO_PKG_VERSION"))
    );
    let newer = Ledger::new(&[("ledger.toml", "format = 2\n")]);
    assert!(
        newer
            .run(&["check"])
            .err
            .contains("ledger.toml:1:10: the ledger has format 2; this program reads up to 1")
    );
}

#[test]
fn an_empty_ledger_is_told_what_to_do_next() {
    let dir = tempfile::tempdir().expect("a folder");
    let root = dir.path().to_str().expect("text").to_owned();
    assert_eq!(run(&["init", &root, "--district", "示例区"]).code, 0);
    assert_eq!(run(&["init", &root]).code, 2, "twice is once too often");
    let at = |args: &[&str]| run(&[&["--root", &root], args].concat());
    assert_eq!(at(&["check"]).out, "clean: 0 organisations, 0 records\n");
    assert!(at(&["report"]).err.contains("ledger org add"));
    assert!(
        at(&[
            "add",
            "meeting",
            "--org",
            "x",
            "--date",
            "2026-07-03",
            "--type",
            "regular",
            "--title",
            "x"
        ])
        .err
        .contains("no organisation yet")
    );
    for args in [&["due"][..], &["list", "task"], &["org", "tree"], &["fmt"]] {
        assert_eq!(at(args).code, 0, "{args:?}");
    }
}

#[test]
fn records_taken_back_count_nowhere_and_stay_readable() {
    let ledger = Ledger::new(&[]);
    let id = id_of(&ledger.ok(&[
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
    ]));
    ledger.ok(&["retract", &id, "--why", "重复"]);
    let csv = ledger.ok(&[
        "report",
        "--quarter",
        "2026Q3",
        "--metrics",
        "meetings_held,regular_met",
        "--format",
        "csv",
        "--raw",
    ]);
    assert!(csv.ends_with("total,a,total,0,0\r\n"), "{csv}");
    assert!(!ledger.ok(&["list", "meeting"]).contains(&id));
    assert!(ledger.ok(&["list", "meeting", "--retracted"]).contains(&id));
    assert!(ledger.ok(&["show", &id]).contains("重复"));
    assert_eq!(
        ledger.run(&["update", &id, "--status", "done"]).code,
        2,
        "a meeting has no life cycle"
    );
}

#[test]
fn contact_points_are_visited_by_quota() {
    let ledger = Ledger::new(&[]);
    let contact = |leader: &str, from: &str, quota: &str| {
        id_of(&ledger.ok(&[
            "add",
            "联系点",
            "--org",
            "a",
            "--leader",
            leader,
            "--from",
            from,
            "--quota",
            quota,
        ]))
    };
    // A whole year at four a year, and half a year at four a year, which owes two.
    let (first, second) = (
        contact("张某", "2025-01-01", "4"),
        contact("王某", "2026-07-01", "4"),
    );
    for (contact, day) in [
        (&first, "2026-02-01"),
        (&first, "2026-05-01"),
        (&second, "2026-08-01"),
        (&second, "2026-09-01"),
        (&second, "2026-10-01"),
    ] {
        ledger.ok(&[
            "add",
            "visit",
            "--org",
            "a",
            "--date",
            day,
            "--contact",
            contact,
            "--purpose",
            "讲党课",
        ]);
    }
    let figures = |as_of: &str| {
        let csv = ledger.ok(&[
            "report",
            "--quarter",
            "2026",
            "--as-of",
            as_of,
            "--metrics",
            "visits_owed,visits_met,visits_missed,visits_made",
            "--format",
            "csv",
            "--raw",
        ]);
        csv.lines().last().expect("a total").to_owned()
    };
    assert_eq!(
        figures("2026-11-22"),
        "total,a,total,4,4,0,5",
        "before the year is over only what was done is owed"
    );
    assert_eq!(figures("2026-12-31"), "total,a,total,6,4,2,5");
    let due = ledger.ok(&["due", "--today", "2026-12-20", "--within", "20d"]);
    assert!(due.contains("2026 (2 still to come)"), "{due}");
}

#[test]
fn text_that_a_spreadsheet_would_run_is_guarded_for_people_and_not_for_programs() {
    let ledger = Ledger::new(&[]);
    ledger.ok(&[
        "org",
        "add",
        "=1+1",
        "--kind",
        "unit",
        "--under",
        "a",
        "--segment",
        "x",
    ]);
    let people = ledger.ok(&[
        "report",
        "--quarter",
        "2026Q3",
        "--metrics",
        "members",
        "--format",
        "csv",
    ]);
    assert!(
        people.starts_with("\u{feff}no.,organisation,members\r\n")
            && people.contains("1,'=1+1,0\r\n"),
        "{people}"
    );
    let raw = ledger.ok(&[
        "report",
        "--quarter",
        "2026Q3",
        "--metrics",
        "members",
        "--format",
        "csv",
        "--raw",
    ]);
    assert!(
        raw.starts_with("row,org,name,members\r\n") && raw.contains("org,a/x,=1+1,0\r\n"),
        "{raw}"
    );
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure_and_a_full_disk_is() {
    struct Closed(std::io::ErrorKind);
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let ledger = Ledger::new(&[]);
    let args = [
        "ledger",
        "--root",
        ledger.path().to_str().expect("text"),
        "org",
        "tree",
        "--lang",
        "en",
    ]
    .map(std::ffi::OsString::from);
    for (kind, code) in [
        (std::io::ErrorKind::BrokenPipe, 0),
        (std::io::ErrorKind::StorageFull, 2),
    ] {
        let mut err = Vec::new();
        assert_eq!(
            ledger::cmd::run(args.clone().into_iter(), &mut Closed(kind), &mut err),
            code
        );
        assert_eq!(
            String::from_utf8(err)
                .expect("text")
                .contains("disk is full"),
            code == 2
        );
    }
}

#[test]
fn a_month_without_data_needs_its_reason_and_no_numbers() {
    let ledger = Ledger::new(&[]);
    let add = |more: &[&str]| {
        ledger.run(
            &[
                &["add", "service", "--org", "a", "--month", "2026-09"],
                more,
            ]
            .concat(),
        )
    };
    let refused = add(&[]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.err.contains("--accepted --completed"),
        "{}",
        refused.err
    );
    assert_eq!(add(&["--no-data", "系统升级", "--accepted", "3"]).code, 2);
    let added = add(&["--无数据原因", "系统升级"]);
    assert_eq!(added.code, 0, "{}", added.err);
    let id = added
        .out
        .split_whitespace()
        .find(|word| word.starts_with("sv-"))
        .expect("an id")
        .to_owned();
    assert_eq!(ledger.run(&["edit", &id, "--accepted", "5"]).code, 2);
    ledger.ok(&[
        "edit",
        &id,
        "--no-data",
        "",
        "--accepted",
        "5",
        "--completed",
        "4",
    ]);
    assert_eq!(ledger.run(&["edit", &id, "--accepted", ""]).code, 2);
    ledger.ok(&[
        "edit",
        &id,
        "--no-data",
        "未报",
        "--accepted",
        "",
        "--completed",
        "",
    ]);
    assert_eq!(ledger.run(&["check"]).code, 0);
}

#[test]
fn an_organisation_is_named_as_a_partner_by_any_name_it_has() {
    let ledger = Ledger::new(&[(
        "orgs/a/b/org.toml",
        "name = \"牡丹社区党委\"\nkind = \"party-committee\"\n",
    )]);
    ledger.ok(&[
        "add",
        "partner",
        "--org",
        "a",
        "--unit",
        "牡丹社区",
        "--unit-org",
        "牡丹社区党委",
        "--joined",
        "2026-07-01",
    ]);
    let listed = ledger.ok(&["list", "partner", "--format", "json"]);
    assert!(listed.contains("\"unit_org\": \"a/b\""), "{listed}");
    assert_eq!(
        ledger
            .run(&[
                "add",
                "partner",
                "--org",
                "a",
                "--unit",
                "x",
                "--unit-org",
                "无此组织",
                "--joined",
                "2026-07-01"
            ])
            .code,
        2
    );
}

/// The ends of the calendar: what could not be read again is not taken, and nothing falls over its
/// edge.
#[test]
fn the_first_and_the_last_years_are_said_as_they_are() {
    let ledger = Ledger::new(&[]);
    for (lang, period, day) in [
        ("en", "is not a period", "is not a day"),
        ("zh-CN", "无法识别时期", "不是日期"),
    ] {
        for (args, said) in [
            (&["close", "0001"][..], period),
            (&["close", "last", "--today", "1000-01-01"], period),
            (&["report", "--quarter", "0000"], period),
            (&["report", "--quarter", "10000Q1"], period),
            (&["report", "--as-of", "0000-01-01"], day),
            (&["report", "--as-of", "0001-01-01"], day),
        ] {
            let ran = ledger.run(&[args, &["--lang", lang]].concat());
            assert!(
                ran.code == 2 && ran.err.contains(said) && ran.err.contains("1000"),
                "{args:?}: {}{}",
                ran.out,
                ran.err
            );
        }
    }
    ledger.ok(&[
        "add",
        "meeting",
        "--org",
        "a",
        "--date",
        "9999-12-31",
        "--type",
        "regular",
        "--title",
        "x",
    ]);
    for args in [
        &[
            "report",
            "--quarter",
            "9999Q4",
            "--as-of",
            "9999-12-31",
            "--compare",
            "year",
        ][..],
        &["report", "--quarter", "1000Q1", "--compare", "previous"],
        &["due", "--today", "9999-12-31"],
        &["close", "9999Q4", "--today", "9999-12-31", "--by", "x"],
        &["close", "1000", "--by", "x"],
        &["check"],
        &["list", "meeting", "--as-of", "9999-12-31"],
    ] {
        ledger.ok(args);
    }
    // The same in a file.
    ledger.write(
        "orgs/a/2026/x-00.toml",
        b"[[meeting]]\nid = \"m-20260703-00000001\"\ndate = 0000-01-01\ntype = \"regular\"\ntitle = \"x\"\n",
    );
    let ran = ledger.run(&["check"]);
    assert!(
        ran.code == 1
            && ran
                .out
                .contains("“date” should lie between 1000-01-01 and 9999-12-31"),
        "{}",
        ran.out
    );
}

#[test]
fn what_may_be_a_slip_is_said_at_once_and_held_up_by_nobody() {
    let ledger = Ledger::new(&[]);
    let add = |date: &str, title: &str| {
        ledger.run(&[
            "add", "meeting", "--org", "a", "--type", "regular", "--date", date, "--title", title,
        ])
    };
    assert_eq!(add("2026-07-03", "七月例会").err, "");
    let again = add("2026-07-03", " 七月例会");
    assert_eq!(again.code, 0);
    assert!(
        again
            .err
            .contains("meeting “七月例会” stands there already"),
        "{}",
        again.err
    );
    assert!(
        add("2026-08-03", "七月例会").err.is_empty(),
        "another day is another meeting"
    );
    let far = add("2062-10-09", "十月例会");
    assert_eq!(far.code, 0);
    assert!(
        far.err.contains("date 2062-10-09 is more than a year away"),
        "{}",
        far.err
    );
    let ran = ledger.run(&["check"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(
        ran.out.contains("[entered-twice]") && ran.out.contains("[far-ahead]"),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .ends_with("nothing wrong, 2 warnings in 1 organisation and 4 records\n"),
        "{}",
        ran.out
    );
    let commit = ledger.run(&["check", "--commit"]);
    assert_eq!(commit.code, 0);
    assert!(
        !commit.out.contains("[entered-twice]") && commit.err.contains("2 warnings not shown"),
        "{}{}",
        commit.out,
        commit.err
    );
    assert!(
        ledger
            .ok(&["check", "--format", "json"])
            .contains("\"severity\": \"warning\"")
    );
}

#[test]
fn the_ending_of_a_file_says_what_is_in_it_and_nothing_is_written_over() {
    let ledger = Ledger::sample();
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
    let report = |args: &[&str]| {
        ledger.run(
            &[
                &["report", "--quarter", "2026Q3", "--metrics", "tasks_due"],
                args,
            ]
            .concat(),
        )
    };
    for (args, said) in [
        (
            &["--format", "csv", "--out", &file("x.xlsx")][..],
            "a .xlsx file is not csv",
        ),
        (&["--out", &file("x.pdf")], "files .pdf cannot be written"),
        (
            &["--format", "csv", "--out", &file("x.json")],
            "a .json file is not csv",
        ),
    ] {
        let ran = report(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}");
        assert!(ran.err.contains(said), "{args:?}: {}", ran.err);
    }
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        0
    );
    let out = file("x.csv");
    assert_eq!(report(&["--out", &out]).code, 0);
    let first = std::fs::read(&out).expect("written");
    assert!(first.starts_with("\u{feff}".as_bytes()));
    let ran = report(&["--out", &out, "--raw"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("is there already") && ran.err.contains("--force"),
        "{}",
        ran.err
    );
    assert_eq!(std::fs::read(&out).expect("still there"), first);
    assert_eq!(report(&["--out", &out, "--raw", "--force"]).code, 0);
    assert!(
        std::fs::read(&out)
            .expect("replaced")
            .starts_with(b"row,org,name,tasks_due\r\n")
    );
    let ran = ledger.run(&["write", "work-report", "--quarter", "2026Q3", "--out", &out]);
    assert_eq!(ran.code, 2, "{}", ran.err);
}

#[test]
fn another_writer_is_announced() {
    let ledger = Ledger::new(&[]);
    let add = |args: &[&str]| {
        ledger.run(
            &[
                &[
                    "add",
                    "meeting",
                    "--org",
                    "a",
                    "--date",
                    "2026-07-03",
                    "--type",
                    "study",
                    "--title",
                ],
                args,
            ]
            .concat(),
        )
    };
    assert_eq!(
        add(&["一", "--as", "test"]).err,
        "",
        "it is the writer this clone has"
    );
    let ran = add(&["二", "--as", "desk"]);
    assert!(
        ran.err.contains("from now on this clone writes as desk-")
            && ran.err.contains("it wrote as test-00"),
        "{}",
        ran.err
    );
    assert_eq!(add(&["三", "--as", "desk"]).err, "");
}

#[test]
fn nothing_that_steers_a_terminal_is_printed_raw() {
    let hostile = "a\\u001b]0;x\\u0007\\u009b2J\\u202e\\u2028b";
    let text = format!(
        "[[meeting]]\nid = \"m-20260703-00000001\"\ndate = 2026-07-03\ntype = \"study\"\ntitle = \"{hostile}\"\nplace = \"\u{202e}raw\"\n"
    );
    let ledger = Ledger::new(&[
        ("orgs/a/2026/x-00.toml", &text),
        ("orgs/a/2026/y\u{202e}\u{9b}.toml", "= \u{202e}\u{2029}\n"),
    ]);
    let steers =
        |text: &str| text.contains(|c: char| ledger::spelling::is_steering(c) && c != '\n');
    for args in [
        &["check"][..],
        &["check", "--format", "json"],
        &["list", "meeting", "--skip-bad"],
        &["list", "meeting", "--skip-bad", "--format", "json"],
        &["show", "00000001"],
        &["show", "00000001", "--format", "json"],
        &["report", "--quarter", "2026Q3"],
    ] {
        let ran = ledger.run(args);
        assert!(
            !steers(&ran.out) && !steers(&ran.err),
            "{args:?}: {:?}{:?}",
            ran.out,
            ran.err
        );
    }
    // Escapes stay escapes, and what stood raw becomes one.
    ledger.run(&["fmt"]);
    let after = ledger.read("orgs/a/2026/x-00.toml");
    assert!(
        after.contains(&format!("title = \"{hostile}\""))
            && after.contains("place = \"\\u202eraw\""),
        "{after}"
    );
}

#[test]
fn a_list_is_asked_in_a_clerks_words() {
    let ledger = Ledger::sample();
    let count = |args: &[&str]| {
        let json = [&["list", "--format", "json"], args].concat();
        let listed: serde_json::Value = serde_json::from_str(&ledger.ok(&json)).expect("JSON");
        listed["records"].as_array().expect("a list").len()
    };
    let of_meetings = |test: &str| count(&["meeting", "--where", test]);
    let all = count(&["meeting"]);
    assert!(all > 0 && count(&["--type", "党课"]) > 0);
    assert_eq!(count(&["--type", "党课"]), of_meetings("类型=党课"));
    assert_eq!(of_meetings("类型！＝党课"), all - of_meetings("type=党课"));
    assert_eq!(of_meetings("type<>党课"), of_meetings("类型≠党课"));
    assert_eq!(of_meetings("实到人数＞＝20"), of_meetings("present≥20"));
    assert_eq!(of_meetings("host="), all - of_meetings("host!="));
    assert!(of_meetings("type~课") >= of_meetings("type=党课"));
    let july = of_meetings("date=2026年7月");
    assert!(july > 0 && july == of_meetings("召开日期=2026-07"));
    let amounts = ["金额>3万", "金额(元)>30000", "金额（元）＞30000"];
    let amounts = amounts.map(|test| count(&["--where", test]));
    assert!(amounts[0] > 0 && amounts.iter().all(|n| *n == amounts[0]));
    let tasks = count(&["task"]);
    let done = count(&["task", "--where", "status=done"]);
    assert_eq!(count(&["task", "--where", "状态!=已完成"]), tasks - done);
    for refused in [["meeting", "title>a"], ["meeting", "type<党课"]] {
        let ran = ledger.run(&["list", refused[0], "--where", refused[1]]);
        assert_eq!(ran.code, 2, "{refused:?}");
    }
}

#[test]
fn a_slip_of_the_pen_is_met_with_what_was_meant() {
    let ledger = Ledger::sample();
    for (args, meant) in [
        (&["list", "会义"][..], "会议"),
        (&["会义"], "会议"),
        (&["list", "--org", "珠江路街到"], "珠江路街道党工委"),
        (&["list", "meeting", "--type", "党可"], "党课"),
        (&["list", "task", "--status", "已完城"], "已完成"),
        (&["list", "meeting", "--where", "召开日其=2026"], "召开日期"),
        (&["explain", "召开会义"], "召开会议"),
        (&["write", "工作抱告"], "工作报告"),
        (&["rules", "show", "会意"], "会议"),
        (&["add", "meeting", "--类形", "例会"], "--类型"),
    ] {
        let ran = ledger.run(&[args, &["--lang", "zh-CN"]].concat());
        assert_eq!(ran.code, 2, "{args:?}");
        let said = ran.err.split_once("是不是").map(|(_, said)| said);
        assert!(
            said.is_some_and(|said| said.contains(meant)),
            "{args:?}: {}",
            ran.err
        );
        assert!(ran.err.chars().count() < 400, "{args:?}: {}", ran.err);
    }
}
