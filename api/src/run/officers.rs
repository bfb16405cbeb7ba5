//! Reads where officers are from their topic into the board, which is memory, until told to stop. The log is only read: no group, no commit, nothing
//! written down; a start reads again what the last minutes of the topic hold. Where there is no topic it only sees to it that old positions go.
//!
//! ```text
//! topic, from now − keep ──▶ board (newest of each officer) ──▶ forgotten after keep
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tanggap_connectors::kafka::{KafkaConfig, KafkaError, KafkaSource, LaneReader, TopicSpec, ensure_topics};
use tanggap_engine::route::Router;

use crate::officers::{AHEAD_US, Officers, Reading};
use crate::state::AppState;
use crate::time::now_us;

/// How often it is looked whether to stop, and what is too old.
const GLANCE: Duration = Duration::from_millis(200);
/// How long one poll of a partition may wait: the freshness of a quiet topic, times its partitions.
const POLL: Duration = Duration::from_millis(50);
/// Messages taken at once.
const BATCH: usize = 1_000;
/// How often the broker is asked what partitions there are, and so whether it is there.
const LOOK: Duration = Duration::from_secs(5);
/// How long to wait after a broker has not answered: doubled each time.
const WAIT: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));
/// Bytes of prefetched messages: a position has some 150.
const QUEUE_BYTES: u64 = 4 << 20;

/// Who reads.
pub(super) struct PositionReader {
    officers: Arc<Officers>,
    router: Arc<Router>,
    /// None = no topic is read.
    kafka: Option<KafkaConfig>,
    /// Whether the topic is made where there is none.
    makes_topic: bool,
    stop: Arc<AtomicBool>,
    /// What keeps it from reading, said once.
    hindered: Option<String>,
}

impl PositionReader {
    /// A reader for the board of this API, from this Kafka.
    pub(super) fn new(state: &AppState, kafka: &KafkaConfig, makes_topic: bool, stop: Arc<AtomicBool>) -> Self {
        let topic = state.officers.settings().topic.clone();
        Self {
            officers: Arc::clone(&state.officers),
            router: Arc::clone(&state.router),
            kafka: topic.map(|topic| KafkaConfig {
                topics: vec![topic],
                // Every process of a city needs every officer.
                group: None,
                member: None,
                queue_bytes: kafka.queue_bytes.min(QUEUE_BYTES),
                statistics: false,
                ..kafka.clone()
            }),
            makes_topic,
            stop,
            hindered: None,
        }
    }

    /// Reads until told to stop. A broker that is away, or a client that failed for good, is tried again, less and less often.
    pub(super) fn work(mut self) {
        let Some(kafka) = self.kafka.take() else {
            while self.goes_on() {
                self.rest(GLANCE);
            }
            return;
        };
        let mut wait = WAIT.0;
        while self.goes_on() {
            if let Err(error) = self.follow(&kafka, &mut wait) {
                self.hinder(&error);
                self.rest(wait);
                wait = (wait * 2).min(WAIT.1);
            }
        }
    }

    /// Follows the topic; ends well when told to stop.
    fn follow(&mut self, kafka: &KafkaConfig, wait: &mut Duration) -> Result<(), KafkaError> {
        if self.makes_topic {
            let keep = Duration::from_micros(self.officers.settings().keep_us.unsigned_abs());
            let topics = kafka.topics.iter().map(|topic| TopicSpec {
                retention: keep,
                ..TopicSpec::new(topic)
            });
            ensure_topics(kafka, &topics.collect::<Vec<_>>())?;
        }
        let source = KafkaSource::connect(kafka)?;
        let mut readers: BTreeMap<i32, LaneReader> = BTreeMap::new();
        let (mut next_look, mut looked) = (Instant::now(), false);
        while self.goes_on() {
            if Instant::now() >= next_look {
                // Readers live on while nobody answers: librdkafka goes on where it was.
                match self.open(&source, &mut readers) {
                    Ok(()) => {
                        // Not at the first look: who is let in and cannot read would else be tried, and told of, each second.
                        if looked {
                            *wait = WAIT.0;
                            self.relieve();
                        }
                        looked = true;
                        next_look = Instant::now() + LOOK;
                    }
                    Err(error) => {
                        self.hinder(&error);
                        next_look = Instant::now() + *wait;
                        *wait = (*wait * 2).min(WAIT.1);
                    }
                }
            }
            if readers.is_empty() {
                self.rest(GLANCE);
            }
            let partitions: Vec<i32> = readers.keys().copied().collect();
            for partition in partitions {
                if let Some(reader) = readers.get_mut(&partition)
                    && let Err(error) = self.poll(reader)
                {
                    // Forgotten by the broker before it was read, or deleted: it is opened anew where the last minutes begin.
                    readers.remove(&partition);
                    if !matches!(error, KafkaError::LogTruncated { .. } | KafkaError::LaneGone { .. }) {
                        return Err(error);
                    }
                }
            }
            self.officers.forget(now_us());
        }
        Ok(())
    }

    /// Opens the partitions that have no reader, where the last minutes begin.
    fn open(&self, source: &KafkaSource, readers: &mut BTreeMap<i32, LaneReader>) -> Result<(), KafkaError> {
        let lanes = source.lanes()?;
        readers.retain(|partition, _| lanes.iter().any(|lane| lane.partition == *partition));
        for lane in &lanes {
            if readers.contains_key(&lane.partition) {
                continue;
            }
            // A position may be ahead of the broker's clock, and is then kept so much longer than its message is old.
            let since = now_us() - self.officers.settings().keep_us - AHEAD_US;
            let first = source.offset_since(lane, since)?.max(lane.low);
            readers.insert(lane.partition, source.open(lane, first)?);
        }
        self.officers.say(if lanes.is_empty() { Reading::Missing } else { Reading::Live });
        Ok(())
    }

    fn poll(&self, reader: &mut LaneReader) -> Result<(), KafkaError> {
        let unit_of = |text: &str| self.router.recognise(text).map(|unit| unit.code.into_owned());
        reader.poll(BATCH, POLL, &mut |message| {
            // A tombstone says nothing of anybody.
            if let Some(bytes) = message.payload {
                self.officers.hear(bytes, message.offset, now_us(), unit_of);
            }
        })?;
        Ok(())
    }

    /// Says why nothing is read, once.
    fn hinder(&mut self, error: &KafkaError) {
        self.officers.say(Reading::Down);
        let why = error.to_string();
        if self.hindered.as_ref() != Some(&why) {
            tracing::warn!(error = why, "positions of officers are not read; trying on");
            self.hindered = Some(why);
        }
    }

    /// Says that it is read after all, once.
    fn relieve(&mut self) {
        if self.hindered.take().is_some() {
            tracing::info!("positions of officers are read again");
        }
    }

    fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    /// Waits, and lets go of what is too old meanwhile.
    fn rest(&self, length: Duration) {
        let until = Instant::now() + length;
        while self.goes_on() && Instant::now() < until {
            self.officers.forget(now_us());
            std::thread::park_timeout(GLANCE.min(length));
        }
    }
}
