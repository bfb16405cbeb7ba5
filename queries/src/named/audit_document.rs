//! The file behind one row of the table of response times: everything its number follows from, and a hash of exactly these bytes.

use std::collections::BTreeMap;
use std::fmt::Write;

use datafusion::common::exec_datafusion_err;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Level;
use crate::QueryError;
use crate::rankings::{Ranking, RankingRule};
use crate::statistics::NORMAL_95;

/// Everything one row follows from. Times are µs since epoch UTC, waits seconds, what ends in `_h` hours; none = there is no such thing,
/// or not yet. It names no reporter and holds no text anybody wrote.
///
/// Taken as given, because they are rows and complaints of others: `peers` (each has an audit of its own), `strata`, and the `hazard` of
/// each case. Everything else in `row` can be computed from this file; `tests/oracle/audit.py` does.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Audit {
    /// Version of the way the numbers are computed, [`crate::named::FORMULA`].
    pub formula: &'static str,
    /// Level.
    pub level: Level,
    /// Code of the unit.
    pub code: String,
    /// Nothing later exists.
    pub as_of_us: i64,
    /// Complaints filed after this count; none = all.
    pub since_us: Option<i64>,
    /// What the table is made with.
    pub rule: AuditRule,
    /// Versions of what the complaints were read with, by name.
    pub versions: BTreeMap<String, String>,
    /// The row, as it is published.
    pub row: Ranking,
    /// What the places of the level are made of: every unit of the table, this one too, in its order (by code).
    pub peers: Vec<AuditPeer>,
    /// Every kind of complaint of the level (category/channel/hour band of the local day, 0 to 3), and how the city fares with it.
    pub strata: Vec<AuditStratum>,
    /// The complaints counted, by time of filing.
    pub cases: Vec<AuditCase>,
    /// How many complaints of the unit are not counted, by reason (see [`AuditExcluded`]).
    pub excluded_counts: BTreeMap<&'static str, u64>,
    /// These, the newest first, [`MOST_EXCLUDED`] at most.
    pub excluded: Vec<AuditExcluded>,
}

/// More complaints that are not counted are not listed.
pub const MOST_EXCLUDED: usize = 5_000;

/// The figures of a table.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AuditRule {
    /// Horizon.
    pub tau_h: f64,
    /// Cases a unit needs for a place.
    pub minimum_n: u64,
    /// Reliability a unit needs for a place.
    pub minimum_reliability: f64,
    /// Cases of pooled variance each unit's own is mixed with.
    pub borrowed_cases: u32,
    /// Draws behind the intervals of the places.
    pub draws: usize,
    /// Their seed.
    pub seed: u64,
    /// Whether resolutions with a strong flag are taken as none.
    pub quality: bool,
    /// Half width of the normal intervals, in standard errors.
    pub z: f64,
}

impl From<&RankingRule> for AuditRule {
    fn from(rule: &RankingRule) -> Self {
        Self {
            tau_h: rule.tau_h,
            minimum_n: rule.tiers.minimum_n,
            minimum_reliability: rule.tiers.minimum_reliability,
            borrowed_cases: rule.tiers.borrowed_cases,
            draws: rule.tiers.draws,
            seed: rule.tiers.seed,
            quality: rule.quality,
            z: NORMAL_95,
        }
    }
}

/// What one unit of the level brings to the places and the funnel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditPeer {
    /// Code.
    pub code: String,
    /// Complaints.
    pub n: u64,
    /// Restricted mean until resolved.
    pub rmst_h: Option<f64>,
    /// Its standard error.
    pub standard_error_h: Option<f64>,
    /// Resolved in time.
    pub part: u64,
    /// Complaints of which that is known.
    pub whole: u64,
}

impl From<&Ranking> for AuditPeer {
    fn from(row: &Ranking) -> Self {
        Self {
            code: row.code.clone(),
            n: row.n,
            rmst_h: row.rmst_resolution_h,
            standard_error_h: row.rmst_standard_error_h,
            part: row.in_time.map_or(0, |in_time| in_time.part),
            whole: row.in_time.map_or(0, |in_time| in_time.whole),
        }
    }
}

