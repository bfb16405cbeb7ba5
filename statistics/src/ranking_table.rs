//! The expected numbers that `tests/oracle/ranking_oracle.py` wrote, for the tests beside this file.

use serde_json::Value;

const EXPECTED: &str = include_str!("../../tests/oracle/ranking_expected.json");

/// The rows of one section.
pub(super) fn rows(section: &str) -> Vec<Value> {
    let table: Value = serde_json::from_str(EXPECTED).unwrap();
    let rows = table[section].as_array().unwrap();
    assert!(!rows.is_empty());
    rows.clone()
}

pub(super) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

pub(super) fn count(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

pub(super) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

/// (duration, closed) of the lists of these names.
pub(super) fn durations(case: &Value) -> Vec<(f64, bool)> {
    let closed = case["closed"].as_array().unwrap().iter().map(|closed| closed.as_bool().unwrap());
    numbers(&case["durations"]).into_iter().zip(closed).collect()
}

pub(super) fn assert_close(given: f64, expected: f64, within: f64, what: &str) {
    assert!((given - expected).abs() <= within, "{what}: {given}, not {expected}");
}
