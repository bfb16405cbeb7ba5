//! What became of each event, row by row: the log as the lane understood it. History keeps it, so that every number can be counted again
//! and a lane lived again without the log it came from.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt8Array, UInt64Array,
    new_null_array,
};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Int64Type, UInt8Type};

use super::checkpoint::RestoreError;
use super::step::Located;
use crate::event::{EventBatch, Fate, Reason, Reject, schema};

/// Rows of [`schema::LOG`] being built beside the events they are about.
#[derive(Debug, Default)]
pub(super) struct LogRows {
    fate: Vec<u8>,
    watermark: Vec<Option<i64>>,
    cell: Vec<Option<u64>>,
    kelurahan: Vec<Option<i64>>,
}

/// Columns of [`schema::LOG`] before those of [`schema::EVENTS`].
const OWN: usize = 8;

impl LogRows {
    /// Adds the next event. `watermark`: after it, µs.
    pub(super) fn push(&mut self, fate: Fate, place: Located, watermark: Option<i64>) {
        self.fate.push(fate as u8);
        self.watermark.push(watermark);
        self.cell.push(place.cell);
        self.kelurahan.push(place.kelurahan);
    }

    /// The rows of a batch: its events, then its refusals. `received`: how many events had come in before it; `watermark`: as it was then.
    /// Of one payload the events are numbered first, then what was refused of it.
    pub(super) fn finish(self, batch: &EventBatch, received: u64, watermark: Option<i64>) -> Vec<RecordBatch> {
        let offsets = batch.events.column(0).as_primitive::<Int64Type>().values();
        let mut next = i64::try_from(received).unwrap_or(i64::MAX);
        let mut number = || {
            next += 1;
            next
        };
        let (mut of_events, mut of_rejects) = (Vec::with_capacity(offsets.len()), Vec::with_capacity(batch.rejects.len()));
        let mut marks = Vec::with_capacity(batch.rejects.len());
        let mut rejects = batch.rejects.iter().peekable();
        for (row, offset) in offsets.iter().enumerate() {
            while rejects.next_if(|reject| reject.offset < *offset).is_some() {
                of_rejects.push(number());
                marks.push(row.checked_sub(1).map_or(watermark, |before| self.watermark[before]));
            }
            of_events.push(number());
        }
        for _ in rejects {
            of_rejects.push(number());
            marks.push(self.watermark.last().copied().unwrap_or(watermark));
        }
        let mut log = Vec::with_capacity(2);
        if !of_events.is_empty() {
            log.push(self.of_events(of_events, batch));
        }
        if !of_rejects.is_empty() {
            log.push(of_refusals(of_rejects, marks, &batch.rejects));
        }
        log
    }

    fn of_events(self, seq: Vec<i64>, batch: &EventBatch) -> RecordBatch {
        let rows = seq.len();
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(Int64Array::from(seq)),
            Arc::new(UInt8Array::from(self.fate)),
            Arc::new(Int64Array::from(vec![1; rows])),
            Arc::new(StringArray::new_null(rows)),
            Arc::new(StringArray::new_null(rows)),
            Arc::new(TimestampMicrosecondArray::from(self.watermark).with_data_type(schema::time_type())),
            Arc::new(UInt64Array::from(self.cell)),
            Arc::new(Int64Array::from(self.kelurahan)),
        ];
        columns.extend_from_slice(batch.events.columns());
        log_batch(columns)
    }
}

fn of_refusals(seq: Vec<i64>, watermark: Vec<Option<i64>>, rejects: &[Reject]) -> RecordBatch {
    let fates = vec![(Fate::Rejected, 1); seq.len()];
    let reasons = rejects.iter().map(|reject| Some(reject.reason.id())).collect();
    let fields = rejects
        .iter()
        .map(|reject| Some(reject.field.as_str()).filter(|field| !field.is_empty()))
        .collect();
    let offsets = rejects.iter().map(|reject| reject.offset).collect();
    bare(seq, &fates, reasons, fields, watermark, offsets)
}

/// A loss of messages from this offset on, as a row: `seq` is the number of the last one.
pub(super) fn of_gap(seq: u64, offset: i64, messages: u64, watermark: Option<i64>) -> RecordBatch {
    let n = i64::try_from(messages).unwrap_or(i64::MAX);
    let seq = i64::try_from(seq).unwrap_or(i64::MAX);
    let none = || StringArray::new_null(1);
    bare(vec![seq], &[(Fate::Gap, n)], none(), none(), vec![watermark], vec![offset])
}

