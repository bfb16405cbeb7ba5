//! A city that is killed again and again, at any moment, ends as one that never was.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;
use tanggap_connectors::kafka::{KafkaConfig, KafkaSink, TopicSpec, ensure_topics};

const TOPICS: [&str; 5] = ["qlue.reports", "crm.status", "waze.feed", "twitter.tweets", "gauge.levels"];
const PATIENCE: Duration = Duration::from_mins(2);

/// What two cities must agree on, to the last row.
const QUESTIONS: [&str; 7] = [
    "SELECT pane, cell, kelurahan, category, channel, sum(n) AS n FROM panes GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
    "SELECT id, channel, \"offset\", event_time, cell, kelurahan, category, kind, reporter, unit, late FROM reports ORDER BY 2, 3",
    "SELECT id, report_channel, \"offset\", time, status, unit FROM transitions WHERE lane LIKE 'crm%' ORDER BY 3, 4, 5",
    "SELECT id, report_channel, \"offset\", time, status, unit FROM transitions WHERE lane NOT LIKE 'crm%' ORDER BY 2, 3, 4, 5",
    "SELECT id, channel, unit_code, rule, reason_id, second_unit FROM routes ORDER BY 1, 2, 3, 4",
    "SELECT id, time, level_cm FROM levels ORDER BY 1, 2, 3",
    "SELECT id, class, first_seen, last_seen, array_to_string(cells, ' '), speed_kmh, delay_s FROM traffic ORDER BY 1, 2",
];

fn tanggap() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tanggap"));
    // What the test runner sets would be taken for settings.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TANGGAP_")) {
        command.env_remove(name);
    }
    command
}

fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A running `serve`, killed when dropped.
struct Served {
    process: Child,
    api: String,
    log: Receiver<String>,
}

impl Served {
    fn start(directory: &Path, broker: &str) -> Self {
        let api = free_address();
        let config = directory.join("tanggap.toml");
        // Short epochs: many chances to be killed between a segment and its manifest.
        let text = format!("[store]\nepoch_ms = 20\nkeep_epochs = 3\n[api]\nlisten = {api:?}\nsql = true\nloopback_is_staff = true\n");
        std::fs::write(&config, text).unwrap();
        let mut command = tanggap();
        command
            .args(["serve", "--broker-listen", broker, "--config"])
            .arg(config)
            .arg("--data-dir")
            .arg(data(directory));
        let mut process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (tell, log) = channel();
        let errors = process.stderr.take().unwrap();
        std::thread::spawn(move || {
            for line in BufReader::new(errors).lines().map_while(Result::ok) {
                drop(tell.send(line));
            }
        });
        Self { process, api, log }
    }

    fn sources(&self) -> Option<Vec<Value>> {
        let mut answer = ureq::get(format!("http://{}/v1/sources", self.api)).call().ok()?;
        let answer: Value = answer.body_mut().read_json().ok()?;
        answer["items"].as_array().cloned()
    }

    /// Waits until it answers and as many events as wanted are in.
    fn wait_for(&self, events: u64) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let lanes = self.sources().unwrap_or_default();
            let received: u64 = lanes.iter().filter_map(|lane| lane["accounting"]["in"].as_u64()).sum();
            if received >= events {
                return lanes;
            }
            assert!(begun.elapsed() < PATIENCE, "{received} of {events} events came in");
            std::thread::park_timeout(Duration::from_millis(2));
        }
    }

    /// Kills it as a power cut would end its process; gives what it logged.
    fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.log.iter().collect()
    }
}

