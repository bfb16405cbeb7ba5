//! Answers that many ask for at once, computed once: kept until the city has changed and they are older than they may be. While one is
//! made anew, all but the one who makes it get the one before, as long as it is not old.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::OnceCell;

use crate::error::Problem;

/// An answer that was made.
#[derive(Debug)]
struct Made<T> {
    /// Of the city it is about.
    version: u64,
    at: Instant,
    /// How long it is given whatever the city does: as long as was wanted, and at least as long as it took to make a few times over.
    keep: Duration,
    value: Arc<T>,
}

/// The next answer, once it is made.
type Making<T> = Arc<OnceCell<Arc<Made<T>>>>;

/// An answer, and the next one.
#[derive(Debug)]
struct Slot<T> {
    made: Option<Arc<Made<T>>>,
    /// When it was last what the city is: made then, or found to be of its version still. From then on it ages.
    right: Instant,
    /// Held by those who wait for the next one; by nobody else once they have gone.
    making: Making<T>,
    asked: Instant,
}

/// Answers by question.
#[derive(Debug)]
pub(crate) struct Fresh<K, T> {
    /// Held to look up and to put in place only, never while an answer is made.
    slots: Mutex<HashMap<K, Slot<T>>>,
    keep: Duration,
    most: usize,
}

/// An answer that takes long to make is kept so many times as long: the machine has other work.
const PATIENCE: u32 = 3;
/// So many times as long as it is kept it is still given, while the next one is made.
const STALE: u32 = 4;

/// What to do about a question.
enum Found<T> {
    Answer(Arc<T>),
    Make(Making<T>),
}

impl<K: Clone + Eq + Hash, T> Fresh<K, T> {
    /// Answers of the same version of the city are given again for as long as it lasts; of an older one for `keep`. At most `most` are
    /// remembered.
    pub(crate) fn new(keep: Duration, most: usize) -> Self {
        Self {
            slots: Mutex::new(HashMap::new()),
            keep,
            most,
        }
    }

    /// The answer to `question` about the city at `version`, or a little before; `make` makes it, once for all who ask meanwhile.
    pub(crate) fn ask<F>(&self, question: K, version: u64, make: F) -> impl Future<Output = Result<Arc<T>, Problem>>
    where
        F: Future<Output = Result<T, Problem>>,
    {
        let found = self.find(&question, version, Instant::now());
        // Plans make large futures; on the heap they do not swell those of all who ask.
        let make = Box::pin(make);
        async move {
            let next = match found {
                Found::Answer(answer) => return Ok(answer),
                Found::Make(next) => next,
            };
            let answer = next.get_or_try_init(|| self.made(version, make)).await?;
            self.put(&question, &next, answer);
            Ok(Arc::clone(&answer.value))
        }
    }

