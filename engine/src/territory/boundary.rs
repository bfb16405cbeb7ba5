//! The territory: its kelurahan with their polygons, and the kecamatan, kota and region they make up. Enters a GeoJSON file;
//! leaves a value in which every code is unique and every ring is closed, finite and long enough. Rings that cross themselves
//! or each other are let in, as real files have them: inside means an odd number of crossings. `check` names them.

use std::collections::BTreeMap;
use std::ops::Range;

use geo::{Coord, GeodesicArea, LineString, MultiPolygon, Orient, Polygon, orient::Direction};
use hashbrown::HashMap;
use xxhash_rust::xxh3::Xxh3;

use super::feature::{RawFeature, RawFile, RawRing, read_file};
use super::{KelurahanCode, Level, PropertyNames, TerritoryError};

/// A kelurahan with its boundary.
#[derive(Clone, Debug)]
pub struct Kelurahan {
    /// Kemendagri code.
    pub code: KelurahanCode,
    /// Its name.
    pub name: String,
    /// Name of its kecamatan; the code is [`KelurahanCode::kecamatan`].
    pub kecamatan: String,
    /// Name of its kota or kabupaten; the code is [`KelurahanCode::kota`].
    pub kota: String,
    /// The file's own figure where it has one, else the area of the polygon on the WGS 84 ellipsoid, to the square metre.
    pub area_km2: f64,
    /// Degrees WGS 84; outer rings counter-clockwise.
    pub shape: MultiPolygon<f64>,
}

/// A unit at any level: a run of kelurahan, as these are sorted by code.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Its level.
    pub level: Level,
    /// Dotted code (`31.74.01`).
    pub code: String,
    /// The code without dots, as in columns (`317401`).
    pub integer: i64,
    /// Its name.
    pub name: String,
    /// Sum of its kelurahan.
    pub area_km2: f64,
    /// Which of [`Territory::kelurahan`] it is made of.
    pub members: Range<usize>,
}

/// All kelurahan of the city, sorted by code.
#[derive(Clone, Debug)]
pub struct Territory {
    kelurahan: Vec<Kelurahan>,
    region_name: String,
    /// Names of regions by integer code, where there are several.
    regions: BTreeMap<i64, String>,
    version: String,
    approximate: bool,
}

impl Territory {
    /// Reads a GeoJSON `FeatureCollection` of `Polygon`s and `MultiPolygon`s, one feature a kelurahan. A collection with the member
    /// `"approximate": true` makes an approximate territory.
    ///
    /// # Errors
    /// The first thing found that makes the file unusable; [`super::check_geojson`] lists them all.
    ///
    /// ```
    /// use tanggap_engine::territory::{PropertyNames, Territory};
    /// let file = br#"{"type": "FeatureCollection", "features": [{"type": "Feature",
    ///     "properties": {"kode": "31.74.01.1001", "nama": "Tebet Timur", "kecamatan": "Tebet", "kota": "Jakarta Selatan"},
    ///     "geometry": {"type": "Polygon", "coordinates": [[[106.84, -6.24], [106.86, -6.24], [106.86, -6.22], [106.84, -6.24]]]}}]}"#;
    /// let territory = Territory::from_geojson(file, &PropertyNames::default())?;
    /// assert_eq!(territory.kelurahan()[0].code.kecamatan(), "31.74.01");
    /// # Ok::<(), tanggap_engine::territory::TerritoryError>(())
    /// ```
    pub fn from_geojson(bytes: &[u8], names: &PropertyNames) -> Result<Self, TerritoryError> {
        let RawFile { features, approximate } = read_file(bytes, names)?;
        let mut first_of: HashMap<KelurahanCode, usize> = HashMap::with_capacity(features.len());
        let mut kelurahan = Vec::with_capacity(features.len());
        for feature in features {
            let number = feature.number;
            let one = accept(feature, names)?;
            if let Some(first) = first_of.insert(one.code, number) {
                return Err(TerritoryError::DuplicateCode {
                    code: one.code.to_string(),
                    first,
                    second: number,
                });
            }
            kelurahan.push(one);
        }
        Ok(Self::new(kelurahan, names.region_name.clone(), approximate))
    }

