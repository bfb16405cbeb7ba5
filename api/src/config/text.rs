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
    /// Whether the words that tweets are about are kept, for what rises among them ([`tanggap_engine::text::terms`]). Off unless somebody says so.
    pub terms: bool,
}

impl TextConfig {
    /// Looks for values that cannot work.
    ///
    /// # Errors
    /// What is wrong, and what is allowed.
    pub fn check(&self) -> Result<(), String> {
        if self.terms && !self.channels.iter().any(|channel| channel == "twitter") {
            return Err("text.terms keeps the words of tweets, which are not read: put twitter into text.channels".to_owned());
        }
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

    #[test]
    fn terms_are_of_tweets_that_are_read() {
        let read = |written: &str| toml::from_str::<TextConfig>(written).unwrap();
        assert!(!TextConfig::default().terms);
        assert_eq!(read("channels = \"twitter\"\nterms = true").check(), Ok(()));
        assert!(read("channels = \"email\"\nterms = true").check().unwrap_err().contains("twitter"));
    }
}
