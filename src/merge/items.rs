//! Lists that both sides changed: dated items as a union in the order of their days, the rest as
//! sets.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use crate::rules::kind::{FieldDef, FieldType};
use crate::written::block::ListItem;
use crate::written::value::TomlValue;

/// What orders the items of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The column with their day; none: they keep the order they stand in.
    pub day: Option<String>,
    /// The columns that tell one row from another, where rows are not alike.
    pub key: Vec<String>,
    /// A column of choices and the choices in the order of a life: it orders items of one day.
    pub life: Option<(String, Vec<String>)>,
}

impl Order {
    /// The order of a field's items; of a field that no kind knows, by what the items look like.
    pub fn of(field: Option<&FieldDef>, items: &[ListItem]) -> Order {
        let Some(FieldType::Table(columns)) = field.map(|field| &field.ty) else {
            return Order::guessed(items);
        };
        let day = columns
            .iter()
            .find(|column| matches!(column.ty, FieldType::Date))
            .map(|column| column.name.clone());
        let life = columns.iter().find_map(|column| match &column.ty {
            FieldType::Choice(choices) => Some((
                column.name.clone(),
                choices.iter().map(|choice| choice.name.clone()).collect(),
            )),
            _ => None,
        });
        let key = field.map_or(0, |field| field.key);
        Order {
            day,
            key: columns
                .iter()
                .take(key)
                .map(|column| column.name.clone())
                .collect(),
            life,
        }
    }

    fn guessed(items: &[ListItem]) -> Order {
        let dated = items.iter().all(|item| {
            item.data
                .column("on")
                .is_some_and(|on| on.as_text().is_none())
        });
        Order {
            day: dated.then(|| "on".to_owned()),
            ..Order::default()
        }
    }

    fn day<'i>(&self, item: &'i ListItem) -> Option<&'i TomlValue> {
        item.data.column(self.day.as_deref()?)
    }

    /// Which of two items that stand on different sides comes first.
    fn compare(&self, a: &ListItem, b: &ListItem) -> Ordering {
        let place = |item: &ListItem| {
            let (name, choices) = self.life.as_ref()?;
            let choice = item.data.column(name)?.as_text()?;
            choices.iter().position(|known| known == choice)
        };
        match &self.day {
            // TOML writes days so that their texts sort like the days.
            Some(_) => (self.day(a), place(a), &a.data).cmp(&(self.day(b), place(b), &b.data)),
            None => Ordering::Less,
        }
    }
}

/// A list of both sides together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Woven {
    /// The items.
    pub items: Vec<ListItem>,
    /// Comments that a side put beside an item which the other took away.
    pub orphans: Vec<String>,
    /// Whether both sides put items on one day, so that their order was not known.
    pub same_day: bool,
}

/// How often each item stands in a list.
fn counts(items: &[ListItem]) -> BTreeMap<&TomlValue, i64> {
    let mut counts = BTreeMap::new();
    for item in items {
        *counts.entry(&item.data).or_insert(0) += 1;
    }
    counts
}

/// How often an item stands in a list.
fn count(counts: &BTreeMap<&TomlValue, i64>, data: &TomlValue) -> i64 {
    counts.get(data).copied().unwrap_or(0)
}

/// Merges a list; none where both sides changed one row of it differently.
pub fn merge(
    base: &[ListItem],
    ours: &[ListItem],
    theirs: &[ListItem],
    order: &Order,
) -> Option<Woven> {
    let wanted = wanted(base, ours, theirs, order)?;
    let kept = |side: &[ListItem]| -> Vec<ListItem> {
        let mut left = Multiset(
            wanted
                .iter()
                .map(|(data, count)| ((*data).clone(), *count))
                .collect(),
        );
        let mut kept: Vec<ListItem> = side
            .iter()
            .filter(|item| left.take(&item.data))
            .cloned()
            .collect();
        kept.sort_by(|a, b| order.day(a).cmp(&order.day(b)));
        kept
    };
    let old: BTreeMap<&TomlValue, &ListItem> =
        base.iter().rev().map(|item| (&item.data, item)).collect();
    let was = |item: &ListItem| old.get(&item.data).copied();
    let (items, same_day) = weave(kept(ours), kept(theirs), order, &was);
    let lost = ours
        .iter()
        .chain(theirs)
        .filter(|item| wanted.get(&item.data) == Some(&0));
    let news = |item: &ListItem| {
        let old: Vec<String> = was(item).map_or_else(Vec::new, |old| {
            [old.above.clone(), old.behind.clone()].concat()
        });
        item.above
            .iter()
            .chain(&item.behind)
            .filter(|comment| !old.contains(comment))
            .cloned()
            .collect::<Vec<_>>()
    };
    let orphans = lost.flat_map(news).collect();
    Some(Woven {
        items,
        orphans,
        same_day,
    })
}

