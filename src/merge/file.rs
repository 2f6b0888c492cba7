//! Files that are one table: an organisation's, merged field by field, and a stamp, of which one
//! version stands.

use crate::merge::marks::{self, Names};
use crate::merge::record::{self, Clash, ClashReason, Resolver, Side};
use crate::merge::{Conflict, FileForm, Merged, Notice, Refused, Versions, why_not};
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
    names: &Names,
    judge: &mut Resolver<'_>,
) -> Result<Merged, Refused> {
    let Versions { base, ours, theirs } = versions;
    let clean = |text: &str| {
        Ok(Merged {
            text: text.to_owned(),
            conflicts: Vec::new(),
            notices: Vec::new(),
        })
    };
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
            None => Ok(in_conflict(versions, names, vec![clash])),
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
        return Ok(in_conflict(versions, names, merged.clashes));
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
    Ok(Merged {
        text: with_line_ends(merged.block.text(), ours),
        conflicts: Vec::new(),
        notices,
    })
}

/// Both versions whole between markers.
fn in_conflict(versions: Versions<'_>, names: &Names, clashes: Vec<Clash>) -> Merged {
    let lines = |source: &Source| whole_lines(&source.text[source.start()..]).into_owned();
    let text = marks::conflict(
        &lines(versions.base),
        &lines(versions.ours),
        &lines(versions.theirs),
        names,
    );
    let conflicts = vec![Conflict {
        id: String::new(),
        line: 1,
        clashes,
    }];
    Merged {
        text: with_line_ends(text, versions.ours),
        conflicts,
        notices: Vec::new(),
    }
}

fn with_line_ends(text: String, like: &Source) -> String {
    if like.newline() == "\r\n" {
        text.replace('\n', "\r\n")
    } else {
        text
    }
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
