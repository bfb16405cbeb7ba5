//! The pure state machine of one Kafka topic-partition: `apply(state, batch) → state'`.

mod accounting;
mod checkpoint;
mod columns;
mod ground;
mod seen;
mod settings;
mod state;
mod step;
mod traffic;

pub use accounting::Accounting;
pub use checkpoint::{Checkpoint, LaneScalars, RestoreError};
pub use ground::{Ground, Place};
pub use settings::{Bounds, LaneSettings};
pub use state::LaneState;
pub use step::Step;
