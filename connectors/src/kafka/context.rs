//! What librdkafka tells us on the side: its log, its errors and its statistics, turned into `tracing` events and a few
//! numbers. Nothing here carries a payload.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use rdkafka::ClientContext;
use rdkafka::Statistics;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError as Native, RDKafkaErrorCode};

use super::asker::is_denial;

/// Shared by the consumer, its event thread and its lanes.
#[derive(Debug, Default)]
pub(super) struct Events {
    /// No broker is connected.
    pub(super) down: AtomicBool,
    /// Errors librdkafka reported, the end of a partition left out.
    pub(super) errors: AtomicU64,
    /// Messages that came out of the main queue instead of their lane's: each would be a lost event, so lanes stop.
    pub(super) strays: AtomicU64,
    /// Messages waiting in librdkafka's queues at the last statistics.
    pub(super) queued_messages: AtomicI64,
}

impl ClientContext for Events {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn stats(&self, statistics: Statistics) {
        let queued: i64 = statistics
            .topics
            .values()
            .flat_map(|topic| topic.partitions.values())
            .map(|lane| lane.fetchq_cnt)
            .sum();
        self.queued_messages.store(queued, Ordering::Relaxed);
    }

    fn error(&self, error: Native, reason: &str) {
        match error.rdkafka_error_code() {
            // Not an error: a lane has read all there is. Its reader sees it too.
            Some(RDKafkaErrorCode::PartitionEOF) => {}
            Some(RDKafkaErrorCode::AllBrokersDown) => {
                if !self.down.swap(true, Ordering::Relaxed) {
                    tracing::warn!(reason, "no Kafka broker is reachable; trying on");
                }
            }
            code if is_denial(code) => {
                self.errors.fetch_add(1, Ordering::Relaxed);
                tracing::error!(reason, "Kafka does not let us in; trying on");
            }
            code => {
                self.errors.fetch_add(1, Ordering::Relaxed);
                tracing::debug!(?code, reason, "Kafka reports an error");
            }
        }
    }
}

impl ConsumerContext for Events {}

/// Hands librdkafka's log on to ours.
pub(super) fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
            tracing::error!(facility, message, "librdkafka");
        }
        // A broker that goes away is logged by librdkafka at error level again and again; we say it once, above.
        RDKafkaLogLevel::Error | RDKafkaLogLevel::Warning => tracing::info!(facility, message, "librdkafka"),
        RDKafkaLogLevel::Notice | RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug => tracing::debug!(facility, message, "librdkafka"),
    }
}
