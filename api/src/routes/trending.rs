//! `GET /v1/trending`: what happens that does not usually happen there at this hour.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use h3o::CellIndex;
use serde::Serialize;
use tanggap_engine::event::Category;
use tanggap_queries::named::{HeatLevel, HeatRow};
use tanggap_queries::tables::CitySnapshot;
use utoipa::ToSchema;

use super::answer::{Words, json};
use super::freshness::Frame;
use super::heat::{MOST_RISING, heat};
use crate::disclosure::Disclosure;
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::{AppState, HeatKey};
use crate::time::{Window, now_us, rfc3339};

/// One row of the rising list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RisingItem {
    /// Place in the list, from 1.
    rank: usize,
    /// H3 index; only at level cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    h3: Option<String>,
    /// Number of the cell in `/v1/grid`; only at level cell.
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u32>,
    /// Code of the kelurahan.
    kelurahan: Option<String>,
    /// Its name.
    kelurahan_name: Option<String>,
    /// What to call the place: the kelurahan's name, or else the cell.
    name: String,
    /// Category id.
    category: String,
    /// The category in words.
    category_label: Words,
    /// Reports in the window; in public rounded down, as `reporters` are, and what follows is by such counts.
    n: i64,
    /// Reports expected at this hour of the week.
    expected: f64,
    /// Surprise in standard deviations.
    z: f64,
    /// n / expected; null where less than 0.1 was expected and a ratio says nothing.
    ratio: Option<f64>,
    /// Different reporters.
    reporters: i64,
    /// The first report in the window; in public its quarter of an hour.
    since: Option<String>,
}

/// The rising list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrendingAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// What counts are rounded down to a multiple of; 1 = they are exact.
    rounded_to: i64,
    /// The most surprising first.
    items: Vec<RisingItem>,
}

/// Below this a ratio is noise divided by nothing.
const LEAST_EXPECTED: f64 = 0.1;

/// What rises
///
/// Areas and categories by surprise: z = 2(√(n+3/8) − √(expected+3/8)), of at least 3 reports by at least 2 reporters (in public:
/// by at least the public minimum, and all counts rounded down to multiples of it).
#[utoipa::path(
    get,
    path = "/v1/trending",
    tag = "heat",
    params(
        ("window" = Option<String>, Query, description = "length: 15m, 60m (default), 6h or 24h; for staff any from 1m to 7d"),
        ("level" = Option<String>, Query, description = "cell (default) or kelurahan"),
        ("category" = Option<String>, Query, description = "only this category"),
        ("limit" = Option<usize>, Query, description = "1 to 200; default 20"),
    ),
    responses(
        (status = 200, description = "The rising list", body = TrendingAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn trending(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    let params = params.only(&["window", "level", "category", "limit"])?;
    let length_us = params.window_us(viewer.staff())?;
    let level = match params.one_of("level", &["cell", "kelurahan"])? {
        Some("kelurahan") => HeatLevel::Kelurahan,
        _ => HeatLevel::Cell,
    };
    let limit = params.whole("limit", 1..=MOST_RISING, 20)?;
    let category = params.category()?;
    let snapshot = state.city.snapshot();
    let window = Window::of(&snapshot, length_us, state.settings.delay_s, None);
    let items = match window {
        Some(window) => list(&state, &snapshot, window, level, category, viewer.staff(), limit).await?,
        None => Vec::new(),
    };
    json(&TrendingAnswer {
        frame: Frame::of(
            &snapshot,
            window.is_some_and(|window| window.complete),
            state.settings.delay_s,
            now_us(),
        ),
        rounded_to: Disclosure::of(&viewer, &state).rounded_to(),
        items,
    })
}

/// The first rows of the rising list of cells, those on the map only: for the live stream.
pub(crate) async fn rising(
    state: &Arc<AppState>,
    snapshot: &Arc<CitySnapshot>,
    window: Window,
    category: Option<Category>,
    staff: bool,
    limit: usize,
) -> Result<Vec<RisingItem>, Problem> {
    let mut items = list(state, snapshot, window, HeatLevel::Cell, category, staff, MOST_RISING).await?;
    items.retain(|item| item.index.is_some());
    items.truncate(limit);
    for (rank, item) in (1..).zip(&mut items) {
        item.rank = rank;
    }
    Ok(items)
}

async fn list(
    state: &Arc<AppState>,
    snapshot: &Arc<CitySnapshot>,
    window: Window,
    level: HeatLevel,
    category: Option<Category>,
    staff: bool,
    limit: usize,
) -> Result<Vec<RisingItem>, Problem> {
    let key = HeatKey {
        level,
        split: true,
        public: !staff,
        start_us: window.start_us,
        end_us: window.end_us,
        category,
        channel: None,
        kelurahan: None,
    };
    let answer = heat(state, snapshot, key).await?;
    Ok((1..)
        .zip(answer.rising.iter().take(limit))
        .map(|(rank, row)| item(state, rank, row, level))
        .collect())
}

fn item(state: &AppState, rank: usize, row: &HeatRow, level: HeatLevel) -> RisingItem {
    let cell = match level {
        HeatLevel::Cell => CellIndex::try_from(row.area.cast_unsigned()).ok(),
        HeatLevel::Kelurahan => None,
    };
    let (kelurahan, kelurahan_name) = state.place(row.kelurahan);
    let h3 = cell.map(|cell| cell.to_string());
    let name = kelurahan_name.clone().or_else(|| h3.clone()).or_else(|| kelurahan.clone());
    RisingItem {
        rank,
        index: cell.and_then(|cell| state.grid.number(cell.into())),
        name: name.unwrap_or_default(),
        h3,
        kelurahan,
        kelurahan_name,
        category_label: Words::category(&row.category),
        category: row.category.clone(),
        n: row.n,
        expected: row.expected,
        z: row.z,
        ratio: (row.expected >= LEAST_EXPECTED).then(|| ratio(row.n, row.expected)),
        reporters: row.reporters,
        since: row.since_us.map(rfc3339),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of reports stay far below 2^53")]
fn ratio(n: i64, expected: f64) -> f64 {
    n as f64 / expected
}
