//! One row of the table of response times, and the columns of `rankings.csv`.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use serde::Serialize;

use crate::QueryError;
use crate::named::Level;
use crate::statistics::{ControlLimits, TierRule};

/// Version of the way the numbers of a table are computed. It changes whenever the same complaints could give another row.
///
/// 1: the first. 2: in time by the service level of each complaint instead of the horizon. 3: with the probability of the slowest tenth.
pub const FORMULA: &str = "tanggap-rankings 3";

/// What a table is made with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankingRule {
    /// Horizon of the restricted mean, hours; also the time within which a complaint is to be finished where the session has no `routes`
    /// that say which service level it has.
    pub tau_h: f64,
    /// Minimum of cases, draws and seed behind places and tiers.
    pub tiers: TierRule,
    /// Adjusted for the quality of closings: a resolution with a strong flag ([`crate::named::FlagRule`]) does not count, and the case is
    /// taken as still open. Off: what was said to be resolved counts as resolved.
    pub quality: bool,
}

impl Default for RankingRule {
    /// 168 h: the published time to finish (7 days).
    fn default() -> Self {
        Self {
            tau_h: 168.0,
            tiers: TierRule::default(),
            quality: false,
        }
    }
}

/// How complaints ended: together with those still open they are all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EndCounts {
    /// Done.
    pub resolved: u64,
    /// Closed without action.
    pub closed_no_action: u64,
    /// The same as another case.
    pub duplicate: u64,
    /// Belongs to nobody the city can order.
    pub not_ours: u64,
    /// The reporter took it back.
    pub withdrawn: u64,
    /// Handed to another unit for good; only units hand over.
    pub handed_over: u64,
}

impl EndCounts {
    /// Ended for the city, and not resolved.
    #[must_use]
    pub fn otherwise(&self) -> u64 {
        self.closed_no_action + self.duplicate + self.not_ours + self.withdrawn
    }
}

/// Which share was resolved within the time its service level gives, of the complaints of which that is known: resolved by then, or not
/// resolved for so long. What ended otherwise before it is left out, and so is what no clock runs for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct InTime {
    /// Resolved in time.
    pub part: u64,
    /// Complaints of which it is known.
    pub whole: u64,
    /// The share.
    pub share: f64,
    /// Exact 95 % interval of the share (Clopper & Pearson).
    pub interval: (f64, f64),
    /// Between these lie 95 % of units of this size that differ from all units together by chance only.
    pub limits_95: Option<ControlLimits>,
    /// Between these lie 99.8 % of them.
    pub limits_998: Option<ControlLimits>,
}

/// A unit beside what all units together would have done with its kinds of complaints (category, hour band, channel).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CaseMixed {
    /// Resolved within the horizon.
    pub observed: u64,
    /// Resolutions expected.
    pub expected: f64,
    /// Observed / expected: above 1 = faster than the city with such complaints.
    pub ratio: Option<f64>,
    /// 95 % interval of the ratio, the expectation taken as known.
    pub interval: Option<(f64, f64)>,
    /// Restricted mean the city would have had with these complaints, hours.
    pub expected_rmst_h: Option<f64>,
    /// The unit's restricted mean as if its mix were the city's, hours.
    pub adjusted_rmst_h: Option<f64>,
}

