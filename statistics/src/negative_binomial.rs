//! How likely a count is: Poisson where reports come one by one, negative binomial where they come in bursts, with tails that stay
//! exact where they are tiny.
//!
//! A [`CountLaw`] has a mean and a size: variance = mean + mean² / size. An infinite size is Poisson. Taking bursts for Poisson is how
//! false alarms are made: 12 reports where 2.4869 are expected have p = 0.000012 by Poisson and 0.0091 at size 1.5. Single
//! probabilities follow Loader (2000), whose saddle-point form loses no digits. Tails are summed from there; where the size is below
//! the mean, and sums would be long, they come from the continued fraction of the incomplete beta function (DLMF 8.17.22). `statrs`
//! gives the gamma function; its own tails are not used, for they end at 1e-308, and its fraction at 140 terms. The size is estimated
//! in [`super::size_by_likelihood`].

use std::f64::consts::{LN_2, PI};

use statrs::function::gamma::ln_gamma;

/// Means above this are refused: the sums of Poisson tails grow with the root of the mean.
const HIGHEST_MEAN: f64 = 1e9;
/// Sizes above this are Poisson: no count tells them apart.
const HIGHEST_SIZE: f64 = 1e15;
/// Terms of the continued fraction at most; it needs about √mean of them.
const MOST_TERMS: u32 = 200_000;
/// A quantile counts as reached this close to the wanted share, relatively: sums of probabilities are exact to no less.
const REACHED: f64 = 1e-12;

/// The distribution of a count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CountLaw {
    mean: f64,
    size: f64,
}

impl CountLaw {
    /// Poisson. None if the mean is not from 0 to 1e9.
    #[must_use]
    pub fn poisson(mean: f64) -> Option<Self> {
        Self::negative_binomial(mean, f64::INFINITY)
    }

    /// Negative binomial; a `size` above 1e15, and an infinite one, is Poisson. None if the mean is not from 0 to 1e9, or the size not above 0.
    #[must_use]
    pub fn negative_binomial(mean: f64, size: f64) -> Option<Self> {
        let sound = (0.0..=HIGHEST_MEAN).contains(&mean) && size > 0.0;
        let size = if size > HIGHEST_SIZE { f64::INFINITY } else { size };
        sound.then_some(Self { mean, size })
    }

    /// The mean.
    #[must_use]
    pub const fn mean(self) -> f64 {
        self.mean
    }

    /// mean + mean² / size.
    #[must_use]
    pub fn variance(self) -> f64 {
        self.mean + self.mean * self.mean / self.size
    }

    /// ln P(X = k).
    #[must_use]
    pub fn ln_probability(self, k: u64) -> f64 {
        let (mean, size, x) = (self.mean, self.size, number(k));
        if self.mean <= 0.0 {
            return if k == 0 { 0.0 } else { f64::NEG_INFINITY };
        }
        match (k, size.is_infinite()) {
            (0, true) => -mean,
            (0, false) => -size * (mean / size).ln_1p(),
            (_, true) => -stirling_error(x) - deviance(x, mean) - 0.5 * (2.0 * PI * x).ln(),
            (_, false) => {
                // The binomial probability of x failures among x + size trials, times size / (x + size).
                let trials = x + size;
                let share = mean / (mean + size);
                let stirling = stirling_error(trials) - stirling_error(size) - stirling_error(x);
                let deviances = deviance(size, trials * size / (mean + size)) + deviance(x, trials * share);
                stirling - deviances - 0.5 * (2.0 * PI * x * trials / size).ln()
            }
        }
    }

    /// P(X ≥ k).
    #[must_use]
    pub fn upper_tail(self, k: u64) -> f64 {
        self.ln_upper_tail(k).exp()
    }

    /// ln P(X ≥ k): 0 at k = 0; negative infinite only where the mean is 0. Cost: some √mean terms.
    #[must_use]
    pub fn ln_upper_tail(self, k: u64) -> f64 {
        self.ln_tails(k).1
    }

    /// ln P(X ≤ k).
    #[must_use]
    pub fn ln_lower_tail(self, k: u64) -> f64 {
        self.ln_tails(k.saturating_add(1)).0
    }

    /// The smallest k with P(X ≤ k) ≥ `p`, to within 1e-12 of it. None if `p` is not between 0 and 1.
    #[must_use]
    pub fn quantile(self, p: f64) -> Option<u64> {
        if p > 0.5 {
            return self.limit(1.0 - p);
        }
        (p > 0.0).then(|| self.first(|law, k| law.ln_lower_tail(k) >= p.ln() - REACHED))
    }

