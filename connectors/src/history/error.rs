//! Why history cannot be written or read.

use arrow::error::ArrowError;
use thiserror::Error;

/// What stops history.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// The address leads nowhere.
    #[error("history at {url} cannot be opened: {reason}")]
    Place {
        /// The address.
        url: String,
        /// Why.
        reason: String,
    },
    /// Its store or its log fails.
    #[error("the history table {table} failed: {reason}; free space, mount or permit it, and it is written on")]
    Table {
        /// The table.
        table: &'static str,
        /// Why.
        reason: String,
    },
    /// Another process has written the table meanwhile: look again.
    #[error("the history table {0} has moved on")]
    Moved(&'static str),
    /// Rows do not have the columns of their table.
    #[error("rows of the history table {table} cannot be used: {reason}")]
    Rows {
        /// The table.
        table: &'static str,
        /// Why.
        reason: String,
    },
    /// The table was made by a later version.
    #[error(
        "the history table {table} has other columns than this version of Tanggap writes: {columns}; use the version that wrote it, or move it away"
    )]
    Columns {
        /// The table.
        table: &'static str,
        /// Which differ.
        columns: String,
    },
    /// Arrow failed.
    #[error("rows of history cannot be arranged")]
    Arrow(#[from] ArrowError),
}
