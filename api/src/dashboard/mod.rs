//! The dashboard: its embedded files, and the compact form of the grid that its map asks for.
//!
//! The pages live in `api/dashboard`; what they ask is the API's affair.

mod files;
mod grid;
#[cfg(feature = "dashboard")]
mod rooms;

pub use files::{BUILD, router};
pub use grid::{COMPACT_GRID, compact_grid};
