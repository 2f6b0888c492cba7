//! How organisations or members are scored: items in blocks, limits, grades, and from which day.

use std::sync::Arc;

use crate::day::{Day, Every, Period};
use crate::locale::Label;
use crate::number::{Decimal, MOST_PLACES};
use crate::problem::Place;
use crate::rules::filter::Filter;
use crate::rules::kind::{FieldType, Kind, bad};
use crate::rules::metric::{Measure, Metric, Take};
use crate::rules::obligation::unknown;
use crate::spelling::same;
use crate::toml::{Reader, decimal};

/// A scheme that gives points, in one of its versions.
#[derive(Clone, Debug)]
pub struct Scorecard {
    /// The name that all its versions share: `stars`.
    pub name: String,
    /// What people call it.
    pub label: Label,
    /// It scores the cycles that begin on this day or later, until a later version does; none: all.
    pub from: Option<Day>,
    /// What it scores.
    pub rates: Rated,
    /// The days that one score looks at.
    pub cycle: Cycle,
    /// What everybody begins with.
    pub start: Decimal,
    /// What some begin with instead.
    pub bases: Option<Bases>,
    /// Between which points the score lies.
    pub limits: Limits,
    /// How many decimals the points of an item have; they are rounded half away from zero.
    pub places: u32,
    /// Whether points given under a name that is no item count too.
    pub open: bool,
    /// Its items, in blocks.
    pub blocks: Vec<Block>,
    /// Its grades, the best first.
    pub grades: Vec<Grade>,
    /// How far a grade may lie above last year's.
    pub ladder: Option<Ladder>,
    /// Whether organisations that began within the cycle are scored but get no grade.
    pub newcomers_wait: bool,
    /// Metrics that put those with equal scores in order, the highest first.
    pub ties: Vec<String>,
    /// For how many days grades are shown in public before they are decided.
    pub notice_days: i64,
    /// Where it is defined.
    pub place: Place,
}

/// What a scorecard scores.
#[derive(Clone, Debug)]
pub enum Rated {
    /// Organisations that pass the filter.
    Organisations(Filter),
    /// The persons whom records of this kind name, but for those whose record passes the filter.
    Members {
        /// The kind.
        kind: Arc<Kind>,
        /// Who is exempt: those that pass one of these.
        exempt: Vec<Filter>,
    },
}

/// The days that one score looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// How long it is.
    pub length: Every,
    /// Of a year, the month in which it begins.
    pub begins: u32,
}

impl Cycle {
    /// The cycle that a day lies in.
    pub fn around(self, day: Day) -> Period {
        if self.length != Every::YEAR || self.begins == 1 {
            return self.length.around(day);
        }
        let year = day.year() - i32::from(day.month() < self.begins);
        let first = Day::new(year, self.begins, 1);
        let after = Day::new(year + 1, self.begins, 1);
        first
            .zip(after)
            .and_then(|(first, after)| Period::range(first, after.plus(-1)))
            .unwrap_or(Period::year(day))
    }
}

/// Points to begin with, by a choice of the organisation or the member's record.
#[derive(Clone, Debug)]
pub struct Bases {
    /// The field.
    pub by: usize,
    /// The points of each of its words.
    pub of: Vec<(String, Decimal)>,
}

/// The least and the most points that something may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The least.
    pub floor: Option<Decimal>,
    /// The most.
    pub cap: Option<Decimal>,
}

impl Limits {
    /// The points within the limits.
    pub fn hold(self, points: Decimal) -> Decimal {
        let high = self.cap.map_or(points, |cap| points.min(cap));
        self.floor.map_or(high, |floor| high.max(floor))
    }
}

/// Items under one heading.
#[derive(Clone, Debug)]
pub struct Block {
    /// The heading.
    pub label: Label,
    /// What it begins with.
    pub start: Decimal,
    /// Between which points it lies.
    pub limits: Limits,
    /// How many hundredths of its points count: the share of usual times or of the year's end.
    pub share: Decimal,
    /// Its items.
    pub items: Vec<Item>,
}

/// One line of a scorecard.
#[derive(Clone, Debug)]
pub struct Item {
    /// The name.
    pub name: String,
    /// What people call it.
    pub label: Label,
    /// How its points come about.
    pub way: Way,
    /// What it begins with.
    pub start: Decimal,
    /// Between which points it lies.
    pub limits: Limits,
    /// Whether anything it counts makes the whole score nothing.
    pub vetoes: bool,
}

impl Item {
    /// Its name, and what people call it.
    pub fn names(&self) -> [&str; 3] {
        [&self.name, &self.label.zh, &self.label.en]
    }

