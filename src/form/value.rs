//! From a cell to a value, through the same door as what is typed at a prompt.

use crate::day::{Day, When};
use crate::locale::Arg;
use crate::number::Decimal;
use crate::problem::{Problem, Rule};
use crate::record::{Value, input};
use crate::rules::form::Wording;
use crate::rules::kind::{FieldDef, FieldType};
use crate::sheet::Cell;

/// What is known of a cell besides what stands in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances<'r> {
    /// The words that forms use.
    pub(super) wording: &'r Wording,
    /// The year of days that name none.
    pub(super) when: When,
    /// The day that the file's serial number 0 stands for.
    pub(super) epoch: Day,
    /// How many of the field's own unit one of the form's is.
    pub(super) scale: Option<Decimal>,
    /// How the column says percentages.
    pub(super) percent: Percent,
    /// Whether it names a record, so that its lines were broken to fit the cell.
    pub(super) is_title: bool,
}

/// How a column of percentages is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Percent {
    /// It holds none.
    Not,
    /// As 60.
    Hundredths,
    /// As 0.6, and all as 1.
    Fractions,
    /// Some as 60, some as 0.6: what 1 is nobody knows.
    Mixed,
}

/// What a cell says of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Said {
    /// Nothing, as a blank does.
    Nothing,
    /// That the number is not known, in the cell's own words.
    Unknown(String),
    /// A value.
    Value(Value),
}

impl Circumstances<'_> {
    /// What a cell says of a field.
    ///
    /// # Errors
    /// A problem that names the field; the cell is the caller's to name.
    pub(super) fn read(&self, field: &FieldDef, cell: &Cell) -> Result<Said, Problem> {
        let text = cell.typed();
        let text = text.trim();
        match cell {
            Cell::Uncomputed => return Err(Problem::new(Rule::CELL_UNCOMPUTED)),
            Cell::Broken(error) => {
                return Err(Problem::new(Rule::CELL_BROKEN).with("value", error.as_str()));
            }
            _ => {}
        }
        let wording = self.wording;
        let is_boolean = matches!(field.ty, FieldType::Boolean);
        if text.is_empty()
            || Wording::is(&wording.blank, text)
            || Wording::is(&wording.none, text) && !is_boolean
        {
            return Ok(Said::Nothing);
        }
        if field.unless.is_some() && Wording::is(&wording.unknown, text) {
            return Ok(Said::Unknown(text.to_owned()));
        }
        let value = match field.list {
            true => Value::List(
                items(field, text)
                    .iter()
                    .map(|item| self.one(field, &Cell::Text(item.clone())))
                    .collect::<Result<_, _>>()?,
            ),
            false => self.one(field, cell)?,
        };
        Ok(Said::Value(value))
    }

    /// One value of a field.
    fn one(&self, field: &FieldDef, cell: &Cell) -> Result<Value, Problem> {
        let typed = cell.typed();
        let typed = typed.trim();
        let by_hand = |text: &str| input::value(field, text, self.when);
        match (&field.ty, cell) {
            (FieldType::Date, Cell::Number { .. } | Cell::Text(_)) => {
                let is_whole = |value: &Decimal| value.whole().is_some();
                match (self.serial(typed), cell) {
                    (Some(day), _) => Ok(Value::Day(day)),
                    // 8.1 may have been 8.10.
                    (None, Cell::Number { value, .. }) if !is_whole(value) => {
                        Err(input::not_understood(field, typed))
                    }
                    _ => self.dated(field, typed),
                }
            }
            (FieldType::Month, Cell::Day(day)) => by_hand(&day.to_string()[..7]),
            (FieldType::Year, Cell::Day(day)) => by_hand(&day.year().to_string()),
            (FieldType::Month, Cell::Number { value, .. })
                if value.whole().is_some_and(|n| (1..=12).contains(&n)) =>
            {
                self.dated(field, &format!("{typed}月"))
            }
            (FieldType::Quarter, Cell::Number { value, .. })
                if value.whole().is_some_and(|n| (1..=4).contains(&n)) =>
            {
                self.dated(field, &format!("Q{typed}"))
            }
            (FieldType::Month | FieldType::Quarter, _) => self.dated(field, typed),
            (FieldType::Integer { .. }, _) if input::personal_number(typed).is_some() => {
                let number = input::personal_number(typed).unwrap_or_default();
                Err(Problem::new(Rule::PERSONAL_NUMBER)
                    .with("field", &field.label)
                    .with("what", Arg::Message(number)))
            }
            (FieldType::Integer { .. } | FieldType::Decimal { .. }, _) => {
                self.number(field, cell, typed)
            }
            // “2人” is how many, not who.
            (FieldType::Table(_), _) if input::number(typed).is_some() => {
                Err(input::not_understood(field, typed))
            }
            (FieldType::Text, Cell::Text(text)) if self.is_title => by_hand(&joined(text)),
            (FieldType::Table(_), Cell::Text(text)) => by_hand(&with_colon(text)),
            _ => by_hand(typed),
        }
    }

    /// The day that a spreadsheet counts so, perhaps with the time of day behind the point.
    fn serial(&self, text: &str) -> Option<Day> {
        let days = text.split('.').next()?;
        let is_serial = days.len() == 5 && text.parse::<Decimal>().is_ok();
        let serial = days.parse().ok().filter(|_| is_serial)?;
        Day::from_serial(serial, self.epoch)
    }

    /// A day or a period; one that lacks only its year is refused for that.
    fn dated(&self, field: &FieldDef, text: &str) -> Result<Value, Problem> {
        input::value(field, text, self.when).map_err(|problem| {
            let with_a_year = When {
                year: Some(2000),
                ..self.when
            };
            match input::value(field, text, with_a_year) {
                Ok(_) if self.when.year.is_none() => no_year(field, text),
                _ => problem,
            }
        })
    }

    fn number(&self, field: &FieldDef, cell: &Cell, typed: &str) -> Result<Value, Problem> {
        let hundred = |value: Decimal| {
            value
                .times(100)
                .ok_or_else(|| input::not_understood(field, typed))
        };
        let is_percentage = self.percent != Percent::Not;
        let number = match cell {
            Cell::Number {
                value,
                percent: true,
            } if is_percentage => hundred(*value)?,
            Cell::Number { percent: true, .. } => return Err(input::not_understood(field, typed)),
            Cell::Number { value, .. } => match self.percent {
                Percent::Fractions => hundred(*value)?,
                Percent::Mixed if *value <= Decimal::ONE && !value.is_zero() => {
                    return Err(Problem::new(Rule::CELL_PERCENT).with("value", typed));
                }
                _ => *value,
            },
            Cell::Text(text) if is_percentage && text.trim_end().ends_with(['%', '％']) => {
                let digits = text.trim().trim_end_matches(['%', '％']);
                return input::value(field, digits, self.when);
            }
            Cell::Text(text) if self.percent == Percent::Fractions => match input::number(text) {
                Some(value) => hundred(value)?,
                None => return Err(input::not_understood(field, typed)),
            },
            Cell::Text(text) => match (self.scale, input::number(text)) {
                // “3.5万元” says its unit itself, whatever the heading says.
                (Some(_), Some(value)) if !text.contains(['元', '万']) => value,
                _ => return input::value(field, typed, self.when),
            },
            _ => return Err(input::not_understood(field, typed)),
        };
        let number = match self.scale.and_then(Decimal::whole) {
            Some(scale) => number
                .times(scale.into())
                .ok_or_else(|| input::not_understood(field, typed))?,
            None => number,
        };
        input::value(field, &number.to_string(), self.when)
    }
}

