//! A number of a narrative: where it comes from, what it is, how it is written.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

use minijinja::value::{DynObject, Enumerator, Kwargs, Object, ObjectRepr, Value, from_args};
use minijinja::{Error, ErrorKind, State};

use crate::day::Day;
use crate::figure::report::{Compare, compared};
use crate::figure::{Adds, Basis, Figure};
use crate::locale::Lang;
use crate::narrative::desk::{Asked, Desk};
use crate::narrative::marks;
use crate::narrative::phrase::{Scale, Style};
use crate::narrative::things::{self, DayThing, OrgThing, RecordThing};
use crate::number::{Decimal, Fraction};
use crate::problem::{Problem, Rule};
use crate::record::text::{self, plain};
use crate::rules::filter::{Is, Subject, Test};
use crate::rules::kind::FieldType;
use crate::rules::metric::{Measure, Metric, Peers, Ranking, Take, Unit};

/// A number of a narrative, and how it is written.
#[derive(Debug)]
pub struct Quantity {
    /// What it is written from.
    pub desk: Arc<Desk>,
    /// Where it comes from.
    pub origin: Origin,
    /// How it is written.
    pub style: Style,
    /// Of how many layers of numbers it is put together.
    pub depth: usize,
    amount: OnceLock<Amount>,
}

/// Where a number comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A metric over records.
    Metric(Arc<Asked>),
    /// The difference of two, or how much the first has grown over the second.
    Change {
        /// The later one.
        now: Arc<Quantity>,
        /// The earlier one.
        before: Arc<Quantity>,
        /// As a part of the earlier one.
        growth: bool,
    },
    /// Several added up.
    Total(Vec<Arc<Quantity>>),
    /// The first as a part of the second.
    Share(Arc<Quantity>, Arc<Quantity>),
    /// A number that a record holds.
    Field {
        /// The record, by its index in the tree.
        entry: usize,
        /// What people call the field.
        label: String,
        /// The number.
        number: Decimal,
    },
    /// A number that the template computed itself: it has no records.
    Computed(Fraction),
}

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// A number.
    Number(Fraction),
    /// A day.
    Day(Day),
    /// Nothing to compute from.
    NoData,
}

impl Quantity {
    /// A metric that is asked for, written as its unit is.
    pub fn of(desk: &Arc<Desk>, asked: Asked) -> Quantity {
        let style = style_of(&asked.metric);
        Quantity::new(desk, Origin::Metric(Arc::new(asked)), style)
    }

    /// A number of any origin.
    pub fn new(desk: &Arc<Desk>, origin: Origin, style: Style) -> Quantity {
        let depth = match &origin {
            Origin::Metric(_) | Origin::Field { .. } | Origin::Computed(_) => 0,
            Origin::Change { now, before, .. } => 1 + now.depth.max(before.depth),
            Origin::Total(parts) => 1 + parts.iter().map(|part| part.depth).max().unwrap_or(0),
            Origin::Share(part, whole) => 1 + part.depth.max(whole.depth),
        };
        Quantity {
            desk: Arc::clone(desk),
            origin,
            style,
            depth,
            amount: OnceLock::new(),
        }
    }

    /// The same, written otherwise.
    pub fn styled(&self, change: impl FnOnce(&mut Style)) -> Quantity {
        let mut style = self.style.clone();
        change(&mut style);
        Quantity::new(&self.desk, self.origin.clone(), style)
    }

