//! Moments as texts and as windows: µs since epoch UTC in, RFC 3339 out, windows in whole minutes of event time.

use jiff::Timestamp;
use tanggap_engine::time::{HOUR_US, PANE_US, pane_of};
use tanggap_queries::tables::CitySnapshot;

/// Local time less UTC in Jakarta, µs. There is no summer time.
pub(crate) const LOCAL_US: i64 = 7 * HOUR_US;

/// A day, µs.
pub(crate) const DAY_US: i64 = 24 * HOUR_US;

/// The beginning of the day in Jakarta that a moment is in; both µs since epoch UTC.
pub(crate) const fn local_day(time_us: i64) -> i64 {
    time_us - time_us.saturating_add(LOCAL_US).rem_euclid(DAY_US)
}

/// Now, µs since epoch UTC.
pub(crate) fn now_us() -> i64 {
    Timestamp::now().as_microsecond()
}

/// RFC 3339 in UTC; empty where the calendar ends.
pub(crate) fn rfc3339(time_us: i64) -> String {
    Timestamp::from_microsecond(time_us)
        .map(|time| time.to_string())
        .unwrap_or_default()
}

/// A run of whole minutes, `[start_us, end_us)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) start_us: i64,
    pub(crate) end_us: i64,
    /// Whether nothing more can come into it but late rows.
    pub(crate) complete: bool,
}

impl Window {
    /// The window that ends with the newest event (watermark + delay, up to the next whole minute), so that early results show at
    /// once; or the one that ended at `at`. None before the first event.
    pub(crate) fn of(snapshot: &CitySnapshot, length_us: i64, delay_s: u32, at: Option<i64>) -> Option<Self> {
        let newest = snapshot.newest_watermark()?.saturating_add(i64::from(delay_s) * 1_000_000);
        let end_us = match at {
            Some(at) => pane_of(at.saturating_add(PANE_US - 1)),
            None => pane_of(newest).saturating_add(PANE_US),
        };
        Some(Self {
            start_us: end_us.saturating_sub(length_us),
            end_us,
            complete: snapshot.watermark().is_some_and(|watermark| end_us <= watermark),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tanggap_queries::tables::{CitySnapshot, LaneSnapshot};

    use super::Window;

    const MINUTE: i64 = 60_000_000;

    fn city(watermark: i64) -> CitySnapshot {
        let mut city = CitySnapshot::default();
        let lane = LaneSnapshot {
            watermark: Some(watermark),
            ..LaneSnapshot::default()
        };
        city.lanes.insert("a-0".to_owned(), Arc::new(lane));
        city
    }

    #[test]
    fn the_newest_event_is_in_the_window_whatever_its_second() {
        assert_eq!(Window::of(&CitySnapshot::default(), 5 * MINUTE, 60, None), None);
        for newest in [10 * MINUTE, 10 * MINUTE + 1, 11 * MINUTE - 1] {
            let window = Window::of(&city(newest - MINUTE), 5 * MINUTE, 60, None).unwrap();
            assert_eq!((window.start_us, window.end_us, window.complete), (6 * MINUTE, 11 * MINUTE, false));
        }
    }

    #[test]
    fn a_window_of_the_past_is_complete_once_the_watermark_has_passed_its_end() {
        let at = |time| Window::of(&city(10 * MINUTE), MINUTE, 60, Some(time)).unwrap();
        assert_eq!(at(10 * MINUTE).end_us, 10 * MINUTE);
        assert!(at(10 * MINUTE).complete);
        assert_eq!(at(10 * MINUTE + 1).end_us, 11 * MINUTE);
        assert!(!at(10 * MINUTE + 1).complete);
    }
}
