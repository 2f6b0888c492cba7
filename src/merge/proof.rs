//! What must hold of a merge before it counts: written apart from the merge, from what the versions
//! say.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::merge::merged::Merged;
use crate::merge::record::Clash;
use crate::merge::{Decided, Pages, Versions, marks};
use crate::source::Source;
use crate::toml::parse;
use crate::written::page::{Page, Paragraph, RecordKey};
use crate::written::parsed;
use crate::written::value::TomlValue;

/// A record as it is said: the name of its table and its fields.
type Said = (String, BTreeMap<String, TomlValue>);

/// Whether a merged ledger file, as its text, is TOML and holds what each side changed, or what was
/// decided, and nothing that neither has.
///
/// Records that no side changed are compared as text; the merged file as a whole is parsed.
pub(super) fn records_hold(
    versions: Versions<'_>,
    pages: &Pages<'_>,
    decided: &Decided,
    (merged, text): (&Merged, &str),
) -> bool {
    let result = Source::new("", marks::agreed(text));
    let Some(page) = Page::read(&result) else {
        return false;
    };
    // The file must hold as many records as its pieces.
    if parsed(&page.paragraphs) != Some(page.keys().count()) {
        return false;
    }
    let shown = text.replace("\r\n", "\n");
    let in_conflict: BTreeSet<&str> = merged
        .conflicts
        .iter()
        .map(|conflict| conflict.id.as_str())
        .collect();
    let right = |key: &RecordKey<'_>| -> bool {
        let texts @ [b, o, t] = pages.texts(key);
        let r = page.record(key).map(|paragraph| &*paragraph.text);
        if in_conflict.contains(&*key.id) {
            // Both versions can be read between the markers.
            return [o, t]
                .into_iter()
                .flatten()
                .all(|text| shown.contains(text));
        }
        if (r == o && (o == t || t == b)) || (r == t && o == b) {
            return true;
        }
        let ([Some(b), Some(o), Some(t)], Some(r)) = (texts.map(said), said(r)) else {
            return false;
        };
        let clashes = decided.get(&*key.id).map_or(&[][..], Vec::as_slice);
        record_holds(b.as_ref(), o.as_ref(), t.as_ref(), r.as_ref(), clashes)
    };
    let left_out = pages.base.keys().chain(page.keys()).filter(|key| {
        pages
            .ours
            .record(key)
            .or(pages.theirs.record(key))
            .is_none()
    });
    let keys: Vec<&RecordKey<'_>> = pages.keys().chain(left_out).collect();
    // What was not chosen goes with its comments.
    keys.into_par_iter().all(right) && (!decided.is_empty() || comments_hold(versions, text))
}

/// What a record's lines say, if it is there; none where that cannot be read.
fn said(text: Option<&str>) -> Option<Option<Said>> {
    let Some(text) = text else { return Some(None) };
    let source = Source::new("", text);
    let document = parse(&source).ok()?;
    let rows = parsed::rows(&source, &document.root);
    let row = rows.first()?;
    Some(Some((row.name.to_string(), TomlValue::pairs(&row.fields))))
}

/// How many paragraphs are parsed at once: few enough that their memory is used again for the next.
const PARSED_AT_ONCE: usize = 64;

