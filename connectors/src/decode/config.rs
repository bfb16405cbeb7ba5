//! What a user may tune about decoding, read from the `[decode]` section: limits, the zone of times without one, the key of
//! the reporter hash, and where mapping files lie. Unknown keys are refused.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Deserializer, de};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// A fixed offset from UTC. Indonesia has no DST, so its zones are offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneOffset {
    seconds: i32,
}

impl ZoneOffset {
    /// UTC.
    pub const UTC: Self = Self { seconds: 0 };
    /// Jakarta, UTC+7 (WIB).
    pub const JAKARTA: Self = Self { seconds: 7 * 3600 };

    /// Seconds east of UTC.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.seconds as i64
    }

    /// Reads `+07:00`, `+0700`, `+07`, `Z`, `UTC`, or one of Indonesia's zones by its IANA name or WIB, WITA, WIT.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hours = match text {
            "Z" | "UTC" | "Etc/UTC" => 0,
            "Asia/Jakarta" | "Asia/Pontianak" | "WIB" => 7,
            "Asia/Makassar" | "WITA" => 8,
            "Asia/Jayapura" | "WIT" => 9,
            _ => return Self::parse_offset(text),
        };
        Some(Self { seconds: hours * 3600 })
    }

    fn parse_offset(text: &str) -> Option<Self> {
        let (sign, rest) = match text.as_bytes() {
            [b'+', rest @ ..] => (1, rest),
            [b'-', rest @ ..] => (-1, rest),
            _ => return None,
        };
        let digits: Vec<i32> = rest
            .iter()
            .filter(|byte| **byte != b':')
            .map(|byte| i32::from(*byte) - 48)
            .collect();
        if digits.iter().any(|digit| !(0..=9).contains(digit)) || (rest.contains(&b':') && rest.get(2) != Some(&b':')) {
            return None;
        }
        let (hours, minutes) = match digits[..] {
            [a, b] => (a * 10 + b, 0),
            [a, b, c, d] => (a * 10 + b, c * 10 + d),
            _ => return None,
        };
        (hours <= 18 && minutes <= 59).then_some(Self {
            seconds: sign * (hours * 3600 + minutes * 60),
        })
    }
}

impl Default for ZoneOffset {
    fn default() -> Self {
        Self::JAKARTA
    }
}

impl fmt::Display for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.seconds < 0 { '-' } else { '+' };
        let minutes = self.seconds.abs() / 60;
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

impl<'de> Deserialize<'de> for ZoneOffset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom(format!("`{text}` is no zone: use an offset like +07:00, UTC, or Asia/Jakarta")))
    }
}

/// The secret that keys the hash of reporters. It does not print.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ReporterKey(String);

impl ReporterKey {
    /// A key from any text.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The number that stands for a reporter of a channel in every event: for `reporter` as the channel's messages have it.
    #[must_use]
    pub fn key_of(&self, channel: &str, reporter: &str) -> u64 {
        self.hasher(channel).hash(reporter)
    }

    /// What stands for a reporter of a channel where a door of ours takes the name in: the same text for the same name, nothing of it.
    #[must_use]
    pub fn pseudonym(&self, channel: &str, reporter: &str) -> String {
        format!("{:016x}", self.key_of(channel, reporter))
    }

    /// The hash of reporters of one channel: the same name on two channels is two reporters.
    pub(super) fn hasher(&self, channel: &str) -> ReporterHasher {
        ReporterHasher {
            seed: xxh3_64_with_seed(channel.as_bytes(), xxh3_64(self.0.as_bytes())),
        }
    }
}

impl Default for ReporterKey {
    fn default() -> Self {
        Self::new("tanggap")
    }
}

impl fmt::Debug for ReporterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReporterKey(…)")
    }
}

/// Hashes the reporters of one channel.
#[derive(Clone, Copy)]
pub(super) struct ReporterHasher {
    seed: u64,
}

impl ReporterHasher {
    pub(super) fn hash(self, reporter: &str) -> u64 {
        xxh3_64_with_seed(reporter.as_bytes(), self.seed)
    }
}

/// Settings of decoding.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DecodeConfig {
    /// Zone of times that carry none. A mapping file may name another for its channel. Default `+07:00`.
    pub zone_offset: ZoneOffset,
    /// How far an event may lie beyond its broker time before it is refused as `future`, seconds. Default 600.
    pub future_skew_s: u32,
    /// Largest payload read, bytes; a larger one is refused as `too_large`. Default 8 MiB.
    pub max_payload_bytes: usize,
    /// Secret of the reporter hash: any text, the same in every process of one city. Change the default before going live, so
    /// that nobody can test names against the hashes.
    pub reporter_key: ReporterKey,
    /// Directory of mapping files `<channel>.toml` for `reports.<channel>`; one found here wins over the shipped one.
    pub mappings_dir: Option<PathBuf>,
}

impl Default for DecodeConfig {
    fn default() -> Self {
        Self {
            zone_offset: ZoneOffset::JAKARTA,
            future_skew_s: 600,
            max_payload_bytes: 8 * 1024 * 1024,
            reporter_key: ReporterKey::default(),
            mappings_dir: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{DecodeConfig, ZoneOffset};

    #[test]
    fn a_zone_is_an_offset_or_an_indonesian_name() {
        for (text, seconds) in [
            ("+07:00", 25_200),
            ("+0700", 25_200),
            ("+07", 25_200),
            ("Asia/Jakarta", 25_200),
            ("WITA", 28_800),
            ("-03:30", -12_600),
            ("UTC", 0),
        ] {
            assert_eq!(ZoneOffset::parse(text).map(ZoneOffset::seconds), Some(seconds), "{text}");
        }
        for text in [
            "",
            "7",
            "+7",
            "07:00",
            "+07:60",
            "+19:00",
            "+0:700",
            "+07:00:00",
            "Europe/Berlin",
            "+é",
        ] {
            assert_eq!(ZoneOffset::parse(text), None, "{text}");
        }
        assert_eq!(ZoneOffset::parse("-03:30").unwrap().to_string(), "-03:30");
    }

    #[test]
    fn the_settings_refuse_unknown_keys_and_say_what_a_zone_is() {
        let config: DecodeConfig = toml::from_str("zone_offset = \"Asia/Makassar\"\nmax_payload_bytes = 5\nreporter_key = \"x\"").unwrap();
        assert_eq!(
            (config.zone_offset.seconds(), config.max_payload_bytes, config.future_skew_s),
            (28_800, 5, 600)
        );
        assert!(toml::from_str::<DecodeConfig>("zone = \"UTC\"").is_err());
        let error = toml::from_str::<DecodeConfig>("zone_offset = \"Mars\"").unwrap_err().to_string();
        assert!(error.contains("+07:00"), "{error}");
        assert!(!format!("{config:?}").contains("\"x\""));
    }
}
