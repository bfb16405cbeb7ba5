//! The atlas of a watch: places (a cell and the kelurahan a report named with it) and the zones each belongs to: discs of cells, kelurahan,
//! kecamatan. Both are numbered as they come up, so nothing that leaves may depend on a number: ties go by the zone itself.

use std::collections::HashMap;

use h3o::{CellIndex, Resolution};

/// A zone that is searched. Of equal ones the first in this order is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Zone {
    /// All cells at most `reach` steps from the centre.
    Disc {
        /// Rings around the centre.
        reach: u8,
        /// H3 index.
        centre: u64,
    },
    /// All places of a kelurahan (integer code).
    Kelurahan(i64),
    /// All places of a kecamatan (integer code).
    Kecamatan(i64),
}

/// Where a report is, as far as zones go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Place {
    /// H3 index at the watch's resolution.
    pub(super) cell: u64,
    /// Integer code; none = outside.
    pub(super) kelurahan: Option<i64>,
}

/// Places and zones by number.
#[derive(Clone, Debug)]
pub(super) struct Atlas {
    resolution: Resolution,
    reach: u8,
    places: Vec<Place>,
    place_numbers: HashMap<Place, u32>,
    zones: Vec<Zone>,
    /// Zones of one cell.
    cells: Vec<u32>,
    zone_numbers: HashMap<Zone, u32>,
    zones_of: Vec<Vec<u32>>,
    places_of: Vec<Vec<u32>>,
    districts: HashMap<u64, u32>,
    district_of: Vec<u32>,
}

impl Atlas {
    /// An empty one. A resolution that does not exist is taken for 8.
    pub(super) fn new(resolution: u8, reach: u8) -> Self {
        Self {
            resolution: Resolution::try_from(resolution).unwrap_or(Resolution::Eight),
            reach,
            places: Vec::new(),
            place_numbers: HashMap::new(),
            zones: Vec::new(),
            cells: Vec::new(),
            zone_numbers: HashMap::new(),
            zones_of: Vec::new(),
            places_of: Vec::new(),
            districts: HashMap::new(),
            district_of: Vec::new(),
        }
    }

    /// Number of the place of a report; none if `cell` is no H3 index.
    pub(super) fn place(&mut self, cell: u64, kelurahan: Option<i64>) -> Option<u32> {
        let cell = CellIndex::try_from(cell).ok()?;
        // A coarser cell than the watch's stays what it is: it has neighbours of its own size only.
        let cell = cell.parent(self.resolution).unwrap_or(cell);
        let place = Place {
            cell: cell.into(),
            kelurahan,
        };
        if let Some(&number) = self.place_numbers.get(&place) {
            return Some(number);
        }
        let number = u32::try_from(self.places.len()).ok()?;
        self.place_numbers.insert(place, number);
        self.places.push(place);
        let mut zones = Vec::new();
        for reach in 0..=self.reach {
            for centre in cell.grid_disk::<Vec<_>>(u32::from(reach)) {
                let centre = centre.into();
                zones.push(self.zone(Zone::Disc { reach, centre }));
            }
        }
        if let Some(code) = kelurahan {
            zones.push(self.zone(Zone::Kelurahan(code)));
            zones.push(self.zone(Zone::Kecamatan(code / 10_000)));
        }
        for &zone in &zones {
            self.places_of[zone as usize].push(number);
        }
        self.zones_of.push(zones);
        self.join_district(cell);
        Some(number)
    }

    fn zone(&mut self, zone: Zone) -> u32 {
        // Fewer than 2^32 zones: a place has some dozens, and the Earth has 700,000 cells of resolution 8 in all.
        let next = u32::try_from(self.zones.len()).unwrap_or(u32::MAX);
        let number = *self.zone_numbers.entry(zone).or_insert(next);
        if number == next {
            self.zones.push(zone);
            self.places_of.push(Vec::new());
            if matches!(zone, Zone::Disc { reach: 0, .. }) {
                self.cells.push(number);
            }
        }
        number
    }

