//! Gauges, floods by basin, alerts by CAP, opinions: as they are read, by whom, and from how many.

use axum::http::StatusCode;
use serde_json::Value;
use tanggap::state::ApiSettings;
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Kind};

use super::town::{EAST, MINUTE, NOW, Said, Town, WEST, bytes, json};

/// Gauge, minutes before now, level.
type Read<'a> = (&'a str, i64, i32);

fn read(town: &mut Town, readings: &[Read<'_>]) {
    let mut batch = EventBatchBuilder::default();
    for (offset, (gauge, ago, level_cm)) in (10_000..).zip(readings) {
        let event = Event {
            level_cm: Some(*level_cm),
            ..Event::new(Class::Level, gauge, level_cm.unsigned_abs().into(), NOW - ago * MINUTE)
        };
        batch.push(offset, &event);
    }
    town.take(&mut batch);
}

fn wet() -> Town {
    let mut town = Town::new(ApiSettings::default());
    read(
        &mut town,
        &[
            ("depok", 300, 150),
            ("katulampa", 60, 70),
            ("116", 45, 90),
            ("katulampa", 30, 110),
            ("katulampa", 0, 150),
            ("manggarai", 20, 700),
            ("manggarai", 10, 705),
            // Its owner's word for a reading that is missing.
            ("manggarai", 1, 0),
            ("pintu-x", 5, 40),
        ],
    );
    town
}

fn gauge<'a>(answer: &'a Value, id: &str) -> &'a Value {
    answer["gauges"].as_array().unwrap().iter().find(|gauge| gauge["id"] == id).unwrap()
}

async fn text(town: &Town, path: &str) -> String {
    let response = town.get(path).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    String::from_utf8(bytes(response).await).unwrap()
}

#[tokio::test]
async fn a_gauge_tells_its_siaga_its_trend_and_when_its_water_comes_further_down() {
    let town = wet();
    let answer = json(town.get("/v1/gauges").await).await;
    let katulampa = gauge(&answer, "katulampa");
    assert_eq!((&katulampa["siaga"], &katulampa["level_cm"]), (&Value::from(2), &Value::from(150)));
    assert_eq!(katulampa["next"], serde_json::json!({"siaga": 1, "at_cm": 200}));
    assert!(
        (katulampa["trend_cm_h"].as_f64().unwrap() - 80.0).abs() < 1e-9,
        "with the reading under its other name: {katulampa}"
    );
    assert_eq!(
        (&katulampa["stale"], &katulampa["assumption"]),
        (&Value::from(false), &Value::from(true))
    );
    let below = &katulampa["downstream"];
    assert_eq!(
        (&below[0]["id"], &below[1]["id"]),
        (&Value::from("depok"), &Value::from("manggarai"))
    );
    assert_eq!(
        (below[1]["lag_h_from"].as_f64(), below[1]["lag_h_to"].as_f64()),
        (Some(9.0), Some(11.0))
    );
    assert_eq!(below[0]["arrives_from"], "2026-01-15T10:03:00Z");
    let depok = gauge(&answer, "depok");
    assert_eq!((&depok["siaga"], &depok["stale"]), (&Value::from(4), &Value::from(true)));
    assert!(
        depok["downstream"][0]["arrives_from"].is_null(),
        "normal water is expected by nobody"
    );
    let manggarai = gauge(&answer, "manggarai");
    assert!(manggarai["trend_cm_h"].is_null(), "two readings have none");
    assert_eq!(manggarai["level_cm"], 705, "what is missing is no calm water");
    let unknown = gauge(&answer, "pintu-x");
    assert_eq!(
        (&unknown["level_cm"], &unknown["siaga"], &unknown["lon"]),
        (&Value::from(40), &Value::Null, &Value::Null)
    );
    let unread = gauge(&answer, "karet");
    assert_eq!((&unread["level_cm"], &unread["stale"]), (&Value::Null, &Value::from(true)));
}

#[tokio::test]
async fn gauges_are_points_on_a_map_too() {
    let town = wet();
    let map = json(town.get("/v1/gauges?format=geojson").await).await;
    let features = map["features"].as_array().unwrap();
    let one = |id: &str| features.iter().find(|feature| feature["id"] == id).unwrap();
    assert_eq!(one("katulampa")["geometry"]["coordinates"][1], -6.633);
    assert_eq!(one("katulampa")["properties"]["siaga"], 2);
    assert!(one("pintu-x")["geometry"].is_null());
    assert_eq!(town.get("/v1/gauges?format=csv").await.status(), StatusCode::BAD_REQUEST);
    let empty = Town::new(ApiSettings::default());
    let answer = json(empty.get("/v1/gauges").await).await;
    assert!(
        gauge(&answer, "manggarai")["time"].is_null(),
        "a city without events has gauges without readings"
    );
}

