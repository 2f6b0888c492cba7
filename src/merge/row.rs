//! One record's lines taken apart: fields as they are written, and the comments beside them.
//!
//! A row is merged field by field. Where one side alone wrote differently its very bytes are taken;
//! only lists that both sides changed are written anew.

use std::collections::{BTreeSet, HashMap};

use toml::de::{DeTable, DeValue};
use unicode_width::UnicodeWidthStr;

use crate::merge::items::{self, Item, Order};
use crate::record::text::{inline, key};
use crate::rules::kind::{Field, Kind, Phase, RETURNED};
use crate::source::Source;
use crate::tree::canon::{LONGEST_LINE, ListComments, list_comments, tables};
use crate::wire::{Document, Plain, Trivia, parse};

/// A record, or an organisation's file, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The name of its table; none for a file that is one table.
    pub kind: Option<String>,
    /// Comment lines above the header.
    pub above: Vec<String>,
    /// Comments behind the header.
    pub behind: Vec<String>,
    /// Its fields in the order they are written.
    pub cells: Vec<Cell>,
    /// Comment lines below the last field.
    pub below: Vec<String>,
}

/// A field as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The field's name.
    pub name: String,
    /// Comment lines above it.
    pub above: Vec<String>,
    /// What it says.
    pub data: Plain,
    /// How that is written.
    pub text: String,
    /// Comments behind it.
    pub behind: Vec<String>,
    /// The items, where it is a list.
    pub items: Vec<Item>,
    /// Comment lines below the last item.
    pub inside: Vec<String>,
}

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
    pub why: Why,
    /// What names the record for people, where its kind is known.
    pub title: Option<Plain>,
    /// The field; empty for the whole record.
    pub field: String,
    /// What it says on our side.
    pub ours: Option<Plain>,
    /// What it says on their side.
    pub theirs: Option<Plain>,
}

/// Why two sides clash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
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
pub type Judge<'j> = dyn FnMut(&str, &Clash) -> Option<Side> + 'j;

/// What a merge of one record came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The record; where something clashes, with our side of it.
    pub row: Row,
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

impl Row {
    /// Takes one record's lines apart; none where they are not one record.
    pub fn read(text: &str) -> Option<Row> {
        let source = Source::new("", text);
        let document = parse(&source).ok()?;
        let (kind, at, table) = match tables(&document.root)[..] {
            [one] if document.root.iter().count() == 1 => one,
            _ => return None,
        };
        if !source.text[at..].starts_with("[[") {
            return None;
        }
        let row = Row::of(&source, &document, table, Some(at));
        Some(row.map_or_else(
            || Row::rewritten(&source, &document, table, Some(kind)),
            |row| Row {
                kind: Some(kind.to_owned()),
                ..row
            },
        ))
    }

    /// Takes a file apart that is one table, as an organisation's is.
    pub fn read_file(text: &str) -> Option<Row> {
        let source = Source::new(
            "",
            text.trim_start_matches('\u{feff}').replace("\r\n", "\n"),
        );
        let document = parse(&source).ok()?;
        Row::of(&source, &document, &document.root, None)
            .or_else(|| Some(Row::rewritten(&source, &document, &document.root, None)))
    }

    /// A row whose every field is written `key = value`; none of another.
    fn of(
        source: &Source,
        document: &Document<'_>,
        table: &DeTable<'_>,
        at: Option<usize>,
    ) -> Option<Row> {
        let trivia = &document.trivia;
        let mut keys: Vec<_> = table.iter().collect();
        keys.sort_by_key(|(key, _)| key.span().start);
        let direct = |(key, node): &(&toml::Spanned<_>, &crate::wire::Node<'_>)| {
            source
                .text
                .get(key.span().end..node.span().start)
                .is_some_and(|between| between.trim() == "=")
        };
        if !keys.iter().all(direct) {
            return None;
        }
        let mut row = Row {
            kind: None,
            above: Vec::new(),
            behind: Vec::new(),
            cells: Vec::new(),
            below: Vec::new(),
        };
        let mut comments = Comments {
            source,
            trivia,
            next: 0,
        };
        let line_end = |at: usize| {
            source.text[at..]
                .find('\n')
                .map_or(source.text.len(), |n| at + n)
        };
        if let Some(at) = at {
            row.above = comments.until(at);
            row.behind = comments.until(line_end(at));
        }
        for (key, node) in keys {
            let above = comments.until(key.span().start);
            let list = list_comments(source, trivia, node);
            comments.skip(node.span().end);
            row.cells.push(Cell {
                name: key.get_ref().to_string(),
                above,
                data: Plain::of(node.get_ref()),
                text: source.text[node.span()].to_owned(),
                items: cut_items(source, node.get_ref(), &list),
                inside: list.below,
                behind: comments.until(line_end(node.span().end)),
            });
        }
        row.below = comments.until(source.text.len());
        Some(row)
    }

