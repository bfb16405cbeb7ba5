//! What a bridge did, for whoever operates it: one line a minute in the log, and the same as JSON in the state directory.

use serde::Serialize;

use super::BridgeError;
use crate::store::{CommitStore, DurableLocal};

/// What a bridge did since it started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BridgeCounters {
    /// Requests made, or connections opened.
    pub asked: u64,
    /// Of those, failed; of connections also those that broke off.
    pub failed: u64,
    /// Answers with nothing new.
    pub unchanged: u64,
    /// Answers, lines or objects that could not be read.
    pub refused: u64,
    /// Messages Kafka has acknowledged.
    pub messages: u64,
    /// Empty lines that say the stream is alive.
    pub keep_alives: u64,
    /// Lines of the stream that end it or speak of it.
    pub notices: u64,
    /// Lines a connection broke off in.
    pub torn: u64,
    /// Mails that no person wrote: automatic answers, bounces, lists.
    pub automatic: u64,
    /// Mails of which only the beginning was read, as much as may be.
    pub cut: u64,
    /// Seconds of a stream that nothing can bring back.
    pub lost_s: u64,
    /// How long what is fetched has not moved, seconds.
    pub still_s: u64,
    /// Whether something is wrong that a person should look at.
    pub alarm: bool,
    /// When something new was last written down, µs since epoch UTC.
    pub last_new_us: Option<i64>,
}

/// µs between two lines in the log.
const MINUTE_US: i64 = 60_000_000;

/// Tells the counters once a minute.
#[derive(Debug)]
pub(super) struct Meter {
    bridge: &'static str,
    store: DurableLocal,
    told_us: Option<i64>,
    /// What is told.
    pub(super) counters: BridgeCounters,
}

impl Meter {
    pub(super) fn new(bridge: &'static str, store: DurableLocal) -> Self {
        Self {
            bridge,
            store,
            told_us: None,
            counters: BridgeCounters::default(),
        }
    }

    /// Tells them if a minute has passed since they were last told.
    pub(super) fn tick(&mut self, now_us: i64) -> Result<(), BridgeError> {
        if self.told_us.is_some_and(|told| now_us.saturating_sub(told) < MINUTE_US) {
            return Ok(());
        }
        self.told_us = Some(now_us);
        self.tell()
    }

    /// Tells them.
    pub(super) fn tell(&self) -> Result<(), BridgeError> {
        let counters = &self.counters;
        tracing::info!(
            bridge = self.bridge,
            asked = counters.asked,
            failed = counters.failed,
            unchanged = counters.unchanged,
            refused = counters.refused,
            automatic = counters.automatic,
            messages = counters.messages,
            lost_s = counters.lost_s,
            still_s = counters.still_s,
            alarm = counters.alarm,
            "bridge {}: {} messages",
            self.bridge,
            counters.messages
        );
        let text = serde_json::to_vec(counters).unwrap_or_default();
        Ok(self.store.put(&format!("{}.counters.json", self.bridge), &text)?)
    }
}
