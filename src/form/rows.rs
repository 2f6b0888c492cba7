//! Through a sheet, row by row: what is a record, what its cells say, and what is none.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};

use super::heading::{
    Headings, OtherHeadings, Target, money_unit, update_columns, without_brackets,
};
use super::layout::{Column, Layout, heading_texts};
use super::place::{Places, Titles};
use super::value::Percent;
use super::{Entry, Form, FormRow, Request, RowKind};
use crate::day::{Period, When, mentioned};
use crate::locale::Choices;
use crate::name::RecordId;
use crate::number::Decimal;
use crate::problem::{Problem, Rule};
use crate::record::{Value, input};
use crate::rules::Rules;
use crate::rules::form::{FormSpec, Wording, squeezed};
use crate::rules::kind::{FieldType, Kind};
use crate::sheet::{At, Cell, FORM_LISTS, Sheet, Workbook};

/// Reads every sheet of a workbook.
///
/// # Errors
/// A value that every row is given does not fit its field.
pub(super) fn read(request: &Request<'_>, workbook: &Workbook) -> Result<Form, Problem> {
    let mut form = Form::default();
    let places = Places::of(request.tree);
    let titles = Titles::of(request.tree);
    let headings = Headings::in_ledger(request.tree, request.kind);
    let of_others = OtherHeadings::of(request.tree.rules);
    let set = set(request, &headings)?;
    for sheet in &workbook.sheets {
        let asked = request
            .sheet
            .as_ref()
            .is_none_or(|name| *name == sheet.name);
        if sheet.name == FORM_LISTS {
            form.given = given(sheet);
            continue;
        }
        if !asked {
            continue;
        }
        let mut reader = SheetReader {
            request,
            sheet,
            headings: &headings,
            of_others: &of_others,
            places: &places,
            titles: &titles,
            set: &set,
            context: Context::default(),
            layout: None,
            above: None,
            org: None,
            percents: HashMap::new(),
            body: Vec::new(),
            form: &mut form,
        };
        if !reader.read() {
            let rules = request.tree.rules;
            let likely = super::kinds(rules, std::slice::from_ref(sheet), &sheet.name);
            let likely = likely.first().map(|(kind, _)| *kind);
            if let Some(kind) = likely.filter(|kind| kind.number != request.kind.number) {
                form.looks_like(kind, sheet);
            }
        }
    }
    Ok(form)
}

/// The ids of the records that a form was given out with.
fn given(sheet: &Sheet) -> Vec<RecordId> {
    let cells = sheet.rows().flat_map(|row| sheet.row(row));
    let texts = cells.filter_map(|(_, cell)| cell.text());
    texts.filter_map(|text| text.parse().ok()).collect()
}

/// The values that every row has though the form does not say them.
fn set(request: &Request<'_>, headings: &Headings<'_>) -> Result<Vec<(Target, Value)>, Problem> {
    let kind = request.kind;
    let told = request.spec.iter().flat_map(|spec| &spec.set);
    let when = When {
        today: Some(request.today),
        year: request.year,
    };
    told.chain(&request.set)
        .map(|(name, text)| {
            let unknown = || {
                Problem::new(Rule::UNKNOWN_FIELD)
                    .with("field", name.as_str())
                    .with("kind", &kind.label)
                    .with("allowed", Choices::labelled(name, kind.named_fields()))
            };
            let target = headings.named(name).ok_or_else(unknown)?;
            let field = match target {
                Target::Field(n) => &kind.fields[n],
                Target::Update(n) => &update_columns(kind).unwrap_or_default()[n],
                _ => return Err(unknown()),
            };
            let value = input::value(field, text, when)?;
            let value = match field.list {
                true => Value::List(vec![value]),
                false => value,
            };
            Ok((target, value))
        })
        .collect()
}

