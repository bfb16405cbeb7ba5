//! Funnel plot: between which shares a unit of n cases may lie if it is no different from the whole; wide for few cases, narrow
//! for many. What lies within is not ordered (Spiegelhalter 2005, "Funnel plots for comparing institutional performance").

use serde::Serialize;

use super::exact::{binomial_cdf, float, tail};
use super::normal::critical;

/// One unit in so many is cut back at either end before the spread is measured, so that the few which stand out do not hide
/// themselves.
const WINSORISED: usize = 10;

/// Control limits of one unit's share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ControlLimits {
    /// Below it a unit is clearly low.
    pub low: f64,
    /// Above it a unit is clearly high.
    pub high: f64,
}

/// Exact binomial limits around `theta` of a share of `n` cases, `level` of which (0.95, 0.998) lie between them. None
/// unless `n` > 0, 0 ≤ `theta` ≤ 1 and 0 < `level` < 1. Cost: O(log n) sums of some √n terms.
///
/// The limit at probability p is (r − α) / n, with r the first count whose P(R ≤ r) reaches p and α how far past p that is as a share
/// of P(R = r) (Spiegelhalter 2005, A.1.1), not outside 0 to 1.
#[must_use]
pub fn control_limits(n: u64, theta: f64, level: f64) -> Option<ControlLimits> {
    let tail = tail(level)?;
    if n == 0 || !(0.0..=1.0).contains(&theta) {
        return None;
    }
    Some(ControlLimits {
        low: interpolated(n, theta, tail),
        high: interpolated(n, theta, 1.0 - tail),
    })
}

fn interpolated(n: u64, theta: f64, p: f64) -> f64 {
    let cdf = |count: u64| binomial_cdf(count, n, theta);
    // The first count that reaches p: near where the normal distribution with the same skew has it, from there by steps that double, then
    // by halving what is left.
    let guess = guess(n, theta, p);
    let (mut low, mut reached_at) = (None, n);
    let mut reached = 1.0;
    let mut before = 0.0;
    let mut step = 1;
    let mut next = guess;
    loop {
        let here = cdf(next);
        if here >= p {
            (reached_at, reached) = (next, here);
        } else {
            (low, before) = (Some(next), here);
        }
        let first_left = low.map_or(0, |low| low + 1);
        if first_left >= reached_at {
            break;
        }
        let away = if here >= p {
            next.saturating_sub(step)
        } else {
            next.saturating_add(step)
        };
        next = if (low.is_none() && here >= p) || (reached_at == n && here < p) {
            away.clamp(first_left, reached_at - 1)
        } else {
            first_left + (reached_at - first_left) / 2
        };
        step *= 2;
    }
    let past = (reached - p) / (reached - before);
    ((float(reached_at) - past) / float(n)).clamp(0.0, 1.0)
}

/// Where a count at probability p lies, nearly (Cornish & Fisher 1938).
fn guess(n: u64, theta: f64, p: f64) -> u64 {
    let z = -critical(p);
    let around = float(n) * theta + z * (float(n) * theta * (1.0 - theta)).sqrt() + (z * z - 1.0) * (1.0 - 2.0 * theta) / 6.0 - 0.5;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let count = around.ceil() as u64;
    count.min(n)
}

impl ControlLimits {
    /// The limits drawn apart around `theta` by the root of an over-dispersion factor; one of 1 or less leaves them.
    #[must_use]
    pub fn widened(self, theta: f64, factor: f64) -> Self {
        let scale = factor.max(1.0).sqrt();
        Self {
            low: (theta + (self.low - theta) * scale).max(0.0),
            high: (theta + (self.high - theta) * scale).min(1.0),
        }
    }
}

/// By how much the units, (part, whole) each, spread more than chance around `theta`: the mean of the squared z-scores, the lowest
/// and the highest tenth of them (rounded down) set to the next one in. About 1 where the units differ by chance only, and less where
/// they are more alike. None without units, or if one has no cases or more parts than cases, or `theta` is not between 0 and 1.
#[must_use]
pub fn over_dispersion(units: &[(u64, u64)], theta: f64) -> Option<f64> {
    let sound = units.iter().all(|&(part, whole)| part <= whole && whole > 0);
    if units.is_empty() || !sound || theta <= 0.0 || theta >= 1.0 || theta.is_nan() {
        return None;
    }
    let score = |&(part, whole): &(u64, u64)| (float(part) / float(whole) - theta) * (float(whole) / (theta * (1.0 - theta))).sqrt();
    let mut scores: Vec<f64> = units.iter().map(score).collect();
    scores.sort_unstable_by(f64::total_cmp);
    let count = scores.len();
    let cut = count / WINSORISED;
    let (low, high) = (scores[cut], scores[count - 1 - cut]);
    let squares: f64 = scores.iter().map(|score| score.clamp(low, high).powi(2)).sum();
    #[expect(clippy::cast_precision_loss, reason = "there are a few hundred units")]
    let count = count as f64;
    Some(squares / count)
}

#[cfg(test)]
#[path = "funnel_tests.rs"]
mod tests;
