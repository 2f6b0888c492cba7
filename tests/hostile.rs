//! Files and folders that no clerk means: each with a message, an exit code, and nothing touched.

#![allow(clippy::print_stderr)] // what is skipped is said

mod common;

use std::fs;

use common::{Ledger, Ran};

const MEETING: &str = "[[meeting]]\nid = \"m-20260703-00000001\"\ndate = 2026-07-03\ntype = \"regular\"\ntitle = \"七月例会\"\n";
const FILE: &str = "orgs/a/2026/x-00.toml";

/// Runs check and report; check must name the rule and still count the good record in y-00.
fn checked(ledger: &Ledger, rule: &str, blocks: bool) -> Ran {
    ledger.write("orgs/a/2026/y-00.toml", MEETING.as_bytes());
    for lang in ["zh-CN", "en"] {
        let ran = ledger.run(&["check", "--lang", lang]);
        // What the system keeps from being read was not looked at.
        assert_eq!(
            ran.code,
            if rule == "io" { 2 } else { 1 },
            "{}{}",
            ran.out,
            ran.err
        );
        assert!(ran.out.contains(&format!("[{rule}]")), "{}", ran.out);
    }
    let report = ledger.run(&["report", "--quarter", "2026Q3"]);
    assert_eq!(report.code, if blocks { 2 } else { 0 }, "{}", report.err);
    let list = ledger.run(&["list", "meeting", "--skip-bad"]);
    assert!(
        list.out.contains("m-20260703-00000001"),
        "a bad file hid a good one:\n{}{}",
        list.out,
        list.err
    );
    ledger.run(&["check"])
}

#[test]
fn bytes_that_are_no_text() {
    let ledger = Ledger::new(&[]);
    ledger.write(FILE, b"[[meeting]]\ntitle = \"a\0b\"\n");
    assert!(
        checked(&ledger, "nul-byte", true)
            .out
            .contains(&format!("{FILE}:2:11:"))
    );

    ledger.write(
        FILE,
        &[
            b"[[meeting]]\ntitle = \"".as_slice(),
            &[0xc0, 0xfd, 0xbb, 0xe1],
            b"\"\n",
        ]
        .concat(),
    );
    let ran = checked(&ledger, "not-utf8", true);
    assert!(
        ran.out.contains(&format!("{FILE}:2:10:")) && ran.out.contains("GBK"),
        "{}",
        ran.out
    );
}

#[test]
fn nested_too_deep_and_a_hundred_thousand_errors() {
    let ledger = Ledger::new(&[]);
    ledger.write(FILE, format!("a = {}", "[".repeat(100_000)).as_bytes());
    checked(&ledger, "nested-too-deep", true);
    ledger.write(FILE, "= = =\n".repeat(100_000).as_bytes());
    let ran = checked(&ledger, "syntax", true);
    assert!(ran.out.len() < 10_000, "the first few errors are enough");
    ledger.write(FILE, "[[meeting]]\n".repeat(100_000).as_bytes());
    let ran = checked(&ledger, "too-many", true);
    assert!(ran.out.len() < 50_000, "the first hundred are enough");
    ledger.write(
        FILE,
        format!("[[meeting]]\ntitle = \"{}\n", "长".repeat(1_000_000)).as_bytes(),
    );
    let ran = checked(&ledger, "syntax", true);
    assert!(ran.out.len() < 10_000, "a long line is not repeated");
}

#[test]
fn a_file_larger_than_any_ledger() {
    let ledger = Ledger::new(&[]);
    ledger.write(FILE, b"");
    let file = fs::OpenOptions::new()
        .write(true)
        .open(ledger.path().join(FILE))
        .expect("open");
    file.set_len(ledger::source::MAX_BYTES + 1)
        .expect("a sparse file");
    checked(&ledger, "too-large", true);
}

// Elsewhere they are one file.
#[cfg(unix)]
#[test]
fn names_that_differ_only_by_case() {
    let ledger = Ledger::new(&[]);
    ledger.write("orgs/a/2026/Z-00.toml", b"");
    ledger.write("orgs/a/2026/z-00.toml", b"");
    checked(&ledger, "case-collision", false);
}

