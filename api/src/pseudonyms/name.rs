//! What a pseudonym may be: short, plain letters, and no way to call or write to anybody.

/// Fewest and most letters.
const LETTERS: std::ops::RangeInclusive<usize> = 3..=24;
/// So many digits, whatever stands between them, may be somebody's telephone or identity card.
const DIGITS: usize = 6;

/// Whether a text may be a pseudonym; why not, in words, if it may not. Which words are rude is for the channel's application to judge.
pub(crate) fn check(pseudonym: &str, reporter: &str) -> Result<(), &'static str> {
    fits(pseudonym)?;
    if pseudonym.eq_ignore_ascii_case(reporter.trim()) {
        return Err("another text than the reporter's id");
    }
    Ok(())
}

/// The same without knowing whose it is.
pub(crate) fn fits(pseudonym: &str) -> Result<(), &'static str> {
    // ASCII only: letters of other scripts that look alike would let one person pass for another.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if !LETTERS.contains(&pseudonym.len()) || !pseudonym.bytes().all(plain) {
        return Err("3 to 24 of a-z, A-Z, 0-9, `.`, `_` and `-`");
    }
    if !pseudonym.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
        return Err("a letter or a digit first");
    }
    if !pseudonym.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return Err("a letter at least");
    }
    let mut run = 0;
    for byte in pseudonym.bytes() {
        match byte {
            b'0'..=b'9' => run += 1,
            // 0812-34-56 is a number too.
            b'.' | b'_' | b'-' => {}
            _ => run = 0,
        }
        if run >= DIGITS {
            return Err("fewer than 6 digits in a row");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_pseudonym_is_short_and_plain() {
        for good in ["budi", "Warga.Kemang", "a-1", "rt_05", "k12345", "7-langit", "x2345y"] {
            assert_eq!(check(good, "42"), Ok(()), "{good}");
        }
        assert_eq!(check(&"a".repeat(24), "42"), Ok(()));
    }

    #[test]
    fn what_may_lead_to_a_person_or_to_a_page_is_none() {
        let long = "a".repeat(25);
        for hostile in [
            "",
            "ab",
            &long,
            "budi@mail",
            "budi s",
            "budi\n",
            "<b>budi</b>",
            "budi\u{202e}",
            "bυdi",
            "бudi",
            "=budi",
            "-budi",
            ".budi",
            "...",
            "12345",
            "b081234567",
            "b0812-34-56",
            "b1_2.3-4_5.6",
            "\"},{\"x",
        ] {
            assert!(check(hostile, "42").is_err(), "{hostile:?}");
        }
        assert!(check("Budi-Santoso", "budi-santoso").is_err(), "the id itself");
        assert!(check("Budi-Santoso", " budi-santoso ").is_err(), "the id itself");
    }
}
