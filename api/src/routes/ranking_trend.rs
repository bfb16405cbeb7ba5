//! `GET /v1/rankings/{level}/{code}/trend`: how a unit stood at the end of each of the last weeks or months.
//!
//! Every point is the row the table gave for that moment, made from the complaints as of then ([`tanggap_queries::named::Cases::collect`]):
//! what was open then counts as open, whatever became of it. The shelves of today would not do: they hold each complaint as it ended, and
//! know neither an end that was taken back since nor who held it then.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tanggap_queries::named::{FORMULA, Month, Ranking};
use utoipa::ToSchema;

use super::answer::json;
use super::freshness::Frame;
use super::rankings::{made, table};
use super::rankings_asked::Asked;
use crate::error::Problem;
use crate::extractors::{Params, Segment, Viewer};
use crate::state::{AppState, RankingKey, RankingTable};
use crate::time::{DAY_US, LOCAL_US, now_us, rfc3339};

/// Half a year of weeks; each may cost a look through all of history.
const MOST_STEPS: usize = 26;
const USUAL_STEPS: usize = 12;
/// Windows of any length would make as many tables of each moment.
const WINDOWS: [&str; 5] = ["7d", "30d", "90d", "365d", "all"];
/// 1970-01-05 was the first Monday of the epoch.
const FIRST_MONDAY: i64 = 4;

/// A unit at one moment. Hours; null = there is no such number.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrendPoint {
    /// The moment; nothing later counts.
    as_of: String,
    /// Complaints filed in the window that ends with it.
    n: u64,
    /// Of them neither resolved nor ended then.
    open: u64,
    /// Mean time until resolved within 168 hours.
    rmst_resolution_h: Option<f64>,
    /// Its standard error, of this unit alone.
    rmst_standard_error_h: Option<f64>,
    /// Lower end of its 95 % interval.
    lower: Option<f64>,
    /// Upper end of its 95 % interval.
    upper: Option<f64>,
    /// Place, 1 = fastest; null below the minimum number of complaints.
    rank: Option<u64>,
    /// Best place it may really have held.
    rank_lo: Option<u64>,
    /// Worst place it may really have held.
    rank_hi: Option<u64>,
    /// `slow`, `same` or `fast`; null = not enough data.
    tier: Option<&'static str>,
}

impl TrendPoint {
    /// A unit without a row had no complaints.
    fn of(as_of_us: i64, row: Option<&Ranking>) -> Self {
        Self {
            as_of: rfc3339(as_of_us),
            n: row.map_or(0, |row| row.n),
            open: row.map_or(0, |row| row.open),
            rmst_resolution_h: row.and_then(|row| row.rmst_resolution_h),
            rmst_standard_error_h: row.and_then(|row| row.rmst_standard_error_h),
            lower: row.and_then(|row| row.lower),
            upper: row.and_then(|row| row.upper),
            rank: row.and_then(|row| row.rank),
            rank_lo: row.and_then(|row| row.rank_lo),
            rank_hi: row.and_then(|row| row.rank_hi),
            tier: row.map(|row| row.tier).filter(|tier| *tier != "not_enough_data"),
        }
    }
}

/// How a unit stood over time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrendAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// The level.
    level: &'static str,
    /// Code of the unit.
    code: String,
    /// Its name.
    name: String,
    /// The window, as asked for; at each point it ends there.
    window: String,
    /// `week` or `month`.
    step: &'static str,
    /// Version of the way the numbers are computed.
    formula: &'static str,
    /// Complaints a unit needs to be ranked.
    minimum_n: u64,
    /// `adjusted` or `plain`, as in the table.
    quality: &'static str,
    /// At the end of each of the last whole weeks or months (in Jakarta), the oldest first.
    points: Vec<TrendPoint>,
    /// As of the moment asked for, as the table has it; null = the table has no such unit.
    latest: Option<TrendPoint>,
}

