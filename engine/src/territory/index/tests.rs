//! The rule on small drawn cities, where the right answer is seen, and on random star-shaped ones, where it is tested edge by edge.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::super::{Kelurahan, KelurahanCode, Territory};
use super::{Located, Placement, TerritoryIndex};

fn ring(positions: &[(f64, f64)]) -> LineString<f64> {
    LineString::from(positions.to_vec())
}

fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Polygon<f64> {
    Polygon::new(
        ring(&[(west, south), (east, south), (east, north), (west, north), (west, south)]),
        Vec::new(),
    )
}

fn city(shapes: Vec<Vec<Polygon<f64>>>) -> Territory {
    let kelurahan = (3_174_011_001..)
        .zip(shapes)
        .map(|(code, polygons)| Kelurahan {
            code: KelurahanCode::from_integer(code),
            name: code.to_string(),
            kecamatan: String::new(),
            kota: String::new(),
            area_km2: 1.0,
            shape: MultiPolygon::new(polygons),
        })
        .collect();
    Territory::new(kelurahan, String::new(), false)
}

fn ordinal(index: &TerritoryIndex, longitude: f64, latitude: f64) -> Option<u32> {
    index.locate(longitude, latitude).ordinal
}

#[test]
fn in_two_the_smaller_code_wins_on_a_border_too() {
    // 0 and 1 overlap between 106.82 and 106.83; 1 and 2 share the border 106.85.
    let index = TerritoryIndex::build(&city(vec![
        vec![rectangle(106.80, -6.20, 106.83, -6.10)],
        vec![rectangle(106.82, -6.20, 106.85, -6.10)],
        vec![rectangle(106.85, -6.20, 106.88, -6.10)],
    ]));
    assert_eq!(ordinal(&index, 106.81, -6.15), Some(0));
    assert_eq!(ordinal(&index, 106.825, -6.15), Some(0));
    assert_eq!(ordinal(&index, 106.83, -6.15), Some(0), "its border belongs to it");
    assert_eq!(ordinal(&index, 106.830_000_000_1, -6.15), Some(1));
    assert_eq!(
        ordinal(&index, 106.85, -6.15),
        Some(1),
        "the shared border belongs to the smaller code"
    );
    assert_eq!(ordinal(&index, 106.85, -6.10), Some(1), "so does its corner");
    assert_eq!(ordinal(&index, 106.86, -6.10), Some(2), "and a northern border is no less a border");
    let located = index.locate(106.86, -6.15);
    assert_eq!(
        located,
        Located {
            kelurahan: Some(3_174_011_003),
            ordinal: Some(2),
            placement: Placement::Inside
        }
    );
}

#[test]
fn near_is_a_hundred_metres_and_the_nearest_wins() {
    // A gap of 0.001° (110.5 m) between 0 and 1; 100 m are 0.000899° of latitude.
    let index = TerritoryIndex::build(&city(vec![
        vec![rectangle(106.80, -6.20, 106.82, -6.10)],
        vec![rectangle(106.821, -6.20, 106.84, -6.10)],
    ]));
    let near = |longitude, latitude| (ordinal(&index, longitude, latitude), index.locate(longitude, latitude).placement);
    assert_eq!(near(106.820_2, -6.15), (Some(0), Placement::Near));
    assert_eq!(near(106.820_8, -6.15), (Some(1), Placement::Near));
    assert_eq!(near(106.81, -6.10 + 0.000_898), (Some(0), Placement::Near));
    assert_eq!(near(106.81, -6.10 + 0.000_900), (None, Placement::Outside));
    assert_eq!(
        near(106.80 - 0.000_904, -6.15),
        (Some(0), Placement::Near),
        "a degree of longitude is shorter there"
    );
    assert_eq!(near(106.80 - 0.000_906, -6.15), (None, Placement::Outside));
}

#[test]
fn equally_near_ones_give_the_smaller_code() {
    // Both touch the vertex 106.82, -6.10; the point is north of it.
    let slope = |west: f64, east: f64| Polygon::new(ring(&[(west, -6.2), (east, -6.2), (106.82, -6.1), (west, -6.2)]), Vec::new());
    let index = TerritoryIndex::build(&city(vec![vec![slope(106.82, 106.84)], vec![slope(106.80, 106.82)]]));
    assert_eq!(ordinal(&index, 106.82, -6.099_5), Some(0));
    assert_eq!(ordinal(&index, 106.819_9, -6.099_5), Some(0));
}

#[test]
fn holes_islands_and_enclaves_are_seen() {
    let mut around = rectangle(106.80, -6.20, 106.84, -6.10);
    around.interiors_push(ring(&[
        (106.81, -6.16),
        (106.81, -6.14),
        (106.83, -6.14),
        (106.83, -6.16),
        (106.81, -6.16),
    ]));
    let index = TerritoryIndex::build(&city(vec![
        vec![around, rectangle(106.90, -6.00, 106.91, -5.99)],
        vec![rectangle(106.815, -6.155, 106.825, -6.145)],
    ]));
    assert_eq!(ordinal(&index, 106.805, -6.15), Some(0));
    assert_eq!(ordinal(&index, 106.82, -6.15), Some(1));
    assert_eq!(ordinal(&index, 106.813, -6.15), None, "in the hole, 220 m from either");
    assert_eq!(ordinal(&index, 106.81, -6.15), Some(0), "on the hole's border");
    assert_eq!(ordinal(&index, 106.905, -5.995), Some(0), "on its island");
    assert_eq!(ordinal(&index, 106.87, -6.05), None);
}

