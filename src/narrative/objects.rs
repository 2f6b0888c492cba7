//! What a template can speak of, as its engine sees it: numbers, organisations and records, and
//! what each says when it is asked for a name.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Kwargs, Object, ObjectRepr, Value, from_args};
use minijinja::{Error, ErrorKind, State};

use crate::day::{Day, Earlier};
use crate::figure::group::in_order;
use crate::figure::report::{Compare, compared};
use crate::locale::{Choices, Lang};
use crate::narrative::ask::refine;
use crate::narrative::marks;
use crate::narrative::phrase::{NumberStyle, Scale};
use crate::narrative::quantity::{Amount, Asked, Context, Provenance, Quantity, percent};
use crate::narrative::refusal::refuse;
use crate::narrative::things::{DayThing, OrgThing, PeriodThing, RecordThing};
use crate::number::{Decimal, Fraction};
use crate::problem::{Problem, Rule};
use crate::record;
use crate::record::text::{self, plain};
use crate::rules::filter::{Is, Subject, Test};
use crate::rules::kind::{FieldDef, FieldType};
use crate::rules::metric::{Measure, Unit};

impl Object for OrgThing {
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.org.cmp(&other.downcast_ref::<Self>()?.org))
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let tree = self.context.tree();
        let org = &tree.orgs[self.org];
        let named = |n: usize| Value::from_object(OrgThing::new(&self.context, n));
        Some(match key.as_str()? {
            "id" => Value::from(org.path.as_str()),
            "name" => Value::from(marks::clean(org.name())),
            "short" => Value::from(marks::clean(org.short())),
            "orgs" => Value::from(
                self.context
                    .below(self.org)
                    .into_iter()
                    .map(named)
                    .collect::<Vec<_>>(),
            ),
            "all_orgs" => Value::from(
                tree.subtree(self.org)
                    .skip(1)
                    .map(named)
                    .collect::<Vec<_>>(),
            ),
            name => {
                let field = org.kind.named(name);
                match field.filter(|&n| !matches!(org.kind.fields[n].ty, FieldType::Table(_))) {
                    Some(n) => org.fields[n].as_ref().map_or(Value::from(""), |value| {
                        value_of(&self.context, None, &org.kind.fields[n], value)
                    }),
                    None => {
                        let metric = tree.rules.metric(name)?.clone();
                        Value::from_object(Quantity::of(
                            &self.context,
                            self.context.ask(metric, self.org),
                        ))
                    }
                }
            }
        })
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&marks::clean(self.context.tree().orgs[self.org].short()))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }
}

impl Object for RecordThing {
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.entry.cmp(&other.downcast_ref::<Self>()?.entry))
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let entry = &self.context.tree().entries[self.entry];
        let (record, as_of, lang) = (
            &entry.record,
            self.context.as_of,
            self.context.locale.lang(),
        );
        let day = |day: Option<Day>| {
            day.map_or(Value::from(""), |day| {
                Value::from_object(DayThing { day, lang })
            })
        };
        let kind = &record.kind;
        Some(match key.as_str()? {
            "id" => Value::from(record.id.as_str()),
            "org" => Value::from_object(OrgThing::new(&self.context, entry.org)),
            "file" => Value::from(&*record.origin.file),
            "line" => Value::from(record.origin.line),
            "kind" => Value::from(kind.label.get(lang)),
            "state" if kind.life.is_some() => Value::from(
                record
                    .status_on(as_of)
                    .map_or("", |status| status.choice.label.get(lang)),
            ),
            "phase" if kind.life.is_some() => {
                Value::from(record.phase_on(as_of).map_or("", |phase| phase.name()))
            }
            "overdue" => Value::from(record.overdue_on(as_of)),
            "days_overdue" => Value::from(
                record
                    .effective_due()
                    .map_or(0, |due| as_of.since(due).max(0)),
            ),
            "deadline" => day(record.effective_due()),
            "finished" => day(record.finished_on(as_of)),
            // The last step that was known on the day.
            "progress" => {
                let life = kind.life.as_ref()?;
                let rows = record
                    .get(life.updates)
                    .map_or(&[][..], record::Value::items);
                let known = rows.iter().filter(|row| {
                    row.field(0)
                        .and_then(record::Value::as_day)
                        .is_some_and(|on| on <= as_of)
                });
                let last = known.max_by_key(|row| row.field(0).and_then(record::Value::as_day));
                last.map_or(Value::from(""), |row| {
                    one(
                        &self.context,
                        Some(self.entry),
                        &kind.fields[life.updates],
                        row,
                    )
                })
            }
            name => {
                let n = kind.named(name)?;
                record.get(n).map_or(Value::from(""), |value| {
                    value_of(&self.context, Some(self.entry), &kind.fields[n], value)
                })
            }
        })
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&marks::clean(&self.context.title(self.entry)))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }
}

