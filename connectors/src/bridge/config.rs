//! What a user may set about the bridges: one section a bridge. Addresses and tokens are secrets and do not print.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::BridgeError;

/// A text that does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The error of a number where a text is wanted quotes the number.
        let text = String::deserialize(deserializer);
        text.map(Self)
            .map_err(|_| D::Error::custom("is a secret and not a text: put it in quotes"))
    }
}

impl Secret {
    /// Keeps a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The `[waze]` section: the feed of Waze for Cities.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WazeConfig {
    /// Address of the JSON feed. Whoever knows it can read it: a secret.
    pub url: Option<Secret>,
    /// Where objects are written.
    pub topic: String,
    /// Seconds between polls; Waze makes a new document every two minutes.
    pub poll_s: u32,
    /// Seconds a request may take.
    pub timeout_s: u32,
    /// A feed whose window does not move for so long, seconds, is an alarm.
    pub still_s: u32,
    /// Largest document read, bytes.
    pub max_bytes: u64,
}

impl Default for WazeConfig {
    fn default() -> Self {
        Self {
            url: None,
            topic: "waze.feed".to_owned(),
            poll_s: 120,
            timeout_s: 30,
            still_s: 600,
            max_bytes: 64 << 20,
        }
    }
}

/// The `[x]` section: the filtered stream of X's API v2. Its rules are kept at X.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct XConfig {
    /// Address of the stream, with the fields wanted.
    pub url: String,
    /// Bearer token; best given as the variable `TANGGAP_X_BEARER_TOKEN`.
    pub bearer_token: Option<Secret>,
    /// Where tweets are written.
    pub topic: String,
    /// A stream that says nothing for so long, milliseconds, is broken: X sends an empty line every 20 s.
    pub silence_ms: u32,
    /// Minutes asked for again after a break at most, 0 to 5; 0 where the access level has no recovery.
    pub recovery_minutes: u8,
}

impl Default for XConfig {
    fn default() -> Self {
        Self {
            url: "https://api.x.com/2/tweets/search/stream?tweet.fields=created_at,author_id,geo,lang,edit_history_tweet_ids".to_owned(),
            bearer_token: None,
            topic: "twitter.tweets".to_owned(),
            silence_ms: 30_000,
            recovery_minutes: 5,
        }
    }
}

/// The `[neighbour]` section: another city's GeoReport server.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NeighbourConfig {
    /// Its endpoint, as `https://311.example.org/open311/v2`.
    pub url: Option<Secret>,
    /// `jurisdiction_id`, where it serves several.
    pub jurisdiction: Option<String>,
    /// `api_key`, where it wants one to read.
    pub api_key: Option<Secret>,
    /// Where requests are written.
    pub topic: String,
    /// Where changes of a status are written.
    pub status_topic: String,
    /// Seconds between polls.
    pub poll_s: u32,
    /// Seconds a request may take.
    pub timeout_s: u32,
    /// Days back from now that requests are followed for changes, 1 to 90.
    pub follow_days: u32,
    /// Hours of requests asked for at once: a server gives at most 1,000.
    pub window_h: u32,
    /// Requests a page.
    pub page_size: u32,
    /// Largest answer read, bytes.
    pub max_bytes: u64,
}

impl Default for NeighbourConfig {
    fn default() -> Self {
        Self {
            url: None,
            jurisdiction: None,
            api_key: None,
            topic: "reports.open311".to_owned(),
            status_topic: "crm.status".to_owned(),
            poll_s: 300,
            timeout_s: 60,
            follow_days: 30,
            window_h: 24,
            page_size: 100,
            max_bytes: 64 << 20,
        }
    }
}

/// The `[mail]` section: a mailbox that people send complaints to, read by IMAP.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MailConfig {
    /// Its IMAP server, as `imap.city.example`.
    pub host: Option<String>,
    /// Port; TLS is spoken from the first byte, as is usual at 993.
    pub port: u16,
    /// Whether TLS is spoken. Without it only an address of this machine is connected to.
    pub tls: bool,
    /// Who logs in: most often the mailbox's address.
    pub user: Option<Secret>,
    /// Password; best given as the variable `TANGGAP_MAIL_PASSWORD`.
    pub password: Option<Secret>,
    /// The folder that is read.
    pub folder: String,
    /// Where mails are written.
    pub topic: String,
    /// Seconds between polls.
    pub poll_s: u32,
    /// Seconds the server may say nothing.
    pub timeout_s: u32,
    /// Days back from the first poll of a folder that mails are read from; and again where the server numbers a folder anew.
    pub since_days: u32,
    /// Bytes read of one mail; a longer one is read as far as that.
    pub max_bytes: u32,
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            host: None,
            port: 993,
            tls: true,
            user: None,
            password: None,
            folder: "INBOX".to_owned(),
            topic: "reports.email".to_owned(),
            poll_s: 60,
            timeout_s: 30,
            since_days: 7,
            max_bytes: 1 << 20,
        }
    }
}

/// A value that must lie between two others.
pub(super) fn within(key: &'static str, value: u64, least: u64, most: u64) -> Result<(), BridgeError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(BridgeError::Setting {
        key,
        problem: format!("is {value}: use {least} to {most}"),
    })
}

/// A setting that must be there.
pub(super) fn needed<'a, T>(key: &'static str, value: Option<&'a T>) -> Result<&'a T, BridgeError> {
    value.ok_or_else(|| BridgeError::Setting {
        key,
        problem: "is needed".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize as _;

    use super::{MailConfig, NeighbourConfig, WazeConfig, XConfig};

    #[test]
    fn secrets_do_not_print_and_unknown_keys_are_refused() {
        let waze: WazeConfig = toml::from_str("url = \"https://feed.example/hunter2\"").unwrap();
        let x: XConfig = toml::from_str("bearer_token = \"hunter2\"").unwrap();
        let neighbour: NeighbourConfig = toml::from_str("url = \"https://hunter2/\"\napi_key = \"hunter2\"").unwrap();
        let mail: MailConfig = toml::from_str("user = \"hunter2\"\npassword = \"hunter2\"").unwrap();
        assert!(!format!("{waze:?} {x:?} {neighbour:?} {mail:?}").contains("hunter2"));
        assert!(toml::from_str::<WazeConfig>("uri = \"x\"").is_err());
    }

    #[test]
    fn a_secret_that_is_no_text_is_not_quoted() {
        let table: toml::Table = "password = 31415926".parse().unwrap();
        let error = MailConfig::deserialize(table).unwrap_err().to_string();
        assert!(error.contains("quotes") && !error.contains("31415926"), "{error}");
    }
}
