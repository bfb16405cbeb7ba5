//! The restricted mean, and the shares of the ends, along a [`Walk`].

use super::marks::before;
use super::run::{Run, count};
use super::segment::Segment;
use super::wait::Wait;
use super::walk::Walk;
use super::{Ends, Incidence, RestrictedMean, ends};

const RESOLVED: usize = Wait::RESOLVED as usize;
const OPEN: usize = Wait::OPEN as usize;

impl Walk<'_> {
    /// As [`super::Curve::restricted_mean`] has it. A fall of d of n is taken as d falls of one: with no time between them they come to the
    /// same, also in the variance, since d / (n (n − d)) is a sum of as many differences. `shares` is room.
    pub(super) fn restricted_mean(&self, tau: f64, shares: &mut Vec<f64>) -> Option<RestrictedMean> {
        if !tau.is_finite() || tau <= 0.0 {
            return None;
        }
        let end = self.sorted.seconds.partition_point(|seconds| *seconds < tau);
        let between = &self.between[..self.between.partition_point(|wait| wait.seconds < tau)];
        let segments = self.until(end);
        // Forth, noting the share of each of those at risk before everyone who leaves otherwise.
        shares.clear();
        let mut run = Run::of(self.cases);
        let mut others = between.iter();
        for segment in segments {
            let kept = segment.kept & before(segment.word(), end);
            let leaving = kept & !self.sorted.ended[RESOLVED].word(segment.word());
            run.pass_word(kept, leaving, |each| shares.push(each));
            if segment.then
                && let Some(wait) = others.next()
            {
                if wait.end == Wait::RESOLVED {
                    run.pass(1);
                } else {
                    shares.push(run.each);
                    run.leave();
                }
            }
        }
        // Back from the last one; `at_risk` and `each` are those just after a case.
        let (mut area, mut variance, mut until) = (0.0, 0.0, tau);
        let (mut at_risk, mut each) = (count(run.at_risk), run.each);
        let mut pass = |closed: bool, seconds: f64| {
            if closed {
                area += each * at_risk * (until - seconds);
                until = seconds;
                // Where nobody is left there is no area either.
                variance += area * area / (at_risk * (at_risk + 1.0)).max(1.0);
            } else {
                each = shares.pop().unwrap_or(each);
            }
            at_risk += 1.0;
        };
        let mut left = segments.iter().filter(|segment| segment.then).count();
        for segment in segments.iter().rev() {
            if segment.then {
                left -= 1;
                if let Some(wait) = between.get(left) {
                    pass(wait.end == Wait::RESOLVED, wait.seconds);
                }
            }
            let mut kept = segment.kept & before(segment.word(), end);
            let closed = self.sorted.ended[RESOLVED].word(segment.word());
            while kept != 0 {
                let bit = kept.ilog2();
                kept ^= 1 << bit;
                pass(closed >> bit & 1 == 1, self.sorted.seconds[segment.word() * 64 + bit as usize]);
            }
        }
        Some(RestrictedMean {
            mean: area + until,
            standard_error: variance.sqrt(),
        })
    }

    /// Shares resolved, and ended otherwise, by `tau`: as [`super::Incidence`] has it, to the microsecond. None where an open case comes before
    /// one that ended in the same microsecond: to the curves of all ends that is one time.
    pub(super) fn shares(&self, tau: f64) -> Option<(f64, f64)> {
        let within = |seconds: f64| ends::seconds(ends::micros(seconds)) <= tau;
        let end = self.sorted.seconds.partition_point(|seconds| within(*seconds));
        let between = &self.between[..self.between.partition_point(|wait| within(wait.seconds))];
        let waiting = &self.sorted.ended[OPEN];
        let mut shares = Shares::of(self.cases);
        let mut others = between.iter();
        for segment in self.until(end) {
            let mut kept = segment.kept & before(segment.word(), end);
            let (closed, mut open) = (
                self.sorted.ended[RESOLVED].word(segment.word()),
                kept & waiting.word(segment.word()),
            );
            let seconds = |bits: u64| self.sorted.seconds[segment.word() * 64 + bits.trailing_zeros() as usize];
            loop {
                let earlier = if open == 0 { u64::MAX } else { (open & open.wrapping_neg()) - 1 };
                let ended = kept & earlier;
                if ended != 0 {
                    shares.end((ended & closed).count_ones(), (ended & !closed).count_ones(), seconds(ended))?;
                }
                if open == 0 {
                    break;
                }
                shares.leave(seconds(open));
                open &= open - 1;
                kept &= !(earlier << 1 | 1);
            }
            if segment.then
                && let Some(wait) = others.next()
            {
                match wait.end {
                    Wait::OPEN => shares.leave(wait.seconds),
                    Wait::RESOLVED => shares.end(1, 0, wait.seconds)?,
                    _ => shares.end(0, 1, wait.seconds)?,
                }
            }
        }
        Some(shares.finish())
    }

    /// [`Walk::shares`], whatever comes together.
    pub(super) fn shares_plainly(&self, tau: f64) -> (f64, f64) {
        let mut ends = Ends::new();
        let mut push = |seconds: f64, end: u8| {
            // To the curve every end but that one is of one kind.
            let other = Wait::RESOLVED + 1;
            ends.push(seconds, if end == Wait::OPEN { Ends::OPEN } else { end.min(other) });
        };
        let mut between = self.between.iter();
        for segment in self.segments {
            let mut kept = segment.kept;
            while kept != 0 {
                let place = segment.word() * 64 + kept.trailing_zeros() as usize;
                kept &= kept - 1;
                push(self.sorted.seconds[place], self.sorted.end(place));
            }
            if segment.then
                && let Some(wait) = between.next()
            {
                push(wait.seconds, wait.end);
            }
        }
        let incidence = Incidence::of(&mut ends);
        let share = |kind| incidence.ended(kind, tau).share;
        (share(Wait::RESOLVED), share(Wait::RESOLVED + 1))
    }

    /// The segments in which places before `end` lie, and others that come no later.
    fn until(&self, end: usize) -> &[Segment] {
        &self.segments[..self.segments.partition_point(|segment| segment.word() <= end / 64)]
    }
}

