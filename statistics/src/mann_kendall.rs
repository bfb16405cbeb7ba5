//! Mann-Kendall: whether a series rises or falls overall, whatever its shape, and Sen's slope: by how much a step.
//!
//! S counts the pairs that rise less the pairs that fall; its variance is corrected for ties, z for continuity (Mann 1945, Kendall
//! 1975), and the slope is the median over all pairs (Sen 1968). It takes the steps for independent: a series that remembers itself
//! is called a trend too often.

use super::normal;
use super::quantile;

/// The trend of one series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// Rising pairs less falling pairs.
    pub s: i64,
    /// Variance of S where there is no trend, corrected for ties.
    pub variance: f64,
    /// Kendall's tau a: S over the number of pairs, ties among them; −1 to 1.
    pub tau: f64,
    /// (S ∓ 1) / √variance; 0 where S is 0.
    pub z: f64,
    /// Two-sided, by the normal distribution.
    pub p: f64,
    /// Sen's slope, in values a step.
    pub slope: f64,
}

/// The trend of values in the order of time, all steps equally long. None for fewer than two values, or if one is not finite. Cost:
/// all pairs, n (n − 1) / 2 of them, held and sorted.
#[must_use]
pub fn mann_kendall(values: &[f64]) -> Option<Trend> {
    if values.len() < 2 || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let pairs = values.len() * (values.len() - 1) / 2;
    let mut slopes = Vec::with_capacity(pairs);
    let mut s = 0_i64;
    for (later, &after) in values.iter().enumerate() {
        for (earlier, &before) in values[..later].iter().enumerate() {
            s += i64::from(after > before) - i64::from(after < before);
            slopes.push((after - before) / number(later - earlier));
        }
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let variance = variance(values);
    #[expect(
        clippy::cast_precision_loss,
        reason = "|S| is at most the number of pairs, which were held in memory"
    )]
    let lead = (s - s.signum()) as f64;
    let z = if s == 0 { 0.0 } else { lead / variance.sqrt() };
    #[expect(clippy::cast_precision_loss, reason = "as above")]
    let tau = s as f64 / number(pairs);
    Some(Trend {
        s,
        variance,
        tau,
        z,
        p: normal::two_sided(z),
        slope: quantile(&slopes, 0.5)?,
    })
}

/// n (n − 1)(2n + 5) / 18, less the same for every run of equal values.
fn variance(values: &[f64]) -> f64 {
    let share = |n: usize| {
        let n = number(n);
        n * (n - 1.0) * (2.0 * n + 5.0) / 18.0
    };
    // Adding 0.0 turns -0.0 into 0.0, which is equal to it but sorts apart.
    let mut sorted: Vec<f64> = values.iter().map(|value| value + 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let tied: f64 = sorted
        .chunk_by(|left, right| left.total_cmp(right).is_eq())
        .map(|equal| share(equal.len()))
        .sum();
    share(values.len()) - tied
}

#[expect(clippy::cast_precision_loss, reason = "a series has far fewer than 2^52 steps")]
fn number(steps: usize) -> f64 {
    steps as f64
}

#[cfg(test)]
mod tests {
    use super::mann_kendall;
    use crate::hotspot_table::{assert_close, cases, numbers};

    #[test]
    fn every_series_equals_pymannkendall() {
        for case in cases("mann_kendall") {
            let name = case["name"].as_str().unwrap();
            let trend = mann_kendall(&numbers(&case["values"])).unwrap();
            #[expect(clippy::cast_precision_loss, reason = "a few hundred pairs")]
            let s = trend.s as f64;
            for (given, column) in [
                (s, "s"),
                (trend.variance, "variance"),
                (trend.tau, "tau"),
                (trend.z, "z"),
                (trend.p, "p"),
                (trend.slope, "slope"),
            ] {
                assert_close(given, case[column].as_f64().unwrap(), &format!("{name} {column}"));
            }
        }
    }

    #[test]
    fn a_series_read_backwards_falls_as_much_as_it_rose() {
        let mut values = [1.0, 3.0, 2.0, 4.0, 6.0, 5.0, 7.0, 9.0, 8.0, 10.0];
        let forth = mann_kendall(&values).unwrap();
        values.reverse();
        let back = mann_kendall(&values).unwrap();
        assert_eq!(forth.s, 39);
        assert_eq!(back.s, -39);
        assert!((forth.z + back.z).abs() < 1e-12 && (forth.slope + back.slope).abs() < 1e-12);
    }

    #[test]
    fn zeros_of_either_sign_are_tied() {
        let trend = mann_kendall(&[0.0, -0.0, 0.0]).unwrap();
        assert_eq!(trend.s, 0);
        assert!(trend.variance.abs() < f64::EPSILON && (trend.p - 1.0).abs() < f64::EPSILON);
    }

    #[test]
    fn what_has_no_pairs_has_no_trend() {
        assert_eq!(mann_kendall(&[]), None);
        assert_eq!(mann_kendall(&[1.0]), None);
        assert_eq!(mann_kendall(&[1.0, f64::NAN, 2.0]), None);
    }
}