/// A field's value as a template sees it: words for choices, records for ids, days for days. A
/// number of a record, whose index in the tree is `entry`, leads back to that record.
fn value_of(
    context: &Arc<Context>,
    entry: Option<usize>,
    field: &FieldDef,
    value: &record::Value,
) -> Value {
    match value {
        record::Value::List(items) => Value::from(
            items
                .iter()
                .map(|item| one(context, entry, field, item))
                .collect::<Vec<_>>(),
        ),
        single => one(context, entry, field, single),
    }
}

fn one(
    context: &Arc<Context>,
    entry: Option<usize>,
    field: &FieldDef,
    value: &record::Value,
) -> Value {
    let lang = context.locale.lang();
    if let (Some(number), Some(entry)) = (value.as_number(), entry) {
        let origin = Provenance::Field {
            entry,
            label: field.label.get(lang).to_owned(),
            number,
        };
        return Value::from_object(Quantity::new(context, origin, NumberStyle::default()));
    }
    match (value, &field.ty) {
        (record::Value::Integer(n), _) => Value::from(*n),
        (record::Value::Decimal(number), _) => Value::from_object(Quantity::new(
            context,
            Provenance::Computed((*number).into()),
            NumberStyle::default(),
        )),
        (record::Value::Boolean(b), _) => Value::from(*b),
        (record::Value::Day(day), _) => Value::from_object(DayThing { day: *day, lang }),
        (record::Value::Period(period), _) => Value::from_object(PeriodThing {
            period: *period,
            lang,
        }),
        (record::Value::Table(values), FieldType::Table(columns)) => {
            Value::from_pairs(columns.iter().zip(values).map(|(c, v)| {
                (
                    c.name.clone(),
                    v.as_ref()
                        .map_or(Value::from(""), |v| value_of(context, entry, c, v)),
                )
            }))
        }
        (record::Value::Text(id), FieldType::Record(_)) => match context.record(id) {
            Some(entry) => Value::from_object(RecordThing::new(context, entry)),
            None => Value::from(marks::clean(id)),
        },
        (record::Value::Text(id), FieldType::Organisation) => match context.organisation(id) {
            Some(org) => Value::from_object(OrgThing::new(context, org)),
            None => Value::from(marks::clean(id)),
        },
        (other, _) => Value::from(marks::clean(&text::words(field, other, &context.locale))),
    }
}

