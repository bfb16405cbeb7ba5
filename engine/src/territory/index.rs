//! Which kelurahan a position is in, in some tens of nanoseconds. Enters: a territory, once; then longitude and latitude;
//! leaves: a [`Located`] equal to what testing every polygon would give.
//!
//! The rule: of the kelurahan that hold the point the one with the smallest code; a point on a border is held by both sides.
//! Held by none but at most 100 m from one, the nearest; of equally near ones the smallest code. Else outside. Distances
//! are those of the equirectangular plane at the point's latitude on a sphere of 6,371,008.8 m: at 100 m its error is below a
//! millimetre against the sphere, and 0.7 % at worst against the ellipsoid.
//!
//! ```text
//! position → tile (16 × 16 cells) → all one answer
//!                                 → cell (28 m) → one kelurahan                           9 in 10 points end here
//!                                               → gap: nearest of the tile's near parts, or outside
//!                                               → mixed: first candidate that covers it, else as gap
//! ```
//!
//! Why a raster and not H3 cells: a point's H3 cell costs 170 to 330 ns, a raster cell two multiplications; a raster may be
//! finer than the H3 resolution anything else needs (at resolution 9, 43 % of the city's cells lie on a border, here 1 in 10 points
//! meets one); and a square cell's edges are exact, so that a cell without an edge has one answer by proof and not by sampling.

use geo::Coord;

use super::Territory;
use super::band::{Bands, METRES_PER_DEGREE};
use super::raster::{NEAR_M, Raster, TILE};

/// Where a position is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Located {
    /// Integer code of the kelurahan, as in columns; null outside.
    pub kelurahan: Option<i64>,
    /// Its place in [`Territory::kelurahan`].
    pub ordinal: Option<u32>,
    /// Which part of the rule decided.
    pub placement: Placement,
}

/// Which part of the rule decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// In the kelurahan or on its border.
    Inside,
    /// In none, and at most 100 m from this one.
    Near,
    /// Farther than 100 m from all, or no position.
    Outside,
}

impl Located {
    /// Nowhere in the territory.
    pub const OUTSIDE: Self = Self {
        kelurahan: None,
        ordinal: None,
        placement: Placement::Outside,
    };
}

/// Answer of a cell or of a whole tile, in 32 bits: two say what, thirty which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Held by this kelurahan wholly.
    Pure(u32),
    /// Held by none.
    Gap,
    /// Candidates from this place on.
    Mixed(u32),
    /// A tile only: its cells begin at this place.
    Cells(u32),
}

impl Slot {
    pub(super) const GAP: Self = Self(1);

    pub(super) const fn new(meaning: Meaning) -> Self {
        match meaning {
            Meaning::Pure(kelurahan) => Self(kelurahan << 2),
            Meaning::Gap => Self::GAP,
            Meaning::Mixed(first) => Self(first << 2 | 2),
            Meaning::Cells(first) => Self(first << 2 | 3),
        }
    }

    #[inline]
    pub(super) const fn meaning(self) -> Meaning {
        match self.0 & 3 {
            0 => Meaning::Pure(self.0 >> 2),
            1 => Meaning::Gap,
            2 => Meaning::Mixed(self.0 >> 2),
            _ => Meaning::Cells(self.0 >> 2),
        }
    }
}

/// A part that may hold points of a mixed cell. Candidates of a cell stand in the order of their codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Candidate(u32);

impl Candidate {
    /// `whole`: no edge of it runs through the cell, which it holds wholly. `last`: no other candidate follows.
    pub(super) const fn new(part: u32, whole: bool, last: bool) -> Self {
        Self(part << 2 | (whole as u32) << 1 | last as u32)
    }

    const fn part(self) -> u32 {
        self.0 >> 2
    }

    const fn whole(self) -> bool {
        self.0 & 2 != 0
    }

    const fn last(self) -> bool {
        self.0 & 1 != 0
    }
}

