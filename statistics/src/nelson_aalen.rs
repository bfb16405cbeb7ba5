//! Nelson-Aalen: how many times over a case would have been closed by time t if it could be closed again and again; the sum of the
//! closings by who could still be closed.
//!
//! In: a Kaplan-Meier curve, which holds the counts. Out: the cumulative hazard and its standard error. Closings at the same time
//! count together (d / n, as Breslow counts them), so that over all cases the hazard each has lived through sums to the number of
//! closings: the sum [`super::CaseMix`] stands on. Source: Nelson 1972, Aalen 1978; variance after Klein 1991.

use super::Curve;

/// One rise of the cumulative hazard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HazardStep {
    /// When, in the unit of the durations.
    pub time: f64,
    /// Cumulative hazard just after.
    pub hazard: f64,
    /// Its variance: Σ d (n − d) / n³, with n at risk and d closed.
    pub variance: f64,
}

/// A cumulative hazard: 0 at time 0, rising at each [`HazardStep`], flat after the last one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hazard {
    steps: Vec<HazardStep>,
}

impl Hazard {
    /// The cumulative hazard of the cases behind a curve.
    #[must_use]
    pub fn of(curve: &Curve) -> Self {
        let mut hazard = 0.0;
        let mut variance = 0.0;
        let rise = |step: &super::Step| {
            let (at_risk, closed) = (float(step.at_risk), float(step.closed));
            hazard += closed / at_risk;
            variance += closed * (at_risk - closed) / at_risk.powi(3);
            HazardStep {
                time: step.time,
                hazard,
                variance,
            }
        };
        Self {
            steps: curve.steps().iter().map(rise).collect(),
        }
    }

    /// Every rise, by time.
    #[must_use]
    pub fn steps(&self) -> &[HazardStep] {
        &self.steps
    }

    /// Cumulative hazard after `time` (a rise at `time` itself has happened).
    #[must_use]
    pub fn at(&self, time: f64) -> f64 {
        self.last(time).map_or(0.0, |step| step.hazard)
    }

    /// Standard error of the cumulative hazard after `time`.
    #[must_use]
    pub fn standard_error(&self, time: f64) -> f64 {
        self.last(time).map_or(0.0, |step| step.variance.sqrt())
    }

    fn last(&self, time: f64) -> Option<&HazardStep> {
        let risen = self.steps.partition_point(|step| step.time <= time);
        self.steps[..risen].last()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
#[path = "nelson_aalen_tests.rs"]
mod tests;
