//! Whether a probability means what it says. Enters: scores of texts the model was not trained on, and their labels; leaves: the
//! temperature the scores are divided by (Guo, Pleiss, Sun, Weinberger 2017), the threshold below which the model abstains, and how
//! reliable the probabilities are ([`Reliability`]).

use super::figure::real;
use super::linear::softmax;
use super::meanings::Meanings;

/// Bins of the expected calibration error.
const BINS: usize = 10;
/// ln of the smallest and largest temperature looked at.
const SEARCH: (f64, f64) = (-4.0, 4.0);
/// Texts that must be answered before their precision is believed.
const LEAST_ANSWERED: usize = 10;

/// How far probabilities can be believed, measured on texts the model was not trained on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reliability {
    /// Texts it was measured on.
    pub texts: u64,
    /// Share whose most probable label is the right one.
    pub accuracy: f64,
    /// Mean over the texts of the summed squared difference between the probabilities and the truth, from 0 (sure and right) to 2
    /// (Brier 1950).
    pub brier: f64,
    /// Mean difference between the probability of the most probable label and how often it is right, in ten bins of equal width, open
    /// below, weighed by their texts.
    pub calibration_error: f64,
    /// Share of the texts that are answered at the model's threshold.
    pub answered: f64,
    /// Share of these whose label is the right one; 0 where none is answered.
    pub precision: f64,
}

impl Reliability {
    /// Measures probabilities (one list a text, in the order of the labels' numbers) at a threshold.
    pub(super) fn measure(probabilities: &[Vec<f64>], labels: &[usize], threshold: f64) -> Self {
        let texts = real(probabilities.len().max(1));
        let (mut right, mut squares) = (0_usize, 0.0);
        let (mut answered, mut answered_right) = (0_usize, 0_usize);
        let mut bins = [(0_usize, 0.0_f64); BINS];
        for (own, label) in probabilities.iter().zip(labels) {
            let (top, confidence) = most_probable(own);
            let hit = usize::from(top == *label);
            right += hit;
            if confidence >= threshold {
                answered += 1;
                answered_right += hit;
            }
            for (other, probability) in own.iter().enumerate() {
                squares += (probability - f64::from(u8::from(other == *label))).powi(2);
            }
            // The bin's sum of confidence less hits: what is left over is the error.
            let bin = (1..BINS).take_while(|bin| confidence > real(*bin) / real(BINS)).count();
            bins[bin].0 += 1;
            bins[bin].1 += confidence - real(hit);
        }
        Self {
            texts: probabilities.len() as u64,
            accuracy: real(right) / texts,
            brier: squares / texts,
            calibration_error: bins.iter().map(|(_, excess)| excess.abs()).sum::<f64>() / texts,
            answered: real(answered) / texts,
            precision: real(answered_right) / real(answered.max(1)),
        }
    }
}

/// The most probable label and its probability; of equal ones the first.
pub(super) fn most_probable(probabilities: &[f64]) -> (usize, f64) {
    let mut best = (0, f64::NEG_INFINITY);
    for (label, probability) in probabilities.iter().enumerate() {
        if *probability > best.1 {
            best = (label, *probability);
        }
    }
    best
}

/// Probabilities of scores at a temperature.
pub(super) fn probabilities(scores: &[f64], temperature: f64) -> Vec<f64> {
    let mut probabilities: Vec<f64> = scores.iter().map(|score| score / temperature).collect();
    softmax(&mut probabilities);
    probabilities
}

/// The temperature at which the labels are most likely. The loss has one valley in ln T, as it is convex in 1/T: golden section.
pub(super) fn temperature(scores: &[Vec<f64>], labels: &[usize], meanings: &Meanings) -> f64 {
    let loss = |ln_temperature: f64| -> f64 {
        let temperature = ln_temperature.exp();
        let one = |(own, label): (&Vec<f64>, &usize)| -meanings.sum(*label, &probabilities(own, temperature)).max(f64::MIN_POSITIVE).ln();
        scores.iter().zip(labels).map(one).sum()
    };
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = SEARCH;
    let (mut left, mut right) = (high - golden * (high - low), low + golden * (high - low));
    let (mut at_left, mut at_right) = (loss(left), loss(right));
    while high - low > 1e-4 {
        if at_left <= at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - golden * (high - low);
            at_left = loss(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + golden * (high - low);
            at_right = loss(right);
        }
    }
    f64::midpoint(low, high).exp()
}

