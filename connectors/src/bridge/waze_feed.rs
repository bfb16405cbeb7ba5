//! Waze for Cities: a snapshot of all that is on the roads, made anew every two minutes. Each poll's objects are written one message each,
//! keyed by their uuid, all of them: an object that is still there is seen again, which is how its episode is known to go on.
//!
//! A document is read to its end before anything of it is written. What the state file holds is the window of the last document that
//! Kafka has whole, so a restart neither repeats nor skips one. Should Kafka fail within a document, its objects that came through were
//! seen indeed, and the lane drops them where they come again.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use ureq::Agent;

use super::backoff::{Backoff, Growth};
use super::config::{needed, within};
use super::counters::Meter;
use super::fetch::{Answer, Manners, agent, fetch};
use super::outlet::StateFile;
use super::{BridgeCounters, BridgeError, Fault, Parts, Secret, Stop, WazeConfig};
use crate::decode::{FeedWindow, feed_messages};
use crate::store::DurableLocal;

/// What a poll came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polled {
    /// So many messages were written.
    Took(u64),
    /// Nothing new since the last poll.
    Unchanged,
    /// It failed, and left nothing behind.
    Failed(Fault),
}

/// What a restart goes on from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Taken {
    /// End of the window of the last document, µs since epoch UTC.
    window_end_us: Option<i64>,
    /// When it was taken.
    at_us: Option<i64>,
    etag: Option<String>,
    modified: Option<String>,
}

/// The poller of a feed.
#[derive(Debug)]
pub struct WazeFeed {
    url: Secret,
    config: WazeConfig,
    agent: Agent,
    parts: Parts,
    file: StateFile,
    taken: Taken,
    retries: Backoff,
    meter: Meter,
}

impl WazeFeed {
    /// A poller that goes on where the state directory says.
    ///
    /// # Errors
    /// A setting that cannot work, or a state that cannot be read.
    pub fn new(config: &WazeConfig, parts: Parts) -> Result<Self, BridgeError> {
        let url = needed("waze.url", config.url.as_ref())?.clone();
        within("waze.poll_s", config.poll_s.into(), 1, 86_400)?;
        within("waze.timeout_s", config.timeout_s.into(), 1, 600)?;
        let timeout = Duration::from_secs(config.timeout_s.into());
        let file = StateFile::new(&parts, "waze.json");
        let interval = Duration::from_secs(config.poll_s.into());
        Ok(Self {
            url,
            agent: agent(Manners {
                whole: Some(timeout),
                read: timeout,
            }),
            taken: file.load()?,
            file,
            // Trying again more seldom than polling would lose more than it spares.
            retries: Backoff::new(Growth::Doubling, interval.min(Duration::from_secs(5)), interval, parts.seed),
            meter: Meter::new("waze", DurableLocal::new(&parts.state_dir)),
            config: config.clone(),
            parts,
        })
    }

    /// What it did so far.
    #[must_use]
    pub fn counters(&self) -> &BridgeCounters {
        &self.meter.counters
    }

    /// Polls until it is told to stop, or once.
    ///
    /// # Errors
    /// Kafka or the state directory fail for good; with `once` also what made the poll fail.
    pub fn run(&mut self, once: bool, stop: &Stop) -> Result<(), BridgeError> {
        stop.breaks_off(&self.agent);
        while !stop.raised() {
            let began_us = self.parts.clock.now_us();
            let polled = match self.poll() {
                Err(error) if error.passes() && !once => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "bridge waze: Kafka did not take a poll, which is tried again"
                    );
                    self.meter.counters.failed += 1;
                    Polled::Failed(Fault::Network("Kafka did not take it"))
                }
                polled => polled?,
            };
            if once {
                self.meter.tell()?;
                return match polled {
                    Polled::Failed(fault) => Err(BridgeError::Once {
                        what: "the poll failed",
                        fault,
                    }),
                    Polled::Took(_) | Polled::Unchanged => Ok(()),
                };
            }
            let wait = if let Polled::Failed(_) = polled {
                self.retries.next()
            } else {
                self.retries.reset();
                let spent_us = self.parts.clock.now_us().saturating_sub(began_us);
                let spent = Duration::from_micros(u64::try_from(spent_us).unwrap_or(0));
                Duration::from_secs(self.config.poll_s.into()).saturating_sub(spent)
            };
            self.meter.tick(self.parts.clock.now_us())?;
            self.parts.clock.wait(wait, stop);
        }
        self.meter.tell()
    }

    /// Polls once.
    ///
    /// # Errors
    /// Kafka or the state directory fail. What goes wrong with the feed is [`Polled::Failed`].
    pub fn poll(&mut self) -> Result<Polled, BridgeError> {
        self.meter.counters.asked += 1;
        let polled = match self.ask() {
            Ok(answer) => self.take(answer)?,
            Err(fault) => self.failed(fault),
        };
        self.look_whether_it_stands_still();
        Ok(polled)
    }

    fn ask(&self) -> Result<Answer, Fault> {
        let mut headers = vec![("accept", "application/json")];
        let known = [("if-none-match", &self.taken.etag), ("if-modified-since", &self.taken.modified)];
        for (name, value) in known {
            if let Some(value) = value {
                headers.push((name, value.as_str()));
            }
        }
        fetch(&self.agent, self.url.text(), &headers, self.config.max_bytes)
    }

    fn failed(&mut self, fault: Fault) -> Polled {
        self.meter.counters.failed += 1;
        tracing::warn!(%fault, "bridge waze: a poll failed: {fault}");
        Polled::Failed(fault)
    }

    fn take(&mut self, answer: Answer) -> Result<Polled, BridgeError> {
        if answer.status == 304 {
            self.meter.counters.unchanged += 1;
            return Ok(Polled::Unchanged);
        }
        let Some((FeedWindow { end_us, .. }, messages)) = feed_messages(&answer.body) else {
            self.meter.counters.refused += 1;
            return Ok(self.failed(Fault::Content("the answer is no feed document")));
        };
        // A cache on the way may also give an older document than before.
        if self.taken.window_end_us.is_some_and(|last| end_us <= last) {
            self.meter.counters.unchanged += 1;
            return Ok(Polled::Unchanged);
        }
        for message in &messages {
            let key = message.key.as_deref().map(str::as_bytes);
            self.parts.outlet.put(&self.config.topic, key, &message.payload)?;
        }
        let written = self.parts.outlet.settle()?;
        let now_us = self.parts.clock.now_us();
        self.taken = Taken {
            window_end_us: Some(end_us),
            at_us: Some(now_us),
            etag: answer.etag,
            modified: answer.modified,
        };
        self.file.save(&self.taken)?;
        self.meter.counters.messages += written;
        self.meter.counters.last_new_us = Some(now_us);
        Ok(Polled::Took(written))
    }

    /// A feed whose window does not move is no quiet city: somebody has to look.
    fn look_whether_it_stands_still(&mut self) {
        let now_us = self.parts.clock.now_us();
        let still_us = self.taken.at_us.map_or(0, |taken| now_us.saturating_sub(taken).max(0));
        let counters = &mut self.meter.counters;
        counters.still_s = u64::try_from(still_us / 1_000_000).unwrap_or(0);
        let alarm = counters.still_s >= u64::from(self.config.still_s);
        if alarm && !counters.alarm {
            tracing::error!(still_s = counters.still_s, "bridge waze: the feed stands still");
        }
        counters.alarm = alarm;
    }
}
