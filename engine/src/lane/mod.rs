//! The pure state machine of one Kafka topic-partition: `apply(state, batch) → state'`.

mod accounting;
mod columns;
mod seen;
mod settings;
mod state;
mod step;
mod traffic;

pub use accounting::Accounting;
pub use settings::{Bounds, LaneSettings, Place};
pub use state::LaneState;
pub use step::Step;
