//! The city on two brokers, of which the one that leads dies while it is read and written.

use std::time::{Duration, Instant};

use tanggap_tests::harness::kafka::RealKafka;
use tanggap_tests::harness::served::{Served, check_accounting, sum};

use super::admin::Admin;
use super::feeds::{Feeds, OUTPUT_TOPICS, TOPICS, sink};

/// What lanes tell: of these too a broker must be able to die.
const OUTPUTS: [&str; OUTPUT_TOPICS] = [
    "tanggap.dead-letter",
    "tanggap.routed",
    "tanggap.late",
    "tanggap.windows",
    "tanggap.statuses",
];
/// Parts the feeds are given in.
const PARTS: usize = 8;
/// The controller misses a broker after five seconds; a loaded machine takes longer to read on.
const READ_ON: Duration = Duration::from_mins(1);

#[test]
fn a_dead_leader_loses_and_repeats_nothing() {
    let Some([first, mut second]) = RealKafka::start_pair_or_skip("a_dead_leader_loses_and_repeats_nothing").unwrap() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let feeds = Feeds::of(directory, "13");
    let brokers = format!("{},{}", first.brokers(), second.brokers());
    let admin = Admin::of(&brokers);
    let topics = [&TOPICS[..], &OUTPUTS[..]].concat();
    admin.make(&topics, &[2, 1]);
    let sink = sink(&brokers);
    let settings = format!("[kafka]\nbrokers = {brokers:?}\n[store]\nepoch_ms = 50\n");
    let served = Served::start(directory, &settings, &[]).unwrap();
    served.wait_until_it_answers();
    feeds.produce(&sink, 0, PARTS);
    let _ = served.wait_until(|lanes| lanes.iter().filter(|lane| lane["epoch"].as_u64() > Some(0)).count() == TOPICS.len());
    assert_eq!(admin.leaders(&topics), vec![2; topics.len()], "the second leads everything");

    let died = std::thread::scope(|scope| {
        let load = scope.spawn(|| (1..PARTS).for_each(|part| feeds.produce(&sink, part, PARTS)));
        // Some of it is on its way.
        std::thread::park_timeout(Duration::from_millis(50));
        second.kill().unwrap();
        let died = Instant::now();
        load.join().unwrap();
        died
    });
    let lanes = served.wait_until(|lanes| sum(lanes, "in") >= feeds.events);
    assert!(died.elapsed() < READ_ON, "it took {:?}", died.elapsed());
    assert_eq!(sum(&lanes, "in"), feeds.events);
    check_accounting(&lanes);
    assert_eq!(admin.leaders(&topics), vec![1; topics.len()], "the first leads everything now");
    feeds.check_answers(directory);

    // The dead one comes back, and nothing changes by that.
    second.restart().unwrap();
    let lanes = served.wait_until(|lanes| lanes.iter().all(|lane| lane["unwritten_messages"] == 0 && lane["alarm"].is_null()));
    assert_eq!(sum(&lanes, "in"), feeds.events);
    feeds.check_answers(directory);
    served.stop().unwrap();
    Feeds::check_verified(directory, &[]);
}
