//! What a narrative is written from: a ledger, an organisation, a period, and a log of what was
//! printed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::day::{Day, Period};
use crate::figure::{Contribution, Evaluation, Figure, Lens, Memory, Scope};
use crate::locale::Locale;
use crate::narrative::bounds;
use crate::narrative::quantity::Quantity;
use crate::number::Decimal;
use crate::problem::Problem;
use crate::record::{Record, Value, text};
use crate::rules::kind::FieldType;
use crate::rules::metric::Metric;
use crate::spelling::folded;
use crate::tree::{Loaded, Tree};

/// What a narrative is written from.
pub struct Desk {
    /// The ledger.
    loaded: Loaded,
    /// Names from the ledger's configuration.
    pub names: BTreeMap<String, String>,
    /// The organisation that reports.
    pub org: usize,
    /// The period reported.
    pub period: Period,
    /// The day whose knowledge is used.
    pub as_of: Day,
    /// Today, where the as-of day was not asked for.
    pub today: Option<Day>,
    /// The words of the document's language.
    pub locale: Locale,
    by_id: BTreeMap<String, usize>,
    orgs: BTreeMap<String, usize>,
    memories: Mutex<BTreeMap<Moment, Arc<Memory>>>,
    log: Mutex<Vec<Arc<Quantity>>>,
    claims: Mutex<Vec<Claim>>,
    problems: Mutex<Vec<Problem>>,
    named: Mutex<BTreeMap<String, Result<usize, Problem>>>,
    /// How much was looked at, in records.
    looked: AtomicU64,
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
    /// Today, where the as-of day was not asked for.
    pub today: Option<Day>,
    /// Whether another is compared with it: what was not recorded yet is then no data.
    pub earlier: bool,
    /// Another window, more tests.
    pub lens: Lens,
}

