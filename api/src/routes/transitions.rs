//! `POST /v1/reports/{id}/transitions`: a unit moves a report on, or a verifier judges one. What is answered is in the log.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::answer::json;
use crate::deeds::{Deed, DeedAnswer};
use crate::error::Problem;
use crate::extractors::{Params, Segment, Viewer};
use crate::state::AppState;

/// Header of the key under which something is done once.
const KEY: &str = "idempotency-key";

/// Act on a report
///
/// Accept, redirect, dispatch, complete, close, ask, answer or reopen it, as an officer of the unit that holds it; verify or reject a duty
/// report, as a verifier of its place. `expected` is the version that was looked at: of two who act at once one is told how the case is
/// now. The same idempotency key with the same body gives the first answer again, for a day.
#[utoipa::path(
    post,
    path = "/v1/reports/{id}/transitions",
    tag = "cases",
    params(
        ("id" = String, Path, description = "id on its channel"),
        ("Idempotency-Key" = String, Header, description = "8 to 128 visible ASCII letters, another one for each deed"),
    ),
    request_body = Deed,
    responses(
        (status = 201, description = "It is done", body = DeedAnswer),
        (status = 400, description = "A field or the key does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The report is another unit's, or lies elsewhere", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such report", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Somebody has acted since", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not sent as application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It cannot be done as the report stands, or the key was used for something else", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The log takes nothing", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn act(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment(id): Segment<String>,
    headers: HeaderMap,
    params: Params,
    body: Result<Json<Deed>, JsonRejection>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    if !viewer.staff() {
        return Err(Problem::no_credentials());
    }
    let key = key(&headers)?.ok_or_else(|| Problem::missing_parameter("Idempotency-Key", RULE))?;
    let Json(deed) = body?;
    deed.check()?;
    // Whoever hangs up has acted all the same: what was begun is written down to its end.
    let work = tokio::spawn(async move {
        let done = state.deeds.act(&state, &viewer, &id, &key, &deed).await;
        let channel = done
            .as_ref()
            .map_or(deed.channel.as_deref().unwrap_or_default(), |answer| answer.channel.as_str());
        let (what, on) = (format!("transition {}", deed.action.id()), format!("{channel}:{id}"));
        note(&state, viewer, what, on, &done).await;
        done
    });
    created(&work.await.map_err(|_| Problem::internal())??)
}

/// What a key must be.
const RULE: &str = "8 to 128 visible ASCII letters, another one for each deed";

/// The idempotency key of a request.
///
/// # Errors
/// It is there and no key.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(KEY) else { return Ok(None) };
    let fits = |text: &&str| (8..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    let text = value.to_str().ok().filter(fits);
    let text = text.ok_or_else(|| Problem::parameter("Idempotency-Key", "this", &[RULE]))?;
    Ok(Some(text.to_owned()))
}

/// Puts into the ledger of changes what came of a deed.
pub(super) async fn note(state: &Arc<AppState>, viewer: Viewer, what: String, on: String, done: &Result<DeedAnswer, Problem>) {
    let outcome = match done {
        Ok(DeedAnswer {
            status: Some(status),
            version: Some(version),
            ..
        }) => format!("{status}, version {version}"),
        Ok(_) => "taken in".to_owned(),
        Err(problem) => format!("refused: {}", problem.kind.rsplit(':').next().unwrap_or_default()),
    };
    let state = Arc::clone(state);
    // It waits for the disk. A ledger that cannot be written says so itself.
    let noted = tokio::task::spawn_blocking(move || state.ledger.record(&viewer, &what, &on, &outcome)).await;
    drop(noted);
}

/// An answer to what was made.
pub(super) fn created(answer: &impl serde::Serialize) -> Result<Response, Problem> {
    Ok((StatusCode::CREATED, json(answer)?).into_response())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{KEY, key};

    #[test]
    fn a_key_is_eight_to_a_hundred_and_twenty_eight_visible_letters() {
        assert_eq!(key(&HeaderMap::new()), Ok(None));
        let with = |bytes: &[u8]| {
            let value = HeaderValue::from_bytes(bytes).unwrap();
            key(&HeaderMap::from_iter([(KEY.parse().unwrap(), value)]))
        };
        assert_eq!(with(b"12345678"), Ok(Some("12345678".to_owned())));
        assert!(with(&[b'~'; 128]).is_ok());
        for wrong in [&b"1234567"[..], &[b'x'; 129], b"1234 5678", b"12345678\t", "1234567é".as_bytes()] {
            assert_eq!(with(wrong).unwrap_err().status, 400, "{wrong:?}");
        }
    }
}
