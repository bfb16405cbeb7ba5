//! The examples of the shipped model: sentences made by seed from patterns of our own (`engine/data/text/sentences.toml`), with openings
//! and endings as people put them, and a letter left out or doubled here and there.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::dice::Dice;
use super::training::Example;

/// Sentences of a label that has words of its own, and of one that has not: the latter are more different from each other.
const PER_LABEL: (usize, usize) = (130, 210);
/// In percent: a shared pattern instead of the label's own, an opening, an ending, a typing error.
const CHANCES: [usize; 4] = [35, 30, 35, 25];
/// Slots filled in one sentence at most.
const MOST_SLOTS: usize = 16;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    slots: BTreeMap<String, Vec<String>>,
    style: BTreeMap<String, Style>,
    label: Vec<Label>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Style {
    openings: Vec<String>,
    endings: Vec<String>,
    #[serde(default)]
    patterns: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Label {
    id: String,
    style: String,
    #[serde(default)]
    words: Vec<String>,
    sentences: Vec<String>,
}

/// Makes the sentences of a file of patterns.
///
/// # Errors
/// The text is no TOML of the known shape.
pub(super) fn generate(patterns: &str, seed: u64) -> Result<Vec<Example>, toml::de::Error> {
    let document: Document = toml::from_str(patterns)?;
    let plain = Style::default();
    let mut examples = Vec::new();
    for (label, place) in document.label.iter().zip(0_u64..) {
        let style = document.style.get(&label.style).unwrap_or(&plain);
        let mut writer = Writer {
            slots: &document.slots,
            words: &label.words,
            dice: Dice::new(seed.wrapping_add(place)),
        };
        let sentences = if label.words.is_empty() { PER_LABEL.1 } else { PER_LABEL.0 };
        examples.extend((0..sentences).filter_map(|_| writer.example(label, style)));
    }
    Ok(examples)
}

/// Writes the sentences of one label.
struct Writer<'d> {
    slots: &'d BTreeMap<String, Vec<String>>,
    words: &'d [String],
    dice: Dice,
}

impl Writer<'_> {
    fn example(&mut self, label: &Label, style: &Style) -> Option<Example> {
        let [shared, opening, ending, error] = CHANCES.map(|percent| self.dice.below(100) < percent);
        let shared = shared && !label.words.is_empty() && !style.patterns.is_empty();
        let patterns = if shared { &style.patterns } else { &label.sentences };
        let pattern = self.dice.pick(patterns)?;
        let group = format!("{} {pattern}", label.id);
        let mut sentence = self.fill(pattern);
        if opening && let Some(opening) = self.dice.pick(&style.openings) {
            sentence = format!("{opening} {sentence}");
        }
        if ending && let Some(ending) = self.dice.pick(&style.endings) {
            let ending = self.fill(ending);
            sentence.push_str(&ending);
        }
        if error {
            self.mistype(&mut sentence);
        }
        Some(Example::of_group(sentence, label.id.clone(), &group))
    }

    /// Fills the slots of a pattern; one nobody knows is left empty.
    fn fill(&mut self, pattern: &str) -> String {
        let mut text = pattern.to_owned();
        for _ in 0..MOST_SLOTS {
            let Some((before, rest)) = text.split_once('{') else { break };
            let Some((slot, after)) = rest.split_once('}') else { break };
            let phrases = if slot == "word" {
                self.words
            } else {
                self.slots.get(slot).map_or(&[][..], Vec::as_slice)
            };
            let phrase = self.dice.pick(phrases).map_or("", String::as_str);
            text = format!("{before}{phrase}{after}");
        }
        text
    }

    /// Leaves a letter out, or doubles it.
    fn mistype(&mut self, sentence: &mut String) {
        let letters: Vec<(usize, char)> = sentence.char_indices().filter(|(_, letter)| letter.is_ascii_alphabetic()).collect();
        let Some((at, letter)) = self.dice.pick(&letters).copied() else {
            return;
        };
        if self.dice.below(2) == 0 {
            sentence.remove(at);
        } else {
            sentence.insert(at, letter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, generate};
    use crate::event::{Category, Kind};
    use crate::text::builtin::SENTENCES;

    #[test]
    fn every_category_has_complaints_and_every_kind_has_sentences() {
        let document: Document = toml::from_str(SENTENCES).unwrap();
        let has = |id: &str| document.label.iter().any(|label| label.id == id);
        for category in Category::ALL {
            assert!(has(&format!("complaint/{}", category.id())), "{}", category.id());
        }
        for kind in Kind::ALL {
            let begins = |id: &str| id == kind.id() || id.starts_with(&format!("{}/", kind.id()));
            assert!(document.label.iter().any(|label| begins(&label.id)), "{}", kind.id());
        }
        for none in ["none/news", "none/joke", "none/announcement", "none/talk"] {
            assert!(has(none), "{none}");
        }
    }

    #[test]
    fn every_slot_and_style_that_is_named_is_there() {
        let document: Document = toml::from_str(SENTENCES).unwrap();
        for label in &document.label {
            let style = document.style.get(&label.style).expect(&label.style);
            assert!(label.sentences.len() >= 8, "{} has few sentences", label.id);
            let wordless = label.words.is_empty();
            for pattern in label.sentences.iter().chain(&style.endings) {
                for slot in pattern.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
                    assert!(
                        document.slots.contains_key(slot) || (slot == "word" && !wordless),
                        "{}: {slot}",
                        label.id
                    );
                }
            }
        }
    }

    #[test]
    fn the_same_seed_writes_the_same_sentences() {
        let first = generate(SENTENCES, 3).unwrap();
        assert_eq!(first, generate(SENTENCES, 3).unwrap());
        assert_ne!(first, generate(SENTENCES, 4).unwrap());
        assert!((5_000..8_000).contains(&first.len()), "{}", first.len());
    }
}
