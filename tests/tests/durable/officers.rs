//! Where officers are: in memory, from the last minutes of a topic, and after a start again; on no disk of ours.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tanggap_connectors::kafka::{KafkaConfig, KafkaSink, TopicSpec, ensure_topics};
use tanggap_tests::harness::kafka::RealKafka;
use tanggap_tests::harness::program::free_address;
use tanggap_tests::harness::served::{Served, data_dir};

const TOPIC: &str = "officers.positions";
const PATIENCE: Duration = Duration::from_mins(2);
/// Digits of positions that nothing else has.
const LATITUDE: &str = "-6.1791357";
const LONGITUDE: &str = "106.8241357";

fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(now.as_millis()).unwrap()
}

/// A complaint about rubbish in Gambir, now.
fn complaint(id: u32) -> String {
    json!({"post_id": id, "created_at": now_ms(), "category": "Sampah", "location": {"lat": -6.1767, "lng": 106.8262}}).to_string()
}

/// The text of a message, so that its digits are those above.
fn position(officer: &str, unit: &str, ago_s: u64, state: &str) -> String {
    let time = now_ms() - ago_s * 1_000;
    format!(r#"{{"officer":"{officer}","unit":"{unit}","lat":{LATITUDE},"lng":{LONGITUDE},"time":{time},"state":"{state}","model":"x"}}"#)
}

fn wait_for(what: &str, mut wanted: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !wanted() {
        assert!(begun.elapsed() < PATIENCE, "{what} does not come");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn start(directory: &Path, settings: &str, arguments: &[&str]) -> Served {
    let served = Served::start(directory, settings, arguments).unwrap();
    served.wait_until_it_answers();
    served
}

fn near(served: &Served, report: &str) -> Value {
    served.ask(&format!("/v1/officers/near?report={report}")).unwrap().1
}

fn names(answer: &Value) -> Vec<&str> {
    let items = answer["items"].as_array().into_iter().flatten();
    items.filter_map(|item| item["officer"].as_str()).collect()
}

fn act(served: &Served, report: &str, key: &str, body: &Value) -> u16 {
    let headers = [("Content-Type", "application/json"), ("Idempotency-Key", key)];
    let path = format!("/v1/reports/{report}/transitions");
    served.send(&path, &headers, body.to_string().as_bytes()).unwrap().0
}

/// What positions leave where they are written: their digits, or the numbers in eight bytes.
fn traces() -> Vec<Vec<u8>> {
    let text = [LATITUDE, LONGITUDE, "6.179135", "106.824135"].map(|digits| digits.as_bytes().to_vec());
    let numbers = [LATITUDE, LONGITUDE].map(|digits| digits.parse::<f64>().unwrap().to_le_bytes().to_vec());
    text.into_iter().chain(numbers).collect()
}

/// Files under a directory that hold a trace; those of a broker of our own, which is the city's log, are left out.
fn holding(directory: &Path, traces: &[Vec<u8>]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "broker") {
                found.extend(holding(&path, traces));
            }
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        if traces.iter().any(|trace| bytes.windows(trace.len()).any(|window| window == trace)) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// Positions are asked for, survive a kill in the topic alone, and are on no disk of the program's. `brokers`: where its topics are.
fn positions_outlive_a_start_and_leave_no_trace(directory: &Path, settings: &str, arguments: &[&str], brokers: &str) {
    let settings = format!("{settings}[officers]\ntopic = {TOPIC:?}\nkeep_min = 10\n[store]\nepoch_ms = 50\n[history]\nappend_s = 1\n");
    let served = start(directory, &settings, arguments);
    let kafka = KafkaConfig {
        brokers: brokers.to_owned(),
        ..KafkaConfig::default()
    };
    let topics = ["qlue.reports", "crm.status", TOPIC].map(TopicSpec::new);
    ensure_topics(&kafka, &topics).unwrap();
    let sink = KafkaSink::connect(&kafka).unwrap();
    let send = |topic: &str, key: &str, message: &str| sink.send(topic, Some(key.as_bytes()), message.as_bytes()).unwrap();
    send("qlue.reports", "1", &complaint(1));
    assert_eq!(sink.flush(PATIENCE).unwrap().failed, 0);
    wait_for("the report", || served.ask("/v1/reports/1").unwrap().0 == 200);
    let unit = served.ask("/v1/reports/1").unwrap().1["route"]["unit_code"]
        .as_str()
        .unwrap()
        .to_owned();

    for (officer, message) in [
        ("LH-1", position("LH-1", &unit, 30, "free")),
        ("LH-2", position("LH-2", &unit, 20, "free")),
        ("LH-3", position("LH-3", &unit, 10, "busy")),
        // Out of order, too old, and nothing at all.
        ("LH-1", position("LH-1", &unit, 60, "off")),
        ("LH-4", position("LH-4", &unit, 3_600, "free")),
        ("LH-5", "{".to_owned()),
    ] {
        send(TOPIC, officer, &message);
    }
    assert_eq!(sink.flush(PATIENCE).unwrap().failed, 0);
    let told = || served.ask("/v1/operation").unwrap().1["officers"].clone();
    wait_for("the last message", || told()["refused_by"]["unreadable"] == 1);
    assert_eq!(names(&near(&served, "1")), ["LH-1", "LH-2"]);
    let told = told();
    assert_eq!(
        (&told["state"], &told["taken"], &told["overtaken"]),
        (&json!("reading"), &json!(3), &json!(1)),
        "{told}"
    );
    assert_eq!(told["refused_by"], json!({"old": 1, "unreadable": 1}));

    // Sent by the API: busy, until they say later that they are free.
    assert_eq!(
        act(
            &served,
            "1",
            "key-send",
            &json!({"action": "dispatch", "expected": 0, "officer": "LH-1"})
        ),
        201
    );
    assert_eq!(names(&near(&served, "1")), ["LH-2"]);

    // What was in memory is gone with the process; the topic's last minutes and the deeds say it again.
    let mut logged = served.kill().unwrap();
    let served = start(directory, &settings, arguments);
    wait_for("the report", || served.ask("/v1/reports/1").unwrap().0 == 200);
    wait_for("who is busy", || near(&served, "1")["busy"] == 2);
    let answer = near(&served, "1");
    assert_eq!(names(&answer), ["LH-2"]);
    assert_eq!((&answer["stale"], &answer["off"]), (&json!(false), &json!(0)), "{answer}");
    send(TOPIC, "LH-1", &position("LH-1", &unit, 0, "free"));
    assert_eq!(sink.flush(PATIENCE).unwrap().failed, 0);
    wait_for("who is free again", || names(&near(&served, "1")) == ["LH-1", "LH-2"]);
    let answer = near(&served, "1");
    assert_eq!(
        (&answer["items"][0]["open_cases"], &answer["items"][1]["open_cases"]),
        (&json!(1), &json!(0))
    );

    // History and lanes have been written since.
    let lanes = served.wait_until(|lanes| {
        lanes
            .iter()
            .any(|lane| lane["topic"] == "crm.status" && lane["unwritten_messages"] == 0)
    });
    assert!(lanes.iter().all(|lane| lane["topic"] != TOPIC), "no lane reads positions");
    logged.extend(served.stop().unwrap());
    assert_eq!(holding(&data_dir(directory), &traces()), Vec::<String>::new());
    assert!(
        !logged.iter().any(|line| line.contains("6.179135") || line.contains("106.824135")),
        "{logged:#?}"
    );
}

#[test]
fn positions_of_the_embedded_broker_outlive_a_start_and_leave_no_trace() {
    let directory = tempfile::tempdir().unwrap();
    let broker = free_address().unwrap();
    positions_outlive_a_start_and_leave_no_trace(directory.path(), "", &["--broker-listen", &broker], &broker);
}

#[test]
fn positions_of_a_real_kafka_outlive_a_start_and_leave_no_trace() {
    let Some(kafka) = RealKafka::start_or_skip("positions_of_a_real_kafka_outlive_a_start_and_leave_no_trace").unwrap() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let brokers = kafka.brokers();
    let settings = format!("[kafka]\nbrokers = {brokers:?}\ntopics = [\"qlue.reports\", \"crm.status\"]\n");
    positions_outlive_a_start_and_leave_no_trace(directory.path(), &settings, &[], &brokers);
}
