//! Adds up what records contribute as they pass by, so that none of them is kept: for reports over
//! ledgers of any size.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::day::{Day, Period};
use crate::figure::obligation::{self, OwedWindow};
use crate::figure::{Adds, Basis, Contribution, Evaluation, Lens, Memory, Recorded, owed};
use crate::number::Decimal;
use crate::record::Distinct;
use crate::rules::Rules;
use crate::rules::filter::{Filter, Subject};
use crate::rules::grouping::GroupBy;
use crate::rules::kind::{AWARD, FieldType, Kind, RATING};
use crate::rules::metric::{Against, Amount, DateOf, DayOf, Measure, Metric, Take};
use crate::rules::obligation::Obligation;
use crate::rules::scorecard::{Rated, Scorecard};
use crate::tree::files::Files;
use crate::tree::{ByKind, Records, Tree, pass};
use crate::written::selection::{Selection, Wanted};

/// Whether what a figure is made of can be added up organisation by organisation, from the records
/// of each alone.
pub(super) fn adds_up(measure: &Measure) -> bool {
    match measure {
        Measure::Records { .. } | Measure::Obligation { .. } => true,
        Measure::Disagreement { between, .. } => {
            matches!(between.against, Against::Points { .. })
        }
        Measure::Members
        | Measure::Organisations { .. }
        | Measure::View { .. }
        | Measure::Plus { .. }
        | Measure::Ratio { .. }
        | Measure::Score { .. }
        | Measure::Scorecard { .. }
        | Measure::Rank(_) => false,
    }
}

/// The figures that some metrics are made of in the end, each once; those metrics among them that
/// are made of nothing else.
pub fn made_of<'r>(rules: &'r Rules, metrics: &[&'r Metric]) -> Vec<&'r Metric> {
    let mut found: BTreeMap<&str, &Metric> = BTreeMap::new();
    let mut open: Vec<&Metric> = metrics.to_vec();
    while let Some(metric) = open.pop() {
        if found.insert(&metric.name, metric).is_none() {
            open.extend(
                metric
                    .parts()
                    .into_iter()
                    .filter_map(|name| rules.metric(name)),
            );
        }
    }
    found
        .into_values()
        .filter(|metric| {
            let is_more = matches!(
                metric.measure,
                Measure::Organisations { .. }
                    | Measure::Scorecard { .. }
                    | Measure::Disagreement { .. }
            );
            is_more || metric.parts().is_empty()
        })
        .collect()
}

/// Which fields some metrics look at, and whether each can be added up from the records of one
/// organisation alone.
pub fn selection(rules: &Rules, metrics: &[&Metric]) -> (Selection, bool) {
    let mut asked = Questions {
        rules,
        selection: Selection::nothing(),
    };
    let mut alone = true;
    for metric in made_of(rules, metrics) {
        alone &= asked.measure(&metric.measure);
    }
    (asked.selection, alone)
}

/// The same for several evaluations, of which the later ones are compared with the first.
pub fn selection_for(rules: &Rules, metrics: &[&Metric], moments: &[Moment]) -> (Selection, bool) {
    let (mut selection, alone) = selection(rules, metrics);
    if moments.len() > 1 {
        // Whether there was any record before is asked of every kind.
        for kind in &rules.kinds {
            selection.of_mut(kind.number).add(kind.start);
        }
    }
    (selection, alone)
}

/// The same, with what a list of the records behind a figure says of each.
pub fn selection_to_list(rules: &Rules, metrics: &[&Metric]) -> Selection {
    let (selection, _) = selection(rules, metrics);
    let mut asked = Questions { rules, selection };
    let is_asked = |kind: &&Arc<Kind>| *asked.selection.of(kind.number) != Wanted::Nothing;
    let kinds: Vec<&Arc<Kind>> = rules.kinds.iter().filter(is_asked).collect();
    kinds.into_iter().for_each(|kind| asked.listed(kind));
    asked.selection
}

/// The same, with the fields that records are put together by.
pub fn selection_to_group(rules: &Rules, metrics: &[&Metric], by: &GroupBy) -> Selection {
    let mut asked = Questions::listing(rules, metrics);
    for kind in rules.kinds_behind(metrics) {
        asked.life(kind);
        let (GroupBy::Field(name) | GroupBy::Referred { by: name, .. }) = by else {
            continue;
        };
        asked.add(&kind.name, [kind.named(name)]);
        if let (GroupBy::Referred { .. }, Some(n)) = (by, kind.named(name))
            && let FieldType::Record(pointed) = &kind.fields[n].ty
        {
            pointed.iter().for_each(|kind| asked.everything(kind));
        }
    }
    asked.selection
}

/// The same, with every field of some kinds.
pub fn selection_of_all<'k>(
    rules: &Rules,
    metrics: &[&Metric],
    kinds: impl IntoIterator<Item = &'k str>,
) -> Selection {
    let mut asked = Questions::listing(rules, metrics);
    kinds.into_iter().for_each(|kind| asked.everything(kind));
    asked.selection
}

