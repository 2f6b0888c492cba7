//! A ledger as the tables of a database, and figures as queries over them: the rules and a day say
//! it all, no record is looked at.

mod condition;
mod debt;
pub mod dialect;
mod figure;
mod frame;
mod grading;
pub mod load;
pub mod query;
mod record;
mod score;
mod scoring;
mod seen;
mod step;
pub mod tables;
mod view;
