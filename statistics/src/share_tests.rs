//! Shares shrunk and ranked: Efron and Morris' batting averages, and QLUE's table of kelurahan of 1 June 2016.

use super::{arcsine, share_of};
use crate::ranking_table::{assert_close, count, number, numbers, rows};
use crate::{Estimate, RankInterval, Tier, TierRule, shrink, standings};

#[test]
fn a_share_comes_back_and_its_error_depends_on_the_cases_alone() {
    for (part, whole, share) in [(0, 9, 0.0), (9, 9, 1.0), (3, 4, 0.75), (1, 3_346, 1.0 / 3_346.0)] {
        let estimate = arcsine(part, whole).unwrap();
        assert_close(share_of(estimate.value), share, 1e-12, "share");
    }
    assert_close(arcsine(25, 25).unwrap().standard_error, 0.1, 1e-12, "error");
    assert_close(arcsine(1, 25).unwrap().standard_error, 0.1, 1e-12, "error");
    assert_close(share_of(2.0), 1.0, 0.0, "beyond the end");
    assert_eq!((arcsine(0, 0), arcsine(3, 2)), (None, None));
}

#[test]
fn eighteen_batters_shrink_as_efron_and_morris_printed() {
    let case = &rows("batting")[0];
    let hits = case["hits"].as_array().unwrap().iter();
    let estimates: Vec<Estimate> = hits.map(|hits| arcsine(count(hits), 45).unwrap()).collect();
    let shrinkage = shrink(&estimates).unwrap();
    // Of equal errors, between / within = S / (k − 1) − 1, which gives back the S of James and Stein; they keep 1 − (k − 3) / S.
    let within = estimates[0].standard_error.powi(2);
    let squares = 17.0 * (1.0 + shrinkage.between / within);
    let kept = 1.0 - 15.0 / squares;
    assert_close(kept, number(&case["kept"]), 1e-9, "kept");
    assert_close(kept, 0.2090, 5e-5, "kept, printed");
    let stein = estimates
        .iter()
        .map(|estimate| share_of(shrinkage.mean + kept * (estimate.value - shrinkage.mean)));
    let stein: Vec<f64> = stein.collect();
    for (given, expected) in stein.iter().zip(numbers(&case["shrunken"])) {
        assert_close(*given, expected, 1e-9, "average");
    }
    let error = |averages: &[f64]| -> f64 {
        averages
            .iter()
            .zip(numbers(&case["later"]))
            .map(|(now, later)| (now - later).powi(2))
            .sum()
    };
    let plain: Vec<f64> = estimates.iter().map(|estimate| share_of(estimate.value)).collect();
    assert_close(error(&plain), 0.0753, 5e-5, "squared error");
    assert_close(error(&stein), 0.0215, 5e-5, "squared error of James and Stein");
    // Ours subtracts k − 1 where they subtract k − 3, and does no worse.
    let ours: Vec<f64> = shrinkage.units.iter().map(|unit| share_of(unit.value)).collect();
    assert!(error(&ours) < 0.023);
}

/// Share not done as it is ranked, so that place 1 is the best.
fn unit(done: u64, all: u64) -> (u64, Option<Estimate>) {
    (all, arcsine(all - done, all))
}

#[test]
fn the_neighbours_of_87_points_cannot_be_ordered_and_pejagalan_is_clearly_last() {
    let (galur, kampung_rawa, pulo, pejagalan) = (unit(126, 128), unit(135, 145), unit(99, 115), unit(428, 1_442));
    // The second and third change places in 3.1 % of the draws, so many are drawn.
    let rule = TierRule {
        draws: 40_000,
        ..TierRule::default()
    };
    let standings = standings(&[galur, kampung_rawa, pulo, pejagalan], std::f64::consts::FRAC_PI_2, rule);
    let places = |unit: usize| standings[unit].rank_interval.unwrap();
    // 93.1 % and 86.1 % done: either may be second.
    assert_eq!(places(1), RankInterval { low: 2, high: 3 });
    assert_eq!(places(2), RankInterval { low: 2, high: 3 });
    assert_eq!(places(3), RankInterval { low: 4, high: 4 });
    assert_eq!(standings[3].tier, Tier::Slow);
    // 98.4 % of 128 is more than 86.1 % of 115 by four standard errors: of the three, these two can be told apart.
    assert_eq!(places(0).low, 1);
    assert!(places(0).high < 3);
}
