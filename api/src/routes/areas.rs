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
use crate::disclosure::Disclosure;
use crate::error::Problem;
use crate::extractors::{Format, Params, Segment, Viewer};
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
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AreaCategory {
    /// Category id.
    category: String,
    /// The category in words.
    category_label: Words,
    /// Complaints; in public rounded down, as the next two are.
    n: i64,
    /// Neither resolved nor ended; in public null of fewer than `minimum_n`.
    open: Option<i64>,
    /// Complaints by status; in public those with at least `minimum_n`.
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
    /// Complaints; for the public rounded down, and null, as each of the next three, where they are fewer than `minimum_n`.
    n: Option<i64>,
    /// Neither resolved nor ended.
    open: Option<i64>,
    /// Filed in the last 24 hours.
    inflow_24h: Option<i64>,
    /// Resolved or ended in the last 24 hours.
    outflow_24h: Option<i64>,
    /// Complaints that are counted for whoever asks.
    minimum_n: i64,
    /// What counts are rounded down to a multiple of; 1 = they are exact.
    rounded_to: i64,
    /// By category, the fullest first.
    categories: Vec<AreaCategory>,
    /// Whether there are categories with fewer complaints than are counted. How many is not said.
    suppressed_categories: bool,
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
/// Complaints within it by category and status as of the watermark, and what came and went in 24 hours. Private categories (crime) are counted
/// for staff only; few complaints, as cells with few reporters, are not counted for the public, and other numbers rounded down.
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
    let counts = match state.cases(&snapshot).await? {
        Some(cases) => {
            let (area, divisor) = (unit.integer, unit.level.divisor());
            state.analysts.ask(async move { cases.area(area, divisor).await }).await?
        }
        None => Vec::new(),
    };
    let mut answer = blank(&state, unit, Frame::of(&snapshot, false, state.settings.delay_s, now_us()));
    let disclosure = Disclosure::of(&viewer, &state);
    answer.rounded_to = disclosure.rounded_to();
    answer.minimum_n = if disclosure.exact() { 0 } else { disclosure.rounded_to() };
    let (mut n, mut open, mut inflow, mut outflow) = (0, 0, 0, 0);
    let mut categories: BTreeMap<String, Tally> = BTreeMap::new();
    // Complaints are counted here and not people, so there is no saying how many reporters stand behind a private category.
    let private = |category: &str| Category::from_id(category).is_some_and(|category| state.router.keeps_private(category));
    for count in counts.into_iter().filter(|count| viewer.staff() || !private(&count.category)) {
        n += count.n;
        open += count.open;
        inflow += count.inflow;
        outflow += count.outflow;
        let category = categories.entry(count.category).or_default();
        category.n += count.n;
        category.open += count.open;
        *category.by_status.entry(count.status).or_default() += count.n;
    }
    let all = categories.len();
    let told = |(category, tally): (String, Tally)| tally.told(category, disclosure);
    answer.categories = categories.into_iter().filter_map(told).collect();
    // By what is told: the order of others would tell which is the greater.
    answer.categories.sort_by_key(|category| std::cmp::Reverse(category.n));
    answer.suppressed_categories = answer.categories.len() < all;
    answer.n = disclosure.many(n);
    answer.open = disclosure.many(open);
    answer.inflow_24h = disclosure.many(inflow);
    answer.outflow_24h = disclosure.many(outflow);
    json(&answer)
}

/// What is counted of a category.
#[derive(Debug, Default)]
struct Tally {
    n: i64,
    open: i64,
    by_status: BTreeMap<String, i64>,
}

impl Tally {
    /// As it may be told; none where it may not.
    fn told(self, category: String, disclosure: Disclosure) -> Option<AreaCategory> {
        let by_status = self.by_status.into_iter();
        Some(AreaCategory {
            n: disclosure.many(self.n)?,
            open: disclosure.many(self.open),
            by_status: by_status.filter_map(|(status, n)| Some((status, disclosure.many(n)?))).collect(),
            category_label: Words::category(&category),
            category,
        })
    }
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
        n: None,
        open: None,
        inflow_24h: None,
        outflow_24h: None,
        minimum_n: 0,
        rounded_to: 1,
        categories: Vec::new(),
        suppressed_categories: false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Tally;
    use crate::disclosure::Disclosure;

    #[test]
    fn a_category_of_few_complaints_is_not_told_and_its_numbers_are_rounded() {
        let tally = |n, open| Tally {
            n,
            open,
            by_status: BTreeMap::from([("received".to_owned(), open), ("resolved".to_owned(), n - open)]),
        };
        let public = Disclosure::rounding(5);
        assert!(tally(4, 4).told("banjir".to_owned(), public).is_none());
        let told = tally(13, 4).told("banjir".to_owned(), public).unwrap();
        assert_eq!((told.n, told.open), (10, None));
        assert_eq!(told.by_status, BTreeMap::from([("resolved".to_owned(), 5)]));
        let exact = tally(4, 4).told("banjir".to_owned(), Disclosure::EXACT).unwrap();
        assert_eq!((exact.n, exact.open, exact.by_status.len()), (4, Some(4), 2));
    }
}
