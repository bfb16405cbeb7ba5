//! What people write instead of other words. The list is data (`engine/data/text/slang.toml`).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use hashbrown::HashMap;
use serde::Deserialize;
use xxhash_rust::xxh3::xxh3_64;

const WORDS: &str = include_str!("../../data/text/slang.toml");

static SLANG: LazyLock<Slang> = LazyLock::new(|| Slang::parse(WORDS).expect("the shipped list is read by the tests of this file"));

/// Checksum of the list: a model reads with the list of the program that runs it, whatever it was trained with.
#[must_use]
pub fn slang_version() -> u64 {
    xxh3_64(WORDS.as_bytes())
}

/// The list.
#[derive(Debug)]
pub(super) struct Slang {
    words: HashMap<String, Vec<String>, foldhash::fast::FixedState>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    words: BTreeMap<String, String>,
}

impl Slang {
    /// The list the project ships.
    pub(super) fn builtin() -> &'static Self {
        &SLANG
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let document: Document = toml::from_str(text)?;
        let mut words = HashMap::default();
        for (written, meant) in document.words {
            words.insert(written, meant.split(' ').map(str::to_owned).collect());
        }
        Ok(Self { words })
    }

    /// What a word means, if it is slang.
    pub(super) fn meaning(&self, word: &str) -> Option<&[String]> {
        self.words.get(word).map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::Slang;

    #[test]
    fn the_shipped_list_leads_from_slang_to_words_and_not_back_to_slang() {
        let slang = Slang::builtin();
        assert_eq!(slang.meaning("gmn").unwrap(), ["bagaimana"]);
        assert_eq!(slang.meaning("dmn").unwrap(), ["di", "mana"]);
        assert_eq!(slang.meaning("banjir"), None);
        for (written, meant) in &slang.words {
            for word in meant {
                assert!(slang.meaning(word).is_none(), "{written} means {word}, which is slang again");
                assert!(word.chars().all(char::is_alphabetic), "{written} means {word:?}");
            }
        }
    }
}
