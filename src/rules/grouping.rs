//! What rows of a report stand for where they are not organisations: values of a field, states,
//! months, or records.

use std::sync::Arc;

use crate::locale::{Choices, Label};
use crate::problem::{Problem, Rule};
use crate::rules::Rules;
use crate::rules::kind::{FieldDef, FieldType, Kind, bad};
use crate::rules::metric::{Measure, Metric};
use crate::toml::Reader;

/// By what records are put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// A field of each record, by name.
    Field(String),
    /// A field of the organisation that keeps it, by index.
    Org(usize),
    /// Its state on the as-of day.
    State,
    /// The month that it belongs to.
    Month,
    /// A field of the record that a field of it points to, both by name.
    Referred {
        /// The field that points.
        by: String,
        /// The other record's field.
        field: String,
    },
}

/// The rows of a report.
#[derive(Clone, Debug, Default)]
pub enum Rows {
    /// Organisations.
    #[default]
    Organisations,
    /// Groups of records, by what rules call it.
    Groups(String),
    /// The records behind a figure.
    Records(RecordRows),
}

/// Records as rows.
#[derive(Clone, Debug)]
pub struct RecordRows {
    /// The metric whose records they are.
    pub of: String,
    /// What they are put together by, if they are.
    pub group: Option<String>,
    /// In which order they stand: each with whether the greatest comes first.
    pub order: Vec<(RecordPart, bool)>,
    /// What is said of each.
    pub columns: Vec<RecordColumn>,
}

/// A column about records.
#[derive(Clone, Debug)]
pub struct RecordColumn {
    /// What it says.
    pub part: RecordPart,
    /// Its heading, where it is not the field's own.
    pub label: Option<Label>,
}

/// What can be said of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordPart {
    /// A field, by name.
    Field(String),
    /// The organisation that keeps it.
    Org,
    /// The day by which it is due, extensions included.
    Deadline,
    /// Its state on the as-of day.
    State,
    /// Its state, and what the last update up to the as-of day says of it.
    Progress,
    /// By how many days it is overdue on the as-of day.
    DaysOverdue,
}

impl RecordPart {
    /// The parts that are no fields, by the names that rules and messages use.
    pub const NAMED: [(&str, RecordPart); 5] = [
        ("org", RecordPart::Org),
        ("deadline", RecordPart::Deadline),
        ("state", RecordPart::State),
        ("progress", RecordPart::Progress),
        ("days_overdue", RecordPart::DaysOverdue),
    ];

    fn parse(text: &str) -> RecordPart {
        let named = RecordPart::NAMED
            .into_iter()
            .find(|(name, _)| *name == text);
        named.map_or_else(|| RecordPart::Field(text.to_owned()), |(_, part)| part)
    }

    /// The name that rules use.
    pub fn name(&self) -> &str {
        match self {
            RecordPart::Field(name) => name,
            other => {
                let found = RecordPart::NAMED.iter().find(|(_, part)| part == other);
                found.map_or("", |(name, _)| name)
            }
        }
    }
}

impl Rows {
    /// Reads `rows` and `columns` of a report.
    pub fn read(reader: &Reader<'_, '_>) -> Option<Rows> {
        let columns = reader.tables("columns");
        let Some(rows) = reader.table("rows") else {
            return Some(Rows::Organisations);
        };
        let (by, of) = (rows.text("by"), rows.text("of"));
        let read = match (by, of) {
            (Some(by), None) => Some(Rows::Groups(by)),
            (None, Some(of)) => Some(Rows::Records(RecordRows {
                of,
                group: rows.text("group"),
                order: rows.texts("order").iter().map(|text| order(text)).collect(),
                columns: columns.into_iter().filter_map(read_column).collect(),
            })),
            _ => {
                rows.note(bad(&rows, "by", "bad-rule-rows"));
                None
            }
        };
        rows.finish();
        read
    }
}

/// `deadline`, or `-deadline` where the latest comes first.
fn order(text: &str) -> (RecordPart, bool) {
    match text.strip_prefix('-') {
        Some(text) => (RecordPart::parse(text), true),
        None => (RecordPart::parse(text), false),
    }
}