/// The smallest probability such that of the texts at least that sure, this share is right; 1 where no probability gives it.
pub(super) fn threshold(probabilities: &[Vec<f64>], labels: &[usize], precision: f64) -> f64 {
    let mut answers: Vec<(f64, usize)> = probabilities
        .iter()
        .zip(labels)
        .map(|(own, label)| {
            let (top, confidence) = most_probable(own);
            (confidence, usize::from(top == *label))
        })
        .collect();
    answers.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (mut answered, mut right, mut threshold) = (0, 0, 1.0);
    for same in answers.chunk_by(|one, other| one.0.total_cmp(&other.0).is_eq()) {
        answered += same.len();
        right += same.iter().map(|(_, hit)| hit).sum::<usize>();
        if answered >= LEAST_ANSWERED && real(right) >= precision * real(answered) {
            threshold = same[0].0;
        }
    }
    threshold
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::{Meanings, Reliability, probabilities, temperature, threshold};

    #[derive(Deserialize)]
    struct Expected {
        reliability: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        scores: Vec<Vec<f64>>,
        labels: Vec<usize>,
        temperature: f64,
        accuracy: f64,
        brier: f64,
        calibration_error: f64,
    }

    #[test]
    fn temperature_and_errors_are_those_of_scipy_and_scikit_learn() {
        let table = include_str!("../../../tests/oracle/text_expected.json");
        for case in serde_json::from_str::<Expected>(table).unwrap().reliability {
            let own = temperature(&case.scores, &case.labels, &Meanings::apart(case.scores[0].len()));
            assert!(
                (own / case.temperature - 1.0).abs() < 1e-3,
                "{}: {own}, expected {}",
                case.name,
                case.temperature
            );
            let given: Vec<Vec<f64>> = case.scores.iter().map(|scores| probabilities(scores, case.temperature)).collect();
            let measured = Reliability::measure(&given, &case.labels, 0.0);
            for (what, own, expected) in [
                ("accuracy", measured.accuracy, case.accuracy),
                ("brier", measured.brier, case.brier),
                ("calibration error", measured.calibration_error, case.calibration_error),
            ] {
                assert!((own - expected).abs() < 1e-9, "{}: {what} {own}, expected {expected}", case.name);
            }
        }
    }

    #[test]
    fn the_threshold_is_the_least_sure_answer_that_keeps_the_precision() {
        // Twenty sure and right ones, then one wrong and one right at 0.7, then ten wrong at 0.6.
        let mut given = vec![vec![0.9, 0.1]; 20];
        let mut labels = vec![0; 20];
        given.extend(vec![vec![0.7, 0.3]; 2]);
        labels.extend([1, 0]);
        given.extend(vec![vec![0.6, 0.4]; 10]);
        labels.extend([1; 10]);
        let exactly = |precision: f64| threshold(&given, &labels, precision).to_bits();
        assert_eq!(exactly(1.0), 0.9_f64.to_bits());
        assert_eq!(exactly(0.95), 0.7_f64.to_bits());
        assert_eq!(exactly(0.6), 0.6_f64.to_bits());
        let measured = Reliability::measure(&given, &labels, 0.7);
        assert!((measured.answered - 22.0 / 32.0).abs() < 1e-12);
        assert!((measured.precision - 21.0 / 22.0).abs() < 1e-12);
    }

    #[test]
    fn too_few_answers_are_no_reason_to_answer() {
        assert_eq!(threshold(&vec![vec![0.9, 0.1]; 9], &[0; 9], 0.5).to_bits(), 1.0_f64.to_bits());
        assert_eq!(threshold(&[], &[], 0.5).to_bits(), 1.0_f64.to_bits());
    }
}
