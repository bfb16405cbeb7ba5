//! Cases by when they were filed, whatever order they lie in: those filed after a moment are marked without a look at the others.

use super::marks::{before, words};

/// When cases were filed, ascending, and where each of them lies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filings {
    filed_us: Vec<i64>,
    places: Vec<u32>,
}

impl Filings {
    /// Of cases in the order they lie in, by when each was filed. Cases beyond the 2³²nd are left out.
    pub(crate) fn of(filed_us: impl Iterator<Item = i64>) -> Self {
        let mut filings: Vec<(i64, u32)> = filed_us.zip(0..=u32::MAX).collect();
        filings.sort_unstable();
        Self {
            filed_us: filings.iter().map(|(filed_us, _)| *filed_us).collect(),
            places: filings.iter().map(|(_, place)| *place).collect(),
        }
    }

    /// Marks the cases filed after `since_us`, and says how many they are. Cost: half of the cases at most.
    pub(crate) fn mark(&self, since_us: i64, marks: &mut Vec<u64>) -> usize {
        let cases = self.places.len();
        let earlier = self.filed_us.partition_point(|filed_us| *filed_us <= since_us);
        marks.clear();
        if earlier <= cases / 2 {
            marks.resize(words(cases), u64::MAX);
            if let Some(last) = marks.last_mut() {
                *last = before(0, (cases - 1) % 64 + 1);
            }
            flip(marks, &self.places[..earlier]);
        } else {
            marks.resize(words(cases), 0);
            flip(marks, &self.places[earlier..]);
        }
        cases - earlier
    }

    /// The places of those filed after one moment and up to another.
    pub(crate) fn within(&self, since_us: i64, until_us: i64) -> &[u32] {
        let earlier = self.filed_us.partition_point(|filed_us| *filed_us <= since_us);
        let later = self.filed_us.partition_point(|filed_us| *filed_us <= until_us);
        &self.places[earlier..later.max(earlier)]
    }

    /// Bytes held beside the struct itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.filed_us.capacity() * size_of::<i64>() + self.places.capacity() * size_of::<u32>()
    }
}

fn flip(marks: &mut [u64], places: &[u32]) {
    for place in places {
        marks[*place as usize / 64] ^= 1 << (place % 64);
    }
}

#[cfg(test)]
mod tests {
    use super::Filings;

    #[test]
    fn those_filed_after_a_moment_are_marked() {
        let filed: Vec<i64> = (0..150).map(|place| (place * 37) % 101).collect();
        let filings = Filings::of(filed.iter().copied());
        let mut marks = Vec::new();
        for since_us in [-1, 0, 20, 50, 99, 100, 101] {
            let marked = filings.mark(since_us, &mut marks);
            let places: Vec<usize> = (0..192).filter(|place| marks[place / 64] >> (place % 64) & 1 == 1).collect();
            let expected: Vec<usize> = (0..150).filter(|place| filed[*place] > since_us).collect();
            assert_eq!((marked, places), (expected.len(), expected), "after {since_us}");
            let mut within: Vec<u32> = filings.within(since_us, 60).to_vec();
            within.sort_unstable();
            let expected = (0_u32..)
                .zip(&filed)
                .filter(|(_, filed_us)| (since_us + 1..=60).contains(*filed_us));
            assert!(
                within.into_iter().eq(expected.map(|(place, _)| place)),
                "after {since_us}, up to 60"
            );
        }
        assert_eq!(Filings::default().mark(0, &mut marks), 0);
        assert!(marks.is_empty() && Filings::of([3].into_iter()).heap_bytes() >= 12);
    }
}