/// One row of `rankings.csv`: one unit's times, its place, and how sure the place is. Hours unless the name says otherwise; none =
/// there is no such number (the curve never falls that far; nothing was closed; not enough data for a place). What is marked with * is
/// not in the file.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ranking {
    /// Level.
    pub level: Level,
    /// Dotted territory code, code of the unit, or channel.
    pub code: String,
    /// Name.
    pub name: String,
    /// Complaints.
    pub n: u64,
    /// Neither resolved nor ended otherwise.
    pub open: u64,
    /// How the others ended.*
    pub ends: EndCounts,
    /// Kaplan-Meier median until the first response.
    pub median_first_response_h: Option<f64>,
    /// Kaplan-Meier 90 % quantile until the first response.
    pub p90_first_response_h: Option<f64>,
    /// Kaplan-Meier median until resolved.
    pub median_resolution_h: Option<f64>,
    /// Kaplan-Meier 90 % quantile until resolved.
    pub p90_resolution_h: Option<f64>,
    /// Restricted mean time until resolved.
    pub rmst_resolution_h: Option<f64>,
    /// Its standard error, as it was estimated of this unit alone.*
    pub rmst_standard_error_h: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of its 95 % interval.
    pub upper: Option<f64>,
    /// Place by the restricted mean, 1 = fastest.
    pub rank: Option<u64>,
    /// Best place it may really hold (95 %).
    pub rank_lo: Option<u64>,
    /// Worst place it may really hold (95 %).
    pub rank_hi: Option<u64>,
    /// `slow`, `same`, `fast` or `not_enough_data`.
    pub tier: &'static str,
    /// Restricted mean shrunk towards the level's mean.*
    pub shrunken_resolution_h: Option<f64>,
    /// Share of its difference from the mean that is believed.*
    pub reliability: Option<f64>,
    /// Probability to be among the slowest tenth (rounded up) of the units that have a place.*
    pub p_slowest_tenth: Option<f64>,
    /// Share resolved by the horizon (Aalen-Johansen: other ends compete with it).*
    pub resolved_share: Option<f64>,
    /// Share ended otherwise by the horizon, handed over included.*
    pub otherwise_share: Option<f64>,
    /// Share in time, with funnel limits.*
    pub in_time: Option<InTime>,
    /// Beside the city with the same mix of complaints.*
    pub mixed: Option<CaseMixed>,
    /// Median of the closed cases only, seconds: flatters.
    pub closed_first_response_p50_s: Option<f64>,
    /// 90 % quantile of the closed cases only, seconds.
    pub closed_first_response_p90_s: Option<f64>,
    /// Median of the closed cases only, seconds.
    pub closed_resolution_p50_s: Option<f64>,
    /// 90 % quantile of the closed cases only, seconds.
    pub closed_resolution_p90_s: Option<f64>,
    /// Mean of the closed cases only, seconds: flatters most.*
    pub closed_resolution_mean_s: Option<f64>,
}

/// The rows as a table with exactly the columns of `rankings.csv`, in its order.
///
/// # Errors
/// Never in practice: the columns are as long as the rows.
pub fn rankings_table(rows: &[Ranking]) -> Result<RecordBatch, QueryError> {
    let text = |of: fn(&Ranking) -> &str| Arc::new(rows.iter().map(of).map(Some).collect::<StringArray>()) as ArrayRef;
    let count = |of: fn(&Ranking) -> Option<u64>| {
        let counts = rows.iter().map(|row| of(row).map(|count| i64::try_from(count).unwrap_or(i64::MAX)));
        Arc::new(counts.collect::<Int64Array>()) as ArrayRef
    };
    let number = |of: fn(&Ranking) -> Option<f64>| Arc::new(rows.iter().map(of).collect::<Float64Array>()) as ArrayRef;
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("level", text(|row| row.level.id()), false),
        ("code", text(|row| &row.code), false),
        ("name", text(|row| &row.name), false),
        ("n", count(|row| Some(row.n)), false),
        ("open", count(|row| Some(row.open)), false),
        ("median_first_response_h", number(|row| row.median_first_response_h), true),
        ("p90_first_response_h", number(|row| row.p90_first_response_h), true),
        ("median_resolution_h", number(|row| row.median_resolution_h), true),
        ("p90_resolution_h", number(|row| row.p90_resolution_h), true),
        ("rmst_resolution_h", number(|row| row.rmst_resolution_h), true),
        ("lower", number(|row| row.lower), true),
        ("upper", number(|row| row.upper), true),
        ("rank", count(|row| row.rank), true),
        ("rank_lo", count(|row| row.rank_lo), true),
        ("rank_hi", count(|row| row.rank_hi), true),
        ("tier", text(|row| row.tier), false),
        ("closed_first_response_p50_s", number(|row| row.closed_first_response_p50_s), true),
        ("closed_first_response_p90_s", number(|row| row.closed_first_response_p90_s), true),
        ("closed_resolution_p50_s", number(|row| row.closed_resolution_p50_s), true),
        ("closed_resolution_p90_s", number(|row| row.closed_resolution_p90_s), true),
    ])?)
}
