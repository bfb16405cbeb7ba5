//! `GET /v1/alerts`: what the city was told without asking, as it was told on `tanggap.alerts`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::answer::json;
use super::freshness::Frame;
use crate::alerts::{Alert, AlertKind};
use crate::disclosure::Disclosure;
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::AppState;
use crate::time::now_us;

/// Alerts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertsAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// What counts are rounded down to a multiple of; 1 = they are exact.
    rounded_to: i64,
    /// The newest first. Each has `id`, `kind`, `revision`, `time` and `state`, and what belongs to its kind.
    #[schema(value_type = Vec<Object>)]
    items: Vec<Map<String, Value>>,
}

/// Alerts
///
/// What was told lately: hotspots as they opened, grew, moved, were merged or closed; clocks of cases that ran out, and who had to hear of it;
/// lanes that somebody should look at. The public is shown hotspots only, and those of enough different reporters, `observed` rounded down and
/// without `expected`. Of several processes of a consumer group each tells of the lanes it reads.
#[utoipa::path(
    get,
    path = "/v1/alerts",
    tag = "heat",
    params(
        ("kind" = Option<String>, Query, description = "hotspot, escalation or operation; without it all"),
        ("limit" = Option<usize>, Query, description = "1 to 500; default 100"),
    ),
    responses(
        (status = 200, description = "The alerts", body = AlertsAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn alerts(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    let params = params.only(&["kind", "limit"])?;
    let kinds = AlertKind::ALL.map(AlertKind::id);
    let kind = params.one_of("kind", &kinds)?.and_then(AlertKind::from_id);
    let limit = params.whole("limit", 1..=500, 100)?;
    let disclosure = Disclosure::of(&viewer, &state);
    let staff = viewer.staff();
    let shown = |alert: &Alert| staff || (alert.kind() == AlertKind::Hotspot && disclosure.many(alert.observed()).is_some());
    let wanted = |alert: &Alert| kind.is_none_or(|kind| kind == alert.kind()) && shown(alert);
    let alerts = state.alerts.newest(limit, wanted);
    json(&AlertsAnswer {
        frame: Frame::of(&state.city.snapshot(), false, state.settings.delay_s, now_us()),
        rounded_to: disclosure.rounded_to(),
        items: alerts.iter().map(|alert| body(alert, disclosure)).collect(),
    })
}

/// What an alert says, with its counts as they may be told.
fn body(alert: &Alert, disclosure: Disclosure) -> Map<String, Value> {
    let mut body = alert.body().clone();
    if !disclosure.exact() {
        body.insert("observed".to_owned(), Value::from(disclosure.rounded(alert.observed())));
        body.insert("expected".to_owned(), Value::Null);
    }
    body
}
