//! Who is waiting at any moment, of all who ever waited: found without a look at those who have long stopped.

/// From when until when something holds, µs since epoch UTC: `[from_us, until_us)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// From when.
    pub from_us: i64,
    /// Until when; [`Span::FOR_GOOD`] = nothing is known to change it.
    pub until_us: i64,
}

impl Span {
    /// The end of what does not end.
    pub const FOR_GOOD: i64 = i64::MAX;

    /// Whether it holds at a moment.
    #[must_use]
    pub const fn holds(&self, at_us: i64) -> bool {
        self.from_us <= at_us && at_us < self.until_us
    }
}

/// Which moment is asked about, and after when a case must have been filed to count, µs since epoch UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The moment: nothing later is known.
    pub at_us: i64,
    /// Cases filed after it count.
    pub since_us: i64,
}

impl Asked {
    /// How long a case filed then has waited, seconds.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "exact up to 285 years")]
    pub fn waited_s(&self, filed_us: i64) -> f64 {
        (self.at_us.saturating_sub(filed_us) as f64 / 1e6).max(0.0)
    }
}

/// So many are passed over at once where none of them is waiting any more.
const BLOCK: usize = 64;

/// Cases while they waited, each with a number of the caller's; those filed latest, who have waited the shortest, first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pending {
    /// Those that waited from when they were filed until something happened.
    passing: Filed,
    until_us: Vec<i64>,
    /// The largest end in each block of them.
    latest_us: Vec<i64>,
    /// Those that have waited from when they were filed, and do still.
    staying: Filed,
    /// Those that began to wait later: they were reopened, or their number changed.
    resumed: Vec<(i64, u32, Span)>,
}

#[derive(Clone, Debug, Default)]
struct Filed {
    filed_us: Vec<i64>,
    numbers: Vec<u32>,
}

impl Filed {
    fn push(&mut self, filed_us: i64, number: u32) {
        self.filed_us.push(filed_us);
        self.numbers.push(number);
    }

    fn shrink(&mut self) {
        self.filed_us.shrink_to_fit();
        self.numbers.shrink_to_fit();
    }

    fn heap_bytes(&self) -> usize {
        self.filed_us.capacity() * size_of::<i64>() + self.numbers.capacity() * size_of::<u32>()
    }
}

impl Pending {
    /// Of cases by when they were filed, their numbers, and when they waited. Cost: O(n log n).
    pub(crate) fn of(mut waiting: Vec<(i64, u32, Span)>) -> Self {
        waiting.sort_unstable_by_key(|(filed_us, number, span)| (std::cmp::Reverse(*filed_us), *number, span.from_us));
        let mut pending = Self::default();
        for (filed_us, number, span) in waiting {
            if span.from_us != filed_us {
                pending.resumed.push((filed_us, number, span));
            } else if span.until_us == Span::FOR_GOOD {
                pending.staying.push(filed_us, number);
            } else {
                pending.passing.push(filed_us, number);
                pending.until_us.push(span.until_us);
            }
        }
        let latest = |block: &[i64]| block.iter().copied().max().unwrap_or(i64::MIN);
        pending.latest_us = pending.until_us.chunks(BLOCK).map(latest).collect();
        for filed in [&mut pending.passing, &mut pending.staying] {
            filed.shrink();
        }
        pending.until_us.shrink_to_fit();
        pending.resumed.shrink_to_fit();
        pending
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.until_us.len() + self.staying.filed_us.len() + self.resumed.len()
    }

    /// Tells of everyone who waits at a moment when the case was filed, and its number; in three runs, each the latest filed first.
    pub(crate) fn each(&self, at_us: i64, mut told: impl FnMut(i64, u32)) {
        let Filed { filed_us, numbers } = &self.staying;
        let filed = filed_us.partition_point(|filed_us| *filed_us > at_us);
        for (filed_us, number) in filed_us.iter().zip(numbers).skip(filed) {
            told(*filed_us, *number);
        }
        let Filed { filed_us, numbers } = &self.passing;
        let filed = filed_us.partition_point(|filed_us| *filed_us > at_us);
        for (block, _) in self
            .latest_us
            .iter()
            .enumerate()
            .skip(filed / BLOCK)
            .filter(|(_, latest)| **latest > at_us)
        {
            let places = (block * BLOCK).max(filed)..((block + 1) * BLOCK).min(filed_us.len());
            for place in places.filter(|place| self.until_us[*place] > at_us) {
                told(filed_us[place], numbers[place]);
            }
        }
        for (filed_us, number, _) in self.resumed.iter().filter(|(_, _, span)| span.holds(at_us)) {
            told(*filed_us, *number);
        }
    }

    /// Bytes held beside the struct itself.
    pub(crate) fn heap_bytes(&self) -> usize {
        let times = (self.until_us.capacity() + self.latest_us.capacity()) * size_of::<i64>();
        let resumed = self.resumed.capacity() * size_of::<(i64, u32, Span)>();
        self.passing.heap_bytes() + self.staying.heap_bytes() + times + resumed
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, Pending, Span};

    #[test]
    fn who_waits_at_a_moment_is_found_among_all_who_ever_did() {
        let mut dice = 7_u64;
        let mut below = |end: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from((dice >> 33) % end).unwrap()
        };
        let mut waiting = Vec::new();
        for number in 0..1_000 {
            let filed_us = below(500);
            let from_us = if below(9) == 0 { filed_us + below(40) } else { filed_us };
            let until_us = if below(5) == 0 { Span::FOR_GOOD } else { from_us + below(60) };
            waiting.push((filed_us, number, Span { from_us, until_us }));
        }
        let pending = Pending::of(waiting.clone());
        assert_eq!(pending.len(), 1_000);
        assert!(pending.heap_bytes() > 12_000);
        for at_us in (-1..620).step_by(3) {
            let (mut found, mut expected) = (Vec::new(), Vec::new());
            pending.each(at_us, |filed_us, number| found.push((number, filed_us)));
            let holding = waiting.iter().filter(|(_, _, span)| span.holds(at_us));
            expected.extend(holding.map(|(filed_us, number, _)| (*number, *filed_us)));
            found.sort_unstable();
            assert_eq!(found, expected, "at {at_us}");
        }
    }

    #[test]
    fn nobody_has_waited_less_than_nothing() {
        let asked = Asked {
            at_us: 2_500_000,
            since_us: 0,
        };
        assert_eq!(
            format!("{:?}", [asked.waited_s(1_000_000), asked.waited_s(3_000_000)]),
            "[1.5, 0.0]"
        );
    }
}
