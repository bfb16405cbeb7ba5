//! `GET /v1/reports/{id}`: where a report lies, who was asked and why, and what happened. Neither who wrote it nor what.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use h3o::CellIndex;
use serde::Serialize;
use tanggap_queries::named::{Report, ReportRoute, Step, report as ask};
use utoipa::ToSchema;

use super::answer::{Words, json};
use super::freshness::Frame;
use crate::error::Problem;
use crate::extractors::{Params, Segment};
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// One step in the life of a report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimelineStep {
    /// Status id.
    status: String,
    /// When.
    time: String,
    /// The unit named.
    unit: Option<String>,
    /// Role of who acted.
    actor_role: Option<String>,
    /// Seen in a record of the report, not told as a change.
    observed: bool,
}

/// Who was asked, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RouteAnswer {
    /// Code of the unit; empty = nobody, on purpose.
    unit_code: String,
    /// Its name.
    unit: String,
    /// Id of the rule that decided.
    rule: String,
    /// 0 to 1.
    confidence: f64,
    /// In words.
    reason: Words,
    /// Who would be asked next.
    second_unit: Option<String>,
    /// Metres to the nearest border between kelurahan.
    boundary_m: Option<f64>,
    /// Until when a first response is due.
    respond_by: Option<String>,
    /// Until when it is to be finished.
    finish_by: Option<String>,
}

/// One report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportAnswer {
    #[serde(flatten)]
    frame: Frame,
    id: String,
    channel: String,
    category: String,
    category_label: Words,
    /// `complaint`, `suggestion`…; null where nobody has said.
    kind: Option<String>,
    received: String,
    /// H3 index of its cell; null = not located.
    h3: Option<String>,
    kelurahan: Option<String>,
    kelurahan_name: Option<String>,
    /// The latest status.
    status: String,
    /// The unit its channel named.
    unit: Option<String>,
    /// Null = not a complaint.
    route: Option<RouteAnswer>,
    /// Oldest first.
    timeline: Vec<TimelineStep>,
}

/// One report
///
/// Its place, route and timeline. Without `channel` the report of whichever channel knows the id: QLUE first, then by name.
#[utoipa::path(
    get,
    path = "/v1/reports/{id}",
    tag = "cases",
    params(
        ("id" = String, Path, description = "id on its channel"),
        ("channel" = Option<String>, Query, description = "the channel"),
    ),
    responses(
        (status = 200, description = "The report", body = ReportAnswer),
        (status = 404, description = "No such report", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn report(State(state): State<Arc<AppState>>, Segment(id): Segment<String>, params: Params) -> Result<Response, Problem> {
    let params = params.only(&["channel"])?;
    let channel = params.get("channel").map(str::to_owned);
    let snapshot = state.city.snapshot();
    let session = state.desk.session(&snapshot)?;
    let question = async move { ask(&session, &id, channel.as_deref()).await };
    let found = state.analysts.ask(question).await?;
    let found = found.ok_or_else(|| Problem::not_found("no report has this id"))?;
    let frame = Frame::of(&snapshot, false, state.settings.delay_s, now_us());
    json(&answer(&state, found, frame))
}

fn answer(state: &AppState, report: Report, frame: Frame) -> ReportAnswer {
    let (kelurahan, kelurahan_name) = state.place(report.kelurahan);
    let cell = report.cell.and_then(|cell| CellIndex::try_from(cell.cast_unsigned()).ok());
    let status = report
        .timeline
        .last()
        .map_or_else(|| "received".to_owned(), |step| step.status.clone());
    let received_us = report.received_us;
    ReportAnswer {
        frame,
        id: report.id,
        channel: report.channel,
        category_label: Words::category(&report.category),
        category: report.category,
        kind: report.kind,
        received: rfc3339(received_us),
        h3: cell.map(|cell| cell.to_string()),
        kelurahan,
        kelurahan_name,
        status,
        unit: report.unit,
        route: report.route.map(|route| routed(route, received_us)),
        timeline: report.timeline.into_iter().map(step).collect(),
    }
}

fn step(step: Step) -> TimelineStep {
    TimelineStep {
        status: step.status,
        time: rfc3339(step.time_us),
        unit: step.unit,
        actor_role: step.actor_role,
        observed: step.snapshot,
    }
}

fn routed(route: ReportRoute, received_us: i64) -> RouteAnswer {
    let until = |seconds: Option<i64>| seconds.map(|seconds| rfc3339(received_us.saturating_add(seconds.saturating_mul(1_000_000))));
    RouteAnswer {
        respond_by: until(route.respond_s),
        finish_by: until(route.finish_s),
        unit_code: route.unit_code,
        unit: route.unit,
        rule: route.rule,
        confidence: route.confidence,
        reason: Words {
            id: route.reason_id,
            en: route.reason_en,
        },
        second_unit: route.second_unit,
        boundary_m: route.boundary_m,
    }
}
