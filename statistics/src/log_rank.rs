//! Log-rank: do several groups of cases wait equally long? At every closing, how many of each group were to close if the groups were
//! alike, against how many did.
//!
//! In: bags of (duration, closed). Out: χ² with its degrees of freedom and p. It sees differences in one direction; curves that cross
//! it may miss. Source: Mantel 1966, Peto & Peto 1972; the hypergeometric variance, as in R's `survdiff`.

use statrs::function::gamma::checked_gamma_ur;

use super::Durations;
use super::durations::decode;

/// A group whose variance is this share of its expected closings or less is known from the groups before it: what is left is rounding.
const NOTHING_NEW: f64 = 1e-10;

/// What the test says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRank {
    /// The statistic.
    pub chi_squared: f64,
    /// Groups that could be compared, less one.
    pub degrees_of_freedom: u32,
    /// Probability of at least this χ² if the groups were alike.
    pub p: f64,
}

/// Compares the groups. None where there is nothing to compare: fewer than two groups had cases to close when something was closed.
/// Cost: a sort of all cases, and groups² for each time something was closed.
#[must_use]
pub fn log_rank(groups: &[Durations]) -> Option<LogRank> {
    let of_group = |(group, bag): (usize, &Durations)| bag.encoded().iter().map(|&code| (code, group)).collect::<Vec<_>>();
    let mut cases: Vec<(u64, usize)> = groups.iter().enumerate().flat_map(of_group).collect();
    cases.sort_unstable();
    let mut at_risk: Vec<f64> = groups.iter().map(|bag| float(bag.len())).collect();
    let mut all_at_risk = float(cases.len());
    let mut excess = vec![0.0; groups.len()];
    let mut expected = vec![0.0; groups.len()];
    let mut variance = vec![vec![0.0; groups.len()]; groups.len()];
    for tied in cases.chunk_by(|left, right| left.0 >> 1 == right.0 >> 1) {
        let closings = float(tied.iter().filter(|case| decode(case.0).1).count());
        if closings > 0.0 {
            for &(code, group) in tied {
                excess[group] += if decode(code).1 { 1.0 } else { 0.0 };
            }
            for (group, here) in at_risk.iter().enumerate() {
                excess[group] -= closings * here / all_at_risk;
                expected[group] += closings * here / all_at_risk;
            }
            if all_at_risk > 1.0 {
                let scale = closings * (all_at_risk - closings) / (all_at_risk - 1.0);
                add_covariance(&mut variance, &at_risk, all_at_risk, scale);
            }
        }
        for &(_, group) in tied {
            at_risk[group] -= 1.0;
            all_at_risk -= 1.0;
        }
    }
    let (chi_squared, degrees_of_freedom) = quadratic_form(variance, excess, &expected);
    if degrees_of_freedom == 0 {
        return None;
    }
    Some(LogRank {
        chi_squared,
        degrees_of_freedom,
        p: upper_tail(chi_squared, degrees_of_freedom),
    })
}

/// Adds the hypergeometric covariance of how many of each group close at one time.
fn add_covariance(variance: &mut [Vec<f64>], at_risk: &[f64], all: f64, scale: f64) {
    for (row, &here) in at_risk.iter().enumerate() {
        let weight = scale * here / all;
        variance[row][row] += weight;
        for (cell, there) in variance[row].iter_mut().zip(at_risk) {
            *cell -= weight * there / all;
        }
    }
}

/// vᵀ M⁻ v and the rank of M, which must be symmetric and not negative: by elimination, leaving out what depends on the rows before.
/// The groups' numbers sum to 0, so one of them always does.
fn quadratic_form(mut matrix: Vec<Vec<f64>>, mut vector: Vec<f64>, expected: &[f64]) -> (f64, u32) {
    let (mut sum, mut rank) = (0.0, 0);
    for pivot in 0..vector.len() {
        let size = matrix[pivot][pivot];
        if size <= expected[pivot] * NOTHING_NEW {
            continue;
        }
        sum += vector[pivot] * vector[pivot] / size;
        rank += 1;
        let eliminated = matrix[pivot].clone();
        for row in pivot + 1..vector.len() {
            let factor = eliminated[row] / size;
            vector[row] -= factor * vector[pivot];
            for (cell, above) in matrix[row].iter_mut().zip(&eliminated) {
                *cell -= factor * above;
            }
        }
    }
    (sum, rank)
}

fn upper_tail(chi_squared: f64, degrees_of_freedom: u32) -> f64 {
    // The function has no value at 0, where the whole distribution lies above.
    checked_gamma_ur(f64::from(degrees_of_freedom) / 2.0, chi_squared / 2.0).unwrap_or(1.0)
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
#[path = "log_rank_tests.rs"]
mod tests;
