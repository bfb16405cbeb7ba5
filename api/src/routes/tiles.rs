//! `GET /v1/tiles/{layer}/{z}/{x}/{y}` and the `TileJSON` beside it: the heat and the outlines for any map that reads MVT.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use fast_mvt::{MvtCoord, MvtError, MvtGeomType, MvtLayerBuilder};
use geo::BoundingRect;
use h3o::CellIndex;
use serde_json::json as object;
use tanggap_engine::territory::Level;
use tanggap_queries::named::HeatLevel;

use super::answer::{json, now, steady};
use super::heat::heat;
use super::outline::outline;
use crate::error::Problem;
use crate::extractors::{Params, Segment, Viewer};
use crate::live::ring;
use crate::state::{AppState, HeatKey};
use crate::time::Window;

const LAYERS: [&str; 2] = ["cells", "kelurahan"];
const MVT: &str = "application/vnd.mapbox-vector-tile";
/// Units across a tile, as readers assume.
const EXTENT: f64 = 4_096.0;
/// What lies this far outside a tile is drawn too, so that outlines do not end at its edge.
const MARGIN: f64 = 64.0;
const MAX_ZOOM: u8 = 18;

/// One tile, in the square projection of the web.
#[derive(Clone, Copy, Debug)]
struct Tile {
    z: u8,
    x: u32,
    y: u32,
}

impl Tile {
    fn parse(z: &str, x: &str, y: &str) -> Result<Self, Problem> {
        let allowed = format!("0 to {MAX_ZOOM}");
        let zoom = z.parse::<u8>().ok().filter(|z| *z <= MAX_ZOOM);
        let z = zoom.ok_or_else(|| Problem::parameter("z", z, &[&allowed]))?;
        let number = |name: &str, text: &str| {
            let found = text.parse::<u32>().ok().filter(|number| *number < 1 << z);
            found.ok_or_else(|| Problem::parameter(name, text, &[&format!("0 to {}", (1_u32 << z) - 1)]))
        };
        let y = y.strip_suffix(".mvt").or_else(|| y.strip_suffix(".pbf")).unwrap_or(y);
        Ok(Self {
            z,
            x: number("x", x)?,
            y: number("y", y)?,
        })
    }

