//! Question: do the 95 % intervals of the places hold 95 % of the true places, how wide are they, and are the slowest three really slow?
//!
//! 267 simulated units whose truth is known: their log-durations differ by a standard deviation of 0.3, cases within one by 1.5, and they
//! have log-normally many cases. First as a normal table (the known recipe, nobody left out), then case by case: log-normal waits of
//! 24 h in the median, filed evenly over the window and cut off at its end, through Kaplan-Meier and the restricted mean to `standings`
//! with its own minimum, borrowing from the others and not. Goals: 93 to 97 % held; at the size of a month nine in ten of the slowest
//! three in the true worst tenth.
//!
//! The slowest three are named by the shrunken value and by the probability of the slowest tenth, of the same cities. Beside them
//! stands what a judge names of the same units who is told all that nobody can know: how units and waits are distributed, by which law,
//! and every wait itself. Nothing that goes by these waits can do better, whatever its formula.

use tanggap_benches::report;
use tanggap_queries::statistics::{Curve, Durations, Estimate, RankInterval, Standing, Tier, TierRule, ranks, standings};

const UNITS: usize = 267;
/// Standard deviations of log-durations: between units, and of cases within one.
const BETWEEN: f64 = 0.3;
const WITHIN: f64 = 1.5;
const MEDIAN_H: f64 = 24.0;
const TAU_H: f64 = 168.0;
/// Border of the true worst tenth (27 of 267), in standard deviations between units.
const WORST: f64 = 1.275;
/// Repeats: the recipe has 400, of which a share of slowest three is known to 0.9 % only.
const REPEATS: u32 = 4_000;

/// Uniform and normal numbers: `SplitMix64` and the polar method.
struct Chance {
    state: u64,
    spare: Option<f64>,
}

impl Chance {
    /// From 0 (inclusive) to 1 (exclusive).
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 * 2.0_f64.powi(-53)
    }

    fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                let scale = (-2.0 * square.ln() / square).sqrt();
                self.spare = Some(y * scale);
                return x * scale;
            }
        }
    }
}

/// A unit's true place on the log scale, and how many cases it has.
struct Unit {
    theta: f64,
    cases: u32,
}

fn city(chance: &mut Chance, usual_cases: f64) -> Vec<Unit> {
    let unit = |_| {
        let theta = BETWEEN * chance.normal();
        let cases = (usual_cases * (chance.normal() - 0.5).exp()).round().max(3.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at least 3, and the cast saturates"
        )]
        let cases = cases as u32;
        Unit { theta, cases }
    };
    (0..UNITS).map(unit).collect()
}

/// What `standings` is given: cases, value and standard error.
type Measured = (u64, Option<Estimate>);

/// Log-durations that are all known, and the judge's opinion: how many standard deviations the unit lies beyond the border.
fn plain(chance: &mut Chance, unit: &Unit) -> (Measured, f64) {
    let standard_error = WITHIN / f64::from(unit.cases).sqrt();
    let value = unit.theta + standard_error * chance.normal();
    let within = standard_error * standard_error;
    let believed = BETWEEN * BETWEEN / (BETWEEN * BETWEEN + within);
    let opinion = (believed * value - WORST * BETWEEN) / (believed * within).sqrt();
    ((u64::from(unit.cases), Some(Estimate { value, standard_error })), opinion)
}

/// Waits cut off at the end of the window, by their restricted mean, and the judge's opinion.
fn cut_off(chance: &mut Chance, judge: &Judge, unit: &Unit, window_h: f64) -> (Measured, f64) {
    let mut durations = Durations::new();
    let mut hearing = judge.hearing();
    for _ in 0..unit.cases {
        let wait = MEDIAN_H * (unit.theta + WITHIN * chance.normal()).exp();
        let until_end = window_h * chance.uniform();
        durations.push(wait.min(until_end), wait <= until_end);
        hearing.push((wait.min(until_end) / MEDIAN_H).ln() / WITHIN, wait <= until_end);
    }
    let restricted = Curve::of(&mut durations).restricted_mean(TAU_H);
    let estimate = restricted.map(|restricted| Estimate {
        value: restricted.mean,
        standard_error: restricted.standard_error,
    });
    ((u64::from(unit.cases), estimate), hearing.opinion())
}

/// Who knows the law of the waits: the logarithm of a standard normal number's chance to lie beyond each of many.
struct Judge {
    beyond: Vec<f64>,
}

impl Judge {
    /// From where on, how many steps to one, and how many in all.
    const FROM: f64 = -12.0;
    const STEPS: f64 = 64.0;
    const ALL: u32 = 24 * 64;
    /// Places of a unit that are thought of, as multiples of the deviation between units, and how many of them.
    const PLACES_FROM: f64 = -4.8;
    const PLACES: u32 = 65;
    const APART: f64 = 0.15;

