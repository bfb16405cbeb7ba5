//! Kaplan-Meier: the share of cases still waiting after t, with the open ones counted as long as they have waited.
//!
//! In: a bag of (duration, closed). Out: the curve, its quantiles, and the restricted mean, which is the mean wait within the
//! first `tau` and is finite even where nothing was ever closed. Competing ends (duplicate, not ours) are not told apart
//! here: they are censored by the caller. Source: Kaplan & Meier 1958; variance of the restricted mean after Greenwood.

use super::Durations;

/// Survival this close above a wanted share counts as having reached it. 0.5 as a product of fractions is often
/// 0.5000000000000001, and a median must not jump a whole step for that; every real step is far larger.
pub(super) const REACHED: f64 = 1e-9;

/// One fall of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// When, in the unit of the durations.
    pub time: f64,
    /// Cases that had waited at least this long.
    pub at_risk: usize,
    /// Cases closed at this time.
    pub closed: usize,
    /// Share still waiting just after.
    pub survival: f64,
}

/// A survival curve: 1 at time 0, falling at each [`Step`], flat after the last one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    steps: Vec<Step>,
    cases: usize,
}

/// The restricted mean and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RestrictedMean {
    /// Area under the curve from 0 to `tau`.
    pub mean: f64,
    /// Greenwood standard error; 0 where nothing varies (nothing closed before `tau`, or everything at once).
    pub standard_error: f64,
}

impl Curve {
    /// The curve of a bag of durations; sorts the bag.
    #[must_use]
    pub fn of(durations: &mut Durations) -> Self {
        let cases = durations.len();
        Self::of_sorted(cases, durations.sorted())
    }

    /// The curve of this many (duration, closed), which must come by duration, of equal ones the closed first.
    #[must_use]
    pub fn of_sorted(cases: usize, sorted: impl Iterator<Item = (f64, bool)>) -> Self {
        let mut steps: Vec<Step> = Vec::new();
        let mut survival = 1.0;
        let mut pending = Step {
            time: f64::NAN,
            at_risk: 0,
            closed: 0,
            survival,
        };
        for (gone, (time, closed)) in sorted.enumerate() {
            // Closed cases come first at equal times, so a step is complete as soon as anything else follows.
            if pending.closed > 0 && !(closed && time.to_bits() == pending.time.to_bits()) {
                survival *= share(pending.at_risk - pending.closed, pending.at_risk);
                steps.push(Step { survival, ..pending });
                pending.closed = 0;
            }
            if closed {
                if pending.closed == 0 {
                    pending = Step {
                        time,
                        at_risk: cases - gone,
                        closed: 0,
                        survival,
                    };
                }
                pending.closed += 1;
            }
        }
        if pending.closed > 0 {
            survival *= share(pending.at_risk - pending.closed, pending.at_risk);
            steps.push(Step { survival, ..pending });
        }
        Self { steps, cases }
    }

    /// Number of cases behind the curve.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// Every fall, by time.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Share still waiting after `time` (a fall at `time` itself has happened).
    #[must_use]
    pub fn survival(&self, time: f64) -> f64 {
        let fallen = self.steps.partition_point(|step| step.time <= time);
        fallen.checked_sub(1).map_or(1.0, |last| self.steps[last].survival)
    }

    /// Smallest time by which a share `q` has been closed: the first t with S(t) ≤ 1 − q, to within 1e-9. None where the curve
    /// never falls that far, which is an answer: so many are still open.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let waiting = 1.0 - q + REACHED;
        let reached = self.steps.partition_point(|step| step.survival > waiting);
        self.steps.get(reached).map(|step| step.time)
    }

    /// Of the cases still waiting after `open`: the smallest time from there on by which a share `q` of them has been closed, to within 1e-9:
    /// the first t with S(open + t) / S(open) ≤ 1 − q. None where the curve never falls that far, or nobody waits so long.
    #[must_use]
    pub fn remaining(&self, open: f64, q: f64) -> Option<f64> {
        let left = self.survival(open);
        // All closed: what is left of 1 after as many steps is no share of anybody.
        if left <= REACHED {
            return None;
        }
        let waiting = (1.0 - q + REACHED) * left;
        let reached = self.steps.partition_point(|step| step.survival > waiting);
        self.steps.get(reached).map(|step| (step.time - open).max(0.0))
    }

    /// Mean wait within the first `tau`: a case that took longer counts as `tau`. Past the last observation the curve is taken as
    /// flat. None for an empty curve, or if `tau` is not a positive finite number.
    ///
    /// Variance: Σ over the falls before `tau` of (area under the curve from the fall to `tau`)² · d / (n (n − d)), with n at risk
    /// and d closed there.
    #[must_use]
    pub fn restricted_mean(&self, tau: f64) -> Option<RestrictedMean> {
        if self.cases == 0 || !tau.is_finite() || tau <= 0.0 {
            return None;
        }
        let within = self.steps.partition_point(|step| step.time < tau);
        let steps = &self.steps[..within];
        let mut area = 0.0;
        let mut variance = 0.0;
        let mut until = tau;
        for step in steps.iter().rev() {
            area += step.survival * (until - step.time);
            until = step.time;
            let left = step.at_risk - step.closed;
            if left > 0 {
                variance += area * area * share(step.closed, step.at_risk) / float(left);
            }
        }
        Some(RestrictedMean {
            mean: area + until,
            standard_error: variance.sqrt(),
        })
    }
}

fn share(part: usize, whole: usize) -> f64 {
    float(part) / float(whole)
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
#[path = "kaplan_meier_tests.rs"]
mod tests;