    /// A row that was written in another way, with dotted keys or tables of its own, as `key =
    /// value`.
    fn rewritten(
        source: &Source,
        document: &Document<'_>,
        table: &DeTable<'_>,
        kind: Option<&str>,
    ) -> Row {
        let mut keys: Vec<_> = table.iter().collect();
        keys.sort_by_key(|(key, _)| key.span().start);
        let cells = keys
            .into_iter()
            .map(|(key, node)| Cell::new(key.get_ref(), Plain::of(node.get_ref())))
            .collect();
        let above = Comments {
            source,
            trivia: &document.trivia,
            next: 0,
        }
        .until(source.text.len());
        Row {
            kind: kind.map(str::to_owned),
            above,
            behind: Vec::new(),
            cells,
            below: Vec::new(),
        }
    }

    /// The field of that name.
    pub fn cell(&self, name: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.name == name)
    }

    /// What a field says.
    pub fn says(&self, name: &str) -> Option<&Plain> {
        self.cell(name).map(|cell| &cell.data)
    }

    /// What it is known by: its id, or all it says where it has none.
    pub fn identity(&self) -> String {
        match self.says("id").and_then(Plain::as_text) {
            Some(id) => id.to_owned(),
            None => {
                let says: Vec<String> = self
                    .said()
                    .into_iter()
                    .map(|(name, data)| format!("{} = {}", key(name), inline(data)))
                    .collect();
                format!(
                    "[[{}]] {}",
                    self.kind.as_deref().unwrap_or_default(),
                    says.join(", ")
                )
            }
        }
    }

    /// All it says, by field.
    pub fn said(&self) -> BTreeSet<(&str, &Plain)> {
        self.cells
            .iter()
            .map(|cell| (cell.name.as_str(), &cell.data))
            .collect()
    }

    /// Whether two rows say the same and have the same comments.
    pub fn is_same(&self, other: &Row) -> bool {
        self.kind == other.kind
            && self.said() == other.said()
            && self.comments() == other.comments()
    }

    /// Every comment of it, sorted.
    pub fn comments(&self) -> Vec<&str> {
        let own = self.above.iter().chain(&self.behind).chain(&self.below);
        let mut all: Vec<&str> = own
            .chain(self.cells.iter().flat_map(Cell::comments))
            .map(String::as_str)
            .collect();
        all.sort_unstable();
        all
    }

    /// Its lines.
    pub fn text(&self) -> String {
        let mut out: String = self
            .above
            .iter()
            .map(|comment| format!("{comment}\n"))
            .collect();
        if let Some(kind) = &self.kind {
            push_line(&mut out, &format!("[[{kind}]]"), &self.behind);
        }
        for cell in &self.cells {
            out.extend(cell.above.iter().map(|comment| format!("{comment}\n")));
            push_line(
                &mut out,
                &format!("{} = {}", key(&cell.name), cell.text),
                &cell.behind,
            );
        }
        out.extend(self.below.iter().map(|comment| format!("{comment}\n")));
        out
    }
}

/// A line and the comment behind it; more than one do not fit there and follow.
fn push_line(out: &mut String, line: &str, behind: &[String]) {
    out.push_str(line);
    let (first, more) = behind.split_at(behind.len().min(1));
    out.extend(first.iter().map(|comment| format!(" {comment}")));
    out.push('\n');
    out.extend(more.iter().map(|comment| format!("{comment}\n")));
}

/// Comments of a text, taken in order.
struct Comments<'s> {
    source: &'s Source,
    trivia: &'s Trivia,
    next: usize,
}

impl Comments<'_> {
    fn until(&mut self, end: usize) -> Vec<String> {
        let start = self.next;
        self.skip(end);
        self.trivia.comments[start..self.next]
            .iter()
            .map(|comment| self.source.text[comment.clone()].trim_end().to_owned())
            .collect()
    }

    fn skip(&mut self, end: usize) {
        self.next += self.trivia.comments[self.next..]
            .iter()
            .take_while(|comment| comment.start < end)
            .count();
    }
}

