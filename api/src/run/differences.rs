//! Whether two lanes that have read the same are the same: every table, every counter, every id.

use anyhow::Context;
use datafusion::arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::Int64Type;
use datafusion::arrow::row::{RowConverter, SortField};
use tanggap_engine::event::schema;
use tanggap_engine::pane::Kernel;
use tanggap_queries::measures::PaneKernel;
use tanggap_queries::tables::{LaneSnapshot, Liveness};

use super::lane::{KEEP_PANES_US, LaneRunner};
use super::pile::since;

/// What differs, by name.
///
/// # Errors
/// A table has other columns than it should have.
#[cfg(test)]
pub(super) fn differences(one: &LaneRunner, other: &LaneRunner) -> anyhow::Result<Vec<String>> {
    compared(one, other, |one, other| Ok(rows(one)? == rows(other)?))
}

/// What a lane that was written down has otherwise than one that has read its log again. Rows that a former format wrote are compared by the
/// columns it had: they lie before the first that has more.
///
/// # Errors
/// As [`differences`].
pub(super) fn differences_of_kept(kept: &LaneRunner, again: &LaneRunner) -> anyhow::Result<Vec<String>> {
    compared(kept, again, same_as_kept)
}

fn compared(one: &LaneRunner, other: &LaneRunner, alike: Alike) -> anyhow::Result<Vec<String>> {
    let mut differences = Vec::new();
    let mut same = |what: &str, same: bool| {
        if !same {
            differences.push(what.to_owned());
        }
    };
    let watermark = one.state().watermark().unwrap_or(i64::MIN);
    let seen = |runner: &LaneRunner| remembered(&runner.state().all_seen(), watermark);
    same("the ids remembered", seen(one)? == seen(other)?);
    let (one, other) = (one.snapshot(None, Liveness::Idle), other.snapshot(None, Liveness::Idle));
    same("the next offset", one.next_offset == other.next_offset);
    same("the counters", one.accounting == other.accounting);
    same("the watermark", one.watermark == other.watermark);
    same("the broker's time", one.newest_broker_time == other.newest_broker_time);
    let mut kernel = PaneKernel::new()?;
    same("panes", panes(&one, &mut kernel)? == panes(&other, &mut kernel)?);
    for (what, of) in tables() {
        same(what, alike(of(&one), of(&other))?);
    }
    Ok(differences)
}

/// A table of a lane as sorted rows.
type Rows = Vec<Vec<u8>>;
/// Gives a table of a lane.
type Table = fn(&LaneSnapshot) -> &[RecordBatch];
/// Says whether two tables are the same.
type Alike = fn(&[RecordBatch], &[RecordBatch]) -> anyhow::Result<bool>;

fn panes(lane: &LaneSnapshot, kernel: &mut PaneKernel) -> anyhow::Result<Rows> {
    let segments: Vec<RecordBatch> = lane.segments.iter().map(|segment| segment.rows().clone()).collect();
    // Which older ones are still kept depends on how they were merged.
    let oldest = lane.watermark.unwrap_or(i64::MIN).saturating_sub(KEEP_PANES_US);
    rows(&[since(&kernel.sum(&segments)?, schema::PANE, oldest)?])
}

fn tables() -> [(&'static str, Table); 6] {
    [
        ("cases", |lane| lane.cases.as_slice()),
        ("signals", |lane| lane.signals.as_slice()),
        ("transitions", |lane| lane.transitions.as_slice()),
        ("routes", |lane| lane.routes.as_slice()),
        ("levels", |lane| lane.levels.as_slice()),
        ("traffic", |lane| lane.traffic.as_slice()),
    ]
}

/// Whether a table that was kept is the one that comes out of the log, as far as those who wrote it knew its columns.
fn same_as_kept(kept: &[RecordBatch], again: &[RecordBatch]) -> anyhow::Result<bool> {
    if rows(kept)? == rows(again)? {
        return Ok(true);
    }
    let Some(grown) = first_of_now(kept) else { return Ok(false) };
    let former = |batches: &[RecordBatch]| rows(&without_added(&by_offset(batches, |offset| offset < grown)?)?);
    let present = |batches: &[RecordBatch]| rows(&by_offset(batches, |offset| offset >= grown)?);
    Ok(former(kept)? == former(again)? && present(kept)? == present(again)?)
}

/// The offset of the first row that has something in a column that former formats did not have, the largest there is if none has; none of a
/// table whose columns have not grown.
fn first_of_now(batches: &[RecordBatch]) -> Option<i64> {
    let added = |name: &str| schema::ADDED.contains(&name);
    if !batches.first()?.schema_ref().fields().iter().any(|field| added(field.name())) {
        return None;
    }
    let mut first = i64::MAX;
    for batch in batches {
        let offsets = batch.column_by_name(schema::OFFSET)?.as_primitive_opt::<Int64Type>()?;
        for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            if added(field.name()) {
                let told = (0..batch.num_rows()).filter(|row| column.is_valid(*row));
                first = told.map(|row| offsets.value(row)).fold(first, i64::min);
            }
        }
    }
    Some(first)
}

