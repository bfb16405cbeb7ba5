//! Outlines of the territory's units, simplified for maps: made when first asked for, kept for good.

use std::fmt::Write;
use std::sync::Arc;

use axum::body::Bytes;
use geo::{Area, MultiPolygon, Polygon, Simplify, unary_union};
use tanggap_engine::territory::{Level, Territory, Unit};
use tokio::sync::OnceCell;

use crate::error::Problem;
use crate::live::write_ring;
use crate::state::AppState;

/// All units of a level with their outlines.
#[derive(Debug)]
pub(crate) struct Outline {
    /// The units, by code.
    pub(crate) units: Vec<Unit>,
    /// Their outlines, in the same order.
    pub(crate) shapes: Vec<MultiPolygon<f64>>,
    /// Both as GeoJSON.
    pub(crate) geojson: Bytes,
}

/// The outlines of every level.
#[derive(Debug, Default)]
pub(crate) struct Outlines {
    levels: [OnceCell<Arc<Outline>>; 4],
}

/// Holes smaller than this (degrees², some 1,200 m²) are where neighbours' borders do not quite meet.
const SLIVER_DEG2: f64 = 1e-7;

/// The outlines of one level.
pub(super) async fn outline(state: &Arc<AppState>, level: Level) -> Result<Arc<Outline>, Problem> {
    let position = Level::ALL.iter().position(|other| *other == level).unwrap_or_default();
    let territory = Arc::clone(&state.territory);
    let make = async { state.analysts.compute(move || Arc::new(draw(&territory, level))).await };
    state.outlines.levels[position].get_or_try_init(|| make).await.cloned()
}

fn draw(territory: &Territory, level: Level) -> Outline {
    // 5 m where kelurahan are told apart, more where only the shape of the city is seen.
    let tolerance_deg = match level {
        Level::Kelurahan => 0.000_05,
        Level::Kecamatan => 0.000_1,
        Level::Kota | Level::Region => 0.000_2,
    };
    let units = territory.units(level);
    let shape = |unit: &Unit| {
        let members = &territory.kelurahan()[unit.members.clone()];
        let whole = match members {
            [one] => one.shape.clone(),
            _ => unary_union(members.iter().map(|one| &one.shape)),
        };
        MultiPolygon(whole.0.iter().map(|polygon| tidy(polygon, tolerance_deg)).collect())
    };
    let shapes: Vec<_> = units.iter().map(shape).collect();
    let geojson = geojson(territory, &units, &shapes).into();
    Outline { units, shapes, geojson }
}

fn tidy(polygon: &Polygon<f64>, tolerance_deg: f64) -> Polygon<f64> {
    let simple = polygon.simplify(tolerance_deg);
    // An island smaller than the tolerance stays as it is: better too many corners than no island.
    let (exterior, holes) = if simple.exterior().0.len() >= 4 {
        simple.into_inner()
    } else {
        polygon.clone().into_inner()
    };
    let holes = holes
        .into_iter()
        .filter(|hole| hole.0.len() >= 4 && Polygon::new(hole.clone(), Vec::new()).unsigned_area() > SLIVER_DEG2)
        .collect();
    Polygon::new(exterior, holes)
}

fn geojson(territory: &Territory, units: &[Unit], shapes: &[MultiPolygon<f64>]) -> String {
    let mut out = String::with_capacity(256 * 1024);
    let quote = |text: &str| serde_json::Value::from(text).to_string();
    let _ = write!(
        out,
        r#"{{"type":"FeatureCollection","version":"{}","approximate":{},"features":["#,
        territory.version(),
        territory.approximate()
    );
    for (position, (unit, shape)) in units.iter().zip(shapes).enumerate() {
        let comma = if position == 0 { "" } else { "," };
        let (code, name) = (quote(&unit.code), quote(&unit.name));
        let _ = write!(out, r#"{comma}{{"type":"Feature","properties":{{"code":{code},"name":{name}"#);
        if let Some(first) = territory.kelurahan().get(unit.members.start) {
            if unit.level == Level::Kelurahan {
                let _ = write!(out, r#","kecamatan":{}"#, quote(&first.kecamatan));
            }
            if matches!(unit.level, Level::Kelurahan | Level::Kecamatan) {
                let _ = write!(out, r#","kota":{}"#, quote(&first.kota));
            }
        }
        let _ = write!(
            out,
            r#","area_km2":{:.4}}},"geometry":{{"type":"MultiPolygon","coordinates":["#,
            unit.area_km2
        );
        for (part, polygon) in shape.0.iter().enumerate() {
            out.push_str(if part == 0 { "[" } else { ",[" });
            for (ring, line) in std::iter::once(polygon.exterior()).chain(polygon.interiors()).enumerate() {
                out.push_str(if ring == 0 { "" } else { "," });
                let corners: Vec<(f64, f64)> = line.0.iter().map(|corner| (corner.x, corner.y)).collect();
                write_ring(&mut out, &corners);
            }
            out.push(']');
        }
        out.push_str("]}}");
    }
    out.push_str("]}");
    out
}
