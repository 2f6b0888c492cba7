//! Which figures a report prints, in which order, under which headings.

use crate::locale::Label;
use crate::problem::Place;
use crate::rules::grouping::Rows;
use crate::rules::kind::bad;
use crate::toml::Reader;

/// A report's columns, in blocks under a common heading.
#[derive(Clone, Debug)]
pub struct ReportSpec {
    /// The name: `standard`.
    pub name: String,
    /// What people call it.
    pub label: Label,
    /// What its rows are.
    pub rows: Rows,
    /// The blocks, left to right.
    pub blocks: Vec<ColumnGroup>,
    /// The pictures of its figures.
    pub charts: Vec<ChartSpec>,
    /// Where it is defined.
    pub place: Place,
}

/// Columns under one heading.
#[derive(Clone, Debug)]
pub struct ColumnGroup {
    /// The heading.
    pub label: Label,
    /// The columns.
    pub columns: Vec<LayoutColumn>,
}

/// One figure of a report.
#[derive(Clone, Debug)]
pub struct LayoutColumn {
    /// The metric's name.
    pub metric: String,
    /// The short heading under the block's.
    pub label: Label,
    /// Whether it belongs to the compact layout too.
    pub compact: bool,
    /// A percentage below this, or points below it, is marked.
    pub below: Option<i64>,
    /// A count above this is marked.
    pub above: Option<i64>,
}

/// A picture of figures, for forms of a report that have pictures.
#[derive(Clone, Debug)]
pub struct ChartSpec {
    /// What people call it.
    pub label: Label,
    /// What it shows.
    pub shows: ChartShows,
    /// The metrics' names.
    pub metrics: Vec<String>,
}

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartShows {
    /// The organisations of the report by their figures, the greatest first, with the whole's
    /// figure to hold them against.
    Organisations,
    /// The whole's figures over so many periods, the last of which is the report's.
    Trend(usize),
    /// The records behind a figure by how many days they are overdue.
    Ages,
}

/// The pictures by the names that rules use.
pub const CHARTS: &[(&str, ChartShows)] = &[
    ("organisations", ChartShows::Organisations),
    ("trend", ChartShows::Trend(DEFAULT_TREND)),
    ("ages", ChartShows::Ages),
];

/// How many periods a trend has unless it says.
const DEFAULT_TREND: usize = 8;

/// The most periods that a trend may have: ten years of quarters.
pub const LONGEST_TREND: usize = 40;

impl ChartSpec {
    fn read(reader: Reader<'_, '_>) -> Option<ChartSpec> {
        let shows = reader.choice("shows", CHARTS, None);
        let periods = reader.integer("periods");
        let known = periods.map(|periods| usize::try_from(periods).unwrap_or(0));
        let shows = match (shows?, known) {
            (ChartShows::Trend(_), Some(periods)) if (2..=LONGEST_TREND).contains(&periods) => {
                ChartShows::Trend(periods)
            }
            (_, Some(_)) => {
                reader.note(bad(&reader, "periods", "bad-rule-periods"));
                return None;
            }
            (shows, None) => shows,
        };
        let metrics = reader.texts("metrics");
        if metrics.is_empty() {
            reader.missing("metrics");
        }
        let chart = ChartSpec {
            label: reader.label(),
            shows,
            metrics,
        };
        reader.finish();
        Some(chart)
    }
}

impl ReportSpec {
    /// Reads a report's layout; metric names are checked by `Rules` once all are read.
    pub fn read(reader: Reader<'_, '_>) -> Option<ReportSpec> {
        let name = reader.required("name")?;
        let label = reader.label();
        let blocks = reader
            .tables("block")
            .into_iter()
            .map(|block| {
                let label = block.label();
                let columns = block
                    .tables("columns")
                    .into_iter()
                    .filter_map(read_column)
                    .collect();
                block.finish();
                ColumnGroup { label, columns }
            })
            .collect();
        let rows = Rows::read(&reader)?;
        let charts = reader.tables("chart").into_iter();
        let charts = charts.filter_map(ChartSpec::read).collect();
        let place = reader.place();
        reader.finish();
        Some(ReportSpec {
            rows,
            charts,
            name,
            label,
            blocks,
            place,
        })
    }

    /// All columns, left to right, each with its block.
    pub fn columns(&self) -> impl Iterator<Item = (&ColumnGroup, &LayoutColumn)> {
        self.blocks
            .iter()
            .flat_map(|block| block.columns.iter().map(move |column| (block, column)))
    }
}

fn read_column(reader: Reader<'_, '_>) -> Option<LayoutColumn> {
    let metric = reader.required("metric");
    let column = LayoutColumn {
        label: reader.label(),
        compact: reader.boolean("compact"),
        below: reader.integer("below"),
        above: reader.integer("above"),
        metric: metric?,
    };
    reader.finish();
    Some(column)
}
