//! Farrington's limit: what this week's count may be at most, by the same weeks of past years.
//!
//! ```text
//!  week − 4·52 ± 3      week − 3·52 ± 3      week − 2·52 ± 3      week − 52 ± 3            week
//! ──────[·······]────────────[·······]────────────[·······]────────────[·······]──────────────●
//! ```
//!
//! 1. A quasi-Poisson line through those weeks, ln mean = a + b week, dispersion φ at least 1.
//! 2. Weeks far above it were outbreaks: with s their standardised Anscombe residual, those with s above 1 weigh 1 / s², all weights
//!    scaled to the number of weeks; fitted again.
//! 3. The trend stays only where there are three years, its p is below 0.05, and the week's mean is not above all the counts; else 1
//!    and 2 again without it.
//! 4. Limit by the 2/3 power, (μ^(2/3) + z √(4/9 μ^(1/3) (φ + var μ / μ)))^(3/2), z two-sided; or the quantile of a negative binomial
//!    with that mean and dispersion, one-sided.
//! 5. No alarm where the last four weeks, this one among them, had fewer than five reports.
//!
//! Source: Farrington, Andrews, Beale & Catchpole 1996, as R's surveillance does it. Of the flexible version (Noufaily et al. 2013) only
//! the negative binomial limit and the higher threshold of re-weighting are here, not its seasonal factor. The two do not agree on
//! the same data: name the method in an alert.

use statrs::function::beta::checked_beta_reg;

use super::CountLaw;
use super::normal;
use super::quasi_poisson::QuasiPoisson;

/// A trend with a larger p is left out.
const TREND_P: f64 = 0.05;
/// Fewer years show no trend.
const TREND_YEARS: usize = 3;

/// How the limit is made from mean and dispersion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FarringtonPower {
    /// By the 2/3 power, which makes a Poisson count symmetric; the doubt about the mean is in it.
    TwoThirds,
    /// The quantile of the negative binomial, or of Poisson at dispersion 1: a whole number; the mean is taken as known.
    NegativeBinomial,
}

/// What a limit is made with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FarringtonRule {
    /// Years to look back, at least 1.
    pub years: usize,
    /// Weeks taken before and after the same week of a past year; less than half a year.
    pub half_window_weeks: usize,
    /// Weeks a year.
    pub year_weeks: usize,
    /// Residual above which a past week weighs less: 1 (Farrington), 2.58 (Noufaily); none for equal weights.
    pub outbreak_above: Option<f64>,
    /// Whether a trend may be fitted.
    pub trend: bool,
    /// Chance of an alarm without an outbreak, between 0 and 1: two-sided for [`FarringtonPower::TwoThirds`], one-sided for the other.
    pub alpha: f64,
    /// How the limit is made.
    pub power: FarringtonPower,
    /// Reports that the last weeks must have had.
    pub recent_reports: u64,
    /// How many weeks these are, this one among them.
    pub recent_weeks: usize,
}

impl Default for FarringtonRule {
    /// Five years, three weeks around, alpha 0.01, at least five reports in four weeks.
    fn default() -> Self {
        Self {
            years: 5,
            half_window_weeks: 3,
            year_weeks: 52,
            outbreak_above: Some(1.0),
            trend: true,
            alpha: 0.01,
            power: FarringtonPower::TwoThirds,
            recent_reports: 5,
            recent_weeks: 4,
        }
    }
}

/// One week's limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FarringtonLimit {
    /// What the past lets expect.
    pub expected: f64,
    /// What the count may be at most.
    pub upper: f64,
    /// φ, at least 1.
    pub dispersion: f64,
    /// Whether the expectation follows a trend.
    pub trend: bool,
    /// Whether the last weeks had reports enough for an alarm.
    pub enough: bool,
    /// Whether there were enough and the count is above the limit.
    pub alarm: bool,
}

