//! Making a model from labelled examples. Three times a third of the texts is held out and the rest trained on (or once the newest fifth);
//! what the held-out texts get sets the temperature and the threshold and is the model's [`Reliability`]; then all are trained on. A text
//! that is there twice is never both trained on and held out: examples of one group stay together.

use std::collections::BTreeSet;

use xxhash_rust::xxh3::xxh3_64;

use super::calibration::{Reliability, probabilities, temperature, threshold};
use super::codec;
use super::error::TrainError;
use super::features::{Buckets, Rarity, Row, counts, occurrences};
use super::hold_out::{HoldOut, held_out};
use super::linear::{Descent, Weights, penalty};
use super::meanings::Meanings;
use super::model::{TextModel, means};
use super::tokens::tokens;

/// Labels a model may have.
const MOST_LABELS: usize = 256;

/// A text and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    text: String,
    label: String,
    group: u64,
}

impl Example {
    /// A text and its label; its group are the texts of the same words.
    #[must_use]
    pub fn new(text: String, label: String) -> Self {
        let words: Vec<String> = tokens(&text).into_iter().map(|token| token.word).collect();
        let group = xxh3_64(words.join(" ").as_bytes());
        Self { text, label, group }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A text of a group of its own making: examples made from one pattern must be held out together, or the measure flatters.
    pub(super) fn of_group(text: String, label: String, group: &str) -> Self {
        Self {
            text,
            label,
            group: xxh3_64(group.as_bytes()),
        }
    }
}

/// How to train. The defaults were chosen on the older of labelled complaints, the newer ones looked at afterwards (`docs/model-card.md`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrainSettings {
    /// Times every example is seen.
    pub epochs: usize,
    /// What a mistake costs against large weights (scikit-learn's `C`); above 0.
    pub cost: f64,
    /// How much more an example of a rare label weighs, from 0 (as any other) to 1 (all labels weigh alike). Without it a label of few
    /// examples is hardly ever said.
    pub balance: f64,
    /// Share of answers that must be right on held-out texts: sets the threshold. From 0 to 1.
    pub precision: f64,
    /// Seed of the order in which examples are seen and of the folds.
    pub seed: u64,
    /// Buckets that features are hashed to, as a power of two from 10 to 20.
    pub bits: u32,
    /// Which texts are held out to measure with.
    pub hold_out: HoldOut,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self {
            epochs: 14,
            cost: 10.0,
            balance: 0.5,
            precision: 0.9,
            seed: 1,
            bits: 17,
            hold_out: HoldOut::Thirds,
        }
    }
}

impl TextModel {
    /// Trains a model. The same examples in the same order, with the same settings, give the same model. Cost: about 200 features an
    /// example, times labels, times epochs, times three: 3,400 examples of 33 labels take about a second.
    ///
    /// # Errors
    /// [`TrainError`]: too few examples, or labels that are none.
    pub fn train(examples: &[Example], settings: &TrainSettings) -> Result<Self, TrainError> {
        Self::train_upon(&[], examples, settings)
    }

    /// Trains a model upon a ground that is learnt from and never measured with, as [`Self::builtin_examples`]: its temperature, threshold
    /// and reliability are those of the examples, as what will be read is like them.
    ///
    /// A label before finer ones means any of these: upon labels `complaint/…` a text that is labelled `complaint` is learnt as whichever
    /// of them the model finds likeliest, so the model's labels are the fine ones. Where texts are labelled so, right is measured as roughly.
    ///
    /// # Errors
    /// As [`Self::train`].
    pub fn train_upon(ground: &[Example], examples: &[Example], settings: &TrainSettings) -> Result<Self, TrainError> {
        // The examples themselves must do to learn from, whatever the ground is.
        labels(examples.iter())?;
        let groups: Vec<u64> = examples.iter().map(|example| example.group).collect();
        let parts = held_out(&groups, settings.hold_out, settings.seed)?;
        let meanings = Meanings::of(labels(examples.iter().chain(ground))?);
        if let [only] = meanings.labels.as_slice() {
            return Err(TrainError::OneLabel(only.clone()));
        }
        let examples: Vec<&Example> = examples.iter().chain(ground).collect();
        let numbers: Vec<usize> = examples.iter().map(|example| meanings.number(&example.label)).collect();
        let buckets = Buckets::near_bits(settings.bits);
        let counted: Vec<Vec<(u32, u32)>> = examples
            .iter()
            .map(|example| counts(&occurrences(&tokens(&example.text), buckets)))
            .collect();
        let rarity = Rarity::of(&counted, buckets);
        let rows: Vec<Row> = counted.iter().map(|counts| rarity.row(counts)).collect();
        let (held_out, mut held_out_numbers) = held_out_scores(&rows, &numbers, &parts, &meanings, buckets, settings);
        let temperature = temperature(&held_out, &held_out_numbers, &meanings);
        let sure: Vec<Vec<f64>> = held_out
            .iter()
            .map(|scores| meanings.sums(&probabilities(scores, temperature)))
            .collect();
        for said in &mut held_out_numbers {
            *said = meanings.roughest(*said);
        }
        let threshold = threshold(&sure, &held_out_numbers, settings.precision);
        let all: Vec<(&Row, usize)> = rows.iter().zip(numbers.iter().copied()).collect();
        let weights = descend(&all, &meanings, buckets, settings);
        let (scales, weights) = in_steps(&weights);
        let mut model = Self {
            labels: meanings.labels,
            temperature,
            threshold,
            texts: examples.len() as u64,
            reliability: Reliability::measure(&sure, &held_out_numbers, threshold),
            rarity,
            means: means(&weights, &scales),
            scales,
            weights,
            version: String::new(),
        };
        model.version = codec::version(&model);
        Ok(model)
    }
}

