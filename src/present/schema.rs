//! JSON Schema of a ledger's files, for editors: made from the kinds, a ledger's own included.
//!
//! A schema says less than `ledger check`: it knows one file at a time.

use serde_json::{Map, Value, json};

use crate::locale::{Label, Lang};
use crate::rules::kind::{ASKS, FIELD_TYPES, FieldDef, FieldType, Kind, PHASES};
use crate::rules::metric::{OWED, UNITS};
use crate::rules::obligation::EVERY;
use crate::rules::report_spec::CHARTS;
use crate::rules::scorecard::{CYCLES, SCORED};
use crate::rules::{Class, Rules};
use crate::tree::{FORMAT, NAMES};

/// The files of a ledger that editors can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// Records of an organisation.
    Records,
    /// `org.toml`.
    Organisation,
    /// `ledger.toml`.
    Settings,
    /// The files of `rules/`.
    Rules,
}

/// All of them.
pub const SCHEMAS: [Schema; 4] = [
    Schema::Records,
    Schema::Organisation,
    Schema::Settings,
    Schema::Rules,
];

impl Schema {
    /// The name of the file with the schema.
    pub fn file(self) -> &'static str {
        match self {
            Schema::Records => "records.json",
            Schema::Organisation => "organisation.json",
            Schema::Settings => "settings.json",
            Schema::Rules => "rules.json",
        }
    }

    /// Which files of a ledger it is about, as editors write it.
    pub fn files(self) -> &'static str {
        match self {
            Schema::Records => "orgs/**/[0-9][0-9][0-9][0-9]/*.toml",
            Schema::Organisation => "orgs/**/org.toml",
            Schema::Settings => "ledger.toml",
            Schema::Rules => "rules/**/*.toml",
        }
    }

    /// The schema, with descriptions in a language.
    pub fn of(self, rules: &Rules, lang: Lang) -> Value {
        let draft = Writer { lang };
        match self {
            Schema::Records => draft.records(rules),
            Schema::Organisation => draft.file(draft.table(&rules.org.fields)),
            Schema::Settings => draft.file(settings()),
            Schema::Rules => rules_file(rules),
        }
    }
}

/// Writes schemas with descriptions in a language.
struct Writer {
    lang: Lang,
}

impl Writer {
    /// A table that is a whole file.
    fn file(&self, mut table: Value) -> Value {
        table["$schema"] = json!("http://json-schema.org/draft-07/schema#");
        table
    }

    fn records(&self, rules: &Rules) -> Value {
        let kinds = rules.kinds.iter().map(|kind| {
            let tables = json!({ "type": "array", "items": self.record(kind, rules) });
            (kind.name.clone(), self.named(tables, &kind.label))
        });
        self.file(json!({
            "type": "object",
            "additionalProperties": false,
            "properties": kinds.collect::<Map<String, Value>>(),
        }))
    }

    /// A record: its fields, its id, and that it was taken back.
    fn record(&self, kind: &Kind, rules: &Rules) -> Value {
        let mut record = self.table(&kind.fields);
        let id = json!({ "type": "string", "pattern": format!("^{}-", kind.prefix) });
        let retracted = self.table(&rules.shared.retraction);
        record["properties"]["id"] = self.named(id, &rules.shared.id);
        record["properties"]["retracted"] = self.named(retracted, &rules.shared.retracted);
        if let Some(required) = record["required"].as_array_mut() {
            required.insert(0, json!("id"));
        }
        self.named(record, &kind.label)
    }

    /// A table with these fields and no others.
    fn table(&self, fields: &[FieldDef]) -> Value {
        let properties = fields.iter().map(|field| {
            let value = self.value(&field.ty);
            let value = match field.list {
                true => json!({ "type": "array", "items": value }),
                false => value,
            };
            (field.name.clone(), self.named(value, &field.label))
        });
        let required = fields.iter().filter(|field| field.must_be_given(|_| true));
        let required: Vec<&str> = required.map(|field| field.name.as_str()).collect();
        json!({
            "type": "object",
            "additionalProperties": false,
            "properties": properties.collect::<Map<String, Value>>(),
            "required": required,
        })
    }

    /// A schema with what people call the thing: what editors show.
    fn named(&self, mut schema: Value, label: &Label) -> Value {
        let label = label.get(self.lang);
        let choices = schema["description"].as_str();
        schema["description"] = match choices {
            Some(choices) => json!(format!("{label}: {choices}")),
            None => json!(label),
        };
        schema
    }

