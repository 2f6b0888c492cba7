//! Clones, histories, moved organisations, closed quarters: the commands that many clerks share, in
//! real repositories.

mod common;

use std::fs;
use std::path::Path;

use common::{Desk, Ledger, id_of};

const PROGRAM: &str = env!("CARGO_BIN_EXE_ledger");
const FILE: &str = "orgs/a/2026/x-00.toml";

fn task(n: u8, title: &str) -> String {
    format!(
        "[[task]]\nid = \"t-20260703-0000000{n}\"\nlist = \"problem\"\ntitle = \"{title}\"\nowner = \"党建办\"\nset = 2026-07-03\ndue = 2026-09-20\n"
    )
}

/// A repository with one task, committed.
fn desk() -> Desk {
    let desk = Desk::new(&[(FILE, &task(1, "标识缺失"))]);
    desk.commit("base");
    desk
}

fn with_driver(desk: &Desk) {
    desk.must(&[
        "config",
        "merge.ledger.driver",
        &format!("'{PROGRAM}' merge-driver %O %A %B %P"),
    ]);
    desk.must(&["config", "merge.directoryRenames", "false"]);
}

#[cfg(unix)]
#[test]
fn setup_registers_what_is_missing_and_keeps_what_is_there() {
    use std::os::unix::fs::PermissionsExt;
    let run = |desk: &Desk, args: &[&str]| {
        let mut command = std::process::Command::new(PROGRAM);
        command
            .arg("--root")
            .arg(desk.ledger.path())
            .args(args)
            .args(["--lang", "en"])
            .env("GIT_CONFIG_GLOBAL", "/dev/null");
        command.output().expect("it runs")
    };
    let said = |output: &std::process::Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let desk = desk();
    let before = run(&desk, &["git", "status"]);
    assert_eq!(before.status.code(), Some(1));
    assert!(
        said(&before).contains("missing: the merge driver")
            && said(&before).contains("ready: .gitattributes"),
        "{}",
        said(&before)
    );
    let check = run(&desk, &["check"]);
    assert_eq!(check.status.code(), Some(0), "nothing is wrong yet");
    assert!(String::from_utf8_lossy(&check.stderr).contains("no merge driver"));
    let hook = desk.ledger.path().join(".git/hooks/pre-commit");
    desk.ledger.write(
        ".git/hooks/pre-commit",
        b"#!/bin/sh\necho first >> ran\nexit 0\n",
    );
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("a mode");
    for _ in 0..2 {
        let done = run(&desk, &["git", "setup"]);
        assert_eq!(done.status.code(), Some(0), "{}", said(&done));
        assert!(!said(&done).contains("missing"), "{}", said(&done));
    }
    let text = fs::read_to_string(&hook).expect("the hook");
    assert_eq!(text.matches("check --commit").count(), 1, "{text}");
    assert!(!String::from_utf8_lossy(&run(&desk, &["check"]).stderr).contains("no merge driver"));
    // The hook that was there still runs, and a broken ledger is not committed.
    desk.ledger.write(FILE, task(1, "改过").as_bytes());
    desk.commit("good");
    assert!(desk.ledger.path().join("ran").exists());
    desk.ledger.write(FILE, b"[[task]\n");
    desk.must(&["add", "-A"]);
    let refused = desk.git(&["commit", "-qm", "broken"]);
    assert!(
        !refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("[syntax]")
    );
    // What is checked is what is committed, whatever the file says by now.
    desk.ledger.write(FILE, task(1, "又改").as_bytes());
    let refused = desk.git(&["commit", "-qm", "still broken"]);
    assert!(
        !refused.status.success()
            && String::from_utf8_lossy(&refused.stderr).contains("what is staged"),
        "{refused:?}"
    );
    desk.must(&["add", "-A"]);
    desk.ledger.write(FILE, b"[[task]\n");
    desk.must(&["commit", "-qm", "good again"]);
    desk.must(&["checkout", "-q", "--", FILE]);
    // A hook in an encoding that cannot be read, or no shell script at all, is somebody else's.
    fs::write(&hook, b"#!/bin/sh\n# \xbc\xec\xb2\xe9\nexit 0\n").expect("written");
    assert_eq!(run(&desk, &["git", "setup"]).status.code(), Some(1));
    assert!(fs::read(&hook).expect("the hook").contains(&0xbc));
    fs::write(&hook, "#!/usr/bin/env python3\nprint()\n").expect("written");
    let by_hand = run(&desk, &["git", "setup"]);
    assert_eq!(by_hand.status.code(), Some(1));
    assert!(
        said(&by_hand).contains("by hand: the check before each commit"),
        "{}",
        said(&by_hand)
    );
    assert_eq!(
        fs::read_to_string(&hook).expect("the hook"),
        "#!/usr/bin/env python3\nprint()\n"
    );
    // Where git looks elsewhere for hooks, it goes there.
    desk.must(&["config", "core.hooksPath", "own hooks"]);
    assert_eq!(run(&desk, &["git", "setup"]).status.code(), Some(0));
    let shared = desk.ledger.read("own hooks/pre-commit");
    assert!(
        shared.contains("$(ledger --version") && !shared.contains(PROGRAM),
        "{shared}"
    );
    // Two ledgers in one repository are each checked.
    desk.ledger.write("other/ledger.toml", b"format = 1\n");
    desk.ledger.write(
        "other/orgs/b/org.toml",
        "name = \"示例\"\nkind = \"branch\"\n".as_bytes(),
    );
    let mut second = std::process::Command::new(PROGRAM);
    second
        .arg("--root")
        .arg(desk.ledger.path().join("other"))
        .args(["git", "setup", "--lang", "en"])
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    assert_eq!(second.output().expect("it runs").status.code(), Some(0));
    assert_eq!(
        desk.ledger
            .read("own hooks/pre-commit")
            .matches("check --commit")
            .count(),
        2
    );
    // Outside a repository there is nothing to set up.
    let outside = Ledger::new(&[]);
    assert_eq!(outside.run(&["git", "status"]).code, 2);
}

/// A base and two branches, each with its own version of the file; the first is checked out.
fn forked(ours: &str, theirs: &str) -> Desk {
    let desk = desk();
    for (branch, text) in [("theirs", theirs), ("ours", ours)] {
        desk.must(&["checkout", "-q", "-B", branch, "main"]);
        desk.ledger.write(FILE, text.as_bytes());
        desk.commit(branch);
    }
    desk
}

fn audit(desk: &Desk, args: &[&str]) -> (u8, serde_json::Value) {
    let ran = desk
        .ledger
        .run(&[&["audit-merges", "--format", "json"], args].concat());
    (
        ran.code,
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err)),
    )
}

fn whats(json: &serde_json::Value) -> Vec<String> {
    let findings = json["findings"].as_array().expect("a list");
    findings
        .iter()
        .map(|f| {
            format!(
                "{} {} {}",
                f["what"].as_str().unwrap_or(""),
                f["id"].as_str().unwrap_or(""),
                f["field"].as_str().unwrap_or("")
            )
        })
        .collect()
}