/// That a day or month names no year, and nothing else does.
pub(super) fn no_year(field: &FieldDef, text: &str) -> Problem {
    Problem::new(Rule::CELL_YEAR)
        .with("field", &field.label)
        .with("value", text)
}

/// A text whose lines were broken to fit a cell, on one line.
fn joined(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let is_latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if is_latin(out.chars().next_back()) && is_latin(line.chars().next()) {
            out.push(' ');
        }
        out.push_str(line);
    }
    out
}

/// `李某（病假）` as `李某:病假`, which is how a table's row is typed.
fn with_colon(text: &str) -> String {
    let bare = text.trim();
    match bare
        .strip_suffix(['）', ')'])
        .and_then(|rest| rest.split_once(['（', '(']))
    {
        Some((before, inside)) if !before.trim().is_empty() => {
            format!("{}:{}", before.trim(), inside.trim())
        }
        _ => bare.to_owned(),
    }
}

/// The items of a list in a cell: on lines of their own; or, where they are short as names are,
/// with any mark between them; or with semicolons between them.
fn items(field: &FieldDef, text: &str) -> Vec<String> {
    const NAME: usize = 20;
    let split = |marks: &[char]| -> Vec<String> {
        let mut depth = 0i32;
        let parts = text.split(|c: char| {
            match c {
                '（' | '(' | '“' | '《' => depth += 1,
                '）' | ')' | '”' | '》' => depth -= 1,
                _ => {}
            }
            depth <= 0 && marks.contains(&c)
        });
        let parts = parts.map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let is_path = matches!(field.ty, FieldType::Path);
    let is_date = |part: &String| part.bytes().all(|b| b.is_ascii_digit());
    if let Some(items) = numbered(text) {
        return items;
    }
    let lines = split(&['\n']);
    if lines.len() > 1 {
        return lines;
    }
    if matches!(field.ty, FieldType::Table(_)) {
        return rows(&split(&['；', ';', '、', '，', ',']));
    }
    let marks: &[char] = match is_path {
        true => &['；', ';', '、', '，', ','],
        false => &['；', ';', '、', '，', ',', '/'],
    };
    let parts = split(marks);
    let are_names = parts.iter().all(|part| part.chars().count() <= NAME);
    match are_names && !text.contains('。') && !parts.iter().all(is_date) {
        true => parts,
        false => split(&['；', ';']),
    }
}

/// The rows of a table in a cell: what follows a closing bracket is another.
fn rows(parts: &[String]) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for part in parts {
        let mut row = String::new();
        for c in part.chars() {
            row.push(c);
            if matches!(c, '）' | ')') {
                rows.push(std::mem::take(&mut row).trim().to_owned());
            }
        }
        rows.push(row.trim().to_owned());
    }
    rows.retain(|row| !row.is_empty());
    rows
}

