//! What is said of a unit's cases, read off one walk along them: some of those that lie sorted, and others that come between.
//!
//! The numbers are those of [`super::Curve`], [`super::Incidence`] and [`super::quantile`] over the same cases: counts and quantiles exactly,
//! what is summed to 1e-12; and to the last bit the same whether a case lies sorted or comes between. What makes it quick: as long as nobody
//! leaves but by the end the curve is of, the share still waiting is who is left by who was left then times the share of then. Between two
//! who leave otherwise, sixty-four cases are so counted at once, and ties need no care. Only the restricted mean looks at every case resolved
//! before the horizon, for its standard error.

use super::kaplan_meier::REACHED;
use super::marks::{Marks, before};
use super::run::Run;
use super::segment::Segment;
use super::wait::{END_KINDS, Wait};
use super::waits::{WaitQuantiles, WaitTimes};

const RESOLVED: usize = Wait::RESOLVED as usize;

/// How long cases took and how they ended, in the order of [`Wait::place`].
#[derive(Clone, Debug, Default)]
pub(super) struct Sorted {
    pub(super) seconds: Vec<f64>,
    /// By number of the end.
    pub(super) ended: [Marks; END_KINDS],
    /// Resolved within a limit of their own.
    in_time: Marks,
    /// Of which it is known whether they are within a limit of their own.
    judged: Marks,
    /// Have no limit of their own.
    unsaid: Marks,
}

impl Sorted {
    /// Of so many waits that are in order.
    pub(super) fn of<'a>(cases: usize, wait: impl Fn(usize) -> &'a Wait) -> Self {
        let marks = |set: &dyn Fn(&Wait) -> bool| Marks::of(cases, |place| set(wait(place)));
        Self {
            seconds: (0..cases).map(|place| wait(place).seconds).collect(),
            ended: std::array::from_fn(|end| marks(&|wait| usize::from(wait.end) == end)),
            in_time: marks(&|wait| wait.judged()[0]),
            judged: marks(&|wait| wait.judged()[1]),
            unsaid: marks(&|wait| wait.judged()[2]),
        }
    }

    /// How the case of a place ended.
    pub(super) fn end(&self, place: usize) -> u8 {
        let ended = (0_u8..).zip(&self.ended).find(|(_, ended)| ended.has(place));
        ended.map_or(Wait::OPEN, |(end, _)| end)
    }

    /// Bytes held beside the struct itself.
    pub(super) fn heap_bytes(&self) -> usize {
        let sets = self.ended.iter().chain([&self.in_time, &self.judged, &self.unsaid]);
        self.seconds.capacity() * size_of::<f64>() + sets.map(Marks::heap_bytes).sum::<usize>()
    }
}

/// Cases to walk along.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<'a> {
    pub(super) sorted: &'a Sorted,
    /// Those that count.
    pub(super) segments: &'a [Segment],
    /// Those that come between, in order.
    pub(super) between: &'a [Wait],
    /// How many they all are.
    pub(super) cases: usize,
}

