//! The table by the plain way, which the tests hold the real one against: of each unit the waits of the window are picked, sorted, and every
//! curve is made anew.

use tanggap_engine::case::End;

use super::row::{CaseMixed, EndCounts, InTime, Ranking, RankingRule};
use super::table::HANDED_OVER;
use crate::named::Level;
use crate::statistics::{
    Adjustment, CaseMix, Curve, Ends, Estimate, Incidence, RestrictedMean, Wait, clopper_pearson, control_limits, quantile, standings,
};

const HOUR_S: f64 = 3_600.0;

/// Codes and names of so many units; not in the order of their numbers.
pub(super) fn names(units: usize) -> Vec<(String, String)> {
    (0..units)
        .map(|unit| (format!("{:03}", (unit * 7 + 3) % 1_000), format!("unit {unit}")))
        .collect()
}

struct Unit {
    own: Option<RestrictedMean>,
    part: u64,
    whole: u64,
    row: Ranking,
}

/// Cases are (unit, kind, wait); asked are the level, after when a case must have been filed, and the rule.
pub(super) fn table(
    units: usize,
    resolution: &[(usize, u16, Wait)],
    response: &[(usize, u16, Wait)],
    (level, since_us, rule): (Level, i64, &RankingRule),
) -> Vec<Ranking> {
    let tau_s = rule.tau_h * HOUR_S;
    let mut mix = CaseMix::new();
    for (unit, stratum, wait) in resolution.iter().filter(|(_, _, wait)| wait.filed_us > since_us) {
        mix.push(*stratum, u32::try_from(*unit).unwrap(), wait.seconds, wait.end == Wait::RESOLVED);
    }
    let mix = mix.adjust(units, tau_s).unwrap();
    let kept = |cases: &[(usize, u16, Wait)], unit: usize| -> Vec<Wait> {
        let own = cases.iter().filter(|(of, _, wait)| *of == unit && wait.filed_us > since_us);
        let mut waits: Vec<Wait> = own.map(|(_, _, wait)| *wait).collect();
        waits.sort_by(|one, other| {
            let by_time = one.seconds.total_cmp(&other.seconds);
            by_time.then((one.end != Wait::RESOLVED).cmp(&(other.end != Wait::RESOLVED)))
        });
        waits
    };
    let named = names(units).into_iter().enumerate();
    let mut rows: Vec<Unit> = named
        .map(|(unit, named)| row(level, named, (&kept(resolution, unit), &kept(response, unit)), (&mix, unit), tau_s))
        .filter(|unit| unit.row.n > 0)
        .collect();
    rows.sort_by(|one, other| one.row.code.cmp(&other.row.code));
    let (part, whole): (u64, u64) = rows.iter().fold((0, 0), |sum, unit| (sum.0 + unit.part, sum.1 + unit.whole));
    let theta = share(part, whole);
    for unit in &mut rows {
        unit.row.in_time = clopper_pearson(unit.part, unit.whole, 0.95).map(|interval| InTime {
            part: unit.part,
            whole: unit.whole,
            share: share(unit.part, unit.whole),
            interval,
            limits_95: control_limits(unit.whole, theta, 0.95),
            limits_998: control_limits(unit.whole, theta, 0.998),
        });
    }
    let estimates: Vec<(u64, Option<Estimate>)> = rows
        .iter()
        .map(|unit| {
            let hours = unit.own.map(|own| Estimate {
                value: own.mean / HOUR_S,
                standard_error: own.standard_error / HOUR_S,
            });
            (unit.row.n, hours)
        })
        .collect();
    let places = standings(&estimates, rule.tau_h, rule.tiers);
    let placed = rows.into_iter().zip(places).map(|(unit, standing)| Ranking {
        lower: standing.interval.map(|interval| interval.0),
        upper: standing.interval.map(|interval| interval.1),
        rank: standing.rank.map(|rank| rank as u64),
        rank_lo: standing.rank_interval.map(|interval| interval.low as u64),
        rank_hi: standing.rank_interval.map(|interval| interval.high as u64),
        tier: standing.tier.id(),
        shrunken_resolution_h: standing.shrunken,
        reliability: standing.reliability,
        p_slowest_tenth: standing.p_slowest_tenth,
        ..unit.row
    });
    placed.collect()
}