    /// A territory of kelurahan known to be sound; their codes must differ.
    pub(super) fn new(mut kelurahan: Vec<Kelurahan>, region_name: String, approximate: bool) -> Self {
        kelurahan.sort_by_key(|one| one.code);
        let version = version_of(&kelurahan);
        Self {
            kelurahan,
            region_name,
            regions: BTreeMap::new(),
            version,
            approximate,
        }
    }

    /// This territory and others beside it, each with its own name for its region; approximate if one of them is.
    ///
    /// # Errors
    /// [`TerritoryError::Shared`] if a kelurahan is in two of them.
    pub fn with_others(self, others: Vec<Self>) -> Result<Self, TerritoryError> {
        let mut all = self.kelurahan.clone();
        let mut regions = BTreeMap::new();
        let mut approximate = self.approximate;
        for territory in std::iter::once(&self).chain(&others) {
            for one in &territory.kelurahan {
                let name = regions.entry(one.code.integer() / Level::Region.divisor());
                name.or_insert_with(|| territory.region_name.clone());
            }
        }
        for other in others {
            approximate |= other.approximate;
            all.extend(other.kelurahan);
        }
        let mut whole = Self::new(all, self.region_name, approximate);
        let shared = whole.kelurahan.windows(2).find(|pair| pair[0].code == pair[1].code);
        if let Some(shared) = shared {
            return Err(TerritoryError::Shared(shared[0].code.to_string()));
        }
        whole.regions = regions;
        Ok(whole)
    }

    /// All kelurahan, sorted by code.
    #[must_use]
    pub fn kelurahan(&self) -> &[Kelurahan] {
        &self.kelurahan
    }

    /// The kelurahan of this code.
    #[must_use]
    pub fn find(&self, code: KelurahanCode) -> Option<&Kelurahan> {
        let index = self.kelurahan.binary_search_by_key(&code, |one| one.code).ok()?;
        self.kelurahan.get(index)
    }

    /// XXH3 of codes, names and coordinates, in hexadecimal: the same content gives the same version, whatever the order or
    /// layout of the file.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The boundaries are a construction, not the city's own: say so wherever a result is shown.
    #[must_use]
    pub const fn approximate(&self) -> bool {
        self.approximate
    }

    /// All units of a level, sorted by code. The upper levels are the union of their kelurahan.
    #[must_use]
    pub fn units(&self, level: Level) -> Vec<Unit> {
        let mut units: Vec<Unit> = Vec::new();
        for (index, one) in self.kelurahan.iter().enumerate() {
            let integer = one.code.integer() / level.divisor();
            match units.last_mut() {
                Some(unit) if unit.integer == integer => {
                    unit.members.end = index + 1;
                    unit.area_km2 += one.area_km2;
                }
                _ => units.push(Unit {
                    level,
                    code: level.dotted(integer),
                    integer,
                    name: self.name_at(level, one).to_owned(),
                    area_km2: one.area_km2,
                    members: index..index + 1,
                }),
            }
        }
        units
    }

    /// The unit of this dotted code, whatever its level.
    #[must_use]
    pub fn unit(&self, code: &str) -> Option<Unit> {
        let level = match code.len() {
            2 => Level::Region,
            5 => Level::Kota,
            8 => Level::Kecamatan,
            _ => Level::Kelurahan,
        };
        self.units(level).into_iter().find(|unit| unit.code == code)
    }

    fn name_at<'a>(&'a self, level: Level, one: &'a Kelurahan) -> &'a str {
        match level {
            Level::Kelurahan => &one.name,
            Level::Kecamatan => &one.kecamatan,
            Level::Kota => &one.kota,
            Level::Region => {
                let code = one.code.integer() / Level::Region.divisor();
                self.regions.get(&code).unwrap_or(&self.region_name)
            }
        }
    }
}

