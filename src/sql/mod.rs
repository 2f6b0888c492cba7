//! A ledger as the tables of a database: which there are, of which types, and how an engine loads
//! them. The rules say it all; no record is looked at.

pub mod load;
pub mod tables;
