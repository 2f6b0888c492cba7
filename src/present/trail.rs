//! What happened to a record, in words.

use crate::history::finding::Aspect;
use crate::history::trail::FieldChange;
use crate::locale::Locale;
use crate::record::text::said;
use crate::rules::kind::FieldDef;
use crate::spelling::visible;
use crate::written::value::TomlValue;

/// The field that changed, of those that a record may have.
pub fn field_of<'f>(fields: &'f [FieldDef], change: &FieldChange) -> Option<&'f FieldDef> {
    let name = change.aspect.field()?;
    fields.iter().find(|field| field.name == name)
}

/// What people call a field that changed.
pub fn field_label(locale: &Locale, field: Option<&FieldDef>, change: &FieldChange) -> String {
    match (&change.aspect, field) {
        (Aspect::Organisation, _) => locale.text("label-org"),
        (_, Some(field)) => field.label.get(locale.lang()).to_owned(),
        (aspect, None) => aspect.name().to_owned(),
    }
}

/// A change in words: of lists what was added and taken away, of the rest what it was and is.
pub fn values(locale: &Locale, field: Option<&FieldDef>, change: &FieldChange) -> Vec<String> {
    let said = |value: &TomlValue| locale.labels(&said(field, value));
    let items = |value: &Option<TomlValue>| match value {
        Some(TomlValue::List(items)) => Some(items.clone()),
        Some(_) => None,
        None => Some(Vec::new()),
    };
    if let (Some(old), Some(new)) = (items(&change.old), items(&change.new)) {
        let gone = old
            .iter()
            .filter(|item| !new.contains(item))
            .map(|item| format!("- {}", said(item)));
        let added = new
            .iter()
            .filter(|item| !old.contains(item))
            .map(|item| format!("+ {}", said(item)));
        let lines: Vec<String> = gone.chain(added).collect();
        if !lines.is_empty() {
            return lines;
        }
    }
    vec![match (&change.old, &change.new) {
        (None, Some(new)) => said(new),
        (Some(old), Some(new)) => format!("{} → {}", said(old), said(new)),
        (Some(old), None) => format!("- {}", said(old)),
        (None, None) => String::new(),
    }]
}

/// The same with the field's name before each.
pub fn lines(locale: &Locale, field: Option<&FieldDef>, change: &FieldChange) -> Vec<String> {
    let label = field_label(locale, field, change);
    let line = |value: String| {
        let args = [
            ("label", label.as_str().into()),
            ("value", visible(&value).into()),
        ];
        locale.say("log-field", &args)
    };
    values(locale, field, change)
        .into_iter()
        .map(line)
        .collect()
}
