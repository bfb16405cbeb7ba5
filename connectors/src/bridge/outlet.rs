//! Where a bridge writes to: Kafka, or whatever a test holds. And what every bridge is given besides its settings.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{BridgeError, Clock};
use crate::kafka::{KafkaConfig, KafkaSink, TopicSpec, ensure_topics};
use crate::store::{CommitStore, DurableLocal};

/// Takes messages; those of one key and topic stay in order.
pub trait Outlet: fmt::Debug + Send {
    /// Takes one.
    ///
    /// # Errors
    /// If it cannot even be queued.
    fn put(&mut self, topic: &str, key: Option<&[u8]>, payload: &[u8]) -> Result<(), BridgeError>;

    /// Waits until all taken so far are safe; gives how many became so since the last call.
    ///
    /// # Errors
    /// [`BridgeError::Undelivered`] if some are not.
    fn settle(&mut self) -> Result<u64, BridgeError>;
}

/// Kafka.
#[derive(Debug)]
pub struct KafkaOutlet {
    sink: KafkaSink,
    delivered: u64,
    failed: u64,
}

/// How long Kafka may take over a batch: as long as a message lives there.
const PATIENCE: Duration = Duration::from_secs(70);

impl KafkaOutlet {
    /// An outlet to these brokers; makes the topics that are not there.
    ///
    /// # Errors
    /// [`BridgeError::Kafka`] if no broker answers.
    pub fn connect(kafka: &KafkaConfig, topics: &[&str]) -> Result<Self, BridgeError> {
        let specs: Vec<TopicSpec> = topics.iter().map(|topic| TopicSpec::new(topic)).collect();
        ensure_topics(kafka, &specs)?;
        Ok(Self {
            sink: KafkaSink::connect(kafka)?,
            delivered: 0,
            failed: 0,
        })
    }
}

impl Outlet for KafkaOutlet {
    fn put(&mut self, topic: &str, key: Option<&[u8]>, payload: &[u8]) -> Result<(), BridgeError> {
        Ok(self.sink.send(topic, key, payload)?)
    }

    fn settle(&mut self) -> Result<u64, BridgeError> {
        let counters = self.sink.flush(PATIENCE)?;
        let (new, failed) = (counters.delivered - self.delivered, counters.failed - self.failed);
        (self.delivered, self.failed) = (counters.delivered, counters.failed);
        if failed > 0 {
            return Err(BridgeError::Undelivered { messages: failed });
        }
        Ok(new)
    }
}

/// What every bridge is given besides its settings.
#[derive(Debug)]
pub struct Parts {
    /// Where messages go.
    pub outlet: Box<dyn Outlet>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Directory of the state; one a bridge.
    pub state_dir: PathBuf,
    /// Seed of the jitter.
    pub seed: u64,
}

/// What a bridge resumes from, as a file.
#[derive(Debug)]
pub(super) struct StateFile {
    store: DurableLocal,
    name: &'static str,
}

impl StateFile {
    pub(super) fn new(parts: &Parts, name: &'static str) -> Self {
        Self {
            store: DurableLocal::new(&parts.state_dir),
            name,
        }
    }

    /// What was last saved; the default if nothing was.
    pub(super) fn load<T: DeserializeOwned + Default>(&self) -> Result<T, BridgeError> {
        let Some(bytes) = self.store.get(self.name)? else {
            return Ok(T::default());
        };
        serde_json::from_slice(&bytes).map_err(|source| BridgeError::StateBroken { file: self.name, source })
    }

    /// Saves; when it returns, it survives a power cut.
    pub(super) fn save(&self, state: &impl Serialize) -> Result<(), BridgeError> {
        let bytes = serde_json::to_vec(state).map_err(|source| BridgeError::StateBroken { file: self.name, source })?;
        Ok(self.store.put(self.name, &bytes)?)
    }
}