/// How often each item stands in the merged list; none where both sides changed one row
/// differently.
fn wanted<'i>(
    base: &'i [ListItem],
    ours: &'i [ListItem],
    theirs: &'i [ListItem],
    order: &Order,
) -> Option<BTreeMap<&'i TomlValue, i64>> {
    let (b, o, t) = (counts(base), counts(ours), counts(theirs));
    let mut wanted: BTreeMap<&TomlValue, i64> = BTreeMap::new();
    let mut both_removed = false;
    for data in b.keys().chain(o.keys()).chain(t.keys()) {
        let (b, o, t) = (count(&b, data), count(&o, data), count(&t, data));
        let count = match (o.cmp(&b), t.cmp(&b)) {
            (_, Ordering::Equal) => o,
            (Ordering::Equal, _) => t,
            (Ordering::Greater, Ordering::Greater) => o.max(t),
            (Ordering::Less, Ordering::Less) => {
                both_removed = true;
                o.min(t)
            }
            (Ordering::Less, Ordering::Greater) | (Ordering::Greater, Ordering::Less) => {
                return None;
            }
        };
        wanted.insert(data, count);
    }
    // A row that both took away was changed by both, unless both put the same in its place.
    let added = |side: &BTreeMap<&'i TomlValue, i64>| -> BTreeMap<&'i TomlValue, i64> {
        let more = side.iter().filter(|(data, n)| **n > count(&b, data));
        more.map(|(data, n)| (*data, *n)).collect()
    };
    let (news_o, news_t) = (added(&o), added(&t));
    let mut all = base.iter().chain(ours).chain(theirs);
    let are_rows = all.any(|item| matches!(item.data, TomlValue::Table(_)));
    if are_rows && both_removed && news_o != news_t {
        return None;
    }
    // Two rows of one key say different things of one day: only a person knows which is right.
    let key = |data: &TomlValue| {
        let columns = order.key.iter().map(|name| data.column(name).cloned());
        columns.collect::<Vec<_>>()
    };
    let mut keyed: BTreeMap<Vec<Option<TomlValue>>, Vec<&TomlValue>> = BTreeMap::new();
    for data in news_t.keys() {
        keyed.entry(key(data)).or_default().push(data);
    }
    let differ = |data: &TomlValue| {
        keyed
            .get(&key(data))
            .is_some_and(|others| others.iter().any(|other| *other != data))
    };
    if !order.key.is_empty() && news_o.keys().any(|data| differ(data)) {
        return None;
    }
    Some(wanted)
}

/// What a person who decided between two changes of some rows of a list has left out beside those
/// rows.
///
/// Of each row that both sides changed one version may go from each side: first what is of its day,
/// then any, since a change may be of the day itself.
pub fn left_out(
    base: &[ListItem],
    ours: &[ListItem],
    theirs: &[ListItem],
    kept: &[TomlValue],
    order: &Order,
) -> Vec<TomlValue> {
    let (b, o, t) = (counts(base), counts(ours), counts(theirs));
    let of = |counts: &BTreeMap<&TomlValue, i64>, data: &TomlValue| {
        counts.get(data).copied().unwrap_or(0)
    };
    let missing = |data: &TomlValue, count: i64| {
        count - kept.iter().filter(|item| *item == data).count() as i64
    };
    let day = |data: &TomlValue| {
        order
            .day
            .as_deref()
            .and_then(|day| data.column(day))
            .cloned()
    };
    let untouched = b
        .keys()
        .filter(|data| missing(data, of(&b, data).min(of(&o, data)).min(of(&t, data))) > 0);
    let mut left: Vec<TomlValue> = untouched.map(|data| (*data).clone()).collect();
    let news = |side: &BTreeMap<&TomlValue, i64>| -> Vec<TomlValue> {
        side.iter()
            .filter(|(data, count)| **count > of(&b, data))
            .map(|(data, _)| (*data).clone())
            .collect()
    };
    let news = [news(&o), news(&t)];
    let changed = b
        .iter()
        .filter(|(data, count)| of(&o, data).max(of(&t, data)) < **count)
        .map(|(data, _)| (*data).clone());
    // Rows that say different things of one key are versions of one row too.
    let key = |data: &TomlValue| {
        order
            .key
            .iter()
            .map(|name| data.column(name).cloned())
            .collect::<Vec<_>>()
    };
    let twin = |data: &&TomlValue| {
        !order.key.is_empty()
            && news[1]
                .iter()
                .any(|other| other != *data && key(other) == key(data))
    };
    let mut contested: Vec<TomlValue> = changed.collect();
    for data in news[0].iter().filter(twin) {
        if !contested.iter().any(|known| key(known) == key(data)) {
            contested.push(data.clone());
        }
    }
    for side in news {
        let mut gone: Vec<TomlValue> = side
            .into_iter()
            .filter(|data| missing(data, 1) > 0)
            .collect();
        gone.sort_by_key(|data| !contested.iter().any(|known| day(known) == day(data)));
        left.extend(gone.into_iter().skip(contested.len()));
    }
    left.sort();
    left.dedup();
    left
}

