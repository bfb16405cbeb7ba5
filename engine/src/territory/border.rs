//! How far a position is from the nearest kelurahan border: what a route near a border must say. A uniform grid holds the edges;
//! the search widens ring by ring until no farther cell can hold a nearer edge.

use geo::{Coord, LinesIter};
use hashbrown::HashMap;

use super::Territory;
use super::band::METRES_PER_DEGREE;

/// Width of a grid cell, degrees: about 220 m, a few edges.
const CELL_DEG: f64 = 0.002;
/// Beyond so many rings (about 5 km) a position is far from every border and the distance is not said.
const RINGS: i32 = 25;

type Edge = (Coord<f64>, Coord<f64>);

/// The edges of all kelurahan.
#[derive(Clone, Debug, Default)]
pub struct BorderIndex {
    cells: HashMap<(i32, i32), Vec<Edge>, foldhash::fast::FixedState>,
}

impl BorderIndex {
    /// Takes every edge of every boundary.
    #[must_use]
    pub fn build(territory: &Territory) -> Self {
        let mut index = Self::default();
        for line in territory.kelurahan().iter().flat_map(|kelurahan| kelurahan.shape.lines_iter()) {
            let (first, last) = (cell(line.start), cell(line.end));
            for column in first.0.min(last.0)..=first.0.max(last.0) {
                for row in first.1.min(last.1)..=first.1.max(last.1) {
                    index.cells.entry((column, row)).or_default().push((line.start, line.end));
                }
            }
        }
        index
    }

    /// Metres to the nearest border, in the plane tangent at the position's latitude; `None` if it is kilometres away.
    #[must_use]
    pub fn distance_m(&self, longitude_deg: f64, latitude_deg: f64) -> Option<f64> {
        if !(longitude_deg.abs() <= 180.0 && latitude_deg.abs() <= 90.0) {
            return None;
        }
        let point = Coord {
            x: longitude_deg,
            y: latitude_deg,
        };
        let scale = latitude_deg.to_radians().cos();
        let (column, row) = cell(point);
        // From the position to the nearest side of its own cell.
        let aside = |degrees: f64| (degrees / CELL_DEG).fract().abs().min(1.0 - (degrees / CELL_DEG).fract().abs());
        let aside = aside(point.x).min(aside(point.y));
        let mut least_m2 = f64::INFINITY;
        for ring in 0..=RINGS {
            for (east, north) in around(ring) {
                for edge in self.cells.get(&(column + east, row + north)).into_iter().flatten() {
                    least_m2 = least_m2.min(distance_m2(*edge, point, scale));
                }
            }
            // Whatever lies beyond this ring is at least this far away, measured the narrow way.
            let seen_m = (f64::from(ring) + aside) * CELL_DEG * scale * METRES_PER_DEGREE;
            if least_m2 <= seen_m * seen_m {
                break;
            }
        }
        least_m2.is_finite().then(|| least_m2.sqrt())
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "degrees over a cell's width fit by far; a cast saturates"
)]
fn cell(point: Coord<f64>) -> (i32, i32) {
    ((point.x / CELL_DEG).floor() as i32, (point.y / CELL_DEG).floor() as i32)
}

/// Cells at exactly this many steps.
fn around(ring: i32) -> impl Iterator<Item = (i32, i32)> {
    (-ring..=ring)
        .flat_map(move |east| (-ring..=ring).map(move |north| (east, north)))
        .filter(move |(east, north)| east.abs().max(north.abs()) == ring)
}

/// Square of the distance, m²; `scale` is the cosine of the point's latitude.
pub(super) fn distance_m2((start, end): Edge, point: Coord<f64>, scale: f64) -> f64 {
    let plane = |at: Coord<f64>| ((at.x - point.x) * scale * METRES_PER_DEGREE, (at.y - point.y) * METRES_PER_DEGREE);
    let (from, to) = (plane(start), plane(end));
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length_m2 = dx * dx + dy * dy;
    let along = if length_m2 > 0.0 {
        (-(from.0 * dx + from.1 * dy) / length_m2).clamp(0.0, 1.0)
    } else {
        0.0
    };
    let (east, north) = (from.0 + along * dx, from.1 + along * dy);
    east * east + north * north
}

#[cfg(test)]
mod tests {
    use super::super::{PropertyNames, Territory};
    use super::{BorderIndex, distance_m2};
    use geo::{Coord, LinesIter};

    #[test]
    fn the_nearest_border_is_what_looking_at_every_edge_gives() {
        let file = br#"{"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"kode": "31.74.01.1001", "nama": "A", "kecamatan": "K", "kota": "S"}, "geometry": {"type": "Polygon",
             "coordinates": [[[106.80, -6.24], [106.86, -6.24], [106.86, -6.22], [106.83, -6.205], [106.80, -6.24]]]}},
            {"type": "Feature", "properties": {"kode": "31.74.01.1002", "nama": "B", "kecamatan": "K", "kota": "S"}, "geometry": {"type": "Polygon",
             "coordinates": [[[106.86, -6.24], [106.90, -6.24], [106.90, -6.22], [106.86, -6.22], [106.86, -6.24]]]}}]}"#;
        let territory = Territory::from_geojson(file, &PropertyNames::default()).unwrap();
        let index = BorderIndex::build(&territory);
        for step in 0..2_000_u32 {
            let (longitude, latitude) = (106.79 + f64::from(step % 50) * 0.0024, -6.25 + f64::from(step / 50) * 0.0013);
            let (point, scale) = (Coord { x: longitude, y: latitude }, latitude.to_radians().cos());
            let edges = territory.kelurahan().iter().flat_map(|kelurahan| kelurahan.shape.lines_iter());
            let least = edges
                .map(|line| distance_m2((line.start, line.end), point, scale))
                .fold(f64::INFINITY, f64::min)
                .sqrt();
            let found = index.distance_m(longitude, latitude).unwrap();
            assert!((found - least).abs() < 1e-6, "{longitude} {latitude}: {found} {least}");
        }
        assert_eq!(index.distance_m(107.5, -6.2), None);
        assert_eq!(index.distance_m(f64::NAN, -6.2), None);
    }
}
