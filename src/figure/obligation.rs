//! What was owed in a period, and what became of it.

use crate::day::{Day, Period};
use crate::figure::matches;
use crate::rules::obligation::Obligation;
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
/// A window that is not over on the as-of day is there only once a record stands in it.
pub fn windows(tree: &Tree, obligation: &Obligation, period: Period, as_of: Day) -> Vec<OwedWindow> {
    let all = period.windows(obligation.every);
    if all.is_empty() {
        return Vec::new();
    }
    (0..tree.orgs.len()).flat_map(|org| all.iter().filter_map(move |&window| evaluate(tree, obligation, org, window, as_of))).collect()
}

/// What became of one window as of a day; nothing where it is not owed, or not yet.
pub fn evaluate(tree: &Tree, obligation: &Obligation, org: usize, window: Period, as_of: Day) -> Option<OwedWindow> {
    if !owes(tree, obligation, org, window, as_of) {
        return None;
    }
    let start = tree.entries.partition_point(|entry| entry.org < org);
    let standing: Vec<usize> = tree
        .entries_of(org)
        .iter()
        .enumerate()
        .filter(|(_, entry)| stands_in(tree, obligation, entry, window, as_of))
        .map(|(n, _)| start + n)
        .collect();
    let on_time = |&n: &usize| {
        let record = &tree.entries[n].record;
        match obligation.deadline {
            Some(_) => record.starts().is_some_and(|filed| filed <= obligation.over(window)),
            None => record.get(obligation.date).and_then(|v| v.as_day()).is_some_and(|day| obligation.is_within(window, day)),
        }
    };
    let exempt = tree.orgs[org].is_exempt(&obligation.name, window);
    let state = match (exempt, standing.iter().any(on_time), standing.is_empty()) {
        (true, _, _) => WindowState::Exempt,
        (false, true, _) => WindowState::Met,
        (false, false, false) => WindowState::Late,
        (false, false, true) if obligation.over(window) <= as_of => WindowState::Missed,
        (false, false, true) => return None,
    };
    let returned = standing.iter().any(|&n| tree.entries[n].record.ever("returned", as_of));
    Some(OwedWindow { org, obligation: obligation.name.clone(), window, state, records: standing, returned })
}

/// Whether the organisation is one that owes the obligation, on every day of the window; exemptions aside.
pub fn owes(tree: &Tree, obligation: &Obligation, org: usize, window: Period, as_of: Day) -> bool {
    let organisation = &tree.orgs[org];
    let among = |allowed: &[String], field: &str| allowed.is_empty() || allowed.iter().any(|a| a == organisation.text(field));
    among(&obligation.org_kinds, "kind")
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
