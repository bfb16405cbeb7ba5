//! Every case of a level by the kind of case it is, sorted once: [`super::CaseMix`] for the cases filed after any moment, without sorting
//! anything again. Counts are the same, what is summed to 1e-12.

use super::filings::Filings;
use super::segment::cut;
use super::sweep::{Alike, Sums, Sweep};
use super::{Adjustment, Curve};

/// One case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MixedWait {
    /// Number of its kind.
    pub stratum: u16,
    /// Number of the unit that must answer.
    pub unit: u32,
    /// When it was filed, µs since epoch UTC.
    pub filed_us: i64,
    /// How long it took, or has taken so far, seconds. Negative counts as 0.
    pub seconds: f64,
    /// Whether it was resolved.
    pub closed: bool,
}

/// The cases of a level.
#[derive(Clone, Debug, Default)]
pub struct Strata {
    strata: Vec<Stratum>,
}

/// The cases of one kind.
#[derive(Clone, Debug, Default)]
pub struct Stratum {
    number: u16,
    alike: Alike,
    filings: Filings,
}

impl Strata {
    /// Sorts cases; one whose wait is no number is left out. Cost: O(n log n).
    #[must_use]
    pub fn of(mut cases: Vec<MixedWait>) -> Self {
        cases.retain(|case| !case.seconds.is_nan());
        for case in &mut cases {
            // Adding 0.0 turns -0.0 into 0.0, whose bits differ.
            case.seconds = case.seconds.max(0.0) + 0.0;
        }
        cases.sort_unstable_by_key(|case| (case.stratum, case.seconds.to_bits(), !case.closed, case.unit, case.filed_us));
        let alike = cases.chunk_by(|one, other| one.stratum == other.stratum);
        Self {
            strata: alike.map(Stratum::of).collect(),
        }
    }

    /// [`super::CaseMix::adjust`] of the cases filed after `since_us`. Cost: O(n).
    #[must_use]
    pub fn adjust(&self, units: usize, since_us: i64, tau: f64) -> Option<Adjustment> {
        if !tau.is_finite() || tau <= 0.0 {
            return None;
        }
        let (mut sums, mut marks, mut segments) = (Sums::of(units), Vec::new(), Vec::new());
        for stratum in &self.strata {
            let cases = stratum.filings.mark(since_us, &mut marks);
            cut(marks.iter().copied(), std::iter::empty(), &mut segments);
            let sweep = Sweep {
                alike: &stratum.alike,
                segments: &segments,
                between: &[],
                cases,
            };
            sums.add(&sweep, tau);
        }
        Some(sums.finish())
    }

    /// The strata, by number.
    #[must_use]
    pub fn strata(&self) -> &[Stratum] {
        &self.strata
    }

    /// Bytes held beside the struct itself, marks not counted (a bit a case).
    #[cfg(test)]
    fn heap_bytes(&self) -> usize {
        let bytes = |stratum: &Stratum| stratum.filings.heap_bytes() + stratum.alike.heap_bytes();
        self.strata.iter().map(bytes).sum()
    }
}

impl Stratum {
    fn of(cases: &[MixedWait]) -> Self {
        Self {
            number: cases.first().map_or(0, |case| case.stratum),
            alike: Alike::of(cases.len(), |place| &cases[place]),
            filings: Filings::of(cases.iter().map(|case| case.filed_us)),
        }
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }

    /// The curve of the cases filed after `since_us`.
    #[must_use]
    pub fn curve(&self, since_us: i64) -> Curve {
        let mut marks = Vec::new();
        let cases = self.filings.mark(since_us, &mut marks);
        let kept = (0..self.alike.seconds.len()).filter(|place| marks[place / 64] >> (place % 64) & 1 == 1);
        Curve::of_sorted(cases, kept.map(|place| (self.alike.seconds[place], self.alike.closed.has(place))))
    }
}

#[cfg(test)]
#[path = "strata_tests.rs"]
mod tests;
