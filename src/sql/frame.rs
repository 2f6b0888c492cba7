//! The figures of one period that are added up of what each organisation has: their columns, from
//! the records to the rows of the report.

use std::collections::BTreeMap;

use crate::day::Period;
use crate::rules::filter::Filter;
use crate::rules::kind::{FieldType, Kind};
use crate::rules::metric::{Amount, DateOf, DayOf, Measure, Metric, Owed, Summary, Take, Window};
use crate::rules::view::{PersonField, View, ViewPart};
use crate::sql::condition::{exists_on, is_free_text, short_name};
use crate::sql::dialect::{self, power};
use crate::sql::seen::days;
use crate::sql::step::{Draft, From, Refused, all, columns};
use crate::sql::tables::has_own_table;

/// Figures of one period.
pub(super) struct Frame<'q> {
    pub(super) period: Period,
    /// What the names of its steps end in.
    pub(super) suffix: String,
    /// What is asked of the records of each kind, by its number.
    by_kind: BTreeMap<usize, OfKind<'q>>,
    /// Which windows of obligations count, each under a name.
    owed: Vec<(String, &'q [String], Owed)>,
    /// What is joined to the organisations.
    joined: Vec<String>,
    /// The columns of each organisation alone.
    own: Vec<Column>,
    /// What takes all records of a row together.
    apart: Vec<Apart>,
    /// The steps with the last record of each organisation, by metric.
    lasts: BTreeMap<&'q str, String>,
    /// The figures so far, by metric.
    leaves: BTreeMap<&'q str, Leaf>,
}

/// What is asked of the records of a kind.
struct OfKind<'q> {
    kind: &'q Kind,
    from: From,
    columns: Vec<(String, String)>,
}

/// A column of each organisation alone, and how those of several are put together.
struct Column {
    name: String,
    /// Over what is joined to organisation `o`.
    own: String,
    gather: Gather,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Gather {
    Sum,
    Min,
    Max,
}

/// A figure that cannot be put together of those of each organisation.
struct Apart {
    /// The step with a row for each value: `org`, `value`.
    values: String,
    name: String,
    way: Way,
}

enum Way {
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

/// What a record adds to a figure.
struct Taken {
    /// The number.
    amount: String,
    places: u32,
    may_be_negative: bool,
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
        let leaf = match &metric.measure {
            Measure::Records {
                kind,
                take,
                date,
                window,
                filter,
            } => {
                let chosen = Chosen {
                    kind,
                    date,
                    window: *window,
                    filter,
                };
                self.of_records(draft, metric, *take, &chosen)?
            }
            _ => {
                let own = self.own_value(draft, metric)?;
                self.summed(draft, &metric.name, own)
            }
        };
        self.leaves.insert(&metric.name, leaf.clone());
        Ok(leaf)
    }

    /// A number that is the sum of what each organisation has.
    fn summed(&mut self, draft: &Draft<'q>, name: &str, own: String) -> Leaf {
        let column = self.column(draft, name, own, Gather::Sum);
        Leaf::Number(Number {
            column,
            places: 0,
            may_be_negative: false,
            unknown: None,
        })
    }