/// Two lists as one: what both have keeps its place, what one has stands where it stood between
/// those.
fn weave<'b>(
    ours: Vec<ListItem>,
    theirs: Vec<ListItem>,
    order: &Order,
    was: &dyn Fn(&ListItem) -> Option<&'b ListItem>,
) -> (Vec<ListItem>, bool) {
    let mut woven = Vec::new();
    let mut same_day = false;
    let mut own: Vec<ListItem> = Vec::new();
    let (mut in_ours, mut in_theirs) = (Multiset::of(&ours), Multiset::of(&theirs));
    let mut rest: VecDeque<(ListItem, bool)> = theirs
        .into_iter()
        .map(|item| (in_ours.take(&item.data), item))
        .map(|(known, item)| (item, known))
        .collect();
    for item in ours {
        if !in_theirs.has(&item.data) {
            own.push(item);
            continue;
        }
        let (mut run, mut twin) = (Vec::new(), None);
        while let Some((other, known)) = rest.pop_front() {
            in_theirs.take(&other.data);
            if other.data == item.data {
                twin = Some(other);
                break;
            }
            run.extend((!known).then_some(other));
        }
        same_day |= braid(&mut woven, std::mem::take(&mut own), run, order);
        let none = Vec::new();
        let old = was(&item);
        woven.push(match twin {
            Some(twin) => ListItem {
                above: comments(
                    old.map_or(&none, |old| &old.above),
                    &item.above,
                    &twin.above,
                ),
                behind: comments(
                    old.map_or(&none, |old| &old.behind),
                    &item.behind,
                    &twin.behind,
                ),
                ..item
            },
            None => item,
        });
    }
    let run: Vec<ListItem> = rest
        .into_iter()
        .filter(|(_, known)| !known)
        .map(|(item, _)| item)
        .collect();
    same_day |= braid(&mut woven, own, run, order);
    (woven, same_day)
}

/// How many of each item a list still has.
struct Multiset(BTreeMap<TomlValue, i64>);

impl Multiset {
    fn of(items: &[ListItem]) -> Multiset {
        Multiset(
            counts(items)
                .into_iter()
                .map(|(data, count)| (data.clone(), count))
                .collect(),
        )
    }

    fn has(&self, data: &TomlValue) -> bool {
        self.0.get(data).is_some_and(|left| *left > 0)
    }

    /// Takes one; says whether there was one.
    fn take(&mut self, data: &TomlValue) -> bool {
        self.0
            .get_mut(data)
            .filter(|left| **left > 0)
            .map(|left| *left -= 1)
            .is_some()
    }
}

/// Two runs as one, each in its own order; says whether both have an item on one day.
fn braid(
    out: &mut Vec<ListItem>,
    ours: Vec<ListItem>,
    theirs: Vec<ListItem>,
    order: &Order,
) -> bool {
    let days: BTreeSet<Option<&TomlValue>> = theirs.iter().map(|item| order.day(item)).collect();
    let same_day = order.life.is_some() && ours.iter().any(|item| days.contains(&order.day(item)));
    let (mut ours, mut theirs) = (ours.into_iter().peekable(), theirs.into_iter().peekable());
    while let (Some(a), Some(b)) = (ours.peek(), theirs.peek()) {
        let next = if order.compare(a, b) == Ordering::Greater {
            theirs.next()
        } else {
            ours.next()
        };
        out.extend(next);
    }
    out.extend(ours);
    out.extend(theirs);
    same_day
}

/// Comments of both sides: what either added is there, what either took away is not.
pub fn comments(base: &[String], ours: &[String], theirs: &[String]) -> Vec<String> {
    if ours == theirs || theirs == base {
        return ours.to_vec();
    }
    let mut counts: HashMap<&String, [usize; 4]> = HashMap::new();
    for (n, side) in [base, ours, theirs].into_iter().enumerate() {
        side.iter()
            .for_each(|comment| counts.entry(comment).or_default()[n] += 1);
    }
    let mut kept: Vec<String> = Vec::new();
    for comment in ours.iter().chain(theirs) {
        let [b, o, t, there] = counts.entry(comment).or_default();
        let wanted = if o == b {
            t
        } else if t == b {
            o
        } else if o < b && t < b {
            o.min(t)
        } else {
            o.max(t)
        };
        if there < wanted {
            *there += 1;
            kept.push(comment.clone());
        }
    }
    kept
}
