//! Who may what: roles and routes, limits, pages of other sites, the ledger of changes.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use serde_json::json;
use tanggap::access::{AccessSettings, Account, Role};
use tanggap::state::{ApiSettings, Secret};
use tanggap_engine::event::Category;

use super::town::{EAST, TOKEN, Town, WEST, json as told};

const ACCOUNTS: [(Role, Option<&str>); 4] = [
    (Role::Officer, Some("dlh")),
    (Role::Verifier, Some("31.71.01")),
    (Role::Leadership, None),
    (Role::Operator, None),
];

pub(crate) fn token(role: Role) -> String {
    format!("token-of-the-{}", role.id())
}

pub(crate) fn accounts() -> AccessSettings {
    let account = |(role, unit): (Role, Option<&str>)| Account {
        account: format!("{}-1", role.id()),
        role,
        unit: unit.map(str::to_owned),
        token: Secret::new(token(role)),
    };
    AccessSettings {
        accounts: ACCOUNTS.map(account).to_vec(),
        oidc: None,
    }
}

/// A city with something in it and somebody in each role.
fn staffed(settings: ApiSettings) -> Town {
    let mut town = Town::new(ApiSettings {
        sql_enabled: true,
        access: accounts(),
        ..settings
    });
    town.hear(&[(9, WEST, Category::Banjir, 1), (5, EAST, Category::Sampah, 2)]);
    town
}

fn request(method: Method, path: &str, token: Option<&str>, more: &[(&str, &str)]) -> Request<Body> {
    let body = if method == Method::POST { "{\"sql\": \"SELECT 1\"}" } else { "" };
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body)).unwrap()
}

pub(crate) async fn get(town: &Town, path: &str, token: &str) -> Response {
    town.send(request(Method::GET, path, Some(token), &[])).await
}

#[tokio::test]
async fn each_role_gets_what_it_may_and_is_told_what_it_lacks() {
    let town = staffed(ApiSettings::default());
    let west = "31.71.01.1001";
    for (method, path, expected) in [
        // public, officer, verifier, leadership, operator
        (Method::GET, "/v1/me".to_owned(), [200; 5]),
        (Method::GET, "/v1/cells".to_owned(), [200; 5]),
        (Method::GET, "/v1/rankings/kelurahan".to_owned(), [200; 5]),
        (Method::GET, "/v1/rankings/reporters".to_owned(), [200; 5]),
        (Method::POST, "/v1/pseudonyms".to_owned(), [401, 403, 403, 403, 400]),
        (Method::GET, "/v1/inbox?unit=dlh".to_owned(), [200; 5]),
        (Method::GET, "/v1/unread".to_owned(), [401, 200, 200, 200, 200]),
        (
            Method::GET,
            format!("/v1/rankings/kelurahan/{west}/audit"),
            [401, 403, 403, 200, 200],
        ),
        (Method::GET, format!("/v1/quality/kelurahan/{west}"), [401, 403, 403, 200, 200]),
        (Method::GET, "/v1/quality/kelurahan".to_owned(), [401, 403, 403, 200, 200]),
        (Method::GET, format!("/v1/rankings/kelurahan/{west}/trend?steps=2"), [200; 5]),
        (Method::GET, format!("/v1/duty/{west}"), [401, 403, 200, 200, 200]),
        (Method::GET, format!("/v1/duty/{west}/queue"), [401, 403, 200, 200, 200]),
        (Method::GET, "/v1/duty/31.72.01.1001".to_owned(), [401, 403, 403, 200, 200]),
        (Method::GET, "/v1/ledger".to_owned(), [401, 403, 403, 403, 200]),
        (Method::GET, "/v1/operation".to_owned(), [401, 403, 403, 403, 200]),
        (Method::GET, "/v1/dead-letters".to_owned(), [401, 403, 403, 403, 200]),
        (Method::POST, "/v1/sql".to_owned(), [401, 403, 403, 200, 200]),
    ] {
        let roles = [None].into_iter().chain(ACCOUNTS.map(|(role, _)| Some(role)));
        for (role, expected) in roles.zip(expected) {
            let token = role.map(token);
            let response = town.send(request(method.clone(), &path, token.as_deref(), &[])).await;
            let status = response.status().as_u16();
            // Who is told that something is not there was let in to look.
            assert_eq!(if status == 404 { 200 } else { status }, expected, "{path} as {role:?}");
            assert_eq!(response.headers().contains_key(header::WWW_AUTHENTICATE), expected == 401, "{path}");
        }
    }
}