fn labels<'e>(examples: impl Iterator<Item = &'e Example>) -> Result<Vec<String>, TrainError> {
    let labels: BTreeSet<&str> = examples.map(|example| example.label.as_str()).collect();
    let labels: Vec<String> = labels.into_iter().map(str::to_owned).collect();
    match labels.as_slice() {
        [] => Err(TrainError::NoExamples),
        [only] => Err(TrainError::OneLabel(only.clone())),
        more if more.len() > MOST_LABELS => Err(TrainError::TooManyLabels {
            found: more.len(),
            most: MOST_LABELS,
        }),
        _ => Ok(labels),
    }
}

/// Scores of the rows that are held out, each by a model that has not seen its part; and their labels.
fn held_out_scores(
    rows: &[Row],
    numbers: &[usize],
    parts: &[Vec<usize>],
    meanings: &Meanings,
    buckets: Buckets,
    settings: &TrainSettings,
) -> (Vec<Vec<f64>>, Vec<usize>) {
    let (mut scores, mut own) = (Vec::new(), Vec::new());
    for part in parts {
        let held: BTreeSet<usize> = part.iter().copied().collect();
        let seen: Vec<(&Row, usize)> = (0..rows.len())
            .filter(|place| !held.contains(place))
            .map(|place| (&rows[place], numbers[place]))
            .collect();
        let weights = descend(&seen, meanings, buckets, settings);
        for place in part {
            scores.push(weights.scores(&rows[*place]));
            own.push(numbers[*place]);
        }
    }
    (scores, own)
}

fn descend(rows: &[(&Row, usize)], meanings: &Meanings, buckets: Buckets, settings: &TrainSettings) -> Weights {
    let descent = Descent {
        l2: penalty(settings.cost, rows.len()),
        epochs: settings.epochs,
        balance: settings.balance,
        seed: settings.seed,
    };
    Weights::train(rows, meanings, buckets.columns(), &descent)
}

/// Weights as whole steps of a scale per label: a quarter of the memory, and 1/65,534 of the largest weight lost at most.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the scale is made so that the largest weight is 32,767 steps; `as` stops there"
)]
fn in_steps(weights: &Weights) -> (Vec<f32>, Vec<i16>) {
    let mut largest = vec![0.0_f64; weights.labels];
    for column in weights.values.chunks(weights.labels) {
        for (largest, weight) in largest.iter_mut().zip(column) {
            *largest = largest.max(weight.abs());
        }
    }
    let scales: Vec<f32> = largest
        .iter()
        .map(|largest| (largest.max(1e-9) / f64::from(i16::MAX)) as f32)
        .collect();
    let mut steps = Vec::with_capacity(weights.values.len());
    for column in weights.values.chunks(weights.labels) {
        steps.extend(
            column
                .iter()
                .zip(&scales)
                .map(|(weight, scale)| (weight / f64::from(*scale)).round() as i16),
        );
    }
    (scales, steps)
}

#[cfg(test)]
mod tests {
    use super::{Example, HoldOut, TextModel, TrainError, TrainSettings};

    fn examples() -> Vec<Example> {
        let mut examples = Vec::new();
        for place in ["rumah", "sekolah", "pasar", "masjid", "kantor", "jembatan", "taman", "stasiun"] {
            for (label, text) in [
                ("banjir", "air masuk dan banjir di dekat"),
                ("gelap", "lampu jalan mati dan gelap di dekat"),
                ("lubang", "aspal berlubang besar di dekat"),
            ] {
                examples.push(Example::new(format!("{text} {place}"), label.to_owned()));
            }
        }
        examples
    }

    fn settings() -> TrainSettings {
        TrainSettings {
            epochs: 20,
            ..TrainSettings::default()
        }
    }