/// The rows whose offsets are wanted.
fn by_offset(batches: &[RecordBatch], wanted: impl Fn(i64) -> bool) -> anyhow::Result<Vec<RecordBatch>> {
    let mut left = Vec::with_capacity(batches.len());
    for batch in batches {
        let offsets = batch.column_by_name(schema::OFFSET).context("no column of offsets")?;
        let kept: BooleanArray = offsets
            .as_primitive::<Int64Type>()
            .values()
            .iter()
            .map(|offset| Some(wanted(*offset)))
            .collect();
        left.push(filter_record_batch(batch, &kept)?);
    }
    Ok(left)
}

/// The columns that every format had.
fn without_added(batches: &[RecordBatch]) -> anyhow::Result<Vec<RecordBatch>> {
    let mut left = Vec::with_capacity(batches.len());
    for batch in batches {
        let fields = batch.schema_ref().fields();
        let columns: Vec<usize> = (0..fields.len())
            .filter(|column| !schema::ADDED.contains(&fields[*column].name().as_str()))
            .collect();
        left.push(batch.project(&columns)?);
    }
    Ok(left)
}

/// Ids that must be remembered; when the others are forgotten is nobody's affair.
fn remembered(seen: &RecordBatch, watermark: i64) -> anyhow::Result<Rows> {
    let until = seen
        .column_by_name(schema::KEEP_UNTIL)
        .context("no column of times")?
        .as_primitive::<Int64Type>();
    let keep: BooleanArray = until.values().iter().map(|until| Some(*until > watermark)).collect();
    rows(&[filter_record_batch(seen, &keep)?])
}

/// Rows of one schema as bytes, sorted.
fn rows(batches: &[RecordBatch]) -> anyhow::Result<Rows> {
    let mut all = Vec::new();
    for batch in batches {
        let fields = batch
            .schema_ref()
            .fields()
            .iter()
            .map(|field| SortField::new(field.data_type().clone()));
        let converted = RowConverter::new(fields.collect())?.convert_columns(batch.columns())?;
        all.extend(converted.iter().map(|row| row.as_ref().to_vec()));
    }
    all.sort_unstable();
    Ok(all)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, UInt8Array};
    use tanggap_engine::event::schema;

    use super::same_as_kept;

    /// (offset, status, reason) of transitions.
    fn transitions(rows: &[(i64, u8, Option<&str>)]) -> RecordBatch {
        RecordBatch::try_from_iter_with_nullable([
            (
                schema::OFFSET,
                Arc::new(rows.iter().map(|row| Some(row.0)).collect::<Int64Array>()) as ArrayRef,
                false,
            ),
            (
                schema::STATUS,
                Arc::new(rows.iter().map(|row| Some(row.1)).collect::<UInt8Array>()) as ArrayRef,
                false,
            ),
            (
                schema::CLOSE_REASON,
                Arc::new(rows.iter().map(|row| row.2).collect::<StringArray>()) as ArrayRef,
                true,
            ),
        ])
        .unwrap()
    }

    #[test]
    fn rows_of_a_former_format_are_compared_by_the_columns_it_had_and_the_others_by_all() {
        let log = transitions(&[(1, 6, Some("done")), (2, 3, None), (3, 6, Some("asked")), (4, 6, Some("done"))]);
        let same = |rows: &[(i64, u8, Option<&str>)]| same_as_kept(&[transitions(rows)], std::slice::from_ref(&log)).unwrap();
        assert!(same(&[
            (1, 6, Some("done")),
            (2, 3, None),
            (3, 6, Some("asked")),
            (4, 6, Some("done"))
        ]));
        assert!(
            same(&[(1, 6, None), (2, 3, None), (3, 6, None), (4, 6, None)]),
            "all of them are old"
        );
        assert!(same(&[(1, 6, None), (2, 3, None), (3, 6, Some("asked")), (4, 6, Some("done"))]));
        assert!(
            !same(&[(1, 6, None), (2, 4, None), (3, 6, Some("asked")), (4, 6, Some("done"))]),
            "another status"
        );
        assert!(
            !same(&[(1, 6, None), (2, 3, None), (3, 6, Some("asked")), (4, 6, None)]),
            "lost by this version"
        );
        assert!(!same(&[(1, 6, None), (2, 3, None), (3, 6, Some("asked"))]), "a row is not there");
    }
}
