//! A score: the weighted average of quotients, exact before it is rounded.
//!
//! Each quotient is taken apart into a whole number and three runs of 18 digits, so that their sum
//! is exact whatever stands below the lines; what it falls short of a whole number by the digits
//! after those is nothing.

use crate::sql::dialect::power;
use crate::sql::figure::{RUN, widened};
use crate::sql::step::Draft;

/// The whole number of a quotient and its runs of digits, each with what is left after it.
const RUNS: [(&str, &str); 4] = [
    ("whole", "rest"),
    ("run_1", "rest_1"),
    ("run_2", "rest_2"),
    ("run_3", "rest_3"),
];

/// A quotient in a score, by its columns.
pub(super) struct Part {
    pub(super) weight: i64,
    pub(super) above: String,
    /// 0 where there is no data.
    pub(super) below: String,
}

/// The steps with a score in tenths of a hundred points, as `column`; the name of the last.
pub(super) fn score(draft: &mut Draft<'_>, rows: &str, (column, parts): (&str, &[Part])) -> String {
    if parts.is_empty() {
        let nothing = format!("CAST(NULL AS BIGINT) AS {column}");
        return widened(
            draft,
            (&format!("{column}_score"), "no data"),
            rows,
            &[nothing],
        );
    }
    let rows = taken_apart(draft, rows, (column, parts));
    let rows = added_up(draft, &rows, (column, parts.len()));
    let (rows, up, down) = carried(draft, rows, (column, parts.len()));
    let weight = format!("f.{column}_weight");
    let half_up = |sum: &str| {
        let twice = format!("2 * {weight}");
        draft
            .dialect()
            .quotient(&format!("{sum} + {weight}"), &twice)
    };
    let tenths = format!(
        "CASE WHEN {weight} = 0 THEN NULL WHEN {up} >= 0 THEN {} ELSE -({}) END AS {column}",
        half_up(&up),
        half_up(&down)
    );
    let about = "the average, rounded half away from zero";
    widened(draft, (&format!("{column}_score"), about), &rows, &[tenths])
}

/// The quotients that have data, 2000 times their weights, which is twice as many tenths as they
/// give: their whole numbers and digits.
fn taken_apart(draft: &mut Draft<'_>, rows: &str, (column, parts): (&str, &[Part])) -> String {
    let dialect = draft.dialect();
    let mut more = Vec::new();
    for (n, part) in (1..).zip(parts) {
        let (above, below, weight) = (&part.above, &part.below, part.weight);
        let known = format!("CASE WHEN {below} <> 0 THEN");
        let twice = dialect.wide(&format!("{above} * {}", 2000 * weight));
        more.push(format!("{known} {twice} ELSE 0 END AS {column}_above_{n}"));
        more.push(format!("{known} {below} ELSE 1 END AS {column}_below_{n}"));
        more.push(format!(
            "{known} {weight} ELSE 0 END AS {column}_weight_{n}"
        ));
    }
    let about = "quotients with data, 2000 times their weights, twice as many tenths as they give";
    let mut rows = widened(draft, (&format!("{column}_part"), about), rows, &more);
    let mut over = "above";
    for (run, rest) in RUNS {
        let mut more = Vec::new();
        for n in 1..=parts.len() {
            let below = format!("f.{column}_below_{n}");
            let over = match run {
                "whole" => format!("f.{column}_{over}_{n}"),
                _ => format!("f.{column}_{over}_{n} * {}", power(RUN)),
            };
            let whole = dialect.quotient(&over, &below);
            more.push(format!("{whole} AS {column}_{run}_{n}"));
            more.push(format!("({over}) % {below} AS {column}_{rest}_{n}"));
        }
        let about = match run {
            "whole" => "their whole numbers",
            _ => "the next 18 digits of each",
        };
        rows = widened(draft, (&format!("{column}_{run}"), about), &rows, &more);
        over = rest;
    }
    rows
}

/// The weights, whole numbers and digits of `count` quotients, each added up.
fn added_up(draft: &mut Draft<'_>, rows: &str, (column, count): (&str, usize)) -> String {
    let sum = |what: &str| {
        let all = (1..=count).map(|n| format!("f.{column}_{what}_{n}"));
        let sum = all.collect::<Vec<_>>().join(" + ");
        format!("{} AS {column}_{what}", draft.dialect().wide(&sum))
    };
    let runs = RUNS.iter().map(|(run, _)| *run);
    let more: Vec<String> = std::iter::once("weight").chain(runs).map(sum).collect();
    widened(draft, (&format!("{column}_sum"), "added up"), rows, &more)
}

/// What is more than a run of digits goes over to the one before, of the sum and of its opposite:
/// the last step, and the columns with the whole numbers below both.
fn carried(
    draft: &mut Draft<'_>,
    mut rows: String,
    (column, count): (&str, usize),
) -> (String, String, String) {
    // Each quotient falls short by less than one in the last place.
    let mut up = format!("f.{column}_run_3 + {count}");
    let mut down = format!("-f.{column}_run_3 + {count}");
    for run in ["run_2", "run_1", "whole"] {
        let of = format!("f.{column}_{run}");
        let more = [
            format!("{} + {of} AS {column}_up_{run}", runs_in(draft, &up)),
            format!("{} - {of} AS {column}_down_{run}", runs_in(draft, &down)),
        ];
        let about = "what is more than a run of digits goes over to the one before, of the sum and \
                     of its opposite";
        rows = widened(draft, (&format!("{column}_to_{run}"), about), &rows, &more);
        up = format!("f.{column}_up_{run}");
        down = format!("f.{column}_down_{run}");
    }
    (rows, up, down)
}

/// How many runs of digits a sum of such comes to, rounded down.
fn runs_in(draft: &Draft<'_>, sum: &str) -> String {
    let up = format!("{sum} + {}", power(RUN + 3));
    format!("{} - 1000", draft.dialect().quotient(&up, &power(RUN)))
}
