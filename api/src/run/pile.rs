//! Rows that only grow, kept in few batches: small ones are joined as they come, so that a row is copied about log₂ n times
//! and a reader meets few batches.

use datafusion::arrow::array::{AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::{concat_batches, filter_record_batch};
use datafusion::arrow::datatypes::{TimestampMicrosecondType, UInt8Type};
use datafusion::arrow::error::ArrowError;
use tanggap_engine::event::{Kind, schema};

/// A growing table of a lane.
#[derive(Clone, Debug, Default)]
pub(super) struct Pile {
    batches: Vec<RecordBatch>,
}

/// Batches of this many rows are not joined any more.
const FULL: usize = 1 << 16;

impl Pile {
    /// Adds rows; an empty batch is nothing.
    pub(super) fn push(&mut self, batch: RecordBatch) {
        if batch.num_rows() == 0 {
            return;
        }
        self.batches.push(batch);
        while let [.., second, last] = &self.batches[..] {
            if second.num_rows() >= FULL || second.num_rows() > 2 * last.num_rows() {
                break;
            }
            // Joining cannot fail: the batches of a pile have one schema. If it did, two batches are as good as one.
            let Ok(joined) = concat_batches(last.schema_ref(), [second, last]) else {
                break;
            };
            self.batches.truncate(self.batches.len() - 2);
            self.batches.push(joined);
        }
    }

    /// The batches, oldest first.
    pub(super) fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// Drops rows whose time in this column is before `oldest`, µs.
    ///
    /// # Errors
    /// There is no such column of times.
    pub(super) fn forget(&mut self, column: &str, oldest: i64) -> Result<(), ArrowError> {
        self.keep(|batch| since(batch, column, oldest))
    }

    /// Puts what is kept of each batch in its place.
    ///
    /// # Errors
    /// What keeping fails with; the batches after that one are gone then.
    pub(super) fn keep(&mut self, kept: impl Fn(&RecordBatch) -> Result<RecordBatch, ArrowError>) -> Result<(), ArrowError> {
        for batch in std::mem::take(&mut self.batches) {
            self.push(kept(&batch)?);
        }
        Ok(())
    }

    /// Rows in it.
    pub(super) fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// Rows whose time in this column is not before `oldest`, µs.
///
/// # Errors
/// There is no such column of times.
pub(super) fn since(batch: &RecordBatch, column: &str, oldest: i64) -> Result<RecordBatch, ArrowError> {
    let times = batch
        .column_by_name(column)
        .and_then(|times| times.as_primitive_opt::<TimestampMicrosecondType>());
    let times = times.ok_or_else(|| ArrowError::SchemaError(format!("no times in a column {column}")))?;
    if times.values().iter().all(|time| *time >= oldest) {
        return Ok(batch.clone());
    }
    let keep: BooleanArray = times.values().iter().map(|time| Some(*time >= oldest)).collect();
    filter_record_batch(batch, &keep)
}

/// Reports of a kind.
///
/// # Errors
/// There is no column of kinds.
pub(super) fn of_kind(reports: &RecordBatch, kind: Kind) -> Result<RecordBatch, ArrowError> {
    let kinds = reports
        .column_by_name(schema::KIND)
        .and_then(|kinds| kinds.as_primitive_opt::<UInt8Type>());
    let kinds = kinds.ok_or_else(|| ArrowError::SchemaError(format!("no kinds in a column {}", schema::KIND)))?;
    let keep: BooleanArray = kinds.iter().map(|own| Some(own == Some(kind as u8))).collect();
    filter_record_batch(reports, &keep)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{AsArray, Int64Array, RecordBatch, TimestampMicrosecondArray};
    use datafusion::arrow::datatypes::{Int64Type, TimestampMicrosecondType};

    use super::Pile;

    #[test]
    fn rows_are_forgotten_one_by_one() {
        let mut pile = Pile::default();
        for times in [vec![5, 1, 9], vec![2], vec![7]] {
            let column = Arc::new(TimestampMicrosecondArray::from(times));
            pile.push(RecordBatch::try_from_iter([("time", column as _)]).unwrap());
        }
        pile.forget("time", 5).unwrap();
        let times = pile
            .batches()
            .iter()
            .flat_map(|batch| batch.column(0).as_primitive::<TimestampMicrosecondType>().values().to_vec());
        assert_eq!(times.collect::<Vec<_>>(), [5, 9, 7]);
        assert!(pile.forget("hour", 5).is_err());
    }

    #[test]
    fn rows_stay_in_order_and_batches_stay_few() {
        let mut pile = Pile::default();
        for value in 0..1_000_i64 {
            let column = Arc::new(Int64Array::from(vec![value]));
            pile.push(RecordBatch::try_from_iter([("value", column as _)]).unwrap());
        }
        let values: Vec<i64> = pile
            .batches()
            .iter()
            .flat_map(|batch| batch.column(0).as_primitive::<Int64Type>().values().to_vec())
            .collect();
        assert_eq!(values, (0..1_000).collect::<Vec<_>>());
        assert!(pile.batches().len() <= 11, "{} batches", pile.batches().len());
    }
}
