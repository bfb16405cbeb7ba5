//! Held against [`crate::CaseMix`], which sorts what it is given each time.

use proptest::prelude::*;

use super::{MixedWait, Strata};
use crate::{CaseMix, Curve, Durations, Expectation};

fn a_case() -> impl Strategy<Value = MixedWait> {
    let seconds = prop_oneof![
        (-2_i32..40).prop_map(|whole| f64::from(whole) / 2.0),
        0.0..40.0_f64,
        Just(-0.0),
        Just(f64::NAN)
    ];
    (0_u16..4, 0_u32..12, 0_i64..50, seconds, any::<bool>()).prop_map(|(stratum, unit, filed_us, seconds, closed)| MixedWait {
        stratum: stratum * 3,
        unit,
        filed_us,
        seconds,
        closed,
    })
}

/// Counts the same, sums to 1e-12.
fn same(given: &Expectation, expected: &Expectation) -> bool {
    let near = |given: f64, expected: f64| (given - expected).abs() <= 1e-12 * expected.abs().max(1e-3);
    (given.cases, given.observed) == (expected.cases, expected.observed)
        && near(given.expected, expected.expected)
        && near(given.waiting, expected.waiting)
}

proptest! {
    #[test]
    fn any_window_is_adjusted_as_the_plain_way_adjusts_it(
        cases in prop::collection::vec(a_case(), 0..400),
        moments in prop::collection::vec(-1_i64..50, 4),
        tau in prop_oneof![Just(7.5), 0.1..45.0_f64],
    ) {
        let strata = Strata::of(cases.clone());
        for since_us in moments {
            let mut mix = CaseMix::new();
            for case in cases.iter().filter(|case| case.filed_us > since_us) {
                mix.push(case.stratum, case.unit, case.seconds, case.closed);
            }
            // Two units are not ranked.
            let (given, expected) = (strata.adjust(10, since_us, tau).unwrap(), mix.adjust(10, tau).unwrap());
            prop_assert!(same(&given.city, &expected.city), "{given:?}, not {expected:?}");
            prop_assert_eq!(given.units.len(), 10);
            for (given, expected) in given.units.iter().zip(&expected.units) {
                prop_assert!(same(given, expected), "{given:?}, not {expected:?}");
            }
        }
    }

    #[test]
    fn a_stratum_has_the_curve_of_its_cases(cases in prop::collection::vec(a_case(), 0..200), since_us in -1_i64..50) {
        let strata = Strata::of(cases.clone());
        prop_assert!(strata.strata().is_sorted_by_key(super::Stratum::number));
        for stratum in strata.strata() {
            let own = cases.iter().filter(|case| case.stratum == stratum.number() && case.filed_us > since_us);
            let mut durations: Durations = own.map(|case| (case.seconds, case.closed)).collect();
            prop_assert_eq!(stratum.curve(since_us), Curve::of(&mut durations));
        }
    }
}

#[test]
fn without_a_horizon_nothing_is_adjusted() {
    let strata = Strata::of(Vec::new());
    assert_eq!((strata.adjust(3, 0, 0.0), strata.adjust(3, 0, f64::NAN)), (None, None));
    assert_eq!(strata.adjust(3, 0, 1.0).map(|mix| mix.units.len()), Some(3));
    assert_eq!(strata.heap_bytes(), 0);
}
