//! What is said to be done is in the log, once: over restarts, two at once, and a broker that is away.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde_json::{Value, json};
use tanggap_connectors::embedded::EmbeddedBroker;
use tanggap_tests::harness::program::free_address;
use tanggap_tests::harness::served::Served;

use super::feeds::sink;

const PATIENCE: Duration = Duration::from_mins(2);

/// A complaint about rubbish in Gambir, now.
fn complaint(id: u32) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    json!({"post_id": id, "created_at": u64::try_from(now).unwrap(), "category": "Sampah", "location": {"lat": -6.1767, "lng": 106.8262}})
        .to_string()
}

fn start(directory: &Path, settings: &str, arguments: &[&str]) -> Served {
    let served = Served::start(directory, settings, arguments).unwrap();
    served.wait_until_it_answers();
    served
}

/// Asks until the answer is as wanted.
fn wait_for(what: &str, mut wanted: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !wanted() {
        assert!(begun.elapsed() < PATIENCE, "{what} does not come");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn wait_for_report(served: &Served, id: &str) {
    wait_for(id, || served.ask(&format!("/v1/reports/{id}")).unwrap().0 == 200);
}

fn act(served: &Served, id: &str, key: &str, body: &Value) -> (u16, Value) {
    act_at(served.address(), id, key, body)
}

fn act_at(address: &str, id: &str, key: &str, body: &Value) -> (u16, Value) {
    let headers = [("Content-Type", "application/json"), ("Idempotency-Key", key)];
    let path = format!("/v1/reports/{id}/transitions");
    Served::send_to(address, &path, &headers, body.to_string().as_bytes()).unwrap()
}

/// Statuses of the case's transitions in the log's own lane, the oldest first.
fn told(served: &Served, id: &str) -> Vec<String> {
    let sql = json!({"sql": format!("SELECT CAST(status AS VARCHAR) AS status FROM transitions WHERE id = '{id}' AND lane LIKE 'crm%' ORDER BY time")});
    let (status, answer) = served
        .send("/v1/sql", &[("Content-Type", "application/json")], sql.to_string().as_bytes())
        .unwrap();
    assert_eq!(status, 200, "{answer}");
    let rows = answer["items"].as_array().unwrap();
    rows.iter().map(|row| row["status"].as_str().unwrap().to_owned()).collect()
}

/// A picture of a few grey squares as a PNG.
fn picture() -> Vec<u8> {
    let mut squares = ZlibEncoder::new(Vec::new(), Compression::default());
    for row in 0..8_u8 {
        squares.write_all(&[0]).unwrap();
        squares.write_all(&[0_u8; 9].map(|_| row * 30)).unwrap();
    }
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&9_u32.to_be_bytes()[..], &8_u32.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    for (name, body) in [(b"IHDR", header), (b"IDAT", squares.finish().unwrap()), (b"IEND", Vec::new())] {
        png.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
        let chunk = [&name[..], &body].concat();
        let mut checksum = flate2::Crc::new();
        checksum.update(&chunk);
        png.extend(chunk);
        png.extend(checksum.sum().to_be_bytes());
    }
    png
}

#[test]
fn a_deed_is_done_once_whoever_acts_at_once_and_whatever_dies() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let broker = free_address().unwrap();
    let arguments = ["--broker-listen", broker.as_str()];
    let served = start(directory, "", &arguments);
    let sink = sink(&broker);
    sink.send("qlue.reports", Some(b"1"), complaint(1).as_bytes()).unwrap();
    assert_eq!(sink.flush(PATIENCE).unwrap().failed, 0);
    wait_for_report(&served, "1");

    let accept = json!({"action": "accept", "expected": 0});
    let (status, first) = act(&served, "1", "key-accept", &accept);
    assert_eq!(
        (status, &first["status"], &first["version"]),
        (201, &json!("in_progress"), &json!(1)),
        "{first}"
    );
    let (status, again) = act(&served, "1", "key-accept", &accept);
    assert_eq!(
        (status, &again["time"], &again["version"]),
        (201, &first["time"], &first["version"])
    );
    let (status, other) = act(&served, "1", "key-accept", &json!({"action": "ask", "expected": 0}));
    assert_eq!(status, 422, "{other}");

    // Two send an officer at once: one of them is told that the other did.
    let answers = std::thread::scope(|scope| {
        let both = ["key-dispatch-a", "key-dispatch-b"].map(|key| {
            let address = served.address();
            scope.spawn(move || act_at(address, "1", key, &json!({"action": "dispatch", "expected": 1, "officer": key})))
        });
        both.map(|one| one.join().unwrap())
    });
    let done: Vec<_> = answers.iter().filter(|(status, _)| *status == 201).collect();
    let refused: Vec<_> = answers.iter().filter(|(status, _)| *status == 409).collect();
    assert_eq!((done.len(), refused.len()), (1, 1), "{answers:?}");
    assert_eq!(
        (&refused[0].1["current"]["status"], &refused[0].1["current"]["version"]),
        (&json!("dispatched"), &json!(2))
    );

    // Done, but only with a photo.
    let (status, problem) = act(&served, "1", "key-complete", &json!({"action": "complete", "expected": 2}));
    assert_eq!(status, 422, "{problem}");
    let (status, photo) = served.send("/v1/photos", &[("Content-Type", "image/png")], &picture()).unwrap();
    assert_eq!(status, 201, "{photo}");
    let complete = json!({"action": "complete", "expected": 2, "reason": "dibersihkan", "photo": photo["sha256"]});
    let (status, answer) = act(&served, "1", "key-complete", &complete);
    assert_eq!((status, &answer["status"]), (201, &json!("resolved")), "{answer}");
    let steps = ["in_progress", "dispatched", "resolved"];
    wait_for("the lane", || told(&served, "1") == steps);
    assert_eq!(served.ask("/v1/reports/1").unwrap().1["status"], "resolved");

    drop(served.kill().unwrap());
    let served = start(directory, "", &arguments);
    // Before any lane has read anything: what was done is known, and how the case is follows from it.
    let (status, again) = act(&served, "1", "key-accept", &accept);
    assert_eq!(
        (status, &again["time"], &again["version"]),
        (201, &first["time"], &first["version"])
    );
    wait_for_report(&served, "1");
    let (status, problem) = act(&served, "1", "key-late", &json!({"action": "dispatch", "expected": 2}));
    assert_eq!((status, &problem["current"]["status"]), (409, &json!("resolved")), "{problem}");
    let (status, answer) = act(&served, "1", "key-reopen", &json!({"action": "reopen", "expected": 3}));
    assert_eq!((status, &answer["version"]), (201, &json!(4)), "{answer}");
    wait_for("the lane", || told(&served, "1").len() == 4);

    // A report by the web form, and what it is shown as: its photo is the evidence of a transition.
    let form =
        json!({"category": "banjir", "longitude": 106.8262, "latitude": -6.1767, "text": "air masuk rumah", "photo": photo["sha256"]});
    let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "key-form")];
    let (status, filed) = served.send("/v1/reports", &headers, form.to_string().as_bytes()).unwrap();
    assert_eq!(
        (status, &filed["channel"], &filed["located"]),
        (201, &json!("web"), &json!("position")),
        "{filed}"
    );
    let (_, same) = served.send("/v1/reports", &headers, form.to_string().as_bytes()).unwrap();
    assert_eq!((&same["id"], &same["claim"]), (&filed["id"], &filed["claim"]));
    let id = filed["id"].as_str().unwrap();
    wait_for_report(&served, id);
    let shown = json!({"present": true, "sha256": photo["sha256"]});
    let path = format!("/v1/reports/{id}");
    wait_for("its photo", || served.ask(&path).unwrap().1["timeline"][0]["before_photo"] == shown);
    let (status, answer) = act(
        &served,
        id,
        "key-web-accept",
        &json!({"channel": "web", "action": "accept", "expected": 1}),
    );
    assert_eq!(status, 201, "{answer}");
    served.stop().unwrap();
}

