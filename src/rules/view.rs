//! A view: which records belong to a person's ledger, though each is entered once elsewhere.

use std::sync::Arc;

use crate::locale::Label;
use crate::problem::Place;
use crate::rules::filter::Filter;
use crate::rules::kind::{FieldType, Kind, bad};
use crate::rules::obligation::unknown;
use crate::toml::Reader;

/// What one person of an organisation did and owns: the secretary's ledger.
#[derive(Clone, Debug)]
pub struct View {
    /// The name: `secretary`.
    pub name: String,
    /// What people call it.
    pub label: Label,
    /// The field of an organisation that names the person.
    pub person: usize,
    /// The parts, in order.
    pub parts: Vec<ViewPart>,
    /// Where it is defined.
    pub place: Place,
}

/// Records of one kind in a view.
#[derive(Clone, Debug)]
pub struct ViewPart {
    /// The heading.
    pub label: Label,
    /// The kind.
    pub kind: Arc<Kind>,
    /// Which of them.
    pub filter: Filter,
    /// The date that must lie in the window; unless said, the days the record belongs to.
    pub date: Option<usize>,
    /// Fields of which one must name the person.
    pub by: Vec<PersonField>,
    /// Whether records of organisations below count too.
    pub below: bool,
}

/// Where a record names a person.
#[derive(Clone, Debug)]
pub enum PersonField {
    /// In a field of its own.
    Own(usize),
    /// In a field of the record that one of its fields points to: `contact.leader`.
    Through {
        /// The field that holds the id.
        reference: usize,
        /// The name of the field there.
        field: String,
    },
}

impl View {
    /// The kinds of record that it looks at: those of its parts, and those that their records point
    /// to.
    pub fn kinds(&self) -> Vec<&str> {
        let mut kinds: Vec<&str> = self
            .parts
            .iter()
            .map(|part| part.kind.name.as_str())
            .collect();
        for part in &self.parts {
            for field in &part.by {
                if let PersonField::Through { reference, .. } = field
                    && let FieldType::Record(of) = &part.kind.fields[*reference].ty
                {
                    kinds.extend(of.iter().map(String::as_str));
                }
            }
        }
        kinds
    }

    /// Reads a view; `kinds` are all kinds there are.
    pub fn read(reader: Reader<'_, '_>, kinds: &[Arc<Kind>], org: &Kind) -> Option<View> {
        let name = reader.required("name")?;
        let label = reader.label();
        let person = reader.required("person").and_then(|field| {
            let found = org.index(&field);
            if found.is_none() {
                reader.unknown_value("person", &field, org.field_names());
            }
            found
        });
        let parts = reader
            .tables("part")
            .into_iter()
            .filter_map(|part| ViewPart::read(part, kinds, org))
            .collect();
        let view = View {
            name,
            label,
            person: person?,
            parts,
            place: reader.place(),
        };
        reader.finish();
        Some(view)
    }
}

impl ViewPart {
    fn read(reader: Reader<'_, '_>, kinds: &[Arc<Kind>], org: &Kind) -> Option<ViewPart> {
        let label = reader.label();
        let name = reader.required("kind")?;
        let Some(kind) = kinds.iter().find(|k| k.name == name) else {
            reader.note(unknown(
                &reader,
                "kind",
                &name,
                kinds.iter().map(|k| k.name.as_str()),
            ));
            return None;
        };
        let date = match reader.text("date") {
            None => None,
            Some(field) => {
                let found = kind.index(&field).filter(|&n| kind.fields[n].ty.is_time());
                if found.is_none() {
                    reader.note(bad(&reader, "date", "bad-rule-not-a-date"));
                }
                found
            }
        };
        let by = reader
            .texts("by")
            .iter()
            .filter_map(|field| PersonField::read(&reader, field, kind, kinds))
            .collect();
        let filter = Filter::read(&reader, kind, kinds, org);
        let part = ViewPart {
            label,
            kind: Arc::clone(kind),
            filter,
            date,
            by,
            below: reader.boolean("below"),
        };
        reader.finish();
        Some(part)
    }
}

impl PersonField {
    fn read(
        reader: &Reader<'_, '_>,
        text: &str,
        kind: &Kind,
        kinds: &[Arc<Kind>],
    ) -> Option<PersonField> {
        let found = match text.split_once('.') {
            None => kind.index(text).map(PersonField::Own),
            Some((reference, field)) => {
                kind.index(reference)
                    .and_then(|reference| match &kind.fields[reference].ty {
                        FieldType::Record(of) => {
                            let has =
                                |k: &Arc<Kind>| of.contains(&k.name) && k.index(field).is_some();
                            kinds.iter().any(has).then(|| PersonField::Through {
                                reference,
                                field: field.to_owned(),
                            })
                        }
                        _ => None,
                    })
            }
        };
        if found.is_none() {
            reader.unknown_value("by", text, kind.field_names());
        }
        found
    }
}
