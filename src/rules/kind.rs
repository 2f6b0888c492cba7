//! A kind of record: its fields, their types and labels, its life cycle.
//!
//! Everything that handles records derives from this: flags, prompts, reading, checking, canonical
//! order, listing. Adding a kind is adding a TOML file.

use crate::locale::{Arg, Label};
use crate::name::{is_key, is_prefix};
use crate::number::MOST_PLACES;
use crate::problem::{Place, Problem, Rule};
use crate::spelling::{folded, same};
use crate::toml::Reader;

/// A kind of record.
#[derive(Clone, Debug)]
pub struct Kind {
    /// The name of its tables: `meeting`.
    pub name: String,
    /// What people call it.
    pub label: Label,
    /// The prefix of its ids: `m`.
    pub prefix: String,
    /// Its fields in canonical order.
    pub fields: Vec<FieldDef>,
    /// The field whose date says which period a record belongs to.
    pub period: usize,
    /// The field from whose date a record exists.
    pub start: usize,
    /// The field whose date is the last day a record is in force, for kinds that last.
    pub end: Option<usize>,
    /// The field that names a record in a list.
    pub title: usize,
    /// Fields shown in a list, in order.
    pub columns: Vec<usize>,
    /// How a record moves from status to status, for kinds that do.
    pub life: Option<LifeCycle>,
    /// What must hold between two fields.
    pub bounds: Vec<Bound>,
    /// Fields that no two records share at the same time, for kinds that must not be doubled.
    pub once: Vec<Once>,
    /// Fields by which two records of one organisation are taken for the same thing entered twice;
    /// none: never.
    pub same: Vec<usize>,
    /// The field that names the person whom a record is about, by pseudonymous code.
    pub person: Option<usize>,
    /// How a record gives points of a scorecard, for kinds that do.
    pub gives: Option<Gives>,
    /// Its index among the rules' kinds.
    pub number: usize,
    /// Where it is defined.
    pub place: Place,
}

/// How a record gives points of a scorecard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gives {
    /// The field with the name of the item.
    pub item: usize,
    /// The field with the points.
    pub points: usize,
    /// The field with the name of the scorecard, where it has one.
    pub card: Option<usize>,
}

/// A field of a kind, or of a table inside a field.
#[derive(Clone, Debug)]
pub struct FieldDef {
    /// The TOML key, `snake_case`.
    pub name: String,
    /// The name's [`head`]: readers look at millions of keys.
    pub head: u64,
    /// What people call it.
    pub label: Label,
    /// What headings of forms call it too.
    pub also: Vec<String>,
    /// Whether a record must have it.
    pub required: bool,
    /// Whether a person is asked for it.
    pub ask: Ask,
    /// Whether it holds a list of values.
    pub list: bool,
    /// The field that, where it is given, says why this one is not known.
    pub unless: Option<String>,
    /// Of a list of tables: how many of its first columns tell one row from another; 0 where rows
    /// may be alike.
    pub key: usize,
    /// What a value is.
    pub ty: FieldType,
}

/// Whether a person who enters a record is asked for a field that may be left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ask {
    /// If it is a column of lists.
    #[default]
    IfListed,
    /// Always.
    Always,
    /// Always, and the last answer in the same organisation is offered.
    Again,
    /// If the person wants to say more.
    More,
    /// Never: it has a flag.
    Never,
}

/// The same by the names that rules use.
pub const ASKS: &[(&str, Ask)] = &[
    ("always", Ask::Always),
    ("again", Ask::Again),
    ("more", Ask::More),
    ("never", Ask::Never),
];

