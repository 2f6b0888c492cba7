//! Reports whose rows are not organisations: groups of records with their figures, or records.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::day::{Day, Period};
use crate::figure::group::{Group, GroupReport};
use crate::figure::report::change;
use crate::figure::{Basis, Contribution, Evaluation, Lens, Scope};
use crate::locale::{Label, Locale};
use crate::number::Decimal;
use crate::present::cell;
use crate::present::contribution::{is_headcount, lead, parts};
use crate::present::list::field_cell;
use crate::present::report::{MetricColumn, figure_columns, letterhead};
use crate::present::source::{is_figure, records_of};
use crate::problem::Problem;
use crate::record::{Value, text};
use crate::rules::grouping::{GroupBy, RecordColumn, RecordPart, RecordRows};
use crate::rules::kind::{FieldDef, Kind};
use crate::rules::metric::Metric;
use crate::table::{
    Audience, Cell, Column, Letterhead, Publication, Source, SourcePart, Table, TableRow,
};
use crate::tree::OwnedRecord;

/// A report of groups or records that is to be shown.
pub struct RowsView<'v> {
    /// What computes the figures, over a ledger that holds its records.
    pub evaluation: &'v Evaluation<'v>,
    /// The organisations that it is about.
    pub scope: &'v Scope,
    /// What the report is called.
    pub heading: &'v Label,
    /// The language.
    pub locale: &'v Locale,
}

/// Groups as they are shown.
pub struct GroupsView<'g> {
    /// By what records are put together.
    pub by: &'g GroupBy,
    /// The field whose values they are.
    pub field: Option<&'g FieldDef>,
    /// A column for each metric.
    pub columns: &'g [MetricColumn<'g>],
    /// The figures.
    pub report: &'g GroupReport,
    /// What they are compared with.
    pub compared: Option<Period>,
    /// Whether the figures that they are compared with stand beside them.
    pub beside: bool,
}

