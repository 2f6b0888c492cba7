//! The commands of the README and of the clerk's guide, run in their order on a ledger that is made
//! as they say.

mod common;

use std::path::Path;
use std::process::{Command, Output};

use common::id_of;

/// Commands that need a person at a terminal, with what the person would answer.
const ASKED: &[(&str, &str)] = &[(
    "ledger add 会议",
    "ledger add 会议 --org 武汉路街道党工委 --date 2026-07-03 --type 例会 --title 七月例会 --due 12 --present 11",
)];

/// A folder beside the ledger, with the table of areas that both texts import.
struct Place {
    dir: tempfile::TempDir,
    /// What the texts call a record's id.
    id: Option<String>,
}

impl Place {
    fn new() -> Place {
        let dir = tempfile::tempdir().expect("a folder");
        let areas = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sample/jianxi.csv");
        std::fs::copy(areas, dir.path().join("区划.csv")).expect("a copy");
        Place { dir, id: None }
    }

    /// Runs one command line where it is meant to be run.
    fn run(&mut self, line: &str) -> Output {
        let asked = ASKED
            .iter()
            .find(|(printed, _)| *printed == line)
            .map_or(line, |(_, answered)| answered);
        let line = match &self.id {
            Some(id) => asked.replace("7k3f", id).replace("编号", id),
            None => asked.to_owned(),
        };
        let folder = self.dir.path().join("台账");
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some("ledger"));
        let output = Command::new(env!("CARGO_BIN_EXE_ledger"))
            .args(words.map(|word| word.trim_matches('"')))
            .args(["--today", "2026-11-22", "--lang", "zh-CN"])
            .current_dir(if folder.is_dir() {
                &folder
            } else {
                self.dir.path()
            })
            .env_remove("LEDGER_ROOT")
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout);
        if line.starts_with("ledger add 任务") {
            self.id = Some(id_of(&said));
        }
        output
    }

    fn must(&mut self, line: &str) {
        let output = self.run(line);
        let said = [output.stdout, output.stderr].concat();
        assert!(
            output.status.success(),
            "{line}\n{}",
            String::from_utf8_lossy(&said)
        );
    }

    fn git(&self, args: &[&str]) {
        let output = Command::new("git")
            .args([
                "-c",
                "user.name=clerk",
                "-c",
                "user.email=clerk@example.org",
            ])
            .args(args)
            .current_dir(self.dir.path().join("台账"))
            .output()
            .expect("git runs");
        assert!(
            output.status.success(),
            "{args:?} {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn text(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect(name)
}

#[test]
fn the_clerks_month_of_the_readme_works_as_printed() {
    let readme = text("README.md");
    let month = readme
        .split("## 经办人的一个月")
        .nth(1)
        .and_then(|rest| rest.split("```").nth(1))
        .expect("the ten commands");
    let mut place = Place::new();
    let mut count = 0;
    for line in month
        .lines()
        .filter_map(|line| line.split(" #").next())
        .map(str::trim)
        .filter(|line| line.contains("ledger"))
    {
        place.must(line.trim_start_matches("cd 台账 && "));
        count += 1;
    }
    assert_eq!(count, 10);
}

#[test]
fn the_commands_of_the_guide_work_in_their_order() {
    let guide = text("docs/guide.md");
    // Between single backticks, whole commands only: `ledger add 任务 …` stands for what comes after
    // it.
    let commands = guide
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| code.starts_with("ledger ") && !code.contains('…'));
    let mut place = Place::new();
    let mut count = 0;
    for line in commands {
        if line.starts_with("ledger git setup") {
            place.git(&["init", "-q"]);
        }
        if line.starts_with("ledger log") {
            place.git(&["add", "-A"]);
            place.git(&["commit", "-q", "-m", "台账"]);
        }
        place.must(line);
        count += 1;
        if line == "ledger add 会议" {
            // The guide goes on with “a task that the meeting handed out”.
            place.must(
                "ledger add 任务 --org 武汉路街道党工委 --list 问题清单 --title 标识缺失 --owner 党建办 --set 2026-07-03 --due 2026-09-20",
            );
        }
    }
    assert_eq!(
        count, 44,
        "a command more or less: look whether it is run here"
    );
}
