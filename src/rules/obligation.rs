//! What is owed, by whom, how often.

use crate::day::{Day, Every, Period};
use crate::locale::{Choices, Label};
use crate::problem::{Place, Problem, Rule};
use crate::rules::filter::Filter;
use crate::rules::kind::{FieldType, Kind, bad};
use crate::toml::Reader;

/// A duty that falls due once in each window.
#[derive(Clone, Debug)]
pub struct Obligation {
    /// The name exemptions use.
    pub name: String,
    /// What people call it.
    pub label: Label,
    /// The kind of record that meets it.
    pub kind: String,
    /// Which records of the kind do.
    pub filter: Filter,
    /// The date field that places a record in a window; the kind's period date unless said.
    pub date: usize,
    /// How long a window is.
    pub every: Every,
    /// How often it is to be met in a window, where no record says so.
    pub times: usize,
    /// Days of the window, from 1, within which a record meets it; later ones are late.
    pub within: Option<(i64, i64)>,
    /// The day of the month after the window by which the record must be filed; later is late.
    pub deadline: Option<u32>,
    /// So many days after its deadline a return is judged where no as-of day is given; none: as
    /// everything else.
    pub judged_after: Option<i64>,
    /// Kinds of organisation that owe it; empty: all.
    pub org_kinds: Vec<String>,
    /// Sectors of organisations that owe it; empty: all.
    pub sectors: Vec<String>,
    /// Owed only with at least so many members on the window's first day.
    pub members: Option<i64>,
    /// Owed only where a record of this kind is in force on every day of the window.
    pub standing: Option<String>,
    /// Owed so often as records in force say, each for itself: visits by contact points.
    pub quota: Option<Quota>,
    /// Where it is defined.
    pub place: Place,
}

/// How often an obligation is owed where it is not once in a window.
#[derive(Clone, Debug)]
pub struct Quota {
    /// The kind of record that says how often, for as long as it is in force.
    pub kind: String,
    /// Its field that holds the number for a whole window.
    pub field: usize,
    /// The field of the obligation's kind that names the record it counts for.
    pub by: usize,
}

/// How often something is owed, by the names that rules use.
pub const EVERY: &[(&str, Every)] = &[
    ("week", Every::Week),
    ("month", Every::MONTH),
    ("2-months", Every::Months(2)),
    ("quarter", Every::QUARTER),
    ("4-months", Every::Months(4)),
    ("half-year", Every::HALF_YEAR),
    ("year", Every::YEAR),
];

/// The most times that a quota asks for in a window: no more than a visit a day.
pub const MOST_IN_A_WINDOW: usize = 366;

/// The most times that an obligation can be owed in a window.
const MOST_TIMES: i64 = 366;

/// The first and the last day of a window on which it can be met.
fn read_within(reader: &Reader<'_, '_>) -> Option<(i64, i64)> {
    let node = reader.node("within")?;
    let days = node.get_ref().as_array().into_iter().flatten();
    let days: Vec<i64> = days
        .filter_map(|day| crate::toml::integer(day.get_ref()))
        .collect();
    match days[..] {
        [first, last] if 1 <= first && first <= last => Some((first, last)),
        _ => {
            reader.note(bad(reader, "within", "bad-rule-within"));
            None
        }
    }
}

/// The day of the month after a window up to which it can be met.
fn read_deadline(reader: &Reader<'_, '_>) -> Option<u32> {
    let day = reader.integer("deadline_day")?;
    let good = u32::try_from(day).ok().filter(|d| (1..=28).contains(d));
    if good.is_none() {
        reader.note(bad(reader, "deadline_day", "bad-rule-deadline"));
    }
    good
}

