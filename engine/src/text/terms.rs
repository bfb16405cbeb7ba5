//! What a text is about, as terms: its words and hashtags without those that carry no topic and without what may be a person.
//!
//! Enters a text; leaves at most 24 terms, each once, in the order of the alphabet and not of the text, so that the sentence cannot be put
//! together again. Pairs of words would let it, and there are none. Words are those a text is read by (slang as what it means, in lower case); a
//! hashtag is a term with its `#`, and its parts are words. Never a term: whoever is spoken to (`@…`), addresses of mail and of pages, what has a
//! digit, letters other than a to z, names that are often borne, what follows a title or a word like `nama` or `ig`, and words that named a place,
//! since a place is counted as one. The lists are data (`engine/data/text/terms.toml`). A name that none of this knows gets through; what is
//! shown of terms must be of several people each.

use std::sync::LazyLock;

use hashbrown::HashSet;
use serde::Deserialize;
use xxhash_rust::xxh3::xxh3_64;

use super::slang::Slang;
use super::tokens::{calm, plain, surfaces};

/// Terms of one text at most.
const MOST: usize = 24;
/// With so many digits what stands between two spaces is a number of something, with whatever letters are in it.
const MOST_DIGITS: usize = 3;
/// Letters of a word.
const WORD: std::ops::RangeInclusive<usize> = 3..=24;
/// Letters of a hashtag.
const HASHTAG: std::ops::RangeInclusive<usize> = 4..=32;

const LISTS: &str = include_str!("../../data/text/terms.toml");

static FILTER: LazyLock<Filter> = LazyLock::new(|| Filter::parse(LISTS).expect("the shipped lists are read by the tests of this file"));

/// Checksum of the lists, which terms depend on besides the text and the list of slang.
#[must_use]
pub fn terms_version() -> u64 {
    xxh3_64(LISTS.as_bytes())
}

/// Ends of hosts: with one a word with dots is an address.
const DOMAINS: [&str; 36] = [
    "com", "id", "co", "net", "org", "ly", "me", "gl", "io", "tv", "xyz", "info", "be", "gg", "link", "app", "site", "online", "news",
    "web", "go", "ac", "or", "sch", "my", "sg", "us", "uk", "to", "page", "blog", "shop", "store", "biz", "cc", "asia",
];

type Words = HashSet<&'static str, foldhash::fast::FixedState>;

/// The lists.
#[derive(Debug)]
struct Filter {
    stop: Words,
    before_names: Words,
    roles: Words,
    names: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    stop: String,
    before_names: String,
    roles: String,
    names: String,
}

impl Filter {
    fn parse(lists: &str) -> Result<Self, toml::de::Error> {
        let document: Document = toml::from_str(lists)?;
        // Read once and kept for as long as the program runs.
        let words = |list: String| list.leak().split_whitespace().collect();
        Ok(Self {
            stop: words(document.stop),
            before_names: words(document.before_names),
            roles: words(document.roles),
            names: words(document.names),
        })
    }

    fn is_word(&self, word: &str) -> bool {
        WORD.contains(&word.len()) && letters(word) && !self.stop.contains(word) && !self.names.contains(word)
    }
}

/// Whether the next word may be a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doubt {
    None,
    /// Whatever it is.
    Next,
    /// If it begins with a capital.
    Capital,
}

