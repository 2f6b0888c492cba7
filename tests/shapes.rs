//! Figures and reports of other shapes: differences, averages and last values, periods of whole
//! months, rows by a field, by month or of records.

mod common;

use ledger::day::{Day, Period};
use ledger::figure::group::{Group, GroupReport};
use ledger::figure::{Evaluation, Figure, Scope};
use ledger::number::Decimal;
use ledger::rules::Rules;
use ledger::rules::metric::Metric;
use ledger::source::Source;
use ledger::tree::{Tree, check};

use common::{run, sample_folder};

fn period(text: &str) -> Period {
    Period::parse(text, Day::today()).expect("a period")
}

const FUNDS: &str = "[[fund]]\nid = \"fu-20260115-00000001\"\ndate = 2026-01-15\namount = 100\n\
    stage = \"spent\"\nsource = \"fiscal\"\npurpose = \"service\"\n\n[[fund]]\nid = \"fu-20260215-00000002\"\ndate = 2026-02-15\n\
    amount = 250.5\nstage = \"spent\"\nsource = \"fiscal\"\npurpose = \"training\"\n\n[[fund]]\nid = \"fu-20260315-00000003\"\n\
    date = 2026-03-15\namount = 40\nstage = \"spent\"\nsource = \"fiscal\"\npurpose = \"training\"\n";

/// The figure of a metric over organisations `a` and `a/b`, each with these funds.
fn of_funds(rule: &str) -> Figure {
    let kind = Rules::built_in().kind("fund").expect("a kind");
    let fields: Vec<&str> = kind.fields.iter().map(|f| f.name.as_str()).collect();
    assert!(fields.contains(&"amount"), "{fields:?}");
    let rules = format!(
        "[[metric]]\nname = \"x\"\nzh = \"数\"\nen = \"x\"\nunit = \"yuan\"\nkind = \"fund\"\n{rule}\n"
    );
    let (rules, problems) = Rules::load(&[Source::new("rules/x.toml", &rules)]);
    assert!(problems.is_empty(), "{problems:?}");
    let org = "name = \"甲\"\nkind = \"branch\"\n";
    let tree = Tree::from_texts(&rules, &[("a", org), ("a/b", org)], &[("a", FUNDS)]);
    assert!(tree.problems.is_empty(), "{:?}", tree.problems);
    let metric = rules.metric("x").expect("a metric");
    let year = period("2026");
    Evaluation::new(&tree, year, year.last())
        .figure(metric, &Scope::Under(0..2))
        .expect("a figure")
}

#[test]
fn amounts_come_to_what_they_are_asked_for() {
    let number = |text: &str| Figure::Number(text.parse::<Decimal>().expect("a number"));
    assert_eq!(of_funds("sum = \"amount\""), number("390.5"));
    assert_eq!(of_funds("largest = \"amount\""), number("250.5"));
    assert_eq!(of_funds("smallest = \"amount\""), number("40"));
    // What each month says of the year so far is not added up.
    assert_eq!(of_funds("last = \"amount\""), number("40"));
    let words = |figure: Figure| match figure {
        Figure::Ratio { num, den } => ledger::number::rounded(num, den, 2),
        other => format!("{other:?}"),
    };
    assert_eq!(words(of_funds("average = \"amount\"")), "130.17");
    assert_eq!(words(of_funds("median = \"amount\"")), "100.00");
    let two = "where = { purpose = \"training\" }\nmedian = \"amount\"";
    assert_eq!(words(of_funds(two)), "145.25");
    let none = "where = { purpose = \"other\" }\naverage = \"amount\"";
    assert_eq!(of_funds(none), Figure::NoData);
    let none = "where = { purpose = \"other\" }\nlargest = \"amount\"";
    assert_eq!(of_funds(none), Figure::NoData);
}