/// How many records a file of these paragraphs holds when it is parsed; none where it is not TOML.
///
/// A record is a record whatever stands before it, so a large file is parsed in pieces, side by
/// side.
fn parsed(paragraphs: &[Paragraph<'_>]) -> Option<usize> {
    let count = |some: &[Paragraph<'_>]| {
        let text: String = some
            .iter()
            .flat_map(|paragraph| [&*paragraph.gap, &*paragraph.text])
            .collect();
        let source = Source::new("", text);
        let document = parse(&source).ok()?;
        Some(parsed::rows(&source, &document.root).len())
    };
    paragraphs.par_chunks(PARSED_AT_ONCE).map(count).sum()
}

/// As [`records_hold`], for a file that is one table.
pub(super) fn file_holds(
    versions: Versions<'_>,
    decided: &Decided,
    (merged, text): (&Merged, &str),
) -> bool {
    if !merged.conflicts.is_empty() {
        return true; // both versions stand whole between the markers
    }
    let said = |source: &Source| {
        parse(source)
            .ok()
            .map(|document| (String::new(), parsed::said(&document.root)))
    };
    let result = Source::new("", text);
    let (Some(b), Some(o), Some(t), Some(r)) = (
        said(versions.base),
        said(versions.ours),
        said(versions.theirs),
        said(&result),
    ) else {
        return false;
    };
    let based = !versions.base.text.is_empty();
    let clashes = decided.get("").map_or(&[][..], Vec::as_slice);
    record_holds(based.then_some(&b), Some(&o), Some(&t), Some(&r), clashes)
        && (!clashes.is_empty() || comments_hold(versions, text))
}

/// Whether a record of the result is what its versions come to.
fn record_holds(
    base: Option<&Said>,
    ours: Option<&Said>,
    theirs: Option<&Said>,
    result: Option<&Said>,
    decided: &[Clash],
) -> bool {
    if decided.iter().any(|clash| clash.field.is_empty()) {
        return result == ours || result == theirs; // the one or the other was chosen as a whole
    }
    let Some(result) = result else {
        // It may be gone only where one side took it out and the other did not change it.
        return ours.is_none() && (theirs.is_none() || theirs == base)
            || theirs.is_none() && ours == base;
    };
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return match (ours, theirs) {
            (Some(one), None) | (None, Some(one)) => base.is_none() && result == one,
            _ => false,
        };
    };
    let none = (String::new(), BTreeMap::new());
    let base = base.unwrap_or(&none);
    let kind_holds = result.0 == if ours.0 == base.0 { &theirs.0 } else { &ours.0 }.as_str();
    let fields: BTreeSet<&String> = [base, ours, theirs, result]
        .iter()
        .flat_map(|said| said.1.keys())
        .collect();
    kind_holds
        && fields.into_iter().all(|field| {
            let of = |said: &Said| said.1.get(field).cloned();
            let (b, o, t, r) = (of(base), of(ours), of(theirs), of(result));
            if decided.iter().any(|clash| clash.field == *field) {
                r == o || r == t
            } else if o == t {
                r == o
            } else if o == b {
                r == t
            } else if t == b {
                r == o
            } else {
                list_holds(&b, &o, &t, &r)
            }
        })
}

/// Whether a list holds what each side added and not what either took away, and nothing else.
fn list_holds(
    base: &Option<TomlValue>,
    ours: &Option<TomlValue>,
    theirs: &Option<TomlValue>,
    result: &Option<TomlValue>,
) -> bool {
    let count = |list: &'_ Option<TomlValue>| -> BTreeMap<TomlValue, usize> {
        let mut counts = BTreeMap::new();
        for item in list.as_ref().map_or(&[][..], TomlValue::items) {
            *counts.entry(item.clone()).or_default() += 1;
        }
        counts
    };
    let counts @ [b, o, t, r] = &[base, ours, theirs, result].map(count);
    let all: BTreeSet<&TomlValue> = counts.iter().flat_map(BTreeMap::keys).collect();
    matches!(result, Some(TomlValue::List(_)))
        && all.into_iter().all(|item| {
            let [b, o, t, r] = [b, o, t, r].map(|counts| counts.get(item).copied().unwrap_or(0));
            match (o >= b && t >= b, o <= b && t <= b) {
                (true, _) => r == o.max(t),
                (false, true) => r == o.min(t),
                (false, false) => false,
            }
        })
}

/// Whether every comment that a side wrote stands in the result.
fn comments_hold(versions: Versions<'_>, result: &str) -> bool {
    let comments = |text: &str| -> BTreeSet<String> {
        // A line with a comment is all that must be looked at; most ledgers have none.
        if !text.contains('#') {
            return BTreeSet::new();
        }
        let source = Source::new("", text);
        parse(&source).map_or_else(
            |_| BTreeSet::new(),
            |document| {
                document
                    .trivia
                    .comments
                    .iter()
                    .map(|c| source.text[c.clone()].trim_end().to_owned())
                    .collect()
            },
        )
    };
    let old = comments(&versions.base.text);
    let sides = [versions.ours, versions.theirs].map(|side| comments(&side.text));
    let mut news = sides
        .iter()
        .flatten()
        .filter(|comment| !old.contains(*comment))
        .peekable();
    if news.peek().is_none() {
        return true;
    }
    // What stands between markers cannot be parsed.
    let there = comments(&marks::agreed(result));
    news.all(|comment| there.contains(comment) || result.contains(comment.as_str()))
}
