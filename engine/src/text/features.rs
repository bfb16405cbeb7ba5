//! A text as numbers: its words, its pairs of neighbouring words, and the runs of three to five letters in its words, each hashed to
//! one of the model's [`Buckets`], weighed by sublinear frequency times inverse document frequency, the whole of length one; and a last
//! column that is always 1, the bias.
//!
//! Hashing needs no dictionary, so a model holds no word of anybody's text and its size is bounded; the price is that two features
//! may share a bucket, the more of them the fewer buckets there are. Runs of letters carry what spelling hides: `berlubang`, `berlobang`, `lubangnya`.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::figure::real;
use super::tokens::Token;

/// The buckets features of a model are hashed to: a power of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Buckets {
    bits: u32,
}

impl Buckets {
    /// Powers there may be, both included.
    const BITS: std::ops::RangeInclusive<u32> = 10..=20;

    /// Two to this power of them, if a model may have as many.
    pub(super) fn of_bits(bits: u32) -> Option<Self> {
        Self::BITS.contains(&bits).then_some(Self { bits })
    }

    /// Two to this power of them, or the nearest number a model may have.
    pub(super) fn near_bits(bits: u32) -> Self {
        Self {
            bits: bits.clamp(*Self::BITS.start(), *Self::BITS.end()),
        }
    }

    /// The power of two.
    pub(super) const fn bits(self) -> u32 {
        self.bits
    }

    /// How many there are.
    pub(super) const fn count(self) -> usize {
        1 << self.bits
    }

    /// Columns of a row: the buckets, and the bias.
    pub(super) const fn columns(self) -> usize {
        self.count() + 1
    }

    /// The column that is always 1.
    pub(super) const fn bias(self) -> u32 {
        1 << self.bits
    }

    /// The bucket of a feature.
    fn of(self, kind: u64, text: &str) -> u32 {
        let [one, two, three, four, ..] = xxh3_64_with_seed(text.as_bytes(), kind).to_le_bytes();
        u32::from_le_bytes([one, two, three, four]) & (self.bias() - 1)
    }
}

/// Lengths of the runs of letters, both included.
const RUNS: std::ops::RangeInclusive<usize> = 3..=5;

const WORD: u64 = 1;
const PAIR: u64 = 2;
const LETTERS: u64 = 3;

/// Column and value; sorted by column, each column once.
pub(super) type Row = Vec<(u32, f64)>;

/// One feature where it stands: its bucket, and the first and last token it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Occurrence {
    pub(super) bucket: u32,
    pub(super) first: usize,
    pub(super) last: usize,
}

/// Every feature of the tokens.
pub(super) fn occurrences(tokens: &[Token<'_>], buckets: Buckets) -> Vec<Occurrence> {
    let mut found = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let own = |bucket| Occurrence {
            bucket,
            first: place,
            last: place,
        };
        found.push(own(buckets.of(WORD, &token.word)));
        if let Some(next) = tokens.get(place + 1) {
            found.push(Occurrence {
                bucket: buckets.of(PAIR, &format!("{} {}", token.word, next.word)),
                first: place,
                last: place + 1,
            });
        }
        letter_runs(&token.word, &mut |run: &str| found.push(own(buckets.of(LETTERS, run))));
    }
    found
}

/// Runs of letters of `<word>`; none of words of one or two letters, which are themselves.
fn letter_runs(word: &str, take: &mut impl FnMut(&str)) {
    let padded = format!("<{word}>");
    let mut cuts: Vec<usize> = padded.char_indices().map(|(at, _)| at).collect();
    cuts.push(padded.len());
    let letters = cuts.len() - 1;
    if letters < 5 {
        return;
    }
    for length in RUNS {
        for first in 0..=letters.saturating_sub(length) {
            take(&padded[cuts[first]..cuts[first + length]]);
        }
    }
}

/// How often each bucket occurs: sorted, each once.
pub(super) fn counts(occurrences: &[Occurrence]) -> Vec<(u32, u32)> {
    let mut buckets: Vec<u32> = occurrences.iter().map(|one| one.bucket).collect();
    buckets.sort_unstable();
    let mut counts: Vec<(u32, u32)> = Vec::new();
    for bucket in buckets {
        match counts.last_mut() {
            Some((last, count)) if *last == bucket => *count += 1,
            _ => counts.push((bucket, 1)),
        }
    }
    counts
}

