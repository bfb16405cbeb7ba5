//! Features of a file of layers: each with its `layer`, `name`, `buffer_m` (a line must have one; of a polygon it is 0 where absent) and a
//! geometry. Enters: bytes; leaves: features whose positions are finite, in range, and no larger than a degree.

use geo::{Coord, LineString, Polygon};
use geojson::{FeatureCollection, GeoJson, GeometryValue, JsonObject, Position};
use serde_json::Value;

use super::{Layer, LayerError};
use crate::territory::boundary::ring_fault;

/// The widest buffer, metres: a feature farther away than this is not where the problem is.
const MOST_BUFFER_M: f64 = 1_000.0;
/// Beyond this latitude a degree of longitude is too short for a grid of degrees.
const MOST_LATITUDE_DEG: f64 = 85.0;
/// The largest segment and polygon, degrees: a city is smaller.
const MOST_EXTENT_DEG: f64 = 1.0;

/// A feature that can be used.
#[derive(Clone, Debug)]
pub(super) struct Feature {
    pub(super) layer: Layer,
    pub(super) name: String,
    pub(super) buffer_m: f64,
    pub(super) lines: Vec<LineString<f64>>,
    pub(super) polygons: Vec<Polygon<f64>>,
}

/// The ids of all layers, for messages.
pub(super) fn layer_ids() -> String {
    Layer::ALL.map(Layer::id).join(", ")
}

/// Reads all features.
///
/// # Errors
/// The first thing found that makes the file unusable.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Feature>, LayerError> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let document: GeoJson = serde_json::from_slice(text).map_err(|error| LayerError::NotGeoJson(error.to_string()))?;
    let FeatureCollection { features, .. } =
        FeatureCollection::try_from(document).map_err(|error| LayerError::NotGeoJson(error.to_string()))?;
    let none = JsonObject::new();
    let mut read = Vec::with_capacity(features.len());
    for (position, feature) in features.into_iter().enumerate() {
        let number = position + 1;
        let properties = feature.properties.as_ref().unwrap_or(&none);
        let (lines, polygons) = shape(number, feature.geometry.map(|geometry| geometry.value))?;
        read.push(Feature {
            layer: layer(number, properties)?,
            name: name(number, properties)?,
            buffer_m: buffer_m(number, properties, lines.is_empty())?,
            lines,
            polygons,
        });
    }
    Ok(read)
}

fn layer(feature: usize, properties: &JsonObject) -> Result<Layer, LayerError> {
    let written = properties.get("layer");
    let found = written.and_then(Value::as_str).and_then(Layer::from_id);
    found.ok_or_else(|| LayerError::NoLayer {
        feature,
        found: written.map_or_else(|| "absent".to_owned(), Value::to_string),
    })
}

fn name(feature: usize, properties: &JsonObject) -> Result<String, LayerError> {
    let name = properties.get("name").and_then(Value::as_str).map(str::trim);
    let name = name.filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or(LayerError::NoName { feature })
}

fn buffer_m(feature: usize, properties: &JsonObject, area: bool) -> Result<f64, LayerError> {
    let written = properties.get("buffer_m").filter(|value| !value.is_null());
    let metres = match written {
        None if area => Some(0.0),
        None => None,
        Some(value) => value.as_f64(),
    };
    let usable = |metres: &f64| (0.0..=MOST_BUFFER_M).contains(metres) && (area || *metres > 0.0);
    metres.filter(usable).ok_or_else(|| LayerError::NoBuffer {
        feature,
        found: written.map_or_else(|| "absent".to_owned(), Value::to_string),
        most: MOST_BUFFER_M,
    })
}

type Shape = (Vec<LineString<f64>>, Vec<Polygon<f64>>);

fn shape(feature: usize, geometry: Option<GeometryValue>) -> Result<Shape, LayerError> {
    let found = |found: &str| LayerError::NoShape {
        feature,
        found: found.to_owned(),
    };
    let lines = |lines: &[Vec<Position>]| {
        let lines = lines.iter().map(|line| accept_line(feature, line));
        lines.collect::<Result<Vec<_>, _>>()
    };
    let polygons = |polygons: &[Vec<Vec<Position>>]| {
        let polygons = polygons.iter().map(|rings| accept_polygon(feature, rings));
        polygons.collect::<Result<Vec<_>, _>>()
    };
    let (lines, polygons): Shape = match geometry {
        None => return Err(found("absent")),
        Some(GeometryValue::LineString { coordinates }) => (lines(&[coordinates])?, Vec::new()),
        Some(GeometryValue::MultiLineString { coordinates }) => (lines(&coordinates)?, Vec::new()),
        Some(GeometryValue::Polygon { coordinates }) => (Vec::new(), polygons(&[coordinates])?),
        Some(GeometryValue::MultiPolygon { coordinates }) => (Vec::new(), polygons(&coordinates)?),
        Some(other) => return Err(found(other.type_name())),
    };
    if lines.is_empty() && polygons.is_empty() {
        return Err(found("empty"));
    }
    Ok((lines, polygons))
}

fn accept_line(feature: usize, positions: &[Position]) -> Result<LineString<f64>, LayerError> {
    let line = coordinates(feature, positions)?;
    if line.len() < 2 {
        return Err(invalid(feature, "line", &line, "has fewer than two positions"));
    }
    Ok(LineString::new(line))
}

