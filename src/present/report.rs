//! A report as a table.

use crate::day::Period;
use crate::figure::report::{Compare, Question, Report, ReportRow, Role};
use crate::figure::stamp::Stamp;
use crate::figure::trend::Trend;
use crate::figure::{Evaluation, Figure};
use crate::locale::{Arg, Label, Locale};
use crate::present::chart::Pictured;
use crate::present::source::{Sources, is_figure};
use crate::present::{as_of_words, cell, places};
use crate::problem::Problem;
use crate::rules::metric::{Metric, Unit};
use crate::rules::report_spec::{ChartSpec, LayoutColumn};
use crate::table::{Audience, Cell, Chart, Column, Letterhead, Publication, Table, TableRow};
use crate::tree::Tree;

/// A metric and how its column looks.
pub struct MetricColumn<'t> {
    /// The metric.
    pub metric: &'t Metric,
    /// The heading that its column shares with others.
    pub block: Option<&'t Label>,
    /// The column of the report's definition.
    pub layout: Option<&'t LayoutColumn>,
}

/// A report that is to be shown.
#[derive(Clone, Copy)]
pub struct Shown<'s> {
    /// The language.
    pub locale: &'s Locale,
    /// The ledger it is of.
    pub tree: &'s Tree<'s>,
    /// What was asked.
    pub question: &'s Question<'s>,
    /// The answer.
    pub report: &'s Report,
    /// A column for each metric of the question.
    pub columns: &'s [MetricColumn<'s>],
    /// What the report is called.
    pub heading: &'s Label,
    /// What could not be read and is not counted.
    pub left_out: &'s [Problem],
    /// Whether the figures that others are compared with stand beside them.
    pub beside: bool,
}

