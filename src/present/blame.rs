//! Who entered records and who changed them last, as a table.

use std::collections::BTreeMap;

use crate::history::trail::Event;
use crate::locale::Locale;
use crate::record::text;
use crate::table::{Audience, Cell, Column, Table, TableRow};
use crate::tree::{OwnedRecord, Tree};

/// The records with what happened to each, by its id.
pub fn table(
    locale: &Locale,
    tree: &Tree<'_>,
    entries: &[&OwnedRecord<'_>],
    trail: &BTreeMap<String, Vec<Event>>,
) -> Table {
    // Who did it is what is asked for, and stays where there is little room.
    let named = |name: &str| {
        let label = if matches!(name, "id" | "org") {
            format!("label-{name}")
        } else {
            format!("blame-{name}")
        };
        Column {
            compact: matches!(name, "id" | "title" | "by" | "changed-by"),
            ..Column::text(name, locale.text(&label))
        }
    };
    let mut columns = ["id", "title", "by", "entered", "changed-by", "changed"]
        .map(named)
        .to_vec();
    columns.push(Column {
        compact: false,
        ..Column::number("times", locale.text("blame-times"), "items")
    });
    columns.extend([
        named("kind"),
        named("org").only(Audience::People),
        named("org").only(Audience::Machines),
    ]);
    let none = Vec::new();
    let rows = entries.iter().map(|entry| {
        let record = &entry.record;
        let events = trail.get(record.id.as_str()).unwrap_or(&none);
        let mut title = text::title(record, locale);
        if record.retracted.is_some() {
            title.push_str(&locale.text("blame-retracted"));
        }
        let mut cells = vec![Cell::Text(record.id.to_string()), Cell::Text(title)];
        cells.extend(deeds(events));
        let org = &tree.orgs[entry.org];
        let last = [
            record.kind.label.get(locale.lang()).to_owned(),
            org.name().to_owned(),
            org.path.to_string(),
        ];
        cells.extend(last.map(Cell::Text));
        TableRow::of(cells)
    });
    Table {
        columns,
        rows: rows.collect(),
        ..Table::default()
    }
}

/// When and by whom it was entered, and changed last, and how often it was changed.
fn deeds(events: &[Event]) -> Vec<Cell> {
    let who = |event: Option<&Event>| match event.and_then(|event| event.commit.as_ref()) {
        Some(commit) => [
            Cell::Text(commit.day.clone()),
            Cell::Text(commit.author.clone()),
        ],
        None => [Cell::Empty, Cell::Empty],
    };
    let (first, later) = events
        .split_first()
        .map_or((None, &[][..]), |(first, later)| (Some(first), later));
    let [entered, by] = who(first);
    let [changed, changed_by] = who(later.last());
    vec![
        by,
        entered,
        changed_by,
        changed,
        Cell::from(later.len() as i64),
    ]
}