    /// The smallest k with P(X > k) ≤ `tail`, to within 1e-12 of it: what one more report makes surprising. None if `tail` is not between
    /// 0 and 1. Unlike [`CountLaw::quantile`] of 1 − `tail` it keeps the digits of a tiny tail.
    #[must_use]
    pub fn limit(self, tail: f64) -> Option<u64> {
        let sound = tail > 0.0 && tail < 1.0;
        sound.then(|| self.first(|law, k| law.ln_upper_tail(k.saturating_add(1)) <= tail.ln() + REACHED))
    }

    /// The smallest k that has reached something, which all larger k have reached too.
    fn first(self, reached: impl Fn(Self, u64) -> bool) -> u64 {
        if reached(self, 0) {
            return 0;
        }
        let (mut below, mut above) = (0_u64, 1_u64);
        // Past 2^52 a count is no longer exact as a double; no sound tail lies there.
        while above < 1 << 52 && !reached(self, above) {
            below = above;
            above *= 2;
        }
        while above - below > 1 {
            let middle = below + (above - below) / 2;
            if reached(self, middle) {
                above = middle;
            } else {
                below = middle;
            }
        }
        above
    }

    /// (ln P(X < k), ln P(X ≥ k)): the smaller one is computed, the other is what it leaves.
    fn ln_tails(self, k: u64) -> (f64, f64) {
        if k == 0 {
            return (f64::NEG_INFINITY, 0.0);
        }
        if self.mean <= 0.0 {
            return (0.0, f64::NEG_INFINITY);
        }
        let (mean, size, x) = (self.mean, self.size, number(k));
        let share = mean / (mean + size);
        let summed = size >= mean;
        let above = if summed {
            x > mean
        } else {
            // Where the fraction of P(X ≥ k) converges faster than that of P(X < k).
            share < (x + 1.0) / (x + size + 2.0)
        };
        let smaller = match (summed, above) {
            (true, true) => self.ln_probability(k) + self.rising_sum(x).ln(),
            (true, false) => self.ln_probability(k - 1) + self.falling_sum(x - 1.0).ln(),
            (false, true) => self.ln_probability(k) + beta_fraction(x, size, share).ln(),
            (false, false) => self.ln_probability(k) + (x / size * beta_fraction(size, x, size / (mean + size))).ln(),
        };
        // Rounding may leave a log probability just above 0.
        let smaller = smaller.min(0.0);
        let other = ln_complement(smaller);
        if above { (other, smaller) } else { (smaller, other) }
    }

    /// P(X = x + 1) / P(X = x).
    fn ratio(self, x: f64) -> f64 {
        if self.size.is_infinite() {
            self.mean / (x + 1.0)
        } else {
            (x + self.size) / (x + 1.0) * (self.mean / (self.mean + self.size))
        }
    }

    /// P(X ≥ x) / P(X = x), for x above the mean.
    fn rising_sum(self, x: f64) -> f64 {
        let (mut sum, mut term, mut count) = (1.0, 1.0, x);
        while term > f64::EPSILON * 0.1 * sum {
            term *= self.ratio(count);
            sum += term;
            count += 1.0;
        }
        sum
    }

    /// P(X ≤ x) / P(X = x), for x not above the mean.
    fn falling_sum(self, x: f64) -> f64 {
        let (mut sum, mut term, mut count) = (1.0, 1.0, x);
        while count > 0.0 && term > f64::EPSILON * 0.1 * sum {
            count -= 1.0;
            term /= self.ratio(count);
            sum += term;
        }
        sum
    }
}

/// ln(1 − p) from ln p.
fn ln_complement(ln_p: f64) -> f64 {
    if ln_p > -LN_2 {
        (-ln_p.exp_m1()).ln()
    } else {
        (-ln_p.exp()).ln_1p()
    }
}

/// The continued fraction of the incomplete beta function: `I_x(a, b) a B(a, b) / (x^a (1 − x)^b)`, for x below (a + 1) / (a + b + 2),
/// by the modified method of Lentz (Thompson & Barnett 1986).
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let away_from_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut numerator = 1.0_f64;
    let mut denominator = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = denominator;
    for step in 1..MOST_TERMS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0_f64;
        for term in [even, odd] {
            denominator = 1.0 / away_from_zero(1.0 + term * denominator);
            numerator = away_from_zero(1.0 + term / numerator);
            change = numerator * denominator;
            fraction *= change;
        }
        if (change - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    fraction
}

