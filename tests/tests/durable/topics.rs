//! Topics that change while a city reads them: deleted, made anew, given more partitions.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use tanggap_connectors::kafka::KafkaSink;
use tanggap_tests::harness::kafka::RealKafka;
use tanggap_tests::harness::served::{Served, check_accounting, data_dir, sum};

use super::admin::Admin;
use super::feeds::{ALL_TOLD, AS_THE_LOG_SAYS, Feeds, OUTPUT_TOPICS, TOPICS, sink};

/// Deleted for good.
const GONE: &str = "gauge.levels";
/// Deleted and made anew.
const ANEW: &str = "crm.status";
/// Given more partitions.
const WIDER: &str = "qlue.reports";

/// New partitions are looked for every two seconds; a loaded machine takes longer.
const NOTICED: Duration = Duration::from_secs(20);

fn start(directory: &Path, brokers: &str) -> Served {
    let settings = format!("[kafka]\nbrokers = {brokers:?}\n[store]\nepoch_ms = 50\n");
    let served = Served::start(directory, &settings, &[]).unwrap();
    served.wait_until_it_answers();
    served
}

/// Gives half of the logs to the broker, each line to the partition that is chosen for it; a line without one is left out.
fn produce(feeds: &Feeds, sink: &KafkaSink, half: usize, partition: impl Fn(&str, usize) -> Option<i32>) {
    for (topic, log) in &feeds.logs {
        let lines: Vec<&[u8]> = log.split_inclusive(|byte| *byte == b'\n').collect();
        let (from, to) = (lines.len() * half / 2, lines.len() * (half + 1) / 2);
        for (number, line) in lines.iter().enumerate().take(to).skip(from) {
            if let Some(partition) = partition(topic, number) {
                let payload = line.strip_suffix(b"\n").unwrap_or(line);
                sink.send_to(topic, partition, None, payload).unwrap();
            }
        }
    }
    assert_eq!(sink.flush(Duration::from_mins(2)).unwrap().failed, 0);
}

/// Lines of a topic's log.
fn length(feeds: &Feeds, topic: &str) -> usize {
    let (_, log) = feeds.logs.iter().find(|(name, _)| *name == topic).unwrap();
    log.split_inclusive(|byte| *byte == b'\n').count()
}

/// The lane of a topic's first partition; null if there is none.
fn lane(lanes: &[Value], topic: &str) -> Value {
    let found = lanes.iter().find(|lane| lane["topic"] == topic && lane["partition"] == 0);
    found.cloned().unwrap_or_default()
}

fn settled(lane: &Value) -> bool {
    lane["lag_messages"] == 0 && lane["unwritten_messages"] == 0
}

