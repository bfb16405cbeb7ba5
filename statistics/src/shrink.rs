//! Empirical-Bayes shrinkage: a unit's value is pulled to the mean of all units by as much of its spread as is mere chance.
//!
//! value = mean + B (observed − mean), B = between / (between + within), within = SE². The variance between units is estimated
//! once, by moments (`DerSimonian` & Laird 1986). With few cases B is near 0 and the unit says little about itself.

/// What was observed of one unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The observed value.
    pub value: f64,
    /// Its standard error, positive.
    pub standard_error: f64,
}

/// One unit after shrinkage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shrunken {
    /// The pulled value.
    pub value: f64,
    /// Its standard error, the uncertainty of the common mean included.
    pub standard_error: f64,
    /// B: share of the observed difference from the mean that is believed, 0 to 1.
    pub reliability: f64,
}

/// All units after shrinkage.
#[derive(Clone, Debug, PartialEq)]
pub struct Shrinkage {
    /// Common mean, each unit weighted by 1 / (between + within).
    pub mean: f64,
    /// Standard error of the common mean.
    pub mean_standard_error: f64,
    /// Estimated variance between units, never below 0.
    pub between: f64,
    /// The units, in the order given.
    pub units: Vec<Shrunken>,
}

/// Shrinks every unit. With one unit there is nothing to pull it to: it keeps its value (reliability 1). Every standard error must
/// be positive and finite; none at all if there are no units or one breaks this.
#[must_use]
pub fn shrink(estimates: &[Estimate]) -> Option<Shrinkage> {
    let sound = |estimate: &Estimate| estimate.value.is_finite() && estimate.standard_error.is_finite() && estimate.standard_error > 0.0;
    if estimates.is_empty() || !estimates.iter().all(sound) {
        return None;
    }
    if let [only] = estimates {
        return Some(Shrinkage {
            mean: only.value,
            mean_standard_error: only.standard_error,
            between: 0.0,
            units: vec![Shrunken {
                value: only.value,
                standard_error: only.standard_error,
                reliability: 1.0,
            }],
        });
    }
    let between = between(estimates);
    let (mean, weight) = weighted_mean(estimates, between);
    let mean_variance = 1.0 / weight;
    let unit = |estimate: &Estimate| {
        let within = estimate.standard_error * estimate.standard_error;
        let reliability = between / (between + within);
        let pull = 1.0 - reliability;
        Shrunken {
            value: mean + reliability * (estimate.value - mean),
            standard_error: (reliability * within + pull * pull * mean_variance).sqrt(),
            reliability,
        }
    };
    Some(Shrinkage {
        mean,
        mean_standard_error: mean_variance.sqrt(),
        between,
        units: estimates.iter().map(unit).collect(),
    })
}

/// `DerSimonian` and Laird's estimate of the variance between units.
fn between(estimates: &[Estimate]) -> f64 {
    let (mean, weight) = weighted_mean(estimates, 0.0);
    let mut heterogeneity = 0.0;
    let mut squares = 0.0;
    for estimate in estimates {
        let precision = 1.0 / (estimate.standard_error * estimate.standard_error);
        heterogeneity += precision * (estimate.value - mean).powi(2);
        squares += precision * precision;
    }
    #[expect(clippy::cast_precision_loss, reason = "there are a few hundred units")]
    let freedom = (estimates.len() - 1) as f64;
    ((heterogeneity - freedom) / (weight - squares / weight)).max(0.0)
}

/// Mean weighted by 1 / (between + SE²), and the sum of weights.
fn weighted_mean(estimates: &[Estimate], between: f64) -> (f64, f64) {
    let mut weight = 0.0;
    let mut sum = 0.0;
    for estimate in estimates {
        let precision = 1.0 / (between + estimate.standard_error * estimate.standard_error);
        weight += precision;
        sum += precision * estimate.value;
    }
    (sum / weight, weight)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::{Estimate, shrink};

    fn estimates(pairs: &[(f64, f64)]) -> Vec<Estimate> {
        let estimate = |&(value, standard_error)| Estimate { value, standard_error };
        pairs.iter().map(estimate).collect()
    }

    #[test]
    fn equal_errors_shrink_all_units_alike() {
        // Hand-counted: values 0, 2, 4 with SE 1: Q = 8, between = (8 - 2) / (3 - 1) = 3, B = 3/4, mean 2.
        let shrinkage = shrink(&estimates(&[(0.0, 1.0), (2.0, 1.0), (4.0, 1.0)])).unwrap();
        assert!((shrinkage.between - 3.0).abs() < 1e-12);
        let values: Vec<f64> = shrinkage.units.iter().map(|unit| unit.value).collect();
        for (given, expected) in values.iter().zip([0.5, 2.0, 3.5]) {
            assert!((given - expected).abs() < 1e-12, "{given}");
        }
        // B·SE² + (1 − B)²·(between + SE²)/3 = 0.75 + 0.0625·4/3.
        assert!((shrinkage.units[0].standard_error.powi(2) - (0.75 + 0.25 / 3.0)).abs() < 1e-12);
    }

    #[test]
    fn a_small_unit_is_pulled_further_than_a_large_one() {
        let shrinkage = shrink(&estimates(&[(10.0, 4.0), (10.0, 0.5), (0.0, 0.5), (5.0, 1.0)])).unwrap();
        assert!(shrinkage.units[0].reliability < shrinkage.units[1].reliability);
        assert!(shrinkage.units[0].value < shrinkage.units[1].value);
    }

    #[test]
    fn units_that_differ_by_chance_only_all_get_the_mean() {
        let shrinkage = shrink(&estimates(&[(1.0, 1.0), (1.1, 1.0), (0.9, 1.0)])).unwrap();
        assert!(shrinkage.between.abs() < f64::EPSILON);
        assert!(shrinkage.units.iter().all(|unit| (unit.value - 1.0).abs() < 1e-12));
    }

    #[test]
    fn the_common_mean_equals_statsmodels() {
        let table: Value = serde_json::from_str(include_str!("../../tests/oracle/survival_expected.json")).unwrap();
        for case in table["shrink"].as_array().unwrap() {
            let numbers = |name: &str| case[name].as_array().unwrap().iter().map(|number| number.as_f64().unwrap());
            let pairs: Vec<(f64, f64)> = numbers("values").zip(numbers("errors")).collect();
            let shrinkage = shrink(&estimates(&pairs)).unwrap();
            for (given, name) in [
                (shrinkage.between, "between"),
                (shrinkage.mean, "mean"),
                (shrinkage.mean_standard_error, "mean_error"),
            ] {
                let expected = case[name].as_f64().unwrap();
                assert!((given - expected).abs() < 1e-8, "{} {name}: {given}, not {expected}", case["name"]);
            }
        }
    }

    #[test]
    fn what_cannot_be_weighed_is_refused() {
        assert_eq!(shrink(&[]), None);
        assert_eq!(shrink(&estimates(&[(1.0, 0.0), (2.0, 1.0)])), None);
        assert_eq!(shrink(&estimates(&[(1.0, f64::INFINITY), (2.0, 1.0)])), None);
        assert!((shrink(&estimates(&[(3.0, 2.0)])).unwrap().units[0].value - 3.0).abs() < f64::EPSILON);
    }
}
