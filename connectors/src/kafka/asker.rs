//! Asks the brokers before anything else does, and says why they do not answer: librdkafka tries on after a wrong password as if the
//! broker were away, and gives the reason on the side only.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError as Native, RDKafkaErrorCode};

use super::source::{configuration, partitions, unreachable};
use super::{KafkaConfig, KafkaError};

/// A client that only asks questions.
pub(super) struct Asker<'a> {
    config: &'a KafkaConfig,
    consumer: BaseConsumer<Doorstep>,
}

/// How long a failed asker listens for the reason, which waits in its queue.
const LISTEN: Duration = Duration::from_millis(100);

/// Remembers why the brokers do not let us in.
#[derive(Debug, Default)]
struct Doorstep {
    denied: Mutex<Option<String>>,
}

impl<'a> Asker<'a> {
    /// Connects in the background.
    ///
    /// # Errors
    /// A bad configuration.
    pub(super) fn new(config: &'a KafkaConfig) -> Result<Self, KafkaError> {
        let consumer = config
            .admin()?
            .create_with_context(Doorstep::default())
            .map_err(|source| configuration(config, source))?;
        Ok(Self { config, consumer })
    }

    /// Ends well when a broker answers.
    ///
    /// # Errors
    /// No broker answers in time, or it does not let us in.
    pub(super) fn reach(&self) -> Result<(), KafkaError> {
        match self.consumer.fetch_metadata(None, self.config.timeout()) {
            Ok(_) => Ok(()),
            Err(source) => Err(self.explain(unreachable(self.config, source))),
        }
    }

    /// The partitions of a topic; none when it does not exist.
    ///
    /// # Errors
    /// As [`Self::reach`].
    pub(super) fn partitions(&self, topic: &str) -> Result<Vec<i32>, KafkaError> {
        partitions(&self.consumer, self.config, topic).map_err(|error| self.explain(error))
    }

    /// Why there was no answer, where a broker gave a reason.
    fn explain(&self, error: KafkaError) -> KafkaError {
        if !matches!(error, KafkaError::Unreachable { .. }) {
            return error;
        }
        let begun = Instant::now();
        while begun.elapsed() < LISTEN {
            // Nothing is read here: what comes out are errors, which the doorstep has seen.
            drop(self.consumer.poll(LISTEN));
            let denied = self.consumer.context().denied.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(reason) = denied {
                return KafkaError::Denied {
                    brokers: self.config.brokers.clone(),
                    reason,
                };
            }
        }
        error
    }
}

impl ClientContext for Doorstep {
    // What it logs comes as an error too.
    fn log(&self, _: RDKafkaLogLevel, _: &str, _: &str) {}

    fn error(&self, error: Native, reason: &str) {
        if is_denial(error.rdkafka_error_code()) {
            *self.denied.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason.to_owned());
        }
    }
}

impl ConsumerContext for Doorstep {}

/// Whether a broker answered and did not let us in, or we would not trust it.
pub(super) const fn is_denial(code: Option<RDKafkaErrorCode>) -> bool {
    matches!(
        code,
        Some(RDKafkaErrorCode::Authentication | RDKafkaErrorCode::SaslAuthenticationFailed | RDKafkaErrorCode::SSL)
    )
}
