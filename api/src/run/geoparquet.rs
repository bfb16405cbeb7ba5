//! `GeoParquet` files as the `GeoJSON` the territory is read from: one feature a row, columns as properties. Geometry is WKB in
//! degrees WGS 84 (the format's default); other encodings and coordinate systems are refused by name.

use anyhow::{Context, bail, ensure};
use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use geo_traits::to_geo::ToGeoGeometry;
use geojson::{Feature, FeatureCollection, JsonObject};
use serde::Deserialize;

/// First bytes of every Parquet file.
const MAGIC: &[u8] = b"PAR1";

/// Gives `GeoJSON` for `GeoParquet`, and everything else as it is.
///
/// # Errors
/// A Parquet file without readable geometry: what it lacks and how to write it.
pub(super) fn as_geojson(bytes: Vec<u8>) -> anyhow::Result<Vec<u8>> {
    if !bytes.starts_with(MAGIC) {
        return Ok(bytes);
    }
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).context("no readable Parquet file")?;
    let metadata = builder.metadata().file_metadata().key_value_metadata();
    let geo = metadata
        .and_then(|pairs| pairs.iter().find(|pair| pair.key == "geo"))
        .and_then(|pair| pair.value.as_deref())
        .context("a Parquet file without the `geo` metadata of GeoParquet: write it as GeoParquet 1.0 or 1.1")?;
    let geo: GeoMetadata = serde_json::from_str(geo).context("the `geo` metadata of GeoParquet")?;
    let geometry = geo.geometry()?;
    let mut features = Vec::new();
    for batch in builder.build()? {
        rows(&batch?, geometry, &mut features)?;
    }
    let collection = FeatureCollection {
        bbox: None,
        features,
        foreign_members: None,
    };
    Ok(collection.to_string().into_bytes())
}

/// What the file says about its geometry, as far as it matters here (`GeoParquet` 1.1, file metadata).
#[derive(Deserialize)]
struct GeoMetadata {
    primary_column: String,
    columns: std::collections::BTreeMap<String, GeoColumn>,
}

#[derive(Deserialize)]
struct GeoColumn {
    encoding: String,
    /// PROJJSON; absent means longitude and latitude on WGS 84.
    #[serde(default)]
    crs: Option<serde_json::Value>,
}

impl GeoMetadata {
    /// Name of the geometry column, if it can be read.
    fn geometry(&self) -> anyhow::Result<&str> {
        let name = self.primary_column.as_str();
        let column = self
            .columns
            .get(name)
            .with_context(|| format!("the `geo` metadata does not describe its primary column {name}"))?;
        ensure!(
            column.encoding == "WKB",
            "the geometry column {name} is encoded as {}: write it as WKB",
            column.encoding
        );
        if let Some(crs) = &column.crs {
            let id = (crs["id"]["authority"].as_str(), crs["id"]["code"].to_string());
            let degrees = matches!((id.0, id.1.trim_matches('"')), (Some("EPSG"), "4326") | (Some("OGC"), "CRS84"));
            ensure!(
                degrees,
                "the geometry column {name} is in {}: transform it to WGS 84 (EPSG:4326)",
                crs["name"].as_str().unwrap_or("an unnamed coordinate system")
            );
        }
        Ok(name)
    }
}

/// Adds a feature for each row. Rows without a geometry become features without one, which the territory's checks name.
fn rows(batch: &RecordBatch, geometry: &str, features: &mut Vec<Feature>) -> anyhow::Result<()> {
    let (place, column) = batch
        .schema_ref()
        .column_with_name(geometry)
        .map(|(place, _)| (place, batch.column(place)))
        .with_context(|| format!("the geometry column {geometry} is not in the file"))?;
    let options = FormatOptions::default();
    let mut texts = Vec::new();
    for (index, field) in batch.schema_ref().fields().iter().enumerate() {
        if index != place && !field.data_type().is_nested() {
            texts.push((
                field.name(),
                batch.column(index),
                ArrayFormatter::try_new(batch.column(index), &options)?,
            ));
        }
    }
    for row in 0..batch.num_rows() {
        let mut properties = JsonObject::new();
        for (name, values, text) in &texts {
            if values.is_valid(row) {
                properties.insert((*name).clone(), text.value(row).try_to_string()?.into());
            }
        }
        let number = features.len() + 1;
        let shape = match wkb_of(column, row)? {
            None => None,
            Some(bytes) => {
                let shape = wkb::reader::read_wkb(bytes).with_context(|| format!("row {number}: the geometry is no WKB"))?;
                let shape = shape
                    .try_to_geometry()
                    .with_context(|| format!("row {number}: an empty point is no geometry"))?;
                Some(geojson::Geometry::new(geojson::GeometryValue::from(&shape)))
            }
        };
        features.push(Feature {
            bbox: None,
            geometry: shape,
            id: None,
            properties: Some(properties),
            foreign_members: None,
        });
    }
    Ok(())
}

