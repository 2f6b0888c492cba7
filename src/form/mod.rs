//! Forms from below: a sheet's table as records, and what taking it in would change.
//!
//! `rows` goes through a sheet: `layout` finds the table and what its columns hold (`heading`);
//! each row is a record or is not; `entry` makes its cells values (`value`) of an organisation
//! (`place`); `sums` holds totals against rows. `plan` holds what was read against what the ledger
//! has; `given` is a form before it is filled in. Nothing here reads or writes a file.

mod entry;
pub mod given;
mod heading;
mod layout;
mod place;
pub mod plan;
mod rows;
mod sums;
mod value;

use crate::day::Day;
use crate::locale::Choices;
use crate::problem::{Problem, Rule};
use crate::record::Value;
use crate::rules::Rules;
use crate::rules::form::{FormSpec, unknown_in_form};
use crate::rules::kind::Kind;
use crate::sheet::{At, Sheet, Workbook};
use crate::tree::Tree;

pub use heading::Target;
pub use layout::spec_text;

/// How a form is to be read.
#[derive(Clone, Debug)]
pub struct Request<'t> {
    /// The ledger, with the records of the kind and of those it points to.
    pub tree: &'t Tree<'t>,
    /// The kind of its rows.
    pub kind: &'t Kind,
    /// Today.
    pub today: Day,
    /// The organisation of rows that name none, by its index.
    pub org: Option<usize>,
    /// The one sheet that is read, where only one is.
    pub sheet: Option<String>,
    /// The year of days that name none.
    pub year: Option<i32>,
    /// The day of states that name none.
    pub state_day: Option<Day>,
    /// Values that every row has though the form does not say them.
    pub set: Vec<(String, String)>,
    /// What is known of the form, if it was told.
    pub spec: Option<FormSpec>,
}

/// A form as it was read.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Every row of every sheet that is not blank, in order; where months stand side by side one
    /// for each record.
    pub rows: Vec<FormRow>,
    /// Every total that was found.
    pub sums: Vec<Sum>,
    /// Columns that are no field.
    pub left_out: Vec<LeftOut>,
    /// What was understood of the columns, to be kept for the next form of its sort.
    pub spec: Option<FormSpec>,
    /// The ids of the records that it was given out with.
    pub given: Vec<crate::name::RecordId>,
    /// The headings that were seen where no table was found.
    pub seen: Vec<String>,
    /// Sheets without a table of the kind that look like one of another kind.
    pub of_others: Vec<OfOther>,
}

/// A row of a form.
#[derive(Clone, Debug)]
pub struct FormRow {
    /// The sheet's name.
    pub sheet: String,
    /// The row, from 0.
    pub row: u32,
    /// What it is for its table.
    pub row_kind: RowKind,
    /// The record that it is; none where it is not one.
    pub record: Option<Box<Entry>>,
}

/// What a row is for its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// One of the rows of its heading.
    Heading,
    /// A title, a section, a note: it may say something of the rows below it.
    Context,
    /// A total, or a row that says nothing.
    Total,
    /// A record, or several beside one another.
    Record,
}

/// What a row says of a record.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The organisation, by its index.
    pub org: Option<usize>,
    /// The id of the record, where the form has one.
    pub id: Option<String>,
    /// What it says of each field of the kind.
    pub fields: Vec<Stated>,
    /// What it says of the latest update of the record's life.
    pub update: StatedUpdate,
    /// What is wrong with it.
    pub problems: Vec<CellProblem>,
    /// Its first cell: what is missing is missing here.
    pub first: At,
    /// The names of organisations that it leaves blank because a row above has them, and the cells
    /// in which they would stand.
    pub carried: Vec<(At, String)>,
}

/// What a row says of a field.
#[derive(Clone, Debug, Default)]
pub enum Stated {
    /// It has no cell for it.
    #[default]
    Unasked,
    /// Its cell says nothing, in whatever way.
    Blank {
        /// The cell.
        at: At,
        /// The cell's words.
        typed: String,
    },
    /// Its cell says what is no value of the field; why is among the row's problems.
    Wrong {
        /// The cell.
        at: At,
        /// The cell's words.
        typed: String,
    },
    /// A value, in the words of the cell; the cell is none for what every row has.
    Value {
        /// The value.
        value: Value,
        /// The cell's words.
        typed: String,
        /// The cell.
        at: Option<At>,
    },
}

/// What a row says of the latest update.
#[derive(Clone, Debug, Default)]
pub struct StatedUpdate {
    /// Its fields, by their index in an update.
    pub fields: Vec<Stated>,
    /// Whether a day without a state says that something is done.
    pub day_says_done: bool,
}

