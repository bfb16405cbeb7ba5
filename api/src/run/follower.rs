//! A lane's thread: polls, decodes, applies, shows its tables, and never waits for another lane.
//!
//! ```text
//! poll ──▶ take ──▶ step ──▶ publish to readers        every message
//!                    └─▶ write down ──▶ send outputs    every epoch, once the outputs of the epoch before are acknowledged
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tanggap_connectors::decode::Payload;
use tanggap_connectors::kafka::{KafkaSink, KafkaSource, Lane, LaneReader};
use tanggap_connectors::store::StoreError;
use tanggap_queries::tables::{Alarm, City, Liveness};

use super::lane::LaneRunner;
use super::outbox::{Message, Sending};
use super::refusals::Refusals;
use super::setting::Setting;

/// How long a lane waits for messages before it looks at its batch: the freshness of a quiet lane.
const POLL: Duration = Duration::from_millis(50);
/// How long a lane whose epoch cannot be written, or whose outputs are not taken, waits before it tries again.
const RETRY: Duration = Duration::from_secs(1);
/// Outputs that are not acknowledged after this stop their lane's intake.
const OUTPUTS_MAY_TAKE: Duration = Duration::from_secs(10);
/// A lane that is behind and has read nothing for this long is stuck.
const STUCK: Duration = Duration::from_secs(5);
/// How long a lane that is told to stop waits for its outputs. What is not acknowledged by then is sent again at the next start.
const FAREWELL: Duration = Duration::from_secs(5);

/// A lane and what its thread needs.
#[derive(Debug)]
pub(super) struct Follower {
    runner: LaneRunner,
    source: Arc<KafkaSource>,
    /// None while it cannot be opened again.
    reader: Option<LaneReader>,
    lane: Lane,
    alarmed: Instant,
    restarts: u64,
    refusals: Refusals,
    alarm: Option<Alarm>,
    city: Arc<City>,
    sending: Sending,
    sent: Instant,
    idle_after: Duration,
    epoch: Duration,
    high_watermark: Option<i64>,
}

impl Follower {
    /// A lane as it was resumed; `unsent` are the outputs of its last epoch, which nobody may have seen.
    pub(super) fn new(
        setting: &Setting,
        runner: LaneRunner,
        unsent: Vec<Message>,
        (source, reader): (Arc<KafkaSource>, LaneReader),
        city: Arc<City>,
        sink: Arc<KafkaSink>,
    ) -> Self {
        let refusals = Refusals::new(setting.config.lanes.refused_alarm, runner.state().accounting(), Instant::now());
        Self {
            runner,
            source,
            lane: reader.lane().clone(),
            reader: Some(reader),
            alarmed: Instant::now(),
            restarts: 0,
            refusals,
            alarm: None,
            city,
            sending: Sending::new(sink, unsent),
            sent: Instant::now(),
            idle_after: Duration::from_secs(setting.config.time.idle_after_s.into()),
            epoch: Duration::from_millis(setting.config.store.epoch_ms.into()),
            high_watermark: None,
        }
    }

    /// Reads until told to stop, or until it cannot go on.
    pub(super) fn follow(mut self, stop: &AtomicBool) {
        let lane = self.lane.clone();
        tracing::info!(lane = %lane, from = self.runner.next_offset().max(lane.low), "reading");
        // What was written down is served before anything is read.
        self.show(Liveness::Live);
        if let Err(error) = self.read_on(stop) {
            // A lane that cannot go on stops loudly and keeps serving what it has; it must never skip.
            tracing::error!(lane = %lane, error = format!("{error:#}"), "the lane stops; its answers grow old from here");
            self.alarm = Some(Alarm::Stopped);
            self.show(Liveness::Stalled);
        }
    }

    fn read_on(&mut self, stop: &AtomicBool) -> anyhow::Result<()> {
        let (mut last_message, mut last_epoch) = (Instant::now(), Instant::now());
        let mut shown = None;
        while !stop.load(Ordering::Relaxed) {
            self.turn(&mut last_message, &mut shown)?;
            if last_epoch.elapsed() >= self.epoch {
                self.write_down(stop, shown)?;
                last_epoch = Instant::now();
            }
        }
        if self.sending.settled(FAREWELL) {
            let messages = self.runner.commit()?;
            self.sending.send(messages);
            self.sending.settled(FAREWELL);
        }
        Ok(())
    }

