//! `[reporters]`: whether reporters who asked for it are ranked by pseudonyms they chose, and by which rule. Off unless it is switched on.

use serde::Deserialize;
use tanggap_queries::named::ReporterRule;

use crate::pseudonyms::ReporterSettings;

/// The ranking of reporters.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReporterConfig {
    /// Whether there is one, and consent is taken.
    pub ranking: bool,
    /// Whether the public may see it.
    pub public: bool,
    /// Confirmed occasions somebody needs to have a place.
    pub minimum_n: u32,
    /// Confirmed occasions of one local day that count at most.
    pub a_day: u32,
    /// With fewer reporters who have a place the public is shown none.
    pub minimum_reporters: u32,
}

impl Default for ReporterConfig {
    fn default() -> Self {
        let settings = ReporterSettings::default();
        Self {
            ranking: settings.ranking,
            public: settings.public,
            minimum_n: settings.rule.minimum_n,
            a_day: settings.rule.a_day,
            minimum_reporters: settings.minimum_reporters,
        }
    }
}

impl ReporterConfig {
    /// What the API is told.
    #[must_use]
    pub const fn settings(&self) -> ReporterSettings {
        ReporterSettings {
            ranking: self.ranking,
            public: self.public,
            rule: ReporterRule {
                a_day: self.a_day,
                minimum_n: self.minimum_n,
            },
            minimum_reporters: self.minimum_reporters,
        }
    }

    /// Looks for values that cannot work.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        if self.minimum_n == 0 {
            return Err("reporters.minimum_n is 0: use at least 1".to_owned());
        }
        if !(1..=20).contains(&self.a_day) {
            return Err(format!("reporters.a_day is {}: use 1 to 20; without a cap volume wins", self.a_day));
        }
        let least = ReporterSettings::default().minimum_reporters;
        if self.minimum_reporters < least {
            return Err(format!(
                "reporters.minimum_reporters is {}: use at least {least}; a pseudonym among few is a person",
                self.minimum_reporters
            ));
        }
        if self.public && !self.ranking {
            return Err("reporters.public is true, but reporters.ranking is false: switch both on, or neither".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::ReporterConfig;

    #[test]
    fn it_is_off_and_what_cannot_work_is_refused_with_what_can() {
        let config = ReporterConfig::default();
        assert_eq!(config.check(), Ok(()));
        assert!(!config.settings().ranking && !config.settings().public);
        for wrong in ["minimum_n = 0", "a_day = 0", "a_day = 21", "minimum_reporters = 4", "public = true"] {
            let config: ReporterConfig = toml::from_str(wrong).unwrap();
            let (key, _) = wrong.split_once(' ').unwrap();
            assert!(config.check().unwrap_err().contains(key), "{wrong}");
        }
        let both: ReporterConfig = toml::from_str("ranking = true\npublic = true").unwrap();
        assert_eq!(both.check(), Ok(()));
    }
}
