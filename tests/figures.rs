//! What a figure says wherever it is asked for: exact amounts, averages, places, comparisons, what
//! is owed since when.

mod common;

use common::Ledger;

/// Three organisations under one, and a fourth under the first of them.
const ORGS: &[(&str, &str)] = &[
    (
        "orgs/a/b/org.toml",
        "name = \"甲街道党工委\"\nkind = \"working-committee\"\nsector = \"subdistrict\"\n",
    ),
    (
        "orgs/a/c/org.toml",
        "name = \"乙街道党工委\"\nkind = \"working-committee\"\nsector = \"subdistrict\"\n",
    ),
    (
        "orgs/a/d/org.toml",
        "name = \"丙机关党委\"\nkind = \"party-committee\"\nsector = \"office\"\n",
    ),
    (
        "orgs/a/b/e/org.toml",
        "name = \"甲一社区党委\"\nkind = \"party-committee\"\nsector = \"community\"\n",
    ),
];

fn fund(n: usize, date: &str, amount: &str) -> String {
    format!(
        "[[fund]]\nid = \"fu-20260703-{n:08}\"\ndate = {date}\nstage = \"spent\"\nsource = \"fiscal\"\npurpose = \"training\"\namount = {amount}\n\n"
    )
}

/// The value in the last cell of a row of raw CSV.
fn cell<'c>(csv: &'c str, row: &str) -> &'c str {
    let line = csv
        .lines()
        .find(|line| line.starts_with(row))
        .unwrap_or_else(|| panic!("{row}: {csv}"));
    line.rsplit(',').next().unwrap_or_default()
}

#[test]
fn money_is_exact_to_the_fen_from_the_flag_to_every_output() {
    let text = fund(1, "2026-07-03", "3500")
        + &fund(2, "2026-07-04", "0.10")
        + &fund(3, "2026-07-05", "0.20");
    let ledger = Ledger::new(&[("orgs/a/2026/x-00.toml", &text)]);
    ledger.ok(&[
        "add",
        "fund",
        "--org",
        "a",
        "--date",
        "2026-07-06",
        "--stage",
        "支出",
        "--source",
        "dues",
        "--purpose",
        "reward",
        "--amount",
        "1,000.50",
    ]);
    let ask = ["--quarter", "2026Q3", "--metrics", "funds_spent"];
    let report = |more: &[&str]| ledger.ok(&[&["report"], &ask[..], more].concat());
    assert_eq!(
        cell(&report(&["--format", "csv", "--raw"]), "total"),
        "4500.8"
    );
    assert!(report(&["--format", "csv"]).trim_end().ends_with(",4500.8"));
    assert!(report(&["--format", "json"]).contains("\"funds_spent\": 4500.8\n"));
    let explained = ledger.ok(&[
        "explain",
        "funds_spent",
        "--quarter",
        "2026Q3",
        "--format",
        "json",
    ]);
    for part in [
        "\"value\": 4500.8",
        "\"contributes\": 3500,",
        "\"contributes\": 0.1,",
        "\"contributes\": 0.2,",
        "\"contributes\": 1000.5,",
    ] {
        assert!(explained.contains(part), "{part}: {explained}");
    }
    assert!(
        ledger
            .ok(&["list", "fund", "--format", "json"])
            .contains("\"amount\": 1000.5")
    );
    assert_eq!(
        ledger
            .run(&["edit", "00000001", "--amount", "3500.505"])
            .code,
        2
    );
    // Written without needless zeros, and nothing else changes.
    ledger.ok(&["fmt"]);
    assert!(
        ledger
            .read("orgs/a/2026/x-00.toml")
            .contains("amount = 0.1\n")
    );
}

