//! Scores of organisations by a scorecard, item by item, in millionths of a point.

use crate::day::Period;
use crate::number::{Decimal, Fraction};
use crate::rules::kind::{FieldType, Gives, Kind};
use crate::rules::metric::Window;
use crate::rules::scorecard::{Band, Block, Item, Limits, Rated, Scorecard, Way};
use crate::spelling::folded;
use crate::sql::condition::exists_on;
use crate::sql::dialect::{Dialect, millionths, power};
use crate::sql::figure::{Form, Made, order, rounded};
use crate::sql::frame::{Frame, units};
use crate::sql::seen::days;
use crate::sql::step::{Draft, Reads, Refused, all, columns};

/// The decimals of what is computed here.
const PLACES: u32 = 6;

/// Points of organisations by a scorecard in the cycle in which a period ends.
pub(super) struct Points<'q> {
    card: &'q Scorecard,
    /// The figures of the cycle.
    frame: Frame<'q>,
    made: Made<'q>,
    /// The figure that each item looks at, in the scorecard's order; none where persons give the
    /// points.
    values: Vec<Option<Form>>,
}

impl<'q> Points<'q> {
    /// Asks for what a scorecard looks at.
    pub(super) fn of(
        draft: &mut Draft<'q>,
        card: &'q Scorecard,
        period: Period,
    ) -> Result<Points<'q>, Refused> {
        let cycle = card.cycle.around(period.last());
        let said = cycle.to_string().replace(['-', '.'], "_").to_lowercase();
        let mut frame = Frame::new(cycle, format!("_{}_{said}", card.name.replace('-', "_")));
        let mut made = Made::default();
        let mut values = Vec::new();
        for (_, item) in card.items() {
            let metric = item
                .way
                .metric()
                .and_then(|name| draft.rules().metric(name));
            values.push(match metric {
                Some(metric) => Some(made.form(draft, &mut frame, metric)?),
                None => None,
            });
        }
        Ok(Points {
            card,
            frame,
            made,
            values,
        })
    }

    /// Whether the best of all that are scored is asked for.
    pub(super) fn needs_best(&self) -> bool {
        let is_best = |way: &Way| matches!(way, Way::Best { .. });
        self.card.items().any(|(_, item)| is_best(&item.way))
    }

    /// The step with the points of each row, as `column`.
    pub(super) fn step(mut self, draft: &mut Draft<'q>, column: &str) -> Result<String, Refused> {
        let suffix = self.frame.suffix.clone();
        let rows = self.frame.figures(draft)?;
        let rows = self.made.layers(draft, &suffix, rows)?;
        let given = self.given(draft)?;
        let values = self.value_step(draft, &rows, given.as_deref())?;
        let shares = self.share_step(draft, &values);
        let items = self.item_step(draft, &shares);
        let blocks = self.block_step(draft, &items);
        Ok(self.score_step(draft, &blocks, column))
    }

    fn items(&self) -> impl Iterator<Item = (usize, &'q Item, Option<&Form>)> {
        let items = self.card.items().map(|(_, item)| item).enumerate();
        let values = self.values.iter().map(Option::as_ref);
        items.zip(values).map(|((n, item), value)| (n, item, value))
    }

    /// The kind in which points are given, with its fields.
    fn giving(&self, draft: &Draft<'q>) -> Option<(&'q Kind, Gives)> {
        let kind = self.card.giving(&draft.rules().kinds)?;
        Some((kind, kind.gives?))
    }

    /// The step with what persons gave each organisation: of item `n` the points `given_n`, each
    /// within its range, and of how many entries, `entries_n`; `others` is what was given under
    /// other names.
    fn given(&self, draft: &mut Draft<'q>) -> Result<Option<String>, Refused> {
        let Some((kind, gives)) = self.giving(draft) else {
            return Ok(None);
        };
        let (dialect, as_of) = (draft.dialect(), draft.query.as_of);
        let places = match kind.fields[gives.points].ty {
            FieldType::Decimal { places, .. } => places,
            _ => 0,
        };
        let amount = format!("r.{}", dialect.ident(&kind.fields[gives.points].name));
        let amount_units = match places {
            0 => format!("{} * {}", dialect.wide(&amount), power(PLACES)),
            _ => units(draft, &dialect.wide_decimal(&amount, places), PLACES),
        };
        let (first, last) = days(dialect, "r", &kind.fields[kind.period]);
        let inside = self.frame.inside(draft, (&first, &last), Window::Period);
        let seen = draft.seen(kind, as_of);
        let name = seen.folded(dialect, gives.item);
        let mut tests = vec![inside];
        if let Some(card) = gives.card {
            let card = seen.folded(dialect, card);
            let is_it = is_called(dialect, &card, self.card.names());
            tests.push(format!("({card} IS NULL OR {is_it})"));
        }
        tests.push(format!("{amount} IS NOT NULL AND {name} IS NOT NULL"));
        let seen = seen.name(dialect);
        let mut item = String::new();
        for (n, of, _) in self.items() {
            if let Way::Given { .. } = of.way {
                let is_it = is_called(dialect, &name, of.names());
                item.push_str(&format!(" WHEN {is_it} THEN {n}"));
            }
        }
        let item = match item.is_empty() {
            true => "-1".to_owned(),
            false => format!("CASE{item} ELSE -1 END"),
        };
        let body = format!(
            "SELECT r.org, {item} AS item, {amount_units} AS points\nFROM {seen} r\nWHERE {}",
            all(&tests)
        );
        let about = format!(
            "{}: points given in the cycle, in millionths",
            self.card.name
        );
        let entries = draft.step(&format!("entry{}", self.frame.suffix), about, body);
        let mut asked = vec!["e.org".to_owned()];
        for (n, of, _) in self.items() {
            if let Way::Given { range } = of.way {
                let held = held("e.points", range);
                asked.push(format!(
                    "SUM({held}) FILTER (WHERE e.item = {n}) AS given_{n}"
                ));
                asked.push(format!(
                    "COUNT(*) FILTER (WHERE e.item = {n}) AS entries_{n}"
                ));
            }
        }
        asked.push("SUM(e.points) FILTER (WHERE e.item = -1) AS others".to_owned());
        let body = format!(
            "SELECT {}\nFROM {entries} e\nGROUP BY e.org",
            columns(&asked)
        );
        let about = "what was given to each organisation";
        Ok(Some(draft.step(
            &format!("given{}", self.frame.suffix),
            about,
            body,
        )))
    }

    /// The step with the figure of each item as a quotient: `above_n`, `below_n`, which is 0 where
    /// there is no data.
    fn value_step(
        &self,
        draft: &mut Draft<'q>,
        rows: &str,
        given: Option<&str>,
    ) -> Result<String, Refused> {
        let (query, dialect) = (draft.query, draft.dialect());
        let mut asked = vec!["f.role".to_owned(), "f.org".to_owned()];
        for (n, item, value) in self.items() {
            let (above, below) = match value {
                None => match given {
                    Some(given) => (format!("COALESCE({given}.given_{n}, 0)"), power(PLACES)),
                    None => ("0".to_owned(), "1".to_owned()),
                },
                Some(value) => quotient(draft, value),
            };
            asked.push(format!("{} AS above_{n}", dialect.wide(&above)));
            asked.push(format!("{} AS below_{n}", dialect.wide(&below)));
            if let (Way::Best { .. }, Some(value)) = (&item.way, value) {
                for (end, what) in [("above", &above), ("below", &below)] {
                    let best = self.best(draft, value, what);
                    asked.push(format!("{} AS best_{end}_{n}", dialect.wide(&best)));
                }
            }
            if item.vetoes {
                let counts = match (value, given) {
                    (None, Some(given)) => format!("COALESCE({given}.entries_{n}, 0) > 0"),
                    (None, None) => "FALSE".to_owned(),
                    (Some(Form::Day(day)), _) => format!("{day} IS NOT NULL"),
                    (Some(_), _) => format!("{below} <> 0 AND {above} <> 0"),
                };
                asked.push(format!("CASE WHEN {counts} THEN 1 ELSE 0 END AS veto_{n}"));
            }
        }
        let others = match given {
            Some(given) if self.card.open => format!("COALESCE({given}.others, 0)"),
            _ => "0".to_owned(),
        };
        asked.push(format!("{} AS others", dialect.wide(&others)));
        asked.push(format!("{} AS start", self.start(draft)));
        let mut from = Reads::new(rows, "f");
        from.join("JOIN org o ON o.id = f.org".to_owned());
        if let Some(given) = given {
            from.join(format!("LEFT JOIN {given} ON {given}.org = f.org"));
        }
        let mut tests = self.scored(draft)?;
        if query.own {
            // The rows of the report are organisations; their total is not one of them.
            let members = draft.ident(&draft.free("row", "members"));
            tests.push(format!("(f.role <> 'total' OR f.{members} = 1)"));
        }
        let body = format!(
            "SELECT {}\n{}\nWHERE {}",
            columns(&asked),
            from.text(),
            all(&tests)
        );
        let about = format!(
            "{}: the figure of each item, above and below the line",
            self.card.name
        );
        Ok(draft.step(&format!("value{}", self.frame.suffix), about, body))
    }

    /// A column of the row of all that are scored that has the highest figure.
    fn best(&self, draft: &Draft<'q>, value: &Form, what: &str) -> String {
        let (keys, known) = order(draft, value);
        let roles = match draft.query.own {
            true => "'under'",
            false => "'org', 'peer'",
        };
        let keys: Vec<String> = keys.iter().map(|key| format!("{key} DESC")).collect();
        let is_one = format!("f.role IN ({roles}) AND {known}");
        let first = format!("CASE WHEN {is_one} THEN 0 ELSE 1 END");
        // Where nobody has a figure, the first row has none either.
        format!(
            "FIRST_VALUE(CASE WHEN {is_one} THEN {what} ELSE 0 END) OVER (ORDER BY {first}, {})",
            keys.join(", ")
        )
    }

    /// The conditions under which organisation `o` is scored.
    fn scored(&self, draft: &Draft<'q>) -> Result<Vec<String>, Refused> {
        let mut tests = vec![exists_on("o", draft.query.as_of)];
        if let Rated::Organisations(filter) = &self.card.rates {
            tests.extend(draft.of_organisations(filter, "o")?);
        }
        Ok(tests)
    }

    /// What an organisation begins with.
    fn start(&self, draft: &Draft<'q>) -> String {
        let start = millionths(self.card.start);
        let Some(bases) = &self.card.bases else {
            return draft.dialect().wide(&start);
        };
        let field = &draft.rules().org.fields[bases.by].name;
        let whens: String = bases
            .of
            .iter()
            .map(|(name, points)| {
                let name = draft.dialect().text(name);
                format!(" WHEN {name} THEN {}", millionths(*points))
            })
            .collect();
        let class = draft.ident(field);
        draft
            .dialect()
            .wide(&format!("CASE o.{class}{whens} ELSE {start} END"))
    }

    /// The step with the points of each item before they are rounded, as a quotient.
    fn share_step(&self, draft: &mut Draft<'q>, values: &str) -> String {
        let one = power(PLACES);
        let mut asked = vec!["v.*".to_owned()];
        for (n, item, _) in self.items() {
            let (above, below) = (format!("v.above_{n}"), format!("v.below_{n}"));
            let times = |points: &Decimal| millionths(*points);
            let (share, of) = match &item.way {
                Way::Given { .. } => (above, below),
                Way::Each { points, .. } => (
                    format!("{above} * {}", times(points)),
                    format!("{below} * {one}"),
                ),
                Way::Missing { of, points, .. } => (
                    format!(
                        "GREATEST({} * {below} - {above} * {one}, 0) * {}",
                        times(of),
                        times(points)
                    ),
                    format!("{below} * {one} * {one}"),
                ),
                Way::Bands { bands, .. } => (
                    format!("CASE {} ELSE 0 END", self.bands(bands, (&above, &below))),
                    one.clone(),
                ),
                Way::Best { points, .. } => {
                    let (best, best_below) =
                        (format!("v.best_above_{n}"), format!("v.best_below_{n}"));
                    let is_some = format!("CASE WHEN {best} > 0 THEN");
                    (
                        format!(
                            "{is_some} GREATEST({above}, 0) * {best_below} * {} ELSE 0 END",
                            times(points)
                        ),
                        format!("{is_some} {below} * {best} * {one} ELSE 1 END"),
                    )
                }
                Way::Full { points, .. } => (
                    format!(
                        "LEAST(GREATEST({above}, 0), 100 * {below}) * {}",
                        times(points)
                    ),
                    format!("100 * {below} * {one}"),
                ),
            };
            asked.push(format!("{share} AS share_{n}"));
            // Without data there are no points.
            asked.push(format!(
                "CASE WHEN v.below_{n} = 0 THEN 0 ELSE {of} END AS of_{n}"
            ));
        }
        let body = format!("SELECT {}\nFROM {values} v", columns(&asked));
        let about = "the points of each item, above and below the line";
        draft.step(&format!("share{}", self.frame.suffix), about, body)
    }

    fn bands(&self, bands: &[Band], (above, below): (&str, &str)) -> String {
        let one = power(PLACES);
        let reached = |band: &Band| {
            let reaches = match band.at_least {
                Some(least) => format!("{above} * {one} >= {} * {below}", millionths(least)),
                None => "TRUE".to_owned(),
            };
            let points = Fraction::from(band.points).round(self.card.places);
            format!(
                "WHEN {reaches} THEN {}",
                millionths(points.unwrap_or(band.points))
            )
        };
        bands.iter().map(reached).collect::<Vec<_>>().join(" ")
    }

    /// The step with the points of each item, rounded and within its limits.
    fn item_step(&self, draft: &mut Draft<'q>, shares: &str) -> String {
        let mut asked = vec!["v.role, v.org, v.others, v.start".to_owned()];
        for (n, item, _) in self.items() {
            let points = self.points(draft, (&format!("v.share_{n}"), &format!("v.of_{n}")));
            let points = format!(
                "CASE WHEN v.of_{n} = 0 THEN 0 ELSE {points} END + {}",
                millionths(item.start)
            );
            asked.push(format!("{} AS points_{n}", held(&points, item.limits)));
            if item.vetoes {
                asked.push(format!("v.veto_{n}"));
            }
        }
        let body = format!("SELECT {}\nFROM {shares} v", columns(&asked));
        let about = "the points of each item, rounded, within its limits";
        draft.step(&format!("item{}", self.frame.suffix), about, body)
    }

    /// A quotient of points, rounded as the scorecard says, in millionths.
    fn points(&self, draft: &Draft<'q>, quotient: (&str, &str)) -> String {
        let places = self.card.places;
        let rounded = rounded(draft, quotient, places, true);
        match PLACES - places.min(PLACES) {
            0 => format!("({rounded})"),
            more => format!("({rounded}) * {}", power(more)),
        }
    }

    /// The step with the points of each block.
    fn block_step(&self, draft: &mut Draft<'q>, items: &str) -> String {
        let mut asked = vec!["v.role, v.org, v.others, v.start".to_owned()];
        let mut n = 0;
        let mut vetoes = Vec::new();
        for (k, block) in self.card.blocks.iter().enumerate() {
            let mut sum = vec![millionths(block.start)];
            for item in &block.items {
                sum.push(format!("v.points_{n}"));
                if item.vetoes {
                    vetoes.push(format!("v.veto_{n}"));
                }
                n += 1;
            }
            let held = held(&sum.join(" + "), block.limits);
            asked.push(format!("{} AS block_{k}", self.share(draft, block, &held)));
        }
        let vetoed = match vetoes.is_empty() {
            true => "0".to_owned(),
            false => vetoes.join(" + "),
        };
        asked.push(format!("{vetoed} AS vetoes"));
        let body = format!("SELECT {}\nFROM {items} v", columns(&asked));
        let about = "the points of each block";
        draft.step(&format!("block{}", self.frame.suffix), about, body)
    }

    /// The share of a block's points that counts, rounded, in millionths.
    fn share(&self, draft: &Draft<'q>, block: &Block, points: &str) -> String {
        let above = format!(
            "({} * {})",
            draft.dialect().wide(points),
            millionths(block.share)
        );
        // Millionths of hundredths, twice over.
        self.points(draft, (&above, &power(2 * PLACES + 2)))
    }

    fn score_step(&self, draft: &mut Draft<'q>, blocks: &str, column: &str) -> String {
        let mut sum = vec!["v.start".to_owned(), "v.others".to_owned()];
        sum.extend((0..self.card.blocks.len()).map(|k| format!("v.block_{k}")));
        let held = held(&sum.join(" + "), self.card.limits);
        let body = format!(
            "SELECT v.role, v.org, CASE WHEN v.vetoes > 0 THEN 0 ELSE {held} END AS {column}\n\
             FROM {blocks} v"
        );
        let about = format!("{}: the score, nothing after a veto", self.card.name);
        draft.step(&format!("score{}", self.frame.suffix), about, body)
    }
}

