//! The figures of one period that are added up of what each organisation has: their columns, from
//! the records to the rows of the report.

use std::collections::BTreeMap;

use crate::day::Period;
use crate::rules::kind::Kind;
use crate::rules::metric::{Measure, Metric, Owed, Window};
use crate::sql::condition::{exists_on, short_name};
use crate::sql::dialect::{self, power};
use crate::sql::record::Chosen;
use crate::sql::step::{Draft, Reads, Refused, Step, all, columns};

/// Figures of one period.
pub(super) struct Frame<'q> {
    pub(super) period: Period,
    /// What the names of its steps end in.
    pub(super) suffix: String,
    /// What is asked of the records of each kind, by its number.
    pub(super) by_kind: BTreeMap<usize, OfKind<'q>>,
    /// Which windows of obligations count, each under a name.
    owed: Vec<(String, &'q [String], Owed)>,
    /// What is joined to the organisations.
    pub(super) joined: Vec<String>,
    /// The columns of each organisation alone.
    own: Vec<Column>,
    /// What takes all records of a row together.
    pub(super) apart: Vec<Apart>,
    /// The steps with the last record of each organisation, by metric.
    pub(super) lasts: BTreeMap<&'q str, String>,
    /// The figures so far, by metric.
    leaves: BTreeMap<&'q str, Leaf>,
}

/// What is asked of the records of a kind.
pub(super) struct OfKind<'q> {
    pub(super) kind: &'q Kind,
    pub(super) from: Reads,
    pub(super) columns: Vec<(String, String)>,
}

/// A column of each organisation alone, and how those of several are put together.
struct Column {
    name: String,
    /// Over what is joined to organisation `o`.
    own: String,
    gather: Gather,
}

/// How columns of several organisations are put together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gather {
    Sum,
    Min,
    Max,
}

/// A figure that cannot be put together of those of each organisation.
pub(super) struct Apart {
    /// The step with a row for each value: `org`, `value`.
    pub(super) values: String,
    pub(super) name: String,
    pub(super) way: Way,
}

/// In which way.
pub(super) enum Way {
    /// How many there are, each once.
    Distinct(String),
    /// The one in the middle: the two columns that its fraction has.
    Middle(String, String),
}

/// A figure as columns of the rows of a report.
#[derive(Clone, Debug)]
pub(super) enum Leaf {
    /// A number.
    Number(Number),
    /// Above and below the line; these are sums.
    Fraction {
        above: String,
        below: String,
        places: u32,
        may_be_negative: bool,
    },
    /// A day, where there is one.
    Day(String),
}

/// A number as a column.
#[derive(Clone, Debug)]
pub(super) struct Number {
    /// The column.
    pub(super) column: String,
    /// Its decimals.
    pub(super) places: u32,
    pub(super) may_be_negative: bool,
    /// The condition under which nothing is known.
    pub(super) unknown: Option<String>,
}

