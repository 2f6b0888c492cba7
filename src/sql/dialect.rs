//! Where engines differ: names, types, a few functions, literals.

use crate::day::Day;
use crate::number::{Decimal, Fraction};
use crate::spelling::{NOTHINGS, half_width, is_steering};
use crate::sql::tables::SqlType;

/// An engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// DuckDB.
    DuckDb,
    /// Spark SQL.
    Spark,
}

/// Both.
pub const DIALECTS: [Dialect; 2] = [Dialect::DuckDb, Dialect::Spark];

/// The places of the largest whole number that both engines have.
const WIDE: u32 = 38;

/// Words that cannot stand for a column or table in one of the engines.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "anti",
    "any",
    "array",
    "as",
    "asc",
    "asof",
    "asymmetric",
    "at",
    "authorization",
    "between",
    "binary",
    "both",
    "by",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "delete",
    "desc",
    "describe",
    "distinct",
    "do",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "exists",
    "false",
    "fetch",
    "filter",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "generated",
    "glob",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "insert",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "lambda",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "map",
    "minus",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "pivot",
    "pivot_longer",
    "pivot_wider",
    "placing",
    "positional",
    "primary",
    "qualify",
    "references",
    "returning",
    "right",
    "row",
    "rows",
    "select",
    "semi",
    "session_user",
    "set",
    "show",
    "similar",
    "some",
    "struct",
    "summarize",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "time",
    "to",
    "trailing",
    "true",
    "try_cast",
    "union",
    "unique",
    "unknown",
    "unpivot",
    "update",
    "user",
    "using",
    "values",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

/// So many millionths are one.
const MILLION: i128 = 1_000_000;

/// Blanks of any width, tabs and line ends: what is taken off both ends of a name.
const BLANKS: &str = "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\
                      \u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\
                      \u{205f}\u{3000}";

impl Dialect {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::DuckDb => "duckdb",
            Dialect::Spark => "spark",
        }
    }

    /// A name that stands for itself, whatever words the engine has.
    pub fn quoted(self, name: &str) -> String {
        match self {
            Dialect::DuckDb => format!("\"{name}\""),
            Dialect::Spark => format!("`{name}`"),
        }
    }

    /// A name as it is, where no engine takes it for a word of its own.
    pub fn ident(self, name: &str) -> String {
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let begins = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        match begins && name.bytes().all(is_plain) && RESERVED.binary_search(&name).is_err() {
            true => name.to_owned(),
            false => self.quoted(name),
        }
    }

    /// What the engine calls a type.
    pub fn type_name(self, ty: SqlType) -> String {
        match (ty, self) {
            (SqlType::BigInt, _) => "BIGINT".to_owned(),
            (SqlType::Date, _) => "DATE".to_owned(),
            (SqlType::Boolean, _) => "BOOLEAN".to_owned(),
            (SqlType::Text, Dialect::DuckDb) => "VARCHAR".to_owned(),
            (SqlType::Text, Dialect::Spark) => "STRING".to_owned(),
            (SqlType::Decimal(places), _) => format!("DECIMAL(18, {places})"),
        }
    }

    /// A text. What nobody could see in it, or what would steer a terminal, stands by its number,
    /// and so does a semicolon: who cuts a text into statements finds none but between them.
    pub(super) fn text(self, text: &str) -> String {
        let is_hidden = |c: char| {
            let is_blank = c.is_whitespace() && c != ' ';
            c == ';' || is_steering(c) || NOTHINGS.contains(&c) || is_blank
        };
        match self {
            Dialect::DuckDb => {
                let piece = |piece: &str| match piece.chars().next().filter(|c| is_hidden(*c)) {
                    Some(c) => format!("chr({})", u32::from(c)),
                    None => format!("'{}'", piece.replace('\'', "''")),
                };
                let pieces = text.split_inclusive(is_hidden).flat_map(|part| {
                    let plain = part.trim_end_matches(is_hidden);
                    [plain, &part[plain.len()..]]
                });
                let pieces: Vec<String> = pieces.filter(|p| !p.is_empty()).map(piece).collect();
                match &pieces[..] {
                    [] => "''".to_owned(),
                    [one] => one.clone(),
                    all => format!("({})", all.join(" || ")),
                }
            }
            Dialect::Spark => {
                let said = |c: char| match c {
                    '\'' | '\\' => format!("\\{c}"),
                    c if is_hidden(c) => format!("\\u{:04X}", u32::from(c)),
                    c => c.to_string(),
                };
                format!("'{}'", text.chars().map(said).collect::<String>())
            }
        }
    }

    /// Texts, one after the other.
    fn texts<'t>(self, texts: impl IntoIterator<Item = &'t str>) -> String {
        let all: Vec<String> = texts.into_iter().map(|text| self.text(text)).collect();
        all.join(", ")
    }

    /// Whether a column is one of some texts.
    pub(super) fn one_of<'t>(
        self,
        column: &str,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> String {
        let all: Vec<&str> = texts.into_iter().collect();
        match all[..] {
            [] => "FALSE".to_owned(),
            [one] => format!("{column} = {}", self.text(one)),
            _ => format!("{column} IN ({})", self.texts(all)),
        }
    }

    /// A whole number of up to 38 digits: sums and products of numbers stay exact, or are an error.
    pub(super) fn wide(self, number: &str) -> String {
        match self {
            Dialect::DuckDb => format!("CAST({number} AS HUGEINT)"),
            Dialect::Spark => format!("CAST({number} AS DECIMAL({WIDE}, 0))"),
        }
    }

    /// A number with so many decimals, wide enough for any sum.
    pub(super) fn wide_decimal(self, number: &str, places: u32) -> String {
        match places {
            0 => self.wide(number),
            places => format!("CAST({number} AS DECIMAL({WIDE}, {places}))"),
        }
    }

    /// The whole part of a quotient, nearer to nothing.
    pub(super) fn quotient(self, above: &str, below: &str) -> String {
        match self {
            Dialect::DuckDb => format!("({above}) // ({below})"),
            Dialect::Spark => format!("({above}) div ({below})"),
        }
    }

    /// The days from one day to another.
    pub(super) fn days_between(self, from: &str, to: &str) -> String {
        match self {
            Dialect::DuckDb => format!("date_diff('day', {from}, {to})"),
            Dialect::Spark => format!("datediff({to}, {from})"),
        }
    }

    /// A text as names are compared: half-width, without blanks at its ends. The tables hold texts
    /// in NFC.
    pub(super) fn folded(self, text: &str) -> String {
        let wide: String = ('\u{ff01}'..='\u{ff5e}').chain(['\u{3000}']).collect();
        let narrow = half_width(&wide);
        // What has no counterpart goes.
        let from: String = wide.chars().chain(NOTHINGS).collect();
        format!(
            "TRIM(BOTH {} FROM TRANSLATE({text}, {}, {}))",
            self.text(BLANKS),
            self.text(&from),
            self.text(&narrow)
        )
    }

    /// Makes a table of this session of what a statement gives.
    pub(super) fn kept(self, name: &str, statement: &str) -> String {
        match self {
            Dialect::DuckDb => format!("CREATE OR REPLACE TEMP TABLE {name} AS\n{statement};\n"),
            Dialect::Spark => {
                format!("DROP VIEW IF EXISTS {name};\n\nCACHE TABLE {name} AS\n{statement};\n")
            }
        }
    }
}