fn row(
    level: Level,
    (code, name): (String, String),
    (resolution, response): (&[Wait], &[Wait]),
    (mix, unit): (&Adjustment, usize),
    tau_s: f64,
) -> Unit {
    let curve = |waits: &[Wait]| Curve::of_sorted(waits.len(), waits.iter().map(|wait| (wait.seconds, wait.end == Wait::RESOLVED)));
    let closed = |waits: &[Wait]| -> Vec<f64> {
        let closed = waits.iter().filter(|wait| wait.end == Wait::RESOLVED);
        closed.map(|wait| wait.seconds).collect()
    };
    let hours = |seconds: Option<f64>| seconds.map(|seconds| seconds / HOUR_S);
    let (resolved, responded) = (curve(resolution), curve(response));
    let (closed_resolution, closed_response) = (closed(resolution), closed(response));
    let own = resolved.restricted_mean(tau_s);
    let mut ends: Ends = resolution.iter().map(|wait| (wait.seconds, wait.end.min(2))).collect();
    let incidence = Incidence::of(&mut ends);
    let share_of = |kind| (!resolution.is_empty()).then(|| incidence.ended(kind, tau_s).share);
    let (counts, open) = counted(resolution);
    let (part, whole) = in_time(resolution, tau_s);
    let expectation = mix.units[unit];
    let row = Ranking {
        level,
        code,
        name,
        n: resolution.len() as u64,
        open,
        ends: counts,
        median_first_response_h: hours(responded.quantile(0.5)),
        p90_first_response_h: hours(responded.quantile(0.9)),
        median_resolution_h: hours(resolved.quantile(0.5)),
        p90_resolution_h: hours(resolved.quantile(0.9)),
        rmst_resolution_h: hours(own.map(|own| own.mean)),
        rmst_standard_error_h: hours(own.map(|own| own.standard_error)),
        lower: None,
        upper: None,
        rank: None,
        rank_lo: None,
        rank_hi: None,
        tier: "",
        shrunken_resolution_h: None,
        reliability: None,
        p_slowest_tenth: None,
        resolved_share: share_of(1),
        otherwise_share: share_of(2),
        in_time: None,
        mixed: Some(CaseMixed {
            observed: expectation.observed,
            expected: expectation.expected,
            ratio: expectation.ratio(),
            interval: expectation.limits(),
            expected_rmst_h: hours(expectation.restricted_mean()),
            adjusted_rmst_h: hours(own.and_then(|own| mix.adjusted(unit, own)).map(|adjusted| adjusted.mean)),
        }),
        closed_first_response_p50_s: quantile(&closed_response, 0.5),
        closed_first_response_p90_s: quantile(&closed_response, 0.9),
        closed_resolution_p50_s: quantile(&closed_resolution, 0.5),
        closed_resolution_p90_s: quantile(&closed_resolution, 0.9),
        closed_resolution_mean_s: (!closed_resolution.is_empty())
            .then(|| closed_resolution.iter().sum::<f64>() / float(closed_resolution.len() as u64)),
    };
    Unit { own, part, whole, row }
}

fn counted(waits: &[Wait]) -> (EndCounts, u64) {
    let number = |end: u8| waits.iter().filter(|wait| wait.end == end).count() as u64;
    let ends = EndCounts {
        resolved: number(End::Resolved.number()),
        closed_no_action: number(End::ClosedNoAction.number()),
        duplicate: number(End::Duplicate.number()),
        not_ours: number(End::NotOurs.number()),
        withdrawn: number(End::Withdrawn.number()),
        handed_over: number(HANDED_OVER),
    };
    (ends, number(Wait::OPEN))
}

fn in_time(waits: &[Wait], tau_s: f64) -> (u64, u64) {
    let (mut part, mut whole) = (0, 0);
    for wait in waits.iter().filter(|wait| wait.limit_s != Wait::NO_CLOCK) {
        let own = wait.limit_s != Wait::UNSAID;
        let within = wait.seconds <= if own { f64::from(wait.limit_s) } else { tau_s };
        part += u64::from(within && wait.end == Wait::RESOLVED);
        whole += u64::from(!within || wait.end == Wait::RESOLVED);
    }
    (part, whole)
}

fn share(part: u64, whole: u64) -> f64 {
    float(part) / float(whole)
}

#[expect(clippy::cast_precision_loss, reason = "small counts")]
fn float(count: u64) -> f64 {
    count as f64
}
