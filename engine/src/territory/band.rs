//! The edges of all polygons, cut into the raster's rows, so that a point is tested against the few edges at its own latitude
//! and not against a whole boundary.
//!
//! An edge stands in every row that its latitudes touch. The row of a latitude is a monotone function, so whatever an edge
//! does at a point's latitude stands in the point's row: the answer is that of the whole polygon, to the last bit. Orientation
//! is exact (Shewchuk's predicate behind a floating-point filter), so a point on a border is known to be on it.

use std::ops::Range;

use geo::kernels::{Kernel, Orientation, RobustKernel};
use geo::{Coord, LinesIter, Polygon};

use super::raster::Raster;

/// Mean radius of the earth (IUGG R1), metres.
const EARTH_RADIUS_M: f64 = 6_371_008.8;
/// Metres in a degree of latitude on that sphere.
pub(super) const METRES_PER_DEGREE: f64 = EARTH_RADIUS_M * std::f64::consts::PI / 180.0;
/// Stage A bound of Shewchuk's `orient2d`: (3 + 16 ε) ε with ε = 2⁻⁵³.
const ORIENTATION_ERROR: f64 = (3.0 + 16.0 * f64::EPSILON / 2.0) * f64::EPSILON / 2.0;

/// An edge with its lower end first (of two at one latitude, the western): neighbours that share an edge have the same one.
#[derive(Clone, Copy, Debug)]
struct Edge {
    low: Coord<f64>,
    high: Coord<f64>,
}

impl Edge {
    fn new(a: Coord<f64>, b: Coord<f64>) -> Self {
        if (a.y, a.x) <= (b.y, b.x) {
            Self { low: a, high: b }
        } else {
            Self { low: b, high: a }
        }
    }

    /// On which side of the edge, seen upwards, the point is.
    #[inline]
    fn side(&self, point: Coord<f64>) -> Orientation {
        let left = (self.high.x - self.low.x) * (point.y - self.low.y);
        let right = (self.high.y - self.low.y) * (point.x - self.low.x);
        let difference = left - right;
        let error = ORIENTATION_ERROR * (left.abs() + right.abs());
        if difference > error {
            Orientation::CounterClockwise
        } else if -difference > error {
            Orientation::Clockwise
        } else {
            RobustKernel::orient2d(self.low, self.high, point)
        }
    }

    /// Squared metres in the equirectangular plane tangent at the point's latitude: `scale` is its cosine.
    fn distance_m2(&self, point: Coord<f64>, scale: f64) -> f64 {
        let plane = |end: Coord<f64>| ((end.x - point.x) * scale * METRES_PER_DEGREE, (end.y - point.y) * METRES_PER_DEGREE);
        let (low, high) = (plane(self.low), plane(self.high));
        let (dx, dy) = (high.0 - low.0, high.1 - low.1);
        let length_m2 = dx * dx + dy * dy;
        let along = if length_m2 > 0.0 {
            (-(low.0 * dx + low.1 * dy) / length_m2).clamp(0.0, 1.0)
        } else {
            0.0
        };
        // The ends are taken as they are: edges that meet in a vertex are equally far from a point beyond it, to the last bit.
        let (x, y) = if along >= 1.0 {
            high
        } else {
            (low.0 + along * dx, low.1 + along * dy)
        };
        x * x + y * y
    }
}

/// A polygon without the polygons it may belong together with.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Which kelurahan it is of.
    pub(super) kelurahan: u32,
    /// Rows its latitudes touch.
    pub(super) rows: Range<u32>,
    /// Where its first row stands in `Bands::starts`.
    first: usize,
}

/// All parts and their edges by row.
#[derive(Clone, Debug, Default)]
pub(super) struct Bands {
    pub(super) parts: Vec<Part>,
    edges: Vec<Edge>,
    /// Per part and row, where its edges begin; one more at the end of each part.
    starts: Vec<u32>,
}

