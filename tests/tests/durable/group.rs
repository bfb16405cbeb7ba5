//! One city on two processes: the group moves lanes between them, one is killed, one stands still and wakes up late.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use tanggap_tests::harness::kafka::RealKafka;
use tanggap_tests::harness::served::{Served, check_accounting, sum};

use super::feeds::{Feeds, TOPICS, sink};

/// Parts the feeds are given in.
const PARTS: usize = 6;
/// The sessions of the group last six seconds; a loaded machine gets minutes.
const PATIENCE: Duration = Duration::from_mins(3);

/// Two processes of one city, and what they share.
struct City<'a> {
    directory: &'a Path,
    settings: String,
    running: BTreeMap<&'static str, Served>,
}

impl City<'_> {
    fn start(&mut self, name: &'static str) {
        let directory = self.directory.join(name);
        std::fs::create_dir_all(&directory).unwrap();
        let served = Served::start(&directory, &self.settings, &[]).unwrap();
        served.wait_until_it_answers();
        self.running.insert(name, served);
    }

    /// The lanes by process. One that stands still is not asked.
    fn lanes(&self, of: &[&'static str]) -> BTreeMap<&'static str, Vec<Value>> {
        of.iter().map(|name| (*name, self.running[name].lanes())).collect()
    }

    /// Waits until every lane is at one of these processes, at each of them one at least, all of it read and written down.
    fn settle(&self, of: &[&'static str]) -> Vec<Value> {
        let begun = Instant::now();
        loop {
            let lanes = self.lanes(of);
            let all: Vec<Value> = lanes.values().flatten().cloned().collect();
            let done = |lane: &Value| lane["lag_messages"] == 0 && lane["unwritten_messages"] == 0 && lane["alarm"].is_null();
            let at_work = lanes.values().all(|lanes| !lanes.is_empty());
            if at_work && all.len() == TOPICS.len() && all.iter().all(done) {
                return all;
            }
            assert!(begun.elapsed() < PATIENCE, "the lanes do not settle: {lanes:#?}");
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }

    /// Waits until lanes have moved from one process to the other; gives how long each was at none of them.
    fn moved(&self, from: &'static str, to: &'static str) -> BTreeMap<String, Duration> {
        let topics =
            |lanes: &[Value]| -> BTreeSet<String> { lanes.iter().map(|lane| lane["topic"].as_str().unwrap().to_owned()).collect() };
        let (begun, mut gone, mut moved) = (Instant::now(), BTreeMap::new(), BTreeMap::new());
        loop {
            let (left, come) = (topics(&self.running[from].lanes()), topics(&self.running[to].lanes()));
            for topic in TOPICS.iter().filter(|topic| !left.contains(**topic)) {
                gone.entry(*topic).or_insert_with(Instant::now);
            }
            for topic in come {
                if let Some(since) = gone.get(topic.as_str()) {
                    moved.entry(topic).or_insert_with(|| since.elapsed());
                }
            }
            if !moved.is_empty() && left.len() + moved.len() == TOPICS.len() {
                return moved;
            }
            assert!(begun.elapsed() < PATIENCE, "no lane has moved from {from} to {to}");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
}

#[expect(clippy::print_stdout, reason = "a figure, for whoever asks with --nocapture")]
fn said(figure: &str) {
    println!("{figure}");
}

fn lanes_move_and_nothing_is_lost(test: &str, protocol: &str, seed: &str) {
    let Some(kafka) = RealKafka::start_or_skip(test).unwrap() else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path();
    let feeds = Feeds::of(directory, seed);
    let brokers = kafka.brokers();
    let sink = sink(&brokers);
    let mut city = City {
        directory,
        settings: format!(
            "[kafka]\nbrokers = {brokers:?}\ngroup = \"city\"\ngroup_protocol = {protocol:?}\nsession_timeout_ms = 6000\n\
             [store]\nurl = \"file://{}\"\nepoch_ms = 100\n",
            directory.join("shared").display()
        ),
        running: BTreeMap::new(),
    };
    city.start("a");
    feeds.produce(&sink, 0, PARTS);
    city.settle(&["a"]);

    // A second process joins: it gets some lanes, each written down before it is let go.
    city.start("b");
    let stalls = city.moved("a", "b");
    said(&format!("{protocol}: lanes that moved were at nobody for {stalls:?}"));
    feeds.produce(&sink, 1, PARTS);
    city.settle(&["a", "b"]);

    // One is killed: the other gets its lanes when the group misses it.
    drop(city.running.remove("a").unwrap().kill().unwrap());
    feeds.produce(&sink, 2, PARTS);
    city.settle(&["b"]);
    city.start("a");
    feeds.produce(&sink, 3, PARTS);
    city.settle(&["a", "b"]);

    // One stands still for longer than the group waits, and wakes up: it must not write over who has its lanes now.
    city.running["b"].signal("STOP").unwrap();
    feeds.produce(&sink, 4, PARTS);
    city.settle(&["a"]);
    city.running["b"].signal("CONT").unwrap();
    feeds.produce(&sink, 5, PARTS);
    city.settle(&["a", "b"]);

    city.running.remove("b").unwrap().stop().unwrap();
    let lanes = city.settle(&["a"]);
    check_accounting(&lanes);
    assert_eq!(sum(&lanes, "in"), feeds.events);
    feeds.check_answers(&directory.join("a"));
    city.running.remove("a").unwrap().stop().unwrap();
    Feeds::check_verified(&directory.join("a"), &[]);
}

#[test]
fn lanes_move_between_processes_of_a_classic_group() {
    lanes_move_and_nothing_is_lost("lanes_move_between_processes_of_a_classic_group", "classic", "9");
}

#[test]
fn lanes_move_between_processes_of_a_group_of_the_brokers() {
    lanes_move_and_nothing_is_lost("lanes_move_between_processes_of_a_group_of_the_brokers", "consumer", "10");
}
