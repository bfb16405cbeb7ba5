//! The gate: before any handler of the API runs it is known who asks, that no page of another site changes anything, and that one
//! client of the public does not ask too often. Staff and whoever sits at the machine are not counted.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::address::{client, foreign};
use crate::error::Problem;
use crate::extractors::{Shown, Viewer, direct};
use crate::state::AppState;

/// Where machines of others send what they sign.
const SIGNED: [&str; 2] = ["/v1/webhooks/", "/v1/pseudonyms"];
/// Whether somebody was told that a proxy is not on the list.
static TOLD: AtomicBool = AtomicBool::new(false);

/// Lets a request pass to its handler, with what is known of who asks.
pub(crate) async fn gate(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if foreign(&parts.method, &parts.uri, &parts.headers, &state.settings.allowed_origins) {
        return Problem::foreign_origin().into_response();
    }
    let shown = Viewer::read(&parts, &state).await;
    // Credentials that are not good are the public's: whoever guesses at tokens is counted.
    let staff = shown.as_ref().is_ok_and(Viewer::staff);
    if !staff && let Err(problem) = count(&state, &parts) {
        return problem.into_response();
    }
    parts.extensions.insert(Shown(shown));
    next.run(Request::from_parts(parts, body)).await
}

/// Counts a request of the public.
fn count(state: &AppState, parts: &Parts) -> Result<(), Problem> {
    // Without an address nobody can be told from anybody; a server always has one.
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let (Some(limits), Some(peer)) = (&state.limits, peer) else {
        return Ok(());
    };
    if peer.is_loopback() && direct(&parts.headers) {
        return Ok(());
    }
    let trusted = &state.settings.trusted_proxies;
    warn_of_proxy(peer, &parts.headers, trusted);
    let client = client(peer, &parts.headers, trusted);
    // What a machine sends is signed, or it is nothing: it may come as often as what is read.
    let changes = !parts.method.is_safe() && !SIGNED.iter().any(|start| parts.uri.path().starts_with(start));
    limits.pass(client, changes).map_err(Problem::too_often)
}

/// A proxy on this machine that is not on the list makes all its clients one.
fn warn_of_proxy(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) {
    let proxy = peer.is_loopback() && headers.contains_key("x-forwarded-for");
    if proxy && !trusted.contains(&peer) && !TOLD.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            %peer,
            "requests come through a proxy at {peer} that api.trusted_proxies does not name: all its clients share one limit"
        );
    }
}