impl Quantity {
    fn compare(self: &Arc<Self>, with: &str) -> Result<Comparison, Error> {
        let compare = match with.parse() {
            Ok(Earlier::Previous) => Compare::Previous,
            Ok(Earlier::YearBefore) => Compare::Year,
            Err(_) => return Err(wrong_value("compare", with, ["previous", "year"])),
        };
        let Some(asked) = self.asked() else {
            return Err(refuse(Problem::new(Rule::TEMPLATE_NOT_A_METRIC)));
        };
        let (period, as_of) = compared(asked.period, asked.as_of, compare);
        let asked = Asked {
            period,
            as_of,
            earlier: true,
            ..asked.clone()
        };
        let before = Arc::new(Quantity::new(
            &self.context,
            Provenance::Metric(Arc::new(asked)),
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
            return Err(refuse(Problem::new(Rule::TEMPLATE_NOT_RECORDS)));
        };
        let org = &self.context.tree().rules.org;
        // A field of the record, or of the organisation that keeps it.
        let (of, index, of_org) = match (kind.named(field), org.named(field)) {
            (Some(n), _) => (&**kind, n, false),
            (None, Some(n)) => (&**org, n, true),
            (None, None) => return Err(wrong_value("by", field, kind.field_names())),
        };
        if of.fields[index].list {
            let single = of
                .fields
                .iter()
                .filter(|f| !f.list)
                .map(|f| f.name.as_str());
            return Err(wrong_value("by", field, single));
        }
        let subject = if of_org {
            Subject::Org(index)
        } else {
            Subject::Field(index)
        };
        let value_in = |n: usize| {
            let entry = &self.context.tree().entries[n];
            if of_org {
                self.context.tree().orgs[entry.org].fields[index].clone()
            } else {
                entry.record.get(index).cloned()
            }
        };
        let records = self
            .records()
            .into_iter()
            .chain(beside.into_iter().flat_map(Quantity::records));
        let mut values: Vec<Option<record::Value>> = records.map(value_in).collect();
        values.sort();
        values.dedup();
        in_order(&mut values, Some(&of.fields[index]));
        let group = |value: Option<record::Value>| {
            let (test, label) = self.group_test(subject.clone(), value.as_ref(), &of.fields[index]);
            let said = value.as_ref().map(plain).unwrap_or_default();
            let narrowed = |asked: &Asked| {
                let mut asked = asked.clone();
                asked.lens.key.push_str(&format!(" {field}={said}"));
                asked.lens.narrow(&kind.name, vec![test.clone()]);
                Arc::new(Quantity::new(
                    &self.context,
                    Provenance::Metric(Arc::new(asked)),
                    self.style.clone(),
                ))
            };
            let now = narrowed(asked);
            let mut pairs = vec![
                ("label", Value::from(label)),
                ("value", Value::from(said.clone())),
                ("figure", Value::from_dyn_object(Arc::clone(&now))),
            ];
            if let Some(asked) = beside.and_then(Quantity::asked) {
                let before = narrowed(asked);
                let comparison = Value::from_object(Comparison { now, before });
                pairs.push(("comparison", comparison));
            }
            Value::from_pairs(pairs)
        };
        Ok(Value::from(
            values.into_iter().map(group).collect::<Vec<_>>(),
        ))
    }

    /// What holds for the records of one value of a field, or of none, and what it is called.
    fn group_test(
        &self,
        subject: Subject,
        value: Option<&record::Value>,
        field: &FieldDef,
    ) -> (Test, String) {
        let Some(value) = value else {
            let test = Test {
                subject,
                is: Is::Present,
                negated: true,
            };
            return (test, "—".to_owned());
        };
        let is = match value {
            record::Value::Integer(n) => Is::Number(vec![Decimal::from(*n)]),
            record::Value::Decimal(number) => Is::Number(vec![*number]),
            record::Value::Boolean(_) => Is::True,
            other => Is::OneOf(vec![plain(other)]),
        };
        let test = Test {
            subject,
            is,
            negated: *value == record::Value::Boolean(false),
        };
        (test, text::words(field, value, &self.context.locale))
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
                .map(|n| Value::from_object(RecordThing::new(&self.context, n)))
        };
        Some(match key.as_str()? {
            "value" => match self.amount() {
                Amount::Number(n) if n.num % n.den == 0 => {
                    Value::from(i64::try_from(n.num / n.den).ok()?)
                }
                Amount::Number(n) => Value::from(n.num as f64 / n.den as f64),
                Amount::Day(day) => Value::from_object(DayThing {
                    day,
                    lang: self.context.locale.lang(),
                }),
                Amount::NoData => Value::from(()),
            },
            "known" => Value::from(self.amount() != Amount::NoData),
            "reason" => Value::from(self.context.locale.join(&self.reasons())),
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
                    .map(|n| Value::from_object(OrgThing::new(&self.context, n)))
                    .collect::<Vec<_>>(),
            ),
            "label" => Value::from(self.asked()?.metric.label.get(self.context.locale.lang())),
            "unit" => Value::from(
                self.context
                    .locale
                    .text(&format!("unit-{}", self.asked()?.metric.unit.name())),
            ),
            "rank" => Value::from_object(self.rank(false)?),
            name => match self.amount() {
                // A part of a day is printed as a figure: it has a record behind it.
                Amount::Day(day) => {
                    let part = Arc::new(DayThing {
                        day,
                        lang: self.context.locale.lang(),
                    })
                    .get_value(&Value::from(name))?;
                    Value::from(marks::marked(self.context.note(self), &part.to_string()))
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
            return Err(refuse(Problem::new(Rule::TEMPLATE_NOT_A_METRIC)));
        };
        let asked = refine(&self.context, asked, &kwargs)?;
        Ok(Value::from_object(Quantity::new(
            &self.context,
            Provenance::Metric(Arc::new(asked)),
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
                    .ok_or_else(|| refuse(Problem::new(Rule::TEMPLATE_NOT_A_METRIC)))?;
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
        f.write_str(&marks::marked(self.context.note(self), &words))
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
            (false, true) => NumberStyle {
                scale: Scale::Points,
                places: Some(1),
                ..NumberStyle::default()
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
            &self.now.context,
            Provenance::Change {
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
                let between = if self.now.context.locale.lang() == Lang::En {
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
            "word" => Value::from(self.now.context.locale.text(match sign {
                None => "trend-unknown",
                Some(1) if self.is_of_places() => "trend-place-up",
                Some(-1) if self.is_of_places() => "trend-place-down",
                Some(1) if percent => "trend-rate-up",
                Some(-1) if percent => "trend-rate-down",
                Some(1) => "trend-up",
                Some(-1) => "trend-down",
                Some(_) => "trend-same",
            })),
            _ => return None,
        })
    }
}

fn wrong_value<'n>(
    field: &'static str,
    value: &str,
    allowed: impl IntoIterator<Item = &'n str>,
) -> Error {
    refuse(
        Problem::new(Rule::UNKNOWN_VALUE)
            .with("field", field)
            .with("value", value)
            .with("allowed", Choices::of(value, allowed)),
    )
}
