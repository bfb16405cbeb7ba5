//! Metres between reports, and the cells they are looked for in.
//!
//! Offsets are whole centimetres: sums of them do not depend on their order, so neither does anything that comes of them.

use h3o::{CellIndex, LatLng, Resolution};

/// Metres of a degree of latitude, and of one of longitude at the equator (WGS 84, rounded).
const METRES_NORTH: f64 = 110_574.0;
const METRES_EAST: f64 = 111_320.0;
/// Cells reports are looked for in: about 0.1 km².
const RESOLUTION: Resolution = Resolution::Nine;
/// No edge of such a cell is shorter, metres, with room to spare (the mean is 201 m; H3's table of edge lengths).
const EDGE_M: f64 = 150.0;

/// Where a report is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spot {
    pub(super) longitude_deg: f64,
    pub(super) latitude_deg: f64,
    /// H3 index.
    pub(super) cell: u64,
}

impl Spot {
    /// None if these are no degrees.
    pub(super) fn new((longitude_deg, latitude_deg): (f64, f64)) -> Option<Self> {
        let point = LatLng::new(latitude_deg, longitude_deg).ok()?;
        Some(Self {
            longitude_deg,
            latitude_deg,
            cell: point.to_cell(RESOLUTION).into(),
        })
    }

    /// Where another lies from here, east and north, centimetres; the other way round it is the same with the other sign.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the earth has 4·10⁹ centimetres; what is no number becomes 0"
    )]
    pub(super) fn offset_cm(&self, other: &Self) -> (i64, i64) {
        let latitude = f64::midpoint(self.latitude_deg, other.latitude_deg).to_radians();
        let east = (other.longitude_deg - self.longitude_deg) * latitude.cos() * METRES_EAST;
        let north = (other.latitude_deg - self.latitude_deg) * METRES_NORTH;
        ((east * 100.0).round() as i64, (north * 100.0).round() as i64)
    }

    /// Metres to another.
    pub(super) fn metres(&self, other: &Self) -> f64 {
        let (east, north) = self.offset_cm(other);
        squared_m2(east, north).sqrt()
    }

    /// Whether another may be within so many metres: cheap, and never wrongly no.
    pub(super) fn may_reach(&self, other: &Self, radius_m: f64) -> bool {
        (self.latitude_deg - other.latitude_deg).abs() * METRES_NORTH <= radius_m + 1.0
    }

    /// Cells within so many steps of the grid, each with its steps.
    pub(super) fn around(&self, steps: u32) -> Vec<(CellIndex, u32)> {
        CellIndex::try_from(self.cell).map_or_else(|_| Vec::new(), |cell| cell.grid_disk_distances(steps))
    }
}

/// Square of a length, m², of its parts in centimetres: exact up to some hundred kilometres.
#[expect(clippy::cast_precision_loss, reason = "lengths on the earth in centimetres are far below 2^53")]
pub(super) fn squared_m2(east_cm: i64, north_cm: i64) -> f64 {
    let (east, north) = (east_cm as f64, north_cm as f64);
    (east * east + north * north) / 1e4
}

/// Steps of the grid that reach everything within a radius of any point of a cell.
///
/// A cell `k + 1` steps away has its centre at least 1.5 · edge · (k + 1) from ours; each point lies within an edge of its cell's centre.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a radius is above 0 and far below 10⁹ edges"
)]
pub(super) fn steps_to(radius_m: f64) -> u32 {
    let steps = (radius_m + 2.0 * EDGE_M) / (1.5 * EDGE_M) - 1.0;
    steps.ceil().clamp(1.0, 100.0) as u32
}

#[cfg(test)]
mod tests {
    use super::{Spot, squared_m2, steps_to};

    fn spot(east_m: f64, north_m: f64) -> Spot {
        Spot::new((106.8 + east_m / 110_668.0, -6.2 + north_m / 110_574.0)).unwrap()
    }

    #[test]
    fn offsets_are_the_same_from_both_sides() {
        let (one, other) = (spot(0.0, 0.0), spot(300.0, -400.0));
        let (east, north) = one.offset_cm(&other);
        assert_eq!(other.offset_cm(&one), (-east, -north));
        assert!((one.metres(&other) - 500.0).abs() < 1.0, "{}", one.metres(&other));
        assert!((squared_m2(300, 400) - 25.0).abs() < 1e-9);
    }

    #[test]
    fn every_point_within_the_radius_is_in_a_cell_that_is_looked_at() {
        for radius_m in [60.0, 100.0, 250.0, 800.0] {
            for start in 0..40_u32 {
                let from = spot(f64::from(start) * 37.0, f64::from(start) * 91.0);
                let around = from.around(steps_to(radius_m));
                for turn in 0..36_u32 {
                    let (sine, cosine) = (f64::from(turn) * 10.0).to_radians().sin_cos();
                    let to = spot(
                        f64::from(start) * 37.0 + radius_m * cosine,
                        f64::from(start) * 91.0 + radius_m * sine,
                    );
                    assert!(around.iter().any(|(cell, _)| u64::from(*cell) == to.cell), "{radius_m} m");
                }
            }
        }
        assert_eq!((steps_to(60.0), steps_to(250.0), steps_to(800.0)), (1, 2, 4));
    }

    #[test]
    fn what_are_no_degrees_is_no_spot() {
        assert!(Spot::new((f64::NAN, 0.0)).is_none());
    }
}
