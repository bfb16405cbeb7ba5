//! Answers that many ask for at once, computed once: kept until the city has changed and they are older than they may be.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::error::Problem;

/// One answer being made or made.
#[derive(Debug)]
struct Slot<T> {
    version: u64,
    since: Instant,
    value: Arc<OnceCell<Arc<T>>>,
}

/// Answers by question.
#[derive(Debug)]
pub(crate) struct Fresh<K, T> {
    /// Held to look up and to put in place only, never while an answer is made.
    slots: Mutex<HashMap<K, Slot<T>>>,
    keep: Duration,
    most: usize,
}

impl<K: Eq + Hash, T> Fresh<K, T> {
    /// Answers of the same version of the city are given again for as long as it lasts; of an older one for `keep`. At most `most` are
    /// remembered.
    pub(crate) fn new(keep: Duration, most: usize) -> Self {
        Self {
            slots: Mutex::new(HashMap::new()),
            keep,
            most,
        }
    }

    /// The answer to `question` about the city at `version`; `make` makes it, once for all who ask meanwhile.
    pub(crate) fn ask<F>(&self, question: K, version: u64, make: F) -> impl Future<Output = Result<Arc<T>, Problem>>
    where
        F: Future<Output = Result<T, Problem>>,
    {
        let value = self.slot(question, version);
        // Plans make large futures; on the heap they do not swell those of all who ask.
        let make = Box::pin(make);
        async move {
            let answer = value.get_or_try_init(|| async { make.await.map(Arc::new) }).await?;
            Ok(Arc::clone(answer))
        }
    }

    fn slot(&self, question: K, version: u64) -> Arc<OnceCell<Arc<T>>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let keep = self.keep;
        let fresh = |slot: &Slot<T>| slot.version == version || slot.since.elapsed() < keep;
        if let Some(slot) = slots.get(&question)
            && fresh(slot)
        {
            return Arc::clone(&slot.value);
        }
        if slots.len() >= self.most {
            slots.retain(|_, slot| fresh(slot));
        }
        if slots.len() >= self.most {
            slots.clear();
        }
        let value = Arc::new(OnceCell::new());
        let slot = Slot {
            version,
            since: Instant::now(),
            value: Arc::clone(&value),
        };
        slots.insert(question, slot);
        value
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::Fresh;

    #[tokio::test]
    async fn an_answer_is_made_once_a_version_and_again_for_the_next() {
        let fresh = Fresh::new(Duration::ZERO, 2);
        let count = AtomicUsize::new(0);
        let make = || async { Ok(count.fetch_add(1, Ordering::SeqCst)) };
        assert_eq!(*fresh.ask("q", 1, make()).await.unwrap(), 0);
        assert_eq!(*fresh.ask("q", 1, make()).await.unwrap(), 0);
        assert_eq!(*fresh.ask("q", 2, make()).await.unwrap(), 1);
        for question in ["a", "b", "c", "d"] {
            fresh.ask(question, 2, make()).await.unwrap();
        }
        assert!(fresh.slots.lock().unwrap().len() <= 2);
    }
}
