//! What the territory tests share: where the real boundaries are, the brute-force rule, and random points.
#![allow(dead_code, reason = "each test file uses its own part")]
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test reads files and the environment and says what it did not run"
)]

use std::path::PathBuf;

use geo::{BoundingRect, Coord, CoordsIter, Distance, Euclidean, Intersects, LinesIter, MapCoords, Point};
use rand::Rng;
use tanggap_engine::territory::{PropertyNames, Territory};

/// The real boundaries, or `None` with a word about it; in CI their absence is a failure.
pub(crate) fn real_file() -> Option<Vec<u8>> {
    let folder = std::env::var("TANGGAP_DATA").map_or_else(|_| PathBuf::from("../../shared/data"), PathBuf::from);
    let path = folder.join("boundaries/kelurahan_dki_267.geojson");
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            assert!(std::env::var("CI").is_err(), "{}: {error}", path.display());
            eprintln!("NOT RUN: {} is not there ({error}); set TANGGAP_DATA", path.display());
            None
        }
    }
}

/// The real territory.
pub(crate) fn real_territory() -> Option<Territory> {
    real_file().map(|bytes| Territory::from_geojson(&bytes, &PropertyNames::default()).expect("the real boundaries load"))
}

/// The rule by the `geo` crate: every polygon is asked, no index but the polygons' boxes.
pub(crate) struct BruteForce<'a> {
    territory: &'a Territory,
    boxes: Vec<geo::Rect<f64>>,
}

impl<'a> BruteForce<'a> {
    /// Over a territory.
    pub(crate) fn new(territory: &'a Territory) -> Self {
        let boxes = territory
            .kelurahan()
            .iter()
            .map(|one| one.shape.bounding_rect().expect("a shape has positions"))
            .collect();
        Self { territory, boxes }
    }

    /// The code of a position.
    pub(crate) fn locate(&self, at: Coord<f64>) -> Option<i64> {
        let within = |rect: &geo::Rect<f64>, hair: f64| {
            at.x >= rect.min().x - hair && at.x <= rect.max().x + hair && at.y >= rect.min().y - hair && at.y <= rect.max().y + hair
        };
        let all = || self.territory.kelurahan().iter().zip(&self.boxes);
        if let Some((one, _)) = all().find(|(one, rect)| within(rect, 0.0) && one.shape.intersects(&Point(at))) {
            return Some(one.code.integer());
        }
        let degree = 6_371_008.8 * std::f64::consts::PI / 180.0;
        let scale = at.y.to_radians().cos();
        let mut best: Option<(f64, i64)> = None;
        for (one, _) in all().filter(|(_, rect)| within(rect, 0.001)) {
            let plane = one.shape.map_coords(|c| Coord {
                x: (c.x - at.x) * scale * degree,
                y: (c.y - at.y) * degree,
            });
            let origin = Point::new(0.0, 0.0);
            let distance = plane
                .lines_iter()
                .map(|line| Euclidean.distance(&origin, &line))
                .fold(f64::INFINITY, f64::min);
            if distance <= 100.0 && best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, one.code.integer()));
            }
        }
        best.map(|(_, code)| code)
    }
}

/// The box of a territory, degrees.
pub(crate) fn extent(territory: &Territory) -> (Coord<f64>, Coord<f64>) {
    let all = || territory.kelurahan().iter().flat_map(|one| one.shape.coords_iter());
    let fold = |by: fn(f64, f64) -> f64, from: f64| {
        all().fold(Coord { x: from, y: from }, |a, b| Coord {
            x: by(a.x, b.x),
            y: by(a.y, b.y),
        })
    };
    (fold(f64::min, f64::INFINITY), fold(f64::max, f64::NEG_INFINITY))
}

/// A point anywhere in a box.
pub(crate) fn random_point(random: &mut impl Rng, (low, high): (Coord<f64>, Coord<f64>)) -> Coord<f64> {
    Coord {
        x: random.random_range(low.x..high.x),
        y: random.random_range(low.y..high.y),
    }
}
