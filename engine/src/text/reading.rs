//! What a model says of a text: the label with its probability and words; the same in the engine's own words, where the labels are
//! written as the shipped model's are: `complaint/banjir`, `question`, `none/news`; and of that no more than a stream needs.

use super::explain::DecidingWord;
use crate::event::{Category, Kind};

/// What a model says of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The most probable label, also where it abstained.
    pub label: String,
    /// Its calibrated probability.
    pub probability: f64,
    /// Not sure enough, or no word at all: a person should look.
    pub abstained: bool,
    /// The words that spoke most for the label, most first.
    pub words: Vec<DecidingWord>,
    /// The probability of every label, in the order of [`super::TextModel::labels`].
    pub probabilities: Vec<f64>,
}

/// Whether a text is a report, and of which kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A report of this kind.
    Report(Kind),
    /// News, a joke, an announcement, talk.
    NoReport,
    /// Not sure enough: for the human queue.
    Unsure,
}

/// A text in the engine's words.
#[derive(Clone, Debug, PartialEq)]
pub struct Understanding {
    /// What it is.
    pub verdict: Verdict,
    /// Probability of the most probable kind (or of no report).
    pub kind_probability: f64,
    /// Probability that somebody must act: complaint and emergency together.
    pub complaint_probability: f64,
    /// What it is about, where it is a report of a category and the category is sure enough.
    pub category: Option<Category>,
    /// Probability of the most probable category, among the reports that have one.
    pub category_probability: f64,
    /// The words that spoke most for the most probable label.
    pub words: Vec<DecidingWord>,
}

/// What a stream needs to know of a text: as in its [`Understanding`], without the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gist {
    /// What it is.
    pub verdict: Verdict,
    /// What it is about, where it is a report of a category and the category is sure enough.
    pub category: Option<Category>,
}

/// Kind (`None` = no report) and category of a label; `None` for a label of another shape.
fn meaning(label: &str) -> Option<(Option<Kind>, Option<Category>)> {
    let (kind, rest) = label.split_once('/').unwrap_or((label, ""));
    if kind == "none" {
        return Some((None, None));
    }
    if let Some(category) = Category::from_id(label) {
        return Some((Some(Kind::Complaint), Some(category)));
    }
    Some((Some(Kind::from_id(kind)?), Category::from_id(rest)))
}

/// Whether every label says a kind of report, or that there is none.
pub(super) fn speaks_of_reports(labels: &[String]) -> bool {
    labels.iter().all(|label| meaning(label).is_some())
}

/// Probability that somebody must act: that of complaints and emergencies together.
pub(super) fn complaint_probability(labels: &[String], probabilities: &[f64]) -> f64 {
    let acts = |label: &str| matches!(meaning(label), Some((Some(Kind::Complaint | Kind::Emergency), _)));
    let probable = labels.iter().zip(probabilities).filter(|(label, _)| acts(label));
    probable.map(|(_, probability)| probability).sum()
}

/// A text's probabilities summed by what they say. Labels of another shape count for nothing.
struct Sums {
    gist: Gist,
    kind_probability: f64,
    complaint_probability: f64,
    category_probability: f64,
}

impl Sums {
    /// `wordless`: there is nothing in the text that could have been read.
    fn of(labels: &[String], threshold: f64, wordless: bool, probabilities: &[f64]) -> Self {
        let mut kinds = vec![0.0; Kind::ALL.len()];
        let mut categories = vec![0.0; Category::ALL.len()];
        let mut no_report = 0.0;
        for (label, probability) in labels.iter().zip(probabilities) {
            match meaning(label) {
                Some((Some(kind), category)) => {
                    kinds[usize::from(kind as u8)] += probability;
                    if let Some(category) = category {
                        categories[usize::from(category as u8)] += probability;
                    }
                }
                Some((None, _)) => no_report += probability,
                None => {}
            }
        }
        let (kind, kind_probability) = super::calibration::most_probable(&kinds);
        let (category, category_sum) = super::calibration::most_probable(&categories);
        let all_categories: f64 = categories.iter().sum();
        let category_probability = if all_categories > 0.0 { category_sum / all_categories } else { 0.0 };
        let (verdict, kind_probability) = if no_report > kind_probability {
            (Verdict::NoReport, no_report)
        } else {
            (
                Kind::ALL.get(kind).map_or(Verdict::Unsure, |kind| Verdict::Report(*kind)),
                kind_probability,
            )
        };
        let sure = !wordless && kind_probability >= threshold;
        let acts = matches!(verdict, Verdict::Report(Kind::Complaint | Kind::Emergency));
        Self {
            gist: Gist {
                verdict: if sure { verdict } else { Verdict::Unsure },
                category: (sure && acts && category_probability >= threshold)
                    .then(|| Category::ALL.get(category).copied())
                    .flatten(),
            },
            kind_probability,
            complaint_probability: kinds[usize::from(Kind::Complaint as u8)] + kinds[usize::from(Kind::Emergency as u8)],
            category_probability,
        }
    }
}

