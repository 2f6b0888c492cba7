//! Two languages: the same messages with the same variables, and neither leaks into the other's
//! pages.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use ledger::cmd::command_line;
use ledger::locale::{Lang, Locale};
use ledger::problem::Rule;
use ledger::rules::Rules;
use ledger::rules::kind::FieldType;

/// Every message and attribute with the variables it uses.
fn messages(lang: Lang) -> BTreeMap<String, BTreeSet<String>> {
    let resource = fluent_syntax::parser::parse(lang.catalogue())
        .unwrap_or_else(|(_, errors)| panic!("{lang}: {errors:?}"));
    let mut found = BTreeMap::new();
    for entry in resource.body {
        let Entry::Message(message) = entry else {
            continue;
        };
        let mut insert = |name: String, pattern: &Pattern<&str>| {
            assert!(
                found.insert(name.clone(), variables(pattern)).is_none(),
                "{lang}: {name} is there twice"
            );
        };
        if let Some(pattern) = &message.value {
            insert(message.id.name.to_owned(), pattern);
        }
        for attribute in &message.attributes {
            insert(
                format!("{}.{}", message.id.name, attribute.id.name),
                &attribute.value,
            );
        }
    }
    found
}

fn variables(pattern: &Pattern<&str>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            let inline = |inline: &InlineExpression<&str>, found: &mut BTreeSet<String>| {
                if let InlineExpression::VariableReference { id } = inline {
                    found.insert(id.name.to_owned());
                }
            };
            match expression {
                Expression::Inline(expression) => inline(expression, &mut found),
                Expression::Select { selector, variants } => {
                    // Which plural a language has is its own affair: only what is printed counts.
                    inline(selector, &mut found);
                    for variant in variants {
                        found.extend(variables(&variant.value));
                    }
                }
            }
        }
    }
    found
}

#[test]
fn both_catalogues_have_the_same_messages_with_the_same_variables() {
    let (zh, en) = (messages(Lang::Zh), messages(Lang::En));
    for (name, variables) in &zh {
        assert_eq!(Some(variables), en.get(name), "{name}");
    }
    assert_eq!(zh.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>());
}

#[test]
fn every_rule_and_every_message_used_in_the_code_is_in_the_catalogue() {
    let locale = Locale::new(Lang::Zh);
    for rule in Rule::ALL {
        assert!(
            locale.has(&format!("problem-{}", rule.name)),
            "{}",
            rule.name
        );
    }
    for (_, id) in ledger::toml::SYNTAX {
        assert!(locale.has(id), "{id}");
    }
    // Literals handed to the catalogue anywhere in the sources; those put together at run time are
    // exercised elsewhere.
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("sources").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = if path.extension().is_some_and(|e| e == "rs") {
                std::fs::read_to_string(&path).expect("text")
            } else {
                continue;
            };
            let compact: String = text.split_whitespace().collect();
            for call in [
                "Message(\"",
                "locale.text(\"",
                "locale.say(\"",
                "bad(&reader,",
                "bad(reader,",
                "bad(table,",
            ] {
                for (at, _) in compact.match_indices(call) {
                    let rest = &compact[at + call.len()..];
                    let rest = if call.starts_with("bad") {
                        rest.split_once(",\"").map_or("", |(_, rest)| rest)
                    } else {
                        rest
                    };
                    let id = rest.split('"').next().unwrap_or_default();
                    assert!(locale.has(id), "{}: {id}", path.display());
                    looked_at += 1;
                }
            }
        }
    }
    assert!(looked_at > 100, "{looked_at}");
    let mut names: Vec<&str> = Rule::ALL.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "rule names are unique");
}

/// All help pages of a language.
fn pages(lang: Lang) -> Vec<(String, String)> {
    fn collect(command: &mut clap::Command, path: &str, pages: &mut Vec<(String, String)>) {
        let path = format!("{path} {}", command.get_name());
        pages.push((path.clone(), command.render_help().to_string()));
        for sub in command.get_subcommands_mut() {
            collect(sub, &path, pages);
        }
    }
    let mut pages = Vec::new();
    collect(
        &mut command_line(&Locale::new(lang), Rules::built_in(), 80),
        "",
        &mut pages,
    );
    pages
}

/// Words that are names in both languages: commands, flags, values, rule names, file formats.
fn names() -> BTreeSet<String> {
    let mut names: BTreeSet<String> =
        "ledger SQL DuckDB Spark NULL raw zh-CN zh_CN en auto always never CSV JSON Schema tombi taplo Tab man1 man BOM UTF GBK Esc md docx txt this last previous year parent_code main \
        kinds obligations metrics reports toml rules standard tasks_due title type state done who reason on members obligation from until"
            .split_whitespace()
            .map(str::to_owned)
            .collect();
    fn commands(command: &clap::Command, names: &mut BTreeSet<String>) {
        names.insert(command.get_name().to_owned());
        for arg in command.get_arguments() {
            names.extend(arg.get_long().map(str::to_owned));
            names.extend(
                arg.get_possible_values()
                    .iter()
                    .map(|v| v.get_name().to_owned()),
            );
        }
        command.get_subcommands().for_each(|c| commands(c, names));
    }
    commands(
        &command_line(&Locale::new(Lang::En), Rules::built_in(), 80),
        &mut names,
    );
    let rules = Rules::built_in();
    for kind in rules.kinds.iter().chain([&rules.org]) {
        for field in &kind.fields {
            if let FieldType::Choice(choices) = &field.ty {
                names.extend(choices.iter().map(|c| c.name.clone()));
            }
        }
    }
    names
}

#[test]
fn no_english_word_in_chinese_help() {
    let names = names();
    for (path, page) in pages(Lang::Zh) {
        let words = page
            .split(|c: char| !(c.is_ascii_alphabetic() || c == '-' || c == '_'))
            .map(|w| w.trim_matches('-'));
        for word in words.filter(|w| w.len() > 1 && w.chars().any(|c| c.is_ascii_alphabetic())) {
            let known = names.contains(word)
                || word.split(['-', '_']).all(|part| names.contains(part))
                || [
                    "xlsx", "xls", "ods", "csv", "rules", "open", "done", "overdue", "amount",
                    "title",
                ]
                .contains(&word)
                || "Q3".contains(word)
                || "H1".contains(word);
            assert!(known, "“{word}” in the Chinese help of{path}:\n{page}");
        }
    }
}

#[test]
fn no_chinese_character_in_english_help_and_no_page_wider_than_the_terminal() {
    for (path, page) in pages(Lang::En) {
        let chinese = page.chars().find(|c| {
            ('\u{3000}'..='\u{9fff}').contains(c) || ('\u{ff00}'..='\u{ffef}').contains(c)
        });
        assert_eq!(chinese, None, "in the English help of{path}:\n{page}");
    }
    for (path, page) in pages(Lang::Zh).into_iter().chain(pages(Lang::En)) {
        for line in page.lines() {
            assert!(
                unicode_width::UnicodeWidthStr::width(line) <= 80,
                "{path}: {line}"
            );
        }
    }
}
