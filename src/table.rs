//! What every report is made of: columns, rows, typed cells. The renderers see nothing else.

use serde_json::Value as Json;

use crate::number::{Decimal, Fraction, rounded};

/// A table and what is said about it.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The heading, for people.
    pub title: String,
    /// Lines below it, for people.
    pub notes: Vec<String>,
    /// Named facts about the whole, for machines: period, as_of.
    pub facts: Vec<(&'static str, String)>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<TableRow>,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// The name in machine formats.
    pub name: String,
    /// The full heading.
    pub label: String,
    /// The heading above a narrow table's column: a block's, and the column's own under it.
    pub short: (String, String),
    /// What its numbers count; empty for text.
    pub unit: &'static str,
    /// Who sees it.
    pub audience: Audience,
    /// Whether it is a figure, keyed by its name in a row's values.
    pub figure: bool,
    /// Whether a narrow table keeps it.
    pub compact: bool,
    /// A percentage or score below this is marked.
    pub below: Option<i64>,
    /// A count above this is marked.
    pub above: Option<i64>,
}

/// Who sees a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// People: tables on the terminal, spreadsheets.
    People,
    /// Programs: raw CSV, JSON.
    Machines,
    /// Both.
    Everyone,
}

/// A row.
#[derive(Clone, Debug)]
pub struct TableRow {
    /// Its cells, one for each column.
    pub cells: Vec<Cell>,
    /// Whether it sums up the others.
    pub total: bool,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing was ever meant to stand here.
    Empty,
    /// Words.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A ratio, printed as a percentage; the denominator is never 0.
    Ratio(i128, i128),
    /// A ratio that is an average, printed with so many decimals.
    Average {
        /// Above the line.
        num: i128,
        /// Below the line, never 0.
        den: i128,
        /// How many decimals people are shown.
        places: u32,
    },
    /// Tenths of a point.
    Points(i64),
    /// No data: not 0.
    NoData,
}

impl Column {
    /// A column of words that everyone sees.
    pub fn text(name: &str, label: String) -> Column {
        Column {
            name: name.to_owned(),
            short: (String::new(), label.clone()),
            label,
            unit: "",
            audience: Audience::Everyone,
            figure: false,
            compact: true,
            below: None,
            above: None,
        }
    }

    /// A column of numbers that everyone sees.
    pub fn number(name: &str, label: String, unit: &'static str) -> Column {
        Column {
            unit,
            ..Column::text(name, label)
        }
    }

    /// The same for some only.
    pub fn only(self, audience: Audience) -> Column {
        Column { audience, ..self }
    }

    /// Whether a cell of this column lags behind its mark.
    pub fn lags(&self, cell: &Cell) -> bool {
        let under = |num: i128, den: i128| {
            let value = Fraction::new(num, den);
            value
                .zip(self.below)
                .is_some_and(|(value, mark)| value < Fraction::whole(mark.into()))
        };
        match cell {
            Cell::Number(n) => self.above.is_some_and(|mark| *n > Decimal::from(mark)),
            Cell::Ratio(num, den) => under(num.saturating_mul(100), *den),
            Cell::Average { num, den, .. } => under(*num, *den),
            Cell::Points(tenths) => under((*tenths).into(), 10),
            Cell::Empty | Cell::Text(_) | Cell::NoData => false,
        }
    }
}

impl From<i64> for Cell {
    fn from(n: i64) -> Cell {
        Cell::Number(n.into())
    }
}

impl Cell {
    /// The cell as JSON: numbers as numbers, no data as null.
    pub fn json(&self) -> Json {
        match self {
            Cell::Empty | Cell::NoData => Json::Null,
            Cell::Text(text) => Json::from(text.as_str()),
            Cell::Number(n) => Json::Number(n.json()),
            // The exact value is a fraction, which JSON has no number for.
            Cell::Ratio(num, den) | Cell::Average { num, den, .. } => {
                Json::from(*num as f64 / *den as f64)
            }
            Cell::Points(tenths) => Json::from(*tenths as f64 / 10.0),
        }
    }

    /// The cell for people: `83.3%`, `—`.
    pub fn words(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Number(n) => n.to_string(),
            Cell::Ratio(num, den) => format!("{}%", rounded(num.saturating_mul(100), *den, 1)),
            Cell::Average { num, den, places } => rounded(*num, *den, *places),
            Cell::Points(tenths) => rounded(i128::from(*tenths), 10, 1),
            Cell::NoData => "—".to_owned(),
        }
    }

    /// The change that the cell stands for, with its sign.
    pub fn signed(&self) -> String {
        let words = match self {
            Cell::Ratio(num, den) => rounded(num.saturating_mul(100), *den, 1),
            other => other.words(),
        };
        let positive = words.starts_with(|c: char| c.is_ascii_digit())
            && words.contains(|c: char| ('1'..='9').contains(&c));
        if positive { format!("+{words}") } else { words }
    }

    /// The cell for programs: ratios as decimals with six places, no data empty.
    pub fn raw(&self) -> String {
        match self {
            Cell::Empty | Cell::NoData => String::new(),
            Cell::Ratio(num, den) | Cell::Average { num, den, .. } => rounded(*num, *den, 6),
            other => other.words(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_carry_their_sign() {
        assert_eq!(Cell::from(3).signed(), "+3");
        assert_eq!(Cell::from(0).signed(), "0");
        assert_eq!(Cell::Ratio(-1, 20).signed(), "-5.0");
        assert_eq!(Cell::NoData.signed(), "—");
    }
}
