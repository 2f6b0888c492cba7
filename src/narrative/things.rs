//! What a template can speak of beside numbers: organisations, records, days, periods.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind};

use crate::day::{Day, Period, Span};
use crate::locale::Lang;
use crate::narrative::desk::Desk;
use crate::narrative::marks;
use crate::narrative::phrase::{Style, chinese};
use crate::narrative::quantity::{Origin, Quantity};
use crate::problem::Problem;
use crate::record::{self, text};
use crate::rules::kind::{Field, FieldType};

/// A problem as the template engine passes it on.
pub fn refuse(problem: Problem) -> Error {
    Error::new(ErrorKind::InvalidOperation, problem.rule.name).with_source(problem)
}

/// An organisation. Its figures have the names of metrics.
#[derive(Debug)]
pub struct OrgThing {
    desk: Arc<Desk>,
    /// By index in the tree.
    pub org: usize,
}

impl OrgThing {
    /// An organisation of the ledger.
    pub fn new(desk: &Arc<Desk>, org: usize) -> OrgThing {
        OrgThing {
            desk: Arc::clone(desk),
            org,
        }
    }
}

impl Object for OrgThing {
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.org.cmp(&other.downcast_ref::<Self>()?.org))
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let tree = self.desk.tree();
        let org = &tree.orgs[self.org];
        let named = |n: usize| Value::from_object(OrgThing::new(&self.desk, n));
        Some(match key.as_str()? {
            "id" => Value::from(org.path.as_str()),
            "name" => Value::from(marks::clean(org.name())),
            "short" => Value::from(marks::clean(org.short())),
            "orgs" => Value::from(
                self.desk
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
                        value_of(&self.desk, None, &org.kind.fields[n], value)
                    }),
                    None => {
                        let metric = tree.rules.metric(name)?.clone();
                        Value::from_object(Quantity::of(
                            &self.desk,
                            self.desk.ask(metric, self.org),
                        ))
                    }
                }
            }
        })
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&marks::clean(self.desk.tree().orgs[self.org].short()))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }
}

/// A record. Its fields have their names and labels.
#[derive(Debug)]
pub struct RecordThing {
    desk: Arc<Desk>,
    /// By index in the tree.
    pub entry: usize,
}

impl RecordThing {
    /// A record of the ledger.
    pub fn new(desk: &Arc<Desk>, entry: usize) -> RecordThing {
        RecordThing {
            desk: Arc::clone(desk),
            entry,
        }
    }
}

impl Object for RecordThing {
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.entry.cmp(&other.downcast_ref::<Self>()?.entry))
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let entry = &self.desk.tree().entries[self.entry];
        let (record, as_of, lang) = (&entry.record, self.desk.as_of, self.desk.locale.lang());
        let day = |day: Option<Day>| {
            day.map_or(Value::from(""), |day| {
                Value::from_object(DayThing { day, lang })
            })
        };
        let kind = &record.kind;
        Some(match key.as_str()? {
            "id" => Value::from(record.id.as_str()),
            "org" => Value::from_object(OrgThing::new(&self.desk, entry.org)),
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
                        &self.desk,
                        Some(self.entry),
                        &kind.fields[life.updates],
                        row,
                    )
                })
            }
            name => {
                let n = kind.named(name)?;
                record.get(n).map_or(Value::from(""), |value| {
                    value_of(&self.desk, Some(self.entry), &kind.fields[n], value)
                })
            }
        })
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&marks::clean(&self.desk.title(self.entry)))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }
}

/// A field's value as a template sees it: words for choices, records for ids, days for days. A
/// number of a record, whose index in the tree is `entry`, leads back to that record.
fn value_of(desk: &Arc<Desk>, entry: Option<usize>, field: &Field, value: &record::Value) -> Value {
    match value {
        record::Value::List(items) => Value::from(
            items
                .iter()
                .map(|item| one(desk, entry, field, item))
                .collect::<Vec<_>>(),
        ),
        single => one(desk, entry, field, single),
    }
}

