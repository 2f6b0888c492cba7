//! What a figure is: a name, a unit, and how it is computed.

use std::sync::Arc;

use crate::day::Day;
use crate::locale::Label;
use crate::problem::Place;
use crate::rules::filter::Filter;
use crate::rules::kind::{Kind, bad, read_places};
use crate::rules::obligation::unknown;
use crate::toml::{Reader, integer};

/// A figure by name.
#[derive(Clone, Debug)]
pub struct Metric {
    /// The name, part of the contract: `tasks_done`.
    pub name: String,
    /// What people call it.
    pub label: Label,
    /// What it means, in a sentence.
    pub meaning: Option<Label>,
    /// What it counts.
    pub unit: Unit,
    /// How many decimals an average is printed with.
    pub places: u32,
    /// How it is computed.
    pub measure: Measure,
    /// Where it is defined.
    pub place: Place,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// Things: 项, 件.
    Items,
    /// Occasions: 次.
    Times,
    /// Persons: 名.
    Persons,
    /// Person-times: 人次, never added to persons.
    PersonTimes,
    /// Yuan.
    Yuan,
    /// A ratio.
    Percent,
    /// Points of a score.
    Points,
    /// A place in an order.
    Rank,
    /// A day of the calendar.
    Day,
}

/// The units by the names that rules and machine formats use.
pub const UNITS: &[(&str, Unit)] = &[
    ("items", Unit::Items),
    ("times", Unit::Times),
    ("persons", Unit::Persons),
    ("person-times", Unit::PersonTimes),
    ("yuan", Unit::Yuan),
    ("percent", Unit::Percent),
    ("points", Unit::Points),
    ("rank", Unit::Rank),
    ("day", Unit::Day),
];

impl Unit {
    /// The name that rules and machine formats use.
    pub fn name(self) -> &'static str {
        UNITS
            .iter()
            .find(|(_, unit)| *unit == self)
            .map_or("", |(name, _)| name)
    }
}

/// How a figure is computed.
#[derive(Clone, Debug)]
pub enum Measure {
    /// Over the records of a kind.
    Records {
        /// The kind.
        kind: Arc<Kind>,
        /// What is taken of each.
        take: Take,
        /// Which date must lie in the window.
        date: DateOf,
        /// The window.
        window: Window,
        /// Which records count.
        filter: Filter,
    },
    /// Over the windows of obligations.
    Obligation {
        /// Names of the obligations.
        obligations: Vec<String>,
        /// Which windows count.
        state: Owed,
    },
    /// The latest headcount of each organisation on or before the as-of day.
    Members,
    /// Organisations in being on the as-of day.
    Organisations {
        /// Which of them.
        filter: Filter,
        /// A figure that of each one's own records must be more than nothing, or (false) nothing.
        by: Option<(String, bool)>,
    },
    /// The records in a view of each organisation.
    View {
        /// The view's name.
        view: String,
        /// The days looked at.
        window: Window,
    },
    /// Grades that points contradict.
    Disagreement {
        /// Which grades and points.
        between: Disagreement,
        /// The days looked at.
        window: Window,
    },
    /// Several figures added up, and others taken from them.
    Plus {
        /// Names of those added up.
        of: Vec<String>,
        /// Names of those taken away.
        less: Vec<String>,
    },
    /// Σ of some figures over Σ of others.
    Ratio {
        /// Names of the figures above the line.
        of: Vec<String>,
        /// Names of the figures below it.
        to: Vec<String>,
    },
    /// Ratios weighted to a hundred points; those without data leave their weight to the others.
    Score {
        /// Names of ratios and their weights.
        parts: Vec<(String, i64)>,
    },
    /// The place of an organisation among its peers, by another figure.
    Rank(Ranking),
    /// What an organisation has by a scorecard, in the cycle that the period's last day lies in.
    Scorecard {
        /// The scorecard's name.
        card: String,
        /// Names of the figures that its versions look at.
        of: Vec<String>,
    },
}

