//! What the ranking of reporters needs to know.

use tanggap_queries::named::ReporterRule;

/// What the ranking of reporters needs to know. By default there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReporterSettings {
    /// Whether there is a ranking, and consent is taken.
    pub ranking: bool,
    /// Whether the public may see it; else staff only.
    pub public: bool,
    /// How what somebody told is counted.
    pub rule: ReporterRule,
    /// With fewer reporters who have a place the public is shown none: a pseudonym among one is a person.
    pub minimum_reporters: u32,
}

impl Default for ReporterSettings {
    fn default() -> Self {
        Self {
            ranking: false,
            public: false,
            rule: ReporterRule::default(),
            minimum_reporters: 5,
        }
    }
}
