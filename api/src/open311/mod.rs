//! Open311's GeoReport, version 2, at `/open311/v2`: services, requests, and filing one, in XML and JSON. Our own lifecycle is richer and
//! lies behind it: GeoReport knows open and closed, and the rest is in `status_notes`.
//!
//! What anybody sees of a request is no text, no photo, no reporter, of its place the kelurahan, and of its moments the day: with the cell and the
//! moment of each, whoever counts requests would know what `/v1/cells` does not say of few. Staff see the centre of the cell.

mod document;
mod filing;
mod form;
mod requests;
mod services;
mod settings;

pub use settings::Open311Settings;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// Where it lies.
const ROOT: &str = "/open311/v2";
/// The channel of what is filed here, and of what other cities' servers are asked for.
const CHANNEL: &str = "open311";
/// Where it is written.
pub(crate) const TOPIC: &str = "reports.open311";

/// Its addresses.
pub(crate) fn georeport() -> OpenApiRouter<Arc<AppState>> {
    OpenApiRouter::new()
        .routes(routes!(document::document, filing::file))
        .routes(routes!(services::service))
        .routes(routes!(requests::request))
        .routes(routes!(requests::token))
}
