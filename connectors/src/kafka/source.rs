//! A Kafka cluster as a source of lanes: which topic-partitions there are, and a reader for each, from the offset its
//! manifest gives. One consumer serves all lanes; a thread of ours serves its events. Which of them are ours in a consumer group is [`super::Membership`]'s affair.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError as Native, RDKafkaErrorCode};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{Offset, TopicPartitionList};

use super::asker::Asker;
use super::config::HIDDEN;
use super::context::Events;
use super::reader::LaneReader;
use super::{KafkaConfig, KafkaError};

/// One topic-partition as the broker has it now.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lane {
    /// Topic.
    pub topic: String,
    /// Partition.
    pub partition: i32,
    /// First offset still in the log.
    pub low: i64,
    /// One past the last offset in the log.
    pub high: i64,
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.topic, self.partition)
    }
}

/// What librdkafka says of itself, for `/v1/sources` and `/metrics`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceHealth {
    /// No broker is reachable at the moment.
    pub down: bool,
    /// Errors reported since the start.
    pub errors: u64,
    /// Messages prefetched and not yet read, at the last statistics (0 without `kafka.statistics`).
    pub queued_messages: i64,
}

/// A connected source. Readers may outlive it and keep the connection.
pub struct KafkaSource {
    config: KafkaConfig,
    consumer: Arc<BaseConsumer<Events>>,
    missing: Mutex<BTreeSet<String>>,
    stop: Arc<AtomicBool>,
    events: Option<JoinHandle<()>>,
}

impl fmt::Debug for KafkaSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaSource").field("config", &self.config).finish_non_exhaustive()
    }
}

/// How long the event thread sleeps in librdkafka; bounds how long `drop` waits for it.
const EVENT_POLL: Duration = Duration::from_millis(100);

impl KafkaSource {
    /// Connects: asks which of the topics exist, sizes the queues for their partitions and starts the event thread. Blocks up
    /// to `timeout_ms`.
    ///
    /// # Errors
    /// A bad configuration, or no broker that answers in time.
    pub fn connect(config: &KafkaConfig) -> Result<Self, KafkaError> {
        let lanes = count_lanes(config)?;
        let consumer: BaseConsumer<Events> = config
            .consumer(lanes)?
            .create_with_context(Events::default())
            .map_err(|source| configuration(config, source))?;
        let consumer = Arc::new(consumer);
        let stop = Arc::new(AtomicBool::new(false));
        let events = std::thread::Builder::new()
            .name("kafka-events".to_owned())
            .spawn({
                let (consumer, stop) = (Arc::clone(&consumer), Arc::clone(&stop));
                move || serve_events(&consumer, &stop)
            })
            .map_err(KafkaError::Thread)?;
        Ok(Self {
            config: config.clone(),
            consumer,
            missing: Mutex::default(),
            stop,
            events: Some(events),
        })
    }

    /// The lanes of the configured topics that exist now, ordered by topic and partition. A topic that does not exist is
    /// logged once and left out: ask again later. Blocks up to `timeout_ms` for each topic and lane.
    ///
    /// # Errors
    /// No broker that answers in time.
    pub fn lanes(&self) -> Result<Vec<Lane>, KafkaError> {
        let mut lanes = Vec::new();
        for topic in &self.config.topics {
            let partitions = partitions(&self.consumer, &self.config, topic)?;
            self.note_missing(topic, partitions.is_empty());
            for partition in partitions {
                let (low, high) = self
                    .consumer
                    .fetch_watermarks(topic, partition, self.config.timeout())
                    .map_err(|source| unreachable(&self.config, source))?;
                lanes.push(Lane {
                    topic: topic.clone(),
                    partition,
                    low,
                    high,
                });
            }
        }
        lanes.sort_unstable();
        Ok(lanes)
    }

    fn note_missing(&self, topic: &str, absent: bool) {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        if absent && missing.insert(topic.to_owned()) {
            tracing::warn!(
                topic,
                brokers = self.config.brokers,
                "topic does not exist yet; waiting for it to be created"
            );
        } else if !absent && missing.remove(topic) {
            tracing::info!(topic, "topic exists now");
        }
    }

    /// Whether a lane holds, below an offset, a message that the broker stored later than `newest` (µs UTC). Of a lane that was read up to
    /// that offset, and no newer message seen, it cannot: then the topic was deleted and made anew. Blocks up to `timeout_ms`.
    ///
    /// # Errors
    /// No broker that answers in time.
    pub fn holds_newer_below(&self, lane: &Lane, offset: i64, newest: i64) -> Result<bool, KafkaError> {
        // One millisecond on: what was stored in the same one may be the newest itself.
        let first = self.first_stored(lane, newest.div_euclid(1_000).max(0) + 1)?;
        Ok(first.is_some_and(|first| first < offset))
    }

    /// Offset of the first message of a lane that the broker stored at `since` (µs UTC, rounded down to a millisecond) or later; the end of its
    /// log if there is none. Blocks up to `timeout_ms`.
    ///
    /// # Errors
    /// No broker that answers in time.
    pub fn offset_since(&self, lane: &Lane, since: i64) -> Result<i64, KafkaError> {
        // The end as it was before the question: what came between is not passed over.
        Ok(self.first_stored(lane, since.div_euclid(1_000).max(0))?.unwrap_or(lane.high))
    }

