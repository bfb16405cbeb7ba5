//! Acting, up to the door of the log: who may, what fits, and what is said when the log takes nothing. That what is said to be done is done
//! is tested with a broker, in `tests/tests/durable/deeds.rs`.

use std::io::Cursor;
use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use tanggap::access::Role;
use tanggap::deeds::DeedSettings;
use tanggap::state::ApiSettings;
use tanggap_connectors::kafka::KafkaConfig;
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Evidence, Kind, Status};

use super::access::{accounts, get, token};
use super::town::{EAST, MINUTE, NOW, Town, WEST, bytes, json as told};

const KEY: &str = "key-of-one-deed";

/// Rubbish in the west (r0) and a flood in the east (r1), a duty report in the west (d0), and a log that nobody keeps.
fn town(directory: &Path) -> Town {
    let deeds = DeedSettings {
        kafka: Some(KafkaConfig {
            brokers: "127.0.0.1:1".to_owned(),
            topics: vec!["crm.status".to_owned(), "reports.web".to_owned()],
            ..KafkaConfig::default()
        }),
        directory: Some(directory.to_owned()),
        patience: Duration::from_millis(200),
        ..DeedSettings::default()
    };
    let mut town = Town::new(ApiSettings {
        access: accounts(),
        deeds,
        ..ApiSettings::default()
    });
    town.hear(&[(9, WEST, Category::Sampah, 1), (5, EAST, Category::Banjir, 2)]);
    let mut batch = EventBatchBuilder::default();
    let duty = Event {
        position: Some(WEST),
        category: Some(Category::Kebersihan),
        kind: Some(Kind::Duty),
        duty_post: Some("RW 05"),
        ..Event::new(Class::Report, "d0", 1, NOW - 30 * MINUTE)
    };
    batch.push(1_000, &duty);
    town.take(&mut batch);
    town
}

fn post(path: &str, role: Option<Role>, key: Option<&str>, body: &Value) -> Request<Body> {
    let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    if let Some(role) = role {
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", token(role)));
    }
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    request.body(Body::from(body.to_string())).unwrap()
}

async fn act(town: &Town, id: &str, role: Role, key: &str, body: Value) -> (u16, Value) {
    let request = post(&format!("/v1/reports/{id}/transitions"), Some(role), Some(key), &body);
    let response = town.send(request).await;
    (response.status().as_u16(), told(response).await)
}

/// The last part of a problem's name.
fn kind(problem: &Value) -> &str {
    problem["type"].as_str().unwrap().rsplit(':').next().unwrap()
}

#[tokio::test]
async fn whoever_may_not_act_is_told_so() {
    let directory = tempfile::tempdir().unwrap();
    let town = town(directory.path());
    let accept = json!({"action": "accept", "expected": 0});
    let public = town.send(post("/v1/reports/r0/transitions", None, Some(KEY), &accept)).await;
    assert_eq!(public.status(), StatusCode::UNAUTHORIZED);
    for (id, role, expected) in [
        ("r1", Role::Officer, 403),
        ("r0", Role::Verifier, 403),
        ("r0", Role::Leadership, 403),
        ("d0", Role::Officer, 403),
        ("r9", Role::Officer, 404),
    ] {
        assert_eq!(act(&town, id, role, KEY, accept.clone()).await.0, expected, "{id} as {role:?}");
    }
    let ledger = std::fs::read_to_string(directory.path().join("deeds.ndjson")).unwrap();
    assert_eq!(ledger, "", "what is refused is not begun");
}

