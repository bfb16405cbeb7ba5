//! Time as the lanes see it: µs of event time, one-minute panes, and the watermark that only moves forward. And time as offices
//! see it: free days and office hours as data, and the working time between two instants.

mod calendar;
mod date;
mod day_sum;
mod error;
mod hours;
mod office_hours;
mod watermark;
mod working_time;

pub use calendar::{Calendar, FreeDay, FreeReason, INDONESIA};
pub use date::{Date, Weekday};
pub use error::CalendarError;
pub use hours::Hours;
pub use office_hours::JAKARTA_HOURS;
pub use watermark::{TimeSettings, Watermark};
pub use working_time::WorkingTime;

/// One minute in µs: the width of a pane.
pub const PANE_US: i64 = 60_000_000;
/// One hour in µs.
pub const HOUR_US: i64 = 3_600_000_000;

/// Start of the pane an event time falls into (inclusive), also before 1970.
#[must_use]
pub const fn pane_of(event_time: i64) -> i64 {
    event_time - event_time.rem_euclid(PANE_US)
}
