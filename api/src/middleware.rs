//! What lies around every handler: compression, CORS, headers, time limits, panics, the log.

use std::any::Any;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{Any as AnyOrigin, CorsLayer};

use crate::error::Problem;

/// The longest anybody waits for an answer; free SQL has 10 s of its own within it.
const PATIENCE: Duration = Duration::from_secs(15);
/// The largest body that is read: a question in SQL.
const BODY_BYTES: usize = 128 << 10;

/// Stops waiting for an answer. Not for streams.
pub(crate) async fn impatient(request: Request, next: Next) -> Response {
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::timeout().into_response(),
    }
}

/// Lets anybody's page read the public answers; only GET, and never with a browser's credentials. Our own pages have no need of it.
pub(crate) fn open_to_all(router: Router) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(AnyOrigin)
        .allow_methods([Method::GET, Method::HEAD])
        .expose_headers([header::ETAG, HeaderName::from_static("version")]);
    router.layer(cors)
}

/// Puts the layers around a router. The last one named is the first to see a request.
pub(crate) fn around(router: Router) -> Router {
    // Brotli's best costs a second on the grid; its fourth step is as fast as gzip. Event streams are left alone by default.
    let compression = CompressionLayer::new().quality(CompressionLevel::Precise(4));
    router
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(compression)
        .layer(from_fn(guard))
        .layer(from_fn(log))
}

fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    // The panic hook has said where; what was in the request stays out of the log.
    tracing::error!("a handler panicked");
    Problem::internal().into_response()
}

/// What a browser must know to keep an answer to itself. The dashboard's files bring their own.
async fn guard(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let docs = path.starts_with("/docs");
    let file = path.starts_with("/assets/");
    let mut response = next.run(request).await;
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
