//! The reminder list: what is overdue, what falls due soon, what is owed in the windows that run.

use crate::day::{Day, Period};
use crate::figure::obligation::outstanding;
use crate::figure::tally::Questions;
use crate::rules::Rules;
use crate::rules::kind::Phase;
use crate::tree::Tree;
use crate::written::selection::Selection;

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reminder {
    /// The last day on which it is on time.
    pub day: Day,
    /// The organisation.
    pub org: usize,
    /// What.
    pub what: Duty,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Duty {
    /// A record that is not finished, by index in the tree.
    Record(usize),
    /// An obligation's window that lacks a record.
    Obligation {
        /// The obligation's name.
        name: String,
        /// The window.
        window: Period,
        /// How many records it lacks; one, unless it is owed by quota.
        times: usize,
    },
}

/// What the reminders look at.
pub fn selection(rules: &Rules) -> Selection {
    let mut asked = Questions::new(rules);
    rules
        .kinds
        .iter()
        .filter(|kind| kind.life.is_some())
        .for_each(|kind| asked.listed(kind));
    for rule in &rules.obligations {
        asked.obligation(rule);
    }
    asked.selection()
}

/// Everything overdue on `today` and everything that falls due within `days` days, soonest first.
///
/// Of obligations, the windows that run by then count, and those of the last year whose record can
/// still be filed late.
pub fn reminders(
    tree: &Tree,
    orgs: std::ops::Range<usize>,
    today: Day,
    days: i64,
) -> Vec<Reminder> {
    let horizon = today.plus(days);
    let mut found = Vec::new();
    for (n, entry) in tree
        .entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| orgs.contains(&entry.org))
    {
        let waiting = match entry.record.phase_on(today) {
            Some(Phase::Open | Phase::NoData) => true,
            Some(Phase::Ongoing | Phase::Finished | Phase::Dropped) | None => false,
        };
        if waiting
            && entry.record.exists_on(today)
            && let Some(day) = entry.record.effective_due().filter(|day| *day <= horizon)
        {
            found.push(Reminder {
                day,
                org: entry.org,
                what: Duty::Record(n),
            });
        }
    }
    for obligation in &tree.rules.obligations {
        // A year back finds every return still missing; windows without a deadline cannot be mended
        // once past.
        let from = if obligation.deadline.is_some() {
            today.plus(-366)
        } else {
            today
        };
        let Some(range) = Period::range(Period::year(from).first(), Period::year(horizon).last())
        else {
            continue;
        };
        for window in range.windows(obligation.every) {
            let running = window.last() >= today && window.first() <= horizon;
            let fileable =
                obligation.deadline.is_some() && window.last() < today && window.first() >= from;
            let day = obligation.on_time_until(window);
            if !(running || fileable) || day > horizon {
                continue;
            }
            for org in orgs.clone() {
                let times = outstanding(&tree.records_of(org), obligation, window, today);
                if times > 0 {
                    found.push(Reminder {
                        day,
                        org,
                        what: Duty::Obligation {
                            name: obligation.name.clone(),
                            window,
                            times,
                        },
                    });
                }
            }
        }
    }
    found.sort_by_key(|r| (r.day, r.org));
    found
}
