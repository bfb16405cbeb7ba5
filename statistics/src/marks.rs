//! One bit a case: which of them were resolved, say. Sixty-four cases are counted at once.

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

    /// The 64 places of a word.
    pub(crate) fn word(&self, word: usize) -> u64 {
        self.words.get(word).copied().unwrap_or_default()
    }

    /// Whether a place is marked.
    pub(crate) fn has(&self, place: usize) -> bool {
        self.word(place / 64) >> (place % 64) & 1 == 1
    }

    /// Whether nothing is marked.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Bytes held beside the struct itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
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
    fn places_are_marked_sixty_four_to_a_word() {
        let marks = Marks::of(200, |place| place % 3 == 0);
        assert_eq!((marks.word(0) & 0b1111, marks.word(9)), (0b1001, 0));
        assert_eq!((marks.has(198), marks.has(199), marks.has(1_000)), (true, false, false));
        assert!(!marks.is_empty() && marks.heap_bytes() >= 8 * words(200));
        let none = Marks::of(200, |_| false);
        assert!(none.is_empty() && !none.has(0) && none.word(0) == 0);
    }

    #[test]
    fn a_word_ends_before_a_place() {
        assert_eq!((before(1, 0), before(1, 64), before(1, 65), before(1, 130)), (0, 0, 1, u64::MAX));
    }
}