impl RowsView<'_> {
    /// Figures by group, with what stands behind each.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn groups(&self, view: &GroupsView<'_>) -> Result<Publication, Problem> {
        let locale = self.locale;
        let columns = self.group_columns(view);
        let mut table = Table {
            title: self.title(),
            letterhead: Some(self.letterhead()),
            facts: vec![
                ("period", self.evaluation.period.to_string()),
                ("as_of", self.evaluation.as_of.to_string()),
            ],
            columns,
            ..Table::default()
        };
        let is_of_persons = self.is_of_persons(view);
        let mut sources: Vec<Source> = Vec::new();
        let rows = view
            .report
            .groups
            .iter()
            .map(|(group, values)| (Some(group), values));
        for (n, (group, values)) in rows.chain([(None, &view.report.total)]).enumerate() {
            let name = match group {
                Some(group) => self.group_name(group, view),
                None => locale.text("row-total"),
            };
            let raw = group
                .and_then(|group| group.value.as_ref())
                .map(text::plain);
            let role = if group.is_some() { "group" } else { "total" };
            let mut cells = vec![
                // Persons are not numbered beside their points.
                match group.filter(|_| !is_of_persons) {
                    Some(_) => Cell::from(n as i64 + 1),
                    None => Cell::Empty,
                },
                Cell::Text(role.to_owned()),
                Cell::Text(raw.unwrap_or_default()),
                Cell::Text(name.clone()),
            ];
            let lens = group.map(Lens::of_group).unwrap_or_default();
            for (m, (shown, value)) in view.columns.iter().zip(values).enumerate() {
                let column = cells.len();
                cells.push(cell(shown.metric, *value));
                if is_figure(&cells[column])
                    && let Some(source) = self.behind(&name, shown.metric, &lens, &mut sources)?
                {
                    table.sources.insert((n, column), source);
                }
                let Some(before) = view.report.before.get(n).map(|before| before[m]) else {
                    continue;
                };
                if view.beside {
                    cells.push(cell(shown.metric, before));
                }
                cells.push(cell(
                    shown.metric,
                    change(*value, before, shown.metric.unit),
                ));
            }
            table.rows.push(TableRow {
                total: group.is_none(),
                ..TableRow::of(cells)
            });
        }
        Ok(Publication {
            tables: vec![table],
            sources,
            ..Publication::default()
        })
    }

    /// Whether the rows of a report are persons.
    fn is_of_persons(&self, view: &GroupsView<'_>) -> bool {
        let GroupBy::Field(name) = view.by else {
            return false;
        };
        let metrics: Vec<&Metric> = view.columns.iter().map(|column| column.metric).collect();
        let kinds = self.evaluation.tree.rules.kinds_behind(&metrics);
        let is_person =
            |kind: &&Arc<Kind>| kind.person.is_some_and(|n| kind.fields[n].name == *name);
        kinds.iter().any(is_person)
    }

    /// What says which group a row is, and the figures.
    fn group_columns(&self, view: &GroupsView<'_>) -> Vec<Column> {
        let locale = self.locale;
        let heading = match view.by {
            GroupBy::State => locale.text("label-state"),
            GroupBy::Month => locale.text("label-month"),
            _ => view
                .field
                .map_or_else(String::new, |field| field.label.get(locale.lang()).into()),
        };
        let mut columns = vec![
            Column::number("seq", locale.text("label-seq"), "items").only(Audience::People),
            Column::text("row", locale.text("label-row")).only(Audience::Machines),
            Column::text("group", heading.clone()).only(Audience::Machines),
            Column::text("name", heading),
        ];
        for shown in view.columns {
            columns.extend(figure_columns(locale, shown, view.compared, view.beside));
        }
        columns
    }

    fn org(&self) -> &str {
        let org = self.scope.first();
        org.map_or("", |org| self.evaluation.tree.orgs[org].name())
    }

    fn title(&self) -> String {
        let evaluation = self.evaluation;
        let words = [
            ("org", self.org().into()),
            ("period", evaluation.period.label(self.locale.lang()).into()),
            ("report", self.heading.into()),
            ("as_of", evaluation.as_of.to_string().into()),
        ];
        self.locale.say("report-title", &words)
    }

    fn letterhead(&self) -> Letterhead {
        let as_of = self.evaluation.as_of.to_string();
        let of = (self.evaluation.period, self.heading);
        letterhead(self.locale, of, (self.org(), &as_of), &[])
    }

    fn group_name(&self, group: &Group, view: &GroupsView<'_>) -> String {
        let lang = self.locale.lang();
        match (&group.value, view.field) {
            (None, _) => self.locale.text("row-none"),
            (Some(value), Some(field)) => text::words(field, value, self.locale),
            (Some(Value::Period(month)), None) => month.label(lang),
            (Some(value), None) => {
                // A state, as the kinds behind the figures call it.
                let metrics: Vec<&Metric> = view.columns.iter().map(|c| c.metric).collect();
                let kinds = self.evaluation.tree.rules.kinds_behind(&metrics);
                let statuses = kinds.iter().filter_map(|kind| kind.life.as_ref());
                let mut statuses = statuses.flat_map(|life| &life.statuses);
                let word = text::plain(value);
                let status = statuses.find(|status| status.choice.name == word);
                status.map_or(word.clone(), |status| {
                    status.choice.label.get(lang).to_owned()
                })
            }
        }
    }

    /// What stands behind a figure of a group.
    fn behind(
        &self,
        name: &str,
        metric: &Metric,
        lens: &Lens,
        found: &mut Vec<Source>,
    ) -> Result<Option<usize>, Problem> {
        let evaluation = self.evaluation;
        let mut of = Vec::new();
        for (role, metrics, weight) in parts(evaluation.tree.rules, metric) {
            for part in metrics {
                if let Some(source) = self.behind(name, part, lens, found)? {
                    let lead = lead(self.locale, role, weight);
                    let label = format!("{lead}{}", part.label.get(self.locale.lang()));
                    of.push(SourcePart { label, source });
                }
            }
        }
        let counted = match of.is_empty() {
            true => evaluation.counted_through(metric, self.scope, lens),
            false => Vec::new(),
        };
        if of.is_empty() && counted.is_empty() {
            return Ok(None);
        }
        let value = evaluation.figure_through(metric, self.scope, lens)?;
        found.push(Source {
            title: format!("{name} · {}", metric.label.get(self.locale.lang())),
            value: cell(metric, value),
            parts: of,
            records: records_of(evaluation, self.locale, is_headcount(metric), &counted),
        });
        Ok(Some(found.len() - 1))
    }

    /// The records behind a figure, numbered, each with what the report says of it; in groups, with
    /// how many there are of each and what their numbers come to.
    pub fn records(
        &self,
        metric: &Metric,
        rows: &RecordRows,
        group: Option<(&GroupBy, Option<&FieldDef>)>,
    ) -> Table {
        let evaluation = self.evaluation;
        let tree = evaluation.tree;
        let counted = evaluation.counted(metric, self.scope);
        let mut entries: Vec<(&Contribution, &OwnedRecord<'_>)> = counted
            .iter()
            .filter(|(_, amount)| !amount.is_zero() || counted.len() == 1)
            .filter_map(|(of, _)| match of.from {
                Basis::Record(n) => Some((of, &tree.entries[n])),
                Basis::Window(_) | Basis::Organisation => None,
            })
            .collect();
        entries.sort_by(|(_, a), (_, b)| {
            let by_parts = rows.order.iter().map(|(part, descending)| {
                let order = self.compared(part, a, b);
                if *descending { order.reverse() } else { order }
            });
            let by_parts = by_parts.fold(Ordering::Equal, Ordering::then);
            by_parts.then_with(|| a.record.starts().cmp(&b.record.starts()))
        });
        let kinds = tree.rules.kinds_behind(&[metric]);
        let mut columns = vec![Column::number(
            "seq",
            self.locale.text("label-seq"),
            "items",
        )];
        columns.extend(
            rows.columns
                .iter()
                .map(|column| self.column(column, &kinds)),
        );
        columns.push(Column {
            compact: false,
            ..Column::text("place", self.locale.text("label-place")).only(Audience::Machines)
        });
        columns.push(Column::text("id", self.locale.text("label-id")).only(Audience::Machines));
        let mut table = Table {
            title: self.title(),
            letterhead: Some(self.letterhead()),
            facts: vec![
                ("period", evaluation.period.to_string()),
                ("as_of", evaluation.as_of.to_string()),
            ],
            columns,
            ..Table::default()
        };
        if entries.is_empty() {
            table.notes.push(self.locale.text("explain-nothing"));
        }
        let Some((by, field)) = group else {
            self.listed(&mut table, rows, entries.iter().map(|(_, entry)| *entry));
            return table;
        };
        for group in evaluation.groups(&[metric], self.scope, by, field) {
            let is_in = |(of, _): &&(&Contribution, &OwnedRecord<'_>)| evaluation.is_in(&group, of);
            let of_group: Vec<&OwnedRecord<'_>> = entries
                .iter()
                .filter(is_in)
                .map(|(_, entry)| *entry)
                .collect();
            let first = table.rows.len();
            self.listed(&mut table, rows, of_group.iter().copied());
            let name = match (&group.value, field) {
                (Some(value), Some(field)) => text::words(field, value, self.locale),
                (Some(value), None) => text::plain(value),
                (None, _) => self.locale.text("row-none"),
            };
            let words = [("group", name.into()), ("count", of_group.len().into())];
            let name = self.locale.say("rows-subtotal", &words);
            let sum = Self::subtotal(&table, first, rows, name);
            table.rows.push(sum);
        }
        table
    }

    /// Adds records to a table, numbered on.
    fn listed<'e>(
        &self,
        table: &mut Table,
        rows: &RecordRows,
        entries: impl Iterator<Item = &'e OwnedRecord<'e>>,
    ) {
        let known = table.rows.iter().filter(|row| !row.total).count();
        for (n, entry) in entries.enumerate() {
            let number = Cell::from((known + n + 1) as i64);
            let said = rows
                .columns
                .iter()
                .map(|column| self.said(&column.part, entry));
            let origin = &entry.record.origin;
            let beside = [
                Cell::Text(format!("{}:{}", origin.file, origin.line)),
                Cell::Text(entry.record.id.to_string()),
            ];
            let cells = [number].into_iter().chain(said).chain(beside);
            table.rows.push(TableRow::of(cells.collect()));
        }
    }

    /// A row that adds up the numbers of the rows from one on.
    fn subtotal(table: &Table, first: usize, rows: &RecordRows, name: String) -> TableRow {
        let of_column = |n: usize| {
            let numbers = table.rows[first..].iter().map(|row| match &row.cells[n] {
                Cell::Number(number) => Some(*number),
                _ => None,
            });
            // Days overdue add up to nothing that anybody means.
            let column = n.checked_sub(1).and_then(|n| rows.columns.get(n));
            let is_field = column.is_some_and(|c| matches!(c.part, RecordPart::Field(_)));
            let is_number = is_field && table.columns[n].unit == "items";
            let sum = numbers
                .flatten()
                .try_fold(Decimal::ZERO, |sum, n| sum.plus(n));
            sum.filter(|_| is_number).map_or(Cell::Empty, Cell::Number)
        };
        let mut cells: Vec<Cell> = (0..table.columns.len()).map(of_column).collect();
        if let Some(text) = table
            .columns
            .iter()
            .position(|column| column.unit.is_empty())
        {
            cells[text] = Cell::Text(name);
        }
        TableRow {
            total: true,
            ..TableRow::of(cells)
        }
    }

    fn column(&self, column: &RecordColumn, kinds: &[&Arc<Kind>]) -> Column {
        let lang = self.locale.lang();
        let field = match &column.part {
            RecordPart::Field(name) => kinds
                .iter()
                .find_map(|kind| Some(&kind.fields[kind.named(name)?])),
            _ => None,
        };
        let own = || match (&column.part, field) {
            (_, Some(field)) => field.label.get(lang).to_owned(),
            (part, None) => {
                let name = part.name().replace('_', "-");
                self.locale.text(&format!("label-{name}"))
            }
        };
        let label = column.label.as_ref();
        let label = label.map_or_else(own, |label: &Label| label.get(lang).to_owned());
        let name = column.part.name();
        let is_number = |field: &FieldDef| field.ty.is_number() && !field.list;
        match field.is_some_and(is_number) || column.part == RecordPart::DaysOverdue {
            true => Column::number(name, label, "items"),
            false => Column::text(name, label),
        }
    }

    fn value(&self, part: &RecordPart, entry: &OwnedRecord<'_>) -> Option<Value> {
        let (record, as_of) = (&entry.record, self.evaluation.as_of);
        match part {
            RecordPart::Field(name) => record.get(record.kind.named(name)?).cloned(),
            RecordPart::Org => i64::try_from(entry.org).ok().map(Value::Integer),
            RecordPart::Deadline => record.effective_due().map(Value::Day),
            RecordPart::State | RecordPart::Progress => {
                let life = record.kind.life.as_ref()?;
                let status = record.status_on(as_of)?;
                let place = life
                    .statuses
                    .iter()
                    .position(|s| s.choice.name == status.choice.name);
                place
                    .and_then(|n| i64::try_from(n).ok())
                    .map(Value::Integer)
            }
            RecordPart::DaysOverdue => {
                let overdue = |due: Day| as_of.since(due);
                let days = record.overdue_on(as_of).then(|| record.effective_due());
                days.flatten().map(overdue).map(Value::Integer)
            }
        }
    }

    fn compared(&self, part: &RecordPart, a: &OwnedRecord<'_>, b: &OwnedRecord<'_>) -> Ordering {
        // What says nothing comes last.
        let (a, b) = (self.value(part, a), self.value(part, b));
        (a.is_none(), a).cmp(&(b.is_none(), b))
    }

    /// What a report says of a record.
    fn said(&self, part: &RecordPart, entry: &OwnedRecord<'_>) -> Cell {
        let (record, as_of, lang) = (&entry.record, self.evaluation.as_of, self.locale.lang());
        let state = || {
            record
                .status_on(as_of)
                .map(|s| s.choice.label.get(lang).to_owned())
        };
        match part {
            RecordPart::Org => Cell::Text(self.evaluation.tree.orgs[entry.org].short().to_owned()),
            RecordPart::State => state().map_or(Cell::Empty, Cell::Text),
            RecordPart::Progress => {
                let note = record.progress_on(as_of);
                let said: Vec<String> =
                    state().into_iter().chain(note.map(str::to_owned)).collect();
                Cell::Text(said.join(&self.locale.text("rows-progress")))
            }
            RecordPart::Field(name) => match record.kind.named(name) {
                Some(field) => field_cell(self.locale, record, field, false),
                None => Cell::Empty,
            },
            RecordPart::Deadline | RecordPart::DaysOverdue => match self.value(part, entry) {
                Some(Value::Day(day)) => Cell::Day(day),
                Some(Value::Integer(days)) => Cell::from(days),
                _ => Cell::Empty,
            },
        }
    }
}