/// The terms of a text, joined by spaces; empty if it has none. `places`: the words of it that named a place.
///
/// ```
/// use tanggap_engine::text::terms;
/// assert_eq!(terms("Pak Budi, lampu jalan mati!! @DKIJakarta #LampuMati bit.ly/x 0812-3456", &[]), "#lampumati lampu mati");
/// ```
#[must_use]
pub fn terms(text: &str, places: &[String]) -> String {
    let filter = &*FILTER;
    let places: Vec<String> = places.iter().flat_map(|place| surfaces(place)).map(plain).collect();
    let mut found: Vec<String> = Vec::new();
    let (mut doubt, mut number) = (Doubt::None, false);
    for chunk in text.split_whitespace() {
        if chunk.contains(['@', '\u{ff20}', '\u{fe6b}']) {
            // A sign that stands alone is of the word that follows.
            doubt = if chunk.chars().count() == 1 { Doubt::Next } else { Doubt::None };
            continue;
        }
        if is_address(chunk) || is_account(chunk) {
            continue;
        }
        let digits = chunk.chars().filter(|letter| letter.is_numeric()).count();
        // `B 1234 XYZ`, as people write the number of a car.
        let after_number = std::mem::replace(&mut number, digits > 0);
        if digits >= MOST_DIGITS || (digits > 0 && chunk.contains('#')) {
            continue;
        }
        found.extend(hashtags(chunk, filter));
        let mut titled = false;
        for surface in surfaces(chunk) {
            let written = plain(surface);
            titled = filter.before_names.contains(written.as_str());
            if titled {
                doubt = Doubt::Next;
                continue;
            }
            let plate = after_number && written.len() <= 3;
            if withheld(&mut doubt, surface, &written, filter) || plate || places.contains(&written) {
                continue;
            }
            let word = calm(written);
            match Slang::builtin().meaning(&word) {
                Some(meant) => found.extend(meant.iter().filter(|word| filter.is_word(word)).cloned()),
                None if filter.is_word(&word) => found.push(word),
                None => {}
            }
        }
        // `Bpk. Budi` goes on, `Pak, jalan rusak` does not.
        if chunk.ends_with([',', '!', '?', ';']) || (chunk.ends_with('.') && !titled) {
            doubt = Doubt::None;
        }
    }
    let mut kept: Vec<String> = Vec::new();
    for term in found {
        if kept.len() < MOST && !kept.contains(&term) {
            kept.push(term);
        }
    }
    kept.sort_unstable();
    kept.join(" ")
}

/// Whether a word may be a name, by what stood before it.
fn withheld(doubt: &mut Doubt, surface: &str, written: &str, filter: &Filter) -> bool {
    let capital = surface.starts_with(char::is_uppercase) && surface.chars().any(char::is_lowercase);
    let (withheld, next) = match *doubt {
        Doubt::None => (false, Doubt::None),
        // `Pak Lurah Budi`: what he is, then who.
        _ if filter.roles.contains(written) => (false, Doubt::Capital),
        Doubt::Next if filter.stop.contains(written) => (true, Doubt::None),
        Doubt::Next => (true, Doubt::Capital),
        Doubt::Capital if capital => (true, Doubt::Capital),
        Doubt::Capital => (false, Doubt::None),
    };
    *doubt = next;
    withheld
}

