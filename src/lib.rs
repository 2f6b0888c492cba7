//! Work ledgers of grassroots organisations: plain text in, traceable quarterly tables out.
//!
//! The rooms, from the bottom up; each imports only from those before it.
//!
//! - [`spelling`]: spellings of one text: as it is written, compared, and shown on a terminal.
//! - [`locale`]: every word a person reads, in two languages. Never decides anything.
//! - [`day`]: days and periods; the only file that knows `chrono`. Never asks the clock except in `Day::today`.
//! - [`number`]: exact decimals and fractions; no binary float.
//! - [`name`]: record ids, paths of organisations, writers: safe as file names and keys.
//! - [`path`]: what a path inside a ledger is.
//! - [`problem`]: the one diagnostic, and the table of all rules that can be broken.
//! - [`source`] and [`wire`]: a text with places, and TOML 1.0 read from it. Never know what a record is.
//! - [`rules`]: what may be configured: kinds, obligations, metrics, layouts. Never look at records.
//! - [`written`]: a file as it is written: rows and fields, borrowed from the text.
//! - [`record`]: records and organisations, and what time does to them. Never touch files.
//! - [`tree`]: a ledger on disk: scanning, reading, checking, canonical form, splicing, writing.
//! - [`merge`]: three versions of a file as one, by record. Pure: never touches files or git.
//! - [`git`]: git run as a command: commits, contents, differences. No network, nothing linked.
//! - [`history`]: what merges did to records, who entered and changed them. Never writes.
//! - [`figure`]: metrics and obligations over a tree: pure, traceable, without a clock.
//! - [`narrative`]: templates filled with figures that can be traced. Writes no sentence and no file of its own.
//! - [`table`] and [`render`]: what every report is made of, and its forms. Never look at a ledger.
//! - [`sample`]: a made-up district of any size, for trying things out.
//! - [`cmd`]: one file a command: load, select, compute, write.

pub mod spelling;

pub mod locale;

pub mod day;
pub mod name;
pub mod number;
pub mod path;
pub mod problem;

pub mod source;
pub mod wire;

pub mod rules;

pub mod written;

pub mod record;

pub mod tree;

pub mod merge;

pub mod git;

pub mod history;

pub mod figure;

pub mod table;

pub mod narrative;

pub mod render;

pub mod sample;

pub mod cmd;
