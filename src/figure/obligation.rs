//! What was owed in a period, and what became of it.

use crate::day::{Day, Period};
use crate::figure::matches;
use crate::name::RecordId;
use crate::record::{Record, Text};
use crate::rules::kind::RETURNED;
use crate::rules::obligation::{MOST_IN_A_WINDOW, Obligation, Quota};
use crate::spelling::same;
use crate::tree::{OwnedRecord, Records};

/// One window of one obligation of one organisation.
#[derive(Clone, Debug)]
pub struct OwedWindow {
    /// The organisation.
    pub org: usize,
    /// The obligation's name.
    pub obligation: Text,
    /// The window.
    pub window: Period,
    /// What became of it.
    pub state: WindowState,
    /// The records that stand in it, by index in the tree.
    pub records: Vec<usize>,
    /// Whether one of them was sent back, whatever came after.
    pub returned: bool,
}

/// What became of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WindowState {
    /// A record on time.
    Met,
    /// A record, but late.
    Late,
    /// Over, and no record.
    Missed,
    /// Not owed: the organisation is excused.
    Exempt,
}

impl WindowState {
    /// The name in machine formats, and of the message.
    pub fn name(self) -> &'static str {
        match self {
            WindowState::Met => "met",
            WindowState::Late => "late",
            WindowState::Missed => "missed",
            WindowState::Exempt => "exempt",
        }
    }
}

/// What became of the windows of an obligation, of one organisation, in order.
///
/// Each window is looked at as of the day beside it; one that is not over on that day is there only
/// once a record stands in it.
pub fn windows(
    records: &Records<'_>,
    obligation: &Obligation,
    all: &[(Period, Day)],
) -> Vec<OwedWindow> {
    if !is_among(records, obligation) {
        return Vec::new();
    }
    all.iter()
        .flat_map(|&(window, as_of)| evaluate(records, obligation, window, as_of))
        .collect()
}

/// What became of one window of one organisation as of a day: nothing where it is not owed, or not
/// yet; of an obligation by quota, once for each time it is owed.
fn evaluate(
    records: &Records<'_>,
    obligation: &Obligation,
    window: Period,
    as_of: Day,
) -> Vec<OwedWindow> {
    if !owes(records, obligation, window, as_of) {
        return Vec::new();
    }
    let standing = standing(records, obligation, window, as_of);
    let exempt = records.organisation().is_exempt(&obligation.name, window);
    let owed = |standing: Vec<usize>| {
        let on_time = standing
            .iter()
            .any(|&n| is_on_time(records.record(n), obligation, window));
        let state = match (exempt, on_time, standing.is_empty()) {
            (true, _, _) => WindowState::Exempt,
            (false, true, _) => WindowState::Met,
            (false, false, false) => WindowState::Late,
            (false, false, true) if obligation.over(window) <= as_of => WindowState::Missed,
            (false, false, true) => return None,
        };
        let returned = standing
            .iter()
            .any(|&n| records.record(n).ever(RETURNED, as_of));
        let (org, obligation) = (records.org, Text::new(&obligation.name));
        Some(OwedWindow {
            org,
            obligation,
            window,
            state,
            records: standing,
            returned,
        })
    };
    match &obligation.quota {
        None if obligation.times == 1 => owed(standing).into_iter().collect(),
        None => {
            let made = in_order(records, standing);
            let one = |k: usize| made.get(k).copied().into_iter().collect::<Vec<usize>>();
            (0..obligation.times).map(one).filter_map(owed).collect()
        }
        Some(quota) => shares(records, quota, window, as_of)
            .into_iter()
            .flat_map(|(id, times)| {
                let of_record = standing.iter().copied();
                let of_record = of_record.filter(|&n| names(records.record(n), quota, id));
                let made = in_order(records, of_record.collect());
                (0..times).map(move |k| made.get(k).copied().into_iter().collect::<Vec<usize>>())
            })
            .filter_map(owed)
            .collect(),
    }
}

/// How often an obligation is still to be met in a window, whether or not the window is over.
pub fn outstanding(
    records: &Records<'_>,
    obligation: &Obligation,
    window: Period,
    as_of: Day,
) -> usize {
    if !is_among(records, obligation)
        || !owes(records, obligation, window, as_of)
        || records.organisation().is_exempt(&obligation.name, window)
    {
        return 0;
    }
    let standing = standing(records, obligation, window, as_of);
    match &obligation.quota {
        None => obligation.times.saturating_sub(standing.len()),
        Some(quota) => shares(records, quota, window, as_of)
            .into_iter()
            .map(|(id, times)| {
                times.saturating_sub(
                    standing
                        .iter()
                        .filter(|&&n| names(records.record(n), quota, id))
                        .count(),
                )
            })
            .sum(),
    }
}

