//! Every case of a level by the kind of case it is, sorted once: [`super::CaseMix`] for the cases filed after any moment, without sorting
//! anything again. Counts are the same, what is summed to 1e-12.

use super::filings::Filings;
use super::marks::{Marks, before};
use super::{Adjustment, Curve, Expectation};

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

/// The cases of one kind, the shortest wait first, of equal ones the closed first.
#[derive(Clone, Debug, Default)]
pub struct Stratum {
    pub(super) number: u16,
    pub(super) seconds: Vec<f64>,
    pub(super) units: Vec<u32>,
    pub(super) closed: Marks,
    /// As long as another.
    pub(super) tied: Marks,
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
        let (mut sums, mut marks) = (Sums::of(units), Vec::new());
        for stratum in &self.strata {
            let cases = stratum.filings.mark(since_us, &mut marks);
            sums.add(stratum, &marks, cases, tau);
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
        let bytes = |stratum: &Stratum| {
            stratum.filings.heap_bytes() + stratum.seconds.capacity() * size_of::<f64>() + stratum.units.capacity() * size_of::<u32>()
        };
        self.strata.iter().map(bytes).sum()
    }
}

impl Stratum {
    fn of(cases: &[MixedWait]) -> Self {
        Self {
            number: cases.first().map_or(0, |case| case.stratum),
            seconds: cases.iter().map(|case| case.seconds).collect(),
            units: cases.iter().map(|case| case.unit).collect(),
            closed: Marks::of(cases.len(), |place| cases[place].closed),
            tied: Marks::of(cases.len(), |place| {
                let same = |other: Option<&MixedWait>| other.is_some_and(|other| other.seconds.to_bits() == cases[place].seconds.to_bits());
                same(cases.get(place + 1)) || place > 0 && same(cases.get(place - 1))
            }),
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
        let kept = (0..self.seconds.len()).filter(|place| marks[place / 64] >> (place % 64) & 1 == 1);
        Curve::of_sorted(
            cases,
            kept.map(|place| (self.seconds[place], self.closed.word(place / 64) >> (place % 64) & 1 == 1)),
        )
    }

    /// Walks the marked cases by time, raising the hazard at every closing within `tau` and lowering the survival, and tells every case's
    /// unit.
    fn sweep(&self, marks: &[u64], cases: usize, tau: f64, tallies: &mut [Tally]) -> City {
        let end = self.seconds.partition_point(|seconds| *seconds <= tau);
        let unranked = tallies.len() - 1;
        let mut city = City {
            at_risk: float(whole(cases)),
            hazard: 0.0,
            survival: 1.0,
            area: 0.0,
            since: 0.0,
        };
        let mut tie = Tie::default();
        for (word, kept) in marks.iter().enumerate() {
            let (within, closed) = (before(word, end), self.closed.word(word));
            let (mut early, mut late) = (kept & within, kept & !within);
            let tied = early & self.tied.word(word);
            while early != 0 {
                let bit = early.trailing_zeros();
                early &= early - 1;
                let place = word * 64 + bit as usize;
                let (time, unit) = (self.seconds[place], (self.units[place] as usize).min(unranked));
                let closed = (closed >> bit & 1) as u32;
                if tied >> bit & 1 == 1 {
                    if tie.time.to_bits() != time.to_bits() {
                        tie.tell(&mut city, tallies);
                        tie.time = time;
                    }
                    tie.units.push(unit);
                    tie.closed += closed;
                    continue;
                }
                tie.tell(&mut city, tallies);
                city.pass(time, 1.0, f64::from(closed));
                let tally = &mut tallies[unit];
                tally.expected += city.hazard;
                tally.early += 1;
                tally.observed += closed;
            }
            while late != 0 {
                let place = word * 64 + late.trailing_zeros() as usize;
                late &= late - 1;
                tallies[(self.units[place] as usize).min(unranked)].late += 1;
            }
        }
        tie.tell(&mut city, tallies);
        city
    }
}

/// What units have of all strata so far.
pub(super) struct Sums {
    /// The last one is for whoever is not ranked.
    units: Vec<Expectation>,
    tallies: Vec<Tally>,
}

impl Sums {
    pub(super) fn of(units: usize) -> Self {
        Self {
            units: vec![Expectation::default(); units + 1],
            tallies: Vec::new(),
        }
    }

    /// Adds the marked cases of a stratum, so many.
    pub(super) fn add(&mut self, stratum: &Stratum, marks: &[u64], cases: usize, tau: f64) {
        self.tallies.clear();
        self.tallies.resize(self.units.len(), Tally::default());
        let city = stratum.sweep(marks, cases, tau, &mut self.tallies);
        let restricted_mean = city.area + city.survival * (tau - city.since);
        for (sum, tally) in self.units.iter_mut().zip(&self.tallies) {
            let cases = u64::from(tally.early) + u64::from(tally.late);
            sum.cases += cases;
            sum.observed += u64::from(tally.observed);
            sum.expected += tally.expected + city.hazard * f64::from(tally.late);
            sum.waiting += restricted_mean * float(cases);
        }
    }

    pub(super) fn finish(self) -> Adjustment {
        Adjustment::of(self.units)
    }
}

/// What a unit has of a stratum.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    expected: f64,
    /// Cases that took up to the horizon, and longer.
    early: u32,
    late: u32,
    observed: u32,
}

/// Units of the cases of one time, and how many of them are closed.
#[derive(Default)]
struct Tie {
    time: f64,
    units: Vec<usize>,
    closed: u32,
}

impl Tie {
    fn tell(&mut self, city: &mut City, tallies: &mut [Tally]) {
        if self.units.is_empty() {
            return;
        }
        city.pass(self.time, float(whole(self.units.len())), f64::from(self.closed));
        // The closed ones come first.
        for (position, unit) in (0..).zip(&self.units) {
            let tally = &mut tallies[*unit];
            tally.expected += city.hazard;
            tally.early += 1;
            tally.observed += u32::from(position < self.closed);
        }
        self.units.clear();
        self.closed = 0;
    }
}

/// What all units together do with the cases of a stratum, so far.
struct City {
    at_risk: f64,
    hazard: f64,
    survival: f64,
    area: f64,
    since: f64,
}

impl City {
    fn pass(&mut self, time: f64, cases: f64, closed: f64) {
        let share = closed / self.at_risk;
        self.area += self.survival * (time - self.since);
        self.since = time;
        self.hazard += share;
        self.survival *= 1.0 - share;
        self.at_risk -= cases;
    }
}

fn whole(cases: usize) -> u64 {
    u64::try_from(cases).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn float(cases: u64) -> f64 {
    cases as f64
}

#[cfg(test)]
#[path = "strata_tests.rs"]
mod tests;
