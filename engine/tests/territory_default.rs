//! How often the shipped approximate territory is right, against the real boundaries.
#![expect(clippy::print_stderr, reason = "it prints its measure")]

mod territory_support;

use geo::Coord;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tanggap_engine::territory::{Level, Placement, Territory, TerritoryIndex};
use territory_support::{random_point, real_territory};

#[test]
fn the_shipped_territory_is_right_as_often_as_it_says() {
    let Some(real) = real_territory() else { return };
    let real = TerritoryIndex::build(&real);
    let shipped = TerritoryIndex::build(&Territory::jakarta_default());
    let mut random = ChaCha8Rng::seed_from_u64(79);
    let mainland = (Coord { x: 106.68, y: -6.38 }, Coord { x: 106.98, y: -6.07 });
    let (mut points, mut nowhere) = (0_u32, 0_u32);
    let mut right = [0_u32; 4];
    while points < 50_000 {
        let at = random_point(&mut random, mainland);
        let truth = real.locate(at.x, at.y);
        let (Placement::Inside, Some(truth)) = (truth.placement, truth.kelurahan) else {
            continue;
        };
        points += 1;
        let Some(ours) = shipped.locate(at.x, at.y).kelurahan else {
            nowhere += 1;
            continue;
        };
        for (count, level) in right.iter_mut().zip(Level::ALL) {
            *count += u32::from(ours / level.divisor() == truth / level.divisor());
        }
    }
    let percent = right.map(|count| f64::from(count) * 100.0 / f64::from(points));
    eprintln!(
        "right: kelurahan {:.1} %, kecamatan {:.1} %, kota {:.1} %; outside {nowhere} of {points}",
        percent[0], percent[1], percent[2]
    );
    for (percent, (least, level)) in percent.iter().zip([78.0, 91.0, 97.0].into_iter().zip(Level::ALL)) {
        assert!(*percent >= least, "{level}: {percent:.2} % of {points} points, less than {least} %");
    }
}
