//! Sliding windows against the plainest way to count them: every row into each of its fifteen windows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch, TimestampMicrosecondArray, UInt8Array, UInt64Array};
use proptest::prelude::*;
use tanggap_engine::event::{Category, schema};
use tanggap_engine::pane::SlidingWindows;
use tanggap_engine::time::PANE_US;

type Row = (i64, Option<u64>, Option<i64>, u8, i64);

fn batch(rows: &[Row]) -> RecordBatch {
    RecordBatch::try_new(
        Arc::clone(&schema::PANES),
        vec![
            Arc::new(
                rows.iter()
                    .map(|row| Some(row.0 * PANE_US))
                    .collect::<TimestampMicrosecondArray>()
                    .with_timezone("UTC"),
            ),
            Arc::new(rows.iter().map(|row| row.1).collect::<UInt64Array>()),
            Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>()),
            Arc::new(rows.iter().map(|row| Some(row.3)).collect::<UInt8Array>()),
            Arc::new(rows.iter().map(|row| Some(row.4)).collect::<Int64Array>()),
        ],
    )
    .unwrap()
}

prop_compose! {
    fn row()(
        pane in 0_i64..90,
        cell in prop::option::weighted(0.9, 0_u64..6),
        kelurahan in prop::option::of(1_i64..4),
        category in 0_u8..3,
        n in 1_i64..3,
    ) -> Row {
        (pane, cell, kelurahan, category, n)
    }
}

proptest! {
    #[test]
    fn every_window_is_what_counting_by_hand_gives(rows in prop::collection::vec(row(), 0..80), cut in 0_usize..80, k in 1_usize..6) {
        let mut cells: BTreeMap<i64, BTreeMap<(u64, u8), i64>> = BTreeMap::new();
        let mut kelurahan: BTreeMap<i64, BTreeMap<i64, i64>> = BTreeMap::new();
        for (pane, cell, code, category, n) in &rows {
            let Some(cell) = cell else { continue };
            for end in pane + 1..=pane + 15 {
                *cells.entry(end).or_default().entry((*cell, *category)).or_default() += n;
                if let Some(code) = code {
                    *kelurahan.entry(end).or_default().entry(*code).or_default() += n;
                }
            }
        }
        let cut = cut.min(rows.len());
        let mut windows = SlidingWindows::new(&[batch(&rows[..cut]), batch(&rows[cut..])]);
        for (end, counts) in &cells {
            prop_assert_eq!(windows.advance(), Some(end * PANE_US));
            let mut expected: Vec<_> = counts.iter().collect();
            expected.sort_by_key(|((cell, category), n)| (-**n, *cell, Category::from_number(*category).unwrap().id()));
            expected.truncate(k);
            let top: Vec<_> = windows.top(k).iter().map(|count| ((count.cell, count.category), count.n)).collect();
            prop_assert_eq!(top, expected.into_iter().map(|(key, n)| (*key, *n)).collect::<Vec<_>>());
            let counted: BTreeMap<i64, i64> = windows.kelurahan().iter().map(|count| (count.kelurahan, count.n)).collect();
            prop_assert_eq!(counted, kelurahan.get(end).cloned().unwrap_or_default());
        }
        prop_assert_eq!(windows.advance(), None);
    }
}
