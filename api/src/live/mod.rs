//! The live stream: the cells of the city by number, their heat counted straight from the segments, and one ticker a window and
//! category that tells all its listeners what changed.

mod baseline;
mod event_id;
mod frame;
mod grid;
mod heat;
mod stream;
mod ticker;
mod told;

pub(crate) use event_id::EventId;
pub use grid::{Grid, GridCell};
pub(crate) use grid::{ring, write_ring};
pub(crate) use stream::listen;
pub(crate) use ticker::{Tickers, Topic};
