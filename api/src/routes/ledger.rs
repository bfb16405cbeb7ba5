//! `GET /v1/ledger`: who changed what, for operators.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::json;
use crate::access::Right;
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::ledger::Change;
use crate::state::AppState;

/// The newest changes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LedgerAnswer {
    /// The newest first.
    items: Vec<Change>,
}

/// The ledger of changes
///
/// Who did what, on what, and what came of it. The whole of it is `audit.ndjson` in the data directory.
#[utoipa::path(
    get,
    path = "/v1/ledger",
    tag = "operation",
    params(("limit" = Option<usize>, Query, description = "1 to 1000; default 100")),
    responses(
        (status = 200, description = "The newest changes", body = LedgerAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No operator", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn ledger(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    viewer.require(Right::Operate)?;
    let limit = params.only(&["limit"])?.whole("limit", 1..=1_000, 100)?;
    // Two megabytes of a file at most, on a thread that may wait for the disk.
    let read = tokio::task::spawn_blocking(move || state.ledger.newest(limit)).await;
    let items = read.map_err(std::io::Error::other).flatten().map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the ledger of changes could not be read");
        Problem::internal()
    })?;
    json(&LedgerAnswer { items })
}
