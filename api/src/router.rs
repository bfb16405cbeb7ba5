//! Every route on one page.

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::access::gate;
use crate::error::Problem;
use crate::middleware::{around, impatient, open_to_all, patient};
use crate::openapi::{ApiDescription, pages};
use crate::routes::{answers, streams, uploads};
use crate::state::AppState;

/// The server: `/v1`, health, metrics, `/openapi.json`, `/docs`, and the dashboard beside them. To know who sits at the machine it
/// wants to be served with `into_make_service_with_connect_info::<SocketAddr>()`.
pub fn router(state: Arc<AppState>) -> Router {
    let (api, description) = OpenApiRouter::with_openapi(ApiDescription::openapi())
        .merge(answers().layer(from_fn(impatient)))
        .merge(uploads().layer(from_fn(patient)))
        .merge(streams())
        .split_for_parts();
    let behind_tls = state.settings.behind_tls;
    let api = api.with_state(Arc::clone(&state)).merge(pages(description));
    // Before the layers, so that they lie around it too: a preflight asks by a method that no route knows.
    let api = api.method_not_allowed_fallback(|| async { Problem::method_not_allowed() });
    let api = api.layer(from_fn_with_state(Arc::clone(&state), gate));
    let whole = open_to_all(api, state)
        .merge(crate::dashboard::router())
        .fallback(|| async { Problem::not_found("there is nothing at this address; /docs lists what there is") })
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() });
    around(whole, behind_tls)
}