/// The index; made once per territory, read by all.
#[derive(Clone, Debug)]
pub struct TerritoryIndex {
    pub(super) codes: Vec<i64>,
    /// `None` for a territory without a position.
    pub(super) raster: Option<Raster>,
    pub(super) bands: Bands,
    pub(super) tiles: Vec<Slot>,
    pub(super) cells: Vec<Slot>,
    pub(super) candidates: Vec<Candidate>,
    /// Per tile, where its near parts begin; one more at the end.
    pub(super) near_starts: Vec<u32>,
    /// Parts with an edge within 100 m of the tile.
    pub(super) near_parts: Vec<u32>,
}

impl TerritoryIndex {
    /// Builds the index: some 100 ms and a few megabytes for Jakarta's 267 kelurahan.
    #[must_use]
    pub fn build(territory: &Territory) -> Self {
        super::coverage::build(territory)
    }

    /// The kelurahan of a position in degrees WGS 84. What is no number is outside.
    #[inline]
    #[must_use]
    pub fn locate(&self, longitude: f64, latitude: f64) -> Located {
        let point = Coord { x: longitude, y: latitude };
        let Some(raster) = &self.raster else { return Located::OUTSIDE };
        let Some((column, row)) = raster.cell(point) else {
            return Located::OUTSIDE;
        };
        let tile = (row / TILE * raster.tiles_east + column / TILE) as usize;
        let mut slot = self.tiles[tile];
        if let Meaning::Cells(first) = slot.meaning() {
            slot = self.cells[(first + row % TILE * TILE + column % TILE) as usize];
        }
        match slot.meaning() {
            Meaning::Pure(kelurahan) => self.located(kelurahan, Placement::Inside),
            Meaning::Mixed(first) => match self.first_covering(first, point, row) {
                Some(kelurahan) => self.located(kelurahan, Placement::Inside),
                None => self.nearest(tile, point),
            },
            Meaning::Gap | Meaning::Cells(_) => self.nearest(tile, point),
        }
    }

    #[inline]
    fn located(&self, kelurahan: u32, placement: Placement) -> Located {
        Located {
            kelurahan: Some(self.codes[kelurahan as usize]),
            ordinal: Some(kelurahan),
            placement,
        }
    }

    #[inline]
    fn first_covering(&self, first: u32, point: Coord<f64>, row: u32) -> Option<u32> {
        for candidate in &self.candidates[first as usize..] {
            if candidate.whole() || self.bands.covers(candidate.part(), point, row) {
                return Some(self.bands.parts[candidate.part() as usize].kelurahan);
            }
            if candidate.last() {
                break;
            }
        }
        None
    }

    /// The rare end: one point in some thousands within the city, and the sea.
    fn nearest(&self, tile: usize, point: Coord<f64>) -> Located {
        let Some(raster) = &self.raster else { return Located::OUTSIDE };
        let near = &self.near_parts[self.near_starts[tile] as usize..self.near_starts[tile + 1] as usize];
        if near.is_empty() {
            return Located::OUTSIDE;
        }
        let scale = point.y.to_radians().cos();
        // A hair more than 100 m of latitude, for the rounding of the rows' bounds.
        let reach = NEAR_M * 1.001 / METRES_PER_DEGREE;
        let rows = raster.row(point.y - reach)..raster.row(point.y + reach) + 1;
        let mut best: Option<(f64, u32)> = None;
        for &part in near {
            let distance = self.bands.distance_m2(part, point, scale, rows.clone());
            // Parts stand in the order of their codes, so an equally near later one does not win.
            if distance <= NEAR_M * NEAR_M && best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, self.bands.parts[part as usize].kelurahan));
            }
        }
        best.map_or(Located::OUTSIDE, |(_, kelurahan)| self.located(kelurahan, Placement::Near))
    }

    /// Integer codes by ordinal.
    #[must_use]
    pub fn codes(&self) -> &[i64] {
        &self.codes
    }

    /// Memory held, bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bands.bytes()
            + self.codes.len() * 8
            + (self.tiles.len() + self.cells.len() + self.candidates.len() + self.near_starts.len() + self.near_parts.len()) * 4
    }
}

#[cfg(test)]
mod tests;