#[test]
fn the_audit_finds_what_a_merge_lost_whoever_made_it() {
    let both = format!(
        "{}\n{}",
        task(1, "标识缺失").replace("党建办", "组织科"),
        task(2, "我方")
    );
    let theirs = format!("{}note = \"x\"\n\n{}", task(1, "标识补装"), task(3, "对方"));
    // One side taken whole, as a hand or a button does.
    let desk = forked(&both, &theirs);
    desk.must(&["merge", "-q", "-s", "ours", "-m", "one side", "theirs"]);
    let (code, json) = audit(&desk, &[]);
    assert_eq!(code, 1);
    let found = whats(&json);
    let lost = [
        "lost t-20260703-00000001 note",
        "lost t-20260703-00000001 title",
        "lost t-20260703-00000003 ",
    ];
    assert_eq!(found, lost, "{json:#}");
    assert_eq!(json["findings"][1]["expected"], "标识补装");
    assert_eq!(
        json["findings"][1]["sides"][0],
        desk.must(&["rev-parse", "theirs"])
    );
    assert_eq!(audit(&desk, &["HEAD~1..HEAD"]).0, 1, "a range");
    assert_eq!(audit(&desk, &["main"]).0, 0, "no merge there");
    // Once it is put right it is told as the past.
    let merge = desk.must(&["rev-parse", "HEAD"]);
    let mended = format!(
        "{}note = \"x\"\n\n{}\n{}",
        task(1, "标识补装").replace("党建办", "组织科"),
        task(2, "我方"),
        task(3, "对方")
    );
    desk.ledger.write(FILE, mended.as_bytes());
    assert_eq!(audit(&desk, &[]).0, 1, "not committed yet");
    desk.commit("mended");
    let (code, json) = audit(&desk, &[]);
    assert_eq!(
        (code, whats(&json)),
        (
            0,
            found.iter().map(|finding| (*finding).to_owned()).collect()
        )
    );
    assert!(
        json["findings"]
            .as_array()
            .is_some_and(|all| all.iter().all(|one| one["mended"] == true)),
        "{json:#}"
    );
    let text = desk.ledger.ok(&["audit-merges", &format!("{merge}^!")]);
    assert!(text.contains("3 more were put right since"), "{text}");
    // A record doubled, and one changed on the way.
    let desk = forked(&both, &theirs);
    desk.git(&["merge", "-q", "--no-commit", "theirs"]);
    let merged = format!(
        "{}note = \"x\"\n\n{}\n{}\n{}",
        task(1, "没人写过").replace("党建办", "组织科"),
        task(2, "我方"),
        task(3, "对方"),
        task(3, "对方")
    );
    desk.ledger.write(FILE, merged.as_bytes());
    desk.commit("by hand");
    assert_eq!(
        whats(&audit(&desk, &[]).1),
        [
            "changed t-20260703-00000001 title",
            "doubled t-20260703-00000003 "
        ]
    );
    // A file left unreadable.
    let desk = forked(&both, &theirs);
    desk.git(&["merge", "-q", "--no-commit", "theirs"]);
    desk.ledger
        .write(FILE, format!("{both}\n<<<<<<< x\n").as_bytes());
    desk.commit("with markers");
    assert_eq!(whats(&audit(&desk, &[]).1), ["unreadable  "]);
    // A side that could not be read: what the merge did with it cannot be known, and that is said.
    let desk = forked(&both, "[[task]\n");
    desk.must(&["merge", "-q", "-s", "ours", "-m", "one side", "theirs"]);
    let (code, json) = audit(&desk, &[]);
    assert!(code == 1 && !whats(&json).is_empty(), "{json:#}");
}

#[test]
fn the_audit_looks_beside_what_a_person_decided() {
    let row = |day: &str, note: &str| {
        format!("    {{ on = 2026-08-{day}, status = \"in-progress\", note = \"{note}\" }},\n")
    };
    let with =
        |rows: &[String]| format!("{}updates = [\n{}]\n", task(1, "标识缺失"), rows.concat());
    let decided = |ours: &str, theirs: &str, base: &str, merged: &str| {
        let desk = Desk::new(&[(FILE, base)]);
        desk.commit("base");
        for (branch, text) in [("theirs", theirs), ("ours", ours)] {
            desk.must(&["checkout", "-q", "-B", branch, "main"]);
            desk.ledger.write(FILE, text.as_bytes());
            desk.commit(branch);
        }
        desk.git(&["merge", "-q", "--no-commit", "theirs"]);
        desk.ledger.write(FILE, merged.as_bytes());
        desk.commit("by hand");
        desk
    };
    // Both changed one row: that is for a person, what else they put into the list is not.
    let base = with(&[row("01", "旧")]);
    let (ours, theirs) = (
        with(&[row("01", "我方")]),
        with(&[row("01", "对方"), row("20", "另有")]),
    );
    let desk = decided(&ours, &theirs, &base, &ours);
    assert_eq!(
        whats(&audit(&desk, &[]).1),
        ["lost t-20260703-00000001 updates"]
    );
    for right in [
        [row("01", "我方"), row("20", "另有")],
        [row("01", "对方"), row("20", "另有")],
    ] {
        assert_eq!(
            audit(&decided(&ours, &theirs, &base, &with(&right)), &[]).0,
            0
        );
    }
    // Nor are comments, but for those beside it.
    let (ours, theirs) = (
        task(1, "我方"),
        format!(
            "# 注\n{}",
            task(1, "对方").replace("title = \"对方\"", "title = \"对方\" # 由来")
        ),
    );
    let desk = decided(&ours, &theirs, &task(1, "旧"), &ours);
    assert_eq!(whats(&audit(&desk, &[]).1), ["lost t-20260703-00000001 #"]);
    assert!(desk.ledger.run(&["audit-merges"]).out.contains(&format!(
        "(changed in {})",
        &desk.must(&["rev-parse", "theirs"])[..10]
    )));
    assert_eq!(
        audit(
            &decided(&ours, &theirs, &task(1, "旧"), &format!("# 注\n{ours}")),
            &[]
        )
        .0,
        0
    );
    // Two records of one id, of which one was given another: both are there.
    let both = format!("{}\n{}", task(2, "我方"), task(3, "对方"));
    let desk = decided(&task(2, "我方"), &task(2, "对方"), &task(1, "旧"), &both);
    assert_eq!(audit(&desk, &[]).0, 0);
    // The copy of one id under another is still a copy.
    let desk = decided(
        &task(2, "我方"),
        &task(1, "旧"),
        &task(1, "旧"),
        &format!("{}\n{}", task(2, "我方"), task(3, "我方")),
    );
    assert_eq!(
        whats(&audit(&desk, &[]).1),
        ["changed t-20260703-00000003 "]
    );
}

#[test]
fn a_copy_that_was_kept_must_have_what_the_other_had() {
    let id = "t-20260703-00000001";
    let theirs = task(1, "对方");
    let desk = forked(&task(1, "标识缺失").replace("党建办", "组织科"), &theirs);
    desk.git(&["merge", "-q", "--no-commit", "theirs"]);
    let right = task(1, "对方").replace("党建办", "组织科");
    desk.ledger
        .write(FILE, format!("{right}\n{theirs}").as_bytes());
    desk.commit("both");
    assert_eq!(
        whats(&audit(&desk, &[]).1),
        [format!("doubled {id} "), format!("lost {id} owner")]
    );
    let both = desk.must(&["rev-parse", "HEAD"]);
    // What stands in the copy that is left decides, and what is written into it later changes
    // nothing of that.
    for (kept, code) in [(&theirs, 1), (&right, 0)] {
        desk.must(&["checkout", "-q", "-B", "main", &both]);
        desk.ledger.write(FILE, kept.as_bytes());
        desk.commit("one of them");
        assert_eq!(audit(&desk, &[]).0, code, "{kept}");
        let log = desk.ledger.ok(&["log", id]);
        assert!(!log.contains("removed"), "{log}");
    }
    desk.ledger.ok(&["edit", id, "--owner", "第三家"]);
    desk.commit("later");
    assert_eq!(audit(&desk, &[]).0, 0);
}

#[test]
fn a_stamp_that_a_merge_lost_is_found() {
    let desk = desk();
    desk.must(&["checkout", "-q", "-b", "theirs"]);
    desk.ledger.ok(&["close", "2026Q3", "--by", "甲"]);
    desk.commit("closed");
    desk.must(&["checkout", "-q", "-b", "ours", "main"]);
    desk.ledger.ok(&["edit", "0001", "--title", "标识补装"]);
    desk.commit("edited");
    desk.must(&["merge", "-q", "-s", "ours", "-m", "one side", "theirs"]);
    let (code, json) = audit(&desk, &[]);
    assert_eq!(
        (code, whats(&json)),
        (1, vec!["lost closed:2026Q3/a ".to_owned()])
    );
    assert!(
        desk.ledger
            .run(&["audit-merges"])
            .out
            .contains("lost: stamp of 2026Q3/a is gone")
    );
    desk.must(&["checkout", "-q", "theirs", "--", "closed"]);
    desk.commit("brought back");
    assert_eq!(audit(&desk, &[]).0, 0);
}

#[test]
fn a_clone_without_all_objects_says_what_it_cannot_see() {
    let desk = forked(
        &task(1, "我方"),
        &task(1, "标识缺失").replace("党建办", "组织科"),
    );
    with_driver(&desk);
    desk.must(&["merge", "-q", "-m", "merge", "theirs"]);
    desk.must(&["config", "uploadpack.allowFilter", "true"]);
    let merge = desk.must(&["rev-parse", "HEAD"]);
    for filter in ["blob:none", "tree:0"] {
        let folder = tempfile::tempdir().expect("a folder");
        let clone = folder.path().join("clone");
        let root = clone.display().to_string();
        let from = format!("file://{}", desk.ledger.path().display());
        desk.must(&[
            "clone",
            "-q",
            "--no-local",
            &format!("--filter={filter}"),
            &from,
            &root,
        ]);
        let ran = common::run(&["--root", &root, "audit-merges", "--format", "json"]);
        let json: serde_json::Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        assert_eq!(
            (&json["merges"], &json["not_seen"]),
            (&0.into(), &serde_json::json!([merge])),
            "{filter}: {json:#}"
        );
        let ran = common::run(&["--root", &root, "log", "t-20260703-00000001"]);
        assert!(
            ran.code == 2 && ran.err.contains("git fetch --refetch --no-filter"),
            "{filter}: {}{}",
            ran.out,
            ran.err
        );
    }
}