impl Bands {
    /// Cuts one more polygon; an edge without length is left out, as its neighbours hold its position.
    pub(super) fn add(&mut self, polygon: &Polygon<f64>, kelurahan: u32, raster: &Raster) {
        let edges: Vec<Edge> = polygon
            .lines_iter()
            .filter(|line| line.start != line.end)
            .map(|line| Edge::new(line.start, line.end))
            .collect();
        let span = |edge: &Edge| raster.row(edge.low.y)..raster.row(edge.high.y) + 1;
        let begin = edges.iter().map(|edge| span(edge).start).min().unwrap_or(0);
        let end = edges.iter().map(|edge| span(edge).end).max().unwrap_or(begin);
        let mut by_row: Vec<Vec<Edge>> = vec![Vec::new(); (end - begin) as usize];
        for edge in &edges {
            for row in span(edge) {
                by_row[(row - begin) as usize].push(*edge);
            }
        }
        self.parts.push(Part {
            kelurahan,
            rows: begin..end,
            first: self.starts.len(),
        });
        for row in by_row {
            self.starts.push(self.edge_count());
            self.edges.extend(row);
        }
        self.starts.push(self.edge_count());
    }

    fn edge_count(&self) -> u32 {
        u32::try_from(self.edges.len()).unwrap_or(u32::MAX)
    }

    /// Edges of a part in some rows; those of several rows stand one after the other, an edge once a row.
    #[inline]
    fn edges_in(&self, part: &Part, rows: Range<u32>) -> &[Edge] {
        let begin = rows.start.max(part.rows.start);
        let end = rows.end.min(part.rows.end);
        if begin >= end {
            return &[];
        }
        let at = |row: u32| self.starts[part.first + (row - part.rows.start) as usize] as usize;
        &self.edges[at(begin)..at(end)]
    }

    /// The part holds the point; its border belongs to it. An odd number of edges to the east is inside, holes included.
    #[inline]
    pub(super) fn covers(&self, part: u32, point: Coord<f64>, row: u32) -> bool {
        let mut inside = false;
        for edge in self.edges_in(&self.parts[part as usize], row..row + 1) {
            if point.y < edge.low.y || point.y > edge.high.y {
                continue;
            }
            match edge.side(point) {
                // Half open: of two edges that meet at the point's latitude one counts.
                Orientation::CounterClockwise => inside ^= point.y < edge.high.y,
                Orientation::Clockwise => {}
                Orientation::Collinear => {
                    if point.x >= edge.low.x.min(edge.high.x) && point.x <= edge.low.x.max(edge.high.x) {
                        return true;
                    }
                }
            }
        }
        inside
    }

    /// Smallest squared distance from the point to a part's edges in some rows, m².
    pub(super) fn distance_m2(&self, part: u32, point: Coord<f64>, scale: f64, rows: Range<u32>) -> f64 {
        self.edges_in(&self.parts[part as usize], rows)
            .iter()
            .map(|edge| edge.distance_m2(point, scale))
            .fold(f64::INFINITY, f64::min)
    }

    /// Columns that a part's edges touch in a row, and a hair more.
    pub(super) fn columns_touched(&self, part: u32, row: u32, raster: &Raster, touched: &mut Vec<u32>) {
        touched.clear();
        let (south, north) = raster.latitudes(row);
        for edge in self.edges_in(&self.parts[part as usize], row..row + 1) {
            let (west, east) = (edge.low.x.min(edge.high.x), edge.low.x.max(edge.high.x));
            let height = edge.high.y - edge.low.y;
            let at = |latitude: f64| edge.low.x + (edge.high.x - edge.low.x) * ((latitude - edge.low.y) / height).clamp(0.0, 1.0);
            // The hairs (0.01 and 0.1 mm) cover the rounding of the cut, of a flat edge too; its own ends bound it in any case.
            let (low_hair, hair) = (1e-10, 1e-9);
            let (a, b) = if height > 0.0 {
                (at(south - low_hair), at(north + low_hair))
            } else {
                (west, east)
            };
            let from = (a.min(b) - hair).max(west);
            let to = (a.max(b) + hair).min(east);
            touched.extend(raster.column(from)..=raster.column(to));
        }
        touched.sort_unstable();
        touched.dedup();
    }

    /// Boxes (west, south, east, north) of a part's edges, row by row.
    pub(super) fn boxes(&self, part: u32) -> impl Iterator<Item = [f64; 4]> {
        let part = &self.parts[part as usize];
        self.edges_in(part, part.rows.clone())
            .iter()
            .map(|edge| [edge.low.x.min(edge.high.x), edge.low.y, edge.low.x.max(edge.high.x), edge.high.y])
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.edges.len() * size_of::<Edge>() + self.starts.len() * 4 + self.parts.len() * size_of::<Part>()
    }
}
