//! What one file says: an organisation, or records.

use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use crate::locale::{Arg, Choices};
use crate::name::OrgPath;
use crate::problem::{Problem, Rule};
use crate::record::organisation::Organisation;
use crate::record::{Record, read};
use crate::rules::Rules;
use crate::source::Source;
use crate::toml::{Node, Reading, parse, refuse_dense, type_name};
use crate::tree::OwnedRecord;
use crate::written::canonical::{self, Rows};
use crate::written::selection::{Selection, Wanted};
use crate::written::{Data, Field, Row, named, parsed};

/// Reads an organisation's file. Nothing is returned where a field could not be understood.
pub fn read_organisation(
    source: &Source,
    path: OrgPath,
    rules: &Rules,
) -> (Option<Organisation>, Vec<Problem>) {
    if let Some(org) = canonical_organisation(source, path.clone(), rules) {
        return (Some(org), Vec::new());
    }
    let document = match parse(source) {
        Ok(document) => document,
        Err(problems) => return (None, problems),
    };
    let reading = Reading::new(source);
    let kind = Arc::clone(&rules.org);
    let fields = parsed::fields(&document.root, &kind.fields);
    let values = read::organisation(&reading, &fields, &kind);
    let org = Organisation::new(path, kind, values);
    note_unknown_obligations(&reading, &fields, rules);
    let mut problems = reading.into_problems();
    let readable = problems.is_empty();
    problems.extend(document.findings);
    (readable.then_some(org), problems)
}

/// The organisation of a text that is canonical and without a mistake; none of any other.
pub(super) fn canonical_organisation(
    source: &Source,
    path: OrgPath,
    rules: &Rules,
) -> Option<Organisation> {
    let fields = canonical::table(&source.text, &rules.org).ok()?;
    let reading = Reading::new(source);
    let values = read::organisation(&reading, &fields, &rules.org);
    note_unknown_obligations(&reading, &fields, rules);
    (reading.count() == 0).then(|| Organisation::new(path, Arc::clone(&rules.org), values))
}

fn note_unknown_obligations(reading: &Reading<'_>, fields: &[Field<'_>], rules: &Rules) {
    let Some(Data::List(exemptions)) = named(fields, "exempt").map(|field| &field.data) else {
        return;
    };
    for exemption in exemptions {
        let Data::Table(cells) = &exemption.data else {
            continue;
        };
        let Some(cell) = named(cells, "obligation") else {
            continue;
        };
        let Some(name) = cell
            .data
            .as_text()
            .filter(|name| rules.obligation(name).is_none())
        else {
            continue;
        };
        let all = rules.obligations.iter().map(|o| o.name.as_str());
        reading.note(
            Problem::new(Rule::UNKNOWN_VALUE)
                .at(reading.source.place(cell.span.clone()))
                .with("field", "obligation")
                .with("value", name)
                .with("allowed", Choices::of(name, all)),
        );
    }
}

/// Reads every record of a ledger file. A record that cannot be understood is left out, the rest is
/// not.
pub fn read_records<'r>(source: &Source, rules: &'r Rules) -> (Vec<Record<'r>>, Vec<Problem>) {
    let mut batch = Batch::new(0);
    batch.read(source, rules, &Selection::everything());
    let records = batch.entries.into_iter().map(|entry| entry.record);
    (records.collect(), batch.problems)
}

/// What files of one organisation's records hold.
#[derive(Debug)]
pub struct Batch<'r> {
    /// The organisation, by its index in the tree.
    pub org: usize,
    /// The records that were selected.
    pub entries: Vec<OwnedRecord<'r>>,
    /// The [number](crate::name::RecordId::number) of every id, selected or not.
    pub ids: Vec<u64>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// About how many bytes a record takes, to make room for as many as a text may hold.
const BYTES_OF_RECORD: usize = 160;

impl<'r> Batch<'r> {
    /// No file yet.
    pub fn new(org: usize) -> Batch<'r> {
        Batch {
            org,
            entries: Vec::new(),
            ids: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Reads a file, of each kind of record what is selected; records of which nothing is are
    /// checked, and not kept.
    pub fn read(&mut self, source: &Source, rules: &'r Rules, selection: &Selection) {
        let before = (self.entries.len(), self.ids.len());
        if self.read_canonical(source, rules, selection).is_some() {
            return;
        }
        self.entries.truncate(before.0);
        self.ids.truncate(before.1);
        match parse(source) {
            Ok(document) => {
                let reading = Reading::new(source);
                for record in records(&reading, &document.root, rules) {
                    self.keep(record, selection);
                }
                self.problems.extend(reading.into_problems());
                self.problems.extend(document.findings);
            }
            Err(problems) => self.problems.extend(problems),
        }
    }

    /// Reads a text that is canonical and without a mistake; of any other it returns nothing, and
    /// may have kept some records.
    pub(super) fn read_canonical(
        &mut self,
        source: &Source,
        rules: &'r Rules,
        selection: &Selection,
    ) -> Option<()> {
        // What the full parser refuses unread could not be changed any more.
        refuse_dense(source).ok()?;
        self.ids.reserve(source.text.len() / BYTES_OF_RECORD);
        let mut rows = Rows::new(&source.text, rules, selection);
        let mut row = Row::default();
        let reading = Reading::new(source);
        while rows.next(&mut row).ok()? {
            let n = row.kind?;
            let wanted = selection.of(n);
            let record = read::record(&reading, &row, &rules.kinds[n], rules, wanted)?;
            self.keep(record, selection);
        }
        Some(())
    }

    fn keep(&mut self, record: Record<'r>, selection: &Selection) {
        self.ids.push(record.id.number());
        if *selection.of(record.kind.number) != Wanted::Nothing {
            self.entries.push(OwnedRecord {
                org: self.org,
                record,
            });
        }
    }
}

/// The records of a parsed file, in the order they stand.
pub fn records<'r>(reading: &Reading<'_>, root: &DeTable<'_>, rules: &'r Rules) -> Vec<Record<'r>> {
    let everything = Wanted::Everything;
    let mut found: Vec<Record<'r>> = Vec::new();
    for (key, node) in root {
        let name: &str = key.get_ref();
        let Some(n) = rules.kinds.iter().position(|k| k.name == name) else {
            let known = rules.kinds.iter().map(|kind| kind.name.as_str());
            reading.note(
                Problem::new(Rule::UNKNOWN_KIND)
                    .at(reading.source.place(key.span()))
                    .with("name", name)
                    .with("allowed", Choices::of(name, known)),
            );
            continue;
        };
        let not_a_list = |node: &Node<'_>| {
            Problem::new(Rule::WRONG_TYPE)
                .at(reading.source.place(node.span()))
                .with("field", name)
                .with("wanted", Arg::Message("type-records"))
                .with("found", Arg::Message(type_name(node.get_ref())))
        };
        match node.get_ref() {
            DeValue::Array(items) => {
                for item in items {
                    match item.get_ref() {
                        DeValue::Table(table) => {
                            let row = parsed::row(reading.source, rules, name, table, item.span());
                            let kind = &rules.kinds[n];
                            found.extend(read::record(reading, &row, kind, rules, &everything));
                        }
                        _ => reading.note(not_a_list(item)),
                    }
                }
            }
            _ => reading.note(not_a_list(node)),
        }
    }
    found.sort_by_key(|record| record.origin.at);
    found
}
