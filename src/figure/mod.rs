//! Evaluating metrics and obligations over a tree: pure, without a clock, and traceable.
//!
//! Every figure is first a list of contributions, each of one record or one window of an
//! obligation; a report adds them up and `explain` prints them, so the two cannot disagree.

pub mod closing;
mod disagreement;
pub mod due;
pub mod evidence;
pub mod group;
pub mod list;
pub mod obligation;
pub mod rank;
pub mod rating;
pub mod report;
pub mod scorecard;
pub mod stamp;
pub mod tally;
pub mod trend;
pub mod view;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::day::{Day, Period};
use crate::number::{Decimal, Fraction};
use crate::problem::{Problem, Rule};
use crate::record::{Distinct, Record, Value};
use crate::rules::filter::{Bound, Comparison, Filter, Is, Subject, Test};
use crate::rules::metric::{Amount, DateOf, DayOf, Measure, Metric, Owed, Summary, Take, Window};
use crate::rules::obligation::Obligation;
use crate::spelling::{folded, same};
use crate::tree::{OwnedRecord, Records, Tree};
use obligation::{OwedWindow, WindowState};
use scorecard::Scoring;

/// A figure's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// A count, a sum, a place.
    Number(Decimal),
    /// A numerator over a denominator that is not 0.
    Ratio {
        /// Above the line.
        num: i128,
        /// Below the line, never 0.
        den: i128,
    },
    /// A score, in tenths of a point.
    Points(i64),
    /// A day.
    Day(Day),
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
    /// The first of the organisations: the one on top, where it is an organisation with all under
    /// it.
    pub fn first(&self) -> Option<usize> {
        match self {
            Scope::Under(orgs) => Some(orgs.start),
            Scope::These(orgs) => orgs.first().copied(),
        }
    }

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
    /// What it adds.
    pub adds: Adds,
    /// Why nothing is known, where the record says so: not 0.
    pub unknown: Option<String>,
}

/// What a record or window adds to a figure.
#[derive(Clone, Debug)]
pub enum Adds {
    /// So much.
    Amount(Decimal),
    /// To a distinct count: those of these values that were not counted yet.
    Values(Vec<Distinct>),
    /// To a first or last day: this day.
    Day(Day),
}

impl Adds {
    /// One.
    pub const ONE: Adds = Adds::Amount(Decimal::ONE);
}

/// What contributes to a figure.
#[derive(Clone, Debug)]
pub enum Basis {
    /// A record, by its index in the tree.
    Record(usize),
    /// A window of an obligation.
    Window(Arc<OwedWindow>),
    /// The organisation itself, by its file.
    Organisation,
}

/// How a metric is looked at: as it is defined, or in another window, or only where more tests
/// hold.
#[derive(Clone, Debug, Default)]
pub struct Lens {
    /// Another window than the metric's own.
    pub window: Option<Window>,
    /// More tests, by kind of record.
    pub filters: Vec<(String, Filter)>,
    /// What tells this lens from others, a group aside: its own text.
    pub key: String,
    /// Only what is in this group.
    pub group: Option<group::Group>,
}

impl Lens {
    /// Asks for more of the records of a kind.
    pub fn narrow(&mut self, kind: &str, tests: Vec<Test>) {
        match self.filters.iter_mut().find(|(name, _)| name == kind) {
            Some((_, filter)) => filter.tests.extend(tests),
            None => self.filters.push((kind.to_owned(), Filter { tests })),
        }
    }

    fn filter(&self, kind: &str) -> Option<&Filter> {
        self.filters
            .iter()
            .find(|(name, _)| name == kind)
            .map(|(_, filter)| filter)
    }
}

/// What was computed once already, to be shared by evaluations of one period and day.
#[derive(Debug, Default)]
pub struct Memory {
    by_metric: Mutex<BTreeMap<String, Arc<Vec<Contribution>>>>,
    by_obligation: Mutex<BTreeMap<String, Arc<Vec<Arc<OwedWindow>>>>>,
    by_ranking: Mutex<BTreeMap<String, Arc<rank::Places>>>,
    /// The highest figures of those that scorecards score.
    by_best: Mutex<BTreeMap<String, Option<Fraction>>>,
    /// What was computed of other periods.
    by_period: Mutex<BTreeMap<String, Arc<Memory>>>,
    recorded: OnceLock<Recorded>,
    looked: AtomicU64,
    /// Whether it holds what records added up to as they passed by; then the tree has no records.
    is_tally: bool,
}

/// Where records stand up to an as-of day.
#[derive(Debug)]
struct Recorded {
    /// Organisations that have any, in ascending order.
    orgs: Vec<usize>,
    /// The kinds of which there is any.
    kinds: BTreeSet<String>,
}

/// What it costs to look at a contribution, and what to keep one, where looking at a record costs
/// 1.
const OF_CONTRIBUTION: usize = 4;
const OF_KEPT: usize = 100;

