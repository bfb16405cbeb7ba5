//! Whether two lanes that have read the same are the same: every table, every counter, every id.

use anyhow::Context;
use datafusion::arrow::array::{AsArray, BooleanArray, RecordBatch};
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
pub(super) fn differences(one: &LaneRunner, other: &LaneRunner) -> anyhow::Result<Vec<String>> {
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
        same(what, of(&one)? == of(&other)?);
    }
    Ok(differences)
}

/// A table of a lane as sorted rows.
type Rows = Vec<Vec<u8>>;
/// Gives a table of a lane.
type Table = fn(&LaneSnapshot) -> anyhow::Result<Rows>;

fn panes(lane: &LaneSnapshot, kernel: &mut PaneKernel) -> anyhow::Result<Rows> {
    let segments: Vec<RecordBatch> = lane.segments.iter().map(|segment| segment.rows().clone()).collect();
    // Which older ones are still kept depends on how they were merged.
    let oldest = lane.watermark.unwrap_or(i64::MIN).saturating_sub(KEEP_PANES_US);
    rows(&[since(&kernel.sum(&segments)?, schema::PANE, oldest)?])
}

fn tables() -> [(&'static str, Table); 6] {
    [
        ("cases", |lane| rows(&lane.cases)),
        ("signals", |lane| rows(&lane.signals)),
        ("transitions", |lane| rows(&lane.transitions)),
        ("routes", |lane| rows(&lane.routes)),
        ("levels", |lane| rows(&lane.levels)),
        ("traffic", |lane| rows(lane.traffic.as_slice())),
    ]
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
