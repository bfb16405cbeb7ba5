//! A log-linear Poisson fit with a dispersion of its own, by iteratively reweighted least squares: ln mean = intercept + slope time.
//!
//! In: counts, their times and prior weights. Out: the mean at time 0 and what is needed to doubt it. One covariate at most, so every
//! step is a weighted line and no matrix is needed (`McCullagh` & Nelder 1989, section 2.5).

/// Steps at most; a sound series needs five to ten.
const MOST_STEPS: u32 = 50;
/// A step that moves no log mean further than this was the last.
const SETTLED: f64 = 1e-10;

/// A fit.
#[derive(Clone, Debug)]
pub(super) struct QuasiPoisson {
    /// Mean at time 0.
    pub(super) mean: f64,
    /// Variance of ln mean at time 0, at dispersion 1.
    pub(super) ln_variance: f64,
    /// Change of ln mean a unit of time; 0 where no trend was asked for.
    pub(super) slope: f64,
    /// Variance of the slope, at dispersion 1.
    pub(super) slope_variance: f64,
    /// Pearson's: Σ weight (count − fitted)² / fitted, by degrees of freedom.
    pub(super) dispersion: f64,
    /// Mean at every time given.
    pub(super) fitted: Vec<f64>,
    /// How far each count pulls its own fitted mean, 0 to 1.
    pub(super) leverage: Vec<f64>,
}

/// The line through one step's working values.
struct Line {
    intercept: f64,
    slope: f64,
    middle: f64,
    weight: f64,
    slope_variance: f64,
}

impl QuasiPoisson {
    /// Fits counts at `times` with prior `weights` above 0, all three equally long; for a trend, at more than one time. None if no more counts than coefficients are there,
    /// if all are 0, or if the steps do not settle: the likeliest trend may be infinitely steep.
    pub(super) fn fit(counts: &[f64], times: &[f64], weights: &[f64], trend: bool) -> Option<Self> {
        let spent = if trend { 2 } else { 1 };
        if counts.len() <= spent || !counts.iter().any(|&count| count > 0.0) {
            return None;
        }
        // Where R begins too: at the counts, moved off 0.
        let mut fitted: Vec<f64> = counts.iter().map(|count| count + 0.1).collect();
        for _ in 0..MOST_STEPS {
            let line = step(counts, times, weights, &fitted, trend);
            let mut moved = 0.0_f64;
            for (mean, time) in fitted.iter_mut().zip(times) {
                let next = (line.intercept + line.slope * time).exp();
                moved = moved.max((next / *mean).ln().abs());
                *mean = next;
            }
            if !fitted.iter().all(|mean| mean.is_finite() && *mean > 0.0) {
                return None;
            }
            if moved < SETTLED {
                return Some(Self::settled(counts, times, weights, fitted, trend));
            }
        }
        None
    }

    fn settled(counts: &[f64], times: &[f64], weights: &[f64], fitted: Vec<f64>, trend: bool) -> Self {
        let line = step(counts, times, weights, &fitted, trend);
        let spread = |time: f64| 1.0 / line.weight + (time - line.middle).powi(2) * line.slope_variance;
        let mut pearson = 0.0;
        let mut leverage = Vec::with_capacity(fitted.len());
        for (i, mean) in fitted.iter().enumerate() {
            pearson += weights[i] * (counts[i] - mean).powi(2) / mean;
            leverage.push(weights[i] * mean * spread(times[i]));
        }
        let freedom = counts.len() - if trend { 2 } else { 1 };
        #[expect(clippy::cast_precision_loss, reason = "a history has some hundred weeks")]
        let dispersion = pearson / freedom as f64;
        Self {
            mean: line.intercept.exp(),
            ln_variance: spread(0.0),
            slope: line.slope,
            slope_variance: line.slope_variance,
            dispersion,
            fitted,
            leverage,
        }
    }
}

