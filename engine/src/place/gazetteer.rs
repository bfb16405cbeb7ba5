//! Names and what they mean. Made once of a territory and of the shipped list (`engine/data/text/places.toml`); finds names in texts.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use serde::Deserialize;
use xxhash_rust::xxh3::xxh3_64;

use super::area::Area;
use super::mention::mentions;
use super::neighbours::rt_rw;
use super::resolve::resolve;
use super::whereabouts::{Candidate, Whereabouts};
use crate::territory::{Level, Territory};

/// What people of the city call places.
const PLACES: &str = include_str!("../../data/text/places.toml");

/// What a name may mean.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    /// A unit of the territory; an `ordinary` name is a common word and needs a title or its neighbour.
    Unit { area: Area, ordinary: bool },
    /// A road, and the units it runs through.
    Street(Vec<Area>),
    /// A spot, the kelurahan it lies in or between, and its longitude and latitude.
    Spot { areas: Vec<Area>, position: Option<(f64, f64)> },
    /// A town that is not the city.
    Outside,
    /// Words that hold a name and mean no place.
    Nothing,
}

/// The names of a city.
#[derive(Clone, Debug)]
pub struct Gazetteer {
    /// By name in lower case without spaces.
    names: HashMap<String, Vec<Meaning>, foldhash::fast::FixedState>,
    /// What a word is replaced by.
    words: HashMap<String, Vec<String>, foldhash::fast::FixedState>,
    /// Words in the longest name.
    longest: usize,
    /// Names of units, by level and code.
    units: BTreeMap<Area, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    ordinary: Vec<String>,
    elsewhere: Vec<String>,
    outside: Vec<String>,
    words: BTreeMap<String, String>,
    street: Vec<Street>,
    spot: Vec<Spot>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Street {
    names: Vec<String>,
    kecamatan: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spot {
    names: Vec<String>,
    kelurahan: Vec<String>,
    position: Option<(f64, f64)>,
}

impl Gazetteer {
    /// The names of a territory, with the shipped roads and spots that lie in it. Some milliseconds.
    ///
    /// # Panics
    /// Never: the shipped list is read by a test.
    #[must_use]
    pub fn of(territory: &Territory) -> Self {
        let document: Document = toml::from_str(PLACES).expect("the shipped list is read by a test");
        let mut gazetteer = Self {
            names: HashMap::default(),
            words: HashMap::default(),
            longest: 1,
            units: BTreeMap::new(),
        };
        for (written, meant) in document.words {
            gazetteer.words.insert(written, meant.split(' ').map(str::to_owned).collect());
        }
        for level in [Level::Kelurahan, Level::Kecamatan, Level::Kota] {
            for unit in territory.units(level) {
                let area = Area {
                    level,
                    integer: unit.integer,
                };
                let name = short(&unit.name);
                let ordinary = level == Level::Kelurahan && document.ordinary.contains(&unit.name);
                gazetteer.insert(name, Meaning::Unit { area, ordinary });
                gazetteer.units.insert(area, unit.name);
            }
        }
        for street in document.street {
            let areas = gazetteer.areas(Level::Kecamatan, &street.kecamatan);
            gazetteer.insert_all(&street.names, &areas, || Meaning::Street(areas.clone()));
        }
        for spot in document.spot {
            let areas = gazetteer.areas(Level::Kelurahan, &spot.kelurahan);
            gazetteer.insert_all(&spot.names, &areas, || Meaning::Spot {
                areas: areas.clone(),
                position: spot.position,
            });
        }
        for name in &document.outside {
            gazetteer.insert(name, Meaning::Outside);
        }
        for name in &document.elsewhere {
            gazetteer.insert(name, Meaning::Nothing);
        }
        gazetteer
    }

    /// Checksum of the shipped list of names; those of a territory have a version of their own.
    #[must_use]
    pub fn version() -> u64 {
        xxh3_64(PLACES.as_bytes())
    }

    /// Where a text speaks of. Costs some microseconds.
    ///
    /// ```
    /// use tanggap_engine::place::{Gazetteer, PlaceLevel};
    /// use tanggap_engine::territory::Territory;
    /// let gazetteer = Gazetteer::of(&Territory::jakarta_default());
    /// let found = gazetteer.find("banjir di kel. Bukit Duri RT 05/RW 12, Tebet");
    /// assert_eq!((found.level, found.code.as_deref()), (PlaceLevel::Kelurahan, Some("31.74.01.1005")));
    /// assert_eq!((found.rt, found.rw), (Some(5), Some(12)));
    /// ```
    #[must_use]
    pub fn find(&self, text: &str) -> Whereabouts {
        let (rt, rw) = rt_rw(&text.to_lowercase());
        let mut whereabouts = resolve(self, &mentions(self, text));
        (whereabouts.rt, whereabouts.rw) = (rt, rw);
        whereabouts
    }

    /// What a name without spaces means.
    pub(super) fn meanings(&self, key: &str) -> Option<&[Meaning]> {
        self.names.get(key).map(Vec::as_slice)
    }

    /// What a word is replaced by, if it is.
    pub(super) fn replaced(&self, word: &str) -> Option<&[String]> {
        self.words.get(word).map(Vec::as_slice)
    }

    /// Words in the longest name.
    pub(super) const fn longest(&self) -> usize {
        self.longest
    }

    /// A unit as a candidate.
    pub(super) fn candidate(&self, area: Area) -> Candidate {
        Candidate {
            level: area.level,
            code: area.code(),
            name: self.units.get(&area).cloned().unwrap_or_default(),
        }
    }

    /// The units of these names that there are.
    fn areas(&self, level: Level, names: &[String]) -> Vec<Area> {
        let fits = |(area, name): (&Area, &String)| (area.level == level && names.contains(name)).then_some(*area);
        self.units.iter().filter_map(fits).collect()
    }

    /// Names of something that lies in `areas`; nothing that lies nowhere here.
    fn insert_all(&mut self, names: &[String], areas: &[Area], meaning: impl Fn() -> Meaning) {
        if areas.is_empty() {
            return;
        }
        for name in names {
            self.insert(name, meaning());
        }
    }

    fn insert(&mut self, name: &str, meaning: Meaning) {
        let name = name.to_lowercase();
        self.longest = self.longest.max(name.split_whitespace().count());
        let key: String = name.chars().filter(|letter| letter.is_alphanumeric()).collect();
        self.names.entry(key).or_default().push(meaning);
    }
}

/// `Kota Administrasi Jakarta Pusat` → `Jakarta Pusat`.
fn short(name: &str) -> &str {
    ["Kota Administrasi ", "Kabupaten Administrasi ", "Kota Adm. ", "Kabupaten Adm. "]
        .iter()
        .find_map(|title| name.strip_prefix(title))
        .unwrap_or(name)
}
