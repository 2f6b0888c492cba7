//! Scores: what organisations and members have by a scorecard, item by item, and the grades that
//! follow. A score is the sum of what is shown of it: points are rounded item by item.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::day::Period;
use crate::figure::{
    Adds, Basis, Contribution, Evaluation, Figure, Memory, Scope, matches, org_matches, record_of,
    tally,
};
use crate::number::{Decimal, Fraction};
use crate::problem::{Problem, Rule};
use crate::record::{Record, Value};
use crate::rules::filter::Filter;
use crate::rules::kind::{Gives, Kind};
use crate::rules::metric::Metric;
use crate::rules::scorecard::{Band, Block, Grade, Item, Rated, Scorecard, Way};
use crate::spelling::folded;

/// What organisations or members have by a scorecard in one of its cycles.
pub struct Scoring<'e> {
    /// The scorecard.
    pub card: &'e Scorecard,
    /// What computes the figures, in the cycle.
    pub evaluation: Evaluation<'e>,
    /// The kind in which points are given, with its fields.
    giving: Option<(&'e Kind, Gives)>,
    /// Of members: the contributions to each metric, by person.
    by_person: BTreeMap<String, BTreeMap<String, Vec<(Contribution, Decimal)>>>,
    /// Of members: the records that give points, by person.
    given: BTreeMap<String, Vec<usize>>,
    /// Of members: all of them, by code.
    members: BTreeMap<String, Member>,
}

/// Who has a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scored {
    /// An organisation, or what a report's row is about.
    Organisation(Scope),
    /// A person, by code.
    Member(String),
}

/// A member who may have a score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The organisation that the member stands in.
    pub org: usize,
    /// The code.
    pub code: String,
    /// The member's record, by its index in the tree, where there is one.
    pub record: Option<usize>,
    /// Whether the scorecard leaves the member out.
    pub is_exempt: bool,
}

/// A score, with all that it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// What it begins with.
    pub start: Decimal,
    /// The blocks, in the scorecard's order.
    pub blocks: Vec<BlockScore>,
    /// Of an open scorecard: what was given under names that are no item.
    pub others: Vec<ItemScore>,
    /// All of these added up.
    pub sum: Decimal,
    /// The sum within the scorecard's limits; nothing after a veto.
    pub points: Decimal,
    /// The item that makes the score nothing, if one does.
    pub vetoed_by: Option<String>,
}

/// What a block comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockScore {
    /// The items, in the block's order.
    pub items: Vec<ItemScore>,
    /// What it begins with and its items, added up.
    pub sum: Decimal,
    /// The share of the sum, within the block's limits, that counts.
    pub points: Decimal,
}

/// What an item comes to.
#[derive(Clone, Debug)]
pub struct ItemScore {
    /// Its name; of what is no item, the name under which it was given.
    pub name: String,
    /// Whether persons gave its points.
    pub is_given: bool,
    /// The figure that it looks at; what was given, added up.
    pub value: Figure,
    /// What makes up that figure.
    pub counted: Vec<(Contribution, Decimal)>,
    /// The points within the item's limits.
    pub points: Decimal,
}

impl ItemScore {
    /// Whether limits keep what makes it up from counting whole.
    pub fn counts_in_part(&self) -> bool {
        matches!(self.value, Figure::Number(sum) if sum > self.points)
    }
}

impl PartialEq for ItemScore {
    fn eq(&self, other: &ItemScore) -> bool {
        (&self.name, self.value, self.points) == (&other.name, other.value, other.points)
    }
}

impl Eq for ItemScore {}

/// What a scorecard proposes for an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The organisation.
    pub org: usize,
    /// Its score.
    pub score: Score,
    /// The grade proposed, by its index in the scorecard.
    pub grade: Option<usize>,
    /// The grades that the score reaches and that are not given, each with the reason.
    pub passed_over: Vec<(usize, Reason)>,
    /// The stars of the year before.
    pub last: Option<i64>,
}

