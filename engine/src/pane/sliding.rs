//! Windows as runs of panes: every 15-minute window that ends at a whole minute, the counts of its cells and kelurahan.
//!
//! ```text
//! pane     |12:00|12:01|  …  |12:14|12:15|
//! window   [12:00 ……………………… 12:15)              ends 12:15
//! window         [12:01 ………………………  12:16)        ends 12:16
//! ```
//!
//! Enters: rows of [`crate::event::schema::PANES`] of all lanes, in any order, merged or not. Leaves: one window after the
//! other, by its end. A pane's counts are added when the window reaches it and taken away when it leaves, so a window costs what
//! changes and what it holds, not fifteen panes.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType, UInt8Type, UInt64Type};
use hashbrown::HashMap;

use crate::time::PANE_US;

/// Panes of a window: 15 minutes.
pub const WINDOW_PANES: i64 = 15;

/// Count of a (cell, category) in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellCount {
    /// H3 index.
    pub cell: u64,
    /// [`crate::event::Category`] as its number.
    pub category: u8,
    /// Reports, each id once.
    pub n: i64,
}

/// Count of a kelurahan in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KelurahanCount {
    /// Integer code.
    pub kelurahan: i64,
    /// Reports, each id once.
    pub n: i64,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    pane: i64,
    cell: u64,
    kelurahan: i64,
    n: i64,
    category: u8,
}

type Counts<K> = HashMap<K, i64, foldhash::fast::FixedState>;

/// Slides a window over panes.
#[derive(Debug)]
pub struct SlidingWindows {
    rows: Vec<Row>,
    /// Windows' end, µs; the window in `cells` and `kelurahan` ends there.
    end: i64,
    /// Rows before this one are in the window or past it; rows before `tail` have left it.
    head: usize,
    tail: usize,
    cells: Counts<(u64, u8)>,
    kelurahan: Counts<i64>,
}

/// Stands for "in no kelurahan" inside the rows; no code is negative.
const NOWHERE: i64 = -1;

impl SlidingWindows {
    /// Takes the panes of all lanes. Rows without a cell are in no window.
    #[must_use]
    pub fn new(panes: &[RecordBatch]) -> Self {
        let mut rows = Vec::with_capacity(panes.iter().map(RecordBatch::num_rows).sum());
        for batch in panes {
            let pane = batch.column(0).as_primitive::<TimestampMicrosecondType>();
            let cell = batch.column(1).as_primitive::<UInt64Type>();
            let kelurahan = batch.column(2).as_primitive::<Int64Type>();
            let category = batch.column(3).as_primitive::<UInt8Type>();
            let n = batch.column(4).as_primitive::<Int64Type>();
            for row in (0..batch.num_rows()).filter(|row| cell.is_valid(*row)) {
                rows.push(Row {
                    pane: pane.value(row),
                    cell: cell.value(row),
                    kelurahan: if kelurahan.is_valid(row) { kelurahan.value(row) } else { NOWHERE },
                    n: n.value(row),
                    category: category.value(row),
                });
            }
        }
        rows.sort_unstable_by_key(|row| row.pane);
        Self {
            rows,
            end: i64::MIN,
            head: 0,
            tail: 0,
            cells: Counts::default(),
            kelurahan: Counts::default(),
        }
    }

    /// Moves to the next window that holds a row, and gives its end (exclusive, µs UTC); `None` after the last.
    pub fn advance(&mut self) -> Option<i64> {
        let next = if self.cells.is_empty() {
            self.rows.get(self.head)?.pane + PANE_US
        } else {
            self.end + PANE_US
        };
        self.end = next;
        while let Some(row) = self.rows.get(self.head).filter(|row| row.pane < next) {
            *self.cells.entry((row.cell, row.category)).or_default() += row.n;
            if row.kelurahan != NOWHERE {
                *self.kelurahan.entry(row.kelurahan).or_default() += row.n;
            }
            self.head += 1;
        }
        while let Some(row) = self.rows.get(self.tail).filter(|row| row.pane < next - WINDOW_PANES * PANE_US) {
            take(&mut self.cells, (row.cell, row.category), row.n);
            if row.kelurahan != NOWHERE {
                take(&mut self.kelurahan, row.kelurahan, row.n);
            }
            self.tail += 1;
        }
        // The last panes may just have left: then the next row, if any, starts a window of its own.
        if self.cells.is_empty() { self.advance() } else { Some(next) }
    }

    /// The top `k` of the window: n descending, cell ascending, category id ascending (by its text).
    #[must_use]
    pub fn top(&self, k: usize) -> Vec<CellCount> {
        let mut top: Vec<CellCount> = Vec::with_capacity(k + 1);
        for ((cell, category), n) in &self.cells {
            let candidate = CellCount {
                cell: *cell,
                category: *category,
                n: *n,
            };
            if top.len() == k && top.last().is_some_and(|last| rank(last) <= rank(&candidate)) {
                continue;
            }
            let position = top.partition_point(|other| rank(other) < rank(&candidate));
            top.insert(position, candidate);
            top.truncate(k);
        }
        top
    }

    /// Every kelurahan of the window, by code.
    #[must_use]
    pub fn kelurahan(&self) -> Vec<KelurahanCount> {
        let mut counts: Vec<KelurahanCount> = self
            .kelurahan
            .iter()
            .map(|(kelurahan, n)| KelurahanCount {
                kelurahan: *kelurahan,
                n: *n,
            })
            .collect();
        counts.sort_unstable_by_key(|count| count.kelurahan);
        counts
    }
}

fn rank(count: &CellCount) -> (i64, u64, &'static str) {
    let category = crate::event::Category::from_number(count.category).map_or("", crate::event::Category::id);
    (-count.n, count.cell, category)
}

fn take<K: std::hash::Hash + Eq>(counts: &mut Counts<K>, key: K, n: i64) {
    if let hashbrown::hash_map::Entry::Occupied(mut entry) = counts.entry(key) {
        *entry.get_mut() -= n;
        if *entry.get() == 0 {
            entry.remove();
        }
    }
}