const TASKS: &str = "[[task]]\nid = \"t-20260105-00000001\"\nlist = \"task\"\ntitle = \"一\"\n\
    owner = \"负责人01\"\nset = 2026-01-05\ndue = 2026-02-10\nupdates = [{ on = 2026-02-04, status = \"done\", note = \"办完\" }]\n\n\
    [[task]]\nid = \"t-20260106-00000002\"\nlist = \"problem\"\ntitle = \"二\"\nowner = \"负责人02\"\n\
    set = 2026-01-06\ndue = 2026-02-12\nupdates = [{ on = 2026-02-25, status = \"done\" }]\n";

/// The rules `text` and a ledger with two tasks.
fn with_tasks<T>(text: &str, look: impl FnOnce(&Tree<'_>, &Rules) -> T) -> T {
    let (rules, problems) = Rules::load(&[Source::new("rules/x.toml", text)]);
    assert!(problems.is_empty(), "{problems:?}");
    let org = "name = \"甲\"\nkind = \"branch\"\n";
    let tree = Tree::from_texts(&rules, &[("a", org)], &[("a", TASKS)]);
    assert!(tree.problems.is_empty(), "{:?}", tree.problems);
    look(&tree, &rules)
}

#[test]
fn days_between_two_dates_are_averaged_and_figures_are_taken_from_one_another() {
    let rules = "[[metric]]\nname = \"days\"\nzh = \"用时\"\nen = \"days\"\nkind = \"task\"\n\
        average = [\"set\", \"finished\"]\n\
        [[metric]]\nname = \"late\"\nzh = \"逾期完成\"\nen = \"late\"\nminus = [\"tasks_done_on_time\"]\n\
        plus = [\"tasks_done\"]\n";
    with_tasks(rules, |tree, rules| {
        let year = period("2026");
        let evaluation = Evaluation::new(tree, year, year.last());
        let figure = |name: &str| {
            let metric = rules.metric(name).expect("a metric");
            evaluation
                .figure(metric, &Scope::Under(0..1))
                .expect("a figure")
        };
        // 30 and 50 days.
        assert_eq!(figure("days"), Figure::Ratio { num: 80, den: 2 });
        assert_eq!(figure("late"), Figure::Number(Decimal::ONE));
    });
}

#[test]
fn groups_add_up_to_the_whole_and_each_says_what_its_records_do() {
    with_tasks("", |tree, rules| {
        let year = period("2026");
        let evaluation = Evaluation::new(tree, year, year.last());
        let names = ["tasks_due", "tasks_done_on_time", "tasks_on_time_rate"];
        let metrics: Vec<&Metric> = names
            .iter()
            .map(|n| rules.metric(n).expect("there"))
            .collect();
        let scope = Scope::Under(0..1);
        for (by, expected) in [
            ("list", vec![("task", "1"), ("problem", "1")]),
            ("month", vec![("2026-02", "2")]),
            ("state", vec![("done", "2")]),
            ("kind", vec![("branch", "2")]),
            ("org.kind", vec![("branch", "2")]),
            ("owner", vec![("负责人01", "1"), ("负责人02", "1")]),
        ] {
            let group = rules.grouping(by, &metrics).expect("a field");
            let field = rules.field_of(&group, &metrics);
            let found = GroupReport::of(&evaluation, None, &metrics, &scope, (&group, field));
            let found = found.expect("figures");
            let shown: Vec<(String, String)> = found
                .groups
                .iter()
                .map(|(Group { value, .. }, figures)| {
                    let value = value.as_ref().map(ledger::record::text::plain);
                    let Figure::Number(number) = figures[0] else {
                        panic!("{figures:?}");
                    };
                    (value.unwrap_or_default(), number.to_string())
                })
                .collect();
            let expected: Vec<(String, String)> = expected
                .into_iter()
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .collect();
            assert_eq!(shown, expected, "by {by}");
        }
        assert!(rules.grouping("no_such", &metrics).is_err());
    });
}

#[test]
fn a_report_lists_records_in_its_order_with_their_progress() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let write = |name: &str, text: &str| {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    write("ledger.toml", "format = 1\nlanguage = \"zh-CN\"\n");
    write("orgs/a/org.toml", "name = \"甲支部\"\nkind = \"branch\"\n");
    write("orgs/a/2026/w-1.toml", TASKS);
    write(
        "rules/r.toml",
        "[[report]]\nname = \"tasks\"\nzh = \"任务清单\"\nen = \"tasks\"\n\
         rows = { of = \"tasks_due\", order = [\"-deadline\"] }\n\
         columns = [{ field = \"title\", zh = \"任务\", en = \"task\" }, { field = \"org\", zh = \"责任单位\", en = \"who\" },\n\
         { field = \"deadline\" }, { field = \"progress\" }]\n",
    );
    let ask = |more: &[&str]| {
        let root = root.to_str().expect("text");
        let args = [
            "--root",
            root,
            "--lang",
            "zh-CN",
            "report",
            "--report",
            "tasks",
            "--quarter",
            "2026Q1",
        ];
        run(&[&args[..], more].concat())
    };
    let csv = ask(&["--format", "csv", "--as-of", "2026-03-31"]);
    let expected = "\u{feff}序号,任务,责任单位,完成时限,完成情况\r\n\
        1,二,甲支部,2026-02-12,已完成\r\n2,一,甲支部,2026-02-10,已完成：办完\r\n";
    assert_eq!(
        csv.out.replace('\r', ""),
        expected.replace('\r', ""),
        "{}",
        csv.err
    );
    let refused = ask(&["--depth", "2"]);
    assert_eq!(refused.code, 2, "{}", refused.out);
    let unknown = ["--by", "没有", "--lang", "zh-CN"];
    let root = root.to_str().expect("text");
    let said = run(&[
        &["--root", root, "report", "--metrics", "tasks_due"][..],
        &unknown,
    ]
    .concat());
    assert_eq!(said.code, 2);
    assert!(said.err.contains("没有“没有”"), "{}", said.err);
}

#[test]
fn two_periods_stand_side_by_side() {
    let root = sample_folder();
    let args = [
        "--root",
        root.to_str().expect("text"),
        "report",
        "--quarter",
        "2026Q3",
        "--as-of",
        "2026-09-30",
        "--metrics",
        "tasks_due",
        "--compare",
        "previous",
        "--beside",
        "--format",
        "csv",
        "--raw",
    ];
    let beside = run(&args);
    assert_eq!(beside.code, 0, "{}", beside.err);
    let earlier = run(&[
        "--root",
        root.to_str().expect("text"),
        "report",
        "--quarter",
        "2026Q2",
        "--as-of",
        "2026-06-30",
        "--metrics",
        "tasks_due",
        "--format",
        "csv",
        "--raw",
    ]);
    let last = |text: &str| -> Vec<String> {
        let line = text.lines().last().expect("a total");
        line.split(',').map(str::to_owned).collect()
    };
    let (both, before) = (last(&beside.out), last(&earlier.out));
    let number = |text: &String| text.parse::<i64>().expect("a number");
    let [.., now, then, change] = &both[..] else {
        panic!("{both:?}");
    };
    assert_eq!(Some(then), before.last());
    assert_eq!(number(now) - number(then), number(change));
}

#[test]
fn a_period_may_be_whole_months() {
    assert_eq!(period("2026-07..2026-08"), period("2026-07-01..2026-08-31"));
    assert_eq!(period("2026Q1..2026Q3"), period("2026-01-01..2026-09-30"));
    assert_eq!(
        period("2026-07-05..2026-08"),
        period("2026-07-05..2026-08-31")
    );
    assert!(Period::parse("2026-08..2026-07", Day::today()).is_err());
}

#[test]
fn what_only_one_may_have_can_be_said_anew_and_more_than_once() {
    let rules = "[[kind]]\nname = \"rating\"\nextend = true\n\
        once = [{ fields = [\"scheme\"] }, { fields = [\"score\"], everywhere = true }]\n";
    let (rules, problems) = Rules::load(&[Source::new("rules/x.toml", rules)]);
    assert!(problems.is_empty(), "{problems:?}");
    let rating = |n: u32, scheme: &str, score: &str| {
        format!(
            "[[rating]]\nid = \"ra-20260101-{n:08}\"\nyear = 2026\nscheme = \"{scheme}\"\nscore = {score}\n"
        )
    };
    let org = "name = \"甲\"\nkind = \"branch\"\n";
    let held = |first: &str, second: &str| {
        let orgs = [("a", org), ("a/b", "name = \"乙\"\nkind = \"branch\"\n")];
        let tree = Tree::from_texts(&rules, &orgs, &[("a", first), ("a/b", second)]);
        let check = check::Checked {
            files: None,
            root: None,
            today: "2026-11-22".parse().expect("a day"),
        };
        check.check(&tree).len()
    };
    assert_eq!(held(&rating(1, "x", "90"), &rating(2, "x", "91")), 0);
    assert_eq!(held(&rating(1, "x", "90"), &rating(2, "y", "90")), 1);
    let twice = rating(1, "x", "90") + &rating(2, "x", "80");
    assert_eq!(held(&twice, ""), 1);
}

#[test]
fn distinct_counts_cannot_be_added_up() {
    let rules =
        "[[metric]]\nname = \"x\"\nzh = \"数\"\nen = \"x\"\nplus = [\"members_with_points\"]\n";
    let (_, problems) = Rules::load(&[Source::new("rules/x.toml", rules)]);
    assert_eq!(problems.len(), 1, "{problems:?}");
}

/// How an obligation to meet stands in August 2026 with these days of meetings: met, late, missed.
fn owed(rule: &str, period_of: &str, days: &[&str]) -> Vec<i64> {
    let mut rules = format!(
        "[[obligation]]\nname = \"o\"\nzh = \"例会\"\nen = \"o\"\nkind = \"meeting\"\n{rule}\n"
    );
    for state in ["met", "late", "missed"] {
        rules.push_str(&format!(
            "[[metric]]\nname = \"{state}\"\nzh = \"{state}数\"\nen = \"{state}\"\n\
             obligation = \"o\"\nvalue = \"{state}\"\n"
        ));
    }
    let (rules, problems) = Rules::load(&[Source::new("rules/x.toml", &rules)]);
    assert!(problems.is_empty(), "{problems:?}");
    let meetings: String = days
        .iter()
        .enumerate()
        .map(|(n, day)| {
            let compact = day.replace('-', "");
            format!(
                "[[meeting]]\nid = \"m-{compact}-{n:08}\"\ndate = {day}\ntype = \"study\"\n\
                 title = \"学习{n}\"\n\n"
            )
        })
        .collect();
    let org = "name = \"甲\"\nkind = \"branch\"\n";
    let tree = Tree::from_texts(&rules, &[("a", org)], &[("a", &meetings)]);
    assert!(tree.problems.is_empty(), "{:?}", tree.problems);
    let of = period(period_of);
    let evaluation = Evaluation::new(&tree, of, of.last());
    ["met", "late", "missed"]
        .iter()
        .map(|name| {
            let metric = rules.metric(name).expect("a metric");
            match evaluation.figure(metric, &Scope::Under(0..1)) {
                Ok(Figure::Number(number)) => number.whole().expect("whole"),
                other => panic!("{other:?}"),
            }
        })
        .collect()
}

#[test]
fn what_is_owed_may_be_owed_weekly_every_two_months_or_several_times() {
    // Weeks belong where their Sunday lies: of August 2026 those that end on 2, 9, 16, 23 and 30.
    let weekly = owed("every = \"week\"", "2026-08", &["2026-07-28", "2026-08-12"]);
    assert_eq!(weekly, [2, 0, 3]);
    let two = owed(
        "every = \"2-months\"",
        "2026",
        &["2026-02-10", "2026-08-31"],
    );
    assert_eq!(two, [2, 0, 4]);
    let thrice = "every = \"quarter\"\ntimes = 3\nwithin = [1, 62]";
    let days = ["2026-07-02", "2026-08-03", "2026-09-20"];
    assert_eq!(owed(thrice, "2026Q3", &days), [2, 1, 0]);
    assert_eq!(owed(thrice, "2026Q3", &days[..1]), [1, 0, 2]);
}