#[test]
fn a_deleted_topic_stops_its_lane_and_no_other() {
    let Some(kafka) = RealKafka::start_or_skip("a_deleted_topic_stops_its_lane_and_no_other").unwrap() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let feeds = Feeds::of_lines(directory, "11", 4_000);
    let brokers = kafka.brokers();
    produce(&feeds, &sink(&brokers), 0, |_, _| Some(0));
    let served = start(directory, &brokers);
    let before = served.wait_until(|lanes| lanes.len() == TOPICS.len() && lanes.iter().all(settled));

    let admin = Admin::of(&brokers);
    admin.delete(&[GONE, ANEW]);
    admin.make(&[ANEW], &[1]);
    let stopped = |lanes: &[Value], topic| lane(lanes, topic)["alarm"] == "stopped";
    let _ = served.wait_until(|lanes| stopped(lanes, GONE) && stopped(lanes, ANEW));

    // The new log grows beyond what was read of the old one, and the other lanes read on.
    let sink = KafkaSink::connect(&kafka.client()).unwrap();
    produce(&feeds, &sink, 0, |topic, _| (topic == ANEW).then_some(0));
    produce(&feeds, &sink, 1, |topic, _| (topic != GONE).then_some(0));
    let others: Vec<&str> = TOPICS.into_iter().filter(|topic| ![GONE, ANEW].contains(topic)).collect();
    let read = |lanes: &[Value], topic: &str| lane(lanes, topic)["next_offset"] == length(&feeds, topic);
    let lanes = served.wait_until(|lanes| others.iter().all(|topic| read(lanes, topic)));
    check_accounting(&lanes);
    let left_alone = |lanes: &[Value], topic| {
        assert_eq!(lane(lanes, topic)["alarm"], "stopped");
        assert_eq!(lane(lanes, topic)["next_offset"], lane(&before, topic)["next_offset"]);
    };
    left_alone(&lanes, GONE);
    left_alone(&lanes, ANEW);
    assert!(others.iter().all(|topic| lane(&lanes, topic)["alarm"].is_null()), "{lanes:#?}");
    let logged = served.stop().unwrap();
    for topic in [GONE, ANEW] {
        let says_what_to_do = |line: &String| line.contains("the lane stops") && line.contains(topic) && line.contains("made anew");
        assert!(logged.iter().any(says_what_to_do), "{topic}: {logged:#?}");
    }

    // After a start, too: by its offsets the new log could be the old one, by its times it cannot.
    let served = start(directory, &brokers);
    let lanes = served.wait_until(|lanes| stopped(lanes, ANEW) && others.iter().all(|topic| settled(&lane(lanes, topic))));
    left_alone(&lanes, ANEW);
    let logged = served.stop().unwrap().join("\n");
    assert!(logged.contains("newer messages below offset"), "{logged}");

    // What the log says to do helps.
    for part in ["manifests", "segments"] {
        std::fs::remove_dir_all(data_dir(directory).join(part).join(format!("{ANEW}-0"))).unwrap();
    }
    std::fs::remove_dir_all(data_dir(directory).join("history")).unwrap();
    let served = start(directory, &brokers);
    let lanes = served.wait_until(|lanes| read(lanes, ANEW));
    check_accounting(&lanes);
    assert!(lane(&lanes, ANEW)["alarm"].is_null(), "{lanes:#?}");
    served.stop().unwrap();
}

#[test]
fn partitions_that_are_added_are_read_within_seconds() {
    let Some(kafka) = RealKafka::start_or_skip("partitions_that_are_added_are_read_within_seconds").unwrap() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let feeds = Feeds::of_lines(directory, "12", 4_000);
    let brokers = kafka.brokers();
    produce(&feeds, &sink(&brokers), 0, |_, _| Some(0));
    let served = start(directory, &brokers);
    let _ = served.wait_until(|lanes| lanes.len() == TOPICS.len() && lanes.iter().all(settled));

    Admin::of(&brokers).widen(WIDER, 3);
    let begun = Instant::now();
    let _ = served.wait_until(|lanes| lanes.len() == TOPICS.len() + 2);
    assert!(begun.elapsed() < NOTICED, "it took {:?}", begun.elapsed());

    // A producer that knows of them.
    let sink = KafkaSink::connect(&kafka.client()).unwrap();
    let third = |number: usize| i32::try_from(number % 3).unwrap();
    produce(&feeds, &sink, 1, |topic, number| {
        Some(if topic == WIDER { third(number) } else { 0 })
    });
    let lanes = served.wait_until(|lanes| sum(lanes, "in") >= feeds.events && lanes.iter().all(settled));
    assert_eq!(sum(&lanes, "in"), feeds.events);
    check_accounting(&lanes);
    let wider = lanes.iter().filter(|lane| lane["topic"] == WIDER);
    assert!(wider.clone().all(|lane| lane["next_offset"].as_u64() > Some(0)), "{lanes:#?}");
    assert_eq!(
        wider.filter_map(|lane| lane["next_offset"].as_u64()).sum::<u64>(),
        length(&feeds, WIDER) as u64
    );
    served.stop().unwrap();

    let report = Feeds::verify(directory, &[]).unwrap();
    let said = |what: &str| report.lines().filter(|line| line.contains(what)).count();
    assert_eq!(
        (said(AS_THE_LOG_SAYS), said(ALL_TOLD)),
        (TOPICS.len() + 2, OUTPUT_TOPICS),
        "{report}"
    );
}
