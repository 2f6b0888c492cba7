//! The tables that a ledger becomes beyond one machine: organisations, a table for each kind, one
//! for each list of a kind. Every column has one type; `n` and `seq` keep the order written.

use std::collections::BTreeSet;

use crate::rules::Rules;
use crate::rules::kind::{FieldDef, FieldType, Kind};
use crate::rules::view::PersonField;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SqlType {
    /// A whole number.
    BigInt,
    /// A day.
    Date,
    /// True or false.
    Boolean,
    /// A text.
    Text,
    /// A number with so many decimals.
    Decimal(u32),
}

/// A table of the export.
#[derive(Clone, Debug)]
pub struct SqlTable<'r> {
    /// Its name.
    pub name: String,
    /// Its columns, left to right.
    pub columns: Vec<(String, SqlType)>,
    /// What its rows are.
    pub rows: SqlRows<'r>,
}

/// What the rows of a table are.
#[derive(Clone, Debug)]
pub enum SqlRows<'r> {
    /// Organisations.
    Organisations,
    /// An organisation and one at or above it.
    Above,
    /// The rows of a list of organisations, by its field.
    OfOrganisation(usize),
    /// Records of a kind.
    Records(&'r Kind),
    /// The items of a list field of a kind.
    Items(&'r Kind, usize),
    /// Who is named in fields by which records belong to a person's ledger: each kind with its
    /// field.
    Persons(BTreeSet<(usize, usize)>),
}

/// All tables of a ledger by its rules.
pub fn tables(rules: &Rules) -> Vec<SqlTable<'_>> {
    let mut tables = vec![organisations(&rules.org), above()];
    for (table, field) in [("org_headcount", "headcount"), ("org_exempt", "exempt")] {
        tables.extend(rules.org.index(field).map(|n| {
            let mut columns = named(&[("org", SqlType::Text), ("n", SqlType::BigInt)]);
            columns.extend(table_columns(&rules.org.fields[n]));
            SqlTable {
                name: table.to_owned(),
                columns,
                rows: SqlRows::OfOrganisation(n),
            }
        }));
    }
    for kind in &rules.kinds {
        tables.push(records(kind));
        let lists = kind.fields.iter().enumerate();
        let lists = lists.filter(|(_, field)| has_own_table(field));
        tables.extend(lists.map(|(n, field)| items(kind, n, field)));
    }
    tables.push(SqlTable {
        name: "person_named".to_owned(),
        columns: named(&["kind", "record", "field", "name"].map(|name| (name, SqlType::Text))),
        rows: SqlRows::Persons(person_fields(rules)),
    });
    tables
}

/// Whether a field of a table is told: why an organisation is excused is told nobody who counts.
pub fn is_told(of: &FieldDef, field: &FieldDef) -> bool {
    (of.name.as_str(), field.name.as_str()) != ("exempt", "reason")
}

/// Whether the values of a field are rows of a table of their own.
pub fn has_own_table(field: &FieldDef) -> bool {
    field.list || matches!(field.ty, FieldType::Table(_))
}

fn named(columns: &[(&str, SqlType)]) -> Vec<(String, SqlType)> {
    let owned = |(name, ty): &(&str, SqlType)| ((*name).to_owned(), *ty);
    columns.iter().map(owned).collect()
}

fn organisations(org: &Kind) -> SqlTable<'_> {
    let mut columns = named(&[
        ("id", SqlType::Text),
        ("n", SqlType::BigInt),
        ("depth", SqlType::BigInt),
        ("above", SqlType::Text),
    ]);
    let fields = org.fields.iter().filter(|field| !has_own_table(field));
    columns.extend(fields.flat_map(field_columns));
    SqlTable {
        name: "org".to_owned(),
        columns,
        rows: SqlRows::Organisations,
    }
}

fn above<'r>() -> SqlTable<'r> {
    SqlTable {
        name: "org_above".to_owned(),
        columns: named(&[
            ("org", SqlType::Text),
            ("above", SqlType::Text),
            ("distance", SqlType::BigInt),
        ]),
        rows: SqlRows::Above,
    }
}

fn records(kind: &Kind) -> SqlTable<'_> {
    let mut columns = named(&[
        ("id", SqlType::Text),
        ("org", SqlType::Text),
        ("seq", SqlType::BigInt),
        ("starts", SqlType::Date),
        ("ends", SqlType::Date),
        ("retracted", SqlType::Boolean),
    ]);
    columns.extend(kind.fields.iter().flat_map(field_columns));
    SqlTable {
        name: kind.name.clone(),
        columns,
        rows: SqlRows::Records(kind),
    }
}

fn items<'r>(kind: &'r Kind, n: usize, field: &FieldDef) -> SqlTable<'r> {
    let mut columns = named(&[("record", SqlType::Text), ("n", SqlType::BigInt)]);
    match &field.ty {
        FieldType::Table(_) => columns.extend(table_columns(field)),
        ty => columns.push(("value".to_owned(), type_of(ty))),
    }
    let is_updates = kind.life.as_ref().is_some_and(|life| life.updates == n);
    let name = match is_updates {
        true => format!("{}_update", kind.name),
        false => format!("{}_{}", kind.name, field.name),
    };
    SqlTable {
        name,
        columns,
        rows: SqlRows::Items(kind, n),
    }
}

/// The columns of a field: of a period also its days, of a list only how many items it has.
fn field_columns(field: &FieldDef) -> Vec<(String, SqlType)> {
    if has_own_table(field) {
        return vec![(format!("{}_count", field.name), SqlType::BigInt)];
    }
    let mut columns = vec![(field.name.clone(), type_of(&field.ty))];
    if let FieldType::Month | FieldType::Quarter | FieldType::Year = field.ty {
        let day = |end: &str| (format!("{}_{end}", field.name), SqlType::Date);
        columns.extend([day("first"), day("last")]);
    }
    columns
}

/// The columns of the fields of a table.
fn table_columns(field: &FieldDef) -> Vec<(String, SqlType)> {
    match &field.ty {
        FieldType::Table(fields) => {
            let told = fields.iter().filter(|told| is_told(field, told));
            told.flat_map(field_columns).collect()
        }
        _ => Vec::new(),
    }
}

fn type_of(ty: &FieldType) -> SqlType {
    match ty {
        FieldType::Integer { .. } | FieldType::Year => SqlType::BigInt,
        FieldType::Decimal { places, .. } => SqlType::Decimal(*places),
        FieldType::Boolean => SqlType::Boolean,
        FieldType::Date => SqlType::Date,
        FieldType::Text
        | FieldType::Path
        | FieldType::Month
        | FieldType::Quarter
        | FieldType::Choice(_)
        | FieldType::Record(_)
        | FieldType::Organisation
        | FieldType::Table(_) => SqlType::Text,
    }
}

/// The fields that a view looks for a person in: the number of their kind, and their index there.
fn person_fields(rules: &Rules) -> BTreeSet<(usize, usize)> {
    let mut found = BTreeSet::new();
    for part in rules.views().iter().flat_map(|view| &view.parts) {
        for by in &part.by {
            match by {
                PersonField::Own(field) => drop(found.insert((part.kind.number, *field))),
                PersonField::Through { reference, field } => {
                    let FieldType::Record(of) = &part.kind.fields[*reference].ty else {
                        continue;
                    };
                    let kinds = rules.kinds.iter().filter(|kind| of.contains(&kind.name));
                    found.extend(kinds.filter_map(|kind| Some((kind.number, kind.index(field)?))));
                }
            }
        }
    }
    found
}
