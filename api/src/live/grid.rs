//! The cells of the city, by number. Made once at the start; the map draws them once, and from then on a cell is its number.
//!
//! A cell belongs to the grid if its centre or one of its corners lies in a kelurahan: with the centre alone, reports at the
//! border of the city would lie in cells that are not on the map.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use axum::body::Bytes;
use geo::{BoundingRect, Polygon};
use h3o::geom::{ContainmentMode, TilerBuilder};
use h3o::{CellIndex, LatLng, Resolution};
use tanggap_engine::territory::{KelurahanCode, Territory, TerritoryIndex};

use crate::dashboard::compact_grid;

/// One cell of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GridCell {
    /// The cell.
    pub cell: CellIndex,
    /// Kelurahan of its centre, or else of a corner (integer code).
    pub kelurahan: i64,
}

/// All cells, by H3 index.
#[derive(Clone, Debug)]
pub struct Grid {
    cells: Vec<GridCell>,
    numbers: HashMap<u64, u32>,
    version: String,
    geojson: Bytes,
    compact: Option<Bytes>,
}

impl Grid {
    /// The grid of a territory at an H3 resolution (one that does not exist is taken for 9).
    #[must_use]
    pub fn of(territory: &Territory, index: &TerritoryIndex, resolution: u8) -> Self {
        let resolution = Resolution::try_from(resolution).unwrap_or(Resolution::Nine);
        let mut found = BTreeMap::new();
        // Boxes of single parts: between the coast and the islands lies much sea.
        let boxes = territory
            .kelurahan()
            .iter()
            .flat_map(|one| &one.shape)
            .filter_map(BoundingRect::bounding_rect);
        for part in boxes {
            let mut tiler = TilerBuilder::new(resolution).containment_mode(ContainmentMode::Covers).build();
            let outline: Polygon<f64> = part.to_polygon();
            if tiler.add(outline).is_err() {
                continue;
            }
            for cell in tiler.into_coverage() {
                found.entry(u64::from(cell)).or_insert_with(|| kelurahan_of(cell, index));
            }
        }
        let cells: Vec<GridCell> = found
            .into_iter()
            .filter_map(|(cell, kelurahan)| {
                Some(GridCell {
                    cell: CellIndex::try_from(cell).ok()?,
                    kelurahan: kelurahan?,
                })
            })
            .collect();
        let version = format!("{}-r{}-{}", territory.version(), u8::from(resolution), cells.len());
        let coded: Vec<_> = cells
            .iter()
            .map(|one| (one.cell, Some(KelurahanCode::from_integer(one.kelurahan).to_string())))
            .collect();
        Self {
            compact: compact_grid(&version, &coded).map(Bytes::from),
            numbers: (0..).zip(&cells).map(|(number, cell)| (u64::from(cell.cell), number)).collect(),
            geojson: geojson(&cells, &version, territory.approximate()).into(),
            cells,
            version,
        }
    }

    /// The cells, by number.
    #[must_use]
    pub fn cells(&self) -> &[GridCell] {
        &self.cells
    }

    /// Number of a cell (its H3 index), if it is of the city.
    #[must_use]
    pub fn number(&self, cell: u64) -> Option<u32> {
        self.numbers.get(&cell).copied()
    }

    /// The cell of a number, if there is one.
    #[must_use]
    pub fn at(&self, number: u32) -> Option<&GridCell> {
        self.cells.get(usize::try_from(number).ok()?)
    }

    /// How many there are, at least 1.
    #[must_use]
    pub fn places(&self) -> u32 {
        u32::try_from(self.cells.len()).unwrap_or(u32::MAX).max(1)
    }

    /// Changes when the cells or their numbers do.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The cells as a GeoJSON `FeatureCollection`, `id` being the number.
    #[must_use]
    pub fn geojson(&self) -> Bytes {
        self.geojson.clone()
    }

    /// The same in few bytes, for the dashboard; none where the cells differ in shape.
    #[must_use]
    pub fn compact(&self) -> Option<Bytes> {
        self.compact.clone()
    }
}

fn kelurahan_of(cell: CellIndex, index: &TerritoryIndex) -> Option<i64> {
    let centre = LatLng::from(cell);
    let boundary = cell.boundary();
    std::iter::once(&centre)
        .chain(boundary.iter())
        .find_map(|point| index.locate(point.lng(), point.lat()).kelurahan)
}

/// Corners of a cell, counter-clockwise, the first again at the end.
pub(crate) fn ring(cell: CellIndex) -> Vec<(f64, f64)> {
    let boundary = cell.boundary();
    let mut ring: Vec<(f64, f64)> = boundary.iter().map(|corner| (corner.lng(), corner.lat())).collect();
    ring.extend(ring.first().copied());
    ring
}

/// Coordinates of a ring as JSON, six decimals (0.1 m).
pub(crate) fn write_ring(out: &mut String, ring: &[(f64, f64)]) {
    out.push('[');
    for (position, (longitude, latitude)) in ring.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        let _ = write!(out, "{comma}[{longitude:.6},{latitude:.6}]");
    }
    out.push(']');
}

fn geojson(cells: &[GridCell], version: &str, approximate: bool) -> String {
    let mut out = String::with_capacity(cells.len() * 320 + 100);
    let _ = write!(
        out,
        r#"{{"type":"FeatureCollection","version":"{version}","approximate":{approximate},"features":["#
    );
    for (number, one) in cells.iter().enumerate() {
        let comma = if number == 0 { "" } else { "," };
        let code = KelurahanCode::from_integer(one.kelurahan);
        let _ = write!(
            out,
            r#"{comma}{{"type":"Feature","id":{number},"properties":{{"h3":"{}","kelurahan":"{code}"}},"geometry":{{"type":"Polygon","coordinates":["#,
            one.cell
        );
        write_ring(&mut out, &ring(one.cell));
        out.push_str("]}}");
    }
    out.push_str("]}");
    out
}