/// Something wrong in a cell.
#[derive(Clone, Debug)]
pub struct CellProblem {
    /// The cell.
    pub at: At,
    /// What is wrong.
    pub problem: Problem,
}

/// A total of a form, held against its rows.
#[derive(Clone, Debug)]
pub struct Sum {
    /// The sheet's name.
    pub sheet: String,
    /// The cell.
    pub at: At,
    /// What the form says.
    pub says: crate::number::Decimal,
    /// What its rows come to.
    pub rows_say: crate::number::Decimal,
}

/// A column that is no field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The sheet's name.
    pub sheet: String,
    /// The column, from 0.
    pub column: u32,
    /// Its heading.
    pub heading: String,
}

/// A sheet that looks like a table of another kind than the one that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfOther {
    /// The sheet's name.
    pub sheet: String,
    /// The kind, by its number among the rules' kinds.
    pub kind: usize,
}

impl Form {
    /// Notes that a sheet has a table of another kind, once.
    fn looks_like(&mut self, kind: &Kind, sheet: &Sheet) {
        let other = OfOther {
            sheet: sheet.name.clone(),
            kind: kind.number,
        };
        if !self.of_others.contains(&other) {
            self.of_others.push(other);
        }
    }
}

impl Stated {
    /// The value, if it says one.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Stated::Value { value, .. } => Some(value),
            Stated::Unasked | Stated::Blank { .. } | Stated::Wrong { .. } => None,
        }
    }

    /// The cell's words, if it has a cell.
    pub fn typed(&self) -> Option<&str> {
        match self {
            Stated::Unasked => None,
            Stated::Blank { typed, .. }
            | Stated::Wrong { typed, .. }
            | Stated::Value { typed, .. } => Some(typed),
        }
    }

    /// The cell, if it has one.
    pub fn at(&self) -> Option<At> {
        match self {
            Stated::Unasked => None,
            Stated::Blank { at, .. } | Stated::Wrong { at, .. } => Some(*at),
            Stated::Value { at, .. } => *at,
        }
    }
}

/// Reads a workbook as rows of a kind.
///
/// # Errors
/// No sheet has such a table, with the headings that were seen; or what was told of the form does
/// not fit the kind.
pub fn read(request: &Request<'_>, workbook: &Workbook) -> Result<Form, Problem> {
    if let Some(wanted) = &request.sheet
        && !workbook.sheets.iter().any(|sheet| sheet.name == *wanted)
    {
        let names = workbook.sheets.iter().map(|sheet| sheet.name.as_str());
        return Err(Problem::new(Rule::FORM_UNKNOWN_SHEET)
            .with("name", wanted.as_str())
            .with("allowed", Choices::of(wanted, names)));
    }
    if let Some(spec) = &request.spec {
        check_spec(request, spec)?;
    }
    let form = rows::read(request, workbook)?;
    if form.rows.iter().all(|row| row.record.is_none()) && form.spec.is_none() {
        return Err(Problem::new(Rule::FORM_NO_TABLE)
            .with("kind", &request.kind.label)
            .with("seen", form.seen.join("、")));
    }
    Ok(form)
}

fn check_spec(request: &Request<'_>, spec: &FormSpec) -> Result<(), Problem> {
    let kind = request.kind;
    let headings = heading::Headings::of(request.tree.rules, kind);
    for (column, name) in &spec.columns {
        if headings.named(name).is_none() {
            return Err(unknown_in_form(
                &spec.place,
                column,
                name,
                kind.field_names(),
            ));
        }
        if crate::sheet::column_named(column).is_none() {
            return Err(unknown_in_form(&spec.place, "columns", column, ["A…XFD"]));
        }
    }
    Ok(())
}

/// The kinds whose table a workbook may hold, the likeliest first, with how likely; what it is
/// called counts too.
pub fn kinds<'r>(rules: &'r Rules, sheets: &[Sheet], name: &str) -> Vec<(&'r Kind, u32)> {
    let mut likely: Vec<(&Kind, u32)> = rules
        .kinds
        .iter()
        .filter_map(|kind| Some((&**kind, rows::likelihood(rules, kind, sheets, name)?)))
        .collect();
    likely.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.number.cmp(&b.0.number)));
    likely
}

/// The form that the ledger's rules know a workbook by.
pub fn known<'r>(rules: &'r Rules, workbook: &Workbook) -> Option<&'r FormSpec> {
    rules.forms.iter().find(|spec| {
        let here = |sheet: &Sheet| rows::told_heading(spec, sheet).is_some();
        !spec.headings.is_empty() && workbook.sheets.iter().any(here)
    })
}
