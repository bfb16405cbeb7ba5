//! Every case of a level with the kind of case it is, sorted as the adjustment for case mix wants it.

use crate::statistics::{Adjustment, CaseMix, Curve, Durations, Hazard};

use super::shelf::{RESOLVED, Wait};

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

/// The cases of a level by kind of case.
#[derive(Debug, Default)]
pub(super) struct Mixed {
    cases: Vec<(u16, Wait)>,
}

impl Mixed {
    /// Sorts cases given with their strata.
    pub(super) fn of(mut cases: Vec<(u16, Wait)>) -> Self {
        cases.retain(|(_, wait)| !wait.seconds.is_nan());
        cases.sort_unstable_by(|(one_stratum, one), (other_stratum, other)| {
            let rest = |wait: &Wait| (wait.end != RESOLVED, wait.unit, wait.filed_us);
            let by_stratum = one_stratum.cmp(other_stratum);
            by_stratum
                .then(one.seconds.total_cmp(&other.seconds))
                .then_with(|| rest(one).cmp(&rest(other)))
        });
        Self { cases }
    }

    /// What the city would have done with the cases of each unit that were filed after `since_us`, within `tau_s`.
    pub(super) fn adjust(&self, units: usize, since_us: i64, tau_s: f64) -> Option<Adjustment> {
        let mut mix = CaseMix::new();
        for (stratum, wait) in self.cases.iter().filter(|(_, wait)| wait.filed_us > since_us) {
            mix.push(*stratum, wait.unit, wait.seconds, wait.end == RESOLVED);
        }
        mix.adjust(units, tau_s)
    }

    /// Tells of each stratum that has cases filed after `since_us`, by number, what all units together did with them within `tau_s`.
    pub(super) fn strata(&self, since_us: i64, tau_s: f64, mut told: impl FnMut(u16, &Together)) {
        for alike in self.cases.chunk_by(|(one, _), (other, _)| one == other) {
            let mut durations = Durations::new();
            for (_, wait) in alike.iter().filter(|(_, wait)| wait.filed_us > since_us) {
                durations.push(wait.seconds, wait.end == RESOLVED);
            }
            let cases = u64::try_from(durations.len()).unwrap_or(u64::MAX);
            let curve = Curve::of(&mut durations);
            let (Some((number, _)), Some(restricted)) = (alike.first(), curve.restricted_mean(tau_s)) else {
                continue;
            };
            let together = Together {
                cases,
                restricted_mean_s: restricted.mean,
                hazard: Hazard::of(&curve),
                tau_s,
            };
            told(*number, &together);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HOUR_US, Mixed, RESOLVED, Wait, hour_band, kind_and_band, stratum};

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
        let case = |kind, band, unit, seconds, end| {
            let wait = Wait {
                unit,
                filed_us: 1,
                seconds,
                end,
                limit_s: 0,
            };
            (stratum(kind, band), wait)
        };
        let cases = vec![
            case(0, 3, 0, 4.0, RESOLVED),
            case(0, 3, 1, 4.0, RESOLVED),
            case(0, 3, 0, 6.0, 0),
            case(0, 3, 1, 11.0, RESOLVED),
            case(5, 1, 0, 10.0, RESOLVED),
            case(5, 1, 1, 2.0, 3),
        ];
        let mixed = Mixed::of(cases.clone());
        let adjustment = mixed.adjust(2, 0, 10.0).unwrap();
        let (mut expected, mut seen) = ([0.0; 2], Vec::new());
        mixed.strata(0, 10.0, |number, together| {
            seen.push((kind_and_band(number), together.cases));
            for (_, wait) in cases.iter().filter(|(stratum, _)| *stratum == number) {
                expected[wait.unit as usize] += together.hazard_after(wait.seconds);
            }
        });
        assert_eq!(seen, [((0, 3), 4), ((5, 1), 2)]);
        for (unit, expected) in adjustment.units.iter().zip(expected) {
            assert!((unit.expected - expected).abs() < 1e-12);
        }
        mixed.strata(1, 10.0, |_, _| panic!("nothing was filed after that"));
    }
}
