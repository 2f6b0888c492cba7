//! What taking in forms would change: as a table, as lines, as JSON.

use serde_json::{Map, Value as Json, json};

use crate::form::plan::{Action, Plan, PlannedRow};
use crate::form::{Request, RowKind};
use crate::locale::Locale;
use crate::present::record::value_json;
use crate::record::text;
use crate::sheet::{At, column_name};
use crate::spelling::visible;
use crate::table::{Cell, Column, Table, TableRow};

/// A file, how it was read, and what taking it in would change.
pub struct Planned<'p, 't> {
    /// The file's name.
    pub file: &'p str,
    /// How it was read.
    pub request: &'p Request<'t>,
    /// What would change.
    pub plan: &'p Plan,
}

/// The name of a cell, with its sheet where it has a name: `会议!C7`.
pub fn cell_name(sheet: &str, at: At) -> String {
    match sheet {
        "" => at.to_string(),
        sheet => format!("{sheet}!{at}"),
    }
}

impl Planned<'_, '_> {
    /// The rows that are records, one each: what becomes of it, and what it says.
    pub fn table(&self, locale: &Locale) -> Table {
        let column = |name: &str, compact: bool| Column {
            compact,
            ..Column::text(name, locale.text(&format!("intake-{name}")))
        };
        let columns = vec![
            column("row", true),
            column("action", true),
            column("org", false),
            column("title", true),
            column("what", true),
        ];
        let rows = self.plan.rows.iter();
        let rows = rows.filter(|row| row.action != Action::NotARecord);
        let mut rows: Vec<&PlannedRow> = rows.collect();
        // What must be looked at stands first.
        rows.sort_by_key(|row| match row.action {
            Action::Refused => 0,
            Action::Change => 1,
            Action::Add => 2,
            Action::Same | Action::NotARecord => 3,
        });
        let rows = rows.into_iter().map(|row| {
            TableRow::of(vec![
                Cell::Text(row_name(row)),
                Cell::Text(locale.text(&format!("intake-{}", row.action.name()))),
                Cell::Text(
                    self.org(row)
                        .map_or_else(String::new, |org| org.short().to_owned()),
                ),
                Cell::Text(self.title(row, locale)),
                Cell::Text(self.what(row, locale)),
            ])
        });
        let title = [
            ("file", self.file.into()),
            ("kind", (&self.request.kind.label).into()),
        ];
        Table {
            title: locale.say("intake-heading", &title),
            columns,
            rows: rows.collect(),
            ..Table::default()
        }
    }

    fn org(&self, row: &PlannedRow) -> Option<&crate::record::organisation::Organisation> {
        row.org.map(|org| &self.request.tree.orgs[org])
    }

    fn title(&self, row: &PlannedRow, locale: &Locale) -> String {
        let kind = self.request.kind;
        let said = |n: usize| {
            let value = row.values.get(n)?.as_ref()?;
            Some(text::words(&kind.fields[n], value, locale))
        };
        let start = said(kind.start).filter(|_| kind.start != kind.title);
        let both = [start, said(kind.title)];
        let both: Vec<String> = both.into_iter().flatten().collect();
        both.join(" ")
    }

