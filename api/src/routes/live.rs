//! `GET /v1/live`: the live stream.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::live::{EventId, Topic, listen};
use crate::state::AppState;

/// Windows one may listen to: each costs a ticker, so there are few.
const WINDOWS: [&str; 4] = ["15m", "60m", "6h", "24h"];

/// The live stream
///
/// Server-sent events: `version` `{build}` at the start; `snapshot` and then `delta` `{grid, window_s, as_of, final, cells: [numbers,
/// counts, ten times z], rounded_to}`, a count of 0 clearing a cell, at most four a second (to the public counts are multiples of
/// `rounded_to`, and z is theirs); `watermark` each second `{as_of, now, sources,
/// trending, totals, rounded_to}`. Each of the three has an id. Whoever connects again and sends the last one it heard, as browsers do by themselves,
/// hears what it missed since, word for word, for about a minute after a break; later it hears `resync`: what it holds is too old to go
/// on from, and a new `snapshot` follows.
#[utoipa::path(
    get,
    path = "/v1/live",
    tag = "heat",
    params(
        ("window" = Option<String>, Query, description = "15m, 60m (default), 6h or 24h"),
        ("category" = Option<String>, Query, description = "only this category"),
        ("Last-Event-ID" = Option<String>, Header, description = "id of the last event that was heard before the connection broke"),
    ),
    responses(
        (status = 200, description = "The stream", content_type = "text/event-stream"),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Too many listeners", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn live(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["window", "category"])?;
    let window_s = match params.one_of("window", &WINDOWS)? {
        Some("15m") => 900,
        Some("6h") => 21_600,
        Some("24h") => 86_400,
        _ => 3_600,
    };
    let category = params.category()?;
    let topic = Topic {
        window_s,
        category,
        staff: viewer.staff(),
    };
    // An id that never was one is as good as one of another day.
    let last = headers.get("last-event-id").filter(|id| !id.is_empty());
    let last = last.map(|id| id.to_str().ok().and_then(EventId::read).unwrap_or_default());
    listen(&state, topic, last)
}
