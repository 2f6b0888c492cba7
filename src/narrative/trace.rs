//! Where the figures of a document come from: each with its sentence, its metric, its exact value,
//! its records.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::figure::evidence::Evidence;
use crate::locale::Locale;
use crate::narrative::marks::MarkedFigure;
use crate::narrative::quantity::{Amount, Provenance, Quantity};
use crate::narrative::quantity::{Asked, Context};
use crate::number::{MOST_PLACES, rounded};

/// The trace for programs.
pub fn object(context: &Context, figures: &[MarkedFigure]) -> Json {
    let list = figures.iter().filter_map(|found| {
        let mut object = facts(context, &*context.noted(found.entry)?);
        object["sentence"] = found.sentence.as_str().into();
        object["text"] = found.text.as_str().into();
        Some(object)
    });
    json!({
        "org": context.tree().orgs[context.org].path.as_str(),
        "period": context.period.to_string(),
        "as_of": context.as_of.to_string(),
        "figures": list.collect::<Vec<_>>(),
    })
}

/// What a figure is, and what its parts are.
fn facts(context: &Context, quantity: &Quantity) -> Json {
    let value = match quantity.amount() {
        Amount::Number(n) => match n.decimal() {
            Some(number) => Json::Number(number.json()),
            None => json!({ "num": n.num.to_string(), "den": n.den.to_string() }),
        },
        Amount::Day(day) => json!(day.to_string()),
        Amount::NoData => Json::Null,
    };
    let mut object = match &quantity.origin {
        Provenance::Metric(asked) => json!({
            "metric": asked.metric.name,
            "org": context.tree().orgs[asked.org].path.as_str(),
            "own": asked.own,
            "period": asked.period.to_string(),
            "as_of": asked.as_of.to_string(),
            "asked": asked.lens.key.trim(),
            "records": evidence(context, asked),
        }),
        Provenance::Change { growth, .. } => {
            json!({ "computed": if *growth { "growth" } else { "change" } })
        }
        Provenance::Total(_) => json!({ "computed": "total" }),
        Provenance::Share(..) => json!({ "computed": "share" }),
        Provenance::Field {
            entry,
            label,
            number,
        } => {
            let record = Evidence::of_record(context.tree(), *entry, *number);
            json!({ "field": label, "records": [record] })
        }
        Provenance::Computed(_) => json!({ "computed": "template" }),
    };
    object["value"] = value;
    let parts = quantity.parts();
    if !parts.is_empty() {
        object["parts"] = parts.iter().map(|part| facts(context, part)).collect();
    }
    object
}

/// What makes up a metric; one that is made of others has parts instead.
fn evidence(context: &Context, asked: &Asked) -> Vec<Evidence> {
    context
        .counted(asked)
        .iter()
        .map(|(contribution, amount)| Evidence::of(context.tree(), contribution, *amount))
        .collect()
}

/// How many records of a figure a short trace lists.
pub const FIRST_RECORDS: usize = 10;

/// The trace for people: each sentence with its figures, then the numbers that no record stands
/// behind. Of each figure's records the first `most` are listed, the others counted.
pub fn text(context: &Context, figures: &[MarkedFigure], most: usize, locale: &Locale) -> String {
    let noted = figures
        .iter()
        .filter_map(|found| Some((found, context.noted(found.entry)?)));
    let (written, traced): (Vec<_>, Vec<_>) =
        noted.partition(|(_, quantity)| matches!(quantity.origin, Provenance::Computed(_)));
    let title = [
        ("org", context.tree().orgs[context.org].name().into()),
        ("period", context.period.label(locale.lang()).into()),
        ("as_of", context.as_of.to_string().into()),
        ("count", traced.len().into()),
    ];
    let mut out = format!("{}\n", locale.say("trace-title", &title));
    let mut sentence = None;
    for (n, (found, quantity)) in traced.iter().enumerate() {
        if sentence != Some(&found.sentence) {
            let _ = write!(out, "\n{}\n", found.sentence);
            sentence = Some(&found.sentence);
        }
        let _ = writeln!(out, "{}. {}", n + 1, found.text);
        describe(&mut out, context, quantity, (locale, most), 1);
    }
    // Numbers that stand in the template, or that it computed from values: a reader should know
    // which.
    let numbers: Vec<&str> = written
        .iter()
        .map(|(found, _)| found.text.as_str())
        .collect();
    if !numbers.is_empty() {
        let _ = write!(
            out,
            "\n{}\n",
            locale.say(
                "trace-written",
                &[("numbers", locale.join(&numbers).into())]
            )
        );
    }
    out
}

