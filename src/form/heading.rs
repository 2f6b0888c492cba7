//! Headings: which field the words above a column mean.

use std::collections::{HashMap, HashSet};

use crate::day::When;
use crate::number::Decimal;
use crate::record::{Value, input};
use crate::rules::Rules;
use crate::rules::form::{Wording, squeezed};
use crate::rules::kind::{FieldDef, FieldType, Kind};
use crate::sheet::{Cell, Sheet};
use crate::tree::Tree;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// The id of a record that is there already.
    Id,
    /// A running number.
    Serial,
    /// The organisation.
    Org,
    /// The organisation above it.
    Above,
    /// A field, by its index.
    Field(usize),
    /// A field of the latest update of a record's life, by its index in an update.
    Update(usize),
}

/// How surely a heading means a target: the greater, the surer.
pub(super) type Weight = u32;

/// The headings that a kind's columns may have.
pub(super) struct Headings<'r> {
    pub(super) kind: &'r Kind,
    wording: &'r Wording,
    orgs: HashSet<String>,
    by_name: HashMap<String, Vec<(Target, Weight)>>,
}

impl<'r> Headings<'r> {
    /// The headings of a kind by its fields' names and labels, and by what people call them too.
    pub(super) fn of(rules: &'r Rules, kind: &'r Kind) -> Headings<'r> {
        let mut headings = Headings {
            kind,
            wording: &rules.wording,
            orgs: HashSet::new(),
            by_name: HashMap::new(),
        };
        for (n, field) in kind.fields.iter().enumerate() {
            let target = Target::Field(n);
            for name in [&field.name, &field.label.zh, &field.label.en] {
                headings.name(name, target, 5);
            }
            for name in &field.also {
                headings.name(name, target, 4);
            }
        }
        if let Some(columns) = update_columns(kind) {
            for (n, column) in columns.iter().enumerate() {
                let target = Target::Update(n);
                headings.name(&format!("updates.{}", column.name), target, 5);
                for name in [&column.label.zh, &column.label.en] {
                    headings.name(name, target, 3);
                }
                for name in &column.also {
                    headings.name(name, target, 3);
                }
            }
        }
        let id = [rules.shared.id.zh.as_str(), "id"];
        id.iter()
            .for_each(|name| headings.name(name, Target::Id, 3));
        for (names, target) in [
            (&rules.wording.organisation, Target::Org),
            (&rules.wording.above, Target::Above),
            (&rules.wording.serial, Target::Serial),
        ] {
            names.iter().for_each(|name| headings.name(name, target, 3));
        }
        headings
    }

    /// The same in a ledger whose organisations may stand side by side.
    pub(super) fn in_ledger(tree: &'r Tree<'_>, kind: &'r Kind) -> Headings<'r> {
        let mut headings = Headings::of(tree.rules, kind);
        let endings = &tree.rules.naming.generic;
        for org in &tree.orgs {
            for name in [org.name(), org.short()] {
                headings.orgs.insert(squeezed(name));
                let shorter = endings
                    .iter()
                    .filter_map(|ending| name.strip_suffix(ending.as_str()));
                let shorter = shorter.filter(|short| short.chars().count() > 2);
                headings.orgs.extend(shorter.map(squeezed));
            }
        }
        headings
    }

    /// Whether a heading is the name of an organisation.
    pub(super) fn is_org(&self, text: &str) -> bool {
        self.orgs.contains(&squeezed(text))
    }

    /// Whether the heading of a day says that something is done then.
    pub(super) fn is_of_completion(&self, heading: &str) -> bool {
        let heading = squeezed(heading);
        let words = &self.wording.completion;
        words.iter().any(|word| heading.contains(word.as_str()))
    }

    fn name(&mut self, name: &str, target: Target, weight: Weight) {
        for key in [self.key(name), self.key(&without_brackets(name))] {
            let known = self.by_name.entry(key).or_default();
            if !known.iter().any(|(other, _)| *other == target) {
                known.push((target, weight));
            }
        }
    }

    /// A heading as it is compared: without blanks, marks and what it may have more, and with one
    /// spelling of what means the same.
    fn key(&self, text: &str) -> String {
        let mut key = squeezed(text).replace(['_', '-', '*', ':', '、'], "");
        for (spelling, usual) in &self.wording.alike {
            key = key.replace(spelling.as_str(), usual);
        }
        key
    }

    /// What a heading may mean, with how surely.
    pub(super) fn targets(&self, heading: &str) -> Vec<(Target, Weight)> {
        let (whole, bare) = (self.key(heading), self.key(&without_brackets(heading)));
        let mut found = Vec::new();
        let mut note = |key: &str, less: Weight| {
            for (target, weight) in self.by_name.get(key).into_iter().flatten() {
                if !found.iter().any(|(other, _)| other == target) {
                    found.push((*target, (2 * weight).saturating_sub(less)));
                }
            }
        };
        note(&whole, 0);
        note(&bare, 0);
        // “会议主题” of a meeting is its 主题.
        if let Some(rest) = bare.strip_prefix(self.kind.label.zh.as_str()) {
            note(rest, 3);
        }
        for ending in &self.wording.endings {
            if let Some(rest) = bare
                .strip_suffix(ending.as_str())
                .filter(|rest| !rest.is_empty())
            {
                note(rest, 5);
            }
            note(&format!("{bare}{ending}"), 5);
        }
        found
    }

    /// What a heading most surely means.
    pub(super) fn surest(&self, heading: &str) -> Option<(Target, Weight)> {
        let targets = self.targets(heading).into_iter();
        targets.max_by_key(|(_, weight)| *weight)
    }

    /// What a tick under a word says, where the word stands under the heading of a field and is one
    /// of its few values: `例会` under `类型`.
    pub(super) fn ticked(&self, heading: &str, word: &str) -> Option<(Weight, Target, Value)> {
        let (target, weight) = self.surest(heading)?;
        let (target, field) = self.column_of_words(target)?;
        Some((weight, target, word_of(field, word)?))
    }

    /// The one field of which a word is a value, where it stands under the heading of an amount:
    /// `预算` under `金额`.
    pub(super) fn divided(&self, heading: &str, word: &str) -> Option<(usize, String)> {
        match self.surest(heading)?.0 {
            Target::Field(n) if self.kind.fields[n].ty.is_number() => {}
            _ => return None,
        }
        let mut found = None;
        for (n, field) in self.kind.fields.iter().enumerate() {
            if let (FieldType::Choice(_), false, Some(Value::Text(name))) =
                (&field.ty, field.list, word_of(field, word))
                && found.replace((n, name.to_string())).is_some()
            {
                return None;
            }
        }
        found
    }

    /// The field whose values a column may have as words; for the updates of a record's life,
    /// their states.
    fn column_of_words(&self, target: Target) -> Option<(Target, &'r FieldDef)> {
        let life = self.kind.life.as_ref();
        match target {
            Target::Field(n) if life.is_some_and(|life| life.updates == n) => {
                let columns = update_columns(self.kind)?;
                let status = columns.iter().position(|column| column.name == "status")?;
                Some((Target::Update(status), &columns[status]))
            }
            Target::Field(n) => Some((target, &self.kind.fields[n])),
            Target::Update(n) => Some((target, &update_columns(self.kind)?[n])),
            Target::Id | Target::Serial | Target::Org | Target::Above => None,
        }
    }

    /// Whether a text is a value of a field that has few of them.
    pub(super) fn is_value(&self, text: &str) -> bool {
        let steps = update_columns(self.kind).unwrap_or_default();
        let mut fields = self.kind.fields.iter().chain(steps);
        fields.any(|field| word_of(field, text).is_some())
    }

    /// What a name of a column means: in a form that is known, or where every row has a value.
    pub(super) fn named(&self, name: &str) -> Option<Target> {
        match name {
            "org" => Some(Target::Org),
            "above" => Some(Target::Above),
            "id" => Some(Target::Id),
            _ => {
                let meant = self.targets(name).into_iter();
                let surest = meant.max_by_key(|(target, weight)| (*weight, *target));
                surest.map(|(target, _)| target)
            }
        }
    }

    /// Whether a text is the heading of a known column, beyond doubt.
    pub(super) fn names(&self, text: &str) -> bool {
        [self.key(text), self.key(&without_brackets(text))]
            .iter()
            .any(|key| self.by_name.contains_key(key))
    }
}

