//! The ranking of reporters: off unless it is switched on, of those only who asked, and forgetful.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tanggap::access::Role;
use tanggap::deeds::DeedSettings;
use tanggap::pseudonyms::ReporterSettings;
use tanggap::state::{ApiSettings, Secret, WebhookIn};
use tanggap_connectors::decode::ReporterKey;
use tanggap_engine::event::{Category, Class, Event, EventBatchBuilder, Kind, Status};

use super::access::{accounts, token};
use super::town::{EAST, MINUTE, NOW, TOKEN, Town, WEST, json as told};

const PATH: &str = "/v1/rankings/reporters";
const DAY: i64 = 1_440;
const SECRET: &str = "rahasia-qlue-1234";
/// Pseudonyms of the reporters u-0 to u-5, who told 3, 3, 4, 4, 5 and 5 true things in December.
const NAMES: [&str; 6] = ["awan", "Bumi", "cahaya", "dahan", "embun", "fajar"];

fn settings(directory: &Path, reporters: ReporterSettings) -> ApiSettings {
    let source = |name: &str, secret: &str, topic: &str| WebhookIn {
        name: name.to_owned(),
        secret: Secret::new(secret.to_owned()),
        topic: topic.to_owned(),
    };
    ApiSettings {
        reporters,
        access: accounts(),
        ledger: Some(directory.join("audit.ndjson")),
        deeds: DeedSettings {
            directory: Some(directory.to_owned()),
            ..DeedSettings::default()
        },
        webhooks_in: vec![
            source("qlue", SECRET, "qlue.reports"),
            source("cognicity", "rahasia-lain-5678", "reports.petabencana"),
        ],
        ..ApiSettings::default()
    }
}

fn on(public: bool) -> ReporterSettings {
    ReporterSettings {
        ranking: true,
        public,
        ..ReporterSettings::default()
    }
}

/// Six people in December 2025: a report a day of each, all of it done an hour later; one more of the first, dismissed; duty of the last.
fn december(settings: ApiSettings) -> Town {
    let key = |reporter: usize| ReporterKey::default().key_of("qlue", &format!("u-{reporter}"));
    let mut said: Vec<(String, i64, Option<usize>, Kind, Status)> = Vec::new();
    for reporter in 0..6 {
        for number in 0..3 + i64::try_from(reporter).unwrap() / 2 {
            let ago = (45 - number) * DAY - i64::try_from(reporter).unwrap();
            let id = format!("d{reporter}-{number}");
            said.push((id.clone(), ago, Some(reporter), Kind::Complaint, Status::Received));
            said.push((id, ago - 60, None, Kind::Complaint, Status::Resolved));
        }
    }
    said.push(("nothing".to_owned(), 30 * DAY, Some(0), Kind::Complaint, Status::Received));
    said.push(("nothing".to_owned(), 29 * DAY, None, Kind::Complaint, Status::ClosedNoAction));
    for number in 0..8 {
        let id = format!("duty{number}");
        said.push((id, (40 - number) * DAY, Some(5), Kind::Duty, Status::Resolved));
    }
    // Something later moves the watermark past all of it.
    said.push(("later".to_owned(), -10, Some(99), Kind::Complaint, Status::Received));
    said.sort_by_key(|(_, ago, ..)| -ago);
    let mut batch = EventBatchBuilder::default();
    for (offset, (id, ago, reporter, kind, status)) in (0..).zip(&said) {
        let time_us = NOW - ago * MINUTE;
        let event = match reporter {
            Some(reporter) => Event {
                position: Some(if *reporter % 2 == 0 { WEST } else { EAST }),
                category: Some(Category::Sampah),
                kind: Some(*kind),
                reporter: Some(key(*reporter)),
                ..Event::new(Class::Report, id, 1, time_us)
            },
            None => Event {
                status: Some(*status),
                report_channel: Some("qlue"),
                ..Event::new(Class::Transition, id, 2, time_us)
            },
        };
        batch.push(offset, &event);
    }
    let mut town = Town::new(settings);
    town.take(&mut batch);
    town
}

fn wish(reporter: usize, pseudonym: &str) -> Value {
    json!({"channel": "qlue", "reporter": format!("u-{reporter}"), "pseudonym": pseudonym, "consent": true})
}

fn withdrawal(reporter: usize) -> Value {
    json!({"channel": "qlue", "reporter": format!("u-{reporter}"), "consent": false})
}

async fn said(town: &Town, token: Option<&str>, body: &Value) -> Response {
    let mut request = Request::post("/v1/pseudonyms").header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    town.send(request.body(Body::from(body.to_string())).unwrap()).await
}

async fn signed(town: &Town, secret: &str, body: &Value) -> Response {
    let body = body.to_string();
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time}.{body}").as_bytes());
    let signature = mac.finalize().into_bytes().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    });
    let request = Request::post("/v1/pseudonyms")
        .header("x-tanggap-timestamp", time)
        .header("x-tanggap-signature", format!("sha256={signature}"));
    town.send(request.body(Body::from(body)).unwrap()).await
}

