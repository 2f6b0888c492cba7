//! What a narrative is written from: a ledger, an organisation, a period, and a log of what was printed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::day::{Day, Period};
use crate::figure::report::{Question, Role, report};
use crate::figure::{Contribution, Evaluation, Figure, Lens, Memory, Scope};
use crate::locale::Locale;
use crate::narrative::quantity::Quantity;
use crate::rules::metric::{Measure, Metric};
use crate::tree::Tree;

/// What a narrative is written from.
pub struct Desk {
    /// The ledger.
    pub tree: Tree,
    /// Names from the ledger's configuration.
    pub names: BTreeMap<String, String>,
    /// The organisation that reports.
    pub org: usize,
    /// The period reported.
    pub period: Period,
    /// The day whose knowledge is used.
    pub as_of: Day,
    /// The words of the document's language.
    pub locale: Locale,
    by_id: BTreeMap<String, usize>,
    orgs: BTreeMap<String, usize>,
    memories: Mutex<BTreeMap<(Period, Day), Arc<Memory>>>,
    /// The places of organisations among those beside them, by what was asked.
    places: Mutex<BTreeMap<String, Places>>,
    log: Mutex<Vec<Arc<Quantity>>>,
    claims: Mutex<Vec<Claim>>,
}

/// A whole and its parts, as a template says that they add up.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The whole.
    pub whole: Arc<Quantity>,
    /// The parts.
    pub parts: Vec<Arc<Quantity>>,
}

/// A metric as a template asks for it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The metric.
    pub metric: Metric,
    /// The organisation.
    pub org: usize,
    /// Its own records alone.
    pub own: bool,
    /// The period.
    pub period: Period,
    /// The day whose knowledge is used.
    pub as_of: Day,
    /// Another window, more tests.
    pub lens: Lens,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("org", &self.org).field("period", &self.period).field("as_of", &self.as_of).finish_non_exhaustive()
    }
}

/// Organisations and their places.
type Places = Vec<(usize, Figure)>;

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// A desk for an organisation and period.
    pub fn new(tree: Tree, names: BTreeMap<String, String>, org: usize, (period, as_of): (Period, Day), locale: Locale) -> Arc<Desk> {
        let by_id = tree.entries.iter().enumerate().map(|(n, entry)| (entry.record.id.to_string(), n)).collect();
        let orgs = tree.orgs.iter().enumerate().map(|(n, org)| (org.path.to_string(), n)).collect();
        Arc::new(Desk {
            tree,
            names,
            org,
            period,
            as_of,
            locale,
            by_id,
            orgs,
            memories: Mutex::default(),
            places: Mutex::default(),
            log: Mutex::default(),
            claims: Mutex::default(),
        })
    }

    /// The record of an id, by index in the tree.
    pub fn record(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The organisation of an id, by index in the tree.
    pub fn organisation(&self, id: &str) -> Option<usize> {
        self.orgs.get(id).copied()
    }

    /// The organisations just under one.
    pub fn below(&self, org: usize) -> Vec<usize> {
        let depth = self.tree.orgs[org].path.depth() + 1;
        self.tree.subtree(org).filter(|&n| self.tree.orgs[n].path.depth() == depth).collect()
    }

    /// A metric as it is defined, for an organisation, in the narrative's period.
    pub fn ask(&self, metric: Metric, org: usize) -> Asked {
        Asked { metric, org, own: false, period: self.period, as_of: self.as_of, lens: Lens::default() }
    }

    fn evaluation(&self, period: Period, as_of: Day) -> Evaluation<'_> {
        let memory = Arc::clone(open(&self.memories).entry((period, as_of)).or_default());
        Evaluation::recalling(&self.tree, period, as_of, memory)
    }

    fn scope(&self, asked: &Asked) -> Scope {
        if asked.own { Scope::These(vec![asked.org]) } else { Scope::Under(self.tree.subtree(asked.org)) }
    }

    /// The value of what is asked.
    pub fn figure(&self, asked: &Asked) -> Figure {
        match &asked.metric.measure {
            Measure::Rank { by } => self.place(by, asked),
            _ => self.evaluation(asked.period, asked.as_of).figure_through(&asked.metric, &self.scope(asked), &asked.lens),
        }
    }

    /// What makes up the value of what is asked; of what is made of other figures, nothing of its own.
    pub fn counted(&self, asked: &Asked) -> Vec<(Contribution, i64)> {
        self.evaluation(asked.period, asked.as_of).counted_through(&asked.metric, &self.scope(asked), &asked.lens)
    }

    /// The place of an organisation among those beside it, highest first.
    fn place(&self, by: &str, asked: &Asked) -> Figure {
        let path = &self.tree.orgs[asked.org].path;
        let beside = (0..asked.org).rev().find(|&n| path.is_within(&self.tree.orgs[n].path));
        let Some(parent) = beside else { return Figure::NoData };
        let key = format!("{by} {parent} {} {} {}", asked.period, asked.as_of, asked.own);
        if let Some(places) = open(&self.places).get(&key) {
            return places.iter().find(|(org, _)| *org == asked.org).map_or(Figure::NoData, |(_, place)| *place);
        }
        let metric = Metric { measure: Measure::Rank { by: by.to_owned() }, ..asked.metric.clone() };
        let question = Question {
            org: parent,
            depth: 1,
            own: asked.own,
            period: asked.period,
            as_of: asked.as_of,
            metrics: vec![&metric],
            compare: None,
        };
        let rows = report(&self.tree, &question).rows;
        let places: Places =
            rows.iter().filter(|row| row.role == Role::Org).filter_map(|row| Some((row.org, *row.values.first()?))).collect();
        let found = places.iter().find(|(org, _)| *org == asked.org).map_or(Figure::NoData, |(_, place)| *place);
        open(&self.places).insert(key, places);
        found
    }

    /// Notes that a quantity is printed; returns its entry in the log.
    pub fn note(&self, quantity: &Arc<Quantity>) -> usize {
        let mut log = open(&self.log);
        log.push(Arc::clone(quantity));
        log.len() - 1
    }

    /// What was printed under an entry of the log.
    pub fn noted(&self, entry: usize) -> Option<Arc<Quantity>> {
        open(&self.log).get(entry).cloned()
    }

    /// Notes that a template says its parts add up.
    pub fn claim(&self, claim: Claim) {
        open(&self.claims).push(claim);
    }

    /// What the template says of its parts.
    pub fn claims(&self) -> Vec<Claim> {
        open(&self.claims).clone()
    }
}