impl Measure {
    /// The scorecard that it looks at, and the names of the figures that its versions look at.
    pub(super) fn scorecard_mut(&mut self) -> Option<(&str, &mut Vec<String>)> {
        match self {
            Measure::Scorecard { card, of } => Some((card, of)),
            Measure::Disagreement { between, .. } => match &mut between.against {
                Against::Scorecard { card, of, .. } => Some((card, of)),
                Against::Points { .. } => None,
            },
            _ => None,
        }
    }
}

/// The order that gives an organisation its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranking {
    /// Name of the figure.
    pub by: String,
    /// Whether the lowest figure comes first.
    pub lowest_first: bool,
    /// Among whom.
    pub peers: Peers,
}

/// The organisations among which one has its place; it has none unless it is one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peers {
    /// Where they stand.
    pub under: Under,
    /// On which level.
    pub level: Level,
    /// Their kinds; empty: all.
    pub kinds: Vec<String>,
    /// Their sectors; empty: all.
    pub sectors: Vec<String>,
    /// Their ids; empty: all.
    pub orgs: Vec<String>,
}

/// Where peers stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Under {
    /// Under the organisation that the one in question stands under.
    #[default]
    Parent,
    /// Anywhere in the ledger.
    All,
    /// Under this organisation.
    Org(String),
}

/// On which level peers stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// On that of the organisation in question.
    #[default]
    Same,
    /// On any.
    Any,
    /// So many levels below the top.
    At(usize),
}

impl Peers {
    /// Reads `peers = { under = …, level = …, kind = […], sector = […] }`.
    fn read(reader: Reader<'_, '_>, org: &Kind) -> Peers {
        let under = match reader.text("under").as_deref() {
            None | Some("parent") => Under::Parent,
            Some("all") => Under::All,
            Some(id) => Under::Org(id.to_owned()),
        };
        let level = match reader.node("level") {
            None => Level::Same,
            Some(node) => match (
                node.get_ref().as_str(),
                integer(node.get_ref()).and_then(|n| usize::try_from(n).ok()),
            ) {
                (Some("same"), _) => Level::Same,
                (Some("any"), _) => Level::Any,
                (_, Some(n)) => Level::At(n),
                _ => {
                    reader.note(bad(&reader, "level", "bad-rule-level"));
                    Level::Same
                }
            },
        };
        let peers = Peers {
            under,
            level,
            kinds: org.choices_listed(&reader, "kind", "kind"),
            sectors: org.choices_listed(&reader, "sector", "sector"),
            orgs: reader.texts("orgs"),
        };
        reader.finish();
        peers
    }
}

/// Grades of persons that what they did contradicts. It counts; it names and ranks nobody.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// The kind of record that grades.
    pub kind: Arc<Kind>,
    /// Its field with the grade.
    pub grade: usize,
    /// Its field with the person.
    pub person: usize,
    /// High grades.
    pub high: Vec<String>,
    /// Low ones.
    pub low: Vec<String>,
    /// What the grades are held against.
    pub against: Against,
}

/// What a person's grade is held against.
#[derive(Clone, Debug)]
pub enum Against {
    /// Points: high grades with fewer than the average of the organisation, low ones with more.
    Points {
        /// The kind of record that gives points.
        kind: Arc<Kind>,
        /// Its field with the points.
        sum: usize,
        /// Its field with the person.
        by: usize,
    },
    /// The grades of a scorecard of members: high grades with a poor one, low ones with a good one.
    Scorecard {
        /// The scorecard's name.
        card: String,
        /// The metrics that it looks at.
        of: Vec<String>,
        /// The scorecard's grades that a low grade contradicts.
        good: Vec<String>,
        /// Those that a high grade contradicts.
        poor: Vec<String>,
    },
}