    /// Whether a text is one of its names, however it is spelled.
    pub fn is_called(&self, text: &str) -> bool {
        self.names().iter().any(|name| same(name, text))
    }
}

/// How an item's points come about.
#[derive(Clone, Debug)]
pub enum Way {
    /// So many points for each that a metric counts.
    Each {
        /// The metric's name.
        metric: String,
        /// The points for one.
        points: Decimal,
    },
    /// So many points for each that a metric counts too few.
    Missing {
        /// The metric's name.
        metric: String,
        /// How many there should be.
        of: Decimal,
        /// The points for one that is missing.
        points: Decimal,
    },
    /// The points of the first band that a metric reaches; of a ratio its hundredths.
    Bands {
        /// The metric's name.
        metric: String,
        /// The bands.
        bands: Vec<Band>,
    },
    /// All points for the best of all that are scored, their share for the others.
    Best {
        /// The metric's name.
        metric: String,
        /// The points of the best.
        points: Decimal,
    },
    /// The share of full points that a ratio says, never more than all.
    Full {
        /// The metric's name.
        metric: String,
        /// The full points.
        points: Decimal,
    },
    /// What persons gave under this name, within their range.
    Given {
        /// The range of one entry.
        range: Limits,
    },
}

impl Way {
    /// The metric that it looks at.
    pub fn metric(&self) -> Option<&str> {
        match self {
            Way::Each { metric, .. }
            | Way::Missing { metric, .. }
            | Way::Bands { metric, .. }
            | Way::Best { metric, .. }
            | Way::Full { metric, .. } => Some(metric),
            Way::Given { .. } => None,
        }
    }
}

/// Points for figures from a bound on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// The bound; none: any figure.
    pub at_least: Option<Decimal>,
    /// The points.
    pub points: Decimal,
}

/// What a score comes to.
#[derive(Clone, Debug)]
pub struct Grade {
    /// The name.
    pub name: String,
    /// What people call it.
    pub label: Label,
    /// The score from which it is given; none: any.
    pub at_least: Option<Decimal>,
    /// What must hold besides.
    pub needs: Vec<Need>,
    /// How many hundredths of all that are scored may have it at most.
    pub share: Option<Decimal>,
    /// How many stars it is.
    pub stars: Option<i64>,
    /// What is given to those who have it.
    pub award: Option<Reward>,
}

/// A condition of a grade.
#[derive(Clone, Debug)]
pub struct Need {
    /// The metric's name.
    pub metric: String,
    /// What it must reach; of a ratio its hundredths.
    pub at_least: Decimal,
}

/// What is given for a grade.
#[derive(Clone, Debug)]
pub struct Reward {
    /// The honour.
    pub title: String,
    /// The money, in yuan.
    pub reward: Option<Decimal>,
}

/// How far the stars of a year may lie above those of the year before.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// How many steps.
    pub up: i64,
    /// The most stars of those that had none the year before.
    pub first: i64,
    /// A metric that, where it counts anything, lets steps be skipped.
    pub skip: Option<String>,
}

/// The cycles by the names that rules use.
pub const CYCLES: &[(&str, Every)] = &[
    ("month", Every::MONTH),
    ("quarter", Every::QUARTER),
    ("half-year", Every::HALF_YEAR),
    ("year", Every::YEAR),
];

/// What can be scored, by the names that rules use.
pub const SCORED: &[(&str, bool)] = &[("organisations", false), ("members", true)];

impl Scorecard {
    /// Reads a scorecard; the metrics it names are checked by `Rules` once all are read.
    pub fn read(reader: Reader<'_, '_>, kinds: &[Arc<Kind>], org: &Kind) -> Option<Scorecard> {
        let name = reader.required("name")?;
        let label = reader.label();
        let of_members = reader.choice("of", SCORED, Some(false))?;
        let rates = match of_members {
            true => read_members(&reader, kinds, org)?,
            false => Rated::Organisations(Filter::read_of_organisations(&reader, org)),
        };
        let begins = reader.integer("begins").unwrap_or(1);
        let month = u32::try_from(begins).ok().filter(|m| (1..=12).contains(m));
        if month.is_none() {
            reader.note(bad(&reader, "begins", "bad-rule-month"));
        }
        let scored = match &rates {
            Rated::Organisations(_) => org,
            Rated::Members { kind, .. } => kind,
        };
        let places = reader.integer("places").unwrap_or(2);
        let places = u32::try_from(places).ok().filter(|n| *n <= MOST_PLACES);
        if places.is_none() {
            reader.note(bad(&reader, "places", "bad-rule-places"));
        }
        let card = Scorecard {
            label,
            from: reader.day("from"),
            cycle: Cycle {
                length: reader.choice("cycle", CYCLES, Some(Every::YEAR))?,
                begins: month.unwrap_or(1),
            },
            start: points(&reader, "start").unwrap_or_default(),
            bases: reader
                .table("base")
                .and_then(|base| read_bases(base, scored)),
            limits: read_limits(&reader),
            places: places.unwrap_or(2),
            open: reader.boolean("open"),
            blocks: tables(&reader, "block", read_block),
            grades: tables(&reader, "grade", read_grade),
            ladder: reader.table("ladder").and_then(read_ladder),
            newcomers_wait: reader.boolean("newcomers_wait"),
            ties: reader.texts("ties"),
            notice_days: reader.integer("notice_days").unwrap_or(0).clamp(0, 366),
            place: reader.place(),
            rates,
            name,
        };
        card.check(&reader);
        reader.finish();
        Some(card)
    }

