//! The one thing the engine asks of a query engine: sum rows that share a key.

use arrow::array::RecordBatch;

/// The query engine could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("the aggregation of panes failed: {0}")]
pub struct KernelError(pub String);

/// Groups rows of [`crate::event::schema::PANES`] by everything but `n`, and adds up `n`. The same operation serves counted
/// reports, deltas of an epoch, and segments: it is associative and commutative, so nothing depends on how rows were batched.
///
/// Two implement it: the prebuilt plan in `queries`, and a plain map in this crate's tests that the plan is held against.
pub trait Kernel {
    /// Sums; the order of the rows that come out is not defined.
    ///
    /// # Errors
    /// [`KernelError`] if the rows cannot be aggregated.
    fn sum(&mut self, rows: &[RecordBatch]) -> Result<RecordBatch, KernelError>;
}