/// The limit of the week at position `week` of a weekly series. None if the series does not hold that week and all past ones the rule
/// asks for, if those had no report at all (nothing can be said of a first one), or if the rule is not as [`FarringtonRule`] wants it.
#[must_use]
pub fn farrington(counts: &[u64], week: usize, rule: &FarringtonRule) -> Option<FarringtonLimit> {
    let today = *counts.get(week)?;
    let sound = rule.alpha > 0.0 && rule.alpha < 1.0 && rule.half_window_weeks < rule.year_weeks.div_ceil(2);
    if !sound {
        return None;
    }
    let (past, times) = references(counts, week, rule)?;
    let highest = past.iter().copied().fold(0.0, f64::max);
    let sloped = if rule.trend && rule.years >= TREND_YEARS {
        estimate(&past, &times, rule, true).filter(|fit| significant(fit, past.len()) && fit.mean <= highest)
    } else {
        None
    };
    let trend = sloped.is_some();
    let fit = sloped.or_else(|| estimate(&past, &times, rule, false))?;
    let dispersion = fit.dispersion.max(1.0);
    let upper = match rule.power {
        FarringtonPower::TwoThirds => two_thirds(&fit, dispersion, rule.alpha),
        FarringtonPower::NegativeBinomial => {
            let size = if dispersion > 1.0 {
                fit.mean / (dispersion - 1.0)
            } else {
                f64::INFINITY
            };
            number(CountLaw::negative_binomial(fit.mean, size)?.limit(rule.alpha)?)
        }
    };
    let last = &counts[(week + 1).saturating_sub(rule.recent_weeks)..=week];
    let recent = last.iter().fold(0_u64, |sum, &count| sum.saturating_add(count));
    let enough = recent >= rule.recent_reports;
    Some(FarringtonLimit {
        expected: fit.mean,
        upper,
        dispersion,
        trend,
        enough,
        alarm: enough && number(today) > upper,
    })
}

/// Counts of the past weeks, and their times in weeks from the one watched (so all are negative), oldest first.
fn references(counts: &[u64], week: usize, rule: &FarringtonRule) -> Option<(Vec<f64>, Vec<f64>)> {
    let (mut past, mut times) = (Vec::new(), Vec::new());
    for year in (1..=rule.years).rev() {
        let ago = rule.year_weeks.checked_mul(year)?;
        let centre = week.checked_sub(ago)?;
        let first = centre.checked_sub(rule.half_window_weeks)?;
        for position in first..=centre + rule.half_window_weeks {
            past.push(number(*counts.get(position)?));
            #[expect(clippy::cast_precision_loss, reason = "a series of weeks is far shorter than 2^52")]
            let weeks_ago = week.checked_sub(position)? as f64;
            times.push(-weeks_ago);
        }
    }
    Some((past, times))
}

/// Steps 1 and 2.
fn estimate(past: &[f64], times: &[f64], rule: &FarringtonRule, trend: bool) -> Option<QuasiPoisson> {
    let even = vec![1.0; past.len()];
    let first = QuasiPoisson::fit(past, times, &even, trend)?;
    let Some(threshold) = rule.outbreak_above else {
        return Some(first);
    };
    let dispersion = first.dispersion.max(1.0);
    let mut weights = even;
    for (i, weight) in weights.iter_mut().enumerate() {
        let (count, mean) = (past[i], first.fitted[i]);
        let residual = 1.5 * (count.powf(2.0 / 3.0) * mean.powf(-1.0 / 6.0) - mean.sqrt());
        let standardised = residual / (dispersion * (1.0 - first.leverage[i])).sqrt();
        if standardised > threshold {
            *weight = 1.0 / (standardised * standardised);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "some hundred weeks")]
    let scale = past.len() as f64 / weights.iter().sum::<f64>();
    for weight in &mut weights {
        *weight *= scale;
    }
    QuasiPoisson::fit(past, times, &weights, trend)
}

/// Whether a trend's p, by Student's t with the fit's own dispersion, is small enough.
fn significant(fit: &QuasiPoisson, weeks: usize) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "some hundred weeks")]
    let freedom = weeks as f64 - 2.0;
    let t_square = fit.slope * fit.slope / (fit.dispersion * fit.slope_variance);
    checked_beta_reg(freedom / 2.0, 0.5, freedom / (freedom + t_square)).is_ok_and(|p| p < TREND_P)
}

fn two_thirds(fit: &QuasiPoisson, dispersion: f64, alpha: f64) -> f64 {
    // The variance of the mean is φ μ² var(ln μ); divided by the mean.
    let doubt = dispersion + dispersion * fit.ln_variance * fit.mean;
    let error = (4.0 / 9.0 * fit.mean.cbrt() * doubt).sqrt();
    (fit.mean.powf(2.0 / 3.0) + normal::critical(alpha / 2.0) * error).powf(1.5)
}