async fn asked(town: &Town, path: &str, token: Option<&str>) -> Response {
    let mut request = Request::get(path);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    town.send(request.body(Body::empty()).unwrap()).await
}

async fn all_consent(town: &Town) {
    for (reporter, name) in NAMES.iter().enumerate() {
        assert_eq!(signed(town, SECRET, &wish(reporter, name)).await.status(), StatusCode::OK);
    }
}

fn names(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().unwrap().iter();
    items.map(|item| item["pseudonym"].as_str().unwrap()).collect()
}

/// Whether any file below a folder has these bytes, whatever the case of letters.
fn anywhere(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return anywhere(&path, text);
        }
        let bytes = fs::read(path).unwrap().to_ascii_lowercase();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test]
async fn it_is_off_unless_it_is_switched_on_but_who_withdraws_is_heard() {
    let directory = tempfile::tempdir().unwrap();
    let town = december(settings(directory.path(), ReporterSettings::default()));
    for token in [None, Some(TOKEN)] {
        assert_eq!(asked(&town, PATH, token).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(told(asked(&town, "/v1/me", token).await).await["reporters"], false);
    }
    assert_eq!(said(&town, Some(TOKEN), &wish(0, "awan")).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(signed(&town, SECRET, &wish(0, "awan")).await.status(), StatusCode::FORBIDDEN);
    let withdrawn = signed(&town, SECRET, &withdrawal(0)).await;
    assert_eq!(withdrawn.status(), StatusCode::OK);
    assert_eq!(told(withdrawn).await, json!({"named": false}));
    assert!(!directory.path().join("pseudonyms.ndjson").exists());
}

#[tokio::test]
async fn only_the_channels_own_application_or_an_operator_speaks_for_a_reporter() {
    let directory = tempfile::tempdir().unwrap();
    let town = december(settings(directory.path(), on(false)));
    assert_eq!(said(&town, None, &wish(0, "awan")).await.status(), StatusCode::UNAUTHORIZED);
    for role in [Role::Officer, Role::Verifier, Role::Leadership] {
        let refused = said(&town, Some(&token(role)), &wish(0, "awan")).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{role:?}");
    }
    for secret in ["tebakan", "rahasia-lain-5678"] {
        let refused = signed(&town, secret, &wish(0, "awan")).await;
        assert_eq!(
            refused.status(),
            StatusCode::UNAUTHORIZED,
            "a source speaks for its own channel only"
        );
    }
    assert_eq!(said(&town, Some(TOKEN), &wish(0, "awan")).await.status(), StatusCode::OK);
    assert_eq!(signed(&town, SECRET, &wish(0, "awan")).await.status(), StatusCode::OK, "said again");
    assert_eq!(signed(&town, SECRET, &wish(1, "AWAN")).await.status(), StatusCode::CONFLICT);
    let without = json!({"channel": "qlue", "reporter": "u-1", "consent": true});
    let both = json!({"channel": "qlue", "reporter": "u-1", "pseudonym": "x-y", "consent": false});
    let more = json!({"channel": "qlue", "reporter": "u-1", "consent": false, "name": "Budi"});
    let nobody = json!({"channel": "qlue", "reporter": " ", "pseudonym": "bumi", "consent": true});
    for wrong in [
        &wish(1, "u-1"),
        &wish(1, "b0812-345-678"),
        &wish(1, "budi@mail"),
        &without,
        &both,
        &more,
        &nobody,
        &json!([]),
    ] {
        let refused = said(&town, Some(TOKEN), wrong).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{wrong}");
        let text = told(refused).await.to_string();
        assert!(!text.contains("u-1") && !text.contains("0812") && !text.contains("Budi"), "{text}");
    }
    let ledger = fs::read_to_string(directory.path().join("audit.ndjson")).unwrap();
    assert!(ledger.contains("\"pseudonym\"") && ledger.contains("\"qlue\""), "{ledger}");
    assert!(!anywhere(directory.path(), "u-0"), "the id is hashed at once");
    let kept = fs::read_to_string(directory.path().join("pseudonyms.ndjson")).unwrap();
    let key = format!("{:016x}", ReporterKey::default().key_of("qlue", "u-0"));
    assert!(kept.contains(&key), "the hash is the one events have: {kept}");
}

#[tokio::test]
async fn who_consents_is_ranked_by_what_proved_true_and_who_withdraws_is_forgotten_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let town = december(settings(directory.path(), on(false)));
    assert_eq!(town.staff(PATH).await["items"], json!([]));
    all_consent(&town).await;
    let answer = town.staff(PATH).await;
    assert_eq!(
        (&answer["window_start"], &answer["window_end"]),
        (&json!("2025-11-30T17:00:00Z"), &json!("2025-12-31T17:00:00Z"))
    );
    assert_eq!(
        (&answer["as_of"], &answer["final"], &answer["suppressed"]),
        (&json!("2025-12-31T17:00:00Z"), &json!(true), &json!(false))
    );
    let rows: Vec<Value> = answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| json!([item["place"], item["shared"], item["pseudonym"], item["points"], item["reports"]]))
        .collect();
    assert_eq!(
        Value::from(rows),
        json!([
            [1, true, "embun", 5, 5],
            [1, true, "fajar", 5, 5],
            [3, true, "cahaya", 4, 4],
            [3, true, "dahan", 4, 4],
            [5, true, "awan", 3, 4],
            [5, true, "Bumi", 3, 3]
        ])
    );
    assert_eq!(answer["items"][4]["dismissed_share"], 0.25);
    let text = answer["items"].to_string();
    for hidden in ["u-", "31.7", "106.", "h3", "2025", "d0-"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
    assert_eq!(signed(&town, SECRET, &withdrawal(4)).await.status(), StatusCode::OK);
    for query in [
        "",
        "?window=quarter",
        "?window=30d",
        "?window=year&as_of=2026-01-01T00:00:00%2B07:00",
    ] {
        let answer = town.staff(&format!("{PATH}{query}")).await;
        assert!(!answer.to_string().contains("embun"), "{query}");
    }
    assert!(!anywhere(directory.path(), "embun"));
    assert!(anywhere(directory.path(), "fajar"));
    // Whoever chooses another is not to be found by the former.
    assert_eq!(signed(&town, SECRET, &wish(5, "samudra")).await.status(), StatusCode::OK);
    assert!(!anywhere(directory.path(), "fajar"));
    assert_eq!(names(&town.staff(PATH).await)[0], "samudra");
    drop(town);
    let again = december(settings(directory.path(), on(false)));
    assert_eq!(names(&again.staff(PATH).await), ["samudra", "cahaya", "dahan", "awan", "Bumi"]);
}

#[tokio::test]
async fn the_public_sees_whole_months_of_enough_people_if_it_may_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let staff_only = december(settings(directory.path(), on(false)));
    all_consent(&staff_only).await;
    assert_eq!(staff_only.get(PATH).await.status(), StatusCode::UNAUTHORIZED);
    let officer = asked(&staff_only, PATH, Some(&token(Role::Officer))).await;
    assert_eq!(officer.status(), StatusCode::OK);
    drop(staff_only);

    let town = december(settings(directory.path(), on(true)));
    assert_eq!(told(town.get("/v1/me").await).await["reporters"], true);
    assert_eq!(names(&told(town.get(PATH).await).await).len(), 6);
    for (query, status) in [
        ("?window=quarter&as_of=2026-01-01T00:00:00%2B07:00", StatusCode::OK),
        ("?as_of=2027-01-01T00:00:00%2B07:00", StatusCode::OK),
        ("?window=30d", StatusCode::BAD_REQUEST),
        ("?as_of=2026-01-02T00:00:00%2B07:00", StatusCode::BAD_REQUEST),
        ("?pseudonym=awan", StatusCode::UNAUTHORIZED),
        ("?level=kota", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(town.get(&format!("{PATH}{query}")).await.status(), status, "{query}");
    }
    // Nobody told anything in November.
    let before = told(town.get(&format!("{PATH}?as_of=2025-12-01T00:00:00%2B07:00")).await).await;
    assert_eq!((&before["suppressed"], &before["items"]), (&json!(true), &json!([])));
    for reporter in 0..2 {
        signed(&town, SECRET, &withdrawal(reporter)).await;
    }
    let few = told(town.get(PATH).await).await;
    assert_eq!((&few["suppressed"], &few["items"]), (&json!(true), &json!([])));
    assert_eq!(names(&town.staff(PATH).await).len(), 4, "staff see them");
}

#[tokio::test]
async fn what_is_behind_a_row_is_for_those_who_audit_and_that_they_looked_is_written_down() {
    let directory = tempfile::tempdir().unwrap();
    let town = december(settings(directory.path(), on(true)));
    all_consent(&town).await;
    let path = format!("{PATH}?pseudonym=AWAN");
    for role in [Role::Officer, Role::Verifier] {
        assert_eq!(
            asked(&town, &path, Some(&token(role))).await.status(),
            StatusCode::FORBIDDEN,
            "{role:?}"
        );
    }
    let answer = told(asked(&town, &path, Some(&token(Role::Leadership))).await).await;
    assert_eq!(names(&answer), ["awan"]);
    let reports: Vec<Value> = answer["reports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|report| json!([report["id"], report["incident"], report["outcome"]]))
        .collect();
    assert_eq!(
        Value::from(reports),
        json!([
            ["qlue:d0-0", 1, "confirmed"],
            ["qlue:d0-1", 2, "confirmed"],
            ["qlue:d0-2", 3, "confirmed"],
            ["qlue:nothing", 4, "dismissed"]
        ])
    );
    assert_eq!(answer["reports"][0]["day"], "2025-12-01");
    let nobody = asked(&town, &format!("{PATH}?pseudonym=nobody"), Some(TOKEN)).await;
    assert_eq!(nobody.status(), StatusCode::NOT_FOUND);
    let ledger = fs::read_to_string(directory.path().join("audit.ndjson")).unwrap();
    assert!(
        ledger.contains("looked behind a pseudonym") && ledger.contains("leadership-1"),
        "{ledger}"
    );
    assert!(!ledger.to_lowercase().contains("awan"), "{ledger}");
}
