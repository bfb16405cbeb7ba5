//! Exact intervals: of a count (Poisson) and of a share (Clopper-Pearson), and the binomial distribution behind them.
//!
//! The gamma functions are those of statrs. Its regularised beta function, on which its binomial distribution and its inverse stand,
//! is not used: it stops after 140 terms of the continued fraction, which is within 1e-9 of scipy up to 100,000 cases, but 5e-6 off
//! at 300,000 and 1e-3 at a million. The one here takes as many terms as it needs and is within 1e-9 up to a million cases and 1e-8
//! up to five million; what is left is the rounding of ln Γ, and moves no interval by 1e-9.
//!
//! A quantile is found by Halley's method, three or four looks at the distribution; halving, some fifty looks, gives the same to 1e-12
//! and is the net below it.

use statrs::function::gamma::{checked_gamma_lr, ln_gamma};

use super::normal::critical;

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
    let low = if part == 0 {
        0.0
    } else {
        Beta::new(done, left + 1.0).quantile(tail)
    };
    let high = if part == whole {
        1.0
    } else {
        Beta::new(done + 1.0, left).quantile(1.0 - tail)
    };
    Some((low, high))
}

/// Probability of at most `count` of `n` where each is one with probability `share`, which must lie from 0 to 1.
pub(super) fn binomial_cdf(count: u64, n: u64, share: f64) -> f64 {
    if count >= n {
        return 1.0;
    }
    Beta::new(float(n - count), float(count) + 1.0).reached(1.0 - share)
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
    let scale = ln_gamma(shape);
    let look = |x: f64| Look {
        reached: checked_gamma_lr(shape, x).unwrap_or(0.0),
        density: ((shape - 1.0) * x.ln() - x - scale).exp(),
        bend: (shape - 1.0) / x - 1.0,
        width: shape.sqrt().min(x),
    };
    let mut high = shape + 1.0;
    while look(high).reached < p {
        high *= 2.0;
    }
    // After Wilson and Hilferty the cube root is nearly normal.
    let root = 1.0 - 1.0 / (9.0 * shape) - critical(p) / (3.0 * shape.sqrt());
    crossing(0.0, high, shape * root.powi(3), p, look)
}

/// A distribution at one point.
struct Look {
    reached: f64,
    density: f64,
    /// Slope of the density by the density.
    bend: f64,
    /// Over so much the density is about the same.
    width: f64,
}

/// A step so small, by the width, is the last one needed: what it leaves is its cube.
const LAST_STEP: f64 = 1e-6;

/// Where a distribution that has not reached `p` at `low`, and has at `high`, reaches it. `start` is a guess.
fn crossing(mut low: f64, mut high: f64, start: f64, p: f64, look: impl Fn(f64) -> Look) -> f64 {
    let mut next = start;
    loop {
        let x = if next > low && next < high {
            next
        } else {
            low + (high - low) / 2.0
        };
        if x <= low || x >= high {
            return high;
        }
        let at = look(x);
        let newton = (p - at.reached) / at.density;
        let step = newton / (1.0 + newton * at.bend / 2.0).max(0.5);
        if step.abs() <= LAST_STEP * at.width {
            return (x + step).clamp(low, high);
        }
        if at.reached < p {
            low = x;
        } else {
            high = x;
        }
        next = x + step;
    }
}

/// The beta distribution of positive `a` and `b`.
struct Beta {
    a: f64,
    b: f64,
    scale: f64,
}

impl Beta {
    fn new(a: f64, b: f64) -> Self {
        Self {
            a,
            b,
            scale: ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b),
        }
    }

    /// The density at `x`, times x (1 − x).
    fn scaled_density(&self, x: f64) -> f64 {
        (self.scale + self.a * x.ln() + self.b * (-x).ln_1p()).exp()
    }

    /// The regularised incomplete beta function at `x`, by the continued fraction (Abramowitz & Stegun 26.5.8) on the side where it
    /// converges fast.
    fn reached(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        if x >= 1.0 {
            return 1.0;
        }
        let (a, b, scale) = (self.a, self.b, self.scaled_density(x));
        if x < (a + 1.0) / (a + b + 2.0) {
            scale * continued_fraction(a, b, x) / a
        } else {
            1.0 - scale * continued_fraction(b, a, 1.0 - x) / b
        }
    }

    fn quantile(&self, p: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        let mean = a / (a + b);
        let deviation = (mean * (1.0 - mean) / (a + b + 1.0)).sqrt();
        let look = |x: f64| Look {
            reached: self.reached(x),
            density: self.scaled_density(x) / (x * (1.0 - x)),
            bend: (a - 1.0) / x - (b - 1.0) / (1.0 - x),
            width: deviation.min(x).min(1.0 - x),
        };
        crossing(0.0, 1.0, mean - critical(p) * deviation, p, look)
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
