//! How sure it is that a unit is among the slowest tenth: the question behind "who are the worst three?", asked directly.
//!
//! A shrunken value alone does not answer it. Of two units as far beyond the border the one that is known better is the surer one, and
//! a large unit may well be surer than a small one whose value is a little greater. So the border is found above which as many units
//! are expected to lie as the slowest tenth holds, and each unit is told the probability that it lies above it: P*(γ) of Lin, Louis,
//! Paddock & Ridgeway (2006), Bayesian Analysis 1(4), with normal values. The bench `ranks` holds what it picks against what the
//! shrunken value picks, and against a judge who knows the law that the simulated city follows.

use super::normal::upper_tail;

/// Standard errors beyond the outermost value at which no unit can lie any more.
const FAR: f64 = 40.0;
/// Halvings after which two doubles have met.
const HALVINGS: usize = 200;

/// Probability of each unit, given as its shrunken value and standard error, to be among the slowest tenth: the greatest tenth of the
/// true values, rounded up. The probabilities sum to as many units as that is. None for fewer than two units, of which no tenth can
/// be told, and unless all values are finite and all standard errors finite and positive.
#[must_use]
pub fn in_slowest_tenth(units: &[(f64, f64)]) -> Option<Vec<f64>> {
    let sound = |(value, error): &(f64, f64)| value.is_finite() && error.is_finite() && *error > 0.0;
    if units.len() < 2 || !units.iter().all(sound) {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "there are a few hundred units")]
    let wanted = units.len().div_ceil(10) as f64;
    let above = |border: f64| units.iter().map(move |(value, error)| upper_tail((border - value) / error));
    let outermost = |sign: f64| {
        units
            .iter()
            .map(move |(value, error)| sign * value + FAR * error)
            .fold(f64::NEG_INFINITY, f64::max)
    };
    let (mut low, mut high) = (-outermost(-1.0), outermost(1.0));
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if above(middle).sum::<f64>() > wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(above(high).collect())
}

#[cfg(test)]
mod tests {
    use super::in_slowest_tenth;
    use crate::ranking_table::{assert_close, numbers, rows};

    #[test]
    fn probabilities_equal_those_of_scipy() {
        for case in rows("slowest_tenth") {
            let units: Vec<(f64, f64)> = numbers(&case["values"]).into_iter().zip(numbers(&case["errors"])).collect();
            let given = in_slowest_tenth(&units).unwrap();
            for (given, expected) in given.iter().zip(numbers(&case["probabilities"])) {
                assert_close(*given, expected, 1e-9, &case["name"].to_string());
            }
        }
    }

    #[test]
    fn they_sum_to_a_tenth_of_the_units_rounded_up() {
        for (units, tenth) in [(2_u32, 1.0), (10, 1.0), (11, 2.0), (267, 27.0)] {
            let units: Vec<(f64, f64)> = (0..units)
                .map(|unit| (f64::from(unit * 37 % 101), 1.0 + f64::from(unit % 7)))
                .collect();
            assert_close(in_slowest_tenth(&units).unwrap().iter().sum(), tenth, 1e-9, "sum");
        }
    }

    #[test]
    fn of_two_units_the_border_lies_equally_many_errors_from_both() {
        // (4 - 10) / (1 + 2) = -2 errors: 2.275 % of the normal curve lie beyond.
        let sure = in_slowest_tenth(&[(4.0, 1.0), (10.0, 2.0)]).unwrap();
        assert_close(sure[0], 0.022_750_131_948_179_2, 1e-9, "the quick one");
        assert_close(sure[1], 0.977_249_868_051_820_8, 1e-9, "the slow one");
    }

    #[test]
    fn units_that_are_alike_are_equally_likely() {
        for probability in in_slowest_tenth(&[(30.0, 2.0); 20]).unwrap() {
            assert_close(probability, 0.1, 1e-12, "two of twenty");
        }
    }

    #[test]
    fn of_two_units_as_far_beyond_the_border_the_better_known_is_surer() {
        let mut units: Vec<(f64, f64)> = (0..40).map(|unit| (20.0 + 0.1 * f64::from(unit), 2.0)).collect();
        units.extend([(30.0, 1.0), (30.0, 4.0)]);
        let sure = in_slowest_tenth(&units).unwrap();
        assert!(sure[40] > sure[41] && sure[41] > sure[39], "{:?}", &sure[39..]);
    }

    #[test]
    fn what_has_no_tenth_is_refused() {
        assert_eq!(in_slowest_tenth(&[]), None);
        assert_eq!(in_slowest_tenth(&[(1.0, 1.0)]), None);
        assert_eq!(in_slowest_tenth(&[(1.0, 1.0), (2.0, 0.0)]), None);
        assert_eq!(in_slowest_tenth(&[(1.0, 1.0), (f64::NAN, 1.0)]), None);
    }
}