/// A day.
pub(super) fn day(day: Day) -> String {
    format!("DATE '{day}'")
}

/// A number, in so many of its smallest units as it has with six decimals.
pub(super) fn millionths(number: Decimal) -> String {
    let Fraction { num, den } = number.into();
    // It has no more than six decimals.
    (num * (MILLION / den)).to_string()
}

/// 10 to the power of `places`.
pub(super) fn power(places: u32) -> String {
    format!("1{}", "0".repeat(places as usize))
}

/// What comes out of a whole number of units of `places` decimals.
pub(super) fn decimal(units: &str, places: u32) -> String {
    format!(
        "CAST({units} AS DECIMAL(30, 0)) * 0.{:0>1$}",
        1, places as usize
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_an_engine_are_quoted() {
        assert!(RESERVED.is_sorted());
        assert_eq!(Dialect::DuckDb.ident("on"), "\"on\"");
        assert_eq!(Dialect::Spark.ident("kept-rate"), "`kept-rate`");
        assert_eq!(Dialect::Spark.ident("tasks_due"), "tasks_due");
    }

    #[test]
    fn literals_are_what_they_say() {
        assert_eq!(Dialect::DuckDb.text("a'b\\"), "'a''b\\'");
        assert_eq!(Dialect::Spark.text("a'b\\"), "'a\\'b\\\\'");
        let hidden = "a\u{200b}b\n";
        assert_eq!(
            Dialect::DuckDb.text(hidden),
            "('a' || chr(8203) || 'b' || chr(10))"
        );
        assert_eq!(Dialect::Spark.text(hidden), "'a\\u200Bb\\u000A'");
        let tricky = "x' || chr(1) || '\n' || '";
        let said = "('x'' || chr(1) || ''' || chr(10) || ''' || ''')";
        assert_eq!(Dialect::DuckDb.text(tricky), said);
        assert_eq!(Dialect::DuckDb.text(""), "''");
        let blanks: String = ('\0'..=char::MAX).filter(|c| c.is_whitespace()).collect();
        assert_eq!(BLANKS, blanks);
        let number = |text: &str| millionths(text.parse().expect("a number"));
        assert_eq!(
            ["3", "-0.5", "0", "12.25"].map(number),
            ["3000000", "-500000", "0", "12250000"]
        );
        assert_eq!(decimal("x", 1), "CAST(x AS DECIMAL(30, 0)) * 0.1");
        assert_eq!(decimal("x", 6), "CAST(x AS DECIMAL(30, 0)) * 0.000001");
    }
}