/// What a field's value may be.
#[derive(Clone, Debug)]
pub enum FieldType {
    /// Any text.
    Text,
    /// A path relative to the ledger's root.
    Path,
    /// A whole number in a range, both ends included.
    Integer {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// A number with a few decimals, in a range of whole numbers, both ends included.
    Decimal {
        /// How many decimals at most.
        places: u32,
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A month, written `"2026-07"`.
    Month,
    /// A quarter, written `"2026Q3"`.
    Quarter,
    /// A year, written as a number.
    Year,
    /// One of a few words.
    Choice(Vec<Choice>),
    /// The id of a record of one of these kinds.
    Record(Vec<String>),
    /// The id of an organisation.
    Organisation,
    /// A table with fields of its own.
    Table(Vec<FieldDef>),
}

/// One of the words a field may hold.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The value, `kebab-case`.
    pub name: String,
    /// What people call it.
    pub label: Label,
    /// What people call it too.
    pub also: Vec<String>,
}

impl Choice {
    /// The word of a few that a text says: its name, its label in either language, or what people
    /// call it too.
    pub fn said<'c>(choices: &'c [Choice], text: &str) -> Option<&'c Choice> {
        let known = |is_it: &dyn Fn(&Choice) -> bool| choices.iter().find(|choice| is_it(choice));
        known(&|choice| choice.name == text)
            .or_else(|| known(&|choice| choice.label.is(text)))
            .or_else(|| {
                let text = bare(text);
                let is_it = |name: &str| bare(name) == text;
                known(&|choice| {
                    let also = choice.also.iter().map(String::as_str);
                    let label = &choice.label;
                    also.chain([&*choice.name, &label.zh, &label.en]).any(is_it)
                })
            })
    }
}

/// A label without the unit in brackets behind it.
pub fn without_unit(label: &str) -> &str {
    label.split(['(', '（']).next().unwrap_or(label)
}

/// A word without blanks and quotation marks, small.
fn bare(text: &str) -> String {
    let is_mark = |c: &char| c.is_whitespace() || "“”‘’\"'「」".contains(*c);
    let letters = folded(text)
        .chars()
        .filter(|c| !is_mark(c))
        .collect::<String>();
    letters.to_lowercase()
}

/// How records of a kind move from status to status.
#[derive(Clone, Debug)]
pub struct LifeCycle {
    /// Statuses; the first holds before any update.
    pub statuses: Vec<StatusDef>,
    /// The field that lists the dated updates.
    pub updates: usize,
    /// The field with the day it is due, if it is ever due.
    pub due: Option<usize>,
    /// The field that moves that day.
    pub extended: Option<usize>,
    /// The status that `ledger done` sets.
    pub done: usize,
}

/// A status and what it means for what is owed.
#[derive(Clone, Debug)]
pub struct StatusDef {
    /// The value and its label.
    pub choice: Choice,
    /// What it means.
    pub phase: Phase,
}

/// What a status means for what is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// To be done by its due day.
    Open,
    /// Kept up for good (长期坚持): open, never due or overdue.
    Ongoing,
    /// Open, and nothing is known (数据未出): prints as no data.
    NoData,
    /// Brought to an end.
    Finished,
    /// Given up.
    Dropped,
}

/// The phases by the names that rules use.
pub const PHASES: &[(&str, Phase)] = &[
    ("open", Phase::Open),
    ("ongoing", Phase::Ongoing),
    ("no-data", Phase::NoData),
    ("finished", Phase::Finished),
    ("dropped", Phase::Dropped),
];

/// The kind in which ratings are kept.
pub const RATING: &str = "rating";

/// The kind in which honours are kept.
pub const AWARD: &str = "award";

/// The status of what was sent back.
pub const RETURNED: &str = "returned";

impl Phase {
    /// Whether something is still to be done.
    pub fn is_open(self) -> bool {
        match self {
            Phase::Open | Phase::Ongoing | Phase::NoData => true,
            Phase::Finished | Phase::Dropped => false,
        }
    }

    /// The name that rules use.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Open => "open",
            Phase::Ongoing => "ongoing",
            Phase::NoData => "no-data",
            Phase::Finished => "finished",
            Phase::Dropped => "dropped",
        }
    }
}

/// `field` must not be above (numbers) or before (dates) `other`.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// The first number is at most the second.
    AtMost(usize, usize),
    /// The first date is on or after the second.
    NotBefore(usize, usize),
}

