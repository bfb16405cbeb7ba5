//! The set of immutable tables a reader sees at one instant. Lanes publish theirs after each micro-batch; a reader takes all of
//! them at once and keeps them as long as it likes: nobody waits for anybody.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use datafusion::arrow::array::RecordBatch;
use tanggap_engine::lane::Accounting;
use tanggap_engine::pane::Segment;

use super::History;

/// Whether a lane still says something about now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Liveness {
    /// It has not read anything yet.
    #[default]
    Never,
    /// It reads, or is at the end of its log and was so lately.
    Live,
    /// It has read everything and nothing came for a while: it does not hold the city's watermark back.
    Idle,
    /// It cannot read.
    Stalled,
}

impl Liveness {
    /// The word in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Live => "live",
            Self::Idle => "idle",
            Self::Stalled => "stalled",
        }
    }
}

/// What somebody should look at in a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// It cannot go on by itself.
    Stopped,
    /// It is behind and reads nothing.
    Stuck,
    /// Its epochs cannot be written, or its outputs are not taken.
    Unwritten,
    /// Too many of its events are refused.
    Refusals,
}

impl Alarm {
    /// The word in the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Stuck => "stuck",
            Self::Unwritten => "unwritten",
            Self::Refusals => "refusals",
        }
    }
}

/// The last epoch of a lane that was written down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Its number.
    pub epoch: u64,
    /// Next offset to read after it.
    pub next_offset: i64,
    /// When it stood, µs UTC by our clock; none of an epoch found at the start.
    pub at: Option<i64>,
    /// How long writing it took, µs.
    pub took_us: i64,
}

/// Tables of one lane.
#[derive(Clone, Debug, Default)]
pub struct LaneSnapshot {
    /// Name of the lane: `topic-partition`.
    pub lane: String,
    /// Topic.
    pub topic: String,
    /// Partition.
    pub partition: i32,
    /// Channel of its reports.
    pub channel: String,
    /// Partial state of its panes.
    pub segments: Vec<Arc<Segment>>,
    /// Complaints ([`tanggap_engine::event::schema::REPORTS`]).
    pub cases: Vec<RecordBatch>,
    /// Other reports, as long as they are kept (same schema).
    pub signals: Vec<RecordBatch>,
    /// Transitions ([`tanggap_engine::event::schema::TRANSITIONS`]).
    pub transitions: Vec<RecordBatch>,
    /// Routes of its complaints (`schemas`).
    pub routes: Vec<RecordBatch>,
    /// Jams and irregularities seen lately ([`tanggap_engine::event::schema::TRAFFIC`]).
    pub traffic: Option<RecordBatch>,
    /// Water levels ([`tanggap_engine::event::schema::LEVELS`]).
    pub levels: Vec<RecordBatch>,
    /// What became of events that history may not have ([`tanggap_engine::event::schema::LOG`]).
    pub log: Vec<RecordBatch>,
    /// Traffic that is over and that history may not have ([`tanggap_engine::event::schema::TRAFFIC`]).
    pub over: Vec<RecordBatch>,
    /// Reports that are no complaints, and levels, are kept from this time on, µs UTC.
    pub signals_from: i64,
    /// Panes are kept from this one on, µs UTC.
    pub panes_from: i64,
    /// What became of every event.
    pub accounting: Accounting,
    /// Watermark, µs UTC.
    pub watermark: Option<i64>,
    /// Broker time of the newest event, µs UTC.
    pub newest_broker_time: Option<i64>,
    /// Next offset to read.
    pub next_offset: i64,
    /// End of the lane's log, as the broker last said.
    pub high_watermark: Option<i64>,
    /// State of the lane.
    pub liveness: Liveness,
    /// What of it survives a crash; none of a lane that is not written down.
    pub written: Option<Written>,
    /// How often its reader was replaced because it read nothing.
    pub restarts: u64,
    /// What somebody should look at.
    pub alarm: Option<Alarm>,
    /// Refused events that are written down, the newest ones, oldest first: `seq`, `offset`, `reason`, `field`, `payload`. No question sees
    /// them; who may is decided by whoever shows them.
    pub letters: Vec<RecordBatch>,
    /// Messages it has told others, by output topic, as far as it is written down.
    pub told: BTreeMap<String, u64>,
}

/// Tables of all lanes at one instant, by lane name.
#[derive(Clone, Debug, Default)]
pub struct CitySnapshot {
    /// The lanes.
    pub lanes: BTreeMap<String, Arc<LaneSnapshot>>,
    /// Goes up by one with each publication.
    pub version: u64,
}

impl CitySnapshot {
    /// The city's watermark, µs UTC: the least of the lanes that are neither idle nor without any event. `None` before the first
    /// event.
    #[must_use]
    pub fn watermark(&self) -> Option<i64> {
        let live = self
            .lanes
            .values()
            .filter(|lane| lane.liveness != Liveness::Idle)
            .filter_map(|lane| lane.watermark)
            .min();
        // When every lane is idle the city is as far as its furthest lane.
        live.or_else(|| self.lanes.values().filter_map(|lane| lane.watermark).max())
    }

    /// Largest event seen on any lane by watermark, µs UTC.
    #[must_use]
    pub fn newest_watermark(&self) -> Option<i64> {
        self.lanes.values().filter_map(|lane| lane.watermark).max()
    }
}

/// Where lanes publish and readers look.
#[derive(Debug, Default)]
pub struct City {
    current: ArcSwap<CitySnapshot>,
    history: ArcSwapOption<History>,
}

impl City {
    /// History as it was last told; none before it was opened. Take the snapshot first: history holds what a lane has dropped by then.
    #[must_use]
    pub fn history(&self) -> Option<Arc<History>> {
        self.history.load_full()
    }

    /// Tells what history is now.
    pub fn remember(&self, history: History) {
        self.history.store(Some(Arc::new(history)));
    }

    /// What a reader sees now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<CitySnapshot> {
        self.current.load_full()
    }

    /// Takes a lane's tables away: another process serves them.
    pub fn withdraw(&self, lane: &str) {
        self.current.rcu(|city| {
            let mut next = CitySnapshot::clone(city);
            next.lanes.remove(lane);
            next.version += 1;
            next
        });
    }

    /// Puts a lane's tables in place of its former ones.
    pub fn publish(&self, lane: LaneSnapshot) {
        let lane = Arc::new(lane);
        self.current.rcu(|city| {
            let mut next = CitySnapshot::clone(city);
            next.lanes.insert(lane.lane.clone(), Arc::clone(&lane));
            next.version += 1;
            next
        });
    }
}
