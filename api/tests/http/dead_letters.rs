//! Refused events in the hands of an operator: seen, looked into with a trace, given in once more as they were or mended.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use datafusion::arrow::array::{ArrayRef, BinaryArray, Int64Array, RecordBatch, StringArray};
use serde_json::{Value, json};
use tanggap::access::Role;
use tanggap::deeds::DeedSettings;
use tanggap::intake::Intake;
use tanggap::state::ApiSettings;
use tanggap_queries::tables::{LaneSnapshot, Liveness};

use super::access::{accounts, get, token};
use super::town::{Town, json as told};

/// Topic, partition, payload.
type Taken = (String, i32, Vec<u8>);

/// A log that takes so many messages and no more.
#[derive(Debug)]
struct Log {
    taken: Mutex<Vec<Taken>>,
    room: AtomicUsize,
}

impl Log {
    fn of(room: usize) -> Arc<Self> {
        Arc::new(Self {
            taken: Mutex::default(),
            room: AtomicUsize::new(room),
        })
    }
}

impl Intake for Log {
    fn write(&self, topic: &str, _key: Option<&str>, payload: &[u8]) -> bool {
        self.write_to(topic, -1, payload)
    }

    fn write_to(&self, topic: &str, partition: i32, payload: &[u8]) -> bool {
        let room = self.room.load(Ordering::SeqCst);
        if room == 0 {
            return false;
        }
        self.room.store(room - 1, Ordering::SeqCst);
        self.taken.lock().unwrap().push((topic.to_owned(), partition, payload.to_vec()));
        true
    }
}

/// Number on the topic, offset, reason, payload.
type Refused<'p> = (i64, i64, &'static str, &'p [u8]);

fn lane(topic: &str, partition: i32, refused: &[Refused<'_>]) -> LaneSnapshot {
    let columns: [(&str, ArrayRef); 5] = [
        ("seq", Arc::new(refused.iter().map(|row| row.0).collect::<Int64Array>())),
        ("offset", Arc::new(refused.iter().map(|row| row.1).collect::<Int64Array>())),
        ("reason", Arc::new(StringArray::from_iter_values(refused.iter().map(|row| row.2)))),
        ("field", Arc::new(StringArray::from_iter_values(refused.iter().map(|_| "post_id")))),
        ("payload", Arc::new(BinaryArray::from_iter_values(refused.iter().map(|row| row.3)))),
    ];
    LaneSnapshot {
        lane: format!("{topic}-{partition}"),
        topic: topic.to_owned(),
        partition,
        channel: topic.split('.').next().unwrap().to_owned(),
        liveness: Liveness::Live,
        letters: vec![RecordBatch::try_from_iter(columns).unwrap()],
        told: [("tanggap.dead-letter".to_owned(), 5)].into(),
        ..LaneSnapshot::default()
    }
}

/// Three refused payloads of one lane, and two events of one payload on another.
fn town(log: &Arc<Log>, directory: &Path) -> Town {
    let town = Town::new(ApiSettings {
        access: accounts(),
        ledger: Some(directory.join("audit.ndjson")),
        intake: Some(Arc::<Log>::clone(log)),
        deeds: DeedSettings {
            directory: Some(directory.to_owned()),
            ..DeedSettings::default()
        },
        ..ApiSettings::default()
    });
    let refused: [Refused<'_>; 3] = [
        (1, 10, "no_id", b"{\"post\": 1}"),
        (2, 11, "no_json_object", b"\xff\xfenot text"),
        (3, 17, "no_id", b"{\"post\": 2}"),
    ];
    town.state.city.publish(lane("qlue.reports", 1, &refused));
    let two: [Refused<'_>; 2] = [(1, 4, "no_event_time", b"{\"alerts\": []}"), (2, 4, "future", b"")];
    town.state.city.publish(lane("waze.feed", 0, &two));
    town
}

async fn ask(town: &Town, path: &str) -> Value {
    let response = get(town, path, &token(Role::Operator)).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    told(response).await
}

async fn replay(town: &Town, role: Role, body: &Value) -> (u16, Value) {
    let request = Request::post("/v1/dead-letters/replay")
        .header(header::AUTHORIZATION, format!("Bearer {}", token(role)))
        .header(header::CONTENT_TYPE, "application/json");
    let response = town.send(request.body(Body::from(body.to_string())).unwrap()).await;
    (response.status().as_u16(), told(response).await)
}

fn places(page: &Value) -> Vec<(String, i64, i64)> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| {
            let number = |name: &str| item[name].as_i64().unwrap();
            (item["lane"].as_str().unwrap().to_owned(), number("seq"), number("offset"))
        })
        .collect()
}