    fn column(&mut self, draft: &Draft<'q>, name: &str, own: String, gather: Gather) -> String {
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
    fn own_value(&mut self, draft: &mut Draft<'q>, metric: &'q Metric) -> Result<String, Refused> {
        let as_of = draft.query.as_of;
        Ok(match &metric.measure {
            Measure::Records {
                kind,
                take,
                date,
                window,
                filter,
            } => {
                let chosen = Chosen {
                    kind,
                    date,
                    window: *window,
                    filter,
                };
                return self.own_of_records(draft, metric, *take, &chosen);
            }
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
            Measure::Plus { .. }
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
            "SELECT h.org, h.members, ROW_NUMBER() OVER (PARTITION BY h.org ORDER BY h.{on} DESC, \
             h.n DESC) AS back\nFROM org_headcount h\nWHERE h.{on} <= {day} AND h.members IS NOT NULL"
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

    /// The condition under which a record counts, as `r`.
    fn chosen(
        &self,
        draft: &mut Draft<'q>,
        chosen: &Chosen<'q>,
        from: &mut From,
    ) -> Result<String, Refused> {
        let (dialect, as_of) = (draft.dialect(), draft.query.as_of);
        let kind = chosen.kind;
        let seen = draft.seen(kind, as_of);
        let (first, last) = match chosen.date {
            _ if chosen.window == Window::AsOf => (String::new(), String::new()),
            DateOf::Field(field) => days(dialect, "r", &kind.fields[*field]),
            DateOf::EffectiveDue => (seen.due(), seen.due()),
            DateOf::Finished => (seen.finished(), seen.finished()),
            DateOf::Entered(status) => (seen.entered(status), seen.entered(status)),
        };
        let mut tests = vec![match chosen.window {
            Window::AsOf => format!("(r.ends IS NULL OR r.ends >= {})", dialect::day(as_of)),
            window => self.inside(draft, (&first, &last), window),
        }];
        tests.extend(draft.condition(chosen.filter, kind, as_of, from)?);
        Ok(all(&tests))
    }

    /// A column over the records of a kind that an organisation keeps.
    fn of_kind(
        &mut self,
        draft: &mut Draft<'q>,
        chosen: &Chosen<'q>,
        name: &str,
        expression: impl FnOnce(&str) -> String,
    ) -> Result<String, Refused> {
        let (dialect, as_of) = (draft.dialect(), draft.query.as_of);
        let kind = chosen.kind;
        let known = self.by_kind.remove(&kind.number);
        let mut of_kind = known.unwrap_or_else(|| OfKind {
            kind,
            from: From::new(&draft.seen(kind, as_of).name(dialect), "r"),
            columns: Vec::new(),
        });
        let name = draft.ident(name);
        if !of_kind.columns.iter().any(|(known, _)| *known == name) {
            let condition = self.chosen(draft, chosen, &mut of_kind.from)?;
            of_kind.columns.push((name.clone(), expression(&condition)));
        }
        self.by_kind.insert(kind.number, of_kind);
        Ok(format!("{}.{name}", self.own_step(draft, kind)))
    }

    fn own_step(&self, draft: &Draft<'q>, kind: &Kind) -> String {
        draft.ident(&format!("{}_own{}", kind.name, self.suffix))
    }

    /// The number that a record has.
    fn amount(&self, draft: &mut Draft<'q>, kind: &'q Kind, amount: Amount) -> Taken {
        let (dialect, as_of) = (draft.dialect(), draft.query.as_of);
        let mut day = |day: DayOf| match day {
            DayOf::Field(field) => days(dialect, "r", &kind.fields[field]).0,
            DayOf::Due => draft.seen(kind, as_of).due(),
            DayOf::Finished => draft.seen(kind, as_of).finished(),
        };
        match amount {
            Amount::Field(field) => {
                let field = &kind.fields[field];
                let (places, least) = match field.ty {
                    FieldType::Decimal { places, min, .. } => (places, min),
                    FieldType::Integer { min, .. } => (0, min),
                    _ => (0, 0),
                };
                let column = match has_own_table(field) {
                    true => format!("{}_count", field.name),
                    false => field.name.clone(),
                };
                Taken {
                    amount: format!("r.{}", dialect.ident(&column)),
                    places,
                    may_be_negative: least < 0,
                }
            }
            Amount::Days(from, to) => Taken {
                amount: dialect.days_between(&day(from), &day(to)),
                places: 0,
                may_be_negative: true,
            },
        }
    }

    /// What an organisation alone has of records that are added up, or more than nothing where it
    /// has values that are counted once.
    fn own_of_records(
        &mut self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
        take: Take,
        chosen: &Chosen<'q>,
    ) -> Result<String, Refused> {
        let dialect = draft.dialect();
        let name = metric.name.as_str();
        let column = match take {
            Take::Count => self.of_kind(draft, chosen, name, |passes| {
                format!("COUNT(*) FILTER (WHERE {passes})")
            })?,
            Take::DistinctOrg => self.of_kind(draft, chosen, name, |passes| {
                format!("MAX(CASE WHEN {passes} THEN 1 ELSE 0 END)")
            })?,
            Take::Distinct(field) => {
                let has = match has_own_table(&chosen.kind.fields[field]) {
                    true => format!("{}_count", chosen.kind.fields[field].name),
                    false => chosen.kind.fields[field].name.clone(),
                };
                let has = format!("r.{}", dialect.ident(&has));
                let name = self.free(draft, name, "any");
                self.of_kind(draft, chosen, &name, |passes| {
                    format!("COUNT({has}) FILTER (WHERE {passes})")
                })?
            }
            Take::Sum(field) => {
                let taken = self.amount(draft, chosen.kind, Amount::Field(field));
                let amount = dialect.wide_decimal(&taken.amount, taken.places);
                let known = match unless(draft, chosen.kind, field) {
                    Some(why) => format!(" AND {why} IS NULL"),
                    None => String::new(),
                };
                self.of_kind(draft, chosen, name, |passes| {
                    format!("SUM({amount}) FILTER (WHERE {passes}{known})")
                })?
            }
            Take::Amounts(Summary::Last, amount) => {
                let step = self.last(draft, metric, amount, chosen)?;
                let join = format!("LEFT JOIN {step} ON {step}.org = o.id AND {step}.back = 1");
                if !self.joined.contains(&join) {
                    self.joined.push(join);
                }
                format!("{step}.amount")
            }
            Take::Amounts(_, amount) => {
                let taken = self.amount(draft, chosen.kind, amount);
                let amount = dialect.wide_decimal(&taken.amount, taken.places);
                self.of_kind(draft, chosen, name, |passes| {
                    format!("SUM({amount}) FILTER (WHERE {passes})")
                })?
            }
            // A day is not added up.
            Take::Earliest(_) | Take::Latest(_) => return Ok("0".to_owned()),
        };
        Ok(format!("COALESCE({column}, 0)"))
    }

    /// The amount of the last record of each organisation: of those that belong to the latest days
    /// the last one written.
    fn last(
        &mut self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
        amount: Amount,
        chosen: &Chosen<'q>,
    ) -> Result<String, Refused> {
        if let Some(step) = self.lasts.get(&*metric.name) {
            return Ok(step.clone());
        }
        let (dialect, as_of) = (draft.dialect(), draft.query.as_of);
        let taken = self.amount(draft, chosen.kind, amount);
        let seen = draft.seen(chosen.kind, as_of);
        let (_, last) = seen.belongs(dialect);
        let mut from = From::new(&seen.name(dialect), "r");
        let passes = self.chosen(draft, chosen, &mut from)?;
        let body = format!(
            "SELECT r.org, {} AS amount,\n       ROW_NUMBER() OVER (PARTITION BY r.org ORDER BY {last} \
             DESC NULLS LAST, r.seq DESC) AS back\n{}\nWHERE {passes} AND {} IS NOT NULL",
            dialect.wide_decimal(&taken.amount, taken.places),
            from.text(),
            taken.amount
        );
        let about = format!("{}: what each record says, the last first", metric.name);
        let step = draft.step(&format!("{}_last{}", metric.name, self.suffix), about, body);
        self.lasts.insert(&metric.name, step.clone());
        Ok(step)
    }

    /// A name of a column beside a metric's that no metric has.
    pub(super) fn free(&self, draft: &Draft<'q>, metric: &str, what: &str) -> String {
        let mut found = format!("{metric}_{what}");
        while draft.rules().metric(&found).is_some() {
            found.push('_');
        }
        found
    }

    fn of_records(
        &mut self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
        take: Take,
        chosen: &Chosen<'q>,
    ) -> Result<Leaf, Refused> {
        let dialect = draft.dialect();
        let kind = chosen.kind;
        let name = metric.name.as_str();
        Ok(match take {
            Take::Count | Take::DistinctOrg => {
                let own = self.own_of_records(draft, metric, take, chosen)?;
                self.summed(draft, name, own)
            }
            Take::Sum(field) => {
                let own = self.own_of_records(draft, metric, take, chosen)?;
                let taken = self.amount(draft, kind, Amount::Field(field));
                let column = self.column(draft, name, own, Gather::Sum);
                let unknown = match unless(draft, kind, field) {
                    Some(why) => Some(self.unknown(draft, metric, chosen, (&taken, &why))?),
                    None => None,
                };
                Leaf::Number(Number {
                    column,
                    places: taken.places,
                    may_be_negative: taken.may_be_negative,
                    unknown,
                })
            }
            Take::Amounts(Summary::Sum | Summary::Last, amount) => {
                let own = self.own_of_records(draft, metric, take, chosen)?;
                let taken = self.amount(draft, kind, amount);
                let column = self.column(draft, name, own, Gather::Sum);
                Leaf::Number(Number {
                    column,
                    places: taken.places,
                    may_be_negative: taken.may_be_negative,
                    unknown: None,
                })
            }
            Take::Earliest(field) | Take::Latest(field) => {
                let (day, _) = days(dialect, "r", &kind.fields[field]);
                let (what, gather) = match take {
                    Take::Earliest(_) => ("MIN", Gather::Min),
                    _ => ("MAX", Gather::Max),
                };
                let own = self.of_kind(draft, chosen, name, |passes| {
                    format!("{what}({day}) FILTER (WHERE {passes})")
                })?;
                Leaf::Day(self.column(draft, name, own, gather))
            }
            Take::Amounts(summary @ (Summary::Largest | Summary::Smallest), amount) => {
                let taken = self.amount(draft, kind, amount);
                let (what, gather) = match summary {
                    Summary::Smallest => ("MIN", Gather::Min),
                    _ => ("MAX", Gather::Max),
                };
                let amount = dialect.wide_decimal(&taken.amount, taken.places);
                let own = self.of_kind(draft, chosen, name, |passes| {
                    format!("{what}({amount}) FILTER (WHERE {passes})")
                })?;
                let column = self.column(draft, name, own, gather);
                Leaf::Number(Number {
                    unknown: Some(format!("{column} IS NULL")),
                    column,
                    places: taken.places,
                    may_be_negative: taken.may_be_negative,
                })
            }
            Take::Amounts(Summary::Average, amount) => {
                let taken = self.amount(draft, kind, amount);
                let number = dialect.wide_decimal(&taken.amount, taken.places);
                let mut sum_of = |what: &str, expression: String| {
                    let name = self.free(draft, name, what);
                    let own = self.of_kind(draft, chosen, &name, |passes| {
                        format!("{expression} FILTER (WHERE {passes})")
                    })?;
                    let own = format!("COALESCE({own}, 0)");
                    Ok::<_, Refused>(self.column(draft, &name, own, Gather::Sum))
                };
                let above = sum_of("sum", format!("SUM({number})"))?;
                let below = sum_of("count", format!("COUNT({})", taken.amount))?;
                Leaf::Fraction {
                    above,
                    below,
                    places: taken.places,
                    may_be_negative: taken.may_be_negative,
                }
            }
            Take::Amounts(Summary::Median, amount) => {
                let taken = self.amount(draft, kind, amount);
                let number = dialect.wide_decimal(&taken.amount, taken.places);
                let values = self.values(draft, metric, chosen, &number)?;
                let (above, below) = (
                    self.free(draft, name, "sum"),
                    self.free(draft, name, "count"),
                );
                let (above, below) = (draft.ident(&above), draft.ident(&below));
                self.apart.push(Apart {
                    values,
                    name: name.to_owned(),
                    way: Way::Middle(above.clone(), below.clone()),
                });
                Leaf::Fraction {
                    above: format!("f.{above}"),
                    below: format!("f.{below}"),
                    places: taken.places,
                    may_be_negative: taken.may_be_negative,
                }
            }
            Take::Distinct(field) => {
                let values = self.distinct_values(draft, metric, chosen, field)?;
                let column = draft.ident(name);
                self.apart.push(Apart {
                    values,
                    name: name.to_owned(),
                    way: Way::Distinct(column.clone()),
                });
                Leaf::Number(Number {
                    column: format!("f.{column}"),
                    places: 0,
                    may_be_negative: false,
                    unknown: None,
                })
            }
        })
    }

    /// The condition under which every record says of a figure that it is not known.
    fn unknown(
        &mut self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
        chosen: &Chosen<'q>,
        (taken, why): (&Taken, &str),
    ) -> Result<String, Refused> {
        let (known, said) = (
            self.free(draft, &metric.name, "known"),
            self.free(draft, &metric.name, "unknown"),
        );
        let amount = &taken.amount;
        let mut column = |name: &str, counted: String| {
            let own = self.of_kind(draft, chosen, name, |passes| {
                format!("{counted} AND {passes})")
            })?;
            let own = format!("COALESCE({own}, 0)");
            Ok::<_, Refused>(self.column(draft, name, own, Gather::Sum))
        };
        let known = column(
            &known,
            format!("COUNT({amount}) FILTER (WHERE {why} IS NULL"),
        )?;
        let said = column(&said, format!("COUNT(*) FILTER (WHERE {why} IS NOT NULL"))?;
        Ok(format!("{said} > 0 AND {known} = 0"))
    }

    /// The column with how many records or windows make up a number.
    pub(super) fn counted(
        &mut self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
    ) -> Result<String, Refused> {
        let name = self.free(draft, &metric.name, "counted");
        let own = match &metric.measure {
            Measure::Records {
                kind,
                take: take @ (Take::Sum(_) | Take::Amounts(..)),
                date,
                window,
                filter,
            } => {
                let (amount, why) = match take {
                    Take::Amounts(_, amount) => (*amount, None),
                    Take::Sum(field) => (Amount::Field(*field), unless(draft, kind, *field)),
                    _ => return self.own_value(draft, metric),
                };
                let chosen = Chosen {
                    kind,
                    date,
                    window: *window,
                    filter,
                };
                let known = why.map_or_else(String::new, |why| format!(" AND {why} IS NULL"));
                let amount = self.amount(draft, kind, amount).amount;
                let own = self.of_kind(draft, &chosen, &name, |passes| {
                    format!("COUNT({amount}) FILTER (WHERE {passes}{known})")
                })?;
                format!("COALESCE({own}, 0)")
            }
            Measure::Members => {
                let there = exists_on("o", draft.query.as_of);
                let step = format!("headcount{}", self.suffix);
                format!("CASE WHEN {there} AND {step}.members IS NOT NULL THEN 1 ELSE 0 END")
            }
            _ => self.own_value(draft, metric)?,
        };
        Ok(self.column(draft, &name, own, Gather::Sum))
    }

    /// The step with a value of each record that counts: `org`, `value`.
    fn values(
        &self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
        chosen: &Chosen<'q>,
        value: &str,
    ) -> Result<String, Refused> {
        let (dialect, as_of) = (draft.dialect(), draft.query.as_of);
        let mut from = From::new(&draft.seen(chosen.kind, as_of).name(dialect), "r");
        let passes = self.chosen(draft, chosen, &mut from)?;
        let body = format!(
            "SELECT r.org, {value} AS value\n{}\nWHERE {passes} AND {value} IS NOT NULL",
            from.text()
        );
        let about = format!("{}: the values", metric.name);
        Ok(draft.step(
            &format!("{}_value{}", metric.name, self.suffix),
            about,
            body,
        ))
    }

    fn distinct_values(
        &self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
        chosen: &Chosen<'q>,
        number: usize,
    ) -> Result<String, Refused> {
        let (dialect, as_of) = (draft.dialect(), draft.query.as_of);
        let field = &chosen.kind.fields[number];
        if let FieldType::Table(_) = field.ty {
            return Err("not-in-sql-distinct");
        }
        let is_text = is_free_text(&field.ty);
        let seen = draft.seen(chosen.kind, as_of);
        let value = match (field.list, is_text) {
            (true, true) => dialect.folded("l.value"),
            (true, false) => "l.value".to_owned(),
            (false, true) => seen.folded(dialect, number),
            (false, false) => format!("r.{}", dialect.ident(&field.name)),
        };
        let mut from = From::new(&seen.name(dialect), "r");
        if field.list {
            let table = dialect.ident(&format!("{}_{}", chosen.kind.name, field.name));
            from.join(format!("JOIN {table} l ON l.record = r.id"));
        }
        let passes = self.chosen(draft, chosen, &mut from)?;
        let body = format!(
            "SELECT DISTINCT r.org, {value} AS value\n{}\nWHERE {passes} AND {value} IS NOT NULL",
            from.text()
        );
        let about = format!("{}: the values that are counted once", metric.name);
        Ok(draft.step(
            &format!("{}_value{}", metric.name, self.suffix),
            about,
            body,
        ))
    }

    /// The step with how many records are in a view of each organisation: `org`, `count`.
    fn viewed(
        &mut self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
        view: &'q View,
        window: Window,
    ) -> Result<String, Refused> {
        let dialect = draft.dialect();
        let person = dialect.ident(&draft.rules().org.fields[view.person].name);
        let body = format!(
            "SELECT o.id AS org, {} AS person\nFROM org o\nWHERE o.{person} IS NOT NULL",
            dialect.folded(&format!("o.{person}"))
        );
        let about = format!("whose {} view that of each organisation is", view.name);
        let persons = draft.step(&format!("{}_person{}", view.name, self.suffix), about, body);
        let mut parts = Vec::new();
        for part in &view.parts {
            for by in &part.by {
                parts.extend(self.view_part(draft, &persons, (part, by), window)?);
            }
        }
        let name = format!("{}_{}{}", view.name, metric.name, self.suffix);
        let union = match parts.len() {
            0 => "SELECT o.id AS org, o.id AS record FROM org o WHERE FALSE".to_owned(),
            _ => parts.join("\nUNION\n"),
        };
        let about = format!("the records in each {} view, each once", view.name);
        let records = draft.step(&format!("{name}_record"), about, union);
        let body = format!("SELECT v.org, COUNT(*) AS count\nFROM {records} v\nGROUP BY v.org");
        let about = format!("{}: how many they are", metric.name);
        Ok(draft.step(&name, about, body))
    }

    /// The records of a part of a view that name its person in one way.
    fn view_part(
        &self,
        draft: &mut Draft<'q>,
        persons: &str,
        (part, by): (&'q ViewPart, &'q PersonField),
        window: Window,
    ) -> Result<Vec<String>, Refused> {
        let (dialect, as_of) = (draft.dialect(), draft.query.as_of);
        let kind: &'q Kind = &part.kind;
        let named: Vec<(Option<String>, &Kind, &str)> = match by {
            PersonField::Own(field) => vec![(None, kind, kind.fields[*field].name.as_str())],
            PersonField::Through { reference, field } => {
                let FieldType::Record(of) = &kind.fields[*reference].ty else {
                    return Ok(Vec::new());
                };
                let id = draft.seen(kind, as_of).folded(dialect, *reference);
                let all = draft.rules().kinds.iter().map(|kind| &**kind);
                let able = all.filter(|other| of.contains(&other.name));
                let able = able.filter(|other| other.index(field).is_some());
                let step = |other: &'q Kind| {
                    let kept = draft.seen(other, as_of).looked_up(dialect);
                    (
                        Some(format!("JOIN {kept} t ON t.id = {id}")),
                        other,
                        field.as_str(),
                    )
                };
                able.map(step).collect()
            }
        };
        let mut parts = Vec::new();
        for (join, other, field) in named {
            let mut from = From::new(persons, "v");
            let keeper = match part.below {
                true => {
                    from.join("JOIN org_above a ON a.above = v.org".to_owned());
                    "a.org"
                }
                false => "v.org",
            };
            let seen = draft.seen(kind, as_of).name(dialect);
            from.join(format!("JOIN {seen} r ON r.org = {keeper}"));
            let names = match &join {
                Some(_) => "t.id",
                None => "r.id",
            };
            join.into_iter().for_each(|join| from.join(join));
            from.join(format!(
                "JOIN person_named p ON p.kind = {} AND p.record = {names} AND p.field = {} AND p.name \
                 = v.person",
                dialect.text(&other.name),
                dialect.text(field)
            ));
            let (first, last) = match part.date {
                Some(field) => days(dialect, "r", &kind.fields[field]),
                None => draft.seen(kind, as_of).belongs(dialect),
            };
            let mut tests = vec![match window {
                Window::AsOf => format!("{first} IS NOT NULL"),
                window => self.inside(draft, (&first, &last), window),
            }];
            tests.extend(draft.condition(&part.filter, kind, as_of, &mut from)?);
            parts.push(format!(
                "SELECT v.org, r.id AS record\n{}\nWHERE {}",
                from.text(),
                all(&tests)
            ));
        }
        Ok(parts)
    }

    /// The steps up to the rows of the report, once all figures have been asked for: the columns of
    /// each organisation alone, those of several put together, the rest beside them. The name of the
    /// last.
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
                draft
                    .steps
                    .push(crate::sql::step::Step::new(name.clone(), about, body));
                name
            })
            .collect();
        let of_owed = self.owed_own(draft)?;
        let mut from = From::new("org", "o");
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
            let count = self.free(draft, "row", "members");
            rolled.push(format!("COUNT(*) AS {}", draft.ident(&count)));
        }
        rolled.extend(self.own.iter().map(|column| {
            let name = &column.name;
            match column.gather {
                Gather::Sum => format!("SUM(w.{name}) AS {name}"),
                Gather::Min => format!("MIN(w.{name}) AS {name}"),
                Gather::Max => format!("MAX(w.{name}) AS {name}"),
            }
        }));
        let body = format!(
            "SELECT {}\nFROM scope s JOIN {own} w ON w.org = s.member\nGROUP BY s.role, s.org",
            columns(&rolled)
        );
        let about = "the figures of each row, those of its organisations put together";
        let rolled = draft.step(&format!("rolled{suffix}"), about, body);
        let mut shown = vec!["g.*".to_owned(), "o.n AS place".to_owned()];
        shown.push(format!("{} AS name", shown_name(draft)));
        let mut from = From::new(&rolled, "g");
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
                    "SELECT s.role, s.org, COUNT(DISTINCT v.value) AS {column}\n{members}\nGROUP BY \
                     s.role, s.org"
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
                    "SELECT s.role, s.org, v.value,\n       ROW_NUMBER() OVER ({row} ORDER BY v.value) \
                     AS k,\n       COUNT(*) OVER ({row}) AS n\n{members}"
                );
                let about = format!("{name}: the values of each row in order");
                let ordered = draft.step(&format!("{name}_ordered{suffix}"), about, body);
                let body = format!(
                    "SELECT v.role, v.org, SUM(v.value) AS {above}, COUNT(*) AS {below}\nFROM \
                     {ordered} v\nWHERE 2 * v.k IN (v.n, v.n + 1, v.n + 2)\nGROUP BY v.role, v.org"
                );
                let about = format!("{name}: the one or two in the middle");
                draft.step(&format!("{name}_middle{suffix}"), about, body)
            }
        }
    }
}

/// Which records a figure is about.
struct Chosen<'q> {
    kind: &'q Kind,
    date: &'q DateOf,
    window: Window,
    filter: &'q Filter,
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

/// The column that says why a number is not known, where a record may say so.
fn unless(draft: &Draft<'_>, kind: &Kind, field: usize) -> Option<String> {
    let why = kind.index(kind.fields[field].unless.as_deref()?)?;
    let field = &kind.fields[why];
    let is_text = is_free_text(&field.ty) || matches!(field.ty, FieldType::Choice(_));
    (is_text && !has_own_table(field)).then(|| format!("r.{}", draft.ident(&field.name)))
}