    fn turn(&mut self, last_message: &mut Instant, shown: &mut Option<Liveness>) -> anyhow::Result<()> {
        let runner = &mut self.runner;
        let rows = runner.batch_rows();
        let Some(reader) = &mut self.reader else {
            std::thread::park_timeout(POLL);
            self.watch_over(false, shown);
            return Ok(());
        };
        let polled = reader.poll(rows, POLL, &mut |message| {
            runner.take(&Payload {
                offset: message.offset,
                broker_time: message.broker_time,
                bytes: message.payload,
            });
        })?;
        self.high_watermark = polled.high_watermark;
        if self.alarm == Some(Alarm::Stuck) && polled.messages == 0 && !polled.at_end {
            self.watch_over(false, shown);
            return Ok(());
        }
        let liveness = if polled.messages > 0 {
            *last_message = Instant::now();
            Liveness::Live
        } else if polled.at_end && last_message.elapsed() >= self.idle_after {
            Liveness::Idle
        } else {
            Liveness::Live
        };
        if polled.messages > 0 || *shown != Some(liveness) {
            self.runner.step()?;
            self.alarm = self.refused();
            self.show(liveness);
            *shown = Some(liveness);
        }
        self.watch_over(polled.at_end, shown);
        Ok(())
    }

    fn refused(&mut self) -> Option<Alarm> {
        let too_many = self.refusals.look(self.runner.state().accounting(), Instant::now());
        if too_many && self.alarm != Some(Alarm::Refusals) {
            tracing::error!(lane = %self.lane, "too many events are refused; `tanggap dlq list` shows them");
        }
        too_many.then_some(Alarm::Refusals)
    }

    /// A lane that is behind and reads nothing raises an alarm and gets a new reader, again and again until it reads.
    fn watch_over(&mut self, at_end: bool, shown: &mut Option<Liveness>) {
        let silent = self.reader.as_ref().map_or(STUCK, |reader| reader.last_progress().elapsed());
        if at_end || silent < STUCK || self.alarmed.elapsed() < STUCK {
            return;
        }
        self.alarmed = Instant::now();
        self.restarts += 1;
        tracing::error!(lane = %self.lane, silent_s = silent.as_secs(), "the lane is behind and reads nothing; it gets a new reader");
        self.alarm = Some(Alarm::Stuck);
        self.show(Liveness::Stalled);
        *shown = Some(Liveness::Stalled);
        // A lane has one reader at a time.
        self.reader = None;
        match self.source.open(&self.lane, self.runner.next_offset().max(self.lane.low)) {
            Ok(reader) => self.reader = Some(reader),
            Err(error) => tracing::error!(lane = %self.lane, error = error.to_string(), "no new reader; trying again"),
        }
    }

    /// Writes an epoch down and sends what it tells others. While the store fails, or Kafka does not take the outputs of the epoch
    /// before, the lane reads nothing, serves what it has as stalled, and tries again.
    fn write_down(&mut self, stop: &AtomicBool, shown: Option<Liveness>) -> anyhow::Result<()> {
        // While outputs are on their way the lane reads on; the next epoch holds what came meanwhile.
        if !self.sending.settled(Duration::ZERO) && self.sent.elapsed() < OUTPUTS_MAY_TAKE {
            return Ok(());
        }
        let before = self.runner.written();
        loop {
            let hindrance = if self.sending.settled(RETRY) {
                match self.runner.commit() {
                    Ok(messages) => {
                        self.sending.send(messages);
                        self.sent = Instant::now();
                        if self.alarm == Some(Alarm::Unwritten) {
                            self.alarm = None;
                        }
                        if self.runner.written() != before {
                            self.show(shown.unwrap_or_default());
                        }
                        return Ok(());
                    }
                    Err(error) if matches!(error.downcast_ref(), Some(StoreError::Io { .. })) => format!("{error:#}"),
                    Err(error) => return Err(error),
                }
            } else {
                "Kafka does not take the outputs of the epoch before".to_owned()
            };
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            tracing::error!(lane = self.runner.name(), hindrance, "an epoch waits; trying again");
            self.alarm = Some(Alarm::Unwritten);
            self.show(Liveness::Stalled);
            std::thread::park_timeout(RETRY);
        }
    }

    fn show(&self, liveness: Liveness) {
        let mut snapshot = self.runner.snapshot(self.high_watermark, liveness);
        snapshot.restarts = self.restarts;
        snapshot.alarm = self.alarm;
        self.city.publish(snapshot);
    }
}
