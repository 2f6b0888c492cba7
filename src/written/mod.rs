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
pub mod value;

use std::borrow::Cow;
use std::ops::Range;

use crate::day::Day;
use crate::number::Decimal;

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

/// The field of that name.
pub fn named<'f, 's>(fields: &'f [Field<'s>], name: &str) -> Option<&'f Field<'s>> {
    fields.iter().find(|field| field.name == name)
}