/// How likely sheets hold a table of a kind; none where no sheet has the headings for it.
pub(super) fn likelihood(rules: &Rules, kind: &Kind, sheets: &[Sheet], name: &str) -> Option<u32> {
    let headings = Headings::of(rules, kind);
    let mut best = None;
    for sheet in sheets {
        let rows: Vec<u32> = sheet.rows().take(30).collect();
        let mut layouts = rows
            .iter()
            .filter_map(|row| Layout::from(sheet, &headings, *row, Some(2000)));
        let Some(layout) = layouts.next() else {
            continue;
        };
        let unknown = layout
            .columns
            .iter()
            .filter(|column| column.target.is_none());
        let missing = kind.fields.iter().enumerate().filter(|(n, field)| {
            field.required
                && layout
                    .columns
                    .iter()
                    .all(|c| c.target != Some(Target::Field(*n)))
        });
        let called = |text: &str| squeezed(text).contains(&squeezed(&kind.label.zh));
        let above = rows.iter().take_while(|row| **row < layout.first);
        let titled = above
            .flat_map(|row| sheet.row(*row))
            .any(|(_, cell)| cell.text().is_some_and(called));
        let named = titled || called(&sheet.name) || called(name);
        let likely = (layout.score + if named { 20 } else { 0 })
            .saturating_sub(4 * unknown.count() as u32 + 6 * missing.count() as u32);
        best = best.max(Some(likely));
    }
    best
}

/// The last row of the heading of a form that was told, if the sheet has it.
pub(super) fn told_heading(spec: &FormSpec, sheet: &Sheet) -> Option<u32> {
    if spec.sheet.as_ref().is_some_and(|name| *name != sheet.name) {
        return None;
    }
    if !spec.headings.is_empty() {
        let wanted: Vec<String> = spec.headings.iter().map(|text| squeezed(text)).collect();
        let found = sheet
            .rows()
            .take(50)
            .find(|row| heading_texts(sheet, *row) == wanted);
        if found.is_some() {
            return found;
        }
    }
    spec.heading.and_then(|row| row.checked_sub(1))
}

/// What the rows above a table say of all its rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Context {
    pub(super) org: Option<(String, At)>,
    year: Option<i32>,
    pub(super) period: Option<Period>,
    /// All that were said.
    years: Vec<i32>,
    periods: Vec<Period>,
    /// Whether rows of a table were read since.
    is_used: bool,
    unit: Option<Decimal>,
    /// Whether the organisation is that of a row between others.
    pub(super) of_section: bool,
}

/// What a row of a table's body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Record,
    Section,
    Total,
    Subtotal,
    Other,
}

/// A walk through a sheet.
pub(super) struct SheetReader<'a, 't> {
    pub(super) request: &'a Request<'t>,
    pub(super) sheet: &'a Sheet,
    pub(super) headings: &'a Headings<'t>,
    of_others: &'a OtherHeadings<'t>,
    pub(super) places: &'a Places<'t>,
    pub(super) titles: &'a Titles<'t>,
    pub(super) set: &'a [(Target, Value)],
    pub(super) context: Context,
    pub(super) layout: Option<Layout>,
    /// The organisations of the row above, for rows that leave them blank.
    pub(super) above: Option<(String, At)>,
    pub(super) org: Option<(String, At)>,
    /// How the columns of the table write percentages.
    pub(super) percents: HashMap<u32, Percent>,
    /// The rows of the table so far.
    pub(super) body: Vec<(u32, Class)>,
    pub(super) form: &'a mut Form,
}

impl SheetReader<'_, '_> {
    /// Reads the sheet; says whether it has a table of the kind.
    fn read(&mut self) -> bool {
        let sheet = self.sheet;
        self.note_time(&sheet.name);
        let spec = self.request.spec.as_ref();
        let told = spec.map(|spec| (spec, told_heading(spec, sheet)));
        let (mut skip_to, mut found) = (0, false);
        for row in sheet.rows().collect::<Vec<_>>() {
            if row < skip_to {
                self.note(row, RowKind::Heading, None);
                continue;
            }
            let layout = match told {
                Some((spec, heading)) if !spec.columns.is_empty() => {
                    let told = || Layout::told(sheet, self.headings, spec, row, self.year());
                    (heading == Some(row)).then(told)
                }
                _ => self.heading_at(row),
            };
            if let Some(layout) = layout {
                (self.context.period, skip_to) = (
                    self.context.period.or_else(|| self.period_of(&layout)),
                    layout.last + 1,
                );
                self.begin(layout);
                self.note(row, RowKind::Heading, None);
                found = true;
                continue;
            }
            // What stands below the heading of another kind is of that kind.
            let other = told
                .is_none()
                .then(|| self.of_others.heading(sheet, row))
                .flatten();
            if let Some(kind) = other.filter(|kind| kind.number != self.request.kind.number) {
                self.finish_table();
                self.form.looks_like(kind, sheet);
                self.note(row, RowKind::Context, None);
                continue;
            }
            self.row(row);
        }
        self.finish_table();
        found
    }