/// How rare each bucket is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rarity {
    pub(super) buckets: Buckets,
    /// Of each bucket; [`Rarity::unseen`] where no text had it.
    pub(super) of: Vec<f32>,
    /// Of a bucket no text had: unknown words make a text less sure, they are not passed over.
    pub(super) unseen: f32,
}

impl Rarity {
    /// `ln((1 + n) / (1 + texts with it)) + 1`, to the precision it is written with.
    #[expect(clippy::cast_possible_truncation, reason = "as precise as the file")]
    pub(super) fn of(texts: &[Vec<(u32, u32)>], buckets: Buckets) -> Self {
        let mut with_it = vec![0_usize; buckets.count()];
        for (bucket, _) in texts.iter().flatten() {
            with_it[*bucket as usize] += 1;
        }
        let rarity = |texts_with: usize| ((real(1 + texts.len()) / real(1 + texts_with)).ln() + 1.0) as f32;
        Self {
            buckets,
            of: with_it.into_iter().map(rarity).collect(),
            unseen: rarity(0),
        }
    }

    /// The row of a text.
    pub(super) fn row(&self, counts: &[(u32, u32)]) -> Row {
        let mut row: Row = counts
            .iter()
            .map(|(bucket, count)| (*bucket, (1.0 + f64::from(*count).ln()) * f64::from(self.of[*bucket as usize])))
            .collect();
        let length = row.iter().map(|(_, value)| value * value).sum::<f64>().sqrt();
        for (_, value) in &mut row {
            *value /= length;
        }
        row.push((self.buckets.bias(), 1.0));
        row
    }
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::{Buckets, Rarity, counts, letter_runs, occurrences};

    fn buckets() -> Buckets {
        Buckets::of_bits(15).unwrap()
    }

    #[test]
    fn buckets_are_powers_of_two_and_those_of_fewer_are_the_ends_of_those_of_more() {
        assert_eq!((Buckets::of_bits(9), Buckets::of_bits(21)), (None, None));
        assert_eq!(
            (Buckets::near_bits(0), Buckets::near_bits(99)),
            (Buckets { bits: 10 }, Buckets { bits: 20 })
        );
        let words = tokens("jalan rusak di depan rumah");
        let (few, many) = (Buckets::of_bits(10).unwrap(), Buckets::of_bits(17).unwrap());
        assert_eq!((many.count(), many.columns(), many.bias()), (131_072, 131_073, 131_072));
        for (one, other) in occurrences(&words, few).iter().zip(occurrences(&words, many)) {
            assert_eq!(one.bucket, other.bucket & (few.bias() - 1));
        }
    }

    #[test]
    fn a_word_gives_itself_its_pairs_and_its_letters() {
        let mut runs = Vec::new();
        letter_runs("got", &mut |run: &str| runs.push(run.to_owned()));
        assert_eq!(runs, ["<go", "got", "ot>", "<got", "got>", "<got>"]);
        let words = tokens("rt di kali");
        // Three words, two pairs; only `kali` has four letters: 4 + 3 + 2 runs of `<kali>`.
        assert_eq!(occurrences(&words, buckets()).len(), 3 + 2 + 9);
    }

    #[test]
    fn a_row_is_sorted_has_length_one_and_a_bias() {
        let text = tokens("banjir banjir di jalan rusak");
        let counted = counts(&occurrences(&text, buckets()));
        assert!(counted.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let row = Rarity::of(std::slice::from_ref(&counted), buckets()).row(&counted);
        assert_eq!(row.last(), Some(&(buckets().bias(), 1.0)));
        let length: f64 = row[..row.len() - 1].iter().map(|(_, value)| value * value).sum();
        assert!((length - 1.0).abs() < 1e-12, "{length}");
        assert_eq!(Rarity::of(&[], buckets()).row(&[]), [(buckets().bias(), 1.0)]);
    }

    #[test]
    fn what_few_texts_have_weighs_more() {
        let texts = ["jalan rusak", "jalan gelap", "jalan licin"].map(|text| counts(&occurrences(&tokens(text), buckets())));
        let rarity = Rarity::of(&texts, buckets());
        let of = |word: &str| rarity.of[counts(&occurrences(&tokens(word)[..1], buckets()))[0].0 as usize];
        assert!(of("di") >= rarity.unseen);
        assert!((f64::from(rarity.unseen) - (4.0_f64.ln() + 1.0)).abs() < 1e-6);
        let shared = texts[0].iter().filter(|(bucket, _)| rarity.of[*bucket as usize] < 1.01).count();
        // `jalan` and its runs of letters are in all three: ln(4/4) + 1.
        assert!(shared >= 10, "{shared}");
    }
}
