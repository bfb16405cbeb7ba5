//! The shipped territory: Jakarta from public facts alone, for those who have no boundaries yet. Codes and names are the
//! decree's; the shapes are a power diagram of published points weighted to the official areas, within a coarse outline. What went
//! in and how is in `engine/data/territory/NOTICE.md`; `scripts/territory-default.py` makes the file.

use super::{PropertyNames, Territory};

/// Made by `scripts/territory-default.py`.
const FILE: &str = include_str!("../../data/territory/jakarta_default.geojson");

impl Territory {
    /// The 267 kelurahan of Jakarta, [`Territory::approximate`]: of random points of the mainland about four in five are given
    /// the right kelurahan, nine in ten the right kecamatan (`engine/tests/territory_default.rs` measures it). Costs some
    /// milliseconds.
    ///
    /// # Panics
    /// Never: the file is part of the program and a test reads it.
    #[must_use]
    pub fn jakarta_default() -> Self {
        Self::from_geojson(FILE.as_bytes(), &PropertyNames::default()).expect("the shipped territory is read by a test")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Level, Severity, Territory, TerritoryIndex, check};

    #[test]
    fn the_shipped_territory_is_whole_and_says_that_it_is_approximate() {
        let territory = Territory::jakarta_default();
        assert!(territory.approximate());
        let counts = Level::ALL.map(|level| territory.units(level).len());
        assert_eq!(counts, [267, 44, 6, 1]);
        let area: f64 = territory.units(Level::Region)[0].area_km2;
        assert!((area - 660.97).abs() < 0.1, "official areas add up to {area}");
    }

    #[test]
    fn its_kelurahan_meet_without_overlaps_or_faults() {
        let findings = check(&Territory::jakarta_default());
        assert!(findings.iter().all(|one| one.severity < Severity::Warning), "{}", findings[0]);
    }

    #[test]
    fn every_published_point_but_few_is_in_its_own_kelurahan() {
        let territory = Territory::jakarta_default();
        let index = TerritoryIndex::build(&territory);
        let facts = include_str!("../../data/territory/jakarta.csv");
        let strays = facts.lines().skip(1).filter(|line| {
            let columns: Vec<&str> = line.split(',').collect();
            let (longitude, latitude) = (columns[4].parse().unwrap(), columns[5].parse().unwrap());
            let located = index.locate(longitude, latitude).kelurahan;
            located != Some(columns[0].parse::<super::super::KelurahanCode>().unwrap().integer())
        });
        // A few published points lie outside their own kelurahan.
        let count = strays.count();
        assert!(count <= 4, "{count}");
    }
}