    fn note(&mut self, row: u32, row_kind: RowKind, record: Option<Entry>) {
        self.form.rows.push(FormRow {
            sheet: self.sheet.name.clone(),
            row,
            row_kind,
            record: record.map(Box::new),
        });
    }

    pub(super) fn year(&self) -> Option<i32> {
        let spec = self.request.spec.as_ref();
        self.request
            .year
            .or_else(|| spec.and_then(|spec| spec.year))
            .or(self.context.year)
    }

    /// The heading that begins at a row: the first of the sheet, or another below it.
    fn heading_at(&self, row: u32) -> Option<Layout> {
        if self.layout.is_some() {
            // A row of a table looks like a heading only if most of it is names of fields.
            let cells: Vec<&Cell> = self.sheet.row(row).map(|(_, cell)| cell).collect();
            let named = |cell: &&&Cell| cell.text().is_some_and(|text| self.headings.names(text));
            let known = cells.iter().filter(named).count();
            if known < 2 || 5 * known < 3 * cells.len() {
                return None;
            }
        }
        let mut layout = Layout::from(self.sheet, self.headings, row, self.year())?;
        let wanted = self.request.sheet.is_some();
        if !wanted && !self.covers(&layout) {
            return None;
        }
        // What stands above the heading is read as what stands above it.
        if layout.first > row {
            return None;
        }
        self.unite(&mut layout);
        Some(layout)
    }

    /// Whether a table has enough of what a record must have for it to be of this kind: half.
    fn covers(&self, layout: &Layout) -> bool {
        let kind = self.request.kind;
        let given = |target: Target| {
            self.set.iter().any(|(set, _)| *set == target)
                || layout
                    .columns
                    .iter()
                    .any(|column| column.target == Some(target))
        };
        let must = kind
            .fields
            .iter()
            .enumerate()
            .filter(|(_, field)| field.required);
        let (mut all, mut found) = (0, 0);
        for (n, _) in must {
            all += 1;
            let is_year = matches!(kind.fields[n].ty, FieldType::Year);
            let is_told = self.context.period.is_some() || self.period_of_sheet().is_some();
            let by_time = n == kind.period
                && (!layout.groups().is_empty() || is_told || is_year && self.year().is_some());
            found += usize::from(by_time || given(Target::Field(n)));
        }
        2 * found >= all
    }

    /// Sums of money are in the unit that stands above the table where no heading names another.
    fn unite(&self, layout: &mut Layout) {
        let of_notes = LazyCell::new(|| self.unit_of_notes());
        for column in &mut layout.columns {
            let is_money = match column.target {
                Some(Target::Field(n)) => {
                    let label = &self.request.kind.fields[n].label;
                    money_unit(&label.zh).is_some() || money_unit(&label.en).is_some()
                }
                _ => false,
            };
            let below = At {
                row: layout.last + 1,
                column: column.index,
            };
            let stands_below = || money_unit(self.sheet.at(below)?.0.text()?);
            column.unit = match is_money {
                true => column
                    .unit
                    .or_else(stands_below)
                    .or(self.context.unit)
                    .or_else(|| *of_notes),
                false => None,
            };
        }
    }

    /// The unit of money that notes of the sheet name, wherever they stand; of several none.
    fn unit_of_notes(&self) -> Option<Decimal> {
        /// A note stands alone in its row, or beside its word.
        const FEW: usize = 2;
        let mut units: Vec<Decimal> = Vec::new();
        for row in self.sheet.rows() {
            let mut texts = self.sheet.row(row).filter_map(|(_, cell)| cell.text());
            let few: Vec<&str> = texts.by_ref().take(FEW).collect();
            if texts.next().is_none() {
                units.extend(few.into_iter().filter_map(money_unit));
            }
        }
        units.dedup();
        only(&units)
    }

