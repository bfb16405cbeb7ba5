//! What is said of each unit of a level: first of each alone, then of each beside the others.

use std::sync::atomic::{AtomicUsize, Ordering};

use tanggap_engine::case::End;

use super::book::Book;
use super::row::{CaseMixed, EndCounts, InTime, Ranking, RankingRule};
use crate::named::Level;
use crate::statistics::{
    Adjustment, END_KINDS, Estimate, RestrictedMean, Standing, Tier, WaitQuantiles, WaitScratch, WaitTimes, Waits, clopper_pearson,
    control_limits, standings,
};

const HOUR_S: f64 = 3_600.0;
/// The end of a case for a unit that handed it over, beside those of [`End`].
pub(super) const HANDED_OVER: u8 = 6;

/// The waits of a level as they stood at one moment, of the complaints filed in one window.
pub(super) trait Shelves: Sync {
    /// Room that is used again from one unit to the next.
    type Scratch: Default;

    /// Code and name of each unit, by code.
    fn units(&self) -> &[(String, String)];

    /// How many waits a unit has, or thereabouts.
    fn size(&self, unit: usize) -> usize;

    /// What is said of a unit's times until resolved, with the horizon `tau_s`, and until the first response.
    fn times(&self, unit: usize, tau_s: f64, scratch: &mut Self::Scratch) -> (WaitTimes, WaitQuantiles);

    /// The units beside what all together do with their kinds of complaints.
    fn adjust(&self, tau_s: f64) -> Option<Adjustment>;
}

/// A book over the complaints filed after a moment, µs since epoch UTC.
pub(super) struct Window<'a> {
    pub(super) book: &'a Book,
    pub(super) since_us: i64,
}

impl Shelves for Window<'_> {
    type Scratch = WaitScratch;

    fn units(&self) -> &[(String, String)] {
        &self.book.units
    }

    fn size(&self, unit: usize) -> usize {
        self.book.resolution.get(unit).map_or(0, Waits::len)
    }

    fn times(&self, unit: usize, tau_s: f64, scratch: &mut WaitScratch) -> (WaitTimes, WaitQuantiles) {
        let resolution = self
            .book
            .resolution
            .get(unit)
            .map(|waits| waits.times(self.since_us, tau_s, scratch));
        let response = self.book.response.get(unit).map(|waits| waits.quantiles(self.since_us, scratch));
        (resolution.unwrap_or_default(), response.unwrap_or_default())
    }

    fn adjust(&self, tau_s: f64) -> Option<Adjustment> {
        self.book.mixed.adjust(self.book.units.len(), self.since_us, tau_s)
    }
}

/// The table of a level, by code.
pub(super) fn table<S: Shelves>(shelves: &S, level: Level, rule: &RankingRule) -> Vec<Ranking> {
    let tau_s = rule.tau_h * HOUR_S;
    // Each takes the next unit that nobody has taken, the largest first.
    let mut units: Vec<usize> = (0..shelves.units().len()).collect();
    units.sort_by_key(|unit| std::cmp::Reverse(shelves.size(*unit)));
    let next = AtomicUsize::new(0);
    let measure = || -> Vec<Measured> {
        let mut scratch = S::Scratch::default();
        let taken = std::iter::from_fn(|| units.get(next.fetch_add(1, Ordering::Relaxed)));
        let measured = taken.map(|unit| Measured::of(shelves, *unit, tau_s, &mut scratch));
        measured.filter(|unit| unit.row.n > 0).collect()
    };
    // Two threads at most: one question may not take every core from the lanes.
    let (mut measured, mix) = std::thread::scope(|scope| {
        let first = scope.spawn(measure);
        let mix = shelves.adjust(tau_s);
        let mut measured = measure();
        // A thread that panics has said so; the table is then of the others.
        measured.append(&mut first.join().unwrap_or_default());
        (measured, mix)
    });
    measured.sort_by(|one, other| one.row.code.cmp(&other.row.code));
    let estimates: Vec<(u64, Option<Estimate>)> = measured.iter().map(Measured::estimate).collect();
    let standings = std::thread::scope(|scope| {
        let standings = scope.spawn(|| standings(&estimates, rule.tau_h, rule.tiers));
        if let Some(mix) = &mix {
            for unit in &mut measured {
                unit.beside(mix);
            }
        }
        funnel(&mut measured);
        // Without their places the rows would say something else.
        standings.join().unwrap_or_default()
    });
    let pairs = measured.into_iter().zip(standings);
    pairs.map(|(unit, standing)| placed(unit, &standing, level)).collect()
}

/// A unit with what places are made of.
struct Measured {
    unit: usize,
    row: Ranking,
    /// Restricted mean until resolved, seconds.
    own: Option<RestrictedMean>,
    part: u64,
    whole: u64,
}