impl Shown<'_> {
    /// The whole table.
    pub fn table(&self) -> Table {
        self.part(|_| true, |_| true)
    }

    /// The rows and figures that are no longer as they were stamped, and what was left out of all.
    pub fn changed_since(&self, stamp: &Stamp) -> Table {
        let changed = self.changes(stamp);
        let in_any = |metric: usize| changed.iter().any(|row| row[metric]);
        let metrics: Vec<bool> = (0..self.columns.len()).map(in_any).collect();
        let mut table = self.part(|row| changed[row].contains(&true), |metric| metrics[metric]);
        for column in &mut table.columns {
            column.compact = true;
        }
        let note = match metrics.contains(&true) {
            true => "report-only-changed",
            false => "report-unchanged",
        };
        table.notes.push(self.locale.text(note));
        table
    }

    /// Which figures are no longer as they were stamped: of each row the metrics.
    fn changes(&self, stamp: &Stamp) -> Vec<Vec<bool>> {
        let stamped = stamp.rows.iter();
        let is_known = |metric: &Metric| {
            stamped
                .clone()
                .any(|row| row.figures.contains_key(&metric.name))
        };
        let of_row = |row: &ReportRow| {
            let stamped = stamp.row(self.tree, row.role.name(), row.org);
            let differs = |(column, is): (&MetricColumn<'_>, &Figure)| {
                let was = stamped.map_or(Figure::NoData, |row| row.figure(&column.metric.name));
                is_known(column.metric) && was != *is
            };
            self.columns.iter().zip(&row.values).map(differs).collect()
        };
        self.report.rows.iter().map(of_row).collect()
    }

    /// The whole table with its pictures, and with what stands behind each figure. `evaluation` is
    /// of the question, over a ledger that holds its records.
    ///
    /// # Errors
    /// A sum that does not fit.
    pub fn publication(
        &self,
        evaluation: &Evaluation<'_>,
        charts: &[ChartSpec],
    ) -> Result<Publication, Problem> {
        let mut table = self.table();
        let rows = &self.report.rows;
        let names = rows.iter().map(|row| self.row_name(row)).collect();
        let mut sources = Sources::of(evaluation, rows, names, self.question.own, self.locale);
        let first = table.columns.len() - self.width();
        for row in 0..rows.len() {
            for (n, shown) in self.columns.iter().enumerate() {
                let column = first + n * self.each();
                if is_figure(&table.rows[row].cells[column])
                    && let Some(source) = sources.behind(row, shown.metric)?
                {
                    table.sources.insert((row, column), source);
                }
            }
        }
        let sources = sources.found;
        let pictured = Pictured {
            evaluation,
            rows,
            locale: self.locale,
        };
        let charts = charts.iter().map(|spec| pictured.charts(spec));
        let charts: Vec<Vec<Chart>> = charts.collect::<Result<_, _>>()?;
        Ok(Publication {
            tables: vec![Table {
                letterhead: Some(self.letterhead()),
                ..table
            }],
            // Where there is no figure yet there is nothing to see.
            charts: charts
                .concat()
                .into_iter()
                .filter(Chart::has_figures)
                .collect(),
            sources,
            ..Publication::default()
        })
    }

    /// How many columns a figure takes: beside it stands its change, where there is something to
    /// compare with.
    fn each(&self) -> usize {
        match (&self.report.compared, self.beside) {
            (None, _) => 1,
            (Some(_), false) => 2,
            (Some(_), true) => 3,
        }
    }

    /// How many columns its figures take.
    fn width(&self) -> usize {
        self.each() * self.columns.len()
    }

    /// The head and the foot of a table as it is handed in.
    fn letterhead(&self) -> Letterhead {
        let (locale, question) = (self.locale, self.question);
        let org = self.tree.orgs[question.org].name();
        let mut units: Vec<&str> = Vec::new();
        for column in self.columns {
            let unit = column.metric.unit.name();
            if !["rank", "day"].contains(&unit) && !units.contains(&unit) {
                units.push(unit);
            }
        }
        let units: Vec<String> = units
            .iter()
            .map(|unit| locale.text(&format!("unit-{unit}")))
            .collect();
        let as_of = as_of_words(locale, question.as_of, self.report.judged_until);
        letterhead(
            locale,
            (question.period, self.heading),
            (org, &as_of),
            &units,
        )
    }

    /// The figures of all organisations together over several periods, a row each.
    pub fn trend(&self, trend: &Trend) -> Table {
        let (locale, lang) = (self.locale, self.locale.lang());
        let mut table = self.table();
        let first = table.columns.len() - self.width();
        let org = &self.tree.orgs[self.question.org];
        let row = |(n, period): (usize, &Period)| {
            let mut cells = vec![
                i64::try_from(n + 1).map_or(Cell::Empty, Cell::from),
                Cell::Text(period.to_string()),
                Cell::Text(org.path.to_string()),
                Cell::Text(period.label(lang)),
            ];
            let figures = self.columns.iter().zip(&trend.values[n]);
            cells.extend(figures.map(|(column, figure)| cell(column.metric, *figure)));
            TableRow::of(cells)
        };
        table.rows = trend.periods.iter().enumerate().map(row).collect();
        table.rows.extend(self.rows_left_out(table.columns.len()));
        table.columns[first - 1].label = locale.text("label-period");
        table.columns[first - 1].short.1 = locale.text("label-period");
        table
    }

    /// The table of some rows and metrics.
    fn part(&self, row: impl Fn(usize) -> bool, metric: impl Fn(usize) -> bool) -> Table {
        let metrics: Vec<usize> = (0..self.columns.len()).filter(|&n| metric(n)).collect();
        let (locale, question, report) = (self.locale, self.question, self.report);
        let mut columns = vec![
            Column::number("seq", locale.text("label-seq"), "items").only(Audience::People),
            Column::text("row", locale.text("label-row")).only(Audience::Machines),
            Column::text("org", locale.text("label-id")).only(Audience::Machines),
            Column::text("name", locale.text("label-org")),
        ];
        columns.extend(
            metrics
                .iter()
                .flat_map(|&n| self.columns_of(&self.columns[n])),
        );
        let mut rows: Vec<TableRow> = self
            .numbered()
            .enumerate()
            .filter(|(n, _)| row(*n))
            .map(|(_, (number, row))| self.row(number, row, &metrics))
            .collect();
        rows.extend(self.rows_left_out(columns.len()));
        let mut facts = vec![
            ("period", question.period.to_string()),
            ("as_of", question.as_of.to_string()),
        ];
        facts.extend(
            report
                .judged_until
                .map(|day| ("filings_as_of", day.to_string())),
        );
        if let Some((period, as_of, _)) = report.compared {
            facts.push(("compared_period", period.to_string()));
            facts.push(("compared_as_of", as_of.to_string()));
        }
        Table {
            title: self.title(),
            facts,
            columns,
            rows,
            ..Table::default()
        }
    }

    /// The columns of a metric.
    fn columns_of(&self, shown: &MetricColumn<'_>) -> Vec<Column> {
        let compared = self.report.compared.map(|(period, ..)| period);
        figure_columns(self.locale, shown, compared, self.beside)
    }

    /// The rows; those of organisations with their numbers in the list.
    fn numbered(&self) -> impl Iterator<Item = (Option<i64>, &ReportRow)> {
        self.report.rows.iter().scan(0, |last, row| {
            let is_listed = row.role == Role::Org;
            *last += i64::from(is_listed);
            Some((is_listed.then_some(*last), row))
        })
    }

    fn row(&self, number: Option<i64>, row: &ReportRow, metrics: &[usize]) -> TableRow {
        let org = &self.tree.orgs[row.org];
        let name = self.row_name(row);
        let mut cells = vec![
            number.map_or(Cell::Empty, Cell::from),
            Cell::Text(row.role.name().to_owned()),
            Cell::Text(org.path.to_string()),
            Cell::Text(name),
        ];
        for &n in metrics {
            let metric = self.columns[n].metric;
            cells.push(cell(metric, row.values[n]));
            let before = row.before.get(n).filter(|_| self.beside);
            cells.extend(before.map(|before| cell(metric, *before)));
            cells.extend(row.changes.get(n).map(|change| cell(metric, *change)));
        }
        TableRow {
            cells,
            total: row.role == Role::Total,
            depth: row.depth,
        }
    }

    fn row_name(&self, row: &ReportRow) -> String {
        let org = &self.tree.orgs[row.org];
        match row.role {
            Role::Own => self.locale.say("row-own", &[("org", org.short().into())]),
            Role::Total => self.locale.text("row-total"),
            Role::Org => org.short().to_owned(),
        }
    }

    /// What was left out stands in the output itself, whatever its form: a figure must not look
    /// whole.
    fn rows_left_out(&self, width: usize) -> impl Iterator<Item = TableRow> {
        let row = move |place: String| {
            let name = self
                .locale
                .say("row-left-out", &[("place", place.as_str().into())]);
            let mut cells = vec![
                Cell::Empty,
                Cell::Text("left-out".to_owned()),
                Cell::Text(place),
                Cell::Text(name),
            ];
            cells.resize(width, Cell::NoData);
            TableRow {
                cells,
                total: true,
                depth: 0,
            }
        };
        places(self.left_out).into_iter().map(row)
    }

    fn title(&self) -> String {
        let Shown {
            locale,
            tree,
            question,
            report,
            heading,
            ..
        } = *self;
        let mut title = locale.say(
            "report-title",
            &[
                ("org", tree.orgs[question.org].name().into()),
                ("period", question.period.label(locale.lang()).into()),
                ("report", heading.into()),
                (
                    "as_of",
                    as_of_words(locale, question.as_of, report.judged_until).into(),
                ),
            ],
        );
        if let Some((period, as_of, judged)) = report.compared {
            let as_of = as_of_words(locale, as_of, judged);
            let words = [
                ("period", Arg::from(period.label(locale.lang()))),
                ("as_of", as_of.into()),
            ];
            let said = match question.compare {
                Some(Compare::Closed(stamp)) => locale.say(
                    "report-closed",
                    &[
                        ("on", stamp.on.to_string().into()),
                        ("by", stamp.by.as_str().into()),
                    ],
                ),
                _ => locale.say("report-compared", &words),
            };
            title.push_str(&format!("\n{said}"));
        }
        title
    }
}

