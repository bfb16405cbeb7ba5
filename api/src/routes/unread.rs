//! `GET /v1/unread`: reports a text model left to a person. For staff.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use h3o::CellIndex;
use serde::Serialize;
use tanggap_connectors::decode::UNREAD;
use tanggap_queries::named::{Unread, unread as ask};
use utoipa::ToSchema;

use super::answer::json;
use super::freshness::Frame;
use crate::access::Right;
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// A report that waits for a reader. Its text is on its channel only.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnreadItem {
    id: String,
    channel: String,
    /// `complaint` on a channel for complaints; null where nobody has said.
    kind: Option<String>,
    received: String,
    /// H3 index of its cell; null = not located.
    h3: Option<String>,
    /// Where it lies, or the kelurahan its text names; null = not known.
    kelurahan: Option<String>,
    kelurahan_name: Option<String>,
    /// Where the text can be read; null = by its id, on its channel.
    link: Option<String>,
}

/// The queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnreadAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// The newest first.
    items: Vec<UnreadItem>,
    /// There are older ones.
    more: bool,
}

/// Reports for a reader
///
/// Reports whose text a model read and was not sure of, on channels whose texts are read, and on which nobody has acted. Tweets are kept
/// for 26 hours.
#[utoipa::path(
    get,
    path = "/v1/unread",
    tag = "cases",
    params(("limit" = Option<usize>, Query, description = "1 to 500; default 50")),
    responses(
        (status = 200, description = "The queue", body = UnreadAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "For staff", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn unread(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    viewer.require(Right::ReadCases)?;
    let params = params.only(&["limit"])?;
    let limit = params.whole("limit", 1..=500, 50)?;
    let snapshot = state.city.snapshot();
    let session = state.desk.session(&snapshot)?;
    let mut found = state.analysts.ask(async move { ask(&session, UNREAD, limit + 1).await }).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    json(&UnreadAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now_us()),
        items: found.into_iter().map(|report| item(&state, report)).collect(),
        more,
    })
}

fn item(state: &AppState, report: Unread) -> UnreadItem {
    let (kelurahan, kelurahan_name) = state.place(report.kelurahan);
    let cell = report.cell.and_then(|cell| CellIndex::try_from(cell.cast_unsigned()).ok());
    let plain = !report.id.is_empty() && report.id.bytes().all(|byte| byte.is_ascii_digit());
    UnreadItem {
        link: (report.channel == "twitter" && plain).then(|| format!("https://x.com/i/web/status/{}", report.id)),
        id: report.id,
        channel: report.channel,
        kind: report.kind,
        received: rfc3339(report.received_us),
        h3: cell.map(|cell| cell.to_string()),
        kelurahan,
        kelurahan_name,
    }
}
