//! `GET /v1/sources`: every lane, how far it is, what became of its events, and which one holds the city back.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tanggap_engine::lane::Accounting;
use tanggap_queries::tables::{Alarm, CitySnapshot, LaneSnapshot, Liveness};
use utoipa::ToSchema;

use super::answer::json;
use super::freshness::{Frame, lag_messages, source, word};
use crate::error::Problem;
use crate::extractors::Params;
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// What became of the events of a lane: `in = applied + updated + duplicate + late + rejected + gap`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountingAnswer {
    #[serde(rename = "in")]
    received: u64,
    applied: u64,
    updated: u64,
    duplicate: u64,
    late: u64,
    rejected: u64,
    gap: u64,
}

/// One lane.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LaneAnswer {
    /// Channel, or topic where it has no reports.
    source: String,
    /// Topic and partition.
    lane: String,
    topic: String,
    partition: i32,
    /// `live`, `idle`, `stale` or `never`.
    state: &'static str,
    /// Up to here its events are complete but for late ones.
    watermark: Option<String>,
    /// Seconds its watermark is behind the furthest lane's.
    behind_s: Option<i64>,
    /// Whether it is the one that holds the city's watermark back.
    holds_back: bool,
    /// Seconds since its newest event.
    lag_s: Option<i64>,
    /// Messages not read yet.
    lag_messages: Option<i64>,
    /// Next offset to read.
    next_offset: i64,
    /// End of its log.
    high_watermark: Option<i64>,
    /// Last epoch that was written down; null of a lane that is not.
    epoch: Option<u64>,
    /// When it was, by the server's clock; null until the first of this run.
    written_at: Option<String>,
    /// How long writing it took, milliseconds.
    commit_ms: Option<i64>,
    /// Messages read since: after a crash they are read again.
    unwritten_messages: Option<i64>,
    /// What somebody should look at: `stopped` (it cannot go on by itself), `stuck` (behind, and reads nothing), `unwritten` (its epochs
    /// cannot be written or its outputs are not taken), `refusals` (too many of its events are refused); null if nothing.
    alarm: Option<&'static str>,
    /// How often its reader was replaced because it read nothing.
    restarts: u64,
    /// When the broker took its newest event.
    newest_broker_time: Option<String>,
    accounting: AccountingAnswer,
    /// Rejected events by reason.
    rejected_by: BTreeMap<&'static str, u64>,
    /// Category names no map knows, counted as `lainnya`.
    unknown_categories: BTreeMap<String, u64>,
    /// Applied events without a usable position.
    unlocated: u64,
    /// Applied events with a position in no kelurahan.
    outside: u64,
}

/// The lanes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourcesAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// The lane that holds the city's watermark back; null where none does.
    held_back_by: Option<String>,
    /// By name.
    items: Vec<LaneAnswer>,
}

/// The lanes
///
/// Watermark, lag and accounting of every topic-partition.
#[utoipa::path(
    get,
    path = "/v1/sources",
    tag = "operation",
    responses((status = 200, description = "The lanes", body = SourcesAnswer))
)]
pub(crate) async fn lanes(State(state): State<Arc<AppState>>, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let snapshot = state.city.snapshot();
    let now = now_us();
    let frame = Frame::of(&snapshot, false, state.settings.delay_s, now);
    let holder = holder(&snapshot);
    let furthest = snapshot.newest_watermark();
    let items = snapshot.lanes.values().zip(&frame.sources).map(|(lane, fresh)| {
        let behind = lane.watermark.zip(furthest).map(|(own, furthest)| (furthest - own) / 1_000_000);
        let holds_back = holder.as_deref() == Some(lane.lane.as_str());
        one(lane, behind, holds_back, fresh.lag_s)
    });
    let items = items.collect();
    json(&SourcesAnswer {
        frame,
        held_back_by: holder,
        items,
    })
}

/// The lane at the city's watermark, if another one is further.
fn holder(snapshot: &CitySnapshot) -> Option<String> {
    let watermark = snapshot.watermark()?;
    let furthest = snapshot.newest_watermark()?;
    let lane = snapshot
        .lanes
        .values()
        .find(|lane| lane.liveness != Liveness::Idle && lane.watermark == Some(watermark))?;
    (watermark < furthest).then(|| lane.lane.clone())
}

fn one(lane: &LaneSnapshot, behind_s: Option<i64>, holds_back: bool, lag_s: Option<i64>) -> LaneAnswer {
    let accounting: &Accounting = &lane.accounting;
    LaneAnswer {
        source: source(lane),
        lane: lane.lane.clone(),
        topic: lane.topic.clone(),
        partition: lane.partition,
        state: word(lane.liveness),
        watermark: lane.watermark.map(rfc3339),
        behind_s,
        holds_back,
        lag_s,
        lag_messages: lag_messages(lane),
        next_offset: lane.next_offset,
        high_watermark: lane.high_watermark,
        epoch: lane.written.map(|written| written.epoch),
        written_at: lane.written.and_then(|written| written.at).map(rfc3339),
        commit_ms: lane.written.map(|written| written.took_us / 1_000),
        unwritten_messages: lane.written.map(|written| lane.next_offset - written.next_offset),
        alarm: lane.alarm.map(Alarm::id),
        restarts: lane.restarts,
        newest_broker_time: lane.newest_broker_time.map(rfc3339),
        accounting: AccountingAnswer {
            received: accounting.received,
            applied: accounting.applied,
            updated: accounting.updated,
            duplicate: accounting.duplicate,
            late: accounting.late,
            rejected: accounting.rejected,
            gap: accounting.gap,
        },
        rejected_by: accounting.rejected_by.clone(),
        unknown_categories: accounting.unknown_categories.clone(),
        unlocated: accounting.unlocated,
        outside: accounting.outside,
    }
}
