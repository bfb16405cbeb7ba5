//! What closings come to for each unit: how many carry flags, how many were taken back, and whether they come in bursts at the end of a
//! month.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::closing::Closing;
use super::flag::{Flag, FlagKind, FlagRule};
use super::judge::seconds;
use crate::named::Month;
use crate::statistics::{clopper_pearson, control_limits};

/// A share of closings with its exact 95 % interval (Clopper & Pearson).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClosingShare {
    /// Closings of that sort.
    pub part: u64,
    /// Closings.
    pub whole: u64,
    /// The share.
    pub share: f64,
    /// Its interval.
    pub interval: (f64, f64),
}

impl ClosingShare {
    /// None without closings.
    fn of(part: u64, whole: u64) -> Option<Self> {
        let interval = clopper_pearson(part, whole, 0.95)?;
        Some(Self {
            part,
            whole,
            share: ratio(part, whole),
            interval,
        })
    }
}

/// A month at whose end a unit closed more than chance explains.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Burst {
    /// The month in Jakarta, as `2026-10`.
    pub month: String,
    /// Closings in its last hours.
    pub part: u64,
    /// Closings in the month.
    pub whole: u64,
    /// The share.
    pub share: f64,
    /// Share to be expected: that of the other units in that month, or of the hours in the month where theirs is less.
    pub expected: f64,
    /// Upper control limit around it for so many closings.
    pub limit: f64,
}

/// What speaks against the closings of one unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnitFlags {
    /// Dotted territory code, code of the unit, or channel.
    pub code: String,
    /// Closings with a strong flag, of those that stand.
    pub doubted: Option<ClosingShare>,
    /// Closings that were taken back soon after, of those that long enough ago were first said to be resolved.
    pub reopened: Option<ClosingShare>,
    /// Closings by the flags they carry; a closing with two flags counts with both.
    pub flags: BTreeMap<FlagKind, u64>,
    /// Months that ended in a burst, the earliest first; months that are not over are not looked at.
    pub bursts: Vec<Burst>,
}

#[expect(clippy::cast_precision_loss, reason = "counts of closings stay far below 2^52")]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// Closings counted while they are gone through.
#[derive(Default)]
struct Counts {
    standing: u64,
    doubted: u64,
    followed: u64,
    reopened: u64,
    flags: BTreeMap<FlagKind, u64>,
    /// Closings in the last hours of each month, and in all of it.
    months: BTreeMap<Month, (u64, u64)>,
}

/// One row a unit with closings, by code. `code` says whose a closing is; none = nobody's, and counted nowhere. `flags` are those of
/// `closings` by the same rule, in the same order.
pub(crate) fn tally(
    closings: &[Closing],
    flags: &[Flag],
    rule: &FlagRule,
    as_of_us: i64,
    code: impl Fn(&Closing) -> Option<String>,
) -> Vec<UnitFlags> {
    let mut by_key: BTreeMap<u64, Vec<&Flag>> = BTreeMap::new();
    for flag in flags {
        by_key.entry(flag.key).or_default().push(flag);
    }
    let mut units: BTreeMap<String, Counts> = BTreeMap::new();
    for closing in closings {
        let Some(code) = code(closing) else { continue };
        let own = by_key.get(&closing.key).map(Vec::as_slice).unwrap_or_default();
        units.entry(code).or_default().add(closing, own, rule, as_of_us);
    }
    let mut city: BTreeMap<Month, (u64, u64)> = BTreeMap::new();
    for counts in units.values() {
        for (month, (part, whole)) in &counts.months {
            let all = city.entry(*month).or_default();
            *all = (all.0 + part, all.1 + whole);
        }
    }
    let tallied = units.into_iter().map(|(code, counts)| UnitFlags {
        code,
        doubted: ClosingShare::of(counts.doubted, counts.standing),
        reopened: ClosingShare::of(counts.reopened, counts.followed),
        bursts: bursts(&counts.months, &city, rule),
        flags: counts.flags,
    });
    tallied.collect()
}

impl Counts {
    fn add(&mut self, closing: &Closing, flags: &[&Flag], rule: &FlagRule, as_of_us: i64) {
        for kind in flags.iter().map(|flag| flag.flag).collect::<BTreeSet<_>>() {
            *self.flags.entry(kind).or_default() += 1;
        }
        if let Some(resolution_us) = closing.resolution_us {
            self.standing += 1;
            self.doubted += u64::from(flags.iter().any(|flag| flag.strong));
            let month = Month::of(resolution_us);
            if month.end_us() <= as_of_us {
                let counted = self.months.entry(month).or_default();
                counted.0 += u64::from(seconds(resolution_us, month.end_us()) <= rule.burst_s);
                counted.1 += 1;
            }
        }
        // What was closed yesterday may still be taken back tomorrow: it says nothing yet, whether or not it was.
        let followed = closing
            .first_closed_us()
            .is_some_and(|closed_us| seconds(closed_us, as_of_us) >= rule.reopened_within_s);
        if followed {
            self.followed += 1;
            self.reopened += u64::from(flags.iter().any(|flag| flag.flag == FlagKind::Reopened));
        }
    }
}

/// A city that closes at the end of months, or before a holiday, is no unit's burst; one where nobody does lets the calendar expect its
/// hours.
fn bursts(own: &BTreeMap<Month, (u64, u64)>, city: &BTreeMap<Month, (u64, u64)>, rule: &FlagRule) -> Vec<Burst> {
    let mut bursts = Vec::new();
    for (month, (part, whole)) in own {
        let (all_part, all_whole) = city.get(month).copied().unwrap_or_default();
        let (others_part, others_whole) = (all_part.saturating_sub(*part), all_whole.saturating_sub(*whole));
        let of_others = if others_whole == 0 { 0.0 } else { ratio(others_part, others_whole) };
        let of_hours = (rule.burst_s / seconds(month.start_us(), month.end_us())).clamp(0.0, 1.0);
        let expected = of_others.max(of_hours);
        let Some(limits) = control_limits(*whole, expected, rule.burst_level) else {
            continue;
        };
        let share = ratio(*part, *whole);
        if share > limits.high {
            bursts.push(Burst {
                month: month.to_string(),
                part: *part,
                whole: *whole,
                share,
                expected,
                limit: limits.high,
            });
        }
    }
    bursts
}