    fn value(&self, ty: &FieldType) -> Value {
        match ty {
            FieldType::Text | FieldType::Path | FieldType::Organisation => {
                json!({ "type": "string" })
            }
            FieldType::Integer { min, max } => {
                json!({ "type": "integer", "minimum": min, "maximum": max })
            }
            FieldType::Decimal { min, max, .. } => {
                json!({ "type": "number", "minimum": min, "maximum": max })
            }
            FieldType::Boolean => json!({ "type": "boolean" }),
            FieldType::Date => json!({ "type": "string", "format": "date" }),
            FieldType::Month => {
                json!({ "type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$" })
            }
            FieldType::Quarter => json!({ "type": "string", "pattern": "^[0-9]{4}Q[1-4]$" }),
            FieldType::Year => json!({ "type": "integer" }),
            FieldType::Choice(choices) => {
                let names: Vec<&str> = choices.iter().map(|choice| &*choice.name).collect();
                let said = |label: &Label, name: &str| match label.get(self.lang) {
                    label if label.replace(' ', "-") == name => name.to_owned(),
                    label => format!("{name} {label}"),
                };
                let words = choices
                    .iter()
                    .map(|choice| said(&choice.label, &choice.name));
                let words: Vec<String> = words.collect();
                json!({ "enum": names, "description": words.join(" | ") })
            }
            FieldType::Record(kinds) if kinds.is_empty() => json!({ "type": "string" }),
            FieldType::Record(_) => json!({ "type": "string", "pattern": "^[a-z]+-" }),
            FieldType::Table(fields) => self.table(fields),
        }
    }
}

/// What `ledger.toml` may hold.
fn settings() -> Value {
    let names = NAMES
        .iter()
        .map(|name| ((*name).to_owned(), json!({ "type": "string" })));
    let mut properties: Map<String, Value> = names.collect();
    let more = json!({
        "format": { "type": "integer", "minimum": 1, "maximum": FORMAT },
        "language": { "enum": ["zh-CN", "en"] },
        "begins": { "type": "string", "format": "date" },
        "points": { "type": "boolean" },
        "names": { "type": "object", "additionalProperties": { "type": "string" } },
    });
    properties.extend(more.as_object().cloned().unwrap_or_default());
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "required": ["format"],
    })
}

/// What the files of `rules/` may hold: as a text inside the program says it, with the words that
/// there are put in.
fn rules_file(rules: &Rules) -> Value {
    // It is part of the program, and a test reads it.
    let text = include_str!("rules.schema.json");
    let mut schema: Value = serde_json::from_str(text).unwrap_or_default();
    put_words(&mut schema);
    let names = |class: Class| {
        let items = rules.items().iter().filter(|item| item.class == class);
        let names: Vec<&str> = items.map(|item| item.name.as_str()).collect();
        // One that is being written may be known to another file only.
        json!({ "anyOf": [{ "enum": names }, { "type": "string" }] })
    };
    for (name, class) in [
        ("kind", Class::Kind),
        ("metric", Class::Metric),
        ("obligation", Class::Obligation),
        ("scorecard", Class::Scorecard),
    ] {
        schema["$defs"][name] = names(class);
    }
    schema
}

/// Puts the words that a rule may have where the text says which: `{ "enum": "$units" }`.
fn put_words(schema: &mut Value) {
    fn words<T>(of: &[(&str, T)]) -> Value {
        of.iter().map(|(name, _)| *name).collect()
    }
    if let Some(list) = schema.get_mut("enum") {
        let known = match list.as_str() {
            Some("$phases") => words(PHASES),
            Some("$asks") => words(ASKS),
            Some("$types") => words(FIELD_TYPES),
            Some("$every") => words(EVERY),
            Some("$units") => words(UNITS),
            Some("$owed") => words(OWED),
            Some("$scored") => words(SCORED),
            Some("$cycles") => words(CYCLES),
            Some("$charts") => words(CHARTS),
            _ => return,
        };
        *list = known;
        return;
    }
    match schema {
        Value::Object(map) => map.values_mut().for_each(put_words),
        Value::Array(items) => items.iter_mut().for_each(put_words),
        _ => {}
    }
}