/// Fields that no two records share at the same time: one person holds an office once.
///
/// The time is from a record's start to its end, or the period it belongs to where its kind has no
/// end.
#[derive(Clone, Debug)]
pub struct Once {
    /// The fields.
    pub fields: Vec<usize>,
    /// Whether this holds across all organisations, or within each.
    pub everywhere: bool,
}

/// Tables that every kind shares: an update, a retraction.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// What people call a record's id.
    pub id: Label,
    /// What people call its being taken back.
    pub retracted: Label,
    /// The fields of an update; `status` gets its choices from each kind's life cycle.
    pub update: Vec<FieldDef>,
    /// The fields of a retraction.
    pub retraction: Vec<FieldDef>,
}

impl Kind {
    /// A kind of which nothing is known yet but its name.
    pub(super) fn blank(name: String, place: Place) -> Kind {
        Kind {
            name,
            label: Label::default(),
            prefix: String::new(),
            fields: Vec::new(),
            period: 0,
            start: 0,
            end: None,
            title: 0,
            columns: Vec::new(),
            life: None,
            bounds: Vec::new(),
            once: Vec::new(),
            same: Vec::new(),
            person: None,
            gives: None,
            number: 0,
            place,
        }
    }

    /// The place of a field among the kind's fields.
    pub fn index(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == field)
    }

    /// The field of that name or label; a label's unit (金额(元)) may be left out.
    pub fn named(&self, text: &str) -> Option<usize> {
        let labelled = |is_it: &dyn Fn(&Label) -> bool| {
            let mut fields = self.fields.iter();
            fields.position(|field| is_it(&field.label))
        };
        self.index(text)
            .or_else(|| labelled(&|label| label.is(text)))
            .or_else(|| {
                let is_it =
                    |label: &Label| same(&label.zh, text) || same(without_unit(&label.zh), text);
                labelled(&is_it)
            })
    }

    /// The words that a rules key lists for a choice field; others are noted.
    pub(super) fn choices_listed(
        &self,
        reader: &Reader<'_, '_>,
        key: &'static str,
        field: &str,
    ) -> Vec<String> {
        let words = reader.texts(key);
        let allowed: Vec<&str> = match self.index(field).map(|n| &self.fields[n].ty) {
            Some(FieldType::Choice(choices)) => {
                choices.iter().map(|choice| choice.name.as_str()).collect()
            }
            _ => Vec::new(),
        };
        for word in words
            .iter()
            .filter(|word| !allowed.contains(&word.as_str()))
        {
            reader.unknown_value(key, word, allowed.iter().copied());
        }
        words
    }

    /// The names of all fields with what people call them.
    pub fn named_fields(&self) -> impl Iterator<Item = (&str, &Label)> {
        self.fields
            .iter()
            .map(|field| (field.name.as_str(), &field.label))
    }

    /// The names of all fields.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        field_names(&self.fields)
    }

    /// Reads a kind from its rules table.
    pub fn read(reader: Reader<'_, '_>, shared: &Shared) -> Option<Kind> {
        let name = reader.required("name")?;
        let label = reader.label();
        let prefix = reader.required("prefix").unwrap_or_default();
        let fields: Vec<FieldDef> = reader
            .tables("field")
            .into_iter()
            .filter_map(|f| FieldDef::read(f, shared))
            .collect();
        if fields.is_empty() {
            reader.missing("field");
            return None;
        }
        let mut kind = Kind {
            label,
            prefix,
            fields,
            ..Kind::blank(name, reader.place())
        };
        kind.period = kind.pointer(&reader, "period", true, true).unwrap_or(0);
        kind.start = kind
            .pointer(&reader, "start", true, false)
            .unwrap_or(kind.period);
        kind.end = kind.pointer(&reader, "end", true, false);
        kind.title = kind
            .pointer(&reader, "title", false, false)
            .unwrap_or(kind.period);
        kind.columns = kind.pointers(&reader, "columns");
        kind.same = kind.pointers(&reader, "same");
        kind.person = kind.pointer(&reader, "person", false, false);
        if let Some(gives) = reader.table("gives") {
            let field = |key| kind.pointer(&gives, key, false, false);
            kind.gives = field("item")
                .zip(field("points"))
                .map(|(item, points)| Gives {
                    item,
                    points,
                    card: field("card"),
                });
            gives.finish();
        }
        if let Some(life) = reader.table("life") {
            kind.life = kind.read_life(life);
        }
        kind.read_bounds(&reader);
        kind.once = kind.read_once(&reader);
        kind.validate(&reader);
        reader.finish();
        Some(kind)
    }

    /// `once`: a table, or a list of them.
    fn read_once(&self, reader: &Reader<'_, '_>) -> Vec<Once> {
        let is_list = reader
            .node("once")
            .is_some_and(|node| node.get_ref().as_array().is_some());
        let tables = match is_list {
            true => reader.tables("once"),
            false => reader.table("once").into_iter().collect(),
        };
        let once = |table: Reader<'_, '_>| {
            let once = Once {
                fields: self.pointers(&table, "fields"),
                everywhere: table.boolean("everywhere"),
            };
            table.finish();
            once
        };
        tables.into_iter().map(once).collect()
    }

    /// What must hold of a kind, however it came to be.
    fn validate(&self, reader: &Reader<'_, '_>) {
        if !is_key(&self.name) {
            reader.note(bad(reader, "name", "bad-rule-name"));
        }
        if !is_prefix(&self.prefix) {
            reader.note(bad(reader, "prefix", "bad-rule-prefix"));
        }
        let of_records = self.name != ORGANISATION;
        for (n, field) in self.fields.iter().enumerate() {
            let name = field.name.as_str();
            let beside: &[&str] = if of_records {
                RESERVED_BESIDE
            } else {
                RESERVED_FOR_ORGS
            };
            let taken = RESERVED.contains(&name)
                || beside.contains(&name)
                || self.life.is_some() && name == "state";
            if self.index(name) != Some(n) || taken {
                reader.note(bad(reader, "field", "bad-rule-field"));
            }
            if let FieldType::Choice(choices) = &field.ty {
                twice(reader, "values", choices.iter().map(|c| c.name.as_str()));
            }
            if let Some(other) = &field.unless
                && self.index(other).is_none_or(|other| other == n)
            {
                reader.unknown_value("field", other, self.field_names());
            }
        }
        if let Some(life) = &self.life {
            twice(
                reader,
                "life",
                life.statuses.iter().map(|s| s.choice.name.as_str()),
            );
        }
        // Without its start a record would exist on no day, and no year's file could hold it.
        if of_records && !self.fields[self.start].required {
            reader.note(bad(reader, "start", "bad-rule-start"));
        }
    }

    /// Adds the fields, values, statuses and bounds of an `extend = true` table to this kind.
    pub fn extend(&mut self, reader: Reader<'_, '_>, shared: &Shared) {
        reader.text("name");
        reader.boolean("extend");
        for field in reader.tables("field") {
            // An existing field is extended by naming it and listing the new values only.
            let known = field.text("name").and_then(|name| self.index(&name));
            match known {
                Some(n) => {
                    let more = read_choices(&field);
                    if let FieldType::Choice(choices) = &mut self.fields[n].ty {
                        choices.extend(more);
                    } else {
                        field.note(bad(&field, "name", "bad-rule-extend"));
                    }
                    field.finish();
                }
                None => self.fields.extend(FieldDef::read(field, shared)),
            }
        }
        if let Some(more) = reader.table("life") {
            let statuses = read_statuses(&more);
            more.finish();
            if let Some(life) = &mut self.life {
                life.statuses.extend(statuses);
                let choices = life.statuses.iter().map(|s| s.choice.clone()).collect();
                let updates = life.updates;
                set_status_choices(&mut self.fields[updates], choices);
            }
        }
        // What only one record may have at a time is said anew.
        if reader.node("once").is_some() {
            self.once = self.read_once(&reader);
        }
        self.read_bounds(&reader);
        self.validate(&reader);
        reader.finish();
    }

    /// A key of the rules table that names one of the fields.
    fn pointer(
        &self,
        reader: &Reader<'_, '_>,
        key: &'static str,
        date: bool,
        required: bool,
    ) -> Option<usize> {
        let name = if required {
            reader.required(key)?
        } else {
            reader.text(key)?
        };
        match self.index(&name) {
            Some(n) if !date || self.fields[n].ty.is_time() => Some(n),
            Some(_) => {
                reader.note(bad(reader, key, "bad-rule-not-a-date"));
                None
            }
            None => {
                reader.unknown_value(key, &name, self.field_names());
                None
            }
        }
    }

    fn pointers(&self, reader: &Reader<'_, '_>, key: &'static str) -> Vec<usize> {
        let mut found = Vec::new();
        for name in reader.texts(key) {
            match self.index(&name) {
                Some(n) => found.push(n),
                None => reader.unknown_value(key, &name, self.field_names()),
            }
        }
        found
    }

    fn read_life(&mut self, reader: Reader<'_, '_>) -> Option<LifeCycle> {
        let statuses = read_statuses(&reader);
        let due = self.pointer(&reader, "due", true, false);
        let extended = self.pointer(&reader, "extended", true, false);
        let done = reader.text("done");
        let Some(updates) = self.fields.iter().position(|f| f.is_updates()) else {
            reader.note(bad(&reader, "life", "bad-rule-no-updates"));
            reader.finish();
            return None;
        };
        if statuses.is_empty() {
            reader.missing("status");
            return None;
        }
        let done = match done {
            Some(name) => {
                let at = statuses.iter().position(|s| s.choice.name == name);
                if at.is_none() {
                    let all: Vec<&str> = statuses.iter().map(|s| s.choice.name.as_str()).collect();
                    reader.unknown_value("done", &name, all);
                }
                at
            }
            None => statuses.iter().position(|s| s.phase == Phase::Finished),
        };
        let choices = statuses.iter().map(|s| s.choice.clone()).collect();
        set_status_choices(&mut self.fields[updates], choices);
        reader.finish();
        Some(LifeCycle {
            done: done.unwrap_or(statuses.len() - 1),
            statuses,
            updates,
            due,
            extended,
        })
    }

    fn read_bounds(&mut self, reader: &Reader<'_, '_>) {
        for bound in reader.tables("bound") {
            let field = self.pointer(&bound, "field", false, true);
            let most = self.pointer(&bound, "at_most", false, false);
            let after = self.pointer(&bound, "not_before", true, false);
            match (field, most, after) {
                (Some(field), Some(other), None) => self.bounds.push(Bound::AtMost(field, other)),
                (Some(field), None, Some(other)) => {
                    self.bounds.push(Bound::NotBefore(field, other))
                }
                (None, _, _) => {}
                _ => bound.note(bad(&bound, "field", "bad-rule-bound")),
            }
            bound.finish();
        }
    }
}

