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
    /// Complaints; for the public null, as the next three are, where they are fewer than `minimum_n`.
    n: Option<i64>,
    /// Neither resolved nor ended.
    open: Option<i64>,
    /// Filed in the last 24 hours.
    inflow_24h: Option<i64>,
    /// Resolved or ended in the last 24 hours.
    outflow_24h: Option<i64>,
    /// Complaints of a category that is counted by itself for whoever asks.
    minimum_n: i64,
    /// By category, the fullest first.
    categories: Vec<AreaCategory>,
    /// Categories that are not: those with fewer, and where what is left of the total would tell one of them, the next one.
    suppressed_categories: usize,
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
/// for staff only; few complaints, as cells with few reporters, are not counted for the public.
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
    answer.minimum_n = viewer.minimum_reporters(&state);
    let mut sum = AreaCategory::default();
    let (mut inflow, mut outflow) = (0, 0);
    let mut categories: BTreeMap<String, AreaCategory> = BTreeMap::new();
    // Complaints are counted here and not people, so there is no saying how many reporters stand behind a private category.
    let private = |category: &str| Category::from_id(category).is_some_and(|category| state.router.keeps_private(category));
    for count in counts.into_iter().filter(|count| viewer.staff() || !private(&count.category)) {
        sum.n += count.n;
        sum.open += count.open;
        inflow += count.inflow;
        outflow += count.outflow;
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
    let told = suppress(&mut answer.categories, answer.minimum_n);
    answer.suppressed_categories = told.suppressed;
    if told.total {
        answer.n = Some(sum.n);
        answer.open = Some(sum.open);
        answer.inflow_24h = Some(inflow);
        answer.outflow_24h = Some(outflow);
    }
    json(&answer)
}

/// What is told of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    /// Categories that are not counted by themselves.
    suppressed: usize,
    /// Whether the total is told.
    total: bool,
}

/// Takes categories of fewer than `minimum` complaints away, the emptiest first; and more of them until those taken away are together enough,
/// or all: else the total less the others would tell what they are.
fn suppress(categories: &mut Vec<AreaCategory>, minimum: i64) -> Told {
    let all = categories.len();
    let mut taken = 0;
    while let Some(last) = categories.last()
        && (last.n < minimum || (0 < taken && taken < minimum))
    {
        taken += last.n;
        categories.pop();
    }
    Told {
        suppressed: all - categories.len(),
        total: taken == 0 || taken >= minimum,
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
        categories: Vec::new(),
        suppressed_categories: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{AreaCategory, Told, suppress};

    /// What is left of categories with so many complaints, and what is told, for a minimum of five.
    fn left(counts: &[i64]) -> (Vec<i64>, usize, bool) {
        let of = |n: &i64| AreaCategory {
            n: *n,
            ..AreaCategory::default()
        };
        let mut categories: Vec<AreaCategory> = counts.iter().map(of).collect();
        let Told { suppressed, total } = suppress(&mut categories, 5);
        (categories.iter().map(|category| category.n).collect(), suppressed, total)
    }

    #[test]
    fn few_complaints_are_not_counted_and_cannot_be_reckoned_from_the_rest() {
        assert_eq!(left(&[9, 6, 5]), (vec![9, 6, 5], 0, true));
        assert_eq!(left(&[9, 6, 3]), (vec![9], 2, true), "the total less nine and six would be three");
        assert_eq!(left(&[9, 6, 3, 2]), (vec![9, 6], 2, true), "five are enough together");
        assert_eq!(left(&[9, 3]), (vec![], 2, true));
        assert_eq!(left(&[3, 1]), (vec![], 2, false), "four in all");
        assert_eq!(left(&[]), (vec![], 0, true));
    }
}
