//! Intervals against scipy (`tests/oracle/ranking_oracle.py` wrote the table), and those printed beside QLUE's published tables.

use statrs::function::gamma::checked_gamma_lr;

use super::{Beta, clopper_pearson, float, poisson_interval};
use crate::ranking_table::{assert_close, count, number, rows};

#[test]
fn the_interval_of_a_share_equals_scipy_up_to_five_million_cases() {
    for row in rows("shares") {
        let (low, high) = clopper_pearson(count(&row[0]), count(&row[1]), number(&row[2])).unwrap();
        assert_close(low, number(&row[3]), 1e-9, &row.to_string());
        assert_close(high, number(&row[4]), 1e-9, &row.to_string());
    }
}

#[test]
fn the_interval_of_a_count_equals_scipy() {
    for row in rows("counts") {
        let (low, high) = poisson_interval(count(&row[0]), number(&row[1])).unwrap();
        let within = 1e-9 * number(&row[3]);
        assert_close(low, number(&row[2]), within, &row.to_string());
        assert_close(high, number(&row[3]), within, &row.to_string());
    }
}

#[test]
fn the_units_of_the_published_tables_have_the_intervals_printed_beside_them() {
    for (done, all, low, high) in [
        (126, 128, 94.5, 99.8),
        (135, 145, 87.7, 96.6),
        (99, 115, 78.4, 91.8),
        (428, 1_442, 27.3, 32.1),
        (1_438, 2_516, 55.2, 59.1),
        (1_419, 2_664, 51.3, 55.2),
        (4_973, 6_248, 78.6, 80.6),
        (1_116, 1_169, 94.1, 96.6),
        (4_267, 6_246, 67.1, 69.5),
        (2_740, 4_392, 60.9, 63.8),
    ] {
        let interval = clopper_pearson(done, all, 0.95).unwrap();
        assert_close(100.0 * interval.0, low, 0.05, "low");
        assert_close(100.0 * interval.1, high, 0.05, "high");
    }
}

#[test]
fn what_is_no_share_or_no_level_has_no_interval() {
    assert_eq!(clopper_pearson(0, 0, 0.95), None);
    assert_eq!(clopper_pearson(2, 1, 0.95), None);
    assert_eq!(clopper_pearson(1, 2, 1.0), None);
    assert_eq!(clopper_pearson(1, 2, f64::NAN), None);
    assert_eq!(poisson_interval(3, 0.0), None);
}

/// Smallest number from `low` to `high` at which `below` no longer holds, by halving.
fn first_not(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return high;
        }
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
}

#[test]
fn intervals_are_those_that_halving_finds() {
    for whole in [1, 2, 3, 7, 30, 57, 360, 1_500, 18_700, 250_000] {
        for level in [0.5, 0.95, 0.998] {
            for part in [0, 1, whole / 7, whole / 2, whole - whole / 5, whole - 1, whole] {
                let tail = (1.0 - level) / 2.0;
                let (done, left) = (float(part), float(whole - part));
                let beta = |a, b, p| first_not(0.0, 1.0, |share| Beta::new(a, b).reached(share) < p);
                let low = if part == 0 { 0.0 } else { beta(done, left + 1.0, tail) };
                let high = if part == whole { 1.0 } else { beta(done + 1.0, left, 1.0 - tail) };
                let given = clopper_pearson(part, whole, level).unwrap();
                let what = format!("{part} of {whole} at {level}");
                assert_close(given.0, low, 1e-12, &what);
                assert_close(given.1, high, 1e-12, &what);
                let gamma = |shape: f64, p| {
                    first_not(0.0, 20.0 + 2.0 * shape, |x| {
                        checked_gamma_lr(shape, x).is_ok_and(|reached| reached < p)
                    })
                };
                let low = if part == 0 { 0.0 } else { gamma(done, tail) };
                let high = gamma(done + 1.0, 1.0 - tail);
                let given = poisson_interval(part, level).unwrap();
                assert_close(given.0, low, 1e-12 * low, &what);
                assert_close(given.1, high, 1e-12 * high, &what);
            }
        }
    }
}