#[test]
fn folders_deeper_than_organisations_can_be() {
    let ledger = Ledger::new(&[]);
    let mut path = "orgs/a".to_owned();
    for _ in 0..30 {
        path.push_str("/b");
        ledger.write(
            &format!("{path}/org.toml"),
            b"name = \"x\"\nkind = \"unit\"\n",
        );
    }
    checked(&ledger, "folders-too-deep", true);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;
    use std::process::Command;

    use super::*;

    #[test]
    fn links_out_of_the_ledger_in_circles_and_to_nothing() {
        let outside = tempfile::tempdir().expect("a folder");
        fs::write(outside.path().join("secret.toml"), MEETING).expect("a file");
        let ledger = Ledger::new(&[(FILE, "")]);
        let year = ledger.path().join("orgs/a/2026");
        symlink(outside.path().join("secret.toml"), year.join("out.toml")).expect("a link");
        checked(&ledger, "link-outside", true);
        fs::remove_file(year.join("out.toml")).expect("gone");
        symlink(year.join("loop.toml"), year.join("loop.toml")).expect("a link");
        checked(&ledger, "link-loop", true);
        fs::remove_file(year.join("loop.toml")).expect("gone");
        symlink(ledger.path().join("orgs"), ledger.path().join("orgs/a/up")).expect("a link");
        checked(&ledger, "link-loop", true);
    }

    #[test]
    fn a_pipe_is_not_opened() {
        let ledger = Ledger::new(&[(FILE, "")]);
        let made = Command::new("mkfifo")
            .arg(ledger.path().join("orgs/a/2026/pipe.toml"))
            .status();
        if !made.is_ok_and(|status| status.success()) {
            eprintln!("skipped: no mkfifo here, and nothing else makes a pipe without unsafe code");
            return;
        }
        checked(&ledger, "not-a-file", true);
        fs::remove_file(ledger.path().join("orgs/a/2026/pipe.toml")).expect("gone");
        // Nor is it passed over where the program looks for folders, or git for its own files.
        for place in ["orgs/a/b", "orgs/a/2025", "orgs/b", "rules/templates/t.md"] {
            let path = ledger.path().join(place);
            pipe(&path);
            // Without its rules a ledger cannot be read at all.
            match place.starts_with("rules") {
                true => assert!(
                    ledger.run(&["check"]).out.contains("[not-a-file]"),
                    "{place}"
                ),
                false => drop(checked(&ledger, "not-a-file", true)),
            }
            fs::remove_file(path).expect("gone");
        }
        let made = Command::new("git")
            .args(["init", "-q"])
            .current_dir(ledger.path())
            .status();
        assert!(made.is_ok_and(|status| status.success()), "git");
        for place in [".git/HEAD", ".git/config", ".git/index", ".gitattributes"] {
            let path = ledger.path().join(place);
            let old = fs::read(&path).ok();
            let _ = fs::remove_file(&path);
            pipe(&path);
            for args in [&["log", "m-20260703-00000001"][..], &["audit-merges"]] {
                let ran = ledger.run(args);
                assert!(
                    ran.code == 2 && ran.err.contains("[not-a-file]"),
                    "{place} {args:?}: {}",
                    ran.err
                );
            }
            fs::remove_file(&path).expect("gone");
            old.into_iter()
                .for_each(|old| fs::write(&path, old).expect("as before"));
        }
    }

    const ADD: &[&str] = &[
        "add",
        "meeting",
        "--org",
        "a",
        "--date",
        "2026-08-03",
        "--type",
        "regular",
        "--title",
        "x",
    ];

    fn pipe(path: &Path) {
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        let made = Command::new("mkfifo").arg(path).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    }

    /// What stands in the place of a file or folder of the program's own.
    enum Trap {
        /// A link out of the ledger, to something that is there.
        Outside,
        /// A link out of the ledger, to something that could be made there.
        Nowhere,
        /// A pipe, which whoever opens it waits for.
        Pipe,
    }

    #[test]
    fn the_programs_own_files_are_not_followed_out_of_the_ledger_and_pipes_not_opened() {
        let setup: &[&str] = &["git", "setup"];
        for (place, args) in [
            (".ledger/lock", ADD),
            (".ledger/writer", ADD),
            ("orgs/a/2026/test-00.toml", ADD),
            ("orgs/a/org.toml", &["org", "rename", "a", "--name", "新名"]),
            (".gitattributes", setup),
            (".gitignore", setup),
            ("closed/2025Q4/a.toml", &["close", "2025Q4", "--by", "x"]),
            ("ledger.toml", &["check"]),
        ] {
            for (trap, rule) in [
                (Trap::Outside, "link-outside"),
                (Trap::Nowhere, "link-loop"),
                (Trap::Pipe, "not-a-file"),
            ] {
                let outside = tempfile::tempdir().expect("a folder");
                let (there, nothing) =
                    (outside.path().join("there"), outside.path().join("nothing"));
                fs::write(&there, "secret").expect("a file");
                let ledger = Ledger::new(&[]);
                let made = Command::new("git")
                    .args(["init", "-q"])
                    .current_dir(ledger.path())
                    .status();
                assert!(made.is_ok_and(|status| status.success()), "git");
                let path = ledger.path().join(place);
                let _ = fs::remove_file(&path);
                fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
                match trap {
                    Trap::Outside => symlink(&there, &path).expect("a link"),
                    Trap::Nowhere => symlink(&nothing, &path).expect("a link"),
                    Trap::Pipe => pipe(&path),
                }
                let ran = ledger.run(args);
                // Of the organisation's file there is no name that it could be found by.
                let named = ran.err.contains(&format!("[{rule}]")) || place == "orgs/a/org.toml";
                assert!(
                    ran.code == 2 && named,
                    "{place} {rule}: {} {}{}",
                    ran.code,
                    ran.out,
                    ran.err
                );
                assert_eq!(
                    fs::read_to_string(&there).expect("text"),
                    "secret",
                    "{place}"
                );
                assert_eq!(
                    fs::read_dir(outside.path()).expect("a folder").count(),
                    1,
                    "{place}: something was made outside"
                );
                assert!(
                    fs::symlink_metadata(&path).is_ok_and(|meta| !meta.is_file()),
                    "{place}: it was replaced"
                );
            }
        }
    }

    #[test]
    fn a_hook_that_is_a_link_out_of_the_repository_is_left_alone() {
        let outside = tempfile::tempdir().expect("a folder");
        let (there, nothing) = (outside.path().join("there"), outside.path().join("nothing"));
        fs::write(&there, "#!/bin/sh\n").expect("a file");
        for target in [&there, &nothing] {
            let desk = common::Desk::new(&[]);
            let hook = desk.ledger.path().join(".git/hooks/pre-commit");
            fs::create_dir_all(hook.parent().expect("a parent")).expect("folders");
            symlink(target, &hook).expect("a link");
            let ran = desk.ledger.run(&["git", "setup"]);
            assert!(
                ran.code == 1 && ran.out.contains("pre-commit"),
                "{}{}",
                ran.out,
                ran.err
            );
            assert!(fs::symlink_metadata(&hook).is_ok_and(|meta| meta.is_symlink()));
            fs::remove_file(&hook).expect("gone");
            pipe(&hook);
            assert_eq!(desk.ledger.run(&["git", "setup"]).code, 2);
        }
        assert_eq!(fs::read_to_string(&there).expect("text"), "#!/bin/sh\n");
        assert!(!nothing.exists());
    }

    #[test]
    fn a_folder_of_the_root_that_cannot_be_seen_is_never_clean() {
        let outside = tempfile::tempdir().expect("a folder");
        let everything: &[&[&str]] = &[
            &["check"],
            &["check", "--format", "json"],
            &["fmt"],
            &["report", "--quarter", "2026Q3"],
            &["list", "meeting"],
            &["org", "list"],
            &["org", "move", "a", "--segment", "b"],
            &["show", "m-20260703"],
            &[
                "add",
                "meeting",
                "--org",
                "示例党委",
                "--date",
                "2026-08-03",
                "--type",
                "regular",
                "--title",
                "x",
            ],
            &["resolve"],
        ];
        let with_rules = &[everything, &[&["rules", "list"]]].concat()[..];
        for (folder, commands) in [
            ("orgs", everything),
            ("rules", with_rules),
            ("closed", &[&["check"][..], &["resolve"]]),
        ] {
            for trap in ["nowhere", "outside", "pipe", "file"] {
                let ledger = Ledger::new(&[(FILE, MEETING)]);
                let path = ledger.path().join(folder);
                if path.exists() {
                    fs::rename(&path, outside.path().join(trap)).expect("out of the way");
                }
                fs::create_dir_all(outside.path().join("outside")).expect("a folder");
                match trap {
                    "nowhere" => symlink("nowhere", &path).expect("a link"),
                    "outside" => symlink(outside.path().join("outside"), &path).expect("a link"),
                    "pipe" => pipe(&path),
                    _ => fs::write(&path, "").expect("a file"),
                }
                for args in commands {
                    let ran = ledger.run(args);
                    assert_eq!(
                        ran.code, 2,
                        "{folder} {trap} {args:?}: {}{}",
                        ran.out, ran.err
                    );
                    assert!(
                        (ran.out + &ran.err).contains(folder),
                        "{folder} {trap} {args:?} does not name it"
                    );
                }
                fs::remove_dir_all(outside.path().join(trap)).ok();
            }
        }
    }

    #[test]
    fn what_has_the_name_of_a_file_and_is_none_is_said() {
        let ledger = Ledger::new(&[("orgs/a/2026/x.toml/inside", ""), (FILE, MEETING)]);
        assert!(ledger.run(&["check"]).out.contains("[misplaced-file]"));
        // The program's own folder is a file.
        fs::remove_dir_all(ledger.path().join(".ledger")).expect("gone");
        ledger.write(".ledger", b"");
        let ran = ledger.run(ADD);
        assert!(
            ran.code == 2 && ran.err.contains("not a folder"),
            "{}{}",
            ran.out,
            ran.err
        );
        assert_eq!(ledger.read(".ledger"), "");
    }

    #[test]
    fn a_file_that_may_not_be_read() {
        let ledger = Ledger::new(&[(FILE, MEETING)]);
        let path = ledger.path().join(FILE);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("mode");
        if fs::read(&path).is_ok() {
            eprintln!("skipped: the super-user reads everything");
            return;
        }
        checked(&ledger, "io", true);
    }

    #[test]
    fn a_write_through_a_link_changes_the_file_behind_it_and_keeps_its_mode() {
        let ledger = Ledger::new(&[("orgs/a/2026/real.toml", MEETING)]);
        let real = ledger.path().join("orgs/a/2026/real.toml");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("mode");
        symlink("real.toml", ledger.path().join("orgs/a/2026/test-00.toml")).expect("a link");
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
        assert!(
            fs::read_to_string(&real)
                .expect("text")
                .contains("八月例会")
        );
        assert_eq!(
            fs::metadata(&real).expect("meta").permissions().mode() & 0o777,
            0o640
        );
        assert!(
            fs::symlink_metadata(ledger.path().join("orgs/a/2026/test-00.toml"))
                .expect("meta")
                .is_symlink()
        );
    }

    #[test]
    fn a_write_through_a_link_out_of_the_ledger_is_refused() {
        let outside = tempfile::tempdir().expect("a folder");
        fs::write(outside.path().join("x.toml"), "").expect("a file");
        let ledger = Ledger::new(&[]);
        fs::create_dir_all(ledger.path().join("orgs/a/2026")).expect("a folder");
        symlink(
            outside.path().join("x.toml"),
            ledger.path().join("orgs/a/2026/test-00.toml"),
        )
        .expect("a link");
        let ran = ledger.run(&[
            "add",
            "meeting",
            "--org",
            "a",
            "--date",
            "2026-08-03",
            "--type",
            "regular",
            "--title",
            "x",
        ]);
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert_eq!(
            fs::read_to_string(outside.path().join("x.toml")).expect("text"),
            ""
        );
    }
}

