//! The filtered stream of X's API v2: one long answer, a tweet a line, an empty line every 20 s. Lines are written as they came, keyed by
//! the tweet's id; what a reconnection brings again is the lane's to drop.
//!
//! Waits before a reconnection are X's own (its "Handling disconnections"): none after a connection that worked; from 250 ms by 250 ms to
//! 16 s while there is no connection; from 5 s doubling to 320 s after an HTTP error; from 60 s doubling after 429, or until the time
//! its header names. After a break of a minute or more the minutes lost are asked for again, five at most; what lies beyond is counted as lost.

use std::io::{BufRead, BufReader};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use ureq::Agent;

use super::backoff::{Backoff, Growth};
use super::config::{needed, within};
use super::counters::Meter;
use super::fetch::{Manners, agent, check, fault, interrupted};
use super::outlet::StateFile;
use super::stream::{Next, next_line};
use super::{BridgeCounters, BridgeError, Fault, Parts, Secret, Stop, XConfig};
use crate::decode::{StreamLine, stream_line};
use crate::store::DurableLocal;

/// Lines written at most before they are made sure of.
const MOST_UNSURE: u32 = 500;
/// µs of lines written at most before they are made sure of.
const LONGEST_UNSURE_US: i64 = 1_000_000;
/// The longest wait after 429 that names no time.
const LONGEST_LIMITED: Duration = Duration::from_mins(16);

/// What a restart goes on from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Heard {
    /// When the stream was last known to be whole, µs since epoch UTC.
    until_us: Option<i64>,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// It never began.
    Refused(Fault),
    /// It had begun; `lived` = and went on for longer than a silence may last.
    BrokeOff { lived: bool },
}

/// A reader of the stream.
#[derive(Debug)]
pub struct Tweets {
    token: Secret,
    config: XConfig,
    agent: Agent,
    parts: Parts,
    file: StateFile,
    heard: Heard,
    unsure: u32,
    unsure_since_us: i64,
    began_us: i64,
    last_line_us: Option<i64>,
    /// Whether what a break lost may still be on its way.
    recovering: bool,
    /// Seconds of the break that it cannot bring back.
    owed_s: u64,
    network: Backoff,
    http: Backoff,
    limited: Backoff,
    meter: Meter,
}

impl Tweets {
    /// A reader that goes on where the state directory says.
    ///
    /// # Errors
    /// A setting that cannot work, or a state that cannot be read.
    pub fn new(config: &XConfig, parts: Parts) -> Result<Self, BridgeError> {
        let token = needed("x.bearer_token", config.bearer_token.as_ref())?.clone();
        within("x.silence_ms", config.silence_ms.into(), 10, 600_000)?;
        within("x.recovery_minutes", config.recovery_minutes.into(), 0, 5)?;
        let file = StateFile::new(&parts, "x.json");
        let backoff = |growth, first, longest, lane| Backoff::new(growth, first, longest, parts.seed.wrapping_add(lane));
        Ok(Self {
            token,
            agent: agent(Manners {
                whole: None,
                read: Duration::from_millis(config.silence_ms.into()),
            }),
            heard: file.load()?,
            file,
            unsure: 0,
            unsure_since_us: 0,
            began_us: 0,
            last_line_us: None,
            recovering: false,
            owed_s: 0,
            network: backoff(Growth::Linear, Duration::from_millis(250), Duration::from_secs(16), 0),
            http: backoff(Growth::Doubling, Duration::from_secs(5), Duration::from_secs(320), 1),
            limited: backoff(Growth::Doubling, Duration::from_mins(1), LONGEST_LIMITED, 2),
            meter: Meter::new("x", DurableLocal::new(&parts.state_dir)),
            config: config.clone(),
            parts,
        })
    }

    /// What it did so far.
    #[must_use]
    pub fn counters(&self) -> &BridgeCounters {
        &self.meter.counters
    }

