//! Where the table is on a sheet: the rows of its heading, and what each column holds.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::heading::{Headings, Target, Weight, is_percentage, money_unit};
use crate::day::{Day, Period, PeriodName, When, mentioned};
use crate::name::RecordId;
use crate::number::Decimal;
use crate::record::{Value, input};
use crate::rules::form::{FormSpec, squeezed};
use crate::rules::kind::{FieldDef, FieldType, Kind};
use crate::sheet::{At, Cell, Sheet, column_name, column_named};
use crate::written::canonical::quoted;

/// The most rows that a heading has: three, and above them a year and its quarters.
const MOST_ROWS: u32 = 5;

/// The heading of a table and its columns.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// The first and last row of the heading.
    pub(super) first: u32,
    pub(super) last: u32,
    /// The columns that have a heading, from left to right.
    pub(super) columns: Vec<Column>,
    /// How much of it was understood, and how surely.
    pub(super) score: Weight,
    /// Where a second table begins beside it.
    pub(super) doubled: Option<At>,
}

/// A column under a heading.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// The column, from 0.
    pub(super) index: u32,
    /// The words above it, joined.
    pub(super) heading: String,
    /// The lowest cell of its heading.
    pub(super) at: At,
    /// What it holds, where that is known.
    pub(super) target: Option<Target>,
    /// What a tick in it says, where the values of a field stand side by side.
    pub(super) tick: Option<Tick>,
    /// The month, quarter or year that the column is of, where such stand side by side.
    pub(super) group: Option<Group>,
    /// How many yuan its unit of money is.
    pub(super) unit: Option<Decimal>,
    /// Whether its numbers are percentages.
    pub(super) percentage: bool,
    /// The year that its heading names.
    pub(super) year: Option<i32>,
}

/// One of a field's few values, as the heading of a column of ticks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    /// The value as the heading says it.
    pub(super) word: String,
    /// The value.
    pub(super) value: Value,
}

/// Columns of one period beside those of others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Group {
    /// The time as the heading says it; empty where it says none.
    pub(super) said: String,
    /// The period; none where its year is not known.
    pub(super) period: Option<Period>,
    /// Whether it says the year too.
    pub(super) says_year: bool,
    /// The organisation, where such stand side by side.
    pub(super) org: Option<String>,
    /// A field and its value, where amounts of such stand side by side.
    pub(super) choice: Option<(usize, String)>,
}

impl Layout {
    /// The heading that begins at a row, if one does: of those of one to three rows the one of
    /// which most is understood.
    pub(super) fn from(
        sheet: &Sheet,
        headings: &Headings<'_>,
        row: u32,
        year: Option<i32>,
    ) -> Option<Layout> {
        let read = |first: u32, last: u32| {
            let is_fine = |row, below| is_heading_like(sheet, headings, row, below);
            let below = (first + 1..=last).all(|row| is_fine(row, true));
            (below && (first < last || is_fine(last, false)))
                .then(|| Layout::of(sheet, headings, first, last, year))
        };
        let mut best = read(row, row);
        for last in row.saturating_add(1)..row.saturating_add(MOST_ROWS) {
            if sheet.row(last).next().is_none() {
                break;
            }
            let better = read(row, last);
            if let Some(better) = better
                && best.as_ref().is_none_or(|best| best.score < better.score)
            {
                best = Some(better);
            }
        }
        let mut best = best.filter(Layout::is_table)?;
        // A title above the heading adds nothing to it.
        while best.first < best.last {
            match read(best.first + 1, best.last) {
                Some(tighter) if tighter.score >= best.score => best = tighter,
                _ => break,
            }
        }
        Some(best)
    }

