//! Figures made of others: sums, ratios, scores, places. Quotients stay fractions of whole numbers
//! until they are shown, so that nothing is rounded before.

use crate::rules::metric::{Level, Measure, Metric, Ranking, Under};
use crate::sql::condition::exists_on;
use crate::sql::dialect::{decimal, power};
use crate::sql::frame::{Frame, Leaf, Number, units};
use crate::sql::score::{Part, score};
use crate::sql::scoring::Points;
use crate::sql::step::{Draft, Reads, Refused, columns};

/// How many decimals a quotient is shown with.
const SHOWN_PLACES: u32 = 6;

/// The digits of a quotient that are looked at together.
pub(super) const RUN: u32 = 18;

/// The columns that every row has beside its figures.
const COLUMNS: [&str; 5] = ["role", "org", "member", "name", "place"];

/// What a figure of a row is, over the columns of the step `f`.
#[derive(Clone, Debug)]
pub(super) enum Form {
    /// A number.
    Number(Number),
    /// A quotient of whole numbers; what is below the line is never negative, and 0 where there is
    /// no data.
    Fraction {
        above: String,
        below: String,
        may_be_negative: bool,
    },
    /// A score in tenths of a point, where there is one.
    Tenths(String),
    /// A day, or nothing.
    Day(String),
    /// A place, or nothing.
    Place(String),
    /// A score by a scorecard in millionths of a point, or nothing.
    Millionths(String),
    /// Nothing in any row.
    NoData,
}

