//! The city on a Kafka that lets nobody in without TLS and a password.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use tanggap_connectors::kafka::{KafkaConfig, KafkaError, KafkaSink, KafkaSource, TopicSpec, ensure_topics};
use tanggap_tests::harness::kafka::RealKafka;
use tanggap_tests::harness::kafka::secured::PASSWORD;
use tanggap_tests::harness::program::program;
use tanggap_tests::harness::served::{Served, check_accounting, config_file, output, sum};

use super::feeds::{Feeds, TOPICS};

/// Nobody's password.
const WRONG: &str = "incorrect-horse-battery-staple";
/// What is said of a broker that refuses us.
const DENIED: &str = "does not let us in";
/// A broker is asked for five seconds; a loaded machine gets more.
const PATIENCE: Duration = Duration::from_mins(1);

/// The configuration of a city that reaches a Kafka in this way.
fn settings(client: &KafkaConfig) -> String {
    let mut text = format!("[kafka]\nbrokers = {:?}\n[kafka.properties]\n", client.brokers);
    for (name, value) in &client.properties.0 {
        writeln!(text, "{name:?} = {value:?}").unwrap();
    }
    text + "[store]\nepoch_ms = 50\n"
}

/// This client with a property changed, or without it; it does not wait long.
fn with(client: &KafkaConfig, name: &str, value: Option<&str>) -> KafkaConfig {
    let mut changed = KafkaConfig {
        timeout_ms: 3_000,
        ..client.clone()
    };
    changed.properties.0.remove(name);
    if let Some(value) = value {
        changed.properties.0.insert(name.to_owned(), value.to_owned());
    }
    changed
}

/// What a server logs until it says something.
fn logged_until(served: &Served, what: &str) -> Vec<String> {
    let (begun, mut lines) = (Instant::now(), Vec::new());
    loop {
        lines.extend(served.logged());
        if lines.iter().any(|line| line.contains(what)) {
            return lines;
        }
        assert!(begun.elapsed() < PATIENCE, "{what:?} is not said: {lines:#?}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

/// Holds what was printed to name no password.
fn check_secret(printed: &str) {
    for secret in [PASSWORD, WRONG] {
        // Not the text itself, which would print it once more.
        assert!(!printed.contains(secret), "a password is printed");
    }
}

fn a_client_that_is_not_let_in_is_told_why(client: &KafkaConfig) {
    let wrong = KafkaSource::connect(&with(client, "sasl.password", Some(WRONG))).unwrap_err();
    assert!(
        matches!(&wrong, KafkaError::Denied { reason, .. } if reason.contains("invalid credentials")),
        "{wrong}"
    );
    let untrusting = KafkaSource::connect(&with(client, "ssl.ca.location", None)).unwrap_err();
    assert!(
        matches!(&untrusting, KafkaError::Denied { reason, .. } if reason.contains("certificate verify failed")),
        "{untrusting}"
    );
    let plain = KafkaSource::connect(&with(client, "security.protocol", None)).unwrap_err();
    assert!(matches!(plain, KafkaError::Unreachable { .. }), "{plain}");
    assert!(plain.to_string().contains("security.protocol"), "{plain}");
    for error in [wrong, untrusting, plain] {
        check_secret(&format!("{error} {error:?}"));
    }
}

#[test]
fn a_city_behind_tls_and_a_password_is_read_and_told() {
    let Some(kafka) = RealKafka::start_secured_or_skip("a_city_behind_tls_and_a_password_is_read_and_told").unwrap() else {
        return;
    };
    let client = kafka.client();
    a_client_that_is_not_let_in_is_told_why(&client);
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();

    // With all it could log.
    let wrong = settings(&with(&client, "sasl.password", Some(WRONG)));
    let refused = Served::start(directory, &wrong, &["--log", "trace"]).unwrap();
    refused.wait_until_it_answers();
    let mut logged = logged_until(&refused, DENIED);
    assert!(refused.lanes().is_empty(), "{:?}", refused.lanes());
    logged.extend(refused.kill().unwrap());
    check_secret(&logged.join("\n"));

    let feeds = Feeds::of(directory, "14");
    ensure_topics(&client, &TOPICS.map(TopicSpec::new)).unwrap();
    let sink = KafkaSink::connect(&client).unwrap();
    let served = Served::start(directory, &settings(&client), &["--log", "debug"]).unwrap();
    served.wait_until_it_answers();
    feeds.produce(&sink, 0, 1);
    check_accounting(&served.wait_until(|lanes| sum(lanes, "in") >= feeds.events));
    feeds.check_answers(directory);
    check_secret(&served.stop().unwrap().join("\n"));
    // By the same door: the lanes are as the log says, and every output arrived.
    Feeds::check_verified(directory, &[]);

    let checked = output(program().args(["config", "check"]).arg(config_file(directory))).unwrap();
    check_secret(&checked);
    check_secret(&output(program().args(["config", "print"])).unwrap());
}