impl Obligation {
    /// Reads an obligation; `kinds` are all kinds there are.
    pub fn read(
        reader: Reader<'_, '_>,
        kinds: &[std::sync::Arc<Kind>],
        org: &Kind,
    ) -> Option<Obligation> {
        let name = reader.required("name")?;
        let label = reader.label();
        let kind_name = reader.required("kind")?;
        let Some(kind) = kinds.iter().find(|k| k.name == kind_name) else {
            reader.note(unknown(
                &reader,
                "kind",
                &kind_name,
                kinds.iter().map(|k| k.name.as_str()),
            ));
            return None;
        };
        let filter = Filter::read(&reader, kind, kinds, org);
        let every = reader.choice("every", EVERY, None)?;
        let times = reader.integer("times").unwrap_or(1);
        let times = match (1..=MOST_TIMES).contains(&times) {
            true => usize::try_from(times).unwrap_or(1),
            false => {
                reader.note(bad(&reader, "times", "bad-rule-times"));
                1
            }
        };
        let (within, deadline) = (read_within(&reader), read_deadline(&reader));
        if within.is_some() && deadline.is_some() {
            reader.note(bad(&reader, "deadline_day", "bad-rule-two-limits"));
        }
        let judged_after = reader.integer("judged_after");
        if judged_after.is_some_and(|days| !(0..=366).contains(&days) || deadline.is_none()) {
            reader.note(bad(&reader, "judged_after", "bad-rule-judged-after"));
        }
        let date = match reader.text("date") {
            None => kind.period,
            Some(field) => match kind.index(&field).filter(|&n| kind.fields[n].ty.is_time()) {
                Some(n) => n,
                None => {
                    reader.unknown_value("date", &field, kind.field_names());
                    kind.period
                }
            },
        };
        let standing = reader.text("standing");
        if let Some(other) = &standing
            && !kinds.iter().any(|k| k.name == *other)
        {
            reader.note(unknown(
                &reader,
                "standing",
                other,
                kinds.iter().map(|k| k.name.as_str()),
            ));
        }
        let obligation = Obligation {
            name,
            label,
            kind: kind_name,
            filter,
            date,
            every,
            times,
            within,
            deadline,
            judged_after,
            org_kinds: org.choices_listed(&reader, "org_kinds", "kind"),
            sectors: org.choices_listed(&reader, "sectors", "sector"),
            members: reader.integer("members"),
            standing,
            quota: reader
                .table("quota")
                .and_then(|table| read_quota(table, kind, kinds)),
            place: reader.place(),
        };
        reader.finish();
        Some(obligation)
    }

    /// The last day on which a window can still be met: its deadline, or its last day.
    pub fn over(&self, window: Period) -> Day {
        match self.deadline {
            Some(day) => {
                Day::new(window.end().year(), window.end().month(), day).unwrap_or(window.end())
            }
            None => window.last(),
        }
    }

    /// The day whose knowledge is used of a window in an evaluation as of `as_of`; `today` where
    /// that day was not asked for.
    ///
    /// A return falls due after its quarter: as of the quarter's last day none would ever be late
    /// or missing.
    pub fn judged_on(&self, window: Period, as_of: Day, today: Option<Day>) -> Day {
        match (self.judged_after, today) {
            (Some(days), Some(today)) => as_of.max(self.over(window).plus(days).min(today)),
            _ => as_of,
        }
    }

    /// The last day on which a record in the window is on time.
    pub fn on_time_until(&self, window: Period) -> Day {
        match self.within {
            Some((_, last)) => window.first().plus(last - 1).min(window.last()),
            None => self.over(window),
        }
    }

    /// Whether a record dated `day` in `window` is on time, by `within` alone.
    pub fn is_within(&self, window: Period, day: Day) -> bool {
        self.within
            .is_none_or(|(first, last)| (first..=last).contains(&(day.since(window.first()) + 1)))
    }
}

fn read_quota(table: Reader<'_, '_>, kind: &Kind, kinds: &[std::sync::Arc<Kind>]) -> Option<Quota> {
    let (name, field, by) = (
        table.required("kind"),
        table.required("field"),
        table.required("by"),
    );
    let name = name?;
    let Some(source) = kinds.iter().find(|k| k.name == name) else {
        table.note(unknown(
            &table,
            "kind",
            &name,
            kinds.iter().map(|k| k.name.as_str()),
        ));
        return None;
    };
    let number = field
        .as_deref()
        .and_then(|f| source.index(f))
        .filter(|&n| matches!(source.fields[n].ty, FieldType::Integer { .. }));
    let reference = by
        .as_deref()
        .and_then(|f| kind.index(f))
        .filter(|&n| matches!(kind.fields[n].ty, FieldType::Record(_)));
    for (key, given, found, of) in [
        ("field", field, number, &**source),
        ("by", by, reference, kind),
    ] {
        if let (Some(given), None) = (given, found) {
            table.unknown_value(key, &given, of.field_names());
        }
    }
    table.finish();
    Some(Quota {
        kind: name,
        field: number?,
        by: reference?,
    })
}

/// A rule that names another which does not exist.
pub(crate) fn unknown<'n>(
    reader: &Reader<'_, '_>,
    key: &str,
    name: &str,
    all: impl Iterator<Item = &'n str>,
) -> Problem {
    Problem::new(Rule::UNKNOWN_RULE)
        .at(reader.place_of(key))
        .with("field", key)
        .with("value", name)
        .with("allowed", Choices::of(name, all))
}
