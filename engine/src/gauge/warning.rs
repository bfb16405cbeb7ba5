//! When somebody is warned of a gauge: a message as it reaches another Siaga, one an hour while it stays there, and one when it is normal again.
//!
//! Nothing is remembered: which messages there were follows from the readings, so that every process tells the same ones under the same names.
//! A reading that comes late for a moment in between may change them.

use super::siaga::{Siaga, Thresholds};
use super::standing::Reading;
use crate::time::HOUR_US;

/// A message that was sent of a gauge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The reading it is about.
    pub reading: Reading,
    /// The Siaga of that.
    pub siaga: Siaga,
}

/// The last message of a gauge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Itself. Siaga 4 = it is over.
    pub issued: Issued,
    /// The one it stands for now; none if it is the first since the gauge was normal.
    pub before: Option<Issued>,
}

/// The last message of the gauge of these readings (by time, one a moment); none if it was normal all the time, or has no thresholds.
#[must_use]
pub fn warning(thresholds: Thresholds, readings: &[Reading]) -> Option<Warning> {
    let mut last: Option<Warning> = None;
    let mut standing: Option<Issued> = None;
    let mut previous: Option<Issued> = None;
    for reading in readings {
        let now = Issued {
            reading: *reading,
            siaga: thresholds.siaga(reading.level_cm)?,
        };
        if !now.siaga.warns() {
            if let Some(before) = standing.take() {
                last = Some(Warning {
                    issued: now,
                    before: Some(before),
                });
            }
        } else if previous.is_none_or(|previous| previous.siaga != now.siaga || hour(previous) != hour(now)) {
            last = Some(Warning {
                issued: now,
                before: standing,
            });
            standing = Some(now);
        }
        previous = Some(now);
    }
    last
}

const fn hour(issued: Issued) -> i64 {
    issued.reading.time_us.div_euclid(HOUR_US)
}

#[cfg(test)]
mod tests {
    use super::{HOUR_US, Issued, Reading, Warning, warning};
    use crate::gauge::{Siaga, Thresholds};

    const MINUTE: i64 = HOUR_US / 60;
    const THRESHOLDS: Thresholds = Thresholds {
        one_cm: Some(200),
        two_cm: Some(150),
        three_cm: Some(80),
    };

    fn of(levels: &[(i64, i32)]) -> Option<Warning> {
        let readings: Vec<Reading> = levels.iter().map(|(minutes, level_cm)| at(*minutes, *level_cm)).collect();
        warning(THRESHOLDS, &readings)
    }

    const fn at(minutes: i64, level_cm: i32) -> Reading {
        Reading {
            time_us: minutes * MINUTE,
            level_cm,
        }
    }

    #[test]
    fn a_message_is_sent_as_the_siaga_changes_and_once_an_hour() {
        let three = Issued {
            reading: at(10, 90),
            siaga: Siaga::Three,
        };
        let first = Warning {
            issued: three,
            before: None,
        };
        assert_eq!(of(&[(0, 10)]), None);
        assert_eq!(of(&[(0, 10), (10, 90)]), Some(first));
        assert_eq!(
            of(&[(0, 10), (10, 90), (20, 120), (59, 149)]),
            Some(first),
            "the same hour, the same Siaga"
        );
        let worse = of(&[(0, 10), (10, 90), (20, 160)]).unwrap();
        assert_eq!((worse.issued.siaga, worse.before), (Siaga::Two, Some(three)));
        let next_hour = of(&[(0, 10), (10, 90), (20, 120), (60, 130)]).unwrap();
        assert_eq!((next_hour.issued.reading, next_hour.before), (at(60, 130), Some(three)));
    }

    #[test]
    fn the_end_is_told_once_and_the_next_flood_is_another() {
        let over = of(&[(0, 90), (10, 70), (20, 60)]).unwrap();
        assert_eq!((over.issued.siaga, over.issued.reading), (Siaga::Four, at(10, 70)));
        assert_eq!(over.before.unwrap().reading, at(0, 90));
        let again = of(&[(0, 90), (10, 70), (20, 81)]).unwrap();
        assert_eq!((again.issued.siaga, again.before), (Siaga::Three, None));
    }

    #[test]
    fn readings_that_were_forgotten_do_not_change_the_last_message() {
        let levels: Vec<(i64, i32)> = (0..40).map(|number| (number * 15, 90 + i32::from(number > 20) * 70)).collect();
        let whole = of(&levels).unwrap();
        for forgotten in 1..30 {
            assert_eq!(of(&levels[forgotten..]).unwrap().issued, whole.issued, "{forgotten}");
        }
    }

    #[test]
    fn a_gauge_without_thresholds_warns_of_nothing() {
        assert_eq!(warning(Thresholds::default(), &[at(0, 999)]), None);
    }
}