/// Why a grade is not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The figure of this metric does not reach what is needed.
    Need(String),
    /// As many as may have it have it.
    Share,
    /// It lies too far above that of the year before.
    Ladder,
    /// The organisation began within the cycle.
    Newcomer,
    /// An item makes the score nothing.
    Veto,
}

impl Reason {
    /// The name in machine formats.
    pub fn name(&self) -> &'static str {
        match self {
            Reason::Need(_) => "need",
            Reason::Share => "share",
            Reason::Ladder => "ladder",
            Reason::Newcomer => "newcomer",
            Reason::Veto => "veto",
        }
    }
}

impl<'t> Evaluation<'t> {
    /// The same ledger in another period, as of the same day.
    pub(super) fn in_period(&self, period: Period) -> Evaluation<'t> {
        if period == self.period {
            return self.clone();
        }
        let (key, kept) = (period.to_string(), &self.memory.by_period);
        let memory =
            Memory::recall(kept, &key).unwrap_or_else(|| Memory::keep(kept, &key, Arc::default()));
        Evaluation::new(self.tree, period, self.as_of)
            .until(self.today)
            .recalling(memory)
    }

    /// The version of a scorecard that scores the cycle in which the period ends.
    pub fn scoring(&self, card: &str) -> Option<Scoring<'t>> {
        let card = self.tree.rules.scorecard(card, self.period.last())?;
        Some(Scoring::new(self, card))
    }

    /// The score of the first organisation of a scope; no data where it is not scored.
    pub(super) fn scored(&self, card: &str, scope: &Scope) -> Result<Figure, Problem> {
        let (Some(org), Some(scoring)) = (scope.first(), self.scoring(card)) else {
            return Ok(Figure::NoData);
        };
        // The rows of a report are organisations; their total is not one of them.
        let is_whole = match scope {
            Scope::Under(orgs) => self.tree.subtree(org) == *orgs,
            Scope::These(orgs) => orgs.len() == 1,
        };
        if !is_whole || !scoring.scores(org) {
            return Ok(Figure::NoData);
        }
        let score = scoring.score(&Scored::Organisation(scope.clone()))?;
        Ok(Figure::Number(score.points))
    }
}

