//! Lines that come in as fast as they happen, and how long each is on its way through the program.

use std::collections::HashMap;
use std::io;
use std::thread::park_timeout;
use std::time::{Duration, Instant};

use serde_json::Value;
use tanggap_connectors::kafka::{KafkaConfig, KafkaError, KafkaSink, KafkaSource, Message};

/// How long lines were on their way, milliseconds, the shortest first.
#[derive(Clone, Debug, Default)]
pub struct Flow(Vec<f64>);

impl Flow {
    /// Lines that arrived.
    #[must_use]
    pub const fn lines(&self) -> usize {
        self.0.len()
    }

    /// Below this so many of 100 were, milliseconds; 0 of none.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> f64 {
        let place = self.0.len().saturating_sub(1) * percent / 100;
        self.0.get(place).copied().unwrap_or_default()
    }
}

/// Lines are sent in bunches, so often.
const BUNCH: Duration = Duration::from_millis(10);

/// Sends lines to a topic, so many a second, as steadily as the machine allows.
///
/// # Errors
/// The broker does not take them.
pub fn send_steadily<'l>(brokers: &str, topic: &str, lines: impl IntoIterator<Item = &'l [u8]>, a_second: usize) -> io::Result<()> {
    let config = KafkaConfig {
        brokers: brokers.to_owned(),
        ..KafkaConfig::default()
    };
    let sink = KafkaSink::connect(&config).map_err(io::Error::other)?;
    let begun = Instant::now();
    let bunch = (a_second / 100).max(1);
    for (number, line) in lines.into_iter().enumerate() {
        if number % bunch == 0 {
            let due = BUNCH * u32::try_from(number / bunch).map_err(io::Error::other)?;
            while begun.elapsed() < due {
                park_timeout(due.saturating_sub(begun.elapsed()));
            }
        }
        sink.send(topic, None, line).map_err(io::Error::other)?;
    }
    match sink.flush(Duration::from_mins(1)).map_err(io::Error::other)?.failed {
        0 => Ok(()),
        failed => Err(io::Error::other(format!("{failed} lines were not taken"))),
    }
}

/// How long lines were on their way from one topic to another, by run: between the times of their messages, by the id that the first has in `field`
/// and the second as its key. Of an id that came more than once the first counts.
///
/// # Errors
/// The topics cannot be read.
pub fn on_their_way(brokers: &str, from: &str, to: &str, field: &str, runs: &[&[&[u8]]]) -> io::Result<Vec<Flow>> {
    let id_of = |payload: &[u8]| match serde_json::from_slice::<Value>(payload).ok()?.get(field)? {
        Value::String(id) => Some(id.clone()),
        other => Some(other.to_string()),
    };
    let sent = times(brokers, from, &|message| id_of(message.payload?)).map_err(io::Error::other)?;
    let told = times(brokers, to, &|message| String::from_utf8(message.key?.to_vec()).ok()).map_err(io::Error::other)?;
    let flows = runs.iter().map(|lines| {
        let mut took: Vec<f64> = lines
            .iter()
            .filter_map(|line| {
                let id = id_of(line)?;
                let took_us = told.get(&id)? - sent.get(&id)?;
                Some(Duration::from_micros(u64::try_from(took_us).ok()?).as_secs_f64() * 1e3)
            })
            .collect();
        took.sort_unstable_by(f64::total_cmp);
        Flow(took)
    });
    Ok(flows.collect())
}

/// When the first message of each id was sent, µs since epoch UTC.
fn times(brokers: &str, topic: &str, id_of: &dyn Fn(&Message<'_>) -> Option<String>) -> Result<HashMap<String, i64>, KafkaError> {
    let config = KafkaConfig {
        brokers: brokers.to_owned(),
        topics: vec![topic.to_owned()],
        ..KafkaConfig::default()
    };
    let source = KafkaSource::connect(&config)?;
    let mut times = HashMap::new();
    for lane in source.lanes()? {
        let mut reader = source.open(&lane, lane.low)?;
        while reader.next_offset() < reader.lane().high {
            reader.poll(8_192, Duration::from_millis(50), &mut |message| {
                if let (Some(id), Some(time_us)) = (id_of(&message), message.broker_time) {
                    times.entry(id).or_insert(time_us);
                }
            })?;
        }
    }
    Ok(times)
}