impl Memory {
    /// How much was looked at and kept so far, in records; for those who must not look without end.
    pub fn looked(&self) -> u64 {
        self.looked.load(Ordering::Relaxed)
    }

    fn note_looked(&self, amount: usize) {
        self.looked.fetch_add(amount as u64, Ordering::Relaxed);
    }

    fn key(metric: &Metric, lens: &Lens) -> String {
        format!("{}|{}", metric.name, lens.key)
    }

    fn recall<T: Clone>(map: &Mutex<BTreeMap<String, T>>, key: &str) -> Option<T> {
        map.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned()
    }

    fn keep<T: Clone>(map: &Mutex<BTreeMap<String, T>>, key: &str, value: T) -> T {
        map.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.to_owned(), value.clone());
        value
    }
}

/// A tree seen in a period, as of a day.
#[derive(Clone)]
pub struct Evaluation<'t> {
    /// The ledger.
    pub tree: &'t Tree<'t>,
    /// The period reported.
    pub period: Period,
    /// The day whose knowledge is used.
    pub as_of: Day,
    /// Today, where the as-of day was not asked for: returns that fall due after the period are
    /// judged up to it.
    pub today: Option<Day>,
    /// The calendar year of the period's last day.
    year: Period,
    memory: Arc<Memory>,
}

