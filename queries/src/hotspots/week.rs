//! The hour of the week as the city lives it: local time, Monday first, and a public holiday or joint leave is a Sunday.

use std::sync::LazyLock;

use tanggap_engine::time::{Calendar, Date, HOUR_US, INDONESIA, Weekday};

/// Hours of a week.
pub(super) const HOURS: usize = 168;
const DAY_US: i64 = 24 * HOUR_US;
const WEEK_US: i64 = 7 * DAY_US;

/// What is asked of the calendar thousands of times.
struct Week {
    calendar: Calendar,
    /// A Monday's beginning, µs since epoch UTC.
    monday_us: i64,
    /// Beginnings of the free days that are no Sunday, with the weekday they would be: ascending.
    holidays: Vec<(i64, u8)>,
}

static WEEK: LazyLock<Week> = LazyLock::new(|| {
    let calendar = Calendar::from_toml(INDONESIA).expect("the shipped calendar is read by its own tests");
    let monday = Date::new(1970, 1, 5).expect("it is a day");
    let holidays = calendar
        .free_days()
        .filter(|(date, _)| date.weekday() != Weekday::Sunday)
        .map(|(date, _)| (calendar.start_of(date), date.weekday() as u8))
        .collect();
    Week {
        monday_us: calendar.start_of(monday),
        holidays,
        calendar,
    }
});

/// Hour of the week of a moment (µs since epoch UTC), 0 to 167.
pub(super) fn hour_of(time_us: i64) -> u8 {
    let week = &*WEEK;
    let date = week.calendar.date_of(time_us);
    let start_us = week.calendar.start_of(date);
    let free = week.holidays.binary_search_by_key(&start_us, |holiday| holiday.0).is_ok();
    let day = if free { Weekday::Sunday } else { date.weekday() };
    day as u8 * 24 + u8::try_from((time_us - start_us) / HOUR_US).unwrap_or(0)
}

/// How often `[since_us, until_us)` holds this hour of the week; a part of it counts as a part.
pub(super) fn hours_like(hour: u8, since_us: i64, until_us: i64) -> f64 {
    let week = &*WEEK;
    // So much of that hour lies before a moment, were there no holidays.
    let before = |time_us: i64| {
        let time_us = time_us - week.monday_us;
        let into = (time_us.rem_euclid(WEEK_US) - i64::from(hour) * HOUR_US).clamp(0, HOUR_US);
        number(time_us.div_euclid(WEEK_US)) + number(into) / number(HOUR_US)
    };
    let mut hours = before(until_us) - before(since_us);
    let (day, into_us) = (hour / 24, i64::from(hour % 24) * HOUR_US);
    let first = week.holidays.partition_point(|holiday| holiday.0 + DAY_US <= since_us);
    for &(start_us, weekday) in week.holidays[first..].iter().take_while(|holiday| holiday.0 < until_us) {
        let from_us = start_us + into_us;
        let shared = number(((from_us + HOUR_US).min(until_us) - from_us.max(since_us)).max(0)) / number(HOUR_US);
        if day == weekday {
            hours -= shared;
        } else if day == Weekday::Sunday as u8 {
            hours += shared;
        }
    }
    hours.max(0.0)
}

#[expect(clippy::cast_precision_loss, reason = "µs of at most some decades: below 2^53")]
fn number(whole: i64) -> f64 {
    whole as f64
}

#[cfg(test)]
mod tests {
    use super::{DAY_US, HOUR_US, WEEK_US, hour_of, hours_like};

    /// 2026-01-05 00:00 in Jakarta, a Monday.
    const MONDAY: i64 = 1_767_546_000_000_000;

    #[test]
    fn the_week_begins_on_monday_in_local_time() {
        assert_eq!(hour_of(MONDAY), 0);
        assert_eq!(hour_of(MONDAY - 1), 167);
        assert_eq!(hour_of(MONDAY + 2 * DAY_US + 7 * HOUR_US + 5), 55);
    }

    #[test]
    fn a_holiday_is_a_sunday() {
        // Friday 2026-01-16 is Isra Mikraj.
        let friday = MONDAY + 11 * DAY_US;
        assert_eq!(hour_of(friday + 8 * HOUR_US), 6 * 24 + 8);
        assert_eq!(hour_of(friday + WEEK_US + 8 * HOUR_US), 4 * 24 + 8);
        let two = |hour| hours_like(hour, MONDAY, MONDAY + 2 * WEEK_US);
        assert!((two(4 * 24 + 8) - 1.0).abs() < 1e-12 && (two(6 * 24 + 8) - 3.0).abs() < 1e-12);
        assert!((two(8) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn an_hour_of_the_week_is_counted_in_parts() {
        assert!((hours_like(3, MONDAY + 3 * HOUR_US, MONDAY + 3 * HOUR_US + HOUR_US / 4) - 0.25).abs() < 1e-12);
        assert!(hours_like(3, MONDAY + 4 * HOUR_US, MONDAY + WEEK_US + 3 * HOUR_US).abs() < 1e-12);
        let friday = MONDAY + 11 * DAY_US;
        assert!((hours_like(6 * 24 + 8, friday, friday + 8 * HOUR_US + HOUR_US / 2) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn every_moment_is_counted_for_its_hour() {
        for from in (0..60).map(|step| MONDAY + step * 7 * HOUR_US) {
            for hour in 0..168 {
                let counted = hours_like(hour, from, from + HOUR_US);
                let own = hour == hour_of(from);
                assert!((counted - f64::from(u8::from(own))).abs() < 1e-12, "{hour}");
            }
        }
    }
}
