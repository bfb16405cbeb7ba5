//! How many reports the hour of the week lets expect: the formula of `sql/cells.sql` for those who count without SQL.

use crate::tables::CitySnapshot;

/// One week in µs.
pub const WEEK_US: i64 = 7 * 24 * 3_600_000_000;
/// Weeks of history that count.
pub const KEPT_WEEKS: i64 = 8;
const HOUR_US: f64 = 3_600_000_000.0;

/// How much log lies before a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// µs between the first pane and the window, at most eight weeks.
    pub us: i64,
}

impl History {
    /// The history before a window that starts at `start_us` (µs since epoch UTC).
    #[must_use]
    pub fn before(start_us: i64, snapshot: &CitySnapshot) -> Self {
        let first = snapshot
            .lanes
            .values()
            .flat_map(|lane| &lane.segments)
            .map(|segment| segment.panes().0)
            .min();
        let kept = KEPT_WEEKS * WEEK_US;
        Self {
            us: first.map_or(0, |first| start_us.saturating_sub(first).clamp(0, kept)),
        }
    }

    /// Whole weeks in it.
    #[must_use]
    pub const fn weeks(self) -> i64 {
        self.us / WEEK_US
    }

    /// Whether a pane `ago_us` before the window's start lies in the same hours of an earlier week that counts.
    #[must_use]
    pub const fn same_hours(self, ago_us: i64, window_us: i64) -> bool {
        let week = (ago_us + WEEK_US - 1) / WEEK_US;
        ago_us > 0 && week <= self.weeks() && week * WEEK_US - ago_us < window_us
    }
}

/// The expectation for all areas of a city and one window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expectation {
    window_us: f64,
    history: History,
    /// Reports of the city per area and µs.
    city: f64,
}

impl Expectation {
    /// `reports`: of the whole city, in the history and the window together; `places`: its areas.
    #[must_use]
    pub fn new(window_us: i64, history: History, reports: i64, places: u32) -> Self {
        let window_us = number(window_us);
        Self {
            window_us,
            history,
            city: number(reports) / (f64::from(places.max(1)) * (number(history.us) + window_us)),
        }
    }

    /// Reports expected in an area with `past` reports in its history, `same` of them in the same hours of the week.
    #[must_use]
    pub fn of(&self, past: i64, same: i64) -> f64 {
        let own = self.window_us * (number(past) + HOUR_US * self.city) / (number(self.history.us) + HOUR_US);
        (number(same) + own) / (number(self.history.weeks()) + 1.0)
    }
}

/// How surprising `n` is where `expected` was: `2 (√(n + 3/8) − √(expected + 3/8))`.
#[must_use]
pub fn surprise(n: i64, expected: f64) -> f64 {
    2.0 * ((number(n) + 0.375).sqrt() - (expected + 0.375).sqrt())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of reports, and µs of at most some decades: below 2^53"
)]
fn number(whole: i64) -> f64 {
    whole as f64
}

#[cfg(test)]
mod tests {
    use super::{Expectation, History, WEEK_US, surprise};

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn without_history_an_area_is_an_average_one() {
        let expectation = Expectation::new(HOUR, History::default(), 100, 50);
        assert!((expectation.of(0, 0) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn the_same_hours_of_whole_weeks_count_and_no_others() {
        let history = History { us: 2 * WEEK_US + HOUR };
        assert_eq!(history.weeks(), 2);
        assert!(history.same_hours(WEEK_US, HOUR), "the first minute a week ago");
        assert!(history.same_hours(2 * WEEK_US - HOUR + 1, HOUR));
        assert!(!history.same_hours(WEEK_US - HOUR, HOUR), "the end is exclusive");
        assert!(!history.same_hours(0, HOUR), "the window itself is not history");
        assert!(!history.same_hours(3 * WEEK_US, HOUR), "the log does not hold that week");
    }

    #[test]
    fn a_surprise_grows_with_the_count_and_is_nothing_where_it_was_expected() {
        assert!(surprise(4, 4.0).abs() < 1e-12);
        assert!(surprise(10, 4.0) > surprise(9, 4.0));
        assert!(surprise(0, 4.0) < 0.0);
    }
}
