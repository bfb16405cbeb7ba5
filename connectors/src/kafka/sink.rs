//! Messages out: an idempotent producer with a bounded queue. What the broker did not take in a minute is counted, never
//! silently lost; whoever needs certainty flushes and looks.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError as Native, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseRecord, Producer as _, ProducerContext, ThreadedProducer};

use super::context::log;
use super::source::configuration;
use super::{KafkaConfig, KafkaError};

/// What became of the messages sent so far: `queued = delivered + failed + in flight`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SinkCounters {
    /// Accepted by the sink.
    pub queued: u64,
    /// Acknowledged by the broker.
    pub delivered: u64,
    /// Given up.
    pub failed: u64,
}

impl SinkCounters {
    /// Accepted and not yet decided.
    #[must_use]
    pub const fn in_flight(&self) -> u64 {
        self.queued.saturating_sub(self.delivered + self.failed)
    }
}

#[derive(Debug, Default)]
struct Counts {
    queued: AtomicU64,
    delivered: AtomicU64,
    failed: AtomicU64,
}

/// Messages that are counted together; a clone counts the same ones.
#[derive(Clone, Debug, Default)]
pub struct Deliveries(Arc<Counts>);

impl Deliveries {
    /// What became of them so far.
    #[must_use]
    pub fn counters(&self) -> SinkCounters {
        // Decided ones first: a message is never seen decided before it is seen queued.
        let (delivered, failed) = (self.0.delivered.load(Ordering::Acquire), self.0.failed.load(Ordering::Acquire));
        SinkCounters {
            queued: self.0.queued.load(Ordering::Relaxed).max(delivered + failed),
            delivered,
            failed,
        }
    }
}

#[derive(Debug)]
struct Context;

impl ClientContext for Context {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: Native, reason: &str) {
        tracing::debug!(%error, reason, "Kafka reports an error to the sink");
    }
}

impl ProducerContext for Context {
    type DeliveryOpaque = Arc<Counts>;

    fn delivery(&self, result: &DeliveryResult<'_>, counts: Arc<Counts>) {
        match result {
            Ok(_) => counts.delivered.fetch_add(1, Ordering::Release),
            Err((error, _)) => {
                // The first is worth a line; the counter tells the rest.
                if counts.failed.load(Ordering::Relaxed) == 0 {
                    tracing::error!(%error, "a message was not taken by Kafka");
                }
                counts.failed.fetch_add(1, Ordering::Release)
            }
        };
    }
}

/// An idempotent producer: a message is written once, in the order sent to its partition, however often it is retried.
pub struct KafkaSink {
    producer: ThreadedProducer<Context>,
    deliveries: Deliveries,
    patience: Duration,
}

impl fmt::Debug for KafkaSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KafkaSink")
            .field("counters", &self.counters())
            .finish_non_exhaustive()
    }
}

/// How long to wait before a full queue is tried again. A queue of 32 MiB drains some messages in that time.
const FULL_WAIT: Duration = Duration::from_millis(5);

impl KafkaSink {
    /// A producer; connects in the background.
    ///
    /// # Errors
    /// A bad configuration.
    pub fn connect(config: &KafkaConfig) -> Result<Self, KafkaError> {
        let producer = config
            .producer()?
            .create_with_context(Context)
            .map_err(|source| configuration(config, source))?;
        Ok(Self {
            producer,
            deliveries: Deliveries::default(),
            // A queue that stays full for as long as a message may live will not get better.
            patience: Duration::from_mins(1),
        })
    }

    /// Queues a message; the key chooses the partition. Blocks while the queue is full (that is the backpressure).
    ///
    /// # Errors
    /// [`KafkaError::QueueFull`] after a minute, [`KafkaError::Refused`] for an unknown topic or a message too large,
    /// [`KafkaError::Fatal`] when the producer failed for good.
    pub fn send(&self, topic: &str, key: Option<&[u8]>, payload: &[u8]) -> Result<(), KafkaError> {
        self.send_counted(topic, key, payload, &self.deliveries)
    }

    /// As [`Self::send`], for messages that are waited for by themselves; [`Self::counters`] leaves them out.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub fn send_counted(&self, topic: &str, key: Option<&[u8]>, payload: &[u8], deliveries: &Deliveries) -> Result<(), KafkaError> {
        let mut message = BaseRecord::<[u8], [u8], _>::with_opaque_to(topic, Arc::clone(&deliveries.0)).payload(payload);
        if let Some(key) = key {
            message = message.key(key);
        }
        self.queue(message)
    }

    /// Queues a message for one partition.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub fn send_to(&self, topic: &str, partition: i32, key: Option<&[u8]>, payload: &[u8]) -> Result<(), KafkaError> {
        self.send_to_counted(topic, partition, key, payload, &self.deliveries)
    }

    /// As [`Self::send_to`], for messages that are waited for by themselves; [`Self::counters`] leaves them out.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub fn send_to_counted(
        &self,
        topic: &str,
        partition: i32,
        key: Option<&[u8]>,
        payload: &[u8],
        deliveries: &Deliveries,
    ) -> Result<(), KafkaError> {
        let mut message = BaseRecord::<[u8], [u8], _>::with_opaque_to(topic, Arc::clone(&deliveries.0))
            .partition(partition)
            .payload(payload);
        if let Some(key) = key {
            message = message.key(key);
        }
        self.queue(message)
    }

    fn queue(&self, mut message: BaseRecord<'_, [u8], [u8], Arc<Counts>>) -> Result<(), KafkaError> {
        let start = Instant::now();
        let counts = Arc::clone(&message.delivery_opaque);
        loop {
            let (error, back) = match self.producer.send(message) {
                Ok(()) => {
                    counts.queued.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                Err(refused) => refused,
            };
            message = back;
            match error.rdkafka_error_code() {
                Some(RDKafkaErrorCode::QueueFull) if start.elapsed() < self.patience => std::thread::sleep(FULL_WAIT),
                Some(RDKafkaErrorCode::QueueFull) => {
                    return Err(KafkaError::QueueFull {
                        topic: message.topic.to_owned(),
                        waited: start.elapsed(),
                    });
                }
                Some(RDKafkaErrorCode::Fatal) => return Err(self.fatal()),
                Some(code) => {
                    return Err(KafkaError::Refused {
                        topic: message.topic.to_owned(),
                        code,
                    });
                }
                None => return Err(KafkaError::Fatal { reason: error.to_string() }),
            }
        }
    }

    fn fatal(&self) -> KafkaError {
        let reason = self
            .producer
            .client()
            .fatal_error()
            .map_or_else(|| "no reason given".to_owned(), |(_, reason)| reason);
        KafkaError::Fatal { reason }
    }

    /// Waits until every message sent so far is decided.
    ///
    /// # Errors
    /// [`KafkaError::Undelivered`] when some are still in flight after `timeout`. Failed ones are in the counters.
    pub fn flush(&self, timeout: Duration) -> Result<SinkCounters, KafkaError> {
        let start = Instant::now();
        // Its outcome is in the counters; the last reports are handed out by the producer's own thread.
        let _ = self.producer.flush(timeout);
        loop {
            let counters = self.counters();
            if counters.in_flight() == 0 {
                return Ok(counters);
            }
            if start.elapsed() >= timeout {
                return Err(KafkaError::Undelivered {
                    undelivered: counters.in_flight(),
                    waited: start.elapsed(),
                });
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// What became of the messages so far.
    #[must_use]
    pub fn counters(&self) -> SinkCounters {
        self.deliveries.counters()
    }
}
