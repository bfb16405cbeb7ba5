//! A lane's thread: polls, decodes, applies, shows its tables, and never waits for another lane.
//!
//! ```text
//! poll ──▶ take ──▶ step ──▶ publish to readers        every message
//!                    └─▶ write down ──▶ send outputs    every epoch, once the outputs of the epoch before are acknowledged
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tanggap_connectors::kafka::{KafkaError, Lane};
use tanggap_connectors::store::StoreError;
use tanggap_queries::tables::{Alarm, City, Liveness};

use super::lane::LaneRunner;
use super::outbox::Message;
use super::outside::Outside;
use super::refusals::Refusals;
use super::sending::Sending;
use super::setting::Setting;

/// How long a lane waits for messages before it looks at its batch: the freshness of a quiet lane.
const POLL: Duration = Duration::from_millis(50);
/// How long a lane whose epoch cannot be written, or whose outputs are not taken, waits before it tries again.
const RETRY: Duration = Duration::from_secs(1);
/// Outputs that are not acknowledged after this stop their lane's intake.
const OUTPUTS_MAY_TAKE: Duration = Duration::from_secs(10);
/// A lane that is behind and has read nothing for this long is stuck.
const STUCK: Duration = Duration::from_secs(5);
/// A lane with so many events that history does not have reads no more until it has some of them.
const HISTORY_MAY_LACK: usize = 200_000;
/// How long such a lane waits before it looks again.
const EXPORT: Duration = Duration::from_millis(5);
/// How long a lane that is told to stop waits for its outputs. What is not acknowledged by then is sent again at the next start.
const FAREWELL: Duration = Duration::from_secs(5);

/// What to do about offsets that Kafka has forgotten.
pub(super) const FORGOTTEN: &str = "put the topic back, or start with --accept-gap to go on without them (they are counted as gap)";
/// What to do about a log that is not the one a lane has read.
pub(super) const ANOTHER_LOG: &str = "was the topic deleted and made anew? Restore it, or begin anew at the next start: move the lane's \
                                      folders in manifests/ and segments/ away, and history/ with them";

/// A lane and what its thread needs.
#[derive(Debug)]
pub(super) struct Follower<O> {
    runner: LaneRunner,
    outside: O,
    lane: Lane,
    city: Arc<City>,
    sending: Sending,
    refusals: Refusals,
    idle_after: Duration,
    epoch: Duration,
    high_watermark: Option<i64>,
    restarts: u64,
    alarm: Option<Alarm>,
    shown: Option<Liveness>,
    last_message: Instant,
    last_epoch: Instant,
    last_sending: Instant,
    last_alarm: Instant,
    last_export: Instant,
}

impl<O: Outside> Follower<O> {
    /// A lane as it was resumed; `unsent` are the outputs of its last epoch, which nobody may have seen.
    pub(super) fn new(setting: &Setting, runner: LaneRunner, unsent: Vec<Message>, lane: Lane, mut outside: O, city: Arc<City>) -> Self {
        let now = outside.now();
        let mut sending = Sending::default();
        sending.send(unsent, &mut outside);
        // What was written down before the start, history may not have either.
        if let Some(waiting) = runner.waiting() {
            outside.offer(waiting);
        }
        Self {
            refusals: Refusals::new(setting.config.lanes.refused_alarm, runner.state().accounting(), now),
            runner,
            outside,
            lane,
            city,
            sending,
            idle_after: Duration::from_secs(setting.config.time.idle_after_s.into()),
            epoch: Duration::from_millis(setting.config.store.epoch_ms.into()),
            high_watermark: None,
            restarts: 0,
            alarm: None,
            shown: None,
            last_message: now,
            last_epoch: now,
            last_sending: now,
            last_alarm: now,
            last_export: now,
        }
    }

    /// Reads until told to stop, or until it cannot go on; gives whether another process has taken the lane.
    pub(super) fn follow(mut self, stop: &AtomicBool) -> bool {
        let lane = self.lane.clone();
        tracing::info!(lane = %lane, from = self.runner.next_offset().max(lane.low), "reading");
        // What was written down is served before anything is read.
        self.show(Liveness::Live);
        // The first look at the log is news, whatever it shows.
        self.shown = None;
        let Err(error) = self.read_on(stop) else {
            return false;
        };
        // A lane that cannot go on stops loudly and keeps serving what it has; it must never skip.
        tracing::error!(lane = %lane, error = format!("{error:#}"), cure = cure(&error), "the lane stops; its answers grow old from here");
        self.alarm = Some(Alarm::Stopped);
        self.show(Liveness::Stalled);
        matches!(error.downcast_ref(), Some(StoreError::Fenced { .. }))
    }

    fn read_on(&mut self, stop: &AtomicBool) -> anyhow::Result<()> {
        while !stop.load(Ordering::Relaxed) {
            self.go_on(stop)?;
        }
        self.take_leave()
    }

    /// Reads what there is, and writes an epoch down when it is time.
    ///
    /// # Errors
    /// The lane cannot go on.
    pub(super) fn go_on(&mut self, stop: &AtomicBool) -> anyhow::Result<()> {
        let full = self.lacks_history()?;
        if full {
            self.outside.wait(EXPORT);
        } else {
            self.turn()?;
        }
        if full || self.since(self.last_epoch) >= self.epoch {
            self.write_down(stop)?;
            self.last_epoch = self.outside.now();
        }
        Ok(())
    }

