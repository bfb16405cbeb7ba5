//! `GET /v1/operation`: which program runs here, what room its disk has, what it tells others and whether they take it. For operators; the
//! lanes are in `/v1/sources`, what is alarming in `/v1/alerts`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tanggap_engine::commit::FORMAT;
use tanggap_queries::tables::CitySnapshot;
use utoipa::ToSchema;

use super::answer::json;
use crate::access::Right;
use crate::alerts::HookCounts;
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// The room on the disk of the data directory.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DiskAnswer {
    /// Bytes that may still be written.
    free_bytes: u64,
    /// Bytes of all of it.
    total_bytes: u64,
}

/// A topic that others are told on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OutputAnswer {
    /// Topic.
    topic: String,
    /// Messages told on it by the lanes of this process, as far as they are written down.
    told: u64,
}

/// A table of history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryAnswer {
    /// Table.
    table: &'static str,
    /// Its files.
    files: usize,
}

/// An address that alerts are posted to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HookAnswer {
    /// Its host: the rest of an address may be a secret.
    host: String,
    /// Alerts it has taken.
    delivered: u64,
    /// Tries that failed.
    failed: u64,
    /// Alerts given up for it.
    dropped: u64,
    /// Alerts that wait for it.
    waiting: u64,
}

/// Positions of officers: how many, and how fresh; none of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfficersAnswer {
    /// Topic; null where they come by HTTP only.
    topic: Option<String>,
    /// `reading`; `starting`; `missing`: there is no such topic yet; `down`: no broker answers; `off`: there is no topic.
    state: &'static str,
    /// Positions that were the newest of their officer.
    taken: u64,
    /// Positions that came after a newer one, or again.
    overtaken: u64,
    /// Messages refused. They are counted and kept nowhere.
    refused: u64,
    /// Refused messages by reason.
    refused_by: BTreeMap<&'static str, u64>,
    /// Positions forgotten because they were old.
    forgotten: u64,
    /// Officers forgotten because there were too many.
    crowded_out: u64,
    /// Officers known now.
    known: usize,
    /// Seconds since the newest position; null before the first.
    newest_age_s: Option<i64>,
}

/// What runs here.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OperationAnswer {
    /// Now, by the server's clock.
    time: String,
    /// Version of the program.
    program: &'static str,
    /// Version and the pages it was built with.
    build: String,
    /// Version of the files that lanes are written down in.
    format: u32,
    /// Version of the territory: its boundaries.
    territory: String,
    /// The boundaries are a construction, not the city's own.
    approximate: bool,
    /// Version of the rules that say who must answer.
    routes: String,
    /// Null where there is no data directory, or the system does not say.
    disk: Option<DiskAnswer>,
    /// By topic.
    outputs: Vec<OutputAnswer>,
    /// Null where history is off or not opened yet.
    history: Option<Vec<HistoryAnswer>>,
    /// As configured.
    webhooks: Vec<HookAnswer>,
    /// Null where no positions of officers come in.
    officers: Option<OfficersAnswer>,
}

/// How the program is
///
/// For operators: versions, room on the disk, and what is told on topics, in history and to webhooks.
#[utoipa::path(
    get,
    path = "/v1/operation",
    tag = "operation",
    responses(
        (status = 200, description = "How it is", body = OperationAnswer),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No operator", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn operation(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    viewer.require(Right::Operate)?;
    params.only(&[])?;
    let (directory, now) = (state.settings.deeds.directory.clone(), now_us());
    // A disk over a network may let one wait.
    let disk = tokio::task::spawn_blocking(move || directory.and_then(|directory| room(&directory)));
    let disk = disk.await.map_err(|_| Problem::internal())?;
    let snapshot = state.city.snapshot();
    let history = state.city.history().map(|history| {
        let tables = history.tables.iter();
        let of = tables.map(|table| HistoryAnswer {
            table: table.name,
            files: table.files.len(),
        });
        of.collect()
    });
    json(&OperationAnswer {
        time: rfc3339(now),
        program: env!("CARGO_PKG_VERSION"),
        build: state.settings.build.clone(),
        format: FORMAT,
        territory: state.territory.version().to_owned(),
        approximate: state.territory.approximate(),
        routes: state.router.version().to_owned(),
        disk,
        outputs: outputs(&snapshot),
        history,
        webhooks: state.alerts.hooks().iter().map(|hook| told(hook)).collect(),
        officers: state.settings.officers.on().then(|| officers(&state, now)),
    })
}

fn room(directory: &Path) -> Option<DiskAnswer> {
    let said = rustix::fs::statvfs(directory);
    let said = said
        .inspect_err(|error| tracing::warn!(%error, "the system does not say what room the disk has"))
        .ok()?;
    Some(DiskAnswer {
        free_bytes: said.f_bavail.saturating_mul(said.f_frsize),
        total_bytes: said.f_blocks.saturating_mul(said.f_frsize),
    })
}

fn outputs(city: &CitySnapshot) -> Vec<OutputAnswer> {
    let mut topics: BTreeMap<&str, u64> = BTreeMap::new();
    for (topic, told) in city.lanes.values().flat_map(|lane| &lane.told) {
        *topics.entry(topic).or_default() += told;
    }
    let output = |(topic, told): (&str, u64)| OutputAnswer {
        topic: topic.to_owned(),
        told,
    };
    topics.into_iter().map(output).collect()
}

fn officers(state: &AppState, now_us: i64) -> OfficersAnswer {
    let fates = state.officers.fates();
    OfficersAnswer {
        topic: state.settings.officers.topic.clone(),
        state: fates.reading.id(),
        taken: fates.taken,
        overtaken: fates.overtaken,
        refused: fates.refusals(),
        refused_by: fates.refused_by().collect(),
        forgotten: fates.forgotten,
        crowded_out: fates.crowded_out,
        known: fates.known,
        newest_age_s: fates.newest_age_s(now_us),
    }
}

fn told(hook: &HookCounts) -> HookAnswer {
    HookAnswer {
        host: hook.host.clone(),
        delivered: hook.delivered.load(Ordering::Relaxed),
        failed: hook.failed.load(Ordering::Relaxed),
        dropped: hook.dropped.load(Ordering::Relaxed),
        waiting: hook.waiting.load(Ordering::Relaxed),
    }
}