/// The figures that are made of others, in the layers over the rows of the report.
#[derive(Default)]
pub(super) struct Made<'q> {
    /// Quotients: their two columns and what they are.
    fractions: Vec<(String, String)>,
    /// Scores: the column, and each part's weight and two columns.
    scores: Vec<(String, Vec<Part>)>,
    /// Scores by scorecards: the column, and who gives it.
    cards: Vec<(String, Points<'q>)>,
    /// Places: the column, the order, and the figure by which it goes.
    places: Vec<(String, &'q Ranking, Form)>,
    /// Whether figures of organisations are needed that have no row.
    pub(super) needs_peers: bool,
    /// Whether figures of each organisation with all under it are needed, whatever the rows are.
    pub(super) needs_under: bool,
}

impl<'q> Made<'q> {
    /// What a figure is; it is asked for where it has not been.
    pub(super) fn form(
        &mut self,
        draft: &mut Draft<'q>,
        frame: &mut Frame<'q>,
        metric: &'q Metric,
    ) -> Result<Form, Refused> {
        let rules = draft.rules();
        if COLUMNS.contains(&metric.name.as_str()) {
            return Err("not-in-sql-name");
        }
        Ok(match &metric.measure {
            Measure::Plus { of, less } => Form::Number(self.added_up(draft, frame, (of, less))?),
            Measure::Ratio { of, to } => {
                let of = self.added_up(draft, frame, (of, &[]))?;
                let to = self.added_up(draft, frame, (to, &[]))?;
                let places = of.places.max(to.places);
                let (above, below) = (of.units(draft, places), to.units(draft, places));
                let signs = (of.may_be_negative, to.may_be_negative);
                self.fraction(draft, metric, (&above, &below), signs)
            }
            Measure::Score { parts } => {
                let mut all = Vec::new();
                for (name, weight) in parts {
                    let Some(part) = rules.metric(name) else {
                        continue;
                    };
                    let part = self.form(draft, frame, part)?;
                    if let Form::Fraction { above, below, .. } = part {
                        all.push(Part {
                            weight: *weight,
                            above,
                            below,
                        });
                    }
                }
                let column = draft.free(&metric.name, "tenths");
                let column = draft.ident(&column);
                if !self.scores.iter().any(|(known, _)| *known == column) {
                    self.scores.push((column.clone(), all));
                }
                Form::Tenths(format!("f.{column}"))
            }
            Measure::Rank(ranking) => {
                let Some(by) = rules.metric(&ranking.by) else {
                    return Ok(Form::NoData);
                };
                let by = self.form(draft, frame, by)?;
                self.needs_peers = true;
                let column = draft.free(&metric.name, "order");
                let column = draft.ident(&column);
                if !self.places.iter().any(|(known, ..)| *known == column) {
                    self.places.push((column.clone(), ranking, by));
                }
                Form::Place(format!("f.{column}"))
            }
            Measure::Scorecard { card, .. } => {
                let card = rules.scorecard(card, frame.period.last());
                let Some(card) = card.filter(|card| !card.is_of_members()) else {
                    return Ok(Form::NoData);
                };
                let column = draft.ident(&draft.free(&card.name, "points"));
                if !self.cards.iter().any(|(known, _)| *known == column) {
                    let points = Points::of(draft, card, frame.period)?;
                    self.needs_peers |= points.needs_best() && !draft.query.own;
                    self.needs_under |= points.needs_best() && draft.query.own;
                    self.cards.push((column.clone(), points));
                }
                Form::Millionths(format!("f.{column}"))
            }
            _ => self.leaf(draft, frame, metric)?,
        })
    }

    fn leaf(
        &mut self,
        draft: &mut Draft<'q>,
        frame: &mut Frame<'q>,
        metric: &'q Metric,
    ) -> Result<Form, Refused> {
        Ok(match frame.leaf(draft, metric)? {
            Leaf::Number(number) => Form::Number(number),
            Leaf::Day(column) => Form::Day(column),
            Leaf::Fraction {
                above,
                below,
                places,
                may_be_negative,
            } => {
                let above = units(draft, &above, places);
                let below = match places {
                    0 => below,
                    places => format!("{below} * {}", power(places)),
                };
                let signs = (may_be_negative, false);
                self.fraction(draft, metric, (&above, &below), signs)
            }
        })
    }

    /// A quotient as two columns.
    fn fraction(
        &mut self,
        draft: &Draft<'q>,
        metric: &Metric,
        (above, below): (&str, &str),
        (above_may_be, below_may_be): (bool, bool),
    ) -> Form {
        let dialect = draft.dialect();
        let names = ["above", "below"].map(|end| {
            let name = draft.free(&metric.name, end);
            draft.ident(&name)
        });
        let turned = |number: &str| match below_may_be {
            true => format!("CASE WHEN {below} < 0 THEN -({number}) ELSE {number} END"),
            false => number.to_owned(),
        };
        let ends = [dialect.wide(&turned(above)), dialect.wide(&turned(below))];
        for (name, end) in names.iter().zip(ends) {
            if !self.fractions.iter().any(|(known, _)| known == name) {
                self.fractions.push((name.clone(), end));
            }
        }
        let [above, below] = names;
        Form::Fraction {
            above: format!("f.{above}"),
            below: format!("f.{below}"),
            may_be_negative: above_may_be || below_may_be,
        }
    }

    /// Σ of some figures, less others.
    fn added_up(
        &mut self,
        draft: &mut Draft<'q>,
        frame: &mut Frame<'q>,
        (of, less): (&'q [String], &'q [String]),
    ) -> Result<Number, Refused> {
        let rules = draft.rules();
        let mut parts = Vec::new();
        for (name, is_taken) in of
            .iter()
            .map(|name| (name, false))
            .chain(less.iter().map(|name| (name, true)))
        {
            let Some(metric) = rules.metric(name) else {
                continue;
            };
            if let Form::Number(number) = self.form(draft, frame, metric)? {
                parts.push((metric, number, is_taken));
            }
        }
        let places = parts.iter().map(|(_, n, _)| n.places).max().unwrap_or(0);
        let dialect = draft.dialect();
        let mut sum = String::new();
        for (n, (_, number, is_taken)) in parts.iter().enumerate() {
            sum.push_str(match (n, is_taken) {
                (0, false) => "",
                (0, true) => "-",
                (_, false) => " + ",
                (_, true) => " - ",
            });
            sum.push_str(&match places {
                0 => number.column.clone(),
                places => dialect.wide_decimal(&number.column, places),
            });
        }
        let column = match parts.len() {
            0 => "0".to_owned(),
            1 => sum,
            _ => format!("({sum})"),
        };
        let may_be =
            |(_, number, is_taken): &(_, Number, bool)| number.may_be_negative || *is_taken;
        // Where all that there is says that nothing is known, so does the sum.
        let mut unknown = None;
        if parts.iter().any(|(_, number, _)| number.unknown.is_some()) {
            let mut all = Vec::new();
            let mut some = Vec::new();
            for (metric, number, _) in &parts {
                let is_unknown = number.unknown.iter();
                some.extend(is_unknown.map(|is_unknown| format!("({is_unknown})")));
                all.push(format!("{} = 0", frame.counted(draft, metric)?));
            }
            unknown = Some(format!("({}) AND {}", some.join(" OR "), all.join(" AND ")));
        }
        Ok(Number {
            may_be_negative: parts.iter().any(may_be),
            column,
            places,
            unknown,
        })
    }

    /// The steps over the rows of the report that compute what is made of others, each with the
    /// columns of the one before. The name of the last.
    pub(super) fn layers(
        &mut self,
        draft: &mut Draft<'q>,
        suffix: &str,
        mut rows: String,
    ) -> Result<String, Refused> {
        if !self.fractions.is_empty() {
            let ends = self.fractions.iter();
            let ends: Vec<String> = ends.map(|(name, end)| format!("{end} AS {name}")).collect();
            let about = "quotients, above and below the line";
            rows = widened(draft, (&format!("quotient{suffix}"), about), &rows, &ends);
        }
        for (column, parts) in &self.scores {
            rows = score(draft, &rows, (column, parts));
        }
        let mut scored = vec!["f.*".to_owned()];
        let mut from = Reads::new(&rows, "f");
        for (column, points) in std::mem::take(&mut self.cards) {
            let step = points.step(draft, &column)?;
            scored.push(format!("{step}.{column}"));
            from.join(format!(
                "LEFT JOIN {step} ON {step}.role = f.role AND {step}.org = f.org"
            ));
        }
        if scored.len() > 1 {
            let body = format!("SELECT {}\n{}", columns(&scored), from.text());
            rows = draft.step(
                &format!("scored{suffix}"),
                "with the scores of scorecards",
                body,
            );
        }
        if !self.places.is_empty() {
            let mut placed = vec!["f.*".to_owned()];
            for (column, ranking, by) in &self.places {
                placed.push(format!("{} AS {column}", place(draft, ranking, by)));
            }
            let body = format!(
                "SELECT {}\nFROM {rows} f LEFT JOIN org o ON o.id = f.org",
                columns(&placed)
            );
            let about = "with places among peers, where equals share one";
            rows = draft.step(&format!("placed{suffix}"), about, body);
        }
        Ok(rows)
    }
}

/// A step with more columns than the one before; its name.
pub(super) fn widened(
    draft: &mut Draft<'_>,
    (name, about): (&str, &str),
    rows: &str,
    more: &[String],
) -> String {
    let body = format!("SELECT f.*,\n       {}\nFROM {rows} f", columns(more));
    draft.step(name, about, body)
}

/// The place of organisation `o` among its peers; none where it is not one of them.
fn place(draft: &Draft<'_>, ranking: &Ranking, by: &Form) -> String {
    let (dialect, query) = (draft.dialect(), draft.query);
    let (keys, known) = order(draft, by);
    let mut tests = vec![
        "f.role IN ('org', 'peer')".to_owned(),
        exists_on("o", query.as_of),
        known,
    ];
    let peers = &ranking.peers;
    let mut beside = Vec::new();
    match &peers.under {
        Under::Parent => {
            beside.push("o.above");
            tests.push("o.above IS NOT NULL".to_owned());
        }
        Under::All => {}
        Under::Org(top) => {
            let below = format!("{top}/");
            tests.push(format!(
                "SUBSTRING(o.id, 1, {}) = {}",
                below.len(),
                dialect.text(&below)
            ));
        }
    }
    match peers.level {
        Level::Same => beside.push("o.depth"),
        Level::Any => {}
        Level::At(depth) => tests.push(format!("o.depth = {}", depth + 1)),
    }
    for (column, words) in [
        ("o.kind", &peers.kinds),
        ("o.sector", &peers.sectors),
        ("o.id", &peers.orgs),
    ] {
        if !words.is_empty() {
            tests.push(dialect.one_of(column, words.iter().map(String::as_str)));
        }
    }
    let direction = match ranking.lowest_first {
        true => "",
        false => " DESC",
    };
    let keys: Vec<String> = keys.iter().map(|key| format!("{key}{direction}")).collect();
    let tests = tests.join("\n         AND ");
    let is_peer = format!("CASE WHEN {tests} THEN 1 ELSE 0 END");
    let among: Vec<&str> = std::iter::once(&*is_peer).chain(beside).collect();
    format!(
        "CASE WHEN {tests}\n         THEN RANK() OVER (PARTITION BY {}\n         ORDER BY {}) END",
        among.join(", "),
        keys.join(", ")
    )
}

/// The keys that put organisations in the order of a figure, and the condition under which they
/// have one. Quotients are compared by their whole numbers and 36 digits, which is exact below
/// 18-digit numbers.
pub(super) fn order(draft: &Draft<'_>, by: &Form) -> (Vec<String>, String) {
    let dialect = draft.dialect();
    match by {
        Form::Number(number) => {
            let known = match &number.unknown {
                Some(unknown) => format!("NOT ({unknown})"),
                None => "TRUE".to_owned(),
            };
            (vec![number.column.clone()], known)
        }
        Form::Fraction { above, below, .. } => {
            // Nothing is divided by nothing before the condition is looked at.
            let below_or = format!("(CASE WHEN {below} <> 0 THEN {below} ELSE 1 END)");
            let rest = format!("(({above}) % {below_or})");
            let run = format!("{rest} * {}", power(RUN));
            let rest_of_run = format!("(({run}) % {below_or})");
            let keys = vec![
                dialect.quotient(above, &below_or),
                dialect.quotient(&run, &below_or),
                dialect.quotient(&format!("{rest_of_run} * {}", power(RUN)), &below_or),
            ];
            (keys, format!("{below} <> 0"))
        }
        Form::Tenths(column) | Form::Millionths(column) => {
            (vec![column.clone()], format!("{column} IS NOT NULL"))
        }
        Form::Day(_) | Form::Place(_) | Form::NoData => (vec!["1".to_owned()], "FALSE".to_owned()),
    }
}

impl Form {
    /// The figure as it is shown.
    pub(super) fn shown(&self, draft: &Draft<'_>) -> String {
        match self {
            Form::Number(number) => match &number.unknown {
                Some(unknown) => {
                    format!("CASE WHEN NOT ({unknown}) THEN {} END", number.column)
                }
                None => number.column.clone(),
            },
            Form::Fraction {
                above,
                below,
                may_be_negative,
            } => {
                let units = rounded(draft, (above, below), SHOWN_PLACES, *may_be_negative);
                format!(
                    "CASE WHEN {below} <> 0 THEN {} END",
                    decimal(&units, SHOWN_PLACES)
                )
            }
            Form::Tenths(column) => decimal(column, 1),
            Form::Millionths(column) => decimal(column, SHOWN_PLACES),
            Form::Place(column) | Form::Day(column) => column.clone(),
            Form::NoData => "CAST(NULL AS DECIMAL(38, 6))".to_owned(),
        }
    }
}

/// A quotient as a whole number of units of `places` decimals, rounded half away from zero.
pub(super) fn rounded(
    draft: &Draft<'_>,
    (above, below): (&str, &str),
    places: u32,
    may_be_negative: bool,
) -> String {
    let half_up = |above: &str| {
        draft.dialect().quotient(
            &format!("2 * {above} * {} + {below}", power(places)),
            &format!("2 * {below}"),
        )
    };
    match may_be_negative {
        true => format!(
            "CASE WHEN {above} < 0 THEN -({}) ELSE {} END",
            half_up(&format!("ABS({above})")),
            half_up(above)
        ),
        false => half_up(above),
    }
}
