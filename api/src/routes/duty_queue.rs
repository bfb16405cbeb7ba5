//! `GET /v1/duty/{kelurahan}/queue`: duty reports that wait for a verifier, with what should make the verifier look twice. For staff.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use tanggap_queries::named::{DutyReport, NearDuplicate};
use utoipa::ToSchema;

use super::answer::{Words, json};
use super::duty_asked::{Asked, DEEPEST};
use super::freshness::Frame;
use crate::access::Right;
use crate::error::Problem;
use crate::extractors::{Params, Segment, Viewer};
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// An earlier report that one may repeat: a warning, not a verdict.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyWarning {
    /// Id of the earlier one.
    id: String,
    /// Its channel.
    channel: String,
    /// Metres between the two, to a tenth; null = they lie in the same cell, and more is not known.
    metres: Option<f64>,
    /// Seconds between the two.
    seconds: i64,
    /// In words.
    says: Words,
}

/// One duty report, without who wrote it and what.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyItem {
    id: String,
    channel: String,
    /// `RT 003/RW 05` or `RW 05`; null = it does not say, and nobody can be paid for it.
    post: Option<String>,
    category: String,
    category_label: Words,
    filed: String,
    /// The local day it counts for.
    date: String,
    /// Came past the allowed lateness.
    late: bool,
    /// `verified`, `rejected` or `waiting`.
    verdict: String,
    /// Status that says so; `reopened` = a verdict was taken back; null = nobody has said anything.
    status: Option<String>,
    /// When.
    decided: Option<String>,
    /// By whom, as a role.
    actor_role: Option<String>,
    /// By whom, as a unit.
    unit: Option<String>,
    /// Why, as a short code.
    close_reason: Option<String>,
    /// Null = none.
    warning: Option<DutyWarning>,
    /// In the queue: how many transitions it has had, the newest too; what a verdict must expect.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<usize>,
}

impl From<DutyReport> for DutyItem {
    fn from(report: DutyReport) -> Self {
        Self {
            id: report.id,
            channel: report.channel,
            post: report.post,
            category_label: Words::category(&report.category),
            category: report.category,
            filed: rfc3339(report.filed_us),
            date: report.date,
            late: report.late,
            verdict: report.verdict,
            status: report.status,
            decided: report.decided_us.map(rfc3339),
            actor_role: report.actor_role,
            unit: report.unit,
            close_reason: report.close_reason,
            warning: report.near.map(warning),
            version: None,
        }
    }
}

fn warning(near: NearDuplicate) -> DutyWarning {
    let metres = near.metres.map(|metres| (metres * 10.0).round() / 10.0);
    let minutes = near.seconds / 60;
    let (id, en) = match metres {
        Some(metres) => (
            format!("{metres:.0} m dan {minutes} menit dari laporan {} pos yang sama", near.id),
            format!("{metres:.0} m and {minutes} min from report {} of the same post", near.id),
        ),
        None => (
            format!("satu sel dan {minutes} menit dari laporan {} pos yang sama", near.id),
            format!("in the same cell and {minutes} min from report {} of the same post", near.id),
        ),
    };
    DutyWarning {
        id: near.id,
        channel: near.channel,
        metres,
        seconds: near.seconds,
        says: Words { id, en },
    }
}

/// A page of the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyQueueAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// Dotted code; null = reports that lie in no kelurahan.
    kelurahan: Option<String>,
    kelurahan_name: Option<String>,
    /// First month that is looked at, as `2026-09`.
    first_month: String,
    /// Last one.
    last_month: String,
    /// Reports from before this are not known any more, as no history is kept; null = all are known.
    known_since: Option<String>,
    /// Reports that wait, on whichever page.
    waiting: usize,
    /// The oldest first.
    items: Vec<DutyItem>,
    /// To be given as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

/// Duty reports to be verified
///
/// Staff only. Those without a verdict that stands, the oldest first, with a warning where one looks like an earlier one sent again. A
/// warning decides nothing: the verifier does.
#[utoipa::path(
    get,
    path = "/v1/duty/{kelurahan}/queue",
    tag = "duty",
    params(
        ("kelurahan" = String, Path, description = "dotted code, or `unplaced`: reports that lie in none"),
        ("month" = Option<String>, Query, description = "as 2026-10, in Jakarta; default: the month of `as_of` and the one before"),
        ("as_of" = Option<String>, Query, description = "RFC 3339; nothing later counts; default and at most: the watermark"),
        ("limit" = Option<usize>, Query, description = "1 to 500; default 50"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
    ),
    responses(
        (status = 200, description = "The queue", body = DutyQueueAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No verifier of this kelurahan, nor leadership, nor operator", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such kelurahan, or nothing has come in yet", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "History cannot be read yet", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn duty_queue(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment(kelurahan): Segment<String>,
    params: Params,
) -> Result<Response, Problem> {
    if !viewer.may(Right::Audit) {
        viewer.require(Right::Verify(&kelurahan))?;
    }
    let params = params.only(&["month", "as_of", "limit", "cursor"])?;
    let limit = params.whole("limit", 1..=500, 50)?;
    let from = params.whole("cursor", 0..=DEEPEST, 0)?;
    let asked = Asked::read(&state, &kelurahan, &params, |month| (month.before(), month))?;
    let waiting = asked.ask(&state, |duty| async move { duty.waiting().await }).await?;
    let more = waiting.len() > from.saturating_add(limit);
    let in_all = waiting.len();
    let mut items: Vec<DutyItem> = waiting.into_iter().skip(from).take(limit).map(DutyItem::from).collect();
    let wanted = items.iter().map(|item| (item.channel.clone(), item.id.clone())).collect();
    for standing in state.deeds.stand(&state, wanted).await? {
        let same = |item: &&mut DutyItem| item.id == standing.id && item.channel == standing.channel;
        if let Some(item) = items.iter_mut().find(same) {
            item.version = Some(standing.story().transitions);
        }
    }
    json(&DutyQueueAnswer {
        frame: Frame::of(&asked.snapshot, false, state.settings.delay_s, now_us()),
        known_since: asked.known_since(&state),
        kelurahan: asked.kelurahan,
        kelurahan_name: asked.kelurahan_name,
        first_month: asked.question.first.to_string(),
        last_month: asked.question.last.to_string(),
        waiting: in_all,
        items,
        next_cursor: more.then(|| (from + limit).to_string()),
    })
}
