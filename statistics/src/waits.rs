//! How long one unit's cases waited and how they ended, sorted once, so that what is said of those filed after any moment is one walk along
//! them that sorts nothing, and looks at little else than what counts.
//!
//! The numbers are those of [`super::Curve`], [`super::Incidence`] and [`super::quantile`] over the same cases: counts and quantiles exactly,
//! what is summed to 1e-12. What makes it quick: as long as nobody leaves but by the end the curve is of, the share still waiting is who is
//! left by who was left then times the share of then. Between two who leave otherwise, sixty-four cases are so counted at once, and ties need
//! no care. Only the restricted mean looks at every case resolved before the horizon, for its standard error.

use super::filings::Filings;
use super::kaplan_meier::REACHED;
use super::marks::{Marks, before, words};
use super::run::{Run, count, growth};
use super::wait::{END_KINDS, Wait};
use super::{Ends, Incidence, RestrictedMean, ends};

const RESOLVED: usize = Wait::RESOLVED as usize;

/// The cases of one unit, the shortest wait first.
#[derive(Clone, Debug, Default)]
pub struct Waits {
    pub(super) seconds: Vec<f64>,
    filings: Filings,
    /// By number of the end.
    pub(super) ended: [Marks; END_KINDS],
    /// Resolved within a limit of their own.
    pub(super) in_time: Marks,
    /// Of which it is known whether they are within a limit of their own.
    pub(super) judged: Marks,
    /// Have no limit of their own.
    pub(super) unsaid: Marks,
    /// Whether an open case comes before one that ended in the same microsecond: to the curves of all ends that is one time.
    pub(super) tangled: bool,
}

/// Quantiles of the waits of some cases, seconds; none = there is no such number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WaitQuantiles {
    /// Kaplan-Meier median.
    pub median: Option<f64>,
    /// Kaplan-Meier 90 % quantile.
    pub p90: Option<f64>,
    /// Median of the resolved cases only.
    pub closed_median: Option<f64>,
    /// 90 % quantile of the resolved cases only.
    pub closed_p90: Option<f64>,
}

/// What is said of some cases.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WaitTimes {
    /// How many they are.
    pub cases: u64,
    /// How they ended, by number of the end.
    pub ends: [u64; END_KINDS],
    /// Their quantiles.
    pub quantiles: WaitQuantiles,
    /// Kaplan-Meier restricted mean until resolved, seconds.
    pub restricted: Option<RestrictedMean>,
    /// Mean of the resolved cases only, seconds.
    pub closed_mean: Option<f64>,
    /// Share resolved by the horizon (Aalen-Johansen).
    pub resolved_share: Option<f64>,
    /// Share ended otherwise by the horizon.
    pub otherwise_share: Option<f64>,
    /// Resolved in time, and of how many that is known: a case resolved later, or waiting for longer, was not; one that ended otherwise or
    /// still waits within its limit says nothing yet, and one that no clock runs for never does.
    pub in_time: (u64, u64),
}

/// Room that is used again from one unit to the next.
#[derive(Debug, Default)]
pub struct WaitScratch {
    marks: Vec<u64>,
    runs: Vec<Run>,
}

impl Waits {
    /// The cases of a unit. One whose wait is no number is left out. Cost: O(n log n).
    #[must_use]
    pub fn of(mut waits: Vec<Wait>) -> Self {
        waits.retain(|wait| !wait.seconds.is_nan());
        for wait in &mut waits {
            *wait = wait.sound();
        }
        waits.sort_unstable_by_key(Wait::place);
        let marks = |set: &dyn Fn(&Wait) -> bool| Marks::of(waits.len(), |place| set(&waits[place]));
        Self {
            ended: std::array::from_fn(|end| marks(&|wait| usize::from(wait.end) == end)),
            in_time: marks(&|wait| wait.judged()[0]),
            judged: marks(&|wait| wait.judged()[1]),
            unsaid: marks(&|wait| wait.judged()[2]),
            tangled: tangled(&waits),
            filings: Filings::of(waits.iter().map(|wait| wait.filed_us)),
            seconds: waits.iter().map(|wait| wait.seconds).collect(),
        }
    }

