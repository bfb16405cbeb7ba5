//! `GET /v1/gauges`: every water gauge, its Siaga, where it is going, and when its water comes to the gates downstream.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use tanggap_engine::gauge::{Gauges, Lag, Siaga, Standing};
use utoipa::ToSchema;

use super::answer::{json, typed};
use super::freshness::Frame;
use super::waters::{Water, waters};
use crate::error::Problem;
use crate::extractors::{Format, Params};
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// The next worse Siaga.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct NextSiaga {
    /// Its number.
    siaga: u8,
    /// The level it begins at, cm.
    at_cm: i32,
}

/// A gauge water comes to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct DownstreamGauge {
    /// Its id.
    id: String,
    /// Its name.
    name: String,
    /// At the soonest after so many hours.
    lag_h_from: f64,
    /// At the latest.
    lag_h_to: f64,
    /// When the water that stands at the upper gauge now has to be expected, at the soonest; null unless that is at Siaga 3 or worse, and read lately.
    arrives_from: Option<String>,
    /// At the latest.
    arrives_to: Option<String>,
}

/// One gauge.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct GaugeItem {
    /// Its id; of one nobody knows what its stream calls it.
    id: String,
    /// Its name.
    name: String,
    /// The river it stands in; null of an unknown one.
    river: Option<String>,
    /// Rivers whose water meets; null of an unknown one.
    basin: Option<String>,
    /// Degrees east.
    lon: Option<f64>,
    /// Degrees north.
    lat: Option<f64>,
    /// Newest level, cm above its zero; null before the first.
    level_cm: Option<i32>,
    /// When that was read.
    time: Option<String>,
    /// 4 (normal) to 1 by its thresholds; null without thresholds or readings.
    siaga: Option<u8>,
    /// Centimetres an hour over the last two hours, rising above 0 (the median of the slopes of all pairs of readings); null of fewer than three.
    trend_cm_h: Option<f64>,
    /// Silent for more than two hours, or never heard.
    stale: bool,
    /// The next worse Siaga; null above the last that is known.
    next: Option<NextSiaga>,
    /// Whether some of its thresholds are assumed.
    assumption: bool,
    /// The gauges its water comes to, the soonest first.
    downstream: Vec<DownstreamGauge>,
}

/// The gauges.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GaugesAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// Name of the list of known gauges.
    version: String,
    /// The known ones in the order of their list, then the others by name.
    gauges: Vec<GaugeItem>,
}

#[derive(Serialize)]
struct Collection {
    #[serde(rename = "type")]
    kind: &'static str,
    features: Vec<Feature>,
}

#[derive(Serialize)]
struct Feature {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    /// Null where nobody knows where it stands.
    geometry: Option<Point>,
    properties: GaugeItem,
}

#[derive(Serialize)]
struct Point {
    #[serde(rename = "type")]
    kind: &'static str,
    coordinates: [f64; 2],
}

/// Water gauges
///
/// Newest level of each gauge of `gauge.levels`, its Siaga by the thresholds of that gauge, its trend, and when its water comes to the gates
/// downstream. Gauges nobody knows are listed with their levels and nothing else.
#[utoipa::path(
    get,
    path = "/v1/gauges",
    tag = "water",
    params(("format" = Option<String>, Query, description = "json (default) or geojson")),
    responses(
        (status = 200, description = "The gauges", body = GaugesAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn gauges(State(state): State<Arc<AppState>>, headers: HeaderMap, params: Params) -> Result<Response, Problem> {
    let params = params.only(&["format"])?;
    let format = Format::choose(&params, &headers, &[Format::Json, Format::GeoJson])?;
    let snapshot = state.city.snapshot();
    let waters = waters(&state, &snapshot).await?;
    let items = waters.items.iter().map(gauge_item);
    if format == Format::GeoJson {
        let features = items.map(feature).collect();
        let collection = Collection {
            kind: "FeatureCollection",
            features,
        };
        return typed(format.media_type(), &collection);
    }
    json(&GaugesAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now_us()),
        version: Gauges::builtin().version().to_owned(),
        gauges: items.collect(),
    })
}

/// A gauge as it is told.
pub(super) fn gauge_item(water: &Water) -> GaugeItem {
    let (gauge, standing) = (water.gauge(), water.standing);
    let below = water.number.map(|number| Gauges::builtin().downstream(number)).unwrap_or_default();
    GaugeItem {
        id: water.id.clone(),
        name: gauge.map_or_else(|| water.id.clone(), |gauge| gauge.name.clone()),
        river: gauge.map(|gauge| gauge.river.clone()),
        basin: gauge.map(|gauge| gauge.basin.clone()),
        lon: gauge.map(|gauge| gauge.position.0),
        lat: gauge.map(|gauge| gauge.position.1),
        level_cm: standing.map(|standing| standing.newest.level_cm),
        time: standing.map(|standing| rfc3339(standing.newest.time_us)),
        siaga: standing.and_then(|standing| standing.siaga).map(Siaga::number),
        trend_cm_h: standing.and_then(|standing| standing.trend_cm_h),
        stale: standing.is_none_or(|standing| standing.stale),
        next: standing.and_then(|standing| standing.next).map(|(siaga, at_cm)| NextSiaga {
            siaga: siaga.number(),
            at_cm,
        }),
        assumption: gauge.is_some_and(|gauge| gauge.assumption),
        downstream: below.iter().map(|lag| downstream(lag, rising(water))).collect(),
    }
}

/// How a gauge stands whose water somebody downstream has to expect.
fn rising(water: &Water) -> Option<Standing> {
    water.standing.filter(|_| water.siaga().is_some_and(Siaga::warns))
}

fn downstream(lag: &Lag, above: Option<Standing>) -> DownstreamGauge {
    let gauge = &Gauges::builtin().all()[lag.gauge];
    let arrival = above.map(|standing| lag.arrival_us(standing.newest.time_us));
    DownstreamGauge {
        id: gauge.id.clone(),
        name: gauge.name.clone(),
        lag_h_from: lag.from_h,
        lag_h_to: lag.to_h,
        arrives_from: arrival.map(|(from_us, _)| rfc3339(from_us)),
        arrives_to: arrival.map(|(_, to_us)| rfc3339(to_us)),
    }
}

fn feature(item: GaugeItem) -> Feature {
    let place = item.lon.zip(item.lat);
    Feature {
        kind: "Feature",
        id: item.id.clone(),
        geometry: place.map(|(longitude_deg, latitude_deg)| Point {
            kind: "Point",
            coordinates: [longitude_deg, latitude_deg],
        }),
        properties: item,
    }
}
