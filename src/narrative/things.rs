//! What a template can speak of beside numbers: organisations, records, days, periods.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Value};

use crate::day::{Day, Period, PeriodName};
use crate::locale::Lang;
use crate::narrative::phrase::chinese;
use crate::narrative::quantity::Context;

/// An organisation. Its figures have the names of metrics.
#[derive(Debug)]
pub struct OrgThing {
    pub(super) context: Arc<Context>,
    /// By index in the tree.
    pub org: usize,
}

impl OrgThing {
    /// An organisation of the ledger.
    pub fn new(context: &Arc<Context>, org: usize) -> OrgThing {
        OrgThing {
            context: Arc::clone(context),
            org,
        }
    }
}

/// A record. Its fields have their names and labels.
#[derive(Debug)]
pub struct RecordThing {
    pub(super) context: Arc<Context>,
    /// By index in the tree.
    pub entry: usize,
}

impl RecordThing {
    /// A record of the ledger.
    pub fn new(context: &Arc<Context>, entry: usize) -> RecordThing {
        RecordThing {
            context: Arc::clone(context),
            entry,
        }
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
            "part" => Value::from(day.part_of_month(self.lang)),
            "iso" => Value::from(day.to_string()),
            "quarter" => Value::from(day.month().div_ceil(3)),
            "short" => Value::from(day.short_words(self.lang)),
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
        f.write_str(&self.day.words(self.lang))
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
                PeriodName::Month => chinese(period.last().month().into()),
                PeriodName::Quarter
                | PeriodName::HalfYear
                | PeriodName::Year
                | PeriodName::Range => chinese(quarter.into()),
            }),
            "month" => Value::from(period.last().month()),
            "first" => day(period.first()),
            "last" => day(period.last()),
            "iso" => Value::from(period.to_string()),
            "previous" => other(period.previous()),
            "year_before" => other(period.year_earlier()),
            "last_year" => other(Period::year(Period::year(period.last()).first().plus(-1))),
            "to_date" => Value::from(period.to_date(lang)),
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
