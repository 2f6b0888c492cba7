//! Three versions of one record as one, field by field.
//!
//! Where one side alone wrote differently its very bytes are taken; only lists that both sides
//! changed are written anew.

use crate::merge::items::{self, Order, comments};
use crate::rules::kind::{FieldDef, Kind, Phase, RETURNED};
use crate::written::block::{Block, Entry, ListItem};
use crate::written::value::TomlValue;

/// A side of a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The version that is merged into.
    Ours,
    /// The version that is merged.
    Theirs,
}

/// What two sides did that cannot both stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// Why.
    pub why: ClashReason,
    /// What names the record for people, where its kind is known.
    pub title: Option<TomlValue>,
    /// The field; empty for the whole record.
    pub field: String,
    /// What it says on our side.
    pub ours: Option<TomlValue>,
    /// What it says on their side.
    pub theirs: Option<TomlValue>,
}

/// Why two sides clash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClashReason {
    /// Both changed one field, differently.
    Changed,
    /// One took the record back, the other changed it.
    Retracted,
    /// One took the record out of the file, the other changed it.
    Deleted,
    /// Both entered a record under one id, differently.
    Added,
    /// One entered it into a file that git took for another.
    Misplaced,
    /// Both closed one period, with different figures.
    Closed,
}

/// Decides a clash of the record of an id, or leaves it.
pub type Resolver<'r> = dyn FnMut(&str, &Clash) -> Option<Side> + 'r;

/// What a merge of one record came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedRecord {
    /// The record; where something clashes, with our side of it.
    pub block: Block,
    /// What nobody decided.
    pub clashes: Vec<Clash>,
    /// What its reader should look at, by field.
    pub notices: Vec<(String, About)>,
}

/// What the reader of a merge should look at though nothing clashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// Both sides put items on one day: their order is the life cycle's, not known.
    SameDay,
    /// One side finished it, and a later update of the other, who did not know, takes it up again.
    TakenUpAgain,
}

/// Merges two versions of a record that come from one, or of none: then they were entered under one
/// id.
pub fn merge(
    base: Option<&Block>,
    ours: &Block,
    theirs: &Block,
    kind: Option<&Kind>,
    resolver: &mut Resolver<'_>,
) -> MergedRecord {
    let versions = RecordVersions {
        base,
        ours,
        theirs,
        kind,
    };
    let id = ours
        .says("id")
        .and_then(TomlValue::as_text)
        .unwrap_or_default();
    let mut resolve = |clash: &Clash| resolver(id, clash);
    let whole = |block: &Block, clashes| MergedRecord {
        block: block.clone(),
        clashes,
        notices: Vec::new(),
    };
    let is_retracted_by_one = versions.is_retracted_by_one();
    // A record of another kind is another record: nothing of two kinds can be put together.
    let are_of_two_kinds = versions.are_of_two_kinds();
    // After which side it stays retracted or not, once that is decided. What else the sides did to
    // it is merged like that of any record.
    let mut retracted_as = None;
    if is_retracted_by_one || are_of_two_kinds {
        let clash = match is_retracted_by_one {
            true => versions.clash(ClashReason::Retracted, "retracted", "retracted"),
            false => versions.clash(ClashReason::Added, "", "retracted"),
        };
        match resolve(&clash) {
            None => return whole(ours, vec![clash]),
            Some(side) if are_of_two_kinds => return whole(versions.of(side), Vec::new()),
            decided => retracted_as = decided,
        }
    }
    let mut merged = MergedRecord {
        block: versions.outline(),
        clashes: Vec::new(),
        notices: Vec::new(),
    };
    for name in names(ours, theirs) {
        let entry = match retracted_as {
            Some(side) if name == "retracted" => versions.of(side).entry(name).cloned(),
            _ => versions.merge_field(name, &mut merged, &mut resolve),
        };
        merged.block.entries.extend(entry);
    }
    merged
}

/// The versions of one record.
struct RecordVersions<'v> {
    base: Option<&'v Block>,
    ours: &'v Block,
    theirs: &'v Block,
    kind: Option<&'v Kind>,
}

