//! The annotated examples are read, checked and already in canonical form.

mod common;

use std::path::Path;

use common::run;

#[test]
fn the_annotated_ledgers_are_clean_and_canonical() {
    for (name, metric, value) in [
        ("small", "tasks_done", "1"),
        ("own-kind", "hotline_settled", "1"),
        ("district", "projects_done", "1"),
    ] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(name);
        let root = root.to_str().expect("text");
        let checked = run(&["--root", root, "check"]);
        assert_eq!(checked.code, 0, "{name}: {}", checked.out);
        let formatted = run(&["--root", root, "fmt", "--check"]);
        assert_eq!(formatted.code, 0, "{name}: {}", formatted.out);
        let csv = run(&[
            "--root",
            root,
            "report",
            "--quarter",
            "2026Q3",
            "--metrics",
            metric,
            "--format",
            "csv",
            "--raw",
        ]);
        assert!(
            csv.out.trim_end().ends_with(&format!(",total,{value}")),
            "{name}: {}",
            csv.out
        );
    }
}

/// The worked example of docs/rules.md: stars, points and reports of a district's own.
#[test]
fn a_districts_own_rules_come_to_what_they_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/district");
    let root = root.to_str().expect("text");
    let ask = |args: &[&str]| {
        let ran = run(&[&["--root", root, "--lang", "zh-CN"], args].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
        ran.out
    };
    let days = ["--as-of", "2026-11-22"];
    let checked = ask(&[&["rules", "check", "--quarter", "2026"], &days[..]].concat());
    for expected in ["评 2 个组织", "评 3 名党员", "1（1 处计入）"] {
        assert!(checked.contains(expected), "{expected}: {checked}");
    }
    let csv = ["--format", "csv"];
    let rate = ask(&[&["rate", "stars", "--year", "2026"], &days[..], &csv].concat());
    // 60 % of 60 + 40 and 40 % of 85; 60 % of 40 and 40 % of 90.
    assert!(rate.contains("第一党支部,94,,五星"), "{rate}");
    assert!(rate.contains("第二党支部,60,,三星"), "{rate}");
    let points = [&["points", "P-1", "--quarter", "2026"], &days[..], &csv].concat();
    let sheet = ask(&points);
    // 60, six services of 2 of which five count, 12 for a deed.
    assert!(sheet.contains("志愿服务：按上下限,-2,82"), "{sheet}");
    let list = ["report", "--report", "任务清单表", "--quarter", "2026Q3"];
    let list = ask(&[&list[..], &["--as-of", "2026-09-30"], &csv].concat());
    assert!(
        list.contains("2,建成党群服务站,第一党支部,2026-08-31,已完成：验收合格"),
        "{list}"
    );
    let by_list = ["report", "--report", "by_list", "--quarter", "2026Q3"];
    let by_list = ask(&[&by_list[..], &["--as-of", "2026-09-30"], &csv].concat());
    assert!(by_list.contains("2,项目清单,2,1,"), "{by_list}");
}
