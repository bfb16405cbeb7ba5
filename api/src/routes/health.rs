//! `/healthz` and `/readyz`: whether the process lives, and whether it has anything to show.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::json as object;

use super::answer::json;
use crate::error::Problem;
use crate::state::AppState;

/// Alive
///
/// Whether the process answers at all.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "operation",
    responses((status = 200, description = "The process answers", content_type = "application/json"))
)]
pub(crate) async fn healthz() -> Result<Response, Problem> {
    json(&object!({"status": "ok"}))
}

/// Ready
///
/// Whether a lane has published its tables.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "operation",
    responses(
        (status = 200, description = "It has something to show", content_type = "application/json"),
        (status = 503, description = "No lane has published yet", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn readyz(State(state): State<Arc<AppState>>) -> Result<Response, Problem> {
    let snapshot = state.city.snapshot();
    if snapshot.version == 0 {
        return Err(Problem::busy("no lane has published its tables yet"));
    }
    json(&object!({"status": "ready", "lanes": snapshot.lanes.len(), "version": snapshot.version}))
}
