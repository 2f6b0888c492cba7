//! Files that are one table: an organisation's, merged field by field, and a stamp, of which one
//! version stands.

use crate::merge::merged::{Conflict, Layout, Merged, Notice, Piece};
use crate::merge::record::{self, Clash, ClashReason, Resolver, Side};
use crate::merge::{FileForm, Refused, Versions, why_not};
use crate::rules::Rules;
use crate::source::{Source, whole_lines};
use crate::toml::parse;
use crate::written::block::Block;
use crate::written::parsed;
use crate::written::value::TomlValue;

/// Merges three versions of a file that is one table.
pub(super) fn merge(
    versions: Versions<'_>,
    form: FileForm,
    rules: &Rules,
    judge: &mut Resolver<'_>,
) -> Result<Merged, Refused> {
    let Versions { base, ours, theirs } = versions;
    let clean = |text: &str| Ok(Merged::text(text));
    if ours.text == theirs.text || theirs.text == base.text {
        return clean(&ours.text);
    }
    if ours.text == base.text {
        return clean(&theirs.text);
    }
    if form == FileForm::Stamp {
        let clash = match stamp(ours, theirs)? {
            Ok(side) => {
                return clean(if side == Side::Ours {
                    &ours.text
                } else {
                    &theirs.text
                });
            }
            Err(clash) => clash,
        };
        return match judge("", &clash) {
            Some(Side::Ours) => clean(&ours.text),
            Some(Side::Theirs) => clean(&theirs.text),
            None => Ok(in_conflict(versions, vec![clash])),
        };
    }
    let read = |source: &Source| Block::read_file(&source.text).ok_or_else(|| why_not(versions));
    let (b, o, t) = (read(base)?, read(ours)?, read(theirs)?);
    let merged = record::merge(
        Some(&b).filter(|_| !base.text.is_empty()),
        &o,
        &t,
        Some(&rules.org),
        judge,
    );
    if !merged.clashes.is_empty() {
        return Ok(in_conflict(versions, merged.clashes));
    }
    let notices = merged
        .notices
        .into_iter()
        .map(|(field, about)| Notice {
            id: String::new(),
            field,
            about,
        })
        .collect();
    let mut file = like(ours);
    file.push("", Piece::Text(merged.block.text()));
    file.notices = notices;
    Ok(file)
}

/// Both versions whole between markers.
fn in_conflict(versions: Versions<'_>, clashes: Vec<Clash>) -> Merged {
    let Versions { base, ours, theirs } = versions;
    let [base, ours, theirs] =
        [base, ours, theirs].map(|source| whole_lines(&source.text[source.start()..]));
    let mut file = like(versions.ours);
    file.push_conflict(
        "",
        Conflict::of("", [Some(&*base), Some(&*ours), Some(&*theirs)], clashes),
    );
    file
}

/// A file whose lines end as those of another.
fn like(source: &Source) -> Merged {
    Merged::new(Layout {
        newline: source.newline(),
        ..Layout::default()
    })
}

/// Which of two stamps stands: where both say the same of the period, the one that closed it first.
fn stamp(ours: &Source, theirs: &Source) -> Result<Result<Side, Clash>, Refused> {
    let read = |source: &Source| {
        parse(source)
            .map(|document| parsed::said(&document.root))
            .map_err(Refused::Unreadable)
    };
    let (mut o, mut t) = (read(ours)?, read(theirs)?);
    if !o.contains_key("period") || !t.contains_key("period") {
        return Err(Refused::NotALedger);
    }
    let mut closing = |key: &str| [o.remove(key), t.remove(key)];
    let ([on_o, on_t], [by_o, by_t]) = (closing("on"), closing("by"));
    // The hash is also of who closed it and when, and of the commit that they had then.
    closing("hash");
    closing("commit");
    if o == t {
        return Ok(Ok(if on_t < on_o {
            Side::Theirs
        } else {
            Side::Ours
        }));
    }
    let closed = |on: Option<TomlValue>, by: Option<TomlValue>| {
        let on = on.as_ref().map(ToString::to_string).unwrap_or_default();
        Some(TomlValue::Text(format!(
            "{on} {}",
            by.as_ref().and_then(TomlValue::as_text).unwrap_or_default()
        )))
    };
    Ok(Err(Clash {
        why: ClashReason::Closed,
        title: None,
        field: String::new(),
        ours: closed(on_o, by_o),
        theirs: closed(on_t, by_t),
    }))
}
