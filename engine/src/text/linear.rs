//! Multinomial logistic regression: the least mean over the rows of −ln softmax(W x)\[label\], plus l2/2 · ‖W‖², the bias being a
//! column like the others. A row's loss may weigh more where its label is rare ([`Descent::balance`]).
//!
//! Stochastic gradient descent with the step 1 / (l2 · (t₀ + t)) (Shalev-Shwartz, Singer, Srebro 2007; t₀ after Bottou 2012), which
//! converges to the one optimum there is. The order of the rows is shuffled by seed, one thread adds in one order, so the same rows
//! give the same weights. W is kept as scale · V: shrinking all weights is then one multiplication.

use super::dice::Dice;
use super::features::Row;
use super::figure::real;
use super::meanings::Meanings;

/// How to descend.
#[derive(Clone, Copy, Debug)]
pub(super) struct Descent {
    /// Weight of the penalty; above 0.
    pub(super) l2: f64,
    /// Times every row is seen.
    pub(super) epochs: usize,
    /// How much more a row of a rare label weighs: by one over the label's rows to this power, the mean over the rows being 1. 0 weighs
    /// all rows alike, 1 all labels alike.
    pub(super) balance: f64,
    /// Seed of the order.
    pub(super) seed: u64,
}

/// Weights by column, then label.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Weights {
    pub(super) labels: usize,
    pub(super) values: Vec<f64>,
}

/// Below this the scale is multiplied into the weights, as what is divided by it grows.
const LEAST_SCALE: f64 = 1e-6;

impl Weights {
    /// The weights for rows of `columns` columns and what they are said to be, numbers of `meanings`.
    pub(super) fn train(rows: &[(&Row, usize)], meanings: &Meanings, columns: usize, descent: &Descent) -> Self {
        let labels = meanings.labels.len();
        let mut weights = Self {
            labels,
            values: vec![0.0; columns * labels],
        };
        let importance = importance(rows, meanings.said(), descent.balance);
        // The loss of a row curves by at most half its squared length times its weight: the first step is the longest that is safe for all.
        let curve = |(row, label): &(&Row, usize)| squared_length(row) * importance[*label];
        let longest = rows.iter().map(curve).fold(1e-12, f64::max);
        let mut time = (longest / (2.0 * descent.l2)).max(2.0);
        let mut scale = 1.0;
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let mut dice = Dice::new(descent.seed);
        let mut pull = vec![0.0; labels];
        for _ in 0..descent.epochs {
            dice.shuffle(&mut order);
            for place in &order {
                let (row, label) = rows[*place];
                weights.score(row, scale, &mut pull);
                softmax(&mut pull);
                meanings.pull(label, &mut pull);
                let step = 1.0 / (descent.l2 * time);
                time += 1.0;
                scale *= 1.0 - step * descent.l2;
                weights.add(row, -step * importance[label] / scale, &pull);
                if scale < LEAST_SCALE {
                    weights.multiply(scale);
                    scale = 1.0;
                }
            }
        }
        weights.multiply(scale);
        weights
    }

    /// The score of each label for a row.
    pub(super) fn scores(&self, row: &[(u32, f64)]) -> Vec<f64> {
        let mut scores = vec![0.0; self.labels];
        self.score(row, 1.0, &mut scores);
        scores
    }

    fn score(&self, row: &[(u32, f64)], scale: f64, scores: &mut [f64]) {
        scores.fill(0.0);
        for (column, value) in row {
            let first = *column as usize * self.labels;
            for (score, weight) in scores.iter_mut().zip(&self.values[first..first + self.labels]) {
                *score += value * weight;
            }
        }
        for score in scores {
            *score *= scale;
        }
    }

    fn add(&mut self, row: &[(u32, f64)], factor: f64, pull: &[f64]) {
        for (column, value) in row {
            let first = *column as usize * self.labels;
            let factor = factor * value;
            for (weight, pull) in self.values[first..first + self.labels].iter_mut().zip(pull) {
                *weight += factor * pull;
            }
        }
    }

    fn multiply(&mut self, factor: f64) {
        for weight in &mut self.values {
            *weight *= factor;
        }
    }
}