/// One kind of complaint, as all units together answer it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditStratum {
    /// Category, channel and hour band, between strokes.
    pub name: String,
    /// Complaints of all units; at the level `dinas` once for every unit that held one.
    pub cases: u64,
    /// Their restricted mean until resolved, seconds.
    pub restricted_mean_s: f64,
}

/// One complaint that counts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditCase {
    /// Id on its channel.
    pub id: String,
    /// Channel.
    pub channel: String,
    /// Category id.
    pub category: String,
    /// Dotted code of where it lies; none = not located.
    pub kelurahan: Option<String>,
    /// Name of its stratum.
    pub stratum: String,
    /// When it was filed.
    pub filed_us: i64,
    /// When somebody first answered.
    pub first_response_us: Option<i64>,
    /// When it ended.
    pub end_us: Option<i64>,
    /// How it ended.
    pub case_end: Option<String>,
    /// How it counts as having ended: as above, but `handed_over` for a unit that another followed, and none where that is doubted.
    pub counted_end: Option<String>,
    /// Whether another unit held it too, so that it counts with the time this one held it, pauses left out; only among dinas.
    pub shared: bool,
    /// Whether its resolution does not count, because a strong flag speaks against it (see `quality`); it has waited until now, then.
    pub doubted: bool,
    /// Within how many seconds it was to be resolved, by the service level of its route, the calendar and its pauses (those only where it
    /// is not shared); none = no clock runs, so it is neither in time nor late.
    pub limit_s: Option<f64>,
    /// Seconds that count until it was resolved (`counted_end` says whether it was).
    pub seconds: f64,
    /// Seconds that count until the first response; none = it was held only after that.
    pub response_s: Option<f64>,
    /// Whether that came.
    pub responded: bool,
    /// Seconds of its life spent waiting for the reporter; left out of `seconds` only where it is shared.
    pub paused_s: f64,
    /// How often an end was taken back; the clock went on from the filing.
    pub reopenings: i64,
    /// Cumulative hazard of its stratum in the city after `seconds`, but no later than the horizon: the resolutions expected of it.
    pub hazard: f64,
    /// Who held it, oldest first.
    pub spells: Vec<AuditSpell>,
}

/// A run of time in which one unit held a complaint.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditSpell {
    /// The unit as the source named it; none = nobody was named yet.
    pub named: Option<String>,
    /// Its code; where nobody was named, of the one the rules ask; none = nobody's.
    pub unit: Option<String>,
    /// From when.
    pub from_us: i64,
    /// Until when; none = still.
    pub to_us: Option<i64>,
    /// Seconds of it spent waiting for the reporter.
    pub paused_s: f64,
}

/// A complaint of the unit that does not count, and why: `filed_before_window`, or (among dinas) `held_by_others_only`: the rules would
/// ask this unit, but another was named before, so it counts there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditExcluded {
    /// Id on its channel.
    pub id: String,
    /// Channel.
    pub channel: String,
    /// When it was filed.
    pub filed_us: i64,
    /// Why.
    pub reason: &'static str,
}

/// An audit as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditFile {
    /// `{"sha256":"…","audit":…}` and nothing more, not even a line feed.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes of the member `audit`, in hexadecimal, lower case.
    pub sha256: String,
}

impl Audit {
    /// The audit as JSON with its hash before it. The hash is that of the bytes as they stand in the file, from the 86th to the last but
    /// one, so that nobody has to write a number again as it was written:
    ///
    /// ```text
    /// tail -c +86 audit.json | head -c -1 | sha256sum
    /// ```
    ///
    /// Equal audits give equal bytes. Numbers are the shortest that read back as the same double.
    ///
    /// # Errors
    /// Never in practice: every member can be written as JSON.
    pub fn file(&self) -> Result<AuditFile, QueryError> {
        let body =
            serde_json::to_vec(self).map_err(|error| QueryError::from(exec_datafusion_err!("the audit cannot be written: {error}")))?;
        let mut sha256 = String::with_capacity(64);
        for byte in Sha256::digest(&body) {
            // Writing to a text cannot fail.
            let _ = write!(sha256, "{byte:02x}");
        }
        let mut bytes = format!("{{\"sha256\":\"{sha256}\",\"audit\":").into_bytes();
        bytes.extend_from_slice(&body);
        bytes.push(b'}');
        Ok(AuditFile { bytes, sha256 })
    }
}
