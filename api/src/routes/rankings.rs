//! `GET /v1/rankings/{level}`: how long complaints wait, and who is clearly slow or fast.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use tanggap_queries::named::{FORMULA, Ranking, RankingRule, rankings_table};
use tanggap_queries::tables::CitySnapshot;
use utoipa::ToSchema;

use super::answer::{Words, json, rows};
use super::freshness::Frame;
use super::ranking_item::RankingItem;
use super::rankings_asked::Asked;
use crate::error::Problem;
use crate::extractors::{Format, Params, Segment, Viewer};
use crate::state::{AppState, RankingKey, RankingTable};
use crate::time::{now_us, rfc3339};

/// The response-time table of a level.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RankingsAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// The level.
    level: &'static str,
    /// The window, as asked for; it ends at `as_of`.
    window: String,
    /// Version of the way the numbers are computed.
    formula: &'static str,
    /// Complaints a unit needs to be ranked.
    minimum_n: u64,
    /// `adjusted`: resolutions with a strong flag (`/v1/quality`) count as not resolved; `plain`: closure quality is not applied.
    quality: &'static str,
    /// In words.
    quality_says: Words,
    /// By code.
    items: Vec<RankingItem>,
}

/// Response times
///
/// Kaplan-Meier times over the complaints filed in the window, open ones included as still waiting; places by the restricted mean,
/// with the places chance leaves open. In time is who was done within the time the service level of the complaint gives. What stands behind a row: `/v1/rankings/{level}/{code}/audit`.
#[utoipa::path(
    get,
    path = "/v1/rankings/{level}",
    tag = "rankings",
    params(
        ("level" = String, Path, description = "kelurahan, kecamatan, kota, dinas or channel"),
        ("window" = Option<String>, Query, description = "7d, 30d (default), 90d, 365d or `all`; for staff any from 1h to 3660d"),
        ("as_of" = Option<String>, Query, description = "RFC 3339; nothing later counts; default and at most: the watermark. The public may ask for whole days only (00:00 in Jakarta), staff for any moment"),
        ("format" = Option<String>, Query, description = "json, csv or arrow; else Accept decides"),
        ("quality" = Option<String>, Query, description = "plain or adjusted (for the quality of closings); default plain"),
    ),
    responses(
        (status = 200, description = "The table", body = RankingsAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such level", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "History cannot be read yet", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn rankings(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment(level): Segment<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["window", "as_of", "format", "quality"])?;
    let format = Format::choose(&params, &headers, &[Format::Json, Format::Csv, Format::Arrow])?;
    let asked = Asked::read(&state, &viewer, &level, &params)?;
    let level = asked.key.level;
    let table = table(&state, &asked).await?;
    if format != Format::Json {
        let name = format!("rankings-{}{}", level.id(), if asked.key.quality { "-quality" } else { "" });
        return rows(format, &name, &rankings_table(&table.rows)?);
    }
    let past = asked.key.past_us.is_some();
    json(&RankingsAnswer {
        frame: Frame {
            // The table may be a little older than the city.
            as_of: table.as_of_us.map(rfc3339),
            ..Frame::of(&asked.snapshot, past, state.settings.delay_s, now_us())
        },
        level: level.id(),
        formula: FORMULA,
        minimum_n: asked.rule().tiers.minimum_n,
        quality_says: quality_says(asked.key.quality),
        quality: asked.quality,
        window: asked.window,
        items: table.rows.iter().map(RankingItem::from).collect(),
    })
}

fn quality_says(adjusted: bool) -> Words {
    let (id, en) = if adjusted {
        ("disesuaikan dengan mutu penutupan", "adjusted for closure quality")
    } else {
        ("mutu penutupan tidak diperhitungkan", "closure quality not applied")
    };
    Words {
        id: id.to_owned(),
        en: en.to_owned(),
    }
}

/// The table that was asked for.
pub(super) async fn table(state: &Arc<AppState>, asked: &Asked) -> Result<Arc<RankingTable>, Problem> {
    let (own, snapshot, key, rule) = (Arc::clone(state), Arc::clone(&asked.snapshot), asked.key.clone(), asked.rule());
    let make = async move { made(&own, &snapshot, key, rule).await };
    state
        .answers
        .rankings
        .ask_beside(asked.key.clone(), asked.snapshot.version, make)
        .await
}

/// Makes a table.
pub(super) async fn made(
    state: &Arc<AppState>,
    snapshot: &Arc<CitySnapshot>,
    key: RankingKey,
    rule: RankingRule,
) -> Result<RankingTable, Problem> {
    if let Some(rows) = past(state, snapshot, &key, &rule).await? {
        let as_of_us = key.past_us;
        return Ok(RankingTable { as_of_us, rows });
    }
    let Some(cases) = state.cases_at(snapshot, key.past_us).await? else {
        return Ok(RankingTable {
            as_of_us: None,
            rows: Vec::new(),
        });
    };
    let as_of_us = Some(cases.as_of_us());
    let ask = async move { cases.rankings(key.level, key.window, &rule).await };
    let rows = state.analysts.ask(ask).await?;
    Ok(RankingTable { as_of_us, rows })
}

/// The rows as of a moment that has passed, where the chronicle tells them: it knows nothing of closings and their flags.
async fn past(
    state: &Arc<AppState>,
    snapshot: &Arc<CitySnapshot>,
    key: &RankingKey,
    rule: &RankingRule,
) -> Result<Option<Vec<Ranking>>, Problem> {
    let Some(past_us) = key.past_us.filter(|_| !rule.quality) else {
        return Ok(None);
    };
    let Some(chronicle) = state.chronicle(snapshot, key.level).await? else {
        return Ok(None);
    };
    let (level, window, rule) = (key.level, key.window, *rule);
    let ask = async move { chronicle.rankings(level, past_us, window, &rule).await };
    state.analysts.ask(ask).await
}
