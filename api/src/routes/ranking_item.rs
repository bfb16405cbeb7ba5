//! One row of the table of response times, as it is shown.

use serde::Serialize;
use tanggap_queries::named::{CaseMixed, EndCounts, InTime, Ranking};
use utoipa::ToSchema;

/// From here to there.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RankingRange {
    low: f64,
    high: f64,
}

impl From<(f64, f64)> for RankingRange {
    fn from((low, high): (f64, f64)) -> Self {
        Self { low, high }
    }
}

/// How the complaints that are not open ended.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RankingEnds {
    resolved: u64,
    closed_no_action: u64,
    duplicate: u64,
    not_ours: u64,
    withdrawn: u64,
    /// Handed to another unit for good; only among dinas.
    handed_over: u64,
}

impl From<EndCounts> for RankingEnds {
    fn from(ends: EndCounts) -> Self {
        Self {
            resolved: ends.resolved,
            closed_no_action: ends.closed_no_action,
            duplicate: ends.duplicate,
            not_ours: ends.not_ours,
            withdrawn: ends.withdrawn,
            handed_over: ends.handed_over,
        }
    }
}

/// Which share was resolved within 168 hours, of the complaints of which that is known.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RankingInTime {
    /// Resolved in time.
    part: u64,
    /// Complaints of which it is known: resolved in time, or not resolved for longer.
    whole: u64,
    share: f64,
    /// Exact 95 % interval of the share.
    interval: RankingRange,
    /// Between these lie 95 % of units of this size that differ from all units together by chance only.
    limits_95: Option<RankingRange>,
    /// Between these lie 99.8 % of them.
    limits_998: Option<RankingRange>,
}

impl From<InTime> for RankingInTime {
    fn from(in_time: InTime) -> Self {
        Self {
            part: in_time.part,
            whole: in_time.whole,
            share: in_time.share,
            interval: in_time.interval.into(),
            limits_95: in_time.limits_95.map(|limits| (limits.low, limits.high).into()),
            limits_998: in_time.limits_998.map(|limits| (limits.low, limits.high).into()),
        }
    }
}

/// The unit beside what all units together would have done with its kinds of complaints (category, hour band, channel).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RankingMix {
    /// Resolved within 168 hours.
    observed: u64,
    /// Resolutions expected.
    expected: f64,
    /// Observed / expected: above 1 = faster than the city with such complaints.
    ratio: Option<f64>,
    /// 95 % interval of the ratio.
    interval: Option<RankingRange>,
    /// Restricted mean the city would have had with these complaints, hours.
    expected_rmst_h: Option<f64>,
    /// The unit's restricted mean as if its mix were the city's, hours.
    adjusted_rmst_h: Option<f64>,
}

impl From<CaseMixed> for RankingMix {
    fn from(mixed: CaseMixed) -> Self {
        Self {
            observed: mixed.observed,
            expected: mixed.expected,
            ratio: mixed.ratio,
            interval: mixed.interval.map(RankingRange::from),
            expected_rmst_h: mixed.expected_rmst_h,
            adjusted_rmst_h: mixed.adjusted_rmst_h,
        }
    }
}

/// One unit's times and place. Hours unless the name says otherwise; null = there is no such number.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RankingItem {
    code: String,
    name: String,
    /// Complaints filed in the window.
    n: u64,
    /// Of them neither resolved nor ended.
    open: u64,
    /// How the others ended.
    ends: RankingEnds,
    /// Of them ended without being resolved, handed over ones not counted.
    ended_otherwise: u64,
    /// Kaplan-Meier median until the first response.
    median_first_response_h: Option<f64>,
    p90_first_response_h: Option<f64>,
    /// Kaplan-Meier median until resolved.
    median_resolution_h: Option<f64>,
    p90_resolution_h: Option<f64>,
    /// Mean time until resolved within 168 hours; the table is ranked by it.
    rmst_resolution_h: Option<f64>,
    /// Its standard error, of this unit alone.
    rmst_standard_error_h: Option<f64>,
    /// Lower end of its 95 % interval.
    lower: Option<f64>,
    /// Upper end of its 95 % interval.
    upper: Option<f64>,
    /// Place, 1 = fastest; null below the minimum number of complaints.
    rank: Option<u64>,
    /// Best place it may really hold.
    rank_lo: Option<u64>,
    /// Worst place it may really hold.
    rank_hi: Option<u64>,
    /// `slow`, `same` or `fast`; null = not enough data.
    tier: Option<&'static str>,
    /// The mean shrunk towards that of all units: what one may expect of the unit next time.
    shrunken_resolution_h: Option<f64>,
    /// Share of its difference from all units that is believed, 0 to 1.
    reliability: Option<f64>,
    /// Probability that the unit is among the slowest tenth (rounded up) of those that have a place, 0 to 1; null without a place, or
    /// where no other unit has one.
    p_slowest_tenth: Option<f64>,
    /// Share resolved within 168 hours, where other ends compete with it (Aalen-Johansen).
    resolved_share: Option<f64>,
    /// Share ended otherwise within 168 hours, handed over included.
    otherwise_share: Option<f64>,
    /// In time, with the limits of a funnel plot.
    in_time: Option<RankingInTime>,
    /// Adjusted for the kinds of complaints.
    case_mix: Option<RankingMix>,
    /// Closed cases only, seconds: flatters.
    closed_first_response_p50_s: Option<f64>,
    closed_first_response_p90_s: Option<f64>,
    closed_resolution_p50_s: Option<f64>,
    closed_resolution_p90_s: Option<f64>,
    /// Mean of the closed cases only, seconds: flatters most.
    closed_resolution_mean_s: Option<f64>,
}

impl From<&Ranking> for RankingItem {
    fn from(row: &Ranking) -> Self {
        Self {
            code: row.code.clone(),
            name: row.name.clone(),
            n: row.n,
            open: row.open,
            ends: row.ends.into(),
            ended_otherwise: row.ends.otherwise(),
            median_first_response_h: row.median_first_response_h,
            p90_first_response_h: row.p90_first_response_h,
            median_resolution_h: row.median_resolution_h,
            p90_resolution_h: row.p90_resolution_h,
            rmst_resolution_h: row.rmst_resolution_h,
            rmst_standard_error_h: row.rmst_standard_error_h,
            lower: row.lower,
            upper: row.upper,
            rank: row.rank,
            rank_lo: row.rank_lo,
            rank_hi: row.rank_hi,
            tier: Some(row.tier).filter(|tier| *tier != "not_enough_data"),
            shrunken_resolution_h: row.shrunken_resolution_h,
            reliability: row.reliability,
            p_slowest_tenth: row.p_slowest_tenth,
            resolved_share: row.resolved_share,
            otherwise_share: row.otherwise_share,
            in_time: row.in_time.map(RankingInTime::from),
            case_mix: row.mixed.map(RankingMix::from),
            closed_first_response_p50_s: row.closed_first_response_p50_s,
            closed_first_response_p90_s: row.closed_first_response_p90_s,
            closed_resolution_p50_s: row.closed_resolution_p50_s,
            closed_resolution_p90_s: row.closed_resolution_p90_s,
            closed_resolution_mean_s: row.closed_resolution_mean_s,
        }
    }
}