/// The bytes of a row of a geometry column.
fn wkb_of(column: &dyn Array, row: usize) -> anyhow::Result<Option<&[u8]>> {
    if column.is_null(row) {
        return Ok(None);
    }
    Ok(Some(match column.data_type() {
        DataType::Binary => column.as_binary::<i32>().value(row),
        DataType::LargeBinary => column.as_binary::<i64>().value(row),
        DataType::BinaryView => column.as_binary_view().value(row),
        other => bail!("the geometry column holds {other}, not bytes"),
    }))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, BinaryArray, Float64Array, StringArray};
    use datafusion::parquet::arrow::ArrowWriter;
    use datafusion::parquet::file::metadata::KeyValue;
    use serde_json::{Value, json};
    use tanggap_engine::territory::{PropertyNames, Territory};

    use super::*;

    /// A little-endian WKB polygon of one square.
    fn square() -> Vec<u8> {
        let corners = [(106.84, -6.24), (106.86, -6.24), (106.86, -6.22), (106.84, -6.22), (106.84, -6.24)];
        let mut bytes = vec![1];
        for word in [3_u32, 1, 5] {
            bytes.extend(word.to_le_bytes());
        }
        for (longitude, latitude) in corners {
            bytes.extend(f64::to_le_bytes(longitude));
            bytes.extend(f64::to_le_bytes(latitude));
        }
        bytes
    }

    fn file(geo: Option<&Value>, geometry: Option<&[u8]>) -> Vec<u8> {
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("kode", Arc::new(StringArray::from(vec!["31.74.01.1001"])) as ArrayRef, true),
            ("nama", Arc::new(StringArray::from(vec!["Tebet Timur"])), true),
            ("luas_km2", Arc::new(Float64Array::from(vec![1.25])), true),
            ("geometry", Arc::new(BinaryArray::from_opt_vec(vec![geometry])), true),
        ])
        .unwrap();
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        if let Some(geo) = geo {
            writer.append_key_value_metadata(KeyValue::new("geo".to_owned(), geo.to_string()));
        }
        writer.into_inner().unwrap()
    }

    fn described(encoding: &str, crs: &Value) -> Value {
        json!({"version": "1.1.0", "primary_column": "geometry",
            "columns": {"geometry": {"encoding": encoding, "geometry_types": ["Polygon"], "crs": crs}}})
    }

    #[test]
    fn a_geoparquet_file_is_the_same_territory_as_its_geojson() {
        let bytes = file(Some(&described("WKB", &Value::Null)), Some(&square()));
        let names = PropertyNames::default();
        let territory = Territory::from_geojson(&as_geojson(bytes).unwrap(), &names).unwrap();
        let one = &territory.kelurahan()[0];
        assert_eq!((one.code.to_string().as_str(), one.name.as_str()), ("31.74.01.1001", "Tebet Timur"));
        assert!((one.area_km2 - 1.25).abs() < f64::EPSILON);
        let json = br#"{"type": "FeatureCollection", "features": [{"type": "Feature",
            "properties": {"kode": "31.74.01.1001", "nama": "Tebet Timur", "luas_km2": 1.25},
            "geometry": {"type": "Polygon", "coordinates": [[[106.84, -6.24], [106.86, -6.24], [106.86, -6.22], [106.84, -6.22], [106.84, -6.24]]]}}]}"#;
        assert_eq!(territory.version(), Territory::from_geojson(json, &names).unwrap().version());
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let metres = json!({"name": "WGS 84 / UTM zone 48S", "id": {"authority": "EPSG", "code": 32748}});
        let cases = [
            (file(None, Some(&square())), "without the `geo` metadata"),
            (
                file(Some(&described("polygon", &Value::Null)), Some(&square())),
                "encoded as polygon",
            ),
            (file(Some(&described("WKB", &metres)), Some(&square())), "UTM zone 48S"),
            (file(Some(&described("WKB", &Value::Null)), Some(b"\x01\x03")), "row 1"),
            (MAGIC.to_vec(), "no readable Parquet"),
        ];
        for (bytes, says) in cases {
            let error = format!("{:#}", as_geojson(bytes).unwrap_err());
            assert!(error.contains(says), "{says}: {error}");
        }
        let empty = as_geojson(file(Some(&described("WKB", &Value::Null)), None)).unwrap();
        assert!(Territory::from_geojson(&empty, &PropertyNames::default()).is_err());
    }

    #[test]
    fn anything_else_is_left_as_it_is() {
        assert_eq!(as_geojson(b"{}".to_vec()).unwrap(), b"{}");
    }
}
