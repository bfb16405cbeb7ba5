//! What can be wrong with a calendar or with office hours. All of it is found before the first second is counted.

use super::Date;

/// Why a calendar or office hours are refused. Each text says what is wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// It is no TOML of the expected shape.
    #[error("the {what} cannot be read: {message}")]
    Unreadable {
        /// `calendar` or `office hours`.
        what: &'static str,
        /// What the reader said, with line and column.
        message: String,
    },
    /// A date that does not exist or is spelled otherwise.
    #[error("`{text}` in {place} is no date; write year-month-day, as in 2016-02-08")]
    NoDate {
        /// Where it stands.
        place: String,
        /// As written.
        text: String,
    },
    /// A day without a name.
    #[error("{date} in {place} has no name; say which day it is")]
    Unnamed {
        /// Where it stands.
        place: String,
        /// The day.
        date: Date,
    },
    /// A day under a year it is not in.
    #[error("{date} stands under year {year}; move it to its own year")]
    WrongYear {
        /// The day.
        date: Date,
        /// The year it stands under.
        year: i32,
    },
    /// One day, free for two reasons.
    #[error("{date} is free twice; keep one of its lines")]
    FreeTwice {
        /// The day.
        date: Date,
    },
    /// The calendar has no year at all.
    #[error("the calendar has no year; add a table like [years.2026]")]
    NoYears,
    /// A year is left out.
    #[error("the calendar has years around {year} but not {year}; add [years.{year}], or drop the years on one side of it")]
    MissingYear {
        /// The first one missing.
        year: i32,
    },
    /// A year no date of ours can be written in.
    #[error("year {year} is not from 0 to 9999")]
    NoYear {
        /// As written.
        year: i32,
    },
    /// An offset no place on Earth has.
    #[error("utc_offset_minutes is {minutes}; it must lie from -840 to 840 (Jakarta: 420)")]
    NoOffset {
        /// As written.
        minutes: i32,
    },
    /// A free day of the city's own that the calendar does not reach.
    #[error("the free day {date} of the office hours lies outside the calendar's years {first} to {last}; add its year to the calendar")]
    OutsideYears {
        /// The day.
        date: Date,
        /// First year of the calendar.
        first: i32,
        /// Last year of the calendar.
        last: i32,
    },
    /// Hours that cannot be understood.
    #[error("`{text}` on {day} of set `{set}` are no hours; write them as in 07:30-16:00, ending after they begin, at 24:00 at the latest")]
    NoHours {
        /// The set.
        set: String,
        /// The weekday.
        day: &'static str,
        /// As written.
        text: String,
    },
    /// Hours that overlap or are out of order.
    #[error("the hours on {day} of set `{set}` overlap or are out of order at `{text}`; write them in order, apart from each other")]
    HoursOverlap {
        /// The set.
        set: String,
        /// The weekday.
        day: &'static str,
        /// The later one, as written.
        text: String,
    },
    /// Hours that would never count.
    #[error("set `{set}` has hours on {day}, which is weekend; drop them, or give the set `works_on_free_days = true`")]
    HoursOnWeekend {
        /// The set.
        set: String,
        /// The weekday.
        day: &'static str,
    },
    /// A set that is never open, in which no time would ever pass.
    #[error("set `{set}` has no hours on any day; give it some, or drop it")]
    NeverOpen {
        /// The set.
        set: String,
    },
    /// A set that is nowhere defined.
    #[error("{place} names the set `{set}`, which is not defined; add [sets.{set}], or name one of: {known}")]
    UnknownSet {
        /// Who names it.
        place: String,
        /// As written.
        set: String,
        /// The sets there are.
        known: String,
    },
    /// A unit that is not there.
    #[error("the office hours name the unit `{unit}`, which no rule of routing knows; use the code of a unit there")]
    UnknownUnit {
        /// As written.
        unit: String,
    },
}
