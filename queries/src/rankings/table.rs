//! What is said of each unit of a level: first of each alone, then of each beside the others.

use tanggap_engine::case::End;

use super::book::Book;
use super::limits::{NO_CLOCK, UNSAID};
use super::row::{CaseMixed, EndCounts, InTime, Ranking, RankingRule};
use super::shelf::{OPEN, RESOLVED};
use crate::named::Level;
use crate::statistics::{Curve, Ends, Estimate, Incidence, RestrictedMean, Tier, clopper_pearson, control_limits, quantile, standings};

const HOUR_S: f64 = 3_600.0;
/// The end of a case for a unit that handed it over, beside those of [`End`].
pub(super) const HANDED_OVER: u8 = 6;

/// The table of a level over the complaints filed after `since_us`, by code.
pub(super) fn table(book: &Book, level: Level, since_us: i64, rule: &RankingRule) -> Vec<Ranking> {
    let tau_s = rule.tau_h * HOUR_S;
    let units: Vec<usize> = (0..book.units.len()).collect();
    // Two threads at most: one question may not take every core from the lanes.
    let (left, right) = units.split_at(units.len() / 2);
    let measure = |units: &[usize]| -> Vec<Measured> { units.iter().map(|&unit| Measured::of(book, unit, since_us, tau_s)).collect() };
    let (mut measured, mix) = std::thread::scope(|scope| {
        let first = scope.spawn(|| measure(left));
        let mut rest = measure(right);
        let mix = book.mixed.adjust(book.units.len(), since_us, tau_s);
        // A thread that panics has said so; the table is then of the others.
        let mut measured = first.join().unwrap_or_default();
        measured.append(&mut rest);
        (measured, mix)
    });
    if let Some(mix) = &mix {
        for unit in &mut measured {
            unit.beside(mix);
        }
    }
    measured.retain(|unit| unit.row.n > 0);
    measured.sort_by(|one, other| one.row.code.cmp(&other.row.code));
    funnel(&mut measured);
    for unit in &mut measured {
        unit.row.level = level;
    }
    place(measured, rule)
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

/// What one sorted run of waits says.
struct Times {
    median_h: Option<f64>,
    p90_h: Option<f64>,
    closed: Vec<f64>,
    restricted: Option<RestrictedMean>,
}

impl Times {
    fn of(waits: &[(f64, u8)], tau_s: f64) -> Self {
        let curve = Curve::of_sorted(waits.len(), waits.iter().map(|(seconds, end)| (*seconds, *end == RESOLVED)));
        let hours = |seconds: Option<f64>| seconds.map(|seconds| seconds / HOUR_S);
        let closed = waits.iter().filter(|(_, end)| *end == RESOLVED);
        Self {
            median_h: hours(curve.quantile(0.5)),
            p90_h: hours(curve.quantile(0.9)),
            closed: closed.map(|(seconds, _)| *seconds).collect(),
            restricted: curve.restricted_mean(tau_s),
        }
    }
}

impl Measured {
    fn of(book: &Book, unit: usize, since_us: i64, tau_s: f64) -> Self {
        let waits = book.resolution.since(unit, since_us);
        let resolution = Times::of(&waits, tau_s);
        let response = Times::of(&book.response.since(unit, since_us), tau_s);
        let (ends, open) = counted(&waits);
        let (part, whole) = in_time(&waits, &book.resolution.limits_since(unit, since_us), tau_s);
        let (resolved_share, otherwise_share) = shares(&waits, tau_s);
        let (code, name) = &book.units[unit];
        let row = Ranking {
            level: Level::Kelurahan,
            code: code.clone(),
            name: name.clone(),
            n: count(waits.len()),
            open,
            ends,
            median_first_response_h: response.median_h,
            p90_first_response_h: response.p90_h,
            median_resolution_h: resolution.median_h,
            p90_resolution_h: resolution.p90_h,
            rmst_resolution_h: resolution.restricted.map(|restricted| restricted.mean / HOUR_S),
            rmst_standard_error_h: resolution.restricted.map(|restricted| restricted.standard_error / HOUR_S),
            lower: None,
            upper: None,
            rank: None,
            rank_lo: None,
            rank_hi: None,
            tier: Tier::NotEnoughData.id(),
            shrunken_resolution_h: None,
            reliability: None,
            p_slowest_tenth: None,
            resolved_share,
            otherwise_share,
            in_time: None,
            mixed: None,
            closed_first_response_p50_s: quantile(&response.closed, 0.5),
            closed_first_response_p90_s: quantile(&response.closed, 0.9),
            closed_resolution_p50_s: quantile(&resolution.closed, 0.5),
            closed_resolution_p90_s: quantile(&resolution.closed, 0.9),
            closed_resolution_mean_s: mean(&resolution.closed),
        };
        Self {
            unit,
            row,
            own: resolution.restricted,
            part,
            whole,
        }
    }

    /// Puts the unit beside the city with its kinds of complaints.
    fn beside(&mut self, mix: &crate::statistics::Adjustment) {
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

fn count(cases: usize) -> u64 {
    u64::try_from(cases).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// How the cases ended, and how many are open.
fn counted(waits: &[(f64, u8)]) -> (EndCounts, u64) {
    let mut ends = EndCounts::default();
    let mut open = 0;
    for (_, end) in waits {
        let counter = match End::from_number(*end) {
            Some(End::Resolved) => &mut ends.resolved,
            Some(End::ClosedNoAction) => &mut ends.closed_no_action,
            Some(End::Duplicate) => &mut ends.duplicate,
            Some(End::NotOurs) => &mut ends.not_ours,
            Some(End::Withdrawn) => &mut ends.withdrawn,
            None if *end == HANDED_OVER => &mut ends.handed_over,
            None => &mut open,
        };
        *counter += 1;
    }
    (ends, open)
}

/// Resolved within their limits, and of how many that is known: a case resolved later, or waiting for longer, was not; one that ended
/// otherwise or still waits within its limit says nothing yet, and one that no clock runs for never does. Where no limit was said it is
/// `tau_s`.
fn in_time(waits: &[(f64, u8)], limits: &[u32], tau_s: f64) -> (u64, u64) {
    let (mut part, mut whole) = (0, 0);
    for ((seconds, end), limit) in waits.iter().zip(limits) {
        let limit_s = match *limit {
            UNSAID => tau_s,
            NO_CLOCK => continue,
            limit => f64::from(limit),
        };
        let within = *seconds <= limit_s;
        part += u64::from(within && *end == RESOLVED);
        whole += u64::from(!within || *end == RESOLVED);
    }
    (part, whole)
}

/// Shares resolved, and ended otherwise, by `tau_s`.
fn shares(waits: &[(f64, u8)], tau_s: f64) -> (Option<f64>, Option<f64>) {
    if waits.is_empty() {
        return (None, None);
    }
    let mut ends = Ends::new();
    for (seconds, end) in waits {
        // To the curve every other end is one kind.
        ends.push(*seconds, (*end).min(RESOLVED + 1));
    }
    let incidence = Incidence::of(&mut ends);
    debug_assert_eq!(Ends::OPEN, OPEN);
    let share = |kind| Some(incidence.ended(kind, tau_s).share);
    (share(RESOLVED), share(RESOLVED + 1))
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

/// Gives every row its interval, and those with enough data their place.
fn place(measured: Vec<Measured>, rule: &RankingRule) -> Vec<Ranking> {
    let number = |place: usize| u64::try_from(place).unwrap_or(u64::MAX);
    let estimate = |unit: &Measured| {
        let restricted = unit.own.map(|own| Estimate {
            value: own.mean / HOUR_S,
            standard_error: own.standard_error / HOUR_S,
        });
        (unit.row.n, restricted)
    };
    let estimates: Vec<(u64, Option<Estimate>)> = measured.iter().map(estimate).collect();
    let standings = standings(&estimates, rule.tau_h, rule.tiers);
    let placed = measured.into_iter().zip(standings).map(|(unit, standing)| Ranking {
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
    });
    placed.collect()
}

#[cfg(test)]
mod tests {
    use super::{HANDED_OVER, NO_CLOCK, UNSAID, counted, in_time, shares};

    /// Resolved at 1 and 9, withdrawn at 2, handed over at 3, open at 4 and 12 seconds.
    const WAITS: [(f64, u8); 6] = [(1.0, 1), (2.0, 5), (3.0, HANDED_OVER), (4.0, 0), (9.0, 1), (12.0, 0)];

    #[test]
    fn every_case_is_open_or_has_one_end() {
        let (ends, open) = counted(&WAITS);
        assert_eq!((ends.resolved, ends.withdrawn, ends.handed_over, open), (2, 1, 1, 2));
        assert_eq!(ends.otherwise(), 1);
    }

    #[test]
    fn in_time_counts_those_of_which_it_is_known() {
        let unsaid = |tau_s| in_time(&WAITS, &[UNSAID; 6], tau_s);
        assert_eq!(unsaid(5.0), (1, 3), "the first in time, the last two not");
        assert_eq!(unsaid(9.0), (2, 3), "at the limit is in time");
        assert_eq!(unsaid(0.5), (0, 6));
        assert_eq!(in_time(&WAITS, &[5; 6], 100.0), (1, 3), "the level decides, not the horizon");
        assert_eq!(
            in_time(&WAITS, &[1, 2, 2, NO_CLOCK, 9, 20], 5.0),
            (2, 3),
            "the third too late, the last still in time"
        );
    }

    #[test]
    fn other_ends_compete_with_the_resolution() {
        // 1/6 at once; 5/6 · (1/5 + 4/5 · 1/4) end otherwise; open at 4 leaves two at risk, of which one is resolved at 9.
        let (resolved, otherwise) = shares(&WAITS, 10.0);
        assert!((resolved.unwrap() - (1.0 / 6.0 + 0.5 * 0.5)).abs() < 1e-12);
        assert!((otherwise.unwrap() - 2.0 / 6.0).abs() < 1e-12);
        assert_eq!(shares(&[], 10.0), (None, None));
    }
}