/// The items of a list that numbers them: `1、…；2、…`, `（一）…`, `①…`; the numbers are no part of
/// them.
fn numbered(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    number_before(text)?;
    let mut items: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(length) = number_before(rest) {
        rest = rest[length..].trim_start();
        // The next number stands behind the end of a sentence, a part of one, or a line.
        let ends = rest.char_indices().filter(|(_, c)| "；;。\n ".contains(*c));
        let mut ends = ends.map(|(at, c)| at + c.len_utf8());
        let next = ends.find(|end| number_before(rest[*end..].trim_start()).is_some());
        let (item, after) = rest.split_at(next.unwrap_or(rest.len()));
        items.push(item.trim().trim_end_matches(['；', ';', '。']).to_owned());
        rest = after.trim_start();
    }
    items.retain(|item| !item.is_empty());
    Some(items)
}

/// How long the number of an item is that a text begins with.
fn number_before(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if ('①'..='⑳').contains(&first) {
        return Some(first.len_utf8());
    }
    let is_digit = |c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c);
    let bracketed = text.strip_prefix(['（', '(']);
    let inner = bracketed.unwrap_or(text);
    let digits: usize = inner
        .chars()
        .take_while(|c| is_digit(*c))
        .map(char::len_utf8)
        .sum();
    let end = inner[digits..].chars().next().filter(|_| digits > 0)?;
    let after = inner[digits + end.len_utf8()..].chars().next();
    let closes = match bracketed {
        Some(_) => matches!(end, '）' | ')'),
        None => match end {
            '、' | '．' => true,
            // 1.5 is a number.
            '.' | ')' | '）' => after.is_some_and(|c| !c.is_ascii_digit()),
            _ => false,
        },
    };
    let all = text.len() - inner.len() + digits + end.len_utf8();
    (closes && after.is_some()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rules;

    fn list_field() -> FieldDef {
        let kind = Rules::built_in().kind("task").expect("a kind");
        kind.fields[kind.index("supporting").expect("a field")].clone()
    }

    #[test]
    fn names_in_a_cell_are_a_list_and_sentences_are_not() {
        let field = list_field();
        for (text, found) in [
            ("甲、乙", vec!["甲", "乙"]),
            ("甲，乙;丙", vec!["甲", "乙", "丙"]),
            ("甲/乙", vec!["甲", "乙"]),
            ("甲\n乙、丙", vec!["甲", "乙、丙"]),
            ("甲（含乙、丙）、丁", vec!["甲（含乙、丙）", "丁"]),
            ("1、学习文件；2、讨论", vec!["学习文件", "讨论"]),
            ("一、传达，学习；二、讨论。", vec!["传达，学习", "讨论"]),
            ("①甲\n②乙", vec!["甲", "乙"]),
            ("（1）甲（2）乙", vec!["甲（2）乙"]),
            ("1.5万", vec!["1.5万"]),
            (
                "要求各支部于九月底之前完成全部的排查工作，并形成书面的报告、台账。",
                vec!["要求各支部于九月底之前完成全部的排查工作，并形成书面的报告、台账。"],
            ),
        ] {
            assert_eq!(items(&field, text), found, "{text}");
        }
    }

    #[test]
    fn broken_lines_of_a_title_are_one() {
        assert_eq!(joined("七月\n例会"), "七月例会");
        assert_eq!(joined("July\nmeeting"), "July meeting");
    }
}