impl<'t> Evaluation<'t> {
    /// Looks at `tree` in `period` as of `as_of`.
    pub fn new(tree: &'t Tree<'t>, period: Period, as_of: Day) -> Evaluation<'t> {
        Evaluation {
            tree,
            period,
            as_of,
            today: None,
            year: Period::year(period.last()),
            memory: Arc::default(),
        }
    }

    /// The same where the as-of day is the default one and `today` is today.
    #[must_use]
    pub fn until(self, today: Option<Day>) -> Evaluation<'t> {
        Evaluation { today, ..self }
    }

    /// Goes on with what an evaluation of the same tree, period and days has computed.
    #[must_use]
    pub fn recalling(self, memory: Arc<Memory>) -> Evaluation<'t> {
        Evaluation { memory, ..self }
    }

    /// The value of a metric over some organisations; a place is that of the first of them.
    ///
    /// # Errors
    /// A sum that does not fit, at the place of its metric.
    pub fn figure(&self, metric: &Metric, scope: &Scope) -> Result<Figure, Problem> {
        self.figure_through(metric, scope, &Lens::default())
    }

    /// The value of a metric to compare another with: no data where the organisation, or every kind
    /// of record that the metric is computed from, has no record at all up to the as-of day. What
    /// nobody kept yet was not 0.
    ///
    /// # Errors
    /// As [`Evaluation::figure`].
    pub fn earlier_figure(
        &self,
        metric: &Metric,
        scope: &Scope,
        lens: &Lens,
    ) -> Result<Figure, Problem> {
        match self.is_recorded(metric, scope) {
            true => self.figure_through(metric, scope, lens),
            false => Ok(Figure::NoData),
        }
    }

    fn is_recorded(&self, metric: &Metric, scope: &Scope) -> bool {
        let mut kinds = BTreeSet::new();
        self.kinds_of(metric, &mut kinds);
        if matches!(metric.measure, Measure::Members) {
            return scope
                .slices(&self.contributions(metric, &Lens::default()))
                .into_iter()
                .any(|slice| !slice.is_empty());
        }
        let recorded = self.memory.recorded.get_or_init(|| {
            let began = || {
                self.tree
                    .entries
                    .iter()
                    .filter(|entry| entry.record.exists_on(self.as_of))
            };
            let mut orgs: Vec<usize> = began().map(|entry| entry.org).collect();
            orgs.dedup();
            Recorded {
                orgs,
                kinds: began()
                    .map(|entry| entry.record.kind.name.clone())
                    .collect(),
            }
        });
        if !self.is_owed(metric) {
            return false;
        }
        let in_scope = || match scope {
            Scope::Under(orgs) => recorded
                .orgs
                .get(recorded.orgs.partition_point(|&org| org < orgs.start))
                .is_some_and(|org| *org < orgs.end),
            Scope::These(orgs) => orgs
                .iter()
                .any(|org| recorded.orgs.binary_search(org).is_ok()),
        };
        kinds.is_empty() || in_scope() && kinds.iter().any(|kind| recorded.kinds.contains(*kind))
    }

    /// Whether the obligations that a metric is made of can be owed in the period: not where the
    /// ledger had not begun.
    fn is_owed(&self, metric: &Metric) -> bool {
        let Some(begins) = self.tree.begins else {
            return true;
        };
        let rules = &self.tree.rules;
        let own = match &metric.measure {
            Measure::Obligation { obligations, .. } => obligations
                .iter()
                .filter_map(|name| rules.obligation(name))
                .any(|rule| {
                    self.period
                        .windows(rule.every)
                        .iter()
                        .any(|window| window.first() >= begins)
                }),
            _ => true,
        };
        own && metric
            .parts()
            .into_iter()
            .filter_map(|name| rules.metric(name))
            .all(|part| self.is_owed(part))
    }

    /// The kinds of record that a metric is computed from, its parts included.
    fn kinds_of<'m>(&'m self, metric: &'m Metric, kinds: &mut BTreeSet<&'m str>) {
        let rules = &self.tree.rules;
        match &metric.measure {
            Measure::Records { kind, .. } => drop(kinds.insert(&kind.name)),
            Measure::Obligation { obligations, .. } => {
                kinds.extend(
                    obligations
                        .iter()
                        .filter_map(|name| rules.obligation(name))
                        .map(|rule| rule.kind.as_str()),
                );
            }
            Measure::View { view, .. } => kinds.extend(
                rules
                    .view(view)
                    .iter()
                    .flat_map(|view| &view.parts)
                    .map(|part| part.kind.name.as_str()),
            ),
            Measure::Disagreement { between, .. } => drop(kinds.insert(&between.kind.name)),
            Measure::Members
            | Measure::Organisations { .. }
            | Measure::Plus { .. }
            | Measure::Ratio { .. }
            | Measure::Score { .. }
            | Measure::Scorecard { .. }
            | Measure::Rank(_) => {}
        }
        for part in metric
            .parts()
            .into_iter()
            .filter_map(|name| rules.metric(name))
        {
            self.kinds_of(part, kinds);
        }
    }

    /// The last day up to which the returns of a metric are judged, where that is later than the
    /// as-of day.
    pub fn judged_until(&self, metric: &Metric) -> Option<Day> {
        let rules = &self.tree.rules;
        let of_parts = metric
            .parts()
            .into_iter()
            .filter_map(|name| self.judged_until(rules.metric(name)?))
            .max();
        let Measure::Obligation { obligations, .. } = &metric.measure else {
            return of_parts;
        };
        let days = obligations
            .iter()
            .filter_map(|name| rules.obligation(name))
            .flat_map(|rule| {
                let windows = self.period.windows(rule.every).into_iter();
                windows.map(|window| rule.judged_on(window, self.as_of, self.today))
            });
        days.filter(|day| *day > self.as_of).max()
    }

    /// The value of a metric looked at through a lens.
    ///
    /// # Errors
    /// As [`Evaluation::figure`].
    pub fn figure_through(
        &self,
        metric: &Metric,
        scope: &Scope,
        lens: &Lens,
    ) -> Result<Figure, Problem> {
        let too_large = || {
            Problem::new(Rule::SUM_TOO_LARGE)
                .at(metric.place.clone())
                .with("metric", &metric.label)
                .with("name", &*metric.name)
        };
        Ok(match &metric.measure {
            Measure::Records {
                take: Take::Earliest(_) | Take::Latest(_),
                ..
            } => {
                let counted = self.counted_through(metric, scope, lens);
                let day = counted
                    .iter()
                    .find(|(_, amount)| !amount.is_zero())
                    .and_then(|(c, _)| match c.adds {
                        Adds::Day(day) => Some(day),
                        Adds::Amount(_) | Adds::Values(_) => None,
                    });
                day.map_or(Figure::NoData, Figure::Day)
            }
            Measure::Records {
                take: Take::Amounts(summary @ (Summary::Average | Summary::Median), _),
                ..
            } => {
                let counted = self.counted_through(metric, scope, lens);
                Self::middle(*summary, &counted).map_or(Figure::NoData, |Fraction { num, den }| {
                    Figure::Ratio { num, den }
                })
            }
            Measure::Records { .. }
            | Measure::Obligation { .. }
            | Measure::Members
            | Measure::Organisations { .. }
            | Measure::View { .. }
            | Measure::Disagreement { .. }
            | Measure::Plus { .. } => {
                let counted = self.counted_through(metric, scope, lens);
                // Where every record says that nothing is known, the sum is not 0; of nothing there
                // is no largest.
                let says_nothing = match counted.is_empty() {
                    true => metric.is_extreme(),
                    false => counted.iter().all(|(c, _)| c.unknown.is_some()),
                };
                if says_nothing {
                    return Ok(Figure::NoData);
                }
                let sum = counted
                    .iter()
                    .try_fold(Decimal::ZERO, |sum, (_, amount)| sum.plus(*amount));
                Figure::Number(sum.filter(|sum| sum.fits()).ok_or_else(too_large)?)
            }
            Measure::Ratio { of, to } => {
                let (num, den) = (
                    self.sum(of, scope, lens)?.ok_or_else(too_large)?,
                    self.sum(to, scope, lens)?.ok_or_else(too_large)?,
                );
                num.over(den)
                    .map_or(Figure::NoData, |Fraction { num, den }| Figure::Ratio {
                        num,
                        den,
                    })
            }
            Measure::Score { parts } => self.score(parts, scope, lens)?.ok_or_else(too_large)?,
            // A group is no organisation.
            Measure::Rank(_) | Measure::Scorecard { .. } if lens.group.is_some() => Figure::NoData,
            Measure::Rank(ranking) => self.place(ranking, scope, lens)?,
            Measure::Scorecard { card, .. } => self.scored(card, scope)?,
        })
    }

    /// What makes up a figure over some organisations, with what each contributes.
    ///
    /// To a distinct count a record contributes the values that no record before it has; to a first
    /// or last day the first record that has it contributes 1.
    pub fn counted(&self, metric: &Metric, scope: &Scope) -> Vec<(Contribution, Decimal)> {
        self.counted_through(metric, scope, &Lens::default())
    }

    /// What makes up a figure looked at through a lens.
    pub fn counted_through(
        &self,
        metric: &Metric,
        scope: &Scope,
        lens: &Lens,
    ) -> Vec<(Contribution, Decimal)> {
        let all = self.contributions(metric, lens);
        let is_chosen = |c: &&Contribution| match &lens.group {
            Some(group) => self.is_in(group, c),
            None => true,
        };
        let in_scope = scope.slices(&all).into_iter().flatten();
        let chosen: Vec<&Contribution> = in_scope.filter(is_chosen).collect();
        self.memory.note_looked(OF_CONTRIBUTION * chosen.len());
        let days = || {
            chosen.iter().filter_map(|c| match c.adds {
                Adds::Day(day) => Some(day),
                Adds::Amount(_) | Adds::Values(_) => None,
            })
        };
        let mut wanted = match &metric.measure {
            Measure::Records {
                take: Take::Earliest(_),
                ..
            } => days().min(),
            Measure::Records {
                take: Take::Latest(_),
                ..
            } => days().max(),
            _ => None,
        };
        let chosen_of = match &metric.measure {
            Measure::Records {
                take: Take::Amounts(summary, _),
                ..
            } => self.decisive(*summary, &chosen),
            _ => None,
        };
        let mut seen = BTreeSet::new();
        chosen
            .iter()
            .enumerate()
            .map(|(n, &c)| {
                let amount = match &c.adds {
                    Adds::Amount(_) if chosen_of.as_ref().is_some_and(|of| !of.contains(&n)) => {
                        Decimal::ZERO
                    }
                    Adds::Amount(amount) => *amount,
                    Adds::Values(values) => Decimal::from(
                        values.iter().filter(|value| seen.insert(*value)).count() as i64,
                    ),
                    Adds::Day(day) => wanted
                        .take_if(|wanted| wanted == day)
                        .map_or(Decimal::ZERO, |_| Decimal::ONE),
                };
                (c.clone(), amount)
            })
            .collect()
    }

    /// Of amounts of which only some count, which: the first of the largest or smallest, or the
    /// last of each organisation.
    fn decisive(&self, summary: Summary, all: &[&Contribution]) -> Option<BTreeSet<usize>> {
        let amount = |n: &usize| match all[*n].adds {
            Adds::Amount(amount) => amount,
            Adds::Values(_) | Adds::Day(_) => Decimal::ZERO,
        };
        match summary {
            Summary::Sum | Summary::Average | Summary::Median => None,
            // Of equal ones the first.
            Summary::Largest => {
                let largest = (0..all.len()).rev().max_by_key(amount);
                Some(largest.into_iter().collect())
            }
            Summary::Smallest => {
                let smallest = (0..all.len()).min_by_key(amount);
                Some(smallest.into_iter().collect())
            }
            Summary::Last => {
                let day = |n: usize| match all[n].from {
                    Basis::Record(entry) => record_of(self.tree, entry).belongs().map(Period::last),
                    Basis::Window(_) | Basis::Organisation => None,
                };
                let mut last: BTreeMap<usize, usize> = BTreeMap::new();
                for (n, of) in all.iter().enumerate() {
                    let known = last.entry(of.org).or_insert(n);
                    if day(n) >= day(*known) {
                        *known = n;
                    }
                }
                Some(last.into_values().collect())
            }
        }
    }

    /// The average or the one in the middle of what was counted; nothing of nothing.
    fn middle(summary: Summary, counted: &[(Contribution, Decimal)]) -> Option<Fraction> {
        let mut all: Vec<Decimal> = counted.iter().map(|(_, amount)| *amount).collect();
        let half = |a: Decimal, b: Decimal| a.plus(b)?.over(Decimal::from(2));
        match summary {
            Summary::Median => {
                all.sort();
                let middle = all.len().checked_sub(1)? / 2;
                half(all[middle], all[all.len() / 2])
            }
            _ => {
                let sum = all.iter().try_fold(Decimal::ZERO, |sum, n| sum.plus(*n))?;
                sum.over(Decimal::from(all.len() as i64))
            }
        }
    }

    /// Σ of some figures, if it can be held.
    fn sum(
        &self,
        names: &[String],
        scope: &Scope,
        lens: &Lens,
    ) -> Result<Option<Decimal>, Problem> {
        let mut sum = Some(Decimal::ZERO);
        for metric in names.iter().filter_map(|name| self.tree.rules.metric(name)) {
            if let Figure::Number(number) = self.figure_through(metric, scope, lens)? {
                sum = sum.and_then(|sum| sum.plus(number));
            }
        }
        Ok(sum)
    }

    /// The weighted average of ratios in tenths of a hundred points, exact before it is rounded;
    /// nothing where that cannot be held.
    fn score(
        &self,
        parts: &[(String, i64)],
        scope: &Scope,
        lens: &Lens,
    ) -> Result<Option<Figure>, Problem> {
        let (mut points, mut weights) = (Some(Fraction::whole(0)), 0i64);
        for (name, weight) in parts {
            let Some(metric) = self.tree.rules.metric(name) else {
                continue;
            };
            if let Figure::Ratio { num, den } = self.figure_through(metric, scope, lens)? {
                let part = Fraction { num, den }.times(Fraction::whole((*weight).into()));
                points = points
                    .zip(part)
                    .and_then(|(points, part)| points.plus(part));
                weights += weight;
            }
        }
        let Some(per_weight) = Fraction::new(1000, weights.into()) else {
            return Ok(Some(Figure::NoData));
        };
        Ok(points
            .and_then(|points| points.times(per_weight)?.round(0)?.whole())
            .map(Figure::Points))
    }

    /// All contributions to a metric, by organisation and then by record.
    fn contributions(&self, metric: &Metric, lens: &Lens) -> Arc<Vec<Contribution>> {
        let key = Memory::key(metric, lens);
        if let Some(found) = Memory::recall(&self.memory.by_metric, &key) {
            return found;
        }
        // A group is chosen of what is kept.
        let lens = &Lens {
            group: None,
            ..lens.clone()
        };
        debug_assert!(
            !self.memory.is_tally || !tally::adds_up(&metric.measure),
            "{} was not asked for when the records passed by",
            metric.name
        );
        let found = match &metric.measure {
            Measure::Records { .. } | Measure::Disagreement { .. } => {
                let scoring = self.scoring_of(&metric.measure);
                let mut found = Vec::new();
                for org in 0..self.tree.orgs.len() {
                    self.contributed(
                        &metric.measure,
                        lens,
                        &self.tree.records_of(org),
                        scoring.as_ref(),
                        &mut |c| found.push(c),
                    );
                }
                found
            }
            Measure::Obligation { obligations, state } => {
                let windows = obligations
                    .iter()
                    .flat_map(|name| self.windows(name).iter().cloned().collect::<Vec<_>>());
                let mut found: Vec<Contribution> =
                    windows.filter_map(|window| owed(window, *state)).collect();
                found.sort_by_key(|c| c.org);
                found
            }
            Measure::Members => self.of_organisations(|n| self.tree.orgs[n].members_on(self.as_of)),
            Measure::Organisations { filter, by } => self.of_organisations(|n| {
                let holds = org_matches(self.tree, n, filter)
                    && by.as_ref().is_none_or(|(name, wanted)| {
                        let of = self.tree.rules.metric(name).map(|metric| {
                            self.figure_through(metric, &Scope::These(vec![n]), lens)
                        });
                        let some = match of {
                            Some(Ok(Figure::Number(value))) => value > Decimal::ZERO,
                            // What is too large to be said is more than nothing.
                            Some(Err(_)) => true,
                            _ => false,
                        };
                        some == *wanted
                    });
                holds.then_some(1)
            }),
            Measure::View { view, window } => self.viewed(view, lens.window.unwrap_or(*window)),
            Measure::Plus { of, less } => self.added_up(of, less, lens),
            Measure::Ratio { .. }
            | Measure::Score { .. }
            | Measure::Scorecard { .. }
            | Measure::Rank(_) => Vec::new(),
        };
        self.memory
            .note_looked(self.tree.entries.len() + self.tree.orgs.len() + OF_KEPT * found.len());
        Memory::keep(&self.memory.by_metric, &key, Arc::new(found))
    }

    /// What makes up a sum of figures, less others.
    fn added_up(&self, of: &[String], less: &[String], lens: &Lens) -> Vec<Contribution> {
        let added = of.iter().map(|name| (name, false));
        let parts = added.chain(less.iter().map(|name| (name, true)));
        let parts = parts.filter_map(|(name, taken)| Some((self.tree.rules.metric(name)?, taken)));
        let mut found: Vec<Contribution> = parts
            .flat_map(|(part, is_taken)| {
                // What one part counts once it counts once here.
                let all = self.counted_through(part, &Scope::Under(0..self.tree.orgs.len()), lens);
                all.into_iter().map(move |(c, amount)| {
                    let amount = match is_taken {
                        true => Decimal::ZERO.minus(amount).unwrap_or(amount),
                        false => amount,
                    };
                    Contribution {
                        adds: Adds::Amount(amount),
                        ..c
                    }
                })
            })
            .collect();
        found.sort_by_key(|c| c.org);
        found
    }

    fn of_organisations(&self, amount: impl Fn(usize) -> Option<i64>) -> Vec<Contribution> {
        (0..self.tree.orgs.len())
            .filter(|&org| self.tree.orgs[org].exists_on(self.as_of))
            .filter_map(|org| {
                let adds = Adds::Amount(Decimal::from(amount(org)?));
                Some(Contribution {
                    org,
                    from: Basis::Organisation,
                    adds,
                    unknown: None,
                })
            })
            .collect()
    }

    fn viewed(&self, view: &str, window: Window) -> Vec<Contribution> {
        let Some(view) = self.tree.rules.view(view) else {
            return Vec::new();
        };
        let inside = |days: Period| window == Window::AsOf || self.in_window(days, window);
        let of = |org: usize| {
            let mut records: Vec<usize> = view::entries(self.tree, view, org, self.as_of, &inside)
                .into_iter()
                .flat_map(|(_, records)| records)
                .collect();
            records.sort_unstable();
            records.dedup();
            records.into_iter().map(move |n| Contribution {
                org,
                from: Basis::Record(n),
                adds: Adds::ONE,
                unknown: None,
            })
        };
        (0..self.tree.orgs.len()).flat_map(of).collect()
    }

    /// What the records of one organisation contribute to a figure that is made of records: each
    /// contribution is given to `sink`. What holds grades against scores is told the scores.
    fn contributed(
        &self,
        measure: &Measure,
        lens: &Lens,
        records: &Records<'_>,
        scoring: Option<&Scoring<'_>>,
        sink: &mut dyn FnMut(Contribution),
    ) {
        match measure {
            Measure::Records {
                kind,
                take,
                date,
                window,
                filter,
            } => {
                let (window, more) = (lens.window.unwrap_or(*window), lens.filter(&kind.name));
                for (n, entry) in records.of_kind(&kind.name) {
                    if self.counts(entry, date, window, filter)
                        && more.is_none_or(|more| matches(self.tree, entry, more, self.as_of))
                    {
                        self.take(n, entry, *take).into_iter().for_each(&mut *sink);
                    }
                }
            }
            Measure::Disagreement { between, window } => {
                let window = lens.window.unwrap_or(*window);
                self.disagreeing(between, window, records, scoring, sink)
            }
            Measure::Obligation { .. }
            | Measure::Members
            | Measure::Organisations { .. }
            | Measure::View { .. }
            | Measure::Plus { .. }
            | Measure::Ratio { .. }
            | Measure::Score { .. }
            | Measure::Scorecard { .. }
            | Measure::Rank(_) => {}
        }
    }

    /// The number that a record has.
    fn amount(&self, record: &Record<'_>, amount: Amount) -> Option<Decimal> {
        let day = |day: DayOf| match day {
            DayOf::Field(field) => record.get(field)?.as_day(),
            DayOf::Due => record.effective_due(),
            DayOf::Finished => record.finished_on(self.as_of),
        };
        match amount {
            Amount::Field(field) => record.get(field)?.as_number(),
            Amount::Days(from, to) => Some(Decimal::from(day(to)?.since(day(from)?))),
        }
    }

    fn take(&self, n: usize, entry: &OwnedRecord, take: Take) -> Option<Contribution> {
        let record = &entry.record;
        let found = |adds: Adds| Contribution {
            org: entry.org,
            from: Basis::Record(n),
            adds,
            unknown: None,
        };
        let distinct = |items: &[Value]| Adds::Values(items.iter().map(Distinct::of).collect());
        match take {
            Take::Count => Some(found(Adds::ONE)),
            Take::DistinctOrg => Some(found(distinct(&[Value::Integer(
                i64::try_from(entry.org).unwrap_or(i64::MAX),
            )]))),
            Take::Distinct(field) => Some(found(distinct(record.get(field)?.items()))),
            Take::Amounts(_, amount) => Some(found(Adds::Amount(self.amount(record, amount)?))),
            Take::Earliest(field) | Take::Latest(field) => {
                Some(found(Adds::Day(record.get(field)?.as_day()?)))
            }
            Take::Sum(field) => {
                let why = record.kind.fields[field]
                    .unless
                    .as_deref()
                    .and_then(|why| record.named(why))
                    .and_then(Value::as_text);
                if let Some(why) = why {
                    return Some(Contribution {
                        unknown: Some(why.to_owned()),
                        ..found(Adds::Amount(Decimal::ZERO))
                    });
                }
                let amount = match record.get(field)? {
                    Value::List(items) => Decimal::from(items.len() as i64),
                    value => value.as_number()?,
                };
                Some(found(Adds::Amount(amount)))
            }
        }
    }

    /// The windows of an obligation that fall in the period, owed or exempt.
    pub fn windows(&self, obligation: &str) -> Arc<Vec<Arc<OwedWindow>>> {
        if let Some(found) = Memory::recall(&self.memory.by_obligation, obligation) {
            return found;
        }
        let found = match self.tree.rules.obligation(obligation) {
            Some(rule) => {
                let spans = self.spans(rule);
                (0..self.tree.orgs.len())
                    .flat_map(|org| obligation::windows(&self.tree.records_of(org), rule, &spans))
                    .collect()
            }
            None => Vec::new(),
        };
        self.memory
            .note_looked(self.tree.entries.len() + OF_KEPT * found.len());
        Memory::keep(
            &self.memory.by_obligation,
            obligation,
            Arc::new(found.into_iter().map(Arc::new).collect()),
        )
    }

    /// The windows of an obligation that fall in the period, each with the day as of which it is
    /// looked at.
    fn spans(&self, rule: &Obligation) -> Vec<(Period, Day)> {
        let windows = self.period.windows(rule.every).into_iter();
        windows
            .map(|window| (window, rule.judged_on(window, self.as_of, self.today)))
            .collect()
    }

    fn counts(&self, entry: &OwnedRecord, date: &DateOf, window: Window, filter: &Filter) -> bool {
        let record = &entry.record;
        if !record.exists_on(self.as_of) {
            return false;
        }
        if window == Window::AsOf {
            return record.in_force_on(self.as_of) && matches(self.tree, entry, filter, self.as_of);
        }
        let day_in = |day: Day| self.day_in_window(day, window);
        let inside = match date {
            DateOf::Field(field) => match record.get(*field) {
                Some(Value::Day(day)) => day_in(*day),
                other => other
                    .and_then(Value::as_period)
                    .is_some_and(|days| self.in_window(days, window)),
            },
            DateOf::EffectiveDue => record.effective_due().is_some_and(day_in),
            DateOf::Finished => record.finished_on(self.as_of).is_some_and(day_in),
            DateOf::Entered(status) => record.entered_on(status, self.as_of).is_some_and(day_in),
        };
        inside && matches(self.tree, entry, filter, self.as_of)
    }

    fn in_window(&self, days: Period, window: Window) -> bool {
        match window {
            Window::Period => self.period.covers(days),
            Window::Year => self.year.covers(days),
            Window::Ytd | Window::Since(_) | Window::ToDate | Window::AsOf => {
                self.day_in_window(days.first(), window)
            }
        }
    }

    fn day_in_window(&self, day: Day, window: Window) -> bool {
        match window {
            Window::Period => self.period.contains(day),
            Window::Year => self.year.contains(day),
            // The year is the period's: the fourth quarter seen in January still speaks of its own
            // year.
            Window::Ytd => self.year.contains(day) && day <= self.as_of,
            Window::Since(from) => from <= day && day <= self.as_of,
            Window::ToDate | Window::AsOf => day <= self.as_of,
        }
    }
}

