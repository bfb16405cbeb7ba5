//! `POST /v1/reports`: anybody files a report by the city's own web form.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderMap;
use axum::response::Response;

use super::transitions::{created, key, note};
use crate::deeds::{DeedAnswer, Form};
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::AppState;

/// File a report
///
/// A complaint, suggestion, question or praise with where it is: a position, a kelurahan, or a place in words. The answer has its id, by
/// which anybody may follow it, and a claim number by which its reporter shows later that it is theirs. An emergency is for 112.
#[utoipa::path(
    post,
    path = "/v1/reports",
    tag = "cases",
    params(("Idempotency-Key" = Option<String>, Header, description = "8 to 128 visible ASCII letters: a form that is sent again is one report")),
    request_body = Form,
    responses(
        (status = 201, description = "It is in the log", body = DeedAnswer),
        (status = 400, description = "A field does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not sent as application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The photo is not here, or the key was used for something else", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too often", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The log takes nothing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn file(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    headers: HeaderMap,
    params: Params,
    body: Result<Json<Form>, JsonRejection>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let key = key(&headers)?;
    let Json(form) = body?;
    let work = tokio::spawn(async move {
        let done = state.deeds.take_in(&state, &viewer, key.as_deref(), &form).await;
        let on = done
            .as_ref()
            .map_or_else(|_| "web".to_owned(), |answer| format!("web:{}", answer.id));
        // What nobody in particular does is no entry of a ledger that says who did what.
        if viewer.staff() {
            note(&state, viewer, "report".to_owned(), on, &done).await;
        }
        done
    });
    created(&work.await.map_err(|_| Problem::internal())??)
}
