//! Civil time in Jakarta (UTC+7, no summer time) and the city's rhythm over the day and the week.

/// µs in a second.
pub(super) const SECOND: i64 = 1_000_000;
/// µs in a minute.
pub(super) const MINUTE: i64 = 60 * SECOND;
/// µs in an hour.
pub(super) const HOUR: i64 = 60 * MINUTE;
/// µs in a day.
pub(super) const DAY: i64 = 24 * HOUR;
/// Jakarta is this far ahead of UTC.
pub(super) const JAKARTA: i64 = 7 * HOUR;

/// Complaints by local hour, per mille: the profile of 9,250 timed complaints to the city of Surabaya, 2022-2023 (shifted from
/// UTC to local time); no Jakarta profile is public.
const COMPLAINTS_BY_HOUR: [f64; 24] = [
    15.0, 9.0, 7.0, 6.0, 9.0, 16.0, 24.0, 43.0, 68.0, 75.0, 82.0, 76.0, 64.0, 55.0, 58.0, 53.0, 52.0, 49.0, 48.0, 49.0, 50.0, 39.0, 31.0,
    22.0,
];
/// The same source by weekday, Monday first, mean 1.
const COMPLAINTS_BY_WEEKDAY: [f64; 7] = [1.13, 1.14, 1.14, 1.08, 1.09, 0.78, 0.64];
/// Traffic by local hour, mean about 1: two peaks, an assumption in the shape of Jakarta's commute.
const TRAFFIC_BY_HOUR: [f64; 24] = [
    0.35, 0.3, 0.25, 0.25, 0.35, 0.6, 1.1, 1.6, 1.65, 1.3, 1.05, 1.0, 1.05, 1.0, 1.0, 1.1, 1.4, 1.85, 1.9, 1.6, 1.15, 0.85, 0.65, 0.5,
];
const TRAFFIC_BY_WEEKDAY: [f64; 7] = [1.06, 1.04, 1.05, 1.06, 1.12, 0.92, 0.75];

/// A moment as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) millisecond: i64,
    /// 0 = Monday.
    pub(super) weekday: usize,
}

impl Civil {
    /// The UTC calendar of µs since the epoch; add [`JAKARTA`] first for local time. (Days to dates after Howard Hinnant's
    /// published algorithm.)
    pub(super) fn of(time: i64) -> Self {
        let days = time.div_euclid(DAY);
        let rest = time.rem_euclid(DAY);
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: rest / HOUR,
            minute: rest / MINUTE % 60,
            second: rest / SECOND % 60,
            millisecond: rest / 1_000 % 1_000,
            weekday: usize::try_from((days + 3).rem_euclid(7)).unwrap_or(0),
        }
    }
}

/// How busy people are complaining at a moment, mean 1 over a week.
pub(super) fn complaint_pulse(time: i64) -> f64 {
    let (hour, weekday) = local(time);
    COMPLAINTS_BY_HOUR[hour] * (24.0 / 1_000.0) * COMPLAINTS_BY_WEEKDAY[weekday]
}

/// How busy the roads are at a moment, mean about 1 over a week.
pub(super) fn traffic_pulse(time: i64) -> f64 {
    let (hour, weekday) = local(time);
    TRAFFIC_BY_HOUR[hour] * TRAFFIC_BY_WEEKDAY[weekday]
}

/// Mean of a pulse over `[start, start + length)`, by quarter hours; 1 over an empty stretch.
pub(super) fn mean_pulse(pulse: fn(i64) -> f64, start: i64, length: i64) -> f64 {
    let quarters = (length / (15 * MINUTE)).clamp(1, 4 * 24 * 7);
    let step = length / quarters;
    let sum: f64 = (0..quarters).map(|quarter| pulse(start + quarter * step)).sum();
    sum / super::chance::seconds(quarters * SECOND)
}

/// The first multiple of `step` at or after a time.
pub(super) fn ceil(time: i64, step: i64) -> i64 {
    time.div_euclid(step) * step + if time.rem_euclid(step) == 0 { 0 } else { step }
}

fn local(time: i64) -> (usize, usize) {
    let local = time + JAKARTA;
    let hour = usize::try_from(local.rem_euclid(DAY) / HOUR).unwrap_or(0);
    let weekday = usize::try_from((local.div_euclid(DAY) + 3).rem_euclid(7)).unwrap_or(0);
    (hour, weekday)
}

#[cfg(test)]
mod tests {
    use super::{Civil, DAY, SECOND};

    #[test]
    fn dates_are_those_of_the_calendar() {
        let moment = Civil::of(1_767_546_000 * SECOND + 123_456);
        assert_eq!((moment.year, moment.month, moment.day), (2026, 1, 4));
        assert_eq!((moment.hour, moment.minute, moment.second, moment.millisecond), (17, 0, 0, 123));
        assert_eq!(moment.weekday, 6, "4 January 2026 was a Sunday");
        let leap = Civil::of(11_016 * DAY);
        assert_eq!((leap.year, leap.month, leap.day, leap.weekday), (2000, 2, 29, 1));
        let before = Civil::of(-1);
        assert_eq!((before.year, before.month, before.day, before.hour), (1969, 12, 31, 23));
    }
}
