//! What an operator and a client's author rely on: refusals that say what is allowed, and visible work.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use tanggap::state::ApiSettings;

use super::town::{Town, bytes, flooded, json};

#[tokio::test]
async fn what_does_not_fit_is_named_beside_what_would() {
    let town = flooded();
    for (path, status, parameter) in [
        ("/v1/cells?windwo=5m", 400, Some("windwo")),
        ("/v1/cells?window=5", 400, Some("window")),
        ("/v1/cells?window=5m&window=6m", 400, Some("window")),
        ("/v1/cells?category=Sampah", 400, Some("category")),
        ("/v1/cells?kelurahan=31", 400, Some("kelurahan")),
        ("/v1/cells?at=yesterday", 400, Some("at")),
        ("/v1/cells?format=xml", 400, Some("format")),
        ("/v1/trending?limit=0", 400, Some("limit")),
        ("/v1/live?window=61m", 400, Some("window")),
        ("/v1/inbox", 400, Some("unit")),
        ("/v1/inbox?unit=nobody", 404, None),
        ("/v1/rankings/rw", 404, None),
        ("/v1/rankings/kota?as_of=yesterday", 400, Some("as_of")),
        ("/v1/rankings/kota/31.71/audit", 401, None),
        ("/v1/rankings/kota?quality=good", 400, Some("quality")),
        ("/v1/quality/kota/31.71", 401, None),
        ("/v1/quality/kota", 401, None),
        ("/v1/rankings/kota/31.71/trend?steps=27", 400, Some("steps")),
        ("/v1/rankings/kota/31.71/trend?step=day", 400, Some("step")),
        ("/v1/rankings/kota/31.71/trend?window=31d", 400, Some("window")),
        ("/v1/rankings/kota/31.99/trend?steps=1", 404, None),
        ("/v1/reports/nothing", 404, None),
        ("/v1/areas/31.99", 404, None),
        ("/v1/tiles/cells/1/2/0", 400, Some("x")),
        ("/v1/tiles/roads/1/0/0", 404, None),
        ("/v1/nothing", 404, None),
    ] {
        let response = town.get(path).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json", "{path}");
        let problem = json(response).await;
        assert_eq!(problem["status"], status, "{path}");
        match parameter {
            Some(parameter) => {
                assert_eq!(problem["errors"][0]["parameter"], parameter, "{path}");
                assert!(!problem["errors"][0]["allowed"].as_array().unwrap().is_empty(), "{path}");
            }
            None => assert!(problem["detail"].is_string(), "{path}"),
        }
    }
    let response = town.send(Request::delete("/v1/cells").body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(json(response).await["status"], 405);
}

#[tokio::test]
async fn operation_is_visible_and_the_description_lists_every_address() {
    let town = flooded();
    assert_eq!(town.get("/healthz").await.status(), StatusCode::OK);
    assert_eq!(town.get("/readyz").await.status(), StatusCode::OK);
    let empty = Town::new(ApiSettings::default());
    assert_eq!(empty.get("/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(json(empty.get("/v1/cells").await).await["as_of"].is_null());
    let metrics = String::from_utf8(bytes(town.get("/metrics").await).await).unwrap();
    assert!(
        metrics.contains("tanggap_lane_applied_total{lane=\"qlue.reports-0\",channel=\"qlue\"} 9\n"),
        "{metrics}"
    );
    for line in metrics.lines().filter(|line| !line.starts_with('#')) {
        let name = line.split(['{', ' ']).next().unwrap();
        assert!(metrics.contains(&format!("# TYPE {name} ")), "{line}");
    }
    let sources = json(town.get("/v1/sources").await).await;
    assert_eq!(sources["items"][0]["accounting"]["in"], 9);
    assert_eq!(sources["items"][0]["lag_messages"], 0);
    let description = json(town.get("/openapi.json").await).await;
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    for path in [
        "/v1/cells",
        "/v1/live",
        "/v1/traffic",
        "/v1/tiles/{layer}/{z}/{x}/{y}",
        "/v1/rankings/{level}",
        "/v1/rankings/{level}/{code}/audit",
        "/v1/rankings/{level}/{code}/trend",
        "/v1/quality/{level}",
        "/v1/quality/{level}/{code}",
        "/v1/sql",
        "/v1/me",
        "/v1/ledger",
        "/v1/operation",
        "/v1/officers/near",
        "/v1/officers/position",
        "/v1/dead-letters",
        "/v1/dead-letters/{lane}/{offset}",
        "/v1/dead-letters/replay",
        "/metrics",
    ] {
        assert!(description["paths"][path].is_object(), "{path}");
    }
}
