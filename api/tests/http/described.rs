//! `/openapi.json` against the program: all it answers is described, and all that is described is there.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode, header};
use serde_json::{Map, Value};
use tanggap::router::router;
use tanggap::state::ApiSettings;
use tower::ServiceExt;

use super::town::{TOKEN, Town, bytes, flooded, json};

/// What is described, operation by operation: method, path, description.
fn operations(document: &Value) -> Vec<(String, String, Map<String, Value>)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push((method.to_uppercase(), path.clone(), operation.as_object().unwrap().clone()));
        }
    }
    operations
}

fn said(field: Option<&Value>) -> bool {
    field.and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty())
}

#[tokio::test]
async fn every_operation_parameter_and_answer_is_described() {
    let town = Town::new(ApiSettings::default());
    let document = json(town.get("/openapi.json").await).await;
    let mut missing = Vec::new();
    for (method, path, operation) in operations(&document) {
        let what = format!("{method} {path}");
        for field in ["summary", "description"] {
            if !said(operation.get(field)) {
                missing.push(format!("{what}: {field}"));
            }
        }
        for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            if !said(parameter.get("description")) {
                missing.push(format!("{what}: what the parameter {} is", parameter["name"]));
            }
            if parameter["schema"]["examples"].as_array().is_none_or(Vec::is_empty) {
                missing.push(format!("{what}: an example of {} (src/openapi.rs)", parameter["name"]));
            }
        }
        for (status, answer) in operation["responses"].as_object().unwrap() {
            if !said(answer.get("description")) {
                missing.push(format!("{what}: when it answers {status}"));
            }
            let empty = ["204", "304"].contains(&status.as_str());
            if !empty && answer["content"].as_object().is_none_or(Map::is_empty) {
                missing.push(format!("{what}: what {status} holds"));
            }
        }
    }
    assert!(missing.is_empty(), "not described:\n{}", missing.join("\n"));
}

/// Something to stand for the placeholders of a path.
fn filled(path: &str) -> String {
    let path = match path {
        "/v1/tiles/{layer}" => "/v1/tiles/cells.json",
        other => other,
    };
    let mut filled = path.to_owned();
    for (name, value) in [
        ("{layer}/{z}/{x}/{y}", "cells/10/815/529"),
        ("{level}", "kelurahan"),
        ("{code}", "31.71.01.1001"),
        ("{kelurahan}", "31.71.01.1001"),
        ("{id}", "r0"),
        ("{sha256}", "0000000000000000000000000000000000000000000000000000000000000000"),
        ("{name}", "nobody"),
        ("{lane}/{offset}", "qlue.reports-0/0"),
        ("{document}", "services.json"),
    ] {
        filled = filled.replace(name, value);
    }
    assert!(!filled.contains('{'), "nothing stands for a placeholder of {path}: name it here");
    filled
}

async fn ask(town: &Town, method: &str, path: &str) -> Response<Body> {
    let request = Request::builder()
        .method(Method::from_bytes(method.as_bytes()).unwrap())
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
        .header(header::CONTENT_TYPE, "application/json");
    town.send(request.body(Body::from("{}")).unwrap()).await
}

#[tokio::test]
async fn everything_that_is_described_is_there() {
    let town = flooded();
    let nowhere = ask(&town, "GET", "/v1/nowhere").await;
    assert_eq!(nowhere.status(), StatusCode::NOT_FOUND);
    let nowhere = bytes(nowhere).await;
    let document = json(town.get("/openapi.json").await).await;
    for (method, path, _) in operations(&document) {
        let response = ask(&town, &method, &filled(&path)).await;
        let status = response.status();
        assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        // A 404 of the handler says what it did not find; the router's says that there is no handler.
        if status == StatusCode::NOT_FOUND {
            assert_ne!(bytes(response).await, nowhere, "{method} {path}");
        }
        assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{method} {path}");
    }
    town.state.close();
}

#[tokio::test]
async fn everything_that_is_there_is_described() {
    let town = Town::new(ApiSettings::default());
    let document = json(town.get("/openapi.json").await).await;
    let described: BTreeSet<String> = operations(&document).into_iter().map(|(_, path, _)| path).collect();
    // A router lists its paths to nobody but a debugger.
    let shown = format!("{:?}", router(Arc::clone(&town.state)));
    let routed = |path: &&str| {
        ["/v1", "/open311", "/healthz", "/readyz", "/metrics"]
            .iter()
            .any(|start| path.starts_with(start))
    };
    let routed: BTreeSet<String> = shown.split('"').filter(routed).map(str::to_owned).collect();
    assert!(
        routed.contains("/v1/cells") && routed.contains("/v1/live"),
        "the debugger sees other things now: {shown}"
    );
    assert_eq!(routed, described);
}

#[tokio::test]
async fn what_stays_as_it_is_is_sent_once() {
    let town = flooded();
    for path in [
        "/v1/grid",
        "/v1/areas?format=geojson",
        "/v1/areas?level=kota&format=geojson",
        "/v1/tiles/kelurahan/10/815/529",
    ] {
        let first = town.get(path).await;
        assert_eq!(first.status(), StatusCode::OK, "{path}");
        let tag = first.headers()[header::ETAG].clone();
        let again = Request::get(path).header(header::IF_NONE_MATCH, tag).body(Body::empty()).unwrap();
        let again = town.send(again).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        assert!(bytes(again).await.is_empty(), "{path}");
    }
    let squeezed = Request::get("/v1/grid")
        .header(header::ACCEPT_ENCODING, "br")
        .body(Body::empty())
        .unwrap();
    let squeezed = router(Arc::clone(&town.state)).oneshot(squeezed).await.unwrap();
    assert_eq!(squeezed.headers()[header::CONTENT_ENCODING], "br");
}
