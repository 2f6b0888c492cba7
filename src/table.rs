//! What every report is made of: columns, rows, typed cells, charts, and what stands behind a
//! figure. The renderers see nothing else.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::day::Day;
use crate::number::{Decimal, Fraction, rounded};

/// What a command shows: tables under one heading, charts of them, and what stands behind their
/// figures.
#[derive(Clone, Debug, Default)]
pub struct Publication {
    /// The heading of all; empty where the only table has its own.
    pub title: String,
    /// Lines below it.
    pub notes: Vec<String>,
    /// The tables, each with the heading that sets it apart.
    pub tables: Vec<Table>,
    /// Pictures of the figures.
    pub charts: Vec<Chart>,
    /// What stands behind the figures; cells of tables name them by index.
    pub sources: Vec<Source>,
    /// Days for a calendar.
    pub events: Vec<Event>,
}

/// A day for a calendar.
#[derive(Clone, Debug)]
pub struct Event {
    /// What tells it from all others, the same whenever it is given out.
    pub uid: String,
    /// The day.
    pub day: Day,
    /// What is on that day.
    pub title: String,
    /// What else there is to say.
    pub note: String,
}

/// What an official table says around itself.
#[derive(Clone, Debug, Default)]
pub struct Letterhead {
    /// The heading without the days it is counted for.
    pub title: String,
    /// The line below the heading, from left to right: who reports, of which day, in which units.
    pub above: [String; 3],
    /// What is signed below the table.
    pub below: Vec<String>,
}

/// A picture of figures.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The heading.
    pub title: String,
    /// How they are drawn.
    pub form: ChartForm,
    /// What stands along the axis.
    pub categories: Vec<String>,
    /// The figures, a series a metric.
    pub series: Vec<Series>,
    /// A figure to hold all others against: the whole's, with its name.
    pub mark: Option<(String, Cell)>,
}

impl Chart {
    /// All its figures but the mark.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.series.iter().flat_map(|series| &series.cells)
    }

    /// Whether there is anything to draw.
    pub fn has_figures(&self) -> bool {
        self.cells().any(|cell| cell.size() >= 0.0)
    }

    /// Its figures as a table, for what cannot hold a picture.
    pub fn table(&self) -> Table {
        let series = self.series.iter();
        let columns = series
            .clone()
            .map(|series| Column::number("", series.label.clone(), "items"));
        let rows = self.categories.iter().enumerate().map(|(n, category)| {
            let figures = series.clone().map(|series| series.cells[n].clone());
            TableRow::of(
                [Cell::Text(category.clone())]
                    .into_iter()
                    .chain(figures)
                    .collect(),
            )
        });
        let mark = self.mark.iter().map(|(name, cell)| TableRow {
            total: true,
            ..TableRow::of(vec![Cell::Text(name.clone()), cell.clone()])
        });
        Table {
            title: self.title.clone(),
            columns: [Column::text("", String::new())]
                .into_iter()
                .chain(columns)
                .collect(),
            rows: rows.chain(mark).collect(),
            ..Table::default()
        }
    }

    /// Whether its axis is one of percentages.
    pub fn is_percent(&self) -> bool {
        self.cells().any(Cell::is_ratio)
    }
}

/// How a chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartForm {
    /// A bar for each category.
    Bars,
    /// A line over the categories, which are periods.
    Lines,
}

/// Figures of one kind.
#[derive(Clone, Debug)]
pub struct Series {
    /// What they are.
    pub label: String,
    /// One for each category.
    pub cells: Vec<Cell>,
}

/// What stands behind a figure.
#[derive(Clone, Debug)]
pub struct Source {
    /// Whose figure of what: `高新街道 · 例会召开`.
    pub title: String,
    /// The figure.
    pub value: Cell,
    /// The figures that it is made of, each by its name and its source.
    pub parts: Vec<SourcePart>,
    /// The records that it counts.
    pub records: Vec<SourceRecord>,
}

/// A figure that another is made of.
#[derive(Clone, Debug)]
pub struct SourcePart {
    /// What it is to the other.
    pub label: String,
    /// What stands behind it.
    pub source: usize,
}