fn cut_items(source: &Source, value: &DeValue<'_>, comments: &ListComments) -> Vec<Item> {
    let DeValue::Array(items) = value else {
        return Vec::new();
    };
    let item = |(n, item): (usize, &crate::wire::Node<'_>)| Item {
        data: Plain::of(item.get_ref()),
        text: source.text[item.span()].to_owned(),
        above: comments.above[n].clone(),
        behind: comments.behind[n].clone(),
    };
    items.iter().enumerate().map(item).collect()
}

impl Cell {
    /// Every comment of it.
    pub fn comments(&self) -> impl Iterator<Item = &String> {
        let of_items = self
            .items
            .iter()
            .flat_map(|item| item.above.iter().chain(&item.behind));
        self.above
            .iter()
            .chain(&self.behind)
            .chain(&self.inside)
            .chain(of_items)
    }

    fn new(name: &str, data: Plain) -> Cell {
        let item = |data: &Plain| Item {
            text: inline(data),
            data: data.clone(),
            above: Vec::new(),
            behind: Vec::new(),
        };
        let items: Vec<Item> = data.items().iter().map(item).collect();
        let text = if items.is_empty() {
            inline(&data)
        } else {
            list_text(name, &items, &[])
        };
        Cell {
            name: name.to_owned(),
            above: Vec::new(),
            data,
            text,
            behind: Vec::new(),
            items,
            inside: Vec::new(),
        }
    }
}

