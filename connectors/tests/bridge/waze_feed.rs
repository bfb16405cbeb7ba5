//! The Waze feed: what is written, what is not, and when it is asked for again.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use tanggap_connectors::bridge::{BridgeError, Fault, Polled, Secret, Stop, WazeConfig, WazeFeed};
use tempfile::TempDir;

use super::server::{Act, Server};
use super::support::{Letterbox, SECOND, TestClock, due, parts};

/// A feed document of some alerts, made this many polls after the first.
fn document(poll: i64, ids: &[&str]) -> String {
    let end = 1_768_460_520_000 + 120_000 * poll;
    let alerts: Vec<String> = ids
        .iter()
        .map(|id| {
            format!(
                r#"{{"uuid":"{id}","pubMillis":{},"type":"JAM","location":{{"x":106.8,"y":-6.2}}}}"#,
                end - 60_000
            )
        })
        .collect();
    format!(
        r#"{{"startTimeMillis":{},"endTimeMillis":{end},"alerts":[{}],"jams":[]}}"#,
        end - 120_000,
        alerts.join(",")
    )
}

fn config(server: &Server) -> WazeConfig {
    WazeConfig {
        url: Some(Secret::new(server.url("/feed-hunter2"))),
        max_bytes: 100_000,
        timeout_s: 5,
        ..WazeConfig::default()
    }
}

struct Bench {
    clock: Arc<TestClock>,
    outlet: Letterbox,
    state: TempDir,
    server: Server,
}

impl Bench {
    fn new(script: Vec<Act>, stop_after: usize) -> Self {
        Self {
            clock: TestClock::new(stop_after),
            outlet: Letterbox::default(),
            state: tempfile::tempdir().unwrap(),
            server: Server::start(script),
        }
    }

    fn feed(&self) -> WazeFeed {
        WazeFeed::new(&config(&self.server), parts(&self.outlet, &self.clock, self.state.path())).unwrap()
    }
}

