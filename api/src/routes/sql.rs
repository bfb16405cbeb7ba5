//! `POST /v1/sql`: free questions of staff, which only read, within limits.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderMap;
use axum::response::Response;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::Schema;
use datafusion::arrow::json::ArrayWriter;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tanggap_queries::{QueryError, ask_free};
use utoipa::ToSchema;

use super::answer::{json, rows};
use super::freshness::Frame;
use crate::access::Right;
use crate::error::Problem;
use crate::extractors::{Format, Params, Viewer};
use crate::state::AppState;
use crate::time::now_us;

/// An answer is whole or it is none: past these it is refused.
const MOST_ROWS: usize = 10_000;
const LONGEST: Duration = Duration::from_secs(10);

/// A question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SqlQuestion {
    /// One SELECT or EXPLAIN over panes, reports, transitions, routes, traffic, levels, territory, units, categories.
    sql: String,
}

/// A column of an answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SqlColumn {
    name: String,
    /// Arrow type.
    #[serde(rename = "type")]
    kind: String,
}

/// The rows of a question.
#[derive(Serialize, ToSchema)]
pub(crate) struct SqlAnswer {
    #[serde(flatten)]
    frame: Frame,
    columns: Vec<SqlColumn>,
    /// One object a row; nulls are left out.
    #[schema(value_type = Vec<Object>)]
    items: Value,
}

/// Free SQL
///
/// Staff only, and only if the configuration allows it. Reads one instant of the live tables; refused past 10,000 rows or 10 s.
#[utoipa::path(
    post,
    path = "/v1/sql",
    tag = "operation",
    params(("format" = Option<String>, Query, description = "json, csv or arrow; else Accept decides")),
    request_body = SqlQuestion,
    responses(
        (status = 200, description = "The rows", body = SqlAnswer),
        (status = 400, description = "It does not parse, or wants more than to read", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Neither leadership nor operator, or switched off", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Not sent as application/json", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It needs too much", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "History cannot be read yet", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn sql(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    headers: HeaderMap,
    params: Params,
    body: Result<Json<SqlQuestion>, JsonRejection>,
) -> Result<Response, Problem> {
    if !state.settings.sql_enabled {
        return Err(Problem::switched_off("api.sql"));
    }
    viewer.require(Right::Audit)?;
    let params = params.only(&["format"])?;
    let format = Format::choose(&params, &headers, &[Format::Json, Format::Csv, Format::Arrow])?;
    let Json(question) = body?;
    let snapshot = state.city.snapshot();
    let session = state.long_session(&snapshot).await?;
    let asked = async move { ask_free(&session, &question.sql, MOST_ROWS, LONGEST).await.map_err(Refusal) };
    let found = state.analysts.ask(asked).await?;
    let schema = found.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
    if format != Format::Json {
        let whole = concat_batches(&schema, &found).map_err(QueryError::from)?;
        return rows(format, "sql", &whole);
    }
    let columns = schema.fields().iter().map(|field| SqlColumn {
        name: field.name().clone(),
        kind: field.data_type().to_string(),
    });
    json(&SqlAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now_us()),
        columns: columns.collect(),
        items: objects(&found)?,
    })
}

/// A question of a user's own that failed: most often it is the user's to mend.
struct Refusal(QueryError);

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::sql(refusal.0)
    }
}

fn objects(found: &[RecordBatch]) -> Result<Value, Problem> {
    let mut writer = ArrayWriter::new(Vec::new());
    let batches: Vec<_> = found.iter().collect();
    writer.write_batches(&batches).map_err(QueryError::from)?;
    writer.finish().map_err(QueryError::from)?;
    let text = writer.into_inner();
    if text.is_empty() {
        return Ok(Value::Array(Vec::new()));
    }
    serde_json::from_slice(&text).map_err(|_| Problem::internal())
}