/// Names that no field may have: flags that every command takes, and keys that every record has.
const RESERVED: &[&str] = &[
    "id",
    "retracted",
    "org",
    "as",
    "like",
    "root",
    "lang",
    "color",
    "today",
    "help",
    "phase",
    "overdue",
    "on_time",
];

/// Names that lists of records print beside the fields.
const RESERVED_BESIDE: &[&str] = &["kind", "file", "line"];

/// The kind that describes organisations.
const ORGANISATION: &str = "organisation";

/// Flags of `ledger org` that are no fields.
const RESERVED_FOR_ORGS: &[&str] = &["under", "segment"];

/// Notes names that are used twice.
fn twice<'n>(reader: &Reader<'_, '_>, key: &str, names: impl Iterator<Item = &'n str>) {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if seen.contains(&name) {
            reader.note(bad(reader, key, "bad-rule-twice"));
        }
        seen.push(name);
    }
}

/// The names of fields.
pub fn field_names(fields: &[FieldDef]) -> impl Iterator<Item = &str> {
    fields.iter().map(|field| field.name.as_str())
}

fn set_status_choices(updates: &mut FieldDef, choices: Vec<Choice>) {
    if let FieldType::Table(fields) = &mut updates.ty
        && let Some(status) = fields.iter_mut().find(|f| f.name == "status")
    {
        status.ty = FieldType::Choice(choices);
    }
}