    /// A place's district is the cell one resolution coarser.
    fn join_district(&mut self, cell: CellIndex) {
        let coarser = u8::from(cell.resolution()).saturating_sub(1);
        let parent = Resolution::try_from(coarser)
            .ok()
            .and_then(|coarser| cell.parent(coarser))
            .unwrap_or(cell);
        let next = u32::try_from(self.districts.len()).unwrap_or(u32::MAX);
        let number = *self.districts.entry(parent.into()).or_insert(next);
        self.district_of.push(number);
    }

    /// Zones of one cell each: no two share a place.
    pub(super) fn single_cells(&self) -> impl Iterator<Item = usize> {
        self.cells.iter().map(|zone| *zone as usize)
    }

    /// How many zones there are.
    pub(super) fn zones(&self) -> usize {
        self.zones.len()
    }

    /// A place by number.
    pub(super) fn place_at(&self, place: u32) -> Place {
        self.places[place as usize]
    }

    /// A zone by number.
    pub(super) fn zone_at(&self, zone: usize) -> Zone {
        self.zones[zone]
    }

    /// Number of a zone, if it has come up.
    pub(super) fn zone_number(&self, zone: Zone) -> Option<usize> {
        self.zone_numbers.get(&zone).map(|number| *number as usize)
    }

    /// Zones of a place.
    pub(super) fn zones_of(&self, place: u32) -> &[u32] {
        &self.zones_of[place as usize]
    }

    /// Zones of all places, by number.
    pub(super) fn all_zones_of(&self) -> &[Vec<u32>] {
        &self.zones_of
    }

    /// Places of a zone that have come up.
    pub(super) fn places_of(&self, zone: usize) -> &[u32] {
        &self.places_of[zone]
    }

    /// District of a place.
    pub(super) fn district(&self, place: u32) -> u32 {
        self.district_of[place as usize]
    }

    /// Cells of a disc, ascending; none of another zone, whose cells are those that reports came from.
    pub(super) fn disc(&self, zone: usize) -> Option<Vec<u64>> {
        let Zone::Disc { reach, centre } = self.zones[zone] else {
            return None;
        };
        let centre = CellIndex::try_from(centre).ok()?;
        let mut cells: Vec<u64> = centre.grid_disk::<Vec<_>>(u32::from(reach)).into_iter().map(u64::from).collect();
        cells.sort_unstable();
        Some(cells)
    }
}

#[cfg(test)]
mod tests {
    use super::{Atlas, Zone};

    /// A cell of resolution 9 in the middle of Jakarta, and its parent of resolution 8.
    const FINE: u64 = 0x0898_c107_836f_ffff;

    #[test]
    fn a_place_is_in_the_discs_around_it_and_in_its_kelurahan_and_kecamatan() {
        let mut atlas = Atlas::new(8, 2);
        let place = atlas.place(FINE, Some(3_171_011_001)).unwrap();
        assert_eq!(atlas.zones_of(place).len(), 1 + 7 + 19 + 2);
        let again = atlas.place(FINE, Some(3_171_011_001)).unwrap();
        assert_eq!(again, place);
        let kecamatan = atlas.zone_number(Zone::Kecamatan(317_101)).unwrap();
        assert_eq!((atlas.places_of(kecamatan), atlas.disc(kecamatan)), ([place].as_slice(), None));
        let discs = (0..atlas.zones()).filter(|zone| matches!(atlas.zone_at(*zone), Zone::Disc { reach: 2, .. }));
        for disc in discs {
            let cells = atlas.disc(disc).unwrap();
            assert!(cells.len() == 19 && cells.is_sorted() && cells.contains(&atlas.place_at(place).cell));
            assert_eq!(atlas.places_of(disc), [place]);
        }
    }

    #[test]
    fn one_cell_in_two_kelurahan_is_two_places_of_the_same_discs() {
        let mut atlas = Atlas::new(8, 1);
        let one = atlas.place(FINE, Some(3_171_011_001)).unwrap();
        let other = atlas.place(FINE, Some(3_171_011_002)).unwrap();
        assert_ne!(one, other);
        assert_eq!(atlas.zones_of(one)[..8], atlas.zones_of(other)[..8]);
        assert_eq!(atlas.district(one), atlas.district(other));
        assert_eq!(atlas.place(7, None), None, "no cell");
    }
}
