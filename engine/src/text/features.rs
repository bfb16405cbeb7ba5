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

/// One feature where it stands: its bucket, and the token it came from, or the first of the two. One number, so that sorting is cheap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Occurrence(u64);

impl Occurrence {
    /// Tokens that are told apart: those of a text of gigabytes.
    const TOKENS: u64 = 1 << 31;

    fn new(bucket: u32, first: usize, pair: bool) -> Self {
        let first = (first as u64).min(Self::TOKENS - 1);
        Self(u64::from(bucket) << 32 | first << 1 | u64::from(pair))
    }

    /// The feature's bucket.
    pub(super) const fn bucket(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// The first token it came from.
    pub(super) const fn first(self) -> usize {
        ((self.0 >> 1) % Self::TOKENS) as usize
    }

    /// The last one: the same, or of a pair the next.
    pub(super) const fn last(self) -> usize {
        self.first() + (self.0 & 1) as usize
    }
}

/// Every feature of the tokens, sorted by bucket.
pub(super) fn occurrences(tokens: &[Token<'_>], buckets: Buckets) -> Vec<Occurrence> {
    // Some ten runs of letters a word: one allocation for most texts, and none a feature.
    let mut found = Vec::with_capacity(tokens.len() * 16);
    let (mut written, mut cuts) = (String::new(), Vec::new());
    for (place, token) in tokens.iter().enumerate() {
        found.push(Occurrence::new(buckets.of(WORD, &token.word), place, false));
        if let Some(next) = tokens.get(place + 1) {
            written.clear();
            written.extend([token.word.as_str(), " ", next.word.as_str()]);
            found.push(Occurrence::new(buckets.of(PAIR, &written), place, true));
        }
        written.clear();
        written.extend(["<", token.word.as_str(), ">"]);
        letter_runs(&written, &mut cuts, &mut |run: &str| {
            found.push(Occurrence::new(buckets.of(LETTERS, run), place, false));
        });
    }
    by_bucket(found, buckets)
}

/// The same sorted by bucket, by half of its digits at a time: some hundred numbers of one range are sorted sooner so than by comparing.
fn by_bucket(mut found: Vec<Occurrence>, buckets: Buckets) -> Vec<Occurrence> {
    let digits = buckets.bits().div_ceil(2);
    let mut sorted = found.clone();
    let mut places = vec![0_usize; 1 << digits];
    for shift in [0, digits] {
        let digit = |one: &Occurrence| (one.bucket() >> shift) as usize & ((1 << digits) - 1);
        places.fill(0);
        for one in &found {
            places[digit(one)] += 1;
        }
        let mut before = 0;
        for place in &mut places {
            before += std::mem::replace(place, before);
        }
        for one in &found {
            let place = &mut places[digit(one)];
            sorted[*place] = *one;
            *place += 1;
        }
        std::mem::swap(&mut found, &mut sorted);
    }
    found
}

/// Runs of letters of a word written as `<word>`; none of words of one or two letters, which are themselves. `cuts` is working memory.
fn letter_runs(padded: &str, cuts: &mut Vec<usize>, take: &mut impl FnMut(&str)) {
    cuts.clear();
    cuts.extend(padded.char_indices().map(|(at, _)| at));
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
    let mut counts: Vec<(u32, u32)> = Vec::with_capacity(occurrences.len());
    for occurrence in occurrences {
        let bucket = occurrence.bucket();
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
        let frequency = |count: u32| if count == 1 { 1.0 } else { 1.0 + f64::from(count).ln() };
        let mut row: Row = Vec::with_capacity(counts.len() + 1);
        row.extend(
            counts
                .iter()
                .map(|(bucket, count)| (*bucket, frequency(*count) * f64::from(self.of[*bucket as usize]))),
        );
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
    use super::{Buckets, Occurrence, Rarity, counts, letter_runs, occurrences};

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
        let of = |buckets: Buckets| occurrences(&words, buckets).into_iter().map(Occurrence::bucket);
        let mut ends: Vec<u32> = of(many).map(|bucket| bucket & (few.bias() - 1)).collect();
        ends.sort_unstable();
        assert_eq!(of(few).collect::<Vec<_>>(), ends);
    }

    #[test]
    fn a_word_gives_itself_its_pairs_and_its_letters() {
        let mut runs = Vec::new();
        letter_runs("<got>", &mut Vec::new(), &mut |run: &str| runs.push(run.to_owned()));
        assert_eq!(runs, ["<go", "got", "ot>", "<got", "got>", "<got>"]);
        let words = tokens("rt di kali");
        // Three words, two pairs; only `kali` has four letters: 4 + 3 + 2 runs of `<kali>`.
        let found = occurrences(&words, buckets());
        assert_eq!(found.len(), 3 + 2 + 9);
        assert!(found.is_sorted_by_key(|one| one.bucket()));
        let pairs: Vec<usize> = found.iter().filter(|one| one.last() > one.first()).map(|one| one.first()).collect();
        assert!(pairs == [0, 1] || pairs == [1, 0], "{pairs:?}");
        assert!(found.iter().all(|one| one.bucket() < buckets().bias() && one.last() < 3));
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