    fn period_of(&self, layout: &Layout) -> Option<Period> {
        let headings = layout.columns.iter().map(|column| column.heading.as_str());
        headings.filter_map(|heading| mentioned(heading).1).next()
    }

    /// Goes on with a table under a heading; the same heading once more goes on with the same.
    fn begin(&mut self, layout: Layout) {
        let targets = |layout: &Layout| -> Vec<(u32, Option<Target>)> {
            let columns = layout.columns.iter();
            columns
                .map(|column| (column.index, column.target))
                .collect()
        };
        let is_same = self
            .layout
            .as_ref()
            .is_some_and(|before| targets(before) == targets(&layout));
        if !is_same {
            self.finish_table();
        }
        (self.above, self.org) = (None, None);
        if self.form.spec.is_none() {
            let year = self.request.year;
            self.form.spec = Some(layout.spec(self.sheet, self.request.kind, year));
        }
        let percents = layout.columns.iter();
        let percents = percents.map(|column| (column.index, self.percent(&layout, column)));
        self.percents = percents.collect();
        self.layout = Some(layout);
    }

    fn row(&mut self, row: u32) {
        let Some(layout) = self.layout.take() else {
            self.above_table(row);
            if self.form.seen.len() < 12 {
                let texts = self.sheet.row(row).filter_map(|(_, cell)| cell.text());
                let texts: Vec<String> = texts
                    .map(|text| input::masked(&squeezed(text)))
                    .take(12)
                    .collect();
                if texts.len() > 1 {
                    self.form.seen.extend(texts);
                }
            }
            self.note(row, RowKind::Context, None);
            return;
        };
        let class = self.class(&layout, row);
        self.body.push((row, class));
        match class {
            Class::Record => {
                self.context.is_used = true;
                self.records(&layout, row);
            }
            Class::Section => {
                self.above_table(row);
                self.section(row);
                self.note(row, RowKind::Context, None);
            }
            Class::Total | Class::Subtotal => self.note(row, RowKind::Total, None),
            Class::Other => {
                self.above_table(row);
                self.note(row, RowKind::Context, None);
            }
        }
        self.layout = Some(layout);
    }

    /// The texts of a row, each of a merged area once, and where they stand.
    fn texts(&self, row: u32) -> Vec<(String, At)> {
        let cells = self.sheet.row(row);
        cells
            .map(|(column, cell)| (cell.typed(), At { row, column }))
            .collect()
    }

    /// What a row that is no record says of the rows below it.
    fn above_table(&mut self, row: u32) {
        let wording = &self.request.tree.rules.wording;
        let texts = self.texts(row);
        for (n, (text, at)) in texts.iter().enumerate() {
            self.context.unit = money_unit(text).or(self.context.unit);
            let spaced = text.replace(['：', '﹕'], ":");
            let mut words = spaced.split_whitespace().peekable();
            while let Some(word) = words.next() {
                let Some((label, rest)) = word.split_once(':') else {
                    if !Wording::begins(&wording.signature, word) {
                        self.note_time(word);
                    }
                    continue;
                };
                let label = without_brackets(label);
                let is_org = [&wording.reporter, &wording.organisation, &wording.above];
                if !is_org.iter().any(|words| Wording::is(words, &label)) {
                    continue;
                }
                let beside = || {
                    texts
                        .get(n + 1)
                        .map(|(text, at)| (text.trim().to_owned(), *at))
                };
                let said = match (rest, words.peek()) {
                    ("", None) => beside(),
                    ("", Some(next)) => Some(((*next).to_owned(), *at)),
                    (rest, _) => Some((rest.to_owned(), *at)),
                };
                if let Some((said, at)) = said {
                    self.note_reporter(&said, at);
                }
            }
        }
    }

    /// A year, or a month or quarter, of a title.
    fn note_time(&mut self, text: &str) {
        let (year, period) = mentioned(text);
        if year.is_none() {
            return;
        }
        // What is said after a table is said of the next one.
        if std::mem::take(&mut self.context.is_used) {
            (self.context.year, self.context.period) = (None, None);
            (self.context.years, self.context.periods) = (Vec::new(), Vec::new());
        }
        self.context.years.extend(year);
        self.context.periods.extend(period);
        self.context.years.dedup();
        self.context.periods.dedup();
        // Of two years none is meant.
        self.context.year = only(&self.context.years);
        self.context.period = only(&self.context.periods);
    }

