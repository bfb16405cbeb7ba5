//! `GET /v1/deeds/redirects.csv`: which reports were sent on, and why: what a router can learn from. For operators, and without a word of
//! anybody's.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use tanggap_queries::QueryError;
use tanggap_queries::named::{Redirect, redirects as ask};

use super::answer::rows;
use crate::access::Right;
use crate::error::Problem;
use crate::extractors::{Format, Params, Viewer};
use crate::state::AppState;
use crate::time::rfc3339;

/// Rows given at most: the newest.
const MOST: usize = 100_000;

/// Redirects
///
/// For operators: report, category, kelurahan, the unit that had it, the unit it went to, the reason as a code, and when; the newest first.
#[utoipa::path(
    get,
    path = "/v1/deeds/redirects.csv",
    tag = "cases",
    params(("limit" = Option<usize>, Query, description = "1 to 100000; default all of these")),
    responses(
        (status = 200, description = "The redirects", content_type = "text/csv"),
        (status = 400, description = "A parameter that does not fit, named", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No operator", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn redirects(State(state): State<Arc<AppState>>, viewer: Viewer, params: Params) -> Result<Response, Problem> {
    viewer.require(Right::Operate)?;
    let limit = params.only(&["limit"])?.whole("limit", 1..=MOST, MOST)?;
    let snapshot = state.city.snapshot();
    let session = state.desk.session(&snapshot)?;
    let found = state.analysts.ask(async move { ask(&session, limit).await }).await?;
    rows(Format::Csv, "redirects", &table(&found)?)
}

fn table(found: &[Redirect]) -> Result<RecordBatch, Problem> {
    let column = |text: &dyn Fn(&Redirect) -> Option<String>| Arc::new(found.iter().map(text).collect::<StringArray>()) as ArrayRef;
    let columns = [
        ("id", column(&|row| Some(row.id.clone()))),
        ("channel", column(&|row| Some(row.channel.clone()))),
        ("category", column(&|row| row.category.clone())),
        ("kelurahan", column(&|row| row.kelurahan.clone())),
        ("from_unit", column(&|row| row.from_unit.clone())),
        ("to_unit", column(&|row| Some(row.to_unit.clone()))),
        ("reason", column(&|row| Some(row.reason.clone()))),
        ("time", column(&|row| Some(rfc3339(row.time_us)))),
    ];
    Ok(RecordBatch::try_from_iter(columns).map_err(QueryError::from)?)
}