/// The headings of every kind, to tell where a table of another kind begins.
pub(super) struct OtherHeadings<'r> {
    kinds: Vec<Headings<'r>>,
    /// The names of them all: most rows are records, and have none of them.
    names: HashSet<String>,
}

impl<'r> OtherHeadings<'r> {
    pub(super) fn of(rules: &'r Rules) -> OtherHeadings<'r> {
        let kinds = rules.kinds.iter();
        let kinds: Vec<Headings<'r>> = kinds.map(|kind| Headings::of(rules, kind)).collect();
        let names = kinds.iter().flat_map(|headings| headings.by_name.keys());
        OtherHeadings {
            names: names.cloned().collect(),
            kinds,
        }
    }

    /// The kind whose heading a row is: three words at least and nothing else, nearly all of which
    /// name fields of that kind.
    pub(super) fn heading(&self, sheet: &Sheet, row: u32) -> Option<&'r Kind> {
        let first = self.kinds.first()?;
        let (mut texts, mut strange) = (Vec::new(), 0);
        for (_, cell) in sheet.row(row) {
            let text = match cell {
                Cell::Text(text) if input::number(text).is_none() => text.as_str(),
                _ => return None,
            };
            texts.push(text);
            strange += usize::from(!self.names.contains(&first.key(&without_brackets(text))));
            if strange > 2 {
                return None;
            }
        }
        if texts.len() < 3 || 4 * strange > texts.len() {
            return None;
        }
        let named = |headings: &Headings<'_>| {
            let named = texts.iter().filter(|text| headings.names(text));
            named.count()
        };
        let is_likely = |headings: &&Headings<'r>| 4 * named(headings) >= 3 * texts.len();
        // Of several the one that lacks least of what it must have.
        let lacks = |headings: &&Headings<'r>| {
            let targets = texts.iter().flat_map(|text| headings.targets(text));
            let given: HashSet<Target> = targets.map(|(target, _)| target).collect();
            let fields = headings.kind.fields.iter().enumerate();
            let lacking =
                fields.filter(|(n, field)| field.required && !given.contains(&Target::Field(*n)));
            lacking.count()
        };
        let likely = self.kinds.iter().filter(is_likely);
        likely.min_by_key(lacks).map(|headings| headings.kind)
    }
}

