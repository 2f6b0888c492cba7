//! Reports of the sample district in every form: rendered twice, equal, and as they were.

mod common;

use common::{Ledger, expect_file, run, sample_folder};

fn sample(args: &[&str]) -> String {
    let root = sample_folder();
    let args = [&["--root", root.to_str().expect("text")], args].concat();
    let (once, twice) = (run(&args), run(&args));
    assert_eq!(once, twice, "{args:?}: the same input gives the same bytes");
    assert_eq!(once.code, 0, "{args:?}: {}", once.err);
    once.out
}

const QUARTER: &[&str] = &["report", "--quarter", "2026Q3", "--as-of", "2026-10-15"];

#[test]
fn the_quarter_in_every_form_and_language() {
    for lang in ["zh-CN", "en"] {
        for (form, flags) in [
            ("table.txt", &[][..]),
            ("csv", &["--format", "csv"]),
            ("raw.csv", &["--format", "csv", "--raw"]),
            ("json", &["--format", "json"]),
        ] {
            let text = sample(&[QUARTER, flags, &["--lang", lang]].concat());
            // Raw CSV is for programs and speaks no language but for names.
            expect_file(&format!("expect/quarter.{lang}.{form}"), &text);
        }
    }
}

#[test]
fn depth_own_compare_periods_and_chosen_metrics() {
    for (name, args) in [
        (
            "depth",
            &[
                "report",
                "--quarter",
                "2026Q2",
                "--org",
                "武汉路街道党工委",
                "--depth",
                "2",
                "--metrics",
                "meetings_owed,meetings_rate,members,rank",
            ][..],
        ),
        (
            "own",
            &[
                "report",
                "--quarter",
                "2026H1",
                "--org",
                "jianxi/gongnong",
                "--own",
                "--metrics",
                "任务完成率,tasks_due,filings_missing",
            ],
        ),
        (
            "previous",
            &[
                "report",
                "--quarter",
                "2026Q3",
                "--compare",
                "previous",
                "--metrics",
                "tasks_due,tasks_completion_rate,score,rank",
            ],
        ),
        (
            "previous.raw",
            &[
                "report",
                "--quarter",
                "2026Q3",
                "--compare",
                "previous",
                "--metrics",
                "tasks_due,tasks_completion_rate,score,rank",
                "--format",
                "csv",
                "--raw",
            ],
        ),
        (
            "month",
            &[
                "report",
                "--quarter",
                "2026年7月",
                "--org",
                "jianxi/hubeilu",
                "--metrics",
                "regular_owed,regular_met,regular_late,regular_missed",
            ],
        ),
        (
            "range",
            &[
                "report",
                "--quarter",
                "2026-02-01..2026-05-31",
                "--metrics",
                "meetings_owed,attendance_due,attendance_present,attendance_rate",
            ],
        ),
    ] {
        expect_file(&format!("expect/report.{name}.txt"), &sample(args));
    }
}

#[test]
fn lists_reminders_and_explanations() {
    for (name, args) in [
        (
            "list",
            &[
                "list",
                "task",
                "--org",
                "jianxi/zhoushanlu",
                "--quarter",
                "2026Q3",
                "--where",
                "state=done",
                "--sort",
                "-set",
            ][..],
        ),
        (
            "list.zh",
            &[
                "list",
                "会议",
                "--org",
                "jianxi/zhoushanlu",
                "--quarter",
                "2026-07",
                "--where",
                "type=例会",
                "--lang",
                "zh-CN",
            ],
        ),
        (
            "due",
            &[
                "due",
                "--org",
                "jianxi/zhoushanlu",
                "--within",
                "2w",
                "--today",
                "2026-08-03",
                "--lang",
                "zh-CN",
            ],
        ),
        (
            "explain",
            &[
                "explain",
                "tasks_overdue",
                "--quarter",
                "2026Q3",
                "--org",
                "jianxi/zhujianglu",
            ],
        ),
        (
            "explain.ratio",
            &[
                "explain",
                "meetings_rate",
                "--quarter",
                "2026Q3",
                "--org",
                "jianxi/zhoushanlu",
                "--own",
                "--lang",
                "zh-CN",
            ],
        ),
        (
            "explain.score",
            &[
                "explain",
                "score",
                "--quarter",
                "2026Q3",
                "--org",
                "jianxi/zhoushanlu",
            ],
        ),
        ("metrics", &["rules", "list", "metrics", "--lang", "zh-CN"]),
        ("secretary", &["secretary", "jianxi", "--quarter", "2026Q3"]),
        (
            "explain.distinct",
            &[
                "explain",
                "partners",
                "--quarter",
                "2026Q3",
                "--org",
                "jianxi/wuhanlu",
            ],
        ),
        (
            "explain.orgs",
            &[
                "explain",
                "letters_unsigned_orgs",
                "--quarter",
                "2026Q3",
                "--lang",
                "zh-CN",
            ],
        ),
    ] {
        expect_file(&format!("expect/{name}.txt"), &sample(args));
    }
}