    /// What stands behind “单位：”: an organisation, or the unit of numbers.
    fn note_reporter(&mut self, said: &str, at: At) {
        let said = match said.split_once(['（', '(']) {
            Some((name, inside)) if inside.contains('章') => name,
            _ => said.trim_end_matches([')', '）']),
        };
        if let Some(unit) = money_unit(said) {
            self.context.unit = Some(unit);
        } else if input::number(&format!("1{}", squeezed(said))).is_none() && said != "%" {
            self.context.org = Some((said.to_owned(), at));
            (self.above, self.org) = (None, None);
        }
    }

    /// A row between others that names an organisation names it for those below; one of the same
    /// sort that names another, which nobody knows, has them refused.
    fn section(&mut self, row: u32) {
        if let Some((text, at)) = self.texts(row).into_iter().next() {
            let name = without_number(&text)
                .trim_end_matches([':', '：'])
                .to_owned();
            let bare = without_brackets(&name);
            let named = [name.as_str(), bare.trim()]
                .into_iter()
                .find(|name| self.places.named(name).is_some())
                .map(str::to_owned);
            let is_paragraph = name.len() < text.trim().len();
            match named {
                Some(name) => {
                    self.context.org = Some((name, at));
                    self.context.of_section = true;
                }
                // What stands where organisations do, and is none and no time, is one nobody knows.
                None if self.context.of_section && (is_paragraph || !is_said(&name)) => {
                    let is_bare = !bare.trim().is_empty();
                    self.context.org = Some((if is_bare { bare } else { name }, at));
                }
                None => return,
            }
            (self.above, self.org) = (None, None);
        }
    }

    fn class(&self, layout: &Layout, row: u32) -> Class {
        let wording = &self.request.tree.rules.wording;
        let texts = self.texts(row);
        let Some((first, _)) = texts.first() else {
            return Class::Other;
        };
        let held = self.held(layout, row);
        if held.contains(&Target::Id) {
            return Class::Record;
        }
        let labelled = |words: &[String]| {
            let first = texts.iter().take(3);
            let mut first = first.filter(|(text, _)| input::number(text).is_none());
            first.any(|(text, _)| Wording::is_labelled_by(words, text))
        };
        if labelled(&wording.other_figures) {
            return Class::Other;
        }
        let is_record = || held.len() > 2 && self.is_numbered(layout, row);
        if labelled(&wording.subtotal) && !is_record() {
            return Class::Subtotal;
        }
        if labelled(&wording.total) && !is_record() {
            return Class::Total;
        }
        let of_record = held
            .iter()
            .filter(|target| matches!(target, Target::Field(_) | Target::Update(_) | Target::Id));
        let of_record = of_record.count();
        let few = of_record < 3;
        let is_labelled = |words: &[String]| {
            Wording::begins(words, first)
                || first
                    .split_whitespace()
                    .any(|word| word.contains([':', '：']) && Wording::begins(words, word))
        };
        let signed = texts.iter().filter(|(text, _)| {
            text.contains([':', '：']) && Wording::begins(&wording.signature, text)
        });
        if few && is_labelled(&wording.signature)
            || 2 * signed.count() >= texts.len()
            || is_labelled(&wording.note) && texts.len() < 3
            || Wording::is(&wording.example, first)
            || self.numbers_columns(layout, row, &texts)
        {
            return Class::Other;
        }
        let origins: HashSet<At> = layout
            .columns
            .iter()
            .filter_map(|column| {
                self.sheet.at(At {
                    row,
                    column: column.index,
                })
            })
            .map(|(_, at)| at)
            .collect();
        // A title stands in the first column, over several, or has the number of a paragraph; a
        // value alone in its column is a record that lacks the rest.
        let at = texts[0].1;
        let is_first = layout
            .columns
            .first()
            .is_none_or(|column| at.column <= column.index);
        let is_wide = self.sheet.origin(At {
            column: at.column + 1,
            ..at
        }) == at;
        let is_numbered = without_number(first).len() < first.trim().len();
        let one = texts.len() == 1
            && origins.len() <= 1
            && layout.columns.len() > 2
            && (is_first || is_wide || is_numbered);
        match of_record {
            0 if texts.len() == 1 => Class::Section,
            0 => Class::Other,
            _ if one && texts[0].0.parse::<Decimal>().is_err() => Class::Section,
            _ => Class::Record,
        }
    }

