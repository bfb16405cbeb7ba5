//! Exact intervals: of a count (Poisson) and of a share (Clopper-Pearson), and the binomial distribution behind them.
//!
//! The gamma functions are those of statrs. Its regularised beta function, on which its binomial distribution and its inverse stand,
//! is not used: it stops after 140 terms of the continued fraction, which is within 1e-9 of scipy up to 100,000 cases, but 5e-6 off
//! at 300,000 and 1e-3 at a million. The one here takes as many terms as it needs and is within 1e-9 up to a million cases and 1e-8
//! up to five million; what is left is the rounding of ln Γ, and moves no interval by 1e-9.

use statrs::function::gamma::{checked_gamma_lr, ln_gamma};

/// A term of the continued fraction that changes it by no more than this is the last one needed.
const SETTLED: f64 = 1e-15;

/// Terms after which the continued fraction is left as it is; at five million cases it needs some 700.
const TERMS: u32 = 20_000;

/// Keeps the fraction's denominators from 0.
const TINY: f64 = 1e-300;

/// Exact interval of a Poisson mean of which `count` were seen. None unless 0 < `level` < 1.
#[must_use]
pub fn poisson_interval(count: u64, level: f64) -> Option<(f64, f64)> {
    let tail = tail(level)?;
    let low = if count == 0 { 0.0 } else { gamma_quantile(float(count), tail) };
    Some((low, gamma_quantile(float(count) + 1.0, 1.0 - tail)))
}

/// Clopper and Pearson's exact interval of a share of which `part` of `whole` were seen. None unless 0 < `level` < 1 and
/// `part` ≤ `whole` > 0.
#[must_use]
pub fn clopper_pearson(part: u64, whole: u64, level: f64) -> Option<(f64, f64)> {
    let tail = tail(level)?;
    if whole == 0 || part > whole {
        return None;
    }
    let (done, left) = (float(part), float(whole - part));
    let beta_quantile = |a: f64, b: f64, p: f64| first_not(0.0, 1.0, |share| regularised_beta(a, b, share) < p);
    let low = if part == 0 { 0.0 } else { beta_quantile(done, left + 1.0, tail) };
    let high = if part == whole {
        1.0
    } else {
        beta_quantile(done + 1.0, left, 1.0 - tail)
    };
    Some((low, high))
}

/// Probability of at most `count` of `n` where each is one with probability `share`, which must lie from 0 to 1.
pub(super) fn binomial_cdf(count: u64, n: u64, share: f64) -> f64 {
    if count >= n {
        return 1.0;
    }
    regularised_beta(float(n - count), float(count) + 1.0, 1.0 - share)
}

/// Share of the distribution on either side of an interval.
pub(super) fn tail(level: f64) -> Option<f64> {
    (level > 0.0 && level < 1.0).then_some((1.0 - level) / 2.0)
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

fn gamma_quantile(shape: f64, p: f64) -> f64 {
    let below = |x: f64| checked_gamma_lr(shape, x).is_ok_and(|reached| reached < p);
    let mut high = shape + 1.0;
    while below(high) {
        high *= 2.0;
    }
    first_not(0.0, high, below)
}

/// Smallest number between `low`, where `below` holds, and `high`, where it does not, at which it does not: by halving, until two
/// neighbouring numbers are left.
fn first_not(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return high;
        }
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// The regularised incomplete beta function of positive `a` and `b` at `x`, by the continued fraction (Abramowitz & Stegun 26.5.8) on
/// the side where it converges fast.
fn regularised_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let scale = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        scale * continued_fraction(a, b, x) / a
    } else {
        1.0 - scale * continued_fraction(b, a, 1.0 - x) / b
    }
}

/// By Lentz's method.
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    let guarded = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut upper = 1.0;
    let mut lower = 1.0 / guarded(1.0 - (a + b) * x / (a + 1.0));
    let mut value = lower;
    for term in 1..=TERMS {
        let m = f64::from(term);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for step in [even, odd] {
            lower = 1.0 / guarded(1.0 + step * lower);
            upper = guarded(1.0 + step / upper);
            change = lower * upper;
            value *= change;
        }
        if (change - 1.0).abs() <= SETTLED {
            break;
        }
    }
    value
}

#[cfg(test)]
#[path = "exact_tests.rs"]
mod tests;