/// ln Γ(x + 1) less Stirling's √(2π x) (x / e)^x, for x > 0.
fn stirling_error(x: f64) -> f64 {
    if x < 16.0 {
        return ln_gamma(x + 1.0) - (x + 0.5) * x.ln() + x - 0.5 * (2.0 * PI).ln();
    }
    let square = x * x;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / (1188.0 * square)) / square) / square) / square) / x
}

/// x ln(x / mean) + mean − x, without the loss of digits where x is near the mean; both above 0.
fn deviance(x: f64, mean: f64) -> f64 {
    let ratio = (x - mean) / (x + mean);
    if ratio.abs() >= 0.1 {
        return x * (x / mean).ln() + mean - x;
    }
    // ln(x / mean) = 2 artanh(ratio), whose powers fall by a hundred each.
    let square = ratio * ratio;
    let (mut power, mut sum) = (2.0 * x * ratio, (x - mean) * ratio);
    for odd in [3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0, 17.0, 19.0] {
        power *= square;
        sum += power / odd;
    }
    sum
}

#[expect(clippy::cast_precision_loss, reason = "counts of reports stay far below 2^52")]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::CountLaw;
    use crate::hotspot_table::cases;
    use serde_json::Value;

    fn law(case: &Value) -> CountLaw {
        let size = case["size"].as_f64().unwrap_or(f64::INFINITY);
        CountLaw::negative_binomial(case["mean"].as_f64().unwrap(), size).unwrap()
    }

    #[test]
    fn every_tail_equals_scipy_down_to_e_to_the_minus_five_thousand() {
        for case in cases("tails") {
            let given = law(&case).ln_upper_tail(case["k"].as_u64().unwrap());
            let expected = case["ln_tail"].as_f64().unwrap();
            // Relative to the log where that is large, and to the log itself where the tail is near 1.
            assert!((given - expected).abs() <= 1e-9 * expected.abs().max(1e-6), "{case}: {given}");
        }
    }

    #[test]
    fn every_quantile_equals_scipy() {
        for case in cases("quantiles") {
            let law = law(&case);
            assert_eq!(law.quantile(case["p"].as_f64().unwrap()), case["k"].as_u64(), "{case}");
            assert_eq!(law.limit(case["tail"].as_f64().unwrap()), case["limit"].as_u64(), "{case}");
        }
    }

    #[test]
    fn twelve_where_two_and_a_half_are_expected_is_no_wonder_if_reports_come_in_bursts() {
        let poisson = CountLaw::poisson(2.4869).unwrap().upper_tail(12);
        let bursts = CountLaw::negative_binomial(2.4869, 1.5).unwrap().upper_tail(12);
        assert!((poisson - 1.197_03e-5).abs() < 1e-10, "{poisson}");
        assert!((bursts - 0.009_094_19).abs() < 1e-8, "{bursts}");
    }

    #[test]
    fn probabilities_sum_to_the_tails() {
        for (mean, size) in [(0.4, f64::INFINITY), (31.0, f64::INFINITY), (0.4, 0.2), (31.0, 2.5), (31.0, 1e7)] {
            let law = CountLaw::negative_binomial(mean, size).unwrap();
            let mut sum = 0.0;
            for k in 0..60 {
                assert!((law.upper_tail(k) - (1.0 - sum)).abs() < 1e-12, "{law:?} {k}");
                sum += law.ln_probability(k).exp();
                assert!((law.ln_lower_tail(k).exp() - sum).abs() < 1e-12, "{law:?} {k}");
            }
        }
    }

    #[test]
    fn nothing_expected_makes_anything_impossible() {
        let law = CountLaw::poisson(0.0).unwrap();
        assert!((law.upper_tail(0) - 1.0).abs() < f64::EPSILON && law.upper_tail(1) < f64::MIN_POSITIVE);
        assert_eq!(law.quantile(0.999), Some(0));
    }

    #[test]
    fn what_is_no_law_and_no_share_is_refused() {
        for (mean, size) in [(-1.0, 1.0), (f64::NAN, 1.0), (1e12, 1.0), (1.0, 0.0), (1.0, f64::NAN)] {
            assert_eq!(CountLaw::negative_binomial(mean, size), None);
        }
        let law = CountLaw::poisson(3.0).unwrap();
        for share in [0.0, 1.0, -0.5, f64::NAN] {
            assert_eq!((law.quantile(share), law.limit(share)), (None, None));
        }
    }

    #[test]
    fn a_count_far_beyond_reason_ends_quickly() {
        let law = CountLaw::negative_binomial(1e9, 1e-3).unwrap();
        assert!(law.ln_upper_tail(u64::MAX) <= 0.0);
        assert!(law.limit(1e-300).unwrap() > 1_000_000_000);
    }
}
