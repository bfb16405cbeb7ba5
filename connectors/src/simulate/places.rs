//! The places of a city from a territory: each kelurahan at the middle of its largest polygon, weighted by people.

use tanggap_engine::territory::{Kelurahan, Territory};

use super::config::Place;

/// People a km² by kota, thousands: BPS 2024, rounded. A territory has no population of its own, and within a kota kelurahan differ
/// less than kota do; who has better figures sets [`Place::weight`].
const DENSITY: [(&str, f64); 6] = [
    ("31.01", 2.8),
    ("31.71", 21.6),
    ("31.72", 12.2),
    ("31.73", 19.9),
    ("31.74", 15.5),
    ("31.75", 16.6),
];
/// Elsewhere.
const OTHER_DENSITY: f64 = 10.0;

/// Every kelurahan of a territory as a place, in the order of their codes.
#[must_use]
pub fn places_of(territory: &Territory) -> Vec<Place> {
    territory.kelurahan().iter().filter_map(place_of).collect()
}

fn place_of(kelurahan: &Kelurahan) -> Option<Place> {
    let code = kelurahan.code.to_string();
    let rings = kelurahan
        .shape
        .iter()
        .map(|polygon| middle(polygon.exterior().coords().map(|at| (at.x, at.y))));
    let (_, longitude_deg, latitude_deg) = rings.max_by(|a, b| a.0.total_cmp(&b.0))?;
    let density = DENSITY.iter().find(|(kota, _)| code.starts_with(kota));
    let area_km2 = kelurahan.area_km2.max(0.0);
    Some(Place {
        name: kelurahan.name.clone(),
        longitude_deg,
        latitude_deg,
        area_km2,
        weight: area_km2 * density.map_or(OTHER_DENSITY, |(_, density)| *density),
        code,
    })
}

/// Size (square degrees, unsigned) and centroid of a closed ring; its first corner where it has no size.
fn middle(ring: impl Iterator<Item = (f64, f64)>) -> (f64, f64, f64) {
    let corners: Vec<(f64, f64)> = ring.collect();
    let Some(&(x0, y0)) = corners.first() else { return (0.0, 0.0, 0.0) };
    let (mut twice, mut x, mut y) = (0.0, 0.0, 0.0);
    for pair in corners.windows(2) {
        // From the first corner, so that small rings far from (0,0) keep their digits.
        let ((ax, ay), (bx, by)) = ((pair[0].0 - x0, pair[0].1 - y0), (pair[1].0 - x0, pair[1].1 - y0));
        let cross = ax * by - bx * ay;
        twice += cross;
        x += (ax + bx) * cross;
        y += (ay + by) * cross;
    }
    if twice == 0.0 {
        return (0.0, x0, y0);
    }
    (twice.abs() / 2.0, x0 + x / (3.0 * twice), y0 + y / (3.0 * twice))
}

#[cfg(test)]
mod tests {
    use super::middle;

    #[test]
    fn the_middle_of_a_ring_is_its_centroid_whichever_way_it_turns() {
        let square = [(106.0, -6.0), (106.2, -6.0), (106.2, -6.1), (106.0, -6.1), (106.0, -6.0)];
        for ring in [square.to_vec(), square.into_iter().rev().collect()] {
            let (size, x, y) = middle(ring.into_iter());
            assert!((size - 0.02).abs() < 1e-9 && (x - 106.1).abs() < 1e-9 && (y + 6.05).abs() < 1e-9);
        }
        assert_eq!(middle([(1.0, 2.0), (1.0, 2.0)].into_iter()), (0.0, 1.0, 2.0));
    }
}
