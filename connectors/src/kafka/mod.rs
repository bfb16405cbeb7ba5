//! The Kafka door: topic-partitions come in as lanes read on threads of our own, results leave through an idempotent
//! producer. Offsets are given by the caller and never committed to the broker here: the manifests are the truth.

mod asker;
mod config;
mod context;
mod error;
mod membership;
mod reader;
mod sink;
mod source;
mod topics;
mod watermark;

pub use config::{GroupProtocol, KafkaConfig, Properties};
pub use error::KafkaError;
pub use membership::{Membership, TopicPartition};
pub use reader::{LaneReader, Message, Polled};
pub use sink::{Deliveries, KafkaSink, SinkCounters};
pub use source::{KafkaSource, Lane, SourceHealth};
pub use topics::{TopicSpec, ensure_topics};
