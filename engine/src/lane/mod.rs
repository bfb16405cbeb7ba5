//! The pure state machine of one Kafka topic-partition: `apply(state, batch) → state'`.

mod accounting;
mod checkpoint;
mod closing;
mod columns;
mod derived;
mod ground;
mod log;
mod seen;
mod settings;
mod state;
mod step;
mod traffic;

pub use accounting::Accounting;
pub use checkpoint::{Checkpoint, LaneScalars, RestoreError};
pub use derived::{counted_of, transitions_of};
pub use ground::{Ground, Place};
pub use log::{Relived, relive};
pub use settings::{Bounds, LaneSettings};
pub use state::LaneState;
pub use step::Step;
pub use traffic::OVER_AFTER_US;