    /// How many cases there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seconds.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seconds.is_empty()
    }

    /// The quantiles of the cases filed after `since_us`.
    #[must_use]
    pub fn quantiles(&self, since_us: i64, scratch: &mut WaitScratch) -> WaitQuantiles {
        let cases = self.filings.mark(since_us, &mut scratch.marks);
        self.quantiles_of(&scratch.marks, cases)
    }

    /// What is said of the cases filed after `since_us`, with the horizon `tau` (seconds).
    #[must_use]
    pub fn times(&self, since_us: i64, tau: f64, scratch: &mut WaitScratch) -> WaitTimes {
        let WaitScratch { marks, runs } = scratch;
        let cases = self.filings.mark(since_us, marks);
        self.times_of(marks, cases, tau, runs)
    }

    /// What is said of the marked cases, so many.
    pub(super) fn times_of(&self, marks: &[u64], cases: usize, tau: f64, runs: &mut Vec<Run>) -> WaitTimes {
        if cases == 0 {
            return WaitTimes::default();
        }
        let ends: [u64; END_KINDS] = std::array::from_fn(|end| self.ended[end].count(marks));
        let closed = ends[RESOLVED];
        let (resolved_share, otherwise_share) = self.shares(marks, cases, tau);
        WaitTimes {
            cases: whole(cases),
            ends,
            quantiles: self.quantiles_of(marks, cases),
            restricted: self.restricted_mean(marks, cases, tau, runs),
            closed_mean: (closed > 0).then(|| self.closed_sum(marks) / float(closed)),
            resolved_share: Some(resolved_share),
            otherwise_share: Some(otherwise_share),
            in_time: self.in_time(marks, tau),
        }
    }

    fn closed_sum(&self, marks: &[u64]) -> f64 {
        // Several sums side by side; one would wait for itself.
        let mut sums = [0.0; 4];
        for (word, (kept, seconds)) in marks.iter().zip(self.seconds.chunks(64)).enumerate() {
            let mut closed = kept & self.ended[RESOLVED].word(word);
            while closed != 0 {
                for sum in &mut sums {
                    // Beyond the last one nothing is added.
                    let place = closed.trailing_zeros() as usize;
                    *sum += if closed == 0 { 0.0 } else { seconds[place] };
                    closed &= closed.wrapping_sub(1);
                }
            }
        }
        sums.iter().sum()
    }

    /// As [`super::Curve::restricted_mean`] has it. A fall of d of n is taken as d falls of one: with no time between them they come to the
    /// same, also in the variance, since d / (n (n − d)) is a sum of as many differences.
    fn restricted_mean(&self, marks: &[u64], cases: usize, tau: f64, runs: &mut Vec<Run>) -> Option<RestrictedMean> {
        if !tau.is_finite() || tau <= 0.0 {
            return None;
        }
        let end = self.seconds.partition_point(|seconds| *seconds < tau);
        let mut run = Run::of(cases);
        runs.clear();
        for (word, kept) in marks.iter().enumerate().take(words(end)) {
            runs.push(run);
            let kept = kept & before(word, end);
            run.pass_word(kept, kept & !self.ended[RESOLVED].word(word));
        }
        let (mut area, mut variance, mut until) = (0.0, 0.0, tau);
        // Back from the last one; `at_risk` and `each` are those just after the case.
        let mut at_risk = count(run.at_risk);
        let mut each = run.each;
        for (word, run) in runs.iter().enumerate().rev() {
            let mut kept = marks[word] & before(word, end);
            let closed = self.ended[RESOLVED].word(word);
            let seconds = &self.seconds[word * 64..];
            while kept != 0 {
                let place = kept.ilog2();
                kept ^= 1 << place;
                if closed >> place & 1 == 1 {
                    let time = seconds[place as usize];
                    area += each * at_risk * (until - time);
                    until = time;
                    // Where nobody is left there is no area either.
                    variance += area * area / (at_risk * (at_risk + 1.0)).max(1.0);
                } else {
                    each /= growth(at_risk);
                }
                at_risk += 1.0;
            }
            each = run.each;
        }
        Some(RestrictedMean {
            mean: area + until,
            standard_error: variance.sqrt(),
        })
    }

    /// Shares resolved, and ended otherwise, by `tau`: as [`super::Incidence`] has it, to the microsecond.
    fn shares(&self, marks: &[u64], cases: usize, tau: f64) -> (f64, f64) {
        let (closed, waiting) = (&self.ended[RESOLVED], &self.ended[usize::from(Wait::OPEN)]);
        if self.tangled {
            return self.shares_plainly(marks, tau);
        }
        let end = self.seconds.partition_point(|seconds| ends::seconds(ends::micros(*seconds)) <= tau);
        let (mut resolved, mut otherwise) = (0.0, 0.0);
        let mut run = Run::of(cases);
        for (word, kept) in marks.iter().enumerate().take(words(end)) {
            let mut kept = kept & before(word, end);
            let (closed, mut open) = (closed.word(word), kept & waiting.word(word));
            loop {
                let earlier = if open == 0 { u64::MAX } else { (open & open.wrapping_neg()) - 1 };
                let ended = kept & earlier;
                resolved += run.each * f64::from((ended & closed).count_ones());
                otherwise += run.each * f64::from((ended & !closed).count_ones());
                run.pass(u64::from(ended.count_ones()));
                if open == 0 {
                    break;
                }
                run.leave();
                open &= open - 1;
                kept &= !(earlier << 1 | 1);
            }
        }
        (resolved, otherwise)
    }

    fn shares_plainly(&self, marks: &[u64], tau: f64) -> (f64, f64) {
        let kept = (0..self.seconds.len()).filter(|place| marks[place / 64] >> (place % 64) & 1 == 1);
        let kind = |place: usize| {
            let ended = |kind: u8| self.ended[usize::from(kind)].word(place / 64) >> (place % 64) & 1 == 1;
            if ended(Wait::OPEN) {
                Ends::OPEN
            } else if ended(Wait::RESOLVED) {
                Wait::RESOLVED
            } else {
                // To the curve every other end is one kind.
                Wait::RESOLVED + 1
            }
        };
        let mut ends: Ends = kept.map(|place| (self.seconds[place], kind(place))).collect();
        let incidence = Incidence::of(&mut ends);
        let share = |kind| incidence.ended(kind, tau).share;
        (share(Wait::RESOLVED), share(Wait::RESOLVED + 1))
    }

    /// Resolved in time, and of how many that is known.
    fn in_time(&self, marks: &[u64], tau: f64) -> (u64, u64) {
        let (mut part, mut whole) = (self.in_time.count(marks), self.judged.count(marks));
        let until = self.seconds.partition_point(|seconds| *seconds <= tau);
        for (word, kept) in marks.iter().enumerate() {
            let unsaid = kept & self.unsaid.word(word);
            let (within, closed) = (before(word, until), self.ended[RESOLVED].word(word));
            part += u64::from((unsaid & within & closed).count_ones());
            whole += u64::from((unsaid & (closed | !within)).count_ones());
        }
        (part, whole)
    }

    /// The quantiles of the marked cases, so many.
    pub(super) fn quantiles_of(&self, marks: &[u64], cases: usize) -> WaitQuantiles {
        let closed = self.ended[RESOLVED].count(marks);
        let [median, p90] = self.curve_quantiles(marks, cases);
        WaitQuantiles {
            median,
            p90,
            closed_median: self.closed_quantile(marks, closed, 0.5),
            closed_p90: self.closed_quantile(marks, closed, 0.9),
        }
    }

    /// As [`super::quantile`] has it.
    fn closed_quantile(&self, marks: &[u64], closed: u64, p: f64) -> Option<f64> {
        let position = float(closed.checked_sub(1)?) * p;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 ≤ position ≤ n − 1")]
        let below = position.floor() as u64;
        let at = |nth: u64| self.ended[RESOLVED].nth(marks, nth).map(|place| self.seconds[place]);
        let low = at(below)?;
        let high = at((below + 1).min(closed - 1))?;
        Some(low + (high - low) * position.fract())
    }

    /// The Kaplan-Meier median and 90 % quantile, as [`super::Curve::quantile`] has them.
    fn curve_quantiles(&self, marks: &[u64], cases: usize) -> [Option<f64>; 2] {
        let waiting = [1.0 - 0.5 + REACHED, 1.0 - 0.9 + REACHED];
        let mut found = [None; 2];
        let mut next = 0;
        let mut run = Run::of(cases);
        for (word, kept) in marks.iter().enumerate() {
            let closed = kept & self.ended[RESOLVED].word(word);
            let mut after = run;
            after.pass_word(*kept, kept & !closed);
            let mut kept = *kept;
            while kept != 0 && after.waiting() <= waiting[next] {
                let place = kept.trailing_zeros();
                kept &= kept - 1;
                if closed >> place & 1 == 0 {
                    run.leave();
                    continue;
                }
                run.pass(1);
                while run.waiting() <= waiting[next] {
                    found[next] = Some(self.seconds[word * 64 + place as usize]);
                    next += 1;
                    if next == waiting.len() {
                        return found;
                    }
                }
            }
            run = after;
        }
        found
    }

    /// Bytes held beside the struct itself, marks not counted (some 2 a case).
    #[cfg(test)]
    fn heap_bytes(&self) -> usize {
        self.filings.heap_bytes() + self.seconds.capacity() * size_of::<f64>()
    }
}

/// Whether an open case comes before one that ended in the same microsecond.
fn tangled(waits: &[Wait]) -> bool {
    let mut open = None;
    waits.iter().any(|wait| {
        let micros = ends::micros(wait.seconds);
        if wait.end == Wait::OPEN {
            open = Some(micros);
        }
        wait.end != Wait::OPEN && open == Some(micros)
    })
}

fn whole(cases: usize) -> u64 {
    u64::try_from(cases).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts of cases stay far below 2^52")]
fn float(cases: u64) -> f64 {
    cases as f64
}

#[cfg(test)]
#[path = "waits_tests.rs"]
mod tests;