#[tokio::test]
async fn the_list_comes_in_pages_the_newest_first_and_holds_nothing_that_somebody_wrote() {
    let directory = tempfile::tempdir().unwrap();
    let town = town(&Log::of(0), directory.path());
    let whole = ask(&town, "/v1/dead-letters").await;
    let of = |lane: &str, seq, offset| (lane.to_owned(), seq, offset);
    let expected = vec![
        of("qlue.reports-1", 3, 17),
        of("qlue.reports-1", 2, 11),
        of("qlue.reports-1", 1, 10),
        of("waze.feed-0", 2, 4),
        of("waze.feed-0", 1, 4),
    ];
    assert_eq!(places(&whole), expected);
    assert!(whole["next_cursor"].is_null());
    let text = whole.to_string();
    assert!(!text.contains("alerts") && !text.contains("not text"), "{text}");
    let counted = |lane: &str, reason: &str, n: i64| json!({"lane": lane, "reason": reason, "n": n});
    let mut groups = whole["groups"].as_array().unwrap().clone();
    groups.sort_by_key(ToString::to_string);
    let mut wanted = vec![
        counted("qlue.reports-1", "no_id", 2),
        counted("qlue.reports-1", "no_json_object", 1),
        counted("waze.feed-0", "no_event_time", 1),
        counted("waze.feed-0", "future", 1),
    ];
    wanted.sort_by_key(ToString::to_string);
    assert_eq!(groups, wanted);

    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ask(&town, &format!("/v1/dead-letters?limit=2{cursor}")).await;
        pages.extend(places(&page));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(pages, expected, "pages concatenate to the list");

    let some = ask(&town, "/v1/dead-letters?lane=qlue.reports-1&reason=no_id").await;
    assert_eq!(places(&some), [expected[0].clone(), expected[2].clone()]);
    assert!(some["items"][0]["advice"].as_str().unwrap().contains("id"), "{some}");
    for wrong in ["reason=nothing", "cursor=17", "limit=0"] {
        let response = get(&town, &format!("/v1/dead-letters?{wrong}"), &token(Role::Operator)).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn whoever_looks_into_a_payload_is_in_the_ledger_and_only_operators_may() {
    let directory = tempfile::tempdir().unwrap();
    let town = town(&Log::of(0), directory.path());
    let path = "/v1/dead-letters/qlue.reports-1/11";
    assert_eq!(town.get(path).await.status(), StatusCode::UNAUTHORIZED);
    for role in [Role::Officer, Role::Verifier, Role::Leadership] {
        assert_eq!(get(&town, path, &token(role)).await.status(), StatusCode::FORBIDDEN, "{role:?}");
    }
    let letter = ask(&town, path).await;
    assert_eq!(letter["hex"], "fffe6e6f742074657874");
    assert_eq!(
        (&letter["text"], &letter["exact"], &letter["bytes"]),
        (&json!("\u{fffd}\u{fffd}not text"), &json!(false), &json!(10))
    );
    assert_eq!(letter["refusals"][0]["reason"], "no_json_object");
    let shared = ask(&town, "/v1/dead-letters/waze.feed-0/4").await;
    assert_eq!((&shared["text"], &shared["exact"]), (&json!("{\"alerts\": []}"), &json!(true)));
    let reasons: Vec<&Value> = shared["refusals"].as_array().unwrap().iter().map(|one| &one["reason"]).collect();
    assert_eq!(reasons, ["no_event_time", "future"]);
    for path in ["/v1/dead-letters/qlue.reports-1/12", "/v1/dead-letters/nothing-0/11"] {
        assert_eq!(
            get(&town, path, &token(Role::Operator)).await.status(),
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let ledger = ask(&town, "/v1/ledger").await;
    let lines: Vec<(&str, &str)> = ledger["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["what"].as_str().unwrap(), line["on"].as_str().unwrap()))
        .collect();
    assert_eq!(
        lines,
        [
            ("look at dead letter", "waze.feed-0/4"),
            ("look at dead letter", "qlue.reports-1/11")
        ],
        "who was refused has seen nothing, and who found nothing neither"
    );
    let file = std::fs::read_to_string(directory.path().join("audit.ndjson")).unwrap();
    assert!(!file.contains("alerts"), "no payload is in the ledger: {file}");
}

#[tokio::test]
async fn payloads_are_given_in_once_at_their_partition_and_marked() {
    let directory = tempfile::tempdir().unwrap();
    let log = Log::of(9);
    let town = town(&log, directory.path());
    let offsets = json!({"lane": "waze.feed-0", "offsets": [4]});
    for role in [Role::Officer, Role::Verifier, Role::Leadership] {
        assert_eq!(replay(&town, role, &offsets).await.0, 403, "{role:?}");
    }
    let (status, answer) = replay(&town, Role::Operator, &offsets).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!((&answer["given"], &answer["next_cursor"]), (&json!(1), &Value::Null), "{answer}");
    let (status, answer) = replay(&town, Role::Operator, &json!({"reason": "no_id"})).await;
    assert_eq!((status, &answer["given"]), (200, &json!(2)), "{answer}");
    let mended = json!({"lane": "qlue.reports-1", "offset": 11, "payload": "{\"post_id\": 3}"});
    let (status, answer) = replay(&town, Role::Operator, &mended).await;
    assert_eq!((status, &answer["given"]), (200, &json!(1)), "{answer}");
    let of = |topic: &str, partition, payload: &str| (topic.to_owned(), partition, payload.as_bytes().to_vec());
    assert_eq!(
        *log.taken.lock().unwrap(),
        [
            of("waze.feed", 0, "{\"alerts\": []}"),
            of("qlue.reports", 1, "{\"post\": 2}"),
            of("qlue.reports", 1, "{\"post\": 1}"),
            of("qlue.reports", 1, "{\"post_id\": 3}"),
        ]
    );
    let list = ask(&town, "/v1/dead-letters").await;
    assert!(
        list["items"].as_array().unwrap().iter().all(|item| item["replayed"].is_string()),
        "{list}"
    );
    let ledger = ask(&town, "/v1/ledger").await;
    assert_eq!(
        (&ledger["items"][0]["on"], &ledger["items"][0]["outcome"]),
        (&json!("qlue.reports-1/11"), &json!("mended, given in"))
    );
}

#[tokio::test]
async fn what_the_log_does_not_take_is_left_for_the_next_try() {
    let directory = tempfile::tempdir().unwrap();
    let log = Log::of(1);
    let town = town(&log, directory.path());
    let (status, answer) = replay(&town, Role::Operator, &json!({"reason": "no_id"})).await;
    assert_eq!(
        (status, &answer["given"], &answer["stopped"]),
        (200, &json!(1), &json!(true)),
        "{answer}"
    );
    assert_eq!(answer["next_cursor"], "qlue.reports-1/3");
    let rest = json!({"reason": "no_id", "cursor": answer["next_cursor"]});
    assert_eq!(replay(&town, Role::Operator, &rest).await.0, 503);
    let list = ask(&town, "/v1/dead-letters?reason=no_id").await;
    let marked: Vec<bool> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["replayed"].is_string())
        .collect();
    assert_eq!(marked, [true, false]);
    log.room.store(9, Ordering::SeqCst);
    let (status, answer) = replay(&town, Role::Operator, &rest).await;
    assert_eq!(
        (status, &answer["given"], &answer["stopped"]),
        (200, &json!(1), &json!(false)),
        "{answer}"
    );
    assert_eq!(log.taken.lock().unwrap().len(), 2, "none twice");
}

#[tokio::test]
async fn a_wish_that_does_not_fit_is_told_what_would() {
    let directory = tempfile::tempdir().unwrap();
    let log = Log::of(9);
    let town = town(&log, directory.path());
    for (body, expected) in [
        (json!({}), 400),
        (json!({"lane": "waze.feed-0"}), 400),
        (json!({"offsets": [4]}), 400),
        (json!({"lane": "waze.feed-0", "offsets": []}), 400),
        (json!({"lane": "waze.feed-0", "offsets": vec![4; 201]}), 400),
        (json!({"lane": "waze.feed-0", "offset": 4}), 400),
        (json!({"lane": "waze.feed-0", "offset": 4, "payload": " "}), 400),
        (json!({"reason": "nothing"}), 400),
        (json!({"reason": "no_id", "cursor": "x"}), 400),
        (json!({"lane": "waze.feed-0", "offsets": [5]}), 404),
        (json!({"lane": "waze.feed-0", "offset": 5, "payload": "{}"}), 404),
        (json!({"lane": "waze.feed-0", "all": true}), 422),
    ] {
        let (status, problem) = replay(&town, Role::Operator, &body).await;
        assert_eq!(status, expected, "{body}: {problem}");
    }
    assert!(log.taken.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_operator_sees_versions_room_and_what_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let town = town(&Log::of(0), directory.path());
    let answer = ask(&town, "/v1/operation").await;
    let number = |name: &str| answer["disk"][name].as_u64().unwrap();
    assert!(
        number("total_bytes") >= number("free_bytes") && number("total_bytes") > 0,
        "{answer}"
    );
    assert_eq!(answer["outputs"], json!([{"topic": "tanggap.dead-letter", "told": 10}]));
    assert!(answer["program"].is_string() && answer["format"].as_u64().unwrap() >= 3, "{answer}");
    let metrics = super::town::bytes(town.get("/metrics").await).await;
    let metrics = String::from_utf8(metrics).unwrap();
    let line = "tanggap_lane_told_total{lane=\"waze.feed-0\",channel=\"waze\",topic=\"tanggap.dead-letter\"} 5\n";
    assert!(metrics.contains(line), "{metrics}");
}
