//! How sure a share of a sample is: Wilson's score interval (Wilson 1927), which stays between 0 and 1 and says something of none and of all.

use super::exact::float;
use super::tier::NORMAL_95;

/// The 95 % score interval of the share `part` of `whole`, if the whole is a sample at random. None unless `part` ≤ `whole` > 0.
#[must_use]
pub fn wilson(part: u64, whole: u64) -> Option<(f64, f64)> {
    if part > whole || whole == 0 {
        return None;
    }
    let (part, whole) = (float(part), float(whole));
    let (share, squared) = (part / whole, NORMAL_95 * NORMAL_95);
    let scale = 1.0 + squared / whole;
    let middle = (share + squared / (2.0 * whole)) / scale;
    let half = NORMAL_95 / scale * (share * (1.0 - share) / whole + squared / (4.0 * whole * whole)).sqrt();
    Some(((middle - half).max(0.0), (middle + half).min(1.0)))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::wilson;

    const EXPECTED: &str = include_str!("../../tests/oracle/flood_expected.json");

    #[test]
    fn intervals_are_those_of_statsmodels() {
        let table: Value = serde_json::from_str(EXPECTED).unwrap();
        let cases = table["wilson"].as_array().unwrap();
        assert!(cases.len() > 20);
        for case in cases {
            let (low, high) = wilson(case["part"].as_u64().unwrap(), case["whole"].as_u64().unwrap()).unwrap();
            let expected = |name: &str| case[name].as_f64().unwrap();
            assert!((low - expected("low")).abs() < 1e-12, "{low}: {case}");
            assert!((high - expected("high")).abs() < 1e-12, "{high}: {case}");
        }
    }

    #[test]
    fn a_share_of_nothing_has_no_interval() {
        assert_eq!((wilson(0, 0), wilson(3, 2)), (None, None));
    }
}