fn accept_polygon(feature: usize, rings: &[Vec<Position>]) -> Result<Polygon<f64>, LayerError> {
    let mut accepted = Vec::with_capacity(rings.len());
    for ring in rings {
        let ring = coordinates(feature, ring)?;
        if let Some(fault) = ring_fault(&ring) {
            return Err(invalid(feature, "ring", &ring, fault));
        }
        accepted.push(LineString::new(ring));
    }
    let mut rings = accepted.into_iter();
    let Some(exterior) = rings.next() else {
        return Err(LayerError::NoShape {
            feature,
            found: "empty".to_owned(),
        });
    };
    let extent = |number: fn(&Coord<f64>) -> f64| {
        let numbers = || exterior.coords().map(number);
        numbers().fold(f64::NEG_INFINITY, f64::max) - numbers().fold(f64::INFINITY, f64::min)
    };
    if extent(|position| position.x).max(extent(|position| position.y)) > MOST_EXTENT_DEG {
        return Err(LayerError::TooLarge { feature, what: "polygon" });
    }
    Ok(Polygon::new(exterior, rings.collect()))
}

/// Positions in range, none more than a degree from the one before.
fn coordinates(feature: usize, positions: &[Position]) -> Result<Vec<Coord<f64>>, LayerError> {
    let mut coordinates: Vec<Coord<f64>> = Vec::with_capacity(positions.len());
    for position in positions {
        let number = |index: usize| position.as_slice().get(index).copied().unwrap_or(f64::NAN);
        let (x, y) = (number(0), number(1));
        if !(x.abs() <= 180.0 && y.abs() <= MOST_LATITUDE_DEG) {
            return Err(LayerError::OutOfRange {
                feature,
                longitude_deg: x,
                latitude_deg: y,
            });
        }
        let far = |last: &Coord<f64>| (last.x - x).abs().max((last.y - y).abs()) > MOST_EXTENT_DEG;
        if coordinates.last().is_some_and(far) {
            return Err(LayerError::TooLarge { feature, what: "segment" });
        }
        coordinates.push(Coord { x, y });
    }
    Ok(coordinates)
}

fn invalid(feature: usize, what: &'static str, positions: &[Coord<f64>], fault: &'static str) -> LayerError {
    let first = positions.first().copied().unwrap_or_default();
    LayerError::Invalid {
        feature,
        what,
        longitude_deg: first.x,
        latitude_deg: first.y,
        fault,
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    fn file(properties: &str, geometry: &str) -> String {
        format!(
            r#"{{"type": "FeatureCollection", "features": [{{"type": "Feature", "properties": {{{properties}}}, "geometry": {geometry}}}]}}"#
        )
    }

    #[test]
    fn a_file_that_cannot_be_used_says_which_feature_and_why() {
        const ROAD: &str = r#""layer": "national_road", "name": "Jalan Raya", "buffer_m": 20"#;
        const LINE: &str = r#"{"type": "LineString", "coordinates": [[106.8, -6.2], [106.81, -6.2]]}"#;
        assert_eq!(read(file(ROAD, LINE).as_bytes()).unwrap().len(), 1);
        let line = |coordinates: &str| format!(r#"{{"type": "LineString", "coordinates": {coordinates}}}"#);
        let ring = |coordinates: &str| format!(r#"{{"type": "Polygon", "coordinates": [{coordinates}]}}"#);
        for (properties, geometry, complaint) in [
            (r#""layer": "toll", "name": "x", "buffer_m": 1"#, LINE, "`layer` is \"toll\""),
            (r#""name": "x", "buffer_m": 1"#, LINE, "`layer` is absent"),
            (r#""layer": "rail", "name": " ", "buffer_m": 1"#, LINE, "no text in property `name`"),
            (r#""layer": "rail", "name": "x""#, LINE, "`buffer_m` is absent"),
            (r#""layer": "rail", "name": "x", "buffer_m": 0"#, LINE, "`buffer_m` is 0"),
            (r#""layer": "rail", "name": "x", "buffer_m": 1e9"#, LINE, "none more than 1000 m"),
            (r#""layer": "rail", "name": "x", "buffer_m": "20""#, LINE, "`buffer_m` is \"20\""),
            (ROAD, r#"{"type": "Point", "coordinates": [106.8, -6.2]}"#, "the geometry is Point"),
            (ROAD, "null", "the geometry is absent"),
            (ROAD, &line("[[106.8, -6.2]]"), "has fewer than two positions"),
            (ROAD, &line("[[106.8, -6.2], [700000, 9300000]]"), "projected system"),
            (ROAD, &line("[[106.8, -6.2], [112.7, -7.2]]"), "a segment is more than a degree"),
            (
                ROAD,
                &ring("[[106.0, -6.2], [106.9, -6.2], [107.2, -6.0], [106.6, -6.0], [106.0, -6.2]]"),
                "a polygon is more than a degree",
            ),
            (
                ROAD,
                &ring("[[106.8, -6.2], [106.9, -6.2], [106.9, -6.1]]"),
                "the ring at 106.8, -6.2 has",
            ),
        ] {
            let error = read(file(properties, geometry).as_bytes()).unwrap_err().to_string();
            assert!(error.contains(complaint) && error.contains("feature 1"), "{complaint}: {error}");
        }
        assert!(read(b"{}").unwrap_err().to_string().starts_with("not a GeoJSON"));
    }
}
