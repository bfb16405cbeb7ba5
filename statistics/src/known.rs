//! Which of some ended cases count at a moment: those known by then that were filed in the window.

use super::filings::Filings;
use super::marks::words;
use super::pending::{Asked, Span};

/// When each of the cases was filed, and from when until when its end is known; in the order they lie in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// From when on each is known: not before it was filed.
    from_us: Vec<i64>,
    filings: Filings,
    /// Places of those that are not known for good, and until when they are; by place.
    taken_back: Vec<(u32, i64)>,
}

/// Where less than one in so many was filed in the window, only these are looked at.
const FEW: usize = 16;

impl Known {
    /// Of cases by when each was filed, and when its end holds. Those beyond the 2³²nd are taken as known for good.
    pub(crate) fn of(cases: impl Iterator<Item = (i64, Span)> + Clone) -> Self {
        let taken_back = (0..=u32::MAX)
            .zip(cases.clone())
            .filter(|(_, (_, span))| span.until_us != Span::FOR_GOOD);
        Self {
            taken_back: taken_back.map(|(place, (_, span))| (place, span.until_us)).collect(),
            from_us: cases.clone().map(|(_, span)| span.from_us).collect(),
            filings: Filings::of(cases.map(|(filed_us, _)| filed_us)),
        }
    }

    /// Marks the places of those that count, sixty-four to a word, in place of what `marks` held.
    pub(crate) fn mark(&self, asked: Asked, marks: &mut Vec<u64>) {
        marks.clear();
        let filed = self.filings.within(asked.since_us, asked.at_us);
        if filed.len() < self.from_us.len() / FEW {
            marks.resize(words(self.from_us.len()), 0);
            for place in filed.iter().map(|place| *place as usize) {
                marks[place / 64] |= u64::from(self.from_us[place] <= asked.at_us) << (place % 64);
            }
        } else {
            marks.extend(self.from_us.chunks(64).map(|from_us| up_to(from_us, asked.at_us)));
            for place in self.filings.within(i64::MIN, asked.since_us) {
                marks[*place as usize / 64] &= !(1 << (place % 64));
            }
        }
        for (place, _) in self.taken_back.iter().filter(|(_, until_us)| *until_us <= asked.at_us) {
            marks[*place as usize / 64] &= !(1 << (place % 64));
        }
    }

    /// Bytes held beside the struct itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        let taken_back = self.taken_back.capacity() * size_of::<(u32, i64)>();
        self.from_us.capacity() * size_of::<i64>() + self.filings.heap_bytes() + taken_back
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
                let from_us = number % 50 + number * 7 % 100;
                let until_us = if number % 3 == 0 { from_us + 20 } else { Span::FOR_GOOD };
                (number % 50, Span { from_us, until_us })
            })
            .collect();
        let known = Known::of(cases.iter().copied());
        assert!(known.heap_bytes() > 2_400);
        for (at_us, since_us) in [
            (-1, i64::MIN),
            (0, -1),
            (40, 10),
            (110, 10),
            (200, i64::MIN),
            (200, 20),
            (200, 45),
            (60, 55),
        ] {
            let mut marks = vec![5; 9];
            known.mark(Asked { at_us, since_us }, &mut marks);
            let marked: Vec<usize> = (0..64 * marks.len())
                .filter(|place| marks[place / 64] >> (place % 64) & 1 == 1)
                .collect();
            let counts = |(filed_us, span): &(i64, Span)| span.holds(at_us) && *filed_us > since_us;
            let expected: Vec<usize> = (0..150).filter(|place| counts(&cases[*place])).collect();
            assert_eq!(marked, expected, "at {at_us} after {since_us}");
        }
    }
}
