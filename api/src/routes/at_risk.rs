//! `GET /v1/at-risk`: the open complaints of the whole city that run out of time, or have, for whoever answers for all units.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tanggap_queries::QueryError;
use tanggap_queries::named::{InboxCounts, Urgency};
use utoipa::ToSchema;

use super::answer::json;
use super::freshness::Frame;
use super::inbox::{InboxItem, items};
use crate::access::Right;
use crate::error::Problem;
use crate::extractors::{Params, Viewer};
use crate::state::AppState;
use crate::time::now_us;

/// A complaint that runs out of time, and where.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AtRiskItem {
    /// Code of the unit that holds it.
    unit: String,
    /// Its name; the code where nobody knows it.
    unit_name: String,
    #[serde(flatten)]
    item: InboxItem,
}

/// Complaints that run out of time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AtRiskAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// How many have less than a quarter of their time left.
    at_risk: u64,
    /// How many are too late.
    overdue: u64,
    /// The first to run out first.
    items: Vec<AtRiskItem>,
}

/// Running out of time
///
/// Staff only. Open complaints of all units with less than a quarter of their time left, or none, by when it runs out.
#[utoipa::path(
    get,
    path = "/v1/at-risk",
    tag = "cases",
    params(("limit" = Option<usize>, Query, description = "1 to 500; default 50")),
    responses(
        (status = 200, description = "The complaints", body = AtRiskAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "Not staff", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn at_risk(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    viewer.require(Right::ReadCases)?;
    let params = params.only(&["limit"])?;
    let limit = params.whole("limit", 1..=500, 50)?;
    let snapshot = state.city.snapshot();
    let (counts, rows) = match state.cases(&snapshot).await? {
        Some(cases) => {
            let ask = async move {
                let desks = cases.desk_of_all().await?;
                Ok::<_, QueryError>((desks.counts(), desks.page(&[Urgency::Overdue, Urgency::AtRisk], 0, limit)?))
            };
            state.analysts.ask(ask).await?
        }
        None => (InboxCounts::default(), Vec::new()),
    };
    let units: Vec<String> = rows.iter().map(|row| row.unit.clone()).collect();
    let items = items(&state, &snapshot, rows, &viewer).await?;
    let named = |(unit, item): (String, InboxItem)| {
        let known = state.router.recognise(&unit).map(|known| known.name.to_string());
        AtRiskItem {
            unit_name: known.unwrap_or_else(|| unit.clone()),
            unit,
            item,
        }
    };
    json(&AtRiskAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now_us()),
        at_risk: counts.at_risk,
        overdue: counts.overdue,
        items: units.into_iter().zip(items).map(named).collect(),
    })
}