impl<'v> RecordVersions<'v> {
    fn of(&self, side: Side) -> &'v Block {
        match side {
            Side::Ours => self.ours,
            Side::Theirs => self.theirs,
        }
    }

    /// Whether a side says anything that the base does not.
    fn is_changed(&self, side: &Block) -> bool {
        self.base
            .is_none_or(|base| side.kind != base.kind || side.said() != base.said())
    }

    /// Whether one side retracted the record and the other changed it.
    fn is_retracted_by_one(&self) -> bool {
        let retracts = |side: &Block| {
            side.says("retracted").is_some()
                && self
                    .base
                    .is_some_and(|base| base.says("retracted").is_none())
        };
        retracts(self.ours) != retracts(self.theirs)
            && self.is_changed(self.ours)
            && self.is_changed(self.theirs)
    }

    fn are_of_two_kinds(&self) -> bool {
        self.ours.kind != self.theirs.kind
            && self.is_changed(self.ours)
            && self.is_changed(self.theirs)
    }

    /// A clash in `field`, with what the sides say in the field `shown`.
    fn clash(&self, why: ClashReason, field: &str, shown: &str) -> Clash {
        let title = self
            .kind
            .and_then(|kind| self.ours.says(&kind.fields[kind.title].name));
        Clash {
            why,
            title: title.cloned(),
            field: field.to_owned(),
            ours: self.ours.says(shown).cloned(),
            theirs: self.theirs.says(shown).cloned(),
        }
    }

    /// The merged record without its fields.
    fn outline(&self) -> Block {
        let (none, RecordVersions { ours, theirs, .. }) = (Block::default(), self);
        let base = self.base.unwrap_or(&none);
        let mut block = (*ours).clone();
        block.entries.clear();
        if ours.kind == base.kind {
            block.set_kind(theirs.kind.clone());
        }
        block.set_above(comments(&base.above(), &ours.above(), &theirs.above()));
        block.set_behind(comments(&base.behind(), &ours.behind(), &theirs.behind()));
        block.set_below(comments(&base.below(), &ours.below(), &theirs.below()));
        block
    }

    /// A field of the merged record; of one in which the sides clash, what was decided, or ours.
    fn merge_field(
        &self,
        name: &str,
        merged: &mut MergedRecord,
        resolve: &mut dyn FnMut(&Clash) -> Option<Side>,
    ) -> Option<Entry> {
        let base = self.base.and_then(|base| base.entry(name));
        let (ours, theirs) = (self.ours.entry(name), self.theirs.entry(name));
        let said = |entry: Option<&'v Entry>| entry.map(|entry| &entry.data);
        // What was entered twice under one id is one record only if it says the same.
        let differs = self.base.is_none() && said(ours) != said(theirs);
        let outcome = match differs {
            true => Err(Clashing),
            false => merge_entry(base, ours, theirs, self.kind),
        };
        if let Ok((entry, same_day)) = outcome {
            let mut notice = |about| merged.notices.push((name.to_owned(), about));
            if same_day {
                notice(About::SameDay);
            }
            let versions = [base, ours, theirs, entry.as_ref()];
            if self
                .kind
                .is_some_and(|kind| is_taken_up_again(kind, name, versions))
            {
                notice(About::TakenUpAgain);
            }
            // The spacing of the side that changed it, too.
            return match (entry, base, ours, theirs) {
                (Some(entry), base, Some(ours), Some(theirs)) => {
                    let is_ours = base.is_none_or(|base| !ours.has_key_of(base));
                    Some(entry.with_key_of(if is_ours { ours } else { theirs }))
                }
                (entry, _, _, _) => entry,
            };
        }
        let why = match self.base {
            Some(_) => ClashReason::Changed,
            None => ClashReason::Added,
        };
        let clash = self.clash(why, name, name);
        let decided = resolve(&clash);
        if decided.is_none() {
            merged.clashes.push(clash);
        }
        let (entry, other) = match decided {
            Some(Side::Theirs) => (theirs, ours),
            Some(Side::Ours) | None => (ours, theirs),
        };
        entry.map(|entry| with_comments_of(entry.clone(), base, other))
    }
}

/// What two versions of a record both say: fields that are alike, and of lists the items that both
/// have.
pub fn common(one: &Block, other: &Block) -> Block {
    let both = |side: Vec<String>, other: Vec<String>| -> Vec<String> {
        side.into_iter()
            .filter(|comment| other.contains(comment))
            .collect()
    };
    let entry = |entry: &Entry| -> Option<Entry> {
        let twin = other.entry(&entry.name)?;
        let above = both(entry.above(), twin.above());
        let behind = both(entry.behind(), twin.behind());
        if entry.value() == twin.value() {
            return Some(entry.clone().with_comments(above, behind));
        }
        let data = match (&entry.data, &twin.data) {
            (data, other) if data == other => data.clone(),
            (TomlValue::List(items), TomlValue::List(others)) => {
                let shared = items.iter().filter(|item| others.contains(item));
                TomlValue::List(shared.cloned().collect())
            }
            _ => return None,
        };
        Some(Entry::new(&entry.name, data).with_comments(above, behind))
    };
    let mut common = one.clone();
    common.entries = one.entries.iter().filter_map(entry).collect();
    common.set_above(both(one.above(), other.above()));
    common.set_behind(both(one.behind(), other.behind()));
    common.set_below(both(one.below(), other.below()));
    common
}

