//! What stops a Kafka source or sink. A refused event is never one of these; a broker that is away for a while is neither
//! (librdkafka reconnects), only a broker that cannot be reached when a question needs its answer.

use std::time::Duration;

use rdkafka::error::RDKafkaErrorCode;

/// Why a Kafka source, sink or admin call cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum KafkaError {
    /// A property that Tanggap must set itself.
    #[error("kafka.properties must not set {name}: {reason}")]
    ReservedProperty {
        /// The property.
        name: String,
        /// Why it is ours.
        reason: &'static str,
    },
    /// librdkafka refused the configuration.
    #[error("librdkafka refused the configuration of {brokers}")]
    Configuration {
        /// The bootstrap servers.
        brokers: String,
        /// What it said.
        source: Box<rdkafka::error::KafkaError>,
    },
    /// No broker answered in time.
    #[error(
        "no answer from Kafka at {brokers} within {timeout:?}: check that the broker runs, that the address is right, and whether it \
         wants TLS or a password (security.protocol in kafka.properties)"
    )]
    Unreachable {
        /// The bootstrap servers.
        brokers: String,
        /// How long we waited.
        timeout: Duration,
        /// What librdkafka said.
        source: Box<rdkafka::error::KafkaError>,
    },
    /// A broker answered and does not let us in.
    #[error("Kafka at {brokers} does not let us in: {reason}; check security.protocol, sasl.* and ssl.* in kafka.properties")]
    Denied {
        /// The bootstrap servers.
        brokers: String,
        /// What librdkafka said. It names no secret.
        reason: String,
    },
    /// A lane was opened that the source cannot read.
    #[error("cannot read {topic}[{partition}] from offset {offset}")]
    Assign {
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
        /// First offset wanted.
        offset: i64,
        /// What librdkafka said.
        source: Box<rdkafka::error::KafkaError>,
    },
    /// The log no longer holds, or does not yet hold, the offset a lane must read next.
    #[error(
        "{topic}[{partition}]: offset {wanted} is not in the log, which holds [{low}, {high}): \
         events between were deleted by retention or lost by the broker"
    )]
    LogTruncated {
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
        /// The offset the lane must read next.
        wanted: i64,
        /// First offset the broker holds; -1 if it could not be asked.
        low: i64,
        /// One past the last offset the broker holds; -1 if it could not be asked.
        high: i64,
    },
    /// The topic was deleted, or its partition does not exist (any more).
    #[error("{topic}[{partition}] does not exist on the broker (any more)")]
    LaneGone {
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
    },
    /// Another failure of one lane that retrying does not cure.
    #[error("{topic}[{partition}] cannot be read: {code}")]
    Read {
        /// Topic.
        topic: String,
        /// Partition.
        partition: i32,
        /// librdkafka's code.
        code: RDKafkaErrorCode,
    },
    /// The client failed for good (fencing, authentication of an idempotent producer…).
    #[error("the Kafka client failed for good: {reason}")]
    Fatal {
        /// librdkafka's words.
        reason: String,
    },
    /// The sink's queue stayed full.
    #[error("the send queue for {topic} stayed full for {waited:?}: the broker takes nothing")]
    QueueFull {
        /// Topic.
        topic: String,
        /// How long we waited.
        waited: Duration,
    },
    /// A message was refused before it was queued.
    #[error("a message for {topic} was refused: {code}")]
    Refused {
        /// Topic.
        topic: String,
        /// librdkafka's code.
        code: RDKafkaErrorCode,
    },
    /// Messages were still not acknowledged after a flush.
    #[error("{undelivered} messages not acknowledged after {waited:?}")]
    Undelivered {
        /// Still in flight.
        undelivered: u64,
        /// How long the flush waited.
        waited: Duration,
    },
    /// A topic could not be created.
    #[error("topic {topic} could not be created: {reason}")]
    CreateTopic {
        /// Topic.
        topic: String,
        /// The broker's words.
        reason: String,
    },
    /// A thread could not be started.
    #[error("cannot start the Kafka event thread")]
    Thread(#[source] std::io::Error),
}
