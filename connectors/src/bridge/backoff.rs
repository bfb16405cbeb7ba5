//! How long to wait before something that failed is tried again: longer each time, up to a limit, with seeded jitter on top so that
//! processes that failed together do not return together.

use std::time::Duration;

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Share of a wait that jitter may add at most.
const JITTER: f64 = 0.2;

/// How waits grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Growth {
    /// By the first one each time.
    Linear,
    /// To twice as long each time.
    Doubling,
}

/// The waits of one kind of failure.
#[derive(Clone, Debug)]
pub(super) struct Backoff {
    growth: Growth,
    first: Duration,
    longest: Duration,
    next: Duration,
    chance: ChaCha8Rng,
}

impl Backoff {
    /// Waits from `first` to `longest`, before jitter.
    pub(super) fn new(growth: Growth, first: Duration, longest: Duration, seed: u64) -> Self {
        Self {
            growth,
            first,
            longest,
            next: first,
            chance: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// How long to wait now; never less than is due, at most a fifth more.
    pub(super) fn next(&mut self) -> Duration {
        let due = self.next;
        self.next = match self.growth {
            Growth::Linear => due.saturating_add(self.first),
            Growth::Doubling => due.saturating_mul(2),
        }
        .min(self.longest);
        self.jittered(due)
    }

    /// Jitter on top of a wait that somebody else prescribed.
    pub(super) fn jittered(&mut self, due: Duration) -> Duration {
        let share = f64::from(self.chance.next_u32()) / f64::from(u32::MAX);
        due.saturating_add(due.mul_f64(JITTER * share))
    }

    /// It worked: the next failure starts anew.
    pub(super) fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Backoff, Growth};

    fn waits(growth: Growth, first_ms: u64, longest_ms: u64, seed: u64) -> Vec<Duration> {
        let mut backoff = Backoff::new(growth, Duration::from_millis(first_ms), Duration::from_millis(longest_ms), seed);
        (0..9).map(|_| backoff.next()).collect()
    }

    #[test]
    fn waits_grow_up_to_a_limit_and_jitter_only_adds() {
        for (growth, first, longest, due) in [
            (
                Growth::Linear,
                250,
                1_000,
                [250, 500, 750, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000],
            ),
            (
                Growth::Doubling,
                5_000,
                320_000,
                [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 320_000, 320_000],
            ),
        ] {
            for (wait, due) in waits(growth, first, longest, 3).iter().zip(due) {
                let due = Duration::from_millis(due);
                assert!(*wait >= due && *wait <= due.mul_f64(1.2), "{wait:?} for {due:?}");
            }
        }
    }

    #[test]
    fn the_same_seed_waits_the_same_and_another_does_not() {
        let of = |seed| waits(Growth::Doubling, 1_000, 60_000, seed);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn success_starts_anew() {
        let mut backoff = Backoff::new(Growth::Doubling, Duration::from_secs(1), Duration::from_mins(1), 1);
        for _ in 0..5 {
            backoff.next();
        }
        backoff.reset();
        assert!(backoff.next() <= Duration::from_millis(1_200));
    }
}
