//! `GET /v1/inbox`: what lies on a unit's desk, the most urgent first.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tanggap_engine::territory::KelurahanCode;
use tanggap_queries::named::InboxItem as Row;
use utoipa::ToSchema;

use super::answer::{Words, json};
use super::freshness::Frame;
use crate::error::Problem;
use crate::extractors::Params;
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// One open complaint on a desk.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InboxItem {
    id: String,
    channel: String,
    category: Option<String>,
    category_label: Words,
    kelurahan: Option<String>,
    kelurahan_name: Option<String>,
    /// When it was filed.
    received: String,
    /// When the clock that counts now runs out: the first response, then the end.
    due: Option<String>,
    /// Whether that has passed.
    overdue: bool,
    /// `overdue`, `at_risk`, `new` or `open`.
    state: String,
    status: String,
    /// Why it came here.
    reason: Words,
    /// How sure the route is, 0 to 1.
    confidence: Option<f64>,
    /// Who would be asked next.
    second_unit: Option<String>,
    /// Metres to the nearest border between kelurahan.
    boundary_m: Option<f64>,
}

/// A page of a desk.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InboxAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// Code of the unit.
    unit: String,
    /// Its name.
    unit_name: String,
    /// The most urgent first.
    items: Vec<InboxItem>,
    /// To be given as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

/// Pages beyond this many complaints are not turned: nobody works the ten-thousandth first.
const DEEPEST: usize = 20_000;

/// A unit's desk
///
/// Open complaints the unit holds, with the deadline that counts now and the reason they came here.
#[utoipa::path(
    get,
    path = "/v1/inbox",
    tag = "cases",
    params(
        ("unit" = String, Query, description = "code of the unit; /v1/units lists them"),
        ("limit" = Option<usize>, Query, description = "1 to 500; default 50"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "The desk", body = InboxAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such unit", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn inbox(State(state): State<Arc<AppState>>, params: Params) -> Result<Response, Problem> {
    let params = params.only(&["unit", "limit", "cursor"])?;
    let asked = params.get("unit");
    let asked = asked.ok_or_else(|| Problem::missing_parameter("unit", "the code of a unit; /v1/units lists them"))?;
    let limit = params.whole("limit", 1..=500, 50)?;
    let from = params.whole("cursor", 0..=DEEPEST, 0)?;
    let unit = state.router.recognise(asked);
    let unit = unit.ok_or_else(|| Problem::not_found("no unit has this code; /v1/units lists them"))?;
    let (code, unit_name) = (unit.code.to_string(), unit.name.to_string());
    let snapshot = state.city.snapshot();
    let now = now_us();
    let mut rows = match state.cases(&snapshot).await? {
        Some(cases) => {
            let (code, most) = (code.clone(), from + limit + 1);
            state.analysts.ask(async move { cases.inbox(&code, most).await }).await?
        }
        None => Vec::new(),
    };
    let more = rows.len() > from + limit && from + limit <= DEEPEST;
    rows.truncate(from + limit);
    let items = rows.into_iter().skip(from).map(|row| item(&state, row)).collect();
    json(&InboxAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now),
        unit: code,
        unit_name,
        items,
        next_cursor: more.then(|| (from + limit).to_string()),
    })
}

fn item(state: &AppState, row: Row) -> InboxItem {
    let kelurahan = row.kelurahan.as_deref().and_then(|code| code.parse::<KelurahanCode>().ok());
    let (kelurahan, kelurahan_name) = state.place(kelurahan.map(KelurahanCode::integer));
    InboxItem {
        id: row.id,
        channel: row.channel,
        category_label: Words::category(row.category.as_deref().unwrap_or_default()),
        category: row.category,
        kelurahan,
        kelurahan_name,
        received: rfc3339(row.filed),
        due: row.due.map(rfc3339),
        overdue: row.state == "overdue",
        state: row.state,
        status: row.status,
        reason: Words {
            id: row.reason_id.unwrap_or_default(),
            en: row.reason_en.unwrap_or_default(),
        },
        confidence: row.confidence,
        second_unit: row.second_unit,
        boundary_m: row.boundary_m,
    }
}