    /// The columns under a heading of given rows.
    fn of(
        sheet: &Sheet,
        headings: &Headings<'_>,
        first: u32,
        last: u32,
        year: Option<i32>,
    ) -> Layout {
        let mut columns = Vec::new();
        let mut wishes: Vec<Wish> = Vec::new();
        let kind = headings.kind;
        let headed = headed(sheet, headings, first..=last);
        let mut ticks = ticks(headings, &headed);
        let mut divided = divided(headings, &headed);
        for (index, parts) in &headed {
            let index = *index;
            let lowest = parts.last().map_or(
                At {
                    row: last,
                    column: index,
                },
                |(_, at)| *at,
            );
            let (times, words): (Vec<&Part>, Vec<&Part>) =
                parts.iter().partition(|(text, _)| is_time(kind, text));
            let (orgs, words): (Vec<&Part>, Vec<&Part>) = words
                .into_iter()
                .partition(|(text, _)| headings.is_org(text));
            let org = orgs.last().map(|(text, _)| text.clone());
            let choice = divided.remove(&index);
            // The word is a value, not the name of a field.
            let words = &words[..words.len() - usize::from(choice.is_some())];
            let group = Group::of(kind, &times, (org, choice), year);
            let n = columns.len();
            let tick = ticks.remove(&index);
            match &tick {
                Some((weight, target, _)) => wishes.push((*weight, n, *target)),
                None => wishes.extend(wished(headings, words, n)),
            }
            if words.is_empty()
                && group.is_some()
                && let Some(only) = only_field(kind)
            {
                wishes.push((6, n, Target::Field(only)));
            }
            let heading = joined(parts);
            columns.push(Column {
                index,
                at: lowest,
                target: None,
                tick: tick.map(|(_, _, tick)| tick),
                group,
                unit: money_unit(&heading),
                percentage: is_percentage(&heading),
                year: mentioned(&heading).0,
                heading,
            });
        }
        let mut layout = Layout {
            first,
            last,
            columns,
            score: 0,
            doubled: None,
        };
        layout.keep_years_side_by_side(headings.kind);
        layout.leave_undecided(headings.kind, &mut wishes);
        layout.settle(wishes);
        layout.doubled = layout.second_table(headings);
        layout
    }

    /// One year alone is what a row says, not a heading over columns.
    fn keep_years_side_by_side(&mut self, kind: &Kind) {
        let groups: HashSet<&Group> = self
            .columns
            .iter()
            .filter_map(|c| c.group.as_ref())
            .collect();
        if groups.len() < 2 && matches!(kind.fields[kind.period].ty, FieldType::Year) {
            self.columns
                .iter_mut()
                .for_each(|column| column.group = None);
        }
    }

    /// Of several columns that are as surely the same amount, none is known to be it: `预算金额`
    /// beside `拨付金额`. They are left out, which is said.
    fn leave_undecided(&self, kind: &Kind, wishes: &mut Vec<Wish>) {
        let mut surest: Surest<'_> = HashMap::new();
        for (weight, n, target) in &*wishes {
            let is_amount = match target {
                Target::Field(field) => kind.fields[*field].ty.is_number(),
                _ => false,
            };
            if !is_amount {
                continue;
            }
            let group = self.columns[*n].group.as_ref();
            let known = surest.entry((*target, group)).or_default();
            match weight.cmp(&known.0) {
                std::cmp::Ordering::Greater => *known = (*weight, vec![*n]),
                std::cmp::Ordering::Equal if !known.1.contains(n) => known.1.push(*n),
                _ => {}
            }
        }
        let heading = |n: &usize| self.columns[*n].heading.as_str();
        surest.retain(|_, (_, columns)| {
            let first = heading(&columns[0]);
            columns.iter().any(|n| heading(n) != first)
        });
        let undecided: HashSet<(usize, Target)> = surest
            .iter()
            .flat_map(|((target, _), (_, columns))| columns.iter().map(|n| (*n, *target)))
            .collect();
        wishes.retain(|(_, n, target)| !undecided.contains(&(*n, *target)));
    }

    /// Where the same headings begin once more: two columns that are left out though they are named
    /// as others are.
    fn second_table(&self, headings: &Headings<'_>) -> Option<At> {
        let known = self.columns.iter().filter(|column| column.target.is_some());
        let taken: HashSet<&str> = known.map(|column| column.heading.as_str()).collect();
        let is_second = |column: &&Column| {
            column.target.is_none()
                && taken.contains(column.heading.as_str())
                && headings
                    .surest(&column.heading)
                    .is_some_and(|(target, weight)| {
                        weight >= 8 && matches!(target, Target::Field(_))
                    })
        };
        let second: Vec<&Column> = self.columns.iter().filter(is_second).collect();
        (second.len() > 1).then(|| second[0].at)
    }

