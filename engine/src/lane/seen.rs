//! Which ids, and which versions of them, a lane has seen.
//!
//! Most ids come once, so the map holds the first version inline (32 bits of its hash would do, 64 are kept) and only ids with
//! more versions cost an entry in the side set. Keys are 128-bit hashes: at 100 million ids the chance that two share one is
//! below 10⁻²².

use std::hash::{BuildHasherDefault, Hasher};

use hashbrown::{HashMap, HashSet};

/// What an id and its version turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// The id is new.
    First,
    /// The id is known, this version is not.
    NewVersion,
    /// This version was seen before.
    Again,
}

/// The keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, key: u128) {
        #[expect(clippy::cast_possible_truncation, reason = "the low half of a good hash is a good hash")]
        let low = key as u64;
        self.0 = low;
    }
}

type Keyed = BuildHasherDefault<KeyHasher>;

#[derive(Clone, Copy, Debug)]
struct Known {
    first_version: u64,
    /// Forgotten once the watermark passes this; µs.
    keep_until: i64,
    more_versions: bool,
}

/// Ids of one lane.
#[derive(Clone, Debug, Default)]
pub(super) struct SeenIds {
    ids: HashMap<u128, Known, Keyed>,
    versions: HashMap<u128, i64, Keyed>,
    next_sweep: Option<i64>,
}

/// Sweeping touches every id, so it waits for this much event time (µs): each id is touched a few times in its life.
const SWEEP_EVERY_US: i64 = 12 * crate::time::HOUR_US;

impl SeenIds {
    /// Looks an id and version up and remembers both, at least until the watermark passes `keep_until`.
    pub(super) fn observe(&mut self, id: u128, version: u64, keep_until: i64) -> Sight {
        let Some(known) = self.ids.get_mut(&id) else {
            self.ids.insert(
                id,
                Known {
                    first_version: version,
                    keep_until,
                    more_versions: false,
                },
            );
            return Sight::First;
        };
        known.keep_until = known.keep_until.max(keep_until);
        if known.first_version == version {
            return Sight::Again;
        }
        let version_key = id ^ (u128::from(version) << 32).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        if known.more_versions
            && let Some(until) = self.versions.get_mut(&version_key)
        {
            *until = (*until).max(keep_until);
            return Sight::Again;
        }
        known.more_versions = true;
        self.versions.insert(version_key, keep_until);
        Sight::NewVersion
    }

    /// Forgets what the watermark has left behind. Cheap to call often.
    pub(super) fn forget(&mut self, watermark: i64) {
        let due = *self.next_sweep.get_or_insert(watermark.saturating_add(SWEEP_EVERY_US));
        if watermark < due {
            return;
        }
        self.next_sweep = Some(watermark.saturating_add(SWEEP_EVERY_US));
        self.ids.retain(|_, known| known.keep_until > watermark);
        self.versions.retain(|_, keep_until| *keep_until > watermark);
    }

    /// Ids remembered.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }
}

/// A set of cells, hashed like the ids.
pub(super) type CellSet = HashSet<u64, foldhash::fast::FixedState>;

#[cfg(test)]
mod tests {
    use super::{SWEEP_EVERY_US, SeenIds, Sight};

    #[test]
    fn first_new_and_repeated_versions_are_told_apart_in_any_order() {
        let mut seen = SeenIds::default();
        assert_eq!(seen.observe(7, 1, 0), Sight::First);
        assert_eq!(seen.observe(7, 1, 0), Sight::Again);
        assert_eq!(seen.observe(7, 2, 0), Sight::NewVersion);
        assert_eq!(seen.observe(7, 3, 0), Sight::NewVersion);
        assert_eq!(seen.observe(7, 2, 0), Sight::Again);
        assert_eq!(seen.observe(7, 1, 0), Sight::Again);
        assert_eq!(seen.observe(8, 2, 0), Sight::First);
        assert_eq!(seen.observe(8, 0, 0), Sight::NewVersion, "version 0 is a version");
    }

    #[test]
    fn ids_are_forgotten_only_past_their_time() {
        let mut seen = SeenIds::default();
        seen.forget(0);
        seen.observe(1, 1, SWEEP_EVERY_US);
        seen.observe(2, 1, SWEEP_EVERY_US + 1);
        seen.forget(SWEEP_EVERY_US - 1);
        assert_eq!(seen.len(), 2);
        seen.forget(SWEEP_EVERY_US);
        assert_eq!(seen.len(), 1);
        assert_eq!(seen.observe(2, 1, 0), Sight::Again);
        assert_eq!(seen.observe(1, 1, 0), Sight::First);
    }
}