/// A clone that should have everything and does not is damaged: nothing is said of it as if it had
/// been looked at.
#[test]
fn what_git_cannot_read_is_damage_and_never_clean() {
    // The file of an object, and of an organisation's folder at HEAD.
    let object = |desk: &Desk, name: &str| {
        let name = desk.must(&["rev-parse", name]);
        desk.ledger
            .path()
            .join(".git/objects")
            .join(&name[..2])
            .join(&name[2..])
    };
    for damage in [gone, gone_then_junk] {
        for name in [
            &format!("main:{FILE}"),
            "main:orgs",
            "main^{tree}",
            "theirs",
        ] {
            let desk = forked(
                &task(1, "我方"),
                &task(1, "标识缺失").replace("党建办", "组织科"),
            );
            with_driver(&desk);
            desk.must(&["merge", "-q", "-m", "merge", "theirs"]);
            damage(&object(&desk, name));
            for args in [
                &["audit-merges"][..],
                &["audit-merges", "--format", "json"],
                &["log", "t-20260703-00000001"],
            ] {
                let ran = desk.ledger.run(args);
                assert_eq!(ran.code, 2, "{name} {args:?}: {}{}", ran.out, ran.err);
                assert!(
                    ran.err.contains("git fsck") && !ran.err.contains("--refetch"),
                    "{name} {args:?}: {}",
                    ran.err
                );
                assert!(
                    !ran.out.contains("nothing lost"),
                    "{name} {args:?}: {}",
                    ran.out
                );
            }
        }
    }
    let desk = forked(&task(1, "我方"), &task(1, "对方"));
    desk.ledger.write(".git/refs/heads/ours", b"junk");
    let ran = desk.ledger.run(&["audit-merges"]);
    assert!(
        ran.code == 2 && ran.err.contains("git could not do it: fatal: "),
        "{}{}",
        ran.out,
        ran.err
    );
    // Nothing is committed yet: that is no damage.
    assert_eq!(Desk::new(&[]).ledger.run(&["audit-merges"]).code, 0);
}

fn gone(path: &Path) {
    fs::remove_file(path).expect("gone");
}

fn gone_then_junk(path: &Path) {
    gone(path);
    fs::write(path, "junk").expect("written");
}

#[test]
fn resolve_is_not_done_where_it_could_not_look() {
    let desk = forked(&task(1, "我方"), &task(1, "对方"));
    assert!(!desk.git(&["merge", "-q", "theirs"]).status.success());
    let whole = fs::read(desk.ledger.path().join(".git/index")).expect("the index");
    desk.ledger.write(".git/index", &whole[..20]);
    let ran = desk.ledger.run(&["resolve"]);
    assert!(
        ran.code == 2 && ran.err.contains("git could not do it: fatal: "),
        "{}{}",
        ran.out,
        ran.err
    );
    // A version that both come from is gone from git.
    desk.ledger.write(".git/index", &whole);
    let theirs = desk.must(&["rev-parse", &format!("theirs:{FILE}")]);
    let (folder, name) = theirs.split_at(2);
    gone_then_junk(
        &desk
            .ledger
            .path()
            .join(".git/objects")
            .join(folder)
            .join(name),
    );
    let before = desk.ledger.read(FILE);
    let ran = desk.ledger.run(&["resolve"]);
    assert!(
        ran.code == 2 && ran.err.contains("git fsck"),
        "{}{}",
        ran.out,
        ran.err
    );
    assert_eq!(desk.ledger.read(FILE), before);
    // A file that cannot be read may be in conflict too.
    let ledger = Ledger::new(&[]);
    ledger.write(FILE, b"title = \"\xff\"\n");
    let ran = ledger.run(&["resolve"]);
    assert!(
        ran.code == 1 && ran.err.contains("[not-utf8]") && ran.out.contains("still in conflict: 1"),
        "{}{}",
        ran.out,
        ran.err
    );
}

/// What a merge is about to lose is said while it can still be put back; what a person changes in
/// it is his own.
#[test]
fn a_commit_that_would_lose_what_a_side_entered_is_stopped() {
    let ours = format!("{}\n{}", task(1, "我方"), task(2, "我方"));
    let theirs = format!("{}note = \"x\"\n\n{}", task(1, "对方"), task(3, "对方"));
    let desk = forked(&ours, &theirs);
    let base = desk.must(&["rev-parse", "main"]);
    let ways: [&[&str]; 3] = [
        &["merge", "-q", "theirs"],
        &["cherry-pick", "theirs"],
        &["rebase", "-q", "--onto", "ours", &base, "theirs"],
    ];
    for way in ways {
        desk.must(&["checkout", "-q", "-f", "-B", "here", "ours"]);
        assert!(!desk.git(way).status.success());
        // One side taken whole, as hands and buttons do.
        desk.ledger.write(FILE, ours.as_bytes());
        desk.must(&["add", "-A"]);
        let ran = desk.ledger.run(&["check", "--commit"]);
        let lost = format!(
            "{FILE}:1:1: what is about to be committed does not hold all that the sides have; lost: “note” of task t-20260703-00000001"
        );
        assert!(
            ran.code == 1 && ran.out.contains(&lost),
            "{way:?}: {}{}",
            ran.out,
            ran.err
        );
        assert_eq!(
            ran.out.matches("[merge-incomplete]").count(),
            2,
            "the title was for a person to decide\n{}",
            ran.out
        );
        // A record twice is no better, and what the person adds is not the merge's.
        let whole = format!(
            "{}note = \"x\"\n\n{}\n{}",
            task(1, "都不是"),
            task(2, "改了"),
            task(3, "对方")
        );
        desk.ledger
            .write(FILE, format!("{whole}\n{}", task(3, "对方")).as_bytes());
        desk.must(&["add", "-A"]);
        let ran = desk.ledger.run(&["check", "--commit"]);
        assert!(
            ran.code == 1 && ran.out.contains("doubled: "),
            "{way:?}: {}{}",
            ran.out,
            ran.err
        );
        desk.ledger.write(FILE, whole.as_bytes());
        desk.must(&["add", "-A"]);
        let ran = desk.ledger.run(&["check", "--commit"]);
        assert_eq!(ran.code, 0, "{way:?}: {}{}", ran.out, ran.err);
        desk.must(match way[0] {
            "rebase" => &["rebase", "--continue"],
            _ => &["commit", "-qm", "done"],
        });
    }
}

#[test]
fn the_audit_is_silent_where_nothing_is_wrong() {
    // The driver's own merge, a conflict that a person decided, a fast merge, an amended commit.
    let desk = forked(
        &task(1, "我方"),
        &task(1, "标识缺失").replace("党建办", "组织科"),
    );
    with_driver(&desk);
    desk.must(&["merge", "-q", "-m", "merge", "theirs"]);
    assert_eq!(audit(&desk, &[]).0, 0);
    let desk = forked(&task(1, "我方"), &task(1, "对方"));
    desk.git(&["merge", "-q", "theirs"]);
    desk.ledger.write(FILE, task(1, "商定").as_bytes());
    desk.commit("decided");
    desk.ledger.write(FILE, task(1, "又改").as_bytes());
    desk.commit("more");
    desk.ledger.write(FILE, task(1, "再改").as_bytes());
    desk.must(&["commit", "-q", "-a", "--amend", "--no-edit"]);
    assert_eq!(audit(&desk, &[]).0, 0);
}

