//! The rows of a ledger's tables beyond one machine, as CSV: NULL is nothing, an empty text two
//! quotation marks, days are ISO, texts in NFC.

use crate::day::Day;
use crate::figure::view::named_in;
use crate::record::organisation::Organisation;
use crate::record::{Record, Value};
use crate::rules::Rules;
use crate::rules::kind::{FieldDef, FieldType, Kind};
use crate::spelling::composed;
use crate::sql::tables::{SqlRows, SqlTable, has_own_table, is_told};
use crate::tree::{OwnedRecord, Tree};

/// The heading of a table.
pub fn heading(table: &SqlTable<'_>) -> String {
    let names: Vec<&str> = table
        .columns
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    format!("{}\n", names.join(","))
}

/// What one organisation adds to each table, in the tables' order; `entries` are its records.
pub fn rows(
    tree: &Tree<'_>,
    tables: &[SqlTable<'_>],
    org: usize,
    entries: &[OwnedRecord<'_>],
) -> Vec<String> {
    let of = |table: &SqlTable<'_>| {
        let mut rows = Rows {
            text: String::new(),
            width: 0,
            columns: table.columns.len(),
        };
        rows.add(tree, &table.rows, org, entries);
        rows.text
    };
    tables.iter().map(of).collect()
}

/// Rows as text.
struct Rows {
    text: String,
    /// How many cells the row that is being written has.
    width: usize,
    /// How many it must have.
    columns: usize,
}

impl Rows {
    fn add(
        &mut self,
        tree: &Tree<'_>,
        rows: &SqlRows<'_>,
        org: usize,
        entries: &[OwnedRecord<'_>],
    ) {
        let id = tree.orgs[org].path.as_str();
        let of_kind = |kind: &Kind| {
            let number = kind.number;
            let entries = entries.iter().enumerate();
            entries.filter(move |(_, entry)| entry.record.kind.number == number)
        };
        match rows {
            SqlRows::Organisations => self.organisation(tree, org),
            SqlRows::Above => {
                for (distance, above) in above(tree, org).into_iter().enumerate() {
                    self.text(id);
                    self.text(tree.orgs[above].path.as_str());
                    self.number(distance);
                    self.end();
                }
            }
            SqlRows::OfOrganisation(field) => {
                let def = &tree.orgs[org].kind.fields[*field];
                let value = tree.orgs[org].fields[*field].as_ref();
                for (n, item) in value.map_or(&[][..], Value::items).iter().enumerate() {
                    self.text(id);
                    self.number(n);
                    self.item(def, item);
                    self.end();
                }
            }
            SqlRows::Records(kind) => {
                for (seq, entry) in of_kind(kind) {
                    self.record(&entry.record, id, seq);
                }
            }
            SqlRows::Items(kind, field) => {
                for (_, entry) in of_kind(kind) {
                    let value = entry.record.get(*field);
                    for (n, item) in value.map_or(&[][..], Value::items).iter().enumerate() {
                        self.text(entry.record.id.as_str());
                        self.number(n);
                        self.item(&kind.fields[*field], item);
                        self.end();
                    }
                }
            }
            SqlRows::Persons(fields) => {
                for (kind, field) in fields {
                    let kind = &tree.rules.kinds[*kind];
                    for (_, entry) in of_kind(kind) {
                        self.persons(tree.rules, &entry.record, *field);
                    }
                }
            }
        }
    }

    fn organisation(&mut self, tree: &Tree<'_>, n: usize) {
        let org: &Organisation = &tree.orgs[n];
        self.text(org.path.as_str());
        self.number(n);
        self.number(org.path.depth() + 1);
        let above = above(tree, n).get(1).copied();
        self.cell(above.map(|above| tree.orgs[above].path.as_str()));
        for (field, value) in org.kind.fields.iter().zip(&org.fields) {
            if !has_own_table(field) {
                self.field(field, value.as_ref());
            }
        }
        self.end();
    }

    fn record(&mut self, record: &Record<'_>, org: &str, seq: usize) {
        self.text(record.id.as_str());
        self.text(org);
        self.number(seq);
        self.day(record.starts());
        let end = record.kind.end.and_then(|end| record.get(end));
        self.day(end.and_then(Value::as_day));
        self.cell(Some(if record.retracted.is_some() {
            "true"
        } else {
            "false"
        }));
        for (field, value) in record.kind.fields.iter().zip(&record.fields) {
            match has_own_table(field) {
                true => self.number(value.as_ref().map_or(0, |value| value.items().len())),
                false => self.field(field, value.as_ref()),
            }
        }
        self.end();
    }

    fn persons(&mut self, rules: &Rules, record: &Record<'_>, field: usize) {
        let text = record.get(field).and_then(Value::as_text);
        for name in named_in(text.unwrap_or_default(), &rules.naming) {
            self.text(&record.kind.name);
            self.text(record.id.as_str());
            self.text(&record.kind.fields[field].name);
            self.text(&name);
            self.end();
        }
    }

    /// An item of a list: a value, or the cells of a table's fields.
    fn item(&mut self, def: &FieldDef, item: &Value) {
        match (&def.ty, item) {
            (FieldType::Table(fields), Value::Table(values)) => {
                for (field, value) in fields.iter().zip(values) {
                    if is_told(def, field) {
                        self.field(field, value.as_ref());
                    }
                }
            }
            _ => self.value(item),
        }
    }

    /// The cells of a field: of a period also its days.
    fn field(&mut self, field: &FieldDef, value: Option<&Value>) {
        match value {
            Some(value) => self.value(value),
            None => self.cell(None),
        }
        if let FieldType::Month | FieldType::Quarter | FieldType::Year = field.ty {
            let days = value.and_then(Value::as_period);
            self.day(days.map(|days| days.first()));
            self.day(days.map(|days| days.last()));
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Text(text) => self.text(text),
            Value::Integer(n) => self.cell(Some(&n.to_string())),
            Value::Decimal(n) => self.cell(Some(&n.to_string())),
            Value::Boolean(is) => self.cell(Some(if *is { "true" } else { "false" })),
            Value::Day(day) => self.day(Some(*day)),
            Value::Period(period) => self.cell(Some(&period.to_string())),
            Value::List(_) | Value::Table(_) => self.cell(None),
        }
    }

    fn day(&mut self, day: Option<Day>) {
        self.cell(day.map(|day| day.to_string()).as_deref());
    }

    fn number(&mut self, n: usize) {
        self.cell(Some(&n.to_string()));
    }

    /// A text in NFC; an empty one stands in quotation marks, since nothing is NULL.
    fn text(&mut self, text: &str) {
        let text = &*composed(text);
        let is_plain = |c: char| !matches!(c, ',' | '"' | '\n' | '\r');
        if !text.is_empty() && text.trim() == text && text.chars().all(is_plain) {
            return self.cell(Some(text));
        }
        self.cell(Some(&format!("\"{}\"", text.replace('"', "\"\""))));
    }

    /// A cell as it stands.
    fn cell(&mut self, text: Option<&str>) {
        if self.width > 0 {
            self.text.push(',');
        }
        self.text.push_str(text.unwrap_or_default());
        self.width += 1;
    }

    fn end(&mut self) {
        self.text.push('\n');
        debug_assert_eq!(self.width, self.columns);
        self.width = 0;
    }
}

/// An organisation and those above it that there are, the nearest first.
fn above(tree: &Tree<'_>, org: usize) -> Vec<usize> {
    let mut found = vec![org];
    let mut path = tree.orgs[org].path.parent();
    while let Some(above) = path {
        let place = tree.orgs.binary_search_by(|known| known.path.cmp(&above));
        found.extend(place.ok());
        path = above.parent();
    }
    found
}