    /// What it is, before any rounding.
    pub fn amount(&self) -> Amount {
        *self
            .amount
            .get_or_init(|| self.compute().unwrap_or(Amount::NoData))
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<Fraction> {
        match self.amount() {
            Amount::Number(number) => Some(number),
            Amount::Day(_) | Amount::NoData => None,
        }
    }

    fn compute(&self) -> Option<Amount> {
        Some(match &self.origin {
            Origin::Metric(asked) => match self.desk.figure(asked) {
                Figure::Number(n) => Amount::Number(n.into()),
                Figure::Ratio { num, den } => Amount::Number(Fraction::new(num, den)?),
                Figure::Points(tenths) => Amount::Number(Fraction::new(tenths.into(), 10)?),
                Figure::Day(day) => Amount::Day(day),
                Figure::NoData => Amount::NoData,
            },
            Origin::Change {
                now,
                before,
                growth,
            } => {
                let (now, before) = (now.number()?, before.number()?);
                let change = now.minus(before)?;
                // What has grown or shrunk is said in words.
                Amount::Number(if *growth {
                    change.over(before)?.abs()
                } else {
                    change
                })
            }
            Origin::Total(parts) => {
                let mut sum = Fraction::whole(0);
                for part in parts {
                    sum = sum.plus(part.number()?)?;
                }
                Amount::Number(sum)
            }
            Origin::Share(part, whole) => Amount::Number(part.number()?.over(whole.number()?)?),
            Origin::Field { number, .. } => Amount::Number((*number).into()),
            Origin::Computed(number) => Amount::Number(*number),
        })
    }

    /// Its words, without marks.
    pub fn words(&self) -> String {
        let lang = self.desk.locale.lang();
        match self.amount() {
            Amount::Number(number) => self.style.words(number, lang),
            Amount::Day(day) => things::day_words(day, lang),
            // 未报、数据未出 are printed as the records say them.
            Amount::NoData => match self.reasons().as_slice() {
                [] => "—".to_owned(),
                reasons => self.desk.locale.join(reasons),
            },
        }
    }

    /// Why nothing is known, in the words of the records that say so, each once.
    pub fn reasons(&self) -> Vec<String> {
        let Some(asked) = self.asked() else {
            return Vec::new();
        };
        let own = self
            .desk
            .counted(asked)
            .into_iter()
            .filter_map(|(contribution, _)| contribution.unknown);
        let of_parts = self.parts().into_iter().flat_map(|part| part.reasons());
        let mut reasons: Vec<String> = Vec::new();
        for why in own.chain(of_parts) {
            if !reasons.contains(&why) {
                reasons.push(why);
            }
        }
        reasons
    }

    /// What was asked, where it is a metric.
    pub fn asked(&self) -> Option<&Asked> {
        match &self.origin {
            Origin::Metric(asked) => Some(asked),
            Origin::Change { .. }
            | Origin::Total(_)
            | Origin::Share(..)
            | Origin::Field { .. }
            | Origin::Computed(_) => None,
        }
    }

    /// The numbers it is put together from: of a ratio or score, its figures; of a metric over
    /// records none.
    pub fn parts(&self) -> Vec<Arc<Quantity>> {
        match &self.origin {
            Origin::Metric(asked) => match &asked.metric.measure {
                Measure::Ratio { .. } | Measure::Score { .. } => {
                    let parts = asked
                        .metric
                        .parts()
                        .into_iter()
                        .filter_map(|name| self.desk.tree().rules.metric(name));
                    let part = |metric: &Metric| {
                        Quantity::of(
                            &self.desk,
                            Asked {
                                metric: metric.clone(),
                                ..(**asked).clone()
                            },
                        )
                    };
                    parts.map(|metric| Arc::new(part(metric))).collect()
                }
                _ => Vec::new(),
            },
            Origin::Change { now, before, .. } => vec![Arc::clone(now), Arc::clone(before)],
            Origin::Total(parts) => parts.clone(),
            Origin::Share(part, whole) => vec![Arc::clone(part), Arc::clone(whole)],
            Origin::Field { .. } | Origin::Computed(_) => Vec::new(),
        }
    }

    /// The records it was computed from, by index in the tree, by the day they belong to.
    fn records(&self) -> Vec<usize> {
        if let Origin::Field { entry, .. } = &self.origin {
            return vec![*entry];
        }
        let Some(asked) = self.asked() else {
            return Vec::new();
        };
        let mut found: Vec<usize> = self
            .desk
            .counted(asked)
            .into_iter()
            .flat_map(|(contribution, _)| match contribution.from {
                Basis::Record(n) => vec![n],
                Basis::Window(window) => window.records.clone(),
                Basis::Organisation => Vec::new(),
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found.sort_by_key(|&n| self.desk.tree().entries[n].record.belongs());
        found
    }

    /// The organisations it was computed from.
    fn orgs(&self) -> Vec<usize> {
        let Some(asked) = self.asked() else {
            return Vec::new();
        };
        let mut found: Vec<usize> = self
            .desk
            .counted(asked)
            .into_iter()
            .filter(|(_, amount)| !amount.is_zero())
            .map(|(contribution, _)| contribution.org)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What it counts, by name: the different values of a distinct count, the organisations, or the
    /// records' titles.
    pub fn names(&self) -> Vec<String> {
        let Some(asked) = self.asked() else {
            return Vec::new();
        };
        let tree = self.desk.tree();
        let org_names = || {
            self.orgs()
                .into_iter()
                .map(|n| tree.orgs[n].short().to_owned())
                .collect()
        };
        match &asked.metric.measure {
            Measure::Organisations { .. } | Measure::Obligation { .. } | Measure::Members => {
                org_names()
            }
            Measure::Records {
                take: Take::DistinctOrg,
                ..
            } => org_names(),
            Measure::Records {
                kind,
                take: Take::Distinct(field),
                ..
            } => {
                let mut seen = BTreeSet::new();
                let counted = self.desk.counted(asked);
                let values =
                    counted
                        .iter()
                        .flat_map(|(contribution, _)| match &contribution.adds {
                            Adds::Values(values) => values.as_slice(),
                            Adds::Amount(_) | Adds::Day(_) => &[],
                        });
                let new = values.filter(|value| seen.insert(*value));
                new.map(|value| text::words(&kind.fields[*field], &value.value, &self.desk.locale))
                    .collect()
            }
            _ => self
                .records()
                .into_iter()
                .map(|n| self.desk.title(n))
                .collect(),
        }
    }

    /// The place of the organisation by this figure, among those just under the same one.
    fn rank(&self, lowest_first: bool) -> Option<Quantity> {
        let asked = self.asked()?;
        let ranking = Ranking {
            by: asked.metric.name.clone(),
            lowest_first,
            peers: Peers::default(),
        };
        let metric = Metric {
            measure: Measure::Rank(ranking),
            unit: Unit::Rank,
            ..asked.metric.clone()
        };
        Some(Quantity::of(
            &self.desk,
            Asked {
                metric,
                ..asked.clone()
            },
        ))
    }

    fn compare(self: &Arc<Self>, with: &str) -> Result<Comparison, Error> {
        let compare = match with {
            "previous" | "上期" | "上季度" | "上月" => Compare::Previous,
            "year" | "去年同期" | "同期" => Compare::Year,
            other => return Err(wrong_value("compare", other, "previous, year")),
        };
        let Some(asked) = self.asked() else {
            return Err(things::refuse(Problem::new(Rule::TEMPLATE_NOT_A_METRIC)));
        };
        let (period, as_of) = compared(asked.period, asked.as_of, compare);
        let asked = Asked {
            period,
            as_of,
            earlier: true,
            ..asked.clone()
        };
        let before = Arc::new(Quantity::new(
            &self.desk,
            Origin::Metric(Arc::new(asked)),
            self.style.clone(),
        ));
        Ok(Comparison {
            now: Arc::clone(self),
            before,
        })
    }

    /// The number broken down by the values of a field: one quantity for each. Beside another
    /// number of the same metric the values that stand only there have one too, and each comes with
    /// its comparison.
    fn by(&self, field: &str, beside: Option<&Quantity>) -> Result<Value, Error> {
        let Some((asked, Measure::Records { kind, .. })) =
            self.asked().map(|asked| (asked, &asked.metric.measure))
        else {
            return Err(things::refuse(Problem::new(Rule::TEMPLATE_NOT_RECORDS)));
        };
        let org = &self.desk.tree().rules.org;
        // A field of the record, or of the organisation that keeps it.
        let (of, index, of_org) = match (kind.named(field), org.named(field)) {
            (Some(n), _) => (&**kind, n, false),
            (None, Some(n)) => (&**org, n, true),
            (None, None) => return Err(wrong_value("by", field, &kind.field_names())),
        };
        if of.fields[index].list {
            let single = of
                .fields
                .iter()
                .filter(|f| !f.list)
                .map(|f| f.name.as_str())
                .collect::<Vec<_>>();
            return Err(wrong_value("by", field, &single.join(", ")));
        }
        let subject = if of_org {
            Subject::Org(index)
        } else {
            Subject::Field(index)
        };
        let value_in = |n: usize| {
            let entry = &self.desk.tree().entries[n];
            if of_org {
                self.desk.tree().orgs[entry.org].fields[index].clone()
            } else {
                entry.record.get(index).cloned()
            }
        };
        let records = self
            .records()
            .into_iter()
            .chain(beside.into_iter().flat_map(Quantity::records));
        let mut values: Vec<Option<crate::record::Value>> = records.map(value_in).collect();
        values.sort();
        values.dedup();
        if let FieldType::Choice(choices) = &of.fields[index].ty {
            // In the order in which the rules list the words; what has none comes last.
            values.sort_by_key(|value| {
                choices
                    .iter()
                    .position(|c| value.as_ref().and_then(|v| v.as_text()) == Some(&c.name))
                    .unwrap_or(usize::MAX)
            });
        }
        let group = |value: Option<crate::record::Value>| {
            let (test, label) = match &value {
                Some(value) => {
                    let is = match value {
                        crate::record::Value::Integer(n) => Is::Number(vec![Decimal::from(*n)]),
                        crate::record::Value::Decimal(number) => Is::Number(vec![*number]),
                        crate::record::Value::Boolean(_) => Is::True,
                        other => Is::OneOf(vec![plain(other)]),
                    };
                    let negated = *value == crate::record::Value::Boolean(false);
                    let label = text::words(&of.fields[index], value, &self.desk.locale);
                    (
                        Test {
                            subject: subject.clone(),
                            is,
                            negated,
                        },
                        label,
                    )
                }
                None => (
                    Test {
                        subject: subject.clone(),
                        is: Is::Present,
                        negated: true,
                    },
                    "—".to_owned(),
                ),
            };
            let narrowed = |asked: &Asked| {
                let mut asked = asked.clone();
                asked.lens.key.push_str(&format!(
                    " {field}={}",
                    value.as_ref().map(plain).unwrap_or_default()
                ));
                asked.lens.narrow(&kind.name, vec![test.clone()]);
                Arc::new(Quantity::new(
                    &self.desk,
                    Origin::Metric(Arc::new(asked)),
                    self.style.clone(),
                ))
            };
            let now = narrowed(asked);
            let mut pairs = vec![
                ("label", Value::from(label)),
                (
                    "value",
                    Value::from(value.as_ref().map(plain).unwrap_or_default()),
                ),
                ("figure", Value::from_dyn_object(Arc::clone(&now))),
            ];
            if let Some(asked) = beside.and_then(Quantity::asked) {
                pairs.push((
                    "comparison",
                    Value::from_object(Comparison {
                        now,
                        before: narrowed(asked),
                    }),
                ));
            }
            Value::from_pairs(pairs)
        };
        Ok(Value::from(
            values.into_iter().map(group).collect::<Vec<_>>(),
        ))
    }
}

fn wrong_value(field: &'static str, value: &str, allowed: &str) -> Error {
    things::refuse(
        Problem::new(Rule::UNKNOWN_VALUE)
            .with("field", field)
            .with("value", value)
            .with("allowed", allowed),
    )
}

/// How a share of a whole is written unless a template says otherwise.
pub fn percent() -> Style {
    Style {
        scale: Scale::Percent,
        places: Some(1),
        ..Style::default()
    }
}

/// How a figure is written unless a template says otherwise: an average with its decimals, a sum
/// exactly.
fn style_of(metric: &Metric) -> Style {
    match metric.unit {
        Unit::Percent => percent(),
        Unit::Points => Style {
            scale: Scale::Tenths,
            places: Some(1),
            ..Style::default()
        },
        Unit::Items
        | Unit::Times
        | Unit::Persons
        | Unit::PersonTimes
        | Unit::Yuan
        | Unit::Rank
        | Unit::Day => {
            let average = matches!(metric.measure, Measure::Ratio { .. });
            Style {
                places: average.then_some(metric.places),
                ..Style::default()
            }
        }
    }
}

impl Object for Quantity {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let records = || {
            self.records()
                .into_iter()
                .map(|n| Value::from_object(RecordThing::new(&self.desk, n)))
        };
        Some(match key.as_str()? {
            "value" => match self.amount() {
                Amount::Number(n) if n.num % n.den == 0 => {
                    Value::from(i64::try_from(n.num / n.den).ok()?)
                }
                Amount::Number(n) => Value::from(n.num as f64 / n.den as f64),
                Amount::Day(day) => Value::from_object(DayThing {
                    day,
                    lang: self.desk.locale.lang(),
                }),
                Amount::NoData => Value::from(()),
            },
            "known" => Value::from(self.amount() != Amount::NoData),
            "reason" => Value::from(self.desk.locale.join(&self.reasons())),
            "records" => Value::from(records().collect::<Vec<_>>()),
            "first" => records().next().unwrap_or(Value::from(())),
            "last" => records().next_back().unwrap_or(Value::from(())),
            "names" => Value::from(
                self.names()
                    .iter()
                    .map(|name| marks::clean(name))
                    .collect::<Vec<_>>(),
            ),
            "orgs" => Value::from(
                self.orgs()
                    .into_iter()
                    .map(|n| Value::from_object(OrgThing::new(&self.desk, n)))
                    .collect::<Vec<_>>(),
            ),
            "label" => Value::from(self.asked()?.metric.label.get(self.desk.locale.lang())),
            "unit" => Value::from(
                self.desk
                    .locale
                    .text(&format!("unit-{}", self.asked()?.metric.unit.name())),
            ),
            "rank" => Value::from_object(self.rank(false)?),
            name => match self.amount() {
                // A part of a day is printed as a figure: it has a record behind it.
                Amount::Day(day) => {
                    let part = Arc::new(DayThing {
                        day,
                        lang: self.desk.locale.lang(),
                    })
                    .get_value(&Value::from(name))?;
                    Value::from(marks::marked(self.desk.note(self), &part.to_string()))
                }
                Amount::Number(_) | Amount::NoData => return None,
            },
        })
    }

    fn is_true(self: &Arc<Self>) -> bool {
        match self.amount() {
            Amount::Number(number) => number.num != 0,
            Amount::Day(_) => true,
            Amount::NoData => false,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let (kwargs,): (Kwargs,) = from_args(args)?;
        let Some(asked) = self.asked() else {
            return Err(things::refuse(Problem::new(Rule::TEMPLATE_NOT_A_METRIC)));
        };
        let asked = crate::narrative::ask::refine(&self.desk, asked, &kwargs)?;
        Ok(Value::from_object(Quantity::new(
            &self.desk,
            Origin::Metric(Arc::new(asked)),
            self.style.clone(),
        )))
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "compare" => Ok(Value::from_object(
                self.compare(from_args::<(&str,)>(args)?.0)?,
            )),
            "by" => self.by(from_args::<(&str,)>(args)?.0, None),
            "rank" => {
                let (kwargs,): (Kwargs,) = from_args(args)?;
                let lowest_first = kwargs.get::<Option<bool>>("lowest_first")?.unwrap_or(false);
                kwargs.assert_all_used()?;
                let rank = self
                    .rank(lowest_first)
                    .ok_or_else(|| things::refuse(Problem::new(Rule::TEMPLATE_NOT_A_METRIC)))?;
                Ok(Value::from_object(rank))
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    /// By value, so that lists of organisations can be sorted; what is not known comes last.
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        let key = |quantity: &Quantity| match quantity.amount() {
            Amount::Number(n) => (0, n, None),
            Amount::Day(day) => (1, Fraction::whole(0), Some(day)),
            Amount::NoData => (2, Fraction::whole(0), None),
        };
        let ((sort_a, a, day_a), (sort_b, b, day_b)) = (key(self), key(other));
        Some(sort_a.cmp(&sort_b).then(a.cmp(&b)).then(day_a.cmp(&day_b)))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = marks::clean(&self.words());
        f.write_str(&marks::marked(self.desk.note(self), &words))
    }
}

/// A number now and before.
#[derive(Debug)]
pub struct Comparison {
    now: Arc<Quantity>,
    before: Arc<Quantity>,
}

impl Comparison {
    fn change(&self, growth: bool) -> Quantity {
        let of_percents = self.now.style.scale == Scale::Percent;
        let style = match (growth, of_percents) {
            (true, _) => percent(),
            (false, true) => Style {
                scale: Scale::Points,
                places: Some(1),
                ..Style::default()
            },
            (false, false) => self.now.style.clone(),
        };
        // What is said in words, "fewer", is not said again by a sign.
        let (now, before) = match self.difference() {
            Some(d) if (d.num < 0) != self.is_of_places() && d.num != 0 && !growth => {
                (&self.before, &self.now)
            }
            _ => (&self.now, &self.before),
        };
        Quantity::new(
            &self.now.desk,
            Origin::Change {
                now: Arc::clone(now),
                before: Arc::clone(before),
                growth,
            },
            style,
        )
    }

    /// How much more it is now; of places, how many were gained.
    fn difference(&self) -> Option<Fraction> {
        let (now, before) = (self.now.number()?, self.before.number()?);
        if self.is_of_places() {
            before.minus(now)
        } else {
            now.minus(before)
        }
    }

    fn is_of_places(&self) -> bool {
        self.now
            .asked()
            .is_some_and(|asked| asked.metric.unit == Unit::Rank)
    }
}

impl Object for Comparison {
    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "by" => self
                .now
                .by(from_args::<(&str,)>(args)?.0, Some(&self.before)),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    /// 增加3, 提高1.4个百分点, 持平.
    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |name: &str| {
            self.get_value(&Value::from(name))
                .filter(|value| !value.is_undefined())
        };
        match (part("word"), self.difference().map(|d| d.num)) {
            (Some(word), Some(0)) => write!(f, "{word}"),
            (Some(word), None) => write!(f, "{word}"),
            (Some(word), _) => {
                let between = if self.now.desk.locale.lang() == Lang::En {
                    " "
                } else {
                    ""
                };
                write!(f, "{word}{between}{}", part("change").unwrap_or_default())
            }
            (None, _) => f.write_str("—"),
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let sign = self.difference().map(|d| d.num.signum());
        let percent = self.now.style.scale == Scale::Percent;
        Some(match key.as_str()? {
            "now" => Value::from_dyn_object(Arc::clone(&self.now)),
            "before" => Value::from_dyn_object(Arc::clone(&self.before)),
            "known" => Value::from(sign.is_some()),
            "up" => Value::from(sign == Some(1)),
            "down" => Value::from(sign == Some(-1)),
            "same" => Value::from(sign == Some(0)),
            "change" => Value::from_object(self.change(false)),
            "growth" => Value::from_object(self.change(true)),
            // Nothing to compare with is no word either.
            "word" => Value::from(
                match (self.now.desk.locale.lang(), sign.unwrap_or(2), percent) {
                    (_, 2, _) => "—",
                    (Lang::Zh, 1, _) if self.is_of_places() => "上升",
                    (Lang::Zh, -1, _) if self.is_of_places() => "下降",
                    (Lang::Zh, 1, true) => "提高",
                    (Lang::Zh, -1, true) => "下降",
                    (Lang::Zh, 1, false) => "增加",
                    (Lang::Zh, -1, false) => "减少",
                    (Lang::Zh, _, _) => "持平",
                    (Lang::En, 1, _) => "up",
                    (Lang::En, -1, _) => "down",
                    (Lang::En, _, _) => "unchanged",
                },
            ),
            _ => return None,
        })
    }
}