    /// Gives each column what it most surely is; what is taken by a surer one is left to it.
    fn settle(&mut self, mut wishes: Vec<Wish>) {
        wishes
            .sort_by_key(|(weight, column, target)| (std::cmp::Reverse(*weight), *column, *target));
        let mut taken: HashMap<(Target, Option<Group>), Vec<Option<&str>>> = HashMap::new();
        let words: Vec<Option<String>> = self
            .columns
            .iter()
            .map(|column| Some(column.tick.as_ref()?.word.clone()))
            .collect();
        let mut counted: HashSet<Target> = HashSet::new();
        for (weight, n, target) in wishes {
            let group = self.columns[n].group.clone();
            // A running number stands once in each part of a form; columns of ticks share a field,
            // each with a word of its own.
            let word = words[n].as_deref();
            let others = taken.entry((target, group)).or_default();
            let is_free = others.is_empty()
                || word.is_some() && !others.contains(&None) && !others.contains(&word);
            if self.columns[n].target.is_none() && is_free {
                others.push(word);
                self.columns[n].target = Some(target);
                if !matches!(target, Target::Serial | Target::Id) && counted.insert(target) {
                    self.score += weight;
                }
            }
        }
        // Months side by side are told apart only by a heading that has them, and their year by
        // one that says it.
        let groups = self.groups();
        let dated = groups.iter().filter(|group| group.says_year).count();
        // So are values side by side.
        let is_tick = |column: &&Column| column.target.is_some() && column.tick.is_some();
        let ticked = self.columns.iter().filter(is_tick).count();
        self.score += Weight::try_from(groups.len() + dated + ticked).unwrap_or(0);
        // The total of all months is none of them.
        let grouped = self.columns.iter().any(|column| column.group.is_some());
        let in_groups: HashSet<Target> = self
            .columns
            .iter()
            .filter(|column| column.group.is_some())
            .filter_map(|column| column.target)
            .collect();
        for column in &mut self.columns {
            let outside = grouped && column.group.is_none();
            if outside
                && column
                    .target
                    .is_some_and(|target| in_groups.contains(&target))
            {
                column.target = None;
            }
        }
    }

    /// Whether it is the heading of a table: a field is known, and something beside it.
    fn is_table(&self) -> bool {
        let known: HashSet<Target> = self
            .columns
            .iter()
            .filter_map(|column| column.target)
            .filter(|target| !matches!(target, Target::Serial | Target::Id))
            .collect();
        let has_field = known
            .iter()
            .any(|target| matches!(target, Target::Field(_) | Target::Update(_)));
        let groups = self.groups().len();
        has_field && (known.len() >= 2 || groups >= 2)
    }

    /// The columns as a form that is known says them.
    pub(super) fn told(
        sheet: &Sheet,
        headings: &Headings<'_>,
        spec: &FormSpec,
        row: u32,
        year: Option<i32>,
    ) -> Layout {
        let mut layout = Layout::of(sheet, headings, row, row, year);
        for column in &mut layout.columns {
            column.target = None;
        }
        for (letter, name) in &spec.columns {
            let Some(index) = column_named(letter) else {
                continue;
            };
            let target = headings.named(name);
            match layout
                .columns
                .iter_mut()
                .find(|column| column.index == index)
            {
                Some(column) => column.target = target,
                None => layout.columns.push(Column {
                    index,
                    heading: String::new(),
                    at: At { row, column: index },
                    target,
                    tick: None,
                    group: None,
                    unit: None,
                    percentage: false,
                    year: None,
                }),
            }
        }
        layout
    }

    /// What is known of the columns, to be kept for the next form of its sort.
    pub(super) fn spec(&self, sheet: &Sheet, kind: &Kind, year: Option<i32>) -> FormSpec {
        let name = |target: Target| target_name(kind, target);
        let ticked = self.columns.iter().any(|column| column.tick.is_some());
        let known = self.columns.iter().filter_map(|column| {
            let target = column.target.filter(|target| *target != Target::Serial)?;
            Some((column_name(column.index), name(target)))
        });
        FormSpec {
            name: kind.name.clone(),
            kind: kind.name.clone(),
            sheet: None,
            heading: None,
            headings: heading_texts(sheet, self.last),
            // Months or values side by side cannot be said column by column: they are found again.
            columns: match self.groups().is_empty() && !ticked {
                true => known.collect(),
                false => Vec::new(),
            },
            set: Vec::new(),
            year,
            place: kind.place.clone(),
        }
    }

    /// The groups of columns, from left to right; none where months do not stand side by side.
    pub(super) fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for column in &self.columns {
            if let Some(group) = column.group.as_ref().filter(|_| column.target.is_some())
                && !groups.contains(group)
            {
                groups.push(group.clone());
            }
        }
        groups
    }

    /// The column that holds something, in a group or beside all groups.
    pub(super) fn column_of(&self, target: Target, group: Option<&Group>) -> Option<&Column> {
        let is_it = |column: &&Column| {
            column.target == Some(target)
                && (column.group.is_none() || column.group.as_ref() == group)
        };
        self.columns.iter().find(is_it)
    }
}