/// Trend of a row
///
/// The row of a unit as `/v1/rankings/{level}` gives it for the end of each of the last whole weeks (Sunday, 24:00 in Jakarta) or months at
/// or before `as_of`. Each point knows nothing later than itself: a complaint that was open then counts as open, also if it was resolved
/// since; one that came late or was corrected since is read as it is known now.
#[utoipa::path(
    get,
    path = "/v1/rankings/{level}/{code}/trend",
    tag = "rankings",
    params(
        ("level" = String, Path, description = "kelurahan, kecamatan, kota, dinas or channel"),
        ("code" = String, Path, description = "code of the unit, as the table has it"),
        ("steps" = Option<usize>, Query, description = "1 to 26; default 12"),
        ("step" = Option<String>, Query, description = "week or month; default week"),
        ("window" = Option<String>, Query, description = "7d, 30d, 90d, 365d or all; default 30d"),
        ("as_of" = Option<String>, Query, description = "RFC 3339; default and at most: the watermark. The public may ask for whole days only (00:00 in Jakarta), staff for any moment"),
        ("quality" = Option<String>, Query, description = "plain or adjusted (for the quality of closings); default plain"),
    ),
    responses(
        (status = 200, description = "The points", body = TrendAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such level, or no such unit at any of these moments", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "History cannot be read yet", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn trend(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment((level, code)): Segment<(String, String)>,
    params: Params,
) -> Result<Response, Problem> {
    let params = params.only(&["steps", "step", "window", "as_of", "quality"])?;
    let steps = params.whole("steps", 1..=MOST_STEPS, USUAL_STEPS)?;
    let step = params.one_of("step", &["week", "month"])?.unwrap_or("week");
    params.one_of("window", &WINDOWS)?;
    let asked = Asked::read(&state, &viewer, &level, &params)?;
    let unknown = || Problem::not_found("no unit of this code is in the table of this level and window at any of these moments");
    let until_us = asked.key.past_us.or_else(|| asked.snapshot.watermark()).ok_or_else(unknown)?;
    let mut name = None;
    let mut points = Vec::with_capacity(steps);
    // One after the other: each may read all of history. What is made is kept, so that who asks again after a timeout gets further.
    for end_us in ends(step, steps, until_us) {
        let past = table_at(&state, &asked, end_us).await?;
        let row = past.rows.iter().find(|row| row.code == code);
        name = row.map(|row| row.name.clone()).or(name);
        points.push(TrendPoint::of(end_us, row));
    }
    let newest = table(&state, &asked).await?;
    let row = newest.rows.iter().find(|row| row.code == code);
    let latest = row.map(|row| TrendPoint::of(newest.as_of_us.unwrap_or(until_us), Some(row)));
    let name = row.map(|row| row.name.clone()).or(name).ok_or_else(unknown)?;
    json(&TrendAnswer {
        frame: Frame {
            as_of: newest.as_of_us.map(rfc3339),
            ..Frame::of(&asked.snapshot, asked.key.past_us.is_some(), state.settings.delay_s, now_us())
        },
        level: asked.key.level.id(),
        code,
        name,
        step,
        formula: FORMULA,
        minimum_n: asked.rule().tiers.minimum_n,
        quality: asked.quality,
        window: asked.window,
        points,
        latest,
    })
}

/// The table as of a moment that has passed, kept for a while: weeks and months end at the same moments for everybody.
async fn table_at(state: &Arc<AppState>, asked: &Asked, end_us: i64) -> Result<Arc<RankingTable>, Problem> {
    let key = RankingKey {
        past_us: Some(end_us),
        ..asked.key.clone()
    };
    let make = made(state, &asked.snapshot, key.clone(), asked.rule());
    state.answers.trends.ask(key, asked.snapshot.version, make).await
}

/// The last `steps` ends of weeks or months in Jakarta at or before a moment, the oldest first; µs since epoch UTC. There are fewer where
/// the calendar of months begins.
fn ends(step: &str, steps: usize, until_us: i64) -> Vec<i64> {
    let mut ends = Vec::with_capacity(steps);
    if step == "month" {
        let mut month = Month::of(until_us);
        for _ in 0..steps {
            ends.push(month.start_us());
            month = month.before();
        }
        ends.dedup();
        ends.retain(|end_us| *end_us <= until_us);
    } else {
        let day = until_us.saturating_add(LOCAL_US).div_euclid(DAY_US);
        let mut monday = day - (day - FIRST_MONDAY).rem_euclid(7);
        for _ in 0..steps {
            ends.push(monday * DAY_US - LOCAL_US);
            monday -= 7;
        }
    }
    ends.reverse();
    ends
}

#[cfg(test)]
mod tests {
    use super::{DAY_US, TrendPoint, ends};
    use crate::time::rfc3339;

    /// 2026-01-15 14:03 in Jakarta, a Thursday.
    const NOW: i64 = 1_768_460_580_000_000;

    fn told(step: &str, steps: usize, until_us: i64) -> Vec<String> {
        ends(step, steps, until_us).into_iter().map(rfc3339).collect()
    }

    #[test]
    fn weeks_end_when_monday_begins_in_jakarta() {
        let expected = ["2025-12-28T17:00:00Z", "2026-01-04T17:00:00Z", "2026-01-11T17:00:00Z"];
        assert_eq!(told("week", 3, NOW), expected);
        let monday = ends("week", 1, NOW)[0];
        assert_eq!(told("week", 3, monday), expected, "the end itself counts");
        assert_eq!(ends("week", 1, monday - 1), [monday - 7 * DAY_US]);
    }

    #[test]
    fn months_end_when_the_next_begins_in_jakarta() {
        let expected = ["2025-10-31T17:00:00Z", "2025-11-30T17:00:00Z", "2025-12-31T17:00:00Z"];
        assert_eq!(told("month", 3, NOW), expected);
        let first = ends("month", 1, NOW)[0];
        assert_eq!(told("month", 3, first), expected);
        assert_eq!(ends("month", 26, NOW).len(), 26);
        assert!(ends("month", 3, 0).is_empty(), "the calendar of months begins in 2000");
    }

    #[test]
    fn a_unit_without_a_row_had_nothing_to_do() {
        let point = TrendPoint::of(NOW, None);
        assert_eq!((point.n, point.open, point.tier, point.upper), (0, 0, None, None));
        assert_eq!(point.as_of, "2026-01-15T07:03:00Z");
    }
}
