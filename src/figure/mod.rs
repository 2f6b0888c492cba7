//! Evaluating metrics and obligations over a tree: pure, without a clock, and traceable.
//!
//! Every figure is first a list of contributions, each of one record or one window of an obligation;
//! a report adds them up and `explain` prints them, so the two cannot disagree.

pub mod due;
pub mod obligation;
pub mod report;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::Rc;

use crate::day::{Day, Period};
use crate::record::{Record, Value};
use crate::rules::filter::{Filter, Is, Subject};
use crate::rules::metric::{DateOf, Measure, Metric, Owed, Take, Window};
use crate::tree::{Entry, Tree};
use obligation::{OwedWindow, WindowState};

/// A figure's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure {
    /// A count or a sum.
    Number(i64),
    /// A numerator over a denominator that is not 0.
    Ratio {
        /// Above the line.
        num: i128,
        /// Below the line, never 0.
        den: i128,
    },
    /// A score, in tenths of a point.
    Points(i64),
    /// Nothing to compute from: not 0, and not 100 %.
    NoData,
}

/// Which organisations a figure covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// An organisation and everything under it, as a range of indices.
    Under(Range<usize>),
    /// Just these, in ascending order.
    These(Vec<usize>),
}

impl Scope {
    fn slices<'c>(&self, all: &'c [Contribution]) -> Vec<&'c [Contribution]> {
        let of = |orgs: Range<usize>| {
            let start = all.partition_point(|c| c.org < orgs.start);
            let end = all.partition_point(|c| c.org < orgs.end);
            &all[start..end]
        };
        match self {
            Scope::Under(orgs) => vec![of(orgs.clone())],
            Scope::These(orgs) => orgs.iter().map(|&org| of(org..org + 1)).collect(),
        }
    }
}

/// What one record or window adds to a figure.
#[derive(Clone, Debug)]
pub struct Contribution {
    /// The organisation whose it is.
    pub org: usize,
    /// What contributes.
    pub from: Basis,
    /// How much, before equal keys are counted once.
    pub amount: i64,
    /// For distinct counts: what is counted once.
    pub key: Option<Value>,
}

/// What contributes to a figure.
#[derive(Clone, Debug)]
pub enum Basis {
    /// A record, by its index in the tree.
    Record(usize),
    /// A window of an obligation.
    Window(Rc<OwedWindow>),
    /// A count of members in the organisation's file.
    Headcount,
}

/// A tree seen in a period, as of a day.
pub struct Evaluation<'t> {
    /// The ledger.
    pub tree: &'t Tree,
    /// The period reported.
    pub period: Period,
    /// The day whose knowledge is used.
    pub as_of: Day,
    by_metric: RefCell<BTreeMap<String, Rc<Vec<Contribution>>>>,
    by_obligation: RefCell<BTreeMap<String, Rc<Vec<Rc<OwedWindow>>>>>,
}

