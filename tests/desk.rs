//! What a desk needs beside the ledger: completions, schemas for editors, manuals, the first
//! minutes.

mod common;

use std::path::Path;
use std::process::Command;

use common::{Ledger, has, run, sample_folder};
use ledger::cmd::command_line;
use ledger::locale::{Lang, Locale};
use ledger::present::schema::Schema;
use ledger::rules::Rules;
use serde_json::Value as Json;
use toml::de::{DeTable, DeValue};

/// What the program answers a shell that asks about a line whose last word is being typed.
fn completed(root: &Path, words: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_ledger"))
        .args(["--", "ledger"])
        .args(words)
        .env("LEDGER_COMPLETE", "fish")
        .env("LEDGER_LANG", "zh-CN")
        .env("LEDGER_ROOT", root)
        .output()
        .expect("it runs");
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_word_becomes_what_may_stand_there() {
    let sample = sample_folder();
    let of = |words: &[&str]| completed(&sample, words);
    assert!(of(&["re"]).iter().any(|line| line.starts_with("report\t")));
    assert_eq!(of(&["add", "会"]), ["会议\t添加会议"]);
    // Organisations by the end of their path that is theirs alone, by name, by initials.
    let org = |typed| of(&["report", "--org", typed]);
    assert_eq!(org("wangw"), ["wangwan\t王湾社区党委"]);
    assert_eq!(org("王湾"), ["王湾社区党委\t王湾社区党委"]);
    assert!(
        org("wuhanlu")
            .iter()
            .any(|line| line.starts_with("wuhanlu/wuhanlu\t"))
    );
    // Values of choices by label where nothing is typed, by name where letters are.
    let status = of(&["list", "task", "--status", ""]);
    assert!(status.contains(&"已完成\tdone".to_owned()), "{status:?}");
    assert_eq!(of(&["update", "t-x", "--status", "do"]), ["done\t已完成"]);
    let list = of(&["add", "task", "--list", "问"]);
    assert_eq!(list, ["问题清单\tproblem"]);
    // Records with their titles, and the fields of the kind that an id is of.
    let id = of(&["show", "m-20260105-7611"]);
    assert_eq!(id, ["m-20260105-7611x9qw\t1月例会：社区治理难题会商"]);
    let fields = of(&["edit", "m-20260105-7611x9qw", "--pre"]);
    assert_eq!(fields, ["--present\t实到人数"]);
    let metrics = of(&["report", "--metrics", "members,tasks_comp"]);
    assert_eq!(metrics, ["members,tasks_completion_rate\t任务完成率"]);
    // Nothing that is no word is said: not for a broken line, not outside a ledger.
    assert!(of(&["report", "--nosuch", "x"]).is_empty());
    assert!(completed(Path::new("nowhere"), &["report", "--org", ""]).is_empty());
}

#[test]
fn nothing_that_a_ledger_says_runs_or_steers_when_tab_is_pressed() {
    let ledger = Ledger::new(&[
        (
            "orgs/a/2026/x-00.toml",
            "[[meeting]]\nid = \"m-20260703-00000001\"\ndate = 2026-07-03\ntype = \"regular\"\ntitle = \"\\u001b]0;x\\u0007一\\n二\"\n",
        ),
        (
            "orgs/b/org.toml",
            "name = \"乙$(touch x)\"\nshort = \"乙`x`\"\nkind = \"unit\"\n",
        ),
    ]);
    let id = completed(ledger.path(), &["show", "m-"]);
    assert_eq!(id, ["m-20260703-00000001\t ]0;x 一"]);
    let orgs = completed(ledger.path(), &["report", "--org", "乙"]);
    assert!(orgs.is_empty(), "{orgs:?}");
    // bash puts on the line what it is given; the others quote it.
    ledger.write("区 $(touch x).csv", b"");
    let typed = format!("{}/区", ledger.path().display()).replace('\\', "/");
    let named = |shell: &str| {
        let words = ["ledger", "import", &typed];
        let output = Command::new(env!("CARGO_BIN_EXE_ledger"))
            .arg("--")
            .args(words)
            .env("LEDGER_COMPLETE", shell)
            .env("_CLAP_COMPLETE_INDEX", "2")
            .output()
            .expect("it runs");
        String::from_utf8(output.stdout).expect("text")
    };
    assert!(
        named("bash").ends_with("/区\\ \\$\\(touch\\ x\\).csv"),
        "{}",
        named("bash")
    );
    assert!(
        named("powershell")
            .trim_end()
            .ends_with("/区 $(touch x).csv'")
    );
    assert!(named("fish").trim_end().ends_with("/区 $(touch x).csv"));
    assert_eq!(completed(ledger.path(), &["report", "--org", "b"]).len(), 1);
}

#[test]
fn real_shells_complete_when_tab_is_pressed() {
    if !has("expect") {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shells/drive.exp");
    let program = Path::new(env!("CARGO_BIN_EXE_ledger"))
        .parent()
        .expect("a folder");
    for shell in ["bash", "zsh", "fish"] {
        if !has(shell) {
            continue;
        }
        let home = tempfile::tempdir().expect("a folder");
        let output = Command::new("expect")
            .arg(&script)
            .args([
                shell.as_ref(),
                program.as_os_str(),
                sample_folder().as_os_str(),
            ])
            .env("HOME", home.path())
            .env("LEDGER_LANG", "zh-CN")
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{shell}:\n{said}");
    }
}

#[test]
fn no_option_needs_quoting_in_a_shell() {
    fn names(command: &clap::Command, found: &mut Vec<String>) {
        for arg in command.get_arguments() {
            found.extend(arg.get_long().map(str::to_owned));
            let aliases = arg.get_all_aliases().unwrap_or_default();
            found.extend(aliases.into_iter().map(str::to_owned));
        }
        let subs = command.get_subcommands();
        subs.for_each(|sub| names(sub, found));
        let aliases = command.get_all_aliases();
        found.extend(aliases.map(str::to_owned));
    }
    let mut found = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        let whole = command_line(&Locale::new(lang), Rules::built_in(), 80);
        names(&whole, &mut found);
    }
    for name in found {
        let special =
            name.find(|c: char| c.is_whitespace() || "()[]{}<>|&;*?$`'\"\\!#=".contains(c));
        assert_eq!(special, None, "{name}");
    }
}

/// Where a value does not fit a schema, as far as our own schemas go; of a choice between schemas
/// only that it fits none.
fn misfits(value: &DeValue<'_>, schema: &Json, whole: &Json, path: &str, found: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let target = whole.pointer(name.trim_start_matches('#'));
        let target = target.unwrap_or_else(|| panic!("{name} is not there"));
        return misfits(value, target, whole, path, found);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let fits = |one: &Json| {
            let mut wrong = Vec::new();
            misfits(value, one, whole, path, &mut wrong);
            wrong.is_empty()
        };
        if !any.iter().any(fits) {
            found.push(format!("{path}: fits none"));
        }
        return;
    }
    if let Some(words) = schema["enum"].as_array() {
        if !words.iter().any(|word| word.as_str() == value.as_str()) {
            found.push(format!("{path}: {value:?}"));
        }
        return;
    }
    let is_date = schema["format"] == "date";
    let fits = match (schema["type"].as_str().expect("a type"), value) {
        ("string", DeValue::Datetime(_)) => is_date,
        ("string", DeValue::String(_)) => !is_date,
        ("integer" | "number", DeValue::Integer(n)) => {
            let n: i64 = n.as_str().replace('_', "").parse().expect("a number");
            schema["minimum"].as_i64().is_none_or(|min| n >= min)
                && schema["maximum"].as_i64().is_none_or(|max| n <= max)
        }
        ("number", DeValue::Float(_)) | ("boolean", DeValue::Boolean(_)) => true,
        ("array", DeValue::Array(items)) => {
            for (n, item) in items.iter().enumerate() {
                misfits(
                    item.get_ref(),
                    &schema["items"],
                    whole,
                    &format!("{path}[{n}]"),
                    found,
                );
            }
            true
        }
        ("object", DeValue::Table(table)) => {
            for key in schema["required"].as_array().into_iter().flatten() {
                let key = key.as_str().expect("a key");
                if !table.contains_key(key) {
                    found.push(format!("{path}.{key}: missing"));
                }
            }
            for (key, value) in table {
                let (key, value) = (key.get_ref().as_ref(), value.get_ref());
                let place = format!("{path}.{key}");
                match (&schema["properties"][key], &schema["additionalProperties"]) {
                    (Json::Null, Json::Bool(true)) => {}
                    (Json::Null, Json::Object(_)) => {
                        misfits(value, &schema["additionalProperties"], whole, &place, found)
                    }
                    (Json::Null, _) => found.push(format!("{place}: unknown")),
                    (known, _) => misfits(value, known, whole, &place, found),
                }
            }
            true
        }
        _ => false,
    };
    if !fits {
        found.push(format!("{path}: {value:?}"));
    }
}

