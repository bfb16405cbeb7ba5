//! The dashboard's files, embedded at build time and served from memory at `/` and `/assets/`.
//!
//! The pages ask `/v1` for everything they show; nothing is fetched from another host, and the policy below makes the browser
//! refuse it. What is not here: the API, and `/docs`, which brings its own files and its own policy.

use axum::Router;

#[cfg(feature = "dashboard")]
use super::rooms::with_rooms;

/// Identifies the embedded pages; the live stream tells it to every page, which reloads when it changes.
#[cfg(feature = "dashboard")]
pub const BUILD: &str = env!("TANGGAP_DASHBOARD_BUILD");
/// Identifies the embedded pages; there are none in this build.
#[cfg(not(feature = "dashboard"))]
pub const BUILD: &str = "none";

/// The routes of the pages, to be merged beside `/v1`. No fallback is set. Empty without the feature `dashboard`.
#[cfg(not(feature = "dashboard"))]
pub fn router() -> Router {
    Router::new()
}

/// The routes of the pages, to be merged beside `/v1`. No fallback is set. Empty without the feature `dashboard`.
///
/// Files carry a weak entity tag and `no-cache`: a browser asks each time and is told `304`, so a wall never shows last
/// week's page. Brotli was done at build time; gzip is done once, here.
#[cfg(feature = "dashboard")]
pub fn router() -> Router {
    use memory_serve::CacheControl;

    let files = memory_serve::load!()
        .index_file(Some("/index.html"))
        .html_cache_control(CacheControl::NoCache)
        .cache_control(CacheControl::NoCache)
        .into_router()
        .route_layer(axum::middleware::from_fn(guard));
    with_rooms(files)
}

/// The policy every page is served with; one file, so that the browser tests hold their own server to the same.
#[cfg(feature = "dashboard")]
const POLICY: &str = include_str!("../../dashboard/content-security-policy.txt");

/// Adds what a browser must know to keep the page to itself: the page and the script of a worker, which has a policy of its own, carry
/// it; the page also says who may see where it leads. Weakens the entity tag: the same tag stands for the brotli, gzip and plain bytes,
/// which a strong one may not.
#[cfg(feature = "dashboard")]
async fn guard(request: axum::extract::Request, next: axum::middleware::Next) -> axum::response::Response {
    use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
    use axum::http::{HeaderName, HeaderValue};

    let worker = request.uri().path().ends_with("-worker.mjs");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let weak = text(ETAG).map(|tag| format!("W/{tag}"));
    let page = text(CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html"));
    if let Some(Ok(tag)) = weak.map(|tag| HeaderValue::from_str(&tag)) {
        headers.insert(ETAG, tag);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if (page || worker)
        && let Ok(policy) = HeaderValue::from_str(POLICY.trim())
    {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    if page {
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(
            HeaderName::from_static("cross-origin-opener-policy"),
            HeaderValue::from_static("same-origin"),
        );
    }
    response
}

#[cfg(test)]
#[cfg(feature = "dashboard")]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
    use axum::http::{Request, StatusCode};
    use axum::response::Response;
    use tanggap_engine::event::Category;
    use tower::ServiceExt;

    const WORDS: &str = include_str!("../../dashboard/pages/assets/js/i18n.js");

    async fn get(path: &str, known_tag: Option<&str>) -> Response {
        let mut request = Request::get(path);
        if let Some(tag) = known_tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        super::router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn the_first_page_is_html_under_the_policy_and_asks_again_each_time() {
        let response = get("/", None).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[CONTENT_TYPE], "text/html");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-cache");
        assert_eq!(response.headers()[CONTENT_SECURITY_POLICY], super::POLICY.trim());
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let wanted = if env!("TANGGAP_DASHBOARD") == "pages" {
            "/assets/js/main.js"
        } else {
            "make dashboard"
        };
        assert!(String::from_utf8_lossy(&body).contains(wanted));
    }

    #[tokio::test]
    async fn every_room_is_the_first_page_under_the_policy_and_nothing_else_is() {
        let first = get("/", None).await;
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        let page = to_bytes(first.into_body(), 1 << 20).await.unwrap();
        for path in [
            "/dinding",
            "/antrean",
            "/peringkat?tingkat=kota",
            "/verifikasi",
            "/operator",
            "/wilayah/31.71.01.1001",
            "/laporan/qlue:1/2",
        ] {
            let room = get(path, None).await;
            assert_eq!(room.status(), StatusCode::OK, "{path}");
            assert_eq!(room.headers()[CONTENT_SECURITY_POLICY], super::POLICY.trim(), "{path}");
            assert_eq!(to_bytes(room.into_body(), 1 << 20).await.unwrap(), page, "{path}");
            assert_eq!(get(path, Some(&tag)).await.status(), StatusCode::NOT_MODIFIED, "{path}");
        }
        for path in ["/dindin", "/dinding/lantai", "/wilayah", "/laporan/"] {
            assert_eq!(get(path, None).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[tokio::test]
    async fn a_known_file_is_answered_304_by_its_weak_tag() {
        let first = get("/assets/css/base.css", None).await;
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();
        assert!(tag.starts_with("W/\""), "{tag}");
        assert_eq!(get("/assets/css/base.css", Some(&tag)).await.status(), StatusCode::NOT_MODIFIED);
    }

    #[expect(clippy::print_stdout, reason = "a skipped test must say so")]
    #[tokio::test]
    async fn modules_are_served_as_javascript_or_the_browser_refuses_them() {
        if env!("TANGGAP_DASHBOARD") == "bare" {
            println!("not run: the browser libraries are not installed (make dashboard)");
            return;
        }
        for path in [
            "/assets/js/main.js",
            "/assets/vendor/maplibre-gl/maplibre-gl.mjs",
            "/assets/vendor/maplibre-gl/maplibre-gl-worker.mjs",
        ] {
            let response = get(path, None).await;
            let kind = response.headers()[CONTENT_TYPE].to_str().unwrap();
            assert!(kind.ends_with("/javascript"), "{path} is {kind}");
            assert_eq!(
                response.headers().contains_key(CONTENT_SECURITY_POLICY),
                path.contains("worker"),
                "{path}: a worker has the policy of its script"
            );
        }
        assert_eq!(get("/assets/js/types.d.ts", None).await.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn the_pages_name_every_category_as_the_engine_does() {
        for category in Category::ALL {
            let line = format!(
                "\"cat.{}\": [\"{}\", \"{}\"]",
                category.id(),
                category.label_id(),
                category.label_en()
            );
            assert!(WORDS.contains(&line), "i18n.js lacks {line}");
        }
        assert_eq!(WORDS.matches("\n  \"cat.").count(), Category::ALL.len());
    }
}
