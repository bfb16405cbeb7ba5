//! Rows of the duty ledger, as structs.

use datafusion::arrow::array::RecordBatch;

use super::reading::{Flags, Numbers, Texts, Wholes};
use crate::QueryError;

/// One post on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyDay {
    /// Integer code of the kelurahan; none = the reports lie in none, and are not paid.
    pub kelurahan: Option<i64>,
    /// `RT 003/RW 05` or `RW 05`; none = the reports do not say, and are not paid.
    pub post: Option<String>,
    /// The local day as `2026-10-01`.
    pub date: String,
    /// Reports filed on it, those that came late too.
    pub submitted: i64,
    /// Of them with a warning.
    pub near_duplicates: i64,
    /// Of them verified.
    pub verified: i64,
    /// Of them rejected.
    pub rejected: i64,
    /// Of them without a verdict that stands.
    pub waiting: i64,
    /// Of them past the allowed lateness.
    pub late: i64,
    /// Whether as many are verified as are asked for.
    pub reached: bool,
    /// How many are missing even if every waiting one is verified.
    pub shortfall: i64,
    /// Verified ones after the daily cap.
    pub counted: i64,
}

/// One post in one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyPay {
    /// As in [`DutyDay`].
    pub kelurahan: Option<i64>,
    /// As in [`DutyDay`].
    pub post: Option<String>,
    /// Sum of the days.
    pub submitted: i64,
    /// Sum of the days.
    pub near_duplicates: i64,
    /// Sum of the days.
    pub verified: i64,
    /// Sum of the days.
    pub rejected: i64,
    /// Sum of the days.
    pub waiting: i64,
    /// Sum of the days.
    pub late: i64,
    /// Days with at least one report.
    pub days_reported: i64,
    /// Days on which what is asked was reached.
    pub days_reached: i64,
    /// Verified reports after the daily cap.
    pub counted_daily: i64,
    /// Verified reports after the daily and the monthly cap: these are paid.
    pub counted: i64,
    /// For one of them.
    pub rate_rupiah: i64,
    /// `counted` × `rate_rupiah`.
    pub amount_rupiah: i64,
}

/// An earlier report that one may repeat: a warning, not a verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct NearDuplicate {
    /// Its id on its channel.
    pub id: String,
    /// Its channel.
    pub channel: String,
    /// Metres between the two; none = they lie in the same cell, and more is not known.
    pub metres: Option<f64>,
    /// Whole seconds between the two.
    pub seconds: i64,
}

/// One duty report, without who wrote it and what.
#[derive(Clone, Debug, PartialEq)]
pub struct DutyReport {
    /// Id on its channel.
    pub id: String,
    /// Channel.
    pub channel: String,
    /// Category id.
    pub category: String,
    /// As in [`DutyDay`].
    pub kelurahan: Option<i64>,
    /// As in [`DutyDay`].
    pub post: Option<String>,
    /// µs since epoch UTC.
    pub filed_us: i64,
    /// The local day as `2026-10-01`.
    pub date: String,
    /// Came past the allowed lateness.
    pub late: bool,
    /// `verified`, `rejected` or `waiting`.
    pub verdict: String,
    /// Status that says so; none = nobody has said anything.
    pub status: Option<String>,
    /// When, µs since epoch UTC.
    pub decided_us: Option<i64>,
    /// By whom, as a role.
    pub actor_role: Option<String>,
    /// By whom, as a unit.
    pub unit: Option<String>,
    /// Why, as a short code.
    pub close_reason: Option<String>,
    /// The warning, if there is one.
    pub near: Option<NearDuplicate>,
}

/// One verdict on a report that has had several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyChange {
    /// Id on its channel.
    pub id: String,
    /// Channel.
    pub channel: String,
    /// As in [`DutyDay`].
    pub kelurahan: Option<i64>,
    /// As in [`DutyDay`].
    pub post: Option<String>,
    /// When, µs since epoch UTC.
    pub time_us: i64,
    /// Status before; `received` before the first.
    pub before: String,
    /// Status from then on.
    pub after: String,
    /// By whom, as a role.
    pub actor_role: Option<String>,
    /// By whom, as a unit.
    pub unit: Option<String>,
    /// Why, as a short code.
    pub close_reason: Option<String>,
}

pub(super) fn days(batches: &[RecordBatch]) -> Result<Vec<DutyDay>, QueryError> {
    let mut days = Vec::new();
    for batch in batches {
        let whole = |name: &str| Wholes::of(batch, name);
        let (kelurahan, post, date) = (whole("kelurahan")?, Texts::of(batch, "post")?, Texts::of(batch, "date")?);
        let (submitted, near_duplicates, late) = (whole("submitted")?, whole("near_duplicates")?, whole("late")?);
        let (verified, rejected, waiting) = (whole("verified")?, whole("rejected")?, whole("waiting")?);
        let (reached, shortfall, counted) = (Flags::of(batch, "reached")?, whole("shortfall")?, whole("counted")?);
        days.extend((0..batch.num_rows()).map(|row| DutyDay {
            kelurahan: kelurahan.get(row),
            post: post.get(row),
            date: date.get(row).unwrap_or_default(),
            submitted: submitted.get(row).unwrap_or_default(),
            near_duplicates: near_duplicates.get(row).unwrap_or_default(),
            verified: verified.get(row).unwrap_or_default(),
            rejected: rejected.get(row).unwrap_or_default(),
            waiting: waiting.get(row).unwrap_or_default(),
            late: late.get(row).unwrap_or_default(),
            reached: reached.get(row),
            shortfall: shortfall.get(row).unwrap_or_default(),
            counted: counted.get(row).unwrap_or_default(),
        }));
    }
    Ok(days)
}

