//! Where a position falls in a raster of square degrees over the territory and the 100 m around it. Columns run east, rows
//! north, tiles are 16 cells wide and high.

use geo::{BoundingRect, Coord};

use super::Kelurahan;
use super::band::METRES_PER_DEGREE;

/// A point this far from a kelurahan and in none is taken to be in it, metres.
pub const NEAR_M: f64 = 100.0;
/// Cells of a tile, along one side.
pub(super) const TILE: u32 = 16;
/// Side of the smallest cell, degrees: 28 m.
const FINEST_STEP: f64 = 0.000_25;
/// A larger territory gets larger cells rather than more tiles than this (1 MB of them).
const MOST_TILES: f64 = 262_144.0;

/// The raster's frame.
#[derive(Clone, Debug)]
pub(super) struct Raster {
    west: f64,
    south: f64,
    step: f64,
    per_degree: f64,
    /// Cells east.
    width: f64,
    /// Cells north.
    height: f64,
    pub(super) tiles_east: u32,
    pub(super) tiles_north: u32,
}

impl Raster {
    /// The frame of some kelurahan; `None` if there is no position at all.
    pub(super) fn new(kelurahan: &[Kelurahan]) -> Option<Self> {
        let boxes = || kelurahan.iter().filter_map(|one| one.shape.bounding_rect());
        let least = |number: fn(Coord<f64>) -> f64| boxes().map(|rect| number(rect.min())).reduce(f64::min);
        let most = |number: fn(Coord<f64>) -> f64| boxes().map(|rect| number(rect.max())).reduce(f64::max);
        let (west, south) = (least(|c| c.x)?, least(|c| c.y)?);
        let (east, north) = (most(|c| c.x)?, most(|c| c.y)?);
        let margin = margin_deg(south.abs().max(north.abs()));
        let (west, south) = (west - margin.0, south - margin.1);
        let (wide, high) = (east + margin.0 - west, north + margin.1 - south);
        let mut step = FINEST_STEP;
        let tiles = |extent: f64, step: f64| (extent / (step * f64::from(TILE))).floor() + 1.0;
        while tiles(wide, step) * tiles(high, step) > MOST_TILES {
            step *= 2.0;
        }
        let (tiles_east, tiles_north) = (whole(tiles(wide, step)), whole(tiles(high, step)));
        Some(Self {
            west,
            south,
            step,
            per_degree: 1.0 / step,
            width: f64::from(tiles_east * TILE),
            height: f64::from(tiles_north * TILE),
            tiles_east,
            tiles_north,
        })
    }

    /// Column and row of a position; `None` outside and for what is no number.
    #[inline]
    pub(super) fn cell(&self, point: Coord<f64>) -> Option<(u32, u32)> {
        let column = (point.x - self.west) * self.per_degree;
        let row = (point.y - self.south) * self.per_degree;
        let within = column >= 0.0 && column < self.width && row >= 0.0 && row < self.height;
        within.then(|| (whole(column), whole(row)))
    }

    /// Column of a longitude, the nearest if it is outside.
    pub(super) fn column(&self, longitude: f64) -> u32 {
        whole(((longitude - self.west) * self.per_degree).clamp(0.0, self.width - 1.0))
    }

    /// Row of a latitude, the nearest if it is outside.
    #[inline]
    pub(super) fn row(&self, latitude: f64) -> u32 {
        whole(((latitude - self.south) * self.per_degree).clamp(0.0, self.height - 1.0))
    }

    /// Southern and northern latitude of a row, within rounding.
    pub(super) fn latitudes(&self, row: u32) -> (f64, f64) {
        let south = self.south + f64::from(row) * self.step;
        (south, south + self.step)
    }

    /// Middle of a cell.
    pub(super) fn centre(&self, column: u32, row: u32) -> Coord<f64> {
        Coord {
            x: self.west + (f64::from(column) + 0.5) * self.step,
            y: self.south + (f64::from(row) + 0.5) * self.step,
        }
    }
}

/// Degrees of longitude and latitude that hold [`NEAR_M`] and a little more, anywhere up to that latitude.
pub(super) fn margin_deg(latitude: f64) -> (f64, f64) {
    let north = NEAR_M * 1.001 / METRES_PER_DEGREE;
    // Nobody lives where the cosine would make the margin boundless.
    let scale = (latitude + north).min(89.0).to_radians().cos();
    (north / scale, north)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "callers hold it within the raster, which has far fewer cells"
)]
#[inline]
const fn whole(number: f64) -> u32 {
    number as u32
}