    /// Whether a row has a running number or a day, as a record has whatever its words begin with.
    fn is_numbered(&self, layout: &Layout, row: u32) -> bool {
        let is_one = |column: &&Column| match column.target {
            Some(Target::Serial) => true,
            Some(Target::Field(n)) => matches!(self.request.kind.fields[n].ty, FieldType::Date),
            _ => false,
        };
        let says_one = |column: &Column| {
            let column = column.index;
            let cell = self.sheet.at(At { row, column });
            cell.is_some_and(|(cell, _)| cell.typed().starts_with(|c: char| c.is_ascii_digit()))
        };
        layout.columns.iter().filter(is_one).any(says_one)
    }

    /// What a row has values for.
    fn held(&self, layout: &Layout, row: u32) -> HashSet<Target> {
        let held = |column: &Column| {
            let (cell, _) = self.sheet.at(At {
                row,
                column: column.index,
            })?;
            let is_id = || cell.typed().trim().parse::<RecordId>().is_ok();
            column
                .target
                .filter(|target| *target != Target::Id || is_id())
        };
        layout.columns.iter().filter_map(held).collect()
    }

    /// Whether a row just below the heading numbers its columns: 甲, 乙, 1, 2.
    fn numbers_columns(&self, layout: &Layout, row: u32, texts: &[(String, At)]) -> bool {
        const STEMS: &str = "甲乙丙丁戊己庚辛壬癸";
        if row != layout.last + 1 || texts.len() < 3 {
            return false;
        }
        let mut next = 1;
        texts.iter().all(|(text, _)| {
            let text = text.trim().trim_matches(['(', ')', '（', '）', '栏', '列']);
            let is_stem = text.chars().count() == 1 && STEMS.contains(text);
            let is_next = text.parse() == Ok(next);
            next += i32::from(is_next);
            is_stem || is_next
        })
    }

    /// The records of a row: one, or one for each group of columns that says anything.
    fn records(&mut self, layout: &Layout, row: u32) {
        let groups = layout.groups();
        if groups.is_empty() {
            let entry = self.entry(layout, row, None);
            return self.note(row, RowKind::Record, Some(entry));
        }
        let mut said = false;
        for group in &groups {
            let in_group =
                |column: &&Column| column.group.as_ref() == Some(group) && column.target.is_some();
            let says = layout.columns.iter().filter(in_group).any(|column| {
                let cell = self.sheet.at(At {
                    row,
                    column: column.index,
                });
                let wording = &self.request.tree.rules.wording;
                cell.is_some_and(|(cell, _)| !Wording::is(&wording.blank, &cell.typed()))
            });
            if says {
                let entry = self.entry(layout, row, Some(group));
                self.note(row, RowKind::Record, Some(entry));
                said = true;
            }
        }
        if !said {
            self.note(row, RowKind::Total, None);
        }
    }
}

/// The one thing that was said; none where several were.
fn only<T: Copy>(said: &[T]) -> Option<T> {
    match said {
        [one] => Some(*one),
        _ => None,
    }
}

/// Whether a text says something of its own: what stands behind a label, or a time.
fn is_said(text: &str) -> bool {
    text.contains([':', '：'])
        || mentioned(text).0.is_some()
        || Period::read(text, When::default()).is_ok()
}

/// A text without the number of a paragraph before it: `一、`, `（二）`, `3.`.
fn without_number(text: &str) -> &str {
    let text = text.trim();
    let is_number = |c: char| "一二三四五六七八九十".contains(c) || c.is_ascii_digit();
    let rest = text.trim_start_matches(|c: char| is_number(c) || "（()）".contains(c));
    match rest.strip_prefix(['、', '.', '．', ' ']) {
        Some(rest) => rest.trim(),
        None if rest.len() < text.len() && text.starts_with(['（', '(']) => rest.trim(),
        None => text,
    }
}
