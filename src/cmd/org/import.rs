//! `ledger org import FILE`: organisations from a CSV table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use clap::ArgMatches;
use unicode_normalization::UnicodeNormalization;

use crate::cmd::org::{former_segments, free_segment, join};
use crate::cmd::{Session, Status};
use crate::locale::{Arg, Choices, Label};
use crate::name::OrgPath;
use crate::problem::{Place, Problem, Problems, Rule};
use crate::record::organisation::Organisation;
use crate::record::{Value, input};
use crate::rules::kind::{Choice, FieldType};
use crate::rules::{Area, Rules};
use crate::source::Source;
use crate::tree::scan::{self, MAX_DEPTH};
use crate::tree::{Root, Tree, change, find_org};

/// An organisation to be made: its id and its values.
pub(in crate::cmd) type NewOrg = (OrgPath, Vec<Option<Value>>);

/// One row of an imported table.
struct Line {
    number: usize,
    code: String,
    parent: String,
    name: String,
    kind: String,
}

pub(super) fn import(session: &mut Session<'_>, matches: &ArgMatches) -> Result<Status> {
    let root = session.root()?;
    let rules = session.rules_of_records()?;
    let file = matches.get_one::<String>("file").map_or("", String::as_str);
    let under = matches.get_one::<String>("under").map(String::as_str);
    organisations(session, &root, &rules, file, under)?;
    Ok(Status::Clean)
}

/// Makes the organisations of a table that are not there yet, and says how many.
///
/// # Errors
/// The table cannot be read, or something is wrong with it: nothing is made then.
pub(in crate::cmd) fn organisations(
    session: &mut Session<'_>,
    root: &Root,
    rules: &Rules,
    file: &str,
    under: Option<&str>,
) -> Result<()> {
    let lock = session.lock(root)?;
    let orgs = Tree::organisations(root, rules)?.orgs;
    let (planned, already) = planned(rules, &orgs, file, under)?;
    change::organisations(root, &lock, rules, &planned)?;
    session.tell(
        "org-imported",
        &[("count", planned.len().into()), ("already", already.into())],
    )?;
    Ok(())
}

/// The organisations of a table that are not among `orgs` yet, and how many are.
///
/// # Errors
/// The table cannot be read, or something is wrong with it.
pub(in crate::cmd) fn planned(
    rules: &Rules,
    orgs: &[Organisation],
    file: &str,
    under: Option<&str>,
) -> Result<(Vec<NewOrg>, usize), Problems> {
    let lines = read_lines(file)?;
    let known: BTreeSet<&str> = orgs
        .iter()
        .map(|org| org.text("code"))
        .filter(|code| !code.is_empty())
        .collect();
    check_lines(file, &lines, &known, rules)?;
    let under = match under {
        Some(text) => Some(orgs[find_org(orgs, text, rules)?].path.clone()),
        None => None,
    };
    let already = lines
        .iter()
        .filter(|line| known.contains(line.code.as_str()))
        .count();
    let plan = plan(rules, orgs, under.as_ref(), &lines).map_err(|unplaced| {
        let unplaced = unplaced.into_iter().map(|line| Place {
            line: line.number,
            column: 1,
            ..Place::file(file)
        });
        Problems(
            unplaced
                .map(|place| {
                    Problem::new(Rule::IMPORT_ROW)
                        .at(place)
                        .with("field", "name")
                })
                .collect(),
        )
    })?;
    let too_deep = |(_, (path, _)): &(&Line, NewOrg)| path.depth() >= MAX_DEPTH;
    let problems: Vec<Problem> = plan
        .iter()
        .filter(|row| too_deep(row))
        .map(|(line, _)| {
            Problem::new(Rule::IMPORT_DEPTH)
                .at(Place {
                    line: line.number,
                    column: 1,
                    ..Place::file(file)
                })
                .with("most", MAX_DEPTH)
        })
        .collect();
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let plan: Vec<NewOrg> = plan.into_iter().map(|(_, planned)| planned).collect();
    Ok((plan, already))
}

