//! Work ledgers of grassroots organisations: plain text in, traceable quarterly tables out.
//!
//! Each room imports only from those before it in this list; a test holds them to that. What each
//! promises and what it never does stands once, in `docs/architecture.md`.

pub mod cmd;
pub mod day;
pub mod figure;
pub mod git;
pub mod history;
pub mod locale;
pub mod merge;
pub mod name;
pub mod narrative;
pub mod number;
pub mod path;
pub mod problem;
pub mod record;
pub mod render;
pub mod rules;
pub mod sample;
pub mod source;
pub mod spelling;
pub mod table;
pub mod tree;
pub mod wire;
pub mod written;