impl Disagreement {
    fn read(reader: Reader<'_, '_>, kinds: &[Arc<Kind>]) -> Option<Disagreement> {
        let kind = |key: &'static str| {
            let name = reader.required(key)?;
            let found = kinds.iter().find(|k| k.name == name);
            if found.is_none() {
                reader.note(unknown(
                    &reader,
                    key,
                    &name,
                    kinds.iter().map(|k| k.name.as_str()),
                ));
            }
            found.cloned()
        };
        let field = |key: &'static str, of: &Kind| {
            let name = reader.required(key)?;
            let found = of.index(&name);
            if found.is_none() {
                reader.unknown_value(key, &name, of.field_names());
            }
            found
        };
        let graded = kind("kind")?;
        let (grade, person) = (field("grade", &graded), field("person", &graded));
        let (high, low) = (reader.texts("high"), reader.texts("low"));
        let against = match reader.text("scorecard") {
            Some(card) => Against::Scorecard {
                card,
                of: Vec::new(),
                good: reader.texts("good"),
                poor: reader.texts("poor"),
            },
            None => {
                let points = kind("points")?;
                let (sum, by) = (field("sum", &points), field("by", &points));
                Against::Points {
                    kind: points,
                    sum: sum?,
                    by: by?,
                }
            }
        };
        reader.finish();
        Some(Disagreement {
            kind: graded,
            grade: grade?,
            person: person?,
            high,
            low,
            against,
        })
    }
}

/// What is taken of each record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// One.
    Count,
    /// The number in this field, or how many items it lists.
    Sum(usize),
    /// One for each different value of this field.
    Distinct(usize),
    /// One for each organisation that has such records.
    DistinctOrg,
    /// The first day in this field.
    Earliest(usize),
    /// The last day in this field.
    Latest(usize),
    /// What the amounts of the records come to.
    Amounts(Summary, Amount),
}

/// A number that each record has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// The number in this field.
    Field(usize),
    /// The days from one date to another; records that lack one have none.
    Days(DayOf, DayOf),
}

/// A day that each record has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayOf {
    /// This field's.
    Field(usize),
    /// The day it is due, extensions included.
    Due,
    /// The day it was finished.
    Finished,
}

/// What many amounts come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Summary {
    /// All of them added up.
    Sum,
    /// Their average.
    Average,
    /// The one in the middle, or the average of the two there.
    Median,
    /// The largest.
    Largest,
    /// The smallest.
    Smallest,
    /// The last of each organisation, added up: of what each month says of the year so far, the
    /// last month's.
    Last,
}

/// The summaries by the keys that rules use.
const SUMMARIES: [(&str, Summary); 6] = [
    ("sum", Summary::Sum),
    ("average", Summary::Average),
    ("median", Summary::Median),
    ("largest", Summary::Largest),
    ("smallest", Summary::Smallest),
    ("last", Summary::Last),
];

/// Which date of a record must lie in the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DateOf {
    /// A field's.
    Field(usize),
    /// The extended due day, or the due day.
    EffectiveDue,
    /// The first day of its last unbroken run of finished statuses.
    Finished,
    /// The day it entered its last unbroken run of this status.
    Entered(String),
}

/// The days a figure looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The report's period.
    Period,
    /// From 1 January of the as-of day's year to the as-of day.
    Ytd,
    /// Everything up to the as-of day.
    ToDate,
    /// The calendar year of the period's last day.
    Year,
    /// From a day to the as-of day.
    Since(Day),
    /// What is in force on the as-of day.
    AsOf,
}

impl Window {
    /// The names that rules use, for messages.
    pub const NAMES: [&str; 6] = [
        "period",
        "ytd",
        "to-date",
        "year",
        "as-of",
        "since:2020-10-01",
    ];