fn held_to(text: &str, schema: &Json) -> Vec<String> {
    let table = DeTable::parse(text).expect("TOML").into_inner();
    let mut found = Vec::new();
    misfits(&DeValue::Table(table), schema, schema, "", &mut found);
    found
}

/// Every TOML file below a folder, with its path.
fn toml_files(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(toml_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "toml") {
            let text = std::fs::read_to_string(&path).expect("text");
            found.push((path.to_string_lossy().replace('\\', "/"), text));
        }
    }
    found
}

#[test]
fn schemas_fit_what_there_is_and_find_what_is_wrong() {
    let rules = Rules::built_in();
    let of = |schema: Schema| schema.of(rules, Lang::Zh);
    let (records, orgs) = (of(Schema::Records), of(Schema::Organisation));
    let (settings, of_rules) = (of(Schema::Settings), of(Schema::Rules));
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = toml_files(&sample_folder());
    files.extend(toml_files(&here.join("examples/schemes")));
    for (path, text) in &files {
        let schema = match path {
            path if path.contains("/rules/") => &of_rules,
            path if path.ends_with("/org.toml") => &orgs,
            path if path.ends_with("/ledger.toml") => &settings,
            _ => &records,
        };
        assert_eq!(held_to(text, schema), [""; 0], "{path}");
    }
    // What the program's own rules say may be said in a ledger too.
    for (path, text) in toml_files(&here.join("src/rules/builtin")) {
        let of_program = ["organisation.toml", "forms.toml"];
        if !of_program.iter().any(|name| path.ends_with(name)) {
            assert_eq!(held_to(&text, &of_rules), [""; 0], "{path}");
        }
    }
    let wrong = "[[meeting]]\nid = \"m-1\"\ndate = \"2026-07-03\"\ntype = \"regula\"\nnosuch = 1\ntitle = \"七月\"\n";
    let found = held_to(wrong, &records);
    for place in [".meeting[0].date", ".meeting[0].type", ".meeting[0].nosuch"] {
        assert!(
            found.iter().any(|line| line.starts_with(place)),
            "{place}: {found:?}"
        );
    }
}

