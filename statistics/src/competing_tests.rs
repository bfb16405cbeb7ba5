//! The curves against statsmodels (`tests/oracle/ranking_oracle.py` wrote the table), Kaplan-Meier, and a small case by hand.

use crate::ranking_table::{assert_close, count, number, numbers, rows};
use crate::{Curve, Durations, Ends, Incidence};

#[test]
fn every_share_and_its_error_equal_statsmodels_and_with_the_open_ones_make_one() {
    let cases = rows("competing");
    assert!(cases.len() >= 5);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let kinds = case["kinds"].as_array().unwrap().iter();
        let kinds = kinds.map(|kind| u8::try_from(count(kind)).unwrap());
        let mut ends: Ends = numbers(&case["durations"]).into_iter().zip(kinds).collect();
        let incidence = Incidence::of(&mut ends);
        for row in case["rows"].as_array().unwrap() {
            let time = number(&row["time"]);
            let mut together = incidence.open(time);
            assert_close(together, number(&row["open"]), 1e-9, name);
            for (kind, expected) in (1..).zip(row["ended"].as_array().unwrap()) {
                let ended = incidence.ended(kind, time);
                assert_close(ended.share, number(&expected[0]), 1e-9, name);
                assert_close(ended.standard_error, number(&expected[1]), 1e-9, name);
                together += ended.share;
            }
            assert_close(together, 1.0, 1e-12, name);
        }
        for rise in incidence.rises() {
            let ended: f64 = incidence.kinds().iter().map(|kind| incidence.ended(*kind, rise.time).share).sum();
            assert_close(ended + incidence.open(rise.time), 1.0, 1e-12, name);
        }
    }
}

#[test]
fn one_kind_of_end_is_kaplan_meier_upside_down() {
    let cases = [(2.0, true), (3.0, true), (3.0, true), (5.0, false), (5.0, true), (24.0, false)];
    let curve = Curve::of(&mut cases.into_iter().collect::<Durations>());
    let incidence = Incidence::of(&mut cases.into_iter().map(|(time, closed)| (time, u8::from(closed))).collect());
    assert_eq!((incidence.cases(), incidence.kinds()), (6, vec![1]));
    for time in [0.0, 2.0, 3.0, 4.0, 5.0, 100.0] {
        assert_close(incidence.ended(1, time).share, 1.0 - curve.survival(time), 1e-12, "share");
        assert_close(incidence.open(time), curve.survival(time), 1e-12, "open");
    }
}

#[test]
fn a_case_that_ended_otherwise_can_no_longer_be_resolved() {
    // Four cases: resolved at 1, not ours at 2, resolved at 3, open at 4. Censoring the second would give 1/4 + 3/4 / 2 = 5/8.
    let mut ends: Ends = [(1.0, 1), (2.0, 2), (3.0, 1), (4.0, 0)].into_iter().collect();
    let incidence = Incidence::of(&mut ends);
    assert_close(incidence.ended(1, 9.0).share, 0.5, 1e-12, "resolved");
    assert_close(incidence.ended(2, 9.0).share, 0.25, 1e-12, "not ours");
    assert_close(incidence.open(9.0), 0.25, 1e-12, "open");
    // Nobody was cut off before the last time: the error is that of a share, √(p (1 − p) / n).
    assert_close(incidence.ended(1, 9.0).standard_error, 0.25, 1e-12, "error");
}

#[test]
fn what_does_not_occur_has_no_share() {
    let incidence = Incidence::of(&mut Ends::new());
    assert_close(incidence.open(1.0), 1.0, 0.0, "open");
    let incidence = Incidence::of(&mut [(1.0, 4), (1.0, 4)].into_iter().collect());
    assert_close(incidence.ended(3, 5.0).share, 0.0, 0.0, "another kind");
    let all = incidence.ended(4, 5.0);
    assert_close(all.share, 1.0, 0.0, "all at once");
    assert_close(all.standard_error, 0.0, 0.0, "all at once");
    assert_close(incidence.ended(4, 0.5).share, 0.0, 0.0, "before");
}
