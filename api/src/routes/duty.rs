//! `GET /v1/duty/{kelurahan}`: the duty ledger of a month, post by post and day by day, and the file that is paid from. For staff.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use serde::Serialize;
use tanggap_queries::QueryError;
use tanggap_queries::named::{DutyChange, DutyDay, DutyMonth, DutyPay, DutyReport, DutyRule};
use utoipa::ToSchema;

use super::answer::{json, now};
use super::duty_asked::{Asked, DEEPEST};
use super::duty_queue::DutyItem;
use super::freshness::Frame;
use crate::access::Right;
use crate::error::Problem;
use crate::extractors::{Format, Params, Segment, Viewer};
use crate::state::AppState;
use crate::time::{now_us, rfc3339};

/// The figures a ledger was made with, from the configuration.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyRuleAnswer {
    /// Reports asked of a post a day.
    reports_a_day: u32,
    /// Verified reports of a post that are paid a day at most.
    paid_a_day: u32,
    /// Verified reports of a post that are paid a month at most.
    paid_a_month: u32,
    /// Rupiah for one report of an RT.
    rupiah_rt: u32,
    /// Rupiah for one report of an RW.
    rupiah_rw: u32,
    /// Metres within which a report may repeat an earlier one.
    near_m: f64,
    /// Minutes within which it may.
    near_minutes: u32,
    /// Whether the state a report's own channel shows verifies it.
    trust_channel: bool,
}

impl From<DutyRule> for DutyRuleAnswer {
    fn from(rule: DutyRule) -> Self {
        Self {
            reports_a_day: rule.reports_a_day,
            paid_a_day: rule.paid_a_day,
            paid_a_month: rule.paid_a_month,
            rupiah_rt: rule.rupiah_rt,
            rupiah_rw: rule.rupiah_rw,
            near_m: rule.near_m,
            near_minutes: rule.near_minutes,
            trust_channel: rule.trust_channel,
        }
    }
}

/// Sums of a month.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct DutySums {
    /// Reports filed; = verified + rejected + waiting.
    submitted: i64,
    /// Of them with a warning; it changes no other number.
    near_duplicates: i64,
    verified: i64,
    rejected: i64,
    waiting: i64,
    /// Came past the allowed lateness; counted on the day they were filed.
    late: i64,
    /// Days with at least one report, summed over posts.
    days_reported: i64,
    /// Days on which as many were verified as are asked for.
    days_reached: i64,
    /// Verified ones after the daily cap.
    counted_daily: i64,
    /// Verified ones after the monthly cap too: these are paid.
    counted: i64,
    amount_rupiah: i64,
}

impl DutySums {
    fn add(&mut self, row: &DutyPay) {
        self.submitted += row.submitted;
        self.near_duplicates += row.near_duplicates;
        self.verified += row.verified;
        self.rejected += row.rejected;
        self.waiting += row.waiting;
        self.late += row.late;
        self.days_reported += row.days_reported;
        self.days_reached += row.days_reached;
        self.counted_daily += row.counted_daily;
        self.counted += row.counted;
        self.amount_rupiah = self.amount_rupiah.saturating_add(row.amount_rupiah);
    }
}

/// One post on one day with at least one report.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyDayItem {
    /// Local day.
    date: String,
    submitted: i64,
    near_duplicates: i64,
    verified: i64,
    rejected: i64,
    waiting: i64,
    late: i64,
    /// Whether as many are verified as are asked for.
    reached: bool,
    /// How many are missing even if every waiting one is verified.
    shortfall: i64,
    /// Verified ones after the daily cap.
    counted: i64,
}

impl From<DutyDay> for DutyDayItem {
    fn from(day: DutyDay) -> Self {
        Self {
            date: day.date,
            submitted: day.submitted,
            near_duplicates: day.near_duplicates,
            verified: day.verified,
            rejected: day.rejected,
            waiting: day.waiting,
            late: day.late,
            reached: day.reached,
            shortfall: day.shortfall,
            counted: day.counted,
        }
    }
}

