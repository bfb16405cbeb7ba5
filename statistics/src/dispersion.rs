//! How much counts burst: the size of a negative binomial from what was counted, by moments and by maximum likelihood.
//!
//! A small size is a strong burst; an infinite one is none, and means Poisson. Both estimates say infinite where counts vary no more
//! than Poisson ones, and stay within [`SIZE_RANGE`] otherwise: from few counts an estimate of either kind is a guess, so pool cells
//! of one kind before asking.

/// Sizes are not told apart beyond these: below, hardly anything but zeros is expected; above, it is Poisson.
pub const SIZE_RANGE: (f64, f64) = (1e-3, 1e6);

/// Steps of Newton's method, or of the bisection that guards it, at most: enough to halve the range down to the last digit.
const MOST_STEPS: u32 = 200;
/// Terms of a rising sum that are added one by one.
const SUMMED: u64 = 64;

/// mean² / (variance − mean), the variance with divisor n − 1; infinite where the variance is not above the mean. None for fewer than
/// two counts, or if all are 0.
#[must_use]
pub fn size_by_moments(counts: &[u64]) -> Option<f64> {
    if counts.len() < 2 || counts.iter().all(|&count| count == 0) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^52 counts")]
    let n = counts.len() as f64;
    let mean = counts.iter().map(|&count| number(count)).sum::<f64>() / n;
    let squares: f64 = counts.iter().map(|&count| (number(count) - mean).powi(2)).sum();
    let excess = squares / (n - 1.0) - mean;
    Some(if excess > 0.0 {
        (mean * mean / excess).clamp(SIZE_RANGE.0, SIZE_RANGE.1)
    } else {
        f64::INFINITY
    })
}

/// The size that makes the counts likeliest, each with its own known mean: the root of the likelihood's slope, by Newton's method on
/// ln size within a bracket that halves where Newton leaves it. Infinite where the likelihood still rises at the end of the range. None
/// if there are no counts, not as many means, or a mean is not above 0 and finite. Cost: some ten to forty looks at every count.
#[must_use]
pub fn size_by_likelihood(counts: &[u64], means: &[f64]) -> Option<f64> {
    let sound = |mean: &f64| mean.is_finite() && *mean > 0.0;
    if counts.is_empty() || counts.len() != means.len() || !means.iter().all(sound) {
        return None;
    }
    if slope(counts, means, SIZE_RANGE.1).0 >= 0.0 {
        return Some(f64::INFINITY);
    }
    if slope(counts, means, SIZE_RANGE.0).0 <= 0.0 {
        return Some(SIZE_RANGE.0);
    }
    // The slope is positive at `low` and negative at `high`.
    let (mut low, mut high) = (SIZE_RANGE.0.ln(), SIZE_RANGE.1.ln());
    let mut at = 0.0_f64;
    for _ in 0..MOST_STEPS {
        let size = at.exp();
        let (value, change) = slope(counts, means, size);
        if value > 0.0 {
            low = at;
        } else {
            high = at;
        }
        let newton = at - value / (change * size);
        let next = if newton >= low && newton <= high {
            newton
        } else {
            low.midpoint(high)
        };
        let moved = (next - at).abs();
        at = next;
        if moved < 1e-13 {
            break;
        }
    }
    Some(at.exp())
}

/// First and second derivative of the log likelihood in the size.
fn slope(counts: &[u64], means: &[f64], size: f64) -> (f64, f64) {
    let (mut first, mut second) = (0.0, 0.0);
    for (&count, &mean) in counts.iter().zip(means) {
        let (sum, squares) = rising(count, size);
        let off = (mean - number(count)) / (mean + size);
        first += sum - (mean / size).ln_1p() + off;
        second += mean / (size * (mean + size)) - squares - off / (mean + size);
    }
    (first, second)
}

/// (Σ 1 / (size + j), Σ 1 / (size + j)²) for j from 0 to count − 1: what digamma and trigamma rise by. Past the first terms by the
/// asymptotic series of both, whose next terms are below 1e-13 there.
fn rising(count: u64, size: f64) -> (f64, f64) {
    let (mut sum, mut squares) = (0.0, 0.0);
    for j in 0..count.min(SUMMED) {
        let reciprocal = 1.0 / (size + number(j));
        sum += reciprocal;
        squares += reciprocal * reciprocal;
    }
    if count > SUMMED {
        let (from, to) = (size + number(SUMMED), size + number(count));
        let series = |x: f64| {
            let r = 1.0 / x;
            let digamma = -r * (0.5 + r * (1.0 / 12.0 - r * r / 120.0));
            let trigamma = r * (1.0 + r * (0.5 + r * (1.0 / 6.0 - r * r / 30.0)));
            (digamma, trigamma)
        };
        sum += (number(count - SUMMED) / from).ln_1p() + series(to).0 - series(from).0;
        squares += series(from).1 - series(to).1;
    }
    (sum, squares)
}

#[expect(clippy::cast_precision_loss, reason = "counts of reports stay far below 2^52")]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::{SIZE_RANGE, rising, size_by_likelihood, size_by_moments};
    use crate::hotspot_table::{assert_close, cases, counts, numbers};

    #[test]
    fn every_size_equals_mass_and_the_formula() {
        for case in cases("sizes") {
            let name = case["name"].as_str().unwrap();
            let observed = counts(&case["counts"]);
            let likeliest = size_by_likelihood(&observed, &numbers(&case["means"])).unwrap();
            assert_close(likeliest, case["likelihood"].as_f64().unwrap(), name);
            if let Some(moments) = case["moments"].as_f64() {
                assert_close(size_by_moments(&observed).unwrap(), moments, name);
            }
        }
    }

    #[test]
    fn counts_that_vary_less_than_poisson_have_no_burst() {
        let even = [3, 4, 3, 4, 3, 4];
        assert_eq!(size_by_moments(&even), Some(f64::INFINITY));
        assert_eq!(size_by_likelihood(&even, &[3.5; 6]), Some(f64::INFINITY));
    }

    #[test]
    fn one_huge_count_among_zeros_stays_within_the_range() {
        let mut observed = vec![0; 100_000];
        observed[7] = 1_000_000;
        let size = size_by_moments(&observed).unwrap();
        assert!((size - SIZE_RANGE.0).abs() < f64::EPSILON, "{size}");
        let size = size_by_likelihood(&observed, &vec![10.0; 100_000]).unwrap();
        assert!((size - SIZE_RANGE.0).abs() < f64::EPSILON, "{size}");
    }

    #[test]
    fn a_long_rising_sum_is_the_one_added_term_by_term() {
        for size in [0.001, 1.5, 80.0, 1e6] {
            let (mut sum, mut squares) = (0.0, 0.0);
            for j in 0..5_000 {
                let reciprocal = 1.0 / (size + f64::from(j));
                sum += reciprocal;
                squares += reciprocal * reciprocal;
            }
            let given = rising(5_000, size);
            assert!(
                (given.0 / sum - 1.0).abs() < 1e-12 && (given.1 / squares - 1.0).abs() < 1e-12,
                "{size}"
            );
        }
    }

    #[test]
    fn what_cannot_be_fitted_is_refused() {
        assert_eq!(size_by_moments(&[0, 0]), None);
        assert_eq!(size_by_moments(&[5]), None);
        assert_eq!(size_by_likelihood(&[], &[]), None);
        assert_eq!(size_by_likelihood(&[1, 2], &[1.0]), None);
        assert_eq!(size_by_likelihood(&[1], &[0.0]), None);
    }
}