fn read_statuses(reader: &Reader<'_, '_>) -> Vec<StatusDef> {
    reader
        .tables("status")
        .into_iter()
        .filter_map(|status| {
            let phase = status.choice("phase", PHASES, None);
            let choice = Choice {
                name: status.required("name")?,
                label: status.label(),
                also: status.texts("also"),
            };
            status.finish();
            Some(StatusDef {
                choice,
                phase: phase?,
            })
        })
        .collect()
}

fn read_choices(reader: &Reader<'_, '_>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for value in reader.tables("values") {
        let Some(name) = value.required("name") else {
            continue;
        };
        let choice = Choice {
            name,
            label: value.label(),
            also: value.texts("also"),
        };
        value.finish();
        choices.push(choice);
    }
    choices
}

/// A rules table that contradicts itself, at the value of `key`.
pub(crate) fn bad(reader: &Reader<'_, '_>, key: &str, why: &'static str) -> Problem {
    Problem::new(Rule::BAD_RULE)
        .at(reader.place_of(key))
        .with("why", Arg::Message(why))
        .with("field", key)
}

/// The greatest number a field takes unless it says otherwise: sums over millions of records still
/// fit.
const MOST: i64 = 999_999_999_999;

/// The greatest bound that rules can set, in smallest units, and the least with its sign turned:
/// below what sums hold by a factor of ten thousand.
const MOST_UNITS: i64 = 99_999_999_999_999;

