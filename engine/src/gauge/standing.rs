//! How a gauge stands: its newest level, its Siaga, where it is going, and whether anybody still reads it.

use super::siaga::{Siaga, Thresholds};
use super::theil_sen::theil_sen;
use crate::time::HOUR_US;

/// A gauge that was silent for longer says nothing of now, µs.
pub const SILENCE_US: i64 = 2 * HOUR_US;
/// A trend is of the readings of so long before the newest, µs.
pub const TREND_US: i64 = 2 * HOUR_US;
/// Fewer readings have no trend.
const FEWEST: usize = 3;
/// More are not looked at, only the newest: gauges are read every 2.5 to 60 minutes, and a slope costs their square.
const MOST: usize = 240;

/// One reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// When it was read, µs since epoch UTC.
    pub time_us: i64,
    /// Centimetres above the gauge's zero.
    pub level_cm: i32,
}

/// How a gauge stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Its newest reading.
    pub newest: Reading,
    /// The Siaga of it; none of a gauge without thresholds.
    pub siaga: Option<Siaga>,
    /// The next worse Siaga, and the level it begins at, cm; none if there is none.
    pub next: Option<(Siaga, i32)>,
    /// Centimetres an hour, rising above 0 ([`theil_sen`] of the last two hours); none of fewer than three readings, and of a silent gauge.
    pub trend_cm_h: Option<f64>,
    /// Whether it has been silent for more than two hours.
    pub stale: bool,
}

impl Standing {
    /// How the gauge of these readings stands at a moment. Readings are by time, one a moment; those after the moment count. None without any.
    #[must_use]
    pub fn of(thresholds: Thresholds, readings: &[Reading], as_of_us: i64) -> Option<Self> {
        let newest = *readings.last()?;
        let stale = as_of_us.saturating_sub(newest.time_us) > SILENCE_US;
        Some(Self {
            newest,
            siaga: thresholds.siaga(newest.level_cm),
            next: thresholds.next(newest.level_cm),
            trend_cm_h: if stale { None } else { trend(readings, newest.time_us) },
            stale,
        })
    }
}

fn trend(readings: &[Reading], newest_us: i64) -> Option<f64> {
    let from_us = newest_us.saturating_sub(TREND_US);
    let lately = readings.iter().rev().take_while(|reading| reading.time_us >= from_us).take(MOST);
    let points: Vec<(f64, f64)> = lately
        .map(|reading| (hours(reading.time_us - newest_us), f64::from(reading.level_cm)))
        .collect();
    if points.len() < FEWEST { None } else { theil_sen(&points) }
}

#[expect(clippy::cast_precision_loss, reason = "two hours are far below 2^53 µs")]
fn hours(length_us: i64) -> f64 {
    length_us as f64 / HOUR_US as f64
}

#[cfg(test)]
mod tests {
    use super::{HOUR_US, Reading, Standing};
    use crate::gauge::{Siaga, Thresholds};

    const MINUTE: i64 = HOUR_US / 60;
    const THRESHOLDS: Thresholds = Thresholds {
        one_cm: Some(200),
        two_cm: Some(150),
        three_cm: Some(80),
    };

    fn readings(levels: &[(i64, i32)]) -> Vec<Reading> {
        let reading = |&(minutes, level_cm): &(i64, i32)| Reading {
            time_us: minutes * MINUTE,
            level_cm,
        };
        levels.iter().map(reading).collect()
    }

    #[test]
    fn a_trend_is_of_the_last_two_hours_and_one_wrong_reading_does_not_move_it() {
        let levels = [
            (0, 500),
            (60, 70),
            (75, 75),
            (90, 80),
            (105, 0),
            (120, 90),
            (135, 95),
            (150, 100),
            (180, 110),
        ];
        let standing = Standing::of(THRESHOLDS, &readings(&levels), 181 * MINUTE).unwrap();
        assert!((standing.trend_cm_h.unwrap() - 20.0).abs() < 1e-9, "{standing:?}");
        assert_eq!((standing.siaga, standing.next), (Some(Siaga::Three), Some((Siaga::Two, 150))));
        assert!(!standing.stale);
    }

    #[test]
    fn two_readings_have_no_trend_and_a_silent_gauge_none_either() {
        let two = readings(&[(0, 10), (150, 20), (165, 30)]);
        assert_eq!(Standing::of(THRESHOLDS, &two, 165 * MINUTE).unwrap().trend_cm_h, None);
        let three = readings(&[(0, 10), (15, 20), (30, 30)]);
        let heard = Standing::of(THRESHOLDS, &three, 150 * MINUTE).unwrap();
        assert!(!heard.stale && heard.trend_cm_h.is_some());
        let silent = Standing::of(THRESHOLDS, &three, 150 * MINUTE + 1).unwrap();
        assert!(silent.stale && silent.trend_cm_h.is_none());
        assert_eq!(silent.siaga, Some(Siaga::Four), "what it last was");
        assert_eq!(Standing::of(THRESHOLDS, &[], 0), None);
    }
}