    /// Notes what does not go together.
    fn check(&self, reader: &Reader<'_, '_>) {
        let items = || self.items().map(|(_, item)| item);
        for (n, item) in items().enumerate() {
            let mut others = items().skip(n + 1);
            if others.any(|other| item.names().iter().any(|name| other.is_called(name))) {
                reader.note(bad(reader, "block", "bad-rule-items-twice"));
            }
        }
        let grades = || self.grades.iter();
        for (n, grade) in grades().enumerate() {
            if grades().skip(n + 1).any(|other| other.name == grade.name) {
                reader.note(bad(reader, "grade", "bad-rule-grades-twice"));
            }
        }
        let is_better = |pair: &[Grade]| match (pair[0].at_least, pair[1].at_least) {
            (Some(first), Some(second)) => first < second,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        if self.grades.windows(2).any(is_better) {
            reader.note(bad(reader, "grade", "bad-rule-grade-order"));
        }
        if self.is_of_members() && items().any(|item| matches!(item.way, Way::Best { .. })) {
            reader.note(bad(reader, "best", "bad-rule-best"));
        }
    }

    /// Whether an item looks at a metric for the share of full points that it says.
    pub fn wants_ratio(&self, metric: &str) -> bool {
        let is_full = |way: &Way| matches!(way, Way::Full { .. }) && way.metric() == Some(metric);
        self.items().any(|(_, item)| is_full(&item.way))
    }

    /// Its name, and what people call it.
    pub fn names(&self) -> [&str; 3] {
        [&self.name, &self.label.zh, &self.label.en]
    }

    /// Whether a text is one of its names, however it is spelled.
    pub fn is_called(&self, text: &str) -> bool {
        self.names().iter().any(|name| same(name, text))
    }

    /// The name of this version.
    pub fn version(&self) -> String {
        match self.from {
            None => self.name.clone(),
            Some(from) => format!("{}@{from}", self.name),
        }
    }

    /// Whether it can look at a figure: not at a place or another score, and for members only at
    /// records about persons.
    pub fn can_look_at(&self, metric: &Metric) -> bool {
        match &metric.measure {
            Measure::Rank(_) | Measure::Scorecard { .. } => false,
            Measure::Records { kind, take, .. } => {
                let is_amount = matches!(take, Take::Count | Take::Sum(_));
                !self.is_of_members() || kind.person.is_some() && is_amount
            }
            _ => !self.is_of_members(),
        }
    }

    /// All items, each with its block.
    pub fn items(&self) -> impl Iterator<Item = (&Block, &Item)> {
        let of_block = |block| Block::each(block);
        self.blocks.iter().flat_map(of_block)
    }

    /// The metrics that it looks at.
    pub fn metrics(&self) -> impl Iterator<Item = &str> {
        let of_items = self.items().filter_map(|(_, item)| item.way.metric());
        let needs = self.grades.iter().flat_map(|grade| &grade.needs);
        let of_grades = needs.map(|need| need.metric.as_str());
        let skip = self
            .ladder
            .iter()
            .filter_map(|ladder| ladder.skip.as_deref());
        let ties = self.ties.iter().map(String::as_str);
        of_items.chain(of_grades).chain(skip).chain(ties)
    }

    /// Whether it scores members.
    pub fn is_of_members(&self) -> bool {
        matches!(self.rates, Rated::Members { .. })
    }

    /// The kind of record in which persons give its points.
    pub fn giving<'k>(&self, kinds: &'k [Arc<Kind>]) -> Option<&'k Arc<Kind>> {
        let to_members = self.is_of_members();
        kinds
            .iter()
            .find(|kind| kind.gives.is_some() && kind.person.is_some() == to_members)
    }
}