fn one(desk: &Arc<Desk>, entry: Option<usize>, field: &Field, value: &record::Value) -> Value {
    let lang = desk.locale.lang();
    if let (Some(number), Some(entry)) = (value.as_number(), entry) {
        let origin = Origin::Field {
            entry,
            label: field.label.get(lang).to_owned(),
            number,
        };
        return Value::from_object(Quantity::new(desk, origin, Style::default()));
    }
    match (value, &field.ty) {
        (record::Value::Integer(n), _) => Value::from(*n),
        (record::Value::Decimal(number), _) => Value::from_object(Quantity::new(
            desk,
            Origin::Computed((*number).into()),
            Style::default(),
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
                        .map_or(Value::from(""), |v| value_of(desk, entry, c, v)),
                )
            }))
        }
        (record::Value::Text(id), FieldType::Record(_)) => match desk.record(id) {
            Some(entry) => Value::from_object(RecordThing::new(desk, entry)),
            None => Value::from(marks::clean(id)),
        },
        (record::Value::Text(id), FieldType::Organisation) => match desk.organisation(id) {
            Some(org) => Value::from_object(OrgThing::new(desk, org)),
            None => Value::from(marks::clean(id)),
        },
        (other, _) => Value::from(marks::clean(&text::words(field, other, &desk.locale))),
    }
}

/// A day.
#[derive(Debug)]
pub struct DayThing {
    /// The day.
    pub day: Day,
    /// The document's language.
    pub lang: Lang,
}

/// A day in a sentence: `2026年4月13日`.
pub fn day_words(day: Day, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Lang::En => day.to_string(),
    }
}

/// The ten-day part of the month: 上旬, 中旬, 下旬.
fn part(day: Day, lang: Lang) -> &'static str {
    match (day.day(), lang) {
        (1..=10, Lang::Zh) => "上旬",
        (11..=20, Lang::Zh) => "中旬",
        (_, Lang::Zh) => "下旬",
        (1..=10, Lang::En) => "early",
        (11..=20, Lang::En) => "mid",
        (_, Lang::En) => "late",
    }
}

impl Object for DayThing {
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.day.cmp(&other.downcast_ref::<Self>()?.day))
    }

    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let day = self.day;
        Some(match key.as_str()? {
            "year" => Value::from(day.year()),
            "month" => Value::from(day.month()),
            "day" => Value::from(day.day()),
            "part" | "旬" => Value::from(part(day, self.lang)),
            "iso" => Value::from(day.to_string()),
            "quarter" => Value::from(day.month().div_ceil(3)),
            "short" => Value::from(match self.lang {
                Lang::Zh => format!("{}月{}日", day.month(), day.day()),
                Lang::En => format!("{:02}-{:02}", day.month(), day.day()),
            }),
            _ => return None,
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&day_words(self.day, self.lang))
    }
}

/// A period.
#[derive(Debug)]
pub struct PeriodThing {
    /// The period.
    pub period: Period,
    /// The document's language.
    pub lang: Lang,
}

impl Object for PeriodThing {
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.period.cmp(&other.downcast_ref::<Self>()?.period))
    }

    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let (period, lang) = (self.period, self.lang);
        let day = |day| Value::from_object(DayThing { day, lang });
        let other = |period| Value::from_object(PeriodThing { period, lang });
        let quarter = period.last().month().div_ceil(3);
        Some(match key.as_str()? {
            "year" => Value::from(period.last().year()),
            "quarter" => Value::from(quarter),
            // 三 of 第三季度.
            "numeral" => Value::from(match period.span() {
                Span::Month => chinese(period.last().month().into()),
                Span::Quarter | Span::HalfYear | Span::Year | Span::Range => {
                    chinese(quarter.into())
                }
            }),
            "month" => Value::from(period.last().month()),
            "first" => day(period.first()),
            "last" => day(period.last()),
            "iso" => Value::from(period.to_string()),
            "previous" => other(period.previous()),
            "year_before" => other(period.year_earlier()),
            "last_year" => other(Period::year(Period::year(period.last()).first().plus(-1))),
            // What "this year to date" is called at the end of the period.
            "to_date" => Value::from(match (lang, period.last().month(), period.span()) {
                (Lang::Zh, 3, Span::Quarter) => "一季度".to_owned(),
                (Lang::Zh, 6, Span::Quarter | Span::HalfYear) => "上半年".to_owned(),
                (Lang::Zh, 9, Span::Quarter) => "前三季度".to_owned(),
                (Lang::Zh, 12, _) => "全年".to_owned(),
                (Lang::Zh, 1, _) => "1月".to_owned(),
                (Lang::Zh, month, _) => format!("1—{month}月"),
                (Lang::En, month, _) => format!("months 1–{month}"),
            }),
            _ => return None,
        })
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.period.label(self.lang))
    }
}
