//! The H3 cells of the territory, for a grid that is drawn once and coloured by what happens: which cells there are and whose
//! each mostly is. Events are never located by these: a point's kelurahan is [`TerritoryIndex::locate`]'s, its cell is H3's.

use h3o::geom::{ContainmentMode, TilerBuilder};
use h3o::{CellIndex, LatLng, Resolution};
use hashbrown::{HashMap, HashSet};

use super::{Territory, TerritoryIndex};

/// A cell of the territory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TerritoryCell {
    /// H3 index.
    pub cell: u64,
    /// Integer code of the kelurahan that most of its samples are in; of equal ones the smaller code.
    pub kelurahan: i64,
    /// That of its centre; null where the centre is outside.
    pub centre_kelurahan: Option<i64>,
    /// How many of its samples are in `kelurahan`, 0 to 1. Samples are the centres of its 49 grandchildren.
    pub share: f64,
}

impl TerritoryIndex {
    /// All cells of a resolution (0 to 15) in which a point of the territory may lie, sorted by index: those that touch a
    /// kelurahan, and neighbours of these that reach into the 100 m around one. Costs some 100 ms at resolution 9.
    ///
    /// Above 15 the answer is empty.
    #[must_use]
    pub fn h3_cells(&self, territory: &Territory, resolution: u8) -> Vec<TerritoryCell> {
        let Ok(resolution) = Resolution::try_from(resolution) else {
            return Vec::new();
        };
        let touching = touching(territory, resolution);
        let around: HashSet<CellIndex> = touching.keys().flat_map(|cell| cell.grid_disk::<Vec<_>>(1)).collect();
        let around = around.into_iter().filter(|cell| !touching.contains_key(cell));
        let mut cells: Vec<TerritoryCell> = touching
            .iter()
            .map(|(&cell, &kelurahan)| {
                // A speck between the samples still makes the cell its kelurahan's.
                let speck = TerritoryCell {
                    cell: cell.into(),
                    kelurahan,
                    centre_kelurahan: None,
                    share: 0.0,
                };
                self.sample(cell).unwrap_or(speck)
            })
            .chain(around.filter_map(|cell| self.sample(cell)))
            .collect();
        cells.sort_unstable_by_key(|one| one.cell);
        cells
    }

    /// Whose a cell is by its samples; `None` if all are outside.
    fn sample(&self, cell: CellIndex) -> Option<TerritoryCell> {
        let at = |cell: CellIndex| {
            let centre = LatLng::from(cell);
            self.locate(centre.lng(), centre.lat()).kelurahan
        };
        let fine = Resolution::try_from(u8::from(cell.resolution()).saturating_add(2)).unwrap_or(Resolution::Fifteen);
        let mut counts: HashMap<i64, u32> = HashMap::new();
        let mut samples = 0_u32;
        for child in cell.children(fine) {
            samples += 1;
            if let Some(code) = at(child) {
                *counts.entry(code).or_default() += 1;
            }
        }
        let (kelurahan, count) = counts.into_iter().max_by_key(|&(code, count)| (count, std::cmp::Reverse(code)))?;
        Some(TerritoryCell {
            cell: cell.into(),
            kelurahan,
            centre_kelurahan: at(cell),
            share: f64::from(count) / f64::from(samples),
        })
    }
}

/// The cells that touch the territory, each with the smallest code that touches it.
fn touching(territory: &Territory, resolution: Resolution) -> HashMap<CellIndex, i64> {
    let mut cells = HashMap::new();
    for one in territory.kelurahan() {
        let code = one.code.integer();
        for polygon in &one.shape {
            let mut tiler = TilerBuilder::new(resolution).containment_mode(ContainmentMode::Covers).build();
            if tiler.add(polygon.clone()).is_ok() {
                for cell in tiler.into_coverage() {
                    cells.entry(cell).or_insert(code);
                }
            }
            // Whatever the tiler makes of an odd ring, its vertices are somewhere.
            for at in polygon.exterior().coords() {
                if let Ok(position) = LatLng::new(at.y, at.x) {
                    cells.entry(position.to_cell(resolution)).or_insert(code);
                }
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use h3o::{CellIndex, LatLng, Resolution};

    use super::super::{PropertyNames, Territory, TerritoryIndex};

    const TWO: &str = r#"{"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"kode": "31.74.01.1001", "nama": "Barat"}, "geometry": {"type": "Polygon", "coordinates":
         [[[106.80, -6.2], [106.82, -6.2], [106.82, -6.17], [106.80, -6.17], [106.80, -6.2]]]}},
        {"type": "Feature", "properties": {"kode": "31.74.01.1002", "nama": "Timur"}, "geometry": {"type": "Polygon", "coordinates":
         [[[106.82, -6.2], [106.85, -6.2], [106.85, -6.17], [106.82, -6.17], [106.82, -6.2]]]}}]}"#;

    #[test]
    fn every_point_of_the_territory_is_in_one_of_its_cells() {
        let territory = Territory::from_geojson(TWO.as_bytes(), &PropertyNames::default()).unwrap();
        let index = TerritoryIndex::build(&territory);
        let cells = index.h3_cells(&territory, 9);
        assert!(cells.is_sorted_by(|a, b| a.cell < b.cell), "sorted, each once");
        for step in 0..10_000_u32 {
            let longitude = 106.799 + f64::from(step % 100) * 0.000_52;
            let latitude = -6.201 + f64::from(step / 100) * 0.000_32;
            if index.locate(longitude, latitude).kelurahan.is_some() {
                let cell: u64 = LatLng::new(latitude, longitude).unwrap().to_cell(Resolution::Nine).into();
                assert!(cells.binary_search_by_key(&cell, |one| one.cell).is_ok(), "{longitude} {latitude}");
            }
        }
        // 5.5 km by 3.3 km, 0.105 km² a cell: 175 within, and those that the border runs through.
        assert!((175..300).contains(&cells.len()), "{}", cells.len());
    }

    #[test]
    fn a_cell_is_whose_most_of_it_is() {
        let territory = Territory::from_geojson(TWO.as_bytes(), &PropertyNames::default()).unwrap();
        let index = TerritoryIndex::build(&territory);
        for one in index.h3_cells(&territory, 9) {
            let centre = LatLng::from(CellIndex::try_from(one.cell).unwrap());
            let clear_of_both = (centre.lng() - 106.82).abs() > 0.002 && one.share > 0.99;
            if clear_of_both {
                assert_eq!(one.kelurahan, if centre.lng() < 106.82 { 3_174_011_001 } else { 3_174_011_002 });
                assert!(one.centre_kelurahan.is_none_or(|code| code == one.kelurahan));
            }
        }
        assert!(index.h3_cells(&territory, 16).is_empty());
        assert!(!index.h3_cells(&territory, 4).is_empty());
        assert!(!index.h3_cells(&territory, 0).is_empty());
    }
}
