//! Held against the plain way: filter, sort, and make every curve anew.

use proptest::prelude::*;

use super::{END_KINDS, Wait, WaitQuantiles, WaitScratch, WaitTimes, Waits};
use crate::{Curve, Ends, Incidence, quantile};

/// [`Waits::times`] by the plain way.
fn plainly(waits: &[Wait], since_us: i64, tau: f64) -> WaitTimes {
    let mut kept: Vec<Wait> = waits
        .iter()
        .filter(|wait| wait.filed_us > since_us && !wait.seconds.is_nan())
        .copied()
        .collect();
    kept.sort_by(|one, other| {
        let key = |wait: &Wait| wait.seconds.max(0.0) + 0.0;
        let by_time = key(one).total_cmp(&key(other));
        by_time.then((one.end != Wait::RESOLVED).cmp(&(other.end != Wait::RESOLVED)))
    });
    let waited: Vec<(f64, u8, u32)> = kept
        .iter()
        .map(|wait| (wait.seconds.max(0.0) + 0.0, wait.end, wait.limit_s))
        .collect();
    if waited.is_empty() {
        return WaitTimes::default();
    }
    let curve = Curve::of_sorted(waited.len(), waited.iter().map(|wait| (wait.0, wait.1 == Wait::RESOLVED)));
    let closed: Vec<f64> = waited.iter().filter(|wait| wait.1 == Wait::RESOLVED).map(|wait| wait.0).collect();
    let mut ends: Ends = waited.iter().map(|wait| (wait.0, wait.1.min(2))).collect();
    let incidence = Incidence::of(&mut ends);
    let mut numbers = [0; END_KINDS];
    let (mut part, mut whole) = (0, 0);
    for (seconds, end, limit_s) in &waited {
        numbers[usize::from(*end)] += 1;
        let limit = match *limit_s {
            Wait::UNSAID => tau,
            Wait::NO_CLOCK => continue,
            limit_s => f64::from(limit_s),
        };
        part += u64::from(*seconds <= limit && *end == Wait::RESOLVED);
        whole += u64::from(*seconds > limit || *end == Wait::RESOLVED);
    }
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    WaitTimes {
        cases: waited.len() as u64,
        ends: numbers,
        quantiles: WaitQuantiles {
            median: curve.quantile(0.5),
            p90: curve.quantile(0.9),
            closed_median: quantile(&closed, 0.5),
            closed_p90: quantile(&closed, 0.9),
        },
        restricted: curve.restricted_mean(tau),
        closed_mean: (!closed.is_empty()).then(|| mean(&closed)),
        resolved_share: Some(incidence.ended(1, tau).share),
        otherwise_share: Some(incidence.ended(2, tau).share),
        in_time: (part, whole),
    }
}

/// Counts and quantiles the same, sums to 1e-12.
fn same(given: WaitTimes, expected: WaitTimes) -> bool {
    let near = |given: Option<f64>, expected: Option<f64>| match (given, expected) {
        (Some(given), Some(expected)) => (given - expected).abs() <= 1e-12 * expected.abs().max(1e-3),
        (given, expected) => given == expected,
    };
    let restricted = |times: &WaitTimes| times.restricted.map(|restricted| (restricted.mean, restricted.standard_error));
    let (mean, error) = (
        |times: &WaitTimes| restricted(times).map(|of| of.0),
        |times: &WaitTimes| restricted(times).map(|of| of.1),
    );
    let sums: [fn(&WaitTimes) -> Option<f64>; 3] = [
        |times| times.closed_mean,
        |times| times.resolved_share,
        |times| times.otherwise_share,
    ];
    let counts = |times: &WaitTimes| (times.cases, times.ends, times.quantiles, times.in_time);
    counts(&given) == counts(&expected)
        && near(mean(&given), mean(&expected))
        && near(error(&given), error(&expected))
        && sums.iter().all(|of| near(of(&given), of(&expected)))
}

fn a_wait() -> impl Strategy<Value = Wait> {
    // Ties, times that differ by less than a microsecond, and any.
    let seconds = prop_oneof![
        (-2_i32..40).prop_map(|whole| f64::from(whole) / 2.0),
        (0_i32..40).prop_map(|part| 3.0 + f64::from(part) * 3e-7),
        0.0..40.0_f64,
        Just(-0.0),
        Just(f64::NAN),
    ];
    let end = prop_oneof![4 => Just(Wait::RESOLVED), 2 => Just(Wait::OPEN), 1 => 2_u8..7];
    let limit = prop_oneof![Just(Wait::UNSAID), Just(Wait::NO_CLOCK), 1_u32..40];
    (0_i64..50, seconds, end, limit).prop_map(|(filed_us, seconds, end, limit_s)| Wait {
        filed_us,
        seconds,
        end,
        limit_s,
    })
}

proptest! {
    #[test]
    fn what_is_said_of_any_window_is_what_the_plain_way_says(
        waits in prop::collection::vec(a_wait(), 0..400),
        moments in prop::collection::vec(-1_i64..50, 4),
        tau in prop_oneof![Just(7.5), 0.1..45.0_f64],
    ) {
        let sorted = Waits::of(waits.clone());
        let mut scratch = WaitScratch::default();
        for since_us in moments {
            let given = sorted.times(since_us, tau, &mut scratch);
            let expected = plainly(&waits, since_us, tau);
            prop_assert!(same(given, expected), "{given:?}, not {expected:?}");
            prop_assert_eq!(sorted.quantiles(since_us, &mut scratch), expected.quantiles);
        }
    }
}

#[test]
fn thousands_of_cases_give_the_same() {
    let mut state = 7_u64;
    let mut below = |end: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((state >> 33) % end).unwrap()
    };
    let waits: Vec<Wait> = (0..20_000)
        .map(|_| Wait {
            filed_us: i64::from(below(1_000)),
            seconds: f64::from(below(700_000)) * 1.25,
            end: [0, 1, 1, 1, 1, 1, 2, 5][below(8) as usize],
            limit_s: [Wait::UNSAID, 400_000][below(2) as usize],
        })
        .collect();
    let sorted = Waits::of(waits.clone());
    assert_eq!((sorted.len(), sorted.is_empty()), (20_000, false));
    assert!(sorted.heap_bytes() >= 20_000 * 20);
    for since_us in [-1, 10, 500, 990, 1_000] {
        let given = sorted.times(since_us, 604_800.0, &mut WaitScratch::default());
        let expected = plainly(&waits, since_us, 604_800.0);
        assert!(same(given, expected), "after {since_us}: {given:?}, not {expected:?}");
    }
}

#[test]
fn nothing_and_no_horizon_say_nothing() {
    let mut scratch = WaitScratch::default();
    assert_eq!(Waits::of(Vec::new()).times(0, 5.0, &mut scratch), WaitTimes::default());
    let wait = Wait {
        filed_us: 1,
        seconds: 2.0,
        end: Wait::RESOLVED,
        limit_s: 3,
    };
    let one = Waits::of(vec![wait]);
    assert_eq!(one.times(1, 5.0, &mut scratch), WaitTimes::default(), "filed after, not at");
    assert_eq!(one.times(0, f64::INFINITY, &mut scratch).restricted, None);
    assert_eq!(one.times(0, f64::NAN, &mut scratch).restricted, None);
    assert_eq!(one.times(0, 5.0, &mut scratch).in_time, (1, 1));
}
