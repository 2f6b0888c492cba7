//! Whose is whose in a merge, and how its conflicts are written.

use std::path::Path;

use crate::git;
use crate::locale::Locale;
use crate::merge::marks::Names;
use crate::merge::merged::{Merged, Written};
use crate::merge::record::Side;

/// A merge as it is written: its conflicts show the version that both come from where git is set
/// to show it, and say whose is whose.
///
/// Beside it stands the side of who sits here: git calls it "theirs" while it puts his commits on
/// top of others'.
pub fn written(locale: &Locale, folder: &Path, merged: &Merged) -> (Written, Side) {
    if merged.is_clean() {
        return (merged.written(&Names::default()), Side::Ours);
    }
    let mine = mine(folder);
    let based = git::text(folder, ["config", "--get", "merge.conflictStyle"])
        .is_ok_and(|style| style.ends_with("diff3"));
    let names = Names {
        base: based.then(|| locale.text("merge-base")),
        ..names(locale, mine)
    };
    (merged.written(&names), mine)
}

/// The side of who sits here.
pub fn mine(folder: &Path) -> Side {
    if git::is_rebasing(folder) {
        Side::Theirs
    } else {
        Side::Ours
    }
}

/// How the sides are called, for who has one of them.
pub fn names(locale: &Locale, mine: Side) -> Names {
    let [ours, theirs] = match mine {
        Side::Ours => ["merge-ours", "merge-theirs"],
        Side::Theirs => ["merge-upstream", "merge-mine"],
    };
    Names {
        ours: locale.text(ours),
        base: None,
        theirs: locale.text(theirs),
    }
}
