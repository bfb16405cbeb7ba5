//! How long cases took and how each of them ended, or that it is still open: a bag of (seconds, kind of end) that merges, and sorts
//! as plain integers.
//!
//! One case is one `u64`: whole microseconds in the upper 56 bits (up to 2,283 years), and in the lowest byte the kind less one, so
//! that 0, still open, becomes 255. Unsigned order is then time order, and of two equal times the open one comes last, as in
//! [`super::Durations`].

/// Longest duration that can be written down, µs.
const LONGEST_US: u64 = (1 << 56) - 1;

/// A bag of durations in seconds with how they ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    encoded: Vec<u64>,
}

impl Ends {
    /// The kind of end that is none: the case is still open.
    pub const OPEN: u8 = 0;

    /// An empty bag.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one case that ended by `kind` ([`Ends::OPEN`] = not yet). Durations are kept to the microsecond; a negative one counts as
    /// 0, one beyond 2,283 years as that, and one that is no number is left out.
    pub fn push(&mut self, duration_s: f64, kind: u8) {
        if !duration_s.is_nan() {
            self.encoded.push(micros(duration_s) << 8 | u64::from(kind.wrapping_sub(1)));
        }
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

    /// The bag as it travels between partial aggregates; only [`Ends::extend_encoded`] reads it.
    #[must_use]
    pub fn encoded(&self) -> &[u64] {
        &self.encoded
    }

    /// Adds cases that [`Ends::encoded`] gave.
    pub fn extend_encoded(&mut self, encoded: &[u64]) {
        self.encoded.extend_from_slice(encoded);
    }

    /// Bytes held beside the struct itself.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.encoded.capacity() * size_of::<u64>()
    }

    /// The cases as integers, sorted in place by time, then kind, the open ones last: O(n log n). [`decode`] reads one, and two are of
    /// the same time if [`same_time`].
    pub(super) fn sorted(&mut self) -> &[u64] {
        self.encoded.sort_unstable();
        &self.encoded
    }
}

/// The (seconds, kind of end) of one case.
pub(super) fn decode(code: u64) -> (f64, u8) {
    let kind = code.to_le_bytes()[0].wrapping_add(1);
    (seconds(code >> 8), kind)
}

/// A duration as it is written down, µs.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative, and the cast saturates"
)]
pub(super) fn micros(duration_s: f64) -> u64 {
    ((duration_s.max(0.0) * 1e6).round() as u64).min(LONGEST_US)
}

/// A duration as it is read again.
#[expect(clippy::cast_precision_loss, reason = "exact up to 285 years, and rounded beyond")]
pub(super) fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}

/// Whether two cases took equally long, to the microsecond.
pub(super) fn same_time(left: u64, right: u64) -> bool {
    left >> 8 == right >> 8
}

impl FromIterator<(f64, u8)> for Ends {
    fn from_iter<I: IntoIterator<Item = (f64, u8)>>(cases: I) -> Self {
        let mut ends = Self::new();
        for (duration_s, kind) in cases {
            ends.push(duration_s, kind);
        }
        ends
    }
}

#[cfg(test)]
mod tests {
    use super::{Ends, decode};

    #[test]
    fn cases_come_back_by_time_and_the_open_one_last() {
        let given = [(3.5, 0), (0.1, 255), (3.5, 2), (-2.0, 0), (f64::NAN, 1), (3.5, 1)];
        let mut ends: Ends = given.into_iter().collect();
        let sorted: Vec<(f64, u8)> = ends.sorted().iter().map(|&code| decode(code)).collect();
        assert_eq!(sorted, [(0.0, 0), (0.1, 255), (3.5, 1), (3.5, 2), (3.5, 0)]);
    }

    #[test]
    fn what_lasts_for_ever_is_the_longest_there_is() {
        let mut ends: Ends = [(f64::INFINITY, 3), (1e9, 0)].into_iter().collect();
        let (longest_s, kind) = decode(ends.sorted()[1]);
        assert!(longest_s > 7e10 && kind == 3);
    }

    #[test]
    fn merging_is_the_same_as_one_bag() {
        let mut whole: Ends = [(1.0, 1), (2.0, 0), (0.5, 2)].into_iter().collect();
        let mut left: Ends = [(2.0, 0)].into_iter().collect();
        let right: Ends = [(0.5, 2), (1.0, 1)].into_iter().collect();
        left.merge(&right);
        assert_eq!(whole.sorted(), left.sorted());
        let mut travelled = Ends::new();
        travelled.extend_encoded(whole.encoded());
        assert_eq!((travelled.len(), travelled.is_empty()), (3, false));
        assert_eq!(travelled, whole);
    }
}
