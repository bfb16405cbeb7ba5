//! A backlog in a real Kafka: filled, read alone, and read by the whole program.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, io};

use tanggap_connectors::kafka::{KafkaConfig, KafkaError, KafkaSink, KafkaSource, LaneReader, TopicSpec, ensure_topics};
use tanggap_tests::harness::served::{Served, sum};

use crate::Usage;

/// What it took a program to read a backlog: from its start until all of it was read, written down and answered for.
#[derive(Clone, Debug)]
pub struct Drained {
    /// Time.
    pub seconds: f64,
    /// Events that came in.
    pub events: u64,
    /// What was used until then.
    pub usage: Usage,
    /// What is resident a while later, MiB.
    pub later_mib: f64,
    /// How long each epoch took to be written down, milliseconds, the shortest first.
    pub epochs_ms: Vec<f64>,
}

/// How often the program is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// How long it rests before its memory is looked at again.
const REST: Duration = Duration::from_secs(3);
/// Messages of a poll, as a lane has them.
const AT_ONCE: usize = 8_192;

/// Puts lines into a topic, which is made if it is not there.
///
/// # Errors
/// The broker does not take them.
pub fn fill<'a>(brokers: &str, topic: &str, lines: impl IntoIterator<Item = &'a [u8]>) -> io::Result<()> {
    let config = KafkaConfig {
        brokers: brokers.to_owned(),
        ..KafkaConfig::default()
    };
    let put = || -> Result<u64, KafkaError> {
        ensure_topics(&config, &[TopicSpec::new(topic)])?;
        let sink = KafkaSink::connect(&config)?;
        for line in lines {
            sink.send(topic, None, line)?;
        }
        Ok(sink.flush(Duration::from_mins(5))?.failed)
    };
    match put().map_err(io::Error::other)? {
        0 => Ok(()),
        failed => Err(io::Error::other(format!("{failed} lines were not taken"))),
    }
}

/// A log that is only read.
#[derive(Clone, Copy, Debug)]
pub struct ReadAlone {
    /// Its messages.
    pub messages: i64,
    /// Time.
    pub seconds: f64,
    /// Processor seconds.
    pub cpu_s: f64,
}

/// Reads these topics from their beginning to their end, each lane on a thread of its own, and does nothing with them.
///
/// # Errors
/// They cannot be read.
///
/// # Panics
/// A reader does.
pub fn read_alone(brokers: &str, topics: &[&str]) -> io::Result<ReadAlone> {
    let config = KafkaConfig {
        brokers: brokers.to_owned(),
        topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
        ..KafkaConfig::default()
    };
    let before = Usage::of(std::process::id())?;
    let begun = Instant::now();
    let source = KafkaSource::connect(&config).map_err(io::Error::other)?;
    let lanes = source.lanes().map_err(io::Error::other)?;
    let messages = lanes.iter().map(|lane| lane.high).sum();
    let readers: Result<Vec<LaneReader>, KafkaError> = lanes.iter().map(|lane| source.open(lane, lane.low)).collect();
    let readers = readers.map_err(io::Error::other)?;
    let read: Result<(), KafkaError> = std::thread::scope(|scope| {
        let threads: Vec<_> = readers.into_iter().map(|reader| scope.spawn(move || read_to_end(reader))).collect();
        let ended = threads.into_iter().map(|thread| thread.join().expect("a reader does not panic"));
        ended.collect()
    });
    read.map_err(io::Error::other)?;
    Ok(ReadAlone {
        messages,
        seconds: begun.elapsed().as_secs_f64(),
        cpu_s: Usage::of(std::process::id())?.cpu_s - before.cpu_s,
    })
}

fn read_to_end(mut reader: LaneReader) -> Result<(), KafkaError> {
    while reader.next_offset() < reader.lane().high {
        reader.poll(AT_ONCE, Duration::from_millis(50), &mut |message| {
            black_box(message.payload);
        })?;
    }
    Ok(())
}

/// What the program uses when it has nothing to do.
///
/// # Errors
/// It does not start.
pub fn at_rest(directory: &Path, settings: &str) -> io::Result<Usage> {
    fs::create_dir_all(directory)?;
    let served = Served::start(directory, settings, &[])?;
    served.wait_until_it_answers();
    std::thread::park_timeout(REST);
    Usage::of(served.id())
}

/// Starts the program on a log of so many messages and waits until it has no more to do.
///
/// # Errors
/// It does not start, or ends.
pub fn drain(directory: &Path, settings: &str, messages: i64) -> io::Result<Drained> {
    fs::create_dir_all(directory)?;
    let begun = Instant::now();
    let served = Served::start(directory, settings, &[])?;
    let mut epochs = BTreeMap::new();
    let (seconds, events, usage) = loop {
        std::thread::park_timeout(LOOK);
        note_epochs(&served.metrics(), &mut epochs);
        // Fails where the program has ended, which would be waited for in vain.
        let usage = Usage::of(served.id())?;
        let lanes = served.lanes();
        let read: i64 = lanes.iter().filter_map(|lane| lane["next_offset"].as_i64()).sum();
        if read == messages && lanes.iter().all(|lane| lane["unwritten_messages"] == 0) {
            break (begun.elapsed().as_secs_f64(), sum(&lanes, "in"), usage);
        }
    };
    note_epochs(&served.metrics(), &mut epochs);
    std::thread::park_timeout(REST);
    let later = Usage::of(served.id())?;
    let mut epochs_ms: Vec<f64> = epochs.into_values().collect();
    epochs_ms.sort_unstable_by(f64::total_cmp);
    Ok(Drained {
        seconds,
        events,
        usage,
        later_mib: later.resident_mib,
        epochs_ms,
    })
}

/// Takes note of how long the last epoch of each lane took to be written down, once each.
fn note_epochs(metrics: &str, epochs: &mut BTreeMap<(String, String), f64>) {
    let numbers: BTreeMap<&str, &str> = family(metrics, "tanggap_lane_epoch{").collect();
    for (lane, seconds) in family(metrics, "tanggap_lane_commit_seconds{") {
        if let (Some(number), Ok(seconds)) = (numbers.get(lane), seconds.parse::<f64>()) {
            epochs.insert((lane.to_owned(), (*number).to_owned()), seconds * 1e3);
        }
    }
}

/// Labels and values of a family of metrics.
fn family<'m>(metrics: &'m str, name: &'static str) -> impl Iterator<Item = (&'m str, &'m str)> {
    metrics.lines().filter_map(move |line| line.strip_prefix(name)?.split_once("} "))
}

impl Drained {
    /// The time below which this share of the epochs was written down, milliseconds; 0 if there were none.
    #[must_use]
    pub fn epoch_ms(&self, percent: usize) -> f64 {
        let place = self.epochs_ms.len().saturating_sub(1) * percent / 100;
        self.epochs_ms.get(place).copied().unwrap_or_default()
    }
}