#[test]
fn each_object_is_a_message_and_a_restart_neither_repeats_nor_skips_a_document() {
    let tagged = Act::Answer(200, vec![("etag", "\"one\"".to_owned())], document(0, &["a", "b"]).into_bytes());
    let script = vec![
        tagged,
        Act::status(304),
        Act::ok(document(0, &["a", "b"])),
        Act::ok(document(1, &["b", "c"])),
    ];
    let bench = Bench::new(script, 9);
    assert_eq!(bench.feed().poll().unwrap(), Polled::Took(2));
    let (topic, key, payload) = bench.outlet.sent().swap_remove(0);
    assert_eq!((topic.as_str(), key.as_deref()), ("waze.feed", Some("a")));
    assert!(
        payload.starts_with(r#"{"startTimeMillis":1768460400000,"endTimeMillis":1768460520000,"alert":{"uuid":"a","#),
        "{payload}"
    );
    for expected in [Polled::Unchanged, Polled::Unchanged, Polled::Took(2)] {
        assert_eq!(bench.feed().poll().unwrap(), expected, "each poll is of a new process");
    }
    assert_eq!(bench.outlet.keys(), ["a", "b", "b", "c"]);
    let requests = bench.server.requests();
    assert!(!requests[0].contains("if-none-match"));
    assert!(requests[1].contains("if-none-match: \"one\""), "{}", requests[1]);
}

#[test]
fn a_poll_that_fails_leaves_nothing_behind_and_is_tried_again_ever_more_seldom() {
    let whole = document(0, &["a"]);
    let script = vec![
        Act::status(500),
        Act::Half(b"{\"endTimeMillis\":1768460520000,\"alerts\":[{\"uuid\":\"h\"}"),
        Act::ok("<html>we are sorry</html>"),
        Act::Close,
        Act::Circle,
        Act::ok(format!("{{\"endTimeMillis\":1768460520000,\"x\":\"{}\"}}", "x".repeat(200_000))),
        Act::ok(&whole[..whole.len() - 3]),
        Act::ok(whole),
    ];
    let bench = Bench::new(script, 8);
    let mut feed = bench.feed();
    feed.run(false, &Stop::default()).unwrap();
    assert_eq!(bench.outlet.keys(), ["a"]);
    let waits = bench.clock.waits();
    for (wait, seconds) in waits.iter().zip([5, 10, 20, 40, 80, 120, 120]) {
        assert!(due(*wait, seconds * 1_000), "{waits:?}");
    }
    assert_eq!(
        waits[7],
        Duration::from_mins(2),
        "a poll that works is followed by the next in its time"
    );
    let counters = feed.counters();
    assert_eq!((counters.asked, counters.failed, counters.messages), (8, 7, 1));
    assert_eq!(counters.refused, 2, "no feed document, and one cut short");
    let told = std::fs::read_to_string(bench.state.path().join("waze.counters.json")).unwrap();
    assert!(told.contains("\"failed\":7"), "{told}");
}

#[test]
fn a_feed_that_stands_still_is_an_alarm_and_no_data() {
    let script = (0..4)
        .map(|_| Act::ok(document(0, &["a"])))
        .chain([Act::ok(document(1, &["a"]))])
        .collect();
    let bench = Bench::new(script, 9);
    let mut feed = bench.feed();
    feed.poll().unwrap();
    for (alarm, still_s) in [(false, 300), (true, 600), (true, 900)] {
        bench.clock.advance(300 * SECOND);
        assert_eq!(feed.poll().unwrap(), Polled::Unchanged);
        assert_eq!((feed.counters().alarm, feed.counters().still_s), (alarm, still_s));
    }
    assert_eq!(bench.outlet.keys(), ["a"]);
    feed.poll().unwrap();
    assert_eq!((feed.counters().alarm, bench.outlet.keys().len()), (false, 2));
}

#[test]
fn an_older_document_from_a_cache_is_not_taken() {
    let bench = Bench::new(vec![Act::ok(document(5, &["new"])), Act::ok(document(4, &["old"]))], 9);
    let mut feed = bench.feed();
    feed.poll().unwrap();
    assert_eq!(feed.poll().unwrap(), Polled::Unchanged);
    assert_eq!(bench.outlet.keys(), ["new"]);
}

#[test]
fn a_compressed_answer_is_unpacked() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(document(0, &["a"]).as_bytes()).unwrap();
    let headers = vec![("content-encoding", "gzip".to_owned())];
    let bench = Bench::new(vec![Act::Answer(200, headers, packed.finish().unwrap())], 9);
    assert_eq!(bench.feed().poll().unwrap(), Polled::Took(1));
    assert!(bench.server.next_request().contains("accept-encoding: gzip"));
}

#[test]
fn what_kafka_does_not_take_is_not_taken_for_written() {
    let bench = Bench::new(vec![Act::ok(document(0, &["a"])), Act::ok(document(0, &["a"]))], 2);
    bench.outlet.refusals.store(1, Ordering::SeqCst);
    bench.feed().run(false, &Stop::default()).unwrap();
    assert_eq!(bench.outlet.keys(), ["a"]);
}

#[test]
fn a_single_run_says_what_went_wrong_and_nobody_says_where() {
    let bench = Bench::new(vec![Act::status(503)], 9);
    let mut feed = bench.feed();
    let error = feed.run(true, &Stop::default()).unwrap_err();
    assert!(matches!(
        error,
        BridgeError::Once {
            fault: Fault::Status { code: 503, .. },
            ..
        }
    ));
    let said = format!("{error} {error:?} {feed:?}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn a_stop_breaks_off_a_request_under_way() {
    let bench = Bench::new(vec![Act::Silent(vec![])], 9);
    let mut feed = bench.feed();
    let stop = Stop::default();
    std::thread::scope(|scope| {
        let running = scope.spawn(|| feed.run(false, &stop));
        bench.server.next_request();
        stop.raise();
        running.join().unwrap().unwrap();
    });
}

#[test]
fn settings_that_cannot_work_are_named() {
    let bench = Bench::new(vec![], 9);
    for (config, key) in [
        (WazeConfig::default(), "waze.url"),
        (
            WazeConfig {
                poll_s: 0,
                ..config(&bench.server)
            },
            "waze.poll_s",
        ),
    ] {
        let error = WazeFeed::new(&config, parts(&bench.outlet, &bench.clock, bench.state.path())).unwrap_err();
        assert!(error.to_string().starts_with(key), "{error}");
    }
}