    /// What changes in a record, or why a row is refused.
    fn what(&self, row: &PlannedRow, locale: &Locale) -> String {
        let kind = self.request.kind;
        let lines: Vec<String> = match (row.action, row.existing) {
            (Action::Refused, _) => row
                .problems
                .iter()
                .map(|found| {
                    let (sentence, _) = found.problem.sentences(locale);
                    format!("{}: {sentence}", found.at)
                })
                .collect(),
            (Action::Change, Some(n)) => {
                let before = &self.request.tree.entries[n].record;
                let said = |n: usize, value: Option<&crate::record::Value>| {
                    value.map_or_else(
                        || locale.text("intake-nothing"),
                        |value| text::words(&kind.fields[n], value, locale),
                    )
                };
                let change = |&n: &usize| {
                    let args = [
                        ("field", (&kind.fields[n].label).into()),
                        ("before", said(n, before.get(n)).into()),
                        ("after", said(n, row.values[n].as_ref()).into()),
                    ];
                    locale.say("intake-becomes", &args)
                };
                row.changed.iter().map(change).collect()
            }
            _ => Vec::new(),
        };
        let doubts = row.doubts.iter().map(|problem| problem.sentences(locale).0);
        lines
            .into_iter()
            .chain(doubts)
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// What is said besides the rows: counts, totals that are wrong, columns that are left out,
    /// records that are not named.
    pub fn remarks(&self, locale: &Locale) -> Vec<String> {
        let plan = self.plan;
        let counts: Vec<String> = Action::ALL
            .iter()
            .filter(|action| plan.count(**action) > 0)
            .map(|action| {
                let count = [("count", plan.count(*action).into())];
                locale.say(&format!("intake-count-{}", action.name()), &count)
            })
            .collect();
        let mut lines = vec![locale.join(&counts)];
        lines.extend(self.others(locale));
        for sum in plan.sums.iter().filter(|sum| sum.says != sum.rows_say) {
            let args = [
                ("cell", cell_name(&sum.sheet, sum.at).into()),
                ("says", sum.says.to_string().into()),
                ("rows", sum.rows_say.to_string().into()),
            ];
            lines.push(locale.say("intake-sum", &args));
        }
        if !plan.left_out.is_empty() {
            let column = |left: &crate::form::LeftOut| match left.heading.as_str() {
                "" => column_name(left.column),
                heading => format!("{} {heading}", column_name(left.column)),
            };
            let names: Vec<String> = plan.left_out.iter().map(column).collect();
            lines.push(locale.say(
                "intake-left-out",
                &[("columns", locale.join(&names).into())],
            ));
        }
        for other in &plan.of_others {
            let kind = &self.request.tree.rules.kinds[other.kind];
            let label = kind.label.get(locale.lang());
            let name = if label.contains(' ') {
                &kind.name
            } else {
                label
            };
            let args = [
                ("sheet", other.sheet.as_str().into()),
                ("kind", label.into()),
                ("name", name.into()),
                ("file", self.file.into()),
            ];
            lines.push(locale.say("intake-of-other", &args));
        }
        for n in &plan.missing {
            let record = &self.request.tree.entries[*n].record;
            let args = [
                ("id", record.id.as_str().into()),
                ("title", text::title(record, locale).into()),
            ];
            lines.push(locale.say("intake-missing", &args));
        }
        lines
    }

    /// The rows below a heading that are no records, by their numbers.
    fn others(&self, locale: &Locale) -> Option<String> {
        let mut others: Vec<(&str, u32, u32)> = Vec::new();
        let mut below = None;
        for row in &self.plan.rows {
            if row.row_kind == RowKind::Heading {
                below = Some(&row.sheet);
            }
            if row.action != Action::NotARecord
                || row.row_kind == RowKind::Heading
                || below != Some(&row.sheet)
            {
                continue;
            }
            match others.last_mut() {
                Some((sheet, _, last)) if *sheet == row.sheet && *last + 1 == row.row => {
                    *last = row.row;
                }
                _ => others.push((&row.sheet, row.row, row.row)),
            }
        }
        if others.is_empty() {
            return None;
        }
        let name = |(sheet, first, last): &(&str, u32, u32)| {
            let rows = match first == last {
                true => format!("{}", first + 1),
                false => format!("{}–{}", first + 1, last + 1),
            };
            match sheet.is_empty() {
                true => rows,
                false => format!("{} {rows}", visible(sheet)),
            }
        };
        let rows: Vec<String> = others.iter().map(name).collect();
        Some(locale.say("intake-others", &[("rows", locale.join(&rows).into())]))
    }

    /// All of it, for programs.
    pub fn json(&self, locale: &Locale) -> Json {
        let plan = self.plan;
        let sums: Vec<Json> = plan
            .sums
            .iter()
            .map(|sum| {
                json!({
                    "sheet": sum.sheet,
                    "cell": sum.at.to_string(),
                    "says": sum.says.json(),
                    "rows_say": sum.rows_say.json(),
                })
            })
            .collect();
        let left_out: Vec<Json> = plan
            .left_out
            .iter()
            .map(|left| {
                let column = column_name(left.column);
                json!({ "sheet": left.sheet, "column": column, "heading": left.heading })
            })
            .collect();
        let kinds = &self.request.tree.rules.kinds;
        let of_others: Vec<Json> = plan
            .of_others
            .iter()
            .map(|other| json!({ "sheet": other.sheet, "kind": kinds[other.kind].name }))
            .collect();
        let rows: Vec<Json> = plan
            .rows
            .iter()
            .map(|row| self.row_json(row, locale))
            .collect();
        let missing = plan.missing.iter();
        let missing = missing.map(|n| self.request.tree.entries[*n].record.id.as_str().into());
        json!({
            "file": self.file,
            "kind": self.request.kind.name,
            "rows": rows,
            "sums": sums,
            "left_out": left_out,
            "of_others": of_others,
            "missing": missing.collect::<Vec<Json>>(),
        })
    }

    fn row_json(&self, row: &PlannedRow, locale: &Locale) -> Json {
        let kind = self.request.kind;
        let mut object = Map::new();
        object.insert("sheet".to_owned(), row.sheet.as_str().into());
        object.insert("row".to_owned(), (row.row + 1).into());
        object.insert("action".to_owned(), row.action.name().into());
        if row.action == Action::NotARecord {
            return object.into();
        }
        object.insert("kind".to_owned(), kind.name.as_str().into());
        let org = self.org(row).map(|org| org.path.as_str().into());
        object.insert("org".to_owned(), org.unwrap_or(Json::Null));
        if let Some(n) = row.existing {
            let id = self.request.tree.entries[n].record.id.as_str();
            object.insert("id".to_owned(), id.into());
        }
        let fields = kind.fields.iter().zip(&row.values);
        let record = fields.filter_map(|(field, value)| {
            Some((field.name.clone(), value_json(field, value.as_ref()?)))
        });
        object.insert("record".to_owned(), record.collect::<Map<_, _>>().into());
        if row.action == Action::Change {
            let changed = row
                .changed
                .iter()
                .map(|&n| kind.fields[n].name.as_str().into());
            object.insert("changed".to_owned(), changed.collect::<Vec<Json>>().into());
        }
        let problems: Vec<Json> = row
            .problems
            .iter()
            .map(|found| {
                let (message, help) = found.problem.sentences(locale);
                let cell = found.at.to_string();
                let mut problem = json!({
                    "cell": cell,
                    "rule": found.problem.rule.name,
                    "message": message,
                });
                if let Some(help) = help {
                    problem["help"] = help.into();
                }
                problem
            })
            .collect();
        object.insert("problems".to_owned(), problems.into());
        if !row.doubts.is_empty() {
            let doubts = row.doubts.iter().map(|problem| problem.sentences(locale).0);
            let doubts: Vec<Json> = doubts.map(Json::from).collect();
            object.insert("doubts".to_owned(), doubts.into());
        }
        object.into()
    }
}

/// The row as the form shows it, with its sheet where it has a name.
fn row_name(row: &PlannedRow) -> String {
    match row.sheet.as_str() {
        "" => (row.row + 1).to_string(),
        sheet => format!("{sheet} {}", row.row + 1),
    }
}
