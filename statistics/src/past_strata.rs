//! The cases of a level by the kind of case, as they stood at any moment: [`super::Strata::adjust`] of the cases known then, to the last bit,
//! without sorting anything anew (see `past_waits.rs`).

use super::Adjustment;
use super::marks::{before, words};
use super::past_waits::holding;
use super::pending::{Asked, Pending, Span};
use super::strata::{MixedWait, Stratum, Sums};

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
    seconds: Vec<f64>,
    units: Vec<u32>,
    filed_us: Vec<i64>,
    known_us: Vec<i64>,
    closed: Vec<bool>,
    /// Places of those that are not known for good, and until when they are; by place.
    taken_back: Vec<(u32, i64)>,
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
        let (mut sums, mut sheet) = (Sums::of(units), Sheet::default());
        for (number, stratum) in (0..=u16::MAX).zip(&self.strata) {
            let from = others.partition_point(|case| case.stratum < number);
            let own = others[from..].iter().take_while(|case| case.stratum == number);
            stratum.lay(asked, own, &mut sheet);
            sums.add(&sheet.stratum, &sheet.marks, sheet.stratum.seconds.len(), tau);
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
        let taken_back = (0..=u32::MAX).zip(&ended).filter(|(_, (_, span))| span.until_us != Span::FOR_GOOD);
        Self {
            taken_back: taken_back.map(|(place, (_, span))| (place, span.until_us)).collect(),
            seconds: ended.iter().map(|(case, _)| case.seconds).collect(),
            units: ended.iter().map(|(case, _)| case.unit).collect(),
            filed_us: ended.iter().map(|(case, _)| case.filed_us).collect(),
            known_us: ended.iter().map(|(_, span)| span.from_us).collect(),
            closed: ended.iter().map(|(case, _)| case.closed).collect(),
            waiting: Pending::of(moves.waiting),
        }
    }

    /// Lays out the cases known at the moment that count; the others change no number here.
    fn lay<'a>(&self, asked: Asked, others: impl Iterator<Item = &'a MixedWait>, sheet: &mut Sheet) {
        sheet.clear();
        let mut moving = std::mem::take(&mut sheet.moving);
        moving.clear();
        self.waiting.each(asked.at_us, |filed_us, unit| {
            if filed_us > asked.since_us {
                moving.push((asked.waited_s(filed_us), true, unit));
            }
        });
        let others = others.filter(|case| case.filed_us > asked.since_us && !case.seconds.is_nan());
        moving.extend(others.map(|case| (sound(case.seconds), !case.closed, case.unit)));
        // Runs that are sorted already: this sort finds and merges them.
        moving.sort_by_key(|(seconds, open, _)| (seconds.to_bits(), *open));
        let mut waiting = moving.iter().peekable();
        let mut next_s = waiting.peek().map_or(f64::NAN, |wait| wait.0);
        let mut taken_back = self.taken_back.as_slice();
        let blocks = self.known_us.chunks(64).zip(self.filed_us.chunks(64)).enumerate();
        for (block, (known_us, filed_us)) in blocks {
            let mut known = holding(known_us, asked.at_us) & !holding(filed_us, asked.since_us);
            while let Some(((place, until_us), rest)) = taken_back.split_first()
                && *place as usize / 64 == block
            {
                known &= !(u64::from(*until_us <= asked.at_us) << (place % 64));
                taken_back = rest;
            }
            while known != 0 {
                let place = block * 64 + known.trailing_zeros() as usize;
                known &= known - 1;
                let (seconds, closed) = (self.seconds[place], self.closed[place]);
                while next_s <= seconds
                    && let Some((waited_s, waits, unit)) = waiting.next_if(|wait| wait.0 < seconds || !wait.1 && !closed)
                {
                    sheet.push(*waited_s, !waits, *unit);
                    next_s = waiting.peek().map_or(f64::NAN, |wait| wait.0);
                }
                sheet.push(seconds, closed, self.units[place]);
            }
        }
        for (waited_s, waits, unit) in waiting {
            sheet.push(*waited_s, !waits, *unit);
        }
        sheet.moving = moving;
        sheet.finish();
    }

    fn heap_bytes(&self) -> usize {
        let times = (self.filed_us.capacity() + self.known_us.capacity()) * size_of::<i64>();
        let cases = self.seconds.capacity() * size_of::<f64>() + self.units.capacity() * size_of::<u32>() + self.closed.capacity();
        times + cases + self.taken_back.capacity() * size_of::<(u32, i64)>() + self.waiting.heap_bytes()
    }
}

/// A length that compares as the real ones do: adding 0.0 turns -0.0 into 0.0, whose bits differ.
fn sound(seconds: f64) -> f64 {
    seconds.max(0.0) + 0.0
}

/// Cases of one kind as they are laid out; room that is used again from one kind to the next.
#[derive(Default)]
struct Sheet {
    stratum: Stratum,
    closed: Vec<bool>,
    /// Every case counts.
    marks: Vec<u64>,
    /// Seconds, whether it is not resolved, and unit of those that are merged in.
    moving: Vec<(f64, bool, u32)>,
}

impl Sheet {
    fn clear(&mut self) {
        self.stratum.seconds.clear();
        self.stratum.units.clear();
        self.closed.clear();
    }

    fn push(&mut self, seconds: f64, closed: bool, unit: u32) {
        self.stratum.seconds.push(seconds);
        self.stratum.units.push(unit);
        self.closed.push(closed);
    }

    fn finish(&mut self) {
        let Stratum { seconds, closed, tied, .. } = &mut self.stratum;
        let cases = seconds.len();
        closed.clear(0);
        tied.clear(cases);
        for resolved in self.closed.chunks(64) {
            let bits = resolved.iter().enumerate();
            closed.push(bits.fold(0, |word, (bit, resolved)| word | u64::from(*resolved) << bit));
        }
        for (place, pair) in seconds.windows(2).enumerate() {
            if pair[0].to_bits() == pair[1].to_bits() {
                tied.or(place, true);
                tied.or(place + 1, true);
            }
        }
        self.marks.clear();
        self.marks.extend((0..words(cases)).map(|word| before(word, cases)));
    }
}

#[cfg(test)]
#[path = "past_strata_tests.rs"]
mod tests;
