//! The three documents at GeoReport's root: where everything is, what can be reported, and what was.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::form::{Asked, Form, admit};
use super::{ROOT, requests, services};
use crate::error::Problem;
use crate::extractors::{Segment, Viewer};
use crate::state::AppState;

/// Where everything is, what can be reported, and what was
///
/// `GeoReport`: `discovery`, `services` (our categories), and `requests`, the newest first: complaints of every channel by `service_code`,
/// `status` (open or closed), `start_date` and `end_date` (at most 90 days, the last 90 unless said otherwise), `page` and `page_size` (at most
/// 1,000), or by `service_request_id` (several with commas) whatever their age. An id of another channel than GeoReport's own is
/// `<channel>:<id>`. No text, photo or reporter is shown. Without a token of staff the position is a point of the kelurahan, the same for all of it,
/// moments are the beginnings of their days in Jakarta, and `start_date` and `end_date` stand for their whole days; staff see the centres of H3
/// cells and the moments. Refusals are GeoReport's: a list of `code` and `description`.
#[utoipa::path(
    get,
    path = "/open311/v2/{document}",
    operation_id = "georeport_document",
    tag = "open311",
    params(
        ("document" = String, Path, description = "discovery, services or requests, with .json or .xml"),
        ("service_request_id" = Option<String>, Query, description = "ids, with commas"),
        ("service_code" = Option<String>, Query, description = "categories, with commas"),
        ("status" = Option<String>, Query, description = "open or closed"),
        ("start_date" = Option<String>, Query, description = "RFC 3339, the first moment; its day"),
        ("end_date" = Option<String>, Query, description = "RFC 3339, the last moment; its day"),
        ("page" = Option<usize>, Query, description = "from 1"),
        ("page_size" = Option<usize>, Query, description = "1 to 1000; default 1000"),
        ("extensions" = Option<String>, Query, description = "true = with channel, status and kelurahan as we name them"),
    ),
    responses(
        (status = 200, description = "The document", content((serde_json::Value = "application/json"), (String = "text/xml"))),
        (status = 400, description = "Something asked for does not fit", content((serde_json::Value = "application/json"), (String = "text/xml"))),
        (status = 404, description = "No such document", content((serde_json::Value = "application/json"), (String = "text/xml"))),
    )
)]
pub(crate) async fn document(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment(document): Segment<String>,
    headers: HeaderMap,
    Asked(asked): Asked,
) -> Response {
    let (name, form) = Form::of(&document);
    let found = match (admit(&state, &asked), name) {
        (Err(problem), _) => Err(problem),
        (Ok(()), "discovery") => Ok((StatusCode::OK, "discovery", "", discovery(&state, &headers))),
        (Ok(()), "services") => Ok((StatusCode::OK, "services", "service", services::list())),
        (Ok(()), "requests") => requests::list(&state, &viewer, &asked)
            .await
            .map(|tree| (StatusCode::OK, "service_requests", "request", tree)),
        (Ok(()), _) => Err(Problem::not_found("there are discovery, services and requests")),
    };
    Form::answer(form, found)
}

fn discovery(state: &AppState, headers: &HeaderMap) -> Value {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let scheme = if state.settings.behind_tls { "https" } else { "http" };
    json!({
        "changeset": state.settings.build,
        "contact": "",
        "key_service": "Whoever runs this gives out keys; reading needs none. Positions stand for their kelurahan, and times for their day in Jakarta.",
        "endpoints": [{
            "specification": "http://wiki.open311.org/GeoReport_v2",
            "url": format!("{scheme}://{host}{ROOT}"),
            "changeset": state.settings.build,
            "type": "production",
            "formats": ["text/xml", "application/json"],
        }],
    })
}
