//! The kinds of case that the adjustment for case mix tells apart, and what all units together did with one of them.

use crate::statistics::{Hazard, Strata};

/// Hour bands of the local day a case is filed in: night, morning, afternoon, evening.
const BANDS: i64 = 4;
const HOUR_US: i64 = 3_600_000_000;
/// Local time less UTC. Jakarta has no summer time.
const OFFSET_US: i64 = 7 * HOUR_US;

/// The hour band of a moment, µs since epoch UTC.
pub(super) fn hour_band(time_us: i64) -> u16 {
    let hour = time_us.saturating_add(OFFSET_US).div_euclid(HOUR_US).rem_euclid(24);
    u16::try_from(hour * BANDS / 24).unwrap_or_default()
}

/// The stratum of a kind of case (category and channel, by a number of the caller's) filed in an hour band.
pub(super) fn stratum(kind: usize, band: u16) -> u16 {
    u16::try_from(kind).map_or(u16::MAX, |kind| kind.saturating_mul(4).saturating_add(band))
}

/// The name of the stratum of a kind of case (category and channel, as one text) filed at a moment, µs since epoch UTC.
pub(crate) fn stratum_name(kind: &str, filed_us: i64) -> String {
    banded(kind, hour_band(filed_us))
}

/// The name of the stratum of a kind of case in an hour band.
pub(super) fn banded(kind: &str, band: u16) -> String {
    format!("{kind}/{band}")
}

/// Number of the kind, and hour band, of a stratum that [`stratum`] numbered.
pub(super) fn kind_and_band(stratum: u16) -> (usize, u16) {
    (usize::from(stratum / 4), stratum % 4)
}

/// What all units together did with the cases of one stratum.
#[derive(Debug)]
pub(crate) struct Together {
    /// Cases.
    pub(crate) cases: u64,
    /// Their restricted mean until resolved, seconds.
    pub(crate) restricted_mean_s: f64,
    hazard: Hazard,
    tau_s: f64,
}

impl Together {
    /// Cumulative hazard after so many seconds, but no later than the horizon.
    pub(crate) fn hazard_after(&self, seconds: f64) -> f64 {
        self.hazard.at(seconds.min(self.tau_s))
    }
}

/// Tells of each stratum that has cases filed after `since_us`, by number, what all units together did with them within `tau_s`.
pub(super) fn together(strata: &Strata, since_us: i64, tau_s: f64, mut told: impl FnMut(u16, &Together)) {
    for stratum in strata.strata() {
        let curve = stratum.curve(since_us);
        let Some(restricted) = curve.restricted_mean(tau_s) else {
            continue;
        };
        let together = Together {
            cases: u64::try_from(curve.cases()).unwrap_or(u64::MAX),
            restricted_mean_s: restricted.mean,
            hazard: Hazard::of(&curve),
            tau_s,
        };
        told(stratum.number(), &together);
    }
}

#[cfg(test)]
mod tests {
    use super::{HOUR_US, hour_band, kind_and_band, stratum, together};
    use crate::statistics::{MixedWait, Strata};

    #[test]
    fn the_day_has_four_bands_of_local_hours() {
        // 17:00 UTC is midnight in Jakarta.
        let bands = [17, 22, 23, 4, 5, 10, 11, 16].map(|hour| hour_band(hour * HOUR_US));
        assert_eq!(bands, [0, 0, 1, 1, 2, 2, 3, 3]);
        assert_eq!(hour_band(-7 * HOUR_US), 0);
        assert!(hour_band(i64::MAX) < 4 && hour_band(i64::MIN) < 4);
    }

    #[test]
    fn what_a_stratum_expects_of_each_case_sums_to_what_the_adjustment_expects() {
        let case = |kind, band, unit, seconds, closed| MixedWait {
            stratum: stratum(kind, band),
            unit,
            filed_us: 1,
            seconds,
            closed,
        };
        let cases = vec![
            case(0, 3, 0, 4.0, true),
            case(0, 3, 1, 4.0, true),
            case(0, 3, 0, 6.0, false),
            case(0, 3, 1, 11.0, true),
            case(5, 1, 0, 10.0, true),
            case(5, 1, 1, 2.0, false),
        ];
        let mixed = Strata::of(cases.clone());
        let adjustment = mixed.adjust(2, 0, 10.0).unwrap();
        let (mut expected, mut seen) = ([0.0; 2], Vec::new());
        together(&mixed, 0, 10.0, |number, all| {
            seen.push((kind_and_band(number), all.cases));
            for case in cases.iter().filter(|case| case.stratum == number) {
                expected[case.unit as usize] += all.hazard_after(case.seconds);
            }
        });
        assert_eq!(seen, [((0, 3), 4), ((5, 1), 2)]);
        for (unit, expected) in adjustment.units.iter().zip(expected) {
            assert!((unit.expected - expected).abs() < 1e-12);
        }
        together(&mixed, 1, 10.0, |_, _| panic!("nothing was filed after that"));
    }
}
