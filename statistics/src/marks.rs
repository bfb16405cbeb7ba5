//! One bit a case: which of them were filed after a moment, which were resolved. Sixty-four cases are counted at once.

/// Bits by place. If none is set there are no words at all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    words: Vec<u64>,
}

impl Marks {
    /// Marks the places, of so many, that `set` says.
    pub(crate) fn of(places: usize, set: impl Fn(usize) -> bool) -> Self {
        let mut words = vec![0; words(places)];
        let mut any = false;
        for place in (0..places).filter(|place| set(*place)) {
            words[place / 64] |= 1 << (place % 64);
            any = true;
        }
        Self {
            words: if any { words } else { Vec::new() },
        }
    }

    /// Marks nothing, with room for so many places.
    pub(crate) fn clear(&mut self, places: usize) {
        self.words.clear();
        self.words.resize(words(places), 0);
    }

    /// Adds the next 64 places.
    pub(crate) fn push(&mut self, word: u64) {
        self.words.push(word);
    }

    /// Marks what is said of a place besides; there must be room for it.
    pub(crate) fn or(&mut self, place: usize, set: bool) {
        self.words[place / 64] |= u64::from(set) << (place % 64);
    }

    /// The 64 places of a word.
    pub(crate) fn word(&self, word: usize) -> u64 {
        self.words.get(word).copied().unwrap_or_default()
    }

    /// How many of these bits are marked here too.
    pub(crate) fn count(&self, among: &[u64]) -> u64 {
        let both = self
            .words
            .iter()
            .zip(among)
            .map(|(own, other)| u64::from((own & other).count_ones()));
        both.sum()
    }

    /// The place of the marked one among these bits that has `nth` before it.
    pub(crate) fn nth(&self, among: &[u64], nth: u64) -> Option<usize> {
        let mut left = nth;
        for (word, (own, other)) in self.words.iter().zip(among).enumerate() {
            let mut both = own & other;
            let here = u64::from(both.count_ones());
            if left < here {
                for _ in 0..left {
                    both &= both - 1;
                }
                return Some(word * 64 + both.trailing_zeros() as usize);
            }
            left -= here;
        }
        None
    }
}

/// How many words so many places take.
pub(crate) fn words(places: usize) -> usize {
    places.div_ceil(64)
}

/// The bits of a word whose places lie before `end`.
pub(crate) fn before(word: usize, end: usize) -> u64 {
    match end.saturating_sub(word * 64) {
        0 => 0,
        1..64 => (1 << (end % 64)) - 1,
        _ => u64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::{Marks, before, words};

    #[test]
    fn marks_are_counted_and_found_among_others() {
        let marks = Marks::of(200, |place| place % 3 == 0);
        let all = vec![u64::MAX; words(200)];
        assert_eq!(marks.count(&all), 67);
        assert_eq!(
            (marks.nth(&all, 0), marks.nth(&all, 66), marks.nth(&all, 67)),
            (Some(0), Some(198), None)
        );
        let even = vec![0x5555_5555_5555_5555; words(200)];
        assert_eq!((marks.count(&even), marks.nth(&even, 11)), (34, Some(66)));
        assert_eq!((marks.word(0) & 0b1111, marks.word(9)), (0b1001, 0));
        let none = Marks::of(200, |_| false);
        assert_eq!((none.count(&all), none.nth(&all, 0), none.word(0)), (0, None, 0));
    }

    #[test]
    fn a_word_ends_before_a_place() {
        assert_eq!((before(1, 0), before(1, 64), before(1, 65), before(1, 130)), (0, 0, 1, u64::MAX));
    }
}