#[test]
fn what_is_no_position_is_outside() {
    let index = TerritoryIndex::build(&city(vec![vec![rectangle(106.80, -6.20, 106.82, -6.10)]]));
    let odd = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        1e300,
    ];
    for a in odd {
        for b in odd {
            assert_eq!(index.locate(a, b), Located::OUTSIDE);
        }
        assert_eq!(index.locate(a, -6.15), Located::OUTSIDE);
        assert_eq!(index.locate(106.81, a), Located::OUTSIDE);
    }
    assert_eq!(TerritoryIndex::build(&city(Vec::new())).locate(106.81, -6.15), Located::OUTSIDE);
}

#[test]
fn a_territory_of_any_size_makes_an_index() {
    for (west, south, east, north) in [
        (95.0, -11.0, 141.0, 6.0),
        (-180.0, -90.0, 180.0, 90.0),
        (106.8, -6.2, 106.800_001, -6.199_999),
    ] {
        let index = TerritoryIndex::build(&city(vec![vec![rectangle(west, south, east, north)]]));
        assert_eq!(ordinal(&index, f64::midpoint(west, east), f64::midpoint(south, north)), Some(0));
        assert_eq!(ordinal(&index, west, south), Some(0));
        assert!(index.bytes() < 30_000_000, "{}", index.bytes());
    }
}

/// The rule by its words, on every edge, in plain arithmetic on points that no edge comes within rounding of.
fn slow(territory: &Territory, point: Coord<f64>) -> Option<u32> {
    let crossings = |polygon: &Polygon<f64>| {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        rings
            .flat_map(LineString::lines)
            .filter(|line| (line.start.y > point.y) != (line.end.y > point.y))
            .filter(|line| line.start.x + (line.end.x - line.start.x) * (point.y - line.start.y) / (line.end.y - line.start.y) > point.x)
            .count()
    };
    let held = (0..)
        .zip(territory.kelurahan())
        .find(|(_, one)| one.shape.iter().any(|polygon| crossings(polygon) % 2 == 1));
    if let Some((ordinal, _)) = held {
        return Some(ordinal);
    }
    let metres = 6_371_008.8_f64.to_radians();
    let distance = |one: &Kelurahan| {
        let lines = one
            .shape
            .iter()
            .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()));
        lines
            .flat_map(LineString::lines)
            .map(|line| {
                let plane = |end: Coord<f64>| ((end.x - point.x) * point.y.to_radians().cos() * metres, (end.y - point.y) * metres);
                let (a, b) = (plane(line.start), plane(line.end));
                let d = (b.0 - a.0, b.1 - a.1);
                let t = (-(a.0 * d.0 + a.1 * d.1) / (d.0 * d.0 + d.1 * d.1)).clamp(0.0, 1.0);
                (a.0 + t * d.0).hypot(a.1 + t * d.1)
            })
            .fold(f64::INFINITY, f64::min)
    };
    let nearest = (0_u32..).zip(territory.kelurahan()).map(|(ordinal, one)| (distance(one), ordinal));
    let (least, ordinal) = nearest.min_by(|a, b| a.0.total_cmp(&b.0))?;
    (least <= 100.0).then_some(ordinal)
}

#[test]
fn random_stars_give_what_every_edge_gives() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    for _ in 0..40 {
        let mut star = |spread: f64| {
            let centre = (106.8 + random.random_range(0.0..0.03), -6.2 + random.random_range(0.0..0.03));
            let corners = random.random_range(3..40);
            let mut positions: Vec<(f64, f64)> = (0..corners)
                .map(|corner| {
                    let angle = f64::from(corner) / f64::from(corners) * std::f64::consts::TAU;
                    let radius = spread * random.random_range(0.05..1.0);
                    (centre.0 + radius * angle.cos(), centre.1 + radius * angle.sin())
                })
                .collect();
            positions.push(positions[0]);
            Polygon::new(ring(&positions), Vec::new())
        };
        let territory = city(vec![
            vec![star(0.01), star(0.000_3)],
            vec![star(0.02)],
            vec![star(0.000_05), star(0.004)],
        ]);
        let index = TerritoryIndex::build(&territory);
        for _ in 0..5_000 {
            let point = Coord {
                x: 106.79 + random.random_range(0.0..0.05),
                y: -6.21 + random.random_range(0.0..0.05),
            };
            assert_eq!(ordinal(&index, point.x, point.y), slow(&territory, point), "{point:?}");
        }
    }
}