/// The shares of two kinds of ends on their way. Between two who leave they grow by as many as ended times the share of each; so they are the
/// same however the cases lie.
struct Shares {
    resolved: f64,
    otherwise: f64,
    run: Run,
    /// Resolved, and ended otherwise, since somebody left.
    since: [u32; 2],
    /// How long the last one who left had waited; below nothing before there was one.
    open_s: f64,
}

impl Shares {
    fn of(cases: usize) -> Self {
        Self {
            resolved: 0.0,
            otherwise: 0.0,
            run: Run::of(cases),
            since: [0; 2],
            open_s: -1.0,
        }
    }

    /// So many ended, the first of them after so many seconds; none if somebody left in the same microsecond.
    fn end(&mut self, resolved: u32, otherwise: u32, first_s: f64) -> Option<()> {
        let tangled = first_s - self.open_s < 1e-5 && self.open_s >= 0.0 && ends::micros(first_s) == ends::micros(self.open_s);
        self.since[0] += resolved;
        self.since[1] += otherwise;
        self.run.pass(u64::from(resolved) + u64::from(otherwise));
        (!tangled).then_some(())
    }

    /// One left who had waited so many seconds.
    fn leave(&mut self, seconds: f64) {
        self.grow();
        self.run.leave();
        self.open_s = seconds;
    }

    fn grow(&mut self) {
        self.resolved += self.run.each * f64::from(self.since[0]);
        self.otherwise += self.run.each * f64::from(self.since[1]);
        self.since = [0; 2];
    }

    fn finish(mut self) -> (f64, f64) {
        self.grow();
        (self.resolved, self.otherwise)
    }
}
