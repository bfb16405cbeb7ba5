//! A Kafka-protocol broker in this process, for those who have none: events are stored in one `SQLite` file and survive
//! kill -9; any Kafka client can produce to it and consume from it.
//!
//! The broker is `tansu` with three parts of our own: the accept loop (bounded frames, a clean stop), produce (the
//! broker's clock on every message, as `LogAppendTime` topics have it) and fetch (a true long poll: an idle lane costs no
//! query, a new message is answered at once). Left out on purpose: transactions, topic deletion, TLS; whoever needs them
//! runs Apache Kafka.

mod broker;
mod connection;
mod error;
mod fetch;
mod log;
mod offsets;
mod produce;
mod routes;
mod storage;

pub use broker::EmbeddedBroker;
pub use error::EmbeddedError;