/// Records in the order of their days: the first of them meets what is owed first.
fn in_order(records: &Records<'_>, mut all: Vec<usize>) -> Vec<usize> {
    all.sort_by_key(|&n| records.record(n).starts());
    all
}

/// The records that stand in a window, by index in the tree.
fn standing(
    records: &Records<'_>,
    obligation: &Obligation,
    window: Period,
    as_of: Day,
) -> Vec<usize> {
    records
        .of_kind(&obligation.kind)
        .filter(|(_, entry)| stands_in(records, obligation, entry, window, as_of))
        .map(|(n, _)| n)
        .collect()
}

fn is_on_time(record: &Record<'_>, obligation: &Obligation, window: Period) -> bool {
    match obligation.deadline {
        Some(_) => record
            .starts()
            .is_some_and(|filed| filed <= obligation.over(window)),
        None => record
            .get(obligation.date)
            .and_then(|v| v.as_day())
            .is_some_and(|day| obligation.is_within(window, day)),
    }
}

/// How often each record that sets a quota asks for it in a window: of a record in force for a part
/// of the window, its share by days, rounded down.
fn shares<'t>(
    records: &Records<'t>,
    quota: &Quota,
    window: Period,
    as_of: Day,
) -> Vec<(&'t RecordId, usize)> {
    let days = |first: Day, last: Day| last.since(first) + 1;
    records
        .of_kind(&quota.kind)
        .map(|(_, entry)| &entry.record)
        .filter(|record| record.exists_on(as_of))
        .filter_map(|record| {
            let times = record.get(quota.field)?.as_integer()?;
            let ended = record
                .kind
                .end
                .and_then(|end| record.get(end))
                .and_then(|v| v.as_day());
            let (first, last) = (
                record.starts()?.max(window.first()),
                ended.unwrap_or(window.last()).min(window.last()),
            );
            let share = times.saturating_mul(days(first, last).max(0))
                / days(window.first(), window.last());
            // More than daily is a slip of the pen; it must not fill the memory.
            Some((
                &record.id,
                usize::try_from(share).ok()?.min(MOST_IN_A_WINDOW),
            ))
        })
        .collect()
}

fn names(record: &Record<'_>, quota: &Quota, id: &RecordId) -> bool {
    record
        .get(quota.by)
        .and_then(|v| v.as_text())
        .is_some_and(|named| same(named, id.as_str()))
}

/// Whether the organisation is of a kind and sector that owe the obligation.
fn is_among(records: &Records<'_>, obligation: &Obligation) -> bool {
    let organisation = records.organisation();
    let among = |allowed: &[String], field: &str| {
        allowed.is_empty() || allowed.iter().any(|a| a == organisation.text(field))
    };
    among(&obligation.org_kinds, "kind") && among(&obligation.sectors, "sector")
}

/// Whether such an organisation owes the obligation on every day of the window; exemptions aside.
fn owes(records: &Records<'_>, obligation: &Obligation, window: Period, as_of: Day) -> bool {
    let organisation = records.organisation();
    records
        .tree
        .begins
        .is_none_or(|begins| begins <= window.first())
        && organisation.exists_through(window)
        && obligation.members.is_none_or(|least| {
            organisation
                .members_on(window.first())
                .is_some_and(|n| n >= least)
        })
        && obligation.standing.as_ref().is_none_or(|kind| {
            records
                .of_kind(kind)
                .any(|(_, OwnedRecord { record, .. })| {
                    // In force on the first and the last day is in force between: a record lasts
                    // without a gap.
                    record.exists_on(as_of)
                        && record.in_force_on(window.first())
                        && record.in_force_on(window.last())
                })
        })
}

fn stands_in(
    records: &Records<'_>,
    obligation: &Obligation,
    entry: &OwnedRecord<'_>,
    window: Period,
    as_of: Day,
) -> bool {
    let record = &entry.record;
    record
        .get(obligation.date)
        .and_then(|v| v.as_period())
        .is_some_and(|days| window.covers(days))
        && record.exists_on(as_of)
        && matches(records.tree, entry, &obligation.filter, as_of)
}