#[test]
fn imports_that_do_not_hold_together_are_refused_by_line() {
    let ledger = Ledger::new(&[]);
    let import = |text: &str| {
        ledger.write("in.csv", text.as_bytes());
        let before = ledger.bytes();
        let path = ledger.path().join("in.csv");
        let ran = ledger.run(&["org", "import", path.to_str().expect("text")]);
        assert!(
            ran.code == 0 || before == ledger.bytes(),
            "a refused import wrote"
        );
        ran
    };
    for (text, rule, line) in [
        ("code,parent,name\n", "import-header", 1),
        (
            "code,parent_code,name,kind\n1,,甲,district\n2,1,,community\n",
            "import-row",
            3,
        ),
        (
            "code,parent_code,name,kind\n1,,甲,district\n1,,乙,district\n",
            "import-duplicate",
            3,
        ),
        (
            "code,parent_code,name,kind\n1,,甲,district\n2,9,乙,community\n",
            "import-orphan",
            3,
        ),
        (
            "code,parent_code,name,kind\n1,2,甲,district\n2,1,乙,community\n",
            "import-cycle",
            2,
        ),
        (
            "code,parent_code,name,kind\n1,1,甲,district\n",
            "import-cycle",
            2,
        ),
        (
            "code,parent_code,name,kind\n1,,甲,village\n",
            "unknown-value",
            2,
        ),
        (
            "code,parent_code,name,kind\n1,,甲,branch,x\n",
            "import-row",
            2,
        ),
        (
            "code,parent_code,name,kind,note\n1,,甲,branch,\"x\n2,,乙,branch,y\n",
            "import-row",
            2,
        ),
    ] {
        let ran = import(text);
        assert_eq!(ran.code, 2, "{text}: {}", ran.out);
        assert!(
            ran.err.contains(&format!("in.csv:{line}:1:"))
                && ran.err.contains(&format!("[{rule}]")),
            "{text}: {}",
            ran.err
        );
    }
    let chain: String = (1..40)
        .map(|n| {
            format!(
                "{n},{},甲{n},branch\n",
                if n == 1 {
                    String::new()
                } else {
                    (n - 1).to_string()
                }
            )
        })
        .collect();
    let ran = import(&format!("code,parent_code,name,kind\n{chain}"));
    assert!(
        ran.code == 2 && ran.err.contains("in.csv:26:1:") && ran.err.contains("[import-depth]"),
        "{}",
        ran.err
    );
    ledger.write("orgs/yi", b"in the way");
    assert_eq!(
        import("code,parent_code,name,kind\n1,,丁,branch\n2,1,乙,branch\n3,,乙,branch\n").code,
        2,
        "all or none"
    );
    fs::remove_file(ledger.path().join("orgs/yi")).expect("gone");
    // A table may go on under what stands in the ledger already.
    assert_eq!(
        import("code,parent_code,name,kind\n77,,戊区,district\n").code,
        0
    );
    assert_eq!(
        import("code,parent_code,name,kind\n78,77,己社区居民委员会,community\n").code,
        0
    );
    assert!(
        ledger
            .read("orgs/wu/ji/org.toml")
            .contains("己社区居民委员会")
    );
    // Children may stand before their parents; a second import changes nothing; GBK and a BOM are
    // read.
    assert_eq!(
        import(
            "\u{feff}code,parent_code,name,kind\n2,1,乙社区居民委员会,community\n1,,甲区,district\n"
        )
        .code,
        0
    );
    let again =
        import("code,parent_code,name,kind\n1,,甲区,district\n2,1,乙社区居民委员会,community\n");
    assert!(
        again.out.contains("imported 0 organisations; 2 were there"),
        "{}",
        again.out
    );
    let gbk = [
        b"code,parent_code,name,kind\n3,,".as_slice(),
        &[0xb1, 0xfb, 0xc7, 0xf8],
        b",district\n",
    ]
    .concat();
    ledger.write("gbk.csv", &gbk);
    ledger.ok(&[
        "org",
        "import",
        ledger.path().join("gbk.csv").to_str().expect("text"),
    ]);
    assert!(ledger.read("orgs/bing/org.toml").contains("丙区"));
}

