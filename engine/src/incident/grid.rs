//! Reports by cell and matter, each bucket by time: what may lie near a report is in few of them.

use std::cmp::Ordering;

use hashbrown::HashMap;

use super::ground::Spot;
use super::rules::Matter;

/// A report in a bucket.
#[derive(Clone, Copy, Debug)]
struct Slot {
    time_us: i64,
    at: u32,
}

/// The buckets.
#[derive(Clone, Debug, Default)]
pub(super) struct Grid(HashMap<(u64, Matter), Vec<Slot>>);

impl Grid {
    /// Puts a report in its bucket. `order`: how another report stands to it.
    pub(super) fn insert(&mut self, spot: &Spot, matter: Matter, (time_us, at): (i64, u32), order: impl Fn(u32) -> Ordering) {
        let bucket = self.0.entry((spot.cell, matter)).or_default();
        let place = bucket.partition_point(|slot| slot.time_us.cmp(&time_us).then_with(|| order(slot.at)) == Ordering::Less);
        bucket.insert(place, Slot { time_us, at });
    }

    /// The reports of a bucket from one time to another, both included.
    pub(super) fn between(&self, cell: u64, matter: Matter, from_us: i64, to_us: i64) -> impl Iterator<Item = u32> {
        let bucket = self.0.get(&(cell, matter)).map_or(&[][..], Vec::as_slice);
        let from = bucket.partition_point(|slot| slot.time_us < from_us);
        let to = bucket.partition_point(|slot| slot.time_us <= to_us);
        bucket[from..to.max(from)].iter().map(|slot| slot.at)
    }

    /// Lets go of reports.
    pub(super) fn retain(&mut self, keep: impl Fn(u32) -> bool) {
        self.0.retain(|_, bucket| {
            bucket.retain(|slot| keep(slot.at));
            !bucket.is_empty()
        });
    }
}
