//! EARS C1, C2, C3: today's count against the last seven days, for a place with no history to speak of.
//!
//! | method | baseline of day t | alarm where today's count is above |
//! |---|---|---|
//! | C1 | t − 7 … t − 1 | mean + z sd |
//! | C2 | t − 9 … t − 3 | mean + z sd |
//! | C3 | t − 9 … t − 3 | mean + sd (z − Σ max(0, (count − mean) / sd − 1) over the days t − 1 and t − 2, each by its own C2 baseline) |
//!
//! Source: Hutwagner et al. 2003; Fricker, Hegler & Dunfee 2008. It knows no weekday: give it series that have none, or sums of days.

use super::normal;

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EarsMethod {
    /// The baseline ends yesterday: an outbreak that grows slowly hides itself.
    C1,
    /// The baseline ends three days ago.
    C2,
    /// As C2, with what the last two days had too much.
    C3,
}

/// What a limit is made with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarsRule {
    /// Which of the three.
    pub method: EarsMethod,
    /// Days of the baseline, at least 2.
    pub baseline_days: usize,
    /// One-sided chance of an alarm if counts were normal, between 0 and 1.
    pub alpha: f64,
    /// The least standard deviation believed; 0.5 to 1 where most days have no report, else one report after seven quiet days is an alarm.
    pub minimum_deviation: f64,
}

impl EarsRule {
    /// Seven days, alpha 0.001 (C1, C2) or 0.025 (C3) as the CDC has it, and no least deviation.
    #[must_use]
    pub const fn new(method: EarsMethod) -> Self {
        Self {
            method,
            baseline_days: 7,
            alpha: match method {
                EarsMethod::C1 | EarsMethod::C2 => 0.001,
                EarsMethod::C3 => 0.025,
            },
            minimum_deviation: 0.0,
        }
    }
}

/// One day's limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarsLimit {
    /// Mean of the baseline.
    pub expected: f64,
    /// What the count may be at most.
    pub limit: f64,
    /// Whether the count is above it.
    pub alarm: bool,
}

/// The limit of every day, in the order given. None for days whose baseline begins before the series, and for C3 also where a day
/// before had a baseline without any spread, of which nothing can be said; none at all if the rule is not as [`EarsRule`] wants it.
#[must_use]
pub fn ears(counts: &[u64], rule: EarsRule) -> Vec<Option<EarsLimit>> {
    let z = normal::critical(rule.alpha);
    let sound = rule.baseline_days >= 2 && z.is_finite() && rule.minimum_deviation >= 0.0;
    let day = |today: usize| {
        if !sound {
            return None;
        }
        let (expected, deviation) = baseline(counts, today, rule)?;
        let reach = match rule.method {
            EarsMethod::C1 | EarsMethod::C2 => z,
            EarsMethod::C3 => z - excess(counts, today.checked_sub(1)?, rule)? - excess(counts, today.checked_sub(2)?, rule)?,
        };
        let limit = expected + deviation * reach;
        Some(EarsLimit {
            expected,
            limit,
            alarm: number(counts[today]) > limit,
        })
    };
    (0..counts.len()).map(day).collect()
}

/// Mean and standard deviation (divisor n − 1) of a day's baseline.
fn baseline(counts: &[u64], today: usize, rule: EarsRule) -> Option<(f64, f64)> {
    let gap = match rule.method {
        EarsMethod::C1 => 0,
        EarsMethod::C2 | EarsMethod::C3 => 2,
    };
    let end = today.checked_sub(gap)?;
    let days = &counts[end.checked_sub(rule.baseline_days)?..end];
    #[expect(clippy::cast_precision_loss, reason = "a baseline has far fewer than 2^52 days")]
    let n = days.len() as f64;
    let mean = days.iter().map(|&count| number(count)).sum::<f64>() / n;
    let squares: f64 = days.iter().map(|&count| (number(count) - mean).powi(2)).sum();
    Some((mean, (squares / (n - 1.0)).sqrt().max(rule.minimum_deviation)))
}

/// By how many deviations more than one a day was above its baseline.
fn excess(counts: &[u64], day: usize, rule: EarsRule) -> Option<f64> {
    let (mean, deviation) = baseline(counts, day, rule)?;
    (deviation > 0.0).then(|| ((number(counts[day]) - mean) / deviation - 1.0).max(0.0))
}

#[expect(clippy::cast_precision_loss, reason = "counts of reports stay far below 2^52")]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::{EarsMethod, EarsRule, ears};
    use crate::hotspot_table::{assert_close, cases, counts};

    #[test]
    fn every_limit_and_alarm_equals_surveillance() {
        for case in cases("ears") {
            let name = case["name"].as_str().unwrap();
            let method = match case["method"].as_str().unwrap() {
                "C1" => EarsMethod::C1,
                "C2" => EarsMethod::C2,
                _ => EarsMethod::C3,
            };
            let rule = EarsRule {
                minimum_deviation: case["minimum_deviation"].as_f64().unwrap(),
                ..EarsRule::new(method)
            };
            assert_close(rule.alpha, case["alpha"].as_f64().unwrap(), name);
            let (limits, alarms) = (case["limits"].as_array().unwrap(), case["alarms"].as_array().unwrap());
            let given = ears(&counts(&case["counts"]), rule);
            assert_eq!(given.len(), limits.len(), "{name}");
            for (day, limit) in given.iter().enumerate() {
                assert_eq!(limit.map(|limit| limit.alarm), alarms[day].as_bool(), "{name} {day}");
                if let Some(expected) = limits[day].as_f64() {
                    assert_close(limit.unwrap().limit, expected, name);
                }
            }
        }
    }

    #[test]
    fn the_printed_series_has_its_printed_limits() {
        let series = [3, 5, 2, 6, 4, 3, 5, 12, 4, 9];
        let limits = ears(&series, EarsRule::new(EarsMethod::C1));
        assert!(limits[..7].iter().all(Option::is_none));
        for (day, expected) in [(7, 8.370_248), (8, 15.333_21), (9, 15.302_87)] {
            let limit = limits[day].unwrap();
            assert!((limit.limit - expected).abs() < 1e-5);
            assert_eq!(limit.alarm, day == 7);
        }
        let later = ears(&series, EarsRule::new(EarsMethod::C2))[9].unwrap();
        assert!(later.alarm && (later.limit - 8.370_248).abs() < 1e-5);
    }

    #[test]
    fn a_least_deviation_keeps_one_report_after_a_quiet_week_from_being_an_alarm() {
        let series = [0, 0, 0, 0, 0, 0, 0, 1];
        let plain = EarsRule::new(EarsMethod::C1);
        assert!(ears(&series, plain)[7].unwrap().alarm);
        let careful = EarsRule {
            minimum_deviation: 0.5,
            ..plain
        };
        assert!(!ears(&series, careful)[7].unwrap().alarm);
    }

    #[test]
    fn a_rule_that_makes_no_sense_gives_no_limit() {
        let plain = EarsRule::new(EarsMethod::C1);
        for rule in [
            EarsRule { baseline_days: 1, ..plain },
            EarsRule { alpha: 0.0, ..plain },
            EarsRule { alpha: f64::NAN, ..plain },
            EarsRule {
                minimum_deviation: f64::NAN,
                ..plain
            },
        ] {
            assert_eq!(ears(&[1; 12], rule), [None; 12]);
        }
    }
}
