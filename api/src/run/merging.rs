//! How the tables of several epochs become one, when a lane's files are merged: what nobody needs any more is left out.

use std::collections::HashSet;

use datafusion::arrow::array::{AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::{concat_batches, filter_record_batch};
use datafusion::arrow::datatypes::Int64Type;
use tanggap_connectors::store::{Extent, Merge};
use tanggap_engine::event::schema;
use tanggap_engine::pane::Kernel;
use tanggap_queries::measures::PaneKernel;

use super::durable::table;
use super::history::{Through, after, over_after};
use super::letters;
use super::pile::since;

/// Makes one table of several.
#[derive(Debug)]
pub(super) struct Merging {
    /// Planned at the first merge.
    kernel: Option<PaneKernel>,
    keep_letters: usize,
    /// The epoch that is written.
    pub(super) epoch: u64,
    /// Ids whose time was up by then are forgotten, µs.
    pub(super) swept_us: i64,
    /// Signals and levels before this are forgotten, µs.
    pub(super) kept_from: i64,
    /// What history has of the lane's log.
    pub(super) exported: Option<Through>,
}

impl Merging {
    /// Keeps so many dead letters, the newest ones.
    pub(super) const fn new(keep_letters: usize) -> Self {
        Self {
            kernel: None,
            keep_letters,
            epoch: 0,
            swept_us: i64::MIN,
            kept_from: i64::MIN,
            exported: None,
        }
    }

    fn sum(&mut self, panes: &[RecordBatch]) -> Result<RecordBatch, String> {
        let mut kernel = match self.kernel.take() {
            Some(kernel) => kernel,
            None => PaneKernel::new().map_err(|error| error.to_string())?,
        };
        let sum = kernel.sum(panes).map_err(|error| error.to_string());
        self.kernel = Some(kernel);
        sum
    }
}

impl Merge for Merging {
    fn extent(&self, table: &str) -> Extent {
        match table {
            // Messages of earlier epochs are acknowledged.
            table::OUTBOX | table::TRAFFIC => Extent::Newest,
            table::PANES | table::SEEN | table::DEAD_LETTERS => Extent::Whole,
            _ => Extent::Rows,
        }
    }

    fn merge(&mut self, table: &str, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, String> {
        let Some(first) = batches.first() else { return Ok(batches) };
        let joined = || concat_batches(first.schema_ref(), &batches).map_err(|error| error.to_string());
        let merged = match table {
            table::PANES => self.sum(&batches)?,
            table::SEEN => newest_of_each_key(batches, self.swept_us)?,
            // Also without rows: what an older segment says does not count any more.
            table::TRAFFIC => return Ok(batches),
            table::OUTBOX => of_epoch(&joined()?, self.epoch)?,
            table::DEAD_LETTERS => letters::newest(&joined()?, self.keep_letters),
            table::SIGNALS => since(&joined()?, schema::EVENT_TIME, self.kept_from).map_err(|error| error.to_string())?,
            table::LEVELS => since(&joined()?, schema::TIME, self.kept_from).map_err(|error| error.to_string())?,
            table::LOG | table::OVER => match self.exported {
                Some(through) if table == table::LOG => after(&joined()?, through.seq).map_err(|error| error.to_string())?,
                Some(through) => over_after(&joined()?, through.sight_us).map_err(|error| error.to_string())?,
                None => joined()?,
            },
            _ => joined()?,
        };
        Ok(if merged.num_rows() == 0 { Vec::new() } else { vec![merged] })
    }
}

/// Rows of [`schema::SEEN`] without those that a later row replaces or a sweep has forgotten.
fn newest_of_each_key(mut batches: Vec<RecordBatch>, swept_us: i64) -> Result<RecordBatch, String> {
    let mut replaced: HashSet<&[u8]> = HashSet::new();
    let mut kept = Vec::with_capacity(batches.len());
    for rows in batches.iter().rev() {
        let keys = rows.column(0).as_fixed_size_binary();
        let keep_until = rows.column(3).as_primitive::<Int64Type>();
        let mut keep: Vec<bool> = (0..rows.num_rows())
            .rev()
            .map(|row| replaced.insert(keys.value(row)) && keep_until.value(row) > swept_us)
            .collect();
        keep.reverse();
        kept.push(BooleanArray::from(keep));
    }
    for (rows, keep) in batches.iter_mut().zip(kept.into_iter().rev()) {
        *rows = filter_record_batch(rows, &keep).map_err(|error| error.to_string())?;
    }
    let schema = batches[0].schema();
    concat_batches(&schema, &batches).map_err(|error| error.to_string())
}

/// Rows of an outbox that are of this epoch.
fn of_epoch(rows: &RecordBatch, epoch: u64) -> Result<RecordBatch, String> {
    let epochs = rows.column(0).as_primitive::<Int64Type>();
    let keep: BooleanArray = epochs.values().iter().map(|of| Some(u64::try_from(*of) == Ok(epoch))).collect();
    filter_record_batch(rows, &keep).map_err(|error| error.to_string())
}
