//! `GROUP BY` over panes as a plan that is built once from `sql/partial.sql` and run per micro-batch.

use std::sync::{Arc, Mutex};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::concat_batches;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::execution_plan::reset_plan_states;
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::executor::block_on;
use tanggap_engine::event::schema;
use tanggap_engine::pane::{Kernel, KernelError};

use super::slot::{SlotTable, Waiting};
use crate::error::QueryError;

/// The plan, its leaf, and the context it runs in. One per lane: it is used by one thread at a time.
#[derive(Debug)]
pub struct PaneKernel {
    plan: Arc<dyn ExecutionPlan>,
    waiting: Waiting,
    context: Arc<TaskContext>,
}

impl PaneKernel {
    /// Plans the sum once.
    ///
    /// # Errors
    /// [`QueryError`] if the SQL in the crate does not plan, which a test excludes.
    pub fn new() -> Result<Self, QueryError> {
        let waiting: Waiting = Arc::new(Mutex::new(Vec::new()));
        // One partition: a lane's result may not depend on scheduling, and a micro-batch is too small to share out.
        let session = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1));
        let table = SlotTable {
            schema: Arc::clone(&schema::PANES),
            waiting: Arc::clone(&waiting),
        };
        session.register_table("panes", Arc::new(table))?;
        let plan = block_on(async {
            let frame = session.sql(include_str!("../../sql/partial.sql")).await?;
            frame.create_physical_plan().await
        })?;
        Ok(Self {
            plan,
            waiting,
            context: session.task_ctx(),
        })
    }

    fn run(&self, rows: &[RecordBatch]) -> Result<RecordBatch, QueryError> {
        *self.waiting.lock().map_err(|_| QueryError::Poisoned)? = rows.to_vec();
        // Running one plan for ever would grow the metrics in its nodes; fresh nodes cost about a microsecond each.
        let plan = reset_plan_states(Arc::clone(&self.plan))?;
        let batches = block_on(collect(plan, Arc::clone(&self.context)))?;
        let Some(first) = batches.first() else {
            return Ok(RecordBatch::new_empty(Arc::clone(&schema::PANES)));
        };
        let whole = if batches.len() == 1 {
            first.clone()
        } else {
            concat_batches(first.schema_ref(), &batches)?
        };
        Ok(RecordBatch::try_new(Arc::clone(&schema::PANES), whole.columns().to_vec())?)
    }
}

impl Kernel for PaneKernel {
    fn sum(&mut self, rows: &[RecordBatch]) -> Result<RecordBatch, KernelError> {
        self.run(rows).map_err(|error| KernelError(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use datafusion::arrow::array::{Array, AsArray, Int64Array, RecordBatch, TimestampMicrosecondArray, UInt8Array, UInt64Array};
    use datafusion::arrow::datatypes::{Int64Type, TimestampMicrosecondType, UInt8Type, UInt64Type};
    use tanggap_engine::event::schema;
    use tanggap_engine::pane::Kernel;

    use super::PaneKernel;

    type Key = (i64, Option<u64>, Option<i64>, u8);

    fn batch(rows: &[(Key, i64)]) -> RecordBatch {
        RecordBatch::try_new(
            Arc::clone(&schema::PANES),
            vec![
                Arc::new(
                    rows.iter()
                        .map(|row| Some(row.0.0))
                        .collect::<TimestampMicrosecondArray>()
                        .with_timezone("UTC"),
                ),
                Arc::new(rows.iter().map(|row| row.0.1).collect::<UInt64Array>()),
                Arc::new(rows.iter().map(|row| row.0.2).collect::<Int64Array>()),
                Arc::new(rows.iter().map(|row| Some(row.0.3)).collect::<UInt8Array>()),
                Arc::new(rows.iter().map(|row| Some(row.1)).collect::<Int64Array>()),
            ],
        )
        .unwrap()
    }

    fn read(batch: &RecordBatch) -> BTreeMap<Key, i64> {
        let pane = batch.column(0).as_primitive::<TimestampMicrosecondType>();
        let cell = batch.column(1).as_primitive::<UInt64Type>();
        let kelurahan = batch.column(2).as_primitive::<Int64Type>();
        let category = batch.column(3).as_primitive::<UInt8Type>();
        let n = batch.column(4).as_primitive::<Int64Type>();
        let mut counts = BTreeMap::new();
        for row in 0..batch.num_rows() {
            let key = (
                pane.value(row),
                cell.is_valid(row).then(|| cell.value(row)),
                kelurahan.is_valid(row).then(|| kelurahan.value(row)),
                category.value(row),
            );
            assert!(counts.insert(key, n.value(row)).is_none(), "a key comes out once");
        }
        counts
    }

    #[test]
    fn the_plan_sums_like_a_map_run_after_run() {
        let mut kernel = PaneKernel::new().unwrap();
        for round in 0..50_i64 {
            let rows: Vec<(Key, i64)> = (0..500_i64)
                .map(|i| {
                    let cell = (i % 7 != 0).then_some(u64::try_from(i % 11).unwrap());
                    let kelurahan = (i % 5 != 0).then_some(3_171_011_001 + i % 3);
                    (
                        (60_000_000 * (i % 4 + round), cell, kelurahan, u8::try_from(i % 3).unwrap()),
                        1 + i % 2,
                    )
                })
                .collect();
            let mut expected = BTreeMap::new();
            for (key, n) in &rows {
                *expected.entry(*key).or_insert(0) += n;
            }
            let halves = [batch(&rows[..200]), batch(&rows[200..])];
            let summed = kernel.sum(&halves).unwrap();
            assert_eq!(read(&summed), expected);
            // Merging is the same sum: partials of the halves give what the whole gives.
            let parts: Vec<RecordBatch> = halves.iter().map(|half| kernel.sum(std::slice::from_ref(half)).unwrap()).collect();
            assert_eq!(read(&kernel.sum(&parts).unwrap()), expected);
        }
        assert_eq!(kernel.sum(&[]).unwrap().num_rows(), 0);
    }
}
