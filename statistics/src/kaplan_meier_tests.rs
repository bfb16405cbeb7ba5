//! The curve against lifelines (`tests/oracle/survival_oracle.py` wrote the table), printed results, and small cases by hand.

use serde_json::Value;

use super::{Curve, Durations};
use crate::quantile;

const EXPECTED: &str = include_str!("../../tests/oracle/survival_expected.json");
const LEFT: &str = include_str!("../../tests/oracle/sla_expected.json");

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn bag(case: &Value) -> Durations {
    let closed = case["closed"].as_array().unwrap().iter().map(|closed| closed.as_bool().unwrap());
    numbers(&case["durations"]).into_iter().zip(closed).collect()
}

fn assert_close(given: Option<f64>, expected: &Value, what: &str) {
    match (given, expected.as_f64()) {
        (None, None) => {}
        (Some(given), Some(expected)) => assert!((given - expected).abs() <= 1e-6, "{what}: {given}, not {expected}"),
        _ => panic!("{what}: {given:?}, not {expected}"),
    }
}

#[test]
fn the_curve_and_its_numbers_equal_lifelines() {
    let table: Value = serde_json::from_str(EXPECTED).unwrap();
    let cases = table["survival"].as_array().unwrap();
    assert!(cases.len() >= 10);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let mut durations = bag(case);
        let curve = Curve::of(&mut durations);
        let points = case["survival"].as_array().unwrap();
        assert_eq!(curve.steps().len(), points.len(), "{name}");
        for (step, point) in curve.steps().iter().zip(points) {
            let point = numbers(point);
            assert!(
                (step.time - point[0]).abs() < 1e-12 && (step.survival - point[1]).abs() < 1e-9,
                "{name}: {step:?} {point:?}"
            );
            assert!((curve.survival(step.time) - step.survival).abs() < f64::EPSILON);
        }
        assert_close(curve.quantile(0.5), &case["median"], name);
        assert_close(curve.quantile(0.9), &case["p90"], name);
        let restricted = curve.restricted_mean(case["tau"].as_f64().unwrap()).unwrap();
        assert_close(Some(restricted.mean), &case["restricted_mean"], name);
        assert_close(Some(restricted.standard_error), &case["standard_error"], name);
        let closed = durations.closed_sorted();
        assert_close(quantile(&closed, 0.5), &case["closed_p50"], name);
        assert_close(quantile(&closed, 0.9), &case["closed_p90"], name);
    }
}

#[test]
fn the_time_that_is_left_of_an_open_case_equals_lifelines() {
    let table: Value = serde_json::from_str(LEFT).unwrap();
    let cases = table.as_array().unwrap();
    let (mut known, mut unknown) = (0, 0);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let curve = Curve::of(&mut bag(case));
        for left in case["left"].as_array().unwrap() {
            let open = left[0].as_f64().unwrap();
            for (q, expected) in [(0.5, &left[1]), (0.8, &left[2])] {
                assert_close(curve.remaining(open, q), expected, &format!("{name}, open for {open}, {q}"));
                if expected.is_null() { unknown += 1 } else { known += 1 }
            }
        }
    }
    assert!(known >= 30 && unknown >= 20, "{known} {unknown}");
}

#[test]
fn the_five_case_example_waits_21_hours_where_the_closed_ones_say_three() {
    let mut durations: Durations = [(2.0, true), (3.0, true), (5.0, true), (24.0, false), (48.0, false)]
        .into_iter()
        .collect();
    let curve = Curve::of(&mut durations);
    for (time, survival) in [(1.9, 1.0), (2.0, 0.8), (3.0, 0.6), (5.0, 0.4), (100.0, 0.4)] {
        assert!((curve.survival(time) - survival).abs() < 1e-12);
    }
    assert!((curve.restricted_mean(48.0).unwrap().mean - 21.2).abs() < 1e-12);
    assert_eq!(curve.quantile(0.9), None);
}

#[test]
fn an_exact_half_is_a_median_whatever_the_floating_point_says() {
    // Steps of 1/6 multiply to 0.5000000000000001 for some n; the third of six closings is the median for every n = 2k.
    for half in 1..200_u32 {
        let mut durations: Durations = (1..=2 * half).map(|time| (f64::from(time), true)).collect();
        assert_eq!(Curve::of(&mut durations).quantile(0.5), Some(f64::from(half)), "{half}");
    }
}

#[test]
fn a_case_open_at_the_time_of_a_closing_was_at_risk() {
    let mut durations: Durations = [(5.0, false), (5.0, true), (9.0, true)].into_iter().collect();
    let curve = Curve::of(&mut durations);
    assert_eq!(curve.steps()[0].at_risk, 3);
    assert!((curve.survival(5.0) - 2.0 / 3.0).abs() < 1e-12);
}

#[test]
fn open_cases_make_the_answer_worse_the_longer_they_wait() {
    let mean = |waited| {
        let mut durations: Durations = [(1.0, true), (2.0, true), (waited, false), (waited, false)].into_iter().collect();
        Curve::of(&mut durations).restricted_mean(168.0).unwrap().mean
    };
    assert!(mean(1.5) < mean(3.0) + 1e-12);
    assert!(mean(0.5) < mean(1.5));
}

#[test]
fn nothing_has_no_mean_and_no_median() {
    let curve = Curve::of(&mut Durations::new());
    assert_eq!(curve.restricted_mean(168.0), None);
    assert_eq!(curve.quantile(0.5), None);
    let curve = Curve::of(&mut [(3.0, true)].into_iter().collect());
    assert_eq!(curve.restricted_mean(0.0), None);
    assert_eq!(curve.restricted_mean(f64::INFINITY), None);
}
