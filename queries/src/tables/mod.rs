//! The tables: what SQL sees of the lanes at one instant, and of history.

mod history;
mod live;
mod schemas;
mod snapshot;

pub(crate) use history::lanes_now;
pub use history::{HistoricTable, History};
pub use live::LiveTable;
pub use schemas::{labelled, table_names};
pub use snapshot::{Alarm, City, CitySnapshot, LaneSnapshot, Liveness, Written};
