//! A unit that can be asked to act, and the kinds of them.

use serde::Deserialize;

/// What a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// A work unit of the city (SKPD).
    Dinas,
    /// The office of a kelurahan (the lurah).
    Kelurahan,
    /// The office of a kecamatan (the camat).
    Kecamatan,
    /// Another office, of the city or of the state.
    Agency,
    /// The police.
    Police,
    /// Fire, rescue, 112: passed on at once.
    Emergency,
}

impl UnitKind {
    /// The id in columns.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Dinas => "dinas",
            Self::Kelurahan => "kelurahan",
            Self::Kecamatan => "kecamatan",
            Self::Agency => "agency",
            Self::Police => "police",
            Self::Emergency => "emergency",
        }
    }
}

/// One unit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Stable code; a kelurahan office has the dotted code of its kelurahan.
    pub code: String,
    /// Name in Indonesian.
    pub name_id: String,
    /// Name in English.
    pub name_en: String,
    /// What it is.
    pub kind: UnitKind,
    /// Other names sources use for it; case does not matter.
    #[serde(default)]
    pub aliases: Vec<String>,
}

impl Unit {
    /// Every text a source may name it by, as written: code, names, aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.code, &self.name_id, &self.name_en]
            .into_iter()
            .chain(&self.aliases)
            .map(String::as_str)
    }
}
