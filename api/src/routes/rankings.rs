//! `GET /v1/rankings/{level}`: how long complaints wait, and who is clearly slow or fast.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use tanggap_queries::named::{Level, Ranking, RankingRule, rankings_table};
use tanggap_queries::tables::CitySnapshot;
use utoipa::ToSchema;

use super::answer::{json, rows};
use super::freshness::Frame;
use crate::error::Problem;
use crate::extractors::{Format, Params, Segment};
use crate::state::AppState;
use crate::time::now_us;

/// One unit's times and place. Hours unless the name says otherwise; null = there is no such number.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RankingItem {
    code: String,
    name: String,
    /// Complaints filed in the window.
    n: u64,
    /// Of them neither resolved nor ended.
    open: u64,
    /// Of them ended without being resolved.
    ended_otherwise: u64,
    /// Kaplan-Meier median until the first response.
    median_first_response_h: Option<f64>,
    p90_first_response_h: Option<f64>,
    /// Kaplan-Meier median until resolved.
    median_resolution_h: Option<f64>,
    p90_resolution_h: Option<f64>,
    /// Mean time until resolved within 168 hours; the table is ranked by it.
    rmst_resolution_h: Option<f64>,
    /// Lower end of its 95 % interval.
    lower: Option<f64>,
    /// Upper end of its 95 % interval.
    upper: Option<f64>,
    /// Place, 1 = fastest; null below the minimum number of complaints.
    rank: Option<u64>,
    /// Best place it may really hold.
    rank_lo: Option<u64>,
    /// Worst place it may really hold.
    rank_hi: Option<u64>,
    /// `slow`, `same` or `fast`; null = not enough data.
    tier: Option<&'static str>,
    /// Closed cases only, seconds: flatters.
    closed_first_response_p50_s: Option<f64>,
    closed_first_response_p90_s: Option<f64>,
    closed_resolution_p50_s: Option<f64>,
    closed_resolution_p90_s: Option<f64>,
}

impl From<&Ranking> for RankingItem {
    fn from(row: &Ranking) -> Self {
        Self {
            code: row.code.clone(),
            name: row.name.clone(),
            n: row.n,
            open: row.open,
            ended_otherwise: row.ended_otherwise,
            median_first_response_h: row.median_first_response_h,
            p90_first_response_h: row.p90_first_response_h,
            median_resolution_h: row.median_resolution_h,
            p90_resolution_h: row.p90_resolution_h,
            rmst_resolution_h: row.rmst_resolution_h,
            lower: row.lower,
            upper: row.upper,
            rank: row.rank,
            rank_lo: row.rank_lo,
            rank_hi: row.rank_hi,
            tier: Some(row.tier).filter(|tier| *tier != "not_enough_data"),
            closed_first_response_p50_s: row.closed_first_response_p50_s,
            closed_first_response_p90_s: row.closed_first_response_p90_s,
            closed_resolution_p50_s: row.closed_resolution_p50_s,
            closed_resolution_p90_s: row.closed_resolution_p90_s,
        }
    }
}

/// The response-time table of a level.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RankingsAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// The level.
    level: &'static str,
    /// The window, as asked for.
    window: String,
    /// Complaints a unit needs to be ranked.
    minimum_n: u64,
    /// By code.
    items: Vec<RankingItem>,
}

const DAY: Duration = Duration::from_hours(24);

/// Response times
///
/// Kaplan-Meier times over the complaints filed in the window, open ones included as still waiting; places by the restricted mean,
/// with the places chance leaves open.
#[utoipa::path(
    get,
    path = "/v1/rankings/{level}",
    tag = "rankings",
    params(
        ("level" = String, Path, description = "kelurahan, kecamatan, kota or dinas"),
        ("window" = Option<String>, Query, description = "1h to 3660d, or `all`; default 30d"),
        ("format" = Option<String>, Query, description = "json, csv or arrow; else Accept decides"),
    ),
    responses(
        (status = 200, description = "The table", body = RankingsAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such level", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rankings(
    State(state): State<Arc<AppState>>,
    Segment(level): Segment<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["window", "format"])?;
    let level =
        Level::from_id(&level).ok_or_else(|| Problem::not_found("there is no such level; there is: kelurahan, kecamatan, kota, dinas"))?;
    let format = Format::choose(&params, &headers, &[Format::Json, Format::Csv, Format::Arrow])?;
    let window = match params.get("window") {
        Some("all") => None,
        _ => Some(params.length("window", DAY / 24..=DAY * 3_660, DAY * 30)?),
    };
    let snapshot = state.city.snapshot();
    let table = table(&state, &snapshot, level, window).await?;
    if format != Format::Json {
        return rows(format, &format!("rankings-{}", level.id()), &rankings_table(&table)?);
    }
    json(&RankingsAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now_us()),
        level: level.id(),
        window: params.get("window").unwrap_or("30d").to_owned(),
        minimum_n: RankingRule::default().tiers.minimum_n,
        items: table.iter().map(RankingItem::from).collect(),
    })
}

async fn table(
    state: &Arc<AppState>,
    snapshot: &Arc<CitySnapshot>,
    level: Level,
    window: Option<Duration>,
) -> Result<Arc<Vec<Ranking>>, Problem> {
    let make = async {
        let Some(cases) = state.cases(snapshot).await? else {
            return Ok(Vec::new());
        };
        let ask = async move { cases.rankings(level, window, &RankingRule::default()).await };
        state.analysts.ask(ask).await
    };
    state.answers.rankings.ask((level, window), snapshot.version, make).await
}