/// The hashtags of what stands between two spaces, with their `#`.
fn hashtags(chunk: &str, filter: &Filter) -> Vec<String> {
    let mut found = Vec::new();
    for part in chunk.split('#').skip(1) {
        let end = part
            .find(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .unwrap_or(part.len());
        let tag = plain(&part[..end]);
        let whole = format!("#{}", &part[..end]);
        let named = surfaces(&whole).into_iter().any(|part| filter.names.contains(plain(part).as_str()));
        if HASHTAG.contains(&tag.len())
            && letters(&tag)
            && !named
            && !filter.stop.contains(tag.as_str())
            && !filter.names.contains(tag.as_str())
        {
            found.push(format!("#{tag}"));
        }
    }
    found
}

/// Only letters from a to z: no digit, and no letter that looks like another.
fn letters(word: &str) -> bool {
    word.bytes().all(|letter| letter.is_ascii_lowercase())
}

/// `https://x.id/1`, `www.a.b`, `bit.ly/x`, `detik.com`.
fn is_address(chunk: &str) -> bool {
    let chunk = chunk.to_lowercase();
    if chunk.contains("://") || chunk.contains("www.") {
        return true;
    }
    let host = chunk.split(['/', '?', ':']).next().unwrap_or_default();
    let host = host.trim_matches(|letter: char| !letter.is_alphanumeric());
    host.rsplit_once('.').is_some_and(|(_, end)| DOMAINS.contains(&end))
}

/// `budi_santoso`: a name without its `@`; an underscore in a hashtag is none.
fn is_account(chunk: &str) -> bool {
    let before = chunk.split('#').next().unwrap_or_default();
    before.trim_matches('_').contains('_')
}

#[cfg(test)]
mod tests {
    use super::{FILTER, MOST, terms};
    use crate::text::slang::Slang;

    fn of(text: &str) -> String {
        terms(text, &[])
    }

    #[test]
    fn words_are_in_the_order_of_the_alphabet_each_once_and_slang_is_what_it_means() {
        assert_eq!(of("Sampah menumpuk, sampahhh bau BANGET gmn ini"), "bau menumpuk sampah");
        assert_eq!(of("lampu mati mati lampu"), "lampu mati");
        assert_eq!(of("yang di ini dan itu 😡"), "");
        assert_eq!(of(""), "");
    }

    #[test]
    fn no_handle_number_address_or_account_is_a_term() {
        for text in [
            "@DKIJakarta @budi_s9 @ budi",
            "＠budi",
            "081234567890 +62-812-3456-7890 0812.3456.7890 3174012345670001",
            "B1234XYZ rt05 budi99",
            "B 1234 XYZ B-1234-XYZ",
            "https://t.co/banjir http://x.id/1 www.contoh.id bit.ly/genangan detik.com/berita (kompas.com)",
            "budi.santoso@mail.example budi_santoso",
            "wa: 0812 ig: genangan",
            "#081234567890 #B1234XYZ #2026",
            "ᴀɢᴜsƭ Ивановка 火災",
        ] {
            assert_eq!(of(text), "", "{text}");
        }
    }

    #[test]
    fn what_may_be_the_name_of_a_person_is_no_term() {
        for (text, expected) in [
            ("Pak Harjuno Wibisono lapor genangan", "genangan lapor"),
            ("bpk. harjuno genangan", "genangan"),
            ("pak lurah Harjuno genangan", "genangan lurah"),
            ("Pak, genangan", "genangan"),
            ("PAK GENANGAN SAMPAH", "sampah"),
            ("nama: Harjuno Wibisono, genangan", "genangan"),
            ("Siti Rahayu genangan", "genangan"),
            ("#JusticeForAgus #agus genangan", "genangan justice"),
            ("korban bernama Harjuno genangan", "genangan"),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
    }

    #[test]
    fn a_hashtag_is_a_term_and_its_parts_are_words() {
        assert_eq!(
            of("#BanjirJakarta #sampah_menumpuk #jalanrusak"),
            "#banjirjakarta #jalanrusak #sampahmenumpuk banjir jalanrusak menumpuk sampah"
        );
    }

    #[test]
    fn words_that_named_a_place_are_no_terms() {
        let places = ["Bukit Duri".to_owned(), "Ciliwung".to_owned()];
        assert_eq!(terms("Banjir di Bukit Duri, air Ciliwung meluap", &places), "air banjir meluap");
    }

    #[test]
    fn a_long_text_has_a_bounded_number_of_terms_and_any_text_is_read() {
        let long: Vec<String> = (0..26_u8)
            .flat_map(|first| (0..26_u8).map(move |second| [b'a' + first, b'a' + second, b'k', b'q'].map(char::from).iter().collect()))
            .collect();
        assert_eq!(of(&long.join(" ")).split(' ').count(), MOST);
        for text in [
            "#",
            "@",
            "_",
            "##",
            "#_",
            ".",
            "a.",
            "\u{301}",
            "ﷺ #ﷺ",
            "😡#a😡",
            "://",
            "/.?",
            "İ",
            "pak",
            "#é",
        ] {
            drop(of(text));
        }
    }

    #[test]
    fn the_lists_are_of_plain_words_and_titles_are_no_slang_for_topics() {
        let filter = &*FILTER;
        for list in [&filter.stop, &filter.roles, &filter.names] {
            assert!(!list.is_empty() && list.iter().all(|word| word.bytes().all(|letter| letter.is_ascii_lowercase())));
        }
        assert!(filter.roles.iter().all(|role| !filter.names.contains(role)));
        assert!(!filter.is_word("yang") && filter.is_word("banjir"));
        assert_eq!(Slang::builtin().meaning("banjir"), None);
    }
}