/// Whether a merged list of updates leaves unfinished what one side had finished, of versions base,
/// ours, theirs, merged.
fn is_taken_up_again(kind: &Kind, name: &str, versions: [Option<&Entry>; 4]) -> bool {
    let Some(life) = kind
        .life
        .as_ref()
        .filter(|life| kind.fields[life.updates].name == name)
    else {
        return false;
    };
    let last = |entry: Option<&Entry>| {
        // The last of the last day: TOML writes days so that their texts sort like the days.
        let last =
            entry.and_then(|entry| entry.items.iter().max_by_key(|item| item.data.column("on")));
        let status = last.and_then(|item| item.data.column("status")?.as_text());
        life.statuses
            .iter()
            .find(|known| Some(known.choice.name.as_str()) == status)
    };
    let is_finished = |entry| last(entry).is_some_and(|status| status.phase == Phase::Finished);
    let [base, ours, theirs, merged] = versions;
    // What is sent back is taken up again in so many words.
    let goes_on =
        last(merged).is_some_and(|status| status.phase.is_open() && status.choice.name != RETURNED);
    !is_finished(base) && (is_finished(ours) || is_finished(theirs)) && goes_on
}

/// The names of both sides' fields: ours in their order, each of theirs behind the one it follows
/// there.
fn names<'r>(ours: &'r Block, theirs: &'r Block) -> Vec<&'r str> {
    let mut names: Vec<&str> = ours
        .entries
        .iter()
        .map(|entry| entry.name.as_str())
        .collect();
    let mut after = 0;
    for entry in &theirs.entries {
        match names.iter().position(|name| *name == entry.name) {
            Some(at) => after = at + 1,
            None => {
                names.insert(after, &entry.name);
                after += 1;
            }
        }
    }
    names
}

/// Both sides changed a field, and what they say cannot be put together.
struct Clashing;

/// A field of both sides together, and whether both put items on one day.
fn merge_entry(
    base: Option<&Entry>,
    ours: Option<&Entry>,
    theirs: Option<&Entry>,
    kind: Option<&Kind>,
) -> Result<(Option<Entry>, bool), Clashing> {
    let said = |entry: Option<&Entry>| entry.map(|entry| entry.data.clone());
    let written = |entry: Option<&Entry>| entry.map(|entry| entry.value().to_owned());
    let (b, o, t) = (said(base), said(ours), said(theirs));
    let take = |entry: Option<&Entry>, other: Option<&Entry>| {
        let entry = entry.map(|entry| with_comments_of(entry.clone(), base, other));
        Ok((entry, false))
    };
    let is_list =
        |entry: Option<&Entry>| entry.is_none_or(|entry| matches!(entry.data, TomlValue::List(_)));
    let lists =
        is_list(base) && is_list(ours) && is_list(theirs) && (ours.is_some() || theirs.is_some());
    if o == t {
        // What both say may be written differently, and with other comments inside.
        let apart = lists
            && written(ours) != written(theirs)
            && written(ours) != written(base)
            && written(theirs) != written(base);
        if !apart {
            return if written(ours) == written(base) {
                take(theirs, ours)
            } else {
                take(ours, theirs)
            };
        }
    } else if o == b && (!lists || written(ours) == written(base)) {
        return take(theirs, ours);
    } else if t == b && (!lists || written(theirs) == written(base)) {
        return take(ours, theirs);
    }
    let like = ours.or(theirs).filter(|_| lists).ok_or(Clashing)?;
    let items = |entry: Option<&Entry>| {
        entry.map_or_else(Vec::<ListItem>::new, |entry| entry.items.clone())
    };
    let order = Order::of(
        kind.and_then(|kind| field(kind, &like.name)),
        &[items(ours), items(theirs)].concat(),
    );
    let (b, o, t) = (items(base), items(ours), items(theirs));
    let woven = items::merge(&b, &o, &t, &order).ok_or(Clashing)?;
    let inside = |entry: Option<&Entry>| entry.map_or_else(Vec::new, |entry| entry.inside.clone());
    let mut inside = comments(&inside(base), &inside(ours), &inside(theirs));
    inside.extend(woven.orphans);
    let entry = like.clone().with_items(woven.items, inside);
    let other = if ours.is_some() { theirs } else { None };
    Ok((Some(with_comments_of(entry, base, other)), woven.same_day))
}

/// A field with the comments above and behind it of both sides.
fn with_comments_of(entry: Entry, base: Option<&Entry>, other: Option<&Entry>) -> Entry {
    let Some(other) = other else { return entry };
    let (above, behind) = base.map_or_else(Default::default, |base| (base.above(), base.behind()));
    let above = comments(&above, &entry.above(), &other.above());
    let behind = comments(&behind, &entry.behind(), &other.behind());
    entry.with_comments(above, behind)
}

fn field<'k>(kind: &'k Kind, name: &str) -> Option<&'k FieldDef> {
    kind.index(name).map(|n| &kind.fields[n])
}
