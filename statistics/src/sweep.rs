//! Cases of one kind walked along by time: what each unit has of what all together do. Some lie sorted, others come between.

use super::marks::{Marks, before};
use super::segment::Segment;
use super::strata::MixedWait;
use super::{Adjustment, Expectation};

/// Cases of one kind, the shortest wait first, of equal ones the closed first.
#[derive(Clone, Debug, Default)]
pub(super) struct Alike {
    pub(super) seconds: Vec<f64>,
    units: Vec<u32>,
    pub(super) closed: Marks,
    /// As long as another.
    tied: Marks,
}

impl Alike {
    /// Of so many that are in order.
    pub(super) fn of<'a>(cases: usize, case: impl Fn(usize) -> &'a MixedWait) -> Self {
        let bits = |place: usize| case(place).seconds.to_bits();
        Self {
            seconds: (0..cases).map(|place| case(place).seconds).collect(),
            units: (0..cases).map(|place| case(place).unit).collect(),
            closed: Marks::of(cases, |place| case(place).closed),
            tied: Marks::of(cases, |place| {
                place + 1 < cases && bits(place + 1) == bits(place) || place > 0 && bits(place - 1) == bits(place)
            }),
        }
    }

    /// Bytes held beside the struct itself.
    pub(super) fn heap_bytes(&self) -> usize {
        let cases = self.seconds.capacity() * size_of::<f64>() + self.units.capacity() * size_of::<u32>();
        cases + self.closed.heap_bytes() + self.tied.heap_bytes()
    }
}

/// Cases to walk along.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sweep<'a> {
    pub(super) alike: &'a Alike,
    /// Those that count.
    pub(super) segments: &'a [Segment],
    /// Those that come between, in order.
    pub(super) between: &'a [MixedWait],
    /// How many they all are.
    pub(super) cases: usize,
}

impl Sweep<'_> {
    /// Walks the cases by time, raising the hazard at every closing within `tau` and lowering the survival, and tells every case's unit.
    fn walk(&self, tau: f64, tallies: &mut [Tally]) -> City {
        let Alike {
            seconds,
            units,
            closed,
            tied,
        } = self.alike;
        let end = seconds.partition_point(|seconds| *seconds <= tau);
        let unranked = tallies.len() - 1;
        let mut city = City {
            at_risk: float(whole(self.cases)),
            hazard: 0.0,
            survival: 1.0,
            area: 0.0,
            since: 0.0,
        };
        let mut tie = Tie::default();
        let mut others = self.between.iter().peekable();
        let mut next_s = others.peek().map_or(f64::NAN, |case| case.seconds);
        for segment in self.segments {
            let word = segment.word();
            let (within, closed) = (before(word, end), closed.word(word));
            let (mut early, mut late) = (segment.kept & within, segment.kept & !within);
            let tied = early & tied.word(word);
            while early != 0 {
                let bit = early.trailing_zeros();
                early &= early - 1;
                let place = word * 64 + bit as usize;
                let (time, unit) = (seconds[place], (units[place] as usize).min(unranked));
                let closed = (closed >> bit & 1) as u32;
                if tied >> bit & 1 == 1 || tie.is_of(time) || time.to_bits() == next_s.to_bits() {
                    tie.add(time, unit, closed, &mut city, tallies);
                    continue;
                }
                tie.tell(&mut city, tallies);
                city.pass(time, 1.0, f64::from(closed));
                let tally = &mut tallies[unit];
                tally.expected += city.hazard;
                tally.early += 1;
                tally.observed += closed;
            }
            while late != 0 {
                let place = word * 64 + late.trailing_zeros() as usize;
                late &= late - 1;
                tallies[(units[place] as usize).min(unranked)].late += 1;
            }
            if segment.then
                && let Some(case) = others.next()
            {
                next_s = others.peek().map_or(f64::NAN, |case| case.seconds);
                let unit = (case.unit as usize).min(unranked);
                if case.seconds <= tau {
                    tie.add(case.seconds, unit, u32::from(case.closed), &mut city, tallies);
                } else {
                    tallies[unit].late += 1;
                }
            }
        }
        tie.tell(&mut city, tallies);
        city
    }
}

/// What units have of all strata so far.
pub(super) struct Sums {
    /// The last one is for whoever is not ranked.
    units: Vec<Expectation>,
    tallies: Vec<Tally>,
}

impl Sums {
    pub(super) fn of(units: usize) -> Self {
        Self {
            units: vec![Expectation::default(); units + 1],
            tallies: Vec::new(),
        }
    }

    /// Adds cases of one kind.
    pub(super) fn add(&mut self, sweep: &Sweep, tau: f64) {
        self.tallies.clear();
        self.tallies.resize(self.units.len(), Tally::default());
        let city = sweep.walk(tau, &mut self.tallies);
        let restricted_mean = city.area + city.survival * (tau - city.since);
        for (sum, tally) in self.units.iter_mut().zip(&self.tallies) {
            let cases = u64::from(tally.early) + u64::from(tally.late);
            sum.cases += cases;
            sum.observed += u64::from(tally.observed);
            sum.expected += tally.expected + city.hazard * f64::from(tally.late);
            sum.waiting += restricted_mean * float(cases);
        }
    }

    pub(super) fn finish(self) -> Adjustment {
        Adjustment::of(self.units)
    }
}

/// What a unit has of a stratum.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    expected: f64,
    /// Cases that took up to the horizon, and longer.
    early: u32,
    late: u32,
    observed: u32,
}

/// Units of the cases of one time, and how many of them are closed.
#[derive(Default)]
struct Tie {
    time: f64,
    units: Vec<usize>,
    closed: u32,
}

impl Tie {
    /// Whether it is of cases of this time.
    fn is_of(&self, time: f64) -> bool {
        !self.units.is_empty() && self.time.to_bits() == time.to_bits()
    }

    /// Adds a case; those of a time before are told of first.
    fn add(&mut self, time: f64, unit: usize, closed: u32, city: &mut City, tallies: &mut [Tally]) {
        if self.time.to_bits() != time.to_bits() {
            self.tell(city, tallies);
            self.time = time;
        }
        self.units.push(unit);
        self.closed += closed;
    }

    fn tell(&mut self, city: &mut City, tallies: &mut [Tally]) {
        if self.units.is_empty() {
            return;
        }
        city.pass(self.time, float(whole(self.units.len())), f64::from(self.closed));
        // The closed ones come first.
        for (position, unit) in (0..).zip(&self.units) {
            let tally = &mut tallies[*unit];
            tally.expected += city.hazard;
            tally.early += 1;
            tally.observed += u32::from(position < self.closed);
        }
        self.units.clear();
        self.closed = 0;
    }
}

/// What all units together do with the cases of a stratum, so far.
struct City {
    at_risk: f64,
    hazard: f64,
    survival: f64,
    area: f64,
    since: f64,
}

impl City {
    fn pass(&mut self, time: f64, cases: f64, closed: f64) {
        let share = closed / self.at_risk;
        self.area += self.survival * (time - self.since);
        self.since = time;
        self.hazard += share;
        self.survival *= 1.0 - share;
        self.at_risk -= cases;
    }
}

fn whole(cases: usize) -> u64 {
    u64::try_from(cases).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn float(cases: u64) -> f64 {
    cases as f64
}