impl Measured {
    fn of<S: Shelves>(shelves: &S, unit: usize, tau_s: f64, scratch: &mut S::Scratch) -> Self {
        let (resolution, response) = shelves.times(unit, tau_s, scratch);
        let hours = |seconds: Option<f64>| seconds.map(|seconds| seconds / HOUR_S);
        let (ends, open) = counted(&resolution.ends);
        let (part, whole) = resolution.in_time;
        let (code, name) = &shelves.units()[unit];
        let row = Ranking {
            level: Level::Kelurahan,
            code: code.clone(),
            name: name.clone(),
            n: resolution.cases,
            open,
            ends,
            median_first_response_h: hours(response.median),
            p90_first_response_h: hours(response.p90),
            median_resolution_h: hours(resolution.quantiles.median),
            p90_resolution_h: hours(resolution.quantiles.p90),
            rmst_resolution_h: hours(resolution.restricted.map(|restricted| restricted.mean)),
            rmst_standard_error_h: hours(resolution.restricted.map(|restricted| restricted.standard_error)),
            lower: None,
            upper: None,
            rank: None,
            rank_lo: None,
            rank_hi: None,
            tier: Tier::NotEnoughData.id(),
            shrunken_resolution_h: None,
            reliability: None,
            p_slowest_tenth: None,
            resolved_share: resolution.resolved_share,
            otherwise_share: resolution.otherwise_share,
            in_time: None,
            mixed: None,
            closed_first_response_p50_s: response.closed_median,
            closed_first_response_p90_s: response.closed_p90,
            closed_resolution_p50_s: resolution.quantiles.closed_median,
            closed_resolution_p90_s: resolution.quantiles.closed_p90,
            closed_resolution_mean_s: resolution.closed_mean,
        };
        Self {
            unit,
            row,
            own: resolution.restricted,
            part,
            whole,
        }
    }

    /// What its place is made of, hours.
    fn estimate(&self) -> (u64, Option<Estimate>) {
        let restricted = self.own.map(|own| Estimate {
            value: own.mean / HOUR_S,
            standard_error: own.standard_error / HOUR_S,
        });
        (self.row.n, restricted)
    }

    /// Puts the unit beside the city with its kinds of complaints.
    fn beside(&mut self, mix: &Adjustment) {
        let Some(expectation) = mix.units.get(self.unit) else { return };
        let adjusted = self.own.and_then(|own| mix.adjusted(self.unit, own));
        self.row.mixed = Some(CaseMixed {
            observed: expectation.observed,
            expected: expectation.expected,
            ratio: expectation.ratio(),
            interval: expectation.limits(),
            expected_rmst_h: expectation.restricted_mean().map(|seconds| seconds / HOUR_S),
            adjusted_rmst_h: adjusted.map(|adjusted| adjusted.mean / HOUR_S),
        });
    }
}

/// How the cases ended, and how many are open.
fn counted(numbers: &[u64; END_KINDS]) -> (EndCounts, u64) {
    let mut ends = EndCounts::default();
    let mut open = 0;
    for (number, cases) in (0..).zip(numbers) {
        let counter = match End::from_number(number) {
            Some(End::Resolved) => &mut ends.resolved,
            Some(End::ClosedNoAction) => &mut ends.closed_no_action,
            Some(End::Duplicate) => &mut ends.duplicate,
            Some(End::NotOurs) => &mut ends.not_ours,
            Some(End::Withdrawn) => &mut ends.withdrawn,
            None if number == HANDED_OVER => &mut ends.handed_over,
            None => &mut open,
        };
        *counter += cases;
    }
    (ends, open)
}

/// Shares in time, each beside what chance leaves a unit of its size.
fn funnel(measured: &mut [Measured]) {
    let part: u64 = measured.iter().map(|unit| unit.part).sum();
    let whole: u64 = measured.iter().map(|unit| unit.whole).sum();
    let theta = share_of(part, whole);
    for unit in measured {
        let (part, whole) = (unit.part, unit.whole);
        unit.row.in_time = clopper_pearson(part, whole, 0.95).map(|interval| InTime {
            part,
            whole,
            share: share_of(part, whole),
            interval,
            limits_95: control_limits(whole, theta, 0.95),
            limits_998: control_limits(whole, theta, 0.998),
        });
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn share_of(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// The row with its interval and, if there is enough data, its place.
fn placed(unit: Measured, standing: &Standing, level: Level) -> Ranking {
    let number = |place: usize| u64::try_from(place).unwrap_or(u64::MAX);
    Ranking {
        level,
        lower: standing.interval.map(|interval| interval.0),
        upper: standing.interval.map(|interval| interval.1),
        rank: standing.rank.map(number),
        rank_lo: standing.rank_interval.map(|interval| number(interval.low)),
        rank_hi: standing.rank_interval.map(|interval| number(interval.high)),
        tier: standing.tier.id(),
        shrunken_resolution_h: standing.shrunken,
        reliability: standing.reliability,
        p_slowest_tenth: standing.p_slowest_tenth,
        ..unit.row
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
