//! `GET /v1/units`: who can be asked to act, and how much lies on each desk.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use datafusion::arrow::array::AsArray;
use serde::Serialize;
use tanggap_queries::named::Cases;
use tanggap_queries::tables::CitySnapshot;
use utoipa::ToSchema;

use super::answer::json;
use super::freshness::Frame;
use crate::error::Problem;
use crate::extractors::Params;
use crate::state::AppState;
use crate::time::now_us;

/// A unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitItem {
    /// Stable code.
    code: String,
    /// Name.
    name: String,
    /// Open complaints it holds.
    open: i64,
}

/// The units.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UnitsAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// The fullest desk first; then those with none, by name.
    items: Vec<UnitItem>,
}

/// The units
///
/// Every unit that holds an open complaint, and every unit of the rules.
#[utoipa::path(
    get,
    path = "/v1/units",
    tag = "cases",
    responses((status = 200, description = "The units", body = UnitsAnswer))
)]
pub(crate) async fn units(State(state): State<Arc<AppState>>, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let snapshot = state.city.snapshot();
    let desks = match state.cases(&snapshot).await? {
        Some(cases) => state.analysts.ask(async move { cases.desks().await }).await?,
        None => Vec::new(),
    };
    let mut items: Vec<UnitItem> = desks
        .into_iter()
        .map(|desk| UnitItem {
            code: desk.code,
            name: desk.name,
            open: desk.open,
        })
        .collect();
    let listed: HashSet<String> = items.iter().map(|unit| unit.code.clone()).collect();
    let mut idle: Vec<UnitItem> = state
        .router
        .units()
        .iter()
        .filter(|unit| !listed.contains(&unit.code))
        .map(|unit| UnitItem {
            code: unit.code.clone(),
            name: unit.name_id.clone(),
            open: 0,
        })
        .collect();
    idle.sort_by(|a, b| a.name.cmp(&b.name));
    items.append(&mut idle);
    json(&UnitsAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now_us()),
        items,
    })
}

/// Complaints that are neither resolved nor ended; none before the first event.
pub(crate) async fn open_complaints(state: &Arc<AppState>, snapshot: &Arc<CitySnapshot>) -> Result<Option<u64>, Problem> {
    if snapshot.watermark().is_none() {
        return Ok(None);
    }
    let make = async {
        let cases = state.cases(snapshot).await?;
        Ok(cases.map_or(0, |cases| count_open(&cases)))
    };
    state.answers.open.ask((), snapshot.version, make).await.map(|open| Some(*open))
}

fn count_open(cases: &Cases) -> u64 {
    let mut open = 0;
    for batch in cases.batches() {
        let (Some(resolved), Some(ended)) = (batch.column_by_name("resolved"), batch.column_by_name("ended_otherwise")) else {
            continue;
        };
        let (resolved, ended) = (resolved.as_boolean(), ended.as_boolean());
        open += (0..batch.num_rows())
            .filter(|row| !resolved.value(*row) && !ended.value(*row))
            .map(|_| 1)
            .sum::<u64>();
    }
    open
}
