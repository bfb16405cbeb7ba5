//! How fresh the sources are: part of every answer.

use serde::Serialize;
use tanggap_queries::tables::{CitySnapshot, LaneSnapshot, Liveness};
use utoipa::ToSchema;

use crate::time::rfc3339;

/// How fresh one lane is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct SourceFreshness {
    /// Channel, or topic where the lane has no reports.
    pub(crate) source: String,
    /// Topic and partition.
    pub(crate) lane: String,
    /// Seconds since its newest event; null before the first.
    pub(crate) lag_s: Option<i64>,
    /// Messages in its log that are not read yet; null where the broker has not said.
    pub(crate) lag_messages: Option<i64>,
    /// Time of its newest event.
    pub(crate) last_event: Option<String>,
    /// `live`, `idle` (read to the end and quiet), `stale` (cannot read), `never` (nothing yet).
    pub(crate) state: &'static str,
}

/// What every answer says about the time it speaks of.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Frame {
    /// The city's watermark: up to here events are complete but for late ones. Null before the first event.
    pub(crate) as_of: Option<String>,
    /// Whether only late events can change this answer.
    #[serde(rename = "final")]
    pub(crate) complete: bool,
    /// Freshness of each source.
    pub(crate) sources: Vec<SourceFreshness>,
}

impl Frame {
    pub(crate) fn of(snapshot: &CitySnapshot, complete: bool, delay_s: u32, now_us: i64) -> Self {
        Self {
            as_of: snapshot.watermark().map(rfc3339),
            complete,
            sources: sources(snapshot, delay_s, now_us),
        }
    }
}

/// Name of a lane's source.
pub(super) fn source(lane: &LaneSnapshot) -> String {
    if lane.channel.is_empty() {
        lane.topic.clone()
    } else {
        lane.channel.clone()
    }
}

/// The word for a lane's state.
pub(super) const fn word(liveness: Liveness) -> &'static str {
    match liveness {
        Liveness::Never => "never",
        Liveness::Live => "live",
        Liveness::Idle => "idle",
        Liveness::Stalled => "stale",
    }
}

/// Messages not read yet.
pub(super) fn lag_messages(lane: &LaneSnapshot) -> Option<i64> {
    lane.high_watermark.map(|end| (end - lane.next_offset).max(0))
}

/// Freshness of each lane, by name.
pub(crate) fn sources(snapshot: &CitySnapshot, delay_s: u32, now_us: i64) -> Vec<SourceFreshness> {
    let one = |lane: &LaneSnapshot| {
        let newest = lane
            .watermark
            .map(|watermark| watermark.saturating_add(i64::from(delay_s) * 1_000_000));
        SourceFreshness {
            source: source(lane),
            lane: lane.lane.clone(),
            lag_s: newest.map(|newest| (now_us.saturating_sub(newest) / 1_000_000).max(0)),
            lag_messages: lag_messages(lane),
            last_event: newest.map(rfc3339),
            state: word(lane.liveness),
        }
    };
    snapshot.lanes.values().map(|lane| one(lane)).collect()
}
