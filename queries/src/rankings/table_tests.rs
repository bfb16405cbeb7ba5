//! The table held against the plain way (`plain.rs`): every row made anew of the waits of its window.

use std::collections::HashMap;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde_json::Value;

use super::super::plain;
use super::{HANDED_OVER, Window, counted, table};
use crate::named::Level;
use crate::rankings::{Book, Limits, Ranking, RankingRule};
use crate::statistics::{MixedWait, Strata, Wait, Waits};

/// A case with the unit that had it and the number of its kind.
type Case = (usize, u16, Wait);

fn city(seed: u64, units: usize, cases: usize) -> (Vec<Case>, Vec<Case>) {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut below = |end: u32| dice.next_u32() % end;
    let (mut resolution, mut response) = (Vec::new(), Vec::new());
    for _ in 0..cases {
        let unit = below(u32::try_from(units).unwrap()) as usize;
        let stratum = u16::try_from(below(9)).unwrap();
        let filed_us = i64::from(below(365));
        // Whole seconds, and times that differ by less than a microsecond, as sums of what several held do.
        let seconds = if below(9) == 0 {
            5.0 + f64::from(below(40)) * 3e-7
        } else {
            f64::from(below(900) * below(1_000))
        };
        let end = [0, 0, 1, 1, 1, 1, 1, 2, 3, 4, 5, HANDED_OVER][below(12) as usize];
        let limit_s = [Wait::UNSAID, Wait::UNSAID, Wait::NO_CLOCK, 86_400, 700_000][below(5) as usize];
        let wait = |seconds, end, limit_s| Wait {
            filed_us,
            seconds,
            end,
            limit_s,
        };
        resolution.push((unit, stratum, wait(seconds, end, limit_s)));
        if below(5) > 0 {
            let came = u8::from(below(6) > 0);
            response.push((unit, stratum, wait(seconds / 8.0, came, Wait::UNSAID)));
        }
    }
    (resolution, response)
}

fn book(units: usize, resolution: &[Case], response: &[Case]) -> Book {
    let shelf = |cases: &[Case]| {
        let mut waits = vec![Vec::new(); units];
        for (unit, _, wait) in cases {
            waits[*unit].push(*wait);
        }
        waits.into_iter().map(Waits::of).collect()
    };
    let mixed = resolution.iter().map(|(unit, stratum, wait)| MixedWait {
        stratum: *stratum,
        unit: u32::try_from(*unit).unwrap(),
        filed_us: wait.filed_us,
        seconds: wait.seconds,
        closed: wait.end == Wait::RESOLVED,
    });
    let mut book = Book::of(&[], &[], &HashMap::new(), &Limits::default()).unwrap();
    book.units = plain::names(units);
    book.resolution = shelf(resolution);
    book.response = shelf(response);
    book.mixed = Strata::of(mixed.collect());
    book
}

/// Whether two rows say the same: words, counts and places exactly, other numbers to 1e-12.
fn same(given: &Value, expected: &Value) -> bool {
    match (given, expected) {
        (Value::Object(given), Value::Object(expected)) => {
            given.len() == expected.len() && given.iter().all(|(name, value)| same(value, &expected[name]))
        }
        (Value::Array(given), Value::Array(expected)) => {
            given.len() == expected.len() && given.iter().zip(expected).all(|(given, expected)| same(given, expected))
        }
        (Value::Number(given), Value::Number(expected)) if given.is_f64() && expected.is_f64() => {
            let (given, expected) = (given.as_f64().unwrap(), expected.as_f64().unwrap());
            (given - expected).abs() <= 1e-12 * expected.abs().max(1.0)
        }
        (given, expected) => given == expected,
    }
}

fn assert_same(given: &[Ranking], expected: &[Ranking], what: &str) {
    assert_eq!(given.len(), expected.len(), "{what}");
    for (given, expected) in given.iter().zip(expected) {
        let (given, expected) = (serde_json::to_value(given).unwrap(), serde_json::to_value(expected).unwrap());
        assert!(same(&given, &expected), "{what}: {given}, not {expected}");
    }
}

#[test]
fn the_table_of_any_window_is_the_one_made_the_plain_way() {
    for (seed, (units, cases)) in (0..).zip([(1, 0), (1, 40), (3, 9), (5, 2_000), (40, 4_000), (267, 6_000)]) {
        let (resolution, response) = city(seed, units, cases);
        let book = book(units, &resolution, &response);
        let mut rule = RankingRule::default();
        for minimum_n in [1, 30] {
            rule.tiers.minimum_n = minimum_n;
            for (since_us, tau_h) in [
                (i64::MIN, 168.0),
                (0, 24.0),
                (100, 168.0),
                (300, 168.0),
                (357, 72.5),
                (363, 168.0),
                (364, 1.0),
            ] {
                rule.tau_h = tau_h;
                let window = Window { book: &book, since_us };
                let given = table(&window, Level::Kecamatan, &rule);
                let expected = plain::table(units, &resolution, &response, (Level::Kecamatan, since_us, &rule));
                assert_same(&given, &expected, &format!("{cases} cases, after {since_us}, {tau_h} h"));
            }
        }
    }
}

#[test]
fn every_case_is_open_or_has_one_end() {
    let (ends, open) = counted(&[2, 3, 4, 5, 6, 7, 8]);
    assert_eq!((ends.resolved, ends.handed_over, open), (3, 8, 2));
    assert_eq!(ends.otherwise(), 4 + 5 + 6 + 7);
}
