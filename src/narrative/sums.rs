//! Whether parts that are printed add up to the whole that is printed.
//!
//! Rounding, 余 and distinct counts make them differ; a reader adds up what he reads. It is said,
//! never mended.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::narrative::marks::MarkedFigure;
use crate::narrative::quantity::{Asked, Context};
use crate::narrative::quantity::{Provenance, Quantity};
use crate::number::Fraction;

/// Parts that do not add up to their whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What is added up.
    pub label: String,
    /// The whole, as printed.
    pub whole: String,
    /// The parts, as printed.
    pub parts: Vec<String>,
    /// What they add up to.
    pub sum: String,
    /// The whole organisation's own figure, where it is not printed and is just what is lacking.
    pub own: Option<String>,
}

/// What does not add up among the figures printed: what the template says adds up, and figures of
/// all organisations under one that is printed too.
pub fn mismatches(context: &Context, printed: &[MarkedFigure]) -> Vec<Mismatch> {
    let mut found: Vec<Mismatch> = context
        .claims()
        .iter()
        .filter_map(|claim| mismatch(&claim.whole, &claim.parts))
        .collect();
    let quantities: Vec<Arc<Quantity>> = printed
        .iter()
        .filter_map(|f| context.noted(f.entry))
        .collect();
    // The figures of one metric in one window, by organisation: its own, and with those under it.
    let mut same: BTreeMap<String, BTreeMap<(usize, bool), Arc<Quantity>>> = BTreeMap::new();
    for quantity in quantities {
        let Some(asked) = quantity.asked().filter(|asked| asked.metric.is_additive()) else {
            continue;
        };
        let key = format!(
            "{}|{}|{}|{}",
            asked.metric.name, asked.lens.key, asked.period, asked.as_of
        );
        let of = (asked.org, asked.own);
        same.entry(key).or_default().entry(of).or_insert(quantity);
    }
    for by_org in same.values() {
        for (&(org, own), whole) in by_org {
            let below = context.below(org);
            let parts: Option<Vec<Arc<Quantity>>> = below
                .iter()
                .map(|&n| by_org.get(&(n, false)).cloned())
                .collect();
            if let (false, false, Some(mut parts)) = (own, below.is_empty(), parts) {
                let own = by_org.get(&(org, true)).cloned();
                let printed = own.is_some();
                parts.extend(own);
                found.extend(mismatch(whole, &parts).map(|wrong| {
                    if printed {
                        wrong
                    } else {
                        with_own(whole, &parts, wrong)
                    }
                }));
            }
        }
    }
    found.dedup();
    found
}

/// The mismatch, saying so where just the whole organisation's own figure is lacking.
fn with_own(whole: &Arc<Quantity>, parts: &[Arc<Quantity>], wrong: Mismatch) -> Mismatch {
    let Some(asked) = whole.asked() else {
        return wrong;
    };
    let asked = Asked {
        own: true,
        ..asked.clone()
    };
    let own = Arc::new(Quantity::new(
        &whole.context,
        Provenance::Metric(Arc::new(asked)),
        whole.style.clone(),
    ));
    let all: Vec<Arc<Quantity>> = parts.iter().cloned().chain([Arc::clone(&own)]).collect();
    let settled = mismatch(whole, &all).is_none() && own.number().is_some();
    Mismatch {
        own: settled.then(|| own.words()),
        ..wrong
    }
}

/// The parts and the whole as they are printed, if they differ. Where one is not known there is
/// nothing to compare.
fn mismatch(whole: &Quantity, parts: &[Arc<Quantity>]) -> Option<Mismatch> {
    let said = |quantity: &Quantity| Some(quantity.style.rounded(quantity.number()?)?.0);
    let mut sum = Fraction::whole(0);
    for part in parts {
        sum = sum.plus(said(part)?)?;
    }
    if sum == said(whole)? {
        return None;
    }
    let lang = whole.context.locale.lang();
    let label = whole
        .asked()
        .map(|asked| asked.metric.label.get(lang).to_owned())
        .unwrap_or_default();
    let plain = crate::narrative::phrase::NumberStyle {
        qualifier: Default::default(),
        ..whole.style.clone()
    };
    Some(Mismatch {
        label,
        whole: whole.words(),
        parts: parts.iter().map(|part| part.words()).collect(),
        sum: plain.words(sum, lang),
        own: None,
    })
}
