//! The heat of one window as the map takes it: count and surprise per numbered cell, straight from segments.

use std::collections::{BTreeMap, HashMap, HashSet};

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{TimestampMicrosecondType, UInt8Type, UInt64Type};
use tanggap_engine::event::{Category, Kind, schema};
use tanggap_engine::time::PANE_US;
use tanggap_queries::named::surprise;
use tanggap_queries::tables::CitySnapshot;

use super::Grid;
use super::baseline::{Baseline, scan};
use crate::disclosure::Disclosure;
use crate::time::Window;

/// Count and ten times the surprise of a cell.
pub(super) type CellHeat = (i64, i32);

/// The heat of one window.
#[derive(Clone, Debug, Default)]
pub(super) struct Heat {
    /// Cells with reports, by number.
    pub(super) cells: BTreeMap<u32, CellHeat>,
}

impl Heat {
    /// Counts, as they may be told: cells of too few different reporters are left out.
    pub(super) fn count(
        snapshot: &CitySnapshot,
        grid: &Grid,
        window: Window,
        category: Option<Category>,
        baseline: &Baseline,
        disclosure: Disclosure,
    ) -> Self {
        // By number, which is the order of cells elsewhere too.
        let mut counts: BTreeMap<u32, i64> = BTreeMap::new();
        let mut parts: BTreeMap<(u32, u8), i64> = BTreeMap::new();
        let mut city = 0;
        scan(snapshot, category, window.start_us, window.end_us, |counted| {
            city += counted.n;
            if let Some(number) = grid.number(counted.cell) {
                *counts.entry(number).or_default() += counted.n;
                *parts.entry((number, counted.category)).or_default() += counted.n;
            }
        });
        let told = told(&counts, &parts, grid, disclosure, || {
            let enough = usize::try_from(disclosure.rounded_to()).unwrap_or(usize::MAX);
            witnesses(snapshot, grid, window, category, enough)
        });
        let expectation = baseline.expectation(window, city, grid, disclosure);
        let heat = |(number, n): (u32, i64)| {
            let (past, same) = baseline.past(number, disclosure);
            (number, (n, tenths(surprise(n, expectation.of(past, same)))))
        };
        Self {
            cells: told.into_iter().filter(|(_, n)| *n > 0).map(heat).collect(),
        }
    }

    /// What changed since `before`; a count of 0 clears a cell.
    pub(super) fn since(&self, before: &Self) -> Vec<(u32, CellHeat)> {
        let changed = self.cells.iter().filter(|(number, heat)| before.cells.get(number) != Some(heat));
        let gone = before.cells.keys().filter(|number| !self.cells.contains_key(number));
        changed
            .map(|(number, heat)| (*number, *heat))
            .chain(gone.map(|number| (*number, (0, 0))))
            .collect()
    }
}

/// Counts of cells as they may be told, beside those of their categories, which `/v1/cells` tells too.
fn told(
    counts: &BTreeMap<u32, i64>,
    parts: &BTreeMap<(u32, u8), i64>,
    grid: &Grid,
    disclosure: Disclosure,
    witnesses: impl FnOnce() -> Witnesses,
) -> Vec<(u32, i64)> {
    if disclosure.exact() {
        return counts.iter().map(|(number, n)| (*number, *n)).collect();
    }
    let witnesses = witnesses();
    let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let kelurahan = |number: u32| grid.at(number).map(|cell| cell.kelurahan);
    let apart = disclosure.apart(parts.iter().map(|(part, n)| {
        let reporters = witnesses.get(part).map_or(0, HashSet::len);
        ((kelurahan(part.0), part.1), *n, whole(reporters))
    }));
    let mut sums: HashMap<u32, i64> = HashMap::new();
    for ((number, _), n) in parts.keys().zip(apart) {
        *sums.entry(*number).or_default() += n.unwrap_or(0);
    }
    let mut people: HashMap<u32, HashSet<u64>> = HashMap::new();
    for ((number, _), reporters) in &witnesses {
        people.entry(*number).or_default().extend(reporters);
    }
    let own = disclosure.apart(counts.iter().map(|(number, n)| {
        let reporters = people.get(number).map_or(0, HashSet::len);
        (kelurahan(*number), *n, whole(reporters))
    }));
    let sum = |number: &u32| sums.get(number).copied().unwrap_or(0);
    let cells = counts.keys().zip(own);
    cells
        .filter_map(|(number, own)| Some((*number, disclosure.whole(own, sum(number))?)))
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast saturates, and a surprise is a square root of a count"
)]
fn tenths(z: f64) -> i32 {
    (z * 10.0).round() as i32
}