#[tokio::test]
async fn what_does_not_fit_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let mut town = town(directory.path());
    let accept = json!({"action": "accept", "expected": 0});
    for key in [None, Some("short")] {
        let request = post("/v1/reports/r0/transitions", Some(Role::Officer), key, &accept);
        assert_eq!(town.send(request).await.status(), StatusCode::BAD_REQUEST, "{key:?}");
    }
    for (body, status, named) in [
        (json!({"action": "close", "expected": 0}), 400, "missing-parameter"),
        (json!({"action": "accept", "expected": 0, "reason": "Salah"}), 400, "bad-parameter"),
        (json!({"action": "dance", "expected": 0}), 422, "bad-json"),
        (json!({"action": "accept"}), 422, "bad-json"),
        (json!({"action": "complete", "expected": 0}), 422, "unfit-deed"),
        (json!({"action": "verify", "expected": 0}), 422, "unfit-deed"),
        (json!({"action": "redirect", "expected": 0, "unit": "dlh"}), 422, "unfit-deed"),
        (json!({"action": "redirect", "expected": 0, "unit": "nobody"}), 422, "unfit-deed"),
        (json!({"action": "accept", "expected": 0, "unit": "dsda"}), 422, "unfit-deed"),
        (
            json!({"action": "accept", "expected": 0, "photo": "ab".repeat(32)}),
            422,
            "unfit-deed",
        ),
    ] {
        let (found, problem) = act(&town, "r0", Role::Officer, KEY, body.clone()).await;
        assert_eq!((found, kind(&problem)), (status, named), "{body}");
    }
    town.move_on("r0", 3, Status::InProgress);
    let (found, problem) = act(&town, "r0", Role::Officer, KEY, json!({"action": "complete", "expected": 1})).await;
    assert_eq!(found, 422);
    assert!(problem["detail"].as_str().unwrap().contains("photo"), "{problem}");
    let (found, problem) = act(&town, "d0", Role::Verifier, KEY, json!({"action": "accept", "expected": 0})).await;
    assert_eq!((found, kind(&problem)), (422, "unfit-deed"), "a duty report is judged");
}

#[tokio::test]
async fn who_saw_the_case_otherwise_is_told_how_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let mut town = town(directory.path());
    town.move_on("r0", 3, Status::InProgress);
    let (found, problem) = act(&town, "r0", Role::Officer, KEY, json!({"action": "accept", "expected": 0})).await;
    assert_eq!((found, kind(&problem)), (409, "stale-case"));
    assert_eq!(
        problem["current"],
        json!({"status": "in_progress", "unit": "dlh", "version": 1, "time": "2026-01-15T07:00:00Z"})
    );
}

#[tokio::test]
async fn while_the_log_takes_nothing_nothing_is_pretended_and_what_came_after_all_is_known() {
    let directory = tempfile::tempdir().unwrap();
    let mut town = town(directory.path());
    let accept = json!({"action": "accept", "expected": 0});
    for _ in 0..2 {
        let (found, problem) = act(&town, "r0", Role::Officer, KEY, accept.clone()).await;
        assert_eq!((found, kind(&problem)), (503, "unwritten"));
    }
    let (found, _) = act(&town, "r0", Role::Officer, KEY, json!({"action": "ask", "expected": 0})).await;
    assert_eq!(found, 422, "another wish under the same key");
    let (found, problem) = act(&town, "r0", Role::Officer, "another-key", accept.clone()).await;
    assert_eq!(
        (found, kind(&problem)),
        (503, "unwritten"),
        "nobody knows what became of the first: {problem}"
    );
    let file = std::fs::read_to_string(directory.path().join("deeds.ndjson")).unwrap();
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines.len(), 1, "it was begun once: {file}");
    let intent: Value = serde_json::from_str(lines[0]).unwrap();
    let time_us = intent["intent"]["time_us"].as_i64().unwrap();

    // The broker had it all the while.
    let mut batch = EventBatchBuilder::default();
    let came = Event {
        status: Some(Status::InProgress),
        report_channel: Some("qlue"),
        unit: Some("dlh"),
        ..Event::new(Class::Transition, "r0", 77, time_us)
    };
    batch.push(2_000, &came);
    town.take(&mut batch);
    let (found, answer) = act(&town, "r0", Role::Officer, KEY, accept.clone()).await;
    assert_eq!(found, 201, "{answer}");
    assert_eq!(
        (&answer["status"], &answer["version"], &answer["seen"]),
        (&json!("in_progress"), &json!(1), &json!(true))
    );
    let (again, same) = act(&town, "r0", Role::Officer, KEY, accept).await;
    assert_eq!((again, same), (201, answer));
}