/// What a window adds to a figure that counts windows of a state; nothing if it is in another.
fn owed(window: Arc<OwedWindow>, state: Owed) -> Option<Contribution> {
    let counts = match state {
        Owed::Owed => window.state != WindowState::Exempt,
        Owed::Met => window.state == WindowState::Met,
        Owed::Late => window.state == WindowState::Late,
        Owed::Missed => window.state == WindowState::Missed,
        Owed::Exempt => window.state == WindowState::Exempt,
        Owed::Returned => window.returned && window.state != WindowState::Exempt,
    };
    counts.then(|| Contribution {
        org: window.org,
        adds: Adds::ONE,
        unknown: None,
        from: Basis::Window(window),
    })
}

/// Whether a record passes a filter as of a day.
pub fn matches(tree: &Tree, entry: &OwnedRecord, filter: &Filter, as_of: Day) -> bool {
    filter.tests.iter().all(|test| {
        let record = &entry.record;
        let holds = match &test.subject {
            // What the record says is not known is not lacking either: the figure must hear of it.
            Subject::Field(field) => {
                value_is(record.get(*field), &test.is)
                    || matches!(test.is, Is::Present) && record.says_unknown(*field)
            }
            Subject::KindOf(field) => refers_to(tree, record.get(*field), &test.is),
            Subject::Org(field) => value_is(tree.orgs[entry.org].fields[*field].as_ref(), &test.is),
            Subject::Named { by, field } => {
                let named = record
                    .get(*by)
                    .and_then(Value::as_text)
                    .and_then(|name| tree.org_named(name));
                value_is(
                    tree.orgs[named.unwrap_or(entry.org)].fields[*field].as_ref(),
                    &test.is,
                )
            }
            Subject::State => record
                .status_on(as_of)
                .is_some_and(|status| word_is(&status.choice.name, &test.is)),
            Subject::Phase => record
                .phase_on(as_of)
                .is_some_and(|phase| word_is(phase.name(), &test.is)),
            Subject::Overdue => record.overdue_on(as_of),
            Subject::OnTime => record.on_time(as_of),
            Subject::Any(filters) => filters
                .iter()
                .any(|filter| matches(tree, entry, filter, as_of)),
            Subject::Referred { by, of } => referred(tree, record.get(*by)).is_some_and(|entry| {
                let kind = entry.record.kind.number;
                let filter = of.iter().find(|(number, _)| *number == kind);
                filter.is_some_and(|(_, filter)| matches(tree, entry, filter, as_of))
            }),
        };
        holds != test.negated
    })
}

