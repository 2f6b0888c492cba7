//! A ledger file as it is written: its rows, their fields, and what each field says, borrowed from
//! the text.
//!
//! Two readers make rows. [`canonical`] takes text as the program itself writes it, in a single
//! pass without an allocation for a field; [`parsed`] takes any TOML, through the full parser. Both
//! give equal rows for the same text, so whoever reads rows need not know which of them was there.
//!
//! With the text around them rows are lossless: [`page`] cuts a file into records and the comments
//! between them, [`block`] takes a record apart into pieces that are its text again. `fmt`, edits
//! and merges work on those.

pub mod block;
pub mod canonical;
pub mod page;
pub mod parsed;
pub mod selection;
pub mod value;

use std::borrow::Cow;
use std::ops::Range;

use crate::day::{Day, Period};
use crate::number::Decimal;
use crate::rules::kind::{FieldDef, FieldType};

/// A record as it is written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row<'s> {
    /// The name of its table.
    pub name: Cow<'s, str>,
    /// Where its header stands.
    pub header: Range<usize>,
    /// The line of its header, from 1.
    pub line: usize,
    /// The kind of that name, by its index among the rules' kinds.
    pub kind: Option<usize>,
    /// Its fields. Canonical rows have them in the order of the kind.
    pub fields: Vec<Field<'s>>,
    /// The fields that nobody asked for: they were seen to fit, and left out.
    pub skipped: Given,
}

/// Which of the first fields of a kind a table gives: an empty text gives nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given(u64);

impl Given {
    /// Fields from this index on cannot be noted.
    pub const MOST: usize = u64::BITS as usize;

    /// Notes that a field is given.
    pub fn insert(&mut self, field: usize) {
        self.0 |= 1 << field;
    }

    /// Whether a field is given.
    pub fn contains(self, field: usize) -> bool {
        field < Given::MOST && self.0 & (1 << field) != 0
    }
}

/// A key and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Field<'s> {
    /// The key.
    pub name: Cow<'s, str>,
    /// The field of that name, by its index among those that may stand here.
    pub index: Option<usize>,
    /// Where the key stands.
    pub key: Range<usize>,
    /// Where the value stands.
    pub span: Range<usize>,
    /// What it says.
    pub data: Data<'s>,
}

/// A value of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<'s> {
    /// Where it stands.
    pub span: Range<usize>,
    /// What it says.
    pub data: Data<'s>,
}

/// What a value says, not yet held against what a field may hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Data<'s> {
    /// A text.
    Text(Cow<'s, str>),
    /// A whole number.
    Integer(i64),
    /// A number with a point or an exponent, as it is written but for `_`.
    Float(Cow<'s, str>),
    /// True or false.
    Boolean(bool),
    /// A day.
    Day(Day),
    /// A date of a year that no day has, as it is written.
    FarDate(Cow<'s, str>),
    /// A time, with a date or without, as it is written.
    Time(Cow<'s, str>),
    /// Several values.
    List(Vec<Item<'s>>),
    /// A table.
    Table(Vec<Field<'s>>),
}

impl Data<'_> {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is a text that says nothing.
    pub fn is_blank(&self) -> bool {
        self.as_text()
            .is_some_and(|text| text.trim_start().is_empty())
    }

    /// The whole number, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Data::Integer(n) => Some(*n),
            _ => None,
        }
    }

    /// The number, whole or with few decimals, if it is one: 12, 3500.5, 3500.50.
    pub fn as_number(&self) -> Option<Decimal> {
        match self {
            Data::Integer(n) => Some(Decimal::from(*n)),
            Data::Float(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Whether a field of this definition may say it.
    pub fn fits(&self, definition: &FieldDef) -> bool {
        match self {
            Data::List(items) if definition.list => {
                items.iter().all(|item| item.data.fits_type(&definition.ty))
            }
            _ => !definition.list && self.fits_type(&definition.ty),
        }
    }

    fn fits_type(&self, ty: &FieldType) -> bool {
        let text = self.as_text();
        match ty {
            FieldType::Text | FieldType::Path | FieldType::Record(_) | FieldType::Organisation => {
                text.is_some()
            }
            FieldType::Boolean => matches!(self, Data::Boolean(_)),
            FieldType::Date => matches!(self, Data::Day(_)),
            FieldType::Month => text.and_then(Period::from_canonical_month).is_some(),
            FieldType::Quarter => text.and_then(Period::from_canonical_quarter).is_some(),
            FieldType::Year => self.as_year().is_some(),
            FieldType::Integer { min, max } => self
                .as_integer()
                .is_some_and(|n| (*min..=*max).contains(&n)),
            FieldType::Decimal { places, min, max } => self.as_number().is_some_and(|n| {
                n.places() <= *places && Decimal::from(*min) <= n && n <= Decimal::from(*max)
            }),
            FieldType::Choice(choices) => {
                text.is_some_and(|text| choices.iter().any(|choice| choice.name == text))
            }
            FieldType::Table(columns) => match self {
                Data::Table(fields) => fits_table(fields, columns),
                _ => false,
            },
        }
    }

    /// The year, if it is one that has days.
    pub fn as_year(&self) -> Option<Period> {
        let first = Day::new(i32::try_from(self.as_integer()?).ok()?, 1, 1);
        first.map(Period::year)
    }

    /// What it is, as the messages name it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Data::Text(_) => "type-text",
            Data::Integer(_) => "type-integer",
            Data::Float(_) => "type-float",
            Data::Boolean(_) => "type-boolean",
            Data::Day(_) | Data::FarDate(_) => "type-date",
            Data::Time(_) => "type-datetime",
            Data::List(_) => "type-list",
            Data::Table(_) => "type-table",
        }
    }
}

/// Whether a table of these columns may say all of this, and says what it must.
fn fits_table(fields: &[Field<'_>], columns: &[FieldDef]) -> bool {
    let is_given = |n: usize| {
        let mut of_it = fields.iter().filter(|field| field.index == Some(n));
        of_it.any(|field| !field.data.is_blank())
    };
    let fit = |field: &Field<'_>| field.index.is_some_and(|n| field.data.fits(&columns[n]));
    let lacks = |(n, column): (usize, &FieldDef)| {
        !is_given(n) && column.must_be_given(|name| named(fields, name).is_some())
    };
    fields.iter().all(fit) && !columns.iter().enumerate().any(lacks)
}

/// The field of that name.
pub fn named<'f, 's>(fields: &'f [Field<'s>], name: &str) -> Option<&'f Field<'s>> {
    fields.iter().find(|field| field.name == name)
}
