//! `GET /v1/traffic`: where drivers stand now, cell by cell.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use h3o::CellIndex;
use serde::Serialize;
use tanggap_queries::named::{JamCell, jams};
use utoipa::ToSchema;

use super::answer::{json, typed};
use super::cells::{Polygon, polygon};
use super::freshness::Frame;
use crate::error::Problem;
use crate::extractors::{Format, Params};
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// One cell that jams cross.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct JamItem {
    /// H3 index, 15 hexadecimal digits.
    h3: String,
    /// Number of the cell in `/v1/grid`; null where it lies outside.
    index: Option<u32>,
    /// Jams and irregularities that cross it.
    jams: i64,
    /// The worst level, 1 to 5 (5 = blocked); null where none is told.
    level: Option<i64>,
    /// The longest delay, seconds; a blocked road has none.
    delay_s: Option<i64>,
    /// The longest line, metres.
    length_m: Option<i64>,
    /// The slowest speed, km/h.
    speed_kmh: Option<f64>,
    /// Since when the oldest is seen.
    since: String,
    /// When the newest was seen last.
    last_seen: String,
    #[serde(skip)]
    cell: u64,
}

/// The jams of now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrafficAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// Cells that jams cross, by H3 index.
    items: Vec<JamItem>,
}

const FORMATS: [Format; 2] = [Format::Json, Format::GeoJson];

/// Jams by cell
///
/// The cells that the lines of jams and irregularities cross which drivers have seen in the last minutes, with the worst level, the longest
/// delay and line, and the slowest speed there. Nothing is added up: the delay of a line is that of all its cells.
#[utoipa::path(
    get,
    path = "/v1/traffic",
    tag = "heat",
    params(("format" = Option<String>, Query, description = "json or geojson; else Accept decides")),
    responses(
        (status = 200, description = "The jams", body = TrafficAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn traffic(State(state): State<Arc<AppState>>, headers: HeaderMap, params: Params) -> Result<Response, Problem> {
    let params = params.only(&["format"])?;
    let format = Format::choose(&params, &headers, &FORMATS)?;
    let snapshot = state.city.snapshot();
    let session = state.desk.session(&snapshot)?;
    let found = state.analysts.ask(async move { jams(&session).await }).await?;
    let answer = TrafficAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now_us()),
        items: found.iter().filter_map(|jam| item(&state, jam)).collect(),
    };
    match format {
        Format::GeoJson => typed(Format::GeoJson.media_type(), &collection(&answer)),
        _ => json(&answer),
    }
}

fn item(state: &AppState, jam: &JamCell) -> Option<JamItem> {
    let cell = CellIndex::try_from(jam.cell.cast_unsigned()).ok()?;
    Some(JamItem {
        h3: cell.to_string(),
        index: state.grid.number(cell.into()),
        jams: jam.jams,
        level: jam.jam_level,
        delay_s: jam.delay_s,
        length_m: jam.length_m,
        speed_kmh: jam.speed_kmh,
        since: rfc3339(jam.first_seen_us),
        last_seen: rfc3339(jam.last_seen_us),
        cell: cell.into(),
    })
}

/// The frame's fields are foreign members of the collection, which RFC 7946 allows.
fn collection(answer: &TrafficAnswer) -> FeatureCollection<'_> {
    let features = answer.items.iter().map(|item| Feature {
        kind: "Feature",
        properties: item,
        geometry: polygon(item.cell),
    });
    FeatureCollection {
        kind: "FeatureCollection",
        frame: &answer.frame,
        features: features.collect(),
    }
}

#[derive(Serialize)]
struct FeatureCollection<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    frame: &'a Frame,
    features: Vec<Feature<'a>>,
}

#[derive(Serialize)]
struct Feature<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    properties: &'a JamItem,
    geometry: Polygon,
}
