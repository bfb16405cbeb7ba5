//! `GET /v1/areas` and `GET /v1/areas/{code}`: outlines, and what is reported within one.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use tanggap_engine::event::Category;
use tanggap_engine::territory::{Level, Unit};
use utoipa::ToSchema;

use super::answer::{Words, json, steady};
use super::freshness::Frame;
use super::outline::outline;
use crate::error::Problem;
use crate::extractors::{Format, Params, Segment, Viewer};
use crate::state::AppState;
use crate::time::{DAY_US, local_day, now_us, rfc3339};

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
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AreaCategory {
    /// Category id.
    category: String,
    /// The category in words.
    category_label: Words,
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
    /// Filed since `since`.
    inflow: i64,
    /// Resolved or ended since `since`.
    outflow: i64,
    /// The beginning of the day before, in Jakarta; null = no data yet.
    since: Option<String>,
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
/// Complaints within it by category and status as of the watermark, and what came and went today and the day before. They are counted as they
/// can be counted in the list of `/open311/v2/requests.json`, which has each by its kelurahan and its day: nothing is left out of either that the
/// other tells. Private categories (crime) are in neither but for staff.
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
pub(crate) async fn area(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment(code): Segment<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let unit = state.territory.unit(&code);
    let unit = unit.ok_or_else(|| Problem::not_found("no area of the territory has this code; /v1/areas lists them"))?;
    let snapshot = state.city.snapshot();
    let mut answer = blank(&state, &unit, Frame::of(&snapshot, false, state.settings.delay_s, now_us()));
    let counts = match state.cases(&snapshot).await? {
        Some(cases) => {
            let (area, divisor) = (unit.integer, unit.level.divisor());
            let since_us = local_day(cases.as_of_us()).saturating_sub(DAY_US);
            answer.since = Some(rfc3339(since_us));
            state.analysts.ask(async move { cases.area(area, divisor, since_us).await }).await?
        }
        None => Vec::new(),
    };
    // How many there are of a private category is not said of an area, however many they are.
    let private = |category: &str| Category::from_id(category).is_some_and(|category| state.router.keeps_private(category));
    let mut categories: BTreeMap<String, AreaCategory> = BTreeMap::new();
    for count in counts.into_iter().filter(|count| viewer.staff() || !private(&count.category)) {
        answer.n += count.n;
        answer.open += count.open;
        answer.inflow += count.inflow;
        answer.outflow += count.outflow;
        let category = categories.entry(count.category).or_insert_with_key(|id| AreaCategory {
            category: id.clone(),
            category_label: Words::category(id),
            n: 0,
            open: 0,
            by_status: BTreeMap::new(),
        });
        category.n += count.n;
        category.open += count.open;
        *category.by_status.entry(count.status).or_default() += count.n;
    }
    answer.categories = categories.into_values().collect();
    answer.categories.sort_by_key(|category| std::cmp::Reverse(category.n));
    json(&answer)
}

fn blank(state: &AppState, unit: &Unit, frame: Frame) -> AreaAnswer {
    let first = state.territory.kelurahan().get(unit.members.start);
    let above = |levels: &[Level]| first.filter(|_| levels.contains(&unit.level));
    AreaAnswer {
        frame,
        level: unit.level.as_str(),
        kecamatan: above(&[Level::Kelurahan]).map(|one| one.kecamatan.clone()),
        kota: above(&[Level::Kelurahan, Level::Kecamatan]).map(|one| one.kota.clone()),
        code: unit.code.clone(),
        name: unit.name.clone(),
        area_km2: unit.area_km2,
        approximate: state.territory.approximate(),
        n: 0,
        open: 0,
        inflow: 0,
        outflow: 0,
        since: None,
        categories: Vec::new(),
    }
}
