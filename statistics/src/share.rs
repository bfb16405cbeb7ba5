//! Shares that can be shrunk and ranked: on the scale of the arcsine of their root a share's standard error depends on the number of
//! cases alone, 1 / (2 √n), not on the share; a unit with all of its three cases done is not certain (Freeman & Tukey 1950; Efron &
//! Morris 1975 shrank batting averages so).

use super::Estimate;
use super::exact::float;

/// `part` of `whole` as an [`Estimate`] from 0 (none) to π/2 (all), ready for [`super::shrink`] and [`super::rank_intervals`]. None
/// unless `part` ≤ `whole` > 0.
#[must_use]
pub fn arcsine(part: u64, whole: u64) -> Option<Estimate> {
    (part <= whole && whole > 0).then(|| Estimate {
        value: (float(part) / float(whole)).sqrt().asin(),
        standard_error: 0.5 / float(whole).sqrt(),
    })
}

/// The share that a value of [`arcsine`] stands for; values beyond its ends count as the ends.
#[must_use]
pub fn share_of(arcsine: f64) -> f64 {
    arcsine.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2)
}

#[cfg(test)]
#[path = "share_tests.rs"]
mod tests;