/// The keys that the program would take in a table of rules: it names them where one is unknown.
fn taken(table: &str) -> Vec<String> {
    let ledger = Ledger::new(&[("rules/a.toml", table)]);
    let ran = ledger.run(&["check", "--format", "json"]);
    let problems: Json = serde_json::from_str(&ran.out).expect("JSON");
    let problems = problems["problems"].as_array().expect("a list").clone();
    let unknown = problems.iter().find(|problem| {
        problem["rule"] == "unknown-field" && problem["message"].to_string().contains("nosuch")
    });
    let unknown = unknown.unwrap_or_else(|| panic!("{table}\n{problems:?}"));
    let help = unknown["help"].as_str().expect("help");
    let (_, names) = help.split_once(": ").expect("names");
    names.split(", ").map(str::to_owned).collect()
}

#[test]
fn the_schema_of_rules_knows_every_key_that_the_program_takes() {
    let schema = Schema::Rules.of(Rules::built_in(), Lang::En);
    let label = "name = \"own\"\nzh = \"自己的\"\nen = \"own\"\nnosuch = 1\n";
    let field = "field = [{ name = \"date\", zh = \"日期\", en = \"date\", type = \"date\", required = true }]\n";
    for (class, more) in [
        (
            "kind",
            &*format!("prefix = \"ow\"\nperiod = \"date\"\n{field}"),
        ),
        ("obligation", "kind = \"meeting\"\nevery = \"month\"\n"),
        ("view", "person = \"secretary\"\n"),
        ("metric", "kind = \"task\"\n"),
        ("scorecard", ""),
        ("report", ""),
    ] {
        let known = &schema["$defs"][format!("{class}-table")]["properties"];
        for key in taken(&format!("[[{class}]]\n{label}{more}")) {
            assert!(!known[&key].is_null(), "{class}: {key}");
        }
    }
}

