//! `POST /v1/incidents/{id}/merge` and `/split`: an officer says that two incidents are one, or that a report tells of another. What is
//! answered is in the log, so it is as good after a replay.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Deserialize;
use tanggap_engine::incident::ReportKey;
use utoipa::ToSchema;

use super::incidents::{unknown, why};
use super::transitions::{created, key, note};
use crate::access::Right;
use crate::deeds::{Bond, DeedAnswer, Wish};
use crate::error::Problem;
use crate::extractors::{Params, Segment, Viewer};
use crate::state::AppState;

/// Which incident another one is.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merge {
    /// The other incident, by any of its reports: `<channel>:<id>`.
    with: String,
    /// Why: a code of at most 40 lower-case letters, digits, `_` and `-`.
    reason: String,
}

/// Which report tells of another incident.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Split {
    /// The report: `<channel>:<id>`.
    report: String,
    /// Why: a code of at most 40 lower-case letters, digits, `_` and `-`.
    reason: String,
}

/// Two incidents are one
///
/// Officers and operators. Takes back nothing but a split of the same two; a later split takes it back.
#[utoipa::path(
    post,
    path = "/v1/incidents/{id}/merge",
    tag = "cases",
    params(
        ("id" = String, Path, description = "as /v1/incidents lists it"),
        ("Idempotency-Key" = Option<String>, Header, description = "8 to 128 visible ASCII letters: what is sent again is said once"),
    ),
    request_body = Merge,
    responses(
        (status = 201, description = "It is in the log", body = DeedAnswer),
        (status = 400, description = "A field does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Neither officer nor operator", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such incident", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not sent as application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "They are one already, or the key was used for something else", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The log takes nothing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn merge(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment(id): Segment<String>,
    headers: HeaderMap,
    params: Params,
    body: Result<Json<Merge>, JsonRejection>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    viewer.require(Right::Correct)?;
    let key = key(&headers)?;
    let Json(Merge { with, reason }) = body?;
    Bond::check(&reason)?;
    let wish = Wish::of(&viewer, key.as_deref(), &["merge", &id, &with, &reason]);
    if state.deeds.heard(&wish)? {
        return said(state, viewer, "merge", wish, Err(format!("{id} {with}"))).await;
    }
    let snapshot = state.city.snapshot();
    let (one, _) = why(&state, &snapshot, &id).await?.ok_or_else(unknown)?;
    let (other, _) = why(&state, &snapshot, &with).await?.ok_or_else(unknown)?;
    if one.first == other.first {
        return Err(Problem::unfit_deed("the two are one incident already"));
    }
    let bond = Bond {
        report: one.first,
        other: other.first,
        linked: true,
        reason,
    };
    said(state, viewer, "merge", wish, Ok(bond)).await
}

/// A report tells of another incident
///
/// Officers and operators. It stands for itself from then on, until somebody merges it; where it was merged with this incident before,
/// only that is taken back.
#[utoipa::path(
    post,
    path = "/v1/incidents/{id}/split",
    tag = "cases",
    params(
        ("id" = String, Path, description = "as /v1/incidents lists it"),
        ("Idempotency-Key" = Option<String>, Header, description = "8 to 128 visible ASCII letters: what is sent again is said once"),
    ),
    request_body = Split,
    responses(
        (status = 201, description = "It is in the log", body = DeedAnswer),
        (status = 400, description = "A field does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Neither officer nor operator", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such incident", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not sent as application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The report is not of this incident, or its only one, or the key was used for something else", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The log takes nothing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn split(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment(id): Segment<String>,
    headers: HeaderMap,
    params: Params,
    body: Result<Json<Split>, JsonRejection>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    viewer.require(Right::Correct)?;
    let key = key(&headers)?;
    let Json(Split { report, reason }) = body?;
    Bond::check(&reason)?;
    let wish = Wish::of(&viewer, key.as_deref(), &["split", &id, &report, &reason]);
    if state.deeds.heard(&wish)? {
        return said(state, viewer, "split", wish, Err(format!("{id} {report}"))).await;
    }
    let snapshot = state.city.snapshot();
    let (incident, _) = why(&state, &snapshot, &id).await?.ok_or_else(unknown)?;
    let report = ReportKey::parse(&report).filter(|report| incident.members.iter().any(|member| member.key == *report));
    let report = report.ok_or_else(|| Problem::unfit_deed("the report does not tell of this incident"))?;
    if incident.members.len() < 2 {
        return Err(Problem::unfit_deed("nobody else tells of this incident"));
    }
    let bond = Bond {
        report,
        other: incident.first,
        linked: false,
        reason,
    };
    said(state, viewer, "split", wish, Ok(bond)).await
}

/// Writes a bond to the log, or what was asked before, in the words it was asked in; and what came of it to the ledger of changes.
async fn said(
    state: Arc<AppState>,
    viewer: Viewer,
    what: &'static str,
    wish: Wish,
    bond: Result<Bond, String>,
) -> Result<Response, Problem> {
    // Whoever hangs up has said it all the same.
    let work = tokio::spawn(async move {
        let done = state.deeds.bind(&state, &viewer, wish, bond.as_ref().ok()).await;
        let on = bond.map_or_else(|asked| asked, |bond| format!("{} {}", bond.report, bond.other));
        note(&state, viewer, what.to_owned(), on, &done).await;
        done
    });
    created(&work.await.map_err(|_| Problem::internal())??)
}
