//! `GET /v1/reports/{id}`: where a report lies, who was asked and why, and what happened. Neither who wrote it nor what.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use h3o::CellIndex;
use serde::Serialize;
use tanggap_engine::event::{Category, Status};
use tanggap_engine::route::without_border;
use tanggap_queries::named::{Report, ReportRoute, Step, report as ask};
use utoipa::ToSchema;

use super::answer::{Words, json};
use super::freshness::Frame;
use super::photos::ShownPhoto;
use crate::deeds::{Action, Clerk};
use crate::disclosure::Disclosure;
use crate::error::Problem;
use crate::extractors::{Params, Segment, Viewer};
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// One step in the life of a report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimelineStep {
    /// Status id.
    status: String,
    /// When; in public the day.
    time: String,
    /// The unit named.
    unit: Option<String>,
    /// Role of who acted.
    actor_role: Option<String>,
    /// Seen in a record of the report, not told as a change.
    observed: bool,
    /// For staff: the photo it shows from before the work; left out where it shows none.
    #[serde(skip_serializing_if = "Option::is_none")]
    before_photo: Option<ShownPhoto>,
    /// For staff: the one from after the work.
    #[serde(skip_serializing_if = "Option::is_none")]
    after_photo: Option<ShownPhoto>,
}

/// Who was asked, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RouteAnswer {
    /// Code of the unit; empty = nobody, on purpose: of a place in no region the rule is `received_no_partner`.
    unit_code: String,
    /// Its name.
    unit: String,
    /// Id of the rule that decided.
    rule: String,
    /// 0 to 1; null in public, as `second_unit` and `boundary_m` are: they tell where in its kelurahan the report lies.
    confidence: Option<f64>,
    /// In words.
    reason: Words,
    /// The unit was told at once; it lies in no queue.
    passed_on: bool,
    /// Who would be asked next.
    second_unit: Option<String>,
    /// Metres to the nearest border between kelurahan.
    boundary_m: Option<f64>,
    /// Until when a first response is due; in public the end of the day.
    respond_by: Option<String>,
    /// Until when it is to be finished; in public the end of the day.
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
    /// When it was filed; in public the day.
    received: String,
    /// `exact`, or `day`: its moments are days in Jakarta, deadlines their ends.
    times: &'static str,
    /// H3 index of its cell; null = not located, and in public: of a single report the kelurahan is told.
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
    /// For staff: how many transitions it has had, the newest too; what a deed must expect.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<usize>,
    /// What whoever asks may do with it now.
    actions: Vec<Action>,
}

/// One report
///
/// Its place, route and timeline. Private ones (crime) are shown to staff only. The public is told its kelurahan and days; with cells and moments one
/// could count what few people reported. Without `channel` the report of whichever channel knows the id: QLUE first, then by name.
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
        (status = 400, description = "A parameter that does not fit, named", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such report", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn report(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment(id): Segment<String>,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["channel"])?;
    let channel = params.get("channel").map(str::to_owned);
    let snapshot = state.city.snapshot();
    let session = state.desk.session(&snapshot)?;
    let question = async move { ask(&session, &id, channel.as_deref()).await };
    let found = state.analysts.ask(question).await?;
    // To the public a private report is none: that there is one would already say something.
    let found = found.filter(|found| viewer.staff() || !private(&state, found));
    let found = found.ok_or_else(|| Problem::not_found("no report has this id"))?;
    let frame = Frame::of(&snapshot, false, state.settings.delay_s, now_us());
    let mut body = answer(&state, &viewer, found, frame);
    if viewer.staff() {
        let asked = vec![(body.channel.clone(), body.id.clone())];
        if let Some(standing) = state.deeds.stand(&state, asked).await?.first() {
            body.version = Some(standing.story().transitions);
            body.actions = Clerk::actions(&state, &viewer, standing).to_vec();
        }
    }
    json(&body)
}

fn answer(state: &AppState, viewer: &Viewer, report: Report, frame: Frame) -> ReportAnswer {
    let disclosure = Disclosure::of(viewer, state);
    let (kelurahan, kelurahan_name) = state.place(report.kelurahan);
    let cell = report.cell.filter(|_| disclosure.exact());
    let cell = cell.and_then(|cell| CellIndex::try_from(cell.cast_unsigned()).ok());
    // What is said of its incident moves no case.
    let of_incident = [Status::Linked.id(), Status::Unlinked.id()];
    let mut moves = report.timeline.iter().rev();
    let last = moves.find(|step| !of_incident.contains(&step.status.as_str()));
    let status = last.map_or_else(|| "received".to_owned(), |step| step.status.clone());
    let received_us = report.received_us;
    ReportAnswer {
        frame,
        id: report.id,
        channel: report.channel,
        category_label: Words::category(&report.category),
        category: report.category,
        kind: report.kind,
        received: rfc3339(disclosure.day(received_us)),
        times: disclosure.times(),
        h3: cell.map(|cell| cell.to_string()),
        kelurahan,
        kelurahan_name,
        status,
        unit: report.unit,
        route: report.route.map(|route| routed(state, route, disclosure)),
        timeline: report
            .timeline
            .into_iter()
            .map(|told| step(state, viewer, told, disclosure))
            .collect(),
        version: None,
        actions: Vec::new(),
    }
}

/// Whether a report is kept from the public, by its category or by the rule that routed it.
fn private(state: &AppState, report: &Report) -> bool {
    let category = Category::from_id(&report.category).is_some_and(|category| state.router.keeps_private(category));
    category || report.route.as_ref().is_some_and(|route| state.router.is_private(&route.rule))
}

fn step(state: &AppState, viewer: &Viewer, step: Step, disclosure: Disclosure) -> TimelineStep {
    TimelineStep {
        before_photo: ShownPhoto::of(state, viewer, step.before_photo),
        after_photo: ShownPhoto::of(state, viewer, step.after_photo),
        status: step.status,
        time: rfc3339(disclosure.day(step.time_us)),
        unit: step.unit,
        actor_role: step.actor_role,
        observed: step.snapshot,
    }
}

fn routed(state: &AppState, route: ReportRoute, disclosure: Disclosure) -> RouteAnswer {
    let exact = disclosure.exact();
    let day = |moment: Option<i64>| moment.map(|time_us| rfc3339(disclosure.day_end(time_us)));
    let reason = |reason: String| if exact { reason } else { without_border(&reason) };
    RouteAnswer {
        respond_by: day(route.respond_by_us),
        finish_by: day(route.finish_by_us),
        passed_on: state.router.passes_on(&route.unit_code),
        unit_code: route.unit_code,
        unit: route.unit,
        rule: route.rule,
        confidence: exact.then_some(route.confidence),
        reason: Words {
            id: reason(route.reason_id),
            en: reason(route.reason_en),
        },
        second_unit: route.second_unit.filter(|_| exact),
        boundary_m: route.boundary_m.filter(|_| exact),
    }
}
