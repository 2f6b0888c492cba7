//! Figures that are taken of the records of a kind: which records count, and what is taken of each.

use crate::rules::filter::Filter;
use crate::rules::kind::{FieldType, Kind};
use crate::rules::metric::{Amount, DateOf, DayOf, Measure, Metric, Summary, Take, Window};
use crate::sql::condition::{exists_on, is_free_text};
use crate::sql::dialect;
use crate::sql::frame::{Apart, Frame, Gather, Leaf, Number, OfKind, Way};
use crate::sql::seen::days;
use crate::sql::step::{Draft, Reads, Refused, all};
use crate::sql::tables::has_own_table;

/// Which records a figure is about.
pub(super) struct Chosen<'q> {
    pub(super) kind: &'q Kind,
    pub(super) date: &'q DateOf,
    pub(super) window: Window,
    pub(super) filter: &'q Filter,
}

impl<'q> Chosen<'q> {
    /// What a measure takes of which records, if it is one of records.
    pub(super) fn of(measure: &'q Measure) -> Option<(Take, Chosen<'q>)> {
        let Measure::Records {
            kind,
            take,
            date,
            window,
            filter,
        } = measure
        else {
            return None;
        };
        let chosen = Chosen {
            kind,
            date,
            window: *window,
            filter,
        };
        Some((*take, chosen))
    }
}

/// What a record adds to a figure.
struct Taken {
    /// The number.
    amount: String,
    places: u32,
    may_be_negative: bool,
}

