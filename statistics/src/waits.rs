//! How long one unit's cases waited and how they ended, sorted once, so that what is said of those filed after any moment is one [`Walk`]
//! along them that sorts nothing, and looks at little else than what counts.

use super::RestrictedMean;
use super::filings::Filings;
use super::segment::{Segment, cut};
use super::wait::{END_KINDS, Wait};
use super::walk::{Sorted, Walk};

/// The cases of one unit, the shortest wait first.
#[derive(Clone, Debug, Default)]
pub struct Waits {
    sorted: Sorted,
    filings: Filings,
}

/// Quantiles of the waits of some cases, seconds; none = there is no such number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WaitQuantiles {
    /// Kaplan-Meier median.
    pub median: Option<f64>,
    /// Kaplan-Meier 90 % quantile.
    pub p90: Option<f64>,
    /// Median of the resolved cases only.
    pub closed_median: Option<f64>,
    /// 90 % quantile of the resolved cases only.
    pub closed_p90: Option<f64>,
}

/// What is said of some cases.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WaitTimes {
    /// How many they are.
    pub cases: u64,
    /// How they ended, by number of the end.
    pub ends: [u64; END_KINDS],
    /// Their quantiles.
    pub quantiles: WaitQuantiles,
    /// Kaplan-Meier restricted mean until resolved, seconds.
    pub restricted: Option<RestrictedMean>,
    /// Mean of the resolved cases only, seconds.
    pub closed_mean: Option<f64>,
    /// Share resolved by the horizon (Aalen-Johansen).
    pub resolved_share: Option<f64>,
    /// Share ended otherwise by the horizon.
    pub otherwise_share: Option<f64>,
    /// Resolved in time, and of how many that is known: a case resolved later, or waiting for longer, was not; one that ended otherwise or
    /// still waits within its limit says nothing yet, and one that no clock runs for never does.
    pub in_time: (u64, u64),
}

/// Room that is used again from one unit to the next.
#[derive(Debug, Default)]
pub struct WaitScratch {
    marks: Vec<u64>,
    segments: Vec<Segment>,
    shares: Vec<f64>,
}

impl Waits {
    /// The cases of a unit. One whose wait is no number is left out. Cost: O(n log n).
    #[must_use]
    pub fn of(mut waits: Vec<Wait>) -> Self {
        waits.retain(|wait| !wait.seconds.is_nan());
        for wait in &mut waits {
            *wait = wait.sound();
        }
        waits.sort_unstable_by_key(Wait::place);
        Self {
            sorted: Sorted::of(waits.len(), |place| &waits[place]),
            filings: Filings::of(waits.iter().map(|wait| wait.filed_us)),
        }
    }

    /// How many cases there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sorted.seconds.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sorted.seconds.is_empty()
    }

    /// The quantiles of the cases filed after `since_us`.
    #[must_use]
    pub fn quantiles(&self, since_us: i64, scratch: &mut WaitScratch) -> WaitQuantiles {
        self.walk(since_us, scratch).0.quantiles()
    }

    /// What is said of the cases filed after `since_us`, with the horizon `tau` (seconds).
    #[must_use]
    pub fn times(&self, since_us: i64, tau: f64, scratch: &mut WaitScratch) -> WaitTimes {
        let (walk, shares) = self.walk(since_us, scratch);
        walk.times(tau, shares)
    }

    /// A walk along the cases filed after a moment.
    fn walk<'a>(&'a self, since_us: i64, scratch: &'a mut WaitScratch) -> (Walk<'a>, &'a mut Vec<f64>) {
        let cases = self.filings.mark(since_us, &mut scratch.marks);
        cut(scratch.marks.iter().copied(), std::iter::empty(), &mut scratch.segments);
        let walk = Walk {
            sorted: &self.sorted,
            segments: &scratch.segments,
            between: &[],
            cases,
        };
        (walk, &mut scratch.shares)
    }

    /// Bytes held beside the struct itself.
    #[cfg(test)]
    fn heap_bytes(&self) -> usize {
        self.filings.heap_bytes() + self.sorted.heap_bytes()
    }
}

#[cfg(test)]
#[path = "waits_tests.rs"]
mod tests;
