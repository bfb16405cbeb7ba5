//! `[deeds]`: what units and people may do through the API.

use std::time::Duration;

use serde::Deserialize;

/// Acting.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeedConfig {
    /// Whether a complaint is only done with a photo.
    pub photo_required: bool,
    /// Megabytes of photos kept at most.
    pub photos_mb: u32,
    /// Milliseconds Kafka may take to acknowledge a deed.
    pub acknowledge_ms: u32,
}

impl Default for DeedConfig {
    fn default() -> Self {
        Self {
            photo_required: true,
            photos_mb: 20_000,
            acknowledge_ms: 5_000,
        }
    }
}

impl DeedConfig {
    /// Looks for values that cannot work.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        // Whoever asks waits at most 15 s, for more than this.
        if !(1_000..=6_000).contains(&self.acknowledge_ms) {
            return Err(format!("deeds.acknowledge_ms is {}: use 1000 to 6000", self.acknowledge_ms));
        }
        Ok(())
    }

    /// Bytes of photos kept at most.
    #[must_use]
    pub fn photo_bytes(&self) -> u64 {
        u64::from(self.photos_mb) * 1_000_000
    }

    /// How long Kafka may take.
    #[must_use]
    pub fn patience(&self) -> Duration {
        Duration::from_millis(u64::from(self.acknowledge_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::DeedConfig;

    #[test]
    fn what_cannot_work_is_refused_with_what_can() {
        assert_eq!(DeedConfig::default().check(), Ok(()));
        let config: DeedConfig = toml::from_str("acknowledge_ms = 60000").unwrap();
        assert!(config.check().unwrap_err().contains("1000 to 6000"));
        assert!(toml::from_str::<DeedConfig>("photo = true").is_err());
    }
}