    /// Reads the name that rules use.
    pub fn parse(text: &str) -> Option<Window> {
        match text {
            "period" => Some(Window::Period),
            "ytd" => Some(Window::Ytd),
            "to-date" => Some(Window::ToDate),
            "year" => Some(Window::Year),
            "as-of" => Some(Window::AsOf),
            _ => text.strip_prefix("since:")?.parse().ok().map(Window::Since),
        }
    }

    /// The name that rules use.
    pub fn name(self) -> String {
        match self {
            Window::Period => "period".to_owned(),
            Window::Ytd => "ytd".to_owned(),
            Window::ToDate => "to-date".to_owned(),
            Window::Year => "year".to_owned(),
            Window::AsOf => "as-of".to_owned(),
            Window::Since(day) => format!("since:{day}"),
        }
    }
}

/// Which windows of an obligation a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owed {
    /// All that are owed.
    Owed,
    /// Those met on time.
    Met,
    /// Those met late.
    Late,
    /// Those over and not met.
    Missed,
    /// Those not owed because of an exemption.
    Exempt,
    /// Those whose record was sent back, whatever came after.
    Returned,
}

/// The states of windows by the names that rules use.
pub const OWED: &[(&str, Owed)] = &[
    ("owed", Owed::Owed),
    ("met", Owed::Met),
    ("late", Owed::Late),
    ("missed", Owed::Missed),
    ("exempt", Owed::Exempt),
    ("returned", Owed::Returned),
];

impl Metric {
    /// Reads a metric; what it refers to is checked by `Rules` once all are read.
    pub fn read(
        reader: Reader<'_, '_>,
        kinds: &[Arc<Kind>],
        org: &Kind,
        obligations: &[(String, String)],
    ) -> Option<Metric> {
        let name = reader.required("name")?;
        let label = reader.label();
        let meaning = reader.table("meaning").map(|m| m.label());
        let unit = reader.choice("unit", UNITS, Some(Unit::Items))?;
        let measure = read_measure(&reader, kinds, org, obligations)?;
        // An average of money has fen, one of persons or times a decimal.
        let places = read_places(&reader).unwrap_or(if unit == Unit::Yuan { 2 } else { 1 });
        let place = reader.place();
        reader.finish();
        Some(Metric {
            name,
            label,
            meaning,
            unit,
            places,
            measure,
            place,
        })
    }

    /// Names of the figures this one is made of.
    pub fn parts(&self) -> Vec<&str> {
        match &self.measure {
            Measure::Ratio { of, to } => of.iter().chain(to).map(String::as_str).collect(),
            Measure::Score { parts } => parts.iter().map(|(name, _)| name.as_str()).collect(),
            Measure::Rank(ranking) => vec![&ranking.by],
            Measure::Plus { of, less } => of.iter().chain(less).map(String::as_str).collect(),
            Measure::Scorecard { of, .. } => of.iter().map(String::as_str).collect(),
            Measure::Organisations { by, .. } => by.iter().map(|(name, _)| name.as_str()).collect(),
            Measure::Disagreement { between, .. } => match &between.against {
                Against::Scorecard { of, .. } => of.iter().map(String::as_str).collect(),
                Against::Points { .. } => Vec::new(),
            },
            Measure::Records { .. }
            | Measure::Obligation { .. }
            | Measure::Members
            | Measure::View { .. } => Vec::new(),
        }
    }

    /// Whether the figures of several organisations always add up to that of all of them.
    pub fn sums(&self) -> bool {
        let is_distinct = matches!(
            self.measure,
            Measure::Records {
                take: Take::Distinct(_) | Take::DistinctOrg,
                ..
            }
        );
        self.is_additive() && !is_distinct
    }

    /// Whether it is the largest or the smallest of some amounts.
    pub fn is_extreme(&self) -> bool {
        matches!(
            self.measure,
            Measure::Records {
                take: Take::Amounts(Summary::Largest | Summary::Smallest, _),
                ..
            }
        )
    }

