//! `GET /v1/me`: who one is here, and what one may, so that a page shows what can be done and no more.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::json;
use super::reporters_asked::shown;
use crate::access::{Right, Role};
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::AppState;

/// Whoever asks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeAnswer {
    /// `public`, `officer`, `verifier`, `leadership` or `operator`.
    role: &'static str,
    /// An officer's unit; a verifier's kelurahan, kecamatan or kota.
    unit: Option<String>,
    /// Its name, if it is known here.
    unit_name: Option<String>,
    /// Who, as the ledger of changes names them.
    account: String,
    /// `read_cases`, `act` for their unit, `verify` in their area, `audit`, `operate`, `correct` incidents; none for the public.
    rights: Vec<&'static str>,
    /// Whether `/v1/rankings/reporters` answers them.
    reporters: bool,
}

/// Who am I
///
/// The role a token gives, and what may be done with it. Without a token the public's.
#[utoipa::path(
    get,
    path = "/v1/me",
    tag = "operation",
    responses(
        (status = 200, description = "Who asks", body = MeAnswer),
        (status = 401, description = "The token is not good", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token gives no role here", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The identity provider does not answer", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn me(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let unit = viewer.unit.as_deref();
    json(&MeAnswer {
        role: viewer.role.id(),
        unit: unit.map(str::to_owned),
        unit_name: unit.and_then(|unit| name(&state, viewer.role, unit)),
        account: viewer.account.to_string(),
        rights: Right::words(viewer.role, unit),
        reporters: shown(&state, &viewer),
    })
}

/// What people call a place: the area of a verifier, else the unit.
fn name(state: &AppState, role: Role, unit: &str) -> Option<String> {
    if role == Role::Verifier {
        return state.territory.unit(unit).map(|area| area.name);
    }
    state.router.recognise(unit).map(|unit| unit.name.to_string())
}
