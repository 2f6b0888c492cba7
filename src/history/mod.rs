//! What git's history says of records: what merges did to them, who entered and changed them.
//!
//! Commits are read as records by id, wherever their files lie. Never writes, never looks at the
//! work tree.

pub mod audit;
pub mod finding;
mod judgement;
pub mod snapshot;
pub mod trail;
