//! Fills the index: which cells a polygon holds wholly, which its border runs through, which tiles are near it. One band of 16
//! rows is worked on at a time, so building takes the memory of the result and little more.

use hashbrown::HashMap;

use super::Territory;
use super::band::Bands;
use super::index::{Candidate, Meaning, Slot, TerritoryIndex};
use super::raster::{Raster, TILE, margin_deg};

/// Builds the index of a territory.
pub(super) fn build(territory: &Territory) -> TerritoryIndex {
    let kelurahan = territory.kelurahan();
    let codes = kelurahan.iter().map(|one| one.code.integer()).collect();
    let raster = Raster::new(kelurahan);
    let mut index = TerritoryIndex {
        codes,
        raster: None,
        bands: Bands::default(),
        tiles: Vec::new(),
        cells: Vec::new(),
        candidates: Vec::new(),
        near_starts: Vec::new(),
        near_parts: Vec::new(),
    };
    let Some(raster) = raster else { return index };
    for (ordinal, one) in (0..).zip(kelurahan) {
        for polygon in &one.shape {
            index.bands.add(polygon, ordinal, &raster);
        }
    }
    fill_near(&mut index, &raster);
    let mut strip = Strip::new(&raster);
    for tile_row in 0..raster.tiles_north {
        strip.draw(tile_row, &index.bands, &raster);
        strip.store(&mut index);
    }
    index.raster = Some(raster);
    index
}

/// Notes for each tile the parts whose edges come within 100 m of it, by the edges' boxes: too many is safe.
fn fill_near(index: &mut TerritoryIndex, raster: &Raster) {
    let tiles = (raster.tiles_east * raster.tiles_north) as usize;
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for part in 0..index.bands.parts.len() {
        let part = u32::try_from(part).unwrap_or(u32::MAX);
        let from = pairs.len();
        for [west, south, east, north] in index.bands.boxes(part) {
            let margin = margin_deg(south.abs().max(north.abs()));
            let columns = raster.column(west - margin.0) / TILE..=raster.column(east + margin.0) / TILE;
            for row in raster.row(south - margin.1) / TILE..=raster.row(north + margin.1) / TILE {
                pairs.extend(columns.clone().map(|column| (row * raster.tiles_east + column, part)));
            }
        }
        // An edge stands in several rows and edges share tiles: keep one pair of each.
        let mut own = pairs.split_off(from);
        own.sort_unstable();
        own.dedup();
        pairs.append(&mut own);
    }
    pairs.sort_unstable();
    index.near_starts = vec![0; tiles + 1];
    for &(tile, _) in &pairs {
        index.near_starts[tile as usize + 1] += 1;
    }
    for tile in 0..tiles {
        index.near_starts[tile + 1] += index.near_starts[tile];
    }
    index.near_parts = pairs.into_iter().map(|(_, part)| part).collect();
}

/// Sixteen rows of cells, as wide as the raster.
struct Strip {
    width: u32,
    tiles_east: u32,
    /// Per cell the first part that holds it wholly, or `NONE`.
    whole: Vec<u32>,
    /// Cell and part for each cell that a part's border runs through.
    touched: Vec<(u32, u32)>,
    /// Candidate lists seen, and where they stand.
    known: HashMap<Vec<Candidate>, u32>,
}

/// No part.
const NONE: u32 = u32::MAX;

impl Strip {
    fn new(raster: &Raster) -> Self {
        let width = raster.tiles_east * TILE;
        Self {
            width,
            tiles_east: raster.tiles_east,
            whole: vec![NONE; (width * TILE) as usize],
            touched: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// Draws all parts into the strip.
    fn draw(&mut self, tile_row: u32, bands: &Bands, raster: &Raster) {
        self.whole.fill(NONE);
        self.touched.clear();
        let mut columns = Vec::new();
        for (part, rows) in (0..).zip(bands.parts.iter().map(|part| &part.rows)) {
            let first = (tile_row * TILE).max(rows.start);
            let last = (tile_row * TILE + TILE).min(rows.end);
            for row in first..last {
                bands.columns_touched(part, row, raster, &mut columns);
                self.draw_row(part, row, &columns, bands, raster);
            }
        }
        self.touched.sort_unstable();
    }

    /// Between two touched columns nothing changes: one test tells whether the part holds all of it.
    fn draw_row(&mut self, part: u32, row: u32, columns: &[u32], bands: &Bands, raster: &Raster) {
        let base = row % TILE * self.width;
        for pair in columns.windows(2) {
            let (from, to) = (pair[0] + 1, pair[1]);
            if from < to && bands.covers(part, raster.centre(from, row), row) {
                for cell in &mut self.whole[(base + from) as usize..(base + to) as usize] {
                    // Parts come in the order of their codes: the first stays.
                    *cell = (*cell).min(part);
                }
            }
        }
        self.touched.extend(columns.iter().map(|column| (base + column, part)));
    }

    /// Moves the strip into the index, a tile at a time.
    fn store(&mut self, index: &mut TerritoryIndex) {
        let mut slots: Vec<Slot> = self
            .whole
            .iter()
            .map(|&part| match index.bands.parts.get(part as usize) {
                Some(part) => Slot::new(Meaning::Pure(part.kelurahan)),
                None => Slot::GAP,
            })
            .collect();
        for run in self.touched.chunk_by(|a, b| a.0 == b.0) {
            let cell = run[0].0 as usize;
            slots[cell] = mixed(run, self.whole[cell], &mut self.known, &mut index.candidates);
        }
        for tile in 0..self.tiles_east {
            let rows = (0..TILE).map(|row| (row * self.width + tile * TILE) as usize);
            let cells = rows.flat_map(|from| slots[from..from + TILE as usize].iter().copied());
            let first = slots[(tile * TILE) as usize];
            let uniform = !matches!(first.meaning(), Meaning::Mixed(_)) && cells.clone().all(|slot| slot == first);
            if uniform {
                index.tiles.push(first);
            } else {
                let at = u32::try_from(index.cells.len()).unwrap_or(u32::MAX);
                index.tiles.push(Slot::new(Meaning::Cells(at)));
                index.cells.extend(cells);
            }
        }
    }
}

/// The slot of a cell with borders in it: its candidates up to the first that holds it wholly.
fn mixed(run: &[(u32, u32)], whole: u32, known: &mut HashMap<Vec<Candidate>, u32>, all: &mut Vec<Candidate>) -> Slot {
    let mut parts: Vec<(u32, bool)> = run
        .iter()
        .map(|&(_, part)| (part, false))
        .filter(|&(part, _)| part < whole)
        .collect();
    if whole != NONE {
        parts.push((whole, true));
    }
    let count = parts.len();
    let list: Vec<Candidate> = parts
        .into_iter()
        .enumerate()
        .map(|(place, (part, whole))| Candidate::new(part, whole, place + 1 == count))
        .collect();
    let first = *known.entry(list).or_insert_with_key(|list| {
        let at = u32::try_from(all.len()).unwrap_or(u32::MAX);
        all.extend_from_slice(list);
        at
    });
    Slot::new(Meaning::Mixed(first))
}
