//! `[text]`: the channels whose texts are read in the stream, and the model that reads them. Off unless somebody says so: what a tweet is
//! counted as must not change by itself.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer};

/// Streams whose events say what they are themselves.
const NOT_READ: [&str; 4] = ["qlue", "crm", "waze", "gauge"];

/// Reading of texts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TextConfig {
    /// `twitter`, and the `<channel>` of `reports.<channel>` whose mapping names a text. One, or several; in a variable joined by commas.
    #[serde(deserialize_with = "one_or_several")]
    pub channels: Vec<String>,
    /// A model of `tanggap train`; without it the shipped one.
    pub model: Option<PathBuf>,
}

impl TextConfig {
    /// Looks for values that cannot work.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        match self.channels.iter().find(|channel| NOT_READ.contains(&channel.as_str())) {
            Some(channel) => Err(format!(
                "text.channels has {channel}, whose events say themselves what they are: use twitter, or the channel of a reports.<channel>"
            )),
            None => Ok(()),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Names {
    Joined(String),
    Several(Vec<String>),
}

/// A list of names, or one text that joins them by commas, as a variable of the environment must.
pub(super) fn one_or_several<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let names = match Names::deserialize(deserializer)? {
        Names::Joined(names) => names.split(',').map(str::to_owned).collect(),
        Names::Several(names) => names,
    };
    let plain = names.iter().map(|name| name.trim().to_owned());
    Ok(plain.filter(|name| !name.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::TextConfig;

    #[test]
    fn channels_are_a_list_or_a_text_with_commas() {
        for (written, meant) in [
            ("channels = [\"twitter\", \"email\"]", &["twitter", "email"][..]),
            ("channels = \"twitter, email\"", &["twitter", "email"]),
            ("channels = \"\"", &[]),
            ("", &[]),
        ] {
            let config: TextConfig = toml::from_str(written).unwrap();
            assert_eq!(config.channels, meant, "{written}");
            assert_eq!(config.check(), Ok(()), "{written}");
        }
        assert!(toml::from_str::<TextConfig>("channel = \"twitter\"").is_err());
    }

    #[test]
    fn a_stream_that_says_itself_what_it_is_is_not_read() {
        let config: TextConfig = toml::from_str("channels = \"twitter,waze\"").unwrap();
        assert!(config.check().unwrap_err().contains("waze"));
    }
}