#[test]
fn a_sum_that_does_not_fit_is_an_error_at_its_metric() {
    let rule = "[[kind]]\nname = \"thing\"\nzh = \"物\"\nen = \"thing\"\nprefix = \"th\"\nperiod = \"date\"\nfield = [\n    { name = \"date\", zh = \"日期\", en = \"date\", type = \"date\", required = true },\n    { name = \"n\", zh = \"数\", en = \"n\", type = \"integer\", max = 99_999_999_999_999 },\n]\n\n[[metric]]\nname = \"things\"\nzh = \"物数\"\nen = \"things\"\nkind = \"thing\"\nsum = \"n\"\n";
    let many: String = (0..10_001)
        .map(|n| {
            format!(
                "[[thing]]\nid = \"th-20260703-{n:08}\"\ndate = 2026-07-03\nn = 99999999999999\n\n"
            )
        })
        .collect();
    let ledger = Ledger::new(&[
        ("rules/things.toml", rule),
        ("orgs/a/2026/x-00.toml", &many),
    ]);
    for command in [
        &["report", "--metrics", "things"][..],
        &["explain", "things"],
    ] {
        let ran = ledger.run(&[command, &["--quarter", "2026Q3"]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{command:?}");
        assert!(
            ran.err
                .starts_with("rules/things.toml:12:1: things (things) is too large"),
            "{}",
            ran.err
        );
    }
    let ledger = Ledger::new(&[(
        "rules/things.toml",
        &rule.replace("99_999_999_999_999", "100_000_000_000_000"),
    )]);
    assert!(
        ledger
            .run(&["check"])
            .out
            .contains("so that sums still fit"),
        "bounds stay below what sums can hold"
    );
}

#[test]
fn an_average_is_no_percentage_and_says_one_number_in_every_form() {
    let rule = "[[metric]]\nname = \"payments\"\nzh = \"笔数\"\nen = \"payments\"\nkind = \"fund\"\n\n[[metric]]\nname = \"average\"\nzh = \"平均支出\"\nen = \"average\"\nunit = \"yuan\"\nratio = { of = [\"funds_spent\"], to = [\"payments\"] }\n";
    let text = fund(1, "2026-07-03", "5390") + &fund(2, "2026-07-04", "0.30");
    let template = "{{ average }}元，{{ average | 万元(1) }}";
    let files = [
        ("rules/average.toml", rule),
        ("orgs/a/2026/x-00.toml", &text),
        ("t.txt", template),
    ];
    let ledger = Ledger::new(&files);
    let report = |more: &[&str]| {
        ledger.ok(&[
            &["report", "--quarter", "2026Q3", "--metrics", "average"],
            more,
        ]
        .concat())
    };
    assert!(report(&[]).contains("| 2695.15 |"), "{}", report(&[]));
    assert_eq!(
        cell(&report(&["--format", "csv", "--raw"]), "total"),
        "2695.150000"
    );
    let template = ledger.path().join("t.txt");
    let written = ledger.ok(&[
        "write",
        template.to_str().expect("text"),
        "--quarter",
        "2026Q3",
    ]);
    assert_eq!(written, "2695.15元，2695.15元");
}

#[test]
fn names_are_counted_once_however_they_are_spelled_and_lists_by_their_items() {
    let partner = |n: usize, unit: &str| {
        format!(
            "[[partner]]\nid = \"pa-20260703-{n:08}\"\nunit = \"{unit}\"\njoined = 2026-07-03\n\n"
        )
    };
    let agreement = |n: usize, projects: &str| {
        format!(
            "[[agreement]]\nid = \"ag-20260703-{n:08}\"\npartner = \"pa-20260703-00000001\"\nsigned = 2026-07-0{n}\nprojects = [{projects}]\n\n"
        )
    };
    let text = partner(1, "示例A公司(集团)")
        + &partner(2, "示例Ａ公司（集团） ")
        + &partner(3, "示例\u{200b}A公司(集团)")
        + &partner(4, "示例B公司")
        + &agreement(5, "\"义诊\", \"助餐\"")
        + &agreement(6, "\"助餐\u{3000}\", \"托管\"");
    let rule = "[[metric]]\nname = \"projects\"\nzh = \"项目\"\nen = \"projects\"\nkind = \"agreement\"\ndistinct = \"projects\"\n\n[[metric]]\nname = \"of_a\"\nzh = \"甲\"\nen = \"a\"\nkind = \"partner\"\nwhere = { unit = \"示例A公司（集团）\" }\n";
    let ledger = Ledger::new(&[
        ("rules/r.toml", rule),
        ("orgs/a/2026/x-00.toml", &text),
        ("t.txt", "{{ projects | 列举 }}"),
    ]);
    let csv = ledger.ok(&[
        "report",
        "--quarter",
        "2026Q3",
        "--metrics",
        "partners,projects,of_a",
        "--format",
        "csv",
        "--raw",
    ]);
    assert!(
        csv.lines()
            .last()
            .is_some_and(|line| line.ends_with(",2,3,3")),
        "{csv}"
    );
    let explained = ledger.ok(&[
        "explain",
        "projects",
        "--quarter",
        "2026Q3",
        "--format",
        "json",
    ]);
    assert!(
        explained.contains("\"contributes\": 2,") && explained.contains("\"contributes\": 1,"),
        "{explained}"
    );
    let template = ledger.path().join("t.txt");
    assert_eq!(
        ledger.ok(&[
            "write",
            template.to_str().expect("text"),
            "--quarter",
            "2026Q3",
            "--lang",
            "zh-CN"
        ]),
        "义诊、助餐、托管"
    );
    assert_eq!(
        ledger
            .ok(&[
                "list",
                "partner",
                "--where",
                "unit=A公司（",
                "--format",
                "csv",
                "--raw"
            ])
            .lines()
            .count(),
        4
    );
}

/// A ledger in which the organisations spent 30, 20, 20 and 10 yuan.
fn spenders(rules: &str, template: &str) -> Ledger {
    let (b, c) = (fund(1, "2026-07-03", "20"), fund(2, "2026-07-03", "20"));
    let (d, e) = (fund(3, "2026-07-03", "20"), fund(4, "2026-07-03", "10"));
    let own = [
        ("orgs/a/b/2026/x-00.toml", b.as_str()),
        ("orgs/a/c/2026/x-00.toml", &c),
        ("orgs/a/d/2026/x-00.toml", &d),
        ("orgs/a/b/e/2026/x-00.toml", &e),
        ("rules/places.toml", rules),
        ("t.txt", template),
    ];
    Ledger::new(&[ORGS, &own].concat())
}

#[test]
fn a_place_is_among_the_same_peers_wherever_it_is_asked_for() {
    let rules = "[[metric]]\nname = \"place\"\nzh = \"花费名次\"\nen = \"place\"\nunit = \"rank\"\nrank = \"funds_spent\"\n\n[[metric]]\nname = \"thrifty\"\nzh = \"节约名次\"\nen = \"thrifty\"\nunit = \"rank\"\nrank = \"funds_spent\"\nlowest_first = true\npeers = { under = \"all\", level = \"any\", kind = [\"party-committee\"], sector = [\"office\", \"community\"] }\n";
    let template = "{% for o in org.all_orgs %}{{ o.id }} {{ o.place }} {{ o.thrifty }} {{ o.funds_spent.rank }} {{ o.funds_spent.rank(lowest_first=true) }}\n{% endfor %}";
    let ledger = spenders(rules, template);
    let report = |more: &[&str]| {
        let text = ledger.ok(&[
            &[
                "report",
                "--quarter",
                "2026Q3",
                "--metrics",
                "place,thrifty",
                "--format",
                "csv",
                "--raw",
            ],
            more,
        ]
        .concat());
        text.lines()
            .filter(|line| line.starts_with("org,"))
            .map(str::to_owned)
            .collect::<Vec<String>>()
    };
    let all = [
        "org,a/b,甲街道党工委,1,",
        "org,a/b/e,甲一社区党委,1,1",
        "org,a/c,乙街道党工委,2,",
        "org,a/d,丙机关党委,2,2",
    ];
    assert_eq!(report(&["--depth", "9"]), all);
    assert_eq!(report(&[]), [all[0], all[2], all[3]]);
    assert_eq!(report(&["--org", "a/b"]), [all[1]]);
    let path = ledger.path().join("t.txt");
    let written = ledger.ok(&["write", path.to_str().expect("text"), "--quarter", "2026Q3"]);
    assert_eq!(
        written,
        "a/b 1 — 1 3\na/b/e 1 1 1 1\na/c 2 — 2 1\na/d 2 2 2 1\n"
    );
    let explained = ledger.ok(&[
        "explain",
        "thrifty",
        "--org",
        "a/d",
        "--quarter",
        "2026Q3",
        "--format",
        "json",
    ]);
    let json: serde_json::Value = serde_json::from_str(&explained).expect("json");
    assert_eq!(
        (json["value"].as_i64(), json["by"].as_str()),
        (Some(2), Some("funds_spent")),
        "{explained}"
    );
    assert_eq!(json["places"][0]["org"], "a/b/e");
    assert!(
        ledger
            .ok(&["explain", "place", "--org", "a/c", "--quarter", "2026Q3"])
            .contains("|     2 | 丙机关党委")
    );
}

#[test]
fn what_was_not_recorded_yet_is_no_data_to_compare_with() {
    // The first organisation kept its ledger in the second quarter, the others began in the third;
    // nobody kept demo sites.
    let ledger = spenders(
        "",
        "{{ org.funds_spent.compare(\"previous\") }} {{ orgs[1].funds_spent.compare(\"previous\") }}",
    );
    ledger.write(
        "orgs/a/b/2026/y-00.toml",
        fund(9, "2026-05-03", "15").as_bytes(),
    );
    let site = "[[demo_site]]\nid = \"ds-20260703-00000001\"\nname = \"示范点\"\nsector = \"community\"\nsince = 2026-07-03\n";
    ledger.write("orgs/a/b/2026/z-00.toml", site.as_bytes());
    let metrics = [
        "--metrics",
        "funds_spent,sites_in_force,organisations",
        "--format",
        "csv",
        "--raw",
    ];
    let csv = ledger.ok(&[
        &["report", "--quarter", "2026Q3", "--compare", "previous"],
        &metrics[..],
    ]
    .concat());
    assert_eq!(
        csv.lines().find(|line| line.starts_with("org,a/b,")),
        Some("org,a/b,甲街道党工委,45,30,1,,2,0"),
        "{csv}"
    );
    assert_eq!(
        csv.lines().find(|line| line.starts_with("org,a/c,")),
        Some("org,a/c,乙街道党工委,20,,0,,1,0"),
        "{csv}"
    );
    let path = ledger.path().join("t.txt");
    let written = ledger.ok(&[
        "write",
        path.to_str().expect("text"),
        "--quarter",
        "2026Q3",
        "--lang",
        "zh-CN",
    ]);
    assert_eq!(written, "增加70 —");
}

#[test]
fn what_grew_smaller_is_said_without_a_sign_and_groups_keep_what_only_stood_before() {
    let spent = |n, date, purpose, amount| fund(n, date, amount).replace("training", purpose);
    let text = spent(1, "2025-08-03", "training", "5200")
        + &spent(2, "2025-08-03", "reward", "300")
        + &spent(3, "2026-08-03", "training", "3500");
    let template = "{{ funds_spent.compare(\"year\") }}、{{ (funds_spent | 万元(1)).compare(\"year\") }}{% for g in funds_spent.compare(\"year\").by(\"purpose\") %}；{{ g.label }}{{ g.comparison.before }}到{{ g.figure }}{% endfor %}";
    let ledger = Ledger::new(&[
        ("ledger.toml", "format = 1\nlanguage = \"zh-CN\"\n"),
        ("orgs/a/2026/x-00.toml", &text),
        ("t.txt", template),
    ]);
    let path = ledger.path().join("t.txt");
    let written = ledger.ok(&["write", path.to_str().expect("text"), "--quarter", "2026Q3"]);
    assert_eq!(
        written,
        "减少2000、减少2000元；教育培训5200到3500；表彰奖励300到0"
    );
}

#[test]
fn nothing_is_owed_before_the_ledger_begins() {
    let ledger = Ledger::new(&[("ledger.toml", "format = 1\nbegins = 2026-08-15\n")]);
    let owed = |ledger: &Ledger| {
        let csv = ledger.ok(&[
            "report",
            "--quarter",
            "2026Q3",
            "--metrics",
            "regular_owed",
            "--format",
            "csv",
            "--raw",
        ]);
        cell(&csv, "total").to_owned()
    };
    assert_eq!(
        owed(&ledger),
        "1",
        "September alone is a whole month after it"
    );
    assert_eq!(owed(&Ledger::new(&[])), "3");
    let begun = tempfile::tempdir().expect("a folder");
    let path = begun.path().to_str().expect("text");
    assert_eq!(
        common::run(&["init", path, "--today", "2026-11-22"]).code,
        0
    );
    let marker = std::fs::read_to_string(begun.path().join("ledger.toml")).expect("the marker");
    assert!(marker.contains("begins = 2026-11-22\n"), "{marker}");
}

#[test]
fn returns_are_judged_after_their_deadline_unless_a_day_is_asked_for() {
    let filing =
        "[[filing]]\nid = \"f-20261012-00000001\"\nquarter = \"2026Q3\"\nfiled = 2026-10-12\n";
    let ledger = Ledger::new(&[ORGS, &[("orgs/a/b/2026/x-00.toml", filing)]].concat());
    let figures = |more: &[&str]| {
        let ask = [
            "report",
            "--quarter",
            "2026Q3",
            "--metrics",
            "filings_late,filings_missing,tasks_open",
            "--format",
            "csv",
            "--raw",
        ];
        let csv = ledger.ok(&[&ask[..], more].concat());
        csv.lines()
            .last()
            .expect("the total")
            .trim_start_matches("total,a,total,")
            .to_owned()
    };
    assert_eq!(figures(&[]), "1,4,0");
    assert_eq!(figures(&["--as-of", "2026-09-30"]), "0,0,0");
    assert_eq!(
        figures(&["--today", "2026-10-11"]),
        "0,5,0",
        "not after today"
    );
    let table = ledger.ok(&["report", "--quarter", "2026Q3", "--metrics", "filings_late"]);
    assert!(
        table.contains("(as of 2026-09-30, returns as of 2026-10-25)"),
        "{table}"
    );
    let explained = ledger.ok(&[
        "explain",
        "filings_late",
        "--quarter",
        "2026Q3",
        "--format",
        "json",
    ]);
    assert!(
        explained.contains("\"value\": 1")
            && explained.contains("\"filings_as_of\": \"2026-10-25\""),
        "{explained}"
    );
    // What is closed is compared with the same day.
    ledger.ok(&["close", "2026Q3"]);
    assert_eq!(ledger.run(&["check"]).code, 0);
    assert!(
        ledger
            .ok(&["report", "--quarter", "2026Q3", "--compare", "closed"])
            .contains("nothing has changed since")
    );
}

#[test]
fn a_number_of_a_record_leads_back_to_it_and_is_compared_by_its_value() {
    let survey = "[[survey]]\nid = \"su-20260703-00000001\"\ntopic = \"基层党建\"\nteams = 5\nfrom = 2026-07-03\nuntil = 2026-07-20\n\n";
    let agreement = "[[partner]]\nid = \"pa-20260703-00000002\"\nunit = \"示例银行\"\njoined = 2026-07-03\n\n[[agreement]]\nid = \"ag-20260703-00000003\"\npartner = \"pa-20260703-00000002\"\nsigned = 2026-07-04\n\n";
    let text = survey.to_owned() + agreement + &fund(4, "2026-07-03", "3500.5");
    let template = "派出{{ surveys.last.teams }}组；{{ funds_spent.last.amount | 万元(1) }}；协议{{ agreements.records | 列举 }}、{{ agreements | 列举 }}";
    let files = [
        ("ledger.toml", "format = 1\nlanguage = \"zh-CN\"\n"),
        ("orgs/a/2026/x-00.toml", &text),
        ("t.txt", template),
    ];
    let ledger = Ledger::new(&files);
    let path = ledger.path().join("t.txt");
    let trace = ledger.path().join("trace.json");
    let flag = format!("--trace={}", trace.display());
    let out = ledger.path().join("out.txt");
    ledger.ok(&[
        "write",
        path.to_str().expect("text"),
        "--quarter",
        "2026Q3",
        "--out",
        out.to_str().expect("text"),
        &flag,
    ]);
    assert_eq!(
        ledger.read("out.txt"),
        "派出5组；3500.5元；协议示例银行、示例银行"
    );
    let json: serde_json::Value = serde_json::from_str(&ledger.read("trace.json")).expect("json");
    let figures = json["figures"].as_array().expect("a list");
    assert_eq!(figures[0]["field"], "调研组数");
    assert_eq!(figures[0]["records"][0]["id"], "su-20260703-00000001");
    assert_eq!(
        (
            figures[1]["value"].to_string(),
            figures[1]["records"][0]["line"].as_u64()
        ),
        ("3500.5".to_owned(), Some(18))
    );
    for (tag, code) in [
        ("surveys.last.teams > 3", 2),
        ("surveys.last.teams.value > 3", 0),
        ("funds_spent.last.amount == 3500.5", 2),
        ("records(\"meeting\").first.due > 10", 2),
        ("surveys.last.from < as_of", 0),
    ] {
        ledger.write(
            "t.txt",
            format!("{{% if {tag} %}}是{{% endif %}}").as_bytes(),
        );
        let ran = ledger.run(&["write", path.to_str().expect("text"), "--quarter", "2026Q3"]);
        assert_eq!(ran.code, code, "{tag}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn a_place_that_was_gained_is_gained_in_the_report_and_in_words() {
    let rules = "[[metric]]\nname = \"paid\"\nzh = \"支付\"\nen = \"paid\"\nkind = \"fund\"\nsum = \"amount\"\n\n[[metric]]\nname = \"place\"\nzh = \"支付名次\"\nen = \"place\"\nunit = \"rank\"\nrank = \"paid\"\n";
    let b = fund(1, "2026-05-03", "10") + &fund(2, "2026-08-03", "30");
    let c = fund(3, "2026-05-03", "20") + &fund(4, "2026-08-03", "5");
    let template = "{% for o in orgs %}{% set c = o.place.compare(\"previous\") %}{{ c.before }}到{{ c.now }}{{ c }}{% if c.up %}↑{% endif %}；{% endfor %}";
    let own = [
        ("orgs/a/b/2026/x-00.toml", b.as_str()),
        ("orgs/a/c/2026/x-00.toml", &c),
        ("rules/r.toml", rules),
        ("t.txt", template),
        ("ledger.toml", "format = 1\nlanguage = \"zh-CN\"\n"),
    ];
    let ledger = Ledger::new(&[&ORGS[..2], &own].concat());
    let csv = ledger.ok(&[
        "report",
        "--quarter",
        "2026Q3",
        "--metrics",
        "place",
        "--compare",
        "previous",
        "--format",
        "csv",
    ]);
    assert!(
        csv.contains("甲街道党工委,1,+1") && csv.contains("乙街道党工委,2,-1"),
        "{csv}"
    );
    let path = ledger.path().join("t.txt");
    assert_eq!(
        ledger.ok(&["write", path.to_str().expect("text"), "--quarter", "2026Q3"]),
        "2到1上升1↑；1到2下降1；"
    );
}

#[test]
fn decimals_are_filtered_by_their_value_in_rules_and_templates() {
    let rules = "[[kind]]\nname = \"measure\"\nzh = \"测\"\nen = \"measure\"\nprefix = \"me\"\nperiod = \"date\"\nfield = [\n    { name = \"date\", zh = \"日期\", en = \"date\", type = \"date\", required = true },\n    { name = \"v\", zh = \"值\", en = \"v\", type = \"decimal\", places = 1, list = true },\n]\n\n[[metric]]\nname = \"measures\"\nzh = \"测数\"\nen = \"measures\"\nkind = \"measure\"\n\n[[metric]]\nname = \"some\"\nzh = \"某些\"\nen = \"some\"\nkind = \"measure\"\nwhere = { v = 1.50 }\n";
    let text = "[[measure]]\nid = \"me-20260703-00000001\"\ndate = 2026-07-03\nv = [1.5, 2]\n\n[[measure]]\nid = \"me-20260703-00000002\"\ndate = 2026-07-04\nv = [2.0]\n";
    let template =
        "{{ some }} {{ measures(where={\"v\": 1.5}) }} {{ measures(where={\"v\": [2, 7.5]}) }}";
    let ledger = Ledger::new(&[
        ("rules/r.toml", rules),
        ("orgs/a/2026/x-00.toml", text),
        ("t.txt", template),
    ]);
    let path = ledger.path().join("t.txt");
    assert_eq!(
        ledger.ok(&["write", path.to_str().expect("text"), "--quarter", "2026Q3"]),
        "1 1 2"
    );
    for never in ["1.55", "1e1"] {
        ledger.write("rules/r.toml", rules.replace("1.50", never).as_bytes());
        let ran = ledger.run(&["check"]);
        assert!(
            ran.code == 1 && ran.out.contains("[bad-rule]"),
            "{never}: {}",
            ran.out
        );
    }
}

/// What was recorded before is asked of every kind, whether or not the records are kept for a view.
#[test]
fn a_change_is_the_same_beside_a_figure_of_a_view() {
    let task = "[[task]]\nid = \"t-20260103-00000001\"\nlist = \"problem\"\ntitle = \"甲\"\n\
                owner = \"乙\"\nset = 2026-01-03\ndue = 2026-02-20\n";
    let meeting = "[[meeting]]\nid = \"m-20260103-00000001\"\ndate = 2026-01-03\n\
                   type = \"regular\"\ntitle = \"甲\"\n";
    let ledger = Ledger::new(&[
        ("orgs/a/2026/x-00.toml", task),
        ("orgs/a/b/org.toml", "name = \"支部\"\nkind = \"branch\"\n"),
        ("orgs/a/b/2026/x-00.toml", meeting),
    ]);
    let change = |metrics: &str| {
        let args = [
            "report",
            "--quarter",
            "2026Q3",
            "--org",
            "a/b",
            "--compare",
            "previous",
        ];
        let more = ["--metrics", metrics, "--raw", "--format", "csv"];
        let said = ledger.ok(&[&args[..], &more].concat());
        let total = said.lines().last().expect("a total").to_owned();
        total
            .split(',')
            .skip(3)
            .take(2)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(change("tasks_due"), ["0", "0"]);
    assert_eq!(change("tasks_due,secretary_entries"), change("tasks_due"));
}

/// Comparisons, alternatives and fields of the record that is pointed to, each against a count
/// that can be seen in the ledger; a referenced record may be another organisation's.
#[test]
fn filters_compare_choose_and_follow_references() {
    let meeting = "[[meeting]]\nid = \"m-20260701-00000001\"\ndate = 2026-07-01\ntype = \"regular\"\n\
                   title = \"例会\"\n\n[[meeting]]\nid = \"m-20260702-00000002\"\ndate = 2026-07-02\n\
                   type = \"study\"\ntitle = \"扩大会\"\n";
    let task = |n: usize, due: &str, title: &str, weight: &str, source: &str| {
        let source = match source {
            "" => String::new(),
            id => format!("source = \"{id}\"\n"),
        };
        format!(
            "[[task]]\nid = \"t-20260703-{n:08}\"\nlist = \"task\"\ntitle = \"{title}\"\n\
             owner = \"乙\"\nset = 2026-07-03\ndue = {due}\n{weight}{source}\n"
        )
    };
    let tasks = [
        task(
            1,
            "2026-07-10",
            "义务植树",
            "weight = 3\n",
            "m-20260701-00000001",
        ),
        task(
            2,
            "2026-08-10",
            "走访慰问",
            "weight = 5\n",
            "m-20260702-00000002",
        ),
        task(3, "2026-09-10", "植树养护", "", "m-20260702-00000002"),
        task(4, "2026-09-30", "整理台账", "weight = 8\n", ""),
    ];
    let wheres = [
        ("over", "weight = { over = 3 }", "2"),
        ("between", "weight = { at_least = 3, under = 8 }", "2"),
        ("before", "due = { at_most = 2026-08-10 }", "2"),
        ("after", "due = { over = 2026-08-10 }", "2"),
        ("holds", "title = { holds = \"植树\" }", "2"),
        (
            "any",
            "any = [{ weight = 8 }, { title = { holds = \"走访\" } }]",
            "2",
        ),
        (
            "both",
            "any = [{ weight = 5 }, { weight = 8 }], due = { under = 2026-09-01 }",
            "1",
        ),
        ("referred", "source = { type = \"study\" }", "2"),
        (
            "named",
            "source = { kind = \"meeting\", title = { holds = \"例\" } }",
            "1",
        ),
        (
            "deep",
            "source = { kind = \"meeting\", any = [{ type = \"regular\" }, { date = 2026-07-02 }] }",
            "3",
        ),
    ];
    let metric = |name: &str, key: &str, tests: &str| {
        format!(
            "[[metric]]\nname = \"{name}\"\nzh = \"{name}\"\nen = \"{name}\"\nkind = \"task\"\n\
             date = \"due\"\n{key} = {{ {tests} }}\n\n"
        )
    };
    let mut rules = String::new();
    for (name, tests, _) in wheres {
        rules += &metric(name, "where", tests);
        rules += &metric(&format!("not_{name}"), "except", tests);
    }
    let ledger = Ledger::new(&[
        ("rules/r.toml", &rules),
        ("orgs/a/2026/x-00.toml", meeting),
        ("orgs/a/b/org.toml", "name = \"支部\"\nkind = \"branch\"\n"),
        ("orgs/a/b/2026/x-00.toml", &tasks.concat()),
    ]);
    for (name, _, expected) in wheres {
        let figure = |name: &str| {
            let args = [
                "report",
                "--org",
                "a",
                "--quarter",
                "2026Q3",
                "--metrics",
                name,
            ];
            let csv = ledger.ok(&[&args[..], &["--raw", "--format", "csv"]].concat());
            csv.trim_end()
                .rsplit([',', '\n'])
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        assert_eq!(figure(name), expected, "{name}");
        let explained = ledger.ok(&["explain", name, "--org", "a", "--quarter", "2026Q3"]);
        let listed = explained.matches("t-20260703-").count();
        assert_eq!(listed.to_string(), expected, "{explained}");
        // Of several tests of `except` each leaves out; of one, what does not hold is left.
        if !["between", "both"].contains(&name) {
            let rest = 4 - expected.parse::<usize>().expect("a number");
            assert_eq!(
                figure(&format!("not_{name}")),
                rest.to_string(),
                "not {name}"
            );
        }
    }
}