    /// Whether its values for the parts of a whole add up to the value of the whole, distinct
    /// counts aside.
    pub fn is_additive(&self) -> bool {
        match &self.measure {
            Measure::Records {
                take:
                    Take::Count
                    | Take::Sum(_)
                    | Take::Distinct(_)
                    | Take::DistinctOrg
                    | Take::Amounts(Summary::Sum | Summary::Last, _),
                ..
            }
            | Measure::Obligation { .. }
            | Measure::Members
            | Measure::Organisations { .. }
            | Measure::View { .. }
            | Measure::Disagreement { .. }
            | Measure::Plus { .. } => true,
            Measure::Records {
                take:
                    Take::Earliest(_)
                    | Take::Latest(_)
                    | Take::Amounts(
                        Summary::Average | Summary::Median | Summary::Largest | Summary::Smallest,
                        _,
                    ),
                ..
            }
            | Measure::Ratio { .. }
            | Measure::Score { .. }
            | Measure::Scorecard { .. }
            | Measure::Rank(_) => false,
        }
    }
}

fn read_measure(
    reader: &Reader<'_, '_>,
    kinds: &[Arc<Kind>],
    org: &Kind,
    obligations: &[(String, String)],
) -> Option<Measure> {
    let kind = reader.text("kind");
    let ratio = reader.table("ratio");
    let score = reader.tables("score");
    let rank = reader.text("rank");
    let card = reader.text("scorecard");
    let names = reader.texts("obligation");
    let of_kind = reader.text("obligations_of");
    let members = reader.boolean("members");
    let organisations = reader.boolean("organisations");
    let view = reader.text("view");
    let plus = reader.texts("plus");
    let minus = reader.texts("minus");
    let disagreement = reader.table("disagreement");
    let measures = [
        kind.is_some(),
        ratio.is_some(),
        !score.is_empty(),
        rank.is_some(),
        card.is_some(),
        !names.is_empty() || of_kind.is_some(),
        members,
        organisations,
        view.is_some(),
        !(plus.is_empty() && minus.is_empty()),
        disagreement.is_some(),
    ];
    if measures.iter().filter(|given| **given).count() > 1 {
        reader.note(bad(reader, "name", "bad-rule-two-measures"));
    }
    if let Some(ratio) = ratio {
        return Some(read_ratio(ratio));
    }
    if !score.is_empty() {
        return Some(read_score(score));
    }
    if let Some(card) = card {
        let of = Vec::new();
        return Some(Measure::Scorecard { card, of });
    }
    if let Some(by) = rank {
        let peers = reader.table("peers").map(|peers| Peers::read(peers, org));
        return Some(Measure::Rank(Ranking {
            by,
            lowest_first: reader.boolean("lowest_first"),
            peers: peers.unwrap_or_default(),
        }));
    }
    if members {
        return Some(Measure::Members);
    }
    if organisations {
        return Some(read_organisations(reader, org));
    }
    if let Some(view) = view {
        return Some(Measure::View {
            view,
            window: read_window(reader)?,
        });
    }
    if let Some(table) = disagreement {
        let between = Disagreement::read(table, kinds);
        return Some(Measure::Disagreement {
            between: between?,
            window: read_window(reader)?,
        });
    }
    if !(plus.is_empty() && minus.is_empty()) {
        return Some(Measure::Plus {
            of: plus,
            less: minus,
        });
    }
    if !names.is_empty() || of_kind.is_some() {
        return read_owed(reader, kinds, obligations, &names, of_kind.as_deref());
    }
    read_of_kind(reader, kind, kinds, org)
}

/// What is made of the records of a kind.
fn read_of_kind(
    reader: &Reader<'_, '_>,
    kind: Option<String>,
    kinds: &[Arc<Kind>],
    org: &Kind,
) -> Option<Measure> {
    let Some(kind) = kind else {
        reader.note(bad(reader, "name", "bad-rule-no-measure"));
        return None;
    };
    let found = kinds.iter().find(|known| known.name == kind);
    if found.is_none() {
        let known = kinds.iter().map(|k| k.name.as_str());
        reader.note(unknown(reader, "kind", &kind, known));
    }
    read_records(reader, found?, kinds, org)
}

