//! Where alerts hang that were told lately, for who asks; and how their deliveries go.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Alert, AlertKind};

/// Alerts kept, the newest ones.
const MOST: usize = 5_000;

/// What became of the deliveries to one address; every number but `waiting` only grows.
#[derive(Debug, Default)]
pub struct HookCounts {
    /// Its host: the rest of an address may be a secret.
    pub host: String,
    /// Taken.
    pub delivered: AtomicU64,
    /// Tries that failed.
    pub failed: AtomicU64,
    /// Given up: after a day, or because too many waited.
    pub dropped: AtomicU64,
    /// Waiting now.
    pub waiting: AtomicU64,
}

impl HookCounts {
    /// The counts of a host to which nothing was sent yet.
    #[must_use]
    pub fn of(host: String) -> Self {
        Self { host, ..Self::default() }
    }

    /// Counts one more.
    pub(crate) fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// The alerts that were told, and the deliveries.
#[derive(Debug, Default)]
pub struct AlertBoard {
    /// The newest first.
    newest: Mutex<VecDeque<Arc<Alert>>>,
    hooks: Mutex<Vec<Arc<HookCounts>>>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl AlertBoard {
    /// Hangs up alerts, the oldest first.
    pub fn hang(&self, alerts: impl IntoIterator<Item = Arc<Alert>>) {
        let mut newest = held(&self.newest);
        for alert in alerts {
            newest.push_front(alert);
        }
        newest.truncate(MOST);
    }

    /// The newest `most` that `wanted` wants, the newest first.
    #[must_use]
    pub fn newest(&self, most: usize, wanted: impl Fn(&Alert) -> bool) -> Vec<Arc<Alert>> {
        let newest = held(&self.newest);
        newest.iter().filter(|alert| wanted(alert)).take(most).cloned().collect()
    }

    /// The newest `most` of a kind, or of all.
    #[must_use]
    pub fn of_kind(&self, most: usize, kind: Option<AlertKind>) -> Vec<Arc<Alert>> {
        self.newest(most, |alert| kind.is_none_or(|kind| kind == alert.kind()))
    }

    /// Lets the deliveries to an address be seen.
    pub(crate) fn watch(&self, hook: Arc<HookCounts>) {
        held(&self.hooks).push(hook);
    }

    /// The deliveries, by address in the order of the configuration.
    pub(crate) fn hooks(&self) -> Vec<Arc<HookCounts>> {
        held(&self.hooks).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::Map;

    use super::{AlertBoard, MOST};
    use crate::alerts::{Alert, AlertKind};

    #[test]
    fn the_newest_come_first_and_the_oldest_go() {
        let board = AlertBoard::default();
        let alert = |number: usize| {
            let kind = if number.is_multiple_of(2) {
                AlertKind::Hotspot
            } else {
                AlertKind::Escalation
            };
            Arc::new(Alert::new(kind, number.to_string(), 0, 0, "due", Map::new()))
        };
        board.hang((0..MOST + 2).map(alert));
        let ids = |kind| {
            let newest = board.of_kind(2, kind);
            newest.iter().map(|alert| alert.id().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(ids(None), [(MOST + 1).to_string(), MOST.to_string()]);
        assert_eq!(ids(Some(AlertKind::Hotspot)), [MOST.to_string(), (MOST - 2).to_string()]);
        assert_eq!(board.of_kind(usize::MAX, None).len(), MOST);
    }
}
