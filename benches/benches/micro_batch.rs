//! Question: what does one micro-batch of the GROUP BY cost, planned once, against planning it each time and against a plain map?
//!
//! The design's figures (2 cores): planning 450 µs; a prebuilt plan 25 to 30 µs + 43 ns a row at 8,192 rows; a map 61 ns a row.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;

use datafusion::arrow::array::{AsArray, Int64Array, RecordBatch, TimestampMicrosecondArray, UInt8Array, UInt64Array};
use datafusion::arrow::datatypes::{Int64Type, TimestampMicrosecondType, UInt8Type, UInt64Type};
use tanggap_benches::{nanoseconds, report};
use tanggap_engine::event::schema;
use tanggap_engine::pane::Kernel;
use tanggap_engine::time::PANE_US;
use tanggap_queries::measures::PaneKernel;

/// Rows over 15 panes, 3,000 cells and 12 categories, by a fixed congruential sequence.
fn rows(count: usize) -> RecordBatch {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let (mut pane, mut cell, mut kelurahan, mut category) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..count {
        let place = next(3_000);
        pane.push(i64::try_from(next(15)).unwrap_or(0) * PANE_US);
        cell.push(0x0898_c107_0000_0000 + place);
        kelurahan.push(3_171_011_001 + i64::try_from(place % 267).unwrap_or(0));
        category.push(u8::try_from(next(12)).unwrap_or(0));
    }
    RecordBatch::try_new(
        Arc::clone(&schema::PANES),
        vec![
            Arc::new(TimestampMicrosecondArray::from(pane).with_timezone("UTC")),
            Arc::new(UInt64Array::from(cell)),
            Arc::new(Int64Array::from(kelurahan)),
            Arc::new(UInt8Array::from(category)),
            Arc::new(Int64Array::from(vec![1; count])),
        ],
    )
    .expect("the columns are of the schema")
}

fn map(batch: &RecordBatch) -> usize {
    let pane = batch.column(0).as_primitive::<TimestampMicrosecondType>().values();
    let cell = batch.column(1).as_primitive::<UInt64Type>().values();
    let kelurahan = batch.column(2).as_primitive::<Int64Type>().values();
    let category = batch.column(3).as_primitive::<UInt8Type>().values();
    let n = batch.column(4).as_primitive::<Int64Type>().values();
    let mut counts: HashMap<(i64, u64, i64, u8), i64> = HashMap::new();
    for row in 0..batch.num_rows() {
        *counts.entry((pane[row], cell[row], kelurahan[row], category[row])).or_default() += n[row];
    }
    counts.len()
}

fn main() {
    let mut kernel = PaneKernel::new().expect("the SQL of the crate plans");
    let planning = nanoseconds(50, 1, || {
        black_box(PaneKernel::new().expect("the SQL of the crate plans"));
    });
    let small = rows(1);
    let fixed = nanoseconds(2_000, 1, || {
        black_box(kernel.sum(std::slice::from_ref(&small)).expect("the plan runs"));
    });
    report("a prebuilt plan, one row", fixed / 1e3, "planning it anew", planning / 1e3, "µs");
    for count in [1_024, 8_192] {
        let batch = rows(count);
        let plan = nanoseconds(300, count, || {
            black_box(kernel.sum(std::slice::from_ref(&batch)).expect("the plan runs"));
        });
        let rival = nanoseconds(300, count, || {
            black_box(map(&batch));
        });
        report(
            &format!("a prebuilt plan, {count} rows"),
            plan,
            "std HashMap, same rows",
            rival,
            "ns/row",
        );
    }
}
