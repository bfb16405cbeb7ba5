//! What a lane's log says to each table of history.

use std::sync::Arc;

use anyhow::Context;
use datafusion::arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::concat_batches;
use datafusion::arrow::datatypes::TimestampMicrosecondType;
use tanggap_connectors::history::{HistoryTable, Part, by_date, outward};
use tanggap_engine::event::schema;
use tanggap_engine::lane::{counted_of, transitions_of};
use tanggap_engine::pane::Kernel;
use tanggap_queries::measures::PaneKernel;

use super::{Stand, Waiting, after, over_after};

/// The number by which a table says how far it has a lane; none while the lane has nothing to say to it.
pub(super) fn position(table: HistoryTable, stand: &Stand) -> Option<i64> {
    match table {
        HistoryTable::Traffic => stand.sight_us,
        _ => Some(stand.seq),
    }
}

/// Rows of a lane for a table that has it up to `from`. `offset_us`: local time less UTC.
///
/// # Errors
/// The rows are none of ours.
pub(super) fn rows_of(
    table: HistoryTable,
    waiting: &Waiting,
    from: i64,
    offset_us: i64,
    kernel: &mut PaneKernel,
) -> anyhow::Result<Vec<Part>> {
    let stand = &waiting.stand;
    let log = || -> anyhow::Result<RecordBatch> {
        let new: Result<Vec<_>, _> = waiting.log.iter().map(|batch| after(batch, from)).collect();
        Ok(concat_batches(&schema::LOG, &new?)?)
    };
    let (rows, time) = match table {
        HistoryTable::Lanes => {
            return Ok(vec![Part {
                date: None,
                rows: lane_row(stand)?,
            }]);
        }
        HistoryTable::Events => (log()?, schema::WATERMARK),
        HistoryTable::Transitions => (transitions_of(&log()?, &stand.channel)?, schema::TIME),
        HistoryTable::Panes => (kernel.sum(&[counted_of(&log()?)?])?, schema::PANE),
        HistoryTable::Traffic => {
            let new: Result<Vec<_>, _> = waiting.over.iter().map(|batch| over_after(batch, from)).collect();
            (concat_batches(&schema::TRAFFIC, &new?)?, schema::LAST_SEEN)
        }
    };
    let rows = outward(table, &rows, &stand.channel, &stand.lane)?;
    let times = rows
        .column_by_name(time)
        .and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>())
        .context("rows of history have a time")?;
    Ok(by_date(&rows, times, offset_us)?)
}

/// Where a lane stands, as a row.
pub(super) fn lane_row(stand: &Stand) -> anyhow::Result<RecordBatch> {
    let text = |text: String| Arc::new(StringArray::from(vec![text])) as ArrayRef;
    let number = |number: Option<i64>| Arc::new(Int64Array::from(vec![number])) as ArrayRef;
    let columns = vec![
        text(stand.lane.clone()),
        number(Some(stand.seq)),
        number(i64::try_from(stand.epoch).ok()),
        number(Some(stand.next_offset)),
        text(stand.input_hash.clone()),
        number(stand.newest_broker_time_us),
        text(serde_json::to_string(&stand.sent)?),
        text(serde_json::to_string(&stand.made_with)?),
    ];
    Ok(RecordBatch::try_new(HistoryTable::Lanes.columns(), columns)?)
}
