//! What a narrative is written from, and the numbers that it asks for: where each comes from, what
//! it is, how it is written, and a log of those that were printed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::day::{Day, Period};
use crate::figure::tally::Moment;
use crate::figure::{Adds, Basis, Contribution, Evaluation, Figure, Lens, Memory, Scope};
use crate::locale::Locale;
use crate::narrative::phrase::{NumberStyle, Scale};
use crate::narrative::refusal::beyond;
use crate::number::{Decimal, Fraction};
use crate::problem::Problem;
use crate::record::text::{self};
use crate::record::{Record, Value};
use crate::rules::kind::FieldType;
use crate::rules::metric::{Measure, Metric, Peers, Ranking, Take, Unit};
use crate::rules::report_spec::ChartSpec;
use crate::spelling::folded;
use crate::tree::{Loaded, Tree};

/// How many records a template may have looked at, each as often as it is looked at: some seconds.
/// A work report of three quarters of nine districts looks at a thirtieth of it.
const MOST_LOOKED: u64 = 300_000_000;

/// What a narrative is written from.
pub struct Context {
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
    charts: Mutex<Vec<ChartSpec>>,
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

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("org", &self.org)
            .field("period", &self.period)
            .field("as_of", &self.as_of)
            .finish_non_exhaustive()
    }
}

fn open<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The most pictures of a document.
const MOST_PICTURES: usize = 50;

/// How a picture stands in a text of Markdown.
pub fn image(picture: usize) -> String {
    format!("![]({IMAGE}{picture})")
}

/// What an image of Markdown leads to where it is a picture of figures.
pub const IMAGE: &str = "chart:";

