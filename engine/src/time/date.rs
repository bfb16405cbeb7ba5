//! A day of the civil (Gregorian) calendar, and its weekday. Days are counted from 1970-01-01; nothing here knows a clock or a zone.

use std::fmt;

use serde::Deserialize;

/// One day in µs; days are never longer or shorter, because the zones we know have no daylight saving time.
pub(super) const DAY_US: i64 = 86_400_000_000;

/// Days from 0000-03-01 to 1970-01-01, and in 400 years.
const EPOCH_SHIFT: i64 = 719_468;
const ERA_DAYS: i64 = 146_097;

/// A civil date, printed `2016-02-08`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(i64);

/// A day of the week, Monday first (ISO 8601).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// All seven, Monday first.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// The name used in files.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }
}

impl Date {
    /// The date, if there is such a day.
    #[must_use]
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        if day == 0 || day > days_in_month(year, month)? {
            return None;
        }
        let (month, day) = (i64::from(month), i64::from(day));
        // Years that begin in March put the leap day last (Howard Hinnant, "chrono-compatible low-level date algorithms").
        let year = i64::from(year) - i64::from(month <= 2);
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Self(era * ERA_DAYS + day_of_era - EPOCH_SHIFT))
    }

    /// Reads `2016-02-08`: four, two and two digits, and a day that exists.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |part: &str, width| part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// Its weekday.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        Weekday::ALL[weekday_number(self.0)]
    }

    /// Its year; saturates beyond those an `i32` can name, which no event time reaches.
    #[must_use]
    pub fn year(self) -> i32 {
        let (year, _, _) = self.civil();
        i32::try_from(year).unwrap_or(if year < 0 { i32::MIN } else { i32::MAX })
    }

    /// Days since 1970-01-01.
    pub(super) const fn days(self) -> i64 {
        self.0
    }

    /// The date so many days after 1970-01-01.
    pub(super) const fn from_days(days: i64) -> Self {
        Self(days)
    }

    /// Year, month and day of the month.
    fn civil(self) -> (i64, i64, i64) {
        let shifted = self.0.saturating_add(EPOCH_SHIFT);
        let (era, day_of_era) = (shifted.div_euclid(ERA_DAYS), shifted.rem_euclid(ERA_DAYS));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        (year_of_era + era * 400 + i64::from(month <= 2), month, day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(formatter, "{year:04}-{month:02}-{day:02}")
    }
}

/// Weekday of a day since 1970-01-01 (a Thursday), Monday = 0.
pub(super) fn weekday_number(days: i64) -> usize {
    usize::try_from((days.rem_euclid(7) + 3) % 7).expect("a remainder of 7")
}

fn days_in_month(year: i32, month: u8) -> Option<u8> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if leap { 29 } else { 28 }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Date, Weekday};

    #[test]
    fn every_day_of_eight_centuries_follows_the_one_before() {
        let mut expected = Date::new(1600, 1, 1).unwrap();
        assert_eq!(expected.days(), -135_140, "1600-01-01 by GNU date: -11676096000 s");
        for year in 1600..2400 {
            for month in 1..=12 {
                for day in 1..=31 {
                    let Some(date) = Date::new(year, month, day) else { continue };
                    assert_eq!(date, expected);
                    assert_eq!(date.to_string(), format!("{year:04}-{month:02}-{day:02}"));
                    assert_eq!(date.year(), year);
                    expected = Date::from_days(expected.days() + 1);
                }
            }
        }
        assert_eq!(expected.days(), 157_054, "2400-01-01 by GNU date: 13569465600 s");
    }

    #[test]
    fn weekdays_are_those_of_the_calendar_on_the_wall() {
        for (text, weekday) in [
            ("1970-01-01", Weekday::Thursday),
            ("2016-02-08", Weekday::Monday),
            ("2016-02-29", Weekday::Monday),
            ("1969-12-28", Weekday::Sunday),
            ("2026-11-21", Weekday::Saturday),
        ] {
            assert_eq!(Date::parse(text).unwrap().weekday(), weekday, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_not_read() {
        for text in [
            "2015-02-29",
            "2016-13-01",
            "2016-00-10",
            "2016-01-00",
            "2016-1-1",
            "2016-01-01-",
            "+016-01-01",
            "",
            "2016/01/01",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert!(Date::parse("2016-02-29").is_some());
    }
}
