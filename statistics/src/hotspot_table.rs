//! The table `tests/oracle/hotspot_oracle.py` wrote, for the tests of this room: expected numbers by packages that are not ours.

use serde_json::Value;

/// The cases of one section.
pub(super) fn cases(section: &str) -> Vec<Value> {
    let table: Value = serde_json::from_str(include_str!("../../tests/oracle/hotspot_expected.json")).unwrap();
    let cases = table[section].as_array().unwrap().clone();
    assert!(!cases.is_empty(), "{section}");
    cases
}

/// A list of numbers.
pub(super) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// A list of whole numbers.
pub(super) fn counts(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).collect()
}

/// A list of yes and no.
pub(super) fn flags(value: &Value) -> Vec<bool> {
    value.as_array().unwrap().iter().map(|flag| flag.as_bool().unwrap()).collect()
}

/// Within 1e-6, of the number itself where it is above 1.
pub(super) fn assert_close(given: f64, expected: f64, what: &str) {
    assert!(
        (given - expected).abs() <= 1e-6 * expected.abs().max(1.0),
        "{what}: {given}, not {expected}"
    );
}
