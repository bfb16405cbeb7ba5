//! Incidents: told with their witnesses, explained to staff, and merged and split by whoever may, up to the door of the log.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tanggap::access::Role;
use tanggap::deeds::DeedSettings;
use tanggap::state::ApiSettings;
use tanggap_connectors::kafka::KafkaConfig;
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Status};

use super::access::{accounts, token};
use super::town::{EAST, MINUTE, NOW, Town, WEST, flooded, json as told};

#[tokio::test]
async fn six_people_who_speak_of_one_flood_are_one_incident_with_its_reasons() {
    let town = flooded();
    let list = town.staff("/v1/incidents").await;
    assert_eq!(
        list["items"].as_array().unwrap().len(),
        1,
        "one person's repeats are one witness: {list}"
    );
    let flood = &list["items"][0];
    assert_eq!(
        (&flood["id"], &flood["category"], &flood["witnesses"]),
        (&Value::from("qlue:r0"), &Value::from("banjir"), &Value::from(6))
    );
    let why = town.staff("/v1/incidents/qlue:r3").await;
    assert_eq!(
        (&why["id"], &why["channels"][0]["witnesses"]),
        (&flood["id"], &Value::from(6)),
        "by any of its reports"
    );
    let members = why["members"].as_array().unwrap();
    assert_eq!((members.len(), &members[0]["tie"]), (6, &Value::from("first")));
    for member in &members[1..] {
        let weights = member["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|reason| reason["weight"].as_f64().unwrap());
        assert!((weights.sum::<f64>() - member["score"].as_f64().unwrap()).abs() < 1e-4, "{member}");
        assert!(member["score"].as_f64() >= why["threshold"].as_f64(), "{member}");
    }
    assert_eq!(why["open_cases"], 5, "the last one was filed after the watermark");
    let public = told(town.get("/v1/incidents/qlue:r3").await).await;
    assert!(public.get("members").is_none(), "{public}");
    assert_eq!(
        (&public["witnesses"], &public["open_cases"], &public["cells"]),
        (&json!(5), &json!(5), &json!([]))
    );
    assert_eq!(
        public["from"], "2026-01-14T17:00:00Z",
        "the day of its first report, which is known by its id"
    );
    assert_eq!(
        town.get("/v1/incidents/qlue:r6").await.status(),
        StatusCode::NOT_FOUND,
        "too few to be told"
    );
}

#[tokio::test]
async fn what_is_asked_wrongly_is_said() {
    let town = flooded();
    for (path, status) in [
        ("/v1/incidents?category=ufo", 400),
        ("/v1/incidents?limit=0", 400),
        ("/v1/incidents?unit=nobody", 404),
        ("/v1/incidents/qlue:nobody", 404),
        ("/v1/incidents/6", 404),
    ] {
        assert_eq!(town.get(path).await.status().as_u16(), status, "{path}");
    }
    assert_eq!(town.staff("/v1/incidents?category=sampah").await["items"], json!([]));
}

#[tokio::test]
async fn what_an_officer_said_shows_at_once_where_the_log_has_it() {
    let mut town = Town::new(ApiSettings::default());
    town.hear(&[(9, WEST, Category::Kebakaran, 1), (5, EAST, Category::Kebakaran, 2)]);
    town.hear(&[(-2, EAST, Category::Sampah, 3)]);
    assert_eq!(town.staff("/v1/incidents").await["items"], json!([]), "two fires");
    link(&mut town, "r1", "qlue:r0");
    let one = town.staff("/v1/incidents/qlue:r1").await;
    assert_eq!((&one["id"], &one["witnesses"]), (&Value::from("qlue:r0"), &Value::from(2)));
    assert_eq!(one["members"][1]["tie"], "operator");
    assert_eq!(one["members"][1]["status"], "received", "no clock moves");
    let report = town.staff("/v1/reports/r1").await;
    assert_eq!(report["status"], "received", "and the report says the same: {report}");
    assert_eq!(report["timeline"].as_array().unwrap().last().unwrap()["status"], "linked");
}

#[tokio::test]
async fn a_private_report_among_others_is_told_to_nobody_outside() {
    let mut town = flooded();
    assert_eq!(told(town.get("/v1/incidents").await).await["items"].as_array().unwrap().len(), 1);
    town.hear(&[(1, EAST, Category::Kriminal, 90)]);
    link(&mut town, "r9", "qlue:r3");
    let flood = town.staff("/v1/incidents/qlue:r9").await;
    assert_eq!((&flood["category"], &flood["witnesses"]), (&Value::from("banjir"), &Value::from(7)));
    assert_eq!(town.staff("/v1/incidents").await["items"][0]["witnesses"], 7);
    let public = told(town.get("/v1/incidents").await).await;
    assert_eq!(public["items"], json!([]), "its name and cell would be those of all of them");
    for id in ["qlue:r9", "qlue:r0"] {
        let found = town.get(&format!("/v1/incidents/{id}")).await;
        assert_eq!(found.status(), StatusCode::NOT_FOUND, "{id}");
    }
}

/// An officer says that two reports tell of one incident.
fn link(town: &mut Town, report: &str, other: &str) {
    let mut batch = EventBatchBuilder::default();
    let linked = Event {
        status: Some(Status::Linked),
        report_channel: Some("qlue"),
        other: Some(other),
        ..Event::new(Class::Transition, report, 9, NOW - MINUTE)
    };
    batch.push(1_000, &linked);
    town.take(&mut batch);
}

#[tokio::test]
async fn only_officers_and_operators_merge_and_split_and_only_what_there_is() {
    let directory = tempfile::tempdir().unwrap();
    let mut town = Town::new(ApiSettings {
        access: accounts(),
        deeds: DeedSettings {
            kafka: Some(KafkaConfig {
                brokers: "127.0.0.1:1".to_owned(),
                topics: vec!["crm.status".to_owned()],
                ..KafkaConfig::default()
            }),
            directory: Some(directory.path().to_owned()),
            patience: Duration::from_millis(200),
            ..DeedSettings::default()
        },
        ..ApiSettings::default()
    });
    town.hear(&[
        (9, WEST, Category::Kebakaran, 1),
        (5, EAST, Category::Kebakaran, 2),
        (4, EAST, Category::Kebakaran, 3),
    ]);
    let merge = |with: &str| json!({"with": with, "reason": "kejadian_sama"});
    let split = |report: &str| json!({"report": report, "reason": "lain_kejadian"});
    for (role, path, body, status) in [
        (None, "r0/merge", merge("qlue:r1"), 401),
        (Some(Role::Verifier), "r0/merge", merge("qlue:r1"), 403),
        (Some(Role::Officer), "r0/merge", merge("qlue:r9"), 404),
        (Some(Role::Officer), "r1/merge", merge("qlue:r2"), 422),
        (
            Some(Role::Officer),
            "r0/merge",
            json!({"with": "qlue:r1", "reason": "Sama saja"}),
            400,
        ),
        (Some(Role::Officer), "r1/split", split("qlue:r0"), 422),
        (Some(Role::Officer), "r0/split", split("qlue:r0"), 422),
        (Some(Role::Officer), "r9/split", split("qlue:r9"), 404),
        // The log takes nothing here.
        (Some(Role::Officer), "r0/merge", merge("qlue:r1"), 503),
        (Some(Role::Operator), "r1/split", split("qlue:r2"), 503),
    ] {
        assert_eq!(say(&town, role, path, None, &body).await, status, "{path} {body}");
    }
    // Nobody knows whether it came; it did, and is the same wish when it is sent again.
    let officer = Some(Role::Officer);
    let key = Some("merge-0001");
    assert_eq!(say(&town, officer, "r0/merge", key, &merge("qlue:r1")).await, 503);
    link(&mut town, "r0", "qlue:r1");
    assert_eq!(say(&town, officer, "r0/merge", None, &merge("qlue:r1")).await, 422, "they are one");
    assert_eq!(
        say(&town, officer, "r0/merge", key, &merge("qlue:r1")).await,
        503,
        "not refused: still not acknowledged"
    );
    assert_eq!(
        say(&town, officer, "r0/merge", key, &merge("qlue:r2")).await,
        422,
        "another wish under the same key"
    );
}

async fn say(town: &Town, role: Option<Role>, path: &str, key: Option<&str>, body: &Value) -> u16 {
    let mut request = Request::post(format!("/v1/incidents/qlue:{path}")).header(header::CONTENT_TYPE, "application/json");
    if let Some(role) = role {
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", token(role)));
    }
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let response = town.send(request.body(Body::from(body.to_string())).unwrap()).await;
    response.status().as_u16()
}