#[test]
fn every_column_of_the_quarterly_table_is_alive() {
    let json: serde_json::Value =
        serde_json::from_str(&sample(&[QUARTER, &["--format", "json"]].concat())).expect("json");
    let rows = json["rows"].as_array().expect("rows");
    for metric in json["metrics"].as_array().expect("metrics") {
        let name = metric["name"].as_str().expect("a name");
        // A life meeting is owed once a year, so no quarter owes one.
        if name.starts_with("life_meeting") {
            continue;
        }
        let alive = rows
            .iter()
            .any(|row| row["values"][name].as_f64().is_some_and(|v| v > 0.0));
        assert!(alive, "{name} is nothing but zeros");
    }
}

#[test]
fn contributions_add_up_to_every_figure_of_the_sample() {
    let json: serde_json::Value =
        serde_json::from_str(&sample(&[QUARTER, &["--format", "json"]].concat())).expect("json");
    let total = json["rows"]
        .as_array()
        .and_then(|rows| rows.last())
        .expect("a total");
    for metric in json["metrics"].as_array().expect("metrics") {
        let name = metric["name"].as_str().expect("a name");
        if name == "rank" {
            continue;
        }
        let text = sample(&[
            "explain",
            name,
            "--quarter",
            "2026Q3",
            "--as-of",
            "2026-10-15",
            "--format",
            "json",
        ]);
        let explained: serde_json::Value = serde_json::from_str(&text).expect("json");
        assert_eq!(explained["value"], total["values"][name], "{name}");
        let sum = |of: &serde_json::Value| {
            of["records"]
                .as_array()
                .expect("records")
                .iter()
                .map(|r| r["contributes"].as_i64().expect("a number"))
                .sum::<i64>()
        };
        match explained["parts"].as_array() {
            None => assert_eq!(explained["value"].as_i64(), Some(sum(&explained)), "{name}"),
            Some(parts) => {
                for part in parts.iter().filter(|p| p["role"] != "part") {
                    assert_eq!(part["value"].as_i64(), Some(sum(part)), "{name}");
                }
                if parts[0]["role"] == "numerator" && explained["value"].is_number() {
                    let ratio = parts[0]["value"].as_f64().expect("a number")
                        / parts[1]["value"].as_f64().expect("a number");
                    let value = explained["value"].as_f64().expect("a number");
                    assert!((value - ratio).abs() < 1e-12, "{name}: {value} {ratio}");
                }
            }
        }
    }
}

#[test]
fn the_sample_is_what_the_generator_writes_and_init_installs_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let target = dir.path().join("new");
    let ran = run(&["init", target.to_str().expect("text"), "--sample"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let installed = Ledger { dir };
    let strip = |files: Vec<(std::path::PathBuf, Vec<u8>)>, root: &std::path::Path| {
        files
            .into_iter()
            .map(|(path, bytes)| (path.strip_prefix(root).expect("inside").to_owned(), bytes))
            .collect::<Vec<_>>()
    };
    let sample = Ledger::sample();
    let (ours, theirs) = (
        strip(installed.bytes(), &target),
        strip(sample.bytes(), sample.path()),
    );
    assert!(
        ours == theirs,
        "data-sample differs from what `init --sample` writes; examples/generate.rs makes it"
    );
    assert_eq!(
        sample.run(&["check"]).out,
        "clean: 121 organisations, 5765 records\n"
    );
    assert_eq!(sample.run(&["fmt", "--check"]).code, 0);
}

#[test]
fn a_quarter_reported_again_later_is_the_same() {
    let ledger = Ledger::sample();
    let q2 = ["report", "--quarter", "2026Q2", "--format", "csv", "--raw"];
    // With the as-of day given at any time; without it as soon as the returns that fall due after
    // the quarter are judged.
    let as_of = ["--as-of", "2026-06-30"];
    let then = [&q2[..], &as_of].concat();
    let july = ledger.ok(&[&then[..], &["--today", "2026-07-01"]].concat());
    let judged = ledger.ok(&[&q2[..], &["--today", "2026-07-25"]].concat());
    ledger.ok(&[
        "add",
        "meeting",
        "--org",
        "jianxi",
        "--date",
        "2026-08-03",
        "--type",
        "regular",
        "--title",
        "x",
    ]);
    let november = ["--today", "2026-11-22"];
    assert_eq!(july, ledger.ok(&[&then[..], &november].concat()));
    assert_eq!(judged, ledger.ok(&[&q2[..], &november].concat()));
    assert_ne!(
        judged, july,
        "returns are late or missing once their deadline is over"
    );
}

/// The README's picture is what its first command prints on a terminal of 80 columns.
#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"))
        .expect("the README");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_ledger"))
        .args([
            "--root",
            "data-sample",
            "report",
            "--quarter",
            "2026Q3",
            "--lang",
            "zh-CN",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("COLUMNS", "80")
        .output()
        .expect("it runs");
    let picture = String::from_utf8(output.stdout).expect("text");
    assert!(
        readme.contains(picture.trim_end()),
        "README.md shows another table than:\n{picture}"
    );
}
