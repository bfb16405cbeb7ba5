//! The trend of a row: every point is what the table gave then, and knows nothing later.

use axum::http::StatusCode;
use serde_json::Value;
use tanggap::state::ApiSettings;
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Kind, Status};

use super::town::{EAST, MINUTE, NOW, Town, WEST, json};

const DAY: i64 = 1_440;
const HOUR: i64 = 60;
/// The western kelurahan.
const CODE: &str = "31.71.01.1001";

fn filed(id: &str, ago: i64) -> (i64, Event<'_>) {
    let event = Event {
        position: Some(WEST),
        category: Some(Category::Sampah),
        kind: Some(Kind::Complaint),
        ..Event::new(Class::Report, id, 1, NOW - ago * MINUTE)
    };
    (ago, event)
}

fn moved(id: &str, version: u64, ago: i64, status: Status) -> (i64, Event<'_>) {
    let event = Event {
        status: Some(status),
        report_channel: Some("qlue"),
        ..Event::new(Class::Transition, id, version, NOW - ago * MINUTE)
    };
    (ago, event)
}

/// Now is Thursday, 15 January. `slow` was filed on 20 December and resolved on 8 January; `twice` on 26 December, resolved within an hour,
/// taken back on 7 January and resolved again on the 13th; `late` on 6 January, and is open.
fn five_weeks() -> Town {
    let mut said = vec![
        filed("slow", 26 * DAY),
        moved("slow", 2, 7 * DAY, Status::Resolved),
        filed("twice", 20 * DAY),
        moved("twice", 2, 20 * DAY - HOUR, Status::Resolved),
        moved("twice", 3, 8 * DAY, Status::Reopened),
        moved("twice", 4, 2 * DAY, Status::Resolved),
        filed("late", 9 * DAY),
    ];
    // Something of another place moves the watermark past all of it.
    let mut last = filed("elsewhere", -10);
    last.1.position = Some(EAST);
    said.push(last);
    said.sort_by_key(|(ago, _)| -ago);
    let mut batch = EventBatchBuilder::default();
    for (offset, (_, event)) in (0..).zip(&said) {
        batch.push(offset, event);
    }
    let mut town = Town::new(ApiSettings::default());
    town.take(&mut batch);
    town
}

fn row<'a>(table: &'a Value, code: &str) -> Option<&'a Value> {
    table["items"].as_array().unwrap().iter().find(|item| item["code"] == code)
}

#[tokio::test]
async fn every_point_is_the_row_of_the_table_asked_about_the_same_moment() {
    let town = five_weeks();
    for question in [
        "steps=4&window=30d",
        "steps=3&window=7d",
        "steps=2&step=month&window=all",
        "steps=3&quality=adjusted",
        "steps=2&as_of=2026-01-09T00:00:00%2B07:00",
    ] {
        let trend = json(town.get(&format!("/v1/rankings/kelurahan/{CODE}/trend?{question}")).await).await;
        let points = trend["points"].as_array().unwrap();
        assert!(points.len() >= 2, "{question}");
        for point in points {
            let (as_of, window, quality) = (&point["as_of"], &trend["window"], &trend["quality"]);
            let asked = format!(
                "/v1/rankings/kelurahan?as_of={}&window={}&quality={}",
                as_of.as_str().unwrap(),
                window.as_str().unwrap(),
                quality.as_str().unwrap()
            );
            let table = json(town.get(&asked).await).await;
            assert_eq!(&table["as_of"], as_of, "{asked}");
            let Some(item) = row(&table, CODE) else {
                assert_eq!(
                    (&point["n"], &point["rmst_resolution_h"]),
                    (&Value::from(0), &Value::Null),
                    "{asked}"
                );
                continue;
            };
            for (name, value) in point.as_object().unwrap().iter().filter(|(name, _)| *name != "as_of") {
                assert_eq!(value, &item[name], "{asked}: {name}");
            }
        }
    }
}

#[tokio::test]
async fn a_case_that_was_open_then_counts_as_open_whatever_became_of_it() {
    let town = five_weeks();
    let trend = json(town.get(&format!("/v1/rankings/kelurahan/{CODE}/trend?steps=4")).await).await;
    let points = trend["points"].as_array().unwrap();
    let told: Vec<(&str, u64, u64)> = points
        .iter()
        .map(|point| {
            let count = |name: &str| point[name].as_u64().unwrap();
            (point["as_of"].as_str().unwrap(), count("n"), count("open"))
        })
        .collect();
    assert_eq!(
        told,
        [
            // Nearly two days after `slow` was filed.
            ("2025-12-21T17:00:00Z", 1, 1),
            // `twice` is resolved, and will be taken back.
            ("2025-12-28T17:00:00Z", 2, 1),
            ("2026-01-04T17:00:00Z", 2, 1),
            // `slow` is resolved at last, `twice` is open again, `late` has come.
            ("2026-01-11T17:00:00Z", 3, 2),
        ]
    );
    let mean = |point: &Value| point["rmst_resolution_h"].as_f64().unwrap();
    // Half are resolved after an hour, the others wait beyond the horizon of 168 hours.
    assert!((mean(&points[1]) - 84.5).abs() < 1e-6 && (mean(&points[2]) - 84.5).abs() < 1e-6);
    // None is resolved within the horizon: what was, was taken back.
    assert!((mean(&points[3]) - 168.0).abs() < 1e-6);
    assert_eq!(
        (&trend["latest"]["n"], &trend["latest"]["open"]),
        (&Value::from(3), &Value::from(1))
    );
    assert_eq!((&trend["step"], &trend["level"]), (&Value::from("week"), &Value::from("kelurahan")));
    assert!(points.iter().all(|point| point["tier"].is_null()), "too few for a verdict");
}

#[tokio::test]
async fn the_public_may_look_back_from_whole_days_only_and_a_unit_nobody_knows_has_no_trend() {
    let town = five_weeks();
    let path = format!("/v1/rankings/kelurahan/{CODE}/trend?steps=2");
    let at_noon = town.get(&format!("{path}&as_of=2026-01-10T05:00:00Z")).await;
    assert_eq!(at_noon.status(), StatusCode::BAD_REQUEST);
    let staff = town.staff(&format!("{path}&as_of=2026-01-10T05:00:00Z")).await;
    assert_eq!(staff["points"][1]["as_of"], "2026-01-04T17:00:00Z");
    assert_eq!(staff["latest"]["as_of"], "2026-01-10T05:00:00Z");
    let nobody = town.get("/v1/rankings/kelurahan/31.71.01.9999/trend?steps=2").await;
    assert_eq!(nobody.status(), StatusCode::NOT_FOUND);
    let nothing = Town::new(ApiSettings::default());
    assert_eq!(nothing.get(&path).await.status(), StatusCode::NOT_FOUND);
}
