//! Where people stand: a kelurahan by its weight, then a spot many know or anywhere in the disc of its area. Positions are
//! millionths of a degree.

use super::chance::{Chance, Weighted, micro_degrees};
use super::config::{Burst, Place};
use super::line::escaped;
use super::vocabulary::city_of;

const METRES_PER_DEGREE_NORTH: f64 = 110_574.0;
/// At Jakarta's latitude of about 6.2 degrees south.
const METRES_PER_DEGREE_EAST: f64 = 110_670.0;
/// Markets, stations, junctions: places with a magnet for reports.
const SPOTS: usize = 3;
/// Share of a kelurahan's reports that come from a spot.
const AT_A_SPOT: f64 = 0.45;
/// Every so many kelurahan one has a prolific reporter (45 % of the CRM points of 2020-21 lie in one kelurahan, in one cluster).
const PROLIFIC_EVERY: usize = 7;
/// Towns around Jakarta that reports come from, inside the bounds but in no kelurahan, and two positions outside the bounds: another
/// city of the app, and a sender that swapped the axes.
const OUTSIDE: [(f64, f64); 7] = [
    (106.800, -6.595),
    (106.822, -6.402),
    (106.992, -6.238),
    (106.631, -6.178),
    (106.700, -6.320),
    (112.752, -7.257),
    (-6.2, 106.8),
];

/// Degrees east and north, in millionths.
pub(super) type Point = (i32, i32);

/// A place, ready to stand in.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// Name, safe inside a JSON string.
    pub(super) name: String,
    pub(super) city: &'static str,
    centre: (f64, f64),
    radius_m: f64,
    spots: [(f64, f64); SPOTS],
}

/// All places.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    sites: Vec<Site>,
    weights: Weighted,
}

impl Ground {
    /// The spots are drawn once, so they stay where they are.
    pub(super) fn new(places: &[Place], chance: &mut Chance) -> Self {
        let sites = places
            .iter()
            .map(|place| {
                let centre = (place.longitude_deg, place.latitude_deg);
                let radius_m = 1_000.0 * (place.area_km2 / std::f64::consts::PI).sqrt();
                Site {
                    name: escaped(&place.name),
                    city: city_of(&place.code),
                    centre,
                    radius_m,
                    spots: std::array::from_fn(|_| moved(centre, 0.7 * radius_m, chance)),
                }
            })
            .collect();
        Self {
            sites,
            weights: Weighted::new(places.iter().map(|place| place.weight)),
        }
    }

    /// A place by weight.
    pub(super) fn draw(&self, chance: &mut Chance) -> usize {
        self.weights.draw(chance)
    }

    pub(super) fn site(&self, place: usize) -> &Site {
        &self.sites[place]
    }

    /// Where somebody in a place stands.
    pub(super) fn stand(&self, place: usize, chance: &mut Chance) -> Point {
        let site = &self.sites[place];
        let position = if chance.happens(AT_A_SPOT) {
            let spot = *chance.pick(&site.spots);
            moved(spot, 120.0, chance)
        } else {
            moved(site.centre, 0.95 * site.radius_m, chance)
        };
        point(position)
    }

    /// The number of a prolific reporter of a place, where it has one, and where that person always stands.
    pub(super) fn prolific(&self, place: usize, chance: &mut Chance) -> Option<(u32, Point)> {
        if place % PROLIFIC_EVERY != 3 || !chance.happens(0.35) {
            return None;
        }
        let person = u32::try_from(place * 2 + chance.index(2)).unwrap_or(0);
        let home = self.sites[place].spots[usize::from(person % 2 == 1)];
        Some((900_000 + person, point(moved(home, 15.0, chance))))
    }

    /// The place whose centre is nearest.
    pub(super) fn nearest(&self, longitude_deg: f64, latitude_deg: f64) -> usize {
        let distance = |site: &Site| (site.centre.0 - longitude_deg).powi(2) + (site.centre.1 - latitude_deg).powi(2);
        let nearest = self
            .sites
            .iter()
            .enumerate()
            .min_by(|(_, a), (_, b)| distance(a).total_cmp(&distance(b)));
        nearest.map_or(0, |(place, _)| place)
    }
}

/// Somewhere out of town.
pub(super) fn outside(chance: &mut Chance) -> Point {
    let town = *chance.pick(&OUTSIDE);
    point(moved(town, 3_000.0, chance))
}

/// Where a witness of a burst stands.
pub(super) fn near(burst: &Burst, chance: &mut Chance) -> Point {
    point(moved((burst.longitude_deg, burst.latitude_deg), burst.radius_m.max(0.0), chance))
}

/// A point so many metres east and north of another.
pub(super) fn offset(from: Point, east_m: f64, north_m: f64) -> Point {
    let east = micro_degrees(east_m / METRES_PER_DEGREE_EAST);
    let north = micro_degrees(north_m / METRES_PER_DEGREE_NORTH);
    (from.0.saturating_add(east), from.1.saturating_add(north))
}

fn moved(centre: (f64, f64), radius_m: f64, chance: &mut Chance) -> (f64, f64) {
    let (x, y) = chance.in_disc();
    (
        centre.0 + x * radius_m / METRES_PER_DEGREE_EAST,
        centre.1 + y * radius_m / METRES_PER_DEGREE_NORTH,
    )
}

fn point((longitude_deg, latitude_deg): (f64, f64)) -> Point {
    (micro_degrees(longitude_deg), micro_degrees(latitude_deg))
}