    #[test]
    fn what_was_learnt_is_found_again_with_its_words() {
        let model = TextModel::train(&examples(), &settings()).unwrap();
        assert_eq!(model.labels(), ["banjir", "gelap", "lubang"]);
        let reading = model.read("Lampu mati di depan mal!");
        assert_eq!(reading.label, "gelap");
        assert!(reading.words.iter().take(2).any(|word| word.word == "lampu"), "{:?}", reading.words);
        assert!((reading.probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert!(model.reliability().accuracy > 0.9);
    }

    #[test]
    fn a_ground_is_learnt_from_and_not_measured_with() {
        let example = |text: &str, label: &str| Example::new(text.to_owned(), label.to_owned());
        let ground = [
            example("pohon tumbang di taman", "pohon"),
            example("pohon roboh menimpa pagar", "pohon"),
        ];
        let model = TextModel::train_upon(&ground, &examples(), &settings()).unwrap();
        assert_eq!(model.labels(), ["banjir", "gelap", "lubang", "pohon"]);
        assert_eq!((model.texts(), model.reliability().texts), (26, 24));
        assert_eq!(model.read("ada pohon tumbang").label, "pohon");
        let none = TextModel::train_upon(&ground, &[], &settings());
        assert_eq!(none, Err(TrainError::NoExamples));
    }

    #[test]
    fn examples_labelled_roughly_are_learnt_as_one_of_the_finer_labels() {
        let ground: Vec<Example> = examples()
            .into_iter()
            .map(|one| Example::new(one.text, format!("complaint/{}", one.label)))
            .collect();
        let mut rough = Vec::new();
        for place in ["depok", "bekasi", "bogor", "serang", "cilegon", "tebet"] {
            rough.push(Example::new(
                format!("air banjir tinggi, warga {place} mengungsi"),
                "complaint".to_owned(),
            ));
            rough.push(Example::new(format!("konser musik di {place} seru sekali"), "none".to_owned()));
        }
        let model = TextModel::train_upon(&ground, &rough, &settings()).unwrap();
        assert_eq!(model.labels(), ["complaint/banjir", "complaint/gelap", "complaint/lubang", "none"]);
        assert_eq!(model.read("warga mengungsi").label, "complaint/banjir");
        let measured = model.reliability();
        assert_eq!(measured.texts, 12);
        assert!(measured.accuracy > 0.9, "{measured:?}");
        // Of texts labelled both ways nothing is left to tell apart.
        let one = [
            ("a b", "x"),
            ("c d", "x/y"),
            ("e f", "x"),
            ("g h", "x/y"),
            ("i j", "x"),
            ("k l", "x"),
        ];
        let one = one.map(|(text, label)| Example::new(text.to_owned(), label.to_owned()));
        assert_eq!(TextModel::train(&one, &settings()), Err(TrainError::OneLabel("x/y".to_owned())));
    }

    #[test]
    fn it_abstains_on_what_it_knows_nothing_of() {
        let model = TextModel::train(&examples(), &settings()).unwrap();
        for text in ["", "😡", "@DKIJakarta https://t.co/x"] {
            let reading = model.read(text);
            assert!(reading.abstained && reading.words.is_empty(), "{text}");
        }
        let known = model.read("banjir di dekat pasar").probability;
        assert!(model.read("xylofon quartz zwembad").probability < known);
    }

    #[test]
    fn the_same_examples_give_the_same_model() {
        let first = TextModel::train(&examples(), &settings()).unwrap();
        assert_eq!(first, TextModel::train(&examples(), &settings()).unwrap());
        let other = TextModel::train(&examples()[..20], &settings()).unwrap();
        assert_ne!(first.version(), other.version());
    }

    #[test]
    fn the_newest_are_what_is_measured_on_if_asked() {
        let mut examples = examples();
        // An old text once more at the end is not new.
        examples.push(examples[0].clone());
        let settings = TrainSettings {
            hold_out: HoldOut::Newest,
            ..settings()
        };
        assert_eq!(TextModel::train(&examples, &settings).unwrap().reliability().texts, 4);
        let again: Vec<Example> = examples.iter().chain(&examples).cloned().collect();
        assert_eq!(TextModel::train(&again, &settings), Err(TrainError::NothingNew));
    }

    #[test]
    fn what_cannot_be_learnt_from_is_refused_with_the_reason() {
        let train = |examples: &[Example]| TextModel::train(examples, &settings()).unwrap_err();
        assert_eq!(train(&[]), TrainError::NoExamples);
        let same: Vec<Example> = ["a b", "c d"].map(|text| Example::new(text.to_owned(), "x".to_owned())).to_vec();
        assert_eq!(train(&same), TrainError::OneLabel("x".to_owned()));
        assert_eq!(train(&examples()[..4]), TrainError::TooFewTexts { found: 4, least: 6 });
        let many: Vec<Example> = (0..300).map(|one| Example::new("teks".to_owned(), format!("{one}"))).collect();
        assert!(matches!(train(&many), TrainError::TooManyLabels { found: 300, most: 256 }));
    }
}
