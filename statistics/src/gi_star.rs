//! Getis-Ord Gi*: whether the counts of a cell and its neighbours together are higher, or lower, than the whole map lets expect.
//!
//! z = (Σ x − W x̄) / (s √((n W − W²) / (n − 1))), the sum over the cell and its W − 1 neighbours, every weight 1, s with divisor n
//! (Ord & Getis 1995). It tells where counts cluster, not where there are more than usual: a cell that is always busy is hot on
//! every map. Significance over a map of many cells wants [`super::benjamini_hochberg`] over the p.

use super::normal;

/// Who borders whom: the neighbours of cell `i` are `lists[starts[i]..starts[i + 1]]`.
#[derive(Clone, Copy, Debug)]
pub struct Neighbours<'a> {
    starts: &'a [usize],
    lists: &'a [usize],
}

impl<'a> Neighbours<'a> {
    /// Borrows the lists. There is one start more than there are cells, beginning with 0 and ending with the length of `lists`; each
    /// cell's list ascends strictly, and holds neither the cell itself nor what is no cell. None where one of this is broken: a
    /// neighbour named twice would count twice.
    #[must_use]
    pub fn new(starts: &'a [usize], lists: &'a [usize]) -> Option<Self> {
        let cells = starts.len().checked_sub(1)?;
        if starts[0] != 0 || starts[cells] != lists.len() || starts.windows(2).any(|pair| pair[0] > pair[1]) {
            return None;
        }
        let neighbours = Self { starts, lists };
        let sound = |cell: usize| {
            let list = neighbours.of(cell);
            list.windows(2).all(|pair| pair[0] < pair[1]) && list.iter().all(|&other| other < cells && other != cell)
        };
        (0..cells).all(sound).then_some(neighbours)
    }

    /// Number of cells.
    #[must_use]
    pub const fn cells(&self) -> usize {
        self.starts.len() - 1
    }

    fn of(&self, cell: usize) -> &'a [usize] {
        &self.lists[self.starts[cell]..self.starts[cell + 1]]
    }
}

/// What is known of one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GiStar {
    /// Standard normal if counts were laid out by chance; positive is hot, negative cold.
    pub z: f64,
}

impl GiStar {
    /// P(Z ≥ z): small for hot cells.
    #[must_use]
    pub fn p_hot(self) -> f64 {
        normal::upper_tail(self.z)
    }

    /// P(Z ≤ z): small for cold cells.
    #[must_use]
    pub fn p_cold(self) -> f64 {
        normal::upper_tail(-self.z)
    }

    /// P(|Z| ≥ |z|).
    #[must_use]
    pub fn p_two_sided(self) -> f64 {
        normal::two_sided(self.z)
    }
}

/// Gi* of every cell, in the order given. A z is 0 where nothing can be told: all values are equal, or the cell borders every other.
/// None if there are not as many values as cells, or one is not finite. Cost: cells and neighbours, each once.
#[must_use]
pub fn gi_star(values: &[f64], neighbours: Neighbours<'_>) -> Option<Vec<GiStar>> {
    if values.len() != neighbours.cells() || !values.iter().all(|value| value.is_finite()) {
        return None;
    }
    let n = number(values.len());
    let mean = values.iter().sum::<f64>() / n;
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let varied = values.iter().any(|&value| value < high);
    // Where all are equal, the mean may differ from them in the last digit, and that is not a spread.
    let deviation = if varied {
        (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt()
    } else {
        0.0
    };
    let star = |cell: usize| {
        let list = neighbours.of(cell);
        let weight = number(list.len() + 1);
        // Differences from the mean are summed, not values: the same number, with no digits lost where the mean is large.
        let above = values[cell] - mean + list.iter().map(|&other| values[other] - mean).sum::<f64>();
        let spread = deviation * (weight * (n - weight) / (n - 1.0)).sqrt();
        let z = above / spread;
        GiStar {
            z: if z.is_finite() { z } else { 0.0 },
        }
    };
    Some((0..values.len()).map(star).collect())
}

#[expect(clippy::cast_precision_loss, reason = "a map has far fewer than 2^52 cells")]
fn number(cells: usize) -> f64 {
    cells as f64
}

#[cfg(test)]
mod tests {
    use super::{Neighbours, gi_star};
    use crate::hotspot_table::{assert_close, cases, counts, numbers};

    #[test]
    fn every_cell_equals_esda() {
        for case in cases("gi_star") {
            let name = case["name"].as_str().unwrap();
            let values = numbers(&case["values"]);
            let mut starts = vec![0];
            let mut lists = Vec::new();
            for near in case["neighbours"].as_array().unwrap() {
                lists.extend(counts(near).into_iter().map(|cell| usize::try_from(cell).unwrap()));
                starts.push(lists.len());
            }
            let found = gi_star(&values, Neighbours::new(&starts, &lists).unwrap()).unwrap();
            let (z, hot, both) = (numbers(&case["z"]), numbers(&case["p_hot"]), numbers(&case["p_two_sided"]));
            assert_eq!(found.len(), z.len(), "{name}");
            for (cell, star) in found.iter().enumerate() {
                assert_close(star.z, z[cell], name);
                assert_close(star.p_hot(), hot[cell], name);
                assert_close(star.p_cold(), 1.0 - hot[cell], name);
                assert_close(star.p_two_sided(), both[cell], name);
            }
        }
    }

    #[test]
    fn the_five_cells_on_a_line_have_their_printed_values() {
        let line = Neighbours::new(&[0, 1, 3, 5, 7, 8], &[1, 0, 2, 1, 3, 2, 4, 3]).unwrap();
        let stars = gi_star(&[1.0, 2.0, 8.0, 9.0, 1.0], line).unwrap();
        for (star, expected) in stars.iter().zip([-1.244_094, -0.368_621, 1.474_482, 1.244_094, 0.368_621]) {
            assert!((star.z - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn a_flat_map_and_a_map_of_neighbours_only_are_neither_hot_nor_cold() {
        let pair = Neighbours::new(&[0, 1, 2], &[1, 0]).unwrap();
        assert!(gi_star(&[3.0, 9.0], pair).unwrap().iter().all(|star| star.z.abs() < f64::EPSILON));
        let apart = Neighbours::new(&[0, 0, 0, 0], &[]).unwrap();
        let stars = gi_star(&[0.1, 0.1, 0.1], apart).unwrap();
        assert!(stars.iter().all(|star| star.z.abs() < f64::EPSILON), "{stars:?}");
        assert_eq!(gi_star(&[], Neighbours::new(&[0], &[]).unwrap()), Some(vec![]));
    }

    #[test]
    fn lists_that_would_count_a_cell_twice_are_refused() {
        assert!(Neighbours::new(&[], &[]).is_none());
        assert!(Neighbours::new(&[0, 1], &[0]).is_none(), "itself");
        assert!(Neighbours::new(&[0, 2, 2], &[1, 1]).is_none(), "twice");
        assert!(Neighbours::new(&[0, 1, 1], &[2]).is_none(), "no cell");
        assert!(Neighbours::new(&[0, 2, 1], &[1]).is_none(), "falling starts");
        let pair = Neighbours::new(&[0, 1, 2], &[1, 0]).unwrap();
        assert_eq!(gi_star(&[1.0], pair), None);
        assert_eq!(gi_star(&[1.0, f64::NAN], pair), None);
    }
}
