//! Who is clearly slow, who clearly fast, and who cannot be told apart: the only ordering a table of small numbers supports.
//!
//! The rule, in words: a unit with fewer than `minimum_n` cases has *not enough data* and takes no part. The others are shrunk
//! together, each with a standard error that borrows from the others (see below); one whose reliability is then below
//! `minimum_reliability` has not enough data either. A unit is **slow** if the whole 95 % interval of its shrunken value lies above
//! the units' common mean, **fast** if the whole interval lies below it, and **same** otherwise. Places are of the plain values;
//! their intervals come from draws of the shrunken ones, and are widened to hold the place itself where chance alone has put it
//! outside. Beside them stands how sure it is that a unit is among the slowest tenth, by the same shrunken values.
//!
//! Why borrow: a restricted mean cannot fall below 0, so its spread grows with it, and a unit that was quick by luck also looks sure
//! of it. By its own standard error alone it is believed too much: in simulated months (267 units of some 57 cases, bench `ranks`)
//! the 95 % intervals held 93.6 % of the true places, without a minimum of cases 87 %, and of the units named fast 2 % and 10 % were
//! of the slower half. The variance per case, SE² n, is therefore mixed with `borrowed_cases` cases of the units' pooled variance:
//! 95 % of the places either way, and 1 % wrongly named. The published interval of the plain value stays the unit's own.

use super::{Estimate, RankInterval, in_slowest_tenth, rank_intervals, ranks, shrink};