impl Walk<'_> {
    /// What is said of the cases, with the horizon `tau` (seconds); `shares` is room.
    pub(super) fn times(&self, tau: f64, shares: &mut Vec<f64>) -> WaitTimes {
        if self.cases == 0 {
            return WaitTimes::default();
        }
        let ends = self.ends();
        let closed = ends[RESOLVED];
        let (resolved_share, otherwise_share) = self.shares(tau).unwrap_or_else(|| self.shares_plainly(tau));
        WaitTimes {
            cases: whole(self.cases),
            ends,
            quantiles: self.quantiles_of(closed),
            restricted: self.restricted_mean(tau, shares),
            closed_mean: (closed > 0).then(|| self.closed_sum() / float(closed)),
            resolved_share: Some(resolved_share),
            otherwise_share: Some(otherwise_share),
            in_time: self.in_time(tau),
        }
    }

    /// The quantiles of the cases.
    pub(super) fn quantiles(&self) -> WaitQuantiles {
        let between = self.between.iter().filter(|wait| resolved(wait)).count();
        self.quantiles_of(self.counted(&self.sorted.ended[RESOLVED]) + whole(between))
    }

    fn quantiles_of(&self, closed: u64) -> WaitQuantiles {
        let [median, p90] = self.curve_quantiles();
        WaitQuantiles {
            median,
            p90,
            closed_median: self.closed_quantile(closed, 0.5),
            closed_p90: self.closed_quantile(closed, 0.9),
        }
    }

    /// How many ended in each way.
    fn ends(&self) -> [u64; END_KINDS] {
        let mut ends = [0; END_KINDS];
        let sets: Vec<(usize, &Marks)> = self.sorted.ended.iter().enumerate().filter(|(_, set)| !set.is_empty()).collect();
        for segment in self.segments {
            for (end, set) in &sets {
                ends[*end] += u64::from((segment.kept & set.word(segment.word())).count_ones());
            }
        }
        for wait in self.between {
            ends[usize::from(wait.end)] += 1;
        }
        ends
    }

    /// How many of the sorted ones that count are in a set.
    fn counted(&self, set: &Marks) -> u64 {
        if set.is_empty() {
            return 0;
        }
        let both = |segment: &Segment| u64::from((segment.kept & set.word(segment.word())).count_ones());
        self.segments.iter().map(both).sum()
    }

    fn closed_sum(&self) -> f64 {
        // Several sums side by side; one would wait for itself.
        let (mut sums, mut held, mut holds) = ([0.0; 4], [0.0; 4], 0);
        let mut add = |seconds: f64| {
            held[holds % 4] = seconds;
            holds += 1;
            if holds == held.len() {
                for (sum, seconds) in sums.iter_mut().zip(held) {
                    *sum += seconds;
                }
                holds = 0;
            }
        };
        let mut between = self.between.iter();
        for segment in self.segments {
            let mut closed = segment.kept & self.sorted.ended[RESOLVED].word(segment.word());
            let first = segment.word() * 64;
            while closed != 0 {
                add(self.sorted.seconds[first + closed.trailing_zeros() as usize]);
                closed &= closed - 1;
            }
            if segment.then
                && let Some(wait) = between.next().filter(|wait| resolved(wait))
            {
                add(wait.seconds);
            }
        }
        for (sum, seconds) in sums.iter_mut().zip(&held[..holds]) {
            *sum += seconds;
        }
        sums.iter().sum()
    }

    /// Resolved in time, and of how many that is known.
    fn in_time(&self, tau: f64) -> (u64, u64) {
        let Sorted {
            in_time, judged, unsaid, ..
        } = self.sorted;
        let (mut part, mut whole) = (self.counted(in_time), self.counted(judged));
        if !unsaid.is_empty() {
            let until = self.sorted.seconds.partition_point(|seconds| *seconds <= tau);
            for segment in self.segments {
                let unsaid = segment.kept & unsaid.word(segment.word());
                let (within, closed) = (before(segment.word(), until), self.sorted.ended[RESOLVED].word(segment.word()));
                part += u64::from((unsaid & within & closed).count_ones());
                whole += u64::from((unsaid & (closed | !within)).count_ones());
            }
        }
        for wait in self.between {
            let ([in_time, judged, unsaid], within) = (wait.judged(), wait.seconds <= tau);
            part += u64::from(in_time || unsaid && within && resolved(wait));
            whole += u64::from(judged || unsaid && (!within || resolved(wait)));
        }
        (part, whole)
    }

    /// As [`super::quantile`] has it, of so many resolved.
    fn closed_quantile(&self, closed: u64, p: f64) -> Option<f64> {
        let position = float(closed.checked_sub(1)?) * p;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 ≤ position ≤ n − 1")]
        let below = position.floor() as u64;
        let [low, high] = self.closed_waits([below, (below + 1).min(closed - 1)])?;
        Some(low + (high - low) * position.fract())
    }

    /// How long those resolved took that have so many resolved before them; the second comes no earlier than the first.
    fn closed_waits(&self, numbers: [u64; 2]) -> Option<[f64; 2]> {
        let (mut found, mut next, mut passed) = ([0.0; 2], 0, 0);
        let mut between = self.between.iter();
        for segment in self.segments {
            let closed = segment.kept & self.sorted.ended[RESOLVED].word(segment.word());
            let here = u64::from(closed.count_ones());
            while numbers[next] - passed < here {
                let mut left = closed;
                for _ in 0..numbers[next] - passed {
                    left &= left - 1;
                }
                found[next] = self.sorted.seconds[segment.word() * 64 + left.trailing_zeros() as usize];
                next += 1;
                if next == numbers.len() {
                    return Some(found);
                }
            }
            passed += here;
            if segment.then
                && let Some(wait) = between.next().filter(|wait| resolved(wait))
            {
                while numbers[next] == passed {
                    found[next] = wait.seconds;
                    next += 1;
                    if next == numbers.len() {
                        return Some(found);
                    }
                }
                passed += 1;
            }
        }
        None
    }

    /// The Kaplan-Meier median and 90 % quantile, as [`super::Curve::quantile`] has them.
    fn curve_quantiles(&self) -> [Option<f64>; 2] {
        let mut found = Reached::default();
        let mut run = Run::of(self.cases);
        let mut between = self.between.iter();
        for segment in self.segments {
            let closed = segment.kept & self.sorted.ended[RESOLVED].word(segment.word());
            let mut after = run;
            after.pass_word(segment.kept, segment.kept & !closed, |_| ());
            let mut kept = segment.kept;
            while kept != 0 && found.wants(after) {
                let place = kept.trailing_zeros();
                kept &= kept - 1;
                if closed >> place & 1 == 0 {
                    run.leave();
                    continue;
                }
                run.pass(1);
                found.look(run, self.sorted.seconds[segment.word() * 64 + place as usize]);
            }
            run = after;
            if segment.then
                && let Some(wait) = between.next()
            {
                if resolved(wait) {
                    run.pass(1);
                    found.look(run, wait.seconds);
                } else {
                    run.leave();
                }
            }
            if found.next == found.quantiles.len() {
                break;
            }
        }
        found.quantiles
    }
}

/// The quantiles that a curve has reached.
#[derive(Default)]
struct Reached {
    quantiles: [Option<f64>; 2],
    next: usize,
}

impl Reached {
    /// Shares still waiting at which they are reached.
    const WAITING: [f64; 2] = [1.0 - 0.5 + REACHED, 1.0 - 0.9 + REACHED];

    /// Whether the next is reached where the curve is.
    fn wants(&self, run: Run) -> bool {
        Self::WAITING.get(self.next).is_some_and(|waiting| run.waiting() <= *waiting)
    }

    /// Notes what is reached by a closing after so many seconds.
    fn look(&mut self, run: Run, seconds: f64) {
        while self.wants(run) {
            self.quantiles[self.next] = Some(seconds);
            self.next += 1;
        }
    }
}

/// Whether a case is resolved.
fn resolved(wait: &Wait) -> bool {
    wait.end == Wait::RESOLVED
}

fn whole(cases: usize) -> u64 {
    u64::try_from(cases).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn float(cases: u64) -> f64 {
    cases as f64
}
