//! What became of every event of a lane. `in = applied + updated + duplicate + late + rejected + gap`, always.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::event::Reason;

/// Counters of a lane since its log began. Each event is in exactly one of the first six.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounting {
    /// Events that came in: objects of a whole feed document count each, an unreadable payload counts one.
    #[serde(rename = "in")]
    pub received: u64,
    /// Counted for the first time.
    pub applied: u64,
    /// A known id with a new version.
    pub updated: u64,
    /// A version already seen.
    pub duplicate: u64,
    /// First seen past the allowed lateness: to the late output; a case behind it is followed all the same.
    pub late: u64,
    /// Refused by rule or unreadable: to the dead letters.
    pub rejected: u64,
    /// Offsets the log no longer has, accepted as lost by an operator.
    pub gap: u64,
    /// Of the applied ones, those without a usable position.
    pub unlocated: u64,
    /// Of the applied ones, those with a position in no kelurahan.
    pub outside: u64,
    /// Rejected by reason.
    #[serde(deserialize_with = "by_reason")]
    pub rejected_by: BTreeMap<&'static str, u64>,
    /// Category names no map knows, counted as `lainnya`, by name.
    pub unknown_categories: BTreeMap<String, u64>,
}

/// Reads counters by reason; a reason nobody knows is an error, as its events could not be told from others.
fn by_reason<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<&'static str, u64>, D::Error> {
    let counts = BTreeMap::<String, u64>::deserialize(from)?;
    let known = counts.into_iter().map(|(id, count)| {
        let reason = Reason::from_id(&id).ok_or_else(|| serde::de::Error::custom(format!("unknown reason {id}")))?;
        Ok((reason.id(), count))
    });
    known.collect()
}

/// At most this many unknown category names are kept apart; the rest is counted under `…`. A flood of invented names must not
/// grow the state.
const UNKNOWN_NAMES: usize = 200;

impl Accounting {
    /// Whether every event is in exactly one place.
    #[must_use]
    pub fn balanced(&self) -> bool {
        self.received == self.applied + self.updated + self.duplicate + self.late + self.rejected + self.gap
            && self.rejected == self.rejected_by.values().sum::<u64>()
    }

    /// Counts a refused event.
    pub(super) fn reject(&mut self, reason: Reason) {
        self.received += 1;
        self.rejected += 1;
        *self.rejected_by.entry(reason.id()).or_default() += 1;
    }

    /// Counts a category name that no map knows.
    pub(super) fn unknown_category(&mut self, name: &str) {
        if let Some(count) = self.unknown_categories.get_mut(name) {
            *count += 1;
        } else if self.unknown_categories.len() < UNKNOWN_NAMES {
            self.unknown_categories.insert(name.chars().take(60).collect(), 1);
        } else {
            *self.unknown_categories.entry("…".to_owned()).or_default() += 1;
        }
    }
}
