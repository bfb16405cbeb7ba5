//! When a pane is over. It closes with the event that moves the watermark past its end, and is told then; a report that comes for it later, and
//! not too late, is told at once as a revision. What is told adds up to what is counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{AsArray, BooleanBuilder, Int64Builder, RecordBatch, TimestampMicrosecondBuilder, UInt8Builder, UInt64Builder};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType, UInt8Type, UInt64Type};

use super::checkpoint::RestoreError;
use super::columns::value;
use super::step::Located;
use crate::event::schema;
use crate::time::PANE_US;

/// Cell, kelurahan, category.
type Key = (Option<u64>, Option<i64>, u8);

/// Panes that are not over.
#[derive(Clone, Debug, Default)]
pub(super) struct Closing {
    open: BTreeMap<i64, BTreeMap<Key, i64>>,
}

impl Closing {
    /// The panes that were open at this watermark, of what was counted by then ([`schema::PANES`]).
    pub(super) fn load(panes: &[RecordBatch], watermark: Option<i64>) -> Result<Self, RestoreError> {
        let mut closing = Self::default();
        for rows in panes {
            if rows.schema_ref() != &*schema::PANES {
                return Err(RestoreError::Columns("panes"));
            }
            let starts = rows.column(0).as_primitive::<TimestampMicrosecondType>();
            let cells = rows.column(1).as_primitive::<UInt64Type>();
            let kelurahan = rows.column(2).as_primitive::<Int64Type>();
            let categories = rows.column(3).as_primitive::<UInt8Type>();
            let counts = rows.column(4).as_primitive::<Int64Type>();
            for row in (0..rows.num_rows()).filter(|row| !over(starts.value(*row), watermark)) {
                let key = (value(cells, row), value(kelurahan, row), categories.value(row));
                *closing.open.entry(starts.value(row)).or_default().entry(key).or_default() += counts.value(row);
            }
        }
        Ok(closing)
    }

    /// Takes a counted report. `watermark`: before it.
    pub(super) fn count(&mut self, pane: i64, place: Located, category: u8, watermark: Option<i64>, told: &mut ClosedRows) {
        let key = (place.cell, place.kelurahan, category);
        if over(pane, watermark) {
            told.push(pane, key, 1, true);
        } else {
            *self.open.entry(pane).or_default().entry(key).or_default() += 1;
        }
    }

    /// Tells the panes that are over at this watermark.
    pub(super) fn close(&mut self, watermark: Option<i64>, told: &mut ClosedRows) {
        while let Some(first) = self.open.first_entry().filter(|first| over(*first.key(), watermark)) {
            let pane = *first.key();
            for (key, n) in first.remove() {
                told.push(pane, key, n, false);
            }
        }
    }
}

fn over(pane: i64, watermark: Option<i64>) -> bool {
    watermark.is_some_and(|watermark| pane.saturating_add(PANE_US) <= watermark)
}

/// Columns of [`schema::CLOSED`] being built.
#[derive(Debug)]
pub(super) struct ClosedRows {
    pane: TimestampMicrosecondBuilder,
    cell: UInt64Builder,
    kelurahan: Int64Builder,
    category: UInt8Builder,
    n: Int64Builder,
    revises: BooleanBuilder,
}

impl ClosedRows {
    pub(super) fn new() -> Self {
        Self {
            pane: TimestampMicrosecondBuilder::new().with_data_type(schema::time_type()),
            cell: UInt64Builder::new(),
            kelurahan: Int64Builder::new(),
            category: UInt8Builder::new(),
            n: Int64Builder::new(),
            revises: BooleanBuilder::new(),
        }
    }

    fn push(&mut self, pane: i64, (cell, kelurahan, category): Key, n: i64, revises: bool) {
        self.pane.append_value(pane);
        self.cell.append_option(cell);
        self.kelurahan.append_option(kelurahan);
        self.category.append_value(category);
        self.n.append_value(n);
        self.revises.append_value(revises);
    }

    pub(super) fn finish(mut self) -> RecordBatch {
        RecordBatch::try_new(
            Arc::clone(&schema::CLOSED),
            vec![
                Arc::new(self.pane.finish()),
                Arc::new(self.cell.finish()),
                Arc::new(self.kelurahan.finish()),
                Arc::new(self.category.finish()),
                Arc::new(self.n.finish()),
                Arc::new(self.revises.finish()),
            ],
        )
        .expect("columns are appended together, with the schema's types")
    }
}
