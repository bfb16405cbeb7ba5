//! Deliveries to one address that wait: bounded, in order, each tried again with longer and longer waits for a day at most.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Deliveries that may wait.
const MOST: usize = 1_000;
/// A delivery is given up after so long.
const GIVE_UP: Duration = Duration::from_hours(24);
/// The first wait after a failure; each is twice the one before, …
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// … up to this one.
const LONGEST_WAIT: Duration = Duration::from_mins(10);

/// What is delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    /// Which alert, and which revision of it.
    pub(super) name: String,
    /// The alert as a message.
    pub(super) body: String,
    since: Instant,
}

impl Delivery {
    pub(super) fn new(name: String, body: String, now: Instant) -> Self {
        Self { name, body, since: now }
    }
}

/// The deliveries to one address.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: VecDeque<Delivery>,
    failures: u32,
    /// Nothing is tried before.
    not_before: Instant,
}

impl Queue {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            waiting: VecDeque::new(),
            failures: 0,
            not_before: now,
        }
    }

    /// Deliveries that wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Takes one more; if too many wait, the oldest is given up. Gives how many were.
    pub(super) fn push(&mut self, delivery: Delivery) -> u64 {
        self.waiting.push_back(delivery);
        if self.waiting.len() <= MOST {
            return 0;
        }
        self.waiting.pop_front();
        1
    }

    /// Gives up what waits for too long. Gives how many were.
    pub(super) fn give_up(&mut self, now: Instant) -> u64 {
        let mut given_up = 0;
        while self
            .waiting
            .front()
            .is_some_and(|first| now.saturating_duration_since(first.since) >= GIVE_UP)
        {
            self.waiting.pop_front();
            given_up += 1;
        }
        given_up
    }

    /// The next to be tried, if it is time.
    pub(super) fn due(&self, now: Instant) -> Option<&Delivery> {
        self.waiting.front().filter(|_| now >= self.not_before)
    }

    /// The first was taken.
    pub(super) fn taken(&mut self, now: Instant) {
        self.waiting.pop_front();
        self.failures = 0;
        self.not_before = now;
    }

    /// The first was not taken: nothing is tried for a while. Behind it the others wait, so that each address hears things in their order.
    pub(super) fn failed(&mut self, now: Instant) {
        self.not_before = now + wait(self.failures);
        self.failures = self.failures.saturating_add(1);
    }
}

/// How long to wait after so many failures in a row before this one.
fn wait(failures: u32) -> Duration {
    let factor = 1_u32.checked_shl(failures).unwrap_or(u32::MAX);
    FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Delivery, GIVE_UP, LONGEST_WAIT, MOST, Queue, wait};

    fn delivery(name: usize, at: Instant) -> Delivery {
        Delivery::new(name.to_string(), String::new(), at)
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        assert_eq!([0, 1, 2, 3].map(wait), [1, 2, 4, 8].map(Duration::from_secs));
        assert_eq!([10, 31, 32, u32::MAX].map(wait), [LONGEST_WAIT; 4]);
    }

    #[test]
    fn what_fails_is_tried_again_later_and_before_what_came_after_it() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let mut queue = Queue::new(begun);
        assert!(queue.due(begun).is_none());
        queue.push(delivery(1, begun));
        queue.push(delivery(2, begun));
        queue.failed(at(0));
        assert!(queue.due(at(0)).is_none());
        queue.failed(at(1));
        assert!(queue.due(at(2)).is_none(), "two seconds after the second failure");
        assert_eq!(queue.due(at(3)).map(|due| due.name.as_str()), Some("1"));
        queue.taken(at(3));
        assert_eq!(queue.due(at(3)).map(|due| due.name.as_str()), Some("2"));
        queue.failed(at(3));
        assert!(queue.due(at(4)).is_some(), "the waits begin anew after a success");
    }

    #[test]
    fn what_waits_is_bounded_in_number_and_in_time() {
        let begun = Instant::now();
        let mut queue = Queue::new(begun);
        let dropped: u64 = (0..MOST + 3).map(|name| queue.push(delivery(name, begun))).sum();
        assert_eq!((dropped, queue.len()), (3, MOST));
        assert_eq!(queue.due(begun).map(|due| due.name.as_str()), Some("3"), "the oldest went");
        assert_eq!(queue.give_up(begun + GIVE_UP.saturating_sub(Duration::from_secs(1))), 0);
        assert_eq!(queue.give_up(begun + GIVE_UP), MOST as u64);
        assert_eq!(queue.len(), 0);
    }
}
