//! History: what became of every event, and what follows from it, for good. Delta Lake tables that any engine can read, beside the lanes'
//! own files; appended to by closed epochs, exactly once.

mod delta;
mod error;
mod file;
mod ordered;
mod outward;
mod part;
mod safe_store;
mod table;

pub use delta::{DeltaHistory, HistoryFile};
pub use error::HistoryError;
pub use outward::{inward, outward};
pub use part::{Part, by_date};
pub use table::HistoryTable;