impl<'e> Scoring<'e> {
    /// A scorecard in the cycle in which a period ends.
    pub fn new(evaluation: &Evaluation<'e>, card: &'e Scorecard) -> Scoring<'e> {
        let cycle = card.cycle.around(evaluation.period.last());
        let evaluation = evaluation.in_period(cycle);
        let rules = evaluation.tree.rules;
        let giving = card.giving(&rules.kinds);
        let mut scoring = Scoring {
            card,
            giving: giving.and_then(|kind| Some((&**kind, kind.gives?))),
            evaluation,
            by_person: BTreeMap::new(),
            given: BTreeMap::new(),
            members: BTreeMap::new(),
        };
        if card.is_of_members() {
            scoring.group_by_person();
            scoring.members = scoring.all_members();
        }
        scoring
    }

    fn metric(&self, name: &str) -> Option<&'e Metric> {
        self.evaluation.tree.rules.metric(name)
    }

    /// The person whom a record is about, as texts are compared.
    fn person(&self, entry: usize) -> Option<String> {
        let record = record_of(self.evaluation.tree, entry);
        let person = record.get(record.kind.person?)?.as_text()?;
        Some(folded(person).into_owned())
    }

    fn group_by_person(&mut self) {
        let whole = Scope::Under(0..self.evaluation.tree.orgs.len());
        for name in self.card.metrics() {
            let Some(metric) = self.metric(name) else {
                continue;
            };
            let mut by_person: BTreeMap<String, Vec<(Contribution, Decimal)>> = BTreeMap::new();
            for (contribution, amount) in self.evaluation.counted(metric, &whole) {
                if let Basis::Record(n) = contribution.from
                    && let Some(person) = self.person(n)
                {
                    by_person
                        .entry(person)
                        .or_default()
                        .push((contribution, amount));
                }
            }
            self.by_person.insert(name.to_owned(), by_person);
        }
        for org in 0..self.evaluation.tree.orgs.len() {
            for entry in self.giving_records(org) {
                if let Some(person) = self.person(entry) {
                    self.given.entry(person).or_default().push(entry);
                }
            }
        }
    }

    /// The records of an organisation that give points in the cycle, for this scorecard or for
    /// whichever.
    fn giving_records(&self, org: usize) -> Vec<usize> {
        let Some((kind, gives)) = self.giving else {
            return Vec::new();
        };
        let evaluation = &self.evaluation;
        let counts = |record: &Record<'_>| {
            let card = gives.card.and_then(|card| record.get(card)?.as_text());
            let days = record.get(kind.period).and_then(Value::as_period);
            record.exists_on(evaluation.as_of)
                && days.is_some_and(|days| evaluation.period.covers(days))
                && card.is_none_or(|card| self.card.is_called(card))
        };
        let records = evaluation.tree.records_of(org);
        records
            .of_kind(&kind.name)
            .filter(|(_, entry)| counts(&entry.record))
            .map(|(n, _)| n)
            .collect()
    }

    /// Whether an organisation is one of those that are scored.
    pub fn scores(&self, org: usize) -> bool {
        match &self.card.rates {
            Rated::Organisations(filter) => {
                let tree = self.evaluation.tree;
                let is_there = tree.orgs[org].exists_on(self.evaluation.as_of);
                is_there && org_matches(tree, org, filter)
            }
            Rated::Members { .. } => false,
        }
    }

    /// The members of some organisations, by organisation and then by code: never by points.
    pub fn members(&self, orgs: Range<usize>) -> Vec<&Member> {
        let mut found: Vec<&Member> = self
            .members
            .values()
            .filter(|member| orgs.contains(&member.org))
            .collect();
        found.sort_by_key(|member| (member.org, &member.code));
        found
    }

    /// The member of a code, in any spelling.
    pub fn member(&self, code: &str) -> Option<&Member> {
        self.members.get(&*folded(code))
    }

    /// All members, by code as texts are compared: those registered, and whoever has points where
    /// nobody is.
    fn all_members(&self) -> BTreeMap<String, Member> {
        let mut found = BTreeMap::new();
        let Rated::Members { kind, exempt } = &self.card.rates else {
            return found;
        };
        let (tree, as_of) = (self.evaluation.tree, self.evaluation.as_of);
        let day = as_of.min(self.evaluation.period.last());
        let member = |n: usize, is_exempt: bool, is_registered: bool| {
            let record = record_of(tree, n);
            let code = record.get(record.kind.person?)?.as_text()?;
            let member = Member {
                org: tree.entries[n].org,
                code: code.to_owned(),
                record: is_registered.then_some(n),
                is_exempt,
            };
            Some((folded(code).into_owned(), member))
        };
        for org in 0..tree.orgs.len() {
            for (n, entry) in tree.records_of(org).of_kind(&kind.name) {
                if entry.record.in_force_on(day) {
                    let passes = |filter: &Filter| matches(tree, entry, filter, as_of);
                    found.extend(member(n, exempt.iter().any(passes), true));
                }
            }
        }
        let firsts = self.given.values().filter_map(|entries| entries.first());
        for (code, member) in firsts.filter_map(|&n| member(n, false, false)) {
            found.entry(code).or_insert(member);
        }
        found
    }

    /// The score of an organisation or a member.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn score(&self, of: &Scored) -> Result<Score, Problem> {
        let mut given = self.given_to(of);
        let mut blocks = Vec::new();
        let mut vetoed_by = None;
        for block in &self.card.blocks {
            blocks.push(self.block(block, of, &mut given, &mut vetoed_by)?);
        }
        let others = match self.card.open {
            true => self.others(given)?,
            false => Vec::new(),
        };
        let start = self.start(of);
        let of_blocks = blocks.iter().map(|block| block.points);
        let of_others = others.iter().map(|item| item.points);
        let sum = self.added(start, of_blocks.chain(of_others))?;
        let points = match &vetoed_by {
            Some(_) => Decimal::ZERO,
            None => self.card.limits.hold(sum),
        };
        Ok(Score {
            start,
            blocks,
            others,
            sum,
            points,
            vetoed_by,
        })
    }

    /// What it begins with: by the class of the organisation or member, else what all do.
    fn start(&self, of: &Scored) -> Decimal {
        let tree = self.evaluation.tree;
        let Some(bases) = &self.card.bases else {
            return self.card.start;
        };
        let class = match of {
            Scored::Organisation(scope) => scope
                .first()
                .and_then(|org| tree.orgs[org].fields[bases.by].as_ref()),
            Scored::Member(code) => {
                let record = self.member(code).and_then(|member| member.record);
                record.and_then(|n| record_of(tree, n).get(bases.by))
            }
        };
        let class = class.and_then(Value::as_text).unwrap_or_default();
        let base = bases.of.iter().find(|(name, _)| name == class);
        base.map_or(self.card.start, |(_, points)| *points)
    }

    /// The records that give points to somebody: by the name under which they do.
    fn given_to(&self, of: &Scored) -> Vec<(String, Contribution, Decimal)> {
        let Some((_, gives)) = self.giving else {
            return Vec::new();
        };
        let entries = match of {
            Scored::Organisation(scope) => scope
                .first()
                .map_or_else(Vec::new, |org| self.giving_records(org)),
            Scored::Member(code) => self.given.get(&*folded(code)).cloned().unwrap_or_default(),
        };
        let given = |n: usize| {
            let record = record_of(self.evaluation.tree, n);
            let amount = record.get(gives.points)?.as_number()?;
            let name = record.get(gives.item)?.as_text()?.to_owned();
            let contribution = Contribution {
                org: self.evaluation.tree.entries[n].org,
                from: Basis::Record(n),
                adds: Adds::Amount(amount),
                unknown: None,
            };
            Some((name, contribution, amount))
        };
        entries.into_iter().filter_map(given).collect()
    }

    fn block(
        &self,
        block: &Block,
        of: &Scored,
        given: &mut Vec<(String, Contribution, Decimal)>,
        vetoed_by: &mut Option<String>,
    ) -> Result<BlockScore, Problem> {
        let mut items = Vec::new();
        for item in &block.items {
            let scored = self.item(item, of, given)?;
            let counts = match scored.value {
                Figure::Number(number) => !number.is_zero(),
                Figure::Ratio { num, .. } => num != 0,
                Figure::Points(points) => points != 0,
                Figure::Day(_) => true,
                Figure::NoData => false,
            };
            // A given nought vetoes too: somebody entered it.
            let is_entered = matches!(item.way, Way::Given { .. }) && !scored.counted.is_empty();
            if item.vetoes && (counts || is_entered) && vetoed_by.is_none() {
                *vetoed_by = Some(item.name.clone());
            }
            items.push(scored);
        }
        let sum = self.added(block.start, items.iter().map(|item| item.points))?;
        let share = Fraction::from(block.share).over(Fraction::whole(100));
        let points = share
            .and_then(|share| share.times(block.limits.hold(sum).into()))
            .and_then(|points| points.round(self.card.places));
        Ok(BlockScore {
            items,
            sum,
            points: points.ok_or_else(|| self.too_large())?,
        })
    }

    fn item(
        &self,
        item: &Item,
        of: &Scored,
        given: &mut Vec<(String, Contribution, Decimal)>,
    ) -> Result<ItemScore, Problem> {
        let (value, counted) = match (&item.way, item.way.metric()) {
            (Way::Given { range }, _) => {
                let is_it = |(name, ..): &mut (String, _, _)| item.is_called(name);
                let counted: Vec<(Contribution, Decimal)> = given
                    .extract_if(.., is_it)
                    .map(|(_, contribution, amount)| (contribution, range.hold(amount)))
                    .collect();
                let sum = self.added(Decimal::ZERO, counted.iter().map(|(_, n)| *n))?;
                (Figure::Number(sum), counted)
            }
            (_, Some(name)) => self.value(name, of)?,
            (_, None) => (Figure::NoData, Vec::new()),
        };
        let points = match number(value) {
            None => Some(Decimal::ZERO),
            Some(value) => self.points(&item.way, value)?,
        };
        let sum = points.and_then(|points| points.plus(item.start));
        Ok(ItemScore {
            name: item.name.clone(),
            is_given: matches!(item.way, Way::Given { .. }),
            value,
            counted,
            points: item.limits.hold(sum.ok_or_else(|| self.too_large())?),
        })
    }

    /// The points of a figure, rounded; nothing where they cannot be held.
    fn points(&self, way: &Way, value: Fraction) -> Result<Option<Decimal>, Problem> {
        let times = |points: &Decimal, n: Fraction| n.times((*points).into());
        let points = match way {
            Way::Each { points, .. } => times(points, value),
            Way::Missing { of, points, .. } => Fraction::from(*of)
                .minus(value)
                .map(|missing| missing.max(Fraction::whole(0)))
                .and_then(|missing| times(points, missing)),
            Way::Bands { bands, .. } => {
                let reached = bands.iter().find(|band| reaches(band, value));
                Some(reached.map_or(Fraction::whole(0), |band| band.points.into()))
            }
            Way::Best { metric, points } => {
                let best = self.best(metric)?;
                let share = best.and_then(|best| value.max(Fraction::whole(0)).over(best));
                share.map_or(Some(Fraction::whole(0)), |share| times(points, share))
            }
            // A ratio comes in hundredths.
            Way::Full { points, .. } => value
                .over(Fraction::whole(100))
                .map(|share| share.clamp(Fraction::whole(0), Fraction::whole(1)))
                .and_then(|share| times(points, share)),
            Way::Given { .. } => Some(value),
        };
        Ok(points.and_then(|points| points.round(self.card.places)))
    }

    /// The highest figure of all organisations that are scored, if it is more than nothing.
    fn best(&self, metric: &str) -> Result<Option<Fraction>, Problem> {
        let key = format!("{} {metric}", self.card.version());
        let kept = &self.evaluation.memory.by_best;
        if let Some(best) = Memory::recall(kept, &key) {
            return Ok(best);
        }
        let mut best = None;
        for org in (0..self.evaluation.tree.orgs.len()).filter(|&org| self.scores(org)) {
            let (value, _) = self.value(metric, &self.organisation(org))?;
            best = best.max(number(value));
        }
        let best = best.filter(|best| *best > Fraction::whole(0));
        Ok(Memory::keep(kept, &key, best))
    }

    /// An organisation with all under it.
    pub fn organisation(&self, org: usize) -> Scored {
        Scored::Organisation(Scope::Under(self.evaluation.tree.subtree(org)))
    }

    /// A figure of an organisation or a member, and what makes it up.
    fn value(
        &self,
        name: &str,
        of: &Scored,
    ) -> Result<(Figure, Vec<(Contribution, Decimal)>), Problem> {
        let Some(metric) = self.metric(name) else {
            return Ok((Figure::NoData, Vec::new()));
        };
        match of {
            Scored::Organisation(scope) => {
                let figure = self.evaluation.figure(metric, scope)?;
                // What a ratio or a score is made of stands behind it.
                let leaves = tally::made_of(self.evaluation.tree.rules, &[metric]);
                let counted = match leaves[..] {
                    [] => Vec::new(),
                    [_] => self.evaluation.counted(metric, scope),
                    _ => leaves
                        .iter()
                        .flat_map(|part| self.evaluation.counted(part, scope))
                        .collect(),
                };
                Ok((figure, counted))
            }
            Scored::Member(code) => {
                let of_metric = self.by_person.get(name);
                let counted = of_metric.and_then(|people| people.get(&*folded(code)));
                let counted = counted.cloned().unwrap_or_default();
                let sum = self.added(Decimal::ZERO, counted.iter().map(|(_, n)| *n))?;
                Ok((Figure::Number(sum), counted))
            }
        }
    }

    /// What was given under names that are no item, each name by itself.
    fn others(
        &self,
        given: Vec<(String, Contribution, Decimal)>,
    ) -> Result<Vec<ItemScore>, Problem> {
        let mut by_name: BTreeMap<String, Vec<(Contribution, Decimal)>> = BTreeMap::new();
        for (name, contribution, amount) in given {
            by_name
                .entry(name)
                .or_default()
                .push((contribution, amount));
        }
        let item = |(name, counted): (String, Vec<(Contribution, Decimal)>)| {
            let points = self.added(Decimal::ZERO, counted.iter().map(|(_, n)| *n))?;
            Ok(ItemScore {
                name,
                is_given: true,
                value: Figure::Number(points),
                counted,
                points,
            })
        };
        by_name.into_iter().map(item).collect()
    }

    fn added(
        &self,
        start: Decimal,
        mut points: impl Iterator<Item = Decimal>,
    ) -> Result<Decimal, Problem> {
        points
            .try_fold(start, |sum, more| sum.plus(more))
            .filter(|sum| sum.fits())
            .ok_or_else(|| self.too_large())
    }

    fn too_large(&self) -> Problem {
        Problem::new(Rule::SUM_TOO_LARGE)
            .at(self.card.place.clone())
            .with("metric", &self.card.label)
            .with("name", &*self.card.name)
    }

    /// The best grade that a score reaches and whose needs are met, whatever others have; none
    /// after a veto.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn grade(&self, score: &Score, of: &Scored) -> Result<Option<usize>, Problem> {
        if score.vetoed_by.is_some() {
            return Ok(None);
        }
        for (n, grade) in self.card.grades.iter().enumerate() {
            if reached(grade, score) && self.unmet(grade, of)?.is_none() {
                return Ok(Some(n));
            }
        }
        Ok(None)
    }

    /// The metric of the first need of a grade that is not met.
    fn unmet(&self, grade: &Grade, of: &Scored) -> Result<Option<String>, Problem> {
        for need in &grade.needs {
            let (value, _) = self.value(&need.metric, of)?;
            if number(value).is_none_or(|value| value < need.at_least.into()) {
                return Ok(Some(need.metric.clone()));
            }
        }
        Ok(None)
    }

    /// What the scorecard proposes for the organisations of a range that it scores: the highest
    /// score first, those with equal scores by the scorecard's ties and then by their ids. `last`
    /// has the stars of the year before.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn proposals(
        &self,
        orgs: Range<usize>,
        last: &BTreeMap<usize, i64>,
    ) -> Result<Vec<Proposal>, Problem> {
        let mut field = Vec::new();
        for org in orgs.filter(|&org| self.scores(org)) {
            let of = self.organisation(org);
            let score = self.score(&of)?;
            let mut ties = Vec::new();
            for name in &self.card.ties {
                ties.push(number(self.value(name, &of)?.0));
            }
            field.push((org, score, ties));
        }
        field.sort_by(|(a, first, ties), (b, second, others)| {
            let by_points = second.points.cmp(&first.points);
            by_points
                .then_with(|| others.cmp(ties))
                .then_with(|| a.cmp(b))
        });
        let graded = field.iter().filter(|(org, ..)| !self.waits(*org)).count();
        let most: Vec<Option<usize>> = self
            .card
            .grades
            .iter()
            .map(|grade| Some(most_of(grade.share?, graded)))
            .collect();
        let mut given = vec![0; most.len()];
        let mut proposals = Vec::new();
        for (org, score, _) in field {
            let last = last.get(&org).copied();
            let mut proposal = Proposal {
                org,
                score,
                grade: None,
                passed_over: Vec::new(),
                last,
            };
            for (n, grade) in self.card.grades.iter().enumerate() {
                if proposal.grade.is_some() || !self.might(grade, &proposal.score) {
                    continue;
                }
                let is_full = most[n].is_some_and(|most| given[n] >= most);
                match self.refused(grade, &proposal, is_full)? {
                    Some(reason) => proposal.passed_over.push((n, reason)),
                    None => {
                        proposal.grade = Some(n);
                        given[n] += 1;
                    }
                }
            }
            proposals.push(proposal);
        }
        Ok(proposals)
    }

    /// Whether the points alone would give a grade, a veto aside.
    fn might(&self, grade: &Grade, score: &Score) -> bool {
        let held = self.card.limits.hold(score.sum);
        grade.at_least.is_none_or(|least| held >= least)
    }

    /// Why a grade that the points reach is not given.
    fn refused(
        &self,
        grade: &Grade,
        proposal: &Proposal,
        is_full: bool,
    ) -> Result<Option<Reason>, Problem> {
        if proposal.score.vetoed_by.is_some() {
            return Ok(Some(Reason::Veto));
        }
        if self.waits(proposal.org) {
            return Ok(Some(Reason::Newcomer));
        }
        let of = self.organisation(proposal.org);
        if let Some(metric) = self.unmet(grade, &of)? {
            return Ok(Some(Reason::Need(metric)));
        }
        if let (Some(ladder), Some(stars)) = (&self.card.ladder, grade.stars) {
            let most = proposal.last.map_or(ladder.first, |last| last + ladder.up);
            let may_skip = match &ladder.skip {
                Some(metric) => {
                    number(self.value(metric, &of)?.0).is_some_and(|n| n > Fraction::whole(0))
                }
                None => false,
            };
            if stars > most && !may_skip {
                return Ok(Some(Reason::Ladder));
            }
        }
        Ok(is_full.then_some(Reason::Share))
    }

    /// Whether an organisation is scored but gets no grade yet.
    fn waits(&self, org: usize) -> bool {
        let began = self.evaluation.tree.orgs[org]
            .get("founded")
            .and_then(Value::as_day);
        let first = self.evaluation.period.first();
        self.card.newcomers_wait && began.is_some_and(|began| began >= first)
    }
}

/// Whether a score reaches a grade.
fn reached(grade: &Grade, score: &Score) -> bool {
    grade.at_least.is_none_or(|least| score.points >= least)
}

/// Whether a figure reaches a band.
fn reaches(band: &Band, value: Fraction) -> bool {
    band.at_least.is_none_or(|least| value >= least.into())
}

/// How many of so many may have a grade of which there is a share, in hundredths: never more.
fn most_of(share: Decimal, all: usize) -> usize {
    let all = Fraction::whole(all as i128);
    let most = Fraction::from(share)
        .times(all)
        .and_then(|n| n.over(Fraction::whole(100)));
    most.map_or(0, |most| {
        usize::try_from(most.num.div_euclid(most.den)).unwrap_or(0)
    })
}

/// A figure as scorecards look at it: ratios in hundredths.
fn number(figure: Figure) -> Option<Fraction> {
    match figure {
        Figure::Number(number) => Some(number.into()),
        Figure::Ratio { num, den } => Fraction::new(num, den)?.times(Fraction::whole(100)),
        Figure::Points(tenths) => Fraction::new(tenths.into(), 10),
        Figure::Day(_) | Figure::NoData => None,
    }
}