/// A form that is known as a file of rules has it.
pub fn spec_text(spec: &FormSpec) -> String {
    let list = |texts: &[String]| {
        texts
            .iter()
            .map(|t| quoted(t))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let pairs = |pairs: &[(String, String)]| {
        let pair = |(key, value): &(String, String)| format!("{} = {}", quoted(key), quoted(value));
        pairs.iter().map(pair).collect::<Vec<_>>().join(", ")
    };
    let mut out = format!(
        "[[form]]\nname = {}\nkind = {}\n",
        quoted(&spec.name),
        quoted(&spec.kind)
    );
    if let Some(sheet) = &spec.sheet {
        out.push_str(&format!("sheet = {}\n", quoted(sheet)));
    }
    if let Some(row) = spec.heading {
        out.push_str(&format!("heading = {row}\n"));
    }
    out.push_str(&format!("headings = [{}]\n", list(&spec.headings)));
    out.push_str(&format!("columns = {{ {} }}\n", pairs(&spec.columns)));
    if !spec.set.is_empty() {
        out.push_str(&format!("set = {{ {} }}\n", pairs(&spec.set)));
    }
    if let Some(year) = spec.year {
        out.push_str(&format!("year = {year}\n"));
    }
    out
}

/// The texts of the row just above a table's body, by which a form is found again.
pub(super) fn heading_texts(sheet: &Sheet, row: u32) -> Vec<String> {
    sheet
        .row(row)
        .map(|(_, cell)| squeezed(&cell.typed()))
        .collect()
}

fn target_name(kind: &Kind, target: Target) -> String {
    match target {
        Target::Serial => String::new(),
        Target::Id => "id".to_owned(),
        Target::Org => "org".to_owned(),
        Target::Above => "above".to_owned(),
        Target::Field(n) => kind.fields[n].name.clone(),
        Target::Update(n) => {
            let columns = super::heading::update_columns(kind).unwrap_or_default();
            format!("updates.{}", columns[n].name)
        }
    }
}

/// A word of a heading, and where it stands.
type Part = (String, At);

/// How surely a column, by its place among the columns, is something.
type Wish = (Weight, usize, Target);

/// For what is wished for in a group of columns, the columns that are it most surely.
type Surest<'g> = HashMap<(Target, Option<&'g Group>), (Weight, Vec<usize>)>;

/// The columns that have a heading, and the words of each from the top down.
fn headed(
    sheet: &Sheet,
    headings: &Headings<'_>,
    rows: std::ops::RangeInclusive<u32>,
) -> Vec<(u32, Vec<Part>)> {
    let mut carried: Vec<Option<(Cell, At)>> = vec![None; rows.clone().count()];
    let mut headed = Vec::new();
    for index in 0..sheet.width() {
        let parts = parts(sheet, index, rows.clone(), &mut carried);
        let parts = parts.into_iter().flat_map(|part| untimed(headings, part));
        let parts: Vec<Part> = parts.collect();
        if !parts.is_empty() {
            headed.push((index, parts));
        }
    }
    headed
}

/// Columns whose lowest words say something of the heading that they stand under together: what
/// `read` makes of heading and word, where at least two of that sort stand under one heading.
fn side_by_side<S: Eq + Hash + Copy, T>(
    headed: &[(u32, Vec<Part>)],
    read: impl Fn(&str, &str) -> Option<(S, T)>,
) -> HashMap<u32, T> {
    let mut found = Vec::new();
    let mut beside: HashMap<(S, At), usize> = HashMap::new();
    for (index, parts) in headed {
        if let [.., (heading, above), (word, _)] = &parts[..]
            && let Some((sort, said)) = read(heading, word)
        {
            *beside.entry((sort, *above)).or_default() += 1;
            found.push((*index, (sort, *above), said));
        }
    }
    found.retain(|(_, sort, _)| beside[sort] > 1);
    found
        .into_iter()
        .map(|(index, _, said)| (index, said))
        .collect()
}

/// The columns of ticks: where the words under the heading of a field are values of it.
fn ticks(
    headings: &Headings<'_>,
    headed: &[(u32, Vec<Part>)],
) -> HashMap<u32, (Weight, Target, Tick)> {
    side_by_side(headed, |heading, word| {
        let (weight, target, value) = headings.ticked(heading, word)?;
        let word = word.to_owned();
        Some((target, (weight, target, Tick { word, value })))
    })
}