#[expect(clippy::cast_precision_loss, reason = "counts of reports stay far below 2^52")]
fn number(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::{FarringtonPower, FarringtonRule, farrington};
    use crate::hotspot_table::{assert_close, cases, counts, flags, numbers};

    #[test]
    fn every_limit_and_alarm_equals_surveillance() {
        for case in cases("farrington") {
            let series = counts(&case["counts"]);
            let whole = |name: &str| usize::try_from(case[name].as_u64().unwrap()).unwrap();
            let rule = FarringtonRule {
                years: whole("years"),
                half_window_weeks: whole("half_window_weeks"),
                outbreak_above: case["reweight"].as_bool().unwrap().then_some(1.0),
                trend: case["trend_allowed"].as_bool().unwrap(),
                alpha: case["alpha"].as_f64().unwrap(),
                ..FarringtonRule::default()
            };
            let plug_in = FarringtonRule {
                power: FarringtonPower::NegativeBinomial,
                ..rule
            };
            let weeks = counts(&case["week"]);
            assert!(weeks.len() > 50);
            for (row, &week) in weeks.iter().enumerate() {
                let week = usize::try_from(week).unwrap();
                let name = format!("{} {week}", case["name"]);
                let limit = farrington(&series, week, &rule).unwrap();
                assert_close(limit.expected, numbers(&case["expected"])[row], &name);
                assert_close(limit.dispersion, numbers(&case["dispersion"])[row], &name);
                assert_eq!(limit.trend, flags(&case["trend"])[row], "{name}");
                assert_eq!(limit.alarm, flags(&case["alarm"])[row], "{name}");
                // It gives 0 for a limit where there were too few reports.
                let upper = numbers(&case["upper"])[row];
                assert_eq!(limit.enough, upper > 0.0, "{name}");
                if limit.enough {
                    assert_close(limit.upper, upper, &name);
                }
                assert_close(
                    farrington(&series, week, &plug_in).unwrap().upper,
                    numbers(&case["plug_in"])[row],
                    &name,
                );
            }
        }
    }

    /// A steady series with a season, and an outbreak in the watched week and, if wanted, a year before it.
    fn steady(past_outbreak: u64) -> Vec<u64> {
        let mut series: Vec<u64> = (0..261).map(|week| 10 + week % 52 / 10 + week * 7 % 3).collect();
        series[260 - 52] += past_outbreak;
        series[260] += 30;
        series
    }

    #[test]
    fn a_past_outbreak_does_not_hide_the_next_one() {
        let rule = FarringtonRule {
            years: 4,
            ..FarringtonRule::default()
        };
        let plain = FarringtonRule {
            outbreak_above: None,
            ..rule
        };
        let upper = |rule: &FarringtonRule| farrington(&steady(60), 260, rule).unwrap();
        assert!(
            upper(&rule).alarm && upper(&rule).upper < upper(&plain).upper / 1.3,
            "{:?}",
            upper(&rule)
        );
        let clean = farrington(&steady(0), 260, &rule).unwrap();
        assert!((upper(&rule).expected - clean.expected).abs() < 1.0);
    }

    #[test]
    fn a_handful_of_reports_is_never_an_alarm() {
        let mut series = vec![0; 300];
        series[120] = 1;
        series[279 - 52] = 1;
        series[279] = 4;
        let limit = farrington(&series, 279, &FarringtonRule::default()).unwrap();
        assert!(!limit.enough && !limit.alarm && limit.upper < 4.0, "{limit:?}");
        series[278] = 1;
        assert!(farrington(&series, 279, &FarringtonRule::default()).unwrap().alarm);
    }

    #[test]
    fn without_the_past_it_asks_for_there_is_no_limit() {
        let rule = FarringtonRule::default();
        assert_eq!(farrington(&[3; 300], 262, &rule), None, "one week short");
        assert!(farrington(&[3; 300], 263, &rule).is_some());
        assert_eq!(farrington(&[3; 300], 300, &rule), None, "no such week");
        assert_eq!(farrington(&[0; 300], 299, &rule), None, "nothing ever");
        assert_eq!(farrington(&[3; 300], 299, &FarringtonRule { years: 0, ..rule }), None);
        let wide = FarringtonRule {
            half_window_weeks: 30,
            ..rule
        };
        assert_eq!(farrington(&[3; 400], 399, &wide), None);
    }
}
