//! Which of some ended cases count at a moment: those known by then that were filed in the window.

use super::pending::{Asked, Span};

/// When each of the cases was filed, and from when until when its end is known; in the order they lie in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    filed_us: Vec<i64>,
    /// From when on each is known.
    from_us: Vec<i64>,
    /// Places of those that are not known for good, and until when they are; by place.
    taken_back: Vec<(u32, i64)>,
}

impl Known {
    /// Of cases by when each was filed, and when its end holds. Those beyond the 2³²nd are taken as known for good.
    pub(crate) fn of(cases: impl Iterator<Item = (i64, Span)>) -> Self {
        let mut known = Self::default();
        for (place, (filed_us, span)) in cases.enumerate() {
            known.filed_us.push(filed_us);
            known.from_us.push(span.from_us);
            if span.until_us != Span::FOR_GOOD
                && let Ok(place) = u32::try_from(place)
            {
                known.taken_back.push((place, span.until_us));
            }
        }
        known.filed_us.shrink_to_fit();
        known.from_us.shrink_to_fit();
        known.taken_back.shrink_to_fit();
        known
    }

    /// The places of those that count, sixty-four to a word.
    pub(crate) fn marks(&self, asked: Asked) -> impl Iterator<Item = u64> {
        let mut taken_back = self.taken_back.as_slice();
        let blocks = self.from_us.chunks(64).zip(self.filed_us.chunks(64)).enumerate();
        blocks.map(move |(block, (from_us, filed_us))| {
            let mut marks = up_to(from_us, asked.at_us);
            if asked.since_us != i64::MIN {
                marks &= !up_to(filed_us, asked.since_us);
            }
            while let Some(((place, until_us), rest)) = taken_back.split_first()
                && *place as usize / 64 == block
            {
                marks &= !(u64::from(*until_us <= asked.at_us) << (place % 64));
                taken_back = rest;
            }
            marks
        })
    }

    /// Bytes held beside the struct itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        let times = (self.filed_us.capacity() + self.from_us.capacity()) * size_of::<i64>();
        times + self.taken_back.capacity() * size_of::<(u32, i64)>()
    }
}

/// Which of 64 moments are no later than one, one bit each.
fn up_to(times_us: &[i64], at_us: i64) -> u64 {
    let bits = times_us.iter().enumerate();
    bits.fold(0, |marks, (bit, time_us)| marks | u64::from(*time_us <= at_us) << bit)
}

#[cfg(test)]
mod tests {
    use super::{Asked, Known, Span};

    #[test]
    fn those_filed_in_the_window_whose_end_is_known_are_marked() {
        let cases: Vec<(i64, Span)> = (0..150)
            .map(|number| {
                let from_us = number * 7 % 100;
                let until_us = if number % 3 == 0 { from_us + 20 } else { Span::FOR_GOOD };
                (number % 50, Span { from_us, until_us })
            })
            .collect();
        let known = Known::of(cases.iter().copied());
        assert!(known.heap_bytes() > 2_400);
        for (at_us, since_us) in [(-1, i64::MIN), (0, -1), (40, 10), (110, 10), (200, i64::MIN), (200, 60)] {
            let marks: Vec<u64> = known.marks(Asked { at_us, since_us }).collect();
            let marked: Vec<usize> = (0..192).filter(|place| marks[place / 64] >> (place % 64) & 1 == 1).collect();
            let counts = |(filed_us, span): &(i64, Span)| span.holds(at_us) && *filed_us > since_us;
            let expected: Vec<usize> = (0..150).filter(|place| counts(&cases[*place])).collect();
            assert_eq!(marked, expected, "at {at_us} after {since_us}");
        }
    }
}
