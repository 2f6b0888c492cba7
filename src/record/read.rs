//! From rows to values: every key of a table against the fields that its kind allows.

use std::ops::Range;

use crate::day::{Day, Period};
use crate::locale::{Arg, Choices, Label};
use crate::name::RecordId;
use crate::number::Decimal;
use crate::problem::{Problem, Rule};
use crate::record::{Origin, Record, Text, Update, Value};
use crate::rules::Rules;
use crate::rules::kind::{FieldDef, FieldType, Kind, LifeCycle, field_names};
use crate::toml::Reading;
use crate::written::selection::Wanted;
use crate::written::{self, Data, Given, Row, named};

/// Reads a record from its row. Every field of the row is held against its kind; those that are
/// wanted are kept.
///
/// What is wrong is noted; then there is no record.
pub fn record<'r>(
    reading: &Reading<'_>,
    row: &Row<'_>,
    kind: &'r Kind,
    rules: &'r Rules,
    wanted: &Wanted,
) -> Option<Record<'r>> {
    let before = reading.count();
    let values = TableReader {
        reading,
        span: row.header.clone(),
        label: &kind.label,
        also: &["id", "retracted"],
    }
    .read(&row.fields, row.skipped, &kind.fields, wanted);
    let id = record_id(reading, row, kind);
    let retracted = retraction(reading, row, rules);
    if reading.count() != before {
        return None;
    }
    let updates = match &kind.life {
        Some(life) if *wanted != Wanted::Nothing => updates(life, &row.fields),
        _ => Vec::new(),
    };
    let start = values
        .get(kind.start)
        .and_then(Option::as_ref)
        .and_then(Value::as_day);
    let origin = Origin {
        file: std::sync::Arc::clone(&reading.source.file),
        line: row.line,
        at: row.header.start,
    };
    Some(Record {
        id: id?,
        kind,
        fields: values,
        retracted,
        origin,
        start,
        updates,
    })
}

fn record_id(reading: &Reading<'_>, row: &Row<'_>, kind: &Kind) -> Option<RecordId> {
    let Some(id) = named(&row.fields, "id") else {
        reading.note(
            Problem::new(Rule::MISSING_FIELD)
                .at(reading.source.place(row.header.clone()))
                .with("field", "id")
                .with("kind", &kind.label),
        );
        return None;
    };
    let parsed = id.data.as_text().and_then(|text| text.parse().ok());
    if parsed.is_none() {
        reading.note(
            Problem::new(Rule::BAD_ID)
                .at(reading.source.place(id.span.clone()))
                .with("prefix", kind.prefix.as_str()),
        );
    }
    parsed
}

/// Why a record was taken back, if it was.
fn retraction(reading: &Reading<'_>, row: &Row<'_>, rules: &Rules) -> Option<Value> {
    let field = named(&row.fields, "retracted")?;
    let Data::Table(fields) = &field.data else {
        wrong_type(reading, "retracted", &field.span, &field.data, "type-table");
        return None;
    };
    let table = TableReader {
        reading,
        span: field.span.clone(),
        label: &rules.shared.retracted,
        also: &[],
    };
    let (definitions, all) = (&rules.shared.retraction, &Wanted::Everything);
    Some(Value::Table(table.read(
        fields,
        Given::default(),
        definitions,
        all,
    )))
}

/// Reads an organisation's file from its fields, by the indices of the kind's fields.
pub fn organisation(
    reading: &Reading<'_>,
    fields: &[written::Field<'_>],
    kind: &Kind,
) -> Vec<Option<Value>> {
    TableReader {
        reading,
        span: 0..0,
        label: &kind.label,
        also: &[],
    }
    .read(fields, Given::default(), &kind.fields, &Wanted::Everything)
}

/// The dated steps of a record's life, in the order of their days; those of one day in the order
/// written.
fn updates(life: &LifeCycle, fields: &[written::Field<'_>]) -> Vec<Update> {
    let listed = fields
        .iter()
        .rfind(|field| field.index == Some(life.updates));
    let Some(Data::List(rows)) = listed.map(|field| &field.data) else {
        return Vec::new();
    };
    let step = |row: &written::Item<'_>| {
        let Data::Table(cells) = &row.data else {
            return None;
        };
        let Data::Day(on) = named(cells, "on")?.data else {
            return None;
        };
        let name = named(cells, "status")?.data.as_text()?;
        Some(Update {
            on,
            status: life
                .statuses
                .iter()
                .position(|status| status.choice.name == name)?,
        })
    };
    let mut found: Vec<Update> = rows.iter().filter_map(step).collect();
    found.sort_by_key(|update| update.on);
    found
}

/// A table whose fields are read.
struct TableReader<'a, 's> {
    reading: &'a Reading<'s>,
    /// Where it stands, for what it lacks.
    span: Range<usize>,
    /// What it is called.
    label: &'a Label,
    /// Keys that the caller reads itself.
    also: &'a [&'a str],
}

