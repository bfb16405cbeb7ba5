//! A month of the Gregorian calendar as Jakarta lives it: UTC+7 all year.

use std::fmt;

/// One day, µs.
const DAY_US: i64 = 24 * 3_600_000_000;
/// How far Jakarta is ahead of UTC, µs.
const AHEAD_US: i64 = 7 * 3_600_000_000;

/// A month from 2000-01 to 2199-12; prints as `2026-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Months since January of the year 0.
    number: i64,
}

const FIRST: i64 = 2_000 * 12;
const LAST: i64 = 2_199 * 12 + 11;

impl Month {
    /// The month of a text as `2026-10`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let digits = |text: &str, width: usize| text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return None;
        }
        let (year, month) = (year.parse::<i64>().ok()?, month.parse::<i64>().ok()?);
        let number = year * 12 + month - 1;
        ((1..=12).contains(&month) && (FIRST..=LAST).contains(&number)).then_some(Self { number })
    }

    /// The month a moment (µs since epoch UTC) falls into in Jakarta; the first or the last there is for one beyond them.
    #[must_use]
    pub fn of(time_us: i64) -> Self {
        let day = time_us.saturating_add(AHEAD_US).div_euclid(DAY_US);
        // The last month that does not begin after the day.
        let (mut low, mut high) = (FIRST, LAST);
        while low < high {
            let middle = high - (high - low) / 2;
            if first_day(middle) <= day {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Self { number: low }
    }

    /// The month before; the first there is has none before it and is given back.
    #[must_use]
    pub fn before(self) -> Self {
        Self {
            number: (self.number - 1).max(FIRST),
        }
    }

    /// Its first day, in days since 1970-01-01.
    #[must_use]
    pub fn first_day(self) -> i64 {
        first_day(self.number)
    }

    /// The day after its last.
    #[must_use]
    pub fn end_day(self) -> i64 {
        first_day(self.number + 1)
    }

    /// When it begins, µs since epoch UTC.
    #[must_use]
    pub fn start_us(self) -> i64 {
        self.first_day() * DAY_US - AHEAD_US
    }

    /// When it is over, µs since epoch UTC, exclusive.
    #[must_use]
    pub fn end_us(self) -> i64 {
        self.end_day() * DAY_US - AHEAD_US
    }
}

/// Days from 1970-01-01 to the first of a month (Howard Hinnant, "chrono-compatible low-level date algorithms"): years are taken to begin
/// in March, so that the leap day is a year's last.
fn first_day(number: i64) -> i64 {
    let (year, month) = (number.div_euclid(12), number.rem_euclid(12));
    let year = if month < 2 { year - 1 } else { year };
    let since_march = (month + 10) % 12;
    let day_of_year = (153 * since_march + 2) / 5;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.number.div_euclid(12), self.number.rem_euclid(12) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Month;

    #[test]
    fn a_month_begins_at_five_in_the_afternoon_utc() {
        let month = Month::parse("2026-10").unwrap();
        // 2026-09-30T17:00:00Z and 2026-10-31T17:00:00Z by GNU date.
        assert_eq!((month.start_us(), month.end_us()), (1_790_787_600_000_000, 1_793_466_000_000_000));
        assert_eq!(Month::of(month.start_us()), month);
        assert_eq!(Month::of(month.start_us() - 1), month.before());
        assert_eq!(Month::of(month.end_us() - 1), month);
        assert_eq!(month.before().to_string(), "2026-09");
    }

    #[test]
    fn months_follow_each_other_and_leap_years_are_kept() {
        let days = |text: &str| {
            let month = Month::parse(text).unwrap();
            month.end_day() - month.first_day()
        };
        for (text, expected) in [
            ("2024-02", 29),
            ("2026-02", 28),
            ("2100-02", 28),
            ("2000-02", 29),
            ("2026-12", 31),
            ("2026-04", 30),
        ] {
            assert_eq!(days(text), expected, "{text}");
        }
        assert_eq!(Month::parse("2026-01").unwrap().before().to_string(), "2025-12");
        assert_eq!(Month::parse("2000-01").unwrap().first_day(), 10_957);
        assert_eq!(Month::of(i64::MIN).to_string(), "2000-01");
        assert_eq!(Month::of(i64::MAX).to_string(), "2199-12");
        for wrong in [
            "",
            "2026",
            "2026-13",
            "2026-00",
            "1999-12",
            "2200-01",
            "26-10",
            "2026-1",
            "+026-10",
            "2026-10-01",
        ] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }
}
