//! Who is clearly slow, who clearly fast, and who cannot be told apart: the only ordering a table of small numbers supports.
//!
//! The rule, in words: a unit with fewer than `minimum_n` cases has *not enough data* and takes no part. The others are shrunk
//! together; a unit is **slow** if the whole 95 % interval of its shrunken value lies above the units' common mean, **fast** if the
//! whole interval lies below it, and **same** otherwise. Places are of the plain values; their intervals come from draws of the
//! shrunken ones, and are widened to hold the place itself where chance alone has put it outside.

use super::{Estimate, RankInterval, rank_intervals, ranks, shrink};

/// Half width of a 95 % normal interval, in standard errors.
const NORMAL_95: f64 = 1.959_963_984_540_054;

/// How clearly a unit differs from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Clearly slower than the units' mean.
    Slow,
    /// Cannot be told from the mean.
    Same,
    /// Clearly faster than the units' mean.
    Fast,
    /// Fewer cases than the minimum: no place is given.
    NotEnoughData,
}

impl Tier {
    /// The id in `rankings.csv` and the API.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Slow => "slow",
            Self::Same => "same",
            Self::Fast => "fast",
            Self::NotEnoughData => "not_enough_data",
        }
    }
}

/// What a table is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TierRule {
    /// Cases a unit needs to be ranked.
    pub minimum_n: u64,
    /// Draws behind the intervals of the places.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for TierRule {
    fn default() -> Self {
        Self {
            minimum_n: 30,
            draws: 1_000,
            seed: 2014,
        }
    }
}

/// One unit's place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Tier by the rule above.
    pub tier: Tier,
    /// 95 % interval of the plain value.
    pub interval: Option<(f64, f64)>,
    /// Value after shrinkage; none for units without a place.
    pub shrunken: Option<f64>,
    /// Share of the unit's difference from the mean that is believed.
    pub reliability: Option<f64>,
    /// Place, 1 = fastest; none where there is not enough data.
    pub rank: Option<usize>,
    /// Where the place may really lie.
    pub rank_interval: Option<RankInterval>,
}

/// Places for units given as (cases, restricted mean and its standard error; none where there is no value), in the order given. Values
/// lie from 0 to `tau`, and so do the intervals.
///
/// A standard error of 0 does not mean certainty: it is what a unit gets that closed nothing in time, or everything in the same
/// second. It is replaced by what one more case at the far end would do to the mean, max(value, tau − value) / n.
#[must_use]
pub fn standings(units: &[(u64, Option<Estimate>)], tau: f64, rule: TierRule) -> Vec<Standing> {
    let sound: Vec<Option<Estimate>> = units
        .iter()
        .map(|(n, value)| value.map(|value| with_doubt(value, *n, tau)))
        .collect();
    let ranked: Vec<usize> = (0..units.len())
        .filter(|&unit| units[unit].0 >= rule.minimum_n && sound[unit].is_some())
        .collect();
    let estimates: Vec<Estimate> = ranked.iter().filter_map(|&unit| sound[unit]).collect();
    let mut standings: Vec<Standing> = sound
        .iter()
        .map(|value| Standing {
            tier: Tier::NotEnoughData,
            interval: value.map(|value| interval(value, tau)),
            shrunken: None,
            reliability: None,
            rank: None,
            rank_interval: None,
        })
        .collect();
    let Some(shrinkage) = shrink(&estimates) else {
        return standings;
    };
    let values: Vec<f64> = estimates.iter().map(|estimate| estimate.value).collect();
    let drawn: Vec<(f64, f64)> = shrinkage.units.iter().map(|unit| (unit.value, unit.standard_error)).collect();
    let places = ranks(&values);
    let intervals = rank_intervals(&drawn, rule.draws, rule.seed);
    for (position, &unit) in ranked.iter().enumerate() {
        let shrunken = shrinkage.units[position];
        let reach = NORMAL_95 * shrunken.standard_error;
        let tier = if ranked.len() == 1 {
            Tier::Same
        } else if shrunken.value - reach > shrinkage.mean {
            Tier::Slow
        } else if shrunken.value + reach < shrinkage.mean {
            Tier::Fast
        } else {
            Tier::Same
        };
        let place = places[position];
        standings[unit] = Standing {
            tier,
            shrunken: Some(shrunken.value),
            reliability: Some(shrunken.reliability),
            rank: Some(place),
            rank_interval: Some(RankInterval {
                low: intervals[position].low.min(place),
                high: intervals[position].high.max(place),
            }),
            ..standings[unit]
        };
    }
    standings
}

