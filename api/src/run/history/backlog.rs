//! Rows of a lane that history does not have yet.

use std::collections::BTreeMap;

use datafusion::arrow::array::{AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datafusion::arrow::error::ArrowError;
use tanggap_engine::event::schema;
use tanggap_engine::lane::OVER_AFTER_US;

use crate::run::pile::Pile;

/// Where a lane stood when an epoch of it was written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::run) struct Stand {
    pub(in crate::run) lane: String,
    pub(in crate::run) channel: String,
    /// Events that had come in.
    pub(in crate::run) seq: i64,
    /// Newest sight of traffic, µs.
    pub(in crate::run) sight_us: Option<i64>,
    pub(in crate::run) epoch: u64,
    pub(in crate::run) next_offset: i64,
    pub(in crate::run) input_hash: String,
    pub(in crate::run) newest_broker_time_us: Option<i64>,
    /// Messages sent so far by topic.
    pub(in crate::run) sent: BTreeMap<String, u64>,
    /// What the lane was made with.
    pub(in crate::run) made_with: BTreeMap<String, String>,
}

/// How far history has a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::run) struct Through {
    /// Running number of the last event.
    pub(in crate::run) seq: i64,
    /// Newest sight of traffic by then, µs.
    pub(in crate::run) sight_us: i64,
}

/// What a lane has written down and history may not have.
#[derive(Clone, Debug)]
pub(in crate::run) struct Waiting {
    /// Up to here.
    pub(in crate::run) stand: Stand,
    /// Rows of [`schema::LOG`].
    pub(in crate::run) log: Vec<RecordBatch>,
    /// Rows of [`schema::TRAFFIC`] that are over.
    pub(in crate::run) over: Vec<RecordBatch>,
}

/// Rows of a lane until history has them.
#[derive(Clone, Debug, Default)]
pub(in crate::run) struct Backlog {
    log: Pile,
    over: Pile,
    forgotten: Option<Through>,
}

impl Backlog {
    /// Adds what became of some events, and the traffic that was over then.
    pub(in crate::run) fn add(&mut self, log: &[RecordBatch], over: &RecordBatch) {
        for rows in log {
            self.log.push(rows.clone());
        }
        self.over.push(over.clone());
    }

    /// Events that wait.
    pub(in crate::run) fn rows(&self) -> usize {
        self.log.rows()
    }

    /// Drops what history has.
    ///
    /// # Errors
    /// The rows are none of ours.
    pub(in crate::run) fn forget(&mut self, through: Through) -> Result<(), ArrowError> {
        if self.forgotten.replace(through) == Some(through) {
            return Ok(());
        }
        self.log.keep(|batch| after(batch, through.seq))?;
        self.over.keep(|batch| over_after(batch, through.sight_us))
    }

    /// Rows of [`schema::LOG`].
    pub(in crate::run) fn log(&self) -> &[RecordBatch] {
        self.log.batches()
    }

    /// Rows of [`schema::TRAFFIC`].
    pub(in crate::run) fn over(&self) -> &[RecordBatch] {
        self.over.batches()
    }
}

/// Rows of [`schema::LOG`] behind this running number.
///
/// # Errors
/// There is no such column.
pub(in crate::run) fn after(log: &RecordBatch, seq: i64) -> Result<RecordBatch, ArrowError> {
    let numbers = log
        .column_by_name(schema::SEQ)
        .and_then(|column| column.as_primitive_opt::<Int64Type>())
        .ok_or_else(|| ArrowError::SchemaError("rows of a log have numbers".to_owned()))?;
    only(log, numbers.values().iter().map(|number| *number > seq).collect())
}

/// Rows of [`schema::TRAFFIC`] that were not over yet when this was the newest sight, µs.
///
/// # Errors
/// There is no such column.
pub(in crate::run) fn over_after(over: &RecordBatch, sight_us: i64) -> Result<RecordBatch, ArrowError> {
    let seen = over
        .column_by_name(schema::LAST_SEEN)
        .and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>())
        .ok_or_else(|| ArrowError::SchemaError("rows of traffic have a last sight".to_owned()))?;
    only(
        over,
        seen.values()
            .iter()
            .map(|seen| seen.saturating_add(OVER_AFTER_US) > sight_us)
            .collect(),
    )
}

fn only(rows: &RecordBatch, keep: Vec<bool>) -> Result<RecordBatch, ArrowError> {
    if keep.iter().all(|keep| *keep) {
        return Ok(rows.clone());
    }
    filter_record_batch(rows, &BooleanArray::from(keep))
}
