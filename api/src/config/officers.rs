//! `[officers]`: where officers are, for the desk that sends one. Off unless something is said here.

use serde::Deserialize;
use tanggap_engine::lane::Bounds;

use crate::officers::OfficerSettings;

/// How the topics begin that lanes read, or that we write: what is on them is kept.
const KEPT: [&str; 7] = ["qlue.", "crm.", "waze.", "twitter.", "gauge.", "reports.", "tanggap."];
/// Letters of a topic at most, as Kafka has it.
const TOPIC_LETTERS: usize = 249;

/// Positions of officers.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OfficerConfig {
    /// Topic of positions; none = none is read.
    pub topic: Option<String>,
    /// Whether officers may send their own by HTTP.
    pub http: bool,
    /// Minutes that a position is kept.
    pub keep_min: u32,
    /// Officers kept at most.
    pub most: u32,
}

impl Default for OfficerConfig {
    fn default() -> Self {
        Self {
            topic: None,
            http: false,
            keep_min: 15,
            most: 20_000,
        }
    }
}

impl OfficerConfig {
    /// What the API is told; `bounds` are those of the lanes.
    #[must_use]
    pub fn settings(&self, bounds: Bounds) -> OfficerSettings {
        OfficerSettings {
            topic: self.topic.clone(),
            http: self.http,
            keep_us: i64::from(self.keep_min) * 60 * 1_000_000,
            most: usize::try_from(self.most).unwrap_or(usize::MAX),
            bounds,
        }
    }

    /// Looks for values that cannot work; `topics` are those that lanes read.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self, topics: &[String]) -> Result<(), String> {
        if let Some(topic) = &self.topic {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
            if topic.is_empty() || topic.len() > TOPIC_LETTERS || !topic.bytes().all(plain) {
                return Err(format!(
                    "officers.topic is `{topic}`: use letters, digits, `.`, `_` and `-`, as officers.positions"
                ));
            }
            if topics.contains(topic) || KEPT.iter().any(|kept| topic.starts_with(kept)) {
                return Err(format!(
                    "officers.topic is `{topic}`: what lanes read or write is kept for good; give positions a topic of their own, which \
                     kafka.topics does not name, as officers.positions"
                ));
            }
        }
        if !(1..=120).contains(&self.keep_min) {
            return Err(format!("officers.keep_min is {}: use 1 to 120 minutes", self.keep_min));
        }
        if !(1..=200_000).contains(&self.most) {
            return Err(format!("officers.most is {}: use 1 to 200000", self.most));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tanggap_engine::lane::Bounds;

    use super::OfficerConfig;
    use crate::config::Config;

    #[test]
    fn nothing_is_read_unless_it_is_said() {
        let config = OfficerConfig::default();
        assert_eq!(config.check(&[]), Ok(()));
        assert!(!config.settings(Bounds::default()).on());
        let config: OfficerConfig = toml::from_str("topic = \"officers.positions\"\nkeep_min = 5").unwrap();
        assert_eq!(config.check(&[]), Ok(()));
        let settings = config.settings(Bounds::default());
        assert!(settings.on());
        assert_eq!(settings.keep_us, 300_000_000);
    }

    #[test]
    fn what_cannot_work_is_refused_with_what_can() {
        for (wrong, word) in [
            ("topic = \"\"", "officers.positions"),
            ("topic = \"a b\"", "officers.positions"),
            ("topic = \"crm.status\"", "kept for good"),
            ("topic = \"reports.officers\"", "kept for good"),
            ("topic = \"tanggap.officers\"", "kept for good"),
            ("keep_min = 0", "1 to 120"),
            ("keep_min = 121", "1 to 120"),
            ("most = 0", "200000"),
        ] {
            let config: OfficerConfig = toml::from_str(wrong).unwrap();
            assert!(config.check(&[]).unwrap_err().contains(word), "{wrong}");
        }
        assert!(toml::from_str::<OfficerConfig>("topics = \"x\"").is_err());
    }

    #[test]
    fn a_topic_that_lanes_read_is_none_of_positions() {
        let config: Config =
            toml::from_str("[kafka]\ntopics = [\"qlue.reports\", \"officers.positions\"]\n[officers]\ntopic = \"officers.positions\"")
                .unwrap();
        assert!(config.check().unwrap_err().contains("kafka.topics"));
    }
}