    /// Offset of the first message that the broker stored at a time (ms UTC) or later.
    fn first_stored(&self, lane: &Lane, since_ms: i64) -> Result<Option<i64>, KafkaError> {
        let unanswered = |source| unreachable(&self.config, source);
        // Asked for with a time in the place of the offset.
        let mut times = TopicPartitionList::new();
        times
            .add_partition_offset(&lane.topic, lane.partition, Offset::Offset(since_ms))
            .map_err(unanswered)?;
        let found = self.consumer.offsets_for_times(times, self.config.timeout()).map_err(unanswered)?;
        for first in found.elements() {
            first.error().map_err(unanswered)?;
            if let Offset::Offset(first) = first.offset() {
                return Ok(Some(first));
            }
        }
        Ok(None)
    }

    /// A reader of one lane; `next_offset` is the first offset it will give (from the lane's manifest, or [`Lane::low`]).
    /// Each lane may have one reader at a time; dropping it lets the lane go.
    ///
    /// # Errors
    /// A topic name librdkafka does not accept, or a client that failed for good. That the offset is not in the log shows at
    /// the first poll.
    pub fn open(&self, lane: &Lane, next_offset: i64) -> Result<LaneReader, KafkaError> {
        let assign = |source| KafkaError::Assign {
            topic: lane.topic.clone(),
            partition: lane.partition,
            offset: next_offset,
            source: Box::new(source),
        };
        let topic = CString::new(lane.topic.as_str()).map_err(|source| assign(Native::Nul(source)))?;
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&lane.topic, lane.partition, Offset::Offset(next_offset))
            .map_err(assign)?;
        // Split first, assign then: librdkafka leaves a queue that the application has split alone, so that no message of
        // the lane can reach the main queue.
        let queue = self
            .consumer
            .split_partition_queue(&lane.topic, lane.partition)
            .ok_or_else(|| assign(Native::Subscription("no queue for the partition".to_owned())))?;
        self.consumer.incremental_assign(&list).map_err(assign)?;
        Ok(LaneReader::new(
            Arc::clone(&self.consumer),
            queue,
            topic,
            lane,
            next_offset,
            self.config.timeout(),
        ))
    }

    /// What librdkafka says of itself.
    #[must_use]
    pub fn health(&self) -> SourceHealth {
        let events = self.consumer.context();
        SourceHealth {
            down: events.down.load(Ordering::Relaxed),
            errors: events.errors.load(Ordering::Relaxed),
            queued_messages: events.queued_messages.load(Ordering::Relaxed),
        }
    }
}

impl Drop for KafkaSource {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(events) = self.events.take() {
            // A panicked event thread has nothing left to say.
            let _ = events.join();
        }
    }
}

/// Serves log lines, errors and statistics. Messages never come here (see [`KafkaSource::open`]); one that did would be
/// missing from its lane, so it is counted and every lane stops.
fn serve_events(consumer: &BaseConsumer<Events>, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        if let Some(Ok(_)) = consumer.poll(EVENT_POLL) {
            consumer.context().strays.fetch_add(1, Ordering::Relaxed);
            tracing::error!("a message came out of the main queue; its lane stops rather than lose it");
        }
    }
}

/// How many lanes the topics have now, at least one each: a topic that does not exist yet will have one.
fn count_lanes(config: &KafkaConfig) -> Result<usize, KafkaError> {
    let asker = Asker::new(config)?;
    if config.topics.is_empty() {
        asker.reach()?;
    }
    config
        .topics
        .iter()
        .try_fold(0, |lanes, topic| Ok(lanes + asker.partitions(topic)?.len().max(1)))
}

/// The partitions of a topic; none when it does not exist.
pub(super) fn partitions<C: rdkafka::consumer::ConsumerContext>(
    consumer: &BaseConsumer<C>,
    config: &KafkaConfig,
    topic: &str,
) -> Result<Vec<i32>, KafkaError> {
    let metadata = match consumer.fetch_metadata(Some(topic), config.timeout()) {
        Ok(metadata) => metadata,
        Err(source) if is_unknown_topic(source.rdkafka_error_code()) => return Ok(Vec::new()),
        Err(source) => return Err(unreachable(config, source)),
    };
    let Some(found) = metadata.topics().iter().find(|found| found.name() == topic) else {
        return Ok(Vec::new());
    };
    match found.error() {
        None => Ok(found.partitions().iter().map(rdkafka::metadata::MetadataPartition::id).collect()),
        Some(RDKafkaRespErr::RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE | RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) => {
            Ok(Vec::new())
        }
        Some(error) => Err(KafkaError::Read {
            topic: topic.to_owned(),
            partition: -1,
            code: error.into(),
        }),
    }
}

pub(super) const fn is_unknown_topic(code: Option<RDKafkaErrorCode>) -> bool {
    matches!(
        code,
        Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic | RDKafkaErrorCode::UnknownPartition)
    )
}

pub(super) fn configuration(config: &KafkaConfig, source: Native) -> KafkaError {
    // A mistyped name may stand before a secret.
    let source = match source {
        Native::ClientConfig(code, what, name, _) => Native::ClientConfig(code, what, name, HIDDEN.to_owned()),
        other => other,
    };
    KafkaError::Configuration {
        brokers: config.brokers.clone(),
        source: Box::new(source),
    }
}

pub(super) fn unreachable(config: &KafkaConfig, source: Native) -> KafkaError {
    KafkaError::Unreachable {
        brokers: config.brokers.clone(),
        timeout: config.timeout(),
        source: Box::new(source),
    }
}
