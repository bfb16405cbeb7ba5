//! What somebody may be told of counts: staff the exact ones, the public none of too few people, and the others rounded down.
//!
//! Exact counts can be subtracted from each other, and what is left over is the count of few. Of two numbers that are each rounded down to fives
//! the difference is known to within four. That is not enough by itself: a complaint is public by itself too, with its category, its kelurahan and
//! its day, so that whoever knows that all five complaints of a kelurahan lie in one cell knows what lies there at any hour. (Counts of complaints by
//! kelurahan and day, as areas have them, are therefore exact: they say nothing that the list of complaints does not.) So a cell with too few
//! people is not listed at all, the moment of a single complaint is told as its day, and the cells of a kelurahan never add up to all it has
//! ([`Disclosure::apart`]).

use std::collections::BTreeMap;

use tanggap_engine::time::HOUR_US;

use crate::extractors::Viewer;
use crate::state::AppState;
use crate::time::{DAY_US, local_day};

/// Moments the public may name, and those it is told of several people, µs: a quarter of an hour.
const STEP_US: i64 = HOUR_US / 4;

/// How exactly somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Disclosure {
    /// Different people a count must be of, and what it is rounded down to a multiple of; 1 = everything, exactly.
    base: i64,
}

impl Disclosure {
    /// Everything, exactly.
    pub(crate) const EXACT: Self = Self { base: 1 };

    /// The public's, where so many different people are needed to be counted.
    pub(crate) fn rounding(minimum_reporters: u32) -> Self {
        Self {
            base: i64::from(minimum_reporters.max(1)),
        }
    }

    /// Staff's, or the public's: what is kept for many is kept for one of the two.
    pub(crate) fn to(staff: bool, state: &AppState) -> Self {
        if staff {
            Self::EXACT
        } else {
            Self::rounding(state.settings.public_minimum_reporters)
        }
    }

    /// Of whoever asks.
    pub(crate) fn of(viewer: &Viewer, state: &AppState) -> Self {
        Self::to(viewer.staff(), state)
    }

    /// Whether nothing is rounded or kept back.
    pub(crate) const fn exact(self) -> bool {
        self.base <= 1
    }

    /// What counts are multiples of.
    pub(crate) const fn rounded_to(self) -> i64 {
        self.base
    }

    /// A count, rounded down. For numbers of which it is known that enough people are behind them.
    pub(crate) const fn rounded(self, n: i64) -> i64 {
        n - n.rem_euclid(self.base)
    }

    /// A count as it may be told; none where fewer different people are behind it than must be.
    pub(crate) fn count(self, n: i64, reporters: i64) -> Option<i64> {
        let enough = self.exact() || (reporters >= self.base && n >= self.base);
        enough.then(|| self.rounded(n))
    }

    /// A count of people, or of what is not counted by people; none of too few.
    pub(crate) fn many(self, n: i64) -> Option<i64> {
        self.count(n, n)
    }

    /// Counts of cells, each with its group and its reporters, in the order of the cells. What is told of a group is always less than it has: else
    /// whoever counts its single complaints would know that all of them lie in these cells. Where it would not be, the cell with the fewest (of equal
    /// ones the first) is told as if it had one step less.
    pub(crate) fn apart<G: Ord>(self, cells: impl IntoIterator<Item = (G, i64, i64)>) -> Vec<Option<i64>> {
        let mut told = Vec::new();
        // By group: what is not told of it, and the fewest that are told, with their place.
        let mut groups: BTreeMap<G, (i64, Option<(i64, usize)>)> = BTreeMap::new();
        for (place, (group, n, reporters)) in cells.into_iter().enumerate() {
            let count = self.count(n, reporters);
            told.push(count);
            if self.exact() {
                continue;
            }
            let (left, least) = groups.entry(group).or_default();
            *left += n - count.unwrap_or(0);
            if count.is_some() && least.is_none_or(|(fewest, _)| n < fewest) {
                *least = Some((n, place));
            }
        }
        for (_, place) in groups.into_values().filter(|(left, _)| *left == 0).filter_map(|(_, least)| least) {
            if let Some(count) = told.get_mut(place) {
                *count = count.map(|n| n - self.base).filter(|n| *n > 0);
            }
        }
        told
    }

