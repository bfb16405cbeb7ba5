//! Who of a unit can be sent, the nearest first: as distance and direction, never as a point.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::said::{Doing, Said};
use super::spot::Spot;

/// What an officer was sent to and has not finished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Open cases.
    pub(crate) open: usize,
    /// When they were last sent to one of them, µs since epoch UTC.
    pub(crate) last_us: i64,
}

/// Eight directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Compass {
    North,
    NorthEast,
    East,
    SouthEast,
    South,
    SouthWest,
    West,
    NorthWest,
}

impl Compass {
    const ALL: [Self; 8] = [
        Self::North,
        Self::NorthEast,
        Self::East,
        Self::SouthEast,
        Self::South,
        Self::SouthWest,
        Self::West,
        Self::NorthWest,
    ];

    /// The one nearest to a bearing, degrees from north, clockwise.
    fn of(bearing_deg: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 8, and the cast saturates whatever comes"
        )]
        let eighth = (bearing_deg / 45.0).round() as usize;
        Self::ALL[eighth % 8]
    }

    /// In Indonesian and English.
    pub(crate) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::North => ("utara", "north"),
            Self::NorthEast => ("timur laut", "north-east"),
            Self::East => ("timur", "east"),
            Self::SouthEast => ("tenggara", "south-east"),
            Self::South => ("selatan", "south"),
            Self::SouthWest => ("barat daya", "south-west"),
            Self::West => ("barat", "west"),
            Self::NorthWest => ("barat laut", "north-west"),
        }
    }
}

/// A free officer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Near {
    pub(crate) officer: String,
    /// To ten metres, from a kilometre on to a hundred: enough to choose by, and no more.
    pub(crate) distance_m: u64,
    pub(crate) direction: Compass,
    pub(crate) age_s: i64,
    pub(crate) accuracy_m: Option<f64>,
    /// Open cases they were sent to.
    pub(crate) open: usize,
}

/// The officers of a unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Nearest {
    /// The nearest first; as near, by code.
    pub(crate) items: Vec<Near>,
    /// Free ones, however far.
    pub(crate) free: usize,
    pub(crate) busy: usize,
    pub(crate) off: usize,
}

/// The free ones nearest to a point. Who was sent to a case that is open is busy, unless they have said later that they are free.
pub(super) fn nearest<'a>(
    said: impl Iterator<Item = &'a Said>,
    from: Spot,
    sent: &HashMap<String, Sent>,
    limit: usize,
    now_us: i64,
) -> Nearest {
    let mut found = Nearest::default();
    let mut free: Vec<(f64, Near)> = Vec::new();
    for one in said {
        let work = sent.get(&one.officer).copied().unwrap_or_default();
        let spot = match one.doing {
            Doing::Off => {
                found.off += 1;
                continue;
            }
            Doing::Free(spot) if work.open == 0 || one.time_us > work.last_us => spot,
            Doing::Free(_) | Doing::Busy => {
                found.busy += 1;
                continue;
            }
        };
        let distance_m = from.distance_m(spot);
        let near = Near {
            officer: one.officer.clone(),
            distance_m: coarse(distance_m),
            direction: Compass::of(from.bearing_deg(spot)),
            age_s: now_us.saturating_sub(one.time_us).max(0) / 1_000_000,
            accuracy_m: one.accuracy_m,
            open: work.open,
        };
        free.push((distance_m, near));
    }
    found.free = free.len();
    free.sort_by(|(a, one), (b, other)| a.total_cmp(b).then_with(|| one.officer.cmp(&other.officer)));
    found.items = free.into_iter().take(limit).map(|(_, near)| near).collect();
    found
}

