//! What commands show, as tables and as JSON: typed cells and objects, not yet drawn.

pub mod blame;
pub mod chart;
mod contribution;
pub mod due;
pub mod dump;
pub mod explain;
pub mod intake;
pub mod list;
pub mod points;
pub mod problems;
pub mod rate;
pub mod record;
pub mod report;
pub mod rows;
pub mod rules;
pub mod schema;
pub mod score;
pub mod secretary;
pub mod source;
pub mod trail;

use crate::day::Day;
use crate::figure::Figure;
use crate::locale::Locale;
use crate::problem::Problem;
use crate::rules::metric::{Metric, Unit};
use crate::table::Cell;

/// A figure of a metric as a cell.
pub fn cell(metric: &Metric, figure: Figure) -> Cell {
    match figure {
        Figure::Number(n) => Cell::Number(n),
        Figure::Ratio { num, den } if metric.unit == Unit::Percent => Cell::Ratio(num, den),
        Figure::Ratio { num, den } => Cell::Average {
            num,
            den,
            places: metric.places,
        },
        Figure::Points(tenths) => Cell::Points(tenths),
        Figure::Day(day) => Cell::Day(day),
        Figure::NoData => Cell::NoData,
    }
}

/// The as-of day, and the day up to which returns are judged where that is a later one.
pub fn as_of_words(locale: &Locale, as_of: Day, judged_until: Option<Day>) -> String {
    match judged_until {
        None => as_of.to_string(),
        Some(day) => locale.say(
            "as-of-and-returns",
            &[
                ("as_of", as_of.to_string().into()),
                ("day", day.to_string().into()),
            ],
        ),
    }
}

/// Where the things stand that were left out.
pub fn places(left_out: &[Problem]) -> Vec<String> {
    let mut places: Vec<String> = left_out
        .iter()
        .filter_map(|problem| problem.place.as_ref())
        .map(ToString::to_string)
        .collect();
    places.dedup();
    places
}

/// A line for each thing that was left out.
pub fn left_out_notes(locale: &Locale, left_out: &[Problem]) -> Vec<String> {
    places(left_out)
        .iter()
        .map(|place| locale.say("row-left-out", &[("place", place.as_str().into())]))
        .collect()
}
