//! What stops a bridge. A server that is away, slow or confused is none of these: that is a [`super::Fault`], counted and tried again.

use std::path::PathBuf;

use super::Fault;
use crate::decode::DecodeError;
use crate::kafka::KafkaError;
use crate::store::StoreError;

/// Why a bridge cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum BridgeError {
    /// A setting that cannot work.
    #[error("{key} {problem}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// The state cannot be written or read.
    #[error("the bridge's state cannot be kept")]
    State(#[from] StoreError),
    /// The state is there and makes no sense.
    #[error("{file} in the state directory is no state of this bridge: move it away to begin anew")]
    StateBroken {
        /// File name.
        file: &'static str,
        /// Where it stops making sense.
        source: serde_json::Error,
    },
    /// Kafka does not take messages.
    #[error("Kafka does not take what the bridge sends")]
    Kafka(#[from] KafkaError),
    /// Kafka gave messages up.
    #[error("{messages} messages were not taken by Kafka")]
    Undelivered {
        /// How many.
        messages: u64,
    },
    /// A run that was to be the only one failed.
    #[error("{what}: {fault}")]
    Once {
        /// What was tried.
        what: &'static str,
        /// What went wrong.
        fault: Fault,
    },
    /// A file of rows cannot be read.
    #[error("{} cannot be read", file.display())]
    Input {
        /// The file.
        file: PathBuf,
        /// Why.
        source: csv::Error,
    },
    /// A file of rows is not the one that was begun.
    #[error(
        "{} is not the file that was begun: its first {rows} rows have changed; use another state directory to read it from the start",
        file.display()
    )]
    InputChanged {
        /// The file.
        file: PathBuf,
        /// Rows that were read before.
        rows: u64,
    },
    /// A file of rows has no such column.
    #[error("{} has no column {column:?}; it has {columns}", file.display())]
    NoColumn {
        /// The file.
        file: PathBuf,
        /// The column asked for.
        column: String,
        /// Those it has.
        columns: String,
    },
    /// Nobody could read what would be written.
    #[error("the topic has no decoder")]
    Decode(#[from] DecodeError),
}

impl BridgeError {
    /// Whether it may be gone when it is tried again: a broker that is away for a while.
    pub(super) fn passes(&self) -> bool {
        matches!(
            self,
            Self::Undelivered { .. } | Self::Kafka(KafkaError::QueueFull { .. } | KafkaError::Undelivered { .. })
        )
    }
}