/// Metres, to ten or to a hundred.
fn coarse(distance_m: f64) -> u64 {
    let step = if distance_m < 1_000.0 { 10.0 } else { 100.0 };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most half the Earth's girth, and the cast saturates"
    )]
    let steps = (distance_m / step).round() as u64;
    if distance_m < 1_000.0 { steps * 10 } else { steps * 100 }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::said::{Doing, Said};
    use super::super::spot::Spot;
    use super::{Compass, Sent, coarse, nearest};

    const NOW: i64 = 1_768_460_580_000_000;
    const SECOND: i64 = 1_000_000;
    const HERE: (f64, f64) = (106.8, -6.2);

    fn free(officer: &str, ago_s: i64, longitude: f64, latitude: f64) -> Said {
        Said {
            officer: officer.to_owned(),
            unit: "dsda".to_owned(),
            time_us: NOW - ago_s * SECOND,
            doing: Doing::Free(Spot::new(longitude, latitude)),
            accuracy_m: None,
        }
    }

    fn ask(said: &[Said], sent: &[(&str, Sent)], limit: usize) -> super::Nearest {
        let sent: HashMap<String, Sent> = sent.iter().map(|(officer, sent)| ((*officer).to_owned(), *sent)).collect();
        nearest(said.iter(), Spot::new(HERE.0, HERE.1), &sent, limit, NOW)
    }

    #[test]
    fn the_nearest_come_first_and_as_near_by_their_codes() {
        let said = [
            free("C", 9, 106.82, -6.2),
            free("B", 5, 106.8, -6.19),
            free("A", 7, 106.8, -6.21),
            free("D", 1, 106.9, -6.2),
        ];
        let found = ask(&said, &[], 3);
        let rows: Vec<(&str, u64, Compass, i64)> = found
            .items
            .iter()
            .map(|one| (one.officer.as_str(), one.distance_m, one.direction, one.age_s))
            .collect();
        // A hundredth of a degree of latitude is 1,112 m on the sphere of the Haversine formula (mean radius 6,371,009 m).
        assert_eq!(found.free, 4);
        assert_eq!(rows[2], ("C", 2_200, Compass::East, 9));
        let mut pair = rows[..2].to_vec();
        pair.sort_unstable_by_key(|row| row.0);
        assert_eq!(pair, [("A", 1_100, Compass::South, 7), ("B", 1_100, Compass::North, 5)]);
        let same = [free("Z", 1, 106.81, -6.2), free("Y", 2, 106.81, -6.2)];
        let order: Vec<String> = ask(&same, &[], 5).items.into_iter().map(|one| one.officer).collect();
        assert_eq!(order, ["Y", "Z"]);
    }

    #[test]
    fn who_was_sent_is_busy_until_they_say_later_that_they_are_free() {
        let said = [free("A", 60, 106.8, -6.2), free("B", 10, 106.8, -6.2), free("C", 60, 106.8, -6.2)];
        let at = |ago_s: i64, open| Sent {
            open,
            last_us: NOW - ago_s * SECOND,
        };
        let found = ask(&said, &[("A", at(30, 1)), ("B", at(30, 2)), ("C", at(30, 0))], 5);
        let rows: Vec<(&str, usize)> = found.items.iter().map(|one| (one.officer.as_str(), one.open)).collect();
        assert_eq!(rows, [("B", 2), ("C", 0)]);
        assert_eq!((found.free, found.busy, found.off), (2, 1, 0));
    }

    #[test]
    fn directions_and_distances_are_no_finer_than_they_have_to_be() {
        for (bearing, expected) in [
            (0.0, Compass::North),
            (22.4, Compass::North),
            (22.6, Compass::NorthEast),
            (180.0, Compass::South),
            (337.4, Compass::NorthWest),
            (337.6, Compass::North),
            (360.0, Compass::North),
            (f64::NAN, Compass::North),
        ] {
            assert_eq!(Compass::of(bearing), expected, "{bearing}");
        }
        for (metres, expected) in [
            (0.0, 0),
            (14.9, 10),
            (994.0, 990),
            (999.0, 1_000),
            (1_049.0, 1_000),
            (12_345.0, 12_300),
        ] {
            assert_eq!(coarse(metres), expected, "{metres}");
        }
    }
}
