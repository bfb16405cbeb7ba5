//! `GET /v1/grid`: the cells of the city, drawn once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::answer::steady;
use crate::dashboard::COMPACT_GRID;
use crate::error::Problem;
use crate::extractors::{Format, Params};
use crate::state::AppState;

/// The cells of the city
///
/// A GeoJSON `FeatureCollection`; the id of a feature is the number the live stream calls the cell by. The header and the field
/// `version` change when numbers do.
#[utoipa::path(
    get,
    path = "/v1/grid",
    tag = "heat",
    responses(
        (status = 200, description = "GeoJSON: id = number of the cell, properties h3 and kelurahan", content_type = "application/geo+json"),
        (status = 304, description = "Still the same"),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn grid(State(state): State<Arc<AppState>>, headers: HeaderMap, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    // Two forms at one address: a cache must look at what was asked for, and each form has a tag of its own.
    let vary = [(header::VARY, "accept")];
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if let Some(compact) = state.grid.compact().filter(|_| accept.contains(COMPACT_GRID)) {
        let tag = format!("{}-compact", state.grid.version());
        return Ok((vary, steady(&headers, COMPACT_GRID, &tag, compact)).into_response());
    }
    let whole = steady(&headers, Format::GeoJson.media_type(), state.grid.version(), state.grid.geojson());
    Ok((vary, whole).into_response())
}