impl Block {
    fn each(&self) -> impl Iterator<Item = (&Block, &Item)> {
        self.items.iter().map(move |item| (self, item))
    }
}

fn tables<T>(
    reader: &Reader<'_, '_>,
    key: &'static str,
    read: impl Fn(Reader<'_, '_>) -> Option<T>,
) -> Vec<T> {
    reader.tables(key).into_iter().filter_map(read).collect()
}

/// A number of points.
fn points(reader: &Reader<'_, '_>, key: &'static str) -> Option<Decimal> {
    let node = reader.node(key)?;
    let found = decimal(node.get_ref());
    if found.is_none() {
        reader.note(bad(reader, key, "bad-rule-number"));
    }
    found
}

fn read_limits(reader: &Reader<'_, '_>) -> Limits {
    let limits = Limits {
        floor: points(reader, "floor"),
        cap: points(reader, "cap"),
    };
    if limits
        .floor
        .zip(limits.cap)
        .is_some_and(|(floor, cap)| floor > cap)
    {
        reader.note(bad(reader, "cap", "bad-rule-cap"));
    }
    limits
}

fn read_members(reader: &Reader<'_, '_>, kinds: &[Arc<Kind>], org: &Kind) -> Option<Rated> {
    let name = reader.text("kind").unwrap_or_else(|| "member".to_owned());
    let found = kinds
        .iter()
        .find(|kind| kind.name == name && kind.person.is_some());
    let Some(kind) = found else {
        let known = kinds.iter().filter(|kind| kind.person.is_some());
        reader.note(unknown(
            reader,
            "kind",
            &name,
            known.map(|k| k.name.as_str()),
        ));
        return None;
    };
    let exempt = tables(reader, "exempt", |table| {
        let filter = Filter::read(&table, kind, kinds, org);
        table.finish();
        Some(filter)
    });
    Some(Rated::Members {
        kind: Arc::clone(kind),
        exempt,
    })
}

fn read_bases(reader: Reader<'_, '_>, kind: &Kind) -> Option<Bases> {
    let name = reader.required("by")?;
    let choices = kind.index(&name).and_then(|n| match &kind.fields[n].ty {
        FieldType::Choice(choices) => Some((n, choices)),
        _ => None,
    });
    let Some((by, choices)) = choices else {
        reader.unknown_value("by", &name, kind.field_names());
        return None;
    };
    let names: Vec<&str> = choices.iter().map(|choice| choice.name.as_str()).collect();
    let mut of = Vec::new();
    for (key, _, node) in reader.keys().filter(|(key, ..)| *key != "by") {
        match (names.contains(&key), decimal(node.get_ref())) {
            (false, _) => reader.unknown_key(key, names.iter().copied()),
            (true, None) => reader.note(bad(&reader, key, "bad-rule-number")),
            (true, Some(points)) => of.push((key.to_owned(), points)),
        }
    }
    Some(Bases { by, of })
}

fn read_block(reader: Reader<'_, '_>) -> Option<Block> {
    let share = points(&reader, "share").unwrap_or(Decimal::from(100));
    if share < Decimal::ZERO || share > Decimal::from(100) {
        reader.note(bad(&reader, "share", "bad-rule-share"));
    }
    let block = Block {
        label: reader.label(),
        start: points(&reader, "start").unwrap_or_default(),
        limits: read_limits(&reader),
        share,
        items: tables(&reader, "items", read_item),
    };
    reader.finish();
    Some(block)
}

fn read_item(reader: Reader<'_, '_>) -> Option<Item> {
    let name = reader.required("name")?;
    let label = reader.label();
    let way = read_way(&reader);
    let item = Item {
        name,
        label,
        start: points(&reader, "start").unwrap_or_default(),
        limits: read_limits(&reader),
        vetoes: reader.boolean("veto"),
        way: way?,
    };
    reader.finish();
    Some(item)
}