    fn new() -> Self {
        let at = |step: u32| Self::FROM + f64::from(step) / Self::STEPS;
        let density = |z: f64| (-z * z / 2.0).exp();
        // By Simpson's rule from the far end inwards; what lies beyond it is nothing.
        let mut tail = 0.0;
        let mut beyond = vec![0.0; Self::ALL as usize + 1];
        for step in (0..Self::ALL).rev() {
            let (near, far) = (at(step), at(step + 1));
            tail += (density(near) + 4.0 * density(f64::midpoint(near, far)) + density(far)) / 6.0 / Self::STEPS;
            beyond[step as usize] = (tail / std::f64::consts::TAU.sqrt()).ln();
        }
        beyond[Self::ALL as usize] = beyond[Self::ALL as usize - 1];
        Self { beyond }
    }

    fn beyond(&self, z: f64) -> f64 {
        let step = ((z - Self::FROM) * Self::STEPS).clamp(0.0, f64::from(Self::ALL - 1));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the table")]
        let below = step as usize;
        let past = step.fract();
        self.beyond[below] * (1.0 - past) + self.beyond[below + 1] * past
    }

    fn hearing(&self) -> Hearing<'_> {
        let place = |number: u32| Self::PLACES_FROM + f64::from(number) * Self::APART;
        let places: Vec<f64> = (0..Self::PLACES).map(|number| place(number) * BETWEEN / WITHIN).collect();
        let before = (0..Self::PLACES).map(|number| -place(number).powi(2) / 2.0).collect();
        Hearing {
            judge: self,
            places,
            likely: before,
        }
    }
}

/// What the judge thinks of one unit: how likely each place is, as a logarithm, at first by the law of the units alone.
struct Hearing<'a> {
    judge: &'a Judge,
    places: Vec<f64>,
    likely: Vec<f64>,
}

impl Hearing<'_> {
    /// A wait, in standard deviations within a unit, and whether it ended there.
    fn push(&mut self, wait: f64, ended: bool) {
        for (likely, place) in self.likely.iter_mut().zip(&self.places) {
            let beyond = wait - place;
            *likely += if ended { -beyond * beyond / 2.0 } else { self.judge.beyond(beyond) };
        }
    }

    /// How many standard deviations the unit is thought to lie beyond the border.
    fn opinion(&self) -> f64 {
        let most = self.likely.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let (mut whole, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for (likely, place) in self.likely.iter().zip(&self.places) {
            let chance = (likely - most).exp();
            whole += chance;
            sum += chance * place;
            squares += chance * place * place;
        }
        let mean = sum / whole;
        let deviation = (squares / whole - mean * mean).max(f64::MIN_POSITIVE).sqrt();
        (mean - WORST * BETWEEN / WITHIN) / deviation
    }
}

/// How often the slowest three by some measure were right.
#[derive(Default)]
struct Three {
    cities: f64,
    right: f64,
    squares: f64,
}

impl Three {
    /// A city in which so many of the three were right, or so many more by one measure than by another.
    fn add(&mut self, right: f64) {
        self.cities += 1.0;
        self.right += right;
        self.squares += right * right;
    }

    /// Share of the three, per cent.
    fn share(&self) -> f64 {
        self.right / self.cities / 3.0 * 100.0
    }

    /// Its standard error, per cent.
    fn standard_error(&self) -> f64 {
        let mean = self.right / self.cities;
        let variance = self.squares / self.cities - mean * mean;
        (variance / self.cities).sqrt() / 3.0 * 100.0
    }
}

/// What came true, over all repeats.
#[derive(Default)]
struct Tally {
    repeats: f64,
    places: f64,
    held: f64,
    width: f64,
    by_value: Three,
    by_probability: Three,
    by_judge: Three,
    gained: Three,
    fast: f64,
    fast_wrong: f64,
}

impl Tally {
    fn add(&mut self, city: &[Unit], standings: &[Standing], opinions: &[f64]) {
        let of_all = ranks(&city.iter().map(|unit| unit.theta).collect::<Vec<f64>>());
        let placed = |unit: &usize| standings[*unit].rank_interval.is_some();
        let ranked: Vec<usize> = (0..city.len()).filter(placed).collect();
        let of_ranked = ranks(&ranked.iter().map(|unit| city[*unit].theta).collect::<Vec<f64>>());
        let mut widths = Vec::new();
        for (unit, place) in ranked.iter().zip(of_ranked) {
            if let Some(RankInterval { low, high }) = standings[*unit].rank_interval {
                self.places += 1.0;
                self.held += one_if((low..=high).contains(&place));
                widths.push(high - low);
            }
            if standings[*unit].tier == Tier::Fast {
                self.fast += 1.0;
                self.fast_wrong += one_if(of_all[*unit] > city.len() / 2);
            }
        }
        widths.sort_unstable();
        self.width += widths.get(widths.len() / 2).map_or(0.0, |width| count(*width));
        self.repeats += 1.0;
        let worst = |unit: usize| of_all[unit] > city.len() - city.len().div_ceil(10);
        let shrunken = |unit: usize| standings[unit].shrunken.unwrap_or(f64::NEG_INFINITY);
        let probability = |unit: usize| standings[unit].p_slowest_tenth.unwrap_or(f64::NEG_INFINITY);
        let right = |measure: &dyn Fn(usize) -> f64| -> f64 {
            let mut slowest = ranked.clone();
            // Two of which one is quite sure are told apart by their values.
            slowest.sort_by(|&left, &right| {
                let values = || shrunken(right).total_cmp(&shrunken(left));
                measure(right).total_cmp(&measure(left)).then_with(values)
            });
            slowest.into_iter().take(3).map(|unit| one_if(worst(unit))).sum()
        };
        let (by_value, by_probability) = (right(&shrunken), right(&probability));
        self.by_value.add(by_value);
        self.by_probability.add(by_probability);
        self.by_judge.add(right(&|unit| opinions[unit]));
        self.gained.add(by_probability - by_value);
    }

