//! GeoReport and webhooks as programs of others see them.

use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use datafusion::arrow::array::Array;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tanggap::intake::Intake;
use tanggap::open311::Open311Settings;
use tanggap::state::{ApiSettings, Secret, WebhookIn};
use tanggap_connectors::decode::{DecodeConfig, Decoder, Payload};
use tanggap_engine::event::{Category, EventBatchBuilder, Status};

use super::town::{EAST, Town, bytes, flooded, json as read};

/// Topic, key, payload.
type Taken = (String, Option<String>, Vec<u8>);

/// What would be in the log.
#[derive(Debug, Default)]
struct Log {
    taken: Mutex<Vec<Taken>>,
    away: AtomicBool,
}

impl Intake for Log {
    fn write(&self, topic: &str, key: Option<&str>, payload: &[u8]) -> bool {
        if self.away.load(Ordering::SeqCst) {
            return false;
        }
        let message = (topic.to_owned(), key.map(str::to_owned), payload.to_vec());
        self.taken.lock().unwrap().push(message);
        true
    }

    fn write_to(&self, topic: &str, _partition: i32, payload: &[u8]) -> bool {
        self.write(topic, None, payload)
    }
}

fn town(log: &Arc<Log>) -> Town {
    Town::new(ApiSettings {
        open311: Open311Settings {
            keys: vec![Secret::new("kunci".to_owned())],
            jurisdiction: Some("kota.example".to_owned()),
            ..Open311Settings::default()
        },
        webhooks_in: vec![WebhookIn {
            name: "cognicity".to_owned(),
            secret: Secret::new("rahasia".to_owned()),
            topic: "reports.petabencana".to_owned(),
        }],
        intake: Some(Arc::<Log>::clone(log)),
        ..ApiSettings::default()
    })
}

/// Six floods and three of rubbish, of which one was seen to, as of a little later.
fn followed() -> Town {
    let mut town = flooded();
    town.move_on("r0", 1, Status::Resolved);
    town.hear(&[(-10, EAST, Category::Sampah, 1)]);
    town
}

const DAY: &str = "start_date=2026-01-15T00:00:00%2B07:00&end_date=2026-01-15T23:59:59%2B07:00";

async fn requests(town: &Town, more: &str) -> Vec<Value> {
    let response = town.get(&format!("/open311/v2/requests.json?{DAY}{more}")).await;
    assert_eq!(response.status(), StatusCode::OK, "{more}");
    read(response).await.as_array().unwrap().clone()
}