#[tokio::test]
async fn a_form_is_checked_and_not_taken_in_without_a_log() {
    let directory = tempfile::tempdir().unwrap();
    let town = town(directory.path());
    for (body, expected) in [
        (json!({"category": "banjir"}), 400),
        (json!({"category": "banjir", "kind": "duty", "place": "Gambir"}), 400),
        (json!({"category": "banjir", "longitude": 1.0, "latitude": 2.0}), 400),
        (json!({"category": "banjir", "place": "Gambir", "reporter_name": "x"}), 422),
        (json!({"category": "banjir", "place": "Gambir", "photo": "ab".repeat(32)}), 422),
        (json!({"category": "banjir", "longitude": WEST.0, "latitude": WEST.1}), 503),
    ] {
        let response = town.send(post("/v1/reports", None, None, &body)).await;
        assert_eq!(response.status().as_u16(), expected, "{body}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    }
}

async fn upload(town: &Town, media_type: &str, file: Vec<u8>) -> Response {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/v1/photos")
        .header(header::CONTENT_TYPE, media_type);
    town.send(request.body(Body::from(file)).unwrap()).await
}

#[tokio::test]
async fn a_photo_is_kept_and_shown_to_staff() {
    let directory = tempfile::tempdir().unwrap();
    let town = town(directory.path());
    let drawing = RgbImage::from_fn(300, 200, |x, y| {
        Rgb([u8::try_from(x * 255 / 300).unwrap(), u8::try_from(y).unwrap(), 9])
    });
    let mut file = Cursor::new(Vec::new());
    drawing.write_to(&mut file, ImageFormat::Png).unwrap();
    let file = file.into_inner();
    let response = upload(&town, "image/png", file.clone()).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let facts = told(response).await;
    assert_eq!(facts["phash"], "ffffffffffffffff", "it grows brighter to the right everywhere");
    assert!(facts.get("captured_at").is_none());
    assert_eq!(told(upload(&town, "image/png", file.clone()).await).await, facts);
    let path = format!("/v1/photos/{}", facts["sha256"].as_str().unwrap());
    assert_eq!(town.get(&path).await.status(), StatusCode::UNAUTHORIZED);
    let shown = get(&town, &path, &token(Role::Verifier)).await;
    assert_eq!(shown.headers()[header::CONTENT_TYPE], "image/jpeg");
    assert!(bytes(shown).await.starts_with(&[0xff, 0xd8]));
    let other = get(&town, &format!("/v1/photos/{}", "0".repeat(64)), &token(Role::Officer)).await;
    assert_eq!(other.status(), StatusCode::NOT_FOUND);
    for (media_type, file, expected) in [
        ("image/gif", file.clone(), 415),
        ("image/jpeg", b"no photo at all".to_vec(), 422),
        ("image/png", file[..file.len() / 2].to_vec(), 422),
        ("image/png", vec![0; (8 << 20) + 1], 413),
        // Larger than any other body, and read.
        ("image/png", vec![0; 4 << 20], 422),
    ] {
        let response = upload(&town, media_type, file).await;
        assert_eq!(response.status().as_u16(), expected, "{media_type}");
    }
}

#[tokio::test]
async fn redirects_are_given_to_operators_without_a_word_of_anybodys() {
    let directory = tempfile::tempdir().unwrap();
    let mut town = town(directory.path());
    let mut batch = EventBatchBuilder::default();
    for (offset, (ago, unit, reason)) in
        (3_000_i64..).zip([(8, "dsda", Some("salah_unit")), (7, "dishub", None), (6, "dlh", Some("batas"))])
    {
        let sent = Event {
            status: Some(Status::Assigned),
            report_channel: Some("qlue"),
            unit: Some(unit),
            evidence: Evidence {
                close_reason: reason,
                ..Evidence::NONE
            },
            ..Event::new(Class::Transition, "r0", offset.unsigned_abs(), NOW - ago * MINUTE)
        };
        batch.push(offset, &sent);
    }
    town.take(&mut batch);
    let path = "/v1/deeds/redirects.csv";
    assert_eq!(get(&town, path, &token(Role::Officer)).await.status(), StatusCode::FORBIDDEN);
    let csv = String::from_utf8(bytes(get(&town, path, &token(Role::Operator)).await).await).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines,
        [
            "id,channel,category,kelurahan,from_unit,to_unit,reason,time",
            "r0,qlue,sampah,31.71.01.1001,dishub,dlh,batas,2026-01-15T06:57:00Z",
            "r0,qlue,sampah,31.71.01.1001,dlh,dsda,salah_unit,2026-01-15T06:55:00Z",
        ]
    );
}
