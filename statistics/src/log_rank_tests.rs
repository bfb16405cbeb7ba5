//! The test against lifelines (`tests/oracle/ranking_oracle.py` wrote the table) and its printed value.

use super::log_rank;
use crate::Durations;
use crate::ranking_table::{assert_close, count, durations, number, rows};

#[test]
fn two_or_more_groups_compare_as_in_lifelines() {
    let cases = rows("log_rank");
    assert!(cases.len() >= 6);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let groups = case["groups"].as_array().unwrap().iter();
        let groups: Vec<Durations> = groups.map(|group| durations(group).into_iter().collect()).collect();
        let test = log_rank(&groups).unwrap();
        assert_close(test.chi_squared, number(&case["chi_squared"]), 1e-8, name);
        assert_eq!(u64::from(test.degrees_of_freedom), count(&case["freedom"]), "{name}");
        assert_close(test.p, number(&case["p"]), 1e-10, name);
    }
}

#[test]
fn the_leukaemia_trial_has_its_printed_value() {
    let trial = rows("log_rank")
        .into_iter()
        .find(|case| case["name"] == "6-mp and placebo")
        .unwrap();
    let groups = trial["groups"].as_array().unwrap().iter();
    let groups: Vec<Durations> = groups.map(|group| durations(group).into_iter().collect()).collect();
    assert_close(log_rank(&groups).unwrap().chi_squared, 16.8, 0.05, "chi squared");
}

#[test]
fn a_group_that_was_gone_before_anything_closed_is_not_compared() {
    let bag = |cases: &[(f64, bool)]| cases.iter().copied().collect::<Durations>();
    let (left, right) = (
        bag(&[(2.0, true), (4.0, true), (9.0, false)]),
        bag(&[(3.0, true), (8.0, true), (9.0, true)]),
    );
    let two = log_rank(&[left.clone(), right.clone()]).unwrap();
    let more = log_rank(&[left.clone(), bag(&[(1.0, false)]), right, Durations::new()]).unwrap();
    assert_eq!((two.degrees_of_freedom, more.degrees_of_freedom), (1, 1));
    assert_close(more.chi_squared, two.chi_squared, 1e-9, "chi squared");
    assert_eq!(log_rank(&[left]), None);
    assert_eq!(log_rank(&[]), None);
    assert_eq!(log_rank(&[bag(&[(1.0, false)]), bag(&[(2.0, false)])]), None);
}

#[test]
fn groups_that_are_the_same_do_not_differ() {
    let bag: Durations = [(1.0, true), (2.0, true), (5.0, false)].into_iter().collect();
    let test = log_rank(&[bag.clone(), bag.clone(), bag]).unwrap();
    assert_eq!(test.degrees_of_freedom, 2);
    assert_close(test.chi_squared, 0.0, 1e-12, "chi squared");
    assert_close(test.p, 1.0, 1e-9, "p");
}
