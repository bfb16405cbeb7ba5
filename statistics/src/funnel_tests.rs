//! Limits against scipy (`tests/oracle/ranking_oracle.py` wrote the table) and the printed ones; the published tables of 2016 and 2017.

use super::{ControlLimits, binomial_cdf, control_limits, float, interpolated, over_dispersion};
use crate::ranking_table::{assert_close, count, number, rows};

/// Done in the city and all, first quarter of 2016.
const CITY: f64 = 34_957.0 / 60_398.0;

#[test]
fn the_limits_equal_scipy_up_to_a_million_cases() {
    for row in rows("funnel") {
        let limits = control_limits(count(&row[0]), number(&row[1]), number(&row[2])).unwrap();
        assert_close(limits.low, number(&row[3]), 1e-9, &row.to_string());
        assert_close(limits.high, number(&row[4]), 1e-9, &row.to_string());
    }
}

#[test]
fn the_limits_around_four_fifths_are_the_printed_ones() {
    for (n, printed) in [
        (10, [0.3025, 0.4705, 0.9767, 0.9991]),
        (20, [0.4607, 0.5839, 0.9383, 0.9957]),
        (50, [0.6009, 0.6729, 0.8956, 0.9452]),
        (100, [0.6632, 0.7135, 0.8703, 0.9090]),
        (500, [0.7421, 0.7634, 0.8335, 0.8525]),
    ] {
        let (warning, action) = (control_limits(n, 0.8, 0.95).unwrap(), control_limits(n, 0.8, 0.998).unwrap());
        for (given, expected) in [action.low, warning.low, warning.high, action.high].into_iter().zip(printed) {
            assert_close(given, expected, 5.1e-5, "limit");
        }
    }
}

#[test]
fn pejagalan_lies_below_the_city_s_funnel_and_the_three_of_87_points_above_it() {
    for (done, all, low, high) in [(126, 128, 43.9, 70.8), (135, 145, 44.8, 70.0), (99, 115, 43.0, 71.4)] {
        let limits = control_limits(all, CITY, 0.998).unwrap();
        assert_close(100.0 * limits.low, low, 0.05, "low");
        assert_close(100.0 * limits.high, high, 0.05, "high");
        let (done, all) = (f64::from(done), f64::from(u32::try_from(all).unwrap()));
        assert!(done / all > limits.high);
    }
    let limits = control_limits(1_442, CITY, 0.998).unwrap();
    assert_close(100.0 * limits.low, 53.8, 0.05, "low");
    assert_close(100.0 * limits.high, 61.8, 0.05, "high");
    assert!(428.0 / 1_442.0 < limits.low);
}

#[test]
fn the_spread_beyond_chance_equals_scipy_s_winsorising() {
    let cases = rows("dispersion");
    assert!(cases.len() >= 5);
    for case in cases {
        let units = case["units"].as_array().unwrap().iter();
        let units: Vec<(u64, u64)> = units.map(|unit| (count(&unit[0]), count(&unit[1]))).collect();
        let factor = over_dispersion(&units, number(&case["theta"])).unwrap();
        assert_close(factor, number(&case["factor"]), 1e-9, case["name"].as_str().unwrap());
    }
}

#[test]
fn limits_are_drawn_apart_by_the_root_of_the_factor_and_never_together() {
    let limits = ControlLimits { low: 0.6, high: 0.9 };
    let widened = limits.widened(0.8, 4.0);
    assert_close(widened.low, 0.4, 1e-12, "low");
    assert_close(widened.high, 1.0, 1e-12, "high");
    assert_eq!(
        limits.widened(0.8, 0.5),
        ControlLimits {
            low: 0.8 + (0.6 - 0.8),
            high: 0.8 + (0.9 - 0.8)
        }
    );
}

#[test]
fn what_is_no_share_has_no_limits() {
    assert_eq!(control_limits(0, 0.5, 0.95), None);
    assert_eq!(control_limits(5, 1.1, 0.95), None);
    assert_eq!(control_limits(5, f64::NAN, 0.95), None);
    assert_eq!(control_limits(5, 0.5, 95.0), None);
    let never = control_limits(5, 0.0, 0.95).unwrap();
    assert_close(never.low + never.high, 0.0, 0.0, "nothing can be done");
    assert_eq!(over_dispersion(&[], 0.5), None);
    assert_eq!(over_dispersion(&[(1, 2), (3, 2)], 0.5), None);
    assert_eq!(over_dispersion(&[(1, 2)], 1.0), None);
}

#[test]
fn limits_are_those_that_halving_finds() {
    for n in [1, 2, 5, 17, 30, 57, 360, 1_501, 18_703] {
        for theta in [0.0, 1e-6, 0.01, 0.2, 0.5, 0.577, 0.8, 0.99, 1.0] {
            for p in [0.001, 0.025, 0.5, 0.975, 0.999] {
                let (mut first, mut reaching) = (0, n);
                while first < reaching {
                    let middle = first + (reaching - first) / 2;
                    if binomial_cdf(middle, n, theta) >= p {
                        reaching = middle;
                    } else {
                        first = middle + 1;
                    }
                }
                let reached = binomial_cdf(first, n, theta);
                let before = if first == 0 { 0.0 } else { binomial_cdf(first - 1, n, theta) };
                let expected = ((float(first) - (reached - p) / (reached - before)) / float(n)).clamp(0.0, 1.0);
                assert_close(interpolated(n, theta, p), expected, 0.0, &format!("{n} at {theta}, {p}"));
            }
        }
    }
}
