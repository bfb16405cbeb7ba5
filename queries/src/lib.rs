//! The questions of Tanggap: `DataFusion` over live tables. It only ever sees bounded input: a micro-batch under a prebuilt plan, or
//! a snapshot of segments.

mod closings;
mod desk;
mod error;
mod free_sql;
pub mod functions;
pub mod hotspots;
pub mod incidents;
pub mod measures;
pub mod named;
mod rankings;
mod service_clocks;
pub mod tables;
mod terms;
mod unranked;

pub use desk::Desk;
pub use error::QueryError;
pub use free_sql::ask_free;
pub use tanggap_statistics as statistics;
