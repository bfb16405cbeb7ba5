//! A lane's state as it is written down at the end of an epoch, and read again by whoever goes on from there.
//!
//! Enters: a lane. Leaves: its scalars, the ids that changed since the last time, and the traffic on the road. Reading the
//! parts of all epochs in order gives the lane back: it then says about the rest of the log what the first one would have said.

use arrow::array::RecordBatch;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::seen::SeenIds;
use super::traffic::Episodes;
use super::{Accounting, LaneSettings, LaneState};
use crate::time::Watermark;

/// What fits on a line of a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneScalars {
    /// Watermark, µs UTC, once an event was seen.
    pub watermark_us: Option<i64>,
    /// Newest end of a feed window, µs UTC.
    pub newest_sight_us: Option<i64>,
    /// Largest time any event spoke of, µs UTC.
    pub newest_time_us: Option<i64>,
    /// Watermark at which ids were last forgotten: none is remembered whose time was up by then. µs UTC.
    pub swept_us: Option<i64>,
    /// What became of every event.
    pub accounting: Accounting,
}

/// State of a lane that its tables do not hold.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// Scalars.
    pub scalars: LaneScalars,
    /// Ids, as they are now, that changed since the last checkpoint ([`crate::event::schema::SEEN`]).
    pub seen: RecordBatch,
    /// All traffic on the road ([`crate::event::schema::TRAFFIC`]).
    pub traffic: RecordBatch,
}

/// What is written down is no state of a lane.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RestoreError {
    /// A table has other columns than this version writes.
    #[error("the table {0} has other columns than this version of Tanggap writes")]
    Columns(&'static str),
    /// The counters do not add up.
    #[error("the counters do not add up: in = applied + updated + duplicate + late + rejected + gap must hold")]
    Unbalanced,
}

impl LaneState {
    /// From now on remembers which ids change, for [`Self::checkpoint`].
    pub fn keep_journal(&mut self) {
        self.seen.keep_journal();
    }

    /// The state now; ids only as far as they changed since the last call.
    pub fn checkpoint(&mut self) -> Checkpoint {
        Checkpoint {
            scalars: LaneScalars {
                watermark_us: self.watermark.time(),
                newest_sight_us: self.newest_sight(),
                newest_time_us: self.newest_time,
                swept_us: self.seen.swept(),
                accounting: self.accounting.clone(),
            },
            seen: self.seen.take_journal(),
            traffic: self.episodes.table(),
        }
    }

    /// Every id remembered, in the form of [`Checkpoint::seen`]: what stands for all journals so far.
    #[must_use]
    pub fn all_seen(&self) -> RecordBatch {
        self.seen.all()
    }

    /// The lane again, from the scalars and traffic of its last checkpoint and the ids of all of them in order. It keeps a journal.
    ///
    /// # Errors
    /// [`RestoreError`] if what is given was not written by a lane.
    pub fn restore(
        channel: &str,
        settings: LaneSettings,
        scalars: LaneScalars,
        seen: &[RecordBatch],
        traffic: &RecordBatch,
    ) -> Result<Self, RestoreError> {
        if !scalars.accounting.balanced() {
            return Err(RestoreError::Unbalanced);
        }
        let watermark = Watermark::at(&settings.time, scalars.watermark_us);
        let mut lane = Self::new(channel, settings);
        lane.watermark = watermark;
        lane.newest_sight = scalars.newest_sight_us.unwrap_or(i64::MIN);
        lane.newest_time = scalars.newest_time_us;
        lane.accounting = scalars.accounting;
        lane.seen = SeenIds::load(seen, scalars.swept_us)?;
        lane.seen.keep_journal();
        lane.episodes = Episodes::load(traffic)?;
        Ok(lane)
    }
}
