//! Rows of any TOML, through the full parser.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::rules::Rules;
use crate::rules::kind::{FieldDef, FieldType};
use crate::source::Source;
use crate::toml::{Node, day, integer, type_name};
use crate::written::value::TomlValue;
use crate::written::{Data, Field, Given, Item, Row};

/// The row of a table of this name, whose header stands there.
pub fn row<'s>(
    source: &Source,
    rules: &Rules,
    name: &str,
    table: &DeTable<'s>,
    header: Range<usize>,
) -> Row<'s> {
    let kind = rules.kinds.iter().position(|kind| kind.name == name);
    let definitions = kind.map_or(&[][..], |kind| &rules.kinds[kind].fields);
    let mut fields = fields(table, definitions);
    // What every record may have stands outside the kind's own fields.
    if let Some(field) = fields.iter_mut().find(|field| field.name == "retracted")
        && let Data::Table(cells) = &mut field.data
    {
        number(cells, &rules.shared.retraction);
    }
    Row {
        name: name.to_owned().into(),
        line: source.line(header.start),
        header,
        kind,
        fields,
        skipped: Given::default(),
    }
}

/// The rows of a parsed file, in the order of the text, of whatever kind: their fields have no
/// indices.
pub fn rows<'s>(source: &Source, root: &DeTable<'s>) -> Vec<Row<'s>> {
    let mut found = Vec::new();
    for (name, node) in root {
        let items = node.get_ref().as_array().into_iter().flatten();
        let tables = items.filter_map(|item| Some((item.get_ref().as_table()?, item.span())));
        found.extend(tables.map(|(table, header)| Row {
            name: name.get_ref().clone(),
            line: source.line(header.start),
            header,
            kind: None,
            fields: fields(table, &[]),
            skipped: Given::default(),
        }));
    }
    found.sort_by_key(|row| row.header.start);
    found
}

/// What a value says.
pub fn value(value: &DeValue<'_>) -> TomlValue {
    TomlValue::of(&data(value, &[]))
}

/// What the fields of a table say.
pub fn said(table: &DeTable<'_>) -> BTreeMap<String, TomlValue> {
    TomlValue::pairs(&fields(table, &[]))
}

/// The fields of a table, in the order of the text.
pub fn fields<'s>(table: &DeTable<'s>, definitions: &[FieldDef]) -> Vec<Field<'s>> {
    let field = |(key, node): (&toml::Spanned<_>, &Node<'s>)| {
        let name: &std::borrow::Cow<'s, str> = key.get_ref();
        let index = definitions
            .iter()
            .position(|definition| definition.name == *name);
        let columns = match index.map(|n| &definitions[n].ty) {
            Some(FieldType::Table(columns)) => columns.as_slice(),
            _ => &[],
        };
        Field {
            name: name.clone(),
            index,
            key: key.span(),
            span: node.span(),
            data: data(node.get_ref(), columns),
        }
    };
    let mut fields: Vec<Field<'s>> = table.iter().map(field).collect();
    fields.sort_by_key(|field| field.key.start);
    fields
}

/// Gives fields their indices among `definitions`.
fn number(fields: &mut [Field<'_>], definitions: &[FieldDef]) {
    for field in fields {
        field.index = definitions
            .iter()
            .position(|definition| definition.name == field.name);
    }
}

/// What a value says; a table in it has these columns.
fn data<'s>(value: &DeValue<'s>, columns: &[FieldDef]) -> Data<'s> {
    let written = || {
        value
            .as_datetime()
            .map_or_else(String::new, ToString::to_string)
            .into()
    };
    match value {
        DeValue::String(text) => Data::Text(text.clone()),
        // The parser has refused what does not fit.
        DeValue::Integer(_) => Data::Integer(integer(value).unwrap_or_default()),
        DeValue::Float(number) => Data::Float(number.as_str().to_owned().into()),
        DeValue::Boolean(boolean) => Data::Boolean(*boolean),
        DeValue::Datetime(_) if type_name(value) == "type-date" => {
            day(value).map_or_else(|| Data::FarDate(written()), Data::Day)
        }
        DeValue::Datetime(_) => Data::Time(written()),
        DeValue::Array(items) => Data::List(
            items
                .iter()
                .map(|item| Item {
                    span: item.span(),
                    data: data(item.get_ref(), columns),
                })
                .collect(),
        ),
        DeValue::Table(table) => Data::Table(fields(table, columns)),
    }
}
