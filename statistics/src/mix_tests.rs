//! Expectations against lifelines stratum by stratum (`tests/oracle/ranking_oracle.py` wrote the table), and what must hold by construction.

use crate::ranking_table::{assert_close, count, number, numbers, rows};
use crate::{CaseMix, Curve, Durations, RestrictedMean};

/// (stratum, unit, duration, closed), in a row of cases that differ.
fn city(units: u32) -> impl Iterator<Item = (u16, u32, f64, bool)> {
    (0..units * 40).map(move |case| {
        let stratum = u16::try_from(case * 7 % 5).unwrap();
        let duration = f64::from(case * 31 % 97) / 2.0 + f64::from(stratum) * 10.0;
        (stratum, case % units, duration, case % 3 != 0)
    })
}

fn mix(cases: impl Iterator<Item = (u16, u32, f64, bool)>) -> CaseMix {
    let mut mix = CaseMix::new();
    for (stratum, unit, duration_s, closed) in cases {
        mix.push(stratum, unit, duration_s, closed);
    }
    mix
}

#[test]
fn every_unit_has_the_expectation_that_lifelines_gives() {
    let cases = rows("mix");
    assert!(cases.len() >= 5);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let given = case["cases"].as_array().unwrap().iter().map(|given| {
            let key = |column: usize| count(&given[column]);
            let (stratum, unit) = (u16::try_from(key(0)).unwrap(), u32::try_from(key(1)).unwrap());
            (stratum, unit, number(&given[2]), given[3].as_bool().unwrap())
        });
        let units = case["units"].as_array().unwrap();
        let adjustment = mix(given).adjust(units.len(), number(&case["tau"])).unwrap();
        for (unit, expected) in adjustment.units.iter().zip(units) {
            assert_eq!(
                (unit.cases, unit.observed),
                (count(&expected["cases"]), count(&expected["observed"])),
                "{name}"
            );
            assert_close(unit.expected, number(&expected["expected"]), 1e-9, name);
            let ratio = number(&expected["observed"]) / number(&expected["expected"]);
            assert_close(unit.ratio().unwrap(), ratio, 1e-9, name);
            let (low, high) = unit.limits().unwrap();
            let limits = numbers(&expected["limits"]);
            assert_close(low, limits[0], 1e-6, name);
            assert_close(high, limits[1], 1e-6, name);
            assert_close(unit.restricted_mean().unwrap(), number(&expected["restricted_mean"]), 1e-9, name);
        }
        let observed = case["units"].as_array().unwrap().iter().map(|unit| number(&unit["observed"]));
        assert_close(adjustment.city.expected, observed.sum(), 1e-9, name);
        assert_close(
            adjustment.city.restricted_mean().unwrap(),
            number(&case["city_restricted_mean"]),
            1e-9,
            name,
        );
    }
}

#[test]
fn a_unit_with_the_city_s_mix_and_curve_gets_one_and_keeps_its_own_mean() {
    // Four units with the same cases.
    let same = city(1).flat_map(|(stratum, _, duration, closed)| (0..4).map(move |unit| (stratum, unit, duration, closed)));
    let adjustment = mix(same).adjust(4, 48.0).unwrap();
    let own = RestrictedMean {
        mean: 20.0,
        standard_error: 1.5,
    };
    for unit in 0..4 {
        assert_close(adjustment.units[unit].ratio().unwrap(), 1.0, 1e-9, "ratio");
        let (low, high) = adjustment.units[unit].limits().unwrap();
        assert!(low < 1.0 && high > 1.0);
        let adjusted = adjustment.adjusted(unit, own).unwrap();
        assert_close(adjusted.mean, own.mean, 1e-9, "mean");
        assert_close(adjusted.standard_error, own.standard_error, 1e-9, "error");
    }
    assert_eq!(adjustment.adjusted(4, own), None);
}

#[test]
fn hard_cases_excuse_a_slow_unit_and_easy_ones_do_not() {
    // Stratum 0 takes 1 to 10, stratum 1 ten times as long; unit 0 has the hard ones and closes them as everybody does.
    let case = |unit, stratum: u16, step: u32| (stratum, unit, f64::from(step) * 10.0_f64.powi(i32::from(stratum)), true);
    let cases = (1..=10).flat_map(|step| [case(0, 1, step), case(1, 0, step), case(2, 1, step), case(2, 0, step)]);
    let adjustment = mix(cases).adjust(3, 100.0).unwrap();
    for unit in &adjustment.units {
        assert_close(unit.ratio().unwrap(), 1.0, 1e-9, "ratio");
    }
    let mean = |unit: usize, factor: f64| {
        let mut durations: Durations = (1..=10).map(|step| (f64::from(step) * factor, true)).collect();
        let own = Curve::of(&mut durations).restricted_mean(100.0).unwrap();
        adjustment.adjusted(unit, own).unwrap().mean
    };
    assert_close(mean(0, 10.0), mean(1, 1.0), 1e-9, "adjusted means");
}

#[test]
fn observed_and_expected_meet_over_the_city_whoever_is_ranked() {
    for tau in [1.0, 10.0, 33.5, 1e6] {
        let adjustment = mix(city(12)).adjust(10, tau).unwrap();
        let observed = f64::from(u32::try_from(adjustment.city.observed).unwrap());
        assert_close(adjustment.city.expected, observed, 1e-9, "city");
        assert_eq!(adjustment.city.cases, 480);
        assert_eq!(adjustment.units.iter().map(|unit| unit.cases).sum::<u64>(), 400);
    }
}

#[test]
fn the_order_of_the_cases_does_not_move_a_bit() {
    let forwards = mix(city(7)).adjust(7, 40.0);
    let backwards: Vec<_> = city(7).collect();
    assert_eq!(forwards, mix(backwards.into_iter().rev()).adjust(7, 40.0));
}

#[test]
fn a_unit_without_cases_has_no_ratio() {
    let adjustment = mix([(3, 0, 5.0, true), (3, 0, f64::NAN, true)].into_iter())
        .adjust(2, 40.0)
        .unwrap();
    assert_eq!((adjustment.units[0].cases, adjustment.units[1].cases), (1, 0));
    assert_eq!((adjustment.units[1].ratio(), adjustment.units[1].limits()), (None, None));
    assert_eq!(adjustment.units[1].restricted_mean(), None);
    assert_eq!(CaseMix::new().adjust(1, 0.0), None);
    assert_eq!(CaseMix::new().adjust(1, f64::NAN), None);
}
