//! How long a clock runs: in wall time, in a unit's working hours, or in the city's working days.

use std::fmt;

use crate::time::{HOUR_US, WorkingTime};

/// A length of time as rules write it: `6 hours`, `7 days`, `4 working hours`, `5 working days`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Length {
    /// Hours on the clock, day and night.
    Hours(u32),
    /// Times 24 hours on the clock.
    Days(u32),
    /// Hours within the office hours of the unit that must answer.
    WorkingHours(u32),
    /// Working days of the city: days on which its default hours are open, whoever must answer. The law counts days, not shifts.
    WorkingDays(u32),
}

impl Length {
    /// Reads a length; a number of at least 1, then the unit in the singular or plural.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (number, unit) = text.trim().split_once(' ')?;
        let number: u32 = number.parse().ok().filter(|number| *number > 0)?;
        match unit.trim() {
            "hour" | "hours" => Some(Self::Hours(number)),
            "day" | "days" => Some(Self::Days(number)),
            "working hour" | "working hours" => Some(Self::WorkingHours(number)),
            "working day" | "working days" => Some(Self::WorkingDays(number)),
            _ => None,
        }
    }

    /// The instant (µs UTC) at which it is over, if it begins at `from` for a unit (code or name, see [`WorkingTime::hours`]).
    #[must_use]
    pub fn after(self, from: i64, working: &WorkingTime, unit: Option<&str>) -> i64 {
        match self {
            Self::Hours(hours) => from.saturating_add(i64::from(hours).saturating_mul(HOUR_US)),
            Self::Days(days) => from.saturating_add(i64::from(days).saturating_mul(24 * HOUR_US)),
            Self::WorkingHours(hours) => working.hours(unit).after(from, i64::from(hours).saturating_mul(HOUR_US)),
            Self::WorkingDays(days) => working.hours(None).after_days(from, days),
        }
    }

    /// The instant after which more than `percent` of it is gone. Of working days, the working time of the default hours is shared out.
    pub(super) fn share_after(self, from: i64, percent: u8, working: &WorkingTime, unit: Option<&str>) -> i64 {
        let due = self.after(from, working, unit);
        let share = |length: i64| length.saturating_mul(i64::from(percent)) / 100;
        let hours = match self {
            Self::Hours(_) | Self::Days(_) => return from.saturating_add(share(due.saturating_sub(from))),
            Self::WorkingHours(_) => working.hours(unit),
            Self::WorkingDays(_) => working.hours(None),
        };
        hours.after(from, share(hours.working_us(from, due)))
    }

    /// A moment of its kind of time put off by what of that kind lies in `[from, to)`: how far its end moves when it stands still for so
    /// long. Of working days, it is the working time of the default hours.
    pub(super) fn put_off(self, moment: i64, (from, to): (i64, i64), working: &WorkingTime, unit: Option<&str>) -> i64 {
        let hours = match self {
            Self::Hours(_) | Self::Days(_) => return moment.saturating_add(to.saturating_sub(from)),
            Self::WorkingHours(_) => working.hours(unit),
            Self::WorkingDays(_) => working.hours(None),
        };
        hours.after(moment, hours.working_us(from, to))
    }

    /// Hours where it is wall time; none where it depends on the calendar.
    #[must_use]
    pub fn wall_hours(self) -> Option<u64> {
        match self {
            Self::Hours(hours) => Some(u64::from(hours)),
            Self::Days(days) => Some(u64::from(days) * 24),
            Self::WorkingHours(_) | Self::WorkingDays(_) => None,
        }
    }

    /// Whether it is certainly shorter than another one; false where they are not measured alike.
    pub(super) fn shorter_than(self, other: Self) -> bool {
        match (self, other) {
            (Self::WorkingHours(own), Self::WorkingHours(other)) | (Self::WorkingDays(own), Self::WorkingDays(other)) => own < other,
            _ => matches!((self.wall_hours(), other.wall_hours()), (Some(own), Some(other)) if own < other),
        }
    }

    /// Whether another one is measured in the same way, so that the two can be compared.
    pub(super) fn like(self, other: Self) -> bool {
        match (self, other) {
            (Self::WorkingHours(_), Self::WorkingHours(_)) | (Self::WorkingDays(_), Self::WorkingDays(_)) => true,
            _ => self.wall_hours().is_some() && other.wall_hours().is_some(),
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match self {
            Self::Hours(number) => (number, "hour"),
            Self::Days(number) => (number, "day"),
            Self::WorkingHours(number) => (number, "working hour"),
            Self::WorkingDays(number) => (number, "working day"),
        };
        write!(formatter, "{number} {unit}{}", if *number == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::Length;

    #[test]
    fn lengths_are_read_as_they_are_printed() {
        for text in ["1 hour", "6 hours", "7 days", "1 working hour", "5 working days"] {
            assert_eq!(Length::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "6",
            "6h",
            "0 hours",
            "-1 days",
            "1.5 days",
            "six hours",
            "3 weeks",
            "3  working  days",
        ] {
            assert_eq!(Length::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_lengths_measured_alike_are_compared() {
        let length = |text| Length::parse(text).unwrap();
        assert!(length("23 hours").shorter_than(length("1 day")));
        assert!(!length("24 hours").shorter_than(length("1 day")));
        assert!(length("2 working days").shorter_than(length("3 working days")));
        assert!(!length("1 working hour").shorter_than(length("9 days")));
        assert!(length("1 hour").like(length("1 day")));
        assert!(!length("1 working hour").like(length("1 working day")));
    }
}