#[test]
fn octopus_criss_cross_moved_folders_and_shallow_clones() {
    // Three branches at once, each with a record of its own.
    let desk = Desk::new(&[(FILE, &task(1, "甲"))]);
    desk.commit("base");
    for n in 2..5u8 {
        desk.must(&["checkout", "-q", "-B", &format!("b{n}"), "main"]);
        desk.ledger.write(
            &format!("orgs/a/2026/w{n}-00.toml"),
            task(n, "乙").as_bytes(),
        );
        desk.commit(&format!("b{n}"));
    }
    desk.must(&["merge", "-q", "-m", "octopus", "b2", "b3"]);
    assert_eq!(audit(&desk, &[]).0, 0, "an octopus that kept everything");
    fs::remove_file(desk.ledger.path().join("orgs/a/2026/w3-00.toml")).expect("gone");
    desk.must(&["commit", "-q", "-a", "--amend", "-m", "octopus"]);
    assert_eq!(
        whats(&audit(&desk, &[]).1),
        ["lost t-20260703-00000004 "].map(|s| s.replace("00000004", "00000003"))
    );

    // Each of two branches merged the other's first commit: two bases.
    let desk = forked(
        &task(1, "标识缺失").replace("党建办", "组织科"),
        &format!("{}note = \"x\"\n", task(1, "标识缺失")),
    );
    with_driver(&desk);
    desk.must(&["merge", "-q", "-m", "one", "theirs"]);
    desk.must(&["checkout", "-q", "theirs"]);
    desk.must(&["merge", "-q", "-m", "two", "ours~1"]);
    let text = desk.ledger.read(FILE);
    desk.ledger
        .write(FILE, text.replace("标识缺失", "标识补装").as_bytes());
    desk.commit("theirs again");
    desk.must(&["merge", "-q", "-m", "across", "ours"]);
    assert_eq!(audit(&desk, &[]).0, 0);
    desk.ledger.write(FILE, text.as_bytes());
    desk.must(&["commit", "-q", "-a", "--amend", "--no-edit"]);
    assert_eq!(
        whats(&audit(&desk, &[]).1),
        ["lost t-20260703-00000001 title"]
    );

    // A folder moved by git alone, while the other side wrote into it.
    let org = (
        "orgs/a/b/org.toml",
        "name = \"示例支部\"\nkind = \"branch\"\n",
    );
    let long: String = (1..8).map(|n| format!("{}\n", task(n, "旧"))).collect();
    let desk = Desk::new(&[org, ("orgs/a/b/2026/x-00.toml", &long)]);
    desk.commit("base");
    desk.must(&["checkout", "-q", "-b", "moved"]);
    desk.must(&["mv", "orgs/a/b", "orgs/a/c"]);
    desk.commit("moved");
    desk.must(&["checkout", "-q", "main"]);
    desk.ledger.write(
        "orgs/a/b/2026/x-00.toml",
        long.replacen("旧", "新", 1).as_bytes(),
    );
    desk.commit("edited");
    with_driver(&desk);
    desk.must(&["merge", "-q", "-m", "merge", "moved"]);
    assert!(desk.ledger.read("orgs/a/c/2026/x-00.toml").contains("新"));
    assert_eq!(audit(&desk, &[]).0, 0);

    // A shallow clone says what it cannot see.
    let shallow = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}", desk.ledger.path().display());
    let to = shallow.path().join("clone");
    desk.must(&[
        "clone",
        "-q",
        "--depth",
        "1",
        &url,
        to.to_str().expect("text"),
    ]);
    let ran = common::run(&["--root", to.to_str().expect("text"), "audit-merges"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("not looked at (1)"), "{}", ran.out);
}

#[cfg(unix)]
#[test]
fn what_a_rebase_made_again_is_looked_at() {
    use std::os::unix::fs::PermissionsExt as _;
    let base = format!("{}\n{}", task(1, "甲"), task(2, "甲"));
    let desk = Desk::new(&[(FILE, &base)]);
    desk.commit("base");
    desk.must(&["checkout", "-q", "-b", "mine"]);
    desk.ledger
        .write(FILE, base.replacen("党建办", "组织科", 1).as_bytes());
    desk.commit("mine");
    desk.must(&["checkout", "-q", "main"]);
    desk.ledger.write(
        FILE,
        base.replacen("title = \"甲\"", "title = \"乙\"", 1)
            .as_bytes(),
    );
    desk.commit("theirs");
    desk.must(&["checkout", "-q", "mine"]);
    desk.git(&["rebase", "-q", "main"]);
    // A hand that settles it wrongly: the record that was rebased loses the other side's title.
    desk.ledger
        .write(FILE, base.replacen("党建办", "组织科", 1).as_bytes());
    desk.must(&["add", "-A"]);
    desk.git(&["rebase", "--continue"]);
    assert_eq!(desk.must(&["status", "--porcelain"]), "");
    assert_eq!(
        whats(&audit(&desk, &[]).1),
        ["lost t-20260703-00000001 title"]
    );
    // It is known by its author and second too, where its message is another.
    let desk = forked(
        &task(1, "我方"),
        &task(1, "标识缺失").replace("党建办", "组织科"),
    );
    with_driver(&desk);
    desk.ledger.write(
        ".git/hooks/prepare-commit-msg",
        b"#!/bin/sh\necho again >\"$1\"\n",
    );
    let hook = desk.ledger.path().join(".git/hooks/prepare-commit-msg");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("it may run");
    desk.must(&["cherry-pick", "-e", "theirs"]);
    assert_eq!(desk.must(&["log", "-1", "--format=%s"]), "again");
    fs::remove_file(hook).expect("gone");
    let json = audit(&desk, &[]).1;
    assert_eq!(
        (&json["made_again"], &json["untraced"]),
        (&1.into(), &serde_json::json!([])),
        "{json:#}"
    );
    // What is not known by these either is not taken for looked at.
    desk.must(&["checkout", "-q", "-B", "mine", "main"]);
    desk.ledger.write(
        FILE,
        format!("{}note = \"x\"\n", task(1, "标识缺失")).as_bytes(),
    );
    desk.must(&[
        "commit",
        "-q",
        "-a",
        "-m",
        "mine",
        "--date",
        "2026-07-01T08:00:00Z",
    ]);
    desk.must(&["rebase", "-q", "--ignore-date", "ours"]);
    let json = audit(&desk, &[]).1;
    assert_eq!(
        (&json["made_again"], &json["untraced"]),
        (
            &1.into(),
            &serde_json::json!([desk.must(&["rev-parse", "HEAD"])])
        ),
        "{json:#}"
    );
    assert!(
        desk.ledger
            .ok(&["audit-merges"])
            .contains("does not know from what rebase or cherry-pick made them")
    );
}

#[test]
fn what_a_rebase_dropped_is_found() {
    // A commit of which nothing is left after a conflict is dropped without a word.
    let desk = forked(
        &task(1, "我方"),
        &format!("{}note = \"x\"\n", task(1, "对方")),
    );
    desk.git(&["rebase", "-q", "ours", "theirs"]);
    desk.must(&["checkout", "-q", "--ours", FILE]);
    desk.must(&["add", "-A"]);
    desk.must(&["rebase", "--continue"]);
    assert_eq!(
        desk.must(&["rev-parse", "HEAD"]),
        desk.must(&["rev-parse", "ours"])
    );
    let (code, json) = audit(&desk, &[]);
    assert_eq!(
        (code, whats(&json)),
        (1, vec!["lost t-20260703-00000001 note".to_owned()]),
        "{json:#}"
    );
    assert_eq!(
        json["findings"][0]["without"],
        desk.must(&["rev-parse", "theirs@{1}"])
    );
    assert!(
        desk.ledger
            .run(&["audit-merges"])
            .out
            .contains("of clerk out: theirs")
    );
    desk.ledger.ok(&["edit", "0001", "--note", "x"]);
    desk.commit("once more");
    assert_eq!(audit(&desk, &[]).0, 0);
    // What another branch still has is not gone, nor what was joined to another.
    let desk = forked(
        &task(1, "我方"),
        &format!("{}note = \"x\"\n", task(1, "对方")),
    );
    desk.must(&["branch", "kept", "theirs"]);
    desk.git(&["rebase", "-q", "ours", "theirs"]);
    desk.must(&["rebase", "--skip"]);
    assert_eq!(audit(&desk, &[]).0, 0);
}

#[test]
fn while_rebasing_mine_is_what_i_wrote() {
    let desk = forked(&task(1, "我的"), &task(1, "别人的"));
    with_driver(&desk);
    let said = |output: std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let merging = said(desk.git(&["merge", "-q", "theirs"]));
    assert!(
        merging.contains("ours “我的”, theirs “别人的”"),
        "{merging}"
    );
    assert!(desk.ledger.read(FILE).starts_with("<<<<<<< ours\n"));
    desk.must(&["merge", "--abort"]);
    let rebasing = said(desk.git(&["rebase", "-q", "theirs"]));
    assert!(
        rebasing.contains("ours “我的”, theirs “别人的”"),
        "{rebasing}"
    );
    let text = desk.ledger.read(FILE);
    assert!(
        text.starts_with("<<<<<<< theirs (upstream)\n") && text.ends_with(">>>>>>> mine\n"),
        "{text}"
    );
    let resolved = desk.ledger.run(&["resolve"]);
    assert!(
        resolved.code == 1 && resolved.err.contains("ours “我的”, theirs “别人的”"),
        "{}",
        resolved.err
    );
}