/// Which fields a scorecard looks at, with what a list of the records behind it says of each.
pub fn selection_of_scorecard(rules: &Rules, card: &Scorecard) -> Selection {
    let metrics: Vec<&Metric> = card
        .metrics()
        .filter_map(|name| rules.metric(name))
        .collect();
    let mut asked = Questions::listing(rules, &metrics);
    asked.scorecard(card);
    if let Some(kind) = card.giving(&rules.kinds) {
        asked.everything(&kind.name);
    }
    asked.selection
}

/// The same with the ratings and honours that follow from it.
pub fn selection_to_rate(rules: &Rules, card: &Scorecard) -> Selection {
    let selection = selection_of_scorecard(rules, card);
    let mut asked = Questions { rules, selection };
    asked.everything(RATING);
    asked.everything(AWARD);
    asked.selection
}

/// What is asked of records so far.
pub(super) struct Questions<'r> {
    rules: &'r Rules,
    selection: Selection,
}

impl<'r> Questions<'r> {
    /// Nothing is asked yet.
    pub(super) fn new(rules: &'r Rules) -> Questions<'r> {
        Questions {
            rules,
            selection: Selection::nothing(),
        }
    }

    /// What a list of the records behind some figures asks.
    fn listing(rules: &'r Rules, metrics: &[&Metric]) -> Questions<'r> {
        Questions {
            rules,
            selection: selection_to_list(rules, metrics),
        }
    }

    /// What was asked.
    pub(super) fn selection(self) -> Selection {
        self.selection
    }

    /// Asks for what names a record in a list and says when it belongs.
    pub(super) fn listed(&mut self, kind: &Kind) {
        self.life(kind);
        self.add(&kind.name, [Some(kind.title), Some(kind.period)]);
    }

    fn add(&mut self, kind: &str, fields: impl IntoIterator<Item = Option<usize>>) {
        if let Some(n) = self.rules.kinds.iter().position(|known| known.name == kind) {
            let wanted = self.selection.of_mut(n);
            wanted.add(self.rules.kinds[n].start);
            fields
                .into_iter()
                .flatten()
                .for_each(|field| wanted.add(field));
        }
    }

    fn everything(&mut self, kind: &str) {
        if let Some(n) = self.rules.kinds.iter().position(|known| known.name == kind) {
            *self.selection.of_mut(n) = Wanted::Everything;
        }
    }

    fn life(&mut self, kind: &Kind) {
        let life = kind.life.as_ref();
        self.add(
            &kind.name,
            [
                kind.end,
                life.and_then(|life| life.due),
                life.and_then(|life| life.extended),
            ],
        );
    }

    /// Asks for what a filter looks at; whether that is one organisation's alone.
    fn filter(&mut self, kind: &Kind, filter: &Filter) -> bool {
        let mut alone = true;
        for test in &filter.tests {
            match &test.subject {
                &Subject::Field(field) => {
                    let unless = kind.fields[field]
                        .unless
                        .as_deref()
                        .and_then(|why| kind.index(why));
                    self.add(&kind.name, [Some(field), unless]);
                }
                Subject::KindOf(field) | Subject::Named { by: field, .. } => {
                    self.add(&kind.name, [Some(*field)])
                }
                Subject::Any(filters) => {
                    for filter in filters {
                        alone &= self.filter(kind, filter);
                    }
                }
                Subject::Referred { by, of } => {
                    self.add(&kind.name, [Some(*by)]);
                    let rules = self.rules;
                    for (number, filter) in of {
                        let kind = &rules.kinds[*number];
                        self.add(&kind.name, []);
                        self.filter(kind, filter);
                    }
                    // It may be another organisation's record.
                    alone = false;
                }
                Subject::State | Subject::Phase | Subject::Overdue | Subject::OnTime => {
                    self.life(kind)
                }
                Subject::Org(_) => {}
            }
        }
        alone
    }

    /// Asks for what a figure of records looks at; whether it can be added up from the records of
    /// one organisation alone.
    fn records(&mut self, kind: &Kind, take: &Take, date: &DateOf, filter: &Filter) -> bool {
        self.life(kind);
        let dated = match date {
            DateOf::Field(field) => Some(*field),
            DateOf::EffectiveDue | DateOf::Finished | DateOf::Entered(_) => None,
        };
        let day = |day: &DayOf| match day {
            DayOf::Field(field) => Some(*field),
            DayOf::Due | DayOf::Finished => None,
        };
        if let Take::Amounts(_, Amount::Days(from, to)) = take {
            self.add(&kind.name, [day(from), day(to)]);
        }
        let taken = match take {
            Take::Count | Take::DistinctOrg | Take::Amounts(_, Amount::Days(..)) => None,
            Take::Sum(field)
            | Take::Distinct(field)
            | Take::Earliest(field)
            | Take::Latest(field)
            | Take::Amounts(_, Amount::Field(field)) => Some(*field),
        };
        let unless = taken
            .and_then(|field| kind.fields[field].unless.as_deref())
            .and_then(|why| kind.index(why));
        self.add(&kind.name, [dated, taken, unless, Some(kind.period)]);
        // An average or a median needs every amount.
        let is_sum = !matches!(take, Take::Amounts(..));
        self.filter(kind, filter) && is_sum
    }

    /// Asks for what a figure looks at; whether it can be added up from the records of one
    /// organisation alone.
    fn measure(&mut self, measure: &Measure) -> bool {
        match measure {
            Measure::Records {
                kind,
                take,
                date,
                filter,
                ..
            } => self.records(kind, take, date, filter),
            Measure::Obligation { obligations, .. } => {
                let rules = self.rules;
                let mut alone = true;
                for rule in obligations.iter().filter_map(|name| rules.obligation(name)) {
                    alone &= self.obligation(rule);
                }
                alone
            }
            Measure::Disagreement { between, .. } => {
                self.add(
                    &between.kind.name,
                    [
                        Some(between.kind.period),
                        Some(between.grade),
                        Some(between.person),
                    ],
                );
                match &between.against {
                    Against::Points { kind, sum, by } => {
                        self.add(&kind.name, [Some(kind.period), Some(*sum), Some(*by)]);
                        true
                    }
                    Against::Scorecard { card, .. } => self.scorecards(card),
                }
            }
            Measure::View { view, .. } => {
                // A view looks at the records of other organisations too, and at what they point
                // to.
                if let Some(view) = self.rules.view(view) {
                    view.kinds()
                        .into_iter()
                        .for_each(|kind| self.everything(kind));
                    for part in &view.parts {
                        self.filter(&part.kind, &part.filter);
                    }
                }
                false
            }
            Measure::Scorecard { card, .. } => self.scorecards(card),
            Measure::Members
            | Measure::Organisations { .. }
            | Measure::Plus { .. }
            | Measure::Ratio { .. }
            | Measure::Score { .. }
            | Measure::Rank(_) => true,
        }
    }

    /// Asks for what the versions of a scorecard look at beside their metrics; whether that is one
    /// organisation's alone, which it never is: it looks at other periods, and at the best of all.
    fn scorecards(&mut self, card: &str) -> bool {
        let cards = self.rules.scorecards().iter();
        let versions = cards.filter(|known| known.name == card);
        versions.for_each(|card| self.scorecard(card));
        false
    }

    /// Asks for what a scorecard looks at beside its metrics.
    fn scorecard(&mut self, card: &Scorecard) {
        let rules = self.rules;
        if let Some(kind) = card.giving(&rules.kinds)
            && let Some(gives) = kind.gives
        {
            let fields = [
                Some(gives.item),
                Some(gives.points),
                gives.card,
                kind.person,
            ];
            self.add(&kind.name, fields);
            self.add(&kind.name, [Some(kind.period)]);
        }
        for (_, item) in card.items() {
            let metric = item.way.metric().and_then(|name| rules.metric(name));
            if let Some(Measure::Records { kind, .. }) = metric.map(|metric| &metric.measure) {
                self.add(&kind.name, [kind.person]);
            }
        }
        if let Rated::Members { kind, exempt } = &card.rates {
            let base = card.bases.as_ref().map(|bases| bases.by);
            self.life(kind);
            self.add(&kind.name, [kind.person, base]);
            for filter in exempt {
                self.filter(kind, filter);
            }
        }
    }

    /// Asks for what an obligation looks at; whether that is one organisation's alone.
    pub(super) fn obligation(&mut self, rule: &Obligation) -> bool {
        let mut alone = true;
        let quota = rule.quota.as_ref();
        self.add(&rule.kind, [Some(rule.date), quota.map(|quota| quota.by)]);
        if let Some(kind) = self
            .rules
            .kinds
            .iter()
            .find(|kind| kind.name == rule.kind)
            .cloned()
        {
            alone = self.filter(&kind, &rule.filter);
        }
        let lasting = quota
            .map(|quota| (&quota.kind, Some(quota.field)))
            .into_iter()
            .chain(rule.standing.iter().map(|kind| (kind, None)));
        for (name, field) in lasting {
            let end = self
                .rules
                .kinds
                .iter()
                .find(|kind| kind.name == *name)
                .and_then(|kind| kind.end);
            self.add(name, [field, end]);
        }
        alone
    }
}

/// Adds up what the records of a ledger contribute to some metrics in several evaluations, in one
/// pass over its files.
///
/// Each evaluation of the tree then goes on with the memory that is returned for it. `None` where a
/// metric cannot be added up so: then the records must be kept.
pub fn tally(
    tree: &mut Tree<'_>,
    files: &dyn Files,
    metrics: &[&Metric],
    moments: &[Moment],
) -> Option<Vec<Arc<Memory>>> {
    let rules = tree.rules;
    let (selection, alone) = selection_for(rules, metrics, moments);
    if !alone {
        return None;
    }
    let leaves: Vec<&Metric> = made_of(rules, metrics)
        .into_iter()
        .filter(|metric| adds_up(&metric.measure))
        .collect();
    let evaluated: Vec<(&Moment, Spans<'_>)> = moments
        .iter()
        .map(|moment| (moment, Spans::of(tree, moment, &leaves)))
        .collect();
    let of_each = pass::each_organisation(tree, files, &selection, |tree, org, entries| {
        let by_kind = ByKind::of_entries(&entries);
        let records = Records::passing(tree, org, &entries, &by_kind);
        evaluated
            .iter()
            .map(|(moment, spans)| Added::of(&records, moment, &leaves, spans))
            .collect::<Vec<_>>()
    });
    let mut memories: Vec<Memory> = moments
        .iter()
        .map(|_| Memory {
            is_tally: true,
            ..Memory::default()
        })
        .collect();
    let mut sums: Vec<Vec<Vec<Contribution>>> = moments
        .iter()
        .map(|_| leaves.iter().map(|_| Vec::new()).collect())
        .collect();
    let mut recorded: Vec<Recorded> = moments
        .iter()
        .map(|_| Recorded {
            orgs: Vec::new(),
            kinds: BTreeSet::new(),
        })
        .collect();
    for (org, of_org) in of_each.into_iter().enumerate() {
        for (n, added) in of_org.into_iter().enumerate() {
            for (metric, contribution) in added.sums {
                sums[n][metric].push(contribution);
            }
            if !added.kinds.is_empty() {
                recorded[n].orgs.push(org);
                recorded[n].kinds.extend(
                    added
                        .kinds
                        .into_iter()
                        .map(|kind| rules.kinds[kind].name.clone()),
                );
            }
        }
    }
    for ((memory, sums), recorded) in memories.iter_mut().zip(sums).zip(recorded) {
        let by_metric = memory
            .by_metric
            .get_mut()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        by_metric.extend(
            leaves
                .iter()
                .zip(sums)
                .map(|(metric, sums)| (Memory::key(metric, &Lens::default()), Arc::new(sums))),
        );
        // It was empty.
        let _ = memory.recorded.set(recorded);
    }
    Some(memories.into_iter().map(Arc::new).collect())
}

/// A period, an as-of day, and today where that day was not asked for.
pub type Moment = (Period, Day, Option<Day>);

/// The windows of every obligation that some metrics look at, each with the day as of which it is
/// looked at.
struct Spans<'r>(Vec<(&'r Obligation, Vec<(Period, Day)>)>);

impl<'r> Spans<'r> {
    fn of(tree: &Tree<'r>, &(period, as_of, today): &Moment, leaves: &[&Metric]) -> Spans<'r> {
        let evaluation = Evaluation::new(tree, period, as_of).until(today);
        let mut names = BTreeSet::new();
        for metric in leaves {
            if let Measure::Obligation { obligations, .. } = &metric.measure {
                names.extend(obligations);
            }
        }
        let rules = names
            .into_iter()
            .filter_map(|name| tree.rules.obligation(name));
        Spans(rules.map(|rule| (rule, evaluation.spans(rule))).collect())
    }
}

/// What the records of one organisation add to each figure, in one evaluation.
struct Added {
    /// By the index of the metric; nothing where there is nothing.
    sums: Vec<(usize, Contribution)>,
    /// The kinds of which there is a record, by their index among the rules' kinds.
    kinds: Vec<usize>,
}

impl Added {
    fn of(
        records: &Records<'_>,
        &(period, as_of, today): &Moment,
        leaves: &[&Metric],
        spans: &Spans<'_>,
    ) -> Added {
        let evaluation = Evaluation::new(records.tree, period, as_of).until(today);
        let judged = |(rule, all): &(&Obligation, Vec<(Period, Day)>)| {
            obligation::windows(records, rule, all)
        };
        let windows: Vec<Vec<Arc<OwedWindow>>> = spans
            .0
            .iter()
            .map(|of_rule| judged(of_rule).into_iter().map(Arc::new).collect())
            .collect();
        let mut sums = Vec::new();
        for (n, metric) in leaves.iter().enumerate() {
            let mut sum = Sum::default();
            match &metric.measure {
                Measure::Obligation { obligations, state } => {
                    for name in obligations {
                        let of_rule = spans
                            .0
                            .iter()
                            .zip(&windows)
                            .find(|((rule, _), _)| rule.name == *name);
                        let of_rule = of_rule.into_iter().flat_map(|(_, windows)| windows);
                        of_rule
                            .filter_map(|window| owed(Arc::clone(window), *state))
                            .for_each(|c| sum.add(c));
                    }
                }
                measure => {
                    let lens = Lens::default();
                    evaluation.contributed(measure, &lens, records, None, &mut |c| sum.add(c))
                }
            }
            sums.extend(
                sum.contribution(records.org, metric)
                    .map(|contribution| (n, contribution)),
            );
        }
        // One such list is kept for each organisation until the end.
        sums.shrink_to_fit();
        Added {
            sums,
            kinds: records
                .kinds_that(|record| record.exists_on(as_of))
                .collect(),
        }
    }
}

/// Contributions of one organisation to one figure, added up to one that stands for all of them.
#[derive(Default)]
struct Sum {
    count: usize,
    amount: Option<Decimal>,
    values: BTreeSet<Distinct>,
    days: Option<(Day, Day)>,
    /// Why nothing is known of any of them.
    unknown: Option<String>,
    known: bool,
}

impl Sum {
    fn add(&mut self, contribution: Contribution) {
        self.known |= contribution.unknown.is_none();
        match contribution.adds {
            // What cannot be held stays so.
            Adds::Amount(amount) if self.count == 0 => self.amount = Some(amount),
            Adds::Amount(amount) => self.amount = self.amount.and_then(|sum| sum.plus(amount)),
            Adds::Values(values) => self.values.extend(values),
            Adds::Day(day) => {
                self.days = Some(
                    self.days
                        .map_or((day, day), |(first, last)| (first.min(day), last.max(day))),
                )
            }
        }
        self.unknown = self.unknown.take().or(contribution.unknown);
        self.count += 1;
    }

    fn contribution(self, org: usize, metric: &Metric) -> Option<Contribution> {
        let adds = match &metric.measure {
            _ if self.count == 0 => return None,
            Measure::Records {
                take: Take::Earliest(_),
                ..
            } => Adds::Day(self.days?.0),
            Measure::Records {
                take: Take::Latest(_),
                ..
            } => Adds::Day(self.days?.1),
            Measure::Records {
                take: Take::Distinct(_) | Take::DistinctOrg,
                ..
            } => Adds::Values(self.values.into_iter().collect()),
            _ => Adds::Amount(self.amount.unwrap_or(Decimal::TOO_LARGE)),
        };
        Some(Contribution {
            org,
            from: Basis::Organisation,
            adds,
            unknown: self.unknown.filter(|_| !self.known),
        })
    }
}