fn with_doubt(value: Estimate, n: u64, tau: f64) -> Estimate {
    if value.standard_error > 0.0 {
        return value;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
    let n = n.max(1) as f64;
    Estimate {
        standard_error: value.value.max(tau - value.value) / n,
        ..value
    }
}

fn interval(value: Estimate, tau: f64) -> (f64, f64) {
    let reach = NORMAL_95 * value.standard_error;
    ((value.value - reach).max(0.0), (value.value + reach).min(tau))
}

#[cfg(test)]
mod tests {
    use super::{Tier, TierRule, standings};
    use crate::statistics::Estimate;

    fn unit(n: u64, value: f64, standard_error: f64) -> (u64, Option<Estimate>) {
        (n, Some(Estimate { value, standard_error }))
    }

    #[test]
    fn only_units_clearly_off_the_mean_are_named_slow_or_fast() {
        let mut units: Vec<_> = (0..20).map(|step| unit(100, 20.0 + f64::from(step) * 0.1, 1.0)).collect();
        units.push(unit(100, 40.0, 1.0));
        units.push(unit(100, 3.0, 1.0));
        let standings = standings(&units, 168.0, TierRule::default());
        assert!(standings[..20].iter().all(|standing| standing.tier == Tier::Same));
        assert_eq!(standings[20].tier, Tier::Slow);
        assert_eq!(standings[20].rank, Some(22));
        assert_eq!(standings[21].tier, Tier::Fast);
        assert_eq!(standings[21].rank, Some(1));
    }

    #[test]
    fn a_unit_below_the_minimum_has_a_value_but_no_place() {
        let units = [unit(29, 90.0, 5.0), unit(30, 20.0, 1.0), unit(31, 22.0, 1.0), (50, None)];
        let standings = standings(&units, 168.0, TierRule::default());
        assert_eq!((standings[0].tier, standings[0].rank), (Tier::NotEnoughData, None));
        assert!(standings[0].interval.is_some());
        assert_eq!(standings[1].rank, Some(1));
        assert_eq!(standings[2].rank, Some(2));
        assert_eq!(standings[3].interval, None);
    }

    #[test]
    fn the_errors_of_two_published_units_stand_in_the_ratio_of_their_roots() {
        // Cijantung had 41 complaints and place 2, Cengkareng Barat 3,346 and place 262 (September 2017).
        let within = 60.0;
        let (small, large) = (41.0_f64, 3_346.0_f64);
        let units = [
            unit(41, 20.0, within / small.sqrt()),
            unit(3_346, 50.0, within / large.sqrt()),
            unit(500, 35.0, 2.0),
            unit(400, 30.0, 2.0),
        ];
        let standings = standings(&units, 168.0, TierRule::default());
        let width = |unit: usize| standings[unit].interval.map(|(low, high)| high - low).unwrap();
        assert!((width(0) / width(1) - (large / small).sqrt()).abs() < 1e-9);
        let places = |unit: usize| standings[unit].rank_interval.map(|interval| interval.high - interval.low).unwrap();
        assert!(places(0) >= places(1));
    }

    #[test]
    fn closing_nothing_is_not_a_certain_value() {
        let units = [unit(41, 168.0, 0.0), unit(200, 30.0, 3.0), unit(200, 33.0, 3.0)];
        let standings = standings(&units, 168.0, TierRule::default());
        let (low, high) = standings[0].interval.unwrap();
        assert!(low < 168.0 && high <= 168.0);
        assert_eq!(standings[0].tier, Tier::Slow);
    }

    #[test]
    fn every_place_lies_in_its_own_interval() {
        let units: Vec<_> = (0..60)
            .map(|step| unit(30 + step * 7, f64::from(u32::try_from(step * 37 % 60).unwrap()), 12.0))
            .collect();
        for standing in standings(&units, 168.0, TierRule::default()) {
            let interval = standing.rank_interval.unwrap();
            assert!((interval.low..=interval.high).contains(&standing.rank.unwrap()));
        }
    }
}