/// The head and the foot of an official table: of a period and by what it is called, by whom and as
/// of which day, in which units.
pub(super) fn letterhead(
    locale: &Locale,
    (period, heading): (Period, &Label),
    (org, as_of): (&str, &str),
    units: &[String],
) -> Letterhead {
    let title = [
        ("period", Arg::from(period.label(locale.lang()))),
        ("report", heading.into()),
    ];
    let units = match units {
        [] => String::new(),
        units => locale.say("letterhead-units", &[("units", locale.join(units).into())]),
    };
    Letterhead {
        title: locale.say("letterhead-title", &title),
        above: [
            locale.say("letterhead-org", &[("org", org.into())]),
            locale.say("letterhead-day", &[("as_of", as_of.into())]),
            units,
        ],
        below: ["head", "clerk", "day"]
            .map(|who| locale.text(&format!("letterhead-signed-{who}")))
            .into(),
    }
}

/// The column of a figure; and where there is something to compare with, the one of its change, and
/// before that, if it is to stand `beside`, the one of what it is compared with.
pub(super) fn figure_columns(
    locale: &Locale,
    shown: &MetricColumn<'_>,
    compared: Option<Period>,
    beside: bool,
) -> Vec<Column> {
    let lang = locale.lang();
    let label = shown.metric.label.get(lang).to_owned();
    let short = shown
        .layout
        .map_or_else(|| label.clone(), |column| column.label.get(lang).to_owned());
    let block = shown
        .block
        .map_or_else(String::new, |block| block.get(lang).to_owned());
    let column = Column {
        short: (block, short),
        figure: true,
        compact: shown.layout.is_none_or(|column| column.compact),
        below: shown.layout.and_then(|column| column.below),
        above: shown.layout.and_then(|column| column.above),
        adds_up: shown.metric.sums(),
        ..Column::number(&shown.metric.name, label, shown.metric.unit.name())
    };
    let Some(period) = compared else {
        return vec![column];
    };
    let said = [
        ("label", Arg::from(column.label.as_str())),
        ("period", period.label(lang).into()),
    ];
    let before = Column {
        name: format!("{}_before", column.name),
        label: locale.say("before-label", &said),
        short: (column.short.0.clone(), period.label(lang)),
        below: None,
        above: None,
        ..column.clone()
    };
    let change = Column {
        name: format!("{}_change", column.name),
        label: locale.say(change_label(shown.metric.unit), &said[..1]),
        short: (column.short.0.clone(), locale.text("change-short")),
        unit: "change",
        below: None,
        above: None,
        adds_up: false,
        ..column.clone()
    };
    let before = beside.then_some(before);
    [column].into_iter().chain(before).chain([change]).collect()
}

fn change_label(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "change-points",
        Unit::Items
        | Unit::Times
        | Unit::Persons
        | Unit::PersonTimes
        | Unit::Yuan
        | Unit::Points
        | Unit::Rank
        | Unit::Day => "change-label",
    }
}