impl Context {
    /// A context for an organisation and period.
    pub fn new(
        loaded: Loaded,
        names: BTreeMap<String, String>,
        org: usize,
        (period, as_of, today): Moment,
        locale: Locale,
    ) -> Arc<Context> {
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
        Arc::new(Context {
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
            charts: Mutex::default(),
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
    /// [`Context::problems`].
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
        match self.looked.load(Ordering::Relaxed) < MOST_LOOKED {
            true => Ok(()),
            false => Err(beyond("bounds-looked", MOST_LOOKED as usize / 1_000_000)),
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

    /// Asks for a picture, which stands in the text as an image of Markdown.
    ///
    /// # Errors
    /// No report has it, or there are more than any document has.
    pub fn picture(&self, name: &str) -> Result<String, Problem> {
        let spec = self.tree().rules.asked_chart(name)?;
        let mut charts = open(&self.charts);
        if charts.len() >= MOST_PICTURES {
            return Err(beyond("bounds-pictures", MOST_PICTURES));
        }
        charts.push(spec.clone());
        Ok(image(charts.len() - 1))
    }

    /// The pictures asked for, in the order of their images.
    pub fn pictures(&self) -> Vec<ChartSpec> {
        open(&self.charts).clone()
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

/// A number of a narrative, and how it is written.
#[derive(Debug)]
pub struct Quantity {
    /// What it is written from.
    pub context: Arc<Context>,
    /// Where it comes from.
    pub origin: Provenance,
    /// How it is written.
    pub style: NumberStyle,
    /// Of how many layers of numbers it is put together.
    pub depth: usize,
    amount: OnceLock<Amount>,
}

/// Where a number comes from.
#[derive(Clone, Debug)]
pub enum Provenance {
    /// A metric over records.
    Metric(Arc<Asked>),
    /// The difference of two, or how much the first has grown over the second.
    Change {
        /// The later one.
        now: Arc<Quantity>,
        /// The earlier one.
        before: Arc<Quantity>,
        /// As a part of the earlier one.
        growth: bool,
    },
    /// Several added up.
    Total(Vec<Arc<Quantity>>),
    /// The first as a part of the second.
    Share(Arc<Quantity>, Arc<Quantity>),
    /// A number that a record holds.
    Field {
        /// The record, by its index in the tree.
        entry: usize,
        /// What people call the field.
        label: String,
        /// The number.
        number: Decimal,
    },
    /// A number that the template computed itself: it has no records.
    Computed(Fraction),
}

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// A number.
    Number(Fraction),
    /// A day.
    Day(Day),
    /// Nothing to compute from.
    NoData,
}

impl Quantity {
    /// A metric that is asked for, written as its unit is.
    pub fn of(context: &Arc<Context>, asked: Asked) -> Quantity {
        let style = style_of(&asked.metric);
        Quantity::new(context, Provenance::Metric(Arc::new(asked)), style)
    }

    /// A number of any origin.
    pub fn new(context: &Arc<Context>, origin: Provenance, style: NumberStyle) -> Quantity {
        let depth = match &origin {
            Provenance::Metric(_) | Provenance::Field { .. } | Provenance::Computed(_) => 0,
            Provenance::Change { now, before, .. } => 1 + now.depth.max(before.depth),
            Provenance::Total(parts) => 1 + parts.iter().map(|part| part.depth).max().unwrap_or(0),
            Provenance::Share(part, whole) => 1 + part.depth.max(whole.depth),
        };
        Quantity {
            context: Arc::clone(context),
            origin,
            style,
            depth,
            amount: OnceLock::new(),
        }
    }

    /// The same, written otherwise.
    pub fn styled(&self, change: impl FnOnce(&mut NumberStyle)) -> Quantity {
        let mut style = self.style.clone();
        change(&mut style);
        Quantity::new(&self.context, self.origin.clone(), style)
    }

    /// What it is, before any rounding.
    pub fn amount(&self) -> Amount {
        *self
            .amount
            .get_or_init(|| self.compute().unwrap_or(Amount::NoData))
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<Fraction> {
        match self.amount() {
            Amount::Number(number) => Some(number),
            Amount::Day(_) | Amount::NoData => None,
        }
    }

    fn compute(&self) -> Option<Amount> {
        Some(match &self.origin {
            Provenance::Metric(asked) => match self.context.figure(asked) {
                Figure::Number(n) => Amount::Number(n.into()),
                Figure::Ratio { num, den } => Amount::Number(Fraction::new(num, den)?),
                Figure::Points(tenths) => Amount::Number(Fraction::new(tenths.into(), 10)?),
                Figure::Day(day) => Amount::Day(day),
                Figure::NoData => Amount::NoData,
            },
            Provenance::Change {
                now,
                before,
                growth,
            } => {
                let (now, before) = (now.number()?, before.number()?);
                let change = now.minus(before)?;
                // What has grown or shrunk is said in words.
                Amount::Number(if *growth {
                    change.over(before)?.abs()
                } else {
                    change
                })
            }
            Provenance::Total(parts) => {
                let mut sum = Fraction::whole(0);
                for part in parts {
                    sum = sum.plus(part.number()?)?;
                }
                Amount::Number(sum)
            }
            Provenance::Share(part, whole) => Amount::Number(part.number()?.over(whole.number()?)?),
            Provenance::Field { number, .. } => Amount::Number((*number).into()),
            Provenance::Computed(number) => Amount::Number(*number),
        })
    }

    /// Its words, without marks.
    pub fn words(&self) -> String {
        let lang = self.context.locale.lang();
        match self.amount() {
            Amount::Number(number) => self.style.words(number, lang),
            Amount::Day(day) => day.words(lang),
            // 未报、数据未出 are printed as the records say them.
            Amount::NoData => match self.reasons().as_slice() {
                [] => "—".to_owned(),
                reasons => self.context.locale.join(reasons),
            },
        }
    }

    /// Why nothing is known, in the words of the records that say so, each once.
    pub fn reasons(&self) -> Vec<String> {
        let Some(asked) = self.asked() else {
            return Vec::new();
        };
        let own = self
            .context
            .counted(asked)
            .into_iter()
            .filter_map(|(contribution, _)| contribution.unknown);
        let of_parts = self.parts().into_iter().flat_map(|part| part.reasons());
        let mut reasons: Vec<String> = Vec::new();
        for why in own.chain(of_parts) {
            if !reasons.contains(&why) {
                reasons.push(why);
            }
        }
        reasons
    }

    /// What was asked, where it is a metric.
    pub fn asked(&self) -> Option<&Asked> {
        match &self.origin {
            Provenance::Metric(asked) => Some(asked),
            Provenance::Change { .. }
            | Provenance::Total(_)
            | Provenance::Share(..)
            | Provenance::Field { .. }
            | Provenance::Computed(_) => None,
        }
    }

    /// The numbers it is put together from: of a ratio or score, its figures; of a metric over
    /// records none.
    pub fn parts(&self) -> Vec<Arc<Quantity>> {
        match &self.origin {
            Provenance::Metric(asked) => match &asked.metric.measure {
                Measure::Ratio { .. } | Measure::Score { .. } => {
                    let parts = asked
                        .metric
                        .parts()
                        .into_iter()
                        .filter_map(|name| self.context.tree().rules.metric(name));
                    let part = |metric: &Metric| {
                        Quantity::of(
                            &self.context,
                            Asked {
                                metric: metric.clone(),
                                ..(**asked).clone()
                            },
                        )
                    };
                    parts.map(|metric| Arc::new(part(metric))).collect()
                }
                _ => Vec::new(),
            },
            Provenance::Change { now, before, .. } => vec![Arc::clone(now), Arc::clone(before)],
            Provenance::Total(parts) => parts.clone(),
            Provenance::Share(part, whole) => vec![Arc::clone(part), Arc::clone(whole)],
            Provenance::Field { .. } | Provenance::Computed(_) => Vec::new(),
        }
    }

    /// The records it was computed from, by index in the tree, by the day they belong to.
    pub(super) fn records(&self) -> Vec<usize> {
        if let Provenance::Field { entry, .. } = &self.origin {
            return vec![*entry];
        }
        let Some(asked) = self.asked() else {
            return Vec::new();
        };
        let mut found: Vec<usize> = self
            .context
            .counted(asked)
            .into_iter()
            .flat_map(|(contribution, _)| match contribution.from {
                Basis::Record(n) => vec![n],
                Basis::Window(window) => window.records.clone(),
                Basis::Organisation => Vec::new(),
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found.sort_by_key(|&n| self.context.tree().entries[n].record.belongs());
        found
    }

    /// The organisations it was computed from.
    pub(super) fn orgs(&self) -> Vec<usize> {
        let Some(asked) = self.asked() else {
            return Vec::new();
        };
        let mut found: Vec<usize> = self
            .context
            .counted(asked)
            .into_iter()
            .filter(|(_, amount)| !amount.is_zero())
            .map(|(contribution, _)| contribution.org)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// What it counts, by name: the different values of a distinct count, the organisations, or the
    /// records' titles.
    pub fn names(&self) -> Vec<String> {
        let Some(asked) = self.asked() else {
            return Vec::new();
        };
        let tree = self.context.tree();
        let org_names = || {
            self.orgs()
                .into_iter()
                .map(|n| tree.orgs[n].short().to_owned())
                .collect()
        };
        match &asked.metric.measure {
            Measure::Organisations { .. } | Measure::Obligation { .. } | Measure::Members => {
                org_names()
            }
            Measure::Records {
                take: Take::DistinctOrg,
                ..
            } => org_names(),
            Measure::Records {
                kind,
                take: Take::Distinct(field),
                ..
            } => {
                let mut seen = BTreeSet::new();
                let counted = self.context.counted(asked);
                let values =
                    counted
                        .iter()
                        .flat_map(|(contribution, _)| match &contribution.adds {
                            Adds::Values(values) => values.as_slice(),
                            Adds::Amount(_) | Adds::Day(_) => &[],
                        });
                let new = values.filter(|value| seen.insert(*value));
                new.map(|value| {
                    text::words(&kind.fields[*field], &value.value, &self.context.locale)
                })
                .collect()
            }
            _ => self
                .records()
                .into_iter()
                .map(|n| self.context.title(n))
                .collect(),
        }
    }

    /// The place of the organisation by this figure, among those just under the same one.
    pub(super) fn rank(&self, lowest_first: bool) -> Option<Quantity> {
        let asked = self.asked()?;
        let ranking = Ranking {
            by: asked.metric.name.clone(),
            lowest_first,
            peers: Peers::default(),
        };
        let metric = Metric {
            measure: Measure::Rank(ranking),
            unit: Unit::Rank,
            ..asked.metric.clone()
        };
        Some(Quantity::of(
            &self.context,
            Asked {
                metric,
                ..asked.clone()
            },
        ))
    }
}

/// How a share of a whole is written unless a template says otherwise.
pub fn percent() -> NumberStyle {
    NumberStyle {
        scale: Scale::Percent,
        places: Some(1),
        ..NumberStyle::default()
    }
}

/// How a figure is written unless a template says otherwise: an average with its decimals, a sum
/// exactly.
fn style_of(metric: &Metric) -> NumberStyle {
    match metric.unit {
        Unit::Percent => percent(),
        Unit::Points => NumberStyle {
            scale: Scale::Tenths,
            places: Some(1),
            ..NumberStyle::default()
        },
        Unit::Items
        | Unit::Times
        | Unit::Persons
        | Unit::PersonTimes
        | Unit::Yuan
        | Unit::Rank
        | Unit::Day => {
            let average = matches!(metric.measure, Measure::Ratio { .. });
            NumberStyle {
                places: average.then_some(metric.places),
                ..NumberStyle::default()
            }
        }
    }
}
