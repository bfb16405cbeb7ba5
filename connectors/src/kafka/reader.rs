//! One lane, read in order by the thread that owns it. Every message from the first offset on comes out once; the end of
//! the log, a lost offset and a deleted topic are told apart.

use std::ffi::CString;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rdkafka::Message as _;
use rdkafka::consumer::base_consumer::PartitionQueue;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError as Native, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};

use super::context::Events;
use super::source::is_unknown_topic;
use super::watermark::cached_high;
use super::{KafkaError, Lane};

/// One message, borrowed from librdkafka's buffer.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Its position in the lane.
    pub offset: i64,
    /// When the broker stored it (or, on topics with `CreateTime`, when its producer says it was made), µs UTC.
    pub broker_time: Option<i64>,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its bytes; `None` for a tombstone, which still moves the offset.
    pub payload: Option<&'a [u8]>,
}

/// What one poll brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polled {
    /// Messages given to the sink.
    pub messages: usize,
    /// Payload bytes given to the sink.
    pub bytes: usize,
    /// One past the last offset the broker held at its last answer to this reader; `None` before the first.
    pub high_watermark: Option<i64>,
    /// The lane has read all the broker held at its last answer.
    pub at_end: bool,
}

/// A reader of one lane. Stays usable while brokers come and go.
pub struct LaneReader {
    consumer: Arc<BaseConsumer<Events>>,
    queue: PartitionQueue<Events>,
    topic: CString,
    lane: Lane,
    next_offset: i64,
    /// The broker has answered this reader. Until then the client's high watermark may be of a time when the lane was here before.
    answered: bool,
    /// The high watermark when the end was reached.
    end: Option<i64>,
    timeout: Duration,
    progress: Instant,
}

impl fmt::Debug for LaneReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LaneReader")
            .field("lane", &self.lane)
            .field("next_offset", &self.next_offset)
            .finish_non_exhaustive()
    }
}

impl LaneReader {
    pub(super) fn new(
        consumer: Arc<BaseConsumer<Events>>,
        queue: PartitionQueue<Events>,
        topic: CString,
        lane: &Lane,
        next_offset: i64,
        timeout: Duration,
    ) -> Self {
        Self {
            consumer,
            queue,
            topic,
            lane: lane.clone(),
            next_offset,
            answered: false,
            end: None,
            timeout,
            progress: Instant::now(),
        }
    }

    /// The lane.
    #[must_use]
    pub const fn lane(&self) -> &Lane {
        &self.lane
    }

    /// The next offset this reader will give.
    #[must_use]
    pub const fn next_offset(&self) -> i64 {
        self.next_offset
    }

    /// When a message was last given, or the end last reached. A lane that is behind and makes no progress for long is stuck
    /// and should be told: see [`Polled::at_end`].
    #[must_use]
    pub const fn last_progress(&self) -> Instant {
        self.progress
    }

