//! What others send us and is written as they sent it: webhooks, requests of GeoReport, and what was refused and is given in once more. It is
//! answered when it is in the log.

use std::fmt;
use std::time::Duration;

use tanggap_connectors::kafka::KafkaConfig;

use crate::deeds::{Unwritten, Writer};
use crate::error::Problem;
use crate::state::AppState;

/// Where it is written. Blocks; for threads that may.
pub trait Intake: fmt::Debug + Send + Sync {
    /// Writes a message; the key chooses the partition. Whether it is in the log: if not, it may still come there.
    fn write(&self, topic: &str, key: Option<&str>, payload: &[u8]) -> bool;

    /// As [`Self::write`], to one partition.
    fn write_to(&self, topic: &str, partition: i32, payload: &[u8]) -> bool;
}

/// How long Kafka may take to acknowledge.
const PATIENCE: Duration = Duration::from_secs(5);

/// Kafka, connected when it is first needed.
#[derive(Debug)]
pub struct KafkaIntake(Writer);

impl KafkaIntake {
    /// A way to this Kafka. `makes_topics`: whether topics that do not exist are made, those of a broker of our own.
    #[must_use]
    pub fn new(kafka: &KafkaConfig, makes_topics: bool) -> Self {
        Self(Writer::new(kafka, PATIENCE, makes_topics))
    }
}

impl Intake for KafkaIntake {
    fn write(&self, topic: &str, key: Option<&str>, payload: &[u8]) -> bool {
        taken(topic, self.0.write(topic, key, payload))
    }

    fn write_to(&self, topic: &str, partition: i32, payload: &[u8]) -> bool {
        taken(topic, self.0.write_to(topic, partition, payload))
    }
}

fn taken(topic: &str, written: Result<(), Unwritten>) -> bool {
    match written {
        Ok(()) => true,
        Err(Unwritten::Perhaps) => false,
        Err(Unwritten::Surely(error)) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                topic,
                "a message from outside was not sent to {topic}"
            );
            false
        }
    }
}

impl AppState {
    /// Writes what somebody sent; in the log when this returns.
    pub(crate) async fn take_in(&self, topic: String, key: Option<String>, payload: Vec<u8>) -> Result<(), Problem> {
        let Some(intake) = self.settings.intake.clone() else {
            return Err(Problem::busy("there is no log to write to"));
        };
        self.deeds.reads(&topic)?;
        let written = tokio::task::spawn_blocking(move || intake.write(&topic, key.as_deref(), &payload)).await;
        match written {
            Ok(true) => Ok(()),
            Ok(false) => Err(Problem::busy("Kafka has not acknowledged it; send it again")),
            Err(_) => Err(Problem::internal()),
        }
    }
}
