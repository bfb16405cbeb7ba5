//! Rows that only grow, kept in few batches: small ones are joined as they come, so that a row is copied about log₂ n times
//! and a reader meets few batches.

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;

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

    /// Keeps only the batches that `keep` says yes to.
    pub(super) fn retain(&mut self, keep: impl FnMut(&RecordBatch) -> bool) {
        self.batches.retain(keep);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{AsArray, Int64Array, RecordBatch};
    use datafusion::arrow::datatypes::Int64Type;

    use super::Pile;

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
