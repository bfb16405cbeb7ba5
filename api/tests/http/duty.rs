//! The duty ledger as staff see it, and as nobody else does.

use std::fmt::Write;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::Value;
use tanggap::state::ApiSettings;
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Kind, Status};

use super::town::{EAST, MINUTE, NOW, TOKEN, Town, WEST, bytes, flooded, json};

/// The western kelurahan's ledger of the month of the town.
const LEDGER: &str = "/v1/duty/31.71.01.1001";

impl Town {
    /// Files duty reports: id, minutes before now, post.
    fn file(&mut self, reports: &[(&str, i64, Option<&str>)]) {
        let mut batch = EventBatchBuilder::default();
        for (offset, (id, ago, post)) in (10_000..).zip(reports) {
            let event = Event {
                position: Some(WEST),
                category: Some(Category::Kebersihan),
                kind: Some(Kind::Duty),
                duty_post: *post,
                reporter: Some(424_242),
                ..Event::new(Class::Report, id, 1, NOW - ago * MINUTE)
            };
            batch.push(offset, &event);
        }
        self.take(&mut batch);
    }
}

/// Four reports of an RT, of which two are verified and one rejected after all, and one of nobody in particular.
fn on_duty() -> Town {
    let mut town = Town::new(ApiSettings::default());
    let rt = Some("RT 003/RW 05");
    town.file(&[("d0", 300, rt), ("d1", 290, rt), ("d2", 200, rt), ("d3", 100, rt), ("d4", 90, None)]);
    town.move_on("d0", 50, Status::Verified);
    town.move_on("d2", 50, Status::Verified);
    town.move_on("d3", 50, Status::Verified);
    town.move_on("d3", 40, Status::ClosedNoAction);
    // Something later moves the watermark past all of it.
    town.hear(&[(-10, EAST, Category::Sampah, 1)]);
    town
}

