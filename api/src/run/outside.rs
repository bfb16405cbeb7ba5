//! What a lane's thread meets outside itself: messages to read, outputs to send, history, and time. Here it is Kafka and the machine's clock; the
//! simulation has an outside of its own, in which everything fails.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tanggap_connectors::decode::Payload;
use tanggap_connectors::kafka::{Deliveries, KafkaError, KafkaSink, KafkaSource, Lane, LaneReader, Polled, SinkCounters};

use super::history::{Board, Through, Waiting};
use super::lane::named;
use super::outbox::Message;

/// The outside of one lane.
pub(super) trait Outside {
    /// Now; never before an earlier now.
    fn now(&self) -> Instant;

    /// Lets some time pass.
    fn wait(&self, time: Duration);

    /// Gives up to `most` messages to `take`, in order; waits for the first. `None` while there is no reader.
    ///
    /// # Errors
    /// The lane cannot go on.
    fn read(&mut self, most: usize, patience: Duration, take: &mut dyn FnMut(&Payload<'_>)) -> Result<Option<Polled>, KafkaError>;

    /// When the reader last gave a message or reached the end; `None` while there is no reader.
    fn last_progress(&self) -> Option<Instant>;

    /// Puts a new reader, which begins at this offset, in the place of the one there is.
    ///
    /// # Errors
    /// It cannot be opened; there is none then.
    fn read_anew(&mut self, from: i64) -> Result<(), KafkaError>;

    /// Sends messages and forgets those sent before.
    fn send(&mut self, messages: &[Message]);

    /// What became of the messages last sent.
    fn deliveries(&self) -> SinkCounters;

    /// Tells what history may not have.
    fn offer(&mut self, waiting: Waiting);

    /// How far history has the lane, once that is known.
    fn through(&self) -> Option<Through>;
}

/// A lane's way to Kafka.
#[derive(Debug)]
pub(super) struct Kafka {
    source: Arc<KafkaSource>,
    lane: Lane,
    reader: Option<LaneReader>,
    sink: Arc<KafkaSink>,
    deliveries: Deliveries,
    board: Arc<Board>,
}

impl Kafka {
    /// Begins to read a lane at an offset.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(super) fn open(
        source: Arc<KafkaSource>,
        lane: &Lane,
        from: i64,
        sink: Arc<KafkaSink>,
        board: Arc<Board>,
    ) -> Result<Self, KafkaError> {
        Ok(Self {
            board,
            reader: Some(source.open(lane, from)?),
            lane: lane.clone(),
            source,
            sink,
            deliveries: Deliveries::default(),
        })
    }
}

impl Outside for Kafka {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wait(&self, time: Duration) {
        std::thread::park_timeout(time);
    }

    fn read(&mut self, most: usize, patience: Duration, take: &mut dyn FnMut(&Payload<'_>)) -> Result<Option<Polled>, KafkaError> {
        let Some(reader) = &mut self.reader else {
            return Ok(None);
        };
        let polled = reader.poll(most, patience, &mut |message| {
            take(&Payload {
                offset: message.offset,
                broker_time: message.broker_time,
                bytes: message.payload,
            });
        })?;
        Ok(Some(polled))
    }

    fn last_progress(&self) -> Option<Instant> {
        self.reader.as_ref().map(LaneReader::last_progress)
    }

    fn read_anew(&mut self, from: i64) -> Result<(), KafkaError> {
        // A lane has one reader at a time.
        self.reader = None;
        self.reader = Some(self.source.open(&self.lane, from)?);
        Ok(())
    }

    fn send(&mut self, messages: &[Message]) {
        self.deliveries = Deliveries::default();
        for message in messages {
            let (key, value) = (message.key.as_bytes(), message.value.as_bytes());
            if let Err(error) = self.sink.send_counted(&message.topic, Some(key), value, &self.deliveries) {
                tracing::error!(topic = message.topic, error = error.to_string(), "an output cannot be sent");
                return;
            }
        }
    }

    fn deliveries(&self) -> SinkCounters {
        self.deliveries.counters()
    }

    fn offer(&mut self, waiting: Waiting) {
        self.board.offer(waiting);
    }

    fn through(&self) -> Option<Through> {
        self.board.through(&named(&self.lane.topic, self.lane.partition))
    }
}
