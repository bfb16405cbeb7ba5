//! Shapes for maps: the outline of a unit, and a level as GeoJSON. What `to_geojson` writes whole (kelurahan, no tolerance)
//! `from_geojson` reads back to the same version.

use geo::{Area, LineString, MultiPolygon, Polygon, Simplify, unary_union};
use serde_json::{Value, json};

use super::{Level, Territory, Unit};

/// Holes below this are slivers between neighbours that were drawn apart, not enclaves: square degrees, about 1 ha.
const SLIVER_DEG2: f64 = 8.2e-7;

impl Territory {
    /// The outline of a unit: that of its kelurahan, or the union of several without the slivers between them. Costs some
    /// milliseconds for a kota.
    #[must_use]
    pub fn outline(&self, unit: &Unit) -> MultiPolygon<f64> {
        let Some(members) = self.kelurahan().get(unit.members.clone()) else {
            return MultiPolygon::new(Vec::new());
        };
        if let [one] = members {
            return one.shape.clone();
        }
        let mut union = unary_union(members.iter().map(|one| &one.shape));
        for polygon in &mut union.0 {
            let enclaves = polygon
                .interiors()
                .iter()
                .filter(|ring| Polygon::new((*ring).clone(), Vec::new()).unsigned_area() > SLIVER_DEG2);
            *polygon = Polygon::new(polygon.exterior().clone(), enclaves.cloned().collect());
        }
        union
    }

    /// A GeoJSON `FeatureCollection` of all units of a level, with `kode`, `nama`, `level` and `luas_km2`, and for kelurahan the
    /// names above them. Without a tolerance the coordinates are as they were read; with one, in degrees (0.0001 is 11 m),
    /// rings are simplified each for itself and written with six decimals. The collection says `approximate` and `version`.
    #[must_use]
    pub fn to_geojson(&self, simplify_tolerance_deg: Option<f64>, level: Level) -> String {
        let units = self.units(level);
        let features: Vec<Value> = units.iter().map(|unit| self.feature(unit, simplify_tolerance_deg)).collect();
        json!({
            "type": "FeatureCollection",
            "approximate": self.approximate(),
            "version": self.version(),
            "features": features,
        })
        .to_string()
    }

    fn feature(&self, unit: &Unit, simplify_tolerance_deg: Option<f64>) -> Value {
        let mut properties = json!({
            "kode": unit.code,
            "nama": unit.name,
            "level": unit.level,
            "luas_km2": unit.area_km2,
        });
        if unit.level == Level::Kelurahan
            && let Some(one) = self.kelurahan().get(unit.members.start)
        {
            properties["kecamatan"] = json!(one.kecamatan);
            properties["kota"] = json!(one.kota);
        }
        let outline = self.outline(unit);
        let coordinates: Vec<Value> = match simplify_tolerance_deg {
            Some(tolerance) => simplified(&outline, tolerance)
                .iter()
                .map(|polygon| coordinates(polygon, rounded))
                .collect(),
            None => outline.iter().map(|polygon| coordinates(polygon, |number| number)).collect(),
        };
        json!({
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": "MultiPolygon", "coordinates": coordinates},
        })
    }
}

/// Every polygon simplified; what collapses is left out, but for the largest polygon, which then stays as it is.
fn simplified(shape: &MultiPolygon<f64>, tolerance: f64) -> Vec<Polygon<f64>> {
    let keeps = |ring: &LineString<f64>| ring.0.len() >= 4;
    let kept: Vec<Polygon<f64>> = shape
        .iter()
        .map(|polygon| polygon.simplify(tolerance))
        .filter(|polygon| keeps(polygon.exterior()) && polygon.unsigned_area() > tolerance * tolerance)
        .map(|polygon| {
            let holes = polygon.interiors().iter().filter(|ring| keeps(ring)).cloned().collect();
            Polygon::new(polygon.exterior().clone(), holes)
        })
        .collect();
    if kept.is_empty() {
        let largest = shape.iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()));
        return largest.cloned().into_iter().collect();
    }
    kept
}

fn coordinates(polygon: &Polygon<f64>, written: fn(f64) -> f64) -> Value {
    std::iter::once(polygon.exterior())
        .chain(polygon.interiors())
        .map(|ring| ring.coords().map(|at| json!([written(at.x), written(at.y)])).collect::<Value>())
        .collect()
}

fn rounded(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use geo::Area;

    use super::super::{Level, PropertyNames, Territory};

    /// Two halves of a square with a sliver between them, and an island.
    const HALVES: &str = r#"{"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"kode": "31.74.01.1001", "nama": "Barat", "kecamatan": "C", "kota": "K"}, "geometry":
         {"type": "Polygon", "coordinates": [[[106.8, -6.2], [106.81, -6.2], [106.81, -6.197], [106.80995, -6.195], [106.81, -6.193], [106.81, -6.19], [106.8, -6.19], [106.8, -6.2]]]}},
        {"type": "Feature", "properties": {"kode": "31.74.01.1002", "nama": "Timur", "kecamatan": "C", "kota": "K"}, "geometry":
         {"type": "MultiPolygon", "coordinates": [[[[106.81, -6.2], [106.82, -6.2], [106.82, -6.19], [106.81, -6.19], [106.81, -6.2]]],
           [[[106.9, -6.1], [106.9001, -6.1], [106.9001, -6.0999], [106.9, -6.1]]]]}}]}"#;

    #[test]
    fn a_kecamatan_is_the_union_without_slivers() {
        let territory = Territory::from_geojson(HALVES.as_bytes(), &PropertyNames::default()).unwrap();
        let outline = territory.outline(&territory.unit("31.74.01").unwrap());
        assert_eq!(outline.0.len(), 2);
        assert!(outline.iter().all(|polygon| polygon.interiors().is_empty()));
        assert!((outline.unsigned_area() - 0.000_2).abs() < 1e-8, "{}", outline.unsigned_area());
    }

    #[test]
    fn what_is_written_whole_reads_back_the_same() {
        let names = PropertyNames::default();
        let territory = Territory::from_geojson(HALVES.as_bytes(), &names).unwrap();
        let again = Territory::from_geojson(territory.to_geojson(None, Level::Kelurahan).as_bytes(), &names).unwrap();
        assert_eq!((again.version(), again.approximate()), (territory.version(), false));
        let rough = HALVES.replacen(r#""features""#, r#""approximate": true, "features""#, 1);
        let rough = Territory::from_geojson(rough.as_bytes(), &names).unwrap();
        assert!(rough.approximate());
        let again = Territory::from_geojson(rough.to_geojson(Some(0.0001), Level::Kelurahan).as_bytes(), &names).unwrap();
        assert!(again.approximate(), "what is approximate stays so");
    }

    #[test]
    fn a_tolerance_drops_vertices_and_specks_but_no_unit() {
        let territory = Territory::from_geojson(HALVES.as_bytes(), &PropertyNames::default()).unwrap();
        let rough = territory.to_geojson(Some(0.001), Level::Kelurahan);
        assert!(!rough.contains("106.80995") && !rough.contains("106.9001"), "{rough}");
        let far_too_rough: serde_json::Value = serde_json::from_str(&territory.to_geojson(Some(1.0), Level::Kelurahan)).unwrap();
        for feature in far_too_rough["features"].as_array().unwrap() {
            assert!(feature["geometry"]["coordinates"][0][0].as_array().unwrap().len() >= 4);
        }
    }
}