#[tokio::test]
async fn floods_are_told_by_basin_and_in_public_only_where_enough_people_speak() {
    let mut town = wet();
    let said: Vec<Said> = (0..3_u64).map(|person| (5, WEST, Category::Banjir, person)).collect();
    town.hear(&said);
    town.hear(&[(5, WEST, Category::Sampah, 9)]);
    let basin = |answer: &Value, name: &str| -> Value {
        let found = answer["basins"].as_array().unwrap().iter().find(|basin| basin["basin"] == name);
        found.unwrap().clone()
    };
    let staff = basin(&town.staff("/v1/floods").await, "Ciliwung");
    assert_eq!(staff["complaints"], serde_json::json!({"n": 3, "reporters": 3}));
    assert_eq!(staff["siaga"], 2, "the worst of those that are read");
    assert_eq!(staff["alerts"]["n"], 0);
    let answer = json(town.get("/v1/floods").await).await;
    let public = basin(&answer, "Ciliwung");
    assert!(
        public["complaints"]["n"].is_null() && public["complaints"]["reporters"].is_null(),
        "{public}"
    );
    assert!(basin(&answer, "Sunter")["siaga"].is_null());
    let last = answer["basins"].as_array().unwrap().last().unwrap();
    assert!(last["basin"].is_null() && last["gauges"][0]["id"] == "pintu-x", "{last}");
}

#[tokio::test]
async fn a_gauge_at_siaga_three_or_worse_is_a_cap_message_that_refers_to_the_one_before() {
    let town = wet();
    let feed = text(&town, "/v1/alerts/cap.xml").await;
    assert!(
        feed.contains("href=\"/v1/alerts/gauge-katulampa.cap\"") && !feed.contains("manggarai.cap"),
        "{feed}"
    );
    let message = text(&town, "/v1/alerts/gauge-katulampa.cap").await;
    for part in [
        "<identifier>tanggap-gauge-katulampa-2-1768460580</identifier>",
        "<sent>2026-01-15T07:03:00-00:00</sent>",
        "<status>Actual</status>",
        "<msgType>Update</msgType>",
        "<references>tanggap,tanggap-gauge-katulampa-3-1768457880,2026-01-15T06:18:00-00:00</references>",
        "<severity>Severe</severity>",
        "<language>id</language>",
        "<language>en</language>",
        "<circle>-6.633000,106.837000 0</circle>",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert_eq!(town.get("/v1/alerts/gauge-manggarai.cap").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(town.get("/v1/alerts/gauge-katulampa").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_message_is_cancelled_when_the_water_is_normal_again_and_forgotten_later() {
    let mut town = Town::new(ApiSettings {
        loopback_is_staff: true,
        ..ApiSettings::default()
    });
    read(&mut town, &[("manggarai", 60, 800), ("manggarai", 30, 700)]);
    let message = text(&town, "/v1/alerts/gauge-manggarai.cap").await;
    assert!(message.contains("<msgType>Cancel</msgType>") && message.contains("<responseType>AllClear</responseType>"));
    assert!(message.contains("<status>Test</status>"), "a demo warns nobody");
    // Another city, as answers about water are kept a moment.
    let mut town = Town::new(ApiSettings::default());
    read(
        &mut town,
        &[("manggarai", 60, 800), ("manggarai", 30, 700), ("manggarai", -400, 690)],
    );
    assert_eq!(town.get("/v1/alerts/gauge-manggarai.cap").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn opinions_are_shares_of_people_with_their_sample_and_kept_from_the_public_where_few_speak() {
    let mut town = Town::new(ApiSettings::default());
    let mut batch = EventBatchBuilder::default();
    let mut say = |number: i64, position, kind, category, reporter| {
        let id = format!("o{number}");
        let event = Event {
            position: Some(position),
            category: Some(category),
            kind: Some(kind),
            reporter: Some(reporter),
            ..Event::new(Class::Report, &id, 1, NOW - number * MINUTE)
        };
        batch.push(number, &event);
    };
    for person in 0..6_u64 {
        say(person.cast_signed(), WEST, Kind::Suggestion, Category::JalanRusak, person);
    }
    say(6, WEST, Kind::Suggestion, Category::JalanRusak, 0);
    say(7, WEST, Kind::Praise, Category::Kebersihan, 1);
    say(8, WEST, Kind::Praise, Category::Kebersihan, 8);
    say(9, EAST, Kind::Complaint, Category::JalanRusak, 9);
    town.take(&mut batch);
    let staff = town.staff("/v1/opinions").await;
    let areas = staff["areas"].as_array().unwrap();
    assert_eq!(areas.len(), 1, "{staff}");
    assert_eq!((&areas[0]["sample"], &areas[0]["n"]), (&Value::from(7), &Value::from(9)));
    let topics = areas[0]["topics"].as_array().unwrap();
    assert_eq!(
        (&topics[0]["kind"], &topics[0]["category"]),
        (&Value::from("suggestion"), &Value::from("jalan_rusak"))
    );
    assert_eq!((&topics[0]["reporters"], &topics[0]["n"]), (&Value::from(6), &Value::from(7)));
    let number = |name: &str| topics[0][name].as_f64().unwrap();
    assert!((number("share") - 6.0 / 7.0).abs() < 1e-12);
    assert!(number("share_low") < number("share") && number("share") < number("share_high"));
    assert_eq!(topics.len(), 2);
    let public = json(town.get("/v1/opinions").await).await;
    assert_eq!(public["areas"][0]["topics"].as_array().unwrap().len(), 1, "two people are too few");
    let fine = json(town.get("/v1/opinions?level=kelurahan&window=1h").await).await;
    assert_eq!(fine["areas"][0]["code"], "31.71.01.1001");
    assert_eq!(
        town.get("/v1/opinions?window=7d").await.status(),
        StatusCode::BAD_REQUEST,
        "no history"
    );
}
