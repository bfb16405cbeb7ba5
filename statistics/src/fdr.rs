//! Benjamini-Hochberg: of many cells tested at once, those that may be called out with at most a wanted share of false ones.
//!
//! The adjusted p of the test with rank r among n is the least of p n / r over its own and all larger p, at most 1 (Benjamini &
//! Hochberg 1995). It holds for independent tests and for such as lean together, as neighbouring cells do.

/// Adjusted p of every test, in the order given; equal p get equal adjusted ones. What is no probability (NaN, below 0, above 1) is
/// NaN in the answer and counts for no test. Cost: one sort.
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&test| (0.0..=1.0).contains(&p[test])).collect();
    order.sort_by(|&left, &right| p[left].total_cmp(&p[right]));
    let n = number(order.len());
    let mut adjusted = vec![f64::NAN; p.len()];
    let mut least = 1.0_f64;
    for (below, &test) in order.iter().enumerate().rev() {
        least = least.min(p[test] * n / number(below + 1));
        adjusted[test] = least;
    }
    adjusted
}

/// Which tests to call out so that at most a share `level` of those called is false: adjusted p ≤ `level`. Never one that is NaN.
#[must_use]
pub fn discoveries(p: &[f64], level: f64) -> Vec<bool> {
    benjamini_hochberg(p).into_iter().map(|adjusted| adjusted <= level).collect()
}

#[expect(clippy::cast_precision_loss, reason = "there are far fewer than 2^52 tests")]
fn number(tests: usize) -> f64 {
    tests as f64
}

#[cfg(test)]
mod tests {
    use super::{benjamini_hochberg, discoveries};
    use crate::hotspot_table::{assert_close, cases, flags, numbers};

    #[test]
    fn every_adjusted_p_equals_statsmodels() {
        for case in cases("fdr") {
            let name = case["name"].as_str().unwrap();
            let p = numbers(&case["p"]);
            for (given, expected) in benjamini_hochberg(&p).into_iter().zip(numbers(&case["adjusted"])) {
                assert_close(given, expected, name);
            }
            assert_eq!(discoveries(&p, 0.05), flags(&case["rejected"]), "{name}");
        }
    }

    #[test]
    fn what_is_no_probability_changes_nothing_for_the_others() {
        let with = benjamini_hochberg(&[0.01, f64::NAN, 0.04, -0.1, 1.5]);
        assert!((with[0] - 0.02).abs() < 1e-12 && (with[2] - 0.04).abs() < 1e-12);
        assert!(with[1].is_nan() && with[3].is_nan() && with[4].is_nan());
        assert_eq!(discoveries(&[f64::NAN, 0.01], 0.05), [false, true]);
        assert!(benjamini_hochberg(&[]).is_empty());
    }

    #[test]
    fn more_tests_make_the_same_p_less_surprising() {
        let mut p = vec![0.004];
        assert_eq!(discoveries(&p, 0.05), [true]);
        p.extend([0.9; 20]);
        assert!(!discoveries(&p, 0.05)[0]);
    }
}
