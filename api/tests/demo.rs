//! The demo as a newcomer meets it: one command, a broker that stock clients can talk to, and a report that is seen at once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tanggap_connectors::kafka::{KafkaConfig, KafkaSink};

/// A running demo that is killed when dropped.
struct Demo {
    child: Child,
    api: String,
    broker: String,
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn demo(more: &[&str]) -> Demo {
    let (api, broker) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
    let mut command = Command::new(env!("CARGO_BIN_EXE_tanggap"));
    // What the test runner sets would be taken for settings.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TANGGAP_")) {
        command.env_remove(name);
    }
    let mut child = command
        .args(["demo", "--listen", &api, "--broker-listen", &broker])
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut first).unwrap();
    // A pipe that is closed or never read would end the demo.
    std::thread::spawn(move || out.lines().map_while(Result::ok).for_each(drop));
    // What it logs is passed on, so that a failure can be understood; a pipe nobody reads would block it.
    let errors = child.stderr.take().unwrap();
    std::thread::spawn(move || {
        for line in BufReader::new(errors).lines().map_while(Result::ok) {
            drop(writeln!(std::io::stderr(), "demo: {line}"));
        }
    });
    assert!(
        first.contains(&format!("http://{api}")),
        "the URL is printed when it serves: {first}"
    );
    Demo { child, api, broker }
}

fn get(demo: &Demo, path: &str) -> Value {
    ureq::get(format!("http://{}{path}", demo.api))
        .call()
        .unwrap()
        .body_mut()
        .read_json()
        .unwrap()
}

/// Asks until the answer is as wanted; gives how long it took.
fn wait_for(what: &str, mut wanted: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !wanted() {
        assert!(begun.elapsed() < Duration::from_mins(1), "waited 60 s for {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
    begun.elapsed()
}

#[test]
#[expect(clippy::print_stdout, reason = "the delay it saw is worth reading")]
fn a_report_from_a_stock_client_is_on_the_map_at_once() {
    let demo = demo(&["--rate", "0"]);
    wait_for("the lanes", || {
        get(&demo, "/v1/sources")["items"].as_array().is_some_and(|lanes| lanes.len() >= 5)
    });
    // librdkafka is the stock client here.
    let sink = KafkaSink::connect(&KafkaConfig {
        brokers: demo.broker.clone(),
        linger_ms: 0,
        ..KafkaConfig::default()
    })
    .unwrap();
    let mut delays = Vec::new();
    for id in 0..20 {
        let now = jiff::Timestamp::now();
        let (lat, lng) = (-6.2 - f64::from(id) * 0.004, 106.83);
        let report = format!(
            r#"{{"post_id": {id}, "created_at": "{now}", "category": "Banjir", "user_id": {id}, "location": {{"lat": {lat}, "lng": {lng}}}}}"#
        );
        let cell = h3o::LatLng::new(lat, lng).unwrap().to_cell(h3o::Resolution::Nine).to_string();
        sink.send("qlue.reports", Some(id.to_string().as_bytes()), report.as_bytes())
            .unwrap();
        let seen = wait_for("the report on /v1/cells", || {
            let cells = get(&demo, "/v1/cells?window=60m");
            cells["items"]
                .as_array()
                .unwrap()
                .iter()
                .any(|item| item["h3"] == *cell && item["n"].as_i64() > Some(0))
        });
        delays.push(seen);
    }
    delays.sort();
    println!("broker to /v1/cells: median {:?}, slowest of 20 {:?}", delays[10], delays[19]);
    let sources = get(&demo, "/v1/sources");
    let qlue = sources["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|lane| lane["topic"] == "qlue.reports")
        .unwrap();
    assert_eq!(qlue["accounting"]["in"], 20);
    assert_eq!(qlue["accounting"]["applied"], 20);
}

#[test]
fn a_simulated_city_fills_every_answer() {
    let demo = demo(&["--rate", "50", "--history", "30m", "--seed", "3"]);
    wait_for("complaints with a route", || {
        get(&demo, "/v1/units")["items"]
            .as_array()
            .is_some_and(|units| units.iter().any(|unit| unit["open"].as_i64() > Some(0)))
    });
    wait_for("counted cells", || {
        get(&demo, "/v1/cells?window=60m")["items"]
            .as_array()
            .is_some_and(|cells| cells.len() > 20)
    });
    for level in ["kelurahan", "kecamatan", "kota", "dinas"] {
        let ranking = get(&demo, &format!("/v1/rankings/{level}"));
        assert!(!ranking["items"].as_array().unwrap().is_empty(), "{level}: {ranking}");
    }
    let sources = get(&demo, "/v1/sources");
    for lane in sources["items"].as_array().unwrap() {
        let count = |field: &str| lane["accounting"][field].as_u64().unwrap();
        let parts = ["applied", "updated", "duplicate", "late", "rejected", "gap"];
        assert_eq!(count("in"), parts.into_iter().map(count).sum::<u64>(), "{lane}");
    }
    let answer: Value = ureq::post(format!("http://{}/v1/sql", demo.api))
        .send_json(serde_json::json!({"sql": "SELECT count(*) AS n FROM reports"}))
        .unwrap()
        .body_mut()
        .read_json()
        .unwrap();
    assert!(answer.to_string().contains("\"n\""), "{answer}");
}
