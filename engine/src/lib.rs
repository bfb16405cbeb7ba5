//! The heart of Tanggap: what an event is, where it is, and the pure lane that turns a log of events into mergeable state.
//!
//! No I/O, no clock, no randomness, no async and no `DataFusion` here: the same log prefix gives the same bytes, whatever the
//! batching or the machine. Times are µs UTC, positions degrees WGS 84.

pub mod case;
pub mod commit;
pub mod event;
pub mod gauge;
pub mod incident;
pub mod lane;
pub mod pane;
pub mod place;
pub mod route;
pub mod territory;
pub mod text;
pub mod time;
