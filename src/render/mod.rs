//! From tables, problems and the command line to text. Nothing here looks at a ledger.

pub mod calendar;
pub mod chart;
pub mod csv;
pub mod diagnostic;
pub mod document;
pub mod forms;
pub mod help;
pub mod html;
pub mod json;
pub mod man;
pub mod markdown;
pub mod prompt;
pub mod screen;
pub mod terminal;
pub mod workbook;

use unicode_width::UnicodeWidthStr;

use crate::locale::Locale;
use crate::table::TablePart;

/// A heading as what it is called and the days that it is counted for, in brackets at its end: one
/// that is too long breaks between the two.
fn name_and_days(heading: &str) -> (&str, &str) {
    heading.split_at(heading.rfind(['（', '(']).unwrap_or(heading.len()))
}

/// What a part of a table is called; nothing where it is the whole.
fn part_name(part: &TablePart, locale: &Locale) -> String {
    match part.is_overview {
        true => locale.text("page-overview"),
        false => locale.join(&part.blocks),
    }
}

/// Breaks a text into lines of at most `width` columns: at spaces, and anywhere between Chinese
/// characters, but never before closing punctuation.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for piece in pieces(paragraph) {
            if !line.is_empty() && line.width() + piece.trim_end().width() > width {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
                line.push_str(piece.trim_start());
            } else {
                line.push_str(&piece);
            }
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// The smallest pieces between which a line may break.
fn pieces(text: &str) -> Vec<String> {
    let wide = |c: char| unicode_width::UnicodeWidthChar::width(c) == Some(2);
    let closes = |c: char| "，。、；：？！）》」』”’…".contains(c);
    let opens = |c: char| "（《「『“‘".contains(c);
    let mut pieces: Vec<String> = Vec::new();
    let mut last: Option<char> = None;
    for c in text.chars() {
        let breaks = match last {
            None => true,
            Some(last) => {
                !closes(c) && !opens(last) && (last == ' ' && c != ' ' || wide(last) || wide(c))
            }
        };
        match pieces.last_mut() {
            Some(piece) if !breaks => piece.push(c),
            _ => pieces.push(c.to_string()),
        }
        last = Some(c);
    }
    pieces
}

/// A text followed by spaces up to `width` columns.
pub fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_wraps_between_characters_and_not_before_punctuation() {
        assert_eq!(wrap("一二三四，五六", 8), ["一二三", "四，五六"]);
        assert_eq!(wrap("the quick fox", 9), ["the quick", "fox"]);
        assert_eq!(wrap("a\n\nb", 9), ["a", "", "b"]);
    }
}