/// The range of a number with so many decimals: `min`, 0 unless said, and `max`.
fn read_range(reader: &Reader<'_, '_>, places: u32) -> (i64, i64) {
    let most = MOST_UNITS / 10i64.pow(places);
    let bound = |key: &'static str, default: i64| {
        let bound = reader.integer(key).unwrap_or(default);
        if bound.unsigned_abs() > most.unsigned_abs() {
            reader.note(bad(reader, key, "bad-rule-bound-too-far").with("most", most.to_string()));
        }
        bound
    };
    let (min, max) = (bound("min", 0), bound("max", MOST.min(most)));
    if min > max {
        reader.note(bad(reader, "min", "bad-rule-range"));
    }
    (min, max)
}

/// How many decimals a number has at most: `places`, if it is given and can be had.
pub(crate) fn read_places(reader: &Reader<'_, '_>) -> Option<u32> {
    let places = reader.integer("places")?;
    let good = u32::try_from(places)
        .ok()
        .filter(|places| *places <= MOST_PLACES);
    if good.is_none() {
        reader.note(bad(reader, "places", "bad-rule-places"));
    }
    good
}

/// The types of fields by the names that rules use.
pub const FIELD_TYPES: &[(&str, &str)] = &[
    ("text", "text"),
    ("path", "path"),
    ("integer", "integer"),
    ("decimal", "decimal"),
    ("boolean", "boolean"),
    ("date", "date"),
    ("month", "month"),
    ("quarter", "quarter"),
    ("year", "year"),
    ("choice", "choice"),
    ("record", "record"),
    ("organisation", "organisation"),
    ("table", "table"),
    ("updates", "updates"),
];

/// How many bytes of a name its [`head`] holds.
pub const HEAD: usize = 8;

/// The first eight bytes of a name, as a number: names of different numbers differ.
pub fn head(name: &str) -> u64 {
    name.bytes()
        .take(HEAD)
        .rev()
        .fold(0, |number, byte| number << 8 | u64::from(byte))
}

/// Of eight bytes, as a number, those that a name of this length has.
pub fn head_mask(length: usize) -> u64 {
    match length {
        HEAD.. => u64::MAX,
        length => !(u64::MAX << (8 * length)),
    }
}