/// A list in canonical form: tables, long lists and lists with comments take a line for each item.
fn list_text(name: &str, items: &[Item], below: &[String]) -> String {
    let flat = format!(
        "[{}]",
        items
            .iter()
            .map(|item| item.text.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    );
    let tables = items
        .iter()
        .any(|item| matches!(item.data, Plain::Table(_)));
    let commented = !below.is_empty()
        || items
            .iter()
            .any(|item| !item.above.is_empty() || !item.behind.is_empty());
    if !tables && !commented && flat.width() + name.len() + 3 <= LONGEST_LINE {
        return flat;
    }
    let mut text = "[\n".to_owned();
    for item in items {
        text.extend(item.above.iter().map(|comment| format!("    {comment}\n")));
        // A text over several lines is its own; only what begins here is indented.
        let (first, more) = item.behind.split_at(item.behind.len().min(1));
        let behind = first
            .first()
            .map_or_else(String::new, |comment| format!(" {comment}"));
        text.push_str(&format!("    {},{behind}\n", item.text));
        text.extend(more.iter().map(|comment| format!("    {comment}\n")));
    }
    text.extend(below.iter().map(|comment| format!("    {comment}\n")));
    text.push(']');
    text
}

/// Merges two versions of a record that come from one, or of none: then they were entered under one
/// id.
pub fn merge(
    base: Option<&Row>,
    ours: &Row,
    theirs: &Row,
    kind: Option<&Kind>,
    judge: &mut Judge<'_>,
) -> Merged {
    let id = ours.says("id").and_then(Plain::as_text).unwrap_or_default();
    let title = kind.and_then(|kind| ours.says(&kind.fields[kind.title].name).cloned());
    let none = Row {
        kind: None,
        above: Vec::new(),
        behind: Vec::new(),
        cells: Vec::new(),
        below: Vec::new(),
    };
    let from = base.unwrap_or(&none);
    let mut merged = Merged {
        row: Row {
            cells: Vec::new(),
            ..ours.clone()
        },
        clashes: Vec::new(),
        notices: Vec::new(),
    };
    let retracts =
        |side: &Row| side.says("retracted").is_some() && from.says("retracted").is_none();
    let changed = |side: &Row| side.kind != from.kind || side.said() != from.said();
    let taken_back =
        retracts(ours) != retracts(theirs) && changed(ours) && changed(theirs) && base.is_some();
    // A record of another kind is another record: nothing of two kinds can be put together.
    let other_kind = ours.kind != theirs.kind && changed(ours) && changed(theirs);
    // Whether it stays taken back, and after which side, once that is decided.
    let mut withdrawn = None;
    if taken_back || other_kind {
        let clash = Clash {
            why: if taken_back {
                Why::Retracted
            } else {
                Why::Added
            },
            title: title.clone(),
            field: if taken_back {
                "retracted".to_owned()
            } else {
                String::new()
            },
            ours: ours.says("retracted").cloned(),
            theirs: theirs.says("retracted").cloned(),
        };
        let (decided, mine) = (
            judge(id, &clash),
            Merged {
                row: ours.clone(),
                ..merged.clone()
            },
        );
        match decided {
            None => {
                return Merged {
                    clashes: vec![clash],
                    ..mine
                };
            }
            Some(Side::Theirs) if other_kind => {
                return Merged {
                    row: theirs.clone(),
                    ..mine
                };
            }
            Some(Side::Ours) if other_kind => return mine,
            // What else the sides did to it is merged like that of any record.
            Some(side) => withdrawn = Some(side),
        }
    }
    merged.row.kind = if ours.kind == from.kind {
        theirs.kind.clone()
    } else {
        ours.kind.clone()
    };
    merged.row.above = comments(&from.above, &ours.above, &theirs.above);
    merged.row.behind = comments(&from.behind, &ours.behind, &theirs.behind);
    merged.row.below = comments(&from.below, &ours.below, &theirs.below);
    for name in names(ours, theirs) {
        let (b, o, t) = (from.cell(name), ours.cell(name), theirs.cell(name));
        // What was entered twice under one id is one record only if it says the same.
        let differ = base.is_none() && o.map(|cell| &cell.data) != t.map(|cell| &cell.data);
        if let ("retracted", Some(side)) = (name, withdrawn) {
            merged
                .row
                .cells
                .extend(if side == Side::Ours { o } else { t }.cloned());
            continue;
        }
        let cell = match if differ {
            Err(())
        } else {
            merge_cell(b, o, t, kind)
        } {
            Ok((cell, same_day)) => {
                if same_day {
                    merged.notices.push((name.to_owned(), About::SameDay));
                }
                if kind.is_some_and(|kind| is_taken_up_again(kind, name, [b, o, t, cell.as_ref()]))
                {
                    merged.notices.push((name.to_owned(), About::TakenUpAgain));
                }
                cell
            }
            Err(()) => {
                let said = |cell: Option<&Cell>| cell.map(|cell| cell.data.clone());
                let why = if base.is_some() {
                    Why::Changed
                } else {
                    Why::Added
                };
                let clash = Clash {
                    why,
                    title: title.clone(),
                    field: name.to_owned(),
                    ours: said(o),
                    theirs: said(t),
                };
                let decided = judge(id, &clash);
                if decided.is_none() {
                    merged.clashes.push(clash);
                }
                let (cell, other) = if decided == Some(Side::Theirs) {
                    (t, o)
                } else {
                    (o, t)
                };
                cell.map(|cell| with_comments(cell.clone(), b, other))
            }
        };
        merged.row.cells.extend(cell);
    }
    merged
}

/// What two versions of a record both say: fields that are alike, and of lists the items that both
/// have.
pub fn common(one: &Row, other: &Row) -> Row {
    let both = |side: &[String], other: &[String]| -> Vec<String> {
        side.iter()
            .filter(|comment| other.contains(comment))
            .cloned()
            .collect()
    };
    let cell = |cell: &Cell| -> Option<Cell> {
        let twin = other.cell(&cell.name)?;
        let (above, behind) = (
            both(&cell.above, &twin.above),
            both(&cell.behind, &twin.behind),
        );
        if cell.text == twin.text {
            return Some(Cell {
                above,
                behind,
                ..cell.clone()
            });
        }
        let data = match (&cell.data, &twin.data) {
            (data, other) if data == other => data.clone(),
            (Plain::List(items), Plain::List(others)) => Plain::List(
                items
                    .iter()
                    .filter(|item| others.contains(item))
                    .cloned()
                    .collect(),
            ),
            _ => return None,
        };
        Some(Cell {
            above,
            behind,
            ..Cell::new(&cell.name, data)
        })
    };
    Row {
        kind: one.kind.clone(),
        above: both(&one.above, &other.above),
        behind: both(&one.behind, &other.behind),
        cells: one.cells.iter().filter_map(cell).collect(),
        below: both(&one.below, &other.below),
    }
}

/// Whether a merged list of updates leaves unfinished what one side had finished, of versions base,
/// ours, theirs, merged.
fn is_taken_up_again(kind: &Kind, name: &str, versions: [Option<&Cell>; 4]) -> bool {
    let Some(life) = kind
        .life
        .as_ref()
        .filter(|life| kind.fields[life.updates].name == name)
    else {
        return false;
    };
    let last = |cell: Option<&Cell>| {
        // The last of the last day: TOML writes days so that their texts sort like the days.
        let last = cell.and_then(|cell| {
            cell.items
                .iter()
                .max_by_key(|item| items::column(&item.data, "on"))
        });
        let status = last.and_then(|item| items::column(&item.data, "status")?.as_text());
        life.statuses
            .iter()
            .find(|known| Some(known.choice.name.as_str()) == status)
    };
    let is_finished = |cell| last(cell).is_some_and(|status| status.phase == Phase::Finished);
    let [base, ours, theirs, merged] = versions;
    // What is sent back is taken up again in so many words.
    let goes_on =
        last(merged).is_some_and(|status| status.phase.is_open() && status.choice.name != RETURNED);
    !is_finished(base) && (is_finished(ours) || is_finished(theirs)) && goes_on
}

/// The names of both sides' fields: ours in their order, each of theirs behind the one it follows
/// there.
fn names<'r>(ours: &'r Row, theirs: &'r Row) -> Vec<&'r str> {
    let mut names: Vec<&str> = ours.cells.iter().map(|cell| cell.name.as_str()).collect();
    let mut after = 0;
    for cell in &theirs.cells {
        match names.iter().position(|name| *name == cell.name) {
            Some(at) => after = at + 1,
            None => {
                names.insert(after, &cell.name);
                after += 1;
            }
        }
    }
    names
}

/// A field of both sides together, and whether both put items on one day; an error where they
/// clash.
fn merge_cell(
    base: Option<&Cell>,
    ours: Option<&Cell>,
    theirs: Option<&Cell>,
    kind: Option<&Kind>,
) -> Result<(Option<Cell>, bool), ()> {
    let said = |cell: Option<&Cell>| cell.map(|cell| cell.data.clone());
    let written = |cell: Option<&Cell>| cell.map(|cell| cell.text.clone());
    let (b, o, t) = (said(base), said(ours), said(theirs));
    let take = |cell: Option<&Cell>, other: Option<&Cell>| {
        Ok((
            cell.map(|cell| with_comments(cell.clone(), base, other)),
            false,
        ))
    };
    let is_list = |cell: Option<&Cell>| cell.is_none_or(|cell| matches!(cell.data, Plain::List(_)));
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
    let Some(name) = ours
        .or(theirs)
        .map(|cell| cell.name.as_str())
        .filter(|_| lists)
    else {
        return Err(());
    };
    let empty = Vec::new();
    let items =
        |cell: Option<&'_ Cell>| cell.map_or_else(|| empty.clone(), |cell| cell.items.clone());
    let order = Order::of(
        kind.and_then(|kind| field(kind, name)),
        &[items(ours), items(theirs)].concat(),
    );
    let (b, o, t) = (items(base), items(ours), items(theirs));
    let Some(woven) = items::merge(&b, &o, &t, &order) else {
        return Err(());
    };
    let inside = |cell: Option<&Cell>| cell.map_or_else(Vec::new, |cell| cell.inside.clone());
    let mut inside = comments(&inside(base), &inside(ours), &inside(theirs));
    inside.extend(woven.orphans);
    let Some(like) = ours.or(theirs) else {
        return Err(());
    };
    let cell = Cell {
        data: Plain::List(woven.items.iter().map(|item| item.data.clone()).collect()),
        text: list_text(name, &woven.items, &inside),
        items: woven.items,
        inside,
        ..like.clone()
    };
    Ok((
        Some(with_comments(
            cell,
            base,
            if ours.is_some() { theirs } else { None },
        )),
        woven.same_day,
    ))
}

/// A field with the comments above and behind it of both sides.
fn with_comments(cell: Cell, base: Option<&Cell>, other: Option<&Cell>) -> Cell {
    let Some(other) = other else { return cell };
    let none = Vec::new();
    let above = comments(
        base.map_or(&none, |base| &base.above),
        &cell.above,
        &other.above,
    );
    let behind = comments(
        base.map_or(&none, |base| &base.behind),
        &cell.behind,
        &other.behind,
    );
    Cell {
        above,
        behind,
        ..cell
    }
}

fn field<'k>(kind: &'k Kind, name: &str) -> Option<&'k Field> {
    kind.index(name).map(|n| &kind.fields[n])
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