/// A figure as scorecards look at it, ratios in hundredths: above and below the line, which is 0
/// where there is no data.
fn quotient(draft: &Draft<'_>, value: &Form) -> (String, String) {
    match value {
        Form::Number(number) => {
            let below = match &number.unknown {
                Some(unknown) => {
                    format!(
                        "CASE WHEN {unknown} THEN 0 ELSE {} END",
                        power(number.places)
                    )
                }
                None => power(number.places),
            };
            (number.units(draft, number.places), below)
        }
        Form::Fraction { above, below, .. } => (format!("100 * {above}"), below.clone()),
        Form::Tenths(column) => (
            format!("COALESCE({column}, 0)"),
            format!("CASE WHEN {column} IS NULL THEN 0 ELSE 10 END"),
        ),
        Form::Day(_) | Form::Place(_) | Form::Millionths(_) | Form::NoData => {
            ("0".to_owned(), "0".to_owned())
        }
    }
}

/// Points within limits.
fn held(points: &str, limits: Limits) -> String {
    let high = match limits.cap {
        Some(cap) => format!("LEAST({points}, {})", millionths(cap)),
        None => format!("({points})"),
    };
    match limits.floor {
        Some(floor) => format!("GREATEST({high}, {})", millionths(floor)),
        None => high,
    }
}

/// Whether a column of texts as names are compared has one of some names.
fn is_called(dialect: Dialect, column: &str, names: [&str; 3]) -> String {
    let names = names.map(folded);
    dialect.one_of(column, names.iter().map(|name| &**name))
}