fn read_column(reader: Reader<'_, '_>) -> Option<RecordColumn> {
    let name = reader.required("field")?;
    let is_called = reader.node("zh").is_some() || reader.node("en").is_some();
    let column = RecordColumn {
        part: RecordPart::parse(&name),
        label: is_called.then(|| reader.label()),
    };
    reader.finish();
    Some(column)
}

impl Rules {
    /// The kinds of record that figures are made of in the end.
    pub fn kinds_behind<'r>(&'r self, metrics: &[&'r Metric]) -> Vec<&'r Arc<Kind>> {
        let mut found: Vec<&Arc<Kind>> = Vec::new();
        let mut open: Vec<&Metric> = metrics.to_vec();
        while let Some(metric) = open.pop() {
            if let Measure::Records { kind, .. } = &metric.measure
                && !found.iter().any(|known| known.number == kind.number)
            {
                found.push(kind);
            }
            open.extend(
                metric
                    .parts()
                    .into_iter()
                    .filter_map(|part| self.metric(part)),
            );
        }
        found.sort_by_key(|kind| kind.number);
        found
    }

    /// What a person or a report means by `by`: a field that the records behind all figures have,
    /// by name or label, `state`, `month`, a field of the organisation (`sector`, `org.sector`), or
    /// one of the record that a field points to (`source.title`).
    ///
    /// # Errors
    /// None of these; the message lists what there is.
    pub fn grouping(&self, by: &str, metrics: &[&Metric]) -> Result<GroupBy, Problem> {
        let kinds = self.kinds_behind(metrics);
        let of_all = |name: &str| {
            let named = |kind: &&Arc<Kind>| kind.named(name).map(|n| kind.fields[n].name.clone());
            let mut names = kinds.iter().map(named);
            let first = names.next()??;
            names
                .all(|other| other.as_ref() == Some(&first))
                .then_some(first)
        };
        let unknown = || {
            let plain = ["state", "month"].map(|name| Label {
                zh: name.to_owned(),
                en: name.to_owned(),
            });
            let of_kind = kinds.first().into_iter();
            let of_kind = of_kind.flat_map(|kind| kind.named_fields());
            let of_all = plain.iter().map(|label| (label.en.as_str(), label));
            let names = of_kind.chain(of_all).chain(self.org.named_fields());
            Problem::new(Rule::UNKNOWN_NAME)
                .with("name", by)
                .with("allowed", Choices::labelled(by, names))
        };
        if by == "month" {
            return Ok(GroupBy::Month);
        }
        if by == "state" && kinds.iter().all(|kind| kind.life.is_some()) {
            return Ok(GroupBy::State);
        }
        let of_org = |name: &str| self.org.named(name).map(GroupBy::Org);
        match by.split_once('.') {
            Some(("org", field)) => of_org(field).ok_or_else(unknown),
            Some((first, field)) => {
                let by = of_all(first).ok_or_else(unknown)?;
                let pointing = |kind: &&Arc<Kind>| {
                    let field = kind.index(&by).map(|n| &kind.fields[n].ty);
                    matches!(field, Some(FieldType::Record(_)))
                };
                match kinds.iter().all(pointing) {
                    true => Ok(GroupBy::Referred {
                        by,
                        field: field.to_owned(),
                    }),
                    false => Err(unknown()),
                }
            }
            None => of_all(by)
                .map(GroupBy::Field)
                .or_else(|| of_org(by))
                .ok_or_else(unknown),
        }
    }

    /// The field that groups are values of, as one of the kinds behind some figures has it.
    pub fn field_of<'r>(&'r self, by: &GroupBy, metrics: &[&'r Metric]) -> Option<&'r FieldDef> {
        let kinds = self.kinds_behind(metrics);
        match by {
            GroupBy::Field(name) => {
                let kind = kinds.first()?;
                Some(&kind.fields[kind.index(name)?])
            }
            GroupBy::Org(field) => Some(&self.org.fields[*field]),
            GroupBy::Referred { by, field } => {
                let kind = kinds.first()?;
                let FieldType::Record(pointed) = &kind.fields[kind.index(by)?].ty else {
                    return None;
                };
                let mut pointed = pointed.iter().filter_map(|name| self.kind(name));
                let known = |kind: &'r Arc<Kind>| Some(&kind.fields[kind.named(field)?]);
                pointed.find_map(known)
            }
            GroupBy::State | GroupBy::Month => None,
        }
    }
}
