//! The load: the lines of a simulated city, given to the broker in their order over a while, by a thread of its own. It knows what the
//! broker has acknowledged, which is what a city must have read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tanggap_connectors::kafka::{KafkaConfig, KafkaSink, Properties};

use crate::feeds::{TOPICS, sink};

/// A city's lines on their way.
#[derive(Debug)]
pub(super) struct Load {
    logs: Arc<Vec<Log>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The lines of a topic.
#[derive(Debug)]
struct Log {
    topic: &'static str,
    bytes: Vec<u8>,
    /// Where each line ends, behind its line feed.
    ends: Vec<usize>,
    acknowledged: AtomicUsize,
}

/// Lines are given this often: between two times a city can have read all there is.
const TICK: Duration = Duration::from_millis(200);
/// No broker is away for longer.
const BROKER_MAY_BE_AWAY: Duration = Duration::from_mins(15);

impl Load {
    /// Begins to give these logs over this time. A line the broker has not taken yet is tried for as long as a broker may be away, so that
    /// each comes once and in order.
    pub(super) fn start(brokers: &str, logs: Vec<(&'static str, Vec<u8>)>, length: Duration) -> Self {
        // Makes the topics.
        drop(sink(brokers));
        let patience = ("message.timeout.ms".to_owned(), BROKER_MAY_BE_AWAY.as_millis().to_string());
        let config = KafkaConfig {
            brokers: brokers.to_owned(),
            properties: Properties([patience].into()),
            ..KafkaConfig::default()
        };
        let sink = KafkaSink::connect(&config).unwrap();
        let logs: Arc<Vec<Log>> = Arc::new(logs.into_iter().map(Log::new).collect());
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let (logs, stop) = (Arc::clone(&logs), Arc::clone(&stop));
            move || give(&sink, &logs, &stop, length)
        });
        Self {
            logs,
            stop,
            thread: Some(thread),
        }
    }

    /// Lines of a topic that are in the broker's log.
    pub(super) fn acknowledged(&self) -> [(&'static str, i64); TOPICS.len()] {
        TOPICS.map(|topic| {
            let log = self.logs.iter().find(|log| log.topic == topic).unwrap();
            (topic, i64::try_from(log.acknowledged.load(Ordering::Acquire)).unwrap())
        })
    }

    /// Whether all is given.
    pub(super) fn is_over(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits until all is given; gives how many lines it was.
    pub(super) fn finish(&mut self) -> usize {
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
        self.logs.iter().map(|log| log.acknowledged.load(Ordering::Acquire)).sum()
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // A thread that waits for a broker that is away is left alone: the test has failed.
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl Log {
    fn new((topic, bytes): (&'static str, Vec<u8>)) -> Self {
        let feeds = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let mut ends: Vec<usize> = feeds.map(|(at, _)| at + 1).collect();
        if ends.last().is_none_or(|last| *last < bytes.len()) && !bytes.is_empty() {
            ends.push(bytes.len());
        }
        Self {
            topic,
            bytes,
            ends,
            acknowledged: AtomicUsize::new(0),
        }
    }

    fn line(&self, number: usize) -> &[u8] {
        let begin = if number == 0 { 0 } else { self.ends[number - 1] };
        let line = &self.bytes[begin..self.ends[number]];
        line.strip_suffix(b"\n").unwrap_or(line)
    }
}

fn give(sink: &KafkaSink, logs: &[Log], stop: &AtomicBool, length: Duration) {
    let begun = Instant::now();
    let parts = usize::try_from(length.as_millis()).unwrap();
    while !stop.load(Ordering::Relaxed) {
        let part = usize::try_from(begun.elapsed().as_millis()).unwrap().min(parts);
        for log in logs {
            for number in log.acknowledged.load(Ordering::Relaxed)..log.ends.len() * part / parts {
                sink.send(log.topic, None, log.line(number)).unwrap();
            }
        }
        assert_eq!(sink.flush(BROKER_MAY_BE_AWAY).unwrap().failed, 0, "lines were not taken");
        for log in logs {
            log.acknowledged.store(log.ends.len() * part / parts, Ordering::Release);
        }
        if part == parts {
            return;
        }
        std::thread::park_timeout(TICK);
    }
}
