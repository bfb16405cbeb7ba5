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
    /// A question of a user's own has too large an answer.
    #[error("the answer has more than {0} rows: add a LIMIT or aggregate")]
    TooManyRows(usize),
    /// A question of a user's own took too long.
    #[error("the answer took more than {} s", .0.as_secs())]
    TooSlow(std::time::Duration),
    /// A thread that held a lock of ours panicked.
    #[error("a lock is poisoned: a thread of this process panicked before")]
    Poisoned,
}