impl<'t> Evaluation<'t> {
    /// Looks at `tree` in `period` as of `as_of`.
    pub fn new(tree: &'t Tree, period: Period, as_of: Day) -> Evaluation<'t> {
        Evaluation { tree, period, as_of, by_metric: RefCell::default(), by_obligation: RefCell::default() }
    }

    /// The value of a metric over some organisations.
    ///
    /// A rank has no value of its own: [`report`] gives ranks to rows.
    pub fn figure(&self, metric: &Metric, scope: &Scope) -> Figure {
        match &metric.measure {
            Measure::Records { .. } | Measure::Obligation { .. } | Measure::Members => {
                let counted = self.counted(metric, scope);
                Figure::Number(counted.iter().fold(0i64, |sum, (_, amount)| sum.saturating_add(*amount)))
            }
            Measure::Ratio { of, to } => {
                let (num, den) = (self.sum(of, scope), self.sum(to, scope));
                if den == 0 { Figure::NoData } else { Figure::Ratio { num, den } }
            }
            Measure::Score { parts } => self.score(parts, scope),
            Measure::Rank { .. } => Figure::NoData,
        }
    }

    /// What makes up a figure over some organisations, with what each contributes.
    ///
    /// Of a distinct count, the first record of each value contributes 1 and the others 0.
    pub fn counted(&self, metric: &Metric, scope: &Scope) -> Vec<(Contribution, i64)> {
        let all = self.contributions(metric);
        let mut seen = BTreeSet::new();
        scope
            .slices(&all)
            .into_iter()
            .flatten()
            .map(|c| {
                let amount = match &c.key {
                    Some(key) => i64::from(seen.insert(key.clone())),
                    None => c.amount,
                };
                (c.clone(), amount)
            })
            .collect()
    }

    fn sum(&self, names: &[String], scope: &Scope) -> i128 {
        names
            .iter()
            .filter_map(|name| self.tree.rules.metric(name))
            .map(|metric| match self.figure(metric, scope) {
                Figure::Number(n) => i128::from(n),
                Figure::Ratio { .. } | Figure::Points(_) | Figure::NoData => 0,
            })
            .sum()
    }

    fn score(&self, parts: &[(String, i64)], scope: &Scope) -> Figure {
        let (mut points, mut weights) = (0.0, 0i64);
        for (name, weight) in parts {
            let Some(metric) = self.tree.rules.metric(name) else { continue };
            if let Figure::Ratio { num, den } = self.figure(metric, scope) {
                points += *weight as f64 * num as f64 / den as f64;
                weights += weight;
            }
        }
        match weights {
            0 => Figure::NoData,
            weights => Figure::Points((points * 1000.0 / weights as f64).round() as i64),
        }
    }

    /// All contributions to a metric, by organisation and then by record.
    fn contributions(&self, metric: &Metric) -> Rc<Vec<Contribution>> {
        if let Some(found) = self.by_metric.borrow().get(&metric.name) {
            return Rc::clone(found);
        }
        let found = Rc::new(match &metric.measure {
            Measure::Records { kind, take, date, window, filter } => self
                .tree
                .entries
                .iter()
                .enumerate()
                .filter(|(_, entry)| entry.record.kind.name == kind.name)
                .filter(|(_, entry)| self.counts(entry, date, *window, filter))
                .filter_map(|(n, entry)| self.take(n, entry, *take))
                .collect(),
            Measure::Obligation { obligations, state } => self.owed(obligations, *state),
            Measure::Members => self
                .tree
                .orgs
                .iter()
                .enumerate()
                .filter(|(_, org)| org.exists_on(self.as_of))
                .filter_map(|(n, org)| {
                    Some(Contribution { org: n, from: Basis::Headcount, amount: org.members_on(self.as_of)?, key: None })
                })
                .collect(),
            Measure::Ratio { .. } | Measure::Score { .. } | Measure::Rank { .. } => Vec::new(),
        });
        self.by_metric.borrow_mut().insert(metric.name.clone(), Rc::clone(&found));
        found
    }

    fn take(&self, n: usize, entry: &Entry, take: Take) -> Option<Contribution> {
        let (amount, key) = match take {
            Take::Count => (1, None),
            Take::Sum(field) => (entry.record.get(field)?.as_integer()?, None),
            Take::Distinct(field) => (1, Some(entry.record.get(field)?.clone())),
        };
        Some(Contribution { org: entry.org, from: Basis::Record(n), amount, key })
    }

    fn owed(&self, obligations: &[String], state: Owed) -> Vec<Contribution> {
        let mut found: Vec<Contribution> = obligations
            .iter()
            .flat_map(|name| self.windows(name).iter().cloned().collect::<Vec<_>>())
            .filter(|window| match state {
                Owed::Owed => window.state != WindowState::Exempt,
                Owed::Met => window.state == WindowState::Met,
                Owed::Late => window.state == WindowState::Late,
                Owed::Missed => window.state == WindowState::Missed,
                Owed::Exempt => window.state == WindowState::Exempt,
                Owed::Returned => window.returned && window.state != WindowState::Exempt,
            })
            .map(|window| Contribution { org: window.org, amount: 1, key: None, from: Basis::Window(window) })
            .collect();
        found.sort_by_key(|c| c.org);
        found
    }

    /// The windows of an obligation that fall in the period, owed or exempt.
    pub fn windows(&self, obligation: &str) -> Rc<Vec<Rc<OwedWindow>>> {
        if let Some(found) = self.by_obligation.borrow().get(obligation) {
            return Rc::clone(found);
        }
        let found = match self.tree.rules.obligation(obligation) {
            Some(rule) => obligation::windows(self.tree, rule, self.period, self.as_of),
            None => Vec::new(),
        };
        let found = Rc::new(found.into_iter().map(Rc::new).collect::<Vec<_>>());
        self.by_obligation.borrow_mut().insert(obligation.to_owned(), Rc::clone(&found));
        found
    }

    fn counts(&self, entry: &Entry, date: &DateOf, window: Window, filter: &Filter) -> bool {
        let record = &entry.record;
        if !record.exists_on(self.as_of) {
            return false;
        }
        if window == Window::AsOf {
            return record.in_force_on(self.as_of) && matches(self.tree, entry, filter, self.as_of);
        }
        let days = match date {
            DateOf::Field(field) => record.get(*field).and_then(Value::as_period),
            DateOf::EffectiveDue => record.effective_due().and_then(|day| Period::range(day, day)),
            DateOf::Entered(status) => record.entered_on(status, self.as_of).and_then(|day| Period::range(day, day)),
        };
        days.is_some_and(|days| self.in_window(days, window)) && matches(self.tree, entry, filter, self.as_of)
    }

    fn in_window(&self, days: Period, window: Window) -> bool {
        let until_as_of = |from: Day| from <= days.first() && days.first() <= self.as_of;
        match window {
            Window::Period => self.period.covers(days),
            Window::Year => Period::year(self.period.last()).covers(days),
            Window::Ytd => until_as_of(Period::year(self.as_of).first()),
            Window::Since(day) => until_as_of(day),
            Window::ToDate | Window::AsOf => days.first() <= self.as_of,
        }
    }
}

/// Whether a record passes a filter as of a day.
pub fn matches(tree: &Tree, entry: &Entry, filter: &Filter, as_of: Day) -> bool {
    filter.tests.iter().all(|test| {
        let record = &entry.record;
        let holds = match &test.subject {
            Subject::Field(field) => value_is(record.get(*field), &test.is),
            Subject::Org(field) => value_is(tree.orgs[entry.org].fields[*field].as_ref(), &test.is),
            Subject::State => record.status_on(as_of).is_some_and(|status| word_is(&status.choice.name, &test.is)),
            Subject::Phase => record.phase_on(as_of).is_some_and(|phase| word_is(phase.name(), &test.is)),
            Subject::Overdue => record.overdue_on(as_of),
            Subject::OnTime => record.on_time(as_of),
        };
        holds != test.negated
    })
}

fn value_is(value: Option<&Value>, is: &Is) -> bool {
    match (value, is) {
        (None, _) => false,
        (Some(_), Is::Present) => true,
        (Some(value), Is::True) => *value == Value::Boolean(true),
        (Some(value), Is::Number(numbers)) => match value {
            Value::Period(period) => numbers.contains(&i64::from(period.first().year())),
            other => other.as_integer().is_some_and(|n| numbers.contains(&n)),
        },
        (Some(value), Is::OneOf(words)) => value.items().iter().any(|item| words.contains(&crate::record::text::plain(item))),
    }
}

fn word_is(word: &str, is: &Is) -> bool {
    match is {
        Is::OneOf(words) => words.iter().any(|w| w == word),
        Is::Number(_) | Is::True | Is::Present => false,
    }
}

/// The default as-of day: the period's last day, or today if that is earlier.
pub fn default_as_of(period: Period, today: Day) -> Day {
    period.last().min(today)
}

/// A record of the tree, for those that hold its index.
pub fn record_of(tree: &Tree, index: usize) -> &Record {
    &tree.entries[index].record
}
