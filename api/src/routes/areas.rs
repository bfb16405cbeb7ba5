//! `GET /v1/areas` and `GET /v1/areas/{code}`: outlines, and what is reported within one.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use tanggap_engine::territory::{Level, Unit};
use utoipa::ToSchema;

use super::answer::{Words, json, steady};
use super::freshness::Frame;
use super::outline::outline;
use crate::error::Problem;
use crate::extractors::{Format, Params, Segment};
use crate::state::AppState;
use crate::time::now_us;

/// One unit of the territory.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AreaItem {
    /// Dotted code.
    code: String,
    /// Name.
    name: String,
    /// km².
    area_km2: f64,
}

/// The units of a level.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AreasAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// The level.
    level: &'static str,
    /// The boundaries are a construction, not the city's own.
    approximate: bool,
    /// By code.
    items: Vec<AreaItem>,
}

/// Complaints of one category in an area.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct AreaCategory {
    /// Category id.
    category: String,
    /// The category in words.
    category_label: Option<Words>,
    /// Complaints.
    n: i64,
    /// Neither resolved nor ended.
    open: i64,
    /// Complaints by status.
    by_status: BTreeMap<String, i64>,
}

/// What is reported in an area.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AreaAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// Dotted code.
    code: String,
    /// Its level.
    level: &'static str,
    /// Name.
    name: String,
    /// Name of its kecamatan; null above.
    kecamatan: Option<String>,
    /// Name of its kota; null above.
    kota: Option<String>,
    /// km².
    area_km2: f64,
    /// The boundaries are a construction, not the city's own.
    approximate: bool,
    /// Complaints.
    n: i64,
    /// Neither resolved nor ended.
    open: i64,
    /// Filed in the last 24 hours.
    inflow_24h: i64,
    /// Resolved or ended in the last 24 hours.
    outflow_24h: i64,
    /// By category, the fullest first.
    categories: Vec<AreaCategory>,
}

/// The units of the territory
///
/// With `format=geojson` their outlines, simplified.
#[utoipa::path(
    get,
    path = "/v1/areas",
    tag = "areas",
    params(
        ("level" = Option<String>, Query, description = "kelurahan (default), kecamatan, kota or region"),
        ("format" = Option<String>, Query, description = "json or geojson; else Accept decides"),
    ),
    responses(
        (status = 200, description = "The units", body = AreasAnswer),
        (status = 304, description = "The outlines are still the same"),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn areas(State(state): State<Arc<AppState>>, headers: HeaderMap, params: Params) -> Result<Response, Problem> {
    let params = params.only(&["level", "format"])?;
    let levels = Level::ALL.map(Level::as_str);
    let level = params
        .one_of("level", &levels)?
        .and_then(|word| word.parse().ok())
        .unwrap_or(Level::Kelurahan);
    let format = Format::choose(&params, &headers, &[Format::Json, Format::GeoJson])?;
    if format == Format::GeoJson {
        let outline = outline(&state, level).await?;
        let version = format!("{}-{level}", state.territory.version());
        return Ok(steady(&headers, Format::GeoJson.media_type(), &version, outline.geojson.clone()));
    }
    let units = state.territory.units(level);
    json(&AreasAnswer {
        frame: Frame::of(&state.city.snapshot(), true, state.settings.delay_s, now_us()),
        level: level.as_str(),
        approximate: state.territory.approximate(),
        items: units
            .into_iter()
            .map(|unit| AreaItem {
                code: unit.code,
                name: unit.name,
                area_km2: unit.area_km2,
            })
            .collect(),
    })
}

/// One area
///
/// Complaints within it by category and status as of the watermark, and what came and went in 24 hours.
#[utoipa::path(
    get,
    path = "/v1/areas/{code}",
    tag = "areas",
    params(("code" = String, Path, description = "dotted code of a kelurahan, kecamatan, kota or region")),
    responses(
        (status = 200, description = "The area", body = AreaAnswer),
        (status = 404, description = "No such code", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn area(State(state): State<Arc<AppState>>, Segment(code): Segment<String>, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let unit = state.territory.unit(&code);
    let unit = unit.ok_or_else(|| Problem::not_found("no area of the territory has this code; /v1/areas lists them"))?;
    let snapshot = state.city.snapshot();
    let counts = match state.cases(&snapshot).await? {
        Some(cases) => {
            let (area, divisor) = (unit.integer, unit.level.divisor());
            state.analysts.ask(async move { cases.area(area, divisor).await }).await?
        }
        None => Vec::new(),
    };
    let mut answer = blank(&state, unit, Frame::of(&snapshot, false, state.settings.delay_s, now_us()));
    let mut categories: BTreeMap<String, AreaCategory> = BTreeMap::new();
    for count in counts {
        answer.n += count.n;
        answer.open += count.open;
        answer.inflow_24h += count.inflow;
        answer.outflow_24h += count.outflow;
        let category = categories.entry(count.category.clone()).or_insert_with(|| AreaCategory {
            category_label: Some(Words::category(&count.category)),
            category: count.category,
            ..AreaCategory::default()
        });
        category.n += count.n;
        category.open += count.open;
        *category.by_status.entry(count.status).or_default() += count.n;
    }
    answer.categories = categories.into_values().collect();
    answer.categories.sort_by_key(|category| std::cmp::Reverse(category.n));
    json(&answer)
}

fn blank(state: &AppState, unit: Unit, frame: Frame) -> AreaAnswer {
    let first = state.territory.kelurahan().get(unit.members.start);
    let above = |levels: &[Level]| first.filter(|_| levels.contains(&unit.level));
    AreaAnswer {
        frame,
        level: unit.level.as_str(),
        kecamatan: above(&[Level::Kelurahan]).map(|one| one.kecamatan.clone()),
        kota: above(&[Level::Kelurahan, Level::Kecamatan]).map(|one| one.kota.clone()),
        code: unit.code,
        name: unit.name,
        area_km2: unit.area_km2,
        approximate: state.territory.approximate(),
        n: 0,
        open: 0,
        inflow_24h: 0,
        outflow_24h: 0,
        categories: Vec::new(),
    }
}
