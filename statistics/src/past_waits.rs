//! One unit's waits as they stood at any moment: what is said of them is what [`super::Waits`] says of the cases known then, to the last bit, but
//! nothing is sorted anew for a moment.
//!
//! What is known of a case changes only with what happens to it. Between two such moments it has ended, after so long, or it has waited
//! since it was filed, and whoever was filed earlier has waited longer at every moment. So the ended waits lie sorted by how long they
//! took, each with the moment from which on it is known, and those that wait lie sorted by when they were filed. A moment takes of the first
//! what was known by then, of the second who waited then, and one [`Walk`] goes along the first with the second between them.

use super::known::Known;
use super::pending::{Asked, Pending, Span};
use super::segment::{Segment, cut};
use super::wait::Wait;
use super::waits::{WaitQuantiles, WaitTimes};
use super::walk::{Sorted, Walk};

/// What became of one unit's cases, in no order.
#[derive(Clone, Debug, Default)]
pub struct WaitMoves {
    ended: Vec<(Wait, Span)>,
    waiting: Vec<(i64, u32, Span)>,
}

impl WaitMoves {
    /// Adds a wait that is over, with when that was known.
    pub fn ended(&mut self, wait: Wait, span: Span) {
        self.ended.push((wait, span));
    }

    /// Adds a case that waits while `span` holds: since it was filed, and to be resolved within `limit_s` ([`Wait::limit_s`]).
    pub fn waits(&mut self, filed_us: i64, limit_s: u32, span: Span) {
        self.waiting.push((filed_us, limit_s, span));
    }

    /// Adds what another has.
    pub fn append(&mut self, other: &mut Self) {
        self.ended.append(&mut other.ended);
        self.waiting.append(&mut other.waiting);
    }
}

/// The waits of one unit at every moment.
#[derive(Clone, Debug, Default)]
pub struct PastWaits {
    ended: Sorted,
    known: Known,
    waiting: Pending,
}

/// Numbers passed over at once: what the memory brings at once.
const STRIDE: usize = 8;

/// Room that is used again from one unit to the next.
#[derive(Debug, Default)]
pub struct PastScratch {
    between: Vec<Wait>,
    marks: Vec<u64>,
    segments: Vec<Segment>,
    shares: Vec<f64>,
}

impl PastWaits {
    /// Of what became of the cases of a unit. One whose wait is no number is left out, and so are those beyond the 2³²nd. Cost: O(n log n).
    #[must_use]
    pub fn of(moves: WaitMoves) -> Self {
        let mut ended = moves.ended;
        ended.retain(|(wait, _)| !wait.seconds.is_nan());
        for (wait, _) in &mut ended {
            *wait = wait.sound();
        }
        ended.sort_unstable_by_key(|(wait, span)| (wait.place(), span.from_us));
        Self {
            ended: Sorted::of(ended.len(), |place| &ended[place].0),
            known: Known::of(ended.iter().map(|(wait, span)| (wait.filed_us, *span))),
            waiting: Pending::of(moves.waiting),
        }
    }

    /// How many waits there are, one that stood differently at different moments as often.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ended.seconds.len().max(self.waiting.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// [`super::Waits::times`] of the cases known at a moment, `others` among them, with the horizon `tau` (seconds).
    #[must_use]
    pub fn times(&self, asked: Asked, tau: f64, others: &[Wait], scratch: &mut PastScratch) -> WaitTimes {
        let (walk, shares) = self.walk(asked, others, scratch);
        walk.times(tau, shares)
    }

    /// [`super::Waits::quantiles`] of the cases known at a moment, `others` among them.
    #[must_use]
    pub fn quantiles(&self, asked: Asked, others: &[Wait], scratch: &mut PastScratch) -> WaitQuantiles {
        self.walk(asked, others, scratch).0.quantiles()
    }

    /// A walk along the cases known at the moment that count.
    fn walk<'a>(&'a self, asked: Asked, others: &[Wait], scratch: &'a mut PastScratch) -> (Walk<'a>, &'a mut Vec<f64>) {
        let PastScratch {
            between,
            marks,
            segments,
            shares,
        } = scratch;
        between.clear();
        self.waiting.each(asked.at_us, |filed_us, limit_s| {
            if filed_us > asked.since_us {
                between.push(Wait {
                    filed_us,
                    seconds: asked.waited_s(filed_us),
                    end: Wait::OPEN,
                    limit_s,
                });
            }
        });
        let others = others
            .iter()
            .filter(|wait| wait.filed_us > asked.since_us && !wait.seconds.is_nan());
        between.extend(others.map(|wait| wait.sound()));
        // Runs that are sorted already: this sort finds and merges them.
        between.sort_by_key(Wait::place);
        let mut place = 0;
        let places = between.iter().map(|wait| {
            place = self.place_of(wait, place);
            place
        });
        self.known.mark(asked, marks);
        let cases = cut(marks.iter().copied(), places, segments) + between.len();
        let walk = Walk {
            sorted: &self.ended,
            segments,
            between,
            cases,
        };
        (walk, shares)
    }

    /// Before which of the ended waits another comes, not looked for before `from`. Which of two comes first that end alike after as long changes
    /// no number.
    fn place_of(&self, wait: &Wait, from: usize) -> usize {
        let seconds = &self.ended.seconds;
        let mut place = first_from(seconds, from, wait.seconds);
        let rank = |end: u8| (end != Wait::RESOLVED, end == Wait::OPEN, end);
        while seconds.get(place).is_some_and(|other| other.to_bits() == wait.seconds.to_bits())
            && rank(self.ended.end(place)) < rank(wait.end)
        {
            place += 1;
        }
        place
    }

    /// Bytes held beside the struct itself.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.ended.heap_bytes() + self.known.heap_bytes() + self.waiting.heap_bytes()
    }
}

/// The first place from one on whose number is at least so large. In strides along the memory: who leaps through it waits for it.
pub(super) fn first_from(sorted: &[f64], from: usize, least: f64) -> usize {
    let mut place = from;
    while sorted.get(place + STRIDE - 1).is_some_and(|number| *number < least) {
        place += STRIDE;
    }
    let rest = &sorted[place.min(sorted.len())..(place + STRIDE).min(sorted.len())];
    place + rest.partition_point(|number| *number < least)
}

#[cfg(test)]
#[path = "past_waits_tests.rs"]
mod tests;
