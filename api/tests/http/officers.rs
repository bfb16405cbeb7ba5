//! Who is near: found by whoever may send somebody, told as distance and direction, and never as a place. That it is forgotten with the process, and
//! written nowhere, is tested with a broker, in `tests/tests/durable/officers.rs`.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tanggap::access::Role;
use tanggap::officers::OfficerSettings;
use tanggap::state::ApiSettings;
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Kind};

use super::access::{accounts, get, token};
use super::town::{EAST, MINUTE, NOW, Town, WEST, bytes, json as told};

/// Now by the clock of the machine, which positions go by, µs.
fn now_us() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_micros()).unwrap()
}

/// Rubbish in the west (r0), which `dlh` answers, a flood in the east (r1), and rubbish nobody knows where (u0).
fn town(officers: OfficerSettings, ledger: Option<&Path>) -> Town {
    let mut town = Town::new(ApiSettings {
        access: accounts(),
        officers,
        ledger: ledger.map(Path::to_owned),
        ..ApiSettings::default()
    });
    town.hear(&[(9, WEST, Category::Sampah, 1), (5, EAST, Category::Banjir, 2)]);
    let mut batch = EventBatchBuilder::default();
    let nowhere = Event {
        category: Some(Category::Sampah),
        kind: Some(Kind::Complaint),
        ..Event::new(Class::Report, "u0", 1, NOW - 2 * MINUTE)
    };
    batch.push(2, &nowhere);
    town.take(&mut batch);
    town
}

fn reading() -> OfficerSettings {
    OfficerSettings {
        topic: Some("officers.positions".to_owned()),
        http: true,
        ..OfficerSettings::default()
    }
}

/// Somebody of a unit, so many seconds ago, so many thousandths of a degree north of the west's rubbish.
fn hear(town: &Town, officer: &str, unit: &str, ago_s: i64, north: f64, state: &str) {
    let now = now_us();
    let message = json!({
        "officer": officer, "unit": unit, "lat": WEST.1 + north / 1_000.0, "lng": WEST.0, "accuracy_m": 8.5,
        "time": now / 1_000 - ago_s * 1_000, "state": state,
    });
    let unit_of = |name: &str| town.state.router.recognise(name).map(|unit| unit.code.into_owned());
    town.state.officers.hear(message.to_string().as_bytes(), 0, now, unit_of);
}

async fn near(town: &Town, query: &str, role: Role) -> (u16, Value) {
    let response = get(town, &format!("/v1/officers/near?{query}"), &token(role)).await;
    (response.status().as_u16(), told(response).await)
}

async fn say(town: &Town, role: Option<Role>, body: &Value) -> (u16, Value) {
    let mut request = Request::post("/v1/officers/position").header(header::CONTENT_TYPE, "application/json");
    if let Some(role) = role {
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", token(role)));
    }
    let response = town.send(request.body(Body::from(body.to_string())).unwrap()).await;
    (response.status().as_u16(), told(response).await)
}

