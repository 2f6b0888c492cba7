//! What belongs to a person's ledger: records entered elsewhere, seen from the person.

use crate::day::{Day, Period};
use crate::record::Record;
use crate::record::organisation::Organisation;
use crate::rules::naming::Naming;
use crate::rules::view::{PersonField, View, ViewPart};
use crate::spelling::folded;
use crate::tree::{OwnedRecord, Tree};

use super::{matches, referred};

/// The records of each part of a view, by index in the tree: those that exist on the as-of day,
/// lie in the window as `inside` says, and name the person. Nothing where the organisation
/// names nobody.
pub fn entries<'t>(
    tree: &'t Tree<'_>,
    view: &'t View,
    org: usize,
    as_of: Day,
    inside: &dyn Fn(Period) -> bool,
) -> Vec<(&'t ViewPart, Vec<usize>)> {
    let Some(person) = person(&tree.orgs[org], view) else {
        return Vec::new();
    };
    view.parts
        .iter()
        .map(|part| {
            let orgs = if part.below {
                tree.subtree(org)
            } else {
                org..org + 1
            };
            let start = tree.entries.partition_point(|entry| entry.org < orgs.start);
            let end = tree.entries.partition_point(|entry| entry.org < orgs.end);
            let belongs = |entry: &OwnedRecord| {
                let record = &entry.record;
                record.kind.name == part.kind.name
                    && record.exists_on(as_of)
                    && days(record, part).is_some_and(inside)
                    && part.by.iter().any(|field| {
                        text(tree, record, field)
                            .is_some_and(|text| names(text, person, &tree.rules.naming))
                    })
                    && matches(tree, entry, &part.filter, as_of)
            };
            (
                part,
                (start..end)
                    .filter(|&n| belongs(&tree.entries[n]))
                    .collect(),
            )
        })
        .collect()
}

fn text<'t>(tree: &'t Tree<'_>, record: &'t Record<'_>, field: &PersonField) -> Option<&'t str> {
    match field {
        PersonField::Own(field) => record.get(*field)?.as_text(),
        PersonField::Through { reference, field } => {
            let entry = referred(tree, record.get(*reference))?;
            entry.record.named(field)?.as_text()
        }
    }
}

/// The days by which a record of a part lies in a window or not.
pub fn days(record: &Record, part: &ViewPart) -> Option<Period> {
    match part.date {
        Some(field) => record.get(field)?.as_period(),
        None => record.belongs(),
    }
}

/// Whose ledger it is.
pub fn person<'o>(org: &'o Organisation, view: &View) -> Option<&'o str> {
    org.fields
        .get(view.person)?
        .as_ref()?
        .as_text()
        .filter(|name| !name.is_empty())
}

/// Whether a text names a person.
fn names(text: &str, person: &str, naming: &Naming) -> bool {
    let person = folded(person);
    named_in(text, naming).any(|name| name == person)
}

/// The names in a text as names are compared: alone, in a list, or after an office.
pub fn named_in<'n>(text: &str, naming: &'n Naming) -> impl Iterator<Item = String> + use<'n> {
    let parts: Vec<String> = folded(text)
        .split(['、', ',', ';', '/', ' '])
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    parts.into_iter().flat_map(|part| {
        let after = |office: &String| -> Vec<String> {
            let ends = part.match_indices(office.as_str());
            ends.map(|(at, _)| part[at + office.len()..].to_owned())
                .filter(|name| !name.is_empty())
                .collect()
        };
        let after_offices: Vec<String> = naming.offices.iter().flat_map(after).collect();
        [part].into_iter().chain(after_offices)
    })
}
