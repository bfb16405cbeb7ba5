//! Gumbel's law of the largest, fitted to Monte Carlo maxima: a p below what the number of replicas can show, and how often by chance
//! alone something as extreme turns up.
//!
//! P(X ≥ x) = 1 − exp(−e^−(x − location) / scale). The rank among 999 maxima never says less than 0.001; the fitted law does
//! (Abrams, Kulldorff & Kleinman 2010), and is as good there as the maxima are Gumbel's.

use std::f64::consts::PI;

/// Euler and Mascheroni's constant: the mean of the standard law.
const EULER: f64 = 0.577_215_664_901_532_9;
/// Steps of Newton's method, or of the bisection that guards it, at most.
const MOST_STEPS: u32 = 200;

/// The law.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gumbel {
    /// Where the density is highest.
    pub location: f64,
    /// Standard deviation times √6 / π; above 0.
    pub scale: f64,
}

impl Gumbel {
    /// Matches mean and standard deviation (divisor n − 1). None for fewer than two maxima, or if they are all equal, or not finite.
    #[must_use]
    pub fn by_moments(maxima: &[f64]) -> Option<Self> {
        let (mean, _) = sound(maxima)?;
        let squares: f64 = maxima.iter().map(|maximum| (maximum - mean).powi(2)).sum();
        let scale = (squares / (number(maxima.len()) - 1.0)).sqrt() * 6.0_f64.sqrt() / PI;
        Some(Self {
            location: mean - EULER * scale,
            scale,
        })
    }

    /// Maximum likelihood: the scale is the root of mean − Σ x w / Σ w − scale with w = e^(−x / scale), which falls everywhere, so that
    /// Newton's method within a halving bracket finds it. None as for [`Gumbel::by_moments`].
    #[must_use]
    pub fn by_likelihood(maxima: &[f64]) -> Option<Self> {
        let (mean, least) = sound(maxima)?;
        // The root lies between 0 and the mean's distance to the least.
        let (mut low, mut high) = (f64::MIN_POSITIVE, mean - least);
        let mut scale = Self::by_moments(maxima)?.scale.min(high);
        for _ in 0..MOST_STEPS {
            let (middle, variance, _) = weighted(maxima, least, scale);
            let value = mean - middle - scale;
            if value > 0.0 {
                low = scale;
            } else {
                high = scale;
            }
            let newton = scale + value / (1.0 + variance / (scale * scale));
            let next = if newton >= low && newton <= high {
                newton
            } else {
                low.midpoint(high)
            };
            let moved = (next - scale).abs();
            scale = next;
            if moved <= 1e-14 * scale {
                break;
            }
        }
        let (.., mean_weight) = weighted(maxima, least, scale);
        let location = least - scale * mean_weight.ln();
        (scale > 0.0 && location.is_finite()).then_some(Self { location, scale })
    }

    /// P(X ≥ x), exact where it is tiny.
    #[must_use]
    pub fn upper_tail(self, x: f64) -> f64 {
        -(-(-(x - self.location) / self.scale).exp()).exp_m1()
    }

    /// The x with P(X ≥ x) = `p`; infinite at 0, negative infinite at 1, and no number beyond.
    #[must_use]
    pub fn reached_with(self, p: f64) -> f64 {
        self.location - self.scale * (-(-p).ln_1p()).ln()
    }
}

/// Days between two findings as extreme by chance alone, where one search is made every `interval_days`: interval / p. Infinite at
/// p = 0.
#[must_use]
pub fn recurrence_days(p: f64, interval_days: f64) -> f64 {
    interval_days / p
}

/// Mean and least of maxima that differ.
fn sound(maxima: &[f64]) -> Option<(f64, f64)> {
    let least = maxima.iter().copied().fold(f64::INFINITY, f64::min);
    let differ = maxima.iter().any(|&maximum| maximum > least);
    let finite = maxima.iter().all(|maximum| maximum.is_finite());
    let mean = maxima.iter().sum::<f64>() / number(maxima.len());
    (differ && finite && mean > least).then_some((mean, least))
}

/// (weighted mean, weighted variance, mean weight) with weights e^(−(x − least) / scale), which do not overflow.
fn weighted(maxima: &[f64], least: f64, scale: f64) -> (f64, f64, f64) {
    let (mut weights, mut firsts, mut seconds) = (0.0, 0.0, 0.0);
    for maximum in maxima {
        let off = maximum - least;
        let weight = (-off / scale).exp();
        weights += weight;
        firsts += weight * off;
        seconds += weight * off * off;
    }
    let mean = firsts / weights;
    (least + mean, seconds / weights - mean * mean, weights / number(maxima.len()))
}

#[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^52 replicas")]
fn number(replicas: usize) -> f64 {
    replicas as f64
}

#[cfg(test)]
mod tests {
    use super::{Gumbel, recurrence_days};
    use crate::hotspot_table::{assert_close, cases, numbers};

    #[test]
    fn both_fits_and_the_tail_equal_scipy() {
        for case in cases("gumbel") {
            let name = case["name"].as_str().unwrap();
            let maxima = numbers(&case["maxima"]);
            let likeliest = Gumbel::by_likelihood(&maxima).unwrap();
            let moments = Gumbel::by_moments(&maxima).unwrap();
            for (given, column) in [
                (likeliest.location, "location"),
                (likeliest.scale, "scale"),
                (moments.location, "moments_location"),
                (moments.scale, "moments_scale"),
            ] {
                assert_close(given, case[column].as_f64().unwrap(), &format!("{name} {column}"));
            }
            for (x, ln_tail) in numbers(&case["asked"]).into_iter().zip(numbers(&case["ln_tail"])) {
                assert_close(likeliest.upper_tail(x).ln(), ln_tail, name);
                if ln_tail < -0.5 {
                    assert_close(likeliest.reached_with(ln_tail.exp()), x, name);
                }
            }
        }
    }

    #[test]
    fn a_tail_far_beyond_the_last_replica_is_tiny_and_not_nothing() {
        let law = Gumbel { location: 6.0, scale: 1.2 };
        let p = law.upper_tail(66.0);
        assert!((p.ln() + 50.0).abs() < 1e-9, "{p}");
        assert!((law.upper_tail(f64::NEG_INFINITY) - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_search_a_day_finds_p_of_a_thousandth_once_in_a_thousand_days() {
        assert!((recurrence_days(0.001, 1.0) - 1_000.0).abs() < 1e-9);
        assert!((recurrence_days(0.001, 0.25) - 250.0).abs() < 1e-9);
        assert!(recurrence_days(0.0, 1.0).is_infinite());
    }

    #[test]
    fn maxima_that_do_not_differ_have_no_law() {
        for maxima in [
            vec![],
            vec![1.0],
            vec![2.0, 2.0, 2.0],
            vec![1.0, f64::NAN],
            vec![1.0, f64::INFINITY],
        ] {
            assert_eq!(Gumbel::by_likelihood(&maxima), None);
            assert_eq!(Gumbel::by_moments(&maxima), None);
        }
    }
}
