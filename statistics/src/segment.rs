//! Marked places cut where others lie between them: cases that stand in a fixed order, and some that are slipped in for a moment.

use super::marks::before;

/// Some marked places of one word, and whether one of the others comes after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// The marked places, one bit each.
    pub(crate) kept: u64,
    word: u32,
    /// Whether the next of the others comes after them, before all that follow.
    pub(crate) then: bool,
}

impl Segment {
    /// Number of the word.
    pub(crate) fn word(self) -> usize {
        self.word as usize
    }
}

/// Cuts the marked places where the others lie, each before the place that is told, in order; in place of what `segments` held. Words of
/// which none is marked are left out. Says how many are marked.
pub(crate) fn cut(marks: impl Iterator<Item = u64>, others: impl Iterator<Item = usize>, segments: &mut Vec<Segment>) -> usize {
    segments.clear();
    let (mut others, mut cases) = (others.peekable(), 0);
    // One may lie behind the last place.
    for (number, word) in (0..=u32::MAX).zip(marks.chain([0])) {
        cases += word.count_ones() as usize;
        let mut left = word;
        while let Some(place) = others.next_if(|place| place / 64 == number as usize) {
            let earlier = before(0, place % 64);
            segments.push(Segment {
                kept: left & earlier,
                word: number,
                then: true,
            });
            left &= !earlier;
        }
        if left != 0 {
            segments.push(Segment {
                kept: left,
                word: number,
                then: false,
            });
        }
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::{Segment, cut};

    #[test]
    fn marked_places_are_cut_where_others_lie() {
        let mut segments = Vec::new();
        let marks = [0b1011, 0, u64::MAX];
        let cases = cut(marks.into_iter(), [0, 2, 2, 70, 191, 192].into_iter(), &mut segments);
        let segment = |word, kept, then| Segment { kept, word, then };
        let expected = [
            segment(0, 0, true),
            segment(0, 0b11, true),
            segment(0, 0, true),
            segment(0, 0b1000, false),
            segment(1, 0, true),
            segment(2, u64::MAX >> 1, true),
            segment(2, 1 << 63, false),
            segment(3, 0, true),
        ];
        assert_eq!((cases, segments.as_slice()), (67, expected.as_slice()));
        assert_eq!(cut([].into_iter(), [].into_iter(), &mut segments), 0);
        assert!(segments.is_empty());
    }
}