#[tokio::test]
async fn everybody_can_ask_who_they_are() {
    let town = staffed(ApiSettings::default());
    let public = told(town.get("/v1/me").await).await;
    assert_eq!(
        public,
        json!({"role": "public", "unit": null, "unit_name": null, "account": "anonymous", "rights": [], "reporters": false})
    );
    let officer = told(get(&town, "/v1/me", &token(Role::Officer)).await).await;
    assert_eq!(
        officer,
        json!({"role": "officer", "unit": "dlh", "unit_name": "Dinas Lingkungan Hidup", "account": "officer-1",
            "rights": ["read_cases", "act", "correct"], "reporters": false})
    );
    let verifier = told(get(&town, "/v1/me", &token(Role::Verifier)).await).await;
    assert_eq!(
        (&verifier["unit_name"], &verifier["rights"]),
        (&json!("Tengah"), &json!(["read_cases", "verify"]))
    );
    let old = told(get(&town, "/v1/me", TOKEN).await).await;
    assert_eq!((&old["role"], &old["account"]), (&json!("operator"), &json!("staff")));
    assert_eq!(
        get(&town, "/v1/me", "token-of-the-operato").await.status(),
        StatusCode::UNAUTHORIZED
    );
}

fn from(peer: &str, mut request: Request<Body>) -> Request<Body> {
    let peer: SocketAddr = peer.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

/// Asks until it is refused.
async fn refused(town: &Town, asks: impl Fn() -> Request<Body>) -> (usize, Response) {
    for before in 0..1_000 {
        let response = town.send(asks()).await;
        if response.status() == StatusCode::TOO_MANY_REQUESTS {
            return (before, response);
        }
    }
    panic!("nobody is ever refused");
}

#[tokio::test]
async fn the_public_is_told_when_it_asks_too_often_and_staff_never_are() {
    let town = staffed(ApiSettings {
        requests_per_s: 1,
        burst: 50,
        trusted_proxies: vec!["10.0.0.1".parse().unwrap()],
        ..ApiSettings::default()
    });
    let client = "203.0.113.7:4711";
    let asks = |token: Option<&str>, more: &[(&str, &str)]| request(Method::GET, "/healthz", token, more);
    let (before, response) = refused(&town, || from(client, asks(None, &[]))).await;
    assert!(before >= 50, "{before}");
    let wait: u64 = response.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(told(response).await["status"], 429);
    let (before, _) = refused(&town, || from(client, asks(Some("a guess"), &[]))).await;
    assert!(before < 50, "guesses are counted: {before}");
    let chain = [("x-forwarded-for", "8.8.8.8, 203.0.113.7")];
    let (before, _) = refused(&town, || from("10.0.0.1:80", asks(None, &chain))).await;
    assert!(before < 50, "it is the same client behind a proxy: {before}");
    let (before, _) = refused(&town, || from("198.51.100.1:80", request(Method::POST, "/healthz", None, &[]))).await;
    assert!((10..50).contains(&before), "{before}");
    let officer = token(Role::Officer);
    for _ in 0..20 {
        let staff = from(client, asks(Some(&officer), &[]));
        assert_eq!(town.send(staff).await.status(), StatusCode::OK);
        let here = from("127.0.0.1:4711", asks(None, &[("host", "127.0.0.1:8080")]));
        assert_eq!(town.send(here).await.status(), StatusCode::OK);
    }
}

#[tokio::test]
async fn pages_of_other_sites_read_and_only_those_allowed_change() {
    let town = staffed(ApiSettings {
        allowed_origins: vec!["https://desk.example".to_owned()],
        ..ApiSettings::default()
    });
    let operator = token(Role::Operator);
    let post = |origin: &'static str| {
        request(
            Method::POST,
            "/v1/sql",
            Some(&operator),
            &[("host", "tanggap.example"), ("origin", origin)],
        )
    };
    for (origin, expected) in [
        ("https://tanggap.example", 200),
        ("https://desk.example", 200),
        ("https://evil.example", 403),
        ("null", 403),
    ] {
        let response = town.send(post(origin)).await;
        assert_eq!(response.status().as_u16(), expected, "{origin}");
        if expected == 403 {
            assert_eq!(told(response).await["type"], "urn:tanggap:problem:foreign-origin");
        }
    }
    let allow = header::ACCESS_CONTROL_ALLOW_ORIGIN;
    let desk = town.send(post("https://desk.example")).await;
    assert_eq!(desk.headers()[&allow], "https://desk.example");
    for path in ["/v1/cells", "/v1/live"] {
        let reads = |origin: &'static str| request(Method::GET, path, None, &[("origin", origin)]);
        assert_eq!(
            town.send(reads("https://desk.example")).await.headers()[&allow],
            "https://desk.example",
            "{path}"
        );
        assert_eq!(town.send(reads("https://evil.example")).await.headers()[&allow], "*", "{path}");
        let asks = |origin: &'static str| {
            let wanted = [("origin", origin), ("access-control-request-method", "POST")];
            request(Method::OPTIONS, path, None, &wanted)
        };
        let desk = town.send(asks("https://desk.example")).await;
        assert_eq!(desk.status(), StatusCode::NO_CONTENT, "{path}");
        let headers = desk.headers()[header::ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap();
        assert!(
            headers.contains("authorization") && headers.contains("idempotency-key"),
            "{headers}"
        );
        let evil = town.send(asks("https://evil.example")).await;
        assert!(!evil.headers().contains_key(header::ACCESS_CONTROL_ALLOW_HEADERS), "{path}");
        assert!(!evil.headers().contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS), "{path}");
    }
    town.state.close();
}

