//! The secretary's ledger, as a table and as an object.

use serde_json::{Map, Value as Json, json};

use crate::day::{Day, Period};
use crate::figure::view::days;
use crate::locale::Locale;
use crate::present::record;
use crate::record::text::title;
use crate::rules::view::{View, ViewPart};
use crate::table::{Cell, Column, Table, TableRow};
use crate::tree::{OwnedRecord, Tree};

/// What a view holds of an organisation's secretary.
pub struct SecretaryView<'v> {
    /// The ledger.
    pub tree: &'v Tree<'v>,
    /// The view.
    pub view: &'v View,
    /// Its parts, each with its records, by their numbers in the tree.
    pub parts: &'v [(&'v ViewPart, Vec<usize>)],
    /// The organisation.
    pub org: usize,
    /// Its secretary.
    pub secretary: &'v str,
    /// The period.
    pub period: Period,
    /// The day whose knowledge is used.
    pub as_of: Day,
}

impl SecretaryView<'_> {
    /// The records of all parts as a table.
    pub fn table(&self, locale: &Locale) -> Table {
        let lang = locale.lang();
        let columns = vec![
            Column::text("part", locale.text("label-part")),
            Column::text("date", locale.text("label-date")),
            Column::text("what", locale.text("label-what")),
            Column {
                compact: false,
                ..Column::text("state", locale.text("label-state"))
            },
            Column {
                compact: false,
                ..Column::text("org", locale.text("label-org"))
            },
            Column {
                compact: false,
                ..Column::text("place", locale.text("label-place"))
            },
            Column::text("id", locale.text("label-id")),
        ];
        let counts: Vec<String> = self
            .parts
            .iter()
            .map(|(part, records)| format!("{} {}", part.label.get(lang), records.len()))
            .collect();
        let title = locale.say(
            "secretary-title",
            &[
                ("org", self.tree.orgs[self.org].name().into()),
                ("view", (&self.view.label).into()),
                ("person", self.secretary.into()),
                ("period", self.period.label(lang).into()),
                ("as_of", self.as_of.to_string().into()),
            ],
        );
        let rows = self.parts.iter().flat_map(|(part, records)| {
            let entries = records.iter().map(|&n| &self.tree.entries[n]);
            entries.map(|entry| self.row(locale, part, entry))
        });
        Table {
            title,
            notes: vec![locale.join(&counts)],
            columns,
            rows: rows.collect(),
            ..Table::default()
        }
    }

    fn row(&self, locale: &Locale, part: &ViewPart, entry: &OwnedRecord) -> TableRow {
        let (record, lang) = (&entry.record, locale.lang());
        let date = days(record, part).map(|days| days.first().to_string());
        let status = record.status_on(self.as_of);
        let cells = [
            part.label.get(lang).to_owned(),
            date.unwrap_or_default(),
            title(record, locale),
            status.map_or_else(String::new, |status| {
                status.choice.label.get(lang).to_owned()
            }),
            self.tree.orgs[entry.org].short().to_owned(),
            format!("{}:{}", record.origin.file, record.origin.line),
            record.id.to_string(),
        ];
        TableRow::of(cells.into_iter().map(Cell::Text).collect())
    }

    /// The records by part, as an object.
    pub fn json(&self, locale: &Locale) -> Map<String, Json> {
        let part = |(part, records): &(&ViewPart, Vec<usize>)| {
            let records: Vec<Json> = records
                .iter()
                .map(|&n| record::owned(self.tree, &self.tree.entries[n], self.as_of))
                .collect();
            let label = part.label.get(locale.lang());
            json!({ "part": label, "kind": part.kind.name, "records": records })
        };
        let parts: Vec<Json> = self.parts.iter().map(part).collect();
        let facts = [
            ("org", self.tree.orgs[self.org].path.as_str().into()),
            ("secretary", self.secretary.into()),
            ("period", self.period.to_string().into()),
            ("as_of", self.as_of.to_string().into()),
            ("parts", parts.into()),
        ];
        facts
            .map(|(name, fact): (&str, Json)| (name.to_owned(), fact))
            .into_iter()
            .collect()
    }
}