#[tokio::test]
async fn complaints_are_shown_one_by_one_without_text_reporter_or_exact_place() {
    let town = followed();
    let all = requests(&town, "").await;
    assert_eq!(all.len(), 9);
    let done = all.iter().find(|request| request["service_request_id"] == "qlue:r0").unwrap();
    assert_eq!((&done["status"], &done["status_notes"]), (&"closed".into(), &"resolved".into()));
    assert_eq!(
        (&done["service_code"], &done["service_name"]),
        (&"banjir".into(), &Category::Banjir.label_id().into())
    );
    let floods: Vec<&Value> = all.iter().filter(|request| request["service_code"] == "banjir").collect();
    assert!(
        floods
            .iter()
            .all(|flood| flood["lat"] == done["lat"] && flood["long"] == done["long"]),
        "one point of the kelurahan"
    );
    assert_eq!(done["requested_datetime"], "2026-01-14T17:00:00Z", "its day");
    let seen = town.staff("/open311/v2/requests/qlue:r0.json?extensions=true").await;
    let (lat, long) = (seen[0]["lat"].as_f64().unwrap(), seen[0]["long"].as_f64().unwrap());
    assert!((lat + 6.205).abs() < 0.005 && (long - 106.825).abs() < 0.005, "{lat} {long}");
    assert!((lat + 6.205).abs() > 1e-6, "to staff the cell's centre, not the point");
    assert!(seen[0]["extended_attributes"]["h3"].is_string(), "{seen}");
    assert_ne!(seen[0]["requested_datetime"], done["requested_datetime"]);
    assert!(done["description"].is_null() && done["media_url"].is_null());
    assert!(!Value::from(all.clone()).to_string().contains("reporter"));
    let times: Vec<&str> = all.iter().map(|request| request["requested_datetime"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "the newest first: {times:?}");
    let ids = |requests: &[Value]| -> Vec<String> {
        requests
            .iter()
            .map(|request| request["service_request_id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(&requests(&town, "&status=closed").await), ["qlue:r0"]);
    assert_eq!(requests(&town, "&status=open&service_code=banjir").await.len(), 5);
    assert_eq!(requests(&town, "&service_code=banjir,sampah").await.len(), 9);
    let mut pages = Vec::new();
    for page in 1..=5 {
        pages.extend(ids(&requests(&town, &format!("&page_size=2&page={page}")).await));
    }
    assert_eq!(pages, ids(&all), "pages concatenate to the whole");
    let named = read(town.get("/open311/v2/requests.json?service_request_id=qlue:r1,qlue:none,r2").await).await;
    assert_eq!(ids(named.as_array().unwrap()), ["qlue:r1"]);
    let more = requests(&town, "&extensions=true").await;
    assert_eq!(more[0]["extended_attributes"]["channel"], "qlue");
    assert_eq!(more[0]["extended_attributes"]["position"], "kelurahan");
    assert!(
        more.iter().all(|request| request["extended_attributes"].get("h3").is_none()),
        "{more:?}"
    );
    assert_eq!(more[0]["extended_attributes"]["kelurahan"].as_str().unwrap().len(), 13);
}

#[tokio::test]
async fn what_is_private_is_not_shown() {
    let mut town = followed();
    town.hear(&[(5, EAST, Category::Kriminal, 5), (-20, EAST, Category::Sampah, 1)]);
    assert_eq!(requests(&town, "&service_code=kriminal").await.len(), 0);
    let all = requests(&town, "").await;
    assert!(
        all.len() >= 9 && all.iter().all(|request| request["service_code"] != "kriminal"),
        "{all:?}"
    );
    assert_eq!(town.get("/open311/v2/requests/qlue:r11.json").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn everything_is_there_in_xml_too() {
    let town = followed();
    for (path, root, item, n) in [
        (format!("requests.xml?{DAY}"), "service_requests", "<request>", 9),
        ("requests/qlue:r0.xml".to_owned(), "service_requests", "<request>", 1),
        ("tokens/qlue:r0.xml".to_owned(), "service_requests", "<token>qlue:r0</token>", 1),
        ("services.xml".to_owned(), "services", "<service>", Category::ALL.len() - 1),
        (
            "services/banjir.xml".to_owned(),
            "service_definition",
            "<service_code>banjir</service_code>",
            1,
        ),
        ("discovery.xml".to_owned(), "discovery", "<endpoint>", 1),
    ] {
        let response = town.get(&format!("/open311/v2/{path}")).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/xml; charset=utf-8");
        let text = String::from_utf8(bytes(response).await).unwrap();
        assert!(
            text.starts_with(&format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><{root}>")),
            "{text}"
        );
        assert!(text.ends_with(&format!("</{root}>")), "{text}");
        assert_eq!(text.matches(item).count(), n, "{path}: {text}");
    }
}

#[tokio::test]
async fn refusals_are_lists_of_code_and_description() {
    let town = followed();
    for (path, code) in [
        ("requests/qlue:none", 404),
        ("requests/r0", 404),
        ("tokens/none", 404),
        ("services/ufo", 404),
        ("nothing", 404),
        ("requests", 400),
    ] {
        let asked = if code == 400 { "?status=done" } else { "" };
        let response = town.get(&format!("/open311/v2/{path}.json{asked}")).await;
        assert_eq!(response.status().as_u16(), code, "{path}");
        let refusal = read(response).await;
        assert_eq!(refusal[0]["code"], code);
        assert!(refusal[0]["description"].as_str().unwrap().len() > 10);
        let text = bytes(town.get(&format!("/open311/v2/{path}.xml{asked}")).await).await;
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains(&format!("<errors><error><code>{code}</code><description>")), "{text}");
    }
    assert_eq!(town.get("/open311/v2/services").await.status(), StatusCode::NOT_FOUND);
    let off = Town::new(ApiSettings {
        open311: Open311Settings {
            enabled: false,
            ..Open311Settings::default()
        },
        ..ApiSettings::default()
    });
    assert_eq!(off.get("/open311/v2/services.json").await.status(), StatusCode::FORBIDDEN);
}

async fn file(town: &Town, path: &str, form: &str) -> Response {
    let request = Request::post(format!("/open311/v2/{path}")).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    town.send(request.body(Body::from(form.to_owned())).unwrap()).await
}

const FLOOD: &str = "service_code=banjir&lat=-6.205&long=106.825&description=Setinggi+lutut&device_id=d-1";

#[tokio::test]
async fn a_request_is_filed_with_a_key_and_read_by_its_lane() {
    let log = Arc::new(Log::default());
    let town = town(&log);
    let refused = file(&town, "requests.json", FLOOD).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    assert_eq!(read(refused).await[0]["code"], 403);
    let wrong = file(&town, "requests.json", &format!("{FLOOD}&api_key=kunci&jurisdiction_id=elsewhere")).await;
    assert_eq!(wrong.status(), StatusCode::NOT_FOUND);
    assert!(log.taken.lock().unwrap().is_empty());
    let filed = file(
        &town,
        "requests.json",
        &format!("{FLOOD}&api_key=kunci&jurisdiction_id=kota.example"),
    )
    .await;
    assert_eq!(filed.status(), StatusCode::CREATED);
    let id = read(filed).await[0]["service_request_id"].as_str().unwrap().to_owned();
    // Some clients give the key in the address, and ask for XML.
    let again = file(&town, "requests.xml?api_key=kunci", FLOOD).await;
    let text = String::from_utf8(bytes(again).await).unwrap();
    assert!(
        text.contains(&format!("<service_request_id>{id}</service_request_id>")),
        "said again: {text}"
    );
    let taken = log.taken.lock().unwrap().clone();
    assert_eq!(
        (taken.len(), taken[0].0.as_str(), taken[0].1.as_deref()),
        (2, "reports.open311", Some(id.as_str()))
    );
    let written = String::from_utf8(taken[0].2.clone()).unwrap();
    assert!(!written.contains("d-1"), "who somebody is goes no further than the door: {written}");
    let mut decoder = Decoder::for_topic("reports.open311", &DecodeConfig::default()).unwrap();
    let mut out = EventBatchBuilder::default();
    for (offset, (_, _, payload)) in (0..).zip(&taken) {
        let payload = Payload {
            offset,
            broker_time: None,
            bytes: Some(payload),
        };
        decoder.decode(&payload, &mut out);
    }
    let batch = out.finish();
    assert_eq!((batch.events.num_rows(), batch.rejects.len()), (2, 0));
    let versions = batch.events.column_by_name("version").unwrap();
    assert_eq!(
        versions.slice(0, 1).to_data(),
        versions.slice(1, 1).to_data(),
        "the lane drops the second"
    );
    assert!(batch.events.column_by_name("reporter").unwrap().is_valid(0));
}

#[tokio::test]
async fn what_is_not_in_the_log_is_not_accepted() {
    let log = Arc::new(Log::default());
    let town = town(&log);
    log.away.store(true, Ordering::SeqCst);
    let whole = format!("{FLOOD}&api_key=kunci");
    assert_eq!(file(&town, "requests.json", &whole).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    for (path, form, status) in [
        ("services.json", whole.as_str(), StatusCode::NOT_FOUND),
        ("requests", &whole, StatusCode::NOT_FOUND),
        ("requests.json", "api_key=kunci&service_code=banjir", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(file(&town, path, form).await.status(), status, "{path}");
    }
    let request = Request::post("/open311/v2/requests.json").header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    let response = town.send(request.body(Body::from("--x--")).unwrap()).await;
    assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn signed(name: &str, secret: &str, body: &str) -> Request<Body> {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time}.{body}").as_bytes());
    let signature = hex(&mac.finalize().into_bytes());
    Request::post(format!("/v1/webhooks/{name}"))
        .header("x-tanggap-timestamp", time)
        .header("x-tanggap-signature", format!("sha256={signature}"))
        .body(Body::from(body.to_owned()))
        .unwrap()
}

#[tokio::test]
async fn a_signed_report_is_written_as_it_came_and_no_other() {
    let log = Arc::new(Log::default());
    let town = town(&log);
    let body = "{\"pkey\": 7,  \"disaster_type\":\"flood\", \"created_at\":\"2026-01-15T14:00:00+07:00\"}";
    let accepted = town.send(signed("cognicity", "rahasia", body)).await;
    assert_eq!(accepted.status(), StatusCode::ACCEPTED);
    assert_eq!(read(accepted).await, json!({"accepted": true}));
    let taken = log.taken.lock().unwrap().clone();
    assert_eq!(
        taken,
        [("reports.petabencana".to_owned(), Some("7".to_owned()), body.as_bytes().to_vec())]
    );
    let unsigned = Request::post("/v1/webhooks/cognicity").body(Body::from(body)).unwrap();
    for (request, status) in [
        (signed("cognicity", "tebakan", body), StatusCode::UNAUTHORIZED),
        (signed("nobody", "rahasia", body), StatusCode::UNAUTHORIZED),
        (unsigned, StatusCode::UNAUTHORIZED),
        (signed("cognicity", "rahasia", "[1]"), StatusCode::BAD_REQUEST),
    ] {
        let response = town.send(request).await;
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    }
    assert_eq!(log.taken.lock().unwrap().len(), 1);
    log.away.store(true, Ordering::SeqCst);
    let away = town.send(signed("cognicity", "rahasia", body)).await;
    assert_eq!(away.status(), StatusCode::SERVICE_UNAVAILABLE);
}
