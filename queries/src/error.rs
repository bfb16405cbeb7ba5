//! What can go wrong with a question.

/// A question could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// `DataFusion` refused or failed.
    #[error("the query engine failed")]
    Engine(#[from] datafusion::error::DataFusionError),
    /// Arrow refused.
    #[error("the rows do not fit together")]
    Arrow(#[from] datafusion::arrow::error::ArrowError),
    /// A thread that held a lock of ours panicked.
    #[error("a lock is poisoned: a thread of this process panicked before")]
    Poisoned,
}
