//! What lies around every handler: compression, CORS, headers, time limits, panics, the log.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{Any as AnyOrigin, CorsLayer};

use crate::access::neighbour;
use crate::error::Problem;
use crate::state::AppState;

/// The longest anybody waits for an answer; free SQL has 10 s of its own within it.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest a body of some megabytes may take to come in, over a telephone at the edge of its cell.
const UPLOAD_PATIENCE: Duration = Duration::from_mins(3);
/// The largest body that is read: a question in SQL.
const BODY_BYTES: usize = 128 << 10;
/// What our pages may ask a browser for: where its owner is, to show what is near, and nothing else.
const PERMISSIONS: &str = "geolocation=(self), camera=(), display-capture=(), microphone=(), payment=(), usb=()";

/// Stops waiting for an answer. Not for streams.
pub(crate) async fn impatient(request: Request, next: Next) -> Response {
    within(PATIENCE, request, next).await
}

/// Waits longer, for a body that is on its way.
pub(crate) async fn patient(request: Request, next: Next) -> Response {
    within(UPLOAD_PATIENCE, request, next).await
}

async fn within(patience: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(patience, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::timeout().into_response(),
    }
}

/// Lets anybody's page read the public answers; only GET, and never with credentials. Pages of the origins that are allowed may do
/// more, with a token. Our own pages have no need of it.
pub(crate) fn open_to_all(router: Router, state: Arc<AppState>) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(AnyOrigin)
        .allow_methods([Method::GET, Method::HEAD])
        .expose_headers([header::ETAG, HeaderName::from_static("version")]);
    router.layer(cors).layer(from_fn_with_state(state, open_to_neighbours))
}

/// Lets pages of allowed origins send a token, and change what it may change. No browser's own credentials are ever asked for: a
/// token is sent by a page that has it and by no other.
async fn open_to_neighbours(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let Some(origin) = neighbour(request.headers(), &state.settings.allowed_origins) else {
        return next.run(request).await;
    };
    let asks = request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if asks {
        let allowed = [
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, idempotency-key"),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ];
        (StatusCode::NO_CONTENT, allowed).into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    response
}

/// Puts the layers around a router. The last one named is the first to see a request.
pub(crate) fn around(router: Router, behind_tls: bool) -> Router {
    // Brotli's best costs a second on the grid; its fourth step is as fast as gzip. Event streams are left alone by default.
    let compression = CompressionLayer::new().quality(CompressionLevel::Precise(4));
    router
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(compression)
        .layer(from_fn_with_state(behind_tls, guard))
        .layer(from_fn(log))
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    // The panic hook has said where; what was in the request stays out of the log.
    tracing::error!("a handler panicked");
    Problem::internal().into_response()
}

/// What a browser must know to keep an answer to itself. The dashboard's files bring their own.
async fn guard(State(behind_tls): State<bool>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let docs = path.starts_with("/docs");
    let file = path.starts_with("/assets/");
    let mut response = next.run(request).await;
    if behind_tls {
        // A year. Without TLS before it the header would lock people out of a plain address that works.
        let value = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    if file && response.status().is_success() {
        return response;
    }
    let policy = if docs {
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
    } else {
        "default-src 'none'; frame-ancestors 'none'"
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// One line a request: the route as written in the router, never the address as asked, which may name a report.
async fn log(request: Request, next: Next) -> Response {
    let since = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let elapsed_ms = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
    let route = route.as_deref().unwrap_or("-");
    tracing::debug!(%method, route, status, elapsed_ms, "answered {method} {route} with {status}");
    response
}
