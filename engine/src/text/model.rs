//! A text model: labels, weights, temperature and threshold. It reads a text without any other state; making one is `training`, its bytes
//! are `codec`.

use std::hint::black_box;

use super::calibration::{Reliability, most_probable, probabilities};
use super::explain;
use super::features::{Rarity, counts, occurrences};
use super::figure::real;
use super::reading::{Gist, Reading, Understanding, complaint_probability, speaks_of_reports};
use super::tokens::{Token, tokens};

/// Columns whose weights are asked for together: as many as the nearest cache holds of some dozens of labels.
const AT_ONCE: usize = 64;

/// Reads texts: which label, how sure, by which words. A text costs some tens of microseconds; the model holds two bytes a label and
/// bucket (2 MB at the shipped one's 33 labels, 3.4 MB at 13 labels and the buckets of one that is trained).
#[derive(Clone, Debug, PartialEq)]
pub struct TextModel {
    /// Sorted; a label's number is its place.
    pub(super) labels: Vec<String>,
    pub(super) temperature: f64,
    pub(super) threshold: f64,
    /// Texts it was trained on.
    pub(super) texts: u64,
    pub(super) reliability: Reliability,
    pub(super) rarity: Rarity,
    /// Of each label: what a step of its weights is.
    pub(super) scales: Vec<f32>,
    /// By column, then label, in steps of the label's scale.
    pub(super) weights: Vec<i16>,
    /// Of each column: the mean of its weights over the labels. Follows from the weights; kept, as every word that is told asks for it.
    pub(super) means: Vec<f32>,
    /// Checksum of all of the above.
    pub(super) version: String,
}

impl TextModel {
    /// The labels, sorted.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// Checksum of the model, 16 hexadecimal digits: the same examples and settings give the same version. To be written beside
    /// whatever was read with it.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Below this probability it abstains.
    #[must_use]
    pub const fn threshold(&self) -> f64 {
        self.threshold
    }

    /// Texts it was trained on.
    #[must_use]
    pub const fn texts(&self) -> u64 {
        self.texts
    }

    /// How reliable it was on held-out texts when it was trained.
    #[must_use]
    pub const fn reliability(&self) -> &Reliability {
        &self.reliability
    }

    /// Reads a text.
    ///
    /// ```
    /// use tanggap_engine::text::TextModel;
    /// let reading = TextModel::builtin().read("lampu jalan di gang kami mati sudah seminggu, gelap sekali");
    /// assert_eq!(reading.label, "complaint/penerangan_jalan");
    /// assert!(reading.words.iter().any(|word| word.word == "lampu"));
    /// ```
    #[must_use]
    pub fn read(&self, text: &str) -> Reading {
        self.read_tokens(&tokens(text))
    }

    fn read_tokens(&self, tokens: &[Token<'_>]) -> Reading {
        let occurrences = occurrences(tokens, self.rarity.buckets);
        let row = self.rarity.row(&counts(&occurrences));
        let probabilities = probabilities(&self.scores(&row), self.temperature);
        let (label, probability) = most_probable(&probabilities);
        let shares = explain::shares(tokens.len(), &occurrences, &row, |bucket| self.excess(bucket, label));
        Reading {
            label: self.labels.get(label).cloned().unwrap_or_default(),
            probability,
            abstained: occurrences.is_empty() || probability < self.threshold,
            words: explain::words(tokens, &shares),
            probabilities,
        }
    }

    /// What a text is in the words of the engine: complaint or not, kind, category. Sums the probabilities of the labels that say the same,
    /// so that a text may be a complaint for sure and of no sure category.
    #[must_use]
    pub fn understand(&self, text: &str) -> Understanding {
        let tokens = tokens(text);
        Understanding::of(&self.labels, self.threshold, tokens.is_empty(), self.read_tokens(&tokens))
    }

    /// Verdict and category as [`Self::understand`] says them, at less than half its cost, as no word is told.
    ///
    /// ```
    /// use tanggap_engine::event::{Category, Kind};
    /// use tanggap_engine::text::{TextModel, Verdict};
    /// let gist = TextModel::builtin().gist("lampu jalan di gang kami mati sudah seminggu, gelap sekali");
    /// assert_eq!(gist.verdict, Verdict::Report(Kind::Complaint));
    /// assert_eq!(gist.category, Some(Category::PeneranganJalan));
    /// ```
    #[must_use]
    pub fn gist(&self, text: &str) -> Gist {
        let tokens = tokens(text);
        let row = self.rarity.row(&counts(&occurrences(&tokens, self.rarity.buckets)));
        let probabilities = probabilities(&self.scores(&row), self.temperature);
        Gist::of(&self.labels, self.threshold, tokens.is_empty(), &probabilities)
    }

    /// Whether it can be understood: every label is a kind of report, with a category or without, or `none/…`.
    #[must_use]
    pub fn speaks_of_reports(&self) -> bool {
        speaks_of_reports(&self.labels)
    }

    /// Probability that somebody must act on a text it read, whatever the category: complaint and emergency together. `None` where not
    /// every label is a kind of report.
    #[must_use]
    pub fn complaint_probability(&self, reading: &Reading) -> Option<f64> {
        self.speaks_of_reports()
            .then(|| complaint_probability(&self.labels, &reading.probabilities))
    }

    pub(super) fn scores(&self, row: &[(u32, f64)]) -> Vec<f64> {
        let mut scores = vec![0.0; self.labels.len()];
        for some in row.chunks(AT_ONCE) {
            // The weights are larger than a core's cache: asked for together, the columns are waited for once and not one after the other.
            let near = some.iter().fold(0, |near, (column, _)| near ^ self.ends(*column));
            black_box(near);
            for (column, value) in some {
                for (score, weight) in scores.iter_mut().zip(self.column(*column)) {
                    *score += value * f64::from(*weight);
                }
            }
        }
        for (score, scale) in scores.iter_mut().zip(&self.scales) {
            *score *= f64::from(*scale);
        }
        scores
    }

    /// Something of both ends of a column.
    fn ends(&self, column: u32) -> i16 {
        match self.column(column) {
            [first, .., last] => first ^ last,
            _ => 0,
        }
    }

    fn column(&self, column: u32) -> &[i16] {
        let first = column as usize * self.labels.len();
        &self.weights[first..first + self.labels.len()]
    }

    /// A bucket's weight for a label above its mean weight.
    fn excess(&self, bucket: u32, label: usize) -> f64 {
        let weight = |(weight, scale): (&i16, &f32)| f64::from(*weight) * f64::from(*scale);
        let own = self.column(bucket).get(label).zip(self.scales.get(label)).map_or(0.0, weight);
        own - self.means.get(bucket as usize).copied().map_or(0.0, f64::from)
    }
}

/// The mean of each column's weights.
#[expect(clippy::cast_possible_truncation, reason = "as precise as a weight")]
pub(super) fn means(weights: &[i16], scales: &[f32]) -> Vec<f32> {
    let labels = scales.len().max(1);
    let sum = |column: &[i16]| -> f64 {
        let weight = |(weight, scale): (&i16, &f32)| f64::from(*weight) * f64::from(*scale);
        column.iter().zip(scales).map(weight).sum()
    };
    weights.chunks(labels).map(|column| (sum(column) / real(labels)) as f32).collect()
}