fn read_ratio(ratio: Reader<'_, '_>) -> Measure {
    let (of, to) = (ratio.texts("of"), ratio.texts("to"));
    if of.is_empty() {
        ratio.missing("of");
    }
    if to.is_empty() {
        ratio.missing("to");
    }
    ratio.finish();
    Measure::Ratio { of, to }
}

fn read_score(tables: Vec<Reader<'_, '_>>) -> Measure {
    let mut parts = Vec::new();
    for part in tables {
        if let (Some(metric), Some(weight)) = (part.required("metric"), part.integer("weight")) {
            parts.push((metric, weight));
        } else {
            part.missing("weight");
        }
        part.finish();
    }
    Measure::Score { parts }
}

fn read_organisations(reader: &Reader<'_, '_>, org: &Kind) -> Measure {
    let by = match (reader.text("with"), reader.text("without")) {
        (Some(name), None) => Some((name, true)),
        (None, Some(name)) => Some((name, false)),
        (None, None) => None,
        (Some(_), Some(_)) => {
            reader.note(bad(reader, "without", "bad-rule-with-and-without"));
            None
        }
    };
    Measure::Organisations {
        filter: Filter::read_of_organisations(reader, org),
        by,
    }
}

/// Windows of obligations that are named, or of all that are owed in records of a kind.
fn read_owed(
    reader: &Reader<'_, '_>,
    kinds: &[Arc<Kind>],
    obligations: &[(String, String)],
    names: &[String],
    of_kind: Option<&str>,
) -> Option<Measure> {
    let state = reader.choice("value", OWED, None)?;
    let is_known = |name: &String| obligations.iter().any(|(known, _)| known == name);
    for name in names.iter().filter(|name| !is_known(name)) {
        let known = obligations.iter().map(|(n, _)| n.as_str());
        reader.note(unknown(reader, "obligation", name, known));
    }
    if let Some(kind) = of_kind
        && !kinds.iter().any(|k| k.name == kind)
    {
        let known = kinds.iter().map(|k| k.name.as_str());
        reader.note(unknown(reader, "obligations_of", kind, known));
    }
    let of_kind = obligations
        .iter()
        .filter(|(_, kind)| Some(kind.as_str()) == of_kind)
        .map(|(name, _)| name.clone());
    let mut obligations: Vec<String> = Vec::new();
    for name in names.iter().cloned().chain(of_kind) {
        // Named twice it is counted once.
        if !obligations.contains(&name) {
            obligations.push(name);
        }
    }
    Some(Measure::Obligation { obligations, state })
}

fn read_records(
    reader: &Reader<'_, '_>,
    kind: &Arc<Kind>,
    kinds: &[Arc<Kind>],
    org: &Kind,
) -> Option<Measure> {
    let take = read_take(reader, kind);
    // All three are read before any is missed, so that all that is wrong is named at once.
    let filter = Filter::read(reader, kind, kinds, org);
    let date = match reader.text("date") {
        None => Some(DateOf::Field(kind.period)),
        Some(text) => read_date(reader, kind, &text),
    };
    let window = read_window(reader);
    Some(Measure::Records {
        kind: Arc::clone(kind),
        take,
        date: date?,
        window: window?,
        filter,
    })
}

