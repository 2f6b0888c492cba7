//! What a value says, without its place or its spelling.

use std::collections::BTreeMap;
use std::fmt;

use crate::written::canonical::quoted;
use crate::written::{Data, Field};

/// A TOML value that can be compared: `"a"` and `'a'` are one, the keys of a table have no order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TomlValue {
    /// A text.
    Text(String),
    /// A number, a day, true or false: as TOML writes it.
    Word(String),
    /// Several values.
    List(Vec<TomlValue>),
    /// A table.
    Table(BTreeMap<String, TomlValue>),
}

impl TomlValue {
    /// What a value says.
    pub fn of(data: &Data<'_>) -> TomlValue {
        match data {
            Data::Text(text) => TomlValue::Text(text.to_string()),
            Data::Integer(n) => TomlValue::Word(n.to_string()),
            // 3500.50 and 3500.5 say the same.
            Data::Float(text) => TomlValue::Word(
                data.as_number()
                    .map_or_else(|| text.to_string(), |number| number.to_string()),
            ),
            Data::Boolean(boolean) => TomlValue::Word(boolean.to_string()),
            Data::Day(day) => TomlValue::Word(day.to_string()),
            Data::FarDate(text) | Data::Time(text) => TomlValue::Word(text.to_string()),
            Data::List(items) => {
                TomlValue::List(items.iter().map(|item| TomlValue::of(&item.data)).collect())
            }
            Data::Table(fields) => TomlValue::Table(TomlValue::pairs(fields)),
        }
    }

    /// What the fields of a table say.
    pub fn pairs(fields: &[Field<'_>]) -> BTreeMap<String, TomlValue> {
        fields
            .iter()
            .map(|field| (field.name.to_string(), TomlValue::of(&field.data)))
            .collect()
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[TomlValue] {
        match self {
            TomlValue::List(items) => items,
            TomlValue::Text(_) | TomlValue::Word(_) | TomlValue::Table(_) => &[],
        }
    }

    /// A value of a table.
    pub fn column(&self, name: &str) -> Option<&TomlValue> {
        match self {
            TomlValue::Table(pairs) => pairs.get(name),
            TomlValue::Text(_) | TomlValue::Word(_) | TomlValue::List(_) => None,
        }
    }

    /// Of a list what another does not have; anything else as it is, and so a list that differs in
    /// its order only.
    pub fn without(&self, other: Option<&TomlValue>) -> TomlValue {
        let others = other.map_or(&[][..], TomlValue::items);
        let own: Vec<TomlValue> = self
            .items()
            .iter()
            .filter(|item| !others.contains(item))
            .cloned()
            .collect();
        match self {
            TomlValue::List(items) if !own.is_empty() || items.len() < others.len() => {
                TomlValue::List(own)
            }
            _ => self.clone(),
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            TomlValue::Text(text) => Some(text),
            TomlValue::Word(_) | TomlValue::List(_) | TomlValue::Table(_) => None,
        }
    }
}

/// The value as TOML on one line.
impl fmt::Display for TomlValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TomlValue::Text(text) => f.write_str(&quoted(text)),
            TomlValue::Word(word) => f.write_str(word),
            TomlValue::List(items) => {
                f.write_str("[")?;
                for (n, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if n == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            TomlValue::Table(pairs) if pairs.is_empty() => f.write_str("{}"),
            TomlValue::Table(pairs) => {
                f.write_str("{ ")?;
                for (n, (name, value)) in pairs.iter().enumerate() {
                    let comma = if n == 0 { "" } else { ", " };
                    write!(f, "{comma}{} = {value}", key(name))?;
                }
                f.write_str(" }")
            }
        }
    }
}

/// A key as TOML writes it.
pub fn key(name: &str) -> String {
    let bare = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { name.to_owned() } else { quoted(name) }
}