fn read_way(reader: &Reader<'_, '_>) -> Option<Way> {
    let metric = reader.text("metric");
    let keys = ["each", "missing", "bands", "best", "full"];
    let ways = keys.iter().filter(|key| reader.node(key).is_some()).count();
    let is_given = reader.node("given").is_some();
    // What only vetoes has no points of its own.
    let vetoes = reader.node("veto").is_some() && ways == 0 && metric.is_some();
    if ways + usize::from(is_given) + usize::from(vetoes) != 1 || is_given == metric.is_some() {
        reader.note(bad(reader, "name", "bad-rule-way"));
        return None;
    }
    let Some(metric) = metric else {
        return read_given(reader);
    };
    if let Some(points) = points(reader, "each") {
        return Some(Way::Each { metric, points });
    }
    if let Some(points) = points(reader, "best") {
        if points < Decimal::ZERO {
            reader.note(bad(reader, "best", "bad-rule-negative"));
        }
        return Some(Way::Best { metric, points });
    }
    if let Some(points) = points(reader, "full") {
        return Some(Way::Full { metric, points });
    }
    if let Some(table) = reader.table("missing") {
        let (of, each) = (points(&table, "of"), points(&table, "each"));
        if of.is_none() {
            table.missing("of");
        }
        if each.is_none() {
            table.missing("each");
        }
        if of.is_some_and(|of| of < Decimal::ZERO) {
            table.note(bad(&table, "of", "bad-rule-negative"));
        }
        table.finish();
        return Some(Way::Missing {
            metric,
            of: of?,
            points: each?,
        });
    }
    let bands = tables(reader, "bands", |table| {
        let band = points(&table, "points").map(|points_of| Band {
            at_least: points(&table, "at_least"),
            points: points_of,
        });
        if band.is_none() {
            table.missing("points");
        }
        table.finish();
        band
    });
    if vetoes {
        let points = Decimal::ZERO;
        return Some(Way::Each { metric, points });
    }
    // A band that one before it takes everything from is never reached.
    let bounds: Vec<Option<Decimal>> = bands.iter().map(|band| band.at_least).collect();
    let is_hidden = |pair: &[Option<Decimal>]| pair[0].is_none() || pair[1] >= pair[0];
    if bands.is_empty() || bounds.windows(2).any(is_hidden) {
        reader.note(bad(reader, "bands", "bad-rule-bands"));
    }
    Some(Way::Bands { metric, bands })
}

/// `given = true`, `given = 5`, or `given = [-5, 10]`.
fn read_given(reader: &Reader<'_, '_>) -> Option<Way> {
    let value = reader.node("given")?.get_ref();
    let ends: Vec<Option<Decimal>> = match value.as_array() {
        Some(items) => items.iter().map(|item| decimal(item.get_ref())).collect(),
        None => vec![decimal(value); 2],
    };
    let range = match ends[..] {
        _ if value.as_bool() == Some(true) => Limits::default(),
        [Some(floor), Some(cap)] if floor <= cap => Limits {
            floor: Some(floor),
            cap: Some(cap),
        },
        _ => {
            reader.note(bad(reader, "given", "bad-rule-given"));
            return None;
        }
    };
    Some(Way::Given { range })
}

fn read_grade(reader: Reader<'_, '_>) -> Option<Grade> {
    let needs = tables(&reader, "needs", |table| {
        let need = table.required("metric").map(|metric| Need {
            metric,
            at_least: points(&table, "at_least").unwrap_or(Decimal::ONE),
        });
        table.finish();
        need
    });
    let award = reader.table("award").and_then(|table| {
        let title = table.required("title")?;
        let reward = points(&table, "reward");
        if reward.is_some_and(|reward| reward < Decimal::ZERO) {
            table.note(bad(&table, "reward", "bad-rule-negative"));
        }
        table.finish();
        Some(Reward { title, reward })
    });
    let (share, stars) = (points(&reader, "share"), reader.integer("stars"));
    if share.is_some_and(|share| share < Decimal::ZERO || share > Decimal::from(100)) {
        reader.note(bad(&reader, "share", "bad-rule-share"));
    }
    if stars.is_some_and(|stars| !(1..=MOST_STARS).contains(&stars)) {
        reader.note(bad(&reader, "stars", "bad-rule-stars"));
    }
    let grade = Grade {
        name: reader.required("name")?,
        label: reader.label(),
        at_least: points(&reader, "at_least"),
        needs,
        share,
        stars,
        award,
    };
    reader.finish();
    Some(grade)
}

/// The most stars that a rating can have.
const MOST_STARS: i64 = 7;

fn read_ladder(reader: Reader<'_, '_>) -> Option<Ladder> {
    let up = reader.integer("up");
    if up.is_none() {
        reader.missing("up");
    }
    if up.is_some_and(|up| up < 0) {
        reader.note(bad(&reader, "up", "bad-rule-negative"));
    }
    let ladder = Ladder {
        up: up?,
        first: reader.integer("first").or(up)?,
        skip: reader.text("skip"),
    };
    reader.finish();
    Some(ladder)
}