/// One verdict on a report whose first one did not stay the only one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyChangeItem {
    id: String,
    channel: String,
    time: String,
    /// Status before; `received` before the first verdict.
    before: String,
    /// Status from then on.
    after: String,
    /// By whom, as a role.
    actor_role: Option<String>,
    /// By whom, as a unit.
    unit: Option<String>,
    /// Why, as a short code.
    close_reason: Option<String>,
}

impl From<DutyChange> for DutyChangeItem {
    fn from(change: DutyChange) -> Self {
        Self {
            id: change.id,
            channel: change.channel,
            time: rfc3339(change.time_us),
            before: change.before,
            after: change.after,
            actor_role: change.actor_role,
            unit: change.unit,
            close_reason: change.close_reason,
        }
    }
}

/// One RT or RW in a month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyPostItem {
    /// `RT 003/RW 05` or `RW 05`; null = the reports do not say, and nobody is paid for them.
    post: Option<String>,
    /// For one counted report.
    rate_rupiah: i64,
    #[serde(flatten)]
    sums: DutySums,
    /// Its days, in order.
    days: Vec<DutyDayItem>,
    /// Reports that were rejected (why, when and by whom) or carry a warning.
    noted: Vec<DutyItem>,
    /// Verdicts that were changed: who, when, before, after.
    changes: Vec<DutyChangeItem>,
}

/// The ledger of a month.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DutyAnswer {
    #[serde(flatten)]
    frame: Frame,
    /// Dotted code; null = reports that lie in no kelurahan.
    kelurahan: Option<String>,
    kelurahan_name: Option<String>,
    /// As `2026-10`.
    month: String,
    /// Nothing later is in it. The same moment gives the same ledger again, unless something that happened before it arrived since.
    counted_as_of: String,
    /// Reports from before this are not known any more, as no history is kept; null = all are known.
    known_since: Option<String>,
    rule: DutyRuleAnswer,
    /// Of all posts, on whichever page.
    total: DutySums,
    /// SHA-256 of the CSV of this ledger, in hexadecimal: what `sha256sum` says of the file.
    hash: String,
    /// A page of posts, by name; a post without a report in the month is not known to the program and not here.
    posts: Vec<DutyPostItem>,
    /// To be given as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

/// What is asked of one ledger.
type Whole = (DutyMonth, Vec<DutyDay>, Vec<DutyReport>, Vec<DutyChange>);

