//! The index of a file of layers: position in, what it touches out, equal to measuring every feature.
//!
//! A uniform grid of 220 m. A line stands in every cell that its buffer touches, so a position's own cell lists all that can hold it. A
//! polygon stands in the cells its edges touch, where the position is tested exactly, and in those that lie wholly within it, where
//! nothing is left to test: no edge touches such a cell, so one position of it speaks for all.
//!
//! Distances are those of the plane tangent at the position's latitude, as everywhere in the territory. Of equally near features of a
//! layer the first of the file is named.

use geo::{Coord, Intersects, Line, LinesIter, Polygon};
use hashbrown::HashMap;

use super::file::{Feature, read};
use super::{Layer, LayerError, Touch, Touched};
use crate::territory::band::METRES_PER_DEGREE;
use crate::territory::border::distance_m2;

/// Width of a grid cell, degrees: about 220 m.
const CELL_DEG: f64 = 0.002;
/// Added to every box, degrees: 0.1 mm, for the rounding of where a segment is cut.
const HAIR_DEG: f64 = 1e-9;

/// Column and row.
type CellKey = (i32, i32);

/// The features of a file, by where they are; made once, read by all lanes.
#[derive(Clone, Debug, Default)]
pub struct LayerIndex {
    names: Vec<Named>,
    segments: Vec<Segment>,
    areas: Vec<Area>,
    cells: HashMap<CellKey, Cell, foldhash::fast::FixedState>,
}

/// What is said of a feature.
#[derive(Clone, Debug)]
struct Named {
    layer: Layer,
    name: String,
    buffer_m2: f64,
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    feature: u32,
    start: Coord<f64>,
    end: Coord<f64>,
}

#[derive(Clone, Debug)]
struct Area {
    feature: u32,
    polygon: Polygon<f64>,
}

/// What may hold a position of a cell, by number.
#[derive(Clone, Debug, Default)]
struct Cell {
    segments: Vec<u32>,
    /// Features that hold the whole cell.
    whole: Vec<u32>,
    /// Areas whose border runs through it.
    areas: Vec<u32>,
}

impl LayerIndex {
    /// Reads a GeoJSON `FeatureCollection`: each feature with `layer` ([`Layer::id`]), `name`, and `buffer_m` (a line must have one; a
    /// polygon may).
    ///
    /// # Errors
    /// The first thing found that makes the file unusable.
    ///
    /// ```
    /// use tanggap_engine::territory::{Layer, LayerIndex};
    /// let file = br#"{"type": "FeatureCollection", "features": [{"type": "Feature",
    ///     "properties": {"layer": "national_road", "name": "Jalan Raya", "buffer_m": 25},
    ///     "geometry": {"type": "LineString", "coordinates": [[106.80, -6.2], [106.85, -6.2]]}}]}"#;
    /// let layers = LayerIndex::from_geojson(file)?;
    /// let road = layers.touched(106.82, -6.2001).of(Layer::NationalRoad).unwrap();
    /// assert_eq!((road.name, road.distance_m.round()), ("Jalan Raya", 11.0));
    /// assert_eq!(layers.touched(106.82, -6.2003).bits(), 0);
    /// # Ok::<(), tanggap_engine::territory::LayerError>(())
    /// ```
    pub fn from_geojson(bytes: &[u8]) -> Result<Self, LayerError> {
        let mut index = Self::default();
        for feature in read(bytes)? {
            index.add(feature);
        }
        Ok(index)
    }

    /// How many features there are.
    #[must_use]
    pub const fn features(&self) -> usize {
        self.names.len()
    }