#[test]
fn the_manual_has_a_page_for_each_command_in_both_languages() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().to_str().expect("text");
    let ran = run(&["man", place]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for (lang, below, section) in [("en", "man1", "USAGE"), ("zh-CN", "zh_CN/man1", "用法")] {
        let whole = command_line(
            &Locale::new(lang.parse().expect("a language")),
            Rules::built_in(),
            80,
        );
        for command in whole.get_subcommands() {
            let path = folder
                .path()
                .join(below)
                .join(format!("ledger-{}.1", command.get_name()));
            let page = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path:?}: {e}"));
            assert!(page.contains(&format!(".SH {section}\n")), "{page}");
        }
    }
}

#[test]
fn the_program_alone_says_how_to_begin_and_where_one_stands() {
    let folder = tempfile::tempdir().expect("a folder");
    let alone = |place: &Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_ledger"))
            .args(["--lang", "en", "--today", "2026-11-22"])
            .current_dir(place)
            .env_remove("LEDGER_ROOT")
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    assert!(alone(folder.path()).contains("ledger init"), "how to begin");
    let ledger = Ledger::sample();
    let said = alone(ledger.path());
    for part in [
        "due within 7 days",
        "nothing is wrong: 121 organisations",
        "not in a git repository",
    ] {
        assert!(said.contains(part), "{part}:\n{said}");
    }
    // A place that is named and is no ledger is a mistake, not a beginning.
    let ran = run(&["--root", folder.path().to_str().expect("text")]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
}

#[test]
fn a_new_ledger_begins_with_what_it_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = folder.path().join("组织.csv");
    std::fs::write(
        &table,
        "代码,上级代码,名称,类型\n1,,示例区委,district\n2,1,河东街道,subdistrict\n",
    )
    .expect("a file");
    let place = folder.path().join("台账");
    let (place, table) = (place.to_str().expect("text"), table.to_str().expect("text"));
    let ran = run(&[
        "init",
        place,
        "--district",
        "示例区",
        "--begins",
        "2026-07-01",
        "--orgs",
        table,
        "--editor",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let settings = std::fs::read_to_string(Path::new(place).join("ledger.toml")).expect("text");
    assert!(settings.contains("district = \"示例区\"") && settings.contains("begins = 2026-07-01"));
    for file in ["tombi.toml", ".taplo.toml", ".ledger/schema/records.json"] {
        assert!(Path::new(place).join(file).is_file(), "{file}");
    }
    // Not over it, not inside it, and not with a table that cannot be read: then nothing is made.
    let inside = Path::new(place).join("orgs/x");
    for folder in [Path::new(place), &inside] {
        let ran = run(&["init", folder.to_str().expect("text"), "--district", "乙"]);
        assert_eq!(ran.code, 2, "{folder:?}");
    }
    assert!(!inside.exists());
    let other = folder.path().join("另一个");
    let bad = folder.path().join("bad.csv");
    std::fs::write(&bad, "甲,乙\n1,2\n").expect("a file");
    let args = [
        "init",
        other.to_str().expect("text"),
        "--orgs",
        bad.to_str().expect("text"),
    ];
    assert_eq!((run(&args).code, other.exists()), (2, false));
    let tree = run(&["--root", place, "org", "tree"]);
    assert_eq!(tree.out.lines().count(), 2, "{}", tree.out);
    assert_eq!(run(&["--root", place, "check"]).code, 0);
}

#[test]
fn a_doctor_names_what_is_missing_and_what_mends_it() {
    let ledger = Ledger::new(&[]);
    let ran = ledger.run(&["doctor", "--format", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let found: Json = serde_json::from_str(&ran.out).expect("JSON");
    let findings = found["findings"].as_array().expect("a list");
    let of = |what: &str| {
        findings
            .iter()
            .find(|finding| finding["what"] == what)
            .expect("it is looked at")
    };
    if has("git") {
        let mend = &of("repository")["mend"];
        assert_eq!(mend, "git init, then ledger git setup");
    }
    assert_eq!(of("writer")["found"], "test-00");
}
