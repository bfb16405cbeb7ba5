//! The way into the log: one message at a time, and no answer before Kafka has acknowledged it. Blocks; for threads that may.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tanggap_connectors::kafka::{Deliveries, KafkaConfig, KafkaError, KafkaSink, TopicSpec, ensure_topics};

/// How often it is looked whether Kafka has acknowledged: it does so within milliseconds.
const LOOK_AGAIN: Duration = Duration::from_millis(2);
/// How much longer than Kafka may take we wait to be told that it took too long: the client looks once a second.
const GRACE: Duration = Duration::from_millis(1_500);

/// Why a message is not, or may not be, in the log.
#[derive(Debug)]
pub(crate) enum Unwritten {
    /// It was never sent.
    Surely(KafkaError),
    /// It was sent, and nobody said that it came.
    Perhaps,
}

/// A producer that connects when it is first needed.
#[derive(Debug)]
pub(crate) struct Writer {
    kafka: KafkaConfig,
    patience: Duration,
    /// Whether topics that do not exist are made: those of a broker of our own. Who has a Kafka has also said how many partitions.
    makes_topics: bool,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    sink: Option<Arc<KafkaSink>>,
    /// Topics that are there.
    topics: BTreeSet<String>,
}

impl Writer {
    /// A way to this Kafka, which gets so long to acknowledge a message.
    pub(crate) fn new(kafka: &KafkaConfig, patience: Duration, makes_topics: bool) -> Self {
        let mut kafka = kafka.clone();
        let patience_ms = patience.as_millis();
        kafka.timeout_ms = kafka.timeout_ms.min(u64::try_from(patience_ms).unwrap_or(u64::MAX));
        kafka.linger_ms = 0;
        // What is not acknowledged in time is given up by the client too: nothing is sent after somebody was told that it failed.
        kafka.properties.0.insert("message.timeout.ms".to_owned(), patience_ms.to_string());
        Self {
            kafka,
            patience,
            makes_topics,
            open: Mutex::default(),
        }
    }

    /// Writes a message; the key chooses the partition. In the log when this returns.
    ///
    /// # Errors
    /// It is not, or may not be.
    pub(crate) fn write(&self, topic: &str, key: Option<&str>, payload: &[u8]) -> Result<(), Unwritten> {
        self.acknowledged(topic, |sink, deliveries| {
            sink.send_counted(topic, key.map(str::as_bytes), payload, deliveries)
        })
    }

    /// Writes a message to one partition. In the log when this returns.
    ///
    /// # Errors
    /// It is not, or may not be.
    pub(crate) fn write_to(&self, topic: &str, partition: i32, payload: &[u8]) -> Result<(), Unwritten> {
        self.acknowledged(topic, |sink, deliveries| {
            sink.send_to_counted(topic, partition, None, payload, deliveries)
        })
    }

    /// Sends a message of this topic and waits until Kafka has acknowledged it.
    fn acknowledged(&self, topic: &str, send: impl FnOnce(&KafkaSink, &Deliveries) -> Result<(), KafkaError>) -> Result<(), Unwritten> {
        let sink = self.sink(topic).map_err(Unwritten::Surely)?;
        let deliveries = Deliveries::default();
        if let Err(error) = send(&sink, &deliveries) {
            self.give_up(&sink);
            return Err(Unwritten::Surely(error));
        }
        let begun = Instant::now();
        while begun.elapsed() < self.patience + GRACE {
            let counters = deliveries.counters();
            if counters.delivered > 0 {
                return Ok(());
            }
            if counters.failed > 0 {
                break;
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        // It would have to agree with the broker on a new epoch first: a round trip that a new producer has too, and brokers get wrong.
        self.give_up(&sink);
        Err(Unwritten::Perhaps)
    }

    /// Exchanges a producer that failed: the next message gets another.
    fn give_up(&self, failed: &Arc<KafkaSink>) {
        let mut open = self.open();
        if open.sink.as_ref().is_some_and(|sink| Arc::ptr_eq(sink, failed)) {
            open.sink = None;
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sink(&self, topic: &str) -> Result<Arc<KafkaSink>, KafkaError> {
        let mut open = self.open();
        if self.makes_topics && !open.topics.contains(topic) {
            ensure_topics(&self.kafka, &[TopicSpec::new(topic)])?;
            open.topics.insert(topic.to_owned());
        }
        if let Some(sink) = &open.sink {
            return Ok(Arc::clone(sink));
        }
        let sink = Arc::new(KafkaSink::connect(&self.kafka)?);
        open.sink = Some(Arc::clone(&sink));
        Ok(sink)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tanggap_connectors::kafka::KafkaConfig;

    use super::{Unwritten, Writer};

    /// Nobody listens on the first port there is.
    fn nowhere() -> KafkaConfig {
        KafkaConfig {
            brokers: "127.0.0.1:1".to_owned(),
            ..KafkaConfig::default()
        }
    }

    #[test]
    fn what_nobody_acknowledges_may_have_come_and_what_was_not_sent_has_not() {
        let patience = Duration::from_millis(300);
        let sent = Writer::new(&nowhere(), patience, false).write("crm.status", Some("1"), b"{}");
        assert!(matches!(sent, Err(Unwritten::Perhaps)), "{sent:?}");
        let own = Writer::new(&nowhere(), patience, true).write("crm.status", Some("1"), b"{}");
        assert!(matches!(own, Err(Unwritten::Surely(_))), "{own:?}");
    }
}