/// A record behind a figure, or a window that is owed.
#[derive(Clone, Debug)]
pub struct SourceRecord {
    /// Its organisation.
    pub org: String,
    /// Its title.
    pub what: String,
    /// When it begins.
    pub day: Option<Day>,
    /// What it adds.
    pub adds: Decimal,
    /// File and line, a line for each record.
    pub place: String,
    /// Its id.
    pub id: String,
}

impl Publication {
    /// Its heading.
    pub fn heading(&self) -> &str {
        match &self.tables[..] {
            [only] if self.title.is_empty() => &only.title,
            _ => &self.title,
        }
    }

    /// The first of its tables: for most commands the only one.
    pub fn first(&self) -> &Table {
        static NONE: Table = Table::empty();
        self.tables.first().unwrap_or(&NONE)
    }

    /// All its tables as one, for formats that know no headings between rows: what sets them apart
    /// stands in a column before the others.
    pub fn as_one(&self, label: &str) -> Table {
        // Rows of one file have one kind of columns: those of the last table that has any.
        let has_columns = |table: &&Table| !table.columns.is_empty();
        let mut columns = self
            .tables
            .iter()
            .rfind(has_columns)
            .map(|table| table.columns.clone())
            .unwrap_or_default();
        let is_alike = |table: &&Table| {
            let names = table.columns.iter().map(|column| &column.name);
            table.columns.is_empty() || names.eq(columns.iter().map(|column| &column.name))
        };
        let tables: Vec<&Table> = self.tables.iter().filter(is_alike).collect();
        let [first, rest @ ..] = &tables[..] else {
            return Table::default();
        };
        if rest.is_empty() {
            return (*first).clone();
        }
        columns.insert(0, Column::text("part", label.to_owned()));
        let rows = tables.iter().flat_map(|table| {
            table.rows.iter().map(|row| {
                let mut row = row.clone();
                row.cells.insert(0, Cell::Text(table.title.clone()));
                row
            })
        });
        Table {
            title: self.title.clone(),
            facts: first.facts.clone(),
            rows: rows.collect(),
            columns,
            ..Table::default()
        }
    }
}

impl From<Table> for Publication {
    fn from(table: Table) -> Publication {
        Publication {
            tables: vec![table],
            ..Publication::default()
        }
    }
}

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
    /// What stands behind cells: by row and column the index of a source.
    pub sources: BTreeMap<(usize, usize), usize>,
    /// What an official table says around itself.
    pub letterhead: Option<Letterhead>,
}

/// Some columns of a table, as many as can be read on a page.
#[derive(Clone, Debug)]
pub struct TablePart {
    /// The blocks that it has; none where nothing sets it apart.
    pub blocks: Vec<String>,
    /// Whether it has what a narrow table keeps.
    pub is_overview: bool,
    /// Its columns, by index.
    pub columns: Vec<usize>,
}

impl TablePart {
    /// The most figures that are read side by side on a page.
    pub const MOST_FIGURES: usize = 12;
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
    /// Whether its figures are such that those of several organisations add up to that of all.
    pub adds_up: bool,
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
    /// How many rows above it, of those that hold it too, it lies under.
    pub depth: usize,
}

impl Table {
    /// Nothing.
    const fn empty() -> Table {
        Table {
            title: String::new(),
            notes: Vec::new(),
            facts: Vec::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            sources: BTreeMap::new(),
            letterhead: None,
        }
    }

    /// A cell for people, a change with its sign.
    pub fn words(&self, row: &TableRow, column: usize) -> String {
        match self.columns[column].unit {
            "change" => row.cells[column].signed(),
            _ => row.cells[column].words(),
        }
    }

    /// The columns that people see, by index.
    pub fn seen(&self) -> Vec<usize> {
        self.but_for(Audience::Machines)
    }

    /// The columns that are not for these alone, by index.
    pub fn but_for(&self, audience: Audience) -> Vec<usize> {
        let columns = self.columns.iter().enumerate();
        let others = columns.filter(|(_, column)| column.audience != audience);
        others.map(|(n, _)| n).collect()
    }

    /// What stands above a column: the block that it shares with those beside it, or nothing.
    pub fn block(&self, column: usize) -> &str {
        &self.columns[column].short.0
    }

