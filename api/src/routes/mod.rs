//! The answers of `/v1`, one file a noun. A handler reads its parameters, asks, and shapes; it computes nothing itself.

mod alerts;
mod answer;
mod areas;
mod at_risk;
mod audit;
mod bonds;
mod cap;
mod cap_message;
mod cells;
mod dead_letter_replay;
mod dead_letters;
mod duty;
mod duty_asked;
mod duty_queue;
mod floods;
mod freshness;
mod gauges;
mod grid;
mod health;
mod heat;
mod hotspot_gauges;
mod hotspots;
mod inbox;
mod incidents;
mod ledger;
mod live;
mod me;
mod metrics;
mod officers;
mod operation;
mod opinions;
mod outline;
mod photos;
mod pseudonyms;
mod quality;
mod quality_units;
mod ranking_item;
mod ranking_trend;
mod rankings;
mod rankings_asked;
mod redirects;
mod reporters;
mod reporters_asked;
mod reports;
mod sources;
mod sql;
mod terms;
mod tiles;
mod traffic;
mod transitions;
mod trending;
mod units;
mod unread;
mod waters;
mod web_reports;
mod webhooks_in;

pub(crate) use freshness::sources;
pub(crate) use hotspots::{Outlook, outlook};
pub(crate) use outline::Outlines;
pub(crate) use trending::rising;
pub(crate) use units::open_complaints;
pub(crate) use waters::Waters;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::deeds::MOST_BYTES;
use crate::state::AppState;

/// Every answer that ends by itself.
pub(crate) fn answers() -> OpenApiRouter<Arc<AppState>> {
    OpenApiRouter::new()
        .routes(routes!(grid::grid))
        .routes(routes!(cells::cells))
        .routes(routes!(trending::trending))
        .routes(routes!(hotspots::hotspots))
        .routes(routes!(hotspots::hotspot))
        .routes(routes!(alerts::alerts))
        .routes(routes!(cap::cap_feed))
        .routes(routes!(cap::cap_alert))
        .routes(routes!(gauges::gauges))
        .routes(routes!(floods::floods))
        .routes(routes!(opinions::opinions))
        .routes(routes!(terms::terms))
        .routes(routes!(traffic::traffic))
        .routes(routes!(tiles::tile))
        .routes(routes!(tiles::tile_json))
        .routes(routes!(areas::areas))
        .routes(routes!(areas::area))
        .routes(routes!(rankings::rankings))
        .routes(routes!(reporters::reporters))
        .routes(routes!(pseudonyms::consent))
        .routes(routes!(ranking_trend::trend))
        .routes(routes!(audit::audit))
        .routes(routes!(quality::quality))
        .routes(routes!(quality_units::quality_units))
        .routes(routes!(units::units))
        .routes(routes!(inbox::inbox))
        .routes(routes!(at_risk::at_risk))
        .routes(routes!(incidents::incidents))
        .routes(routes!(incidents::incident))
        .routes(routes!(bonds::merge))
        .routes(routes!(bonds::split))
        .routes(routes!(unread::unread))
        .routes(routes!(duty::duty))
        .routes(routes!(duty_queue::duty_queue))
        .routes(routes!(reports::report))
        .routes(routes!(transitions::act))
        .routes(routes!(web_reports::file))
        .routes(routes!(photos::photo))
        .routes(routes!(officers::near))
        .routes(routes!(officers::position))
        .routes(routes!(redirects::redirects))
        .routes(routes!(sources::lanes))
        .routes(routes!(operation::operation))
        .routes(routes!(dead_letters::dead_letters))
        .routes(routes!(dead_letters::dead_letter))
        .routes(routes!(dead_letter_replay::replay))
        .routes(routes!(sql::sql))
        .routes(routes!(me::me))
        .routes(routes!(ledger::ledger))
        .routes(routes!(webhooks_in::webhook))
        .merge(crate::open311::georeport())
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .routes(routes!(metrics::metrics))
}

/// What takes as long as somebody's line does: bodies of some megabytes.
pub(crate) fn uploads() -> OpenApiRouter<Arc<AppState>> {
    let upload = OpenApiRouter::new().routes(routes!(photos::upload));
    upload.layer(DefaultBodyLimit::max(MOST_BYTES))
}

/// The answer that goes on for ever.
pub(crate) fn streams() -> OpenApiRouter<Arc<AppState>> {
    OpenApiRouter::new().routes(routes!(live::live))
}
