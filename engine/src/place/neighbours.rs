//! RT and RW, the numbered neighbourhoods: `RT 05 RW 03`, `rt.5/rw.3`, `RT05/03`, `RW 7`. Read from the text itself, as the strokes
//! between the numbers matter.

/// Digits a number may have.
const MOST_DIGITS: usize = 3;

/// The numbers of the first RT and the first RW of a text in lower case.
pub(super) fn rt_rw(lower: &str) -> (Option<u16>, Option<u16>) {
    let rt = after_title(lower, "rt");
    let rw = after_title(lower, "rw").map(|(number, _)| number);
    let stroke = || {
        let (_, rest) = rt?;
        let rest = rest.trim_start().strip_prefix('/')?;
        number(rest.trim_start()).map(|(number, _)| number)
    };
    (rt.map(|(number, _)| number), rw.or_else(stroke))
}

/// The number that follows a title which stands as a word, and what follows it.
fn after_title<'t>(text: &'t str, title: &str) -> Option<(u16, &'t str)> {
    for (at, _) in text.match_indices(title) {
        if text[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
            continue;
        }
        let rest = text[at + title.len()..].trim_start_matches([' ', '.', ':', '-']);
        let found = number(rest);
        if found.is_some() {
            return found;
        }
    }
    None
}

/// A whole number of up to three digits, from 1.
fn number(text: &str) -> Option<(u16, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > MOST_DIGITS {
        return None;
    }
    let (number, rest) = text.split_at(digits);
    number.parse().ok().filter(|number| *number > 0).map(|number| (number, rest))
}

#[cfg(test)]
mod tests {
    use super::rt_rw;

    #[test]
    fn the_ways_people_write_them_are_read() {
        for (text, rt, rw) in [
            ("rt 05 rw 03", Some(5), Some(3)),
            ("di rt.5/rw.3 gang 2", Some(5), Some(3)),
            ("rt05/rw03", Some(5), Some(3)),
            ("rt 011/07 kel. x", Some(11), Some(7)),
            ("warga rw 7", None, Some(7)),
            ("ketua rt 2", Some(2), None),
            ("rt sebelah, rt: 4", Some(4), None),
            ("rt 0 rw 000", None, None),
            ("art 5 kurw 3", None, None),
            ("rt 12345", None, None),
            ("rt", None, None),
            ("", None, None),
        ] {
            assert_eq!(rt_rw(text), (rt, rw), "{text}");
        }
    }
}