fn describe(
    out: &mut String,
    context: &Context,
    quantity: &Arc<Quantity>,
    (locale, most): (&Locale, usize),
    depth: usize,
) {
    let indent = "   ".repeat(depth);
    let value = match quantity.amount() {
        Amount::Number(n) => match n.decimal() {
            Some(number) => number.to_string(),
            None => format!(
                "{} ({}/{})",
                rounded(n.num, n.den, MOST_PLACES),
                n.num,
                n.den
            ),
        },
        Amount::Day(day) => day.to_string(),
        Amount::NoData => "—".to_owned(),
    };
    let id = match &quantity.origin {
        Provenance::Metric(_) => "trace-metric",
        Provenance::Change { growth: false, .. } => "trace-change",
        Provenance::Change { growth: true, .. } => "trace-growth",
        Provenance::Total(_) => "trace-total",
        Provenance::Share(..) => "trace-share",
        Provenance::Field { .. } => "trace-field",
        Provenance::Computed(_) => "trace-computed",
    };
    let mut words = vec![("value", value.into())];
    if let Provenance::Field { label, .. } = &quantity.origin {
        words.push(("field", label.as_str().into()));
    }
    if let Some(asked) = quantity.asked() {
        words.extend([
            ("metric", (&asked.metric.label).into()),
            ("name", asked.metric.name.as_str().into()),
            ("org", context.tree().orgs[asked.org].short().into()),
            ("period", asked.period.label(locale.lang()).into()),
            ("as_of", asked.as_of.to_string().into()),
            ("asked", asked.lens.key.trim().into()),
        ]);
    }
    let _ = writeln!(out, "{indent}{}", locale.say(id, &words).trim_end());
    let of_field = match &quantity.origin {
        Provenance::Field { entry, number, .. } => {
            Some(Evidence::of_record(context.tree(), *entry, *number))
        }
        _ => None,
    };
    let counted = quantity.asked().map(|asked| evidence(context, asked));
    let mut all = counted.unwrap_or_default();
    all.extend(of_field);
    for one in all.iter().take(most) {
        let _ = writeln!(out, "{indent}  {}", line(context, one, locale));
    }
    if all.len() > most {
        let count = [
            ("count", all.len().into()),
            ("more", (all.len() - most).into()),
        ];
        let _ = writeln!(out, "{indent}  {}", locale.say("trace-more", &count));
    }
    for part in quantity.parts() {
        describe(out, context, &part, (locale, most), depth + 1);
    }
}

/// A line for what contributes: what it adds, its file and line, its id or window.
fn line(context: &Context, evidence: &Evidence, locale: &Locale) -> String {
    match evidence {
        Evidence::Record {
            id,
            file,
            line,
            contributes,
            no_data,
            ..
        } => {
            let why = no_data
                .as_ref()
                .map(|why| format!(" ({why})"))
                .unwrap_or_default();
            format!("+{contributes} {file}:{line} {id}{why}")
        }
        Evidence::Organisation {
            file, contributes, ..
        } => format!("+{contributes} {file}"),
        Evidence::Window {
            org,
            obligation,
            window,
            state,
            places,
            ids,
            contributes,
            ..
        } => {
            let org = context
                .organisation(org)
                .map_or(org.as_str(), |n| context.tree().orgs[n].short());
            let name = context
                .tree()
                .rules
                .obligation(obligation)
                .map_or("", |o| o.label.get(locale.lang()));
            let state = locale.text(&format!("window-{state}"));
            let records: Vec<String> = places
                .iter()
                .zip(ids)
                .map(|(place, id)| format!(" {place} {id}"))
                .collect();
            format!(
                "+{contributes} {org} {name} {window} {state}{}",
                records.concat()
            )
        }
    }
}
