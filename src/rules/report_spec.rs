//! Which figures a report prints, in which order, under which headings.

use crate::locale::Label;
use crate::problem::Place;
use crate::toml::Reader;

/// A report's columns, in blocks under a common heading.
#[derive(Clone, Debug)]
pub struct ReportSpec {
    /// The name: `standard`.
    pub name: String,
    /// What people call it.
    pub label: Label,
    /// The blocks, left to right.
    pub blocks: Vec<ColumnGroup>,
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
        let place = reader.place();
        reader.finish();
        Some(ReportSpec {
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
