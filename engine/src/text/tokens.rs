//! A text as words. Web addresses, e-mail addresses and @handles are left out, hashtags are split where their letters change, letters
//! repeated three times or more are written once, digits become one `0` (a phone number or an identity number is no feature), and slang
//! becomes what it means. A token remembers the piece of the text it came from.

use unicode_normalization::UnicodeNormalization;

use super::slang::Slang;

/// A normalised word, and the piece of the text it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) surface: &'t str,
    pub(super) word: String,
}

/// The words of a text. A surface may give several: slang of two words, a hashtag.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let slang = Slang::builtin();
    let mut tokens = Vec::new();
    for surface in surfaces(text) {
        let word = calm(plain(surface));
        if word.is_empty() {
            continue;
        }
        match slang.meaning(&word) {
            Some(meant) => tokens.extend(meant.iter().map(|word| Token {
                surface,
                word: word.clone(),
            })),
            None => tokens.push(Token { surface, word }),
        }
    }
    tokens
}

/// The runs of letters and digits of a text, without addresses and handles.
pub(crate) fn surfaces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, character) in text.char_indices() {
        if character.is_whitespace() {
            read_chunk(text, start, at, &mut found);
            start = at + character.len_utf8();
        }
    }
    read_chunk(text, start, text.len(), &mut found);
    found
}

/// In lower case and in the letters of the keyboard (NFKC: `𝗯𝗮𝗻𝗷𝗶𝗿` is `banjir`).
pub(crate) fn plain(surface: &str) -> String {
    if surface.is_ascii() {
        // Nothing to compose, and most of what is read.
        let mut plain = String::with_capacity(surface.len());
        let letters = surface.bytes().filter(u8::is_ascii_alphanumeric);
        plain.extend(letters.map(|letter| char::from(letter.to_ascii_lowercase())));
        return plain;
    }
    surface
        .nfkc()
        .flat_map(char::to_lowercase)
        .filter(|character| character.is_alphanumeric())
        .collect()
}

/// Reads what stands between two spaces.
fn read_chunk<'t>(text: &'t str, start: usize, end: usize, found: &mut Vec<&'t str>) {
    let chunk = &text[start..end];
    if is_mail(chunk) || chunk.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("www.")) {
        return;
    }
    // Looking for one byte first: this is asked of every word.
    let end = match chunk.find(':').and_then(|_| chunk.find("://")) {
        Some(colon) => start + colon - chunk[..colon].bytes().rev().take_while(u8::is_ascii_alphabetic).count(),
        None => end,
    };
    let mut at = start;
    while let Some(character) = text[at..end].chars().next() {
        if character == '@' {
            at = run_end(text, at + 1, end, |one| one.is_alphanumeric() || one == '_');
        } else if character.is_alphanumeric() {
            let stop = run_end(text, at, end, char::is_alphanumeric);
            if text[..at].ends_with('#') {
                split_hashtag(text, at, stop, found);
            } else {
                found.push(&text[at..stop]);
            }
            at = stop;
        } else {
            at += character.len_utf8();
        }
    }
}

/// An `@` right after a letter or digit.
fn is_mail(chunk: &str) -> bool {
    chunk
        .match_indices('@')
        .any(|(at, _)| chunk[..at].chars().next_back().is_some_and(char::is_alphanumeric))
}

fn run_end(text: &str, from: usize, end: usize, belongs: impl Fn(char) -> bool) -> usize {
    text[from..end]
        .char_indices()
        .find(|(_, character)| !belongs(*character))
        .map_or(end, |(at, _)| from + at)
}

