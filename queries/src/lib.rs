//! The questions of Tanggap: `DataFusion` over live tables. It only ever sees bounded input: a micro-batch under a prebuilt plan, or
//! a snapshot of segments.

mod error;
pub mod measures;
pub mod statistics;
pub mod tables;

pub use error::QueryError;