#[test]
fn what_is_committed_is_not_taken_back() {
    let desk = Desk::new(&[]);
    desk.commit("begun");
    let add = |title: &str| {
        let day = ["--date", "2026-07-03", "--type", "regular", "--org", "a"];
        let record = [&["add", "meeting", "--title", title][..], &day].concat();
        id_of(&desk.ledger.ok(&record))
    };
    let first = add("七月例会");
    let path = desk.ledger.path().join("orgs/a/2026/test-00.toml");
    desk.commit("entered");
    // A change beside it does not hide that it is committed.
    let text = fs::read_to_string(&path).expect("a ledger") + "# 人工改动\n";
    fs::write(&path, &text).expect("a change");
    let ran = desk.ledger.run(&["undo", "--yes"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.err.contains("committed"), "{}", ran.err);
    let second = add("再开一次");
    let out = desk.ledger.ok(&["undo", "--yes"]);
    assert!(out.contains(&second) && !out.contains(&first), "{out}");
    assert_eq!(fs::read_to_string(&path).expect("a ledger"), text);
    // What git cannot say may be committed.
    add("又开一次");
    fs::remove_file(desk.ledger.path().join(".git/HEAD")).expect("a repository");
    assert_eq!(desk.ledger.run(&["undo", "--yes"]).code, 2);
}

#[test]
fn the_story_of_a_record_and_of_a_quarter() {
    let desk = desk();
    let id = "t-20260703-00000001";
    desk.ledger.ok(&[
        "update",
        id,
        "--status",
        "in-progress",
        "--on",
        "2026-08-10",
        "--note",
        "已立项",
    ]);
    desk.commit("立项");
    desk.ledger.ok(&["edit", id, "--title", "标识补装"]);
    let short = |rev: &str| desk.must(&["rev-parse", rev])[..10].to_owned();
    let expected = format!(
        "2026-08-01  clerk  entered  {}  base\n    id: {id}\n    list: problem list\n    title: 标识缺失\n    owner: 党建办\n    set: 2026-07-03\n    due: 2026-09-20\n\
         2026-08-01  clerk  changed  {}  立项\n    updates: + 2026-08-10 in progress 已立项\n\
         (not committed yet)  changed\n    title: 标识缺失 → 标识补装\n",
        short("HEAD~1"),
        short("HEAD")
    );
    assert_eq!(desk.ledger.ok(&["log", "0001"]), expected);
    let json: serde_json::Value =
        serde_json::from_str(&desk.ledger.ok(&["log", id, "--format", "json"])).expect("json");
    assert_eq!(json["events"][1]["changes"][0]["new"][0]["note"], "已立项");
    let blame = desk.ledger.ok(&[
        "blame",
        "a",
        "--quarter",
        "2026Q3",
        "--format",
        "csv",
        "--raw",
    ]);
    assert_eq!(
        blame,
        "id,title,by,entered,changed-by,changed,times,kind,org\r\nt-20260703-00000001,标识补装,clerk,2026-08-01,clerk,2026-08-01,1,task,a\r\n"
    );
    assert_eq!(desk.ledger.run(&["log", "nothing"]).code, 2);
    // What was moved or taken out and not committed yet is told too.
    desk.ledger.ok(&[
        "org",
        "add",
        "第一支部",
        "--under",
        "a",
        "--segment",
        "b",
        "--kind",
        "branch",
    ]);
    fs::create_dir(desk.ledger.path().join("orgs/a/b/2026")).expect("a folder");
    fs::rename(
        desk.ledger.path().join(FILE),
        desk.ledger.path().join("orgs/a/b/2026/x-00.toml"),
    )
    .expect("moved");
    let log = desk.ledger.ok(&["log", id]);
    assert!(log.ends_with("(not committed yet)  changed\n    title: 标识缺失 → 标识补装\n    organisation: a → a/b\n"), "{log}");
    fs::remove_file(desk.ledger.path().join("orgs/a/b/2026/x-00.toml")).expect("gone");
    let log = desk.ledger.ok(&["log", id]);
    assert!(
        log.ends_with(&format!("(not committed yet)  removed\n    id: - {id}\n")),
        "{log}"
    );
}

#[test]
fn the_story_tells_what_a_merge_decided() {
    let with = |title: &str, day: &str| {
        format!(
            "{}updates = [\n    {{ on = 2026-08-{day}, status = \"in-progress\" }},\n]\n",
            task(1, title)
        )
    };
    let desk = forked(&with("我方", "01"), &with("对方", "02"));
    with_driver(&desk);
    desk.git(&["merge", "-q", "theirs"]);
    // What was done last is what the other side did: the merge decides against it, and keeps both
    // updates.
    let merged = with("我方", "01").replace(
        "\n]\n",
        "\n    { on = 2026-08-02, status = \"in-progress\" },\n]\n",
    );
    desk.ledger.write(FILE, merged.as_bytes());
    desk.commit("merge");
    let log = desk.ledger.ok(&["log", "0001"]);
    let story: Vec<&str> = log.lines().rev().take(2).collect();
    assert!(
        story[0] == "    title: 对方 → 我方" && story[1].contains("decided in the merge"),
        "{log}"
    );
    // A record that a merge left out is told as taken out.
    let desk = forked(
        &format!("{}\n{}", task(1, "标识缺失"), task(2, "我方")),
        &task(1, "对方"),
    );
    desk.must(&["merge", "-q", "--no-commit", "-s", "ours", "theirs"]);
    desk.ledger.write(FILE, task(1, "对方").as_bytes());
    desk.commit("merge");
    let log = desk.ledger.ok(&["log", "t-20260703-00000002"]);
    assert!(
        log.lines().any(|line| line.contains("clerk  removed")),
        "{log}"
    );
}

#[test]
fn an_organisation_moves_while_another_clerk_writes_into_it() {
    let org = (
        "orgs/a/b/org.toml",
        "name = \"示例支部\"\nkind = \"branch\"\n",
    );
    let desk = Desk::new(&[
        org,
        ("orgs/a/b/2026/x-00.toml", &task(1, "旧")),
        (
            "orgs/a/d/org.toml",
            "name = \"总支\"\nkind = \"general-branch\"\n",
        ),
    ]);
    with_driver(&desk);
    desk.commit("base");
    desk.must(&["checkout", "-q", "-b", "moved"]);
    desk.ledger.ok(&["org", "move", "a/b", "--under", "a/d"]);
    desk.ledger.ok(&["org", "rename", "a/d/b", "新支部"]);
    desk.commit("moved");
    desk.must(&["checkout", "-q", "main"]);
    desk.ledger.ok(&["edit", "0001", "--title", "新"]);
    desk.ledger.write(".ledger/writer", b"other-00\n");
    let added = id_of(&desk.ledger.ok(&[
        "add",
        "meeting",
        "--org",
        "a/b",
        "--date",
        "2026-08-03",
        "--type",
        "regular",
        "--title",
        "八月例会",
    ]));
    desk.commit("written into");
    desk.must(&["merge", "-q", "-m", "merge", "moved"]);
    // What git left at the old place counts, is pointed out, and is brought along.
    let report = |name: &str| {
        desk.ledger.ok(&[
            "report",
            "--quarter",
            "2026Q3",
            "--org",
            name,
            "--metrics",
            "meetings_held,tasks_due",
            "--format",
            "csv",
            "--raw",
        ])
    };
    let total = |csv: &str| {
        csv.lines()
            .last()
            .and_then(|line| line.split_once("新支部,"))
            .map(|(_, rest)| rest.to_owned())
    };
    let before = report("a/b");
    assert!(before.contains(",1,1"), "{before} {:?}", total(&before));
    let check = desk.ledger.run(&["check"]);
    assert!(
        check.code == 1 && check.out.contains("[left-behind]"),
        "{}",
        check.out
    );
    desk.ledger.ok(&["org", "move", "新支部"]);
    assert_eq!(desk.ledger.run(&["check"]).code, 0);
    assert_eq!(report("a/d/b"), before, "by its new id as by its old");
    assert!(
        desk.ledger
            .read("orgs/a/d/b/2026/other-00.toml")
            .contains(&added)
    );
    assert!(!desk.ledger.path().join("orgs/a/b").exists());
    desk.commit("brought along");
    assert_eq!(audit(&desk, &[]).0, 0);
    // Refusals: under itself, onto another, twice dissolved.
    assert_eq!(
        desk.ledger
            .run(&["org", "move", "a/d", "--under", "a/d/b"])
            .code,
        2
    );
    assert_eq!(
        desk.ledger
            .run(&["org", "move", "a/d/b", "--under", "a", "--segment", "d"])
            .code,
        2
    );
    let said = desk
        .ledger
        .ok(&["org", "dissolve", "a/d/b", "--on", "2026-10-01"]);
    assert!(
        said.contains("still open: t-20260703-00000001 新"),
        "{said}"
    );
    assert_eq!(desk.ledger.run(&["org", "dissolve", "a/d/b"]).code, 2);
    // There and back again: the place is no longer a former one.
    desk.ledger.ok(&["org", "move", "a/d/b", "--under", "a"]);
    assert_eq!(
        desk.ledger
            .read("orgs/a/b/org.toml")
            .matches("formerly = [\"a/d/b\"]")
            .count(),
        1
    );
}

#[test]
fn an_organisation_moves_while_another_clerk_puts_one_under_it() {
    let desk = Desk::new(&[(
        "orgs/a/b/org.toml",
        "name = \"第一支部\"\nkind = \"branch\"\n",
    )]);
    desk.commit("base");
    desk.must(&["checkout", "-q", "-b", "other"]);
    desk.ledger.ok(&[
        "org",
        "add",
        "新支部",
        "--under",
        "a/b",
        "--segment",
        "new",
        "--kind",
        "branch",
    ]);
    desk.ledger
        .write("orgs/a/b/new/2026/y-00.toml", task(7, "新任务").as_bytes());
    desk.commit("put under it");
    desk.must(&["checkout", "-q", "main"]);
    desk.ledger.ok(&["org", "move", "a/b", "--segment", "d"]);
    desk.commit("moved");
    desk.must(&[
        "-c",
        "merge.directoryRenames=false",
        "merge",
        "-q",
        "-m",
        "merge",
        "other",
    ]);
    // It is under the same one as before, wherever its folder lies, and this is pointed out.
    assert!(desk.ledger.path().join("orgs/a/b/new/org.toml").is_file());
    let tree = || desk.ledger.ok(&["org", "tree", "--org", "a/d"]);
    assert!(tree().contains("\n  new  新支部"), "{}", tree());
    let due = || {
        desk.ledger.ok(&[
            "report",
            "--quarter",
            "2026Q3",
            "--org",
            "a/d",
            "--metrics",
            "tasks_due",
            "--format",
            "csv",
            "--raw",
        ])
    };
    let before = due();
    assert!(before.contains("a/d/new,新支部,1"), "{before}");
    let check = desk.ledger.run(&["check"]);
    assert!(
        check.code == 1
            && check.out.contains("orgs/a/b/new:1:1")
            && check.out.contains("[left-behind]"),
        "{}",
        check.out
    );
    // Until then it can be written into and changed, by either id.
    desk.ledger
        .ok(&["org", "edit", "a/d/new", "--secretary", "张三"]);
    desk.ledger.ok(&[
        "add",
        "meeting",
        "--org",
        "a/d/new",
        "--date",
        "2026-08-03",
        "--type",
        "regular",
        "--title",
        "例会",
    ]);
    desk.ledger.ok(&["org", "move", "新支部"]);
    assert!(desk.ledger.read("orgs/a/d/new/org.toml").contains("张三"));
    assert!(
        desk.ledger
            .read("orgs/a/d/new/2026/test-00.toml")
            .contains("例会")
    );
    assert!(!desk.ledger.path().join("orgs/a/b").exists());
    assert_eq!(desk.ledger.run(&["check"]).code, 0);
    assert_eq!(due(), before);
    desk.commit("brought along");
    assert_eq!(audit(&desk, &[]).0, 0);
}

#[test]
fn two_clerks_put_an_organisation_under_one_that_moves() {
    // Of one name it is one organisation; of two names they are two.
    for (name, orgs) in [("新支部", 4), ("另一支部", 5)] {
        let desk = Desk::new(&[(
            "orgs/a/b/org.toml",
            "name = \"第一总支\"\nkind = \"general-branch\"\n",
        )]);
        desk.commit("base");
        desk.must(&["checkout", "-q", "-b", "other"]);
        desk.ledger.ok(&[
            "org",
            "add",
            "新支部",
            "--under",
            "a/b",
            "--segment",
            "n",
            "--kind",
            "branch",
        ]);
        desk.ledger
            .write("orgs/a/b/n/2026/y-00.toml", task(7, "新任务").as_bytes());
        desk.commit("put under it");
        desk.must(&["checkout", "-q", "main"]);
        desk.ledger.ok(&["org", "move", "a/b", "--segment", "d"]);
        desk.ledger.ok(&[
            "org",
            "add",
            name,
            "--under",
            "a/d",
            "--segment",
            "n",
            "--kind",
            "branch",
        ]);
        desk.ledger
            .write("orgs/a/d/n/2026/x-00.toml", task(8, "另一任务").as_bytes());
        desk.commit("moved");
        desk.must(&[
            "-c",
            "merge.directoryRenames=false",
            "merge",
            "-q",
            "-m",
            "merge",
            "other",
        ]);
        let check = desk.ledger.run(&["check"]);
        let rules =
            ["[left-behind]", "[former-id-in-use]"].map(|rule| check.out.matches(rule).count());
        assert_eq!(
            (check.code, rules),
            (1, if orgs == 4 { [1, 0] } else { [0, 1] }),
            "{}",
            check.out
        );
        desk.ledger.ok(&["org", "move", "a/b/n"]);
        let check = desk.ledger.run(&["check"]);
        assert_eq!(check.code, 0, "{}", check.out);
        assert!(
            check
                .out
                .contains(&format!("{} organisations, 2 records", orgs - 1)),
            "{}",
            check.out
        );
        assert_eq!(
            desk.ledger
                .ok(&["org", "list", "--org", "a/d", "--format", "csv", "--raw"])
                .lines()
                .count(),
            orgs - 1
        );
        assert!(!desk.ledger.path().join("orgs/a/b").exists());
        desk.commit("brought along");
        assert_eq!(audit(&desk, &[]).0, 0);
    }
    // A record that differs in both places is named, and nothing is written over.
    let desk = Desk::new(&[
        (
            "orgs/a/d/org.toml",
            "name = \"第一支部\"\nkind = \"branch\"\nformerly = [\"a/b\"]\n",
        ),
        ("orgs/a/d/2026/x-00.toml", &task(1, "这里")),
        ("orgs/a/b/2026/x-00.toml", &task(1, "那里")),
    ]);
    let before = desk.ledger.bytes();
    let ran = desk.ledger.run(&["org", "move", "a/d"]);
    assert!(
        ran.code == 2
            && ran
                .err
                .contains("orgs/a/d/2026/x-00.toml says something else"),
        "{}{}",
        ran.out,
        ran.err
    );
    assert_eq!(desk.ledger.bytes(), before);
}

#[test]
fn where_git_sees_no_move_resolve_goes_by_id() {
    let org = (
        "orgs/a/b/org.toml",
        "name = \"示例支部\"\nkind = \"branch\"\n",
    );
    let desk = Desk::new(&[org, ("orgs/a/b/2026/x-00.toml", &task(1, "旧"))]);
    with_driver(&desk);
    desk.commit("base");
    desk.must(&["checkout", "-q", "-b", "moved"]);
    desk.ledger.ok(&["org", "move", "a/b", "--segment", "c"]);
    desk.ledger.ok(&["edit", "0001", "--owner", "组织科"]);
    // So much is new that git takes it for another file.
    let more: String = (2..9).map(|n| format!("\n{}", task(n, "另一件"))).collect();
    let text = desk.ledger.read("orgs/a/c/2026/x-00.toml");
    desk.ledger.write(
        "orgs/a/c/2026/x-00.toml",
        format!("{text}{more}").as_bytes(),
    );
    desk.commit("moved");
    desk.must(&["checkout", "-q", "main"]);
    desk.ledger.ok(&["edit", "0001", "--title", "新"]);
    desk.commit("edited");
    assert!(
        !desk
            .git(&["merge", "-q", "-m", "merge", "moved"])
            .status
            .success()
    );
    desk.ledger.ok(&["resolve"]);
    let text = desk.ledger.read("orgs/a/c/2026/x-00.toml");
    assert!(
        text.contains("新")
            && text.contains("组织科")
            && !desk.ledger.path().join("orgs/a/b/2026/x-00.toml").exists(),
        "{text}"
    );
    desk.commit("merged");
    assert_eq!(desk.ledger.run(&["check"]).code, 0);
    assert_eq!(audit(&desk, &[]).0, 0);
}

/// Where a folder was moved git puts what others added to it at the new place, by likeness, and
/// asks.
#[test]
fn resolve_says_where_a_record_went_that_was_moved_by_hand() {
    let desk = Desk::new(&[
        (FILE, &format!("{}\n{}", task(1, "甲"), task(2, "乙"))),
        (
            "orgs/b/org.toml",
            "name = \"乙党委\"\nkind = \"party-committee\"\n",
        ),
    ]);
    with_driver(&desk);
    desk.commit("base");
    desk.must(&["checkout", "-q", "-b", "other"]);
    desk.ledger.ok(&["edit", "0001", "--title", "改了"]);
    desk.commit("edited");
    desk.must(&["checkout", "-q", "main"]);
    desk.ledger.write(FILE, task(2, "乙").as_bytes());
    desk.ledger
        .write("orgs/b/2026/y-00.toml", task(1, "甲").as_bytes());
    desk.commit("moved");
    assert!(!desk.git(&["merge", "-q", "other"]).status.success());
    let ran = desk.ledger.run(&["resolve"]);
    assert!(
        ran.code == 1 && ran.err.contains("it stands in orgs/b/2026/y-00.toml now"),
        "{}{}",
        ran.out,
        ran.err
    );
    // Taken out here, with the change where it went: nothing is missing.
    desk.ledger.write(FILE, task(2, "乙").as_bytes());
    desk.must(&["add", "-A"]);
    assert!(
        desk.ledger
            .run(&["check", "--commit"])
            .out
            .contains("lost: “title”")
    );
    desk.ledger
        .write("orgs/b/2026/y-00.toml", task(1, "改了").as_bytes());
    desk.commit("merged");
    assert_eq!(audit(&desk, &[]).0, 0);
}

#[test]
fn where_git_puts_a_new_file_elsewhere_resolve_knows_the_place() {
    let org = (
        "orgs/a/b/org.toml",
        "name = \"示例支部\"\nkind = \"branch\"\n",
    );
    let twin = (
        "orgs/a/c/org.toml",
        "name = \"另一支部\"\nkind = \"branch\"\n",
    );
    let desk = Desk::new(&[org, twin, ("orgs/a/b/2026/x-00.toml", &task(1, "旧"))]);
    desk.commit("base");
    desk.must(&["checkout", "-q", "-b", "moved"]);
    desk.ledger.ok(&["org", "move", "a/b", "--segment", "d"]);
    // The files of the year lie under another organisation now, for all that git can see.
    fs::rename(
        desk.ledger.path().join("orgs/a/d/2026"),
        desk.ledger.path().join("orgs/a/c/2026"),
    )
    .expect("renamed");
    desk.commit("moved");
    desk.must(&["checkout", "-q", "main"]);
    desk.ledger
        .write("orgs/a/b/2026/y-00.toml", task(2, "新").as_bytes());
    desk.commit("added");
    for (from, to, found) in [("main", "moved", "UA"), ("moved", "main", "AU")] {
        desk.must(&["checkout", "-q", "-f", "-B", "here", to]);
        assert!(
            !desk
                .git(&["merge", "-q", "-m", "merge", from])
                .status
                .success()
        );
        assert!(
            desk.must(&["status", "--porcelain"])
                .contains(&format!("{found} orgs/a/c/2026/y-00.toml"))
        );
        let said = desk.ledger.ok(&["resolve"]);
        assert!(said.contains("orgs/a/b/2026/y-00.toml belongs to an organisation that was moved; it now lies at orgs/a/d/2026/y-00.toml"));
        assert!(said.contains("git commit"), "{said}");
        assert_eq!(desk.ledger.read("orgs/a/d/2026/y-00.toml"), task(2, "新"));
        assert!(!desk.ledger.path().join("orgs/a/c/2026/y-00.toml").exists());
        desk.must(&["commit", "-qm", "merged"]);
        assert_eq!(audit(&desk, &[]).0, 0);
    }
}

/// Where git finds no driver it keeps our side and marks nothing: nothing may be lost by that.
#[cfg(unix)]
#[test]
fn what_a_missing_driver_left_is_merged_by_resolve() {
    let both = |one: &str, two: &str| format!("{}\n{}", task(1, one), task(2, two));
    for driver in ["/nowhere/ledger merge-driver %O %A %B %P", "false"] {
        let desk = Desk::new(&[(FILE, &both("甲", "甲"))]);
        desk.commit("base");
        desk.must(&["config", "merge.ledger.driver", driver]);
        desk.must(&["checkout", "-q", "-b", "theirs"]);
        desk.ledger.write(FILE, both("甲", "对方").as_bytes());
        desk.commit("theirs");
        desk.must(&["checkout", "-q", "main"]);
        desk.ledger.write(FILE, both("我方", "甲").as_bytes());
        desk.commit("ours");
        assert!(!desk.git(&["merge", "-q", "theirs"]).status.success());
        let said = desk.ledger.ok(&["resolve"]);
        assert!(said.contains("git commit"), "{said}");
        assert_eq!(desk.ledger.read(FILE), both("我方", "对方"));
        // What was merged while git could not be told is recognised.
        desk.must(&["checkout", "-q", "--merge", "--", FILE]);
        desk.ledger.write(FILE, both("我方", "对方").as_bytes());
        assert!(desk.ledger.ok(&["resolve"]).contains("git commit"));
        // A second time there is nothing left to do, and git knows it.
        assert_eq!(desk.must(&["ls-files", "--unmerged"]), "");
        desk.ledger.ok(&["resolve"]);
        desk.must(&["commit", "-qm", "merged"]);
        assert_eq!(audit(&desk, &[]).0, 0);
    }
    // What setup registers says so itself where the program is not found any more.
    let desk = forked(&both("我方", "甲"), &both("甲", "对方"));
    let mut setup = std::process::Command::new(PROGRAM);
    setup
        .arg("--root")
        .arg(desk.ledger.path())
        .args(["git", "setup"])
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    assert!(setup.output().expect("it runs").status.success());
    let driver = desk.must(&["config", "--get", "merge.ledger.driver"]);
    let place = fs::canonicalize(PROGRAM)
        .expect("a place")
        .display()
        .to_string();
    assert!(driver.contains(&place), "{driver}");
    desk.must(&[
        "config",
        "merge.ledger.driver",
        &driver.replace(&place, "/nowhere/ledger"),
    ]);
    let merged = desk.git(&["merge", "-q", "theirs"]);
    let said = String::from_utf8_lossy(&merged.stderr).into_owned();
    assert!(
        !merged.status.success() && said.contains("ledger: not found, merged line by line"),
        "{said}"
    );
    assert_eq!(desk.ledger.run(&["resolve"]).code, 1, "they do clash");
}

#[test]
fn two_places_for_one_organisation_are_not_taken_for_merged() {
    let org = (
        "orgs/a/b/org.toml",
        "name = \"示例支部\"\nkind = \"branch\"\n",
    );
    let desk = Desk::new(&[org, ("orgs/a/b/2026/x-00.toml", &task(1, "旧"))]);
    with_driver(&desk);
    desk.commit("base");
    for (branch, place) in [("theirs", "c"), ("ours", "d")] {
        desk.must(&["checkout", "-q", "-B", branch, "main"]);
        desk.ledger.ok(&["org", "move", "a/b", "--segment", place]);
        desk.commit(branch);
    }
    assert!(!desk.git(&["merge", "-q", "theirs"]).status.success());
    let ran = desk.ledger.run(&["resolve"]);
    assert!(
        ran.code == 1
            && ran.err.contains("[moved-twice]")
            && ran.err.contains("ours “a/d”, theirs “a/c”"),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn a_closed_quarter_shows_what_has_changed_since() {
    let ledger = Ledger::new(&[(
        FILE,
        "[[meeting]]\nid = \"m-20260703-00000001\"\ndate = 2026-07-03\ntype = \"regular\"\ntitle = \"七月例会\"\n",
    )]);
    assert_eq!(ledger.run(&["close", "2026Q4"]).code, 2, "it is not over");
    assert_eq!(
        ledger
            .run(&["report", "--quarter", "2026Q3", "--compare", "closed"])
            .code,
        2,
        "it is not closed"
    );
    ledger.ok(&["close", "2026Q3", "--by", "甲"]);
    let stamp = ledger.read("closed/2026Q3/a.toml");
    ledger.ok(&["close", "2026Q3", "--by", "乙"]);
    assert_eq!(
        ledger.read("closed/2026Q3/a.toml"),
        stamp,
        "nothing has changed"
    );
    assert_eq!(ledger.run(&["check"]).code, 0);
    let compare = ["report", "--quarter", "2026Q3", "--compare", "closed"];
    assert!(ledger.ok(&compare).contains("nothing has changed since"));
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
    let check = ledger.run(&["check"]);
    assert!(
        check.code == 1 && check.out.contains("meetings held 1 → 2"),
        "{}",
        check.out
    );
    assert_eq!(
        ledger.run(&["check", "--commit"]).code,
        0,
        "it may be committed"
    );
    let shown = ledger.ok(&compare);
    assert!(
        shown.contains("only what has changed since")
            && shown.contains("+1")
            && !shown.contains("Rank"),
        "{shown}"
    );
    let compared = ledger.ok(&[
        "report",
        "--quarter",
        "2026Q3",
        "--compare",
        "closed",
        "--metrics",
        "meetings_held",
        "--format",
        "json",
    ]);
    let json: serde_json::Value = serde_json::from_str(&compared).expect("json");
    assert_eq!(
        json["rows"][0]["values"]["meetings_held_change"], 1,
        "{json:#}"
    );
    assert_eq!(ledger.run(&["close", "2026Q3"]).code, 2, "why?");
    ledger.ok(&["close", "2026Q3", "--why", "补录八月例会", "--by", "乙"]);
    assert_eq!(ledger.run(&["check"]).code, 0);
    let again = ledger.read("closed/2026Q3/a.toml");
    assert!(
        again.contains("why = \"补录八月例会\"") && again.contains("[[earlier]]"),
        "{again}"
    );
    // A stamp that was changed by hand is no stamp.
    ledger.write(
        "closed/2026Q3/a.toml",
        again
            .replace("meetings_held = 2", "meetings_held = 3")
            .as_bytes(),
    );
    let check = ledger.run(&["check"]);
    assert!(
        check.code == 1 && check.out.contains("[stamp-changed]"),
        "{}",
        check.out
    );
    assert_eq!(
        ledger
            .run(&["report", "--quarter", "2026Q3", "--compare", "closed"])
            .code,
        2
    );
}

/// What was committed is read through the same door as what stands there: the same words, and what
/// was known then.
#[test]
fn a_ledger_is_looked_at_as_it_was_committed() {
    let org = (
        "orgs/a/b/org.toml",
        "name = \"第一支部\"\nkind = \"branch\"\n",
    );
    let desk = Desk::new(&[
        org,
        (FILE, &task(1, "标识缺失")),
        ("orgs/a/b/2026/x-00.toml", &task(2, "台阶破损")),
    ]);
    let first = desk.commit("first");
    desk.must(&["tag", "reported"]);
    let commands: [&[&str]; 8] = [
        &["report", "--quarter", "2026Q3", "--format", "csv", "--raw"],
        &[
            "report",
            "--quarter",
            "2026Q3",
            "--depth",
            "3",
            "--compare",
            "previous",
            "--format",
            "csv",
        ],
        &["explain", "tasks_due", "--quarter", "2026Q3"],
        &["list", "task"],
        &["show", "t-20260703-00000002"],
        &["due", "--within", "90d"],
        &["check"],
        &["write", "meeting-brief", "--quarter", "2026Q3"],
    ];
    let today = ["--today", "2026-10-30"];
    let said = |args: &[&str]| desk.ledger.run(&[args, &today].concat()).out;
    let then: Vec<String> = commands.iter().map(|args| said(args)).collect();
    assert!(then.iter().all(|said| !said.is_empty()));
    // The title changes, a record comes and goes, an organisation is founded, a rule is added.
    desk.ledger.write(
        FILE,
        [task(1, "标识已补"), task(3, "路灯不亮")]
            .join("\n")
            .as_bytes(),
    );
    desk.ledger.write(
        "orgs/a/c/org.toml",
        "name = \"第二支部\"\nkind = \"branch\"\n".as_bytes(),
    );
    desk.ledger.write(
        "rules/x.toml",
        "[[metric]]\nname = \"x\"\nzh = \"新指标\"\nen = \"new\"\nkind = \"task\"\n".as_bytes(),
    );
    desk.commit("second");
    for (args, then) in commands.iter().zip(&then) {
        for rev in ["reported", "HEAD~1", &first[..12], &first] {
            assert_eq!(
                &said(&[args, &["--at", rev][..]].concat()),
                then,
                "{args:?} --at {rev}"
            );
        }
        assert_eq!(
            said(&[args, &["--at", "HEAD"][..]].concat()),
            said(args),
            "{args:?} --at HEAD"
        );
        // Both commits are of this day, and the second is the last of it.
        assert_eq!(
            said(&[args, &["--at", "2026-08-01"][..]].concat()),
            said(args),
            "{args:?} --at DAY"
        );
    }
    let metrics = |rev: &str| {
        desk.ledger.run(&[
            "report",
            "--quarter",
            "2026Q3",
            "--metrics",
            "x",
            "--at",
            rev,
        ])
    };
    assert_eq!((metrics("HEAD").code, metrics("reported").code), (0, 2));
    let json = desk
        .ledger
        .run(&[
            "report",
            "--quarter",
            "2026Q3",
            "--format",
            "json",
            "--at",
            "reported",
        ])
        .out;
    assert!(json.contains(&format!("\"at\": \"{first}\"")), "{json}");
    // What was not committed is not seen.
    desk.ledger.write(FILE, b"half a file");
    assert_eq!(desk.ledger.run(&["report", "--quarter", "2026Q3"]).code, 2);
    assert_eq!(said(&["list", "task", "--at", "reported"]), then[3]);
    for rev in ["2026-07-31", "nonsense", "--all", "HEAD:ledger.toml", ""] {
        let refused = desk
            .ledger
            .run(&["report", "--quarter", "2026Q3", &format!("--at={rev}")]);
        assert_eq!(refused.code, 2, "{rev}: {}", refused.err);
    }
}

#[test]
fn a_closing_names_the_commit_that_holds_the_ledger_as_it_was() {
    let desk = desk();
    let close = |args: &[&str]| {
        desk.ledger
            .run(&[&["close", "2026Q3", "--today", "2026-10-30"], args].concat())
    };
    let commit = desk.must(&["rev-parse", "HEAD"]);
    let done = close(&[]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.out.contains(&commit), "{}", done.out);
    let stamp =
        fs::read_to_string(desk.ledger.path().join("closed/2026Q3/a.toml")).expect("a stamp");
    assert!(stamp.contains(&format!("commit = \"{commit}\"")), "{stamp}");
    assert_eq!(desk.ledger.run(&["check"]).code, 0);
    // A ledger that is not committed as it stands has no such commit.
    desk.ledger.write(
        FILE,
        task(1, "改过")
            .replace("2026-09-20", "2026-09-21")
            .as_bytes(),
    );
    desk.ledger
        .write("orgs/a/2026/y-00.toml", task(4, "新的").as_bytes());
    let again = close(&["--why", "补录"]);
    assert_eq!(again.code, 0, "{}", again.err);
    let stamp =
        fs::read_to_string(desk.ledger.path().join("closed/2026Q3/a.toml")).expect("a stamp");
    assert!(!stamp.contains("commit = "), "{stamp}");
    assert_eq!(desk.ledger.run(&["check"]).code, 0);
}

/// Links, hidden files and commits that came with a merge: none is passed over or taken in silently.
#[cfg(unix)]
#[test]
fn a_commit_is_read_as_strictly_as_a_folder() {
    let desk = desk();
    desk.ledger
        .write("orgs/a/2026/.hidden.toml", b"half a file");
    desk.commit("a hidden file");
    assert_eq!(
        desk.ledger.run(&["check"]).code,
        desk.ledger.run(&["check", "--at", "HEAD"]).code
    );
    // A day means what the desk had then: what another entered that day came with the merge.
    desk.must(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    desk.ledger
        .write("orgs/a/2026/side-00.toml", task(7, "旁人").as_bytes());
    desk.commit("side");
    desk.must(&["checkout", "-q", "main"]);
    desk.ledger
        .write("orgs/a/2026/z-00.toml", task(8, "本人").as_bytes());
    let own = desk.commit("own");
    let json = |rev: &str| {
        let args = [
            "report",
            "--quarter",
            "2026Q3",
            "--format",
            "json",
            "--at",
            rev,
        ];
        desk.ledger.run(&args).out
    };
    desk.must(&["merge", "-q", "--no-edit", "side"]);
    let merge = desk.must(&["rev-parse", "HEAD"]);
    assert!(json("2026-08-01").contains(&merge) && json("HEAD^").contains(&own));
    assert_eq!(
        desk.ledger
            .run(&["report", "--quarter", "2026Q3", "--at", "^HEAD"])
            .code,
        2
    );
    // A link in the place of a folder hides what was behind it.
    let root = desk.ledger.path();
    for folder in ["orgs", "rules"] {
        fs::create_dir_all(root.join("conf")).expect("a folder");
        if root.join(folder).exists() {
            fs::rename(root.join(folder), root.join("conf").join(folder)).expect("moved");
        } else {
            fs::create_dir_all(root.join("conf").join(folder)).expect("a folder");
        }
        std::os::unix::fs::symlink(format!("conf/{folder}"), root.join(folder)).expect("a link");
    }
    desk.commit("links");
    for command in [
        &["check"][..],
        &["due"],
        &["report", "--quarter", "2026Q3"],
        &["list", "task"],
    ] {
        assert_eq!(
            desk.ledger.run(&[command, &["--at", "HEAD"]].concat()).code,
            2,
            "{command:?}"
        );
    }
}

/// What a document calls the district is what the commit says, like everything else.
#[test]
fn a_document_of_a_commit_has_the_names_of_the_commit() {
    let desk = Desk::new(&[
        ("ledger.toml", "format = 1\ndistrict = \"旧区\"\n"),
        (FILE, &task(1, "甲")),
    ]);
    desk.ledger
        .write("rules/templates/name.md", "{{ district }}\n".as_bytes());
    desk.commit("old");
    desk.ledger.write(
        "ledger.toml",
        "format = 1\ndistrict = \"新区\"\n".as_bytes(),
    );
    let write = |more: &[&str]| {
        desk.ledger
            .ok(&[&["write", "name", "--quarter", "2026Q3"], more].concat())
    };
    assert_ne!(write(&[]), write(&["--at", "HEAD"]));
    assert!(write(&["--at", "HEAD"]).contains("旧区"));
}
