//! What was owed in a period, and what became of it.

use crate::day::{Day, Period};
use crate::figure::matches;
use crate::name::RecordId;
use crate::rules::kind::RETURNED;
use crate::rules::obligation::{Obligation, Quota};
use crate::spelling::same;
use crate::tree::{Entry, Tree};

/// One window of one obligation of one organisation.
#[derive(Clone, Debug)]
pub struct OwedWindow {
    /// The organisation.
    pub org: usize,
    /// The obligation's name.
    pub obligation: String,
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

/// The windows of an obligation inside a period, of every organisation, in order.
///
/// Each window is looked at as of the day that `as_of` gives for it; one that is not over on that day is there only once
/// a record stands in it.
pub fn windows(tree: &Tree, obligation: &Obligation, period: Period, as_of: impl Fn(Period) -> Day) -> Vec<OwedWindow> {
    let all = period.windows(obligation.every);
    if all.is_empty() {
        return Vec::new();
    }
    let all: Vec<(Period, Day)> = all.into_iter().map(|window| (window, as_of(window))).collect();
    let of = |org| all.iter().flat_map(move |&(window, as_of)| evaluate(tree, obligation, org, window, as_of));
    (0..tree.orgs.len()).flat_map(of).collect()
}

/// What became of one window of one organisation as of a day: nothing where it is not owed, or not yet; of an
/// obligation by quota, once for each time it is owed.
pub fn evaluate(tree: &Tree, obligation: &Obligation, org: usize, window: Period, as_of: Day) -> Vec<OwedWindow> {
    if !owes(tree, obligation, org, window, as_of) {
        return Vec::new();
    }
    let standing = standing(tree, obligation, org, window, as_of);
    let exempt = tree.orgs[org].is_exempt(&obligation.name, window);
    let owed = |records: Vec<usize>| {
        let on_time = records.iter().any(|&n| is_on_time(tree, obligation, n, window));
        let state = match (exempt, on_time, records.is_empty()) {
            (true, _, _) => WindowState::Exempt,
            (false, true, _) => WindowState::Met,
            (false, false, false) => WindowState::Late,
            (false, false, true) if obligation.over(window) <= as_of => WindowState::Missed,
            (false, false, true) => return None,
        };
        let returned = records.iter().any(|&n| tree.entries[n].record.ever(RETURNED, as_of));
        Some(OwedWindow { org, obligation: obligation.name.clone(), window, state, records, returned })
    };
    match &obligation.quota {
        None => owed(standing).into_iter().collect(),
        Some(quota) => shares(tree, quota, org, window, as_of)
            .into_iter()
            .flat_map(|(id, times)| {
                let mut made: Vec<usize> = standing.iter().copied().filter(|&n| names(tree, quota, n, id)).collect();
                made.sort_by_key(|&n| tree.entries[n].record.starts());
                (0..times).map(move |k| made.get(k).copied().into_iter().collect::<Vec<usize>>())
            })
            .filter_map(owed)
            .collect(),
    }
}

/// How often an obligation is still to be met in a window, whether or not the window is over.
pub fn outstanding(tree: &Tree, obligation: &Obligation, org: usize, window: Period, as_of: Day) -> usize {
    if !owes(tree, obligation, org, window, as_of) || tree.orgs[org].is_exempt(&obligation.name, window) {
        return 0;
    }
    let standing = standing(tree, obligation, org, window, as_of);
    match &obligation.quota {
        None => usize::from(standing.is_empty()),
        Some(quota) => shares(tree, quota, org, window, as_of)
            .into_iter()
            .map(|(id, times)| times.saturating_sub(standing.iter().filter(|&&n| names(tree, quota, n, id)).count()))
            .sum(),
    }
}

/// The records that stand in a window, by index in the tree.
fn standing(tree: &Tree, obligation: &Obligation, org: usize, window: Period, as_of: Day) -> Vec<usize> {
    let start = tree.entries.partition_point(|entry| entry.org < org);
    let entries = tree.entries_of(org).iter().enumerate();
    entries.filter(|(_, entry)| stands_in(tree, obligation, entry, window, as_of)).map(|(n, _)| start + n).collect()
}

fn is_on_time(tree: &Tree, obligation: &Obligation, entry: usize, window: Period) -> bool {
    let record = &tree.entries[entry].record;
    match obligation.deadline {
        Some(_) => record.starts().is_some_and(|filed| filed <= obligation.over(window)),
        None => record.get(obligation.date).and_then(|v| v.as_day()).is_some_and(|day| obligation.is_within(window, day)),
    }
}

/// How often each record that sets a quota asks for it in a window: of a record in force for a part of the
/// window, its share by days, rounded down.
fn shares<'t>(tree: &'t Tree, quota: &Quota, org: usize, window: Period, as_of: Day) -> Vec<(&'t RecordId, usize)> {
    let days = |first: Day, last: Day| last.since(first) + 1;
    tree.entries_of(org)
        .iter()
        .map(|entry| &entry.record)
        .filter(|record| record.kind.name == quota.kind && record.exists_on(as_of))
        .filter_map(|record| {
            let times = record.get(quota.field)?.as_integer()?;
            let ended = record.kind.end.and_then(|end| record.get(end)).and_then(|v| v.as_day());
            let (first, last) = (record.starts()?.max(window.first()), ended.unwrap_or(window.last()).min(window.last()));
            let share = times.saturating_mul(days(first, last).max(0)) / days(window.first(), window.last());
            // More than daily is a slip of the pen; it must not fill the memory.
            Some((&record.id, usize::try_from(share).ok()?.min(MOST_IN_A_WINDOW)))
        })
        .collect()
}

/// No quota asks for more than a visit a day.
const MOST_IN_A_WINDOW: usize = 366;

fn names(tree: &Tree, quota: &Quota, entry: usize, id: &RecordId) -> bool {
    tree.entries[entry].record.get(quota.by).and_then(|v| v.as_text()).is_some_and(|named| same(named, id.as_str()))
}

/// Whether the organisation is one that owes the obligation, on every day of the window; exemptions aside.
pub fn owes(tree: &Tree, obligation: &Obligation, org: usize, window: Period, as_of: Day) -> bool {
    let organisation = &tree.orgs[org];
    let among = |allowed: &[String], field: &str| allowed.is_empty() || allowed.iter().any(|a| a == organisation.text(field));
    tree.begins.is_none_or(|begins| begins <= window.first())
        && among(&obligation.org_kinds, "kind")
        && among(&obligation.sectors, "sector")
        && organisation.exists_through(window)
        && obligation.members.is_none_or(|least| organisation.members_on(window.first()).is_some_and(|n| n >= least))
        && obligation.standing.as_ref().is_none_or(|kind| {
            tree.entries_of(org).iter().any(|Entry { record, .. }| {
                // In force on the first and the last day is in force between: a record lasts without a gap.
                record.kind.name == *kind
                    && record.exists_on(as_of)
                    && record.in_force_on(window.first())
                    && record.in_force_on(window.last())
            })
        })
}

fn stands_in(tree: &Tree, obligation: &Obligation, entry: &Entry, window: Period, as_of: Day) -> bool {
    let record = &entry.record;
    record.kind.name == obligation.kind
        && record.exists_on(as_of)
        && record.get(obligation.date).and_then(|v| v.as_period()).is_some_and(|days| window.covers(days))
        && matches(tree, entry, &obligation.filter, as_of)
}
