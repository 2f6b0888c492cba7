//! What every report is made of: columns, rows, typed cells. The renderers see nothing else.

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
    pub rows: Vec<Row>,
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
pub struct Row {
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
    /// A whole number.
    Number(i64),
    /// A ratio, printed as a percentage; the denominator is never 0.
    Ratio(i128, i128),
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
        Column { unit, ..Column::text(name, label) }
    }

    /// The same for some only.
    pub fn only(self, audience: Audience) -> Column {
        Column { audience, ..self }
    }

    /// Whether a cell of this column lags behind its mark.
    pub fn lags(&self, cell: &Cell) -> bool {
        let under = |value: f64| self.below.is_some_and(|mark| value < mark as f64);
        match cell {
            Cell::Number(n) => self.above.is_some_and(|mark| *n > mark),
            Cell::Ratio(num, den) => under(*num as f64 * 100.0 / *den as f64),
            Cell::Points(tenths) => under(*tenths as f64 / 10.0),
            Cell::Empty | Cell::Text(_) | Cell::NoData => false,
        }
    }
}

impl Cell {
    /// The cell for people: `83.3%`, `—`.
    pub fn words(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Number(n) => n.to_string(),
            Cell::Ratio(num, den) => format!("{}%", decimal(*num * 100, *den, 1)),
            Cell::Points(tenths) => decimal(i128::from(*tenths), 10, 1),
            Cell::NoData => "—".to_owned(),
        }
    }

    /// The change that the cell stands for, with its sign.
    pub fn signed(&self) -> String {
        let words = match self {
            Cell::Ratio(num, den) => decimal(*num * 100, *den, 1),
            other => other.words(),
        };
        let positive = words.starts_with(|c: char| c.is_ascii_digit()) && words.contains(|c: char| ('1'..='9').contains(&c));
        if positive { format!("+{words}") } else { words }
    }

    /// The cell for programs: ratios as decimals with six places, no data empty.
    pub fn raw(&self) -> String {
        match self {
            Cell::Empty | Cell::NoData => String::new(),
            Cell::Ratio(num, den) => decimal(*num, *den, 6),
            other => other.words(),
        }
    }
}

/// A fraction with `places` decimals, half rounded away from zero, computed in whole numbers.
pub fn decimal(num: i128, den: i128, places: u32) -> String {
    let scale = 10i128.pow(places);
    let (num, negative) = (num.abs(), (num < 0) != (den < 0));
    let den = den.abs().max(1);
    let whole = num.checked_mul(scale * 2).map_or(i128::MAX, |n| (n + den) / (den * 2));
    let sign = if negative && whole != 0 { "-" } else { "" };
    if places == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{}.{:0width$}", whole / scale, whole % scale, width = places as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        for (num, den, places, text) in [
            (5, 6, 6, "0.833333"),
            (1, 3, 1, "0.3"),
            (2, 3, 1, "0.7"),
            (1, 8, 2, "0.13"),
            (-1, 8, 2, "-0.13"),
            (0, 5, 1, "0.0"),
            (-1, 1000, 1, "0.0"),
            (7, 7, 6, "1.000000"),
        ] {
            assert_eq!(decimal(num, den, places), text, "{num}/{den}");
        }
    }

    #[test]
    fn changes_carry_their_sign() {
        assert_eq!(Cell::Number(3).signed(), "+3");
        assert_eq!(Cell::Number(0).signed(), "0");
        assert_eq!(Cell::Ratio(-1, 20).signed(), "-5.0");
        assert_eq!(Cell::NoData.signed(), "—");
    }
}
