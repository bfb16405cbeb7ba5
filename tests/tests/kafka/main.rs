//! The Kafka door against a real Apache Kafka and against the embedded broker: the same promises, one broker a suite (a JVM
//! takes seconds to start, so the checks of a suite share it and each has topics of its own).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "a suite says which of its checks is running")]

mod embedded;
mod promises;
mod reading;
mod real_data;
mod stock_client;

use tanggap_connectors::kafka::{KafkaConfig, KafkaError, KafkaSink, KafkaSource};
use tanggap_tests::harness::kafka::RealKafka;

use promises::{DELETIONS, PROMISES, keep};
use reading::{PATIENCE, config, fill, numbers, read};

use std::time::Duration;

#[test]
fn a_real_kafka_keeps_every_promise() {
    let Some(mut kafka) = RealKafka::start_or_skip("a_real_kafka_keeps_every_promise").unwrap() else {
        return;
    };
    let brokers = kafka.brokers();
    keep(&brokers, PROMISES);
    keep(&brokers, DELETIONS);

    println!("a_reader_and_a_sink_survive_the_kill_of_the_broker");
    let config = config(&brokers, "killed");
    fill(&config, 1_000);
    let source = KafkaSource::connect(&config).unwrap();
    let mut reader = source.open(&source.lanes().unwrap()[0], 0).unwrap();
    let sink = KafkaSink::connect(&config).unwrap();
    let before = read(&mut reader, 400);
    kafka.kill().unwrap();
    // Sent while there is no broker; the sink keeps them.
    for number in 1_000..1_500_usize {
        sink.send("killed", Some(b"key"), number.to_string().as_bytes()).unwrap();
    }
    reader.poll(0, Duration::ZERO, &mut |_| {}).unwrap();
    kafka.restart().unwrap();
    assert_eq!(sink.flush(PATIENCE).unwrap().delivered, 500);
    let after = read(&mut reader, 1_100);
    assert_eq!([before, after].concat(), numbers(0..1_500));
}

#[test]
fn no_broker_at_the_address_is_said_with_what_to_check() {
    let config = KafkaConfig {
        timeout_ms: 300,
        ..config("127.0.0.1:1", "any")
    };
    let error = KafkaSource::connect(&config).unwrap_err();
    assert!(matches!(error, KafkaError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("check that the broker runs"), "{error}");
}