impl<'q> Frame<'q> {
    pub(super) fn new(period: Period, suffix: String) -> Frame<'q> {
        Frame {
            period,
            suffix,
            by_kind: BTreeMap::new(),
            owed: Vec::new(),
            joined: Vec::new(),
            own: Vec::new(),
            apart: Vec::new(),
            lasts: BTreeMap::new(),
            leaves: BTreeMap::new(),
        }
    }

    /// The columns of a figure that is not made of others.
    pub(super) fn leaf(
        &mut self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
    ) -> Result<Leaf, Refused> {
        if let Some(leaf) = self.leaves.get(&*metric.name) {
            return Ok(leaf.clone());
        }
        let leaf = match Chosen::of(&metric.measure) {
            Some((take, chosen)) => self.of_records(draft, metric, take, &chosen)?,
            None => {
                let own = self.own_value(draft, metric)?;
                self.summed(draft, &metric.name, own)
            }
        };
        self.leaves.insert(&metric.name, leaf.clone());
        Ok(leaf)
    }

    /// A number that is the sum of what each organisation has.
    pub(super) fn summed(&mut self, draft: &Draft<'q>, name: &str, own: String) -> Leaf {
        let column = self.column(draft, name, own, Gather::Sum);
        Leaf::Number(Number {
            column,
            places: 0,
            may_be_negative: false,
            unknown: None,
        })
    }

    pub(super) fn column(
        &mut self,
        draft: &Draft<'q>,
        name: &str,
        own: String,
        gather: Gather,
    ) -> String {
        let name = draft.ident(name);
        if !self.own.iter().any(|column| column.name == name) {
            let column = Column {
                name: name.clone(),
                own,
                gather,
            };
            self.own.push(column);
        }
        format!("f.{name}")
    }

    /// What an organisation alone has, of figures that are added up of it, as an expression over
    /// what is joined to the organisations.
    pub(super) fn own_value(
        &mut self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
    ) -> Result<String, Refused> {
        let as_of = draft.query.as_of;
        if let Some((take, chosen)) = Chosen::of(&metric.measure) {
            return self.own_of_records(draft, metric, take, &chosen);
        }
        Ok(match &metric.measure {
            Measure::Obligation { obligations, state } => {
                let name = draft.ident(&metric.name);
                if !self.owed.iter().any(|(known, ..)| *known == name) {
                    self.owed.push((name.clone(), obligations, *state));
                }
                format!("COALESCE(owed_own{}.{name}, 0)", self.suffix)
            }
            Measure::Members => {
                self.members(draft);
                format!(
                    "CASE WHEN {} THEN COALESCE(headcount{}.members, 0) ELSE 0 END",
                    exists_on("o", as_of),
                    self.suffix
                )
            }
            Measure::Organisations { filter, by } => {
                let mut tests = vec![exists_on("o", as_of)];
                tests.extend(draft.of_organisations(filter, "o")?);
                let by = by
                    .as_ref()
                    .and_then(|(name, wanted)| Some((draft.rules().metric(name)?, *wanted)));
                if let Some((metric, wanted)) = by {
                    let own = self.own_value(draft, metric)?;
                    tests.push(match wanted {
                        true => format!("{own} > 0"),
                        false => format!("NOT {own} > 0"),
                    });
                }
                format!("CASE WHEN {} THEN 1 ELSE 0 END", all(&tests))
            }
            Measure::View { view, window } => {
                let Some(view) = draft.rules().view(view) else {
                    return Ok("0".to_owned());
                };
                let step = self.viewed(draft, metric, view, *window)?;
                self.joined_own(&step);
                format!("COALESCE({step}.count, 0)")
            }
            Measure::Disagreement { between, window } => {
                let step = draft.disagreeing(self, metric, between, *window)?;
                self.joined_own(&step);
                format!("COALESCE({step}.count, 0)")
            }
            Measure::Records { .. }
            | Measure::Plus { .. }
            | Measure::Ratio { .. }
            | Measure::Score { .. }
            | Measure::Rank(_)
            | Measure::Scorecard { .. } => "0".to_owned(),
        })
    }

    fn joined_own(&mut self, step: &str) {
        let join = format!("LEFT JOIN {step} ON {step}.org = o.id");
        if !self.joined.contains(&join) {
            self.joined.push(join);
        }
    }

    fn members(&mut self, draft: &mut Draft<'q>) {
        let name = format!("headcount{}", self.suffix);
        let join = format!("LEFT JOIN {name} ON {name}.org = o.id AND {name}.back = 1");
        if self.joined.contains(&join) {
            return;
        }
        let (on, day) = (draft.ident("on"), dialect::day(draft.query.as_of));
        let body = format!(
            "SELECT h.org, h.members,\n       \
             ROW_NUMBER() OVER (PARTITION BY h.org ORDER BY h.{on} DESC, h.n DESC) AS back\n\
             FROM org_headcount h\n\
             WHERE h.{on} <= {day} AND h.members IS NOT NULL"
        );
        draft.step(&name, "members on the day, the last count first", body);
        self.joined.push(join);
    }

    /// The condition under which days lie in a window.
    pub(super) fn inside(
        &self,
        draft: &Draft<'q>,
        (first, last): (&str, &str),
        window: Window,
    ) -> String {
        let (year, as_of) = (Period::year(self.period.last()), draft.query.as_of);
        let covers = |period: Period| {
            let (from, to) = (dialect::day(period.first()), dialect::day(period.last()));
            match first == last {
                true => format!("{first} BETWEEN {from} AND {to}"),
                false => format!("{first} >= {from} AND {last} <= {to}"),
            }
        };
        let between = |from, to| {
            format!(
                "{first} BETWEEN {} AND {}",
                dialect::day(from),
                dialect::day(to)
            )
        };
        match window {
            Window::Period => covers(self.period),
            Window::Year => covers(year),
            Window::Ytd => between(year.first(), year.last().min(as_of)),
            Window::Since(from) => between(from, as_of),
            Window::ToDate | Window::AsOf => format!("{first} <= {}", dialect::day(as_of)),
        }
    }

    pub(super) fn own_step(&self, draft: &Draft<'q>, kind: &Kind) -> String {
        draft.ident(&format!("{}_own{}", kind.name, self.suffix))
    }

    /// The steps up to the rows of the report, once all figures have been asked for: what each
    /// organisation has alone, what several have together, the rest beside it; the last one's name.
    pub(super) fn figures(&mut self, draft: &mut Draft<'q>) -> Result<String, Refused> {
        let suffix = self.suffix.clone();
        let of_kinds: Vec<String> = self
            .by_kind
            .values()
            .map(|of_kind| {
                let name = self.own_step(draft, of_kind.kind);
                let mut asked = vec!["r.org".to_owned()];
                let each = of_kind.columns.iter();
                asked.extend(each.map(|(name, column)| format!("{column} AS {name}")));
                let from = of_kind.from.text();
                let body = format!("SELECT {}\n{from}\nGROUP BY r.org", columns(&asked));
                let about = format!("{}: what each organisation has", of_kind.kind.name);
                draft.steps.push(Step::new(name.clone(), about, body));
                name
            })
            .collect();
        let of_owed = self.owed_own(draft)?;
        let mut from = Reads::new("org", "o");
        for step in of_kinds.into_iter().chain(of_owed) {
            from.join(format!("LEFT JOIN {step} ON {step}.org = o.id"));
        }
        self.joined.drain(..).for_each(|join| from.join(join));
        let mut own = vec!["o.id AS org".to_owned()];
        own.extend(self.own.iter().map(|c| format!("{} AS {}", c.own, c.name)));
        let body = format!("SELECT {}\n{}", columns(&own), from.text());
        let about = "own figures, one row an organisation";
        let own = draft.step(&format!("own{suffix}"), about, body);
        let mut rolled = vec!["s.role".to_owned(), "s.org".to_owned()];
        if draft.query.own {
            let count = draft.free("row", "members");
            rolled.push(format!("COUNT(*) AS {}", draft.ident(&count)));
        }
        rolled.extend(self.own.iter().map(|column| {
            let name = &column.name;
            format!("{}(w.{name}) AS {name}", column.gather.name())
        }));
        let body = format!(
            "SELECT {}\nFROM scope s JOIN {own} w ON w.org = s.member\nGROUP BY s.role, s.org",
            columns(&rolled)
        );
        let about = "the figures of each row, those of its organisations put together";
        let rolled = draft.step(&format!("rolled{suffix}"), about, body);
        let mut shown = vec!["g.*".to_owned(), "o.n AS place".to_owned()];
        shown.push(format!("{} AS name", shown_name(draft)));
        let mut from = Reads::new(&rolled, "g");
        // The total of several ledgers is no organisation's.
        from.join("LEFT JOIN org o ON o.id = g.org".to_owned());
        for apart in &self.apart {
            let step = apart.step(draft, &suffix);
            from.join(format!(
                "LEFT JOIN {step} ON {step}.role = g.role AND {step}.org = g.org"
            ));
            shown.extend(
                apart
                    .columns()
                    .iter()
                    .map(|column| format!("COALESCE({step}.{column}, 0) AS {column}")),
            );
        }
        let body = format!("SELECT {}\n{}", columns(&shown), from.text());
        let about = "the rows of the report, with all that their figures are made of";
        Ok(draft.step(&format!("figure{suffix}"), about, body))
    }

    /// The step with how many windows of obligations each organisation has in which state.
    fn owed_own(&mut self, draft: &mut Draft<'q>) -> Result<Option<String>, Refused> {
        if self.owed.is_empty() {
            return Ok(None);
        }
        let mut names: Vec<&'q str> = Vec::new();
        for name in self.owed.iter().flat_map(|(_, names, _)| *names) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let suffix = self.suffix.clone();
        let mut all_owed = Vec::new();
        for debt in draft.debts(names.into_iter(), self.period, &suffix) {
            let step = draft.debt(&debt)?;
            let name = draft.dialect().text(&debt.rule.name);
            all_owed.push(format!(
                "SELECT {name} AS obligation, w.org, w.state, w.returned, w.times FROM {step} w"
            ));
        }
        let union = match all_owed.len() {
            0 => {
                "SELECT '' AS obligation, o.id AS org, '' AS state, 0 AS returned, 0 AS times FROM \
                 org o WHERE FALSE"
                    .to_owned()
            }
            _ => all_owed.join("\nUNION ALL\n"),
        };
        let about = "windows of all obligations, how many times each is owed so";
        let owed = draft.step(&format!("owed{suffix}"), about, union);
        let mut asked = vec!["w.org".to_owned()];
        for (name, names, state) in &self.owed {
            let of = names.iter().map(String::as_str);
            let of = draft.dialect().one_of("w.obligation", of);
            let state = match state {
                Owed::Owed => "w.state <> 'exempt'",
                Owed::Met => "w.state = 'met'",
                Owed::Late => "w.state = 'late'",
                Owed::Missed => "w.state = 'missed'",
                Owed::Exempt => "w.state = 'exempt'",
                Owed::Returned => "w.returned = 1 AND w.state <> 'exempt'",
            };
            asked.push(format!(
                "SUM(w.times) FILTER (WHERE {of} AND {state}) AS {name}"
            ));
        }
        let body = format!("SELECT {}\nFROM {owed} w\nGROUP BY w.org", columns(&asked));
        let about = "what each organisation owed, and what became of it";
        Ok(Some(draft.step(&format!("owed_own{suffix}"), about, body)))
    }
}

