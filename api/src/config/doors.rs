//! `[open311]` and `[[webhooks_in]]`: what others may send us, and who they are.

use serde::Deserialize;

use super::sections::Secret;
use crate::open311::Open311Settings;
use crate::state::{self, WebhookIn};

/// Letters a secret has at least: what is shorter can be guessed.
const SECRET_LETTERS: usize = 16;

/// GeoReport.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Open311Config {
    /// Whether `/open311/v2` answers.
    pub enabled: bool,
    /// Keys of programs that may file requests; without one nobody can.
    pub keys: Vec<Secret>,
    /// The `jurisdiction_id` that is answered for; none = any.
    pub jurisdiction: Option<String>,
}

impl Default for Open311Config {
    fn default() -> Self {
        Self {
            enabled: true,
            keys: Vec::new(),
            jurisdiction: None,
        }
    }
}

impl Open311Config {
    /// What the API is told.
    #[must_use]
    pub fn settings(&self) -> Open311Settings {
        Open311Settings {
            enabled: self.enabled,
            keys: self.keys.iter().map(|key| state::Secret::new(key.0.clone())).collect(),
            jurisdiction: self.jurisdiction.clone(),
        }
    }
}

/// A system that sends reports by itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookInConfig {
    /// The end of its address, `/v1/webhooks/<name>`.
    pub name: String,
    /// What it signs with.
    pub secret: Secret,
    /// Where its reports are written.
    pub topic: String,
}

impl WebhookInConfig {
    /// What the API is told.
    #[must_use]
    pub fn settings(&self) -> WebhookIn {
        WebhookIn {
            name: self.name.clone(),
            secret: state::Secret::new(self.secret.0.clone()),
            topic: self.topic.clone(),
        }
    }

    /// Looks for values that cannot work.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(sources: &[Self]) -> Result<(), String> {
        for (place, source) in sources.iter().enumerate() {
            let name = &source.name;
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
            if name.is_empty() || !name.bytes().all(plain) {
                return Err(format!("webhooks_in: the name `{name}` is not made of a-z, 0-9, _ and -"));
            }
            if sources[..place].iter().any(|other| other.name == *name) {
                return Err(format!("webhooks_in: there are two called `{name}`"));
            }
            if source.secret.0.chars().count() < SECRET_LETTERS {
                return Err(format!(
                    "webhooks_in: the secret of `{name}` is shorter than {SECRET_LETTERS} letters (openssl rand -hex 32)"
                ));
            }
            if source.topic != "qlue.reports" && !source.topic.starts_with("reports.") {
                return Err(format!(
                    "webhooks_in: the topic of `{name}` is `{}`: use qlue.reports or reports.<channel>",
                    source.topic
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::WebhookInConfig;
    use crate::config::Config;

    #[test]
    fn a_source_has_a_plain_name_of_its_own_a_long_secret_and_a_topic_of_reports() {
        let source = |name: &str, secret: &str, topic: &str| {
            format!("[[webhooks_in]]\nname = \"{name}\"\nsecret = \"{secret}\"\ntopic = \"{topic}\"\n")
        };
        let long = "0123456789abcdef";
        let check = |text: &str| toml::from_str::<Config>(text).unwrap().check();
        let good = [
            source("qlue", long, "qlue.reports"),
            source("cognicity", long, "reports.petabencana"),
        ]
        .concat();
        check(&good).unwrap();
        for (wrong, word) in [
            (source("Qlue", long, "qlue.reports"), "name"),
            (source("qlue", "short", "qlue.reports"), "secret"),
            (source("qlue", long, "crm.status"), "topic"),
            (source("qlue", long, "qlue.reports").repeat(2), "two"),
        ] {
            let reason = check(&wrong).unwrap_err();
            assert!(reason.contains(word) && !reason.contains("0123"), "{reason}");
        }
        WebhookInConfig::check(&[]).unwrap();
    }
}