/// The rows of a CSV file with the columns code, parent_code, name, kind, in UTF-8 or GBK.
fn read_lines(file: &str) -> Result<Vec<Line>, Problems> {
    let bytes = scan::read_named(Path::new(file))?;
    let decoded = match Source::decode(file, bytes.clone()) {
        Ok(source) => source.text,
        Err(problem) => {
            match encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(&bytes) {
                Some(text) if problem.rule == Rule::NOT_UTF8 => text.into_owned(),
                _ => return Err(problem.into()),
            }
        }
    };
    let place = |line: usize| Place {
        line,
        column: 1,
        ..Place::file(file)
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(decoded.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let column = |names: &[&str]| header.iter().position(|h| names.contains(&h));
    let found = [
        column(&["code", "代码"]),
        column(&["parent_code", "上级代码"]),
        column(&["name", "名称"]),
        column(&["kind", "类型", "组织类型"]),
    ];
    let [Some(code), Some(parent), Some(name), Some(kind)] = found else {
        return Err(Problem::new(Rule::IMPORT_HEADER).at(place(1)).into());
    };
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let line = error.position().map_or(1, |p| p.line() as usize);
                problems.push(
                    Problem::new(Rule::IMPORT_ROW)
                        .at(place(line))
                        .with("field", "CSV"),
                );
                continue;
            }
        };
        let number = row.position().map_or(0, |p| p.line() as usize);
        let cell = |n: usize| row.get(n).unwrap_or_default().nfc().collect::<String>();
        let line = Line {
            number,
            code: cell(code),
            parent: cell(parent),
            name: cell(name),
            kind: cell(kind),
        };
        // A line end inside a cell is a quotation mark left open: the rows behind it would be lost
        // in it.
        if row.iter().any(|cell| cell.contains('\n')) {
            problems.push(
                Problem::new(Rule::IMPORT_ROW)
                    .at(place(number))
                    .with("field", "\""),
            );
        }
        for (field, value) in [
            ("code", &line.code),
            ("name", &line.name),
            ("kind", &line.kind),
        ] {
            if value.is_empty() {
                problems.push(
                    Problem::new(Rule::IMPORT_ROW)
                        .at(place(number))
                        .with("field", field),
                );
            }
        }
        lines.push(line);
    }
    if problems.is_empty() {
        Ok(lines)
    } else {
        Err(Problems(problems))
    }
}

/// Refuses unknown kinds, codes given twice, rows under a code that is not there, rows above
/// themselves.
fn check_lines(
    file: &str,
    lines: &[Line],
    known: &BTreeSet<&str>,
    rules: &Rules,
) -> Result<(), Problems> {
    let place = |line: usize| Place {
        line,
        column: 1,
        ..Place::file(file)
    };
    let mut problems = Vec::new();
    let mut by_code: BTreeMap<&str, &Line> = BTreeMap::new();
    for line in lines {
        if let Some(first) = by_code.insert(&line.code, line) {
            problems.push(
                Problem::new(Rule::IMPORT_DUPLICATE)
                    .at(place(line.number))
                    .with("code", line.code.as_str())
                    .with("first", first.number),
            );
        }
        if org_kind(&line.kind, rules).is_none() {
            let field = rules.org.index("kind").map(|n| &rules.org.fields[n].label);
            let known = area_labels(rules).chain(choice_labels(rules, "kind"));
            problems.push(
                Problem::new(Rule::UNKNOWN_VALUE)
                    .at(place(line.number))
                    .with("field", field.map_or(Arg::from("kind"), Arg::from))
                    .with("value", line.kind.as_str())
                    .with("allowed", Choices::labelled(&line.kind, known)),
            );
        }
        if let Some(number) = input::personal_number(&line.name) {
            problems.push(
                Problem::new(Rule::PERSONAL_NUMBER)
                    .at(place(line.number))
                    .with("field", "name")
                    .with("what", crate::locale::Arg::Message(number)),
            );
        }
    }
    // Codes whose chain of parents is known to end: each chain is walked once.
    let mut ends: BTreeSet<&str> = known.clone();
    for line in lines {
        if !line.parent.is_empty()
            && !by_code.contains_key(line.parent.as_str())
            && !known.contains(line.parent.as_str())
        {
            problems.push(
                Problem::new(Rule::IMPORT_ORPHAN)
                    .at(place(line.number))
                    .with("code", line.parent.as_str()),
            );
            continue;
        }
        let mut chain: Vec<&str> = Vec::new();
        let mut above = Some(line);
        while let Some(at) = above.filter(|at| !ends.contains(at.code.as_str())) {
            if chain.contains(&at.code.as_str()) || chain.len() > lines.len() {
                problems.push(
                    Problem::new(Rule::IMPORT_CYCLE)
                        .at(place(line.number))
                        .with("code", line.code.as_str()),
                );
                break;
            }
            chain.push(&at.code);
            above = by_code.get(at.parent.as_str()).copied();
        }
        ends.extend(chain);
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Problems(problems))
    }
}

