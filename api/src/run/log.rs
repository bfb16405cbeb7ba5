//! The log of a data directory's broker, or of Kafka, read from a lane's beginning by whoever wants to know it again.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use tanggap_connectors::decode::Payload;
use tanggap_connectors::embedded::EmbeddedBroker;
use tanggap_connectors::kafka::{KafkaConfig, KafkaSource, Lane};

use super::lane::LaneRunner;
use super::serve::{TOPICS, embedded};

/// Where lanes come from.
pub(super) struct Log {
    source: KafkaSource,
    broker: Option<EmbeddedBroker>,
}

/// Messages of a poll at most.
const AT_ONCE: usize = 8_192;
/// How long a poll waits for messages that must be there.
const POLL: Duration = Duration::from_millis(100);

impl Log {
    /// The log of the embedded broker, which no other process may have open. `besides`: topics wanted besides those lanes read.
    pub(super) fn of_data_dir(data_dir: &Path, besides: &[&str]) -> anyhow::Result<Self> {
        anyhow::ensure!(
            data_dir.join("broker").exists(),
            "{} holds no broker's log: give the --data-dir of a demo or serve without a [kafka] section",
            data_dir.display()
        );
        let (broker, kafka) = embedded(data_dir, SocketAddr::from(([127, 0, 0, 1], 0)))?;
        Self::open(kafka, broker, besides)
    }

    /// The log of Kafka.
    pub(super) fn of_kafka(kafka: KafkaConfig, besides: &[&str]) -> anyhow::Result<Self> {
        Self::open(kafka, None, besides)
    }

    fn open(mut kafka: KafkaConfig, broker: Option<EmbeddedBroker>, besides: &[&str]) -> anyhow::Result<Self> {
        if kafka.topics.is_empty() {
            kafka.topics = TOPICS.map(str::to_owned).to_vec();
        }
        kafka.topics.extend(besides.iter().map(|topic| (*topic).to_owned()));
        Ok(Self {
            source: KafkaSource::connect(&kafka)?,
            broker,
        })
    }

    /// Its lanes.
    pub(super) fn lanes(&self) -> anyhow::Result<Vec<Lane>> {
        Ok(self.source.lanes()?)
    }

    /// Reads a lane from where it stands up to `end`, which is left out. `each` sees every payload before the lane does.
    pub(super) fn read(
        &mut self,
        lane: &Lane,
        end: i64,
        runner: &mut LaneRunner,
        each: &mut dyn FnMut(&Payload<'_>),
    ) -> anyhow::Result<()> {
        let from = runner.next_offset().max(lane.low);
        self.payloads(lane, from..end, &mut |payload| {
            each(payload);
            runner.take(payload);
            if runner.full() { runner.step().map(drop) } else { Ok(()) }
        })?;
        runner.step()?;
        Ok(())
    }

    /// Gives every payload of these offsets of a lane.
    pub(super) fn payloads(
        &mut self,
        lane: &Lane,
        offsets: Range<i64>,
        each: &mut dyn FnMut(&Payload<'_>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut reader = self.source.open(lane, offsets.start)?;
        let mut outcome = Ok(());
        while outcome.is_ok() && reader.next_offset() < offsets.end {
            let left = usize::try_from(offsets.end - reader.next_offset()).unwrap_or(usize::MAX);
            reader.poll(left.min(AT_ONCE), POLL, &mut |message| {
                if outcome.is_ok() {
                    outcome = each(&Payload {
                        offset: message.offset,
                        broker_time: message.broker_time,
                        bytes: message.payload,
                    });
                }
            })?;
        }
        outcome
    }

    /// Ends the embedded broker.
    pub(super) fn close(self) {
        if let Some(broker) = self.broker {
            broker.stop();
        }
    }
}