/// Rows without an event.
fn bare(
    seq: Vec<i64>,
    fates: &[(Fate, i64)],
    reasons: StringArray,
    fields: StringArray,
    watermark: Vec<Option<i64>>,
    offsets: Vec<i64>,
) -> RecordBatch {
    let rows = seq.len();
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(seq)),
        Arc::new(fates.iter().map(|(fate, _)| Some(*fate as u8)).collect::<UInt8Array>()),
        Arc::new(fates.iter().map(|(_, n)| Some(*n)).collect::<Int64Array>()),
        Arc::new(reasons),
        Arc::new(fields),
        Arc::new(TimestampMicrosecondArray::from(watermark).with_data_type(schema::time_type())),
        Arc::new(UInt64Array::new_null(rows)),
        Arc::new(Int64Array::new_null(rows)),
        Arc::new(Int64Array::from(offsets)),
    ];
    let empty = schema::LOG.fields().iter().skip(OWN + 1);
    columns.extend(empty.map(|field| new_null_array(field.data_type(), rows)));
    log_batch(columns)
}

fn log_batch(columns: Vec<ArrayRef>) -> RecordBatch {
    RecordBatch::try_new(Arc::clone(&schema::LOG), columns).expect("columns are built together, with the schema's types")
}

/// A piece of a log that can be lived again.
#[derive(Clone, Debug)]
pub enum Relived {
    /// Events and refusals, for [`super::LaneState::apply`].
    Batch(EventBatch),
    /// Messages that the log had lost: from this offset, so many; for [`super::LaneState::skip`].
    Gap {
        /// Offset of the first.
        offset: i64,
        /// How many.
        messages: u64,
    },
}

/// Rows of [`schema::LOG`], sorted by `seq`, as what a lane was once given.
///
/// # Errors
/// [`RestoreError::Columns`] if the rows are no log.
pub fn relive(log: &RecordBatch) -> Result<Vec<Relived>, RestoreError> {
    let wrong = || RestoreError::Columns("log");
    if log.schema_ref() != &*schema::LOG {
        return Err(wrong());
    }
    let fates = log.column(1).as_primitive::<UInt8Type>();
    let numbers = |column: usize| log.column(column).as_primitive::<Int64Type>();
    let (counts, offsets) = (numbers(2), numbers(OWN));
    let mut pieces = Vec::new();
    let mut from = 0;
    for row in 0..=log.num_rows() {
        let gap = row < log.num_rows() && fates.value(row) == Fate::Gap as u8;
        if row == log.num_rows() || gap {
            if row > from {
                pieces.push(Relived::Batch(batch_of(&log.slice(from, row - from)).ok_or_else(wrong)?));
            }
            from = row + 1;
        }
        if gap {
            pieces.push(Relived::Gap {
                offset: offsets.value(row),
                messages: u64::try_from(counts.value(row)).map_err(|_| wrong())?,
            });
        }
    }
    Ok(pieces)
}

/// Rows without gaps as a batch; `None` if they are no events.
fn batch_of(log: &RecordBatch) -> Option<EventBatch> {
    let fates = log.column(1).as_primitive::<UInt8Type>();
    let refused = |row: usize| fates.value(row) == Fate::Rejected as u8;
    let (reasons, fields) = (log.column(3).as_string::<i32>(), log.column(4).as_string::<i32>());
    let offsets = log.column(OWN).as_primitive::<Int64Type>();
    let rejects = (0..log.num_rows()).filter(|row| refused(*row)).map(|row| {
        let field = if fields.is_valid(row) { fields.value(row) } else { "" };
        Some(Reject {
            offset: offsets.value(row),
            reason: Reason::from_id(reasons.is_valid(row).then(|| reasons.value(row))?)?,
            field: field.to_owned(),
        })
    });
    let rejects: Vec<Reject> = rejects.collect::<Option<_>>()?;
    let events = if rejects.is_empty() {
        log.clone()
    } else {
        let keep: BooleanArray = (0..log.num_rows()).map(|row| Some(!refused(row))).collect();
        filter_record_batch(log, &keep).ok()?
    };
    let events = RecordBatch::try_new(Arc::clone(&schema::EVENTS), events.columns()[OWN..].to_vec()).ok()?;
    Some(EventBatch { events, rejects })
}
