//! The city on one modest machine: embedded broker, no Kafka.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tanggap_tests::harness::program::free_address;
use tanggap_tests::harness::served::{Served, check_accounting, data_dir, sum};

use super::feeds::{Feeds, TOPICS, sink, with_data};

/// Short epochs: many chances to be killed between a segment and its manifest.
const SETTINGS: &str = "[store]\nepoch_ms = 20\nkeep_epochs = 3\n";

fn start(directory: &Path, broker: &str) -> Served {
    let served = Served::start(directory, SETTINGS, &["--broker-listen", broker]).unwrap();
    served.wait_until_it_answers();
    served
}

#[test]
fn a_city_killed_twenty_times_ends_as_one_that_never_was() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let feeds = Feeds::of(directory, "5");
    let broker = free_address().unwrap();
    let mut served = start(directory, &broker);
    let (sink, mut taken_up) = (sink(&broker), 0);
    for round in 0..20 {
        feeds.produce(&sink, round, 20);
        // Between a moment and a while later, so that every part of an epoch is hit in the end.
        std::thread::park_timeout(Duration::from_millis(15 * round as u64));
        let logged = served.kill().unwrap();
        taken_up += logged.iter().filter(|line| line.contains("taken up where it was left")).count();
        served = start(directory, &broker);
    }
    assert!(taken_up > 0, "no lane was ever taken up: nothing was written down");
    check_accounting(&served.wait_until(|lanes| sum(lanes, "in") >= feeds.events));
    feeds.check_answers(directory);
    served.stop().unwrap();
    // Without the server the same is read from what was written down.
    feeds.check_answers(directory);

    // The log itself says so too, and every output topic has told everything, however often.
    Feeds::check_verified(directory, &[]);

    let letters = with_data(directory, &["dlq", "list", "--format", "csv"]);
    let ids: Vec<&str> = letters.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert!(
        feeds.rejected > 0 && ids.len() as u64 == feeds.rejected,
        "{} refused: {letters}",
        feeds.rejected
    );
    let shown = with_data(directory, &["dlq", "show", ids[0]]);
    assert!(shown.contains("reason  "), "{shown}");

    // Back to an earlier epoch, and the log read again from there: the same once more.
    let epochs = with_data(directory, &["restore", "--format", "csv"]);
    let earliest = epochs.lines().find(|line| line.starts_with("qlue.reports-0")).unwrap();
    let epoch = earliest.split(',').nth(1).unwrap();
    with_data(directory, &["restore", "--lane", "qlue.reports-0", "--epoch", epoch]);
    let served = start(directory, &broker);
    check_accounting(&served.wait_until(|lanes| sum(lanes, "in") >= feeds.events));
    feeds.check_answers(directory);

    // What was refused can be given in again, and is refused again.
    let given = with_data(directory, &["dlq", "replay", "--reason", "no_event_time", "--brokers", &broker]);
    let given: u64 = given.split(' ').next().unwrap().parse().unwrap();
    assert!(given > 0, "the city refuses some for want of a time");
    let lanes = served.wait_until(|lanes| sum(lanes, "rejected") >= feeds.rejected + given);
    assert_eq!(sum(&lanes, "rejected"), feeds.rejected + given);
    check_accounting(&lanes);
    served.stop().unwrap();
    with_data(directory, &["verify"]);
}

#[test]
fn a_disk_that_refuses_stops_intake_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let feeds = Feeds::of(directory, "7");
    let broker = free_address().unwrap();
    let served = start(directory, &broker);
    let sink = sink(&broker);
    feeds.produce(&sink, 0, 2);
    let written = |lane: &Value| lane["unwritten_messages"] == 0 && lane["lag_messages"] == 0;
    let before = served.wait_until(|lanes| lanes.len() == TOPICS.len() && lanes.iter().all(written));

    // Where manifests should go there is a file: nothing can be put there.
    let (manifests, away) = (data_dir(directory).join("manifests"), directory.join("away"));
    std::fs::rename(&manifests, &away).unwrap();
    std::fs::write(&manifests, b"in the way").unwrap();
    feeds.produce(&sink, 1, 2);
    let stalled = served.wait_until(|lanes| lanes.iter().filter(|lane| lane["alarm"] == "unwritten").count() == TOPICS.len());
    for (lane, before) in stalled.iter().zip(&before) {
        assert_eq!(lane["state"], "stale", "it is served, and said to be old: {lane}");
        assert_eq!(lane["epoch"], before["epoch"], "{lane}");
    }
    // What was read cannot be written, so no more is read.
    std::thread::park_timeout(Duration::from_secs(2));
    let later = served.lanes();
    assert_eq!(sum(&later, "in"), sum(&stalled, "in"), "intake has stopped");

    std::fs::remove_file(&manifests).unwrap();
    std::fs::rename(&away, &manifests).unwrap();
    let resumed = served.wait_until(|lanes| sum(lanes, "in") >= feeds.events && lanes.iter().all(written));
    check_accounting(&resumed);
    assert!(resumed.iter().all(|lane| lane["alarm"] != "unwritten"), "{resumed:?}");
    feeds.check_answers(directory);
    served.stop().unwrap();
    with_data(directory, &["verify"]);
}