    /// Writes down what is not, and waits a while for its outputs.
    ///
    /// # Errors
    /// It cannot be written. It is read again at the next start.
    pub(super) fn take_leave(&mut self) -> anyhow::Result<()> {
        if self.sending.settled(FAREWELL, &mut self.outside) {
            let messages = self.runner.commit()?;
            self.sending.send(messages, &mut self.outside);
            self.offer();
            self.sending.settled(FAREWELL, &mut self.outside);
        }
        Ok(())
    }

    /// Tells history what it may not have.
    fn offer(&mut self) {
        if let Some(waiting) = self.runner.waiting() {
            self.outside.offer(waiting);
        }
    }

    /// Drops what history has, and says whether it lacks so much that nothing more may be read.
    fn lacks_history(&mut self) -> anyhow::Result<bool> {
        let before = self.runner.unexported();
        if let Some(through) = self.outside.through().filter(|_| before > 0) {
            self.runner.exported(through)?;
        }
        let left = self.runner.unexported();
        if left < before || left == 0 {
            self.last_export = self.outside.now();
        }
        let full = left >= HISTORY_MAY_LACK;
        if full && self.since(self.last_export) >= OUTPUTS_MAY_TAKE && self.alarm != Some(Alarm::Unwritten) {
            tracing::error!(lane = %self.lane, events = left, "history is not written; the lane reads no more until it is");
            self.alarm = Some(Alarm::Unwritten);
            self.show(Liveness::Stalled);
        }
        Ok(full)
    }

    fn since(&self, then: Instant) -> Duration {
        self.outside.now().duration_since(then)
    }

    fn turn(&mut self) -> anyhow::Result<()> {
        let runner = &mut self.runner;
        let rows = runner.batch_rows();
        let Some(polled) = self.outside.read(rows, POLL, &mut |payload| runner.take(payload))? else {
            self.outside.wait(POLL);
            self.watch_over(false);
            return Ok(());
        };
        // After a start the broker tells the end of the log later than it is first asked.
        let end_is_news = self.high_watermark.is_none() && polled.high_watermark.is_some();
        self.high_watermark = polled.high_watermark;
        if self.alarm == Some(Alarm::Stuck) && polled.messages == 0 && !polled.at_end {
            self.watch_over(false);
            return Ok(());
        }
        let liveness = if polled.messages > 0 {
            self.last_message = self.outside.now();
            Liveness::Live
        } else if polled.at_end && self.since(self.last_message) >= self.idle_after {
            Liveness::Idle
        } else {
            Liveness::Live
        };
        if polled.messages > 0 || end_is_news || self.shown != Some(liveness) {
            self.runner.step()?;
            self.alarm = self.refused();
            self.show(liveness);
        }
        self.watch_over(polled.at_end);
        Ok(())
    }

    fn refused(&mut self) -> Option<Alarm> {
        let too_many = self.refusals.look(self.runner.state().accounting(), self.outside.now());
        if too_many && self.alarm != Some(Alarm::Refusals) {
            tracing::error!(lane = %self.lane, "too many events are refused; `tanggap dlq list` shows them");
        }
        too_many.then_some(Alarm::Refusals)
    }

    /// A lane that is behind and reads nothing raises an alarm and gets a new reader, again and again until it reads.
    fn watch_over(&mut self, at_end: bool) {
        let silent = self.outside.last_progress().map_or(STUCK, |progress| self.since(progress));
        if at_end || silent < STUCK || self.since(self.last_alarm) < STUCK {
            return;
        }
        self.last_alarm = self.outside.now();
        self.restarts += 1;
        tracing::error!(lane = %self.lane, silent_s = silent.as_secs(), "the lane is behind and reads nothing; it gets a new reader");
        self.alarm = Some(Alarm::Stuck);
        self.show(Liveness::Stalled);
        if let Err(error) = self.outside.read_anew(self.runner.next_offset().max(self.lane.low)) {
            tracing::error!(lane = %self.lane, error = error.to_string(), "no new reader; trying again");
        }
    }

    /// Writes an epoch down and sends what it tells others. While the store fails, or Kafka does not take the outputs of the epoch
    /// before, the lane reads nothing, serves what it has as stalled, and tries again.
    fn write_down(&mut self, stop: &AtomicBool) -> anyhow::Result<()> {
        // While outputs are on their way the lane reads on; the next epoch holds what came meanwhile.
        if !self.sending.settled(Duration::ZERO, &mut self.outside) && self.since(self.last_sending) < OUTPUTS_MAY_TAKE {
            return Ok(());
        }
        let (before, shown) = (self.runner.written(), self.shown.unwrap_or_default());
        loop {
            let hindrance = if self.sending.settled(RETRY, &mut self.outside) {
                match self.runner.commit() {
                    Ok(messages) => {
                        self.sending.send(messages, &mut self.outside);
                        self.last_sending = self.outside.now();
                        if self.alarm == Some(Alarm::Unwritten) {
                            self.alarm = None;
                        }
                        if self.runner.written() != before {
                            self.offer();
                            self.show(shown);
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
            self.outside.wait(RETRY);
        }
    }

    fn show(&mut self, liveness: Liveness) {
        let mut snapshot = self.runner.snapshot(self.high_watermark, liveness);
        snapshot.restarts = self.restarts;
        snapshot.alarm = self.alarm;
        self.city.publish(snapshot);
        self.shown = Some(liveness);
    }
}

/// What to do about a lane that has stopped.
fn cure(error: &anyhow::Error) -> &'static str {
    match error.downcast_ref() {
        Some(KafkaError::LogTruncated { wanted, low, .. }) if wanted < low => FORGOTTEN,
        Some(KafkaError::LogTruncated { .. } | KafkaError::LaneGone { .. }) => ANOTHER_LOG,
        _ => "mend the cause and start again: it goes on from its last epoch",
    }
}
