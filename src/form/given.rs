//! What a form that is given out says of a record: the words of its cells, which come back as they
//! were where nobody changed them.

use super::heading::{Headings, Target, update_columns};
use crate::locale::Lang;
use crate::record::text::plain;
use crate::record::{Record, Value};
use crate::rules::kind::{FieldDef, FieldType, Kind};
use crate::tree::{OwnedRecord, Tree, find_org};

/// A value in the words of a cell.
pub fn words(field: &FieldDef, value: &Value, lang: Lang) -> String {
    match (value, &field.ty) {
        (Value::List(items), _) => {
            let items: Vec<String> = items.iter().map(|item| words(field, item, lang)).collect();
            items.join("\n")
        }
        (Value::Table(values), FieldType::Table(columns)) => {
            let cells = columns.iter().zip(values);
            let cells: Vec<String> = cells
                .map(|(column, value)| {
                    let value = value.as_ref();
                    value.map_or_else(String::new, |value| words(column, value, lang))
                })
                .collect();
            cells.join(":").trim_end_matches(':').to_owned()
        }
        (Value::Text(word), FieldType::Choice(choices)) => {
            let choice = choices.iter().find(|choice| choice.name == *word);
            choice
                .map_or(word.as_str(), |choice| choice.label.get(lang))
                .to_owned()
        }
        (Value::Boolean(truth), _) => {
            let (yes, no) = match lang {
                Lang::Zh => YES_AND_NO,
                Lang::En => ("yes", "no"),
            };
            if *truth { yes } else { no }.to_owned()
        }
        (Value::Period(period), FieldType::Year) => period.first().year().to_string(),
        _ => plain(value),
    }
}

/// How a Chinese form says yes and no.
pub const YES_AND_NO: (&str, &str) = ("是", "否");

/// Whether a cell still says what a form gave out of a value, in either language.
pub(super) fn says_still(field: &FieldDef, value: Option<&Value>, typed: &str) -> bool {
    let typed = typed.replace("\r\n", "\n");
    let typed = typed.trim();
    match value {
        None => typed.is_empty(),
        Some(value) => [Lang::Zh, Lang::En]
            .iter()
            .any(|lang| words(field, value, *lang).trim() == typed),
    }
}

/// The latest update of a record, by the indices of its fields.
pub fn latest_update<'r>(record: &'r Record<'_>) -> Option<&'r [Option<Value>]> {
    let life = record.kind.life.as_ref()?;
    match record.get(life.updates)?.items().last()? {
        Value::Table(values) => Some(values),
        _ => None,
    }
}

/// A form to be filled in.
#[derive(Clone, Debug)]
pub struct GivenForm {
    /// The name of its sheet.
    pub name: String,
    /// What it is called.
    pub title: String,
    /// Its columns, from left to right.
    pub columns: Vec<GivenColumn>,
    /// Its rows; a cell without anything to say is blank.
    pub rows: Vec<Vec<Option<GivenCell>>>,
}

/// A column of a form.
#[derive(Clone, Debug)]
pub struct GivenColumn {
    /// Its heading.
    pub heading: String,
    /// What may be put into it.
    pub takes: Takes,
    /// Whether whoever fills in the form must not see or change it.
    pub is_hidden: bool,
}

/// What may be put into a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Takes {
    /// Text.
    Text,
    /// Text of several lines, an item on each.
    Lines,
    /// A number with so many decimals, between two bounds.
    Number {
        /// How many decimals.
        places: u32,
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// A day.
    Day,
    /// One of a few words.
    OneOf(Vec<String>),
}

/// What stands in a cell of a form.
#[derive(Clone, Debug, PartialEq)]
pub enum GivenCell {
    /// Words.
    Words(String),
    /// A number.
    Number(crate::number::Decimal),
    /// A day.
    Day(crate::day::Day),
}

