//! What follows from a log of fates: the rows of panes and of transitions that the lane itself made when it applied the events.

use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt8Array};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{TimestampMicrosecondType, UInt8Type};

use super::checkpoint::RestoreError;
use crate::event::{Category, Class, Fate, Kind, schema};
use crate::time::pane_of;

const WRONG: RestoreError = RestoreError::Columns("log");

/// Counted reports of a log ([`schema::LOG`]), one row each ([`schema::PANES`] with `n` = 1).
///
/// # Errors
/// [`RestoreError::Columns`] if the rows are no log.
pub fn counted_of(log: &RecordBatch) -> Result<RecordBatch, RestoreError> {
    let (fate, class, kind) = (
        numbers(log, schema::FATE)?,
        numbers(log, schema::CLASS)?,
        numbers(log, schema::KIND)?,
    );
    let counted = (0..log.num_rows())
        .map(|row| fate.value(row) == Fate::Applied as u8 && is(class, row, Class::Report as u8) && !is(kind, row, Kind::Duty as u8));
    let log = only(log, counted)?;
    let panes = times(&log, schema::EVENT_TIME)?.values().iter().map(|time| pane_of(*time));
    let panes = TimestampMicrosecondArray::from_iter_values(panes).with_data_type(schema::time_type());
    let categories = numbers(&log, schema::CATEGORY)?;
    let categories: UInt8Array = categories
        .iter()
        .map(|number| Some(number.unwrap_or(Category::Lainnya as u8)))
        .collect();
    let column = |name: &str| log.column_by_name(name).map(Arc::clone).ok_or(WRONG);
    let columns = vec![
        Arc::new(panes) as _,
        column(schema::CELL)?,
        column(schema::KELURAHAN)?,
        Arc::new(categories),
        Arc::new(Int64Array::from(vec![1; log.num_rows()])),
    ];
    RecordBatch::try_new(Arc::clone(&schema::PANES), columns).map_err(|_| WRONG)
}

/// Transitions of a log ([`schema::TRANSITIONS`]), in its order. `channel`: that of the lane's reports.
///
/// # Errors
/// As [`counted_of`].
pub fn transitions_of(log: &RecordBatch, channel: &str) -> Result<RecordBatch, RestoreError> {
    let (fate, class, status) = (
        numbers(log, schema::FATE)?,
        numbers(log, schema::CLASS)?,
        numbers(log, schema::STATUS)?,
    );
    let known = |row: usize| fate.value(row) == Fate::Duplicate as u8;
    let tells = |row: usize| is(class, row, Class::Report as u8) || is(class, row, Class::Transition as u8);
    let log = only(
        log,
        (0..log.num_rows()).map(|row| status.is_valid(row) && tells(row) && !known(row)),
    )?;
    let class = numbers(&log, schema::CLASS)?;
    let snapshot: BooleanArray = (0..log.num_rows()).map(|row| Some(is(class, row, Class::Report as u8))).collect();
    let (event_time, own_time) = (times(&log, schema::EVENT_TIME)?, times(&log, schema::OWN_TIME)?);
    let time = (0..log.num_rows()).map(|row| {
        if snapshot.value(row) {
            own_time.value(row)
        } else {
            event_time.value(row)
        }
    });
    let time = TimestampMicrosecondArray::from_iter_values(time).with_data_type(schema::time_type());
    let texts = |name: &str| {
        log.column_by_name(name)
            .and_then(|column| column.as_string_opt::<i32>())
            .ok_or(WRONG)
    };
    let (channels, roles) = (texts(schema::REPORT_CHANNEL)?, texts(schema::ACTOR_ROLE)?);
    // The state a report shows is its own channel's word, and nobody's in particular.
    let channels: StringArray = (0..log.num_rows())
        .map(|row| {
            if snapshot.value(row) {
                Some(channel)
            } else {
                channels.is_valid(row).then(|| channels.value(row))
            }
        })
        .collect();
    let roles: StringArray = (0..log.num_rows())
        .map(|row| (!snapshot.value(row) && roles.is_valid(row)).then(|| roles.value(row)))
        .collect();
    let column = |name: &str| log.column_by_name(name).map(Arc::clone).ok_or(WRONG);
    let mut columns = vec![
        column(schema::ID)?,
        Arc::new(channels) as _,
        column(schema::OFFSET)?,
        Arc::new(time),
        column(schema::STATUS)?,
        column(schema::UNIT)?,
        Arc::new(roles),
        Arc::new(snapshot.clone()),
    ];
    for name in schema::EVIDENCE {
        columns.push(column(name)?);
    }
    // A report links nothing, whatever state it shows.
    let others = texts(schema::OTHER)?;
    let others: StringArray = (0..log.num_rows())
        .map(|row| (!snapshot.value(row) && others.is_valid(row)).then(|| others.value(row)))
        .collect();
    columns.push(Arc::new(others));
    RecordBatch::try_new(Arc::clone(&schema::TRANSITIONS), columns).map_err(|_| WRONG)
}

fn only(log: &RecordBatch, keep: impl Iterator<Item = bool>) -> Result<RecordBatch, RestoreError> {
    filter_record_batch(log, &keep.map(Some).collect::<BooleanArray>()).map_err(|_| WRONG)
}

fn numbers<'a>(log: &'a RecordBatch, name: &str) -> Result<&'a UInt8Array, RestoreError> {
    log.column_by_name(name)
        .and_then(|column| column.as_primitive_opt::<UInt8Type>())
        .ok_or(WRONG)
}

fn times<'a>(log: &'a RecordBatch, name: &str) -> Result<&'a TimestampMicrosecondArray, RestoreError> {
    let column = log
        .column_by_name(name)
        .and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
    column.ok_or(WRONG)
}

fn is(column: &UInt8Array, row: usize, number: u8) -> bool {
    column.is_valid(row) && column.value(row) == number
}