/// What a field of organisations may say.
fn choices<'r>(rules: &'r Rules, field: &str) -> &'r [Choice] {
    match rules.org.index(field).map(|n| &rules.org.fields[n].ty) {
        Some(FieldType::Choice(choices)) => choices,
        _ => &[],
    }
}

/// Their names and labels.
fn choice_labels<'r>(rules: &'r Rules, field: &str) -> impl Iterator<Item = (&'r str, &'r Label)> {
    let choices = choices(rules, field).iter();
    choices.map(|choice| (choice.name.as_str(), &choice.label))
}

/// The names of areas, each with the label of its sector: a table may give either.
fn area_labels(rules: &Rules) -> impl Iterator<Item = (&str, &Label)> {
    rules.areas.iter().filter_map(|area| {
        let mut sectors = choices(rules, "sector").iter();
        let sector = sectors.find(|sector| sector.name == area.sector)?;
        Some((area.name.as_str(), &sector.label))
    })
}

/// The kind and sector of the organisation that a row's kind stands for.
fn org_kind(text: &str, rules: &Rules) -> Option<(String, Option<String>)> {
    let sector = Choice::said(choices(rules, "sector"), text);
    let is_called = |area: &&Area| sector.is_some_and(|sector| sector.name == area.sector);
    let areas = || rules.areas.iter();
    let area = areas().find(|area| area.name == text);
    if let Some(area) = area.or_else(|| areas().find(is_called)) {
        return Some((area.kind.clone(), Some(area.sector.clone())));
    }
    choices(rules, "kind")
        .iter()
        .find(|c| c.name == text || c.label.is(text))
        .map(|c| (c.name.clone(), None))
}

/// What to write, parents first; organisations whose code is there already are left as they are.
///
/// Rows that find no place (a path too long for the system) are given back.
fn plan<'l>(
    rules: &Rules,
    orgs: &[Organisation],
    under: Option<&OrgPath>,
    lines: &'l [Line],
) -> Result<Vec<(&'l Line, NewOrg)>, Vec<&'l Line>> {
    let mut path_of: BTreeMap<String, OrgPath> = orgs
        .iter()
        .filter(|o| !o.text("code").is_empty())
        .map(|o| (o.text("code").to_owned(), o.path.clone()))
        .collect();
    let mut taken: BTreeMap<Option<OrgPath>, BTreeSet<String>> = BTreeMap::new();
    for org in orgs {
        taken
            .entry(org.path.parent())
            .or_default()
            .insert(org.path.segment().to_owned());
        taken
            .entry(Some(org.path.clone()))
            .or_default()
            .extend(former_segments(orgs, Some(&org.path)));
    }
    taken
        .entry(None)
        .or_default()
        .extend(former_segments(orgs, None));
    let (mut plan, mut unplaced) = (Vec::new(), Vec::new());
    let mut waiting: Vec<&Line> = lines
        .iter()
        .filter(|line| !path_of.contains_key(&line.code))
        .collect();
    // Each round places the rows whose parent has a place; a round that places none has rows that
    // cannot be.
    while !waiting.is_empty() {
        let before = waiting.len();
        waiting.retain(|line| {
            let parent = match line.parent.as_str() {
                "" => under.cloned(),
                code => match path_of.get(code) {
                    Some(path) => Some(path.clone()),
                    None => return true,
                },
            };
            let siblings = taken.entry(parent.clone()).or_default();
            let segment = free_segment(rules, &line.name, &line.code, siblings);
            siblings.insert(segment.clone());
            match join(parent.as_ref(), &segment) {
                Ok(path) => {
                    path_of.insert(line.code.clone(), path.clone());
                    plan.push((*line, (path, org_values(rules, line))));
                }
                Err(_) => unplaced.push(*line),
            }
            false
        });
        if waiting.len() == before {
            unplaced.append(&mut waiting);
        }
    }
    if unplaced.is_empty() {
        Ok(plan)
    } else {
        Err(unplaced)
    }
}

fn org_values(rules: &Rules, line: &Line) -> Vec<Option<Value>> {
    let mut values = vec![None; rules.org.fields.len()];
    let mut set = |field: &str, text: &str| {
        if let Some(n) = rules.org.index(field).filter(|_| !text.is_empty()) {
            values[n] = Some(Value::Text(text.into()));
        }
    };
    set("name", &line.name);
    set("code", &line.code);
    if let Some((kind, sector)) = org_kind(&line.kind, rules) {
        set("kind", &kind);
        set("sector", &sector.unwrap_or_default());
    }
    values
}