    /// As [`Self::ask`], but nobody waits where there is an answer that is not old: it is given, and the next one is made beside.
    pub(crate) fn ask_beside<F>(self: &Arc<Self>, question: K, version: u64, make: F) -> impl Future<Output = Result<Arc<T>, Problem>>
    where
        K: Send + 'static,
        T: Send + Sync + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let before = self.not_old(&question, Instant::now());
        let fresh = Arc::clone(self);
        let next = async move { fresh.ask(question, version, make).await };
        async move {
            let Some(before) = before else { return next.await };
            // Most often there is nothing to make, and then nothing to wait for either.
            let mut next = Box::pin(next);
            if let Poll::Ready(answer) = futures::poll!(&mut next) {
                return answer;
            }
            // A failure has told of itself; who asks next tries again.
            drop(tokio::spawn(next));
            Ok(before)
        }
    }

    /// The answer there is, unless it is older than one may be that is given while the next one is made.
    fn not_old(&self, question: &K, now: Instant) -> Option<Arc<T>> {
        let slots = self.slots();
        let slot = slots.get(question)?;
        let made = slot.made.as_ref()?;
        let age = now.saturating_duration_since(slot.right);
        (age < made.keep * STALE).then(|| Arc::clone(&made.value))
    }

    async fn made<F>(&self, version: u64, make: F) -> Result<Arc<Made<T>>, Problem>
    where
        F: Future<Output = Result<T, Problem>>,
    {
        let begun = Instant::now();
        let value = Arc::new(make.await?);
        let at = Instant::now();
        let keep = self.keep.max((at - begun) * PATIENCE);
        Ok(Arc::new(Made { version, at, keep, value }))
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<K, Slot<T>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, question: &K, version: u64, now: Instant) -> Found<T> {
        let mut slots = self.slots();
        if !slots.contains_key(question) {
            self.make_room(&mut slots);
        }
        let slot = slots.entry(question.clone()).or_insert_with(|| Slot {
            made: None,
            right: now,
            making: Arc::default(),
            asked: now,
        });
        slot.asked = now;
        if let Some(made) = &slot.made {
            if made.version == version {
                slot.right = now;
            }
            let age = now.saturating_duration_since(slot.right);
            let others_make = Arc::strong_count(&slot.making) > 1;
            if made.version == version || age < made.keep || (others_make && age < made.keep * STALE) {
                return Found::Answer(Arc::clone(&made.value));
            }
        }
        Found::Make(Arc::clone(&slot.making))
    }

    fn put(&self, question: &K, making: &Making<T>, made: &Arc<Made<T>>) {
        let mut slots = self.slots();
        // Whoever waited with others finds that the first of them has put it in place.
        if let Some(slot) = slots.get_mut(question)
            && Arc::ptr_eq(&slot.making, making)
        {
            slot.made = Some(Arc::clone(made));
            slot.right = made.at;
            slot.making = Arc::default();
        }
    }

    /// Forgets what was not asked for the longest, when there is no room for another question.
    fn make_room(&self, slots: &mut HashMap<K, Slot<T>>) {
        while slots.len() >= self.most.max(1) {
            let oldest = slots
                .iter()
                .min_by_key(|(_, slot)| slot.asked)
                .map(|(question, _)| question.clone());
            let Some(oldest) = oldest else { return };
            slots.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, Instant};

    use super::{Found, Fresh, Made};

    #[tokio::test]
    async fn an_answer_is_made_once_a_version_and_again_for_the_next() {
        let fresh = Fresh::new(Duration::ZERO, 2);
        let count = AtomicUsize::new(0);
        let make = || async { Ok(count.fetch_add(1, Ordering::SeqCst)) };
        assert_eq!(*fresh.ask("q", 1, make()).await.unwrap(), 0);
        assert_eq!(*fresh.ask("q", 1, make()).await.unwrap(), 0);
        // What is kept for no time is kept for as long as it took to make, a few times over.
        while *fresh.ask("q", 2, make()).await.unwrap() == 0 {}
        for question in ["a", "b", "c", "d"] {
            fresh.ask(question, 2, make()).await.unwrap();
        }
        assert!(fresh.slots.lock().unwrap().len() <= 2);
    }

    #[tokio::test(start_paused = true)]
    async fn where_there_is_an_answer_that_is_not_old_nobody_waits_for_the_next() {
        let fresh = Arc::new(Fresh::new(Duration::ZERO, 2));
        let make = |answer: i32, after| async move {
            tokio::time::sleep(after).await;
            Ok(answer)
        };
        // The clock of answers is the machine's: it took no time to make this one, so it is not kept for any.
        let soon = Duration::from_secs(1);
        assert_eq!(*fresh.ask_beside("q", 1, make(1, soon)).await.unwrap(), 1, "there is none before");
        let Some(slot) = fresh.slots().get_mut("q").and_then(|slot| slot.made.take()) else {
            panic!("it is in its place")
        };
        let made = Made {
            version: slot.version,
            at: slot.at,
            keep: Duration::from_mins(1),
            value: Arc::clone(&slot.value),
        };
        if let Some(slot) = fresh.slots().get_mut("q") {
            slot.made = Some(Arc::new(made));
            slot.right = Instant::now().checked_sub(Duration::from_mins(2)).unwrap();
        }
        assert_eq!(*fresh.ask_beside("q", 2, make(2, soon)).await.unwrap(), 1, "the one before");
        tokio::time::sleep(2 * soon).await;
        assert_eq!(*fresh.ask_beside("q", 2, make(3, soon)).await.unwrap(), 2, "made meanwhile");
    }

    #[tokio::test]
    async fn while_an_answer_is_made_anew_others_get_the_one_before() {
        let fresh = Fresh::new(Duration::from_mins(1), 2);
        assert_eq!(*fresh.ask("q", 1, async { Ok(1) }).await.unwrap(), 1);
        let in_minutes = |minutes| Instant::now() + Duration::from_mins(minutes);
        assert!(
            matches!(fresh.find(&"q", 2, Instant::now()), Found::Answer(_)),
            "it is kept for a minute"
        );
        let Found::Make(making) = fresh.find(&"q", 2, in_minutes(2)) else {
            panic!("nobody makes the next one")
        };
        assert!(
            matches!(fresh.find(&"q", 2, in_minutes(2)), Found::Answer(old) if *old == 1),
            "somebody does"
        );
        assert!(matches!(fresh.find(&"q", 2, in_minutes(5)), Found::Make(_)), "too old to be given");
        drop(making);
        assert!(
            matches!(fresh.find(&"q", 2, in_minutes(2)), Found::Make(_)),
            "who made it has gone away"
        );
        let Found::Make(making) = fresh.find(&"q", 2, in_minutes(2)) else {
            panic!("nobody makes the next one")
        };
        let made = making.get_or_try_init(|| fresh.made(2, async { Ok(2) })).await.unwrap();
        fresh.put(&"q", &making, made);
        assert!(
            matches!(fresh.find(&"q", 2, in_minutes(9)), Found::Answer(new) if *new == 2),
            "of this version as long as it lasts"
        );
        assert!(
            matches!(fresh.find(&"q", 3, in_minutes(9)), Found::Answer(new) if *new == 2),
            "it was right a moment ago, however long ago it was made"
        );
        assert!(matches!(fresh.find(&"q", 3, in_minutes(11)), Found::Make(_)), "two minutes ago");
    }
}