/// The columns of amounts that stand side by side by a field's values: the field and the value.
/// Where the field has a column of its own they are something else.
fn divided(headings: &Headings<'_>, headed: &[(u32, Vec<Part>)]) -> HashMap<u32, (usize, String)> {
    let mut divided = side_by_side(headed, |heading, word| {
        let (field, value) = headings.divided(heading, word)?;
        Some((field, (field, value)))
    });
    if divided.is_empty() {
        return divided;
    }
    let lowest = headed.iter().filter_map(|(_, parts)| parts.last());
    let named = lowest.flat_map(|(text, _)| headings.targets(text));
    let own: HashSet<Target> = named
        .filter(|(_, weight)| *weight >= 8)
        .map(|(target, _)| target)
        .collect();
    divided.retain(|_, (field, _)| !own.contains(&Target::Field(*field)));
    divided
}

/// What a column may be by its words: each of them, the lower the surer, and all together.
fn wished(headings: &Headings<'_>, words: &[&Part], n: usize) -> Vec<Wish> {
    let mut wishes = Vec::new();
    for (depth, (text, _)) in (0..).zip(words.iter().rev()) {
        let more = headings.targets(text).into_iter();
        wishes.extend(more.map(|(t, w)| (w.saturating_sub(depth), n, t)));
    }
    if words.len() > 1 {
        let all = headings.targets(&joined(words.iter().copied())).into_iter();
        wishes.extend(all.map(|(t, w)| (w, n, t)));
    }
    wishes
}

fn joined<'p>(parts: impl IntoIterator<Item = &'p Part>) -> String {
    parts.into_iter().map(|(text, _)| text.as_str()).collect()
}

/// The words above a column, from the top down, each once, and where they stand.
fn parts(
    sheet: &Sheet,
    column: u32,
    rows: std::ops::RangeInclusive<u32>,
    carried: &mut [Option<(Cell, At)>],
) -> Vec<(String, At)> {
    let last = *rows.end();
    let mut parts: Vec<(String, At)> = Vec::new();
    let below = |row: u32| (row + 1..=last).any(|row| sheet.at(At { row, column }).is_some());
    for (row, carried) in rows.zip(carried) {
        let found = sheet.at(At { row, column });
        let found = match found {
            Some((cell, at)) => {
                *carried = Some((cell.clone(), at));
                Some((cell.clone(), at))
            }
            // Separated values have no merged cells: a word reaches to the right as far as nothing
            // else stands there.
            None if row < last && below(row) => carried.clone(),
            None => {
                *carried = None;
                None
            }
        };
        if let Some((cell, at)) = found
            && parts.last().is_none_or(|(_, before)| *before != at)
        {
            let text: String = cell.typed().split_whitespace().collect();
            parts.push((text, at));
        }
    }
    parts
}

/// Whether a row can be the last of a heading: no day, no amount, no id, and if rows stand above it
/// in the heading, at least half of what it says is known.
fn is_heading_like(sheet: &Sheet, headings: &Headings<'_>, row: u32, below_others: bool) -> bool {
    let (mut known, mut all) = (0, 0);
    // Organisations, or months, are headings only where several stand side by side.
    let mut beside = 0;
    for (column, cell) in sheet.row(row) {
        if sheet.origin(At { row, column }) != (At { row, column }) {
            continue;
        }
        let text = match cell {
            // Separated values are texts, whatever they say.
            Cell::Text(text) => match input::number(text).and_then(Decimal::whole) {
                Some(number) if !is_year(number) => return false,
                _ if text.parse::<Day>().is_ok() => return false,
                // What has the id of a record is one, whatever its other cells say.
                _ if text.parse::<RecordId>().is_ok() => return false,
                _ => text.clone(),
            },
            // A year.
            Cell::Number { value, .. } if value.whole().is_some_and(is_year) => cell.typed(),
            _ => return false,
        };
        all += 1;
        let is_name =
            headings.names(&text) || below_others && is_tick(sheet, headings, At { row, column });
        let is_beside = headings.is_org(&text) || is_time(headings.kind, &text);
        known += usize::from(is_name);
        beside += usize::from(is_beside && !is_name);
    }
    if known > 0 || beside > 1 {
        known += beside;
    }
    all > 0 && (!below_others || 2 * known >= all)
}