/// The duty ledger
///
/// Staff only. What each RT and RW of a kelurahan filed in a month, day by day, what was verified or rejected, by whom and why, which
/// verdicts were changed, and what it comes to after the caps of the configuration. Recounted from the log each time. As CSV: one line a
/// post, the same bytes for the same events on every machine; the header `digest` is the SHA-256 of the CSV as it is before any
/// compression, in base64 (`sha256sum` of the saved file says the same in hexadecimal, as `hash` does here).
#[utoipa::path(
    get,
    path = "/v1/duty/{kelurahan}",
    tag = "duty",
    params(
        ("kelurahan" = String, Path, description = "dotted code, or `unplaced`: reports that lie in none"),
        ("month" = Option<String>, Query, description = "as 2026-10, in Jakarta; default: the month of `as_of`"),
        ("as_of" = Option<String>, Query, description = "RFC 3339; nothing later counts; default and at most: the watermark"),
        ("limit" = Option<usize>, Query, description = "posts of a page, 1 to 500; default 200; not for CSV, which is whole"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before"),
        ("format" = Option<String>, Query, description = "json or csv; else Accept decides"),
    ),
    responses(
        (status = 200, description = "The ledger", body = DutyAnswer),
        (status = 400, description = "A parameter does not fit", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No credentials", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No verifier of this kelurahan, nor leadership, nor operator", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No such kelurahan, or nothing has come in yet", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "History cannot be read yet", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn duty(
    State(state): State<Arc<AppState>>,
    viewer: Viewer,
    Segment(kelurahan): Segment<String>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, Problem> {
    if !viewer.may(Right::Audit) {
        viewer.require(Right::Verify(&kelurahan))?;
    }
    let params = params.only(&["month", "as_of", "limit", "cursor", "format"])?;
    let format = Format::choose(&params, &headers, &[Format::Json, Format::Csv])?;
    let limit = params.whole("limit", 1..=500, 200)?;
    let from = params.whole("cursor", 0..=DEEPEST, 0)?;
    let asked = Asked::read(&state, &kelurahan, &params, |month| (month, month))?;
    let month = asked.question.first;
    if format == Format::Csv {
        let counted = asked.ask(&state, move |duty| async move { duty.month(month).await }).await?;
        return Ok(file(&kelurahan, &counted));
    }
    let whole = asked.ask(&state, move |duty| async move {
        let (noted, changes) = (duty.noted().await?, duty.changes().await?);
        Ok::<Whole, QueryError>((duty.month(month).await?, duty.days()?, noted, changes))
    });
    let (counted, days, noted, changes) = whole.await?;
    let mut total = DutySums::default();
    for row in &counted.rows {
        total.add(row);
    }
    let hash = counted.hash_text();
    let more = counted.rows.len() > from.saturating_add(limit);
    let page = counted.rows.into_iter().skip(from).take(limit).collect();
    json(&DutyAnswer {
        frame: Frame::of(&asked.snapshot, false, state.settings.delay_s, now_us()),
        known_since: asked.known_since(&state),
        kelurahan: asked.kelurahan,
        kelurahan_name: asked.kelurahan_name,
        month: month.to_string(),
        counted_as_of: rfc3339(asked.question.as_of_us),
        rule: asked.question.rule.into(),
        total,
        hash,
        posts: posts(page, days, noted, changes),
        next_cursor: more.then(|| (from + limit).to_string()),
    })
}

/// What belongs to a post beside its sums.
#[derive(Default)]
struct Part {
    days: Vec<DutyDayItem>,
    noted: Vec<DutyItem>,
    changes: Vec<DutyChangeItem>,
}

/// The rows of these posts with what belongs to each.
fn posts(rows: Vec<DutyPay>, days: Vec<DutyDay>, noted: Vec<DutyReport>, changes: Vec<DutyChange>) -> Vec<DutyPostItem> {
    let mut parts: BTreeMap<Option<String>, Part> = BTreeMap::new();
    for row in &rows {
        parts.insert(row.post.clone(), Part::default());
    }
    for day in days {
        if let Some(part) = parts.get_mut(&day.post) {
            part.days.push(day.into());
        }
    }
    for report in noted {
        if let Some(part) = parts.get_mut(&report.post) {
            part.noted.push(report.into());
        }
    }
    for change in changes {
        if let Some(part) = parts.get_mut(&change.post) {
            part.changes.push(change.into());
        }
    }
    let item = |row: DutyPay| {
        let mut sums = DutySums::default();
        sums.add(&row);
        let part = parts.remove(&row.post).unwrap_or_default();
        DutyPostItem {
            rate_rupiah: row.rate_rupiah,
            post: row.post,
            sums,
            days: part.days,
            noted: part.noted,
            changes: part.changes,
        }
    };
    rows.into_iter().map(item).collect()
}

/// The file, named for whoever saves it, with its hash.
fn file(kelurahan: &str, month: &DutyMonth) -> Response {
    let mut response = now(Format::Csv.media_type(), month.csv.clone());
    let name = format!("attachment; filename=\"duty-{kelurahan}-{}.csv\"", month.month);
    let digest = format!("sha-256={}", base64(&month.hash));
    for (header, text) in [(header::CONTENT_DISPOSITION, name), (HeaderName::from_static("digest"), digest)] {
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().insert(header, value);
        }
    }
    response
}

/// Base64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |place: usize| chunk.get(place).copied().map_or(0, usize::from);
        let number = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for place in 0..4 {
            let letter = LETTERS[(number >> (18 - 6 * place)) & 63];
            text.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_is_that_of_the_standard() {
        // RFC 4648, section 10.
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
        ] {
            assert_eq!(base64(text.as_bytes()), expected);
        }
        assert_eq!(base64(&[0xff, 0xff, 0xfe]), "///+");
    }
}
