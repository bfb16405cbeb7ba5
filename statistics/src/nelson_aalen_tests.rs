//! The hazard against lifelines (`tests/oracle/ranking_oracle.py` wrote the table), and the sum it is made for.

use crate::ranking_table::{assert_close, durations, numbers, rows};
use crate::{Curve, Durations, Hazard};

fn hazard(cases: &[(f64, bool)]) -> Hazard {
    Hazard::of(&Curve::of(&mut cases.iter().copied().collect::<Durations>()))
}

#[test]
fn the_cumulative_hazard_and_its_error_equal_lifelines() {
    let cases = rows("hazard");
    assert!(cases.len() >= 5);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let hazard = hazard(&durations(&case));
        let expected = case["steps"].as_array().unwrap();
        assert_eq!(hazard.steps().len(), expected.len(), "{name}");
        for step in expected {
            let step = numbers(step);
            assert_close(hazard.at(step[0]), step[1], 1e-9, name);
            assert_close(hazard.standard_error(step[0]), step[2], 1e-9, name);
        }
    }
}

#[test]
fn the_hazard_everybody_lived_through_sums_to_the_closings() {
    for case in rows("hazard") {
        let cases = durations(&case);
        let hazard = hazard(&cases);
        let lived: f64 = cases.iter().map(|(time, _)| hazard.at(*time)).sum();
        let closings: f64 = cases.iter().map(|(_, closed)| if *closed { 1.0 } else { 0.0 }).sum();
        assert_close(lived, closings, 1e-9, case["name"].as_str().unwrap());
    }
}

#[test]
fn before_the_first_closing_there_is_no_hazard() {
    let hazard = hazard(&[(3.0, true), (5.0, false)]);
    assert_close(hazard.at(2.9), 0.0, 0.0, "before");
    assert_close(hazard.standard_error(2.9), 0.0, 0.0, "before");
    assert_close(hazard.at(3.0), 0.5, 1e-12, "at it");
    assert!(Hazard::of(&Curve::default()).steps().is_empty());
}