fn names(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|item| item["officer"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_nearest_free_officers_of_the_unit_are_told_without_where_they_are() {
    let town = town(reading(), None);
    hear(&town, "LH-3", "dlh", 5, 30.0, "free");
    hear(&town, "LH-2", "dlh", 40, -2.0, "free");
    hear(&town, "LH-1", "dlh", 1, 1.0, "busy");
    hear(&town, "LH-4", "dlh", 1, 1.0, "off");
    hear(&town, "SDA-1", "dsda", 1, 1.0, "free");
    let (status, answer) = near(&town, "report=r0", Role::Officer).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(names(&answer), ["LH-2", "LH-3"]);
    assert_eq!(
        (&answer["unit"], &answer["located"], &answer["configured"]),
        (&json!("dlh"), &json!(true), &json!(true))
    );
    assert_eq!(
        (&answer["free"], &answer["busy"], &answer["off"]),
        (&json!(2), &json!(1), &json!(1))
    );
    // A thousandth of a degree of latitude is 111 m.
    let first = &answer["items"][0];
    assert_eq!((&first["distance_m"], &first["direction"]), (&json!(220), &json!("south")));
    assert_eq!(first["direction_label"], json!({"id": "selatan", "en": "south"}));
    assert_eq!((&first["accuracy_m"], &first["open_cases"]), (&json!(8.5), &json!(0)));
    let age = first["age_s"].as_i64().unwrap();
    assert!((39..=100).contains(&age), "{age}");
    assert_eq!(answer["items"][1]["distance_m"], 3_300);
    let text = answer["items"].to_string();
    for where_ in ["6.2", "106.8", "\"lat", "\"lng", "longitude", "h3"] {
        assert!(!text.contains(where_), "{where_} in {text}");
    }
    let (_, one) = near(&town, "report=r0&channel=qlue&unit=dlh&limit=1", Role::Operator).await;
    assert_eq!(names(&one), ["LH-2"]);
    assert_eq!(one["free"], 2);
    // Near any point, of one's own unit.
    let (_, other) = near(&town, &format!("lat={}&lng={}", WEST.1 + 0.03, WEST.0), Role::Officer).await;
    assert_eq!(names(&other), ["LH-3", "LH-2"]);
}

#[tokio::test]
async fn only_whoever_may_send_somebody_is_told_who_is_near() {
    let town = town(reading(), None);
    hear(&town, "LH-1", "dlh", 5, 1.0, "free");
    assert_eq!(
        town.get("/v1/officers/near?report=r0").await.status(),
        StatusCode::UNAUTHORIZED,
        "the public is asked who it is"
    );
    for (query, role, expected) in [
        ("report=r0", Role::Officer, 200),
        ("report=r0", Role::Operator, 200),
        ("report=r0", Role::Verifier, 403),
        ("report=r0", Role::Leadership, 403),
        ("report=r1", Role::Officer, 403),
        ("report=r1", Role::Operator, 200),
        ("lat=-6.2&lng=106.8&unit=dsda", Role::Officer, 403),
        ("report=r9", Role::Officer, 404),
        ("lat=-6.2&lng=106.8&unit=nobody", Role::Officer, 404),
        ("", Role::Officer, 400),
        ("lat=-6.2", Role::Officer, 400),
        ("lat=x&lng=106.8", Role::Officer, 400),
        ("lat=NaN&lng=106.8", Role::Officer, 400),
        ("lat=52.0&lng=106.8", Role::Officer, 400),
        ("lat=-6.2&lng=106.8", Role::Operator, 400),
        ("lat=-6.2&lng=106.8&channel=qlue", Role::Officer, 400),
        ("report=r0&lat=-6.2&lng=106.8", Role::Officer, 400),
        ("report=r0&unit=dsda", Role::Officer, 400),
        ("report=r0&limit=0", Role::Officer, 400),
        ("report=r0&limit=51", Role::Officer, 400),
        ("report=r0&all=1", Role::Officer, 400),
    ] {
        let (status, answer) = near(&town, query, role).await;
        assert_eq!(status, expected, "{query} as {role:?}: {answer}");
        assert!(status == 200 || !answer.to_string().contains("LH-1"), "{answer}");
    }
}

#[tokio::test]
async fn nobody_is_near_a_report_nobody_can_place() {
    let town = town(reading(), None);
    hear(&town, "LH-1", "dlh", 5, 1.0, "free");
    let (status, answer) = near(&town, "report=u0", Role::Operator).await;
    assert_eq!(
        (status, &answer["located"], names(&answer)),
        (200, &json!(false), vec![]),
        "{answer}"
    );
}

#[tokio::test]
async fn where_nothing_is_configured_a_desk_is_told_so_and_phones_are_refused() {
    let town = town(OfficerSettings::default(), None);
    let (status, answer) = near(&town, "report=r0", Role::Officer).await;
    assert_eq!(
        (status, &answer["configured"], names(&answer)),
        (200, &json!(false), vec![]),
        "{answer}"
    );
    assert_eq!(say(&town, Some(Role::Officer), &json!({"state": "busy"})).await.0, 403);
    let operation = told(get(&town, "/v1/operation", &token(Role::Operator)).await).await;
    assert!(operation["officers"].is_null(), "{operation}");
    let metrics = String::from_utf8(bytes(town.get("/metrics").await).await).unwrap();
    assert!(!metrics.contains("officer"), "{metrics}");
}

#[tokio::test]
async fn an_officer_says_where_they_are_and_no_ledger_hears_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = directory.path().join("audit.ndjson");
    let town = town(reading(), Some(&ledger));
    let here = json!({"state": "free", "lat": WEST.1 - 0.01, "lng": WEST.0, "accuracy_m": 20});
    for (role, expected) in [
        (None, 401),
        (Some(Role::Verifier), 403),
        (Some(Role::Leadership), 403),
        (Some(Role::Operator), 403),
    ] {
        assert_eq!(say(&town, role, &here).await.0, expected, "{role:?}");
    }
    let (status, answer) = say(&town, Some(Role::Officer), &here).await;
    assert_eq!((status, &answer["taken"]), (200, &json!(true)), "{answer}");
    let (_, found) = near(&town, "report=r0", Role::Officer).await;
    assert_eq!(names(&found), ["officer-1"], "the account of the token: {found}");
    assert_eq!(found["items"][0]["distance_m"], 1_100);
    // What is older than what is known changes nothing.
    let (status, answer) = say(
        &town,
        Some(Role::Officer),
        &json!({"state": "off", "time": now_us() / 1_000 - 60_000}),
    )
    .await;
    assert_eq!((status, &answer["taken"]), (200, &json!(false)), "{answer}");
    for (field, body) in [
        ("state", json!({"state": "asleep"})),
        ("lat", json!({"state": "free"})),
        ("lat", json!({"state": "free", "lat": 52.0, "lng": 5.0})),
        ("time", json!({"state": "busy", "time": "yesterday"})),
        ("time", json!({"state": "busy", "time": now_us() / 1_000 - 3_600_000})),
        ("time", json!({"state": "busy", "time": now_us() / 1_000 + 3_600_000})),
    ] {
        let (status, problem) = say(&town, Some(Role::Officer), &body).await;
        assert_eq!((status, &problem["errors"][0]["parameter"]), (400, &json!(field)), "{body}");
        assert!(!problem.to_string().contains("52"), "what was sent is not said again: {problem}");
    }
    assert_eq!(
        say(&town, Some(Role::Officer), &json!({"state": "busy", "officer": "LH-9"}))
            .await
            .0,
        422,
        "nobody says where another is"
    );
    assert_eq!(say(&town, Some(Role::Officer), &json!({"state": "off"})).await.0, 200);
    let (_, found) = near(&town, "report=r0", Role::Officer).await;
    assert_eq!((names(&found), &found["off"]), (vec![], &json!(1)));
    assert_eq!(std::fs::read_to_string(&ledger).unwrap(), "", "asking and saying are no deeds");
}

#[tokio::test]
async fn what_became_of_positions_is_told_in_numbers() {
    let town = town(reading(), None);
    hear(&town, "LH-1", "dlh", 5, 1.0, "free");
    hear(&town, "LH-1", "dlh", 6, 1.0, "free");
    hear(&town, "Budi Santoso", "dlh", 5, 1.0, "free");
    hear(&town, "LH-2", "dlh", 5, 9_000.0, "free");
    hear(&town, "LH-2", "nobody", 5, 1.0, "free");
    let operation = told(get(&town, "/v1/operation", &token(Role::Operator)).await).await;
    let officers = &operation["officers"];
    for (field, expected) in [
        ("topic", json!("officers.positions")),
        ("state", json!("starting")),
        ("taken", json!(1)),
        ("overtaken", json!(1)),
        ("refused", json!(3)),
        ("refused_by", json!({"officer": 1, "outside": 1, "unit": 1})),
        ("known", json!(1)),
    ] {
        assert_eq!(officers[field], expected, "{field}: {officers}");
    }
    let metrics = String::from_utf8(bytes(town.get("/metrics").await).await).unwrap();
    for line in [
        "tanggap_officer_positions_total{fate=\"taken\"} 1\n",
        "tanggap_officer_positions_refused_total{reason=\"unit\"} 1\n",
        "tanggap_officers_known 1\n",
        "tanggap_officer_topic_state{state=\"starting\"} 1\n",
    ] {
        assert!(metrics.contains(line), "{line}{metrics}");
    }
    assert!(!metrics.contains("LH-1") && !metrics.contains("Budi"), "{metrics}");
    let (_, answer) = near(&town, "report=r0", Role::Officer).await;
    assert_eq!(answer["stale"], true, "the topic is not read here: {answer}");
}