fn read_take(reader: &Reader<'_, '_>, kind: &Kind) -> Take {
    let field = |key: &'static str, number: bool| {
        let name = reader.text(key)?;
        match kind.index(&name) {
            Some(n) if !number || kind.fields[n].list || kind.fields[n].ty.is_number() => Some(n),
            _ => {
                reader.unknown_value(key, &name, kind.field_names());
                None
            }
        }
    };
    let mut takes = vec!["distinct", "earliest", "latest"];
    takes.extend(SUMMARIES.iter().map(|(key, _)| *key));
    if takes
        .iter()
        .filter(|key| reader.node(key).is_some())
        .count()
        > 1
    {
        reader.note(bad(reader, "name", "bad-rule-two-measures"));
    }
    let day = |key: &'static str| field(key, false).filter(|&n| kind.fields[n].ty.is_time());
    for (key, summary) in SUMMARIES {
        let pair = reader.node(key).and_then(|node| node.get_ref().as_array());
        if pair.is_some() {
            return match read_days(reader, kind, key) {
                Some(days) => Take::Amounts(summary, days),
                None => Take::Count,
            };
        }
        match field(key, true) {
            Some(n) if summary == Summary::Sum => return Take::Sum(n),
            Some(n) if !kind.fields[n].list => {
                return Take::Amounts(summary, Amount::Field(n));
            }
            _ => {}
        }
    }
    if reader.text("distinct").as_deref() == Some("org") {
        Take::DistinctOrg
    } else if let Some(n) = field("distinct", false) {
        Take::Distinct(n)
    } else if let Some(n) = day("earliest") {
        Take::Earliest(n)
    } else if let Some(n) = day("latest") {
        Take::Latest(n)
    } else {
        Take::Count
    }
}

/// `[from, to]`: the days between two dates of a record.
fn read_days(reader: &Reader<'_, '_>, kind: &Kind, key: &'static str) -> Option<Amount> {
    let day = |name: &String| match (name.as_str(), &kind.life) {
        ("effective-due", Some(life)) if life.due.is_some() => Some(DayOf::Due),
        ("finished", Some(_)) => Some(DayOf::Finished),
        (name, _) => {
            let field = kind.index(name).filter(|&n| kind.fields[n].ty.is_time());
            field.map(DayOf::Field)
        }
    };
    let names = reader.texts(key);
    let days: Vec<Option<DayOf>> = names.iter().map(day).collect();
    match days[..] {
        [Some(from), Some(to)] => Some(Amount::Days(from, to)),
        _ => {
            reader.unknown_value(key, &names.join(", "), kind.field_names());
            None
        }
    }
}

fn read_window(reader: &Reader<'_, '_>) -> Option<Window> {
    let Some(text) = reader.text("window") else {
        return Some(Window::Period);
    };
    let window = Window::parse(&text);
    if window.is_none() {
        reader.unknown_value("window", &text, Window::NAMES);
    }
    window
}

/// Reads the name of a field of days, `effective-due`, `finished` or `entered:STATUS`.
pub(crate) fn read_date(reader: &Reader<'_, '_>, kind: &Kind, text: &str) -> Option<DateOf> {
    if let Some(n) = kind.index(text).filter(|&n| kind.fields[n].ty.is_time()) {
        return Some(DateOf::Field(n));
    }
    if let Some(life) = &kind.life {
        if text == "effective-due" && life.due.is_some() {
            return Some(DateOf::EffectiveDue);
        }
        if text == "finished" {
            return Some(DateOf::Finished);
        }
        if let Some(status) = text.strip_prefix("entered:")
            && life.statuses.iter().any(|s| s.choice.name == status)
        {
            return Some(DateOf::Entered(status.to_owned()));
        }
    }
    let mut allowed: Vec<String> = kind
        .fields
        .iter()
        .filter(|f| f.ty.is_time())
        .map(|f| f.name.clone())
        .collect();
    if let Some(life) = &kind.life {
        if life.due.is_some() {
            allowed.push("effective-due".to_owned());
        }
        allowed.push("finished".to_owned());
        allowed.extend(
            life.statuses
                .iter()
                .map(|s| format!("entered:{}", s.choice.name)),
        );
    }
    reader.unknown_value("date", text, allowed.iter().map(String::as_str));
    None
}
