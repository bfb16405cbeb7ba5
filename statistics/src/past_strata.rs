//! The cases of a level by the kind of case, as they stood at any moment: [`super::Strata::adjust`] of the cases known then, to the last bit,
//! without sorting anything anew (see `past_waits.rs`).

use super::Adjustment;
use super::known::Known;
use super::past_waits::first_from;
use super::pending::{Asked, Pending, Span};
use super::segment::cut;
use super::strata::MixedWait;
use super::sweep::{Alike, Sums, Sweep};

/// What became of the cases of one kind, in no order.
#[derive(Clone, Debug, Default)]
pub struct StratumMoves {
    ended: Vec<(MixedWait, Span)>,
    waiting: Vec<(i64, u32, Span)>,
}

impl StratumMoves {
    /// Adds a case that has ended, with when that was known. Its stratum is not looked at.
    pub fn ended(&mut self, case: MixedWait, span: Span) {
        self.ended.push((case, span));
    }

    /// Adds a case of a unit that waits while `span` holds, since it was filed.
    pub fn waits(&mut self, filed_us: i64, unit: u32, span: Span) {
        self.waiting.push((filed_us, unit, span));
    }

    /// Adds what another has.
    pub fn append(&mut self, other: &mut Self) {
        self.ended.append(&mut other.ended);
        self.waiting.append(&mut other.waiting);
    }
}

/// The cases of a level at every moment, by number of their kind.
#[derive(Clone, Debug, Default)]
pub struct PastStrata {
    strata: Vec<PastStratum>,
}

#[derive(Clone, Debug, Default)]
struct PastStratum {
    ended: Alike,
    known: Known,
    waiting: Pending,
}

impl PastStrata {
    /// Of what became of the cases of each kind. One whose wait is no number is left out. Cost: O(n log n).
    #[must_use]
    pub fn of(moves: Vec<StratumMoves>) -> Self {
        Self {
            strata: moves.into_iter().map(PastStratum::of).collect(),
        }
    }

    /// [`super::Strata::adjust`] of the cases known at a moment, `others` among them (by stratum).
    #[must_use]
    pub fn adjust(&self, units: usize, asked: Asked, tau: f64, others: &[MixedWait]) -> Option<Adjustment> {
        if !tau.is_finite() || tau <= 0.0 {
            return None;
        }
        let (mut sums, mut between) = (Sums::of(units), Vec::new());
        let (mut marks, mut segments) = (Vec::new(), Vec::new());
        for (number, stratum) in (0..=u16::MAX).zip(&self.strata) {
            let from = others.partition_point(|case| case.stratum < number);
            let own = others[from..].iter().take_while(|case| case.stratum == number);
            stratum.waiting_at(asked, own, &mut between);
            let mut place = 0;
            let places = between.iter().map(|case| {
                place = stratum.place_of(case, place);
                place
            });
            stratum.known.mark(asked, &mut marks);
            let cases = cut(marks.iter().copied(), places, &mut segments) + between.len();
            let sweep = Sweep {
                alike: &stratum.ended,
                segments: &segments,
                between: &between,
                cases,
            };
            sums.add(&sweep, tau);
        }
        Some(sums.finish())
    }

    /// Bytes held beside the struct itself.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.strata.iter().map(PastStratum::heap_bytes).sum()
    }
}

impl PastStratum {
    fn of(moves: StratumMoves) -> Self {
        let mut ended = moves.ended;
        ended.retain(|(case, _)| !case.seconds.is_nan());
        for (case, _) in &mut ended {
            case.seconds = sound(case.seconds);
        }
        ended.sort_unstable_by_key(|(case, span)| (case.seconds.to_bits(), !case.closed, case.unit, case.filed_us, span.from_us));
        Self {
            ended: Alike::of(ended.len(), |place| &ended[place].0),
            known: Known::of(ended.iter().map(|(case, span)| (case.filed_us, *span))),
            waiting: Pending::of(moves.waiting),
        }
    }

    /// Those that count and wait at a moment, `others` among them, in order and in place of what `between` held.
    fn waiting_at<'a>(&self, asked: Asked, others: impl Iterator<Item = &'a MixedWait>, between: &mut Vec<MixedWait>) {
        between.clear();
        self.waiting.each(asked.at_us, |filed_us, unit| {
            if filed_us > asked.since_us {
                between.push(MixedWait {
                    stratum: 0,
                    unit,
                    filed_us,
                    seconds: asked.waited_s(filed_us),
                    closed: false,
                });
            }
        });
        let others = others.filter(|case| case.filed_us > asked.since_us && !case.seconds.is_nan());
        between.extend(others.map(|case| MixedWait {
            seconds: sound(case.seconds),
            ..*case
        }));
        // Runs that are sorted already: this sort finds and merges them.
        between.sort_by_key(|case| (case.seconds.to_bits(), !case.closed));
    }

    /// Before which of the ended cases another comes, not looked for before `from`: of equal ones the closed come first.
    fn place_of(&self, case: &MixedWait, from: usize) -> usize {
        let Alike { seconds, closed, .. } = &self.ended;
        let mut place = first_from(seconds, from, case.seconds);
        while seconds.get(place).is_some_and(|other| other.to_bits() == case.seconds.to_bits()) && (closed.has(place) || !case.closed) {
            place += 1;
        }
        place
    }

    fn heap_bytes(&self) -> usize {
        self.ended.heap_bytes() + self.known.heap_bytes() + self.waiting.heap_bytes()
    }
}

/// A length that compares as the real ones do: adding 0.0 turns -0.0 into 0.0, whose bits differ.
fn sound(seconds: f64) -> f64 {
    seconds.max(0.0) + 0.0
}

#[cfg(test)]
#[path = "past_strata_tests.rs"]
mod tests;
