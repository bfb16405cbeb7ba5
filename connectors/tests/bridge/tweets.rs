//! The stream of X: lines, silences, waits, and what is asked for again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tanggap_connectors::bridge::{Secret, Stop, Tweets, XConfig};
use tempfile::TempDir;

use super::server::{Act, Server};
use super::support::{Letterbox, NOW, SECOND, TestClock, due, parts};

const ONE: &str = "{\"data\":{\"id\":\"1\",\"text\":\"banjir \\u00e9\"},\"matching_rules\":[]}\r\n";
const TWO: &str = "{\"data\":{\"id\":\"2\",\"text\":\"macet\"}}\r\n";

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

    fn tweets(&self) -> Tweets {
        let config = XConfig {
            url: self.server.url("/2/tweets/search/stream?tweet.fields=geo"),
            bearer_token: Some(Secret::new("hunter2")),
            silence_ms: 1_000,
            ..XConfig::default()
        };
        Tweets::new(&config, parts(&self.outlet, &self.clock, self.state.path())).unwrap()
    }
}

#[test]
fn lines_are_written_as_they_came_and_a_torn_one_is_not() {
    let bench = Bench::new(
        vec![Act::Stream(vec![
            ONE,
            "\r\n",
            "{\"data\":{\"id\"",
            ":\"2\"}}\n",
            "{\"data\":{\"id\":\"3\"",
        ])],
        9,
    );
    let mut tweets = bench.tweets();
    tweets.run(true, &Stop::default()).unwrap();
    let sent = bench.outlet.sent();
    assert_eq!(bench.outlet.keys(), ["1", "2"]);
    assert_eq!((sent[0].0.as_str(), sent[0].2.as_str()), ("twitter.tweets", ONE.trim_end()));
    let counters = tweets.counters();
    assert_eq!((counters.keep_alives, counters.torn, counters.messages), (1, 1, 2));
    let request = bench.server.next_request();
    assert!(
        request.starts_with("get /2/tweets/search/stream?tweet.fields=geo http"),
        "{request}"
    );
    assert!(
        request.contains("authorization: bearer hunter2") && !request.contains("backfill"),
        "{request}"
    );
    assert!(!format!("{tweets:?}").contains("hunter2"));
}

#[test]
fn waits_are_those_that_x_asks_for() {
    let limited = |headers| Act::Answer(429, headers, Vec::new());
    let reset = (NOW / SECOND + 2_000).to_string();
    let script = vec![
        Act::Close,
        Act::Close,
        Act::status(503),
        Act::status(503),
        Act::status(401),
        limited(vec![]),
        limited(vec![]),
        limited(vec![("x-rate-limit-reset", reset)]),
        Act::Close,
    ];
    let bench = Bench::new(script, 9);
    let mut tweets = bench.tweets();
    tweets.run(false, &Stop::default()).unwrap();
    let waits = bench.clock.waits();
    for (wait, milliseconds) in waits.iter().zip([250, 500, 5_000, 10_000, 20_000, 60_000, 120_000]) {
        assert!(due(*wait, milliseconds), "{milliseconds}: {waits:?}");
    }
    let before: Duration = waits[..7].iter().sum();
    let left = Duration::from_secs(2_000).checked_sub(before).unwrap();
    assert!(
        waits[7] >= left && waits[7] <= left.mul_f64(1.2),
        "until the header says: {waits:?}"
    );
    assert!(due(waits[8], 750), "{waits:?}");
    assert_eq!(tweets.counters().failed, 9);
}

#[test]
fn a_connection_that_worked_is_made_anew_at_once_and_one_that_flaps_is_not() {
    let bench = Bench::new(
        vec![Act::Stream(vec![ONE]), Act::Stream(vec![TWO]), Act::Stream(vec!["\n", "\n"])],
        3,
    );
    let mut tweets = bench.tweets();
    tweets.run(false, &Stop::default()).unwrap();
    let waits = bench.clock.waits();
    assert!(due(waits[0], 250) && due(waits[1], 500), "{waits:?}");
    assert_eq!(bench.outlet.keys(), ["1", "2"]);

    let bench = Bench::new(vec![Act::Chunks(vec![ONE, "\n", "\n"]), Act::Stream(vec![TWO])], 2);
    // Each look at the clock is a second later.
    bench.clock.step.store(SECOND, Ordering::SeqCst);
    bench.tweets().run(false, &Stop::default()).unwrap();
    assert_eq!(bench.clock.waits()[0], Duration::ZERO);
    assert_eq!(bench.outlet.keys(), ["1", "2"]);
}

#[test]
fn a_stream_that_says_nothing_is_given_up_and_made_anew() {
    let bench = Bench::new(vec![Act::Silent(vec![ONE, "\n"]), Act::Stream(vec![ONE, TWO])], 2);
    let mut tweets = bench.tweets();
    tweets.run(false, &Stop::default()).unwrap();
    assert_eq!(bench.outlet.keys(), ["1", "1", "2"], "what comes again is the lane's to drop");
    assert_eq!(tweets.counters().asked, 2);
}

#[test]
fn what_a_break_lost_is_asked_for_again_and_what_it_lost_for_good_is_counted() {
    for (broken_s, asked, lost_s) in [(10, "1", 0), (61, "2", 0), (300, "5", 0), (1_200, "5", 900)] {
        let bench = Bench::new(vec![Act::Stream(vec![ONE]), Act::Stream(vec![TWO])], 9);
        bench.tweets().run(true, &Stop::default()).unwrap();
        bench.server.next_request();
        bench.clock.advance(broken_s * SECOND);
        // Another process, from the state file.
        let mut tweets = bench.tweets();
        tweets.run(true, &Stop::default()).unwrap();
        let request = bench.server.next_request();
        assert!(request.contains(&format!("backfill_minutes={asked}")), "{broken_s}: {request}");
        assert_eq!(tweets.counters().lost_s, lost_s, "{broken_s}");
    }
}

#[test]
fn what_kafka_does_not_take_is_asked_for_again() {
    let bench = Bench::new(vec![Act::Stream(vec![ONE]), Act::Stream(vec![ONE])], 2);
    bench.outlet.refusals.store(1, Ordering::SeqCst);
    bench.tweets().run(false, &Stop::default()).unwrap();
    assert_eq!(bench.outlet.keys(), ["1"]);
}

#[test]
fn what_the_stream_says_of_itself_ends_the_connection_and_is_no_tweet() {
    let notice = "{\"errors\":[{\"title\":\"operational-disconnect\",\"disconnect_type\":\"UpstreamOperationalDisconnect\"}]}\r\n";
    let bench = Bench::new(vec![Act::Silent(vec![ONE, notice])], 1);
    let mut tweets = bench.tweets();
    tweets.run(false, &Stop::default()).unwrap();
    assert_eq!((bench.outlet.keys(), tweets.counters().notices), (vec!["1".to_owned()], 1));
}

#[test]
fn a_stop_is_heard_while_the_stream_is_silent() {
    let bench = Bench::new(vec![Act::Silent(vec![ONE])], 9);
    let config = XConfig {
        url: bench.server.url("/stream"),
        bearer_token: Some(Secret::new("t")),
        silence_ms: 600_000,
        ..XConfig::default()
    };
    let mut tweets = Tweets::new(&config, parts(&bench.outlet, &bench.clock, bench.state.path())).unwrap();
    let stop = Stop::default();
    std::thread::scope(|scope| {
        let running = scope.spawn(|| tweets.run(false, &stop));
        bench.server.next_request();
        stop.raise();
        running.join().unwrap().unwrap();
    });
}
