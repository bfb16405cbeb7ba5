//! The answers of `/v1`, one file a noun. A handler reads its parameters, asks, and shapes; it computes nothing itself.

mod answer;
mod areas;
mod audit;
mod cells;
mod duty;
mod duty_asked;
mod duty_queue;
mod freshness;
mod grid;
mod health;
mod heat;
mod hotspots;
mod inbox;
mod live;
mod metrics;
mod outline;
mod quality;
mod ranking_item;
mod rankings;
mod rankings_asked;
mod reports;
mod sources;
mod sql;
mod tiles;
mod trending;
mod units;

pub(crate) use freshness::sources;
pub(crate) use hotspots::Outlook;
pub(crate) use outline::Outlines;
pub(crate) use trending::rising;
pub(crate) use units::open_complaints;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// Every answer that ends by itself.
pub(crate) fn answers() -> OpenApiRouter<Arc<AppState>> {
    OpenApiRouter::new()
        .routes(routes!(grid::grid))
        .routes(routes!(cells::cells))
        .routes(routes!(trending::trending))
        .routes(routes!(hotspots::hotspots))
        .routes(routes!(hotspots::hotspot))
        .routes(routes!(tiles::tile))
        .routes(routes!(tiles::tile_json))
        .routes(routes!(areas::areas))
        .routes(routes!(areas::area))
        .routes(routes!(rankings::rankings))
        .routes(routes!(audit::audit))
        .routes(routes!(quality::quality))
        .routes(routes!(units::units))
        .routes(routes!(inbox::inbox))
        .routes(routes!(duty::duty))
        .routes(routes!(duty_queue::duty_queue))
        .routes(routes!(reports::report))
        .routes(routes!(sources::lanes))
        .routes(routes!(sql::sql))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(metrics::metrics))
}

/// The answer that goes on for ever.
pub(crate) fn streams() -> OpenApiRouter<Arc<AppState>> {
    OpenApiRouter::new().routes(routes!(live::live))
}