#[test]
fn a_broker_that_is_away_is_said_to_be_and_nothing_is_written_twice_when_it_is_back() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let log = directory.join("broker of the city");
    std::fs::create_dir_all(&log).unwrap();
    let broker = EmbeddedBroker::start(&log, SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let address = broker.address();
    let sink = sink(&address.to_string());
    sink.send("qlue.reports", Some(b"1"), complaint(1).as_bytes()).unwrap();
    assert_eq!(sink.flush(PATIENCE).unwrap().failed, 0);
    let settings =
        format!("[kafka]\nbrokers = \"{address}\"\ntopics = [\"qlue.reports\", \"crm.status\"]\n[deeds]\nacknowledge_ms = 2000\n");
    let served = start(directory, &settings, &[]);
    wait_for_report(&served, "1");
    // The first one has to find the broker in those two seconds too; under the same key it is done once however often it is sent.
    let accept = json!({"action": "accept", "expected": 0});
    wait_for("the first deed", || act(&served, "1", "key-accept", &accept).0 == 201);

    broker.stop();
    let ask = json!({"action": "ask", "expected": 1});
    let (status, problem) = act(&served, "1", "key-asking", &ask);
    assert_eq!(status, 503, "{problem}");
    let (status, problem) = act(&served, "1", "key-another", &json!({"action": "dispatch", "expected": 1}));
    assert_eq!(status, 503, "nobody knows what became of the first: {problem}");
    let (status, problem) = served
        .send(
            "/v1/reports",
            &[("Content-Type", "application/json")],
            b"{\"category\": \"banjir\", \"place\": \"Gambir\"}",
        )
        .unwrap();
    assert_eq!(status, 503, "nobody would read it: {problem}");

    let broker = EmbeddedBroker::start(&log, address).unwrap();
    wait_for("the broker", || act(&served, "1", "key-asking", &ask).0 == 201);
    let (status, answer) = act(&served, "1", "key-answer", &json!({"action": "answer", "expected": 2}));
    assert_eq!(status, 201, "{answer}");
    let steps = ["in_progress", "asked", "in_progress"];
    wait_for("the lane", || told(&served, "1") == steps);
    served.stop().unwrap();
    broker.stop();
}
