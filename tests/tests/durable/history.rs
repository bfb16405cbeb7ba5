//! What became of every event, for good: appended once whatever happens, asked together with what lanes keep, and enough to make them anew.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tanggap_tests::harness::program::{free_address, program};
use tanggap_tests::harness::served::{Served, check_accounting, data_dir, output, sum};

use super::feeds::{Feeds, TOPICS, sink, with_data};

/// Appends as often as they may be, between epochs that are short.
const SETTINGS: &str = "[store]\nepoch_ms = 50\nkeep_epochs = 3\n[history]\nappend_s = 1\n";

fn start(directory: &Path, broker: &str) -> Served {
    let served = Served::start(directory, SETTINGS, &["--broker-listen", broker]).unwrap();
    served.wait_until_it_answers();
    served
}

/// Files of a table of history.
fn files(directory: &Path, table: &str) -> usize {
    let dates = fs::read_dir(data_dir(directory).join("history").join(table)).unwrap().flatten();
    let dates = dates.filter(|date| date.file_name().to_string_lossy().starts_with("date="));
    dates.map(|date| fs::read_dir(date.path()).unwrap().count()).sum()
}

#[test]
fn history_has_every_event_once_and_gives_the_lanes_back() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let feeds = Feeds::of(directory, "17");
    let broker = free_address().unwrap();
    let mut served = start(directory, &broker);
    let sink = sink(&broker);
    for round in 0..8 {
        feeds.produce(&sink, round, 8);
        // Long enough for an append to begin, and seldom for it to end.
        std::thread::park_timeout(Duration::from_millis(150 * (round as u64 + 1)));
        served.kill().unwrap();
        served = start(directory, &broker);
    }
    check_accounting(&served.wait_until(|lanes| sum(lanes, "in") >= feeds.events));
    feeds.check_answers(directory);
    served.stop().unwrap();
    assert!(files(directory, "events") > 1, "history was appended to more than once");
    feeds.check_answers(directory);

    // The lanes are lost; history has all they were.
    let refused = output(program().args(["rebuild", "--data-dir"]).arg(data_dir(directory)));
    assert!(refused.unwrap_err().to_string().contains("there are lanes already"));
    for folder in ["manifests", "segments"] {
        fs::rename(data_dir(directory).join(folder), directory.join(folder)).unwrap();
    }
    let told = with_data(directory, &["rebuild"]);
    assert_eq!(told.lines().count(), TOPICS.len(), "{told}");
    Feeds::check_verified(directory, &[]);
    feeds.check_answers(directory);

    // They go on from there: what comes again is known.
    let served = start(directory, &broker);
    let before = served.wait_until(|lanes| lanes.len() == TOPICS.len() && sum(lanes, "in") >= feeds.events);
    feeds.produce(&sink, 0, 8);
    let again = served.wait_until(|lanes| sum(lanes, "in") > feeds.events && lanes.iter().all(|lane| lane["lag_messages"] == 0));
    let new = |lanes: &[Value]| -> u64 { ["applied", "updated", "late"].into_iter().map(|counter| sum(lanes, counter)).sum() };
    assert_eq!(new(&again), new(&before));
    served.stop().unwrap();
}