/// Scores to probabilities, in place.
pub(super) fn softmax(scores: &mut [f64]) {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - most).exp();
        sum += *score;
    }
    for score in scores {
        *score /= sum;
    }
}

/// The penalty for this many rows, where one row's loss weighs `cost` times half the squared weights.
pub(super) fn penalty(cost: f64, rows: usize) -> f64 {
    1.0 / (cost * real(rows.max(1)))
}

/// What a row of each label weighs; 1 in the mean over the rows, so that the penalty keeps its meaning.
fn importance(rows: &[(&Row, usize)], labels: usize, balance: f64) -> Vec<f64> {
    let mut of_label = vec![0_usize; labels];
    for (_, label) in rows {
        of_label[*label] += 1;
    }
    let mut importance: Vec<f64> = of_label.iter().map(|rows| real((*rows).max(1)).powf(-balance)).collect();
    let sum: f64 = of_label.iter().zip(&importance).map(|(rows, one)| real(*rows) * one).sum();
    for one in &mut importance {
        *one *= real(rows.len().max(1)) / sum.max(f64::MIN_POSITIVE);
    }
    importance
}

fn squared_length(row: &[(u32, f64)]) -> f64 {
    row.iter().map(|(_, value)| value * value).sum()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::super::features::Row;
    use super::{Descent, Meanings, Weights, importance, softmax};
    use crate::text::figure::real;

    #[derive(Deserialize)]
    struct Expected {
        linear: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        rows: Vec<Vec<(u32, f64)>>,
        labels: Vec<usize>,
        classes: usize,
        columns: usize,
        l2: f64,
        objective: f64,
        probabilities: Vec<Vec<f64>>,
    }

    fn cases() -> Vec<Case> {
        let table = include_str!("../../../tests/oracle/text_expected.json");
        serde_json::from_str::<Expected>(table).unwrap().linear
    }

    fn trained(case: &Case, epochs: usize, seed: u64) -> Weights {
        let rows: Vec<(&Row, usize)> = case.rows.iter().zip(case.labels.iter().copied()).collect();
        let descent = Descent {
            l2: case.l2,
            epochs,
            balance: 0.0,
            seed,
        };
        Weights::train(&rows, &Meanings::apart(case.classes), case.columns, &descent)
    }

    fn objective(weights: &Weights, case: &Case) -> f64 {
        let mut loss = 0.0;
        for (row, label) in case.rows.iter().zip(&case.labels) {
            let mut scores = weights.scores(row);
            softmax(&mut scores);
            loss -= scores[*label].ln();
        }
        let squares: f64 = weights.values.iter().map(|weight| weight * weight).sum();
        loss / real(case.rows.len()) + case.l2 / 2.0 * squares
    }

    #[test]
    fn the_descent_ends_at_the_optimum_scikit_learn_finds() {
        for case in cases() {
            let weights = trained(&case, 2_000, 1);
            let own = objective(&weights, &case);
            assert!(
                (own - case.objective).abs() < 1e-3,
                "{}: {own}, expected {}",
                case.name,
                case.objective
            );
            for (row, expected) in case.rows.iter().zip(&case.probabilities) {
                let mut own = weights.scores(row);
                softmax(&mut own);
                for (one, other) in own.iter().zip(expected) {
                    assert!((one - other).abs() < 0.01, "{}: {own:?}, expected {expected:?}", case.name);
                }
            }
        }
    }

    #[test]
    fn rows_of_a_rare_label_weigh_more_and_all_rows_one_in_the_mean() {
        let row = Row::new();
        let rows: Vec<(&Row, usize)> = [0, 0, 0, 0, 1].map(|label| (&row, label)).to_vec();
        assert_eq!(importance(&rows, 2, 0.0), [1.0, 1.0]);
        let half = importance(&rows, 2, 0.5);
        assert!((half[1] / half[0] - 2.0).abs() < 1e-12, "{half:?}");
        assert!((4.0 * half[0] + half[1] - 5.0).abs() < 1e-12, "{half:?}");
    }

    #[test]
    fn the_same_rows_and_seed_give_the_same_weights_and_another_seed_others() {
        let case = &cases()[0];
        assert_eq!(trained(case, 3, 1), trained(case, 3, 1));
        assert_ne!(trained(case, 3, 1), trained(case, 3, 2));
    }
}
