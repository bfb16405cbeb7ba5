//! What lanes tell others of what they did, message by message. No word of a reporter is in any; a dead letter has the bytes that came in.

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{Int64Type, TimestampMicrosecondType, UInt8Type, UInt64Type};
use serde::Serialize;
use tanggap_engine::case::SlaRule;
use tanggap_engine::event::{Category, Status, schema};
use tanggap_engine::route::Router;
use tanggap_engine::territory::KelurahanCode;
use tanggap_engine::time::PANE_US;

use super::body::Body;
use super::lane::DeadLetter;
use crate::hex::hex;
use crate::time::rfc3339;

/// A Kafka key, and what is said.
type Keyed = (String, Body);

/// A refused event.
#[derive(Debug, Serialize)]
pub(super) struct LetterMessage<'l> {
    offset: i64,
    reason: &'static str,
    field: &'l str,
    advice: &'static str,
    payload_bytes: usize,
    payload_hex: String,
    #[serde(skip_serializing_if = "is_false")]
    payload_cut: bool,
    /// Said by whoever does not say it of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    lane: Option<&'l str>,
}

impl<'l> LetterMessage<'l> {
    /// Of its bytes no more than so many are told.
    pub(super) fn of(letter: &'l DeadLetter, most: usize, lane: Option<&'l str>) -> Self {
        let payload = &letter.payload[..letter.payload.len().min(most)];
        Self {
            offset: letter.reject.offset,
            reason: letter.reject.reason.id(),
            field: &letter.reject.field,
            advice: letter.reject.reason.advice(),
            payload_bytes: letter.payload.len(),
            payload_hex: hex(payload),
            payload_cut: payload.len() < letter.payload.len(),
            lane,
        }
    }
}

/// What a route says besides its columns. Two are told only where they are so: who reads them must act at once, or show it to nobody.
#[derive(Debug, Serialize)]
struct Routed<'r> {
    sla: Option<&'r str>,
    #[serde(skip_serializing_if = "is_false")]
    passed_on: bool,
    #[serde(skip_serializing_if = "is_false")]
    private: bool,
    channel: &'r str,
}

/// Complaints and who must answer them, a row each.
///
/// # Errors
/// The rows cannot be written as JSON.
pub(super) fn routed(router: &Router, channel: &str, routes: &RecordBatch) -> anyhow::Result<Vec<Keyed>> {
    let (id, unit, rule) = (column(routes, schema::ID), column(routes, "unit_code"), column(routes, "rule"));
    let (id, unit, rule) = (id.as_string::<i32>(), unit.as_string::<i32>(), rule.as_string::<i32>());
    let bodies = Body::rows(routes)?.into_iter().enumerate();
    let told = bodies.map(|(row, body)| {
        let rule = rule.value(row);
        let body = body.and(&Routed {
            sla: router.level(rule, channel).map(SlaRule::id),
            passed_on: router.passes_on(unit.value(row)),
            private: router.is_private(rule),
            channel,
        })?;
        Ok((id.value(row).to_owned(), body))
    });
    told.collect()
}

/// A pane that is over.
#[derive(Debug, Serialize)]
struct WindowMessage<'w> {
    window_start_ms: i64,
    window_end_ms: i64,
    h3: Option<&'w str>,
    kelurahan: Option<String>,
    category: Option<&'static str>,
    channel: &'w str,
    n: i64,
    revises: bool,
}

/// The panes that are over, and what was counted in them since they were (`schema::CLOSED`).
///
/// # Errors
/// Never in practice.
pub(super) fn windows(channel: &str, closed: &RecordBatch) -> anyhow::Result<Vec<Keyed>> {
    let pane = closed.column(0).as_primitive::<TimestampMicrosecondType>();
    let cell = closed.column(1).as_primitive::<UInt64Type>();
    let kelurahan = closed.column(2).as_primitive::<Int64Type>();
    let category = closed.column(3).as_primitive::<UInt8Type>();
    let n = closed.column(4).as_primitive::<Int64Type>();
    let told = (0..closed.num_rows()).map(|row| {
        let start_ms = pane.value(row).div_euclid(1_000);
        let cell = cell.is_valid(row).then(|| format!("{:x}", cell.value(row)));
        let code = kelurahan.is_valid(row).then(|| kelurahan.value(row));
        let body = Body::of(&WindowMessage {
            window_start_ms: start_ms,
            window_end_ms: start_ms + PANE_US / 1_000,
            h3: cell.as_deref(),
            kelurahan: code.map(|code| KelurahanCode::from_integer(code).to_string()),
            category: Category::from_number(category.value(row)).map(Category::id),
            channel,
            n: n.value(row),
            revises: closed.column(5).as_boolean().value(row),
        })?;
        Ok((cell.unwrap_or_default(), body))
    });
    told.collect()
}

/// What became of a case.
#[derive(Debug, Serialize)]
struct StatusMessage<'s> {
    channel: Option<&'s str>,
    id: &'s str,
    status: Option<&'static str>,
    unit: Option<&'s str>,
    time: String,
}

/// What became of cases (`schema::TRANSITIONS`): of each transition whose report it is, what it became, who has it and when. What a channel showed
/// of itself is no news to it, and is left out. No note, photo or person is in it.
///
/// # Errors
/// Never in practice.
pub(super) fn statuses(transitions: &RecordBatch) -> anyhow::Result<Vec<Keyed>> {
    let column = |name: &str| column(transitions, name);
    let (id, channel) = (
        column(schema::ID).as_string::<i32>(),
        column(schema::REPORT_CHANNEL).as_string::<i32>(),
    );
    let (time, status) = (
        column(schema::TIME).as_primitive::<TimestampMicrosecondType>(),
        column(schema::STATUS).as_primitive::<UInt8Type>(),
    );
    let (unit, snapshot) = (column(schema::UNIT).as_string::<i32>(), column(schema::SNAPSHOT).as_boolean());
    let told = (0..transitions.num_rows()).filter(|row| !snapshot.value(*row)).map(|row| {
        let body = Body::of(&StatusMessage {
            channel: channel.is_valid(row).then(|| channel.value(row)),
            id: id.value(row),
            status: Status::from_number(status.value(row)).map(Status::id),
            unit: unit.is_valid(row).then(|| unit.value(row)),
            time: rfc3339(time.value(row)),
        })?;
        Ok((id.value(row).to_owned(), body))
    });
    told.collect()
}

/// Where a late event stands.
#[derive(Debug, Serialize)]
pub(super) struct LateMessage {
    pub(super) offset: i64,
}

fn column<'r>(rows: &'r RecordBatch, name: &str) -> &'r dyn Array {
    let column = rows.column_by_name(name);
    column.expect("lanes give the columns of their schemas")
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(it: &bool) -> bool {
    !*it
}