/// What a form of a kind asks for: the record's id, its organisation, its fields and the latest
/// update of its life, with the records that are there.
pub fn form(
    tree: &Tree<'_>,
    kind: &Kind,
    title: String,
    orgs: std::ops::Range<usize>,
    records: &[&OwnedRecord<'_>],
    lang: Lang,
) -> GivenForm {
    let rules = tree.rules;
    let updates = kind.life.as_ref().map(|life| life.updates);
    let own = |n: &usize| Some(*n) != updates;
    let fields: Vec<usize> = (0..kind.fields.len()).filter(own).collect();
    let steps = update_columns(kind).unwrap_or_default();
    let org_name = |n: usize| {
        let org = &tree.orgs[n];
        match find_org(&tree.orgs, org.name(), rules) {
            Ok(found) if found == n => org.name().to_owned(),
            _ => org.path.to_string(),
        }
    };
    let column = |heading: String, takes| GivenColumn {
        heading,
        takes,
        is_hidden: false,
    };
    let heading = |field: &FieldDef| {
        let mark = if field.required { "*" } else { "" };
        format!("{}{mark}", field.label.get(lang))
    };
    let mut columns = vec![GivenColumn {
        is_hidden: true,
        ..column(rules.shared.id.get(lang).to_owned(), Takes::Text)
    }];
    let names: Vec<String> = orgs.map(org_name).collect();
    let of_org = rules.org.label.get(lang).to_owned();
    columns.push(column(of_org, Takes::OneOf(names)));
    let own = fields.iter().map(|n| &kind.fields[*n]);
    columns.extend(own.map(|field| column(heading(field), takes(field, lang))));
    let headings = Headings::of(rules, kind);
    columns.extend(steps.iter().enumerate().map(|(n, step)| {
        let label = step.label.get(lang);
        let heading = match headings.surest(label) {
            Some((Target::Update(of_label), _)) if of_label == n => label.to_owned(),
            // A field of the record is called so already.
            _ => format!("updates.{}", step.name),
        };
        column(heading, takes(step, lang))
    }));
    let row = |entry: &&OwnedRecord<'_>| {
        let record = &entry.record;
        let mut cells = vec![
            Some(GivenCell::Words(record.id.to_string())),
            Some(GivenCell::Words(org_name(entry.org))),
        ];
        cells.extend(fields.iter().map(|n| {
            let value = record.get(*n)?;
            Some(cell(&kind.fields[*n], value, lang))
        }));
        let latest = latest_update(record);
        cells.extend(steps.iter().enumerate().map(|(n, step)| {
            let value = latest?[n].as_ref()?;
            Some(cell(step, value, lang))
        }));
        cells
    };
    GivenForm {
        name: kind.label.get(lang).to_owned(),
        title,
        columns,
        rows: records.iter().map(row).collect(),
    }
}

fn takes(field: &FieldDef, lang: Lang) -> Takes {
    match &field.ty {
        _ if field.list => Takes::Lines,
        FieldType::Choice(choices) => {
            let labels = choices
                .iter()
                .map(|choice| choice.label.get(lang).to_owned());
            Takes::OneOf(labels.collect())
        }
        FieldType::Boolean => {
            let words = [true, false].map(|truth| words(field, &Value::Boolean(truth), lang));
            Takes::OneOf(words.to_vec())
        }
        FieldType::Date => Takes::Day,
        FieldType::Integer { min, max } => Takes::Number {
            places: 0,
            min: *min,
            max: *max,
        },
        FieldType::Decimal { places, min, max } => Takes::Number {
            places: *places,
            min: *min,
            max: *max,
        },
        FieldType::Text
        | FieldType::Path
        | FieldType::Month
        | FieldType::Quarter
        | FieldType::Year
        | FieldType::Record(_)
        | FieldType::Organisation
        | FieldType::Table(_) => Takes::Text,
    }
}

fn cell(field: &FieldDef, value: &Value, lang: Lang) -> GivenCell {
    match value {
        Value::Integer(number) => GivenCell::Number((*number).into()),
        Value::Decimal(number) => GivenCell::Number(*number),
        Value::Day(day) => GivenCell::Day(*day),
        value => GivenCell::Words(words(field, value, lang)),
    }
}