/// `BanjirJakarta2020` → `Banjir`, `Jakarta`, `2020`; `DKIJakarta` → `DKI`, `Jakarta`; `jalanrusak` stays one word.
fn split_hashtag<'t>(text: &'t str, start: usize, end: usize, found: &mut Vec<&'t str>) {
    let letters: Vec<(usize, char)> = text[start..end].char_indices().collect();
    let mut begin = start;
    for (place, (at, letter)) in letters.iter().enumerate().skip(1) {
        let before = letters[place - 1].1;
        let after = letters.get(place + 1).map(|(_, after)| *after);
        let new_word = letter.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && after.is_some_and(char::is_lowercase)));
        if new_word || letter.is_numeric() != before.is_numeric() {
            let cut = start + at;
            found.push(&text[begin..cut]);
            begin = cut;
        }
    }
    found.push(&text[begin..end]);
}

/// `bangeeet` → `banget`, `anak2` → `anak`, `rt05` → `rt0`.
pub(super) fn calm(plain: String) -> String {
    let bytes = plain.as_bytes();
    let thrice = |three: &[u8]| three[0] == three[1] && three[1] == three[2];
    if bytes.iter().all(u8::is_ascii_lowercase) && !bytes.windows(3).any(thrice) {
        return plain;
    }
    let stem = match plain.strip_suffix('2') {
        Some(stem) if stem.chars().count() >= 2 && stem.chars().all(char::is_alphabetic) => stem,
        _ => plain.as_str(),
    };
    let mut calm = String::with_capacity(stem.len());
    let mut letters = stem.chars().peekable();
    while let Some(letter) = letters.next() {
        let mut run = 1;
        while letters.next_if_eq(&letter).is_some() {
            run += 1;
        }
        if letter.is_numeric() {
            if !calm.ends_with('0') {
                calm.push('0');
            }
        } else {
            calm.push(letter);
            if run == 2 {
                calm.push(letter);
            }
        }
    }
    calm
}

#[cfg(test)]
mod tests {
    use super::{plain, surfaces, tokens};

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.word).collect()
    }

    #[test]
    fn addresses_and_handles_are_left_out() {
        assert_eq!(
            words("@DKIJakarta banjir https://t.co/aB3 (lihat:http://x.id/1) www.a.id"),
            ["banjir", "lihat"]
        );
        assert_eq!(words("surat ke budi.santoso@mail.example saja"), ["surat", "ke", "saja"]);
        assert!(words("@a @b_c9").is_empty());
    }

    #[test]
    fn hashtags_are_split_where_their_letters_change() {
        assert_eq!(
            words("#BanjirJakarta #DKIJakarta #Jalan_Rusak #jalanrusak #2019GantiJalan"),
            [
                "banjir",
                "jakarta",
                "dki",
                "jakarta",
                "jalan",
                "rusak",
                "jalanrusak",
                "0",
                "ganti",
                "jalan"
            ]
        );
    }

    #[test]
    fn slang_repeated_letters_and_digits_become_plain_words() {
        assert_eq!(words("Jlnnn rusakkk BANGEEET gmn"), ["jalan", "rusak", "banget", "bagaimana"]);
        assert_eq!(words("anak2 maaf saat 081234567890 RT05"), ["anak", "maaf", "saat", "0", "rt0"]);
        assert_eq!(words("𝗕𝗮𝗻𝗷𝗶𝗿 ＭＡＣＥＴ"), ["banjir", "macet"]);
        assert_eq!(plain("ÉÇ½"), "éç12");
    }

    #[test]
    fn a_surface_is_a_piece_of_the_text() {
        let found = surfaces("pagi, jalan RUSAK 😡 di #KampungMelayu");
        assert_eq!(found, ["pagi", "jalan", "RUSAK", "di", "Kampung", "Melayu"]);
        let slang = tokens("gmn Dmn");
        let stood: Vec<&str> = slang.iter().map(|token| token.surface).collect();
        assert_eq!(stood, ["gmn", "Dmn", "Dmn"]);
    }

    #[test]
    fn any_text_is_read_without_a_panic() {
        for text in [
            "",
            " ",
            "@",
            "#",
            "://",
            "a://",
            "@@@",
            "é@é",
            "\u{301}",
            "😡😡",
            "#é2É",
            "ﷺ",
            "@é://x",
            "İstanbul",
        ] {
            drop(words(text));
        }
    }
}