    /// A position in units of the tile; x to the east, y to the south.
    fn place(self, (longitude, latitude): (f64, f64)) -> (f64, f64) {
        let tiles = f64::from(1_u32 << self.z);
        let x = (longitude + 180.0) / 360.0 * tiles;
        let y = (1.0 - latitude.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * tiles;
        ((x - f64::from(self.x)) * EXTENT, (y - f64::from(self.y)) * EXTENT)
    }

    /// Corners in whole units, if the box around them touches the tile.
    fn corners(self, ring: &[(f64, f64)]) -> Option<Vec<MvtCoord>> {
        let placed: Vec<(f64, f64)> = ring.iter().map(|corner| self.place(*corner)).collect();
        let touches = |of: fn(&(f64, f64)) -> f64| {
            let (low, high) = placed
                .iter()
                .map(of)
                .fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
            high >= -MARGIN && low <= EXTENT + MARGIN
        };
        if !touches(|place| place.0) || !touches(|place| place.1) {
            return None;
        }
        let mut corners: Vec<MvtCoord> = placed
            .iter()
            .map(|(x, y)| MvtCoord {
                x: whole(*x),
                y: whole(*y),
            })
            .collect();
        corners.dedup();
        Some(corners)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates; at zoom 18 the city is 2^31 units wide at most"
)]
fn whole(value: f64) -> i32 {
    value.round() as i32
}

/// A vector tile
///
/// Layer `cells`: H3 cells with reports (h3, index, n, z), as `/v1/cells` tells them to whoever asks: to the public n is rounded down. Layer
/// `kelurahan`: outlines (code, name).
#[utoipa::path(
    get,
    path = "/v1/tiles/{layer}/{z}/{x}/{y}",
    tag = "tiles",
    params(
        ("layer" = String, Path, description = "cells or kelurahan"),
        ("z" = u8, Path, description = "zoom, 0 to 18"),
        ("x" = u32, Path, description = "column, from the west"),
        ("y" = u32, Path, description = "row, from the north"),
        ("window" = Option<String>, Query, description = "cells only: length: 15m, 60m (default), 6h or 24h; for staff any from 1m to 7d"),
        ("category" = Option<String>, Query, description = "cells only: only this category"),
    ),
    responses(
        (status = 200, description = "The tile", content_type = "application/vnd.mapbox-vector-tile"),
        (status = 304, description = "The outlines are still the same"),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such layer", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn tile(
    State(state): State<Arc<AppState>>,
    Segment((layer, z, x, y)): Segment<(String, String, String, String)>,
    viewer: Viewer,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let tile = Tile::parse(&z, &x, &y)?;
    match layer.as_str() {
        "cells" => {
            let params = params.only(&["window", "category"])?;
            Ok(now(MVT, cells(&state, &viewer, &params, tile).await?))
        }
        "kelurahan" => {
            params.only(&[])?;
            let outline = outline(&state, Level::Kelurahan).await?;
            let shapes = move || {
                let mut layer = MvtLayerBuilder::new("kelurahan")?;
                for (unit, shape) in outline.units.iter().zip(&outline.shapes) {
                    for polygon in shape {
                        if polygon.bounding_rect().is_none() {
                            continue;
                        }
                        let ring = |line: &geo::LineString<f64>| line.0.iter().map(|at| (at.x, at.y)).collect::<Vec<_>>();
                        let Some(corners) = tile.corners(&ring(polygon.exterior())).filter(|corners| corners.len() > 3) else {
                            continue;
                        };
                        let mut feature = layer.feature_of(MvtGeomType::Polygon);
                        feature.ring(corners, true)?;
                        for hole in polygon.interiors() {
                            if let Some(corners) = tile.corners(&ring(hole)).filter(|corners| corners.len() > 3) {
                                feature.ring(corners, false)?;
                            }
                        }
                        feature.tag_string("code", unit.code.as_str())?;
                        feature.tag_string("name", unit.name.as_str())?;
                        layer = feature.end();
                    }
                }
                Ok::<_, MvtError>(layer.encode())
            };
            let bytes = state.analysts.compute(shapes).await?.map_err(|error| unwritten(&error))?;
            let version = format!("{}-tile", state.territory.version());
            Ok(steady(&headers, MVT, &version, bytes.into()))
        }
        _ => Err(no_layer()),
    }
}

async fn cells(state: &Arc<AppState>, viewer: &Viewer, params: &Params, tile: Tile) -> Result<Vec<u8>, Problem> {
    let length_us = params.window_us(viewer.staff())?;
    let category = params.category()?;
    let snapshot = state.city.snapshot();
    let Some(window) = Window::of(&snapshot, length_us, state.settings.delay_s, None) else {
        return Ok(Vec::new());
    };
    let key = HeatKey {
        level: HeatLevel::Cell,
        split: false,
        public: !viewer.staff(),
        start_us: window.start_us,
        end_us: window.end_us,
        category,
        channel: None,
        kelurahan: None,
    };
    let answer = heat(state, &snapshot, key).await?;
    let draw = || {
        let mut layer = MvtLayerBuilder::new("cells")?;
        for row in &answer.rows {
            let Ok(cell) = CellIndex::try_from(row.area.cast_unsigned()) else {
                continue;
            };
            let Some(corners) = tile.corners(&ring(cell)).filter(|corners| corners.len() > 3) else {
                continue;
            };
            let number = state.grid.number(cell.into());
            let mut feature = layer.feature_of(MvtGeomType::Polygon);
            feature.id(number.map(u64::from));
            feature.ring(corners, true)?;
            feature.tag_string("h3", cell.to_string())?;
            feature.tag_int("n", row.n)?;
            feature.tag_double("z", row.z)?;
            layer = feature.end();
        }
        Ok::<_, MvtError>(layer.encode())
    };
    draw().map_err(|error| unwritten(&error))
}

fn unwritten(error: &MvtError) -> Problem {
    tracing::error!(error = error as &dyn std::error::Error, "a tile could not be written");
    Problem::internal()
}

fn no_layer() -> Problem {
    Problem::not_found(format!("there is no such layer; there is: {}", LAYERS.join(", ")))
}

/// `TileJSON`
///
/// `TileJSON` 3.0 of a layer, at `/v1/tiles/{layer}.json`.
#[utoipa::path(
    get,
    path = "/v1/tiles/{layer}",
    tag = "tiles",
    params(("layer" = String, Path, description = "cells.json or kelurahan.json")),
    responses(
        (status = 200, description = "TileJSON", content_type = "application/json"),
        (status = 404, description = "No such layer", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn tile_json(
    State(state): State<Arc<AppState>>,
    Segment(file): Segment<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let layer = file
        .strip_suffix(".json")
        .filter(|layer| LAYERS.contains(layer))
        .ok_or_else(no_layer)?;
    let fields = match layer {
        "cells" => object!({"h3": "H3 index", "n": "reports in the window, in public rounded down", "z": "surprise, standard deviations"}),
        _ => object!({"code": "Kemendagri code", "name": "name"}),
    };
    let boxes = state.territory.kelurahan().iter().filter_map(|one| one.shape.bounding_rect());
    let around = boxes.fold((180.0, 90.0, -180.0, -90.0), |around: (f64, f64, f64, f64), one| {
        (
            around.0.min(one.min().x),
            around.1.min(one.min().y),
            around.2.max(one.max().x),
            around.3.max(one.max().y),
        )
    });
    // Whoever asks by a name shall fetch the tiles by the same name.
    let host = headers.get("host").and_then(|host| host.to_str().ok()).filter(|host| plain(host));
    let base = host.map_or_else(String::new, |host| format!("http://{host}"));
    json(&object!({
        "tilejson": "3.0.0",
        "name": layer,
        "tiles": [format!("{base}/v1/tiles/{layer}/{{z}}/{{x}}/{{y}}")],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "bounds": [around.0, around.1, around.2, around.3],
        "vector_layers": [{"id": layer, "fields": fields}],
    }))
}

fn plain(host: &str) -> bool {
    host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::Tile;

    #[test]
    fn a_position_falls_into_its_tile_and_the_next_column_begins_at_4096() {
        // Monas, zoom 12: tile 3263/2118 (slippy map formula, computed by hand in Python).
        let tile = Tile::parse("12", "3263", "2118.mvt").unwrap();
        let (x, y) = tile.place((106.827_15, -6.175_39));
        assert!((0.0..4096.0).contains(&x) && (0.0..4096.0).contains(&y), "{x} {y}");
        let west = -180.0 + 360.0 * 3264.0 / 4096.0;
        assert!((tile.place((west, -6.0)).0 - 4096.0).abs() < 1e-6);
        assert!(Tile::parse("2", "4", "0").is_err());
        assert!(Tile::parse("19", "0", "0").is_err());
    }
}
