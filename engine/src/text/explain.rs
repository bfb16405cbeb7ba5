//! The words that decided: what each feature adds to a label's score above the mean of all labels, given back to the words it was made
//! of. Over all words this adds up to the score less the bias, so nothing is left out and nothing is made up; that two features may share
//! a bucket is the one blur.

use hashbrown::HashMap;

use super::features::Occurrence;
use super::figure::real;
use super::tokens::{Token, plain};

/// Words named at most.
const MOST: usize = 6;
/// A word that adds less than this share of what the first adds is not named.
const LEAST_SHARE: f64 = 0.1;

/// A word of the text, and how much it spoke for the label.
#[derive(Clone, Debug, PartialEq)]
pub struct DecidingWord {
    /// As it stands in the text, in lower case.
    pub word: String,
    /// What it adds to the label's score (log odds) above the mean of all labels; above 0.
    pub weight: f64,
}

/// What each token adds; the occurrences are sorted, and `excess` is a bucket's weight for the label above its mean weight.
pub(super) fn shares(tokens: usize, occurrences: &[Occurrence], row: &[(u32, f64)], excess: impl Fn(u32) -> f64) -> Vec<f64> {
    let mut shares = vec![0.0; tokens];
    let mut cells = row.iter();
    for same in occurrences.chunk_by(|one, other| one.bucket() == other.bucket()) {
        // Both are sorted and hold the same buckets, the row the bias beside.
        let Some((bucket, value)) = cells.next() else { break };
        let each = value * excess(*bucket) / real(same.len());
        for one in same {
            shares[one.first()] += each / 2.0;
            shares[one.last()] += each / 2.0;
        }
    }
    shares
}

/// The words that spoke most for the label, most first; of equal ones the earlier.
pub(super) fn words(tokens: &[Token<'_>], shares: &[f64]) -> Vec<DecidingWord> {
    let written: Vec<String> = tokens.iter().map(|token| plain(token.surface)).collect();
    let mut places: HashMap<&str, usize, foldhash::fast::FixedState> = HashMap::default();
    let mut words: Vec<(&str, f64)> = Vec::with_capacity(written.len());
    for (word, share) in written.iter().zip(shares) {
        let place = *places.entry(word).or_insert(words.len());
        match words.get_mut(place) {
            Some((_, weight)) => *weight += share,
            None => words.push((word, *share)),
        }
    }
    words.sort_by(|one, other| other.1.total_cmp(&one.1));
    let least = words.first().map_or(0.0, |first| first.1 * LEAST_SHARE);
    let speaks = |(_, weight): &&(&str, f64)| *weight > 0.0 && *weight >= least;
    let named = words.iter().filter(speaks).take(MOST);
    named
        .map(|(word, weight)| DecidingWord {
            word: (*word).to_owned(),
            weight: *weight,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::features::{Buckets, Rarity, counts, occurrences};
    use super::super::tokens::tokens;
    use super::{shares, words};

    #[test]
    fn what_the_words_add_is_all_there_is_to_add() {
        let read = tokens("jalan rusak di depan rumah, jalan rusak parah");
        let buckets = Buckets::near_bits(15);
        let found = occurrences(&read, buckets);
        let counted = counts(&found);
        let row = Rarity::of(std::slice::from_ref(&counted), buckets).row(&counted);
        let excess = |bucket: u32| f64::from(bucket % 7) - 2.0;
        let own: f64 = shares(read.len(), &found, &row, excess).iter().sum();
        let whole: f64 = row[..row.len() - 1].iter().map(|(bucket, value)| value * excess(*bucket)).sum();
        assert!((own - whole).abs() < 1e-9, "{own} and {whole}");
    }

    #[test]
    fn words_are_named_once_most_first_and_only_if_they_speak_for_the_label() {
        let read = tokens("Banjir di jalan, BANJIR lagi");
        let named = words(&read, &[0.4, -0.3, 0.5, 0.3, 0.01]);
        let named: Vec<&str> = named.iter().map(|word| word.word.as_str()).collect();
        assert_eq!(named, ["banjir", "jalan"]);
    }
}