#[tokio::test]
async fn a_browser_is_told_to_keep_answers_to_itself() {
    let plain = Town::new(ApiSettings::default());
    let response = plain.get("/v1/me").await;
    let headers = response.headers();
    assert!(
        headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'")
    );
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
    assert!(headers["permissions-policy"].to_str().unwrap().contains("camera=()"));
    assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    let behind_tls = Town::new(ApiSettings {
        behind_tls: true,
        ..ApiSettings::default()
    });
    for path in ["/v1/me", "/v1/nothing", "/"] {
        let response = behind_tls.get(path).await;
        assert!(response.headers().contains_key(header::STRICT_TRANSPORT_SECURITY), "{path}");
    }
}

#[tokio::test]
async fn operators_read_the_newest_changes() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("audit.ndjson");
    let line =
        |on: &str| json!({"time": "2026-01-15T07:03:00Z", "account": "a", "role": "operator", "what": "w", "on": on, "outcome": "201"});
    std::fs::write(&file, format!("{}\nnot a line\n{}\n", line("first"), line("second"))).unwrap();
    let town = Town::new(ApiSettings {
        ledger: Some(file),
        ..ApiSettings::default()
    });
    assert_eq!(town.staff("/v1/ledger").await["items"], json!([line("second"), line("first")]));
    assert_eq!(town.staff("/v1/ledger?limit=1").await["items"], json!([line("second")]));
    assert_eq!(get(&town, "/v1/ledger?limit=1001", TOKEN).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(town.get("/v1/ledger").await.status(), StatusCode::UNAUTHORIZED);
}
