//! Narrative reports: templates whose every figure is computed, and can be traced to the records
//! behind it.
//!
//! A template is Markdown, text, or the user's own Word file. What it prints goes through a
//! [`quantity::Context`], which evaluates metrics as everything else does and logs each figure
//! that is
//! written; marks in the text lead back to the log. Nothing here writes a sentence of its own, and
//! nothing here writes a file.

pub mod ask;
pub mod bounds;
pub mod marks;
pub mod objects;
pub mod phrase;
pub mod quantity;
pub mod refusal;
pub mod sums;
pub mod tags;
pub mod template;
pub mod things;
pub mod trace;
pub mod word;
