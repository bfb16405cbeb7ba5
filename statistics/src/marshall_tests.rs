//! The rates against esda (`tests/oracle/ranking_oracle.py` wrote the table) and the values printed for Auckland.

use super::shrink_rates;
use crate::ranking_table::{assert_close, count, numbers, rows};

#[test]
fn every_rate_equals_esda() {
    let cases = rows("rates");
    assert!(cases.len() >= 4);
    for case in cases {
        let counts = case["counts"].as_array().unwrap().iter().map(count);
        let units: Vec<(u64, f64)> = counts.zip(numbers(&case["exposures"])).collect();
        let shrunken = shrink_rates(&units).unwrap();
        assert!(shrunken.between > 0.0);
        for (given, expected) in shrunken.rates.iter().zip(numbers(&case["rates"])) {
            assert_close(*given, expected, 1e-12, case["name"].as_str().unwrap());
        }
    }
}

#[test]
fn auckland_has_the_values_that_spdep_prints() {
    let case = rows("rates").into_iter().find(|case| case["name"] == "auckland").unwrap();
    let counts = case["counts"].as_array().unwrap().iter().map(count);
    let units: Vec<(u64, f64)> = counts.zip(numbers(&case["exposures"])).collect();
    let shrunken = shrink_rates(&units).unwrap();
    assert_close(shrunken.between, 7.284_173e-7, 5e-14, "a");
    assert_close(shrunken.mean, 0.002_633_436, 5e-10, "b");
    let printed = [0.002_978_034, 0.002_865_623, 0.002_118_165, 0.002_535_808, 0.002_565_201];
    for (given, expected) in shrunken.rates.iter().zip(printed) {
        assert_close(*given, expected, 5e-10, "rate");
    }
    // One death among six children in nine years is 18.5 in a thousand a year; after shrinkage nobody has more than 4.5.
    let highest = shrunken.rates.iter().copied().fold(0.0, f64::max);
    assert_close(1_000.0 * highest, 4.5, 0.05, "highest");
}

#[test]
fn rates_that_differ_by_chance_only_all_get_the_mean() {
    let shrunken = shrink_rates(&[(10, 1_000.0), (11, 1_000.0), (19, 2_000.0)]).unwrap();
    assert_close(shrunken.between, 0.0, 0.0, "between");
    assert_eq!(shrunken.rates, [0.01, 0.01, 0.01]);
    assert_eq!(shrink_rates(&[(0, 5.0), (0, 7.0)]).unwrap().rates, [0.0, 0.0]);
}

#[test]
fn what_has_no_exposure_is_refused() {
    assert_eq!(shrink_rates(&[]), None);
    assert_eq!(shrink_rates(&[(1, 0.0), (2, 5.0)]), None);
    assert_eq!(shrink_rates(&[(1, f64::NAN)]), None);
}