/// Whether an organisation passes a filter of organisations.
fn org_matches(tree: &Tree, org: usize, filter: &Filter) -> bool {
    filter.tests.iter().all(|test| match &test.subject {
        Subject::Org(field) => {
            value_is(tree.orgs[org].fields[*field].as_ref(), &test.is) != test.negated
        }
        Subject::Field(_)
        | Subject::KindOf(_)
        | Subject::Named { .. }
        | Subject::State
        | Subject::Phase
        | Subject::Overdue
        | Subject::OnTime
        | Subject::Referred { .. }
        | Subject::Any(_) => true,
    })
}

/// The record that a reference points to, unless it was taken back.
fn referred<'t>(tree: &'t Tree<'_>, id: Option<&Value>) -> Option<&'t OwnedRecord<'t>> {
    let entry = tree.entry_with_id(id?.as_text()?)?;
    entry.record.retracted.is_none().then_some(entry)
}

/// Whether a reference points to a record of one of some kinds, by the prefix of its id.
fn refers_to(tree: &Tree, id: Option<&Value>, is: &Is) -> bool {
    let Some((prefix, _)) = id
        .and_then(Value::as_text)
        .and_then(|id| id.split_once('-'))
    else {
        return false;
    };
    tree.rules
        .kinds
        .iter()
        .any(|kind| kind.prefix == prefix && word_is(&kind.name, is))
}

