//! How a hotspot came to be: the emerging-hot-spot label of its cells (`statistics/emerging.rs`).
//!
//! The map is every cell with cases of the family in the study period; the steps are twelve slices of half an hour that end at the tick. Gi* of
//! each cell and step is of the cell and its six neighbours; significant is what Benjamini and Hochberg let through over all cells and steps
//! together. A hotspot has the label of that one of its cells whose last step is the hottest, of equal ones the first.
//!
//! It tells new from persistent, and nothing about chance: that is the scan's. With few reports a step a single one may be hot.

use h3o::CellIndex;
use tanggap_engine::time::PANE_US;

use super::atlas::Atlas;
use super::board::Board;
use crate::statistics::{Emerging, GiStep, Neighbours, discoveries, emerging, gi_star};

/// Steps of a series, and how long each is.
const STEPS: usize = 12;
const STEP_US: i64 = 30 * PANE_US;
/// Of the cells and steps that are called out at most this share may be by chance.
const FALSE_SHARE: f64 = 0.05;

/// The series of all cells of a family at a tick.
#[derive(Debug)]
pub(super) struct Series {
    /// Ascending.
    cells: Vec<u64>,
    /// Step by step, all cells together.
    steps: Vec<GiStep>,
}

impl Series {
    /// Of the cases on a board before a tick; none if there are none. Costs a look at each of the last six hours' cases, and some microseconds
    /// a cell.
    pub(super) fn of(board: &Board, atlas: &Atlas, tick_us: i64) -> Option<Self> {
        let cells = board.all_cells(atlas);
        let (starts, lists) = neighbours(&cells);
        let neighbours = Neighbours::new(&starts, &lists)?;
        let mut counts = vec![0.0; STEPS * cells.len()];
        let mut from_us = tick_us;
        for step in (0..STEPS).rev() {
            let to_us = from_us;
            from_us -= STEP_US;
            for case in board.since(from_us).take_while(|case| case.time_us < to_us) {
                if let Ok(at) = cells.binary_search(&atlas.place_at(case.place).cell) {
                    counts[step * cells.len() + at] += 1.0;
                }
            }
        }
        let mut stars = Vec::with_capacity(counts.len());
        for values in counts.chunks_exact(cells.len().max(1)) {
            stars.extend(gi_star(values, neighbours)?);
        }
        let p: Vec<f64> = stars.iter().map(|star| star.p_two_sided()).collect();
        let significant = discoveries(&p, FALSE_SHARE);
        let steps = stars.iter().zip(significant);
        Some(Self {
            steps: steps.map(|(star, significant)| GiStep { z: star.z, significant }).collect(),
            cells,
        })
    }

    /// The label of a hotspot of these cells; none if they show no pattern.
    pub(super) fn label(&self, cells: &[u64]) -> Option<Emerging> {
        let last = (STEPS - 1) * self.cells.len();
        let mut hottest: Option<(usize, f64)> = None;
        for at in cells.iter().filter_map(|cell| self.cells.binary_search(cell).ok()) {
            let z = self.steps[last + at].z;
            if hottest.is_none_or(|(_, hottest)| z > hottest) {
                hottest = Some((at, z));
            }
        }
        let (at, _) = hottest?;
        let series: Vec<GiStep> = self.steps.iter().skip(at).step_by(self.cells.len()).copied().collect();
        emerging(&series)
    }
}

/// The neighbours of each of these cells among them, as [`Neighbours`] wants them.
fn neighbours(cells: &[u64]) -> (Vec<usize>, Vec<usize>) {
    let (mut starts, mut lists) = (vec![0], Vec::new());
    for (own, cell) in cells.iter().enumerate() {
        if let Ok(cell) = CellIndex::try_from(*cell) {
            let around = cell.grid_disk::<Vec<_>>(1).into_iter();
            let mut near: Vec<usize> = around.filter_map(|other| cells.binary_search(&other.into()).ok()).collect();
            near.retain(|other| *other != own);
            near.sort_unstable();
            lists.extend(near);
        }
        starts.push(lists.len());
    }
    (starts, lists)
}

#[cfg(test)]
mod tests {
    use h3o::{CellIndex, LatLng, Resolution};

    use super::super::atlas::Atlas;
    use super::super::board::{Board, Case};
    use super::super::settings::{Rules, WatchSettings};
    use super::{STEP_US, Series, neighbours};
    use crate::statistics::Emerging;

    fn cells() -> Vec<u64> {
        let centre = LatLng::new(-6.2, 106.83).unwrap().to_cell(Resolution::Eight);
        let mut cells: Vec<u64> = centre.grid_disk::<Vec<CellIndex>>(8).into_iter().map(u64::from).collect();
        cells.sort_unstable();
        cells
    }

    /// A map on which every cell has a case before the first step, and the first one so many more in each of these steps.
    fn label(more: [u64; 12]) -> Option<Emerging> {
        let (rules, mut atlas) = (Rules::of(WatchSettings::default()), Atlas::new(8, 2));
        let tick_us = 20_000 * STEP_US;
        let first_us = tick_us - 12 * STEP_US;
        let mut times: Vec<(i64, u64)> = cells().into_iter().map(|cell| (first_us - STEP_US, cell)).collect();
        for (step, count) in (0..).zip(more) {
            times.extend((0..count).map(|_| (first_us + step * STEP_US + STEP_US / 2, cells()[0])));
        }
        let cases: Vec<Case> = (0..)
            .zip(times)
            .map(|(number, (time_us, cell))| Case {
                time_us,
                place: atlas.place(cell, None).unwrap(),
                channel: 0,
                category: 0,
                counted: false,
                reporter: number,
                report: number,
            })
            .collect();
        let mut board = Board::new(&rules);
        board.append(&cases);
        board.advance(tick_us, &rules, &atlas);
        Series::of(&board, &atlas, tick_us)?.label(&cells()[..1])
    }

    #[test]
    fn a_cell_is_called_by_when_it_was_hot() {
        let id = |more| label(more).map_or("none", Emerging::id);
        assert_eq!(id([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]), "new_hot");
        assert_eq!(id([0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9]), "consecutive_hot");
        assert_eq!(id([9; 12]), "persistent_hot");
        assert_eq!(id([0, 9, 0, 0, 9, 9, 0, 0, 0, 0, 0, 9]), "sporadic_hot");
        assert_eq!(id([9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0]), "historical_hot");
        assert_eq!(id([0; 12]), "none");
    }

    #[test]
    fn neighbours_are_mutual_and_no_more_than_six() {
        let cells = cells();
        let (starts, lists) = neighbours(&cells);
        let of = |cell: usize| &lists[starts[cell]..starts[cell + 1]];
        for cell in 0..cells.len() {
            assert!((3..=6).contains(&of(cell).len()));
            assert!(of(cell).iter().all(|other| of(*other).contains(&cell)));
        }
    }

    #[test]
    fn an_empty_board_has_no_labels() {
        let rules = Rules::of(WatchSettings::default());
        let series = Series::of(&Board::new(&rules), &Atlas::new(8, 2), 0);
        assert!(series.is_none_or(|series| series.label(&cells()).is_none()));
    }
}