    /// Columns side by side in runs that share a block; one without a block is a run of its own.
    pub fn runs<'c>(&self, columns: &'c [usize]) -> impl Iterator<Item = &'c [usize]> {
        columns.chunk_by(|&a, &b| !self.block(a).is_empty() && self.block(a) == self.block(b))
    }

    /// The table in parts that can be read on a page: all of it where it has few figures; else an
    /// overview, then blocks of columns side by side while there is room. What names a row stands
    /// in each.
    pub fn parts(&self) -> Vec<TablePart> {
        let most = TablePart::MOST_FIGURES;
        let (figures, names): (Vec<usize>, Vec<usize>) = self
            .seen()
            .into_iter()
            .partition(|&n| self.columns[n].figure);
        let part = |blocks: Vec<String>, figures: &[usize]| TablePart {
            blocks,
            is_overview: false,
            columns: names.iter().chain(figures).copied().collect(),
        };
        if figures.len() <= most {
            return vec![part(Vec::new(), &figures)];
        }
        let compact = figures.iter().filter(|&&n| self.columns[n].compact);
        let compact: Vec<usize> = compact.copied().collect();
        let mut parts = Vec::new();
        if compact.len() <= most && !compact.is_empty() {
            parts.push(TablePart {
                is_overview: true,
                ..part(Vec::new(), &compact)
            });
        }
        let mut open: Vec<usize> = Vec::new();
        let close = |open: &mut Vec<usize>, parts: &mut Vec<TablePart>| {
            let mut blocks: Vec<&str> = open.iter().map(|&n| self.block(n)).collect();
            blocks.dedup();
            blocks.retain(|name| !name.is_empty());
            let blocks = blocks.into_iter().map(str::to_owned).collect();
            parts.push(part(blocks, &std::mem::take(open)));
        };
        for of_block in figures.chunk_by(|&a, &b| self.block(a) == self.block(b)) {
            for chunk in of_block.chunks(most) {
                if !open.is_empty() && open.len() + chunk.len() > most {
                    close(&mut open, &mut parts);
                }
                open.extend(chunk);
            }
        }
        if !open.is_empty() {
            close(&mut open, &mut parts);
        }
        parts
    }

    /// Whether a figure lags behind its mark; a sum of others has none.
    pub fn lags(&self, row: &TableRow, column: usize) -> bool {
        !row.total && self.columns[column].lags(&row.cells[column])
    }

    /// Whether one of some columns' figures lags.
    pub fn has_laggards(&self, columns: &[usize]) -> bool {
        let lags = |row: &TableRow| columns.iter().any(|&n| self.lags(row, n));
        self.rows.iter().any(lags)
    }
}

impl TableRow {
    /// A row of the list itself.
    pub fn of(cells: Vec<Cell>) -> TableRow {
        TableRow {
            cells,
            total: false,
            depth: 0,
        }
    }
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
    /// A day.
    Day(Day),
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
            adds_up: false,
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
            Cell::Empty | Cell::Text(_) | Cell::Day(_) | Cell::NoData => false,
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
            Cell::Day(day) => Json::from(day.to_string()),
            Cell::Number(n) => Json::Number(n.json()),
            // The exact value is a fraction, which JSON has no number for.
            Cell::Ratio(..) | Cell::Average { .. } | Cell::Points(_) => Json::from(self.float()),
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
            Cell::Day(day) => day.to_string(),
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

    /// The number that it is, for programs that have no exact ones.
    pub fn float(&self) -> Option<f64> {
        match self {
            Cell::Empty | Cell::Text(_) | Cell::Day(_) | Cell::NoData => None,
            // Fifteen digits hold every amount that a record can.
            Cell::Number(n) => n.to_string().parse().ok(),
            Cell::Ratio(num, den) | Cell::Average { num, den, .. } => {
                Some(*num as f64 / *den as f64)
            }
            Cell::Points(tenths) => Some(*tenths as f64 / 10.0),
        }
    }

    /// How far it reaches in a picture: a ratio in percent, no data below everything.
    pub fn size(&self) -> f64 {
        let percent = if self.is_ratio() { 100.0 } else { 1.0 };
        self.float()
            .map_or(f64::NEG_INFINITY, |size| percent * size)
    }

    /// Whether it is printed as a percentage.
    pub fn is_ratio(&self) -> bool {
        matches!(self, Cell::Ratio(..))
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