impl Served {
    /// Ends it as an operator would.
    fn stop(mut self) {
        let process = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

fn data(directory: &Path) -> PathBuf {
    directory.join("data")
}

#[test]
fn a_city_killed_twenty_times_ends_as_one_that_never_was() {
    let directory = tempfile::tempdir().unwrap();
    let feeds = directory.path().join("feeds");
    output(
        tanggap()
            .args(["simulate", "--seed", "5", "--duration", "20h", "--events", "20000", "--out"])
            .arg(&feeds),
    );
    let logs: Vec<String> = TOPICS
        .iter()
        .map(|topic| format!("{topic}={}", feeds.join(format!("{topic}.ndjson")).display()))
        .collect();
    let never_killed: Vec<String> = QUESTIONS
        .iter()
        .map(|question| {
            let mut command = tanggap();
            command.args(["sql", question, "--format", "csv"]);
            for log in &logs {
                command.args(["--topic", log]);
            }
            output(&mut command)
        })
        .collect();

    let broker = free_address();
    let mut served = Served::start(directory.path(), &broker);
    served.wait_for(0);
    let topics = TOPICS.map(|topic| (topic, std::fs::read(feeds.join(format!("{topic}.ndjson"))).unwrap()));
    let events = events_in(directory.path(), &logs);
    let kafka = KafkaConfig {
        brokers: broker.clone(),
        ..KafkaConfig::default()
    };
    ensure_topics(&kafka, &TOPICS.map(TopicSpec::new)).unwrap();
    let (sink, mut taken_up) = (KafkaSink::connect(&kafka).unwrap(), 0);
    for round in 0..20_usize {
        for (topic, lines) in &topics {
            let lines: Vec<&[u8]> = lines.split_inclusive(|byte| *byte == b'\n').collect();
            let part = lines.len() * round / 20..lines.len() * (round + 1) / 20;
            produce(&sink, topic, &lines[part]);
        }
        // Between a moment and a while later, so that every part of an epoch is hit in the end.
        std::thread::park_timeout(Duration::from_millis(7 * round as u64));
        let logged = served.kill();
        taken_up += logged.iter().filter(|line| line.contains("taken up where it was left")).count();
        served = Served::start(directory.path(), &broker);
        served.wait_for(0);
    }
    assert!(taken_up > 0, "no lane was ever taken up: nothing was written down");

    check_accounting(&served.wait_for(events));
    for (question, expected) in QUESTIONS.iter().zip(&never_killed) {
        let found = ask(directory.path(), question);
        assert!(expected.lines().count() > 1, "{question}: {expected}");
        assert!(
            &found == expected,
            "{question}: {} and {} lines",
            found.lines().count(),
            expected.lines().count()
        );
    }
    let rejected: u64 = served
        .wait_for(events)
        .iter()
        .map(|lane| lane["accounting"]["rejected"].as_u64().unwrap())
        .sum();
    served.stop();

    // The log itself says so too, and every output topic has told everything, however often.
    let told = with_data(directory.path(), &["verify"]);
    assert_eq!(
        told.lines().filter(|line| line.ends_with("as the log says")).count(),
        TOPICS.len(),
        "{told}"
    );
    assert_eq!(
        told.lines().filter(|line| line.contains(" 0 lost, 0 told otherwise")).count(),
        3,
        "{told}"
    );

    let letters = with_data(directory.path(), &["dlq", "list", "--format", "csv"]);
    let ids: Vec<&str> = letters.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert!(rejected > 0 && ids.len() as u64 == rejected, "{rejected} refused: {letters}");
    let shown = with_data(directory.path(), &["dlq", "show", ids[0]]);
    assert!(shown.contains("reason  "), "{shown}");

    // Back to an earlier epoch, and the log read again from there: the same once more.
    let epochs = with_data(directory.path(), &["restore", "--format", "csv"]);
    let earliest = epochs.lines().find(|line| line.starts_with("qlue.reports-0")).unwrap();
    let epoch = earliest.split(',').nth(1).unwrap();
    with_data(directory.path(), &["restore", "--lane", "qlue.reports-0", "--epoch", epoch]);
    let served = Served::start(directory.path(), &broker);
    check_accounting(&served.wait_for(events));
    for (question, expected) in QUESTIONS.iter().zip(&never_killed) {
        assert!(&ask(directory.path(), question) == expected, "{question}");
    }
    served.stop();
    with_data(directory.path(), &["verify"]);
}

/// Events that come in from these logs: a line may hold a whole feed.
fn events_in(directory: &Path, logs: &[String]) -> u64 {
    let out = directory.join("replayed");
    let mut command = tanggap();
    command.arg("replay").arg("--out").arg(&out);
    for log in logs {
        command.args(["--topic", log]);
    }
    output(&mut command);
    let accounting: Value = serde_json::from_slice(&std::fs::read(out.join("accounting.json")).unwrap()).unwrap();
    let lanes = accounting["lanes"].as_object().unwrap();
    lanes.values().map(|lane| lane["in"].as_u64().unwrap()).sum()
}

fn check_accounting(lanes: &[Value]) {
    for lane in lanes {
        let accounting = &lane["accounting"];
        let count = |field: &str| accounting[field].as_u64().unwrap();
        let parts = ["applied", "updated", "duplicate", "late", "rejected", "gap"];
        assert_eq!(count("in"), parts.into_iter().map(count).sum::<u64>(), "{lane}");
    }
}

/// Runs a command on the data directory; it must end with 0.
fn with_data(directory: &Path, arguments: &[&str]) -> String {
    output(tanggap().args(arguments).arg("--data-dir").arg(data(directory)))
}

fn ask(directory: &Path, question: &str) -> String {
    with_data(directory, &["sql", question, "--format", "csv"])
}

/// Gives lines to the broker; when this returns they are in the log.
fn produce(sink: &KafkaSink, topic: &str, lines: &[&[u8]]) {
    for line in lines {
        sink.send(topic, None, line.strip_suffix(b"\n").unwrap_or(line)).unwrap();
    }
    assert_eq!(sink.flush(PATIENCE).unwrap().failed, 0, "{topic}");
}
