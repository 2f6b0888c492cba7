//! The annotated examples are read, checked and already in canonical form.

mod common;

use std::path::Path;

use common::run;

#[test]
fn the_annotated_ledgers_are_clean_and_canonical() {
    for (name, metric, value) in [
        ("small", "tasks_done", "1"),
        ("own-kind", "hotline_settled", "1"),
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