    fn print(&self, what: &str) {
        let percent = |part: f64, whole: f64| 100.0 * part / whole;
        report(
            &format!("{what}: true places held"),
            percent(self.held, self.places),
            "wanted",
            95.0,
            "%",
        );
        report(
            &format!("{what}: median width"),
            self.width / self.repeats,
            "units ranked",
            self.places / self.repeats,
            "places",
        );
        for (name, three) in [("shrunken", &self.by_value), ("probability", &self.by_probability)] {
            let what = format!("{what}: slowest three, {name} (± {:.1})", three.standard_error());
            let limit = format!("all that can be known (± {:.1})", self.by_judge.standard_error());
            report(&what, three.share(), &limit, self.by_judge.share(), "%");
        }
        let gained = format!("{what}: slowest three, gained");
        report(&gained, self.gained.share(), "standard error", self.gained.standard_error(), "%");
        if self.fast > 0.0 {
            let wrong = percent(self.fast_wrong, self.fast);
            report(&format!("{what}: named fast, slower half"), wrong, "allowed on one side", 2.5, "%");
        }
    }
}

fn one_if(right: bool) -> f64 {
    if right { 1.0 } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "there are a few hundred places")]
fn count(places: usize) -> f64 {
    places as f64
}

fn normal_table(what: &str, usual_cases: f64, seed: u64) {
    let mut chance = Chance { state: seed, spare: None };
    let mut tally = Tally::default();
    for repeat in 0..REPEATS {
        let city = city(&mut chance, usual_cases);
        let (units, opinions): (Vec<Measured>, Vec<f64>) = city.iter().map(|unit| plain(&mut chance, unit)).unzip();
        let rule = TierRule {
            minimum_n: 0,
            draws: 400,
            seed: u64::from(repeat),
            ..TierRule::default()
        };
        tally.add(&city, &standings(&units, TAU_H, rule), &opinions);
    }
    tally.print(what);
}

/// The same simulated cases by each rule.
fn by_cases(what: &str, usual_cases: f64, window_h: f64, repeats: u32, rules: &[(&str, TierRule)]) {
    let mut chance = Chance { state: 7, spare: None };
    let judge = Judge::new();
    let mut tallies: Vec<Tally> = rules.iter().map(|_| Tally::default()).collect();
    for repeat in 0..repeats {
        let city = city(&mut chance, usual_cases);
        let heard = city.iter().map(|unit| cut_off(&mut chance, &judge, unit, window_h));
        let (units, opinions): (Vec<Measured>, Vec<f64>) = heard.unzip();
        for (tally, (_, rule)) in tallies.iter_mut().zip(rules) {
            let rule = TierRule {
                seed: u64::from(repeat),
                ..*rule
            };
            tally.add(&city, &standings(&units, TAU_H, rule), &opinions);
        }
    }
    for (tally, (name, _)) in tallies.iter().zip(rules) {
        tally.print(&format!("{what}, {name}"));
    }
}

fn main() {
    for (seed, (what, usual_cases)) in (1..).zip([("week", 13.0), ("month", 57.0), ("quarter", 226.0), ("year", 696.0)]) {
        normal_table(what, usual_cases, seed);
    }
    let ours = TierRule {
        draws: 400,
        ..TierRule::default()
    };
    let own_errors = TierRule { borrowed_cases: 0, ..ours };
    let reliable = TierRule {
        minimum_reliability: 0.5,
        ..ours
    };
    let everybody = |rule: TierRule| TierRule { minimum_n: 3, ..rule };
    let rules = [
        ("n ≥ 30", ours),
        ("own errors", own_errors),
        ("reliability ≥ 0.5", reliable),
        ("all", everybody(ours)),
        ("all, own errors", everybody(own_errors)),
    ];
    by_cases("month by cases", 57.0, 720.0, REPEATS, &rules);
    by_cases("quarter by cases", 226.0, 2_184.0, REPEATS / 10, &rules[..2]);
}
