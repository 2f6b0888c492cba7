//! The end of a table: its totals held against its rows, and the columns that are no field.

use std::collections::HashSet;

use super::heading::Target;
use super::layout::Layout;
use super::rows::{Class, SheetReader};
use super::{LeftOut, Sum};
use crate::number::Decimal;
use crate::record::input;
use crate::sheet::{At, Cell};

impl SheetReader<'_, '_> {
    /// Holds the totals of a table against its rows, and notes the columns that are no field.
    pub(super) fn finish_table(&mut self) {
        let body = std::mem::take(&mut self.body);
        let Some(layout) = self.layout.take() else {
            return;
        };
        for column in &layout.columns {
            let is_left = column.target.is_none();
            let holds = body.iter().any(|(row, class)| {
                let at = At {
                    row: *row,
                    column: column.index,
                };
                *class == Class::Record && self.sheet.at(at).is_some()
            });
            let left = LeftOut {
                sheet: self.sheet.name.clone(),
                column: column.index,
                heading: input::masked(&column.heading),
            };
            if is_left && holds && !self.form.left_out.contains(&left) {
                self.form.left_out.push(left);
            }
        }
        self.unheaded(&layout, &body);
        for (n, (row, class)) in body.iter().enumerate() {
            if matches!(class, Class::Total | Class::Subtotal) {
                self.sums(&layout, &body, n, *row, *class);
            }
        }
    }

    /// Columns with values and without a heading are left out, and said to be.
    fn unheaded(&mut self, layout: &Layout, body: &[(u32, Class)]) {
        let headed: HashSet<u32> = layout.columns.iter().map(|column| column.index).collect();
        let mut bare: Vec<u32> = body
            .iter()
            .filter(|(_, class)| *class == Class::Record)
            .flat_map(|(row, _)| self.sheet.row(*row).map(|(column, _)| column))
            .filter(|column| !headed.contains(column))
            .collect();
        bare.sort_unstable();
        bare.dedup();
        self.form
            .left_out
            .extend(bare.into_iter().map(|column| LeftOut {
                sheet: self.sheet.name.clone(),
                column,
                heading: String::new(),
            }));
    }

    fn sums(&mut self, layout: &Layout, body: &[(u32, Class)], n: usize, row: u32, class: Class) {
        let ends = |class: &Class| *class == Class::Subtotal || *class == Class::Section;
        let start = body[..n]
            .iter()
            .rposition(|(_, class)| ends(class))
            .map_or(0, |at| at + 1);
        let before = match class {
            Class::Subtotal => &body[start..n],
            _ => &body[..n],
        };
        let is_record = |(_, class): &&(u32, Class)| *class == Class::Record;
        // A total may stand above what it adds up.
        let rows: Vec<u32> = match before.iter().any(|row| is_record(&row)) {
            true => before
                .iter()
                .filter(is_record)
                .map(|(row, _)| *row)
                .collect(),
            false => {
                let after = body[n + 1..]
                    .iter()
                    .take_while(|(_, other)| *other != class);
                after.filter(is_record).map(|(row, _)| *row).collect()
            }
        };
        for column in &layout.columns {
            let adds_up = match column.target {
                Some(Target::Field(n)) => self.request.kind.fields[n].ty.is_number(),
                _ => false,
            };
            let at = At {
                row,
                column: column.index,
            };
            let own = self.sheet.at(at).filter(|(_, origin)| *origin == at);
            let amount = |cell: &Cell| number_in(cell, column.unit);
            let says = own.and_then(|(cell, _)| amount(cell));
            if let (true, Some(says)) = (adds_up && !self.is_percentage(column), says) {
                let mut numbers = rows.iter().filter_map(|row| {
                    let at = At {
                        row: *row,
                        column: column.index,
                    };
                    amount(self.sheet.at(at)?.0)
                });
                let rows_say = numbers.try_fold(Decimal::ZERO, Decimal::plus);
                self.form.sums.push(Sum {
                    sheet: self.sheet.name.clone(),
                    at,
                    says,
                    rows_say: rows_say.unwrap_or(Decimal::TOO_LARGE),
                });
            }
        }
    }
}

/// The number of a cell in the unit of its column; one that names its own unit is turned into that.
fn number_in(cell: &Cell, unit: Option<Decimal>) -> Option<Decimal> {
    match cell {
        Cell::Number { value, .. } => Some(*value),
        Cell::Text(text) => {
            let number = input::number(text)?;
            match unit.filter(|_| text.contains(['元', '万'])) {
                Some(unit) => number.over(unit)?.decimal(),
                None => Some(number),
            }
        }
        _ => None,
    }
}