    /// What a position (degrees WGS 84) touches; nothing for what is no number. Costs a look-up and the few features beside it, no
    /// memory.
    #[must_use]
    pub fn touched(&self, longitude_deg: f64, latitude_deg: f64) -> Touched<'_> {
        let mut touched = Touched::default();
        if !(longitude_deg.abs() <= 180.0 && latitude_deg.abs() <= 90.0) {
            return touched;
        }
        let point = Coord {
            x: longitude_deg,
            y: latitude_deg,
        };
        let Some(cell) = self.cells.get(&key(point)) else { return touched };
        let mut best: [Option<(f64, u32)>; Layer::COUNT] = [None; Layer::COUNT];
        let mut offer = |feature: u32, distance: f64| {
            let named = &self.names[feature as usize];
            let best = &mut best[named.layer as usize];
            let nearer = |(least, first): (f64, u32)| distance < least || (distance <= least && feature < first);
            if distance <= named.buffer_m2 && best.is_none_or(nearer) {
                *best = Some((distance, feature));
            }
        };
        for feature in &cell.whole {
            offer(*feature, 0.0);
        }
        for area in &cell.areas {
            let area = &self.areas[*area as usize];
            if area.polygon.intersects(&point) {
                offer(area.feature, 0.0);
            }
        }
        let scale = latitude_deg.to_radians().cos();
        for segment in &cell.segments {
            let segment = &self.segments[*segment as usize];
            offer(segment.feature, distance_m2((segment.start, segment.end), point, scale));
        }
        for (touch, best) in touched.0.iter_mut().zip(best) {
            *touch = best.map(|(distance, feature)| Touch {
                name: &self.names[feature as usize].name,
                distance_m: distance.sqrt(),
            });
        }
        touched
    }

    fn add(&mut self, feature: Feature) {
        let number = count(self.names.len());
        for line in &feature.lines {
            for segment in line.lines_iter() {
                self.add_segment(number, segment, feature.buffer_m);
            }
        }
        for polygon in feature.polygons {
            if feature.buffer_m > 0.0 {
                for segment in polygon.lines_iter() {
                    self.add_segment(number, segment, feature.buffer_m);
                }
            }
            self.add_area(number, polygon);
        }
        self.names.push(Named {
            layer: feature.layer,
            name: feature.name,
            buffer_m2: feature.buffer_m * feature.buffer_m,
        });
    }

    fn add_segment(&mut self, feature: u32, segment: Line<f64>, buffer_m: f64) {
        let number = count(self.segments.len());
        self.segments.push(Segment {
            feature,
            start: segment.start,
            end: segment.end,
        });
        each_cell(segment, margin_deg(segment, buffer_m), &mut |key| {
            let segments = &mut self.cells.entry(key).or_default().segments;
            // A cell that two pieces of a segment touch is met twice in a row.
            if segments.last() != Some(&number) {
                segments.push(number);
            }
        });
    }

    fn add_area(&mut self, feature: u32, polygon: Polygon<f64>) {
        let number = count(self.areas.len());
        let (mut west, mut south, mut east, mut north) = (i32::MAX, i32::MAX, i32::MIN, i32::MIN);
        for segment in polygon.lines_iter() {
            each_cell(segment, (0.0, 0.0), &mut |key| {
                (west, east) = (west.min(key.0), east.max(key.0));
                (south, north) = (south.min(key.1), north.max(key.1));
                let areas = &mut self.cells.entry(key).or_default().areas;
                // Edges of other polygons were there before, and of this one perhaps too.
                if areas.last() != Some(&number) {
                    areas.push(number);
                }
            });
        }
        for column in west..=east {
            for row in south..=north {
                let bordered = self
                    .cells
                    .get(&(column, row))
                    .is_some_and(|cell| cell.areas.last() == Some(&number));
                if !bordered && polygon.intersects(&centre((column, row))) {
                    self.cells.entry((column, row)).or_default().whole.push(feature);
                }
            }
        }
        self.areas.push(Area { feature, polygon });
    }
}

/// Gives every cell that the boxes of a segment's pieces touch, widened by the margin (degrees east, north). A piece is no wider or higher
/// than a cell, so that a long slanting segment does not fill its box.
fn each_cell(segment: Line<f64>, margin: (f64, f64), take: &mut dyn FnMut(CellKey)) {
    let (dx, dy) = (segment.end.x - segment.start.x, segment.end.y - segment.start.y);
    let pieces = (dx.abs().max(dy.abs()) / CELL_DEG).floor() + 1.0;
    let at = |piece: f64| Coord {
        x: segment.start.x + dx * (piece / pieces),
        y: segment.start.y + dy * (piece / pieces),
    };
    let (east, north) = (margin.0 + HAIR_DEG, margin.1 + HAIR_DEG);
    let mut piece = 0.0;
    while piece < pieces {
        let (from, to) = (at(piece), at(piece + 1.0));
        let low = key(Coord {
            x: from.x.min(to.x) - east,
            y: from.y.min(to.y) - north,
        });
        let high = key(Coord {
            x: from.x.max(to.x) + east,
            y: from.y.max(to.y) + north,
        });
        for column in low.0..=high.0 {
            for row in low.1..=high.1 {
                take((column, row));
            }
        }
        piece += 1.0;
    }
}

/// Degrees of longitude and latitude that hold a buffer and a little more around a segment.
fn margin_deg(segment: Line<f64>, buffer_m: f64) -> (f64, f64) {
    let north = buffer_m * 1.001 / METRES_PER_DEGREE;
    // Where a position may be that is this near: there a degree of longitude is shortest.
    let latitude = segment.start.y.abs().max(segment.end.y.abs()) + north;
    (north / latitude.to_radians().cos(), north)
}

fn centre((column, row): CellKey) -> Coord<f64> {
    Coord {
        x: (f64::from(column) + 0.5) * CELL_DEG,
        y: (f64::from(row) + 0.5) * CELL_DEG,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "degrees over a cell's width fit by far; a cast saturates"
)]
fn key(point: Coord<f64>) -> CellKey {
    ((point.x / CELL_DEG).floor() as i32, (point.y / CELL_DEG).floor() as i32)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