impl Gather {
    /// The function that does it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Gather::Sum => "SUM",
            Gather::Min => "MIN",
            Gather::Max => "MAX",
        }
    }
}

impl Apart {
    /// The columns that it gives.
    fn columns(&self) -> Vec<&str> {
        match &self.way {
            Way::Distinct(column) => vec![column],
            Way::Middle(above, below) => vec![above, below],
        }
    }

    /// The step with its columns for each row of the report.
    fn step(&self, draft: &mut Draft<'_>, suffix: &str) -> String {
        let (values, name) = (&self.values, &self.name);
        let members = format!("FROM scope s JOIN {values} v ON v.org = s.member");
        match &self.way {
            Way::Distinct(column) => {
                let body = format!(
                    "SELECT s.role, s.org, COUNT(DISTINCT v.value) AS {column}\n\
                     {members}\n\
                     GROUP BY s.role, s.org"
                );
                draft.step(
                    &format!("{name}_distinct{suffix}"),
                    format!("{name} of each row"),
                    body,
                )
            }
            Way::Middle(above, below) => {
                let row = "PARTITION BY s.role, s.org";
                let body = format!(
                    "SELECT s.role, s.org, v.value,\n       \
                     ROW_NUMBER() OVER ({row} ORDER BY v.value) AS k,\n       \
                     COUNT(*) OVER ({row}) AS n\n\
                     {members}"
                );
                let about = format!("{name}: the values of each row in order");
                let ordered = draft.step(&format!("{name}_ordered{suffix}"), about, body);
                let body = format!(
                    "SELECT v.role, v.org, SUM(v.value) AS {above}, COUNT(*) AS {below}\n\
                     FROM {ordered} v\n\
                     WHERE 2 * v.k IN (v.n, v.n + 1, v.n + 2)\n\
                     GROUP BY v.role, v.org"
                );
                let about = format!("{name}: the one or two in the middle");
                draft.step(&format!("{name}_middle{suffix}"), about, body)
            }
        }
    }
}

impl Number {
    /// The number as a whole number of units of `places` decimals.
    pub(super) fn units(&self, draft: &Draft<'_>, places: u32) -> String {
        units(draft, &self.column, places)
    }
}

/// A number as a whole number of units of `places` decimals.
pub(super) fn units(draft: &Draft<'_>, number: &str, places: u32) -> String {
    match places {
        0 => number.to_owned(),
        places => draft
            .dialect()
            .wide(&format!("{number} * {}", power(places))),
    }
}

/// What each row is called: an organisation by its short name.
fn shown_name(draft: &Draft<'_>) -> String {
    let [own, total] = &draft.query.names;
    let (own, total) = (draft.dialect().text(own), draft.dialect().text(total));
    let short = short_name("o");
    format!("CASE g.role WHEN 'own' THEN {own} WHEN 'total' THEN {total} ELSE {short} END")
}