    /// A cell as it may be told beside its categories: what they are told as together, or, where none of them is told, what it would be by itself.
    /// Of a number of its own could be taken what its categories hold at most.
    pub(crate) const fn whole(self, own: Option<i64>, parts: i64) -> Option<i64> {
        if self.exact() || parts == 0 { own } else { Some(parts) }
    }

    /// A moment of several people, µs since epoch UTC: to the public the quarter of an hour it is in.
    pub(crate) const fn quarter(self, time_us: i64) -> i64 {
        if self.exact() {
            time_us
        } else {
            time_us - time_us.rem_euclid(STEP_US)
        }
    }

    /// A moment of a single report, µs since epoch UTC: to the public the beginning of its day in Jakarta.
    pub(crate) const fn day(self, time_us: i64) -> i64 {
        if self.exact() { time_us } else { local_day(time_us) }
    }

    /// A deadline of a single report, µs since epoch UTC: to the public the last second of its day in Jakarta, so that none is over before its time.
    pub(crate) const fn day_end(self, time_us: i64) -> i64 {
        if self.exact() {
            time_us
        } else {
            self.day(time_us).saturating_add(DAY_US - 1_000_000)
        }
    }

    /// What moments of single reports are: `exact`, or `day`.
    pub(crate) const fn times(self) -> &'static str {
        if self.exact() { "exact" } else { "day" }
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY_US, Disclosure};

    const PUBLIC: Disclosure = Disclosure { base: 5 };

    #[test]
    fn few_are_not_counted_and_many_are_rounded_down() {
        let told: Vec<Option<i64>> = (0..12).map(|n| PUBLIC.many(n)).collect();
        assert_eq!(told[..5], [None; 5]);
        assert_eq!(told[5..10], [Some(5); 5]);
        assert_eq!(told[10..], [Some(10); 2]);
        assert_eq!(PUBLIC.count(40, 4), None, "four people who say much are four people");
        assert_eq!(PUBLIC.count(42, 5), Some(40));
        assert_eq!((Disclosure::EXACT.count(3, 1), Disclosure::EXACT.many(0)), (Some(3), Some(0)));
        assert_eq!(Disclosure::rounding(0), Disclosure::EXACT);
    }

    #[test]
    fn cells_never_add_up_to_all_their_group_has() {
        let apart = |cells: &[(u8, i64)]| PUBLIC.apart(cells.iter().map(|(group, n)| (*group, *n, *n)));
        assert_eq!(apart(&[(1, 5)]), [None], "five of five would all be there");
        assert_eq!(apart(&[(1, 6)]), [Some(5)]);
        assert_eq!(apart(&[(1, 5), (1, 1)]), [Some(5), None], "one of six may be elsewhere");
        assert_eq!(apart(&[(1, 15), (1, 10), (1, 10)]), [Some(15), Some(5), Some(10)]);
        assert_eq!(
            apart(&[(1, 15), (2, 10), (1, 11)]),
            [Some(15), Some(5), Some(10)],
            "each group by itself"
        );
        assert_eq!((PUBLIC.whole(Some(20), 10), PUBLIC.whole(Some(5), 0)), (Some(10), Some(5)));
        assert_eq!(Disclosure::EXACT.whole(Some(7), 6), Some(7));
        let exact = Disclosure::EXACT.apart([(1, 5, 5), (1, 1, 1)]);
        assert_eq!(exact, [Some(5), Some(1)]);
    }

    #[test]
    fn moments_are_those_of_quarters_and_of_days_in_jakarta() {
        // 2026-01-15 14:03 in Jakarta.
        let moment = 1_768_460_580_000_000;
        assert_eq!(PUBLIC.quarter(moment), 1_768_460_400_000_000);
        // 2026-01-14 17:00 UTC.
        let midnight = 1_768_410_000_000_000;
        assert_eq!((PUBLIC.day(moment), PUBLIC.day(midnight)), (midnight, midnight));
        assert_eq!(PUBLIC.day(midnight - 1), midnight - DAY_US);
        assert_eq!(PUBLIC.day_end(moment), midnight + DAY_US - 1_000_000);
        assert_eq!((Disclosure::EXACT.quarter(moment), Disclosure::EXACT.day(moment)), (moment, moment));
    }
}