async fn shown(town: &Town, path: &str) -> axum::response::Response {
    let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
    town.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn only_staff_see_the_ledger_and_the_queue() {
    let town = on_duty();
    for path in [LEDGER.to_owned(), format!("{LEDGER}/queue"), format!("{LEDGER}?format=csv")] {
        let response = town.get(&path).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    }
    for (path, status) in [
        ("/v1/duty/31.71.01.9999", StatusCode::NOT_FOUND),
        ("/v1/duty/barat", StatusCode::NOT_FOUND),
        ("/v1/duty/31.71.01.1001?month=2026-13", StatusCode::BAD_REQUEST),
        ("/v1/duty/31.71.01.1001?days=3", StatusCode::BAD_REQUEST),
        ("/v1/duty/31.71.01.1001/queue?limit=0", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(shown(&town, path).await.status(), status, "{path}");
    }
    let nothing = Town::new(ApiSettings::default());
    assert_eq!(shown(&nothing, LEDGER).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_ledger_says_what_each_post_filed_and_who_changed_what() {
    let town = on_duty();
    let ledger = town.staff(LEDGER).await;
    assert_eq!(
        (&ledger["month"], &ledger["kelurahan_name"]),
        (&Value::from("2026-01"), &Value::from("Barat"))
    );
    assert_eq!(ledger["rule"]["reports_a_day"], 3);
    let posts = ledger["posts"].as_array().unwrap();
    assert_eq!(posts.len(), 2);
    let rt = &posts[0];
    assert_eq!(rt["post"], "RT 003/RW 05");
    for (name, expected) in [
        ("submitted", 4),
        ("verified", 2),
        ("rejected", 1),
        ("waiting", 1),
        ("near_duplicates", 1),
        ("counted", 2),
        ("amount_rupiah", 20_000),
    ] {
        assert_eq!(rt[name], expected, "{name}");
    }
    assert_eq!(
        (&rt["days"][0]["date"], &rt["days"][0]["reached"]),
        (&Value::from("2026-01-15"), &Value::from(false))
    );
    assert_eq!(rt["days"][0]["shortfall"], 0);
    let steps: Vec<(&str, &str, &str)> = rt["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| {
            let text = |name: &str| step[name].as_str().unwrap();
            (text("id"), text("before"), text("after"))
        })
        .collect();
    assert_eq!(steps, [("d3", "received", "verified"), ("d3", "verified", "closed_no_action")]);
    assert_eq!(rt["changes"][1]["actor_role"], "petugas");
    let nobody = &posts[1];
    assert_eq!(
        (&nobody["post"], &nobody["submitted"], &nobody["amount_rupiah"]),
        (&Value::Null, &1.into(), &0.into())
    );
    assert_eq!(ledger["total"]["amount_rupiah"], 20_000);
    let text = ledger.to_string();
    assert!(!text.contains("reporter") && !text.contains("424242"), "{text}");
    let first = town.staff(&format!("{LEDGER}?limit=1")).await;
    assert_eq!((first["posts"].as_array().unwrap().len(), &first["next_cursor"]), (1, &"1".into()));
    let second = town.staff(&format!("{LEDGER}?limit=1&cursor=1")).await;
    assert_eq!((&second["posts"][0], &second["next_cursor"]), (nobody, &Value::Null));
    assert_eq!(second["total"], ledger["total"], "the total is of all pages");
}

#[tokio::test]
async fn the_queue_shows_what_waits_with_its_warning() {
    let town = on_duty();
    let queue = town.staff(&format!("{LEDGER}/queue")).await;
    assert_eq!(
        (&queue["first_month"], &queue["last_month"], &queue["waiting"]),
        (&"2025-12".into(), &"2026-01".into(), &2.into())
    );
    let items = queue["items"].as_array().unwrap();
    assert_eq!((&items[0]["id"], &items[1]["id"]), (&"d1".into(), &"d4".into()));
    assert_eq!(
        (&items[0]["warning"]["id"], &items[0]["warning"]["seconds"]),
        (&"d0".into(), &600.into())
    );
    assert_eq!(items[0]["warning"]["metres"], 0.0);
    assert!(items[1]["warning"].is_null());
    assert!(!queue.to_string().contains("424242"));
    let elsewhere = town.staff("/v1/duty/31.71.01.1002/queue").await;
    assert_eq!(elsewhere["waiting"], 0);
}

#[tokio::test]
async fn the_file_is_the_same_each_time_and_carries_its_hash() {
    let town = on_duty();
    let hash = town.staff(LEDGER).await["hash"].as_str().unwrap().to_owned();
    let mut files = Vec::new();
    for _ in 0..2 {
        let response = shown(&town, &format!("{LEDGER}?format=csv")).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(
            response.headers()[header::CONTENT_DISPOSITION],
            "attachment; filename=\"duty-31.71.01.1001-2026-01.csv\""
        );
        let digest = response.headers()["digest"]
            .to_str()
            .unwrap()
            .strip_prefix("sha-256=")
            .unwrap()
            .to_owned();
        assert_eq!(hexadecimal(&digest), hash);
        files.push(bytes(response).await);
    }
    assert_eq!(files[0], files[1]);
    let text = String::from_utf8(files.swap_remove(0)).unwrap();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "2026-01,31.71.01.1001,RT 003/RW 05,4,2,1,1,0,1,0,2,2,10000,20000",
            "2026-01,31.71.01.1001,,1,0,0,1,0,1,0,0,0,0,0"
        ]
    );
    // Before the last word on d3 it was worth another Rp 10,000, and that can still be shown.
    let then = town.staff(&format!("{LEDGER}?as_of=2026-01-15T13:20:00%2B07:00")).await;
    assert_eq!(then["total"]["amount_rupiah"], 30_000);
    assert_ne!(then["hash"], hash.as_str());
}

/// Base64 as hexadecimal.
fn hexadecimal(base64: &str) -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let sixes = base64.trim_end_matches('=').chars().map(|letter| letters.find(letter).unwrap());
    let mut bits = String::new();
    for six in sixes {
        write!(bits, "{six:06b}").unwrap();
    }
    let mut text = String::new();
    for start in (0..bits.len() / 8 * 8).step_by(8) {
        write!(text, "{:02x}", u8::from_str_radix(&bits[start..start + 8], 2).unwrap()).unwrap();
    }
    text
}

#[tokio::test]
async fn duty_reports_move_no_heat_no_trend_and_no_ranking() {
    let mut towns = [flooded(), flooded()];
    let posts: Vec<(String, i64)> = (0..40).map(|number| (format!("duty {number}"), 1 + number % 6)).collect();
    let reports: Vec<_> = posts.iter().map(|(id, ago)| (id.as_str(), *ago, Some("RW 05"))).collect();
    towns[1].file(&reports);
    for number in 0..40 {
        towns[1].move_on(&format!("duty {number}"), 1, Status::Verified);
    }
    for town in &mut towns {
        town.hear(&[(-10, EAST, Category::Sampah, 1)]);
    }
    let queue = towns[1].staff(&format!("{LEDGER}?month=2026-01")).await;
    assert_eq!(queue["total"]["submitted"], 40, "they are there");
    for path in [
        "/v1/cells?window=1h",
        "/v1/trending",
        "/v1/rankings/kelurahan",
        "/v1/rankings/dinas",
        "/v1/areas/31.71.01.1001",
        "/v1/units",
    ] {
        let mut answers = Vec::new();
        for town in &towns {
            for mut answer in [json(town.get(path).await).await, town.staff(path).await] {
                // How many messages were read, and how long ago: the one thing that may differ.
                answer.as_object_mut().unwrap().remove("sources");
                answers.push(answer.to_string());
            }
        }
        assert!(answers[0].len() > 20, "{path}");
        assert_eq!(answers[0], answers[2], "{path} for the public");
        assert_eq!(answers[1], answers[3], "{path} for staff");
    }
}
