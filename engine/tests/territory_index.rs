//! The index against brute force over the city's real polygons: anywhere, near borders, on borders.
#![expect(
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "it prints its speed"
)]

mod territory_support;

use std::time::Instant;

use geo::{Coord, LinesIter};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tanggap_engine::territory::{Territory, TerritoryIndex};
use territory_support::{BruteForce, extent, random_point, real_territory};

const METRES: f64 = 1.0 / 111_195.0;

fn assert_equal(territory: &Territory, index: &TerritoryIndex, points: &[Coord<f64>], what: &str) {
    let begin = Instant::now();
    let mut located = 0_usize;
    for point in points {
        located += usize::from(index.locate(point.x, point.y).kelurahan.is_some());
    }
    let each = begin.elapsed().as_secs_f64() * 1e9 / points.len().max(1) as f64;
    eprintln!(
        "{what}: {} points, {located} in the territory, {each:.1} ns a point, {:.1} M/s",
        points.len(),
        1e3 / each
    );
    let brute = BruteForce::new(territory);
    let wrong: Vec<_> = points
        .iter()
        .map(|&point| (point, index.locate(point.x, point.y).kelurahan, brute.locate(point)))
        .filter(|(_, ours, theirs)| ours != theirs)
        .collect();
    assert!(
        wrong.is_empty(),
        "{what}: {} differ, first {:?}",
        wrong.len(),
        &wrong[..wrong.len().min(5)]
    );
}

#[test]
fn the_index_equals_brute_force_for_every_point() {
    let Some(territory) = real_territory() else { return };
    let begin = Instant::now();
    let index = TerritoryIndex::build(&territory);
    eprintln!(
        "built in {:.0} ms, {:.1} MB",
        begin.elapsed().as_secs_f64() * 1e3,
        index.bytes() as f64 / 1e6
    );
    let mut random = ChaCha8Rng::seed_from_u64(267);
    let (low, high) = extent(&territory);
    let pad = 300.0 * METRES;
    let everywhere = (
        Coord {
            x: low.x - pad,
            y: low.y - pad,
        },
        Coord {
            x: high.x + pad,
            y: high.y + pad,
        },
    );
    let anywhere: Vec<_> = (0..1_000_000).map(|_| random_point(&mut random, everywhere)).collect();
    assert_equal(&territory, &index, &anywhere, "box and 300 m around it");

    let mainland = (Coord { x: 106.68, y: -6.38 }, Coord { x: 106.98, y: -6.08 });
    let city: Vec<_> = (0..1_000_000).map(|_| random_point(&mut random, mainland)).collect();
    assert_equal(&territory, &index, &city, "mainland");

    let lines: Vec<geo::Line<f64>> = territory.kelurahan().iter().flat_map(|one| one.shape.lines_iter()).collect();
    let mut beside = |reach_m: f64| -> Vec<Coord<f64>> {
        (0..250_000)
            .map(|_| {
                let line = lines[random.random_range(0..lines.len())];
                let at = line.start + line.delta() * random.random_range(0.0..1.0);
                let angle = random.random_range(0.0..std::f64::consts::TAU);
                let away = random.random_range(0.0..=1.0) * reach_m * METRES;
                Coord {
                    x: at.x + away * angle.cos(),
                    y: at.y + away * angle.sin(),
                }
            })
            .collect()
    };
    for reach_m in [200.0, 5.0, 0.001, 0.0] {
        let points = beside(reach_m);
        assert_equal(&territory, &index, &points, &format!("within {reach_m} m of a border"));
    }
    let vertices: Vec<_> = lines.iter().map(|line| line.start).collect();
    assert_equal(&territory, &index, &vertices, "vertices");
    // At a vertex's latitude or longitude, where a ray meets two edges at once.
    let level: Vec<_> = (0..250_000)
        .map(|turn| {
            let vertex = vertices[random.random_range(0..vertices.len())];
            let away = random.random_range(-0.01..0.01);
            if turn % 2 == 0 {
                Coord {
                    x: vertex.x + away,
                    y: vertex.y,
                }
            } else {
                Coord {
                    x: vertex.x,
                    y: vertex.y + away,
                }
            }
        })
        .collect();
    assert_equal(&territory, &index, &level, "level with a vertex");
}
