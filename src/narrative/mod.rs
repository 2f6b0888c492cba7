//! Narrative reports: templates whose every figure is computed, and can be traced to the records
//! behind it.
//!
//! A template is Markdown, text, or the user's own Word file. What it prints goes through a
//! [`desk::Desk`], which evaluates metrics as everything else does and logs each figure that is
//! written; marks in the text lead back to the log. Nothing here writes a sentence of its own, and
//! nothing here writes a file.

pub mod ask;
pub mod bounds;
pub mod desk;
pub mod marks;
pub mod phrase;
pub mod quantity;
pub mod sums;
pub mod tags;
pub mod template;
pub mod things;
pub mod trace;
pub mod word;

/// How many letters must change for one word to be another.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