/// A period, an as-of day, and today where that day was not asked for.
pub type Moment = (Period, Day, Option<Day>);

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk")
            .field("org", &self.org)
            .field("period", &self.period)
            .field("as_of", &self.as_of)
            .finish_non_exhaustive()
    }
}

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// A desk for an organisation and period.
    pub fn new(
        loaded: Loaded,
        names: BTreeMap<String, String>,
        org: usize,
        (period, as_of, today): Moment,
        locale: Locale,
    ) -> Arc<Desk> {
        let tree = loaded.tree();
        let by_id = tree
            .entries
            .iter()
            .enumerate()
            .map(|(n, entry)| (entry.record.id.to_string(), n))
            .collect();
        let orgs = tree
            .orgs
            .iter()
            .enumerate()
            .map(|(n, org)| (org.path.to_string(), n))
            .collect();
        Arc::new(Desk {
            loaded,
            names,
            org,
            period,
            as_of,
            today,
            locale,
            by_id,
            orgs,
            memories: Mutex::default(),
            log: Mutex::default(),
            claims: Mutex::default(),
            problems: Mutex::default(),
            named: Mutex::default(),
            looked: AtomicU64::new(0),
        })
    }

    /// The ledger.
    pub fn tree(&self) -> &Tree<'_> {
        self.loaded.tree()
    }

    /// The record of an id, by index in the tree.
    pub fn record(&self, id: &str) -> Option<usize> {
        self.by_id.get(&*folded(id)).copied()
    }

    /// The organisation of an id, by index in the tree.
    pub fn organisation(&self, id: &str) -> Option<usize> {
        self.orgs.get(&*folded(id)).copied()
    }

    /// The organisations just under one.
    pub fn below(&self, org: usize) -> Vec<usize> {
        let depth = self.tree().orgs[org].path.depth() + 1;
        self.tree()
            .subtree(org)
            .filter(|&n| self.tree().orgs[n].path.depth() == depth)
            .collect()
    }

    /// A metric as it is defined, for an organisation, in the narrative's period.
    pub fn ask(&self, metric: Metric, org: usize) -> Asked {
        let (period, as_of, today) = (self.period, self.as_of, self.today);
        Asked {
            metric,
            org,
            own: false,
            period,
            as_of,
            today,
            earlier: false,
            lens: Lens::default(),
        }
    }

    fn scope(&self, asked: &Asked) -> Scope {
        if asked.own {
            Scope::These(vec![asked.org])
        } else {
            Scope::Under(self.tree().subtree(asked.org))
        }
    }

    /// The value of what is asked. What cannot be said is no data here, and is told by
    /// [`Desk::problems`].
    pub fn figure(&self, asked: &Asked) -> Figure {
        let scope = self.scope(asked);
        let figure = self.looking(asked, |evaluation| match asked.earlier {
            true => evaluation.earlier_figure(&asked.metric, &scope, &asked.lens),
            false => evaluation.figure_through(&asked.metric, &scope, &asked.lens),
        });
        figure.unwrap_or_else(|problem| {
            self.refused(problem);
            Figure::NoData
        })
    }

    /// Looks at the ledger's records, as long as the template has not looked at too many.
    fn looking<T>(
        &self,
        asked: &Asked,
        look: impl FnOnce(&Evaluation<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.may_look()?;
        let (period, as_of, today) = (asked.period, asked.as_of, asked.today);
        let memory = Arc::clone(
            open(&self.memories)
                .entry((period, as_of, today))
                .or_default(),
        );
        let before = memory.looked();
        let found = look(
            &Evaluation::new(self.tree(), period, as_of)
                .until(today)
                .recalling(Arc::clone(&memory)),
        );
        self.looked
            .fetch_add(memory.looked() - before, Ordering::Relaxed);
        found
    }

    fn may_look(&self) -> Result<(), Problem> {
        match self.looked.load(Ordering::Relaxed) < bounds::MOST_LOOKED {
            true => Ok(()),
            false => Err(bounds::beyond(
                "bounds-looked",
                bounds::MOST_LOOKED as usize / 1_000_000,
            )),
        }
    }

    fn refused(&self, problem: Problem) {
        let mut problems = open(&self.problems);
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }

    /// The organisation that a template names.
    ///
    /// # Errors
    /// As [`Tree::org`], or the template has looked at too much.
    pub fn named(&self, name: &str) -> Result<usize, Problem> {
        self.may_look()?;
        if let Some(found) = open(&self.named).get(name) {
            return found.clone();
        }
        // A name is compared with all of them, in several spellings each.
        self.looked
            .fetch_add(100 * self.tree().orgs.len() as u64, Ordering::Relaxed);
        let found = self.tree().org(name);
        open(&self.named).insert(name.to_owned(), found.clone());
        found
    }

    /// Why figures that were asked for could not be said.
    pub fn problems(&self) -> Vec<Problem> {
        open(&self.problems).clone()
    }

    /// What makes up the value of what is asked; of what is made of other figures, nothing of its
    /// own.
    pub fn counted(&self, asked: &Asked) -> Vec<(Contribution, Decimal)> {
        let scope = self.scope(asked);
        let counted = self.looking(asked, |evaluation| {
            Ok(evaluation.counted_through(&asked.metric, &scope, &asked.lens))
        });
        counted.unwrap_or_else(|problem| {
            self.refused(problem);
            Vec::new()
        })
    }

    /// What a record is called: its title, or that of the record or organisation which its title
    /// points to.
    pub fn title(&self, entry: usize) -> String {
        let record = &self.tree().entries[entry].record;
        let field = &record.kind.fields[record.kind.title];
        let target = record.title().and_then(Value::as_text);
        match (&field.ty, target) {
            (FieldType::Record(_), Some(id)) => {
                let other = self.record(id).filter(|&other| other != entry);
                // Of a record that points on in turn the id is enough: no circles.
                other.map_or_else(
                    || id.to_owned(),
                    |other| text::title(&self.tree().entries[other].record, &self.locale),
                )
            }
            (FieldType::Organisation, Some(id)) => self
                .organisation(id)
                .map_or(id, |org| self.tree().orgs[org].short())
                .to_owned(),
            (_, None) if record.title().is_none() => self.called(record),
            _ => text::title(record, &self.locale),
        }
    }

    /// What a record without a title is called: the first thing that a list says of it.
    fn called(&self, record: &Record) -> String {
        let said = record.kind.columns.iter().find_map(|&n| {
            Some(text::words(
                &record.kind.fields[n],
                record.get(n)?,
                &self.locale,
            ))
        });
        said.unwrap_or_else(|| record.id.to_string())
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
