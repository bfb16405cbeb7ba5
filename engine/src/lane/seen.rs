//! Which ids, and which versions of them, a lane has seen.
//!
//! Most ids come once, so the map holds the first version inline (32 bits of its hash would do, 64 are kept) and only ids with
//! more versions cost an entry in the side set. Keys are 128-bit hashes: at 100 million ids the chance that two share one is
//! below 10⁻²².

use std::hash::{BuildHasherDefault, Hasher};

use arrow::array::{Array, AsArray, BooleanBuilder, FixedSizeBinaryBuilder, Int64Builder, RecordBatch, UInt64Builder};
use arrow::datatypes::{Int64Type, UInt64Type};
use hashbrown::{HashMap, HashSet};

use super::checkpoint::RestoreError;
use crate::event::schema;

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
    journal: Option<Journal>,
}

/// Keys that changed, in any order and more than once.
#[derive(Clone, Debug, Default)]
struct Journal {
    ids: Vec<u128>,
    versions: Vec<u128>,
}

/// Sweeping touches every id, so it waits for this much event time (µs): each id is touched a few times in its life.
const SWEEP_EVERY_US: i64 = 12 * crate::time::HOUR_US;

impl SeenIds {
    /// Looks an id and version up and remembers both, at least until the watermark passes `keep_until`.
    pub(super) fn observe(&mut self, id: u128, version: u64, keep_until: i64) -> Sight {
        // What is remembered is always younger than the last sweep, so that what was swept can be told from the times alone.
        let keep_until = self.swept().map_or(keep_until, |swept| keep_until.max(swept.saturating_add(1)));
        let Some(known) = self.ids.get_mut(&id) else {
            if let Some(journal) = &mut self.journal {
                journal.ids.push(id);
            }
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
        if let Some(journal) = &mut self.journal {
            journal.ids.push(id);
        }
        known.keep_until = known.keep_until.max(keep_until);
        if known.first_version == version {
            return Sight::Again;
        }
        let version_key = id ^ (u128::from(version) << 32).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        if let Some(journal) = &mut self.journal {
            journal.versions.push(version_key);
        }
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

    /// Remembers from now on which keys change.
    pub(super) fn keep_journal(&mut self) {
        self.journal.get_or_insert_default();
    }

    /// The watermark of the last sweep, or the first one there was.
    pub(super) fn swept(&self) -> Option<i64> {
        self.next_sweep.map(|due| due.saturating_sub(SWEEP_EVERY_US))
    }

    /// The keys that changed since the last call, as they are now ([`schema::SEEN`]), sorted.
    pub(super) fn take_journal(&mut self) -> RecordBatch {
        let Some(journal) = &mut self.journal else {
            return SeenRows::default().finish();
        };
        let (mut ids, mut versions) = (std::mem::take(&mut journal.ids), std::mem::take(&mut journal.versions));
        for keys in [&mut ids, &mut versions] {
            keys.sort_unstable();
            keys.dedup();
        }
        self.table(ids, versions)
    }

    /// Everything remembered, sorted.
    pub(super) fn all(&self) -> RecordBatch {
        let (mut ids, mut versions): (Vec<u128>, Vec<u128>) = (self.ids.keys().copied().collect(), self.versions.keys().copied().collect());
        ids.sort_unstable();
        versions.sort_unstable();
        self.table(ids, versions)
    }

    /// Rows of these keys; a key that is forgotten already has none.
    fn table(&self, ids: Vec<u128>, versions: Vec<u128>) -> RecordBatch {
        let mut rows = SeenRows::default();
        for id in ids {
            if let Some(known) = self.ids.get(&id) {
                rows.push(id, Some(known.first_version), known.more_versions, known.keep_until);
            }
        }
        for key in versions {
            if let Some(keep_until) = self.versions.get(&key) {
                rows.push(key, None, false, *keep_until);
            }
        }
        rows.finish()
    }

    /// What tables of [`Self::take_journal`] and [`Self::all`], oldest first, remember.
    pub(super) fn load(tables: &[RecordBatch], swept: Option<i64>) -> Result<Self, RestoreError> {
        let mut seen = Self {
            next_sweep: swept.map(|swept| swept.saturating_add(SWEEP_EVERY_US)),
            ..Self::default()
        };
        for table in tables {
            if table.schema_ref() != &*schema::SEEN {
                return Err(RestoreError::Columns("seen"));
            }
            let keys = table.column(0).as_fixed_size_binary();
            let first_versions = table.column(1).as_primitive::<UInt64Type>();
            let more_versions = table.column(2).as_boolean();
            let keep_until = table.column(3).as_primitive::<Int64Type>();
            for row in 0..table.num_rows() {
                let key = keys.value(row).try_into().map_or(0, u128::from_le_bytes);
                let keep_until = keep_until.value(row);
                if first_versions.is_null(row) {
                    seen.versions.insert(key, keep_until);
                } else {
                    let known = Known {
                        first_version: first_versions.value(row),
                        keep_until,
                        more_versions: more_versions.value(row),
                    };
                    seen.ids.insert(key, known);
                }
            }
        }
        // An older table may name what has been swept since.
        if let Some(swept) = swept {
            seen.ids.retain(|_, known| known.keep_until > swept);
            seen.versions.retain(|_, keep_until| *keep_until > swept);
        }
        Ok(seen)
    }

    /// Ids remembered.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }
}

/// Rows of [`schema::SEEN`] being built.
#[derive(Debug)]
struct SeenRows {
    keys: FixedSizeBinaryBuilder,
    first_versions: UInt64Builder,
    more_versions: BooleanBuilder,
    keep_until: Int64Builder,
}

impl Default for SeenRows {
    fn default() -> Self {
        Self {
            keys: FixedSizeBinaryBuilder::new(16),
            first_versions: UInt64Builder::new(),
            more_versions: BooleanBuilder::new(),
            keep_until: Int64Builder::new(),
        }
    }
}

impl SeenRows {
    fn push(&mut self, key: u128, first_version: Option<u64>, more_versions: bool, keep_until: i64) {
        let appended = self.keys.append_value(key.to_le_bytes());
        debug_assert!(appended.is_ok(), "a key is 16 bytes");
        self.first_versions.append_option(first_version);
        self.more_versions.append_value(more_versions);
        self.keep_until.append_value(keep_until);
    }

    fn finish(mut self) -> RecordBatch {
        RecordBatch::try_new(
            std::sync::Arc::clone(&schema::SEEN),
            vec![
                std::sync::Arc::new(self.keys.finish()),
                std::sync::Arc::new(self.first_versions.finish()),
                std::sync::Arc::new(self.more_versions.finish()),
                std::sync::Arc::new(self.keep_until.finish()),
            ],
        )
        .expect("columns are appended together, with the schema's types")
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