/// Different reporters by cell and category.
type Witnesses = HashMap<(u32, u8), HashSet<u64>>;

/// Different reporters of each cell and category in the window, no more than `enough` of them.
fn witnesses(snapshot: &CitySnapshot, grid: &Grid, window: Window, category: Option<Category>, enough: usize) -> Witnesses {
    let mut witnesses = Witnesses::new();
    for batch in snapshot.lanes.values().flat_map(|lane| lane.cases.iter().chain(&lane.signals)) {
        note(batch, grid, window, category, enough, &mut witnesses);
    }
    witnesses
}

fn note(batch: &RecordBatch, grid: &Grid, window: Window, category: Option<Category>, enough: usize, witnesses: &mut Witnesses) {
    let column = |name: &str| batch.column_by_name(name);
    let (Some(times), Some(cells), Some(categories)) = (column(schema::EVENT_TIME), column(schema::CELL), column(schema::CATEGORY)) else {
        return;
    };
    let (Some(kinds), Some(reporters), Some(late)) = (column(schema::KIND), column(schema::REPORTER), column(schema::LATE)) else {
        return;
    };
    let times = times.as_primitive::<TimestampMicrosecondType>();
    let (cells, reporters) = (cells.as_primitive::<UInt64Type>(), reporters.as_primitive::<UInt64Type>());
    let (categories, kinds) = (categories.as_primitive::<UInt8Type>(), kinds.as_primitive::<UInt8Type>());
    let late = late.as_boolean();
    for row in 0..batch.num_rows() {
        let time = times.value(row);
        let counted = time >= window.start_us
            && time < window.end_us
            && category.is_none_or(|category| category as u8 == categories.value(row))
            && !late.value(row)
            && (kinds.is_null(row) || kinds.value(row) != Kind::Duty as u8);
        if !counted || cells.is_null(row) {
            continue;
        }
        let Some(number) = grid.number(cells.value(row)) else { continue };
        let known = witnesses.entry((number, categories.value(row))).or_default();
        if known.len() < enough {
            known.insert(reporters.value(row));
        }
    }
}

/// Reports of the last hour and of the last five minutes before `end_us`, of the whole city, unlocated ones included.
pub(super) fn totals(snapshot: &CitySnapshot, category: Option<Category>, end_us: i64) -> (i64, i64) {
    let (hour, moment) = (end_us - 60 * PANE_US, end_us - 5 * PANE_US);
    let mut totals = (0, 0);
    for segment in snapshot.lanes.values().flat_map(|lane| &lane.segments) {
        if segment.panes().1 < hour || segment.panes().0 >= end_us {
            continue;
        }
        let rows = segment.rows();
        let panes = rows.column(0).as_primitive::<TimestampMicrosecondType>();
        let categories = rows.column(3).as_primitive::<UInt8Type>();
        let counts = rows.column(4).as_primitive::<datafusion::arrow::datatypes::Int64Type>();
        for row in 0..rows.num_rows() {
            let pane = panes.value(row);
            if pane < hour || pane >= end_us || category.is_some_and(|category| category as u8 != categories.value(row)) {
                continue;
            }
            totals.0 += counts.value(row);
            if pane >= moment {
                totals.1 += counts.value(row);
            }
        }
    }
    totals
}