impl Understanding {
    /// A reading in the engine's words. `wordless`: there is nothing in the text that could have been read.
    pub(super) fn of(labels: &[String], threshold: f64, wordless: bool, reading: Reading) -> Self {
        let sums = Sums::of(labels, threshold, wordless, &reading.probabilities);
        Self {
            verdict: sums.gist.verdict,
            kind_probability: sums.kind_probability,
            complaint_probability: sums.complaint_probability,
            category: sums.gist.category,
            category_probability: sums.category_probability,
            words: reading.words,
        }
    }
}

impl Gist {
    /// The same of probabilities alone.
    pub(super) fn of(labels: &[String], threshold: f64, wordless: bool, probabilities: &[f64]) -> Self {
        Sums::of(labels, threshold, wordless, probabilities).gist
    }
}

#[cfg(test)]
mod tests {
    use super::super::DecidingWord;
    use super::{Gist, Reading, Understanding, Verdict, complaint_probability, meaning, speaks_of_reports};
    use crate::event::{Category, Kind};

    fn understand(probabilities: [f64; 5], threshold: f64) -> Understanding {
        let labels = ["complaint/banjir", "complaint/sampah", "emergency/banjir", "none/news", "question"].map(str::to_owned);
        let reading = Reading {
            label: String::new(),
            probability: 0.0,
            abstained: false,
            words: vec![DecidingWord {
                word: "air".to_owned(),
                weight: 1.0,
            }],
            probabilities: probabilities.to_vec(),
        };
        Understanding::of(&labels, threshold, false, reading)
    }

    #[test]
    fn a_text_can_be_a_complaint_for_sure_and_of_no_sure_category() {
        let probabilities = [0.375, 0.375, 0.125, 0.0625, 0.0625];
        let text = understand(probabilities, 0.6);
        assert_eq!(text.verdict, Verdict::Report(Kind::Complaint));
        assert_eq!(text.category, None);
        assert!((text.kind_probability - 0.75).abs() < 1e-12);
        assert!((text.complaint_probability - 0.875).abs() < 1e-12);
        assert!((text.category_probability - 0.5 / 0.875).abs() < 1e-12);
        assert_eq!(understand(probabilities, 0.5).category, Some(Category::Banjir));
    }

    #[test]
    fn news_is_no_report_and_what_is_not_sure_is_for_a_person() {
        assert_eq!(understand([0.1, 0.0, 0.0, 0.8, 0.1], 0.6).verdict, Verdict::NoReport);
        assert_eq!(understand([0.1, 0.1, 0.0, 0.5, 0.3], 0.6).verdict, Verdict::Unsure);
        assert_eq!(understand([0.1, 0.1, 0.0, 0.0, 0.8], 0.6).verdict, Verdict::Report(Kind::Question));
    }

    #[test]
    fn a_text_without_a_word_is_for_a_person_however_probable_it_looks() {
        let labels = ["complaint/banjir", "none/news"].map(str::to_owned);
        assert_eq!(
            Gist::of(&labels, 0.6, true, &[0.9, 0.1]),
            Gist {
                verdict: Verdict::Unsure,
                category: None
            }
        );
        assert_eq!(
            Gist::of(&labels, 0.6, false, &[0.9, 0.1]),
            Gist {
                verdict: Verdict::Report(Kind::Complaint),
                category: Some(Category::Banjir)
            }
        );
    }

    #[test]
    fn complaints_and_emergencies_together_are_what_somebody_must_act_on() {
        let labels = ["complaint/banjir", "emergency/banjir", "none/news", "sampah", "question"].map(str::to_owned);
        let sum = complaint_probability(&labels, &[0.5, 0.125, 0.125, 0.125, 0.125]);
        assert!((sum - 0.75).abs() < 1e-12, "{sum}");
    }

    #[test]
    fn a_model_of_agencies_does_not_speak_of_reports() {
        assert!(speaks_of_reports(&["complaint/banjir", "question", "none/news"].map(str::to_owned)));
        assert!(!speaks_of_reports(&["complaint/banjir", "Dinas Perhubungan"].map(str::to_owned)));
    }

    #[test]
    fn labels_say_kind_and_category() {
        assert_eq!(
            meaning("complaint/jalan_rusak"),
            Some((Some(Kind::Complaint), Some(Category::JalanRusak)))
        );
        assert_eq!(meaning("jalan_rusak"), Some((Some(Kind::Complaint), Some(Category::JalanRusak))));
        assert_eq!(meaning("praise"), Some((Some(Kind::Praise), None)));
        assert_eq!(meaning("none/joke"), Some((None, None)));
        assert_eq!(meaning("Dinas Perhubungan"), None);
    }
}
