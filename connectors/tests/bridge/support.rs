//! A clock that a test moves, and an outlet that a test looks into.

use std::path::Path;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tanggap_connectors::bridge::{BridgeError, Clock, Outlet, Parts, Stop};

/// 2026-01-15 14:03 in Jakarta, µs.
pub(crate) const NOW: i64 = 1_768_460_580_000_000;
pub(crate) const SECOND: i64 = 1_000_000;

/// Waiting moves it, and nothing else does, unless a test says so; after so many waits it tells the bridge to stop.
#[derive(Debug)]
pub(crate) struct TestClock {
    now: AtomicI64,
    /// By how much asking for the time moves it, µs.
    pub(crate) step: AtomicI64,
    waits: Mutex<Vec<Duration>>,
    stop_after: usize,
}

impl TestClock {
    pub(crate) fn new(stop_after: usize) -> Arc<Self> {
        Arc::new(Self {
            now: AtomicI64::new(NOW),
            step: AtomicI64::new(0),
            waits: Mutex::default(),
            stop_after,
        })
    }

    pub(crate) fn advance(&self, by: i64) {
        self.now.fetch_add(by, Ordering::SeqCst);
    }

    pub(crate) fn waits(&self) -> Vec<Duration> {
        self.waits.lock().unwrap().clone()
    }
}

impl Clock for TestClock {
    fn now_us(&self) -> i64 {
        self.now.fetch_add(self.step.load(Ordering::SeqCst), Ordering::SeqCst)
    }

    fn wait(&self, length: Duration, stop: &Stop) {
        self.advance(i64::try_from(length.as_micros()).unwrap());
        let mut waits = self.waits.lock().unwrap();
        waits.push(length);
        if waits.len() >= self.stop_after {
            stop.raise();
        }
    }
}

/// Topic, key, payload.
pub(crate) type Sent = (String, Option<String>, String);

/// What reached Kafka, and how often Kafka is to refuse.
#[derive(Clone, Debug, Default)]
pub(crate) struct Letterbox {
    safe: Arc<Mutex<Vec<Sent>>>,
    waiting: Arc<Mutex<Vec<Sent>>>,
    pub(crate) refusals: Arc<AtomicU32>,
}

impl Letterbox {
    /// What is safe.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.safe.lock().unwrap().clone()
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.sent().into_iter().map(|(_, key, _)| key.unwrap_or_default()).collect()
    }
}

impl Outlet for Letterbox {
    fn put(&mut self, topic: &str, key: Option<&[u8]>, payload: &[u8]) -> Result<(), BridgeError> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        self.waiting.lock().unwrap().push((topic.to_owned(), key.map(text), text(payload)));
        Ok(())
    }

    fn settle(&mut self) -> Result<u64, BridgeError> {
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap());
        let messages = u64::try_from(waiting.len()).unwrap();
        if self.refusals.load(Ordering::SeqCst) > 0 && messages > 0 {
            self.refusals.fetch_sub(1, Ordering::SeqCst);
            return Err(BridgeError::Undelivered { messages });
        }
        self.safe.lock().unwrap().extend(waiting);
        Ok(messages)
    }
}

pub(crate) fn parts(outlet: &Letterbox, clock: &Arc<TestClock>, state: &Path) -> Parts {
    Parts {
        outlet: Box::new(outlet.clone()),
        clock: Arc::<TestClock>::clone(clock),
        state_dir: state.to_owned(),
        seed: 7,
    }
}

/// Whether a wait is what is due, with at most a fifth more.
pub(crate) fn due(wait: Duration, milliseconds: u64) -> bool {
    let due = Duration::from_millis(milliseconds);
    wait >= due && wait <= due.mul_f64(1.2)
}