    /// Reads until it is told to stop, or until the first connection ends.
    ///
    /// # Errors
    /// Kafka or the state directory fail for good; with `once` also what kept the connection from being made.
    pub fn run(&mut self, once: bool, stop: &Stop) -> Result<(), BridgeError> {
        stop.breaks_off(&self.agent);
        while !stop.raised() {
            let ended = match self.connection(stop) {
                Err(error) if error.passes() && !once => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "bridge x: Kafka did not take lines, which are asked for again"
                    );
                    // What was not made sure of is asked for again: the state file has not moved.
                    self.unsure = 0;
                    Ended::Refused(Fault::Network("Kafka did not take it"))
                }
                ended => ended?,
            };
            if stop.raised() {
                break;
            }
            self.meter.counters.failed += 1;
            let wait = match ended {
                Ended::BrokeOff { lived: true } => Duration::ZERO,
                Ended::BrokeOff { lived: false } => self.network.next(),
                Ended::Refused(fault) => self.wait_after(fault),
            };
            if once {
                self.meter.tell()?;
                return match ended {
                    Ended::BrokeOff { .. } => Ok(()),
                    Ended::Refused(fault) => Err(BridgeError::Once {
                        what: "there was no connection",
                        fault,
                    }),
                };
            }
            self.meter.tick(self.parts.clock.now_us())?;
            self.parts.clock.wait(wait, stop);
        }
        self.meter.tell()
    }

    /// How long to wait after a connection that was not made.
    fn wait_after(&mut self, fault: Fault) -> Duration {
        tracing::warn!(%fault, "bridge x: no connection: {fault}");
        let alarm = matches!(fault, Fault::Status { code: 401 | 403, .. });
        if alarm && !self.meter.counters.alarm {
            tracing::error!("bridge x: X does not accept the token");
        }
        self.meter.counters.alarm = alarm;
        match fault {
            Fault::Status {
                code: 429,
                reset_s: Some(reset_s),
                ..
            } => {
                let left_us = reset_s.saturating_mul(1_000_000).saturating_sub(self.parts.clock.now_us());
                // A clock that is behind ours must not make us hammer.
                let left = Duration::from_micros(u64::try_from(left_us).unwrap_or(0)).max(Duration::from_secs(5));
                self.limited.jittered(left)
            }
            Fault::Status { code: 429, .. } => self.limited.next(),
            Fault::Status { .. } => self.http.next(),
            Fault::Network(_) | Fault::Content(_) | Fault::Denied(_) => self.network.next(),
        }
    }

    /// Minutes to ask for again after a break, and the seconds of it that nobody can bring back.
    fn recovery(&self) -> (Option<u8>, u64) {
        let Some(until_us) = self.heard.until_us else { return (None, 0) };
        let broken_s = self.parts.clock.now_us().saturating_sub(until_us) / 1_000_000;
        let most = self.config.recovery_minutes;
        let minutes = (broken_s.saturating_add(59) / 60).clamp(0, i64::from(most));
        let lost_s = u64::try_from(broken_s - 60 * i64::from(most)).unwrap_or(0);
        let asked = u8::try_from(minutes).unwrap_or(most);
        ((asked > 0).then_some(asked), lost_s)
    }

    /// One connection from its beginning to its end.
    fn connection(&mut self, stop: &Stop) -> Result<Ended, BridgeError> {
        self.meter.counters.asked += 1;
        let mut request = self
            .agent
            .get(&self.config.url)
            .header("authorization", format!("Bearer {}", self.token.text()));
        let (again, lost_s) = self.recovery();
        if let Some(minutes) = again {
            request = request.query("backfill_minutes", minutes.to_string());
        }
        let response = match request.call() {
            Ok(response) => response,
            Err(error) => return Ok(Ended::Refused(fault(&error))),
        };
        if let Err(fault) = check(&response) {
            return Ok(Ended::Refused(fault));
        }
        self.recovering = again.is_some();
        self.owed_s = lost_s;
        self.meter.counters.alarm = false;
        self.began_us = self.parts.clock.now_us();
        self.last_line_us = None;
        let mut reader = BufReader::new(response.into_body().into_reader());
        self.listen(&mut reader, stop)
    }

    /// Reads lines until the connection ends.
    fn listen(&mut self, reader: &mut impl BufRead, stop: &Stop) -> Result<Ended, BridgeError> {
        let mut line = Vec::new();
        loop {
            let next = next_line(reader, &mut line);
            if stop.raised() {
                return self.over(Fault::Network("it was told to stop"));
            }
            match next {
                Ok(Next::Line) => self.heard_a_line(),
                Ok(Next::End) => return self.over(Fault::Network("the stream ended before it began")),
                Ok(Next::Torn) => {
                    self.meter.counters.torn += 1;
                    return self.over(Fault::Content("the stream has no lines"));
                }
                Err(error) => {
                    self.meter.counters.torn += u64::from(!line.is_empty());
                    return self.over(interrupted(&error));
                }
            }
            if self.lived() {
                self.recovering = false;
                for backoff in [&mut self.network, &mut self.http, &mut self.limited] {
                    backoff.reset();
                }
            }
            if line.is_empty() {
                // Nothing waits to be sent: what was asked for again has come.
                self.recovering = false;
                self.meter.counters.keep_alives += 1;
                self.make_sure()?;
            } else if !self.take(&line)? {
                return self.over(Fault::Content("the stream said that it ends"));
            }
            self.meter.tick(self.parts.clock.now_us())?;
        }
    }

    /// The connection speaks; with its first line the seconds it cannot bring back are lost for good.
    fn heard_a_line(&mut self) {
        if self.last_line_us.is_none() && self.owed_s > 0 {
            tracing::warn!(
                lost_s = self.owed_s,
                "bridge x: a break was longer than what can be asked for again"
            );
            self.meter.counters.lost_s += self.owed_s;
        }
        self.last_line_us = Some(self.parts.clock.now_us());
    }

    /// Whether the connection has gone on for longer than a silence may last. Only then it is one that works: a server that accepts and
    /// closes again and again is not asked without a pause.
    fn lived(&self) -> bool {
        let silence_us = 1_000 * i64::from(self.config.silence_ms);
        self.last_line_us
            .is_some_and(|last| last.saturating_sub(self.began_us) >= silence_us)
    }

    /// The connection is over; one that never said a line was none.
    fn over(&mut self, fault: Fault) -> Result<Ended, BridgeError> {
        if self.last_line_us.is_none() {
            return Ok(Ended::Refused(fault));
        }
        self.make_sure()?;
        Ok(Ended::BrokeOff { lived: self.lived() })
    }

    /// Writes a line; false if the stream said that it ends.
    fn take(&mut self, line: &[u8]) -> Result<bool, BridgeError> {
        let key = match stream_line(line) {
            StreamLine::Tweet(id) => Some(id),
            StreamLine::Notice => {
                self.meter.counters.notices += 1;
                tracing::warn!("bridge x: the stream says that it ends");
                return Ok(false);
            }
            // The lane refuses it by name and keeps it with the dead letters.
            StreamLine::Unreadable => {
                self.meter.counters.refused += 1;
                None
            }
        };
        let now_us = self.parts.clock.now_us();
        if self.unsure == 0 {
            self.unsure_since_us = now_us;
        }
        self.parts.outlet.put(&self.config.topic, key.as_deref().map(str::as_bytes), line)?;
        self.unsure += 1;
        if self.unsure >= MOST_UNSURE || now_us.saturating_sub(self.unsure_since_us) >= LONGEST_UNSURE_US {
            self.make_sure()?;
        }
        Ok(true)
    }

    /// Waits until what was written is safe, and remembers until when the stream is whole.
    fn make_sure(&mut self) -> Result<(), BridgeError> {
        let written = self.parts.outlet.settle()?;
        self.unsure = 0;
        // Not now: what was said in the silence before a break is lost with the connection. And not while lines of a break before it may
        // still come: they would not be asked for again.
        if self.last_line_us.is_some() && !self.recovering {
            self.heard.until_us = self.last_line_us;
            self.file.save(&self.heard)?;
        }
        self.meter.counters.messages += written;
        if written > 0 {
            self.meter.counters.last_new_us = self.last_line_us;
        }
        Ok(())
    }
}