impl TableReader<'_, '_> {
    /// Reads the fields that `definitions` allow; what is wrong is noted, and the field left out.
    /// Of fields that were skipped it is known that they fit.
    fn read(
        &self,
        fields: &[written::Field<'_>],
        skipped: Given,
        definitions: &[FieldDef],
        wanted: &Wanted,
    ) -> Vec<Option<Value>> {
        let mut values = vec![None; wanted.len(definitions.len())];
        let mut seen = Seen {
            first: skipped,
            more: Vec::new(),
        };
        for field in fields {
            let Some(n) = field.index else {
                self.unless_known(field, definitions);
                continue;
            };
            let (definition, keep) = (&definitions[n], wanted.keeps(n));
            let fits = if !keep && field.data.fits(definition) {
                true
            } else {
                let value = read_field(self.reading, definition, field);
                let fits = value.is_some();
                if keep {
                    values[n] = value;
                }
                fits
            };
            if !(fits && field.data.is_blank()) {
                seen.insert(n);
            }
        }
        self.note_missing(fields, definitions, &seen);
        values
    }

    fn unless_known(&self, field: &written::Field<'_>, definitions: &[FieldDef]) {
        if self.also.contains(&&*field.name) {
            return;
        }
        self.reading.note(
            Problem::new(Rule::UNKNOWN_FIELD)
                .at(self.reading.source.place(field.key.clone()))
                .with("field", &*field.name)
                .with("kind", self.label)
                .with(
                    "allowed",
                    Choices::of(&field.name, field_names(definitions)),
                ),
        );
    }

    /// Notes what must be given and is not, or is an empty text.
    fn note_missing(&self, fields: &[written::Field<'_>], definitions: &[FieldDef], seen: &Seen) {
        for (n, definition) in definitions
            .iter()
            .enumerate()
            .filter(|(_, definition)| definition.required)
        {
            // A reason that was left out is looked up by its place, for it has no name here.
            let given = |name: &str| {
                let place = definitions.iter().position(|other| other.name == name);
                named(fields, name).is_some() || place.is_some_and(|n| seen.is_given(n))
            };
            if !seen.is_given(n) && definition.must_be_given(given) {
                self.reading.note(
                    Problem::new(Rule::MISSING_FIELD)
                        .at(self.reading.source.place(self.span.clone()))
                        .with("field", definition.name.as_str())
                        .with("kind", self.label),
                );
            }
        }
    }
}

/// Which fields a table gives, by their indices: most tables have few.
struct Seen {
    first: Given,
    more: Vec<usize>,
}

impl Seen {
    fn insert(&mut self, n: usize) {
        if n < Given::MOST {
            self.first.insert(n);
        } else {
            self.more.push(n);
        }
    }

    fn is_given(&self, n: usize) -> bool {
        self.first.contains(n) || self.more.contains(&n)
    }
}

fn read_field(
    reading: &Reading<'_>,
    definition: &FieldDef,
    field: &written::Field<'_>,
) -> Option<Value> {
    if !definition.list {
        return value(reading, definition, &field.data, &field.span);
    }
    match &field.data {
        Data::List(items) => Some(Value::List(
            items
                .iter()
                .filter_map(|item| value(reading, definition, &item.data, &item.span))
                .collect(),
        )),
        other => {
            wrong_type(reading, &definition.name, &field.span, other, "type-list");
            None
        }
    }
}

fn wrong_type(
    reading: &Reading<'_>,
    field: &str,
    span: &Range<usize>,
    found: &Data<'_>,
    wanted: &'static str,
) {
    reading.note(
        Problem::new(Rule::WRONG_TYPE)
            .at(reading.source.place(span.clone()))
            .with("field", field)
            .with("wanted", Arg::Message(wanted))
            .with("found", Arg::Message(found.type_name())),
    );
}

/// A value of a field. What [`Data::fits`] has a value here, and the other way round; here is said
/// why it has none.
fn value(
    reading: &Reading<'_>,
    field: &FieldDef,
    data: &Data<'_>,
    span: &Range<usize>,
) -> Option<Value> {
    let text = data.as_text();
    let kept = |text: &str| Value::Text(Text::new(text));
    let note = |problem: Problem| {
        reading.note(problem.at(reading.source.place(span.clone())));
        None
    };
    let found = match &field.ty {
        FieldType::Text | FieldType::Path | FieldType::Record(_) | FieldType::Organisation => {
            text.map(kept)
        }
        FieldType::Boolean => match data {
            Data::Boolean(boolean) => Some(Value::Boolean(*boolean)),
            _ => None,
        },
        FieldType::Date => match data {
            Data::Day(day) => Some(Value::Day(*day)),
            Data::FarDate(_) => return note(outside(field.name.as_str(), Day::FIRST, Day::LAST)),
            _ => None,
        },
        FieldType::Month => text
            .and_then(Period::from_canonical_month)
            .map(Value::Period),
        FieldType::Quarter => text
            .and_then(Period::from_canonical_quarter)
            .map(Value::Period),
        FieldType::Year => data.as_year().map(Value::Period),
        FieldType::Integer { min, max } => match data.as_integer() {
            Some(n) if n < *min || n > *max => {
                return note(out_of_range(field.name.as_str(), *min, *max));
            }
            number => number.map(Value::Integer),
        },
        FieldType::Decimal { places, min, max } => {
            let number = data.as_number();
            let unfit = number.and_then(|n| unfit(field.name.as_str(), n, *places, (*min, *max)));
            // What has more decimals than any number here is no decimal, but the message should say
            // so.
            let too_long = matches!(data, Data::Float(text) if number.is_none()
                && text.contains('.')
                && !text.contains(['e', 'E']));
            if let Some(problem) = unfit {
                return note(problem);
            } else if too_long {
                return note(too_many_decimals(field.name.as_str(), *places));
            }
            number.map(Value::Decimal)
        }
        FieldType::Choice(choices) => match text {
            Some(text) if !choices.iter().any(|c| c.name == text) => {
                let names = choices.iter().map(|choice| choice.name.as_str());
                let problem = Problem::new(Rule::UNKNOWN_VALUE)
                    .with("field", field.name.as_str())
                    .with("value", text)
                    .with("allowed", Choices::of(text, names));
                return note(problem);
            }
            text => text.map(kept),
        },
        FieldType::Table(columns) => match data {
            Data::Table(fields) => {
                let table = TableReader {
                    reading,
                    span: span.clone(),
                    label: &field.label,
                    also: &[],
                };
                let wanted = &Wanted::Everything;
                Some(Value::Table(table.read(
                    fields,
                    Given::default(),
                    columns,
                    wanted,
                )))
            }
            _ => None,
        },
    };
    if found.is_none() {
        wrong_type(reading, &field.name, span, data, field.ty.message());
    }
    found
}

/// Why a number does not fit a field of so many decimals and this range.
pub fn unfit(
    field: impl Into<Arg>,
    number: Decimal,
    places: u32,
    (min, max): (i64, i64),
) -> Option<Problem> {
    if number.places() > places {
        Some(too_many_decimals(field, places))
    } else if number < Decimal::from(min) || number > Decimal::from(max) {
        Some(out_of_range(field, min, max))
    } else {
        None
    }
}

fn too_many_decimals(field: impl Into<Arg>, places: u32) -> Problem {
    Problem::new(Rule::TOO_MANY_DECIMALS)
        .with("field", field)
        .with("places", i64::from(places))
}

/// A number outside a field's range.
pub fn out_of_range(field: impl Into<Arg>, min: i64, max: i64) -> Problem {
    outside(field, min, max)
}

fn outside(field: impl Into<Arg>, min: impl ToString, max: impl ToString) -> Problem {
    Problem::new(Rule::OUT_OF_RANGE)
        .with("field", field)
        .with("min", min.to_string())
        .with("max", max.to_string())
}
