//! Services of GeoReport are our categories: filed at once, and without questions of their own.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use tanggap_engine::event::Category;

use super::form::{Asked, Form, admit};
use crate::error::Problem;
use crate::extractors::Segment;
use crate::state::AppState;

/// A category that can still be reported.
pub(super) fn served(code: &str) -> Option<Category> {
    Category::from_id(code).filter(|category| *category != Category::Joki3in1)
}

/// All of them.
pub(super) fn list() -> Value {
    let services = Category::ALL.iter().filter(|category| served(category.id()).is_some());
    services
        .map(|category| {
            json!({
                "service_code": category.id(),
                "service_name": category.label_id(),
                "description": category.label_en(),
                "metadata": false,
                "type": "realtime",
                "keywords": "",
                "group": "",
            })
        })
        .collect()
}

/// What a service asks for
///
/// `GeoReport`: the definition of a service. Ours ask nothing beyond what every request has.
#[utoipa::path(
    get,
    path = "/open311/v2/services/{document}",
    operation_id = "georeport_service",
    tag = "open311",
    params(("document" = String, Path, description = "`<service_code>.json` or `<service_code>.xml`")),
    responses(
        (status = 200, description = "The definition", content((serde_json::Value = "application/json"), (String = "text/xml"))),
        (status = 404, description = "No such service", content((serde_json::Value = "application/json"), (String = "text/xml"))),
    )
)]
pub(crate) async fn service(State(state): State<Arc<AppState>>, Segment(document): Segment<String>, Asked(asked): Asked) -> Response {
    let (code, form) = Form::of(&document);
    let found = admit(&state, &asked).and_then(|()| {
        let category = served(code).ok_or_else(|| Problem::not_found("there is no such service_code; services lists them"))?;
        let definition = json!({"service_code": category.id(), "attributes": []});
        Ok((StatusCode::OK, "service_definition", "", definition))
    });
    Form::answer(form, found)
}
