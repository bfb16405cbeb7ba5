//! Features of a boundary file as they stand, right or wrong. `Territory::from_geojson` takes them when nothing is wrong,
//! `check_geojson` lists all that is. Enters: bytes and the names of the properties; leaves: one [`RawFeature`] a feature.

use geo::Coord;
use geojson::{FeatureCollection, GeoJson, GeometryValue, JsonObject, Position};

use super::{KelurahanCode, TerritoryError};

/// Which property of a feature holds what. The default is that of the project's own files.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PropertyNames {
    /// Kemendagri code, dotted (`31.74.01.1001`) or as ten digits.
    pub code: String,
    /// Name of the kelurahan.
    pub name: String,
    /// Name of its kecamatan; where absent the code stands for it.
    pub kecamatan: String,
    /// Name of its kota or kabupaten; where absent the code stands for it.
    pub kota: String,
    /// Official area in km²; where absent the area is computed from the polygon.
    pub area_km2: String,
    /// Not a property: the name of the whole.
    pub region_name: String,
}

impl Default for PropertyNames {
    fn default() -> Self {
        Self {
            code: "kode".to_owned(),
            name: "nama".to_owned(),
            kecamatan: "kecamatan".to_owned(),
            kota: "kota".to_owned(),
            area_km2: "luas_km2".to_owned(),
            region_name: "DKI Jakarta".to_owned(),
        }
    }
}

/// A ring as written: open or closed, of any length.
pub(super) type RawRing = Vec<Coord<f64>>;

/// One feature as written.
#[derive(Clone, Debug)]
pub(super) struct RawFeature {
    /// From 1, in the order of the file.
    pub(super) number: usize,
    /// What stands for the code.
    pub(super) code_text: Option<String>,
    pub(super) name: Option<String>,
    pub(super) kecamatan: Option<String>,
    pub(super) kota: Option<String>,
    pub(super) area_km2: Option<f64>,
    /// Names of its properties, for messages.
    pub(super) present: String,
    /// Polygons (rings, the first the outer one), or the type of geometry found instead.
    pub(super) polygons: Result<Vec<Vec<RawRing>>, String>,
}

impl RawFeature {
    /// The code, if it is one.
    pub(super) fn code(&self) -> Option<KelurahanCode> {
        let text = self.code_text.as_deref()?;
        text.parse().ok().or_else(|| {
            let undotted = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit());
            if !undotted {
                return None;
            }
            text.parse().ok().map(KelurahanCode::from_integer)
        })
    }

    /// What to call it in a message: its code, else its number.
    pub(super) fn label(&self) -> String {
        self.code()
            .map_or_else(|| format!("feature {}", self.number), |code| code.to_string())
    }
}

/// A file as written.
#[derive(Clone, Debug)]
pub(super) struct RawFile {
    pub(super) features: Vec<RawFeature>,
    /// The collection says that it is approximate.
    pub(super) approximate: bool,
}

/// Reads all features.
///
/// # Errors
/// The bytes are no `FeatureCollection`, or it is empty.
pub(super) fn read_file(bytes: &[u8], names: &PropertyNames) -> Result<RawFile, TerritoryError> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let document: GeoJson = serde_json::from_slice(text).map_err(|error| TerritoryError::NotGeoJson(error.to_string()))?;
    let FeatureCollection {
        features, foreign_members, ..
    } = FeatureCollection::try_from(document).map_err(|error| TerritoryError::NotGeoJson(error.to_string()))?;
    if features.is_empty() {
        return Err(TerritoryError::Empty);
    }
    let approximate = foreign_members.is_some_and(|members| members.get("approximate") == Some(&serde_json::Value::Bool(true)));
    let none = JsonObject::new();
    let features = features
        .into_iter()
        .enumerate()
        .map(|(index, feature)| {
            let properties = feature.properties.as_ref().unwrap_or(&none);
            RawFeature {
                number: index + 1,
                code_text: text_of(properties, &names.code),
                name: text_of(properties, &names.name),
                kecamatan: text_of(properties, &names.kecamatan),
                kota: text_of(properties, &names.kota),
                area_km2: number_of(properties, &names.area_km2),
                present: properties.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
                polygons: polygons(feature.geometry.map(|geometry| geometry.value)),
            }
        })
        .collect();
    Ok(RawFile { features, approximate })
}

/// A property as trimmed text; numbers are written out, anything else and empty text is nothing.
fn text_of(properties: &JsonObject, name: &str) -> Option<String> {
    let text = match properties.get(name)? {
        serde_json::Value::String(text) => text.trim().to_owned(),
        serde_json::Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A property as a positive finite number.
fn number_of(properties: &JsonObject, name: &str) -> Option<f64> {
    let number = match properties.get(name)? {
        serde_json::Value::String(text) => text.trim().parse().ok()?,
        other => other.as_f64()?,
    };
    (number > 0.0 && number.is_finite()).then_some(number)
}

fn polygons(geometry: Option<GeometryValue>) -> Result<Vec<Vec<RawRing>>, String> {
    let polygons = match geometry {
        None => return Err("absent".to_owned()),
        Some(GeometryValue::Polygon { coordinates }) => vec![coordinates],
        Some(GeometryValue::MultiPolygon { coordinates }) => coordinates,
        Some(other) => return Err(other.type_name().to_owned()),
    };
    Ok(polygons
        .iter()
        .map(|rings| rings.iter().map(|ring| raw_ring(ring)).collect())
        .collect())
}

fn raw_ring(positions: &[Position]) -> RawRing {
    let number = |position: &Position, index: usize| position.as_slice().get(index).copied().unwrap_or(f64::NAN);
    positions
        .iter()
        .map(|position| Coord {
            x: number(position, 0),
            y: number(position, 1),
        })
        .collect()
}
