//! What was counted before a window, per cell of the grid: the history the heat of the live stream is held against. It is
//! the formula of `sql/cells.sql`, counted without SQL because it is wanted four times a second.

use std::collections::HashMap;

use datafusion::arrow::array::Array;
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::{Int64Type, TimestampMicrosecondType, UInt8Type, UInt64Type};
use tanggap_engine::event::Category;
use tanggap_queries::named::{Expectation, History};
use tanggap_queries::tables::CitySnapshot;

use super::Grid;
use crate::disclosure::Disclosure;
use crate::time::Window;

/// Reports of one pane and cell.
pub(super) struct Counted {
    pub(super) pane: i64,
    pub(super) cell: u64,
    pub(super) category: u8,
    pub(super) n: i64,
}

/// Calls `take` with every located count of a category (none = all) whose pane lies in `[from_us, to_us)`.
pub(super) fn scan(snapshot: &CitySnapshot, category: Option<Category>, from_us: i64, to_us: i64, mut take: impl FnMut(&Counted)) {
    for segment in snapshot.lanes.values().flat_map(|lane| &lane.segments) {
        let (first, last) = segment.panes();
        if last < from_us || first >= to_us {
            continue;
        }
        let rows = segment.rows();
        let panes = rows.column(0).as_primitive::<TimestampMicrosecondType>();
        let cells = rows.column(1).as_primitive::<UInt64Type>();
        let categories = rows.column(3).as_primitive::<UInt8Type>();
        let counts = rows.column(4).as_primitive::<Int64Type>();
        for row in 0..rows.num_rows() {
            let pane = panes.value(row);
            let wanted = category.is_none_or(|category| category as u8 == categories.value(row));
            if wanted && pane >= from_us && pane < to_us && cells.is_valid(row) {
                take(&Counted {
                    pane,
                    cell: cells.value(row),
                    category: categories.value(row),
                    n: counts.value(row),
                });
            }
        }
    }
}

/// History of every cell before one window.
#[derive(Clone, Debug)]
pub(super) struct Baseline {
    start_us: i64,
    history: History,
    /// (reports in the history, of them in the same hours of the week), by number of the cell.
    past: HashMap<u32, (i64, i64)>,
    city: i64,
}

impl Baseline {
    pub(super) fn before(snapshot: &CitySnapshot, grid: &Grid, window: Window, category: Option<Category>) -> Self {
        let history = History::before(window.start_us, snapshot);
        let window_us = window.end_us - window.start_us;
        let mut past: HashMap<u32, (i64, i64)> = HashMap::new();
        let mut city = 0;
        scan(snapshot, category, window.start_us - history.us, window.start_us, |counted| {
            city += counted.n;
            let Some(number) = grid.number(counted.cell) else { return };
            let entry = past.entry(number).or_default();
            entry.0 += counted.n;
            if history.same_hours(window.start_us - counted.pane, window_us) {
                entry.1 += counted.n;
            }
        });
        Self {
            start_us: window.start_us,
            history,
            past,
            city,
        }
    }

    /// Whether it was made for this window.
    pub(super) fn fits(&self, window: Window) -> bool {
        self.start_us == window.start_us
    }

    /// The expectation of a window with `n` reports in the city, and what it takes per cell.
    pub(super) fn expectation(&self, window: Window, n: i64, grid: &Grid, disclosure: Disclosure) -> Expectation {
        let reports = disclosure.rounded(self.city + n);
        Expectation::new(window.end_us - window.start_us, self.history, reports, grid.places())
    }

    /// What a cell had before, as far as it may be told.
    pub(super) fn past(&self, number: u32, disclosure: Disclosure) -> (i64, i64) {
        let (past, same) = self.past.get(&number).copied().unwrap_or_default();
        (disclosure.rounded(past), disclosure.rounded(same))
    }
}