impl<'q> Frame<'q> {
    /// The condition under which a record counts, as `r`.
    pub(super) fn chosen(
        &self,
        draft: &mut Draft<'q>,
        chosen: &Chosen<'q>,
        from: &mut Reads,
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
    pub(super) fn of_kind(
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
            from: Reads::new(&draft.seen(kind, as_of).name(dialect), "r"),
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

    /// The columns of a figure that is taken of records.
    pub(super) fn of_records(
        &mut self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
        take: Take,
        chosen: &Chosen<'q>,
    ) -> Result<Leaf, Refused> {
        match take {
            Take::Count | Take::DistinctOrg => {
                let own = self.own_of_records(draft, metric, take, chosen)?;
                Ok(self.summed(draft, &metric.name, own))
            }
            Take::Sum(field) => {
                let taken = self.amount(draft, chosen.kind, Amount::Field(field));
                let unknown = match unless(draft, chosen.kind, field) {
                    Some(why) => Some(self.unknown(draft, metric, chosen, (&taken, &why))?),
                    None => None,
                };
                self.added(draft, metric, (take, &taken), (chosen, unknown))
            }
            Take::Amounts(Summary::Sum | Summary::Last, amount) => {
                let taken = self.amount(draft, chosen.kind, amount);
                self.added(draft, metric, (take, &taken), (chosen, None))
            }
            Take::Earliest(field) | Take::Latest(field) => {
                let (day, _) = days(draft.dialect(), "r", &chosen.kind.fields[field]);
                let gather = match take {
                    Take::Earliest(_) => Gather::Min,
                    _ => Gather::Max,
                };
                let column = self.extreme(draft, metric, (&day, gather), chosen)?;
                Ok(Leaf::Day(column))
            }
            Take::Amounts(summary @ (Summary::Largest | Summary::Smallest), amount) => {
                let taken = self.amount(draft, chosen.kind, amount);
                let gather = match summary {
                    Summary::Smallest => Gather::Min,
                    _ => Gather::Max,
                };
                let amount = draft.dialect().wide_decimal(&taken.amount, taken.places);
                let column = self.extreme(draft, metric, (&amount, gather), chosen)?;
                Ok(Leaf::Number(Number {
                    unknown: Some(format!("{column} IS NULL")),
                    column,
                    places: taken.places,
                    may_be_negative: taken.may_be_negative,
                }))
            }
            Take::Amounts(Summary::Average, amount) => self.average(draft, metric, amount, chosen),
            Take::Amounts(Summary::Median, amount) => self.median(draft, metric, amount, chosen),
            Take::Distinct(field) => {
                let values = self.distinct_values(draft, metric, chosen, field)?;
                let column = draft.ident(&metric.name);
                self.apart.push(Apart {
                    values,
                    name: metric.name.clone(),
                    way: Way::Distinct(column.clone()),
                });
                Ok(Leaf::Number(Number {
                    column: format!("f.{column}"),
                    places: 0,
                    may_be_negative: false,
                    unknown: None,
                }))
            }
        }
    }

    /// A number that is added up, with what is known of its sign.
    fn added(
        &mut self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
        (take, taken): (Take, &Taken),
        (chosen, unknown): (&Chosen<'q>, Option<String>),
    ) -> Result<Leaf, Refused> {
        let own = self.own_of_records(draft, metric, take, chosen)?;
        Ok(Leaf::Number(Number {
            column: self.column(draft, &metric.name, own, Gather::Sum),
            places: taken.places,
            may_be_negative: taken.may_be_negative,
            unknown,
        }))
    }

    /// The column with the largest or the smallest of some values.
    fn extreme(
        &mut self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
        (value, gather): (&str, Gather),
        chosen: &Chosen<'q>,
    ) -> Result<String, Refused> {
        let what = gather.name();
        let own = self.of_kind(draft, chosen, &metric.name, |passes| {
            format!("{what}({value}) FILTER (WHERE {passes})")
        })?;
        Ok(self.column(draft, &metric.name, own, gather))
    }

    fn average(
        &mut self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
        amount: Amount,
        chosen: &Chosen<'q>,
    ) -> Result<Leaf, Refused> {
        let taken = self.amount(draft, chosen.kind, amount);
        let number = draft.dialect().wide_decimal(&taken.amount, taken.places);
        let mut sum_of = |what: &str, expression: String| {
            let name = draft.free(&metric.name, what);
            let own = self.of_kind(draft, chosen, &name, |passes| {
                format!("{expression} FILTER (WHERE {passes})")
            })?;
            let own = format!("COALESCE({own}, 0)");
            Ok::<_, Refused>(self.column(draft, &name, own, Gather::Sum))
        };
        Ok(Leaf::Fraction {
            above: sum_of("sum", format!("SUM({number})"))?,
            below: sum_of("count", format!("COUNT({})", taken.amount))?,
            places: taken.places,
            may_be_negative: taken.may_be_negative,
        })
    }

    fn median(
        &mut self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
        amount: Amount,
        chosen: &Chosen<'q>,
    ) -> Result<Leaf, Refused> {
        let taken = self.amount(draft, chosen.kind, amount);
        let dialect = draft.dialect();
        let number = dialect.wide_decimal(&taken.amount, taken.places);
        let seen = draft.seen(chosen.kind, draft.query.as_of).name(dialect);
        let from = Reads::new(&seen, "r");
        let values = self.values(draft, metric, (chosen, from), ("", &number))?;
        let [above, below] = ["sum", "count"].map(|what| {
            let name = draft.free(&metric.name, what);
            draft.ident(&name)
        });
        self.apart.push(Apart {
            values,
            name: metric.name.clone(),
            way: Way::Middle(above.clone(), below.clone()),
        });
        Ok(Leaf::Fraction {
            above: format!("f.{above}"),
            below: format!("f.{below}"),
            places: taken.places,
            may_be_negative: taken.may_be_negative,
        })
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
    pub(super) fn own_of_records(
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
                let name = draft.free(name, "any");
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
        let mut from = Reads::new(&seen.name(dialect), "r");
        let passes = self.chosen(draft, chosen, &mut from)?;
        let body = format!(
            "SELECT r.org, {} AS amount,\n       \
             ROW_NUMBER() OVER (PARTITION BY r.org ORDER BY {last} DESC NULLS LAST, r.seq DESC) AS \
             back\n\
             {}\n\
             WHERE {passes} AND {} IS NOT NULL",
            dialect.wide_decimal(&taken.amount, taken.places),
            from.text(),
            taken.amount
        );
        let about = format!("{}: what each record says, the last first", metric.name);
        let step = draft.step(&format!("{}_last{}", metric.name, self.suffix), about, body);
        self.lasts.insert(&metric.name, step.clone());
        Ok(step)
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
            draft.free(&metric.name, "known"),
            draft.free(&metric.name, "unknown"),
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
        let name = draft.free(&metric.name, "counted");
        let taken = Chosen::of(&metric.measure);
        let amounts = taken.and_then(|(take, chosen)| match take {
            Take::Amounts(_, amount) => Some((amount, None, chosen)),
            Take::Sum(field) => {
                let why = unless(draft, chosen.kind, field);
                Some((Amount::Field(field), why, chosen))
            }
            _ => None,
        });
        let own = match (&metric.measure, amounts) {
            (_, Some((amount, why, chosen))) => {
                let known = why.map_or_else(String::new, |why| format!(" AND {why} IS NULL"));
                let amount = self.amount(draft, chosen.kind, amount).amount;
                let own = self.of_kind(draft, &chosen, &name, |passes| {
                    format!("COUNT({amount}) FILTER (WHERE {passes}{known})")
                })?;
                format!("COALESCE({own}, 0)")
            }
            (Measure::Members, None) => {
                let there = exists_on("o", draft.query.as_of);
                let step = format!("headcount{}", self.suffix);
                format!("CASE WHEN {there} AND {step}.members IS NOT NULL THEN 1 ELSE 0 END")
            }
            _ => self.own_value(draft, metric)?,
        };
        Ok(self.column(draft, &name, own, Gather::Sum))
    }

    /// The step with a value of each record that counts, which `from` reads: `org`, `value`;
    /// `each` says whether those of one organisation that are equal are one.
    fn values(
        &self,
        draft: &mut Draft<'q>,
        metric: &'q Metric,
        (chosen, mut from): (&Chosen<'q>, Reads),
        (each, value): (&str, &str),
    ) -> Result<String, Refused> {
        let passes = self.chosen(draft, chosen, &mut from)?;
        let body = format!(
            "SELECT {each}r.org, {value} AS value\n{}\nWHERE {passes} AND {value} IS NOT NULL",
            from.text()
        );
        let name = format!("{}_value{}", metric.name, self.suffix);
        Ok(draft.step(&name, format!("{}: the values", metric.name), body))
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
        let mut from = Reads::new(&seen.name(dialect), "r");
        if field.list {
            let table = dialect.ident(&format!("{}_{}", chosen.kind.name, field.name));
            from.join(format!("JOIN {table} l ON l.record = r.id"));
        }
        self.values(draft, metric, (chosen, from), ("DISTINCT ", &value))
    }
}

/// The column that says why a number is not known, where a record may say so.
fn unless(draft: &Draft<'_>, kind: &Kind, field: usize) -> Option<String> {
    let why = kind.index(kind.fields[field].unless.as_deref()?)?;
    let field = &kind.fields[why];
    let is_text = is_free_text(&field.ty) || matches!(field.ty, FieldType::Choice(_));
    (is_text && !has_own_table(field)).then(|| format!("r.{}", draft.ident(&field.name)))
}
