//! Work ledgers of grassroots organisations: plain text in, traceable quarterly tables out.
//!
//! Each room imports only from those before it in this list; a test holds them to that. What each
//! promises and what it never does stands once, in `docs/architecture.md`.

#![warn(clippy::too_many_lines)]

pub mod spelling;

pub mod locale;

pub mod number;

pub mod day;

pub mod name;

pub mod path;

pub mod problem;

pub mod source;

pub mod toml;

pub mod sheet;

pub mod rules;

pub mod written;

pub mod record;

pub mod tree;

pub mod form;

pub mod merge;

pub mod git;

pub mod history;

pub mod reconcile;

pub mod figure;

pub mod table;

pub mod narrative;

pub mod sql;

pub mod present;

pub mod render;

pub mod sample;

pub mod cmd;
