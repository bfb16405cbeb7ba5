//! How long cases took, or have taken so far: a bag of (seconds, closed) that merges, and sorts as plain integers.
//!
//! One duration is one `u64`: the bits of the non-negative seconds, shifted left by one, and 1 in the lowest bit where the
//! case is still open. Unsigned order is then time order, and of two equal times the closed one comes first, as
//! Kaplan-Meier wants it: who is still open at t was at risk when another closed at t.

/// A bag of durations in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    encoded: Vec<u64>,
}

impl Durations {
    /// An empty bag.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one case. A negative duration counts as 0 (a clock that ran backwards); one that is no number is left out.
    pub fn push(&mut self, duration_s: f64, closed: bool) {
        self.encoded.extend(encode(duration_s, closed));
    }

    /// Adds every case of another bag.
    pub fn merge(&mut self, other: &Self) {
        self.encoded.extend_from_slice(&other.encoded);
    }

    /// Number of cases.
    #[must_use]
    pub fn len(&self) -> usize {
        self.encoded.len()
    }

    /// Whether the bag is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.encoded.is_empty()
    }

    /// The bag as it travels between partial aggregates; only [`Durations::extend_encoded`] reads it.
    #[must_use]
    pub fn encoded(&self) -> &[u64] {
        &self.encoded
    }

    /// Adds cases that [`Durations::encoded`] gave.
    pub fn extend_encoded(&mut self, encoded: &[u64]) {
        self.encoded.extend_from_slice(encoded);
    }

    /// Bytes held beside the struct itself.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.encoded.capacity() * size_of::<u64>()
    }

    /// Every (seconds, closed), by time, closed before open at equal times. Sorts in place: O(n log n).
    pub fn sorted(&mut self) -> impl ExactSizeIterator<Item = (f64, bool)> {
        self.encoded.sort_unstable();
        self.encoded.iter().map(|&code| decode(code))
    }

    /// Seconds of the closed cases, ascending.
    #[must_use]
    pub fn closed_sorted(&mut self) -> Vec<f64> {
        self.sorted()
            .filter(|(_, closed)| *closed)
            .map(|(duration_s, _)| duration_s)
            .collect()
    }
}

/// One case as an integer; none if the duration is no number.
pub(super) fn encode(duration_s: f64, closed: bool) -> Option<u64> {
    // Adding 0.0 turns -0.0 into 0.0, whose sign bit would be lost to the shift.
    (!duration_s.is_nan()).then(|| (duration_s.max(0.0) + 0.0).to_bits() << 1 | u64::from(!closed))
}

/// The (seconds, closed) that [`encode`] made this of.
pub(super) fn decode(code: u64) -> (f64, bool) {
    (f64::from_bits(code >> 1), code & 1 == 0)
}

impl FromIterator<(f64, bool)> for Durations {
    fn from_iter<I: IntoIterator<Item = (f64, bool)>>(cases: I) -> Self {
        let mut durations = Self::new();
        for (duration_s, closed) in cases {
            durations.push(duration_s, closed);
        }
        durations
    }
}

#[cfg(test)]
mod tests {
    use super::Durations;

    #[test]
    fn cases_come_back_by_time_and_the_closed_one_first() {
        let mut durations: Durations = [
            (3.5, false),
            (0.1, true),
            (3.5, true),
            (-2.0, false),
            (f64::NAN, true),
            (f64::INFINITY, false),
        ]
        .into_iter()
        .collect();
        let sorted: Vec<_> = durations.sorted().collect();
        assert_eq!(
            sorted,
            [(0.0, false), (0.1, true), (3.5, true), (3.5, false), (f64::INFINITY, false)]
        );
        assert_eq!(durations.closed_sorted(), [0.1, 3.5]);
    }

    #[test]
    fn merging_is_the_same_as_one_bag() {
        let mut whole: Durations = [(1.0, true), (2.0, false), (0.5, true)].into_iter().collect();
        let mut left: Durations = [(2.0, false)].into_iter().collect();
        let right: Durations = [(0.5, true), (1.0, true)].into_iter().collect();
        left.merge(&right);
        assert!(whole.sorted().eq(left.sorted()));
    }
}