/// A value of a field that has few of them, each with a word.
fn word_of(field: &FieldDef, word: &str) -> Option<Value> {
    match field.ty {
        FieldType::Choice(_) | FieldType::Boolean => {
            input::value(field, word, When::default()).ok()
        }
        _ => None,
    }
}

/// The fields of an update of a kind that has a life.
pub(super) fn update_columns(kind: &Kind) -> Option<&[crate::rules::kind::FieldDef]> {
    match &kind.fields[kind.life.as_ref()?.updates].ty {
        FieldType::Table(columns) => Some(columns),
        _ => None,
    }
}

/// A heading without what stands in brackets: units, remarks.
pub(super) fn without_brackets(text: &str) -> String {
    let mut depth = 0usize;
    text.chars()
        .filter(|c| match c {
            '(' | '（' | '[' | '【' => {
                depth += 1;
                false
            }
            ')' | '）' | ']' | '】' => {
                depth = depth.saturating_sub(1);
                false
            }
            _ => depth == 0,
        })
        .collect()
}

/// How many yuan are one of the unit of money that a text names: 金额(万元), 单位：万元, 以万元计.
pub(super) fn money_unit(text: &str) -> Option<Decimal> {
    let text = squeezed(text);
    let in_words = |part: &str| {
        let part = part.strip_suffix('计').unwrap_or(part);
        let mut words = ["单位为", "单位是", "单位", "以", "按"].into_iter();
        let (_, unit) = words.find_map(|word| part.rsplit_once(word))?;
        yuan_in(unit)
    };
    let mut parts = text.split(['(', ')', '[', ']', ':', ',', '、', '/', '。', ';']);
    parts.find_map(|part| yuan_in(part).or_else(|| in_words(part)))
}

/// How many yuan are one of a unit of money.
fn yuan_in(unit: &str) -> Option<Decimal> {
    let yuan: i64 = match unit.strip_prefix("人民币").unwrap_or(unit) {
        "元" | "yuan" => 1,
        "百元" => 100,
        "千元" => 1000,
        "万元" => 10_000,
        "亿元" => 100_000_000,
        _ => return None,
    };
    Some(Decimal::from(yuan))
}

/// Whether a heading or a label speaks of a percentage.
pub(super) fn is_percentage(text: &str) -> bool {
    text.contains(['%', '％'])
}