/// Weighted least squares of the working values ln mean + (count − mean) / mean, with weights weight × mean.
fn step(counts: &[f64], times: &[f64], weights: &[f64], fitted: &[f64], trend: bool) -> Line {
    let working = |i: usize| (weights[i] * fitted[i], fitted[i].ln() + (counts[i] - fitted[i]) / fitted[i]);
    let (mut weight, mut time_sum, mut value_sum) = (0.0, 0.0, 0.0);
    for (i, time) in times.iter().enumerate() {
        let (w, value) = working(i);
        weight += w;
        time_sum += w * time;
        value_sum += w * value;
    }
    let (middle, level) = (time_sum / weight, value_sum / weight);
    // Both sums are about the middle: weeks are counted from one that lies years away, and squares of that would lose digits.
    let (mut squares, mut products) = (0.0, 0.0);
    if trend {
        for (i, time) in times.iter().enumerate() {
            let (w, value) = working(i);
            squares += w * (time - middle).powi(2);
            products += w * (time - middle) * (value - level);
        }
    }
    let (slope, slope_variance) = if trend { (products / squares, 1.0 / squares) } else { (0.0, 0.0) };
    Line {
        intercept: level - slope * middle,
        slope,
        middle,
        weight,
        slope_variance,
    }
}

#[cfg(test)]
mod tests {
    use super::QuasiPoisson;

    #[test]
    fn without_a_trend_the_fit_is_the_weighted_mean() {
        let fit = QuasiPoisson::fit(&[1.0, 4.0, 7.0, 0.0], &[0.0; 4], &[1.0, 1.0, 2.0, 1.0], false).unwrap();
        assert!((fit.mean - 19.0 / 5.0).abs() < 1e-12);
        assert!((fit.ln_variance - 1.0 / 19.0).abs() < 1e-12);
        assert!((fit.leverage.iter().sum::<f64>() - 1.0).abs() < 1e-12, "one coefficient");
    }

    #[test]
    fn counts_that_double_every_step_are_fitted_exactly() {
        let times = [-4.0, -3.0, -2.0, -1.0];
        let fit = QuasiPoisson::fit(&[1.0, 2.0, 4.0, 8.0], &times, &[1.0; 4], true).unwrap();
        assert!((fit.mean - 16.0).abs() < 1e-9);
        assert!((fit.slope - 2.0_f64.ln()).abs() < 1e-12 && fit.dispersion < 1e-12);
        assert!((fit.leverage.iter().sum::<f64>() - 2.0).abs() < 1e-9, "two coefficients");
    }

    #[test]
    fn at_the_fit_the_residuals_are_orthogonal_to_time() {
        let counts = [3.0, 0.0, 5.0, 9.0, 2.0, 11.0];
        let times = [-9.0, -7.0, -6.0, -4.0, -3.0, -1.0];
        let weights = [1.0, 0.5, 1.5, 0.2, 1.0, 1.3];
        let fit = QuasiPoisson::fit(&counts, &times, &weights, true).unwrap();
        let residual = |i: usize| weights[i] * (counts[i] - fit.fitted[i]);
        let sums = (0..6).fold((0.0, 0.0), |sums, i| (sums.0 + residual(i), sums.1 + residual(i) * times[i]));
        assert!(sums.0.abs() < 1e-9 && sums.1.abs() < 1e-9, "{sums:?}");
    }

    #[test]
    fn what_has_no_finite_fit_is_refused() {
        assert!(QuasiPoisson::fit(&[0.0; 5], &[0.0; 5], &[1.0; 5], false).is_none());
        assert!(QuasiPoisson::fit(&[1.0, 2.0], &[0.0, 1.0], &[1.0; 2], true).is_none());
        assert!(
            QuasiPoisson::fit(&[1.0, 2.0, 3.0], &[5.0; 3], &[1.0; 3], true).is_none(),
            "one time only"
        );
        assert!(
            QuasiPoisson::fit(&[0.0, 0.0, 9.0], &[0.0, 1.0, 2.0], &[1.0; 3], true).is_none(),
            "infinitely steep"
        );
    }
}
