//! Case mix: what a unit's numbers would be had the whole city answered its cases. A kelurahan with floods and one with
//! graffiti are not compared with each other, but each with the city on the same kinds of cases.
//!
//! In: cases with a stratum (category × hour band × channel, numbered by the caller), the unit that must answer, and how long they
//! took or have taken. Out, per unit: observed and expected resolutions within `tau`, and the expected restricted mean. This is
//! indirect standardisation: the expectation of a case is its stratum's city-wide cumulative hazard (Nelson-Aalen) up to when it was
//! closed, cut off, or `tau`. The city includes the unit itself: in a stratum that one unit answers alone, that unit meets its
//! expectation exactly.

use super::RestrictedMean;
use super::durations::{decode, encode};
use super::exact::{float, poisson_interval};

/// A bag of cases by stratum.
#[derive(Clone, Debug, Default)]
pub struct CaseMix {
    /// (the case as [`encode`] writes it, its unit) of each stratum, at the place of the stratum's number.
    strata: Vec<Vec<(u64, u32)>>,
}

/// What was observed of some cases, and what the city would have done with them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Expectation {
    /// Cases.
    pub cases: u64,
    /// Resolutions within `tau`.
    pub observed: u64,
    /// Resolutions expected.
    pub expected: f64,
    /// Sum over the cases of their strata's restricted means.
    pub(super) waiting: f64,
}

/// Every unit beside its expectation.
#[derive(Clone, Debug, PartialEq)]
pub struct Adjustment {
    /// The units, by number.
    pub units: Vec<Expectation>,
    /// All cases together, those of no ranked unit included: `expected` equals `observed` here, but for rounding (relatively 1e-9).
    pub city: Expectation,
}

impl CaseMix {
    /// An empty bag.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one case. A negative duration counts as 0; one that is no number is left out.
    pub fn push(&mut self, stratum: u16, unit: u32, duration_s: f64, closed: bool) {
        let Some(code) = encode(duration_s, closed) else {
            return;
        };
        let stratum = usize::from(stratum);
        if self.strata.len() <= stratum {
            self.strata.resize_with(stratum + 1, Vec::new);
        }
        self.strata[stratum].push((code, unit));
    }

    /// Observed and expected of the units 0 to `units` − 1; cases of higher numbers count for the city only. None if `tau` (seconds)
    /// is not a positive finite number. A resolution at `tau` itself is within it. Cost: each stratum is sorted once, O(n log n).
    #[must_use]
    pub fn adjust(&mut self, units: usize, tau: f64) -> Option<Adjustment> {
        if !tau.is_finite() || tau <= 0.0 {
            return None;
        }
        // The last one is for whoever is not ranked.
        let mut sums = vec![Expectation::default(); units + 1];
        for stratum in &mut self.strata {
            sweep(stratum, tau, &mut sums);
        }
        Some(Adjustment::of(sums))
    }
}

/// Walks one stratum by time, raising the hazard at every closing within `tau` and lowering the survival, and tells every case's unit.
fn sweep(stratum: &mut [(u64, u32)], tau: f64, sums: &mut [Expectation]) {
    stratum.sort_unstable();
    let unranked = sums.len() - 1;
    let place = |unit: u32| usize::try_from(unit).map_or(unranked, |unit| unit.min(unranked));
    let mut at_risk = stratum.len();
    let (mut hazard, mut survival, mut area, mut since) = (0.0, 1.0, 0.0, 0.0);
    for tied in stratum.chunk_by(|left, right| left.0 >> 1 == right.0 >> 1) {
        let (time, _) = decode(tied[0].0);
        let within = time <= tau;
        let closed = tied.iter().filter(|case| decode(case.0).1).count();
        if within && closed > 0 {
            area += survival * (time - since);
            since = time;
            hazard += share(closed, at_risk);
            survival *= share(at_risk - closed, at_risk);
        }
        at_risk -= tied.len();
        // The closed ones come first.
        for (position, &(_, unit)) in tied.iter().enumerate() {
            let sum = &mut sums[place(unit)];
            sum.cases += 1;
            sum.observed += u64::from(within && position < closed);
            sum.expected += hazard;
        }
    }
    let restricted_mean = area + survival * (tau - since);
    for &(_, unit) in stratum.iter() {
        sums[place(unit)].waiting += restricted_mean;
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

impl Expectation {
    /// Observed / expected: above 1 = resolved faster than the city resolves such cases. None where nothing was expected.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        (self.expected > 0.0).then(|| float(self.observed) / self.expected)
    }

    /// 95 % interval of the ratio: the exact Poisson interval of the observed over the expected, which is taken as known.
    #[must_use]
    pub fn limits(&self) -> Option<(f64, f64)> {
        let (low, high) = poisson_interval(self.observed, 0.95)?;
        (self.expected > 0.0).then(|| (low / self.expected, high / self.expected))
    }

    /// Restricted mean in seconds that the city would have had with these cases: Σ over the strata of (cases × the stratum's city-wide
    /// restricted mean) / cases. None without cases.
    #[must_use]
    pub fn restricted_mean(&self) -> Option<f64> {
        (self.cases > 0).then(|| self.waiting / float(self.cases))
    }
}

impl Adjustment {
    /// Of the units' sums and, last, that of whoever is not ranked.
    pub(super) fn of(mut sums: Vec<Expectation>) -> Self {
        let mut city = Expectation::default();
        for sum in &sums {
            city.cases += sum.cases;
            city.observed += sum.observed;
            city.expected += sum.expected;
            city.waiting += sum.waiting;
        }
        sums.pop();
        Self { units: sums, city }
    }

    /// A unit's own restricted mean, seconds, as if its mix were the city's: own / expected × the city's. The city's is the mean over
    /// its strata, so that a unit with the city's mix keeps its own; the expectation is taken as known. May lie above `tau` for a
    /// unit slow at quick cases. None for a unit without cases, or whose kinds of cases the city closes at once.
    #[must_use]
    pub fn adjusted(&self, unit: usize, own: RestrictedMean) -> Option<RestrictedMean> {
        let expected = self.units.get(unit)?.restricted_mean()?;
        let factor = self.city.restricted_mean()? / expected;
        (expected > 0.0).then_some(RestrictedMean {
            mean: own.mean * factor,
            standard_error: own.standard_error * factor,
        })
    }
}

#[cfg(test)]
#[path = "mix_tests.rs"]
mod tests;