impl FieldDef {
    /// Reads a field from its rules table.
    pub fn read(reader: Reader<'_, '_>, shared: &Shared) -> Option<FieldDef> {
        let name = reader.required("name")?;
        let label = reader.label();
        let also = reader.texts("also");
        let required = reader.boolean("required");
        let ask = reader
            .choice("ask", ASKS, Some(Ask::IfListed))
            .unwrap_or_default();
        let mut list = reader.boolean("list");
        let unless = reader.text("unless");
        let key = reader
            .integer("key")
            .and_then(|key| usize::try_from(key).ok())
            .unwrap_or(0);
        let ty = match reader.choice("type", FIELD_TYPES, None)? {
            "path" => FieldType::Path,
            "integer" => {
                let (min, max) = read_range(&reader, 0);
                FieldType::Integer { min, max }
            }
            "decimal" => {
                let places = read_places(&reader).unwrap_or(2);
                let (min, max) = read_range(&reader, places);
                FieldType::Decimal { places, min, max }
            }
            "boolean" => FieldType::Boolean,
            "date" => FieldType::Date,
            "month" => FieldType::Month,
            "quarter" => FieldType::Quarter,
            "year" => FieldType::Year,
            "choice" => FieldType::Choice(read_choices(&reader)),
            "record" => FieldType::Record(reader.texts("of")),
            "organisation" => FieldType::Organisation,
            "table" => FieldType::Table(
                reader
                    .tables("field")
                    .into_iter()
                    .filter_map(|f| FieldDef::read(f, shared))
                    .collect(),
            ),
            "updates" => {
                list = true;
                FieldType::Table(shared.update.clone())
            }
            _ => FieldType::Text,
        };
        if let FieldType::Choice(choices) = &ty
            && choices.is_empty()
        {
            reader.missing("values");
        }
        if let FieldType::Table(fields) = &ty
            && fields.is_empty()
        {
            reader.missing("field");
        }
        if !is_key(&name) {
            reader.note(bad(&reader, "name", "bad-rule-name"));
        }
        reader.finish();
        Some(FieldDef {
            head: head(&name),
            name,
            label,
            also,
            required,
            ask,
            list,
            unless,
            key,
            ty,
        })
    }

    /// Whether a record of these values must give it: required, and not excused by the field that
    /// says why not.
    pub fn must_be_given(&self, given: impl Fn(&str) -> bool) -> bool {
        self.required && !self.unless.as_deref().is_some_and(given)
    }

    /// Whether it lists the dated updates of a life cycle.
    fn is_updates(&self) -> bool {
        match &self.ty {
            FieldType::Table(fields) => {
                self.list
                    && fields.iter().any(|f| f.name == "status")
                    && fields.iter().any(|f| f.name == "on")
            }
            _ => false,
        }
    }
}

impl FieldType {
    /// Whether a value is a day or a period.
    pub fn is_time(&self) -> bool {
        match self {
            FieldType::Date | FieldType::Month | FieldType::Quarter | FieldType::Year => true,
            FieldType::Text
            | FieldType::Path
            | FieldType::Integer { .. }
            | FieldType::Decimal { .. }
            | FieldType::Boolean
            | FieldType::Choice(_)
            | FieldType::Record(_)
            | FieldType::Organisation
            | FieldType::Table(_) => false,
        }
    }

    /// Whether a value is a number.
    pub fn is_number(&self) -> bool {
        matches!(self, FieldType::Integer { .. } | FieldType::Decimal { .. })
    }

    /// The message that names the type.
    pub fn message(&self) -> &'static str {
        match self {
            FieldType::Text => "type-text",
            FieldType::Path => "type-path",
            FieldType::Integer { .. } => "type-integer",
            FieldType::Decimal { .. } => "type-decimal",
            FieldType::Boolean => "type-boolean",
            FieldType::Date => "type-date",
            FieldType::Month => "type-month",
            FieldType::Quarter => "type-quarter",
            FieldType::Year => "type-year",
            FieldType::Choice(_) => "type-choice",
            FieldType::Record(_) => "type-record",
            FieldType::Organisation => "type-organisation",
            FieldType::Table(_) => "type-table",
        }
    }
}