#[test]
fn a_file_of_millions_of_values_lines_or_comments_is_refused_before_it_fills_the_memory() {
    let list = format!(
        "[[meeting]]\nid = \"m-20260703-00000001\"\nagenda = [{}]\n",
        "1,".repeat(5_000_000)
    );
    for text in [list, "\n".repeat(5_000_000), "#\n".repeat(2_000_000)] {
        let ledger = Ledger::new(&[("orgs/a/2026/x-00.toml", &text)]);
        let ran = ledger.run(&["check"]);
        assert_eq!(ran.code, 1, "{}", ran.err);
        assert!(ran.out.contains("[too-many-values]"), "{}", ran.out);
    }
}

#[test]
fn thousands_of_metrics_made_of_one_another_are_read_at_once() {
    let one = |n: usize| {
        format!(
            "[[metric]]\nname = \"m{n}\"\nzh = \"数{n}\"\nen = \"m{n}\"\nratio = {{ of = [\"m{}\"], to = [\"tasks_due\"] }}\n",
            n + 1
        )
    };
    let text: String = (0..30_000).map(one).collect();
    let ledger = Ledger::new(&[("rules/chain.toml", &text)]);
    let ran = ledger.run(&["check"]);
    // A ratio is made of sums alone, so each link but the last is named as wrong; the last refers
    // to nothing.
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("[bad-rule]") && ran.out.contains("“m30000”"),
        "{}",
        ran.out.lines().take(5).collect::<String>()
    );
}