pub(super) fn pays(batches: &[RecordBatch]) -> Result<Vec<DutyPay>, QueryError> {
    let mut pays = Vec::new();
    for batch in batches {
        let whole = |name: &str| Wholes::of(batch, name);
        let (kelurahan, post) = (whole("kelurahan")?, Texts::of(batch, "post")?);
        let (submitted, near_duplicates, late) = (whole("submitted")?, whole("near_duplicates")?, whole("late")?);
        let (verified, rejected, waiting) = (whole("verified")?, whole("rejected")?, whole("waiting")?);
        let (days_reported, days_reached) = (whole("days_reported")?, whole("days_reached")?);
        let (counted_daily, counted) = (whole("counted_daily")?, whole("counted")?);
        let (rate_rupiah, amount_rupiah) = (whole("rate_rupiah")?, whole("amount_rupiah")?);
        pays.extend((0..batch.num_rows()).map(|row| DutyPay {
            kelurahan: kelurahan.get(row),
            post: post.get(row),
            submitted: submitted.get(row).unwrap_or_default(),
            near_duplicates: near_duplicates.get(row).unwrap_or_default(),
            verified: verified.get(row).unwrap_or_default(),
            rejected: rejected.get(row).unwrap_or_default(),
            waiting: waiting.get(row).unwrap_or_default(),
            late: late.get(row).unwrap_or_default(),
            days_reported: days_reported.get(row).unwrap_or_default(),
            days_reached: days_reached.get(row).unwrap_or_default(),
            counted_daily: counted_daily.get(row).unwrap_or_default(),
            counted: counted.get(row).unwrap_or_default(),
            rate_rupiah: rate_rupiah.get(row).unwrap_or_default(),
            amount_rupiah: amount_rupiah.get(row).unwrap_or_default(),
        }));
    }
    Ok(pays)
}

pub(super) fn reports(batches: &[RecordBatch]) -> Result<Vec<DutyReport>, QueryError> {
    let mut reports = Vec::new();
    for batch in batches {
        let text = |name: &str| Texts::of(batch, name);
        let whole = |name: &str| Wholes::of(batch, name);
        let (id, channel, category) = (text("id")?, text("channel")?, text("category")?);
        let (kelurahan, post, date) = (whole("kelurahan")?, text("post")?, text("date")?);
        let (filed_us, late) = (whole("filed_us")?, Flags::of(batch, "late")?);
        let (verdict, status, decided_us) = (text("verdict")?, text("status")?, whole("decided_us")?);
        let (actor_role, unit, close_reason) = (text("actor_role")?, text("unit")?, text("close_reason")?);
        let (near_id, near_channel) = (text("near_id")?, text("near_channel")?);
        let (near_m, near_s) = (Numbers::of(batch, "near_m")?, whole("near_s")?);
        reports.extend((0..batch.num_rows()).map(|row| DutyReport {
            id: id.get(row).unwrap_or_default(),
            channel: channel.get(row).unwrap_or_default(),
            category: category.get(row).unwrap_or_default(),
            kelurahan: kelurahan.get(row),
            post: post.get(row),
            filed_us: filed_us.get(row).unwrap_or_default(),
            date: date.get(row).unwrap_or_default(),
            late: late.get(row),
            verdict: verdict.get(row).unwrap_or_default(),
            status: status.get(row),
            decided_us: decided_us.get(row),
            actor_role: actor_role.get(row),
            unit: unit.get(row),
            close_reason: close_reason.get(row),
            near: near_id.get(row).map(|id| NearDuplicate {
                id,
                channel: near_channel.get(row).unwrap_or_default(),
                metres: near_m.get(row),
                seconds: near_s.get(row).unwrap_or_default(),
            }),
        }));
    }
    Ok(reports)
}

pub(super) fn changes(batches: &[RecordBatch]) -> Result<Vec<DutyChange>, QueryError> {
    let mut changes = Vec::new();
    for batch in batches {
        let text = |name: &str| Texts::of(batch, name);
        let whole = |name: &str| Wholes::of(batch, name);
        let (id, channel) = (text("id")?, text("channel")?);
        let (kelurahan, post, time_us) = (whole("kelurahan")?, text("post")?, whole("time_us")?);
        let (before, after) = (text("before")?, text("after")?);
        let (actor_role, unit, close_reason) = (text("actor_role")?, text("unit")?, text("close_reason")?);
        changes.extend((0..batch.num_rows()).map(|row| DutyChange {
            id: id.get(row).unwrap_or_default(),
            channel: channel.get(row).unwrap_or_default(),
            kelurahan: kelurahan.get(row),
            post: post.get(row),
            time_us: time_us.get(row).unwrap_or_default(),
            before: before.get(row).unwrap_or_default(),
            after: after.get(row).unwrap_or_default(),
            actor_role: actor_role.get(row),
            unit: unit.get(row),
            close_reason: close_reason.get(row),
        }));
    }
    Ok(changes)
}
