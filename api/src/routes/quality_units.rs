//! `GET /v1/quality/{level}`: what speaks against the closings of every unit of a level, counted; the evidence is that of each unit. For
//! staff; flags, never verdicts.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tanggap_queries::named::{FlagRule, Level, UnitFlags};
use utoipa::ToSchema;

use super::answer::{Words, json};
use super::freshness::Frame;
use super::quality::{QualityShare, by_kind, no_verdict};
use crate::access::Right;
use crate::error::Problem;
use crate::extractors::{Params, Segment, Viewer};
use crate::state::AppState;
use crate::time::now_us;

/// What speaks against the closings of a unit, counted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QualityUnit {
    /// Code of the unit, as the ranking of the level has it.
    code: String,
    /// Resolved cases with a strong flag; null = nothing is resolved.
    doubted: Option<QualityShare>,
    /// Cases that were taken back within 14 days, of those closed at least as long ago; null = none were.
    reopened: Option<QualityShare>,
    /// Cases by kind of flag; a case with two flags counts with both.
    flags: BTreeMap<String, u64>,
    /// Months that ended in a burst.
    bursts: usize,
}

impl From<UnitFlags> for QualityUnit {
    fn from(unit: UnitFlags) -> Self {
        Self {
            flags: by_kind(&unit.flags),
            bursts: unit.bursts.len(),
            code: unit.code,
            doubted: unit.doubted.map(QualityShare::from),
            reopened: unit.reopened.map(QualityShare::from),
        }
    }
}

/// What speaks against closings, unit by unit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QualityUnitsAnswer {
    #[serde(flatten)]
    frame: Frame,
    level: &'static str,
    /// What a flag is, in words.
    says: Words,
    /// By code; units of which nothing was ever resolved are not here.
    items: Vec<QualityUnit>,
}

/// Quality of closings, by unit
///
/// Staff only. How many closings of each unit carry which flags, over all complaints there are; the evidence is at
/// `/v1/quality/{level}/{code}`. A flag is no verdict: there may be a good reason, and whoever closed it knows.
#[utoipa::path(
    get,
    path = "/v1/quality/{level}",
    tag = "rankings",
    params(("level" = String, Path, description = "kelurahan, kecamatan, kota, dinas or channel")),
    responses(
        (status = 200, description = "The units", body = QualityUnitsAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "Neither leadership nor operator", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such level", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn quality_units(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment(level): Segment<String>,
    params: Params,
) -> Result<Response, Problem> {
    viewer.require(Right::Audit)?;
    params.only(&[])?;
    let unknown = "there is no such level; there is: kelurahan, kecamatan, kota, dinas, channel";
    let level = Level::from_id(&level).ok_or_else(|| Problem::not_found(unknown))?;
    let snapshot = state.city.snapshot();
    let units = match state.cases(&snapshot).await? {
        Some(cases) => {
            let ask = async move { cases.unit_flags(level, &FlagRule::default()).await };
            state.analysts.ask(ask).await?
        }
        None => Vec::new(),
    };
    json(&QualityUnitsAnswer {
        frame: Frame::of(&snapshot, false, state.settings.delay_s, now_us()),
        level: level.id(),
        says: no_verdict(),
        items: units.into_iter().map(QualityUnit::from).collect(),
    })
}
