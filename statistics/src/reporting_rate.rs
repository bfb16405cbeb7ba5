//! How eagerly an area reports: repeats of an incident that is known to be there, by the time it was there to be reported.
//!
//! Where nothing is reported, nothing may have happened, or nobody may have told. The first report of an incident says that it is
//! there; from then until it is closed every further one tells how fast the area reports, whatever happens there (Liu, Bhandaram &
//! Garg 2023). It belongs beside a quiet area on a map; counts are not to be divided by it.

use super::exact::poisson_interval;

/// What followed the first report of one incident.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FollowUps {
    /// Reports after the first.
    pub reports: u64,
    /// Hours from the first report until it was closed, or until now.
    pub open_h: f64,
}

/// Follow-up reports an hour, and its exact interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReportingRate {
    /// Follow-ups by hours open.
    pub per_hour: f64,
    /// Lower end; 0 where there was no follow-up.
    pub low: f64,
    /// Upper end; finite even where there was none.
    pub high: f64,
}

/// The common rate of an area's incidents, with its exact Poisson interval (Garwood 1936) at `confidence`, 0.95 for one. An incident
/// open for no time, or for a time that is no positive number, counts for nothing, its reports neither. None if no time is left, or
/// `confidence` is not between 0 and 1.
#[must_use]
pub fn reporting_rate(incidents: &[FollowUps], confidence: f64) -> Option<ReportingRate> {
    let (mut reports, mut hours) = (0_u64, 0.0_f64);
    for incident in incidents {
        if incident.open_h > 0.0 && incident.open_h.is_finite() {
            reports = reports.saturating_add(incident.reports);
            hours += incident.open_h;
        }
    }
    if hours <= 0.0 || !hours.is_finite() {
        return None;
    }
    let (low, high) = poisson_interval(reports, confidence)?;
    #[expect(clippy::cast_precision_loss, reason = "counts of reports stay far below 2^52")]
    let per_hour = reports as f64 / hours;
    Some(ReportingRate {
        per_hour,
        low: low / hours,
        high: high / hours,
    })
}

#[cfg(test)]
mod tests {
    use super::{FollowUps, reporting_rate};
    use crate::hotspot_table::{assert_close, cases, counts, numbers};

    fn incidents(reports: &[u64], hours: &[f64]) -> Vec<FollowUps> {
        reports
            .iter()
            .zip(hours)
            .map(|(&reports, &open_h)| FollowUps { reports, open_h })
            .collect()
    }

    #[test]
    fn every_rate_and_interval_equals_statsmodels() {
        for case in cases("rates") {
            let confidence = case["confidence"].as_f64().unwrap();
            let rate = reporting_rate(&incidents(&counts(&case["reports"]), &numbers(&case["open_h"])), confidence).unwrap();
            for (given, column) in [(rate.per_hour, "per_hour"), (rate.low, "low"), (rate.high, "high")] {
                assert_close(given, case[column].as_f64().unwrap(), column);
            }
        }
    }

    #[test]
    fn six_follow_ups_in_sixty_hours_are_a_tenth_an_hour() {
        let rate = reporting_rate(&incidents(&[2, 0, 1, 3], &[10.0, 24.0, 6.0, 20.0]), 0.95).unwrap();
        assert!((rate.per_hour - 0.1).abs() < 1e-12);
        assert!((rate.low - 0.0367).abs() < 1e-4 && (rate.high - 0.2177).abs() < 1e-4);
    }

    #[test]
    fn an_area_that_never_followed_up_still_has_an_upper_end() {
        let rate = reporting_rate(&incidents(&[0], &[30.0]), 0.95).unwrap();
        assert!(rate.low.abs() < f64::EPSILON && rate.high > 0.1 && rate.high < 0.13);
    }

    #[test]
    fn incidents_without_time_count_for_nothing() {
        let with = reporting_rate(&incidents(&[3, 9, 9, 9], &[10.0, 0.0, f64::NAN, f64::INFINITY]), 0.95);
        assert_eq!(with, reporting_rate(&incidents(&[3], &[10.0]), 0.95));
        assert_eq!(reporting_rate(&[], 0.95), None);
        assert_eq!(reporting_rate(&incidents(&[3], &[10.0]), 1.0), None);
    }
}
