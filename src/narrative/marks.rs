//! Marks around what a template prints, by which each figure is found again in the finished text.
//!
//! A mark is made of noncharacters, which no text may hold: they survive filters, joins and
//! escapes, and are taken out at the end.

/// Opens a mark; its number follows.
const OPEN: char = '\u{fdd0}';
/// Ends the number.
const NUMBER: char = '\u{fdd1}';
/// Closes a mark.
const CLOSE: char = '\u{fdd2}';

/// A text in the marks of entry `n` of the log.
pub fn marked(n: usize, text: &str) -> String {
    format!("{OPEN}{n}{NUMBER}{text}{CLOSE}")
}

/// A text as it comes from a file: it may not bring marks of its own.
pub fn clean(text: &str) -> String {
    text.replace([OPEN, NUMBER, CLOSE], "")
}

/// A marked figure in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkedFigure {
    /// Its entry in the log.
    pub entry: usize,
    /// The text without marks in which it stands: a sentence.
    pub sentence: String,
    /// What is printed of it.
    pub text: String,
}

/// The text without its marks.
pub fn stripped(text: &str) -> String {
    walk(text).0
}

/// The figures of a text in the order they stand, each with its sentence.
pub fn found(text: &str) -> Vec<MarkedFigure> {
    let (plain, spans) = walk(text);
    // Where sentences end: behind their last sign.
    let ends: Vec<usize> = plain
        .match_indices(ENDS)
        .map(|(at, sign)| at + sign.len())
        .collect();
    let sentence = |start: usize, end: usize| {
        let before = ends
            .partition_point(|at| *at <= start)
            .checked_sub(1)
            .map_or(0, |n| ends[n]);
        let after = ends
            .get(ends.partition_point(|at| *at <= end))
            .copied()
            .unwrap_or(plain.len());
        // What never ends is no sentence: a table's row, a text of lines without an end.
        let (from, to) = (
            plain.ceil_char_boundary(start.saturating_sub(LONGEST)),
            plain.floor_char_boundary(end.saturating_add(LONGEST)),
        );
        plain[before.max(from.min(start))..after.min(to.max(end))]
            .trim()
            .to_owned()
    };
    spans
        .into_iter()
        .map(|(entry, start, end)| {
            // Where filters have cut marks, one may seem to reach over half the document.
            let end = end.min(plain.floor_char_boundary(start.saturating_add(LONGEST)));
            MarkedFigure {
                entry,
                sentence: sentence(start, end),
                text: plain[start..end].to_owned(),
            }
        })
        .collect()
}

/// The signs that end a sentence.
const ENDS: [char; 7] = ['。', '！', '？', '；', '\n', '!', '?'];

/// How much of a sentence is shown on either side of a figure, in bytes.
const LONGEST: usize = 500;

/// The plain text, and for each mark its entry, start and end in it.
fn walk(text: &str) -> (String, Vec<(usize, usize, usize)>) {
    let mut plain = String::with_capacity(text.len());
    let (mut spans, mut open) = (Vec::new(), Vec::new());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            OPEN => {
                // A filter may have cut a mark: what is left of it is no text, and takes none with
                // it.
                let number: String =
                    std::iter::from_fn(|| chars.next_if(char::is_ascii_digit)).collect();
                if chars.next_if_eq(&NUMBER).is_some() {
                    spans.push((
                        number.parse().unwrap_or(usize::MAX),
                        plain.len(),
                        plain.len(),
                    ));
                    open.push(spans.len() - 1);
                }
            }
            CLOSE => {
                if let Some(n) = open.pop() {
                    let (_, _, end): &mut (usize, usize, usize) = &mut spans[n];
                    *end = plain.len();
                }
            }
            NUMBER => {}
            c => plain.push(c),
        }
    }
    spans.retain(|(entry, ..)| *entry != usize::MAX);
    (plain, spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_in_their_sentences() {
        let text = format!(
            "一季度。共开会{}次，到会{}。其他",
            marked(0, "12"),
            marked(1, "98.0%")
        );
        assert_eq!(stripped(&text), "一季度。共开会12次，到会98.0%。其他");
        let sentence = "共开会12次，到会98.0%。".to_owned();
        assert_eq!(
            found(&text),
            [
                MarkedFigure {
                    entry: 0,
                    sentence: sentence.clone(),
                    text: "12".to_owned()
                },
                MarkedFigure {
                    entry: 1,
                    sentence,
                    text: "98.0%".to_owned()
                },
            ]
        );
        assert_eq!(
            stripped("\u{fdd0}后面的\u{fdd0}1\u{fdd1}文字"),
            "后面的文字"
        );
        assert_eq!(clean("a\u{fdd0}7\u{fdd1}b\u{fdd2}"), "a7b");
    }
}
