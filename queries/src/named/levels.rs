//! The levels a table of response times can be made for.

use serde::{Deserialize, Serialize};

/// Who is compared with whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Kelurahan: lurah with lurah.
    Kelurahan,
    /// Kecamatan: camat with camat.
    Kecamatan,
    /// Kota and kabupaten.
    Kota,
    /// Dinas, and other units that are no office of a territory.
    Dinas,
    /// Channels: who answers reports of which source.
    Channel,
}

impl Level {
    /// Every level, in the order of `rankings.csv`.
    pub const ALL: [Self; 5] = [Self::Kelurahan, Self::Kecamatan, Self::Kota, Self::Dinas, Self::Channel];

    /// The id in files and addresses.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Kelurahan => "kelurahan",
            Self::Kecamatan => "kecamatan",
            Self::Kota => "kota",
            Self::Dinas => "dinas",
            Self::Channel => "channel",
        }
    }

    /// The level of an id, if there is one.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.id() == id)
    }

    /// What a kelurahan's integer code is divided by to give the level's; none for a level that is no territory.
    pub(super) const fn divisor(self) -> Option<i64> {
        match self {
            Self::Kelurahan => Some(1),
            Self::Kecamatan => Some(10_000),
            Self::Kota => Some(1_000_000),
            Self::Dinas | Self::Channel => None,
        }
    }
}