/// Whether a cell of a heading is a value, and one beside it under the same heading is one too.
fn is_tick(sheet: &Sheet, headings: &Headings<'_>, at: At) -> bool {
    let text = |at: At| sheet.at(at).and_then(|(cell, _)| cell.text());
    let above = |at: At| {
        let above = At {
            row: at.row - 1,
            ..at
        };
        sheet.at(above).map(|_| sheet.origin(above))
    };
    let column = |column: u32| At { column, ..at };
    let is_value = |at: At| text(at).is_some_and(|text| headings.is_value(text));
    let right = column(at.column + 1);
    let left = at.column.checked_sub(1).map(column);
    // Separated values have no merged cells: a heading reaches to the right over blanks.
    let goes_on =
        |first: At, second: At| above(second).is_none_or(|heading| above(first) == Some(heading));
    is_value(at)
        && (is_value(right) && goes_on(at, right)
            || left.is_some_and(|left| is_value(left) && goes_on(left, at)))
}

fn is_year(number: i64) -> bool {
    (1990..=2100).contains(&number)
}

/// Whether a heading is a period: of the sort that a kind's records belong to, or a longer one
/// above such.
fn is_time(kind: &Kind, text: &str) -> bool {
    span_of(kind, text).is_some()
}

/// How long a period of a heading is, where a kind's records belong to such or to parts of such.
fn span_of(kind: &Kind, text: &str) -> Option<PeriodName> {
    let of_any_year = When {
        today: None,
        year: Some(2000),
    };
    let longer: &[PeriodName] = match kind.fields[kind.period].ty {
        FieldType::Month => &[
            PeriodName::Month,
            PeriodName::Quarter,
            PeriodName::HalfYear,
            PeriodName::Year,
        ],
        FieldType::Quarter => &[PeriodName::Quarter, PeriodName::HalfYear, PeriodName::Year],
        FieldType::Year => &[PeriodName::Year],
        _ => return None,
    };
    let text: String = text.split_whitespace().collect();
    let period = Period::read(text.trim_end_matches(['：', ':']), of_any_year).ok()?;
    longer.contains(&period.span()).then(|| period.span())
}

impl Group {
    fn of(
        kind: &Kind,
        times: &[&Part],
        (org, choice): (Option<String>, Option<(usize, String)>),
        year: Option<i32>,
    ) -> Option<Group> {
        let wanted = match kind.fields[kind.period].ty {
            FieldType::Month => PeriodName::Month,
            FieldType::Quarter => PeriodName::Quarter,
            _ => PeriodName::Year,
        };
        let (mut year, mut says_year) = (year, false);
        let mut time: Option<(String, Option<Period>)> = None;
        for (text, _) in times {
            let read = Period::read(text, When { today: None, year }).ok();
            let itself = Period::read(text, When::default()).ok();
            if span_of(kind, text) == Some(wanted) {
                says_year |= itself.is_some();
                time = Some((text.clone(), read));
            } else if let Some(longer) = itself {
                (year, says_year) = (Some(longer.first().year()), true);
            }
        }
        if time.is_none() && org.is_none() && choice.is_none() {
            return None;
        }
        let (said, period) = time.unwrap_or_default();
        Some(Group {
            said,
            period,
            says_year: says_year && period.is_some(),
            org,
            choice,
        })
    }
}

/// A heading that has its month or quarter before its field as two: `7月受理数`.
fn untimed(headings: &Headings<'_>, part: Part) -> Vec<Part> {
    let (text, at) = &part;
    let end = text.find(['月', '度']).map(|at| at + '月'.len_utf8());
    let Some((time, rest)) = end.map(|end| text.split_at(end)) else {
        return vec![part];
    };
    let rest = rest.trim_start_matches('份');
    let is_both = is_time(headings.kind, time) && !headings.targets(rest).is_empty();
    match is_both && headings.targets(text).is_empty() {
        true => vec![(time.to_owned(), *at), (rest.to_owned(), *at)],
        false => vec![part],
    }
}

/// What a kind's records are about, where that is just one field: the only number that must be
/// given, or the only field beside the period.
fn only_field(kind: &Kind) -> Option<usize> {
    let must = kind
        .fields
        .iter()
        .enumerate()
        .filter(|(_, field)| field.required);
    let must: Vec<(usize, &FieldDef)> = must.filter(|(n, _)| *n != kind.period).collect();
    let numbers: Vec<usize> = must
        .iter()
        .filter(|(_, f)| f.ty.is_number())
        .map(|(n, _)| *n)
        .collect();
    match (&numbers[..], &must[..]) {
        ([n], _) => Some(*n),
        (_, [(n, _)]) => Some(*n),
        _ => None,
    }
}