fn value_is(value: Option<&Value>, is: &Is) -> bool {
    match (value, is) {
        (None, _) => false,
        // An empty list is nothing.
        (Some(value), Is::Present) => !value.items().is_empty(),
        (Some(value), Is::True) => *value == Value::Boolean(true),
        (Some(value), Is::Compared(all)) => value
            .items()
            .iter()
            .any(|item| all.iter().all(|(how, with)| compares(item, *how, with))),
        (Some(value), Is::Number(numbers)) => match value {
            Value::Period(period) => {
                numbers.contains(&Decimal::from(i64::from(period.first().year())))
            }
            other => other
                .items()
                .iter()
                .any(|item| item.as_number().is_some_and(|n| numbers.contains(&n))),
        },
        (Some(value), Is::OneOf(words)) => value.items().iter().any(|item| {
            let item = match item {
                Value::Text(text) => Cow::Borrowed(text.as_str()),
                other => Cow::Owned(crate::record::text::plain(other)),
            };
            words.iter().any(|word| same(word, &item))
        }),
    }
}

/// Whether a value compares so with a bound.
fn compares(value: &Value, how: Comparison, with: &Bound) -> bool {
    let order = match with {
        Bound::Number(number) => match value {
            Value::Period(period) => Some(Decimal::from(i64::from(period.first().year()))),
            other => other.as_number(),
        }
        .map(|value| value.cmp(number)),
        Bound::Day(day) => value.as_day().map(|value| value.cmp(day)),
        Bound::Text(part) => {
            let text = crate::record::text::plain(value);
            return folded(&text).contains(&*folded(part));
        }
    };
    order.is_some_and(|order| how.admits(order))
}

fn word_is(word: &str, is: &Is) -> bool {
    match is {
        Is::OneOf(words) => words.iter().any(|w| w == word),
        Is::Number(_) | Is::True | Is::Present | Is::Compared(_) => false,
    }
}

/// The default as-of day: the period's last day, or today if that is earlier.
pub fn default_as_of(period: Period, today: Day) -> Day {
    period.last().min(today)
}

/// A record of the tree, for those that hold its index.
pub fn record_of<'t>(tree: &'t Tree<'_>, index: usize) -> &'t Record<'t> {
    &tree.entries[index].record
}
