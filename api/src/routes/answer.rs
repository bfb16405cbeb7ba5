//! How answers are put on the wire: JSON, CSV, Arrow, and what never changes with a weak entity tag.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use datafusion::arrow::csv::WriterBuilder;
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::writer::StreamWriter;
use serde::Serialize;
use tanggap_engine::event::Category;
use tanggap_queries::QueryError;
use utoipa::ToSchema;

use crate::error::Problem;
use crate::extractors::Format;

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Words {
    /// Indonesian.
    pub(crate) id: String,
    /// English.
    pub(crate) en: String,
}

impl Words {
    /// What people read for a category's id.
    pub(crate) fn category(id: &str) -> Self {
        let category = Category::from_id(id).unwrap_or(Category::Lainnya);
        Self {
            id: category.label_id().to_owned(),
            en: category.label_en().to_owned(),
        }
    }
}

/// JSON of now.
pub(super) fn json(body: &impl Serialize) -> Result<Response, Problem> {
    typed(Format::Json.media_type(), body)
}

/// JSON of now under another media type.
pub(super) fn typed(media_type: &'static str, body: &impl Serialize) -> Result<Response, Problem> {
    let body = serde_json::to_vec(body).map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "an answer could not be written");
        Problem::internal()
    })?;
    Ok(now(media_type, body))
}

/// Bytes of now: not to be stored by anybody on the way.
pub(super) fn now(media_type: &'static str, body: impl Into<Bytes>) -> Response {
    let headers = [(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-store")];
    (headers, body.into()).into_response()
}

/// Bytes that stay until `version` changes: kept by the reader, who asks whether they are still good. The tag is weak because the
/// same one stands for the compressed and the plain bytes.
pub(super) fn steady(request: &HeaderMap, media_type: &'static str, version: &str, body: Bytes) -> Response {
    let tag = format!("W/\"{version}\"");
    let known = request
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| tags.split(',').any(|known| matches!(known.trim(), "*") || known.trim() == tag));
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, media_type)], body).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=0, must-revalidate"),
    );
    for (name, value) in [(header::ETAG, tag.as_str()), (HeaderName::from_static("version"), version)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

/// Rows as CSV or as an Arrow stream, named for whoever saves them.
pub(super) fn rows(format: Format, name: &str, rows: &RecordBatch) -> Result<Response, Problem> {
    let (body, ending) = match format {
        Format::Csv => (csv(rows), "csv"),
        _ => (arrow(rows), "arrow"),
    };
    let body = body.map_err(|error| Problem::from(QueryError::from(error)))?;
    let mut response = now(format.media_type(), body);
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}.{ending}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

fn csv(rows: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    let columns = rows.columns().iter().map(harmless).collect();
    let rows = RecordBatch::try_new(rows.schema(), columns)?;
    let mut body = Vec::new();
    WriterBuilder::new().with_header(true).build(&mut body).write(&rows)?;
    Ok(body)
}

/// A text that a spreadsheet would run gets an apostrophe before it.
fn harmless(column: &ArrayRef) -> ArrayRef {
    if *column.data_type() != DataType::Utf8 {
        return Arc::clone(column);
    }
    let texts = column.as_string::<i32>();
    if !texts.iter().flatten().any(runs) {
        return Arc::clone(column);
    }
    let safe = texts
        .iter()
        .map(|text| text.map(|text| if runs(text) { format!("'{text}") } else { text.to_owned() }));
    Arc::new(safe.collect::<StringArray>())
}

fn runs(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn arrow(rows: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    let mut body = Vec::new();
    let mut writer = StreamWriter::try_new(&mut body, &rows.schema())?;
    writer.write(rows)?;
    writer.finish()?;
    drop(writer);
    Ok(body)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};

    use super::csv;

    #[test]
    fn a_text_is_never_a_formula_and_a_number_stays_one() {
        let rows = RecordBatch::try_from_iter([
            (
                "name",
                Arc::new(StringArray::from(vec!["=HYPERLINK(1)", "Menteng, \"Pusat\""])) as ArrayRef,
            ),
            ("n", Arc::new(Int64Array::from(vec![-1, 2]))),
        ])
        .unwrap();
        let text = String::from_utf8(csv(&rows).unwrap()).unwrap();
        assert_eq!(text, "name,n\n'=HYPERLINK(1),-1\n\"Menteng, \"\"Pusat\"\"\",2\n");
    }
}