fn accept(feature: RawFeature, names: &PropertyNames) -> Result<Kelurahan, TerritoryError> {
    let missing = |property: &str| TerritoryError::MissingProperty {
        feature: feature.number,
        property: property.to_owned(),
        present: feature.present.clone(),
    };
    let text = feature.code_text.clone().ok_or_else(|| missing(&names.code))?;
    let code = feature.code().ok_or(TerritoryError::InvalidCode {
        feature: feature.number,
        text,
    })?;
    let name = feature.name.clone().ok_or_else(|| missing(&names.name))?;
    let polygons = feature.polygons.map_err(|found| TerritoryError::NotPolygon {
        code: code.to_string(),
        found,
    })?;
    let mut shape = Vec::with_capacity(polygons.len());
    for rings in polygons {
        let mut rings = rings
            .into_iter()
            .map(|ring| accept_ring(ring, code))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter();
        let Some(exterior) = rings.next() else { continue };
        shape.push(Polygon::new(exterior, rings.collect()));
    }
    if shape.is_empty() {
        return Err(TerritoryError::NotPolygon {
            code: code.to_string(),
            found: "empty".to_owned(),
        });
    }
    let shape = MultiPolygon::new(shape).orient(Direction::Default);
    Ok(Kelurahan {
        code,
        name,
        kecamatan: feature.kecamatan.unwrap_or_else(|| code.kecamatan()),
        kota: feature.kota.unwrap_or_else(|| code.kota()),
        area_km2: feature.area_km2.unwrap_or_else(|| area_km2(&shape)),
        shape,
    })
}

/// Area on the WGS 84 ellipsoid.
pub(super) fn area_km2(shape: &MultiPolygon<f64>) -> f64 {
    // To the square metre: finer digits are the arithmetic's and not the ground's.
    shape.geodesic_area_unsigned().round() / 1e6
}

/// What is wrong with a ring that no index can be built from.
pub(super) fn ring_fault(ring: &[Coord<f64>]) -> Option<&'static str> {
    if ring.len() < 4 {
        Some("has fewer than four positions")
    } else if ring.first() != ring.last() {
        Some("is not closed: its last position is not its first")
    } else {
        None
    }
}

/// The position is a longitude and latitude in degrees.
pub(super) fn in_range(position: Coord<f64>) -> bool {
    position.x.abs() <= 180.0 && position.y.abs() <= 90.0
}

fn accept_ring(ring: RawRing, code: KelurahanCode) -> Result<LineString<f64>, TerritoryError> {
    if let Some(wrong) = ring.iter().find(|&&position| !in_range(position)) {
        return Err(TerritoryError::OutOfRange {
            code: code.to_string(),
            longitude_deg: wrong.x,
            latitude_deg: wrong.y,
        });
    }
    if let Some(fault) = ring_fault(&ring) {
        let first = ring.first().copied().unwrap_or_default();
        return Err(TerritoryError::InvalidRing {
            code: code.to_string(),
            longitude_deg: first.x,
            latitude_deg: first.y,
            fault,
        });
    }
    Ok(LineString::new(ring))
}

fn version_of(kelurahan: &[Kelurahan]) -> String {
    let mut hash = Xxh3::new();
    let mut text = |text: &str| {
        hash.update(&(text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    };
    for one in kelurahan {
        text(&one.code.to_string());
        text(&one.name);
        text(&one.kecamatan);
        text(&one.kota);
    }
    // To a tenth of a millimetre, so that a reader which is off by the last bit of 17 digits sees the same version.
    let degrees = |number: f64| ((number * 1e9).round() + 0.0).to_bits().to_le_bytes();
    for one in kelurahan {
        hash.update(&one.area_km2.to_bits().to_le_bytes());
        for polygon in &one.shape {
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                hash.update(&(ring.0.len() as u64).to_le_bytes());
                for position in ring.coords() {
                    hash.update(&degrees(position.x));
                    hash.update(&degrees(position.y));
                }
            }
        }
    }
    format!("{:016x}", hash.digest())
}

#[cfg(test)]
mod tests;