    /// Gives up to `max` messages to `sink`, in order. Waits up to `timeout` for the first, then takes what is there.
    ///
    /// # Errors
    /// [`KafkaError::LogTruncated`] when the next offset is not in the log, [`KafkaError::LaneGone`] when the topic was
    /// deleted, [`KafkaError::Read`] or [`KafkaError::Fatal`] when retrying does not help. Messages given to the sink before
    /// the error are good and [`Self::next_offset`] counts them.
    pub fn poll(&mut self, max: usize, timeout: Duration, sink: &mut dyn FnMut(Message<'_>)) -> Result<Polled, KafkaError> {
        if self.consumer.context().strays.load(Ordering::Relaxed) > 0 {
            return Err(KafkaError::Fatal {
                reason: "a message bypassed its lane's queue".to_owned(),
            });
        }
        let deadline = Instant::now() + timeout;
        let (mut messages, mut bytes, mut ended) = (0, 0, false);
        while messages < max {
            let wait = if messages == 0 {
                deadline.saturating_duration_since(Instant::now())
            } else {
                Duration::ZERO
            };
            match self.queue.poll(wait) {
                Some(Ok(message)) => {
                    self.answered = true;
                    let offset = message.offset();
                    // A fetch may start before the offset asked for, at the head of a compressed batch.
                    if offset < self.next_offset {
                        continue;
                    }
                    let payload = message.payload();
                    sink(Message {
                        offset,
                        broker_time: message.timestamp().to_millis().map(|millis| millis.saturating_mul(1_000)),
                        key: message.key(),
                        payload,
                    });
                    self.next_offset = offset + 1;
                    messages += 1;
                    bytes += payload.map_or(0, <[u8]>::len);
                }
                Some(Err(Native::PartitionEOF(_))) => {
                    (self.answered, ended) = (true, true);
                    break;
                }
                Some(Err(error)) => self.fail(&error)?,
                None if messages > 0 || Instant::now() >= deadline => break,
                None => {}
            }
        }
        let cached = cached_high(&self.consumer, &self.topic, self.lane.partition);
        let high_watermark = cached.filter(|_| self.answered);
        if ended {
            self.end = high_watermark.or(Some(self.next_offset));
        }
        if ended || messages > 0 {
            self.note_progress();
        }
        let at_end = match (high_watermark, self.end) {
            (Some(high), _) if self.next_offset >= high => true,
            // The last offsets of a log may hold no messages (transaction markers, compaction): librdkafka said "end" there.
            (Some(high), Some(end)) => high == end,
            (None, end) => end.is_some(),
            (Some(_), None) => false,
        };
        Ok(Polled {
            messages,
            bytes,
            high_watermark,
            at_end,
        })
    }

    fn note_progress(&mut self) {
        self.progress = Instant::now();
        let events = self.consumer.context();
        if events.down.load(Ordering::Relaxed) && events.down.swap(false, Ordering::Relaxed) {
            tracing::info!("Kafka is reachable again");
        }
    }

    /// Sorts what librdkafka reports for this lane into what passes and what stops it.
    fn fail(&self, error: &Native) -> Result<(), KafkaError> {
        let (topic, partition) = (self.lane.topic.clone(), self.lane.partition);
        if let Native::MessageConsumptionFatal(code) = error {
            return Err(KafkaError::Fatal { reason: code.to_string() });
        }
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange) => {
                let (low, high) = self.consumer.fetch_watermarks(&topic, partition, self.timeout).unwrap_or((-1, -1));
                Err(KafkaError::LogTruncated {
                    topic,
                    partition,
                    wanted: self.next_offset,
                    low,
                    high,
                })
            }
            code if is_unknown_topic(code) => Err(KafkaError::LaneGone { topic, partition }),
            // The broker is away or changes hands: librdkafka reconnects and goes on where it was.
            Some(
                RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::AllBrokersDown
                | RDKafkaErrorCode::Resolve
                | RDKafkaErrorCode::OperationTimedOut
                | RDKafkaErrorCode::RequestTimedOut
                | RDKafkaErrorCode::NotLeaderForPartition
                | RDKafkaErrorCode::LeaderNotAvailable
                | RDKafkaErrorCode::BrokerNotAvailable
                | RDKafkaErrorCode::CoordinatorNotAvailable
                | RDKafkaErrorCode::CoordinatorLoadInProgress
                | RDKafkaErrorCode::NotCoordinator,
            ) => Ok(()),
            Some(code) => Err(KafkaError::Read { topic, partition, code }),
            None => Err(KafkaError::Fatal { reason: error.to_string() }),
        }
    }
}

impl Drop for LaneReader {
    fn drop(&mut self) {
        let mut list = TopicPartitionList::new();
        let added = list.add_partition_offset(&self.lane.topic, self.lane.partition, Offset::Invalid);
        if let Err(error) = added.and_then(|()| self.consumer.incremental_unassign(&list)) {
            // Only at shutdown or after a fatal error, when nothing is assigned any more.
            tracing::debug!(lane = %self.lane, %error, "lane was not assigned any more");
        }
    }
}
