//! Rows of several files in the order of their table, without a copy of them all: whoever writes them takes some at a time.

use arrow::array::RecordBatch;
use arrow::compute::{SortColumn, concat, interleave_record_batch, lexsort_to_indices};
use arrow::error::ArrowError;

use super::HistoryTable;

/// Rows of [`HistoryTable::columns`] in [`HistoryTable::order`].
pub(super) struct Ordered {
    table: HistoryTable,
    batches: Vec<RecordBatch>,
    /// Batch and row in it of each.
    order: Vec<(usize, usize)>,
}

/// Rows that are written at a time.
const SOME: usize = 1 << 16;

impl Ordered {
    /// The rows of these batches; of rows that are alike the first stays the first.
    ///
    /// # Errors
    /// The order of the table is of columns that Arrow cannot sort by.
    pub(super) fn new(table: HistoryTable, batches: Vec<RecordBatch>) -> Result<Self, ArrowError> {
        let places = batches
            .iter()
            .enumerate()
            .flat_map(|(batch, rows)| (0..rows.num_rows()).map(move |row| (batch, row)));
        let places: Vec<(usize, usize)> = places.collect();
        if places.is_empty() {
            return Ok(Self {
                table,
                batches,
                order: places,
            });
        }
        let mut keys = Vec::new();
        for name in table.order() {
            let parts: Vec<_> = batches
                .iter()
                .filter_map(|rows| rows.column_by_name(name))
                .map(AsRef::as_ref)
                .collect();
            keys.push(SortColumn {
                values: concat(&parts)?,
                options: None,
            });
        }
        let sorted = lexsort_to_indices(&keys, None)?;
        let order = sorted
            .values()
            .iter()
            .filter_map(|row| places.get(usize::try_from(*row).ok()?).copied());
        Ok(Self {
            table,
            order: order.collect(),
            batches,
        })
    }

    /// The rows, some at a time.
    pub(super) fn chunks(&self) -> impl Iterator<Item = Result<RecordBatch, ArrowError>> + '_ {
        self.order.chunks(SOME).map(|rows| self.rows(rows))
    }

    /// All of the rows.
    ///
    /// # Errors
    /// Their texts have more than 2³¹ bytes.
    pub(super) fn whole(&self) -> Result<RecordBatch, ArrowError> {
        self.rows(&self.order)
    }

    fn rows(&self, rows: &[(usize, usize)]) -> Result<RecordBatch, ArrowError> {
        if rows.is_empty() {
            return Ok(RecordBatch::new_empty(self.table.columns()));
        }
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        interleave_record_batch(&batches, rows)
    }
}
