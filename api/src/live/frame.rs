//! Messages of the live stream, written once and shared by all who listen.

use axum::body::Bytes;
use serde::Serialize;

use super::event_id::EventId;
use super::heat::CellHeat;

/// Cells in columns: numbers, counts (multiples of `rounded_to`), ten times the surprise.
#[derive(Debug, Serialize)]
pub(super) struct Cells<'a> {
    pub(super) grid: &'a str,
    pub(super) window_s: u32,
    pub(super) rounded_to: i64,
    pub(super) as_of: Option<String>,
    #[serde(rename = "final")]
    pub(super) complete: bool,
    #[serde(rename = "cells")]
    pub(super) columns: (Vec<u32>, Vec<i64>, Vec<i32>),
}

/// Rows as columns.
pub(super) fn columns(rows: impl IntoIterator<Item = (u32, CellHeat)>) -> (Vec<u32>, Vec<i64>, Vec<i32>) {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for (number, (n, z10)) in rows {
        columns.0.push(number);
        columns.1.push(n);
        columns.2.push(z10);
    }
    columns
}

/// One event of the stream as it goes over the wire.
pub(super) fn event(id: Option<EventId>, name: &str, body: &impl Serialize) -> Bytes {
    let body = serde_json::to_string(body).unwrap_or_else(|_| "null".to_owned());
    let id = id.map_or_else(String::new, |id| format!("id: {id}\n"));
    format!("{id}event: {name}\ndata: {body}\n\n").into()
}

/// The same event without the id it begins with.
pub(super) fn without_id(message: &Bytes) -> Bytes {
    let end = message.iter().position(|byte| *byte == b'\n');
    message.slice(end.map_or(0, |end| end + 1)..)
}
