//! The city on a real Apache Kafka: program and broker killed, the log cut short below a lane.

use std::path::Path;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use serde_json::Value;
use tanggap_connectors::kafka::KafkaSink;
use tanggap_tests::harness::kafka::RealKafka;
use tanggap_tests::harness::served::{Served, check_accounting, sum};

use super::feeds::{Feeds, TOPICS, sink};

fn start(directory: &Path, brokers: &str, arguments: &[&str]) -> Served {
    let settings = format!("[kafka]\nbrokers = {brokers:?}\n[store]\nepoch_ms = 50\n");
    let served = Served::start(directory, &settings, arguments).unwrap();
    served.wait_until_it_answers();
    served
}

#[test]
fn neither_a_dead_program_nor_a_dead_broker_loses_or_repeats_anything() {
    let name = "neither_a_dead_program_nor_a_dead_broker_loses_or_repeats_anything";
    let Some(mut kafka) = RealKafka::start_or_skip(name).unwrap() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let feeds = Feeds::of(directory, "6");
    let brokers = kafka.brokers();
    let sink = sink(&brokers);
    let mut served = start(directory, &brokers, &[]);
    for round in 0..8 {
        feeds.produce(&sink, round, 8);
        std::thread::park_timeout(Duration::from_millis(40 * round as u64));
        if round == 4 {
            // Outputs wait, nothing is skipped, and the lanes go on by themselves.
            kafka.kill().unwrap();
            std::thread::park_timeout(Duration::from_secs(1));
            kafka.restart().unwrap();
        } else {
            served.kill().unwrap();
            served = start(directory, &brokers, &[]);
        }
    }
    check_accounting(&served.wait_until(|lanes| sum(lanes, "in") >= feeds.events));
    feeds.check_answers(directory);
    served.stop().unwrap();
    Feeds::check_verified(directory, &[]);

    a_log_cut_short_stops_its_lane_until_the_gap_is_accepted(&feeds, directory, &brokers, &sink);
}

fn a_log_cut_short_stops_its_lane_until_the_gap_is_accepted(feeds: &Feeds, directory: &Path, brokers: &str, sink: &KafkaSink) {
    let lane = |lanes: &[Value]| lanes.iter().find(|lane| lane["topic"] == "gauge.levels").cloned();
    // All of it once more, which the lanes have not read, and Kafka forgets all but the last of one.
    feeds.produce(sink, 0, 1);
    let before = start(directory, brokers, &[]);
    let lanes = before.wait_until(|lanes| lane(lanes).is_some_and(|lane| lane["lag_messages"] == 0));
    let read = lane(&lanes).unwrap()["next_offset"].as_i64().unwrap();
    before.stop().unwrap();
    feeds.produce(sink, 0, 1);
    let kept_from = read + 100;
    forget(brokers, "gauge.levels", kept_from);

    let stopped = start(directory, brokers, &[]);
    let lanes = stopped.wait_until(|lanes| {
        let others = lanes.iter().filter(|lane| lane["lag_messages"] == 0).count();
        others == TOPICS.len() - 1 && lane(lanes).is_some_and(|lane| lane["alarm"] == "stopped")
    });
    assert_eq!(lane(&lanes).unwrap()["next_offset"], read, "nothing is skipped in silence");
    let logged = stopped.stop().unwrap().join("\n");
    assert!(logged.contains("--accept-gap"), "the log says what to do: {logged}");

    let accepted = start(directory, brokers, &["--accept-gap"]);
    let lanes = accepted.wait_until(|lanes| lane(lanes).is_some_and(|lane| lane["lag_messages"] == 0));
    check_accounting(&lanes);
    assert_eq!(lane(&lanes).unwrap()["accounting"]["gap"], 100);
    accepted.stop().unwrap();
}

/// Makes the broker forget a partition up to an offset.
fn forget(brokers: &str, topic: &str, up_to: i64) {
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new().set("bootstrap.servers", brokers).create().unwrap();
    let mut offsets = TopicPartitionList::new();
    offsets.add_partition_offset(topic, 0, Offset::Offset(up_to)).unwrap();
    let deleted = admin.delete_records(&offsets, &AdminOptions::new());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(deleted).unwrap();
}