/// Half width of a 95 % normal interval, in standard errors.
pub const NORMAL_95: f64 = 1.959_963_984_540_054;

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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TierRule {
    /// Cases a unit needs to be ranked.
    pub minimum_n: u64,
    /// Reliability a unit needs to be ranked, 0 to 1: 0.5 = its own cases say at least as much of it as all the others do. 0 asks for
    /// none.
    pub minimum_reliability: f64,
    /// Cases of the units' pooled variance that each unit's own is mixed with; 0 leaves it as it is.
    pub borrowed_cases: u32,
    /// Draws behind the intervals of the places.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for TierRule {
    fn default() -> Self {
        Self {
            minimum_n: 30,
            minimum_reliability: 0.0,
            borrowed_cases: 100,
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
    /// Share of the unit's difference from the mean that is believed; none for units with too few cases.
    pub reliability: Option<f64>,
    /// Place, 1 = fastest; none where there is not enough data.
    pub rank: Option<usize>,
    /// Where the place may really lie.
    pub rank_interval: Option<RankInterval>,
    /// Probability to be among the slowest tenth of the units that have a place; none where fewer than two have one.
    pub p_slowest_tenth: Option<f64>,
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
    let known: Vec<usize> = (0..units.len())
        .filter(|&unit| units[unit].0 >= rule.minimum_n && sound[unit].is_some())
        .collect();
    let estimates: Vec<Estimate> = known.iter().filter_map(|&unit| sound[unit]).collect();
    let cases: Vec<f64> = known.iter().map(|&unit| float(units[unit].0)).collect();
    let mut standings: Vec<Standing> = sound
        .iter()
        .map(|value| Standing {
            tier: Tier::NotEnoughData,
            interval: value.map(|value| interval(value, tau)),
            shrunken: None,
            reliability: None,
            rank: None,
            rank_interval: None,
            p_slowest_tenth: None,
        })
        .collect();
    let Some(shrinkage) = shrink(&steadied(&estimates, &cases, f64::from(rule.borrowed_cases))) else {
        return standings;
    };
    for (&unit, shrunken) in known.iter().zip(&shrinkage.units) {
        standings[unit].reliability = Some(shrunken.reliability);
    }
    let ranked: Vec<usize> = (0..known.len())
        .filter(|&position| shrinkage.units[position].reliability >= rule.minimum_reliability)
        .collect();
    let values: Vec<f64> = ranked.iter().map(|&position| estimates[position].value).collect();
    let drawn = ranked.iter().map(|&position| shrinkage.units[position]);
    let drawn: Vec<(f64, f64)> = drawn.map(|unit| (unit.value, unit.standard_error)).collect();
    let places = ranks(&values);
    let intervals = rank_intervals(&drawn, rule.draws, rule.seed);
    let slowest = in_slowest_tenth(&drawn);
    for (order, &position) in ranked.iter().enumerate() {
        let (shrunken, standard_error) = drawn[order];
        let reach = NORMAL_95 * standard_error;
        let tier = if known.len() == 1 {
            Tier::Same
        } else if shrunken - reach > shrinkage.mean {
            Tier::Slow
        } else if shrunken + reach < shrinkage.mean {
            Tier::Fast
        } else {
            Tier::Same
        };
        let place = places[order];
        let standing = &mut standings[known[position]];
        standing.tier = tier;
        standing.shrunken = Some(shrunken);
        standing.rank = Some(place);
        standing.rank_interval = Some(RankInterval {
            low: intervals[order].low.min(place),
            high: intervals[order].high.max(place),
        });
        standing.p_slowest_tenth = slowest.as_ref().map(|slowest| slowest[order]);
    }
    standings
}

/// The estimates with the standard errors the ranking goes by: each unit's variance per case, SE² n, mixed with `borrowed` cases of
/// all units' mean variance per case.
fn steadied(estimates: &[Estimate], cases: &[f64], borrowed: f64) -> Vec<Estimate> {
    let together: f64 = cases.iter().sum();
    let own = |(estimate, n): (&Estimate, &f64)| (estimate.standard_error * n).powi(2);
    let pooled = estimates.iter().zip(cases).map(own).sum::<f64>() / together;
    let steady = |(estimate, n): (&Estimate, &f64)| Estimate {
        value: estimate.value,
        standard_error: ((own((estimate, n)) + pooled * borrowed) / (n + borrowed) / n).sqrt(),
    };
    estimates.iter().zip(cases).map(steady).collect()
}

/// A unit with a value has a case.
#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn float(cases: u64) -> f64 {
    cases.max(1) as f64
}

fn with_doubt(value: Estimate, n: u64, tau: f64) -> Estimate {
    if value.standard_error > 0.0 {
        return value;
    }
    Estimate {
        standard_error: value.value.max(tau - value.value) / float(n),
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
    use crate::Estimate;

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
        assert_eq!((standings[0].p_slowest_tenth, standings[3].p_slowest_tenth), (None, None));
        let slowest: f64 = standings[1..3].iter().filter_map(|standing| standing.p_slowest_tenth).sum();
        assert!((slowest - 1.0).abs() < 1e-9, "one of the two is the slowest tenth");
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
    fn a_quick_unit_is_not_surer_of_itself_for_being_quick() {
        // Same cases, but the lucky one's own standard error is a quarter of the others'.
        let mut units: Vec<_> = (0..30).map(|step| unit(60, 25.0 + f64::from(step), 8.0)).collect();
        units.push(unit(60, 24.0, 2.0));
        let own = standings(
            &units,
            168.0,
            TierRule {
                borrowed_cases: 0,
                ..TierRule::default()
            },
        );
        let borrowed = standings(&units, 168.0, TierRule::default());
        assert_eq!((own[30].tier, borrowed[30].tier), (Tier::Fast, Tier::Same));
        assert!(own[30].reliability > borrowed[30].reliability);
        assert_eq!(own[30].interval, borrowed[30].interval);
        assert_eq!(own[30].rank, borrowed[30].rank);
    }

    #[test]
    fn a_unit_that_says_little_of_itself_gets_no_place_if_the_rule_asks_for_reliability() {
        let mut units: Vec<_> = (0..20).map(|step| unit(400, 20.0 + f64::from(step), 1.0)).collect();
        units.push(unit(30, 60.0, 20.0));
        let rule = TierRule {
            minimum_reliability: 0.5,
            ..TierRule::default()
        };
        let asked = standings(&units, 168.0, rule);
        assert_eq!(
            (asked[20].tier, asked[20].rank, asked[20].shrunken),
            (Tier::NotEnoughData, None, None)
        );
        assert!(asked[20].reliability.unwrap() < 0.5);
        assert_eq!(asked[19].rank, Some(20));
        assert_eq!(standings(&units, 168.0, TierRule::default())[20].rank, Some(21));
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
