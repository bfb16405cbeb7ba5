//! The live tables: what SQL sees of the lanes at one instant.

mod live;
mod schemas;
mod snapshot;

pub use live::LiveTable;
pub use schemas::{labelled, table_names};
pub use snapshot::{Alarm, City, CitySnapshot, LaneSnapshot, Liveness, Written};
