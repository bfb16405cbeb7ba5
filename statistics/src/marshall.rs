//! Rates shrunk to the common one: a unit's complaints per resident are pulled to the city's by as much as few residents leave to
//! chance.
//!
//! In: (count, exposure) per unit, exposure in any positive unit, such as residents × days. Out: the empirical-Bayes rates. Global,
//! not towards neighbours, by moments (Marshall 1991), as spdep's `EBest`. For shares of cases use [`super::arcsine`] with
//! [`super::shrink`], for times [`super::shrink`] alone.

use super::exact::float;

/// The units' rates after shrinkage.
#[derive(Clone, Debug, PartialEq)]
pub struct ShrunkenRates {
    /// Common rate: all counts by all exposure.
    pub mean: f64,
    /// Variance of the true rates between units, never below 0.
    pub between: f64,
    /// The units' rates, in the order given.
    pub rates: Vec<f64>,
}

/// Shrinks every unit's count / exposure: mean + between / (between + mean / exposure) × (rate − mean). Where the rates differ by no
/// more than chance, `between` is 0 and all get the mean. None if there are no units, or an exposure is not positive and finite.
#[must_use]
pub fn shrink_rates(units: &[(u64, f64)]) -> Option<ShrunkenRates> {
    if units.is_empty() || !units.iter().all(|(_, exposure)| exposure.is_finite() && *exposure > 0.0) {
        return None;
    }
    let exposures: f64 = units.iter().map(|(_, exposure)| exposure).sum();
    let mean = units.iter().map(|(count, _)| float(*count)).sum::<f64>() / exposures;
    let spread = |&(count, exposure): &(u64, f64)| exposure * (float(count) / exposure - mean).powi(2);
    let spread = units.iter().map(spread).sum::<f64>() / exposures;
    #[expect(clippy::cast_precision_loss, reason = "there are a few hundred units")]
    let usual_exposure = exposures / units.len() as f64;
    let between = (spread - mean / usual_exposure).max(0.0);
    let rate = |&(count, exposure): &(u64, f64)| {
        let within = mean / exposure;
        if between > 0.0 {
            mean + between / (between + within) * (float(count) / exposure - mean)
        } else {
            mean
        }
    };
    Some(ShrunkenRates {
        mean,
        between,
        rates: units.iter().map(rate).collect(),
    })
}

#[cfg(test)]
#[path = "marshall_tests.rs"]
mod tests;
