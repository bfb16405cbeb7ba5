//! Cumulative incidence: the share of cases that ended in a given way by time t, with the open ones counted as long as they have
//! waited. Not ours, duplicate and withdrawn are neither successes nor plain censoring: whoever ended so can no longer be resolved.
//!
//! In: a bag of (duration, kind of end). Out: per kind the share ended by t and its standard error, and the share still open; the
//! shares and the open one sum to 1 at every t. Source: Aalen & Johansen 1978.

use std::collections::BTreeSet;

use super::Ends;
use super::ends::{decode, same_time};

/// One rise of the curve of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rise {
    /// When, in seconds.
    pub time: f64,
    /// How these cases ended.
    pub kind: u8,
    /// Cases that had waited at least this long.
    pub at_risk: usize,
    /// Cases that ended so at this time.
    pub ended: usize,
    /// Share of all cases that ended so by now.
    pub incidence: f64,
    /// Share still open just after all ends of this time.
    pub open: f64,
}

/// The curves of every kind: 0 at time 0, rising at each [`Rise`], flat after the last one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Incidence {
    rises: Vec<Rise>,
    cases: usize,
}

/// Share of cases that ended in one way, and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EndedShare {
    /// 0 to 1.
    pub share: f64,
    /// By the delta method, see [`Incidence::ended`].
    pub standard_error: f64,
}

impl Incidence {
    /// The curves of a bag of cases; sorts the bag.
    #[must_use]
    pub fn of(ends: &mut Ends) -> Self {
        let codes = ends.sorted();
        let cases = codes.len();
        let mut rises: Vec<Rise> = Vec::new();
        let mut incidence = [0.0; 256];
        let mut open = 1.0;
        let mut gone = 0;
        for tied in codes.chunk_by(|&left, &right| same_time(left, right)) {
            let at_risk = cases - gone;
            gone += tied.len();
            let first = rises.len();
            let mut left = at_risk;
            for alike in tied.chunk_by(|left, right| left == right) {
                let (time, kind) = decode(alike[0]);
                if kind == Ends::OPEN {
                    continue;
                }
                let ended = alike.len();
                left -= ended;
                incidence[usize::from(kind)] += open * float(ended) / float(at_risk);
                rises.push(Rise {
                    time,
                    kind,
                    at_risk,
                    ended,
                    incidence: incidence[usize::from(kind)],
                    open,
                });
            }
            if left < at_risk {
                open *= float(left) / float(at_risk);
            }
            for rise in &mut rises[first..] {
                rise.open = open;
            }
        }
        Self { rises, cases }
    }

    /// Number of cases behind the curves.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// Every rise, by time, then kind.
    #[must_use]
    pub fn rises(&self) -> &[Rise] {
        &self.rises
    }

    /// The kinds of end that occur, ascending.
    #[must_use]
    pub fn kinds(&self) -> Vec<u8> {
        let kinds: BTreeSet<u8> = self.rises.iter().map(|rise| rise.kind).collect();
        kinds.into_iter().collect()
    }

    /// Share still open after `time` (what ended at `time` itself has ended): Kaplan-Meier's curve of all ends together.
    #[must_use]
    pub fn open(&self, time: f64) -> f64 {
        self.until(time).last().map_or(1.0, |rise| rise.open)
    }

    /// Share that ended by `kind` up to and including `time`, with its standard error; 0 for a kind that does not occur. Cost:
    /// O(rises).
    ///
    /// Variance: the delta method with Greenwood's binomial variances (Marubini & Valsecchi 1995; Collett 2003), as lifelines and
    /// statsmodels have it, and equal to the infinitesimal jackknife. With n at risk, d of them ended, k of these by this kind, G open
    /// just before and F the share just after, over the times up to t:
    ///
    /// ```text
    /// Σ (F(t) − F)² d / (n (n − d)) + G² k (n − k) / n³ − 2 (F(t) − F) G k / n²
    /// ```
    #[must_use]
    pub fn ended(&self, kind: u8, time: f64) -> EndedShare {
        let rises = self.until(time);
        let latest = rises.iter().rev().find(|rise| rise.kind == kind);
        let share = latest.map_or(0.0, |rise| rise.incidence);
        let mut variance = 0.0;
        let mut so_far = 0.0;
        let mut open = 1.0;
        for tied in rises.chunk_by(|left, right| left.time.to_bits() == right.time.to_bits()) {
            let at_risk = float(tied[0].at_risk);
            let all = float(tied.iter().map(|rise| rise.ended).sum());
            let mut own = 0.0;
            if let Some(rise) = tied.iter().find(|rise| rise.kind == kind) {
                own = float(rise.ended);
                so_far = rise.incidence;
            }
            let ahead = share - so_far;
            // Where everybody left, nothing lies ahead.
            if all < at_risk {
                variance += ahead * ahead * all / (at_risk * (at_risk - all));
            }
            variance += open * open * own * (at_risk - own) / at_risk.powi(3) - 2.0 * ahead * open * own / (at_risk * at_risk);
            open = tied[0].open;
        }
        EndedShare {
            share,
            standard_error: variance.max(0.0).sqrt(),
        }
    }

    fn until(&self, time: f64) -> &[Rise] {
        &self.rises[..self.rises.partition_point(|rise| rise.time <= time)]
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
#[path = "competing_tests.rs"]
mod tests;
