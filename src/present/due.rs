//! What is overdue, falls due or is owed, as a table.

use std::collections::HashMap;

use crate::day::Day;
use crate::figure::due::{Duty, Reminder};
use crate::figure::record_of;
use crate::locale::Locale;
use crate::record::text;
use crate::table::{Cell, Column, Event, Publication, Table, TableRow};
use crate::tree::Tree;

/// The reminders as a table; `raw` with ids and without labels.
pub fn table(locale: &Locale, tree: &Tree, reminders: &[Reminder], today: Day, raw: bool) -> Table {
    let row = |reminder: &Reminder| {
        let left = reminder.day.since(today);
        let state = if left < 0 { "overdue" } else { "soon" };
        let org = &tree.orgs[reminder.org];
        let (kind, what, id) = said(locale, tree, &reminder.what, raw);
        let cells = vec![
            Cell::Text(match raw {
                true => state.to_owned(),
                false => locale.text(&format!("due-{state}")),
            }),
            Cell::Day(reminder.day),
            Cell::from(left),
            Cell::Text(match raw {
                true => org.path.to_string(),
                false => org.short().to_owned(),
            }),
            Cell::Text(kind),
            Cell::Text(what),
            Cell::Text(id),
        ];
        TableRow::of(cells)
    };
    Table {
        columns: vec![
            Column::text("state", locale.text("label-state")),
            Column::text("day", locale.text("label-day")),
            Column::number("days_left", locale.text("label-days-left"), "items"),
            Column::text("org", locale.text("label-org")),
            Column {
                compact: false,
                ..Column::text("kind", locale.text("label-kind"))
            },
            Column::text("what", locale.text("label-what")),
            Column {
                compact: false,
                ..Column::text("id", locale.text("label-id"))
            },
        ],
        rows: reminders.iter().map(row).collect(),
        facts: vec![("today", today.to_string())],
        ..Table::default()
    }
}

/// The reminders as days of a calendar.
pub fn events(locale: &Locale, tree: &Tree, reminders: &[Reminder]) -> Vec<Event> {
    let event = |reminder: &Reminder| {
        let org = &tree.orgs[reminder.org];
        let (kind, what, id) = said(locale, tree, &reminder.what, false);
        let uid = match &reminder.what {
            Duty::Record(_) => id,
            Duty::Obligation { name, window, .. } => {
                format!("{name}-{window}-{}", org.path.as_str().replace('/', "."))
            }
        };
        let words = [
            ("kind", kind.as_str().into()),
            ("what", what.as_str().into()),
            ("org", org.short().into()),
        ];
        Event {
            uid,
            day: reminder.day,
            title: locale.say("calendar-event", &words),
            note: org.name().to_owned(),
        }
    };
    reminders.iter().map(event).collect()
}

/// The reminders of each organisation as a table of its own, to be handed to it; before them, where
/// it is asked for, all together.
pub fn by_organisation(locale: &Locale, all: Table, with_all: bool) -> Publication {
    let whole = with_all.then(|| Table {
        title: locale.text("page-overview"),
        notes: Vec::new(),
        ..all.clone()
    });
    // The organisation stands in the heading.
    let mut columns = all.columns;
    let at = columns.iter().position(|column| column.name == "org");
    at.map(|at| columns.remove(at));
    let mut tables: Vec<Table> = Vec::new();
    let mut of_org: HashMap<String, usize> = HashMap::new();
    for mut row in all.rows {
        let name = at.map_or_else(String::new, |at| row.cells.remove(at).words());
        let n = *of_org.entry(name).or_insert_with_key(|name| {
            tables.push(Table {
                title: name.clone(),
                columns: columns.clone(),
                ..Table::default()
            });
            tables.len() - 1
        });
        tables[n].rows.push(row);
    }
    Publication {
        title: locale.text("due-title"),
        notes: all.notes,
        tables: whole.into_iter().chain(tables).collect(),
        ..Publication::default()
    }
}

/// The kind of what is to be done, what it is, and the record's id, if it is one.
fn said(locale: &Locale, tree: &Tree, duty: &Duty, raw: bool) -> (String, String, String) {
    let lang = locale.lang();
    match duty {
        Duty::Record(n) => {
            let record = record_of(tree, *n);
            let kind = match raw {
                true => record.kind.name.clone(),
                false => record.kind.label.get(lang).to_owned(),
            };
            let title = record.title().map(text::plain).unwrap_or_default();
            (kind, title, record.id.to_string())
        }
        Duty::Obligation {
            name,
            window,
            times,
        } => {
            let obligation = tree.rules.obligation(name);
            let label = obligation.map_or("", |obligation| obligation.label.get(lang));
            let window_label = window.label(lang);
            match (raw, times) {
                (true, _) => (name.clone(), window.to_string(), String::new()),
                (false, 1) => (label.to_owned(), window_label, String::new()),
                (false, _) => {
                    let lacks = locale.say(
                        "due-times",
                        &[("window", window_label.into()), ("count", (*times).into())],
                    );
                    (label.to_owned(), lacks, String::new())
                }
            }
        }
    }
}
